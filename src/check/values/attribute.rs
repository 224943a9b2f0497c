//! Values against what is said about their own attribute.

use super::{At, Fault};
use crate::check::formats::{self, Misfit};
use crate::check::member::{self, State};
use crate::check::words::shown;
use crate::diagnostic::plural;
use crate::resolve::names;
use crate::resolve::template::Argument;
use crate::resolve::value::Value;
use crate::schema::{Attribute, Format, Range};

/// The first thing that is wrong with a value.
pub(super) fn fault(attribute: &Attribute, argument: &Argument) -> Option<Fault> {
    let value = &argument.value;
    // An empty value counts as not given, and one that may still be given another value decides nothing.
    if member::state_of(value, attribute) != State::Set {
        return None;
    }
    let name = format!("`{}`", attribute.name);
    let own = Single {
        what: &name,
        one_of: &attribute.one_of,
        format: attribute.format,
        pattern: attribute.pattern.as_deref(),
        case_insensitive: attribute.case_insensitive,
    };
    own.fault(value)
        .or_else(|| bounds(attribute, value))
        .or_else(|| elements(attribute, value))
        .or_else(|| entries(attribute, value))
}

/// A single value: one of a list, of a form, matching a pattern. `what` names it.
struct Single<'s> {
    what: &'s str,
    one_of: &'s [serde_json::Value],
    format: Option<Format>,
    pattern: Option<&'s str>,
    case_insensitive: bool,
}

impl Single<'_> {
    fn fault(&self, value: &Value) -> Option<Fault> {
        let Single { what, one_of, format, pattern, case_insensitive } = self;
        let shown = shown(value);
        let scalar = member::scalar(value).filter(|_| member::is_settled(value))?;
        let fits = |allowed: &serde_json::Value| match (allowed.as_str(), scalar.as_str()) {
            (Some(allowed), Some(given)) if *case_insensitive => allowed.eq_ignore_ascii_case(given),
            _ => member::same(allowed, &scalar),
        };
        if !one_of.is_empty() && !one_of.iter().any(fits) {
            let all: Vec<String> =
                one_of.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect();
            let given = scalar.as_str().filter(|_| !value.is_sensitive());
            let near = given.and_then(|given| names::nearest(given, all.iter().map(String::as_str)));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => names::list("it can be", all.iter().map(String::as_str)),
            };
            return Some(Fault::error(format!("{what} cannot be {shown}"), help));
        }
        if *format == Some(Format::Integer) && value.as_number().is_some_and(|number| !number.is_whole()) {
            let message = format!("{what} has to be a whole number, {shown} is none");
            return Some(Fault::error(message, "write a number without a fraction".to_owned()));
        }
        let text = scalar.as_str()?;
        if let Some(misfit) = format.and_then(|format| formats::misfit(format, text)) {
            let Misfit { wanted, help, severity } = misfit;
            return Some(Fault {
                message: format!("{what} has to be {wanted}, {shown} is none"),
                help,
                severity,
                at: At::Whole,
            });
        }
        let pattern = (*pattern)?;
        (member::matches_pattern(text, pattern) == Some(false))
            .then(|| Fault::error(format!("{what} cannot be {shown}"), format!("it has to match `{pattern}`")))
    }
}

