//! What a value has to be, and what is said when it is something else.

use crate::declare_diagnostic;
use crate::diagnostic::{Severity, Sink};
use crate::parse::data::{Data, DataKind, Decoded, Property};
use crate::parse::yaml::in_yaml_1_1;
use crate::resolve::names::{list, nearest};
use crate::source::{SourceMap, Span, Spanned};

declare_diagnostic! {
    pub static COMPONENT_UNKNOWN_KEY = {
        code: "component-unknown-key",
        severity: Error,
        since: "0.1.0",
        summary: "a component document has a key that means nothing there",
    }
    pub static COMPONENT_MISSING = {
        code: "component-missing",
        severity: Error,
        since: "0.1.0",
        summary: "a component document lacks something that it has to have",
    }
    pub static COMPONENT_DUPLICATE = {
        code: "component-duplicate",
        severity: Error,
        since: "0.1.0",
        summary: "a component document uses a key or a name twice",
    }
    pub static COMPONENT_WRONG_TYPE = {
        code: "component-wrong-type",
        severity: Error,
        since: "0.1.0",
        summary: "a value in a component document is of another type than belongs there",
    }
    pub static COMPONENT_INVALID_VALUE = {
        code: "component-invalid-value",
        severity: Error,
        since: "0.1.0",
        summary: "a value in a component document is none of those that are allowed there",
    }
    pub static COMPONENT_UNQUOTED_TEXT = {
        code: "component-unquoted-text",
        severity: Warning,
        since: "0.1.0",
        summary: "a text in a component document is read as a number, a bool or a date",
    }
}

/// Turns values into what is expected, and reports those that are something else.
pub(super) struct Values<'a> {
    pub(super) sources: &'a SourceMap,
    pub(super) sink: &'a mut Sink,
}

/// A map.
#[derive(Clone, Copy)]
pub(super) struct Map<'d> {
    pub(super) properties: &'d [Property],
    /// Its first key; where it has none, its beginning.
    pub(super) place: Span,
}

impl<'d> Map<'d> {
    /// The value of a key.
    pub(super) fn get(self, key: &str) -> Option<&'d Data> {
        self.property(key).map(|property| &property.value)
    }

    pub(super) fn property(self, key: &str) -> Option<&'d Property> {
        self.properties.iter().find(|property| property.key.text == key && !property.is_hole())
    }

    /// Whether something in it could not be read.
    pub(super) fn has_hole(self) -> bool {
        self.properties.iter().any(Property::is_hole)
    }
}

/// What a value is, for a sentence about a document.
pub(super) fn phrase(data: &Data) -> &'static str {
    match &data.kind {
        DataKind::Null => "nothing",
        DataKind::Bool(_) => "`true` or `false`",
        DataKind::Number(_) => "a number",
        DataKind::String(_) => "a text",
        DataKind::Array(_) => "a list",
        DataKind::Object(_) => "a map",
        DataKind::Error => "something that could not be read",
    }
}

/// A text for a message: one line of it, and not too much.
pub(super) fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let cut = line.char_indices().nth(60).map_or(line.len(), |(at, _)| at);
    let rest = if cut < text.trim_end().len() { "…" } else { "" };
    format!("{}{rest}", &line[..cut])
}

/// How to go on when a name is not known.
pub(super) fn instead(name: &str, known: &[&str]) -> String {
    nearest(name, known.iter().copied()).map_or_else(
        || list("there are", known.iter().copied()),
        |near| format!("write `{near}`, if that is what you mean"),
    )
}

