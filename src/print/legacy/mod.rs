//! Legacy JSON: the inverse of its reader.
//!
//! Comes in: a document and the schemas of components. Goes out: the object of a template with `variables`, `builders`,
//! `provisioners` and `post-processors`, or of a var-file. What that JSON has no place for is refused where it stands.

mod build;
mod texts;
mod variables;

use indexmap::IndexMap;

use super::comments::Comments;
use super::data::{Entry, Node, Object};
use super::{Content, Refusals};
use crate::parse::legacy::{Place, is_plain};
use crate::schema::{self, AttributeType, Component, Format, Kind, Lookup, Schemas};
use crate::source::Span;
use crate::syntax::{Attribute, Block, Body, Document, Expr, ExprKind, Item, ObjectItem, bare};
use build::Builder;
use texts::{Cannot, Texts, literal};

/// A document as data.
pub(super) fn document(
    document: &Document,
    comments: Comments<'_>,
    content: Content,
    schemas: &Schemas,
    refusals: &mut Refusals,
) -> Object {
    let texts = Texts { schemas, computed: variables::computed(&document.body) };
    let mut writer = Writer { texts, refusals, builders: IndexMap::new() };
    let mut entries = match content {
        Content::Template => writer.template(&document.body),
        Content::Values => writer.values(&document.body),
    };
    // Only the root has a place for them, and a var-file has none.
    let mut comments = comments;
    let said: Vec<&str> =
        std::iter::from_fn(|| comments.next_before(u32::MAX)).map(|comment| comment.text.as_str()).collect();
    if content == Content::Template && !said.is_empty() {
        entries.insert(0, entry("_comment", Node::Text(said.join("\n"))));
    }
    object(entries)
}

struct Writer<'a, 'r> {
    texts: Texts<'a>,
    refusals: &'r mut Refusals,
    /// By what HCL calls their sources.
    builders: IndexMap<String, Builder>,
}

fn entry(key: &str, value: Node) -> Entry {
    Entry { before: Vec::new(), key: key.to_owned(), value, beside: None }
}

fn object(entries: Vec<Entry>) -> Object {
    Object { entries, ..Object::default() }
}

fn texts(names: Vec<String>) -> Node {
    Node::Array(names.into_iter().map(Node::Text).collect())
}

impl Writer<'_, '_> {
    fn template(&mut self, body: &Body) -> Vec<Entry> {
        let mut entries = Vec::new();
        for item in &body.items {
            match item {
                Item::Attribute(attribute) => {
                    let what = format!("a template in legacy JSON has no `{}`", attribute.name.value);
                    self.cannot(attribute.name.span, what, "remove it");
                }
                Item::Block(block) => match block.kind.value.as_str() {
                    "packer" => entries.extend(self.packer(&block.body)),
                    "variable" | "locals" | "local" | "source" | "build" => {}
                    kind => self.cannot(
                        block.header(),
                        format!("legacy JSON has no `{kind}` blocks"),
                        if kind == "data" {
                            "declare a variable for what it finds, and use that"
                        } else {
                            "write what it holds in the blocks that legacy JSON has: variables, sources, one build"
                        },
                    ),
                },
                Item::Error(_) => {}
            }
        }
        entries.extend(self.variables(body));
        self.builds(body, &mut entries);
        entries
    }

    /// A var-file: strings, which nothing is computed in.
    fn values(&mut self, body: &Body) -> Vec<Entry> {
        let mut entries = Vec::new();
        for Attribute { name, value, span: _, undecided: _ } in body.attributes() {
            match literal(value) {
                Some(text) if is_plain(&text) => entries.push(entry(&name.value, Node::Text(text))),
                Some(_) => self.cannot(
                    value.span,
                    "legacy JSON would compute this text, which HCL takes as it is",
                    "give the variable another value",
                ),
                None => self.cannot(
                    value.span,
                    format!("in legacy JSON the value of `{}` has to be a string", name.value),
                    "write it in quotes, for a variable with `type = string`",
                ),
            }
        }
        entries
    }

    fn packer(&mut self, body: &Body) -> Option<Entry> {
        let mut found = None;
        for item in &body.items {
            match item {
                Item::Attribute(attribute) if attribute.name.value == "required_version" => {
                    let least = literal(&attribute.value).and_then(|text| least(&text));
                    if least.is_none() {
                        self.cannot(
                            attribute.value.span,
                            "legacy JSON can only ask for a least version of Packer",
                            "write `required_version = \">= X\"`",
                        );
                    }
                    found = least.map(|version| entry("min_packer_version", Node::Text(version)));
                }
                Item::Attribute(attribute) => {
                    let what = format!("legacy JSON has no `{}`", attribute.name.value);
                    self.cannot(attribute.name.span, what, "remove it");
                }
                Item::Block(block) if block.kind.value == "required_plugins" => self.cannot(
                    block.header(),
                    "legacy JSON cannot say which plugins it needs",
                    "remove the block, and install the plugins with `packer plugins install`",
                ),
                Item::Block(block) => {
                    self.cannot(block.header(), format!("legacy JSON has no `{}`", block.kind.value), "remove it");
                }
                Item::Error(_) => {}
            }
        }
        found
    }

