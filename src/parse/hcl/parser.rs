//! What all parts of the parser stand on: the cursor, faults, and how to get behind them.

use std::collections::BTreeMap;

use super::lexer::{self, Keep, Lexed, Mode, NONE, Unclosed};
use super::token::{Token, TokenKind};
use super::{brackets, template};
use crate::declare_diagnostic;
use crate::diagnostic::{Diagnostic, Sink};
use crate::parse::shared::NESTING_TOO_DEEP;
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::{Expr, ExprKind, Item, MAX_DEPTH, Template, TemplateKind};

declare_diagnostic! {
    pub static EXPECTED_EXPRESSION = {
        code: "expected-expression",
        severity: Error,
        since: "0.1.0",
        summary: "a value is missing, or something else stands in its place",
    }
    pub static INVALID_CHARACTER = {
        code: "invalid-character",
        severity: Error,
        since: "0.1.0",
        summary: "a character that means nothing in this language",
    }
    pub static UNCLOSED_BRACKET = {
        code: "unclosed-bracket",
        severity: Error,
        since: "0.1.0",
        summary: "a bracket is never closed, or closed by one of another kind",
    }
    pub static UNTERMINATED_COMMENT = {
        code: "unterminated-comment",
        severity: Error,
        since: "0.1.0",
        summary: "a `/*` comment runs to the end of the file",
    }
}

/// Something could not be read; it was reported. Whoever knows where the thing ends goes on behind it.
#[derive(Debug)]
pub(super) struct Fault;

/// The result of reading something.
pub(super) type Read<T> = Result<T, Fault>;

/// An expression and how many expressions the longest path through it has.
pub(super) struct Node {
    pub(super) expr: Expr,
    pub(super) height: usize,
}

impl Node {
    pub(super) fn leaf(kind: ExprKind, span: Span) -> Self {
        Self { expr: Expr { kind, span }, height: 1 }
    }

    pub(super) fn over(kind: ExprKind, span: Span, height: usize) -> Self {
        Self { expr: Expr { kind, span }, height: height + 1 }
    }
}

