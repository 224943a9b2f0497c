//! Finds scripts that cannot run as the user they are given to.
//!
//! Packer uploads a script as the connection's user with mode 0755 and its variable file with mode 0600, into
//! `remote_folder`; line ends become LF unless `binary` says no. What follows from that for certain is told here.

mod command;

use crate::check::Rule;
use crate::check::context::{Context, Inside};
use crate::check::machine;
use crate::check::member::State;
use crate::declare_diagnostic;
use crate::diagnostic::Sink;
use crate::resolve::template::{Argument, ImagePlan};
use crate::source::{EntryKind, Span};
use command::{Command, Switch};

declare_diagnostic! {
    pub static UNUSABLE_SCRIPT = {
        code: "unusable-script",
        severity: Warning,
        since: "0.1.0",
        summary: "a script or its variable file cannot be used by the user that it is given to",
    }
}

pub(super) const RULE: Rule = Rule { declares: &[&UNUSABLE_SCRIPT], check };

fn check(context: &Context<'_>, sink: &mut Sink) {
    for image in &context.template.images {
        let ImagePlan { provisioners, error_cleanup, post_processors, .. } = image;
        let user = machine::user(context, image);
        let steps = provisioners.iter().chain(error_cleanup).chain(post_processors.iter().flatten());
        // What has run on this machine before may have changed its files.
        let mut may_change_files = false;
        for component in steps {
            let Some(subject) = context.component(component) else { continue };
            let Some(inside) = subject.insides().first().copied() else { continue };
            // Both kinds of script have an interpreter line of their own; Windows' have none.
            if !inside.schema.attributes.contains_key("inline_shebang") {
                continue;
            }
            let Some(command) = Command::of(inside) else { continue };
            // `remote_path` tells that the script is uploaded.
            let is_uploaded = inside.schema.attributes.contains_key("remote_path");
            if command.is_direct {
                interpreters(context, inside, is_uploaded, sink);
                if !is_uploaded && !may_change_files {
                    modes(context, inside, sink);
                }
            }
            may_change_files |= !is_uploaded;
            if let Some(user) = &user {
                switched(inside, &command, user, component.ty.span, sink);
            }
        }
    }
}

/// What another user cannot reach.
fn switched(inside: Inside<'_>, command: &Command, user: &str, place: Span, sink: &mut Sink) {
    let Some(Switch { program, to, reads_variables, is_first }) = &command.switch else { return };
    let place = inside.argument("execute_command").map_or(place, |argument| argument.span);
    let is_root = machine::is_root(user);
    // Where root has no password, `su` asks for none.
    let is_refused = program == "runuser" || program == "su" && !machine::is_root(to);
    if *is_first && !is_root && is_refused {
        sink.report(
            UNUSABLE_SCRIPT
                .at(place, format!("the user `{user}` cannot become `{to}` by `{program}`"))
                .label(if program == "su" { "asks for a password that nobody types" } else { "only root may use it" })
                .help(format!("write `sudo {program} …`, or `sudo -u {to} …`")),
        );
        return;
    }
    if to == user || machine::is_root(to) {
        return;
    }
    let uses_file = inside.argument("use_env_var_file");
    if *reads_variables && let Some(argument) = uses_file.filter(|argument| argument.value.as_bool() == Some(true)) {
        sink.report(
            UNUSABLE_SCRIPT
                .at(place, format!("the user `{to}` cannot read the variable file, which only `{user}` may"))
                .label(format!("read as `{to}`"))
                .also(argument.span, "makes the file, with mode 0600")
                .help("remove `use_env_var_file` and pass `{{ .Vars }}`, or read the file before the user changes"),
        );
    }
    for name in ["remote_folder", "remote_path"] {
        let Some(argument) = inside.argument(name) else { continue };
        let Some(path) = argument.value.as_str().filter(|_| !argument.value.is_sensitive()) else { continue };
        if path == "/root" || path.starts_with("/root/") {
            sink.report(
                UNUSABLE_SCRIPT
                    .at(argument.span, format!("the user `{to}` cannot reach the script in `{path}`"))
                    .label("only root may enter `/root`")
                    .also(place, format!("runs it as `{to}`"))
                    .help(format!("leave `{name}` out: the script goes to `/tmp`")),
            );
        }
    }
}

