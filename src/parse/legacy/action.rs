//! The actions of Go's template language in a text, as far as they can be put into HCL.
//!
//! Comes in: a decoded text. Goes out: its pieces, in order. What is no call with literal arguments is kept as it is: the
//! engine reads it again when the text is rendered, and says what is wrong with it.

use std::ops::Range;

/// A piece of a text.
#[derive(Debug)]
pub(super) enum Piece {
    /// Outside of braces.
    Text(Range<usize>),
    /// `{{ … }}`
    Action(Action),
}

/// `{{ … }}`
#[derive(Debug)]
pub(super) struct Action {
    /// With its braces.
    pub(super) range: Range<usize>,
    /// `{{-`
    pub(super) trims_before: bool,
    /// `-}}`
    pub(super) trims_behind: bool,
    /// What it computes, where it does nothing but that.
    pub(super) pipeline: Option<Pipeline>,
    /// Calls of functions with nothing but literal arguments, wherever in the action they stand, the outermost of each.
    pub(super) calls: Vec<Term>,
}

/// `a | b`
pub(super) type Pipeline = Vec<Command>;

/// A function and its arguments, or one value.
#[derive(Debug)]
pub(super) struct Command {
    /// Never empty.
    pub(super) terms: Vec<Term>,
}

/// A value or a function.
#[derive(Debug)]
pub(super) struct Term {
    /// Where it stands.
    pub(super) range: Range<usize>,
    pub(super) kind: TermKind,
}

#[derive(Debug)]
pub(super) enum TermKind {
    /// A function.
    Name(String),
    /// A string, decoded.
    Text(String),
    /// Decimal digits.
    Number(String),
    /// `( … )`, or a call that stands for its value.
    Pipeline(Pipeline),
    /// A field, a variable, ….
    Other,
}

/// A text in pieces; an action without end is text.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(open) = text[at..].find("{{").map(|offset| at + offset) {
        let Some((tokens, end)) = lex(text, open) else {
            // Neither comment nor action: the engine says what it is.
            at = open + 2;
            continue;
        };
        if open > from {
            pieces.push(Piece::Text(from..open));
        }
        let inside = &text[open + 2..end - 2];
        let keyword = matches!(tokens.first(), Some((Token::Name, range)) if is_keyword(&text[range.clone()]));
        let mut parser = Parser { text, tokens: &tokens[usize::from(keyword)..], at: 0, depth: 0, calls: Vec::new() };
        let pipeline = parser.pipeline();
        let whole = parser.at == parser.tokens.len() && !keyword;
        let calls = parser.calls;
        pieces.push(Piece::Action(Action {
            range: open..end,
            trims_before: inside.starts_with("- "),
            trims_behind: inside.ends_with(" -"),
            pipeline: pipeline.filter(|_| whole),
            calls,
        }));
        (from, at) = (end, end);
    }
    if from < text.len() {
        pieces.push(Piece::Text(from..text.len()));
    }
    pieces
}

fn is_keyword(word: &str) -> bool {
    ["if", "else", "end", "range", "with", "template", "define", "block", "break", "continue"].contains(&word)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Name,
    Quoted,
    Raw,
    Number,
    Open,
    Close,
    Pipe,
    Other,
}

/// A word and its place.
type Word = (Token, Range<usize>);

/// The words between the braces that open at `open`, and the place behind the braces that close.
fn lex(text: &str, open: usize) -> Option<(Vec<Word>, usize)> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = open + 2;
    if text[at..].trim_start_matches("- ").starts_with("/*") {
        let end = at + text[at..].find("*/")? + 2;
        let close = end + text[end..].find("}}")?;
        return Some((vec![(Token::Other, at..end)], close + 2));
    }
    loop {
        let start = at;
        let token = match *bytes.get(at)? {
            b'}' if bytes.get(at + 1) == Some(&b'}') => return Some((tokens, at + 2)),
            b'-' if start == open + 2 && bytes.get(at + 1) == Some(&b' ')
                || bytes.get(at.wrapping_sub(1)) == Some(&b' ') && text[at..].starts_with("-}}") =>
            {
                at += 1;
                continue;
            }
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b'`' => {
                at += 2 + text[at + 1..].find('`')?;
                Token::Raw
            }
            quote @ (b'"' | b'\'') => {
                at += 1;
                loop {
                    match *bytes.get(at)? {
                        b'\\' => at += 2,
                        b'\n' => return None,
                        byte if byte == quote => break,
                        _ => at += 1,
                    }
                }
                at += 1;
                if quote == b'"' { Token::Quoted } else { Token::Other }
            }
            b'(' => {
                at += 1;
                Token::Open
            }
            b')' => {
                at += 1;
                Token::Close
            }
            b'|' => {
                at += 1;
                Token::Pipe
            }
            byte if byte.is_ascii_digit() || byte == b'-' && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => {
                at += 1 + word_len(&text[at + 1..]);
                let digits = text[start + 1..at].bytes().all(|byte| byte.is_ascii_digit());
                if digits { Token::Number } else { Token::Other }
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                at += word_len(&text[at..]);
                // A call whose result has fields is none of ours.
                if text[start..at].contains('.') { Token::Other } else { Token::Name }
            }
            _ => {
                at += word_len(&text[at..]).max(text[at..].chars().next().map_or(1, char::len_utf8));
                Token::Other
            }
        };
        tokens.push((token, start..at));
    }
}

