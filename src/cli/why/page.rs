//! What there is to say of a place, as JSON and as text.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use super::index::{Index, Place};
use crate::cli::show;
use crate::engine::Analysis;
use crate::resolve::Inputs;
use crate::resolve::template::{Component, ComponentBody, GivenBy, Variable};
use crate::resolve::value::Value;
use crate::source::{SourceMap, Span};

/// How far chains of references are followed.
const MAX_DEPTH: usize = 16;

/// Everything about a place.
pub(super) fn describe(index: &Index, place: &Place, analysis: &Analysis, inputs: &Inputs) -> Json {
    let sources = &analysis.sources;
    let mut out = Map::new();
    out.insert("version".to_owned(), json!(1));
    out.insert("address".to_owned(), json!(place.address));
    out.insert("at".to_owned(), at(place.span, sources));
    let name = |root: &str| place.address.strip_prefix(root);
    let mut secret = false;
    if let Some(variable) = name("var.").and_then(|name| analysis.template.variables.get(name)) {
        secret = variable.sensitive;
        put_value(&mut out, &variable.in_scope, secret);
        out.insert("assignments".to_owned(), assignments(variable, place, analysis, inputs).into());
    } else if let Some(local) = name("local.").and_then(|name| analysis.template.locals.get(name)) {
        secret = local.sensitive;
        put_value(&mut out, &local.value, secret);
    } else if place.value.is_some() {
        let mut values = values(place, analysis);
        let images: Vec<&String> = values.iter().map(|(image, _)| image).filter(|image| !image.is_empty()).collect();
        if !images.is_empty() {
            out.insert("images".to_owned(), json!(images));
        }
        secret = values.iter().any(|(_, value)| value.is_sensitive());
        let same = values.windows(2).all(|pair| pair[0].1.kind == pair[1].1.kind);
        if let (true, Some((_, value))) = (same, values.first()) {
            put_value(&mut out, value, false);
        } else {
            let entry = |(image, value): (String, &Value)| json!({ "image": image, "value": shown(value) });
            out.insert("values".to_owned(), values.drain(..).map(entry).collect());
        }
    }
    if let Some(span) = place.value.filter(|_| !secret) {
        out.insert("expression".to_owned(), json!(text(span, sources)));
    }
    let images: Vec<&str> = index.images_of(&place.address).collect();
    if !images.is_empty() {
        out.insert("images".to_owned(), json!(images));
    }
    let members: Vec<Json> = index
        .members(place)
        .map(|member| json!({ "address": member.address, "at": at(member.span, sources) }))
        .collect();
    if !members.is_empty() {
        out.insert("arguments".to_owned(), members.into());
    }
    let mut refers_to: Vec<String> = place.refers_to.clone();
    refers_to.extend(index.members(place).flat_map(|member| member.refers_to.iter().cloned()));
    let mut seen = BTreeSet::from([place.address.clone()]);
    out.insert("refers-to".to_owned(), downwards(index, &refers_to, analysis, &mut seen, 0).into());
    let mut seen = BTreeSet::from([place.address.clone()]);
    out.insert("used-by".to_owned(), upwards(index, &place.address, analysis, &mut seen, 0).into());
    Json::Object(out)
}

fn at(span: Span, sources: &SourceMap) -> Json {
    json!({ "file": sources.file(span.file).name, "line": sources.position(span).line })
}

fn text(span: Span, sources: &SourceMap) -> String {
    let text = &sources.file(span.file).text;
    text.get(span.start as usize..span.end as usize).unwrap_or_default().to_owned()
}

fn put_value(out: &mut Map<String, Json>, value: &Value, secret: bool) {
    out.insert("type".to_owned(), json!(value.ty().to_string()));
    out.insert("sensitive".to_owned(), json!(secret || value.is_sensitive()));
    out.insert("value".to_owned(), hidden(value, secret));
}

fn hidden(value: &Value, secret: bool) -> Json {
    if secret { json!({ "sensitive": value.ty().to_string() }) } else { shown(value) }
}

fn shown(value: &Value) -> Json {
    serde_json::from_str(&show::json(value)).unwrap_or(Json::Null)
}

