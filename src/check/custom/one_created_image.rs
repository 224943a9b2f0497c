//! Not more than one of the attached disks becomes the image.

use super::Asked;
use crate::check::conflicts::CONFLICTING_ATTRIBUTES;
use crate::diagnostic::Diagnostic;

pub(super) fn check(asked: &Asked<'_>) -> Vec<Diagnostic> {
    let disks = asked.inside.nested("disk_attachment").filter_map(|disk| disk.argument("create_image"));
    let mut created = disks.filter(|create| create.value.as_bool() == Some(true));
    let (Some(first), Some(second)) = (created.next(), created.next()) else { return Vec::new() };
    vec![
        CONFLICTING_ATTRIBUTES
            .at(second.name, "only one disk can become the image")
            .label("a second one")
            .also(first.name, "the first one")
            .help("remove `create_image` from all disks but one"),
    ]
}
