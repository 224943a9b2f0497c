//! One image: its source with what the build adds, its provisioners and post-processors.

use std::collections::BTreeMap;

use super::meta;
use super::select::Selection;
use super::{Build, Member};
use crate::diagnostic::{Severity, Sink};
use crate::resolve::decode::{Decoded, Decoder};
use crate::resolve::engine::Language;
use crate::resolve::eval::Scope;
use crate::resolve::expand::{self, Expanded};
use crate::resolve::structure;
use crate::resolve::template::{Component, ComponentBody, ImagePlan, Meta};
use crate::resolve::value::{Origin, Type, Value, ValueKind};
use crate::schema::{Kind, Lookup, language};
use crate::source::{Span, Spanned};
use crate::syntax::Body;

/// Everything that is done for `member` of `build`.
pub(super) fn plan(
    name: String,
    build: &Build<'_>,
    member: &Member<'_>,
    selection: &Selection,
    scope: &Scope<'_>,
    decoder: &mut Decoder<'_>,
    sink: &mut Sink,
) -> ImagePlan {
    decoder.image = Some((member.name.clone(), member.ty.value.clone()));
    let mut scope = scope.child();
    let text = |name: &str, value: &str| (name.to_owned(), Value::string(value));
    let about = [text("name", &member.name), text("type", &member.ty.value)];
    scope.set_root("source", Value::of(ValueKind::Object(about.into_iter().collect())));
    let source = source(member, &scope, decoder, sink);
    scope.set_root("build", build_value(build, member, decoder));
    let address = format!("{}.{}", member.ty.value, member.name);
    let mut plan = ImagePlan {
        name,
        build_name: build.name.clone(),
        source_name: member.name.clone(),
        source,
        provisioners: Vec::new(),
        error_cleanup: None,
        post_processors: Vec::new(),
        span: member.span,
    };
    let mut early = super::with_unknown_source(&scope, member.span);
    let name = Value::string(build.name.clone().unwrap_or_default());
    early.set_root("build", Value::object([("name", name)]));
    let mut reader = Reader { image: &address, source_name: &member.name, scope: &scope, early: &early, decoder, sink };
    reader.blocks(build, selection, &mut plan);
    plan
}

/// Finds the faults of a build's blocks where no source is known that it could make an image from.
pub(super) fn judge(
    build: &Build<'_>,
    place: Span,
    selection: &Selection,
    scope: &Scope<'_>,
    decoder: &mut Decoder<'_>,
    sink: &mut Sink,
) {
    decoder.image = None;
    let mut scope = super::with_unknown_source(scope, place);
    scope.set_root("build", Value::unknown(Type::Dynamic, Origin::Build("build".to_owned()), place));
    let nothing = ComponentBody::default();
    let source = Component {
        kind: Kind::Builder,
        ty: Spanned::new(String::new(), place),
        address: String::new(),
        meta: Meta::default(),
        body: nothing,
        described: false,
        span: place,
    };
    let mut plan = ImagePlan {
        name: String::new(),
        build_name: None,
        source_name: String::new(),
        source,
        provisioners: Vec::new(),
        error_cleanup: None,
        post_processors: Vec::new(),
        span: place,
    };
    let mut reader = Reader { image: "", source_name: "", scope: &scope, early: &scope, decoder, sink };
    reader.blocks(build, selection, &mut plan);
}

fn source(member: &Member<'_>, scope: &Scope<'_>, decoder: &mut Decoder<'_>, sink: &mut Sink) -> Component {
    // What the build adds may use its iterators, which the source's own body may not.
    let without_name: Vec<Body> =
        member.bodies.iter().enumerate().map(|(at, (body, _))| nested_body(body, at > 0)).collect();
    let bodies: Vec<&Body> = without_name.iter().collect();
    let iterators: Vec<(String, Value)> = member.bodies.iter().flat_map(|(_, iterators)| iterators.clone()).collect();
    let mut inside = scope.child();
    for (name, value) in iterators {
        inside.set_root(name, value);
    }
    let decoded = decoder.component(Kind::Builder, &member.ty, &bodies, &inside, sink);
    let Decoded { body, meta: _, described } = decoded;
    let span = member.bodies.first().map_or(member.span, |(body, _)| body.span);
    Component {
        kind: Kind::Builder,
        ty: member.ty.clone(),
        address: format!("source.{}.{}", member.ty.value, member.name),
        meta: Meta::default(),
        body,
        described,
        span,
    }
}

/// A build's `source` block without its `name`, which is no attribute of the source.
fn nested_body(body: &Body, nested: bool) -> Body {
    let mut body = body.clone();
    if nested {
        body.items.retain(
            |item| !matches!(item, crate::syntax::Item::Attribute(attribute) if attribute.name.value == "name"),
        );
    }
    body
}

/// The `build` object of provisioners and post-processors: only its name is known before a build runs.
fn build_value(build: &Build<'_>, member: &Member<'_>, decoder: &Decoder<'_>) -> Value {
    let mut values: BTreeMap<String, Value> = BTreeMap::new();
    let own: Vec<String> = match decoder.schemas.component(Kind::Builder, &member.ty.value) {
        Lookup::Described(component) => component.generated_vars.clone(),
        Lookup::Named(_) | Lookup::Unknown => {
            // Nobody knows what else an undescribed builder announces.
            let unknown = Value::unknown(Type::Dynamic, Origin::Build("build".to_owned()), member.span);
            return unknown;
        }
    };
    for key in language::BUILD_VALUES.into_iter().map(str::to_owned).chain(own) {
        let value = Value::unknown(Type::String, Origin::Build(format!("build.{key}")), member.span);
        values.insert(key, value);
    }
    values.insert("name".to_owned(), Value::string(build.name.clone().unwrap_or_default()));
    Value::of(ValueKind::Object(values))
}

