//! Finds attributes and blocks that a component needs and does not have.

use crate::check::Rule;
use crate::check::context::{Context, Inside, Subject};
use crate::check::demand::Demand;
use crate::check::member::State;
use crate::check::words::{because, either, form, list};
use crate::declare_diagnostic;
use crate::diagnostic::Sink;
use crate::schema::{self, RuleKind};

declare_diagnostic! {
    pub static REQUIRED_ATTRIBUTE = {
        code: "required-attribute",
        severity: Error,
        since: "0.1.0",
        summary: "a component does not have an attribute or a block that it needs",
    }
}

pub(super) const RULE: Rule = Rule { declares: &[&REQUIRED_ATTRIBUTE], check };

fn check(context: &Context<'_>, sink: &mut Sink) {
    for subject in context.subjects().iter().filter(|subject| subject.complete) {
        for (depth, inside) in subject.insides().into_iter().enumerate() {
            // An empty block configures nothing, so it needs nothing.
            if depth > 0 && inside.body.arguments.is_empty() && inside.body.blocks.is_empty() {
                continue;
            }
            let mut search = Search { subject, inside, told: Vec::new(), sink: &mut *sink };
            search.members();
            let asked: Vec<&schema::Rule> =
                inside.schema.rules.iter().filter(|rule| inside.holds(&rule.when) == Some(true)).collect();
            // What names every way out comes first: others would ask for one of them.
            let is_choice = |rule: &schema::Rule| matches!(rule.rule, RuleKind::ExactlyOneOf | RuleKind::AtLeastOneOf);
            for rule in asked.iter().filter(|rule| is_choice(rule)) {
                search.hold(rule);
            }
            for rule in asked.iter().filter(|rule| !is_choice(rule)) {
                search.hold(rule);
            }
        }
    }
}

/// A body and what was said to be missing in it.
struct Search<'s> {
    subject: &'s Subject<'s>,
    inside: Inside<'s>,
    /// Members that were asked for already: another rule has nothing new to say about them.
    told: Vec<String>,
    sink: &'s mut Sink,
}

impl Search<'_> {
    /// Attributes and blocks that are needed in any case.
    fn members(&mut self) {
        let inside = self.inside;
        let Some(always) = self.subject.demand(schema::Severity::Error, None) else { return };
        for (name, attribute) in &inside.schema.attributes {
            if attribute.required && inside.state(name) == State::Unset {
                self.missing(inside, name, name, "", always);
            }
        }
        for (name, block) in &inside.schema.blocks {
            let count = inside.body.blocks.get(name).map_or(0, Vec::len);
            let least = block.min.unwrap_or(0).max(usize::from(block.required));
            if count < least && self.is_new(std::slice::from_ref(name)) {
                let many = if least == 1 { "a block".to_owned() } else { format!("{least} blocks") };
                self.sink.report(
                    REQUIRED_ATTRIBUTE
                        .at(inside.place, format!("{} needs {many} `{name}`", self.subject.name))
                        .label(if count == 0 { "has none".to_owned() } else { format!("has {count}") })
                        .help(format!("add `{name} {{ … }}`")),
                );
            }
        }
    }

    fn hold(&mut self, rule: &schema::Rule) {
        let Some(demand) = self.subject.demand(rule.severity, rule.since) else { return };
        let inside = self.inside;
        let fields = &rule.fields;
        let is = |field: &String, state: State| inside.state(field) == state;
        match rule.rule {
            RuleKind::ExactlyOneOf | RuleKind::AtLeastOneOf => {
                if fields.iter().all(|field| is(field, State::Unset)) && self.is_new(fields) {
                    let how = if rule.rule == RuleKind::ExactlyOneOf { "one of" } else { "at least one of" };
                    let what = format!("{}{}{}", list(fields, "and"), because(rule), demand.since());
                    let diagnostic = REQUIRED_ATTRIBUTE
                        .at(inside.place, format!("{} needs {how} {what}", self.subject.name))
                        .label("has none of them")
                        .help(format!("add {}", either(inside, fields)));
                    demand.report(diagnostic, self.sink);
                }
            }
            RuleKind::Required => {
                for field in fields {
                    for (gap, name) in inside.gaps(field) {
                        self.missing(gap, name, field, &because(rule), demand);
                    }
                }
            }
            RuleKind::Requires => {
                let Some((first, others)) = fields.split_first() else { return };
                if is(first, State::Set) {
                    for other in others.iter().filter(|other| is(other, State::Unset)) {
                        self.needs(first, std::slice::from_ref(other), rule, demand);
                    }
                }
            }
            RuleKind::RequiresAny => {
                let Some((first, others)) = fields.split_first() else { return };
                if is(first, State::Set) && others.iter().all(|other| is(other, State::Unset)) {
                    self.needs(first, others, rule, demand);
                }
            }
            RuleKind::RequiredTogether => {
                let Some(first) = fields.iter().find(|field| is(field, State::Set)) else { return };
                for other in fields.iter().filter(|other| is(other, State::Unset)) {
                    self.needs(first, std::slice::from_ref(other), rule, demand);
                }
            }
            // What these ask is the business of `conflicts`, `values` and `custom`.
            RuleKind::Conflicts
            | RuleKind::Forbidden
            | RuleKind::Value
            | RuleKind::Compare
            | RuleKind::MaxItems
            | RuleKind::SameKeys
            | RuleKind::Custom => {}
        }
    }

    /// The member `name` of `gap` is not set; seen from the body that was looked at it is `field`.
    fn missing(&mut self, gap: Inside<'_>, name: &str, field: &str, because: &str, demand: Demand<'_>) {
        if !self.is_new(&[field.to_owned()]) {
            return;
        }
        let written = gap.written(name);
        let label = if written.is_some() { "it is empty" } else { "it is missing here" };
        let message = format!("{} needs `{field}`{because}{}", self.subject.name, demand.since());
        let diagnostic = REQUIRED_ATTRIBUTE.at(written.unwrap_or(gap.place), message).label(label);
        demand.report(diagnostic.help(format!("add {}", form(gap, name))), self.sink);
    }

    /// The attribute `first` is set and what it needs is not.
    fn needs(&mut self, first: &str, others: &[String], rule: &schema::Rule, demand: Demand<'_>) {
        let Some(place) = self.inside.written(first) else { return };
        if !self.is_new(others) {
            return;
        }
        let message = format!("`{first}` needs {}{}{}", list(others, "or"), because(rule), demand.since());
        let diagnostic = REQUIRED_ATTRIBUTE
            .at(place, message)
            .label("of no use alone")
            .help(format!("add {}, or remove `{first}`", either(self.inside, others)));
        demand.report(diagnostic, self.sink);
    }

    /// Whether none of the members was asked for before; from now on they were.
    fn is_new(&mut self, fields: &[String]) -> bool {
        let within = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let same = |a: &str, b: &str| within(a, b) || within(b, a);
        let is_new = !fields.iter().any(|field| self.told.iter().any(|told| same(field, told)));
        self.told.extend(fields.iter().cloned());
        is_new
    }
}
