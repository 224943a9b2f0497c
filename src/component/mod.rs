//! EC2 Image Builder's component documents: what they say, and whether that holds.
//!
//! In: a file of a [`SourceMap`], YAML or JSON. Out: a [`Document`], typed, with the place of everything that was
//! written, and in the sink every fault at its place. [`read`] tells what has the wrong shape and leaves it out of the
//! document; [`check()`] tells what a document of the right shape cannot mean: actions and inputs that do not exist,
//! references to nothing, steps of two platforms. [`inspect`] does both, for documents that people wrote and for those
//! that a target makes.
//!
//! The actions are data (`targets/aws-image-builder/actions.json`). What the service does with a document is not known
//! here, and what its guide leaves open is not reported.

mod actions;
mod characters;
mod check;
mod conditions;
mod detect;
mod inputs;
mod loops;
mod model;
mod platforms;
mod reader;
mod references;
#[cfg(test)]
mod tests;
mod values;

pub use actions::{Action, Actions, Form, InputSchema, InputType, Platform, actions};
pub use check::check;
pub use detect::{is_document, may_be_document};
pub use model::{
    Branch, Comparison, Condition, Document, Input, Inputs, Loop, Over, Phase, Place, Step, Test, Variable,
    VariableKind, Written,
};
pub use reader::read;

use crate::diagnostic::{Declaration, Sink};
use crate::source::{FileId, SourceMap};

/// What this stage can report, sorted by code.
pub const DECLARATIONS: &[&Declaration] = &[
    &characters::COMPONENT_CHARACTERS,
    &conditions::COMPONENT_CONDITION,
    &values::COMPONENT_DUPLICATE,
    &inputs::COMPONENT_INPUT,
    &values::COMPONENT_INVALID_VALUE,
    &loops::COMPONENT_LOOP,
    &values::COMPONENT_MISSING,
    &platforms::COMPONENT_PLATFORM,
    &references::COMPONENT_REFERENCE,
    &characters::COMPONENT_SHEBANG,
    &characters::COMPONENT_SIZE,
    &check::COMPONENT_UNKNOWN_ACTION,
    &values::COMPONENT_UNKNOWN_KEY,
    &values::COMPONENT_UNQUOTED_TEXT,
    &references::COMPONENT_UNUSED,
    &values::COMPONENT_WRONG_TYPE,
];

/// What is known of a document besides its text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The platform of its component; nothing: the one that its steps imply.
    pub platform: Option<Platform>,
    /// Whether the service gets it from S3, where it may be longer.
    pub by_uri: bool,
}

/// Reads and checks a document.
pub fn inspect(sources: &SourceMap, file: FileId, options: &Options, sink: &mut Sink) -> Document {
    let document = read(sources, file, sink);
    check(&document, sources, options, sink);
    document
}
