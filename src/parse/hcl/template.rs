//! Strings, heredocs and template files.
//!
//! Follows HCL step by step, because what white space remains depends on it: the text is a flat row of pieces, trim
//! markers act on the piece beside them only, then indentation is taken from heredocs, then directives are nested.

use std::borrow::Cow;

use super::collections::ForHead;
use super::lexer::Unclosed;
use super::parser::{Fault, Node, Parser, Read};
use super::token::{Token, TokenKind};
use crate::declare_diagnostic;
use crate::source::{Span, Spanned};
use crate::syntax::{Expr, ExprKind, Part, Template, TemplateKind};

declare_diagnostic! {
    pub static INVALID_DIRECTIVE = {
        code: "invalid-directive",
        severity: Error,
        since: "0.1.0",
        summary: "a `%{` directive is unknown, or does not fit to those around it",
    }
    pub static INVALID_HEREDOC = {
        code: "invalid-heredoc",
        severity: Error,
        since: "0.1.0",
        summary: "the first or the last line of a heredoc is not written like one",
    }
    pub static INVALID_INTERPOLATION = {
        code: "invalid-interpolation",
        severity: Error,
        since: "0.1.0",
        summary: "`${` holds something that is not one expression",
    }
    pub static UNCLOSED_INTERPOLATION = {
        code: "unclosed-interpolation",
        severity: Error,
        since: "0.1.0",
        summary: "a `${` or `%{` in a text is never closed",
    }
    pub static UNTERMINATED_HEREDOC = {
        code: "unterminated-heredoc",
        severity: Error,
        since: "0.1.0",
        summary: "a heredoc has no closing marker",
    }
    pub static UNTERMINATED_STRING = {
        code: "unterminated-string",
        severity: Error,
        since: "0.1.0",
        summary: "a string is not closed on its line",
    }
}

/// Whether indentation is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flush {
    Yes,
    No,
}

/// What a template is made of, before directives are nested.
pub(super) enum Piece<'a> {
    Literal(Spanned<Cow<'a, str>>),
    Interpolation(Expr),
    If(Expr, Span),
    For { key: Option<Spanned<String>>, value: Spanned<String>, collection: Expr, span: Span },
    Else(Span),
    EndIf(Span),
    EndFor(Span),
}

/// A directive whose end was not met yet.
struct Open {
    head: Head,
    span: Span,
    then: Vec<Part>,
    otherwise: Option<Vec<Part>>,
}

enum Head {
    If(Expr),
    For { key: Option<Spanned<String>>, value: Spanned<String>, collection: Expr },
}

impl Open {
    fn word(&self) -> &'static str {
        match self.head {
            Head::If(_) => "if",
            Head::For { .. } => "for",
        }
    }

    fn parts(&mut self) -> &mut Vec<Part> {
        self.otherwise.as_mut().unwrap_or(&mut self.then)
    }

    fn close(self, end: Span) -> Part {
        let Self { head, span, then, otherwise } = self;
        let span = span.to(end);
        match head {
            Head::If(condition) => Part::If { condition, then, otherwise: otherwise.unwrap_or_default(), span },
            Head::For { key, value, collection } => Part::For { key, value, collection, body: then, span },
        }
    }
}

impl<'a> Parser<'a> {
    /// `"…"` or a heredoc.
    pub(super) fn string(&mut self) -> Read<Node> {
        let open = self.at;
        let token = self.tokens[open];
        if !self.is_closed(open) {
            return Err(self.string_fault(open));
        }
        let end = self.end_of(open);
        let mut kind = TemplateKind::Quoted;
        if token.kind == TokenKind::OpenHeredoc {
            kind =
                if self.text(token).starts_with("<<-") { TemplateKind::IndentedHeredoc } else { TemplateKind::Heredoc };
            self.heredoc_lines(open);
        }
        self.bump();
        if kind == TemplateKind::Quoted && end <= open + 2 {
            return self.plain_string(open, end);
        }
        let flush = if kind == TemplateKind::IndentedHeredoc { Flush::Yes } else { Flush::No };
        let read = self.template_parts(end, flush);
        self.jump(end);
        self.bump();
        let span = token.span.to(self.tokens[end].span);
        Ok(match read {
            Ok((parts, height)) => Node::over(ExprKind::Template(Template { parts, kind }), span, height),
            Err(Fault) => Node::leaf(ExprKind::Error, span),
        })
    }

