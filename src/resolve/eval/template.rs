//! Templates: text with interpolations and directives.

use super::{MAX_WEIGHT, NO_TEXT, Scope, collections, evaluate as evaluate_expr, operators, too_large, unknown_from};
use crate::diagnostic::Sink;
use crate::resolve::convert::convert;
use crate::resolve::value::{Marks, Text, Type, Value};
use crate::source::Span;
use crate::syntax::{Part, Template};

/// What a template is worth: a text, or the value of its only interpolation.
pub(super) fn evaluate(template: &Template, span: Span, scope: &Scope<'_>, sink: &mut Sink) -> Value {
    if let Some(wrapped) = template.wrapped() {
        return evaluate_expr(wrapped, scope, sink);
    }
    let mut out = Output { text: Text::new(), marks: Marks::default(), weight: 0, full: false };
    out.parts(&template.parts, scope, sink);
    if out.full {
        return too_large(span, sink);
    }
    let mut value = Value::text(out.text);
    value.marks = out.marks;
    value
}

struct Output {
    text: Text,
    marks: Marks,
    weight: u64,
    full: bool,
}

impl Output {
    fn parts(&mut self, parts: &[Part], scope: &Scope<'_>, sink: &mut Sink) {
        for part in parts {
            if self.full {
                return;
            }
            match part {
                Part::Literal(text) => {
                    self.pay(text.value.len() as u64, scope);
                    self.text.push_str(&text.value);
                }
                Part::Interpolation(expr) => {
                    let value = evaluate_expr(expr, scope, sink);
                    self.value(&value, expr.span, scope, sink);
                }
                Part::If { condition, then, otherwise, span } => {
                    let decided = evaluate_expr(condition, scope, sink);
                    self.mark(&Marks::computed_from([&decided]));
                    match operators::truth(&decided, condition.span, sink) {
                        Some(Some(true)) => self.parts(then, scope, sink),
                        Some(Some(false)) => self.parts(otherwise, scope, sink),
                        Some(None) => self.unknown(&decided, *span, scope),
                        None => self.unknown(&Value::error(), *span, scope),
                    }
                }
                Part::For { key, value, collection, body, span } => {
                    let over = evaluate_expr(collection, scope, sink);
                    self.mark(&super::outer_marks(&over));
                    match collections::iterate(&over, collection.span, sink) {
                        Some(Some(elements)) => {
                            for (at, element) in elements {
                                if self.full || !scope.world.pay(16) {
                                    self.full = true;
                                    return;
                                }
                                let mut inner = scope.child();
                                if let Some(key) = key {
                                    inner.set_root(key.value.clone(), at);
                                }
                                inner.set_root(value.value.clone(), element);
                                self.parts(body, &inner, sink);
                            }
                        }
                        Some(None) => self.unknown(&over, *span, scope),
                        None => self.unknown(&Value::error(), *span, scope),
                    }
                }
            }
        }
    }

    fn value(&mut self, value: &Value, span: Span, scope: &Scope<'_>, sink: &mut Sink) {
        if value.is_error() && value.as_text().is_none() {
            return self.unknown(value, span, scope);
        }
        // A variable without a type takes what is given for it as text. Of anything else that has no type yet, what it
        // will be may have a text.
        let variable = value.ty() == Type::Dynamic && value.marks.exactly.is_some();
        if !value.is_known() && value.as_text().is_none() && !value.ty().is_primitive() && !variable {
            return self.unknown(value, span, scope);
        }
        let fault = if value.is_null() {
            "this is null, and null has no text".to_owned()
        } else {
            match convert(value, &Type::String, span) {
                Ok(converted) => {
                    self.mark(&super::outer_marks(&converted));
                    self.pay(converted.weight(MAX_WEIGHT), scope);
                    if let Some(text) = converted.as_text() {
                        self.text.push(text);
                    }
                    return;
                }
                Err(_) => {
                    format!("only a string, number or bool can stand in a text, and this is {}", value.ty().phrase())
                }
            }
        };
        let help = match value.ty() {
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => {
                "put its elements together with `join(\", \", …)`, or use `jsonencode`"
            }
            Type::Map(_) | Type::Object(_) => "take one attribute of it, or use `jsonencode`",
            Type::Dynamic | Type::Bool | Type::Number | Type::String => {
                "give null another value first: `x == null ? \"\" : x`"
            }
        };
        sink.report(NO_TEXT.at(span, fault).label("has no text").help(help));
        self.unknown(&Value::error(), span, scope);
    }

    fn unknown(&mut self, of: &Value, span: Span, scope: &Scope<'_>) {
        let hole = unknown_from(Type::String, [of], span, scope);
        self.mark(&hole.marks);
        if let Some(text) = hole.as_text() {
            self.text.push(text);
        }
    }

    fn mark(&mut self, marks: &Marks) {
        self.marks.sensitive |= marks.sensitive;
        self.marks.shaped_by.extend(&marks.shaped_by);
    }

    fn pay(&mut self, weight: u64, scope: &Scope<'_>) {
        self.weight = self.weight.saturating_add(weight);
        self.full |= self.weight > MAX_WEIGHT || !scope.world.pay(weight);
    }
}
