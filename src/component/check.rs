//! Checks what a document of the right shape means.

use super::Options;
use super::actions::{Timeout, actions};
use super::model::{Document, Phase, Step};
use super::values::{COMPONENT_INVALID_VALUE, COMPONENT_MISSING, Values, instead, short};
use super::{characters, inputs, platforms, references};
use crate::declare_diagnostic;
use crate::diagnostic::{Severity, Sink, plural};
use crate::parse::data::Decoded;
use crate::source::SourceMap;

declare_diagnostic! {
    pub static COMPONENT_UNKNOWN_ACTION = {
        code: "component-unknown-action",
        severity: Error,
        since: "0.1.0",
        summary: "a step of a component document has an action that does not exist",
    }
}

/// The phases that Image Builder runs.
const PHASES: &[&str] = &["build", "validate", "test", "container-host-test"];

/// Checks a document: every fault is reported, at its place.
pub fn check(document: &Document, sources: &SourceMap, options: &Options, sink: &mut Sink) {
    let mut values = Values { sources, sink };
    // Terraform writes the number 1.0 as `1`, and the service takes it.
    let is_known = |version: &str| matches!(version, "1.0" | "1");
    if let Some(version) = document.schema_version.as_ref().filter(|version| !is_known(&version.value)) {
        let message = format!("there is no `schemaVersion` `{}`", short(&version.value));
        values.invalid(version.span, message, "write `1.0`, the only one there is");
    }
    variables(document, &mut values);
    phases(document, &mut values);
    let left = platforms::check(document, options, &mut values);
    inputs::check(document, &mut values);
    references::check(document, &mut values);
    characters::check(document, options, &left, &mut values);
}

fn variables(document: &Document, values: &mut Values<'_>) {
    for (at, variable) in document.variables.iter().enumerate() {
        let (name, word) = (&variable.name, variable.kind.word());
        let count = name.text.chars().count();
        let message = if !name.text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
            Some(format!("the name of the {word} `{}` has other characters than it may", short(&name.text)))
        } else if !(3..=128).contains(&count) {
            Some(format!("the name of the {word} `{}` has {}", short(&name.text), plural(count, "character")))
        } else {
            None
        };
        if let Some(message) = message {
            values.invalid(name.span, message, "use 3 to 128 letters, digits, `_` and `-`");
        }
        if let Some(before) = document.variables[..at].iter().find(|before| before.name.text == name.text) {
            values.twice(name.span, before.name.span, &format!("the name `{}`", short(&name.text)));
        }
    }
}

/// The name that an earlier one of these has as well.
fn before<'d>(names: impl Iterator<Item = Option<&'d Decoded>>, name: &Decoded) -> Option<&'d Decoded> {
    names.flatten().find(|before| before.text == name.text)
}

fn phases(document: &Document, values: &mut Values<'_>) {
    for (at, phase) in document.phases.iter().enumerate() {
        if let Some(name) = &phase.name {
            if let Some(before) = before(document.phases[..at].iter().map(|phase| phase.name.as_ref()), name) {
                values.twice(name.span, before.span, &format!("the phase `{}`", short(&name.text)));
            }
            if !PHASES.contains(&name.text.as_str()) {
                values.sink.report(
                    COMPONENT_INVALID_VALUE
                        .at(name.span, format!("Image Builder runs no phase `{}`", short(&name.text)))
                        .label("never runs")
                        .help(instead(&name.text, PHASES))
                        // Another document may run it by `ExecuteDocument`.
                        .severity(Severity::Warning),
                );
            }
        }
        steps(phase, document, values);
    }
    let names: Vec<&str> =
        document.phases.iter().filter_map(|phase| Some(phase.name.as_ref()?.text.as_str())).collect();
    let is_run = |name: &&str| ["build", "validate", "test"].contains(name);
    let is_known = document.is_whole && names.len() == document.phases.len();
    if let Some(first) = document.phases.first().and_then(|phase| phase.name.as_ref())
        && is_known
        && !names.iter().any(is_run)
    {
        values.sink.report(
            COMPONENT_MISSING
                .at(first.span, "the document has none of the phases `build`, `validate` and `test`")
                .label("not one of them")
                .help("call a phase `build`: it runs when the image is made"),
        );
    }
}

