//! Cuts a text into tokens.
//!
//! Strings, heredocs and template sequences nest, so the lexer keeps a stack of what is open. Text that is well formed
//! is read exactly as HCL's own scanner reads it. Where something stays open, the text is read again with guesses at
//! where its author meant to close it, so that the rest of the file still makes sense; why something was given up is
//! noted in [`Lexed::unclosed`]. A text is read three times at most.

use std::collections::BTreeMap;

use super::token::{Token, TokenKind};
use crate::source::{FileId, Span};

/// No token.
pub(super) const NONE: u32 = u32::MAX;

/// The tokens of a text and what belongs together.
pub(super) struct Lexed {
    /// Tiling the text, with [`TokenKind::End`] behind.
    pub(super) tokens: Vec<Token>,
    /// For each token that opens something, the token that closes it, or the one where it was given up; for each
    /// closing bracket, its opener. [`NONE`] for all others.
    pub(super) ends: Vec<u32>,
    /// The openers that nothing closes properly.
    pub(super) unclosed: BTreeMap<usize, Unclosed>,
}

/// Why an opener is not closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unclosed {
    /// The line ended.
    Line,
    /// A `${` or `%{` inside it is not closed: this token.
    Sequence(usize),
    /// The file ended.
    File,
    /// A heredoc whose marker does not stand alone on its line: this token.
    Marker(usize),
}

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Structure or an expression.
    Normal,
    /// A template without quotes.
    Template,
}

/// Reads `text`.
pub(super) fn lex(text: &str, file: FileId, mode: Mode) -> Lexed {
    let exact = Lexer::new(text, file, mode, Guess::Nothing).run();
    if !exact.gave_up {
        return exact.lexed;
    }
    let guessed = Lexer::new(text, file, mode, Guess::Ends).run();
    match guessed.open_heredoc {
        None => guessed.lexed,
        Some(from) => Lexer::new(text, file, mode, Guess::Markers { from }).run().lexed,
    }
}

/// How freely ends may be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guess {
    /// Not at all: stop at the first fault.
    Nothing,
    /// Where strings and sequences end.
    Ends,
    /// Also that heredocs that start at this byte or behind it end where their marker merely starts a line.
    Markers { from: usize },
}

/// Something open.
enum Frame<'a> {
    Quoted {
        open: usize,
        /// Start of the line that it is in, as far as it may reach.
        line: usize,
        /// It was decided that the string goes on to the line that contains this byte.
        goes_on: usize,
    },
    Heredoc {
        open: usize,
        start: usize,
        marker: &'a str,
        at_line_start: bool,
    },
    Sequence {
        open: usize,
        braces: usize,
        line: usize,
    },
    /// The whole text.
    Template,
}

struct Run {
    lexed: Lexed,
    /// The first fault was met and no guesses were allowed.
    gave_up: bool,
    /// Where the outermost heredoc starts that the end of the file met open.
    open_heredoc: Option<usize>,
}

