//! Templates built by hand, for tests.

use indexmap::IndexMap;

use super::{Graph, GraphOptions, Node, NodeKind, build};
use crate::diagnostic::Sink;
use crate::resolve::template::{
    Argument, Component, ComponentBody, GivenBy, ImagePlan, Meta, NestedBlock, ParameterState, Template, Variable,
};
use crate::resolve::value::{Hole, HoleKind, ParameterId, Text, Type, Value, ValueKind};
use crate::schema::Kind;
use crate::source::{FileOrigin, SourceMap, Span, Spanned};

/// A template with one image that grows.
pub(super) struct Fixture {
    pub(super) template: Template,
    pub(super) sources: SourceMap,
    file: crate::source::FileId,
    next: usize,
}

impl Fixture {
    pub(super) fn new() -> Self {
        let mut sources = SourceMap::new();
        let file = sources.add("main.pkr.hcl", "one line with room\n".repeat(400), FileOrigin::Disk);
        let template = Template {
            required_plugins: std::collections::BTreeMap::new(),
            variables: IndexMap::new(),
            locals: IndexMap::new(),
            data: Vec::new(),
            sources: Vec::new(),
            registries: Vec::new(),
            builds: Vec::new(),
            images: Vec::new(),
            shaped_by: std::collections::BTreeSet::new(),
            root: ".".to_owned(),
            unused: Vec::new(),
            declared_images: 1,
        };
        let mut fixture = Self { template, sources, file, next: 0 };
        fixture.image("docker", &[("image", Value::string("debian:12")), ("commit", Value::bool(true))]);
        fixture
    }

    /// A place of its own for everything that is written.
    pub(super) fn span(&mut self) -> Span {
        let at = self.next * 19;
        self.next += 1;
        Span::new(self.file, at, at + 8)
    }

    /// Another image; what follows belongs to it.
    pub(super) fn image(&mut self, ty: &str, arguments: &[(&str, Value)]) {
        let address = format!("source.{ty}.app");
        let source = self.component(Kind::Builder, ty, &address, arguments);
        let span = self.span();
        self.template.images.push(ImagePlan {
            name: format!("{ty}.app"),
            build_name: None,
            source_name: "app".to_owned(),
            source,
            provisioners: Vec::new(),
            error_cleanup: None,
            post_processors: Vec::new(),
            span,
        });
    }

    pub(super) fn last(&mut self) -> &mut ImagePlan {
        self.template.images.last_mut().expect("there is an image")
    }

    pub(super) fn provisioner(&mut self, ty: &str, arguments: &[(&str, Value)]) -> &mut Component {
        let address = format!("provisioner[{}].{ty}", self.last().provisioners.len());
        let component = self.component(Kind::Provisioner, ty, &address, arguments);
        let provisioners = &mut self.last().provisioners;
        provisioners.push(component);
        provisioners.last_mut().expect("just pushed")
    }

    pub(super) fn post_processor(&mut self, ty: &str, arguments: &[(&str, Value)]) -> &mut Component {
        let address = format!("post-processor[{}].{ty}", self.last().post_processors.len());
        let component = self.component(Kind::PostProcessor, ty, &address, arguments);
        let chains = &mut self.last().post_processors;
        chains.push(vec![component]);
        chains.last_mut().and_then(|chain| chain.last_mut()).expect("just pushed")
    }

    pub(super) fn component(&mut self, kind: Kind, ty: &str, address: &str, arguments: &[(&str, Value)]) -> Component {
        let span = self.span();
        Component {
            kind,
            ty: Spanned::new(ty.to_owned(), span),
            address: address.to_owned(),
            meta: Meta::default(),
            body: self.body(arguments),
            described: true,
            span,
        }
    }

