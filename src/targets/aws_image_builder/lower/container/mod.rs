//! A `docker` source as container recipe: the steps run inside of a Docker build, between two lines of a Dockerfile.
//!
//! Packer runs its steps in a container of the base, as the base's user, in the base's folder, and sets the image's
//! configuration when all is done. Image Builder's steps run as root in a folder of its own; what stands before and
//! behind them in the Dockerfile is ours.

mod dockerfile;
mod facts;
mod registry;

pub(in super::super) use self::dockerfile::PLACEHOLDERS;
pub(super) use self::facts::instance_types;
pub(super) use self::registry::publish;
use super::Lowering;
use super::code::Code;
use super::source::{self, Source};
use crate::graph::{BaseImage, Image, Keep, Machine, Node, NodeKind, Start};
use crate::resolve::value::Text;
use crate::source::Spanned;
use crate::targets::aws_image_builder::model::{
    ContainerDistribution, ContainerRecipe, Data, MetadataOptions, Platform, RecipeKind, RegionDistribution, Value,
};
use crate::targets::changes::{BASE_CONFIG, BaseConfig};
use crate::targets::docker_run;

/// Why a container does not start anew.
pub(super) const NO_MACHINE: &str = "a container has no machine that could start anew";
/// Names what the service starts the container from, instead of the template.
const PARENT: &str = "parent";
/// Instances that have such a processor, where nobody names any.
const ARM_INSTANCE: &str = "m6g.large";
/// The usual AMI of build hosts, for that processor.
const ARM_HOST: &str = "ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id";

/// What is known of a container while its image is lowered.
#[derive(Debug, Default)]
pub(in super::super) struct Container {
    /// What the service starts from.
    parent: Value,
    /// The folder that scripts start in.
    pub(super) directory: String,
    /// The user of the container, where somebody told it; empty is root.
    user: Option<String>,
    /// The template itself tells it, so that it stays in the image.
    says_user: bool,
    /// Uploads are given to the container's user.
    fix_upload_owner: bool,
    /// What scripts see besides the base's own environment, as `docker run` was told.
    pub(super) environment: Vec<(String, String)>,
    /// The base's configuration, where it was given.
    config: Option<BaseConfig>,
    /// Lines of the Dockerfile in front of the steps.
    before: Vec<String>,
    /// The container's entry point, which `ENTRYPOINT []` brings into the image.
    entrypoint: String,
    /// Types of the build instance.
    instance_types: Vec<Value>,
    /// The AMI of the build host, where it is not the usual one.
    host_image: Option<Value>,
    /// Where the image goes, in the order of the template.
    destinations: Vec<registry::Destination>,
}

/// Reads what a source says of its container.
pub(super) fn read(l: &mut Lowering<'_>, node: &Node, machine: &Node) {
    let (NodeKind::BaseImage(base), NodeKind::Machine(it)) = (&node.kind, &machine.kind) else { return };
    let BaseImage { start, platform, pull } = base;
    let Machine { platform: _, user, windows: _, fix_upload_owner } = it;
    let config = BaseConfig::read(l.context.files, l.option(BASE_CONFIG), node, &mut l.report);
    let told = l.option("user").map(str::to_owned).or_else(|| config.as_ref().map(|config| config.user.clone()));
    let working_dir = config.as_ref().map(|config| config.working_dir.clone()).filter(|folder| !folder.is_empty());
    let mut container = Container {
        directory: working_dir.unwrap_or_else(|| "/".to_owned()),
        user: told,
        fix_upload_owner: *fix_upload_owner,
        entrypoint: "/bin/sh".to_owned(),
        ..Container::default()
    };
    container.parent = parent(l, node, start);
    if config.as_ref().is_some_and(|config| config.on_build) {
        let how = "the base has ONBUILD instructions, which a build runs and Packer does not";
        l.report.approximated(node, "", node.origin, how, None);
    }
    container.config = config;
    if let Some(pull) = pull {
        l.report.exact(node, "pull", pull.span, "the base is fetched for each build");
    }
    if let Some(platform) = platform {
        self::platform(l, node, platform, &mut container);
    }
    for node in [node, machine, l.graph.node(l.path.image)] {
        facts::facts(l, node, &mut container);
    }
    runner(l, machine, user.as_ref(), &mut container);
    l.container = Some(container);
}

