//! Objects, splats and `for`.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named is refused, or passed on, in one way")]

use std::collections::BTreeMap;

use super::{
    CANNOT_ITERATE, INVALID_OBJECT_KEY, Scope, evaluate, operators, outer_marks, too_large, traversal, unknown_from,
};
use crate::diagnostic::Sink;
use crate::resolve::convert::convert;
use crate::resolve::value::{Marks, Origin, Type, Value, ValueKind};
use crate::source::Span;
use crate::syntax::{self, Expr, ForExpr, ObjectItem, Splat};

/// `{ a = 1, (b) = 2 }`
pub(super) fn object(items: &[ObjectItem], scope: &Scope<'_>, sink: &mut Sink) -> Value {
    let mut entries = BTreeMap::new();
    let mut marks = Marks::default();
    let mut unknown = None;
    for item in items {
        let key = evaluate(&item.key, scope, sink);
        let value = evaluate(&item.value, scope, sink);
        marks.add_computed(&key);
        match object_key(&key, item.key.span, sink) {
            Some(Some(key)) => {
                entries.insert(key, value);
            }
            Some(None) => unknown = Some(unknown_from(Type::Dynamic, [&key], item.key.span, scope)),
            None => unknown = Some(Value::error()),
        }
    }
    match unknown {
        Some(unknown) => unknown.with_marks(&marks),
        None => Value { kind: ValueKind::Object(entries), marks },
    }
}

/// A key as text: unknown is nothing inside, a fault (reported) is nothing outside.
fn object_key(key: &Value, span: Span, sink: &mut Sink) -> Option<Option<String>> {
    if key.is_error() {
        return Some(None);
    }
    let fault = if key.is_null() {
        "the key of an object cannot be null".to_owned()
    } else {
        match convert(key, &Type::String, span) {
            Ok(key) => return Some(key.as_str().map(Into::into)),
            Err(_) => format!("the key of an object must be a text, and this is {}", key.ty().phrase()),
        }
    };
    sink.report(INVALID_OBJECT_KEY.at(span, fault).label("used as a key").help("make a string of it"));
    None
}

/// Keys (or positions) and elements of what a `for` runs over: unknown is nothing inside, a fault (reported) is nothing
/// outside. What the collection itself carries is put to each element.
pub(super) fn iterate(value: &Value, span: Span, sink: &mut Sink) -> Option<Option<Vec<(Value, Value)>>> {
    let marks = outer_marks(value);
    let marked = |value: &Value| value.clone().with_marks(&marks);
    let fault = match &value.kind {
        ValueKind::List(_, items) | ValueKind::Tuple(items) => {
            let pair = |(index, item)| (marked(&Value::number(index)), marked(item));
            return Some(Some(items.iter().enumerate().map(pair).collect()));
        }
        ValueKind::Set(_, items) => {
            if !items.iter().all(Value::is_known) {
                return Some(None);
            }
            return Some(Some(items.iter().map(|item| (marked(item), marked(item))).collect()));
        }
        ValueKind::Map(_, entries) | ValueKind::Object(entries) => {
            let pair = |(key, item): (&String, &Value)| (marked(&Value::string(key)), marked(item));
            return Some(Some(entries.iter().map(pair).collect()));
        }
        ValueKind::Unknown(unknown) if !unknown.ty.is_primitive() => return Some(None),
        ValueKind::Null(_) => "a `for` cannot run over null".to_owned(),
        ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::String(_) | ValueKind::Unknown(_) => {
            format!("a `for` runs over a list, set, tuple, map or object, and this is {}", value.ty().phrase())
        }
    };
    let help = match &value.kind {
        ValueKind::String(_) => "to go through parts of a text, split it: `split(\",\", x)`",
        ValueKind::Null(_) => "give null another value first: `x == null ? [] : x`",
        _ => "put it into brackets: `[x]`",
    };
    sink.report(CANNOT_ITERATE.at(span, fault).label("has no elements").help(help));
    None
}

