//! The `sleep` provisioner.

use std::time::Duration;

use super::taker::Taker;
use super::{Role, foreign};
use crate::graph::{Node, NodeKind};
use crate::source::Spanned;

pub(super) fn sleep(mut taker: Taker<'_>, role: Role) -> Node {
    let duration = match taker.duration("duration") {
        Some(duration) => duration,
        None if taker.has("duration") => return foreign::foreign(taker, role),
        None => Spanned::new(Duration::ZERO, taker.span()),
    };
    taker.options_as_facts();
    taker.finish(NodeKind::Wait(duration))
}
