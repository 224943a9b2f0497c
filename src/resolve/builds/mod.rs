//! Builds: which sources they name, and everything that is done for each image.
//!
//! Comes in: the trees, the scope of variables, locals and data. Goes out: an [`ImagePlan`] for every selected pair of
//! build and source, each with its own decoded components.

mod image;
mod meta;
mod registry;
mod select;

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::components::{UNKNOWN_COMPONENT, WRONG_COMPONENT_KIND};
use super::convert::convert;
use super::decode::Decoder;
use super::eval::{self, FunctionSet, Scope};
use super::expand::{self, Expanded};
use super::inputs::Inputs;
use super::names;
use super::structure;
use super::template::{BuildHeader, Component, ImagePlan, Meta, Registry, SourceHeader, UnusedSource};
use super::unread::{Named, Unread};
use super::value::{Marks, Type, Value, ValueKind};
use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Severity, Sink};
use crate::schema::{self, language};
use crate::source::{SourceMap, Span, Spanned};
use crate::syntax::{Block, Body, Document, Spelling};
use select::Selection;

declare_diagnostic! {
    pub static UNKNOWN_SOURCE = {
        code: "unknown-source",
        severity: Error,
        since: "0.1.0",
        summary: "a build names a source that nothing declares",
    }
    pub static INVALID_SOURCE_REFERENCE = {
        code: "invalid-source-reference",
        severity: Error,
        since: "0.1.0",
        summary: "a build names a source in a form that cannot name one",
    }
    pub static BUILD_WITHOUT_SOURCE = {
        code: "build-without-source",
        severity: Error,
        since: "0.1.0",
        summary: "a build names no source",
    }
    pub static DUPLICATE_SOURCE = {
        code: "duplicate-source",
        severity: Error,
        since: "0.1.0",
        summary: "two sources have the same type and name",
    }
    pub static NO_BUILD = {
        code: "no-build",
        severity: Error,
        since: "0.1.0",
        summary: "a configuration has no build",
    }
    pub static NEEDS_KNOWN_VALUE = {
        code: "needs-known-value",
        severity: Error,
        since: "0.1.0",
        summary: "an argument that Packer itself reads has a value that is known too late",
    }
}

/// What this folder can report.
pub(super) fn declarations() -> Vec<&'static Declaration> {
    let own: &[&Declaration] = &[
        &BUILD_WITHOUT_SOURCE,
        &DUPLICATE_SOURCE,
        &INVALID_SOURCE_REFERENCE,
        &NEEDS_KNOWN_VALUE,
        &NO_BUILD,
        &UNKNOWN_SOURCE,
    ];
    [own, meta::DECLARATIONS, select::DECLARATIONS].concat()
}

/// What the builds of a configuration come to.
pub(super) struct Builds {
    pub(super) sources: Vec<SourceHeader>,
    pub(super) headers: Vec<BuildHeader>,
    pub(super) registries: Vec<Registry>,
    pub(super) images: Vec<ImagePlan>,
    pub(super) unused: Vec<UnusedSource>,
    pub(super) declared_images: usize,
}

/// A source as declared.
struct Source<'d> {
    ty: Spanned<String>,
    name: Spanned<String>,
    body: &'d Body,
    span: Span,
}

impl Source<'_> {
    fn key(&self) -> (String, String) {
        (self.ty.value.clone(), self.name.value.clone())
    }
}

/// A source in a build.
struct Member<'d> {
    ty: Spanned<String>,
    /// Its name in this build.
    name: String,
    /// The source's own body, then what the build adds.
    bodies: Vec<(&'d Body, Vec<(String, Value)>)>,
    /// Where the build names it.
    span: Span,
}

