//! HCL's mapping of JSON: what JSON and YAML write.
//!
//! A body is an object. Attributes are its properties; an expression that is no literal is a string that is only
//! `${…}`. Blocks of one type share a property, their labels are objects around their bodies; what JSON would take for a
//! second value of the same property, or bring into another order, stands in lists. Where the language reads strings as
//! they are (var-files, `packer`, a variable's `type`, an `iterator`) nothing is escaped.

use std::collections::BTreeSet;

use super::comments::Comments;
use super::{Content, Refusals, expr, text};
use crate::syntax::{Attribute, Block, Body, Document, Expr, ExprKind, Item, ObjectItem, Spelling, Template, UnaryOp};

/// Data to write.
#[derive(Debug, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    /// As JSON writes it.
    Number(String),
    Text(String),
    Array(Vec<Node>),
    Object(Object),
}

/// Properties in order. A key may repeat where an order has to be kept and only JSON is written.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Object {
    /// Comments about all of it.
    pub(super) head: Vec<String>,
    pub(super) entries: Vec<Entry>,
    /// Comments behind the last entry.
    pub(super) tail: Vec<String>,
}

/// `"key": value`
#[derive(Debug, PartialEq)]
pub(super) struct Entry {
    /// Comments before it.
    pub(super) before: Vec<String>,
    pub(super) key: String,
    pub(super) value: Node,
    /// A comment on its line.
    pub(super) beside: Option<String>,
}

/// A document as data.
pub(super) fn document(
    document: &Document,
    comments: Comments<'_>,
    content: Content,
    refusals: &mut Refusals,
) -> Object {
    let mut mapper = Mapper { comments, refusals };
    let kind = match content {
        Content::Template => Kind::Root,
        Content::Values => Kind::Values,
    };
    let mut object = mapper.body(&document.body, Place { depth: 0, kind });
    object.tail.extend(mapper.comments_before(u32::MAX));
    object
}

struct Mapper<'a, 'r> {
    comments: Comments<'a>,
    refusals: &'r mut Refusals,
}

/// Where a body stands.
#[derive(Clone, Copy)]
struct Place {
    /// How many blocks are around it.
    depth: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Root,
    /// A var-file.
    Values,
    Packer,
    Variable,
    Validation,
    Local,
    Build,
    BuildSource,
    Dynamic,
    /// Accepted by Packer and never read.
    Ignored,
    Other,
}

/// What a string of an attribute is when it is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Template,
    /// What it says: nothing could be referred to.
    Literal,
    /// One expression.
    Expression,
}

impl Kind {
    /// The body of a block in this one.
    fn inside(self, block: &str) -> Self {
        match (self, block) {
            (Self::Root, "packer") | (Self::Packer, _) => Self::Packer,
            (Self::Root, "variable") => Self::Variable,
            (Self::Root, "local") => Self::Local,
            (Self::Root, "build") => Self::Build,
            (Self::Variable, "validation") => Self::Validation,
            (Self::Build, "source") => Self::BuildSource,
            (Self::Root, "communicator") | (Self::Build, "from") => Self::Ignored,
            (Self::Values, _) => Self::Values,
            (_, "dynamic") => Self::Dynamic,
            (_, _) => Self::Other,
        }
    }

    fn reading(self, name: &str) -> Reading {
        match (self, name) {
            (Self::Variable, "type") | (Self::Dynamic, "iterator") => Reading::Expression,
            (Self::Variable, "default") | (Self::Validation, "condition") => Reading::Template,
            (Self::Values | Self::Packer | Self::Variable | Self::Validation | Self::Ignored, _)
            | (Self::Local, "sensitive")
            | (Self::BuildSource, "name") => Reading::Literal,
            (Self::Root | Self::Local | Self::Build | Self::BuildSource | Self::Dynamic | Self::Other, _) => {
                Reading::Template
            }
        }
    }
}

