//! `expected.toml`: the cases that differ, each with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Deserialize;

const HEAD: &str = "\
# Cases of the records where the answer differs from Packer's, by reason. A case that differs and is not listed fails the
# test, and so does one that is listed and agrees: `UPDATE=1 cargo test --test conformance` takes those out, and adds new
# ones under an empty reason, which the test refuses.
";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    differ: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    reason: String,
    cases: Vec<String>,
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/expected.toml")
}

/// Holds what differs against the list.
pub(crate) fn compare(differing: &BTreeMap<String, String>, ids: &[&str]) {
    let text = std::fs::read_to_string(path()).unwrap();
    let mut file: File = toml::from_str(&text).unwrap();
    let listed: BTreeSet<&String> = file.differ.iter().flat_map(|group| &group.cases).collect();
    let mut wrong = Vec::new();
    for (id, why) in differing {
        if !listed.contains(id) {
            wrong.push(format!("{id}: {why}"));
        }
    }
    let agreeing: Vec<String> =
        listed.iter().filter(|id| !differing.contains_key(**id)).map(|id| (*id).clone()).collect();
    for id in &agreeing {
        let known = ids.contains(&id.as_str());
        wrong.push(format!(
            "{id}: {}",
            if known { "agrees now: take it out of the list" } else { "there is no such case" }
        ));
    }
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        let new: Vec<String> = differing.keys().filter(|id| !listed.contains(id)).cloned().collect();
        for group in &mut file.differ {
            group.cases.retain(|id| !agreeing.contains(id));
        }
        if !new.is_empty() {
            file.differ.push(Group { reason: String::new(), cases: new });
        }
        write(&file);
        return;
    }
    for group in &file.differ {
        if group.reason.trim().is_empty() {
            wrong.push(format!("no reason is given for {}", group.cases.join(", ")));
        }
    }
    assert!(wrong.is_empty(), "{} answers are not as listed:\n{}", wrong.len(), wrong.join("\n"));
}

fn write(file: &File) {
    let mut text = HEAD.to_owned();
    for Group { reason, cases } in file.differ.iter().filter(|group| !group.cases.is_empty()) {
        let mut cases = cases.clone();
        cases.sort();
        let _ = write!(text, "\n[[differ]]\nreason = {}\ncases = [\n", toml_text(reason));
        for case in cases {
            let _ = writeln!(text, "    {},", toml_text(&case));
        }
        text.push_str("]\n");
    }
    std::fs::write(path(), text).unwrap();
}

/// A basic string: reasons and ids hold nothing but letters, quotes and backslashes.
fn toml_text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
