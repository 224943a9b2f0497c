//! The post-processors of the docker plugin.

use super::taker::Taker;
use super::{Role, foreign};
use crate::graph::{ArtifactFile, Distribution, Node, NodeKind};
use crate::resolve::value::Text;
use crate::source::Spanned;

pub(super) fn tag(mut taker: Taker<'_>) -> Node {
    let Some(repository) = taker.text("repository") else { return foreign::foreign(taker, Role::AfterImage) };
    taker.keep_input_artifact();
    let mut tags = each(taker.texts("tags"));
    tags.extend(each(taker.texts("tag")));
    taker.finish(NodeKind::Distribution(Distribution::Tag { repository, tags }))
}

pub(super) fn push(mut taker: Taker<'_>) -> Node {
    taker.keep_input_artifact();
    taker.finish(NodeKind::Distribution(Distribution::Push))
}

pub(super) fn import(mut taker: Taker<'_>) -> Node {
    let Some(repository) = taker.text("repository") else { return foreign::foreign(taker, Role::AfterImage) };
    taker.keep_input_artifact();
    let import = Distribution::Import {
        repository,
        tag: taker.text("tag"),
        settings: each(taker.texts("changes")),
        platform: taker.text("platform"),
    };
    taker.finish(NodeKind::Distribution(import))
}

pub(super) fn save(mut taker: Taker<'_>) -> Node {
    let Some(path) = taker.text("path") else { return foreign::foreign(taker, Role::AfterImage) };
    taker.keep_input_artifact();
    taker.finish(NodeKind::ArtifactFile(ArtifactFile::Save(path)))
}

/// The elements, each where the list stands.
pub(super) fn each(list: Option<Spanned<Vec<Text>>>) -> Vec<Spanned<Text>> {
    list.map_or_else(Vec::new, |list| list.value.into_iter().map(|text| Spanned::new(text, list.span)).collect())
}
