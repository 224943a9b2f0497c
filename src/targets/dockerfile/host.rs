//! Steps on the host that builds: scripts beside the bake file.

use super::lower::Lowering;
use super::parameters::{Content, host_word};
use super::run;
use crate::graph::{Direction, EnvironmentValue, HostCommand, Node, NodeKind, Script, StepOptions};
use crate::resolve::value::Text;
use crate::targets::environment::{of_scripts, system_name};
use crate::targets::text::shell;

/// A provisioner on the host. It touches nothing in the image, so it runs before the build, or after it if no step of
/// the image follows.
pub(super) fn step(l: &mut Lowering<'_>, node: &Node, command: &HostCommand, before: bool) {
    if before {
        let downloads = l.path.steps.iter().take_while(|step| !std::ptr::eq(l.graph.node(**step), node)).any(|step| {
            matches!(&l.graph.node(*step).kind, NodeKind::Upload(upload) if upload.direction == Direction::Download)
        });
        if downloads {
            let why = "it may need what was fetched from the image before, and runs before the build here";
            l.report.refused(node, "", node.origin, why, None);
            return;
        }
    }
    let file = format!("{}.{}.sh", l.name, if before { "before" } else { "after" });
    let Some(text) = command_text(l, node, command) else { return };
    l.step_options(node, &command.options);
    say_moved(l, node, &format!("runs on the host {} the build: {file}", if before { "before" } else { "after" }));
    if before { l.out.before.push(text) } else { l.out.after.push(text) }
}

/// A post-processor on the host.
pub(super) fn after(l: &mut Lowering<'_>, node: &Node, command: &HostCommand) {
    let Some(text) = command_text(l, node, command) else { return };
    say_moved(l, node, &format!("runs on the host after the build: {}.after.sh", l.name));
    l.out.after.push(text);
}

fn say_moved(l: &mut Lowering<'_>, node: &Node, how: &str) {
    if node.written.is_empty() {
        l.report.moved(node, "", node.origin, how);
    }
    for written in &node.written {
        l.report.moved(node, &written.name, written.span, how);
    }
}

fn command_text(l: &mut Lowering<'_>, node: &Node, command: &HostCommand) -> Option<String> {
    let HostCommand { options, scripts, environment, command, only_on, exit_codes } = command;
    let StepOptions { name: _, pause_before: _, timeout: _, retries, continue_on_error } = options;
    let values = of_scripts(l.image, environment, shell::word, |EnvironmentValue { name, value, span }| {
        let name = l.known(node, "environment_vars", *span, name)?;
        let value = l.parts(node, "environment_vars", *span, value, &|_| None)?;
        note(l, &value);
        Some((name, host_word(l.parameters, &value)))
    })?;
    let values: Vec<String> = values.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let values = values.join(" ");
    let mut lines = vec![format!("# {}", node.construct)];
    for script in scripts {
        lines.extend(one(l, node, script, &values, command, exit_codes)?);
    }
    let mut text = lines.join("\n");
    if let Some(retries) = retries {
        let tries = retries.value;
        text = format!(
            "tries=0\nuntil (\nset -e\n{text}\n); do\n  tries=$((tries + 1))\n  [ \"$tries\" -le {tries} ] || exit 1\ndone"
        );
    } else if continue_on_error.as_ref().is_some_and(|it| it.value) {
        text = format!("(\nset -e\n{text}\n) || true");
    }
    if !only_on.is_empty() {
        let systems: Vec<String> = only_on.iter().map(|system| shell::word(&system_name(system))).collect();
        text = format!("case \"$(uname -s)\" in {})\n{text}\n;;\nesac", systems.join(" | "));
    }
    Some(text)
}

fn note(l: &mut Lowering<'_>, parts: &[Content]) {
    l.out.used.extend(parts.iter().filter_map(Content::parameter));
}

fn one(
    l: &mut Lowering<'_>,
    node: &Node,
    script: &Script,
    values: &str,
    command: &[Text],
    exit_codes: &[i64],
) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    let mut after = Vec::new();
    let path = match script {
        Script::File(path) => {
            let path_text = l.known(node, "script", path.span, &path.value)?;
            // Without a slash a shell would look for it among the programs.
            let path_text = if path_text.contains('/') { path_text } else { format!("./{path_text}") };
            shell::word(&path_text)
        }
        Script::Inline { shebang, lines: body, span } => {
            let parts = run::inline(l, node, shebang.as_ref(), body, *span)?;
            note(l, &parts);
            lines.push("script=\"$(mktemp)\"".to_owned());
            lines.extend(written(l, &parts));
            lines.push("chmod +x \"$script\"".to_owned());
            after.push("rm -f \"$script\"".to_owned());
            "\"$script\"".to_owned()
        }
    };
    let run = if command.is_empty() { format!("{values} {path}") } else { words(l, node, command, values, &path)? };
    lines.push(if *exit_codes == [0] {
        run
    } else {
        let codes: Vec<String> = exit_codes.iter().map(i64::to_string).collect();
        format!("status=0\n{run} || status=$?\ncase $status in {}) ;; *) exit 1 ;; esac", codes.join(" | "))
    });
    lines.extend(after);
    Some(lines)
}

/// Lines that write a script; plain texts stand there as they are.
fn written(l: &Lowering<'_>, parts: &[Content]) -> Vec<String> {
    match parts {
        [Content::Text(text)] => {
            let mut word = "END".to_owned();
            while text.lines().any(|line| line == word) {
                word.push('_');
            }
            vec![format!("cat >\"$script\" <<'{word}'\n{text}{word}")]
        }
        parts => vec![format!("printf '%s' {} >\"$script\"", host_word(l.parameters, parts))],
    }
}

/// The words of a command of one's own.
fn words(l: &mut Lowering<'_>, node: &Node, command: &[Text], values: &str, path: &str) -> Option<String> {
    let mut out = Vec::new();
    // Fields become what a shell that reads the word will find.
    let inner = if path == "\"$script\"" { "\u{1}".to_owned() } else { path.to_owned() };
    let field = |name: &str| match name {
        "Vars" => Some(values.to_owned()),
        "Script" => Some(inner.clone()),
        _ => None,
    };
    for word in command {
        let parts = l.parts(node, "execute_command", node.origin, word, &field)?;
        note(l, &parts);
        let text = host_word(l.parameters, &parts);
        out.push(if text.contains('\u{1}') {
            let plain: String = parts.into_iter().map(Content::into_text).collect();
            shell::double(&plain).replace('\u{1}', "$script")
        } else {
            text
        });
    }
    Some(out.join(" "))
}

/// The text of a script of host steps.
pub(super) fn script(l_header: &str, parameters: &[(String, Option<String>)], steps: &[String]) -> String {
    let mut out = String::from("#!/bin/sh\n");
    for line in l_header.lines() {
        out.push_str("# ");
        out.push_str(line);
        out.push('\n');
    }
    out.push_str("set -e\n");
    for (name, default) in parameters {
        let line = match default {
            Some(default) => format!("{name}=\"${{{name}-{}}}\"", inner(default)),
            None => format!(": \"${{{name}?}}\""),
        };
        out.push_str(&line);
        out.push('\n');
    }
    for step in steps {
        out.push('\n');
        out.push_str(step);
        out.push('\n');
    }
    out
}

fn inner(text: &str) -> String {
    let quoted = shell::double(text);
    quoted[1..quoted.len() - 1].replace('}', "\\}")
}
