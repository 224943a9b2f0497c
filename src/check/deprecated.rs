//! Finds what a component's authors tell not to use any more, or do not take any more.

use std::collections::BTreeSet;

use crate::check::Rule;
use crate::check::context::{Context, Inside, Subject, keyword};
use crate::declare_diagnostic;
use crate::diagnostic::{Edit, Fix, Sink};
use crate::resolve::template::Argument;
use crate::schema::{self, Attribute, Deprecated, Removed};
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
    let subjects = context.subjects();
    let twice = twice(&subjects);
    for subject in &subjects {
        if let Some(deprecated) = &subject.schema.deprecated {
            sink.report(
                DEPRECATED
                    .at(subject.place, format!("{} is deprecated", subject.name))
                    .label("may be gone in a later version")
                    .help(advice(&subject.schema.name, deprecated)),
            );
        }
        members(subject, &twice, sink);
    }
}

/// The attributes that cannot be renamed, because in some image the new name is given as well.
fn twice(subjects: &[Subject<'_>]) -> BTreeSet<Span> {
    let mut found = BTreeSet::new();
    for inside in subjects.iter().flat_map(Subject::insides) {
        for (name, argument) in &inside.body.arguments {
            let replacement = inside.schema.attributes.get(name).and_then(replacement);
            if replacement.is_some_and(|replacement| inside.body.arguments.contains_key(replacement)) {
                found.insert(argument.name);
            }
        }
    }
    found
}

/// Another name for the same thing: what is written fits it as well.
fn rename(inside: &Inside<'_>, name: &str, argument: &Argument, attribute: &Attribute) -> Option<Fix> {
    let replacement = replacement(attribute)?;
    let known = inside.schema.attributes.get(replacement)?;
    let same = known.ty == attribute.ty && known.format == attribute.format && known.removed.is_none();
    let edit = Edit::rename(argument.name, name, replacement).filter(|_| same && known.deprecated.is_none())?;
    Some(Fix::new(true, vec![edit]))
}

fn members(subject: &Subject<'_>, twice: &BTreeSet<Span>, sink: &mut Sink) {
    for inside in subject.insides() {
        for (name, argument) in &inside.body.arguments {
            let Some(attribute) = inside.schema.attributes.get(name) else { continue };
            let fix = (!twice.contains(&argument.name)).then(|| rename(&inside, name, argument, attribute)).flatten();
            let member = Member { subject, name, place: argument.name, fix };
            member.judge(attribute.removed.as_ref(), attribute.deprecated.as_ref(), sink);
        }
        for (name, blocks) in &inside.body.blocks {
            let Some(schema) = inside.schema.blocks.get(name) else { continue };
            for block in blocks {
                let member = Member { subject, name, place: keyword(name, block.span), fix: None };
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
    /// The rename that makes it right.
    fix: Option<Fix>,
}

impl Member<'_> {
    fn judge(self, removed: Option<&Removed>, deprecated: Option<&Deprecated>, sink: &mut Sink) {
        let Member { subject, name, place, fix } = self;
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
            let mut diagnostic = REMOVED_ATTRIBUTE.at(place, message).label("removed from the component");
            diagnostic.fix = fix;
            demand.report(diagnostic.help(help), sink);
        } else if let Some(deprecated) = deprecated {
            let mut diagnostic = DEPRECATED
                .at(place, format!("`{name}` of {} is deprecated", subject.name))
                .label("may be gone in a later version")
                .help(advice(name, deprecated));
            diagnostic.fix = fix;
            sink.report(diagnostic);
        }
    }
}

/// The name that should stand in an attribute's place.
fn replacement(attribute: &Attribute) -> Option<&String> {
    let removed = attribute.removed.as_ref().and_then(|removed| removed.replacement.as_ref());
    removed.or_else(|| attribute.deprecated.as_ref()?.replacement.as_ref())
}

fn advice(name: &str, deprecated: &Deprecated) -> String {
    match &deprecated.replacement {
        Some(replacement) => format!("use `{replacement}`"),
        None => format!("remove `{name}`; nothing replaces it"),
    }
}
