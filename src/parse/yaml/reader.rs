//! YAML text in, a tree with places out.
//!
//! The grammar is `granit-parser`'s, which gives events; here they become a tree: plain scalars follow the core schema
//! of YAML 1.2, aliases become what they stand for and merge keys the properties they bring, both up to a limit. The
//! grammar's first fault ends the reading: everything around it is still a tree, with a hole.

use std::collections::{BTreeMap, BTreeSet};

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Tag};

use super::{places, scalar};
use crate::declare_diagnostic;
use crate::diagnostic::{Severity, Sink};
use crate::parse::data::{Data, DataKind, Decoded, Property};
use crate::parse::shared::{DUPLICATE_ARGUMENT, NESTING_TOO_DEEP};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::MAX_DEPTH;

declare_diagnostic! {
    pub static YAML_SYNTAX = {
        code: "yaml-syntax",
        severity: Error,
        since: "0.1.0",
        summary: "a text is not YAML",
    }
    pub static YAML_ALIAS = {
        code: "yaml-alias",
        severity: Error,
        since: "0.1.0",
        summary: "an alias or a merge key of YAML cannot be followed",
    }
    pub static YAML_KEY = {
        code: "yaml-key",
        severity: Error,
        since: "0.1.0",
        summary: "a key in YAML is no text",
    }
    pub static YAML_TAG = {
        code: "yaml-tag",
        severity: Error,
        since: "0.1.0",
        summary: "a tag in YAML asks for a value that templates do not have",
    }
    pub static YAML_1_1_VALUE = {
        code: "yaml-1-1-value",
        severity: Warning,
        since: "0.1.0",
        summary: "readers of YAML 1.1 take a value for another one",
    }
}

/// How many values aliases may add to a file.
pub const MAX_EXPANDED: usize = 100_000;

/// The value that a file is. There always is one, though it may be an error; an empty file is an empty object.
pub fn read(sources: &SourceMap, file: FileId, sink: &mut Sink) -> Data {
    let text = &sources.file(file).text;
    let mut reader =
        Reader { text, file, sink, open: Vec::new(), anchors: BTreeMap::new(), expanded: 0, root: None, ended: None };
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    for event in Parser::new_from_str_with_options(text, options) {
        let goes_on = match event {
            Ok((event, span)) => reader.event(event, span),
            Err(error) => reader.fault(&error),
        };
        if !goes_on {
            break;
        }
    }
    let whole = sources.file(file).span(file);
    reader.root.unwrap_or(Data { kind: DataKind::Object(Vec::new()), span: whole.head() })
}

struct Reader<'a> {
    text: &'a str,
    file: FileId,
    sink: &'a mut Sink,
    /// Collections that are not closed yet, the outermost first.
    open: Vec<Open>,
    /// What aliases may stand for.
    anchors: BTreeMap<usize, Anchored>,
    /// How many values aliases have added.
    expanded: usize,
    root: Option<Data>,
    /// Where the first document ended.
    ended: Option<Span>,
}

struct Open {
    kind: OpenKind,
    anchor: usize,
    /// From its first bracket or value to its last.
    span: Span,
    /// Its tag is unknown, or it is a key: what comes of it is an error, which is reported.
    is_wrong: bool,
}

enum OpenKind {
    Sequence(Vec<Data>),
    Mapping { properties: Vec<Property>, key: Key, merged: Vec<(usize, Data)> },
}

/// What the next value of a mapping belongs to.
enum Key {
    /// The next one is a key itself.
    None,
    Named(Decoded),
    /// `<<`
    Merge,
    /// One that was reported.
    Wrong,
}

struct Anchored {
    value: Data,
    /// How many values it is.
    size: usize,
    /// How many collections are inside each other.
    depth: usize,
}

