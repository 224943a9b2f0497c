//! Finds commands that never run what they are given to run.

use crate::check::Rule;
use crate::check::context::{Context, Inside};
use crate::check::member::{State, state_of};
use crate::declare_diagnostic;
use crate::diagnostic::Sink;
use crate::resolve::value::{HoleKind, Piece, Value};

declare_diagnostic! {
    pub static EXECUTE_COMMAND_WITHOUT_PATH = {
        code: "execute-command-without-path",
        severity: Warning,
        since: "0.1.0",
        summary: "an `execute_command` never runs the script",
    }
}

pub(super) const RULE: Rule = Rule { declares: &[&EXECUTE_COMMAND_WITHOUT_PATH], check };

fn check(context: &Context<'_>, sink: &mut Sink) {
    for subject in &context.subjects() {
        for inside in subject.insides() {
            for (name, argument) in &inside.body.arguments {
                let Some(attribute) = inside.schema.attributes.get(name) else { continue };
                let needed = &attribute.needs_field;
                let Some(first) = needed.first() else { continue };
                if state_of(&argument.value, attribute) != State::Set || uses(&argument.value, needed) != Some(false) {
                    continue;
                }
                // Who says where the script lies on the machine can name it.
                if names_the_script(inside, &argument.value) {
                    continue;
                }
                let field = format!("{{{{ .{first} }}}}");
                sink.report(
                    EXECUTE_COMMAND_WITHOUT_PATH
                        .at(argument.span, format!("`{name}` of {} never uses `{field}`", subject.name))
                        .label("the script is never run")
                        .help(format!("write `{field}` where the script's path belongs")),
                );
            }
        }
    }
}

/// Whether one of the fields stands in a command; nothing if that is not known.
fn uses(value: &Value, fields: &[String]) -> Option<bool> {
    let own = std::slice::from_ref(value);
    let mut found = false;
    for text in value.as_items().unwrap_or(own) {
        for piece in text.as_text()?.pieces() {
            match piece {
                // A field that does not exist is this by now, and was reported.
                Piece::Literal(text) if text.contains("<no value>") => return None,
                Piece::Literal(_) => {}
                Piece::Hole(hole) => match (&hole.what, &hole.known) {
                    (HoleKind::Field(name), _) => found |= fields.contains(name),
                    (HoleKind::Parameter(_), Some(known)) if !known.contains("{{") => {}
                    (HoleKind::Parameter(_) | HoleKind::Unknown(_), _) => return None,
                },
            }
        }
    }
    Some(found)
}

/// Whether a path that the template gives the script may stand in the command.
fn names_the_script(inside: Inside<'_>, command: &Value) -> bool {
    let own = std::slice::from_ref(command);
    let command: String = command.as_items().unwrap_or(own).iter().filter_map(|text| text.as_str()).collect();
    ["remote_path", "remote_file", "script"].into_iter().filter_map(|name| inside.argument(name)).any(|argument| {
        match argument.value.as_str() {
            Some(path) => !path.is_empty() && command.contains(path.as_ref()),
            None => true,
        }
    })
}