    /// A string that is one piece at most.
    fn plain_string(&mut self, open: usize, end: usize) -> Read<Node> {
        let span = self.tokens[open].span.to(self.tokens[end].span);
        let piece = self.tokens[open + 1];
        let mut parts = Vec::new();
        if self.may_nest(self.depth + 1, piece.span).is_err() {
            self.jump(end);
            self.bump();
            return Ok(Node::leaf(ExprKind::Error, span));
        }
        match piece.kind {
            TokenKind::CloseQuote => {}
            TokenKind::Literal => {
                let text = self.decode(piece, true);
                parts = vec![Part::Literal(Spanned::new(normalized(text), piece.span))];
                self.bump();
            }
            _ => {
                self.quoted_newline(open, &mut false);
                self.bump();
            }
        }
        self.bump();
        Ok(Node::leaf(ExprKind::Template(Template { parts, kind: TemplateKind::Quoted }), span))
    }

    /// What is wrong with the first and the last line of a heredoc that has both.
    fn heredoc_lines(&mut self, open: usize) {
        let token = self.tokens[open];
        let text = self.text(token);
        let line = text.trim_end_matches(['\n', '\r']);
        let dash = if line.starts_with("<<-") { "-" } else { "" };
        let marker = self.marker(open);
        let wanted = format!("<<{dash}{marker}");
        if line != wanted {
            let span =
                Span::new(self.file, token.span.start as usize, token.span.start as usize + line.trim_end().len());
            let bare = line.trim_end() == wanted;
            let message = match bare {
                true => format!("white space follows `{wanted}`"),
                false => format!("a heredoc starts with `{wanted}` and nothing else on its line"),
            };
            self.report(
                INVALID_HEREDOC
                    .at(span, message)
                    .label(if bare { "the line must end here" } else { "not like this" })
                    .help(if bare {
                        "remove what you do not see at the end of the line".to_owned()
                    } else {
                        format!("write `{wanted}`")
                    }),
            );
        }
        if let Some(Unclosed::Marker(close)) = self.unclosed.get(&open).copied() {
            let place = self.tokens[close].span;
            let next = self.tokens.get(close + 1).map(|token| token.kind);
            let (message, help) = match next {
                Some(TokenKind::End) => (
                    format!("the line behind the closing `{marker}` is missing"),
                    "end the file with a newline".to_owned(),
                ),
                _ => (
                    format!("the closing `{marker}` must stand alone on its line"),
                    format!("put what follows `{marker}` on the next line"),
                ),
            };
            self.report(
                INVALID_HEREDOC
                    .at(place, message)
                    .label("this does not end the heredoc")
                    .also(token.span, "which starts here")
                    .help(help),
            );
        }
    }

    fn marker(&self, open: usize) -> String {
        let text = self.text(self.tokens[open]);
        let name = text[2..].strip_prefix('-').unwrap_or(&text[2..]).trim_start().trim_start_matches(['"', '\'']);
        name.chars().take_while(|c| *c == '-' || unicode_ident::is_xid_continue(*c)).collect()
    }

    /// A string that was given up: says why, and goes to where that happened.
    pub(super) fn string_fault(&mut self, open: usize) -> Fault {
        let token = self.tokens[open];
        let end = self.end_of(open);
        let at_end = self.tokens[end.min(self.tokens.len() - 1)].kind == TokenKind::End;
        let news = self.first_given_up_at(end) || !at_end;
        let why = self.unclosed.get(&open).copied();
        self.jump(end);
        if !news {
            return Fault;
        }
        if token.kind == TokenKind::OpenHeredoc {
            let marker = self.marker(open);
            let line = self.text(token).trim_end();
            let span = Span::new(self.file, token.span.start as usize, token.span.start as usize + line.len());
            return self.fault(
                UNTERMINATED_HEREDOC
                    .at(span, format!("the heredoc `{line}` is never closed"))
                    .label("starts here")
                    .help(format!("add a line that is only `{marker}`, and a newline behind it")),
            );
        }
        // The file ended in a `${`: the string around it would be whole if that were closed.
        let inner = match why {
            Some(Unclosed::Sequence(inner)) => Some(inner),
            Some(Unclosed::File) => self.sequence_given_up_with(open, end),
            _ => None,
        };
        if let Some(inner) = inner {
            return self.sequence_fault(inner);
        }
        self.fault(
            UNTERMINATED_STRING
                .at(token.span, "this string is not closed on its line")
                .label("starts here")
                .help("add `\"` where it ends"),
        )
    }

