//! Finds what a component's authors tell not to use any more, or do not take any more.

use crate::check::Rule;
use crate::check::context::{Context, Subject, keyword};
use crate::declare_diagnostic;
use crate::diagnostic::Sink;
use crate::schema::Deprecated;

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
            if let Some(removed) = &attribute.removed {
                let replacement = removed.replacement.as_ref();
                let deprecated = attribute.deprecated.as_ref();
                let help =
                    match replacement.or_else(|| deprecated.and_then(|deprecated| deprecated.replacement.as_ref())) {
                        Some(replacement) => format!("use `{replacement}`"),
                        None => format!("remove `{name}`"),
                    };
                sink.report(
                    REMOVED_ATTRIBUTE
                        .at(argument.name, format!("{} does not take `{name}` any more", subject.name))
                        .label("removed from the component")
                        .help(help),
                );
            } else if let Some(deprecated) = &attribute.deprecated {
                sink.report(
                    DEPRECATED
                        .at(argument.name, format!("`{name}` of {} is deprecated", subject.name))
                        .label("may be gone in a later version")
                        .help(advice(name, deprecated)),
                );
            }
        }
        for (name, blocks) in &inside.body.blocks {
            let Some(deprecated) = inside.schema.blocks.get(name).and_then(|block| block.deprecated.as_ref()) else {
                continue;
            };
            for block in blocks {
                sink.report(
                    DEPRECATED
                        .at(keyword(name, block.span), format!("`{name}` of {} is deprecated", subject.name))
                        .label("may be gone in a later version")
                        .help(advice(name, deprecated)),
                );
            }
        }
    }
}

fn advice(name: &str, deprecated: &Deprecated) -> String {
    match &deprecated.replacement {
        Some(replacement) => format!("use `{replacement}`"),
        None => format!("remove `{name}`; nothing replaces it"),
    }
}
