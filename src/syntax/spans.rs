//! Moves the places of a tree: for text that was read by itself and stands inside of another file.

use super::{Expr, ExprKind, ForExpr, Part, Splat, Step, Template};
use crate::source::Span;

impl Expr {
    /// Puts `place` of each of its spans in the span's stead.
    pub fn map_spans(&mut self, place: &mut impl FnMut(Span) -> Span) {
        self.span = place(self.span);
        match &mut self.kind {
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Variable(_) | ExprKind::Error => {}
            ExprKind::Template(template) => template.map_spans(place),
            ExprKind::Tuple(items) => items.iter_mut().for_each(|item| item.map_spans(place)),
            ExprKind::Object(items) => {
                for item in items {
                    item.key.map_spans(place);
                    item.value.map_spans(place);
                }
            }
            ExprKind::Traversal { of, steps } => {
                of.map_spans(place);
                steps.iter_mut().for_each(|step| map_step(step, place));
            }
            ExprKind::Splat(splat) => {
                let Splat { of, each, full: _, marker } = &mut **splat;
                of.map_spans(place);
                each.iter_mut().for_each(|step| map_step(step, place));
                *marker = place(*marker);
            }
            ExprKind::Call(call) => {
                call.name.span = place(call.name.span);
                call.arguments.iter_mut().for_each(|argument| argument.map_spans(place));
                call.spread = call.spread.map(&mut *place);
            }
            ExprKind::For(found) => {
                let ForExpr { key, value, collection, result_key, result, group: _, condition } = &mut **found;
                if let Some(key) = key {
                    key.span = place(key.span);
                }
                value.span = place(value.span);
                let parts = [Some(collection), result_key.as_mut(), Some(result), condition.as_mut()];
                parts.into_iter().flatten().for_each(|expr| expr.map_spans(place));
            }
            ExprKind::Conditional(conditional) => {
                conditional.condition.map_spans(place);
                conditional.then.map_spans(place);
                conditional.otherwise.map_spans(place);
            }
            ExprKind::Binary(binary) => {
                let (left, operator, right) = &mut **binary;
                left.map_spans(place);
                operator.span = place(operator.span);
                right.map_spans(place);
            }
            ExprKind::Unary(operator, operand) => {
                operator.span = place(operator.span);
                operand.map_spans(place);
            }
            ExprKind::Parens(inner) => inner.map_spans(place),
        }
    }
}

impl Template {
    /// Puts `place` of each of its spans in the span's stead.
    pub fn map_spans(&mut self, place: &mut impl FnMut(Span) -> Span) {
        self.parts.iter_mut().for_each(|part| map_part(part, place));
    }
}

fn map_part(part: &mut Part, place: &mut impl FnMut(Span) -> Span) {
    match part {
        Part::Literal(text) => text.span = place(text.span),
        Part::Interpolation(expr) => expr.map_spans(place),
        Part::If { condition, then, otherwise, span } => {
            condition.map_spans(place);
            then.iter_mut().chain(otherwise).for_each(|part| map_part(part, place));
            *span = place(*span);
        }
        Part::For { key, value, collection, body, span } => {
            if let Some(key) = key {
                key.span = place(key.span);
            }
            value.span = place(value.span);
            collection.map_spans(place);
            body.iter_mut().for_each(|part| map_part(part, place));
            *span = place(*span);
        }
    }
}

fn map_step(step: &mut Step, place: &mut impl FnMut(Span) -> Span) {
    match step {
        Step::Attribute(name) => name.span = place(name.span),
        Step::Index(index, span) => {
            index.map_spans(place);
            *span = place(*span);
        }
        Step::LegacyIndex(index) => index.span = place(index.span),
        Step::Splat { each, full: _, marker } => {
            each.iter_mut().for_each(|step| map_step(step, place));
            *marker = place(*marker);
        }
    }
}
