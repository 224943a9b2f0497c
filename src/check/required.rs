//! Finds attributes and blocks that a component needs and does not have.

use crate::check::Rule;
use crate::check::context::{Context, Inside, Subject};
use crate::check::member::State;
use crate::declare_diagnostic;
use crate::diagnostic::{Severity, Sink};
use crate::schema::{self, RuleKind};

declare_diagnostic! {
    pub static REQUIRED_ATTRIBUTE = {
        code: "required-attribute",
        severity: Error,
        since: "0.1.0",
        summary: "a component does not have an attribute or a block that it needs",
    }
}

pub(super) const RULE: Rule = Rule { declares: &[&REQUIRED_ATTRIBUTE], check };

fn check(context: &Context<'_>, sink: &mut Sink) {
    for subject in context.subjects().iter().filter(|subject| subject.complete) {
        for (depth, inside) in subject.insides().into_iter().enumerate() {
            // An empty block configures nothing, so it needs nothing.
            if depth > 0 && inside.body.arguments.is_empty() && inside.body.blocks.is_empty() {
                continue;
            }
            members(subject, inside, sink);
            for rule in &inside.schema.rules {
                if inside.holds(&rule.when) == Some(true) {
                    hold(subject, inside, rule, sink);
                }
            }
        }
    }
}

/// Attributes and blocks that are needed in any case.
fn members(subject: &Subject<'_>, inside: Inside<'_>, sink: &mut Sink) {
    for (name, attribute) in &inside.schema.attributes {
        if attribute.required && inside.state(name) == State::Unset {
            missing(subject, inside, name, "", schema::Severity::Error, sink);
        }
    }
    for (name, block) in &inside.schema.blocks {
        let count = inside.body.blocks.get(name).map_or(0, Vec::len);
        let least = block.min.unwrap_or(0).max(usize::from(block.required));
        if count < least {
            let many = if least == 1 { "a block".to_owned() } else { format!("{least} blocks") };
            sink.report(
                REQUIRED_ATTRIBUTE
                    .at(inside.place, format!("{} needs {many} `{name}`", subject.name))
                    .label(if count == 0 { "has none".to_owned() } else { format!("has {count}") })
                    .help(format!("add `{name} {{ … }}`")),
            );
        }
    }
}

fn hold(subject: &Subject<'_>, inside: Inside<'_>, rule: &schema::Rule, sink: &mut Sink) {
    let fields = &rule.fields;
    let is = |field: &String, state: State| inside.state(field) == state;
    match rule.rule {
        RuleKind::ExactlyOneOf | RuleKind::AtLeastOneOf => {
            if fields.iter().all(|field| is(field, State::Unset)) {
                let how = if rule.rule == RuleKind::ExactlyOneOf { "one of" } else { "at least one of" };
                let diagnostic = REQUIRED_ATTRIBUTE
                    .at(inside.place, format!("{} needs {how} {}", subject.name, list(fields, "and")))
                    .label("has none of them")
                    .help(format!("add {}", either(inside, fields)));
                sink.report(diagnostic.severity(severity(rule.severity)));
            }
        }
        RuleKind::Required => {
            for field in fields.iter().filter(|field| is(field, State::Unset)) {
                missing(subject, inside, field, &because(rule), rule.severity, sink);
            }
        }
        RuleKind::Requires => {
            let Some((first, others)) = fields.split_first() else { return };
            if is(first, State::Set) {
                for other in others.iter().filter(|other| is(other, State::Unset)) {
                    needs(inside, first, std::slice::from_ref(other), rule, sink);
                }
            }
        }
        RuleKind::RequiresAny => {
            let Some((first, others)) = fields.split_first() else { return };
            if is(first, State::Set) && others.iter().all(|other| is(other, State::Unset)) {
                needs(inside, first, others, rule, sink);
            }
        }
        RuleKind::RequiredTogether => {
            let Some(first) = fields.iter().find(|field| is(field, State::Set)) else { return };
            for other in fields.iter().filter(|other| is(other, State::Unset)) {
                needs(inside, first, std::slice::from_ref(other), rule, sink);
            }
        }
        // What these ask is the business of `conflicts` and `values`.
        RuleKind::Conflicts
        | RuleKind::Forbidden
        | RuleKind::Value
        | RuleKind::Compare
        | RuleKind::MaxItems
        | RuleKind::SameKeys
        | RuleKind::Custom => {}
    }
}

