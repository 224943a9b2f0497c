//! Finds values that an attribute does not take: of another form, out of bounds, not one of a list.

use std::cmp::Ordering;

use crate::check::Rule;
use crate::check::context::{Context, Inside, Subject};
use crate::check::member::{self, State};
use crate::check::required::{because, severity};
use crate::declare_diagnostic;
use crate::diagnostic::{Diagnostic, Sink};
use crate::resolve::template::Argument;
use crate::resolve::value::Value;
use crate::resolve::{duration, names};
use crate::schema::{self, Attribute, Comparison, Format, RuleKind};

declare_diagnostic! {
    pub static INVALID_ATTRIBUTE_VALUE = {
        code: "invalid-attribute-value",
        severity: Error,
        since: "0.1.0",
        summary: "an attribute has a value that its component does not take",
    }
}

pub(super) const RULE: Rule = Rule { declares: &[&INVALID_ATTRIBUTE_VALUE], check };

fn check(context: &Context<'_>, sink: &mut Sink) {
    for subject in &context.subjects() {
        for inside in subject.insides() {
            for (name, argument) in &inside.body.arguments {
                if let Some(attribute) = inside.schema.attributes.get(name) {
                    attribute_value(subject, attribute, argument, sink);
                }
            }
            for rule in &inside.schema.rules {
                if inside.holds(&rule.when) == Some(true) {
                    hold(inside, rule, sink);
                }
            }
        }
    }
}

/// What is wrong with a value, and what would be right.
struct Fault {
    message: String,
    help: String,
}

fn attribute_value(subject: &Subject<'_>, attribute: &Attribute, argument: &Argument, sink: &mut Sink) {
    let Argument { name: _, value, span } = argument;
    if member::state_of(value, attribute) != State::Set {
        return;
    }
    let items = value.as_items().unwrap_or_default();
    let own = one(&attribute.name, value, &attribute.one_of, attribute.format, attribute.pattern.as_deref(), attribute);
    let fault = own.or_else(|| bounds(attribute, value)).or_else(|| {
        let format = attribute.element_format;
        let pattern = attribute.element_pattern.as_deref();
        items.iter().find_map(|item| {
            one(
                &format!("an element of `{}`", attribute.name),
                item,
                &attribute.element_one_of,
                format,
                pattern,
                attribute,
            )
        })
    });
    let fault = fault.or_else(|| entries(attribute, value));
    if let Some(Fault { message, help }) = fault {
        let diagnostic =
            INVALID_ATTRIBUTE_VALUE.at(*span, message).label(format!("{} does not take this", subject.name));
        sink.report(diagnostic.help(help));
    }
}

/// A single value: one of a list, of a form, matching a pattern. `what` names it.
fn one(
    what: &str,
    value: &Value,
    one_of: &[serde_json::Value],
    format: Option<Format>,
    pattern: Option<&str>,
    attribute: &Attribute,
) -> Option<Fault> {
    let what = if what.contains('`') { what.to_owned() } else { format!("`{what}`") };
    let shown = shown(value);
    let scalar = member::scalar(value)?;
    let fits = |allowed: &serde_json::Value| match (allowed.as_str(), scalar.as_str()) {
        (Some(allowed), Some(given)) if attribute.case_insensitive => allowed.eq_ignore_ascii_case(given),
        _ => member::same(allowed, &scalar),
    };
    if !one_of.is_empty() && !one_of.iter().any(fits) {
        let all: Vec<String> =
            one_of.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect();
        let near = scalar
            .as_str()
            .filter(|_| !value.is_sensitive())
            .and_then(|given| names::nearest(given, all.iter().map(String::as_str)));
        let help = match near {
            Some(near) => format!("did you mean `\"{near}\"`?"),
            None => names::list("it can be", all.iter().map(String::as_str)),
        };
        return Some(Fault { message: format!("{what} cannot be {shown}"), help });
    }
    match (format, scalar.as_str()) {
        (Some(Format::Duration), Some(text)) if duration::parse(text).is_none() => {
            let help = "write numbers with units, as in `\"90s\"` or `\"1h30m\"`".to_owned();
            return Some(Fault { message: format!("{what} has to be a duration, {shown} is none"), help });
        }
        (Some(Format::Integer), _) if value.as_number().is_some_and(|number| !number.is_whole()) => {
            return Some(Fault {
                message: format!("{what} has to be a whole number, {shown} is none"),
                help: "write a number without a fraction".to_owned(),
            });
        }
        _ => {}
    }
    let pattern = pattern?;
    (member::matches_pattern(scalar.as_str()?, pattern) == Some(false))
        .then(|| Fault { message: format!("{what} cannot be {shown}"), help: format!("it has to match `{pattern}`") })
}

