//! Changes of an object of a JSON text that leave its layout as it is.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Edit;
use crate::parse::data::{Data, DataKind, Decoded, Property};
use crate::source::Span;

/// An object, and the file that it stands in.
#[derive(Clone, Copy)]
pub(super) struct Object<'a> {
    /// All of the file.
    pub(super) text: &'a str,
    /// With its braces.
    pub(super) span: Span,
    pub(super) members: &'a [Property],
}

impl<'a> Object<'a> {
    pub(super) fn of(data: &'a Data, text: &'a str) -> Option<Self> {
        let DataKind::Object(members) = &data.kind else { return None };
        Some(Self { text, span: data.span, members })
    }

    pub(super) fn member(&self, name: &str) -> Option<&'a Property> {
        self.members.iter().find(|member| member.key.text == name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.member(name).is_some()
    }

    pub(super) fn value(&self, name: &str) -> Option<&'a Data> {
        self.member(name).map(|member| &member.value)
    }

    pub(super) fn string(&self, name: &str) -> Option<&'a Decoded> {
        let DataKind::String(text) = &self.value(name)?.kind else { return None };
        Some(text)
    }

    /// A value as it is written.
    pub(super) fn raw(&self, value: &Data) -> &'a str {
        &self.text[value.span.range()]
    }

    /// A string as it is written, without its quotes.
    pub(super) fn inside(&self, value: &Data) -> &'a str {
        let raw = self.raw(value);
        raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw)
    }

    /// A member's name as it is written, without its quotes.
    pub(super) fn raw_key(&self, member: &Property) -> &'a str {
        let raw = &self.text[member.key.span.range()];
        raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw)
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|member| member.key.text == name)
    }

    /// White space before a byte.
    fn space_before(&self, byte: usize) -> &'a str {
        let before = &self.text[..byte];
        &before[before.trim_end_matches([' ', '\t', '\r', '\n']).len()..]
    }

    fn start(&self, index: usize) -> usize {
        self.members[index].key.span.range().start
    }

    fn end(&self, index: usize) -> usize {
        self.members[index].value.span.range().end
    }

    /// What stands between a comma and the next member.
    fn gap(&self, index: usize) -> &'a str {
        let gap = self.space_before(self.start(index));
        match index {
            0 if !gap.contains('\n') && self.members.len() > 1 => self.gap(1),
            0 if !gap.contains('\n') => {
                if self.colon(0) == ":" {
                    ""
                } else {
                    " "
                }
            }
            _ => gap,
        }
    }

    /// What stands between a key and its value.
    fn colon(&self, index: usize) -> &'a str {
        let Property { key, value } = &self.members[index];
        let colon = &self.text[key.span.range().end..value.span.range().start];
        if colon.contains('\n') { ": " } else { colon }
    }

    /// How it is laid out around a member.
    fn layout(&self, index: usize) -> Layout {
        let gap = self.gap(index);
        let colon = self.colon(index).to_owned();
        let comma = if colon == ":" { "," } else { ", " }.to_owned();
        let Some(line) = gap.rfind('\n') else {
            return Layout { lines: None, colon, comma };
        };
        let indent = &gap[line + 1..];
        let close = self.space_before(self.span.range().end - 1);
        let close = close.rfind('\n').map_or("", |line| &close[line + 1..]);
        let unit = indent.strip_prefix(close).filter(|unit| !unit.is_empty()).unwrap_or("  ");
        let newline = if gap.contains("\r\n") { "\r\n" } else { "\n" };
        let lines = Lines { newline, indent: indent.to_owned(), unit: unit.to_owned() };
        Layout { lines: Some(lines), colon, comma }
    }
}

/// How something is laid out.
#[derive(Clone)]
struct Layout {
    /// Nothing: all of it on one line.
    lines: Option<Lines>,
    colon: String,
    comma: String,
}

#[derive(Clone)]
struct Lines {
    newline: &'static str,
    /// Of the member that the value belongs to.
    indent: String,
    unit: String,
}

impl Layout {
    fn deeper(&self) -> Self {
        let lines = self.lines.as_ref().map(|Lines { newline, indent, unit }| Lines {
            newline,
            indent: format!("{indent}{unit}"),
            unit: unit.clone(),
        });
        Self { lines, ..self.clone() }
    }

    fn newline(&self) -> String {
        self.lines.as_ref().map(|lines| format!("{}{}", lines.newline, lines.indent)).unwrap_or_default()
    }
}

/// A value to write.
pub(super) enum New {
    /// As it is written in the file, so many levels further outside.
    Moved(String, usize),
    Array(Vec<New>),
    Object(Vec<(String, New)>),
}

impl New {
    /// A string that needs no escapes beyond those that are in it.
    pub(super) fn text(raw: &str) -> Self {
        Self::raw(&format!("\"{raw}\""))
    }

    pub(super) fn raw(raw: &str) -> Self {
        Self::Moved(raw.to_owned(), 0)
    }

