//! Shell steps as `RUN`: one for each provisioner, the script written or fetched, started as the template says, removed.

use super::emit::chain;
use super::lower::{CONTENTS, Lowering, Who};
use super::model::{Command, Instruction};
use super::parameters::{Code, Content, LONGEST_RUN};
use super::upload;
use crate::graph::{EnvironmentValue, Node, Run, Script, Shell, StepOptions};
use crate::resolve::value::{HoleKind, ParameterId, Piece, Text};
use crate::source::Spanned;
use crate::targets::docker_run;
use crate::targets::environment;
use crate::targets::text::shell::{formatted, is_plain};

pub(super) fn run(l: &mut Lowering<'_>, node: &Node, run: &Run) {
    let Run {
        options,
        scripts,
        environment,
        // The command as written says all of it.
        invocation: _,
        command,
        remote_folder,
        remote_file,
        remote_path,
        keep_script,
        environment_file: _,
        environment_format,
        exit_codes,
        // Nothing connects, so nothing breaks.
        expect_disconnect: _,
        pause_after,
        verbatim,
        shell,
    } = run;
    if *shell != Shell::Posix {
        l.report.refused(node, "", node.origin, "scripts for Windows cannot run in a Linux build", None);
        return;
    }
    l.step_options(node, options);
    if let Some(pause) = pause_after {
        l.report.near(node, "pause_after", pause.span, "no pause: nothing runs between the steps of a build");
    }
    if !may_run(l, node, command) {
        return;
    }
    let mine = needs_root(l, command);
    l.script_count += 1;
    let Some(place) = place(l, node, remote_folder, remote_file.as_ref(), remote_path.as_ref()) else { return };
    let format = match environment_format {
        Some(format) => match l.known(node, "env_var_format", format.span, &format.value) {
            Some(format) => Some(format),
            None => return,
        },
        None => None,
    };
    let Some(environment) = values(l, node, environment) else { return };
    let start = Start { command, place: &place, environment: &environment, format: format.as_deref() };

    let mut code = Code::default();
    let mut flags = Vec::new();
    let mut commands: Vec<Command> = Vec::new();
    for script in scripts {
        if *keep_script && remote_path.is_some() {
            // What lies there is replaced, not written through.
            commands.push(vec![format!("rm -f {}", code.text(&place))]);
        }
        let written = match script {
            Script::Inline { shebang, lines, span } => {
                let Some(parts) = inline(l, node, shebang.as_ref(), lines, *span) else { return };
                write(l, node, &mut code, &mut flags, &parts, &place)
            }
            Script::File(path) => file(l, node, &mut code, &mut flags, path, *verbatim, &place),
        };
        let Some(written) = written else { return };
        commands.extend(written);
        let place_word = code.text(&place);
        commands.push(vec![format!("chmod 0755 {place_word}")]);
        let Some(left) = start.push(l, node, &mut code, &mut commands, exit_codes) else { return };
        let mut gone = if *keep_script { Vec::new() } else { vec![place_word] };
        gone.extend(left);
        if !gone.is_empty() {
            commands.push(vec![format!("rm -f {}", gone.join(" "))]);
        }
    }
    let guarded = mine && guard(l, options, &mut commands);
    let commands = with_options(options, commands);
    comment(l, node, options);
    if guarded {
        l.main.push(Instruction::Comment(ROOT_ONLY.to_owned()));
    }
    match l.exec_user.clone() {
        Some(user) => l.as_user(&user),
        None => l.back_to_container_user(),
    }
    l.push_run(&code, flags, commands);
}

/// A remark that says which step follows.
pub(super) fn comment(l: &mut Lowering<'_>, node: &Node, options: &StepOptions) {
    let name = options.name.as_ref().map_or_else(String::new, |name| format!(": {name}"));
    l.main.push(Instruction::Comment(format!("{}{name}", node.construct)));
}

