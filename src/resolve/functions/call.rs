//! A call that is being computed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::diagnostic::Sink;
use crate::resolve::eval::{Scope, World};
use crate::resolve::value::{Marks, Number, Origin, Value};
use crate::source::Span;

/// A call with its arguments.
pub struct Call<'c> {
    /// The function.
    pub name: &'static str,
    /// The arguments, converted.
    pub arguments: Vec<Value>,
    /// Where each was written.
    pub spans: Vec<Span>,
    /// The whole call.
    pub span: Span,
    /// Where it stands.
    pub scope: &'c Scope<'c>,
    /// For notes; failures are returned.
    pub sink: &'c mut Sink,
}

/// Why a call has no value.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// The argument at that place is of no use: why.
    Argument(usize, String),
    /// It failed: why.
    Call(String),
    /// Nobody can know while compiling.
    Unknown(Origin),
    /// Formwork cannot compute it.
    Unsupported,
    /// It failed, and that is reported already.
    Reported,
}

impl Failure {
    /// A failure of the call as a whole.
    pub fn call(message: impl Into<String>) -> Self {
        Self::Call(message.into())
    }

    /// A failure of one argument.
    pub fn argument(index: usize, message: impl Into<String>) -> Self {
        Self::Argument(index, message.into())
    }
}

impl Call<'_> {
    /// What may be asked of the world.
    pub fn world(&self) -> &World<'_> {
        self.scope.world
    }

    /// An argument that the table made a text.
    pub fn text(&self, index: usize) -> Cow<'_, str> {
        self.arguments.get(index).and_then(Value::as_str).unwrap_or_default()
    }

    /// An argument that the table made a number.
    pub fn number(&self, index: usize) -> Number {
        self.arguments.get(index).and_then(Value::as_number).cloned().unwrap_or_else(Number::zero)
    }

    /// The same where it must be whole and of a usual size.
    pub fn whole(&self, index: usize) -> Result<i64, Failure> {
        self.number(index).to_i64().ok_or_else(|| Failure::argument(index, "a whole number is needed"))
    }

    /// The elements of an argument that the table made a list or set.
    pub fn items(&self, index: usize) -> &[Value] {
        self.arguments.get(index).and_then(Value::as_items).unwrap_or_default()
    }

    /// The elements of an argument that must be a list, set or tuple.
    pub fn elements(&self, index: usize) -> Result<&[Value], Failure> {
        let value = &self.arguments[index];
        value.as_items().ok_or_else(|| {
            Failure::argument(index, format!("a list, set or tuple is needed, not {}", value.ty().phrase()))
        })
    }

    /// The entries of an argument that must be a map or object.
    pub fn entries(&self, index: usize) -> Result<&BTreeMap<String, Value>, Failure> {
        let value = &self.arguments[index];
        value
            .as_entries()
            .ok_or_else(|| Failure::argument(index, format!("a map or object is needed, not {}", value.ty().phrase())))
    }
}

/// A text as a function gives it: normalized, as everything in the language is.
pub(super) fn string(text: impl Into<String>) -> Value {
    use unicode_normalization::UnicodeNormalization;
    let text = text.into();
    Value::string(if text.is_ascii() { text } else { text.nfc().collect() })
}

/// Refuses what would be too much to hold.
pub(super) fn limit(size: usize) -> Result<(), Failure> {
    let limit = usize::try_from(crate::resolve::eval::MAX_WEIGHT).unwrap_or(usize::MAX);
    if size > limit { Err(Failure::call("its result would be too large")) } else { Ok(()) }
}

/// What of these values themselves, not of what is in them, reaches a result.
pub(super) fn outer<'v>(values: impl IntoIterator<Item = &'v Value>) -> Marks {
    let mut marks = Marks::default();
    for value in values {
        marks.sensitive |= value.marks.sensitive;
        marks.shaped_by.extend(&value.marks.shaped_by);
        marks.shaped_by.extend(value.marks.exactly);
    }
    marks
}
