//! `formwork fix`
//!
//! Findings are looked for as by `check`. Fixes that can be made together are made in memory, then the files are looked at
//! again, until there is nothing left to fix; only then is anything written, each file whole.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::arguments::{self, Fix};
use super::check::{Candidate, candidates, check};
use super::project::{Project, relative};
use super::report::{self, Found};
use super::terminal::Terminal;
use super::workspace::{Unit, Workspace};
use super::{Code, Failure};
use crate::diagnostic::plural;
use crate::diagnostic::render::without_controls;
use crate::diagnostic::{Diagnostic, Edit, Severity, fix};
use crate::parse;
use crate::source::Files;
use crate::write::{replace, unified_between};

/// Each round makes at least one fix; a template in which more of them depend on each other is none that anybody wrote.
const MOST_ROUNDS: usize = 1000;

/// The files that change, by absolute path.
#[derive(Clone, Default)]
struct Edited {
    /// What they hold then.
    texts: BTreeMap<String, String>,
    files: BTreeMap<String, File>,
}

#[derive(Clone)]
struct File {
    /// As messages name it.
    name: String,
    /// What it holds now.
    old: String,
    /// What was fixed in it, each with how often.
    fixed: BTreeMap<String, usize>,
}

/// What became of what is checked together.
enum Outcome {
    /// Everything that can be fixed is; so many other fixes need a look first.
    Fixed(usize),
    /// It cannot be read as a template.
    Broken(Vec<Found>),
}

pub(super) fn run(command: &Fix, terminal: &Terminal) -> Result<Code, Failure> {
    let Fix { paths, choice, reading, unsafe_fixes, diff, no_recursive, exclude } = command;
    let workspace = match Workspace::open(reading)? {
        Ok(workspace) => workspace,
        Err(found) => return report::only(&[found], arguments::Format::Human, terminal),
    };
    let project = workspace.project(reading)?;
    let (named, given): (Vec<Unit>, Vec<Unit>) =
        workspace.units(choice, paths, reading)?.into_iter().partition(|unit| unit.name.is_some());
    let paths: Vec<String> = given.into_iter().flat_map(|unit| unit.paths).collect();
    let mut candidates = candidates(&project, &paths, !no_recursive, exclude)?;
    candidates.extend(named.into_iter().map(|unit| Candidate::Named(Box::new(unit))));
    // Nothing is written before it is clear what all of it is.
    let (mut edited, mut broken, mut left) = (Edited::default(), Vec::new(), 0);
    let count = candidates.len();
    for candidate in candidates {
        match fixed(&workspace, &project, candidate, *unsafe_fixes, &mut edited)? {
            Outcome::Fixed(more) => left += more,
            Outcome::Broken(found) => broken.extend(found),
        }
    }
    let Edited { texts, files } = edited;
    let (mut failures, mut fixes, mut written) = (Vec::new(), 0, 0);
    for (path, File { name, old, fixed }) in &files {
        let new = &texts[path];
        if !diff && let Err(error) = replace(path.as_ref(), old.as_bytes(), new.as_bytes()) {
            failures.push(format!("cannot write `{name}`: {error}"));
            continue;
        }
        let mut lines = format!("{name}\n");
        for (message, times) in fixed {
            let times = if *times > 1 { format!(" ({times} times)") } else { String::new() };
            lines.push_str(&format!("  {message}{times}\n"));
        }
        if *diff {
            lines = unified_between((&format!("old/{name}"), old), (&format!("new/{name}"), new));
        }
        terminal.result(&lines)?;
        fixes += fixed.values().sum::<usize>();
        written += 1;
    }
    report::beside(&broken, arguments::Format::Human, terminal)?;
    if !failures.is_empty() {
        return Err(Failure(failures.join("\nformwork: ")));
    }
    terminal.remark(&summary(count, fixes, written, broken.len(), left, *diff));
    Ok(Code::found(!broken.is_empty()))
}

fn summary(candidates: usize, fixes: usize, files: usize, broken: usize, left: usize, diff: bool) -> String {
    let fix = |count: usize| if count == 1 { "1 fix".to_owned() } else { format!("{count} fixes") };
    let mut text = match (candidates, fixes) {
        (0, _) => "no template found".to_owned(),
        (_, 0) => "nothing to fix".to_owned(),
        (_, _) if diff => format!("{} in {}; nothing is written", fix(fixes), plural(files, "file")),
        (_, _) => format!("{} in {}", fix(fixes), plural(files, "file")),
    };
    if left > 0 {
        text.push_str(&format!("; {} with `--unsafe-fixes`: look at them with `--diff` first", fix(left)));
    }
    if broken > 0 {
        let they = if broken == 1 { "is" } else { "are" };
        text.push_str(&format!("; {} {they} left alone because of the errors above", plural(broken, "configuration")));
    }
    text + "\n"
}

