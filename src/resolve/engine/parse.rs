//! The grammar of Go's `text/template`.

#![expect(clippy::wildcard_enum_match_arm, reason = "whatever else a token is, it is not expected there")]

use std::collections::BTreeMap;

use super::super::value::Text;
use super::functions;
use super::lex::{Keyword, Kind, Token};
use super::literal::{constant, unquote};
use super::source::Source;
use super::tree::{Command, List, Node, Pipeline, Template, Term, TermKind};
use super::{Engine, Fault};

/// How deep blocks and parentheses may nest.
const DEEPEST: usize = 60;

/// Makes a tree of the words.
pub(super) fn parse(source: &Source, tokens: &[Token], engine: &Engine<'_>) -> Result<Template, Fault> {
    let mut parser = Parser {
        source,
        tokens,
        next: 0,
        engine,
        scope: Scope::new(),
        range_depth: 0,
        depth: 0,
        template: Template::default(),
    };
    parser.main()?;
    Ok(parser.template)
}

struct Parser<'a> {
    source: &'a Source,
    tokens: &'a [Token],
    next: usize,
    engine: &'a Engine<'a>,
    scope: Scope,
    range_depth: usize,
    depth: usize,
    template: Template,
}

/// Which variables are declared here.
struct Scope {
    names: Vec<String>,
    count: BTreeMap<String, usize>,
}

impl Scope {
    fn new() -> Self {
        let mut scope = Self { names: Vec::new(), count: BTreeMap::new() };
        scope.declare("$");
        scope
    }

    fn declare(&mut self, name: &str) {
        self.names.push(name.to_owned());
        *self.count.entry(name.to_owned()).or_default() += 1;
    }

    fn truncate(&mut self, length: usize) {
        for name in self.names.drain(length..) {
            if let Some(count) = self.count.get_mut(&name) {
                *count -= 1;
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        self.count.get(name).is_some_and(|count| *count > 0)
    }
}

/// What ended a list.
enum Stop {
    End,
    /// Behind `else`; an `if` or `with` may come next.
    Else,
}

/// What ends a pipeline.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Close {
    Delimiter,
    Parenthesis,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> &'a Token {
        &self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    fn advance(&mut self) -> &'a Token {
        let token = self.peek();
        self.next += 1;
        token
    }

    fn skip_space(&mut self) {
        if self.peek().kind == Kind::Space {
            self.next += 1;
        }
    }

