//! Shell steps as `ExecuteBash`: the script is put where Packer puts it, started as the template says, removed.

use super::code::{Code, is_plain_user, seconds};
use super::content::Content;
use super::upload::{check, fetch};
use super::{Draft, Lowering, container};
use crate::graph::command::{DirectInvocation, Invocation};
use crate::graph::{EnvironmentValue, Node, Run, Script, Shell, StepOptions};
use crate::resolve::value::{HoleKind, Piece, Text};
use crate::source::{Span, Spanned};
use crate::targets::aws_image_builder::document::{Action, Step};
use crate::targets::aws_image_builder::model::Platform;
use crate::targets::aws_image_builder::names::{self, Wish};
use crate::targets::environment;
use crate::targets::text::shell::{formatted, is_name, is_plain};

/// The exit status with which AWSTOE restarts the machine and runs the step again.
const RESTARTS: i64 = 194;

pub(super) fn run(l: &mut Lowering<'_>, node: &Node, run: &Run) {
    let Run {
        options,
        scripts,
        environment,
        invocation,
        command,
        remote_folder,
        remote_file,
        remote_path,
        keep_script,
        environment_file: _,
        environment_format,
        exit_codes,
        expect_disconnect,
        pause_after,
        verbatim,
        shell,
    } = run;
    if *shell != Shell::Posix {
        return super::windows::run(l, node, run);
    }
    if l.platform == Platform::Windows {
        l.report.refused(node, "", node.origin, "its scripts are for a Unix, and the image is a Windows", None);
        return;
    }
    if !container::may_run(l, node, command) {
        return;
    }
    let wish = Wish { name: options.name.clone(), ..wish(scripts) };
    let number = l.script_number(&wish);
    let place = match remote_path {
        Some(path) => l.known(node, "remote_path", path.span, &path.value),
        None => place(l, node, number, remote_folder, remote_file.as_ref()),
    };
    let Some(place) = place else { return };
    let format = match environment_format {
        Some(format) => match l.known(node, "env_var_format", format.span, &format.value) {
            Some(format) => Some(format),
            None => return,
        },
        None => None,
    };
    let Some(environment) = values(l, node, environment) else { return };
    let start =
        Start { number, command, invocation, place: &place, environment: &environment, format: format.as_deref() };
    let mut draft = l.draft(options, wish);
    let mut bodies = Vec::new();
    for script in scripts {
        let Some(body) = body(l, node, script, *verbatim) else { return };
        bodies.push((title(script), body));
    }
    // What is tried again, limited or given up as one has to be one step.
    let StepOptions { name: _, pause_before, timeout, retries, continue_on_error } = options;
    let together = timeout.is_some() || retries.is_some() || continue_on_error.is_some();
    let last = bodies.len() - 1;
    let mut code = Code::default();
    let mut restarts = false;
    for (at, (title, body)) in bodies.into_iter().enumerate() {
        if at == 0
            && let Some(pause) = pause_before
        {
            code.push(format!("sleep {}", seconds(pause.value)));
        }
        if code_is_fresh(at, together) {
            session(l, &mut code);
        }
        let (body, restart) = if *expect_disconnect { without_restart(body) } else { (body, false) };
        if restart && l.container.is_some() {
            // Where the restart may be left out, the rest of the script runs.
            if !l.report.refused(node, "expect_disconnect", node.origin, container::NO_MACHINE, None) {
                return;
            }
        }
        let restart = restart && l.container.is_none();
        restarts = restart;
        if !(restart && is_empty(&body)) {
            let Some(()) = one(l, node, &mut draft, &mut code, &start, body, *keep_script, exit_codes) else { return };
        }
        if at == last
            && let Some(pause) = pause_after
        {
            code.push(format!("sleep {}", seconds(pause.value)));
        }
        if !together || at == last {
            push_step(l, &mut draft, std::mem::take(&mut code), &title);
            if restart {
                let name = unique(&draft, "restart");
                draft.build.push(Step::new(name, Action::Reboot { delay_seconds: 0 }));
            }
        }
    }
    if *expect_disconnect && !restarts {
        let how = "nothing connects, so nothing breaks; a restart in the middle of a script would break the step";
        l.report.near(node, "expect_disconnect", node.origin, how);
    }
    let goes_on = continue_on_error.as_ref().is_some_and(|it| it.value);
    let (limit, retries) = (timeout.as_ref().map(|it| it.value), retries.as_ref().map(|it| it.value));
    super::upload::limit(&mut draft, limit, retries, goes_on);
    l.drafts.push(draft);
}