/// Every value that a variable was given, the winning one last.
fn assignments(variable: &Variable, place: &Place, analysis: &Analysis, inputs: &Inputs) -> Vec<Json> {
    let (name, sources) = (&variable.name.value, &analysis.sources);
    let secret = variable.sensitive;
    let masked = |value: Json| if secret { json!({ "sensitive": variable.ty.to_string() }) } else { value };
    let mut all = Vec::new();
    if let Some(default) = &variable.default {
        let place = place.value.map_or(Json::Null, |span| at(span, sources));
        all.push(json!({ "by": "default", "at": place, "value": hidden(default, secret) }));
    }
    let variable_name = format!("PKR_VAR_{name}");
    if let Some(value) = inputs.environment.as_ref().and_then(|all| all.get(&variable_name)) {
        all.push(json!({ "by": variable_name, "at": Json::Null, "value": masked(json!(value)) }));
    }
    for document in &analysis.configuration.var_files {
        for attribute in document.body.attributes().filter(|attribute| attribute.name.value == *name) {
            let value = text(attribute.value.span, sources);
            let value = serde_json::from_str(&value).unwrap_or_else(|_| json!(value));
            all.push(json!({ "by": "var-file", "at": at(attribute.span, sources), "value": masked(value) }));
        }
    }
    for (_, value) in inputs.variables.iter().filter(|(given, _)| given == name) {
        all.push(json!({ "by": "--var", "at": Json::Null, "value": masked(json!(value)) }));
    }
    let last = all.len().wrapping_sub(1);
    for (at, entry) in all.iter_mut().enumerate() {
        entry["wins"] = json!(at == last && variable.given_by != GivenBy::Nobody);
    }
    all
}

/// The values of an argument, by image.
fn values<'a>(place: &Place, analysis: &'a Analysis) -> Vec<(String, &'a Value)> {
    let mut found = Vec::new();
    for image in &analysis.template.images {
        let chains = image.post_processors.iter().flatten();
        let steps = image.provisioners.iter().chain(&image.error_cleanup).chain(chains);
        for component in std::iter::once(&image.source).chain(steps) {
            let Component { span, body, address, .. } = component;
            // A source is what its block says and what the build adds.
            let is_source = place.address.strip_prefix(address.as_str()).is_some_and(|rest| rest.starts_with('.'));
            if Some(*span) == place.block || is_source && std::ptr::eq(component, &image.source) {
                found.extend(argument(body, &place.path).map(|value| (image.name.clone(), value)));
            }
        }
    }
    for data in analysis.template.data.iter().filter(|data| Some(data.span) == place.block) {
        found.extend(argument(&data.body, &place.path).map(|value| (String::new(), value)));
    }
    found
}

fn argument<'a>(body: &'a ComponentBody, path: &[String]) -> Option<&'a Value> {
    match path {
        [] => None,
        [name] => body.arguments.get(name).map(|argument| &argument.value),
        [block, rest @ ..] => body.blocks.get(block)?.iter().find_map(|nested| argument(&nested.body, rest)),
    }
}

fn value_of(address: &str, analysis: &Analysis) -> Json {
    let template = &analysis.template;
    let variable = address.strip_prefix("var.").and_then(|name| template.variables.get(name));
    let local = address.strip_prefix("local.").and_then(|name| template.locals.get(name));
    match (variable, local) {
        (Some(variable), _) => hidden(&variable.in_scope, variable.sensitive),
        (_, Some(local)) => hidden(&local.value, local.sensitive),
        _ => Json::Null,
    }
}

/// What these addresses are worth, and what they refer to in turn; each is followed once.
fn downwards(
    index: &Index,
    addresses: &[String],
    analysis: &Analysis,
    seen: &mut BTreeSet<String>,
    depth: usize,
) -> Vec<Json> {
    let mut out = Vec::new();
    let mut here = BTreeSet::new();
    for address in addresses.iter().filter(|address| here.insert(address.as_str())) {
        let mut entry = Map::new();
        entry.insert("address".to_owned(), json!(address));
        if let Some(place) = index.find(address) {
            entry.insert("at".to_owned(), at(place.span, &analysis.sources));
            let value = value_of(address, analysis);
            if place.value.is_some() || !value.is_null() {
                entry.insert("value".to_owned(), value);
            }
            if depth < MAX_DEPTH && seen.insert(address.clone()) {
                let mut further = place.refers_to.clone();
                further.extend(index.members(place).flat_map(|member| member.refers_to.iter().cloned()));
                let below = downwards(index, &further, analysis, seen, depth + 1);
                if !below.is_empty() {
                    entry.insert("refers-to".to_owned(), below.into());
                }
            }
        }
        out.push(Json::Object(entry));
    }
    out
}

