//! The nodes of the graph, in words of no platform.
//!
//! Reading rules that every target relies on:
//! - a [`Text`] may have holes: parameters, run-time fields, unknowns; [`Text::known`] tells;
//! - a local path is a text as the template has it, relative to the folder that relative paths start from;
//! - "in the order they run" and "never empty" are promises that [`super::Graph::verify`] holds.

use std::time::Duration;

use crate::graph::command::Invocation;
use crate::graph::plan::Plan;
use crate::resolve::value::{ParameterId, Text, Value, ValueKind};
use crate::source::{Span, Spanned};

/// A node: what happens or exists, and what the template said beyond the neutral words.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// How reports call it: the address of the component, `provisioner[0].shell`.
    pub construct: String,
    /// The component that asked for it, with its attributes and blocks as written: dotted names (`build.path`,
    /// `filters[1].name`) and where they stand. Every one must end in the fidelity report.
    pub written: Vec<Written>,
    /// What has no neutral meaning: facts of the platform that the template was written for.
    pub facts: Vec<Fact>,
    /// The block that made it. Location is not identity.
    pub origin: Span,
}

/// An attribute or block as it was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// Dotted name below the component: `image`, `build.path`.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// Something a platform's plugin was told that has no neutral meaning, or whose value is not known well enough to have one
/// ([`Fact::is_undecided`]).
#[derive(Clone, Debug)]
pub struct Fact {
    /// Dotted name of the attribute, as in [`Written::name`].
    pub name: String,
    /// What was said.
    pub value: Value,
    /// Where.
    pub span: Span,
}

impl Fact {
    /// Whether something here decides what happens and is not known: a truth value, a number, a collection. A target
    /// refuses it and names what is missing. A text with holes is not meant: it says in its place what is missing.
    pub fn is_undecided(&self) -> bool {
        fn undecided(value: &Value) -> bool {
            matches!(value.kind, ValueKind::Unknown(_)) || value.children().any(undecided)
        }
        undecided(&self.value)
    }
}

/// What a node is.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "runs are the commonest nodes, and a graph holds few nodes")]
pub enum NodeKind {
    /// A value that may be given when the pipeline runs.
    Parameter(Parameter),
    /// What an image starts from.
    BaseImage(BaseImage),
    /// Where the steps run, before the first of them.
    Machine(Machine),
    /// Files travel between the host and the machine.
    Upload(Upload),
    /// Commands run in the machine.
    Run(Run),
    /// The machine starts anew.
    Restart(Restart),
    /// A configuration-management tool runs.
    Configure(Configure),
    /// Commands run on the host that builds.
    HostCommand(HostCommand),
    /// Nothing happens for a while.
    Wait(Spanned<Duration>),
    /// A check that must pass.
    Test(Test),
    /// The result.
    Image(Image),
    /// The image gets names or goes somewhere.
    Distribution(Distribution),
    /// A file on the host that is made from the result.
    ArtifactFile(ArtifactFile),
    /// A component that has no neutral meaning, or that nobody has described: all of it is in the facts.
    Foreign(Foreign),
}

/// A value that may be given when the pipeline runs.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The variable.
    pub id: ParameterId,
    /// Its name.
    pub name: String,
    /// Its default as text, where it has one that may be shown; a sensitive default is never here.
    pub default: Option<String>,
    /// Must never be shown.
    pub sensitive: bool,
    /// `description`
    pub description: Option<String>,
    /// Open (a value can be given later) or fixed, and why, in words for `manifest.json`.
    pub open: bool,
    /// The user asks for it to stay open (`--param`), wherever it can.
    pub wanted: bool,
    /// Why it is open or fixed.
    pub because: String,
    /// Whether the template restricts its values by rules that no output carries.
    pub validated: bool,
}

/// What an image starts from.
#[derive(Clone, Debug)]
pub struct BaseImage {
    /// What kind of start.
    pub start: Start,
    /// `linux/amd64` and the like, where the template asks for one.
    pub platform: Option<Spanned<Text>>,
    /// Whether the newest copy is to be fetched before each build.
    pub pull: Option<Spanned<bool>>,
}

/// Kinds of starts.
#[derive(Clone, Debug)]
pub enum Start {
    /// A container image by its reference.
    Container(Spanned<Text>),
    /// A container image that a Dockerfile makes first.
    Dockerfile {
        /// The Dockerfile.
        path: Spanned<Text>,
        /// The folder that is its context; the configuration's own if not given.
        context: Option<Spanned<Text>>,
        /// Its build arguments, sorted by name.
        arguments: Vec<(String, Text, Span)>,
        /// Whether its own base is fetched anew.
        pull: Option<Spanned<bool>>,
    },
    /// A disk image of the named platform (the builder's type); which one, the facts say.
    Platform(String),
    /// Nothing: the builder makes no machine (`null`, `file`).
    Nothing(String),
}

