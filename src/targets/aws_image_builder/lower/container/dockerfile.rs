//! The Dockerfile template: what stands before and behind the steps.

use super::Container;
use crate::graph::Node;
use crate::source::Span;
use crate::targets::aws_image_builder::lower::Lowering;
use crate::targets::changes::{self, BASE_CONFIG, Change, Lines};
use crate::targets::text::dockerfile::{json_list, without_braces};

/// What the service puts something of its own for, in the order in which it wants them.
pub(in super::super::super) const PLACEHOLDERS: [&str; 3] =
    ["{{{ imagebuilder:parentImage }}}", "{{{ imagebuilder:environments }}}", "{{{ imagebuilder:components }}}"];

/// The template's text.
pub(super) fn template(l: &mut Lowering<'_>, node: &Node, container: &mut Container) -> String {
    let [parent, environments, components] = PLACEHOLDERS;
    let header = format!("# {}", l.project.header);
    let mut lines = vec![format!("FROM {parent}"), header, environments.to_owned()];
    let settings = &l.image.settings;
    let is_root = container.user.as_deref().is_none_or(|user| super::plain(user) == "root");
    let user = container.user.clone().filter(|_| !is_root || container.says_user);
    if !is_root {
        // The service's steps are root's.
        lines.push("USER root".to_owned());
    }
    lines.append(&mut container.before);
    lines.push(components.to_owned());
    if let Some(user) = user
        && !settings.iter().any(|setting| changes::sets_user(&setting.value))
    {
        lines.push(format!("USER {user}"));
    }
    let mut all = Vec::new();
    for change in settings.iter().flat_map(changes::lines) {
        let span = change.span;
        let Some(known) = l.known(node, NAME, span, &change.value) else { continue };
        let Some((written, rest)) = changes::split(&known) else { continue };
        let Some(keyword) = changes::taken(&mut l.report, node, NAME, span, written) else { continue };
        // A change is read as a Dockerfile is: lines are joined by a backslash at their end.
        let rest = rest.replace("\\\n", "").trim_end().to_owned();
        all.push(Change { keyword, rest, span });
    }
    apply(l, node, container, all, &mut lines);
    let mut out = lines.join("\n");
    out.push('\n');
    out
}

/// The attribute of the source.
const NAME: &str = "changes";

fn apply(l: &mut Lowering<'_>, node: &Node, container: &Container, all: Vec<Change<String>>, lines: &mut Vec<String>) {
    let mut directory = Some(container.directory.clone()).filter(|_| container.config.is_some());
    let Lines { lines: given, command, keeps_command } = Lines::of(all);
    for Change { keyword, rest, span } in given {
        let rest = match keyword {
            "ENTRYPOINT" => {
                let mut words = changes::words(&rest);
                if words.is_empty() {
                    words.push(container.entrypoint.clone());
                }
                json_list(&words)
            }
            "WORKDIR" => changes::folder_word(&changes::folder(&rest, &mut directory)),
            _ => changes::rest(keyword, &rest),
        };
        lines.extend(line(l, node, keyword, &rest, span));
    }
    let command = match (command, keeps_command) {
        (Some(Change { keyword: _, rest, span }), _) => Some((changes::words(&rest), span)),
        (None, Some(span)) => {
            let option = l.setting(BASE_CONFIG, "FILE");
            let config = container.config.as_ref();
            changes::base_command(&mut l.report, node, NAME, span, config, &option).map(|words| (words, span))
        }
        (None, None) => None,
    };
    if let Some((words, span)) = command {
        lines.extend(line(l, node, "CMD", &json_list(&words), span));
    }
}

/// A line of the template. Two braces would be read as a placeholder and cannot be escaped, but told apart.
fn line(l: &mut Lowering<'_>, node: &Node, keyword: &str, rest: &str, span: Span) -> Option<String> {
    if !rest.contains("{{") {
        return Some(format!("{keyword} {rest}"));
    }
    let list = serde_json::from_str::<Vec<String>>(rest).is_ok();
    match keyword {
        _ if list => Some(format!("{keyword} {}", escaped(rest))),
        "ENV" | "LABEL" | "USER" | "WORKDIR" | "VOLUME" | "EXPOSE" => {
            Some(format!("{keyword} {}", without_braces(rest)))
        }
        _ => {
            let why = format!(
                "Image Builder reads two braces in its Dockerfile as a placeholder, and `{keyword}` has no other way to say them"
            );
            l.report.refused(node, NAME, span, &why, None);
            None
        }
    }
}

/// A JSON list without two braces side by side.
fn escaped(list: &str) -> String {
    let mut out = String::new();
    for c in list.chars() {
        if c == '{' && out.ends_with('{') {
            out.push_str("\\u007b");
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_keeps_its_meaning_without_braces() {
        for words in [vec!["{{.A}}"], vec!["{{{{", "}}"], vec!["{", "{{{"]] {
            let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
            let text = escaped(&json_list(&words));
            assert!(!text.contains("{{"), "{text}");
            assert_eq!(serde_json::from_str::<Vec<String>>(&text).expect("a list"), words);
        }
    }
}
