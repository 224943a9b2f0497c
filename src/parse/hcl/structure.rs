//! Files, bodies, arguments and blocks.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::parser::{Fault, Parser, Read};
use super::token::{Token, TokenKind};
use crate::declare_diagnostic;
use crate::diagnostic::Diagnostic;
use crate::parse::shared::DUPLICATE_ARGUMENT;
use crate::source::{Span, Spanned};
use crate::syntax::{Attribute, Block, Body, Expr, ExprKind, Item, Label, Spelling};

declare_diagnostic! {
    pub static INVALID_ARGUMENT = {
        code: "invalid-argument",
        severity: Error,
        since: "0.1.0",
        summary: "a line is neither an argument nor a block",
    }
    pub static INVALID_BLOCK = {
        code: "invalid-block",
        severity: Error,
        since: "0.1.0",
        summary: "the first line of a block is not written like one",
    }
    pub static MISSING_NEWLINE = {
        code: "missing-newline",
        severity: Error,
        since: "0.1.0",
        summary: "something stands behind an argument or a block on its line",
    }
    pub static TEMPLATE_IN_LABEL = {
        code: "template-in-label",
        severity: Error,
        since: "0.1.0",
        summary: "a label of a block contains `${` or `%{`",
    }
    pub static UNCLOSED_BLOCK = {
        code: "unclosed-block",
        severity: Error,
        since: "0.1.0",
        summary: "a block has no closing brace",
    }
    pub static UNEXPECTED_CLOSING_BRACKET = {
        code: "unexpected-closing-bracket",
        severity: Error,
        since: "0.1.0",
        summary: "a closing bracket closes nothing",
    }
}

/// What came of the start of a line.
enum Start {
    Argument(Spanned<String>),
    Block(Spanned<String>),
}

/// The arguments of a body. Most bodies have few, which are sooner compared than put into a map.
#[derive(Default)]
struct Names {
    all: HashMap<String, Span>,
}

impl Names {
    /// From how many items on there is a map.
    const MANY: usize = 16;

    /// Takes in the name of an argument that stands behind `items`, or says where it stands already.
    fn add(&mut self, name: &Spanned<String>, items: &[Item]) -> Option<Span> {
        let names = items.iter().filter_map(|item| match item {
            Item::Attribute(attribute) => Some(&attribute.name),
            Item::Block(_) | Item::Error(_) => None,
        });
        if items.len() < Self::MANY {
            return names.into_iter().find(|other| other.value == name.value).map(|other| other.span);
        }
        if self.all.is_empty() {
            self.all.extend(names.map(|name| (name.value.clone(), name.span)));
        }
        match self.all.entry(name.value.clone()) {
            Entry::Occupied(first) => Some(*first.get()),
            Entry::Vacant(place) => {
                place.insert(name.span);
                None
            }
        }
    }
}

