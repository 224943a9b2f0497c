//! The image has to go somewhere.

use super::Asked;
use crate::check::required::REQUIRED_ATTRIBUTE;
use crate::diagnostic::Diagnostic;

pub(super) fn check(asked: &Asked<'_>) -> Vec<Diagnostic> {
    let Asked { subject, inside } = asked;
    let is_managed = asked.may_be_set("managed_image_name") && asked.may_be_set("managed_image_resource_group_name");
    let others = ["skip_create_image", "capture_container_name", "shared_image_gallery_destination.gallery_name"];
    if is_managed || others.iter().any(|other| asked.may_be_set(other)) || !subject.complete {
        return Vec::new();
    }
    // Half of a managed image is what another rule tells of.
    if asked.is_set("managed_image_name") || asked.is_set("managed_image_resource_group_name") {
        return Vec::new();
    }
    vec![
        REQUIRED_ATTRIBUTE
            .at(inside.place, format!("{} does not say where its image goes", subject.name))
            .label("has no target")
            .help("add `managed_image_name` and `managed_image_resource_group_name`, `shared_image_gallery_destination { … }`, or `capture_container_name`"),
    ]
}
