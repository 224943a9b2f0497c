//! Every mapping of a summary is earned by a minimal template.

use std::collections::BTreeMap;

use formwork::engine::{Request, analyse};
use formwork::resolve::Inputs;
use formwork::schema::Schemas;
use formwork::source::MemoryFiles;

use crate::mapping::{MINIMAL, Minimal};
use crate::summaries::{self, SUMMARIES};

const SOURCE: &str = "\nsource \"null\" \"x\" {\n  communicator = \"none\"\n}\n";

#[test]
fn each_way_to_go_wrong_is_said_at_its_cause() {
    let wrong: Vec<String> = MINIMAL.iter().filter_map(|minimal| judge(minimal).err()).collect();
    assert!(wrong.is_empty(), "{} are not said as the table has it:\n{}", wrong.len(), wrong.join("\n"));
}

/// A code in the table that no template earns may be misspelt.
#[test]
fn each_code_of_the_table_is_earned_by_a_template() {
    // What no files in memory can be.
    let beyond = ["load-error"];
    let mut missing = Vec::new();
    for summary in SUMMARIES {
        for code in summary.codes.iter().filter(|code| !beyond.contains(code)) {
            if !MINIMAL.iter().any(|minimal| minimal.code == *code) {
                missing.push(format!("{:?}: {code}", summary.text));
            }
        }
    }
    assert!(missing.is_empty(), "no template earns these:\n{}", missing.join("\n"));
}

fn judge(minimal: &Minimal) -> Result<(), String> {
    let Minimal { summary, code, text, given } = minimal;
    let told = |what: String| Err(format!("{summary:?} [{code}] {text:?}: {what}"));
    match summaries::codes(summary) {
        Some(codes) if codes.contains(code) => {}
        codes => return told(format!("the table has {codes:?}")),
    }
    let (name, whole) = if text.starts_with('{') {
        ("main.pkr.json", (*text).to_owned())
    } else if let Some(json) = text.strip_prefix("json:") {
        ("main.pkr.json", json.to_owned())
    } else if let Some(inside) = text.strip_prefix("build:") {
        ("main.pkr.hcl", format!("build {{\n  sources = [\"null.x\"]\n{inside}\n}}{SOURCE}"))
    } else if let Some(inside) = text.strip_prefix("provisioner:") {
        let step = format!("  provisioner \"shell-local\" {{\n    inline = [\"x\"]\n  {inside}\n  }}");
        ("main.pkr.hcl", format!("build {{\n  sources = [\"null.x\"]\n{step}\n}}{SOURCE}"))
    } else if text.contains("build {") {
        ("main.pkr.hcl", (*text).to_owned())
    } else {
        ("main.pkr.hcl", format!("{text}\n{SOURCE}build {{\n  sources = [\"null.x\"]\n}}\n"))
    };
    let mut files = MemoryFiles::new().with(name, whole.clone());
    let mut inputs = Inputs {
        require_values: true,
        environment: Some(BTreeMap::new()),
        now: Some(1_700_000_000),
        ..Inputs::default()
    };
    for (what, value) in *given {
        match what.split_once(' ') {
            Some(("-var", name)) => inputs.variables.push((name.to_owned(), (*value).to_owned())),
            Some(("env", name)) => {
                inputs.environment.get_or_insert_default().insert(name.to_owned(), (*value).to_owned());
            }
            Some((_, name)) => {
                if !value.is_empty() {
                    files = files.with(name, *value);
                }
                inputs.var_files.push(name.to_owned());
            }
            None if *what == "-only" => inputs.only.push((*value).to_owned()),
            None => inputs.except.push((*value).to_owned()),
        }
    }
    let paths = [name.to_owned()];
    let request = Request { paths: &paths, root: None, project: &files, files: &files, inputs: &inputs };
    let analysis = match analyse(&request, &Schemas::embedded()) {
        Ok(analysis) => analysis,
        Err(error) => return told(error.to_string()),
    };
    let line = whole.lines().position(|line| line.ends_with("# here")).map(|at| at + 1);
    let found: Vec<(&str, usize)> = analysis
        .sink
        .diagnostics()
        .iter()
        .map(|diagnostic| (diagnostic.code(), analysis.sources.position(diagnostic.span).line))
        .collect();
    if found.iter().any(|(own, at)| own == code && line.is_none_or(|line| line == *at)) {
        Ok(())
    } else {
        told(format!("{found:?}, wanted at line {line:?}"))
    }
}
