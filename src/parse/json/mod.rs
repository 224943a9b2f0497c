//! Reads JSON: any text gives a tree with places, whatever its faults.
//!
//! [`json`] makes [`Data`](super::data::Data) of a file and knows nothing of what it means; what it means as a
//! template or as a file of values is the same for JSON and YAML.

mod comments;
#[cfg(test)]
mod tests;

pub use comments::{comments, legacy_comments};

use crate::diagnostic::Sink;
use crate::parse::data::{json, template, values};
use crate::schema::Schemas;
use crate::source::{FileId, SourceMap};
use crate::syntax::{Document, Spelling};

/// Reads a file of arguments and blocks; `schemas` tell which is which.
pub fn parse_template(sources: &SourceMap, file: FileId, schemas: &Schemas, sink: &mut Sink) -> Document {
    let data = json::read(sources, file, sink);
    template::document(data, file, sources.file(file).span(file), Spelling::Json, schemas, sink)
}

/// Reads a file whose properties are the values of names.
pub fn parse_values(sources: &SourceMap, file: FileId, sink: &mut Sink) -> Document {
    let data = json::read(sources, file, sink);
    values::document(data, file, sources.file(file).span(file), Spelling::Json, sink)
}
