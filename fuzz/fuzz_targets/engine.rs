//! Any text is rendered as Packer's template engine renders it: no panic, the same result each time, no secret told.
//!
//! Control characters stand for holes, so that they get into actions, too: U+0001 a parameter, U+0002 one without a
//! value, U+0003 a secret one, U+0004 an unknown.

#![no_main]

use formwork::diagnostic::Sink;
use formwork::resolve::engine::{CleanNames, Engine, Language, render};
use formwork::resolve::value::{Hole, HoleKind, Origin, ParameterId, Text, Type, Unknown};
use formwork::source::Span;
use formwork_fuzz::{SECRET, said, source, verify_findings, verify_secret};
use libfuzzer_sys::fuzz_target;

fn text(input: &str, span: Span) -> Text {
    let mut text = Text::new();
    let hole = |what, known: Option<&str>, sensitive| Hole { what, known: known.map(str::to_owned), sensitive, span };
    for piece in input.split_inclusive(['\u{1}', '\u{2}', '\u{3}', '\u{4}']) {
        let literal = piece.trim_end_matches(['\u{1}', '\u{2}', '\u{3}', '\u{4}']);
        text.push_str(literal);
        match piece[literal.len()..].chars().next() {
            Some('\u{1}') => text.push_hole(hole(HoleKind::Parameter(ParameterId(0)), Some("true"), false)),
            Some('\u{2}') => text.push_hole(hole(HoleKind::Parameter(ParameterId(1)), None, false)),
            Some('\u{3}') => text.push_hole(hole(HoleKind::Parameter(ParameterId(2)), Some(SECRET), true)),
            Some(_) => {
                let unknown = Unknown { ty: Type::String, origin: Origin::Clock, call: None };
                text.push_hole(hole(HoleKind::Unknown(Box::new(unknown)), None, false));
            }
            None => {}
        }
    }
    text
}

fuzz_target!(|input: (bool, &str)| {
    let (legacy, input) = input;
    let (sources, file) = source("fuzz.pkr.hcl", input);
    let span = sources.file(file).span(file);
    let engine = Engine {
        build_name: Some("web"),
        build_type: Some("docker"),
        packer_version: Some("1.16.0"),
        fields: &["Vars", "Path"],
        clean_names: Some(CleanNames::Amazon),
        parameters: &["zero", "one", "two"],
        ..Engine::new(if legacy { Language::LegacyJson } else { Language::Hcl2 })
    };
    let text = text(input, span);
    let (mut first, mut second) = (Sink::new(), Sink::new());
    let rendered = render(&text, span, &engine, &mut first);
    assert_eq!(rendered, render(&text, span, &engine, &mut second));
    assert_eq!(said(&first), said(&second));
    if !input.contains("{{") {
        assert_eq!(rendered.text, text, "without actions a text is itself");
        assert!(first.is_empty());
    }
    verify_findings(&sources, &first);
    verify_secret(input, &first);
});
