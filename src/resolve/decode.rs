//! The bodies of components: attributes converted to the types of their schema, strings rendered.
//!
//! Comes in: one or more bodies (a source and what its build adds) and the schema of the component. Goes out: a
//! [`ComponentBody`] and what Packer itself reads of it. A component that no schema describes is kept as written.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::LazyLock;

use indexmap::IndexMap;

use super::components::{self, Foreign, RequiredPlugins, Verdict};
use super::convert::{PathStep, convert};
use super::elsewhere::Elsewhere;
use super::engine::{self, Engine, Language};
use super::eval::{self, Scope};
use super::expand;
use super::structure;
use super::template::{Argument, ComponentBody, NestedBlock};
use super::value::{Marks, ParameterId, Text, Type, Value, ValueKind};
use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Severity, Sink};
use crate::schema::{self, AttributeType, Kind, Lookup, Render, Rest, Schemas, language};
use crate::source::{Span, Spanned};
use crate::syntax::{Body, Document, Expr, Item};

declare_diagnostic! {
    pub static WRONG_TYPE = {
        code: "wrong-type",
        severity: Error,
        since: "0.1.0",
        summary: "the value of an attribute has another type than the component takes",
    }
    pub static DUPLICATE_ARGUMENT_IN_BUILD = {
        code: "source-argument-repeated",
        severity: Error,
        since: "0.1.0",
        summary: "a build sets an attribute that its source sets already",
    }
}

/// What this file can report.
pub(super) const DECLARATIONS: &[&Declaration] = &[&DUPLICATE_ARGUMENT_IN_BUILD, &WRONG_TYPE];

/// Decodes components for one configuration; remembers the schemas it has put together.
pub(super) struct Decoder<'a> {
    /// What components there are.
    pub(super) schemas: &'a Schemas,
    /// Components of plugins that are not known, met so far.
    pub(super) foreign: Foreign,
    /// Packer never looks at what is being decoded: it is not made.
    pub(super) out_of_sight: bool,
    /// Parameters that decided how many blocks there are.
    pub(super) shaped_by: BTreeSet<ParameterId>,
    /// Which functions texts can call.
    pub(super) language: Language,
    /// What the template engine knows about the image being decoded: `build_name` and `build_type`.
    pub(super) image: Option<(String, String)>,
    /// Names of the post-processors that were met, which `--except` may mean.
    pub(super) post_processors: BTreeSet<String>,
    /// What `packer_version` says.
    packer_version: String,
    /// A component that no known or required plugin has is an error, as it is for Packer.
    strict: bool,
    /// The plugins that the template requires.
    required: RequiredPlugins,
    /// The components that the template names.
    used: BTreeSet<(Kind, String)>,
    bodies: IndexMap<(Kind, String), Rc<schema::Body>>,
    /// The component that is being decoded; nothing where it is a block of the language.
    current: Option<Rc<Current>>,
    /// The `clean_resource_name` of the component that is being decoded.
    clean_names: Option<schema::CleanNames>,
    /// Nothing describes the component that is being decoded.
    undescribed: bool,
}

/// A component whose bodies are decoded.
struct Current {
    kind: Kind,
    ty: String,
    schema: Rc<schema::Body>,
}

/// Arguments that are read before any source is looked at, and what they may refer to.
struct Early<'s> {
    names: &'s IndexMap<String, schema::Attribute>,
    scope: &'s Scope<'s>,
}

/// A decoded component.
#[derive(Debug)]
pub(super) struct Decoded {
    /// What the plugin reads.
    pub(super) body: ComponentBody,
    /// What Packer itself reads: `only`, `pause_before`, …, converted, not rendered.
    pub(super) meta: IndexMap<String, Argument>,
    /// Whether a schema describes it.
    pub(super) described: bool,
}

impl<'a> Decoder<'a> {
    /// A decoder that has seen nothing yet.
    pub(super) fn new(
        schemas: &'a Schemas,
        documents: &[Document],
        required: RequiredPlugins,
        packer_version: &str,
        strict: bool,
    ) -> Self {
        Self {
            schemas,
            foreign: Foreign::default(),
            out_of_sight: false,
            shaped_by: BTreeSet::new(),
            language: Language::Hcl2,
            image: None,
            post_processors: BTreeSet::new(),
            packer_version: packer_version.to_owned(),
            strict,
            required,
            used: components::named(documents),
            bodies: IndexMap::new(),
            current: None,
            clean_names: None,
            undescribed: false,
        }
    }

