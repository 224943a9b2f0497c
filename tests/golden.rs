//! Golden cases: every folder of `tests/golden/` is one, named for what it shows.
//!
//! `case.toml` says which commands are run, in order, in a copy of `in/` (or of an example's folder):
//!
//! ```toml
//! example = "web-app"                                  # optional: stands for `in/`, a folder of `examples/`
//! commands = [["check"], ["compile", "--target", "dockerfile"]]
//! not-built = "the base has no ansible"                # optional: why the acceptance tests only check its Dockerfiles
//! ```
//!
//! `report.txt` is what they print and how they end, `out/` what lies in `formwork-out` afterwards. Plain runs compare;
//! `UPDATE=1` rewrites. Nothing else may lie in a case's folder, and every example has a case.

#![expect(clippy::disallowed_methods, reason = "tests run the program on real files")]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use support::{copy, folders, formwork, root, tree, update};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    example: Option<String>,
    commands: Vec<Vec<String>>,
    #[expect(dead_code, reason = "the acceptance tests read it")]
    #[serde(rename = "not-built")]
    not_built: Option<String>,
}

#[test]
fn golden_cases_give_what_they_gave() {
    let wanted = std::env::var("CASE").ok();
    let cases = folders(&root().join("tests/golden"));
    assert!(!cases.is_empty(), "there are golden cases");
    let mut failures = String::new();
    for case in cases {
        let name = case.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        if wanted.as_ref().is_none_or(|wanted| name.contains(wanted)) {
            failures += &run(&name, &case);
        }
    }
    assert!(failures.is_empty(), "\n{failures}\naccept all of it with: UPDATE=1 cargo test --test golden\n");
}

#[test]
fn every_example_is_a_case() {
    for example in folders(&root().join("examples")) {
        let name = example.file_name().and_then(|name| name.to_str()).expect("a name");
        let case = root().join("tests/golden").join(format!("example-{name}")).join("case.toml");
        let text = fs::read_to_string(&case).unwrap_or_default();
        assert!(text.contains(&format!("example = \"{name}\"")), "`{}` compiles examples/{name}", case.display());
    }
}

/// What is wrong with a case; nothing if it is right.
fn run(name: &str, folder: &Path) -> String {
    let mut wrong = String::new();
    let text = fs::read_to_string(folder.join("case.toml")).unwrap_or_default();
    let case: Case = match toml::from_str(&text) {
        Ok(case) => case,
        Err(error) => return format!("{name}: case.toml: {error}\n"),
    };
    let input = match &case.example {
        Some(example) => root().join("examples").join(example),
        None => folder.join("in"),
    };
    if !input.is_dir() {
        return format!("{name}: there is no folder `{}`\n", input.display());
    }
    for path in tree(folder).keys() {
        let known = path == "case.toml" || path == "report.txt" || path.starts_with("out/");
        if !known && (case.example.is_some() || !path.starts_with("in/")) {
            let _ = writeln!(wrong, "{name}: nobody reads `{path}`");
        }
    }
    let work = tempfile::tempdir().expect("a folder");
    let project = work.path().join("project");
    copy(&input, &project);
    let mut report = String::new();
    for arguments in &case.commands {
        let output = formwork(&project, arguments);
        let _ = writeln!(report, "$ formwork {}", arguments.join(" "));
        for (title, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            if !bytes.is_empty() {
                let _ = write!(report, "--- {title}\n{}", String::from_utf8_lossy(bytes));
            }
        }
        let _ = writeln!(report, "--- exit code {}\n", output.status.code().unwrap_or(-1));
    }
    let mut actual = tree(&project.join("formwork-out"));
    actual = actual.into_iter().map(|(path, bytes)| (format!("out/{path}"), bytes)).collect();
    actual.insert("report.txt".to_owned(), report.into_bytes());
    let is_result = |path: &String| path == "report.txt" || path.starts_with("out/");
    let expected: std::collections::BTreeMap<_, _> =
        tree(folder).into_iter().filter(|(path, _)| is_result(path)).collect();
    if update() {
        for path in expected.keys() {
            fs::remove_file(folder.join(path)).expect("a file");
        }
        let _ = fs::remove_dir_all(folder.join("out"));
        for (path, bytes) in &actual {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, bytes).expect("a file");
        }
        return wrong;
    }
    let paths: std::collections::BTreeSet<&String> = expected.keys().chain(actual.keys()).collect();
    for path in paths {
        let (old, new) = (expected.get(path).map(Vec::as_slice), actual.get(path).map(Vec::as_slice));
        wrong += &formwork::write::unified(&format!("tests/golden/{name}/{path}"), old, new);
    }
    if !wrong.is_empty() {
        let _ = writeln!(wrong, "accept it with: UPDATE=1 CASE={name} cargo test --test golden");
    }
    wrong
}
