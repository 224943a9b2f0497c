//! The build: its sources are the builders, its blocks the steps.

use indexmap::IndexMap;

use super::super::data::{Entry, Node};
use super::texts::literal;
use super::{Writer, described, entry, object, texts as names};
use crate::parse::legacy::{Place, source_label};
use crate::schema::{AttributeType, Kind};
use crate::source::Span;
use crate::syntax::{Attribute, Block, Body, Expr, ExprKind, Item, ObjectItem, bare};

/// A builder.
pub(super) struct Builder {
    ty: String,
    /// As legacy JSON writes it.
    name: String,
}

impl Writer<'_, '_> {
    /// `builders` and all that is done with them.
    pub(super) fn builds(&mut self, body: &Body, entries: &mut Vec<Entry>) {
        let mut builds = body.blocks().filter(|block| block.kind.value == "build");
        let Some(build) = builds.next() else {
            return self.cannot(
                body.span.head(),
                "a template in legacy JSON needs a build",
                "convert the file with the `build` block; its other files belong into it",
            );
        };
        for second in builds {
            let help = "put what they build into one, or each into a file of its own";
            self.cannot(second.header(), "legacy JSON has one build only", help);
        }
        let mut sources: IndexMap<String, &Block> = IndexMap::new();
        for block in body.blocks().filter(|block| block.kind.value == "source") {
            if let [ty, name] = block.labels.as_slice() {
                sources.insert(format!("{}.{}", ty.value, name.value), block);
            }
        }
        for item in &build.body.items {
            if let Item::Attribute(attribute) = item
                && attribute.name.value == "description"
            {
                match literal(&attribute.value) {
                    Some(text) => entries.insert(0, entry("description", Node::Text(text))),
                    None => self.cannot(
                        attribute.value.span,
                        "legacy JSON computes nothing in a description",
                        "write its result",
                    ),
                }
            }
        }
        let builders = self.builders(build, &sources);
        entries.push(entry("builders", Node::Array(builders)));
        let (mut provisioners, mut cleanup, mut chains) = (Vec::new(), None, Vec::new());
        for item in &build.body.items {
            match item {
                Item::Attribute(Attribute { name, .. }) => {
                    if !["sources", "description"].contains(&name.value.as_str()) {
                        let what = format!("the build of legacy JSON has no `{}`", name.value);
                        self.cannot(name.span, what, "remove it");
                    }
                }
                Item::Block(block) => match block.kind.value.as_str() {
                    "source" => {}
                    "dynamic" if block.labels.first().is_some_and(|label| label.value == "source") => {}
                    "provisioner" => provisioners.push(self.provisioner(block)),
                    "error-cleanup-provisioner" if cleanup.is_none() => cleanup = Some(self.provisioner(block)),
                    "post-processor" => chains.push(self.post_processor(block)),
                    "post-processors" => chains.extend(self.chain(block)),
                    _ => self.no_block(block),
                },
                Item::Error(_) => {}
            }
        }
        if !provisioners.is_empty() {
            entries.push(entry("provisioners", Node::Array(provisioners)));
        }
        entries.extend(cleanup.map(|cleanup| entry("error-cleanup-provisioner", cleanup)));
        if !chains.is_empty() {
            entries.push(entry("post-processors", Node::Array(chains)));
        }
    }

    fn builders(&mut self, build: &Block, sources: &IndexMap<String, &Block>) -> Vec<Node> {
        let mut nodes = Vec::new();
        for item in &build.body.items {
            match item {
                Item::Attribute(attribute) if attribute.name.value == "sources" => {
                    let ExprKind::Tuple(all) = &bare(&attribute.value).kind else {
                        let help = "write `sources = [\"source.TYPE.NAME\"]`";
                        self.cannot(attribute.value.span, "legacy JSON has no computed list of builders", help);
                        continue;
                    };
                    for one in all {
                        let label = literal(one);
                        nodes.extend(self.builder(label, None, one.span, sources));
                    }
                }
                Item::Block(block) if block.kind.value == "source" => {
                    let label = block.labels.first().map(|label| label.value.clone());
                    for item in &block.body.items {
                        match item {
                            Item::Attribute(attribute) if attribute.name.value != "name" => self.cannot(
                                attribute.name.span,
                                "a builder of legacy JSON stands at one place",
                                "write this in the `source` block at the top level",
                            ),
                            Item::Block(inner) => self.cannot(
                                inner.header(),
                                "a builder of legacy JSON stands at one place",
                                "write this in the `source` block at the top level",
                            ),
                            Item::Attribute(_) | Item::Error(_) => {}
                        }
                    }
                    let name = block.body.attribute("name").map(|name| &name.value);
                    nodes.extend(self.builder(label, name, block.header(), sources));
                }
                Item::Block(block)
                    if block.kind.value == "dynamic"
                        && block.labels.first().is_some_and(|label| label.value == "source") =>
                {
                    match computed_name(block) {
                        Some((name, label)) => {
                            nodes.extend(self.builder(Some(label), Some(name), block.header(), sources));
                        }
                        None => self.cannot(
                            block.header(),
                            "in legacy JSON a builder is written out",
                            "write a `source` for each",
                        ),
                    }
                }
                Item::Attribute(_) | Item::Block(_) | Item::Error(_) => {}
            }
        }
        for (name, source) in sources {
            if !self.builders.contains_key(name) {
                let help = format!("add `source.{name}` to the build's `sources`, or remove the source");
                self.cannot(source.header(), "legacy JSON builds every builder that it has", help);
            }
        }
        nodes
    }

