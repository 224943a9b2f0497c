//! The comments of a file, for who prints it again.

use granit_parser::{Event, Parser};

use crate::source::{FileId, SourceMap, Span};
use crate::syntax::{Comment, MAX_DEPTH};

/// The comments of a file in YAML, in order. What cannot be read has none.
pub fn comments(sources: &SourceMap, file: FileId) -> Vec<Comment> {
    let text = &sources.file(file).text;
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        emit_comments: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut found = Vec::new();
    for event in Parser::new_from_str_with_options(text, options) {
        let Ok((event, place)) = event else { break };
        if let Event::Comment(said, _) = event {
            let at = |marker: granit_parser::Marker| marker.byte_offset().unwrap_or(0).min(text.len());
            let (start, end) = (at(place.start), at(place.end));
            let line = text.get(..start).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
            let mut behind = text.get(end..).unwrap_or_default().split('\n').skip(1);
            found.push(Comment {
                span: Span::new(file, start, end),
                text: said.strip_prefix(' ').unwrap_or(&said).trim_end().to_owned(),
                own_line: line.trim().is_empty(),
                apart: behind.next().is_some_and(|next| next.trim().is_empty()),
            });
        }
    }
    found.sort_by_key(|comment| comment.span);
    found
}
