//! Post-processors that make files of a result: `manifest`, `checksum`, `compress`, `artifice`.

use super::docker_post::each;
use super::taker::Taker;
use super::{Role, foreign};
use crate::graph::{ArtifactFile, Node, NodeKind};

pub(super) fn manifest(mut taker: Taker<'_>) -> Node {
    taker.keep_input_artifact();
    let manifest = ArtifactFile::Manifest {
        path: taker.text("output"),
        custom: taker.map("custom_data").map_or_else(Vec::new, |custom| custom.value),
        strip_path: taker.is_true("strip_path"),
        strip_time: taker.is_true("strip_time"),
    };
    taker.finish(NodeKind::ArtifactFile(manifest))
}

pub(super) fn checksum(mut taker: Taker<'_>) -> Node {
    taker.keep_input_artifact();
    let checksum = ArtifactFile::Checksum { types: each(taker.texts("checksum_types")), output: taker.text("output") };
    taker.finish(NodeKind::ArtifactFile(checksum))
}

pub(super) fn compress(mut taker: Taker<'_>) -> Node {
    taker.keep_input_artifact();
    let compress = ArtifactFile::Compress(taker.text("output"));
    taker.finish(NodeKind::ArtifactFile(compress))
}

pub(super) fn artifice(mut taker: Taker<'_>) -> Node {
    let files = each(taker.texts("files"));
    if files.is_empty() {
        return foreign::foreign(taker, Role::AfterImage);
    }
    taker.keep_input_artifact();
    taker.finish(NodeKind::ArtifactFile(ArtifactFile::Replace(files)))
}
