//! The tokens of a text, by line and by what is aligned with what.

use std::ops::Range;

use crate::parse::hcl::{Token, TokenKind};

/// A token that is written, and the spaces before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'t> {
    pub(super) kind: TokenKind,
    /// A comment to the end of its line has that line end as well.
    pub(super) text: &'t str,
    pub(super) spaces: usize,
}

impl Piece<'_> {
    /// How many brackets it opens; less than zero where it closes one.
    pub(super) fn brackets(&self) -> i64 {
        use TokenKind as K;
        if matches!(self.kind, K::OpenBrace | K::OpenBracket | K::OpenParen | K::OpenInterpolation | K::OpenDirective) {
            1
        } else if matches!(self.kind, K::CloseBrace | K::CloseBracket | K::CloseParen | K::CloseSequence) {
            -1
        } else {
            0
        }
    }

    fn ends_line(&self) -> bool {
        self.kind == TokenKind::Newline || (self.kind == TokenKind::Comment && self.text.ends_with('\n'))
    }
}

/// The pieces of one line in up to three cells. A line ends where HCL has the end of a line: text in a heredoc has none.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// What is before the others; empty only on a last line without tokens.
    pub(super) lead: Range<usize>,
    /// From the `=` on, if all that is opened behind it is closed on this line. Empty: there is none.
    pub(super) assign: Range<usize>,
    /// The comment at the end of a line that has more than it. Empty: there is none.
    pub(super) comment: Range<usize>,
}

/// A text as its lines.
#[derive(Clone, Debug)]
pub(super) struct Lines<'t> {
    pub(super) pieces: Vec<Piece<'t>>,
    pub(super) lines: Vec<Line>,
    /// The spaces behind everything.
    tail: usize,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str, tokens: &[Token]) -> Self {
        let (pieces, tail) = pieces(text, tokens);
        let mut lines = Vec::new();
        let mut start = 0;
        for (at, piece) in pieces.iter().enumerate() {
            if piece.ends_line() {
                lines.push(line(&pieces, start..at + 1));
                start = at + 1;
            }
        }
        if start < pieces.len() {
            lines.push(line(&pieces, start..pieces.len()));
        }
        Self { pieces, lines, tail }
    }

    /// The text, unless it has more than `longest` bytes.
    pub(super) fn join(&self, longest: usize) -> Option<String> {
        let mut len = self.tail;
        for piece in &self.pieces {
            len = len.checked_add(piece.spaces)?.checked_add(piece.text.len())?;
        }
        if len > longest {
            return None;
        }
        let mut text = String::with_capacity(len);
        for piece in &self.pieces {
            text.extend(std::iter::repeat_n(' ', piece.spaces));
            text.push_str(piece.text);
        }
        text.extend(std::iter::repeat_n(' ', self.tail));
        Some(text)
    }
}

/// Everything but white space, and how many bytes of that follow at the end. HCL counts a byte-order mark as such.
fn pieces<'t>(text: &'t str, tokens: &[Token]) -> (Vec<Piece<'t>>, usize) {
    let mut pieces = Vec::with_capacity(tokens.len());
    let mut spaces = 0;
    let mut tokens = tokens.iter().peekable();
    while let Some(token) = tokens.next() {
        if matches!(token.kind, TokenKind::Whitespace | TokenKind::ByteOrderMark) {
            spaces += token.span.len();
            continue;
        }
        let mut range = token.span.range();
        if token.kind == TokenKind::Comment
            && !text[range.clone()].starts_with("/*")
            && let Some(newline) = tokens.next_if(|next| next.kind == TokenKind::Newline)
        {
            range.end = newline.span.range().end;
        }
        pieces.push(Piece { kind: token.kind, text: &text[range], spaces });
        spaces = 0;
    }
    (pieces, spaces)
}

/// Takes a line apart.
fn line(pieces: &[Piece<'_>], whole: Range<usize>) -> Line {
    let ends_with_comment = whole.len() > 1 && pieces[whole.end - 1].kind == TokenKind::Comment;
    let code = whole.start..whole.end - usize::from(ends_with_comment);
    // Only the first `=` counts, and one that begins the line does not.
    let equal = (code.start + 1..code.end).find(|at| pieces[*at].kind == TokenKind::Equal);
    let closed = |from: &usize| pieces[*from..code.end].iter().map(Piece::brackets).sum::<i64>() == 0;
    let assign = equal.filter(closed).unwrap_or(code.end);
    Line { lead: code.start..assign, assign: assign..code.end, comment: code.end..whole.end }
}