    fn peek_solid(&mut self) -> &'a Token {
        self.skip_space();
        self.peek()
    }

    fn advance_solid(&mut self) -> &'a Token {
        self.skip_space();
        self.advance()
    }

    fn text(&self, token: &Token) -> &'a str {
        &self.source.text[token.start..token.end]
    }

    fn unexpected(&self, token: &Token, context: &str) -> Fault {
        let message = match &token.kind {
            Kind::Error(message) => message.clone(),
            Kind::End => format!("it ends inside {context}"),
            Kind::RightDelimiter => format!("`}}}}` is not expected in {context}"),
            Kind::Hole(_) => format!("`${{…}}` is not expected in {context}"),
            Kind::Text
            | Kind::LeftDelimiter
            | Kind::Space
            | Kind::Assign
            | Kind::Declare
            | Kind::Comma
            | Kind::Other
            | Kind::Character
            | Kind::Field
            | Kind::Identifier
            | Kind::Number
            | Kind::Pipe
            | Kind::LeftParenthesis
            | Kind::RightParenthesis
            | Kind::Quoted
            | Kind::Raw
            | Kind::Variable
            | Kind::Bool
            | Kind::Dot
            | Kind::Keyword(_) => format!("`{}` is not expected in {context}", self.text(token)),
        };
        Fault::syntax(token.start, message)
    }

    fn main(&mut self) -> Result<(), Fault> {
        let mut main = List::new();
        loop {
            if self.peek().kind == Kind::End {
                break;
            }
            if self.peek().kind == Kind::LeftDelimiter {
                let back = self.next;
                self.next += 1;
                if self.peek_solid().kind == Kind::Keyword(Keyword::Define) {
                    self.next += 1;
                    self.define()?;
                    continue;
                }
                self.next = back;
            }
            let at = self.peek().start;
            match self.node()? {
                Ok(node) => main.push(node),
                Err(Stop::End) => return Err(Fault::syntax(at, "`end` has nothing to end")),
                Err(Stop::Else) => {
                    return Err(Fault::syntax(at, "`else` has no `if`, `with` or `range`"));
                }
            }
        }
        self.template.main = main;
        Ok(())
    }

    fn define(&mut self) -> Result<(), Fault> {
        let at = self.peek().start;
        let name = self.template_name("`define`")?;
        let token = self.advance_solid();
        if token.kind != Kind::RightDelimiter {
            return Err(self.unexpected(token, "`define`"));
        }
        self.definition(name, at, "`define`")
    }

    /// The body of a `define` or `block`: it sees no variable of ours.
    fn definition(&mut self, name: String, at: usize, context: &str) -> Result<(), Fault> {
        let scope = std::mem::replace(&mut self.scope, Scope::new());
        let range_depth = std::mem::take(&mut self.range_depth);
        let (body, stop) = self.list()?;
        if matches!(stop, Stop::Else) {
            return Err(Fault::syntax(at, format!("`else` is not expected in {context}")));
        }
        self.scope = scope;
        self.range_depth = range_depth;
        let empty = |list: &List| {
            list.iter()
                .all(|node| matches!(node, Node::Text(start, end) if self.source.text[*start..*end].trim().is_empty()))
        };
        match self.template.defined.get(&name) {
            Some(old) if !empty(old) && !empty(&body) => {
                return Err(Fault::syntax(at, format!("the template `{name}` is defined twice")));
            }
            Some(old) if !empty(old) => {}
            Some(_) | None => {
                self.template.defined.insert(name, body);
            }
        }
        Ok(())
    }

    fn template_name(&mut self, context: &str) -> Result<String, Fault> {
        let token = self.advance_solid();
        if !matches!(token.kind, Kind::Quoted | Kind::Raw) {
            return Err(self.unexpected(token, context));
        }
        let name = unquote(self.source, token)?;
        name.known()
            .map(std::borrow::Cow::into_owned)
            .ok_or_else(|| Fault::syntax(token.start, "the name of a template is not known"))
    }

    /// Nodes up to `end` or `else`.
    fn list(&mut self) -> Result<(List, Stop), Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Fault::syntax(self.peek().start, format!("blocks are nested more than {DEEPEST} deep")));
        }
        let mut list = List::new();
        loop {
            let token = self.peek_solid();
            if token.kind == Kind::End {
                return Err(Fault::syntax(token.start, "a block has no `{{ end }}`"));
            }
            match self.node()? {
                Ok(node) => list.push(node),
                Err(stop) => {
                    self.depth -= 1;
                    return Ok((list, stop));
                }
            }
        }
    }

    fn node(&mut self) -> Result<Result<Node, Stop>, Fault> {
        let token = self.advance_solid();
        match token.kind {
            Kind::Text => Ok(Ok(Node::Text(token.start, token.end))),
            Kind::LeftDelimiter => self.action(),
            _ => Err(self.unexpected(token, "the text")),
        }
    }

    fn action(&mut self) -> Result<Result<Node, Stop>, Fault> {
        let token = self.peek_solid();
        let Kind::Keyword(keyword) = token.kind else {
            return Ok(Ok(Node::Action(self.pipeline("an action", false, Close::Delimiter)?)));
        };
        if !matches!(keyword, Keyword::Nil | Keyword::Define) {
            self.next += 1;
        }
        Ok(Ok(match keyword {
            Keyword::Nil => Node::Action(self.pipeline("an action", false, Close::Delimiter)?),
            Keyword::Define => {
                return Err(Fault::syntax(token.start, "`define` stands only outside of other blocks"));
            }
            Keyword::Block => {
                let name = self.template_name("`block`")?;
                let argument = self.pipeline("`block`", false, Close::Delimiter)?;
                self.definition(name.clone(), token.start, "`block`")?;
                Node::Template { name, argument: Some(argument), at: token.start }
            }
            Keyword::Template => {
                let name = self.template_name("`template`")?;
                let argument = if self.peek_solid().kind == Kind::RightDelimiter {
                    self.next += 1;
                    None
                } else {
                    Some(self.pipeline("`template`", false, Close::Delimiter)?)
                };
                Node::Template { name, argument, at: token.start }
            }
            Keyword::Break | Keyword::Continue => {
                let word = self.text(token);
                let end = self.advance_solid();
                if end.kind != Kind::RightDelimiter {
                    return Err(self.unexpected(end, &format!("`{word}`")));
                }
                if self.range_depth == 0 {
                    return Err(Fault::syntax(token.start, format!("`{word}` stands outside of a `range`")));
                }
                if keyword == Keyword::Break { Node::Break } else { Node::Continue }
            }
            Keyword::Else => {
                if !matches!(self.peek_solid().kind, Kind::Keyword(Keyword::If | Keyword::With)) {
                    let end = self.advance_solid();
                    if end.kind != Kind::RightDelimiter {
                        return Err(self.unexpected(end, "`else`"));
                    }
                }
                return Ok(Err(Stop::Else));
            }
            Keyword::End => {
                let end = self.advance_solid();
                if end.kind != Kind::RightDelimiter {
                    return Err(self.unexpected(end, "`end`"));
                }
                return Ok(Err(Stop::End));
            }
            Keyword::If => self.branch(Keyword::If)?,
            Keyword::With => self.branch(Keyword::With)?,
            Keyword::Range => self.range()?,
        }))
    }

    fn branch(&mut self, keyword: Keyword) -> Result<Node, Fault> {
        let with = keyword == Keyword::With;
        let context = if with { "`with`" } else { "`if`" };
        let scope = self.scope.names.len();
        let mut arms = Vec::new();
        let mut otherwise = List::new();
        loop {
            let condition = self.pipeline(context, false, Close::Delimiter)?;
            let (list, stop) = self.list()?;
            arms.push((condition, list));
            match stop {
                Stop::End => break,
                Stop::Else if self.peek().kind == Kind::Keyword(keyword) => self.next += 1,
                Stop::Else => {
                    otherwise = self.last_list()?;
                    break;
                }
            }
        }
        self.scope.truncate(scope);
        Ok(Node::Branch { with, arms, otherwise })
    }

    fn last_list(&mut self) -> Result<List, Fault> {
        let at = self.peek().start;
        match self.list()? {
            (list, Stop::End) => Ok(list),
            (_, Stop::Else) => Err(Fault::syntax(at, "a block has two `else`")),
        }
    }

    fn range(&mut self) -> Result<Node, Fault> {
        let scope = self.scope.names.len();
        let over = self.pipeline("`range`", true, Close::Delimiter)?;
        self.range_depth += 1;
        let (body, stop) = self.list()?;
        self.range_depth -= 1;
        let otherwise = match stop {
            Stop::End => List::new(),
            Stop::Else => self.last_list()?,
        };
        self.scope.truncate(scope);
        Ok(Node::Range { over, body, otherwise })
    }

    fn pipeline(&mut self, context: &str, range: bool, close: Close) -> Result<Pipeline, Fault> {
        let mut pipeline =
            Pipeline { at: self.peek_solid().start, variables: Vec::new(), assigns: false, commands: Vec::new() };
        self.declarations(&mut pipeline, context, range)?;
        loop {
            let token = self.peek_solid();
            match token.kind {
                Kind::RightDelimiter if close == Close::Delimiter => break,
                Kind::RightParenthesis if close == Close::Parenthesis => break,
                Kind::Bool
                | Kind::Character
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Keyword(Keyword::Nil)
                | Kind::Raw
                | Kind::Quoted
                | Kind::Variable
                | Kind::Hole(_)
                | Kind::LeftParenthesis => {
                    let command = self.command()?;
                    pipeline.commands.push(command);
                }
                _ => return Err(self.unexpected(token, context)),
            }
        }
        self.next += 1;
        if pipeline.commands.is_empty() {
            return Err(Fault::syntax(pipeline.at, format!("{context} has no value")));
        }
        for command in &pipeline.commands[1..] {
            if matches!(
                command.first.kind,
                TermKind::Bool(_) | TermKind::Dot | TermKind::Nil | TermKind::Number(_) | TermKind::Text(_)
            ) {
                return Err(Fault::syntax(command.at, "what follows `|` must be a function"));
            }
        }
        Ok(pipeline)
    }

    /// `$x :=`, `$x =`, `$i, $x :=`, where one stands here.
    fn declarations(&mut self, pipeline: &mut Pipeline, context: &str, range: bool) -> Result<(), Fault> {
        loop {
            let back = self.next;
            let token = self.peek_solid();
            if token.kind != Kind::Variable {
                return Ok(());
            }
            self.next += 1;
            let name = self.text(token);
            let next = self.peek_solid();
            let declares = match next.kind {
                Kind::Assign | Kind::Declare => {
                    pipeline.assigns = next.kind == Kind::Assign;
                    false
                }
                Kind::Comma => true,
                _ => {
                    self.next = back;
                    return Ok(());
                }
            };
            self.next += 1;
            pipeline.variables.push(name.to_owned());
            self.scope.declare(name);
            if !declares {
                return Ok(());
            }
            if !range || pipeline.variables.len() > 1 {
                return Err(Fault::syntax(next.start, format!("{context} declares too many variables")));
            }
            if self.peek_solid().kind != Kind::Variable {
                return Err(Fault::syntax(next.start, "`range` can only declare variables"));
            }
        }
    }

    fn command(&mut self) -> Result<Command, Fault> {
        let at = self.peek_solid().start;
        let mut terms = Vec::new();
        loop {
            self.skip_space();
            if let Some(term) = self.operand()? {
                terms.push(term);
            }
            let token = self.peek();
            match token.kind {
                Kind::Space => self.next += 1,
                Kind::RightDelimiter | Kind::RightParenthesis => break,
                Kind::Pipe => {
                    self.next += 1;
                    break;
                }
                _ => return Err(self.unexpected(token, "an argument")),
            }
        }
        if terms.is_empty() {
            return Err(Fault::syntax(at, "a command is empty"));
        }
        let first = terms.remove(0);
        Ok(Command { at, first, rest: terms })
    }

    fn operand(&mut self) -> Result<Option<Term>, Fault> {
        let Some(mut term) = self.term()? else {
            return Ok(None);
        };
        let mut fields = Vec::new();
        let at = self.peek().start;
        while self.peek().kind == Kind::Field {
            let token = self.advance();
            fields.push(self.text(token)[1..].to_owned());
        }
        if fields.is_empty() {
            return Ok(Some(term));
        }
        match &mut term.kind {
            TermKind::Field(names) | TermKind::Variable(_, names) => names.extend(fields),
            TermKind::Bool(_) | TermKind::Text(_) | TermKind::Number(_) | TermKind::Nil | TermKind::Dot => {
                return Err(Fault::syntax(at, format!("`.{}` cannot follow a literal", fields[0])));
            }
            TermKind::Function(_) | TermKind::Pipeline(_) | TermKind::Chain(..) => {
                let at = term.at;
                term = Term { at, kind: TermKind::Chain(Box::new(term), fields) };
            }
        }
        Ok(Some(term))
    }

    fn term(&mut self) -> Result<Option<Term>, Fault> {
        let token = self.peek_solid();
        let word = self.text(token);
        let kind = match &token.kind {
            Kind::Identifier => {
                functions::exists(word, self.engine, token.start)?;
                TermKind::Function(word.to_owned())
            }
            Kind::Dot => TermKind::Dot,
            Kind::Keyword(Keyword::Nil) => TermKind::Nil,
            Kind::Variable => {
                if !self.scope.has(word) {
                    return Err(Fault::syntax(token.start, format!("the variable `{word}` is not declared")));
                }
                TermKind::Variable(word.to_owned(), Vec::new())
            }
            Kind::Field => TermKind::Field(vec![word[1..].to_owned()]),
            Kind::Bool => TermKind::Bool(word == "true"),
            Kind::Number | Kind::Character => {
                TermKind::Number(constant(word).map_err(|message| Fault::syntax(token.start, message))?)
            }
            Kind::Quoted | Kind::Raw => TermKind::Text(unquote(self.source, token)?),
            Kind::Hole(index) => TermKind::Text(Text::hole(self.source.hole(*index).clone())),
            Kind::LeftParenthesis => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(Fault::syntax(token.start, format!("parentheses are nested more than {DEEPEST} deep")));
                }
                self.next += 1;
                let inner = self.pipeline("parentheses", false, Close::Parenthesis)?;
                self.depth -= 1;
                return Ok(Some(Term { at: token.start, kind: TermKind::Pipeline(Box::new(inner)) }));
            }
            _ => return Ok(None),
        };
        self.next += 1;
        Ok(Some(Term { at: token.start, kind }))
    }
}
