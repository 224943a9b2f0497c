//! Local values and data sources: an order in which each is evaluated once, after everything it mentions.
//!
//! Comes in: the trees. Goes out: every [`Local`] and [`DataSource`], and a scope that knows them. A value that needs
//! itself is reported with the whole way round, and is an error value afterwards.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::data::{self, Findings};
use super::decode::Decoder;
use super::eval::{self, FunctionSet, Reference, Scope};
use super::structure;
use super::template::{DataSource, Local};
use super::unread::{Named, Unread};
use super::value::{Value, ValueKind};
use super::variables::{INVALID_NAME, flag, is_identifier};
use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Diagnostic, Sink};
use crate::schema::{Kind, language};
use crate::source::{Span, Spanned};
use crate::syntax::{Block, Body, Document, Expr, Item};

declare_diagnostic! {
    pub static REFERENCE_CYCLE = {
        code: "reference-cycle",
        severity: Error,
        since: "0.1.0",
        summary: "a value needs itself",
    }
    pub static DUPLICATE_LOCAL = {
        code: "duplicate-local",
        severity: Error,
        since: "0.1.0",
        summary: "two local values have the same name",
    }
    pub static DUPLICATE_DATA_SOURCE = {
        code: "duplicate-data-source",
        severity: Error,
        since: "0.1.0",
        summary: "two data sources have the same type and name",
    }
    pub static MISSING_EXPRESSION = {
        code: "missing-expression",
        severity: Error,
        since: "0.1.0",
        summary: "a `local` block has no `expression`",
    }
}

/// What this file can report.
pub(super) const DECLARATIONS: &[&Declaration] =
    &[&DUPLICATE_DATA_SOURCE, &DUPLICATE_LOCAL, &MISSING_EXPRESSION, &REFERENCE_CYCLE];

/// How much of a circle is shown.
const SHOWN: usize = 12;

/// A thing that has to be evaluated, and how it is referred to.
struct Task<'d> {
    address: String,
    span: Span,
    what: What<'d>,
    mentions: Vec<Reference>,
}

enum What<'d> {
    /// Without an expression where that was reported.
    Local {
        name: Spanned<String>,
        expression: Option<&'d Expr>,
        sensitive: bool,
        span: Span,
    },
    Data {
        block: &'d Block,
    },
}

/// Evaluates all locals and data sources and adds them to `scope` as `local` and `data`.
pub(super) fn resolve(
    documents: &[Document],
    findings: &Findings,
    scope: &mut Scope<'_>,
    decoder: &mut Decoder<'_>,
    sink: &mut Sink,
) -> (IndexMap<String, Local>, Vec<DataSource>) {
    let tasks = collect(documents, scope, sink);
    // Before anything is evaluated every name is there, so that a missing one is told from one that comes later.
    scope.set_root("local", Value::of(ValueKind::Object(BTreeMap::new())));
    scope.set_root("data", Value::of(ValueKind::Object(BTreeMap::new())));
    let mut locals = IndexMap::new();
    let mut data = Vec::new();
    let mut results: BTreeMap<usize, (Option<Local>, Option<DataSource>)> = BTreeMap::new();
    report_undeclared(&tasks, &scope.world.unread, sink);
    let graph = dependencies(&tasks);
    for component in kosaraju_scc(&graph) {
        let cyclic = match component.as_slice() {
            [one] => graph.contains_edge(*one, *one),
            _ => true,
        };
        if cyclic {
            report_cycle(&graph, &component, &tasks, sink);
        }
        for node in component {
            let task = &tasks[node.index()];
            match &task.what {
                What::Local { name, expression, sensitive, span } => {
                    let expression = expression.filter(|_| !cyclic);
                    let mut value =
                        expression.map_or_else(Value::error, |expression| eval::evaluate(expression, scope, sink));
                    value.marks.sensitive |= *sensitive;
                    scope.set_attribute("local", name.value.clone(), value.clone());
                    let local = Local { name: name.clone(), value, sensitive: *sensitive, span: *span };
                    results.insert(node.index(), (Some(local), None));
                }
                What::Data { block } => {
                    let [ty, name] = block.labels.as_slice() else { continue };
                    let value = data::value(&ty.value, &name.value, block.header(), decoder.schemas, findings);
                    let value = if cyclic { Value::error() } else { value };
                    scope.set_inner_attribute("data", &ty.value, name.value.clone(), value);
                    let source = data_source(block, cyclic, scope, decoder, sink);
                    results.insert(node.index(), (None, source));
                }
            }
        }
    }
    for (local, source) in results.into_values() {
        locals.extend(local.map(|local| (local.name.value.clone(), local)));
        data.extend(source);
    }
    (locals, data)
}