    /// Decodes the bodies of one component; later bodies add to earlier ones.
    pub(super) fn component(
        &mut self,
        kind: Kind,
        ty: &Spanned<String>,
        bodies: &[&Body],
        scope: &Scope<'_>,
        sink: &mut Sink,
    ) -> Decoded {
        self.step(kind, ty, bodies, scope, scope, sink)
    }

    /// The same for a step of a build: what Packer itself reads is evaluated in `early`, before any source is looked at.
    pub(super) fn step(
        &mut self,
        kind: Kind,
        ty: &Spanned<String>,
        bodies: &[&Body],
        scope: &Scope<'_>,
        early: &Scope<'_>,
        sink: &mut Sink,
    ) -> Decoded {
        let described = self.is_described(kind, ty, sink);
        let schema = self.body_schema(kind, &ty.value);
        self.look_at(kind, &ty.value, &schema);
        let place = format!("the {} `{}`", noun(kind), ty.value);
        let mut body = ComponentBody::default();
        let meta_names = &meta_schema(kind).attributes;
        for part in bodies {
            let early = Early { names: meta_names, scope: early };
            let read = self.body(part, &schema, &place, scope, Some(&early), sink);
            let ComponentBody { arguments, unfilled, blocks } = read;
            body.unfilled.extend(unfilled);
            for (name, argument) in arguments {
                match body.arguments.get(&name) {
                    Some(first) => sink.report(
                        DUPLICATE_ARGUMENT_IN_BUILD
                            .at(argument.name, format!("`{name}` is set by the source already"))
                            .label("a build can add attributes, not replace them")
                            .also(first.name, "set here")
                            .help("remove one of the two; what differs between images belongs in their builds only"),
                    ),
                    None => {
                        body.arguments.insert(name, argument);
                    }
                }
            }
            for (name, more) in blocks {
                body.blocks.entry(name).or_default().extend(more);
            }
        }
        let meta: IndexMap<String, Argument> = body
            .arguments
            .iter()
            .filter(|(name, _)| meta_names.contains_key(*name))
            .map(|(name, argument)| (name.clone(), argument.clone()))
            .collect();
        body.arguments.retain(|name, _| !meta_names.contains_key(name));
        Decoded { body, meta, described }
    }

    /// Converts and renders a value as the attribute of that name wants it, for `override`.
    pub(super) fn replacement(
        &mut self,
        kind: Kind,
        ty: &str,
        name: &str,
        value: Value,
        span: Span,
        sink: &mut Sink,
    ) -> Option<Argument> {
        let schema = self.body_schema(kind, ty);
        self.look_at(kind, ty, &schema);
        let place = format!("the {} `{ty}`", noun(kind));
        match schema.attributes.get(name) {
            Some(attribute) => {
                let written = Written { span, expr: None };
                self.argument(attribute, value, span, written, &place, sink)
            }
            None if schema.rest == Rest::Rejected => {
                let current = self.current.clone();
                let elsewhere = current.as_deref().map(|current| self.elsewhere(current));
                let (help, _) = structure::unknown_attribute_help(name, &schema, elsewhere.as_ref(), sink);
                sink.report(
                    structure::UNKNOWN_ATTRIBUTE
                        .at(span, format!("there is no attribute `{name}` in {place}"))
                        .label("set by this `override`")
                        .help(help),
                );
                None
            }
            None => Some(Argument { name: span, value, span }),
        }
    }

    /// Whether a type that is unknown is a mistake, and none of a plugin that nobody knows.
    pub(super) fn is_mistake(&self, kind: Kind, ty: &Spanned<String>) -> bool {
        matches!(components::judge(kind, ty, self.schemas, &self.required), Verdict::Fault(_))
    }

    fn is_described(&mut self, kind: Kind, ty: &Spanned<String>, sink: &mut Sink) -> bool {
        match self.schemas.component(kind, &ty.value) {
            Lookup::Described(_) => true,
            Lookup::Named(_) => false,
            Lookup::Unknown => {
                match components::judge(kind, ty, self.schemas, &self.required) {
                    Verdict::Fault(diagnostic) => sink.report(diagnostic),
                    Verdict::Foreign(plugin, is_required) => {
                        // Packer finds no plugin for it; with values given one asks whether Packer would build.
                        let is_error = self.strict && !is_required && !self.out_of_sight;
                        let severity = if is_error { Severity::Error } else { Severity::Warning };
                        self.foreign.add(plugin, is_required, kind, ty, severity);
                    }
                }
                false
            }
        }
    }

