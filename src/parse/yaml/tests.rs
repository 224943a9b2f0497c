//! What is read of YAML, what is said about its faults, and that hostile texts end.

use super::{parse_values, reader};
use crate::diagnostic::Sink;
use crate::parse::data::{Data, DataKind};
use crate::source::{FileOrigin, SourceMap};
use crate::syntax::ExprKind;

struct Read {
    data: Data,
    sources: SourceMap,
    said: Vec<String>,
}

fn read(text: &str) -> Read {
    let mut sources = SourceMap::new();
    let file = sources.add("x.yaml", text, FileOrigin::Disk);
    let mut sink = Sink::new();
    let data = reader::read(&sources, file, &mut sink);
    let said = sink.into_sorted().into_iter().map(|found| {
        let at = sources.position(found.span);
        assert!(found.help.is_some(), "{}", found.message);
        assert!(sources.file(file).text.get(found.span.range()).is_some(), "{}", found.message);
        format!("{} at {}:{}: {}", found.code(), at.line, at.column, found.message)
    });
    let said = said.collect();
    Read { data, sources, said }
}

/// The tree as JSON, holes as `!`.
fn json(data: &Data) -> String {
    match &data.kind {
        DataKind::Null => "null".to_owned(),
        DataKind::Bool(value) => value.to_string(),
        DataKind::Number(digits) => digits.clone(),
        DataKind::String(text) => format!("{:?}", text.text),
        DataKind::Array(items) => format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(",")),
        DataKind::Object(properties) => {
            let properties =
                properties.iter().map(|property| format!("{}:{}", property.key.text, json(&property.value)));
            format!("{{{}}}", properties.collect::<Vec<_>>().join(","))
        }
        DataKind::Error => "!".to_owned(),
    }
}

#[test]
fn the_core_schema_is_read() {
    let cases = [
        ("", "{}"),
        ("# nothing\n", "{}"),
        ("---\n", "{}"),
        ("\u{feff}a: 1\n", "{a:1}"),
        ("a: 1\nb: -1.5\nc: true\nd: null\ne:\nf: ~\ng: x y\n", "{a:1,b:-1.5,c:true,d:null,e:null,f:null,g:\"x y\"}"),
        ("a: '1'\nb: \"true\"\nc: !!str 1\nd: !!int '1'\ne: ! 1\n", "{a:\"1\",b:\"true\",c:\"1\",d:1,e:\"1\"}"),
        ("- a\n- [b, {c: d}]\n", "[\"a\",[\"b\",{c:\"d\"}]]"),
        ("a: |\n  x\n   y\n\nb: >-\n  one\n  two\n", "{a:\"x\\n y\\n\",b:\"one two\"}"),
        ("1: a\ntrue: b\n? c\n: d\n", "{1:\"a\",true:\"b\",c:\"d\"}"),
        // Aliases and merge keys.
        ("a: &x [1, 2]\nb: *x\n", "{a:[1,2],b:[1,2]}"),
        ("&k a: 1\nb: {*k : 2}\n", "{a:1,b:{a:2}}"),
        ("a: &x {p: 1, q: 2}\nb:\n  r: 0\n  <<: *x\n  q: 3\n", "{a:{p:1,q:2},b:{r:0,p:1,q:3}}"),
        ("a: &x {p: 1}\nb: &y {p: 2, q: 2}\nc:\n  <<: [*x, *y, {z: 1}]\n", "{a:{p:1},b:{p:2,q:2},c:{p:1,q:2,z:1}}"),
        ("a:\n  '<<': 1\n", "{a:{<<:1}}"),
    ];
    for (text, expected) in cases {
        let read = read(text);
        assert_eq!((json(&read.data).as_str(), read.said.as_slice()), (expected, &[] as &[String]), "{text}");
    }
}

