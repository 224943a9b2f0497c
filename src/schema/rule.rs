//! What a schema demands beyond types: rules between members and the conditions they are asked under.

use serde::Deserialize;
use serde_json::Value;

use super::model::Release;

/// What must hold between the members of a body.
///
/// A member is *set* when the user gave it and its value is not the zero value of its type: `""`, `0`, `false`, `[]`, `{}` and
/// defaults count as unset; equality tests do see defaults. A value that is not known decides nothing.
/// A dotted name reaches into a block.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What is asked of `fields`.
    pub rule: RuleKind,
    /// The members concerned.
    pub fields: Vec<String>,
    /// It is asked only when all of these hold.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// For [`RuleKind::Value`]: what the first field's value must pass.
    #[serde(default)]
    pub value: Option<Test>,
    /// For [`RuleKind::Compare`]: what must stand between the two fields.
    #[serde(default)]
    pub op: Option<Comparison>,
    /// For [`RuleKind::MaxItems`]: the most elements.
    #[serde(default)]
    pub max: Option<u64>,
    /// For [`RuleKind::Custom`]: what is looked at.
    #[serde(default)]
    pub check: Option<CustomCheck>,
    /// The release of the plugin that brought the demand. None: every release that matters makes it.
    #[serde(default)]
    pub since: Option<Release>,
    /// Whether breaking it stops a build.
    #[serde(default)]
    pub severity: Severity,
    /// What a reader of the schema should know beyond its fields.
    #[serde(default)]
    pub note: Option<String>,
}

/// What a rule asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    /// One is set, and only one.
    ExactlyOneOf,
    /// One or more are set.
    AtLeastOneOf,
    /// At most one is set.
    Conflicts,
    /// When the first is set, all others are.
    Requires,
    /// When the first is set, at least one other is.
    RequiresAny,
    /// All are set or none.
    RequiredTogether,
    /// All are set.
    Required,
    /// None is set.
    Forbidden,
    /// The first passes `value`: given, or by its default where a certain value is asked for.
    Value,
    /// The two, when set, compare as `op` says.
    Compare,
    /// Each has at most `max` elements, or so many blocks.
    MaxItems,
    /// The maps have the same names; a list counts by its texts.
    SameKeys,
    /// What `check` names: no other kind can say it.
    Custom,
}

/// A demand of a plugin that takes code to ask. The code knows the members it looks at; the rule lists them for its readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CustomCheck {
    /// An image or snapshot that is shared is encrypted with named keys in every region.
    SharedKmsKeys,
    /// The regions of `fast_launch` are those that have the image, each of them once.
    FastLaunchRegions,
    /// The root device of the image is one of the volumes that are launched, and stays in the image.
    RootDeviceMapping,
    /// One complete way to log in to Azure.
    AzureCredentials,
    /// One complete place to put the image in.
    AzureCaptureTarget,
    /// A password that Azure takes for Windows.
    AzureWinrmPassword,
    /// Not more than one disk becomes the image.
    OneCreatedImage,
    /// Two names of the same setting do not contradict each other.
    SignerIsKey,
    /// One way to say where the content of a disc comes from.
    OneIsoSource,
    /// A source of the disc to boot from, in its block or in the old attributes.
    BootIsoSource,
    /// Not more IP configurations than network adapters.
    IpconfigPerAdapter,
    /// The snapshot to start from is not the one to make.
    SnapshotsDiffer,
}

impl CustomCheck {
    /// The word that schema files use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SharedKmsKeys => "shared-kms-keys",
            Self::FastLaunchRegions => "fast-launch-regions",
            Self::RootDeviceMapping => "root-device-mapping",
            Self::AzureCredentials => "azure-credentials",
            Self::AzureCaptureTarget => "azure-capture-target",
            Self::AzureWinrmPassword => "azure-winrm-password",
            Self::OneCreatedImage => "one-created-image",
            Self::SignerIsKey => "signer-is-key",
            Self::OneIsoSource => "one-iso-source",
            Self::BootIsoSource => "boot-iso-source",
            Self::IpconfigPerAdapter => "ipconfig-per-adapter",
            Self::SnapshotsDiffer => "snapshots-differ",
        }
    }
}

/// A test of one member.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The member, as in a rule's fields.
    pub field: String,
    /// What it must pass.
    pub test: Test,
}

/// A test of one value.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// It is set.
    Set,
    /// It is not set.
    Unset,
    /// It equals this.
    Eq(Value),
    /// It differs from this.
    Ne(Value),
    /// It is one of these.
    In(Vec<Value>),
    /// It is none of these.
    NotIn(Vec<Value>),
    /// The text begins with this.
    Prefix(String),
    /// The text does not begin with this.
    NotPrefix(String),
    /// The text matches this regular expression.
    Pattern(String),
    /// The number is at least this.
    Min(f64),
    /// The number is at most this.
    Max(f64),
}

/// An order between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Comparison {
    /// Less.
    #[serde(rename = "<")]
    Less,
    /// Less or equal.
    #[serde(rename = "<=")]
    LessOrEqual,
    /// Equal.
    #[serde(rename = "==")]
    Equal,
    /// Greater or equal.
    #[serde(rename = ">=")]
    GreaterOrEqual,
    /// Greater.
    #[serde(rename = ">")]
    Greater,
}

/// Whether a broken rule stops a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It does.
    #[default]
    Error,
    /// It does not.
    Warning,
}
