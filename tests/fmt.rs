//! Formatting: byte for byte what Packer writes, and nothing but spaces.
//!
//! The table needs nothing; the recorded answers of real Packer need `FORMWORK_CONFORMANCE` and `FORMWORK_CORPUS`.

#![expect(clippy::disallowed_methods, reason = "a test reads files and runs the program")]
#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a skipped test says so, and counts are worth seeing")]

#[path = "hcl/files.rs"]
mod files;
#[path = "fmt/random.rs"]
mod random;
#[path = "hcl/shape.rs"]
mod shape;
mod support;
#[path = "fmt/table.rs"]
mod table;

use std::fs;
use std::path::Path;

use formwork::diagnostic::Sink;
use formwork::format;
use formwork::parse::hcl::{self, TokenKind};
use formwork::source::{FileOrigin, SourceMap};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

const ENDS: &[&str] = &[".pkr.hcl", ".pkrvars.hcl"];

/// The table with its texts as they are.
fn table() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let text = |text: &'static str| text.strip_prefix('\n').unwrap_or(text);
    table::TABLE.iter().map(move |(name, before, after)| (*name, text(before), text(after)))
}

/// A text as the reader sees it: what must not change. Nothing if it is not sound.
fn meaning(text: &str) -> Option<(Vec<(TokenKind, String)>, String)> {
    let mut sources = SourceMap::new();
    let file = sources.add("text", text, FileOrigin::Disk);
    let mut sink = Sink::new();
    let parsed = hcl::parse(&sources, file, &mut sink);
    let written = |kind: TokenKind| !matches!(kind, TokenKind::Whitespace | TokenKind::ByteOrderMark);
    let tokens = parsed.tokens.iter().filter(|token| written(token.kind));
    let tokens = tokens.map(|token| (token.kind, sources.text(token.span).to_owned())).collect();
    (!sink.has_errors()).then(|| (tokens, shape::body(&parsed.document.body)))
}

/// Checks what holds for every text that parses; gives its layout.
fn laid_out(text: &str) -> Option<String> {
    let before = meaning(text)?;
    let once = format::hcl(text);
    assert_eq!(meaning(&once).as_ref(), Some(&before), "only spaces change\n{text}\n---\n{once}");
    assert_eq!(format::hcl(&once), once, "twice is once\n{text}");
    Some(once)
}

#[test]
fn texts_are_laid_out_as_by_packer() {
    for (name, before, after) in table() {
        assert_eq!(laid_out(before).as_deref(), Some(after), "{name}");
    }
}

#[test]
fn only_spaces_change_in_any_sound_text() {
    let mut texts: Vec<String> = table().map(|(_, before, _)| before.to_owned()).collect();
    texts.extend(
        files::files(&support::root().join("examples"), ENDS).iter().map(|path| fs::read_to_string(path).unwrap()),
    );
    let corpus = std::env::var_os("FORMWORK_CORPUS");
    let corpus = corpus.map(|folder| files::files(Path::new(&folder), ENDS)).unwrap_or_default();
    texts.extend(corpus.iter().map(|path| fs::read_to_string(path).unwrap()));
    let mut random = random::Random::new(7);
    let (mut sound, mut broken) = (0, 0);
    for text in &texts {
        assert!(laid_out(text).is_some(), "{text}");
        for _ in 0..if text.len() < 4000 { 40 } else { 6 } {
            let mutant = random.mutant(text);
            match laid_out(&mutant) {
                Some(_) => sound += 1,
                None => {
                    broken += 1;
                    // It is formatted by nobody; the function must bear it all the same.
                    assert_eq!(visible(&format::hcl(&mutant)), visible(&mutant), "{mutant}");
                }
            }
        }
    }
    for _ in 0..2000 {
        let text = random.body(0);
        assert!(laid_out(&text).is_some(), "the generator makes what parses\n{text}");
    }
    println!("{} texts, {sound} sound mutants, {broken} broken ones", texts.len());
    assert!(sound > 100 && broken > 100, "{sound} {broken}");
}

/// A text without what the formatter may change.
fn visible(text: &str) -> String {
    text.replace([' ', '\t', '\u{feff}'], "")
}

