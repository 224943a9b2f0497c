//! Something to boot from: the block `boot_iso`, or the attributes that were there before it.

use super::Asked;
use crate::check::required::REQUIRED_ATTRIBUTE;
use crate::diagnostic::Diagnostic;

pub(super) fn check(asked: &Asked<'_>) -> Vec<Diagnostic> {
    let Asked { subject, inside } = asked;
    // What has to be in the block is asked there.
    let has_block = inside.body.blocks.contains_key("boot_iso");
    if has_block || ["iso_file", "iso_url", "iso_urls"].iter().any(|old| asked.may_be_set(old)) || !subject.complete {
        return Vec::new();
    }
    vec![
        REQUIRED_ATTRIBUTE
            .at(inside.place, format!("{} needs a disc to boot from", subject.name))
            .label("has none")
            .help("add `boot_iso { … }` with `iso_file` or `iso_url`"),
    ]
}
