//! Reads legacy JSON: Packer's templates from before HCL, upgraded into the tree that HCL has.
//!
//! Comes in: a file, the schemas of components, and what var-files compute. Goes out: a
//! [`Document`] of `variable`, `locals`, `source` and `build` blocks that means what the template means and that Packer
//! takes as HCL; its places are those of the user's file. Engine calls on variables are expressions, values have the types
//! that the schema declares, names of builders are `TYPE.NAME` where HCL wants them so. What HCL says the same way (the
//! engine's other calls, a plugin's fields) is left to those who read HCL, and so are mistakes that HCL has too.

mod action;
mod builders;
mod make;
mod reading;
mod steps;
#[cfg(test)]
mod tests;
mod texts;
mod values;
mod variables;
mod weak;

use std::collections::BTreeMap;

pub use builders::source_label;
pub use reading::Reading;
pub use texts::{Place, is_constant};
pub use values::{Values, is_plain, looks_like_template, read_values};
pub use variables::identifier;

use crate::declare_diagnostic;
use crate::diagnostic::Sink;
use crate::parse::data::json;
use crate::parse::data::{Data, DataKind, Property};
use crate::parse::shared::DUPLICATE_ARGUMENT;
use crate::schema::Schemas;
use crate::source::{FileId, SourceMap, Span, Spanned};
use crate::syntax::{Document, Item, Part};
use builders::{Builders, no_builder};
use variables::Variables;

declare_diagnostic! {
    pub static JSON_VALUE_KIND = {
        code: "json-value-kind",
        severity: Error,
        since: "0.1.0",
        summary: "a JSON template or var-file has another kind of value than Packer reads there",
    }
    pub static UNKNOWN_ROOT_KEY = {
        code: "unknown-root-key",
        severity: Error,
        since: "0.1.0",
        summary: "a JSON template has a key at its root that means nothing",
    }
    pub static MISSING_TYPE = {
        code: "missing-type",
        severity: Error,
        since: "0.1.0",
        summary: "a builder, provisioner or post-processor of a JSON template has no `type`",
    }
    pub static DUPLICATE_BUILDER = {
        code: "duplicate-builder",
        severity: Error,
        since: "0.1.0",
        summary: "two builders of a JSON template have the same name",
    }
    pub static NO_BUILDER = {
        code: "no-builder",
        severity: Error,
        since: "0.1.0",
        summary: "a JSON template has no builder",
    }
    pub static UNKNOWN_BUILDER = {
        code: "unknown-builder",
        severity: Error,
        since: "0.1.0",
        summary: "`only`, `except` or `override` of a JSON template names a builder that does not exist",
    }
    pub static NOT_IN_LEGACY = {
        code: "not-in-legacy-json",
        severity: Error,
        since: "0.1.0",
        summary: "a JSON template uses an argument that only HCL has",
    }
}

/// Reads a template. `values` are its var-files. Comments are not among what comes out.
pub fn parse(sources: &SourceMap, file: FileId, schemas: &Schemas, values: &Values, sink: &mut Sink) -> Document {
    let span = sources.file(file).span(file);
    let mut data = json::read(sources, file, sink);
    unique(&mut data, sink);
    let mut reader = Reader { schemas, sink, variables: Variables::default(), builders: Builders::default() };
    let items = reader.root(&data, values);
    Document { file, body: make::body(items, span) }
}

struct Reader<'a> {
    schemas: &'a Schemas,
    sink: &'a mut Sink,
    variables: Variables,
    builders: Builders,
}

