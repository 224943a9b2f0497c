use serde_json::Value as Json;

use super::{dot, json, mermaid, value};
use crate::graph::fixture::{Fixture, joined, list, map, strings};
use crate::graph::{Graph, NodeKind};
use crate::resolve::value::{Origin, Type, Unknown, Value, ValueKind};
use crate::source::Spanned;

/// A graph with a node of each kind.
fn everything() -> (Graph, Fixture) {
    let mut fixture = Fixture::new();
    let version = fixture.variable("version", Some("1.0"), false);
    let token = fixture.variable("token", Some("hunter2"), true);
    let mut computed = Value::string("HUNTER2");
    computed.marks.sensitive = true;
    let mut number = Value::number(4711_i64);
    number.marks.sensitive = true;
    let clock = Unknown { ty: Type::Bool, origin: Origin::Clock, call: None };
    let run = fixture.provisioner(
        "shell",
        &[
            ("inline", list([joined(&[&Value::string("get \"\\N\" <b>`[x](y)` "), &version]), Value::string("b\nc")])),
            ("env", map(&[("TOKEN", token.clone())])),
            ("pause_after", Value::string("1s")),
            ("skip_clean", Value::of(ValueKind::Unknown(clock))),
        ],
    );
    let span = run.span;
    run.meta.pause_before = Some(Spanned::new(std::time::Duration::from_millis(1500), span));
    run.meta.max_retries = Some(Spanned::new(2, span));
    fixture.provisioner("file", &[("source", Value::string("a")), ("destination", Value::string("/b"))]);
    fixture.provisioner("file", &[("content", Value::string("a")), ("destination", Value::string("/b"))]);
    fixture.provisioner("powershell", &[("script", Value::string("a.ps1"))]);
    fixture.provisioner("shell-local", &[("inline", strings(&["make"]))]);
    fixture.provisioner("sleep", &[("duration", Value::string("3s"))]);
    fixture.provisioner("windows-restart", &[]);
    fixture.provisioner("ansible", &[("extra_arguments", strings(&["-v"]))]);
    fixture.provisioner("goss", &[("tests", strings(&["goss.yaml"]))]);
    fixture.provisioner(
        "made-up",
        &[
            ("password", computed),
            ("port", number),
            ("half", Value::of(ValueKind::Number(crate::resolve::value::Number::parse("0.5").expect("a number")))),
            ("inner.map", map(&[("k", Value::string("v"))])),
            ("both", Value::tuple(vec![Value::bool(true), Value::of(ValueKind::Null(Type::String)), token])),
        ],
    );
    for (ty, arguments) in [
        ("docker-tag", vec![("repository", Value::string("r")), ("tags", list([version]))]),
        ("docker-push", vec![]),
        ("docker-import", vec![("repository", Value::string("r"))]),
        ("docker-save", vec![("path", Value::string("x.tar"))]),
        ("manifest", vec![("custom_data", map(&[("a", Value::string("b"))]))]),
        ("checksum", vec![("checksum_types", strings(&["md5"]))]),
        ("compress", vec![("output", Value::string("x.tgz"))]),
        ("artifice", vec![("files", strings(&["x"]))]),
        ("vagrant", vec![]),
    ] {
        fixture.post_processor(ty, &arguments);
    }
    let cleanup = fixture.component(crate::schema::Kind::Provisioner, "made-up", "error-cleanup-provisioner", &[]);
    fixture.last().error_cleanup = Some(cleanup);
    fixture.image("amazon-ebs", &[("region", Value::string("x")), ("ssh_username", Value::string("y"))]);
    fixture.image(
        "docker",
        &[
            ("build.path", Value::string("Dockerfile")),
            ("build.arguments", map(&[("A", Value::string("1"))])),
            ("export_path", Value::string("x.tar")),
        ],
    );
    fixture.image("docker", &[("image", Value::string("x")), ("discard", Value::bool(true))]);
    fixture.image("null", &[]);
    (fixture.graph(), fixture)
}