fn missing(
    subject: &Subject<'_>,
    inside: Inside<'_>,
    field: &str,
    because: &str,
    how: schema::Severity,
    sink: &mut Sink,
) {
    let written = inside.written(field);
    let label = if written.is_some() { "it is empty" } else { "it is missing here" };
    let diagnostic = REQUIRED_ATTRIBUTE
        .at(written.unwrap_or(inside.place), format!("{} needs `{field}`{because}", subject.name))
        .label(label)
        .help(format!("add {}", form(inside, field)));
    sink.report(diagnostic.severity(severity(how)));
}

/// The attribute `first` is set and what it needs is not.
fn needs(inside: Inside<'_>, first: &str, others: &[String], rule: &schema::Rule, sink: &mut Sink) {
    let Some(place) = inside.written(first) else { return };
    let diagnostic = REQUIRED_ATTRIBUTE
        .at(place, format!("`{first}` needs {}{}", list(others, "or"), because(rule)))
        .label("of no use alone")
        .help(format!("add {}, or remove `{first}`", either(inside, others)));
    sink.report(diagnostic.severity(severity(rule.severity)));
}

/// How severe a diagnostic of a schema's rule is.
pub(super) fn severity(severity: schema::Severity) -> Severity {
    match severity {
        schema::Severity::Error => Severity::Error,
        schema::Severity::Warning => Severity::Warning,
    }
}

/// ` when `a` is "x"`: the conditions of a rule, in words; empty where it has none.
pub(super) fn because(rule: &schema::Rule) -> String {
    let conditions: Vec<String> = rule.when.iter().map(condition).collect();
    if conditions.is_empty() { String::new() } else { format!(" when {}", conditions.join(" and ")) }
}

fn condition(condition: &schema::Condition) -> String {
    let schema::Condition { field, test } = condition;
    let all =
        |values: &[serde_json::Value]| values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(" or ");
    match test {
        schema::Test::Set => format!("`{field}` is set"),
        schema::Test::Unset => format!("`{field}` is not set"),
        schema::Test::Eq(value) => format!("`{field}` is `{value}`"),
        schema::Test::Ne(value) => format!("`{field}` is not `{value}`"),
        schema::Test::In(values) => format!("`{field}` is {}", all(values)),
        schema::Test::NotIn(values) => format!("`{field}` is not {}", all(values)),
        schema::Test::Prefix(prefix) => format!("`{field}` begins with `{prefix}`"),
        schema::Test::NotPrefix(prefix) => format!("`{field}` does not begin with `{prefix}`"),
        schema::Test::Pattern(pattern) => format!("`{field}` matches `{pattern}`"),
        schema::Test::Min(bound) => format!("`{field}` is at least {bound}"),
        schema::Test::Max(bound) => format!("`{field}` is at most {bound}"),
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

fn either(inside: Inside<'_>, fields: &[String]) -> String {
    let forms: Vec<String> = fields.iter().map(|field| form(inside, field)).collect();
    join(&forms, "or")
}

/// How to write a member: `commit = true`, `build { … }`.
fn form(inside: Inside<'_>, field: &str) -> String {
    if let Some((block, rest)) = field.split_once('.') {
        return format!("`{rest}` in `{block} {{ … }}`");
    }
    if inside.schema.blocks.contains_key(field) {
        return format!("`{field} {{ … }}`");
    }
    let value = match inside.schema.attributes.get(field).map(|attribute| &attribute.ty) {
        Some(schema::AttributeType::String) => "\"…\"",
        Some(schema::AttributeType::Bool) => "true",
        Some(schema::AttributeType::List(_) | schema::AttributeType::Set(_)) => "[…]",
        Some(schema::AttributeType::Map(_) | schema::AttributeType::Object(_)) => "{ … }",
        Some(schema::AttributeType::Number | schema::AttributeType::Any) | None => "…",
    };
    format!("`{field} = {value}`")
}
