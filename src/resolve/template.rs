//! What `resolve` gives: a configuration with every reference followed and every expression worth something.
//!
//! Invariants: every image of [`Template::images`] was selected (`-only`, `-except`) and has its own components, with
//! `dynamic` blocks expanded, `override` applied, `only`/`except` of the blocks obeyed, attributes converted to the types
//! of their schema and strings rendered by the template engine. Whatever could not be resolved holds
//! [`Value::error`] and was reported.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::value::{ParameterId, Type, Value};
use super::version::Constraint;
use crate::schema::Kind;
use crate::source::{Span, Spanned};

/// A resolved configuration.
#[derive(Clone, Debug)]
pub struct Template {
    /// The plugins that are required, by local name, and which versions of each will do where that could be read.
    pub required_plugins: BTreeMap<String, Option<Constraint>>,
    /// By name, in declaration order; [`ParameterId`] counts in it.
    pub variables: IndexMap<String, Variable>,
    /// By name, in declaration order.
    pub locals: IndexMap<String, Local>,
    /// In declaration order.
    pub data: Vec<DataSource>,
    /// Every declared source, used or not, in declaration order.
    pub sources: Vec<SourceHeader>,
    /// Every build, in declaration order.
    pub builds: Vec<BuildHeader>,
    /// Every `hcp_packer_registry` block, in the order written.
    pub registries: Vec<Registry>,
    /// The selected images, in the order of builds and of the sources in them.
    pub images: Vec<ImagePlan>,
    /// Sources that no build uses, decoded as if one did.
    pub unused: Vec<UnusedSource>,
    /// Parameters that decided which images, steps or blocks there are.
    pub shaped_by: std::collections::BTreeSet<ParameterId>,
    /// `path.root`: the folder of the configuration as it was given, `.` for a bare file name.
    pub root: String,
    /// How many images the configuration has before `-only` and `-except`.
    pub declared_images: usize,
}

impl Template {
    /// The variable of that id.
    pub fn parameter(&self, id: ParameterId) -> &Variable {
        &self.variables[id.0 as usize]
    }
}

/// An input variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name and where it is declared.
    pub name: Spanned<String>,
    /// The declared type as it is written, or what its default gave it.
    pub ty: Type,
    /// `description`
    pub description: Option<String>,
    /// Declared `sensitive`, or treated so by `--sensitive`.
    pub sensitive: bool,
    /// Its declared default, converted.
    pub default: Option<Value>,
    /// The winning value, without parameter marks: the default if nothing else was given; nothing if there is none.
    pub value: Option<Value>,
    /// Where the winning value came from.
    pub given_by: GivenBy,
    /// Its value in expressions, with marks and holes as [`Variable::state`] asks.
    pub in_scope: Value,
    /// Whether it may stay open in an output, before anybody looked at what it reaches.
    pub state: ParameterState,
    /// Whether it has `validation` blocks.
    pub validated: bool,
    /// The whole block, or the attribute of `variables`.
    pub span: Span,
}

/// Where the value of a variable came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GivenBy {
    /// From nowhere: it has none.
    Nobody,
    /// Its `default`.
    Default,
    /// `PKR_VAR_name`, read because of `--env`.
    Environment,
    /// A var-file: where in it.
    File(Span),
    /// `--var`.
    CommandLine,
}

/// Whether a variable may stay open in an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterState {
    /// It has a hole wherever it stands in a text.
    Candidate,
    /// Its value is written out.
    Fixed,
}

/// A local value.
#[derive(Clone, Debug)]
pub struct Local {
    /// Its name and where it is declared.
    pub name: Spanned<String>,
    /// What it is worth.
    pub value: Value,
    /// Declared `sensitive`.
    pub sensitive: bool,
    /// The attribute or block.
    pub span: Span,
}

/// A data source.
#[derive(Clone, Debug)]
pub struct DataSource {
    /// Its type.
    pub ty: Spanned<String>,
    /// Its name.
    pub name: Spanned<String>,
    /// What it asks for.
    pub body: ComponentBody,
    /// The whole block.
    pub span: Span,
}

/// A `source` block, as declared.
#[derive(Clone, Debug)]
pub struct SourceHeader {
    /// Its type.
    pub ty: Spanned<String>,
    /// Its name.
    pub name: Spanned<String>,
    /// Whether a build uses it.
    pub used: bool,
    /// The whole block.
    pub span: Span,
}

