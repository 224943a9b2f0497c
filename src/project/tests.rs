//! The file is read with its places, the reader and the published JSON Schema agree, and faults are told where they are.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::source::{FileOrigin, SourceMap};

fn known() -> Vec<KnownTarget<'static>> {
    vec![KnownTarget { name: "dockerfile", options: vec!["base", "base-config", "context"] }]
}

/// What is read, and each finding as `line:column code message`.
fn read_text(text: &str) -> (ProjectFile, Vec<String>) {
    let mut sources = SourceMap::new();
    let file = sources.add(FILE_NAME, text, FileOrigin::Disk);
    let mut sink = Sink::new();
    let project = read(file, &sources, &known(), &mut sink);
    let line = |diagnostic: &crate::diagnostic::Diagnostic| {
        let at = sources.position(diagnostic.span);
        format!("{}:{} {} {}", at.line, at.column, diagnostic.code(), diagnostic.message)
    };
    (project, sink.into_sorted().iter().map(line).collect())
}

const WHOLE: &str = r#"
schemas: [acme.json]
configurations:
  base:
    files: [a.pkr.hcl, b.pkr.hcl]
    cwd: ..
    env: true
    require_values: true
    read: [shared]
    sensitive: ["*_token"]
    param: [version]
    freeze: [region]
    only: [docker.a]
    except: [slow]
    var_files: [x.pkrvars.hcl]
    vars:
      version: 1.10
      text: plain ${x}
      flag: true
      sizes: [1, 2.50]
      tags: {a.b: "say \"${x}\"\n", n: null}
    variants:
      one: {vars: {version: "2"}}
      two:
    targets:
      dockerfile:
        images:
          docker.a: {base: "debian:12"}
        context: copy
  plain:
"#;

