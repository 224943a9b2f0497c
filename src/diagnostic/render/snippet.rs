//! The source lines around a finding, as they may be shown: secret places masked, control characters visible, long
//! lines and long blocks cut. What a finding costs to draw does not depend on the size of its files.
//!
//! The lines that are shown are copied into one text, chunk after chunk; a chunk is a run of neighbouring lines of one
//! file. miette is given that text and the labels' places in it, and asks back for names, lines and columns.

use miette::{LabeledSpan, MietteError, SourceCode, SourceSpan, SpanContents};

use super::visible;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, FileOrigin, SourceFile, SourceMap, Span};

/// A block longer than this many lines is marked at its first line only.
const LONGEST_MARK: usize = 6;
/// Lines further apart than this are drawn apart.
const GAP: usize = 3;
/// Bytes of a line that are shown at the most, and how many of them before the mark.
const LONGEST_LINE: usize = 240;
const BEFORE_MARK: usize = 60;
/// Places that are shown at the most, the finding's own included.
const MOST_LABELS: usize = 8;
/// What stands for a secret.
const MASK: &str = "•••";

/// The lines to show.
pub(super) struct Snippets {
    text: String,
    chunks: Vec<Chunk>,
    labels: Vec<LabeledSpan>,
    /// For each label: where it starts in `text`, and its line and column in its file, from 0.
    starts: Vec<(usize, usize, usize)>,
}

struct Chunk {
    name: String,
    /// In `text`.
    start: usize,
    end: usize,
    /// Of the first line, from 0.
    line: usize,
    lines: usize,
}

struct Mark {
    span: Span,
    text: Option<String>,
    primary: bool,
    first: usize,
    last: usize,
}

impl Snippets {
    /// The lines that a finding's places lie on.
    pub(super) fn of(diagnostic: &Diagnostic, sources: &SourceMap) -> Self {
        let own = (diagnostic.span, diagnostic.label.clone(), true);
        let others = diagnostic.others.iter().map(|(span, text)| (*span, Some(text.clone()), false));
        let mut marks: Vec<Mark> = std::iter::once(own)
            .chain(others)
            .take(MOST_LABELS)
            .map(|(span, text, primary)| mark(span, text, primary, sources))
            .collect();
        // The finding's own file comes first, then the others in the order in which they are mentioned.
        let mut files: Vec<FileId> = Vec::new();
        for mark in &marks {
            if !files.contains(&mark.span.file) {
                files.push(mark.span.file);
            }
        }
        marks.sort_by_key(|mark| (files.iter().position(|file| *file == mark.span.file), mark.first, mark.span.start));
        let mut snippets = Self { text: String::new(), chunks: Vec::new(), labels: Vec::new(), starts: Vec::new() };
        let mut rest = marks.as_slice();
        while let Some(first) = rest.first() {
            let mut last = first.last;
            let near = |mark: &&Mark| {
                let is_near = mark.span.file == first.span.file && mark.first <= last + GAP;
                last = last.max(mark.last);
                is_near
            };
            let count = rest.iter().take_while(near).count();
            let (chunk, others) = rest.split_at(count);
            snippets.add(chunk, sources);
            rest = others;
        }
        snippets
    }

    pub(super) fn labels(&self) -> &[LabeledSpan] {
        &self.labels
    }

    fn add(&mut self, marks: &[Mark], sources: &SourceMap) {
        let id = marks[0].span.file;
        let file = sources.file(id);
        let first = marks.iter().map(|mark| mark.first).min().unwrap_or(1).saturating_sub(1).max(1);
        let last = (marks.iter().map(|mark| mark.last).max().unwrap_or(1) + 1).min(file.lines());
        let start = self.text.len();
        let mut shown = Vec::new();
        for number in first..=last {
            let whole = file.line(number);
            if number == last && number > first && whole.is_empty() && marks.iter().all(|mark| mark.last < number) {
                break; // what follows the last line end is no line that anyone wrote
            }
            let focus = marks.iter().filter(|mark| mark.first == number).map(|mark| mark.span.start as usize).min();
            let line = Line::new(file, whole, focus, sources.hidden(id), self.text.len());
            self.text.push_str(&line.text);
            self.text.push('\n');
            shown.push((number, line));
        }
        for mark in marks {
            let place = |number: usize, byte: usize| {
                let line = shown.iter().find(|(shown, _)| *shown == number).map(|(_, line)| line);
                line.map_or(start, |line| line.place(byte))
            };
            let begin = place(mark.first, mark.span.start as usize);
            let end = place(mark.last, mark.span.end as usize).max(begin);
            let position = file.position(mark.span.start as usize);
            self.starts.push((begin, position.line - 1, position.column - 1));
            let text = mark.text.as_deref().map(super::one_line);
            let span = SourceSpan::new(begin.into(), end - begin);
            self.labels.push(if mark.primary {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            });
        }
        let name = match file.origin {
            FileOrigin::Disk => super::one_line(&file.name),
            FileOrigin::Invocation => "command line".to_owned(),
        };
        self.chunks.push(Chunk { name, start, end: self.text.len(), line: first - 1, lines: shown.len() });
    }
}