    /// Where names of a component can belong besides.
    fn elsewhere<'e>(&'e self, current: &'e Current) -> Elsewhere<'e> {
        let Current { kind, ty, schema } = current;
        Elsewhere { schemas: self.schemas, kind: *kind, ty, whole: schema, used: &self.used }
    }

    /// Notes which component is decoded, and what rendering its texts depends on.
    fn look_at(&mut self, kind: Kind, ty: &str, schema: &Rc<schema::Body>) {
        self.current = Some(Rc::new(Current { kind, ty: ty.to_owned(), schema: Rc::clone(schema) }));
        (self.clean_names, self.undescribed) = match self.schemas.component(kind, ty) {
            Lookup::Described(component) => (component.clean_names, false),
            Lookup::Named(_) | Lookup::Unknown => (None, true),
        };
    }

    /// The component's attributes and blocks with those that every component of its kind has.
    fn body_schema(&mut self, kind: Kind, ty: &str) -> Rc<schema::Body> {
        let key = (kind, ty.to_owned());
        if let Some(body) = self.bodies.get(&key) {
            return Rc::clone(body);
        }
        let meta = meta_schema(kind);
        let mut body = match self.schemas.component(kind, ty) {
            Lookup::Described(component) => {
                let mut body = component.body.clone();
                body.dynamic = meta.dynamic;
                body.attributes.extend(language::injected());
                body
            }
            Lookup::Named(_) | Lookup::Unknown => {
                schema::Body { rest: Rest::Component(kind), dynamic: meta.dynamic, ..schema::Body::default() }
            }
        };
        body.attributes.extend(meta.attributes.clone());
        let body = Rc::new(body);
        self.bodies.insert(key, Rc::clone(&body));
        body
    }

    /// Decodes a block of the language itself: only what its schema names.
    pub(super) fn own_block(
        &mut self,
        body: &Body,
        schema: &schema::Body,
        place: &str,
        scope: &Scope<'_>,
        sink: &mut Sink,
    ) -> ComponentBody {
        let mut known = body.clone();
        known.items.retain(|item| match item {
            Item::Attribute(attribute) => schema.attributes.contains_key(&attribute.name.value),
            Item::Block(block) => schema.blocks.contains_key(&block.kind.value),
            Item::Error(_) => true,
        });
        self.current = None;
        self.body(&known, schema, place, scope, None, sink)
    }

    fn body(
        &mut self,
        body: &Body,
        schema: &schema::Body,
        place: &str,
        scope: &Scope<'_>,
        early: Option<&Early<'_>>,
        sink: &mut Sink,
    ) -> ComponentBody {
        let current = self.current.clone();
        let elsewhere = current.as_deref().map(|current| self.elsewhere(current));
        let content = structure::content_of(body, schema, place, elsewhere.as_ref(), sink);
        let mut arguments = IndexMap::new();
        let mut unfilled = BTreeSet::new();
        for (name, attribute) in content.attributes {
            let scope = early.filter(|early| early.names.contains_key(name)).map_or(scope, |early| early.scope);
            let value = eval::evaluate(&attribute.value, scope, sink);
            let (name_span, span) = (attribute.name.span, attribute.value.span);
            let written = Written { span, expr: Some(&attribute.value) };
            let argument = match schema.attributes.get(name) {
                Some(found) => self.argument(found, value, name_span, written, place, sink),
                None if value.is_null() => None,
                None => {
                    let value = self.render(value, &Render::default(), written, sink);
                    Some(Argument { name: name_span, value, span })
                }
            };
            match argument {
                Some(argument) => {
                    arguments.insert(name.to_owned(), argument);
                }
                None if eval::references(&attribute.value).is_empty() => {}
                None => {
                    unfilled.insert(name.to_owned());
                }
            }
        }
        let mut blocks: IndexMap<String, Vec<NestedBlock>> = IndexMap::new();
        let expanded = expand::expand(&content.blocks, schema, place, scope, &mut self.shaped_by, sink);
        for block in expanded {
            let unknown = schema::Body { rest: schema.rest, dynamic: schema.dynamic, ..schema::Body::default() };
            let inner = schema.blocks.get(block.kind).map_or(&unknown, |found| &found.body);
            let inside = block.scope(scope);
            let place = format!("`{}` of {place}", block.kind);
            let body = self.body(block.body, inner, &place, &inside, None, sink);
            blocks.entry(block.kind.to_owned()).or_default().push(NestedBlock { body, span: block.span });
        }
        ComponentBody { arguments, unfilled, blocks }
    }

