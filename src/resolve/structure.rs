//! Holds a body against what its schema says may stand in it.
//!
//! Comes in: a [`Body`] of the tree and a [`schema::Body`]. Goes out: [`Content`], the attributes and blocks that belong
//! there, in order. What does not belong is reported here, once: misspelt names, blocks written as attributes and the
//! reverse, wrong numbers of labels, a second block where there may be one.

use indexmap::IndexMap;

use super::elsewhere::{self, Elsewhere};
use super::names;
use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Edit, Fix, Sink};
use crate::schema::{self, Nesting, Rest};
use crate::source::Span;
use crate::syntax::{Attribute, Block, Body, Item};

declare_diagnostic! {
    pub static UNKNOWN_ATTRIBUTE = {
        code: "unknown-attribute",
        severity: Error,
        since: "0.1.0",
        summary: "an attribute that does not exist there is set",
    }
    pub static UNKNOWN_BLOCK = {
        code: "unknown-block",
        severity: Error,
        since: "0.1.0",
        summary: "a block stands where no such block exists",
    }
    pub static BLOCK_AS_ATTRIBUTE = {
        code: "block-as-attribute",
        severity: Error,
        since: "0.1.0",
        summary: "a block is written with `=`",
    }
    pub static ATTRIBUTE_AS_BLOCK = {
        code: "attribute-as-block",
        severity: Error,
        since: "0.1.0",
        summary: "an attribute is written as a block",
    }
    pub static WRONG_LABELS = {
        code: "wrong-labels",
        severity: Error,
        since: "0.1.0",
        summary: "a block has too many or too few labels",
    }
    pub static DUPLICATE_BLOCK = {
        code: "duplicate-block",
        severity: Error,
        since: "0.1.0",
        summary: "a block that may stand once is repeated",
    }
}

/// What this file can report.
pub(super) const DECLARATIONS: &[&Declaration] =
    &[&ATTRIBUTE_AS_BLOCK, &BLOCK_AS_ATTRIBUTE, &DUPLICATE_BLOCK, &UNKNOWN_ATTRIBUTE, &UNKNOWN_BLOCK, &WRONG_LABELS];

/// What belongs in a body.
#[derive(Debug, Default)]
pub(super) struct Content<'d> {
    /// By name, in order.
    pub(super) attributes: IndexMap<&'d str, &'d Attribute>,
    /// In order, their labels counted. `dynamic` blocks are among them where they are allowed.
    pub(super) blocks: Vec<&'d Block>,
}

/// Sorts out a body. `place` completes the sentence "… in ____": `a build block`, `the shell provisioner`.
pub(super) fn content<'d>(body: &'d Body, schema: &schema::Body, place: &str, sink: &mut Sink) -> Content<'d> {
    content_of(body, schema, place, None, sink)
}

/// The same for a body of a component, about which more can be told.
pub(super) fn content_of<'d>(
    body: &'d Body,
    schema: &schema::Body,
    place: &str,
    elsewhere: Option<&Elsewhere<'_>>,
    sink: &mut Sink,
) -> Content<'d> {
    let mut content = Content::default();
    let mut seen: IndexMap<&str, Span> = IndexMap::new();
    for item in &body.items {
        match item {
            Item::Attribute(attribute) => {
                if accepts_attribute(attribute, body, schema, place, elsewhere, sink) {
                    content.attributes.entry(attribute.name.value.as_str()).or_insert(attribute);
                }
            }
            Item::Block(block) => {
                if !accepts_block(block, schema, place, elsewhere, sink) {
                    continue;
                }
                let once = schema
                    .blocks
                    .get(&block.kind.value)
                    .is_some_and(|found| found.nesting == Nesting::Single || found.max == Some(1));
                if let Some(first) = once.then(|| seen.get(block.kind.value.as_str())).flatten() {
                    sink.report(
                        DUPLICATE_BLOCK
                            .at(block.header(), format!("`{}` stands twice in {place}", block.kind.value))
                            .label("a second one")
                            .also(*first, "the first one")
                            .help("there can be one; put what both say into the first and remove this one"),
                    );
                    continue;
                }
                seen.entry(block.kind.value.as_str()).or_insert_with(|| block.header());
                content.blocks.push(block);
            }
            Item::Error(_) => {}
        }
    }
    content
}

/// Which name was meant, or where this one belongs.
fn meant(
    name: &str,
    known: &[&str],
    schema: &schema::Body,
    elsewhere: Option<&Elsewhere<'_>>,
    sink: &Sink,
) -> Option<Meant> {
    let near = names::nearest(name, known.iter().copied()).map(str::to_owned);
    if let Some(near) = near.as_ref().filter(|near| names::nearly_same(name, near)) {
        return Some(Meant::Name(near.clone()));
    }
    let place = elsewhere.filter(|_| !names::enough_said(sink)).and_then(|all| all.place_of(name, schema));
    place.map(Meant::Place).or(near.map(Meant::Name))
}

enum Meant {
    /// This name.
    Name(String),
    /// The same name in another place, which this sentence tells.
    Place(String),
}

