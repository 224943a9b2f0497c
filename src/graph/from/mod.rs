//! From a template to the graph: the only place that knows plugins, a file per component.
//!
//! Comes in: a checked [`Template`]. Goes out: a [`Graph`] that [`Graph::verify`] accepts. Each component's body is taken
//! apart completely: what has a neutral meaning goes into the node, the rest stays on the node as facts, so nothing is
//! lost before lowering. Whether a target can say it is not asked here.

mod artifacts;
mod configure;
mod docker;
mod docker_post;
mod duration;
mod file;
mod foreign;
mod platform;
mod scripts;
mod shell;
mod shell_local;
mod sleep;
mod taker;
#[cfg(test)]
mod tests;
mod windows;

use super::command::{self, EnvironmentForm};
use super::parameters::{self, Decisions};
use super::{EnvironmentValue, Graph, Image, ImagePath, Node, NodeId, NodeKind, Role, Run, texts};
use crate::diagnostic::Sink;
use crate::graph::Edge;
use crate::resolve::template::{Component, ImagePlan, Template};
use crate::resolve::value::Text;
use crate::source::SourceMap;
pub(in crate::graph) use duration::write as write_duration;
use taker::Taker;
pub(in crate::graph) use taker::Uses;

/// What a user decides about the graph.
#[derive(Clone, Debug, Default)]
pub struct GraphOptions {
    /// `--param`: names of variables (`*` and `?` match) that stay open.
    pub param: Vec<String>,
    /// `--freeze`: names of variables (`*` and `?` match) whose value is written out. Wins over `param`.
    pub freeze: Vec<String>,
}

/// Builds the graph of all images of a template.
///
/// Cannot fail; a `--param` that cannot be obeyed is reported, and the variable is fixed.
pub fn build(template: &Template, sources: &SourceMap, options: &GraphOptions, sink: &mut Sink) -> Graph {
    let mut uses = Uses::default();
    let mut drafts: Vec<Draft> = template.images.iter().map(|plan| draft(template, plan, &mut uses)).collect();
    let decisions = parameters::decide(template, sources, options, &uses, &mut drafts, sink);
    let mut graph = assemble(drafts, &decisions);
    for data in &template.data {
        graph.add_data_source(taker::data_source(template, data));
    }
    if cfg!(debug_assertions)
        && let Err(violation) = graph.verify()
    {
        panic!("internal error: the graph breaks its own rules: {violation}");
    }
    graph
}

/// One image's nodes before they have ids.
#[derive(Debug)]
pub(in crate::graph) struct Draft {
    base: Node,
    machine: Node,
    steps: Vec<Node>,
    error_cleanup: Option<Node>,
    image: Node,
    chains: Vec<Vec<Node>>,
}

impl Draft {
    /// Every node, in the order in which they get their ids.
    pub(in crate::graph) fn nodes_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        let Self { base, machine, steps, error_cleanup, image, chains } = self;
        [base, machine].into_iter().chain(steps).chain(error_cleanup).chain([image]).chain(chains.iter_mut().flatten())
    }
}

fn draft(template: &Template, plan: &ImagePlan, uses: &mut Uses) -> Draft {
    let ImagePlan { name, build_name, source_name, source, provisioners, error_cleanup, post_processors, span: _ } =
        plan;
    let mut start = |image: Image| {
        let taker = Taker::new(source, template, uses);
        match source.ty.value.as_str() {
            "docker" => docker::builder(taker, image),
            _ => platform::builder(taker, image),
        }
    };
    let (base, machine, image) = start(Image {
        name: name.clone(),
        build: build_name.clone(),
        platform: source.ty.value.clone(),
        source: source_name.clone(),
        keep: super::Keep::Platform,
        settings: Vec::new(),
        author: None,
        message: None,
    });
    let around = configure::Around { build: source_name, builder: &source.ty.value };
    let mut component = |it: &Component, role: Role| node(Taker::new(it, template, uses), role, around);
    Draft {
        base,
        machine,
        steps: provisioners.iter().map(|it| component(it, Role::Step)).collect(),
        error_cleanup: error_cleanup.as_ref().map(|it| component(it, Role::ErrorCleanup)),
        image,
        chains: post_processors
            .iter()
            .map(|chain| chain.iter().map(|it| component(it, Role::AfterImage)).collect::<Vec<_>>())
            .filter(|chain| !chain.is_empty())
            .collect(),
    }
}