fn code_is_fresh(at: usize, together: bool) -> bool {
    at == 0 || !together
}

/// A step of a script of bash, called after it.
pub(super) fn push_step(l: &mut Lowering<'_>, draft: &mut Draft, code: Code, title: &str) {
    let (script, parameters) = code.finish(l);
    draft.parameters.extend(parameters);
    let name = unique(draft, title);
    draft.build.push(Step::new(name, Action::ExecuteBash(script)));
}

/// A name that no step of the draft has.
pub(super) fn unique(draft: &Draft, title: &str) -> String {
    (1..)
        .map(|number| if number == 1 { title.to_owned() } else { format!("{title}-{number}") })
        .find(|name| draft.build.iter().chain(&draft.validate).all(|step| step.name != *name))
        .unwrap_or_default()
}

fn wish(scripts: &[Script]) -> Wish {
    match scripts.first() {
        Some(Script::File(path)) => {
            Wish { path: path.value.known().map(Into::into), content: String::new(), ..Wish::default() }
        }
        Some(Script::Inline { shebang: _, lines, span: _ }) => {
            let content: Vec<String> = lines.iter().map(shape).collect();
            Wish { prefix: "shell-", content: content.join("\n"), ..Wish::default() }
        }
        None => Wish::default(),
    }
}

/// A text with its holes named, to tell texts apart.
pub(super) fn shape(text: &Text) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Literal(text) => text.clone(),
        Piece::Hole(hole) => match &hole.what {
            HoleKind::Parameter(id) => format!("<{}>", id.0),
            HoleKind::Field(name) => format!("<{name}>"),
            HoleKind::Unknown(_) => "<?>".to_owned(),
        },
    };
    text.pieces().iter().map(piece).collect()
}

/// How the step of a script is called.
fn title(script: &Script) -> String {
    let stem = match script {
        Script::File(path) => path.value.known().map(|path| {
            let file = path.rsplit('/').next().unwrap_or_default();
            names::slug(file.rsplit_once('.').map_or(file, |(stem, _)| stem))
        }),
        Script::Inline { .. } => None,
    };
    stem.filter(|stem| !stem.is_empty()).unwrap_or_else(|| "run".to_owned())
}

/// Where the script lies while it runs.
fn place(
    l: &mut Lowering<'_>,
    node: &Node,
    number: u32,
    folder: &Text,
    file: Option<&Spanned<Text>>,
) -> Option<String> {
    let folder = l.known(node, "remote_folder", node.origin, folder)?;
    let file = match file {
        Some(file) => l.known(node, "remote_file", file.span, &file.value)?,
        // Packer takes a random number; the same template has to give the same bytes.
        None => format!("script_{number}.sh"),
    };
    Some(format!("{folder}/{file}"))
}

/// The environment as the script sees it: sorted by name, the build's own names first set.
pub(super) fn values(
    l: &mut Lowering<'_>,
    node: &Node,
    given: &[EnvironmentValue],
) -> Option<Vec<(String, Vec<Content>)>> {
    let image = l.image;
    let own = |value: &str| {
        let mut parts = Vec::new();
        Content::push(&mut parts, value);
        parts
    };
    let all = environment::of_scripts(image, given, own, |EnvironmentValue { name, value, span }| {
        let name = l.known(node, "environment_vars", *span, name)?;
        match l.parts(value, &|_| None) {
            Ok(value) => Some((name, value)),
            Err((why, help)) => {
                l.report.refused(node, "environment_vars", *span, &why, help);
                None
            }
        }
    })?;
    Some(all.into_iter().collect())
}

