//! Steps on Windows: everything is PowerShell, run as SYSTEM.

use base64::Engine as _;

use super::content::Content;
use super::shell::unique;
use super::upload::{Fetched, limit};
use super::{Draft, Lowering};
use crate::graph::{EnvironmentValue, Node, Restart, Run, Script, Shell, StepOptions};
use crate::resolve::value::Text;
use crate::source::Span;
use crate::targets::aws_image_builder::document::{self, Action, Step};
use crate::targets::aws_image_builder::model::{Platform, Value};
use crate::targets::aws_image_builder::names::{Wish, slug};
use crate::targets::text::shell::formatted;

/// The exit status with which AWSTOE restarts the machine and runs the step again.
const RESTARTS: i64 = 3010;

/// A `powershell` or `windows-shell` provisioner.
pub(super) fn run(l: &mut Lowering<'_>, node: &Node, run: &Run) {
    let Run {
        options,
        scripts,
        environment,
        invocation: _,
        command,
        remote_folder,
        remote_file,
        remote_path,
        keep_script,
        environment_file: _,
        environment_format,
        exit_codes,
        expect_disconnect: _,
        pause_after,
        verbatim: _,
        shell,
    } = run;
    if l.platform != Platform::Windows {
        l.report.refused(node, "", node.origin, "its scripts are for Windows, and the image is none", None);
        return;
    }
    elevated(l, node);
    let format = match environment_format {
        Some(format) => match l.known(node, "env_var_format", format.span, &format.value) {
            Some(format) => Some(format),
            None => return,
        },
        None => None,
    };
    let wish = Wish { name: options.name.clone(), ..wish(scripts) };
    let number = l.script_number(&wish);
    let extension = if *shell == Shell::Cmd { "bat" } else { "ps1" };
    let file = match remote_path {
        Some(path) => match l.known(node, "remote_path", path.span, &path.value) {
            Some(path) => path,
            None => return,
        },
        None => {
            let Some(folder) = l.known(node, "remote_folder", node.origin, remote_folder) else { return };
            match remote_file {
                Some(file) => match l.known(node, "remote_file", file.span, &file.value) {
                    Some(file) => format!("{folder}/{file}"),
                    None => return,
                },
                None => format!("{folder}/script-{number}.{extension}"),
            }
        }
    };
    let Some(values) = values(l, node, environment) else { return };
    let mut draft = l.draft(options, wish);
    begin(l, &mut draft, options);
    for script in scripts {
        if is_generalisation(script) {
            let how = "it is left out: Image Builder runs Sysprep itself once everything else is done";
            l.report.exact(node, "", node.origin, how);
            continue;
        }
        let Some((bytes, wrapped)) = body(l, node, script, *shell) else { return };
        let mut out = Powershell::default();
        out.push("$ErrorActionPreference = 'Stop'");
        out.push(format!("$path = {}", quoted(&file)));
        if bytes.len() > l.inline_script() {
            let fetched = super::upload::fetch(l, &mut draft, bytes);
            out.check(&fetched);
            out.push(format!("Move-Item -Force {} $path", quoted(&fetched.path)));
        } else {
            out.write(&bytes, "$path");
        }
        for (name, value) in &values {
            let value = out.value(l, value);
            out.push(format!("[Environment]::SetEnvironmentVariable({}, {value}, 'Process')", quoted(name)));
        }
        let default = command.value.holes().all(|hole| hole.span == node.origin) || command.span == node.origin;
        let start = if default {
            match (shell, wrapped) {
                (Shell::Cmd, _) => "& cmd.exe /c $path".to_owned(),
                // What the script leaves as the last program's status is its own.
                (Shell::PowerShell | Shell::Posix, _) => {
                    format!("& {} -NoProfile -ExecutionPolicy {} -File $path", program(node), policy(node))
                }
            }
        } else {
            let open = values.iter().any(|(_, value)| Content::known(value).is_none());
            let usual = if *shell == Shell::Cmd { "set \"%s=%s\" && " } else { "$env:%s=\"%s\"; " };
            let text: String = values
                .iter()
                .filter_map(|(name, value)| {
                    Some(formatted(format.as_deref().unwrap_or(usual), name, &Content::known(value)?))
                })
                .collect();
            let text = if open { String::new() } else { text };
            let fill = |field: &str| match field {
                "Path" => Some(file.clone()),
                "Vars" => Some(text.clone()),
                _ => None,
            };
            let parts = match l.parts(&command.value, &fill) {
                Ok(parts) => parts,
                Err((why, help)) => {
                    l.report.refused(node, "execute_command", command.span, &why, help);
                    return;
                }
            };
            let word = out.value(l, &parts);
            format!("& cmd.exe /c {word}")
        };
        // Programs that write errors do not fail by that.
        out.push("$ErrorActionPreference = 'Continue'");
        out.push(start);
        out.push("$status = $LASTEXITCODE");
        if !keep_script {
            out.push("Remove-Item -Force -ErrorAction SilentlyContinue $path");
        }
        let good: Vec<String> = exit_codes.iter().map(i64::to_string).collect();
        let good = good.join(", ");
        if let Some(pause) = pause_after {
            out.push(format!(
                "if ($status -in @({good})) {{ Start-Sleep -Seconds {} }}",
                super::code::seconds(pause.value)
            ));
        }
        out.push(format!("if ($status -in @({good})) {{ exit 0 }}"));
        if !exit_codes.contains(&RESTARTS) {
            out.push(format!("if ($status -eq {RESTARTS}) {{ exit 1 }} # with it the machine would start anew"));
        }
        out.push("if ($status -eq 0) { exit 1 }");
        out.push("exit $status");
        let title = title(script);
        out.finish(l, &mut draft, &title);
    }
    let StepOptions { name: _, pause_before: _, timeout, retries, continue_on_error } = options;
    let goes_on = continue_on_error.as_ref().is_some_and(|it| it.value);
    limit(&mut draft, timeout.as_ref().map(|it| it.value), retries.as_ref().map(|it| it.value), goes_on);
    if draft.build.is_empty() {
        return;
    }
    l.drafts.push(draft);
}

