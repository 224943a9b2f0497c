//! The pipelines out: a folder for each platform that takes the graph apart and says it in that platform's words.
//!
//! Comes in: a [`Graph`]. Goes out: an [`Output`], files as bytes and the fidelity report. Nothing is written here; a
//! refusal stops one image and no other. Targets never import targets; what they share stands in [`text`],
//! [`environment`] and [`fidelity`].

pub mod aws_image_builder;
pub mod changes;
pub mod docker_run;
pub mod dockerfile;
pub mod environment;
pub mod fidelity;
pub mod inventory;
pub mod plan;
pub mod text;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Declaration, Sink};
use crate::graph::Graph;
use crate::source::Files;

pub use fidelity::{FidelityEntry, Verdict};

/// Every target, sorted by name.
pub static TARGETS: &[&Target] = &[&aws_image_builder::TARGET, &dockerfile::TARGET];

/// Everything that targets can report.
pub fn declarations() -> Vec<&'static Declaration> {
    [fidelity::DECLARATIONS, changes::DECLARATIONS].concat()
}

/// The target of that name.
pub fn named(name: &str) -> Option<&'static Target> {
    TARGETS.iter().copied().find(|target| target.name == name)
}

/// A platform that takes pipelines.
#[derive(Debug)]
pub struct Target {
    /// Its name on the command line, and of its folder in the output.
    pub name: &'static str,
    /// One line: what it makes.
    pub summary: &'static str,
    /// What `--set NAME.OPTION=VALUE` takes.
    pub options: &'static [TargetOption],
    /// Lowers and emits.
    pub compile: fn(&Graph, &Context<'_>, &mut Sink) -> Output,
    /// Reads what its files set up, for targets whose files set up resources.
    pub inventory: Option<Reader>,
}

/// Files by their paths below a target's folder.
pub type Written = BTreeMap<String, Vec<u8>>;

/// How a target reads its own files.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    /// What files, by their paths below the target's folder, set up; nothing where none of them does, else what is wrong.
    pub read: fn(&Written) -> Result<Option<inventory::Inventory>, String>,
    /// The attributes of a source that a fact of a kind of resource may be made from.
    pub attributes: fn(kind: &str, fact: &str) -> &'static [&'static str],
}

/// An option of a target.
#[derive(Debug)]
pub struct TargetOption {
    /// Its name.
    pub name: &'static str,
    /// What holds where nobody sets it; empty: nothing.
    pub default: &'static str,
    /// What it does, in a line.
    pub description: &'static str,
}

/// What a target may look at besides the graph.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Files, from the folder that relative paths in the template start from.
    pub files: &'a dyn Files,
    /// `--set`
    pub options: &'a Options,
    /// `--accept`
    pub accepted: &'a [Accepted],
    /// Where the target's files will lie, from the same folder (`formwork-out/dockerfile`), or absolute.
    pub output_folder: &'a str,
    /// A short name of the project, as `formwork.yaml` or the folder has it: names of an account begin with it.
    pub project: &'a str,
    /// How the configuration is called in the header of every file.
    pub generated_from: &'a str,
}

/// A construct that the user allows to be left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Accepted {
    /// Packer's name of the image, `docker.app`, or `*`.
    pub image: String,
    /// The construct as the fidelity report calls it; what stands below it is meant as well.
    pub construct: String,
    /// Why, where it was said.
    pub reason: Option<String>,
}

impl Accepted {
    /// Reads `IMAGE:CONSTRUCT`.
    pub fn parse(text: &str) -> Option<Self> {
        let (image, construct) = text.split_once(':')?;
        let full = !image.is_empty() && !construct.is_empty();
        full.then(|| Self { image: image.to_owned(), construct: construct.to_owned(), reason: None })
    }

    /// Whether it means this construct of this image.
    pub fn covers(&self, image: &str, construct: &str) -> bool {
        let below = |rest: &str| rest.is_empty() || rest.starts_with('.') || rest.starts_with('[');
        (self.image == image || self.image == "*") && construct.strip_prefix(&self.construct).is_some_and(below)
    }
}

/// Options of targets, as given.
#[derive(Clone, Debug, Default)]
pub struct Options {
    settings: Vec<Setting>,
}

/// One option as given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The target.
    pub target: String,
    /// Only for the image of this name (Packer's, or its short one).
    pub image: Option<String>,
    /// The option.
    pub option: String,
    /// What it is set to.
    pub value: String,
}

