//! What is read of JSON, what is said about its faults, and that hostile texts end.

use super::parse_values;
use crate::diagnostic::Sink;
use crate::source::{FileOrigin, SourceMap};
use crate::syntax::{Document, ExprKind};

/// The names that were read, and what was reported, as `code at LINE:COLUMN: message`.
fn read(text: &str) -> (Vec<String>, Vec<String>) {
    let (document, sources, sink) = parsed(text);
    let names = document.body.attributes().map(|attribute| attribute.name.value.clone()).collect();
    let said = sink.into_sorted().into_iter().map(|found| {
        let at = sources.position(found.span);
        assert!(found.help.is_some(), "{}", found.message);
        format!("{} at {}:{}: {}", found.code(), at.line, at.column, found.message)
    });
    (names, said.collect())
}

fn parsed(text: &str) -> (Document, SourceMap, Sink) {
    let mut sources = SourceMap::new();
    let file = sources.add("x.pkrvars.json", text, FileOrigin::Disk);
    let mut sink = Sink::new();
    let document = parse_values(&sources, file, &mut sink);
    (document, sources, sink)
}

#[test]
fn strings_are_literal_and_places_are_those_of_the_text() {
    let (document, sources, sink) = parsed("\u{feff}{\"a\": \"${x}\\u00e9\\ud83d\\ude00\\n%{\", \"n\": -1.50e+3}");
    assert!(sink.is_empty());
    let a = document.body.attribute("a").expect("it is there");
    let ExprKind::Template(template) = &a.value.kind else { panic!("no text") };
    assert_eq!(template.literal().as_deref(), Some("${x}é😀\n%{"));
    assert_eq!(sources.text(a.name.span), "\"a\"");
    let n = document.body.attribute("n").expect("it is there");
    assert_eq!(sources.text(n.value.span), "-1.50e+3");
    assert!(matches!(n.value.kind, ExprKind::Unary(..)));
}

#[test]
fn a_fault_costs_its_property_and_is_said_once() {
    let cases = [
        ("{\"a\": 1,\n}", "a", "json-syntax at 1:8: a comma stands behind the last element of the object"),
        ("{\"a\": 1, // x\n\"b\": 2}", "a b", "json-syntax at 1:10: JSON has no comments"),
        ("{'a': 1, \"b\": 2}", "b", "json-syntax at 1:2: JSON has no single quotes"),
        ("{a: [1, {\"x\": \"}\"}], \"b\": 2}", "b", "json-syntax at 1:2: the key `a` has no quotes"),
        ("{\"a\" 1, \"b\": 2}", "b", "json-syntax at 1:6: the key `a` has no value"),
        ("{\"a\" = 1, \"b\": 2}", "b", "json-syntax at 1:6: the key `a` has no value"),
        ("{\"a\": True, \"b\": 2}", "b", "json-syntax at 1:7: `True` is no value in JSON"),
        ("{\"a\": 01, \"b\": 2}", "b", "json-syntax at 1:7: `01` is no number in JSON"),
        ("{\"a\": 1 \"b\": 2}", "a b", "json-syntax at 1:9: a comma is missing"),
        ("{\"a\": [1, 2}", "a", "json-syntax at 1:12: `}` closes an array that ends with `]`"),
        ("{\"a\": \"x\\q\"}", "a", "json-syntax at 1:9: this is no escape in JSON"),
        ("{\"a\": 1", "a", "json-syntax at 1:1: this object is not closed"),
        ("{\"a\": \"x\n, \"b\": 2}", "b", "json-syntax at 1:7: this string is not closed on its line"),
        ("{\"a\": 1} x", "a", "json-syntax at 1:10: the file goes on behind its value"),
        ("{\"a\": 1, \"a\": 2}", "a", "duplicate-argument at 1:10: `a` is given twice"),
        ("{\"a\": {\"x\": 1, \"x\": 2}}", "a", "duplicate-argument at 1:16: `x` is given twice"),
        ("\"a\"", "", "root-not-object at 1:1: values are properties of an object, not a string"),
        ("", "", "json-syntax at 1:1: the file ends too early"),
    ];
    for (text, names, expected) in cases {
        let (read, said) = read(text);
        assert_eq!(said, [expected], "{text}");
        assert_eq!(read.join(" "), names, "{text}");
    }
}

#[test]
fn objects_in_an_array_count_as_one() {
    assert_eq!(
        read("[{\"a\": 1}, {\"//\": \"a comment\", \"b\": null}]"),
        (vec!["a".to_owned(), "b".to_owned()], Vec::new())
    );
}

#[test]
fn hostile_texts_end() {
    for text in [
        "[",
        "{\"a\":",
        "[{\"a\":[",
        "\"\\",
        "{\"a\":{'",
        "[1 ",
        "[}",
        "{]",
        "{\"a\" \"b\\é",
        "-",
        "é",
        "\\u",
        "\"\\ud800\\u",
    ] {
        let many = text.repeat(20_000);
        read(&many);
        read(&format!("{{\"a\": {many}"));
    }
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let (names, said) = read(&format!("{{\"a\": {deep}, \"b\": 2}}"));
    assert_eq!(names, ["a", "b"]);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("nesting-too-deep at 1:"), "{said:?}");
}

#[test]
fn a_string_that_is_not_closed_ends_with_its_line() {
    for text in [
        "{\n\"a\": \"x,\n\"b\": \"y\",\n\"c\": 1}",
        "{\n\"b\": 1,\n\"c\": [\n\"x,\n\"y\"\n]}",
        "{\n\"b\": 1,\n\"c\": {\n\"x\": \"y\n},\n\"d\": {\"e\": 1}}",
    ] {
        let (names, said) = read(text);
        assert_eq!(said.len(), 1, "{text}: {said:#?}");
        assert!(names.contains(&"b".to_owned()) && names.contains(&"c".to_owned()), "{text}: {names:?}");
    }
    let (_, said) = read("{\n\"a\": \"x\n\"t\": {\"u\": {\"v\": 1}}\n}");
    assert_eq!(said.len(), 1, "{said:#?}");
}
