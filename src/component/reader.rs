//! A tree of YAML or JSON in, a document out; what has the wrong shape is reported and left out.

use super::actions::{Form, actions};
use super::conditions;
use super::loops;
use super::model::{Document, Input, Inputs, Phase, Place, Step, Variable, VariableKind, Written};
use super::references::unquoted_reference;
use super::values::{COMPONENT_DUPLICATE, Map, Values, is_json, short};
use crate::diagnostic::Sink;
use crate::parse::data::{Data, DataKind, Decoded, Property, json};
use crate::parse::yaml::reader as yaml;
use crate::source::{FileId, SourceMap, Span, Spanned};

/// The keys of a document.
const DOCUMENT: &[&str] = &["schemaVersion", "name", "description", "parameters", "constants", "phases"];

const PHASE: &[&str] = &["name", "steps"];

const STEP: &[&str] = &["name", "action", "inputs", "timeoutSeconds", "maxAttempts", "onFailure", "loop", "if"];

/// The value that a file is.
pub(super) fn data(sources: &SourceMap, file: FileId, sink: &mut Sink) -> Data {
    let source = sources.file(file);
    if is_json(&source.name, &source.text) {
        return json::read(sources, file, sink);
    }
    yaml::read(sources, file, sink)
}

/// Reads a document. There always is one; what is wrong with its shape is in the sink.
pub fn read(sources: &SourceMap, file: FileId, sink: &mut Sink) -> Document {
    let mut said = Sink::new();
    let root = if sources.file(file).text.contains('\0') {
        // Neither YAML nor JSON; told with the other characters.
        Data { kind: DataKind::Error, span: sources.file(file).span(file) }
    } else {
        data(sources, file, &mut said)
    };
    let mut values = Values { sources, sink };
    let is_whole = !said.has_errors() && !matches!(root.kind, DataKind::Error);
    adopt(said, &mut values);
    let mut document = Document {
        file,
        schema_version: None,
        name: None,
        description: None,
        variables: Vec::new(),
        phases: Vec::new(),
        is_whole,
    };
    if let Some(map) = values.known(&root, "a component document", DOCUMENT) {
        fill(&mut document, map, &mut values);
    }
    document
}

/// Takes over what the readers of YAML and JSON say, in the words of a document where theirs are of templates.
fn adopt(said: Sink, values: &mut Values<'_>) {
    for diagnostic in said.into_sorted() {
        match diagnostic.code() {
            // What matters is whether a text is expected, which is asked where it is.
            "yaml-1-1-value" => {}
            "duplicate-argument" => {
                let name = short(values.sources.text(diagnostic.span));
                let mut own = COMPONENT_DUPLICATE
                    .at(diagnostic.span, format!("the key `{name}` is used twice"))
                    .label("a second time")
                    .help("remove one of them");
                own.others = diagnostic.others;
                values.sink.report(own);
            }
            // `*.log` is hardly ever meant as an alias here.
            "yaml-alias" if values.sources.text(diagnostic.span).starts_with('*') => {
                let text = short(values.sources.text(diagnostic.span));
                let help = format!("for a text that begins with `*`, write quotes around it, as `\"{text}\"`");
                values.sink.report(diagnostic.help(help));
            }
            "yaml-key" => {
                let own = unquoted_reference(values.sources, diagnostic.span);
                values.sink.report(own.unwrap_or(diagnostic));
            }
            _ => values.sink.report(diagnostic),
        }
    }
}

fn fill(document: &mut Document, map: Map<'_>, values: &mut Values<'_>) {
    // What is missing from a document with holes may stand in one of them.
    let required = |values: &mut Values<'_>, key: &str, help: &str| {
        if document.is_whole { values.required(map, key, "the document", help) } else { map.get(key) }
    };
    let version = required(values, "schemaVersion", "write `schemaVersion: 1.0` at its beginning");
    let help = "write `phases:`, and below it `- name: build` with `steps`";
    let phases = required(values, "phases", help);
    document.schema_version = version.and_then(|version| schema_version(version, values));
    document.name = map.get("name").and_then(|name| values.text(name, "`name`"));
    document.description = map.get("description").and_then(|text| values.text(text, "`description`"));
    for (key, kind) in [("parameters", VariableKind::Parameter), ("constants", VariableKind::Constant)] {
        let Some(data) = map.get(key) else { continue };
        let help = "write `- NAME:` for each, and below it `type: string`";
        for item in values.list(data, &format!("`{key}`"), help).into_iter().flatten() {
            document.variables.extend(variable(item, kind, values));
        }
    }
    let Some(phases) = phases else { return };
    let Some(items) = values.list(phases, "`phases`", "write `- name: build`, and below it `steps`") else { return };
    if items.is_empty() {
        let place = values.place(phases.span);
        values.missing(place, "the document has no phase".to_owned(), help);
    }
    document.phases.extend(items.iter().filter_map(|item| phase(item, values)));
}