fn bounds(attribute: &Attribute, value: &Value) -> Option<Fault> {
    let name = &attribute.name;
    if let Some(number) = value.as_number() {
        let number = number.to_f64();
        if let Some(help) = attribute.range.and_then(|range| outside(range, number)) {
            return Some(Fault {
                message: format!("`{name}` cannot be {}", shown(value)),
                help: format!("it has to be {help}"),
            });
        }
        let step = attribute.multiple_of.and_then(|step| u32::try_from(step).ok()).map(f64::from);
        if let Some(step) = step.filter(|step| *step > 0.0 && number % step != 0.0) {
            return Some(Fault {
                message: format!("`{name}` cannot be {}", shown(value)),
                help: format!("it has to be a multiple of {step}"),
            });
        }
    }
    let length = value.as_str().map(|text| text.chars().count());
    if let Some((length, help)) =
        length.zip(attribute.length).and_then(|(length, range)| Some((length, outside(range, count(length))?)))
    {
        return Some(Fault {
            message: format!("`{name}` has {length} characters"),
            help: format!("it has to have {help}"),
        });
    }
    let size = value.as_items().map(<[Value]>::len).or_else(|| value.as_entries().map(|entries| entries.len()))?;
    if let Some(most) = attribute.max_items.filter(|most| size as u64 > *most) {
        return Some(Fault {
            message: format!("`{name}` has {size} elements"),
            help: format!("it can have up to {most}"),
        });
    }
    let wanted = attribute.element_length?;
    let wrong =
        value.as_items()?.iter().find(|item| item.as_items().is_some_and(|items| items.len() as u64 != wanted))?;
    let has = wrong.as_items()?.len();
    Some(Fault {
        message: format!("an element of `{name}` has {has} elements"),
        help: format!("each has to have {wanted}"),
    })
}

fn entries(attribute: &Attribute, value: &Value) -> Option<Fault> {
    let name = &attribute.name;
    value.as_entries()?.iter().find_map(|(key, value)| {
        let by_key =
            attribute.key_pattern.as_deref().filter(|pattern| member::matches_pattern(key, pattern) == Some(false));
        if let Some(pattern) = by_key {
            return Some(Fault {
                message: format!("`{name}` cannot have the name `{key}`"),
                help: format!("names have to match `{pattern}`"),
            });
        }
        one(&format!("`{key}` in `{name}`"), value, &[], None, attribute.value_pattern.as_deref(), attribute)
    })
}

