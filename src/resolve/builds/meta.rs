//! Arguments that Packer itself reads: `only`, `except`, `override`, `pause_before`, ….

use std::time::Duration;

use indexmap::IndexMap;

use super::needs_known;
use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Sink};
use crate::resolve::decode::Decoder;
use crate::resolve::duration;
use crate::resolve::expand::known_texts;
use crate::resolve::template::{Argument, Meta};
use crate::resolve::value::{Marks, Value, ValueKind};
use crate::source::{Span, Spanned};
use crate::syntax::Expr;

declare_diagnostic! {
    pub static INVALID_DURATION = {
        code: "invalid-duration",
        severity: Error,
        since: "0.1.0",
        summary: "a duration is not written as one",
    }
    pub static NOT_WHOLE = {
        code: "not-a-whole-number",
        severity: Error,
        since: "0.1.0",
        summary: "a count is no whole number",
    }
    pub static ONLY_AND_EXCEPT = {
        code: "only-and-except",
        severity: Error,
        since: "0.1.0",
        summary: "a block has both `only` and `except`",
    }
    pub static INVALID_OVERRIDE = {
        code: "invalid-override",
        severity: Error,
        since: "0.1.0",
        summary: "an `override` is not written as an object of objects",
    }
}

/// What this file can report.
pub(super) const DECLARATIONS: &[&Declaration] = &[&INVALID_DURATION, &INVALID_OVERRIDE, &NOT_WHOLE, &ONLY_AND_EXCEPT];

/// Reads the arguments for one image, whose type and name are `address` (`docker.app`). Nothing if `only` or `except`
/// leaves the component out there.
pub(super) fn read(
    arguments: &IndexMap<String, Argument>,
    address: &str,
    decoder: &mut Decoder<'_>,
    sink: &mut Sink,
) -> (Meta, bool) {
    let mut meta = Meta::default();
    let mut takes = true;
    for (name, argument) in arguments {
        let Argument { name: name_span, value, span } = argument;
        if value.is_error() {
            continue;
        }
        // Steps and how they run are structure: what decides them is fixed in every output.
        decoder.shaped_by.extend(Marks::computed_from([value]).shaped_by);
        match name.as_str() {
            "name" => match value.as_str() {
                Some(text) => meta.name = Some(Spanned::new(text.into_owned(), *span)),
                None => sink.report(needs_known(name, value, *span)),
            },
            "pause_before" => meta.pause_before = duration_of(name, value, *span, sink),
            "timeout" => meta.timeout = duration_of(name, value, *span, sink),
            "max_retries" => meta.max_retries = whole(name, value, *span, sink),
            "continue_on_error" => meta.continue_on_error = bool_of(name, value, *span, sink),
            "keep_input_artifact" => meta.keep_input_artifact = bool_of(name, value, *span, sink),
            "only" | "except" => {
                let Some(names) = known_texts(value) else {
                    sink.report(needs_known(name, value, *span));
                    continue;
                };
                let listed = names.iter().any(|listed| listed == address);
                if name == "only" {
                    meta.only = Some(*name_span);
                    takes &= listed || names.is_empty();
                } else {
                    meta.except = Some(*name_span);
                    takes &= !listed;
                }
            }
            _ => {}
        }
    }
    if let (Some(only), Some(except)) = (meta.only, meta.except) {
        sink.report(
            ONLY_AND_EXCEPT
                .at(except, "a block can have `only` or `except`, not both")
                .label("the second of them")
                .also(only, "the first")
                .help("remove one of them"),
        );
    }
    (meta, takes)
}

/// What `override` says for the source of that name: arguments by name. `written` is what the argument was read from.
pub(super) fn override_for(
    argument: &Argument,
    written: Option<&Expr>,
    source_name: &str,
    sink: &mut Sink,
) -> Vec<(String, Value)> {
    if argument.value.is_error() || !argument.value.is_known() {
        return Vec::new();
    }
    let invalid = |place: Span, what: &str| {
        INVALID_OVERRIDE
            .at(place, format!("{what} has to be an object"))
            .label("no object")
            .help("write `override = { SOURCE_NAME = { attribute = value } }`")
    };
    let (ValueKind::Object(entries) | ValueKind::Map(_, entries)) = &argument.value.kind else {
        sink.report(invalid(argument.span, "`override`"));
        return Vec::new();
    };
    let mut out = Vec::new();
    for (name, value) in entries {
        let (ValueKind::Object(inner) | ValueKind::Map(_, inner)) = &value.kind else {
            let place = written.and_then(|written| written.entry(name)).map_or(argument.span, |entry| entry.span);
            sink.report(invalid(place, &format!("`override` for `{name}`")));
            continue;
        };
        if name == source_name {
            out.extend(inner.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
    }
    out
}

fn duration_of(name: &str, value: &Value, span: Span, sink: &mut Sink) -> Option<Spanned<Duration>> {
    let Some(text) = value.as_str() else {
        sink.report(needs_known(name, value, span));
        return None;
    };
    let read = duration::parse(&text);
    if read.is_none() {
        let help = match text.parse::<f64>() {
            Ok(_) => format!("add the unit: `{name} = \"{text}s\"`"),
            Err(_) => {
                format!("write a number and a unit, as in `{name} = \"1m30s\"`; the units are ns, us, ms, s, m and h")
            }
        };
        sink.report(
            INVALID_DURATION
                .at(span, format!("`{name}` is no duration: \"{text}\""))
                .label("not a duration")
                .help(help),
        );
    }
    read.map(|read| Spanned::new(read, span))
}

fn whole(name: &str, value: &Value, span: Span, sink: &mut Sink) -> Option<Spanned<i64>> {
    let ValueKind::Number(number) = &value.kind else {
        sink.report(needs_known(name, value, span));
        return None;
    };
    let whole = number.to_string().parse().ok();
    if whole.is_none() {
        sink.report(
            NOT_WHOLE
                .at(span, format!("`{name}` has to be a whole number"))
                .label("this is none")
                .help(format!("write `{name} = 3`")),
        );
    }
    whole.map(|whole| Spanned::new(whole, span))
}

fn bool_of(name: &str, value: &Value, span: Span, sink: &mut Sink) -> Option<Spanned<bool>> {
    let ValueKind::Bool(bool) = &value.kind else {
        sink.report(needs_known(name, value, span));
        return None;
    };
    Some(Spanned::new(*bool, span))
}
