//! Finds attributes and blocks that a component reads without doing anything with them.

use crate::check::Rule;
use crate::check::context::{Context, Subject, keyword};
use crate::check::member::{State, state_of};
use crate::declare_diagnostic;
use crate::diagnostic::Sink;

declare_diagnostic! {
    pub static INEFFECTIVE_ATTRIBUTE = {
        code: "ineffective-attribute",
        severity: Warning,
        since: "0.1.0",
        summary: "an attribute or a block is set that its component takes without effect",
    }
}

pub(super) const RULE: Rule = Rule { declares: &[&INEFFECTIVE_ATTRIBUTE], check };

fn check(context: &Context<'_>, sink: &mut Sink) {
    for subject in &context.subjects() {
        members(subject, sink);
    }
}

fn members(subject: &Subject<'_>, sink: &mut Sink) {
    for inside in subject.insides() {
        for (name, argument) in &inside.body.arguments {
            let Some(attribute) = inside.schema.attributes.get(name) else { continue };
            // `removed` and `deprecated` say more; an empty value asks for nothing.
            let is_told = attribute.removed.is_some() || attribute.deprecated.is_some();
            if is_told || state_of(&argument.value, attribute) != State::Set {
                continue;
            }
            let (message, label) = if attribute.computed {
                (format!("{} makes `{name}` itself", subject.name), "overwritten by the plugin")
            } else if attribute.ignored {
                (format!("`{name}` of {} has no effect", subject.name), "read and not used")
            } else {
                continue;
            };
            sink.report(INEFFECTIVE_ATTRIBUTE.at(argument.name, message).label(label).help(format!("remove `{name}`")));
        }
        for (name, blocks) in &inside.body.blocks {
            let is_ignored = |block: &&crate::schema::Block| block.ignored && block.removed.is_none();
            let Some(_) = inside.schema.blocks.get(name).filter(is_ignored) else { continue };
            for block in blocks {
                sink.report(
                    INEFFECTIVE_ATTRIBUTE
                        .at(keyword(name, block.span), format!("`{name}` of {} has no effect", subject.name))
                        .label("read and not used")
                        .help(format!("remove `{name}`")),
                );
            }
        }
    }
}
