//! What is said about a template: declarations of what can be said, the things said, and the sink that collects them.
//!
//! A diagnostic is declared once, with [`declare_diagnostic!`](crate::declare_diagnostic), in the file that raises it;
//! its page `docs/diagnostics/<code>.md` is part of the declaration, so a missing page does not compile. Stages report
//! into a [`Sink`]; sorting and dropping of duplicates happens once, in [`Sink::into_sorted`]. How a diagnostic looks is
//! [`render`]'s business alone.

pub mod fix;
pub mod render;
mod retired;

pub use retired::{RETIRED, Retired, retired};

pub use fix::{Edit, Fix};

use crate::source::Span;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// Likely a mistake, or a loss that the user should know of.
    Warning,
    /// The template cannot be used like this.
    Error,
}

impl Severity {
    /// The word people see.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A kind of finding: its permanent code and its page.
#[derive(Debug)]
pub struct Declaration {
    /// Kebab-case and permanent; reads well after "allow".
    pub code: &'static str,
    /// How bad it is unless the user decides otherwise.
    pub severity: Severity,
    /// The version that first reported it.
    pub since: &'static str,
    /// One line: what is found.
    pub summary: &'static str,
    /// The page that `formwork explain` shows, in Markdown.
    pub page: &'static str,
}

/// Declares a diagnostic and takes in its page.
#[macro_export]
macro_rules! declare_diagnostic {
    ($(pub static $name:ident = { code: $code:literal, severity: $severity:ident, since: $since:literal, summary: $summary:literal $(,)? })+) => {
        $(
            #[doc = $summary]
            #[allow(unreachable_pub, reason = "some declarations are shared with other stages, most are not")]
            pub static $name: $crate::diagnostic::Declaration = $crate::diagnostic::Declaration {
                code: $code,
                severity: $crate::diagnostic::Severity::$severity,
                since: $since,
                summary: $summary,
                page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnostics/", $code, ".md")),
            };
        )+
    };
}

impl Declaration {
    /// A finding of this kind at `span`. The message is one line in the user's words.
    pub fn at(&'static self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            declaration: self,
            severity: self.severity,
            message: message.into(),
            span,
            label: None,
            others: Vec::new(),
            help: None,
            fix: None,
        }
    }
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// What kind it is.
    pub declaration: &'static Declaration,
    /// How bad it is here.
    pub severity: Severity,
    /// One line: what is wrong.
    pub message: String,
    /// Where its cause stands.
    pub span: Span,
    /// What is at that place.
    pub label: Option<String>,
    /// Other places that help to understand it, with what is there.
    pub others: Vec<(Span, String)>,
    /// The next thing to type.
    pub help: Option<String>,
    /// What makes it go away, where that can be said.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// Says what is at the place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = Some(text.into());
        self
    }

    /// Points at one more place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.others.push((span, text.into()));
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Says what makes it go away.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// With another severity than declared; the caller says why in a comment.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The permanent code.
    pub fn code(&self) -> &'static str {
        self.declaration.code
    }
}

/// `1 file`, `2 files`.
pub fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// Where stages report.
#[derive(Debug, Default)]
pub struct Sink {
    diagnostics: Vec<Diagnostic>,
}

impl Sink {
    /// Nothing reported yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a finding in.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Takes in everything of another sink.
    pub fn absorb(&mut self, other: Sink) {
        self.diagnostics.extend(other.diagnostics);
    }

    /// Puts `place` of each place in its stead.
    pub fn map_spans(&mut self, place: &mut impl FnMut(Span) -> Span) {
        for diagnostic in &mut self.diagnostics {
            diagnostic.span = place(diagnostic.span);
            for (span, _) in &mut diagnostic.others {
                *span = place(*span);
            }
            if let Some(fix) = &mut diagnostic.fix {
                fix.map_spans(place);
            }
        }
    }

    /// Puts another wording in the place of each help text.
    pub fn map_helps(&mut self, wording: &mut impl FnMut(Span, &str) -> String) {
        for diagnostic in &mut self.diagnostics {
            diagnostic.help = diagnostic.help.as_deref().map(|help| wording(diagnostic.span, help));
        }
    }

    /// Keeps only what `keep` says yes to.
    pub fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.diagnostics.retain(keep);
    }

    /// Makes everything that is worse no worse than `severity`.
    pub fn lower(&mut self, severity: Severity) {
        for diagnostic in &mut self.diagnostics {
            diagnostic.severity = diagnostic.severity.min(severity);
        }
    }

    /// The same for what `is_meant` says yes to.
    pub fn lower_where(&mut self, severity: Severity, is_meant: impl Fn(&Diagnostic) -> bool) {
        for diagnostic in self.diagnostics.iter_mut().filter(|diagnostic| is_meant(diagnostic)) {
            diagnostic.severity = diagnostic.severity.min(severity);
        }
    }

    /// Whether an error was reported.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// How many findings there are so far, for "did this step report anything?".
    pub fn len(&self) -> usize {
        self.diagnostics.len()
    }

    /// Whether nothing was reported.
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// The findings in the order they were reported.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Everything that was said, sorted by file, place and code, without duplicates.
    pub fn into_sorted(self) -> Vec<Diagnostic> {
        let mut all = self.diagnostics;
        // Of equal ones the gravest stays.
        let key = |diagnostic: &Diagnostic| std::cmp::Reverse(diagnostic.severity);
        all.sort_by(|a, b| (a.span, a.code(), &a.message, key(a)).cmp(&(b.span, b.code(), &b.message, key(b))));
        all.dedup_by(|a, b| a.span == b.span && a.code() == b.code() && a.message == b.message);
        all
    }
}