/// Waits where the provisioner does before it starts.
pub(super) fn begin(l: &mut Lowering<'_>, draft: &mut Draft, options: &StepOptions) {
    if let Some(pause) = &options.pause_before {
        let mut out = Powershell::default();
        out.push(format!("Start-Sleep -Seconds {}", super::code::seconds(pause.value)));
        out.finish(l, draft, "wait");
    }
}

fn wish(scripts: &[Script]) -> Wish {
    match scripts.first() {
        Some(Script::File(path)) => Wish { path: path.value.known().map(Into::into), ..Wish::default() },
        Some(Script::Inline { shebang: _, lines, span: _ }) => {
            let lines: Vec<String> = lines.iter().map(super::shell::shape).collect();
            Wish { prefix: "shell-", content: lines.join("\n"), ..Wish::default() }
        }
        None => Wish::default(),
    }
}

fn title(script: &Script) -> String {
    let stem = match script {
        Script::File(path) => path.value.known().map(|path| {
            let file = path.rsplit(['/', '\\']).next().unwrap_or_default();
            slug(file.rsplit_once('.').map_or(file, |(stem, _)| stem))
        }),
        Script::Inline { .. } => None,
    };
    stem.filter(|stem| !stem.is_empty()).unwrap_or_else(|| "run".to_owned())
}