/// Whether Packer could run a script at all: what it uploads belongs to root and is closed to everybody else.
pub(super) fn may_run(l: &mut Lowering<'_>, node: &Node, command: &Spanned<Text>) -> bool {
    let runner = match &l.exec_user {
        Some(user) => Who::Known(user.clone()),
        None => l.container_user.clone(),
    };
    if docker_run::changes_user(&command.value) || runner == Who::Unknown || runner.is_root() {
        return true;
    }
    let Who::Known(user) = &runner else { return true };
    let owner = if l.fix_upload_owner { l.container_user.clone() } else { Who::Known(String::new()) };
    match owner {
        Who::Known(owner) if docker_run::user_name(&owner) == docker_run::user_name(user) => true,
        Who::Known(owner) => {
            let (why, help) = docker_run::may_not_run(user, &owner, l.fix_upload_owner);
            l.report.refused(node, "", node.origin, &why, help);
            false
        }
        Who::Unknown => {
            let why = format!("whether `{user}` may run a script depends on the base's user, which is not known");
            let help = format!("give {}", l.setting(crate::targets::changes::BASE_CONFIG, "FILE"));
            l.report.refused(node, "", node.origin, &why, Some(help));
            false
        }
    }
}

/// What stands above the step that makes sure of it.
pub(super) const ROOT_ONLY: &str = "Only root may run these scripts: with another USER in the base, Packer stops here.";

/// Whether Packer could run a script only as root, while nobody told who the base's user is.
fn needs_root(l: &Lowering<'_>, command: &Spanned<Text>) -> bool {
    // Only there the upload and the script are two users' work.
    let docker = l.image.platform == "docker";
    docker
        && l.exec_user.is_none()
        && !l.fix_upload_owner
        && l.container_user == Who::Unknown
        && !docker_run::changes_user(&command.value)
}

/// Lets the first script fail that Packer could not start; the user is the same one in all that follow.
pub(super) fn guard(l: &mut Lowering<'_>, options: &StepOptions, commands: &mut Vec<Command>) -> bool {
    if l.root_for_sure {
        return false;
    }
    // A step that may fail makes sure of nothing.
    l.root_for_sure = !options.continue_on_error.as_ref().is_some_and(|it| it.value);
    commands.insert(0, vec!["test \"$(id -u)\" -eq 0".to_owned()]);
    true
}

/// Where the script lies while it runs.
fn place(
    l: &mut Lowering<'_>,
    node: &Node,
    folder: &Text,
    file: Option<&Spanned<Text>>,
    path: Option<&Spanned<Text>>,
) -> Option<String> {
    if let Some(path) = path {
        return l.known(node, "remote_path", path.span, &path.value);
    }
    let folder = l.known(node, "remote_folder", node.origin, folder)?;
    let file = match file {
        Some(file) => l.known(node, "remote_file", file.span, &file.value)?,
        // Packer takes a random number; the same template has to give the same bytes.
        None => format!("script_{}.sh", l.script_count),
    };
    Some(format!("{folder}/{file}"))
}

/// The environment as the script sees it: sorted by name, the build's own names first set.
fn values(l: &mut Lowering<'_>, node: &Node, given: &[EnvironmentValue]) -> Option<Vec<(String, Vec<Content>)>> {
    let image = l.image;
    let own = |value: &str| {
        let mut parts = Vec::new();
        Content::push(&mut parts, value);
        parts
    };
    let all = environment::of_scripts(image, given, own, |EnvironmentValue { name, value, span }| {
        let name = l.known(node, "environment_vars", *span, name)?;
        Some((name, l.parts(node, "environment_vars", *span, value, &|_| None)?))
    })?;
    Some(all.into_iter().collect())
}

/// The text of a script whose lines stand in the template.
pub(super) fn inline(
    l: &mut Lowering<'_>,
    node: &Node,
    shebang: Option<&Text>,
    lines: &[Text],
    span: crate::source::Span,
) -> Option<Vec<Content>> {
    let mut text = Text::new();
    for line in shebang.into_iter().chain(lines) {
        text.push(line);
        text.push_str("\n");
    }
    let parts = l.parts(node, "inline", span, &text, &|_| None)?;
    // Line ends of other systems become this one's.
    let mut out = Vec::new();
    let mut lines = Content::lines(&parts);
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
                Content::Parameter(_) => out.push(part.clone()),
            }
        }
        Content::push(&mut out, "\n");
    }
    Some(out)
}

/// Packer reads scripts line by line into a buffer of this size; a longer line ends the script without a word.
const LONGEST_LINE: usize = 65_535;

fn say_cut(l: &mut Lowering<'_>, node: &Node, name: &str, span: crate::source::Span) {
    let how = "a line of more than 65,535 bytes ends the script, as Packer ends it: neither it nor what follows runs";
    let help = Some("put the long text into a file and upload that".to_owned());
    l.report.approximated(node, name, span, how, help);
}