/// What a script file holds.
#[derive(Clone, Debug)]
enum Body {
    /// Text, with parameters in it.
    Parts(Vec<Content>),
    /// Bytes of a file.
    Bytes(Vec<u8>),
}

fn is_empty(body: &Body) -> bool {
    let lines = match body {
        Body::Parts(parts) => Content::known(parts),
        Body::Bytes(bytes) => std::str::from_utf8(bytes).ok().map(str::to_owned),
    };
    lines.is_some_and(|text| text.lines().all(|line| line.trim().is_empty() || line.trim().starts_with('#')))
}

/// Packer reads scripts line by line into a buffer of this size; a longer line ends the script without a word.
const LONGEST_LINE: usize = 65_535;

fn body(l: &mut Lowering<'_>, node: &Node, script: &Script, verbatim: bool) -> Option<Body> {
    match script {
        Script::Inline { shebang, lines, span } => {
            let mut text = Text::new();
            for line in shebang.iter().chain(lines) {
                text.push(line);
                text.push_str("\n");
            }
            match l.parts(&text, &|_| None) {
                Ok(parts) => Some(Body::Parts(unix_lines(l, node, *span, &parts))),
                Err((why, help)) => {
                    l.report.refused(node, "inline", *span, &why, help);
                    None
                }
            }
        }
        Script::File(path) => {
            let written = l.known(node, "script", path.span, &path.value)?;
            let bytes = match l.context.files.read(&written) {
                Ok(bytes) => bytes,
                Err(error) => {
                    l.report.refused(node, "script", path.span, &format!("{written} cannot be read: {error}"), None);
                    return None;
                }
            };
            Some(Body::Bytes(if verbatim { bytes } else { unix_bytes(l, node, path.span, &bytes) }))
        }
    }
}

/// Line ends of other systems become this one's; a line that is too long ends the script.
fn unix_lines(l: &mut Lowering<'_>, node: &Node, span: Span, parts: &[Content]) -> Vec<Content> {
    let mut out = Vec::new();
    let mut lines = Content::lines(parts);
    // What stands behind the last newline is nothing.
    lines.pop();
    for line in lines {
        if line.iter().map(Content::length).sum::<usize>() > LONGEST_LINE {
            say_cut(l, node, "inline", span);
            break;
        }
        let last = line.len().saturating_sub(1);
        for (index, part) in line.iter().enumerate() {
            match part {
                Content::Text(text) if index == last => {
                    Content::push(&mut out, text.strip_suffix('\r').unwrap_or(text));
                }
                Content::Text(text) => Content::push(&mut out, text),
                Content::Parameter(_) | Content::Instance => out.push(part.clone()),
            }
        }
        Content::push(&mut out, "\n");
    }
    out
}

fn unix_bytes(l: &mut Lowering<'_>, node: &Node, span: Span, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 1);
    let lines = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if bytes.is_empty() {
        return out;
    }
    for line in lines.split(|byte| *byte == b'\n') {
        if line.len() > LONGEST_LINE {
            say_cut(l, node, "script", span);
            break;
        }
        out.extend(line.strip_suffix(b"\r").unwrap_or(line));
        out.push(b'\n');
    }
    out
}

fn say_cut(l: &mut Lowering<'_>, node: &Node, name: &str, span: Span) {
    let how = "a line of more than 65,535 bytes ends the script, as Packer ends it: neither it nor what follows runs";
    let help = Some("put the long text into a file and upload that".to_owned());
    l.report.approximated(node, name, span, how, help);
}

