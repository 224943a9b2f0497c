//! What to change in the user's files so that a finding is gone, and how such changes are made.
//!
//! Comes in: findings that carry a [`Fix`]. Goes out: text. Fixes that touch the same place are not made together: what the
//! second one would do depends on the first, so it waits until the text was read again ([`choose`]).

use crate::source::{FileId, Span};

/// A piece of a file, and what stands there afterwards.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What is replaced; empty where something is put in.
    pub span: Span,
    /// What replaces it; empty where something is taken out.
    pub text: String,
}

impl Edit {
    /// Writes another name where a name stands, in quotes where it stands in quotes. Nothing if it is written in some other
    /// way, with escapes for instance.
    pub fn rename(span: Span, name: &str, new: &str) -> Option<Self> {
        let text = match span.len().checked_sub(name.len())? {
            0 => new.to_owned(),
            2 => format!("\"{new}\""),
            _ => return None,
        };
        Some(Self { span, text })
    }
}

/// Edits that together make a finding go away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Whether the template then does what it was meant to do, whoever wrote it. If not, somebody has to look at it.
    pub safe: bool,
    /// In the order of their places; none overlaps another.
    pub edits: Vec<Edit>,
    /// What the edits were made with in mind: nothing else may change there at the same time.
    pub within: Option<Span>,
    /// Of two fixes that cannot be made together the one of the lower rank comes first.
    pub rank: usize,
}

impl Fix {
    /// A fix that depends on nothing but the places it edits.
    pub fn new(safe: bool, mut edits: Vec<Edit>) -> Self {
        edits.sort();
        Self { safe, edits, within: None, rank: 0 }
    }

    /// With what it depends on.
    #[must_use]
    pub fn within(mut self, span: Span) -> Self {
        self.within = Some(span);
        self
    }

    /// With its rank.
    #[must_use]
    pub fn rank(mut self, rank: usize) -> Self {
        self.rank = rank;
        self
    }

    /// Everything that must stay as it is until the fix is made.
    fn places(&self) -> impl Iterator<Item = Span> + '_ {
        self.edits.iter().map(|edit| edit.span).chain(self.within)
    }

    fn conflicts(&self, other: &Self) -> bool {
        self.places().any(|own| other.places().any(|its| touch(own, its)))
    }

    /// Puts `place` of each place in its stead.
    pub(super) fn map_spans(&mut self, place: &mut impl FnMut(Span) -> Span) {
        let Self { safe: _, edits, within, rank: _ } = self;
        for edit in edits {
            edit.span = place(edit.span);
        }
        *within = within.map(place);
    }
}

/// Whether two pieces share a byte or a border.
fn touch(a: Span, b: Span) -> bool {
    a.file == b.file && a.start <= b.end && b.start <= a.end
}

/// Those fixes that can be made together, those of lower rank first; equal ones once.
pub fn choose<'f>(fixes: impl IntoIterator<Item = &'f Fix>) -> Vec<&'f Fix> {
    let mut all: Vec<&Fix> = fixes.into_iter().filter(|fix| !fix.edits.is_empty()).collect();
    all.sort_by(|a, b| (a.rank, &a.edits).cmp(&(b.rank, &b.edits)));
    let mut chosen: Vec<&Fix> = Vec::new();
    for fix in all {
        if !chosen.iter().any(|other| other.conflicts(fix)) {
            chosen.push(fix);
        }
    }
    chosen
}

/// A file's text after the edits that are in it. They must not overlap.
pub fn apply<'e>(text: &str, file: FileId, edits: impl IntoIterator<Item = &'e Edit>) -> String {
    let mut edits: Vec<&Edit> = edits.into_iter().filter(|edit| edit.span.file == file).collect();
    edits.sort();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for Edit { span, text: new } in edits {
        let range = span.range();
        out.push_str(text.get(at..range.start).expect("internal error: edits of a fix overlap"));
        out.push_str(new);
        at = range.end;
    }
    out.push_str(text.get(at..).expect("internal error: an edit ends behind the text"));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit { span: Span::new(FileId(0), start, end), text: text.to_owned() }
    }

    #[test]
    fn edits_are_made_from_the_start_to_the_end() {
        let edits = [edit(4, 4, "!"), edit(0, 1, "X"), edit(4, 5, "")];
        assert_eq!(apply("abcdef", FileId(0), &edits), "Xbcd!f");
        assert_eq!(apply("abcdef", FileId(1), &edits), "abcdef");
    }

    #[test]
    fn what_touches_an_earlier_fix_waits() {
        let first = Fix::new(true, vec![edit(0, 1, "")]).rank(2);
        let touching = Fix::new(true, vec![edit(1, 3, "")]).rank(1);
        let far = Fix::new(true, vec![edit(8, 9, "")]).rank(3);
        let around = Fix::new(true, vec![edit(20, 21, "")]).within(Span::new(FileId(0), 5, 30)).rank(4);
        assert_eq!(choose([&first, &touching, &far, &around]), [&touching, &far]);
        assert_eq!(choose([&far, &far.clone()]), [&far]);
    }
}
