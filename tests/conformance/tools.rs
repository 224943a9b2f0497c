//! What the program does with files: `fmt`, and reading what `hcl2_upgrade` upgrades.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use formwork::resolve::template::ImagePlan;
use serde_json::Value as Json;

use crate::case::Case;
use crate::{Outcome, Records, run};

fn program(arguments: &[&str], folder: &Path, input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_formwork"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read has closed its end.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// `fmt`, through standard input or on a copy of the files.
pub(crate) fn format(case: &Case, records: &Records) -> Outcome {
    let json = &case.json;
    if let Some(input) = json.get("input").and_then(Json::as_str) {
        return Outcome::from(piped(case, input));
    }
    Outcome::from(on_disk(case, records))
}

/// `fix` on a copy of the template. Packer prints all of it anew; what it says is compared, not how.
pub(crate) fn fix(case: &Case, records: &Records) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.json");
    let text = std::fs::read_to_string(records.folder.join(&case.texts("config")[0])).unwrap();
    std::fs::write(&path, &text).unwrap();
    let output = program(&["fix", "template.json"], folder.path(), "");
    let now = std::fs::read_to_string(&path).unwrap();
    match (case.accepted, output.status.code()) {
        (false, Some(1)) if now == text => Ok(()),
        (true, Some(0)) => match case.json.get("stdout").and_then(Json::as_str) {
            Some(expected) => same_json(&now, &serde_json::from_str(expected).unwrap()),
            None => Ok(()),
        },
        (_, code) => Err(format!("ends with {code:?}: {}", first_line(&output.stderr))),
    }
}

/// One of Packer's fixers, on the template as three people lay it out.
pub(crate) fn fix_one(case: &Case) -> Result<(), String> {
    let input = &case.json["input"];
    let name = case.json["fixer"].as_str().unwrap();
    let pretty = serde_json::to_string_pretty(input).unwrap();
    for text in [input.to_string(), pretty.replace('\n', "\r\n").replace("  ", "\t"), pretty] {
        match (case.accepted, formwork::outdated::run_fixer(name, &text)) {
            (true, Ok(fixed)) => {
                same_json(&fixed, &case.json["output"])?;
                let again = formwork::outdated::run_fixer(name, &fixed)?;
                if again != fixed {
                    return Err(format!("a second time it gives {again}"));
                }
            }
            (true, Err(why)) => return Err(why),
            (false, Ok(fixed)) => return Err(format!("Packer fails, ours gives {fixed}")),
            (false, Err(_)) => {}
        }
    }
    Ok(())
}

fn same_json(text: &str, expected: &Json) -> Result<(), String> {
    let ours: Json = serde_json::from_str(text).map_err(|error| format!("{error} in {text}"))?;
    if ours == *expected { Ok(()) } else { Err(format!("ours is {ours}, Packer's {expected}")) }
}

fn piped(case: &Case, input: &str) -> Result<(), String> {
    let output = program(&["fmt", "-"], Path::new("."), input);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if case.accepted {
        if output.status.success() && Some(text.as_str()) == case.json["output"].as_str() {
            return Ok(());
        }
        return Err(format!("gives {text:?} {}", first_line(&output.stderr)));
    }
    if output.status.code() == Some(1) { Ok(()) } else { Err(format!("ends with {:?}", output.status.code())) }
}

