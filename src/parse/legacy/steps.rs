//! Provisioners and post-processors: what the `build` block does with its sources.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named is refused, or passed on, in one way")]

use super::texts::Place;
use super::{NOT_IN_LEGACY, Reader, make};
use crate::parse::data::{Data, DataKind, Decoded, Property};
use crate::schema::{AttributeType, Kind, Lookup};
use crate::source::{Span, Spanned};
use crate::syntax::{Expr, ExprKind, Item, ObjectItem};

/// What Packer itself reads of a provisioner.
const PROVISIONER: [&str; 7] = ["type", "only", "except", "override", "pause_before", "timeout", "max_retries"];

/// What Packer itself reads of a post-processor.
const POST_PROCESSOR: [&str; 5] = ["type", "name", "only", "except", "keep_input_artifact"];

/// What HCL takes for itself and legacy templates do not know.
const ONLY_IN_HCL: [&str; 2] = ["name", "continue_on_error"];

impl Reader<'_> {
    /// `provisioners`
    pub(super) fn provisioners(&mut self, value: &Data, items: &mut Vec<Item>) {
        let DataKind::Array(all) = &value.kind else {
            let help = "write `\"provisioners\": [{ \"type\": \"…\" }]`";
            self.wrong_kind(value, "`provisioners`", "an array of objects", help);
            return;
        };
        for data in all {
            items.extend(self.provisioner(data, "provisioner"));
        }
    }

    /// `error-cleanup-provisioner`, and each of `provisioners`.
    pub(super) fn provisioner(&mut self, data: &Data, kind: &str) -> Option<Item> {
        let (ty, properties) = self.typed(data, "a provisioner")?;
        let mut items = Vec::new();
        let mut rest = Vec::new();
        for property in properties {
            let Property { key, value } = property;
            let name = key.text.as_str();
            if ONLY_IN_HCL.contains(&name) {
                self.sink.report(
                    NOT_IN_LEGACY
                        .at(key.span, format!("provisioners of a JSON template have no `{name}`"))
                        .label("only HCL has it")
                        .help("remove it, or convert the template: `formwork convert --to hcl`"),
                );
                continue;
            }
            if !PROVISIONER.contains(&name) {
                rest.push(property);
                continue;
            }
            let value = match name {
                "only" | "except" => self.images(value, name),
                "override" => self.overrides(value, &ty.text),
                "pause_before" | "timeout" => self.duration(value, name),
                "max_retries" => Some(self.plain(value, Place::Step)),
                _ => None,
            };
            let span = property.span();
            items.extend(value.map(|value| make::attribute(key.spanned(), value, span)));
        }
        let own = self.component(Kind::Provisioner, &ty, &rest, Place::Step);
        items.splice(0..0, own);
        Some(make::block(Spanned::new(kind.to_owned(), ty.span), vec![ty.spanned()], items, data.span))
    }

    /// `post-processors`: names, objects, and chains of them.
    pub(super) fn post_processors(&mut self, value: &Data, items: &mut Vec<Item>) {
        let DataKind::Array(all) = &value.kind else {
            let help = "write `\"post-processors\": [{ \"type\": \"…\" }]`";
            self.wrong_kind(value, "`post-processors`", "an array", help);
            return;
        };
        for data in all {
            let DataKind::Array(chain) = &data.kind else {
                items.extend(self.post_processor(data));
                continue;
            };
            let members: Vec<Item> = chain.iter().filter_map(|member| self.post_processor(member)).collect();
            if !members.is_empty() {
                let kind = Spanned::new("post-processors".to_owned(), data.span.head());
                items.push(make::block(kind, Vec::new(), members, data.span));
            }
        }
    }

    fn post_processor(&mut self, data: &Data) -> Option<Item> {
        let kind = |span: Span| Spanned::new("post-processor".to_owned(), span);
        if let DataKind::String(name) = &data.kind {
            return Some(make::block(kind(name.span), vec![name.spanned()], Vec::new(), data.span));
        }
        if !matches!(data.kind, DataKind::Object(_) | DataKind::Error) {
            let what = "a post-processor";
            self.wrong_kind(data, what, "a string, an object or a chain of those", "write `{ \"type\": \"…\" }`");
            return None;
        }
        let (ty, properties) = self.typed(data, "a post-processor")?;
        let mut items = Vec::new();
        let mut rest = Vec::new();
        for property in properties {
            let Property { key, value } = property;
            let name = key.text.as_str();
            if !POST_PROCESSOR.contains(&name) {
                rest.push(property);
                continue;
            }
            let value = match (name, &value.kind) {
                ("only" | "except", _) => self.images(value, name),
                ("name", DataKind::String(text)) => Some(make::text(&text.text, text.span)),
                ("keep_input_artifact", DataKind::Bool(keep)) => {
                    Some(Expr { kind: ExprKind::Bool(*keep), span: value.span })
                }
                ("keep_input_artifact" | "name", DataKind::Null | DataKind::Error) => None,
                ("keep_input_artifact", _) => {
                    self.wrong_kind(value, "`keep_input_artifact`", "a bool", "write `true` or `false`, unquoted");
                    None
                }
                ("name", _) => {
                    self.wrong_kind(value, "the name of a post-processor", "a string", "put it into quotes");
                    None
                }
                _ => None,
            };
            let span = property.span();
            items.extend(value.map(|value| make::attribute(key.spanned(), value, span)));
        }
        let own = self.component(Kind::PostProcessor, &ty, &rest, Place::Step);
        items.splice(0..0, own);
        Some(make::block(kind(ty.span), vec![ty.spanned()], items, data.span))
    }

    /// `only` and `except`: names of builders, which HCL calls by type and name. Empty ones say nothing.
    fn images(&mut self, value: &Data, argument: &str) -> Option<Expr> {
        let names = self.strings(value, &format!("`{argument}`"));
        let what = format!("`{argument}`");
        let images: Vec<Expr> = names.iter().filter_map(|name| self.image(name, &what)).collect();
        (!images.is_empty()).then(|| make::tuple(images, value.span))
    }

    /// `override`: by the names of builders, the arguments that are others there.
    fn overrides(&mut self, value: &Data, ty: &str) -> Option<Expr> {
        let DataKind::Object(entries) = &value.kind else {
            let help = "write `\"override\": { \"BUILDER\": { … } }`";
            self.wrong_kind(value, "`override`", "an object", help);
            return None;
        };
        let mut out = Vec::new();
        for Property { key, value } in entries {
            let Some(name) = self.builder_name(key, "`override`") else { continue };
            let DataKind::Object(arguments) = &value.kind else {
                let help = "write `\"override\": { \"BUILDER\": { … } }`";
                self.wrong_kind(value, &format!("`override` for `{}`", key.text), "an object", help);
                continue;
            };
            let schemas = self.schemas;
            let component = match schemas.component(Kind::Provisioner, ty) {
                Lookup::Described(component) => Some(component),
                Lookup::Named(_) | Lookup::Unknown => None,
            };
            let mut inner = Vec::new();
            for Property { key, value } in arguments {
                let attribute = component.and_then(|component| component.body.attributes.get(&key.text));
                let (ty, format) = attribute.map_or((&AttributeType::Any, None), |found| (&found.ty, found.format));
                let value = self.weak(value, ty, format, Place::Step);
                inner.push(ObjectItem { key: make::text(&key.text, key.span), value });
            }
            out.push(ObjectItem { key: name, value: Expr { kind: ExprKind::Object(inner), span: value.span } });
        }
        let is_empty = out.is_empty();
        let object = Expr { kind: ExprKind::Object(out), span: value.span };
        if is_empty { None } else { Some(object) }
    }

    /// A number is one of nanoseconds. A text is no template here.
    fn duration(&mut self, value: &Data, argument: &str) -> Option<Expr> {
        match &value.kind {
            DataKind::String(text) => Some(make::text(&text.text, text.span)),
            DataKind::Number(number) => {
                let seconds = number.strip_suffix("000000000").filter(|seconds| !seconds.is_empty());
                let text = seconds.map_or_else(|| format!("{number}ns"), |seconds| format!("{seconds}s"));
                Some(make::text(&text, value.span))
            }
            DataKind::Null | DataKind::Error => None,
            DataKind::Bool(_) | DataKind::Array(_) | DataKind::Object(_) => {
                self.wrong_kind(value, &format!("`{argument}`"), "a duration", "write a string as `\"10s\"`");
                None
            }
        }
    }

    /// A list of strings; a string alone is a list of one.
    pub(super) fn strings(&mut self, value: &Data, what: &str) -> Vec<Decoded> {
        let all = match &value.kind {
            DataKind::Null | DataKind::Error => return Vec::new(),
            DataKind::Array(all) => all.as_slice(),
            _ => std::slice::from_ref(value),
        };
        let mut out = Vec::new();
        for one in all {
            match &one.kind {
                DataKind::String(text) => out.push(text.clone()),
                DataKind::Error => {}
                _ => self.wrong_kind(one, what, "a list of strings", "write `[\"…\"]`"),
            }
        }
        out
    }
}

/// The `build` block.
pub(super) fn build(items: Vec<Item>, at: Span, span: Span) -> Item {
    make::block(Spanned::new("build".to_owned(), at), Vec::new(), items, span)
}
