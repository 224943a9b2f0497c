//! What expressions are worth.
//!
//! Comes in: an [`Expr`] and the [`Scope`] it stands in. Goes out: always a [`Value`]; what could not be computed is
//! reported once and becomes a value of [`Origin::Error`], about which nobody complains again.
//!
//! Holes and parameters stay visible where a value is only passed on (interpolation, elements, attributes, the chosen side
//! of a conditional). Everything that looks into a value uses what is known of it, and the result says which parameters
//! shaped it.

mod calls;
mod collections;
mod diagnostics;
mod names;
mod operators;
mod references;
mod scope;
mod template;
mod traversal;

pub use calls::{
    CALL_DECLARATIONS, FUNCTION_FAILED, INVALID_FUNCTION_ARGUMENT, UNKNOWN_FUNCTION, UNSUPPORTED_FUNCTION,
    WRONG_ARGUMENT_COUNT,
};
pub use diagnostics::*;
pub use names::{listing, nearest};
pub use references::{Reference, references, template_references};
pub use scope::{Environment, FunctionSet, MAX_WEIGHT, Scope, TemplateReader, World};
pub(super) use traversal::{undeclared, undeclared_data};

use crate::diagnostic::Sink;
use crate::resolve::value::{Marks, Number, Origin, Type, Unknown, Value, ValueKind};
use crate::source::Span;
use crate::syntax::{Expr, ExprKind, Template};

/// What an expression is worth in a scope.
pub fn evaluate(expr: &Expr, scope: &Scope<'_>, sink: &mut Sink) -> Value {
    if !scope.world.pay(16) {
        return too_large(expr.span, sink);
    }
    let value = match &expr.kind {
        ExprKind::Null => return Value::null(),
        ExprKind::Bool(value) => return Value::bool(*value),
        ExprKind::Number(text) => return Number::parse(text).map_or_else(Value::error, Value::number),
        ExprKind::Error => return Value::error(),
        ExprKind::Parens(inner) => return evaluate(inner, scope, sink),
        ExprKind::Template(template) => template::evaluate(template, expr.span, scope, sink),
        ExprKind::Tuple(items) => Value::tuple(items.iter().map(|item| evaluate(item, scope, sink)).collect()),
        ExprKind::Object(items) => collections::object(items, scope, sink),
        ExprKind::Variable(_) => traversal::evaluate(expr, &[], scope, sink),
        ExprKind::Traversal { of, steps } => traversal::evaluate(of, steps, scope, sink),
        ExprKind::Splat(splat) => collections::splat(splat, scope, sink),
        ExprKind::Call(call) => calls::evaluate(call, expr.span, scope, sink),
        ExprKind::For(it) => collections::for_expr(it, expr.span, scope, sink),
        ExprKind::Conditional(it) => operators::conditional(it, expr.span, scope, sink),
        ExprKind::Binary(it) => return operators::binary(&it.0, it.1, &it.2, expr.span, scope, sink),
        ExprKind::Unary(operator, operand) => return operators::unary(*operator, operand, expr.span, scope, sink),
    };
    within_limits(value, expr.span, scope, sink)
}

/// What a template is worth in a scope: a text, or (where it is nothing but `${e}`) whatever `e` is.
pub fn evaluate_template(template: &Template, span: Span, scope: &Scope<'_>, sink: &mut Sink) -> Value {
    let value = template::evaluate(template, span, scope, sink);
    within_limits(value, span, scope, sink)
}

/// The value, unless it is one of those that templates of a few lines can make and no machine can hold.
fn within_limits(value: Value, span: Span, scope: &Scope<'_>, sink: &mut Sink) -> Value {
    let weight = value.weight(MAX_WEIGHT + 1);
    if weight > MAX_WEIGHT || !scope.world.pay(weight) {
        return too_large(span, sink);
    }
    value
}

fn too_large(span: Span, sink: &mut Sink) -> Value {
    sink.report(
        TOO_LARGE
            .at(span, "this makes more than can be held in memory")
            .label("computing stops here")
            .help("let fewer elements be made, or keep large content in files"),
    );
    Value::error()
}

/// An unknown result computed from these values: it is unknown for the reason that the first unknown among them is.
fn unknown_from<'v>(ty: Type, of: impl IntoIterator<Item = &'v Value>, span: Span, scope: &Scope<'_>) -> Value {
    let name = |id| scope.world.parameter_name(id);
    let mut marks = Marks::default();
    let mut origin: Option<Origin> = None;
    for value in of {
        marks.add_computed(value);
        match value.origin(&name) {
            Some(Origin::Error) => origin = Some(Origin::Error),
            Some(found) => {
                origin.get_or_insert(found);
            }
            None => {}
        }
    }
    let origin = origin.unwrap_or(Origin::Error);
    let mut value = Value::from_unknown(Unknown { ty, origin, call: None }, span);
    value.marks = marks;
    value
}

/// What a value computed from others carries.
fn computed<'v>(kind: ValueKind, of: impl IntoIterator<Item = &'v Value>) -> Value {
    Value { kind, marks: Marks::computed_from(of) }
}

/// The marks of the value itself, not of what is in it, as they reach something taken out of it or decided by it.
fn outer_marks(value: &Value) -> Marks {
    let mut marks = value.marks.clone();
    marks.shaped_by.extend(marks.exactly.take());
    marks
}
