//! What a schema says about a component, its attributes and its blocks.
//!
//! These types are the file format of `schemas/` as well: what can be written there is what stands here.

use std::fmt;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use super::attribute_type::AttributeType;
use super::rule::{Condition, Rule};

/// The four kinds of component a plugin can bring. A name is unique within its kind only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
pub enum Kind {
    /// What a `source` block configures.
    #[serde(rename = "builder")]
    Builder,
    /// What a `provisioner` block configures.
    #[serde(rename = "provisioner")]
    Provisioner,
    /// What a `post-processor` block configures.
    #[serde(rename = "post-processor")]
    PostProcessor,
    /// What a `data` block configures.
    #[serde(rename = "data-source")]
    DataSource,
}

impl Kind {
    /// All kinds, in the order of a template's life.
    pub const ALL: [Kind; 4] = [Kind::DataSource, Kind::Builder, Kind::Provisioner, Kind::PostProcessor];

    /// The word that schema files use.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Builder => "builder",
            Kind::Provisioner => "provisioner",
            Kind::PostProcessor => "post-processor",
            Kind::DataSource => "data-source",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A plugin by name: the one that a component belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPlugin {
    /// The usual local name in `required_plugins`, which is what component names begin with.
    pub plugin: String,
    /// The source address for `required_plugins`.
    pub source: String,
}

/// All that is known of one component. Groups are already merged in.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// Builder, provisioner, post-processor or data source.
    pub kind: Kind,
    /// The first label of its blocks.
    pub name: String,
    /// Whose component it is.
    pub plugin: KnownPlugin,
    /// One sentence.
    pub description: Option<String>,
    /// Its attributes, blocks and rules. Never holds what the language itself takes out
    /// (`pause_before`, `only`, …) or Packer fills in; see [`super::language`].
    pub body: Body,
    /// What it passes along a post-processor chain.
    pub artifact: Artifact,
    /// Builders: the `build.NAME` values beyond [`super::language::BUILD_VALUES`].
    pub generated_vars: Vec<String>,
    /// Data sources: the attributes of `data.TYPE.NAME`.
    pub outputs: IndexMap<String, Output>,
    /// The plugin gives its Go templates a function `clean_resource_name`, which cleans so.
    pub clean_names: Option<CleanNames>,
    /// Set when the plugin's authors tell not to use it.
    pub deprecated: Option<Deprecated>,
    /// What a reader of the schema should know beyond its fields.
    pub note: Option<String>,
}

/// The inside of a block.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Body {
    /// By name, in the order to list them.
    pub attributes: IndexMap<String, Attribute>,
    /// By block type, in the order to list them.
    pub blocks: IndexMap<String, Block>,
    /// What must hold between the members of this body.
    pub rules: Vec<Rule>,
    /// What else may be written.
    pub rest: Rest,
    /// Whether `dynamic` may make this body's blocks.
    pub dynamic: bool,
}

/// What a body does with what its schema does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rest {
    /// It is an error.
    #[default]
    Rejected,
    /// It belongs to the component that the block's first label names.
    Component(Kind),
    /// Each further attribute declares something of that name (`locals`, `variables`, `required_plugins`).
    Declarations,
    /// It is accepted and never read.
    Ignored,
}

