//! Builders of platforms that the graph has no words for: everything that they are told is a fact.

use super::taker::{self, Taker};
use crate::graph::{BaseImage, Image, Keep, Machine, Node, NodeKind, Start};

/// Base, machine and image. How the machine is reached is a fact of the machine, all else of the base.
pub(super) fn builder(mut taker: Taker<'_>, image: Image) -> (Node, Node, Node) {
    let component = taker.component;
    let platform = component.ty.value.clone();
    let windows =
        taker.value("communicator").is_some_and(|argument| argument.value.as_str().as_deref() == Some("winrm"));
    let nothing = matches!(platform.as_str(), "null" | "file");
    taker.leave(reaches);
    let machine = Machine { platform: platform.clone(), user: None, windows, fix_upload_owner: false };
    let machine = taker::node(component, NodeKind::Machine(machine), taker.so_far());
    let keep = if nothing { Keep::Nothing } else { Keep::Platform };
    let image = taker::node(component, NodeKind::Image(Image { keep, ..image }), taker.so_far());
    let start = if nothing { Start::Nothing(platform) } else { Start::Platform(platform) };
    let base = taker.finish(NodeKind::BaseImage(BaseImage { start, platform: None, pull: None }));
    (base, machine, image)
}

fn reaches(name: &str) -> bool {
    name == "communicator"
        || name == "pause_before_connecting"
        || ["ssh_", "winrm_", "temporary_key_pair_"].iter().any(|prefix| name.starts_with(prefix))
}