/// `of[*].a`, `of.*.a`
pub(super) fn splat(it: &Splat, scope: &Scope<'_>, sink: &mut Sink) -> Value {
    let Splat { of, each, full: _, marker } = it;
    let value = evaluate(of, scope, sink);
    spread(&value, each, of.span.to(*marker), scope, sink)
}

/// The steps into each element of a value.
pub(super) fn spread(value: &Value, each: &[syntax::Step], span: Span, scope: &Scope<'_>, sink: &mut Sink) -> Value {
    if value.is_error() && value.as_text().is_none() {
        return value.clone();
    }
    let (items, element) = match &value.kind {
        ValueKind::Tuple(items) => (items.clone(), None),
        ValueKind::List(element, items) | ValueKind::Set(element, items) => (items.clone(), Some(element)),
        ValueKind::Null(Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
            sink.report(
                CANNOT_ITERATE
                    .at(span, "`*` cannot go through null")
                    .label("has no elements")
                    .help("give null another value first: `x == null ? [] : x`"),
            );
            return Value::error();
        }
        ValueKind::Null(_) => (Vec::new(), None),
        ValueKind::Unknown(unknown) => match &unknown.ty {
            Type::List(element) | Type::Set(element) => {
                let element = unknown_from((**element).clone(), [value], span, scope);
                let element = traversal::steps(element, each, scope, sink);
                return unknown_from(Type::list(element.ty()), [value], span, scope);
            }
            Type::Dynamic | Type::Tuple(_) => return unknown_from(Type::Dynamic, [value], span, scope),
            Type::Bool | Type::Number | Type::String | Type::Map(_) | Type::Object(_) => (vec![value.clone()], None),
        },
        ValueKind::Bool(_)
        | ValueKind::Number(_)
        | ValueKind::String(_)
        | ValueKind::Map(..)
        | ValueKind::Object(_) => (vec![value.clone()], None),
    };
    let mut results = Vec::new();
    let (mut faulty, before) = (false, sink.len());
    for item in items {
        // The same step fails in the same way on each element: once is enough.
        let mut own = Sink::new();
        let result = traversal::steps(item, each, scope, if faulty { &mut own } else { sink });
        faulty |= sink.len() > before;
        results.push(result);
    }
    if faulty {
        let types = results.iter().map(Value::ty);
        return Value::error_of(match element {
            Some(_) => Type::list(types.into_iter().next().unwrap_or(Type::Dynamic)),
            None => Type::Tuple(types.collect()),
        });
    }
    let kind = match results.first() {
        Some(first) if element.is_some() => {
            let ty = first.ty();
            if let Some(other) = results.iter().find(|result| result.ty() != ty) {
                sink.report(
                    CANNOT_ITERATE
                        .at(span, "what `*` takes out of the elements has different types")
                        .label(format!("{} and {}", ty.phrase(), other.ty().phrase()))
                        .help("use a `for` instead: `[for x in … : x…]`"),
                );
                return Value::error();
            }
            ValueKind::List(ty, results)
        }
        None if let Some(element) = element => {
            // The steps are checked although there is nothing to go through, and say what there would be.
            let origin = Origin::Machine(String::new());
            let element = Value::unknown(element.clone(), origin, span);
            let before = sink.len();
            let made = traversal::steps(element, each, scope, sink);
            if sink.len() > before {
                return Value::error();
            }
            ValueKind::List(made.ty(), results)
        }
        _ => ValueKind::Tuple(results),
    };
    Value { kind, marks: outer_marks(value) }
}