/// Whether a script does nothing but make the installation general, which Image Builder does.
fn is_generalisation(script: &Script) -> bool {
    let Script::Inline { shebang: _, lines, span: _ } = script else { return false };
    let general = |line: &str| {
        let line = line.to_lowercase();
        let tools = [
            "initializeinstance.ps1",
            "sysprepinstance.ps1",
            "sendwindowsisready.ps1",
            "ec2launch sysprep",
            "ec2launch.exe sysprep",
        ];
        line.contains("sysprep.exe") && line.contains("/generalize")
            || tools.iter().any(|tool| line.contains(tool))
            || line.contains("ec2launch.exe") && line.contains(" reset")
    };
    let said: Vec<String> = lines
        .iter()
        .filter_map(|line| line.known())
        .flat_map(|line| line.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let said: Vec<&String> =
        said.iter().filter(|line| !line.trim().is_empty() && !line.trim().starts_with('#')).collect();
    !said.is_empty() && said.iter().all(|line| general(line))
}

/// The script's bytes, and whether it is our wrapper around lines of the template.
fn body(l: &mut Lowering<'_>, node: &Node, script: &Script, shell: Shell) -> Option<(Vec<u8>, bool)> {
    match script {
        Script::File(path) => {
            let written = l.known(node, "script", path.span, &path.value)?;
            match l.context.files.read(&written) {
                Ok(bytes) => Some((bytes, false)),
                Err(error) => {
                    l.report.refused(node, "script", path.span, &format!("{written} cannot be read: {error}"), None);
                    None
                }
            }
        }
        Script::Inline { shebang: _, lines, span } => {
            let mut texts = Vec::new();
            for line in lines {
                texts.push(inline(l, node, *span, line)?);
            }
            if shell == Shell::Cmd {
                // A batch file says what it does unless told otherwise; so does Packer's.
                return Some((
                    texts.iter().flat_map(|line| [line.as_str(), "\r\n"]).collect::<String>().into_bytes(),
                    true,
                ));
            }
            let lines: String = texts.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
            let text = format!(
                "$ProgressPreference = 'SilentlyContinue'\ntry {{\n{lines}}} catch {{\n  Write-Error -ErrorAction Continue -ErrorRecord $_\n  exit 1\n}}\nif ($LASTEXITCODE) {{ exit $LASTEXITCODE }}\nexit 0\n"
            );
            Some((text.into_bytes(), true))
        }
    }
}

fn inline(l: &mut Lowering<'_>, node: &Node, span: Span, line: &Text) -> Option<String> {
    l.known(node, "inline", span, line)
}

fn values(l: &mut Lowering<'_>, node: &Node, environment: &[EnvironmentValue]) -> Option<Vec<(String, Vec<Content>)>> {
    super::shell::values(l, node, environment)
}

fn fact<'a>(node: &'a Node, name: &str) -> Option<&'a crate::graph::Fact> {
    node.facts.iter().find(|fact| fact.name == name)
}

fn policy(node: &Node) -> String {
    let known = fact(node, "execution_policy").and_then(|fact| fact.value.as_str()).map(|policy| policy.to_lowercase());
    known.filter(|policy| policy != "none").unwrap_or_else(|| "bypass".to_owned())
}

fn program(node: &Node) -> &'static str {
    let pwsh = fact(node, "use_pwsh").and_then(|fact| fact.value.as_bool()).unwrap_or(false);
    if pwsh { "pwsh.exe" } else { "powershell.exe" }
}

/// What the template says of the user that runs it.
fn elevated(l: &mut Lowering<'_>, node: &Node) {
    for fact in &node.facts {
        match fact.name.as_str() {
            "elevated_user" => {
                let system = fact.value.as_str().is_some_and(|user| {
                    let user = user.to_lowercase();
                    user == "system" || user.ends_with("\\system")
                });
                if system {
                    l.report.exact(node, &fact.name, fact.span, "every step runs as SYSTEM");
                } else {
                    let how = "every step runs as SYSTEM";
                    l.report.approximated(node, &fact.name, fact.span, how, None);
                }
            }
            "elevated_password" => {
                l.report.exact(node, &fact.name, fact.span, "every step runs as SYSTEM, who needs none");
            }
            "elevated_execute_command"
            | "elevated_env_var_format"
            | "start_retry_timeout"
            | "remote_env_var_path"
            | "binary"
            | "debug_mode"
            | "execution_policy"
            | "use_pwsh"
            | "environment_vars"
            | "env_var_format" => l.report.answered(node, &fact.name),
            other => {
                let how = format!("`{other}` says how Packer connects, and nothing connects");
                l.report.near(node, other, fact.span, &how);
            }
        }
    }
}

