//! Lists, maps and objects.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named is refused, or passed on, in one way")]

use std::collections::{BTreeMap, BTreeSet};

use super::call::outer;
use super::{Call, Failure};
use crate::diagnostic::plural;
use crate::resolve::convert::{convert, unify};
use crate::resolve::value::{Marks, Number, Origin, Type, Value, ValueKind, identity};

/// The unknown that a call is whose arguments are not known enough: the caller finds the reason in them.
fn unknown() -> Failure {
    Failure::Unknown(Origin::Error)
}

/// The marks that the chosen element's neighbours and the choice itself leave on it.
fn with_outer<'v>(value: Value, of: impl IntoIterator<Item = &'v Value>) -> Value {
    value.with_marks(&outer(of))
}

pub(super) fn alltrue(call: &mut Call<'_>) -> Result<Value, Failure> {
    let items = call.items(0);
    if items.iter().any(|item| item.is_null() || item.as_bool() == Some(false)) {
        return Ok(Value::bool(false));
    }
    if items.iter().all(Value::is_known) { Ok(Value::bool(true)) } else { Err(unknown()) }
}

pub(super) fn anytrue(call: &mut Call<'_>) -> Result<Value, Failure> {
    let items = call.items(0);
    if items.iter().any(|item| item.as_bool() == Some(true)) {
        return Ok(Value::bool(true));
    }
    if items.iter().all(Value::is_known) { Ok(Value::bool(false)) } else { Err(unknown()) }
}

pub(super) fn chunklist(call: &mut Call<'_>) -> Result<Value, Failure> {
    let size = usize::try_from(call.whole(1)?).map_err(|_| Failure::argument(1, "it cannot be negative"))?;
    let ty = call.arguments[0].ty();
    let element = ty.element().cloned().unwrap_or(Type::Dynamic);
    let items = call.items(0);
    let list = |items: &[Value]| Value::of(ValueKind::List(element.clone(), items.to_vec()));
    let chunks: Vec<Value> = match (size, items) {
        (_, []) => Vec::new(),
        (0, items) => vec![list(items)],
        (size, items) => items.chunks(size).map(list).collect(),
    };
    Ok(with_outer(Value::of(ValueKind::List(ty.clone(), chunks)), &call.arguments))
}

pub(super) fn coalesce(call: &mut Call<'_>) -> Result<Value, Failure> {
    let types: Vec<Type> = call.arguments.iter().map(Value::ty).collect();
    if types.is_empty() {
        return Err(Failure::call("it needs at least one argument"));
    }
    let ty = unify(&types, true).ok_or_else(|| Failure::call("its arguments must have one type"))?;
    let mut marks = Marks::default();
    for (argument, span) in call.arguments.iter().zip(&call.spans) {
        if argument.is_null() {
            marks.add_computed(argument);
            continue;
        }
        let text = argument.as_text();
        // Whatever is unknown in it, a text with a letter in it is not empty.
        let certain = text.is_some_and(|text| {
            text.pieces().iter().any(|piece| matches!(piece, crate::resolve::value::Piece::Literal(_)))
        });
        if !argument.is_known() && !certain {
            return Err(unknown());
        }
        if argument.as_str().is_some_and(|text| text.is_empty()) && ty == Type::String {
            marks.add_computed(argument);
            continue;
        }
        let value = convert(argument, &ty, *span).map_err(|error| Failure::call(error.to_string()))?;
        return Ok(value.with_marks(&marks));
    }
    Err(Failure::call("every argument is null or empty"))
}

pub(super) fn coalescelist(call: &mut Call<'_>) -> Result<Value, Failure> {
    let mut marks = Marks::default();
    for (index, argument) in call.arguments.iter().enumerate() {
        if !argument.is_known() {
            return Err(unknown());
        }
        if !matches!(argument.ty(), Type::List(_) | Type::Tuple(_)) {
            return Err(Failure::argument(index, format!("a list is needed, not {}", argument.ty().phrase())));
        }
    }
    for argument in &call.arguments {
        match &argument.kind {
            ValueKind::List(_, items) | ValueKind::Tuple(items) if items.is_empty() => marks.add_computed(argument),
            ValueKind::List(..) | ValueKind::Tuple(_) => return Ok(argument.clone().with_marks(&marks)),
            _ => {}
        }
    }
    Err(Failure::call("it needs at least one list with an element"))
}

pub(super) fn compact(call: &mut Call<'_>) -> Result<Value, Failure> {
    let full = |item: &&Value| !item.is_null() && item.as_str().is_some_and(|text| !text.is_empty());
    Ok(Value::of(ValueKind::List(Type::String, call.items(0).iter().filter(full).cloned().collect())))
}