fn collect<'d>(documents: &'d [Document], scope: &Scope<'_>, sink: &mut Sink) -> Vec<Task<'d>> {
    let mut tasks: Vec<Task<'d>> = Vec::new();
    let mut seen: IndexMap<String, Span> = IndexMap::new();
    let root = language::root();
    for block in documents.iter().flat_map(|document| document.body.blocks()) {
        match (block.kind.value.as_str(), block.labels.as_slice()) {
            ("locals", []) => {
                structure::content(&block.body, &root.blocks["locals"].body, "`locals`", sink);
                for attribute in block.body.attributes() {
                    let name = attribute.name.clone();
                    let what = What::Local {
                        name: name.clone(),
                        expression: Some(&attribute.value),
                        sensitive: false,
                        span: attribute.span,
                    };
                    let mentions = eval::references(&attribute.value);
                    tasks.push(Task { address: format!("local.{}", name.value), span: name.span, what, mentions });
                }
            }
            ("local", [label]) => {
                let before = sink.len();
                let content = structure::content(&block.body, &root.blocks["local"].body, "a `local` block", sink);
                let name = Spanned::new(label.value.clone(), label.span);
                let Some(attribute) = content.attributes.get("expression") else {
                    // What is misspelt is not missing.
                    if !block.body.has_errors() && sink.len() == before {
                        sink.report(
                            MISSING_EXPRESSION
                                .at(block.header(), format!("the local `{}` has no value", label.value))
                                .label("`expression` is missing")
                                .help("write `expression = …` in it"),
                        );
                    }
                    // It is declared all the same.
                    let what = What::Local { name, expression: None, sensitive: false, span: block.span };
                    let address = format!("local.{}", label.value);
                    tasks.push(Task { address, span: label.span, what, mentions: Vec::new() });
                    continue;
                };
                let constants = Scope::new(scope.world).with_functions(FunctionSet::None);
                let sensitive = content.attributes.get("sensitive").is_some_and(|attribute| {
                    let value = eval::evaluate(&attribute.value, &constants, sink);
                    // Where it is no bool, the value is better hidden.
                    flag("sensitive", &value, attribute.value.span, sink).unwrap_or(true)
                });
                let what = What::Local { name, expression: Some(&attribute.value), sensitive, span: block.span };
                let mentions = eval::references(&attribute.value);
                tasks.push(Task { address: format!("local.{}", label.value), span: label.span, what, mentions });
            }
            ("data", [ty, name]) => {
                for (label, what) in [(ty, "type"), (name, "name")] {
                    if !is_identifier(&label.value) {
                        sink.report(invalid_name(label.span, &label.value, &format!("{what} of a data source")));
                    }
                }
                let mut mentions = Vec::new();
                body_references(&block.body, &mut mentions);
                let address = format!("data.{}.{}", ty.value, name.value);
                tasks.push(Task { address, span: block.header(), what: What::Data { block }, mentions });
            }
            _ => {}
        }
    }
    tasks.retain(|task| {
        let name = task.address.strip_prefix("local.").unwrap_or_default();
        if !is_identifier(name) && matches!(task.what, What::Local { .. }) {
            sink.report(invalid_name(task.span, name, "name of a local value"));
        }
        let Some(first) = seen.get(&task.address) else {
            seen.insert(task.address.clone(), task.span);
            return true;
        };
        let declaration =
            if matches!(task.what, What::Local { .. }) { &DUPLICATE_LOCAL } else { &DUPLICATE_DATA_SOURCE };
        sink.report(
            declaration
                .at(task.span, format!("`{}` is declared twice", task.address))
                .label("a second declaration")
                .also(*first, "the first one")
                .help("remove one of them"),
        );
        false
    });
    tasks
}

fn invalid_name(span: Span, name: &str, what: &str) -> Diagnostic {
    INVALID_NAME
        .at(span, format!("`{name}` cannot be the {what}"))
        .label("nothing could refer to it")
        .help("names have letters, digits, `_` and `-`, and begin with a letter or `_`")
}

