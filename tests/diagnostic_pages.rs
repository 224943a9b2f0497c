//! Every page of `docs/diagnostics/` is executed: what its example shows is reported, what it advises is silent.
//!
//! In `## Example` and `## Instead`, the fenced blocks make up one project:
//! - ` ```hcl ` is `main.pkr.hcl`; with `file=NAME` it is that file, and so is a block of any language with `file=NAME`;
//! - ` ```sh ` holds one line, the `formwork check …` or `formwork compile …` that is run; without one it is
//!   `formwork check .`; ` ```sh error ` says that the finding has no place in a file;
//! - other blocks are only read by people.
//!
//! A line of a file that ends with `# error`, `# warning` or `# note` must get the page's code, and no other line may;
//! where no comment can stand, the line above it is `# error-below`. Errors of other codes are not allowed anywhere, but a fragment need not
//! have a `build`.

#![expect(clippy::disallowed_methods, reason = "tests run the program on real files")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use formwork::diagnostic::Declaration;

/// Findings that no page can show, and why.
const NOT_SHOWN: &[(&str, &str)] = &[
    ("component-size", "the example would have 16,000 characters"),
    ("conversion-differs", "no template is known that is not converted as it means"),
    ("file-too-large", "the example would have 32 megabytes"),
    ("not-utf8", "a page is UTF-8 text"),
];

/// A section of a page.
#[derive(Debug, Default)]
struct Project {
    files: BTreeMap<String, String>,
    command: Option<String>,
    /// The finding has no place in a file.
    nowhere: bool,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    code: String,
    severity: String,
    place: Option<(String, u64)>,
}

#[test]
fn every_page_shows_what_it_says() {
    let wanted = std::env::var("CODE").ok();
    let is_shown = |code: &str| NOT_SHOWN.iter().all(|(known, _)| *known != code);
    let is_wanted = |code: &str| is_shown(code) && wanted.as_ref().is_none_or(|wanted| wanted == code);
    let pages: Vec<_> =
        formwork::declarations().into_iter().filter(|declaration| is_wanted(declaration.code)).collect();
    let wrong: String = std::thread::scope(|scope| {
        let parts: Vec<_> = pages.chunks(pages.len().div_ceil(4).max(1)).collect();
        let threads =
            parts.into_iter().map(|part| scope.spawn(|| part.iter().map(|page| run(page)).collect::<String>()));
        let threads: Vec<_> = threads.collect();
        threads.into_iter().map(|thread| thread.join().expect("a page can be run")).collect()
    });
    assert!(wrong.is_empty(), "\n{wrong}\nrun one with: CODE=… cargo test --test diagnostic_pages\n");
}

fn run(declaration: &Declaration) -> String {
    let code = declaration.code;
    let mut wrong = String::new();
    let example = section(declaration.page, "## Example");
    let mut expected = marked(&example);
    let found = found(&example, code);
    let mut own: Vec<_> = found.iter().filter(|found| found.code == code).map(|found| found.place.clone()).collect();
    own.sort();
    own.dedup();
    expected.sort();
    if expected.is_empty() {
        let _ = writeln!(wrong, "{code}: the example marks no line with `# error`");
    }
    if own != expected {
        let _ = writeln!(
            wrong,
            "{code}: the example marks {expected:?}, and `{code}` is reported at {own:?}; all: {found:?}"
        );
    }
    for other in found.iter().filter(|found| found.code != code && found.severity == "error") {
        let _ = writeln!(wrong, "{code}: the example also gets {other:?}");
    }
    let instead = section(declaration.page, "## Instead");
    if instead.files.is_empty() {
        let _ = writeln!(wrong, "{code}: `## Instead` has no files");
    }
    for other in self::found(&instead, code).iter().filter(|found| found.code == code || found.severity == "error") {
        let _ = writeln!(wrong, "{code}: what is advised gets {other:?}");
    }
    wrong
}

fn section(page: &str, heading: &str) -> Project {
    let mut project = Project::default();
    let mut inside = false;
    let mut block: Option<(String, String)> = None;
    for line in page.lines() {
        if let Some((info, text)) = &mut block {
            if line.trim_end() == "```" {
                add(&mut project, info, text);
                block = None;
            } else {
                text.push_str(line);
                text.push('\n');
            }
        } else if line.starts_with("## ") {
            inside = line.trim_end() == heading;
        } else if inside && let Some(info) = line.strip_prefix("```") {
            block = Some((info.trim().to_owned(), String::new()));
        }
    }
    project
}

fn add(project: &mut Project, info: &str, text: &str) {
    let words: Vec<&str> = info.split_whitespace().collect();
    let file = words.iter().find_map(|word| word.strip_prefix("file="));
    match (words.first().copied(), file) {
        (_, Some(name)) => _ = project.files.insert(name.to_owned(), text.to_owned()),
        (Some("hcl"), None) => _ = project.files.insert("main.pkr.hcl".to_owned(), text.to_owned()),
        (Some("sh"), None) if text.starts_with("formwork ") => {
            project.command = Some(text.trim().to_owned());
            project.nowhere = words.contains(&"error");
        }
        _ => {}
    }
}

/// Whether a line ends with the mark; a file that is no HCL has it behind `//`.
fn marks(line: &str, severity: &str) -> bool {
    ["# ", "// "].iter().any(|sign| line.ends_with(&format!("{sign}{severity}")))
}

fn marked(project: &Project) -> Vec<Option<(String, u64)>> {
    let mut lines: Vec<Option<(String, u64)>> = Vec::new();
    for (name, text) in &project.files {
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim_end();
            let severities = ["error", "warning", "note"];
            if severities.iter().any(|severity| line.ends_with(&format!("# {severity}-below"))) {
                lines.push(Some((name.clone(), number + 1)));
            } else if severities.iter().any(|severity| marks(line, severity)) {
                lines.push(Some((name.clone(), number)));
            }
        }
    }
    lines.extend(project.nowhere.then_some(None));
    lines
}

fn found(project: &Project, code: &str) -> Vec<Found> {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in &project.files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        // JSON has no comments, so its marks are on the page only.
        let text = if name.ends_with(".json") {
            text.replace(" // error", "").replace(" // warning", "")
        } else {
            text.clone()
        };
        fs::write(path, text).expect("a file");
    }
    let command = project.command.as_deref().unwrap_or("formwork check .");
    let mut arguments: Vec<String> = words(command).into_iter().skip(1).collect();
    // Before `--`, in case there is one.
    arguments.insert(1, "--format=json".to_owned());
    let output = support::formwork(folder.path(), &arguments);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("`{command}` printed no object ({error}): {}", String::from_utf8_lossy(&output.stderr))
    });
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let diagnostics = report["diagnostics"].as_array().expect("a list");
    let is_fragment = !project.files.values().any(|text| text.contains("build {"));
    diagnostics
        .iter()
        .filter(|entry| !is_fragment || code == "no-build" || entry["code"] != "no-build")
        .map(|entry| Found {
            code: text(&entry["code"]),
            severity: text(&entry["severity"]),
            place: entry["file"]
                .as_str()
                .map(|file| (file.to_owned(), entry["range"]["start"]["line"].as_u64().unwrap_or(0))),
        })
        .collect()
}

/// The words of a command line: single and double quotes hold words together, nothing else is special.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (' ', None) => words.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}