pub(super) fn concat(call: &mut Call<'_>) -> Result<Value, Failure> {
    if call.arguments.is_empty() {
        return Err(Failure::call("it needs at least one list"));
    }
    let mut items = Vec::new();
    let mut lists = Vec::new();
    for (index, argument) in call.arguments.iter().enumerate() {
        match &argument.kind {
            ValueKind::List(_, more) => {
                lists.push(argument.ty());
                items.extend(more.iter().cloned());
            }
            ValueKind::Tuple(more) => items.extend(more.iter().cloned()),
            _ => return Err(Failure::argument(index, format!("a list is needed, not {}", argument.ty().phrase()))),
        }
    }
    let one = if lists.len() == call.arguments.len() { unify(&lists, true) } else { None };
    let kind = match one {
        Some(Type::List(element)) => {
            let each = |item: &Value| convert(item, &element, call.span);
            let items: Result<Vec<_>, _> = items.iter().map(each).collect();
            ValueKind::List((*element).clone(), items.map_err(|error| Failure::call(error.to_string()))?)
        }
        _ => ValueKind::Tuple(items),
    };
    Ok(with_outer(Value::of(kind), &call.arguments))
}

pub(super) fn contains(call: &mut Call<'_>) -> Result<Value, Failure> {
    let value = &call.arguments[1];
    let mut open = false;
    for item in call.elements(0)? {
        match item.equals(value) {
            Some(true) => return Ok(Value::bool(true)),
            Some(false) => {}
            None => open = true,
        }
    }
    if open { Err(unknown()) } else { Ok(Value::bool(false)) }
}

pub(super) fn distinct(call: &mut Call<'_>) -> Result<Value, Failure> {
    let items = call.items(0);
    if !items.iter().all(Value::is_wholly_known) {
        return Err(unknown());
    }
    let mut seen = BTreeSet::new();
    let items: Vec<Value> = items.iter().filter(|item| seen.insert(identity(item))).cloned().collect();
    let element = call.arguments[0].ty().element().cloned().unwrap_or(Type::Dynamic);
    Ok(Value::of(ValueKind::List(element, items)))
}

pub(super) fn element(call: &mut Call<'_>) -> Result<Value, Failure> {
    let list = &call.arguments[0];
    let (ValueKind::List(_, items) | ValueKind::Tuple(items)) = &list.kind else {
        return Err(Failure::argument(0, format!("a list or tuple is needed, not {}", list.ty().phrase())));
    };
    let index = usize::try_from(call.whole(1)?).map_err(|_| Failure::argument(1, "it cannot be negative"))?;
    if items.is_empty() {
        return Err(Failure::call("an empty list has no elements"));
    }
    Ok(with_outer(items[index % items.len()].clone(), &call.arguments))
}

pub(super) fn flatten(call: &mut Call<'_>) -> Result<Value, Failure> {
    let list = &call.arguments[0];
    if list.as_items().is_none() {
        return Err(Failure::argument(0, format!("a list, set or tuple is needed, not {}", list.ty().phrase())));
    }
    let mut out = Vec::new();
    if !flat(list, &mut out) {
        return Err(unknown());
    }
    Ok(Value::tuple(out))
}

/// Collects what is in a list and the lists in it; false where one of them is not known.
fn flat(list: &Value, out: &mut Vec<Value>) -> bool {
    let marks = outer([list]);
    for item in list.as_items().unwrap_or_default() {
        match &item.kind {
            ValueKind::List(..) | ValueKind::Set(..) | ValueKind::Tuple(_) => {
                let from = out.len();
                if !flat(item, out) {
                    return false;
                }
                for inner in &mut out[from..] {
                    *inner = std::mem::replace(inner, Value::null()).with_marks(&marks);
                }
            }
            ValueKind::Unknown(unknown)
                if !unknown.ty.is_primitive() && !matches!(unknown.ty, Type::Map(_) | Type::Object(_)) =>
            {
                return false;
            }
            _ => out.push(item.clone().with_marks(&marks)),
        }
    }
    true
}

pub(super) fn index(call: &mut Call<'_>) -> Result<Value, Failure> {
    let list = &call.arguments[0];
    let (ValueKind::List(_, items) | ValueKind::Tuple(items)) = &list.kind else {
        return Err(Failure::call(format!("it searches a list or tuple, and this is {}", list.ty().phrase())));
    };
    for (index, item) in items.iter().enumerate() {
        match item.equals(&call.arguments[1]) {
            Some(true) => return Ok(Value::number(index)),
            Some(false) => {}
            None => return Err(unknown()),
        }
    }
    Err(Failure::call("the value is not in the list"))
}

