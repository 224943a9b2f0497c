//! The members of a body as rules of schemas see them: set or not, and what they pass.

use std::cmp::Ordering;

use crate::resolve::template::{Argument, ComponentBody};
use crate::resolve::value::{Value, ValueKind};
use crate::schema::{self, AttributeType, Condition, Format, Nesting, Test};
use crate::source::Span;

use super::context::{Inside, keyword};

/// Whether a member is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Given, with another value than the zero value of its type.
    Set,
    /// Not given, or given as the zero value.
    Unset,
    /// It depends on something that is not known.
    Open,
}

/// How deep defaults may depend on other defaults.
const MAX_DEFAULTS: usize = 4;

impl<'a> Inside<'a> {
    /// The state of a member; a dot reaches into a block.
    pub(super) fn state(&self, field: &str) -> State {
        if let Some((block, rest)) = field.split_once('.') {
            let states = self.nested(block).map(|inside| inside.state(rest));
            return any(states);
        }
        if let Some(blocks) = self.body.blocks.get(field) {
            // A block without anything in it configures nothing.
            return any(blocks.iter().map(|block| state_of_body(&block.body)));
        }
        let attribute = self.schema.attributes.get(field);
        match (self.body.arguments.get(field), attribute) {
            (Some(argument), Some(attribute)) => match state_of(&argument.value, attribute) {
                // The environment stands in for what is empty, too.
                State::Unset if !attribute.env.is_empty() => State::Open,
                state @ (State::Set | State::Unset | State::Open) => state,
            },
            (Some(argument), None) => state_of_value(&argument.value, false),
            // The environment is not ours to read, and what is empty for want of a value may be given one.
            (None, Some(attribute)) if !attribute.env.is_empty() => State::Open,
            (None, _) if self.body.unfilled.contains(field) => State::Open,
            (None, _) => State::Unset,
        }
    }

    /// Where a member is written: its name.
    pub(super) fn written(&self, field: &str) -> Option<Span> {
        if let Some((block, rest)) = field.split_once('.') {
            return self.nested(block).find_map(|inside| inside.written(rest));
        }
        if let Some(block) = self.body.blocks.get(field).and_then(|blocks| blocks.first()) {
            return Some(keyword(field, block.span));
        }
        self.argument(field).map(|argument| argument.name)
    }

    /// Where a member is written that is set; a dot reaches into the first block where it is.
    pub(super) fn written_set(&self, field: &str) -> Option<Span> {
        match field.split_once('.') {
            Some((block, rest)) => {
                self.nested(block).find(|inside| inside.state(rest) == State::Set)?.written_set(rest)
            }
            None => self.written(field),
        }
    }

