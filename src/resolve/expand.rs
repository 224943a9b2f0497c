//! `dynamic` blocks become the blocks they stand for.
//!
//! Comes in: the blocks of a body and the scope they stand in. Goes out: [`Expanded`] blocks in order, each with the
//! iterators that its content may use. What decides how many blocks there are is noted as shaping the template.

use std::collections::BTreeSet;

use super::eval::{self, Scope};
use super::names;
use super::structure;
use super::value::{Marks, Number, ParameterId, Type, Unknown, Value, ValueKind};
use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Sink, plural};
use crate::schema::{self, language};
use crate::source::Span;
use crate::syntax::{Block, Body, ExprKind, Label};

declare_diagnostic! {
    pub static INVALID_DYNAMIC = {
        code: "invalid-dynamic",
        severity: Error,
        since: "0.1.0",
        summary: "a `dynamic` block cannot be expanded",
    }
    pub static TOO_MANY_BLOCKS = {
        code: "too-many-blocks",
        severity: Error,
        since: "0.1.0",
        summary: "`dynamic` blocks expand to more blocks than can be meant",
    }
}

/// What this file can report.
pub(super) const DECLARATIONS: &[&Declaration] = &[&INVALID_DYNAMIC, &TOO_MANY_BLOCKS];

/// How many blocks one `dynamic` may become.
const MAX_BLOCKS: usize = 10_000;

/// A block as if it had been written out.
#[derive(Clone, Debug)]
pub(super) struct Expanded<'d> {
    /// Its type.
    pub(super) kind: &'d str,
    /// Where its type is written.
    pub(super) keyword: Span,
    /// Its labels.
    pub(super) labels: Vec<Label>,
    /// Its content.
    pub(super) body: &'d Body,
    /// Names that the content may use besides those of the scope.
    pub(super) iterators: Vec<(String, Value)>,
    /// The whole block, or the whole `dynamic`.
    pub(super) span: Span,
}

impl Expanded<'_> {
    /// The scope that its content stands in.
    pub(super) fn scope<'s>(&self, outer: &'s Scope<'s>) -> Scope<'s> {
        let mut scope = outer.child();
        for (name, value) in &self.iterators {
            scope.set_root(name.clone(), value.clone());
        }
        scope
    }
}

/// Writes out `blocks`, which [`structure::content`] let pass with `schema`.
pub(super) fn expand<'d>(
    blocks: &[&'d Block],
    schema: &schema::Body,
    place: &str,
    scope: &Scope<'_>,
    shaped_by: &mut BTreeSet<ParameterId>,
    sink: &mut Sink,
) -> Vec<Expanded<'d>> {
    let mut out = Vec::new();
    for block in blocks {
        if block.kind.value == "dynamic" && schema.dynamic {
            dynamic(block, schema, place, scope, shaped_by, &mut out, sink);
        } else {
            out.push(Expanded {
                kind: &block.kind.value,
                keyword: block.kind.span,
                labels: block.labels.clone(),
                body: &block.body,
                iterators: Vec::new(),
                span: block.span,
            });
        }
    }
    out
}