    /// A name with a dot stands in a block: `build.path`.
    pub(super) fn body(&mut self, arguments: &[(&str, Value)]) -> ComponentBody {
        let mut body = ComponentBody::default();
        for (name, value) in arguments {
            let (name_span, span) = (self.span(), self.span());
            let argument = Argument { name: name_span, value: value.clone(), span };
            match name.split_once('.') {
                None => {
                    body.arguments.insert((*name).to_owned(), argument);
                }
                Some((block, inner)) => {
                    let blocks = body.blocks.entry(block.to_owned()).or_insert_with(|| {
                        let body = ComponentBody::default();
                        vec![NestedBlock { body, span: name_span }]
                    });
                    blocks[0].body.arguments.insert(inner.to_owned(), argument);
                }
            }
        }
        body
    }

    /// A variable that may stay open; gives its value in a text.
    pub(super) fn variable(&mut self, name: &str, default: Option<&str>, sensitive: bool) -> Value {
        let id = ParameterId(u32::try_from(self.template.variables.len()).expect("few variables"));
        let span = self.span();
        let default = default.map(Value::string);
        let hole = Hole {
            what: HoleKind::Parameter(id),
            known: default.as_ref().and_then(|value| value.as_str().map(Into::into)),
            sensitive,
            span,
        };
        let in_scope = Value::text(Text::hole(hole));
        let given_by = if default.is_some() { GivenBy::Default } else { GivenBy::Nobody };
        self.template.variables.insert(
            name.to_owned(),
            Variable {
                name: Spanned::new(name.to_owned(), span),
                ty: Type::String,
                description: None,
                sensitive,
                default: default.clone(),
                value: default,
                given_by,
                in_scope: in_scope.clone(),
                state: ParameterState::Candidate,
                validated: false,
                span,
            },
        );
        in_scope
    }

    pub(super) fn graph(&self) -> Graph {
        let (graph, sink) = self.graph_with(&GraphOptions::default());
        assert!(sink.is_empty(), "{:?}", sink.diagnostics());
        graph
    }

    pub(super) fn graph_with(&self, options: &GraphOptions) -> (Graph, Sink) {
        let mut sink = Sink::new();
        let graph = build(&self.template, &self.sources, options, &mut sink);
        graph.verify().expect("a graph keeps its promises");
        (graph, sink)
    }
}

/// A text of literal and other parts.
pub(super) fn joined(parts: &[&Value]) -> Value {
    let mut text = Text::new();
    for part in parts {
        text.push(part.as_text().expect("a text"));
    }
    Value::text(text)
}

/// A list of texts.
pub(super) fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::of(ValueKind::List(Type::String, items.into_iter().collect()))
}

/// A list of texts without holes.
pub(super) fn strings(items: &[&str]) -> Value {
    list(items.iter().map(|item| Value::string(*item)))
}

/// A map of texts.
pub(super) fn map(entries: &[(&str, Value)]) -> Value {
    let entries = entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Value::of(ValueKind::Map(Type::String, entries.collect()))
}

/// The steps of the last image.
pub(super) fn steps(graph: &Graph) -> Vec<&Node> {
    let path = graph.images().last().expect("an image");
    path.steps.iter().map(|&id| graph.node(id)).collect()
}

/// The first members of the chains of the last image.
pub(super) fn after(graph: &Graph) -> Vec<&Node> {
    let path = graph.images().last().expect("an image");
    path.chains.iter().map(|chain| graph.node(chain[0])).collect()
}

/// The only step, which is a run.
pub(super) fn run(graph: &Graph) -> &super::Run {
    let NodeKind::Run(run) = &steps(graph)[0].kind else { panic!("{:?}", steps(graph)[0]) };
    run
}

/// The names of a node's facts.
pub(super) fn facts(node: &Node) -> Vec<&str> {
    node.facts.iter().map(|fact| fact.name.as_str()).collect()
}

/// A text with its holes named.
pub(super) fn shown(text: &Text) -> String {
    text.pieces()
        .iter()
        .map(|piece| match piece {
            crate::resolve::value::Piece::Literal(literal) => literal.clone(),
            crate::resolve::value::Piece::Hole(hole) => match &hole.what {
                HoleKind::Parameter(id) => format!("<{}>", id.0),
                HoleKind::Field(name) => format!("{{{{.{name}}}}}"),
                HoleKind::Unknown(_) => "<?>".to_owned(),
            },
        })
        .collect()
}