/// One attribute.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// Its name: the key in the schema file.
    #[serde(skip)]
    pub name: String,
    /// What its value is converted to.
    #[serde(rename = "type")]
    pub ty: AttributeType,
    /// One line for listings and editors.
    #[serde(default)]
    pub description: Option<String>,
    /// The component rejects its configuration without it. Such an attribute has no default.
    #[serde(default)]
    pub required: bool,
    /// Its documentation calls it required and nothing enforces that.
    #[serde(default)]
    pub documented_required: bool,
    /// Environment variables that stand in when it is unset.
    #[serde(default)]
    pub env: Vec<String>,
    /// The value when unset. None: the zero value of the type.
    #[serde(default)]
    pub default: Option<Value>,
    /// The default in a legacy JSON template, where it is another one.
    #[serde(default)]
    pub default_legacy: Option<Value>,
    /// A legacy JSON template may give any value, whatever the type says.
    #[serde(default)]
    pub any_in_legacy: bool,
    /// Other defaults under conditions; the first that holds wins over `default`.
    #[serde(default)]
    pub default_when: Vec<ConditionalDefault>,
    /// How a default that cannot be written down is made.
    #[serde(default)]
    pub default_from: Option<String>,
    /// The only values accepted. Never empty when given.
    #[serde(default)]
    pub one_of: Vec<Value>,
    /// Values the documentation lists; others are passed on.
    #[serde(default)]
    pub known_values: Vec<Value>,
    /// `one_of` for each element of a collection.
    #[serde(default)]
    pub element_one_of: Vec<Value>,
    /// `known_values` for each element of a collection.
    #[serde(default)]
    pub element_known_values: Vec<Value>,
    /// `one_of` is compared without regard to case.
    #[serde(default)]
    pub case_insensitive: bool,
    /// What the text or number must look like.
    #[serde(default)]
    pub format: Option<Format>,
    /// `format` for each element of a collection.
    #[serde(default)]
    pub element_format: Option<Format>,
    /// Bounds of a number.
    #[serde(default)]
    pub range: Option<Range>,
    /// A number must be a multiple of this.
    #[serde(default)]
    pub multiple_of: Option<u64>,
    /// Bounds of a text's length in characters.
    #[serde(default)]
    pub length: Option<Range>,
    /// Exact number of elements in each element of a list of lists.
    #[serde(default)]
    pub element_length: Option<u64>,
    /// The most elements a collection may have.
    #[serde(default)]
    pub max_items: Option<u64>,
    /// A regular expression that a text must match.
    #[serde(default)]
    pub pattern: Option<String>,
    /// `pattern` for each element of a list or set.
    #[serde(default)]
    pub element_pattern: Option<String>,
    /// `pattern` for each name in a map.
    #[serde(default)]
    pub key_pattern: Option<String>,
    /// `pattern` for each value in a map.
    #[serde(default)]
    pub value_pattern: Option<String>,
    /// The names that the service behind it knows: those in a map, or the text itself. `tag:*` is any that begins so. Other
    /// names are refused while the build runs.
    #[serde(default)]
    pub known_keys: Vec<String>,
    /// The text, or each element, is a container image's name or a part of one.
    #[serde(default)]
    pub image_name: Option<ImageName>,
    /// It is a command that makes no sense unless one of these fields stands in it.
    #[serde(default)]
    pub needs_field: Vec<String>,
    /// It has an effect only while all of these hold.
    #[serde(default)]
    pub effective_when: Vec<Condition>,
    /// It names a file or folder of the machine that is written to by the connection's user.
    #[serde(default)]
    pub uploads_to: bool,
    /// Whether and how Packer renders the text as a Go template.
    #[serde(default)]
    pub render: Render,
    /// The value is a secret, wherever it comes from.
    #[serde(default)]
    pub sensitive: bool,
    /// The text, or each element, names a file or folder of the machine that runs Packer.
    #[serde(default)]
    pub path: Option<PathUse>,
    /// It is such a path only while all of these hold; else a path of the image or something else.
    #[serde(default)]
    pub path_when: Vec<Condition>,
    /// An URL may stand in place of the path.
    #[serde(default)]
    pub path_or_url: bool,
    /// A path with `*`, `?` or `[` is a pattern, which may match nothing.
    #[serde(default)]
    pub glob: bool,
    /// Set when another way is preferred.
    #[serde(default)]
    pub deprecated: Option<Deprecated>,
    /// Any value is an error, since a release of the plugin or ever since it is known here.
    #[serde(default)]
    pub removed: Option<Removed>,
    /// Accepted without effect.
    #[serde(default)]
    pub ignored: bool,
    /// In the plugin's schema, and overwritten by the plugin.
    #[serde(default)]
    pub computed: bool,
    /// Not in the plugin's documentation.
    #[serde(default)]
    pub undocumented: bool,
    /// What a reader of the schema should know beyond its fields.
    #[serde(default)]
    pub note: Option<String>,
}

impl Attribute {
    /// An attribute of which nothing but name and type is known.
    pub fn new(name: &str, ty: AttributeType) -> Self {
        Attribute {
            name: name.to_owned(),
            ty,
            description: None,
            required: false,
            documented_required: false,
            env: Vec::new(),
            default: None,
            default_legacy: None,
            any_in_legacy: false,
            default_when: Vec::new(),
            default_from: None,
            one_of: Vec::new(),
            known_values: Vec::new(),
            element_one_of: Vec::new(),
            element_known_values: Vec::new(),
            case_insensitive: false,
            format: None,
            element_format: None,
            range: None,
            multiple_of: None,
            length: None,
            element_length: None,
            max_items: None,
            pattern: None,
            element_pattern: None,
            key_pattern: None,
            value_pattern: None,
            known_keys: Vec::new(),
            image_name: None,
            needs_field: Vec::new(),
            effective_when: Vec::new(),
            uploads_to: false,
            render: Render::default(),
            sensitive: false,
            path: None,
            path_when: Vec::new(),
            path_or_url: false,
            glob: false,
            deprecated: None,
            removed: None,
            ignored: false,
            computed: false,
            undocumented: false,
            note: None,
        }
    }
}