struct Lexer<'a> {
    text: &'a str,
    file: FileId,
    guess: Guess,
    at: usize,
    line: usize,
    frames: Vec<Frame<'a>>,
    lexed: Lexed,
    gave_up: bool,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str, file: FileId, mode: Mode, guess: Guess) -> Self {
        let frames = if mode == Mode::Template { vec![Frame::Template] } else { Vec::new() };
        let lexed = Lexed { tokens: Vec::with_capacity(text.len() / 4), ends: Vec::new(), unclosed: BTreeMap::new() };
        Self { text, file, guess, at: 0, line: 0, frames, lexed, gave_up: false }
    }

    fn run(mut self) -> Run {
        if self.text.starts_with('\u{feff}') {
            self.push(TokenKind::ByteOrderMark, '\u{feff}'.len_utf8());
            self.line = self.at;
        }
        while self.at < self.text.len() && !self.gave_up {
            match self.frames.last_mut() {
                None | Some(Frame::Sequence { .. }) => self.main(),
                Some(Frame::Quoted { .. }) => self.quoted(),
                Some(Frame::Heredoc { .. }) => self.heredoc(),
                Some(Frame::Template) => self.template_text(),
            }
        }
        let open_heredoc = self.frames.iter().find_map(|frame| match frame {
            Frame::Heredoc { start, .. } => Some(*start),
            Frame::Quoted { .. } | Frame::Sequence { .. } | Frame::Template => None,
        });
        while let Some(frame) = self.frames.pop() {
            match frame {
                Frame::Quoted { open, .. } | Frame::Heredoc { open, .. } | Frame::Sequence { open, .. } => {
                    self.give_up(open, Unclosed::File);
                }
                Frame::Template => {}
            }
        }
        self.push(TokenKind::End, 0);
        Run { lexed: self.lexed, gave_up: self.gave_up, open_heredoc }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn next_token(&self) -> usize {
        self.lexed.tokens.len()
    }

    fn push(&mut self, kind: TokenKind, len: usize) {
        let span = Span::new(self.file, self.at, self.at + len);
        self.lexed.tokens.push(Token { kind, span });
        self.lexed.ends.push(NONE);
        self.at += len;
    }

    /// Ends `open` with the token that comes next.
    fn end(&mut self, open: usize) {
        self.lexed.ends[open] = u32::try_from(self.next_token()).unwrap_or(NONE);
    }

    /// Ends `open` before the token that comes next, which does not close it.
    fn give_up(&mut self, open: usize, why: Unclosed) {
        if self.guess == Guess::Nothing {
            self.gave_up = true;
        }
        self.end(open);
        self.lexed.unclosed.insert(open, why);
    }

    /// The length of the line end that stands here.
    fn newline(&self) -> Option<usize> {
        match (self.byte(0), self.byte(1)) {
            (Some(b'\n'), _) => Some(1),
            (Some(b'\r'), Some(b'\n')) => Some(2),
            _ => None,
        }
    }

    fn push_newline(&mut self, kind: TokenKind, len: usize) {
        self.push(kind, len);
        self.line = self.at;
    }

    // ---- structure and expressions

    fn main(&mut self) {
        use TokenKind as K;
        let Some(first) = self.byte(0) else { return };
        if let Some(len) = self.newline() {
            return self.main_newline(len);
        }
        let second = self.byte(1);
        let (kind, len) = match (first, second) {
            (b' ' | b'\t', _) => (K::Whitespace, run(self.rest(), |byte| byte == b' ' || byte == b'\t')),
            (b'#', _) | (b'/', Some(b'/')) => (K::Comment, line_length(self.rest())),
            (b'/', Some(b'*')) => match self.rest()[2..].find("*/") {
                Some(len) => (K::Comment, len + 4),
                None => (K::UnterminatedComment, self.rest().len()),
            },
            (b'0'..=b'9', _) => (K::Number, number_length(self.rest().as_bytes())),
            (b'"', _) => {
                self.frames.push(Frame::Quoted { open: self.next_token(), line: self.line, goes_on: 0 });
                (K::OpenQuote, 1)
            }
            (b'<', Some(b'<')) => match heredoc_opener(self.rest()) {
                Some((marker, len)) => {
                    let open = self.next_token();
                    self.frames.push(Frame::Heredoc { open, start: self.at, marker, at_line_start: true });
                    self.line = self.at + len;
                    (K::OpenHeredoc, len)
                }
                None => (K::Less, 1),
            },
            (b'{', _) => {
                if let Some(Frame::Sequence { braces, .. }) = self.frames.last_mut() {
                    *braces += 1;
                }
                (K::OpenBrace, 1)
            }
            (b'}', _) => (self.close_brace(), 1),
            (b'~', Some(b'}')) if matches!(self.frames.last(), Some(Frame::Sequence { braces: 0, .. })) => {
                (self.close_brace(), 2)
            }
            (b'.', Some(b'.')) if self.byte(2) == Some(b'.') => (K::Ellipsis, 3),
            (b'=', Some(b'=')) => (K::EqualEqual, 2),
            (b'=', Some(b'>')) => (K::FatArrow, 2),
            (b'!', Some(b'=')) => (K::NotEqual, 2),
            (b'<', Some(b'=')) => (K::LessEqual, 2),
            (b'>', Some(b'=')) => (K::GreaterEqual, 2),
            (b'&', Some(b'&')) => (K::And, 2),
            (b'|', Some(b'|')) => (K::Or, 2),
            (b':', Some(b':')) => (K::DoubleColon, 2),
            (b'[', _) => (K::OpenBracket, 1),
            (b']', _) => (K::CloseBracket, 1),
            (b'(', _) => (K::OpenParen, 1),
            (b')', _) => (K::CloseParen, 1),
            (b'.', _) => (K::Dot, 1),
            (b',', _) => (K::Comma, 1),
            (b':', _) => (K::Colon, 1),
            (b'?', _) => (K::Question, 1),
            (b'=', _) => (K::Equal, 1),
            (b'<', _) => (K::Less, 1),
            (b'>', _) => (K::Greater, 1),
            (b'!', _) => (K::Bang, 1),
            (b'+', _) => (K::Plus, 1),
            (b'-', _) => (K::Minus, 1),
            (b'*', _) => (K::Star, 1),
            (b'/', _) => (K::Slash, 1),
            (b'%', _) => (K::Percent, 1),
            _ => word_or_invalid(self.rest()),
        };
        self.push(kind, len);
    }

    fn close_brace(&mut self) -> TokenKind {
        if let Some(Frame::Sequence { open, braces, .. }) = self.frames.last_mut() {
            if *braces == 0 {
                let open = *open;
                self.frames.pop();
                self.end(open);
                return TokenKind::CloseSequence;
            }
            *braces -= 1;
        }
        TokenKind::CloseBrace
    }

    /// A line ends, perhaps inside a sequence: if what follows cannot belong to it, it was meant to end before.
    fn main_newline(&mut self, len: usize) {
        if self.guess != Guess::Nothing
            && let Some(Frame::Sequence { braces, .. }) = self.frames.last()
        {
            let braces = *braces;
            let next = &self.text[self.at + len..];
            let below = self.frames.len().checked_sub(2).and_then(|below| self.frames.get(below));
            match below {
                Some(Frame::Heredoc { marker, .. }) if next[..line_length(next)].trim() == *marker => {
                    if let Some(Frame::Sequence { open, .. }) = self.frames.pop() {
                        self.give_up(open, Unclosed::Line);
                    }
                    if let Some(Frame::Heredoc { at_line_start, .. }) = self.frames.last_mut() {
                        *at_line_start = true;
                    }
                    return self.push_newline(TokenKind::Literal, len);
                }
                Some(Frame::Quoted { .. }) if braces == 0 && (starts_item(next) || closes_block(next)) => {
                    self.give_up_strings();
                }
                _ => {}
            }
        }
        self.push_newline(TokenKind::Newline, len);
    }

    // ---- text

    fn quoted(&mut self) {
        let bytes = self.rest().as_bytes();
        match bytes[0] {
            b'"' => {
                if let Some(Frame::Quoted { open, .. }) = self.frames.pop() {
                    self.end(open);
                }
                self.push(TokenKind::CloseQuote, 1);
            }
            b'\r' | b'\n' => self.quoted_newline(),
            b'$' | b'%' => self.dollar(),
            _ => {
                let mut len = 0;
                while let Some(&byte) = bytes.get(len) {
                    match byte {
                        b'$' | b'%' | b'"' | b'\r' | b'\n' => break,
                        b'\\' => {
                            // A backslash takes any one character but a line end with it.
                            let next = self.rest()[len + 1..].chars().next();
                            len += 1 + next.filter(|c| !matches!(c, '\r' | '\n')).map_or(0, char::len_utf8);
                        }
                        _ => len += 1,
                    }
                }
                self.push(TokenKind::Literal, len);
            }
        }
    }

    /// A line ends inside a string. Either its author wanted it to go on, or forgot the quote.
    fn quoted_newline(&mut self) {
        let len = self.newline().unwrap_or(1);
        if self.guess == Guess::Nothing {
            self.gave_up = true;
            return;
        }
        let at = self.at;
        let plain = self.chain_of_strings() == 1;
        if let Some(Frame::Quoted { goes_on, .. }) = self.frames.last_mut() {
            // What was looked at once is not looked at again.
            if at >= *goes_on
                && plain
                && let Some(until) = string_goes_on(self.text, at + len)
            {
                *goes_on = until;
            }
            if at < *goes_on {
                return self.push_newline(TokenKind::QuotedNewline, len);
            }
        }
        if plain && self.take_back_brace() {
            return;
        }
        self.give_up_strings();
    }

    /// `kind "label {`: the brace was not meant to be in the string, and without it nothing behind makes sense.
    fn take_back_brace(&mut self) -> bool {
        let Some(&Frame::Quoted { open, .. }) = self.frames.last() else { return false };
        let mut before = self.lexed.tokens[..open].iter().rev().map(|token| token.kind);
        let header = before.find(|kind| *kind != TokenKind::Whitespace);
        let Some(Token { kind: TokenKind::Literal, span }) = self.lexed.tokens.last().copied() else { return false };
        let text = &self.text[span.range()];
        let Some(label) = text.trim_end().strip_suffix('{') else { return false };
        let name = label.trim_end();
        if !matches!(header, Some(TokenKind::Identifier | TokenKind::CloseQuote)) || name.len() == label.len() {
            return false;
        }
        let line_end = self.at;
        self.lexed.tokens.pop();
        self.lexed.ends.pop();
        self.at = span.start as usize;
        if !name.is_empty() {
            self.push(TokenKind::Literal, name.len());
        }
        self.frames.pop();
        self.push(TokenKind::Whitespace, label.len() - name.len());
        self.give_up(open, Unclosed::Line);
        self.push(TokenKind::OpenBrace, 1);
        let blank = line_end - self.at;
        if blank > 0 {
            self.push(TokenKind::Whitespace, blank);
        }
        true
    }

    /// How many strings of this line are open, the innermost and those around it.
    fn chain_of_strings(&self) -> usize {
        let line_of_frame = |frame: &Frame<'_>| match frame {
            Frame::Quoted { line, .. } => Some((*line, true)),
            Frame::Sequence { line, .. } => Some((*line, false)),
            Frame::Heredoc { .. } | Frame::Template => None,
        };
        let mut strings = 0;
        for (nth, frame) in self.frames.iter().rev().enumerate() {
            match line_of_frame(frame) {
                Some((_, true)) if nth == 0 => strings += 1,
                Some((line, true)) if line == self.line => strings += 1,
                Some((line, false)) if line == self.line => {}
                _ => break,
            }
            // More than one is all that matters, and looking further would add up.
            if strings > 1 {
                break;
            }
        }
        strings
    }

    /// Gives up the innermost string and those around it that start on this line.
    fn give_up_strings(&mut self) {
        let mut sequence = None;
        let mut keep = self.frames.len();
        let mut inner = true;
        for nth in (0..self.frames.len()).rev() {
            match &self.frames[nth] {
                Frame::Quoted { line, .. } if inner || *line == self.line => {
                    keep = nth;
                    inner = false;
                }
                Frame::Sequence { line, .. } if *line == self.line || inner => {}
                _ => break,
            }
        }
        while self.frames.len() > keep {
            match self.frames.pop() {
                Some(Frame::Quoted { open, .. }) => {
                    self.give_up(open, sequence.map_or(Unclosed::Line, Unclosed::Sequence));
                }
                Some(Frame::Sequence { open, .. }) => {
                    sequence = Some(open);
                    self.give_up(open, Unclosed::Line);
                }
                Some(Frame::Heredoc { .. } | Frame::Template) | None => {}
            }
        }
    }

    /// `$` or `%` in a text: a sequence, an escaped one, or just the character.
    fn dollar(&mut self) {
        let bytes = self.rest().as_bytes();
        let sign = bytes[0];
        let second = bytes.get(1).copied();
        if second == Some(b'{') {
            let kind = if sign == b'$' { TokenKind::OpenInterpolation } else { TokenKind::OpenDirective };
            if let Some(Frame::Heredoc { at_line_start, .. }) = self.frames.last_mut() {
                *at_line_start = false;
            }
            self.frames.push(Frame::Sequence { open: self.next_token(), braces: 0, line: self.line });
            return self.push(kind, if bytes.get(2) == Some(&b'~') { 3 } else { 2 });
        }
        if second == Some(sign) && bytes.get(2) == Some(&b'{') {
            return self.push(TokenKind::Literal, if bytes.get(3) == Some(&b'~') { 4 } else { 3 });
        }
        self.push(TokenKind::Literal, 1);
    }

    fn heredoc(&mut self) {
        let rest = self.rest();
        let loose = matches!(self.guess, Guess::Markers { .. });
        let Some(Frame::Heredoc { open, start, marker, at_line_start }) = self.frames.last_mut() else { return };
        let (open, start, marker) = (*open, *start, *marker);
        if std::mem::replace(at_line_start, false) {
            let len = line_length(rest);
            let ends = len < rest.len();
            let line = &rest[..len];
            if line.trim() == marker && ends {
                self.frames.pop();
                self.end(open);
                return self.push(TokenKind::CloseHeredoc, len);
            }
            let indent = line.len() - line.trim_start().len();
            if loose
                && matches!(self.guess, Guess::Markers { from } if start >= from)
                && let Some(behind) = line[indent..].strip_prefix(marker)
                && !behind.starts_with(|c: char| c == '-' || unicode_ident::is_xid_continue(c))
            {
                self.frames.pop();
                self.end(open);
                self.lexed.unclosed.insert(open, Unclosed::Marker(self.next_token()));
                return self.push(TokenKind::CloseHeredoc, indent + marker.len());
            }
        }
        self.text_line();
    }

    fn template_text(&mut self) {
        self.text_line();
    }

    /// One piece of unquoted text, at most to the end of its line.
    fn text_line(&mut self) {
        let rest = self.rest();
        if matches!(rest.as_bytes()[0], b'$' | b'%') {
            return self.dollar();
        }
        let len = rest.bytes().position(|byte| matches!(byte, b'$' | b'%' | b'\n')).unwrap_or(rest.len());
        if rest.as_bytes().get(len) == Some(&b'\n') {
            if let Some(Frame::Heredoc { at_line_start, .. }) = self.frames.last_mut() {
                *at_line_start = true;
            }
            return self.push_newline(TokenKind::Literal, len + 1);
        }
        self.push(TokenKind::Literal, len);
    }
}

