//! The graph as a Mermaid flowchart.

use std::fmt::Write as _;

use super::json::edge_word;
use super::label::{label, name};
use crate::graph::{Edge, Graph, Node, NodeKind};

/// The graph as a Mermaid document.
pub fn mermaid(graph: &Graph) -> String {
    let mut out = String::from("flowchart TD\n");
    for (id, node) in graph.nodes() {
        let (open, close) = shape(node);
        let text = label(graph, node).iter().map(|line| escape(line)).collect::<Vec<_>>().join("<br/>");
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  {}{open}\"{text}\"{close}", name(id));
    }
    for (from, edge, to) in graph.edges() {
        let arrow = if edge == Edge::Reads { "-.->" } else { "-->" };
        let _ = writeln!(out, "  {} {arrow}|{}| {}", name(from), edge_word(edge), name(to));
    }
    out
}

fn shape(node: &Node) -> (&'static str, &'static str) {
    match &node.kind {
        NodeKind::Parameter(_) => ("([", "])"),
        NodeKind::BaseImage(_) | NodeKind::Image(_) => ("[[", "]]"),
        NodeKind::Distribution(_) | NodeKind::ArtifactFile(_) => ("[/", "/]"),
        NodeKind::Foreign(_) => ("{{", "}}"),
        NodeKind::Machine(_)
        | NodeKind::Upload(_)
        | NodeKind::Run(_)
        | NodeKind::Restart(_)
        | NodeKind::Configure(_)
        | NodeKind::HostCommand(_)
        | NodeKind::Wait(_)
        | NodeKind::Test(_) => ("[", "]"),
    }
}

/// Everything but letters, digits and plain punctuation becomes a character reference: labels are read as Markdown and
/// HTML.
fn escape(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            c if c.is_alphanumeric() => c.to_string(),
            ' ' | '.' | ',' | '/' | ':' | '=' | '+' | '·' | '→' | '⇠' | '…' | '‹' | '›' => c.to_string(),
            c => format!("#{};", u32::from(c)),
        })
        .collect()
}
