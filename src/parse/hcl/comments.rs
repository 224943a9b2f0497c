//! The comments of a file, for who prints it again.

use super::{TokenKind, tokens};
use crate::source::{FileId, SourceMap};
use crate::syntax::Comment;

/// The comments of a file in HCL, in order.
pub fn comments(sources: &SourceMap, file: FileId) -> Vec<Comment> {
    let tokens = tokens(sources, file);
    let mut found = Vec::new();
    let mut own_line = true;
    for (at, token) in tokens.iter().enumerate() {
        if token.kind == TokenKind::Comment {
            let behind = tokens[at + 1..].iter().filter(|next| next.kind != TokenKind::Whitespace);
            let apart = behind.take(2).filter(|next| next.kind == TokenKind::Newline).count() == 2;
            let text = bare(sources.text(token.span));
            found.push(Comment { span: token.span, text, own_line, apart });
        } else if token.kind == TokenKind::Newline || ends_line(sources.text(token.span)) {
            own_line = true;
        } else if !matches!(token.kind, TokenKind::Whitespace | TokenKind::ByteOrderMark) {
            own_line = false;
        }
    }
    found
}

/// A heredoc's lines are no newlines of their own.
fn ends_line(text: &str) -> bool {
    text.ends_with('\n')
}

/// What a comment says.
fn bare(text: &str) -> String {
    if let Some(inner) = text.strip_prefix("/*") {
        let inner = inner.strip_suffix("*/").unwrap_or(inner);
        let line = |line: &str| {
            let line = line.trim();
            line.strip_prefix("* ").or_else(|| line.strip_prefix('*')).unwrap_or(line).trim_end().to_owned()
        };
        let lines: Vec<String> = inner.lines().map(line).collect();
        return lines.join("\n").trim_matches('\n').to_owned();
    }
    let line = text.strip_prefix("//").or_else(|| text.strip_prefix('#')).unwrap_or(text);
    line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()
}
