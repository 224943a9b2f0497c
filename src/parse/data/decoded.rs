//! A string whose characters know where they were written, and templates and expressions inside of it.

use std::ops::Range;

use crate::diagnostic::Sink;
use crate::parse::hcl;
use crate::parse::shared::normalize;
use crate::source::{FileOrigin, SourceMap, Span, Spanned};
use crate::syntax::{Expr, Part, Template, TemplateKind};

/// A string as it ends up, and where it was written.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// Escapes decoded, in normal form C.
    pub text: String,
    /// With its quotes.
    pub span: Span,
    /// From which byte of `text` on the bytes stand together in the file, and where the first of them stands; ordered.
    /// Between two of them the distance is the same in both.
    anchors: Vec<(u32, u32)>,
}

impl Decoded {
    /// A string whose bytes stand in the file as they are, from `start` on.
    pub fn verbatim(text: &str, span: Span, start: usize) -> Self {
        Self::with_anchors(text.to_owned(), span, vec![(0, clip(start))])
    }

    /// A string of pieces: `anchors` say from which byte of `text` on it stands where in the file, in order.
    pub fn with_anchors(text: String, span: Span, anchors: Vec<(u32, u32)>) -> Self {
        let normal = normalize(&text);
        // In another form the bytes are others: only the whole has a place.
        let anchors = if normal.len() == text.len() { anchors } else { Vec::new() };
        Self { text: normal, span, anchors }
    }

    /// Text and place together.
    pub fn spanned(&self) -> Spanned<String> {
        Spanned::new(self.text.clone(), self.span)
    }

    /// Where bytes of the text were written: the whole where that is not known.
    pub fn place(&self, range: Range<usize>) -> Span {
        let at = |byte: usize| {
            let next = self.anchors.partition_point(|&(decoded, _)| decoded as usize <= byte);
            let (decoded, source) = *self.anchors.get(next.checked_sub(1)?)?;
            Some(source as usize + (byte - decoded as usize))
        };
        // The end is behind the last byte, which may be an escape of more bytes than it stands for.
        let inside = self.span.range();
        match (at(range.start), at(range.end)) {
            (Some(start), Some(end)) if inside.start <= start && start <= end && end <= inside.end => {
                Span::new(self.span.file, start, end)
            }
            _ => self.span,
        }
    }

    /// The string as a template, `${…}` and `%{…}` read, with places in the user's file.
    pub fn template(&self, sink: &mut Sink) -> Template {
        if !self.text.contains("${") && !self.text.contains("%{") {
            let text = Spanned::new(self.text.clone(), self.span);
            let parts = if self.text.is_empty() { Vec::new() } else { vec![Part::Literal(text)] };
            return Template { parts, kind: TemplateKind::Quoted };
        }
        let mut template = self.read(sink, hcl::parse_template);
        template.kind = TemplateKind::Quoted;
        template.map_spans(&mut |span| self.place(span.range()));
        template
    }

    /// The string as one expression, with places in the user's file.
    pub fn expression(&self, sink: &mut Sink) -> Expr {
        let mut expr = self.read(sink, hcl::parse_expression);
        expr.map_spans(&mut |span| self.place(span.range()));
        expr
    }

    /// Reads the text by itself; what is said about it gets its places here.
    fn read<T>(&self, sink: &mut Sink, reader: impl Fn(&SourceMap, crate::source::FileId, &mut Sink) -> T) -> T {
        let mut own = SourceMap::new();
        let file = own.add("", self.text.as_str(), FileOrigin::Disk);
        let mut said = Sink::new();
        let found = reader(&own, file, &mut said);
        said.map_spans(&mut |span| self.place(span.range()));
        sink.absorb(said);
        found
    }
}

fn clip(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
