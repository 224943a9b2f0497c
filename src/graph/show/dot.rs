//! The graph in Graphviz' language.

use std::fmt::Write as _;

use super::json::edge_word;
use super::label::{label, name};
use crate::graph::{Edge, Graph, Node, NodeKind};

/// The graph as a DOT document.
pub fn dot(graph: &Graph) -> String {
    let mut out = String::from("digraph formwork {\n  rankdir=TB;\n  node [shape=box, fontname=\"sans-serif\"];\n");
    for (id, node) in graph.nodes() {
        let text = label(graph, node).iter().map(|line| escape(line)).collect::<Vec<_>>().join("\\n");
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  {} [label=\"{text}\"{}];", name(id), shape(node));
    }
    for (from, edge, to) in graph.edges() {
        let style = if edge == Edge::Reads { "style=dashed, " } else { "" };
        let _ = writeln!(out, "  {} -> {} [{style}label=\"{}\"];", name(from), name(to), edge_word(edge));
    }
    out.push_str("}\n");
    out
}

fn shape(node: &Node) -> &'static str {
    match &node.kind {
        NodeKind::Parameter(_) => ", shape=note",
        NodeKind::BaseImage(_) | NodeKind::Image(_) => ", shape=box3d",
        NodeKind::Distribution(_) | NodeKind::ArtifactFile(_) => ", shape=folder",
        NodeKind::Foreign(_) => ", style=dotted",
        NodeKind::Machine(_)
        | NodeKind::Upload(_)
        | NodeKind::Run(_)
        | NodeKind::Restart(_)
        | NodeKind::Configure(_)
        | NodeKind::HostCommand(_)
        | NodeKind::Wait(_)
        | NodeKind::Test(_) => "",
    }
}

/// Between quotes, DOT knows escapes such as `\N` and `\l`; a doubled backslash is one.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