/// Resolves all builds. `documents` are the configuration's.
pub(super) fn resolve(
    documents: &[Document],
    inputs: &Inputs,
    scope: &Scope<'_>,
    decoder: &mut Decoder<'_>,
    sources_map: &mut SourceMap,
    sink: &mut Sink,
) -> Builds {
    let legacy = documents.iter().any(|document| document.body.spelling == Spelling::LegacyJson);
    let sources = declared_sources(documents, sink);
    let mut used = Used::default();
    let selection = Selection::new(inputs, legacy, sources_map, sink);
    let mut builds = Builds {
        sources: Vec::new(),
        headers: Vec::new(),
        registries: registry::top_level(documents, scope, decoder, sink),
        images: Vec::new(),
        unused: Vec::new(),
        declared_images: 0,
    };
    let mut names = Vec::new();
    let blocks = documents.iter().flat_map(|document| document.body.blocks());
    let blocks: Vec<&Block> = blocks.filter(|block| block.kind.value == "build").collect();
    // A file with nothing but a `packer` block is for `packer init` beside templates in JSON.
    let declares = |document: &Document| document.body.blocks().any(|block| block.kind.value != "packer");
    if blocks.is_empty()
        && !sink.has_errors()
        && (inputs.require_values || documents.iter().any(declares))
        && let Some(document) = documents.first()
    {
        sink.report(
            NO_BUILD
                .at(document.body.span.head(), "the configuration has no `build` block")
                .help("add `build { sources = [ … ] }`; to check a file that only declares things, check its folder"),
        );
    }
    for block in blocks {
        let build = Build::read(block, &sources, scope, decoder, &mut used, sink);
        let mut header = BuildHeader {
            name: build.name.clone(),
            description: build.description.clone(),
            images: Vec::new(),
            span: block.span,
        };
        if build.members.is_empty() {
            let outside = std::mem::take(&mut decoder.shaped_by);
            image::judge(&build, block.kind.span, &selection, scope, decoder, sink);
            decoder.shaped_by = outside;
        }
        for member in &build.members {
            let name = build.image_name(member);
            header.images.push(name.clone());
            names.push(name.clone());
            builds.declared_images += 1;
            // An image that is not selected is decoded as well, so that its faults are found whatever is selected;
            // what it decided does not count.
            let outside = std::mem::take(&mut decoder.shaped_by);
            let selected = selection.takes(&name, &member.name);
            let mut found = Sink::new();
            // Which components there are, Packer asks of every HCL image.
            decoder.out_of_sight = legacy && !selected;
            let plan = image::plan(name.clone(), &build, member, &selection, scope, decoder, &mut found);
            decoder.out_of_sight = false;
            let shaped = std::mem::replace(&mut decoder.shaped_by, outside);
            if !selected {
                forgive(legacy, &mut found);
            }
            sink.absorb(found);
            if selected {
                builds.images.push(plan);
                decoder.shaped_by.extend(shaped);
            }
        }
        builds.registries.extend(registry::of_build(&build, scope, decoder, sink));
        builds.headers.push(header);
    }
    registry::report_several(&builds.registries, sink);
    selection.report_unmatched(&names, &decoder.post_processors, sink);
    for source in sources.values().filter(|source| !used.sources.contains(&source.key())) {
        builds.unused.push(unused(source, used.meant.contains(&source.key()), scope, decoder, sink));
    }
    builds.sources = sources
        .into_values()
        .map(|source| {
            let used = used.sources.contains(&source.key());
            SourceHeader { ty: source.ty, name: source.name, used, span: source.span }
        })
        .collect();
    builds
}

/// Packer looks at what is done for an image only when it makes that image; at the types of components always, but for
/// those of a legacy template.
fn forgive(legacy: bool, found: &mut Sink) {
    let is_type = |code: &str| [UNKNOWN_COMPONENT.code, WRONG_COMPONENT_KIND.code].contains(&code);
    found.lower_where(Severity::Warning, |diagnostic| legacy || !is_type(diagnostic.code()));
}

/// Which sources the builds name.
#[derive(Default)]
struct Used {
    sources: BTreeSet<(String, String)>,
    /// Sources that a reference seems to mean, which names none.
    meant: BTreeSet<(String, String)>,
    /// A build names one that may be declared where the template could not be read.
    is_unread: bool,
}

