//! Reads conditions: `if` of a step, and the inputs of `Assert`.

use std::sync::LazyLock;

use regex::Regex;

use super::model::{Branch, Comparison, Condition, Test};
use super::values::{Map, Values, instead, short};
use crate::declare_diagnostic;
use crate::diagnostic::Severity;
use crate::parse::data::{Data, DataKind, Decoded};
use crate::source::{Span, Spanned};

declare_diagnostic! {
    pub static COMPONENT_CONDITION = {
        code: "component-condition",
        severity: Error,
        since: "0.1.0",
        summary: "a condition in a component document cannot be answered",
    }
}

/// How many of `and`, `or` and `not` may be inside each other.
const MAX_NESTING: usize = 4;

const LOGICAL: &[&str] = &["and", "or", "not"];

/// What an operator takes besides the operand behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    Value,
    /// `value`, and both are numbers.
    Number,
    Path,
}

const OPERATORS: &[(&str, Takes)] = &[
    ("stringIsEmpty", Takes::Nothing),
    ("stringIsWhitespace", Takes::Nothing),
    ("binaryExists", Takes::Nothing),
    ("fileExists", Takes::Nothing),
    ("folderExists", Takes::Nothing),
    ("stringEquals", Takes::Value),
    ("stringLessThan", Takes::Value),
    ("stringLessThanEquals", Takes::Value),
    ("stringGreaterThan", Takes::Value),
    ("stringGreaterThanEquals", Takes::Value),
    ("patternMatches", Takes::Value),
    ("numberEquals", Takes::Number),
    ("numberLessThan", Takes::Number),
    ("numberLessThanEquals", Takes::Number),
    ("numberGreaterThan", Takes::Number),
    ("numberGreaterThanEquals", Takes::Number),
    ("fileMD5Equals", Takes::Path),
    ("fileSHA1Equals", Takes::Path),
    ("fileSHA256Equals", Takes::Path),
    ("fileSHA512Equals", Takes::Path),
];

impl Values<'_> {
    fn condition(&mut self, span: Span, message: String, label: &str, help: impl Into<String>) {
        let place = self.place(span);
        self.sink.report(COMPONENT_CONDITION.at(place, message).label(label).help(help));
    }
}

/// Reads `if`.
pub(super) fn read(data: &Data, values: &mut Values<'_>) -> Option<Condition> {
    let data = match &data.kind {
        DataKind::Array(items) if items.len() == 1 => {
            let place = values.place(data.span);
            values.sink.report(
                COMPONENT_CONDITION
                    .at(place, "`if` is written as a list")
                    .label("a list of one condition")
                    .help("remove the `-`: all examples of the guide write a map")
                    // The guide shows this form as well, without an example.
                    .severity(Severity::Note),
            );
            &items[0]
        }
        DataKind::Array(_) => {
            let message = "`if` is one condition, and this is a list".to_owned();
            values.condition(data.span, message, "a list", "write `and:` or `or:` before the list");
            return None;
        }
        DataKind::Null
        | DataKind::Bool(_)
        | DataKind::Number(_)
        | DataKind::String(_)
        | DataKind::Object(_)
        | DataKind::Error => data,
    };
    let map = values.map(data, "`if`")?;
    let branch = |values: &mut Values<'_>, key: &str| {
        let text = map.get(key).and_then(|value| values.text(value, &format!("`{key}`")))?;
        let branch = match text.text.as_str() {
            "Abort" => Branch::Abort,
            "Execute" => Branch::Execute,
            "Skip" => Branch::Skip,
            other => {
                let message = format!("`{key}` cannot be `{}`", short(other));
                values.condition(text.span, message, "no such branch", instead(other, &["Abort", "Execute", "Skip"]));
                return None;
            }
        };
        Some(Spanned::new(branch, text.span))
    };
    let (then, otherwise) = (branch(values, "then"), branch(values, "else"));
    let test = test(map, "`if`", true, 0, values);
    Some(Condition { test, then, otherwise })
}

/// Reads a condition without branches.
pub(super) fn operators(data: &Data, what: &str, values: &mut Values<'_>) -> Test {
    nested(data, what, 0, values)
}

fn nested(data: &Data, what: &str, depth: usize, values: &mut Values<'_>) -> Test {
    values.map(data, what).map_or(Test::Wrong, |map| test(map, what, false, depth, values))
}

