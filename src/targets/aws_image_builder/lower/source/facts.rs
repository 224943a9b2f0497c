//! What a source was told, by name; whatever nobody takes is told in the end.

use indexmap::IndexMap;

use crate::graph::{Fact, Node};
use crate::resolve::value::{Text, Value, ValueKind};
use crate::source::Span;
use crate::targets::aws_image_builder::parameters::Parameters;

/// Facts of a source that nobody took yet.
pub(in super::super) struct Facts<'a> {
    left: IndexMap<&'a str, &'a Fact>,
}

impl<'a> Facts<'a> {
    /// Nothing told.
    pub(super) fn none() -> Self {
        Self { left: IndexMap::new() }
    }

    /// All facts of a node that are given: a null is none, and a text that is empty for certain counts as none, as it does
    /// for the plugin.
    pub(super) fn of(node: &'a Node, parameters: &Parameters) -> Self {
        let empty = |text: &Text| {
            let open = text.parameters().any(|id| parameters.get(id).open);
            !open && text.known().is_some_and(|known| known.is_empty())
        };
        let given = node.facts.iter().filter(|fact| !fact.value.is_null() && !fact.value.as_text().is_some_and(empty));
        Self { left: given.map(|fact| (fact.name.as_str(), fact)).collect() }
    }

    /// Takes a fact. An empty list counts as not given.
    pub(super) fn take(&mut self, name: &str) -> Option<&'a Fact> {
        let fact = self.left.shift_remove(name)?;
        (!fact.value.as_items().is_some_and(<[_]>::is_empty)).then_some(fact)
    }

    /// Takes the blocks of a name, in order: each with its own facts, named within it.
    pub(super) fn blocks(&mut self, name: &str) -> Vec<Block<'a>> {
        let mut blocks: IndexMap<&'a str, Block<'a>> = IndexMap::new();
        let all: Vec<&'a str> = self.left.keys().copied().collect();
        for key in all {
            let Some(rest) = key.strip_prefix(name) else { continue };
            let (index, inner) = match rest.split_once('.') {
                Some((index, inner)) => (index, inner),
                None => (rest, ""),
            };
            if !(index.is_empty() || index.starts_with('[') && index.ends_with(']')) {
                continue;
            }
            let Some(fact) = self.left.shift_remove(key) else { continue };
            let place = &key[..name.len() + index.len()];
            let block = blocks.entry(place).or_insert_with(|| Block {
                name: place.to_owned(),
                span: fact.span,
                facts: Vec::new(),
            });
            if !inner.is_empty() {
                block.facts.push((inner, fact));
            }
        }
        blocks.into_values().collect()
    }

    /// What is left.
    pub(super) fn rest(self) -> Vec<&'a Fact> {
        self.left.into_values().collect()
    }
}

/// A block of a source.
#[derive(Debug)]
pub(super) struct Block<'a> {
    /// `tag[1]`
    pub(super) name: String,
    /// Where the first thing in it stands.
    pub(super) span: Span,
    /// What is in it, by names within it.
    pub(super) facts: Vec<(&'a str, &'a Fact)>,
}

impl<'a> Block<'a> {
    /// What it says of a name.
    pub(super) fn get(&self, name: &str) -> Option<&'a Fact> {
        let fact = self.facts.iter().find(|(key, _)| *key == name).map(|(_, fact)| *fact)?;
        let empty = fact.value.as_text().is_some_and(Text::is_empty);
        (!empty).then_some(fact)
    }
}

/// The truth value, also where it is written as a text.
pub(in super::super) fn truth(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| match value.as_str()?.as_ref() {
        "true" | "1" => Some(true),
        "false" | "0" | "" => Some(false),
        _ => None,
    })
}

/// The whole number, also where it is written as a text.
pub(super) fn number(value: &Value) -> Option<u64> {
    match value.as_number() {
        Some(number) => number.to_i64().and_then(|number| u64::try_from(number).ok()),
        None => value.as_str()?.parse().ok(),
    }
}

/// A text with its holes, also of a number or truth value; nothing if all of it is a secret or it is no text.
pub(super) fn text(value: &Value) -> Option<Text> {
    if value.marks.sensitive {
        return None;
    }
    match &value.kind {
        ValueKind::String(text) => Some(text.clone()),
        ValueKind::Bool(truth) => Some(Text::literal(truth.to_string())),
        ValueKind::Number(number) => Some(Text::literal(number.to_string())),
        ValueKind::Null(_)
        | ValueKind::List(..)
        | ValueKind::Set(..)
        | ValueKind::Map(..)
        | ValueKind::Object(_)
        | ValueKind::Tuple(_)
        | ValueKind::Unknown(_) => None,
    }
}
