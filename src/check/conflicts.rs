//! Finds attributes and blocks that cannot stand together.

use crate::check::Rule;
use crate::check::context::{Context, Inside, Subject};
use crate::check::member::State;
use crate::check::words::{because, list};
use crate::declare_diagnostic;
use crate::diagnostic::{Diagnostic, Sink};
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
            // Where something was said already, another rule has nothing new to say.
            let mut told = Vec::new();
            for (name, blocks) in &inside.body.blocks {
                let most = inside.schema.blocks.get(name).and_then(|block| block.max);
                if let Some((most, block)) = most.and_then(|most| Some((most, blocks.get(most)?)))
                    && most > 1
                {
                    let place = super::context::keyword(name, block.span);
                    told.push(place);
                    sink.report(
                        CONFLICTING_ATTRIBUTES
                            .at(place, format!("{} takes at most {most} blocks `{name}`", subject.name))
                            .label("one too many")
                            .help(format!("remove {} of them", blocks.len() - most)),
                    );
                }
            }
            for rule in &inside.schema.rules {
                if inside.holds(&rule.when) == Some(true) {
                    hold(subject, inside, rule, &mut told, sink);
                }
            }
        }
    }
}

fn hold(subject: &Subject<'_>, inside: Inside<'_>, rule: &schema::Rule, told: &mut Vec<Span>, sink: &mut Sink) {
    let Some(demand) = subject.demand(rule.severity, rule.since) else { return };
    let set = rule.fields.iter().filter(|field| inside.state(field) == State::Set);
    let mut set: Vec<(Span, &String)> = set.filter_map(|field| Some((inside.written_set(field)?, field))).collect();
    let mut report = |diagnostic: Diagnostic| {
        if !told.contains(&diagnostic.span) {
            told.push(diagnostic.span);
            demand.report(diagnostic, sink);
        }
    };
    match rule.rule {
        RuleKind::ExactlyOneOf | RuleKind::Conflicts if set.len() > 1 => {
            // Where the reader comes upon it: at the second of them.
            set.sort_unstable();
            let names: Vec<String> = set.iter().map(|(_, name)| (*name).clone()).collect();
            let (first, first_name) = set[0];
            let what = format!("{}{}{}", list(&names, "and"), because(rule), demand.since());
            let mut diagnostic = CONFLICTING_ATTRIBUTES
                .at(set[1].0, format!("{} takes only one of {what}", subject.name))
                .label(format!("excluded by `{first_name}`"))
                .also(first, "set here")
                .help(if names.len() == 2 { "remove one of the two" } else { "keep one and remove the others" });
            for (other, _) in &set[2..] {
                diagnostic = diagnostic.also(*other, "and here");
            }
            report(diagnostic);
        }
        RuleKind::Forbidden => {
            for (place, name) in set {
                let message = format!("{} does not take `{name}`{}{}", subject.name, because(rule), demand.since());
                report(
                    CONFLICTING_ATTRIBUTES
                        .at(place, message)
                        .label("has no place here")
                        .help(format!("remove `{name}`")),
                );
            }
        }
        // What these ask is the business of `required`, `values` and `custom`.
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
