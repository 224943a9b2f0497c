//! Sets the spaces before every token: at the start of a line, between tokens, between the cells of a line.

use std::ops::Range;

use super::lines::{Line, Lines, Piece};
use super::spacing::stand_apart;
use super::width::width;
use crate::parse::hcl::TokenKind;

/// Indents each line by two for every line above that opens more brackets than it closes, until they are closed.
pub(super) fn indent(text: &mut Lines<'_>) {
    // What each of those lines left open.
    let mut open: Vec<i64> = Vec::new();
    for line in &text.lines {
        let Some(first) = text.pieces[line.lead.clone()].first().map(|piece| piece.kind) else { continue };
        if first == TokenKind::Newline {
            text.pieces[line.lead.start].spaces = 0;
            continue;
        }
        let opened = brackets_before_heredoc(&text.pieces[line.lead.clone()])
            + text.pieces[line.assign.clone()].iter().map(Piece::brackets).sum::<i64>();
        close(&mut open, -opened);
        text.pieces[line.lead.start].spaces = 2 * open.len();
        if opened > 0 {
            open.push(opened);
        }
    }
}

/// What follows the start of a heredoc is text, up to a line of its own.
fn brackets_before_heredoc(pieces: &[Piece<'_>]) -> i64 {
    pieces.iter().take_while(|piece| piece.kind != TokenKind::OpenHeredoc).map(Piece::brackets).sum()
}

/// Takes `closed` brackets back from the lines that opened them, the last one first.
fn close(open: &mut Vec<i64>, mut closed: i64) {
    while closed > 0
        && let Some(last) = open.last_mut()
    {
        if closed < *last {
            *last -= closed;
            return;
        }
        closed -= *last;
        open.pop();
    }
}

/// Sets one space or none between the tokens of a cell.
pub(super) fn space(text: &mut Lines<'_>) {
    for Line { lead, assign, comment: _ } in &text.lines {
        for cell in [lead, assign] {
            let pieces = &mut text.pieces[cell.clone()];
            let mut before = None;
            for at in 1..pieces.len() {
                let (left, right) = (pieces[at - 1], pieces[at]);
                pieces[at].spaces = usize::from(stand_apart(before, &left, &right));
                before = Some(left.kind);
            }
        }
    }
}

/// Aligns each `=`, then each comment, with those of the lines directly above and below that have one.
pub(super) fn align(text: &mut Lines<'_>) {
    align_cell(text, |line| line.assign.clone());
    align_cell(text, |line| line.comment.clone());
}

fn align_cell(text: &mut Lines<'_>, cell: impl Fn(&Line) -> Range<usize>) {
    let Lines { pieces, lines, .. } = text;
    for group in lines.chunk_by(|above, below| cell(above).is_empty() == cell(below).is_empty()) {
        if cell(&group[0]).is_empty() {
            continue;
        }
        let widths: Vec<usize> = group.iter().map(|line| columns(&pieces[line.lead.start..cell(line).start])).collect();
        let widest = widths.iter().copied().max().unwrap_or(0);
        for (line, width) in group.iter().zip(widths) {
            pieces[cell(line).start].spaces = widest - width + 1;
        }
    }
}

fn columns(pieces: &[Piece<'_>]) -> usize {
    pieces.iter().map(|piece| piece.spaces + width(piece.text)).sum()
}
