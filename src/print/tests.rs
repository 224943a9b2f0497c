//! Printing, and reading it back.

mod legacy;
mod trees;

use super::{Content, print};
use crate::diagnostic::Sink;
use crate::parse;
use crate::schema::Schemas;
use crate::source::{FileOrigin, SourceMap};
use crate::syntax::{Block, Body, Document, Item, Spelling, same_body};
use trees::Trees;

fn read(text: &str) -> (SourceMap, Document, Sink) {
    let (mut sources, mut sink) = (SourceMap::new(), Sink::new());
    let file = sources.add("a.pkr.hcl", text, FileOrigin::Disk);
    let document = parse::hcl::parse(&sources, file, &mut sink).document;
    (sources, document, sink)
}

fn said(sink: Sink) -> Vec<String> {
    sink.into_sorted().into_iter().map(|diagnostic| diagnostic.message).collect()
}

fn printed(text: &str, spelling: Spelling) -> String {
    let (sources, document, mut sink) = read(text);
    let comments = parse::hcl::comments(&sources, document.file);
    print(&document, &comments, spelling, Content::Template, &Schemas::embedded(), &mut sink)
        .unwrap_or_else(|| panic!("{text}\n{:?}", said(sink)))
}

#[test]
fn random_trees_come_back_from_hcl() {
    for seed in 0..3000 {
        let document = Trees::new(seed).document();
        let mut sink = Sink::new();
        let text = print(&document, &[], Spelling::Hcl, Content::Template, &Schemas::embedded(), &mut sink)
            .expect("HCL says all");
        let (_, again, sink) = read(&text);
        assert!(!sink.has_errors(), "seed {seed}: {:?}\n{text}", said(sink));
        assert!(same_body(&document.body, &again.body), "seed {seed}:\n{text}\n{document:#?}\n{again:#?}");
        let mut sink = Sink::new();
        let twice = print(&again, &[], Spelling::Hcl, Content::Template, &Schemas::embedded(), &mut sink)
            .expect("HCL says all");
        assert_eq!(text, twice, "seed {seed}");
    }
}

/// Items of a body with the blocks of each type together, as JSON has them.
fn grouped(body: &Body) -> Body {
    let mut items: Vec<Item> = Vec::new();
    for item in &body.items {
        let item = match item {
            Item::Block(block) => Item::Block(Block { body: grouped(&block.body), ..block.clone() }),
            Item::Attribute(_) | Item::Error(_) => item.clone(),
        };
        let kind = |item: &Item| if let Item::Block(block) = item { Some(block.kind.value.clone()) } else { None };
        let last = kind(&item).and_then(|own| items.iter().rposition(|other| kind(other).as_ref() == Some(&own)));
        items.insert(last.map_or(items.len(), |at| at + 1), item);
    }
    Body { items, ..body.clone() }
}

fn read_data(text: &str, spelling: Spelling, content: Content) -> (Document, Sink) {
    let (mut sources, mut sink) = (SourceMap::new(), Sink::new());
    let schemas = Schemas::embedded();
    let file = sources.add("a", text, FileOrigin::Disk);
    let document = match (spelling, content) {
        (Spelling::Yaml, Content::Template) => parse::yaml::parse_template(&sources, file, &schemas, &mut sink),
        (Spelling::Yaml, Content::Values) => parse::yaml::parse_values(&sources, file, &mut sink),
        (_, Content::Template) => parse::json::parse_template(&sources, file, &schemas, &mut sink),
        (_, Content::Values) => parse::json::parse_values(&sources, file, &mut sink),
    };
    (document, sink)
}

/// Prints a tree, reads it, and prints that: nothing may have changed. YAML's readers may warn of nothing either.
fn comes_back(document: &Document, spelling: Spelling, content: Content, seed: u64) {
    let mut sink = Sink::new();
    let text = print(document, &[], spelling, content, &Schemas::embedded(), &mut sink)
        .unwrap_or_else(|| panic!("seed {seed}: {:?}", said(sink)));
    let (again, sink) = read_data(&text, spelling, content);
    assert!(sink.is_empty(), "seed {seed}: {:?}\n{text}", said(sink));
    let hcl =
        |document: &Document| print(document, &[], Spelling::Hcl, content, &Schemas::embedded(), &mut Sink::new());
    let wanted = grouped(&document.body);
    assert!(same_body(&wanted, &again.body), "seed {seed}:\n{text}\n{:?}\n{:?}", hcl(document), hcl(&again));
    let twice = print(&again, &[], spelling, content, &Schemas::embedded(), &mut Sink::new());
    assert_eq!(twice.as_deref(), Some(text.as_str()), "seed {seed}");
}

#[test]
fn random_templates_come_back_from_json_and_yaml() {
    for seed in 0..1500 {
        let document = Trees::new(seed).template();
        comes_back(&document, Spelling::Json, Content::Template, seed);
        comes_back(&document, Spelling::Yaml, Content::Template, seed);
    }
}

