//! Configuration management and tests: their attributes stay facts until a target needs them.

use super::taker::Taker;
use crate::graph::{Configure, Node, NodeKind, Test};

pub(super) fn configure(mut taker: Taker<'_>) -> Node {
    let tool = taker.component.ty.value.clone();
    let configure = Configure { options: taker.options(), tool };
    taker.finish(NodeKind::Configure(configure))
}

pub(super) fn test(mut taker: Taker<'_>) -> Node {
    let tool = taker.component.ty.value.clone();
    let test = Test { options: taker.options(), tool };
    taker.finish(NodeKind::Test(test))
}
