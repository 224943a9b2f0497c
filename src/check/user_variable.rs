//! Finds `{{user}}` calls of a legacy template for variables that nobody declares.

use crate::check::Rule;
use crate::check::context::Context;
use crate::declare_diagnostic;
use crate::diagnostic::Sink;
use crate::resolve::names;
use crate::resolve::template::GivenBy;
use crate::syntax::{Block, ExprKind, Spelling};

declare_diagnostic! {
    pub static UNDEFINED_USER_VARIABLE = {
        code: "undefined-user-variable",
        severity: Warning,
        since: "0.1.0",
        summary: "a JSON template uses a variable that nothing declares",
    }
}

pub(super) const RULE: Rule = Rule { declares: &[&UNDEFINED_USER_VARIABLE], check };

fn check(context: &Context<'_>, sink: &mut Sink) {
    for document in context.documents.iter().filter(|document| document.body.spelling == Spelling::LegacyJson) {
        let variables = || document.body.blocks().filter(|block| block.kind.value == "variable");
        // Made up in a var-file: that is where it is declared.
        for block in variables().filter(|block| is_made_up(block) && block.span.file == document.file) {
            let Some(label) = block.labels.first() else { continue };
            let variable = context.template.variables.get(&label.value);
            // A var-file or `--var` declares one as well.
            if variable.is_none_or(|variable| variable.given_by != GivenBy::Default) {
                continue;
            }
            let name = &label.value;
            let declared = variables().filter(|other| !is_made_up(other)).filter_map(|other| other.labels.first());
            let help = match names::nearest(name, declared.map(|label| label.value.as_str())) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("add `\"{name}\": \"…\"` to `variables`, or give it with `--var {name}=…`"),
            };
            sink.report(
                UNDEFINED_USER_VARIABLE
                    .at(block.kind.span, format!("nothing declares the variable `{name}`"))
                    .label("an empty text takes its place")
                    .help(help),
            );
        }
    }
}

/// Whether the reader made the variable for a call that it found no declaration for: all of it stands at that call, and it
/// is empty.
fn is_made_up(block: &Block) -> bool {
    let is_empty = block.body.attribute("default").is_some_and(
        |default| matches!(&default.value.kind, ExprKind::Template(template) if template.parts.is_empty()),
    );
    is_empty && block.span == block.kind.span
}