/// What is said about an attribute that does not exist in `schema`, and the attribute that was probably meant.
pub(super) fn unknown_attribute_help(
    name: &str,
    schema: &schema::Body,
    elsewhere: Option<&Elsewhere<'_>>,
    sink: &Sink,
) -> (String, Option<String>) {
    let known: Vec<&str> = schema.attributes.keys().chain(schema.blocks.keys()).map(String::as_str).collect();
    let help = match (meant(name, &known, schema, elsewhere, sink), elsewhere) {
        (Some(Meant::Name(near)), _) if schema.blocks.contains_key(&near) => {
            format!("did you mean the block `{near} {{ … }}`?")
        }
        (Some(Meant::Name(near)), _) => return (format!("did you mean `{near}`?"), Some(near)),
        (Some(Meant::Place(place)), _) => place,
        (None, Some(elsewhere)) => elsewhere.listing(schema),
        (None, None) => elsewhere::argument_of(name, None).unwrap_or_else(|| names::list("it has", known.into_iter())),
    };
    (help, None)
}

fn accepts_attribute(
    attribute: &Attribute,
    body: &Body,
    schema: &schema::Body,
    place: &str,
    elsewhere: Option<&Elsewhere<'_>>,
    sink: &mut Sink,
) -> bool {
    let name = attribute.name.value.as_str();
    if schema.attributes.contains_key(name) || matches!(schema.rest, Rest::Declarations | Rest::Component(_)) {
        return true;
    }
    if schema.blocks.contains_key(name) {
        sink.report(
            BLOCK_AS_ATTRIBUTE
                .at(attribute.name.span, format!("`{name}` is a block in {place}, not an attribute"))
                .label("written with `=`")
                .help(format!("write `{name} {{ … }}`, without `=`")),
        );
        return false;
    }
    if schema.rest == Rest::Ignored {
        return true;
    }
    let (help, near) = unknown_attribute_help(name, schema, elsewhere, sink);
    // In JSON and YAML it might be meant as either.
    let what = if attribute.undecided { "neither an attribute nor a block" } else { "no attribute" };
    let mut diagnostic = UNKNOWN_ATTRIBUTE
        .at(attribute.name.span, format!("there is {what} `{name}` in {place}"))
        .label("not known here")
        .help(help);
    let near = near.filter(|near| body.attribute(near).is_none());
    diagnostic.fix = near.and_then(|near| misspelt(attribute.name.span, name, &near));
    sink.report(diagnostic);
    false
}

fn accepts_block(
    block: &Block,
    schema: &schema::Body,
    place: &str,
    elsewhere: Option<&Elsewhere<'_>>,
    sink: &mut Sink,
) -> bool {
    let kind = block.kind.value.as_str();
    if kind == "dynamic" && schema.dynamic {
        return has_labels(block, &["block type".to_owned()], sink);
    }
    if let Some(found) = schema.blocks.get(kind) {
        return has_labels(block, &found.labels, sink);
    }
    if schema.attributes.contains_key(kind) {
        sink.report(
            ATTRIBUTE_AS_BLOCK
                .at(block.kind.span, format!("`{kind}` is an attribute in {place}, not a block"))
                .label("written as a block")
                .help(format!("write `{kind} = …`")),
        );
        return false;
    }
    if matches!(schema.rest, Rest::Ignored | Rest::Component(_)) {
        return true;
    }
    let known: Vec<&str> = schema.blocks.keys().map(String::as_str).collect();
    let mut near = None;
    let help = match meant(kind, &known, schema, elsewhere, sink) {
        Some(Meant::Name(name)) => {
            let help = format!("did you mean `{name}`?");
            near = Some(name);
            help
        }
        Some(Meant::Place(place)) => place,
        None if kind == "dynamic" => {
            "`dynamic` works inside `build`, `source`, provisioners and post-processors".to_owned()
        }
        None if schema.blocks.is_empty() => "no block can stand there".to_owned(),
        None => names::list("the blocks there are", known.into_iter()),
    };
    let mut diagnostic = UNKNOWN_BLOCK
        .at(block.kind.span, format!("there is no block `{kind}` in {place}"))
        .label("not known here")
        .help(help);
    diagnostic.fix = near.and_then(|near| misspelt(block.kind.span, kind, &near));
    sink.report(diagnostic);
    false
}

/// The nearest name may not be the one that was meant.
fn misspelt(span: Span, name: &str, near: &str) -> Option<Fix> {
    Edit::rename(span, name, near).map(|edit| Fix::new(false, vec![edit]))
}

fn has_labels(block: &Block, wanted: &[String], sink: &mut Sink) -> bool {
    let kind = &block.kind.value;
    if block.labels.len() == wanted.len() {
        return true;
    }
    let form: String = wanted.iter().map(|label| format!(" \"{}\"", label.to_uppercase())).collect();
    let help = format!("write `{kind}{form} {{ … }}`");
    let diagnostic = match wanted.get(block.labels.len()) {
        Some(missing) => WRONG_LABELS
            .at(block.header(), format!("`{kind}` needs a label for its {missing}"))
            .label("a label is missing here")
            .help(help),
        None => WRONG_LABELS
            .at(block.labels[wanted.len()].span, format!("`{kind}` has a label too many"))
            .label("not needed")
            .help(help),
    };
    sink.report(diagnostic);
    false
}
