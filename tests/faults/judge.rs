//! What is said about a fault, and whether that is right.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use formwork::diagnostic::Severity;
use formwork::engine::{Request, analyse};
use formwork::resolve::Inputs;
use formwork::schema::Schemas;
use formwork::source::{FileOrigin, Files};

use crate::plant::{Fault, word};

/// A diagnostic, as a reader of the list of findings sees it.
pub(crate) struct Said {
    pub(crate) code: &'static str,
    /// Nothing where it is not in a file of the project.
    pub(crate) file: Option<String>,
    pub(crate) line: usize,
    pub(crate) message: String,
}

/// Errors and warnings about a project, in the order in which they are shown.
pub(crate) fn check(files: &dyn Files, path: &str, inputs: &Inputs, schemas: &Schemas) -> Vec<Said> {
    let paths = [path.to_owned()];
    let request = Request { paths: &paths, root: None, project: files, files, inputs };
    let analysis = match analyse(&request, schemas) {
        Ok(analysis) => analysis,
        Err(error) => panic!("nothing to read: {error}"),
    };
    let sources = analysis.sources;
    let worth = analysis.sink.into_sorted().into_iter().filter(|found| found.severity >= Severity::Warning);
    worth
        .map(|found| {
            let file = sources.file(found.span.file);
            let name = (file.origin != FileOrigin::Invocation || inputs.var_files.contains(&file.name))
                .then(|| file.name.trim_start_matches("./").to_owned());
            let line = sources.position(found.span).line;
            Said { code: found.code(), file: name, line, message: found.message }
        })
        .collect()
}

/// What became of a fault.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verdict {
    /// A diagnostic has one of its codes.
    pub(crate) named: bool,
    /// Such a one stands at its line.
    pub(crate) found: bool,
    /// Such a one is the first that is shown.
    pub(crate) first: bool,
    /// Diagnostics that are not about it: follow-ons, or plainly wrong.
    pub(crate) others: Vec<String>,
    /// What was said instead, for the list.
    pub(crate) instead: String,
}

pub(crate) fn judge(fault: &Fault, schemas: &Schemas) -> Verdict {
    let said = check(&fault.files, &fault.path, &fault.inputs, schemas);
    let is_named = |said: &Said| fault.codes.contains(&said.code);
    let is_right = |said: &Said| {
        is_named(said)
            && match &fault.place {
                Some((file, lines)) => said.file.as_ref() == Some(file) && lines.contains(&said.line),
                None => true,
            }
    };
    let show = |said: &Said| {
        let place = said.file.as_ref().map_or_else(|| "the call".to_owned(), |file| format!("{file}:{}", said.line));
        format!("{place} {}: {}", said.code, said.message)
    };
    let mut verdict = Verdict {
        named: said.iter().any(is_named),
        found: said.iter().any(is_right),
        first: said.first().is_some_and(is_right),
        others: said.iter().filter(|said| !is_right(said)).map(show).collect(),
        instead: String::new(),
    };
    verdict.instead = match (&fault.place, said.first()) {
        (_, None) => "nothing is said".to_owned(),
        (Some((file, lines)), Some(first)) => format!("at {file}:{} stands: {}", lines[0], show(first)),
        (None, Some(first)) => format!("is said: {}", show(first)),
    };
    verdict
}

/// Sums of one kind, or of all.
#[derive(Clone, Copy, Default)]
pub(crate) struct Count {
    pub(crate) planted: usize,
    pub(crate) named: usize,
    pub(crate) found: usize,
    pub(crate) first: usize,
    pub(crate) others: usize,
}

impl Count {
    pub(crate) fn add(&mut self, verdict: &Verdict) {
        self.planted += 1;
        self.named += usize::from(verdict.named);
        self.found += usize::from(verdict.found);
        self.first += usize::from(verdict.first);
        self.others += verdict.others.len();
    }

    /// Faults that were found among those that were planted.
    pub(crate) fn recall(self) -> f64 {
        share(self.found, self.planted)
    }

    /// Diagnostics about a fault among all.
    pub(crate) fn precision(self) -> f64 {
        share(self.found, self.found + self.others)
    }

    /// Faults of which the first diagnostic is the cause, among those found.
    pub(crate) fn cause_first(self) -> f64 {
        share(self.first, self.found)
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        return 1.0;
    }
    part as f64 / whole as f64
}

/// The table that people read.
pub(crate) fn table(judged: &[(Fault, Verdict)]) -> String {
    let mut kinds: BTreeMap<&str, Count> = BTreeMap::new();
    let mut spellings: BTreeMap<&str, Count> = BTreeMap::new();
    let mut whole = Count::default();
    for (fault, verdict) in judged {
        kinds.entry(fault.kind).or_default().add(verdict);
        spellings.entry(word(fault.spelling)).or_default().add(verdict);
        whole.add(verdict);
    }
    let mut out =
        format!("{:<34} {:>8} {:>6} {:>9} {:>6} {:>7}\n", "kind", "planted", "named", "in place", "first", "others");
    let mut row = |name: &str, count: Count| {
        let Count { planted, named, found, first, others } = count;
        let _ = writeln!(out, "{name:<34} {planted:>8} {named:>6} {found:>9} {first:>6} {others:>7}");
    };
    for (kind, count) in &kinds {
        row(kind, *count);
    }
    row("", Count::default());
    for (spelling, count) in &spellings {
        row(spelling, *count);
    }
    row(&format!("all {} kinds", kinds.len()), whole);
    let _ = writeln!(
        out,
        "recall {:.1} %, precision {:.1} %, cause first {:.1} %",
        100.0 * whole.recall(),
        100.0 * whole.precision(),
        100.0 * whole.cause_first()
    );
    out
}