    fn print(&self, layout: &Layout, depth: usize) -> String {
        let (brackets, items) = match self {
            Self::Moved(raw, levels) => {
                let unit = layout.lines.as_ref().map_or("", |lines| lines.unit.as_str());
                let more = unit.repeat(depth.saturating_sub(*levels).min(depth));
                return raw.replace('\n', &format!("\n{more}"));
            }
            // A list of plain values stands on a line.
            Self::Array(items) if items.iter().all(|item| matches!(item, Self::Moved(..))) => {
                let items: Vec<String> = items.iter().map(|item| item.print(layout, depth)).collect();
                return format!("[{}]", items.join(&layout.comma));
            }
            Self::Array(items) => {
                let inner = layout.deeper();
                (['[', ']'], items.iter().map(|item| item.print(&inner, depth + 1)).collect::<Vec<_>>())
            }
            Self::Object(members) => {
                let inner = layout.deeper();
                let member = |(name, value): &(String, New)| {
                    format!("\"{name}\"{}{}", layout.colon, value.print(&inner, depth + 1))
                };
                (['{', '}'], members.iter().map(member).collect())
            }
        };
        let [open, close] = brackets;
        if layout.lines.is_none() {
            return format!("{open}{}{close}", items.join(&layout.comma));
        }
        let inside = layout.deeper().newline();
        format!("{open}{inside}{}{}{close}", items.join(&format!(",{inside}")), layout.newline())
    }
}

/// Changes of one object that are made together.
pub(super) struct Rewrite<'a> {
    object: Object<'a>,
    removed: BTreeSet<usize>,
    added: BTreeMap<usize, Vec<(String, New)>>,
    edits: Vec<Edit>,
}

impl<'a> Rewrite<'a> {
    pub(super) fn new(object: Object<'a>) -> Self {
        Self { object, removed: BTreeSet::new(), added: BTreeMap::new(), edits: Vec::new() }
    }

    /// Takes a member out, if it is there.
    pub(super) fn remove(&mut self, name: &str) -> &mut Self {
        self.removed.extend(self.object.position(name));
        self
    }

    /// Gives a member another name.
    pub(super) fn rename(&mut self, name: &str, new: &str) -> &mut Self {
        if let Some(member) = self.object.member(name) {
            self.edits.push(Edit { span: member.key.span, text: format!("\"{new}\"") });
        }
        self
    }

    /// Gives a member another value.
    pub(super) fn set(&mut self, name: &str, value: &New) -> &mut Self {
        if let Some(index) = self.object.position(name) {
            let text = value.print(&self.object.layout(index), 0);
            self.edits.push(Edit { span: self.object.members[index].value.span, text });
        }
        self
    }

    /// Puts a member behind another one, which stays.
    pub(super) fn add_behind(&mut self, name: &str, new: &str, value: New) -> &mut Self {
        if let Some(index) = self.object.position(name) {
            self.added.entry(index).or_default().push((new.to_owned(), value));
        }
        self
    }

    /// Puts an element before those of an array.
    pub(super) fn prepend(&mut self, name: &str, value: New) -> &mut Self {
        let Some(index) = self.object.position(name) else { return self };
        let array = &self.object.members[index].value;
        let layout = self.object.layout(index);
        let DataKind::Array(items) = &array.kind else { return self };
        let Some(first) = items.first() else { return self.set(name, &New::Array(vec![value])) };
        let at = first.span.range().start;
        let gap = self.object.space_before(at);
        let (value, gap) = if gap.contains('\n') {
            (value.print(&layout.deeper(), 1), gap.to_owned())
        } else {
            let line = Layout { lines: None, ..layout };
            (value.print(&line, 1), line.comma.trim_start_matches(',').to_owned())
        };
        self.edits.push(Edit { span: first.span.head(), text: format!("{value},{gap}") });
        self
    }

    /// An edit within a value.
    pub(super) fn edit(&mut self, edit: Edit) -> &mut Self {
        self.edits.push(edit);
        self
    }

    /// What all of it changes in the file.
    pub(super) fn edits(self) -> Vec<Edit> {
        let Self { object, removed, added, mut edits } = self;
        let file = object.span.file;
        for (index, members) in added {
            let layout = object.layout(index);
            let at = object.end(index);
            let gap = object.gap(index);
            let text = members
                .iter()
                .map(|(name, value)| format!(",{gap}\"{name}\"{}{}", object.colon(index), value.print(&layout, 0)));
            edits.push(Edit { span: Span::new(file, at, at), text: text.collect() });
        }
        let count = object.members.len();
        let mut index = 0;
        while index < count {
            if !removed.contains(&index) {
                index += 1;
                continue;
            }
            let first = index;
            while removed.contains(&index) {
                index += 1;
            }
            let range = object.span.range();
            let piece = match (first, index < count) {
                // What follows comes where the first one stood.
                (_, true) => object.start(first)..object.start(index),
                (0, false) => range.start + 1..range.end - 1,
                (_, false) => object.end(first - 1)..object.end(index - 1),
            };
            edits.push(Edit { span: Span::new(file, piece.start, piece.end), text: String::new() });
        }
        edits.sort();
        edits
    }
}