fn schema_version(data: &Data, values: &mut Values<'_>) -> Option<Spanned<String>> {
    let text = match &data.kind {
        DataKind::String(text) => text.text.clone(),
        DataKind::Number(number) => number.clone(),
        DataKind::Null | DataKind::Bool(_) | DataKind::Array(_) | DataKind::Object(_) | DataKind::Error => {
            values.wrong_type(data, "`schemaVersion`", "`1.0`", "write `schemaVersion: 1.0`");
            return None;
        }
    };
    Some(Spanned::new(text, values.place(data.span)))
}

fn variable(data: &Data, kind: VariableKind, values: &mut Values<'_>) -> Option<Variable> {
    let word = kind.word();
    let whole = values.map(data, &format!("a {word}"))?;
    let (first, others) = match whole.properties.split_first() {
        Some((first, others)) if !first.is_hole() => (first, others),
        Some(_) => return None,
        None => {
            values.missing(
                whole.place,
                format!("a {word} has no name"),
                "write `- NAME:`, and below it `type: string`",
            );
            return None;
        }
    };
    let name = first.key.clone();
    if let Some(other) = others.iter().find(|other| !other.is_hole() && other.key.text != name.text) {
        // `- NAME:` with what belongs below it on the same level, or several in one item.
        let help = if ["type", "default", "value", "description"].contains(&other.key.text.as_str()) {
            format!("indent `{}` more than `{}`", other.key.text, short(&name.text))
        } else {
            format!("write `- {}:`, an item of its own", short(&other.key.text))
        };
        let what = format!("the item of the {word} `{}`", short(&name.text));
        values.sink.report(
            super::values::COMPONENT_WRONG_TYPE
                .at(other.key.span, format!("{what} has a second key, `{}`", short(&other.key.text)))
                .label("each item is one name")
                .help(help),
        );
        return None;
    }
    let what = format!("the {word} `{}`", short(&name.text));
    let (value_key, keys): (_, &[&str]) = match kind {
        VariableKind::Parameter => ("default", &["type", "default", "description"]),
        VariableKind::Constant => ("value", &["type", "value"]),
    };
    let map = values.known(&first.value, &what, keys)?;
    let map = Map { place: name.span, ..map };
    if let Some(ty) = values.required(map, "type", &what, "write `type: string`, the only one there is")
        && let Some(ty) = values.text(ty, "`type`")
        && ty.text != "string"
    {
        values.invalid(
            ty.span,
            format!("{what} has the type `{}`", short(&ty.text)),
            "write `string`, the only one there is",
        );
    }
    let value = match kind {
        VariableKind::Parameter => map.get(value_key),
        VariableKind::Constant => values.required(map, value_key, &what, "write `value: …`"),
    };
    let value = value.and_then(|value| values.text(value, &format!("`{value_key}` of {what}")));
    let description = map.get("description").filter(|_| kind == VariableKind::Parameter);
    let description = description.and_then(|text| values.text(text, &format!("`description` of {what}")));
    Some(Variable { kind, name, value, description })
}

fn phase(data: &Data, values: &mut Values<'_>) -> Option<Phase> {
    let map = values.known(data, "a phase", PHASE)?;
    let name = values.required(map, "name", "a phase", "write `name: build`, `validate` or `test`");
    let name = name.and_then(|name| values.text(name, "the name of a phase"));
    let what = name.as_ref().map_or_else(|| "a phase".to_owned(), |name| format!("the phase `{}`", short(&name.text)));
    let help = "write `steps:`, and below it `- name: …` with `action` and `inputs`";
    let mut steps = Vec::new();
    if let Some(data) = values.required(map, "steps", &what, help)
        && let Some(items) = values.list(data, "`steps`", "write `- name: …` for each step")
    {
        if items.is_empty() {
            let place = values.place(data.span);
            values.missing(place, format!("{what} has no step"), help);
        }
        steps.extend(items.iter().filter_map(|item| step(item, values)));
    }
    Some(Phase { name, steps })
}

