//! `changes`: instructions that `docker commit` applies to an image's configuration, said as a Dockerfile says them.
//!
//! The forms are the same language, with three differences: a Dockerfile's `ENTRYPOINT` takes the base's `CMD` away,
//! `ENTRYPOINT []` keeps the running container's entry point, and Packer brings the base's `CMD` and `ENTRYPOINT` back
//! where `changes` does not say them in upper case.

use super::lower::{BASE_CONFIG, Lowering};
use super::model::Instruction;
use super::parameters::Content;
use super::words;
use crate::declare_diagnostic;
use crate::graph::Node;
use crate::resolve::value::{ParameterId, Piece, Text};
use crate::source::{Span, Spanned};
use crate::targets::text::shell::is_plain;

declare_diagnostic! {
    pub static COMMIT_REFUSES_CHANGE = { code: "commit-refuses-change", severity: Error, since: "0.1.0",
        summary: "`changes` holds an instruction that `docker commit` does not take" }
}

const TAKEN: [&str; 10] =
    ["CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "ONBUILD", "USER", "VOLUME", "WORKDIR"];

/// The instruction of a change in upper case, as far as it is known.
fn keyword(text: &Text) -> String {
    let known = text.known().unwrap_or_default();
    known.split_whitespace().next().unwrap_or_default().to_uppercase()
}

/// Whether it says `USER`.
pub(super) fn sets_user(text: &Text) -> bool {
    keyword(text) == "USER"
}

/// Docker reads the changes as the lines of one file: a line end in one begins another instruction, unless a backslash
/// stands before it; empty lines and comments say nothing.
fn lines(change: &Spanned<Text>) -> Vec<Spanned<Text>> {
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

/// Applies changes at the end of the image.
pub(super) fn settings(l: &mut Lowering<'_>, node: &Node, name: &str, changes: &[Spanned<Text>]) {
    let mut all = Vec::new();
    for change in changes.iter().flat_map(lines) {
        let change = &change;
        let Some(parts) = l.parts(node, name, change.span, &change.value, &|_| None) else { return };
        let Some((written, rest)) = instruction(&parts) else { continue };
        let upper = written.to_uppercase();
        let Some(&known) = TAKEN.iter().find(|taken| **taken == upper) else {
            let message = format!("`docker commit` does not take `{upper}`: Packer fails at the end of this build");
            let said = COMMIT_REFUSES_CHANGE.at(change.span, message).label("in this list");
            l.report.say(said.help(format!("it takes {}", TAKEN.join(", "))));
            let why = format!("`docker commit` does not take `{upper}`");
            l.report.quiet_refusal(node, name, change.span, &why);
            continue;
        };
        // The plugin looks for upper case only and then puts the base's own in front of what it did not find.
        if matches!(known, "CMD" | "ENTRYPOINT") && written != known {
            let how = format!("`{written}` in lower case has no effect: Packer puts the base's own over it");
            l.report.exact(node, name, change.span, &how);
            continue;
        }
        all.push((known, rest, change.span));
    }
    let has = |keyword: &str| all.iter().any(|(known, _, _)| *known == keyword);
    let (entrypoint, command) = (has("ENTRYPOINT"), has("CMD"));
    let last = |keyword: &str| all.iter().rposition(|(known, _, _)| *known == keyword);
    let (last_entrypoint, last_command) = (last("ENTRYPOINT"), last("CMD"));
    let mut directory = l.base_config.as_ref().map(|config| config.working_dir.clone());
    let mut command_line = None;
    if !all.is_empty() {
        l.main.push(Instruction::Comment(format!("{}.{name}", node.construct)));
    }
    for (index, (keyword, rest, span)) in all.iter().enumerate() {
        match *keyword {
            "CMD" if Some(index) == last_command => command_line = start(l, node, name, rest, *span),
            "ENTRYPOINT" if Some(index) == last_entrypoint => {
                if let Some(mut words) = start(l, node, name, rest, *span) {
                    if words.is_empty() {
                        words.push(l.run_entrypoint.clone());
                    }
                    l.main.push(Instruction::Other { keyword: "ENTRYPOINT", rest: words::json_list(&words) });
                }
            }
            "CMD" | "ENTRYPOINT" => {}
            "WORKDIR" => workdir(l, node, name, rest, *span, &mut directory),
            keyword => {
                if let Some(rest) = spliced(l, node, name, rest, *span) {
                    let rest = if matches!(keyword, "ENV" | "LABEL") { pairs(&rest) } else { rest };
                    let rest = if keyword == "EXPOSE" { rest.to_lowercase() } else { rest };
                    l.main.push(Instruction::Other { keyword, rest });
                }
            }
        }
    }
    if let Some(words) = command_line {
        l.main.push(Instruction::Other { keyword: "CMD", rest: words::json_list(&words) });
    } else if entrypoint && !command {
        base_command(l, node, name, &all);
    }
    if let Some(config) = &l.base_config
        && !config.shell.is_empty()
        && config.shell != ["/bin/sh", "-c"]
    {
        let rest = words::json_list(&config.shell.clone());
        l.main.push(Instruction::Other { keyword: "SHELL", rest });
    }
}

/// An entry point takes the base's command away; Packer keeps it.
fn base_command(l: &mut Lowering<'_>, node: &Node, name: &str, all: &[(&'static str, Vec<Content>, Span)]) {
    let span = all.iter().find(|(known, _, _)| *known == "ENTRYPOINT").map_or(node.origin, |(_, _, span)| *span);
    match &l.base_config {
        Some(config) if config.command.is_empty() => {}
        Some(config) => {
            let rest = words::json_list(&config.command);
            l.main.push(Instruction::Other { keyword: "CMD", rest });
        }
        None => {
            let how = "the image has no CMD where Packer keeps the base's, which is not known here";
            let help = format!("give {}, or a `CMD` in `changes`", l.setting(BASE_CONFIG, "FILE"));
            l.report.approximated(node, name, span, how, Some(help));
        }
    }
}