fn dynamic<'d>(
    block: &'d Block,
    schema: &schema::Body,
    place: &str,
    scope: &Scope<'_>,
    shaped_by: &mut BTreeSet<ParameterId>,
    out: &mut Vec<Expanded<'d>>,
    sink: &mut Sink,
) {
    let [label] = block.labels.as_slice() else { return };
    let made = schema.blocks.get(&label.value);
    if made.is_none() && !matches!(schema.rest, schema::Rest::Component(_) | schema::Rest::Ignored) {
        let known = schema.blocks.keys().map(String::as_str);
        let help = match names::nearest(&label.value, known.clone()) {
            Some(near) => format!("did you mean `dynamic \"{near}\"`?"),
            None => names::list("the blocks there are", known),
        };
        sink.report(
            structure::UNKNOWN_BLOCK
                .at(label.span, format!("there is no block `{}` in {place}", label.value))
                .label("not known here")
                .help(help),
        );
        return;
    }
    let before = sink.len();
    let content = structure::content(&block.body, &language::dynamic(), "a `dynamic` block", sink);
    let inner = content.blocks.iter().find(|block| block.kind.value == "content");
    let (Some(for_each), Some(inner)) = (content.attributes.get("for_each"), inner) else {
        // What is misspelt is not missing.
        if !block.body.has_errors() && sink.len() == before {
            let missing = if inner.is_none() { "`content`" } else { "`for_each`" };
            sink.report(
                INVALID_DYNAMIC
                    .at(block.header(), format!("a `dynamic` block needs {missing}"))
                    .label("it is missing")
                    .help("write `for_each = …` and `content { … }`"),
            );
        }
        return;
    };
    let iterator =
        match content.attributes.get("iterator").map(|attribute| (&attribute.value.kind, attribute.value.span)) {
            None => label.value.clone(),
            Some((ExprKind::Variable(name), _)) => name.clone(),
            Some((_, span)) => {
                sink.report(
                    INVALID_DYNAMIC
                        .at(span, "`iterator` is not a name")
                        .label("has to be a bare name")
                        .help("write `iterator = item`, and `item.value` in `content`"),
                );
                return;
            }
        };
    let collection = eval::evaluate(&for_each.value, scope, sink);
    shaped_by.extend(
        Marks::computed_from([&Value { kind: shallow(&collection), marks: collection.marks.clone() }]).shaped_by,
    );
    let Some(entries) = entries(&collection) else {
        if !collection.is_error() {
            sink.report(
                INVALID_DYNAMIC
                    .at(for_each.value.span, format!("`for_each` cannot go through {}", collection.ty().phrase()))
                    .label("has to be a list, a set, a map or an object")
                    .help("put the value into a list: `for_each = [ … ]`"),
            );
        }
        return;
    };
    if entries.len() > MAX_BLOCKS {
        sink.report(
            TOO_MANY_BLOCKS
                .at(for_each.value.span, format!("`for_each` makes {} blocks", entries.len()))
                .help(format!("up to {MAX_BLOCKS} are made")),
        );
        return;
    }
    for (key, value) in entries {
        let pair = [("key".to_owned(), key), ("value".to_owned(), value)];
        let mut iterators = vec![(iterator.clone(), Value::of(ValueKind::Object(pair.into_iter().collect())))];
        // An iterator of the same name outside is hidden.
        iterators.dedup_by(|a, b| a.0 == b.0);
        let mut expanded = Expanded {
            kind: &label.value,
            keyword: label.span,
            labels: Vec::new(),
            body: &inner.body,
            iterators,
            span: block.span,
        };
        if let Some(labels) = content.attributes.get("labels") {
            let inside = expanded.scope(scope);
            let value = eval::evaluate(&labels.value, &inside, sink);
            shaped_by.extend(Marks::computed_from([&value]).shaped_by);
            let Some(texts) = known_texts(&value) else {
                if !value.is_error() {
                    sink.report(
                        INVALID_DYNAMIC
                            .at(labels.value.span, "the labels of a `dynamic` block are no known texts")
                            .label("has to be a list of texts")
                            .help("give the variables they come from a value"),
                    );
                }
                continue;
            };
            expanded.labels =
                texts.into_iter().map(|value| Label { value, span: labels.value.span, quoted: true }).collect();
        }
        let wanted = made.map_or(0, |made| made.labels.len());
        if expanded.labels.len() != wanted {
            sink.report(
                structure::WRONG_LABELS
                    .at(
                        label.span,
                        format!(
                            "`{}` needs {}, this gives it {}",
                            label.value,
                            plural(wanted, "label"),
                            expanded.labels.len()
                        ),
                    )
                    .help("set `labels = [ … ]` in the `dynamic` block"),
            );
            return;
        }
        out.push(expanded);
    }
}

/// The value without what lies in it: how many there are is decided by the container alone.
fn shallow(value: &Value) -> ValueKind {
    match &value.kind {
        ValueKind::List(..) | ValueKind::Set(..) | ValueKind::Map(..) | ValueKind::Object(_) | ValueKind::Tuple(_) => {
            ValueKind::Tuple(Vec::new())
        }
        kind @ (ValueKind::Null(_)
        | ValueKind::Bool(_)
        | ValueKind::Number(_)
        | ValueKind::String(_)
        | ValueKind::Unknown(_)) => kind.clone(),
    }
}

/// Keys and values; an unknown collection has one unknown entry; nothing where it is no collection.
fn entries(collection: &Value) -> Option<Vec<(Value, Value)>> {
    let index = |at: usize| Value::of(ValueKind::Number(Number::from(at)));
    match &collection.kind {
        ValueKind::List(_, items) | ValueKind::Tuple(items) => {
            Some(items.iter().enumerate().map(|(at, item)| (index(at), item.clone())).collect())
        }
        ValueKind::Set(_, items) => Some(items.iter().map(|item| (item.clone(), item.clone())).collect()),
        ValueKind::Map(_, entries) | ValueKind::Object(entries) => {
            Some(entries.iter().map(|(key, value)| (Value::string(key.clone()), value.clone())).collect())
        }
        ValueKind::Unknown(unknown) if !collection.is_error() => {
            let element = Value {
                kind: ValueKind::Unknown(Unknown { ty: Type::Dynamic, ..unknown.clone() }),
                marks: collection.marks.clone(),
            };
            Some(vec![(element.clone(), element)])
        }
        ValueKind::Null(_)
        | ValueKind::Bool(_)
        | ValueKind::Number(_)
        | ValueKind::String(_)
        | ValueKind::Unknown(_) => None,
    }
}

/// The texts of a list of known texts.
pub(super) fn known_texts(value: &Value) -> Option<Vec<String>> {
    let (ValueKind::List(_, items) | ValueKind::Tuple(items) | ValueKind::Set(_, items)) = &value.kind else {
        return None;
    };
    items.iter().map(|item| item.as_str().map(std::borrow::Cow::into_owned)).collect()
}
