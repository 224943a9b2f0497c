//! Where text comes from: files, places in them, and how a place is shown.
//!
//! Comes in: the bytes of files, through [`Files`]. Goes out: [`FileId`]s, [`Span`]s, and a [`SourceMap`] that turns a
//! span into lines and columns when somebody looks. Imports nothing of ours; every other stage stands on it.

mod files;
mod map;

pub use files::{EditedFiles, Entry, EntryKind, FileError, Files, MemoryFiles, Metadata};
pub use map::{FileOrigin, Position, SourceFile, SourceMap};

/// A file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(crate) u32);

/// A piece of a file: bytes `start..end` of its text.
///
/// Both ends lie on character borders. Never optional: what nobody wrote has the span of what caused it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// Behind the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clip = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { file, start: clip(start), end: clip(end) }
    }

    /// From the start of this span to the end of `other`; both are of one file.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        debug_assert_eq!(self.file, other.file, "internal error: a span cannot cover two files");
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty span at this one's start.
    #[must_use]
    pub fn head(self) -> Span {
        Span { end: self.start, ..self }
    }

    /// The empty span at this one's end.
    #[must_use]
    pub fn tail(self) -> Span {
        Span { start: self.end, ..self }
    }

    /// The bytes it covers, for slicing the file's text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// How many bytes it covers.
    pub fn len(self) -> usize {
        self.range().len()
    }

    /// Whether it covers nothing.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// Something a person wrote, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// `value`, written at `span`.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}
