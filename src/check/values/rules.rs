//! Rules about values: what one has to pass, how two compare.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::{Fault, INVALID_ATTRIBUTE_VALUE};
use crate::check::context::{Inside, Subject};
use crate::check::demand::Demand;
use crate::check::member::{self, State};
use crate::check::words::{because, plain, shown, wanted};
use crate::diagnostic::{Sink, plural};
use crate::resolve::value::Value;
use crate::schema::{self, Comparison, RuleKind, Test};
use crate::source::Span;

/// Holds a body against a rule whose conditions are met.
pub(super) fn hold(
    subject: &Subject<'_>,
    inside: Inside<'_>,
    rule: &schema::Rule,
    demand: Demand<'_>,
    told: &mut Vec<Span>,
    sink: &mut Sink,
) {
    let Some(first) = rule.fields.first() else { return };
    let mut found = Vec::new();
    match rule.rule {
        RuleKind::Value => {
            let Some(test) = &rule.value else { return };
            for (reached, name) in inside.reach(first) {
                found.extend(value(subject, inside, reached, name, rule, test));
            }
        }
        RuleKind::Compare => found.extend(compare(inside, rule)),
        RuleKind::MaxItems => {
            for field in &rule.fields {
                found.extend(max_items(inside, field, rule));
            }
        }
        RuleKind::SameKeys => found.extend(same_keys(inside, rule)),
        // What these ask is the business of `conflicts`, `required` and `custom`.
        RuleKind::ExactlyOneOf
        | RuleKind::AtLeastOneOf
        | RuleKind::Conflicts
        | RuleKind::Requires
        | RuleKind::RequiresAny
        | RuleKind::RequiredTogether
        | RuleKind::Required
        | RuleKind::Forbidden
        | RuleKind::Custom => {}
    }
    for (place, label, Fault { message, help, severity: _, at: _ }) in found {
        if !told.contains(&place) {
            told.push(place);
            let message = format!("{message}{}{}", because(rule), demand.since());
            demand.report(INVALID_ATTRIBUTE_VALUE.at(place, message).label(label).help(help), sink);
        }
    }
}