/// A default that depends on other attributes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionalDefault {
    /// All must hold.
    pub when: Vec<Condition>,
    /// The default then.
    pub value: Value,
}

/// Whether Packer reads a text as a Go template after HCL has evaluated it.
///
/// It concerns every text inside the value: elements, and the names and values of maps.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RenderSpelling")]
pub enum Render {
    /// `{{` means nothing.
    Never,
    /// The text is rendered.
    Template {
        /// How many times, one after the other; at least once.
        times: u8,
        /// The fields (`{{.Path}}`) that exist in the **last** rendering. Empty: every field is `<no value>` there, unless `build_data`.
        /// When there are fields and one rendering, it happens while the build runs.
        fields: Vec<String>,
        /// In the last rendering, which happens while the build runs, the values of `build` are fields too.
        build_data: bool,
    },
}

impl Default for Render {
    fn default() -> Self {
        Render::Template { times: 1, fields: Vec::new(), build_data: false }
    }
}

/// How schema files spell [`Render`].
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected \"never\" or {\"times\", \"fields\", \"build_data\"}")]
enum RenderSpelling {
    Word(String),
    Template(RenderTemplate),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RenderTemplate {
    #[serde(default = "once")]
    times: u8,
    #[serde(default)]
    fields: Vec<String>,
    #[serde(default)]
    build_data: bool,
}

fn once() -> u8 {
    1
}

impl TryFrom<RenderSpelling> for Render {
    type Error = String;

    fn try_from(spelling: RenderSpelling) -> Result<Self, String> {
        match spelling {
            RenderSpelling::Word(word) if word == "never" => Ok(Render::Never),
            RenderSpelling::Word(word) => Err(format!("`{word}` is not a way to render; the only word is `never`")),
            RenderSpelling::Template(RenderTemplate { times: 0, .. }) => {
                Err("rendered 0 times is spelt `\"render\": \"never\"`".to_owned())
            }
            RenderSpelling::Template(RenderTemplate { times, fields, build_data }) => {
                Ok(Render::Template { times, fields, build_data })
            }
        }
    }
}

/// How a plugin's `clean_resource_name` cleans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CleanNames {
    /// For names of AMIs: letters, digits and some punctuation stay.
    Amazon,
    /// For names at Google: lower case, digits and `-`.
    GoogleCompute,
    /// For names at Azure: letters, digits, `.`, `_` and `-`, none of the latter at the end.
    Azure,
}

/// Which part of a container image's name a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageName {
    /// All of it: `registry.example.com/team/app:1.0`.
    Reference,
    /// What stands before the tag; all of it where the component has no tag.
    Repository,
    /// What stands behind the colon.
    Tag,
}

/// What happens to the file that a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathUse {
    /// Read while the build runs.
    Read,
    /// Read, and already missing it at validation is an error.
    ReadChecked,
    /// Written by the build.
    Write,
}

/// What a text or number must look like beyond its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A whole number.
    Integer,
    /// A Go duration: `10s`, `1h30m`.
    Duration,
    /// A bool whose unset state differs from `false`.
    Tristate,
    /// A list of byte values.
    Bytes,
    /// `TYPE:DIGEST`, `file:PATH`, `none`, or a bare digest.
    Checksum,
    /// A date and time of RFC 3339.
    Rfc3339,
    /// Base64 text.
    Base64,
    /// JSON text.
    Json,
    /// An IP address of either family.
    Ip,
    /// An IPv4 address.
    Ipv4,
    /// An address block: `10.0.0.0/8`.
    Cidr,
    /// An address or an address block.
    IpOrCidr,
    /// `PORT:HOST:PORT`.
    Tunnel,
    /// Keys to type at boot.
    BootCommand,
    /// An Azure resource id.
    AzureResourceId,
    /// An instruction of a Dockerfile that `docker commit` takes.
    DockerChange,
    /// The text of a type (`list(string)`): only the language's own `type` attribute.
    TypeExpression,
}