fn mark(span: Span, text: Option<String>, primary: bool, sources: &SourceMap) -> Mark {
    let file = sources.file(span.file);
    let first = file.position(span.start as usize).line;
    let last = file.position(span.end as usize).line;
    // A span that ends with a line end does not reach the next line.
    let last = if last > first && file.line(last).start == span.end as usize { last - 1 } else { last };
    if last - first >= LONGEST_MARK {
        let span = Span::new(span.file, span.start as usize, file.line(first).end.max(span.start as usize));
        return Mark { span, text, primary, first, last: first };
    }
    Mark { span, text, primary, first, last }
}

/// A line as it is shown.
struct Line {
    text: String,
    /// Where characters of the file went: (byte in the file, byte in all the text shown), ascending.
    places: Vec<(usize, usize)>,
}

impl Line {
    fn new(
        file: &SourceFile,
        whole: std::ops::Range<usize>,
        focus: Option<usize>,
        hidden: impl Iterator<Item = std::ops::Range<usize>>,
        at: usize,
    ) -> Self {
        let hidden: Vec<_> = hidden.filter(|secret| secret.start < whole.end && secret.end > whole.start).collect();
        let source = &file.text;
        let mut from = whole.start;
        if whole.len() > LONGEST_LINE {
            let wanted =
                focus.map_or(whole.start, |focus| focus.saturating_sub(BEFORE_MARK)).clamp(whole.start, whole.end);
            from = source.floor_char_boundary(wanted).max(whole.start);
        }
        let to = source.floor_char_boundary((from + LONGEST_LINE).min(whole.end));
        let mut line = Self { text: String::new(), places: Vec::new() };
        if from > whole.start {
            line.text.push('…');
        }
        let mut masked_to = from;
        for (offset, c) in source[from..to].char_indices() {
            let byte = from + offset;
            if byte < masked_to {
                continue;
            }
            line.places.push((byte, at + line.text.len()));
            if let Some(secret) = hidden.iter().find(|secret| secret.contains(&byte)) {
                line.text.push_str(MASK);
                masked_to = secret.end;
            } else {
                line.text.push(visible(c));
            }
        }
        line.places.push((to, at + line.text.len()));
        if to < whole.end {
            line.text.push('…');
        }
        line
    }

    /// Where a byte of the file is in the text; what was cut away is at the nearest end.
    fn place(&self, byte: usize) -> usize {
        let behind = self.places.partition_point(|(original, _)| *original <= byte);
        self.places[behind.saturating_sub(1)].1
    }
}

impl SourceCode for Snippets {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        // Spans over two chunks are refused: that keeps miette from joining what stands far apart.
        let chunk = self
            .chunks
            .iter()
            .find(|chunk| chunk.start <= start && start < chunk.end && end <= chunk.end)
            .ok_or(MietteError::OutOfBounds)?;
        let exact = (before, after) == (0, 0);
        let known = self.starts.iter().find(|(at, _, _)| *at == start).filter(|_| exact);
        let (line, column) = known.map_or((chunk.line, 0), |(_, line, column)| (*line, *column));
        Ok(Box::new(miette::MietteSpanContents::new_named(
            chunk.name.clone(),
            &self.text.as_bytes()[chunk.start..chunk.end],
            SourceSpan::new(chunk.start.into(), chunk.end - chunk.start),
            line,
            column,
            chunk.lines,
        )))
    }
}