/// What refers to an address, and what refers to that.
fn upwards(index: &Index, address: &str, analysis: &Analysis, seen: &mut BTreeSet<String>, depth: usize) -> Vec<Json> {
    let mut out = Vec::new();
    for user in index.users(address) {
        let mut entry = Map::new();
        entry.insert("address".to_owned(), json!(user.address));
        entry.insert("at".to_owned(), at(user.span, &analysis.sources));
        // What uses an argument of a data source uses the data source.
        let whole = match user.address.splitn(4, '.').collect::<Vec<_>>().as_slice() {
            ["data", ty, name, _] => format!("data.{ty}.{name}"),
            _ => user.address.clone(),
        };
        if depth < MAX_DEPTH && seen.insert(whole.clone()) {
            let above = upwards(index, &whole, analysis, seen, depth + 1);
            if !above.is_empty() {
                entry.insert("used-by".to_owned(), above.into());
            }
        }
        out.push(Json::Object(entry));
    }
    out
}

fn place_text(at: &Json) -> String {
    match (at["file"].as_str(), at["line"].as_u64()) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        _ => String::new(),
    }
}

/// The same for people.
pub(super) fn human(all: &Json) -> String {
    let word = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let mut out = word(&all["address"]);
    if !all["value"].is_null() || all["type"].is_string() {
        let _ = write!(out, " = {}  ({})", all["value"], word(&all["type"]));
    }
    let _ = write!(out, "\n  written at {}\n", place_text(&all["at"]));
    if let Some(expression) = all["expression"].as_str() {
        let _ = writeln!(out, "  as {}", expression.replace('\n', "\n     "));
    }
    for value in all["values"].as_array().into_iter().flatten() {
        let _ = writeln!(out, "  {} in {}", value["value"], word(&value["image"]));
    }
    if let Some(assignments) = all["assignments"].as_array() {
        out.push_str(if assignments.is_empty() {
            "  nobody gives it a value\n"
        } else {
            "given by, the last one wins:\n"
        });
        for entry in assignments {
            let place = place_text(&entry["at"]);
            let by = word(&entry["by"]);
            let by = if place.is_empty() { by } else { format!("{by} {place}") };
            let mark = if entry["wins"] == json!(true) { "*" } else { " " };
            let _ = writeln!(out, "{mark} {by}: {}", entry["value"]);
        }
    }
    if let Some(images) = all["images"].as_array() {
        let names: Vec<String> = images.iter().map(word).collect();
        let verb = if all["expression"].is_string() || all["type"].is_string() { "reaches" } else { "makes" };
        let _ = writeln!(out, "{verb}: {}", names.join(", "));
    }
    for (key, title) in [("arguments", "arguments"), ("refers-to", "refers to"), ("used-by", "used by")] {
        let entries = all[key].as_array().map_or(&[][..], Vec::as_slice);
        if entries.is_empty() {
            if key == "used-by" && all["images"].is_null() {
                out.push_str("used by nothing\n");
            }
            continue;
        }
        let _ = writeln!(out, "{title}:");
        tree(entries, key, 1, &mut out);
    }
    out
}

fn tree(entries: &[Json], key: &str, depth: usize, out: &mut String) {
    for entry in entries {
        let indent = "  ".repeat(depth);
        let address = entry["address"].as_str().unwrap_or_default();
        let value = entry.get("value").map(|value| format!(" = {value}")).unwrap_or_default();
        let _ = writeln!(out, "{indent}{address}{value}  {}", place_text(&entry["at"]));
        tree(entry[key].as_array().map_or(&[][..], Vec::as_slice), key, depth + 1, out);
    }
}
