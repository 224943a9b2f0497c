//! Finds values that an attribute does not take: of another form, out of bounds, not one of a list, against a rule.

mod attribute;
mod rules;

use crate::check::Rule;
use crate::check::context::Context;
use crate::declare_diagnostic;
use crate::diagnostic::{Severity, Sink};

declare_diagnostic! {
    pub static INVALID_ATTRIBUTE_VALUE = {
        code: "invalid-attribute-value",
        severity: Error,
        since: "0.1.0",
        summary: "an attribute has a value that its component does not take",
    }
}

pub(super) const RULE: Rule = Rule { declares: &[&INVALID_ATTRIBUTE_VALUE], check };

/// What is wrong with a value, and what would be right.
struct Fault {
    message: String,
    help: String,
    severity: Severity,
    at: At,
}

/// Which part of the value is wrong.
enum At {
    Whole,
    Element(usize),
    Entry(String),
}

impl Fault {
    fn error(message: String, help: String) -> Self {
        Self { message, help, severity: Severity::Error, at: At::Whole }
    }

    fn inside(self, at: At) -> Self {
        Self { at, ..self }
    }
}

fn check(context: &Context<'_>, sink: &mut Sink) {
    for subject in &context.subjects() {
        for inside in subject.insides() {
            // Values about which something was said: a rule has nothing new to say about them.
            let mut told = Vec::new();
            for (name, argument) in &inside.body.arguments {
                let Some(attribute) = inside.schema.attributes.get(name) else { continue };
                let Some(fault) = attribute::fault(attribute, argument) else { continue };
                let Fault { message, help, severity, at } = fault;
                let place = match at {
                    At::Whole => argument.span,
                    At::Element(index) => context.element(argument.span, index),
                    At::Entry(key) => context.entry(argument.span, &key),
                };
                told.push(argument.span);
                let label = match severity {
                    Severity::Error => format!("{} does not take this", subject.name),
                    Severity::Warning | Severity::Note => format!("{} cannot use this", subject.name),
                };
                sink.report(INVALID_ATTRIBUTE_VALUE.at(place, message).label(label).help(help).severity(severity));
            }
            for rule in &inside.schema.rules {
                if inside.holds(&rule.when) == Some(true)
                    && let Some(demand) = subject.demand(rule.severity, rule.since)
                {
                    rules::hold(subject, inside, rule, demand, &mut told, sink);
                }
            }
        }
    }
}
