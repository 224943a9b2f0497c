//! Data with places: what the readers of JSON and YAML give, whatever it means.
//!
//! What is an attribute and what a block in such a file only a schema can say; front ends for templates and var-files
//! take this tree for what it is; [`json`] reads JSON into it for all of them. Strings remember where each of their characters was written, so that a template
//! inside of one has places in the user's file.

mod decoded;
mod expr;
pub mod json;
pub mod template;
#[cfg(test)]
mod tests;
pub mod values;

pub use decoded::Decoded;

use crate::declare_diagnostic;
use crate::source::Span;

declare_diagnostic! {
    pub static ROOT_NOT_OBJECT = {
        code: "root-not-object",
        severity: Error,
        since: "0.1.0",
        summary: "a JSON or YAML file is not an object",
    }
    pub static WRONG_SHAPE = {
        code: "wrong-shape",
        severity: Error,
        since: "0.1.0",
        summary: "JSON or YAML has another value where a block or its label has to be",
    }
}

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Data {
    /// What it is.
    pub kind: DataKind,
    /// All of it, quotes and brackets included.
    pub span: Span,
}

/// The forms of a value.
#[derive(Clone, Debug)]
pub enum DataKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number as JSON writes it, with its sign.
    Number(String),
    /// A string, decoded and in normal form C; what `${` means in it is the reader's of the tree to say.
    String(Decoded),
    /// `[…]`
    Array(Vec<Data>),
    /// `{…}`: in source order; keys may repeat.
    Object(Vec<Property>),
    /// What could not be read; reported.
    Error,
}

/// `"key": value`
#[derive(Clone, Debug)]
pub struct Property {
    /// Its name.
    pub key: Decoded,
    /// Behind the colon; an error where it is missing.
    pub value: Data,
}

impl Data {
    /// What it is, with its article, for a sentence.
    pub fn phrase(&self) -> &'static str {
        match &self.kind {
            DataKind::Null => "null",
            DataKind::Bool(_) => "a bool",
            DataKind::Number(_) => "a number",
            DataKind::String(_) => "a string",
            DataKind::Array(_) => "an array",
            DataKind::Object(_) => "an object",
            DataKind::Error => "something that could not be read",
        }
    }
}

impl Property {
    /// Stands for properties that could not be read; reported.
    pub fn hole(span: Span) -> Self {
        let key = Decoded::verbatim("", span, span.range().start);
        Self { key, value: Data { kind: DataKind::Error, span } }
    }

    /// Whether it stands for properties that could not be read.
    pub fn is_hole(&self) -> bool {
        self.key.text.is_empty() && matches!(self.value.kind, DataKind::Error)
    }

    /// Key and value.
    pub fn span(&self) -> Span {
        self.key.span.to(self.value.span)
    }
}