/// Where the steps run.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The builder's type.
    pub platform: String,
    /// Runs as this user, where the template says so (`exec_user`).
    pub user: Option<Spanned<Text>>,
    /// Windows guest, as far as the template says.
    pub windows: bool,
    /// Files that are uploaded are given to the machine's user afterwards.
    pub fix_upload_owner: bool,
}

/// What every step has.
#[derive(Clone, Debug, Default)]
pub struct StepOptions {
    /// `name` of the provisioner.
    pub name: Option<String>,
    /// Waits this long before each try.
    pub pause_before: Option<Spanned<Duration>>,
    /// Limit of one try, its pause included. Packer ignores it next to `pause_before`; then it is not here, and
    /// the report says so.
    pub timeout: Option<Spanned<Duration>>,
    /// How often it may be tried again.
    pub retries: Option<Spanned<u64>>,
    /// A failure is only a warning.
    pub continue_on_error: Option<Spanned<bool>>,
}

/// Files travel between the host and the machine.
#[derive(Clone, Debug)]
pub struct Upload {
    /// What every step has.
    pub options: StepOptions,
    /// Towards the machine, or back.
    pub direction: Direction,
    /// What travels, in order; never empty.
    pub sources: Vec<UploadSource>,
    /// Where it arrives; a slash at its end means "in this folder".
    pub destination: Spanned<Text>,
    /// The source appears only while the build runs.
    pub generated: bool,
}

/// Which way files travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the host to the machine.
    Upload,
    /// From the machine to the host.
    Download,
}

/// What travels.
#[derive(Clone, Debug)]
pub enum UploadSource {
    /// A file or folder, as written: a slash at its end means "what is in it".
    Path(Spanned<Text>),
    /// A text that becomes a file of mode 0600.
    Content(Spanned<Text>),
}

/// Commands run in the machine.
#[derive(Clone, Debug)]
pub struct Run {
    /// What every step has.
    pub options: StepOptions,
    /// What runs, in order; never empty.
    pub scripts: Vec<Script>,
    /// In the order in which the template's tool sets them, later ones winning. Without the build's own names.
    pub environment: Vec<EnvironmentValue>,
    /// How the script is started.
    pub invocation: Invocation,
    /// The command as written, rendered once, with holes `Path`, `Vars`, `EnvVarFile`.
    pub command: Spanned<Text>,
    /// Folder of the script in the machine (`remote_folder`), default `/tmp`.
    pub remote_folder: Text,
    /// Name of the script in the machine (`remote_file`), default one that the tool makes up.
    pub remote_file: Option<Spanned<Text>>,
    /// Whole path of the script in the machine (`remote_path`), which beats folder and name.
    pub remote_path: Option<Spanned<Text>>,
    /// The script stays in the machine (`skip_clean`).
    pub keep_script: bool,
    /// Values come from a file that is read first (`use_env_var_file`), not from the command's `Vars`.
    pub environment_file: bool,
    /// Format of one value in `Vars` or in the file (`env_var_format`), where it is not the usual one.
    pub environment_format: Option<Spanned<Text>>,
    /// Exit codes that count as success; `[0]` unless the template says otherwise.
    pub exit_codes: Vec<i64>,
    /// The connection may break.
    pub expect_disconnect: bool,
    /// Waits this long afterwards.
    pub pause_after: Option<Spanned<Duration>>,
    /// Scripts go up as they are: no line ends are changed (`binary`).
    pub verbatim: bool,
    /// Which language the scripts are written for.
    pub shell: Shell,
}

/// Which shell family a run is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// Unix: the `shell` provisioner.
    Posix,
    /// `powershell`
    PowerShell,
    /// `windows-shell`
    Cmd,
}

/// A script.
#[derive(Clone, Debug)]
pub enum Script {
    /// Lines in the template, rendered, with the shebang line that they are given (nothing if the first line has one
    /// of its own). Line ends are still the user's.
    Inline {
        /// `#!/bin/sh -e` without the newline, or nothing.
        shebang: Option<Text>,
        /// In order; never empty.
        lines: Vec<Text>,
        /// The list in the template.
        span: Span,
    },
    /// A file on the host; a missing shebang stays missing.
    File(Spanned<Text>),
}

/// A variable of a run's environment.
#[derive(Clone, Debug)]
pub struct EnvironmentValue {
    /// Its name.
    pub name: Text,
    /// Its value, rendered.
    pub value: Text,
    /// Where it stands.
    pub span: Span,
}

/// The machine starts anew.
#[derive(Clone, Debug)]
pub struct Restart {
    /// What every step has.
    pub options: StepOptions,
}