    /// What is set in a component. `span` is where it is named, `reserved` are the names that are not its own.
    fn component(
        &mut self,
        (kind, ty): (Kind, &str),
        items: &[&Item],
        span: Span,
        place: Place,
        reserved: &[&str],
    ) -> Vec<Entry> {
        for item in items {
            if let Item::Attribute(attribute) = item
                && reserved.contains(&attribute.name.value.as_str())
            {
                let what = format!("`{}` means something else in legacy JSON", attribute.name.value);
                self.cannot(attribute.name.span, what, "remove it");
            }
        }
        let schemas = self.texts.schemas;
        let Some(component) = described(schemas, kind, ty) else { return self.body(items, None, place) };
        for (name, attribute) in &component.body.attributes {
            let written = items.iter().any(|item| matches!(item, Item::Attribute(one) if one.name.value == *name));
            if let Some(default) = attribute.default_legacy.as_ref().filter(|_| !written) {
                let now = attribute.default.as_ref().map_or_else(|| "…".to_owned(), ToString::to_string);
                self.cannot(
                    span,
                    format!("where `{name}` is left out, legacy JSON takes `{default}` for it"),
                    format!("write `{name} = {now}`, which is what leaving it out means here"),
                );
            }
        }
        self.body(items, Some(&component.body), place)
    }

    fn body(&mut self, items: &[&Item], schema: Option<&schema::Body>, place: Place) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut groups: IndexMap<&str, (usize, Vec<Node>)> = IndexMap::new();
        for item in items {
            match item {
                Item::Attribute(Attribute { name, value, span: _, undecided: _ }) => {
                    let known = schema.and_then(|schema| schema.attributes.get(&name.value));
                    let (ty, format) = known.map_or((&AttributeType::Any, None), |known| (&known.ty, known.format));
                    let value = self.value(value, ty, format, place);
                    entries.push(entry(&name.value, value));
                }
                Item::Block(block) => {
                    let kind = block.kind.value.as_str();
                    if kind == "dynamic" || !block.labels.is_empty() {
                        let what = format!("legacy JSON has no `{kind}` blocks here");
                        self.cannot(block.header(), what, "write each of the blocks that it makes");
                        continue;
                    }
                    let inner = schema.and_then(|schema| schema.blocks.get(kind)).map(|known| &known.body);
                    let inside: Vec<&Item> = block.body.items.iter().collect();
                    let node = Node::Object(object(self.body(&inside, inner, place)));
                    let (_, nodes) = groups.entry(kind).or_insert_with(|| {
                        entries.push(entry(kind, Node::Null));
                        (entries.len() - 1, Vec::new())
                    });
                    nodes.push(node);
                }
                Item::Error(_) => {}
            }
        }
        for (_, (at, mut nodes)) in groups {
            let only = if nodes.len() == 1 { nodes.pop() } else { None };
            entries[at].value = only.unwrap_or(Node::Array(nodes));
        }
        entries
    }

    fn value(&mut self, expr: &Expr, ty: &AttributeType, format: Option<Format>, place: Place) -> Node {
        let value = bare(expr);
        if let Some(number) = texts::number(value) {
            return Node::Number(number);
        }
        if let ExprKind::Tuple(items) = &value.kind {
            let element = match ty {
                AttributeType::List(element) | AttributeType::Set(element) => element,
                AttributeType::String
                | AttributeType::Number
                | AttributeType::Bool
                | AttributeType::Any
                | AttributeType::Map(_)
                | AttributeType::Object(_) => &AttributeType::Any,
            };
            return Node::Array(items.iter().map(|item| self.value(item, element, None, place)).collect());
        }
        if let ExprKind::Object(items) = &value.kind {
            return Node::Object(object(self.members(items, ty, place)));
        }
        match (&value.kind, ty) {
            (ExprKind::Null, _) => Node::Null,
            // Legacy JSON makes texts `1` and `0` of them.
            (ExprKind::Bool(value), AttributeType::String) => Node::Text(value.to_string()),
            (ExprKind::Bool(value), _) => Node::Bool(*value),
            _ => {
                let text = self.texts.text(expr, ty, format, place);
                self.said(text).map_or(Node::Null, Node::Text)
            }
        }
    }

    fn members(&mut self, items: &[ObjectItem], ty: &AttributeType, place: Place) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        for ObjectItem { key, value } in items {
            let text = self.texts.text(key, &AttributeType::String, None, place);
            let Some(name) = self.said(text) else { continue };
            if entries.iter().any(|entry| entry.key == name) {
                self.cannot(key.span, format!("`{name}` is given twice"), "remove one of them");
                continue;
            }
            let ty = match ty {
                AttributeType::Map(element) => element,
                AttributeType::Object(members) => members.get(&name).unwrap_or(&AttributeType::Any),
                AttributeType::String
                | AttributeType::Number
                | AttributeType::Bool
                | AttributeType::Any
                | AttributeType::List(_)
                | AttributeType::Set(_) => &AttributeType::Any,
            };
            let value = self.value(value, ty, None, place);
            entries.push(entry(&name, value));
        }
        entries
    }

    fn said<T>(&mut self, said: Result<T, Cannot>) -> Option<T> {
        said.map_err(|Cannot { span, what, help }| self.cannot(span, what, help)).ok()
    }

    fn cannot(&mut self, span: Span, what: impl Into<String>, help: impl Into<String>) {
        self.refusals.cannot(span, what, help);
    }

    /// Refuses a block where none can be.
    fn no_block(&mut self, block: &Block) {
        let what = format!("legacy JSON has no `{}` here", block.kind.value);
        self.cannot(block.header(), what, "remove it");
    }
}

/// The description of a component, if there is one.
fn described<'s>(schemas: &'s Schemas, kind: Kind, ty: &str) -> Option<&'s Component> {
    match schemas.component(kind, ty) {
        Lookup::Described(component) => Some(component),
        Lookup::Named(_) | Lookup::Unknown => None,
    }
}

/// `X` of the constraint `>= X`.
fn least(constraint: &str) -> Option<String> {
    let version = constraint.trim().strip_prefix(">=")?.trim();
    let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    (version.starts_with(|c: char| c.is_ascii_digit()) && version.chars().all(sound)).then(|| version.to_owned())
}
