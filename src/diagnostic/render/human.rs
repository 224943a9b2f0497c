//! Findings drawn with their source lines. The only place that knows `miette`.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan};

use super::snippet::Snippets;
use super::{Counts, Finding, Shown};
use crate::diagnostic::{Severity, plural};

/// How findings are drawn.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// With colours.
    pub color: bool,
    /// Columns of the terminal; nothing where there is none: then no line is broken.
    pub width: Option<usize>,
}

/// Draws one finding; ends with an empty line.
pub fn draw(finding: &Finding<'_>, style: Style) -> String {
    let snippets = Snippets::of(finding.diagnostic, finding.sources);
    let shown = &finding.shown;
    let mut theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let title = format!("{}[{}]:", shown.severity.word(), shown.code);
    theme.characters.error.clone_from(&title);
    theme.characters.warning.clone_from(&title);
    theme.characters.advice = title;
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width.map_or(200, |width| width.clamp(40, 200)))
        .with_wrap_lines(style.width.is_some())
        .with_context_lines(1)
        .with_urls(false)
        .without_cause_chain()
        .without_syntax_highlighting();
    let report = Report { finding, labels: snippets.labels().to_vec(), snippets };
    let mut out = String::new();
    handler.render_report(&mut out, &report).expect("internal error: drawing into memory cannot fail");
    // The title stands at the margin; only what explains it is indented.
    let mut out = out.strip_prefix("  ").map(str::to_owned).unwrap_or(out);
    out.truncate(out.trim_end().len());
    out.push_str("\n\n");
    out
}

/// The line at the end: `2 errors and 1 warning in 3 files (1 configuration)`.
pub fn summary(counts: Counts, files: usize, configurations: usize, documents: usize) -> String {
    let Counts { errors, warnings, notes } = counts;
    let kinds = [(errors, "error"), (warnings, "warning"), (notes, "note")];
    let said: Vec<String> =
        kinds.iter().filter(|(count, _)| *count > 0).map(|(count, word)| plural(*count, word)).collect();
    let found = match said.split_last() {
        None => "nothing found".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    };
    let mut parts = Vec::new();
    if configurations > 0 || documents == 0 {
        parts.push(plural(configurations, "configuration"));
    }
    if documents > 0 {
        parts.push(plural(documents, "component document"));
    }
    format!("{found} in {} ({})", plural(files, "file"), parts.join(", "))
}

/// A finding in miette's terms.
struct Report<'a> {
    finding: &'a Finding<'a>,
    labels: Vec<LabeledSpan>,
    snippets: Snippets,
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.finding.shown.message)
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.finding.shown.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.shown.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let Shown { help, fix, .. } = &self.finding.shown;
        let fix = fix.as_ref().map(|fix| match fix.safe {
            true => "`formwork fix` does it",
            false => "`formwork fix --unsafe-fixes` does it; look at what it changes",
        });
        let lines: Vec<&str> = help.as_deref().into_iter().chain(fix).collect();
        (!lines.is_empty()).then(|| Box::new(lines.join("\n")) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.snippets)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