impl Setting {
    /// Reads `TARGET[/IMAGE].OPTION=VALUE`. Image names may have dots, options have none.
    pub fn parse(text: &str) -> Option<Self> {
        let (place, value) = text.split_once('=')?;
        let (whose, option) = place.rsplit_once('.')?;
        let (target, image) = match whose.split_once('/') {
            Some((target, image)) => (target, Some(image.to_owned())),
            None => (whose, None),
        };
        let full = !target.is_empty() && !option.is_empty() && image.as_deref() != Some("");
        full.then(|| Self { target: target.to_owned(), image, option: option.to_owned(), value: value.to_owned() })
    }
}

impl Options {
    /// Nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a setting in; a later one beats an earlier one for the same place.
    pub fn set(&mut self, setting: Setting) {
        self.settings.push(setting);
    }

    /// All of them, in the order they were given.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    /// What is set for an image that goes by any of `names`: its own setting beats the target's.
    pub fn get(&self, target: &str, names: &[&str], option: &str) -> Option<&str> {
        let mine = |setting: &&Setting| setting.target == target && setting.option == option;
        let own = |setting: &&Setting| setting.image.as_deref().is_some_and(|image| names.contains(&image));
        let found = self.settings.iter().rev().filter(mine).find(own);
        let found = found.or_else(|| self.settings.iter().rev().filter(mine).find(|setting| setting.image.is_none()));
        found.map(|setting| setting.value.as_str())
    }
}

/// What a target made.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// By their path below the target's folder.
    pub files: BTreeMap<String, OutFile>,
    /// The fidelity report, in the graph's order.
    pub entries: Vec<FidelityEntry>,
    /// The images that were made: Packer's name and the short one.
    pub images: Vec<(String, String)>,
    /// How each parameter is given to this target, by the variable's name.
    pub parameters: BTreeMap<String, String>,
    /// Open parameters of the graph that this target had to fix, by the variable's name, with the reason.
    pub fixed: BTreeMap<String, String>,
    /// Those of [`Context::accepted`] that something was left out for.
    pub accepted: BTreeSet<Accepted>,
    /// Lines for people behind the report: how much of the platform's limits is used, and what is to be done later.
    pub remarks: Vec<String>,
    /// What to type next, from the folder that relative paths start from; empty if nothing was made.
    pub next_command: String,
}

/// A file of an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutFile {
    /// What it is.
    pub content: OutContent,
    /// Packer's name of the image it belongs to; nothing if to all.
    pub image: Option<String>,
}

/// What lies at a path of an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutContent {
    /// A regular file.
    File {
        /// Its bytes.
        bytes: Vec<u8>,
        /// Permission bits.
        mode: u32,
    },
    /// A symbolic link.
    Link {
        /// Where it points.
        target: String,
    },
    /// A folder, where nothing in it makes it.
    Folder {
        /// Permission bits.
        mode: u32,
    },
}

impl OutFile {
    /// Its bytes; none where it is no regular file.
    pub fn bytes(&self) -> &[u8] {
        match &self.content {
            OutContent::File { bytes, mode: _ } => bytes,
            OutContent::Link { target: _ } | OutContent::Folder { mode: _ } => &[],
        }
    }

    /// A text of mode 0644.
    pub fn text(text: impl Into<String>, image: Option<&str>) -> Self {
        Self {
            content: OutContent::File { bytes: text.into().into_bytes(), mode: 0o644 },
            image: image.map(str::to_owned),
        }
    }

    /// A script of mode 0755.
    pub fn script(text: impl Into<String>, image: Option<&str>) -> Self {
        Self {
            content: OutContent::File { bytes: text.into().into_bytes(), mode: 0o755 },
            image: image.map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_images_own_setting_beats_the_targets() {
        let mut options = Options::new();
        for text in ["dockerfile/web.docker.app.base=a", "dockerfile.base=b=c", "dockerfile/app.base=d"] {
            options.set(Setting::parse(text).expect("a setting"));
        }
        assert_eq!(options.get("dockerfile", &["web.docker.app", "web"], "base"), Some("a"));
        assert_eq!(options.get("dockerfile", &["docker.app", "app"], "base"), Some("d"));
        assert_eq!(options.get("dockerfile", &["docker.db", "db"], "base"), Some("b=c"));
        assert_eq!(options.get("github-actions", &["app"], "base"), None);
        assert_eq!(Setting::parse("dockerfile/.base=x"), None);
    }

    #[test]
    fn accepting_a_construct_accepts_what_is_in_it() {
        let accepted = Accepted::parse("docker.app:provisioner[1].shell").expect("image and construct");
        assert!(accepted.covers("docker.app", "provisioner[1].shell.timeout"));
        assert!(!accepted.covers("docker.app", "provisioner[1].shell-local"));
        assert!(!accepted.covers("docker.db", "provisioner[1].shell"));
        assert_eq!(Accepted::parse("docker.app"), None);
    }

    #[test]
    fn targets_are_sorted_by_name() {
        assert!(TARGETS.is_sorted_by_key(|target| target.name));
    }
}
