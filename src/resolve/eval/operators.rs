//! Operators and conditionals.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named is refused, or passed on, in one way")]

use super::{INCONSISTENT_CONDITIONAL, INVALID_CONDITION, INVALID_OPERAND, Scope, computed, evaluate, unknown_from};
use crate::diagnostic::Sink;
use crate::resolve::convert::{convert, unify};
use crate::resolve::value::{Marks, Number, Type, Value, ValueKind};
use crate::source::{Span, Spanned};
use crate::syntax::{BinaryOp, Conditional, Expr, UnaryOp};

fn symbol(operator: BinaryOp) -> &'static str {
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

/// `left operator right`
pub(super) fn binary(
    left: &Expr,
    operator: Spanned<BinaryOp>,
    right: &Expr,
    span: Span,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Value {
    match operator.value {
        BinaryOp::And => return logical(left, operator, right, false, span, scope, sink),
        BinaryOp::Or => return logical(left, operator, right, true, span, scope, sink),
        BinaryOp::Equal | BinaryOp::NotEqual => {
            let (a, b) = (evaluate(left, scope, sink), evaluate(right, scope, sink));
            return match a.equals(&b) {
                Some(equal) => computed(ValueKind::Bool(equal == (operator.value == BinaryOp::Equal)), [&a, &b]),
                None => unknown_from(Type::Bool, [&a, &b], span, scope),
            };
        }
        BinaryOp::Less
        | BinaryOp::LessOrEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterOrEqual
        | BinaryOp::Add
        | BinaryOp::Subtract
        | BinaryOp::Multiply
        | BinaryOp::Divide
        | BinaryOp::Modulo => {}
    }
    let (a, b) = (evaluate(left, scope, sink), evaluate(right, scope, sink));
    // Both are checked, so that both faults are found.
    let x = operand(&a, left.span, Type::Number, symbol(operator.value), sink);
    let y = operand(&b, right.span, Type::Number, symbol(operator.value), sink);
    let result = if matches!(
        operator.value,
        BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual
    ) {
        Type::Bool
    } else {
        Type::Number
    };
    let (Some(x), Some(y)) = (x, y) else { return Value::error_of(result) };
    let (Some(m), Some(n)) = (x.as_number(), y.as_number()) else {
        return unknown_from(result, [&x, &y], span, scope);
    };
    let number = |number: Option<Number>| number.map(ValueKind::Number);
    let kind = match operator.value {
        BinaryOp::Less => Some(ValueKind::Bool(m < n)),
        BinaryOp::LessOrEqual => Some(ValueKind::Bool(m <= n)),
        BinaryOp::Greater => Some(ValueKind::Bool(m > n)),
        BinaryOp::GreaterOrEqual => Some(ValueKind::Bool(m >= n)),
        BinaryOp::Add => number(m.add(n)),
        BinaryOp::Subtract => number(m.subtract(n)),
        BinaryOp::Multiply => number(m.multiply(n)),
        BinaryOp::Divide => number(m.divide(n)),
        BinaryOp::Modulo => number(m.modulo(n)),
        BinaryOp::Or | BinaryOp::And | BinaryOp::Equal | BinaryOp::NotEqual => None,
    };
    if let Some(kind) = kind {
        return computed(kind, [&x, &y]);
    }
    let message = match operator.value {
        BinaryOp::Divide if n.signum() == 0 => "zero divided by zero has no result",
        _ => "infinities combined like this have no result",
    };
    sink.report(
        INVALID_OPERAND.at(span, message).label("no number comes out of this").help("guard it with a condition"),
    );
    Value::error_of(Type::Number)
}

/// The operand in the type that its operator works on; nothing (and a report) if it cannot be.
fn operand(value: &Value, span: Span, ty: Type, symbol: &str, sink: &mut Sink) -> Option<Value> {
    if value.is_error() {
        return Some(Value::error().with_marks(&Marks::computed_from([value])));
    }
    if value.is_null() {
        sink.report(
            INVALID_OPERAND
                .at(span, format!("`{symbol}` cannot work on null"))
                .label("this is null")
                .help("choose another value for null first, for example with `coalesce`"),
        );
        return None;
    }
    if let Ok(value) = convert(value, &ty, span) {
        return Some(value);
    }
    let have = value.ty();
    let help = match (&have, &ty, symbol) {
        (Type::String, Type::Number, "+") => "to put texts together, write `\"${a}${b}\"`".to_owned(),
        (Type::List(_) | Type::Tuple(_), _, "+") => "to put lists together, use `concat`".to_owned(),
        (Type::Map(_) | Type::Object(_), _, "+") => "to put maps together, use `merge`".to_owned(),
        (_, Type::Bool, _) => "compare it with something: `x == \"…\"`".to_owned(),
        _ => format!("give it {}", ty.phrase()),
    };
    let what = if have == Type::String { "a text that is none".to_owned() } else { have.phrase() };
    sink.report(
        INVALID_OPERAND
            .at(span, format!("`{symbol}` works on {}, and this is {what}", plural(&ty)))
            .label(format!("this is {}", have.phrase()))
            .help(help),
    );
    None
}

fn plural(ty: &Type) -> &'static str {
    if *ty == Type::Bool { "bools" } else { "numbers" }
}

