//! What every graph promises, checked.
//!
//! 1. Parameters are the first nodes, one for each id, in order.
//! 2. Every other node stands in exactly one place of exactly one image's path, and has a kind that belongs there.
//! 3. Between two nodes of a path that follow each other there is the edge that says how; a parameter has an edge to
//!    each node in whose texts it stands; there is no other edge, and no cycle.
//! 4. What says "never empty" is not empty.
//! 5. Only open parameters have holes, except fixed ones without a value; every hole of a parameter has its node.
//! 6. No sensitive hole, and no sensitive parameter, carries a value; no sensitive value is known.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::is_cyclic_directed;

use super::{
    ArtifactFile, Configure, Distribution, Edge, Graph, HostCommand, NodeId, NodeKind, Parameter, Role, Run, Script,
    Test, Upload, texts,
};
use crate::resolve::value::{HoleKind, Text, Value, ValueKind};

impl Graph {
    /// Whether the graph keeps its promises; what it breaks is our own fault.
    pub fn verify(&self) -> Result<(), String> {
        self.verify_parameters()?;
        let mut expected = self.verify_paths()?;
        self.verify_nodes(&mut expected)?;
        for (from, edge, to) in self.edges() {
            if !expected.remove(&(from, edge, to)) {
                return Err(format!("an edge from {} to {} that nothing asks for", self.called(from), self.called(to)));
            }
        }
        if let Some((from, _, to)) = expected.first() {
            return Err(format!("there is no edge from {} to {}", self.called(*from), self.called(*to)));
        }
        if is_cyclic_directed(&self.inner) {
            return Err("the edges go in a circle".to_owned());
        }
        Ok(())
    }

    fn called(&self, id: NodeId) -> String {
        format!("`{}` (node {})", self.node(id).construct, id.0)
    }

    fn verify_parameters(&self) -> Result<(), String> {
        for (at, (id, node)) in (0_u32..).zip(self.nodes()) {
            let NodeKind::Parameter(parameter) = &node.kind else {
                if (at as usize) < self.parameters.len() {
                    return Err(format!("{} stands before a parameter", self.called(id)));
                }
                break;
            };
            if parameter.id.0 != at {
                return Err(format!("{} is not at its place among the parameters", self.called(id)));
            }
            if parameter.sensitive && parameter.default.is_some() {
                return Err(format!("{} is sensitive and shows a default", self.called(id)));
            }
        }
        Ok(())
    }

    /// The edges that the paths ask for.
    fn verify_paths(&self) -> Result<BTreeSet<(NodeId, Edge, NodeId)>, String> {
        let mut places: BTreeMap<NodeId, usize> = BTreeMap::new();
        let mut edges = BTreeSet::new();
        let mut place = |id: NodeId, fits: bool| {
            *places.entry(id).or_default() += 1;
            if fits { Ok(()) } else { Err(format!("{} stands where it does not belong", self.called(id))) }
        };
        for path in self.images() {
            place(path.base, matches!(self.node(path.base).kind, NodeKind::BaseImage(_)))?;
            place(path.machine, matches!(self.node(path.machine).kind, NodeKind::Machine(_)))?;
            place(path.image, matches!(self.node(path.image).kind, NodeKind::Image(_)))?;
            for &step in &path.steps {
                place(step, is_step(&self.node(step).kind, Role::Step))?;
            }
            if let Some(step) = path.error_cleanup {
                place(step, is_step(&self.node(step).kind, Role::ErrorCleanup))?;
            }
            for chain in &path.chains {
                if chain.is_empty() {
                    return Err(format!("an empty chain behind {}", self.called(path.image)));
                }
                for &member in chain {
                    place(member, comes_after_image(&self.node(member).kind))?;
                }
            }
            edges.extend(super::path_edges(self, path));
        }
        for (id, node) in self.nodes() {
            let expected = usize::from(!matches!(node.kind, NodeKind::Parameter(_)));
            if places.get(&id).copied().unwrap_or_default() != expected {
                return Err(format!("{} does not stand in exactly one place", self.called(id)));
            }
        }
        Ok(edges)
    }

    fn verify_nodes(&self, edges: &mut BTreeSet<(NodeId, Edge, NodeId)>) -> Result<(), String> {
        let parameters: Vec<&Parameter> = self.parameters().collect();
        for (id, node) in self.nodes() {
            if is_empty(&node.kind) {
                return Err(format!("{} has nothing to do", self.called(id)));
            }
            if node.facts.iter().any(|fact| shows_secret(&fact.value)) {
                return Err(format!("{} has a fact that shows something sensitive", self.called(id)));
            }
            let mut fault = None;
            texts::visit(&mut node.clone(), &mut |text| match verify_text(text, &parameters) {
                Ok(()) => edges.extend(text.parameters().map(|it| (self.parameters[it.0 as usize], Edge::Reads, id))),
                Err(what) => fault = fault.take().or(Some(what)),
            });
            if let Some(what) = fault {
                return Err(format!("{} has a text with {what}", self.called(id)));
            }
        }
        Ok(())
    }
}

