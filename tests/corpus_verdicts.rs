//! Real templates in all spellings, with the arguments their own projects call Packer with: no error where real Packer
//! has none, and an error where Packer finds one in the language.
//!
//! The records are those of `FORMWORK_CORPUS`; what we say that Packer does not is listed in
//! `corpus_verdicts.toml`, each with its proof.

#![expect(clippy::disallowed_methods, reason = "tests read records and write temporary folders")]
#![expect(clippy::print_stdout, reason = "what was skipped or counted is said")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use formwork::diagnostic::Severity;
use formwork::engine::{Request, analyse};
use formwork::resolve::Inputs;
use formwork::schema::Schemas;
use formwork::write::DiskFiles;
use serde_json::Value;
use support::root;

/// What Packer says of the language itself, by its summary: we must find it, too.
const LANGUAGE: [&str; 4] =
    ["Unsupported attribute", "Missing build block", "Incorrect attribute value type", "Duplicate required_plugin"];

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The errors of Packer in one run.
struct Verdict<'a> {
    id: &'a str,
    errors: Vec<&'a Value>,
}

impl<'a> Verdict<'a> {
    fn new(record: &'a Value) -> Self {
        let errors = list(&record["messages"]).iter().filter(|message| message["severity"] == "error").collect();
        Self { id: text(&record["id"]), errors }
    }

    fn has(&self, class: &str) -> bool {
        self.errors.iter().any(|error| error["class"] == class)
    }

    /// Whether Packer, too, has a reason for an error of ours.
    fn allows(&self, code: &str) -> bool {
        match code {
            // What is not on disk is not there, whatever Packer says. It stops at the first component with an error, so it
            // need not have come to the one that reads the file; where it finds nothing wrong, no file is missing.
            "missing-file" => !self.errors.is_empty(),
            "unset-variable" => self.has("unsupplied-value"),
            "unknown-component" => self.has("missing-plugin") || self.has("template"),
            _ => self.has("template"),
        }
    }

    fn is_about_language(&self) -> bool {
        let known = |error: &&Value| {
            let said = format!("{} {}", text(&error["summary"]), text(&error["detail"]));
            error["class"] == "template" && LANGUAGE.iter().any(|summary| said.contains(summary))
        };
        self.errors.iter().any(known)
    }
}

/// The options of a recorded call, as we take them.
fn inputs(record: &Value) -> Inputs {
    let mut inputs = Inputs { require_values: true, environment: Some(BTreeMap::new()), ..Inputs::default() };
    let mut variable = |assignment: &str| {
        let (name, value) = assignment.split_once('=').expect("a variable is given as NAME=VALUE");
        inputs.variables.push((name.to_owned(), value.to_owned()));
    };
    let mut arguments = list(&record["args"]).iter().map(text);
    while let Some(argument) = arguments.next() {
        let argument = argument.trim_start_matches('-');
        let (option, value) = match argument.split_once('=') {
            Some((option, value)) if option != "var" || value.contains('=') => (option, value),
            Some(_) | None => (argument, arguments.next().expect("an option has a value")),
        };
        match option {
            "var" => variable(value),
            "var-file" => inputs.var_files.push(value.to_owned()),
            "only" => inputs.only.extend(value.split(',').map(str::to_owned)),
            "except" => inputs.except.extend(value.split(',').map(str::to_owned)),
            other => panic!("unknown option {other} in {}", record["id"]),
        }
    }
    for (name, value) in record["placeholders"].as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        inputs.variables.push((name.clone(), value));
    }
    inputs
}