impl Mapper<'_, '_> {
    fn body(&mut self, body: &Body, place: Place) -> Object {
        let in_order = body.blocks().any(|block| block.kind.value.starts_with("post-processor"))
            || body.blocks().any(|block| block.kind.value == "dynamic");
        let runs = in_order && grouping_reorders(body);
        if runs && self.refusals.spelling == Spelling::Yaml {
            self.refuse_order(body);
        }
        let mut object = Object::default();
        let mut groups: Vec<(String, Vec<Labelled>)> = Vec::new();
        let mut places: Vec<(usize, usize)> = Vec::new();
        for (at, item) in body.items.iter().enumerate() {
            let before = self.comments_before(item.span().start);
            match item {
                Item::Attribute(attribute) => {
                    let value = self.attribute(attribute, place);
                    let mut inside = self.comments_before(attribute.span.end);
                    let mut before = before;
                    before.append(&mut inside);
                    let end = if place.depth == 0 { u32::MAX } else { body.span.end };
                    let next = body.items.get(at + 1).map_or(end, |next| next.span().start);
                    let beside = self.comments.next_beside(next);
                    object.entries.push(Entry { before, key: attribute.name.value.clone(), value, beside });
                }
                Item::Block(block) => {
                    let mut inner = self.block(block, place);
                    inner.head.splice(0..0, before);
                    let kind = block.kind.value.as_str();
                    let one =
                        Labelled { labels: block.labels.iter().map(|it| it.value.clone()).collect(), body: inner };
                    let found = match runs {
                        true => groups.last_mut().filter(|(last, _)| last == kind),
                        false => groups.iter_mut().find(|(known, _)| known == kind),
                    };
                    match found {
                        Some((_, all)) => all.push(one),
                        None => {
                            places.push((object.entries.len(), groups.len()));
                            groups.push((kind.to_owned(), vec![one]));
                        }
                    }
                }
                Item::Error(_) => {}
            }
        }
        object.tail = self.comments_before(if place.depth == 0 { 0 } else { body.span.end });
        let mut groups: Vec<Option<(String, Vec<Labelled>)>> = groups.into_iter().map(Some).collect();
        for (index, group) in places.into_iter().rev() {
            if let Some((kind, blocks)) = groups.get_mut(group).and_then(Option::take) {
                let ordered =
                    matches!(kind.as_str(), "provisioner" | "post-processor" | "source" | "dynamic") && place.depth > 0;
                let entry = Entry { before: Vec::new(), key: kind, value: grouped(blocks, ordered), beside: None };
                object.entries.insert(index, entry);
            }
        }
        object
    }

    /// YAML has no key twice. A chain of one is the same as a post-processor by itself; nothing else can be mended.
    fn refuse_order(&mut self, body: &Body) {
        let mut last: Option<&Block> = None;
        for block in body.blocks() {
            if let Some(before) = last
                && before.kind.value != block.kind.value
                && group(before) == group(block)
            {
                let help = if group(block) == "post-processor" && block.kind.value != "dynamic" {
                    "put each `post-processor` into a `post-processors { … }` of its own"
                } else {
                    "write all of them as one `dynamic` block, or none"
                };
                let (kind, other) = (&before.kind.value, &block.kind.value);
                return self.refusals.cannot(
                    block.header(),
                    format!("YAML cannot keep the order of `{kind}` and `{other}` blocks"),
                    help,
                );
            }
            last = Some(block);
        }
    }

    fn block(&mut self, block: &Block, place: Place) -> Object {
        self.body(&block.body, Place { depth: place.depth + 1, kind: place.kind.inside(&block.kind.value) })
    }

    fn attribute(&mut self, attribute: &Attribute, place: Place) -> Node {
        match place.kind.reading(&attribute.name.value) {
            Reading::Template => value(&attribute.value),
            Reading::Literal => self.literal(&attribute.value),
            Reading::Expression => Node::Text(expr::line(&attribute.value)),
        }
    }