    /// The first `${` or `%{` right inside `open` that was given up at the same place.
    fn sequence_given_up_with(&self, open: usize, end: usize) -> Option<usize> {
        let (inner, _) = self.unclosed.range(open + 1..end).next()?;
        let kind = self.tokens[*inner].kind;
        let sequence = matches!(kind, TokenKind::OpenInterpolation | TokenKind::OpenDirective);
        (sequence && self.end_of(*inner) == end).then_some(*inner)
    }

    fn sequence_fault(&mut self, open: usize) -> Fault {
        let token = self.tokens[open];
        let text = self.text(token);
        let sign = &text[..1];
        self.fault(
            UNCLOSED_INTERPOLATION.at(token.span, format!("`{text}` is never closed")).label("opened here").help(
                format!("add `}}` behind the expression, or write `{sign}{sign}{{` for the characters `{sign}{{`"),
            ),
        )
    }

    /// A line ends inside a string in quotes.
    pub(super) fn quoted_newline(&mut self, open: usize, said: &mut bool) {
        if std::mem::replace(said, true) {
            return;
        }
        let quote = self.tokens[open];
        let end = self.tokens[self.at].span;
        self.report(
            UNTERMINATED_STRING
                .at(quote.span, "a string in quotes cannot go on over the end of its line")
                .label("starts here")
                .also(end.head(), "its line ends here")
                .help("write `\\n` for the end of a line, or use a heredoc: `<<-EOT`"),
        );
    }

    /// The parts of a template up to the token `end`, and the longest path through them.
    pub(super) fn template_parts(&mut self, end: usize, flush: Flush) -> Read<(Vec<Part>, usize)> {
        let depth = self.depth;
        let read = self.enter().and_then(|()| {
            let mut reader = Pieces {
                pieces: std::mem::take(&mut self.spare),
                height: 0,
                broken: false,
                nesting: 0,
                trim_next: false,
                open: self.at - usize::from(self.at > 0),
            };
            let result = self.pieces(end, &mut reader);
            result.map(|()| reader)
        });
        self.depth = depth;
        let Pieces { mut pieces, height, broken, .. } = read?;
        if flush == Flush::Yes {
            remove_indentation(&mut pieces);
        }
        let end = self.tokens[end].span;
        let nested = self.nest(&mut pieces, broken, end);
        pieces.clear();
        self.spare = pieces;
        nested.map(|(parts, nested)| (parts, height + nested))
    }

    fn pieces(&mut self, end: usize, reader: &mut Pieces<'a>) -> Read<()> {
        let mut said = false;
        let mut trimmable = false;
        while self.at < end {
            let token = self.tokens[self.at];
            let trim = std::mem::take(&mut reader.trim_next);
            match token.kind {
                TokenKind::Literal => {
                    let quoted = self.tokens[end].kind == TokenKind::CloseQuote;
                    let mut text = self.decode(token, quoted);
                    if trim {
                        text = trimmed(text, str::trim_start);
                    }
                    reader.pieces.push(Piece::Literal(Spanned::new(text, token.span)));
                    self.bump();
                    trimmable = true;
                }
                TokenKind::OpenInterpolation | TokenKind::OpenDirective => {
                    if trimmable
                        && self.text(token).ends_with('~')
                        && let Some(Piece::Literal(text)) = reader.pieces.last_mut()
                    {
                        text.value = trimmed(std::mem::take(&mut text.value), str::trim_end);
                    }
                    trimmable = false;
                    let nesting = reader.nesting;
                    self.may_nest(self.depth + nesting + 1, token.span)?;
                    self.depth += nesting;
                    self.without_newlines(|parser| parser.sequence(reader));
                    self.depth -= nesting;
                }
                _ => {
                    self.quoted_newline(reader.open, &mut said);
                    self.bump();
                    trimmable = false;
                }
            }
        }
        Ok(())
    }

