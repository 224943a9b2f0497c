//! Values of legacy JSON as the types that a component declares: Packer converts far more of them than HCL does.
//!
//! What is written out is converted here. What only a variable's value decides becomes an expression that converts it:
//! an empty text is an empty list, and no number and no bool at all.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named is refused, or passed on, in one way")]

use std::ops::Range;

use super::Reader;
use super::action::{self, Piece};
use super::make;
use super::texts::Place;
use crate::parse::data::{Data, DataKind, Decoded, Property};
use crate::schema::{self, AttributeType, Format, Kind, Lookup};
use crate::source::{Span, Spanned};
use crate::syntax::{Attribute, BinaryOp, Expr, ExprKind, Item, ObjectItem, Part, UnaryOp};

impl Reader<'_> {
    /// The items that the properties of a component are. Where nothing is written and a legacy template means another value
    /// than HCL does, it is written out.
    pub(super) fn component(&mut self, kind: Kind, ty: &Decoded, properties: &[&Property], place: Place) -> Vec<Item> {
        let schemas = self.schemas;
        let component = match schemas.component(kind, &ty.text) {
            Lookup::Described(component) => component,
            Lookup::Named(_) | Lookup::Unknown => return self.body(properties, None, place),
        };
        let mut items = self.body(properties, Some(&component.body), place);
        for (name, attribute) in &component.body.attributes {
            let written = properties.iter().any(|property| property.key.text.eq_ignore_ascii_case(name));
            if let Some(default) = attribute.default_legacy.as_ref().filter(|_| !written) {
                items.extend(constant(default, ty.span).map(|value| make::set(name, value)));
            }
        }
        items
    }

    /// The items of a body whose schema may be known.
    fn body(&mut self, properties: &[&Property], schema: Option<&schema::Body>, place: Place) -> Vec<Item> {
        let mut items = Vec::new();
        for property in properties {
            let Property { key, value } = property;
            let span = property.span();
            if matches!(value.kind, DataKind::Error) {
                items.push(Item::Error(span));
                continue;
            }
            let Some(schema) = schema else {
                let value = self.plain(value, place);
                let undecided = holds_objects(property);
                items.push(Item::Attribute(Attribute { name: key.spanned(), value, span, undecided }));
                continue;
            };
            if let Some(attribute) = find(&schema.attributes, &key.text) {
                let name = Spanned::new(attribute.name.clone(), key.span);
                let value = self.weak(value, &attribute.ty, attribute.format, place);
                items.push(make::attribute(name, value, span));
            } else if let Some(block) = find(&schema.blocks, &key.text) {
                self.blocks(property, block, place, &mut items);
            } else {
                let value = self.plain(value, place);
                items.push(make::attribute(key.spanned(), value, span));
            }
        }
        items
    }

    /// An object is a block, an array one for each of its objects.
    fn blocks(&mut self, property: &Property, schema: &schema::Block, place: Place, items: &mut Vec<Item>) {
        let Property { key, value } = property;
        let all = match &value.kind {
            DataKind::Null => return,
            DataKind::Array(all) => all.as_slice(),
            _ => std::slice::from_ref(value),
        };
        for one in all {
            let DataKind::Object(properties) = &one.kind else {
                if !matches!(one.kind, DataKind::Error) {
                    self.wrong_kind(one, &format!("`{}`", key.text), "an object", "write `{ … }`");
                }
                items.push(Item::Error(one.span));
                continue;
            };
            let properties: Vec<&Property> = properties.iter().collect();
            let body = self.body(&properties, Some(&schema.body), place);
            let kind = Spanned::new(schema.name.clone(), key.span);
            items.push(make::block(kind, Vec::new(), body, one.span));
        }
    }

    /// A value whose type nobody knows, as it is.
    pub(super) fn plain(&mut self, data: &Data, place: Place) -> Expr {
        self.weak(data, &AttributeType::Any, None, place)
    }

    /// A value as a type wants it. What cannot be one stays as it is, and is found where types are checked.
    pub(super) fn weak(&mut self, data: &Data, ty: &AttributeType, format: Option<Format>, place: Place) -> Expr {
        let span = data.span;
        match (&data.kind, ty) {
            (DataKind::Null, _) => make::null(span),
            (DataKind::Error, _) => Expr { kind: ExprKind::Error, span },
            (DataKind::String(text), AttributeType::Bool) => self.bool(text, format, place),
            (DataKind::String(text), AttributeType::Number) => self.number(text, format, place),
            (DataKind::String(text), AttributeType::List(element) | AttributeType::Set(element)) => {
                self.list(text, element, place)
            }
            (DataKind::String(text), _) => self.text(text, place),
            (DataKind::Bool(value), AttributeType::String) => make::text(if *value { "1" } else { "0" }, span),
            (DataKind::Bool(value), AttributeType::Number) => number(if *value { "1" } else { "0" }, span),
            (DataKind::Number(text), AttributeType::Bool) => {
                Expr { kind: ExprKind::Bool(text.bytes().any(|byte| byte.is_ascii_digit() && byte != b'0')), span }
            }
            (DataKind::Number(text), AttributeType::Number) if format == Some(Format::Integer) => {
                // Go cuts the fraction off.
                let whole = text.split_once('.').filter(|(_, fraction)| fraction.bytes().all(|b| b.is_ascii_digit()));
                number(whole.map_or(text, |(whole, _)| whole), span)
            }
            (DataKind::Bool(_) | DataKind::Number(_), AttributeType::List(element) | AttributeType::Set(element)) => {
                make::tuple(vec![self.weak(data, element, None, place)], span)
            }
            (DataKind::Bool(value), _) => Expr { kind: ExprKind::Bool(*value), span },
            (DataKind::Number(text), _) => number(text, span),
            (DataKind::Array(items), AttributeType::List(element) | AttributeType::Set(element)) => {
                let items = items.iter().map(|item| self.weak(item, element, None, place)).collect();
                make::tuple(items, span)
            }
            (DataKind::Array(items), AttributeType::Map(_) | AttributeType::Object(_)) => {
                // Objects in an array count as one, the last of equal keys winning.
                let objects: Option<Vec<&Vec<Property>>> = items
                    .iter()
                    .map(|item| if let DataKind::Object(properties) = &item.kind { Some(properties) } else { None })
                    .collect();
                match objects {
                    Some(objects) => self.object(&objects, ty, span, place),
                    None => self.plain(data, place),
                }
            }
            (DataKind::Array(items), _) => {
                let items = items.iter().map(|item| self.plain(item, place)).collect();
                make::tuple(items, span)
            }
            (DataKind::Object(properties), AttributeType::List(element) | AttributeType::Set(element)) => {
                let items =
                    if properties.is_empty() { Vec::new() } else { vec![self.weak(data, element, None, place)] };
                make::tuple(items, span)
            }
            (DataKind::Object(properties), _) => self.object(&[properties], ty, span, place),
        }
    }

    fn object(&mut self, objects: &[&Vec<Property>], ty: &AttributeType, span: Span, place: Place) -> Expr {
        let mut items = Vec::new();
        for Property { key, value } in objects.iter().copied().flatten() {
            let ty = match ty {
                AttributeType::Map(element) => element,
                AttributeType::Object(members) => members.get(&key.text).unwrap_or(&AttributeType::Any),
                _ => &AttributeType::Any,
            };
            let key = make::key(self.parts(key, 0..key.text.len(), place), key.span);
            items.push(ObjectItem { key, value: self.weak(value, ty, None, place) });
        }
        Expr { kind: ExprKind::Object(items), span }
    }

    fn bool(&mut self, text: &Decoded, format: Option<Format>, place: Place) -> Expr {
        let value = match text.text.as_str() {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
            "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
            "" if format == Some(Format::Tristate) => return make::null(text.span),
            "" => Some(false),
            _ => None,
        };
        if let Some(value) = value {
            return Expr { kind: ExprKind::Bool(value), span: text.span };
        }
        let parts = self.parts(text, 0..text.text.len(), place);
        if !has_holes(&parts) {
            return make::template(parts, text.span);
        }
        let may_be_empty = may_be_empty(&parts);
        let span = text.span;
        let value = make::template(parts, span);
        let lower = make::call("lower", vec![value.clone()], span);
        if may_be_empty { unless_empty(value, lower, make::null(span), span) } else { lower }
    }

    fn number(&mut self, text: &Decoded, format: Option<Format>, place: Place) -> Expr {
        let span = text.span;
        if text.text.is_empty() {
            return make::null(span);
        }
        if let Some(value) = whole(&text.text) {
            return number(&value.to_string(), span);
        }
        if format != Some(Format::Integer)
            && let Ok(value) = text.text.parse::<f64>()
            && value.is_finite()
        {
            return number(&text.text, span);
        }
        let parts = self.parts(text, 0..text.text.len(), place);
        let may_be_empty = has_holes(&parts) && may_be_empty(&parts);
        let value = make::template(parts, span);
        if may_be_empty { unless_empty(value.clone(), value, make::null(span), span) } else { value }
    }

    /// Commas separate elements.
    fn list(&mut self, text: &Decoded, element: &AttributeType, place: Place) -> Expr {
        let span = text.span;
        if text.text.is_empty() {
            return make::tuple(Vec::new(), span);
        }
        let parts = self.parts(text, 0..text.text.len(), place);
        if has_holes(&parts) {
            let may_be_empty = may_be_empty(&parts);
            let value = make::template(parts, span);
            let split = make::call("split", vec![make::text(",", span), value], span);
            return if may_be_empty { make::call("compact", vec![split], span) } else { split };
        }
        let items = elements(&text.text)
            .into_iter()
            .map(|range| {
                let at = text.place(range.clone());
                let part = Decoded::verbatim(&text.text[range], at, at.start as usize);
                let data = Data { kind: DataKind::String(part), span: at };
                self.weak(&data, element, None, place)
            })
            .collect();
        make::tuple(items, span)
    }
}