    /// A value where strings are what they say.
    fn literal(&mut self, value: &Expr) -> Node {
        if let ExprKind::Template(template) = &value.kind
            && let Some(text) = template.literal()
        {
            return Node::Text(text);
        }
        if let ExprKind::Tuple(items) = &value.kind {
            return Node::Array(items.iter().map(|item| self.literal(item)).collect());
        }
        if let ExprKind::Object(items) = &value.kind
            && let Some(keys) = literal_keys(items)
        {
            let entry = |(key, item): (String, &ObjectItem)| plain_entry(key, self.literal(&item.value));
            return Node::Object(Object { entries: keys.into_iter().map(entry).collect(), ..Object::default() });
        }
        if let Some(plain) = plain(value) {
            return plain;
        }
        let spelling = super::word(self.refusals.spelling);
        self.refusals.cannot(
            value.span,
            format!("no expression can stand here in {spelling}, where such a string is taken as it is"),
            "write its result",
        );
        Node::Null
    }

    fn comments_before(&mut self, place: u32) -> Vec<String> {
        std::iter::from_fn(|| self.comments.next_before(place)).map(|comment| comment.text.clone()).collect()
    }
}

/// Which blocks keep an order among each other.
fn group(block: &Block) -> &str {
    let kind = match block.kind.value.as_str() {
        "dynamic" => block.labels.first().map_or("", |label| label.value.as_str()),
        kind => kind,
    };
    if kind == "post-processors" { "post-processor" } else { kind }
}

/// Whether an order that matters is lost when the blocks of each type stand together.
fn grouping_reorders(body: &Body) -> bool {
    let mut kinds: Vec<&str> = Vec::new();
    for block in body.blocks() {
        if !kinds.contains(&block.kind.value.as_str()) {
            kinds.push(&block.kind.value);
        }
    }
    let place = |block: &Block| kinds.iter().position(|kind| *kind == block.kind.value);
    let mut last: std::collections::BTreeMap<&str, Option<usize>> = std::collections::BTreeMap::new();
    body.blocks().any(|block| {
        let at = place(block);
        last.insert(group(block), at).is_some_and(|before| before > at)
    })
}

/// A block's labels and body.
struct Labelled {
    labels: Vec<String>,
    body: Object,
}

/// All blocks of one type. `listed`: they are steps, whose order a reader should see.
fn grouped(blocks: Vec<Labelled>, listed: bool) -> Node {
    let labels: Vec<&[String]> = blocks.iter().map(|block| block.labels.as_slice()).collect();
    let unlabelled = labels.iter().all(|labels| labels.is_empty());
    if unlabelled || listed || !nests(&labels) {
        let mut all: Vec<Node> = blocks.into_iter().map(labelled).collect();
        return match all.pop() {
            Some(only) if all.is_empty() && !listed => only,
            last => Node::Array(all.into_iter().chain(last).collect()),
        };
    }
    let mut root = Object::default();
    for Labelled { labels, body } in blocks {
        let mut at = &mut root;
        let (last, outer) = labels.split_last().map_or((String::new(), &[][..]), |(last, outer)| (last.clone(), outer));
        for label in outer {
            let there = at.entries.last().is_some_and(|entry| entry.key == *label);
            if !there {
                at.entries.push(plain_entry(label.clone(), Node::Object(Object::default())));
            }
            match at.entries.last_mut().map(|entry| &mut entry.value) {
                Some(Node::Object(inner)) => at = inner,
                Some(_) | None => unreachable!("internal error: labels are objects"),
            }
        }
        at.entries.push(plain_entry(last, Node::Object(body)));
    }
    Node::Object(root)
}

/// Whether objects of labels hold the blocks in their order, none twice.
fn nests(labels: &[&[String]]) -> bool {
    let mut closed: BTreeSet<&[String]> = BTreeSet::new();
    let mut before: Option<&[String]> = None;
    for &path in labels {
        for len in 1..=path.len() {
            let prefix = &path[..len];
            let goes_on = len < path.len() && before.is_some_and(|before| before.get(..len) == Some(prefix));
            if !goes_on && !closed.insert(prefix) {
                return false;
            }
        }
        before = Some(path);
    }
    true
}

