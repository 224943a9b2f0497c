//! The file is read with its places, the reader and the published JSON Schema agree, and faults are told where they are.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::source::{FileOrigin, SourceMap};

fn known() -> Vec<KnownTarget<'static>> {
    vec![KnownTarget { name: "dockerfile", options: vec!["base", "base-config", "context"] }]
}

/// What is read, and each finding as `line:column code message`.
fn read_text(text: &str) -> (ProjectFile, Vec<String>) {
    read_in("shop", text)
}

fn read_in(folder: &str, text: &str) -> (ProjectFile, Vec<String>) {
    let mut sources = SourceMap::new();
    let file = sources.add(FILE_NAME, text, FileOrigin::Disk);
    let mut sink = Sink::new();
    let project = read(file, folder, &sources, &known(), &mut sink);
    let line = |diagnostic: &crate::diagnostic::Diagnostic| {
        let at = sources.position(diagnostic.span);
        format!("{}:{} {} {}", at.line, at.column, diagnostic.code(), diagnostic.message)
    };
    (project, sink.into_sorted().iter().map(line).collect())
}

const WHOLE: &str = r#"
project: acme
schemas: [acme.json]
targets:
  dockerfile:
    context: copy
    out: docker
configurations:
  - name: base
    files: [a.pkr.hcl, b.pkr.hcl]
    cwd: ..
    env: true
    require-values: true
    read: [shared]
    sensitive: ["*_token"]
    params: [version]
    freeze: [region]
    only: [docker.a]
    except: [slow]
    var-files: [x.pkrvars.hcl]
    vars:
      version: 1.10
      text: plain ${x}
      flag: true
      sizes: [1, 2.50]
      tags: {a.b: "say \"${x}\"\n", n: null}
    set:
      dockerfile/docker.a.base: debian:12
      dockerfile.base-config: c.json
    accept:
      - {construct: "docker.a:source.docker.a.cap_add", reason: the build needs none}
    variants:
      one: {vars: {version: "2"}, env: false, params: [region], var-files: [y.json], targets: [dockerfile], read: [z]}
      two:
  -
  - path: images/debian/
  - path: ./legacy/web.pkr.json
"#;

#[test]
fn a_whole_file_is_read() {
    let (project, faults) = read_text(WHOLE);
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(project.name.as_deref(), Some("acme"));
    assert_eq!(project.units(), ["base/one", "base/two", "acme", "debian", "web"]);
    let base = &project.configurations["base"];
    let paths: Vec<&str> = project.paths().map(|path| path.value.as_str()).collect();
    assert_eq!(
        paths,
        [
            "acme.json",
            "a.pkr.hcl",
            "b.pkr.hcl",
            "..",
            "x.pkrvars.hcl",
            "shared",
            "y.json",
            "z",
            ".",
            "images/debian/",
            "./legacy/web.pkr.json"
        ]
    );
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
    let values = &base.values;
    assert_eq!((values.env, values.require_values, &values.targets), (Some(true), Some(true), &None));
    assert_eq!((values.params.as_slice(), values.freeze.as_slice()), (&["version".into()][..], &["region".into()][..]));
    assert_eq!((values.only.as_slice(), values.except.as_slice()), (&["docker.a".into()][..], &["slow".into()][..]));
    assert_eq!(values.sensitive, ["*_token"]);
    let one = &base.variants["one"];
    assert_eq!(one.vars, [("version".to_owned(), "2".to_owned())]);
    assert_eq!(
        (one.env, one.require_values, one.targets.as_deref()),
        (Some(false), None, Some(&["dockerfile".into()][..]))
    );
    let all = |settings: &[OptionSetting]| -> Vec<String> {
        let text = |set: &OptionSetting| {
            let OptionSetting { target, image, option, value } = set;
            format!("{target} {} {option} {value}", image.as_deref().unwrap_or("*"))
        };
        settings.iter().map(text).collect()
    };
    assert_eq!(all(&values.settings), ["dockerfile docker.a base debian:12", "dockerfile * base-config c.json"]);
    assert_eq!(all(&project.targets["dockerfile"].settings), ["dockerfile * context copy"]);
    assert_eq!(project.targets["dockerfile"].out.as_deref(), Some("docker"));
    let [accept] = values.accept.as_slice() else { panic!("{:?}", values.accept) };
    assert_eq!(
        (&*accept.construct.value, &*accept.reason),
        ("docker.a:source.docker.a.cap_add", "the build needs none")
    );
}

