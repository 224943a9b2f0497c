//! Whether a file is a component document.

use super::reader::data;
use crate::diagnostic::Sink;
use crate::parse::data::{Data, DataKind};
use crate::source::{FileId, SourceMap};

/// Whether a text may be a document: a quick no for nearly all others.
pub fn may_be_document(text: &str) -> bool {
    text.contains("phases") && (text.contains("schemaVersion") || text.contains("action"))
}

/// Whether a file is a document: its root has `schemaVersion` and `phases`, or at least phases whose steps have actions,
/// as in no other format.
pub fn is_document(sources: &SourceMap, file: FileId) -> bool {
    if !may_be_document(&sources.file(file).text) {
        return false;
    }
    let root = data(sources, file, &mut Sink::new());
    let Some(phases) = get(&root, "phases") else { return false };
    let steps =
        |phase: &Data| get(phase, "steps").is_some_and(|steps| items(steps).any(|step| get(step, "action").is_some()));
    get(&root, "schemaVersion").is_some() || items(phases).any(steps)
}

fn get<'d>(data: &'d Data, key: &str) -> Option<&'d Data> {
    let DataKind::Object(properties) = &data.kind else { return None };
    properties.iter().find(|property| property.key.text == key).map(|property| &property.value)
}

fn items(data: &Data) -> impl Iterator<Item = &Data> {
    let items = match &data.kind {
        DataKind::Array(items) => items.as_slice(),
        DataKind::Null
        | DataKind::Bool(_)
        | DataKind::Number(_)
        | DataKind::String(_)
        | DataKind::Object(_)
        | DataKind::Error => &[],
    };
    items.iter()
}
