//! The target-neutral graph: what is made from what, in which order, and what may be given later.
//!
//! Comes in: a checked template. Goes out: a [`Graph`] whose invariants [`Graph::verify`] states and holds. It knows no
//! target; plugins become neutral nodes in `from/`, a file per component, and nowhere else.

pub mod command;
#[cfg(test)]
mod fixture;
mod from;
mod model;
mod parameters;
pub mod plan;
mod shell_words;
pub mod show;
mod texts;
mod verify;

use petgraph::Direction as EdgeDirection;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::diagnostic::Declaration;
use crate::resolve::value::ParameterId;

pub use from::{GraphOptions, build};
pub use model::*;
pub use parameters::PARAMETER_SHAPES_GRAPH;

/// Everything that this stage can report.
pub fn declarations() -> Vec<&'static Declaration> {
    vec![&PARAMETER_SHAPES_GRAPH]
}

/// A node of a [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    /// The place of the node in [`Graph::nodes`].
    pub fn number(self) -> usize {
        self.0 as usize
    }
}

/// How two nodes belong together; read it from the first to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Edge {
    /// A base image is what a machine starts from.
    BaseOf,
    /// One step runs, then the other.
    Then,
    /// A parameter is read by a node.
    Reads,
    /// The last step (or the machine) produces the image; an image produces a file.
    Produces,
    /// An image, or what was made from it, is published by a distribution.
    Publishes,
}

/// What is made from what.
///
/// Every image is one path: *base image → machine → steps … → image*, and from the image chains of distributions,
/// artifact files and host commands. Images share parameters and nothing else.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    inner: DiGraph<Node, Edge>,
    images: Vec<ImagePath>,
    parameters: Vec<NodeId>,
    data: Vec<DataSource>,
}

/// What the template looks up before anything is built. It is no node: only texts that stand for its result lead to it.
#[derive(Clone, Debug)]
pub struct DataSource {
    /// Its type: `amazon-ami`.
    pub ty: String,
    /// How texts name it: `amazon-ami.base`.
    pub name: String,
    /// What it asks for.
    pub facts: Vec<Fact>,
}

/// The nodes of one image, in order.
#[derive(Clone, Debug)]
pub struct ImagePath {
    /// What it starts from.
    pub base: NodeId,
    /// Where its steps run.
    pub machine: NodeId,
    /// In the order they run.
    pub steps: Vec<NodeId>,
    /// What runs when a step fails.
    pub error_cleanup: Option<NodeId>,
    /// The result.
    pub image: NodeId,
    /// What takes the result: each chain begins at the image, its members run in order.
    pub chains: Vec<Vec<NodeId>>,
}

impl ImagePath {
    /// Every node of it, each once.
    pub fn nodes(&self) -> Vec<NodeId> {
        let Self { base, machine, steps, error_cleanup, image, chains } = self;
        let mut all = vec![*base, *machine];
        all.extend(steps);
        all.extend(error_cleanup);
        all.push(*image);
        all.extend(chains.iter().flatten());
        all
    }
}

impl Graph {
    /// Without nodes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a node that belongs to no path yet.
    pub fn add(&mut self, node: Node) -> NodeId {
        let is_parameter = matches!(node.kind, NodeKind::Parameter(_));
        let index = self.inner.add_node(node);
        let id = NodeId(u32::try_from(index.index()).expect("internal error: more than 2^32 nodes"));
        if is_parameter {
            self.parameters.push(id);
        }
        id
    }

    /// Adds an edge.
    pub fn connect(&mut self, from: NodeId, edge: Edge, to: NodeId) {
        self.inner.add_edge(index(from), index(to), edge);
    }

    /// Adds an image's path with the edges between its nodes.
    pub fn add_image(&mut self, path: ImagePath) {
        for (from, edge, to) in path_edges(self, &path) {
            self.connect(from, edge, to);
        }
        self.images.push(path);
    }

    /// The node of that id.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.inner[index(id)]
    }

    /// All nodes with their ids, in the order they were added.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.inner.node_indices().map(|at| (id(at), &self.inner[at]))
    }

    /// All edges, in the order they were added.
    pub fn edges(&self) -> impl Iterator<Item = (NodeId, Edge, NodeId)> {
        self.inner.edge_references().map(|edge| (id(edge.source()), *edge.weight(), id(edge.target())))
    }

    /// Adds a data source.
    pub fn add_data_source(&mut self, data: DataSource) {
        self.data.push(data);
    }

    /// The data source that texts call so.
    pub fn data_source(&self, name: &str) -> Option<&DataSource> {
        self.data.iter().find(|data| data.name == name)
    }

    /// The images, in the template's order.
    pub fn images(&self) -> &[ImagePath] {
        &self.images
    }

    /// The image node of a path.
    pub fn image(&self, path: &ImagePath) -> &Image {
        let NodeKind::Image(image) = &self.node(path.image).kind else {
            panic!("internal error: the end of an image's path is no image")
        };
        image
    }

    /// The parameters, in declaration order.
    pub fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter_map(|&id| {
            let NodeKind::Parameter(parameter) = &self.node(id).kind else { return None };
            Some(parameter)
        })
    }

    /// The parameter of that id.
    pub fn parameter(&self, id: ParameterId) -> &Parameter {
        let NodeKind::Parameter(parameter) = &self.node(self.parameters[id.0 as usize]).kind else {
            panic!("internal error: the place of a parameter holds another node")
        };
        parameter
    }

    /// The parameters that a node reads.
    pub fn read_by(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.inner
            .edges_directed(index(node), EdgeDirection::Incoming)
            .filter(|edge| *edge.weight() == Edge::Reads)
            .map(|edge| id(edge.source()))
    }
}

/// The edges between the nodes of a path. What runs after a failure has none: it follows no step in particular.
fn path_edges(graph: &Graph, path: &ImagePath) -> Vec<(NodeId, Edge, NodeId)> {
    let ImagePath { base, machine, steps, error_cleanup: _, image, chains } = path;
    let mut edges = vec![(*base, Edge::BaseOf, *machine)];
    let mut last = *machine;
    for &step in steps {
        edges.push((last, Edge::Then, step));
        last = step;
    }
    edges.push((last, Edge::Produces, *image));
    for chain in chains {
        let mut last = *image;
        for &member in chain {
            let edge = match graph.node(member).kind {
                NodeKind::Distribution(_) => Edge::Publishes,
                NodeKind::ArtifactFile(_) => Edge::Produces,
                NodeKind::Parameter(_)
                | NodeKind::BaseImage(_)
                | NodeKind::Machine(_)
                | NodeKind::Upload(_)
                | NodeKind::Run(_)
                | NodeKind::Restart(_)
                | NodeKind::Configure(_)
                | NodeKind::HostCommand(_)
                | NodeKind::Wait(_)
                | NodeKind::Test(_)
                | NodeKind::Image(_)
                | NodeKind::Foreign(_) => Edge::Then,
            };
            edges.push((last, edge, member));
            last = member;
        }
    }
    edges
}

fn index(id: NodeId) -> NodeIndex {
    NodeIndex::new(id.0 as usize)
}

fn id(index: NodeIndex) -> NodeId {
    NodeId(u32::try_from(index.index()).expect("internal error: more than 2^32 nodes"))
}
