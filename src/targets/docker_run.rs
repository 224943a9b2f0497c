//! `run_command`: what `docker run` is told about the container that a build happens in.

use crate::resolve::value::{HoleKind, Piece, Text};

/// Stands for the image in the words of a command.
pub const IMAGE: &str = "{{.Image}}";

/// Whether a word of the template is the image.
pub fn is_image(text: &Text) -> bool {
    matches!(text.pieces(), [Piece::Hole(hole)] if matches!(&hole.what, HoleKind::Field(name) if name == "Image"))
}

/// Whether a command of a step starts its script as somebody else.
pub fn changes_user(command: &Text) -> bool {
    command.pieces().iter().any(|piece| match piece {
        Piece::Literal(text) => text.contains("sudo") || text.contains("su "),
        Piece::Hole(_) => false,
    })
}

/// A user as Docker takes him, without his group.
pub fn user_name(user: &str) -> &str {
    user.split(':').next().unwrap_or_default()
}

/// Why Packer could not start a script: what it uploads is closed to everybody but its owner. And what helps.
pub fn may_not_run(user: &str, owner: &str, fixes_owner: bool) -> (String, Option<String>) {
    let owner = if owner.is_empty() { "root" } else { owner };
    let why = format!("the script belongs to {owner} and `{user}` may not run it: Packer stops here, too");
    (why, (!fixes_owner).then(|| "set `fix_upload_owner = true` in the source".to_owned()))
}

/// A flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// `-e`, `--env`
    pub name: String,
    /// Empty where it has none.
    pub argument: String,
    /// Which of the words has the argument, or the flag itself where it has none.
    pub word: usize,
}

/// The command, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunCommand {
    /// In order.
    pub flags: Vec<Flag>,
    /// What the container does until it is committed, in words; may be empty.
    pub command: Vec<String>,
    /// Something that is no flag stands where the image does; see [`STRAY`].
    pub stray: bool,
}

/// Why a command with a stray word cannot be taken.
pub const STRAY: &str =
    "what is no flag stands where `{{.Image}}` does: Packer would start that image instead of the base";

/// Whether an argument of a component only says how one logs in to a registry.
pub fn logs_in(name: &str) -> bool {
    matches!(name, "login" | "login_username" | "login_password" | "login_server" | "ecr_login")
        || name.starts_with("aws_")
        || name.starts_with("assume_role")
}

/// Whether an argument of a component concerns only how Packer works, so that an image is the same whatever it says.
pub fn of_packer(name: &str) -> bool {
    matches!(
        name,
        "docker_path"
            | "executable"
            | "communicator"
            | "pty"
            | "cleanup"
            | "pause_before_connecting"
            | "pull"
            | "force"
            | "tag"
            | "keep_input_artifact"
            | "build.compress"
    ) || ["ssh_", "winrm_", "temporary_key"].iter().any(|prefix| name.starts_with(prefix))
}

/// Flags of `docker run` that take a value behind `=` or as the next word.
const WITH_VALUE: &[&str] = &[
    "-e",
    "--env",
    "-w",
    "--workdir",
    "-u",
    "--user",
    "-l",
    "--label",
    "--expose",
    "-p",
    "--publish",
    "-v",
    "--volume",
    "--network",
    "--net",
    "--entrypoint",
    "--name",
    "-h",
    "--hostname",
    "--tmpfs",
    "--platform",
    "--pull",
    "--mount",
    "--cap-add",
    "--cap-drop",
    "--device",
    "--security-opt",
    "--add-host",
    "--dns",
    "-m",
    "--memory",
    "--cpus",
    "--shm-size",
    "--ulimit",
    "--runtime",
    "--gpus",
    "--env-file",
    "--cgroupns",
    "--userns",
    "--pid",
    "--ipc",
    "--restart",
    "--stop-signal",
    "--log-driver",
    "--isolation",
    "-a",
    "--attach",
    "--cidfile",
    "--memory-swap",
    "--volumes-from",
];

impl RunCommand {
    /// Of the words behind `docker run`.
    pub fn of(words: &[String]) -> Self {
        let mut out = Self::default();
        let mut at = 0;
        while let Some(word) = words.get(at) {
            at += 1;
            if word == IMAGE || (word == "--" && words.get(at).is_some_and(|word| word == IMAGE)) {
                break;
            }
            if word == "--" || !word.starts_with('-') {
                out.stray = true;
                break;
            }
            let joined = word.split_once('=').filter(|(flag, _)| flag.starts_with("--"));
            let (name, argument, place) = match joined {
                Some((name, argument)) => (name, argument.to_owned(), at - 1),
                None if WITH_VALUE.contains(&word.as_str()) => {
                    at += 1;
                    (word.as_str(), words.get(at - 1).cloned().unwrap_or_default(), at - 1)
                }
                None => (word.as_str(), String::new(), at - 1),
            };
            out.flags.push(Flag { name: name.to_owned(), argument, word: place });
        }
        let rest = words.get(at..).unwrap_or_default();
        out.command = rest.iter().filter(|word| *word != IMAGE && *word != "--").cloned().collect();
        out
    }

    /// The program that runs beside the steps and does something while they run.
    pub fn service(&self) -> Option<&str> {
        const SERVICES: [&str; 6] = ["init", "systemd", "supervisord", "runit", "s6-svscan", "/init"];
        let program = self.command.first()?;
        SERVICES.iter().any(|service| program.ends_with(service)).then_some(program)
    }
}

impl Flag {
    /// Whether it says only how Packer holds its container.
    pub fn is_idle(&self) -> bool {
        matches!(
            self.name.as_str(),
            "-d" | "--detach"
                | "-i"
                | "--interactive"
                | "-t"
                | "--tty"
                | "-it"
                | "-ti"
                | "-di"
                | "-dit"
                | "-itd"
                | "-dt"
                | "-td"
                | "-id"
                | "--rm"
                | "--init"
                | "--name"
                | "-h"
                | "--hostname"
                | "--pull"
                | "--restart"
                | "--stop-signal"
                | "--log-driver"
                | "-a"
                | "--attach"
                | "--cidfile"
        )
    }

    /// Key and value of the argument.
    pub fn pair(&self) -> Option<(&str, &str)> {
        self.argument.split_once('=')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_told_from_the_command() {
        let words = ["-d", "-e", "A=b=c", "--label=x=y", "--entrypoint=/bin/sh", "--", IMAGE, "/sbin/init", "-x"];
        let run = RunCommand::of(&words.map(str::to_owned));
        let flags: Vec<(&str, &str, usize)> =
            run.flags.iter().map(|flag| (flag.name.as_str(), flag.argument.as_str(), flag.word)).collect();
        let expected = [("-d", "", 0), ("-e", "A=b=c", 2), ("--label", "x=y", 3), ("--entrypoint", "/bin/sh", 4)];
        assert_eq!(flags, expected);
        assert!(run.flags[0].is_idle() && !run.flags[1].is_idle());
        assert_eq!(run.flags[1].pair(), Some(("A", "b=c")));
        assert_eq!(run.command, ["/sbin/init", "-x"]);
        assert_eq!(run.service(), Some("/sbin/init"));
        assert!(!run.stray);
        assert!(RunCommand::of(&["-d", "debian", IMAGE].map(str::to_owned)).stray);
        assert_eq!(RunCommand::of(&["-e".to_owned()]).flags[0].argument, "");
    }
}