/// A script without the restart that it ends with, and whether it had one.
fn without_restart(body: Body) -> (Body, bool) {
    let text = match &body {
        Body::Parts(parts) => Content::known(parts),
        Body::Bytes(bytes) => String::from_utf8(bytes.clone()).ok(),
    };
    let Some(text) = text else { return (body, false) };
    let mut lines: Vec<&str> = text.lines().collect();
    let said = |line: &str| !line.trim().is_empty() && !line.trim().starts_with('#');
    let mut found = false;
    while let Some(at) = lines.iter().rposition(|line| said(line)) {
        let line = lines[at].trim();
        if is_restart(line) {
            lines.truncate(at);
            found = true;
        } else if !found && (line.starts_with("sleep ") || line == "exit 0") {
            // It only waits for the restart, if there is one in front.
            let before = lines[..at].iter().rfind(|line| said(line));
            if !before.is_some_and(|line| is_restart(line.trim())) {
                break;
            }
            lines.truncate(at);
        } else {
            break;
        }
    }
    if !found {
        return (body, false);
    }
    let text: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
    (Body::Bytes(text.into_bytes()), true)
}

/// Whether a command starts the machine anew and does nothing else.
pub(super) fn is_restart(line: &str) -> bool {
    let line = line.trim_end_matches([';', '&', ' ']);
    let line = line.strip_suffix("|| true").unwrap_or(line).trim();
    let mut words: Vec<&str> = line.split_whitespace().collect();
    while words.first().is_some_and(|word| matches!(*word, "sudo" | "nohup" | "-n" | "exec")) {
        words.remove(0);
    }
    let name = |word: &str| word.rsplit('/').next().unwrap_or_default().to_owned();
    let Some((first, rest)) = words.split_first() else { return false };
    match (name(first).as_str(), rest) {
        ("reboot", rest) => {
            rest.iter().all(|word| matches!(*word, "-f" | "--force" | "now" | "</dev/null" | ">/dev/null" | "2>&1"))
        }
        ("shutdown", rest) => rest.first() == Some(&"-r"),
        ("systemctl", rest) => rest.contains(&"reboot"),
        ("init" | "telinit", ["6"]) => true,
        _ => false,
    }
}

/// The environment that the login user has: folder, mask, home.
pub(super) fn session(l: &Lowering<'_>, code: &mut Code) {
    code.push("umask 022");
    if let Some(container) = &l.container {
        return container.session(l, code);
    }
    if l.user == "root" {
        code.push("export HOME=/root USER=root LOGNAME=root");
        code.push("cd /root");
        return;
    }
    let user = code.text(&l.user);
    code.push(format!("cd \"$(getent passwd {user} | cut -d: -f6)\""));
}

/// Writes, starts and removes one script.
#[expect(clippy::too_many_arguments, reason = "they are what one script is")]
fn one(
    l: &mut Lowering<'_>,
    node: &Node,
    draft: &mut Draft,
    code: &mut Code,
    start: &Start<'_>,
    body: Body,
    keep: bool,
    exit_codes: &[i64],
) -> Option<()> {
    let place = code.text(start.place);
    code.push(format!("rm -f {place}"));
    let body = match body {
        Body::Parts(parts) => match Content::known(&parts) {
            Some(text) => Body::Bytes(text.into_bytes()),
            None => Body::Parts(parts),
        },
        Body::Bytes(bytes) => Body::Bytes(bytes),
    };
    match body {
        Body::Parts(parts) => code.write(l, &parts, &place),
        Body::Bytes(bytes) if bytes.len() > l.inline_script() => {
            let fetched = fetch(l, draft, bytes);
            check(code, &fetched);
            code.push(format!("cat {} > {place}", fetched.path));
            code.push(format!("rm -f {}", fetched.path));
        }
        Body::Bytes(bytes) => code.write_bytes(&bytes, &place),
    }
    let mut made = vec![place.clone()];
    let command = start.command(l, node, code, &mut made)?;
    code.push(format!("chmod 0755 {place}"));
    let owner = l.container.as_ref().map_or_else(|| l.user.clone(), container::Container::owner);
    if owner != "root" {
        let user = code.text(&owner);
        // In a container the group stays root's.
        let group = if l.container.is_some() { "" } else { ":" };
        code.push(format!("chown {user}{group} {}", made.join(" ")));
    }
    code.push("status=0");
    code.push(format!("{command} || status=$?"));
    if keep {
        made.remove(0);
    }
    for line in accept(exit_codes) {
        code.push(line);
    }
    // A script that failed stays, as Packer leaves it.
    if !made.is_empty() {
        code.push(format!("rm -f {}", made.join(" ")));
    }
    Some(())
}