/// A default of a schema, which is no object.
fn constant(value: &serde_json::Value, span: Span) -> Option<Expr> {
    match value {
        serde_json::Value::Bool(value) => Some(Expr { kind: ExprKind::Bool(*value), span }),
        serde_json::Value::Number(value) => Some(number(&value.to_string(), span)),
        serde_json::Value::String(value) => Some(make::text(value, span)),
        serde_json::Value::Array(items) => {
            Some(make::tuple(items.iter().map(|item| constant(item, span)).collect::<Option<_>>()?, span))
        }
        serde_json::Value::Null | serde_json::Value::Object(_) => None,
    }
}

/// `value != "" ? then : otherwise`
fn unless_empty(value: Expr, then: Expr, otherwise: Expr, span: Span) -> Expr {
    make::choice(value, BinaryOp::NotEqual, make::text("", span), then, otherwise, span)
}

fn number(text: &str, span: Span) -> Expr {
    let kind = match text.strip_prefix('-') {
        None => ExprKind::Number(text.to_owned()),
        Some(digits) => {
            let digits = Expr { kind: ExprKind::Number(digits.to_owned()), span };
            ExprKind::Unary(Spanned::new(UnaryOp::Negate, span), Box::new(digits))
        }
    };
    Expr { kind, span }
}

