//! Component documents: each fault is told at its line, and what is right is passed in silence. An independent reading of
//! the guide judges the same documents where it is at hand.

#![expect(clippy::disallowed_methods, reason = "tests read their documents and run programs")]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use formwork::component::{self, Options};
use formwork::diagnostic::{Diagnostic, Sink};
use formwork::source::{FileOrigin, SourceMap};

/// A document of the tests.
struct Case {
    title: String,
    /// The name that its file would have.
    name: String,
    text: String,
    /// Line and code of each finding, sorted.
    expected: Vec<(usize, String)>,
    /// The other reading sees it otherwise.
    is_alone: bool,
}

/// What comes before the steps of a case that has nothing else.
const BEFORE_STEPS: &str = "schemaVersion: 1.0\nphases:\n- name: build\n  steps:\n";

fn folder() -> PathBuf {
    support::root().join("tests/components")
}

/// The documents with faults.
fn faulty() -> Vec<Case> {
    let all = fs::read_to_string(folder().join("faults.txt")).expect("the documents");
    all.split("\n=== ").skip(1).enumerate().map(|(number, part)| case(number, part)).collect()
}

fn case(number: usize, part: &str) -> Case {
    let (title, rest) = part.split_once('\n').expect("a title has a line");
    let is_alone = title.contains("(alone)");
    // The reason is for people.
    let rest = if is_alone { rest.split_once('\n').expect("a reason").1 } else { rest };
    let mut text = if title.contains("(steps)") { BEFORE_STEPS.to_owned() } else { String::new() };
    let mut expected = Vec::new();
    for line in rest.trim_end().lines() {
        let (written, mark) = line.split_once('«').map_or((line, None), |(line, mark)| (line.trim_end(), Some(mark)));
        text.push_str(written);
        text.push('\n');
        let Some((codes, below)) = mark.and_then(|mark| mark.split_once('»')) else { continue };
        let number = text.lines().count() + usize::from(below.trim() == "+1");
        expected.extend(codes.split(", ").map(|code| (number, code.to_owned())));
    }
    expected.sort();
    assert!(!expected.is_empty(), "`{title}` marks no line");
    let ending = if title.contains("(json)") { "json" } else { "yaml" };
    Case { title: title.to_owned(), name: format!("fault-{number:03}.{ending}"), text, expected, is_alone }
}

/// The documents that are right.
fn right() -> Vec<Case> {
    let read = |(name, bytes): (String, Vec<u8>)| {
        let text = String::from_utf8(bytes).expect("documents are text");
        Case { title: name.clone(), name, text, expected: Vec::new(), is_alone: false }
    };
    support::tree(&folder().join("ok")).into_iter().map(read).collect()
}

fn inspect(name: &str, text: &str) -> (SourceMap, Vec<Diagnostic>) {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text, FileOrigin::Disk);
    let mut sink = Sink::new();
    component::inspect(&sources, file, &Options::default(), &mut sink);
    (sources, sink.into_sorted())
}

