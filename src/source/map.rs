//! The files of one run and their lines.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Range;

use super::{FileId, Span};

/// Every file that one run has read, in the order it read them.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
    hidden: BTreeSet<Span>,
}

/// One file's name and text.
#[derive(Debug)]
pub struct SourceFile {
    /// The path as it is shown: relative to the folder of the process where possible, `/` between its parts.
    pub name: String,
    /// What the file holds, a byte-order mark included.
    pub text: String,
    /// Whether it lies on disk.
    pub origin: FileOrigin,
    line_starts: OnceCell<Vec<u32>>,
}

/// Where a text came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileOrigin {
    /// A file on disk, or its in-memory twin.
    Disk,
    /// The command line or the environment: it has no place that an editor could open.
    Invocation,
}

/// A place as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// From 0, in bytes of the whole file.
    pub byte: usize,
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a file in. Texts beyond 4 GiB cannot be addressed; readers refuse far smaller ones.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>, origin: FileOrigin) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).expect("internal error: more than 2^32 files"));
        self.files.push(SourceFile { name: name.into(), text: text.into(), origin, line_starts: OnceCell::new() });
        id
    }

    /// The file of that id.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// All files with their ids.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        (0..).map(FileId).zip(&self.files)
    }

    /// The text a span covers.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.range()).unwrap_or_default()
    }

    /// Says that what a person wrote there is secret: nobody who shows this file shows that.
    pub fn hide(&mut self, span: Span) {
        self.hidden.insert(span);
    }

    /// The secret places of a file, in order.
    pub fn hidden(&self, file: FileId) -> impl Iterator<Item = Range<usize>> + '_ {
        self.hidden
            .range(Span { file, start: 0, end: 0 }..)
            .take_while(move |span| span.file == file)
            .map(|span| span.range())
    }

    /// Line and column of a span's start.
    pub fn position(&self, span: Span) -> Position {
        self.file(span.file).position(span.start as usize)
    }
}

impl SourceFile {
    /// The whole file.
    pub fn span(&self, id: FileId) -> Span {
        Span::new(id, 0, self.text.len())
    }

    /// Line and column of a byte. A byte-order mark is no column; a byte behind the end counts as the end.
    pub fn position(&self, byte: usize) -> Position {
        let byte = byte.min(self.text.len());
        let starts = self.line_starts.get_or_init(|| line_starts(&self.text));
        let line = starts.partition_point(|&start| start as usize <= byte).max(1);
        let start = starts[line - 1] as usize;
        let before = self.text.get(start..byte).unwrap_or_default();
        let before = if start == 0 { before.trim_start_matches('\u{feff}') } else { before };
        Position { line, column: before.chars().count() + 1, byte }
    }

    /// The bytes of a line, counted from 1, without its line end and without a byte-order mark.
    pub fn line(&self, number: usize) -> Range<usize> {
        let starts = self.line_starts.get_or_init(|| line_starts(&self.text));
        let at = |index: usize| starts.get(index).map_or(self.text.len(), |&start| start as usize);
        let (start, end) = (at(number.saturating_sub(1)), at(number));
        let line = &self.text[start..end];
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = line.strip_suffix('\r').unwrap_or(line);
        let mark = if start == 0 && line.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        start + mark..start + line.len()
    }

    /// How many lines there are; what follows the last line end is one more.
    pub fn lines(&self) -> usize {
        self.line_starts.get_or_init(|| line_starts(&self.text)).len()
    }
}

fn line_starts(text: &str) -> Vec<u32> {
    let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(newlines).map(|at| u32::try_from(at).unwrap_or(u32::MAX)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_no_byte_order_mark() {
        let mut map = SourceMap::new();
        let id = map.add("a", "\u{feff}aé\r\nßx", FileOrigin::Disk);
        let file = map.file(id);
        let x = file.text.find('x').expect("there is an x");
        assert_eq!(file.position(x), Position { line: 2, column: 2, byte: x });
        let e = file.text.find('é').expect("there is an é");
        assert_eq!(file.position(e), Position { line: 1, column: 2, byte: e });
        assert_eq!(file.position(999).line, 2);
    }
}
