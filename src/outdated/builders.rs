//! Fixers of any builder, and of those of clouds.

use super::change::{Change, Standing, Wins, changed, removed, renamed};
use super::rewrite::{New, Object, Rewrite};
use super::{Outline, Part};
use crate::diagnostic::Edit;
use crate::parse::data::DataKind;
use crate::source::Span;

pub(super) fn iso_md5(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    let object = part.object;
    if !part.is_builder() || !object.has("iso_md5") {
        return Vec::new();
    }
    let clashes = ["iso_checksum", "iso_checksum_type"].iter().any(|name| object.has(name));
    let mut rewrite = Rewrite::new(object);
    rewrite.remove("iso_checksum").remove("iso_checksum_type").rename("iso_md5", "iso_checksum").add_behind(
        "iso_md5",
        "iso_checksum_type",
        New::text("md5"),
    );
    let message = "`iso_md5` was folded into `iso_checksum`".to_owned();
    let change = Change::of(part, "iso_md5", rewrite, message).help("write `\"iso_checksum\": \"md5:…\"`");
    vec![change.becomes("iso_checksum").with(&object, &["iso_checksum_type"]).safe(!clashes)]
}

pub(super) fn iso_checksum(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    const TYPE: &str = "iso_checksum_type";
    const URL: &str = "iso_checksum_url";
    const SUM: &str = "iso_checksum";
    let object = part.object;
    if !part.is_builder() {
        return Vec::new();
    }
    let mut rewrite = Rewrite::new(object);
    let (old, help) = match (object.value(URL), object.value(TYPE)) {
        (None, None) => return Vec::new(),
        (Some(url), _) => {
            let DataKind::String(address) = &url.kind else { return Vec::new() };
            rewrite.remove(TYPE).remove(SUM).rename(URL, SUM);
            if !address.text.starts_with("file:") {
                let inside = url.span.range().start + 1;
                let span = Span::new(url.span.file, inside, inside);
                rewrite.edit(Edit { span, text: "file:".to_owned() });
            }
            (URL, "write `\"iso_checksum\": \"file:…\"` with that address".to_owned())
        }
        (None, Some(ty)) => {
            let Some(word) = object.string(TYPE) else { return Vec::new() };
            let sum = object.string(SUM).filter(|sum| !sum.text.is_empty());
            match (sum, word.text.as_str()) {
                (None, "none") => {
                    rewrite.remove(SUM).rename(TYPE, SUM);
                    (TYPE, "write `\"iso_checksum\": \"none\"`".to_owned())
                }
                (None, _) => return vec![without_sum(part)],
                (Some(_), "" | "none") => {
                    let value = if word.text == "none" { "none" } else { "" };
                    if value == "none" {
                        rewrite.set(SUM, &New::text(value));
                    }
                    rewrite.remove(TYPE);
                    (TYPE, "remove it; `\"iso_checksum\": \"none\"` checks nothing".to_owned())
                }
                (Some(sum), _) if has_kind(&sum.text) => {
                    rewrite.remove(TYPE);
                    (TYPE, "`iso_checksum` names its kind already: remove `iso_checksum_type`".to_owned())
                }
                (Some(_), _) => {
                    let old = object.value(SUM).map_or("", |sum| object.inside(sum));
                    let new = format!("{}:{old}", object.inside(ty));
                    rewrite.remove(TYPE).set(SUM, &New::text(&new));
                    (TYPE, "write the kind before the sum: `\"iso_checksum\": \"KIND:SUM\"`".to_owned())
                }
            }
        }
    };
    let message = format!("`{old}` was folded into `iso_checksum`");
    vec![Change::of(part, old, rewrite, message).help(help).becomes(SUM).with(&object, &[TYPE])]
}

/// Whether a checksum says what kind of one it is, or may: a text that a variable makes up may hold anything.
fn has_kind(sum: &str) -> bool {
    let mut depth = 0_usize;
    let mut rest = sum;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("{{") {
            depth += 1;
            rest = &rest[2..];
        } else if rest.starts_with("}}") {
            depth = depth.saturating_sub(1);
            rest = &rest[2..];
        } else if c == ':' && depth == 0 {
            return true;
        } else {
            rest = &rest[c.len_utf8()..];
        }
    }
    false
}

fn without_sum(part: &Part<'_>) -> Change {
    let message = "`iso_checksum_type` was folded into `iso_checksum`, and there is no checksum here".to_owned();
    let rewrite = Rewrite::new(part.object);
    let help = "remove it, and write `\"iso_checksum\": \"KIND:SUM\"`, or `\"none\"`";
    Change::of(part, "iso_checksum_type", rewrite, message).help(help).becomes("iso_checksum")
}

pub(super) fn ssh_key_path(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    any(part, "ssh_key_path", "ssh_private_key_file")
}