    fn builder(
        &mut self,
        reference: Option<String>,
        name: Option<&Expr>,
        span: Span,
        sources: &IndexMap<String, &Block>,
    ) -> Option<Node> {
        let key = reference.as_ref().map(|text| text.strip_prefix("source.").unwrap_or(text));
        let Some((key, source)) = key.and_then(|key| sources.get_key_value(key)) else {
            let help = "write `source.TYPE.NAME`, the source beside it";
            self.cannot(span, "which builder this is, legacy JSON cannot tell", help);
            return None;
        };
        let [ty, label] = source.labels.as_slice() else { return None };
        let name = match name {
            None => label.value.clone(),
            Some(expr) => {
                let text = self.texts.text(expr, &AttributeType::String, None, Place::Name);
                self.said(text)?
            }
        };
        let at = label.span;
        let wanted =
            source_label(&ty.value, &name, |label| self.builders.contains_key(&format!("{}.{label}", ty.value)));
        if wanted != label.value {
            let what = format!("the source of a builder `{name}` of legacy JSON is called `{wanted}`");
            self.cannot(at, what, format!("rename it, or build each source under one name: `{wanted}`"));
        }
        if self.builders.values().any(|other| other.name == name) {
            let what = format!("legacy JSON knows builders by their names alone, and two are called `{name}`");
            self.cannot(at, what, "rename one of the sources");
        }
        let mut entries = vec![entry("type", Node::Text(ty.value.clone()))];
        if name != ty.value {
            entries.push(entry("name", Node::Text(name.clone())));
        }
        self.builders.insert(key.clone(), Builder { ty: ty.value.clone(), name });
        let items: Vec<&Item> = source.body.items.iter().collect();
        let kind = (Kind::Builder, ty.value.as_str());
        entries.extend(self.component(kind, &items, source.header(), Place::Builder, &["type", "name"]));
        Some(Node::Object(object(entries)))
    }

    fn provisioner(&mut self, block: &Block) -> Node {
        let ty = block.labels.first().map_or("", |label| label.value.as_str());
        let (mut rest, mut meta) = (Vec::new(), Vec::new());
        for item in &block.body.items {
            let Item::Attribute(Attribute { name, value, .. }) = item else {
                rest.push(item);
                continue;
            };
            let node = match name.value.as_str() {
                "only" | "except" => self.names(value),
                "override" => self.overrides(value, ty),
                "pause_before" | "timeout" => match literal(value) {
                    Some(text) => Some(Node::Text(text)),
                    None => {
                        self.cannot(value.span, "legacy JSON computes no durations", "write a duration: `\"10s\"`");
                        None
                    }
                },
                "max_retries" => Some(self.value(value, &AttributeType::Any, None, Place::Step)),
                "name" | "continue_on_error" => {
                    let what = format!("provisioners of legacy JSON have no `{}`", name.value);
                    self.cannot(name.span, what, "remove it");
                    None
                }
                _ => {
                    rest.push(item);
                    continue;
                }
            };
            meta.extend(node.map(|node| entry(&name.value, node)));
        }
        let mut entries = vec![entry("type", Node::Text(ty.to_owned()))];
        entries.extend(self.component((Kind::Provisioner, ty), &rest, block.header(), Place::Step, &["type"]));
        entries.extend(meta);
        Node::Object(object(entries))
    }

    fn chain(&mut self, block: &Block) -> Option<Node> {
        let mut members = Vec::new();
        for item in &block.body.items {
            match item {
                Item::Block(inner) if inner.kind.value == "post-processor" => members.push(self.post_processor(inner)),
                Item::Block(inner) => self.no_block(inner),
                Item::Attribute(attribute) => {
                    let what = format!("a chain of legacy JSON has no `{}`", attribute.name.value);
                    self.cannot(attribute.name.span, what, "remove it");
                }
                Item::Error(_) => {}
            }
        }
        if members.is_empty() {
            self.cannot(block.header(), "legacy JSON has no chain without post-processors", "remove it");
        }
        (!members.is_empty()).then_some(Node::Array(members))
    }

