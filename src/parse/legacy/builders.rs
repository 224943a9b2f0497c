//! Builders: each is a `source`, and one `build` names them all.
//!
//! A builder's name is the name of its image, in messages, in `only` and in texts. HCL can refer to a source only by an
//! identifier, so any other name is given where the build names the source; one that is computed is given by a `dynamic`
//! block there, because nothing else in a build may compute a name.

use indexmap::IndexMap;

use super::texts::Place;
use super::variables::identifier;
use super::{DUPLICATE_BUILDER, MISSING_TYPE, NO_BUILDER, Reader, UNKNOWN_BUILDER, make};
use crate::parse::data::{Data, DataKind, Decoded, Property};
use crate::schema::Kind;
use crate::source::{Span, Spanned};
use crate::syntax::{Expr, Item, Part};

/// The builders by their names, as they are written.
#[derive(Debug, Default)]
pub(super) struct Builders {
    all: IndexMap<String, Builder>,
    /// One of them could not be read, which was reported: it may have any name.
    pub(super) incomplete: bool,
}

#[derive(Debug)]
struct Builder {
    ty: Spanned<String>,
    name: Decoded,
    /// The label of its source.
    label: String,
    span: Span,
}

impl Reader<'_> {
    /// `builders`: gives the `source` blocks.
    pub(super) fn builders(&mut self, value: &Data) -> Vec<Item> {
        let DataKind::Array(all) = &value.kind else {
            self.wrong_kind(value, "`builders`", "an array of objects", "write `\"builders\": [{ \"type\": \"…\" }]`");
            return Vec::new();
        };
        if all.is_empty() {
            self.builders.incomplete = true;
            self.sink.report(no_builder(value.span));
        }
        let mut blocks = Vec::new();
        for data in all {
            let Some((ty, properties)) = self.typed(data, "a builder") else {
                self.builders.incomplete = true;
                continue;
            };
            let own = properties.iter().find(|property| property.key.text == "name").map(|property| &property.value);
            let name = match own.map(|value| (&value.kind, value)) {
                None | Some((DataKind::Null, _)) => ty.clone(),
                Some((DataKind::String(name), _)) if name.text.is_empty() => ty.clone(),
                Some((DataKind::String(name), _)) => name.clone(),
                Some((_, value)) => {
                    self.wrong_kind(value, "the name of a builder", "a string", &super::variables::quoted_help(value));
                    self.builders.incomplete = true;
                    continue;
                }
            };
            if let Some(first) = self.builders.all.get(&name.text) {
                let place = own.map_or(ty.span, |own| own.span);
                self.sink.report(
                    DUPLICATE_BUILDER
                        .at(place, format!("two builders have the name `{}`", name.text))
                        .label("a second one")
                        .also(first.name.span, "the first one")
                        .help("give this one another `name`"),
                );
                self.builders.incomplete = true;
                continue;
            }
            let label = self.label(&ty.text, &name.text);
            let rest: Vec<&Property> =
                properties.iter().filter(|property| !["type", "name"].contains(&property.key.text.as_str())).collect();
            let items = self.component(Kind::Builder, &ty, &rest, Place::Builder);
            let labels = vec![ty.spanned(), Spanned::new(label.clone(), name.span)];
            blocks.push(make::block(Spanned::new("source".to_owned(), ty.span), labels, items, data.span));
            let builder = Builder { ty: ty.spanned(), name: name.clone(), label, span: data.span };
            self.builders.all.insert(name.text, builder);
        }
        blocks
    }

    fn label(&self, ty: &str, name: &str) -> String {
        let taken = |label: &str| self.builders.all.values().any(|other| other.ty.value == ty && other.label == label);
        source_label(ty, name, taken)
    }

    /// The items of the `build` block that name its sources.
    pub(super) fn members(&mut self) -> Vec<Item> {
        let builders = std::mem::take(&mut self.builders.all);
        let mut plain = Vec::new();
        let mut others = Vec::new();
        for Builder { ty, name, label, span } in builders.values() {
            let at = name.span;
            let reference = make::text(&format!("source.{}.{label}", ty.value), at);
            if *label == name.text {
                plain.push(reference);
                continue;
            }
            let source = Spanned::new("source".to_owned(), at);
            let named = |value: Expr| vec![make::set("name", value)];
            if name.text.contains("{{") {
                let name = self.text(name, Place::Name);
                let value = make::reference("source", "value", at);
                others.push(make::block(
                    Spanned::new("dynamic".to_owned(), at),
                    vec![source],
                    vec![
                        make::set("for_each", make::tuple(vec![name], at)),
                        make::set("labels", make::tuple(vec![reference], at)),
                        make::block(Spanned::new("content".to_owned(), at), Vec::new(), named(value), *span),
                    ],
                    *span,
                ));
            } else {
                let reference = Spanned::new(format!("source.{}.{label}", ty.value), at);
                others.push(make::block(source, vec![reference], named(make::text(&name.text, at)), *span));
            }
        }
        self.builders.all = builders;
        if let (Some(first), Some(last)) = (plain.first(), plain.last()) {
            let span = first.span.to(last.span);
            others.insert(0, make::set("sources", make::tuple(plain, span)));
        }
        others
    }

    /// What HCL calls the image of a builder in `only`: its type and name. Nothing where there is no such builder.
    pub(super) fn image(&mut self, name: &Decoded, what: &str) -> Option<Expr> {
        let (ty, own) = self.known(name, what)?;
        let mut parts = vec![Part::Literal(Spanned::new(format!("{ty}."), name.span))];
        parts.extend(own);
        Some(merged(parts, name.span))
    }

    /// The name of a builder as HCL computes it.
    pub(super) fn builder_name(&mut self, name: &Decoded, what: &str) -> Option<Expr> {
        let (_, parts) = self.known(name, what)?;
        Some(make::key(parts, name.span))
    }

    fn known(&mut self, name: &Decoded, what: &str) -> Option<(String, Vec<Part>)> {
        let Some(builder) = self.builders.all.get(&name.text) else {
            if self.builders.incomplete {
                return None;
            }
            let mut names: Vec<String> = self.builders.all.keys().map(|name| format!("`{name}`")).collect();
            names.truncate(12);
            let help = if names.is_empty() {
                "declare it in `builders`".to_owned()
            } else {
                format!("the builders there are: {}", names.join(", "))
            };
            self.sink.report(
                UNKNOWN_BUILDER
                    .at(name.span, format!("{what} names a builder `{}`, which does not exist", name.text))
                    .label("no builder has this name")
                    .help(help),
            );
            return None;
        };
        let ty = builder.ty.value.clone();
        Some((ty, self.parts(name, 0..name.text.len(), Place::Name)))
    }

    /// A component that has to be an object with a `type`.
    pub(super) fn typed<'d>(&mut self, data: &'d Data, what: &str) -> Option<(Decoded, &'d [Property])> {
        let DataKind::Object(properties) = &data.kind else {
            self.wrong_kind(data, what, "an object", "write `{ \"type\": \"…\" }`");
            return None;
        };
        let found = properties.iter().find(|property| property.key.text == "type").map(|property| &property.value);
        match found.map(|value| (&value.kind, value)) {
            Some((DataKind::String(ty), _)) if !ty.text.is_empty() => Some((ty.clone(), properties)),
            Some((DataKind::Error, _)) => None,
            None | Some((DataKind::Null | DataKind::String(_), _)) => {
                self.sink.report(
                    MISSING_TYPE
                        .at(found.map_or(data.span, |found| found.span), format!("{what} has no `type`"))
                        .label("what it is, is not said")
                        .help("write `\"type\": \"…\"` into it"),
                );
                None
            }
            Some((_, value)) => {
                self.wrong_kind(value, &format!("the `type` of {what}"), "a string", "write `\"type\": \"…\"`");
                None
            }
        }
    }
}

/// An identifier for a builder of that name that no other of its type has.
pub fn source_label(ty: &str, name: &str, taken: impl Fn(&str) -> bool) -> String {
    let plain = if name.contains("{{") {
        // What a computed name is computed from tells more than its braces.
        let words: Vec<&str> =
            name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty() && *word != "user").collect();
        if words.is_empty() { ty.to_owned() } else { words.join("_") }
    } else {
        name.to_owned()
    };
    let mut label = identifier(&plain);
    while taken(&label) {
        label.push('_');
    }
    label
}

/// Literals side by side are one.
fn merged(parts: Vec<Part>, span: Span) -> Expr {
    let mut out: Vec<Part> = Vec::new();
    for part in parts {
        match (out.last_mut(), part) {
            (Some(Part::Literal(last)), Part::Literal(text)) => last.value.push_str(&text.value),
            (_, part) => out.push(part),
        }
    }
    make::template(out, span)
}

pub(super) fn no_builder(span: Span) -> crate::diagnostic::Diagnostic {
    NO_BUILDER.at(span.head(), "the template has no builder").help("write `\"builders\": [{ \"type\": \"…\" }]`")
}
