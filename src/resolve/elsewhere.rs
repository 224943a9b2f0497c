//! Where a name belongs that does not exist where it is written: in another block of the component, in the component
//! itself, among the arguments of another kind of component, or in another component.
//!
//! Looked for only when something is wrong, because it opens the schemas of many components.

use std::collections::BTreeSet;

use super::decode::{meta_schema, noun};
use super::names;
use crate::schema::{Body, Kind, Lookup, Schemas};

/// How many places a help text names.
const NAMED: usize = 3;

/// Where a body stands: whose it is.
pub(super) struct Elsewhere<'a> {
    pub(super) schemas: &'a Schemas,
    pub(super) kind: Kind,
    pub(super) ty: &'a str,
    /// The body of the whole component.
    pub(super) whole: &'a Body,
    /// The components that the template names.
    pub(super) used: &'a BTreeSet<(Kind, String)>,
}

impl Elsewhere<'_> {
    /// Where `name` belongs that is not in `here`.
    pub(super) fn place_of(&self, name: &str, here: &Body) -> Option<String> {
        self.in_component(name, here)
            .or_else(|| self.among_arguments(name, here))
            .or_else(|| self.in_components(name, &[self.kind]))
            .or_else(|| {
                let others: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| *kind != self.kind).collect();
                self.in_components(name, &others)
            })
    }

    /// What can stand in `here`, where that can be said shortly; else where to read it.
    pub(super) fn listing(&self, here: &Body) -> String {
        let all = || here.attributes.keys().chain(here.blocks.keys()).map(String::as_str);
        if all().count() <= names::LISTED {
            return names::list("it has", all());
        }
        let required = here.attributes.values().filter(|attribute| attribute.required);
        let required: Vec<&str> = required.map(|attribute| attribute.name.as_str()).collect();
        let ambiguous = Kind::ALL
            .into_iter()
            .any(|kind| kind != self.kind && !matches!(self.schemas.component(kind, self.ty), Lookup::Unknown));
        let address = if ambiguous { format!("{}/{}", self.kind, self.ty) } else { self.ty.to_owned() };
        let all = format!("`formwork schemas {address}` lists what there is");
        match required.as_slice() {
            [] => all,
            required => format!("{}; {all}", names::list("it needs", required.iter().copied())),
        }
    }

    fn in_component(&self, name: &str, here: &Body) -> Option<String> {
        let is_inner = !std::ptr::eq(self.whole, here);
        if is_inner && has(self.whole, name) {
            let whole = if self.kind == Kind::Builder { "source" } else { noun(self.kind) };
            return Some(format!("it belongs to the {whole} itself: write it outside of this block"));
        }
        let mut paths = Vec::new();
        blocks_with(self.whole, name, &mut Vec::new(), &mut paths);
        let forms: Vec<String> = paths.iter().take(NAMED).map(|path| form(path)).collect();
        (!forms.is_empty()).then(|| format!("it belongs into the block {}", names::joined(&forms, "or")))
    }

    /// Arguments that Packer itself reads of other kinds of component.
    fn among_arguments(&self, name: &str, here: &Body) -> Option<String> {
        std::ptr::eq(self.whole, here).then(|| argument_of(name, Some(self.kind))).flatten()
    }

    fn in_components(&self, name: &str, kinds: &[Kind]) -> Option<String> {
        let mut found: Vec<(Kind, &str)> = Vec::new();
        for kind in kinds {
            let has_it = |other: &&str| {
                *other != self.ty
                    && matches!(self.schemas.component(*kind, other), Lookup::Described(component) if has(&component.body, name))
            };
            found.extend(self.schemas.names(*kind).filter(has_it).map(|other| (*kind, other)));
        }
        // What the template uses, then what is named alike, then as they are listed.
        found.sort_by_key(|(kind, other)| {
            let used = self.used.contains(&(*kind, (*other).to_owned()));
            (!used, std::cmp::Reverse(alike(self.ty, other)))
        });
        let kind = found.first()?.0;
        found.retain(|(other, _)| *other == kind);
        let mut shown: Vec<String> = found.iter().take(NAMED).map(|(_, other)| format!("`{other}`")).collect();
        if found.len() > NAMED {
            shown.push("others".to_owned());
        }
        let noun = if kind == self.kind { String::new() } else { format!("the {} ", noun(kind)) };
        Some(format!("`{name}` belongs to {noun}{}", names::joined(&shown, "and")))
    }
}

/// Of which kinds of component, but for `except`, Packer itself reads an argument of that name.
pub(super) fn argument_of(name: &str, except: Option<Kind>) -> Option<String> {
    let kinds = [Kind::Provisioner, Kind::PostProcessor].into_iter().filter(|kind| Some(*kind) != except);
    let kinds = kinds.filter(|kind| meta_schema(*kind).attributes.contains_key(name));
    let kinds: Vec<String> = kinds.map(|kind| format!("{}s", noun(kind))).collect();
    // A name for a component is what its labels are.
    (name != "name" && !kinds.is_empty())
        .then(|| format!("`{name}` is an argument of {}", names::joined(&kinds, "and")))
}

fn has(body: &Body, name: &str) -> bool {
    body.attributes.contains_key(name) || body.blocks.contains_key(name)
}

/// How many characters two names begin with alike.
fn alike(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count()
}

fn blocks_with<'b>(body: &'b Body, name: &str, path: &mut Vec<&'b str>, found: &mut Vec<Vec<&'b str>>) {
    for (kind, block) in &body.blocks {
        path.push(kind);
        if has(&block.body, name) {
            found.push(path.clone());
        }
        blocks_with(&block.body, name, path, found);
        path.pop();
    }
}

/// `a { b { … } }`
fn form(path: &[&str]) -> String {
    let opened: Vec<String> = path.iter().map(|kind| format!("{kind} {{ ")).collect();
    format!("`{}…{}`", opened.concat(), " }".repeat(path.len()))
}