pub(super) struct Parser<'a> {
    pub(super) file: FileId,
    text: &'a str,
    sink: &'a mut Sink,
    pub(super) tokens: Vec<Token>,
    ends: Vec<u32>,
    pub(super) unclosed: BTreeMap<usize, Unclosed>,
    pub(super) at: usize,
    last: Span,
    /// Whether the end of a line ends something here.
    newlines: bool,
    /// How many expressions and blocks are around what is being read.
    pub(super) depth: usize,
    too_deep: bool,
    /// The block at hand stands on the line of another one, which was reported.
    pub(super) one_line: bool,
    /// The place before which something was given up that was reported: what else ends there has the same cause.
    given_up_at: Option<usize>,
    /// Items of bodies, and elements of lists, whose end was not met yet: collected here, each then gets exactly the
    /// memory that it needs.
    pub(super) items: Vec<Item>,
    pub(super) elements: Vec<Expr>,
    /// Memory for the pieces of the next template.
    pub(super) spare: Vec<template::Piece<'a>>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(sources: &'a SourceMap, file: FileId, mode: Mode, sink: &'a mut Sink) -> Self {
        let text = sources.file(file).text.as_str();
        let mut lexed = lexer::lex(text, file, mode, Keep::Words);
        brackets::pair(&mut lexed, text);
        let Lexed { tokens, ends, unclosed, faults, paired: _ } = lexed;
        let mut parser = Self {
            file,
            text,
            sink,
            tokens,
            ends,
            unclosed,
            at: 0,
            last: Span::new(file, 0, 0),
            newlines: true,
            depth: 0,
            too_deep: false,
            one_line: false,
            given_up_at: None,
            items: Vec::new(),
            elements: Vec::new(),
            spare: Vec::new(),
        };
        for fault in faults {
            parser.report_trivia(fault);
        }
        parser
    }

    /// A whole file that is an expression.
    pub(super) fn whole_expression(&mut self) -> Expr {
        let all = Span::new(self.file, 0, self.text.len());
        let found = self.without_newlines(|parser| {
            let node = parser.expression()?;
            match parser.kind() {
                TokenKind::End => Ok(node.expr),
                _ => Err(parser.unexpected("the end of the expression", |diagnostic| {
                    diagnostic.help("write one expression, or put quotes around the text")
                })),
            }
        });
        found.unwrap_or(Expr { kind: ExprKind::Error, span: all })
    }

    /// A whole file that is a template.
    pub(super) fn whole_template(&mut self) -> Template {
        let end = self.tokens.len() - 1;
        match self.template_parts(end, template::Flush::No) {
            Ok((parts, _)) => Template { parts, kind: TemplateKind::File },
            Err(Fault) => Template { parts: Vec::new(), kind: TemplateKind::File },
        }
    }

    // ---- the cursor

    pub(super) fn kind(&mut self) -> TokenKind {
        if !self.newlines {
            while self.tokens[self.at].kind == TokenKind::Newline {
                self.at += 1;
            }
        }
        self.tokens[self.at].kind
    }

    pub(super) fn token(&mut self) -> Token {
        self.kind();
        self.tokens[self.at]
    }

    /// The text of a token.
    pub(super) fn text(&self, token: Token) -> &'a str {
        &self.text[token.span.range()]
    }

    /// Takes the next token.
    pub(super) fn bump(&mut self) -> Token {
        let token = self.token();
        if token.kind != TokenKind::End {
            if token.kind != TokenKind::Newline {
                self.last = token.span.tail();
            }
            self.at += 1;
        }
        token
    }

    pub(super) fn eat(&mut self, kind: TokenKind) -> Option<Token> {
        (self.kind() == kind).then(|| self.bump())
    }

    /// Takes the next token if it is this word.
    pub(super) fn eat_word(&mut self, word: &str) -> Option<Token> {
        self.is_word(word).then(|| self.bump())
    }

    pub(super) fn is_word(&mut self, word: &str) -> bool {
        let token = self.token();
        token.kind == TokenKind::Identifier && self.text(token) == word
    }

    /// Goes to that token, forward only.
    pub(super) fn jump(&mut self, to: usize) {
        let to = to.min(self.tokens.len() - 1);
        let skipped = self.tokens.get(self.at..to).unwrap_or_default();
        if let Some(token) = skipped.iter().rev().find(|token| token.kind != TokenKind::Newline) {
            self.last = token.span.tail();
        }
        self.at = self.at.max(to);
    }

    /// Where the last token that is not the end of a line ended, as an empty span.
    pub(super) fn behind_last(&self) -> Span {
        self.last
    }

    /// From `start` to the end of what was read last.
    pub(super) fn since(&self, start: Span) -> Span {
        let end = self.behind_last();
        if end.start < start.start { start } else { start.to(end) }
    }

    /// Whether the end of a line ends something here.
    pub(super) fn newlines_count(&self) -> bool {
        self.newlines
    }

    pub(super) fn without_newlines<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        self.with_newlines(false, read)
    }

    pub(super) fn with_newlines<T>(&mut self, newlines: bool, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.newlines, newlines);
        let result = read(self);
        self.newlines = before;
        result
    }

    // ---- what belongs together

    /// The token that ends what `open` starts, closed or given up.
    pub(super) fn end_of(&self, open: usize) -> usize {
        match self.ends[open] {
            NONE => open + 1,
            end => end as usize,
        }
    }

    /// Whether `open` has its closing token.
    pub(super) fn is_closed(&self, open: usize) -> bool {
        let end = self.end_of(open);
        self.tokens[open].kind.closer() == self.tokens.get(end).map(|token| token.kind)
            && (!self.unclosed.contains_key(&open) || matches!(self.unclosed[&open], Unclosed::Marker(_)))
    }

    /// Whether `open` is closed by a bracket of another kind.
    pub(super) fn is_mistyped(&self, open: usize) -> bool {
        let end = self.end_of(open);
        !self.is_closed(open)
            && !self.unclosed.contains_key(&open)
            && self.ends.get(end).is_some_and(|back| *back as usize == open)
    }

    /// The first token behind what starts at `at`.
    fn over(&self, at: usize) -> usize {
        if self.tokens[at].kind.closer().is_none() {
            return at + 1;
        }
        let end = self.end_of(at);
        let behind = if self.is_closed(at) || self.is_mistyped(at) { end + 1 } else { end };
        behind.max(at + 1)
    }

    /// Takes the bracket at hand. The token that closes it, or nothing if it is closed by another kind: then all of it
    /// was passed over.
    pub(super) fn open_bracket(&mut self) -> Read<Option<usize>> {
        let open = self.at;
        let token = self.tokens[open];
        let end = self.end_of(open);
        if self.is_closed(open) {
            self.bump();
            return Ok(Some(end));
        }
        let (opener, closer) = pair_text(token.kind);
        if self.is_mistyped(open) {
            let wrong = self.tokens[end];
            let found = self.text(wrong);
            self.report(
                UNCLOSED_BRACKET
                    .at(wrong.span, format!("`{found}` cannot close `{opener}`"))
                    .label(format!("expected `{closer}`"))
                    .also(token.span, "opened here")
                    .help(format!("write `{closer}` instead of `{found}`")),
            );
            self.jump(end + 1);
            return Ok(None);
        }
        if let Some(inner) = self.string_given_up_with(open, end) {
            // What swallowed the closing bracket is the cause.
            self.at = inner;
            return Err(self.string_fault(inner));
        }
        if self.first_given_up_at(end) {
            self.report(
                UNCLOSED_BRACKET
                    .at(token.span, format!("`{opener}` is never closed"))
                    .label("opened here")
                    .help(format!("add `{closer}` where it ends")),
            );
        }
        self.jump(end);
        Err(Fault)
    }

    /// The first string behind `open` that was given up at the same place, if that is not known yet.
    fn string_given_up_with(&self, open: usize, end: usize) -> Option<usize> {
        if self.given_up_at == Some(end) {
            return None;
        }
        let text = |kind| matches!(kind, TokenKind::OpenQuote | TokenKind::OpenHeredoc);
        let inside = self.unclosed.range(open + 1..end).map(|(inner, _)| *inner);
        inside.into_iter().find(|inner| text(self.tokens[*inner].kind) && self.end_of(*inner) == end)
    }

    /// Whether something given up at `end` is news; it is not, the second time.
    pub(super) fn first_given_up_at(&mut self, end: usize) -> bool {
        self.given_up_at.replace(end) != Some(end)
    }

    // ---- getting behind faults

    /// Goes to the next comma (or end of a line, where those separate) that belongs to what ends at `end`.
    pub(super) fn skip_to_separator(&mut self, end: usize, newlines: bool) {
        while self.at < end {
            match self.tokens[self.at].kind {
                TokenKind::Comma => return,
                TokenKind::Newline if newlines => return,
                _ => self.jump(self.over(self.at)),
            }
        }
    }

    /// Goes to the end of the line that the item at hand ends with, at most to `end`.
    pub(super) fn skip_item(&mut self, end: usize) {
        while self.at < end {
            match self.tokens[self.at].kind {
                TokenKind::Newline | TokenKind::End => return,
                _ => self.jump(self.over(self.at).min(end)),
            }
        }
    }

    // ---- faults

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.report(diagnostic);
    }

    pub(super) fn fault(&mut self, diagnostic: Diagnostic) -> Fault {
        self.report(diagnostic);
        Fault
    }

    /// One level deeper. Whoever calls it goes up again, also after a fault inside.
    pub(super) fn enter(&mut self) -> Read<()> {
        self.may_nest(self.depth + 1, self.tokens[self.at].span)?;
        self.depth += 1;
        Ok(())
    }

    /// Refuses a path of this many expressions and blocks.
    pub(super) fn may_nest(&mut self, path: usize, span: Span) -> Read<()> {
        if path < MAX_DEPTH {
            return Ok(());
        }
        if !std::mem::replace(&mut self.too_deep, true) {
            self.report(
                NESTING_TOO_DEEP
                    .at(span, format!("more than {MAX_DEPTH} levels are nested here"))
                    .label("this is not read any further")
                    .help("give the inner parts names in a `locals` block and use those"),
            );
        }
        Err(Fault)
    }

    /// A new item at the top: what was too deep before says nothing about it.
    pub(super) fn forget_depth(&mut self) {
        self.too_deep = false;
    }

    /// The token at hand is not what belongs here. `add` says what to do about it.
    pub(super) fn unexpected(&mut self, expected: &str, add: impl FnOnce(Diagnostic) -> Diagnostic) -> Fault {
        let token = self.token();
        if token.kind == TokenKind::Invalid {
            return self.invalid(token);
        }
        let span = self.place(token);
        let found = self.describe(token);
        let diagnostic = EXPECTED_EXPRESSION
            .at(span, format!("expected {expected}, found {found}"))
            .label(format!("expected {expected}"));
        self.fault(add(diagnostic))
    }

    /// Where to point for a token that is not expected: the end of a line is shown behind its last word.
    pub(super) fn place(&self, token: Token) -> Span {
        match token.kind {
            TokenKind::Newline | TokenKind::End => self.behind_last(),
            _ => token.span,
        }
    }

    /// Names a token in a message.
    pub(super) fn describe(&self, token: Token) -> String {
        match token.kind {
            TokenKind::Newline | TokenKind::QuotedNewline => "the end of the line".to_owned(),
            TokenKind::End => "the end of the file".to_owned(),
            TokenKind::OpenQuote => "a string".to_owned(),
            TokenKind::OpenHeredoc => "a heredoc".to_owned(),
            TokenKind::Literal => "text".to_owned(),
            _ => format!("`{}`", self.text(token)),
        }
    }

    /// Something that is no part of the language.
    pub(super) fn invalid(&mut self, token: Token) -> Fault {
        let text = self.text(token);
        let mut chars = text.chars();
        let first = chars.next().unwrap_or_default();
        let inner = chars.as_str();
        let inner = inner.char_indices().next_back().map_or("", |(last, _)| &inner[..last]);
        let (message, help) = match first {
            '\'' if text.len() > 1 => ("strings stand in double quotes".to_owned(), format!("write `\"{inner}\"`")),
            '“' | '”' | '„' | '‘' | '’' if !inner.is_empty() => {
                ("these are typographic quotes".to_owned(), format!("write `\"{inner}\"` with straight quotes"))
            }
            '`' if text.len() > 1 => (
                "strings do not stand in backticks".to_owned(),
                format!("write `\"{inner}\"`, or a heredoc for several lines"),
            ),
            '“' | '”' | '„' | '‘' | '’' => {
                ("this is a typographic quote".to_owned(), "write a straight `\"`".to_owned())
            }
            '\'' | '`' => (format!("`{first}` starts nothing"), "put strings in double quotes".to_owned()),
            '&' => ("there is no operator `&`".to_owned(), "write `&&` for a logical and".to_owned()),
            '|' => ("there is no operator `|`".to_owned(), "write `||` for a logical or".to_owned()),
            '~' => (
                "there is no operator `~`".to_owned(),
                "write `!` for a logical not; `~` trims only right behind `${` or before `}`".to_owned(),
            ),
            '^' => ("there is no operator `^`".to_owned(), "use the function `pow` for powers".to_owned()),
            ';' => ("`;` separates nothing".to_owned(), "put each argument on a line of its own".to_owned()),
            '$' => (
                "`$` means something only in strings".to_owned(),
                "write the name alone, as in `var.name`, or `\"${…}\"` in a string".to_owned(),
            ),
            '@' => ("`@` means nothing here".to_owned(), "put the text in double quotes".to_owned()),
            c => (format!("`{c}` means nothing here"), "remove it, or put the text in double quotes".to_owned()),
        };
        let label = match text.chars().count() {
            1 => "this character",
            _ => "this text",
        };
        self.fault(INVALID_CHARACTER.at(token.span, message).label(label).help(help))
    }

    /// Reports what is wrong with text that stands between tokens.
    fn report_trivia(&mut self, fault: Token) {
        let span = fault.span;
        if fault.kind == TokenKind::UnterminatedComment {
            self.given_up_at = Some(self.tokens.len() - 1);
            let opener = Span { end: span.start + 2, ..span };
            return self.report(
                UNTERMINATED_COMMENT
                    .at(opener, "this comment is never closed")
                    .label("everything behind it is comment")
                    .help("add `*/` where it ends, or use `#` for a comment of one line"),
            );
        }
        let code = self.text(fault).chars().next().map_or(0, u32::from);
        self.report(
            INVALID_CHARACTER
                .at(span, format!("the invisible character U+{code:04X} stands here"))
                .label("it looks like nothing or like a space, and is neither")
                .help("delete it and type a space"),
        );
    }
}

fn pair_text(open: TokenKind) -> (&'static str, &'static str) {
    match open {
        TokenKind::OpenBrace => ("{", "}"),
        TokenKind::OpenBracket => ("[", "]"),
        TokenKind::OpenParen => ("(", ")"),
        _ => unreachable!("internal error: not a bracket"),
    }
}
