//! Container recipes are judged: their documents run in the base's file system, where the result has to be what Packer
//! recorded, and their Dockerfiles are built, where the image's configuration has to be.
//!
//! `aws-containers-expected.toml` says what is to come of each image and of each real template; another outcome, better or
//! worse, fails the test.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

use serde_json::Value;

use crate::{
    aws::{Case, Judges, configurations_with, executed, judges, real},
    aws_forms::{self, Model},
    compiled::{formwork, list, text},
    in_pairs, process, wanted,
    world::{World, folder, world},
};

/// What came of each image, with what was seen.
type Outcomes = BTreeMap<String, (String, String)>;

/// The list, by the name of a case or `corpus`.
fn expected() -> BTreeMap<String, BTreeMap<String, String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/acceptance/aws-containers-expected.toml");
    toml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Compares with the list, and writes what was seen in its form.
fn compare(name: &str, seen: &[(String, Outcomes)]) {
    let expected = expected();
    let (mut out, mut unlike, mut counts) = (String::new(), Vec::new(), BTreeMap::new());
    for (case, outcomes) in seen {
        writeln!(out, "[{case:?}]").unwrap();
        for (image, (outcome, details)) in outcomes {
            writeln!(out, "{image:?} = {outcome:?}").unwrap();
            println!("{case:<28} {image:<14} {outcome}");
            let word = outcome.split(':').next().unwrap().to_owned();
            *counts.entry(word).or_insert(0) += 1;
            let due = expected.get(case).and_then(|images| images.get(image)).map_or("not listed", String::as_str);
            if outcome != due {
                unlike.push(format!("{case} {image}: {outcome}; listed: {due}\n{details}"));
            }
        }
        out.push('\n');
    }
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), out).unwrap();
    println!("{counts:?}");
    assert!(unlike.is_empty(), "{} not as listed:\n{}", unlike.len(), unlike.join("\n"));
}

/// The recorded cases, as they are: their sources are containers.
#[test]
fn aws_containers() {
    let Some(judges) = judges() else { return };
    let Some(records) = folder("FORMWORK_CONFORMANCE").map(|folder| folder.join("images")) else { return };
    let Some(world) = world() else { return };
    let mut cases: Vec<String> = fs::read_dir(&records)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| records.join(name).join("expected.json").exists() && wanted(name))
        .collect();
    cases.sort();
    let results = in_pairs(&cases, |case| recorded(world, &judges, &records, case));
    let seen: Vec<_> = cases.into_iter().zip(results).filter(|(_, outcomes)| !outcomes.is_empty()).collect();
    compare("aws-containers-seen.toml", &seen);
}

/// What came of each image of a case, with what was seen.
fn recorded(world: &World, judges: &Judges, records: &Path, case: &str) -> Outcomes {
    let laid_out = Case::lay_out(records, case);
    let images = laid_out.images();
    let mut arguments = laid_out.arguments();
    let Case { description: _, record, scratch, project, environment } = laid_out;
    let mut outcomes = BTreeMap::new();
    if images.is_empty() {
        return outcomes;
    }
    for option in ["repository=formwork/app", "downloads=s3://downloads/of"] {
        arguments.extend(["--set".to_owned(), format!("aws-image-builder.{option}")]);
    }
    // A builder of a legacy template that has no name of its own is the source `TYPE.TYPE`.
    let ours = |image: &str| if image.contains('.') { image.to_owned() } else { format!("{image}.{image}") };
    for image in &images {
        let base = base(&record, image);
        let file = world.server_file(&format!("base/{base}.config.json"));
        let option = format!("aws-image-builder/{}.base-config={}", ours(image), file.display());
        arguments.extend(["--set".to_owned(), option]);
    }
    let run = formwork(&project, arguments, &environment);
    let out = project.join("formwork-out");
    let json = |name: &str| -> Value {
        serde_json::from_str(&fs::read_to_string(out.join(name)).unwrap_or_default()).unwrap_or_default()
    };
    let (manifest, fidelity) = (json("manifest.json"), json("fidelity.json"));
    let made: BTreeMap<String, String> =
        list(&manifest["images"]).iter().map(|image| (text(&image["image"]), text(&image["name"]))).collect();
    for image in images {
        let ours = ours(&image);
        let inexact = |verdicts: &[&str]| -> String {
            let all: BTreeSet<String> = list(&fidelity["entries"])
                .iter()
                .filter(|entry| text(&entry["image"]) == ours && verdicts.contains(&text(&entry["verdict"]).as_str()))
                .map(|entry| text(&entry["construct"]))
                .collect();
            all.into_iter().collect::<Vec<_>>().join(", ")
        };
        let judged = made.get(&ours).map(|name| {
            let files = world.server_file("base/base.rootfs.tar");
            let base = world.server_file(&format!("base/{}.tar", base(&record, &image)));
            let tree = executed(judges, records, case, &image, &ours, &out, scratch.path(), &record, &files, &base)?;
            let configuration = configured(world, judges, records, case, &image, name, &out, scratch.path(), &base)?;
            let bucket = format!("{}-buckets/downloads/of/{name}", image.replace('.', "-"));
            let downloads = fetched(&record, &scratch.path().join(bucket));
            Ok::<_, String>(tree.into_iter().chain(configuration).chain(downloads).collect::<Vec<_>>())
        });
        let outcome = match judged {
            None if manifest.is_null() => ("rejected".to_owned(), run.to_string()),
            None => (format!("refused: {}", inexact(&["refused"])), run.to_string()),
            Some(Err(story)) => ("fails".to_owned(), story),
            Some(Ok(judged)) if judged.is_empty() => ("same".to_owned(), String::new()),
            Some(Ok(judged)) => {
                let why = inexact(&["approximated", "moved", "omitted"]);
                (format!("different: {}; {why}", judged.join(", ")), run.to_string())
            }
        };
        outcomes.insert(image, outcome);
    }
    outcomes
}

