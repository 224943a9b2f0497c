//! Takes a component's body apart.
//!
//! In: a [`Component`]. Out: its arguments, by name and with the type that the caller expects, and whatever nobody took
//! as facts. Invariant: every argument and block of the body ends in [`Parts::written`] of one node, and, if nobody took
//! it, in that node's facts. An argument whose value is not known or has another type than expected is never taken, so it
//! is a fact.
//!
//! It also watches what decides the graph: a parameter that reaches anything but a text is noted in [`Uses`].

use std::collections::BTreeMap;
use std::time::Duration;

use indexmap::IndexMap;

use super::duration;
use crate::graph::{DataSource, Fact, Node, NodeKind, StepOptions, Written};
use crate::resolve::template::{Argument, Component, ComponentBody, Meta, Template};
use crate::resolve::value::{Hole, HoleKind, Marks, Origin, ParameterId, Piece, Text, Type, Unknown, Value, ValueKind};
use crate::source::{Span, Spanned};

/// Which parameters decide the graph, and the first place where each does.
#[derive(Debug, Default)]
pub(in crate::graph) struct Uses {
    /// The place, by parameter.
    pub(in crate::graph) shaped: BTreeMap<ParameterId, Place>,
}

/// Where a parameter decides something.
#[derive(Clone, Debug)]
pub(in crate::graph) struct Place {
    /// The argument, dotted.
    pub(in crate::graph) argument: String,
    /// Its value.
    pub(in crate::graph) span: Span,
}

/// What of a component belongs to one node.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// See [`Node::written`].
    pub(super) written: Vec<Written>,
    /// See [`Node::facts`].
    pub(super) facts: Vec<Fact>,
}

/// A component that is being taken apart.
#[derive(Debug)]
pub(super) struct Taker<'a> {
    /// The component.
    pub(super) component: &'a Component,
    template: &'a Template,
    uses: &'a mut Uses,
    /// By dotted name, in the order written.
    entries: IndexMap<String, Entry<'a>>,
    done: Parts,
}

#[derive(Debug)]
struct Entry<'a> {
    /// Nothing for a block as such.
    argument: Option<&'a Argument>,
    span: Span,
    /// Becomes a fact if nobody takes it: a block with something in it is told by that.
    told: bool,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Left,
    Taken,
    /// In the parts of some node.
    Given,
}

impl<'a> Taker<'a> {
    pub(super) fn new(component: &'a Component, template: &'a Template, uses: &'a mut Uses) -> Self {
        let mut entries = IndexMap::new();
        flatten(&component.body, "", &mut entries);
        Self { component, template, uses, entries, done: Parts::default() }
    }

    /// The span of the whole component.
    pub(super) fn span(&self) -> Span {
        self.component.span
    }

    /// A text. One that is empty for certain counts as not given, as it does for every plugin.
    pub(super) fn text(&mut self, name: &str) -> Option<Spanned<Text>> {
        self.take(name, text_of).filter(|text| !text.value.is_empty())
    }

    /// A text whose value decides something: it has to be known.
    pub(super) fn decided(&mut self, name: &str) -> Option<Spanned<String>> {
        let argument = self.left(name)?;
        let text = text_of(self.template, &argument.value, argument.span)?;
        self.note_text(name, &text, argument.span);
        let known = text.known()?.into_owned();
        self.take(name, |_, _, _| Some(known)).filter(|text| !text.value.is_empty())
    }

    /// A truth value.
    pub(super) fn bool(&mut self, name: &str) -> Option<Spanned<bool>> {
        self.take(name, |_, value, _| value.as_bool())
    }

    /// Whether the truth value is given and true.
    pub(super) fn is_true(&mut self, name: &str) -> bool {
        self.bool(name).is_some_and(|value| value.value)
    }

    /// Whether an argument is there and not taken yet, known or not.
    pub(super) fn has(&self, name: &str) -> bool {
        self.left(name).is_some()
    }

    /// A list of texts; nothing if there is none or an element is no text.
    pub(super) fn texts(&mut self, name: &str) -> Option<Spanned<Vec<Text>>> {
        self.take(name, |template, value, span| {
            value.as_items()?.iter().map(|item| text_of(template, item, span)).collect()
        })
    }

