//! The `packer` block: which Packer the template is for, and which plugins it requires.
//!
//! Both are plain constants, which Packer reads before anything else.

use std::collections::{BTreeMap, BTreeSet};

use super::eval::{self, FunctionSet, Scope, World};
use super::structure;
use super::value::{Origin, Type, Value, ValueKind};
use super::version::{Constraint, Version};
use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Sink};
use crate::schema::language;
use crate::source::Span;
use crate::syntax::{Attribute, Document, Expr, ExprKind};

declare_diagnostic! {
    pub static INVALID_REQUIRED_PLUGIN = {
        code: "invalid-required-plugin",
        severity: Error,
        since: "0.1.0",
        summary: "an entry of `required_plugins` does not say where the plugin comes from and which versions will do",
    }
    pub static DUPLICATE_REQUIRED_PLUGIN = {
        code: "duplicate-required-plugin",
        severity: Error,
        since: "0.1.0",
        summary: "two blocks require a plugin of the same name",
    }
    pub static INVALID_VERSION_CONSTRAINT = {
        code: "invalid-version-constraint",
        severity: Error,
        since: "0.1.0",
        summary: "a condition on a version is not written as one",
    }
    pub static UNSUPPORTED_PACKER_VERSION = {
        code: "unsupported-packer-version",
        severity: Error,
        since: "0.1.0",
        summary: "the template is not for the version of Packer whose language is read",
    }
}

/// What this file can report.
pub(super) const DECLARATIONS: &[&Declaration] =
    &[&DUPLICATE_REQUIRED_PLUGIN, &INVALID_REQUIRED_PLUGIN, &INVALID_VERSION_CONSTRAINT, &UNSUPPORTED_PACKER_VERSION];

/// The version of Packer whose language this is.
pub(super) const PACKER_VERSION: &str = "1.16.0";

/// A plugin that the template requires, as far as its entry could be read.
#[derive(Clone, Debug, Default)]
pub(super) struct Required {
    /// Which versions will do.
    pub(super) versions: Option<Constraint>,
    /// `github.com/OWNER/NAME`
    pub(super) source: Option<String>,
}

/// The plugins that the template requires, by local name. `version` is that of the Packer it will be used with.
pub(super) fn read(
    documents: &[Document],
    version: &str,
    world: &World<'_>,
    sink: &mut Sink,
) -> BTreeMap<String, Required> {
    let root = language::root();
    let schema = &root.blocks["packer"].body;
    let mut plugins: BTreeMap<String, (Span, Required)> = BTreeMap::new();
    for block in documents.iter().flat_map(|document| document.body.blocks()) {
        if block.kind.value != "packer" || !block.labels.is_empty() {
            continue;
        }
        let content = structure::content(&block.body, schema, "the `packer` block", sink);
        if let Some(attribute) = content.attributes.get("required_version") {
            core_version(attribute, version, world, sink);
        }
        for required in content.blocks {
            let entries = &schema.blocks["required_plugins"].body;
            let content = structure::content(&required.body, entries, "`required_plugins`", sink);
            for (name, attribute) in content.attributes {
                let required = check(attribute, world, sink);
                if let Some((first, _)) = plugins.get(name) {
                    sink.report(
                        DUPLICATE_REQUIRED_PLUGIN
                            .at(attribute.name.span, format!("the plugin `{name}` is required twice"))
                            .label("a second time")
                            .also(*first, "the first time")
                            .help("remove one of them"),
                    );
                    continue;
                }
                plugins.insert(name.to_owned(), (attribute.name.span, required));
            }
        }
    }
    plugins.into_iter().map(|(name, (_, required))| (name, required)).collect()
}

/// The text of a constant; nothing where it is none, which was reported.
fn constant(name: &str, expr: &Expr, world: &World<'_>, sink: &mut Sink) -> Option<String> {
    let constants = Scope::new(world).with_functions(FunctionSet::None);
    let value = eval::evaluate(expr, &constants, sink);
    if value.is_error() {
        return None;
    }
    let text = value.as_str().map(std::borrow::Cow::into_owned);
    if text.is_none() {
        sink.report(
            INVALID_VERSION_CONSTRAINT
                .at(expr.span, format!("`{name}` has to be a text, this is {}", value.ty().phrase()))
                .label("no text")
                .help(format!("write `{name} = \">= 1.0.0\"`")),
        );
    }
    text
}

fn constraint(name: &str, text: &str, span: Span, sink: &mut Sink) -> Option<Constraint> {
    match Constraint::parse(text) {
        Ok(constraint) => Some(constraint),
        Err(part) => {
            sink.report(
                INVALID_VERSION_CONSTRAINT
                    .at(span, format!("`{name}` is no condition on a version: \"{part}\""))
                    .label("not a condition")
                    .help(format!("write `{name} = \">= 1.0.0\"`; `=`, `!=`, `>`, `>=`, `<`, `<=` and `~>` may stand before a version, a comma between two conditions")),
            );
            None
        }
    }
}