/// Packer never looks at a source that no build uses, so its faults are warnings; unless a misspelt reference means it.
fn unused(
    source: &Source<'_>,
    meant: bool,
    scope: &Scope<'_>,
    decoder: &mut Decoder<'_>,
    sink: &mut Sink,
) -> UnusedSource {
    let outside = std::mem::take(&mut decoder.shaped_by);
    decoder.image = Some((source.name.value.clone(), source.ty.value.clone()));
    let mut inside = scope.child();
    let about = [("name", &source.name.value), ("type", &source.ty.value)];
    let about = about.map(|(name, value)| (name.to_owned(), Value::string(value.clone())));
    inside.set_root("source", Value::of(ValueKind::Object(about.into_iter().collect())));
    let mut found = Sink::new();
    decoder.out_of_sight = !meant;
    let decoded = decoder.component(schema::Kind::Builder, &source.ty, &[source.body], &inside, &mut found);
    decoder.out_of_sight = false;
    decoder.shaped_by = outside;
    if !meant {
        found.lower(Severity::Warning);
    }
    sink.absorb(found);
    let source = Component {
        kind: schema::Kind::Builder,
        ty: source.ty.clone(),
        address: format!("source.{}.{}", source.ty.value, source.name.value),
        meta: Meta::default(),
        body: decoded.body,
        described: decoded.described,
        span: source.span,
    };
    UnusedSource { source, meant }
}

fn declared_sources<'d>(documents: &'d [Document], sink: &mut Sink) -> IndexMap<(String, String), Source<'d>> {
    let mut sources: IndexMap<(String, String), Source<'d>> = IndexMap::new();
    for block in documents.iter().flat_map(|document| document.body.blocks()) {
        let ("source", [ty, name]) = (block.kind.value.as_str(), block.labels.as_slice()) else { continue };
        let key = (ty.value.clone(), name.value.clone());
        if let Some(first) = sources.get(&key) {
            sink.report(
                DUPLICATE_SOURCE
                    .at(block.header(), format!("the source `{}.{}` is declared twice", ty.value, name.value))
                    .label("a second declaration")
                    .also(first.ty.span.to(first.name.span), "the first one")
                    .help("give one of them another name"),
            );
            continue;
        }
        let spanned = |label: &crate::syntax::Label| Spanned::new(label.value.clone(), label.span);
        sources.insert(key, Source { ty: spanned(ty), name: spanned(name), body: &block.body, span: block.span });
    }
    sources
}

/// A `build` block, read once for all of its images.
struct Build<'d> {
    name: Option<String>,
    description: Option<String>,
    members: Vec<Member<'d>>,
    /// Its blocks besides `source`, written out.
    blocks: Vec<Expanded<'d>>,
}

impl<'d> Build<'d> {
    fn read(
        block: &'d Block,
        sources: &IndexMap<(String, String), Source<'d>>,
        scope: &Scope<'_>,
        decoder: &mut Decoder<'_>,
        used: &mut Used,
        sink: &mut Sink,
    ) -> Self {
        let schema = language::build();
        // What a source is called is not known yet where Packer itself reads an argument.
        let outer = with_unknown_source(scope, block.kind.span);
        let unread = &outer.world.unread;
        let before = sink.len();
        let content = structure::content(&block.body, &schema, "a `build` block", sink);
        let mut text = |name: &str| {
            let attribute = content.attributes.get(name)?;
            let value = eval::evaluate(&attribute.value, &outer, sink);
            known_text(name, value, attribute.value.span, decoder, sink)
        };
        let name = text("name").filter(|name| !name.is_empty());
        let description = text("description");
        let mut members = Vec::new();
        if let Some(attribute) = content.attributes.get("sources") {
            let value = eval::evaluate(&attribute.value, &outer, sink);
            for (reference, span) in references(&value, &attribute.value, decoder, sink) {
                if let Some(source) = find(&reference, span, sources, (decoder, unread), used, sink) {
                    used.sources.insert(source.key());
                    members.push(Member {
                        ty: source.ty.clone(),
                        name: source.name.value.clone(),
                        bodies: vec![(source.body, Vec::new())],
                        span,
                    });
                }
            }
        }
        let expanded =
            expand::expand(&content.blocks, &schema, "a `build` block", &outer, &mut decoder.shaped_by, sink);
        let (nested, blocks): (Vec<_>, Vec<_>) = expanded.into_iter().partition(|block| block.kind == "source");
        for block in nested {
            let Some(label) = block.labels.first() else { continue };
            let Some(source) = find(&label.value, label.span, sources, (decoder, unread), used, sink) else { continue };
            used.sources.insert(source.key());
            // Packer reads the name before it knows any value but those of a `dynamic` block.
            let constants = Scope::new(outer.world).with_functions(FunctionSet::None);
            let inside = block.scope(&constants);
            let renamed = block.body.attribute("name").and_then(|attribute| {
                let value = eval::evaluate(&attribute.value, &inside, sink);
                known_text("name", value, attribute.value.span, decoder, sink)
            });
            members.push(Member {
                ty: source.ty.clone(),
                name: renamed.unwrap_or_else(|| source.name.value.clone()),
                bodies: vec![(source.body, Vec::new()), (block.body, block.iterators.clone())],
                span: label.span,
            });
        }
        // Where something else is wrong, that is why there is none.
        if members.is_empty() && sink.len() == before && !used.is_unread && !block.body.has_errors() {
            let place = content.attributes.get("sources").map_or(block.kind.span, |attribute| attribute.span);
            sink.report(
                BUILD_WITHOUT_SOURCE
                    .at(place, "this build names no source")
                    .label("nothing to start from")
                    .help("add `sources = [\"source.TYPE.NAME\"]`"),
            );
        }
        Self { name, description, members, blocks }
    }

