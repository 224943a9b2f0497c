//! `changes`: instructions that `docker commit` applies to an image's configuration.
//!
//! They are a Dockerfile's, with three differences: a Dockerfile's `ENTRYPOINT` takes the base's `CMD` away, `ENTRYPOINT []`
//! keeps the running container's entry point, and Packer brings the base's `CMD` and `ENTRYPOINT` back where `changes`
//! does not say them in upper case. What comes out here is what a Dockerfile has to say at its end for the same image.

use crate::declare_diagnostic;
use crate::graph::Node;
use crate::resolve::value::{Piece, Text};
use crate::source::{Files, Span, Spanned};
use crate::targets::fidelity::Report;
use crate::targets::text::shell::is_plain;

declare_diagnostic! {
    pub static COMMIT_REFUSES_CHANGE = { code: "commit-refuses-change", severity: Error, since: "0.1.0",
        summary: "`changes` holds an instruction that `docker commit` does not take" }
}

/// What every target that makes container images can report.
pub const DECLARATIONS: &[&crate::diagnostic::Declaration] = &[&COMMIT_REFUSES_CHANGE];

const TAKEN: [&str; 10] =
    ["CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "ONBUILD", "USER", "VOLUME", "WORKDIR"];

/// Option of a target that tells a base image's configuration.
pub const BASE_CONFIG: &str = "base-config";

/// What the user told about the base image: the OCI configuration of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BaseConfig {
    /// Empty: root.
    pub user: String,
    /// Empty: the root folder.
    pub working_dir: String,
    /// `CMD`, in words.
    pub command: Vec<String>,
    /// `SHELL`, in words; empty: `/bin/sh -c`.
    pub shell: Vec<String>,
    /// It has `ONBUILD` instructions.
    pub on_build: bool,
}

impl BaseConfig {
    /// Reads an OCI or Docker image configuration, in any of the forms that tools print.
    pub fn of(document: &serde_json::Value) -> Self {
        let document = if document.is_array() { &document[0] } else { document };
        let config = ["config", "Config"].iter().map(|key| &document[*key]).find(|config| config.is_object());
        let config = config.unwrap_or(document);
        let text = |key: &str| config[key].as_str().unwrap_or_default().to_owned();
        let list = |key: &str| -> Vec<String> {
            let items = config[key].as_array().into_iter().flatten();
            items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
        };
        Self {
            user: text("User"),
            working_dir: text("WorkingDir"),
            command: list("Cmd"),
            shell: list("Shell"),
            on_build: !list("OnBuild").is_empty(),
        }
    }

    /// Reads the file that the option names; without one, or where it cannot be read, nothing. The latter is refused.
    pub fn read(files: &dyn Files, option: Option<&str>, node: &Node, report: &mut Report<'_>) -> Option<Self> {
        let path = option?;
        let read = files.read(path).map_err(|error| error.to_string());
        let parsed = read
            .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).map_err(|error| error.to_string()));
        match parsed {
            Ok(document) => Some(Self::of(&document)),
            Err(error) => {
                let why = format!("the base's configuration cannot be read from {path}: {error}");
                let help = "write it there with `docker image inspect` or `crane config`".to_owned();
                report.impossible(node, "", node.origin, &why, Some(help));
                None
            }
        }
    }
}

/// An instruction that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change<R> {
    /// In upper case.
    pub keyword: &'static str,
    /// What follows it, in the target's form.
    pub rest: R,
    /// Where it stands.
    pub span: Span,
}

/// Changes as a Dockerfile's last lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines<R> {
    /// In order; of several entry points the last, and no `CMD`.
    pub lines: Vec<Change<R>>,
    /// The last `CMD`, which has to stand behind all others.
    pub command: Option<Change<R>>,
    /// The entry point's place, where no `CMD` is given: then a Dockerfile has to say the base's again.
    pub keeps_command: Option<Span>,
}