fn on_disk(case: &Case, records: &Records) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    if let Some(tree) = case.json.get("tree").and_then(Json::as_object) {
        for (path, text) in tree {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text.as_str().unwrap()).unwrap();
        }
        paths.push(".".to_owned());
    }
    for path in case.texts("config") {
        let from = records.folder.join(&path);
        let to = folder.path().join(&path);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        if from.is_dir() {
            std::fs::create_dir_all(&to).unwrap();
            for entry in std::fs::read_dir(&from).unwrap().map(|entry| entry.unwrap().path()) {
                if entry.is_file() {
                    std::fs::copy(&entry, to.join(entry.file_name().unwrap())).unwrap();
                }
            }
        } else {
            std::fs::copy(&from, &to).unwrap();
        }
        paths.push(path);
    }
    let mut arguments = vec!["fmt"];
    let args = case.args();
    if args.iter().any(|arg| arg.starts_with("-check")) {
        arguments.push("--check");
    }
    if args.iter().any(|arg| arg == "-diff") {
        arguments.push("--diff");
    }
    if !args.iter().any(|arg| arg.starts_with("-recursive")) {
        arguments.push("--no-recursive");
    }
    let input = case.json.get("stdin").and_then(Json::as_str);
    if input.is_some() {
        paths.push("-".to_owned());
    }
    arguments.extend(paths.iter().map(String::as_str));
    let output = program(&arguments, folder.path(), input.unwrap_or_default());
    let code = output.status.code();
    let said = || first_line(&output.stderr);
    if case.accepted != (code == Some(0) || (code == Some(1) && arguments.contains(&"--diff"))) {
        return Err(format!("ends with {code:?}: {}", said()));
    }
    if input.is_some() && case.json["stdout"] != *String::from_utf8_lossy(&output.stdout) {
        return Err(format!("prints {:?}", String::from_utf8_lossy(&output.stdout)));
    }
    if let Some(expected) = case.json.get("formatted").and_then(Json::as_str) {
        let ours = std::fs::read(folder.path().join(&paths[0])).unwrap();
        if ours != std::fs::read(records.folder.join(expected)).unwrap() {
            return Err("the text is another".to_owned());
        }
    }
    for (path, text) in case.json.get("tree_after").and_then(Json::as_object).into_iter().flatten() {
        let ours = std::fs::read_to_string(folder.path().join(path)).unwrap();
        if Some(ours.as_str()) != text.as_str() {
            return Err(format!("{path} is {ours:?}"));
        }
    }
    Ok(())
}

/// The legacy template and what Packer made of it mean the same: names, builders, steps and chains.
pub(crate) fn upgrade(case: &Case, records: &Records) -> Outcome {
    let legacy = run::run(case, records, &case.config());
    // Packer upgrades a part of a template, too, one whose variables nobody sets, and one whose plugins would complain.
    let demands = formwork::check::declarations();
    let is_whole = |code: &str| {
        ["no-builder", "unset-variable"].contains(&code) || demands.iter().any(|demand| demand.code == code)
    };
    if let Some(error) = legacy.errors().iter().find(|error| !is_whole(&error.code)) {
        return Outcome::from(if case.accepted || error.code == "load-error" {
            Err(format!("ours: {error}"))
        } else {
            Ok(())
        });
    }
    let Some(expected) = case.json.get("expected_output").and_then(Json::as_str) else { return Outcome::Agrees };
    let expected = if case.is_probe() {
        expected.strip_prefix(&format!("{}/", case.cwd())).unwrap_or(expected).to_owned()
    } else {
        case.as_given(expected)
    };
    let upgraded = run::run(case, records, &[expected]);
    let shapes = |images: &[ImagePlan]| {
        let mut all: Vec<String> = images.iter().map(shape).collect();
        all.sort();
        all
    };
    let (Some(legacy), Some(upgraded)) = (legacy.template, upgraded.template) else {
        return Outcome::Differs("one of the two cannot be read".to_owned());
    };
    let (ours, theirs) = (shapes(&legacy.images), shapes(&upgraded.images));
    if ours == theirs { Outcome::Agrees } else { Outcome::Differs(format!("ours is {ours:?}, theirs {theirs:?}")) }
}

fn shape(image: &ImagePlan) -> String {
    let types = |components: &[formwork::resolve::template::Component]| {
        components.iter().map(|component| component.ty.value.clone()).collect::<Vec<_>>().join("+")
    };
    let chains: Vec<String> = image.post_processors.iter().map(|chain| types(chain)).collect();
    format!("{} {} / {}", image.source.ty.value, types(&image.provisioners), chains.join(" "))
}

fn first_line(said: &[u8]) -> String {
    String::from_utf8_lossy(said).lines().next().unwrap_or_default().to_owned()
}
