//! Parameters as build arguments and secrets, and the lines of shell that read them.
//!
//! A script is to see nothing of how it was made: the build argument is taken into a shell variable and removed from the
//! environment before anything of the user's runs.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Command, Instruction};
use crate::graph::Graph;
use crate::resolve::value::ParameterId;
use crate::targets::text::shell::{self, Line, Part};

/// How a parameter is given to a build.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    /// The variable.
    pub(super) name: String,
    /// The environment variable, bake variable and build argument.
    pub(super) argument: String,
    /// The shell variable that holds its value while a step runs.
    pub(super) shell: String,
    /// Given as a secret.
    pub(super) secret: bool,
    /// Its default, where that may be shown.
    pub(super) default: Option<String>,
    /// `description`
    pub(super) description: Option<String>,
    /// May be given when the pipeline runs.
    open: bool,
    /// It has a value that may be written out.
    known: bool,
}

/// All parameters of a graph.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters {
    by_id: BTreeMap<ParameterId, Parameter>,
}

impl Parameters {
    pub(super) fn of(graph: &Graph) -> Self {
        let one = |parameter: &crate::graph::Parameter| {
            let crate::graph::Parameter {
                id,
                name,
                default,
                sensitive,
                description,
                open,
                wanted: _,
                because: _,
                validated: _,
            } = parameter;
            let plain = name.replace('-', "_");
            let argument = format!("PKR_VAR_{plain}");
            let secret = *sensitive || reads_as_secret(&argument);
            let parameter = Parameter {
                name: name.clone(),
                shell: format!("var_{plain}"),
                argument,
                secret,
                default: default.clone().filter(|_| !sensitive),
                description: description.clone(),
                open: *open,
                known: default.is_some() && !sensitive,
            };
            (*id, parameter)
        };
        Self { by_id: graph.parameters().map(one).collect() }
    }

    /// Writes the value out from now on: it has to be known while compiling.
    pub(super) fn fix(&mut self, id: ParameterId) {
        if let Some(parameter) = self.by_id.get_mut(&id) {
            parameter.open = false;
        }
    }

    /// Whether it has a value that may be written out.
    pub(super) fn can_be_fixed(&self, id: ParameterId) -> bool {
        self.by_id.get(&id).is_some_and(|parameter| parameter.known)
    }

    pub(super) fn is_open(&self, id: ParameterId) -> bool {
        self.by_id.get(&id).is_some_and(|parameter| parameter.open)
    }

    /// The parameter of that id, which a text of the graph has.
    pub(super) fn get(&self, id: ParameterId) -> &Parameter {
        self.by_id.get(&id).expect("internal error: a text has a parameter that the graph does not have")
    }

