//! A file of values: its properties are the arguments of a var-file.
//!
//! Strings are literal here: no template is looked for in them, as nothing could be referred to.

use super::expr::{Reading, expr, unique};
use super::{Data, DataKind, Property, ROOT_NOT_OBJECT};
use crate::diagnostic::Sink;
use crate::source::{FileId, Span};
use crate::syntax::{Attribute, Body, Document, Item, Spelling};

/// The file `data` stands in, whose whole is `span`. Several objects in an array count as one.
pub fn document(data: Data, file: FileId, span: Span, spelling: Spelling, sink: &mut Sink) -> Document {
    let mut properties = Vec::new();
    let mut items = Vec::new();
    let mut root = |data: Data, sink: &mut Sink| match data.kind {
        DataKind::Object(all) => properties.extend(all),
        DataKind::Error => items.push(Item::Error(data.span)),
        DataKind::Null | DataKind::Bool(_) | DataKind::Number(_) | DataKind::String(_) | DataKind::Array(_) => {
            items.push(Item::Error(data.span));
            let form = if spelling == Spelling::Yaml { "name: value" } else { "{ \"name\": value }" };
            sink.report(
                ROOT_NOT_OBJECT
                    .at(data.span, format!("values are properties of an object, not {}", data.phrase()))
                    .label("an object is expected here")
                    .help(format!("write `{form}`")),
            );
        }
    };
    if let DataKind::Array(objects) = data.kind {
        objects.into_iter().for_each(|object| root(object, sink));
    } else {
        root(data, sink);
    }
    // A property of that name is how people comment JSON.
    properties.retain(|property: &Property| property.key.text != "//");
    for property in unique(properties, sink) {
        let span = property.span();
        let Property { key, value } = property;
        if matches!(value.kind, DataKind::Error) {
            items.push(Item::Error(span));
            continue;
        }
        let value = expr(value, Reading::Literal, sink);
        items.push(Item::Attribute(Attribute { name: key.spanned(), value, span, undecided: false }));
    }
    Document { file, body: Body { items, span, spelling } }
}
