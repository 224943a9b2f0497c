//! Comments, handed out in the order in which what they stand beside is printed.

use crate::syntax::Comment;

/// The comments of one file that are not printed yet.
#[derive(Clone, Copy)]
pub(super) struct Comments<'a> {
    rest: &'a [Comment],
}

impl<'a> Comments<'a> {
    /// All of them, in the order they were written.
    pub(super) fn new(all: &'a [Comment]) -> Self {
        Self { rest: all }
    }

    /// Whether there is one before a place.
    pub(super) fn stand_before(&self, place: u32) -> bool {
        self.rest.first().is_some_and(|comment| comment.span.start < place)
    }

    /// The next one that starts before a place.
    pub(super) fn next_before(&mut self, place: u32) -> Option<&'a Comment> {
        let (first, rest) = self.rest.split_first()?;
        (first.span.start < place).then(|| self.rest = rest)?;
        Some(first)
    }

    /// The text of the next one if it starts before `next` and stands behind something else on its line.
    pub(super) fn next_beside(&mut self, next: u32) -> Option<String> {
        let first = self.rest.first()?;
        (!first.own_line && first.span.start < next && !first.text.contains('\n')).then_some(())?;
        self.next_before(next).map(|comment| comment.text.clone())
    }
}
