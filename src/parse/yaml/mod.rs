//! Reads YAML: HCL's mapping of JSON, written as YAML 1.2 with its core schema.
//!
//! [`reader`] makes [`Data`](super::data::Data) of a file, with anchors, aliases and merge keys followed, and knows
//! nothing of what it means; what it means as a template or as a file of values is the same for JSON and YAML.

mod comments;
mod places;
pub mod reader;
mod scalar;
#[cfg(test)]
mod tests;

pub use comments::comments;
pub use scalar::in_yaml_1_1;

use crate::diagnostic::Sink;
use crate::parse::data::{template, values};
use crate::schema::Schemas;
use crate::source::{FileId, SourceMap};
use crate::syntax::{Document, Spelling};

/// Reads a file of arguments and blocks; `schemas` tell which is which.
pub fn parse_template(sources: &SourceMap, file: FileId, schemas: &Schemas, sink: &mut Sink) -> Document {
    let data = reader::read(sources, file, sink);
    template::document(data, file, sources.file(file).span(file), Spelling::Yaml, schemas, sink)
}

/// Reads a file whose properties are the values of names.
pub fn parse_values(sources: &SourceMap, file: FileId, sink: &mut Sink) -> Document {
    let data = reader::read(sources, file, sink);
    values::document(data, file, sources.file(file).span(file), Spelling::Yaml, sink)
}
