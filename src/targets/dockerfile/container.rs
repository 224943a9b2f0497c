//! What the `docker` builder is told about its container: flags of `docker run`, mounts, logins.

use super::lower::{Lowering, UPLOADS, Who};
use super::model::Instruction;
use super::parameters::Content;
use super::{upload, words};
use crate::graph::{Fact, Machine, Node, NodeId, NodeKind, Start};
use crate::resolve::value::{Text, Value, ValueKind};
use crate::source::Span;
use crate::targets::docker_run::{self, Flag, RunCommand};
use crate::targets::text::paths;
use crate::targets::text::unknown;

pub(super) fn machine(l: &mut Lowering<'_>, id: NodeId) {
    let node = l.graph.node(id);
    let NodeKind::Machine(Machine { platform: _, user, windows, fix_upload_owner }) = &node.kind else { return };
    if *windows {
        let why = "Windows images are not built by this target";
        l.report.impossible(node, "windows_container", node.origin, why, None);
    }
    l.fix_upload_owner = *fix_upload_owner;
    if let Some(config) = l.base_config.clone() {
        l.container_user = Who::Known(config.user);
        let usual: [&str; 2] = ["/bin/sh", "-c"];
        if !config.shell.is_empty() && config.shell != usual {
            let shell = words::json_list(&usual.map(str::to_owned));
            l.main.push(Instruction::Other { keyword: "SHELL", rest: shell });
        }
        if config.on_build {
            let how = "the base has ONBUILD instructions, which a build runs and Packer does not";
            l.report.approximated(node, "", node.origin, how, None);
        }
    }
    facts(l, node);
    l.current_user = l.container_user.clone();
    if let Some(user) = user {
        l.exec_user = l.known(node, "exec_user", user.span, &user.value);
    }
}

pub(super) fn base_facts(l: &mut Lowering<'_>, node: &Node) {
    facts(l, node);
}

pub(super) fn image_facts(l: &mut Lowering<'_>, node: &Node) {
    facts(l, node);
}

fn facts(l: &mut Lowering<'_>, node: &Node) {
    let base = l.graph.node(l.path.base);
    let NodeKind::BaseImage(base) = &base.kind else { return };
    if matches!(base.start, Start::Platform(_) | Start::Nothing(_)) {
        // Said once for all of them, where the base is chosen.
        return;
    }
    // These take texts that are given later, or refuse them themselves.
    let own = |name: &str| matches!(name, "run_command" | "volumes" | "tmpfs");
    let packers = |name: &str| {
        docker_run::of_packer(name) || docker_run::logs_in(name) || matches!(name, "commit" | "discard" | "export_path")
    };
    let without = |name: &str| own(name) || packers(name);
    l.report.decided(l.graph, node, &without);
    for it @ Fact { name, value, span } in &node.facts {
        let decided = if own(name) { !it.is_undecided() } else { value.is_wholly_known() && !value.is_sensitive() };
        if decided || packers(name) {
            fact(l, node, name, value, *span);
        } else if own(name) {
            let (why, help) = unknown::missing(l.graph, value);
            l.report.refused(node, name, *span, &why, help);
        }
    }
    // By name, and what has no name there is refused.
    l.report.answered_all(node);
}

fn fact(l: &mut Lowering<'_>, node: &Node, name: &str, value: &Value, span: Span) {
    match name {
        "run_command" => run_command(l, node, value, span),
        "volumes" => volumes(l, node, value, span),
        "tmpfs" => {
            for folder in texts(l, node, name, value, span) {
                tmpfs(l, node, name, &folder, span);
            }
        }
        "container_dir" => {
            if let Some(folder) = value.as_str().filter(|folder| *folder != "/packer-files") {
                tmpfs(l, node, name, &folder, span);
            }
        }
        "privileged" => {
            if is_true(value) {
                l.run_flags.push("--security=insecure".to_owned());
                l.out.targets[0].entitlements.push("security.insecure".to_owned());
                let how = "steps run with all rights, which bake asks for (`--allow security.insecure`)";
                l.report.near(node, name, span, how);
            }
        }
        "cap_add" | "cap_drop" | "device" | "runtime" => {
            let nothing = value.children().next().is_none() && value.as_str().is_none_or(|text| text.is_empty());
            if !nothing {
                let why = format!("a build cannot have `{name}`");
                l.report.refused(node, name, span, &why, None);
            }
        }
        name if docker_run::logs_in(name) => {
            if !matches!(value.kind, ValueKind::Bool(false)) {
                l.report.moved(node, name, span, "log in before the build: `docker login`");
            }
        }
        "build.compress" => l.report.exact(node, name, span, "how the context travels"),
        // A base of one's own making is not fetched.
        "pull" => l.report.exact(node, name, span, "the base is made here, so there is nothing to fetch"),
        "force" | "tag" => l.report.exact(node, name, span, "a name is always moved to the new image"),
        "keep_input_artifact" => l.report.exact(node, name, span, "nothing is deleted"),
        name if docker_run::of_packer(name) => {
            l.report.exact(node, name, span, "how Packer reaches its container; a build has none");
        }
        "build.platform" => match value.as_str() {
            Some(platform) => {
                let platform = platform.into_owned();
                for target in &mut l.out.targets {
                    target.platforms = vec![platform.clone()];
                }
            }
            None => drop(l.report.refused(node, name, span, "the platform is not known while compiling", None)),
        },
        "commit" | "discard" | "export_path" => {
            let why = "what becomes of the image is not known while compiling";
            l.report.refused(node, name, span, why, None);
        }
        name => {
            let why = format!("nothing is known of `{name}`");
            l.report.refused(node, name, span, &why, None);
        }
    }
}

