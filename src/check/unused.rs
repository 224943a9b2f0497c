//! Finds variables, local values and sources that nothing uses.

use std::collections::BTreeSet;

use crate::check::Rule;
use crate::check::context::Context;
use crate::declare_diagnostic;
use crate::diagnostic::Sink;
use crate::resolve::eval;
use crate::source::Spanned;
use crate::syntax::{Block, Body, Document, Expr, ExprKind, Item};

declare_diagnostic! {
    pub static UNUSED_LOCAL = {
        code: "unused-local",
        severity: Warning,
        since: "0.1.0",
        summary: "a local value is declared and never used",
    }
    pub static UNUSED_SOURCE = {
        code: "unused-source",
        severity: Warning,
        since: "0.1.0",
        summary: "a source is declared and no build uses it",
    }
    pub static UNUSED_VARIABLE = {
        code: "unused-variable",
        severity: Warning,
        since: "0.1.0",
        summary: "a variable is declared and never used",
    }
}

pub(super) const RULE: Rule = Rule { declares: &[&UNUSED_LOCAL, &UNUSED_SOURCE, &UNUSED_VARIABLE], check };

/// The names that are mentioned below a root; nothing where all of them may be.
type Mentioned<'r> = Option<&'r BTreeSet<String>>;

fn check(context: &Context<'_>, sink: &mut Sink) {
    // What an earlier stage could not read may be what uses them.
    if context.has_faults() {
        return;
    }
    let used = Used::collect(context.documents);
    for variable in context.template.variables.values() {
        if unused(&variable.name, used.names(&used.variables, used.all_variables)) {
            sink.report(
                UNUSED_VARIABLE
                    .at(variable.name.span, format!("the variable `{}` is never used", variable.name.value))
                    .label("its value has no effect")
                    .help(format!("remove it, or use `var.{}`", variable.name.value)),
            );
        }
    }
    for local in context.template.locals.values() {
        if unused(&local.name, used.names(&used.locals, used.all_locals)) {
            sink.report(
                UNUSED_LOCAL
                    .at(local.name.span, format!("the local value `{}` is never used", local.name.value))
                    .label("has no effect")
                    .help(format!("remove it, or use `local.{}`", local.name.value)),
            );
        }
    }
    // Where an expression chooses the sources, the others wait for another value.
    let chosen = !context.documents.iter().flat_map(|document| document.body.blocks()).all(names_its_sources);
    for source in context.template.sources.iter().filter(|source| !source.used && !chosen) {
        let name = format!("{}.{}", source.ty.value, source.name.value);
        sink.report(
            UNUSED_SOURCE
                .at(source.ty.span.to(source.name.span), format!("no build uses the source `{name}`"))
                .label("makes no image")
                .help(format!("add `\"source.{name}\"` to the `sources` of a build, or remove it")),
        );
    }
}

/// Whether a block is no build whose `sources` are anything but texts written out.
fn names_its_sources(block: &Block) -> bool {
    let is_text = |expr: &Expr| matches!(&expr.kind, ExprKind::Template(template) if template.literal().is_some());
    let sources = block.body.attribute("sources").filter(|_| block.kind.value == "build");
    let has_dynamic = block.kind.value == "build" && block.body.blocks().any(|inner| inner.kind.value == "dynamic");
    !has_dynamic
        && sources
            .is_none_or(|sources| matches!(&sources.value.kind, ExprKind::Tuple(items) if items.iter().all(is_text)))
}

fn unused(name: &Spanned<String>, mentioned: Mentioned<'_>) -> bool {
    mentioned.is_some_and(|names| !names.contains(&name.value))
}

#[derive(Default)]
struct Used {
    variables: BTreeSet<String>,
    locals: BTreeSet<String>,
    /// `var` stands somewhere without a name behind it.
    all_variables: bool,
    all_locals: bool,
}

impl Used {
    fn collect(documents: &[Document]) -> Self {
        let mut used = Self::default();
        for document in documents {
            for item in &document.body.items {
                match item {
                    // A variable's own rules do not use it.
                    Item::Block(block) if block.kind.value != "variable" => used.body(&block.body),
                    Item::Block(_) | Item::Attribute(_) | Item::Error(_) => {}
                }
            }
        }
        used
    }

    fn body(&mut self, body: &Body) {
        for item in &body.items {
            match item {
                Item::Attribute(attribute) => {
                    for reference in eval::references(&attribute.value) {
                        let (names, all) = match reference.root.as_str() {
                            "var" => (&mut self.variables, &mut self.all_variables),
                            "local" => (&mut self.locals, &mut self.all_locals),
                            _ => continue,
                        };
                        match reference.attributes.into_iter().next() {
                            Some(name) => {
                                names.insert(name);
                            }
                            None => *all = true,
                        }
                    }
                }
                Item::Block(block) => self.body(&block.body),
                Item::Error(_) => {}
            }
        }
    }

    fn names<'u>(&self, names: &'u BTreeSet<String>, all: bool) -> Mentioned<'u> {
        (!all).then_some(names)
    }
}
