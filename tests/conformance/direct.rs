//! Cases that are not whole templates: calls of functions, patterns, addresses of plugins, single blocks.

use std::collections::BTreeMap;

use formwork::engine::{self, Request};
use formwork::parse::hcl;
use formwork::resolve::convert::convert;
use formwork::resolve::eval::evaluate;
use formwork::resolve::value::{Number, Origin, Type, Value, ValueKind};
use formwork::resolve::{Inputs, Patterns};
use formwork::schema::Schemas;
use formwork::source::{FileId, FileOrigin, MemoryFiles, Span};
use formwork::write::DiskFiles;
use serde_json::Value as Json;

use crate::Records;
use crate::case::Case;
use crate::compare;
use crate::run;
use crate::summaries;

/// A function called with values. Those that no expression can write (unknowns) stand in the scope under a name.
pub(crate) fn function(case: &Case, records: &Records) -> Result<(), String> {
    let json = &case.json;
    let (text, arguments) = match json.get("expr").and_then(Json::as_str) {
        Some(text) => (text.to_owned(), Vec::new()),
        None => {
            let given = json["args"].as_array().unwrap();
            let names: Vec<String> = (0..given.len()).map(|at| format!("given.a{at}")).collect();
            let call = format!("{}({})", json["function"].as_str().unwrap(), names.join(", "));
            (call, given.clone())
        }
    };
    let disk = DiskFiles::new(&records.folder.join(case.cwd())).unwrap();
    let inputs = Inputs { now: Some(1_700_000_000), ..Inputs::default() };
    let request = Request { paths: &[], root: None, project: &disk, files: &disk, inputs: &inputs };
    let result = engine::analyse_with(&request, &Schemas::embedded(), |scope, sources, sink| {
        let file = sources.add("call", text.as_str(), FileOrigin::Invocation);
        let expr = hcl::parse_expression(sources, file, sink);
        let given = arguments.iter().enumerate().map(|(at, argument)| (format!("a{at}"), typed(argument, file)));
        let mut scope = scope.child();
        scope.set_root("given", Value::object(given));
        evaluate(&expr, &scope, sink)
    });
    let (analysis, value) = result.unwrap();
    let sink = analysis.sink;
    let said: Vec<String> = sink.diagnostics().iter().map(|d| format!("{}: {}", d.code(), d.message)).collect();
    match (case.accepted, sink.has_errors()) {
        (false, true) => Ok(()),
        (false, false) => Err(format!("Packer fails, ours is {}", compare::shown(&value))),
        (true, true) => Err(format!("ours fails: {}", said.join("; "))),
        (true, false) => {
            if let Some(pattern) = json.get("result_regex").and_then(Json::as_str) {
                let text = value.as_str().unwrap_or_default().into_owned();
                let fits = regex::Regex::new(pattern).unwrap().is_match(&text);
                // The clock and dice are unknown here.
                return if fits || !value.is_wholly_known() {
                    Ok(())
                } else {
                    Err(format!("{text} does not fit {pattern}"))
                };
            }
            let Some(expected) = json.get("result") else { return Ok(()) };
            if json["function"] == "base64gzip" {
                // The bytes depend on the compressor; what they hold does not.
                let ours = unpacked(&value.as_str().unwrap_or_default());
                return if ours == unpacked(expected["value"].as_str().unwrap()) {
                    Ok(())
                } else {
                    Err(format!("holds {ours:?}"))
                };
            }
            compare::tolerant_value(&value, &expected["value"], json.get("tolerance").and_then(Json::as_f64))?;
            let ty = expected["type"].as_str().unwrap_or("any");
            if ty != "any" && !is_type(&value.ty(), ty) {
                return Err(format!("the type is {}, Packer's {ty}", value.ty()));
            }
            Ok(())
        }
    }
}

fn unpacked(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    use std::io::Read as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    let mut out = Vec::new();
    flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut out).unwrap();
    out
}

/// `{"type": …, "value": …}`
fn typed(argument: &Json, file: FileId) -> Value {
    let span = Span::new(file, 0, 0);
    let ty = ty(argument["type"].as_str().unwrap_or("any"));
    let value = value(&argument["value"], span);
    convert(&value, &ty, span).unwrap_or(value)
}