impl<R> Lines<R> {
    /// Of instructions in the template's order.
    pub fn of(changes: Vec<Change<R>>) -> Self {
        let last = |keyword: &str| changes.iter().rposition(|change| change.keyword == keyword);
        let (last_entrypoint, last_command) = (last("ENTRYPOINT"), last("CMD"));
        let first_entrypoint = changes.iter().find(|change| change.keyword == "ENTRYPOINT").map(|change| change.span);
        let mut out = Self { lines: Vec::new(), command: None, keeps_command: None };
        if last_command.is_none() {
            out.keeps_command = first_entrypoint;
        }
        for (index, change) in changes.into_iter().enumerate() {
            match change.keyword {
                "CMD" if Some(index) == last_command => out.command = Some(change),
                "ENTRYPOINT" if Some(index) != last_entrypoint => {}
                "CMD" => {}
                _ => out.lines.push(change),
            }
        }
        out
    }
}

/// The instruction of a change in upper case, as far as it is known.
fn keyword(text: &Text) -> String {
    let known = text.known().unwrap_or_default();
    known.split_whitespace().next().unwrap_or_default().to_uppercase()
}

/// Whether it says `USER`.
pub fn sets_user(text: &Text) -> bool {
    keyword(text) == "USER"
}

/// Docker reads the changes as the lines of one file: a line end in one begins another instruction, unless a backslash
/// stands before it; empty lines and comments say nothing.
pub fn lines(change: &Spanned<Text>) -> Vec<Spanned<Text>> {
    let mut out: Vec<Text> = Vec::new();
    let mut open = false;
    for line in change.value.split('\n') {
        let (line, continues) = without_backslash(&line);
        match out.last_mut() {
            Some(last) if open => last.push(&line),
            _ => out.push(line),
        }
        open = continues;
    }
    let says_something = |text: &Text| {
        let known = text.known().unwrap_or_default();
        let blank = known.trim().is_empty() && text.holes().next().is_none();
        !blank && !known.trim_start().starts_with('#')
    };
    out.into_iter().filter(says_something).map(|text| Spanned::new(text, change.span)).collect()
}

/// A line without the carriage return and the backslash at its end, and whether there was a backslash.
fn without_backslash(line: &Text) -> (Text, bool) {
    let Some((Piece::Literal(last), before)) = line.pieces().split_last() else { return (line.clone(), false) };
    let trimmed = last.trim_end();
    let cut = trimmed.strip_suffix('\\');
    let mut out = Text::new();
    for piece in before {
        match piece {
            Piece::Literal(text) => out.push_str(text),
            Piece::Hole(hole) => out.push_hole(hole.clone()),
        }
    }
    out.push_str(cut.unwrap_or_else(|| last.strip_suffix('\r').unwrap_or(last)));
    (out, cut.is_some())
}