/// Keyword and rest of a change.
fn instruction(parts: &[Content]) -> Option<(String, Vec<Content>)> {
    let Some(Content::Text(first)) = parts.first() else { return None };
    let first = first.trim_start();
    let (keyword, rest) = first.split_once(char::is_whitespace).unwrap_or((first, ""));
    let mut out = Vec::new();
    // A change is read as a Dockerfile is: lines are joined by a backslash at their end.
    Content::push(&mut out, &rest.trim_start().replace("\\\n", ""));
    for part in &parts[1..] {
        match part {
            Content::Text(text) => Content::push(&mut out, &text.replace("\\\n", "")),
            Content::Parameter(_) => out.push(part.clone()),
        }
    }
    if let Some(Content::Text(last)) = out.last_mut() {
        *last = last.trim_end().to_owned();
    }
    (!keyword.is_empty()).then(|| (keyword.to_owned(), out))
}

/// The words of CMD or ENTRYPOINT; in the form for shells they are what the engine makes of it.
fn start(l: &mut Lowering<'_>, node: &Node, name: &str, rest: &[Content], span: Span) -> Option<Vec<String>> {
    if let Some(id) = rest.iter().find_map(Content::parameter) {
        l.freeze(node, name, span, id, "CMD and ENTRYPOINT expand no build argument");
        return None;
    }
    let text: String = rest.iter().cloned().map(Content::into_text).collect();
    if let Ok(words) = serde_json::from_str::<Vec<String>>(&text) {
        return Some(words);
    }
    if text.is_empty() {
        return Some(Vec::new());
    }
    Some(["/bin/sh", "-c", &text].map(str::to_owned).to_vec())
}

/// The rest of an instruction with its parameters as build arguments.
fn spliced(l: &mut Lowering<'_>, node: &Node, name: &str, rest: &[Content], span: Span) -> Option<String> {
    let mut out = String::new();
    for part in rest {
        match part {
            Content::Text(text) => out.push_str(text),
            Content::Parameter(id) => {
                if l.parameters.get(*id).secret {
                    l.sensitive(node, name, span, *id, "the configuration of an image");
                    return None;
                }
                declare(l, *id);
                out.push_str("${");
                out.push_str(&l.parameters.get(*id).argument);
                out.push('}');
            }
        }
    }
    if out.contains('\n') {
        l.report.refused(node, name, span, "an instruction has one line", None);
        return None;
    }
    Some(out)
}

fn declare(l: &mut Lowering<'_>, id: ParameterId) {
    l.out.used.insert(id);
    if !l.declared.insert(id) {
        return;
    }
    let parameter = l.parameters.get(id);
    let rest = match &parameter.default {
        Some(default) => format!("{}={}", parameter.argument, words::value(default)),
        None => parameter.argument.clone(),
    };
    l.main.push(Instruction::Other { keyword: "ARG", rest });
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

fn workdir(
    l: &mut Lowering<'_>,
    node: &Node,
    name: &str,
    rest: &[Content],
    span: Span,
    directory: &mut Option<String>,
) {
    let Some(rest) = spliced(l, node, name, rest, span) else { return };
    let rest = rest.trim_matches('"').to_owned();
    let path = if rest.starts_with('/') || rest.starts_with('$') {
        rest
    } else if let Some(base) = directory {
        format!("{}/{rest}", base.trim_end_matches('/'))
    } else {
        // Where the base works is not known, so it stays relative, which BuildKit's checks do not like to see.
        let check = "WorkdirRelativePath";
        if !l.out.dockerfile.skipped_checks.contains(&check) {
            l.out.dockerfile.skipped_checks.push(check);
            l.out.dockerfile.skipped_checks.sort_unstable();
        }
        l.main.push(Instruction::Comment("hadolint ignore=DL3000".to_owned()));
        rest
    };
    if path.starts_with('/') {
        *directory = Some(path.clone());
    }
    let path = if path.contains(char::is_whitespace) { format!("\"{path}\"") } else { path };
    l.main.push(Instruction::Other { keyword: "WORKDIR", rest: path });
}
