//! Reads the text of a schema file: text in, [`Component`] out, one at a time.
//!
//! [`PluginFile::open`] finds where each component and each group stands and reads none of them; [`PluginFile::component`]
//! reads one. Both refuse what the format does not know and names that are written twice, and say where.

use std::fmt;
use std::marker::PhantomData;

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::model::{
    Artifact, Attribute, Block, Body, CleanNames, Component, Deprecated, KnownPlugin, Nesting, Output, Removed, Rest,
};
use super::rule::Rule;
use super::{Kind, Render};

/// What is wrong with a schema file. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaError {
    /// The file's name as it was given.
    pub file: String,
    /// Every fault that could be found.
    pub problems: Vec<Problem>,
}

/// One fault of a schema file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, in the file's own words: `builder docker, attribute image`. Empty: the file as a whole.
    pub place: String,
    /// The line, counted from 1, where the fault is one of spelling.
    pub line: Option<usize>,
    /// What is wrong, in one line.
    pub message: String,
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Problem { place, line, message }) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            f.write_str(&self.file)?;
            if let Some(line) = line {
                write!(f, ":{line}")?;
            }
            if !place.is_empty() {
                write!(f, ": {place}")?;
            }
            write!(f, ": {message}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SchemaError {}

/// A map that refuses a name written twice; JSON readers otherwise keep the last in silence.
#[derive(Debug)]
pub(super) struct Named<T>(pub(super) IndexMap<String, T>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Named(IndexMap::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Named<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with one member per name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Named<T>, A::Error> {
                let mut members = IndexMap::new();
                while let Some(name) = access.next_key::<String>()? {
                    if members.contains_key(&name) {
                        return Err(A::Error::custom(format!("`{name}` is written twice")));
                    }
                    let value = access.next_value()?;
                    members.insert(name, value);
                }
                Ok(Named(members))
            }
        }

        deserializer.deserialize_map(Members(PhantomData))
    }
}

/// A plugin's file with its components found and not read.
#[derive(Debug)]
pub(super) struct PluginFile<'a> {
    text: &'a str,
    pub(super) plugin: KnownPlugin,
    groups: Groups<'a>,
    components: IndexMap<Kind, IndexMap<String, &'a RawValue>>,
}

