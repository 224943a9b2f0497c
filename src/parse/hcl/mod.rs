//! Reads the HCL2 native syntax: all of it, without loss, and whatever its faults.
//!
//! Two passes, each linear in the length of the text: `lexer` cuts it into tokens and joins those that belong together,
//! [`parser`] and its siblings build the tree. Where brackets do not fit each other, `brackets` finds out between the two
//! where what is never closed was meant to end. What is accepted and what a string means follows HashiCorp's implementation; where the two differ it says
//! so at the place. A fault is reported once and costs the smallest thing around it: an element, an item, a block.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the parser asks for some kinds of token and answers all others alike: as not expected here"
)]

mod brackets;
pub mod collections;
mod comments;
pub mod expression;
mod lexer;
pub mod literal;
pub mod parser;
pub mod structure;
pub mod template;
mod token;

pub use comments::comments;
pub use token::{Token, TokenKind};

use crate::diagnostic::Sink;
use crate::source::{FileId, SourceMap};
use crate::syntax::{Document, Expr, Template};
use lexer::{Keep, Mode};
use parser::Parser;

/// What became of a file.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// Its tree.
    pub document: Document,
    /// Its text in pieces, none left out: byte-order mark, white space, comments, newlines.
    pub tokens: Vec<Token>,
}

/// Reads a file of arguments and blocks, and keeps its tokens.
pub fn parse(sources: &SourceMap, file: FileId, sink: &mut Sink) -> Parsed {
    Parsed { document: parse_document(sources, file, sink), tokens: tokens(sources, file) }
}

/// Reads a file of arguments and blocks for its tree alone. That takes half the time: white space and comments are
/// passed over as they come.
pub fn parse_document(sources: &SourceMap, file: FileId, sink: &mut Sink) -> Document {
    let body = Parser::new(sources, file, Mode::Normal, sink).file();
    Document { file, body }
}

/// Reads a file that is one expression, like the value of a `-var`. Newlines mean nothing in it.
pub fn parse_expression(sources: &SourceMap, file: FileId, sink: &mut Sink) -> Expr {
    Parser::new(sources, file, Mode::Normal, sink).whole_expression()
}

/// Reads a file that is one template, like those that `templatefile` renders.
pub fn parse_template(sources: &SourceMap, file: FileId, sink: &mut Sink) -> Template {
    Parser::new(sources, file, Mode::Template, sink).whole_template()
}

/// Cuts a file into tokens. Complains about nothing: what is wrong is [`parse`]'s to say.
pub fn tokens(sources: &SourceMap, file: FileId) -> Vec<Token> {
    let mut tokens = lexer::lex(&sources.file(file).text, file, Mode::Normal, Keep::All).tokens;
    tokens.pop_if(|token| token.kind == TokenKind::End);
    tokens
}
