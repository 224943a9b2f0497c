//! Takes one image's path apart and says it as a Dockerfile.
//!
//! Every struct of the graph is taken apart completely here and in the modules beside it; what cannot be said ends in
//! the [`Report`].

use std::collections::{BTreeMap, BTreeSet};

use super::model::{BakeTarget, Command, Dockerfile, Instruction, Stage, Template, TemplatePart};
use super::parameters::{Code, Content, Parameters};
use super::{configure, container, download, host, publish, run, settings, upload};
use crate::graph::{
    BaseImage, Configure, Foreign, Graph, Image, ImagePath, Keep, Node, NodeId, NodeKind, Restart, Start, StepOptions,
    Test,
};
use crate::resolve::value::{HoleKind, ParameterId, Piece, Text};
use crate::source::{Span, Spanned};
use crate::targets::changes::{self, BASE_CONFIG, BaseConfig};
use crate::targets::docker_run;
use crate::targets::fidelity::Report;
use crate::targets::text::paths;
use crate::targets::text::unknown;
use crate::targets::{Context, OutContent};

/// An image, lowered.
#[derive(Debug, Default)]
pub(super) struct Lowered {
    /// Its Dockerfile.
    pub(super) dockerfile: Dockerfile,
    /// What its ignore file lets through: paths from the context's root.
    pub(super) needed: BTreeSet<String>,
    /// Host steps before the build.
    pub(super) before: Vec<String>,
    /// Host steps after it.
    pub(super) after: Vec<String>,
    /// What bake builds; the first is the image.
    pub(super) targets: Vec<BakeTarget>,
    /// Parameters that are passed on.
    pub(super) used: BTreeSet<ParameterId>,
    /// With `context=copy`: what the context holds, by its path in it.
    pub(super) copied: BTreeMap<String, OutContent>,
}

/// As whom something runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// The base image's user, which nobody told us.
    Unknown,
    /// This one; empty is root.
    Known(String),
}

impl Who {
    pub(super) fn is_root(&self) -> bool {
        matches!(self, Self::Known(user) if matches!(docker_run::user_name(user), "" | "0" | "root"))
    }
}

/// One image while it is lowered.
pub(super) struct Lowering<'a> {
    pub(super) context: Context<'a>,
    pub(super) graph: &'a Graph,
    pub(super) path: &'a ImagePath,
    pub(super) image: &'a Image,
    /// Its short name.
    pub(super) name: &'a str,
    /// Parameters that have to be fixed, and why; then everything is lowered anew.
    pub(super) to_fix: BTreeMap<ParameterId, String>,
    pub(super) report: Report<'a>,
    pub(super) parameters: &'a Parameters,
    pub(super) base_config: Option<BaseConfig>,
    /// Stages that are done, in order.
    pub(super) stages: Vec<Stage>,
    /// The stage that becomes the image: its base and what it says so far.
    pub(super) main: Vec<Instruction>,
    pub(super) main_base: String,
    /// Files that are uploaded under another name, from `scratch`.
    pub(super) uploads: Vec<Instruction>,
    pub(super) upload_count: usize,
    /// Texts that become files or scripts before they are used.
    pub(super) contents: Vec<Instruction>,
    pub(super) content_count: usize,
    pub(super) contents_declared: BTreeSet<ParameterId>,
    pub(super) declared: BTreeSet<ParameterId>,
    pub(super) script_count: usize,
    /// The container's user, and the one that `USER` says at this point.
    pub(super) container_user: Who,
    pub(super) current_user: Who,
    /// A step before made sure that the base's user is root, or stopped the build.
    pub(super) root_for_sure: bool,
    /// Scripts run as this user.
    pub(super) exec_user: Option<String>,
    /// Uploads are given to the container's user.
    pub(super) fix_upload_owner: bool,
    /// Flags that each `RUN` of a step has.
    pub(super) run_flags: Vec<String>,
    /// The entry point of the running container, which `ENTRYPOINT []` brings into the image.
    pub(super) run_entrypoint: String,
    /// Folders that are certainly there.
    pub(super) known_folders: BTreeSet<String>,
    pub(super) downloads: Vec<Instruction>,
    /// The file on the host that took the image's place in a chain.
    pub(super) artifact: Option<String>,
    pub(super) out: Lowered,
}