fn word_len(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(text.len())
}

/// How deep parentheses may nest before an action is left as it is.
const DEEPEST: usize = 20;

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [(Token, Range<usize>)],
    at: usize,
    depth: usize,
    calls: Vec<Term>,
}

impl Parser<'_> {
    fn pipeline(&mut self) -> Option<Pipeline> {
        let mut commands = Vec::new();
        let mut sound = true;
        loop {
            let mut terms = Vec::new();
            while let Some((token, range)) = self.tokens.get(self.at).cloned() {
                let kind = match token {
                    Token::Pipe | Token::Close => break,
                    Token::Name => TermKind::Name(self.text[range.clone()].to_owned()),
                    Token::Raw => TermKind::Text(self.text[range.start + 1..range.end - 1].replace('\r', "")),
                    Token::Quoted => {
                        unquote(&self.text[range.start + 1..range.end - 1]).map_or(TermKind::Other, TermKind::Text)
                    }
                    Token::Number => TermKind::Number(self.text[range.clone()].to_owned()),
                    Token::Other => TermKind::Other,
                    Token::Open => {
                        self.at += 1;
                        self.depth += 1;
                        let inner = if self.depth > DEEPEST { None } else { self.pipeline() };
                        self.depth -= 1;
                        let close = self.tokens.get(self.at).map(|(_, range)| range.end)?;
                        let kind = inner.map_or(TermKind::Other, TermKind::Pipeline);
                        self.at += 1;
                        terms.push(Term { range: range.start..close, kind });
                        continue;
                    }
                };
                self.at += 1;
                terms.push(Term { range, kind });
            }
            sound &= !terms.is_empty() && terms.iter().all(|term| !matches!(term.kind, TermKind::Other));
            self.remember(&terms);
            if !terms.is_empty() {
                commands.push(Command { terms });
            }
            match self.tokens.get(self.at) {
                Some((Token::Pipe, _)) => self.at += 1,
                _ => return sound.then_some(commands),
            }
        }
    }

    /// Keeps a call of literals: a command, or the names without arguments and the parentheses in one.
    fn remember(&mut self, terms: &[Term]) {
        let is_literal = |term: &Term| matches!(term.kind, TermKind::Text(_) | TermKind::Number(_));
        let (Some(first), Some(last)) = (terms.first(), terms.last()) else { return };
        if let TermKind::Name(name) = &first.kind
            && terms[1..].iter().all(is_literal)
        {
            let copy = |term: &Term| Term { range: term.range.clone(), kind: literal(&term.kind) };
            let mut command = vec![Term { range: first.range.clone(), kind: TermKind::Name(name.clone()) }];
            command.extend(terms[1..].iter().map(copy));
            let kind = TermKind::Pipeline(vec![Command { terms: command }]);
            self.calls.push(Term { range: first.range.start..last.range.end, kind });
            return;
        }
        for term in &terms[1..] {
            if let TermKind::Name(name) = &term.kind {
                let command =
                    Command { terms: vec![Term { range: term.range.clone(), kind: TermKind::Name(name.clone()) }] };
                self.calls.push(Term { range: term.range.clone(), kind: TermKind::Pipeline(vec![command]) });
            }
        }
    }
}

fn literal(kind: &TermKind) -> TermKind {
    match kind {
        TermKind::Text(text) => TermKind::Text(text.clone()),
        TermKind::Number(number) => TermKind::Number(number.clone()),
        TermKind::Name(_) | TermKind::Pipeline(_) | TermKind::Other => TermKind::Other,
    }
}

/// What a quoted string stands for, where its escapes are the plain ones.
fn unquote(inside: &str) -> Option<String> {
    let mut out = String::new();
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        out.push(match character {
            '\\' => match characters.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                same @ ('\\' | '"') => same,
                _ => return None,
            },
            other => other,
        });
    }
    Some(out)
}