/// A provisioner's or post-processor's node.
fn node(taker: Taker<'_>, role: Role, around: configure::Around<'_>) -> Node {
    let component = taker.component;
    match role {
        Role::Step | Role::ErrorCleanup => match component.ty.value.as_str() {
            "shell" => shell::shell(taker, role),
            "powershell" => windows::powershell(taker, role),
            "windows-shell" => windows::windows_shell(taker, role),
            "windows-restart" => windows::windows_restart(taker),
            "shell-local" => shell_local::provisioner(taker, role),
            "file" => file::file(taker, role),
            "sleep" => sleep::sleep(taker, role),
            "ansible" | "ansible-local" | "chef-solo" | "chef-client" | "puppet-masterless" | "puppet-server"
            | "salt-masterless" => configure::configure(taker, around),
            "goss" | "inspec" => configure::test(taker, around),
            _ => foreign::foreign(taker, role),
        },
        Role::AfterImage => match component.ty.value.as_str() {
            "docker-tag" => docker_post::tag(taker),
            "docker-push" => docker_post::push(taker),
            "docker-import" => docker_post::import(taker),
            "docker-save" => docker_post::save(taker),
            "shell-local" => shell_local::post_processor(taker),
            "manifest" => artifacts::manifest(taker),
            "checksum" => artifacts::checksum(taker),
            "compress" => artifacts::compress(taker),
            "artifice" => artifacts::artifice(taker),
            _ => foreign::foreign(taker, role),
        },
    }
}

fn assemble(drafts: Vec<Draft>, decisions: &Decisions) -> Graph {
    let mut graph = Graph::new();
    let parameters: Vec<NodeId> = decisions.parameters.iter().map(|node| graph.add(node.clone())).collect();
    for draft in drafts {
        let Draft { base, machine, steps, error_cleanup, image, chains } = draft;
        let mut add = |node: Node| add(&mut graph, node, decisions, &parameters);
        let path = ImagePath {
            base: add(base),
            machine: add(machine),
            steps: steps.into_iter().map(&mut add).collect(),
            error_cleanup: error_cleanup.map(&mut add),
            image: add(image),
            chains: chains.into_iter().map(|chain| chain.into_iter().map(&mut add).collect()).collect(),
        };
        graph.add_image(path);
    }
    graph
}

/// Adds a node with the values of fixed parameters written out, and an edge from each parameter that it still reads.
fn add(graph: &mut Graph, mut node: Node, decisions: &Decisions, parameters: &[NodeId]) -> NodeId {
    let mut reads = std::collections::BTreeSet::new();
    texts::visit(&mut node, &mut |text: &mut Text| {
        *text = text.map_holes(|hole| decisions.fill(hole));
        reads.extend(text.parameters());
    });
    if let NodeKind::Run(run) = &mut node.kind {
        // Only now is it known which parts of the command stay open.
        run.invocation = command::understand(&run.command.value, environment_form(run));
    }
    let id = graph.add(node);
    for parameter in reads {
        graph.connect(parameters[parameter.0 as usize], Edge::Reads, id);
    }
    id
}

fn environment_form(run: &Run) -> EnvironmentForm {
    let plain = |text: &Text| {
        text.as_literal().is_some_and(|text| {
            text.chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | ',' | '@' | '%' | '+'))
        })
    };
    EnvironmentForm {
        usual: run.environment_format.is_none(),
        plain: run.environment.iter().all(|EnvironmentValue { name, value, span: _ }| plain(name) && plain(value)),
    }
}
