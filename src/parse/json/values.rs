//! A JSON file of values as the tree that a file of arguments is.
//!
//! Strings are literal here: no template is looked for in them, as nothing could be referred to.

use std::collections::BTreeMap;

use super::reader;
use crate::declare_diagnostic;
use crate::diagnostic::Sink;
use crate::parse::data::{Data, DataKind, Decoded, Property};
use crate::parse::shared::DUPLICATE_ARGUMENT;
use crate::source::{FileId, SourceMap, Span, Spanned};
use crate::syntax::{
    Attribute, Body, Document, Expr, ExprKind, Item, ObjectItem, Part, Spelling, Template, TemplateKind, UnaryOp,
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
    let mut root = |json: Data, sink: &mut Sink| match json.kind {
        DataKind::Object(all) => properties.extend(all),
        DataKind::Error => items.push(Item::Error(json.span)),
        DataKind::Null | DataKind::Bool(_) | DataKind::Number(_) | DataKind::String(_) | DataKind::Array(_) => {
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
    if let DataKind::Array(objects) = json.kind {
        objects.into_iter().for_each(|object| root(object, sink));
    } else {
        root(json, sink);
    }
    // A property of that name is how people comment JSON.
    properties.retain(|property: &Property| property.key.text != "//");
    for property in unique(properties, sink) {
        let Property { key, value } = property;
        if matches!(value.kind, DataKind::Error) {
            items.push(Item::Error(key.span.to(value.span)));
            continue;
        }
        let span = key.span.to(value.span);
        items.push(Item::Attribute(Attribute {
            name: key.spanned(),
            value: literal(value, sink),
            span,
            undecided: false,
        }));
    }
    Document { file, body: Body { items, span, spelling: Spelling::Json } }
}

/// The first property of each key; the others are reported.
fn unique(properties: Vec<Property>, sink: &mut Sink) -> Vec<Property> {
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    let mut kept = Vec::with_capacity(properties.len());
    for property in properties {
        let Some(before) = first.get(&property.key.text) else {
            first.insert(property.key.text.clone(), property.key.span);
            kept.push(property);
            continue;
        };
        sink.report(
            DUPLICATE_ARGUMENT
                .at(property.key.span, format!("`{}` is given twice", property.key.text))
                .label("a second time")
                .also(*before, "first given here")
                .help("remove one of them"),
        );
    }
    kept
}

fn literal(json: Data, sink: &mut Sink) -> Expr {
    let span = json.span;
    let kind = match json.kind {
        DataKind::Null => ExprKind::Null,
        DataKind::Bool(value) => ExprKind::Bool(value),
        DataKind::Number(text) => match text.strip_prefix('-') {
            None => ExprKind::Number(text),
            Some(digits) => {
                let digits = Expr { kind: ExprKind::Number(digits.to_owned()), span };
                ExprKind::Unary(Spanned::new(UnaryOp::Negate, span), Box::new(digits))
            }
        },
        DataKind::String(text) => text_kind(text),
        DataKind::Array(items) => ExprKind::Tuple(items.into_iter().map(|item| literal(item, sink)).collect()),
        DataKind::Object(properties) => {
            let properties = unique(properties, sink);
            let item = |Property { key, value }| ObjectItem {
                key: Expr { span: key.span, kind: text_kind(key) },
                value: literal(value, sink),
            };
            ExprKind::Object(properties.into_iter().map(item).collect())
        }
        DataKind::Error => ExprKind::Error,
    };
    Expr { kind, span }
}

fn text_kind(text: Decoded) -> ExprKind {
    let parts = if text.text.is_empty() { Vec::new() } else { vec![Part::Literal(text.spanned())] };
    ExprKind::Template(Template { parts, kind: TemplateKind::Quoted })
}
