//! Everything in a configuration that has an address, and what it refers to.
//!
//! Made from the trees alone: an address stays the same whatever values were given.

use std::collections::BTreeSet;

use crate::engine::Analysis;
use crate::resolve::eval::{Reference, references};
use crate::resolve::template::Template;
use crate::source::Span;
use crate::syntax::{Block, Body, Expr, ExprKind};

/// Something with an address.
#[derive(Debug)]
pub(super) struct Place {
    /// `var.x`, `source.docker.app.image`, `build.web.provisioner[0].inline`.
    pub(super) address: String,
    /// The same with the type of the component in it, as reports call it: `build.web.provisioner[0].shell.inline`.
    alias: Option<String>,
    /// The attribute or block.
    pub(super) span: Span,
    /// Where its value is written; blocks have none.
    pub(super) value: Option<Span>,
    /// The block around an attribute, or the block itself.
    pub(super) block: Option<Span>,
    /// The names from that block to the attribute: none for the block itself.
    pub(super) path: Vec<String>,
    /// What the value mentions, by address; of a block, what its own arguments mention is theirs.
    pub(super) refers_to: Vec<String>,
}

/// All places of a configuration, in the order written.
pub(super) struct Index {
    places: Vec<Place>,
    /// Names of images, with the address of their source and of their build.
    images: Vec<(String, String, String)>,
}

impl Index {
    pub(super) fn new(analysis: &Analysis) -> Self {
        let mut index = Self { places: Vec::new(), images: Vec::new() };
        let mut builds = 0;
        for document in &analysis.configuration.documents {
            for block in document.body.blocks() {
                let label = |at: usize| block.labels.get(at).map_or("", |label| label.value.as_str());
                match block.kind.value.as_str() {
                    "variable" => {
                        let value = block.body.attribute("default").map(|attribute| &attribute.value);
                        index.declared(format!("var.{}", label(0)), block.span, value);
                    }
                    "local" => {
                        let value = block.body.attribute("expression").map(|attribute| &attribute.value);
                        index.declared(format!("local.{}", label(0)), block.span, value);
                    }
                    kind @ ("variables" | "locals") => {
                        let root = if kind == "locals" { "local" } else { "var" };
                        for attribute in block.body.attributes() {
                            let address = format!("{root}.{}", attribute.name.value);
                            index.declared(address, attribute.span, Some(&attribute.value));
                        }
                    }
                    kind @ ("data" | "source") => {
                        index.component(&format!("{kind}.{}.{}", label(0), label(1)), None, block);
                    }
                    "build" => {
                        index.build(block, builds, &analysis.template);
                        builds += 1;
                    }
                    _ => {}
                }
            }
        }
        index
    }

    /// The place of that address: as this module makes it, as reports write it, or below the name of an image.
    pub(super) fn find(&self, address: &str) -> Option<&Place> {
        let direct = |address: &str| {
            self.places.iter().find(|place| place.address == address || place.alias.as_deref() == Some(address))
        };
        let below = || {
            self.images.iter().find_map(|(name, source, build)| {
                let rest = address.strip_prefix(name.as_str())?;
                match rest.strip_prefix('.') {
                    None if rest.is_empty() => direct(source),
                    None => None,
                    Some("source") => direct(source),
                    Some(rest) => direct(&format!("{build}.{rest}")).or_else(|| direct(&format!("{source}.{rest}"))),
                }
            })
        };
        direct(address).or_else(below)
    }