/// A whole number as Go reads one whose base its prefix tells.
fn whole(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    let value = i64::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with(['+', '-']))?;
    Some(sign * value)
}

fn has_holes(parts: &[Part]) -> bool {
    parts.iter().any(|part| !matches!(part, Part::Literal(_)))
}

/// Whether nothing but values of variables stands there.
fn may_be_empty(parts: &[Part]) -> bool {
    !parts.iter().any(|part| matches!(part, Part::Literal(_)))
}

/// The elements of a text, at its commas; those inside of braces separate nothing.
fn elements(text: &str) -> Vec<Range<usize>> {
    let mut commas = Vec::new();
    for piece in action::pieces(text) {
        if let Piece::Text(range) = piece {
            commas.extend(text[range.clone()].match_indices(',').map(|(at, _)| range.start + at));
        }
    }
    let mut from = 0;
    let mut out = Vec::with_capacity(commas.len() + 1);
    for comma in commas {
        out.push(from..comma);
        from = comma + 1;
    }
    out.push(from..text.len());
    out
}

fn holds_objects(property: &Property) -> bool {
    match &property.value.kind {
        DataKind::Object(_) => true,
        DataKind::Array(items) => {
            !items.is_empty() && items.iter().all(|item| matches!(item.kind, DataKind::Object(_)))
        }
        _ => false,
    }
}

/// By its name; as Packer does, without regard to case where no name fits exactly.
fn find<'s, T>(all: &'s indexmap::IndexMap<String, T>, name: &str) -> Option<&'s T> {
    all.get(name).or_else(|| all.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, found)| found))
}