#[test]
fn json_is_what_its_schema_says() {
    let (graph, fixture) = everything();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/graph.schema.json");
    let schema: Json =
        serde_json::from_str(&std::fs::read_to_string(path).expect("the schema is there")).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let shown = value(&graph, &fixture.sources);
    let faults: Vec<String> =
        validator.iter_errors(&shown).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert_eq!(faults, Vec::<String>::new());
    let kinds: std::collections::BTreeSet<&str> =
        shown["nodes"].as_array().expect("a list").iter().filter_map(|node| node["kind"].as_str()).collect();
    assert_eq!(kinds.len(), 14, "every kind of node has been looked at: {kinds:?}");
}

#[test]
fn json_refers_to_nodes_by_their_places() {
    let (graph, fixture) = everything();
    let shown = value(&graph, &fixture.sources);
    for (at, node) in shown["nodes"].as_array().expect("a list").iter().enumerate() {
        assert_eq!(node["id"], at);
    }
    let image = &shown["images"][0];
    let at = |number: &Json| &shown["nodes"][usize::try_from(number.as_u64().expect("a number")).expect("small")];
    assert_eq!(at(&image["base"])["kind"], "base-image");
    assert_eq!(at(&image["error_cleanup"])["role"], "error-cleanup");
    let run = at(&image["steps"][0]);
    assert_eq!(run["options"]["pause_before"], "1.5s");
    assert_eq!(run["scripts"][0]["lines"][0]["parts"][1]["parameter"], "version");
    assert_eq!(run["facts"][0]["value"]["unknown"], "the time");
    assert_eq!(run["reads"], serde_json::json!([0, 1]));
    let foreign = at(&image["steps"][9]);
    let facts: Vec<(String, String)> = foreign["facts"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|fact| (fact["name"].as_str().unwrap_or_default().to_owned(), fact["value"].to_string()))
        .collect();
    let expected = [
        ("password", r#"{"parts":[{"unknown":"a sensitive value","known":null,"sensitive":true}]}"#),
        ("port", r#"{"sensitive":"number"}"#),
        ("half", r#"{"number":"0.5"}"#),
        ("both", r#"[true,null,{"parts":[{"parameter":"token","known":null,"sensitive":true}]}]"#),
        ("inner.map", r#"{"entries":{"k":"v"}}"#),
    ];
    assert_eq!(facts, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn no_rendering_shows_a_secret_and_all_are_stable() {
    let (graph, fixture) = everything();
    let (again, _) = everything();
    for (first, second) in [
        (json(&graph, &fixture.sources), json(&again, &fixture.sources)),
        (dot(&graph), dot(&again)),
        (mermaid(&graph), mermaid(&again)),
    ] {
        assert_eq!(first, second);
        for secret in ["hunter2", "HUNTER2", "4711"] {
            assert!(!first.contains(secret), "{secret}");
        }
    }
}

#[test]
fn drawings_quote_their_labels() {
    let (graph, _) = everything();
    let number = graph.nodes().position(|(_, node)| matches!(node.kind, NodeKind::Run(_))).expect("a run");
    let line = |text: &str| text.lines().find(|line| line.trim().starts_with(&format!("n{number}"))).map(str::to_owned);
    let expected = r#"  n4 [label="run · provisioner[0].shell\nget \"\\N\" <b>`[x](y)` ${version} …"];"#;
    assert_eq!(line(&dot(&graph)).as_deref(), Some(expected));
    let expected = "  n4[\"run · provisioner#91;0#93;.shell<br/>get #34;#92;N#34; #60;b#62;#96;#91;x#93;#40;y#41;#96; \
                    #36;#123;version#125; …\"]";
    assert_eq!(line(&mermaid(&graph)).as_deref(), Some(expected));
}

#[test]
fn drawings_have_a_line_for_every_node_and_edge() {
    let (graph, _) = everything();
    let lines = graph.nodes().count() + graph.edges().count();
    assert_eq!(dot(&graph).lines().count(), lines + 4);
    assert_eq!(mermaid(&graph).lines().count(), lines + 1);
}
