//! Types of builders that have another name now.

use super::change::{Change, Standing};
use super::rewrite::Rewrite;
use super::{Outline, Part};
use crate::diagnostic::Edit;
use crate::parse::data::{Data, DataKind, Decoded};
use crate::schema::Kind;

/// Types that have another name now.
const RENAMED: [(&str, &str); 3] =
    [("virtualbox", "virtualbox-iso"), ("vmware", "vmware-iso"), ("proxmox", "proxmox-iso")];

/// What a builder's type is called now, where it has another name.
pub(super) fn successor(part: &Part<'_>) -> Option<&'static str> {
    let renamed = RENAMED.iter().find(|(old, _)| part.is_builder() && part.ty() == *old)?;
    Some(renamed.1)
}

pub(super) fn virtualbox(part: &Part<'_>, outline: &Outline<'_>) -> Vec<Change> {
    let overrides = overridden(part, outline, "virtualbox", "virtualbox-iso");
    renamed(part, outline, "virtualbox").into_iter().chain(overrides).collect()
}

pub(super) fn vmware(part: &Part<'_>, outline: &Outline<'_>) -> Vec<Change> {
    renamed(part, outline, "vmware").into_iter().collect()
}

pub(super) fn proxmox(part: &Part<'_>, outline: &Outline<'_>) -> Vec<Change> {
    renamed(part, outline, "proxmox").into_iter().collect()
}

/// A builder is called by its type unless it has a name, and steps may call it so.
fn renamed(part: &Part<'_>, outline: &Outline<'_>, old: &str) -> Option<Change> {
    let new = successor(part)?;
    let ty = part.ty.filter(|ty| part.is_builder() && ty.text == old)?;
    let edit = |text: &Decoded| Edit { span: text.span, text: format!("\"{new}\"") };
    let mut edits = vec![edit(ty)];
    let is_called = |builder: &&Part<'_>, name: &str| called(builder).is_some_and(|known| known == name);
    let builders = || outline.parts.iter().filter(|part| part.is_builder());
    let mut help = format!("write `\"type\": \"{new}\"`");
    if called(part).is_some_and(|name| name == old) {
        edits.extend(named(outline, old).iter().map(|text| edit(text)));
        if builders().any(|builder| is_called(&builder, new)) {
            help.push_str(&format!(", and give one of the builders a `name`: another one is called `{new}` already"));
            edits.clear();
        }
    }
    let message = format!("the builder `{old}` is now called `{new}`");
    Some(Change {
        span: ty.span,
        message,
        label: "the old name".to_owned(),
        others: Vec::new(),
        help,
        edits,
        safe: true,
        within: outline.root.span,
        standing: Standing::Type,
    })
}

/// What a builder is called.
fn called<'a>(builder: &Part<'a>) -> Option<&'a str> {
    let own = builder.object.string("name").filter(|name| !name.text.is_empty());
    own.or(builder.ty).map(|name| name.text.as_str())
}

/// Where steps call a builder by that name.
fn named<'a>(outline: &Outline<'a>, name: &str) -> Vec<&'a Decoded> {
    let mut found = Vec::new();
    for part in outline.parts.iter().filter(|part| !part.is_builder()) {
        for list in ["only", "except"] {
            let texts = part.object.value(list).map(strings).unwrap_or_default();
            found.extend(texts.into_iter().filter(|text| text.text == name));
        }
        found.extend(override_key(part, name));
    }
    found
}

fn strings(value: &Data) -> Vec<&Decoded> {
    match &value.kind {
        DataKind::String(text) => vec![text],
        DataKind::Array(items) => items.iter().flat_map(strings).collect(),
        DataKind::Null | DataKind::Bool(_) | DataKind::Number(_) | DataKind::Object(_) | DataKind::Error => Vec::new(),
    }
}

fn override_key<'a>(part: &Part<'a>, name: &str) -> Option<&'a Decoded> {
    if part.kind != Kind::Provisioner {
        return None;
    }
    let DataKind::Object(members) = &part.object.value("override")?.kind else { return None };
    members.iter().map(|member| &member.key).find(|key| key.text == name)
}

/// A provisioner that is different for a builder which nobody calls so any more.
fn overridden(part: &Part<'_>, outline: &Outline<'_>, old: &str, new: &'static str) -> Option<Change> {
    let key = override_key(part, old)?;
    if outline.parts.iter().any(|part| part.is_builder() && called(part) == Some(old)) {
        return None;
    }
    let mut rewrite = Rewrite::new(part.object);
    rewrite.edit(Edit { span: key.span, text: format!("\"{new}\"") });
    let there = override_key(part, new).is_some();
    let message = format!("the builder `{old}` is now called `{new}`");
    let change = Change::of(part, "override", rewrite, message).help(format!("write `{new}`"));
    // With another name for it, the template is wrong in another way.
    let is_meant = outline.parts.iter().any(|part| part.is_builder() && called(part) == Some(new));
    let standing = if is_meant { Standing::Rejected } else { Standing::Silent };
    (!there).then(|| Change { span: key.span, ..change.standing(standing) })
}
