//! Variables: strings, and those that a local of the same name computes.

use indexmap::{IndexMap, IndexSet};

use super::super::data::{Entry, Node};
use super::texts::{self, literal};
use super::{Writer, entry, object};
use crate::parse::legacy::{Place, is_constant};
use crate::schema::AttributeType;
use crate::source::Span;
use crate::syntax::{Block, Body, Expr, ExprKind, Item, bare};

/// A local value.
struct Local<'a> {
    value: &'a Expr,
    sensitive: bool,
    span: Span,
}

/// The variables that have a local of the same name and are computed by it.
pub(super) fn computed(body: &Body) -> IndexSet<String> {
    let locals = locals(body);
    let of = |block: &Block| block.labels.first().map(|label| label.value.clone());
    let variables = body.blocks().filter(|block| block.kind.value == "variable").filter_map(of);
    variables
        .filter(|name| locals.get(name.as_str()).is_some_and(|local| texts::computed(local.value, name).is_some()))
        .collect()
}

fn locals(body: &Body) -> IndexMap<&str, Local<'_>> {
    let mut found = IndexMap::new();
    for block in body.blocks() {
        match (block.kind.value.as_str(), block.labels.first()) {
            ("locals", _) => {
                for attribute in block.body.attributes() {
                    let local = Local { value: &attribute.value, sensitive: false, span: attribute.name.span };
                    found.insert(attribute.name.value.as_str(), local);
                }
            }
            ("local", Some(label)) => {
                if let Some(expression) = block.body.attribute("expression") {
                    let sensitive = block.body.attribute("sensitive").is_some_and(|it| is_true(&it.value));
                    let local = Local { value: &expression.value, sensitive, span: label.span };
                    found.insert(label.value.as_str(), local);
                }
            }
            _ => {}
        }
    }
    found
}

fn is_true(expr: &Expr) -> bool {
    matches!(bare(expr).kind, ExprKind::Bool(true))
}

impl Writer<'_, '_> {
    pub(super) fn variables(&mut self, body: &Body) -> Vec<Entry> {
        let mut locals = locals(body);
        let (mut entries, mut secrets) = (Vec::new(), Vec::new());
        for block in body.blocks().filter(|block| block.kind.value == "variable") {
            let Some(label) = block.labels.first() else { continue };
            let name = label.value.as_str();
            let local = if self.texts.computed.contains(name) { locals.shift_remove(name) } else { None };
            let sensitive = self.is_sensitive(block);
            if let Some(local) = local.as_ref().filter(|local| local.sensitive != sensitive) {
                let (what, help) = if sensitive {
                    ("is not", format!("write `local \"{name}\" {{ expression = …, sensitive = true }}`"))
                } else {
                    ("is", format!("write `sensitive = true` in the variable `{name}`"))
                };
                self.cannot(local.span, format!("the local `{name}` {what} sensitive as its variable"), help);
            }
            if sensitive {
                secrets.push(Node::Text(name.to_owned()));
            }
            let value = match local {
                Some(local) => self.computed_default(block, name, local.value),
                None => self.default(block, name),
            };
            entries.push(entry(name, value));
        }
        for (name, Local { span, .. }) in locals {
            self.cannot(
                span,
                "legacy JSON has no locals but those that compute a variable",
                format!(
                    "declare a variable `{name}` with `default = null`, and write `{name} = var.{name} != null ? var.{name} : …`"
                ),
            );
        }
        let mut out = Vec::new();
        if !entries.is_empty() {
            out.push(entry("variables", Node::Object(object(entries))));
        }
        if !secrets.is_empty() {
            out.push(entry("sensitive-variables", Node::Array(secrets)));
        }
        out
    }

    /// Whether the variable is; all else of it that cannot be said is refused.
    fn is_sensitive(&mut self, block: &Block) -> bool {
        let mut sensitive = false;
        for item in &block.body.items {
            let attribute = match item {
                Item::Attribute(attribute) => attribute,
                Item::Block(inner) => {
                    self.no_block(inner);
                    continue;
                }
                Item::Error(_) => continue,
            };
            let value = bare(&attribute.value);
            match attribute.name.value.as_str() {
                "default" => {}
                "type" if matches!(&value.kind, ExprKind::Variable(ty) if ty == "string") => {}
                "type" => self.cannot(
                    value.span,
                    "variables of legacy JSON are strings",
                    "write `type = string`, and a `default` that is one",
                ),
                "sensitive" if matches!(value.kind, ExprKind::Bool(_)) => sensitive = is_true(value),
                "description" => self.cannot(
                    attribute.name.span,
                    "variables of legacy JSON have no description",
                    "write it as a comment",
                ),
                name => {
                    let what = format!("variables of legacy JSON have no `{name}`");
                    self.cannot(attribute.name.span, what, "remove it");
                }
            }
        }
        sensitive
    }

    fn default(&mut self, block: &Block, name: &str) -> Node {
        let typed = block.body.attribute("type").is_some();
        let Some(default) = block.body.attribute("default").map(|default| &default.value) else {
            if !typed {
                self.cannot(block.header(), "variables of legacy JSON are strings", "add `type = string`");
            }
            return Node::Null;
        };
        let is_text = matches!(bare(default).kind, ExprKind::Template(_) | ExprKind::Call(_));
        if !is_text {
            let help = if matches!(bare(default).kind, ExprKind::Null) {
                format!("remove it, so that `{name}` has to be given, or write a string")
            } else {
                "write a string".to_owned()
            };
            self.cannot(default.span, "in legacy JSON the default of a variable is a string", help);
            return Node::Null;
        }
        let text = self.texts.text(default, &AttributeType::String, None, Place::Default);
        let Some(text) = self.said(text) else { return Node::Null };
        if !is_constant(&text) {
            self.cannot(
                default.span,
                "legacy JSON would compute this default",
                "write a text that calls nothing but `env`",
            );
        }
        Node::Text(text)
    }

    fn computed_default(&mut self, block: &Block, name: &str, local: &Expr) -> Node {
        let default = block.body.attribute("default").map(|default| &default.value);
        if !default.is_some_and(|default| matches!(bare(default).kind, ExprKind::Null)) {
            let help = "write `default = null`";
            self.cannot(block.header(), format!("what `{name}` is without a value is computed by a local"), help);
            return Node::Null;
        }
        if block.body.attribute("type").is_none() {
            self.cannot(block.header(), "variables of legacy JSON are strings", "add `type = string`");
        }
        let Some(value) = texts::computed(local, name) else { return Node::Null };
        let text = self.texts.text(value, &AttributeType::String, None, Place::Variable);
        let Some(text) = self.said(text) else { return Node::Null };
        if is_constant(&text) || literal(value).is_some() {
            let help = format!("give the variable `{name}` this as its `default`, and remove the local");
            self.cannot(value.span, "nothing is computed here", help);
        }
        Node::Text(text)
    }
}