#[test]
fn a_configuration_is_called_by_the_last_part_of_its_path() {
    for (path, name) in [
        ("images/web", "web"),
        ("images/web/.", "web"),
        ("images/../v1.2/", "v1.2"),
        ("a.pkr.yaml", "a"),
        ("old.json", "old"),
        (".", "shop"),
        ("images/..", "shop"),
    ] {
        let (project, faults) = read_text(&format!("configurations: [path: {path}]"));
        assert!(faults.is_empty(), "{path}: {faults:?}");
        assert_eq!(project.units(), [name], "{path}");
    }
    assert_eq!(read_text("configurations: [files: [b.pkr.hcl, a.pkr.hcl]]").0.units(), ["b"]);
    // A folder may be called as no configuration can.
    for (folder, name) in [(".my shop", "my-shop"), ("v1.2_x", "v1.2_x"), ("-", "project"), ("", "project")] {
        assert_eq!(read_in(folder, "configurations: [path: .]").0.units(), [name], "{folder}");
    }
}

/// Texts with one fault each, where it is, and what is said.
const FAULTS: &[(&str, &str)] = &[
    ("configuration: {}", "1:1 unknown-project-key there is no key `configuration` in `formwork.yaml`"),
    ("- a", "1:1 wrong-project-value `formwork.yaml` takes a map, not a list"),
    ("project: a b", "1:10 wrong-project-value `a b` cannot be a name in `project`"),
    ("schemas: a.json", "1:10 wrong-project-value `schemas` takes a list of texts, not a text"),
    ("schemas: [1]", "1:11 wrong-project-value `schemas` takes a text, not a number"),
    ("targets: {docker-file: {}}", "1:11 unknown-project-key there is no key `docker-file` in `targets`"),
    (
        "targets: {dockerfile: {contxt: copy}}",
        "1:24 unknown-project-key there is no key `contxt` in the target `dockerfile`",
    ),
    ("targets: {dockerfile: {context: [copy]}}", "1:33 wrong-project-value `context` takes a text, not a list"),
    ("targets: {dockerfile: {out: ''}}", "1:29 wrong-project-value `out` takes a text, not an empty text"),
    ("configurations: {a: {}}", "1:17 wrong-project-value `configurations` takes a list, not a map"),
    ("configurations: [a]", "1:18 wrong-project-value a configuration takes a map, not a text"),
    ("configurations: [{name: a/b}]", "1:25 wrong-project-value `a/b` cannot be a name in `name`"),
    (
        "configurations: [{path: x, variants: {a/b: {}}}]",
        "1:39 wrong-project-value `a/b` cannot be a name in `variants`",
    ),
    ("configurations:\n- path: a\n  pth: x", "3:3 unknown-project-key there is no key `pth` in the configuration `a`"),
    (
        "configurations: [{path: a, var_files: [x]}]",
        "1:28 unknown-project-key there is no key `var_files` in the configuration `a`",
    ),
    (
        "configurations: [{path: x, files: [y]}]",
        "1:28 wrong-project-value the configuration `x` has both `path` and `files`",
    ),
    ("configurations: [{name: a, path: ''}]", "1:34 wrong-project-value `path` takes a text, not an empty text"),
    (
        "configurations: [{name: a, files: []}]",
        "1:35 wrong-project-value `files` takes a list with at least one file, not an empty list",
    ),
    ("configurations: [{env: yes}]", "1:24 wrong-project-value `env` takes `true` or `false`, not a text"),
    ("configurations: [{vars: {x: null}}]", "1:29 wrong-project-value `x` takes a value, not nothing"),
    (
        "configurations: [{variants: {b: {cwd: x}}}]",
        "1:34 unknown-project-key there is no key `cwd` in the variant `b`",
    ),
    ("configurations: [{targets: [docker-file]}]", "1:29 wrong-project-value there is no target `docker-file`"),
    (
        "configurations: [{set: {dockerfile.contxt: copy}}]",
        "1:25 unknown-project-key `dockerfile.contxt` is no option of a target",
    ),
    (
        "configurations: [{set: {dockerfile/.base: x}}]",
        "1:25 unknown-project-key `dockerfile/.base` is no option of a target",
    ),
    ("configurations: [{set: {context: copy}}]", "1:25 unknown-project-key `context` is no option of a target"),
    (
        "configurations: [{set: {dockerfile.context: [copy]}}]",
        "1:45 wrong-project-value `dockerfile.context` takes a text, not a list",
    ),
    (
        "configurations: [{accept: [docker.a:x]}]",
        "1:28 wrong-project-value an entry of `accept` takes a construct with a reason, not a text",
    ),
    (
        "configurations: [{accept: [{construct: docker.a:x}]}]",
        "1:28 wrong-project-value an entry of `accept` has no `reason`",
    ),
    ("configurations: [{accept: [{reason: y}]}]", "1:28 wrong-project-value an entry of `accept` has no `construct`"),
    (
        "configurations: [{accept: [{construct: x, reason: y}]}]",
        "1:40 wrong-project-value `x` is no construct of an image",
    ),
];