/// Attributes, blocks and rules that several components have, found and not read.
#[derive(Debug, Default)]
pub(super) struct Groups<'a> {
    text: &'a str,
    groups: IndexMap<String, &'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PluginHeader<'a> {
    #[serde(rename = "$schema", default)]
    _schema: Option<String>,
    plugin: String,
    source: String,
    /// Which version of the plugin the facts were read from: for the reader of the file.
    #[serde(rename = "version")]
    _version: String,
    #[serde(borrow, default)]
    groups: Named<&'a RawValue>,
    #[serde(borrow)]
    components: Components<'a>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Components<'a> {
    #[serde(borrow, default)]
    builder: Named<&'a RawValue>,
    #[serde(borrow, default)]
    provisioner: Named<&'a RawValue>,
    #[serde(borrow, rename = "post-processor", default)]
    post_processor: Named<&'a RawValue>,
    #[serde(borrow, rename = "data-source", default)]
    data_source: Named<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SharedFile<'a> {
    #[serde(rename = "$schema", default)]
    _schema: Option<String>,
    #[serde(borrow)]
    groups: Named<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ComponentText {
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    deprecated: Option<Deprecated>,
    /// `never` here means that no text of the component is rendered.
    #[serde(default)]
    render: Option<Render>,
    #[serde(default)]
    clean_names: Option<CleanNames>,
    #[serde(default)]
    artifact: Artifact,
    #[serde(default)]
    generated_vars: Vec<String>,
    #[serde(default)]
    outputs: Named<Output>,
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    attributes: Named<Attribute>,
    #[serde(default)]
    blocks: Named<BlockText>,
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupText {
    #[serde(default, rename = "description")]
    _description: Option<String>,
    #[serde(default)]
    attributes: Named<Attribute>,
    #[serde(default)]
    blocks: Named<BlockText>,
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BlockText {
    nesting: Nesting,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    min: Option<usize>,
    #[serde(default)]
    max: Option<usize>,
    #[serde(default)]
    deprecated: Option<Deprecated>,
    #[serde(default)]
    removed: Option<Removed>,
    #[serde(default)]
    ignored: bool,
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    attributes: Named<Attribute>,
    #[serde(default)]
    blocks: Named<BlockText>,
    #[serde(default)]
    rules: Vec<Rule>,
}

/// How deep groups may lie in blocks that lie in groups: more is a circle.
const MAX_DEPTH: usize = 16;

impl<'a> Groups<'a> {
    /// Opens a file of groups that every plugin's file may use.
    pub(super) fn open(text: &'a str) -> Result<Self, Problem> {
        let SharedFile { _schema: _, groups } = serde_json::from_str(text).map_err(|error| spelling("", 0, &error))?;
        Ok(Groups { text, groups: groups.0 })
    }

    /// The groups' names, in file order.
    #[cfg(test)]
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.groups.keys().map(String::as_str)
    }
}

impl<'a> PluginFile<'a> {
    /// Finds the components and groups of the text. Reads none.
    pub(super) fn open(text: &'a str) -> Result<Self, Problem> {
        let header: PluginHeader<'a> = serde_json::from_str(text).map_err(|error| spelling("", 0, &error))?;
        let PluginHeader { _schema: _, plugin, source, _version: _, groups, components } = header;
        let Components { builder, provisioner, post_processor, data_source } = components;
        Ok(PluginFile {
            text,
            plugin: KnownPlugin { plugin, source },
            groups: Groups { text, groups: groups.0 },
            components: IndexMap::from([
                (Kind::Builder, builder.0),
                (Kind::Provisioner, provisioner.0),
                (Kind::PostProcessor, post_processor.0),
                (Kind::DataSource, data_source.0),
            ]),
        })
    }

    /// Every component's kind and name.
    pub(super) fn components(&self) -> impl Iterator<Item = (Kind, &str)> {
        self.components.iter().flat_map(|(kind, named)| named.keys().map(|name| (*kind, name.as_str())))
    }

    /// The groups of this file.
    #[cfg(test)]
    pub(super) fn groups(&self) -> &Groups<'a> {
        &self.groups
    }

    /// Reads one component; `None` when the file has none of that name.
    pub(super) fn component(&self, kind: Kind, name: &str, shared: &Groups<'_>) -> Option<Result<Component, Problem>> {
        let raw = self.components.get(&kind)?.get(name)?;
        Some(self.read(kind, name, raw, shared))
    }

    fn read(&self, kind: Kind, name: &str, raw: &RawValue, shared: &Groups<'_>) -> Result<Component, Problem> {
        let place = format!("{kind} {name}");
        let component: ComponentText = read_raw(self.text, raw, &place)?;
        let ComponentText {
            description,
            deprecated,
            render,
            clean_names,
            artifact,
            generated_vars,
            outputs,
            note,
            groups,
            attributes,
            blocks,
            rules,
        } = component;
        let reader = Reader { own: &self.groups, shared };
        let text = BodyText { groups, attributes, blocks, rules };
        // Packer expands `dynamic` in every component's body except that of a data source.
        let mut body = reader.body(text, kind != Kind::DataSource, &place, 0)?;
        match render {
            None => {}
            Some(Render::Never) => render_nothing(&mut body),
            Some(Render::Template { .. }) => {
                return Err(Problem {
                    place,
                    line: None,
                    message: "a component's `render` can only be `never`; say more at its attributes".to_owned(),
                });
            }
        }
        Ok(Component {
            kind,
            name: name.to_owned(),
            plugin: self.plugin.clone(),
            description,
            body,
            artifact,
            generated_vars,
            outputs: outputs.0,
            clean_names,
            deprecated,
            note,
        })
    }
}

/// The parts of a component, group or block that make up a [`Body`].
struct BodyText {
    groups: Vec<String>,
    attributes: Named<Attribute>,
    blocks: Named<BlockText>,
    rules: Vec<Rule>,
}

struct Reader<'r, 'a> {
    own: &'r Groups<'a>,
    shared: &'r Groups<'a>,
}

impl Reader<'_, '_> {
    /// Groups come first, in the order they are named; what a body writes itself replaces what a group says of the same name.
    fn body(&self, text: BodyText, dynamic: bool, place: &str, depth: usize) -> Result<Body, Problem> {
        let mut body = Body { rest: Rest::Rejected, dynamic, ..Body::default() };
        if depth > MAX_DEPTH {
            let message = "its groups and blocks lead back to themselves".to_owned();
            return Err(Problem { place: place.to_owned(), line: None, message });
        }
        let BodyText { groups, attributes, blocks, rules } = text;
        for group in groups {
            let found = self.own.groups.get(&group).map(|raw| (self.own.text, *raw));
            let found = found.or_else(|| self.shared.groups.get(&group).map(|raw| (self.shared.text, *raw)));
            let Some((text, raw)) = found else {
                let message = format!("no group is named `{group}`, neither here nor in the shared file");
                return Err(Problem { place: place.to_owned(), line: None, message });
            };
            let group_place = format!("group {group}");
            let group: GroupText = read_raw(text, raw, &group_place)?;
            let GroupText { _description: _, attributes, blocks, rules } = group;
            self.fill(&mut body, attributes, blocks, rules, &group_place, depth)?;
        }
        self.fill(&mut body, attributes, blocks, rules, place, depth)?;
        Ok(body)
    }

    fn fill(
        &self,
        body: &mut Body,
        attributes: Named<Attribute>,
        blocks: Named<BlockText>,
        rules: Vec<Rule>,
        place: &str,
        depth: usize,
    ) -> Result<(), Problem> {
        for (name, mut attribute) in attributes.0 {
            attribute.name.clone_from(&name);
            body.attributes.insert(name, attribute);
        }
        for (name, block) in blocks.0 {
            let block = self.block(&name, block, body.dynamic, place, depth)?;
            body.blocks.insert(name, block);
        }
        body.rules.extend(rules);
        Ok(())
    }

    fn block(&self, name: &str, text: BlockText, dynamic: bool, place: &str, depth: usize) -> Result<Block, Problem> {
        let BlockText {
            nesting,
            description,
            required,
            min,
            max,
            deprecated,
            removed,
            ignored,
            note,
            groups,
            attributes,
            blocks,
            rules,
        } = text;
        let place = format!("{place}, block {name}");
        let body = self.body(BodyText { groups, attributes, blocks, rules }, dynamic, &place, depth + 1)?;
        let max = match nesting {
            Nesting::Single => Some(1),
            Nesting::List => max,
        };
        Ok(Block {
            name: name.to_owned(),
            description,
            labels: Vec::new(),
            nesting,
            required,
            min,
            max,
            body,
            deprecated,
            removed,
            ignored,
            note,
        })
    }
}

fn render_nothing(body: &mut Body) {
    for attribute in body.attributes.values_mut() {
        attribute.render = Render::Never;
    }
    for block in body.blocks.values_mut() {
        render_nothing(&mut block.body);
    }
}

/// Reads a part of `text` that was found before; lines are those of the whole text.
fn read_raw<'de, T: Deserialize<'de>>(text: &str, raw: &'de RawValue, place: &str) -> Result<T, Problem> {
    let part = raw.get();
    // `raw` borrows from `text`, so the distance of their starts is where it stands.
    let offset = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    serde_json::from_str(part).map_err(|error| {
        let before = text.get(..offset).map_or(0, |before| before.matches('\n').count());
        spelling(place, before, &error)
    })
}

fn spelling(place: &str, lines_before: usize, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    // The position is given apart, and for the whole file.
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message).to_owned();
    Problem { place: place.to_owned(), line: Some(lines_before + error.line()), message }
}