fn run(text: &str, belongs: impl Fn(u8) -> bool) -> usize {
    text.bytes().position(|byte| !belongs(byte)).unwrap_or(text.len())
}

/// The length of the first line without its end.
fn line_length(text: &str) -> usize {
    let len = run(text, |byte| byte != b'\n');
    if len < text.len() && text[..len].ends_with('\r') { len - 1 } else { len }
}

fn number_length(bytes: &[u8]) -> usize {
    let mut len = 1;
    let mut end = 1;
    while let Some(byte) = bytes.get(len) {
        match byte {
            b'0'..=b'9' => {
                len += 1;
                end = len;
            }
            b'.' => len += 1,
            b'e' | b'E' => {
                let sign = usize::from(matches!(bytes.get(len + 1), Some(b'+' | b'-')));
                if !bytes.get(len + 1 + sign).is_some_and(u8::is_ascii_digit) {
                    break;
                }
                len += 2 + sign;
                end = len;
            }
            _ => break,
        }
    }
    end
}

fn identifier_length(text: &str) -> usize {
    let mut chars = text.char_indices();
    match chars.next() {
        Some((_, c)) if c == '_' || unicode_ident::is_xid_start(c) => {}
        _ => return 0,
    }
    chars.find(|(_, c)| *c != '-' && !unicode_ident::is_xid_continue(*c)).map_or(text.len(), |(at, _)| at)
}

