//! `formwork.yaml`: what a project says about its configurations.
//!
//! In: the text of the file. Out: a [`ProjectFile`], typed, every part with its place. No IO: paths stay as they are
//! written, and whether they exist is asked of whoever can look ([`missing`]). `docs/project.md` is the page for users,
//! `schemas/formwork.schema.json` the shape for editors; a test holds both against [`read`].

mod node;
mod reader;
#[cfg(test)]
mod tests;

use indexmap::IndexMap;

use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Sink};
use crate::source::Spanned;

pub use reader::read;

/// The name of the file.
pub const FILE_NAME: &str = "formwork.yaml";

declare_diagnostic! {
    pub static PROJECT_FILE_SYNTAX = {
        code: "project-file-syntax",
        severity: Error,
        since: "0.1.0",
        summary: "`formwork.yaml` is not YAML that can be read",
    }
    pub static UNKNOWN_PROJECT_KEY = {
        code: "unknown-project-key",
        severity: Error,
        since: "0.1.0",
        summary: "`formwork.yaml` has a key that means nothing",
    }
    pub static WRONG_PROJECT_VALUE = {
        code: "wrong-project-value",
        severity: Error,
        since: "0.1.0",
        summary: "a value in `formwork.yaml` is of another kind than its key takes",
    }
    pub static MISSING_PROJECT_PATH = {
        code: "missing-project-path",
        severity: Error,
        since: "0.1.0",
        summary: "`formwork.yaml` names a file or folder that does not exist",
    }
    pub static BROKEN_COMPONENT_SCHEMA = {
        code: "broken-component-schema",
        severity: Error,
        since: "0.1.0",
        summary: "a component schema that `formwork.yaml` names has a fault",
    }
}

/// What this stage can report.
pub const DECLARATIONS: &[&Declaration] = &[
    &BROKEN_COMPONENT_SCHEMA,
    &MISSING_PROJECT_PATH,
    &PROJECT_FILE_SYNTAX,
    &UNKNOWN_PROJECT_KEY,
    &WRONG_PROJECT_VALUE,
];

/// A target that `targets` may name, and its options.
#[derive(Clone, Debug)]
pub struct KnownTarget<'a> {
    /// Its name.
    pub name: &'a str,
    /// The names of its options.
    pub options: Vec<&'a str>,
}

/// What the file says. Paths are relative to its folder.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProjectFile {
    /// How the project is called; nothing: as its folder.
    pub name: Option<String>,
    /// Files with descriptions of components.
    pub schemas: Vec<Spanned<String>>,
    /// By name, in the file's order: what is compiled for, and how.
    pub targets: IndexMap<String, TargetSettings>,
    /// By name, in the file's order.
    pub configurations: IndexMap<String, Configuration>,
}

/// One configuration: a template and what it is read with.
#[derive(Clone, Debug, PartialEq)]
pub struct Configuration {
    /// A folder, a file, or several files that belong together. Never empty.
    pub paths: Vec<Spanned<String>>,
    /// What relative paths in the template start from.
    pub cwd: Option<Spanned<String>>,
    /// What holds for all variants.
    pub values: Values,
    /// Ways to read it, each in place of the configuration alone. Empty: it is read as it is.
    pub variants: IndexMap<String, Values>,
}

/// What a configuration and each of its variants may say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    /// Files with values of variables, in order.
    pub var_files: Vec<Spanned<String>>,
    /// Values of variables as the command line has them, in order.
    pub vars: Vec<(String, String)>,
    /// Images to select.
    pub only: Vec<String>,
    /// Images, provisioners and post-processors to leave out.
    pub except: Vec<String>,
    /// Variables to leave open.
    pub params: Vec<String>,
    /// Variables to fix.
    pub freeze: Vec<String>,
    /// Variables to treat as sensitive.
    pub sensitive: Vec<String>,
    /// Whether the environment may be read.
    pub env: Option<bool>,
    /// Whether a variable without a value is an error.
    pub require_values: Option<bool>,
    /// Folders that file functions may read besides their own.
    pub read: Vec<Spanned<String>>,
    /// What it is compiled for; nothing: for all targets of the file.
    pub targets: Option<Vec<String>>,
    /// Options of targets, in order.
    pub settings: Vec<OptionSetting>,
    /// Constructs that may be left out.
    pub accept: Vec<Accept>,
}

/// A target with what holds for it in the whole project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TargetSettings {
    /// Where its folder goes.
    pub out: Option<String>,
    /// In order.
    pub settings: Vec<OptionSetting>,
}

/// An option of a target.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionSetting {
    /// The target.
    pub target: String,
    /// The image it is for; nothing: all of the configuration.
    pub image: Option<String>,
    /// Its name.
    pub option: String,
    /// Its value.
    pub value: String,
}

/// A construct that may be left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Accept {
    /// `IMAGE:CONSTRUCT`.
    pub construct: Spanned<String>,
    /// Why that is right.
    pub reason: String,
}

impl ProjectFile {
    /// What is compiled and checked: `CONFIGURATION`, or `CONFIGURATION/VARIANT` for each where there are variants.
    pub fn units(&self) -> Vec<String> {
        let of = |(name, configuration): (&String, &Configuration)| -> Vec<String> {
            if configuration.variants.is_empty() {
                return vec![name.clone()];
            }
            configuration.variants.keys().map(|variant| format!("{name}/{variant}")).collect()
        };
        self.configurations.iter().flat_map(of).collect()
    }

    /// Every path the file names that has to exist.
    pub fn paths(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.schemas.iter().chain(self.configurations.values().flat_map(|configuration| {
            let Configuration { paths, cwd, values, variants } = configuration;
            let layers = std::iter::once(values).chain(variants.values());
            paths.iter().chain(cwd).chain(layers.flat_map(|layer| layer.var_files.iter().chain(&layer.read)))
        }))
    }
}

/// Reports every path of the file that does not exist.
pub fn missing(project: &ProjectFile, exists: impl Fn(&str) -> bool, sink: &mut Sink) {
    for path in project.paths().filter(|path| !exists(&path.value)) {
        sink.report(
            MISSING_PROJECT_PATH
                .at(path.span, format!("`{}` does not exist", path.value))
                .label("not found")
                .help("paths here are relative to the folder of `formwork.yaml`"),
        );
    }
}