fn core_version(attribute: &Attribute, version: &str, world: &World<'_>, sink: &mut Sink) {
    let span = attribute.value.span;
    let Some(text) = constant("required_version", &attribute.value, world, sink) else { return };
    let Some(constraint) = constraint("required_version", &text, span, sink) else { return };
    // Packer leaves out what makes its own version a pre-release.
    let Some(core) = Version::parse(version).map(Version::released) else { return };
    if !constraint.admits(&core) {
        sink.report(
            UNSUPPORTED_PACKER_VERSION
                .at(span, format!("the template needs Packer \"{text}\"; this is the language of {version}"))
                .label("not met")
                .help(format!("use a condition that {version} meets, `>= 1.7.0` for example")),
        );
    }
}

/// Checks an entry of `required_plugins`.
fn check(attribute: &Attribute, world: &World<'_>, sink: &mut Sink) -> Required {
    let name = &attribute.name.value;
    let form = format!("write `{name} = {{ version = \"~> 1\", source = \"github.com/OWNER/{name}\" }}`");
    let invalid = |span: Span, message: String, label: &str| {
        INVALID_REQUIRED_PLUGIN.at(span, message).label(label).help(form.clone())
    };
    let is_local = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.chars().all(is_local) {
        sink.report(
            INVALID_REQUIRED_PLUGIN
                .at(attribute.name.span, format!("`{name}` cannot be the local name of a plugin"))
                .label("small letters, digits and dashes only")
                .help(format!("write `{}`", suggestion(name))),
        );
    }
    let ExprKind::Object(items) = &attribute.value.kind else {
        if !matches!(attribute.value.kind, ExprKind::Error) {
            let message = format!("the plugin `{name}` is not required by an object");
            sink.report(invalid(attribute.value.span, message, "has to be an object"));
        }
        return Required::default();
    };
    let mut said = BTreeSet::new();
    let mut required = Required::default();
    for item in items {
        let Some(key) = key(&item.key.kind) else { continue };
        let span = item.value.span;
        match key.as_str() {
            "version" => {
                let text = constant("version", &item.value, world, sink);
                let read = text.and_then(|text| constraint("version", &text, span, sink));
                if read.as_ref().is_some_and(Constraint::names_prerelease) {
                    sink.report(
                        INVALID_VERSION_CONSTRAINT
                            .at(span, format!("the version of `{name}` names a pre-release"))
                            .label("only releases can be required")
                            .help("leave out what follows the `-`"),
                    );
                }
                required.versions = read;
            }
            "source" => {
                let text = constant("source", &item.value, world, sink);
                if let Some(Err(why)) = text.as_deref().map(source) {
                    sink.report(invalid(span, format!("the source of `{name}` names no plugin: {why}"), "here"));
                }
                required.source = text;
            }
            _ => sink.report(
                INVALID_REQUIRED_PLUGIN
                    .at(item.key.span, format!("`required_plugins` has no `{key}`"))
                    .label("only `version` and `source` are known")
                    .help(form.clone()),
            ),
        }
        said.insert(key);
    }
    for key in ["version", "source"] {
        if !said.contains(key) {
            let message = format!("`required_plugins` does not say the {key} of `{name}`");
            sink.report(invalid(attribute.value.span, message, &format!("`{key}` is missing")));
        }
    }
    required
}

fn suggestion(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

/// Whether a source is `HOST/OWNER/NAME`: why not.
fn source(text: &str) -> Result<(), String> {
    if text.contains("://") {
        return Err("it has to begin with the host, without `https://`".to_owned());
    }
    if text.contains(['?', '#']) {
        return Err("`?` and `#` cannot stand in it".to_owned());
    }
    let parts: Vec<&str> = text.split('/').collect();
    if parts.iter().any(|part| part.is_empty()) {
        return Err("a part between two `/` is empty".to_owned());
    }
    if !(3..=16).contains(&parts.len()) {
        return Err(format!("it has {} parts; HOST/OWNER/NAME has three, and at most 16 are read", parts.len()));
    }
    // A plugin's name does not say twice what it is.
    match parts.last().and_then(|name| name.strip_prefix("packer-")) {
        Some(rest) => Err(format!("leave out `packer-` before `{}`", rest.strip_prefix("plugin-").unwrap_or(rest))),
        None => Ok(()),
    }
}

fn key(kind: &ExprKind) -> Option<String> {
    let ExprKind::Template(template) = kind else { return None };
    template.literal()
}

/// The `packer` object of expressions.
pub(super) fn value(version: &str, span: Span) -> Value {
    let unknown = |name: &str| {
        let origin = Origin::Packer(format!("packer.{name}"));
        (name.to_owned(), Value::unknown(Type::String, origin, span))
    };
    let version = ("version".to_owned(), Value::string(version));
    Value::of(ValueKind::Object(BTreeMap::from([version, unknown("iterationID"), unknown("versionFingerprint")])))
}
