//! What is too large, too deep or multiplies itself in JSON and YAML ends within seconds, with a result or with a plain
//! diagnostic.

use formwork::diagnostic::Sink;
use formwork::parse::{json, yaml};
use formwork::schema::Schemas;
use formwork::source::{FileOrigin, SourceMap};
use formwork::syntax::Document;

/// A build that is not optimised reads a tenth.
const SCALE: usize = if cfg!(debug_assertions) { 10 } else { 1 };

/// The tree of a template, and the codes of what was reported, each once.
fn read(name: &'static str, text: String) -> (Document, Vec<&'static str>) {
    // The trees are walked recursively, as the program does it: with a stack of its own.
    let work = move || {
        let mut sources = SourceMap::new();
        let file = sources.add(name, text, FileOrigin::Disk);
        let mut sink = Sink::new();
        let schemas = Schemas::embedded();
        let document = if name.ends_with(".json") {
            json::parse_template(&sources, file, &schemas, &mut sink)
        } else {
            yaml::parse_template(&sources, file, &schemas, &mut sink)
        };
        let mut codes: Vec<&str> = sink.diagnostics().iter().map(|found| found.code()).collect();
        codes.dedup();
        (document, codes)
    };
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(work).expect("a thread");
    thread.join().expect("it ends")
}

fn locals(document: &Document) -> usize {
    document.body.blocks().map(|block| block.body.attributes().count()).sum()
}

#[test]
fn ten_megabytes_of_json_are_read() {
    let items: Vec<String> = (0..150_000 / SCALE)
        .map(|at| format!("\"a{at}\": [\"${{var.x}} and some text that makes it long\", {at}]"))
        .collect();
    let text = format!("{{\"locals\": {{{}}}}}", items.join(",\n"));
    assert!(text.len() > (8 << 20) / SCALE, "{}", text.len());
    let (document, codes) = read("big.pkr.json", text);
    assert_eq!((locals(&document), codes.as_slice()), (150_000 / SCALE, &[] as &[&str]));
}

#[test]
fn ten_megabytes_of_yaml_are_read() {
    let items: String = (0..150_000 / SCALE)
        .map(|at| format!("  a{at}: [\"${{var.x}} and some text that makes it long\", {at}]\n"))
        .collect();
    let (document, codes) = read("big.pkr.yaml", format!("locals:\n{items}"));
    assert_eq!((locals(&document), codes.as_slice()), (150_000 / SCALE, &[] as &[&str]));
}

#[test]
fn a_million_elements_are_read() {
    let numbers = (0..1_000_000 / SCALE).map(|at| at.to_string()).collect::<Vec<_>>();
    for (name, text) in [
        ("a.pkr.json", format!("{{\"locals\": {{\"a\": [{}]}}}}", numbers.join(","))),
        ("a.pkr.yaml", format!("locals:\n  a: [{}]\n", numbers.join(","))),
        ("b.pkr.yaml", format!("locals:\n  a:\n  - {}\n", numbers.join("\n  - "))),
    ] {
        let (document, codes) = read(name, text);
        assert_eq!((locals(&document), codes.as_slice()), (1, &[] as &[&str]), "{name}");
    }
}

#[test]
fn ten_thousand_levels_are_one_diagnostic() {
    let nested = |open: &str, inside: &str, close: &str| open.repeat(10_000) + inside + &close.repeat(10_000);
    let steps: String = (0..10_000).map(|at| format!("{}a:\n", " ".repeat(at))).collect();
    for (name, text) in [
        ("a.pkr.json", nested("{\"a\":", "1", "}")),
        ("b.pkr.json", format!("{{\"locals\": {{\"a\": {}}}}}", nested("[", "1", "]"))),
        ("a.pkr.yaml", nested("{a: ", "1", "}")),
        ("b.pkr.yaml", format!("locals: {{a: {}}}", nested("[", "1", "]"))),
        ("c.pkr.yaml", format!("locals:\n  a:\n  {}", "- ".repeat(10_000))),
        ("d.pkr.yaml", steps),
    ] {
        let (_, codes) = read(name, text);
        assert_eq!(codes, ["nesting-too-deep"], "{name}");
    }
}

#[test]
fn a_bomb_of_aliases_is_one_diagnostic() {
    let mut text = "locals:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..=20 {
        let alias = format!("*a{}", at - 1);
        text += &format!("  a{at}: &a{at} [{}]\n", [alias.as_str(); 10].join(", "));
    }
    assert_eq!(read("bomb.pkr.yaml", text).1, ["yaml-alias"]);
    let merged: String =
        (1..=60).map(|at| format!("  m{at}: &m{at} {{<<: [*m{0}, *m{0}], k{at}: *m{0}}}\n", at - 1)).collect();
    assert_eq!(read("merge.pkr.yaml", format!("locals:\n  m0: &m0 {{a: 1}}\n{merged}")).1, ["yaml-alias"]);
}