/// `windows-restart`
pub(super) fn restart(l: &mut Lowering<'_>, node: &Node, restart: &Restart) {
    let Restart { options } = restart;
    for name in ["restart_command", "restart_check_command", "check_registry", "registry_keys"] {
        l.report.answered(node, name);
    }
    let mut draft = l.draft(
        options,
        Wish {
            prefix: "restart-",
            content: node.facts.iter().map(|fact| fact.name.clone()).collect(),
            ..Wish::default()
        },
    );
    begin(l, &mut draft, options);
    let known = |name: &str| fact(node, name).and_then(|fact| fact.value.as_str().map(|text| text.into_owned()));
    if let Some(command) = known("restart_command").filter(|command| !command.is_empty() && !is_shutdown(command)) {
        let mut out = Powershell::default();
        out.push(format!("& cmd.exe /c {}", safe(&command)));
        out.finish(l, &mut draft, "prepare");
    }
    let name = unique(&draft, "restart");
    draft.build.push(Step::new(name, Action::Reboot { delay_seconds: 0 }));
    if let Some(command) = known("restart_check_command").filter(|command| !command.is_empty()) {
        let mut out = Powershell::default();
        out.push(format!("& cmd.exe /c {}", safe(&command)));
        out.push("exit $LASTEXITCODE");
        out.finish(l, &mut draft, "check");
    }
    let check = fact(node, "check_registry").and_then(|fact| fact.value.as_bool()).unwrap_or(false);
    if check {
        let given = fact(node, "registry_keys")
            .and_then(|fact| fact.value.as_items())
            .map(|keys| keys.iter().filter_map(|key| key.as_str().map(|key| key.into_owned())).collect::<Vec<_>>());
        let usual = || {
            vec![
                "HKLM:SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending"
                    .to_owned(),
                "HKLM:SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\PackagesPending"
                    .to_owned(),
                "HKLM:Software\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\PostRebootReporting"
                    .to_owned(),
                "HKLM:SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired"
                    .to_owned(),
            ]
        };
        let keys: Vec<String> =
            given.filter(|keys| !keys.is_empty()).unwrap_or_else(usual).iter().map(|key| safe(key)).collect();
        let mut out = Powershell::default();
        out.push(format!("foreach ($key in @({})) {{", keys.join(", ")));
        out.push("  while (Test-Path $key) { Start-Sleep -Seconds 5 }");
        out.push("}");
        out.finish(l, &mut draft, "registry");
    }
    if let Some(fact) = fact(node, "restart_timeout") {
        l.report.near(node, &fact.name, fact.span, "a restart takes as long as it needs");
    }
    l.drafts.push(draft);
}

fn is_shutdown(command: &str) -> bool {
    let command = command.trim().to_lowercase();
    let first = command.split_whitespace().next().unwrap_or_default().to_owned();
    let shutdown = first.ends_with("shutdown") || first.ends_with("shutdown.exe");
    let restart = command.contains("restart-computer") && !command.contains([';', '|']);
    shutdown && command.contains("/r") && !command.contains(['&', '|']) || restart
}

