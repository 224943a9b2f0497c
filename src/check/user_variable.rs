//! Finds `{{user}}` calls of a legacy template for variables that nobody declares.

use crate::check::Rule;
use crate::check::context::Context;
use crate::declare_diagnostic;
use crate::diagnostic::Sink;
use crate::resolve::names;
use crate::resolve::template::GivenBy;
use crate::source::Span;
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

/// So many at most are told one by one; more of them wait for a var-file.
const EACH: usize = 4;

fn check(context: &Context<'_>, sink: &mut Sink) {
    for document in context.documents.iter().filter(|document| document.body.spelling == Spelling::LegacyJson) {
        // They may be declared where nothing could be read.
        if document.body.has_errors() {
            continue;
        }
        let variables = || document.body.blocks().filter(|block| block.kind.value == "variable");
        let declared = || variables().filter(|other| !is_made_up(other)).filter_map(|other| other.labels.first());
        let mut others = Vec::new();
        // Made up in a var-file: that is where it is declared.
        for block in variables().filter(|block| is_made_up(block) && block.span.file == document.file) {
            let Some(label) = block.labels.first() else { continue };
            let variable = context.template.variables.get(&label.value);
            // A var-file or `--var` declares one as well.
            if variable.is_none_or(|variable| variable.given_by != GivenBy::Default) {
                continue;
            }
            let name = label.value.as_str();
            match names::nearest(name, declared().map(|label| label.value.as_str())) {
                Some(near) => report(name, block.kind.span, format!("did you mean `{near}`?"), sink),
                None => others.push((block.kind.span, name)),
            }
        }
        others.sort_unstable();
        if others.len() > EACH {
            together(&others, sink);
            continue;
        }
        for (place, name) in others {
            let help = format!("add `\"{name}\": \"…\"` to `variables`, or give it with `--var {name}=…`");
            report(name, place, help, sink);
        }
    }
}

fn report(name: &str, place: Span, help: String, sink: &mut Sink) {
    sink.report(
        UNDEFINED_USER_VARIABLE
            .at(place, format!("nothing declares the variable `{name}`"))
            .label("an empty text takes its place")
            .help(help),
    );
}

/// Many of them are the mark of a var-file that was not given.
fn together(others: &[(Span, &str)], sink: &mut Sink) {
    let Some(((first, name), rest)) = others.split_first() else { return };
    let more = rest.len();
    let mut diagnostic = UNDEFINED_USER_VARIABLE
        .at(*first, format!("nothing declares the variable `{name}`, and {more} others"))
        .label("an empty text takes its place")
        .help("give the var-file that declares them with `--var-file`, or add them to `variables`");
    for (place, name) in rest {
        diagnostic = diagnostic.also(*place, format!("nor `{name}`"));
    }
    sink.report(diagnostic);
}

/// Whether the reader made the variable for a call that it found no declaration for: all of it stands at that call, and it
/// is empty.
fn is_made_up(block: &Block) -> bool {
    let is_empty = block.body.attribute("default").is_some_and(
        |default| matches!(&default.value.kind, ExprKind::Template(template) if template.parts.is_empty()),
    );
    is_empty && block.span == block.kind.span
}
