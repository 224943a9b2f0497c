//! Finds what a component's authors tell not to use any more, or do not take any more.

use crate::check::Rule;
use crate::check::context::{Context, Subject, keyword};
use crate::declare_diagnostic;
use crate::diagnostic::Sink;
use crate::schema::{self, Deprecated, Removed};
use crate::source::Span;

declare_diagnostic! {
    pub static DEPRECATED = {
        code: "deprecated",
        severity: Warning,
        since: "0.1.0",
        summary: "a component, an attribute or a block is used that its authors advise against",
    }
    pub static REMOVED_ATTRIBUTE = {
        code: "removed-attribute",
        severity: Error,
        since: "0.1.0",
        summary: "an attribute is set that its component does not take any more",
    }
}

pub(super) const RULE: Rule = Rule { declares: &[&DEPRECATED, &REMOVED_ATTRIBUTE], check };

fn check(context: &Context<'_>, sink: &mut Sink) {
    for registry in context.template.registries.iter().filter(|registry| registry.in_build) {
        sink.report(
            DEPRECATED
                .at(registry.keyword, "`hcp_packer_registry` inside of a build is deprecated")
                .label("may be gone in a later version")
                .help("move the block out of `build`, to the top level"),
        );
    }
    for subject in &context.subjects() {
        if let Some(deprecated) = &subject.schema.deprecated {
            sink.report(
                DEPRECATED
                    .at(subject.place, format!("{} is deprecated", subject.name))
                    .label("may be gone in a later version")
                    .help(advice(&subject.schema.name, deprecated)),
            );
        }
        members(subject, sink);
    }
}

fn members(subject: &Subject<'_>, sink: &mut Sink) {
    for inside in subject.insides() {
        for (name, argument) in &inside.body.arguments {
            let Some(attribute) = inside.schema.attributes.get(name) else { continue };
            let member = Member { subject, name, place: argument.name };
            member.judge(attribute.removed.as_ref(), attribute.deprecated.as_ref(), sink);
        }
        for (name, blocks) in &inside.body.blocks {
            let Some(schema) = inside.schema.blocks.get(name) else { continue };
            for block in blocks {
                let member = Member { subject, name, place: keyword(name, block.span) };
                member.judge(schema.removed.as_ref(), schema.deprecated.as_ref(), sink);
            }
        }
    }
}

/// An attribute or a block as it is written.
struct Member<'m> {
    subject: &'m Subject<'m>,
    name: &'m str,
    place: Span,
}

impl Member<'_> {
    fn judge(&self, removed: Option<&Removed>, deprecated: Option<&Deprecated>, sink: &mut Sink) {
        let Member { subject, name, place } = self;
        let demand = removed.and_then(|removed| {
            let Removed { since, replacement } = removed;
            Some((subject.demand(schema::Severity::Error, *since)?, replacement.as_ref()))
        });
        if let Some((demand, replacement)) = demand {
            let replacement = replacement.or_else(|| deprecated?.replacement.as_ref());
            let help = match replacement {
                Some(replacement) => format!("use `{replacement}`"),
                None => format!("remove `{name}`"),
            };
            let since = demand.since();
            let when = if since.is_empty() { " any more" } else { since.as_str() };
            let message = format!("{} does not take `{name}`{when}", subject.name);
            let diagnostic = REMOVED_ATTRIBUTE.at(*place, message).label("removed from the component");
            demand.report(diagnostic.help(help), sink);
        } else if let Some(deprecated) = deprecated {
            sink.report(
                DEPRECATED
                    .at(*place, format!("`{name}` of {} is deprecated", subject.name))
                    .label("may be gone in a later version")
                    .help(advice(name, deprecated)),
            );
        }
    }
}

fn advice(name: &str, deprecated: &Deprecated) -> String {
    match &deprecated.replacement {
        Some(replacement) => format!("use `{replacement}`"),
        None => format!("remove `{name}`; nothing replaces it"),
    }
}