/// Where, what is there, and what is wrong with it.
type Found = (Span, &'static str, Fault);

/// A value that does not pass, as it is given or by default.
fn value(
    subject: &Subject<'_>,
    inside: Inside<'_>,
    reached: Inside<'_>,
    name: &str,
    rule: &schema::Rule,
    test: &Test,
) -> Option<Found> {
    let state = reached.state(name);
    let given = reached.argument(name).filter(|_| state != State::Unset);
    if let Some(argument) = given {
        let fails = member::is_settled(&argument.value) && member::passes(&argument.value, test) == Some(false);
        return fails.then(|| {
            let fault = Fault::error(format!("`{name}` cannot be {}", shown(&argument.value)), wanted(test));
            (argument.span, "this value", fault)
        });
    }
    // Only a demand for a certain value is one for giving it. What is misspelt is not missing.
    let (Test::Eq(_) | Test::In(_)) = test else { return None };
    if state != State::Unset || !subject.complete || reached.value_passes(name, test) != Some(false) {
        return None;
    }
    let by_default = match reached.default_of(name) {
        Some(default) if default.as_str() != Some("") => format!(" cannot be {}, its default,", plain(&default)),
        Some(_) | None => " cannot be left out".to_owned(),
    };
    let cause = rule.when.iter().find_map(|condition| inside.written_set(&condition.field));
    let place = reached.argument(name).map(|argument| argument.span).or(cause).unwrap_or(reached.place);
    Some((place, "asks for it", Fault::error(format!("`{name}`{by_default}"), wanted(test))))
}

fn compare(inside: Inside<'_>, rule: &schema::Rule) -> Option<Found> {
    let [first, second] = rule.fields.as_slice() else { return None };
    let op = rule.op?;
    if inside.state(first) == State::Unset && inside.state(second) == State::Unset {
        // Defaults agree with each other.
        return None;
    }
    let number = |field: &str| -> Option<(f64, Option<Span>)> {
        let (reached, name) = inside.reach(field).into_iter().next()?;
        match reached.argument(name).filter(|_| reached.state(name) != State::Unset) {
            Some(argument) => Some((argument.value.as_number()?.to_f64(), Some(argument.span))),
            None if reached.state(name) == State::Unset => Some((reached.default_of(name)?.as_f64()?, None)),
            None => None,
        }
    };
    let (left, left_at) = number(first)?;
    let (right, right_at) = number(second)?;
    // Without a default, zero is no value to compare with.
    if (left_at.is_none() && left == 0.0) || (right_at.is_none() && right == 0.0) {
        return None;
    }
    let (words, opposite, good) = comparison(op, left.partial_cmp(&right)?);
    if good {
        return None;
    }
    let message = format!("`{first}` is not {words} `{second}`");
    let (place, help) = match (left_at, right_at) {
        (Some(place), Some(_)) => (place, format!("make `{first}` {words} `{second}`")),
        (Some(place), None) => (place, format!("`{second}` is {right} by default; make `{first}` {words} that")),
        (None, Some(place)) => (place, format!("`{first}` is {left} by default; make `{second}` {opposite} that")),
        (None, None) => return None,
    };
    Some((place, "this value", Fault::error(message, help)))
}

fn max_items(inside: Inside<'_>, field: &str, rule: &schema::Rule) -> Option<Found> {
    let most = rule.max?;
    let help = format!("it can have up to {most}");
    if let Some(blocks) = inside.body.blocks.get(field) {
        let extra = blocks.get(usize::try_from(most).ok()?)?;
        let fault =
            Fault::error(format!("there are {} blocks `{field}`", blocks.len()), format!("there can be up to {most}"));
        return Some((crate::check::context::keyword(field, extra.span), "one too many", fault));
    }
    let argument = inside.argument(field)?;
    let size = size(&argument.value)?;
    (size as u64 > most).then(|| {
        (argument.span, "this value", Fault::error(format!("`{field}` has {}", plural(size, "element")), help))
    })
}

fn size(value: &Value) -> Option<usize> {
    value.as_items().map(<[Value]>::len).or_else(|| value.as_entries().map(|entries| entries.len()))
}

/// The names of a map or the texts of a list; nothing where one is not known.
fn names(value: &Value) -> Option<BTreeSet<String>> {
    match value.as_entries() {
        Some(entries) => Some(entries.keys().cloned().collect()),
        None => value.as_items()?.iter().map(|item| item.as_str().map(std::borrow::Cow::into_owned)).collect(),
    }
}

fn same_keys(inside: Inside<'_>, rule: &schema::Rule) -> Option<Found> {
    let (first, others) = rule.fields.split_first()?;
    let argument = inside.argument(first).filter(|_| inside.state(first) == State::Set)?;
    let mine = names(&argument.value)?;
    others.iter().find_map(|other| {
        let theirs = match inside.state(other) {
            State::Open => return None,
            State::Unset => BTreeSet::new(),
            State::Set => names(&inside.argument(other)?.value)?,
        };
        let lone = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).next().cloned();
        let (name, lacking) =
            lone(&mine, &theirs).map(|name| (name, other)).or_else(|| Some((lone(&theirs, &mine)?, first)))?;
        let is_secret = argument.value.is_sensitive()
            || inside.argument(other).is_some_and(|argument| argument.value.is_sensitive());
        let help = if is_secret {
            format!("something is missing in `{lacking}`")
        } else {
            format!("`{name}` is not in `{lacking}`")
        };
        let message = format!("`{first}` and `{other}` do not have the same names");
        Some((argument.span, "compared with it", Fault::error(message, help)))
    })
}

/// The comparison in words, the one that the other side sees, and whether it holds.
fn comparison(op: Comparison, order: Ordering) -> (&'static str, &'static str, bool) {
    match op {
        Comparison::Less => ("less than", "more than", order == Ordering::Less),
        Comparison::LessOrEqual => ("at most", "at least", order != Ordering::Greater),
        Comparison::Equal => ("equal to", "equal to", order == Ordering::Equal),
        Comparison::GreaterOrEqual => ("at least", "at most", order != Ordering::Less),
        Comparison::Greater => ("more than", "less than", order == Ordering::Greater),
    }
}
