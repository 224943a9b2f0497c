//! Why something is not known while compiling, and what helps: in the same words for every target.

use crate::graph::Graph;
use crate::resolve::value::{Hole, HoleKind, Origin, Value};

/// Why something cannot be had, and what helps.
pub type Missing = (String, Option<String>);

/// Why what has this origin is not known.
pub fn why_unknown(origin: &Origin) -> Missing {
    match origin {
        Origin::Variable(name) => {
            (format!("`{name}` has no value"), Some(format!("give one with `--var {name}=VALUE`")))
        }
        Origin::Data(name) => (
            format!("what `data.{name}` finds is not known while compiling"),
            Some(format!("say what it finds with `--data {name}.ATTRIBUTE=VALUE`")),
        ),
        Origin::Clock => (
            "the time is not known while compiling".to_owned(),
            Some("say what the clock shows with `--now TIME`".to_owned()),
        ),
        Origin::Environment(name) => (
            format!("the environment variable `{name}` is not read"),
            Some("read the environment with `--env`".to_owned()),
        ),
        Origin::Build(name) => (format!("`{name}` is known only to a running Packer"), None),
        Origin::Random(function) => (format!("`{function}` gives another value each time"), None),
        Origin::Network(function) => (format!("`{function}` asks the network"), None),
        Origin::File(path) => (format!("the file {path} is not read"), Some("allow it with `--read DIR`".to_owned())),
        Origin::Machine(what) => (format!("{what} belongs to this machine"), None),
        Origin::Packer(what) => (format!("`{what}` is known only to Packer"), None),
        Origin::Error => ("it could not be computed".to_owned(), None),
    }
}

/// Why a value that would have to be written down cannot be: it is a secret, or not known.
pub fn missing(graph: &Graph, value: &Value) -> Missing {
    if value.is_sensitive() {
        return ("it is a secret, and everybody can read what stands here".to_owned(), None);
    }
    let name = |id| graph.parameter(id).name.clone();
    match value.origin(&name).filter(|origin| !matches!(origin, Origin::Packer(_))) {
        Some(origin) => why_unknown(&origin),
        None => ("it is not known while compiling".to_owned(), None),
    }
}

/// Why something is not known that was computed from a secret: only secrets themselves can be given later.
pub fn computed_from_secret() -> Missing {
    (
        "it is computed from a secret, and only the secret itself can be had when the step runs".to_owned(),
        Some("pass the secret as it is, in `env`".to_owned()),
    )
}

/// Why the content of a hole is not known.
pub fn of_hole(graph: &Graph, hole: &Hole) -> Missing {
    match &hole.what {
        HoleKind::Unknown(_) if hole.sensitive => computed_from_secret(),
        HoleKind::Unknown(what) => why_unknown(&what.origin),
        HoleKind::Parameter(id) => why_unknown(&Origin::Variable(graph.parameter(*id).name.clone())),
        HoleKind::Field(name) => (format!("`{{{{ .{name} }}}}` has no meaning here"), None),
    }
}
