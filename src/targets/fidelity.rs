//! The fidelity report: what became of every attribute and block of the template.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::text::unknown;
use super::{Accepted, Context};
use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Diagnostic, Sink};
use crate::graph::{Graph, Node, NodeId};
use crate::source::Span;

declare_diagnostic! {
    pub static REFUSED_CONSTRUCT = { code: "refused-construct", severity: Error, since: "0.1.0",
        summary: "a target cannot say what the template asks for" }
    pub static APPROXIMATED_CONSTRUCT = { code: "approximated-construct", severity: Warning, since: "0.1.0",
        summary: "a target says something near what the template asks for" }
}

/// What every target can report.
pub const DECLARATIONS: &[&Declaration] = &[&APPROXIMATED_CONSTRUCT, &REFUSED_CONSTRUCT];

/// What became of a construct.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The result is what the template's own tool makes.
    Exact,
    /// Something near it.
    Approximated,
    /// It is done, elsewhere.
    Moved,
    /// Left out, as the user allowed.
    Omitted,
    /// Not possible; the image is not made.
    Refused,
}

impl Verdict {
    /// The word of the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Approximated => "approximated",
            Self::Moved => "moved",
            Self::Omitted => "omitted",
            Self::Refused => "refused",
        }
    }
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FidelityEntry {
    /// Packer's name of the image.
    pub image: String,
    /// `provisioner[0].shell.inline`
    pub construct: String,
    /// What became of it.
    pub verdict: Verdict,
    /// How, or why not; empty where there is nothing to say.
    pub how: String,
    /// Where it stands.
    pub span: Span,
    /// The target.
    pub target: &'static str,
}

/// Collects the report of one image.
pub struct Report<'a> {
    target: &'static str,
    image: String,
    context: Context<'a>,
    entries: IndexMap<String, FidelityEntry>,
    /// Facts of which the target has said nothing yet, by their constructs.
    unanswered: BTreeSet<String>,
    said: Vec<Diagnostic>,
    accepted: Vec<Accepted>,
}

impl<'a> Report<'a> {
    /// Of that image, nothing said yet.
    pub fn new(target: &'static str, image: &str, context: Context<'a>) -> Self {
        Self {
            target,
            image: image.to_owned(),
            context,
            entries: IndexMap::new(),
            unanswered: BTreeSet::new(),
            said: Vec::new(),
            accepted: Vec::new(),
        }
    }

    /// Every attribute and block of a node counts as exact until something else is said of it; but a fact, which only a
    /// target can understand, has to be answered ([`Report::refuse_unanswered`]).
    pub fn node(&mut self, node: &Node) {
        for written in &node.written {
            self.record(construct(node, &written.name), Verdict::Exact, "", written.span);
        }
        self.unanswered.extend(node.facts.iter().map(|fact| construct(node, &fact.name)));
    }

    /// A fact is understood, and either done exactly or asks for nothing.
    pub fn answered(&mut self, node: &Node, name: &str) {
        self.unanswered.remove(&construct(node, name));
    }

    /// The same of all facts of a node: for who goes through them by name and answers what is left himself.
    pub fn answered_all(&mut self, node: &Node) {
        node.facts.iter().for_each(|fact| self.answered(node, &fact.name));
    }

    /// Looks at the facts of a node before it is lowered. Refuses those whose value decides something and is not known, or
    /// is a secret, but for those that the target does `without`; answers those that ask every target for nothing. False if
    /// the node cannot be lowered for it.
    pub fn decided(&mut self, graph: &Graph, node: &Node, without: &dyn Fn(&str) -> bool) -> bool {
        let mut decided = true;
        for fact in &node.facts {
            let known = fact.value.is_wholly_known() && !fact.value.is_sensitive();
            let nothing = match fact.name.as_str() {
                "start_retry_timeout" => "nothing connects, so nothing has to be tried again",
                "timeout" if known => "Packer ignores it next to `pause_before`",
                name if known || without(name) => continue,
                name => {
                    let computed = fact.value.is_sensitive() && name.starts_with("env");
                    let (why, help) =
                        if computed { unknown::computed_from_secret() } else { unknown::missing(graph, &fact.value) };
                    decided &= self.refused(node, name, fact.span, &why, help);
                    continue;
                }
            };
            self.exact(node, &fact.name, fact.span, nothing);
        }
        if !decided {
            // The cause is said.
            self.answered_all(node);
        }
        decided
    }

    /// Refuses the facts that nobody answered. To be called when all nodes of the image are lowered.
    pub fn refuse_unanswered(&mut self, graph: &Graph, nodes: &[NodeId]) {
        for node in nodes.iter().map(|&id| graph.node(id)) {
            for fact in &node.facts {
                if self.unanswered.contains(&construct(node, &fact.name)) {
                    let why = format!("nothing is known of `{}`", fact.name);
                    self.refused(node, &fact.name, fact.span, &why, None);
                }
            }
        }
    }

    /// Done exactly, in a way worth knowing. Does not soften what was said before.
    pub fn exact(&mut self, node: &Node, name: &str, span: Span, how: &str) {
        self.entry(construct(node, name), Verdict::Exact, how, span);
    }

    /// Something near it is done: a warning.
    pub fn approximated(&mut self, node: &Node, name: &str, span: Span, how: &str, help: Option<String>) {
        let construct = construct(node, name);
        let mut said = APPROXIMATED_CONSTRUCT.at(span, format!("`{}` of {}: {how}", construct, self.image));
        said.help = help;
        self.said.push(said);
        self.entry(construct, Verdict::Approximated, how, span);
    }

