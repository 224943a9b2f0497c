//! Decides which variables stay open in the outputs, and writes the others out.
//!
//! A variable is open if a value can still be given when the pipeline runs: it reaches nothing but texts. One that decides
//! what the graph looks like is fixed. A sensitive one that is in a text stays open whatever else it does, because its
//! value is never written.

use std::collections::BTreeSet;

use super::from::{Draft, GraphOptions, Uses};
use super::{Node, NodeKind, Parameter, Written, texts};
use crate::declare_diagnostic;
use crate::diagnostic::Sink;
use crate::resolve::template::{GivenBy, ParameterState, Template, Variable};
use crate::resolve::value::{Hole, HoleKind, ParameterId, Text, Value, ValueKind};
use crate::source::{SourceMap, Span};

declare_diagnostic! {
    pub static PARAMETER_SHAPES_GRAPH = {
        code: "parameter-shapes-graph",
        severity: Error,
        since: "0.1.0",
        summary: "a variable is to stay open, but decides what is built",
    }
}

/// What became of every variable.
#[derive(Debug)]
pub(super) struct Decisions {
    /// In declaration order, with their nodes.
    pub(super) parameters: Vec<Node>,
    /// Of each, whether it is open and whether it is sensitive.
    states: Vec<(bool, bool)>,
}

impl Decisions {
    /// What stands in the place of a hole.
    pub(super) fn fill(&self, hole: &Hole) -> Text {
        let HoleKind::Parameter(id) = hole.what else { return Text::hole(hole.clone()) };
        let (open, sensitive) = self.states[id.0 as usize];
        if sensitive || hole.sensitive {
            return Text::hole(Hole { sensitive: true, known: None, ..hole.clone() });
        }
        match &hole.known {
            Some(known) if !open => Text::literal(known),
            _ => Text::hole(hole.clone()),
        }
    }
}

/// Decides for every variable. A `--param` that cannot be obeyed is reported.
pub(super) fn decide(
    template: &Template,
    sources: &SourceMap,
    options: &GraphOptions,
    uses: &Uses,
    drafts: &mut [Draft],
    sink: &mut Sink,
) -> Decisions {
    let mut stands = BTreeSet::new();
    // A variable that is not declared sensitive may stand in something that is, such as a sensitive local.
    let mut secret = BTreeSet::new();
    for node in drafts.iter_mut().flat_map(Draft::nodes_mut) {
        texts::visit(node, &mut |text| {
            stands.extend(text.parameters());
            secret.extend(text.holes().filter(|hole| hole.sensitive).filter_map(parameter_of));
        });
    }
    let mut decisions = Decisions { parameters: Vec::new(), states: Vec::new() };
    for (id, variable) in (0..).map(ParameterId).zip(template.variables.values()) {
        let sensitive = variable.sensitive || secret.contains(&id);
        let wanted = options.param.iter().any(|glob| matches(glob, &variable.name.value));
        let frozen = options.freeze.iter().any(|glob| matches(glob, &variable.name.value));
        let shapes = shapes(template, sources, uses, id);
        let (open, because) = match &shapes {
            _ if sensitive && stands.contains(&id) => {
                (true, "it is sensitive: its value is given when the pipeline runs and is never written".to_owned())
            }
            Some((_, because)) => (false, because.clone()),
            None => judge(variable, stands.contains(&id), wanted, frozen, sources),
        };
        if wanted
            && !frozen
            && let Some((span, because)) = shapes
        {
            let name = &variable.name.value;
            sink.report(
                PARAMETER_SHAPES_GRAPH
                    .at(span, format!("variable `{name}` cannot stay open: {because}"))
                    .label("decided while compiling")
                    .also(variable.name.span, "the variable")
                    .help(format!("leave `{name}` out of `--param`, and give its value with `--var {name}=…`")),
            );
        }
        decisions.states.push((open, sensitive));
        decisions.parameters.push(node(id, variable, sensitive, open, wanted, because));
    }
    decisions
}

fn parameter_of(hole: &Hole) -> Option<ParameterId> {
    match hole.what {
        HoleKind::Parameter(id) => Some(id),
        HoleKind::Field(_) | HoleKind::Unknown(_) => None,
    }
}

