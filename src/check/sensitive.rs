//! Finds sensitive values in places that others can read: names, tags, labels, command lines.

use crate::check::Rule;
use crate::check::context::Context;
use crate::declare_diagnostic;
use crate::diagnostic::Sink;
use crate::resolve::template::Argument;
use crate::resolve::value::{Value, ValueKind};
use crate::source::Span;

declare_diagnostic! {
    pub static SENSITIVE_IN_TEXT = {
        code: "sensitive-in-text",
        severity: Warning,
        since: "0.1.0",
        summary: "a sensitive value stands in a name, a tag, a label or a command line",
    }
}

pub(super) const RULE: Rule = Rule { declares: &[&SENSITIVE_IN_TEXT], check };

/// What an attribute's text becomes.
enum Place {
    /// Part of the image, or of what is said about it.
    Public,
    /// A command that process lists and logs show.
    Command,
}

fn check(context: &Context<'_>, sink: &mut Sink) {
    for subject in &context.subjects() {
        for inside in subject.insides() {
            for (name, argument) in &inside.body.arguments {
                // What is made for secrets keeps them.
                let is_secret = inside.schema.attributes.get(name).is_none_or(|attribute| attribute.sensitive);
                if is_secret || !argument.value.is_sensitive() {
                    continue;
                }
                let has_env = inside.schema.attributes.contains_key("env");
                let (label, help) = match place(name) {
                    Some(Place::Public) => {
                        ("anyone who sees the image can read it", "use a value that is not sensitive")
                    }
                    Some(Place::Command) if has_env => {
                        ("process lists and logs show it", "pass it in `env`, and write `$NAME` in the command")
                    }
                    Some(Place::Command) => ("process lists and logs show it", "let the command read it from a file"),
                    None => continue,
                };
                let message = format!("a sensitive value stands in `{name}` of {}", subject.name);
                let place = secret(context, argument);
                sink.report(SENSITIVE_IN_TEXT.at(place, message).label(label).help(help));
            }
        }
    }
}

/// Where the first sensitive element is written, or the whole.
fn secret(context: &Context<'_>, argument: &Argument) -> Span {
    let Argument { name: _, value, span } = argument;
    if let Some(items) = value.as_items() {
        return items.iter().position(Value::is_sensitive).map_or(*span, |at| context.element(*span, at));
    }
    if let ValueKind::Map(_, entries) | ValueKind::Object(entries) = &value.kind {
        let found = entries.iter().find(|(_, value)| value.is_sensitive());
        return found.map_or(*span, |(key, _)| context.entry(*span, key));
    }
    *span
}

/// What becomes of the text of an attribute, by its name: plugins agree on these words.
fn place(name: &str) -> Option<Place> {
    const COMMANDS: [&str; 5] = ["command", "execute_command", "inline", "inline_shebang", "run_command"];
    const PUBLIC: [&str; 6] = ["author", "changes", "description", "message", "metadata", "repository"];
    const ENDINGS: [&str; 6] = ["name", "tag", "tags", "label", "labels", "description"];
    if COMMANDS.contains(&name) {
        return Some(Place::Command);
    }
    let ends = |ending: &&str| name.strip_suffix(*ending).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'));
    (PUBLIC.contains(&name) || ENDINGS.iter().any(ends)).then_some(Place::Public)
}