/// `[for k, v in c : e if d]`, `{for k, v in c : k => v... if d}`
pub(super) fn for_expr(it: &ForExpr, span: Span, scope: &Scope<'_>, sink: &mut Sink) -> Value {
    let ForExpr { key, value, collection, result_key, result, group, condition } = it;
    let over = evaluate(collection, scope, sink);
    let elements = match iterate(&over, collection.span, sink) {
        Some(Some(elements)) => elements,
        Some(None) => return unknown_from(Type::Dynamic, [&over], span, scope),
        None => return Value::error(),
    };
    // A condition is checked although there may be nothing to go through.
    if let Some(condition) = condition
        && elements.is_empty()
    {
        let open = || Value::unknown(Type::Dynamic, Origin::Machine(String::new()), span);
        let mut inner = scope.child();
        if let Some(key) = key {
            inner.set_root(key.value.clone(), open());
        }
        inner.set_root(value.value.clone(), open());
        let mut own = Sink::new();
        let decided = evaluate(condition, &inner, &mut own);
        let faulty = own.has_errors() || operators::truth(&decided, condition.span, &mut own).is_none();
        if faulty {
            sink.absorb(own);
            return Value::error();
        }
    }
    let mut marks = outer_marks(&over);
    let mut unknown: Option<Value> = None;
    let mut items = Vec::new();
    let mut entries: BTreeMap<String, Value> = BTreeMap::new();
    for (at, element) in elements {
        if !scope.world.pay(64) {
            return too_large(span, sink);
        }
        let before = sink.len();
        let mut inner = scope.child();
        if let Some(key) = key {
            inner.set_root(key.value.clone(), at);
        }
        inner.set_root(value.value.clone(), element);
        let step = Step { result_key: result_key.as_ref(), result, condition: condition.as_ref() };
        match step.evaluate(&inner, &mut marks, sink) {
            Outcome::Left => {}
            Outcome::Unknown(value) => unknown = Some(value),
            Outcome::Made(None, item) => items.push(item),
            Outcome::Made(Some(key), item) if *group => {
                let gathered = entries.entry(key).or_insert_with(|| Value::tuple(Vec::new()));
                if let ValueKind::Tuple(items) = &mut gathered.kind {
                    items.push(item);
                }
            }
            Outcome::Made(Some(key), item) => {
                if entries.contains_key(&key) {
                    let place = result_key.as_ref().map_or(span, |key| key.span);
                    // The key itself may be a secret.
                    let named = if over.is_sensitive() { String::new() } else { format!(" `{key}`") };
                    sink.report(
                        INVALID_OBJECT_KEY
                            .at(place, format!("this `for` makes the key{named} twice"))
                            .label("the same for two elements")
                            .help("gather the values of equal keys by writing `...` behind the value"),
                    );
                    return Value::error();
                }
                entries.insert(key, item);
            }
        }
        // What is wrong with one element is mostly wrong with all of them.
        if sink.len() > before && sink.has_errors() && unknown.as_ref().is_some_and(Value::is_error) {
            return Value::error();
        }
    }
    match unknown {
        Some(unknown) => unknown_from(Type::Dynamic, [&unknown], span, scope).with_marks(&marks),
        None if result_key.is_some() => Value { kind: ValueKind::Object(entries), marks },
        None => Value { kind: ValueKind::Tuple(items), marks },
    }
}

struct Step<'e> {
    result_key: Option<&'e Expr>,
    result: &'e Expr,
    condition: Option<&'e Expr>,
}

enum Outcome {
    Left,
    Unknown(Value),
    Made(Option<String>, Value),
}

impl Step<'_> {
    fn evaluate(&self, scope: &Scope<'_>, marks: &mut Marks, sink: &mut Sink) -> Outcome {
        if let Some(condition) = self.condition {
            let decided = evaluate(condition, scope, sink);
            marks.add_computed(&decided);
            match operators::truth(&decided, condition.span, sink) {
                Some(Some(true)) => {}
                Some(Some(false)) => return Outcome::Left,
                Some(None) => return Outcome::Unknown(decided),
                None => return Outcome::Unknown(Value::error()),
            }
        }
        let before = sink.len();
        let key = match self.result_key {
            None => None,
            Some(expr) => {
                let key = evaluate(expr, scope, sink);
                marks.add_computed(&key);
                match object_key(&key, expr.span, sink) {
                    Some(Some(key)) => Some(key),
                    Some(None) => return Outcome::Unknown(key),
                    None => return Outcome::Unknown(Value::error()),
                }
            }
        };
        let result = evaluate(self.result, scope, sink);
        if sink.len() > before && result.is_error() {
            return Outcome::Unknown(Value::error());
        }
        Outcome::Made(key, result)
    }
}