fn labelled(block: Labelled) -> Node {
    let Labelled { labels, body } = block;
    labels.into_iter().rev().fold(Node::Object(body), |inner, label| {
        Node::Object(Object { entries: vec![plain_entry(label, inner)], ..Object::default() })
    })
}

fn plain_entry(key: String, value: Node) -> Entry {
    Entry { before: Vec::new(), key, value, beside: None }
}

/// A value where strings are templates.
fn value(expr: &Expr) -> Node {
    match &expr.kind {
        ExprKind::Template(template) => Node::Text(text::verbatim_template(template)),
        ExprKind::Tuple(items) => Node::Array(items.iter().map(value).collect()),
        ExprKind::Object(items) => match template_keys(items) {
            Some(keys) => {
                let entry = |(key, item): (String, &ObjectItem)| plain_entry(key, value(&item.value));
                Node::Object(Object { entries: keys.into_iter().zip(items).map(entry).collect(), ..Object::default() })
            }
            None => wrapped(expr),
        },
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Variable(_)
        | ExprKind::Traversal { .. }
        | ExprKind::Splat(_)
        | ExprKind::Call(_)
        | ExprKind::For(_)
        | ExprKind::Conditional(_)
        | ExprKind::Binary(_)
        | ExprKind::Unary(..)
        | ExprKind::Parens(_)
        | ExprKind::Error => plain(expr).unwrap_or_else(|| wrapped(expr)),
    }
}

/// A number, a truth value, or null.
fn plain(expr: &Expr) -> Option<Node> {
    if let ExprKind::Unary(operator, of) = &expr.kind
        && operator.value == UnaryOp::Negate
        && let ExprKind::Number(digits) = &of.kind
    {
        return Some(Node::Number(format!("-{}", number(digits))));
    }
    match &expr.kind {
        ExprKind::Null => Some(Node::Null),
        ExprKind::Bool(value) => Some(Node::Bool(*value)),
        ExprKind::Number(digits) => Some(Node::Number(number(digits))),
        ExprKind::Template(_)
        | ExprKind::Tuple(_)
        | ExprKind::Object(_)
        | ExprKind::Variable(_)
        | ExprKind::Traversal { .. }
        | ExprKind::Splat(_)
        | ExprKind::Call(_)
        | ExprKind::For(_)
        | ExprKind::Conditional(_)
        | ExprKind::Binary(_)
        | ExprKind::Unary(..)
        | ExprKind::Parens(_)
        | ExprKind::Error => None,
    }
}

/// JSON has no zeros before a number.
pub(super) fn number(digits: &str) -> String {
    let rest = digits.trim_start_matches('0');
    if rest.starts_with(|c: char| c.is_ascii_digit()) { rest.to_owned() } else { format!("0{rest}") }
}

fn wrapped(expr: &Expr) -> Node {
    Node::Text(format!("${{{}}}", expr::line(expr)))
}

/// The keys of an object as the strings that they are in JSON; nothing if one is there twice.
fn template_keys(items: &[ObjectItem]) -> Option<Vec<String>> {
    let keys = items.iter().map(|ObjectItem { key, value: _ }| match key_template(key) {
        Some(template) => text::verbatim_template(template),
        None => format!("${{{}}}", expr::line(crate::syntax::bare(key))),
    });
    distinct(keys.collect())
}

fn key_template(key: &Expr) -> Option<&Template> {
    if let ExprKind::Template(template) = &key.kind { Some(template) } else { None }
}

fn literal_keys(items: &[ObjectItem]) -> Option<Vec<(String, &ObjectItem)>> {
    let keys: Option<Vec<String>> =
        items.iter().map(|ObjectItem { key, value: _ }| key_template(key).and_then(Template::literal)).collect();
    Some(distinct(keys?)?.into_iter().zip(items).collect())
}

fn distinct(keys: Vec<String>) -> Option<Vec<String>> {
    let once: BTreeSet<&String> = keys.iter().collect();
    (once.len() == keys.len()).then_some(keys)
}
