//! A component document as types.

use crate::parse::data::{Data, Decoded};
use crate::source::{FileId, Span, Spanned};

/// A document. What could not be read is left out of it, and was reported.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file.
    pub file: FileId,
    /// `schemaVersion`, as it is written.
    pub schema_version: Option<Spanned<String>>,
    /// `name`
    pub name: Option<Decoded>,
    /// `description`
    pub description: Option<Decoded>,
    /// `parameters` and `constants`, in the order of the document.
    pub variables: Vec<Variable>,
    /// In the order in which they run.
    pub phases: Vec<Phase>,
    /// Whether all of it could be read: what is not declared in one that has holes may stand in a hole.
    pub is_whole: bool,
}

/// A parameter or a constant.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Which of the two.
    pub kind: VariableKind,
    /// How it is called.
    pub name: Decoded,
    /// `default` or `value`.
    pub value: Option<Decoded>,
    /// `description`
    pub description: Option<Decoded>,
}

/// What a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableKind {
    /// The recipe may give it another value.
    Parameter,
    /// It is what it is.
    Constant,
}

impl VariableKind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Parameter => "parameter",
            Self::Constant => "constant",
        }
    }
}

/// A phase.
#[derive(Clone, Debug)]
pub struct Phase {
    /// `name`
    pub name: Option<Decoded>,
    /// In the order in which they run.
    pub steps: Vec<Step>,
}

/// A step.
#[derive(Clone, Debug)]
pub struct Step {
    /// `name`
    pub name: Option<Decoded>,
    /// `action`
    pub action: Option<Decoded>,
    /// `inputs`, in the form that its action takes; nothing: none was written.
    pub inputs: Option<Spanned<Inputs>>,
    /// `timeoutSeconds`; of it and the next the place is that of the value.
    pub timeout_seconds: Option<Spanned<i64>>,
    /// `maxAttempts`
    pub max_attempts: Option<Spanned<i64>>,
    /// `onFailure`
    pub on_failure: Option<Decoded>,
    /// `loop`
    pub over: Option<Loop>,
    /// `if`
    pub condition: Option<Condition>,
    /// Every text below its keys, in order, for what refers to something.
    pub texts: Vec<Written>,
    /// Its first key.
    pub span: Span,
}

/// A text of a step.
#[derive(Clone, Debug)]
pub struct Written {
    /// Below which key.
    pub place: Place,
    /// What was written.
    pub text: Decoded,
}

/// Where in a step a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In `inputs`.
    Inputs,
    /// In `loop`.
    Loop,
    /// In `if`.
    Condition,
    /// Where no reference may stand.
    Elsewhere,
}

/// What a step's action is given.
#[derive(Clone, Debug)]
pub enum Inputs {
    /// One map.
    Map(Vec<Input>),
    /// A list of maps, each with its place; one that could not be read is nothing.
    List(Vec<Option<Spanned<Vec<Input>>>>),
    /// Of `Assert`.
    Test(Test),
    /// Reported.
    Wrong,
}

/// An input.
#[derive(Clone, Debug)]
pub struct Input {
    /// How it is called.
    pub name: Decoded,
    /// What it is.
    pub value: Data,
}

/// `loop`
#[derive(Clone, Debug)]
pub struct Loop {
    /// `name`
    pub name: Option<Decoded>,
    /// What it goes through.
    pub over: Over,
}

/// What a loop goes through.
#[derive(Clone, Debug)]
pub enum Over {
    /// `for`
    Range {
        /// The first number.
        start: i64,
        /// The last one.
        end: i64,
        /// How far it is to the next.
        update_by: i64,
    },
    /// `forEach` with a list.
    Texts(Vec<Decoded>),
    /// `forEach` with a text that is split.
    Split {
        /// The text.
        list: Decoded,
        /// Between its items; nothing: a comma.
        delimiter: Option<Decoded>,
    },
    /// Reported.
    Wrong,
}

/// `if`
#[derive(Clone, Debug)]
pub struct Condition {
    /// What is asked.
    pub test: Test,
    /// `then`
    pub then: Option<Spanned<Branch>>,
    /// `else`
    pub otherwise: Option<Spanned<Branch>>,
}

/// What happens when a condition is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Branch {
    /// The document stops.
    Abort,
    /// The step runs.
    Execute,
    /// The step does not run.
    Skip,
}

/// A question.
#[derive(Clone, Debug)]
pub enum Test {
    /// `and`
    All(Vec<Test>),
    /// `or`
    Any(Vec<Test>),
    /// `not`
    Not(Box<Test>),
    /// One of the other operators.
    Compare(Comparison),
    /// Reported.
    Wrong,
}

/// An operator with what it compares.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Its name.
    pub operator: Spanned<String>,
    /// What is written behind it.
    pub operand: Decoded,
    /// `value` or `path`, where it takes one.
    pub other: Option<Decoded>,
}
