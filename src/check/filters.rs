//! Finds filters that the service they are sent to does not know.

use crate::check::Rule;
use crate::check::context::Context;
use crate::check::written;
use crate::declare_diagnostic;
use crate::diagnostic::Sink;
use crate::resolve::names;
use crate::source::Span;

declare_diagnostic! {
    pub static UNKNOWN_FILTER = {
        code: "unknown-filter",
        severity: Warning,
        since: "0.1.0",
        summary: "a filter has a name that the service does not know",
    }
}

pub(super) const RULE: Rule = Rule { declares: &[&UNKNOWN_FILTER], check };

fn check(context: &Context<'_>, sink: &mut Sink) {
    for subject in &context.subjects() {
        for inside in subject.insides() {
            for (name, argument) in &inside.body.arguments {
                let Some(attribute) = inside.schema.attributes.get(name) else { continue };
                let known = &attribute.known_keys;
                if known.is_empty() || argument.value.is_sensitive() {
                    continue;
                }
                if let Some(entries) = argument.value.as_entries() {
                    for key in entries.keys() {
                        judge(key, known, key_place(context, argument.span, key), sink);
                    }
                } else if let Some(key) = argument.value.as_str() {
                    judge(&key, known, argument.span, sink);
                }
            }
        }
    }
}

fn judge(key: &str, known: &[String], place: Span, sink: &mut Sink) {
    let fits = |known: &String| match known.strip_suffix('*') {
        Some(start) => key.starts_with(start),
        None => key == known,
    };
    // A key that is computed while the build runs holds what nobody can judge.
    if key.is_empty() || key.contains("{{") || known.iter().any(fits) {
        return;
    }
    let plain = known.iter().map(String::as_str).filter(|known| !known.ends_with('*'));
    let has_tags = known.iter().any(|known| known == "tag:*");
    let help = match near(key, plain) {
        Some(near) => format!("did you mean `{near}`?"),
        None if has_tags && !key.contains(':') => format!("for a tag of that name, write `tag:{key}`"),
        None => "the service refuses the request; see its documentation for the filters it has".to_owned(),
    };
    sink.report(
        UNKNOWN_FILTER.at(place, format!("no filter is named `{key}`")).label("refused when the build asks").help(help),
    );
}

/// The known name that is spelt alike, or that only differs in how its words are joined.
fn near<'k>(key: &str, known: impl Iterator<Item = &'k str> + Clone) -> Option<&'k str> {
    let letters =
        |text: &str| -> String { text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase() };
    let own = letters(key);
    known.clone().find(|known| letters(known) == own).or_else(|| names::nearest(key, known))
}

/// Where a key is written, if it is written out; else the whole value.
fn key_place(context: &Context<'_>, value: Span, key: &str) -> Span {
    written::object_key(context.documents, value, key).unwrap_or(value)
}