    /// A list of texts that decide something: every one has to be known.
    pub(super) fn decided_list(&mut self, name: &str) -> Option<Spanned<Vec<String>>> {
        let argument = self.left(name)?;
        let texts: Option<Vec<Text>> =
            argument.value.as_items()?.iter().map(|item| text_of(self.template, item, argument.span)).collect();
        let texts = texts?;
        for text in &texts {
            self.note_text(name, text, argument.span);
        }
        let known: Option<Vec<String>> = texts.iter().map(|text| text.known().map(Into::into)).collect();
        let known = known?;
        self.take(name, |_, _, _| Some(known))
    }

    /// A list of whole numbers.
    pub(super) fn numbers(&mut self, name: &str) -> Option<Spanned<Vec<i64>>> {
        self.take(name, |_, value, _| value.as_items()?.iter().map(|item| item.as_number()?.to_i64()).collect())
    }

    /// A list of texts without taking it.
    pub(super) fn peek_texts(&self, name: &str) -> Option<Vec<Text>> {
        let argument = self.left(name)?;
        if argument.value.marks.sensitive {
            return None;
        }
        argument.value.as_items()?.iter().map(|item| text_of(self.template, item, argument.span)).collect()
    }

    /// Texts by name, sorted by name.
    pub(super) fn map(&mut self, name: &str) -> Option<Spanned<Vec<(String, Text)>>> {
        self.take(name, |template, value, span| {
            let entries = value.as_entries()?.iter();
            entries.map(|(key, value)| Some((key.clone(), text_of(template, value, span)?))).collect()
        })
    }

    /// A duration, written as Go does.
    pub(super) fn duration(&mut self, name: &str) -> Option<Spanned<Duration>> {
        let argument = self.left(name)?;
        let text = text_of(self.template, &argument.value, argument.span)?;
        self.note_text(name, &text, argument.span);
        let parsed = crate::resolve::duration::parse(&text.known()?)?;
        self.take(name, |_, _, _| Some(parsed))
    }