fn test(map: Map<'_>, what: &str, has_branches: bool, depth: usize, values: &mut Values<'_>) -> Test {
    let mut known: Vec<&str> = OPERATORS.iter().map(|(name, _)| *name).chain(LOGICAL.iter().copied()).collect();
    let is_operator = |name: &str| LOGICAL.contains(&name) || OPERATORS.iter().any(|(known, _)| *known == name);
    known.extend(if has_branches { &["value", "path", "then", "else"][..] } else { &["value", "path"] });
    let written: Vec<_> = map.properties.iter().filter(|property| !property.is_hole()).collect();
    let mut has_unknown = map.has_hole();
    for property in &written {
        let name = property.key.text.as_str();
        if !known.contains(&name) {
            has_unknown = true;
            let message = if ["then", "else"].contains(&name) {
                format!("`{name}` belongs to `if` itself")
            } else {
                format!("there is no operator `{}`", short(name))
            };
            values.condition(property.key.span, message, "means nothing here", instead(name, &known));
        }
    }
    let operators: Vec<_> = written.iter().filter(|property| is_operator(&property.key.text)).collect();
    let first = match operators.as_slice() {
        [one] => *one,
        [] => {
            if !has_unknown {
                let message = format!("{what} has no operator");
                values.condition(map.place, message, "asks nothing", "write one, as `stringEquals` or `fileExists`");
            }
            return Test::Wrong;
        }
        [first, second, ..] => {
            let (first, second) = (&first.key, &second.key);
            let message = format!("{what} has two operators, `{}` and `{}`", first.text, second.text);
            values.condition(
                second.span,
                message,
                "the second one",
                "write `and:` or `or:`, and each as an item below",
            );
            return Test::Wrong;
        }
    };
    let (key, data) = (&first.key, &first.value);
    let name = key.text.as_str();
    let takes = OPERATORS.iter().find(|(known, _)| *known == name).map_or(Takes::Nothing, |(_, takes)| *takes);
    let wanted = match takes {
        Takes::Nothing => None,
        Takes::Value | Takes::Number => Some("value"),
        Takes::Path => Some("path"),
    };
    for property in written.iter().filter(|property| ["value", "path"].contains(&property.key.text.as_str())) {
        if Some(property.key.text.as_str()) != wanted {
            let takes = wanted.map_or_else(|| "nothing beside it".to_owned(), |wanted| format!("`{wanted}`"));
            let message = format!("`{name}` takes no `{}`", property.key.text);
            values.condition(property.key.span, message, "not taken", format!("`{name}` takes {takes}"));
        }
    }
    if LOGICAL.contains(&name) {
        if depth == MAX_NESTING {
            let message = format!("`and`, `or` and `not` are more than {MAX_NESTING} levels inside each other");
            values.condition(
                key.span,
                message,
                "one level too many",
                "take parts of it into conditions of other steps",
            );
        }
        return logical(key, data, depth + 1, values);
    }
    let operand = operand(data, name, takes, values);
    let other = match wanted {
        None => None,
        Some(wanted) => match map.get(wanted) {
            Some(other) => Some(self::operand(other, wanted, takes, values)),
            None => {
                if !map.has_hole() {
                    let message = format!("`{name}` has no `{wanted}`");
                    let help = format!("write `{wanted}: …` beside it, what is compared");
                    values.condition(key.span, message, "compares with nothing", help);
                }
                return Test::Wrong;
            }
        },
    };
    if name == "patternMatches"
        && let Some(pattern) = &operand
        && let Some(found) = PERL.find(&pattern.text)
    {
        let message = format!("`{}` in a pattern is not known to the service", found.as_str());
        let help = "patterns have no look-around, no back references and no possessive repetition";
        values.condition(pattern.place(found.range()), message, "not in this dialect", help);
    }
    match (operand, other) {
        (Some(operand), None) => Test::Compare(Comparison { operator: key.spanned(), operand, other: None }),
        (Some(operand), Some(Some(other))) => {
            Test::Compare(Comparison { operator: key.spanned(), operand, other: Some(other) })
        }
        (_, _) => Test::Wrong,
    }
}

fn logical(key: &Decoded, data: &Data, depth: usize, values: &mut Values<'_>) -> Test {
    let name = key.text.as_str();
    if name == "not" {
        return Test::Not(Box::new(nested(data, "`not`", depth, values)));
    }
    let what = format!("`{name}`");
    let Some(items) = values.list(data, &what, "write `- ` before each condition") else { return Test::Wrong };
    if items.is_empty() {
        values.condition(
            key.span,
            format!("{what} has no condition"),
            "asks nothing",
            "write conditions as items below",
        );
    }
    let what = format!("an item of {what}");
    let tests = items.iter().map(|item| nested(item, &what, depth, values)).collect();
    if name == "and" { Test::All(tests) } else { Test::Any(tests) }
}

fn operand(data: &Data, name: &str, takes: Takes, values: &mut Values<'_>) -> Option<Decoded> {
    let what = format!("`{name}`");
    if takes != Takes::Number {
        return values.text(data, &what);
    }
    match &data.kind {
        DataKind::Number(_) => {
            let place = data.span;
            Some(Decoded::verbatim(values.sources.text(place), place, place.range().start))
        }
        DataKind::String(text) => {
            if !text.text.contains("{{") && !NUMBER.is_match(&text.text) {
                let message = format!("`{}` is no number", short(&text.text));
                let help = "write a number, or use an operator whose name begins with `string`";
                values.condition(text.span, message, "a number is expected here", help);
                return None;
            }
            Some(text.clone())
        }
        DataKind::Null | DataKind::Bool(_) | DataKind::Array(_) | DataKind::Object(_) | DataKind::Error => {
            values.wrong_type(data, &what, "a number", "write a number");
            None
        }
    }
}

static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[-+]?(?:[0-9]+\.)?[0-9]+$").expect("internal error: a regular expression"));

/// What other dialects have and RE2 has not.
static PERL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\(\?<?[=!]|\(\?>|\(\?P=|\\[1-9]|[*+?]\+").expect("internal error: a regular expression")
});
