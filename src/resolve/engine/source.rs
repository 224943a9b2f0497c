//! The text of a template with its holes set aside.

use super::super::value::{Hole, Piece, Text};

/// Stands in the source where a hole is. The character may occur in a user's text too, so a hole is told by its place.
const MARK: char = '\u{10FFFF}';

/// The literal parts of a [`Text`] as one string; each hole is one [`MARK`] at a remembered place.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) text: String,
    holes: Vec<(usize, Hole)>,
}

impl Source {
    /// Sets the holes of `text` aside, except those that `splice` wants as source.
    pub(super) fn new(text: &Text, splice: impl Fn(usize) -> bool) -> Self {
        let mut out = Self { text: String::new(), holes: Vec::new() };
        let mut index = 0;
        for piece in text.pieces() {
            match piece {
                Piece::Literal(literal) => out.text.push_str(literal),
                Piece::Hole(hole) => {
                    match &hole.known {
                        Some(known) if splice(index) => out.text.push_str(known),
                        Some(_) | None => {
                            out.holes.push((out.text.len(), hole.clone()));
                            out.text.push(MARK);
                        }
                    }
                    index += 1;
                }
            }
        }
        out
    }

    /// The number of the hole at byte `at`, if one is there.
    pub(super) fn hole_at(&self, at: usize) -> Option<usize> {
        self.holes.binary_search_by_key(&at, |(place, _)| *place).ok()
    }

    /// The hole of that number.
    pub(super) fn hole(&self, index: usize) -> &Hole {
        &self.holes[index].1
    }

    /// The holes in `start..end`, with their places.
    pub(super) fn holes_in(&self, start: usize, end: usize) -> &[(usize, Hole)] {
        let first = self.holes.partition_point(|(place, _)| *place < start);
        let last = self.holes.partition_point(|(place, _)| *place < end);
        &self.holes[first..last.max(first)]
    }

    /// `start..end` as a text again.
    pub(super) fn slice(&self, start: usize, end: usize) -> Text {
        let mut out = Text::new();
        let mut from = start;
        for (place, hole) in self.holes_in(start, end) {
            out.push_str(&self.text[from..*place]);
            out.push_hole(hole.clone());
            from = place + MARK.len_utf8();
        }
        out.push_str(&self.text[from..end]);
        out
    }

    /// The action around byte `at` for a message, on one line and not too long.
    pub(super) fn excerpt(&self, at: usize) -> String {
        const LONGEST: usize = 60;
        let at = at.min(self.text.len());
        let start = self.text.get(..at).and_then(|before| before.rfind("{{")).unwrap_or(0);
        // An error at the very opening has it behind it.
        let start = if self.text.get(at..).is_some_and(|rest| rest.starts_with("{{")) { at } else { start };
        let end = self.text.get(at..).and_then(|rest| rest.find("}}")).map_or(self.text.len(), |end| at + end + 2);
        let mut out = String::new();
        for (count, (offset, character)) in self.text[start..end].char_indices().enumerate() {
            if count == LONGEST {
                out.push('…');
                break;
            }
            if self.hole_at(start + offset).is_some() {
                out.push_str("${…}");
            } else {
                out.push(if character.is_control() { ' ' } else { character });
            }
        }
        out
    }
}