struct Reader<'r, 'a> {
    /// `type.name`
    image: &'r str,
    source_name: &'r str,
    scope: &'r Scope<'r>,
    /// What is known before any source is looked at.
    early: &'r Scope<'r>,
    decoder: &'r mut Decoder<'a>,
    sink: &'r mut Sink,
}

impl Reader<'_, '_> {
    /// Reads every block of the build but its sources.
    fn blocks(&mut self, build: &Build<'_>, selection: &Selection, plan: &mut ImagePlan) {
        let (mut provisioners, mut chains) = (0, 0);
        for block in &build.blocks {
            match block.kind {
                "provisioner" => {
                    let place = format!("provisioner[{provisioners}]");
                    provisioners += 1;
                    plan.provisioners.extend(self.component(Kind::Provisioner, &place, block));
                }
                "error-cleanup-provisioner" => {
                    let cleanup = self.component(Kind::Provisioner, "error-cleanup-provisioner", block);
                    plan.error_cleanup = plan.error_cleanup.take().or(cleanup);
                }
                "post-processor" => {
                    let place = format!("post-processor[{chains}]");
                    chains += 1;
                    plan.post_processors.extend(self.chain(vec![(block.clone(), place)], selection));
                }
                "post-processors" => {
                    let members = self.members(block, chains);
                    chains += 1;
                    plan.post_processors.extend(self.chain(members, selection));
                }
                _ => {}
            }
        }
    }

    /// Nothing where `only` or `except` leaves it out; its faults are reported all the same.
    fn component(&mut self, kind: Kind, place: &str, block: &Expanded<'_>) -> Option<Component> {
        let label = block.labels.first()?;
        let ty = Spanned::new(label.value.clone(), label.span);
        let (inside, early) = (block.scope(self.scope), block.scope(self.early));
        let mut found = Sink::new();
        let earlier = std::mem::take(&mut self.decoder.foreign);
        let mut decoded = self.decoder.step(kind, &ty, &[block.body], &inside, &early, &mut found);
        let (mut meta, takes) = meta::read(&decoded.meta, self.image, self.decoder, self.sink);
        let is_out_of_sight = !takes && self.decoder.language == Language::LegacyJson;
        if is_out_of_sight {
            super::forgive(true, &mut found);
        }
        let foreign = std::mem::replace(&mut self.decoder.foreign, earlier);
        self.decoder.foreign.absorb(foreign, if is_out_of_sight { Severity::Warning } else { Severity::Error });
        self.sink.absorb(found);
        if let Some(argument) = decoded.meta.get("override") {
            let written = block.body.attribute("override").map(|attribute| &attribute.value);
            for (name, value) in meta::override_for(argument, written, self.source_name, self.sink) {
                meta.overridden = Some(argument.name);
                let own = written.and_then(|written| written.entry(self.source_name)?.entry(&name));
                let place = own.map_or(argument.span, |own| own.span);
                let replaced = self.decoder.replacement(kind, &ty.value, &name, value, place, self.sink);
                if let Some(replaced) = replaced {
                    decoded.body.arguments.insert(name, replaced);
                }
            }
        }
        let address = format!("{place}.{}", ty.value);
        let span = block.span;
        takes.then_some(Component { kind, ty, address, meta, body: decoded.body, described: decoded.described, span })
    }

    /// The members of a `post-processors` block.
    fn members<'d>(&mut self, block: &Expanded<'d>, chain: usize) -> Vec<(Expanded<'d>, String)> {
        let build = language::build();
        let Some(schema) = super::nested_schema(&build, "post-processors") else { return Vec::new() };
        let inside = block.scope(self.scope);
        let content = structure::content(block.body, schema, "a `post-processors` block", self.sink);
        let place = "a `post-processors` block";
        let expanded = expand::expand(&content.blocks, schema, place, &inside, &mut self.decoder.shaped_by, self.sink);
        let outer = &block.iterators;
        let with_outer = |mut member: Expanded<'d>| {
            let own = std::mem::take(&mut member.iterators);
            member.iterators = outer.iter().cloned().chain(own).collect();
            member
        };
        expanded
            .into_iter()
            .map(with_outer)
            .enumerate()
            .map(|(at, member)| (member, format!("post-processor[{chain}][{at}]")))
            .collect()
    }

    /// A chain, cut where `--except` names a member; members left out by `only` or `except` are skipped.
    fn chain(&mut self, members: Vec<(Expanded<'_>, String)>, selection: &Selection) -> Option<Vec<Component>> {
        let mut chain = Vec::new();
        let mut cut = false;
        for (block, place) in members {
            let Some(component) = self.component(Kind::PostProcessor, &place, &block) else { continue };
            let name = component.meta.name.as_ref().map_or(&component.ty.value, |name| &name.value);
            self.decoder.post_processors.insert(name.clone());
            cut |= selection.excepts_post_processor(name);
            if !cut {
                chain.push(component);
            }
        }
        (!chain.is_empty()).then_some(chain)
    }
}