/// Commands that write a script; what is too long for one `RUN` is made in a stage of its own.
pub(super) fn write(
    l: &mut Lowering<'_>,
    node: &Node,
    code: &mut Code,
    flags: &mut Vec<String>,
    parts: &[Content],
    place: &str,
) -> Option<Vec<Command>> {
    let mut own = Code::default();
    let word = own.text(place);
    let commands = own.write(l.parameters, parts, &word);
    let length: usize = commands.iter().flatten().map(String::len).sum();
    if length <= LONGEST_RUN {
        merge(code, own);
        return Some(commands);
    }
    let source = content_file(l, node, "", parts)?;
    let target = format!("/tmp/long_{}", l.content_count);
    flags.push(format!("--mount=type=bind,from={CONTENTS},source={source},target={target}"));
    Some(vec![vec![format!("cp {target} {}", code.text(place))]])
}

fn merge(code: &mut Code, other: Code) {
    let Code { line, parameters } = other;
    code.line.newline |= line.newline;
    code.line.carriage_return |= line.carriage_return;
    code.parameters.extend(parameters);
}

/// Writes a text to a file of the stage for contents; gives its path there. `name`: the last part of that path, or any.
pub(super) fn content_file(l: &mut Lowering<'_>, node: &Node, name: &str, parts: &[Content]) -> Option<String> {
    l.content_count += 1;
    let number = l.content_count;
    let mut first = Vec::new();
    let mut code = Code::default();
    let path = if name.is_empty() {
        format!("/tmp/{number}")
    } else {
        first.push(vec![format!("mkdir /tmp/{number}")]);
        format!("/tmp/{number}/{name}")
    };
    let word = code.text(&path);
    let commands = code.write(l.parameters, parts, &word);
    let secret = |id: &ParameterId| l.parameters.get(*id).secret;
    if let Some(id) = code.parameters.iter().find(|id| secret(id)) {
        // It would stay in the build's cache, which can be pushed somewhere.
        let why = format!("the secret `{}` would stay in a layer of the build's cache", l.parameters.get(*id).name);
        l.report.refused(node, "", node.origin, &why, None);
        return None;
    }
    l.out.used.extend(&code.parameters);
    let mut declared = std::mem::take(&mut l.contents_declared);
    let mut together: Vec<Command> = first;
    let mut length = 0;
    for command in commands {
        let size: usize = command.iter().map(String::len).sum();
        if length > 0 && length + size > LONGEST_RUN {
            push_content(l, &code, &mut declared, std::mem::take(&mut together));
            length = 0;
        }
        length += size;
        together.push(command);
    }
    push_content(l, &code, &mut declared, together);
    l.contents_declared = declared;
    Some(path)
}

fn push_content(
    l: &mut Lowering<'_>,
    code: &Code,
    declared: &mut std::collections::BTreeSet<ParameterId>,
    commands: Vec<Command>,
) {
    let prelude = l.parameters.prelude(code, declared);
    l.contents.extend(prelude.arguments);
    let commands = prelude.commands.into_iter().chain(commands).collect();
    l.contents.push(Instruction::Run { flags: prelude.flags, commands });
}

/// Commands that fetch a script from the context, its line ends made this system's.
fn file(
    l: &mut Lowering<'_>,
    node: &Node,
    code: &mut Code,
    flags: &mut Vec<String>,
    path: &Spanned<Text>,
    verbatim: bool,
    place: &str,
) -> Option<Vec<Command>> {
    let name = "script";
    let written = l.known(node, name, path.span, &path.value)?;
    let bytes = match l.context.files.read(&written) {
        Ok(bytes) => bytes,
        Err(error) => {
            l.report.refused(node, name, path.span, &format!("{written} cannot be read: {error}"), None);
            return None;
        }
    };
    let source = upload::context_path(l, node, name, path.span, &written)?;
    let target = upload::mount(l, flags, &source);
    let word = code.text(place);
    let long = (!verbatim).then(|| bytes.split(|byte| *byte == b'\n').position(|line| line.len() > LONGEST_LINE));
    if let Some(Some(lines)) = long {
        say_cut(l, node, name, path.span);
        code.line.carriage_return = true;
        return Some(vec![vec![format!("head -n {lines} {target} | sed \"s/${{cr}}\\$//\" > {word}")]]);
    }
    let returns = !verbatim && (bytes.windows(2).any(|pair| pair == b"\r\n") || bytes.ends_with(b"\r"));
    let open_end = !verbatim && !bytes.is_empty() && !bytes.ends_with(b"\n");
    code.line.carriage_return |= returns;
    Some(vec![vec![match (returns, open_end) {
        (false, false) => format!("cp {target} {word}"),
        (false, true) => format!("{{ cat {target}; echo; }} > {word}"),
        (true, false) => format!("sed \"s/${{cr}}\\$//\" {target} > {word}"),
        (true, true) => format!("{{ sed \"s/${{cr}}\\$//\" {target}; echo; }} > {word}"),
    }]])
}

