//! What exists in a template: the components of plugins, from data, and the language's own blocks.
//!
//! In: the files of the top-level folder `schemas/`, which are part of the binary, and files the user adds. Out: a
//! [`Component`] per kind and name, with its attributes, blocks, rules and artifacts as plain data. Every component handed
//! out has passed the checks of `verify`; the embedded ones by a test, added ones when they are added.
//!
//! Nothing is parsed before it is asked for: making a [`Schemas`] parses nothing, asking for a component reads the list of
//! names, finds the parts of that plugin's file, and reads that one component. Whether a template's values fit is for the
//! stages that hold values to say.

mod attribute_type;
mod file;
pub mod language;
mod model;
mod rule;
mod verify;

use std::sync::OnceLock;

use indexmap::IndexMap;
use serde::Deserialize;

pub use attribute_type::AttributeType;
use file::{Groups, Named, PluginFile};
pub use file::{Problem, SchemaError};
pub use model::{
    Artifact, Attribute, Block, Body, CleanNames, Component, ConditionalArtifact, ConditionalDefault, Deprecated,
    Format, ImageName, Kind, KnownPlugin, Nesting, Output, PathUse, Range, Release, Removed, Render, Rest,
};
pub use rule::{Comparison, Condition, CustomCheck, Rule, RuleKind, Severity, Test};

/// The plugins whose components are described, by their name in `known-components.json`.
const DESCRIBED: [(&str, &str); 23] = [
    ("amazon", include_str!("../../schemas/amazon.json")),
    ("ansible", include_str!("../../schemas/ansible.json")),
    ("azure", include_str!("../../schemas/azure.json")),
    ("chef", include_str!("../../schemas/chef.json")),
    ("digitalocean", include_str!("../../schemas/digitalocean.json")),
    ("docker", include_str!("../../schemas/docker.json")),
    ("googlecompute", include_str!("../../schemas/googlecompute.json")),
    ("goss", include_str!("../../schemas/goss.json")),
    ("hcloud", include_str!("../../schemas/hcloud.json")),
    ("hyperv", include_str!("../../schemas/hyperv.json")),
    ("inspec", include_str!("../../schemas/inspec.json")),
    ("openstack", include_str!("../../schemas/openstack.json")),
    ("packer", include_str!("../../schemas/packer.json")),
    ("parallels", include_str!("../../schemas/parallels.json")),
    ("proxmox", include_str!("../../schemas/proxmox.json")),
    ("puppet", include_str!("../../schemas/puppet.json")),
    ("qemu", include_str!("../../schemas/qemu.json")),
    ("salt", include_str!("../../schemas/salt.json")),
    ("vagrant", include_str!("../../schemas/vagrant.json")),
    ("virtualbox", include_str!("../../schemas/virtualbox.json")),
    ("vmware", include_str!("../../schemas/vmware.json")),
    ("vsphere", include_str!("../../schemas/vsphere.json")),
    ("windows-update", include_str!("../../schemas/windows-update.json")),
];

const SHARED: &str = include_str!("../../schemas/shared.json");

const KNOWN: &str = include_str!("../../schemas/known-components.json");

/// Every component that is known, opened one at a time.
///
/// ```
/// use formwork::schema::{Kind, Lookup, Schemas};
///
/// let schemas = Schemas::embedded();
/// let Lookup::Described(shell) = schemas.component(Kind::Provisioner, "shell") else { panic!() };
/// assert_eq!(shell.body.attributes["inline"].ty.to_string(), "list(string)");
/// ```
#[derive(Debug)]
pub struct Schemas {
    /// What the user added; wins over what is embedded.
    added: IndexMap<Kind, IndexMap<String, Component>>,
    known: OnceLock<Known>,
    shared: OnceLock<Groups<'static>>,
    embedded: [Embedded; DESCRIBED.len()],
}