#[test]
fn what_would_take_any_amount_of_space_stays() {
    let text = format!("{} = 1\n{}", "a".repeat(1 << 20), "b=1\n".repeat(100));
    assert_eq!(format::hcl(&text), text);
    let text = format!("{} = 1\n{}", "a".repeat(1 << 20), "b=1\n".repeat(10));
    assert!(format::hcl(&text).len() > 11 << 20);
}

#[test]
fn the_corpus_gives_the_hashes_that_packer_gave() {
    let Some(corpus) = files::folder("FORMWORK_CORPUS") else { return };
    let records = fs::read_to_string(corpus.join("fmt.jsonl")).unwrap();
    let hash = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (mut same, mut changed) = (0, 0);
    for line in records.lines() {
        let record: Json = serde_json::from_str(line).unwrap();
        let name = record["file"].as_str().unwrap();
        let text = fs::read_to_string(corpus.join(name)).unwrap();
        assert_eq!(hash(text.as_bytes()), record["sha256_before"].as_str().unwrap(), "{name} is the recorded file");
        let formatted = laid_out(&text).unwrap_or_else(|| panic!("{name} parses"));
        assert_eq!(hash(formatted.as_bytes()), record["sha256_after"].as_str().unwrap(), "{name}");
        assert_eq!(formatted != text, record["changed"].as_bool().unwrap(), "{name}");
        if formatted == text { same += 1 } else { changed += 1 }
    }
    let there = files::files(&corpus, ENDS).len();
    println!("{same} files stay, {changed} change, all as by Packer");
    assert_eq!(same + changed, there, "each file of the corpus has a record");
}

#[test]
fn the_recorded_answers_of_packer_are_given() {
    let Some(folder) = files::folder("FORMWORK_CONFORMANCE") else { return };
    let records = fs::read_to_string(folder.join("packer-core/probes.jsonl")).unwrap();
    let mut agree = 0;
    for line in records.lines() {
        let probe: Json = serde_json::from_str(line).unwrap();
        if probe["kind"] != "fmt" {
            continue;
        }
        let (id, input) = (probe["id"].as_str().unwrap(), probe["input"].as_str().unwrap());
        let formatted = laid_out(input);
        assert_eq!(formatted.is_some(), probe["expect"] == "ok", "{id}");
        let (code, check) = (u8::from(formatted.is_none()), probe["check_exit_code"].as_u64().unwrap());
        assert_eq!(probe["exit_code"], code, "{id}");
        if let Some(formatted) = formatted {
            assert_eq!(formatted, probe["output"].as_str().unwrap(), "{id}");
            assert_eq!(check == 3, formatted != input, "{id}");
        }
        agree += 1;
    }
    println!("{agree} recorded answers, all given");
    assert!(agree > 0);
}

/// Packer's own tests of its command, with our options: what it does with `-diff -write=false` is `--diff`, and our exit
/// code for stale files is 1.
#[test]
fn the_command_does_what_the_tests_of_packer_ask() {
    let Some(folder) = files::folder("FORMWORK_CONFORMANCE") else { return };
    let core = folder.join("packer-core");
    let records = fs::read_to_string(core.join("manifest.jsonl")).unwrap();
    let mut agree = 0;
    for line in records.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        if case["command"] == "fmt" {
            run_case(&core, &case);
            agree += 1;
        }
    }
    println!("{agree} tests of Packer, all passed");
    assert!(agree > 0);
}