    /// `${…}` or `%{…}`
    fn sequence(&mut self, reader: &mut Pieces<'a>) {
        let open = self.at;
        let token = self.tokens[open];
        let closed = self.is_closed(open);
        let end = self.end_of(open);
        if !closed {
            self.sequence_fault(open);
            reader.broken = true;
            self.jump(end);
            reader.pieces.push(Piece::Interpolation(Expr { kind: ExprKind::Error, span: token.span }));
            return;
        }
        self.bump();
        let span = token.span.to(self.tokens[end].span);
        if token.kind == TokenKind::OpenInterpolation {
            let node = self
                .deeper(|parser| parser.interpolation(end))
                .unwrap_or_else(|Fault| Node::leaf(ExprKind::Error, span));
            reader.height = reader.height.max(node.height);
            reader.pieces.push(Piece::Interpolation(node.expr));
        } else {
            match self.deeper(|parser| parser.directive(end, span, reader)) {
                Ok(piece) => reader.pieces.push(piece),
                Err(Fault) => reader.broken = true,
            }
        }
        self.jump(end);
        let close = self.bump();
        reader.trim_next = self.text(close).starts_with('~');
    }

    fn interpolation(&mut self, end: usize) -> Read<Node> {
        if self.kind() == TokenKind::CloseSequence {
            let place = self.behind_last();
            return Err(self.fault(
                INVALID_INTERPOLATION
                    .at(place, "nothing stands between `${` and `}`")
                    .label("expected an expression")
                    .help("write one, or `$${}` for the characters `${}`"),
            ));
        }
        let node = self.expression()?;
        self.kind();
        if self.at < end {
            let token = self.token();
            if token.kind == TokenKind::Invalid {
                return Err(self.invalid(token));
            }
            let found = self.describe(token);
            let help = match token.kind {
                TokenKind::Colon => "for another program's `${name:…}`, write `$${` instead of `${`",
                _ => "close it with `}`; for another program's `${`, write `$${`",
            };
            return Err(self.fault(
                INVALID_INTERPOLATION
                    .at(token.span, format!("expected `}}` behind the expression, found {found}"))
                    .label("expected `}`")
                    .help(help),
            ));
        }
        Ok(node)
    }