/// What is known of a component.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lookup<'a> {
    /// Everything.
    Described(&'a Component),
    /// That it exists, and in which plugin; its attributes cannot be checked.
    Named(&'a KnownPlugin),
    /// Nothing: a misspelt name or a plugin nobody told us about.
    Unknown,
}

#[derive(Debug)]
struct Embedded {
    plugin: &'static str,
    text: &'static str,
    opened: OnceLock<Opened>,
}

#[derive(Debug)]
struct Opened {
    file: PluginFile<'static>,
    components: IndexMap<Kind, IndexMap<String, OnceLock<Component>>>,
}

/// The names of all components of all known plugins.
#[derive(Debug)]
struct Known {
    plugins: Vec<KnownPlugin>,
    /// By kind and name: which of `plugins` it belongs to.
    components: IndexMap<Kind, IndexMap<String, usize>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownFile {
    #[serde(rename = "$schema", default)]
    _schema: Option<String>,
    plugins: Named<KnownPluginText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownPluginText {
    source: String,
    #[serde(default)]
    builder: Vec<String>,
    #[serde(default)]
    provisioner: Vec<String>,
    #[serde(default, rename = "post-processor")]
    post_processor: Vec<String>,
    #[serde(default, rename = "data-source")]
    data_source: Vec<String>,
}

impl Schemas {
    /// What the binary brings along. Parses nothing yet.
    pub fn embedded() -> Self {
        Schemas {
            added: IndexMap::new(),
            known: OnceLock::new(),
            shared: OnceLock::new(),
            embedded: DESCRIBED.map(|(plugin, text)| Embedded { plugin, text, opened: OnceLock::new() }),
        }
    }

    /// Adds a file of the user's, which is read and checked as a whole. Its components replace known ones of the same kind
    /// and name. On an error nothing is added.
    pub fn add(&mut self, file_name: &str, text: &str) -> Result<(), SchemaError> {
        let fail = |problems| SchemaError { file: file_name.to_owned(), problems };
        let file = PluginFile::open(text).map_err(|problem| fail(vec![problem]))?;
        let mut components = Vec::new();
        let mut problems = Vec::new();
        for (kind, name) in file.components() {
            match file.component(kind, name, self.shared()) {
                Some(Ok(component)) => {
                    problems.extend(verify::verify(&component));
                    components.push(component);
                }
                Some(Err(problem)) => problems.push(problem),
                None => {}
            }
        }
        if !problems.is_empty() {
            return Err(fail(problems));
        }
        for component in components {
            self.added.entry(component.kind).or_default().insert(component.name.clone(), component);
        }
        Ok(())
    }

    /// What is known of a component.
    pub fn component(&self, kind: Kind, name: &str) -> Lookup<'_> {
        if let Some(component) = self.added.get(&kind).and_then(|components| components.get(name)) {
            return Lookup::Described(component);
        }
        let known = self.known();
        let plugin = known.components.get(&kind).and_then(|components| components.get(name));
        let Some(plugin) = plugin.and_then(|index| known.plugins.get(*index)) else {
            return Lookup::Unknown;
        };
        let embedded = self.embedded.iter().find(|embedded| embedded.plugin == plugin.plugin);
        match embedded.and_then(|embedded| self.read(embedded, kind, name)) {
            Some(component) => Lookup::Described(component),
            None => Lookup::Named(plugin),
        }
    }

    /// The names of all known components of a kind, described or not: added ones first, then by plugin.
    pub fn names(&self, kind: Kind) -> impl Iterator<Item = &str> {
        let added = self.added.get(&kind);
        let known = self.known().components.get(&kind).into_iter().flat_map(IndexMap::keys);
        let known = known.filter(move |name| !added.is_some_and(|added| added.contains_key(*name)));
        added.into_iter().flat_map(IndexMap::keys).chain(known).map(String::as_str)
    }

    /// All known plugins that are not the user's own.
    pub fn plugins(&self) -> impl Iterator<Item = &KnownPlugin> {
        self.known().plugins.iter()
    }

    fn read<'s>(&'s self, embedded: &'s Embedded, kind: Kind, name: &str) -> Option<&'s Component> {
        let Opened { file, components } = embedded.open();
        let component = components.get(&kind)?.get(name)?;
        Some(component.get_or_init(|| match file.component(kind, name, self.shared()) {
            Some(Ok(component)) => component,
            Some(Err(problem)) => broken(embedded.plugin, problem),
            None => unreachable!("internal error: the names come from the file"),
        }))
    }

    fn shared(&self) -> &Groups<'static> {
        self.shared.get_or_init(|| Groups::open(SHARED).unwrap_or_else(|problem| broken("shared", problem)))
    }

    fn known(&self) -> &Known {
        self.known.get_or_init(|| {
            let file: KnownFile =
                serde_json::from_str(KNOWN).expect("internal error: `known-components.json` is well-formed");
            Known::new(file)
        })
    }
}

impl Default for Schemas {
    fn default() -> Self {
        Schemas::embedded()
    }
}

impl Embedded {
    fn open(&self) -> &Opened {
        self.opened.get_or_init(|| {
            let file = PluginFile::open(self.text).unwrap_or_else(|problem| broken(self.plugin, problem));
            let mut components: IndexMap<Kind, IndexMap<String, OnceLock<Component>>> = IndexMap::new();
            for (kind, name) in file.components() {
                components.entry(kind).or_default().insert(name.to_owned(), OnceLock::new());
            }
            Opened { file, components }
        })
    }
}

impl Known {
    fn new(file: KnownFile) -> Self {
        let KnownFile { _schema: _, plugins: texts } = file;
        let mut plugins = Vec::new();
        let mut components: IndexMap<Kind, IndexMap<String, usize>> = IndexMap::new();
        for (index, (plugin, text)) in texts.0.into_iter().enumerate() {
            let KnownPluginText { source, builder, provisioner, post_processor, data_source } = text;
            plugins.push(KnownPlugin { plugin, source });
            for (kind, names) in [
                (Kind::Builder, builder),
                (Kind::Provisioner, provisioner),
                (Kind::PostProcessor, post_processor),
                (Kind::DataSource, data_source),
            ] {
                components.entry(kind).or_default().extend(names.into_iter().map(|name| (name, index)));
            }
        }
        Known { plugins, components }
    }
}

/// A file of ours is broken, which the tests of this module would have told.
fn broken(plugin: &str, problem: Problem) -> ! {
    panic!("internal error: {}", SchemaError { file: format!("schemas/{plugin}.json"), problems: vec![problem] })
}

#[cfg(test)]
mod tests;
