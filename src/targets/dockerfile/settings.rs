//! `changes` as the last lines of a Dockerfile; what they mean stands in [`changes`].

use super::lower::Lowering;
use super::model::Instruction;
use super::parameters::Content;
use super::words;
use crate::graph::Node;
use crate::resolve::value::ParameterId;
use crate::resolve::value::Text;
use crate::source::{Span, Spanned};
use crate::targets::changes::{self, BASE_CONFIG, Change, Lines};

/// Applies changes at the end of the image.
pub(super) fn settings(l: &mut Lowering<'_>, node: &Node, name: &str, given: &[Spanned<Text>]) {
    let mut all = Vec::new();
    for change in given.iter().flat_map(changes::lines) {
        let span = change.span;
        let Some(parts) = l.parts(node, name, span, &change.value, &|_| None) else { return };
        let Some((written, rest)) = instruction(&parts) else { continue };
        let Some(keyword) = changes::taken(&mut l.report, node, name, span, &written) else { continue };
        all.push(Change { keyword, rest, span });
    }
    if !all.is_empty() {
        l.main.push(Instruction::Comment(format!("{}.{name}", node.construct)));
    }
    let mut directory = l.base_config.as_ref().map(|config| config.working_dir.clone());
    let Lines { lines, command, keeps_command } = Lines::of(all);
    // What is said of it comes in the template's order.
    let command = command.map(|Change { keyword: _, rest, span }| start(l, node, name, &rest, span));
    for Change { keyword, rest, span } in lines {
        match keyword {
            "ENTRYPOINT" => {
                if let Some(mut words) = start(l, node, name, &rest, span) {
                    if words.is_empty() {
                        words.push(l.run_entrypoint.clone());
                    }
                    l.main.push(Instruction::Other { keyword, rest: words::json_list(&words) });
                }
            }
            "WORKDIR" => workdir(l, node, name, &rest, span, &mut directory),
            keyword => {
                if let Some(rest) = spliced(l, node, name, &rest, span) {
                    l.main.push(Instruction::Other { keyword, rest: changes::rest(keyword, &rest) });
                }
            }
        }
    }
    let command = match (command, keeps_command) {
        (Some(words), _) => words,
        (None, Some(span)) => {
            let option = l.setting(BASE_CONFIG, "FILE");
            changes::base_command(&mut l.report, node, name, span, l.base_config.as_ref(), &option)
        }
        (None, None) => None,
    };
    if let Some(words) = command {
        l.main.push(Instruction::Other { keyword: "CMD", rest: words::json_list(&words) });
    }
    if let Some(config) = &l.base_config
        && !config.shell.is_empty()
        && config.shell != ["/bin/sh", "-c"]
    {
        let rest = words::json_list(&config.shell.clone());
        l.main.push(Instruction::Other { keyword: "SHELL", rest });
    }
}

/// Keyword and rest of a change.
fn instruction(parts: &[Content]) -> Option<(String, Vec<Content>)> {
    let Some(Content::Text(first)) = parts.first() else { return None };
    let (keyword, rest) = changes::split(first)?;
    let mut out = Vec::new();
    // A change is read as a Dockerfile is: lines are joined by a backslash at their end.
    Content::push(&mut out, &rest.replace("\\\n", ""));
    for part in &parts[1..] {
        match part {
            Content::Text(text) => Content::push(&mut out, &text.replace("\\\n", "")),
            Content::Parameter(_) => out.push(part.clone()),
        }
    }
    if let Some(Content::Text(last)) = out.last_mut() {
        *last = last.trim_end().to_owned();
    }
    Some((keyword.to_owned(), out))
}

/// The words of CMD or ENTRYPOINT.
fn start(l: &mut Lowering<'_>, node: &Node, name: &str, rest: &[Content], span: Span) -> Option<Vec<String>> {
    if let Some(id) = rest.iter().find_map(Content::parameter) {
        l.freeze(node, name, span, id, "CMD and ENTRYPOINT expand no build argument");
        return None;
    }
    let text: String = rest.iter().cloned().map(Content::into_text).collect();
    Some(changes::words(&text))
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

fn workdir(
    l: &mut Lowering<'_>,
    node: &Node,
    name: &str,
    rest: &[Content],
    span: Span,
    directory: &mut Option<String>,
) {
    let Some(rest) = spliced(l, node, name, rest, span) else { return };
    let path = changes::folder(&rest, directory);
    if !path.starts_with(['/', '$']) {
        // Where the base works is not known, so it stays relative, which BuildKit's checks do not like to see.
        let check = "WorkdirRelativePath";
        if !l.out.dockerfile.skipped_checks.contains(&check) {
            l.out.dockerfile.skipped_checks.push(check);
            l.out.dockerfile.skipped_checks.sort_unstable();
        }
        l.main.push(Instruction::Comment("hadolint ignore=DL3000".to_owned()));
    }
    let path = changes::folder_word(&path);
    l.main.push(Instruction::Other { keyword: "WORKDIR", rest: path });
}
