//! A JSON file of values as the tree that a file of arguments is.
//!
//! Strings are literal here: no template is looked for in them, as nothing could be referred to.

use std::collections::BTreeMap;

use super::{Json, JsonKind, Property, reader};
use crate::declare_diagnostic;
use crate::diagnostic::Sink;
use crate::parse::shared::DUPLICATE_ARGUMENT;
use crate::source::{FileId, SourceMap, Span, Spanned};
use crate::syntax::{
    Attribute, Body, Document, Expr, ExprKind, Item, ObjectItem, Part, Template, TemplateKind, UnaryOp,
};

declare_diagnostic! {
    pub static JSON_ROOT = {
        code: "json-root",
        severity: Error,
        since: "0.1.0",
        summary: "a JSON file is not an object",
    }
}

/// Reads a file whose properties are the values of names. Several objects in an array count as one.
pub fn parse_values(sources: &SourceMap, file: FileId, sink: &mut Sink) -> Document {
    let span = sources.file(file).span(file);
    let mut properties = Vec::new();
    let mut items = Vec::new();
    let mut root = |json: Json, sink: &mut Sink| match json.kind {
        JsonKind::Object(all) => properties.extend(all),
        JsonKind::Error => items.push(Item::Error(json.span)),
        JsonKind::Null | JsonKind::Bool(_) | JsonKind::Number(_) | JsonKind::String(_) | JsonKind::Array(_) => {
            items.push(Item::Error(json.span));
            sink.report(
                JSON_ROOT
                    .at(json.span, format!("values are properties of an object, not {}", json.phrase()))
                    .label("an object is expected here")
                    .help("write `{ \"name\": value }`"),
            );
        }
    };
    let json = reader::read(sources, file, sink);
    if let JsonKind::Array(objects) = json.kind {
        objects.into_iter().for_each(|object| root(object, sink));
    } else {
        root(json, sink);
    }
    // A property of that name is how people comment JSON.
    properties.retain(|property: &Property| property.key.value != "//");
    for property in unique(properties, sink) {
        let Property { key, value } = property;
        if matches!(value.kind, JsonKind::Error) {
            items.push(Item::Error(key.span.to(value.span)));
            continue;
        }
        let span = key.span.to(value.span);
        items.push(Item::Attribute(Attribute { name: key, value: literal(value, sink), span }));
    }
    Document { file, body: Body { items, span } }
}

/// The first property of each key; the others are reported.
fn unique(properties: Vec<Property>, sink: &mut Sink) -> Vec<Property> {
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    let mut kept = Vec::with_capacity(properties.len());
    for property in properties {
        let Some(before) = first.get(&property.key.value) else {
            first.insert(property.key.value.clone(), property.key.span);
            kept.push(property);
            continue;
        };
        sink.report(
            DUPLICATE_ARGUMENT
                .at(property.key.span, format!("`{}` is given twice", property.key.value))
                .label("a second time")
                .also(*before, "first given here")
                .help("remove one of them"),
        );
    }
    kept
}

fn literal(json: Json, sink: &mut Sink) -> Expr {
    let span = json.span;
    let kind = match json.kind {
        JsonKind::Null => ExprKind::Null,
        JsonKind::Bool(value) => ExprKind::Bool(value),
        JsonKind::Number(text) => match text.strip_prefix('-') {
            None => ExprKind::Number(text),
            Some(digits) => {
                let digits = Expr { kind: ExprKind::Number(digits.to_owned()), span };
                ExprKind::Unary(Spanned::new(UnaryOp::Negate, span), Box::new(digits))
            }
        },
        JsonKind::String(text) => text_kind(text, span),
        JsonKind::Array(items) => ExprKind::Tuple(items.into_iter().map(|item| literal(item, sink)).collect()),
        JsonKind::Object(properties) => {
            let properties = unique(properties, sink);
            let item = |Property { key, value }| ObjectItem {
                key: Expr { kind: text_kind(key.value, key.span), span: key.span },
                value: literal(value, sink),
            };
            ExprKind::Object(properties.into_iter().map(item).collect())
        }
        JsonKind::Error => ExprKind::Error,
    };
    Expr { kind, span }
}

fn text_kind(text: String, span: Span) -> ExprKind {
    let parts = if text.is_empty() { Vec::new() } else { vec![Part::Literal(Spanned::new(text, span))] };
    ExprKind::Template(Template { parts, kind: TemplateKind::Quoted })
}
