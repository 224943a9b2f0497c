//! What the parser makes of a template.

use super::super::value::Text;

/// The main template and those that it defines.
#[derive(Debug, Default)]
pub(super) struct Template {
    pub(super) main: List,
    pub(super) defined: std::collections::BTreeMap<String, List>,
}

pub(super) type List = Vec<Node>;

#[derive(Debug)]
pub(super) enum Node {
    /// `start..end` of the source.
    Text(usize, usize),
    Action(Pipeline),
    /// `if` or `with`, with every `else if` or `else with`.
    Branch {
        with: bool,
        arms: Vec<(Pipeline, List)>,
        otherwise: List,
    },
    Range {
        over: Pipeline,
        body: List,
        otherwise: List,
    },
    Template {
        name: String,
        argument: Option<Pipeline>,
        at: usize,
    },
    Break,
    Continue,
}

#[derive(Debug)]
pub(super) struct Pipeline {
    pub(super) at: usize,
    /// The variables that it declares or assigns; with their `$`.
    pub(super) variables: Vec<String>,
    /// `=` and not `:=`.
    pub(super) assigns: bool,
    /// Never empty.
    pub(super) commands: Vec<Command>,
}

#[derive(Debug)]
pub(super) struct Command {
    pub(super) at: usize,
    pub(super) first: Term,
    pub(super) rest: Vec<Term>,
}

#[derive(Debug)]
pub(super) struct Term {
    pub(super) at: usize,
    pub(super) kind: TermKind,
}

#[derive(Debug)]
pub(super) enum TermKind {
    Function(String),
    Dot,
    Nil,
    /// With its `$`, and the fields behind it.
    Variable(String, Vec<String>),
    /// Never empty.
    Field(Vec<String>),
    Bool(bool),
    Number(Constant),
    Text(Text),
    Pipeline(Box<Pipeline>),
    /// The fields behind a call or a parenthesis.
    Chain(Box<Term>, Vec<String>),
}

/// A number as written: which it is depends on where it is used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Constant {
    /// Its value as a whole number, if it is one.
    pub(super) integer: Option<i64>,
    /// Its value as a float, if it has one.
    pub(super) float: Option<f64>,
    /// It is written as a float, so without a context it is one.
    pub(super) looks_float: bool,
}