    /// Nothing where the value is `null`, which counts as not written.
    fn argument(
        &mut self,
        attribute: &schema::Attribute,
        value: Value,
        name: Span,
        written: Written<'_>,
        place: &str,
        sink: &mut Sink,
    ) -> Option<Argument> {
        if value.is_null() {
            // That it counts as not written is a decision of whatever made it null.
            self.shaped_by.extend(Marks::computed_from([&value]).shaped_by);
            return None;
        }
        let (given, span) = (value.ty(), written.span);
        let wanted = match self.language {
            Language::LegacyJson if attribute.any_in_legacy => Type::Dynamic,
            Language::LegacyJson | Language::Hcl2 => Type::from(&attribute.ty),
        };
        let value = match convert(&value, &wanted, span) {
            Ok(value) => value,
            Err(error) => {
                let wanted = wanted.phrase();
                // The error's own words tell more only where something inside of the value is wrong.
                let why = if error.path.is_empty() { format!("not {}", given.phrase()) } else { error.to_string() };
                let inside = error.path.iter().fold(written, |written, step| match step {
                    PathStep::Index(index) => written.item(*index),
                    PathStep::Attribute(name) => written.entry(name),
                });
                let label = if inside.span == span {
                    format!("this is {}", given.phrase())
                } else {
                    "has another type".to_owned()
                };
                sink.report(
                    WRONG_TYPE
                        .at(inside.span, format!("`{}` of {place} has to be {wanted}, {why}", attribute.name))
                        .label(label)
                        .help(type_help(attribute, &given)),
                );
                Value::error()
            }
        };
        let mut value = self.render(value, &attribute.render, written, sink);
        value.marks.sensitive |= attribute.sensitive;
        Some(Argument { name, value, span })
    }

    /// The key of a map or an object, which is rendered like a value; nothing of it may be left open.
    fn render_key(&self, key: String, render: &Render, written: Written<'_>, sink: &mut Sink) -> String {
        if !key.contains("{{") {
            return key;
        }
        let rendered = self.render(Value::string(key.clone()), render, written, sink);
        rendered.as_str().map_or(key, std::borrow::Cow::into_owned)
    }

    /// Renders every text in a value as the schema says.
    fn render(&self, value: Value, render: &Render, written: Written<'_>, sink: &mut Sink) -> Value {
        let (times, fields) = match render {
            Render::Never => return value,
            Render::Template { times, fields, build_data } => {
                let mut fields: Vec<&str> = fields.iter().map(String::as_str).collect();
                if *build_data {
                    fields.extend(language::BUILD_VALUES);
                }
                (*times, fields)
            }
        };
        let Value { kind, mut marks } = value;
        let again = |value: Value, written: Written<'_>, sink: &mut Sink| self.render(value, render, written, sink);
        let items = |items: Vec<Value>, sink: &mut Sink| -> Vec<Value> {
            items.into_iter().enumerate().map(|(at, item)| again(item, written.item(at), sink)).collect()
        };
        let kind = match kind {
            ValueKind::String(text) => {
                ValueKind::String(self.render_text(text, times, &fields, &mut marks, written.span, sink))
            }
            ValueKind::List(ty, all) => ValueKind::List(ty, items(all, sink)),
            // A set has another order than what is written.
            ValueKind::Set(ty, all) => {
                ValueKind::Set(ty, all.into_iter().map(|item| again(item, written, sink)).collect())
            }
            ValueKind::Tuple(all) => ValueKind::Tuple(items(all, sink)),
            ValueKind::Map(ty, entries) => {
                let entries = entries.into_iter().map(|(name, item)| {
                    let item = again(item, written.entry(&name), sink);
                    (self.render_key(name, render, written, sink), item)
                });
                ValueKind::Map(ty, entries.collect())
            }
            ValueKind::Object(entries) => {
                let entries = entries.into_iter().map(|(name, item)| {
                    let item = again(item, written.entry(&name), sink);
                    (self.render_key(name, render, written, sink), item)
                });
                ValueKind::Object(entries.collect())
            }
            kind @ (ValueKind::Null(_) | ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::Unknown(_)) => kind,
        };
        Value { kind, marks }
    }

