//! `shell-local`, as provisioner and as post-processor.

use super::scripts::{self, Shebang};
use super::taker::Taker;
use super::{Role, foreign};
use crate::graph::{HostCommand, Node, NodeKind, Script, StepOptions};
use crate::resolve::value::Text;

pub(super) fn provisioner(mut taker: Taker<'_>, role: Role) -> Node {
    let Some(scripts) = scripts(&mut taker) else { return foreign::foreign(taker, role) };
    let options = taker.options();
    let command = command(&mut taker);
    finish(taker, scripts, options, command)
}

pub(super) fn post_processor(mut taker: Taker<'_>) -> Node {
    let Some(scripts) = scripts(&mut taker) else { return foreign::foreign(taker, Role::AfterImage) };
    taker.keep_input_artifact();
    let options = StepOptions {
        name: taker.component.meta.name.as_ref().map(|name| name.value.clone()),
        ..StepOptions::default()
    };
    let mut command = command(&mut taker);
    if command.len() == 1 {
        // A single word is its old form: a text for `sh -c`.
        command.splice(0..0, [Text::literal("sh"), Text::literal("-c")]);
    }
    finish(taker, scripts, options, command)
}

fn finish(mut taker: Taker<'_>, scripts: Vec<Script>, options: StepOptions, command: Vec<Text>) -> Node {
    let host = HostCommand {
        options,
        scripts,
        environment: scripts::environment(&mut taker),
        command,
        only_on: taker.decided_list("only_on").map_or_else(Vec::new, |systems| systems.value),
        exit_codes: scripts::exit_codes(&mut taker),
    };
    taker.finish(NodeKind::HostCommand(host))
}

fn command(taker: &mut Taker<'_>) -> Vec<Text> {
    taker.texts("execute_command").map_or_else(Vec::new, |words| words.value)
}

fn scripts(taker: &mut Taker<'_>) -> Option<Vec<Script>> {
    // Unlike `shell` it writes the line even above one that is there.
    let interpreter = taker.text("inline_shebang").map_or_else(|| Text::literal("/bin/sh -e"), |own| own.value);
    let line = scripts::shebang(&interpreter);
    let mut scripts = scripts::scripts(taker, Shebang::Always(line.clone()));
    if let Some(command) = taker.text("command") {
        scripts.push(Script::Inline { shebang: Some(line), lines: vec![command.value], span: command.span });
    }
    if scripts.is_empty() { None } else { Some(scripts) }
}
