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
    /// In order, with [`TokenKind::End`] behind.
    pub(super) tokens: Vec<Token>,
    /// For each token that opens something, the token that closes it, or the one where it was given up; for each
    /// closing bracket, its opener. [`NONE`] for all others.
    pub(super) ends: Vec<u32>,
    /// The openers that nothing closes properly.
    pub(super) unclosed: BTreeMap<usize, Unclosed>,
    /// What stands between tokens and should not: unclosed comments, and the first [`TokenKind::Junk`] of each line.
    pub(super) faults: Vec<Token>,
    /// Every bracket has its partner in `ends`: the text's brackets fit each other, as far as it can be seen so early.
    pub(super) paired: bool,
}

/// Which tokens are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// Those that tile the text.
    All,
    /// Those that the parser looks at: no white space, no comments.
    Words,
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
pub(super) fn lex(text: &str, file: FileId, mode: Mode, keep: Keep) -> Lexed {
    let run = |guess| Lexer::new(text, file, mode, keep, guess).run();
    let exact = run(Guess::Nothing);
    if !exact.gave_up {
        return exact.lexed;
    }
    let guessed = run(Guess::Ends);
    match guessed.open_heredoc {
        None => guessed.lexed,
        Some(from) => run(Guess::Markers { from }).lexed,
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
        /// How many brackets are open around it.
        outside: usize,
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
    keep: Keep,
    guess: Guess,
    at: usize,
    line: usize,
    frames: Vec<Frame<'a>>,
    lexed: Lexed,
    gave_up: bool,
    /// The brackets that are open, by their tokens.
    open: Vec<usize>,
    /// How many of them are outside of the innermost sequence.
    outside: usize,
    /// This line had its junk.
    junk: bool,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str, file: FileId, mode: Mode, keep: Keep, guess: Guess) -> Self {
        let frames = if mode == Mode::Template { vec![Frame::Template] } else { Vec::new() };
        // Real files have a token for every five to seven bytes.
        let (some, faults) = (text.len() / 6 + 8, Vec::new());
        let (tokens, ends) = (Vec::with_capacity(some), Vec::with_capacity(some));
        let lexed = Lexed { tokens, ends, unclosed: BTreeMap::new(), faults, paired: guess == Guess::Nothing };
        let (open, outside) = (Vec::new(), 0);
        Self { text, file, keep, guess, at: 0, line: 0, frames, lexed, gave_up: false, open, outside, junk: false }
    }

    fn run(mut self) -> Run {
        if self.text.starts_with('\u{feff}') {
            self.trivia(TokenKind::ByteOrderMark, '\u{feff}'.len_utf8());
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
        self.lexed.paired &= self.open.is_empty();
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

    /// Passes over what the parser does not look at.
    fn trivia(&mut self, kind: TokenKind, len: usize) {
        if self.keep == Keep::All {
            return self.push(kind, len);
        }
        let news = match kind {
            TokenKind::Junk => !std::mem::replace(&mut self.junk, true),
            kind => kind == TokenKind::UnterminatedComment,
        };
        if news {
            self.lexed.faults.push(Token { kind, span: Span::new(self.file, self.at, self.at + len) });
        }
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

    /// Tokens up to the start of a text or the end of a sequence.
    fn main(&mut self) {
        use TokenKind as K;
        let bytes = self.text.as_bytes();
        let sequence = matches!(self.frames.last(), Some(Frame::Sequence { .. }));
        while let Some(&first) = bytes.get(self.at) {
            let second = bytes.get(self.at + 1).copied();
            let (kind, len) = match first {
                b' ' | b'\t' => {
                    let len = run(&bytes[self.at..], |byte| byte == b' ' || byte == b'\t');
                    self.trivia(K::Whitespace, len);
                    continue;
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => (K::Identifier, word_length(self.rest())),
                b'"' => {
                    if let Some(len) = plain_text(&bytes[self.at + 1..]) {
                        self.plain_string(len);
                        continue;
                    }
                    let open = self.next_token();
                    self.frames.push(Frame::Quoted { open, line: self.line, goes_on: 0 });
                    return self.push(K::OpenQuote, 1);
                }
                b'\n' => (K::Newline, 1),
                b'\r' if second == Some(b'\n') => (K::Newline, 2),
                b'=' => match second {
                    Some(b'=') => (K::EqualEqual, 2),
                    Some(b'>') => (K::FatArrow, 2),
                    _ => (K::Equal, 1),
                },
                b'.' if second == Some(b'.') && bytes.get(self.at + 2) == Some(&b'.') => (K::Ellipsis, 3),
                b'.' => (K::Dot, 1),
                b',' => (K::Comma, 1),
                b'[' => {
                    self.open_bracket(K::OpenBracket);
                    continue;
                }
                b']' => {
                    self.close_bracket(K::CloseBracket);
                    continue;
                }
                b'(' => {
                    self.open_bracket(K::OpenParen);
                    continue;
                }
                b')' => {
                    self.close_bracket(K::CloseParen);
                    continue;
                }
                b'{' => {
                    if let Some(Frame::Sequence { braces, .. }) = self.frames.last_mut() {
                        *braces += 1;
                    }
                    self.open_bracket(K::OpenBrace);
                    continue;
                }
                b'}' => {
                    let kind = self.close_brace();
                    if kind == K::CloseSequence {
                        return self.push(kind, 1);
                    }
                    self.close_bracket(kind);
                    continue;
                }
                b'~' if second == Some(b'}')
                    && matches!(self.frames.last(), Some(Frame::Sequence { braces: 0, .. })) =>
                {
                    let kind = self.close_brace();
                    return self.push(kind, 2);
                }
                b'#' => {
                    self.trivia(K::Comment, line_length(self.rest()));
                    continue;
                }
                b'/' => match second {
                    Some(b'/') => {
                        self.trivia(K::Comment, line_length(self.rest()));
                        continue;
                    }
                    Some(b'*') => {
                        let rest = self.rest();
                        match rest[2..].find("*/") {
                            Some(len) => self.trivia(K::Comment, len + 4),
                            None => self.trivia(K::UnterminatedComment, rest.len()),
                        }
                        continue;
                    }
                    _ => (K::Slash, 1),
                },
                b'0'..=b'9' => (K::Number, number_length(&bytes[self.at..])),
                b'<' => match second {
                    Some(b'<') => match heredoc_opener(self.rest()) {
                        Some((marker, len)) => {
                            let open = self.next_token();
                            self.frames.push(Frame::Heredoc { open, start: self.at, marker, at_line_start: true });
                            self.line = self.at + len;
                            return self.push(K::OpenHeredoc, len);
                        }
                        None => (K::Less, 1),
                    },
                    Some(b'=') => (K::LessEqual, 2),
                    _ => (K::Less, 1),
                },
                b'>' if second == Some(b'=') => (K::GreaterEqual, 2),
                b'>' => (K::Greater, 1),
                b'!' if second == Some(b'=') => (K::NotEqual, 2),
                b'!' => (K::Bang, 1),
                b'&' if second == Some(b'&') => (K::And, 2),
                b'|' if second == Some(b'|') => (K::Or, 2),
                b':' if second == Some(b':') => (K::DoubleColon, 2),
                b':' => (K::Colon, 1),
                b'?' => (K::Question, 1),
                b'+' => (K::Plus, 1),
                b'-' => (K::Minus, 1),
                b'*' => (K::Star, 1),
                b'%' => (K::Percent, 1),
                _ => match word_or_invalid(self.rest()) {
                    (K::Junk, len) => {
                        self.trivia(K::Junk, len);
                        continue;
                    }
                    other => other,
                },
            };
            if kind == K::Newline {
                self.line_ends(len);
                if sequence {
                    return self.main_newline(len);
                }
                self.push_newline(kind, len);
            } else {
                self.push(kind, len);
            }
        }
    }

    /// A string without holes and escapes of them, on one line.
    fn plain_string(&mut self, len: usize) {
        let open = self.next_token();
        self.push(TokenKind::OpenQuote, 1);
        if len > 0 {
            self.push(TokenKind::Literal, len);
        }
        self.end(open);
        self.push(TokenKind::CloseQuote, 1);
    }

    fn open_bracket(&mut self, kind: TokenKind) {
        self.open.push(self.next_token());
        self.push(kind, 1);
    }

    /// Joins a closing bracket with its opener, if that is the innermost open one.
    fn close_bracket(&mut self, kind: TokenKind) {
        let close = self.next_token();
        let inside = self.open.len() > self.outside;
        let open = self.open.pop().filter(|_| inside);
        let open = open.filter(|open| self.lexed.tokens[*open].kind.closer() == Some(kind));
        self.push(kind, 1);
        if let Some(open) = open {
            self.lexed.ends[open] = u32::try_from(close).unwrap_or(NONE);
            self.lexed.ends[close] = u32::try_from(open).unwrap_or(NONE);
        } else {
            self.lexed.paired = false;
        }
    }

    /// What stands on the next line has a say in what is open: see `brackets`.
    fn line_ends(&mut self, len: usize) {
        self.junk = false;
        if self.open.len() > self.outside
            && self.open.last().is_some_and(|open| self.lexed.tokens[*open].kind != TokenKind::OpenBrace)
            && may_start_item(&self.text.as_bytes()[self.at + len..])
        {
            self.lexed.paired = false;
        }
    }

    fn close_brace(&mut self) -> TokenKind {
        if let Some(Frame::Sequence { open, braces, outside, .. }) = self.frames.last_mut() {
            if *braces == 0 {
                let open = *open;
                self.lexed.paired &= self.open.len() == self.outside;
                self.open.truncate(self.outside);
                self.outside = *outside;
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
            b'$' | b'%' if starts_sequence(bytes) => self.dollar(),
            _ => {
                let mut len = 0;
                while let Some(&byte) = bytes.get(len) {
                    match byte {
                        b'$' | b'%' if !starts_sequence(&bytes[len..]) => len += 1,
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
        // Only what is white space to HCL becomes a token of that kind, which a layout may leave out.
        let Some(label) = text.trim_end_matches([' ', '\t']).strip_suffix('{') else { return false };
        let name = label.trim_end_matches([' ', '\t']);
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
        self.trivia(TokenKind::Whitespace, label.len() - name.len());
        self.give_up(open, Unclosed::Line);
        self.push(TokenKind::OpenBrace, 1);
        let blank = line_end - self.at;
        if blank > 0 {
            self.trivia(TokenKind::Whitespace, blank);
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

    /// `${` or `%{` in a text, or one of them escaped.
    fn dollar(&mut self) {
        let bytes = self.rest().as_bytes();
        let sign = bytes[0];
        let second = bytes.get(1).copied();
        if second == Some(b'{') {
            let kind = if sign == b'$' { TokenKind::OpenInterpolation } else { TokenKind::OpenDirective };
            if let Some(Frame::Heredoc { at_line_start, .. }) = self.frames.last_mut() {
                *at_line_start = false;
            }
            let (open, outside) = (self.next_token(), self.outside);
            self.frames.push(Frame::Sequence { open, braces: 0, line: self.line, outside });
            self.outside = self.open.len();
            return self.push(kind, if bytes.get(2) == Some(&b'~') { 3 } else { 2 });
        }
        self.push(TokenKind::Literal, if bytes.get(3) == Some(&b'~') { 4 } else { 3 });
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
        let rest = self.rest().as_bytes();
        if starts_sequence(rest) {
            return self.dollar();
        }
        let mut len = 0;
        loop {
            len += until(&rest[len..], TEXT_STOP);
            match rest.get(len) {
                Some(b'$' | b'%') if !starts_sequence(&rest[len..]) => len += 1,
                _ => break,
            }
        }
        if rest.get(len) == Some(&b'\n') {
            if let Some(Frame::Heredoc { at_line_start, .. }) = self.frames.last_mut() {
                *at_line_start = true;
            }
            return self.push_newline(TokenKind::Literal, len + 1);
        }
        self.push(TokenKind::Literal, len);
    }
}

/// Bytes of words: ASCII letters, digits, `_` and `-`.
const WORD: u8 = 1;
/// Bytes that end a plain run in a string in quotes, or may.
const QUOTED_STOP: u8 = 2;
/// Bytes that end a plain run in other texts, or may.
const TEXT_STOP: u8 = 4;

/// What each byte may be, looked up because these questions are asked of nearly every byte of a file.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let c = byte as u8;
        let text_stop = matches!(c, b'\n' | b'$' | b'%');
        if c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-') {
            classes[byte] |= WORD;
        }
        if text_stop {
            classes[byte] |= TEXT_STOP;
        }
        if text_stop || matches!(c, b'\r' | b'"' | b'\\') {
            classes[byte] |= QUOTED_STOP;
        }
        byte += 1;
    }
    classes
};

/// How many bytes there are before one of that class.
fn until(text: &[u8], class: u8) -> usize {
    run(text, |byte| CLASSES[usize::from(byte)] & class == 0)
}

fn run(text: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    text.iter().position(|byte| !belongs(*byte)).unwrap_or(text.len())
}

/// Whether `${`, `%{` or one of them escaped stands here.
fn starts_sequence(text: &[u8]) -> bool {
    match text {
        [b'$' | b'%', b'{', ..] => true,
        [first @ (b'$' | b'%'), second, b'{', ..] => first == second,
        _ => false,
    }
}

/// The length of what stands before the closing quote, where nothing else than characters and their escapes does.
fn plain_text(text: &[u8]) -> Option<usize> {
    let mut len = 0;
    loop {
        len += until(&text[len..], QUOTED_STOP);
        match text.get(len)? {
            b'"' => return Some(len),
            b'$' | b'%' if starts_sequence(&text[len..]) => return None,
            b'\r' | b'\n' => return None,
            b'\\' => {
                // What is escaped may be the first byte of a character: the others end nothing.
                let next = text.get(len + 1)?;
                if matches!(next, b'\r' | b'\n') {
                    return None;
                }
                len += 2;
            }
            _ => len += 1,
        }
    }
}

/// Whether the line could start an argument or a block, by what a word is followed by. Rather too often than not.
fn may_start_item(text: &[u8]) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || byte >= 0x80;
    let blank = |byte: u8| byte == b' ' || byte == b'\t';
    let mut rest = text;
    let mut words = 0;
    loop {
        rest = &rest[run(rest, blank)..];
        match rest {
            [b'{' | b'"', ..] => return words > 0,
            [b'=', next, ..] => return words > 0 && !matches!(next, b'=' | b'>'),
            [b'\r' | b'\n', ..] | [] => return false,
            [b'/', next, ..] => return *next == b'*',
            [byte, ..] if byte.is_ascii_control() => return true,
            [byte, ..] if byte.is_ascii_digit() || !word(*byte) => return false,
            _ => rest = &rest[run(rest, word)..],
        }
        words += 1;
    }
}

/// The length of the first line without its end.
fn line_length(text: &str) -> usize {
    let len = run(text.as_bytes(), |byte| byte != b'\n');
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

/// The length of the identifier that starts here with a letter of ASCII or `_`.
fn word_length(text: &str) -> usize {
    let len = run(text.as_bytes(), |byte| CLASSES[usize::from(byte)] & WORD != 0);
    if text.as_bytes().get(len).is_some_and(|byte| !byte.is_ascii()) { identifier_length(text) } else { len }
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
            0 => at += run(rest.as_bytes(), |byte| byte != b'\n') + 1,
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
