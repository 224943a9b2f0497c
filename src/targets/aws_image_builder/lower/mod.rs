//! Takes one image's path apart and says it as Image Builder's resources.
//!
//! Every struct of the graph is taken apart completely here and in the modules beside it; what cannot be said ends in
//! the [`Report`]. An image is lowered into a copy of the project, which takes the project's place if nothing is refused.

mod archive;
mod code;
mod configure;
mod container;
mod content;
mod download;
mod host;
mod publish;
mod shell;
mod source;
mod text;
mod upload;
mod windows;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use self::container::PLACEHOLDERS;
use self::host::When;
pub(super) use self::source::BUILD_DATE;
use super::budget::LONGEST_DOCUMENT;
use super::document::{Action, Document, Parameter, Phase, PhaseKind, Step};
use super::model::{Component, ComponentUse, Data, HostScript, Platform, Project, Value};
use super::names::{self, Wish};
use super::parameters::Parameters;
use super::{budget, document};
use crate::graph::{
    BaseImage, Configure, Foreign, Graph, Image, ImagePath, Machine, Node, NodeId, NodeKind, Shell, Start, StepOptions,
    Test,
};
use crate::targets::Context;
use crate::targets::fidelity::Report;

/// One image while it is lowered.
pub(super) struct Lowering<'a> {
    pub(super) context: Context<'a>,
    pub(super) graph: &'a Graph,
    pub(super) path: &'a ImagePath,
    pub(super) image: &'a Image,
    /// Its short name.
    pub(super) name: &'a str,
    pub(super) report: Report<'a>,
    pub(super) parameters: &'a Parameters,
    /// What is made so far, this image's resources among it.
    pub(super) project: Project,
    /// The components to be, in order.
    pub(super) drafts: Vec<Draft>,
    /// Numbers that scripts have in their names so far.
    script_numbers: BTreeSet<u32>,
    /// What the machine runs.
    pub(super) platform: Platform,
    /// As whom scripts run.
    pub(super) user: String,
    /// Secrets that steps fetch: values that hold their ARNs.
    pub(super) secrets: Vec<Value>,
    /// Tags of the build instance, which the AMI gets as well.
    pub(super) run_tags: BTreeMap<String, Value>,
    /// Scripts for the host that builds, by when they run: `before`, `after`.
    pub(super) host_scripts: BTreeMap<&'static str, Vec<String>>,
    /// A step fetches something of the bucket.
    pub(super) fetches: bool,
    /// Where steps put files for whoever builds: `BUCKET/PREFIX/`.
    pub(super) uploads_to: Option<String>,
    /// What is known of the container that the steps run in, where it is one.
    pub(super) container: Option<container::Container>,
    /// Nearly everything becomes an asset, because the document would be too long.
    squeezed: bool,
}

/// A component before it has its name.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// What it would like to be called.
    pub(super) wish: Wish,
    /// The steps of the template that it does, by their names; those are given last.
    pub(super) steps: Vec<String>,
    /// Steps on the build instance.
    pub(super) build: Vec<Step>,
    /// Steps that check it, before the image is taken.
    pub(super) validate: Vec<Step>,
    /// Values of the document's parameters, by name.
    pub(super) parameters: BTreeMap<String, (String, Value)>,
}

impl Draft {
    /// Puts the steps of another draft behind its own, each under the name of its component.
    pub(super) fn append(&mut self, other: Draft, own: &str, name: &str) {
        let Draft { wish: _, steps: names, build, validate, parameters } = other;
        let add = |steps: &mut Vec<Step>, more: Vec<Step>| {
            // Once is enough: what was packed before has it.
            if self.steps.len() == 1 {
                steps.iter_mut().for_each(|step| step.name = format!("{own}-{}", step.name));
            }
            let packed = names.len() > 1;
            steps.extend(more.into_iter().map(|step| Step {
                name: if packed { step.name.clone() } else { format!("{name}-{}", step.name) },
                ..step
            }));
        };
        add(&mut self.build, build);
        add(&mut self.validate, validate);
        self.steps.extend(names);
        self.parameters.extend(parameters);
    }
}

impl<'a> Lowering<'a> {
    /// Lowers an image; without a project if something in it is refused.
    pub(super) fn lower(
        graph: &'a Graph,
        path: &'a ImagePath,
        name: &'a str,
        parameters: &'a Parameters,
        project: &Project,
        context: Context<'a>,
    ) -> (Option<Project>, Report<'a>) {
        let image = graph.image(path);
        let mut lowering = Self {
            context,
            graph,
            path,
            image,
            name,
            report: Report::new(super::TARGET.name, &image.name, context),
            parameters,
            project: project.clone(),
            drafts: Vec::new(),
            script_numbers: BTreeSet::new(),
            platform: Platform::Linux,
            user: "root".to_owned(),
            secrets: Vec::new(),
            run_tags: BTreeMap::new(),
            host_scripts: BTreeMap::new(),
            fetches: false,
            uploads_to: None,
            container: None,
            squeezed: false,
        };
        lowering.image();
        let Self { report, project, .. } = lowering;
        ((!report.is_refused()).then_some(project), report)
    }

