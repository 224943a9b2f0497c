//! The snapshot to start from is not the one to make.

use super::Asked;
use crate::check::conflicts::CONFLICTING_ATTRIBUTES;
use crate::diagnostic::Diagnostic;

pub(super) fn check(asked: &Asked<'_>) -> Vec<Diagnostic> {
    let (Some((from, first)), Some((to, second))) = (asked.text("attach_snapshot"), asked.text("target_snapshot"))
    else {
        return Vec::new();
    };
    if from != to {
        return Vec::new();
    }
    vec![
        CONFLICTING_ATTRIBUTES
            .at(
                second.span,
                format!(
                    "the snapshot {} is both the one to start from and the one to make",
                    Asked::quoted(&to, second)
                ),
            )
            .label("to be made")
            .also(first.span, "to start from")
            .help("give `target_snapshot` another name"),
    ]
}