fn word_or_invalid(text: &str) -> (TokenKind, usize) {
    let len = identifier_length(text);
    if len > 0 {
        return (TokenKind::Identifier, len);
    }
    let Some(first) = text.chars().next() else { return (TokenKind::Invalid, 0) };
    // A text in other quotes is one thing: its words are not the fault.
    let closers: &[char] = match first {
        '\'' => &['\''],
        '`' => &['`'],
        '“' | '”' | '„' => &['“', '”', '"'],
        '‘' | '’' => &['‘', '’'],
        _ => &[],
    };
    if !closers.is_empty() {
        let inner = &text[first.len_utf8()..];
        let end = inner.find(|c| c == '\n' || closers.contains(&c));
        if let Some(at) = end.filter(|at| !inner[*at..].starts_with('\n')) {
            let closer = inner[at..].chars().next().map_or(0, char::len_utf8);
            return (TokenKind::Invalid, first.len_utf8() + at + closer);
        }
    }
    let kind = if first.is_whitespace() || first.is_control() || is_invisible(first) {
        TokenKind::Junk
    } else {
        TokenKind::Invalid
    };
    (kind, first.len_utf8())
}

/// Characters that a reader does not see.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// `<<EOT` with the end of the line. Openers that only nearly look like one are taken as well: `<<` means nothing else.
fn heredoc_opener(text: &str) -> Option<(&str, usize)> {
    let name = text[2..].strip_prefix('-').unwrap_or(&text[2..]).trim_start_matches([' ', '\t']);
    let name = name.strip_prefix(['"', '\'']).unwrap_or(name);
    let len = identifier_length(name);
    if len == 0 {
        return None;
    }
    let (marker, behind) = name.split_at(len);
    let behind = behind.strip_prefix(['"', '\'']).unwrap_or(behind);
    let behind = behind.trim_start_matches([' ', '\t', '\r']);
    if !(behind.is_empty() || behind.starts_with(['#', '\n']) || behind.starts_with("//")) {
        return None;
    }
    let newline = behind.find('\n').map_or(behind.len(), |at| at + 1);
    Some((marker, text.len() - behind.len() + newline))
}

