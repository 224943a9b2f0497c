//! Finds uploads to places where the connection's user may not write.

use crate::check::Rule;
use crate::check::context::{Context, Subject};
use crate::check::machine;
use crate::declare_diagnostic;
use crate::diagnostic::Sink;
use crate::resolve::template::{Component, ImagePlan};

declare_diagnostic! {
    pub static UNWRITABLE_DESTINATION = {
        code: "unwritable-destination",
        severity: Warning,
        since: "0.1.0",
        summary: "a file is uploaded to a folder that the connection's user may not write to",
    }
}

pub(super) const RULE: Rule = Rule { declares: &[&UNWRITABLE_DESTINATION], check };

/// Folders of every system, which belong to root with all that is below them.
const SYSTEM: [&str; 13] =
    ["/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/proc", "/root", "/sbin", "/snap", "/sys", "/usr"];

/// Folders that belong to root, and below which people have some of their own made.
const LOCAL: [&str; 6] = ["/opt", "/srv", "/var/cache", "/var/lib", "/var/log", "/var/www"];

/// Below those, what others may write to: `/usr/home` has the homes of some systems.
const OPEN: [&str; 6] = ["/dev/null", "/dev/shm", "/dev/stderr", "/dev/stdout", "/usr/home", "/usr/tmp"];

/// Steps that change nothing on the machine but what they upload, and that upload as the same user.
const HARMLESS: [&str; 6] = ["breakpoint", "file", "hcp-sbom", "shell-local", "sleep", "goss"];

/// What a script may do that lets others write where only root could.
const OPENING: [&str; 9] = ["chown", "chmod", "chgrp", "setfacl", "mount", "usermod", "useradd", "adduser", "umask"];

/// What may make a folder that belongs to somebody else.
const MAKING: [&str; 6] = ["install", "rsync", "cp ", "ln ", "tar ", "git "];

/// What earlier steps did, as far as it concerns who may write where.
#[derive(Default)]
struct Earlier {
    /// One of them may have done anything.
    is_unknown: bool,
    /// What scripts say, with their environments.
    text: String,
}

fn check(context: &Context<'_>, sink: &mut Sink) {
    for image in &context.template.images {
        let Some(user) = machine::user(context, image).filter(|user| !machine::is_root(user)) else { continue };
        let ImagePlan { source, provisioners, .. } = image;
        if is_mac(source) {
            continue;
        }
        // What a machine runs when it first starts may open folders.
        let starts = ["user_data", "user_data_file", "startup_script_file", "custom_data", "custom_data_file"];
        let is_unknown = starts.iter().any(|name| source.body.arguments.contains_key(*name));
        let mut earlier = Earlier { is_unknown, text: String::new() };
        for component in provisioners {
            let subject = context.component(component);
            if let Some(subject) = &subject
                && !earlier.is_unknown
            {
                uploads(subject, &user, &earlier, sink);
            }
            earlier.is_unknown |= subject.is_none();
            earlier.add(context, component);
        }
    }
}

fn uploads(subject: &Subject<'_>, user: &str, earlier: &Earlier, sink: &mut Sink) {
    let Some(inside) = subject.insides().first().copied() else { return };
    for (name, argument) in &inside.body.arguments {
        let Some(attribute) = inside.schema.attributes.get(name).filter(|attribute| attribute.uploads_to) else {
            continue;
        };
        // Under the conditions of a path it is one of this machine.
        let is_local = attribute.path.is_some() && inside.holds(&attribute.path_when) != Some(false);
        if is_local || argument.value.is_sensitive() {
            continue;
        }
        let Some(path) = argument.value.as_str() else { continue };
        let why = match (folder(&path), home(&path)) {
            (Some(root), _) if !earlier.may_open(root) => format!("only root may write below `{root}`"),
            (None, Some(owner)) if owner != user && !earlier.may_open("/home") => {
                format!("it is the home of `{owner}`")
            }
            (Some(_) | None, _) => continue,
        };
        sink.report(
            UNWRITABLE_DESTINATION
                .at(argument.span, format!("the user `{user}` cannot write to `{path}`"))
                .label(why)
                .help(help(name, &path)),
        );
    }
}

/// Whether the machine may be a Mac, where `/usr/local` and `/opt` can belong to a user.
fn is_mac(source: &Component) -> bool {
    let instance = source.body.arguments.get("instance_type");
    source.ty.value.starts_with("parallels")
        || instance.is_some_and(|argument| argument.value.as_str().is_none_or(|ty| ty.starts_with("mac")))
}

impl Earlier {
    /// Whether somebody else than root may write to a folder, or below it, by now.
    fn may_open(&self, folder: &str) -> bool {
        let says = |words: &[&str]| words.iter().any(|word| self.text.contains(word));
        self.text.contains(folder) && (says(&OPENING) || !SYSTEM.contains(&folder) && says(&MAKING))
    }

    fn add(&mut self, context: &Context<'_>, component: &Component) {
        let ty = component.ty.value.as_str();
        if HARMLESS.contains(&ty) {
            return;
        }
        self.is_unknown |= ty != "shell";
        for (name, argument) in &component.body.arguments {
            let own = std::slice::from_ref(&argument.value);
            let values: Vec<_> = match argument.value.as_entries() {
                Some(entries) => entries.values().collect(),
                None => argument.value.as_items().unwrap_or(own).iter().collect(),
            };
            for value in values {
                let said = machine::command(value);
                match name.as_str() {
                    "script" | "scripts" => match said.and_then(|path| context.files.read(&path).ok()) {
                        Some(bytes) => self.text.push_str(&String::from_utf8_lossy(&bytes)),
                        None => self.is_unknown = true,
                    },
                    "inline" | "env" | "environment_vars" => match said {
                        Some(said) => self.text.push_str(&said),
                        None => self.is_unknown = true,
                    },
                    _ => {}
                }
                self.text.push('\n');
            }
        }
    }
}

fn help(name: &str, path: &str) -> String {
    if name != "destination" {
        return format!("leave `{name}` out: the script goes to `/tmp`, and runs from there");
    }
    let file = path.trim_end_matches('/').rsplit('/').next().filter(|file| !file.is_empty()).unwrap_or("file");
    format!("upload to `/tmp/{file}`, and move it by a `shell` provisioner: `sudo mv /tmp/{file} {path}`")
}

/// The folder of root's that a path lies in.
fn folder(path: &str) -> Option<&'static str> {
    if !path.starts_with('/') || path.split('/').any(|part| part == "..") {
        return None;
    }
    let is_in =
        |folder: &&&str| path.strip_prefix(**folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if OPEN.iter().any(|open| is_in(&open)) {
        return None;
    }
    SYSTEM.iter().chain(&LOCAL).find(is_in).copied()
}

/// The user in whose home a path lies.
fn home(path: &str) -> Option<&str> {
    let (owner, inside) = path.strip_prefix("/home/")?.split_once('/').unwrap_or_default();
    let is_plain = owner.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    let is_below = !inside.split('/').any(|part| part == "..");
    (!owner.is_empty() && is_plain && is_below).then_some(owner)
}
