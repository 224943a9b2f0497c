//! Input variables: declarations, the values given to them, and which of those wins.
//!
//! Comes in: the trees of a configuration and what the user gave besides. Goes out: every [`Variable`] with its winning
//! value and with its value in expressions: a text (or number, or bool) that may stay open in an output has a hole there.

mod declare;
mod given;
mod legacy;
mod validate;

pub(super) use given::{INVALID_VALUE, UNDECLARED_VALUE};

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::configuration::Configuration;
use super::eval::World;
use super::inputs::{Inputs, Patterns};
use super::template::{GivenBy, ParameterState, Variable};
use super::value::{Hole, HoleKind, Marks, Origin, ParameterId, Text, Type, Unknown, Value, ValueKind};
use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Sink};
use crate::source::{FileOrigin, SourceMap, Span};
use declare::Declared;
pub(crate) use declare::{INVALID_NAME, flag, is_identifier};

declare_diagnostic! {
    pub static UNSET_VARIABLE = {
        code: "unset-variable",
        severity: Error,
        since: "0.1.0",
        summary: "a variable has no value and values are required",
    }
    pub static BAD_PATTERN = {
        code: "bad-pattern",
        severity: Error,
        since: "0.1.0",
        summary: "a pattern given on the command line cannot be read",
    }
}

/// What this folder can report.
pub(super) fn declarations() -> Vec<&'static Declaration> {
    let own: &[&Declaration] = &[&BAD_PATTERN, &UNSET_VARIABLE];
    [own, declare::DECLARATIONS, given::DECLARATIONS, validate::DECLARATIONS].concat()
}

/// Resolves every variable of the configuration, by name in declaration order.
pub(super) fn resolve(
    configuration: &Configuration,
    inputs: &Inputs,
    world: &World<'_>,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> IndexMap<String, Variable> {
    let mut declared = declare::declare(&configuration.documents, world, sink);
    legacy::check(&configuration.documents, sink);
    let sensitive = patterns("--sensitive", &inputs.sensitive, sources, sink);
    for (name, variable) in &mut declared {
        variable.sensitive |= sensitive.matches(name);
    }
    let given = given::collect(&declared, configuration, inputs, world, sources, sink);
    let open = patterns("--param", &inputs.open, sources, sink);
    let frozen = patterns("--freeze", &inputs.frozen, sources, sink);
    let mut variables = IndexMap::new();
    for (index, (name, variable)) in declared.into_iter().enumerate() {
        let id = ParameterId(u32::try_from(index).unwrap_or(u32::MAX));
        let (value, given_by, place) = match given.get(&name) {
            Some(given) => (Some(given.value.clone()), given.by.clone(), given.span),
            None => match &variable.default {
                Some((value, span)) => (Some(value.clone()), GivenBy::Default, *span),
                None => (None, GivenBy::Nobody, variable.name.span),
            },
        };
        let value = value.filter(|value| !is_left_to_the_environment(value));
        if value.is_none() && inputs.require_values {
            sink.report(
                UNSET_VARIABLE
                    .at(variable.name.span, format!("the variable `{name}` has no value"))
                    .label("no default, and nobody gave one")
                    .help(format!("give one with `--var {name}=…`, or declare a `default`")),
            );
        }
        if let Some(value) = &value {
            validate::validate(&variable, value, &given_by, place, world, sink);
        }
        let state = state(&given_by, value.as_ref(), variable.sensitive, open.matches(&name), frozen.matches(&name));
        let in_scope = in_scope(id, &variable, value.as_ref(), state, variable.sensitive);
        let Declared { name: spanned, constraint: _, ty, description, sensitive, default, validations, span } =
            variable;
        variables.insert(
            name,
            Variable {
                name: spanned,
                ty,
                description,
                sensitive,
                default: default.map(|(value, _)| value),
                value,
                given_by,
                in_scope,
                state,
                validated: !validations.is_empty(),
                span,
            },
        );
    }
    variables
}

/// A default that only the environment decides is no value as long as the environment is not read.
fn is_left_to_the_environment(value: &Value) -> bool {
    !value.is_known() && !value.is_error()
}