/// Interpreter lines that no system can follow, of scripts that are run by their path alone.
fn interpreters(context: &Context<'_>, inside: Inside<'_>, is_uploaded: bool, sink: &mut Sink) {
    let inline = inside.argument("inline").or_else(|| inside.argument("command"));
    let shebang = inside.argument("inline_shebang");
    if let Some(argument) = shebang
        && inline.is_some()
        && !argument.value.is_sensitive()
        && let Some(line) = argument.value.as_str()
        && let Some((why, help)) = line_fault(&line)
    {
        sink.report(
            UNUSABLE_SCRIPT
                .at(argument.span, format!("the interpreter `{}` {why}", line.trim()))
                .label("the script cannot be started")
                .help(help),
        );
    }
    // What is uploaded gets Unix line ends, unless it is binary.
    let is_binary = inside.argument("binary").is_some_and(|argument| argument.value.as_bool() == Some(true));
    let keeps_line_ends = !is_uploaded || is_binary;
    for name in ["script", "scripts"] {
        if let Some(argument) = inside.argument(name).filter(|_| inside.state(name) == State::Set) {
            files(context, argument, keeps_line_ends, sink);
        }
    }
}

/// Scripts that are run where they lie, and that nobody may run.
fn modes(context: &Context<'_>, inside: Inside<'_>, sink: &mut Sink) {
    for name in ["script", "scripts"] {
        let Some(argument) = inside.argument(name) else { continue };
        let own = std::slice::from_ref(&argument.value);
        for value in argument.value.as_items().unwrap_or(own) {
            let Some(path) = value.as_str().filter(|_| !value.is_sensitive()) else { continue };
            let Ok(metadata) = context.files.resolved_metadata(&path) else { continue };
            if metadata.kind != EntryKind::File || metadata.mode & 0o111 != 0 {
                continue;
            }
            sink.report(
                UNUSABLE_SCRIPT
                    .at(argument.span, format!("`{path}` is not executable, and is run by its path alone"))
                    .label("permission denied")
                    .help(format!("run `chmod +x {path}`")),
            );
        }
    }
}

/// Scripts from this machine.
fn files(context: &Context<'_>, argument: &Argument, keeps_line_ends: bool, sink: &mut Sink) {
    let own = std::slice::from_ref(&argument.value);
    for value in argument.value.as_items().unwrap_or(own) {
        let Some(path) = value.as_str().filter(|_| !value.is_sensitive()) else { continue };
        let Ok(bytes) = context.files.read(&path) else { continue };
        let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let Some(line) = first.strip_prefix(b"#!").and_then(|line| std::str::from_utf8(line).ok()) else { continue };
        let fault = match line.strip_suffix('\r') {
            Some(_) if keeps_line_ends => Some((
                "has a carriage return behind it".to_owned(),
                "save the file with Unix line ends (LF)".to_owned(),
            )),
            Some(line) => line_fault(line),
            None => line_fault(line),
        };
        if let Some((why, help)) = fault {
            sink.report(
                UNUSABLE_SCRIPT
                    .at(argument.span, format!("the interpreter in the first line of `{path}` {why}"))
                    .label("the script cannot be started")
                    .help(help),
            );
        }
    }
}

/// What is wrong with the text behind `#!`, and what to write.
fn line_fault(line: &str) -> Option<(String, String)> {
    let program = line.trim_start_matches([' ', '\t']).split([' ', '\t']).next().unwrap_or_default();
    if let Some(rest) = line.trim_start().strip_prefix("#!") {
        return Some(("begins with `#!`, which Packer writes itself".to_owned(), format!("write `{}`", rest.trim())));
    }
    if program.is_empty() || program.starts_with('/') {
        return None;
    }
    let rest = line.trim().strip_prefix(program).unwrap_or_default();
    let whole = match program {
        "sh" => "/bin/sh".to_owned(),
        _ => format!("/usr/bin/env {program}"),
    };
    // `env` takes one argument only, so options need the path.
    let instead = match (program, rest.trim().is_empty()) {
        ("bash", false) => format!("/bin/bash{rest}"),
        _ => format!("{whole}{rest}"),
    };
    Some(("has no absolute path".to_owned(), format!("write `{instead}`")))
}