/// A configuration-management tool runs.
#[derive(Clone, Debug)]
pub struct Configure {
    /// What every step has.
    pub options: StepOptions,
    /// `ansible`, `chef-solo`, …: the provisioner's type.
    pub tool: String,
    /// What is done for it; nothing where that is not known, or not for this kind of guest: then the facts say all.
    pub plan: Option<Plan>,
}

/// A check that must pass.
#[derive(Clone, Debug)]
pub struct Test {
    /// What every step has.
    pub options: StepOptions,
    /// `goss`, `inspec`: the provisioner's type.
    pub tool: String,
    /// What is done for it, as for [`Configure`].
    pub plan: Option<Plan>,
}

/// Commands run on the host that builds.
#[derive(Clone, Debug)]
pub struct HostCommand {
    /// What every step has (provisioners only).
    pub options: StepOptions,
    /// What runs, in order; never empty.
    pub scripts: Vec<Script>,
    /// In the order in which they are set, later ones winning. Without the build's own names.
    pub environment: Vec<EnvironmentValue>,
    /// Words of the command that runs a script (`execute_command`), with holes `Vars`, `Script`; the default if empty.
    pub command: Vec<Text>,
    /// Only on these operating systems (`only_on`), where the template says so.
    pub only_on: Vec<String>,
    /// Exit codes that count as success; `[0]` unless the template says otherwise.
    pub exit_codes: Vec<i64>,
}

/// The result.
#[derive(Clone, Debug)]
pub struct Image {
    /// The tool's own name for it: `docker.app`, `web.docker.app`.
    pub name: String,
    /// The build's name.
    pub build: Option<String>,
    /// The source's type.
    pub platform: String,
    /// The source's name in the build.
    pub source: String,
    /// What becomes of it.
    pub keep: Keep,
    /// Instructions applied to its configuration at the very end, in order (`changes`).
    pub settings: Vec<Spanned<Text>>,
    /// Who made it.
    pub author: Option<Spanned<Text>>,
    /// A remark about it.
    pub message: Option<Spanned<Text>>,
}

/// What becomes of a result.
#[derive(Clone, Debug)]
pub enum Keep {
    /// It stays as an image.
    Image,
    /// Its files are packed into a tar archive on the host.
    Archive(Spanned<Text>),
    /// It is thrown away.
    Nothing,
    /// As the platform does; the facts tell more.
    Platform,
}

/// The image gets names or goes somewhere.
#[derive(Clone, Debug)]
pub enum Distribution {
    /// Names in a registry's form (`docker-tag`).
    Tag {
        /// `registry/name`
        repository: Spanned<Text>,
        /// Without any: `latest`.
        tags: Vec<Spanned<Text>>,
    },
    /// Goes to the registry of its names (`docker-push`).
    Push,
    /// Becomes a new image from an archive (`docker-import`).
    Import {
        /// `registry/name`
        repository: Spanned<Text>,
        /// Without it: none.
        tag: Option<Spanned<Text>>,
        /// Instructions applied to its configuration.
        settings: Vec<Spanned<Text>>,
        /// `linux/amd64` and the like.
        platform: Option<Spanned<Text>>,
    },
}

/// A file on the host that is made from the result.
#[derive(Clone, Debug)]
pub enum ArtifactFile {
    /// A list of what was made (`manifest`).
    Manifest {
        /// Where; `packer-manifest.json` if not given.
        path: Option<Spanned<Text>>,
        /// `custom_data`
        custom: Vec<(String, Text)>,
        /// `strip_path`
        strip_path: bool,
        /// `strip_time`
        strip_time: bool,
    },
    /// The image as an archive (`docker-save`).
    Save(Spanned<Text>),
    /// Checksums of files (`checksum`).
    Checksum {
        /// `md5`, `sha256`, …; `md5` if empty.
        types: Vec<Spanned<Text>>,
        /// Where, with holes such as `ChecksumType`.
        output: Option<Spanned<Text>>,
    },
    /// An archive of files (`compress`); details in the facts.
    Compress(Option<Spanned<Text>>),
    /// Other files take the result's place (`artifice`).
    Replace(Vec<Spanned<Text>>),
}

/// A component that has no neutral meaning.
#[derive(Clone, Debug)]
pub struct Foreign {
    /// Its type.
    pub component: String,
    /// Where it stands in the life of the image.
    pub role: Role,
    /// What every step has (provisioners only).
    pub options: StepOptions,
    /// Whether a plugin is known that has it.
    pub plugin: Option<String>,
}

/// Where a component stands in the life of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Changes the machine.
    Step,
    /// Runs when a step failed.
    ErrorCleanup,
    /// Takes the result.
    AfterImage,
}
