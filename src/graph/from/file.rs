//! The `file` provisioner.

use super::taker::Taker;
use super::{Role, foreign};
use crate::graph::{Direction, Node, NodeKind, Upload, UploadSource};
use crate::resolve::value::{Piece, Text};
use crate::source::Spanned;

pub(super) fn file(mut taker: Taker<'_>, role: Role) -> Node {
    // What is uploaded is looked at while compiling, and the end of a path decides what it means: both have to be known.
    let mut sources = Vec::new();
    if let Some(all) = taker.texts("sources") {
        for source in all.value {
            taker.note_text("sources", &source, all.span);
            sources.push(UploadSource::Path(Spanned::new(source, all.span)));
        }
    }
    if let Some(source) = taker.text("source") {
        taker.note_text("source", &source.value, source.span);
        sources.push(UploadSource::Path(source));
    }
    if let Some(content) = taker.text("content") {
        sources.push(UploadSource::Content(content));
    }
    let undecided =
        taker.has("direction") && taker.value("direction").is_some_and(|argument| argument.value.as_str().is_none());
    let direction = match taker.decided("direction").as_ref().map(|direction| direction.value.as_str()) {
        None | Some("upload") => Some(Direction::Upload),
        Some("download") => Some(Direction::Download),
        Some(_) => None,
    };
    let destination = taker.text("destination");
    let (Some(destination), Some(direction), false, false) = (destination, direction, sources.is_empty(), undecided)
    else {
        return foreign::foreign(taker, role);
    };
    if let Some(Piece::Hole(end)) = destination.value.pieces().last() {
        taker.note_text("destination", &Text::hole(end.clone()), destination.span);
    }
    if direction == Direction::Download {
        taker.note_text("destination", &destination.value, destination.span);
    }
    let upload =
        Upload { options: taker.options(), direction, sources, destination, generated: taker.is_true("generated") };
    taker.finish(NodeKind::Upload(upload))
}