/// The `windows-update` plugin.
pub(super) fn update(l: &mut Lowering<'_>, node: &Node, options: &StepOptions) {
    let mut draft = l.draft(options, Wish { prefix: "update-", content: "windows".to_owned(), ..Wish::default() });
    begin(l, &mut draft, options);
    let (mut include, mut exclude) = (Vec::new(), Vec::new());
    for fact in &node.facts {
        match fact.name.as_str() {
            "filters" => {
                l.report.answered(node, &fact.name);
                let filters = fact.value.as_items().unwrap_or_default();
                for filter in filters {
                    let Some(filter) = filter.as_str() else { continue };
                    let (kind, condition) = filter.split_once(':').unwrap_or(("", &filter));
                    match (kind, title_pattern(condition)) {
                        ("exclude", Some(pattern)) => exclude.push(pattern),
                        ("include", Some(pattern)) => include.push(pattern),
                        ("include", None) if condition.trim().eq_ignore_ascii_case("$true") => {}
                        _ => {
                            let how = format!("`{}` is left out: updates are chosen by KB number or title", filter);
                            l.report.approximated(node, &fact.name, fact.span, &how, None);
                        }
                    }
                }
            }
            "search_criteria" => {
                let usual = fact.value.as_str().is_some_and(|it| {
                    matches!(
                        it.as_ref(),
                        "IsInstalled=0" | "BrowseOnly=0 and IsInstalled=0" | "AutoSelectOnWebSites=1 and IsInstalled=0"
                    )
                });
                let how = "all updates that the system offers are installed, whatever is searched for";
                if usual {
                    l.report.near(node, &fact.name, fact.span, how);
                } else {
                    l.report.approximated(node, &fact.name, fact.span, how, None);
                }
            }
            "update_limit" => {
                l.report.near(node, &fact.name, fact.span, "all of them are installed at once");
            }
            name => l.report.near(node, name, fact.span, "nothing connects, so nothing has to be tried again"),
        }
    }
    let name = unique(&draft, "update");
    draft.build.push(Step::new(name, Action::UpdateOs { include, exclude }));
    let StepOptions { name: _, pause_before: _, timeout, retries, continue_on_error } = options;
    let goes_on = continue_on_error.as_ref().is_some_and(|it| it.value);
    limit(&mut draft, timeout.as_ref().map(|it| it.value), retries.as_ref().map(|it| it.value), goes_on);
    l.drafts.push(draft);
}

