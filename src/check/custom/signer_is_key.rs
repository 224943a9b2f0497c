//! Two names of the same setting do not contradict each other.

use super::Asked;
use crate::check::conflicts::CONFLICTING_ATTRIBUTES;
use crate::diagnostic::Diagnostic;

pub(super) fn check(asked: &Asked<'_>) -> Vec<Diagnostic> {
    let (Some((signer, first)), Some((key, second))) = (asked.text("signer"), asked.text("key")) else {
        return Vec::new();
    };
    if signer == key {
        return Vec::new();
    }
    vec![
        CONFLICTING_ATTRIBUTES
            .at(second.name, "`key` and `signer` name different keys")
            .label("another name for `signer`")
            .also(first.name, "set here")
            .help("remove `key`"),
    ]
}