fn steps(phase: &Phase, document: &Document, values: &mut Values<'_>) {
    for (at, step) in phase.steps.iter().enumerate() {
        if let Some(name) = &step.name {
            if name.text.is_empty() {
                values.missing(name.span, "the name of a step is empty".to_owned(), "write a name");
            } else if let Some(before) = before(phase.steps[..at].iter().map(|step| step.name.as_ref()), name) {
                values.twice(name.span, before.span, &format!("the step name `{}`", short(&name.text)));
            }
        }
        if let Some(name) = step.over.as_ref().and_then(|over| over.name.as_ref()) {
            let loops = phase.steps[..at].iter().map(|step| step.over.as_ref()?.name.as_ref());
            if let Some(before) = before(loops, name) {
                values.twice(name.span, before.span, &format!("the loop name `{}`", short(&name.text)));
            }
            loop_name(name, document, values);
        }
        one(step, values);
    }
}

/// A loop that is called like something else hides that.
fn loop_name(name: &Decoded, document: &Document, values: &mut Values<'_>) {
    let hidden = document.variables.iter().find(|variable| variable.name.text == name.text);
    if name.text == "loop" || hidden.is_some() {
        let message = format!("the loop name `{}` means something else already", short(&name.text));
        let mut diagnostic = COMPONENT_INVALID_VALUE
            .at(name.span, message)
            .label("hides it")
            .help("give the loop another name")
            // The step gets what it asks for; a reader does not.
            .severity(Severity::Warning);
        if let Some(variable) = hidden {
            diagnostic = diagnostic.also(variable.name.span, format!("this {} has the name", variable.kind.word()));
        }
        values.sink.report(diagnostic);
    }
}

/// Checks a step but for its inputs and references.
fn one(step: &Step, values: &mut Values<'_>) {
    let schema = step.action.as_ref().and_then(|action| actions().get(&action.text));
    if let Some(action) = step.action.as_ref().filter(|_| schema.is_none()) {
        let names: Vec<&str> = actions().keys().map(String::as_str).collect();
        let place = values.place(action.span);
        values.sink.report(
            COMPONENT_UNKNOWN_ACTION
                .at(place, format!("there is no action `{}`", short(&action.text)))
                .label("not known")
                .help(instead(&action.text, &names)),
        );
    }
    let timeout = schema.map_or(Timeout::Free, |schema| schema.timeout);
    let action = step.action.as_ref().map(|action| short(&action.text)).unwrap_or_default();
    if let Some(seconds) = step.timeout_seconds {
        match timeout {
            Timeout::None => {
                let message = format!("`{action}` has no `timeoutSeconds`");
                values.invalid(seconds.span, message, "remove it");
            }
            Timeout::Fixed if seconds.value != -1 => {
                let message = format!("`{action}` has no time limit of its own");
                values.invalid(seconds.span, message, "remove it: the steps of the other document have theirs");
            }
            Timeout::Free | Timeout::Fixed => {
                if seconds.value < 1 && seconds.value != -1 {
                    let message = format!("`timeoutSeconds` cannot be {}", seconds.value);
                    values.invalid(seconds.span, message, "write a positive number, or -1 for no limit");
                }
            }
        }
    }
    if let Some(attempts) = step.max_attempts {
        if attempts.value < 1 {
            let message = format!("`maxAttempts` cannot be {}", attempts.value);
            values.invalid(attempts.span, message, "write 1 or more: the first run counts as well");
        } else if timeout == Timeout::Fixed && attempts.value != 1 {
            values.invalid(attempts.span, format!("`{action}` is attempted once"), "remove it");
        }
    }
    if let Some(text) = &step.on_failure {
        let known = ["Abort", "Continue", "Ignore"];
        if !known.contains(&text.text.as_str()) {
            let message = format!("`onFailure` cannot be `{}`", short(&text.text));
            values.invalid(text.span, message, instead(&text.text, &known));
        }
    }
}