#[test]
fn each_fault_is_told_at_its_line() {
    let cases = faulty();
    let faults: usize = cases.iter().map(|case| case.expected.len()).sum();
    assert!(cases.len() >= 80 && faults >= 150, "{} documents, {faults} faults", cases.len());
    let mut wrong = String::new();
    for Case { title, name, text, expected, .. } in &cases {
        let (sources, found) = inspect(name, text);
        let mut places: Vec<(usize, String)> =
            found.iter().map(|found| (sources.position(found.span).line, found.code().to_owned())).collect();
        places.sort();
        if places != *expected {
            let _ = writeln!(wrong, "{title}\n  expected {expected:?}\n  found    {places:?}");
            for found in &found {
                let _ = writeln!(wrong, "    {}: {}", sources.position(found.span).line, found.message);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_code_is_in_a_document() {
    // Characters and lengths that no list of texts shows well are in tests of their own.
    let elsewhere = BTreeSet::from(["component-size"]);
    let marked: BTreeSet<String> = faulty().into_iter().flat_map(|case| case.expected).map(|(_, code)| code).collect();
    for declaration in component::DECLARATIONS {
        assert!(marked.contains(declaration.code) != elsewhere.contains(declaration.code), "{}", declaration.code);
    }
}

#[test]
fn what_is_said_is_one_line_with_a_way_on() {
    for Case { title, name, text, .. } in faulty() {
        for Diagnostic { message, label, help, .. } in inspect(&name, &text).1 {
            assert!(!message.contains('\n') && !message.is_empty(), "{title}: {message}");
            assert!(label.is_some_and(|label| !label.contains('\n')), "{title}: {message}");
            assert!(help.is_some_and(|help| !help.contains('\n')), "{title}: {message}");
        }
    }
}

#[test]
fn what_is_right_is_passed_in_silence() {
    let cases = right();
    assert!(cases.len() >= 7);
    for Case { name, text, .. } in cases {
        let (sources, found) = inspect(&name, &text);
        let found: Vec<String> = found
            .iter()
            .map(|found| format!("{}: {} {}", sources.position(found.span).line, found.code(), found.message))
            .collect();
        assert!(found.is_empty(), "{name}: {found:#?}");
    }
}

#[test]
fn terraform_writes_the_version_without_its_point() {
    let text = format!("{BEFORE_STEPS}  - name: A\n    action: UpdateOS\n").replace("1.0", "1");
    assert_eq!(inspect("a.yaml", &text).1.len(), 0);
}

#[test]
fn braces_that_open_no_reference_are_text() {
    // The other reading warns of them; nothing says that the service does anything.
    let text = format!(
        "{BEFORE_STEPS}  - name: A\n    action: ExecuteBash\n    inputs:\n      commands:\n      - echo '{{\"a\":{{\"b\":1}}}}' ${{X:-{{}}}}\n"
    );
    assert!(text.contains("}}"));
    assert_eq!(inspect("a.yaml", &text).1.len(), 0, "{text}");
}

#[test]
fn every_action_is_in_a_right_document() {
    let all: String = right().into_iter().map(|case| case.text).collect();
    for action in component::actions().keys() {
        assert!(all.contains(&format!("action: {action}")) || all.contains(&format!("\"{action}\"")), "{action}");
    }
}

#[test]
fn texts_that_stand_for_the_same_are_told_the_same() {
    // Each way to write a text that YAML would read as a number is silent.
    for value in [
        "\"0644\"",
        "'0644'",
        "!!str 0644",
        "|-\n          0644",
        "|- # octal\n          0644",
        ">-\n          0644",
        "\"06\\u00344\"",
    ] {
        let text = format!(
            "{BEFORE_STEPS}  - name: A\n    action: SetFilePermissions\n    inputs:\n      - path: /a\n        permissions: {value}\n"
        );
        let (_, found) = inspect("a.yaml", &text);
        assert!(found.is_empty(), "{value}: {:?}", found.first().map(|found| &found.message));
    }
    // And what an alias stands for is told where the alias stands.
    let text = format!(
        "{BEFORE_STEPS}  - name: A\n    action: SetFilePermissions\n    inputs:\n      - path: /a\n        permissions: &mode 0644\n      - path: /b\n        permissions: *mode\n"
    );
    let (sources, found) = inspect("a.yaml", &text);
    let lines: Vec<usize> = found.iter().map(|found| sources.position(found.span).line).collect();
    assert_eq!(lines, [9, 11]);
}

#[test]
fn windows_line_ends_are_told_once_and_not_on_windows() {
    let bash = format!("{BEFORE_STEPS}  - name: A\n    action: ExecuteBash\n    inputs:\n      commands: [a]\n");
    let codes = |text: &str| inspect("a.yaml", text).1.iter().map(Diagnostic::code).collect::<Vec<_>>();
    assert_eq!(codes(&bash.replace('\n', "\r\n")), ["component-characters"]);
    let shell = bash.replace("ExecuteBash", "ExecutePowerShell");
    assert_eq!(codes(&shell.replace('\n', "\r\n")), [""; 0]);
    assert_eq!(codes(&format!("{bash}# \0\n")), ["component-characters"]);
}

/// A generator of numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).expect("it is below a usize")
    }
}

/// A text with a few pieces taken out, doubled, exchanged or put in.
fn mutated(text: &str, numbers: &mut Numbers) -> String {
    const PIECES: [&str; 24] = [
        "{{",
        "}}",
        "[",
        "]",
        "{",
        "}",
        ": ",
        "- ",
        "\n",
        "  ",
        "\"",
        "'",
        "|",
        "&a ",
        "*a",
        "<<: ",
        "\0",
        "\r",
        "é",
        "~",
        "0644",
        "\\",
        "if",
        "inputs[9].",
    ];
    let mut text: Vec<char> = text.chars().collect();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(text.len() + 1);
        let end = (at + numbers.below(20)).min(text.len());
        match numbers.below(4) {
            0 => drop(text.drain(at..end)),
            1 => {
                let piece: Vec<char> = text[at..end].to_vec();
                let to = numbers.below(text.len() + 1);
                text.splice(to..to, piece);
            }
            2 => {
                let piece = PIECES[numbers.below(PIECES.len())];
                text.splice(at..at, piece.chars());
            }
            _ => {
                let piece = PIECES[numbers.below(PIECES.len())];
                text.splice(at..end, piece.chars());
            }
        }
    }
    text.into_iter().collect()
}

#[test]
fn no_text_is_too_much() {
    let work = || {
        let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
        for Case { name, text, .. } in faulty().into_iter().chain(right()) {
            for _ in 0..30 {
                let text = mutated(&text, &mut numbers);
                let (sources, found) = inspect(&name, &text);
                for Diagnostic { span, others, message, .. } in &found {
                    let spans = others.iter().map(|(span, _)| span).chain([span]);
                    for span in spans {
                        let text = &sources.file(span.file).text;
                        assert!(text.get(span.range()).is_some(), "outside of its file: {message}\n{text}");
                    }
                }
                let again = inspect(&name, &text).1;
                assert_eq!(format!("{found:?}"), format!("{again:?}"), "{text}");
            }
        }
    };
    // Trees are walked recursively, as the program does it: with a stack of its own.
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(work).expect("a thread");
    thread.join().expect("it ends");
}

#[test]
fn documents_are_found_below_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    let right = format!("{BEFORE_STEPS}  - name: A\n    action: UpdateOS\n");
    put("app/app.pkr.hcl", "build {\n  sources = []\n}\n");
    put("components/right.yml", &right);
    put("components/wrong.yaml", &right.replace("UpdateOS", "UpdateOs"));
    put("components/tool.json", r#"{"schemaVersion": "1.0", "phases": [{"name": "build", "steps": []}]}"#);
    put("buildspec.yml", "version: 0.2\nphases:\n  build:\n    commands: [make]\n");
    put("compose.yaml", "services: {}\n");
    put(".gitignore", "ignored\n");
    put("ignored/a.yml", &right);
    let run = |arguments: &[&str]| {
        let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
        let output = support::formwork(folder.path(), &arguments);
        (output.status.code(), String::from_utf8(output.stdout).expect("text"))
    };
    let (code, text) = run(&["check", ".", "--list", "--format", "concise"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("components/right.yml\tcomponents\n"), "{text}");
    assert!(text.contains("components/wrong.yaml\tcomponents\n"), "{text}");
    assert!(text.contains("components/tool.json\tcomponents\n"), "{text}");
    assert!(text.contains("app\t"), "{text}");
    assert!(!text.contains("ignored") && !text.contains("buildspec") && !text.contains("compose"), "{text}");
    assert!(text.contains("components/wrong.yaml:6:13: error[component-unknown-action]"), "{text}");
    assert!(text.contains("components/tool.json:1:"), "{text}");
    let (_, text) = run(&["check", "."]);
    assert!(text.trim_end().ends_with("in 4 files (1 configuration, 3 component documents)"), "{text}");
    let (code, text) = run(&["check", "components/right.yml"]);
    assert_eq!((code, text.as_str()), (Some(0), "nothing found in 1 file (1 component document)\n"));
    let (_, text) = run(&["check", "components", "--format", "json", "--exclude", "wrong.yaml"]);
    let report: serde_json::Value = serde_json::from_str(&text).expect("an object");
    assert_eq!(report["summary"]["configurations"], 2, "{report}");
    assert_eq!(report["diagnostics"][0]["configuration"], "components/tool.json", "{report}");
    // Other YAML is not read, also when it is named.
    assert_eq!(run(&["check", "buildspec.yml"]).0, Some(2));
}

/// Which documents the other reading refuses, on every platform, with what it says of them on Linux.
fn refused(judge: &Path, folder: &Path, names: &[&str]) -> Option<BTreeSet<String>> {
    let mut refused: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
    for platform in ["Linux", "Windows", "macOS"] {
        let report = folder.join(format!("{platform}.report"));
        let output = Command::new("python3")
            .arg(judge)
            .args(["validate", "--strict", "--platform", platform, "--json"])
            .arg(&report)
            .args(names)
            .current_dir(folder)
            .output()
            .ok()?;
        let Ok(text) = fs::read_to_string(&report) else {
            eprintln!("the other reading did not run: {}", String::from_utf8_lossy(&output.stderr));
            return None;
        };
        let findings: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let bad: BTreeSet<String> = findings
            .as_array()
            .expect("a list")
            .iter()
            .filter(|finding| finding["severity"] != "note")
            .filter_map(|finding| Some(finding["document"].as_str()?.to_owned()))
            .collect();
        refused.retain(|name| bad.contains(name));
    }
    Some(refused)
}

#[test]
fn an_independent_reading_agrees() {
    let Some(conformance) = std::env::var_os("FORMWORK_CONFORMANCE") else {
        eprintln!("skipped: FORMWORK_CONFORMANCE names no folder");
        return;
    };
    let judge = Path::new(&conformance).join("aws/awstoe_run.py");
    let has_yaml = Command::new("python3").args(["-c", "import yaml"]).output();
    if !judge.is_file() || !has_yaml.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: needs {}, python3 and PyYAML", judge.display());
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let cases: Vec<Case> = faulty().into_iter().chain(right()).filter(|case| !case.is_alone).collect();
    for Case { name, text, .. } in &cases {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    let refused = refused(&judge, folder.path(), &names).expect("the other reading runs");
    let mut wrong = String::new();
    for Case { title, name, text, .. } in &cases {
        // Nothing that is unused is refused by anybody.
        let ours = inspect(name, text).1.iter().any(|found| found.code() != "component-unused");
        if ours != refused.contains(name) {
            let _ = writeln!(wrong, "{title} ({name}): refused {}here only", if ours { "" } else { "not " });
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
