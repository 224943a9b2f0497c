//! What the `docker` builder is told besides: flags of `docker run`, mounts, logins.

use super::super::source::facts::truth;
use super::Container;
use crate::graph::{Fact, Node};
use crate::source::Span;
use crate::targets::aws_image_builder::lower::Lowering;
use crate::targets::aws_image_builder::model::Value;
use crate::targets::docker_run::{self, Flag, RunCommand};
use crate::targets::text::dockerfile::{value, without_braces};
use crate::targets::text::shell::is_name;
use crate::targets::text::unknown;

/// Names the types of the build instance.
pub(super) const INSTANCE_TYPES: &str = "instance-types";

/// Why nothing that only a running container has can be said.
const NO_RUN: &str = "Image Builder's steps run in a Docker build";

/// Answers the attributes of the source that no node has a place for.
pub(super) fn facts(l: &mut Lowering<'_>, node: &Node, container: &mut Container) {
    let packers = |name: &str| {
        docker_run::of_packer(name) || docker_run::logs_in(name) || matches!(name, "commit" | "discard" | "export_path")
    };
    // Its words are looked at one by one: the image's is never known.
    let own = |name: &str| name == "run_command";
    l.report.decided(l.graph, node, &|name| own(name) || packers(name));
    for it @ Fact { name, value, span } in &node.facts {
        let decided = if own(name) { !it.is_undecided() } else { value.is_wholly_known() && !value.is_sensitive() };
        if decided || packers(name) {
            fact(l, node, it, container);
        } else if own(name) {
            let (why, help) = unknown::missing(l.graph, value);
            l.report.refused(node, name, *span, &why, help);
        }
    }
    // By name, and what has no name there is refused.
    l.report.answered_all(node);
}

fn fact(l: &mut Lowering<'_>, node: &Node, fact: &Fact, container: &mut Container) {
    let Fact { name, value, span } = fact;
    let (name, span) = (name.as_str(), *span);
    if value.is_null() {
        return;
    }
    let nothing = value.children().next().is_none() && value.as_str().is_none_or(|text| text.is_empty());
    match name {
        "run_command" => run_command(l, node, fact, container),
        "container_dir" => {
            let how = "the empty folder that Packer leaves there is not made";
            l.report.near(node, name, span, how);
        }
        "volumes" | "tmpfs" | "cap_add" | "cap_drop" | "device" | "runtime" => {
            if !nothing {
                let why = format!("{NO_RUN}, which has no `{name}`");
                l.report.refused(node, name, span, &why, None);
            }
        }
        "privileged" => {
            if truth(value) != Some(false) {
                let why = format!("{NO_RUN}, which has no more rights than any other");
                l.report.refused(node, name, span, &why, None);
            }
        }
        "docker_path" | "executable" | "communicator" | "pty" | "cleanup" | "pause_before_connecting" => {
            l.report.exact(node, name, span, NOTHING_CONNECTS);
        }
        name if ["ssh_", "winrm_", "temporary_key"].iter().any(|start| name.starts_with(start)) => {
            l.report.exact(node, name, span, NOTHING_CONNECTS);
        }
        "commit" | "discard" | "export_path" => {
            let why = "what becomes of the image is not known while compiling";
            l.report.refused(node, name, span, why, None);
        }
        // Whoever names another start has no Dockerfile to build.
        name if name.starts_with("build.") => {
            l.report.exact(node, name, span, "nothing of it is built here");
        }
        "pull" => l.report.exact(node, name, span, "the base is fetched for each build"),
        name if login(l, node, name, fact) => {}
        name => {
            let why = format!("nothing is known of `{name}`");
            l.report.refused(node, name, span, &why, None);
        }
    }
}

const NOTHING_CONNECTS: &str = "how Packer reaches its container; a build has none";