#[test]
fn a_fault_leaves_what_stands_before_it() {
    let cases = [
        ("a: 1\nb: [1, 2\nc: 3\n", "yaml-syntax at 3:2: a bracket is not closed, or a comma is missing"),
        ("a: 1\nb:\n\t- x\n", "yaml-syntax at 3:2: a tab stands where only spaces may"),
        ("a: 1\nb: 'x\n", "yaml-syntax at 2:4: a quote is not closed"),
        ("a: 1\nb: c: d\n", "yaml-syntax at 2:5: a second `:` stands on the line"),
        ("a: 1\nb: \"\\q\"\n", "yaml-syntax at 2:4: this is no escape in YAML"),
    ];
    for (text, said) in cases {
        let read = read(text);
        assert!(json(&read.data).starts_with("{a:1,"), "{text}: {}", json(&read.data));
        assert!(json(&read.data).ends_with(":!}"), "{text}: {}", json(&read.data));
        assert_eq!(read.said, [said], "{text}");
    }
}

#[test]
fn what_yaml_has_and_templates_have_not_is_said() {
    let cases = [
        ("a: 1\n---\nb: 2\n", "!", "yaml-syntax at 2:1: a second document begins"),
        ("a: .inf\n", "{a:!}", "yaml-syntax at 1:4: this is no number that a template can hold"),
        ("a: !x 1\n", "{a:!}", "yaml-tag at 1:7: the tag `!x` means nothing in a template"),
        ("a: !!int x\n", "{a:!}", "yaml-tag at 1:10: `!!int` stands before a value that is none"),
        ("a: !!seq {}\n", "{a:!}", "yaml-tag at 1:10: `!!seq` stands before a value that is none"),
        ("? [a]\n: 1\nb: 2\n", "{b:2}", "yaml-key at 1:3: a key has to be a text, not an array"),
        ("a: &x {}\n*x : 1\n", "{a:{}}", "yaml-key at 2:1: a key has to be a text, not an object"),
        ("a: *x\n", "{a:!}", "yaml-alias at 1:4: no anchor is named `x`"),
        ("a: &x [*x]\n", "{a:[!]}", "yaml-alias at 1:8: this alias stands inside of what it stands for"),
        ("a: {<<: 1}\n", "{a:{}}", "yaml-alias at 1:9: `<<` takes the properties of an object, and this is a number"),
        ("a: 1\na: 2\n", "{a:1}", "duplicate-argument at 2:1: `a` is given twice"),
        (
            "a: yes\n",
            "{a:\"yes\"}",
            "yaml-1-1-value at 1:4: `yes` is a string here, and a bool for readers of YAML 1.1",
        ),
        (
            "a: 0777\n",
            "{a:777}",
            "yaml-1-1-value at 1:4: `0777` is a decimal number here, and an octal number for readers of YAML 1.1",
        ),
        ("on: 1\n", "{on:1}", "yaml-1-1-value at 1:1: `on` is a string here, and a bool for readers of YAML 1.1"),
        ("a: 'yes'\n", "{a:\"yes\"}", ""),
    ];
    for (text, expected, said) in cases {
        let read = read(text);
        assert_eq!((json(&read.data).as_str(), read.said.join("\n").as_str()), (expected, said), "{text}");
    }
}

#[test]
fn every_character_of_a_string_knows_its_place() {
    // Each text holds `@` where a place is asked for.
    let texts = [
        "a: x @ y\n",
        "a: 'it''s @ y'\n",
        "a: \"\\u00e9\\n\\ud83d\\ude00 @ y\"\n",
        "a: \"one\n  two\n\n  three\\\n    @ four\"\n",
        "a: one\n  two\n\n  @ three\n",
        "a: 'one\n\n  two''\n  @'\n",
        "a: |\n  one\n    two @\n",
        "a: |2-\n    one\n\n  @\n",
        "a: >\n  one\n  two\n\n    more\n  @ three\n",
        "a: |\r\n  one\r\n  @\r\n",
        "a: é @\n",
        "- - k: \"@\"\n",
    ];
    for text in texts {
        let read = read(text);
        assert_eq!(read.said, [""; 0], "{text}");
        fn string(data: &Data) -> &crate::parse::data::Decoded {
            match &data.kind {
                DataKind::String(text) => text,
                DataKind::Array(items) => string(&items[0]),
                DataKind::Object(properties) => string(&properties[0].value),
                DataKind::Null | DataKind::Bool(_) | DataKind::Number(_) | DataKind::Error => panic!("no text"),
            }
        }
        let string = string(&read.data);
        let at = string.text.find('@').expect("it is asked for");
        let place = string.place(at..at + 1);
        assert_eq!(read.sources.text(place), "@", "{text:?}: {string:?}");
    }
}

