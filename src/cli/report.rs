//! Prints findings.

use super::arguments::Format;
use super::terminal::Terminal;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::{self, Counts, Finding, Shown, concise, human, json};
use crate::source::{FileOrigin, SourceMap};

/// Findings of one configuration.
pub(super) struct Found {
    /// Sorted, without duplicates.
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) sources: SourceMap,
    /// How it is called; of a component document its path.
    pub(super) configuration: String,
    /// Whether it is no configuration but a component document.
    pub(super) is_document: bool,
}

impl Found {
    /// The files on disk that were read.
    fn files(&self) -> impl Iterator<Item = &str> {
        self.sources.files().filter(|(_, file)| file.origin == FileOrigin::Disk).map(|(_, file)| file.name.as_str())
    }
}

/// What was printed, in numbers.
pub(super) struct Printed {
    pub(super) counts: Counts,
    /// What goes to standard output.
    pub(super) text: String,
}

/// The findings as text, with the summary that ends `check`.
pub(super) fn whole(found: &[Found], format: Format, terminal: &Terminal) -> Printed {
    let findings = arrange(found);
    let counts = counts(&findings);
    let files: std::collections::BTreeSet<&str> = found.iter().flat_map(Found::files).collect();
    let documents = found.iter().filter(|found| found.is_document).count();
    let text = match format {
        Format::Json => {
            let shown: Vec<&Shown> = findings.iter().map(|finding| &finding.shown).collect();
            json::Report::new(shown, files.len(), found.len()).text()
        }
        Format::Human | Format::Concise => {
            let mut text = lines(&findings, format, terminal.result_style());
            if format == Format::Human && !terminal.quiet {
                text.push_str(&human::summary(counts, files.len(), found.len() - documents, documents));
                text.push('\n');
            }
            text
        }
    };
    Printed { counts, text }
}

/// Prints findings that leave a command without another result.
pub(super) fn only(found: &[Found], format: Format, terminal: &Terminal) -> Result<super::Code, super::Failure> {
    beside(found, format, terminal)?;
    Ok(super::Code::Findings)
}

/// Prints the findings of a command that has another result; as JSON they are the result.
pub(super) fn beside(found: &[Found], format: Format, terminal: &Terminal) -> std::io::Result<Counts> {
    let printed = match format {
        Format::Json => {
            let printed = whole(found, format, terminal);
            terminal.result(&printed.text)?;
            printed
        }
        Format::Human | Format::Concise => {
            let findings = arrange(found);
            let text = lines(&findings, format, terminal.remark_style());
            terminal.say(&text);
            Printed { counts: counts(&findings), text }
        }
    };
    Ok(printed.counts)
}

/// Draws the findings of something that is no configuration on standard error.
pub(super) fn draw(diagnostics: &[Diagnostic], sources: &SourceMap, terminal: &Terminal) {
    let findings = render::arrange([(diagnostics, sources, None)]);
    terminal.say(&lines(&findings, Format::Human, terminal.remark_style()));
}

fn arrange(found: &[Found]) -> Vec<Finding<'_>> {
    render::arrange(
        found.iter().map(|found| (found.diagnostics.as_slice(), &found.sources, Some(found.configuration.as_str()))),
    )
}

fn counts(findings: &[Finding<'_>]) -> Counts {
    Counts::of(findings.iter().map(|finding| &finding.shown.severity))
}

fn lines(findings: &[Finding<'_>], format: Format, style: human::Style) -> String {
    findings
        .iter()
        .map(|finding| match format {
            Format::Concise => concise::line(&finding.shown) + "\n",
            Format::Human | Format::Json => human::draw(finding, style),
        })
        .collect()
}
