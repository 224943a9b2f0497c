//! Finds variables, local values and sources that nothing uses, and holds such sources against every other rule.

use std::collections::BTreeSet;

use crate::check::context::Context;
use crate::check::{CheckSetting, RULES, Rule};
use crate::declare_diagnostic;
use crate::diagnostic::{Severity, Sink};
use crate::resolve::eval;
use crate::resolve::template::{Component, ComponentBody, ImagePlan, Template};
use crate::source::{Span, Spanned};
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
                    .help(if context.is_legacy(variable.name.span) {
                        format!("remove it, or use it as {{{{user `{}`}}}}", variable.name.value)
                    } else {
                        format!("remove it, or use `var.{}`", variable.name.value)
                    }),
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
        // In JSON and YAML several sources may share the key that says their type.
        let shared = context.is_data(source.ty.span);
        let place = if shared { source.name.span } else { source.ty.span.to(source.name.span) };
        sink.report(
            UNUSED_SOURCE
                .at(place, format!("no build uses the source `{name}`"))
                .label("makes no image")
                .help(format!("add `\"source.{name}\"` to the `sources` of a build, or remove it")),
        );
    }
}

/// Holds the sources that no build uses against every rule, as if one did. Packer never looks at them: what would be an
/// error is a warning, but where a misspelt reference means the source.
pub(super) fn check_unused_sources(template: &Template, setting: &CheckSetting<'_>, sink: &mut Sink) {
    for meant in [true, false] {
        let sources: Vec<&Component> =
            template.unused.iter().filter(|unused| unused.meant == meant).map(|unused| &unused.source).collect();
        // One with nothing in it lacks everything: that no build uses it is all there is to say.
        let sources: Vec<&Component> = sources.into_iter().filter(|source| meant || !is_bare(source)).collect();
        if sources.is_empty() {
            continue;
        }
        let alone = only_with(template, &sources);
        // What was found in them before is at most a warning, and all the same why something is missing.
        let mut faults = Sink::new();
        let earlier = sink.diagnostics().iter().filter(|diagnostic| diagnostic.severity >= Severity::Warning);
        earlier.for_each(|diagnostic| faults.report(diagnostic.clone().severity(Severity::Error)));
        let context = Context::new(&alone, setting, &faults);
        let mut found = Sink::new();
        for rule in RULES {
            (rule.check)(&context, &mut found);
        }
        // What rules find besides is about a template that there is not.
        let is_inside =
            |outer: Span, inner: Span| outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end;
        found.retain(|diagnostic| sources.iter().any(|source| is_inside(source.span, diagnostic.span)));
        if !meant {
            found.lower(Severity::Warning);
        }
        sink.absorb(found);
    }
}

fn is_bare(source: &Component) -> bool {
    let ComponentBody { arguments, unfilled, blocks } = &source.body;
    arguments.is_empty() && unfilled.is_empty() && blocks.is_empty()
}

/// A template that makes an image of each of `sources` and nothing else.
fn only_with(template: &Template, sources: &[&Component]) -> Template {
    let image = |source: &&Component| ImagePlan {
        name: source.address.clone(),
        build_name: None,
        source_name: source.address.rsplit('.').next().unwrap_or_default().to_owned(),
        source: (*source).clone(),
        provisioners: Vec::new(),
        error_cleanup: None,
        post_processors: Vec::new(),
        span: source.ty.span,
    };
    Template {
        required_plugins: template.required_plugins.clone(),
        variables: template.variables.clone(),
        locals: template.locals.clone(),
        data: Vec::new(),
        sources: Vec::new(),
        builds: Vec::new(),
        registries: Vec::new(),
        images: sources.iter().map(image).collect(),
        unused: Vec::new(),
        shaped_by: template.shaped_by.clone(),
        root: template.root.clone(),
        declared_images: sources.len(),
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
