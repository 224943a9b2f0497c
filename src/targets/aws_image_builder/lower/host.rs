//! Steps on the host that builds: scripts beside the template, to be run before it is deployed or after an image is made.

use std::collections::BTreeSet;

use super::Lowering;
use super::content::Content;
use crate::graph::{EnvironmentValue, HostCommand, Node, Script, StepOptions};
use crate::resolve::value::{ParameterId, Text};
use crate::targets::environment::{of_scripts, system_name};
use crate::targets::text::shell as words;

/// When a script runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// Before everything.
    Before,
    /// Once the image is made.
    After,
}

/// A provisioner or post-processor on the host.
pub(super) fn command(l: &mut Lowering<'_>, node: &Node, command: &HostCommand, when: When) {
    let mut used = BTreeSet::new();
    let Some(text) = text(l, node, command, &mut used) else { return };
    let how = match when {
        When::Before => format!("runs on the host, before everything: {}.before.sh", l.name),
        When::After => format!("runs on the host, once the image is made: {}.after.sh", l.name),
    };
    if node.written.is_empty() {
        l.report.moved(node, "", node.origin, &how);
    }
    for written in &node.written {
        l.report.moved(node, &written.name, written.span, &how);
    }
    let needed: String = used.iter().map(|id| format!(": \"${{{}?}}\"\n", variable(l, *id))).collect();
    push(l, when, format!("{needed}{text}"));
}

/// Puts a step behind those that run at that time.
pub(super) fn push(l: &mut Lowering<'_>, when: When, step: String) {
    let word = if when == When::Before { "before" } else { "after" };
    l.host_scripts.entry(word).or_default().push(step);
}

/// The environment variable that gives a parameter to a script on the host.
fn variable(l: &Lowering<'_>, id: ParameterId) -> String {
    format!("PKR_VAR_{}", l.parameters.get(id).name.replace('-', "_"))
}

/// The file of scripts that run at that time.
pub(super) fn script(header: &str, steps: &[String]) -> String {
    let mut out = format!("#!/bin/sh\n# {header}\nset -e\n");
    for step in steps {
        out.push('\n');
        out.push_str(step);
        out.push('\n');
    }
    out
}

fn text(l: &mut Lowering<'_>, node: &Node, command: &HostCommand, used: &mut BTreeSet<ParameterId>) -> Option<String> {
    let HostCommand { options, scripts, environment, command, only_on, exit_codes } = command;
    let StepOptions { name: _, pause_before: _, timeout: _, retries, continue_on_error } = options;
    let values = of_scripts(l.image, environment, words::word, |EnvironmentValue { name, value, span }| {
        let name = l.known(node, "environment_vars", *span, name)?;
        let value = refused(l, node, "environment_vars", *span, value, &|_| None)?;
        Some((name, word(l, &value, used)))
    })?;
    let values: Vec<String> = values.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let values = values.join(" ");
    let mut lines = vec![format!("# {}", node.construct)];
    for script in scripts {
        let mut after = None;
        let path = match script {
            Script::File(path) => {
                let path = l.known(node, "script", path.span, &path.value)?;
                // Without a slash a shell would look for it among the programs.
                words::word(&if path.contains('/') { path } else { format!("./{path}") })
            }
            Script::Inline { shebang, lines: body, span } => {
                let mut text = Text::new();
                for line in shebang.iter().chain(body) {
                    text.push(line);
                    text.push_str("\n");
                }
                let parts = refused(l, node, "inline", *span, &text, &|_| None)?;
                let word = word(l, &parts, used);
                lines.push(format!("script=\"$(mktemp)\"\nprintf '%s' {word} >\"$script\"\nchmod +x \"$script\""));
                after = Some("rm -f \"$script\"".to_owned());
                "\"$script\"".to_owned()
            }
        };
        let run = if command.is_empty() {
            format!("{values} {path}")
        } else {
            let field = |name: &str| match name {
                "Vars" => Some(values.clone()),
                // What a shell that reads the word will find.
                "Script" => Some("\u{1}".to_owned()),
                _ => None,
            };
            let mut out = Vec::new();
            for text in command {
                let parts = refused(l, node, "execute_command", node.origin, text, &field)?;
                let plain = path.trim_matches('"').trim_matches('\'');
                out.push(word(l, &parts, used).replace('\u{1}', plain));
            }
            // A path from a variable has to stand in quotes that fill it in.
            out.iter().map(|word| word.replace("'$script'", "\"$script\"")).collect::<Vec<_>>().join(" ")
        };
        lines.push(if *exit_codes == [0] {
            run
        } else {
            let codes: Vec<String> = exit_codes.iter().map(i64::to_string).collect();
            format!("status=0\n{run} || status=$?\ncase $status in {}) ;; *) exit 1 ;; esac", codes.join(" | "))
        });
        lines.extend(after);
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
        let systems: Vec<String> = only_on.iter().map(|system| words::word(&system_name(system))).collect();
        text = format!("case \"$(uname -s)\" in {})\n{text}\n;;\nesac", systems.join(" | "));
    }
    Some(text)
}

fn refused(
    l: &mut Lowering<'_>,
    node: &Node,
    name: &str,
    span: crate::source::Span,
    text: &Text,
    field: &dyn Fn(&str) -> Option<String>,
) -> Option<Vec<Content>> {
    match l.parts(text, field) {
        Ok(parts) => Some(parts),
        Err((why, help)) => {
            l.report.refused(node, name, span, &why, help);
            None
        }
    }
}

/// A word of a script; parameters come from the environment.
fn word(l: &Lowering<'_>, parts: &[Content], used: &mut BTreeSet<ParameterId>) -> String {
    if let Some(text) = Content::known(parts) {
        return words::word(&text);
    }
    let mut out = String::from("\"");
    for part in parts {
        match part {
            Content::Text(text) => {
                let quoted = words::double(text);
                out.push_str(&quoted[1..quoted.len() - 1]);
            }
            // No instance is there that could be asked.
            Content::Instance => out.push_str("${PACKER_BUILD_ID?}"),
            Content::Parameter(id) => {
                used.insert(*id);
                out.push_str(&format!("${{{}}}", variable(l, *id)));
            }
        }
    }
    out.push('"');
    out
}