fn bounds(attribute: &Attribute, value: &Value) -> Option<Fault> {
    let name = &attribute.name;
    if let Some(number) = value.as_number() {
        let number = number.to_f64();
        if let Some(help) = attribute.range.and_then(|range| outside(range, number)) {
            return Some(Fault::error(format!("`{name}` cannot be {}", shown(value)), format!("it has to be {help}")));
        }
        let step = attribute.multiple_of.and_then(|step| u32::try_from(step).ok()).map(f64::from);
        if let Some(step) = step.filter(|step| *step > 0.0 && number % step != 0.0) {
            let help = format!("it has to be a multiple of {step}");
            return Some(Fault::error(format!("`{name}` cannot be {}", shown(value)), help));
        }
    }
    let length = value.as_str().map(|text| text.chars().count());
    if let Some((length, help)) =
        length.zip(attribute.length).and_then(|(length, range)| Some((length, outside(range, count(length))?)))
    {
        return Some(Fault::error(
            format!("`{name}` has {}", plural(length, "character")),
            format!("it has to have {help}"),
        ));
    }
    let size = value.as_items().map(<[Value]>::len).or_else(|| value.as_entries().map(|entries| entries.len()))?;
    if let Some(most) = attribute.max_items.filter(|most| size as u64 > *most) {
        return Some(Fault::error(
            format!("`{name}` has {}", plural(size, "element")),
            format!("it can have up to {most}"),
        ));
    }
    if let Some(help) = attribute.length.and_then(|range| outside(range, count(size))) {
        return Some(Fault::error(
            format!("`{name}` has {}", plural(size, "element")),
            format!("it has to have {help}"),
        ));
    }
    let wanted = attribute.element_length?;
    let is_wrong = |item: &Value| item.as_items().is_some_and(|items| items.len() as u64 != wanted);
    let (at, wrong) = value.as_items()?.iter().enumerate().find(|(_, item)| is_wrong(item))?;
    let has = wrong.as_items()?.len();
    let message = format!("an element of `{name}` has {}", plural(has, "element"));
    Some(Fault::error(message, format!("each has to have {wanted}")).inside(At::Element(at)))
}

fn elements(attribute: &Attribute, value: &Value) -> Option<Fault> {
    let items = value.as_items()?;
    let name = &attribute.name;
    if attribute.format == Some(Format::Bytes) {
        let is_byte = |item: &Value| {
            item.as_number().is_none_or(|number| number.to_i64().is_some_and(|byte| (0..=255).contains(&byte)))
        };
        let (at, wrong) = items.iter().enumerate().find(|(_, item)| !is_byte(item))?;
        let message = format!("an element of `{name}` has to be a byte, {} is none", shown(wrong));
        let fault = Fault::error(message, "write whole numbers from 0 to 255".to_owned());
        return Some(fault.inside(At::Element(at)));
    }
    if attribute.element_format == Some(Format::BootCommand) {
        // All elements are typed one after the other, so an expression may begin in one and end in the next.
        let misfit = formats::boot_command(items)?;
        let Misfit { wanted, help, severity } = misfit;
        return Some(Fault { message: format!("`{name}` has to be {wanted}"), help, severity, at: At::Whole });
    }
    let what = format!("an element of `{name}`");
    let single = Single {
        what: &what,
        one_of: &attribute.element_one_of,
        format: attribute.element_format,
        pattern: attribute.element_pattern.as_deref(),
        case_insensitive: attribute.case_insensitive,
    };
    items.iter().enumerate().find_map(|(at, item)| Some(single.fault(item)?.inside(At::Element(at))))
}

fn entries(attribute: &Attribute, value: &Value) -> Option<Fault> {
    let name = &attribute.name;
    let is_secret = value.is_sensitive();
    value.as_entries()?.iter().find_map(|(key, value)| {
        let by_key =
            attribute.key_pattern.as_deref().filter(|pattern| member::matches_pattern(key, pattern) == Some(false));
        if let Some(pattern) = by_key {
            let key = if is_secret { "one of its names".to_owned() } else { format!("the name `{key}`") };
            return Some(Fault::error(
                format!("`{name}` cannot have {key}"),
                format!("names have to match `{pattern}`"),
            ));
        }
        let what = if is_secret { format!("a value in `{name}`") } else { format!("`{key}` in `{name}`") };
        let single = Single {
            what: &what,
            one_of: &attribute.element_one_of,
            format: attribute.element_format,
            pattern: attribute.value_pattern.as_deref(),
            case_insensitive: attribute.case_insensitive,
        };
        Some(single.fault(value)?.inside(At::Entry(key.clone())))
    })
}

/// Which bounds a number is outside of, in words.
fn outside(range: Range, number: f64) -> Option<String> {
    let Range { min, max } = range;
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