    /// An argument as it is.
    pub(super) fn value(&self, name: &str) -> Option<&'a Argument> {
        self.left(name)
    }

    /// Notes that the parameters of a text decide something here.
    pub(super) fn note_text(&mut self, name: &str, text: &Text, span: Span) {
        for parameter in text.parameters() {
            self.note(parameter, name, span);
        }
    }

    /// Notes that an argument has been used, whose value the caller read with [`Taker::value`].
    pub(super) fn taken(&mut self, name: &str) {
        self.take(name, |_, _, _| Some(()));
    }

    /// Tells something that a plugin was told outside of its body, such as a meta-argument without neutral meaning.
    pub(super) fn fact(&mut self, name: &str, value: Value, span: Span) {
        self.done.facts.push(Fact { name: name.to_owned(), value, span });
    }

    /// The same component with nothing taken.
    pub(super) fn again(self) -> Self {
        let Self { component, template, uses, entries: _, done: _ } = self;
        Self::new(component, template, uses)
    }

    /// What has been taken since the last call, as parts of one node.
    pub(super) fn so_far(&mut self) -> Parts {
        let mut parts = std::mem::take(&mut self.done);
        for (name, entry) in &mut self.entries {
            if entry.state == State::Taken {
                entry.state = State::Given;
                parts.written.push(Written { name: name.clone(), span: entry.span });
            }
        }
        parts
    }

    /// Turns what is left of the arguments that `which` wants into facts of the next node.
    pub(super) fn leave(&mut self, which: impl Fn(&str) -> bool) {
        let mut facts = Vec::new();
        let mut noted = Vec::new();
        for (name, entry) in &mut self.entries {
            if entry.state != State::Left || !which(name) {
                continue;
            }
            entry.state = State::Taken;
            if !entry.told {
                continue;
            }
            let value = match entry.argument {
                Some(argument) => {
                    noted.push((name.clone(), argument));
                    masked(self.template, &argument.value, entry.span)
                }
                None => Value::of(ValueKind::Object(BTreeMap::new())),
            };
            facts.push(Fact { name: name.clone(), value, span: entry.argument.map_or(entry.span, |it| it.span) });
        }
        for (name, argument) in noted {
            self.note_deep(&name, &argument.value, argument.span);
        }
        self.done.facts.extend(facts);
    }

    /// The meta-arguments as written, in no order.
    fn meta(&mut self) {
        let Meta {
            name,
            pause_before,
            timeout,
            max_retries,
            continue_on_error,
            keep_input_artifact,
            only,
            except,
            overridden,
        } = &self.component.meta;
        let all = [
            ("name", name.as_ref().map(|it| it.span)),
            ("pause_before", pause_before.map(|it| it.span)),
            ("timeout", timeout.map(|it| it.span)),
            ("max_retries", max_retries.map(|it| it.span)),
            ("continue_on_error", continue_on_error.map(|it| it.span)),
            ("keep_input_artifact", keep_input_artifact.map(|it| it.span)),
            ("only", *only),
            ("except", *except),
            ("override", *overridden),
        ];
        for (name, span) in all {
            if let Some(span) = span {
                self.done.written.push(Written { name: name.to_owned(), span });
            }
        }
    }

    /// What Packer itself does around every provisioner.
    pub(super) fn options(&mut self) -> StepOptions {
        let Meta {
            name,
            pause_before,
            timeout,
            max_retries,
            continue_on_error,
            keep_input_artifact: _,
            only: _,
            except: _,
            overridden: _,
        } = &self.component.meta;
        if let (Some(_), Some(timeout)) = (pause_before, timeout) {
            self.fact("timeout", Value::string(duration::write(timeout.value)), timeout.span);
        }
        StepOptions {
            name: name.as_ref().map(|name| name.value.clone()),
            pause_before: *pause_before,
            timeout: if pause_before.is_some() { None } else { *timeout },
            retries: max_retries.map(|it| Spanned::new(u64::try_from(it.value).unwrap_or(0), it.span)),
            continue_on_error: *continue_on_error,
        }
    }

    /// The same for nodes that have no place for it: as facts.
    pub(super) fn options_as_facts(&mut self) {
        let StepOptions { name: _, pause_before, timeout, retries, continue_on_error } = self.options();
        for (name, duration) in [("pause_before", pause_before), ("timeout", timeout)] {
            if let Some(it) = duration {
                self.fact(name, Value::string(duration::write(it.value)), it.span);
            }
        }
        if let Some(it) = retries {
            self.fact("max_retries", Value::number(i64::try_from(it.value).unwrap_or(i64::MAX)), it.span);
        }
        if let Some(it) = continue_on_error {
            self.fact("continue_on_error", Value::bool(it.value), it.span);
        }
    }

    /// What Packer itself does around every post-processor.
    pub(super) fn keep_input_artifact(&mut self) {
        if let Some(keep) = self.component.meta.keep_input_artifact {
            self.fact("keep_input_artifact", Value::bool(keep.value), keep.span);
        }
    }

    /// The node, with everything that is left.
    pub(super) fn finish(mut self, kind: NodeKind) -> Node {
        self.meta();
        self.leave(|_| true);
        let parts = self.so_far();
        node(self.component, kind, parts)
    }

    fn left(&self, name: &str) -> Option<&'a Argument> {
        let entry = self.entries.get(name)?;
        if entry.state == State::Left { entry.argument } else { None }
    }

    fn take<T>(&mut self, name: &str, read: impl FnOnce(&Template, &Value, Span) -> Option<T>) -> Option<Spanned<T>> {
        let argument = self.left(name)?;
        // Sensitive and no text: nothing may depend on it, so that nothing shows it.
        if argument.value.marks.sensitive && argument.value.as_text().is_none() {
            return None;
        }
        let value = read(self.template, &argument.value, argument.span)?;
        self.note_deep(name, &argument.value, argument.span);
        self.mark_taken(name);
        Some(Spanned::new(value, argument.span))
    }

    /// Marks an argument, and the blocks around it.
    fn mark_taken(&mut self, name: &str) {
        let ends = name.match_indices('.').map(|(at, _)| at).chain([name.len()]);
        for end in ends {
            if let Some(entry) = self.entries.get_mut(&name[..end])
                && entry.state == State::Left
            {
                entry.state = State::Taken;
            }
        }
    }

    fn note_deep(&mut self, name: &str, value: &Value, span: Span) {
        let Marks { sensitive: _, exactly, shaped_by } = &value.marks;
        for &parameter in shaped_by {
            self.note(parameter, name, span);
        }
        if value.as_text().is_none()
            && let Some(parameter) = *exactly
        {
            self.note(parameter, name, span);
        }
        for child in value.children() {
            self.note_deep(name, child, span);
        }
    }

    fn note(&mut self, parameter: ParameterId, name: &str, span: Span) {
        self.uses.shaped.entry(parameter).or_insert_with(|| Place { argument: name.to_owned(), span });
    }
}