    fn image(&mut self) {
        let path = self.path;
        for id in self.path.nodes() {
            self.report.node(self.graph.node(id));
        }
        let machine = self.graph.node(path.machine);
        let NodeKind::Machine(Machine { platform: _, user: _, windows, fix_upload_owner: _ }) = &machine.kind else {
            return;
        };
        if *windows || (self.image.platform != "docker" && self.is_windows()) {
            self.platform = Platform::Windows;
        }
        let node = self.graph.node(path.base);
        let NodeKind::BaseImage(BaseImage { start, platform: _, pull: _ }) = &node.kind else { return };
        match start {
            Start::Platform(builder) if builder == "amazon-ebs" => {}
            Start::Platform(builder) | Start::Nothing(builder) => {
                let why = format!("a `{builder}` source makes no image that Image Builder could make");
                self.report.impossible(node, "", node.origin, &why, None);
                return;
            }
            Start::Container(_) | Start::Dockerfile { .. } => container::read(self, node, machine),
        }
        let source = self.container.is_none().then(|| source::read(self, node, machine));
        let remote = |id: &NodeId| !matches!(self.graph.node(*id).kind, NodeKind::HostCommand(_) | NodeKind::Wait(_));
        let (first, last) = (path.steps.iter().position(remote), path.steps.iter().rposition(remote));
        for (at, &step) in path.steps.iter().enumerate() {
            let said = self.length();
            let when = match (first, last) {
                (Some(first), _) if at < first => Some(When::Before),
                (_, Some(last)) if at < last => None,
                (Some(_), Some(_)) => Some(When::After),
                (None, _) | (_, None) => Some(When::Before),
            };
            self.step(step, when);
            if self.length() == said {
                self.report.left_out(self.graph.node(step));
            }
        }
        for &id in path.chains.iter().flatten() {
            let node = self.graph.node(id);
            let host = matches!(node.kind, NodeKind::HostCommand(_));
            if !host || self.report.decided(self.graph, node, &|_| false) {
                publish::publish(self, node);
            }
        }
        if let Some(cleanup) = path.error_cleanup {
            let node = self.graph.node(cleanup);
            self.report.exact(node, "", node.origin, "what a failed build leaves is thrown away");
            self.report.answered_all(node);
        }
        self.report.refuse_unanswered(self.graph, &self.path.nodes());
        if self.drafts.is_empty() {
            self.nothing();
        }
        let components = self.components(node);
        let Some(source) = source.or_else(|| container::finish(self, node, machine)) else { return };
        source::resources(self, source, components);
        if self.report.is_refused() {
            return;
        }
        for why in super::verify::verify(&self.project, &self.image.name) {
            self.report.impossible(node, "", node.origin, &why, None);
        }
        for (when, steps) in std::mem::take(&mut self.host_scripts) {
            let file = format!("{}.{when}.sh", self.name);
            let text = host::script(&self.project.header, &steps);
            self.project.scripts.push(HostScript {
                image: self.image.name.clone(),
                file,
                text,
                before: when == "before",
            });
        }
    }

    /// Whether the steps are for Windows, where nothing else says it.
    fn is_windows(&self) -> bool {
        let steps = || self.path.steps.iter().map(|&id| &self.graph.node(id).kind);
        let shell = |wanted: Shell| steps().any(|kind| matches!(kind, NodeKind::Run(run) if run.shell == wanted));
        let restarts = steps().any(|kind| matches!(kind, NodeKind::Restart(_)));
        restarts || shell(Shell::Cmd) || (shell(Shell::PowerShell) && !shell(Shell::Posix))
    }

    /// How much is said so far, to see whether a step says anything.
    fn length(&self) -> usize {
        self.drafts.len() + self.host_scripts.values().map(Vec::len).sum::<usize>()
    }

