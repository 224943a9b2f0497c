//! Words of Go's template language.

use super::source::Source;

/// A word and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    LeftDelimiter,
    RightDelimiter,
    Space,
    Assign,
    Declare,
    Comma,
    /// Printable, without a meaning.
    Other,
    Character,
    Field,
    Identifier,
    Number,
    Pipe,
    LeftParenthesis,
    RightParenthesis,
    Quoted,
    Raw,
    Variable,
    Bool,
    Dot,
    Keyword(Keyword),
    /// A hole outside a string.
    Hole(usize),
    Error(String),
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

impl Keyword {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "block" => Self::Block,
            "break" => Self::Break,
            "continue" => Self::Continue,
            "define" => Self::Define,
            "else" => Self::Else,
            "end" => Self::End,
            "if" => Self::If,
            "nil" => Self::Nil,
            "range" => Self::Range,
            "template" => Self::Template,
            "with" => Self::With,
            _ => return None,
        })
    }
}

const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];

/// Takes the whole source apart. The last token is the end or the first error.
pub(super) fn lex(source: &Source) -> Vec<Token> {
    let mut lexer = Lexer { source, text: &source.text, at: 0, start: 0, depth: 0, tokens: Vec::new() };
    lexer.run();
    lexer.tokens
}

struct Lexer<'a> {
    source: &'a Source,
    text: &'a str,
    at: usize,
    start: usize,
    depth: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn run(&mut self) {
        loop {
            match self.text[self.at..].find("{{") {
                None => {
                    self.at = self.text.len();
                    if self.at > self.start {
                        self.emit(Kind::Text);
                    }
                    self.emit(Kind::End);
                    return;
                }
                Some(offset) => {
                    let delimiter = self.at + offset;
                    let mut end = delimiter;
                    if left_trim(&self.text[delimiter + 2..]) {
                        end = self.at + self.text[self.at..delimiter].trim_end_matches(SPACES).len();
                    }
                    self.at = end;
                    if end > self.start {
                        self.emit(Kind::Text);
                    }
                    self.at = delimiter;
                    self.start = delimiter;
                }
            }
            if self.opening().is_err() {
                return;
            }
        }
    }

    fn emit(&mut self, kind: Kind) {
        self.tokens.push(Token { kind, start: self.start, end: self.at });
        self.start = self.at;
    }

    fn fail(&mut self, message: impl Into<String>) -> Result<(), ()> {
        self.tokens.push(Token { kind: Kind::Error(message.into()), start: self.start, end: self.at });
        Err(())
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// From `{{` to behind its `}}`.
    fn opening(&mut self) -> Result<(), ()> {
        self.at += 2;
        let marker = if left_trim(self.rest()) { 2 } else { 0 };
        if self.text[self.at + marker..].starts_with("/*") {
            self.at += marker + 2;
            let Some(length) = self.rest().find("*/") else {
                return self.fail("the comment has no `*/`");
            };
            self.at += length + 2;
            let Some(trim) = self.at_right_delimiter() else {
                return self.fail("the comment's `*/` is not followed by `}}`");
            };
            self.close(trim);
            self.start = self.at;
            return Ok(());
        }
        self.emit(Kind::LeftDelimiter);
        self.at += marker;
        self.start = self.at;
        self.depth = 0;
        self.action()
    }

    /// Whether `}}` stands here, and if so whether it trims.
    fn at_right_delimiter(&self) -> Option<bool> {
        let rest = self.rest();
        if right_trim(rest) && rest[2..].starts_with("}}") {
            return Some(true);
        }
        rest.starts_with("}}").then_some(false)
    }

    fn close(&mut self, trim: bool) {
        self.at += if trim { 4 } else { 2 };
        if trim {
            self.at = self.text.len() - self.rest().trim_start_matches(SPACES).len();
        }
    }

    fn action(&mut self) -> Result<(), ()> {
        loop {
            if let Some(trim) = self.at_right_delimiter() {
                if self.depth > 0 {
                    return self.fail("a `(` is not closed");
                }
                self.close(trim);
                self.emit(Kind::RightDelimiter);
                return Ok(());
            }
            if let Some(hole) = self.source.hole_at(self.at) {
                self.next();
                self.emit(Kind::Hole(hole));
                continue;
            }
            let Some(character) = self.next() else {
                return self.fail("the action has no `}}`");
            };
            match character {
                ' ' | '\t' | '\r' | '\n' => self.space(),
                '=' => self.emit(Kind::Assign),
                ':' => {
                    if self.next() != Some('=') {
                        return self.fail("`:` must be followed by `=`");
                    }
                    self.emit(Kind::Declare);
                }
                '|' => self.emit(Kind::Pipe),
                '"' => self.quote('"', Kind::Quoted, "the text has no closing `\"`")?,
                '\'' => self.quote('\'', Kind::Character, "the character has no closing `'`")?,
                '`' => {
                    let Some(length) = self.rest().find('`') else {
                        return self.fail("the text has no closing backtick");
                    };
                    self.at += length + 1;
                    self.emit(Kind::Raw);
                }
                '$' => {
                    if self.at_terminator() {
                        self.emit(Kind::Variable);
                    } else {
                        self.word()?;
                        self.emit(Kind::Variable);
                    }
                }
                '.' if !self.peek().is_some_and(|next| next.is_ascii_digit()) => {
                    if self.at_terminator() {
                        self.emit(Kind::Dot);
                    } else {
                        self.word()?;
                        self.emit(Kind::Field);
                    }
                }
                '.' | '+' | '-' | '0'..='9' => {
                    self.at = self.start;
                    self.number()?;
                }
                '(' => {
                    self.depth += 1;
                    self.emit(Kind::LeftParenthesis);
                }
                ')' => {
                    if self.depth == 0 {
                        return self.fail("a `)` has no `(`");
                    }
                    self.depth -= 1;
                    self.emit(Kind::RightParenthesis);
                }
                ',' => self.emit(Kind::Comma),
                letter if is_word(letter) => {
                    self.word()?;
                    let word = &self.text[self.start..self.at];
                    let kind = match Keyword::of(word) {
                        Some(keyword) => Kind::Keyword(keyword),
                        None if word == "true" || word == "false" => Kind::Bool,
                        None => Kind::Identifier,
                    };
                    self.emit(kind);
                }
                other if other.is_ascii_graphic() => self.emit(Kind::Other),
                other => {
                    return self.fail(format!("U+{:04X} has no meaning here", u32::from(other)));
                }
            }
        }
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    /// The first space is behind us. The space of ` -}}` belongs to the delimiter.
    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches(SPACES).len();
        let last = self.at - 1;
        if right_trim(&self.text[last..]) && self.text[last + 2..].starts_with("}}") {
            self.at = last;
            if self.at == self.start {
                return;
            }
        }
        self.emit(Kind::Space);
    }

    /// The rest of a name, which must end where a name may end.
    fn word(&mut self) -> Result<(), ()> {
        let rest = self.rest();
        self.at += rest.find(|character| !is_word(character)).unwrap_or(rest.len());
        if self.at_terminator() {
            return Ok(());
        }
        if let Some(hole) = self.source.hole_at(self.at) {
            // The hole may be the rest of the name, so it has to be seen.
            self.tokens.push(Token { kind: Kind::Hole(hole), start: self.at, end: self.at });
            return self.fail("`${` cannot follow a name directly");
        }
        let what = match self.peek() {
            Some(character) if character.is_control() => format!("U+{:04X}", u32::from(character)),
            Some(character) => format!("`{character}`"),
            None => "the end".to_owned(),
        };
        self.fail(format!("{what} cannot follow a name directly"))
    }

    fn at_terminator(&self) -> bool {
        match self.peek() {
            None | Some(' ' | '\t' | '\r' | '\n' | '.' | ',' | '|' | ':' | ')' | '(') => true,
            Some(_) => self.rest().starts_with("}}"),
        }
    }

    fn quote(&mut self, end: char, kind: Kind, message: &str) -> Result<(), ()> {
        loop {
            match self.next() {
                Some('\\') => {
                    if matches!(self.next(), None | Some('\n')) {
                        return self.fail(message);
                    }
                }
                None | Some('\n') => return self.fail(message),
                Some(character) if character == end => break,
                Some(_) => {}
            }
        }
        self.emit(kind);
        Ok(())
    }

    /// Wider than numbers are; the parser says what is wrong with the others.
    fn number(&mut self) -> Result<(), ()> {
        let good = self.scan_number();
        if good && !matches!(self.peek(), Some('+' | '-')) {
            self.emit(Kind::Number);
            return Ok(());
        }
        if good {
            return self.fail("complex numbers are not supported");
        }
        self.next();
        self.fail(format!("`{}` is not a number", &self.text[self.start..self.at]))
    }

    fn accept(&mut self, set: &str) -> bool {
        let found = self.peek().filter(|character| set.contains(*character));
        self.at += found.map_or(0, char::len_utf8);
        found.is_some()
    }

    fn scan_number(&mut self) -> bool {
        self.accept("+-");
        let mut digits = "0123456789_";
        if self.accept("0") {
            if self.accept("xX") {
                digits = "0123456789abcdefABCDEF_";
            } else if self.accept("oO") {
                digits = "01234567_";
            } else if self.accept("bB") {
                digits = "01_";
            }
        }
        while self.accept(digits) {}
        if self.accept(".") {
            while self.accept(digits) {}
        }
        if digits.len() == 11 && self.accept("eE") || digits.len() == 23 && self.accept("pP") {
            self.accept("+-");
            while self.accept("0123456789_") {}
        }
        self.accept("i");
        !self.peek().is_some_and(is_word)
    }
}

fn left_trim(text: &str) -> bool {
    matches!(text.as_bytes(), [b'-', b' ' | b'\t' | b'\r' | b'\n', ..])
}

fn right_trim(text: &str) -> bool {
    matches!(text.as_bytes(), [b' ' | b'\t' | b'\r' | b'\n', b'-', ..])
}

fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}
