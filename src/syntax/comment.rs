//! What people wrote for each other.

use crate::source::Span;

/// A comment, without the signs that make it one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where it stands, signs included.
    pub span: Span,
    /// Its lines, without the end of the last one.
    pub text: String,
    /// Whether nothing but white space stands before it on its line; otherwise it belongs to what does.
    pub own_line: bool,
    /// Whether an empty line follows it.
    pub apart: bool,
}