fn hold(inside: Inside<'_>, rule: &schema::Rule, sink: &mut Sink) {
    let Some(first) = rule.fields.first() else { return };
    let Some(argument) = inside.argument(first).filter(|_| inside.state(first) == State::Set) else { return };
    let value = &argument.value;
    let other = rule.fields.get(1).and_then(|field| Some((field, inside.argument(field)?)));
    let fault = match rule.rule {
        RuleKind::Value => rule.value.as_ref().and_then(|test| {
            let help = match test {
                schema::Test::Pattern(pattern) => format!("it has to match `{pattern}`"),
                schema::Test::Prefix(prefix) => format!("it has to begin with `{prefix}`"),
                schema::Test::NotPrefix(prefix) => format!("it cannot begin with `{prefix}`"),
                schema::Test::Eq(value) => format!("it has to be `{value}`"),
                schema::Test::Min(bound) => format!("it has to be at least {bound}"),
                schema::Test::Max(bound) => format!("it has to be at most {bound}"),
                schema::Test::In(values) => {
                    let all: Vec<String> = values
                        .iter()
                        .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                        .collect();
                    names::list("it can be", all.iter().map(String::as_str))
                }
                schema::Test::Set | schema::Test::Unset | schema::Test::Ne(_) | schema::Test::NotIn(_) => {
                    "give it another value".to_owned()
                }
            };
            (member::passes(value, test) == Some(false))
                .then(|| Fault { message: format!("`{first}` cannot be {}{}", shown(value), because(rule)), help })
        }),
        RuleKind::Compare => other.and_then(|(name, other)| {
            let op = rule.op?;
            let order = member::order(value.as_number()?, other.value.as_number()?)?;
            let (words, good) = comparison(op, order);
            (!good && inside.state(name) == State::Set).then(|| Fault {
                message: format!("`{first}` is not {words} `{name}`{}", because(rule)),
                help: format!("make `{first}` {words} `{name}`"),
            })
        }),
        RuleKind::MaxItems => rule.max.and_then(|most| {
            let size =
                value.as_items().map(<[Value]>::len).or_else(|| value.as_entries().map(|entries| entries.len()))?;
            (size as u64 > most).then(|| Fault {
                message: format!("`{first}` has {size} elements{}", because(rule)),
                help: format!("it can have up to {most}"),
            })
        }),
        RuleKind::SameKeys => other.and_then(|(name, other)| {
            let (mine, others) = (value.as_entries()?, other.value.as_entries()?);
            let lone = mine.keys().find(|key| !others.contains_key(*key)).map(|key| (key, name));
            let (key, lacking) =
                lone.or_else(|| others.keys().find(|key| !mine.contains_key(*key)).map(|key| (key, first)))?;
            Some(Fault {
                message: format!("`{first}` and `{name}` do not have the same names"),
                help: format!("`{key}` is not in `{lacking}`"),
            })
        }),
        // What these ask is the business of `conflicts` and `required`.
        RuleKind::ExactlyOneOf
        | RuleKind::AtLeastOneOf
        | RuleKind::Conflicts
        | RuleKind::Requires
        | RuleKind::RequiresAny
        | RuleKind::RequiredTogether
        | RuleKind::Required
        | RuleKind::Forbidden
        | RuleKind::Custom => None,
    };
    if let Some(Fault { message, help }) = fault {
        let diagnostic: Diagnostic = INVALID_ATTRIBUTE_VALUE.at(argument.span, message).label("this value").help(help);
        sink.report(diagnostic.severity(severity(rule.severity)));
    }
}

fn comparison(op: Comparison, order: Ordering) -> (&'static str, bool) {
    match op {
        Comparison::Less => ("less than", order == Ordering::Less),
        Comparison::LessOrEqual => ("at most", order != Ordering::Greater),
        Comparison::Equal => ("equal to", order == Ordering::Equal),
        Comparison::GreaterOrEqual => ("at least", order != Ordering::Less),
        Comparison::Greater => ("more than", order == Ordering::Greater),
    }
}

/// Which bounds a number is outside of, in words.
fn outside(range: schema::Range, number: f64) -> Option<String> {
    let schema::Range { min, max } = range;
    let is_outside = min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max);
    let words = match (min, max) {
        (Some(min), Some(max)) => format!("from {min} to {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => String::new(),
    };
    is_outside.then_some(words)
}

fn count(length: usize) -> f64 {
    u32::try_from(length).map_or(f64::MAX, f64::from)
}

/// A value as a message may show it: no secret, and not a page of text.
fn shown(value: &Value) -> String {
    if value.is_sensitive() {
        return "the value it has".to_owned();
    }
    match member::scalar(value) {
        Some(serde_json::Value::String(text)) if text.chars().count() > 60 => "this text".to_owned(),
        Some(scalar) => format!("`{scalar}`"),
        None => "this value".to_owned(),
    }
}