fn run_case(core: &Path, case: &Json) {
    let id = case["id"].as_str().unwrap();
    let work = tempfile::tempdir().unwrap();
    let texts = |key: &str| case[key].as_array().into_iter().flatten().map(|text| text.as_str().unwrap());
    let files: Vec<&str> = texts("config").collect();
    for name in &files {
        let (from, to) = (core.join(name), work.path().join(name));
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        if from.is_dir() {
            support::copy(&from, &to);
        } else {
            fs::write(&to, fs::read(&from).unwrap()).unwrap();
        }
    }
    let cwd = case["cwd"].as_str().unwrap_or_default();
    let at = work.path().join(cwd);
    fs::create_dir_all(&at).unwrap();
    for (name, text) in case["tree"].as_object().into_iter().flatten() {
        let path = at.join("tree").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text.as_str().unwrap()).unwrap();
    }
    let mut arguments: Vec<String> = vec!["fmt".to_owned()];
    for argument in texts("args") {
        arguments.extend(
            match argument {
                "-check=true" => Some("--check"),
                "-diff" => Some("--diff"),
                "-recursive=true" => None,
                "-write=false" => None,
                "<dir>" => Some("tree"),
                "-" => Some("-"),
                other => panic!("{id}: what is `{other}`?"),
            }
            .map(str::to_owned),
        );
    }
    // Packer stays in the folder unless it is told to descend; we descend unless told to stay.
    if texts("args").all(|argument| argument != "-recursive=true") {
        arguments.push("--no-recursive".to_owned());
    }
    let below = |name: &str| name.strip_prefix(cwd).unwrap_or(name).trim_start_matches('/').to_owned();
    arguments.extend(files.iter().map(|name| below(name)));
    if arguments == ["fmt", "--no-recursive"] {
        // Without a file there is nothing to do; without a path we take the folder, which is empty.
        assert_eq!(case["changed"], false, "{id}");
    }
    let before: Vec<Vec<u8>> = files.iter().map(|name| fs::read(work.path().join(name)).unwrap_or_default()).collect();
    let output = run(&at, &arguments, case["stdin"].as_str());
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    let code = output.status.code();
    let checks = arguments.iter().any(|argument| argument == "--check");
    assert_eq!(code == Some(0), case["expect"] == "ok", "{id}: {stdout}{stderr}");
    if checks && code != Some(0) {
        assert_eq!((code, stderr.as_str()), (Some(1), ""), "{id}: {stdout}");
    }
    if let Some(expected) = case["stdout"].as_str() {
        assert_eq!(stdout, expected, "{id}");
    }
    for expected in texts("stdout_contains") {
        assert!(stdout.contains(expected), "{id}: {stdout}");
    }
    if case["expect"] != "ok" && !checks {
        assert!(!stderr.is_empty() && stdout.is_empty(), "{id}: {stdout}{stderr}");
    }
    if let Some(changed) = case["changed"].as_bool() {
        assert_eq!(!stdout.is_empty(), changed, "{id}: {stdout}");
    }
    if let Some(expected) = case["formatted"].as_str() {
        let path = work.path().join(files[0]);
        assert_eq!(fs::read(path).unwrap(), fs::read(core.join(expected)).unwrap(), "{id}");
    }
    for (name, text) in case["tree_after"].as_object().into_iter().flatten() {
        assert_eq!(fs::read_to_string(at.join("tree").join(name)).unwrap(), text.as_str().unwrap(), "{id}: {name}");
    }
    if checks || arguments.iter().any(|argument| argument == "--diff") || case["expect"] != "ok" {
        let after: Vec<_> = files.iter().map(|name| fs::read(work.path().join(name)).unwrap_or_default()).collect();
        assert_eq!(before, after, "{id}: nothing is written");
    }
}

