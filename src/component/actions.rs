//! The actions of steps: where they exist, what they take and what they give.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::Deserialize;

/// A platform of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Platform {
    /// Linux
    Linux,
    /// Windows
    Windows,
    /// macOS
    #[serde(rename = "macOS")]
    MacOs,
}

impl Platform {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Linux, Self::Windows, Self::MacOs];

    /// As the service calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Linux => "Linux",
            Self::Windows => "Windows",
            Self::MacOs => "macOS",
        }
    }
}

/// The form of an action's `inputs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// One map.
    Map,
    /// A list of maps, also for one.
    List,
    /// A condition, as in `if`.
    Condition,
}

/// What `timeoutSeconds` and `maxAttempts` of an action may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Timeout {
    /// What the user likes.
    #[default]
    Free,
    /// There is none.
    None,
    /// Neither can be changed.
    Fixed,
}

/// What an input has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InputType {
    /// A text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A bool, in quotes or not.
    Flag,
    /// A whole number.
    Integer,
    /// A list of texts.
    Texts,
    /// A map of texts.
    Map,
    /// A list of maps with `name` and `value`.
    Pairs,
    /// Anything but nothing.
    Any,
    /// The name of an encoding.
    Encoding,
    /// Octal digits.
    Mode,
    /// `s3://bucket/key`
    S3,
    /// A URL of the web.
    Url,
}

/// An input of an action.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputSchema {
    /// What it has to be.
    #[serde(rename = "type")]
    pub ty: InputType,
    /// Whether it has to be given.
    #[serde(default)]
    pub required: bool,
    /// The only texts it may be; empty: any.
    #[serde(default)]
    pub values: Vec<String>,
    /// What it may begin with; empty: anything.
    #[serde(default)]
    pub begins: Vec<String>,
    /// Platforms where it is refused.
    #[serde(default)]
    pub except: Vec<Platform>,
}

/// An action.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Where it exists; never empty.
    pub platforms: Vec<Platform>,
    /// The form of its inputs.
    pub form: Form,
    /// Whether `inputs` may be left out.
    #[serde(default)]
    pub optional: bool,
    /// What may be set of its time.
    #[serde(default)]
    pub timeout: Timeout,
    /// By name.
    pub inputs: IndexMap<String, InputSchema>,
    /// Inputs of which exactly one is given.
    #[serde(default)]
    pub one_of: Vec<Vec<String>>,
    /// Inputs that are given together or not at all.
    #[serde(default)]
    pub together: Vec<Vec<String>>,
    /// What later steps can refer to.
    pub outputs: Vec<String>,
}

/// Actions by name.
pub type Actions = BTreeMap<String, Action>;

/// All actions.
pub fn actions() -> &'static Actions {
    static ACTIONS: LazyLock<Actions> = LazyLock::new(|| {
        let text = include_str!("../../targets/aws-image-builder/actions.json");
        serde_json::from_str(text).expect("internal error: the actions are JSON of this form")
    });
    &ACTIONS
}
