//! The one adapter and the one disk that `vsphere-iso` once had.

use super::change::Change;
use super::rewrite::{New, Rewrite};
use super::{Outline, Part};
use crate::parse::data::DataKind;

/// Old names of a list's element, and what they are called in it.
type Names = [(&'static str, &'static str)];

const ADAPTER: &Names = &[("network", "network"), ("networkCard", "network_card"), ("network_card", "network_card")];

const DISK: &Names = &[
    ("disk_size", "disk_size"),
    ("disk_thin_provisioned", "disk_thin_provisioned"),
    ("disk_eagerly_scrub", "disk_eagerly_scrub"),
];

pub(super) fn network_and_disk(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    if !part.is_builder() || part.ty() != "vsphere-iso" {
        return Vec::new();
    }
    let adapter = moved(part, ADAPTER, "network_adapters", "the network adapter");
    adapter.into_iter().chain(moved(part, DISK, "storage", "the disk")).collect()
}

/// Attributes that are the first element of a list now.
fn moved(part: &Part<'_>, names: &Names, list: &'static str, what: &str) -> Option<Change> {
    let object = part.object;
    let old: Vec<&(&str, &str)> = names.iter().filter(|(old, _)| object.has(old)).collect();
    let (first, _) = **old.first()?;
    let mut members: Vec<(String, New)> = Vec::new();
    let mut safe = true;
    for (old, new) in &old {
        let raw = object.value(old).map_or("", |value| object.raw(value));
        if let Some(known) = members.iter().position(|(known, _)| known == new) {
            members.remove(known);
            safe = false;
        }
        members.push(((*new).to_owned(), New::raw(raw)));
    }
    let element = New::Object(members);
    let mut rewrite = Rewrite::new(object);
    let message = format!("{what} is described in `{list}` now");
    let help = format!("write `\"{list}\": [{{ … }}]`");
    let names: Vec<&str> = old.iter().map(|(old, _)| *old).collect();
    let told = |rewrite| {
        let change = Change::of(part, first, rewrite, message).label("not read here").help(help);
        change.becomes(list).with(&object, &names)
    };
    match object.value(list).map(|value| &value.kind) {
        None => {
            for (old, _) in &old[1..] {
                rewrite.remove(old);
            }
            rewrite.rename(first, list).set(first, &New::Array(vec![element]));
        }
        Some(DataKind::Array(_)) => {
            for (old, _) in &old {
                rewrite.remove(old);
            }
            rewrite.prepend(list, element);
        }
        // Somebody has to see what the list is.
        Some(_) => return Some(told(Rewrite::new(object))),
    }
    Some(told(rewrite).safe(safe))
}