    /// What an option is set to for this image.
    pub(super) fn option(&self, option: &str) -> Option<&'a str> {
        let names = [self.image.name.as_str(), self.name];
        self.context.options.get(super::TARGET.name, &names, option)
    }

    /// How an option is set, for a help.
    pub(super) fn setting(&self, option: &str, value: &str) -> String {
        let scope = if self.graph.images().len() > 1 { format!("/{}", self.name) } else { String::new() };
        format!("`--set {}{scope}.{option}={value}`", super::TARGET.name)
    }

    /// Lowers a step; a document of it that is too long is made anew with everything in assets.
    fn step(&mut self, id: NodeId, when: Option<When>) {
        let (drafts, numbers) = (self.drafts.len(), self.script_numbers.clone());
        self.one_step(id, when);
        let long = self.drafts[drafts..].iter().any(|draft| self.document(draft, "").0.len() > LONGEST_DOCUMENT);
        if long {
            self.drafts.truncate(drafts);
            self.script_numbers = numbers;
            self.squeezed = true;
            self.one_step(id, when);
            self.squeezed = false;
        }
    }

    fn one_step(&mut self, id: NodeId, when: Option<When>) {
        let node = self.graph.node(id);
        let understood = matches!(
            node.kind,
            NodeKind::Run(_)
                | NodeKind::Upload(_)
                | NodeKind::Restart(_)
                | NodeKind::HostCommand(_)
                | NodeKind::Wait(_)
        );
        // The password is nobody's: every step runs as the same user.
        if understood && !self.report.decided(self.graph, node, &|name| name == "elevated_password") {
            return;
        }
        match &node.kind {
            NodeKind::Run(it) => shell::run(self, node, it),
            NodeKind::Upload(it) => upload::upload(self, node, it),
            NodeKind::HostCommand(it) => match when {
                Some(when) => host::command(self, node, it, when),
                None => {
                    let why = "it runs on the host between steps of the machine, and no host is part of such a build";
                    self.report.refused(node, "", node.origin, why, None);
                }
            },
            NodeKind::Wait(pause) => {
                self.wait(code::seconds(pause.value));
                for fact in &node.facts {
                    self.report.near(node, &fact.name, fact.span, "the wait itself is all that is done");
                }
            }
            NodeKind::Restart(_) if self.container.is_some() => {
                self.report.refused(node, "", node.origin, container::NO_MACHINE, None);
            }
            NodeKind::Restart(it) => windows::restart(self, node, it),
            NodeKind::Foreign(Foreign { component, role: _, options, plugin: _ }) if component == "windows-update" => {
                if self.container.is_some() {
                    self.report.refused(node, "", node.origin, container::NO_MACHINE, None);
                } else {
                    windows::update(self, node, options);
                }
            }
            NodeKind::Foreign(Foreign { component, role: _, options: _, plugin: _ }) if component == "breakpoint" => {
                self.report.near(node, "", node.origin, "nobody is there whom it could ask");
            }
            NodeKind::Configure(Configure { options, tool, plan }) => {
                let tool = configure::Tool { options, name: tool, plan: plan.as_ref(), tests: false };
                configure::configure(self, id, node, &tool);
            }
            NodeKind::Test(Test { options, tool, plan }) => {
                let tool = configure::Tool { options, name: tool, plan: plan.as_ref(), tests: true };
                configure::configure(self, id, node, &tool);
            }
            NodeKind::Foreign(Foreign { component, role: _, options: _, plugin: _ }) => {
                let known =
                    matches!(component.as_str(), "shell" | "file" | "shell-local" | "powershell" | "windows-shell");
                let why = if known {
                    format!("what this `{component}` does is not known while compiling")
                } else {
                    format!("nothing is known of `{component}`")
                };
                self.report.refused(node, "", node.origin, &why, None);
            }
            NodeKind::Parameter(_)
            | NodeKind::BaseImage(_)
            | NodeKind::Machine(_)
            | NodeKind::Image(_)
            | NodeKind::Distribution(_)
            | NodeKind::ArtifactFile(_) => {
                self.report.impossible(node, "", node.origin, "it is no step of a build", None);
            }
        }
    }

    /// A number for the name of a script, where Packer takes a random one: made from what the step does, so that a step
    /// more or less changes no other.
    pub(super) fn script_number(&mut self, wish: &Wish) -> u32 {
        let Wish { name, prefix: _, path, whole: _, content } = wish;
        let seed =
            format!("{}\n{}\n{content}", name.as_deref().unwrap_or_default(), path.as_deref().unwrap_or_default());
        let first = u32::from_str_radix(&names::hash(&seed), 16).unwrap_or_default() % MOST_SCRIPTS;
        let free = (0..MOST_SCRIPTS).map(|more| (first + more) % MOST_SCRIPTS);
        let number = free.into_iter().find(|number| self.script_numbers.insert(*number)).unwrap_or_default();
        number + 1
    }

    /// A step's draft of that name.
    pub(super) fn draft(&mut self, options: &StepOptions, wish: Wish) -> Draft {
        let wish = Wish { name: options.name.clone(), ..wish };
        Draft { wish, ..Draft::default() }
    }

    /// A component that does nothing: a recipe wants one.
    fn nothing(&mut self) {
        let wish = Wish { name: Some("nothing".to_owned()), ..Wish::default() };
        let mut draft = Draft { wish, ..Draft::default() };
        let action = if self.platform == Platform::Windows {
            Action::ExecutePowerShell("exit 0\n".to_owned())
        } else {
            Action::ExecuteBash("exit 0\n".to_owned())
        };
        draft.build.push(Step::new("nothing", action));
        self.drafts.push(draft);
    }

    fn wait(&mut self, seconds: u64) {
        let wish = Wish { prefix: "sleep-", content: seconds.to_string(), ..Wish::default() };
        let mut draft = self.draft(&StepOptions::default(), wish);
        if self.platform == Platform::Windows {
            windows::wait(self, &mut draft, seconds);
        } else {
            let mut code = code::Code::default();
            code.push(format!("sleep {seconds}"));
            shell::push_step(self, &mut draft, code, "wait");
        }
        self.drafts.push(draft);
    }

    /// The most bytes of a file that stands in a document.
    pub(super) fn inline_file(&self) -> usize {
        if self.squeezed { 200 } else { 4_000 }
    }

    /// The most bytes of a script that stands in a document.
    pub(super) fn inline_script(&self) -> usize {
        if self.squeezed { 500 } else { 40_000 }
    }

    /// Puts bytes among the assets; gives where a document finds them.
    pub(super) fn asset(&mut self, draft: &mut Draft, bytes: Vec<u8>) -> String {
        self.fetches = true;
        let bucket = budget::bucket(&mut self.project, &self.context);
        let id = budget::asset(&mut self.project, bytes);
        let about = "the bucket of the assets".to_owned();
        draft.parameters.insert(super::parameters::ASSET_BUCKET.to_owned(), (about, bucket));
        let key = &self.project.asset(id).key;
        format!("s3://{}/{key}", document::reference(super::parameters::ASSET_BUCKET))
    }

    /// Makes components of the drafts; gives how the recipe uses them.
    fn components(&mut self, node: &Node) -> Vec<ComponentUse> {
        let drafts = std::mem::take(&mut self.drafts);
        let wishes: Vec<Wish> = drafts.iter().map(|draft| draft.wish.clone()).collect();
        let mut named: Vec<(String, Draft)> = names::steps(&wishes).into_iter().zip(drafts).collect();
        for (name, draft) in &mut named {
            draft.steps.push(name.clone());
        }
        let packed = budget::pack(named, |draft| self.document(draft, "").0.chars().count());
        let out: Vec<ComponentUse> =
            packed.into_iter().map(|(step, draft)| self.component(node, draft, &step)).collect();
        let texts = out.iter().map(|it| self.project.component(it.component).text.as_str());
        let how = budget::line(texts, out.len());
        self.report.exact(node, "", node.origin, &how);
        out
    }

    /// The document of a draft and its text.
    fn document(&self, draft: &Draft, description: &str) -> (String, Document) {
        let Draft { wish: _, steps: _, build, validate, parameters } = draft;
        let phase = |kind, steps: &[Step]| (!steps.is_empty()).then(|| Phase { kind, steps: steps.to_vec() });
        let phases = [phase(PhaseKind::Build, build), phase(PhaseKind::Validate, validate)];
        let about = |(name, (description, _)): (&String, &(String, Value))| Parameter {
            name: name.clone(),
            description: description.clone(),
        };
        let document = Document {
            description: description.to_owned(),
            parameters: parameters.iter().map(about).collect(),
            phases: phases.into_iter().flatten().collect(),
        };
        (document.to_yaml(&self.project.header), document)
    }

    fn component(&mut self, node: &Node, draft: Draft, step: &str) -> ComponentUse {
        let description = format!("{} of {}", draft.steps.join(", "), self.image.name);
        let (text, document) = self.document(&draft, &description);
        if text.len() > LONGEST_DOCUMENT {
            let why = format!(
                "{} would be a document of {} bytes, and {} is the most",
                draft.steps.join(", "),
                budget::thousands(text.len()),
                budget::thousands(LONGEST_DOCUMENT)
            );
            self.report.impossible(node, "", node.origin, &why, None);
        }
        let Draft { wish: _, steps: _, build: _, validate: _, parameters } = draft;
        self.project.components.push(Component {
            image: self.image.name.clone(),
            name: names::resource(&[&self.project.name, self.name, step]),
            version: String::new(),
            description,
            platform: self.platform,
            text,
            document,
            file: format!("components/{}-{step}.yaml", self.name),
            data: Data::Inline,
        });
        ComponentUse {
            component: super::model::ComponentId(self.project.components.len() - 1),
            parameters: parameters.into_iter().map(|(name, (_, value))| (name, value)).collect(),
        }
    }
}

/// Numbers that Packer chooses from.
const MOST_SCRIPTS: u32 = 9_999;
