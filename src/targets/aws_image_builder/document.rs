//! Component documents (AWSTOE, schema 1.0) as types, and their YAML.
//!
//! Texts of inputs are written as they are; a reference to a parameter is made by [`reference()`] and by nothing else. The
//! document language cannot escape `{{`, so nothing of the user's may hold it: [`is_safe`] says whether a text may stand
//! here, and [`super::verify`] looks at the result once more.

use crate::targets::text::yaml::Yaml;

/// A component document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Document {
    /// What it does, in a line.
    pub(super) description: String,
    /// Texts that a recipe gives it; none has a default.
    pub(super) parameters: Vec<Parameter>,
    /// In the order they run; each kind once, and none without steps.
    pub(super) phases: Vec<Phase>,
}

/// A parameter of a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Parameter {
    /// 3 to 128 letters and digits.
    pub(super) name: String,
    /// What it is for.
    pub(super) description: String,
}

/// A phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phase {
    /// When it runs.
    pub(super) kind: PhaseKind,
    /// In the order they run; names are unique.
    pub(super) steps: Vec<Step>,
}

/// When steps run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PhaseKind {
    /// On the build instance.
    Build,
    /// There as well, after the component's build phase and before the image is taken.
    Validate,
}

impl PhaseKind {
    /// As documents call it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Validate => "validate",
        }
    }
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// Unique in its phase.
    pub(super) name: String,
    /// What it does.
    pub(super) action: Action,
    /// The longest that one attempt may take; nothing: as long as it likes (written as -1).
    pub(super) timeout: Option<u64>,
    /// Attempts, the first included.
    pub(super) attempts: u64,
    /// What a failure means.
    pub(super) on_failure: OnFailure,
}

impl Step {
    /// A step that may take its time, once, and stops everything when it fails.
    pub(super) fn new(name: impl Into<String>, action: Action) -> Self {
        Self { name: name.into(), action, timeout: None, attempts: 1, on_failure: OnFailure::Abort }
    }
}

/// What the failure of a step means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnFailure {
    /// Nothing more runs, and no image is made.
    Abort,
    /// The next step runs.
    Ignore,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Runs a script with bash.
    ExecuteBash(String),
    /// Runs a script with PowerShell.
    ExecutePowerShell(String),
    /// Fetches objects of a bucket.
    S3Download(Vec<Transfer>),
    /// Puts files into a bucket.
    S3Upload {
        /// From a file, or from what `*` stands for at the end of a path, to an object or, with `/` at the end, a folder.
        transfer: Transfer,
        /// What lies in folders travels as well.
        recurse: bool,
    },
    /// Installs what the system's own updates bring.
    UpdateOs {
        /// Only these: KB numbers, titles with wildcards, packages.
        include: Vec<String>,
        /// All but these.
        exclude: Vec<String>,
    },
    /// Starts the machine anew and goes on with the next step.
    Reboot {
        /// Waits so long first.
        delay_seconds: u64,
    },
}

impl Action {
    /// As documents call it.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::ExecuteBash(_) => "ExecuteBash",
            Self::ExecutePowerShell(_) => "ExecutePowerShell",
            Self::S3Download(_) => "S3Download",
            Self::S3Upload { .. } => "S3Upload",
            Self::UpdateOs { .. } => "UpdateOS",
            Self::Reboot { .. } => "Reboot",
        }
    }
}

/// An object or file that travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Transfer {
    /// From where.
    pub(super) source: String,
    /// To where.
    pub(super) destination: String,
}

/// How a text refers to a parameter of its document.
pub(super) fn reference(name: &str) -> String {
    format!("{{{{ {name} }}}}")
}

/// Whether a text of the user's may stand in a document: nothing in it reads as a reference, and every character arrives.
pub(super) fn is_safe(text: &str) -> bool {
    !text.contains("{{") && !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t')
}

impl Document {
    /// The document as YAML.
    pub(super) fn to_yaml(&self, header: &str) -> String {
        let Self { description, parameters, phases } = self;
        let mut root = vec![("schemaVersion", Yaml::text("1.0"))];
        if !description.is_empty() {
            root.push(("description", Yaml::text(description)));
        }
        if !parameters.is_empty() {
            root.push(("parameters", Yaml::List(parameters.iter().map(parameter).collect())));
        }
        root.push(("phases", Yaml::List(phases.iter().map(phase).collect())));
        format!("# {header}\n{}", Yaml::map(root).document())
    }
}

fn parameter(parameter: &Parameter) -> Yaml {
    let Parameter { name, description } = parameter;
    let about = Yaml::map([("type", Yaml::text("string")), ("description", Yaml::text(description))]);
    Yaml::map([(name.as_str(), about)])
}

fn phase(phase: &Phase) -> Yaml {
    let Phase { kind, steps } = phase;
    Yaml::map([("name", Yaml::text(kind.word())), ("steps", Yaml::List(steps.iter().map(step).collect()))])
}

fn step(step: &Step) -> Yaml {
    let Step { name, action, timeout, attempts, on_failure } = step;
    let mut out = vec![("name", Yaml::text(name)), ("action", Yaml::text(action.word()))];
    let inputs = inputs(action);
    // Its time cannot be limited, and nothing is tried.
    if !matches!(action, Action::Reboot { .. }) {
        out.push(("timeoutSeconds", timeout.map_or(Yaml::Number(-1), Yaml::number)));
        if *attempts > 1 {
            out.push(("maxAttempts", Yaml::number(*attempts)));
        }
    }
    match on_failure {
        OnFailure::Abort => {}
        OnFailure::Ignore => out.push(("onFailure", Yaml::text("Ignore"))),
    }
    out.extend(inputs.map(|inputs| ("inputs", inputs)));
    Yaml::map(out)
}

fn inputs(action: &Action) -> Option<Yaml> {
    Some(match action {
        Action::ExecuteBash(script) | Action::ExecutePowerShell(script) => {
            Yaml::map([("commands", Yaml::List(vec![Yaml::text(script)]))])
        }
        Action::S3Download(all) => Yaml::List(all.iter().map(transfer).collect()),
        Action::S3Upload { transfer: Transfer { source, destination }, recurse } => {
            let mut one = vec![("source", Yaml::text(source)), ("destination", Yaml::text(destination))];
            if *recurse {
                one.push(("recurse", Yaml::Bool(true)));
            }
            Yaml::List(vec![Yaml::map(one)])
        }
        Action::UpdateOs { include, exclude } => {
            let list = |texts: &[String]| Yaml::List(texts.iter().map(Yaml::text).collect());
            let lists = [("include", include), ("exclude", exclude)];
            let given: Vec<_> = lists
                .into_iter()
                .filter(|(_, texts)| !texts.is_empty())
                .map(|(name, texts)| (name, list(texts)))
                .collect();
            if given.is_empty() {
                return None;
            }
            Yaml::map(given)
        }
        Action::Reboot { delay_seconds } => Yaml::map([("delaySeconds", Yaml::number(*delay_seconds))]),
    })
}

fn transfer(transfer: &Transfer) -> Yaml {
    let Transfer { source, destination } = transfer;
    Yaml::map([("source", Yaml::text(source)), ("destination", Yaml::text(destination))])
}