/// Keyword and rest of an instruction, as far as its text goes.
pub fn split(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let (keyword, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (!keyword.is_empty()).then(|| (keyword, rest.trim_start()))
}

/// The keyword of an instruction that is taken; what is not taken, or has no effect, is said.
pub fn taken(report: &mut Report<'_>, node: &Node, name: &str, span: Span, written: &str) -> Option<&'static str> {
    let upper = written.to_uppercase();
    let Some(&known) = TAKEN.iter().find(|taken| **taken == upper) else {
        let message = format!("`docker commit` does not take `{upper}`: Packer fails at the end of this build");
        let said = COMMIT_REFUSES_CHANGE.at(span, message).label("in this list");
        report.say(said.help(format!("it takes {}", TAKEN.join(", "))));
        let why = format!("`docker commit` does not take `{upper}`");
        report.quiet_refusal(node, name, span, &why);
        return None;
    };
    // The plugin looks for upper case only and then puts the base's own in front of what it did not find.
    if matches!(known, "CMD" | "ENTRYPOINT") && written != known {
        let how = format!("`{written}` in lower case has no effect: Packer puts the base's own over it");
        report.exact(node, name, span, &how);
        return None;
    }
    Some(known)
}

/// The words of `CMD` or `ENTRYPOINT`; in the form for shells they are what the engine makes of it.
pub fn words(rest: &str) -> Vec<String> {
    if let Ok(words) = serde_json::from_str::<Vec<String>>(rest) {
        return words;
    }
    if rest.is_empty() {
        return Vec::new();
    }
    ["/bin/sh", "-c", rest].map(str::to_owned).to_vec()
}

/// The rest of any other instruction but `WORKDIR`, in the form that today's Dockerfiles have.
pub fn rest(keyword: &str, rest: &str) -> String {
    match keyword {
        "ENV" | "LABEL" => pairs(rest),
        "EXPOSE" => rest.to_lowercase(),
        _ => rest.to_owned(),
    }
}

/// `KEY the rest` is an old form of `KEY="the rest"`.
fn pairs(rest: &str) -> String {
    let first = rest.split_whitespace().next().unwrap_or_default();
    if first.contains('=') || first.contains(['"', '\'']) {
        return rest.to_owned();
    }
    let Some((key, value)) = rest.split_once(char::is_whitespace) else { return rest.to_owned() };
    let value = value.trim();
    if is_plain(value) {
        return format!("{key}={value}");
    }
    // Quotes count as text in the old form; `$` and backslashes work as in the new one.
    format!("{key}=\"{}\"", value.replace('"', "\\\""))
}

/// The folder of a `WORKDIR`, from the root where the folder before it is known; that one is kept in `directory`.
pub fn folder(rest: &str, directory: &mut Option<String>) -> String {
    let rest = rest.trim_matches('"');
    let path = match directory {
        _ if rest.starts_with(['/', '$']) => rest.to_owned(),
        Some(base) => format!("{}/{rest}", base.trim_end_matches('/')),
        None => rest.to_owned(),
    };
    if path.starts_with('/') {
        *directory = Some(path.clone());
    }
    path
}

/// The folder of a `WORKDIR` as its line has it.
pub fn folder_word(path: &str) -> String {
    if path.contains(char::is_whitespace) { format!("\"{path}\"") } else { path.to_owned() }
}

/// The base's command, which an entry point takes away and Packer keeps; where it is not known, that is said.
pub fn base_command(
    report: &mut Report<'_>,
    node: &Node,
    name: &str,
    span: Span,
    config: Option<&BaseConfig>,
    option: &str,
) -> Option<Vec<String>> {
    let Some(config) = config else {
        let how = "the image has no CMD where Packer keeps the base's, which is not known here";
        let help = format!("give {option}, or a `CMD` in `changes`");
        report.approximated(node, name, span, how, Some(help));
        return None;
    };
    (!config.command.is_empty()).then(|| config.command.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(keyword: &'static str, rest: &'static str, at: u32) -> Change<&'static str> {
        let file = crate::source::SourceMap::new().add("a", "", crate::source::FileOrigin::Disk);
        Change { keyword, rest, span: Span { file, start: at, end: at + 1 } }
    }

    #[test]
    fn the_last_start_counts_and_the_command_stands_last() {
        let all = [("CMD", "a"), ("ENTRYPOINT", "b"), ("ENV", "c"), ("ENTRYPOINT", "d"), ("CMD", "e"), ("USER", "f")];
        let all = all.iter().zip(0..).map(|((keyword, rest), at)| change(keyword, rest, at)).collect();
        let Lines { lines, command, keeps_command } = Lines::of(all);
        assert_eq!(lines.iter().map(|line| line.rest).collect::<String>(), "cdf");
        assert_eq!(command.map(|command| command.rest), Some("e"));
        assert_eq!(keeps_command, None);
        let alone = Lines::of(vec![change("ENTRYPOINT", "x", 7)]);
        assert_eq!(alone.keeps_command.map(|span| span.start), Some(7));
    }

    #[test]
    fn old_forms_become_new_ones() {
        assert_eq!(rest("ENV", "A one two"), "A=\"one two\"");
        assert_eq!(rest("ENV", "A=1 B=2"), "A=1 B=2");
        assert_eq!(rest("LABEL", "a say \"hi\""), "a=\"say \\\"hi\\\"\"");
        assert_eq!(rest("EXPOSE", "80/TCP"), "80/tcp");
        assert_eq!(words("[\"a\", \"b\"]"), ["a", "b"]);
        assert_eq!(words("echo $A"), ["/bin/sh", "-c", "echo $A"]);
        assert_eq!(words("[]").len() + words("").len(), 0);
    }

    #[test]
    fn folders_add_up() {
        let mut directory = None;
        assert_eq!(folder("a", &mut directory), "a");
        assert_eq!(folder("/srv/", &mut directory), "/srv/");
        assert_eq!(folder("\"b c\"", &mut directory), "/srv/b c");
        assert_eq!(folder("$HOME", &mut directory), "$HOME");
        assert_eq!(directory.as_deref(), Some("/srv/b c"));
        assert_eq!(folder_word("/srv/b c"), "\"/srv/b c\"");
    }
}
