//! Reads JSON: any text gives a tree with places, whatever its faults.
//!
//! Two steps: [`reader`] makes a [`Json`] of a file and knows nothing of what it means; [`values`] takes such a tree for
//! a file of values. What is an attribute and what a block in a template only a schema can say, so a template is not
//! mapped here.

pub mod reader;
#[cfg(test)]
mod tests;
pub mod values;

pub use values::parse_values;

use crate::source::{Span, Spanned};

/// A JSON value and its place.
#[derive(Clone, Debug)]
pub struct Json {
    /// What it is.
    pub kind: JsonKind,
    /// All of it, quotes and brackets included.
    pub span: Span,
}

/// The forms of a JSON value.
#[derive(Clone, Debug)]
pub enum JsonKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number as written, with its sign.
    Number(String),
    /// A string, decoded and in normal form C; what `${` means in it is the reader's of the tree to say.
    String(String),
    /// `[…]`
    Array(Vec<Json>),
    /// `{…}`: in source order; keys may repeat.
    Object(Vec<Property>),
    /// What could not be read; reported.
    Error,
}

/// `"key": value`
#[derive(Clone, Debug)]
pub struct Property {
    /// Decoded; the span is with the quotes.
    pub key: Spanned<String>,
    /// Behind the colon; an error where it is missing.
    pub value: Json,
}

impl Json {
    /// What it is, with its article, for a sentence.
    pub fn phrase(&self) -> &'static str {
        match &self.kind {
            JsonKind::Null => "null",
            JsonKind::Bool(_) => "a bool",
            JsonKind::Number(_) => "a number",
            JsonKind::String(_) => "a string",
            JsonKind::Array(_) => "an array",
            JsonKind::Object(_) => "an object",
            JsonKind::Error => "something that could not be read",
        }
    }
}