fn verify_text(text: &Text, parameters: &[&Parameter]) -> Result<(), &'static str> {
    for hole in text.holes() {
        if hole.sensitive && hole.known.is_some() {
            return Err("a sensitive hole that shows its value");
        }
        let HoleKind::Parameter(id) = hole.what else { continue };
        let Some(parameter) = parameters.get(id.0 as usize) else {
            return Err("a hole of a parameter that is not there");
        };
        if parameter.sensitive && !hole.sensitive {
            return Err("a hole that does not know that its parameter is sensitive");
        }
        if !parameter.open && hole.known.is_some() {
            return Err("a hole of a fixed parameter whose value is known");
        }
    }
    Ok(())
}

fn shows_secret(value: &Value) -> bool {
    let shows = match &value.kind {
        ValueKind::String(text) => text.pieces().iter().any(|piece| match piece {
            crate::resolve::value::Piece::Literal(_) => true,
            crate::resolve::value::Piece::Hole(hole) => !hole.sensitive,
        }),
        ValueKind::Unknown(_) => false,
        ValueKind::Null(_)
        | ValueKind::Bool(_)
        | ValueKind::Number(_)
        | ValueKind::List(..)
        | ValueKind::Set(..)
        | ValueKind::Map(..)
        | ValueKind::Object(_)
        | ValueKind::Tuple(_) => true,
    };
    value.marks.sensitive && shows || value.children().any(shows_secret)
}

fn is_step(kind: &NodeKind, expected: Role) -> bool {
    match kind {
        NodeKind::Foreign(foreign) => foreign.role == expected,
        NodeKind::Upload(_)
        | NodeKind::Run(_)
        | NodeKind::Restart(_)
        | NodeKind::Configure(_)
        | NodeKind::HostCommand(_)
        | NodeKind::Wait(_)
        | NodeKind::Test(_) => true,
        NodeKind::Parameter(_)
        | NodeKind::BaseImage(_)
        | NodeKind::Machine(_)
        | NodeKind::Image(_)
        | NodeKind::Distribution(_)
        | NodeKind::ArtifactFile(_) => false,
    }
}

fn comes_after_image(kind: &NodeKind) -> bool {
    match kind {
        NodeKind::Foreign(foreign) => foreign.role == Role::AfterImage,
        NodeKind::HostCommand(_) | NodeKind::Distribution(_) | NodeKind::ArtifactFile(_) => true,
        NodeKind::Parameter(_)
        | NodeKind::BaseImage(_)
        | NodeKind::Machine(_)
        | NodeKind::Upload(_)
        | NodeKind::Run(_)
        | NodeKind::Restart(_)
        | NodeKind::Configure(_)
        | NodeKind::Wait(_)
        | NodeKind::Test(_)
        | NodeKind::Image(_) => false,
    }
}

/// Whether something is empty that says it never is.
fn is_empty(kind: &NodeKind) -> bool {
    let no_scripts = |scripts: &[Script]| {
        scripts.is_empty()
            || scripts.iter().any(|script| matches!(script, Script::Inline { lines, .. } if lines.is_empty()))
    };
    match kind {
        NodeKind::Upload(Upload { sources, .. }) => sources.is_empty(),
        NodeKind::Run(Run { scripts, exit_codes, .. })
        | NodeKind::HostCommand(HostCommand { scripts, exit_codes, .. }) => {
            no_scripts(scripts) || exit_codes.is_empty()
        }
        NodeKind::ArtifactFile(ArtifactFile::Replace(files)) => files.is_empty(),
        NodeKind::Configure(Configure { plan, .. }) | NodeKind::Test(Test { plan, .. }) => {
            plan.as_ref().is_some_and(super::plan::Plan::is_empty)
        }
        NodeKind::Distribution(Distribution::Tag { .. } | Distribution::Push | Distribution::Import { .. })
        | NodeKind::ArtifactFile(_)
        | NodeKind::Parameter(_)
        | NodeKind::BaseImage(_)
        | NodeKind::Machine(_)
        | NodeKind::Restart(_)
        | NodeKind::Wait(_)
        | NodeKind::Image(_)
        | NodeKind::Foreign(_) => false,
    }
}
