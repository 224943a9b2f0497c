//! Operators, operands, and steps into them.

use super::collections::MISSING_SEPARATOR;
use super::parser::{Fault, Node, Parser, Read};
use super::token::{Token, TokenKind};
use crate::declare_diagnostic;
use crate::source::{Span, Spanned};
use crate::syntax::{BinaryOp, Conditional, ExprKind, Splat, Step, UnaryOp};

declare_diagnostic! {
    pub static INVALID_NUMBER = {
        code: "invalid-number",
        severity: Error,
        since: "0.1.0",
        summary: "a number is not written like one",
    }
    pub static INVALID_TRAVERSAL = {
        code: "invalid-traversal",
        severity: Error,
        since: "0.1.0",
        summary: "what stands behind a dot or in `[*]` leads nowhere",
    }
}

/// The operator that a token is, and how strongly it binds.
fn operator(kind: TokenKind) -> Option<(BinaryOp, usize)> {
    Some(match kind {
        TokenKind::Or => (BinaryOp::Or, 1),
        TokenKind::And => (BinaryOp::And, 2),
        TokenKind::EqualEqual => (BinaryOp::Equal, 3),
        TokenKind::NotEqual => (BinaryOp::NotEqual, 3),
        TokenKind::Less => (BinaryOp::Less, 4),
        TokenKind::LessEqual => (BinaryOp::LessOrEqual, 4),
        TokenKind::Greater => (BinaryOp::Greater, 4),
        TokenKind::GreaterEqual => (BinaryOp::GreaterOrEqual, 4),
        TokenKind::Plus => (BinaryOp::Add, 5),
        TokenKind::Minus => (BinaryOp::Subtract, 5),
        TokenKind::Star => (BinaryOp::Multiply, 6),
        TokenKind::Slash => (BinaryOp::Divide, 6),
        TokenKind::Percent => (BinaryOp::Modulo, 6),
        _ => return None,
    })
}

/// Steps behind something, and the longest path through them.
struct Steps {
    steps: Vec<Step>,
    height: usize,
}

