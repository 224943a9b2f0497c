//! Whether two trees say the same, wherever and however it was written.
//!
//! Places, quotes of labels, heredocs, redundant parentheses and `${"$"}` in a text make no difference, nor does
//! `"${e}"` for `e`: HCL takes the value of a text that is one interpolation as it is.

use super::{
    Attribute, Block, Body, Call, Conditional, Expr, ExprKind, ForExpr, Item, ObjectItem, Part, Splat, Step, Template,
};
use crate::source::Spanned;

/// Whether two bodies have the same items in the same order.
pub fn same_body(a: &Body, b: &Body) -> bool {
    all(&a.items, &b.items, same_item)
}

/// Whether two expressions are the same.
pub fn same_expr(a: &Expr, b: &Expr) -> bool {
    match (&bare(a).kind, &bare(b).kind) {
        (ExprKind::Null, ExprKind::Null) | (ExprKind::Error, ExprKind::Error) => true,
        (ExprKind::Bool(a), ExprKind::Bool(b)) => a == b,
        (ExprKind::Number(a), ExprKind::Number(b)) => plain_number(a) == plain_number(b),
        (ExprKind::Template(Template { parts: a, kind: _ }), ExprKind::Template(Template { parts: b, kind: _ })) => {
            same_text(a, b)
        }
        (ExprKind::Tuple(a), ExprKind::Tuple(b)) => all(a, b, same_expr),
        (ExprKind::Object(a), ExprKind::Object(b)) => all(a, b, |a, b| {
            let (ObjectItem { key, value }, other) = (a, b);
            same_expr(key, &other.key) && same_expr(value, &other.value)
        }),
        (ExprKind::Variable(a), ExprKind::Variable(b)) => a == b,
        (ExprKind::Traversal { of: a, steps }, ExprKind::Traversal { of: b, steps: others }) => {
            same_expr(a, b) && all(steps, others, same_step)
        }
        (ExprKind::Splat(a), ExprKind::Splat(b)) => {
            let Splat { of, each, full, marker: _ } = &**a;
            same_expr(of, &b.of) && all(each, &b.each, same_step) && *full == b.full
        }
        (ExprKind::Call(a), ExprKind::Call(b)) => {
            let Call { name, arguments, spread } = &**a;
            name.value == b.name.value
                && all(arguments, &b.arguments, same_expr)
                && spread.is_some() == b.spread.is_some()
        }
        (ExprKind::For(a), ExprKind::For(b)) => {
            let ForExpr { key, value, collection, result_key, result, group, condition } = &**a;
            same_name(key.as_ref(), b.key.as_ref())
                && value.value == b.value.value
                && same_expr(collection, &b.collection)
                && same_maybe(result_key.as_ref(), b.result_key.as_ref())
                && same_expr(result, &b.result)
                && *group == b.group
                && same_maybe(condition.as_ref(), b.condition.as_ref())
        }
        (ExprKind::Conditional(a), ExprKind::Conditional(b)) => {
            let Conditional { condition, then, otherwise } = &**a;
            same_expr(condition, &b.condition) && same_expr(then, &b.then) && same_expr(otherwise, &b.otherwise)
        }
        (ExprKind::Binary(a), ExprKind::Binary(b)) => {
            a.1.value == b.1.value && same_expr(&a.0, &b.0) && same_expr(&a.2, &b.2)
        }
        (ExprKind::Unary(sign, a), ExprKind::Unary(other, b)) => sign.value == other.value && same_expr(a, b),
        _ => false,
    }
}

fn same_item(a: &Item, b: &Item) -> bool {
    match (a, b) {
        (Item::Attribute(a), Item::Attribute(b)) => {
            let Attribute { name, value, span: _, undecided: _ } = a;
            name.value == b.name.value && same_expr(value, &b.value)
        }
        (Item::Block(a), Item::Block(b)) => {
            let Block { kind, labels, body, span: _ } = a;
            kind.value == b.kind.value && all(labels, &b.labels, |a, b| a.value == b.value) && same_body(body, &b.body)
        }
        (Item::Error(_), Item::Error(_)) => true,
        _ => false,
    }
}

/// A part of a text; a string in `${…}` is text as well.
enum Piece<'a> {
    Text(String),
    Other(&'a Part),
}

fn pieces(parts: &[Part]) -> Vec<Piece<'_>> {
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for part in parts {
        let text = match part {
            Part::Literal(text) => Some(text.value.clone()),
            Part::Interpolation(inner) => {
                let inner = bare(inner);
                if let ExprKind::Template(template) = &inner.kind { template.literal() } else { None }
            }
            Part::If { .. } | Part::For { .. } => None,
        };
        match (pieces.last_mut(), text) {
            (_, Some(text)) if text.is_empty() => {}
            (Some(Piece::Text(last)), Some(text)) => last.push_str(&text),
            (_, Some(text)) => pieces.push(Piece::Text(text)),
            (_, None) => pieces.push(Piece::Other(part)),
        }
    }
    pieces
}

fn same_text(a: &[Part], b: &[Part]) -> bool {
    all(&pieces(a), &pieces(b), |a, b| match (a, b) {
        (Piece::Text(a), Piece::Text(b)) => a == b,
        (Piece::Other(a), Piece::Other(b)) => same_part(a, b),
        _ => false,
    })
}

fn same_part(a: &Part, b: &Part) -> bool {
    match (a, b) {
        (Part::Interpolation(a), Part::Interpolation(b)) => same_expr(a, b),
        (
            Part::If { condition, then, otherwise, span: _ },
            Part::If { condition: c, then: t, otherwise: o, span: _ },
        ) => same_expr(condition, c) && same_text(then, t) && same_text(otherwise, o),
        (
            Part::For { key, value, collection, body, span: _ },
            Part::For { key: k, value: v, collection: c, body: b, span: _ },
        ) => {
            same_name(key.as_ref(), k.as_ref())
                && value.value == v.value
                && same_expr(collection, c)
                && same_text(body, b)
        }
        _ => false,
    }
}

fn same_step(a: &Step, b: &Step) -> bool {
    match (a, b) {
        (Step::Attribute(a), Step::Attribute(b)) => a.value == b.value,
        (Step::Index(a, _), Step::Index(b, _)) => same_expr(a, b),
        (Step::LegacyIndex(a), Step::LegacyIndex(b)) => a.value == b.value,
        (Step::Splat { each: a, full, marker: _ }, Step::Splat { each: b, full: other, marker: _ }) => {
            full == other && all(a, b, same_step)
        }
        _ => false,
    }
}

fn same_name(a: Option<&Spanned<String>>, b: Option<&Spanned<String>>) -> bool {
    a.map(|name| &name.value) == b.map(|name| &name.value)
}

fn same_maybe(a: Option<&Expr>, b: Option<&Expr>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same_expr(a, b),
        (None, None) => true,
        _ => false,
    }
}

fn all<T>(a: &[T], b: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}

/// Without parentheses, and without a text around it that is nothing else.
pub(crate) fn bare(expr: &Expr) -> &Expr {
    let inner = if let ExprKind::Parens(inner) = &expr.kind {
        Some(&**inner)
    } else if let ExprKind::Template(template) = &expr.kind {
        template.wrapped()
    } else {
        None
    };
    inner.map_or(expr, bare)
}

/// A number without zeros in front and with its exponent in one spelling.
fn plain_number(text: &str) -> String {
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, ""));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ("-", exponent),
        None => ("", exponent.strip_prefix('+').unwrap_or(exponent)),
    };
    format!("{whole}.{fraction}e{sign}{}", exponent.trim_start_matches('0'))
}
