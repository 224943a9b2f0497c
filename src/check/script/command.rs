//! What an `execute_command` does with its script.

use crate::check::context::Inside;
use crate::check::machine;
use crate::check::member::State;

/// An `execute_command`, as far as it is understood.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Command {
    /// The script is run by its path alone, so its interpreter line decides what runs it.
    pub(super) is_direct: bool,
    /// How the user changes, if it does.
    pub(super) switch: Option<Switch>,
}

/// A change of users.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Switch {
    /// `sudo`, `su` or `runuser`.
    pub(super) program: String,
    /// The user who runs what follows.
    pub(super) to: String,
    /// The variable file is read by that user.
    pub(super) reads_variables: bool,
    /// Nothing gives rights or a password to it: it is the first word of a command that reads from nowhere.
    pub(super) is_first: bool,
}

/// Fields that are the script's path.
const PATHS: [&str; 3] = ["{{.Path}}", "{{.Script}}", "{{.Command}}"];

/// Options of `sudo` that have a value of their own.
const WITH_VALUE: [&str; 14] =
    ["-u", "--user", "-g", "--group", "-p", "--prompt", "-C", "--close-from", "-h", "--host", "-r", "-t", "-T", "-D"];

impl Command {
    /// The command of a component, or its default; nothing if it is not known.
    pub(super) fn of(inside: Inside<'_>) -> Option<Self> {
        let default = || Self { is_direct: true, switch: None };
        let Some(argument) = inside.argument("execute_command") else { return Some(default()) };
        match inside.state("execute_command") {
            State::Unset => return Some(default()),
            State::Open => return None,
            State::Set => {}
        }
        let Some(items) = argument.value.as_items() else {
            return Self::of_line(&machine::command(&argument.value)?);
        };
        let words = items.iter().map(machine::command).collect::<Option<Vec<String>>>()?;
        Some(Self::read(&[words], true))
    }

    /// A command line; nothing if it cannot be read.
    fn of_line(line: &str) -> Option<Self> {
        Some(Self::read(&machine::commands(line)?, line.contains(['|', '<'])))
    }

    fn read(commands: &[Vec<String>], has_pipe: bool) -> Self {
        let mut out = Self::default();
        let mut runs = Vec::new();
        for words in commands {
            runs.extend(is_direct(words, 0));
            if out.switch.is_none() {
                out.switch = switch(words, has_pipe);
            }
        }
        out.is_direct = !runs.is_empty() && runs.iter().all(|direct| *direct);
        out
    }
}

/// Whether a simple command runs the script by its path alone; nothing if it does not run it.
fn is_direct(words: &[String], depth: usize) -> Option<bool> {
    let mentions = |word: &str| PATHS.iter().any(|path| word.contains(path));
    let at = words.iter().position(|word| mentions(word))?;
    let (before, word) = (&words[..at], &words[at]);
    if before
        .first()
        .is_some_and(|first| ["chmod", "chown", "ls", "cat", "test", "[", "sed", "rm"].contains(&first.as_str()))
    {
        return None;
    }
    // Some shell reads the word as a command line.
    if !PATHS.contains(&word.as_str()) {
        let is_line = before.last().is_some_and(|last| last.starts_with('-') && last.ends_with('c')) && depth < 3;
        let inner = if is_line { machine::commands(word) } else { None };
        let runs: Vec<bool> =
            inner.unwrap_or_default().iter().filter_map(|words| is_direct(words, depth + 1)).collect();
        return Some(!runs.is_empty() && runs.iter().all(|direct| *direct));
    }
    let mut takes_value = false;
    let passes_on = before.iter().all(|word| {
        if std::mem::take(&mut takes_value) {
            return true;
        }
        let program = word.rsplit('/').next().unwrap_or_default();
        takes_value = WITH_VALUE.contains(&word.as_str());
        word == "{{.Vars}}"
            || word.starts_with('-')
            || word.contains('=')
            || ["sudo", "env", "exec", "nohup", "time"].contains(&program)
    });
    Some(passes_on)
}