#[test]
fn random_values_come_back_from_json_and_yaml() {
    for seed in 0..1000 {
        let document = Trees::new(seed).values();
        comes_back(&document, Spelling::Json, Content::Values, seed);
        comes_back(&document, Spelling::Yaml, Content::Values, seed);
    }
}

#[test]
fn comments_stay_where_they_are() {
    let text = "# The top.\n\n# About a.\nlocals {\n  # Above.\n  a = 1 # beside\n  b = [\n    # first\n    \"x\", # one\n    \"z\"\n  ]\n  # last\n}\n\n# The end.\n";
    let hcl = printed(text, Spelling::Hcl);
    assert_eq!(hcl, text);
    let yaml = printed(text, Spelling::Yaml);
    let wanted = "# The top.\n# About a.\nlocals:\n  # Above.\n  a: 1 # beside\n  # first\n  # one\n  b:\n    - x\n    - z\n  # last\n# The end.\n";
    assert_eq!(yaml, wanted);
    let json = printed(text, Spelling::Json);
    assert!(json.contains("\"//\": \"The top.\\nAbout a.\\nAbove.\\nbeside\\nfirst\\none\\nlast\""), "{json}");
}

#[test]
fn comments_of_json_and_yaml_become_comments_of_hcl() {
    let schemas = Schemas::embedded();
    let (mut sources, mut sink) = (SourceMap::new(), Sink::new());
    let json = "{\n  \"//\": \"The top.\",\n  \"locals\": {\n    \"//\": \"one\\ntwo\",\n    \"a\": 1\n  }\n}\n";
    let file = sources.add("a.pkr.json", json, FileOrigin::Disk);
    let document = parse::json::parse_template(&sources, file, &schemas, &mut sink);
    let comments = parse::json::comments(&sources, file, false);
    let hcl = print(&document, &comments, Spelling::Hcl, Content::Template, &Schemas::embedded(), &mut sink);
    assert_eq!(hcl.as_deref(), Some("# The top.\nlocals {\n  # one\n  # two\n  a = 1\n}\n"));
    let yaml =
        "# The top.\nlocals:\n  # one\n  a: 1 # beside\n  c: | # lines\n    x\n    y\n# Below.\nvariable:\n  b: {}\n";
    let file = sources.add("a.pkr.yaml", yaml, FileOrigin::Disk);
    let document = parse::yaml::parse_template(&sources, file, &schemas, &mut sink);
    let comments = parse::yaml::comments(&sources, file);
    let hcl = print(&document, &comments, Spelling::Hcl, Content::Template, &Schemas::embedded(), &mut sink);
    assert_eq!(
        hcl.as_deref(),
        Some(
            "# The top.\nlocals {\n  # one\n  a = 1 # beside\n  c = <<-EOT\n    x\n    y\n  EOT\n  # lines\n}\n\n# Below.\nvariable \"b\" {}\n"
        )
    );
}

#[test]
fn what_is_printed_is_laid_out() {
    let text = "locals {\n  a    = 1\n  long = { b = 2 }\n}\n";
    let (_, document, mut sink) = read(text);
    let hcl =
        print(&document, &[], Spelling::Hcl, Content::Template, &Schemas::embedded(), &mut sink).expect("HCL says all");
    assert_eq!(hcl, "locals {\n  a = 1\n  long = {\n    b = 2\n  }\n}\n");
    assert_eq!(crate::format::hcl(&hcl), hcl);
}

#[test]
fn texts_of_many_lines_stay_heredocs() {
    let text = "locals {\n  a = <<-EOT\n    one\n      ${var.b} $${c}\n  EOT\n}\n";
    assert_eq!(printed(text, Spelling::Hcl), text);
    assert_eq!(printed(text, Spelling::Yaml), "locals:\n  a: |\n    one\n      ${var.b} $${c}\n");
}

#[test]
fn blocks_of_a_type_share_a_property_in_order() {
    let text =
        "build {\n  provisioner \"shell\" {}\n  provisioner \"file\" {}\n}\n\nvariable \"a\" {}\n\nvariable \"b\" {}\n";
    let yaml = printed(text, Spelling::Yaml);
    assert_eq!(yaml, "build:\n  provisioner:\n    - shell: {}\n    - file: {}\nvariable:\n  a: {}\n  b: {}\n");
}

#[test]
fn what_yaml_would_take_for_something_else_is_quoted() {
    let text = "locals {\n  a = \"yes\"\n  b = \"1\"\n  c = \"a: b\"\n  d = \"2001-01-01\"\n  e = 1e3\n  f = \"\"\n}\n";
    let wanted = "locals:\n  a: \"yes\"\n  b: \"1\"\n  c: \"a: b\"\n  d: \"2001-01-01\"\n  e: 1.0e+3\n  f: \"\"\n";
    assert_eq!(printed(text, Spelling::Yaml), wanted);
}
