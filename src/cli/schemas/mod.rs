//! `formwork schemas`: what components there are, and the reference of one.
//!
//! A component becomes a [`page::Page`], which says everything in words; `terminal` and `markdown` lay it out. As JSON it is
//! not words but the whole description.

mod json;
mod markdown;
mod page;
mod terminal;
mod words;

use std::collections::BTreeMap;

use serde_json::json;

use super::arguments::{Format, ListFormat, Reading, Schemas as Command};
use super::list::pretty;
use super::terminal::Terminal;
use super::workspace::Workspace;
use super::{Code, Failure, report};
use crate::resolve::names;
use crate::schema::{Component, Kind, Lookup, Schemas};

pub(super) fn run(command: &Command, terminal: &Terminal) -> Result<Code, Failure> {
    let Command { component, config, format } = command;
    let reading = Reading { config: config.clone(), ..Reading::default() };
    let workspace = match Workspace::open(&reading)? {
        Ok(workspace) => workspace,
        Err(found) => {
            return report::only(&[found], Format::Human, terminal);
        }
    };
    let schemas = workspace.schemas();
    let chosen = match component {
        Some(name) => Some(named(schemas, name)?),
        None => None,
    };
    let style = terminal.result_style();
    let text = match (chosen, format) {
        (Some(components), ListFormat::Human) => {
            let pages: Vec<String> =
                components.iter().map(|component| terminal::draw(&page::page(component), style)).collect();
            pages.join("\n")
        }
        (Some(components), ListFormat::Json) => {
            let all: Vec<_> = components.iter().map(|component| json::component(component)).collect();
            pretty(&json!({ "version": 1, "components": all }))
        }
        (None, ListFormat::Human) => terminal::overview(&by_plugin(schemas), style),
        (None, ListFormat::Json) => {
            let all = all(schemas);
            let all: Vec<_> = all.iter().map(|component| json::header(component)).collect();
            pretty(&json!({ "version": 1, "components": all }))
        }
    };
    terminal.result(&text)?;
    Ok(Code::Clean)
}

/// The pages of `docs/reference/components/`: file names and texts.
pub fn reference_pages(schemas: &Schemas) -> Vec<(String, String)> {
    let plugins = by_plugin(schemas);
    let mut pages = vec![("README.md".to_owned(), markdown::index(&plugins))];
    pages.extend(plugins.iter().map(|(plugin, components)| {
        let text: Vec<String> = components.iter().map(|component| markdown::draw(&page::page(component))).collect();
        (format!("{plugin}.md"), markdown::plugin(plugin, components, &text.join("\n")))
    }));
    pages
}

/// The components of that name: `shell-local` may be several kinds, `provisioner/shell-local` is one.
fn named<'s>(schemas: &'s Schemas, given: &str) -> Result<Vec<&'s Component>, Failure> {
    let (kinds, name) = match given.split_once('/') {
        None => (Kind::ALL.to_vec(), given),
        Some((kind, name)) => {
            let known = Kind::ALL.into_iter().find(|known| is_kind(*known, kind));
            let words = Kind::ALL.map(Kind::as_str);
            let help = || names::list("the kinds are", words.into_iter());
            (vec![known.ok_or_else(|| Failure(format!("there is no kind of component `{kind}`; {}", help())))?], name)
        }
    };
    let found: Vec<&Component> = kinds
        .iter()
        .filter_map(|kind| match schemas.component(*kind, name) {
            Lookup::Described(component) => Some(component),
            Lookup::Named(_) | Lookup::Unknown => None,
        })
        .collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let known = || Kind::ALL.into_iter().flat_map(|kind| schemas.names(kind));
    let own = kinds.iter().flat_map(|kind| schemas.names(*kind));
    let near = names::nearest(name, own).or_else(|| names::nearest(name, known()));
    let plugin = schemas.plugins().find(|plugin| plugin.plugin == name);
    let help = match (near, plugin) {
        (_, Some(plugin)) => {
            let of_plugin = all(schemas).into_iter().filter(|component| component.plugin.plugin == plugin.plugin);
            let names: Vec<&str> = of_plugin.map(|component| component.name.as_str()).collect();
            names::list(&format!("the plugin `{name}` has"), names.into_iter())
        }
        (Some(near), None) => format!("did you mean `{near}`?"),
        (None, None) => "`formwork schemas` lists all there are".to_owned(),
    };
    Err(Failure(format!("there is no component `{given}`; {help}")))
}

/// Whether a word means a kind: the word of schema files, or that of templates.
fn is_kind(kind: Kind, word: &str) -> bool {
    kind.as_str() == word || matches!((kind, word), (Kind::Builder, "source") | (Kind::DataSource, "data"))
}

fn all(schemas: &Schemas) -> Vec<&Component> {
    let described = |kind: Kind| {
        schemas.names(kind).filter_map(move |name| match schemas.component(kind, name) {
            Lookup::Described(component) => Some(component),
            Lookup::Named(_) | Lookup::Unknown => None,
        })
    };
    Kind::ALL.into_iter().flat_map(described).collect()
}

fn by_plugin(schemas: &Schemas) -> BTreeMap<&str, Vec<&Component>> {
    let mut plugins: BTreeMap<&str, Vec<&Component>> = BTreeMap::new();
    for component in all(schemas) {
        plugins.entry(component.plugin.plugin.as_str()).or_default().push(component);
    }
    plugins
}

#[cfg(test)]
mod tests;
