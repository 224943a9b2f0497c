//! What a Dockerfile, its ignore file and a bake file consist of.
//!
//! Everything here is already in words of the format: quoted, escaped, within its limits. [`super::emit`] lays it out and
//! can no longer fail.

/// A Dockerfile.
#[derive(Clone, Debug, Default)]
pub(super) struct Dockerfile {
    /// `ARG` lines before the first stage: `NAME` or `NAME=value`.
    pub(super) arguments: Vec<String>,
    /// Checks of BuildKit that the user's own text cannot pass, sorted.
    pub(super) skipped_checks: Vec<&'static str>,
    /// In order; the last is what is built.
    pub(super) stages: Vec<Stage>,
}

/// A stage.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    /// What it is for, where that is not plain.
    pub(super) comment: Option<String>,
    /// An image reference, a stage or `scratch`.
    pub(super) base: String,
    /// How other stages call it.
    pub(super) name: Option<String>,
    /// In order.
    pub(super) instructions: Vec<Instruction>,
}

/// An instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Instruction {
    /// A remark on what follows.
    Comment(String),
    /// `RUN`
    Run {
        /// `--mount=…`
        flags: Vec<String>,
        /// Each must succeed before the next one; never empty.
        commands: Vec<Command>,
    },
    /// Any other: keyword and the rest of its line.
    Other {
        /// In upper case.
        keyword: &'static str,
        /// In the format's words.
        rest: String,
    },
}

/// A shell command: its lines. The second and later ones continue the first.
///
/// A line may hold [`crate::targets::text::shell::BREAK`], where it continues on the next line without a trace.
pub(super) type Command = Vec<String>;

/// A bake file.
#[derive(Clone, Debug, Default)]
pub(super) struct Bake {
    /// In declaration order.
    pub(super) variables: Vec<Variable>,
    /// What `docker buildx bake` builds, by name.
    pub(super) default: Vec<String>,
    /// In order.
    pub(super) targets: Vec<BakeTarget>,
}

/// A variable of a bake file.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    /// Also the name of the environment variable that sets it.
    pub(super) name: String,
    /// Without one, bake stops until somebody gives it.
    pub(super) default: Option<String>,
    /// What it is for.
    pub(super) description: Option<String>,
}

/// A target of a bake file.
#[derive(Clone, Debug, Default)]
pub(super) struct BakeTarget {
    /// Its name.
    pub(super) name: String,
    /// A line that says what it is.
    pub(super) description: String,
    /// The build context.
    pub(super) context: String,
    /// From the context.
    pub(super) dockerfile: String,
    /// The stage; the last one if not given.
    pub(super) stage: Option<String>,
    /// Named contexts: name and what they are.
    pub(super) contexts: Vec<(String, String)>,
    /// Names of variables that are passed on as build arguments of the same name.
    pub(super) variables: Vec<String>,
    /// Build arguments with their values.
    pub(super) arguments: Vec<(String, String)>,
    /// Secrets: their id and the environment variable that holds them.
    pub(super) secrets: Vec<(String, String)>,
    /// Names of the image.
    pub(super) tags: Vec<Template>,
    /// `linux/amd64`
    pub(super) platforms: Vec<String>,
    /// Fetch the base anew.
    pub(super) pull: bool,
    /// Where the result goes, beside the builder's own way.
    pub(super) output: Vec<Vec<(String, String)>>,
    /// Permissions that the build asks for.
    pub(super) entitlements: Vec<String>,
    /// Labels that no line of a Dockerfile can hold.
    pub(super) labels: Vec<(String, String)>,
}

/// A text of a bake file in parts.
pub(super) type Template = Vec<TemplatePart>;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TemplatePart {
    /// Stands for itself.
    Text(String),
    /// The value of a variable.
    Variable(String),
}