/// How scripts of a step are started.
struct Start<'a> {
    command: &'a Spanned<Text>,
    place: &'a str,
    environment: &'a [(String, Vec<Content>)],
    format: Option<&'a str>,
}

impl Start<'_> {
    /// Pushes the command that runs the script; gives what else it leaves behind.
    fn push(
        &self,
        l: &mut Lowering<'_>,
        node: &Node,
        code: &mut Code,
        commands: &mut Vec<Command>,
        exit_codes: &[i64],
    ) -> Option<Vec<String>> {
        let mut left = Vec::new();
        let command = match self.direct() {
            Some((vars, before, after)) => {
                let mut words: Vec<String> = before;
                words.push(self.place.to_owned());
                words.extend(after);
                let words = words.join(" ");
                let environment = if vars { self.environment } else { &[] };
                prefixed(l, code, environment.iter(), &words)
            }
            None => self.verbatim(l, node, code, commands, &mut left)?,
        };
        commands.push(checked(command, exit_codes));
        Some(left)
    }

    /// Words before and behind the script's path where the command is nothing but words; and whether it has the values.
    fn direct(&self) -> Option<(bool, Vec<String>, Vec<String>)> {
        let identifier = |name: &str| {
            let mut chars = name.chars();
            chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
                && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        let names = self.environment.iter().all(|(name, _)| identifier(name));
        if !names || self.format.is_some() || !is_plain(self.place) {
            return None;
        }
        // Holes as control characters, which no word can have.
        let mut flat = String::new();
        for piece in self.command.value.pieces() {
            match piece {
                Piece::Literal(text) => flat.push_str(text),
                Piece::Hole(hole) => match &hole.what {
                    HoleKind::Field(name) if name == "Path" => flat.push('\u{1}'),
                    HoleKind::Field(name) if name == "Vars" => flat.push('\u{2}'),
                    HoleKind::Field(_) | HoleKind::Parameter(_) | HoleKind::Unknown(_) => return None,
                },
            }
        }
        let flat = flat.strip_prefix("chmod +x \u{1}; ").unwrap_or(&flat);
        let vars = flat.starts_with('\u{2}');
        let flat = flat.strip_prefix('\u{2}').unwrap_or(flat);
        if vars && !flat.starts_with(' ') {
            return None;
        }
        let words: Vec<&str> = flat.split_whitespace().collect();
        let at = words.iter().position(|word| *word == "\u{1}")?;
        let (before, after) = (&words[..at], &words[at + 1..]);
        let program = before.first().is_none_or(|word| {
            let name = word.rsplit('/').next().unwrap_or_default();
            ["sh", "bash", "ash", "dash", "zsh", "ksh", "python", "python3", "perl", "ruby", "pwsh"].contains(&name)
        });
        let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let plain = before.iter().chain(after).all(|word| is_plain(word));
        (program && plain).then(|| (vars, own(before), own(after)))
    }

    /// The command as it is, for a shell of its own.
    fn verbatim(
        &self,
        l: &mut Lowering<'_>,
        node: &Node,
        code: &mut Code,
        commands: &mut Vec<Command>,
        left: &mut Vec<String>,
    ) -> Option<Command> {
        let name = "execute_command";
        let format = self.format.unwrap_or("%s=%q ");
        let (open, fixed): (Vec<_>, Vec<_>) =
            self.environment.iter().partition(|(_, value)| value.iter().any(|part| part.parameter().is_some()));
        let file = format!("/tmp/varfile_{}", l.script_count);
        let holes: Vec<&str> = self
            .command
            .value
            .holes()
            .filter_map(|hole| match &hole.what {
                HoleKind::Field(name) => Some(name.as_str()),
                HoleKind::Parameter(_) | HoleKind::Unknown(_) => None,
            })
            .collect();
        let with_values = holes.contains(&"Vars");
        if !open.is_empty() && (self.format.is_some() || holes.contains(&"EnvVarFile")) {
            let id = open.iter().flat_map(|(_, value)| value).find_map(Content::parameter)?;
            l.freeze(
                node,
                "environment_vars",
                self.command.span,
                id,
                "the values are written into a text of another form",
            );
            return None;
        }
        let text_of = |format: &str| -> String {
            let one = |(name, value): &&(String, Vec<Content>)| {
                let value: String = value.iter().cloned().map(Content::into_text).collect();
                formatted(format, name, &value)
            };
            fixed.iter().map(one).collect()
        };
        if holes.contains(&"EnvVarFile") {
            let text = text_of(self.format.unwrap_or("export %s=%q\n"));
            commands.extend(code.write(l.parameters, &[Content::Text(text)], &file));
            commands.push(vec![format!("chmod 0600 {file}")]);
            left.push(file.clone());
        }
        let values = text_of(format);
        let fill = |field: &str| match field {
            "Path" => Some(self.place.to_owned()),
            "Vars" => Some(values.clone()),
            "EnvVarFile" => Some(file.clone()),
            _ => None,
        };
        let parts = l.parts(node, name, self.command.span, &self.command.value, &fill)?;
        let word = code.quoted(l.parameters, &parts);
        let words = format!("/bin/sh -c {word}");
        if !with_values || open.is_empty() {
            return Some(vec![words]);
        }
        let how = "values that may be given later are set before the command, not in it";
        l.report.near(node, name, self.command.span, how);
        Some(prefixed(l, code, open.into_iter(), &words))
    }
}