/// Files that Packer fetched to the host and that do not lie in the folder of the bucket, where there is one.
fn fetched(record: &Value, bucket: &Path) -> Vec<String> {
    let files = record["host_files"].as_object().into_iter().flatten().filter(|_| bucket.is_dir());
    let unlike =
        files.filter(|(path, file)| fs::read_to_string(bucket.join(path)).ok().as_deref() != file["text"].as_str());
    unlike.map(|(path, _)| format!("download {path}")).collect()
}

/// The base of an image, without the rest of its name.
fn base(record: &Value, image: &str) -> String {
    text(&record["images"][image]["base"]).replace("formwork/", "").replace(":1", "")
}

/// Builds the Dockerfile template on the real base, without the steps; gives what of the configuration is not Packer's.
#[expect(clippy::too_many_arguments, reason = "it is one step of one test")]
fn configured(
    world: &World,
    judges: &Judges,
    records: &Path,
    case: &str,
    image: &str,
    name: &str,
    out: &Path,
    scratch: &Path,
    base: &Path,
) -> Result<Vec<String>, String> {
    let target = out.join("aws-image-builder");
    let template = fs::read_to_string(target.join(format!("containers/{name}.Dockerfile"))).unwrap();
    let reference = base.file_stem().unwrap().to_string_lossy();
    let dockerfile = template
        .replace("{{{ imagebuilder:parentImage }}}", &format!("formwork/{reference}:1"))
        .replace("{{{ imagebuilder:environments }}}", "")
        .replace("{{{ imagebuilder:components }}}", "");
    let place = scratch.join(format!("{name}-built"));
    fs::create_dir(&place).unwrap();
    fs::write(place.join("Dockerfile"), dockerfile).unwrap();
    let tar = place.join("image.tar");
    let output = format!("--output=type=oci,dest={}", tar.display());
    world.run(&place, "buildx", ["build", "--progress=plain", &output, "."], &[]).success()?;
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let words = [
        path(&records.join("compare.py")),
        path(&records.join(case)),
        "--image-tar".to_owned(),
        path(&tar),
        "--base-tar".to_owned(),
        path(base),
        "--source".to_owned(),
        image.to_owned(),
    ];
    let judged = process::run(Path::new("/"), &judges.python, words, &[]);
    if !matches!(judged.code, Some(0 | 1)) {
        return Err(judged.to_string());
    }
    // The files are those of the base, because no step has run.
    let lines = judged.stdout.lines().filter_map(|line| line.trim().strip_prefix("config "));
    Ok(lines.map(|line| format!("config {}", line.split(": ").next().unwrap_or_default())).collect())
}

/// Every configuration of real templates that has a `docker` source, in all forms. What is refused is resolved as the
/// refusals say.
#[test]
fn aws_container_corpus() {
    let Some(conformance) = aws_forms::conformance() else { return };
    let Some(corpus) = folder("FORMWORK_CORPUS") else {
        println!("skipped: FORMWORK_CORPUS does not name the folder of real templates");
        return;
    };
    let (Some(judges), Some(python)) = (judges(), aws_forms::python()) else { return };
    let model = Model::of(&conformance);
    let stack = |folder: &Path| judges.judge(folder);
    let module = |folder: &Path| aws_forms::module(&conformance, &python, folder);
    let requests = |folder: &Path| model.judge(folder).and_then(|()| aws_forms::requests(&python, folder));
    type Judge<'a> = &'a (dyn Fn(&Path) -> Result<(), String> + Sync);
    let forms: [(&str, Judge<'_>); 3] = [("cloudformation", &stack), ("terraform", &module), ("api", &requests)];
    let configurations = configurations_with(&corpus, "\"docker\"");
    let results = in_pairs(&configurations, |description| {
        let mut outcomes = BTreeMap::new();
        for (form, judge) in forms {
            let format = format!("aws-image-builder.format={form}");
            let outcome = match real(&corpus, description, &["--set", &format], judge) {
                Ok(outcome) => (outcome, String::new()),
                Err(story) => (story.lines().next().unwrap_or_default().to_owned(), story),
            };
            outcomes.insert(form.to_owned(), outcome);
        }
        outcomes
    });
    let names = configurations.iter().map(|description| text(&description["id"]));
    compare("aws-container-corpus-seen.toml", &names.zip(results).collect::<Vec<_>>());
}
