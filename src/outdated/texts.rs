//! Fixers that change what stands in texts.

use std::ops::Range;

use super::change::{Change, Standing};
use super::rewrite::Rewrite;
use super::{Outline, Part};
use crate::diagnostic::Edit;
use crate::parse::data::{Data, DataKind, Decoded};
use crate::schema::Kind;
use crate::source::Span;

/// The pieces of a text that are actions, `{{` and `}}` included.
fn actions(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find("{{").map(|at| from + at) {
        let end = text[start..].find("}}").map_or(text.len(), |at| start + at + 2);
        found.push(start..end);
        from = end;
    }
    found
}

fn change(part: &Part<'_>, span: Span, message: String, edits: Vec<Edit>) -> Change {
    let mut rewrite = Rewrite::new(part.object);
    for edit in edits {
        rewrite.edit(edit);
    }
    Change { span, standing: Standing::Rejected, ..Change::of(part, "type", rewrite, message) }
}

pub(super) fn create_time(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    if !part.is_builder() {
        return Vec::new();
    }
    let texts = ["ami_name", "bundle_prefix", "snapshot_name"].into_iter().filter_map(|name| part.object.string(name));
    let mut found = Vec::new();
    for text in texts {
        for action in actions(&text.text) {
            let inside = text.text[action.clone()].trim_matches(['{', '}']).trim();
            if inside != ".CreateTime" {
                continue;
            }
            let span = text.place(action);
            if span == text.span {
                continue; // it is not known where it stands
            }
            let edit = Edit { span, text: "{{timestamp}}".to_owned() };
            let message = "`{{.CreateTime}}` was replaced by `{{timestamp}}`".to_owned();
            found.push(change(part, span, message, vec![edit]).help("write `{{timestamp}}`"));
        }
    }
    found
}

pub(super) fn clean_name(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    const NEW: &str = "clean_resource_name";
    if !part.is_builder() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for text in part.object.members.iter().flat_map(|member| texts(&member.value)) {
        let actions = actions(&text.text);
        for old in ["clean_image_name", "clean_ami_name"] {
            for (at, _) in text.text.match_indices(old) {
                let range = at..at + old.len();
                let span = text.place(range.clone());
                if span == text.span {
                    continue;
                }
                let edit = Edit { span, text: NEW.to_owned() };
                let message = format!("the function `{old}` is now called `{NEW}`");
                let called = actions.iter().any(|action| action.start <= range.start && range.end <= action.end);
                let change = change(part, span, message, vec![edit]).help(format!("write `{NEW}`"));
                // As a word in a text it means nothing, though Packer replaces it there as well.
                found.push(if called { change } else { change.standing(Standing::Silent) });
            }
        }
    }
    found
}

/// A text, or those of an object.
fn texts(value: &Data) -> Vec<&Decoded> {
    match &value.kind {
        DataKind::String(text) => vec![text],
        DataKind::Object(members) => members
            .iter()
            .filter_map(|member| if let DataKind::String(text) = &member.value.kind { Some(text) } else { None })
            .collect(),
        DataKind::Null | DataKind::Bool(_) | DataKind::Number(_) | DataKind::Array(_) | DataKind::Error => Vec::new(),
    }
}

/// The provisioner escapes these values itself, so that an escape in them is escaped as well.
pub(super) fn powershell(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    if part.kind != Kind::Provisioner || part.ty() != "powershell" {
        return Vec::new();
    }
    let mut found = Vec::new();
    for name in ["elevated_user", "elevated_password", "environment_vars"] {
        let texts: Vec<&Decoded> = match part.object.value(name).map(|value| &value.kind) {
            Some(DataKind::String(text)) => vec![text],
            Some(DataKind::Array(items)) => items.iter().flat_map(texts).collect(),
            Some(_) | None => continue,
        };
        let edits: Vec<Edit> = texts.into_iter().flat_map(escapes).collect();
        let Some(first) = edits.first() else { continue };
        let message = format!("the provisioner escapes `{name}` itself: a backtick in it becomes part of the value");
        let change = change(part, first.span, message, edits).label("this backtick escapes nothing");
        // Somebody may have meant the backtick.
        found.push(change.help("remove the backtick").standing(Standing::Works).safe(false));
    }
    found
}

/// The backticks of a text that escape something.
fn escapes(text: &Decoded) -> Vec<Edit> {
    let actions = actions(&text.text);
    let bytes = text.text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = bytes.get(at + 1) {
        let is_escape = bytes[at] == b'`' && matches!(next, b'$' | b'"' | b'\'' | b'`');
        if !is_escape || actions.iter().any(|action| action.contains(&at)) {
            at += 1;
            continue;
        }
        let span = text.place(at..at + 1);
        if span != text.span {
            found.push(Edit { span, text: String::new() });
        }
        at += 2;
    }
    found
}
