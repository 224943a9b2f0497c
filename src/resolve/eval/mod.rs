//! What expressions are worth.
//!
//! Comes in: an [`Expr`] and the [`Scope`] it stands in. Goes out: always a [`Value`]; what could not be computed is
//! reported once and becomes a value of [`Origin::Error`](crate::resolve::value::Origin::Error), about which nobody
//! complains again.

mod references;
mod scope;

pub use references::{Reference, references, template_references};
pub use scope::{FunctionSet, MAX_WEIGHT, Scope, TemplateReader, World};

use crate::diagnostic::Sink;
use crate::resolve::value::Value;
use crate::source::Span;
use crate::syntax::{Expr, Template};

/// What an expression is worth in a scope.
pub fn evaluate(_expr: &Expr, _scope: &Scope<'_>, _sink: &mut Sink) -> Value {
    Value::error()
}

/// What a template is worth in a scope: a text, or (where it is nothing but `${e}`) whatever `e` is.
pub fn evaluate_template(_template: &Template, _span: Span, _scope: &Scope<'_>, _sink: &mut Sink) -> Value {
    Value::error()
}