pub(super) fn keys(call: &mut Call<'_>) -> Result<Value, Failure> {
    let value = &call.arguments[0];
    let text = |key: &String| Value::string(key);
    let kind = match &value.kind {
        ValueKind::Map(_, entries) => ValueKind::List(Type::String, entries.keys().map(text).collect()),
        ValueKind::Object(entries) => ValueKind::Tuple(entries.keys().map(text).collect()),
        ValueKind::Unknown(of) => match &of.ty {
            Type::Object(attributes) => ValueKind::Tuple(attributes.keys().map(text).collect()),
            Type::Map(_) | Type::Dynamic => return Err(unknown()),
            ty => return Err(Failure::argument(0, format!("a map or object is needed, not {}", ty.phrase()))),
        },
        _ => return Err(Failure::argument(0, format!("a map or object is needed, not {}", value.ty().phrase()))),
    };
    Ok(with_outer(Value::of(kind), [value]))
}

pub(super) fn values(call: &mut Call<'_>) -> Result<Value, Failure> {
    let value = &call.arguments[0];
    let kind = match &value.kind {
        ValueKind::Map(element, entries) => ValueKind::List(element.clone(), entries.values().cloned().collect()),
        ValueKind::Object(entries) => ValueKind::Tuple(entries.values().cloned().collect()),
        _ => {
            return Err(Failure::call(format!(
                "it takes the values of a map or object, and this is {}",
                value.ty().phrase()
            )));
        }
    };
    Ok(with_outer(Value::of(kind), [value]))
}

pub(super) fn length(call: &mut Call<'_>) -> Result<Value, Failure> {
    let value = &call.arguments[0];
    let count = match &value.kind {
        ValueKind::String(text) => match text.known() {
            Some(known) => {
                let count = super::strings::clusters(&known);
                return Ok(Value::number(count).with_marks(&Marks::computed_from([value])));
            }
            None => return Err(unknown()),
        },
        ValueKind::Set(_, items) if !items.iter().all(Value::is_known) => return Err(unknown()),
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => items.len(),
        ValueKind::Map(_, entries) | ValueKind::Object(entries) => entries.len(),
        ValueKind::Unknown(of) => match &of.ty {
            Type::Tuple(types) => types.len(),
            Type::Object(types) => types.len(),
            Type::Bool | Type::Number => {
                return Err(Failure::argument(0, format!("a text or a collection is needed, not {}", of.ty.phrase())));
            }
            Type::Dynamic | Type::String | Type::List(_) | Type::Set(_) | Type::Map(_) => return Err(unknown()),
        },
        ValueKind::Null(_) | ValueKind::Bool(_) | ValueKind::Number(_) => {
            return Err(Failure::argument(0, format!("a text or a collection is needed, not {}", value.ty().phrase())));
        }
    };
    Ok(with_outer(Value::number(count), [value]))
}

pub(super) fn lookup(call: &mut Call<'_>) -> Result<Value, Failure> {
    let entries = call.entries(0)?;
    let key = call.text(1);
    let mut marks = outer([&call.arguments[0]]);
    marks.add_computed(&call.arguments[1]);
    let value = match (entries.get(&*key), &call.arguments[0].kind) {
        (Some(found), _) => found.clone(),
        (None, ValueKind::Map(element, _)) => convert(&call.arguments[2], element, call.spans[2])
            .map_err(|error| Failure::argument(2, error.to_string()))?,
        (None, _) => call.arguments[2].clone(),
    };
    Ok(value.with_marks(&marks))
}

