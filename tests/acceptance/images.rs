//! Is it the image that Packer makes? Every recorded case is compiled, really
//! built, and judged against the record by the judge that comes with the records.
//!
//! `images-expected.toml` says what is to come of each image. Another outcome,
//! better or worse, fails the test: the file is the list of what we do not do.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    compiled::{Compiled, formwork, list, text},
    in_pairs, process, wanted,
    world::{World, folder, world},
};

/// A case as it is run: the name of its folder, and after `+` what else it is given.
struct Case {
    name: String,
    folder: PathBuf,
    /// The configurations of the base images are given, as `--set dockerfile.base-config=…`.
    base_config: bool,
}

/// What came of each image, by Packer's name of it; `*` where there are no images.
struct Result {
    outcomes: BTreeMap<String, String>,
    details: String,
}

#[test]
fn images() {
    let Some(records) = folder("FORMWORK_CONFORMANCE").map(|folder| folder.join("images")) else {
        // Also where skipping is forbidden: the records are not part of the project.
        println!("skipped: FORMWORK_CONFORMANCE does not name the folder of recorded cases");
        return;
    };
    let Some(world) = world() else { return };
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/acceptance/images-expected.toml");
    let expected: BTreeMap<String, BTreeMap<String, String>> =
        toml::from_str(&fs::read_to_string(list).unwrap()).unwrap();
    let cases = cases(&records, expected.keys());
    let results = in_pairs(&cases, |case| run(world, &records, case));

    let mut table = String::new();
    let mut unlike = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (case, result) in cases.iter().zip(&results) {
        let none = BTreeMap::new();
        let expected = expected.get(&case.name).unwrap_or(&none);
        let images: BTreeSet<&String> = expected.keys().chain(result.outcomes.keys()).collect();
        for image in images {
            let got = result.outcomes.get(image).map_or("nothing", String::as_str);
            let due = expected.get(image).map_or("not listed", String::as_str);
            let word = got.split(':').next().unwrap();
            *counts.entry(word.to_owned()).or_default() += 1;
            writeln!(table, "{:<28} {image:<22} {got}", case.name).unwrap();
            if got != due {
                unlike.push(format!("{} {image}: {got}; images-expected.toml: {due}", case.name));
                if !result.details.is_empty() {
                    writeln!(table, "{}", result.details.trim_end()).unwrap();
                }
            }
        }
    }
    // In the form of the list, for taking over what was looked at.
    let seen = Path::new(env!("CARGO_TARGET_TMPDIR")).join("images-seen.toml");
    fs::write(&seen, list_of(&cases, &results)).unwrap();
    let counts: Vec<String> = counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
    println!("{table}\n{}", counts.join(", "));
    assert!(unlike.is_empty(), "{} not as listed:\n{}", unlike.len(), unlike.join("\n"));
}

/// The outcomes in the form of `images-expected.toml`.
fn list_of(cases: &[Case], results: &[Result]) -> String {
    let mut list = String::new();
    for (case, result) in cases.iter().zip(results) {
        writeln!(list, "[{:?}]", case.name).unwrap();
        for (image, outcome) in &result.outcomes {
            writeln!(list, "{image:?} = {outcome:?}").unwrap();
        }
        list.push('\n');
    }
    list
}

/// The cases of the records and the variants of them that are listed.
fn cases<'a>(records: &Path, listed: impl Iterator<Item = &'a String>) -> Vec<Case> {
    let mut names: BTreeSet<String> = fs::read_dir(records)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("case.json").exists())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    names.extend(listed.cloned());
    names
        .into_iter()
        .filter(|name| wanted(name) || wanted(folder_of(name)))
        .map(|name| Case { folder: records.join(folder_of(&name)), base_config: name.ends_with("+base-config"), name })
        .collect()
}

/// Makes links again of what a checkout without links left as small files that hold where the link points: a name that
/// the record has as a link to there, or a text that names something beside it.
pub(crate) fn restore_links(project: &Path, record: &Value) {
    let recorded: BTreeSet<(String, String)> = record["images"]
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(_, image)| list(&image["tree"]))
        .filter(|entry| entry["type"] == "link")
        .map(|entry| (text(&entry["path"]), text(&entry["target"])))
        .map(|(path, target)| (path.rsplit('/').next().unwrap().to_owned(), target))
        .collect();
    let mut folders = vec![project.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let kind = path.symlink_metadata().unwrap();
            if kind.is_dir() {
                folders.push(path);
                continue;
            }
            if !kind.is_file() || kind.len() > 200 {
                continue;
            }
            let Ok(target) = fs::read_to_string(&path) else { continue };
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let plain = !target.is_empty() && !target.contains(char::is_whitespace);
            let beside = || target != name && folder.join(&target).symlink_metadata().is_ok();
            if plain && (recorded.contains(&(name.clone(), target.clone())) || beside()) {
                fs::remove_file(&path).unwrap();
                std::os::unix::fs::symlink(&target, &path).unwrap();
            }
        }
    }
}

