//! Keeps data flowing one way: a stage imports only from stages above it.

#![expect(clippy::disallowed_methods, reason = "tests read the source")]

mod support;

use std::collections::BTreeSet;

use support::{root, rust_files};

/// The stages, from the one that imports nothing of ours to the one that imports all.
const STAGES: [&str; 17] = [
    "source",
    "diagnostic",
    "syntax",
    "schema",
    "parse",
    "outdated",
    "format",
    "print",
    "resolve",
    "project",
    "component",
    "check",
    "graph",
    "targets",
    "engine",
    "write",
    "cli",
];

/// What a file says outside of comments and tests.
fn code(text: &str) -> String {
    let tests = text.find("\nmod tests {").and_then(|at| text[..at].rfind("#[cfg(test)]"));
    let end = tests.unwrap_or(text.len());
    let lines = text[..end].lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn is_test(path: &str) -> bool {
    path.ends_with("tests.rs") || path.contains("/tests/") || path.ends_with("fixture.rs")
}

/// Files outside of tests: stage, path, code.
fn files() -> Vec<(String, String, String)> {
    rust_files(&root().join("src"))
        .into_iter()
        .filter(|(path, _)| !is_test(path))
        .map(|(path, text)| {
            let stage = path.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
            let code = code(&text);
            (stage, path, code)
        })
        .collect()
}

/// The names that follow `prefix::` in code, also in braces.
fn imported(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let start = format!("{prefix}::");
    for (at, _) in code.match_indices(&start) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$' || c == ':') {
            continue;
        }
        let rest = &code[at + start.len()..];
        let Some(inside) = rest.strip_prefix('{') else {
            found.insert(name(rest));
            continue;
        };
        let (mut depth, mut first) = (0, true);
        for (at, c) in inside.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => first = true,
                c if first && !c.is_whitespace() => {
                    found.insert(name(&inside[at..]));
                    first = false;
                }
                _ => {}
            }
        }
    }
    found
}

fn name(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn stages_import_only_from_above() {
    let place = |stage: &str| STAGES.iter().position(|known| *known == stage);
    let mut wrong = Vec::new();
    for (stage, path, code) in files() {
        let Some(own) = place(&stage) else {
            assert!(matches!(stage.as_str(), "lib" | "main"), "src/{path} belongs to no stage");
            continue;
        };
        for other in imported(&code, "crate") {
            if place(&other).is_some_and(|other| other > own) {
                wrong.push(format!("src/{path} imports crate::{other}, which is a later stage"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn siblings_do_not_import_each_other() {
    // `data` is what the readers of JSON and YAML give, and the templates inside of its strings.
    // `plan` is what plans of the graph come to for every target.
    let shared = ["text", "fidelity", "plan", "data"];
    let mut wrong = Vec::new();
    for (stage, path, code) in files() {
        let mut parts = path.split('/').skip(1);
        let Some(own) = parts.next().map(|part| part.trim_end_matches(".rs")).filter(|own| *own != "mod") else {
            continue;
        };
        let folders: Vec<String> = support::folders(&root().join("src").join(&stage))
            .iter()
            .filter_map(|folder| Some(folder.file_name()?.to_str()?.to_owned()))
            .collect();
        if !matches!(stage.as_str(), "targets" | "parse") || shared.contains(&own) {
            continue;
        }
        let others = imported(&code, &format!("crate::{stage}"));
        for other in
            others.iter().filter(|other| folders.contains(other) && *other != own && !shared.contains(&other.as_str()))
        {
            wrong.push(format!("src/{path} imports its sibling crate::{stage}::{other}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_outside_thing_has_its_place() {
    let io = ["std::fs", "std::env::", "std::process", "TcpStream", "println!", "eprintln!", "print!(", "stdin()"];
    let confined: [(&[&str], &[&str]); 6] = [
        (&["miette"], &["diagnostic/render/"]),
        (&io, &["write/", "cli/", "main.rs"]),
        (&["petgraph"], &["graph/", "resolve/locals.rs"]),
        (&["clap"], &["cli/"]),
        (&["rustix", "ignore::"], &["write/", "cli/"]),
        (&["aws_sdk", "aws_config", "aws_smithy", "tokio::", "rustls::", "async "], &["write/aws/client/"]),
    ];
    let mut wrong = Vec::new();
    for (_, path, code) in files() {
        for (things, places) in confined {
            for thing in things.iter().filter(|thing| code.contains(*thing)) {
                let is_macro = *thing == "print!(" && !code.contains(" print!(");
                if !is_macro && !places.iter().any(|place| path.starts_with(place)) {
                    wrong.push(format!("src/{path} names `{thing}`, which belongs to {}", places.join(", ")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn imports_are_found_in_every_form() {
    let code =
        "use crate::{check::Rule, graph::{a, b}, source};\nlet x = crate::write::Disk; $crate::cli::x; mycrate::no";
    assert_eq!(imported(code, "crate").into_iter().collect::<Vec<_>>(), ["check", "graph", "source", "write"]);
}