    /// An argument; a dot reaches into the first block that has it.
    pub(super) fn argument(&self, field: &str) -> Option<&'a Argument> {
        match field.split_once('.') {
            Some((block, rest)) => self.nested(block).find_map(|inside| inside.argument(rest)),
            None => self.body.arguments.get(field),
        }
    }

    /// The bodies that a dotted name reaches, with the name it has there. None where there is no such block.
    pub(super) fn reach<'f>(&self, field: &'f str) -> Vec<(Inside<'a>, &'f str)> {
        match field.split_once('.') {
            Some((block, rest)) => self.nested(block).flat_map(|inside| inside.reach(rest)).collect(),
            None => vec![(*self, field)],
        }
    }

    /// The bodies in which a needed member is not set, with the name it has there. What is needed in each block of a list
    /// is not needed where there are none.
    pub(super) fn gaps<'f>(&self, field: &'f str) -> Vec<(Inside<'a>, &'f str)> {
        let Some((block, rest)) = field.split_once('.') else {
            return if self.state(field) == State::Unset { vec![(*self, field)] } else { Vec::new() };
        };
        let is_single = self.schema.blocks.get(block).is_some_and(|block| block.nesting == Nesting::Single);
        if is_single && self.nested(block).next().is_none() {
            return vec![(*self, field)];
        }
        self.nested(block).flat_map(|inside| inside.gaps(rest)).collect()
    }

    /// Whether all conditions hold; nothing if that is not known.
    pub(super) fn holds(&self, conditions: &[Condition]) -> Option<bool> {
        self.all_hold(conditions, MAX_DEFAULTS)
    }

    fn all_hold(&self, conditions: &[Condition], depth: usize) -> Option<bool> {
        let mut all = Some(true);
        for condition in conditions {
            match self.passes(&condition.field, &condition.test, depth) {
                // One that fails decides, whatever is not known of the others.
                Some(false) => return Some(false),
                Some(true) => {}
                None => all = None,
            }
        }
        all
    }

    fn passes(&self, field: &str, test: &Test, depth: usize) -> Option<bool> {
        match (test, self.state(field)) {
            (Test::Set | Test::Unset, State::Open) => return None,
            (Test::Set, state) => return Some(state == State::Set),
            (Test::Unset, state) => return Some(state == State::Unset),
            _ => {}
        }
        if let Some((block, rest)) = field.split_once('.') {
            // One block that passes is enough; where there is none, nothing passes.
            let mut some = Some(false);
            for inside in self.nested(block) {
                match inside.passes(rest, test, depth) {
                    Some(true) => return Some(true),
                    Some(false) => {}
                    None => some = None,
                }
            }
            return some;
        }
        let attribute = self.schema.attributes.get(field)?;
        match self.body.arguments.get(field) {
            Some(argument)
                if state_of(&argument.value, attribute) != State::Unset || argument.value.as_bool().is_some() =>
            {
                passes(&argument.value, test)
            }
            Some(_) | None => {
                if !attribute.env.is_empty() || depth == 0 {
                    return None;
                }
                passes_json(&self.default(attribute, depth - 1)?, test)
            }
        }
    }

    /// Whether the value of an attribute of this body passes, given or by default; nothing if that is not known.
    pub(super) fn value_passes(&self, name: &str, test: &Test) -> Option<bool> {
        let by_default = self.passes(name, test, MAX_DEFAULTS);
        // An empty value may count as none or as what it is: that it passes as one of the two is enough.
        match self.body.arguments.get(name) {
            Some(argument) if by_default == Some(false) => Some(passes(&argument.value, test) == Some(true)),
            Some(_) | None => by_default,
        }
    }

    /// The value that an attribute of this body has when it is not given, if that can be written down.
    pub(super) fn default_of(&self, name: &str) -> Option<serde_json::Value> {
        self.default(self.schema.attributes.get(name)?, MAX_DEFAULTS)
    }

    /// The value of an attribute that is not given.
    fn default(&self, attribute: &schema::Attribute, depth: usize) -> Option<serde_json::Value> {
        for conditional in &attribute.default_when {
            if self.all_hold(&conditional.when, depth)? {
                return Some(conditional.value.clone());
            }
        }
        if attribute.default_from.is_some() {
            return None;
        }
        attribute.default.clone().or_else(|| zero(&attribute.ty))
    }

    /// The blocks of a name.
    pub(super) fn nested(&self, name: &str) -> impl Iterator<Item = Inside<'a>> + use<'a> {
        let described = self.schema.blocks.get(name);
        let blocks = self.body.blocks.get(name).map(Vec::as_slice).unwrap_or_default();
        blocks.iter().filter_map(move |block| {
            let schema = described?;
            Some(Inside { schema: &schema.body, body: &block.body, place: keyword(&schema.name, block.span) })
        })
    }
}

/// The state of a given value.
pub(super) fn state_of(value: &Value, attribute: &schema::Attribute) -> State {
    state_of_value(value, attribute.format == Some(Format::Tristate))
}

fn state_of_value(value: &Value, tristate: bool) -> State {
    // The zero value as the default of a variable that may still be given another one: a place left to be filled.
    let zero = |is_zero: bool| match (is_zero, value.marks.exactly) {
        (true, Some(_)) => State::Open,
        (true, None) => State::Unset,
        (false, _) => State::Set,
    };
    match &value.kind {
        ValueKind::Null(_) => State::Unset,
        ValueKind::Bool(bool) => zero(!bool && !tristate),
        ValueKind::Number(number) => zero(number.signum() == 0),
        ValueKind::String(text) => {
            let has_literal =
                text.pieces().iter().any(|piece| matches!(piece, crate::resolve::value::Piece::Literal(_)));
            match (has_literal, text.known()) {
                (true, _) => State::Set,
                (false, Some(known)) if !known.is_empty() => State::Set,
                (false, _) if text.pieces().is_empty() => State::Unset,
                (false, _) => State::Open,
            }
        }
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => zero(items.is_empty()),
        ValueKind::Map(_, entries) | ValueKind::Object(entries) => zero(entries.is_empty()),
        ValueKind::Unknown(_) => State::Open,
    }
}