/// The pattern of `$_.Title -like '*X*'`.
fn title_pattern(condition: &str) -> Option<String> {
    let rest = condition.trim().strip_prefix("$_.Title")?.trim_start().strip_prefix("-like")?.trim();
    let inner = rest.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let inner = inner.or_else(|| rest.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')))?;
    (!inner.contains(['\'', '"']) && document::is_safe(inner)).then(|| inner.to_owned())
}

/// Puts a small file.
pub(super) fn put(l: &mut Lowering<'_>, draft: &mut Draft, bytes: &[u8], target: &str) {
    let mut out = Powershell::default();
    out.push("$ErrorActionPreference = 'Stop'");
    out.push(format!("$path = {}", quoted(target)));
    out.write(bytes, "$path");
    out.finish(l, draft, "put");
}

/// Puts a file that was fetched.
pub(super) fn move_to(l: &mut Lowering<'_>, draft: &mut Draft, fetched: &Fetched, target: &str) {
    let mut out = Powershell::default();
    out.push("$ErrorActionPreference = 'Stop'");
    out.check(fetched);
    out.push(format!("Copy-Item -Force {} {}", quoted(&fetched.path), quoted(target)));
    out.push(format!("Remove-Item -Force {}", quoted(&fetched.path)));
    out.finish(l, draft, "put");
}

/// Unpacks a folder that was fetched.
pub(super) fn unpack(
    l: &mut Lowering<'_>,
    draft: &mut Draft,
    fetched: &Fetched,
    target: &str,
    name: &str,
    inside: bool,
) {
    let mut out = Powershell::default();
    out.push("$ErrorActionPreference = 'Stop'");
    out.check(fetched);
    out.push(format!("$to = {}", quoted(target)));
    if !inside {
        out.push(format!("if (Test-Path -PathType Container $to) {{ $to = Join-Path $to {} }}", quoted(name)));
    }
    out.push("New-Item -Force -ItemType Directory $to | Out-Null");
    out.push(format!("& tar.exe -xzmf {} -C $to", quoted(&fetched.path)));
    out.push("if ($LASTEXITCODE) { exit 1 }");
    out.push(format!("Remove-Item -Force {}", quoted(&fetched.path)));
    out.finish(l, draft, "put");
}

/// A step that only waits.
pub(super) fn wait(l: &mut Lowering<'_>, draft: &mut Draft, seconds: u64) {
    let mut out = Powershell::default();
    out.push(format!("Start-Sleep -Seconds {seconds}"));
    out.finish(l, draft, "wait");
}

/// A script of PowerShell that grows.
#[derive(Debug, Default)]
struct Powershell {
    lines: Vec<String>,
    given: std::collections::BTreeMap<String, (String, Value)>,
    before: Vec<String>,
}

impl Powershell {
    fn push(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// Writes bytes to a path, which is an expression.
    fn write(&mut self, bytes: &[u8], path: &str) {
        let text = std::str::from_utf8(bytes).ok();
        let here = text.filter(|text| {
            text.ends_with('\n') && document::is_safe(text) && !text.lines().any(|line| line.starts_with("'@"))
        });
        match here {
            Some(text) => {
                // The last newline belongs to the end of the text.
                self.push(format!(
                    "$text = @'\n{text}'@\n[IO.File]::WriteAllText({path}, $text.Replace(\"`r`n\", \"`n\") + \"`n\")"
                ));
            }
            None => {
                let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
                self.push(format!("[IO.File]::WriteAllBytes({path}, [Convert]::FromBase64String('{encoded}'))"));
            }
        }
    }

    fn check(&mut self, fetched: &Fetched) {
        let Fetched { path, sha256 } = fetched;
        let path = quoted(path);
        self.push(format!("if ((Get-FileHash -Algorithm SHA256 {path}).Hash -ne '{sha256}') {{ throw 'the file is not the one that was uploaded' }}"));
    }

    /// A text as an expression; parameters are read from variables.
    fn value(&mut self, l: &mut Lowering<'_>, parts: &[Content]) -> String {
        let mut out = Vec::new();
        for part in parts {
            match part {
                Content::Text(text) => out.push(safe(text)),
                Content::Instance => {
                    let read = "$token = Invoke-RestMethod -Method Put -Headers @{'X-aws-ec2-metadata-token-ttl-seconds' = '60'} http://169.254.169.254/latest/api/token\n$instance_id = Invoke-RestMethod -Headers @{'X-aws-ec2-metadata-token' = $token} http://169.254.169.254/latest/meta-data/instance-id";
                    if !self.before.iter().any(|line| line == read) {
                        self.before.push(read.to_owned());
                    }
                    out.push("$instance_id".to_owned());
                }
                Content::Parameter(id) => {
                    let parameter = l.parameters.get(*id);
                    let (shell, secret) = (parameter.shell.clone(), parameter.secret);
                    let (name, about) = l.document_parameter(*id);
                    let reference = document::reference(&name);
                    let read = format!("${shell} = @'\n{reference}\n'@");
                    if !self.given.contains_key(&name) {
                        self.before.push(read);
                        if secret {
                            self.before.push(format!("$region = ${shell}.Split(':')[3]"));
                            self.before.push(format!("${shell} = if (${shell} -like 'arn:*:ssm:*') {{ aws ssm get-parameter --region $region --name ${shell} --with-decryption --query Parameter.Value --output text }} else {{ aws secretsmanager get-secret-value --region $region --secret-id ${shell} --query SecretString --output text }}"));
                        }
                        self.given.insert(name, about);
                    }
                    out.push(format!("${shell}"));
                }
            }
        }
        match out.len() {
            0 => "''".to_owned(),
            1 => out.remove(0),
            _ => format!("({})", out.join(" + ")),
        }
    }

    fn finish(self, l: &mut Lowering<'_>, draft: &mut Draft, title: &str) {
        let Self { lines, given, before } = self;
        let _ = &l.platform;
        draft.parameters.extend(given);
        let script: String = before.iter().chain(&lines).flat_map(|line| [line.as_str(), "\n"]).collect();
        let name = unique(draft, title);
        draft.build.push(Step::new(name, Action::ExecutePowerShell(script)));
    }
}

/// A text between quotes that keep all of it.
fn quoted(text: &str) -> String {
    safe(text)
}

/// The same, whatever it holds: braces side by side and controls are made when it runs.
fn safe(text: &str) -> String {
    if document::is_safe(text) && !text.contains('\n') {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let encoded = base64::engine::general_purpose::STANDARD.encode(text);
    format!("[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{encoded}'))")
}
