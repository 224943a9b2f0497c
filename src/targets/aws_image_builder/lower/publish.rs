//! What takes the image: nothing of Image Builder's runs afterwards, but most of it asks for nothing there.

use super::host::{self, When};
use super::{Lowering, container};
use crate::graph::{ArtifactFile, Distribution, Foreign, Node, NodeKind};

/// A post-processor.
pub(super) fn publish(l: &mut Lowering<'_>, node: &Node) {
    match &node.kind {
        NodeKind::HostCommand(command) => host::command(l, node, command, When::After),
        NodeKind::ArtifactFile(ArtifactFile::Manifest { path: _, custom: _, strip_path: _, strip_time: _ }) => {
            let how = "the pipeline's outputs tell what was made: `aws imagebuilder get-image`, `outputResources`";
            moved(l, node, how);
        }
        NodeKind::ArtifactFile(ArtifactFile::Save(_)) if l.container.is_some() => {
            let why =
                "Image Builder puts images into ECR, and saves none: `docker pull` and `docker save` do it from there";
            l.report.refused(node, "", node.origin, why, None);
        }
        NodeKind::ArtifactFile(
            ArtifactFile::Checksum { types: _, output: _ }
            | ArtifactFile::Compress(_)
            | ArtifactFile::Save(_)
            | ArtifactFile::Replace(_),
        ) => {
            let how = if l.container.is_some() {
                "an image in ECR has no files here, so there is nothing to do"
            } else {
                "an AMI has no files, so there is nothing to do"
            };
            all(l, node, how);
        }
        NodeKind::Distribution(distribution) if l.container.is_some() => container::publish(l, node, distribution),
        NodeKind::Distribution(Distribution::Tag { .. } | Distribution::Push | Distribution::Import { .. }) => {
            l.report.refused(node, "", node.origin, "an AMI is no container image", None);
        }
        NodeKind::Foreign(Foreign { component, role: _, options: _, plugin: _ }) => {
            let how = format!("it is left out: nothing runs after an image is made, and `{component}` would");
            l.report.approximated(node, "", node.origin, &how, None);
            for written in &node.written {
                l.report.near(node, &written.name, written.span, &how);
            }
        }
        NodeKind::Parameter(_)
        | NodeKind::BaseImage(_)
        | NodeKind::Machine(_)
        | NodeKind::Upload(_)
        | NodeKind::Run(_)
        | NodeKind::Restart(_)
        | NodeKind::Configure(_)
        | NodeKind::Wait(_)
        | NodeKind::Test(_)
        | NodeKind::Image(_) => l.report.impossible(node, "", node.origin, "it takes no image", None),
    }
}

fn moved(l: &mut Lowering<'_>, node: &Node, how: &str) {
    l.report.moved(node, "", node.origin, how);
    for written in &node.written {
        l.report.moved(node, &written.name, written.span, how);
    }
}

fn all(l: &mut Lowering<'_>, node: &Node, how: &str) {
    l.report.near(node, "", node.origin, how);
    for written in &node.written {
        l.report.near(node, &written.name, written.span, how);
    }
}
