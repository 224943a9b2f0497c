//! Expressions on one line, with the parentheses they need and those that were written.

use std::fmt::Write as _;

use super::text;
use crate::syntax::{
    BinaryOp, Call, Conditional, Expr, ExprKind, ForExpr, ObjectItem, Part, Splat, Step, Template, UnaryOp,
};

/// How strongly the outermost operator of an expression binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Conditional,
    Binary(u8),
    Unary,
    /// Calls, brackets, names, literals.
    Whole,
}

/// An expression on one line.
pub(super) fn write(expr: &Expr, out: &mut String) {
    match &expr.kind {
        ExprKind::Null => out.push_str("null"),
        ExprKind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        ExprKind::Number(digits) => out.push_str(digits),
        ExprKind::Template(template) => text::quoted_template(template, out),
        ExprKind::Tuple(items) => {
            out.push('[');
            list(items, out);
            out.push(']');
        }
        ExprKind::Object(items) => object(items, out),
        ExprKind::Variable(name) => out.push_str(name),
        ExprKind::Traversal { of, steps } => {
            stepped(of, steps.first(), out);
            steps.iter().for_each(|next| step(next, out));
        }
        ExprKind::Splat(splat) => {
            let Splat { of, each, full, marker: _ } = &**splat;
            stepped(of, None, out);
            out.push_str(if *full { "[*]" } else { ".*" });
            each.iter().for_each(|next| step(next, out));
        }
        ExprKind::Call(call) => {
            let Call { name, arguments, spread } = &**call;
            let _ = write!(out, "{}(", name.value);
            list(arguments, out);
            out.push_str(if spread.is_some() { "...)" } else { ")" });
        }
        ExprKind::For(parts) => for_expression(parts, out),
        ExprKind::Conditional(parts) => {
            let Conditional { condition, then, otherwise } = &**parts;
            operand(condition, Strength::Binary(0), out);
            out.push_str(" ? ");
            write(then, out);
            out.push_str(" : ");
            write(otherwise, out);
        }
        ExprKind::Binary(parts) => {
            let (left, operator, right) = &**parts;
            let strength = binding(operator.value);
            operand(left, Strength::Binary(strength), out);
            let _ = write!(out, " {} ", sign(operator.value));
            operand(right, Strength::Binary(strength + 1), out);
        }
        ExprKind::Unary(operator, of) => {
            out.push(match operator.value {
                UnaryOp::Negate => '-',
                UnaryOp::Not => '!',
            });
            operand(of, Strength::Unary, out);
        }
        ExprKind::Parens(inner) => {
            out.push('(');
            write(inner, out);
            out.push(')');
        }
        // Trees with holes are not printed.
        ExprKind::Error => {}
    }
}

/// An expression in one line of its own.
pub(super) fn line(expr: &Expr) -> String {
    let mut out = String::new();
    write(expr, &mut out);
    out
}

fn list(items: &[Expr], out: &mut String) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        // `[for` starts another kind of expression.
        if at == 0 && starts_with_for(item) { parenthesized(item, out) } else { write(item, out) }
    }
}

/// Whether the first word of an expression is `for`.
fn starts_with_for(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Variable(name) => name == "for",
        ExprKind::Traversal { of, .. } => starts_with_for(of),
        ExprKind::Splat(splat) => starts_with_for(&splat.of),
        ExprKind::Call(call) => call.name.value == "for",
        ExprKind::Conditional(parts) => starts_with_for(&parts.condition),
        ExprKind::Binary(parts) => starts_with_for(&parts.0),
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Template(_)
        | ExprKind::Tuple(_)
        | ExprKind::Object(_)
        | ExprKind::For(_)
        | ExprKind::Unary(..)
        | ExprKind::Parens(_)
        | ExprKind::Error => false,
    }
}

fn object(items: &[ObjectItem], out: &mut String) {
    if items.is_empty() {
        return out.push_str("{}");
    }
    out.push_str("{ ");
    for (at, ObjectItem { key: name, value }) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        key(name, out);
        out.push_str(" = ");
        write(value, out);
    }
    out.push_str(" }");
}

/// The key of an object's item: a bare word where it can be one.
pub(super) fn key(key: &Expr, out: &mut String) {
    match &key.kind {
        ExprKind::Template(template) => match template.literal() {
            Some(word) if is_name(&word) && word != "for" => out.push_str(&word),
            Some(_) | None => text::quoted_template(template, out),
        },
        ExprKind::Parens(_) => write(key, out),
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Tuple(_)
        | ExprKind::Object(_)
        | ExprKind::Variable(_)
        | ExprKind::Traversal { .. }
        | ExprKind::Splat(_)
        | ExprKind::Call(_)
        | ExprKind::For(_)
        | ExprKind::Conditional(_)
        | ExprKind::Binary(_)
        | ExprKind::Unary(..)
        | ExprKind::Error => parenthesized(key, out),
    }
}