impl<'a> Lowering<'a> {
    /// Lowers an image; nothing if something in it is refused. The error is what has to be fixed first, and why.
    pub(super) fn lower(
        graph: &'a Graph,
        path: &'a ImagePath,
        name: &'a str,
        parameters: &'a Parameters,
        context: Context<'a>,
    ) -> Result<(Option<Lowered>, Report<'a>), BTreeMap<ParameterId, String>> {
        let image = graph.image(path);
        let mut lowering = Self {
            context,
            graph,
            path,
            image,
            name,
            to_fix: BTreeMap::new(),
            report: Report::new(super::TARGET.name, &image.name, context),
            parameters,
            base_config: None,
            stages: Vec::new(),
            main: Vec::new(),
            main_base: String::new(),
            uploads: Vec::new(),
            upload_count: 0,
            contents: Vec::new(),
            content_count: 0,
            contents_declared: BTreeSet::new(),
            declared: BTreeSet::new(),
            script_count: 0,
            container_user: Who::Unknown,
            current_user: Who::Unknown,
            root_for_sure: false,
            exec_user: None,
            fix_upload_owner: false,
            run_flags: Vec::new(),
            run_entrypoint: "/bin/sh".to_owned(),
            known_folders: upload::standard_folders(),
            downloads: Vec::new(),
            artifact: None,
            out: Lowered::default(),
        };
        lowering.image();
        let Self { report, out, to_fix, .. } = lowering;
        if !to_fix.is_empty() {
            return Err(to_fix);
        }
        let made = !report.is_refused();
        Ok((made.then_some(out), report))
    }

    fn image(&mut self) {
        let path = self.path;
        for id in self.path.nodes() {
            self.report.node(self.graph.node(id));
        }
        self.out.targets.push(BakeTarget { name: self.name.to_owned(), ..BakeTarget::default() });
        self.base(path.base);
        container::machine(self, path.machine);
        let last = path
            .steps
            .iter()
            .rposition(|&step| !matches!(self.graph.node(step).kind, NodeKind::HostCommand(_) | NodeKind::Wait(_)));
        for (index, &step) in path.steps.iter().enumerate() {
            let said = self.length();
            self.step(step, last.is_some_and(|last| index < last));
            if self.length() == said {
                self.report.left_out(self.graph.node(step));
            }
        }
        if let Some(cleanup) = path.error_cleanup {
            let node = self.graph.node(cleanup);
            self.report.exact(node, "", node.origin, "a step that fails leaves nothing to clean up: no layer is kept");
            self.report.answered_all(node);
        }
        self.result(path.image);
        publish::publish(self);
        self.report.refuse_unanswered(self.graph, &self.path.nodes());
        self.finish();
    }