impl Reader<'_> {
    fn root(&mut self, data: &Data, values: &Values) -> Vec<Item> {
        let DataKind::Object(properties) = &data.kind else {
            if !matches!(data.kind, DataKind::Error) {
                self.wrong_kind(data, "a template", "an object", "write `{ \"builders\": [ … ] }`");
            }
            return vec![Item::Error(data.span)];
        };
        // The variables come first, because the others ask for them, and the builders next, which steps name.
        let find = |name: &str| properties.iter().find(|property| property.key.text == name);
        if let Some(variables) = find("variables") {
            self.declare(&variables.value);
        }
        self.compute(&values.computed, &values.plain);
        if let Some(names) = find("sensitive-variables") {
            self.sensitive(&names.value);
        }
        let mut blocks = Vec::new();
        let mut sources = Vec::new();
        match find("builders") {
            Some(builders) => sources = self.builders(&builders.value),
            // They may stand under a misspelt key, which is told below.
            None if properties.iter().any(is_unknown_list) => {
                self.builders.incomplete = true;
            }
            None => {
                self.builders.incomplete = true;
                self.sink.report(no_builder(data.span));
            }
        }
        let mut build = Vec::new();
        for Property { key, value } in properties {
            if matches!(value.kind, DataKind::Error) {
                blocks.push(Item::Error(key.span.to(value.span)));
                continue;
            }
            match key.text.as_str() {
                "variables" | "sensitive-variables" | "builders" | "push" => {}
                "description" => build.splice(0..0, self.root_text(key, value, "description")).for_each(drop),
                "min_packer_version" => {
                    let required = self.root_text(key, value, "required_version");
                    let required = required.into_iter().map(at_least).collect();
                    let kind = Spanned::new("packer".to_owned(), key.span);
                    blocks.push(make::block(kind, Vec::new(), required, key.span.to(value.span)));
                }
                "provisioners" => self.provisioners(value, &mut build),
                "error-cleanup-provisioner" => build.extend(self.provisioner(value, "error-cleanup-provisioner")),
                "post-processors" => self.post_processors(value, &mut build),
                comment if comment.starts_with('_') => {
                    if !matches!(value.kind, DataKind::String(_)) {
                        self.wrong_kind(value, "a comment", "a string", "put the comment into quotes");
                    }
                }
                other => {
                    // It may be what the others ask for.
                    if matches!(value.kind, DataKind::Object(_) | DataKind::Array(_)) {
                        blocks.push(Item::Error(key.span.to(value.span)));
                    }
                    self.sink.report(
                    UNKNOWN_ROOT_KEY
                        .at(key.span, format!("a template has no `{other}`"))
                        .label("not known here")
                        .help("it has `builders`, `description`, `error-cleanup-provisioner`, `min_packer_version`, `post-processors`, `provisioners`, `sensitive-variables` and `variables`; for a comment, put `_` before the key"),
                    );
                }
            }
        }
        let at = find("builders").map_or(data.span.head(), |builders| builders.key.span);
        let members = self.members();
        blocks.extend(self.variable_blocks(data.span.head()));
        if !sources.is_empty() {
            // After the description, as people write it.
            let place = usize::from(find("description").is_some() && !build.is_empty());
            build.splice(place..place, members);
            blocks.extend(sources);
            blocks.push(steps::build(build, at, data.span));
        }
        blocks
    }

    /// The attribute that a root key with a string is.
    fn root_text(&mut self, key: &crate::parse::data::Decoded, value: &Data, name: &str) -> Option<Item> {
        let DataKind::String(text) = &value.kind else {
            self.wrong_kind(value, &format!("`{}`", key.text), "a string", "put it into quotes");
            return None;
        };
        let name = Spanned::new(name.to_owned(), key.span);
        Some(make::attribute(name, make::text(&text.text, text.span), key.span.to(value.span)))
    }

    fn wrong_kind(&mut self, value: &Data, what: &str, wanted: &str, help: &str) {
        self.sink.report(
            JSON_VALUE_KIND
                .at(value.span, format!("{what} has to be {wanted}, this is {}", value.phrase()))
                .label(format!("this is {}", value.phrase()))
                .help(help),
        );
    }
}

/// What the root of a template can have, besides comments.
const ROOT_KEYS: [&str; 9] = [
    "variables",
    "sensitive-variables",
    "builders",
    "push",
    "description",
    "min_packer_version",
    "provisioners",
    "error-cleanup-provisioner",
    "post-processors",
];

/// Whether a list stands under a key that means nothing.
fn is_unknown_list(property: &Property) -> bool {
    let Property { key, value } = property;
    let name = key.text.as_str();
    !ROOT_KEYS.contains(&name) && !name.starts_with('_') && matches!(value.kind, DataKind::Array(_))
}

/// `"X"` as the constraint `">= X"`.
fn at_least(item: Item) -> Item {
    let Item::Attribute(mut attribute) = item else { return item };
    if let crate::syntax::ExprKind::Template(template) = &mut attribute.value.kind
        && let Some(Part::Literal(text)) = template.parts.first_mut()
    {
        text.value.insert_str(0, ">= ");
    }
    Item::Attribute(attribute)
}

/// Reports keys that stand twice in an object, at any depth; the first one stays.
fn unique(data: &mut Data, sink: &mut Sink) {
    match &mut data.kind {
        DataKind::Array(items) => items.iter_mut().for_each(|item| unique(item, sink)),
        DataKind::Object(properties) => {
            let mut first: BTreeMap<String, Span> = BTreeMap::new();
            properties.retain(|property| {
                let Some(before) = first.get(&property.key.text) else {
                    first.insert(property.key.text.clone(), property.key.span);
                    return true;
                };
                sink.report(
                    DUPLICATE_ARGUMENT
                        .at(property.key.span, format!("`{}` is given twice", property.key.text))
                        .label("a second time")
                        .also(*before, "first given here")
                        .help("remove one of them"),
                );
                false
            });
            properties.iter_mut().for_each(|property| unique(&mut property.value, sink));
        }
        DataKind::Null | DataKind::Bool(_) | DataKind::Number(_) | DataKind::String(_) | DataKind::Error => {}
    }
}
