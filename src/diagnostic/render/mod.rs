//! How findings look: to people, on one line each, and as JSON.
//!
//! Comes in: the findings of one or more configurations, each with its own [`SourceMap`]. Goes out: [`Shown`], sorted by
//! file, place and code and without duplicates, which [`json`] and [`concise`] print as they are; [`human`] draws the
//! source lines as well. Secret places ([`SourceMap::hide`]) and control characters never leave here.

pub mod concise;
pub mod human;
pub mod json;
mod snippet;

use super::{Diagnostic, Fix, Severity};
use crate::source::{FileOrigin, SourceMap, Span};

/// A finding with its places worked out.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The permanent code.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// One line: what is wrong.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What is at that place.
    pub label: Option<String>,
    /// Other places, with what is there.
    pub labels: Vec<(Place, String)>,
    /// The next thing to type.
    pub help: Option<String>,
    /// What makes it go away.
    pub fix: Option<ShownFix>,
    /// The configuration it was found in.
    pub configuration: Option<String>,
}

/// A fix with its places worked out.
#[derive(Clone, Debug)]
pub struct ShownFix {
    /// Whether it can be made without looking at it.
    pub safe: bool,
    /// What is replaced, and by what.
    pub edits: Vec<(Place, String)>,
}

/// A place as people and editors count it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file's name; nothing for what was said on the command line.
    pub file: Option<String>,
    /// First character: line, column, byte.
    pub start: (usize, usize, usize),
    /// Behind the last character: line, column, byte.
    pub end: (usize, usize, usize),
}

/// How many findings of each severity there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
}

impl Counts {
    /// Counts findings.
    pub fn of<'s>(severities: impl IntoIterator<Item = &'s Severity>) -> Self {
        let mut counts = Self::default();
        for severity in severities {
            match severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Note => counts.notes += 1,
            }
        }
        counts
    }

    /// Whether something at least that bad was found.
    pub fn reaches(self, threshold: Severity) -> bool {
        match threshold {
            Severity::Error => self.errors > 0,
            Severity::Warning => self.errors + self.warnings > 0,
            Severity::Note => self.errors + self.warnings + self.notes > 0,
        }
    }
}

impl Shown {
    /// Works out the places of a finding.
    pub fn new(diagnostic: &Diagnostic, sources: &SourceMap, configuration: Option<&str>) -> Self {
        let Diagnostic { declaration, severity, message, span, label, others, help, fix } = diagnostic;
        let shown_fix = |fix: &Fix| ShownFix {
            safe: fix.safe,
            edits: fix.edits.iter().map(|edit| (Place::of(edit.span, sources), edit.text.clone())).collect(),
        };
        Self {
            code: declaration.code,
            severity: *severity,
            message: one_line(message),
            place: Place::of(*span, sources),
            label: label.as_deref().map(one_line),
            labels: others.iter().map(|(span, text)| (Place::of(*span, sources), one_line(text))).collect(),
            help: help.as_deref().map(without_controls),
            fix: fix.as_ref().map(shown_fix),
            configuration: configuration.map(str::to_owned),
        }
    }

    /// What findings are sorted by: file, place, code; those without a file come first.
    pub fn key(&self) -> (&Place, &str, &str) {
        (&self.place, self.code, &self.message)
    }
}

impl Place {
    fn of(span: Span, sources: &SourceMap) -> Self {
        let file = sources.file(span.file);
        let at = |byte: u32| {
            let position = file.position(byte as usize);
            (position.line, position.column, position.byte)
        };
        let name = match file.origin {
            FileOrigin::Disk => Some(file.name.clone()),
            FileOrigin::Invocation => None,
        };
        Self { file: name, start: at(span.start), end: at(span.end) }
    }
}

/// A finding, with what is needed to draw it.
pub struct Finding<'a> {
    /// The finding.
    pub diagnostic: &'a Diagnostic,
    /// The files it speaks of.
    pub sources: &'a SourceMap,
    /// With its places worked out.
    pub shown: Shown,
}

/// All findings of a run in the order in which they are shown. What two configurations report alike (they share a file)
/// is shown once, for the first of them.
pub fn arrange<'a>(
    runs: impl IntoIterator<Item = (&'a [Diagnostic], &'a SourceMap, Option<&'a str>)>,
) -> Vec<Finding<'a>> {
    let mut all: Vec<Finding<'a>> = Vec::new();
    for (diagnostics, sources, configuration) in runs {
        for diagnostic in diagnostics {
            all.push(Finding { diagnostic, sources, shown: Shown::new(diagnostic, sources, configuration) });
        }
    }
    all.sort_by(|a, b| a.shown.key().cmp(&b.shown.key()));
    all.dedup_by(|a, b| a.shown.place.file.is_some() && a.shown.key() == b.shown.key());
    all
}

fn one_line(text: &str) -> String {
    without_controls(text).replace('\n', " ")
}

/// Text that a terminal cannot take for an order: control characters become their pictures, marks that turn the
/// direction of writing become visible. Newlines stay.
pub fn without_controls(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { visible(c) }).collect()
}

fn visible(c: char) -> char {
    match c {
        '\t' => c,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        _ => c,
    }
}

#[cfg(test)]
mod tests;