/// What the service starts from.
fn parent(l: &mut Lowering<'_>, node: &Node, start: &Start) -> Value {
    let given = l.option(PARENT);
    if let Some(given) = given {
        for written in
            node.written.iter().filter(|written| written.name == "image" || written.name.starts_with("build"))
        {
            l.report.near(node, &written.name, written.span, &format!("it starts from {given}, as `{PARENT}` says"));
        }
        return Value::text(given);
    }
    match start {
        Start::Container(reference) => match l.as_value(&reference.value) {
            Ok(value) => return value,
            Err((why, more)) => {
                let option = format!("name an image with {}", l.setting(PARENT, "IMAGE"));
                let help = more.map_or_else(|| option.clone(), |more| format!("{more}, or {option}"));
                l.report.impossible(node, "image", reference.span, &why, Some(help));
            }
        },
        Start::Dockerfile { path, context: _, arguments: _, pull: _ } => {
            let why = "a Dockerfile makes its base first, and a container recipe starts from an image that is there";
            let help = format!("build that image, push it, and name it with {}", l.setting(PARENT, "IMAGE"));
            l.report.impossible(node, "build.path", path.span, why, Some(help));
        }
        // Whoever called has looked.
        Start::Platform(_) | Start::Nothing(_) => {}
    }
    Value::default()
}

/// Which processor the image is for: that of the build instance.
fn platform(l: &mut Lowering<'_>, node: &Node, platform: &Spanned<Text>, container: &mut Container) {
    let Some(known) = l.known(node, "platform", platform.span, &platform.value) else { return };
    let processor = known.split('/').nth(1).unwrap_or_default();
    match (processor, l.option(facts::INSTANCE_TYPES)) {
        ("amd64" | "", None) => {
            l.report.exact(node, "platform", platform.span, "the build instance has such a processor");
        }
        ("amd64" | "arm64" | "", Some(types)) => {
            let how = format!("the image is for the processor of the build instance: {types}");
            l.report.near(node, "platform", platform.span, &how);
        }
        ("arm64", None) => {
            let how = format!(
                "the build instance is an {ARM_INSTANCE}, which has such a processor; {} names others",
                l.setting(facts::INSTANCE_TYPES, "TYPES")
            );
            l.report.near(node, "platform", platform.span, &how);
            container.instance_types = vec![Value::text(ARM_INSTANCE)];
        }
        (_, _) => {
            let why = format!("no build instance has the processor of `{known}`");
            l.report.refused(node, "platform", platform.span, &why, None);
        }
    }
    if processor == "arm64" {
        container.host_image = Some(Value::text(ARM_HOST));
    }
}

/// As whom scripts run.
fn runner(l: &mut Lowering<'_>, machine: &Node, user: Option<&Spanned<Text>>, container: &mut Container) {
    if let Some(user) = user
        && let Some(known) = l.known(machine, "exec_user", user.span, &user.value)
    {
        l.user = plain(&known);
    } else {
        l.user = container.user.as_deref().map_or_else(|| "root".to_owned(), plain);
    }
    if container.config.is_some() {
        return;
    }
    let who = if container.user.is_none() { " as root" } else { "" };
    let how = format!(
        "scripts run{who} in {}; where the base says otherwise, {} tells it",
        container.directory,
        l.setting(BASE_CONFIG, "FILE")
    );
    of_base(l, &how);
}

/// Says something of the base, where nobody needs to be warned.
fn of_base(l: &mut Lowering<'_>, how: &str) {
    let base = l.graph.node(l.path.base);
    let written = base.written.iter().find(|written| written.name == "image");
    let (name, span) = written.map_or(("", base.origin), |written| ("image", written.span));
    l.report.near(base, name, span, how);
}

/// A user without his group; root by that name.
fn plain(user: &str) -> String {
    match docker_run::user_name(user) {
        "" | "0" => "root".to_owned(),
        user => user.to_owned(),
    }
}

impl Container {
    /// Whom uploads are given to.
    pub(super) fn owner(&self) -> String {
        if self.fix_upload_owner {
            self.user.as_deref().map_or_else(|| "root".to_owned(), plain)
        } else {
            "root".to_owned()
        }
    }

    /// What a step has to do for its scripts to find what they find in Packer's container.
    pub(super) fn session(&self, l: &Lowering<'_>, code: &mut Code) {
        if l.user == "root" {
            code.push("export HOME=/root");
        }
        code.push("unset USER LOGNAME OLDPWD");
        for (name, value) in &self.environment {
            let value = code.text(value);
            code.push(format!("export {name}={value}"));
        }
        let folder = code.text(&self.directory);
        code.push(format!("cd {folder}"));
    }

    /// Uploads are given away, even where nothing seems to change.
    pub(super) fn gives_away(&self) -> bool {
        self.fix_upload_owner
    }
}

/// Words in front of a command that run it as somebody: images seldom have `sudo`, and a container has no login.
pub(super) fn as_user(user: &str) -> Vec<String> {
    let words = ["su", "-s", "/bin/sh", "-c", "'exec \"$0\" \"$@\"'", "--", user, "env"];
    let unset = ["USER", "LOGNAME", "SHELL"].iter().flat_map(|name| ["-u", *name]);
    words.into_iter().chain(unset).map(str::to_owned).collect()
}