/// The errors we find: code, file, line, message.
fn ours(folder: &Path, record: &Value) -> Result<Vec<(String, String)>, String> {
    let files = DiskFiles::new(folder).map_err(|error| error.to_string())?;
    let inputs = inputs(record);
    let target = text(&record["target"]).to_owned();
    let paths = [target];
    let request = Request { paths: &paths, root: None, project: &files, files: &files, inputs: &inputs };
    let analysis = analyse(&request, &Schemas::embedded()).map_err(|error| error.to_string())?;
    let sources = analysis.sources;
    let errors = analysis.sink.into_sorted().into_iter().filter(|found| found.severity == Severity::Error);
    Ok(errors
        .map(|found| {
            let place = sources.position(found.span);
            let file = &sources.file(found.span.file).name;
            (found.code().to_owned(), format!("{file}:{}: {}", place.line, found.message))
        })
        .collect())
}

/// A copy of the records in which the files lie that the projects' own scripts make.
fn prepared(corpus: &Path, records: &[Value]) -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a temporary folder");
    let mut command = std::process::Command::new("/bin/cp");
    let done = command.args(["-R", "-P", "--"]).arg(corpus.join(".")).arg(copy.path()).status();
    assert!(done.is_ok_and(|status| status.success()), "the records cannot be copied");
    let wanted: BTreeSet<&str> = records.iter().flat_map(|record| list(&record["prepared"])).map(text).collect();
    for path in wanted {
        let made = copy.path().join(path);
        let from = [".tmpl", ".example"].map(|suffix| PathBuf::from(format!("{}{suffix}", made.display())));
        if let Some(from) = from.iter().find(|from| from.exists()).filter(|_| !made.exists()) {
            std::fs::copy(from, &made).expect("a file is copied");
        }
    }
    copy
}

#[test]
fn no_error_where_packer_has_none() {
    let Some(corpus) = std::env::var_os("FORMWORK_CORPUS").map(PathBuf::from) else {
        println!("skipped: FORMWORK_CORPUS does not name the folder of real templates");
        return;
    };
    let text_of = std::fs::read_to_string(corpus.join("verdicts.jsonl")).expect("the verdicts");
    let records: Vec<Value> =
        text_of.lines().map(|line| serde_json::from_str(line).expect("a verdict is JSON")).collect();
    let list_of = std::fs::read_to_string(root().join("tests/corpus_verdicts.toml")).expect("the list");
    let mut listed: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(&list_of).expect("the list is TOML");
    let copy = prepared(&corpus, &records);
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for record in &records {
        let verdict = Verdict::new(record);
        let found = match ours(&copy.path().join(text(&record["cwd"])), record) {
            Ok(found) => found,
            Err(error) => {
                wrong.push(format!("{}: {error}", verdict.id));
                continue;
            }
        };
        // A file that only requires plugins is for `packer init`: without a build it is what it means to be, and where a
        // plugin is missing Packer does not come to say that there is none.
        let plugins_only = record["kind"] == "hcl (plugins only)";
        let mut reasons = listed.remove(verdict.id).unwrap_or_default();
        let mut more = 0;
        for (code, place) in &found {
            let meant = plugins_only && code == "no-build";
            if !meant && !verdict.allows(code) && reasons.remove(code).is_none() {
                more += 1;
                wrong.push(format!("{}: error[{code}] {place}", verdict.id));
            }
        }
        if verdict.is_about_language() && found.is_empty() && !plugins_only {
            wrong.push(format!("{}: Packer has an error of the language, we have none", verdict.id));
        }
        wrong.extend(reasons.keys().map(|code| format!("{}: {code} is listed and not found", verdict.id)));
        let kind = text(&record["kind"]).split(' ').next().unwrap_or_default();
        let outcome = match (found.is_empty(), more) {
            (true, _) => "nothing",
            (false, 0) => "errors that Packer has, too",
            (false, _) => "errors that Packer does not have",
        };
        *counts.entry((kind, outcome)).or_default() += 1;
    }
    for ((kind, outcome), count) in counts {
        println!("{count:4} {kind:5} {outcome}");
    }
    wrong.extend(listed.keys().map(|id| format!("{id} is listed and not recorded")));
    assert!(wrong.is_empty(), "{} of {} configurations:\n{}", wrong.len(), records.len(), wrong.join("\n"));
}