/// `&&` and `||`: where one side decides, what is wrong or unknown in the other does not matter.
fn logical(
    left: &Expr,
    operator: Spanned<BinaryOp>,
    right: &Expr,
    deciding: bool,
    span: Span,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Value {
    let symbol = symbol(operator.value);
    // What cannot be a bool is a fault whatever the other side is; only null is left to it.
    let mut fits = true;
    let mut side = |expr: &Expr, sink: &mut Sink| {
        let mut own = Sink::new();
        let value = evaluate(expr, scope, &mut own);
        let excused = value.is_null() && convert(&value, &Type::Bool, expr.span).is_ok();
        let value = match operand(&value, expr.span, Type::Bool, symbol, if excused { &mut own } else { sink }) {
            Some(value) => value,
            None => {
                fits &= excused;
                Value::error()
            }
        };
        (value, own)
    };
    let (a, a_sink) = side(left, sink);
    let (b, b_sink) = side(right, sink);
    if !fits {
        sink.absorb(a_sink);
        sink.absorb(b_sink);
        return Value::error_of(Type::Bool);
    }
    if a.as_bool() == Some(deciding) {
        sink.absorb(a_sink);
        return computed(ValueKind::Bool(deciding), [&a]);
    }
    if b.as_bool() == Some(deciding) {
        sink.absorb(b_sink);
        return computed(ValueKind::Bool(deciding), [&a, &b]);
    }
    sink.absorb(a_sink);
    sink.absorb(b_sink);
    match (a.as_bool(), b.as_bool()) {
        (Some(_), Some(_)) => computed(ValueKind::Bool(!deciding), [&a, &b]),
        _ => unknown_from(Type::Bool, [&a, &b], span, scope),
    }
}

/// `-a`, `!a`
pub(super) fn unary(operator: Spanned<UnaryOp>, expr: &Expr, span: Span, scope: &Scope<'_>, sink: &mut Sink) -> Value {
    let value = evaluate(expr, scope, sink);
    let (ty, symbol) = match operator.value {
        UnaryOp::Negate => (Type::Number, "-"),
        UnaryOp::Not => (Type::Bool, "!"),
    };
    let Some(value) = operand(&value, expr.span, ty.clone(), symbol, sink) else { return Value::error_of(ty) };
    match &value.kind {
        ValueKind::Number(number) => computed(ValueKind::Number(number.negate()), [&value]),
        ValueKind::Bool(flag) => computed(ValueKind::Bool(!flag), [&value]),
        _ => unknown_from(ty, [&value], span, scope),
    }
}

/// The truth of a condition: unknown is nothing inside, a fault (reported) is nothing outside.
pub(super) fn truth(value: &Value, span: Span, sink: &mut Sink) -> Option<Option<bool>> {
    if value.is_error() {
        return Some(None);
    }
    let fault = if value.is_null() {
        "a condition must be true or false, and this is null".to_owned()
    } else {
        match convert(value, &Type::Bool, span) {
            Ok(value) => return Some(value.as_bool()),
            Err(_) if value.ty() == Type::String => {
                "a condition must be true or false, and this is another text".to_owned()
            }
            Err(_) => format!("a condition must be true or false, and this is {}", value.ty().phrase()),
        }
    };
    sink.report(
        INVALID_CONDITION
            .at(span, fault)
            .label("neither true nor false")
            .help("compare it with something: `x != null`, `x == \"…\"`, `length(x) > 0`"),
    );
    None
}

/// `condition ? then : otherwise`
pub(super) fn conditional(it: &Conditional, span: Span, scope: &Scope<'_>, sink: &mut Sink) -> Value {
    let Conditional { condition, then, otherwise } = it;
    // Both sides count for the type of the result; only the faults of the one that is taken count.
    let (mut then_sink, mut otherwise_sink) = (Sink::new(), Sink::new());
    let yes = evaluate(then, scope, &mut then_sink);
    let no = evaluate(otherwise, scope, &mut otherwise_sink);
    let untyped_null = |value: &Value| value.kind == ValueKind::Null(Type::Dynamic);
    let ty = match (untyped_null(&yes), untyped_null(&no)) {
        (true, _) => Some(no.ty()),
        (_, true) => Some(yes.ty()),
        // Where one of the types is not known, nothing is converted.
        _ if yes.ty() == Type::Dynamic || no.ty() == Type::Dynamic => Some(Type::Dynamic),
        _ => unify(&[yes.ty(), no.ty()], true),
    };
    let decided = evaluate(condition, scope, sink);
    let Some(ty) = ty else {
        sink.report(
            INCONSISTENT_CONDITIONAL
                .at(span, "the two results of a conditional must have one type")
                .label("which side is taken must not change the type")
                .also(then.span, format!("this is {}", yes.ty().phrase()))
                .also(otherwise.span, format!("this is {}", no.ty().phrase()))
                .help("give both sides the same shape, or convert one: `convert(…, list(string))`"),
        );
        return Value::error();
    };
    let Some(truth) = truth(&decided, condition.span, sink) else { return Value::error() };
    let Some(truth) = truth else {
        // A side that fails is not reported, so it is no reason either.
        let sides = [&yes, &no].into_iter().filter(|side| !side.is_error());
        return unknown_from(ty, [&decided].into_iter().chain(sides), span, scope);
    };
    let (value, place, faults) = if truth { (yes, then.span, then_sink) } else { (no, otherwise.span, otherwise_sink) };
    sink.absorb(faults);
    let marks = Marks::computed_from([&decided]);
    match convert(&value, &ty, place) {
        Ok(value) => value.with_marks(&marks),
        Err(error) => {
            sink.report(
                INCONSISTENT_CONDITIONAL
                    .at(place, format!("this result does not fit the type of the other: {error}"))
                    .label(format!("must become {}", ty.phrase()))
                    .help("give both sides the same shape"),
            );
            Value::error()
        }
    }
}