pub(super) fn merge(call: &mut Call<'_>) -> Result<Value, Failure> {
    let mut out = BTreeMap::new();
    let types: BTreeSet<Type> = call.arguments.iter().map(Value::ty).collect();
    for (index, argument) in call.arguments.iter().enumerate() {
        match &argument.kind {
            ValueKind::Null(Type::Dynamic | Type::Map(_) | Type::Object(_)) => {}
            ValueKind::Map(_, entries) | ValueKind::Object(entries) => {
                out.extend(entries.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            _ => {
                return Err(Failure::Call(format!(
                    "it merges maps and objects, and argument {} is {}",
                    index + 1,
                    argument.ty().phrase()
                )));
            }
        }
    }
    let kind = match (types.len(), types.into_iter().next()) {
        (1, Some(Type::Map(element))) => ValueKind::Map(*element, out),
        _ => ValueKind::Object(out),
    };
    Ok(with_outer(Value::of(kind), &call.arguments))
}

/// More elements than this Packer refuses to make.
const MAX_RANGE: usize = 1024;

pub(super) fn range(call: &mut Call<'_>) -> Result<Value, Failure> {
    let number = |index| call.number(index);
    let (start, end, step) = match call.arguments.len() {
        1 => (Number::zero(), number(0), None),
        2 => (number(0), number(1), None),
        3 => (number(0), number(1), Some(number(2))),
        _ => return Err(Failure::call("it takes one, two or three numbers")),
    };
    let down = end < start;
    let step = step.unwrap_or_else(|| Number::from(if down { -1i64 } else { 1 }));
    if step.signum() == 0 || (step.signum() < 0) != down && start != end {
        return Err(Failure::call("with this step the end is never reached"));
    }
    let mut out = Vec::new();
    let mut at = start;
    while if down { at > end } else { at < end } {
        if out.len() == MAX_RANGE {
            return Err(Failure::call(format!("it makes at most {MAX_RANGE} numbers")));
        }
        let next = at.add(&step).ok_or_else(|| Failure::call("infinity is never reached"))?;
        out.push(Value::number(std::mem::replace(&mut at, next)));
    }
    Ok(Value::of(ValueKind::List(Type::Number, out)))
}

pub(super) fn reverse(call: &mut Call<'_>) -> Result<Value, Failure> {
    let value = &call.arguments[0];
    let turned = |items: &[Value]| items.iter().rev().cloned().collect::<Vec<_>>();
    let kind = match &value.kind {
        ValueKind::List(element, items) | ValueKind::Set(element, items) => {
            ValueKind::List(element.clone(), turned(items))
        }
        ValueKind::Tuple(items) => ValueKind::Tuple(turned(items)),
        ValueKind::String(_) => return Err(Failure::argument(0, "a list is needed; for a text there is `strrev`")),
        _ => return Err(Failure::argument(0, format!("a list or tuple is needed, not {}", value.ty().phrase()))),
    };
    Ok(with_outer(Value::of(kind), [value]))
}

pub(super) fn slice(call: &mut Call<'_>) -> Result<Value, Failure> {
    let value = &call.arguments[0];
    let (ValueKind::List(_, items) | ValueKind::Tuple(items)) = &value.kind else {
        return Err(Failure::argument(0, format!("a list or tuple is needed, not {}", value.ty().phrase())));
    };
    let bound =
        |index| usize::try_from(call.whole(index)?).map_err(|_| Failure::argument(index, "it cannot be negative"));
    let (start, end) = (bound(1)?, bound(2)?);
    if end > items.len() {
        return Err(Failure::argument(2, format!("the list has only {}", plural(items.len(), "element"))));
    }
    if start > end {
        return Err(Failure::argument(1, "the start lies behind the end"));
    }
    let part = items[start..end].to_vec();
    let kind = match &value.kind {
        ValueKind::List(element, _) => ValueKind::List(element.clone(), part),
        _ => ValueKind::Tuple(part),
    };
    Ok(with_outer(Value::of(kind), &call.arguments))
}

pub(super) fn sort(call: &mut Call<'_>) -> Result<Value, Failure> {
    let items = call.items(0);
    if items.iter().any(Value::is_null) {
        return Err(Failure::argument(0, "an element of it is null"));
    }
    let mut items = items.to_vec();
    items.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    Ok(Value::of(ValueKind::List(Type::String, items)))
}

pub(super) fn zipmap(call: &mut Call<'_>) -> Result<Value, Failure> {
    let keys = call.items(0);
    let values = &call.arguments[1];
    let (ValueKind::List(_, items) | ValueKind::Tuple(items)) = &values.kind else {
        return Err(Failure::argument(1, format!("a list or tuple is needed, not {}", values.ty().phrase())));
    };
    if keys.iter().any(|key| !key.is_known()) {
        return Err(unknown());
    }
    if keys.len() != items.len() {
        return Err(Failure::Call(format!(
            "there are {} and {}",
            plural(keys.len(), "key"),
            plural(items.len(), "value")
        )));
    }
    let mut out = BTreeMap::new();
    for (key, item) in keys.iter().zip(items) {
        let key = key.as_str().ok_or_else(|| Failure::argument(0, "a key cannot be null"))?;
        out.insert(key.into_owned(), item.clone());
    }
    let kind = match &values.kind {
        ValueKind::List(element, _) => ValueKind::Map(element.clone(), out),
        _ => ValueKind::Object(out),
    };
    let mut marks = outer([values]);
    marks.add_computed(&call.arguments[0]);
    Ok(Value::of(kind).with_marks(&marks))
}
