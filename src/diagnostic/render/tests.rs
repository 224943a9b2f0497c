use super::*;
use crate::diagnostic::Declaration;
use crate::source::FileOrigin;

static FAULT: Declaration =
    Declaration { code: "a-fault", severity: Severity::Error, since: "0.1.0", summary: "a fault", page: "" };

fn drawn(sources: &SourceMap, diagnostic: &Diagnostic) -> String {
    let diagnostics = std::slice::from_ref(diagnostic);
    let findings = arrange([(diagnostics, sources, Some("."))]);
    human::draw(&findings[0], human::Style::default())
}

fn at(sources: &SourceMap, file: crate::source::FileId, text: &str) -> Span {
    let start = sources.file(file).text.find(text).expect("the text is there");
    Span::new(file, start, start + text.len())
}

#[test]
fn a_secret_is_masked_wherever_it_stands_on_a_line() {
    let mut sources = SourceMap::new();
    let file = sources.add("a.hcl", "token = \"hunter2\" oops\n", FileOrigin::Disk);
    let (secret, fault) = (at(&sources, file, "\"hunter2\""), at(&sources, file, "oops"));
    sources.hide(secret);
    let text = drawn(&sources, &FAULT.at(fault, "what is this").label("here").also(secret, "after this"));
    assert!(!text.contains("hunter2") && text.contains("token = ••• oops"), "{text}");
}

#[test]
fn labels_in_other_files_are_drawn_with_their_names() {
    let mut sources = SourceMap::new();
    let first = sources.add("a.hcl", "one\ntwo\nthree\n", FileOrigin::Disk);
    let second = sources.add("b.hcl", "\n\n\n\nfive\n", FileOrigin::Disk);
    let (two, five) = (at(&sources, first, "two"), at(&sources, second, "five"));
    let text = drawn(&sources, &FAULT.at(two, "twice").label("here").also(five, "and there"));
    assert!(
        text.starts_with("error[a-fault]: twice\n") && text.contains("[a.hcl:2:1]") && text.contains("[b.hcl:5:1]"),
        "{text}"
    );
}

#[test]
fn long_lines_long_blocks_and_many_labels_stay_small() {
    let mut sources = SourceMap::new();
    let long = format!("{}x = 1 {}\n{}end\n", "a".repeat(50_000), "b".repeat(50_000), "line\n".repeat(10_000));
    let file = sources.add("a.hcl", long, FileOrigin::Disk);
    let mut fault = FAULT.at(sources.file(file).span(file), "all of it").label("all");
    for _ in 0..1_000 {
        fault = fault.also(at(&sources, file, "x = 1"), "here");
    }
    let text = drawn(&sources, &fault);
    assert!(text.len() < 6_000 && text.contains('…'), "{} bytes", text.len());
}

#[test]
fn nothing_on_the_page_is_an_order_to_a_terminal() {
    let mut sources = SourceMap::new();
    let file = sources.add("a\u{1b}.hcl", "x = \"\u{1b}[2J\u{202e}\"\r\n", FileOrigin::Disk);
    let fault = FAULT.at(at(&sources, file, "x"), "no \u{1b}[31m\nfor you").help("\u{7}");
    let text = drawn(&sources, &fault);
    assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}', '\r']), "{text:?}");
    let line = concise::line(&Shown::new(&fault, &sources, None));
    assert!(!line.contains(['\u{1b}', '\n', '\u{7}']), "{line:?}");
}

#[test]
fn empty_files_and_ends_of_files_can_be_pointed_at() {
    for (text, byte) in [("", 0), ("\n", 1), ("a", 1), ("\u{feff}", 3), ("a\n", 2)] {
        let mut sources = SourceMap::new();
        let file = sources.add("a.hcl", text, FileOrigin::Disk);
        let text = drawn(&sources, &FAULT.at(Span::new(file, byte, byte), "ends").label("here"));
        assert!(text.contains("[a.hcl:") && !text.contains("Failed to read"), "{text}");
    }
}

#[test]
fn what_is_said_on_the_command_line_has_no_file() {
    let mut sources = SourceMap::new();
    let file = sources.add("--var x", "1", FileOrigin::Invocation);
    let shown = Shown::new(&FAULT.at(sources.file(file).span(file), "no"), &sources, None);
    assert_eq!(shown.place.file, None);
    assert_eq!(concise::line(&shown), "command line: error[a-fault] no");
}

#[test]
fn what_two_configurations_report_of_a_file_they_share_is_shown_once() {
    let mut sources = SourceMap::new();
    let file = sources.add("a.hcl", "x\n", FileOrigin::Disk);
    let diagnostics = [FAULT.at(at(&sources, file, "x"), "no")];
    let findings = arrange([(&diagnostics[..], &sources, Some("one")), (&diagnostics[..], &sources, Some("two"))]);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].shown.configuration.as_deref(), Some("one"));
}
