//! What people say about JSON, which has no comments: properties named `//` in HCL's mapping, keys that begin with `_`
//! at the root of a legacy template.

use crate::diagnostic::Sink;
use crate::parse::data::{Data, DataKind, Property, json};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::Comment;

/// The comments of a template, or of a file of values. Only bodies have them: in a value such a property is data.
pub fn comments(sources: &SourceMap, file: FileId, values: bool) -> Vec<Comment> {
    let root = json::read(sources, file, &mut Sink::new());
    let mut found = Vec::new();
    body(&root, values, 0, &mut found);
    found
}

/// The comments of a legacy template. They stand before everything else, as what is made of it has another order.
pub fn legacy_comments(sources: &SourceMap, file: FileId) -> Vec<Comment> {
    let root = json::read(sources, file, &mut Sink::new());
    let DataKind::Object(properties) = &root.kind else { return Vec::new() };
    let start = Span::new(file, 0, 0);
    let own = properties.iter().filter(|property| property.key.text.starts_with('_'));
    let mut found: Vec<Comment> =
        own.filter_map(|property| comment(property).map(|comment| Comment { span: start, ..comment })).collect();
    if let Some(last) = found.last_mut() {
        last.apart = true;
    }
    found
}

fn body(data: &Data, values: bool, depth: usize, found: &mut Vec<Comment>) {
    match &data.kind {
        DataKind::Array(items) => items.iter().for_each(|item| body(item, values, depth, found)),
        DataKind::Object(properties) => {
            for property in properties {
                if property.key.text == "//" {
                    found.extend(comment(property));
                } else if !values && let Some(labels) = labels(&property.key.text, depth) {
                    inside(&property.value, labels, depth + 1, found);
                }
            }
        }
        DataKind::Null | DataKind::Bool(_) | DataKind::Number(_) | DataKind::String(_) | DataKind::Error => {}
    }
}

fn inside(data: &Data, labels: usize, depth: usize, found: &mut Vec<Comment>) {
    if labels == 0 {
        return body(data, false, depth, found);
    }
    match &data.kind {
        DataKind::Array(items) => items.iter().for_each(|item| inside(item, labels, depth, found)),
        DataKind::Object(properties) => {
            properties.iter().for_each(|property| inside(&property.value, labels - 1, depth, found));
        }
        DataKind::Null | DataKind::Bool(_) | DataKind::Number(_) | DataKind::String(_) | DataKind::Error => {}
    }
}

/// How many labels a block of the language has; nothing where no such block is known.
fn labels(kind: &str, depth: usize) -> Option<usize> {
    match (depth, kind) {
        (0, "packer" | "variables" | "locals" | "build" | "hcp_packer_registry") => Some(0),
        (0, "variable" | "local") => Some(1),
        (0, "source" | "data" | "communicator") => Some(2),
        (1, "source" | "provisioner" | "post-processor" | "error-cleanup-provisioner" | "dynamic") => Some(1),
        (1, "post-processors" | "required_plugins" | "validation" | "hcp_packer_registry") => Some(0),
        (2, "post-processor") => Some(1),
        (2, "content") => Some(0),
        _ => None,
    }
}

fn comment(property: &Property) -> Option<Comment> {
    let DataKind::String(text) = &property.value.kind else { return None };
    let text = text.text.trim_end().to_owned();
    Some(Comment { span: property.key.span.to(property.value.span), text, own_line: true, apart: false })
}
