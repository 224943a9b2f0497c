//! Packer's own answers to expressions, recorded by running it. Needs `FORMWORK_CONFORMANCE`.
#![expect(clippy::unwrap_used, reason = "a probe that cannot be read is a broken test")]
#![expect(clippy::print_stdout, reason = "the counts are what one wants to see")]
#![expect(clippy::disallowed_methods, reason = "tests read the recorded answers")]

use formwork::diagnostic::Sink;
use formwork::parse::hcl;
use formwork::resolve::eval::{Scope, World, evaluate};
use formwork::resolve::value::{Origin, Type, Value, ValueKind};
use formwork::source::{FileId, FileOrigin, MemoryFiles, SourceMap, Span};
use serde_json::Value as Json;

/// Where we answer otherwise on purpose, with the reason. A probe's id, or the start of it up to a `*`.
const DIFFERENT: &[(&str, &str)] = &[
    ("operator.48", "the number has more digits than the reader of the expectation keeps; a unit test has it"),
    ("abspath.1", "absolute paths of this machine are not written into outputs"),
    ("vault.1", "no service is asked while compiling: unknown, where Packer fails without a server"),
    ("uuidv4.1", "random values are unknown while compiling"),
    ("bcrypt.1", "random values are unknown while compiling"),
    ("bcrypt.2", "random values are unknown while compiling"),
];

/// Needs what is not here: the files beside the probe, the clock, the network.
fn is_skipped(probe: &Json) -> bool {
    probe.get("cwd").is_some() || probe.get("network").is_some()
}

#[test]
fn expressions_are_worth_what_packer_says() {
    let Ok(folder) = std::env::var("FORMWORK_CONFORMANCE") else {
        println!("skipped: FORMWORK_CONFORMANCE is not set");
        return;
    };
    let text = std::fs::read_to_string(format!("{folder}/packer-core/probes.jsonl")).unwrap();
    let (mut agree, mut skipped, mut wrong) = (0, 0, Vec::new());
    for line in text.lines() {
        let probe: Json = serde_json::from_str(line).unwrap();
        if probe["kind"] != "expression" {
            continue;
        }
        let id = probe["id"].as_str().unwrap().trim_start_matches("expr.").to_owned();
        let listed = DIFFERENT.iter().any(|(name, _)| match name.strip_suffix('*') {
            Some(start) => id.starts_with(start),
            None => *name == id,
        });
        if is_skipped(&probe) || listed {
            skipped += 1;
            continue;
        }
        match answer(&probe) {
            Answer::Agrees => agree += 1,
            Answer::Unsupported => skipped += 1,
            Answer::Differs(ours) => wrong.push(format!(
                "{id}: {} -> {ours}; Packer: {}",
                probe["expr"].as_str().unwrap(),
                if probe["expect"] == "ok" { &probe["result"] } else { &probe["observed"] }
            )),
        }
    }
    println!("expressions: {agree} agree, {} differ, {skipped} skipped", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

enum Answer {
    Agrees,
    Unsupported,
    Differs(String),
}

fn answer(probe: &Json) -> Answer {
    let mut sources = SourceMap::new();
    let file = sources.add("probe", probe["expr"].as_str().unwrap(), FileOrigin::Invocation);
    let mut sink = Sink::new();
    let expr = hcl::parse_expression(&sources, file, &mut sink);
    let files = MemoryFiles::new();
    let mut world = World::new(&files, ".");
    world.now = Some(1_700_000_000);
    let mut scope = Scope::new(&world);
    if probe.get("unknowns").is_some() {
        scope.set_root("unk", unknowns(file));
    }
    let value = evaluate(&expr, &scope, &mut sink);
    if sink.diagnostics().iter().any(|diagnostic| diagnostic.code() == "unsupported-function") {
        return Answer::Unsupported;
    }
    let said = sink.diagnostics().iter().map(|d| format!("{}: {}", d.code(), d.message)).collect::<Vec<_>>().join("; ");
    if probe["expect"] == "error" {
        return if sink.has_errors() { Answer::Agrees } else { Answer::Differs(show(&value).to_string()) };
    }
    if sink.has_errors() {
        return Answer::Differs(said);
    }
    let expected = &probe["result"];
    if is_unknown(&expected["value"]) && !value.is_wholly_known() {
        return Answer::Agrees;
    }
    let same_type = expected["type"] == Json::String(value.ty().to_string());
    if same_type && expected.get("value").is_none() {
        // JSON could not hold what was to be recorded: an infinite number.
        return Answer::Agrees;
    }
    let same = normal(&show(&value)) == normal(&expected["value"]) && same_type;
    if same { Answer::Agrees } else { Answer::Differs(format!("{} {}", value.ty(), show(&value))) }
}

fn is_unknown(json: &Json) -> bool {
    json.get("$unknown").is_some()
}

fn unknowns(file: FileId) -> Value {
    let span = Span::new(file, 0, 0);
    let unknown = |ty| Value::unknown(ty, Origin::Variable("unk".into()), span);
    Value::object([
        ("s", unknown(Type::String)),
        ("n", unknown(Type::Number)),
        ("b", unknown(Type::Bool)),
        ("l", unknown(Type::list(Type::String))),
        ("m", unknown(Type::map(Type::String))),
        ("d", unknown(Type::Dynamic)),
    ])
}

/// The recorder's JSON has no sign for zero.
fn plain(number: &str) -> String {
    format!("#{}", if number == "-0" { "0" } else { number })
}

/// Numbers as text, so that those of many digits compare.
fn normal(json: &Json) -> Json {
    match json {
        Json::Number(number) => {
            let number = formwork::resolve::value::Number::parse(&number.to_string()).unwrap();
            Json::String(plain(&number.to_string()))
        }
        Json::Array(items) => Json::Array(items.iter().map(normal).collect()),
        Json::Object(entries) => match entries.get("$number") {
            Some(Json::String(number)) => Json::String(plain(number)),
            _ => Json::Object(entries.iter().map(|(key, item)| (key.clone(), normal(item))).collect()),
        },
        Json::Null | Json::Bool(_) | Json::String(_) => json.clone(),
    }
}

fn show(value: &Value) -> Json {
    match &value.kind {
        ValueKind::Null(_) => Json::Null,
        ValueKind::Bool(flag) => Json::Bool(*flag),
        ValueKind::Number(number) => serde_json::json!({ "$number": number.to_string() }),
        ValueKind::String(text) => {
            text.known().map_or(serde_json::json!({ "$unknown": "string" }), |text| Json::String(text.into_owned()))
        }
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
            Json::Array(items.iter().map(show).collect())
        }
        ValueKind::Map(_, entries) | ValueKind::Object(entries) => {
            Json::Object(entries.iter().map(|(key, item)| (key.clone(), show(item))).collect())
        }
        ValueKind::Unknown(_) => serde_json::json!({ "$unknown": value.ty().to_string() }),
    }
}