    /// The same where nobody needs to be warned, because no image can differ by it.
    pub fn near(&mut self, node: &Node, name: &str, span: Span, how: &str) {
        self.entry(construct(node, name), Verdict::Approximated, how, span);
    }

    /// It is done elsewhere.
    pub fn moved(&mut self, node: &Node, name: &str, span: Span, how: &str) {
        self.entry(construct(node, name), Verdict::Moved, how, span);
    }

    /// It cannot be done. True if the user allows to leave it out; then the caller does, and the image is made.
    ///
    /// `help` is the option that resolves it, where there is a better one than leaving it out.
    pub fn refused(&mut self, node: &Node, name: &str, span: Span, why: &str, help: Option<String>) -> bool {
        let construct = construct(node, name);
        let allowed = self.context.accepted.iter().find(|accepted| accepted.covers(&self.image, &construct));
        if let Some(accepted) = allowed {
            self.accepted.push(accepted.clone());
            let why = match &accepted.reason {
                Some(reason) => format!("{why}; accepted: {reason}"),
                None => why.to_owned(),
            };
            self.entry(construct, Verdict::Omitted, &why, span);
            return true;
        }
        self.refuse(construct, span, why, help);
        false
    }

    /// It cannot be done, and leaving it out would make no image.
    pub fn impossible(&mut self, node: &Node, name: &str, span: Span, why: &str, help: Option<String>) {
        let construct = construct(node, name);
        self.said.push(diagnostic(&self.image, &construct, span, why, help));
        self.entry(construct, Verdict::Refused, why, span);
    }

    /// The same where the reason was already said.
    pub fn quiet_refusal(&mut self, node: &Node, name: &str, span: Span, why: &str) {
        self.entry(construct(node, name), Verdict::Refused, why, span);
    }

    fn refuse(&mut self, construct: String, span: Span, why: &str, help: Option<String>) {
        let leave_out = format!("leave it out with `--accept {}:{construct}`", shown(&self.image));
        let help = help.map_or_else(|| leave_out.clone(), |help| format!("{help}, or {leave_out}"));
        self.said.push(diagnostic(&self.image, &construct, span, why, Some(help)));
        self.entry(construct, Verdict::Refused, why, span);
    }

    /// A step that says nothing: if something in it was allowed to be left out, all of it was.
    pub fn left_out(&mut self, node: &Node) {
        let omitted = |entry: &&FidelityEntry| entry.verdict == Verdict::Omitted;
        let inside =
            |construct: &str| construct.strip_prefix(&node.construct).is_some_and(|rest| rest.starts_with('.'));
        let all = self.entries.iter().filter(|(construct, _)| inside(construct) || **construct == node.construct);
        let Some(how) = all.map(|(_, entry)| entry).find(omitted).map(|entry| entry.how.clone()) else { return };
        for (construct, entry) in &mut self.entries {
            if inside(construct) && entry.verdict < Verdict::Omitted {
                entry.verdict = Verdict::Omitted;
                entry.how.clone_from(&how);
            }
        }
        self.answered_all(node);
    }

    /// Whether something was refused.
    pub fn is_refused(&self) -> bool {
        self.entries.values().any(|entry| entry.verdict == Verdict::Refused)
    }

    /// Says another thing at the template.
    pub fn say(&mut self, diagnostic: Diagnostic) {
        self.said.push(diagnostic);
    }

    /// The entries, and what was accepted; what there is to say goes into the sink.
    pub fn finish(self, sink: &mut Sink) -> (Vec<FidelityEntry>, Vec<Accepted>) {
        for diagnostic in self.said {
            sink.report(diagnostic);
        }
        (self.entries.into_values().collect(), self.accepted)
    }

    fn entry(&mut self, construct: String, verdict: Verdict, how: &str, span: Span) {
        // What is not done in a construct is not done in all of it; that it is exact, each fact says for itself.
        self.unanswered.remove(&construct);
        if verdict > Verdict::Exact {
            let below = self.unanswered.range(construct.clone()..).take_while(|open| open.starts_with(&construct));
            let inside = below.filter(|open| open[construct.len()..].starts_with(['.', '[']));
            for open in inside.cloned().collect::<Vec<_>>() {
                self.unanswered.remove(&open);
            }
        }
        self.record(construct, verdict, how, span);
    }

    fn record(&mut self, construct: String, verdict: Verdict, how: &str, span: Span) {
        if let Some(entry) = self.entries.get_mut(&construct) {
            if verdict >= entry.verdict {
                if !how.is_empty() && entry.how != how {
                    let both = !entry.how.is_empty() && verdict == entry.verdict;
                    entry.how = if both { format!("{}; {how}", entry.how) } else { how.to_owned() };
                }
                entry.verdict = verdict;
            }
            return;
        }
        let (image, how, target) = (self.image.clone(), how.to_owned(), self.target);
        let entry = FidelityEntry { image, construct: construct.clone(), verdict, how, span, target };
        self.entries.insert(construct, entry);
    }
}

fn diagnostic(image: &str, construct: &str, span: Span, why: &str, help: Option<String>) -> Diagnostic {
    let mut said = REFUSED_CONSTRUCT.at(span, format!("{image} is not made: {why}"));
    said.label = Some(format!("`{construct}`"));
    said.help = help;
    said
}

/// The address of an attribute of a node, or of the node itself.
fn construct(node: &Node, name: &str) -> String {
    if name.is_empty() { node.construct.clone() } else { format!("{}.{name}", node.construct) }
}

/// A name as it is to be typed in a shell.
fn shown(name: &str) -> String {
    super::text::shell::word(name)
}