/// Inclusive bounds; at least one is given.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The least value.
    #[serde(default)]
    pub min: Option<f64>,
    /// The greatest value.
    #[serde(default)]
    pub max: Option<f64>,
}

/// Marks what should no longer be used.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deprecated {
    /// The attribute, block or component to use instead, if there is one.
    #[serde(default)]
    pub replacement: Option<String>,
}

/// Marks what a plugin does not take any more.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "RemovedSpelling")]
pub struct Removed {
    /// The first release without it. None: no release that matters has it.
    pub since: Option<Release>,
    /// The attribute or block to use instead, if there is one.
    pub replacement: Option<String>,
}

/// How schema files spell [`Removed`].
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected true or {\"since\", \"replacement\"}")]
enum RemovedSpelling {
    Flag(bool),
    Since(RemovedText),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RemovedText {
    #[serde(default)]
    since: Option<Release>,
    #[serde(default)]
    replacement: Option<String>,
}

impl TryFrom<RemovedSpelling> for Removed {
    type Error = &'static str;

    fn try_from(spelling: RemovedSpelling) -> Result<Self, Self::Error> {
        match spelling {
            RemovedSpelling::Flag(true) => Ok(Removed::default()),
            RemovedSpelling::Flag(false) => Err("`removed` is left out where it is not so"),
            RemovedSpelling::Since(RemovedText { since, replacement }) => Ok(Removed { since, replacement }),
        }
    }
}

/// A release of a plugin: `2.0.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Release {
    major: u32,
    minor: u32,
    patch: u32,
}

impl TryFrom<String> for Release {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number = |part: &str| {
            let is_plain = part.bytes().all(|byte| byte.is_ascii_digit()) && (part == "0" || !part.starts_with('0'));
            is_plain.then(|| part.parse().ok()).flatten()
        };
        let numbers: Option<Vec<u32>> = text.split('.').map(number).collect();
        match numbers.as_deref() {
            Some([major, minor, patch]) => Ok(Release { major: *major, minor: *minor, patch: *patch }),
            _ => Err(format!("`{text}` is not a release; write three numbers, as in `2.0.0`")),
        }
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Release { major, minor, patch } = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

/// One nested block type.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The block type.
    pub name: String,
    /// One line for listings and editors.
    pub description: Option<String>,
    /// What each label means, in order. Blocks of components have none.
    pub labels: Vec<String>,
    /// How many there may be and what they become.
    pub nesting: Nesting,
    /// The component rejects its configuration without it.
    pub required: bool,
    /// The least number of blocks.
    pub min: Option<usize>,
    /// The greatest number of blocks; `single` blocks have 1.
    pub max: Option<usize>,
    /// Its inside.
    pub body: Body,
    /// Set when another way is preferred.
    pub deprecated: Option<Deprecated>,
    /// Any such block is an error, since a release of the plugin or ever since it is known here.
    pub removed: Option<Removed>,
    /// Accepted without effect.
    pub ignored: bool,
    /// What a reader of the schema should know beyond its fields.
    pub note: Option<String>,
}

/// What the blocks of one type become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nesting {
    /// One object; a second block is an error.
    Single,
    /// A list of objects in source order.
    List,
}

/// What a component takes from and gives to a post-processor chain, by artifact id.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// Ids that a post-processor takes; `*` is any.
    #[serde(default)]
    pub accepts: Vec<String>,
    /// While all of these hold, it takes any.
    #[serde(default)]
    pub accepts_any_when: Vec<Condition>,
    /// Ids of what may come out; `input` is what came in.
    #[serde(default)]
    pub produces: Vec<String>,
    /// What comes out under conditions; the first that holds wins over `produces`.
    #[serde(default)]
    pub produces_when: Vec<ConditionalArtifact>,
    /// What a reader of the schema should know beyond its fields.
    #[serde(default)]
    pub note: Option<String>,
}

/// An artifact that depends on attributes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionalArtifact {
    /// All must hold.
    pub when: Vec<Condition>,
    /// The ids then; empty when nothing comes out.
    pub produces: Vec<String>,
}

/// One attribute of a data source's result.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Its type.
    #[serde(rename = "type")]
    pub ty: AttributeType,
    /// One line for listings and editors.
    #[serde(default)]
    pub description: Option<String>,
    /// The value is a secret.
    #[serde(default)]
    pub sensitive: bool,
    /// What a reader of the schema should know beyond its fields.
    #[serde(default)]
    pub note: Option<String>,
}