impl Values<'_> {
    /// Where a value is pointed at: its first line.
    pub(super) fn place(&self, span: Span) -> Span {
        let text = self.sources.text(span);
        let len = text.find('\n').map_or(text.len(), |at| text[..at].trim_end().len());
        Span { end: span.start + u32::try_from(len).unwrap_or_default(), ..span }
    }

    /// Says that a value is of another type; `what` is said to be `expected`.
    pub(super) fn wrong_type(&mut self, data: &Data, what: &str, expected: &str, help: &str) {
        // A reference without quotes is maps inside each other; reported where it was read.
        if matches!(data.kind, DataKind::Error) || self.sources.text(data.span).starts_with("{{") {
            return;
        }
        let found = phrase(data);
        let place = self.place(data.span);
        self.sink.report(
            COMPONENT_WRONG_TYPE
                .at(place, format!("{what} is {expected}, and this is {found}"))
                .label(format!("is {found}"))
                .help(help),
        );
    }

    /// A map; every key that it has is reported once only.
    pub(super) fn map<'d>(&mut self, data: &'d Data, what: &str) -> Option<Map<'d>> {
        let DataKind::Object(properties) = &data.kind else {
            self.wrong_type(data, what, "a map", "write `key: value` lines");
            return None;
        };
        let place = properties.first().map_or_else(|| self.place(data.span), |first| first.key.span);
        for (at, property) in properties.iter().enumerate() {
            let before = properties[..at].iter().find(|before| before.key.text == property.key.text);
            if let Some(before) = before.filter(|_| !property.is_hole()) {
                self.twice(property.key.span, before.key.span, &format!("the key `{}`", short(&property.key.text)));
            }
        }
        Some(Map { properties, place })
    }

    /// Says that something has a name that is taken.
    pub(super) fn twice(&mut self, span: Span, before: Span, what: &str) {
        let (span, before) = (self.place(span), self.place(before));
        self.sink.report(
            COMPONENT_DUPLICATE
                .at(span, format!("{what} is used twice"))
                .label("a second time")
                .also(before, "first used here")
                .help("remove one of them, or give it another name"),
        );
    }

    /// A map with none but these keys.
    pub(super) fn known<'d>(&mut self, data: &'d Data, what: &str, keys: &[&str]) -> Option<Map<'d>> {
        let map = self.map(data, what)?;
        for property in map.properties.iter().filter(|property| !property.is_hole()) {
            let name = property.key.text.as_str();
            if !keys.contains(&name) {
                self.unknown_key(property.key.span, name, what, keys);
            }
        }
        Some(map)
    }

    pub(super) fn unknown_key(&mut self, span: Span, name: &str, what: &str, keys: &[&str]) {
        self.sink.report(
            COMPONENT_UNKNOWN_KEY
                .at(span, format!("{what} has no key `{}`", short(name)))
                .label("means nothing here")
                .help(instead(name, keys)),
        );
    }

    /// The value of a key that has to be there.
    pub(super) fn required<'d>(&mut self, map: Map<'d>, key: &str, what: &str, help: &str) -> Option<&'d Data> {
        let value = map.get(key);
        if value.is_none() && !map.has_hole() {
            self.missing(map.place, format!("{what} has no `{key}`"), help);
        }
        value
    }

    pub(super) fn missing(&mut self, place: Span, message: String, help: &str) {
        self.sink.report(COMPONENT_MISSING.at(place, message).label("missing here").help(help));
    }

    pub(super) fn invalid(&mut self, span: Span, message: String, help: impl Into<String>) {
        let place = self.place(span);
        self.sink.report(COMPONENT_INVALID_VALUE.at(place, message).label("not allowed here").help(help));
    }

    /// A list.
    pub(super) fn list<'d>(&mut self, data: &'d Data, what: &str, help: &str) -> Option<&'d [Data]> {
        let DataKind::Array(items) = &data.kind else {
            self.wrong_type(data, what, "a list", help);
            return None;
        };
        Some(items)
    }

    /// A text. A number or a bool is taken for the text it is written as, with a warning.
    pub(super) fn text(&mut self, data: &Data, what: &str) -> Option<Decoded> {
        let (text, read_as) = match &data.kind {
            DataKind::String(text) => {
                let other = in_yaml_1_1(&text.text).filter(|_| self.is_plain(text));
                (text.clone(), other)
            }
            DataKind::Number(number) => {
                let text = self.written(data, number);
                let other = in_yaml_1_1(&text.text).filter(|other| *other != "a string").unwrap_or("a number");
                (text, Some(other))
            }
            DataKind::Bool(value) => (self.written(data, if *value { "true" } else { "false" }), Some("a bool")),
            DataKind::Null => {
                self.wrong_type(data, what, "a text", "write a text, or `\"\"` for an empty one");
                return None;
            }
            DataKind::Array(_) | DataKind::Object(_) => {
                let help = "put the text in quotes, or write it below `|`: `: ` and `- ` mean something in YAML";
                self.wrong_type(data, what, "a text", help);
                return None;
            }
            DataKind::Error => return None,
        };
        if let Some(other) = read_as {
            let written = short(&text.text);
            self.sink.report(
                COMPONENT_UNQUOTED_TEXT
                    .at(self.place(data.span), format!("{what} is a text, and `{written}` is read as {other}"))
                    .label(format!("read as {other}"))
                    .help(format!("write `\"{written}\"`")),
            );
        }
        Some(text)
    }

    /// A scalar as it stands in the file; what an alias stands for, as it was read.
    fn written(&self, data: &Data, read: &str) -> Decoded {
        let text = self.sources.text(data.span);
        let text = if text.is_empty() || text.starts_with('*') { read } else { text };
        Decoded::verbatim(text, data.span, data.span.range().start)
    }

    /// Whether a text of one line stands in YAML without quotes, not below `|` or `>`, and without a tag that makes it one.
    fn is_plain(&self, text: &Decoded) -> bool {
        let file = self.sources.file(text.span.file);
        if is_json(&file.name, &file.text) || self.sources.text(text.span) != text.text {
            return false;
        }
        let before = file.text.get(..text.span.range().start).unwrap_or_default();
        let line = before.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let is_above = before.trim_end_matches([' ', '\t']).ends_with('\n');
        // A comment stands behind what begins a block, nowhere else before a value.
        let line = if is_above { line.split(" #").next().unwrap_or(line) } else { line };
        let word = line.split_whitespace().next_back().unwrap_or_default();
        !(word.starts_with('!') || is_above && word.starts_with(['|', '>']))
    }

    /// A whole number.
    pub(super) fn integer(&mut self, data: &Data, what: &str) -> Option<Spanned<i64>> {
        let number = match &data.kind {
            DataKind::Number(number) => number.parse().ok(),
            DataKind::Null
            | DataKind::Bool(_)
            | DataKind::String(_)
            | DataKind::Array(_)
            | DataKind::Object(_)
            | DataKind::Error => None,
        };
        if number.is_none() {
            let help = if let DataKind::String(text) = &data.kind
                && text.text.parse::<i64>().is_ok()
            {
                format!("write `{}`", text.text)
            } else {
                "write a number without quotes and without a point".to_owned()
            };
            self.wrong_type(data, what, "a whole number", &help);
        }
        Some(Spanned::new(number?, self.place(data.span)))
    }

    /// `true` or `false`; where `quoted` is allowed, also as a text.
    pub(super) fn boolean(&mut self, data: &Data, what: &str, quoted: bool) {
        match &data.kind {
            DataKind::Bool(_) | DataKind::Error => {}
            // What a parameter holds decides that.
            DataKind::String(text) if text.text.contains("{{") => {}
            DataKind::String(text) if self.is_plain(text) && in_yaml_1_1(&text.text) == Some("a bool") => {}
            DataKind::String(text)
                if text.text.eq_ignore_ascii_case("true") || text.text.eq_ignore_ascii_case("false") =>
            {
                if !quoted {
                    let word = text.text.to_ascii_lowercase();
                    self.sink.report(
                        COMPONENT_WRONG_TYPE
                            .at(data.span, format!("{what} is `true` or `false`, and this is a text"))
                            .label("in quotes")
                            .help(format!("write `{word}`"))
                            // Some readers take it for what it says.
                            .severity(Severity::Warning),
                    );
                }
            }
            DataKind::Null | DataKind::Number(_) | DataKind::String(_) | DataKind::Array(_) | DataKind::Object(_) => {
                self.wrong_type(data, what, "`true` or `false`", "write `true` or `false`");
            }
        }
    }
}

/// Whether a document is JSON: by its name, and where that says nothing, by how it begins.
pub(super) fn is_json(name: &str, text: &str) -> bool {
    name.ends_with(".json")
        || (![".yaml", ".yml"].iter().any(|ending| name.ends_with(ending))
            && text.trim_start_matches('\u{feff}').trim_start().starts_with('{'))
}
