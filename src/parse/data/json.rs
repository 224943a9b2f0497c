//! JSON text in, a tree with places out.
//!
//! One pass that never goes back. A fault is reported once and ends at its property or element: the reader goes on
//! behind the next comma or closing bracket of the same level.

use crate::declare_diagnostic;
use crate::diagnostic::{Diagnostic, Sink};
use crate::parse::data::{Data, DataKind, Decoded, Property};
use crate::parse::shared::NESTING_TOO_DEEP;
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::MAX_DEPTH;

declare_diagnostic! {
    pub static JSON_SYNTAX = {
        code: "json-syntax",
        severity: Error,
        since: "0.1.0",
        summary: "a text is not JSON",
    }
}

/// The value that a file is. There always is one, though it may be an error.
pub fn read(sources: &SourceMap, file: FileId, sink: &mut Sink) -> Data {
    let mut reader = Reader { text: &sources.file(file).text, at: 0, file, sink };
    if reader.text.starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
    }
    let value = reader.value(1, "a value");
    if !matches!(value.kind, DataKind::Error) {
        reader.space();
        if reader.at < reader.text.len() {
            let found = reader.found();
            reader.fault(
                found,
                "the file goes on behind its value",
                "nothing may follow here",
                "remove it, or put it inside",
            );
        }
    }
    value
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    file: FileId,
    sink: &'a mut Sink,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn span(&self, start: usize) -> Span {
        Span::new(self.file, start, self.at)
    }

    fn fault(&mut self, span: Span, message: impl Into<String>, label: &str, help: impl Into<String>) {
        self.report(JSON_SYNTAX.at(span, message).label(label).help(help));
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.report(diagnostic);
    }

    fn error(&self, start: usize) -> Data {
        Data { kind: DataKind::Error, span: self.span(start) }
    }

    /// White space, and comments, which are reported.
    fn space(&mut self) {
        loop {
            while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
                self.at += 1;
            }
            let rest = &self.text[self.at..];
            let start = self.at;
            if rest.starts_with("//") || rest.starts_with('#') {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if let Some(inside) = rest.strip_prefix("/*") {
                self.at += inside.find("*/").map_or(rest.len(), |end| end + 4);
            } else {
                return;
            }
            let span = self.span(start);
            let help = "remove it, or write it as the value of a property named `//`";
            self.fault(span, "JSON has no comments", "a comment", help);
        }
    }

    /// The word or character at this place; empty at the end of the file.
    fn found(&self) -> Span {
        let rest = &self.text[self.at..];
        let word = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))).unwrap_or(rest.len());
        let len = if word == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { word };
        Span::new(self.file, self.at, self.at + len)
    }

    fn value(&mut self, depth: usize, wanted: &str) -> Data {
        self.space();
        let start = self.at;
        match self.peek() {
            Some(open @ (b'{' | b'[')) => {
                if depth >= MAX_DEPTH {
                    self.at += 1;
                    let span = self.span(start);
                    self.report(
                        NESTING_TOO_DEEP
                            .at(span, format!("this is nested more than {MAX_DEPTH} levels deep"))
                            .label("not read from here on")
                            .help("nest less deeply"),
                    );
                    self.skip(1);
                    return self.error(start);
                }
                self.at += 1;
                let kind = if open == b'{' { self.object(start, depth) } else { self.array(start, depth) };
                Data { kind, span: self.span(start) }
            }
            Some(b'"') => match self.string() {
                Some(text) => Data { kind: DataKind::String(text), span: self.span(start) },
                None => self.error(start),
            },
            Some(b'-' | b'+' | b'.' | b'0'..=b'9') => self.number(),
            _ => self.word(wanted),
        }
    }

    fn word(&mut self, wanted: &str) -> Data {
        let start = self.at;
        let span = self.found();
        let text = &self.text[span.range()];
        let kind = match text {
            "null" => DataKind::Null,
            "true" => DataKind::Bool(true),
            "false" => DataKind::Bool(false),
            _ => {
                let (message, help) = match text {
                    "" => ("the file ends too early".to_owned(), format!("write {wanted} here")),
                    "'" => ("JSON has no single quotes".to_owned(), "write `\"` on both sides".to_owned()),
                    "}" | "]" | "," | ":" => {
                        (format!("{wanted} is missing before `{text}`"), format!("write {wanted} here"))
                    }
                    "True" | "False" | "None" | "nil" | "undefined" | "TRUE" | "FALSE" | "NULL" => {
                        (format!("`{text}` is no value in JSON"), "write `true`, `false` or `null`".to_owned())
                    }
                    _ => (format!("`{text}` is no value in JSON"), format!("for a string, write `\"{text}\"`")),
                };
                self.fault(span, message, &format!("{wanted} is expected here"), help);
                return self.error(start);
            }
        };
        self.at = span.end as usize;
        Data { kind, span }
    }

    fn number(&mut self) -> Data {
        let start = self.at;
        let rest = &self.text[start..];
        let len = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_')))
            .unwrap_or(rest.len());
        let text = &rest[..len];
        self.at += len;
        let span = self.span(start);
        if is_number(text) {
            return Data { kind: DataKind::Number(text.to_owned()), span };
        }
        let unsigned = text.trim_start_matches(['+', '-']);
        let help = if text.starts_with('+') && is_number(unsigned) {
            format!("write `{unsigned}`")
        } else if unsigned.starts_with('.') && is_number(&format!("0{unsigned}")) {
            format!("write `{}`", text.replacen('.', "0.", 1))
        } else if is_number(unsigned.trim_start_matches('0')) {
            format!("write `{}`", unsigned.trim_start_matches('0'))
        } else {
            format!("for a string, write `\"{text}\"`")
        };
        self.fault(span, format!("`{text}` is no number in JSON"), "a number is expected here", help);
        self.error(start)
    }

    fn array(&mut self, start: usize, depth: usize) -> DataKind {
        let mut items = Vec::new();
        self.space();
        if self.eat(b']') {
            return DataKind::Array(items);
        }
        loop {
            let item = self.value(depth + 1, "a value");
            let failed = matches!(item.kind, DataKind::Error);
            items.push(item);
            if !self.next(start, b']', failed) {
                return DataKind::Array(items);
            }
        }
    }

    fn object(&mut self, start: usize, depth: usize) -> DataKind {
        let mut properties = Vec::new();
        self.space();
        if self.eat(b'}') {
            return DataKind::Object(properties);
        }
        loop {
            let property = self.property(depth);
            let failed = property.as_ref().is_none_or(|property| matches!(property.value.kind, DataKind::Error));
            properties.extend(property);
            if !self.next(start, b'}', failed) {
                return DataKind::Object(properties);
            }
        }
    }

    fn property(&mut self, depth: usize) -> Option<Property> {
        self.space();
        if self.peek() != Some(b'"') {
            let span = self.found();
            let word = &self.text[span.range()];
            let (message, help) = match word {
                "" => ("the file ends inside of an object".to_owned(), "close it with `}`".to_owned()),
                "'" => ("JSON has no single quotes".to_owned(), "write `\"` on both sides".to_owned()),
                _ if word.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') => {
                    (format!("the key `{word}` has no quotes"), format!("write `\"{word}\"`"))
                }
                _ => (format!("a key is expected, not `{word}`"), "write a key in double quotes".to_owned()),
            };
            self.fault(span, message, "a key in double quotes is expected here", help);
            return None;
        }
        let key = self.string()?;
        self.space();
        if !self.eat(b':') {
            let span = self.found();
            let message = format!("the key `{}` has no value", key.text);
            let help =
                if self.peek() == Some(b'=') { "write `:` for `=`" } else { "write `:` and a value behind the key" };
            self.fault(span, message, "`:` is expected here", help);
            let value = self.error(self.at);
            return Some(Property { key, value });
        }
        let value = self.value(depth + 1, "a value");
        Some(Property { key, value })
    }

    /// Behind an element: whether another one follows. After a fault in it, what is left of it is skipped in silence.
    fn next(&mut self, start: usize, close: u8, failed: bool) -> bool {
        if failed {
            self.skip(0);
        } else {
            self.space();
        }
        let name = if close == b'}' { "object" } else { "array" };
        let bracket = char::from(close);
        if self.eat(close) {
            return false;
        }
        let comma = self.at;
        if self.eat(b',') {
            let span = self.span(comma);
            self.space();
            if self.peek() == Some(close) {
                let message = format!("a comma stands behind the last element of the {name}");
                self.fault(span, message, "nothing follows it", "remove the comma");
                self.at += 1;
                return false;
            }
            return self.peek().is_some() || self.unclosed(start, name, bracket, failed);
        }
        match self.peek() {
            None => self.unclosed(start, name, bracket, failed),
            Some(other @ (b'}' | b']')) => {
                // The bracket of somebody around: this one is not closed.
                let span = self.found();
                let message = format!("`{}` closes an {name} that ends with `{bracket}`", char::from(other));
                let opened = Span::new(self.file, start, start + 1);
                if !failed {
                    self.report(
                        JSON_SYNTAX
                            .at(span, message)
                            .label(format!("`{bracket}` is expected here"))
                            .also(opened, "opened here")
                            .help(format!("close the {name} with `{bracket}`")),
                    );
                }
                self.at += usize::from(failed);
                false
            }
            Some(_) => {
                let span = self.found();
                let help = format!("write `,` between the elements, or close the {name} with `{bracket}`");
                self.fault(span, "a comma is missing", &format!("`,` or `{bracket}` is expected here"), help);
                true
            }
        }
    }

    fn unclosed(&mut self, start: usize, name: &str, bracket: char, failed: bool) -> bool {
        if !failed {
            let span = Span::new(self.file, start, start + 1);
            self.fault(span, format!("this {name} is not closed"), "opened here", format!("close it with `{bracket}`"));
        }
        false
    }

    /// Goes to the comma or closing bracket that ends the element; from `depth` brackets inside of it.
    fn skip(&mut self, mut depth: usize) {
        let outer = depth;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    let rest = self.text.as_bytes();
                    self.at += 1;
                    while let Some(byte) = rest.get(self.at).copied() {
                        match byte {
                            b'"' => break,
                            b'\n' => break,
                            b'\\' if rest.get(self.at + 1).is_some_and(u8::is_ascii) => self.at += 2,
                            _ => self.at += 1,
                        }
                    }
                    if self.at >= rest.len() {
                        self.at = rest.len();
                        return;
                    }
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth == 0 => return,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 && outer > 0 {
                        self.at += 1;
                        return;
                    }
                }
                b',' if depth == 0 => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// The string at this place. Without its end there is none.
    fn string(&mut self) -> Option<Decoded> {
        let start = self.at;
        self.at += 1;
        let mut out = String::new();
        let mut anchors = vec![(0, offset(self.at))];
        loop {
            let rest = &self.text[self.at..];
            let end = rest.find(['"', '\\', '\n']);
            match end.map(|end| (end, rest.as_bytes()[end])) {
                None | Some((_, b'\n')) => {
                    let line = &rest[..end.unwrap_or(rest.len())];
                    // What ends the line ends the element.
                    let ended = line.trim_end();
                    self.at += if ended.ends_with(',') { ended.len() - 1 } else { line.len() };
                    let span = Span::new(self.file, start, start + 1);
                    self.fault(
                        span,
                        "this string is not closed on its line",
                        "opened here",
                        "close it with `\"`; a line end inside is written `\\n`",
                    );
                    return None;
                }
                Some((end, byte)) => {
                    let piece = &rest[..end];
                    if let Some(at) = piece.find(|c: char| c < ' ') {
                        let span = Span::new(self.file, self.at + at, self.at + at + 1);
                        let code = u32::from(piece.as_bytes()[at]);
                        let help = if code == 9 { "write `\\t`".to_owned() } else { format!("write `\\u{code:04x}`") };
                        self.fault(span, "a control character stands in a string", "this character", help);
                    }
                    out.push_str(piece);
                    self.at += end + 1;
                    if byte == b'"' {
                        return Some(Decoded::with_anchors(out, self.span(start), anchors));
                    }
                    // The escape is a piece of its own, and so is what follows.
                    anchors.push((offset(out.len()), offset(self.at - 1)));
                    self.escape(&mut out);
                    anchors.push((offset(out.len()), offset(self.at)));
                }
            }
        }
    }

    /// Behind a backslash.
    fn escape(&mut self, out: &mut String) {
        let start = self.at - 1;
        let Some(letter) = self.text[self.at..].chars().next() else { return };
        self.at += letter.len_utf8();
        out.push(match letter {
            '"' | '\\' | '/' => letter,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => return self.unicode(start, out),
            _ => {
                self.at -= if letter == '\n' { 1 } else { 0 };
                let span = Span::new(self.file, start, start + 1 + letter.len_utf8());
                let help = format!("write `\\\\{letter}` for a backslash and `{letter}`");
                let help = if letter.is_control() { "write `\\\\` for a backslash".to_owned() } else { help };
                self.fault(span, "this is no escape in JSON", "a backslash that escapes nothing", help);
                return;
            }
        });
    }

    /// Behind `\u`. Half of a pair without the other half becomes the replacement character.
    fn unicode(&mut self, start: usize, out: &mut String) {
        let Some(first) = self.hex() else {
            let span = self.span(start);
            self.fault(span, "`\\u` needs four hexadecimal digits", "too few digits", "write `\\u` and four digits");
            return;
        };
        if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u") {
            let before = self.at;
            self.at += 2;
            if let Some(second @ 0xdc00..0xe000) = self.hex() {
                let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                return;
            }
            self.at = before;
        }
        out.push(char::from_u32(first).unwrap_or('\u{fffd}'));
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        let number = u32::from_str_radix(&self.text[self.at..self.at + 4], 16).ok()?;
        self.at += 4;
        Some(number)
    }
}

/// Whether it is a number as JSON writes it.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    if whole == 0 || whole > 1 && text.starts_with('0') {
        return false;
    }
    let mut rest = &text[whole..];
    if let Some(fraction) = rest.strip_prefix('.') {
        let len = digits(fraction);
        if len == 0 {
            return false;
        }
        rest = &fraction[len..];
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let len = digits(exponent);
        if len == 0 {
            return false;
        }
        rest = &exponent[len..];
    }
    rest.is_empty()
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
