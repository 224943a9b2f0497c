//! Finds `only`, `except` and `override` that name no image of their build.
//!
//! Packer compares whole texts, `TYPE.NAME` in `only` and `except` and the source's name alone in `override`, and says
//! nothing when none fits. The template keeps what was obeyed, so this reads what is written.

use crate::check::Rule;
use crate::check::context::Context;
use crate::check::written::{literal, literal_key};
use crate::declare_diagnostic;
use crate::diagnostic::Sink;
use crate::resolve::names;
use crate::resolve::template::BuildHeader;
use crate::source::Span;
use crate::syntax::{Attribute, Block, ExprKind, Spelling, bare};

declare_diagnostic! {
    pub static UNMATCHED_NAME = {
        code: "unmatched-name",
        severity: Warning,
        since: "0.1.0",
        summary: "`only`, `except` or `override` names no image of the build",
    }
}

pub(super) const RULE: Rule = Rule { declares: &[&UNMATCHED_NAME], check };

fn check(context: &Context<'_>, sink: &mut Sink) {
    if context.has_faults() {
        return;
    }
    for document in context.documents {
        // Names of builders were held against the builders when a legacy template was read.
        if document.body.spelling == Spelling::LegacyJson {
            continue;
        }
        for block in document.body.blocks().filter(|block| block.kind.value == "build") {
            let header = context.template.builds.iter().find(|header| header.span == block.span);
            let Some(build) = header.and_then(|header| Build::read(context, block, header)) else { continue };
            for step in block.body.blocks() {
                build.step(step, sink);
                if step.kind.value == "post-processors" {
                    step.body.blocks().for_each(|member| build.step(member, sink));
                }
            }
        }
    }
}

struct Build {
    /// `type.name` of its images.
    images: Vec<String>,
    /// `type.name` of all sources, if the build's own may be others another time.
    others: Vec<String>,
}

impl Build {
    /// Nothing if its images hang on more than what is written.
    fn read(context: &Context<'_>, block: &Block, header: &BuildHeader) -> Option<Self> {
        if block.body.blocks().any(|inner| inner.kind.value == "dynamic") {
            return None;
        }
        let prefix = header.name.as_ref().map(|name| format!("{name}.")).unwrap_or_default();
        let images = header.images.iter().map(|image| image.strip_prefix(&prefix).unwrap_or(image).to_owned());
        let is_fixed = block.body.attribute("sources").is_none_or(|sources| {
            matches!(&bare(&sources.value).kind, ExprKind::Tuple(items) if items.iter().all(|item| literal(item).is_some()))
        });
        let all = context.template.sources.iter().map(|source| format!("{}.{}", source.ty.value, source.name.value));
        Some(Self { images: images.collect(), others: if is_fixed { Vec::new() } else { all.collect() } })
    }

    fn step(&self, step: &Block, sink: &mut Sink) {
        if !["provisioner", "error-cleanup-provisioner", "post-processor"].contains(&step.kind.value.as_str()) {
            return;
        }
        for name in ["only", "except"] {
            let Some(attribute) = step.body.attribute(name) else { continue };
            let ExprKind::Tuple(items) = &bare(&attribute.value).kind else { continue };
            for item in items {
                if let Some(text) = literal(item)
                    && !self.images.iter().chain(&self.others).any(|image| *image == text)
                {
                    self.report(name, &text, item.span, items.len(), sink);
                }
            }
        }
        if let Some(attribute) = step.body.attribute("override").filter(|_| step.kind.value != "post-processor") {
            self.overrides(attribute, sink);
        }
    }

    fn report(&self, argument: &str, text: &str, place: Span, of: usize, sink: &mut Sink) {
        let effect = match (argument, of) {
            ("only", 1) => "so this runs for no image",
            ("only", _) => "so it adds nothing",
            _ => "so it leaves nothing out",
        };
        sink.report(
            UNMATCHED_NAME
                .at(place, format!("`{argument}` names `{text}`, which is no image of this build"))
                .label(effect)
                .help(self.help(text)),
        );
    }

    fn help(&self, text: &str) -> String {
        let known = || self.images.iter().map(String::as_str);
        let same_end: Vec<&str> = known().filter(|image| is_same_by_another_name(image, text)).collect();
        match same_end.as_slice() {
            [only] => return format!("write `{only}`: whole names are compared, type and name"),
            [_, _, ..] => {
                return names::list("whole names are compared, type and name; write one of", same_end.into_iter());
            }
            [] => {}
        }
        if text.contains(['*', '?', '[']) {
            return names::list("patterns are not read here; write out names of", known());
        }
        match names::nearest(text, known()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => names::list("the images of this build are", known()),
        }
    }

    /// The keys of `override` are names of sources without their types.
    fn overrides(&self, attribute: &Attribute, sink: &mut Sink) {
        let ExprKind::Object(items) = &bare(&attribute.value).kind else { return };
        let bare_name = |image: &str| image.split_once('.').map_or(image, |(_, name)| name).to_owned();
        let own: Vec<String> = self.images.iter().map(|image| bare_name(image)).collect();
        for item in items {
            let Some(text) = literal_key(&item.key) else { continue };
            if own.contains(&text) || self.others.iter().any(|image| bare_name(image) == text) {
                continue;
            }
            let known = || own.iter().map(String::as_str);
            let full = self.images.iter().find(|image| **image == text || text.ends_with(&format!(".{image}")));
            let help = match (full, names::nearest(&text, known())) {
                (Some(image), _) => format!("write `{}`: the name alone", bare_name(image)),
                (None, Some(near)) => format!("did you mean `{near}`?"),
                (None, None) => names::list("the sources of this build are", known()),
            };
            sink.report(
                UNMATCHED_NAME
                    .at(item.key.span, format!("`override` names `{text}`, which is no source of this build"))
                    .label("so it replaces nothing")
                    .help(help),
            );
        }
    }
}

/// Whether a text is part of an image's name, or has more before it: `app`, `docker`, `source.docker.app`.
fn is_same_by_another_name(image: &str, text: &str) -> bool {
    let (ty, name) = image.split_once('.').unwrap_or((image, ""));
    text == ty || text == name || text.ends_with(&format!(".{image}"))
}