/// How a simple command changes the user.
fn switch(words: &[String], has_pipe: bool) -> Option<Switch> {
    let at = words.iter().position(|word| ["sudo", "su", "runuser"].contains(&program(word)))?;
    let name = program(&words[at]);
    let is_first = words[..at].iter().all(|word| word == "{{.Vars}}" || word.contains('=')) && !has_pipe;
    let rest = &words[at + 1..];
    // `sudo su - app`: the last one counts.
    if name == "sudo"
        && let Some(inner) =
            switch(&rest[operands(rest)..], has_pipe).filter(|_| starts_with_switch(&rest[operands(rest)..]))
    {
        return Some(Switch { is_first: false, ..inner });
    }
    let to = user(name, rest)?;
    let is_plain = !to.is_empty() && to.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-#".contains(&byte));
    let reads_variables = rest.iter().any(|word| word.contains("{{.EnvVarFile}}"));
    is_plain.then(|| Switch { program: name.to_owned(), to, reads_variables, is_first })
}

fn program(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or_default()
}

fn starts_with_switch(words: &[String]) -> bool {
    words.first().is_some_and(|word| ["su", "runuser", "sudo"].contains(&program(word)))
}

/// How many words are options of `sudo` and their values.
fn operands(words: &[String]) -> usize {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if WITH_VALUE.contains(&word.as_str()) {
            at += 2;
        } else if word.starts_with('-') || word.contains('=') {
            at += 1;
        } else {
            break;
        }
    }
    at.min(words.len())
}

/// The user that a switch names.
fn user(name: &str, words: &[String]) -> Option<String> {
    let value_of = |short: &str, long: &str| {
        words.iter().enumerate().find_map(|(at, word)| {
            if word == short || word == long {
                return words.get(at + 1).cloned();
            }
            let long = word.strip_prefix(long).and_then(|rest| rest.strip_prefix('='));
            // `-Hu app` and `-uapp`
            let joined = word.strip_prefix(short).filter(|rest| !rest.is_empty() && !word.starts_with("--"));
            long.or(joined).map(str::to_owned)
        })
    };
    match name {
        "sudo" => value_of("-u", "--user"),
        "runuser" if words.iter().any(|word| word == "-u" || word == "--user") => value_of("-u", "--user"),
        // The first word that is no option, nor the command or shell behind one.
        _ => {
            let mut takes_value = false;
            words
                .iter()
                .find(|word| {
                    if std::mem::take(&mut takes_value) {
                        return false;
                    }
                    takes_value = ["-c", "--command", "-s", "--shell", "-g", "-G"].contains(&word.as_str());
                    !word.starts_with('-')
                })
                .cloned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, Switch};

    fn read(line: &str) -> Command {
        Command::of_line(line).expect("quotes are closed")
    }

    #[test]
    fn what_runs_a_script_by_its_path_alone() {
        for line in [
            "chmod +x {{.Path}}; {{.Vars}} {{.Path}}",
            "{{.Vars}} sudo -E {{.Path}}",
            "sudo -u app env A=b {{.Path}}",
            "sudo -E sh -c '{{.Vars}} {{.Path}}'",
            "echo x | sudo -S {{.Path}}",
        ] {
            assert!(read(line).is_direct, "{line}");
        }
        for line in
            ["{{.Vars}} bash {{.Path}}", "sudo -E sh -eux '{{.Path}}'", "bash -c 'sh {{.Path}}'", "cat {{.Path}}"]
        {
            assert!(!read(line).is_direct, "{line}");
        }
    }

    #[test]
    fn who_runs_it() {
        let switch = |program: &str, to: &str, reads_variables, is_first| {
            Some(Switch { program: program.to_owned(), to: to.to_owned(), reads_variables, is_first })
        };
        for (line, expected) in [
            ("{{.Vars}} {{.Path}}", None),
            ("sudo {{.Path}}", None),
            ("sudo -E -u app {{.Path}}", switch("sudo", "app", false, true)),
            ("sudo --user=app {{.Path}}", switch("sudo", "app", false, true)),
            ("sudo -u app sh -c '. {{.EnvVarFile}} && {{.Path}}'", switch("sudo", "app", true, true)),
            (". {{.EnvVarFile}} && sudo -u app {{.Path}}", switch("sudo", "app", false, true)),
            ("su - app -c '{{.Path}}'", switch("su", "app", false, true)),
            ("sudo su - app -c '{{.Path}}'", switch("su", "app", false, false)),
            ("runuser -u app -- {{.Path}}", switch("runuser", "app", false, true)),
            ("echo pw | su app -c {{.Path}}", switch("su", "app", false, false)),
            ("sudo -u $NAME {{.Path}}", None),
        ] {
            assert_eq!(read(line).switch, expected, "{line}");
        }
    }
}
