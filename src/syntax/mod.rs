//! The one tree that every front end makes: bodies of attributes and blocks, and expressions, all with spans.
//!
//! Comes in: nothing; front ends in `parse/` build it. Goes out: a [`Document`] for `resolve`. Invariants:
//! - the tree always exists; where the text could not be read there is an [`Item::Error`] or [`ExprKind::Error`], the
//!   fault is already reported, and later stages stay silent about it;
//! - no path from the root is longer than [`MAX_DEPTH`] (twice that in JSON and YAML, whose strings hold expressions),
//!   so walking it recursively is safe;
//! - strings are decoded (escapes, heredoc indentation, NFC), spans point at what the user wrote.

mod comment;
mod expr;
mod inside;
mod same;
mod spans;
mod wording;

pub use comment::Comment;
pub use expr::{
    BinaryOp, Call, Conditional, Expr, ExprKind, ForExpr, ObjectItem, Part, Splat, Step, Template, TemplateKind,
    UnaryOp,
};
pub(crate) use same::bare;
pub use same::{same_body, same_expr};

use crate::source::{FileId, Span, Spanned};

/// How deep expressions and blocks may nest in each other, operator chains counted. Deeper input is reported, not read.
pub const MAX_DEPTH: usize = 100;

/// One file's tree.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file.
    pub file: FileId,
    /// What stands at its top level.
    pub body: Body,
}

/// Attributes and blocks in the order they were written.
#[derive(Clone, Debug)]
pub struct Body {
    /// In source order; the same attribute twice was reported by the front end, the first one stays.
    pub items: Vec<Item>,
    /// Between the braces, or the whole file.
    pub span: Span,
    /// How its file is written, for who tells people what to type.
    pub spelling: Spelling,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// HCL's native syntax.
    Hcl,
    /// HCL's mapping of JSON.
    Json,
    /// The same mapping, written as YAML.
    Yaml,
    /// The JSON that Packer had before HCL.
    LegacyJson,
}

impl Body {
    /// The attributes, in order.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.items.iter().filter_map(|item| match item {
            Item::Attribute(attribute) => Some(attribute),
            Item::Block(_) | Item::Error(_) => None,
        })
    }

    /// The blocks, in order.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.items.iter().filter_map(|item| match item {
            Item::Block(block) => Some(block),
            Item::Attribute(_) | Item::Error(_) => None,
        })
    }

    /// The attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes().find(|attribute| attribute.name.value == name)
    }

    /// Whether a part of it could not be read, so that something missing here may be the reader's hole.
    pub fn has_errors(&self) -> bool {
        self.items.iter().any(|item| matches!(item, Item::Error(_)))
    }
}

/// One line of a body.
#[derive(Clone, Debug)]
pub enum Item {
    /// `name = value`
    Attribute(Attribute),
    /// `kind "label" { … }`
    Block(Block),
    /// What could not be read; reported.
    Error(Span),
}

impl Item {
    /// All of it.
    pub fn span(&self) -> Span {
        match self {
            Self::Attribute(attribute) => attribute.span,
            Self::Block(block) => block.span,
            Self::Error(span) => *span,
        }
    }
}

/// `name = value`
#[derive(Clone, Debug)]
pub struct Attribute {
    /// As written.
    pub name: Spanned<String>,
    /// To the right of `=`.
    pub value: Expr,
    /// Name and value.
    pub span: Span,
    /// Whether it might as well be a block: data stands here, and no schema says what such a thing is.
    pub undecided: bool,
}

/// `kind "label" { … }`
#[derive(Clone, Debug)]
pub struct Block {
    /// `source`, `build`, ….
    pub kind: Spanned<String>,
    /// Its labels in order.
    pub labels: Vec<Label>,
    /// What stands between the braces.
    pub body: Body,
    /// From the kind to the closing brace. In JSON and YAML from the last key, or only the body, as other blocks may have
    /// the same kind and labels.
    pub span: Span,
}

impl Block {
    /// Kind and labels: where a diagnostic about the whole block points. Blocks of JSON and YAML share what stands above
    /// them, so there it is the last key that is the block's own, or else where its body begins.
    pub fn header(&self) -> Span {
        let Spelling::Hcl = self.body.spelling else {
            let last = self.labels.last().map_or(self.kind.span, |label| label.span);
            let is_own = self.span.start <= last.start && last.end <= self.span.end;
            return if is_own { last } else { self.body.span.head() };
        };
        self.labels.last().map_or(self.kind.span, |label| self.kind.span.to(label.span))
    }
}

/// A label of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its text, decoded.
    pub value: String,
    /// With its quotes.
    pub span: Span,
    /// `"x"`, or a bare `x`.
    pub quoted: bool,
}