impl Reader<'_> {
    /// Whether the reading goes on.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the enum is open, and all values are answered")]
    fn event(&mut self, event: Event<'_>, place: granit_parser::Span) -> bool {
        let span = self.place(place);
        match event {
            Event::Scalar(text, style, anchor, tag) => self.scalar(&text, style, anchor, tag.as_deref(), span),
            Event::SequenceStart(_, anchor, tag) => {
                return self.start(OpenKind::Sequence(Vec::new()), anchor, tag.as_deref(), "seq", span);
            }
            Event::MappingStart(_, anchor, tag) => {
                let kind = OpenKind::Mapping { properties: Vec::new(), key: Key::None, merged: Vec::new() };
                return self.start(kind, anchor, tag.as_deref(), "map", span);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(id) => self.alias(id, span),
            Event::UnresolvedAlias(name) => {
                let message = format!("no anchor is named `{name}`");
                let help = format!("write `&{name}` before the value that is meant, above this place");
                self.sink.report(YAML_ALIAS.at(span, message).label("stands for nothing").help(help));
                self.value(Data { kind: DataKind::Error, span });
            }
            Event::DocumentStart(..) => {
                if let Some(first) = self.ended {
                    self.sink.report(
                        YAML_SYNTAX
                            .at(span, "a second document begins")
                            .label("not read from here on")
                            .also(first, "the first one ends here")
                            .help("put it into a file of its own, or remove `---`"),
                    );
                    self.root = Some(Data { kind: DataKind::Error, span });
                    return false;
                }
            }
            Event::DocumentEnd => self.ended = Some(span),
            // Marks of the stream, comments, and what later versions may add about how a text is written.
            _ => {}
        }
        true
    }

    /// Without the line ends behind a block scalar.
    fn place(&self, place: granit_parser::Span) -> Span {
        let at = |marker: granit_parser::Marker| marker.byte_offset().unwrap_or(0).min(self.text.len());
        let (start, end) = (at(place.start), at(place.end));
        let len = self.text.get(start..end).map_or(0, |text| text.trim_end_matches(['\n', '\r']).len());
        Span::new(self.file, start, start + len)
    }

    /// Reports what ends the reading, and closes what is open around it.
    fn fault(&mut self, error: &ScanError) -> bool {
        let at = error.marker().byte_offset().unwrap_or(0).min(self.text.len());
        let at = if self.text.is_char_boundary(at) { at } else { 0 };
        let cause = cause(self.text, error.kind(), at);
        let at = cause.as_ref().map_or(at, |(at, _)| *at);
        let len = self.text[at..].chars().next().map_or(0, char::len_utf8);
        let span = Span::new(self.file, at, at + len);
        if *error.kind() == ErrorKind::RecursionLimitExceeded {
            self.too_deep(span);
        } else {
            let Told { message, help } = cause.map_or_else(|| told(error), |(_, told)| told);
            self.sink.report(YAML_SYNTAX.at(span, message).label("not read from here on").help(help));
        }
        self.abandon(span);
        false
    }

    fn too_deep(&mut self, span: Span) {
        self.sink.report(
            NESTING_TOO_DEEP
                .at(span, format!("this is nested more than {MAX_DEPTH} levels deep"))
                .label("not read from here on")
                .help("nest less deeply"),
        );
    }

    fn abandon(&mut self, span: Span) {
        let hole = || Data { kind: DataKind::Error, span };
        let is_key = |open: &Open| matches!(&open.kind, OpenKind::Mapping { key: Key::None, .. });
        if self.open.last().is_none_or(|open| !is_key(open)) {
            self.value(hole());
        }
        while let Some(open) = self.open.last_mut() {
            open.span = open.span.to(span);
            // What the file holds besides is not known: the whole says so.
            if self.open.len() == 1
                && let Some(Open { kind: OpenKind::Mapping { properties, .. }, .. }) = self.open.last_mut()
            {
                properties.push(Property::hole(span));
            }
            self.end(span);
        }
    }

    fn start(&mut self, kind: OpenKind, anchor: usize, tag: Option<&Tag>, own: &str, span: Span) -> bool {
        if self.open.len() + 1 >= MAX_DEPTH {
            self.too_deep(span);
            self.abandon(span);
            return false;
        }
        let mut is_wrong = false;
        if self.wants_key() {
            self.wrong_key(span, if own == "seq" { "an array" } else { "an object" });
            is_wrong = true;
        }
        if let Some(tag) = tag
            && tag.core_suffix() != Some(own)
            && tag.to_string() != "!"
        {
            self.wrong_tag(tag, span);
            is_wrong = true;
        }
        self.open.push(Open { kind, anchor, span, is_wrong });
        true
    }

    fn end(&mut self, span: Span) {
        let Some(Open { kind, anchor, span: before, is_wrong }) = self.open.pop() else { return };
        // Of a collection without brackets the end stands where the next thing begins.
        let span = if span.is_empty() { before } else { before.to(span) };
        let kind = match kind {
            OpenKind::Sequence(items) => DataKind::Array(items),
            OpenKind::Mapping { properties, key: _, merged } => DataKind::Object(self.properties(properties, merged)),
        };
        let data = Data { kind: if is_wrong { DataKind::Error } else { kind }, span };
        self.anchor(anchor, &data);
        self.value(data);
    }

    /// The properties of a mapping: its own, and those that merge keys bring, in the place of the merge key.
    fn properties(&mut self, properties: Vec<Property>, merged: Vec<(usize, Data)>) -> Vec<Property> {
        let mut first: BTreeMap<String, Span> = BTreeMap::new();
        let mut own = Vec::with_capacity(properties.len());
        for property in properties {
            if let Some(before) = first.get(&property.key.text).filter(|_| !property.is_hole()) {
                self.sink.report(
                    DUPLICATE_ARGUMENT
                        .at(property.key.span, format!("`{}` is given twice", property.key.text))
                        .label("a second time")
                        .also(*before, "first given here")
                        .help("remove one of them; several blocks are a list of one key"),
                );
                own.push(None);
                continue;
            }
            first.insert(property.key.text.clone(), property.key.span);
            own.push(Some(property));
        }
        if merged.is_empty() {
            return own.into_iter().flatten().collect();
        }
        let mut taken: BTreeSet<String> = first.into_keys().collect();
        let mut all = Vec::with_capacity(own.len());
        let mut merged = merged.into_iter().peekable();
        for at in 0..=own.len() {
            while let Some((_, data)) = merged.next_if(|(place, _)| *place == at) {
                self.merge(data, &mut taken, &mut all);
            }
            all.extend(own.get_mut(at).and_then(Option::take));
        }
        all
    }

    fn merge(&mut self, data: Data, taken: &mut BTreeSet<String>, all: &mut Vec<Property>) {
        let span = data.span;
        match data.kind {
            DataKind::Object(properties) => {
                all.extend(properties.into_iter().filter(|property| taken.insert(property.key.text.clone())));
            }
            DataKind::Array(items) => {
                for item in items {
                    if matches!(item.kind, DataKind::Array(_)) {
                        self.no_merge(&item);
                    } else {
                        self.merge(item, taken, all);
                    }
                }
            }
            DataKind::Error => {
                // Properties are missing; once is enough.
                if taken.insert(String::new()) {
                    all.push(Property::hole(span));
                }
            }
            kind @ (DataKind::Null | DataKind::Bool(_) | DataKind::Number(_) | DataKind::String(_)) => {
                self.no_merge(&Data { kind, span });
            }
        }
    }

    fn no_merge(&mut self, data: &Data) {
        self.sink.report(
            YAML_ALIAS
                .at(data.span, format!("`<<` takes the properties of an object, and this is {}", data.phrase()))
                .label("has no properties")
                .help("write `<<: *name`, where `&name` stands before an object"),
        );
    }

    fn wants_key(&self) -> bool {
        matches!(self.open.last().map(|open| &open.kind), Some(OpenKind::Mapping { key: Key::None, .. }))
    }

    /// Puts a value where the reading is: into the innermost collection, as a key there, or as the whole.
    fn value(&mut self, data: Data) {
        let Some(open) = self.open.last_mut() else {
            // Nothing at all is an object without properties.
            let is_nothing = matches!(data.kind, DataKind::Null) && data.span.is_empty();
            let kind = if is_nothing { DataKind::Object(Vec::new()) } else { data.kind };
            self.root = Some(Data { kind, span: data.span });
            return;
        };
        open.span = if open.span.is_empty() { data.span } else { open.span.to(data.span) };
        match &mut open.kind {
            OpenKind::Sequence(items) => items.push(data),
            OpenKind::Mapping { properties, key, merged } => match std::mem::replace(key, Key::None) {
                Key::Named(key) => properties.push(Property { key, value: data }),
                Key::Merge => merged.push((properties.len(), data)),
                Key::Wrong => {}
                // A key that is a value of several, or an alias to one.
                Key::None => *key = Key::Wrong,
            },
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, tag: Option<&Tag>, span: Span) {
        // The grammar gives nothing as `~`.
        let text = if span.is_empty() && style == ScalarStyle::Plain { "" } else { text };
        let written = self.text.get(span.range()).unwrap_or_default();
        let start = span.range().start;
        let decoded = Decoded::with_anchors(text.to_owned(), span, places::anchors(written, start, text, style));
        let is_plain = style == ScalarStyle::Plain && tag.is_none();
        if is_plain && let Some(other) = scalar::in_yaml_1_1(text) {
            self.warn_of_1_1(text, other, span, self.wants_key());
        }
        if self.wants_key() {
            let key = if is_plain && text == "<<" { Key::Merge } else { Key::Named(decoded.clone()) };
            self.anchor(anchor, &Data { kind: DataKind::String(decoded), span });
            self.set_key(key, span);
            return;
        }
        let kind = match tag {
            None if is_plain => self.plain(decoded, span),
            None => DataKind::String(decoded),
            Some(tag) => self.tagged(decoded, tag, span),
        };
        let data = Data { kind, span };
        self.anchor(anchor, &data);
        self.value(data);
    }

    fn set_key(&mut self, new: Key, span: Span) {
        if let Some(Open { kind: OpenKind::Mapping { key, .. }, span: whole, .. }) = self.open.last_mut() {
            *key = new;
            *whole = if whole.is_empty() { span } else { whole.to(span) };
        }
    }

    fn plain(&mut self, text: Decoded, span: Span) -> DataKind {
        match scalar::plain(&text.text) {
            scalar::Plain::Null => DataKind::Null,
            scalar::Plain::Bool(value) => DataKind::Bool(value),
            scalar::Plain::Number(number) => DataKind::Number(number),
            scalar::Plain::Text => DataKind::String(text),
            scalar::Plain::NoNumber => {
                self.sink.report(
                    YAML_SYNTAX
                        .at(span, "this is no number that a template can hold")
                        .label("too long, infinite, or not a number")
                        .help("for a string, put it in quotes"),
                );
                DataKind::Error
            }
        }
    }

    fn tagged(&mut self, text: Decoded, tag: &Tag, span: Span) -> DataKind {
        let wanted = tag.core_suffix();
        if wanted == Some("str") || (wanted.is_none() && tag.to_string() == "!") {
            return DataKind::String(text);
        }
        match (wanted, scalar::plain(&text.text)) {
            (Some("null"), scalar::Plain::Null) => DataKind::Null,
            (Some("bool"), scalar::Plain::Bool(value)) => DataKind::Bool(value),
            (Some("float"), scalar::Plain::Number(number)) => DataKind::Number(number),
            (Some("int"), scalar::Plain::Number(number)) if !number.contains(['.', 'e']) => DataKind::Number(number),
            (_, _) => {
                self.wrong_tag(tag, span);
                DataKind::Error
            }
        }
    }

    fn wrong_tag(&mut self, tag: &Tag, span: Span) {
        let message = match tag.core_suffix() {
            Some(suffix) => format!("`!!{suffix}` stands before a value that is none"),
            None => format!("the tag `{tag}` means nothing in a template"),
        };
        let help = "remove the tag; there are `!!str`, `!!int`, `!!float`, `!!bool`, `!!null`, `!!seq` and `!!map`";
        self.sink.report(YAML_TAG.at(span, message).label("this value has the tag").help(help));
    }

    fn wrong_key(&mut self, span: Span, what: &str) {
        self.sink.report(
            YAML_KEY
                .at(span, format!("a key has to be a text, not {what}"))
                .label("stands where a key belongs")
                .help("write a text, in quotes if it has to look like that"),
        );
    }

    fn warn_of_1_1(&mut self, text: &str, other: &str, span: Span, is_key: bool) {
        let is_number = !is_key && matches!(scalar::plain(text), scalar::Plain::Number(_));
        let here = if is_number { "a decimal number" } else { "a string" };
        let is_bool = other == "a bool" && !is_key;
        let meant = matches!(text.to_ascii_lowercase().as_str(), "y" | "yes" | "on");
        let help = if is_bool {
            format!("write `{meant}` for a bool, `\"{text}\"` for a string")
        } else if here == "a string" {
            format!("write `\"{text}\"`")
        } else {
            format!("write `\"{text}\"` for a string, or the number in decimal digits and without an exponent")
        };
        self.sink.report(
            YAML_1_1_VALUE
                .at(span, format!("`{text}` is {here} here, and {other} for readers of YAML 1.1"))
                .label(format!("read as {here}"))
                .help(help)
                .severity(Severity::Warning),
        );
    }

    fn anchor(&mut self, id: usize, data: &Data) {
        if id > 0 {
            let (size, depth) = extent(data);
            self.anchors.insert(id, Anchored { value: data.clone(), size, depth });
        }
    }

    fn alias(&mut self, id: usize, span: Span) {
        let Some(Anchored { value, size, depth }) = self.anchors.get(&id) else {
            self.sink.report(
                YAML_ALIAS
                    .at(span, "this alias stands inside of what it stands for")
                    .label("would never end")
                    .help("write out what is meant, or use another anchor"),
            );
            return self.value(Data { kind: DataKind::Error, span });
        };
        if self.wants_key() {
            let key = if let DataKind::String(text) = &value.kind {
                Key::Named(text.clone())
            } else {
                let what = value.phrase();
                self.wrong_key(span, what);
                Key::Wrong
            };
            return self.set_key(key, span);
        }
        if self.open.len() + depth >= MAX_DEPTH {
            self.too_deep(span);
            return self.value(Data { kind: DataKind::Error, span });
        }
        let before = self.expanded;
        self.expanded = before.saturating_add(*size);
        if self.expanded > MAX_EXPANDED {
            if before <= MAX_EXPANDED {
                self.sink.report(
                    YAML_ALIAS
                        .at(span, format!("aliases make more than {MAX_EXPANDED} values of this file"))
                        .label("not followed from here on")
                        .help("write the values out, or use fewer aliases inside of anchors"),
                );
            }
            // What was too much once stays too much.
            self.expanded = usize::MAX;
            return self.value(Data { kind: DataKind::Error, span });
        }
        let value = Data { kind: value.kind.clone(), span };
        self.value(value);
    }
}

/// How many values there are in one, itself included, and how many collections are inside each other.
fn extent(data: &Data) -> (usize, usize) {
    let children: &mut dyn Iterator<Item = &Data> = match &data.kind {
        DataKind::Array(items) => &mut items.iter(),
        DataKind::Object(properties) => &mut properties.iter().map(|property| &property.value),
        DataKind::Null | DataKind::Bool(_) | DataKind::Number(_) | DataKind::String(_) | DataKind::Error => {
            return (1, 0);
        }
    };
    children.map(extent).fold((1, 1), |(size, depth), (inner, inside)| (size + inner, depth.max(inside + 1)))
}

/// The place and words of a fault that the grammar notices only further on: behind the quote that ends a text which
/// another one was to end, or above the line with the tab.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others are told where they are noticed")]
fn cause(text: &str, kind: &ErrorKind, at: usize) -> Option<(usize, Told)> {
    let told = |message: &str, help| Told { message: message.to_owned(), help };
    match kind {
        ErrorKind::TabInPlainScalar => {
            let mut start = at;
            for line in text.get(at..)?.split_inclusive('\n') {
                let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
                if start > at && line[..indent].contains('\t') && !line.trim().is_empty() {
                    let tab = start + line.find('\t')?;
                    return Some((tab, told("a tab stands where only spaces may", "indent with spaces")));
                }
                start += line.len();
            }
            None
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            let single = *kind == ErrorKind::InvalidTrailingSingleQuotedScalar;
            let quote = if single { '\'' } else { '"' };
            let close = text.get(..at)?.rfind(quote)?;
            let open = text[..close].match_indices(quote).rev().find(|(at, _)| !text[..*at].ends_with('\\'))?.0;
            if text[open..close].contains('\n') {
                return Some((
                    open,
                    told("a quote is not closed on its line", "close it with the quote it begins with"),
                ));
            }
            let help = if single {
                "write `''` for a quote in the text, or remove what stands behind it"
            } else {
                "write `\\\"` for a quote in the text, or remove what stands behind it"
            };
            Some((at, told("something stands behind the quote that ends a text", help)))
        }
        ErrorKind::InvalidQuotedScalarIndent => {
            let before = text.get(..at)?;
            let opens = |quote: char| {
                let place = before.rfind(quote)?;
                before[..place].ends_with([' ', '[', ',', '{', '\n']).then_some(place)
            };
            let open = opens('"').max(opens('\''))?;
            Some((open, told("a quote is not closed on its line", "close it with the quote it begins with")))
        }
        _ => None,
    }
}

struct Told {
    message: String,
    help: &'static str,
}

/// A fault of the grammar in our words.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is met rarely is told in the parser's words")]
fn told(error: &ScanError) -> Told {
    let (message, help) = match error.kind() {
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart => ("a tab stands where only spaces may", "indent with spaces"),
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            ("a quote is not closed", "close it with the quote it begins with")
        }
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::InvalidColonPlacement
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator => (
            "a bracket is not closed, or a comma is missing",
            "close `[` with `]` and `{` with `}`, with commas between the elements",
        ),
        ErrorKind::MappingValueNotAllowed => (
            "a second `:` stands on the line",
            "put the value in quotes, or on a line of its own with more indentation",
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey | ErrorKind::ExpectedBlockMappingKey => {
            ("a key with `:` is expected", "write `key: value`, indented like the keys above")
        }
        ErrorKind::InvalidIndentation
        | ErrorKind::InvalidBlockScalarIndent
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::BlockSequenceEntryNotAllowed => {
            ("the indentation fits nothing above", "indent the elements of one list, or the keys of one object, alike")
        }
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape => {
            ("this is no escape in YAML", "write `\\\\` for a backslash, or put the text in single quotes")
        }
        _ => {
            return Told {
                message: format!("this is not YAML: {}", error.info()),
                help: "mend it, or put the text in quotes",
            };
        }
    };
    Told { message: message.to_owned(), help }
}
