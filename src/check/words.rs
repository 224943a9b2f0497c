//! How members, values and conditions are put in messages.

use serde_json::Value as Json;

use crate::check::context::Inside;
use crate::check::member;
use crate::resolve::value::Value;
use crate::schema::{self, AttributeType, Condition, Test};

/// ` when `a` is `x``: the conditions of a rule; empty where it has none.
pub(super) fn because(rule: &schema::Rule) -> String {
    let conditions: Vec<String> = rule.when.iter().map(condition).collect();
    if conditions.is_empty() { String::new() } else { format!(" when {}", conditions.join(" and ")) }
}

fn condition(condition: &Condition) -> String {
    let Condition { field, test } = condition;
    match test {
        Test::Set => format!("`{field}` is set"),
        Test::Unset => format!("`{field}` is not set"),
        Test::Eq(value) => format!("`{field}` is {}", plain(value)),
        Test::Ne(value) => format!("`{field}` is not {}", plain(value)),
        Test::In(values) => format!("`{field}` is {}", any(values)),
        Test::NotIn(values) => format!("`{field}` is not {}", any(values)),
        Test::Prefix(prefix) => format!("`{field}` begins with `{prefix}`"),
        Test::NotPrefix(prefix) => format!("`{field}` does not begin with `{prefix}`"),
        Test::Pattern(pattern) => format!("`{field}` matches `{pattern}`"),
        Test::Min(bound) => format!("`{field}` is at least {bound}"),
        Test::Max(bound) => format!("`{field}` is at most {bound}"),
    }
}

/// What a value has to do to pass: `it has to begin with `x``.
pub(super) fn wanted(test: &Test) -> String {
    match test {
        Test::Set => "it has to be set".to_owned(),
        Test::Unset => "it cannot be set".to_owned(),
        Test::Eq(value) => format!("it has to be {}", plain(value)),
        Test::Ne(value) => format!("it cannot be {}", plain(value)),
        Test::In(values) => format!("it can be {}", any(values)),
        Test::NotIn(values) => format!("it cannot be {}", any(values)),
        Test::Prefix(prefix) => format!("it has to begin with `{prefix}`"),
        Test::NotPrefix(prefix) => format!("it cannot begin with `{prefix}`"),
        Test::Pattern(pattern) => format!("it has to match `{pattern}`"),
        Test::Min(bound) => format!("it has to be at least {bound}"),
        Test::Max(bound) => format!("it has to be at most {bound}"),
    }
}

/// A value of a schema, without the quotes of JSON.
pub(super) fn plain(value: &Json) -> String {
    match value {
        Json::String(text) if text.is_empty() => "empty".to_owned(),
        Json::String(text) => format!("`{text}`"),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => format!("`{value}`"),
    }
}

fn any(values: &[Json]) -> String {
    let all: Vec<String> = values.iter().map(plain).collect();
    join(&all, "or")
}

/// A value as a message may show it: no secret, and not a page of text.
pub(super) fn shown(value: &Value) -> String {
    if value.is_sensitive() {
        return "the value it has".to_owned();
    }
    match member::scalar(value) {
        Some(Json::String(text)) if text.chars().count() > 60 || text.contains(['\n', '\r']) => "this text".to_owned(),
        Some(scalar) => plain(&scalar),
        None => "this value".to_owned(),
    }
}

/// `a`, `b` and `c`
pub(super) fn list(names: &[String], last: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    join(&quoted, last)
}

fn join(all: &[String], word: &str) -> String {
    match all.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} {word} {last}", rest.join(", ")),
    }
}

/// How to write one of the members.
pub(super) fn either(inside: Inside<'_>, fields: &[String]) -> String {
    let forms: Vec<String> = fields.iter().map(|field| form(inside, field)).collect();
    join(&forms, "or")
}

/// How to write a member: `commit = true`, `build { … }`.
pub(super) fn form(inside: Inside<'_>, field: &str) -> String {
    if let Some((block, rest)) = field.split_once('.') {
        return format!("`{rest}` in `{block} {{ … }}`");
    }
    if inside.schema.blocks.contains_key(field) {
        return format!("`{field} {{ … }}`");
    }
    let value = match inside.schema.attributes.get(field).map(|attribute| &attribute.ty) {
        Some(AttributeType::String) => "\"…\"",
        Some(AttributeType::Bool) => "true",
        Some(AttributeType::List(_) | AttributeType::Set(_)) => "[…]",
        Some(AttributeType::Map(_) | AttributeType::Object(_)) => "{ … }",
        Some(AttributeType::Number | AttributeType::Any) | None => "…",
    };
    format!("`{field} = {value}`")
}
