//! Values of data as expressions.

use std::collections::BTreeMap;

use super::{Data, DataKind, Decoded, Property};
use crate::diagnostic::Sink;
use crate::parse::shared::DUPLICATE_ARGUMENT;
use crate::source::{Span, Spanned};
use crate::syntax::{Expr, ExprKind, ObjectItem, Part, Template, TemplateKind, UnaryOp};

/// What the strings of a value are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Templates, keys of objects too.
    Template,
    /// The text itself: nothing could be referred to where it stands.
    Literal,
    /// A string holds one expression; inside of anything else it is the text itself.
    Expression,
}

/// The value as an expression.
pub(super) fn expr(data: Data, reading: Reading, sink: &mut Sink) -> Expr {
    let span = data.span;
    let inside = if reading == Reading::Expression { Reading::Literal } else { reading };
    let kind = match data.kind {
        DataKind::Null => ExprKind::Null,
        DataKind::Bool(value) => ExprKind::Bool(value),
        DataKind::Number(text) => match text.strip_prefix('-') {
            None => ExprKind::Number(text),
            Some(digits) => {
                let digits = Expr { kind: ExprKind::Number(digits.to_owned()), span };
                ExprKind::Unary(Spanned::new(UnaryOp::Negate, span), Box::new(digits))
            }
        },
        DataKind::String(text) => match reading {
            Reading::Expression => return text.expression(sink),
            Reading::Template | Reading::Literal => string(&text, reading, sink),
        },
        DataKind::Array(items) => ExprKind::Tuple(items.into_iter().map(|item| expr(item, inside, sink)).collect()),
        // What else would be in it nobody knows.
        DataKind::Object(properties) if properties.iter().any(Property::is_hole) => ExprKind::Error,
        DataKind::Object(properties) => {
            let mut items = Vec::with_capacity(properties.len());
            for Property { key, value } in unique(properties, sink) {
                let key = Expr { span: key.span, kind: string(&key, inside, sink) };
                items.push(ObjectItem { key, value: expr(value, inside, sink) });
            }
            ExprKind::Object(items)
        }
        DataKind::Error => ExprKind::Error,
    };
    Expr { kind, span }
}

fn string(text: &Decoded, reading: Reading, sink: &mut Sink) -> ExprKind {
    if reading == Reading::Template {
        return ExprKind::Template(text.template(sink));
    }
    let parts = if text.text.is_empty() { Vec::new() } else { vec![Part::Literal(text.spanned())] };
    ExprKind::Template(Template { parts, kind: TemplateKind::Quoted })
}

/// The first property of each key; the others are reported.
pub(super) fn unique(properties: Vec<Property>, sink: &mut Sink) -> Vec<Property> {
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    let mut kept = Vec::with_capacity(properties.len());
    for property in properties {
        let Some(before) = first.get(&property.key.text) else {
            first.insert(property.key.text.clone(), property.key.span);
            kept.push(property);
            continue;
        };
        report_duplicate(&property.key, *before, sink);
    }
    kept
}

pub(super) fn report_duplicate(key: &Decoded, first: Span, sink: &mut Sink) {
    sink.report(
        DUPLICATE_ARGUMENT
            .at(key.span, format!("`{}` is given twice", key.text))
            .label("a second time")
            .also(first, "first given here")
            .help("remove one of them"),
    );
}
