//! Equality and order of values, as the language sees them: marks and the way a text is put together do not count.

use std::cmp::Ordering;

use super::{Value, ValueKind};

impl Value {
    /// `==`: nothing where one side is not known and the known parts do not decide.
    pub fn equals(&self, other: &Value) -> Option<bool> {
        if self.is_null() || other.is_null() {
            if !self.is_known() || !other.is_known() {
                return None;
            }
            return Some(self.is_null() && other.is_null());
        }
        match (&self.kind, &other.kind) {
            (ValueKind::Unknown(_), _) | (_, ValueKind::Unknown(_)) => None,
            (ValueKind::String(a), ValueKind::String(b)) => Some(a.known()? == b.known()?),
            (ValueKind::String(text), _) | (_, ValueKind::String(text)) => text.known().map(|_| false),
            (ValueKind::Bool(a), ValueKind::Bool(b)) => Some(a == b),
            (ValueKind::Number(a), ValueKind::Number(b)) => Some(a == b),
            (ValueKind::List(t, a), ValueKind::List(u, b)) | (ValueKind::Set(t, a), ValueKind::Set(u, b)) => {
                if t == u {
                    all_equal(a.len(), b.len(), a.iter().zip(b))
                } else {
                    Some(false)
                }
            }
            (ValueKind::Tuple(a), ValueKind::Tuple(b)) => all_equal(a.len(), b.len(), a.iter().zip(b)),
            (ValueKind::Map(t, a), ValueKind::Map(u, b)) => {
                if t != u || !a.keys().eq(b.keys()) {
                    return Some(false);
                }
                all_equal(a.len(), b.len(), a.values().zip(b.values()))
            }
            (ValueKind::Object(a), ValueKind::Object(b)) => {
                if !a.keys().eq(b.keys()) {
                    return Some(false);
                }
                all_equal(a.len(), b.len(), a.values().zip(b.values()))
            }
            _ => Some(false),
        }
    }
}

fn all_equal<'a>(a: usize, b: usize, pairs: impl Iterator<Item = (&'a Value, &'a Value)>) -> Option<bool> {
    if a != b {
        return Some(false);
    }
    let mut result = Some(true);
    for (x, y) in pairs {
        match x.equals(y) {
            Some(false) => return Some(false),
            Some(true) => {}
            None => result = None,
        }
    }
    result
}

/// The elements as a set holds them: each once, in cty's order. Unknown ones are all kept.
pub fn set_elements(mut items: Vec<Value>) -> Vec<Value> {
    items.sort_by(order);
    items.dedup_by(|later, earlier| later.equals(earlier) == Some(true));
    items
}

/// cty's order inside a set: null behind everything known, unknown last; texts by bytes, numbers by size, everything else by
/// a text that cty computes from it.
fn order(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| if !value.is_known() { 2 } else { u8::from(value.is_null()) };
    rank(a).cmp(&rank(b)).then_with(|| match (&a.kind, &b.kind) {
        (ValueKind::String(x), ValueKind::String(y)) => x.known().cmp(&y.known()),
        (ValueKind::Number(x), ValueKind::Number(y)) => x.cmp(y),
        (ValueKind::Bool(x), ValueKind::Bool(y)) => x.cmp(y),
        _ => identity(a).cmp(&identity(b)),
    })
}

/// A text that two wholly known values of one type have in common exactly if they are equal; cty orders sets by it.
pub fn identity(value: &Value) -> String {
    let mut out = String::new();
    push_hash_text(value, &mut out);
    out
}

fn push_hash_text(value: &Value, out: &mut String) {
    if !value.is_known() {
        out.push('?');
        return;
    }
    match &value.kind {
        ValueKind::Null(_) => out.push('~'),
        ValueKind::Bool(value) => out.push(if *value { 'T' } else { 'F' }),
        ValueKind::Number(number) => out.push_str(&number.to_string()),
        ValueKind::String(text) => push_quoted(&text.known().unwrap_or_default(), out),
        ValueKind::List(_, items) | ValueKind::Set(_, items) => push_all('[', items.iter(), ']', out),
        ValueKind::Tuple(items) => push_all('<', items.iter(), '>', out),
        ValueKind::Object(entries) => push_all('<', entries.values(), '>', out),
        ValueKind::Map(_, entries) => {
            out.push('{');
            for (key, value) in entries {
                push_quoted(key, out);
                out.push(':');
                push_hash_text(value, out);
                out.push(';');
            }
            out.push('}');
        }
        ValueKind::Unknown(_) => out.push('?'),
    }
}

fn push_all<'a>(open: char, items: impl Iterator<Item = &'a Value>, close: char, out: &mut String) {
    out.push(open);
    for item in items {
        push_hash_text(item, out);
        out.push(';');
    }
    out.push(close);
}

/// As Go quotes a string, for what matters to an order.
fn push_quoted(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            _ => out.push(character),
        }
    }
    out.push('"');
}
