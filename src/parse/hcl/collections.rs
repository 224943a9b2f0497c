//! Tuples, objects, calls and `for` expressions: everything between brackets with separators in it.

use super::parser::{Fault, Node, Parser, Read};
use super::token::{Token, TokenKind};
use crate::declare_diagnostic;
use crate::source::{Span, Spanned};
use crate::syntax::{Call, Expr, ExprKind, ForExpr, ObjectItem, Part, Template, TemplateKind};

declare_diagnostic! {
    pub static INVALID_FOR = {
        code: "invalid-for",
        severity: Error,
        since: "0.1.0",
        summary: "a `for` expression or directive is not written like one",
    }
    pub static MISSING_SEPARATOR = {
        code: "missing-separator",
        severity: Error,
        since: "0.1.0",
        summary: "a comma, or the `=` of an object's item, is missing",
    }
}

/// What a `for` starts with.
pub(super) struct ForHead {
    pub(super) key: Option<Spanned<String>>,
    pub(super) value: Spanned<String>,
    pub(super) collection: Node,
}

impl Parser<'_> {
    pub(super) fn tuple(&mut self) -> Read<Node> {
        let open = self.tokens[self.at].span;
        let Some(end) = self.open_bracket()? else { return Ok(Node::leaf(ExprKind::Error, self.since(open))) };
        let span = open.to(self.tokens[end].span);
        let (kind, height) = self.without_newlines(|parser| {
            if parser.is_word("for") {
                return parser.for_expression(end, false);
            }
            let (elements, height) = parser.elements(end, "element");
            (ExprKind::Tuple(elements), height)
        });
        self.jump(end);
        self.bump();
        Ok(Node::over(kind, span, height))
    }

    /// Expressions and commas up to the token `end`.
    fn elements(&mut self, end: usize, what: &str) -> (Vec<Expr>, usize) {
        let first = self.elements.len();
        let mut height = 0;
        let mut said = false;
        while self.kind() != TokenKind::End && self.at < end {
            let start = self.at;
            match self.deeper(Self::expression) {
                Ok(node) => {
                    height = height.max(node.height);
                    self.elements.push(node.expr);
                }
                Err(Fault) => {
                    let span = self.tokens[start].span;
                    self.skip_to_separator(end, false);
                    let hole = Expr { kind: ExprKind::Error, span: self.since(span) };
                    self.elements.push(hole);
                }
            }
            self.kind();
            if self.at >= end || self.kind() == TokenKind::Ellipsis {
                break;
            }
            if self.eat(TokenKind::Comma).is_some() {
                continue;
            }
            let token = self.token();
            if !std::mem::replace(&mut said, true) {
                self.missing_comma(token, what);
            }
            if !starts_expression(token.kind) {
                self.skip_to_separator(end, false);
                self.eat(TokenKind::Comma);
            }
        }
        (self.elements.split_off(first), height)
    }

    fn missing_comma(&mut self, token: Token, what: &str) {
        if token.kind == TokenKind::Invalid {
            self.invalid(token);
            return;
        }
        let found = self.describe(token);
        let behind = self.behind_last();
        if starts_expression(token.kind) {
            self.report(
                MISSING_SEPARATOR
                    .at(behind, format!("a comma is missing behind this {what}"))
                    .label("expected `,`")
                    .also(token.span, format!("the next {what} starts here"))
                    .help("add a comma"),
            );
        } else {
            self.report(
                MISSING_SEPARATOR
                    .at(token.span, format!("expected a comma behind the {what}, found {found}"))
                    .label("expected `,` or the end")
                    .help(match token.kind {
                        TokenKind::Equal => "to name the parts, write an object in braces: `{ name = value }`",
                        TokenKind::Colon => "write `{ … }` for an object, or `[for x in list : …]`",
                        _ => "separate with commas",
                    }),
            );
        }
    }

    pub(super) fn object(&mut self) -> Read<Node> {
        let open = self.tokens[self.at].span;
        let Some(end) = self.open_bracket()? else { return Ok(Node::leaf(ExprKind::Error, self.since(open))) };
        let span = open.to(self.tokens[end].span);
        // Newlines separate items, but mean nothing in a `for`, not even before the word.
        let mut first = self.tokens[self.at..].iter().filter(|t| t.kind != TokenKind::Newline);
        let is_for = first.next().is_some_and(|t| t.kind == TokenKind::Identifier && self.text(*t) == "for");
        let (kind, height) = if is_for {
            self.without_newlines(|parser| parser.for_expression(end, true))
        } else {
            self.with_newlines(true, |parser| parser.object_items(end))
        };
        self.jump(end);
        self.bump();
        Ok(Node::over(kind, span, height))
    }

    fn object_items(&mut self, end: usize) -> (ExprKind, usize) {
        let mut items = Vec::new();
        let mut height = 0;
        let mut said = false;
        while self.at < end {
            if self.eat(TokenKind::Newline).is_some() {
                continue;
            }
            match self.deeper(|parser| parser.object_item(end)) {
                Ok((item, more)) => {
                    height = height.max(more);
                    items.push(item);
                }
                Err(Fault) => self.skip_to_separator(end, true),
            }
            if self.at >= end {
                break;
            }
            let token = self.token();
            match token.kind {
                TokenKind::Comma | TokenKind::Newline => {
                    self.bump();
                }
                _ => {
                    if !std::mem::replace(&mut said, true) {
                        self.missing_comma(token, "item");
                    }
                    if !starts_expression(token.kind) {
                        self.skip_to_separator(end, true);
                    }
                }
            }
        }
        (ExprKind::Object(items), height)
    }

    fn object_item(&mut self, end: usize) -> Read<(ObjectItem, usize)> {
        let start = self.token();
        if start.kind == TokenKind::Comma {
            return Err(self.fault(
                MISSING_SEPARATOR
                    .at(start.span, "this comma separates nothing")
                    .label("expected an item")
                    .help("remove the comma"),
            ));
        }
        let key = self.expression()?;
        let (key, mut height) = self.key(start, key);
        let token = self.token();
        match token.kind {
            TokenKind::Equal | TokenKind::Colon => {
                self.bump();
            }
            TokenKind::Invalid => return Err(self.invalid(token)),
            TokenKind::FatArrow | TokenKind::EqualEqual => {
                let text = self.text(token);
                self.bump();
                self.report(
                    MISSING_SEPARATOR
                        .at(token.span, format!("expected `=` behind the key, found `{text}`"))
                        .label("expected `=`")
                        .help("write `key = value`"),
                );
            }
            _ => {
                let found = self.describe(token);
                let place = self.place(token);
                let place = if self.at >= end { self.behind_last() } else { place };
                let help = match token.kind {
                    TokenKind::OpenBrace => "add `=`: this is an object, not a block",
                    TokenKind::Identifier | TokenKind::OpenQuote => {
                        "write `key = value`; a key of several words stands in quotes"
                    }
                    _ => "write `key = value`",
                };
                let fault = MISSING_SEPARATOR
                    .at(place, format!("expected `=` behind the key, found {found}"))
                    .label("expected `=`")
                    .help(help);
                if token.kind != TokenKind::OpenBrace {
                    return Err(self.fault(fault));
                }
                self.report(fault);
            }
        }
        let start = self.at;
        let value = match self.expression() {
            Ok(value) => value,
            Err(Fault) => {
                let span = self.tokens[start].span;
                self.skip_to_separator(end, true);
                Node::leaf(ExprKind::Error, self.since(span))
            }
        };
        height = height.max(value.height);
        Ok((ObjectItem { key, value: value.expr }, height))
    }

    /// A bare word as a key is its own name.
    fn key(&mut self, start: Token, key: Node) -> (Expr, usize) {
        let word = match &key.expr.kind {
            ExprKind::Variable(name) => Some(name.clone()),
            ExprKind::Bool(_) | ExprKind::Null => Some(self.text(start).to_owned()),
            _ => None,
        };
        let Some(word) = word else { return (key.expr, key.height) };
        let span = key.expr.span;
        let parts = vec![Part::Literal(Spanned::new(word, span))];
        let kind = ExprKind::Template(Template { parts, kind: TemplateKind::Quoted });
        (Expr { kind, span }, key.height)
    }

    /// A call, from the token behind its name.
    pub(super) fn call(&mut self, name: Token) -> Read<Node> {
        let mut called = crate::parse::shared::normalize(self.text(name));
        let mut name_span = name.span;
        while self.eat(TokenKind::DoubleColon).is_some() {
            let token = self.token();
            if token.kind != TokenKind::Identifier {
                return Err(
                    self.unexpected("the name of a function behind `::`", |d| d.help("write a function's name"))
                );
            }
            self.bump();
            called.push_str("::");
            called.push_str(&crate::parse::shared::normalize(self.text(token)));
            name_span = name_span.to(token.span);
        }
        if self.kind() != TokenKind::OpenParen {
            return Err(self
                .unexpected("`(` behind the name of the function", |d| d.help("write the arguments in parentheses")));
        }
        let Some(end) = self.open_bracket()? else { return Ok(Node::leaf(ExprKind::Error, self.since(name.span))) };
        let (arguments, height, spread) = self.without_newlines(|parser| {
            let (arguments, height) = parser.elements(end, "argument");
            let mut spread = None;
            if parser.kind() == TokenKind::Ellipsis && parser.at < end {
                spread = Some(parser.bump().span);
                parser.kind();
                if parser.at < end {
                    let token = parser.token();
                    let found = parser.describe(token);
                    parser.report(
                        MISSING_SEPARATOR
                            .at(token.span, format!("expected `)` behind `...`, found {found}"))
                            .label("expected `)`")
                            .help("only the last argument can be spread, and nothing follows it"),
                    );
                }
            }
            (arguments, height, spread)
        });
        self.jump(end);
        self.bump();
        let span = name.span.to(self.tokens[end].span);
        let call = Call { name: Spanned::new(called, name_span), arguments, spread };
        Ok(Node::over(ExprKind::Call(Box::new(call)), span, height))
    }

    /// A `for` expression behind its bracket. Whatever it lacks costs only itself.
    fn for_expression(&mut self, end: usize, object: bool) -> (ExprKind, usize) {
        let read = self.deeper(|parser| {
            let word = parser.bump();
            let ForHead { key, value, collection } = parser.for_head(word.span)?;
            if parser.eat(TokenKind::Colon).is_none() {
                return Err(parser.for_fault("`:` behind the collection", "write `for x in list : value`"));
            }
            parser.for_result(end, object, ForHead { key, value, collection })
        });
        match read {
            Ok(result) => result,
            Err(Fault) => (ExprKind::Error, 0),
        }
    }

    /// `k, v in c` behind the word `for`.
    pub(super) fn for_head(&mut self, word: Span) -> Read<ForHead> {
        const HELP: &str = "write `for value in …` or `for key, value in …`";
        let mut value = self.for_name(word, HELP)?;
        let mut key = None;
        if self.eat(TokenKind::Comma).is_some() {
            key = Some(value);
            value = self.for_name(word, HELP)?;
        }
        if self.eat_word("in").is_none() {
            return Err(self.for_fault("`in` behind the names", HELP));
        }
        let collection = self.expression()?;
        Ok(ForHead { key, value, collection })
    }

    fn for_name(&mut self, _word: Span, help: &str) -> Read<Spanned<String>> {
        let token = self.token();
        if token.kind != TokenKind::Identifier {
            return Err(self.for_fault("a name behind `for`", help));
        }
        self.bump();
        Ok(Spanned::new(crate::parse::shared::normalize(self.text(token)), token.span))
    }

    fn for_fault(&mut self, expected: &str, help: &str) -> Fault {
        let token = self.token();
        if token.kind == TokenKind::Invalid {
            return self.invalid(token);
        }
        let found = self.describe(token);
        let place = self.place(token);
        self.fault(
            INVALID_FOR
                .at(place, format!("expected {expected}, found {found}"))
                .label(format!("expected {expected}"))
                .help(help),
        )
    }

    fn for_result(&mut self, end: usize, object: bool, head: ForHead) -> Read<(ExprKind, usize)> {
        let ForHead { key, value, collection } = head;
        let mut result = self.expression()?;
        let mut result_key = None;
        let mut height = collection.height.max(result.height);
        if let Some(arrow) = self.eat(TokenKind::FatArrow) {
            if !object {
                return Err(self.fault(
                    INVALID_FOR
                        .at(arrow.span, "a `for` in square brackets makes a list, which has no keys")
                        .label("this makes an object")
                        .help("write `{for … : key => value}`, or only the value"),
                ));
            }
            result_key = Some(result.expr);
            result = self.expression()?;
            height = height.max(result.height);
        } else if object {
            let place = self.behind_last();
            return Err(self.fault(
                INVALID_FOR
                    .at(place, "a `for` in braces makes an object, which needs keys")
                    .label("expected `=>` and a value")
                    .help("write `{for … : key => value}`, or use square brackets for a list"),
            ));
        }
        let group = self.eat(TokenKind::Ellipsis);
        if let (Some(group), false) = (group, object) {
            return Err(self.fault(
                INVALID_FOR
                    .at(group.span, "`...` gathers values of equal keys, and a list has no keys")
                    .label("only for objects")
                    .help("remove `...`"),
            ));
        }
        let mut condition = None;
        if self.eat_word("if").is_some() {
            let node = self.expression()?;
            height = height.max(node.height);
            condition = Some(node.expr);
        }
        self.kind();
        if self.at < end {
            return Err(self.for_fault("the end of the `for` expression", "write `for … : value if condition`"));
        }
        let parts = ForExpr {
            key,
            value,
            collection: collection.expr,
            result_key,
            result: result.expr,
            group: group.is_some(),
            condition,
        };
        Ok((ExprKind::For(Box::new(parts)), height))
    }
}

/// Whether an expression can start with this token, a sign apart: `a -b` has no missing comma.
fn starts_expression(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Identifier
            | TokenKind::Number
            | TokenKind::OpenQuote
            | TokenKind::OpenHeredoc
            | TokenKind::OpenBrace
            | TokenKind::OpenBracket
            | TokenKind::OpenParen
            | TokenKind::Bang
    )
}
