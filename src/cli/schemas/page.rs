//! A component in words, in the order in which a person wants to read it. Neither terminal nor Markdown: those lay it out.

use indexmap::IndexMap;

use super::words;
use crate::schema::{
    Artifact, Attribute, Block, Body, Component, ConditionalArtifact, Kind, Nesting, Output, Rule, RuleKind, Severity,
    language,
};

/// The reference of one component.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// `of the plugin …`
    pub(super) whose: String,
    /// What it does, and what else a reader should know; sentences.
    pub(super) about: Vec<String>,
    /// How it is written, line by line.
    pub(super) form: Vec<String>,
    pub(super) inside: Inside,
    /// Titles with what is listed below them.
    pub(super) lists: Vec<(String, Vec<String>)>,
}

/// The inside of a component or of a block.
#[derive(Debug)]
pub(super) struct Inside {
    pub(super) sections: Vec<Section>,
    pub(super) blocks: Vec<BlockPage>,
    /// Sentences.
    pub(super) rules: Vec<String>,
}

/// Attributes that belong together.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) title: String,
    pub(super) entries: Vec<Entry>,
}

/// An attribute, or what a data source finds.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) ty: String,
    /// Sentences: what it is, then its default, what it takes and so on.
    pub(super) text: Vec<String>,
}

/// A block.
#[derive(Debug)]
pub(super) struct BlockPage {
    pub(super) name: String,
    /// How many there can be.
    pub(super) count: String,
    pub(super) text: Vec<String>,
    pub(super) inside: Inside,
}

/// How many attributes with the same first word make a section of their own.
const FAMILY: usize = 4;

pub(super) fn page(component: &Component) -> Page {
    let Component {
        kind,
        name,
        plugin,
        description,
        body,
        artifact,
        generated_vars,
        outputs,
        clean_names,
        deprecated,
        note,
    } = component;
    let mut about: Vec<String> = description.iter().map(|text| words::sentence(text)).collect();
    about.extend(deprecated.as_ref().map(words::deprecated));
    about.extend(note.iter().map(|text| words::sentence(text)));
    let mut lists = Vec::new();
    if !outputs.is_empty() {
        let found = outputs.iter().map(|(name, output)| output_line(name, output)).collect();
        lists.push((format!("Finds, as data.{name}.NAME"), found));
    }
    if *kind == Kind::Builder {
        let common = "`ID`, `Host`, `Port`, `User` and the others that every source has".to_owned();
        let own = generated_vars.iter().map(|value| format!("`build.{value}`"));
        lists.push(("Values of build".to_owned(), own.chain([common]).collect()));
    }
    lists.extend(artifacts(artifact));
    if clean_names.is_some() {
        let function = "`{{ clean_resource_name … }}` replaces what the platform does not take in names".to_owned();
        lists.push(("Template functions".to_owned(), vec![function]));
    }
    lists.extend(meta(*kind));
    Page {
        name: name.clone(),
        kind: *kind,
        whose: format!("{} of the plugin {} ({})", noun(*kind), plugin.plugin, plugin.source),
        about,
        form: form(*kind, name, body),
        inside: inside(body),
        lists,
    }
}

/// What people call a kind.
fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::DataSource => "data source",
        Kind::Builder | Kind::Provisioner | Kind::PostProcessor => kind.as_str(),
    }
}

/// How the component is written, with what it cannot do without.
fn form(kind: Kind, name: &str, body: &Body) -> Vec<String> {
    let (keyword, named) = match kind {
        Kind::Builder => ("source", " \"NAME\""),
        Kind::DataSource => ("data", " \"NAME\""),
        Kind::Provisioner => ("provisioner", ""),
        Kind::PostProcessor => ("post-processor", ""),
    };
    let required: Vec<&Attribute> =
        body.attributes.values().filter(|attribute| is_required(attribute, &body.rules)).collect();
    let width = required.iter().map(|attribute| attribute.name.len()).max().unwrap_or(0);
    let mut lines = vec![format!("{keyword} \"{name}\"{named} {{")];
    lines.extend(
        required.iter().map(|attribute| format!("  {:width$} = {}", attribute.name, words::example(&attribute.ty))),
    );
    let blocks = body.blocks.values().filter(|block| block.required || block.min.is_some_and(|min| min > 0));
    lines.extend(blocks.map(|block| format!("  {} {{ … }}", block.name)));
    lines.extend(["  …".to_owned(), "}".to_owned()]);
    lines
}

fn inside(body: &Body) -> Inside {
    // `rest` and `dynamic` are about what is not named; all components have them alike.
    let Body { attributes, blocks, rules, rest: _, dynamic: _ } = body;
    Inside {
        sections: sections(attributes, rules),
        blocks: blocks.values().map(block_page).collect(),
        rules: rules.iter().map(words::rule).collect(),
    }
}

