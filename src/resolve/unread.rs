//! Names that may be declared where a template could not be read: in a misspelt block, one without its labels, a part
//! that is no HCL. The cause was reported there; that such a name is not declared is no second fault.

use std::collections::BTreeSet;

use super::components::{self, RequiredPlugins, Verdict};
use super::variables::is_identifier;
use crate::schema::{Kind, Lookup, Schemas, language};
use crate::source::{SourceMap, Span, Spanned};
use crate::syntax::{Block, Body, Document, Expr, ExprKind, Item, Label, Spelling};

/// How deep names are looked for: `variable`, its name, its arguments.
const DEPTH: usize = 4;

/// What is declared by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    /// `var.NAME`
    Variable,
    /// `local.NAME`
    Local,
    /// `data.TYPE.NAME`
    Data,
    /// `source.TYPE.NAME`
    Source,
}

impl Named {
    /// What the root of a reference names.
    pub(crate) fn of_root(root: &str) -> Option<Self> {
        match root {
            "var" => Some(Self::Variable),
            "local" => Some(Self::Local),
            "data" => Some(Self::Data),
            _ => None,
        }
    }

    /// What a block of that kind declares by its last label.
    fn of_block(kind: &str) -> Option<Self> {
        match kind {
            "variable" => Some(Self::Variable),
            "local" => Some(Self::Local),
            "data" => Some(Self::Data),
            "source" => Some(Self::Source),
            _ => None,
        }
    }
}

/// Names that may be declared where nothing could be read.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    names: BTreeSet<String>,
    /// What may be declared under any name, because a label is missing.
    any: BTreeSet<Named>,
}

impl Unread {
    /// Collects them from the trees of a configuration.
    pub(super) fn collect(
        documents: &[Document],
        schemas: &Schemas,
        required: &RequiredPlugins,
        sources: &SourceMap,
    ) -> Self {
        let mut unread = Self::default();
        let root = language::root();
        let bodies = documents.iter().map(|document| &document.body);
        for (spelling, item) in bodies.flat_map(|body| body.items.iter().map(|item| (body.spelling, item))) {
            if let Item::Block(block) = item
                && let ("data", [ty, name]) = (block.kind.value.as_str(), block.labels.as_slice())
            {
                // What the type should have been, nobody knows.
                let spanned = Spanned::new(ty.value.clone(), ty.span);
                let is_unknown = matches!(schemas.component(Kind::DataSource, &ty.value), Lookup::Unknown);
                if is_unknown
                    && let Verdict::Fault(_) = components::judge(Kind::DataSource, &spanned, schemas, required)
                {
                    unread.names.insert(name.value.clone());
                }
            }
            match item {
                Item::Attribute(attribute) => unread.keys(&attribute.value, DEPTH),
                // In data the name of a block may stand before the hole that is left of it.
                Item::Error(span) if matches!(spelling, Spelling::Json | Spelling::Yaml) => {
                    let file = sources.file(span.file);
                    let (first, last) = (file.position(span.range().start).line, file.position(span.range().end).line);
                    let lines = Span::new(span.file, file.line(first).start, file.line(last).end);
                    unread.words(lines, sources);
                }
                Item::Error(span) => unread.words(*span, sources),
                Item::Block(block) => match root.blocks.get(&block.kind.value) {
                    Some(schema) => unread.known(block, schema.labels.len(), &root, sources),
                    None => unread.block(block, DEPTH),
                },
            }
        }
        unread
    }

    /// Whether what goes by that name may be declared where nothing could be read.
    pub(crate) fn may_declare(&self, what: Named, name: &str) -> bool {
        self.any.contains(&what) || self.names.contains(name)
    }

    /// A block that can stand at the root, with the number of labels that it needs.
    fn known(&mut self, block: &Block, labels: usize, root: &crate::schema::Body, sources: &SourceMap) {
        let kind = block.kind.value.as_str();
        if block.labels.len() != labels {
            self.block(block, DEPTH);
            let lacks = Named::of_block(kind).filter(|_| block.labels.len() < labels);
            self.any.extend(lacks);
        }
        // A name that nothing can refer to is not the one that was meant.
        let is_wrong = |label: &Label| !is_identifier(&label.value);
        if ["variable", "local", "data"].contains(&kind) && block.labels.last().is_some_and(is_wrong) {
            self.any.extend(Named::of_block(kind));
        }
        for item in &block.body.items {
            match item {
                // Only there are names what stands at the start of a line.
                Item::Error(span) if ["locals", "variables"].contains(&kind) => self.words(*span, sources),
                // Where a brace is missing, what follows is inside of it.
                Item::Block(inner)
                    if root.blocks.contains_key(&inner.kind.value)
                        && (kind, inner.kind.value.as_str()) != ("build", "source") =>
                {
                    self.block(inner, DEPTH);
                }
                Item::Attribute(_) | Item::Block(_) | Item::Error(_) => {}
            }
        }
    }

    /// All names that a block may be meant to declare.
    fn block(&mut self, block: &Block, depth: usize) {
        self.names.extend(block.labels.iter().map(|label| label.value.clone()));
        self.body(&block.body, depth);
    }

    fn body(&mut self, body: &Body, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for item in &body.items {
            match item {
                Item::Attribute(attribute) => {
                    self.names.insert(attribute.name.value.clone());
                    self.keys(&attribute.value, depth);
                }
                Item::Block(block) => {
                    // JSON and YAML may have made the name of a variable the kind of a block.
                    self.names.insert(block.kind.value.clone());
                    self.block(block, depth);
                }
                Item::Error(_) => {}
            }
        }
    }

    fn keys(&mut self, value: &Expr, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if let ExprKind::Object(items) = &value.kind {
            for item in items {
                if let ExprKind::Variable(name) = &item.key.kind {
                    self.names.insert(name.clone());
                } else if let ExprKind::Template(text) = &item.key.kind {
                    self.names.extend(text.literal());
                }
                self.keys(&item.value, depth);
            }
        } else if let ExprKind::Tuple(items) = &value.kind {
            // JSON's way to write several blocks.
            items.iter().for_each(|item| self.keys(item, depth));
        }
    }

    /// Every word of a text that is no template.
    fn words(&mut self, span: Span, sources: &SourceMap) {
        let text = sources.text(span);
        let is_part = |c: char| c == '-' || c == '_' || c.is_alphanumeric();
        self.names.extend(text.split(|c| !is_part(c)).filter(|word| !word.is_empty()).map(str::to_owned));
    }
}
