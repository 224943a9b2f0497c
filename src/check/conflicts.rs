//! Finds attributes and blocks that cannot stand together.

use crate::check::Rule;
use crate::check::context::{Context, Inside, Subject};
use crate::check::member::State;
use crate::check::required::{because, list, severity};
use crate::declare_diagnostic;
use crate::diagnostic::Sink;
use crate::schema::{self, RuleKind};
use crate::source::Span;

declare_diagnostic! {
    pub static CONFLICTING_ATTRIBUTES = {
        code: "conflicting-attributes",
        severity: Error,
        since: "0.1.0",
        summary: "attributes or blocks are set that exclude each other",
    }
}

pub(super) const RULE: Rule = Rule { declares: &[&CONFLICTING_ATTRIBUTES], check };

fn check(context: &Context<'_>, sink: &mut Sink) {
    for subject in &context.subjects() {
        for inside in subject.insides() {
            for rule in &inside.schema.rules {
                if inside.holds(&rule.when) == Some(true) {
                    hold(subject, inside, rule, sink);
                }
            }
        }
    }
}

fn hold(subject: &Subject<'_>, inside: Inside<'_>, rule: &schema::Rule, sink: &mut Sink) {
    let set = rule.fields.iter().filter(|field| inside.state(field) == State::Set);
    let mut set: Vec<(Span, &String)> = set.filter_map(|field| Some((inside.written(field)?, field))).collect();
    match rule.rule {
        RuleKind::ExactlyOneOf | RuleKind::Conflicts if set.len() > 1 => {
            // Where the reader comes upon it: at the second of them.
            set.sort_unstable();
            let names: Vec<String> = set.iter().map(|(_, name)| (*name).clone()).collect();
            let (first, first_name) = set[0];
            let mut diagnostic = CONFLICTING_ATTRIBUTES
                .at(set[1].0, format!("{} takes only one of {}{}", subject.name, list(&names, "and"), because(rule)))
                .label(format!("excluded by `{first_name}`"))
                .also(first, "set here")
                .help(if names.len() == 2 { "remove one of the two" } else { "keep one and remove the others" });
            for (other, _) in &set[2..] {
                diagnostic = diagnostic.also(*other, "and here");
            }
            sink.report(diagnostic.severity(severity(rule.severity)));
        }
        RuleKind::Forbidden => {
            for (place, name) in set {
                let diagnostic = CONFLICTING_ATTRIBUTES
                    .at(place, format!("{} does not take `{name}`{}", subject.name, because(rule)))
                    .label("has no place here")
                    .help(format!("remove `{name}`"));
                sink.report(diagnostic.severity(severity(rule.severity)));
            }
        }
        // What these ask is the business of `required` and `values`.
        RuleKind::ExactlyOneOf
        | RuleKind::Conflicts
        | RuleKind::AtLeastOneOf
        | RuleKind::Requires
        | RuleKind::RequiresAny
        | RuleKind::RequiredTogether
        | RuleKind::Required
        | RuleKind::Value
        | RuleKind::Compare
        | RuleKind::MaxItems
        | RuleKind::SameKeys
        | RuleKind::Custom => {}
    }
}