fn block_page(block: &Block) -> BlockPage {
    let Block { name, description, labels: _, nesting, required, min, max, body, deprecated, removed, ignored, note } =
        block;
    let count = match (nesting, *required || min.is_some_and(|min| min > 0), min, max) {
        (Nesting::Single, true, ..) => "exactly one".to_owned(),
        (Nesting::Single, false, ..) => "at most one".to_owned(),
        (Nesting::List, _, Some(min), Some(max)) => format!("{min} to {max}"),
        (Nesting::List, true, Some(min), None) if *min > 1 => format!("at least {min}"),
        (Nesting::List, true, _, None) => "one or more".to_owned(),
        (Nesting::List, true, None, Some(max)) => format!("1 to {max}"),
        (Nesting::List, false, None, Some(max)) => format!("at most {max}"),
        (Nesting::List, false, _, None) => "any number".to_owned(),
    };
    let mut text: Vec<String> = description.iter().map(|text| words::sentence(text)).collect();
    text.extend(removed.as_ref().map(words::removed));
    text.extend(deprecated.as_ref().map(words::deprecated));
    text.extend(ignored.then(|| "Has no effect.".to_owned()));
    text.extend(note.iter().map(|text| words::sentence(text)));
    BlockPage { name: name.clone(), count, text, inside: inside(body) }
}

/// What is required, then the rest by families of names, then what should not be used.
fn sections(attributes: &IndexMap<String, Attribute>, rules: &[Rule]) -> Vec<Section> {
    let is_past = |attribute: &Attribute| words::is_past(attribute);
    let mut required = Vec::new();
    let mut past = Vec::new();
    let mut others: Vec<&Attribute> = Vec::new();
    // What the plugin overwrites is not for templates.
    for attribute in attributes.values().filter(|attribute| !attribute.computed) {
        if is_required(attribute, rules) {
            required.push(attribute);
        } else if is_past(attribute) {
            past.push(attribute);
        } else {
            others.push(attribute);
        }
    }
    let mut families: IndexMap<&str, Vec<&Attribute>> = IndexMap::new();
    for attribute in &others {
        families.entry(family(&attribute.name)).or_default().push(attribute);
    }
    let own: Vec<&Attribute> = others
        .iter()
        .copied()
        .filter(|attribute| families.get(family(&attribute.name)).is_none_or(|members| members.len() < FAMILY))
        .collect();
    let mut found = vec![("Required".to_owned(), required)];
    found.push(("Optional".to_owned(), own));
    let large = families.into_iter().filter(|(_, members)| members.len() >= FAMILY);
    found.extend(large.map(|(word, members)| (format!("Optional: {word}_…"), members)));
    found.push(("Not to be used any more".to_owned(), past));
    found
        .into_iter()
        .filter(|(_, members)| !members.is_empty())
        .map(|(title, members)| Section { title, entries: members.into_iter().map(entry).collect() })
        .collect()
}

/// Whether the component takes no configuration without it, whatever else is written.
fn is_required(attribute: &Attribute, rules: &[Rule]) -> bool {
    let demands = |rule: &Rule| {
        rule.rule == RuleKind::Required
            && rule.when.is_empty()
            && rule.severity == Severity::Error
            && rule.fields.contains(&attribute.name)
    };
    attribute.required || rules.iter().any(demands)
}

/// The first word of a name.
fn family(name: &str) -> &str {
    name.split('_').next().unwrap_or(name)
}

fn entry(attribute: &Attribute) -> Entry {
    Entry { name: attribute.name.clone(), ty: attribute.ty.to_string(), text: words::attribute(attribute) }
}

fn output_line(name: &str, output: &Output) -> String {
    let Output { ty, description, sensitive, note } = output;
    let mut text = format!("`{name}` ({ty})");
    for more in description.iter().chain(note) {
        text.push_str(": ");
        text.push_str(more.trim_end_matches('.'));
    }
    if *sensitive {
        text.push_str("; a secret");
    }
    text
}

fn artifacts(artifact: &Artifact) -> Vec<(String, Vec<String>)> {
    let Artifact { accepts, accepts_any_when, produces, produces_when, note } = artifact;
    let said = |ids: &[String], any: &str| -> Vec<String> {
        let word = |id: &String| match id.as_str() {
            "*" => any.to_owned(),
            "input" => "what came in".to_owned(),
            id => format!("`{id}`"),
        };
        ids.iter().map(word).collect()
    };
    let mut lists = Vec::new();
    if !accepts.is_empty() {
        let mut taken = said(accepts, "any");
        taken.extend((!accepts_any_when.is_empty()).then(|| format!("any {}", words::if_all(accepts_any_when))));
        lists.push(("Takes the artifacts".to_owned(), taken));
    }
    if !produces.is_empty() {
        let mut made = said(produces, "any");
        made.extend(produces_when.iter().map(|ConditionalArtifact { when, produces }| {
            let ids = if produces.is_empty() { "nothing".to_owned() } else { said(produces, "any").join(", ") };
            format!("{ids} {}", words::if_all(when))
        }));
        made.extend(note.iter().map(|note| words::sentence(note)));
        lists.push(("Gives the artifacts".to_owned(), made));
    }
    lists
}

/// What Packer itself takes out of the bodies of that kind.
fn meta(kind: Kind) -> Option<(String, Vec<String>)> {
    let body = match kind {
        Kind::Provisioner => language::provisioner(),
        Kind::PostProcessor => language::post_processor(),
        Kind::Builder | Kind::DataSource => return None,
    };
    let names: Vec<String> = body.attributes.keys().map(|name| format!("`{name}`")).collect();
    Some((format!("Every {} also takes", kind.as_str()), vec![names.join(", ")]))
}
