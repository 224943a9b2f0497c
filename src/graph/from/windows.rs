//! The provisioners of Windows guests: `powershell`, `windows-shell`, `windows-restart`.

use super::scripts::{self, Shebang};
use super::taker::Taker;
use super::{Role, foreign};
use crate::graph::command::Invocation;
use crate::graph::{Node, NodeKind, Restart, Run, Script, Shell};
use crate::resolve::value::Text;
use crate::source::Spanned;

pub(super) fn powershell(mut taker: Taker<'_>, role: Role) -> Node {
    let scripts = scripts::scripts(&mut taker, Shebang::Never);
    if scripts.is_empty() {
        return foreign::foreign(taker, role);
    }
    let command = taker.text("execute_command").unwrap_or_else(|| {
        let text = powershell_command(&taker, &scripts);
        Spanned::new(scripts::command(&text, taker.span()), taker.span())
    });
    let run = Run {
        options: taker.options(),
        scripts,
        environment: scripts::environment(&mut taker),
        invocation: Invocation::Verbatim(command.value.clone()),
        command,
        remote_folder: Text::literal("c:/Windows/Temp"),
        remote_file: None,
        remote_path: taker.text("remote_path"),
        keep_script: taker.is_true("skip_clean"),
        environment_file: false,
        environment_format: taker.text("env_var_format"),
        exit_codes: scripts::exit_codes(&mut taker),
        expect_disconnect: false,
        pause_after: taker.duration("pause_after"),
        verbatim: taker.is_true("binary"),
        shell: Shell::PowerShell,
    };
    taker.finish(NodeKind::Run(run))
}

/// What the plugin runs where the template does not say. The arguments that it is made of stay facts.
fn powershell_command(taker: &Taker<'_>, scripts: &[Script]) -> String {
    let known = |name: &str| taker.value(name).and_then(|argument| argument.value.as_str());
    let policy = known("execution_policy").map_or_else(|| "bypass".to_owned(), |policy| policy.to_lowercase());
    let pwsh = taker.value("use_pwsh").and_then(|argument| argument.value.as_bool()).unwrap_or(false);
    let trace = taker.value("debug_mode").and_then(|argument| argument.value.as_number()?.to_i64()).unwrap_or(0);
    let program = if pwsh { "pwsh" } else { "powershell" };
    if scripts.iter().all(|script| matches!(script, Script::Inline { .. })) {
        return if policy == "none" {
            "-file {{.Path}}".to_owned()
        } else {
            format!("{program} -executionpolicy {policy} -file {{{{.Path}}}}")
        };
    }
    let trace = if trace == 0 { String::new() } else { format!("Set-PsDebug -Trace {trace};") };
    let body = format!(
        "& {{ if (Test-Path variable:global:ProgressPreference){{set-variable -name variable:global:ProgressPreference \
         -value 'SilentlyContinue'}};{trace}. {{{{.Vars}}}}; &'{{{{.Path}}}}'; exit $LastExitCode }}"
    );
    match (policy.as_str(), pwsh) {
        ("none", _) => body,
        (policy, true) => format!("pwsh -executionpolicy {policy} -command \"{body}\""),
        (policy, false) => format!("powershell -executionpolicy {policy} \"{body}\""),
    }
}

pub(super) fn windows_shell(mut taker: Taker<'_>, role: Role) -> Node {
    let scripts = scripts::scripts(&mut taker, Shebang::Never);
    if scripts.is_empty() {
        return foreign::foreign(taker, role);
    }
    let command = taker
        .text("execute_command")
        .unwrap_or_else(|| Spanned::new(scripts::command("{{.Vars}}\"{{.Path}}\"", taker.span()), taker.span()));
    let run = Run {
        options: taker.options(),
        scripts,
        environment: scripts::environment(&mut taker),
        invocation: Invocation::Verbatim(command.value.clone()),
        command,
        remote_folder: Text::literal("c:/Windows/Temp"),
        remote_file: Some(Spanned::new(Text::literal("script.bat"), taker.span())),
        remote_path: taker.text("remote_path"),
        // The plugin never removes what it uploaded.
        keep_script: true,
        environment_file: false,
        environment_format: taker.text("env_var_format"),
        exit_codes: scripts::exit_codes(&mut taker),
        expect_disconnect: false,
        pause_after: None,
        // It never changes line ends, so `binary` says nothing and stays a fact.
        verbatim: true,
        shell: Shell::Cmd,
    };
    taker.finish(NodeKind::Run(run))
}

pub(super) fn windows_restart(mut taker: Taker<'_>) -> Node {
    let restart = Restart { options: taker.options() };
    taker.finish(NodeKind::Restart(restart))
}
