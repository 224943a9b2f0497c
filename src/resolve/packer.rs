//! The `packer` block: which plugins the template requires.

use std::collections::{BTreeMap, BTreeSet};

use super::structure;
use super::value::{Origin, Type, Value, ValueKind};
use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Sink};
use crate::schema::language;
use crate::source::Span;
use crate::syntax::{Attribute, Document, ExprKind};

declare_diagnostic! {
    pub static INVALID_REQUIRED_PLUGIN = {
        code: "invalid-required-plugin",
        severity: Error,
        since: "0.1.0",
        summary: "an entry of `required_plugins` does not say where the plugin comes from and which versions will do",
    }
}

/// What this file can report.
pub(super) const DECLARATIONS: &[&Declaration] = &[&INVALID_REQUIRED_PLUGIN];

/// The version of Packer whose language this is.
pub(super) const PACKER_VERSION: &str = "1.16.0";

/// The local names of the plugins that the template requires.
pub(super) fn read(documents: &[Document], sink: &mut Sink) -> BTreeSet<String> {
    let root = language::root();
    let mut plugins = BTreeSet::new();
    for block in documents.iter().flat_map(|document| document.body.blocks()) {
        if block.kind.value != "packer" || !block.labels.is_empty() {
            continue;
        }
        let content = structure::content(&block.body, &root.blocks["packer"].body, "the `packer` block", sink);
        for required in content.blocks {
            for attribute in required.body.attributes() {
                plugins.insert(attribute.name.value.clone());
                check(attribute, sink);
            }
        }
    }
    plugins
}

fn check(attribute: &Attribute, sink: &mut Sink) {
    let name = &attribute.name.value;
    let invalid = |message: String, label: &str| {
        INVALID_REQUIRED_PLUGIN
            .at(attribute.value.span, message)
            .label(label)
            .help(format!("write `{name} = {{ version = \"~> 1\", source = \"github.com/OWNER/{name}\" }}`"))
    };
    let ExprKind::Object(items) = &attribute.value.kind else {
        if !matches!(attribute.value.kind, ExprKind::Error) {
            sink.report(invalid(format!("the plugin `{name}` is not required by an object"), "has to be an object"));
        }
        return;
    };
    let texts: BTreeMap<String, Option<String>> =
        items.iter().filter_map(|item| Some((text(&item.key.kind)?, text(&item.value.kind)))).collect();
    for key in ["version", "source"] {
        if !texts.contains_key(key) {
            sink.report(invalid(
                format!("`required_plugins` does not say the {key} of `{name}`"),
                &format!("`{key}` is missing"),
            ));
        }
    }
    if let Some(other) = texts.keys().find(|key| !["version", "source"].contains(&key.as_str())) {
        sink.report(invalid(format!("`required_plugins` has no `{other}`"), "only `version` and `source` are known"));
    }
    if texts.get("source").cloned().flatten().is_some_and(|source| source.split('/').count() < 3) {
        sink.report(invalid(format!("the source of `{name}` has no three parts"), "has to be HOST/OWNER/NAME"));
    }
}

fn text(kind: &ExprKind) -> Option<String> {
    let ExprKind::Template(template) = kind else { return None };
    template.literal()
}

/// The `packer` object of expressions.
pub(super) fn value(span: Span) -> Value {
    let unknown = |name: &str| {
        let origin = Origin::Packer(format!("packer.{name}"));
        (name.to_owned(), Value::unknown(Type::String, origin, span))
    };
    let version = ("version".to_owned(), Value::string(PACKER_VERSION));
    Value::of(ValueKind::Object(BTreeMap::from([version, unknown("iterationID"), unknown("versionFingerprint")])))
}