/// Whether uploads arrive as somebody's who is not known; then they are refused.
pub(super) fn knows_owner(l: &mut Lowering<'_>) -> bool {
    let Some(container) = &l.container else { return true };
    let machine = l.graph.node(l.path.machine);
    let written = machine.written.iter().find(|written| written.name == "fix_upload_owner");
    let Some(written) = written.filter(|_| container.fix_upload_owner && container.user.is_none()) else { return true };
    let why = "to whom uploads are to belong depends on the base's user, which is not known";
    let help = format!("give {}, or name the user with {}", l.setting(BASE_CONFIG, "FILE"), l.setting("user", "NAME"));
    l.report.impossible(machine, "fix_upload_owner", written.span, why, Some(help));
    false
}

/// Whether Packer could run a script at all: what it uploads belongs to root and is closed to everybody else.
pub(super) fn may_run(l: &mut Lowering<'_>, node: &Node, command: &Spanned<Text>) -> bool {
    let Some(container) = &l.container else { return true };
    let (runner, owner, fixes) = (l.user.clone(), container.owner(), container.fix_upload_owner);
    if runner == "root" || runner == owner || docker_run::changes_user(&command.value) {
        return true;
    }
    if fixes && container.user.is_none() {
        let why = format!("whether `{runner}` may run a script depends on the base's user, which is not known");
        let help = format!("name him with {}", l.setting("user", "NAME"));
        l.report.refused(node, "", node.origin, &why, Some(help));
        return false;
    }
    let (why, help) = docker_run::may_not_run(&runner, &owner, fixes);
    l.report.refused(node, "", node.origin, &why, help);
    false
}

/// Everything that the source says of the image's resources, once all its steps are known.
pub(super) fn finish(l: &mut Lowering<'_>, node: &Node, machine: &Node) -> Option<Source> {
    let image = l.graph.node(l.path.image);
    kept(l, image);
    if !l.secrets.is_empty() {
        of_base(l, "it has to have the AWS CLI, with which steps fetch secrets");
    }
    let mut container = l.container.take()?;
    let dockerfile = dockerfile::template(l, image, &mut container);
    let regions = registry::regions(l, node, &container);
    let (mut infrastructure, role) = source::build_instance(l, node, machine);
    if infrastructure.instance_types.is_empty() {
        infrastructure.instance_types = std::mem::take(&mut container.instance_types);
    }
    // What asks for the role's credentials in a container is one hop further away.
    infrastructure.metadata = Some(MetadataOptions { http_tokens: Some("required".to_owned()), hop_limit: Some(2) });
    let repository = regions.first().and_then(|region| region.container.as_ref()).map(|it| it.repository.clone());
    let recipe = ContainerRecipe {
        dockerfile,
        file: format!("containers/{}.Dockerfile", l.name),
        data: Data::Inline,
        repository: repository.unwrap_or_default(),
        platform: Some(match l.platform {
            Platform::Windows => Platform::Windows,
            Platform::Linux | Platform::MacOs => Platform::Linux,
        }),
        host_image: container.host_image.take(),
        host_devices: Vec::new(),
    };
    let parent = std::mem::take(&mut container.parent);
    l.container = Some(container);
    Some(Source { parent, kind: RecipeKind::Container(recipe), infrastructure, role, regions, rules: Vec::new() })
}

/// What becomes of the result.
fn kept(l: &mut Lowering<'_>, node: &Node) {
    let Image { name: _, build: _, platform: _, source: _, keep, settings: _, author, message } = l.image;
    match keep {
        Keep::Image => {
            let span = node.written.iter().find(|written| written.name == "commit").map_or(node.origin, |it| it.span);
            l.report.near(node, "commit", span, "the image goes to ECR, and into no engine");
        }
        Keep::Platform => {}
        Keep::Archive(path) => {
            let why = "Image Builder puts images into ECR, and exports none";
            l.report.refused(node, "export_path", path.span, why, None);
        }
        Keep::Nothing => {
            let span = node.written.iter().find(|written| written.name == "discard").map_or(node.origin, |it| it.span);
            l.report.refused(node, "discard", span, "a build always makes an image", None);
        }
    }
    for (name, text) in [("author", author), ("message", message)] {
        if let Some(text) = text {
            l.report.near(node, name, text.span, "a Dockerfile cannot set it; the image has none");
        }
    }
}

/// An entry of a distribution for a container.
fn entry(region: Value, container: ContainerDistribution) -> RegionDistribution {
    RegionDistribution { region, ami: None, container: Some(container), licenses: Vec::new(), fast_launch: Vec::new() }
}