/// The same where the fault is no matter of form, so that an editor does not see it.
const FAULTS_OF_NAMES: &[(&str, &str)] = &[
    ("configurations: [{path: a/web}, {path: b/web}]", "1:40 wrong-project-value two configurations are called `web`"),
    ("configurations: [{path: ..}]", "1:25 wrong-project-value `..` cannot be the name of a configuration"),
    (
        "configurations: [{path: my images}]",
        "1:25 wrong-project-value `my images` cannot be the name of a configuration",
    ),
];

#[test]
fn faults_are_told_where_they_are() {
    for (text, expected) in FAULTS.iter().chain(FAULTS_OF_NAMES) {
        assert_eq!(read_text(text).1, [*expected], "{text}");
    }
    // All of them in one run.
    let (project, faults) =
        read_text("schemas: 1\nconfigurations:\n- {path: a, pth: x}\n- {path: b, env: 1}\nother: 2\n");
    assert_eq!(faults.len(), 4, "{faults:?}");
    assert_eq!(project.configurations.len(), 2);
}

#[test]
fn what_is_no_yaml_is_told_where_it_stops() {
    for (text, line) in [
        ("a: [1,\nb: 2", "1:"),
        ("a: 1\na: 2", "2:"),
        ("a:\n\tb: 1", ""),
        ("a: *nothing", "1:"),
        ("a: 1\n---\nb: 2", ""),
    ] {
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
    let listed = &schema["properties"]["targets"]["properties"];
    let names: Vec<&String> = listed.as_object().unwrap().keys().collect();
    let known: Vec<&str> = crate::targets::TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names, known);
    assert_eq!(schema["$defs"]["values"]["properties"]["targets"]["items"]["enum"], serde_json::json!(known));
    for target in crate::targets::TARGETS {
        let options = schema["$defs"][target.name]["properties"].as_object().unwrap().keys();
        // `out` is no option: no target may have one of that name.
        let mut listed: Vec<&str> = options.map(String::as_str).filter(|name| *name != "out").collect();
        let mut known: Vec<&str> = target.options.iter().map(|option| option.name).collect();
        listed.sort_unstable();
        known.sort_unstable();
        assert_eq!(listed, known, "{}", target.name);
        for option in known {
            for place in [format!("{}.{option}", target.name), format!("{}/docker.a.{option}", target.name)] {
                let set = serde_json::json!({ "configurations": [{ "set": { place: "x" } }] });
                assert!(validator.is_valid(&set), "{set}");
            }
        }
    }
}
