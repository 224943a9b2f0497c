//! Var-files of legacy templates: objects of strings, which may be computed.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named is refused, or passed on, in one way")]

use indexmap::{IndexMap, IndexSet};

use super::texts::is_constant;
use super::variables::{identifier, quoted_help};
use super::{JSON_VALUE_KIND, make};
use crate::diagnostic::Sink;
use crate::parse::data::json;
use crate::parse::data::{Data, DataKind, Decoded, Property};
use crate::source::{FileId, SourceMap, Span, Spanned};
use crate::syntax::{Document, Item};

/// What the var-files of a template say.
#[derive(Debug, Default)]
pub struct Values {
    /// Values that are computed when the template is read, by name; none that a later file overrides.
    pub(super) computed: IndexMap<String, (Spanned<String>, Decoded)>,
    /// Names that are given a value which is not computed.
    pub(super) plain: IndexSet<String>,
    /// The files, in order, with all other values. Names are those that the variables have in the tree.
    pub documents: Vec<Document>,
}

/// Reads var-files; later ones win.
pub fn read_values(sources: &SourceMap, files: &[FileId], sink: &mut Sink) -> Values {
    let mut values = Values::default();
    for &file in files {
        let span = sources.file(file).span(file);
        let data = json::read(sources, file, sink);
        let mut items: IndexMap<String, Item> = IndexMap::new();
        let mut errors = Vec::new();
        let properties = match data.kind {
            DataKind::Object(properties) => properties,
            DataKind::Error => {
                errors.push(Item::Error(data.span));
                Vec::new()
            }
            _ => {
                wrong(&data, "a var-file", "an object", "write `{ \"name\": \"value\" }`", sink);
                errors.push(Item::Error(data.span));
                Vec::new()
            }
        };
        for property in properties {
            let span = property.span();
            let Property { key, value } = property;
            let name = Spanned::new(identifier(&key.text), key.span);
            let text = match value.kind {
                DataKind::String(text) => text,
                // Packer reads it as no text at all.
                DataKind::Null => Decoded::verbatim("", value.span, value.span.start as usize),
                DataKind::Error => {
                    errors.push(Item::Error(span));
                    continue;
                }
                DataKind::Bool(_) | DataKind::Number(_) | DataKind::Array(_) | DataKind::Object(_) => {
                    let what = format!("the value of the variable `{}`", key.text);
                    wrong(&value, &what, "a string", &quoted_help(&value), sink);
                    errors.push(Item::Error(span));
                    continue;
                }
            };
            if is_plain(&text.text) {
                values.forget(&key.text);
                let value = make::text(&text.text, text.span);
                items.insert(name.value.clone(), make::attribute(name, value, span));
            } else {
                items.shift_remove(&name.value);
                values.unset(&name.value);
                values.computed.insert(key.text.clone(), (key.spanned(), text));
            }
        }
        let items = items.into_values().chain(errors).collect();
        values.documents.push(Document { file, body: make::body(items, span) });
    }
    values
}

impl Values {
    /// A computed value from the command line, which wins over those of files.
    pub fn set(&mut self, name: &str, span: Span, text: &str) {
        let key = Spanned::new(name.to_owned(), span);
        self.unset(&identifier(name));
        self.computed.insert(name.to_owned(), (key, Decoded::verbatim(text, span, 0)));
    }

    /// The name is given another value, which is not computed.
    pub fn forget(&mut self, name: &str) {
        self.computed.shift_remove(name);
        self.plain.insert(name.to_owned());
    }

    /// Weaker files must not set it any more.
    fn unset(&mut self, name: &str) {
        for document in &mut self.documents {
            document
                .body
                .items
                .retain(|item| !matches!(item, Item::Attribute(attribute) if attribute.name.value == name));
        }
    }
}

/// Whether an HCL var-file can have that value: it asks for nothing, the environment included.
pub fn is_plain(text: &str) -> bool {
    !text.contains("{{") || (is_constant(text) && !text.contains("env"))
}

fn wrong(value: &Data, what: &str, wanted: &str, help: &str, sink: &mut Sink) {
    sink.report(
        JSON_VALUE_KIND
            .at(value.span, format!("{what} has to be {wanted}, this is {}", value.phrase()))
            .label(format!("this is {}", value.phrase()))
            .help(help),
    );
}

/// Whether a text is a legacy template: an object whose `builders` is a list of objects with a `type`. A cheap test, for
/// telling templates from the other JSON files of a folder.
pub fn looks_like_template(text: &str) -> bool {
    // Without these words the text need not be read.
    if !text.contains("\"builders\"") || !text.contains("\"type\"") {
        return false;
    }
    let mut sources = SourceMap::new();
    let file = sources.add("", text, crate::source::FileOrigin::Disk);
    let data = json::read(&sources, file, &mut Sink::new());
    let DataKind::Object(root) = data.kind else { return false };
    let Some(builders) = root.iter().find(|property| property.key.text == "builders") else { return false };
    let DataKind::Array(builders) = &builders.value.kind else { return false };
    let is_builder = |data: &Data| {
        let DataKind::Object(properties) = &data.kind else { return false };
        properties
            .iter()
            .any(|property| property.key.text == "type" && matches!(property.value.kind, DataKind::String(_)))
    };
    builders.iter().any(is_builder)
}