    fn post_processor(&mut self, block: &Block) -> Node {
        let ty = block.labels.first().map_or("", |label| label.value.as_str());
        if block.body.items.is_empty() {
            return Node::Text(ty.to_owned());
        }
        let (mut rest, mut meta) = (Vec::new(), Vec::new());
        for item in &block.body.items {
            let Item::Attribute(Attribute { name, value, .. }) = item else {
                rest.push(item);
                continue;
            };
            let node = match (name.value.as_str(), &bare(value).kind) {
                ("only" | "except", _) => self.names(value),
                ("keep_input_artifact", ExprKind::Bool(keep)) => Some(Node::Bool(*keep)),
                ("name", _) if literal(value).is_some() => literal(value).map(Node::Text),
                ("keep_input_artifact" | "name", _) => {
                    let what = format!("legacy JSON does not compute `{}`", name.value);
                    self.cannot(value.span, what, "write its result");
                    None
                }
                _ => {
                    rest.push(item);
                    continue;
                }
            };
            meta.extend(node.map(|node| entry(&name.value, node)));
        }
        let mut entries = vec![entry("type", Node::Text(ty.to_owned()))];
        entries.extend(self.component((Kind::PostProcessor, ty), &rest, block.header(), Place::Step, &["type"]));
        entries.extend(meta);
        Node::Object(object(entries))
    }

    /// `only` and `except`: by the names of builders.
    fn names(&mut self, value: &Expr) -> Option<Node> {
        let ExprKind::Tuple(all) = &bare(value).kind else {
            self.cannot(value.span, "legacy JSON does not compute this list", "write it out: `[\"TYPE.NAME\"]`");
            return None;
        };
        if all.is_empty() {
            self.cannot(value.span, "an empty list says nothing in legacy JSON", "remove it");
            return None;
        }
        let mut found = Vec::new();
        for one in all {
            let text = self.texts.text(one, &AttributeType::String, None, Place::Name);
            let Some(text) = self.said(text) else { continue };
            let builder = self.builders.values().find(|it| format!("{}.{}", it.ty, it.name) == text);
            match builder.map(|builder| builder.name.clone()) {
                Some(name) => found.push(name),
                None => self.cannot(
                    one.span,
                    "legacy JSON takes the names of its builders here, and this is none",
                    "write `TYPE.NAME` of a source",
                ),
            }
        }
        Some(names(found))
    }

    fn overrides(&mut self, value: &Expr, ty: &str) -> Option<Node> {
        let help = "write `override = { NAME = { … } }`, with the name of a source";
        let ExprKind::Object(builders) = &bare(value).kind else {
            self.cannot(value.span, "legacy JSON does not compute this object", help);
            return None;
        };
        if builders.is_empty() {
            self.cannot(value.span, "an empty object says nothing in legacy JSON", "remove it");
            return None;
        }
        let component = described(self.texts.schemas, Kind::Provisioner, ty);
        let mut entries = Vec::new();
        for ObjectItem { key, value } in builders {
            let text = self.texts.text(key, &AttributeType::String, None, Place::Name);
            let Some(name) = self.said(text) else { continue };
            let ExprKind::Object(arguments) = &bare(value).kind else {
                self.cannot(value.span, "legacy JSON does not compute this object", help);
                continue;
            };
            if !self.builders.values().any(|builder| builder.name == name) {
                self.cannot(key.span, format!("no builder of legacy JSON would be called `{name}`"), help);
                continue;
            }
            let mut inner = Vec::new();
            for ObjectItem { key, value } in arguments {
                let Some(name) = literal(key) else {
                    self.cannot(key.span, "legacy JSON does not compute the name of an argument", "write it");
                    continue;
                };
                let known = component.and_then(|component| component.body.attributes.get(&name));
                let (ty, format) = known.map_or((&AttributeType::Any, None), |known| (&known.ty, known.format));
                let value = self.value(value, ty, format, Place::Step);
                inner.push(entry(&name, value));
            }
            entries.push(entry(&name, Node::Object(object(inner))));
        }
        Some(Node::Object(object(entries)))
    }
}

/// The name and the source of `dynamic "source"` with `for_each = [NAME]`, `labels = ["source.TYPE.LABEL"]` and
/// `name = source.value` in its `content`.
fn computed_name(block: &Block) -> Option<(&Expr, String)> {
    let only = |name: &str| -> Option<&Expr> {
        let ExprKind::Tuple(items) = &bare(&block.body.attribute(name)?.value).kind else { return None };
        let [only] = items.as_slice() else { return None };
        Some(only)
    };
    let [_, _, _] = block.body.items.as_slice() else { return None };
    let content = block.body.blocks().find(|inner| inner.kind.value == "content")?;
    let [Item::Attribute(name)] = content.body.items.as_slice() else { return None };
    let is_name = name.name.value == "name" && super::texts::is_reference(&name.value, "source", "value");
    let label = literal(only("labels")?)?;
    is_name.then_some((only("for_each")?, label))
}