impl Parser<'_> {
    /// An expression of any form.
    pub(super) fn expression(&mut self) -> Read<Node> {
        // Nearly every expression is an operand alone, which goes up through here untouched.
        let start = self.token().span;
        let condition = self.binary(1);
        if condition.is_err() || self.eat(TokenKind::Question).is_none() {
            return condition;
        }
        let condition = condition?;
        self.deeper(|parser| {
            let then = parser.expression()?;
            if parser.eat(TokenKind::Colon).is_none() {
                return Err(parser.unexpected("`:` and a value for the other case", |diagnostic| {
                    diagnostic.help("write `condition ? value : other value`")
                }));
            }
            let otherwise = parser.expression()?;
            Ok((then, otherwise))
        })
        .and_then(|(then, otherwise)| {
            let height = condition.height.max(then.height).max(otherwise.height);
            let span = self.since(start);
            let parts = Conditional { condition: condition.expr, then: then.expr, otherwise: otherwise.expr };
            self.above(ExprKind::Conditional(Box::new(parts)), span, height)
        })
    }

    /// Reads something that will be inside the expression at hand.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.enter()?;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// An expression over others, unless that makes it too deep: chains grow upwards.
    fn above(&mut self, kind: ExprKind, span: Span, height: usize) -> Read<Node> {
        self.may_nest(self.depth + height, span)?;
        Ok(Node::over(kind, span, height))
    }

    fn binary(&mut self, weakest: usize) -> Read<Node> {
        let start = self.token().span;
        let left = self.unary();
        if left.is_err() || operator(self.kind()).is_none() {
            return left;
        }
        let mut left = left?;
        while let Some((operator, strength)) = operator(self.kind()) {
            if strength < weakest {
                break;
            }
            let sign = self.bump();
            if operator == BinaryOp::Multiply && self.kind() == TokenKind::Star {
                return Err(self.unexpected("a value behind `*`", |diagnostic| {
                    diagnostic.help("there is no operator `**`: use the function `pow` for powers")
                }));
            }
            let right = self.deeper(|parser| parser.binary(strength + 1))?;
            let height = left.height.max(right.height);
            let span = self.since(start);
            let parts = (left.expr, Spanned::new(operator, sign.span), right.expr);
            left = self.above(ExprKind::Binary(Box::new(parts)), span, height)?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Read<Node> {
        if !matches!(self.kind(), TokenKind::Minus | TokenKind::Bang) {
            return self.postfix();
        }
        let mut signs = Vec::new();
        loop {
            let operator = match self.kind() {
                TokenKind::Minus => UnaryOp::Negate,
                TokenKind::Bang => UnaryOp::Not,
                _ => break,
            };
            let sign = self.bump();
            self.may_nest(self.depth + signs.len() + 1, sign.span)?;
            signs.push(Spanned::new(operator, sign.span));
        }
        self.depth += signs.len();
        let node = self.postfix();
        self.depth -= signs.len();
        let mut node = node?;
        for sign in signs.into_iter().rev() {
            let span = sign.span.to(node.expr.span);
            node = Node::over(ExprKind::Unary(sign, Box::new(node.expr)), span, node.height);
        }
        Ok(node)
    }

    fn postfix(&mut self) -> Read<Node> {
        let node = self.operand();
        if node.is_err() || !matches!(self.kind(), TokenKind::Dot | TokenKind::OpenBracket) {
            return node;
        }
        let mut node = node?;
        let Steps { steps, height } = self.steps(false)?;
        if !steps.iter().any(|step| matches!(step, Step::Splat { .. })) {
            return self.stepped(node, steps, height);
        }
        let start = node.expr.span;
        let mut plain: Vec<Step> = Vec::new();
        for step in steps {
            let Step::Splat { each, full, marker } = step else {
                plain.push(step);
                continue;
            };
            node = self.stepped(node, std::mem::take(&mut plain), height)?;
            let span = start.to(each.last().map_or(marker, Step::span));
            let most = node.height.max(height);
            let splat = Splat { of: node.expr, each, full, marker };
            node = self.above(ExprKind::Splat(Box::new(splat)), span, most)?;
        }
        self.stepped(node, plain, height)
    }

    fn stepped(&mut self, node: Node, steps: Vec<Step>, height: usize) -> Read<Node> {
        let Some(last) = steps.last() else { return Ok(node) };
        let span = node.expr.span.to(last.span());
        let most = node.height.max(height);
        self.above(ExprKind::Traversal { of: Box::new(node.expr), steps }, span, most)
    }

    /// Everything that starts with `.` or `[`. Inside an attribute-only splat: only what starts with `.`.
    fn steps(&mut self, only_attributes: bool) -> Read<Steps> {
        let mut found = Steps { steps: Vec::with_capacity(self.count_names()), height: 0 };
        loop {
            match self.kind() {
                TokenKind::Dot => {
                    let dot = self.bump();
                    self.dotted(dot, only_attributes, &mut found)?;
                }
                TokenKind::OpenBracket if !only_attributes => {
                    let open = self.at;
                    if self.star_follows() {
                        return self.full_splat(open, found);
                    }
                    self.index(&mut found)?;
                }
                _ => return Ok(found),
            }
        }
    }

    /// How many names stand here with a dot before each.
    fn count_names(&self) -> usize {
        let pairs = self.tokens[self.at..].chunks_exact(2);
        let name =
            |pair: &&[Token]| matches!(pair, [a, b] if a.kind == TokenKind::Dot && b.kind == TokenKind::Identifier);
        pairs.take_while(name).count()
    }

    /// What stands behind a dot.
    fn dotted(&mut self, dot: Token, only_attributes: bool, found: &mut Steps) -> Read<()> {
        let token = self.token();
        let span = dot.span.to(token.span);
        match token.kind {
            TokenKind::Identifier => {
                self.bump();
                let name = crate::parse::shared::normalize(self.text(token));
                found.steps.push(Step::Attribute(Spanned::new(name, span)));
            }
            TokenKind::Number => {
                self.bump();
                found.steps.push(self.legacy_index(token, span)?);
            }
            TokenKind::Star if only_attributes => {
                return Err(self.fault(
                    INVALID_TRAVERSAL
                        .at(token.span, "`.*` cannot stand inside another `.*`")
                        .label("second splat")
                        .help("write `[*]` for both"),
                ));
            }
            TokenKind::Star => {
                self.bump();
                let Steps { steps: each, height } = self.deeper(|parser| parser.steps(true))?;
                found.height = found.height.max(height);
                found.steps.push(Step::Splat { each, full: false, marker: span });
            }
            _ => {
                if token.kind == TokenKind::Invalid {
                    return Err(self.invalid(token));
                }
                let text = self.describe(token);
                let place = self.place(token);
                return Err(self.fault(
                    INVALID_TRAVERSAL
                        .at(place, format!("expected a name behind `.`, found {text}"))
                        .label("expected a name")
                        .help("write the name of the attribute, or `[\"…\"]` for one that is no plain name"),
                ));
            }
        }
        Ok(())
    }

    fn legacy_index(&mut self, token: Token, span: Span) -> Read<Step> {
        let text = self.text(token);
        if let Some((first, second)) = text.split_once('.') {
            return Err(self.fault(
                INVALID_TRAVERSAL
                    .at(token.span, format!("`.{text}` is read as the number {text}, not as two indices"))
                    .label("two indices in the old style")
                    .help(format!("write `[{first}][{second}]`")),
            ));
        }
        match text.parse() {
            Ok(index) => Ok(Step::LegacyIndex(Spanned::new(index, span))),
            // `.1e1` and numbers beyond 64 bits are numbers all the same.
            Err(_) => Ok(Step::Index(self.number(token)?.expr, span)),
        }
    }

    /// Whether `[*` stands here. As everywhere in HCL, a newline between them counts unless brackets are around.
    fn star_follows(&mut self) -> bool {
        let newlines = self.newlines_count();
        let mut rest = self.tokens[self.at + 1..].iter().map(|token| token.kind);
        rest.find(|kind| newlines || *kind != TokenKind::Newline) == Some(TokenKind::Star)
    }

    /// `[*]`, and the steps behind it, which belong to each element.
    fn full_splat(&mut self, open: usize, mut found: Steps) -> Read<Steps> {
        let Some(end) = self.open_bracket()? else { return Err(Fault) };
        self.bump();
        if self.token().kind != TokenKind::CloseBracket {
            return Err(self.unexpected("`]` behind `[*`", |diagnostic| diagnostic.help("write `[*]`")));
        }
        self.bump();
        let marker = self.tokens[open].span.to(self.tokens[end].span);
        let Steps { steps: each, height } = self.deeper(|parser| parser.steps(false))?;
        found.height = found.height.max(height + 1);
        found.steps.push(Step::Splat { each, full: true, marker });
        Ok(found)
    }

    /// `[e]`
    fn index(&mut self, found: &mut Steps) -> Read<()> {
        let open = self.tokens[self.at];
        let Some(end) = self.open_bracket()? else { return Err(Fault) };
        let key = self.without_newlines(|parser| {
            let key = parser.deeper(Self::expression);
            match key {
                Ok(key) if parser.kind() == TokenKind::CloseBracket => key,
                // Nobody indexes with two: these are two lists, one behind the other.
                Ok(_) if parser.kind() == TokenKind::Comma => {
                    parser.report(
                        MISSING_SEPARATOR
                            .at(open.span, "a comma is missing before this list")
                            .label("read as an index of what stands before it")
                            .help("add a comma between the two"),
                    );
                    parser.hole(end)
                }
                Ok(_) => {
                    parser.unexpected("`]` behind the index", |diagnostic| {
                        diagnostic.help("an index is one expression in brackets")
                    });
                    parser.hole(end)
                }
                Err(Fault) => parser.hole(end),
            }
        });
        self.bump();
        found.height = found.height.max(key.height);
        found.steps.push(Step::Index(key.expr, open.span.to(self.tokens[end].span)));
        Ok(())
    }

    /// Goes to `end`; what is left out is a hole.
    pub(super) fn hole(&mut self, end: usize) -> Node {
        let start = self.tokens[self.at.min(end)].span;
        self.jump(end);
        Node::leaf(ExprKind::Error, self.since(start))
    }

    fn operand(&mut self) -> Read<Node> {
        let token = self.token();
        match token.kind {
            TokenKind::OpenParen => self.parentheses(),
            TokenKind::Number => {
                self.bump();
                self.number(token)
            }
            TokenKind::Identifier => {
                self.bump();
                if matches!(self.kind(), TokenKind::OpenParen | TokenKind::DoubleColon) {
                    return self.call(token);
                }
                let kind = match self.text(token) {
                    "true" => ExprKind::Bool(true),
                    "false" => ExprKind::Bool(false),
                    "null" => ExprKind::Null,
                    name => ExprKind::Variable(crate::parse::shared::normalize(name)),
                };
                Ok(Node::leaf(kind, token.span))
            }
            TokenKind::OpenQuote | TokenKind::OpenHeredoc => self.string(),
            TokenKind::OpenBracket => self.tuple(),
            TokenKind::OpenBrace => self.object(),
            kind => Err(self.unexpected("a value", |diagnostic| match kind {
                TokenKind::Less => diagnostic.help("a heredoc starts with `<<EOT` and nothing else on its line"),
                TokenKind::Equal => diagnostic.help("remove one `=`"),
                TokenKind::Comma => diagnostic.help("remove this comma, or write a value before it"),
                TokenKind::Dot => diagnostic.help("write a digit before the dot: `0.5`"),
                TokenKind::Plus => diagnostic.help("remove the `+`"),
                _ => diagnostic.help(
                    "write a value: text in double quotes, a number, `true`, `[…]`, `{…}`, or a name like `var.x`",
                ),
            })),
        }
    }

    fn parentheses(&mut self) -> Read<Node> {
        let open = self.tokens[self.at].span;
        let Some(end) = self.open_bracket()? else { return Ok(Node::leaf(ExprKind::Error, self.since(open))) };
        let inner = self.without_newlines(|parser| match parser.deeper(Self::expression) {
            Ok(inner) if parser.kind() == TokenKind::CloseParen => inner,
            Ok(_) => {
                parser.unexpected("`)`", |diagnostic| diagnostic.help("parentheses hold one expression"));
                parser.hole(end)
            }
            Err(Fault) => parser.hole(end),
        });
        self.bump();
        let span = open.to(self.tokens[end].span);
        Ok(Node::over(ExprKind::Parens(Box::new(inner.expr)), span, inner.height))
    }

    /// A number, as the tree wants it.
    pub(super) fn number(&mut self, token: Token) -> Read<Node> {
        let text = self.text(token);
        let (digits, exponent) = text.find(['e', 'E']).map_or((text, ""), |at| text.split_at(at));
        let twice = exponent.get(1..).is_some_and(|exponent| exponent.contains(['e', 'E', '.']));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if twice || fraction.contains('.') {
            self.report(
                INVALID_NUMBER
                    .at(token.span, format!("`{text}` is no number"))
                    .label("too many dots or exponents")
                    .help(format!("put it in quotes if it is text, like a version: `\"{text}\"`")),
            );
            return Ok(Node::leaf(ExprKind::Error, token.span));
        }
        let dot = if fraction.is_empty() { "" } else { "." };
        Ok(Node::leaf(ExprKind::Number(format!("{whole}{dot}{fraction}{exponent}")), token.span))
    }
}