fn value(json: &Json, span: Span) -> Value {
    match json {
        Json::Null => Value::null(),
        Json::Bool(flag) => Value::bool(*flag),
        Json::Number(number) => Value::number(Number::parse(&number.to_string()).unwrap()),
        Json::String(text) => Value::string(text.clone()),
        Json::Array(items) => Value::tuple(items.iter().map(|item| value(item, span)).collect()),
        Json::Object(entries) => {
            if let Some(text) = entries.get("$unknown").and_then(Json::as_str) {
                return Value::unknown(ty(text), Origin::Variable("given".into()), span);
            }
            if let Some(text) = entries.get("$number").and_then(Json::as_str) {
                let number = Value::string(text.trim_start_matches('+'));
                return convert(&number, &Type::Number, span).unwrap_or(number);
            }
            Value::object(entries.iter().map(|(name, inner)| (name.clone(), value(inner, span))))
        }
    }
}

/// A type as the records write it.
fn ty(text: &str) -> Type {
    let (ty, rest) = read_type(text);
    assert_eq!(rest, "", "{text} is no type");
    ty
}

fn read_type(text: &str) -> (Type, &str) {
    let text = text.trim_start();
    for (word, ty) in [("string", Type::String), ("number", Type::Number), ("bool", Type::Bool), ("any", Type::Dynamic)]
    {
        if let Some(rest) = text.strip_prefix(word) {
            return (ty, rest);
        }
    }
    for (word, make) in [("list(", Type::list as fn(Type) -> Type), ("set(", Type::set), ("map(", Type::map)] {
        if let Some(rest) = text.strip_prefix(word) {
            let (element, rest) = read_type(rest);
            return (make(element), rest.strip_prefix(')').unwrap());
        }
    }
    if let Some(mut rest) = text.strip_prefix("tuple([") {
        let mut items = Vec::new();
        while !rest.starts_with(']') {
            let (item, after) = read_type(rest);
            items.push(item);
            rest = after.trim_start_matches([',', ' ']);
        }
        return (Type::Tuple(items), rest.strip_prefix("])").unwrap());
    }
    let mut rest = text.strip_prefix("object({").unwrap_or_else(|| panic!("{text} is no type"));
    let mut members = BTreeMap::new();
    while !rest.starts_with('}') {
        let (name, after) = rest.split_once('=').unwrap();
        let (member, after) = read_type(after);
        members.insert(name.trim_matches(['"', ' ']).to_owned(), member);
        rest = after.trim_start_matches([',', ' ']);
    }
    (Type::Object(members), rest.strip_prefix("})").unwrap())
}

/// Whether a type is the one that a record writes.
pub(crate) fn is_type(ours: &Type, text: &str) -> bool {
    *ours == ty(text)
}

pub(crate) fn pattern(case: &Case) -> Result<(), String> {
    let pattern = case.json["inline"]["pattern"].as_str().unwrap().to_owned();
    match (case.accepted, Patterns::new(&[pattern])) {
        (true, Ok(_)) | (false, Err(_)) => Ok(()),
        (true, Err((_, why))) => Err(format!("ours is no pattern: {why}")),
        (false, Ok(_)) => Err("ours is a pattern".to_owned()),
    }
}

/// A `source` of a required plugin.
pub(crate) fn plugin_source(case: &Case) -> Result<(), String> {
    let source = case.json["inline"]["source"].as_str().unwrap();
    let source = serde_json::to_string(source).unwrap();
    let text = format!("packer {{\n required_plugins {{\n x = {{ version = \"1.0.0\", source = {source} }}\n }}\n}}\n");
    let files = MemoryFiles::new().with("main.pkr.hcl", text);
    let inputs = Inputs::default();
    let paths = ["main.pkr.hcl".to_owned()];
    let request = Request { paths: &paths, root: None, project: &files, files: &files, inputs: &inputs };
    let analysis = engine::analyse(&request, &Schemas::embedded()).unwrap();
    let codes: Vec<&str> = analysis.sink.diagnostics().iter().map(|diagnostic| diagnostic.code()).collect();
    match (case.accepted, codes.contains(&"invalid-required-plugin")) {
        (true, false) | (false, true) => Ok(()),
        _ => Err(format!("ours says {codes:?}")),
    }
}