    fn directive(&mut self, end: usize, span: Span, reader: &mut Pieces<'a>) -> Read<Piece<'a>> {
        let word = self.token();
        if word.kind != TokenKind::Identifier {
            let place = if self.at >= end { self.behind_last() } else { word.span };
            return Err(self.fault(
                INVALID_DIRECTIVE
                    .at(place, "a directive starts with a word")
                    .label("expected `if`, `else`, `endif`, `for` or `endfor`")
                    .help("write one of them, or `%%{` for the characters `%{`"),
            ));
        }
        self.bump();
        let name = self.text(word);
        let piece = match name {
            "if" => {
                let condition = self.expression()?;
                reader.height = reader.height.max(condition.height);
                Piece::If(condition.expr, span)
            }
            "for" => {
                let ForHead { key, value, collection } = self.for_head(word.span)?;
                reader.height = reader.height.max(collection.height);
                Piece::For { key, value, collection: collection.expr, span }
            }
            "else" => Piece::Else(span),
            "endif" => Piece::EndIf(span),
            "endfor" => Piece::EndFor(span),
            _ => return Err(self.unknown_directive(word)),
        };
        self.kind();
        if self.at < end {
            let token = self.token();
            if token.kind == TokenKind::Invalid {
                return Err(self.invalid(token));
            }
            let found = self.describe(token);
            let help = match name {
                "else" => "write `%{ else }`; for another condition put a whole `%{ if … }…%{ endif }` into it",
                _ => "close it with `}`",
            };
            return Err(self.fault(
                INVALID_DIRECTIVE
                    .at(token.span, format!("expected `}}` at the end of `{name}`, found {found}"))
                    .label("expected `}`")
                    .help(help),
            ));
        }
        match piece {
            Piece::If(..) | Piece::For { .. } => reader.nesting += 1,
            Piece::EndIf(_) | Piece::EndFor(_) => reader.nesting = reader.nesting.saturating_sub(1),
            Piece::Literal(_) | Piece::Interpolation(_) | Piece::Else(_) => {}
        }
        Ok(piece)
    }

    fn unknown_directive(&mut self, word: Token) -> Fault {
        let name = self.text(word);
        let help = match name {
            "elseif" | "elif" | "elsif" => "write `%{ else }%{ if … }…%{ endif }`: there is no such word".to_owned(),
            "end" | "fi" | "endIf" => "write `%{ endif }`".to_owned(),
            "done" | "endFor" | "endforeach" => "write `%{ endfor }`".to_owned(),
            "foreach" => "write `%{ for x in list }`".to_owned(),
            _ => "write `if`, `else`, `endif`, `for` or `endfor`, or `%%{` for the characters `%{`".to_owned(),
        };
        self.fault(
            INVALID_DIRECTIVE.at(word.span, format!("there is no directive `{name}`")).label("unknown").help(help),
        )
    }

    /// Puts what stands between directives into them. After a faulty directive nothing is said about the others.
    fn nest(&mut self, pieces: &mut Vec<Piece<'a>>, broken: bool, end: Span) -> Read<(Vec<Part>, usize)> {
        let mut root = Vec::with_capacity(count_parts(pieces));
        let mut open: Vec<Open> = Vec::new();
        let mut deepest = 0;
        for piece in pieces.drain(..) {
            let parts = open.last_mut().map_or(&mut root, Open::parts);
            let (word, span) = match piece {
                Piece::Literal(text) => {
                    push_literal(parts, text);
                    continue;
                }
                Piece::Interpolation(expr) => {
                    parts.push(Part::Interpolation(expr));
                    continue;
                }
                Piece::If(condition, span) => {
                    open.push(Open { head: Head::If(condition), span, then: Vec::new(), otherwise: None });
                    deepest = deepest.max(open.len());
                    continue;
                }
                Piece::For { key, value, collection, span } => {
                    let head = Head::For { key, value, collection };
                    open.push(Open { head, span, then: Vec::new(), otherwise: None });
                    deepest = deepest.max(open.len());
                    continue;
                }
                Piece::Else(span) => ("else", span),
                Piece::EndIf(span) => ("endif", span),
                Piece::EndFor(span) => ("endfor", span),
            };
            let fits = match (open.last(), word) {
                (Some(Open { head: Head::If(_), otherwise, .. }), "else") => otherwise.is_none(),
                (Some(Open { head: Head::If(_), .. }), "endif")
                | (Some(Open { head: Head::For { .. }, .. }), "endfor") => true,
                _ => false,
            };
            if !fits {
                if broken {
                    return Err(Fault);
                }
                return Err(self.misplaced(word, span, open.last()));
            }
            if word == "else" {
                if let Some(last) = open.last_mut() {
                    last.otherwise = Some(Vec::new());
                }
            } else if let Some(last) = open.pop() {
                let part = last.close(span);
                open.last_mut().map_or(&mut root, Open::parts).push(part);
            }
        }
        if let Some(last) = open.pop() {
            if broken {
                return Err(Fault);
            }
            let word = last.word();
            return Err(self.fault(
                INVALID_DIRECTIVE
                    .at(last.span, format!("this `{word}` has no `end{word}`"))
                    .label("opened here")
                    .also(end.head(), "the text ends here")
                    .help(format!("add `%{{ end{word} }}`")),
            ));
        }
        normalize(&mut root);
        Ok((root, deepest))
    }

    fn misplaced(&mut self, word: &str, span: Span, open: Option<&Open>) -> Fault {
        let diagnostic = match open {
            None => INVALID_DIRECTIVE
                .at(span, format!("`{word}` belongs to no directive"))
                .label("nothing is open here")
                .help(format!(
                    "remove it, or add the `%{{ {} … }}` that it belongs to",
                    if word == "endfor" { "for" } else { "if" }
                )),
            Some(open) => {
                let opener = open.word();
                let message = match (word, opener) {
                    ("else", "if") => "this `if` has an `else` already".to_owned(),
                    ("else", _) => "a `for` has no `else`".to_owned(),
                    _ => format!("`{word}` cannot close `{opener}`"),
                };
                INVALID_DIRECTIVE
                    .at(span, message)
                    .label("does not fit")
                    .also(open.span, "opened here")
                    .help(format!("write `%{{ end{opener} }}` before it"))
            }
        };
        self.fault(diagnostic)
    }
}

/// How many parts these pieces make; if they have directives, fewer.
fn count_parts(pieces: &[Piece<'_>]) -> usize {
    let literal = |piece: &Piece<'_>| matches!(piece, Piece::Literal(_));
    let merged = pieces.windows(2).filter(|pair| pair.iter().all(literal)).count();
    pieces.len() - merged
}

/// What is collected while a template is read.
struct Pieces<'a> {
    pieces: Vec<Piece<'a>>,
    height: usize,
    /// A directive could not be read, so the others may not fit together.
    broken: bool,
    /// How many directives are open.
    nesting: usize,
    /// The sequence before ended with `~}`.
    trim_next: bool,
    /// The opening quote.
    open: usize,
}

/// Adjacent literals are one. A literal that trimming left empty stays: `" ${~ x}"` is a text, `"${x}"` is `x`.
fn push_literal(parts: &mut Vec<Part>, text: Spanned<Cow<'_, str>>) {
    if let Some(Part::Literal(last)) = parts.last_mut() {
        last.value.push_str(&text.value);
        last.span = last.span.to(text.span);
    } else {
        parts.push(Part::Literal(Spanned::new(text.value.into_owned(), text.span)));
    }
}

/// A part of a text, without copying what was not decoded.
fn trimmed<'a>(text: Cow<'a, str>, part: impl Fn(&str) -> &str) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(part(text)),
        Cow::Owned(text) => Cow::Owned(part(&text).to_owned()),
    }
}