    /// Packer's name for an image of this build.
    fn image_name(&self, member: &Member<'_>) -> String {
        match &self.name {
            Some(build) => format!("{build}.{}.{}", member.ty.value, member.name),
            None => format!("{}.{}", member.ty.value, member.name),
        }
    }
}

/// The references in `sources`, each with the place of its element where it is written out.
fn references(
    value: &Value,
    expr: &crate::syntax::Expr,
    decoder: &mut Decoder<'_>,
    sink: &mut Sink,
) -> Vec<(String, Span)> {
    if value.is_error() {
        return Vec::new();
    }
    decoder.shaped_by.extend(Marks::computed_from([value]).shaped_by);
    let list = convert(value, &Type::List(Box::new(Type::String)), expr.span);
    if let Ok(list) = &list
        && !list.is_known()
    {
        sink.report(needs_known("sources", value, expr.span));
        return Vec::new();
    }
    let Some(Value { kind: ValueKind::List(_, items), .. }) = list.ok() else {
        sink.report(
            super::decode::WRONG_TYPE
                .at(expr.span, format!("`sources` has to be a list of texts, this is {}", value.ty().phrase()))
                .label("no list of texts")
                .help("write `sources = [\"source.TYPE.NAME\"]`"),
        );
        return Vec::new();
    };
    let places: Vec<Span> = if let crate::syntax::ExprKind::Tuple(elements) = &expr.kind
        && elements.len() == items.len()
    {
        elements.iter().map(|element| element.span).collect()
    } else {
        vec![expr.span; items.len()]
    };
    let mut out = Vec::new();
    for (item, span) in items.iter().zip(places) {
        match item.as_str() {
            Some(text) => out.push((text.into_owned(), span)),
            None if item.is_error() => {}
            None => sink.report(needs_known("sources", item, span)),
        }
    }
    out
}