/// Answers attributes about logins and about Packer's own work with a registry; false if it is none of them.
pub(super) fn login(l: &mut Lowering<'_>, node: &Node, name: &str, fact: &Fact) -> bool {
    match name {
        "login" if truth(&fact.value) == Some(false) => {}
        "login" | "login_username" | "login_password" | "login_server" => {
            let ecr = node.facts.iter().any(|fact| fact.name == "ecr_login" && truth(&fact.value) == Some(true))
                || node.facts.iter().any(|fact| {
                    fact.name == "login_server" && fact.value.as_str().is_some_and(|host| host.contains(".dkr.ecr."))
                });
            if ecr {
                l.report.exact(node, name, fact.span, ROLE);
            } else {
                let how = "nobody logs in: images have to be public or in ECR, which the build instance's role reads";
                l.report.near(node, name, fact.span, how);
            }
        }
        "ecr_login" | "assume_role" => l.report.exact(node, name, fact.span, ROLE),
        name if name.starts_with("aws_") || name.starts_with("assume_role") => {
            l.report.exact(node, name, fact.span, ROLE);
        }
        "force" | "keep_input_artifact" | "tag" => {
            l.report.exact(node, name, fact.span, "a tag is always moved to the new image");
        }
        _ => return false,
    }
    true
}

const ROLE: &str = "the role of the build instance has the rights";

/// What `docker run` would do that stays in the image, or that scripts see.
fn run_command(l: &mut Lowering<'_>, node: &Node, fact: &Fact, container: &mut Container) {
    let Fact { name, value, span } = fact;
    let mut words = Vec::new();
    for item in value.children() {
        let Some(text) = item.as_text() else { continue };
        if docker_run::is_image(text) {
            words.push(docker_run::IMAGE.to_owned());
            continue;
        }
        let Some(word) = l.known(node, name, *span, text) else { return };
        words.push(word);
    }
    let run = RunCommand::of(&words);
    if run.stray {
        l.report.refused(node, name, *span, docker_run::STRAY, None);
        return;
    }
    for flag in &run.flags {
        if !flag.is_idle() {
            self::flag(l, node, name, *span, flag, container);
        }
    }
    if let Some(program) = run.service() {
        let why = format!("`{program}` runs in Packer's container while the steps run; a build has no such process");
        l.report.refused(node, name, *span, &why, None);
    }
}

fn flag(l: &mut Lowering<'_>, node: &Node, name: &str, span: Span, flag: &Flag, container: &mut Container) {
    let Flag { name: flag_name, argument, word: _ } = flag;
    let line_end = argument.contains(['\n', '\r']);
    let pair = |key: &str, text: &str| format!("{}={}", value(key), without_braces(&value(text)));
    match flag_name.as_str() {
        _ if line_end => {
            let why = "a Dockerfile's line cannot hold a value with a line end, so it would not stay in the image";
            l.report.refused(node, name, span, why, None);
        }
        "-e" | "--env" => match flag.pair() {
            Some((key, _)) if !is_name(key) => {
                let why = format!("`{key}` is no name that a shell could give a value");
                l.report.refused(node, name, span, &why, None);
            }
            Some((key, text)) => {
                container.before.push(format!("ENV {}", pair(key, text)));
                container.environment.push((key.to_owned(), text.to_owned()));
            }
            None => {
                let why = format!("the value of `{argument}` comes from the environment of whoever builds");
                l.report.refused(node, name, span, &why, None);
            }
        },
        "-l" | "--label" => {
            let (key, text) = flag.pair().unwrap_or((argument, ""));
            container.before.push(format!("LABEL {}", pair(key, text)));
        }
        "-w" | "--workdir" => {
            container.before.push(format!("WORKDIR {}", value(argument)));
            container.directory.clone_from(argument);
        }
        "-u" | "--user" => {
            container.user = Some(argument.clone());
            container.says_user = true;
        }
        "--expose" => container.before.push(format!("EXPOSE {argument}")),
        "-p" | "--publish" => {
            container.before.push(format!("EXPOSE {}", argument.rsplit(':').next().unwrap_or_default()));
        }
        "--entrypoint" => container.entrypoint.clone_from(argument),
        "--network" | "--net" if matches!(argument.as_str(), "bridge" | "default") => {}
        "-m" | "--memory" | "--memory-swap" | "--cpus" | "--shm-size" | "--ulimit" => {
            let how = format!("`{flag_name}` limits Packer's container; a build has its instance's");
            l.report.near(node, name, span, &how);
        }
        _ => {
            let why = format!("{}, which cannot have `docker run`'s flag `{flag_name}`", NO_RUN);
            l.report.refused(node, name, span, &why, None);
        }
    }
}

/// Types of the build instance as an option names them.
pub(in super::super) fn instance_types(l: &Lowering<'_>) -> Option<Vec<Value>> {
    let given = l.option(INSTANCE_TYPES)?;
    Some(given.split(',').map(str::trim).filter(|name| !name.is_empty()).map(Value::text).collect())
}