pub(super) fn ssh_disable_agent(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    any(part, "ssh_disable_agent", "ssh_disable_agent_forwarding")
}

pub(super) fn ssh_wait_timeout(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    any(part, "ssh_wait_timeout", "ssh_timeout")
}

fn any(part: &Part<'_>, old: &'static str, new: &'static str) -> Vec<Change> {
    if !part.is_builder() {
        return Vec::new();
    }
    renamed(part, old, new, Wins::New).into_iter().collect()
}

pub(super) fn scaleway(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    if !part.is_builder() || part.ty() != "scaleway" {
        return Vec::new();
    }
    // The plugin of today has an access key again, which is no organization's id.
    let silent = |change: Change| change.standing(Standing::Silent);
    renamed(part, "access_key", "organization_id", Wins::New).map(silent).into_iter().collect()
}

fn is_amazon(part: &Part<'_>) -> bool {
    part.is_builder() && part.ty().starts_with("amazon-")
}

fn amazon(part: &Part<'_>, old: &'static str, new: &'static str) -> Vec<Change> {
    if !is_amazon(part) {
        return Vec::new();
    }
    renamed(part, old, new, Wins::Old).into_iter().collect()
}

pub(super) fn shutdown_behavior(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    amazon(part, "shutdown_behaviour", "shutdown_behavior")
}

pub(super) fn enhanced_networking(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    amazon(part, "enhanced_networking", "ena_support")
}

pub(super) fn private_ip(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    const OLD: &str = "ssh_private_ip";
    const NEW: &str = "ssh_interface";
    if !is_amazon(part) || part.object.has(NEW) {
        return Vec::new();
    }
    let Some(value) = part.object.value(OLD) else { return Vec::new() };
    let private = match &value.kind {
        DataKind::Bool(private) => Some(*private),
        DataKind::String(text) => match text.text.as_str() {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
            "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
            _ => None,
        },
        DataKind::Null | DataKind::Number(_) | DataKind::Array(_) | DataKind::Object(_) | DataKind::Error => None,
    };
    let Some(private) = private else {
        let rewrite = Rewrite::new(part.object);
        let message = "`ssh_private_ip` was replaced by `ssh_interface`".to_owned();
        let help = "write `\"ssh_interface\": \"private_ip\"` or `\"public_ip\"`";
        return vec![Change::of(part, OLD, rewrite, message).help(help).becomes(NEW)];
    };
    let new = if private { "private_ip" } else { "public_ip" };
    let change = changed(part, OLD, NEW, Wins::New, Some(&New::text(new)));
    let told = |mut change: Change| {
        change.message = "`ssh_private_ip` was replaced by `ssh_interface`".to_owned();
        change.help(format!("write `\"ssh_interface\": \"{new}\"`"))
    };
    change.map(told).into_iter().collect()
}

pub(super) fn source_cidr(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    const OLD: &str = "temporary_security_group_source_cidr";
    const NEW: &str = "temporary_security_group_source_cidrs";
    if !is_amazon(part) || part.object.string(OLD).is_none() {
        return Vec::new();
    }
    let Some(value) = part.object.value(OLD) else { return Vec::new() };
    let around = |span: Span, text: &str| Edit { span, text: text.to_owned() };
    let told = |mut change: Change| {
        change.message = format!("`{OLD}` is now the list `{NEW}`");
        change.edits.extend([around(value.span.head(), "["), around(value.span.tail(), "]")]);
        change.safe = !part.object.has(NEW);
        change.help(format!("write `\"{NEW}\": [\"…\"]`"))
    };
    renamed(part, OLD, NEW, Wins::Old).map(told).into_iter().collect()
}

pub(super) fn spot_price_auto_product(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    let takes_spot = ["amazon-ebs", "amazon-ebssurrogate", "amazon-ebsvolume", "amazon-instance"];
    if !part.is_builder() || !takes_spot.contains(&part.ty()) {
        return Vec::new();
    }
    let told = |mut change: Change| {
        change.message = "`spot_price_auto_product` has no effect any more".to_owned();
        change
    };
    removed(part, "spot_price_auto_product").map(told).into_iter().collect()
}

pub(super) fn exclude_from_latest(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    const OLD: &str = "exlude_from_latest";
    const NEW: &str = "exclude_from_latest";
    if !part.is_builder() || !part.ty().starts_with("azure-chroot") {
        return Vec::new();
    }
    let Some(value) = part.object.value("shared_image_destination") else { return Vec::new() };
    let Some(object) = Object::of(value, part.object.text) else { return Vec::new() };
    let inner = Part { kind: part.kind, ty: part.ty, object };
    let works = |change: Change| change.standing(Standing::Works);
    renamed(&inner, OLD, NEW, Wins::Old).map(works).into_iter().collect()
}