/// Lines that end the step unless the status is one of these.
pub(super) fn accept(codes: &[i64]) -> Vec<String> {
    let mut good: Vec<String> = codes.iter().map(i64::to_string).collect();
    good.dedup();
    let mut lines = vec!["case \"$status\" in".to_owned()];
    lines.push(format!("  {}) ;;", good.join(" | ")));
    if !codes.contains(&0) {
        lines.push("  0) exit 1 ;;".to_owned());
    }
    if !codes.contains(&RESTARTS) {
        lines.push(format!("  {RESTARTS}) exit 1 ;; # with it the machine would start anew"));
    }
    lines.push("  *) exit \"$status\" ;;".to_owned());
    lines.push("esac".to_owned());
    lines
}

/// Words in front of a command that make it run as the login user.
pub(super) fn as_login_user(l: &Lowering<'_>, code: &mut Code) -> Vec<String> {
    if l.user == "root" {
        return Vec::new();
    }
    let user = code.text(&l.user);
    if l.container.is_some() {
        return container::as_user(&user);
    }
    debug_assert!(is_plain_user(&l.user) || user.starts_with(['\'', '"']));
    vec!["sudo".to_owned(), "-H".to_owned(), "-u".to_owned(), user]
}

/// How scripts of a step are started.
struct Start<'a> {
    /// The number in the names of its files.
    number: u32,
    command: &'a Spanned<Text>,
    invocation: &'a Invocation,
    place: &'a str,
    environment: &'a [(String, Vec<Content>)],
    format: Option<&'a str>,
}