#[test]
fn places_of_collections_end_with_them() {
    let read = read("a:\n  b:\n  - 1\n  - 2\n\n# c\nd: {e: 1}\n");
    let DataKind::Object(properties) = &read.data.kind else { panic!("no object") };
    let texts: Vec<&str> = properties.iter().map(|property| read.sources.text(property.value.span)).collect();
    assert_eq!(texts, ["b:\n  - 1\n  - 2", "{e: 1}"]);
}

#[test]
fn values_are_literal() {
    let mut sources = SourceMap::new();
    let file = sources.add("x.pkrvars.yaml", "a: ${x}\n//: x\n", FileOrigin::Disk);
    let mut sink = Sink::new();
    let document = parse_values(&sources, file, &mut sink);
    assert!(sink.is_empty());
    let names: Vec<&str> = document.body.attributes().map(|attribute| attribute.name.value.as_str()).collect();
    assert_eq!(names, ["a"]);
    let ExprKind::Template(template) = &document.body.attributes().next().expect("one").value.kind else { panic!() };
    assert_eq!(template.literal().as_deref(), Some("${x}"));
}

#[test]
fn hostile_texts_end() {
    let bomb = |depth: usize| {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for at in 1..=depth {
            let alias = format!("*a{}", at - 1);
            text += &format!("a{at}: &a{at} [{}]\n", [alias.as_str(); 9].join(", "));
        }
        text
    };
    let cases = [
        (bomb(12), "yaml-alias"),
        ("[".repeat(10_000), "nesting-too-deep"),
        ("{a: ".repeat(10_000), "nesting-too-deep"),
        ("- ".repeat(10_000), "nesting-too-deep"),
        ((0..10_000).map(|at| format!("{}a:\n", " ".repeat(at))).collect(), "nesting-too-deep"),
        (format!("a: &x {}\nb: {}*x\n", "[".repeat(90) + &"]".repeat(90), "- ".repeat(5)), "yaml-syntax"),
        (
            format!("a: &x {}\nb: {}*x{}\n", "[".repeat(90) + &"]".repeat(90), "[".repeat(20), "]".repeat(20)),
            "nesting-too-deep",
        ),
    ];
    for (text, code) in cases {
        let read = read(&text);
        let codes: Vec<&str> = read.said.iter().filter_map(|said| said.split(' ').next()).collect();
        assert_eq!(codes, [code], "{}", &text[..80]);
    }
    assert!(read(&bomb(3)).said.is_empty());
}

#[test]
fn quotes_and_tabs_are_told_where_they_stand() {
    for (text, expected) in [
        ("a: x\nb: \"y\nc: \"z\"\n", "yaml-syntax at 2:4: a quote is not closed on its line"),
        ("a: x\nb: 'y\nc: 'z'\nd: 1\n", "yaml-syntax at 2:4: a quote is not closed on its line"),
        ("a: 'it's'\n", "yaml-syntax at 1:8: something stands behind the quote that ends a text"),
        ("a:\n  b: x\n\tc: y\n", "yaml-syntax at 3:1: a tab stands where only spaces may"),
    ] {
        assert_eq!(read(text).said, [expected], "{text}");
    }
}