/// A command with values in front, as many on a line as fit.
fn prefixed<'v>(
    l: &Lowering<'_>,
    code: &mut Code,
    environment: impl Iterator<Item = &'v (String, Vec<Content>)>,
    words: &str,
) -> Command {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for (name, value) in environment {
        let assignment = format!("{name}={}", code.word(l.parameters, value));
        if !line.is_empty() && line.len() + assignment.len() > 90 {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&assignment);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines.push(words.to_owned());
    lines
}

/// A command that succeeds with these exit codes, and fails with all others.
pub(super) fn checked(mut command: Command, codes: &[i64]) -> Command {
    let others: Vec<String> = codes.iter().filter(|code| **code != 0).map(i64::to_string).collect();
    let others = others.join(" | ");
    if codes.contains(&0) && others.is_empty() {
        return command;
    }
    let zero = codes.contains(&0);
    let cases =
        if others.is_empty() { "exit 1".to_owned() } else { format!("case $? in {others}) ;; *) exit 1 ;; esac") };
    if let Some(first) = command.first_mut() {
        first.insert_str(0, if zero { "{ " } else { "{ if " });
    }
    if let Some(last) = command.last_mut() {
        if zero {
            last.push_str(&format!(" || {cases}; }}"));
        } else {
            last.push_str("; then exit 1; else ");
            last.push_str(&format!("{cases}; fi; }}"));
        }
    }
    command
}

/// Tries again, and goes on after failures, as the step's options ask.
pub(super) fn with_options(options: &StepOptions, commands: Vec<Command>) -> Vec<Command> {
    let StepOptions { name: _, pause_before: _, timeout: _, retries, continue_on_error } = options;
    let goes_on = continue_on_error.as_ref().is_some_and(|it| it.value);
    let retries = retries.as_ref().map_or(0, |retries| retries.value);
    if retries == 0 && !goes_on {
        return commands;
    }
    let body = chain(&commands).into_iter().map(|line| format!("  {line}"));
    if retries == 0 {
        let block = std::iter::once("(".to_owned()).chain(body).chain(["  ) || true".to_owned()]).collect();
        return vec![block];
    }
    let end = if goes_on { "break" } else { "exit 1" };
    let close = format!("  ); do tries=$((tries + 1)); [ \"$tries\" -le {retries} ] || {end}; done");
    let block = std::iter::once("until (".to_owned()).chain(body).chain([close]).collect();
    vec![vec!["tries=0".to_owned()], block]
}
