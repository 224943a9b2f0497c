//! The paths of this machine that a template names.

use std::collections::BTreeSet;

use crate::resolve::template::{Component, ComponentBody, Template};
use crate::resolve::value::Value;
use crate::schema::{Body, Lookup, PathUse, Schemas};

/// The paths that components read and that the template spells out.
pub(super) fn read_by(template: &Template, schemas: &Schemas) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for image in &template.images {
        let steps = image.provisioners.iter().chain(&image.error_cleanup).chain(image.post_processors.iter().flatten());
        for component in std::iter::once(&image.source).chain(steps) {
            let Component { kind, ty, body, .. } = component;
            if let Lookup::Described(schema) = schemas.component(*kind, &ty.value) {
                in_body(body, &schema.body, &mut found);
            }
        }
    }
    found
}

fn in_body(body: &ComponentBody, schema: &Body, found: &mut BTreeSet<String>) {
    let generated = body.arguments.get("generated").is_some_and(|argument| argument.value.is_known());
    let downloads =
        body.arguments.get("direction").and_then(|argument| argument.value.as_str()).is_some_and(|to| to == "download");
    for (name, argument) in &body.arguments {
        let usage = schema.attributes.get(name.as_str()).and_then(|attribute| attribute.path);
        let reads = matches!(usage, Some(PathUse::ReadChecked | PathUse::Read));
        if reads && !generated && !downloads {
            texts(&argument.value, found);
        }
    }
    for (name, blocks) in &body.blocks {
        if let Some(schema) = schema.blocks.get(name.as_str()) {
            for block in blocks {
                in_body(&block.body, &schema.body, found);
            }
        }
    }
}

fn texts(value: &Value, found: &mut BTreeSet<String>) {
    let is_path = |text: &str| !text.is_empty() && !text.contains(['*', '\0']) && !text.contains("://");
    found.extend(value.as_str().map(std::borrow::Cow::into_owned).filter(|text| is_path(text)));
    for child in value.children() {
        texts(child, found);
    }
}

/// `folder/name`, without a `./` that nobody wrote.
pub(super) fn join(folder: &str, name: &str) -> String {
    match folder.trim_end_matches('/') {
        "" if folder.starts_with('/') => format!("/{name}"),
        "" | "." => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

/// A path as messages show it.
pub(super) fn shown(path: &str) -> &str {
    path.strip_prefix("./").filter(|rest| !rest.is_empty()).unwrap_or(path)
}