fn find<'s, 'd>(
    reference: &str,
    span: Span,
    sources: &'s IndexMap<(String, String), Source<'d>>,
    (decoder, unread): (&Decoder<'_>, &Unread),
    used: &mut Used,
    sink: &mut Sink,
) -> Option<&'s Source<'d>> {
    let parts: Vec<&str> = reference.split('.').collect();
    // Packer drops the first of three parts, whatever it is, and reads only two of more.
    let (ty, name) = match parts.as_slice() {
        [ty, name] | [_, ty, name, ..] if [ty, name].iter().all(|part| super::variables::is_identifier(part)) => {
            (*ty, *name)
        }
        _ => {
            sink.report(
                INVALID_SOURCE_REFERENCE
                    .at(span, format!("`{reference}` cannot name a source"))
                    .label("has to be `source.TYPE.NAME`")
                    .help(known_sources(sources)),
            );
            return None;
        }
    };
    if let Some(source) = sources.get(&(ty.to_owned(), name.to_owned())) {
        return Some(source);
    }
    // The reference is right, and the type in the source is a mistake: that is reported there.
    let is_known = |ty: &str| !matches!(decoder.schemas.component(schema::Kind::Builder, ty), schema::Lookup::Unknown);
    let is_misspelt = |source: &&Source<'_>| {
        source.name.value == name
            && super::variables::is_identifier(&source.ty.value)
            && !is_known(&source.ty.value)
            && decoder.is_mistake(schema::Kind::Builder, &source.ty)
    };
    if is_known(ty)
        && let Some(source) = sources.values().find(is_misspelt)
    {
        return Some(source);
    }
    if unread.may_declare(Named::Source, name) {
        used.is_unread = true;
        return None;
    }
    let wanted = format!("{ty}.{name}");
    let mut diagnostic = UNKNOWN_SOURCE.at(span, format!("no source is named `{wanted}`")).label("named here");
    if names::enough_said(sink) {
        sink.report(diagnostic);
        return None;
    }
    // A type that is wrong may have dots in it, so that what a name stands for cannot be told from it.
    let all: Vec<(String, &Source<'_>)> =
        sources.iter().map(|((ty, name), source)| (format!("{ty}.{name}"), source)).collect();
    let near = names::nearest(&wanted, all.iter().map(|(known, _)| known.as_str()))
        .and_then(|near| all.iter().find(|(known, _)| known == near))
        .or_else(|| all.iter().find(|(known, _)| known.ends_with(&format!(".{name}"))));
    diagnostic = match near {
        Some((near, found)) => {
            used.meant.insert(found.key());
            diagnostic
                .also(found.name.span, "this one has a similar name")
                .help(format!("use `source.{near}`, or declare `source \"{ty}\" \"{name}\" {{}}`"))
        }
        None => diagnostic.help(known_sources(sources)),
    };
    sink.report(diagnostic);
    None
}

fn known_sources(sources: &IndexMap<(String, String), Source<'_>>) -> String {
    if sources.is_empty() {
        return "declare one: `source \"TYPE\" \"NAME\" { … }`".to_owned();
    }
    let all: Vec<String> = sources.keys().map(|(ty, name)| format!("source.{ty}.{name}")).collect();
    names::list("the sources there are", all.iter().map(String::as_str))
}

/// The text of an argument that Packer itself reads, noting what decided it.
fn known_text(name: &str, value: Value, span: Span, decoder: &mut Decoder<'_>, sink: &mut Sink) -> Option<String> {
    if value.is_null() || value.is_error() {
        return None;
    }
    decoder.shaped_by.extend(Marks::computed_from([&value]).shaped_by);
    let given = value.ty();
    let Ok(text) = convert(&value, &Type::String, span) else {
        sink.report(
            super::decode::WRONG_TYPE
                .at(span, format!("`{name}` has to be a text, this is {}", given.phrase()))
                .label("no text")
                .help(format!("write `{name} = \"…\"`")),
        );
        return None;
    };
    let known = text.as_str().map(std::borrow::Cow::into_owned);
    if known.is_none() {
        sink.report(needs_known(name, &text, span));
    }
    known
}

/// A variable without a value may still be given one: only then does anybody know. Everything else is a mistake.
fn needs_known(name: &str, value: &Value, span: Span) -> crate::diagnostic::Diagnostic {
    let open = Marks::computed_from([value]).shaped_by;
    let diagnostic = NEEDS_KNOWN_VALUE.at(span, format!("`{name}` has to be known before anything is built"));
    if open.is_empty() {
        diagnostic
            .label("not known yet")
            .help("use variables and locals that do not depend on data sources or the build")
    } else {
        // Without a value the template may be sound: Packer would stop, a check without values must not.
        diagnostic
            .label("depends on a variable without a value")
            .help("give the variable a value with `--var` or `--var-file`")
            .severity(Severity::Note)
    }
}

/// The `source` object where no source is looked at yet.
pub(super) fn unknown_source(span: Span) -> Value {
    let unknown = |name: &str| {
        let origin = super::value::Origin::Packer(format!("source.{name}"));
        (name.to_owned(), Value::unknown(Type::String, origin, span))
    };
    Value::of(ValueKind::Object([unknown("name"), unknown("type")].into_iter().collect()))
}

fn with_unknown_source<'s>(scope: &'s Scope<'s>, span: Span) -> Scope<'s> {
    let mut inner = scope.child();
    inner.set_root("source", unknown_source(span));
    inner
}

/// The schema of a block inside `build`.
fn nested_schema<'s>(build: &'s schema::Body, kind: &str) -> Option<&'s schema::Body> {
    build.blocks.get(kind).map(|block| &block.body)
}