    /// How much is said so far, to see whether a step says anything.
    fn length(&self) -> usize {
        let texts = self.out.before.len() + self.out.after.len() + self.downloads.len();
        self.stages.len() + self.main.len() + self.uploads.len() + self.contents.len() + texts
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

    fn base(&mut self, id: NodeId) {
        let node = self.graph.node(id);
        let NodeKind::BaseImage(BaseImage { start, platform, pull }) = &node.kind else { return };
        self.base_config = BaseConfig::read(self.context.files, self.option(BASE_CONFIG), node, &mut self.report);
        let given = self.option("base");
        let base = match (start, given) {
            (Start::Container(reference), None) => self.reference(node, "image", reference),
            (Start::Dockerfile { path, context, arguments, pull }, None) => {
                self.bootstrap(node, path, context.as_ref(), arguments, pull.as_ref())
            }
            (Start::Platform(platform) | Start::Nothing(platform), None) => {
                let why = format!("a `{platform}` source has no container image to start from");
                let help = format!("name one with {}", self.setting("base", "IMAGE"));
                self.report.impossible(node, "", node.origin, &why, Some(help));
                None
            }
            (start, Some(given)) => {
                let how = format!("built on {given}, as `dockerfile.base` says");
                if matches!(start, Start::Container(_) | Start::Dockerfile { .. }) {
                    self.report.near(node, "image", node.origin, &how);
                } else {
                    for written in node.written.iter().chain(&self.graph.node(self.path.machine).written) {
                        let how = format!("a setting of another platform; {how}");
                        self.report.near(node, &written.name, written.span, &how);
                    }
                }
                Some(given.to_owned())
            }
        };
        self.main_base = base.unwrap_or_default();
        if let Some(platform) = platform
            && let Some(known) = self.known(node, "platform", platform.span, &platform.value)
        {
            self.out.targets[0].platforms = vec![known];
        }
        // Packer fetches the base anew unless told otherwise.
        let container = matches!(start, Start::Container(_)) || given.is_some();
        self.out.targets[0].pull = container && pull.as_ref().is_none_or(|pull| pull.value);
        container::base_facts(self, node);
    }

    /// The reference behind `FROM`, with its parameters declared before the first stage.
    fn reference(&mut self, node: &Node, name: &str, reference: &Spanned<Text>) -> Option<String> {
        let parts = self.parts(node, name, reference.span, &reference.value, &|_| None)?;
        let mut out = String::new();
        for part in parts {
            match part {
                Content::Text(text) => {
                    if text.contains(|c: char| c.is_whitespace() || "$\"'\\".contains(c)) {
                        let why = format!("`{text}` cannot stand in an image's reference");
                        self.report.impossible(node, name, reference.span, &why, None);
                        return None;
                    }
                    out.push_str(&text);
                }
                Content::Parameter(id) => {
                    let parameter = self.parameters.get(id);
                    if parameter.secret {
                        self.sensitive(node, name, reference.span, id, "the name of an image");
                        return None;
                    }
                    let argument = parameter.argument.clone();
                    // BuildKit's checks want a reference that is valid by itself.
                    let default = parameter.default.clone().unwrap_or_else(|| format!("{argument}-is-not-set"));
                    if !default.chars().all(|c| c.is_ascii_alphanumeric() || "._-/:@".contains(c)) {
                        self.freeze(node, name, reference.span, id, "its default cannot stand in an image's reference");
                        return None;
                    }
                    self.out.used.insert(id);
                    let line = format!("{argument}={default}");
                    if !self.out.dockerfile.arguments.contains(&line) {
                        self.out.dockerfile.arguments.push(line);
                    }
                    out.push_str("${");
                    out.push_str(&argument);
                    out.push('}');
                }
            }
        }
        Some(out)
    }

    /// A base that a Dockerfile makes first: a target of its own, given to ours as a named context.
    fn bootstrap(
        &mut self,
        node: &Node,
        path: &Spanned<Text>,
        context: Option<&Spanned<Text>>,
        arguments: &[(String, Text, Span)],
        pull: Option<&Spanned<bool>>,
    ) -> Option<String> {
        let file = self.known(node, "build.path", path.span, &path.value)?;
        let folder = match context {
            Some(context) => self.known(node, "build.build_dir", context.span, &context.value)?,
            None => ".".to_owned(),
        };
        let mut given = Vec::new();
        for (name, value, span) in arguments {
            given.push((name.clone(), self.known(node, "build.arguments", *span, value)?));
        }
        let name = format!("{}-base", self.name);
        let (folder, file) = (paths::lexical(&folder), paths::lexical(&file));
        self.out.targets.push(BakeTarget {
            name: name.clone(),
            description: format!("what {} starts from", self.image.name),
            dockerfile: super::relative(&file, &folder),
            context: folder,
            arguments: given,
            pull: pull.is_none_or(|pull| pull.value),
            ..BakeTarget::default()
        });
        self.out.targets[0].contexts.push((name.to_lowercase(), format!("target:{name}")));
        Some(name.to_lowercase())
    }

    fn step(&mut self, id: NodeId, before_last: bool) {
        let node = self.graph.node(id);
        let understood =
            matches!(node.kind, NodeKind::Upload(_) | NodeKind::Run(_) | NodeKind::HostCommand(_) | NodeKind::Wait(_));
        if understood && !self.report.decided(self.graph, node, &|_| false) {
            return;
        }
        match &node.kind {
            NodeKind::Upload(it) => upload::upload(self, node, it),
            NodeKind::Run(it) => run::run(self, node, it),
            NodeKind::HostCommand(it) => host::step(self, node, it, before_last),
            NodeKind::Wait(pause) => {
                self.report.near(node, "", pause.span, "nothing runs in a build that could be waited for");
            }
            NodeKind::Restart(Restart { options: _ }) => {
                let why = "a build has no machine that could start anew";
                self.report.refused(node, "", node.origin, why, None);
            }
            NodeKind::Configure(Configure { options, tool, plan }) | NodeKind::Test(Test { options, tool, plan }) => {
                configure::configure(self, node, options, tool, plan.as_ref());
            }
            NodeKind::Foreign(Foreign { component, role: _, options: _, plugin: _ }) => {
                let why = foreign(component);
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

    /// Says what is to be said of the options that every step has; retries and failures are the step's own.
    pub(super) fn step_options(&mut self, node: &Node, options: &StepOptions) {
        let StepOptions { name: _, pause_before, timeout, retries: _, continue_on_error: _ } = options;
        if let Some(pause) = pause_before {
            self.report.near(node, "pause_before", pause.span, "no pause: nothing runs between the steps of a build");
        }
        if let Some(timeout) = timeout {
            let how = "no limit: a step of a build may take as long as it likes";
            self.report.near(node, "timeout", timeout.span, how);
        }
    }

    fn result(&mut self, id: NodeId) {
        let node = self.graph.node(id);
        let Image { name: _, build: _, platform: _, source: _, keep, settings, author, message } = self.image;
        self.restore_user(node, settings);
        settings::settings(self, node, "changes", settings);
        for (name, text) in [("author", author), ("message", message)] {
            if let Some(text) = text {
                let how = "a Dockerfile cannot set it; the image has none";
                self.report.near(node, name, text.span, how);
            }
        }
        match keep {
            Keep::Image | Keep::Platform => {}
            Keep::Archive(path) => {
                if let Some(path) = self.known(node, "export_path", path.span, &path.value) {
                    self.output("tar", Some(path));
                }
            }
            Keep::Nothing => self.output("cacheonly", None),
        }
        container::image_facts(self, node);
    }

    pub(super) fn output(&mut self, kind: &str, dest: Option<String>) {
        let mut fields = vec![("type".to_owned(), kind.to_owned())];
        fields.extend(dest.map(|dest| ("dest".to_owned(), dest)));
        self.out.targets[0].output.push(fields);
    }

    /// Gives the container's user back after steps that ran as another one.
    fn restore_user(&mut self, node: &Node, settings: &[Spanned<Text>]) {
        if self.current_user == self.container_user {
            return;
        }
        if settings.iter().any(|setting| changes::sets_user(&setting.value)) {
            return;
        }
        match self.container_user.clone() {
            Who::Known(user) => self.as_user(&user),
            Who::Unknown => {
                let why = "the user of the base image has to stand at the end again, and is not known";
                let machine = self.graph.node(self.path.machine);
                let help = format!("give {}", self.setting(BASE_CONFIG, "FILE"));
                self.report.impossible(machine, "exec_user", node.origin, why, Some(help));
            }
        }
    }

    /// `USER`, if it is another one than now.
    pub(super) fn as_user(&mut self, user: &str) {
        let user = if user.is_empty() { "root" } else { user };
        let wanted = Who::Known(user.to_owned());
        if self.current_user == wanted || (wanted.is_root() && self.current_user.is_root()) {
            return;
        }
        self.main.push(Instruction::Other { keyword: "USER", rest: user.to_owned() });
        self.current_user = wanted;
    }

    /// The container's user, where another one came between. One that is not known cannot have been left: whatever
    /// leaves it refuses.
    pub(super) fn back_to_container_user(&mut self) {
        if let Who::Known(user) = self.container_user.clone() {
            self.as_user(&user);
        }
    }

    /// Runs commands in the image as it is now, with what their parameters need in front.
    pub(super) fn push_run(&mut self, code: &Code, mut flags: Vec<String>, commands: Vec<Command>) {
        let mut declared = std::mem::take(&mut self.declared);
        let prelude = self.parameters.prelude(code, &mut declared);
        self.declared = declared;
        self.out.used.extend(&code.parameters);
        self.main.extend(prelude.arguments);
        flags.extend(prelude.flags);
        flags.extend(self.run_flags.iter().cloned());
        let commands = prelude.commands.into_iter().chain(commands).collect();
        self.main.push(Instruction::Run { flags, commands });
    }

    /// A text in parts; nothing if it has something that no build can know, which is then said.
    pub(super) fn parts(
        &mut self,
        node: &Node,
        name: &str,
        span: Span,
        text: &Text,
        field: &dyn Fn(&str) -> Option<String>,
    ) -> Option<Vec<Content>> {
        let mut parts: Vec<Content> = Vec::new();
        for piece in text.pieces() {
            let hole = match piece {
                Piece::Literal(text) => {
                    Content::push(&mut parts, text);
                    continue;
                }
                Piece::Hole(hole) => hole,
            };
            match &hole.what {
                HoleKind::Parameter(id) if self.parameters.is_open(*id) => {
                    parts.push(Content::Parameter(*id));
                    continue;
                }
                HoleKind::Field(name) => {
                    if let Some(value) = field(name) {
                        Content::push(&mut parts, &value);
                        continue;
                    }
                }
                HoleKind::Parameter(_) | HoleKind::Unknown(_) => {}
            }
            match &hole.known {
                Some(known) => Content::push(&mut parts, known),
                None => {
                    let (why, help) = unknown::of_hole(self.graph, hole);
                    self.report.refused(node, name, span, &why, help);
                    return None;
                }
            }
        }
        Some(parts)
    }

    /// A text that has to be known while compiling.
    pub(super) fn known(&mut self, node: &Node, name: &str, span: Span, text: &Text) -> Option<String> {
        let parts = self.parts(node, name, span, text, &|_| None)?;
        let parameter = parts.iter().find_map(Content::parameter);
        if let Some(id) = parameter {
            self.freeze(node, name, span, id, "what stands here has to be known while compiling");
            return None;
        }
        Some(parts.into_iter().map(Content::into_text).collect())
    }

    /// Asks for a parameter to be fixed where only a fixed value can stand, or refuses it if it has none.
    pub(super) fn freeze(&mut self, node: &Node, name: &str, span: Span, id: ParameterId, why: &str) {
        if self.parameters.can_be_fixed(id) {
            self.to_fix.entry(id).or_insert_with(|| format!("{} of {}: {why}", node.construct, self.image.name));
            return;
        }
        let variable = &self.parameters.get(id).name;
        let why = format!("{why}, and the value of `{variable}` may be given later");
        let help = format!("fix it with `--freeze {variable}` or `--var {variable}=VALUE`");
        self.report.refused(node, name, span, &why, Some(help));
    }

    /// Refuses a sensitive value at a place that everybody can read.
    pub(super) fn sensitive(&mut self, node: &Node, name: &str, span: Span, id: ParameterId, place: &str) {
        let variable = &self.parameters.get(id).name;
        let why = format!("`{variable}` is a secret, and {place} can be read by everybody");
        self.report.refused(node, name, span, &why, None);
    }

    /// Ends the stage that becomes the image here: what follows starts from it under the name that is returned.
    pub(super) fn split(&mut self, purpose: &str) -> String {
        let name = format!("{purpose}-{}", self.stages.len() + 1);
        let (base, instructions) = (std::mem::take(&mut self.main_base), std::mem::take(&mut self.main));
        self.stages.push(Stage { comment: None, base, name: Some(name.clone()), instructions });
        self.main_base.clone_from(&name);
        // Arguments end with their stage.
        self.declared.clear();
        name
    }

    fn finish(&mut self) {
        let mut stages = Vec::new();
        let first_base = self.stages.first().map_or_else(|| self.main_base.clone(), |stage| stage.base.clone());
        if !self.uploads.is_empty() {
            stages.push(Stage {
                comment: Some("Files that arrive under another name than they have here.".to_owned()),
                base: "scratch".to_owned(),
                name: Some(UPLOADS.to_owned()),
                instructions: std::mem::take(&mut self.uploads),
            });
        }
        if !self.contents.is_empty() {
            stages.push(Stage {
                comment: Some("Texts of the template that become files.".to_owned()),
                base: first_base,
                name: Some(CONTENTS.to_owned()),
                instructions: std::mem::take(&mut self.contents),
            });
        }
        stages.append(&mut self.stages);
        download::finish(self, &mut stages);
        stages.push(Stage {
            comment: None,
            base: std::mem::take(&mut self.main_base),
            name: None,
            instructions: std::mem::take(&mut self.main),
        });
        self.out.dockerfile.stages = stages;
        self.out.targets[0].description = format!("{} of {}", self.image.name, self.context.generated_from);
        for target in self.out.targets.iter_mut().filter(|target| target.context.is_empty()) {
            for id in &self.out.used {
                let parameter = self.parameters.get(*id);
                if parameter.secret {
                    target.secrets.push((parameter.name.clone(), parameter.argument.clone()));
                } else {
                    target.variables.push(parameter.argument.clone());
                }
            }
        }
    }

    /// A text in bake's parts.
    pub(super) fn template(&mut self, node: &Node, name: &str, span: Span, text: &Text) -> Option<Template> {
        let parts = self.parts(node, name, span, text, &|_| None)?;
        let mut out = Vec::new();
        for part in parts {
            out.push(match part {
                Content::Text(text) => TemplatePart::Text(text),
                Content::Parameter(id) => {
                    let parameter = self.parameters.get(id);
                    if parameter.secret {
                        self.sensitive(node, name, span, id, "the name of an image");
                        return None;
                    }
                    self.out.used.insert(id);
                    TemplatePart::Variable(parameter.argument.clone())
                }
            });
        }
        Some(out)
    }
}

/// Why a component without a neutral meaning cannot be said.
pub(super) fn foreign(component: &str) -> String {
    if matches!(component, "shell" | "shell-local" | "file" | "docker-tag" | "docker-import" | "docker-save") {
        return format!("what this `{component}` does is not known while compiling");
    }
    format!("nothing is known of `{component}`")
}

/// The stage of files that arrive under another name.
pub(super) const UPLOADS: &str = "uploads";
/// The stage of texts that become files.
pub(super) const CONTENTS: &str = "contents";