/// Whether a variable may keep a hole. A text that the template engine would render has to be written out.
fn state(by: &GivenBy, value: Option<&Value>, sensitive: bool, open: bool, frozen: bool) -> ParameterState {
    let rendered = value.and_then(Value::as_str).is_some_and(|text| text.contains("{{"));
    let given = !matches!(by, GivenBy::Default | GivenBy::Nobody);
    if rendered && !sensitive {
        ParameterState::Fixed
    } else if value.is_none() || open || sensitive {
        ParameterState::Candidate
    } else if given || frozen {
        ParameterState::Fixed
    } else {
        ParameterState::Candidate
    }
}

/// What `var.name` is worth in expressions.
fn in_scope(
    id: ParameterId,
    declared: &Declared<'_>,
    value: Option<&Value>,
    state: ParameterState,
    sensitive: bool,
) -> Value {
    let hole = |known: Option<String>| {
        let what = HoleKind::Parameter(id);
        Value::of(ValueKind::String(Text::hole(Hole { what, known, sensitive, span: declared.name.span })))
    };
    let exactly = Marks { sensitive, exactly: Some(id), shaped_by: BTreeSet::new() };
    let Some(value) = value else {
        if declared.ty == Type::String {
            return hole(None);
        }
        let origin = Origin::Variable(declared.name.value.clone());
        let unknown = Unknown { ty: declared.ty.clone(), origin, call: None };
        return Value { kind: ValueKind::Unknown(unknown), marks: exactly };
    };
    if state == ParameterState::Fixed || value.is_error() {
        let mut value = value.clone();
        value.marks.sensitive |= sensitive;
        return value;
    }
    match &value.kind {
        ValueKind::String(text) => hole(text.known().map(std::borrow::Cow::into_owned)),
        ValueKind::Bool(_) | ValueKind::Number(_) => Value { kind: value.kind.clone(), marks: exactly },
        ValueKind::Null(_)
        | ValueKind::List(..)
        | ValueKind::Set(..)
        | ValueKind::Map(..)
        | ValueKind::Object(_)
        | ValueKind::Tuple(_)
        | ValueKind::Unknown(_) => shaped(value.clone(), id, sensitive),
    }
}

/// Marks a value and everything in it: taking a part of it takes a decision of the parameter.
fn shaped(mut value: Value, id: ParameterId, sensitive: bool) -> Value {
    value.marks.shaped_by.insert(id);
    value.marks.sensitive |= sensitive;
    let mark = |child: Value| shaped(child, id, sensitive);
    value.kind = match value.kind {
        ValueKind::List(ty, items) => ValueKind::List(ty, items.into_iter().map(mark).collect()),
        ValueKind::Set(ty, items) => ValueKind::Set(ty, items.into_iter().map(mark).collect()),
        ValueKind::Tuple(items) => ValueKind::Tuple(items.into_iter().map(mark).collect()),
        ValueKind::Map(ty, entries) => {
            ValueKind::Map(ty, entries.into_iter().map(|(name, child)| (name, mark(child))).collect())
        }
        ValueKind::Object(entries) => {
            ValueKind::Object(entries.into_iter().map(|(name, child)| (name, mark(child))).collect())
        }
        kind @ (ValueKind::Null(_)
        | ValueKind::Bool(_)
        | ValueKind::Number(_)
        | ValueKind::String(_)
        | ValueKind::Unknown(_)) => kind,
    };
    value
}

/// The patterns of an option; a bad one is reported and matches nothing.
pub(super) fn patterns(option: &str, given: &[String], sources: &mut SourceMap, sink: &mut Sink) -> Patterns {
    let mut good = Vec::new();
    for pattern in given {
        match Patterns::new(std::slice::from_ref(pattern)) {
            Ok(_) => good.push(pattern.clone()),
            Err((_, why)) => {
                let place = invocation(sources, &format!("{option} {pattern}"));
                sink.report(
                    BAD_PATTERN
                        .at(place, format!("`{pattern}` is no pattern: {why}"))
                        .help(format!("`*`, `?`, `[ab]` and `{{a,b}}` have a meaning in `{option}`; put `\\` before one to take it as it is")),
                );
            }
        }
    }
    Patterns::new(&good).expect("internal error: every pattern was tried")
}

/// A place for something that was said on the command line.
pub(super) fn invocation(sources: &mut SourceMap, said: &str) -> Span {
    let file = sources.add(said, said, FileOrigin::Invocation);
    sources.file(file).span(file)
}