    fn render_text(
        &self,
        text: Text,
        times: u8,
        fields: &[&str],
        marks: &mut Marks,
        span: Span,
        sink: &mut Sink,
    ) -> Text {
        let (build_name, build_type) = match &self.image {
            Some((name, ty)) => (Some(name.as_str()), Some(ty.as_str())),
            None => (None, None),
        };
        let mut text = text;
        for time in 1..=times {
            // The fields exist in the last rendering only; before it they stay as they are written.
            let fields = if time == times { fields } else { &[] };
            let packer_version = Some(self.packer_version.as_str());
            let (clean_names, any_field) = (self.clean_names, self.undescribed && time == times);
            let engine = Engine {
                build_name,
                build_type,
                packer_version,
                fields,
                any_field,
                any_function: self.undescribed,
                clean_names,
                ..Engine::new(self.language)
            };
            let rendered = engine::render(&text, span, &engine, sink);
            marks.shaped_by.extend(rendered.shaped_by);
            marks.sensitive |= rendered.sensitive;
            text = rendered.text;
        }
        text
    }
}

/// Where a value is written, and as what: so that a fault in an element is told at the element.
#[derive(Clone, Copy)]
struct Written<'e> {
    span: Span,
    /// Nothing where it is not written out.
    expr: Option<&'e Expr>,
}

impl<'e> Written<'e> {
    fn item(self, index: usize) -> Self {
        self.inside(self.expr.and_then(|expr| expr.item(index)))
    }

    fn entry(self, key: &str) -> Self {
        self.inside(self.expr.and_then(|expr| expr.entry(key)))
    }

    fn inside(self, expr: Option<&'e Expr>) -> Self {
        Self { span: expr.map_or(self.span, |expr| expr.span), expr }
    }
}

/// What Packer itself reads in the bodies of a kind of component.
pub(super) fn meta_schema(kind: Kind) -> &'static schema::Body {
    static PROVISIONER: LazyLock<schema::Body> = LazyLock::new(language::provisioner);
    static POST_PROCESSOR: LazyLock<schema::Body> = LazyLock::new(language::post_processor);
    static BUILDER: LazyLock<schema::Body> =
        LazyLock::new(|| schema::Body { dynamic: true, ..schema::Body::default() });
    static DATA_SOURCE: LazyLock<schema::Body> = LazyLock::new(schema::Body::default);
    match kind {
        Kind::Provisioner => &PROVISIONER,
        Kind::PostProcessor => &POST_PROCESSOR,
        Kind::Builder => &BUILDER,
        Kind::DataSource => &DATA_SOURCE,
    }
}

/// What templates call a kind of component.
pub(super) fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Builder => "source type",
        Kind::Provisioner => "provisioner",
        Kind::PostProcessor => "post-processor",
        Kind::DataSource => "data source",
    }
}

fn type_help(attribute: &schema::Attribute, given: &Type) -> String {
    let name = &attribute.name;
    match (&attribute.ty, given) {
        (AttributeType::List(_) | AttributeType::Set(_), Type::String | Type::Number | Type::Bool) => {
            format!("put it into a list: `{name} = [ … ]`")
        }
        (AttributeType::Map(_), _) => format!("write `{name} = {{ key = \"value\" }}`"),
        (AttributeType::String, Type::List(_) | Type::Tuple(_) | Type::Set(_)) => {
            format!("give one text: `{name} = \"…\"`, or `join(\" \", …)`")
        }
        (AttributeType::Number, _) => format!("write a number: `{name} = 1`"),
        (AttributeType::Bool, _) => format!("write `{name} = true` or `{name} = false`"),
        (
            AttributeType::String
            | AttributeType::Any
            | AttributeType::List(_)
            | AttributeType::Set(_)
            | AttributeType::Object(_),
            _,
        ) => format!("give `{name}` a value of type `{}`", attribute.ty),
    }
}

impl From<&AttributeType> for Type {
    fn from(ty: &AttributeType) -> Self {
        let boxed = |ty: &AttributeType| Box::new(Type::from(ty));
        match ty {
            AttributeType::String => Type::String,
            AttributeType::Number => Type::Number,
            AttributeType::Bool => Type::Bool,
            AttributeType::Any => Type::Dynamic,
            AttributeType::List(element) => Type::List(boxed(element)),
            AttributeType::Set(element) => Type::Set(boxed(element)),
            AttributeType::Map(element) => Type::Map(boxed(element)),
            AttributeType::Object(members) => {
                Type::Object(members.iter().map(|(name, ty)| (name.clone(), Type::from(ty))).collect())
            }
        }
    }
}