/// Blocks of provisioners alone: they are put into a build.
pub(crate) fn provisioners(case: &Case, records: &Records, tells: bool) -> Result<(), String> {
    let path = case.texts("config").remove(0);
    let text = std::fs::read_to_string(records.folder.join(&path)).unwrap();
    // The first line stays the first, so that places are the same.
    let (name, text) = if path.ends_with(".json") {
        let inner: Json = serde_json::from_str(&text).unwrap_or(Json::Null);
        let legacy = inner.get("provisioners").is_some();
        if legacy {
            let mut whole = inner;
            whole["builders"] = serde_json::json!([{ "type": "null", "communicator": "none" }]);
            ("main.json", whole.to_string())
        } else {
            let source = r#""source": {"null": {"test": {"communicator": "none"}}}"#;
            let blocks = text.trim().strip_prefix('{').unwrap_or("").to_owned();
            ("main.pkr.json", format!(r#"{{{source}, "build": {{"sources": ["null.test"], {blocks}}}"#))
        }
    } else {
        let start = "source \"null\" \"test\" { communicator = \"none\" }\n";
        ("main.pkr.hcl", format!("{start}build {{ \n sources = [\"null.test\"]\n{text}\n}}\n"))
    };
    let files = MemoryFiles::new().with(name, text);
    let mut ran = run::run_in(case, records, &[name.to_owned()], &files);
    if tells {
        ran.tell(&case.id);
    }
    // What the plugin reads is not decoded by these tests of Packer's.
    ran.found.retain(|finding| !summaries::BODY.contains(&finding.code.as_str()));
    compare::verdict(case, &ran)?;
    let Some(image) = ran.template.as_ref().and_then(|template| template.images.first()) else { return Ok(()) };
    let types: Vec<&str> = image.provisioners.iter().map(|component| component.ty.value.as_str()).collect();
    let expected = case.texts("provisioner_types");
    // Left out by `only` for the image here.
    if case.accepted
        && case.json.get("provisioner_types").is_some()
        && case.json.get("skips").is_none()
        && !case.id.ends_with(".only")
        && !case.id.ends_with(".except")
        && types != expected
    {
        return Err(format!("the provisioners are {types:?}, Packer's {expected:?}"));
    }
    let first = case.json.get("provisioners").and_then(|all| all.get(0));
    if let (Some(expected), Some(component)) = (first, image.provisioners.first()) {
        let pause = component.meta.pause_before.as_ref().map(|pause| format!("{}s", pause.value.as_secs()));
        let retries = component.meta.max_retries.as_ref().map(|retries| retries.value);
        let wanted =
            (expected.get("pause_before").and_then(Json::as_str), expected.get("max_retries").and_then(Json::as_i64));
        if (pause.as_deref(), retries) != wanted {
            return Err(format!("pause and retries are {pause:?} and {retries:?}, Packer's {wanted:?}"));
        }
    }
    Ok(())
}

/// `only` and `except` of a legacy provisioner.
pub(crate) fn only_except(case: &Case, records: &Records) -> Result<(), String> {
    let inline = &case.json["inline"];
    let name = inline["name"].as_str().unwrap();
    let mut provisioner = serde_json::json!({ "type": "shell-local", "inline": ["true"] });
    for option in ["only", "except"] {
        if !inline[option].is_null() {
            provisioner[option] = inline[option].clone();
        }
    }
    let names = ["foo", "bar", name];
    let names: std::collections::BTreeSet<&str> = names.into_iter().collect();
    let builders: Vec<Json> =
        names.iter().map(|name| serde_json::json!({ "type": "null", "name": name, "communicator": "none" })).collect();
    let text = serde_json::json!({ "builders": builders, "provisioners": [provisioner] }).to_string();
    let files = MemoryFiles::new().with("main.json", text);
    let ran = run::run_in(case, records, &["main.json".to_owned()], &files);
    let errors = ran.errors();
    if let Some(error) = errors.first() {
        return Err(format!("ours says {error}"));
    }
    let images = ran.template.map(|template| template.images).unwrap_or_default();
    let Some(image) = images.iter().find(|image| image.source_name == name) else {
        return Err(format!("there is no image `{name}`"));
    };
    let skipped = image.provisioners.is_empty();
    if case.json["skip"] == skipped { Ok(()) } else { Err(format!("skipped: {skipped}")) }
}

/// Whether a value is unknown in a way that a record may hold against a known one: what a data source finds, the clock, …
pub(crate) fn is_beyond(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Unknown(unknown) => !matches!(unknown.origin, Origin::Error | Origin::Variable(_)),
        ValueKind::String(text) => {
            text.known().is_none()
                && text
                    .holes()
                    .filter_map(|hole| hole.origin())
                    .all(|origin| !matches!(origin, Origin::Error | Origin::Variable(_)))
        }
        _ => false,
    }
}
