//! Values as YAML, in the style of `yamlencode`: blocks, every text in quotes or as a literal block, keys in order.
//!
//! It writes step by step as the library behind Packer does, down to where long lines are broken.

use crate::resolve::value::{Value, ValueKind};

/// One indentation.
const INDENT: usize = 2;

/// Columns behind which a text is continued on the next line.
const WIDTH: usize = 80;

/// The longest key that stands before its colon.
const MAX_KEY: usize = 128;

/// A value as a YAML document.
pub(super) fn encode(value: &Value) -> String {
    let mut writer =
        Writer { out: String::new(), column: 0, indent: None, blank: true, at_start: true, open_ended: false };
    writer.node(value, Place { root: true, ..Place::default() });
    writer.indent();
    if writer.open_ended {
        writer.indicator("...", true, false, false);
        writer.indent();
    }
    writer.out
}

/// Where a node stands.
#[derive(Clone, Copy, Default)]
struct Place {
    root: bool,
    in_mapping: bool,
    simple_key: bool,
}

struct Writer {
    out: String,
    column: usize,
    indent: Option<usize>,
    /// The last letter was white space.
    blank: bool,
    /// Only indentation stands on this line so far.
    at_start: bool,
    /// What was written last can only be ended by `...`.
    open_ended: bool,
}