/// Where a variable decides something, and what, in words.
fn shapes(template: &Template, sources: &SourceMap, uses: &Uses, id: ParameterId) -> Option<(Span, String)> {
    if let Some(place) = uses.shaped.get(&id) {
        return Some((place.span, format!("it decides `{}` at {}", place.argument, at(sources, place.span))));
    }
    template.shaped_by.contains(&id).then(|| {
        let because = "it decides which images, steps or blocks there are".to_owned();
        (template.parameter(id).name.span, because)
    })
}

fn judge(variable: &Variable, stands: bool, wanted: bool, frozen: bool, sources: &SourceMap) -> (bool, String) {
    let fixed = |because: &str| (false, because.to_owned());
    if variable.state == ParameterState::Fixed {
        return match variable.given_by {
            GivenBy::CommandLine => fixed("given by `--var`"),
            GivenBy::File(span) => (false, format!("given by the var-file at {}", at(sources, span))),
            GivenBy::Environment => {
                (false, format!("given by the environment variable `PKR_VAR_{}`", variable.name.value))
            }
            GivenBy::Default | GivenBy::Nobody if frozen => fixed("frozen by `--freeze`"),
            GivenBy::Default | GivenBy::Nobody => fixed("its default is rendered by the template engine"),
        };
    }
    if !stands {
        return fixed("nothing in the selected images uses it");
    }
    if frozen {
        return fixed("frozen by `--freeze`");
    }
    let because = match (wanted, &variable.value) {
        (true, _) => "kept open by `--param`",
        (false, None) => "it has no value: one is given when the pipeline runs",
        (false, Some(_)) => "its default can be changed when the pipeline runs",
    };
    (true, because.to_owned())
}

fn at(sources: &SourceMap, span: Span) -> String {
    format!("{}:{}", sources.file(span.file).name, sources.position(span).line)
}

fn node(id: ParameterId, variable: &Variable, sensitive: bool, open: bool, wanted: bool, because: String) -> Node {
    let Variable {
        name,
        ty: _,
        description,
        sensitive: _,
        default,
        value,
        given_by: _,
        in_scope: _,
        state: _,
        validated,
        span,
    } = variable;
    let shown = if open { value.as_ref().or(default.as_ref()) } else { default.as_ref() };
    let parameter = Parameter {
        id,
        name: name.value.clone(),
        default: if sensitive { None } else { shown.and_then(as_text) },
        sensitive,
        description: description.clone(),
        open,
        wanted: wanted && open,
        because,
        validated: *validated,
    };
    Node {
        construct: format!("variable.{}", name.value),
        kind: NodeKind::Parameter(parameter),
        written: vec![Written { name: name.value.clone(), span: name.span }],
        facts: Vec::new(),
        origin: *span,
    }
}

fn as_text(value: &Value) -> Option<String> {
    if value.is_sensitive() {
        return None;
    }
    match &value.kind {
        ValueKind::String(text) => text.known().map(Into::into),
        ValueKind::Bool(truth) => Some(truth.to_string()),
        ValueKind::Number(number) => Some(number.to_string()),
        ValueKind::Null(_)
        | ValueKind::List(..)
        | ValueKind::Set(..)
        | ValueKind::Map(..)
        | ValueKind::Object(_)
        | ValueKind::Tuple(_)
        | ValueKind::Unknown(_) => None,
    }
}

/// Whether a name is what a glob means: `*` is any characters, `?` is one.
fn matches(glob: &str, name: &str) -> bool {
    let (glob, name): (Vec<char>, Vec<char>) = (glob.chars().collect(), name.chars().collect());
    let (mut g, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match glob.get(g) {
            Some('*') => {
                star = Some((g, n));
                g += 1;
            }
            Some(&c) if c == '?' || c == name[n] => {
                g += 1;
                n += 1;
            }
            _ => {
                let Some((at, from)) = star else { return false };
                g = at + 1;
                n = from + 1;
                star = Some((at, from + 1));
            }
        }
    }
    glob[g..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_whole_names() {
        let cases = [
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*b*c", "axxbyyc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("ab", "abc", false),
            ("*b", "abc", false),
        ];
        for (glob, name, expected) in cases {
            assert_eq!(matches(glob, name), expected, "{glob} {name}");
        }
    }
}
