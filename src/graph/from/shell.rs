//! The `shell` provisioner.

use super::scripts::{self, Shebang};
use super::taker::Taker;
use super::{Role, foreign};
use crate::graph::command::Invocation;
use crate::graph::{Node, NodeKind, Run, Shell};
use crate::resolve::value::Text;
use crate::source::Spanned;

const COMMAND: &str = "chmod +x {{.Path}}; {{.Vars}} {{.Path}}";
const COMMAND_WITH_FILE: &str = "chmod +x {{.Path}}; . {{.EnvVarFile}} && {{.Path}}";

pub(super) fn shell(mut taker: Taker<'_>, role: Role) -> Node {
    // An own `inline_shebang` is written even above lines that have one; the default is not.
    let shebang = match taker.text("inline_shebang") {
        Some(own) => Shebang::Always(scripts::shebang(&own.value)),
        None => Shebang::UnlessThere(Text::literal("#!/bin/sh -e")),
    };
    let scripts = scripts::scripts(&mut taker, shebang);
    if scripts.is_empty() {
        return foreign::foreign(taker, role);
    }
    let environment_file = taker.is_true("use_env_var_file");
    let command = taker.text("execute_command").unwrap_or_else(|| {
        let default = if environment_file { COMMAND_WITH_FILE } else { COMMAND };
        Spanned::new(scripts::command(default, taker.span()), taker.span())
    });
    let run = Run {
        options: taker.options(),
        scripts,
        environment: scripts::environment(&mut taker),
        invocation: Invocation::Verbatim(command.value.clone()),
        command,
        remote_folder: taker.text("remote_folder").map_or_else(|| Text::literal("/tmp"), |folder| folder.value),
        remote_file: taker.text("remote_file"),
        remote_path: taker.text("remote_path"),
        keep_script: taker.is_true("skip_clean"),
        environment_file,
        environment_format: taker.text("env_var_format"),
        exit_codes: scripts::exit_codes(&mut taker),
        expect_disconnect: taker.is_true("expect_disconnect"),
        pause_after: taker.duration("pause_after"),
        verbatim: taker.is_true("binary"),
        shell: Shell::Posix,
    };
    taker.finish(NodeKind::Run(run))
}