/// The record's name of an image. Packer calls a builder of a legacy template that has no name of its own by its type
/// alone; for us it is the source `TYPE.TYPE`.
fn recorded_name(image: &str, legacy: bool) -> String {
    match image.split_once('.') {
        Some((ty, name)) if legacy && ty == name => ty.to_owned(),
        _ => image.to_owned(),
    }
}

fn folder_of(name: &str) -> &str {
    name.split('+').next().unwrap()
}

fn read_json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn run(world: &World, records: &Path, case: &Case) -> Result {
    if !case.folder.join("case.json").exists() {
        return only("no such case", String::new());
    }
    let description = read_json(&case.folder.join("case.json"));
    let record = read_json(&case.folder.join("expected.json"));
    let scratch = tempfile::tempdir().unwrap();
    let project = scratch.path().join("project");
    let prepare = [&records.join("prepare.sh"), &case.folder, &project].map(|path| path.to_string_lossy().into_owned());
    process::run(Path::new("/"), Path::new("/bin/sh"), prepare, &[]).success().unwrap();
    restore_links(&project, &record);

    let environment: Vec<(String, String)> =
        description["env"].as_object().into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect();
    let mut reading = vec![text(&description["template"])];
    reading.extend(list(&description["args"]).iter().map(|word| as_ours(&text(word))));
    if !environment.is_empty() {
        reading.push("--env".to_owned());
    }
    let mut compile = vec!["compile".to_owned()];
    compile.extend(reading.clone());
    compile.extend(["--target", "dockerfile", "--out", "formwork-out"].map(str::to_owned));
    if case.base_config {
        compile.extend(base_configs(world, &record, &project));
    }
    let run = formwork(&project, compile, &environment);
    let mut details = format!("{run}");

    let compiled = Compiled::new(&project, "formwork-out", environment.clone());
    if compiled.json("fidelity.json").is_none() {
        let mut check = vec!["check".to_owned()];
        check.extend(reading);
        check.extend(["--format", "json"].map(str::to_owned));
        let checked = formwork(&project, check, &environment);
        return only(&format!("rejected: {}", errors(&checked.stdout)), details);
    }
    let legacy = case.name.starts_with("legacy-");
    let names: BTreeMap<String, String> =
        compiled.images().into_iter().map(|(image, name)| (recorded_name(&image, legacy), name)).collect();
    let mut outcomes = BTreeMap::new();
    let mut images: BTreeSet<String> =
        record["images"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    images.extend(record["fails"]["builds"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
    images.extend(names.keys().cloned());
    for image in images {
        let outcome = match names.get(&image) {
            Some(name) => built(world, records, case, &record, &compiled, &image, name).unwrap_or_else(|failure| {
                writeln!(details, "{}", failure.1).unwrap();
                failure.0
            }),
            None => refusal(&compiled, &image, legacy),
        };
        outcomes.insert(image, outcome);
    }
    if outcomes.is_empty() { only("no images", details) } else { Result { outcomes, details } }
}

/// Builds an emitted image and judges it. The error is the outcome with what was seen.
fn built(
    world: &World,
    records: &Path,
    case: &Case,
    record: &Value,
    compiled: &Compiled,
    image: &str,
    name: &str,
) -> std::result::Result<String, (String, String)> {
    let failed = |what: &str| {
        let what = what.to_owned();
        move |why: String| (format!("{what} failed"), why)
    };
    let targets = compiled.targets(world).map_err(failed("bake --print"))?;
    let target = targets.get(name).ok_or_else(|| ("no bake target".to_owned(), name.to_owned()))?;
    compiled.host_steps(name, "before").map_err(failed("before.sh"))?;
    let results = tempfile::tempdir().unwrap();
    let tar = results.path().join("image.tar");
    let build = compiled.bake(world, name, target, &tar);
    let expected = &record["images"][image];
    if !build.ok() {
        // What our own fault looks like is not what a failing script looks like.
        let story = build.to_string();
        let word = match story.contains("did not complete successfully: exit code") {
            true => "fails: a script",
            false => "fails: the build",
        };
        let due = expected.is_null();
        let outcome = (word.to_owned(), if due { String::new() } else { story });
        return if due { Ok(outcome.0) } else { Err(outcome) };
    }
    if expected.is_null() {
        return Err(("made an image that Packer did not make".to_owned(), build.to_string()));
    }
    let base = format!("base/{}.tar", text(&expected["base"]).trim_start_matches("formwork/"));
    let base = world.server_file(&base.replace(":1", ""));
    let judge = |tar: &Path| {
        let arguments = [
            records.join("compare.py"),
            case.folder.clone(),
            "--image-tar".into(),
            tar.to_owned(),
            "--base-tar".into(),
            base.clone(),
            "--source".into(),
            image.into(),
        ]
        .map(|argument| argument.to_string_lossy().into_owned());
        process::run(
            Path::new("/"),
            Path::new("/usr/bin/env"),
            ["python3".to_owned()].into_iter().chain(arguments),
            &[],
        )
    };
    let different = |judged: process::Ended| {
        let why = approximations(compiled, image, case.name.starts_with("legacy-"));
        let outcome = format!("different{why}");
        // What the fidelity report explains is still shown, when it is not what was expected.
        Err((outcome, judged.to_string()))
    };
    let judged = judge(&tar);
    if judged.code == Some(1) {
        return different(judged);
    }
    judged.success().map_err(failed("compare.py"))?;
    // An exported file tree is made by the bake file as it stands.
    if let Some(export) = expected["rootfs"].as_str() {
        let build = compiled.bake_as_it_is(world, name);
        build.success().map_err(failed("the export"))?;
        let judged = judge(&compiled.folder.join(export));
        if judged.code == Some(1) {
            return different(judged);
        }
        judged.success().map_err(failed("the export"))?;
    }
    Ok("same".to_owned())
}

/// Why an image was not emitted, from the fidelity report.
fn refusal(compiled: &Compiled, image: &str, legacy: bool) -> String {
    let constructs: BTreeSet<String> = compiled
        .inexact()
        .into_iter()
        .filter(|entry| recorded_name(&entry.image, legacy) == image)
        .filter(|entry| entry.verdict == "refused" && !entry.how.is_empty())
        .map(|entry| entry.construct)
        .collect();
    if constructs.is_empty() {
        return "not emitted, and not refused".to_owned();
    }
    format!("refused: {}", constructs.into_iter().collect::<Vec<_>>().join(", "))
}

/// What the fidelity report admits about an image that differs.
fn approximations(compiled: &Compiled, image: &str, legacy: bool) -> String {
    let constructs: BTreeSet<String> = compiled
        .inexact()
        .into_iter()
        .filter(|entry| recorded_name(&entry.image, legacy) == image && !entry.how.is_empty())
        .map(|entry| format!("{} {}", entry.construct, entry.verdict))
        .collect();
    if constructs.is_empty() {
        return String::new();
    }
    format!(": {}", constructs.into_iter().collect::<Vec<_>>().join(", "))
}

/// The options that tell the configuration of each image's base.
fn base_configs(world: &World, record: &Value, project: &Path) -> Vec<String> {
    // A failed build has no record of its base: the template names one of the two.
    let template = ["template.pkr.hcl", "template.json"].map(|name| fs::read_to_string(project.join(name)));
    let template = template.into_iter().flatten().collect::<String>();
    let fallback = if template.contains("formwork/base-user:1") { "base-user" } else { "base" };
    let option = |scope: &str, base: &str| {
        let file = world.server_file(&format!("base/{base}.config.json"));
        ["--set".to_owned(), format!("dockerfile{scope}.base-config={}", file.display())]
    };
    let images = record["images"].as_object();
    let bases: BTreeSet<String> = images
        .into_iter()
        .flatten()
        .map(|(_, image)| text(&image["base"]).replace("formwork/", "").replace(":1", ""))
        .collect();
    match bases.len() {
        0 => option("", fallback).into(),
        1 => option("", bases.first().unwrap()).into(),
        _ => images
            .into_iter()
            .flatten()
            .flat_map(|(name, image)| {
                let base = text(&image["base"]).replace("formwork/", "").replace(":1", "");
                option(&format!("/{name}"), &base)
            })
            .collect(),
    }
}

/// A word of Packer's command line as ours.
pub(crate) fn as_ours(word: &str) -> String {
    if word.starts_with('-') && !word.starts_with("--") { format!("-{word}") } else { word.to_owned() }
}

/// The codes of the errors in a JSON report of `check`.
pub(crate) fn errors(report: &str) -> String {
    let report: Value = serde_json::from_str(report).unwrap_or_default();
    let codes: BTreeSet<String> = list(&report["diagnostics"])
        .iter()
        .filter(|diagnostic| diagnostic["severity"] == "error")
        .map(|diagnostic| text(&diagnostic["code"]))
        .collect();
    if codes.is_empty() {
        return "without a word".to_owned();
    }
    codes.into_iter().collect::<Vec<_>>().join(", ")
}

fn only(outcome: &str, details: String) -> Result {
    Result { outcomes: [("*".to_owned(), outcome.to_owned())].into(), details }
}