fn for_expression(parts: &ForExpr, out: &mut String) {
    let ForExpr { key, value, collection, result_key, result, group, condition } = parts;
    out.push_str(if result_key.is_some() { "{ for " } else { "[for " });
    if let Some(key) = key {
        let _ = write!(out, "{}, ", key.value);
    }
    let _ = write!(out, "{} in ", value.value);
    write(collection, out);
    out.push_str(" : ");
    if let Some(key) = result_key {
        write(key, out);
        out.push_str(" => ");
    }
    write(result, out);
    if *group {
        out.push_str("...");
    }
    if let Some(condition) = condition {
        out.push_str(" if ");
        write(condition, out);
    }
    out.push_str(if result_key.is_some() { " }" } else { "]" });
}

/// What steps follow.
fn stepped(of: &Expr, first: Option<&Step>, out: &mut String) {
    let whole = match &of.kind {
        ExprKind::Template(_)
        | ExprKind::Tuple(_)
        | ExprKind::Object(_)
        | ExprKind::Variable(_)
        | ExprKind::Call(_)
        | ExprKind::For(_)
        | ExprKind::Parens(_)
        | ExprKind::Error => true,
        // Behind `.*` only an index stands outside of it.
        ExprKind::Splat(splat) => !splat.full && matches!(first, Some(Step::Index(..))),
        // Its digits would go on, or its steps.
        ExprKind::Number(_)
        | ExprKind::Traversal { .. }
        | ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Conditional(_)
        | ExprKind::Binary(_)
        | ExprKind::Unary(..) => false,
    };
    if whole { write(of, out) } else { parenthesized(of, out) }
}

fn step(step: &Step, out: &mut String) {
    match step {
        Step::Attribute(name) if is_name(&name.value) => {
            let _ = write!(out, ".{}", name.value);
        }
        Step::Attribute(name) => {
            let _ = write!(out, "[{}]", text::quoted(&name.value));
        }
        Step::Index(index, _) => {
            out.push('[');
            write(index, out);
            out.push(']');
        }
        Step::LegacyIndex(index) => {
            let _ = write!(out, ".{}", index.value);
        }
        Step::Splat { each, full, marker: _ } => {
            out.push_str(if *full { "[*]" } else { ".*" });
            each.iter().for_each(|next| self::step(next, out));
        }
    }
}

fn operand(expr: &Expr, least: Strength, out: &mut String) {
    if strength(expr) < least { parenthesized(expr, out) } else { write(expr, out) }
}

fn parenthesized(expr: &Expr, out: &mut String) {
    out.push('(');
    write(expr, out);
    out.push(')');
}

fn strength(expr: &Expr) -> Strength {
    match &expr.kind {
        ExprKind::Conditional(_) => Strength::Conditional,
        ExprKind::Binary(parts) => Strength::Binary(binding(parts.1.value)),
        ExprKind::Unary(..) => Strength::Unary,
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Template(_)
        | ExprKind::Tuple(_)
        | ExprKind::Object(_)
        | ExprKind::Variable(_)
        | ExprKind::Traversal { .. }
        | ExprKind::Splat(_)
        | ExprKind::Call(_)
        | ExprKind::For(_)
        | ExprKind::Parens(_)
        | ExprKind::Error => Strength::Whole,
    }
}

fn binding(operator: BinaryOp) -> u8 {
    match operator {
        BinaryOp::Or => 1,
        BinaryOp::And => 2,
        BinaryOp::Equal | BinaryOp::NotEqual => 3,
        BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual => 4,
        BinaryOp::Add | BinaryOp::Subtract => 5,
        BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo => 6,
    }
}

fn sign(operator: BinaryOp) -> &'static str {
    match operator {
        BinaryOp::Or => "||",
        BinaryOp::And => "&&",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessOrEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterOrEqual => ">=",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Modulo => "%",
    }
}

/// Whether a text can stand without quotes where a name is wanted.
pub(super) fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c))
        && chars.all(|c| c == '-' || unicode_ident::is_xid_continue(c))
}

/// Whether a template is text of several lines that a heredoc can hold.
pub(super) fn is_many_lines(template: &Template) -> bool {
    let Some(Part::Literal(last)) = template.parts.last() else { return false };
    last.value.ends_with('\n') && all_seen(&template.parts)
}

fn all_seen(parts: &[Part]) -> bool {
    parts.iter().all(|part| match part {
        Part::Literal(text) => !text.value.chars().any(|c| text::is_unseen(c) && !matches!(c, '\n' | '\t')),
        Part::Interpolation(_) => true,
        Part::If { then, otherwise, .. } => all_seen(then) && all_seen(otherwise),
        Part::For { body, .. } => all_seen(body),
    })
}
