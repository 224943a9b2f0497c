//! Converting real templates there and back: the same graph, in each spelling.
//!
//! The templates are those of `FORMWORK_CORPUS`. What cannot be converted stands in `convert.toml` with its reason.

#![expect(clippy::disallowed_methods, reason = "tests read records and write temporary folders")]
#![expect(clippy::print_stdout, reason = "what was skipped or counted is said")]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use formwork::diagnostic::Sink;
use formwork::engine::{self, Analysis, Conversion, Request, SiblingFiles, analyse};
use formwork::resolve::Inputs;
use formwork::schema::Schemas;
use formwork::source::Files;
use formwork::syntax::Spelling;
use formwork::write::DiskFiles;
use serde_json::Value;
use support::root;

enum Outcome {
    Same,
    HasErrors,
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The variables that a recorded call gives.
fn inputs(record: &Value) -> Inputs {
    let mut inputs = Inputs::default();
    let mut variable = |assignment: &str| {
        if let Some((name, value)) = assignment.split_once('=') {
            inputs.variables.push((name.to_owned(), value.to_owned()));
        }
    };
    let arguments: Vec<&str> = record["args"].as_array().into_iter().flatten().map(text).collect();
    let mut arguments = arguments.iter().copied();
    while let Some(argument) = arguments.next() {
        let argument = argument.trim_start_matches('-');
        let (option, value) = match argument.split_once('=') {
            Some((option, value)) if option != "var" || value.contains('=') => (option, value),
            Some(_) | None => (argument, arguments.next().unwrap_or_default()),
        };
        match option {
            "var" => variable(value),
            "var-file" => inputs.var_files.push(value.to_owned()),
            _ => {}
        }
    }
    inputs
}

fn read(files: &dyn Files, project: &dyn Files, path: &str, inputs: &Inputs) -> Result<Analysis, String> {
    let paths = [path.to_owned()];
    let request = Request { paths: &paths, root: None, project, files, inputs };
    let mut analysis = analyse(&request, &Schemas::embedded()).map_err(|error| error.to_string())?;
    engine::set_demands_aside(&mut analysis);
    Ok(analysis)
}

fn said(sink: Sink) -> String {
    let first = sink.into_sorted().into_iter().map(|found| format!("{}: {}", found.code(), found.message)).next();
    first.unwrap_or_default()
}

fn step(
    files: &dyn Files,
    project: &dyn Files,
    before: &Analysis,
    (path, inputs): (&str, &Inputs),
    to: Spelling,
) -> Result<(Conversion, String, Inputs), String> {
    let mut sink = Sink::new();
    let conversion =
        engine::convert(before, to, &Schemas::embedded(), &mut sink).ok_or_else(|| said(std::mem::take(&mut sink)))?;
    let (renamed, var_files) = conversion.reading(path, &inputs.var_files, to);
    let after_inputs = Inputs { var_files, ..inputs.clone() };
    let overlay = SiblingFiles::new(project, &conversion);
    let after = read(files, &overlay, &renamed, &after_inputs)?;
    if !engine::verify(before, &after, inputs, to, &mut sink) {
        return Err(said(sink));
    }
    Ok((conversion, renamed, after_inputs))
}

/// To a spelling and back to HCL; what stood in the way.
fn there_and_back(folder: &Path, record: &Value, there: Spelling) -> Result<Outcome, String> {
    let disk = DiskFiles::new(folder).map_err(|error| error.to_string())?;
    let (path, inputs) = (text(&record["target"]), inputs(record));
    let before = read(&disk, &disk, path, &inputs)?;
    // It is no template that somebody would convert.
    if before.sink.has_errors() {
        return Ok(Outcome::HasErrors);
    }
    let (first, path, inputs) = step(&disk, &disk, &before, (path, &inputs), there)?;
    let overlay = SiblingFiles::new(&disk, &first);
    let middle = read(&disk, &overlay, &path, &inputs)?;
    let (second, path, inputs) = step(&disk, &overlay, &middle, (&path, &inputs), Spelling::Hcl)?;
    let again = SiblingFiles::new(&overlay, &second);
    let after = read(&disk, &again, &path, &inputs)?;
    let mut sink = Sink::new();
    engine::verify(&before, &after, &inputs, Spelling::Hcl, &mut sink)
        .then_some(Outcome::Same)
        .ok_or_else(|| said(sink))
}

/// A legacy template as HCL; what stood in the way.
fn upgraded(folder: &Path, record: &Value) -> Result<Outcome, String> {
    let disk = DiskFiles::new(folder).map_err(|error| error.to_string())?;
    let (path, inputs) = (text(&record["target"]), inputs(record));
    let before = read(&disk, &disk, path, &inputs)?;
    if before.sink.has_errors() {
        return Ok(Outcome::HasErrors);
    }
    step(&disk, &disk, &before, (path, &inputs), Spelling::Hcl).map(|_| Outcome::Same)
}

/// A legacy template as HCL and back as legacy JSON; what stood in the way.
fn upgraded_and_back(folder: &Path, record: &Value) -> Result<Outcome, String> {
    let disk = DiskFiles::new(folder).map_err(|error| error.to_string())?;
    let (path, inputs) = (text(&record["target"]), inputs(record));
    let before = read(&disk, &disk, path, &inputs)?;
    if before.sink.has_errors() {
        return Ok(Outcome::HasErrors);
    }
    let (first, path, inputs) = step(&disk, &disk, &before, (path, &inputs), Spelling::Hcl)?;
    let overlay = SiblingFiles::new(&disk, &first);
    let middle = read(&disk, &overlay, &path, &inputs)?;
    step(&disk, &overlay, &middle, (&path, &inputs), Spelling::LegacyJson).map(|_| Outcome::Same)
}

/// Makes the files that the project's own scripts make.
fn prepare(copy: &Path, record: &Value) {
    for path in record["prepared"].as_array().into_iter().flatten().map(text) {
        let made = copy.join(path);
        let from = [".tmpl", ".example"].map(|suffix| PathBuf::from(format!("{}{suffix}", made.display())));
        if let Some(from) = from.iter().find(|from| from.exists()).filter(|_| !made.exists()) {
            std::fs::copy(from, &made).expect("a file is copied");
        }
    }
}

/// What became of each recorded configuration of a kind, against the list.
fn compare(kind: &str, outcomes: impl Fn(&Path, &Value) -> Vec<(String, Result<Outcome, String>)>) {
    let Some(corpus) = std::env::var_os("FORMWORK_CORPUS").map(PathBuf::from) else {
        println!("skipped: FORMWORK_CORPUS does not name the folder of real templates");
        return;
    };
    let records = std::fs::read_to_string(corpus.join("verdicts.jsonl")).expect("the verdicts");
    let copy = tempfile::tempdir().expect("a temporary folder");
    let mut command = std::process::Command::new("/bin/cp");
    let done = command.args(["-R", "-P", "--"]).arg(corpus.join(".")).arg(copy.path()).status();
    assert!(done.is_ok_and(|status| status.success()), "the records cannot be copied");
    let list = std::fs::read_to_string(root().join("tests/convert.toml")).expect("the list");
    let mut listed: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(&list).expect("the list is TOML");
    let mut listed = listed.remove(kind).unwrap_or_default();
    let mut wrong = Vec::new();
    let (mut all, mut same, mut faulty) = (0, 0, 0);
    for record in records.lines().map(|line| serde_json::from_str::<Value>(line).expect("a verdict is JSON")) {
        if text(&record["kind"]).split(' ').next() != Some(kind) {
            continue;
        }
        prepare(copy.path(), &record);
        for (to, outcome) in outcomes(&copy.path().join(text(&record["cwd"])), &record) {
            let id = format!("{} to {to}", text(&record["id"]));
            all += 1;
            match (outcome, listed.remove(&id)) {
                (Ok(Outcome::Same), None) => same += 1,
                (Ok(Outcome::HasErrors), None) => faulty += 1,
                (Ok(_), Some(_)) => wrong.push(format!("{id:?} is listed, and converts")),
                (Err(why), Some(reason)) if reason == why => {}
                (Err(why), _) => wrong.push(format!("{id:?} = {why:?}")),
            }
        }
    }
    println!("{kind}: {same} of {all} conversions give the same graph; {faulty} are of templates with errors");
    wrong.extend(listed.keys().map(|id| format!("{id:?} is listed, and not recorded")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn real_templates_come_back() {
    compare("hcl", |folder, record| {
        let spellings = [("json", Spelling::Json), ("yaml", Spelling::Yaml)];
        spellings.map(|(word, there)| (word.to_owned(), there_and_back(folder, record, there))).into()
    });
}

#[test]
fn legacy_templates_become_hcl() {
    compare("json", |folder, record| {
        let mut outcomes = vec![("hcl".to_owned(), upgraded(folder, record))];
        if let [(_, Ok(Outcome::Same))] = outcomes.as_slice() {
            outcomes.push(("hcl and back".to_owned(), upgraded_and_back(folder, record)));
        }
        outcomes
    });
}