#[test]
fn a_whole_file_is_read() {
    let (project, faults) = read_text(WHOLE);
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(project.units(), ["base/one", "base/two", "plain"]);
    let base = &project.configurations["base"];
    let paths: Vec<&str> = project.paths().map(|path| path.value.as_str()).collect();
    assert_eq!(paths, ["acme.json", "a.pkr.hcl", "b.pkr.hcl", "..", "shared", "x.pkrvars.hcl", "."]);
    let vars: Vec<(&str, &str)> = base.values.vars.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(
        vars,
        [
            ("version", "1.10"),
            ("text", "plain ${x}"),
            ("flag", "true"),
            ("sizes", "[1, 2.50, ]"),
            ("tags", r#"{"a.b" = "say \"$${x}\"\n", "n" = null, }"#),
        ]
    );
    assert!(base.env && base.require_values);
    assert_eq!(
        (base.param.as_slice(), base.freeze.as_slice()),
        (&["version".to_owned()][..], &["region".to_owned()][..])
    );
    assert_eq!(base.variants["one"].vars, [("version".to_owned(), "2".to_owned())]);
    let settings: Vec<_> =
        base.targets[0].settings.iter().map(|set| (set.image.as_deref(), &*set.option, &*set.value)).collect();
    assert_eq!(settings, [(None, "context", "copy"), (Some("docker.a"), "base", "debian:12")]);
}

/// Texts with one fault each, where it is, and what is said.
const FAULTS: &[(&str, &str)] = &[
    ("configuration: {}", "1:1 unknown-project-key there is no key `configuration` in `formwork.yaml`"),
    ("- a", "1:1 wrong-project-value `formwork.yaml` takes a map, not a list"),
    ("schemas: a.json", "1:10 wrong-project-value `schemas` takes a list of texts, not a text"),
    ("schemas: [1]", "1:11 wrong-project-value `schemas` takes a text, not a number"),
    ("configurations: [a]", "1:17 wrong-project-value `configurations` takes a map, not a list"),
    ("configurations: {a/b: {}}", "1:18 wrong-project-value `a/b` cannot be a name in `configurations`"),
    ("configurations: {a: b}", "1:21 wrong-project-value the configuration `a` takes a map, not a text"),
    ("configurations:\n  a:\n    pth: x", "3:5 unknown-project-key there is no key `pth` in the configuration `a`"),
    ("configurations: {a: {path: ''}}", "1:28 wrong-project-value `path` takes a text, not an empty text"),
    (
        "configurations: {a: {files: []}}",
        "1:29 wrong-project-value `files` takes a list with at least one file, not an empty list",
    ),
    (
        "configurations: {a: {path: x, files: [y]}}",
        "1:31 wrong-project-value the configuration `a` has both `path` and `files`",
    ),
    ("configurations: {a: {env: yes}}", "1:27 wrong-project-value `env` takes `true` or `false`, not a text"),
    ("configurations: {a: {vars: {x: null}}}", "1:32 wrong-project-value `x` takes a value, not nothing"),
    (
        "configurations: {a: {variants: {b: {env: true}}}}",
        "1:37 unknown-project-key there is no key `env` in the variant `b`",
    ),
    (
        "configurations: {a: {targets: {docker-file: {}}}}",
        "1:32 unknown-project-key there is no key `docker-file` in `targets`",
    ),
    (
        "configurations: {a: {targets: {dockerfile: {contxt: copy}}}}",
        "1:45 unknown-project-key there is no key `contxt` in the target `dockerfile`",
    ),
    (
        "configurations: {a: {targets: {dockerfile: {context: [copy]}}}}",
        "1:54 wrong-project-value `context` takes a text, not a list",
    ),
];

#[test]
fn faults_are_told_where_they_are() {
    for (text, expected) in FAULTS {
        assert_eq!(read_text(text).1, [*expected], "{text}");
    }
    // All of them in one run.
    let (project, faults) = read_text("schemas: 1\nconfigurations:\n  a: {pth: x}\n  b: {env: 1}\nother: 2\n");
    assert_eq!(faults.len(), 4, "{faults:?}");
    assert_eq!(project.configurations.len(), 2);
}

#[test]
fn what_is_no_yaml_is_told_where_it_stops() {
    for (text, line) in
        [("a: [1,\nb: 2", "1:"), ("a: 1\na: 2", "2:"), ("\ta: 1", "1:"), ("a: *nothing", "1:"), ("a: 1\n---\nb: 2", "")]
    {
        let (project, faults) = read_text(text);
        assert_eq!(project, ProjectFile::default());
        let [fault] = faults.as_slice() else { panic!("{text}: {faults:?}") };
        assert!(fault.starts_with(line) && fault.contains("project-file-syntax this is not YAML: "), "{fault}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(read_text(&deep).1.len(), 1);
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(", "));
    }
    assert!(!read_text(&bomb).1.is_empty());
}

#[test]
fn an_empty_file_says_nothing() {
    for text in ["", "# nothing\n", "{}", "configurations:\n", "schemas: []"] {
        assert_eq!(read_text(text), (ProjectFile::default(), Vec::new()), "{text}");
    }
}

#[test]
fn the_published_schema_and_the_reader_agree() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../schemas/formwork.schema.json")).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let json = |text: &str| {
        let options = serde_saphyr::options! { strict_booleans: true };
        serde_saphyr::from_str_with_options::<serde_json::Value>(text, options).unwrap()
    };
    for (text, _) in FAULTS {
        assert!(!validator.is_valid(&json(text)), "{text}");
    }
    let errors: Vec<String> = validator.iter_errors(&json(WHOLE)).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    // The targets and options that the schema lists are those there are.
    let listed = &schema["$defs"]["configuration"]["properties"]["targets"]["properties"];
    let names: Vec<&String> = listed.as_object().unwrap().keys().collect();
    assert_eq!(names, crate::targets::TARGETS.iter().map(|target| target.name).collect::<Vec<_>>());
    for target in crate::targets::TARGETS {
        let options = schema["$defs"][target.name]["properties"].as_object().unwrap().keys();
        let mut listed: Vec<&str> = options.map(String::as_str).filter(|name| *name != "images").collect();
        let mut known: Vec<&str> = target.options.iter().map(|option| option.name).collect();
        listed.sort_unstable();
        known.sort_unstable();
        assert_eq!(listed, known, "{}", target.name);
    }
}