/// Runs the program with a text on standard input.
fn run(folder: &Path, arguments: &[String], stdin: Option<&str>) -> std::process::Output {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut command = Command::new(env!("CARGO_BIN_EXE_formwork"));
    command.args(arguments).current_dir(folder).env_clear();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.unwrap_or_default().as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn fmt(folder: &Path, arguments: &[&str], stdin: Option<&str>) -> (Option<i32>, String, String) {
    let arguments: Vec<String> = std::iter::once(&"fmt").chain(arguments).map(|&text| text.to_owned()).collect();
    let output = run(folder, &arguments, stdin);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_folder_is_descended_unless_told_otherwise() {
    let work = tempfile::tempdir().unwrap();
    let at = |name: &str| work.path().join(name);
    let names = [
        "b.pkr.hcl",
        "a.pkrvars.hcl",
        "d/e.pkr.hcl",
        ".h.pkr.hcl",
        "#x.pkr.hcl#",
        "t.pkr.hcl~",
        "n.hcl",
        ".g/f.pkr.hcl",
    ];
    for name in names {
        fs::create_dir_all(at(name).parent().unwrap()).unwrap();
        fs::write(at(name), "a=1\n").unwrap();
    }
    std::os::unix::fs::symlink("..", at("d/up")).unwrap();
    assert_eq!(fmt(work.path(), &["--check", "--no-recursive"], None).1, "a.pkrvars.hcl\nb.pkr.hcl\n");
    assert_eq!(fmt(work.path(), &["--check", "--exclude", "d"], None).1, "a.pkrvars.hcl\nb.pkr.hcl\n");
    let below = fmt(work.path(), &["--check", "."], None);
    assert_eq!(below, (Some(1), "a.pkrvars.hcl\nb.pkr.hcl\nd/e.pkr.hcl\n".to_owned(), String::new()));
    // What is named is meant, and once is enough.
    assert_eq!(fmt(work.path(), &["n.hcl", "./n.hcl", ".h.pkr.hcl"], None).1, "n.hcl\n.h.pkr.hcl\n");
    assert_eq!(fmt(work.path(), &["n.hcl"], None), (Some(0), String::new(), String::new()));
    assert_eq!(fs::read_to_string(at("n.hcl")).unwrap(), "a = 1\n");
    assert_eq!(fs::read_to_string(at("b.pkr.hcl")).unwrap(), "a=1\n");
}

#[test]
fn what_is_wrong_with_one_file_does_not_stop_the_others() {
    let work = tempfile::tempdir().unwrap();
    let at = |name: &str| work.path().join(name);
    fs::write(at("a.pkr.hcl"), "variable \"x\" {\n  default=\"s3cret\"\n  sensitive=true\n}\nb = \n").unwrap();
    fs::write(at("b.pkrvars.hcl"), "password =\"s3cret\"\nb = \n").unwrap();
    fs::write(at("c.pkr.hcl"), b"a=\"M\xfcnchen\"").unwrap();
    fs::write(at("d.pkr.hcl"), "a=1\n").unwrap();
    let before = support::tree(work.path());
    let (code, stdout, stderr) = fmt(work.path(), &[], None);
    assert_eq!((code, stdout.as_str()), (Some(1), "d.pkr.hcl\n"), "{stderr}");
    assert!(
        stderr.contains("a.pkr.hcl:5") && stderr.contains("b.pkrvars.hcl:2") && stderr.contains("not-utf8"),
        "{stderr}"
    );
    assert!(!stderr.contains("s3cret"), "{stderr}");
    let after = support::tree(work.path());
    let changed: Vec<_> = after.iter().filter(|(name, bytes)| before[*name] != **bytes).map(|(name, _)| name).collect();
    assert_eq!(changed, ["d.pkr.hcl"]);
    assert_eq!(after.len(), before.len());
}

#[test]
fn paths_that_cannot_be_formatted_are_wrong_usage() {
    let work = tempfile::tempdir().unwrap();
    fs::write(work.path().join("a.pkr.hcl"), "a=1\n").unwrap();
    fs::write(work.path().join("a.pkr.json"), "{ }").unwrap();
    for (path, expected) in [("a.pkr.json", "`a.pkr.json` is not formatted"), ("nope", "`nope`: there is no such file")]
    {
        let (code, stdout, stderr) = fmt(work.path(), &["a.pkr.hcl", path], None);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
    }
    assert_eq!(fs::read_to_string(work.path().join("a.pkr.hcl")).unwrap(), "a=1\n");
}

#[test]
fn standard_input_goes_to_standard_output() {
    let work = tempfile::tempdir().unwrap();
    let text = |text: &str| text.to_owned();
    assert_eq!(fmt(work.path(), &["-"], Some("a=1")), (Some(0), text("a = 1"), text("")));
    assert_eq!(fmt(work.path(), &["-"], Some("a = 1\n")), (Some(0), text("a = 1\n"), text("")));
    assert_eq!(fmt(work.path(), &["-", "--check"], Some("a=1")), (Some(1), text("-\n"), text("")));
    assert_eq!(fmt(work.path(), &["-", "--check"], Some("a = 1")), (Some(0), text(""), text("")));
    let difference = "-\n--- old/-\n+++ new/-\n@@ -1 +1 @@\n-a=1\n+a = 1\n";
    assert_eq!(fmt(work.path(), &["-", "--diff"], Some("a=1\n")), (Some(0), text(difference), text("")));
    let (code, stdout, stderr) = fmt(work.path(), &["-"], Some("a="));
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.contains("<standard input>:1:3"), "{stderr}");
}