    /// What has to stand in front of commands that use parameters, and of all others once a build argument is declared.
    pub(super) fn prelude(&self, code: &Code, declared: &mut BTreeSet<ParameterId>) -> Prelude {
        let mut prelude = Prelude::default();
        for &id in &code.parameters {
            let Parameter { name, argument, shell, secret, default, .. } = self.get(id);
            if *secret {
                let required = if default.is_none() { ",required=true" } else { "" };
                prelude.flags.push(format!("--mount=type=secret,id={name},mode=0444{required}"));
                let file = format!("/run/secrets/{name}");
                // The dot keeps newlines at the end, which a substitution would drop.
                let read = format!("cat {file} && echo .");
                prelude.commands.push(vec![match default {
                    None => format!("{shell}=\"$({read})\""),
                    Some(default) => {
                        let mut line = Line::default();
                        let default = line.quoted(&[Part::Text(format!("{default}."))]);
                        prelude.line.newline |= line.newline;
                        prelude.line.carriage_return |= line.carriage_return;
                        format!("{shell}={default} && if [ -f {file} ]; then {shell}=\"$({read})\"; fi")
                    }
                }]);
                prelude.commands.push(vec![format!("{shell}=\"${{{shell}%.}}\"")]);
                continue;
            }
            if declared.insert(id) {
                let rest = match default {
                    Some(default) => format!("{argument}={}", super::words::value(default)),
                    None => argument.clone(),
                };
                prelude.arguments.push(Instruction::Other { keyword: "ARG", rest });
            }
            let check = if default.is_none() { "?" } else { "" };
            prelude.commands.push(vec![format!("{shell}=\"${{{argument}{check}}}\"")]);
        }
        if !declared.is_empty() {
            let names: Vec<&str> = declared.iter().map(|id| self.get(*id).argument.as_str()).collect();
            prelude.commands.push(vec![format!("unset {}", names.join(" "))]);
        }
        let (newline, carriage_return) =
            (code.line.newline || prelude.line.newline, code.line.carriage_return || prelude.line.carriage_return);
        let mut helpers: Vec<Command> = Vec::new();
        if newline {
            helpers.push(vec![r#"nl="$(printf '\n.')""#.to_owned()]);
            helpers.push(vec![r#"nl="${nl%.}""#.to_owned()]);
        }
        if carriage_return {
            helpers.push(vec![r#"cr="$(printf '\r')""#.to_owned()]);
        }
        helpers.append(&mut prelude.commands);
        prelude.commands = helpers;
        prelude
    }
}

/// What stands in front of commands.
#[derive(Debug, Default)]
pub(super) struct Prelude {
    /// Instructions before the `RUN`.
    pub(super) arguments: Vec<Instruction>,
    /// Flags of the `RUN`.
    pub(super) flags: Vec<String>,
    /// Its first commands.
    pub(super) commands: Vec<Command>,
    line: Line,
}

/// Names that Docker's own check takes for secrets (`SecretsUsedInArgOrEnv`).
pub(super) fn reads_as_secret(name: &str) -> bool {
    const SECRET: [&str; 11] =
        ["apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token", "pwd"];
    let name = name.to_lowercase();
    name.split('_').any(|part| SECRET.contains(&part))
}

/// A part of a text of the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Stands for itself.
    Text(String),
    /// The value of a parameter.
    Parameter(ParameterId),
}

impl Content {
    /// Puts a text behind the parts.
    pub(super) fn push(parts: &mut Vec<Content>, text: &str) {
        if text.is_empty() {
            return;
        }
        match parts.last_mut() {
            Some(Content::Text(last)) => last.push_str(text),
            Some(Content::Parameter(_)) | None => parts.push(Content::Text(text.to_owned())),
        }
    }

    /// Its length in bytes, as far as that is known.
    pub(super) fn length(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Parameter(_) => 0,
        }
    }

    pub(super) fn parameter(&self) -> Option<ParameterId> {
        match self {
            Self::Text(_) => None,
            Self::Parameter(id) => Some(*id),
        }
    }

    pub(super) fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Parameter(_) => String::new(),
        }
    }

    /// The parts between newlines; what ends with a newline has an empty last one.
    pub(super) fn lines(parts: &[Content]) -> Vec<Vec<Content>> {
        let mut lines = vec![Vec::new()];
        for part in parts {
            match part {
                Content::Parameter(_) => lines.last_mut().into_iter().for_each(|line| line.push(part.clone())),
                Content::Text(text) => {
                    for (index, piece) in text.split('\n').enumerate() {
                        if index > 0 {
                            lines.push(Vec::new());
                        }
                        lines.last_mut().into_iter().for_each(|line| Content::push(line, piece));
                    }
                }
            }
        }
        lines
    }
}

/// Notes what lines of code need to have in front.
#[derive(Clone, Debug, Default)]
pub(super) struct Code {
    /// Helper variables.
    pub(super) line: Line,
    /// Parameters.
    pub(super) parameters: BTreeSet<ParameterId>,
}

impl Code {
    /// A word in quotes.
    pub(super) fn quoted(&mut self, parameters: &Parameters, parts: &[Content]) -> String {
        let parts = self.shell_parts(parameters, parts);
        self.line.quoted(&parts)
    }

    /// A word, quoted where it needs to be.
    pub(super) fn word(&mut self, parameters: &Parameters, parts: &[Content]) -> String {
        let parts = self.shell_parts(parameters, parts);
        self.line.word(&parts)
    }

    /// A word of a known text.
    pub(super) fn text(&mut self, text: &str) -> String {
        self.line.word(&[Part::Text(text.to_owned())])
    }

    fn shell_parts(&mut self, parameters: &Parameters, parts: &[Content]) -> Vec<Part> {
        let part = |part: &Content| match part {
            Content::Text(text) => Part::Text(text.clone()),
            Content::Parameter(id) => {
                self.parameters.insert(*id);
                Part::Variable(parameters.get(*id).shell.clone())
            }
        };
        parts.iter().map(part).collect()
    }

    /// Commands that write a text to a file that does not exist yet, each short enough for a `RUN` of its own: the first
    /// one begins the file, the others add to it.
    pub(super) fn write(&mut self, parameters: &Parameters, parts: &[Content], file: &str) -> Vec<Command> {
        let mut lines = Content::lines(parts);
        let rest = lines.pop().unwrap_or_default();
        let mut commands: Vec<Command> = Vec::new();
        let mut command: Command = Vec::new();
        let mut length = 0;
        let end = |command: &mut Command, commands: &mut Vec<Command>| {
            let sign = if commands.is_empty() { ">" } else { ">>" };
            command.push(format!("  {sign} {file}"));
            commands.push(std::mem::take(command));
        };
        for line in &lines {
            let word = self.quoted(parameters, line);
            if length + word.len() > LONGEST_RUN && !command.is_empty() {
                end(&mut command, &mut commands);
                length = 0;
            }
            if command.is_empty() {
                command.push("printf '%s\\n'".to_owned());
            }
            length += word.len() + 10;
            command.push(format!("    {word}"));
        }
        if !command.is_empty() {
            end(&mut command, &mut commands);
        }
        if !rest.is_empty() {
            let mut command = vec!["printf '%s'".to_owned(), format!("    {}", self.quoted(parameters, &rest))];
            end(&mut command, &mut commands);
        }
        if commands.is_empty() {
            commands.push(vec![format!(": > {file}")]);
        }
        commands
    }
}

/// Longest text of a `RUN`: a program's argument may have 131,072 bytes, and other commands stand there, too.
pub(super) const LONGEST_RUN: usize = 90_000;

/// A word for a shell variable's value in a script that is not a `RUN`.
pub(super) fn host_word(parameters: &Parameters, parts: &[Content]) -> String {
    match parts {
        [] => "''".to_owned(),
        [Content::Text(text)] => shell::word(text),
        parts => {
            let mut out = String::new();
            for part in parts {
                match part {
                    Content::Text(text) => {
                        let quoted = shell::double(text);
                        out.push_str(&quoted[1..quoted.len() - 1]);
                    }
                    Content::Parameter(id) => {
                        out.push_str("${");
                        out.push_str(&parameters.get(*id).argument);
                        out.push('}');
                    }
                }
            }
            format!("\"{out}\"")
        }
    }
}