fn step(data: &Data, values: &mut Values<'_>) -> Option<Step> {
    let map = values.known(data, "a step", STEP)?;
    let name = values.required(map, "name", "a step", "write `name: …`, a name that no other step of the phase has");
    let name = name.and_then(|name| values.text(name, "the name of a step"));
    let what = name.as_ref().map_or_else(|| "a step".to_owned(), |name| format!("the step `{}`", short(&name.text)));
    let action = values.required(map, "action", &what, "write `action: ExecuteBash`, or another one");
    let action = action.and_then(|action| values.text(action, "`action`"));
    let number =
        |values: &mut Values<'_>, key: &str| map.get(key).and_then(|value| values.integer(value, &format!("`{key}`")));
    let timeout_seconds = number(values, "timeoutSeconds");
    let max_attempts = number(values, "maxAttempts");
    let on_failure = map.get("onFailure").and_then(|value| values.text(value, "`onFailure`"));
    let over = map.get("loop").and_then(|value| loops::read(value, values));
    let condition = map.get("if").and_then(|value| conditions::read(value, values));
    let inputs = inputs(map, &what, action.as_ref(), values);
    let mut texts = Vec::new();
    for property in map.properties {
        let place = match property.key.text.as_str() {
            "inputs" => Place::Inputs,
            "loop" => Place::Loop,
            "if" => Place::Condition,
            _ => Place::Elsewhere,
        };
        gather(&property.value, place, &mut texts);
    }
    Some(Step {
        name,
        action,
        inputs,
        timeout_seconds,
        max_attempts,
        on_failure,
        over,
        condition,
        texts,
        span: map.place,
    })
}

/// Every text of a value.
fn gather(data: &Data, place: Place, found: &mut Vec<Written>) {
    match &data.kind {
        DataKind::String(text) => found.push(Written { place, text: text.clone() }),
        DataKind::Array(items) => items.iter().for_each(|item| gather(item, place, found)),
        DataKind::Object(properties) => properties.iter().for_each(|property| gather(&property.value, place, found)),
        DataKind::Null | DataKind::Bool(_) | DataKind::Number(_) | DataKind::Error => {}
    }
}

fn inputs(map: Map<'_>, what: &str, action: Option<&Decoded>, values: &mut Values<'_>) -> Option<Spanned<Inputs>> {
    let schema = action.and_then(|action| actions().get(&action.text));
    let property = map.property("inputs");
    let Some(Property { key, value }) = property.filter(|property| !matches!(property.value.kind, DataKind::Null))
    else {
        if schema.is_some_and(|schema| !schema.optional) && !map.has_hole() {
            let place = property.map_or(map.place, |property| property.key.span);
            values.missing(
                place,
                format!("{what} has no `inputs`"),
                "write `inputs:`, and below it what the action is given",
            );
        }
        return None;
    };
    let (Some(action), Some(schema)) = (action, schema) else {
        // Nobody knows what the action takes.
        return Some(Spanned::new(Inputs::Wrong, key.span));
    };
    let of = format!("`inputs` of `{}`", action.text);
    let read = match (schema.form, &value.kind) {
        (Form::Condition, _) => Inputs::Test(conditions::operators(value, &of, values)),
        (Form::Map, DataKind::Array(_)) => {
            values.wrong_type(value, &of, "one map", "remove the `-` before its keys");
            Inputs::Wrong
        }
        (Form::Map, _) => values.map(value, &of).map_or(Inputs::Wrong, |map| Inputs::Map(given(map))),
        (Form::List, DataKind::Object(_)) => {
            values.wrong_type(
                value,
                &of,
                "a list of maps",
                "write `- ` before the first key, and indent the others alike",
            );
            Inputs::Wrong
        }
        (Form::List, _) => list(value, key.span, &of, values),
    };
    Some(Spanned::new(read, key.span))
}

fn list(data: &Data, key: Span, of: &str, values: &mut Values<'_>) -> Inputs {
    let Some(items) = values.list(data, of, "write `- ` before each map") else { return Inputs::Wrong };
    if items.is_empty() {
        values.missing(key, format!("{of} has no item"), "write `- ` and the inputs of one run of the action");
    }
    let mut read = Vec::with_capacity(items.len());
    for item in items {
        let map = values.map(item, &format!("an item of {of}"));
        read.push(map.map(|map| Spanned::new(given(map), map.place)));
    }
    Inputs::List(read)
}

/// The inputs of a map, those that could not be read included: a hole has no name.
fn given(map: Map<'_>) -> Vec<Input> {
    let of = |property: &Property| Input { name: property.key.clone(), value: property.value.clone() };
    map.properties.iter().map(of).collect()
}