fn normalized(text: Cow<'_, str>) -> String {
    if text.is_ascii() { text.into_owned() } else { crate::parse::shared::normalize(&text) }
}

/// Texts are in normal form once they are whole.
fn normalize(parts: &mut [Part]) {
    for part in parts {
        match part {
            Part::Literal(text) => {
                if !text.value.is_ascii() {
                    text.value = crate::parse::shared::normalize(&text.value);
                }
            }
            Part::Interpolation(_) => {}
            Part::If { then, otherwise, .. } => {
                normalize(then);
                normalize(otherwise);
            }
            Part::For { body, .. } => normalize(body),
        }
    }
}

/// Takes the smallest indentation of all lines away from each, as `<<-` asks. Lines of white space only do not count
/// and stay as they are.
fn remove_indentation(pieces: &mut [Piece<'_>]) {
    let indentation = |text: &str| text.chars().take_while(|c| c.is_whitespace()).count();
    let mut smallest = usize::MAX;
    let mut starts = Vec::new();
    let mut at_start = true;
    for (nth, piece) in pieces.iter().enumerate() {
        let literal = match piece {
            Piece::Literal(text) => Some(&*text.value),
            _ => None,
        };
        if std::mem::replace(&mut at_start, literal.is_some_and(|text| text.ends_with('\n'))) {
            let blank = literal.is_some_and(|text| text.ends_with('\n') && text.trim().is_empty());
            if !blank {
                smallest = smallest.min(literal.map_or(0, indentation));
                starts.extend(literal.map(|_| nth));
            }
        }
    }
    for nth in starts {
        if let Some(Piece::Literal(text)) = pieces.get_mut(nth) {
            let len: usize = text.value.chars().take(smallest).map(char::len_utf8).sum();
            text.value = trimmed(std::mem::take(&mut text.value), |text| &text[len..]);
            let start = text.span.start as usize + len;
            text.span = Span::new(text.span.file, start.min(text.span.end as usize), text.span.end as usize);
        }
    }
}
