//! Finds names and tags of container images that no registry takes.

mod reference;

use crate::check::Rule;
use crate::check::context::{Context, Inside};
use crate::check::member::State;
use crate::declare_diagnostic;
use crate::diagnostic::Sink;
use crate::resolve::value::Value;
use crate::schema::ImageName;
use reference::Fault;

declare_diagnostic! {
    pub static INVALID_IMAGE_NAME = {
        code: "invalid-image-name",
        severity: Warning,
        since: "0.1.0",
        summary: "the name or tag of a container image is one that no registry takes",
    }
}

pub(super) const RULE: Rule = Rule { declares: &[&INVALID_IMAGE_NAME], check };

fn check(context: &Context<'_>, sink: &mut Sink) {
    for subject in &context.subjects() {
        for inside in subject.insides() {
            for (name, argument) in &inside.body.arguments {
                let part = inside.schema.attributes.get(name).and_then(|attribute| attribute.image_name);
                let Some(part) = part else { continue };
                let own = std::slice::from_ref(&argument.value);
                for (at, value) in argument.value.as_items().unwrap_or(own).iter().enumerate() {
                    let Some(text) = settled(&argument.value).and(settled(value)) else { continue };
                    let Some(Fault { why, instead }) = fault(inside, part, text) else { continue };
                    let help = match instead {
                        Some(instead) => format!("write `{instead}`"),
                        None => rule(part).to_owned(),
                    };
                    let what = if part == ImageName::Tag { "tag of an image" } else { "name of an image" };
                    sink.report(
                        INVALID_IMAGE_NAME
                            .at(context.element(argument.span, at), format!("`{text}` is no {what}: {why}"))
                            .label("refused when the build gets here")
                            .help(help),
                    );
                }
            }
        }
    }
}

fn fault(inside: Inside<'_>, part: ImageName, text: &str) -> Option<Fault> {
    match part {
        ImageName::Tag => reference::tag(text),
        // Another program than `docker` may know other ways to name one.
        ImageName::Reference if inside.state("docker_path") != State::Unset => None,
        ImageName::Reference => reference::reference(text),
        ImageName::Repository => {
            // A tag is put behind it with a colon, where there is one.
            let tags = inside.schema.attributes.iter().filter(|(_, other)| other.image_name == Some(ImageName::Tag));
            let states: Vec<State> = tags.map(|(name, _)| inside.state(name)).collect();
            if states.contains(&State::Set) { reference::repository(text) } else { reference::tagged(text) }
        }
    }
}

/// A text that stands there whatever anybody gives to variables; a list counts as none.
fn settled(value: &Value) -> Option<&str> {
    if value.marks.exactly.is_some() || !value.marks.shaped_by.is_empty() || value.is_sensitive() {
        return None;
    }
    match value.as_items() {
        Some(_) => Some(""),
        None => value.as_text()?.as_literal().filter(|text| !text.is_empty()),
    }
}

fn rule(part: ImageName) -> &'static str {
    match part {
        ImageName::Tag => {
            "a tag has letters, digits, `_`, `.` and `-`, at most 128, and begins with neither `.` nor `-`"
        }
        ImageName::Reference | ImageName::Repository => {
            "a name is `registry.example.com/team/app`: lower-case letters and digits, with single `.` or `_`, `__` or `-` between them"
        }
    }
}