fn is_break(letter: char) -> bool {
    matches!(letter, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_printable(letter: char) -> bool {
    matches!(letter, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// Whether a text can stand as a literal block.
fn fits_block(text: &str) -> bool {
    let space_before_break =
        text.chars().zip(text.chars().skip(1)).any(|(letter, next)| letter == ' ' && is_break(next));
    !text.is_empty() && !text.ends_with(' ') && !space_before_break && text.chars().all(is_printable)
}

impl Writer {
    fn put(&mut self, letter: char) {
        self.out.push(letter);
        if is_break(letter) {
            self.column = 0;
        } else {
            self.column += 1;
        }
    }

    fn indent(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.at_start || self.column > indent || self.column == indent && !self.blank {
            self.put('\n');
        }
        while self.column < indent {
            self.put(' ');
        }
        self.blank = true;
        self.at_start = true;
    }

    fn indicator(&mut self, text: &str, apart: bool, blank: bool, starts: bool) {
        if apart && !self.blank {
            self.put(' ');
        }
        for letter in text.chars() {
            self.put(letter);
        }
        self.blank = blank;
        self.at_start &= starts;
        self.open_ended = false;
    }

    /// Runs `write` with what is inside indented once more.
    fn deeper(&mut self, flow: bool, indentless: bool, write: impl FnOnce(&mut Self)) {
        let before = self.indent;
        self.indent = Some(match before {
            None if flow => INDENT,
            None => 0,
            Some(indent) if indentless => indent,
            Some(indent) => indent + INDENT,
        });
        write(self);
        self.indent = before;
    }

    fn node(&mut self, value: &Value, place: Place) {
        match &value.kind {
            ValueKind::Null(_) | ValueKind::Unknown(_) => self.plain("null", place),
            ValueKind::Bool(flag) => self.plain(if *flag { "true" } else { "false" }, place),
            ValueKind::Number(number) => self.plain(&number.to_string(), place),
            ValueKind::String(text) => self.text(&text.known().unwrap_or_default(), place),
            ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
                if items.is_empty() {
                    return self.empty("[", "]");
                }
                let indentless = place.in_mapping && !self.at_start;
                self.deeper(false, indentless, |writer| {
                    for item in items {
                        writer.indent();
                        writer.indicator("-", true, false, true);
                        writer.node(item, Place::default());
                    }
                });
            }
            ValueKind::Map(_, entries) | ValueKind::Object(entries) => {
                if entries.is_empty() {
                    return self.empty("{", "}");
                }
                self.deeper(false, false, |writer| {
                    for (key, value) in entries {
                        writer.entry(key, value);
                    }
                });
            }
        }
    }

    fn entry(&mut self, key: &str, value: &Value) {
        let inside = Place { in_mapping: true, ..Place::default() };
        self.indent();
        if key.len() <= MAX_KEY && !key.chars().any(is_break) {
            self.text(key, Place { simple_key: true, ..inside });
            self.indicator(":", false, false, false);
        } else {
            self.indicator("?", true, false, true);
            self.text(key, inside);
            self.indent();
            self.indicator(":", true, false, true);
        }
        self.node(value, inside);
    }

    fn empty(&mut self, open: &str, close: &str) {
        self.indicator(open, true, true, false);
        self.indicator(close, false, false, false);
    }

    fn plain(&mut self, text: &str, place: Place) {
        if !self.blank {
            self.put(' ');
        }
        for letter in text.chars() {
            self.put(letter);
        }
        self.blank = false;
        self.at_start = false;
        self.open_ended |= place.root;
    }

    fn text(&mut self, text: &str, place: Place) {
        let literal = text.contains('\n') && !place.simple_key && fits_block(text);
        self.deeper(
            true,
            false,
            |writer| {
                if literal { writer.literal(text) } else { writer.quoted(text, !place.simple_key) }
            },
        );
    }

    fn literal(&mut self, text: &str) {
        self.indicator("|", true, false, false);
        if text.starts_with(|letter| letter == ' ' || is_break(letter)) {
            self.indicator(&INDENT.to_string(), false, false, false);
        }
        let mut ends = text.chars().rev();
        match (ends.next().is_some_and(is_break), ends.next()) {
            (false, _) => self.indicator("-", false, false, false),
            (true, before) if before.is_none_or(is_break) => {
                self.indicator("+", false, false, false);
            }
            (true, _) => {}
        }
        self.put('\n');
        self.at_start = true;
        self.blank = true;
        let mut breaks = true;
        for letter in text.chars() {
            if is_break(letter) {
                self.put(letter);
                self.at_start = true;
                breaks = true;
            } else {
                if breaks {
                    self.indent();
                }
                self.put(letter);
                self.at_start = false;
                breaks = false;
            }
        }
    }

    fn quoted(&mut self, text: &str, may_break: bool) {
        self.indicator("\"", true, false, false);
        let all = text.starts_with('\u{feff}');
        let mut spaces = false;
        let mut letters = text.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            if all || !is_printable(letter) || is_break(letter) || matches!(letter, '"' | '\\') {
                self.put('\\');
                let code = u32::from(letter);
                let escape = match code {
                    0x00 => "0".to_owned(),
                    0x07 => "a".to_owned(),
                    0x08 => "b".to_owned(),
                    0x09 => "t".to_owned(),
                    0x0a => "n".to_owned(),
                    0x0b => "v".to_owned(),
                    0x0c => "f".to_owned(),
                    0x0d => "r".to_owned(),
                    0x1b => "e".to_owned(),
                    0x22 => "\"".to_owned(),
                    0x5c => "\\".to_owned(),
                    0x85 => "N".to_owned(),
                    0xa0 => "_".to_owned(),
                    0x2028 => "L".to_owned(),
                    0x2029 => "P".to_owned(),
                    _ if code <= 0xff => format!("x{code:02X}"),
                    _ if code <= 0xffff => format!("u{code:04X}"),
                    _ => format!("U{code:08X}"),
                };
                for letter in escape.chars() {
                    self.put(letter);
                }
                spaces = false;
            } else if letter == ' ' {
                if may_break && !spaces && self.column > WIDTH && at > 0 && at + 1 < text.len() {
                    self.indent();
                    if letters.peek().is_some_and(|(_, next)| *next == ' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                spaces = true;
            } else {
                self.put(letter);
                spaces = false;
            }
        }
        self.indicator("\"", false, false, false);
        self.blank = false;
        self.at_start = false;
    }
}
