//! Fixers of provisioners and post-processors.

use super::change::{Change, Standing, Wins, removed, renamed};
use super::rewrite::{New, Object, Rewrite};
use super::{Outline, Part};
use crate::parse::data::{Data, DataKind};
use crate::schema::Kind;

fn is(part: &Part<'_>, kind: Kind, ty: &str) -> bool {
    part.kind == kind && part.ty() == ty
}

pub(super) fn manifest(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    if !is(part, Kind::PostProcessor, "manifest") {
        return Vec::new();
    }
    renamed(part, "filename", "output", Wins::Old).into_iter().collect()
}

pub(super) fn galaxy_command(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    if !is(part, Kind::Provisioner, "ansible-local") {
        return Vec::new();
    }
    renamed(part, "galaxycommand", "galaxy_command", Wins::New).into_iter().collect()
}

pub(super) fn login_email(part: &Part<'_>, outline: &Outline<'_>) -> Vec<Change> {
    let is_ours = part.ty().starts_with("docker");
    if part.kind == Kind::Provisioner || !(is_ours || outline.root.has("post-processors")) {
        return Vec::new();
    }
    // Packer takes it out of everybody's; what it means to others nobody knows.
    let told = |change: Change| if is_ours { change } else { change.standing(Standing::Silent) };
    removed(part, "login_email").map(told).into_iter().collect()
}

/// What stood for a provider stands under `override`.
pub(super) fn vagrant_override(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    const NEW: &str = "override";
    if !is(part, Kind::PostProcessor, "vagrant") {
        return Vec::new();
    }
    let object = part.object;
    let old: Vec<&'static str> =
        ["aws", "digitalocean", "virtualbox", "vmware"].into_iter().filter(|name| object.has(name)).collect();
    let Some(first) = old.first().copied() else { return Vec::new() };
    let moved = |name: &str, levels| {
        let raw = object.value(name).map_or("", |value| object.raw(value));
        (name.to_owned(), New::Moved(raw.to_owned(), levels))
    };
    let mut rewrite = Rewrite::new(object);
    let mut safe = true;
    match object.value(NEW) {
        None => {
            let members = old.iter().map(|name| moved(name, 0)).collect();
            for name in &old[1..] {
                rewrite.remove(name);
            }
            rewrite.rename(first, NEW).set(first, &New::Object(members));
        }
        Some(given) => {
            let Some(inner) = Object::of(given, object.text) else { return Vec::new() };
            safe = old.iter().all(|name| !inner.has(name));
            let kept = inner.members.iter().filter(|member| !old.contains(&member.key.text.as_str()));
            let kept = kept.map(|member| {
                let name = object.raw_key(member).to_owned();
                (name, New::Moved(object.raw(&member.value).to_owned(), 1))
            });
            let members: Vec<(String, New)> = kept.chain(old.iter().map(|name| moved(name, 0))).collect();
            for name in &old {
                rewrite.remove(name);
            }
            rewrite.set(NEW, &New::Object(members));
        }
    }
    let message = format!("what is different for `{first}` belongs under `override`");
    let help = format!("write `\"override\": {{ \"{first}\": {{ … }} }}`");
    let change = Change::of(part, first, rewrite, message).label("not read here").help(help);
    vec![change.becomes(NEW).with(&object, &old).safe(safe)]
}

pub(super) fn docker_tag(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    const OLD: &str = "tag";
    const NEW: &str = "tags";
    if !is(part, Kind::PostProcessor, "docker-tag") {
        return Vec::new();
    }
    let object = part.object;
    let Some(tag) = object.value(OLD) else { return Vec::new() };
    let message = "`tag` is now called `tags`".to_owned();
    let given = object.value(NEW);
    if given.is_none() && matches!(tag.kind, DataKind::Array(_)) {
        return renamed(part, OLD, NEW, Wins::Old).into_iter().collect();
    }
    let (Some(mut all), Some(others)) =
        (elements(tag, &object), given.map_or(Some(Vec::new()), |given| elements(given, &object)))
    else {
        return vec![Change::of(part, OLD, Rewrite::new(object), message).help("write a list as `tags`").becomes(NEW)];
    };
    all.extend(others);
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|element| seen.insert(element.clone()));
    let list = New::Array(all.iter().map(|element| New::raw(element)).collect());
    let mut rewrite = Rewrite::new(object);
    if given.is_some() {
        rewrite.remove(OLD).set(NEW, &list);
    } else {
        rewrite.rename(OLD, NEW).set(OLD, &list);
    }
    vec![Change::of(part, OLD, rewrite, message).help("write a list as `tags`").becomes(NEW)]
}

/// The elements of a list, as they are written; a text is a list with commas.
fn elements(value: &Data, object: &Object<'_>) -> Option<Vec<String>> {
    match &value.kind {
        DataKind::Array(items) => items
            .iter()
            .map(|item| matches!(item.kind, DataKind::String(_)).then(|| object.raw(item).to_owned()))
            .collect(),
        // A comma may belong to a call.
        DataKind::String(text) if text.text.contains("{{") && text.text.contains(',') => None,
        DataKind::String(text) if text.text.is_empty() => Some(Vec::new()),
        DataKind::String(_) => Some(object.inside(value).split(',').map(|part| format!("\"{part}\"")).collect()),
        DataKind::Null => Some(Vec::new()),
        DataKind::Bool(_) | DataKind::Number(_) | DataKind::Object(_) | DataKind::Error => None,
    }
}