fn is_true(value: &Value) -> bool {
    matches!(value.kind, ValueKind::Bool(true)) || value.as_str().is_some_and(|text| text == "true")
}

fn texts(l: &mut Lowering<'_>, node: &Node, name: &str, value: &Value, span: Span) -> Vec<String> {
    let items: Vec<Text> = value.children().filter_map(|item| item.as_text().cloned()).collect();
    items.iter().filter_map(|text| l.known(node, name, span, text)).collect()
}

/// An empty folder that stays in the image where something was mounted.
fn mount_point(l: &mut Lowering<'_>, folder: &str) {
    let folder = paths::absolute(folder);
    l.known_folders.insert(folder.clone());
    let made = Instruction::Other { keyword: "WORKDIR", rest: "/empty".to_owned() };
    if !l.uploads.contains(&made) {
        // In a stage of its own, `WORKDIR` is how an empty folder comes to be.
        l.uploads.push(made);
    }
    let paths = words::copy("/empty", &folder);
    l.main.push(Instruction::Other { keyword: "COPY", rest: format!("--from={UPLOADS} {paths}") });
}

fn tmpfs(l: &mut Lowering<'_>, node: &Node, name: &str, folder: &str, span: Span) {
    let folder = folder.split(':').next().unwrap_or_default();
    if !crate::targets::text::shell::is_plain(folder) || folder.contains(',') {
        l.report.refused(node, name, span, &format!("`{folder}` cannot be mounted in a build"), None);
        return;
    }
    mount_point(l, folder);
    l.run_flags.push(format!("--mount=type=tmpfs,target={folder}"));
    if l.path.steps.len() > 1 {
        l.report.near(node, name, span, "empty again for each step");
    }
}

fn volumes(l: &mut Lowering<'_>, node: &Node, value: &Value, span: Span) {
    let (ValueKind::Map(_, entries) | ValueKind::Object(entries)) = &value.kind else {
        l.report.refused(node, "volumes", span, "the volumes are not known while compiling", None);
        return;
    };
    for (host, inside) in entries {
        let Some(inside) = inside.as_text().and_then(|inside| l.known(node, "volumes", span, inside)) else { return };
        volume(l, node, "volumes", host, &inside, span);
    }
}

fn volume(l: &mut Lowering<'_>, node: &Node, name: &str, host: &str, inside: &str, span: Span) {
    let inside = inside.split(':').next().unwrap_or_default();
    if !crate::targets::text::shell::is_plain(inside) || inside.contains(',') {
        l.report.refused(node, name, span, &format!("`{inside}` cannot be mounted in a build"), None);
        return;
    }
    // An absolute path below the context is written relative, so a plain word may be a folder.
    if !host.contains('/') && !host.starts_with('.') && !l.context.files.is_folder(host) {
        let why = format!("the volume `{host}` belongs to an engine, and a build has none");
        l.report.refused(node, name, span, &why, None);
        return;
    }
    let Some(source) = upload::context_path(l, node, name, span, host) else { return };
    mount_point(l, inside);
    let mut flags = Vec::new();
    let flag = upload::mount(l, &mut flags, &source);
    for mut text in flags {
        text = text.replace(&format!("target={flag}"), &format!("target={inside}"));
        l.run_flags.push(format!("{text},rw"));
    }
    let how = "what the steps write there is thrown away, and does not reach the host";
    l.report.near(node, name, span, how);
}

