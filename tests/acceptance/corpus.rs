//! Real templates: what is emitted for them passes BuildKit's checks, bake and
//! hadolint; what is not emitted is refused or rejected for a listed reason.
//!
//! Templates whose sources are containers are taken as they are and listed in
//! `corpus-expected.toml`. All others are given a base image, as a user may: they
//! need only never break us, nor make us emit what does not pass.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    compiled::{Compiled, formwork, list, text},
    images::{as_ours, errors},
    in_pairs, process,
    world::{World, folder, world},
};

/// hadolint's rules about the commands in RUN, which are the user's: what they find is for our
/// own diagnostics to say, at the template's place. (And everything of its shell checker.)
const ABOUT_COMMANDS: &str = "DL3001 DL3004 DL3005 DL3008 DL3009 DL3013 DL3014 DL3015 DL3016 DL3017 DL3018 DL3019 DL3027 \
     DL3028 DL3030 DL3031 DL3032 DL3033 DL3034 DL3035 DL3036 DL3037 DL3038 DL3039 DL3040 DL3041 DL3042 DL3046 DL3047 DL3060 \
     DL3062 DL4001 DL4006";

/// A configuration and the way its project calls Packer.
struct Configuration {
    id: String,
    description: Value,
    /// Whether its sources are containers, so that nothing is to be added.
    container: bool,
}

#[test]
fn corpus() {
    let Some(corpus) = folder("FORMWORK_CORPUS") else {
        // Also where skipping is forbidden: the templates are not part of the project.
        println!("skipped: FORMWORK_CORPUS does not name the folder of real templates");
        return;
    };
    let Some(world) = world() else { return };
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/acceptance/corpus-expected.toml");
    let expected: BTreeMap<String, String> = toml::from_str(&fs::read_to_string(list).unwrap()).unwrap();
    let configurations: Vec<Configuration> = fs::read_to_string(corpus.join("verdicts.jsonl"))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|description: &Value| description["kind"] == "hcl")
        .map(|description| Configuration {
            id: text(&description["id"]),
            container: container(&corpus, &description),
            description,
        })
        .collect();
    let results = in_pairs(&configurations, |configuration| compile(world, &corpus, configuration));
    let mut unlike = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (configuration, result) in configurations.iter().zip(results) {
        let id = &configuration.id;
        let outcome = result.unwrap_or_else(|broken| format!("broken: {broken}"));
        if configuration.container {
            println!("{id}\n    {outcome}");
            let due = expected.get(id).map_or("not listed", String::as_str);
            if outcome != due {
                unlike.push(format!("{id}: {outcome}; corpus-expected.toml: {due}"));
            }
        } else {
            let word = outcome.split(':').next().unwrap();
            *counts.entry(word.to_owned()).or_default() += 1;
            if word == "broken" {
                unlike.push(format!("{id}: {outcome}"));
            }
        }
    }
    let counts: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    println!("with a base image given: {}", counts.join(", "));
    assert!(unlike.is_empty(), "{} not as expected:\n{}", unlike.len(), unlike.join("\n"));
}

/// Whether a file of the configuration declares a source of the docker plugin.
fn container(corpus: &Path, description: &Value) -> bool {
    list(&description["config"]).iter().any(|file| {
        let content = fs::read_to_string(corpus.join(text(file))).unwrap_or_default();
        content.lines().any(|line| {
            let mut words = line.split_whitespace();
            words.next() == Some("source") && words.next() == Some("\"docker\"")
        })
    })
}

/// Compiles a configuration where it lies in a copy of its project. The error says what is
/// emitted and should not be.
fn compile(world: &World, corpus: &Path, configuration: &Configuration) -> Result<String, String> {
    let Configuration { id: _, description, container } = configuration;
    let scratch = tempfile::tempdir().unwrap();
    let cwd = PathBuf::from(text(&description["cwd"]));
    let project = cwd.components().next().unwrap();
    let words = ["-R", "-P", "--", &corpus.join(project).to_string_lossy(), &scratch.path().to_string_lossy()]
        .map(str::to_owned);
    process::run(Path::new("/"), Path::new("/bin/cp"), words, &[]).success()?;
    let folder = scratch.path().join(&cwd);

    let mut reading = vec![text(&description["target"])];
    reading.extend(list(&description["args"]).iter().map(|word| as_ours(&text(word))));
    for (name, value) in description["placeholders"].as_object().into_iter().flatten() {
        reading.extend(["--var".to_owned(), format!("{name}={}", text(value))]);
    }
    let mut arguments = vec!["compile".to_owned()];
    arguments.extend(reading.clone());
    arguments.extend(["--target", "dockerfile", "--out", "formwork-out"].map(str::to_owned));
    if !container {
        arguments.extend(["--set", "dockerfile.base=debian:12"].map(str::to_owned));
    }
    let run = formwork(&folder, arguments, &[]);
    if !matches!(run.code, Some(0 | 1)) {
        return Err(run.to_string());
    }
    let compiled = Compiled::new(&folder, "formwork-out", Vec::new());
    if compiled.json("fidelity.json").is_none() {
        let mut check = vec!["check".to_owned()];
        check.extend(reading);
        check.extend(["--format", "json"].map(str::to_owned));
        return Ok(format!("rejected: {}", errors(&formwork(&folder, check, &[]).stdout)));
    }
    let refused: BTreeSet<String> = compiled
        .inexact()
        .into_iter()
        .filter(|entry| entry.verdict == "refused")
        .map(|entry| entry.construct)
        .collect();
    let images = compiled.images();
    if !images.is_empty() {
        let targets = compiled.targets(world)?;
        let downloads = targets.iter().filter(|(name, _)| name.ends_with("-downloads")).count();
        if targets.len() - downloads != images.len() {
            return Err(format!("{} images, {} bake targets", images.len(), targets.len()));
        }
        for target in targets.values() {
            compiled.build_check(world, target)?;
            let mut findings = compiled.hadolint(world, target);
            findings.retain(|finding| !about_commands(finding));
            if !findings.is_empty() {
                return Err(findings.join("\n"));
            }
        }
    } else if refused.is_empty() {
        return Err(format!("nothing emitted and nothing refused: {run}"));
    }
    let refused: Vec<String> = refused.into_iter().collect();
    Ok(match (images.len(), refused.is_empty()) {
        (0, _) => format!("refused: {}", refused.join(", ")),
        (count, true) => format!("emitted: {count}"),
        (count, false) => format!("emitted: {count}, refused: {}", refused.join(", ")),
    })
}

fn about_commands(finding: &str) -> bool {
    let code = finding.split_whitespace().nth(1).unwrap_or_default();
    code.starts_with("SC") || ABOUT_COMMANDS.split(' ').any(|known| known == code)
}