/// A node of a component.
pub(super) fn node(component: &Component, kind: NodeKind, parts: Parts) -> Node {
    let Parts { mut written, facts } = parts;
    written.sort_by(|a, b| (a.span, &a.name).cmp(&(b.span, &b.name)));
    Node { kind, construct: component.address.clone(), written, facts, origin: component.span }
}

/// The text that a value is, with holes for what may not be written down; nothing if it is a collection.
pub(super) fn text_of(template: &Template, value: &Value, span: Span) -> Option<Text> {
    let text = match &value.kind {
        ValueKind::String(text) => text.clone(),
        ValueKind::Bool(truth) => Text::literal(truth.to_string()),
        ValueKind::Number(number) => Text::literal(number.to_string()),
        ValueKind::Unknown(unknown) => Text::hole(Hole {
            what: HoleKind::Unknown(Box::new(Unknown { ty: Type::String, ..unknown.clone() })),
            known: None,
            sensitive: value.marks.sensitive,
            span,
        }),
        ValueKind::Null(_)
        | ValueKind::List(..)
        | ValueKind::Set(..)
        | ValueKind::Map(..)
        | ValueKind::Object(_)
        | ValueKind::Tuple(_) => return None,
    };
    let text = if text.holes().next().is_none()
        && let Some(parameter) = value.marks.exactly
        && value.as_text().is_some()
    {
        let variable = template.parameter(parameter);
        let known = text.known().map(Into::into);
        let open = variable.sensitive || variable.state == crate::resolve::template::ParameterState::Candidate;
        if open {
            Text::hole(Hole { what: HoleKind::Parameter(parameter), known, sensitive: variable.sensitive, span })
        } else {
            text
        }
    } else {
        text
    };
    // What a data source will find is shown by nobody; where it comes from may be said.
    let found = |hole: &Hole| hole.known.is_none() && matches!(hole.origin(), Some(Origin::Data(_)));
    let only_found = text.pieces().iter().all(|piece| matches!(piece, Piece::Hole(hole) if found(hole)));
    if value.marks.sensitive && only_found && !text.is_empty() {
        return Some(text.map_holes(|hole| {
            let what = match &hole.what {
                HoleKind::Unknown(unknown) => {
                    HoleKind::Unknown(Box::new(Unknown { call: None, ..unknown.as_ref().clone() }))
                }
                HoleKind::Parameter(_) | HoleKind::Field(_) => hole.what.clone(),
            };
            Text::hole(Hole { what, sensitive: true, ..hole.clone() })
        }));
    }
    let shown = text.pieces().iter().any(|piece| match piece {
        Piece::Literal(_) => true,
        Piece::Hole(hole) => !hole.sensitive,
    });
    if value.marks.sensitive && shown {
        return Some(secret(template, value, span));
    }
    Some(text.map_holes(|hole| {
        let known = if hole.sensitive { None } else { hole.known.clone() };
        Text::hole(Hole { known, ..hole.clone() })
    }))
}

/// A hole in the place of a text that was computed from something sensitive.
fn secret(template: &Template, value: &Value, span: Span) -> Text {
    Text::hole(Hole {
        what: HoleKind::Unknown(Box::new(Unknown {
            ty: Type::String,
            origin: secret_origin(template, value),
            call: None,
        })),
        known: None,
        sensitive: true,
        span,
    })
}

