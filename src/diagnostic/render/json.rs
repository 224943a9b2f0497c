//! Findings as the object that `check --format json` prints; its schema is `schemas/check-output.schema.json`.

use serde::Serialize;

use super::{Counts, Place, Shown, ShownFix};
use crate::diagnostic::Severity;

/// The version of the object's form.
const VERSION: u32 = 1;

/// Everything that `check` found.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    version: u32,
    diagnostics: Vec<Entry<'a>>,
    summary: Summary,
}

/// How much was found, in how much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Findings by severity.
    #[serde(flatten)]
    pub counts: Counts,
    /// Template files and var-files that were read.
    pub files: usize,
    /// Configurations that they make up, and component documents.
    pub configurations: usize,
}

#[derive(Debug, Serialize)]
struct Entry<'a> {
    code: &'a str,
    severity: Severity,
    message: &'a str,
    file: Option<&'a str>,
    range: Option<Range>,
    labels: Vec<Label<'a>>,
    help: Option<&'a str>,
    url: Option<&'a str>,
    fix: Option<Fix<'a>>,
    configuration: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Fix<'a> {
    safe: bool,
    edits: Vec<Edit<'a>>,
}

#[derive(Debug, Serialize)]
struct Edit<'a> {
    file: Option<&'a str>,
    range: Option<Range>,
    text: &'a str,
}

#[derive(Debug, Serialize)]
struct Label<'a> {
    file: Option<&'a str>,
    range: Option<Range>,
    text: &'a str,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Range {
    start: Point,
    end: Point,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Point {
    line: usize,
    column: usize,
    byte: usize,
}

impl<'a> Report<'a> {
    /// The object for findings in the order in which they come.
    pub fn new(findings: impl IntoIterator<Item = &'a Shown>, files: usize, configurations: usize) -> Self {
        let diagnostics: Vec<Entry<'a>> = findings.into_iter().map(entry).collect();
        let counts = Counts::of(diagnostics.iter().map(|entry| &entry.severity));
        Self { version: VERSION, diagnostics, summary: Summary { counts, files, configurations } }
    }

    /// As text, with a newline at its end.
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).expect("internal error: a report is always JSON") + "\n"
    }
}

fn entry(shown: &Shown) -> Entry<'_> {
    let Shown { code, severity, message, place, label, labels, help, fix, configuration } = shown;
    let own = label.iter().map(|text| (place, text));
    let others = labels.iter().map(|(place, text)| (place, text));
    Entry {
        code,
        severity: *severity,
        message,
        file: place.file.as_deref(),
        range: range(place),
        labels: own
            .chain(others)
            .map(|(place, text)| Label { file: place.file.as_deref(), range: range(place), text })
            .collect(),
        help: help.as_deref(),
        url: None,
        fix: fix.as_ref().map(edits),
        configuration: configuration.as_deref(),
    }
}

fn edits(fix: &ShownFix) -> Fix<'_> {
    let ShownFix { safe, edits } = fix;
    Fix {
        safe: *safe,
        edits: edits
            .iter()
            .map(|(place, text)| Edit { file: place.file.as_deref(), range: range(place), text })
            .collect(),
    }
}

fn range(place: &Place) -> Option<Range> {
    place.file.as_ref()?;
    let point = |(line, column, byte)| Point { line, column, byte };
    Some(Range { start: point(place.start), end: point(place.end) })
}