    /// Every address.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &str> {
        let images = self.images.iter().map(|(name, _, _)| name.as_str());
        self.places.iter().map(|place| place.address.as_str()).chain(images)
    }

    /// The images made from a source, or made by a build.
    pub(super) fn images_of<'i>(&'i self, address: &'i str) -> impl Iterator<Item = &'i str> {
        let of = move |(name, source, build): &'i (String, String, String)| {
            (source == address || build == address).then_some(name.as_str())
        };
        self.images.iter().filter_map(of)
    }

    /// What stands directly in a block.
    pub(super) fn members<'i>(&'i self, of: &'i Place) -> impl Iterator<Item = &'i Place> {
        self.places.iter().filter(move |place| {
            of.value.is_none() && place.span != of.span && place.block == of.block && place.path.len() == 1
        })
    }

    /// What refers to an address, each place once.
    pub(super) fn users<'i>(&'i self, address: &'i str) -> impl Iterator<Item = &'i Place> {
        self.places.iter().filter(move |place| place.refers_to.iter().any(|to| to == address))
    }

    fn declared(&mut self, address: String, span: Span, value: Option<&Expr>) {
        let refers_to = value.map(targets).unwrap_or_default();
        let value = value.map(|value| value.span);
        self.places.push(Place { address, alias: None, span, value, block: None, path: Vec::new(), refers_to });
    }

    fn build(&mut self, block: &Block, at: usize, template: &Template) {
        let header = template.builds.iter().find(|header| header.span == block.span);
        let address = match header.and_then(|header| header.name.as_ref()) {
            Some(name) => format!("build.{name}"),
            None => format!("build[{at}]"),
        };
        self.places.push(Place {
            address: address.clone(),
            alias: Some(format!("build[{at}]")),
            span: block.span,
            value: None,
            block: Some(block.span),
            path: Vec::new(),
            refers_to: Vec::new(),
        });
        self.attributes(&address, None, &block.body, block.span, &[]);
        for image in template.images.iter().filter(|image| header.is_some_and(|it| it.images.contains(&image.name))) {
            let name = &image.name;
            let source = template.sources.iter().find(|source| source.span == image.source.span);
            let source = source.map_or_else(
                || image.source.address.clone(),
                |source| format!("source.{}.{}", source.ty.value, source.name.value),
            );
            self.images.push((name.clone(), source, address.clone()));
        }
        let (mut provisioners, mut chains) = (0, 0);
        for inner in block.body.blocks() {
            let component = |place: String, of: &Block| {
                let ty = of.labels.first().map_or("", |label| label.value.as_str());
                (format!("{address}.{place}"), format!("{address}.{place}.{ty}"))
            };
            match inner.kind.value.as_str() {
                "provisioner" => {
                    let (own, alias) = component(format!("provisioner[{provisioners}]"), inner);
                    self.component(&own, Some(&alias), inner);
                    provisioners += 1;
                }
                "error-cleanup-provisioner" => {
                    let (own, alias) = component("error-cleanup-provisioner".to_owned(), inner);
                    self.component(&own, Some(&alias), inner);
                }
                "post-processor" => {
                    let (own, alias) = component(format!("post-processor[{chains}]"), inner);
                    self.component(&own, Some(&alias), inner);
                    chains += 1;
                }
                "post-processors" => {
                    for (at, link) in inner.body.blocks().enumerate() {
                        let (own, alias) = component(format!("post-processor[{chains}][{at}]"), link);
                        self.component(&own, Some(&alias), link);
                    }
                    chains += 1;
                }
                "source" => {
                    let named = inner.labels.first().map_or("", |label| label.value.as_str());
                    let own = format!("{address}.source.{}", named.trim_start_matches("source."));
                    self.component(&own, None, inner);
                    if let (Some(place), Some(source)) =
                        (self.places.iter_mut().find(|p| p.span == inner.span), source_of(named))
                    {
                        place.refers_to.push(source);
                    }
                }
                _ => {}
            }
        }
    }

    /// A block with everything in it.
    fn component(&mut self, address: &str, alias: Option<&str>, block: &Block) {
        self.places.push(Place {
            address: address.to_owned(),
            alias: alias.map(str::to_owned),
            span: block.span,
            value: None,
            block: Some(block.span),
            path: Vec::new(),
            refers_to: Vec::new(),
        });
        self.attributes(address, alias, &block.body, block.span, &[]);
        self.nested(address, alias, &block.body, block.span, &[]);
    }

    fn attributes(&mut self, address: &str, alias: Option<&str>, body: &Body, block: Span, path: &[String]) {
        for attribute in body.attributes() {
            let name = &attribute.name.value;
            let mut refers_to = targets(&attribute.value);
            if name == "sources" && path.is_empty() {
                refers_to.extend(named_sources(&attribute.value));
            }
            self.places.push(Place {
                address: format!("{address}.{name}"),
                alias: alias.map(|alias| format!("{alias}.{name}")),
                span: attribute.span,
                value: Some(attribute.value.span),
                block: Some(block),
                path: path.iter().cloned().chain([name.clone()]).collect(),
                refers_to,
            });
        }
    }

    fn nested(&mut self, address: &str, alias: Option<&str>, body: &Body, block: Span, path: &[String]) {
        for inner in body.blocks() {
            let label = inner.labels.first().filter(|_| inner.kind.value == "dynamic");
            let kind = label.map_or(&inner.kind.value, |label| &label.value);
            let (own, other) = (format!("{address}.{kind}"), alias.map(|alias| format!("{alias}.{kind}")));
            let path: Vec<String> = path.iter().cloned().chain([kind.clone()]).collect();
            self.attributes(&own, other.as_deref(), &inner.body, block, &path);
            if label.is_some() {
                // What a dynamic block makes is written in its `content`.
                for content in inner.body.blocks() {
                    self.attributes(&own, other.as_deref(), &content.body, block, &path);
                    self.nested(&own, other.as_deref(), &content.body, block, &path);
                }
            } else {
                self.nested(&own, other.as_deref(), &inner.body, block, &path);
            }
        }
    }
}

/// The addresses that an expression mentions, each once, in order.
fn targets(expr: &Expr) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let address = |reference: Reference| {
        let mut names = reference.attributes.into_iter();
        match reference.root.as_str() {
            root @ ("var" | "local") => names.next().map(|name| format!("{root}.{name}")),
            "data" => Some(format!("data.{}.{}", names.next()?, names.next()?)),
            _ => None,
        }
    };
    references(expr).into_iter().filter_map(address).filter(|address| seen.insert(address.clone())).collect()
}

/// The sources that a list of texts names.
fn named_sources(expr: &Expr) -> Vec<String> {
    let ExprKind::Tuple(items) = &expr.kind else { return Vec::new() };
    let text = |item: &Expr| if let ExprKind::Template(template) = &item.kind { template.literal() } else { None };
    items.iter().filter_map(text).filter_map(|text| source_of(&text)).collect()
}

/// `source.docker.app` of `source.docker.app` or `docker.app`.
fn source_of(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('.').collect();
    match parts.as_slice() {
        [ty, name] | [_, ty, name] => Some(format!("source.{ty}.{name}")),
        _ => None,
    }
}