fn state_of_body(body: &ComponentBody) -> State {
    let arguments = body.arguments.values().map(|argument| state_of_value(&argument.value, true));
    let blocks = body.blocks.values().flatten().map(|block| state_of_body(&block.body));
    any(arguments.chain(blocks))
}

fn any(states: impl Iterator<Item = State>) -> State {
    states.fold(State::Unset, |all, one| match (all, one) {
        (State::Set, _) | (_, State::Set) => State::Set,
        (State::Open, _) | (_, State::Open) => State::Open,
        (State::Unset, State::Unset) => State::Unset,
    })
}

/// Whether a given value passes; nothing if that is not known.
pub(super) fn passes(value: &Value, test: &Test) -> Option<bool> {
    passes_json(&scalar(value)?, test)
}

fn passes_json(value: &serde_json::Value, test: &Test) -> Option<bool> {
    let text = value.as_str();
    Some(match test {
        // Asked of the state, before any value is looked at.
        Test::Set | Test::Unset => return None,
        Test::Eq(other) => same(value, other),
        Test::Ne(other) => !same(value, other),
        Test::In(all) => all.iter().any(|other| same(value, other)),
        Test::NotIn(all) => !all.iter().any(|other| same(value, other)),
        Test::Prefix(prefix) => text?.starts_with(prefix.as_str()),
        Test::NotPrefix(prefix) => !text?.starts_with(prefix.as_str()),
        Test::Pattern(pattern) => matches_pattern(text?, pattern)?,
        Test::Min(bound) => value.as_f64()? >= *bound,
        Test::Max(bound) => value.as_f64()? <= *bound,
    })
}

/// Whether a text matches; nothing if the pattern is one that our library cannot read.
pub(super) fn matches_pattern(text: &str, pattern: &str) -> Option<bool> {
    Some(regex::Regex::new(pattern).ok()?.is_match(text))
}

/// Whether no part of a text is empty only because nothing was given for it yet: what such a text looks like decides nothing.
pub(super) fn is_settled(value: &Value) -> bool {
    let is_empty = |hole: &crate::resolve::value::Hole| hole.known.as_deref() == Some("");
    value.as_text().is_none_or(|text| !text.holes().any(is_empty))
}

/// A known text, number or bool.
pub(super) fn scalar(value: &Value) -> Option<serde_json::Value> {
    match &value.kind {
        ValueKind::Bool(bool) => Some((*bool).into()),
        ValueKind::Number(number) => match number.to_i64() {
            Some(whole) => Some(whole.into()),
            None => serde_json::Number::from_f64(number.to_f64()).map(serde_json::Value::Number),
        },
        ValueKind::String(text) => text.known().map(|text| text.into_owned().into()),
        ValueKind::Null(_)
        | ValueKind::List(..)
        | ValueKind::Set(..)
        | ValueKind::Map(..)
        | ValueKind::Object(_)
        | ValueKind::Tuple(_)
        | ValueKind::Unknown(_) => None,
    }
}

/// Whether two scalars are equal; numbers by their value.
pub(super) fn same(a: &serde_json::Value, b: &serde_json::Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.partial_cmp(&b) == Some(Ordering::Equal),
        _ => a == b,
    }
}

fn zero(ty: &AttributeType) -> Option<serde_json::Value> {
    match ty {
        AttributeType::String => Some("".into()),
        AttributeType::Number => Some(0.into()),
        AttributeType::Bool => Some(false.into()),
        AttributeType::Any
        | AttributeType::List(_)
        | AttributeType::Set(_)
        | AttributeType::Map(_)
        | AttributeType::Object(_) => None,
    }
}
