//! A disc comes from a file of the server, from a download, or is made from files: one of the three.

use super::Asked;
use crate::check::conflicts::CONFLICTING_ATTRIBUTES;
use crate::check::required::REQUIRED_ATTRIBUTE;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// The ways, each with the attributes that take it.
const WAYS: [&[&str]; 3] = [&["iso_file"], &["iso_url", "iso_urls"], &["cd_files", "cd_content"]];

pub(super) fn check(asked: &Asked<'_>) -> Vec<Diagnostic> {
    let Asked { subject, inside } = asked;
    let mut taken: Vec<(Span, &str)> = WAYS
        .iter()
        .filter_map(|way| {
            way.iter().find_map(|field| Some((inside.written_set(field)?, *field)).filter(|_| asked.is_set(field)))
        })
        .collect();
    taken.sort_unstable();
    if let [(first, first_name), (second, second_name), ..] = taken.as_slice() {
        let message = format!("a disc comes from one place, not from `{first_name}` and `{second_name}`");
        return vec![
            CONFLICTING_ATTRIBUTES
                .at(*second, message)
                .label(format!("excluded by `{first_name}`"))
                .also(*first, "set here")
                .help("remove one of the two"),
        ];
    }
    let may_come = WAYS.iter().copied().flatten().any(|field| asked.may_be_set(field));
    if may_come || is_told_outside(asked) || !subject.complete {
        return Vec::new();
    }
    vec![
        REQUIRED_ATTRIBUTE
            .at(inside.place, format!("{} does not say where a disc comes from", subject.name))
            .label("has no source")
            .help("add `iso_file`, `iso_url`, or `cd_files` or `cd_content`"),
    ]
}

/// Whether this is the disc to boot from, and the component's old attributes say where it comes from.
fn is_told_outside(asked: &Asked<'_>) -> bool {
    let Asked { subject, inside } = asked;
    let is_boot = subject
        .body
        .blocks
        .get("boot_iso")
        .is_some_and(|blocks| blocks.iter().any(|block| std::ptr::eq(&raw const block.body, inside.body)));
    is_boot && ["iso_file", "iso_url", "iso_urls"].iter().any(|old| subject.body.arguments.contains_key(*old))
}