impl Parser<'_> {
    /// The whole file.
    pub(super) fn file(&mut self) -> Body {
        let start = Span::new(self.file, 0, 0);
        let end = self.tokens.len() - 1;
        let items = self.items(end);
        Body { items, span: start.to(self.tokens[end].span), spelling: Spelling::Hcl }
    }

    /// Items up to the token `end`.
    fn items(&mut self, end: usize) -> Vec<Item> {
        let first = self.items.len();
        let mut names = Names::default();
        while self.at < end {
            if self.depth == 0 {
                self.forget_depth();
            }
            let token = self.token();
            if token.kind == TokenKind::Newline {
                self.bump();
                continue;
            }
            let start = self.at;
            match self.item(end) {
                Ok(item) => self.add(item, first, &mut names),
                Err(Fault) => {
                    self.skip_item(end);
                    let hole = Item::Error(self.since(token.span));
                    self.items.push(hole);
                }
            }
            if self.at == start {
                // What ended the item is not the end of anything here.
                self.bump();
            }
        }
        self.items.split_off(first)
    }

    /// Takes an item in unless it is an argument that is there already. The items of the body at hand begin at `first`.
    fn add(&mut self, item: Item, first: usize, names: &mut Names) {
        if let Item::Attribute(Attribute { name, .. }) = &item
            && let Some(first) = names.add(name, &self.items[first..])
        {
            let message = format!("`{}` is set twice", name.value);
            self.report(
                DUPLICATE_ARGUMENT
                    .at(name.span, message)
                    .label("set again here")
                    .also(first, "first set here")
                    .help("remove one of the two"),
            );
            return;
        }
        self.items.push(item);
    }

    fn item(&mut self, end: usize) -> Read<Item> {
        match self.item_start(end)? {
            Start::Argument(name) => Ok(Item::Attribute(self.argument(name, end))),
            Start::Block(kind) => self.block(kind, end).map(Item::Block),
        }
    }

    /// The name that a line starts with, up to the `=` of an argument or the labels of a block.
    fn item_start(&mut self, end: usize) -> Read<Start> {
        let token = self.token();
        let name = match token.kind {
            TokenKind::Identifier => {
                self.bump();
                Spanned::new(crate::parse::shared::normalize(self.text(token)), token.span)
            }
            TokenKind::OpenQuote => return self.quoted_start(end),
            TokenKind::CloseBrace | TokenKind::CloseBracket | TokenKind::CloseParen => {
                let text = self.text(token);
                self.bump();
                return Err(self.fault(
                    UNEXPECTED_CLOSING_BRACKET
                        .at(token.span, format!("`{text}` closes nothing"))
                        .label("nothing is open here")
                        .help(format!("remove this `{text}`, or add the opening one that belongs to it")),
                ));
            }
            TokenKind::Invalid => return Err(self.invalid(token)),
            _ => {
                let found = self.describe(token);
                return Err(self.fault(
                    INVALID_ARGUMENT
                        .at(token.span, format!("{found} starts neither an argument nor a block"))
                        .label("expected a name")
                        .help("write `name = value` or `name { … }`"),
                ));
            }
        };
        let next = self.token();
        let called = &name.value;
        match next.kind {
            TokenKind::Equal => {
                self.bump();
                Ok(Start::Argument(name))
            }
            TokenKind::OpenQuote | TokenKind::OpenBrace | TokenKind::Identifier => Ok(Start::Block(name)),
            TokenKind::Colon | TokenKind::EqualEqual | TokenKind::FatArrow => {
                let wrong = self.text(next);
                self.bump();
                self.report(
                    INVALID_ARGUMENT
                        .at(next.span, format!("`{wrong}` does not set `{called}`"))
                        .label("expected `=`")
                        .help(format!("write `{called} = …`")),
                );
                Ok(Start::Argument(name))
            }
            TokenKind::Invalid => Err(self.invalid(next)),
            TokenKind::Newline if self.brace_follows() => Ok(Start::Block(name)),
            TokenKind::Newline | TokenKind::End | TokenKind::CloseBrace => Err(self.fault(
                INVALID_ARGUMENT
                    .at(name.span, format!("`{called}` has neither a value nor a body"))
                    .label("only a name")
                    .help(format!("write `{called} = …` to set it, or `{called} {{ … }}` for a block")),
            )),
            TokenKind::Dot | TokenKind::OpenBracket => Err(self.fault(
                INVALID_ARGUMENT
                    .at(name.span.to(next.span), format!("`{called}{}` is no name that can be set", self.text(next)))
                    .label("names have no dots and no brackets")
                    .help(format!("set all of it at once: `{called} = {{ … }}`")),
            )),
            _ => {
                let found = self.describe(next);
                Err(self.fault(
                    INVALID_ARGUMENT
                        .at(next.span, format!("expected `=` or `{{` behind `{called}`, found {found}"))
                        .label("expected `=` or `{`")
                        .help(format!("write `{called} = …` to set it, or `{called} {{ … }}` for a block")),
                ))
            }
        }
    }

    /// A line that starts with a quoted name: its meaning is clear, so it is read as if the quotes were not there.
    fn quoted_start(&mut self, end: usize) -> Read<Start> {
        let label = self.label()?;
        let next = self.token();
        let name = Spanned::new(label.value, label.span);
        let help = match next.kind {
            TokenKind::Equal | TokenKind::Colon => format!("write `{} = …`", name.value),
            _ => format!("write `{} {{ … }}`", name.value),
        };
        self.report(
            INVALID_ARGUMENT
                .at(name.span, "a name at the start of a line has no quotes")
                .label("this is a string")
                .help(help),
        );
        match next.kind {
            TokenKind::Equal | TokenKind::Colon => {
                self.bump();
                Ok(Start::Argument(name))
            }
            TokenKind::OpenQuote | TokenKind::OpenBrace | TokenKind::Identifier => Ok(Start::Block(name)),
            _ => {
                self.skip_item(end);
                Err(Fault)
            }
        }
    }

    /// Whether the next line starts with `{`.
    fn brace_follows(&self) -> bool {
        let mut rest = self.tokens[self.at..].iter().map(|token| token.kind);
        rest.next() == Some(TokenKind::Newline) && rest.next() == Some(TokenKind::OpenBrace)
    }

    /// What stands behind `name =`, to the end of the line.
    fn argument(&mut self, name: Spanned<String>, end: usize) -> Attribute {
        let (value, whole) = self.value(&name, end);
        if whole {
            self.end_of_item(end, "argument");
        }
        let span = name.span.to(value.span);
        Attribute { name, value, span, undecided: false }
    }

    /// A value, and whether it was read to its end. If not, the rest of its line was passed over.
    fn value(&mut self, name: &Spanned<String>, end: usize) -> (Expr, bool) {
        let start = self.token();
        let found = match start.kind {
            TokenKind::Newline | TokenKind::End | TokenKind::CloseBrace => {
                let place = self.behind_last();
                Err(self.fault(
                    super::parser::EXPECTED_EXPRESSION
                        .at(place, format!("`{}` has no value", name.value))
                        .label("expected a value")
                        .help(format!("write one, or remove the line; for nothing write `{} = null`", name.value)),
                ))
            }
            _ => self.enter().and_then(|()| {
                let node = self.expression();
                self.depth -= 1;
                node
            }),
        };
        match found {
            Ok(node) => (node.expr, true),
            Err(Fault) => {
                self.skip_item(end);
                let span = self.since(start.span);
                let span = if start.kind == TokenKind::Newline { self.behind_last() } else { span };
                (Expr { kind: ExprKind::Error, span }, false)
            }
        }
    }

    /// Behind an argument or a block the line must end.
    fn end_of_item(&mut self, end: usize, what: &str) {
        let token = self.token();
        match token.kind {
            _ if self.at >= end => {
                // On the line of the brace that closes the body around it.
                if token.kind == TokenKind::CloseBrace && !self.one_line {
                    self.report(
                        MISSING_NEWLINE
                            .at(token.span, "`}` must stand on a line of its own here")
                            .label(format!("expected the end of the line behind the {what}"))
                            .help("put `}` on the next line"),
                    );
                }
            }
            TokenKind::Newline => {
                self.bump();
            }
            TokenKind::End => {}
            TokenKind::Invalid => {
                self.invalid(token);
                self.skip_item(end);
            }
            _ => {
                let found = self.describe(token);
                let help = match (token.kind, self.text(token)) {
                    (TokenKind::Comma, _) => "remove the comma: a new line is enough".to_owned(),
                    (TokenKind::Identifier, "and") => "write `&&` for a logical and".to_owned(),
                    (TokenKind::Identifier, "or") => "write `||` for a logical or".to_owned(),
                    (TokenKind::Identifier, "not") => "write `!` for a logical not".to_owned(),
                    (TokenKind::Equal, _) => "write `==` to compare".to_owned(),
                    (TokenKind::CloseBracket | TokenKind::CloseParen, text) => format!("remove this `{text}`"),
                    (TokenKind::OpenQuote | TokenKind::OpenInterpolation, _) => {
                        "to join texts, write them into one string: `\"${a}${b}\"`".to_owned()
                    }
                    _ => "start a new line here".to_owned(),
                };
                let closing =
                    matches!(token.kind, TokenKind::CloseBracket | TokenKind::CloseParen | TokenKind::CloseBrace);
                let diagnostic = if closing {
                    UNEXPECTED_CLOSING_BRACKET
                        .at(token.span, format!("{found} closes nothing"))
                        .label("nothing of this kind is open here")
                } else {
                    MISSING_NEWLINE
                        .at(token.span, format!("expected the end of the line behind the {what}, found {found}"))
                        .label("expected a new line")
                };
                self.report(diagnostic.help(help));
                self.skip_item(end);
            }
        }
    }

    /// What stands behind the kind of a block, to the end of the line that closes it.
    fn block(&mut self, kind: Spanned<String>, outer: usize) -> Read<Block> {
        let labels = self.labels(&kind)?;
        let open = self.at;
        let brace = self.tokens[open];
        if self.is_mistyped(open) {
            self.open_bracket()?;
            return Err(Fault);
        }
        let end = self.end_of(open);
        if self.enter().is_err() {
            self.jump(if self.is_closed(open) { end + 1 } else { end });
            return Err(Fault);
        }
        self.bump();
        let one_line = std::mem::take(&mut self.one_line);
        let items = match self.tokens[self.at].kind {
            TokenKind::Newline | TokenKind::End => self.with_newlines(true, |parser| parser.items(end)),
            _ if self.at >= end => Vec::new(),
            _ => self.with_newlines(true, |parser| parser.one_line(end)),
        };
        self.depth -= 1;
        self.jump(end);
        let inside = brace.span.tail();
        let inside = Span { end: self.tokens[end].span.start.max(inside.start), ..inside };
        let body = Body { items, span: inside, spelling: Spelling::Hcl };
        let header = labels.last().map_or(kind.span, |label: &Label| kind.span.to(label.span));
        if self.is_closed(open) {
            self.bump();
            let span = kind.span.to(self.tokens[end].span);
            self.one_line = one_line;
            self.end_of_item(outer, "block");
            return Ok(Block { kind, labels, body, span });
        }
        if self.first_given_up_at(end) {
            // A label can go on over the end of its line, which was reported; a message cannot.
            let name = self.text(Token { kind: TokenKind::Identifier, span: header });
            let name = name.lines().next().unwrap_or_default();
            self.report(
                UNCLOSED_BLOCK
                    .at(brace.span, format!("the block `{name}` is never closed"))
                    .label("opened here")
                    .help("add `}` on a line of its own where it ends"),
            );
        }
        let span = self.since(kind.span);
        Ok(Block { kind, labels, body, span })
    }

    /// The labels of a block, up to its opening brace.
    fn labels(&mut self, kind: &Spanned<String>) -> Read<Vec<Label>> {
        let mut labels = Vec::new();
        loop {
            let token = self.token();
            match token.kind {
                TokenKind::OpenBrace => return Ok(labels),
                TokenKind::OpenQuote => labels.push(self.label()?),
                TokenKind::Identifier => {
                    self.bump();
                    let value = crate::parse::shared::normalize(self.text(token));
                    labels.push(Label { value, span: token.span, quoted: false });
                }
                TokenKind::Invalid => return Err(self.invalid(token)),
                TokenKind::Newline if self.brace_follows() => {
                    self.bump();
                    let brace = self.token();
                    let name = &kind.value;
                    self.report(
                        INVALID_BLOCK
                            .at(brace.span, format!("the `{{` of `{name}` must stand on the line of its name"))
                            .label("this brace stands alone")
                            .help("move `{` to the end of the line before"),
                    );
                }
                TokenKind::Equal | TokenKind::Colon => {
                    self.bump();
                    let name = &kind.value;
                    let text = self.text(token);
                    let fault = INVALID_BLOCK.at(token.span, format!("`{text}` does not belong to the block `{name}`"));
                    let braced = self.kind() == TokenKind::OpenBrace;
                    let fault = fault.label("only arguments have one");
                    if braced {
                        self.report(fault.help(format!("remove the `{text}`")));
                    } else {
                        let help = format!("write one name and `=` for an argument, or `{name} … {{` for a block");
                        return Err(self.fault(fault.help(help)));
                    }
                }
                _ => {
                    let found = self.describe(token);
                    let place = self.place(token);
                    let last = labels.last().map_or(kind.value.as_str(), |label: &Label| label.value.as_str());
                    let diagnostic = INVALID_BLOCK
                        .at(place, format!("expected `{{` behind `{last}`, found {found}"))
                        .label("expected `{`");
                    return Err(self.fault(header_help(diagnostic, kind, &labels)));
                }
            }
        }
    }

    /// A quoted string without anything to evaluate in it.
    fn label(&mut self) -> Read<Label> {
        let open = self.at;
        let quote = self.tokens[open];
        if !self.is_closed(open) {
            let fault = self.string_fault(open);
            if self.tokens[self.at].kind != TokenKind::OpenBrace {
                return Err(fault);
            }
            // The header of a block with a quote missing: the block can be read all the same.
            let span = self.since(quote.span);
            let value = crate::parse::shared::normalize(self.text(Token { span, ..quote }).trim_start_matches('"'));
            return Ok(Label { value, span, quoted: true });
        }
        let end = self.end_of(open);
        self.bump();
        if end == open + 2 && self.tokens[self.at].kind == TokenKind::Literal {
            let value = self.decode(self.tokens[self.at], true);
            let value = crate::parse::shared::normalize(&value);
            self.jump(end);
            self.bump();
            return Ok(Label { value, span: quote.span.to(self.tokens[end].span), quoted: true });
        }
        let mut value = String::new();
        let mut said = false;
        while self.at < end {
            let token = self.tokens[self.at];
            match token.kind {
                TokenKind::Literal => {
                    value.push_str(&self.decode(token, true));
                    self.bump();
                }
                TokenKind::OpenInterpolation | TokenKind::OpenDirective => {
                    if !std::mem::replace(&mut said, true) {
                        let sign = &self.text(token)[..1];
                        self.report(
                            TEMPLATE_IN_LABEL
                                .at(token.span, "a label cannot be computed")
                                .label("this starts a template")
                                .help(format!(
                                    "write the label out, or `{sign}{sign}{{` for the characters `{sign}{{`"
                                )),
                        );
                    }
                    let behind = self.end_of(self.at) + 1;
                    self.jump(behind.min(end));
                }
                _ => {
                    self.quoted_newline(open, &mut said);
                    self.bump();
                }
            }
        }
        self.bump();
        let span = quote.span.to(self.tokens[end].span);
        Ok(Label { value: crate::parse::shared::normalize(&value), span, quoted: true })
    }

    /// The body of a block that goes on behind its brace: one argument, and the closing brace on the same line.
    fn one_line(&mut self, end: usize) -> Vec<Item> {
        let token = self.token();
        let mut items = Vec::new();
        let start = match self.item_start(end) {
            Ok(Start::Argument(name)) => name,
            Ok(Start::Block(name)) => {
                let next = self.token();
                self.report(
                    INVALID_BLOCK
                        .at(name.span.to(next.span), "a block on one line holds no other block")
                        .label("this starts a block")
                        .help(format!("put `{}` on a line of its own", name.value)),
                );
                self.one_line = true;
                let block = self.block(name, end);
                self.one_line = false;
                match block {
                    // What is wrong with the end of the line is this, and was said.
                    Ok(block) => items.push(Item::Block(block)),
                    Err(Fault) => {
                        self.skip_item(end);
                        items.push(Item::Error(self.since(token.span)));
                    }
                }
                items.extend(self.rest(end));
                return items;
            }
            Err(Fault) => {
                self.skip_item(end);
                items.push(Item::Error(self.since(token.span)));
                items.extend(self.rest(end));
                return items;
            }
        };
        let (value, good) = self.value(&start, end);
        let span = start.span.to(value.span);
        items.push(Item::Attribute(Attribute { name: start, value, span, undecided: false }));
        if self.at >= end {
            return items;
        }
        let token = self.token();
        if good && token.kind == TokenKind::Invalid {
            self.invalid(token);
        } else if good {
            let diagnostic = match token.kind {
                TokenKind::Newline => INVALID_BLOCK
                    .at(token.span, "a block that starts on one line must end on it")
                    .label("expected `}`")
                    .help("put each argument, and `}`, on a line of its own"),
                _ => {
                    let found = self.describe(token);
                    INVALID_BLOCK
                        .at(token.span, format!("a block on one line holds one argument, found {found} behind it"))
                        .label("expected `}`")
                        .help("put each argument, and `}`, on a line of its own")
                }
            };
            self.report(diagnostic);
        }
        if token.kind == TokenKind::Comma {
            self.bump();
            items.extend(self.after_comma(end));
        } else {
            self.skip_item(end);
        }
        items.extend(self.rest(end));
        items
    }

    /// What follows in a body whose form was reported already.
    fn rest(&mut self, end: usize) -> Vec<Item> {
        self.one_line = true;
        let items = self.items(end);
        self.one_line = false;
        items
    }

    /// More arguments on the line, which was reported: they are read so that they are not missing later.
    fn after_comma(&mut self, end: usize) -> Vec<Item> {
        let mut items = Vec::new();
        while self.kind() == TokenKind::Identifier && self.at < end {
            let token = self.bump();
            if self.eat(TokenKind::Equal).is_none() {
                break;
            }
            let name = Spanned::new(crate::parse::shared::normalize(self.text(token)), token.span);
            let (value, _) = self.value(&name, end);
            let span = name.span.to(value.span);
            items.push(Item::Attribute(Attribute { name, value, span, undecided: false }));
            if self.eat(TokenKind::Comma).is_none() {
                break;
            }
        }
        self.skip_item(end);
        items
    }
}

/// What to type instead of a header that is cut off.
fn header_help(diagnostic: Diagnostic, kind: &Spanned<String>, labels: &[Label]) -> Diagnostic {
    let mut header = kind.value.clone();
    for label in labels {
        header.push_str(&format!(" \"{}\"", label.value));
    }
    diagnostic.help(format!("write `{header} {{`"))
}
