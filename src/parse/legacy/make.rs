//! Nodes of the tree that nobody wrote as they are: each has the place of what caused it.

use crate::source::{Span, Spanned};
use crate::syntax::{
    Attribute, BinaryOp, Block, Body, Call, Conditional, Expr, ExprKind, Item, Label, Part, Spelling, Step, Template,
    TemplateKind,
};

/// A text without holes.
pub(super) fn text(value: &str, span: Span) -> Expr {
    let parts = if value.is_empty() { Vec::new() } else { vec![Part::Literal(Spanned::new(value.to_owned(), span))] };
    template(parts, span)
}

/// A text of parts; one that is only an expression is that expression.
pub(super) fn template(mut parts: Vec<Part>, span: Span) -> Expr {
    if let [Part::Interpolation(_)] = parts.as_slice()
        && let Some(Part::Interpolation(expr)) = parts.pop()
    {
        return Expr { span, ..expr };
    }
    Expr { kind: ExprKind::Template(Template { parts, kind: TemplateKind::Quoted }), span }
}

/// A text of parts as the key of an object, where a lone expression needs quotes or parentheses around it.
pub(super) fn key(parts: Vec<Part>, span: Span) -> Expr {
    Expr { kind: ExprKind::Template(Template { parts, kind: TemplateKind::Quoted }), span }
}

/// `name`
pub(super) fn word(name: &str, span: Span) -> Expr {
    Expr { kind: ExprKind::Variable(name.to_owned()), span }
}

/// `root.name`
pub(super) fn reference(root: &str, name: &str, span: Span) -> Expr {
    let steps = vec![Step::Attribute(Spanned::new(name.to_owned(), span))];
    Expr { kind: ExprKind::Traversal { of: Box::new(word(root, span)), steps }, span }
}

/// `name(arguments)`
pub(super) fn call(name: &str, arguments: Vec<Expr>, span: Span) -> Expr {
    let name = Spanned::new(name.to_owned(), span);
    Expr { kind: ExprKind::Call(Box::new(Call { name, arguments, spread: None })), span }
}

/// `of[index]`
pub(super) fn index(of: Expr, index: &str, span: Span) -> Expr {
    let index = Expr { kind: ExprKind::Number(index.to_owned()), span };
    Expr { kind: ExprKind::Traversal { of: Box::new(of), steps: vec![Step::Index(index, span)] }, span }
}

/// `null`
pub(super) fn null(span: Span) -> Expr {
    Expr { kind: ExprKind::Null, span }
}

/// `[items]`
pub(super) fn tuple(items: Vec<Expr>, span: Span) -> Expr {
    Expr { kind: ExprKind::Tuple(items), span }
}

/// `left operator right ? then : otherwise`
pub(super) fn choice(left: Expr, operator: BinaryOp, right: Expr, then: Expr, otherwise: Expr, span: Span) -> Expr {
    let condition = Expr { kind: ExprKind::Binary(Box::new((left, Spanned::new(operator, span), right))), span };
    Expr { kind: ExprKind::Conditional(Box::new(Conditional { condition, then, otherwise })), span }
}

/// `name = value`
pub(super) fn attribute(name: Spanned<String>, value: Expr, span: Span) -> Item {
    Item::Attribute(Attribute { name, value, span, undecided: false })
}

/// `name = value`, both at one place.
pub(super) fn set(name: &str, value: Expr) -> Item {
    let span = value.span;
    attribute(Spanned::new(name.to_owned(), span), value, span)
}

/// `kind labels { items }`
pub(super) fn block(kind: Spanned<String>, labels: Vec<Spanned<String>>, items: Vec<Item>, span: Span) -> Item {
    let label = |label: Spanned<String>| Label { value: label.value, span: label.span, quoted: true };
    Item::Block(Block { kind, labels: labels.into_iter().map(label).collect(), body: body(items, span), span })
}

/// A body at the place of the object that it is.
pub(super) fn body(items: Vec<Item>, span: Span) -> Body {
    Body { items, span, spelling: Spelling::LegacyJson }
}