/// Fixes what is checked together, in memory.
fn fixed(
    workspace: &Workspace,
    project: &Project,
    mut candidate: Candidate,
    unsafe_fixes: bool,
    edited: &mut Edited,
) -> Result<Outcome, Failure> {
    // After a fix that made things worse, each is made alone, and that one not again.
    let mut before: Option<(Edited, Vec<(&'static str, String)>)> = None;
    let mut refused: BTreeSet<(&'static str, String)> = BTreeSet::new();
    let mut alone = false;
    for _ in 0..MOST_ROUNDS {
        let texts = Arc::new(edited.texts.clone());
        let project = match &mut candidate {
            Candidate::Named(unit) => {
                unit.project.edited = texts;
                unit.project.clone()
            }
            Candidate::File(_) | Candidate::Document(_) | Candidate::Folder(..) => {
                Project { edited: texts, ..project.clone() }
            }
        };
        let found: Vec<Found> =
            check(workspace, &project, &candidate)?.into_iter().map(|checked| checked.found).collect();
        if found.iter().any(|found| !faults(found).is_empty()) {
            let Some((kept, made)) = before.take() else {
                let broken = found.into_iter().map(|found| Found { diagnostics: faults(&found), ..found });
                return Ok(Outcome::Broken(broken.filter(|found| !found.diagnostics.is_empty()).collect()));
            };
            *edited = kept;
            if alone {
                refused.extend(made);
            }
            alone = true;
            continue;
        }
        let wanted = |diagnostic: &&Diagnostic| {
            diagnostic.fix.as_ref().is_some_and(|fix| fix.safe || unsafe_fixes)
                && !refused.contains(&(diagnostic.code(), diagnostic.message.clone()))
        };
        let Some(found) = found.iter().find(|found| found.diagnostics.iter().any(|found| wanted(&found))) else {
            let is_left = |diagnostic: &&Diagnostic| diagnostic.fix.as_ref().is_some_and(|fix| !fix.safe);
            let left = found.iter().flat_map(|found| &found.diagnostics).filter(is_left).count();
            return Ok(Outcome::Fixed(if unsafe_fixes { 0 } else { left }));
        };
        let mut wanted: Vec<&Diagnostic> = found.diagnostics.iter().filter(wanted).collect();
        if alone {
            wanted.truncate(1);
        }
        let made = wanted.iter().map(|diagnostic| (diagnostic.code(), diagnostic.message.clone())).collect();
        before = Some((edited.clone(), made));
        edit(&project, found, &wanted, edited);
    }
    panic!("internal error: fixing a template does not come to an end");
}

/// Makes those fixes that can be made together.
fn edit(project: &Project, found: &Found, wanted: &[&Diagnostic], edited: &mut Edited) {
    let chosen = fix::choose(wanted.iter().filter_map(|diagnostic| diagnostic.fix.as_ref()));
    let edits: Vec<&Edit> = chosen.iter().flat_map(|fix| &fix.edits).collect();
    for (id, file) in found.sources.files() {
        if !edits.iter().any(|edit| edit.span.file == id) {
            continue;
        }
        let path = project.disk.absolute(&file.name);
        let entry = edited.files.entry(path.clone()).or_insert_with(|| File {
            name: relative(&project.process, path.as_ref()),
            old: file.text.clone(),
            fixed: BTreeMap::new(),
        });
        let mut told: Vec<&fix::Fix> = Vec::new();
        for diagnostic in wanted {
            let Some(own) = &diagnostic.fix else { continue };
            // What several images have from one place is fixed, and told, once.
            if chosen.contains(&own) && !told.contains(&own) && own.edits[0].span.file == id {
                told.push(own);
                *entry.fixed.entry(without_controls(&diagnostic.message).replace('\n', " ")).or_default() += 1;
            }
        }
        edited.texts.insert(path, fix::apply(&file.text, id, edits.iter().copied()));
    }
}

/// What keeps a configuration from being read.
fn faults(found: &Found) -> Vec<Diagnostic> {
    let is_fault = |diagnostic: &&Diagnostic| {
        diagnostic.severity == Severity::Error
            && parse::DECLARATIONS.iter().any(|declaration| declaration.code == diagnostic.code())
    };
    found.diagnostics.iter().filter(is_fault).cloned().collect()
}