/// What `docker run` would do: its flags are taken apart, in order.
fn run_command(l: &mut Lowering<'_>, node: &Node, value: &Value, span: Span) {
    let name = "run_command";
    let (mut words, mut open) = (Vec::new(), Vec::new());
    for item in value.children() {
        let Some(text) = item.as_text() else { return };
        if docker_run::is_image(text) {
            words.push(docker_run::IMAGE.to_owned());
            open.push(None);
            continue;
        }
        let Some(parts) = l.parts(node, name, span, text, &|_| None) else { return };
        open.push(parts.iter().find_map(Content::parameter));
        words.push(parts.into_iter().map(Content::into_text).collect());
    }
    let run = RunCommand::of(&words);
    if run.stray {
        l.report.refused(node, name, span, docker_run::STRAY, None);
        return;
    }
    for flag in &run.flags {
        if let Some(Some(id)) = open.get(flag.word) {
            l.freeze(node, name, span, *id, "a flag of `docker run` has to be known while compiling");
            continue;
        }
        run_flag(l, node, flag, span);
    }
    if let Some(program) = run.service() {
        let why = format!("`{program}` runs in Packer's container while the steps run; a build has no such process");
        l.report.refused(node, name, span, &why, None);
    }
}

/// What ends a line of a Dockerfile.
const LINE_ENDS: [char; 2] = ['\n', '\r'];

fn run_flag(l: &mut Lowering<'_>, node: &Node, given: &Flag, span: Span) {
    let name = "run_command";
    if given.is_idle() {
        return;
    }
    let Flag { name: flag, argument: text, word: _ } = given.clone();
    let mut push = |keyword: &'static str, rest: String| l.main.push(Instruction::Other { keyword, rest });
    match flag.as_str() {
        "-e" | "--env" => match given.pair() {
            Some((_, value)) if value.contains(LINE_ENDS) => {
                let why = "a Dockerfile's line cannot hold a value with a line end, so it would not stay in the image";
                l.report.refused(node, name, span, why, None);
            }
            Some((key, value)) => push("ENV", format!("{}={}", words::value(key), words::value(value))),
            None => {
                let why = format!("the value of `{text}` comes from the environment of whoever builds");
                l.report.refused(node, name, span, &why, None);
            }
        },
        "-w" | "--workdir" => push("WORKDIR", words::value(&text)),
        "-u" | "--user" => {
            push("USER", text.clone());
            l.container_user = Who::Known(text);
        }
        "-l" | "--label" => {
            let (key, value) = given.pair().unwrap_or((&text, ""));
            if key.contains(LINE_ENDS) || value.contains(LINE_ENDS) {
                let how = "a Dockerfile's line cannot hold this label: bake sets it, `docker build` alone does not";
                l.report.near(node, name, span, how);
                l.out.targets[0].labels.push((key.to_owned(), value.to_owned()));
            } else {
                push("LABEL", format!("{}={}", words::value(key), words::value(value)));
            }
        }
        "--expose" => push("EXPOSE", text),
        "-p" | "--publish" => {
            let inside = text.rsplit(':').next().unwrap_or_default().to_owned();
            push("EXPOSE", inside);
        }
        "--entrypoint" => l.run_entrypoint = text,
        "-v" | "--volume" => match text.split_once(':') {
            Some((host, inside)) => volume(l, node, name, host, inside, span),
            None => {
                let why = format!("the volume `{text}` belongs to an engine, and a build has none");
                l.report.refused(node, name, span, &why, None);
            }
        },
        "--tmpfs" => tmpfs(l, node, name, &text, span),
        "--platform" => l.out.targets[0].platforms = vec![text],
        "--network" | "--net" => match text.as_str() {
            "host" => {
                l.run_flags.push("--network=host".to_owned());
                l.out.targets[0].entitlements.push("network.host".to_owned());
                l.report.near(node, name, span, "the host's network, which bake asks for (`--allow network.host`)");
            }
            "none" => l.run_flags.push("--network=none".to_owned()),
            "bridge" | "default" => {}
            _ => {
                let why = format!("a build cannot join the network `{text}`");
                l.report.refused(node, name, span, &why, None);
            }
        },
        "--privileged" => {
            l.run_flags.push("--security=insecure".to_owned());
            l.out.targets[0].entitlements.push("security.insecure".to_owned());
            let how = "steps run with all rights, which bake asks for (`--allow security.insecure`)";
            l.report.near(node, name, span, how);
        }
        "-m" | "--memory" | "--memory-swap" | "--cpus" | "--shm-size" | "--ulimit" => {
            l.report.near(
                node,
                name,
                span,
                &format!("`{flag}` limits Packer's container; the build has the builder's"),
            );
        }
        flag => {
            let why = format!("a build cannot have `docker run`'s flag `{flag}`");
            l.report.refused(node, name, span, &why, None);
        }
    }
}