/// A source that no build uses. Packer never looks at it.
#[derive(Clone, Debug)]
pub struct UnusedSource {
    /// What it would be.
    pub source: Component,
    /// A build's reference that names nothing seems to mean it, so that it is looked at as soon as that is right.
    pub meant: bool,
}

/// A `build` block, as declared.
#[derive(Clone, Debug)]
pub struct BuildHeader {
    /// `name`
    pub name: Option<String>,
    /// `description`
    pub description: Option<String>,
    /// The images it makes, selected or not, by Packer's names for them.
    pub images: Vec<String>,
    /// The whole block.
    pub span: Span,
}

/// An `hcp_packer_registry` block: where images would be registered.
#[derive(Clone, Debug)]
pub struct Registry {
    /// What it says.
    pub body: ComponentBody,
    /// Whether it stands in a build, its old place.
    pub in_build: bool,
    /// Its type.
    pub keyword: Span,
    /// The whole block.
    pub span: Span,
}

/// One image: a source in a build, with everything that is done for it.
#[derive(Clone, Debug)]
pub struct ImagePlan {
    /// Packer's name: `docker.app`, or `web.docker.app` in a build named `web`.
    pub name: String,
    /// The build's `name`.
    pub build_name: Option<String>,
    /// The source's name in this build (what `{{ build_name }}` and `PACKER_BUILD_NAME` say).
    pub source_name: String,
    /// The source, with what the build adds to it.
    pub source: Component,
    /// Provisioners in the order they run.
    pub provisioners: Vec<Component>,
    /// `error-cleanup-provisioner`
    pub error_cleanup: Option<Component>,
    /// Chains of post-processors; each starts from the image.
    pub post_processors: Vec<Vec<Component>>,
    /// Where the build names the source.
    pub span: Span,
}

/// A source, provisioner, post-processor or data source with its resolved body.
#[derive(Clone, Debug)]
pub struct Component {
    /// What kind of component.
    pub kind: Kind,
    /// Its type: `docker`, `shell`, ….
    pub ty: Spanned<String>,
    /// How the fidelity report calls it: `source.docker.app`, `provisioner[0].shell`, `post-processor[1].docker-tag`
    /// (places count in the template's blocks for this image, before `only` and `except`; chains as `[1][0]`).
    pub address: String,
    /// What Packer itself reads.
    pub meta: Meta,
    /// What the plugin reads.
    pub body: ComponentBody,
    /// Whether a schema describes its attributes; if not they are kept as written, unchecked.
    pub described: bool,
    /// The whole block.
    pub span: Span,
}

/// Arguments that Packer itself reads.
#[derive(Clone, Debug, Default)]
pub struct Meta {
    /// `name`
    pub name: Option<Spanned<String>>,
    /// `pause_before`
    pub pause_before: Option<Spanned<std::time::Duration>>,
    /// `timeout`
    pub timeout: Option<Spanned<std::time::Duration>>,
    /// `max_retries`; negative counts as none.
    pub max_retries: Option<Spanned<i64>>,
    /// `continue_on_error`
    pub continue_on_error: Option<Spanned<bool>>,
    /// `keep_input_artifact`
    pub keep_input_artifact: Option<Spanned<bool>>,
    /// `only`, as it was obeyed.
    pub only: Option<Span>,
    /// `except`, as it was obeyed.
    pub except: Option<Span>,
    /// `override`, as it was applied to this image.
    pub overridden: Option<Span>,
}

/// Arguments and blocks that the plugin reads.
#[derive(Clone, Debug, Default)]
pub struct ComponentBody {
    /// By name, in the order written; values converted and rendered. `null` counts as not written and is left out.
    pub arguments: IndexMap<String, Argument>,
    /// Attributes that are `null` by an expression that refers to something: another value there may fill them.
    pub unfilled: BTreeSet<String>,
    /// By name; of each, one entry for each block.
    pub blocks: IndexMap<String, Vec<NestedBlock>>,
}

/// A nested block.
#[derive(Clone, Debug)]
pub struct NestedBlock {
    /// What is in it.
    pub body: ComponentBody,
    /// The whole block.
    pub span: Span,
}

/// One argument.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Where its name stands.
    pub name: Span,
    /// What it is worth.
    pub value: Value,
    /// Where its value stands.
    pub span: Span,
}