/// Edges from what is mentioned to what mentions it. By syntax alone, as Packer does: inside `try()` counts, too.
fn dependencies(tasks: &[Task<'_>]) -> DiGraph<(), ()> {
    let mut graph = DiGraph::new();
    let nodes: Vec<NodeIndex> = tasks.iter().map(|_| graph.add_node(())).collect();
    let by_address: BTreeMap<&str, usize> =
        tasks.iter().enumerate().map(|(at, task)| (task.address.as_str(), at)).collect();
    for (at, task) in tasks.iter().enumerate() {
        for mention in &task.mentions {
            let address = match (mention.root.as_str(), mention.attributes.as_slice()) {
                ("local", [name, ..]) => format!("local.{name}"),
                ("data", [ty, name, ..]) => format!("data.{ty}.{name}"),
                _ => continue,
            };
            if let Some(&needed) = by_address.get(address.as_str()) {
                // Kosaraju gives components in reverse topological order: what is needed comes first.
                graph.update_edge(nodes[at], nodes[needed], ());
            }
        }
    }
    graph
}

/// What is mentioned has to be declared, also where `try()` or `can()` would hide that it is not: Packer wants to know
/// the order of everything before it evaluates anything.
fn report_undeclared(tasks: &[Task<'_>], unread: &Unread, sink: &mut Sink) {
    let addresses: std::collections::BTreeSet<&str> = tasks.iter().map(|task| task.address.as_str()).collect();
    for mention in tasks.iter().flat_map(|task| &task.mentions) {
        match (mention.root.as_str(), mention.attributes.as_slice()) {
            ("local", [name, ..]) if !addresses.contains(format!("local.{name}").as_str()) => {
                if unread.may_declare(Named::Local, name) {
                    continue;
                }
                let declared = addresses.iter().filter_map(|address| address.strip_prefix("local."));
                sink.report(eval::undeclared("local", mention.ends[0], name, declared));
            }
            ("data", [ty, name, ..]) if !addresses.contains(format!("data.{ty}.{name}").as_str()) => {
                if unread.may_declare(Named::Data, name) {
                    continue;
                }
                let known = addresses.iter().filter_map(|address| address.strip_prefix("data."));
                let known: Vec<String> = known.map(str::to_owned).collect();
                sink.report(eval::undeclared_data(mention.ends[1], ty, Some(name), &known));
            }
            _ => {}
        }
    }
}

fn report_cycle(graph: &DiGraph<(), ()>, component: &[NodeIndex], tasks: &[Task<'_>], sink: &mut Sink) {
    let Some(&start) = component.iter().min() else { return };
    // Walk inside the component until a task comes again: that part is a cycle.
    let mut path = vec![start];
    let mut place: BTreeMap<NodeIndex, usize> = BTreeMap::from([(start, 0)]);
    let members: std::collections::BTreeSet<NodeIndex> = component.iter().copied().collect();
    let round = loop {
        let last = path[path.len() - 1];
        let next = graph.neighbors(last).filter(|next| members.contains(next)).min();
        let Some(next) = next else { return };
        if let Some(&at) = place.get(&next) {
            break path.split_off(at);
        }
        place.insert(next, path.len());
        path.push(next);
    };
    let mut names: Vec<&str> = round.iter().take(SHOWN).map(|node| tasks[node.index()].address.as_str()).collect();
    let first = &tasks[round[0].index()];
    if round.len() > SHOWN {
        names.push("…");
    }
    names.push(&first.address);
    let mut diagnostic = REFERENCE_CYCLE
        .at(first.span, format!("`{}` needs itself: {}", first.address, names.join(" → ")))
        .label("cannot be computed")
        .help("break the circle: one of these has to stand on its own");
    for node in round.iter().take(SHOWN).skip(1) {
        let task = &tasks[node.index()];
        diagnostic = diagnostic.also(task.span, "on the way round");
    }
    sink.report(diagnostic);
}

fn body_references(body: &Body, found: &mut Vec<Reference>) {
    for item in &body.items {
        match item {
            Item::Attribute(attribute) => found.extend(eval::references(&attribute.value)),
            Item::Block(block) => body_references(&block.body, found),
            Item::Error(_) => {}
        }
    }
}

fn data_source(
    block: &Block,
    cyclic: bool,
    scope: &Scope<'_>,
    decoder: &mut Decoder<'_>,
    sink: &mut Sink,
) -> Option<DataSource> {
    let [ty, name] = block.labels.as_slice() else { return None };
    let spanned = |label: &crate::syntax::Label| Spanned::new(label.value.clone(), label.span);
    let ty = spanned(ty);
    if cyclic {
        return None;
    }
    let component = decoder.component(Kind::DataSource, &ty, &[&block.body], scope, sink);
    Some(DataSource { ty, name: spanned(name), body: component.body, span: block.span })
}