/// Whether the next line reads like the start of an argument or a block.
fn starts_item(text: &str) -> bool {
    let line = text[..line_length(text)].trim_start_matches([' ', '\t']);
    let len = identifier_length(line);
    if len == 0 {
        return false;
    }
    let behind = line[len..].trim_start_matches([' ', '\t']);
    match behind.as_bytes() {
        [b'=', next, ..] => !matches!(next, b'=' | b'>'),
        [b'=' | b'{', ..] => true,
        [b'"', ..] => behind.trim_end().ends_with(['{', '}']),
        _ => false,
    }
}

/// Whether the next line is only a closing brace.
fn closes_block(text: &str) -> bool {
    text[..line_length(text)].trim() == "}"
}

/// Whether a string that is open at a line's end reads as if it went on: then up to where this is settled.
fn string_goes_on(text: &str, mut at: usize) -> Option<usize> {
    while at < text.len() {
        let rest = &text[at..];
        if starts_item(rest) || closes_block(rest) {
            return None;
        }
        let line = &rest[..line_length(rest)];
        match count_quotes(line) {
            0 => at += run(rest, |byte| byte != b'\n') + 1,
            quotes if quotes % 2 == 1 => return Some(at),
            _ => return None,
        }
    }
    None
}

fn count_quotes(line: &str) -> usize {
    let mut quotes = 0;
    let mut escaped = false;
    for byte in line.bytes() {
        quotes += usize::from(byte == b'"' && !escaped);
        escaped = byte == b'\\' && !escaped;
    }
    quotes
}