impl Start<'_> {
    /// The command that runs the script; what else lies around afterwards is added to `made`.
    fn command(&self, l: &mut Lowering<'_>, node: &Node, code: &mut Code, made: &mut Vec<String>) -> Option<String> {
        if let Some(command) = self.direct(l, code) {
            return Some(command);
        }
        let holes: Vec<&str> = self
            .command
            .value
            .holes()
            .filter_map(|hole| match &hole.what {
                HoleKind::Field(name) => Some(name.as_str()),
                HoleKind::Parameter(_) | HoleKind::Unknown(_) => None,
            })
            .collect();
        let open = self.environment.iter().any(|(_, value)| Content::known(value).is_none());
        if open && (self.format.is_some() || holes.contains(&"EnvVarFile")) {
            let why = "a value that is given later cannot be put into a text of another form";
            let help = Some("give the variable's value with `--var`".to_owned());
            l.report.refused(node, "environment_vars", self.command.span, why, help);
            return None;
        }
        let file = format!("/tmp/varfile_{}", self.number);
        if holes.contains(&"EnvVarFile") {
            let text = self.fixed_values(self.format.unwrap_or("export %s=%q\n"), false);
            let word = code.text(&file);
            code.write_bytes(text.as_bytes(), &word);
            code.push(format!("chmod 0600 {word}"));
            made.push(word);
        }
        let values = self.fixed_values(self.format.unwrap_or("%s=%q "), true);
        let fill = |field: &str| match field {
            "Path" => Some(self.place.to_owned()),
            "Vars" => Some(values.clone()),
            "EnvVarFile" => Some(file.clone()),
            _ => None,
        };
        let parts = match l.parts(&self.command.value, &fill) {
            Ok(parts) => without_password(parts),
            Err((why, help)) => {
                l.report.refused(node, "execute_command", self.command.span, &why, help);
                return None;
            }
        };
        let (parts, as_root) = parts;
        let word = code.word(l, &parts);
        let mut words = self.user(l, code, as_root);
        let given = if holes.contains(&"Vars") { self.assignments(l, code, true) } else { Vec::new() };
        if !given.is_empty() {
            let how = "values that may be given later are set before the command, not in it";
            l.report.near(node, "execute_command", self.command.span, how);
            words.push("env".to_owned());
            words.extend(given);
        }
        words.push(format!("/bin/sh -c {word}"));
        Some(words.join(" "))
    }

    /// The command where it is understood and a step needs no other shell for it.
    fn direct(&self, l: &Lowering<'_>, code: &mut Code) -> Option<String> {
        let Invocation::Direct(direct) = self.invocation else { return None };
        let DirectInvocation { environment, interpreter, arguments, user, profiles } = direct;
        let names = self.environment.iter().all(|(name, _)| is_name(name));
        let known =
            |texts: &[Text]| texts.iter().map(|text| text.as_literal().map(str::to_owned)).collect::<Option<Vec<_>>>();
        let (before, after) = (known(interpreter)?, known(arguments)?);
        let plain = before.iter().chain(&after).all(|word| is_plain(word)) && is_plain(self.place);
        if user.is_some() || !profiles.is_empty() || !names || !plain || self.format.is_some() {
            return None;
        }
        let mut words = self.user(l, code, false);
        // A script without a shebang is one of `sh`, and only bash would run it itself.
        words.push("env".to_owned());
        if *environment {
            let set = self.environment.iter().map(|(name, value)| format!("{name}={}", code.word(l, value)));
            words.extend(set);
        }
        words.extend(before);
        words.push(self.place.to_owned());
        words.extend(after);
        Some(words.join(" "))
    }

    /// Words in front that make it run as the login user.
    fn user(&self, l: &Lowering<'_>, code: &mut Code, as_root: bool) -> Vec<String> {
        if as_root { Vec::new() } else { as_login_user(l, code) }
    }

    /// Values in a format; with `open` left out those that are given later.
    fn fixed_values(&self, format: &str, skip_open: bool) -> String {
        let one = |(name, value): &(String, Vec<Content>)| match Content::known(value) {
            Some(value) => formatted(format, name, &value),
            None if skip_open => String::new(),
            None => formatted(format, name, ""),
        };
        self.environment.iter().map(one).collect()
    }

    fn assignments(&self, l: &Lowering<'_>, code: &mut Code, only_open: bool) -> Vec<String> {
        let mut out = Vec::new();
        for (name, value) in self.environment {
            if !only_open || Content::known(value).is_none() {
                let value = code.word(l, value);
                out.push(format!("{name}={value}"));
            }
        }
        out
    }
}

/// A command without the password that is piped into `sudo`; then it runs as root, who needs none.
fn without_password(parts: Vec<Content>) -> (Vec<Content>, bool) {
    // The password may be a parameter's value.
    let Some(at) = parts.iter().position(|part| matches!(part, Content::Text(text) if text.contains("sudo"))) else {
        return (parts, false);
    };
    let Content::Text(text) = &parts[at] else { return (parts, false) };
    let before: String = parts[..at]
        .iter()
        .map(|part| match part {
            Content::Text(text) => text.clone(),
            Content::Parameter(_) | Content::Instance => "x".to_owned(),
        })
        .collect();
    let Some((pipe, rest)) = text.split_once("sudo") else { return (parts, false) };
    let front = format!("{before}{pipe}");
    let front = front.trim();
    let piped = (front.starts_with("echo ") || front.starts_with("printf ")) && front.ends_with('|');
    if !piped || front.matches('|').count() != 1 || front.contains([';', '&']) {
        return (parts, false);
    }
    // Root's `sudo` asks nobody, and reads nothing.
    let mut out = vec![Content::Text(format!("sudo{rest}"))];
    out.extend(parts[at + 1..].iter().cloned());
    (out, true)
}
