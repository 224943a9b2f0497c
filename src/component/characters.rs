//! Checks the text itself: how long it is, and what it may not have in it.

use super::Options;
use super::actions::Platform;
use super::model::{Document, Inputs, Step};
use super::values::{Values, short};
use crate::declare_diagnostic;
use crate::diagnostic::Severity;
use crate::parse::data::{Data, DataKind, Decoded};
use crate::source::Span;

declare_diagnostic! {
    pub static COMPONENT_SIZE = {
        code: "component-size",
        severity: Error,
        since: "0.1.0",
        summary: "a component document is longer than the service takes",
    }
    pub static COMPONENT_CHARACTERS = {
        code: "component-characters",
        severity: Warning,
        since: "0.1.0",
        summary: "a component document has characters that it cannot have, or that scripts do not survive",
    }
    pub static COMPONENT_SHEBANG = {
        code: "component-shebang",
        severity: Warning,
        since: "0.1.0",
        summary: "the first line of a script asks for another program than the bash that runs it",
    }
}

/// How many characters the service takes in a request.
pub(super) const MAX_INLINE: usize = 16_000;

/// How many bytes the service takes from S3, unless its quota was raised.
pub(super) const MAX_BYTES: usize = 64 << 10;

/// Checks the text of a document.
pub(super) fn check(document: &Document, options: &Options, platforms: &[Platform], values: &mut Values<'_>) {
    let file = document.file;
    let text = &values.sources.file(file).text;
    if let Some(at) = text.find('\0') {
        values.sink.report(
            COMPONENT_CHARACTERS
                .at(Span::new(file, at, at + 1), "the document has a NUL character")
                .label("stands here; the document is not read")
                .help("remove it; bytes that are no text belong into a file that `S3Download` gets")
                // No request may hold one.
                .severity(Severity::Error),
        );
    }
    if let Some(at) = text.find('\r').filter(|_| platforms != [Platform::Windows]) {
        let count = text.matches('\r').count();
        let label = if count == 1 { "the only one".to_owned() } else { format!("the first of {count}") };
        values.sink.report(
            COMPONENT_CHARACTERS
                .at(Span::new(file, at, at + 1), "the document has carriage returns")
                .label(label)
                .help("save it with the line ends of Unix; scripts that have them do not run there"),
        );
    }
    size(document, options, values);
}

fn size(document: &Document, options: &Options, values: &mut Values<'_>) {
    let file = document.file;
    let text = &values.sources.file(file).text;
    if text.len() > MAX_BYTES {
        let at = (0..=MAX_BYTES).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        values.sink.report(
            COMPONENT_SIZE
                .at(Span::new(file, at, at).head(), format!("the document has {} bytes", text.len()))
                .label(format!("{MAX_BYTES} bytes end here"))
                .help("divide it into several components, or put its scripts into files that `S3Download` gets"),
        );
        return;
    }
    // No text is longer in characters than in bytes.
    if options.by_uri || text.len() <= MAX_INLINE {
        return;
    }
    let Some((at, _)) = text.char_indices().nth(MAX_INLINE) else { return };
    values.sink.report(
        COMPONENT_SIZE
            .at(Span::new(file, at, at), format!("the document has {} characters", text.chars().count()))
            .label(format!("{MAX_INLINE} characters end here"))
            .help("put it on S3 and give the component its `uri`; in `data` it is too long")
            // By S3 the service takes it.
            .severity(Severity::Warning),
    );
}

/// Checks the commands of a step that bash runs.
pub(super) fn bash(step: &Step, values: &mut Values<'_>) {
    let Some(Inputs::Map(inputs)) = step.inputs.as_ref().map(|inputs| &inputs.value) else { return };
    let Some(commands) = inputs.iter().find(|input| input.name.text == "commands") else { return };
    let texts = texts(&commands.value);
    for text in &texts {
        if let Some(at) = text.text.find('\r') {
            values.sink.report(
                COMPONENT_CHARACTERS
                    .at(text.place(at..at + 1), "a command has a carriage return")
                    .label("reaches bash as it is")
                    .help("remove it: bash takes it for a part of the word before it"),
            );
        }
    }
    let Some(first) = texts.iter().find(|text| !text.text.trim().is_empty()) else { return };
    let line = first.text.trim_start().lines().next().unwrap_or_default().trim_end();
    if line.starts_with("#!") && !asks_for_bash(line) {
        let start = first.text.len() - first.text.trim_start().len();
        let message = format!("`{}` is only a comment: the commands are run by bash", short(line));
        let help = "write the script to a file with `CreateFile` and start that, or write it for bash";
        values.sink.report(
            COMPONENT_SHEBANG.at(first.place(start..start + line.len()), message).label("not looked at").help(help),
        );
    }
}

fn texts<'d>(data: &'d Data) -> Vec<&'d Decoded> {
    let DataKind::Array(items) = &data.kind else { return Vec::new() };
    let text = |item: &'d Data| if let DataKind::String(text) = &item.kind { Some(text) } else { None };
    items.iter().filter_map(text).collect()
}

fn asks_for_bash(line: &str) -> bool {
    let name = |word: &str| word.rsplit('/').next().unwrap_or_default().to_owned();
    let mut words = line.trim_start_matches("#!").split_whitespace();
    match words.next().map(name).as_deref() {
        Some("bash") => true,
        Some("env") => words.find(|word| !word.starts_with('-')).map(name).as_deref() == Some("bash"),
        Some(_) | None => false,
    }
}