/// The sensitive variable that a value came from, if it came from one.
fn secret_origin(template: &Template, value: &Value) -> Origin {
    let mut marks = Marks::default();
    marks.add_computed(value);
    let variables = marks.shaped_by.iter().map(|&id| template.parameter(id));
    let variable = variables.into_iter().find(|variable| variable.sensitive);
    match variable {
        Some(variable) => Origin::Variable(variable.name.value.clone()),
        None => Origin::Packer("a sensitive value".to_owned()),
    }
}

/// The value without anything that may not be shown.
pub(super) fn masked(template: &Template, value: &Value, span: Span) -> Value {
    if let Some(text) = text_of(template, value, span)
        && value.as_text().is_some()
    {
        let marks = value.marks.clone();
        return Value { kind: ValueKind::String(text), marks };
    }
    if value.marks.sensitive {
        let unknown = Unknown { ty: value.ty(), origin: secret_origin(template, value), call: None };
        return Value { kind: ValueKind::Unknown(unknown), marks: value.marks.clone() };
    }
    let inside = |items: &[Value]| items.iter().map(|item| masked(template, item, span)).collect();
    let named = |entries: &BTreeMap<String, Value>| {
        entries.iter().map(|(name, item)| (name.clone(), masked(template, item, span))).collect()
    };
    let kind = match &value.kind {
        ValueKind::List(ty, items) => ValueKind::List(ty.clone(), inside(items)),
        ValueKind::Set(ty, items) => ValueKind::Set(ty.clone(), inside(items)),
        ValueKind::Tuple(items) => ValueKind::Tuple(inside(items)),
        ValueKind::Map(ty, entries) => ValueKind::Map(ty.clone(), named(entries)),
        ValueKind::Object(entries) => ValueKind::Object(named(entries)),
        ValueKind::Null(_)
        | ValueKind::Bool(_)
        | ValueKind::Number(_)
        | ValueKind::String(_)
        | ValueKind::Unknown(_) => value.kind.clone(),
    };
    Value { kind, marks: value.marks.clone() }
}

/// A data source with all that it is told.
pub(super) fn data_source(template: &Template, data: &crate::resolve::template::DataSource) -> DataSource {
    let crate::resolve::template::DataSource { ty, name, body, span: _ } = data;
    let mut entries = IndexMap::new();
    flatten(body, "", &mut entries);
    let fact = |(name, entry): (String, Entry<'_>)| {
        let argument = entry.argument?;
        Some(Fact { name, value: masked(template, &argument.value, argument.span), span: argument.span })
    };
    DataSource {
        ty: ty.value.clone(),
        name: format!("{}.{}", ty.value, name.value),
        facts: entries.into_iter().filter_map(fact).collect(),
    }
}

fn flatten<'a>(body: &'a ComponentBody, prefix: &str, entries: &mut IndexMap<String, Entry<'a>>) {
    // What is not filled counts as not written.
    let ComponentBody { arguments, unfilled: _, blocks } = body;
    for (name, argument) in arguments {
        let span =
            if argument.name.file == argument.span.file { argument.name.to(argument.span) } else { argument.name };
        let entry = Entry { argument: Some(argument), span, told: true, state: State::Left };
        insert(entries, format!("{prefix}{name}"), entry);
    }
    for (name, all) in blocks {
        for (at, block) in all.iter().enumerate() {
            let name = if all.len() > 1 { format!("{prefix}{name}[{at}]") } else { format!("{prefix}{name}") };
            let inside = format!("{name}.");
            let told = block.body.arguments.is_empty() && block.body.blocks.is_empty();
            insert(entries, name, Entry { argument: None, span: block.span, told, state: State::Left });
            flatten(&block.body, &inside, entries);
        }
    }
}

/// Components that nobody has described may have an argument and a block of one name, and names with dots in them.
fn insert<'a>(entries: &mut IndexMap<String, Entry<'a>>, mut name: String, entry: Entry<'a>) {
    while entries.contains_key(&name) {
        name.push('\'');
    }
    entries.insert(name, entry);
}
