//! YAML with places: the file as a tree, before anybody asks what it means.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::source::{FileId, Span};

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    /// As it is written, because `1.10` is no number to a variable that wants text.
    Number(String),
    Text(String),
    List(Vec<Node>),
    /// In order; keys are texts and differ.
    Map(Vec<(String, Span, Node)>),
}

impl Kind {
    /// What it is called.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Kind::Null => "nothing",
            Kind::Bool(_) => "true or false",
            Kind::Number(_) => "a number",
            Kind::Text(_) => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }
}

/// What is wrong with a text that is no YAML.
pub(super) struct Fault {
    pub(super) span: Span,
    pub(super) message: String,
}

/// Reads the text; an empty one is [`Kind::Null`].
pub(super) fn parse(file: FileId, text: &str) -> Result<Node, Fault> {
    let options = serde_saphyr::options! { with_snippet: false, strict_booleans: true };
    match serde_saphyr::from_str_with_options::<Raw>(text, options) {
        Ok(raw) => Ok(placed(raw, file, text)),
        Err(error) => {
            let error = error.without_snippet();
            let said = error.to_string();
            let message = said.lines().next().unwrap_or_default();
            // The place is given apart.
            let message = message.split(" at line ").next().unwrap_or(message);
            let message = message.split_once(": ").filter(|(before, _)| before.starts_with("error: line "));
            let message = message.map_or_else(|| said.lines().next().unwrap_or_default(), |(_, message)| message);
            let message = message.split(" at line ").next().unwrap_or(message).to_owned();
            let place = error.location().map(|location| span(location, file, text));
            Err(Fault { span: place.unwrap_or_else(|| Span::new(file, 0, 0)), message })
        }
    }
}

type Raw = serde_saphyr::Spanned<RawKind>;

#[derive(Debug)]
enum RawKind {
    Null,
    Bool(bool),
    Number,
    Text(String),
    List(Vec<Raw>),
    Map(Vec<(serde_saphyr::Spanned<String>, Raw)>),
}

impl<'de> Deserialize<'de> for RawKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = RawKind;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E>(self) -> Result<RawKind, E> {
                Ok(RawKind::Null)
            }

            fn visit_none<E>(self) -> Result<RawKind, E> {
                Ok(RawKind::Null)
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<RawKind, D::Error> {
                RawKind::deserialize(deserializer)
            }

            fn visit_bool<E>(self, value: bool) -> Result<RawKind, E> {
                Ok(RawKind::Bool(value))
            }

            fn visit_i64<E>(self, _: i64) -> Result<RawKind, E> {
                Ok(RawKind::Number)
            }

            fn visit_u64<E>(self, _: u64) -> Result<RawKind, E> {
                Ok(RawKind::Number)
            }

            fn visit_i128<E>(self, _: i128) -> Result<RawKind, E> {
                Ok(RawKind::Number)
            }

            fn visit_u128<E>(self, _: u128) -> Result<RawKind, E> {
                Ok(RawKind::Number)
            }

            fn visit_f64<E>(self, _: f64) -> Result<RawKind, E> {
                Ok(RawKind::Number)
            }

            fn visit_str<E>(self, value: &str) -> Result<RawKind, E> {
                Ok(RawKind::Text(value.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<RawKind, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = access.next_element()? {
                    items.push(item);
                }
                Ok(RawKind::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<RawKind, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = access.next_entry()? {
                    entries.push(entry);
                }
                Ok(RawKind::Map(entries))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

fn placed(raw: Raw, file: FileId, text: &str) -> Node {
    let own = span(raw.referenced, file, text);
    let kind = match raw.value {
        RawKind::Null => Kind::Null,
        RawKind::Bool(value) => Kind::Bool(value),
        RawKind::Number => {
            let defined = span(raw.defined, file, text);
            Kind::Number(text.get(defined.start as usize..defined.end as usize).unwrap_or_default().trim().to_owned())
        }
        RawKind::Text(value) => Kind::Text(value),
        RawKind::List(items) => Kind::List(items.into_iter().map(|item| placed(item, file, text)).collect()),
        RawKind::Map(entries) => Kind::Map(
            entries
                .into_iter()
                .map(|(key, value)| (key.value, span(key.referenced, file, text), placed(value, file, text)))
                .collect(),
        ),
    };
    Node { span: own, kind }
}

fn span(location: serde_saphyr::Location, file: FileId, text: &str) -> Span {
    let span = location.span();
    let byte = |offset: Option<u64>| offset.and_then(|offset| usize::try_from(offset).ok());
    let start = byte(span.byte_offset()).unwrap_or_default().min(text.len());
    let end = (start + byte(span.byte_len()).unwrap_or_default()).min(text.len());
    // Of a list or a map, and of what stands over several lines, the first line.
    let line = text.get(start..end).and_then(|part| part.find('\n')).map_or(end, |at| start + at);
    Span::new(file, start, line)
}
