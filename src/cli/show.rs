//! Values as `eval` and `inspect` print them.

use crate::resolve::value::{Hole, HoleKind, Number, Origin, Value, ValueKind};

/// A value as JSON on one line. What is not known and what is sensitive is said, not shown.
pub(super) fn json(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    if sensitive_itself(value) {
        out.push_str("{\"sensitive\":");
        string(&value.ty().to_string(), out);
        out.push('}');
        return;
    }
    match &value.kind {
        ValueKind::Null(_) => out.push_str("null"),
        ValueKind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        ValueKind::Number(value) => number(value, out),
        ValueKind::String(text) => match text.known() {
            Some(known) => string(&known, out),
            None => unknown("string", &origins(text.holes()), out),
        },
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                separate(at, out);
                write(item, out);
            }
            out.push(']');
        }
        ValueKind::Map(_, entries) | ValueKind::Object(entries) => {
            out.push('{');
            for (at, (name, entry)) in entries.iter().enumerate() {
                separate(at, out);
                string(name, out);
                out.push(':');
                write(entry, out);
            }
            out.push('}');
        }
        ValueKind::Unknown(what) => unknown(&what.ty.to_string(), &origin(&what.origin), out),
    }
}

/// Whether the value must not be shown, apart from what lies in it.
fn sensitive_itself(value: &Value) -> bool {
    value.marks.sensitive || value.as_text().is_some_and(|text| text.holes().any(|hole| hole.sensitive))
}

fn separate(at: usize, out: &mut String) {
    if at > 0 {
        out.push(',');
    }
}

fn string(text: &str, out: &mut String) {
    out.push_str(&serde_json::to_string(text).expect("internal error: a text is always JSON"));
}

fn number(value: &Number, out: &mut String) {
    if value.is_infinite() {
        out.push_str(if value.signum() < 0 { "{\"$number\":\"-Inf\"}" } else { "{\"$number\":\"+Inf\"}" });
    } else {
        out.push_str(&value.to_string());
    }
}

fn unknown(ty: &str, because: &str, out: &mut String) {
    out.push_str("{\"unknown\":");
    string(ty, out);
    out.push_str(",\"because\":");
    string(because, out);
    out.push('}');
}

fn origins<'h>(holes: impl Iterator<Item = &'h Hole>) -> String {
    let mut said: Vec<String> = Vec::new();
    for hole in holes.filter(|hole| hole.known.is_none()) {
        let text = match &hole.what {
            HoleKind::Parameter(_) => "a parameter without a value".to_owned(),
            HoleKind::Field(name) => format!("the field {name} of a running build"),
            HoleKind::Unknown(unknown) => origin(&unknown.origin),
        };
        if !said.contains(&text) {
            said.push(text);
        }
    }
    said.join(", ")
}

/// Why something is not known.
fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Variable(name) => format!("var.{name}"),
        Origin::Data(name) => format!("data.{name}"),
        Origin::Build(name) => name.clone(),
        Origin::Clock => "the clock".to_owned(),
        Origin::Random(function) => format!("the random value of {function}()"),
        Origin::Environment(name) => format!("the environment variable {name}"),
        Origin::Network(function) => format!("what {function}() asks a service for"),
        Origin::File(path) => format!("the file {path}"),
        Origin::Machine(what) => format!("this machine: {what}"),
        Origin::Packer(what) => format!("Packer: {what}"),
        Origin::Error => "an error that is already reported".to_owned(),
    }
}
