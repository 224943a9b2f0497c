//! `formwork check`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::arguments::{Check, Format};
use super::grouping::{Names, clash, companions, configurations};
use super::project::{Project, found, normal, not_loaded, relative};
use super::report::{self, Found};
use super::terminal::Terminal;
use super::workspace::{Unit, Workspace};
use super::{Code, Failure, discover, paths};
use crate::component;
use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Sink};
use crate::engine::Analysis;
use crate::resolve::configuration::{LoadError, take_in};
use crate::resolve::functions::MISSING_FILE;
use crate::source::{EntryKind, FileOrigin, Files, SourceMap, Span};

declare_diagnostic! {
    pub static CHECKED_WITH_SIBLINGS = {
        code: "checked-with-siblings",
        severity: Note,
        since: "0.1.0",
        summary: "a file is checked with files beside it, because they declare names that it uses",
    }
}

/// What this command can report of itself.
pub(super) const DECLARATIONS: &[&Declaration] = &[&CHECKED_WITH_SIBLINGS];

/// What is checked together at first; several of its files may turn out to be configurations of their own.
pub(super) enum Candidate {
    /// A file that was named.
    File(String),
    /// A component document of EC2 Image Builder.
    Document(String),
    /// A folder with templates.
    Folder(String, Vec<String>),
    /// A configuration of `formwork.yaml`.
    Named(Box<Unit>),
}

/// A configuration and what was found in it.
pub(super) struct Checked {
    pub(super) found: Found,
    start: PathBuf,
}

pub(super) fn run(command: &Check, terminal: &Terminal) -> Result<Code, Failure> {
    let Check { paths, choice, reading, format, fail_on, no_recursive, exclude, list, jobs } = command;
    let workspace = match Workspace::open(reading)? {
        Ok(workspace) => workspace,
        Err(found) => {
            let printed = report::whole(&[found], *format, terminal);
            terminal.result(&printed.text)?;
            return Ok(Code::Findings);
        }
    };
    // Paths have one project, whatever of `formwork.yaml` is said of some of them.
    let project = workspace.project(reading)?;
    let (named, given): (Vec<Unit>, Vec<Unit>) =
        workspace.units(choice, paths, reading)?.into_iter().partition(|unit| unit.name.is_some());
    // A folder that is given twice is one candidate.
    let paths: Vec<String> = given.into_iter().flat_map(|unit| unit.paths).collect();
    let mut candidates = candidates(&project, &paths, !no_recursive, exclude)?;
    candidates.extend(named.into_iter().map(|unit| Candidate::Named(Box::new(unit))));
    let checked = at_a_time(*jobs, &candidates, |candidate| check(&workspace, &project, candidate))?;
    let checked: Vec<Checked> = checked.into_iter().flatten().collect();
    if *list {
        let mut lines = String::new();
        for Checked { found, start } in &checked {
            lines.push_str(&format!("{}\t{}\n", found.configuration, relative(workspace.process(), start)));
        }
        if *format == Format::Json {
            terminal.remark(&lines);
        } else {
            terminal.result(&lines)?;
        }
    }
    let found: Vec<Found> = checked.into_iter().map(|checked| checked.found).collect();
    let printed = report::whole(&found, *format, terminal);
    terminal.result(&printed.text)?;
    if found.is_empty() {
        terminal.remark(
            "no template found: their names end in `.pkr.hcl`, `.pkr.json`, `.pkr.yaml` or `.pkr.yml`, or they are JSON with `builders`; nor a component document, YAML or JSON with `schemaVersion` and `phases`\n",
        );
    }
    Ok(Code::found(printed.counts.reaches(fail_on.severity())))
}

/// What there is to check at paths.
pub(super) fn candidates(
    project: &Project,
    given: &[String],
    recursive: bool,
    exclude: &[String],
) -> Result<Vec<Candidate>, Failure> {
    let mut by_name = BTreeMap::new();
    for path in given {
        let kind = project
            .disk
            .resolved_metadata(path)
            .map_err(|error| Failure(format!("cannot read `{path}`: {error}")))?
            .kind;
        if kind != EntryKind::Folder {
            let candidate = if discover::is_document(&project.folder.join(path)) {
                Candidate::Document(path.clone())
            } else {
                Candidate::File(path.clone())
            };
            by_name.insert(paths::shown(path).to_owned(), candidate);
            continue;
        }
        for (folder, names) in discover::templates(&project.folder, path, recursive, exclude)? {
            by_name.insert(folder.clone(), Candidate::Folder(folder, names));
        }
        for file in discover::legacy(&project.folder, path, recursive, exclude)? {
            by_name.insert(paths::shown(&file).to_owned(), Candidate::File(file));
        }
        for file in discover::documents(&project.folder, path, recursive, exclude)? {
            by_name.insert(paths::shown(&file).to_owned(), Candidate::Document(file));
        }
    }
    Ok(by_name.into_values().collect())
}

/// Runs `work` for every item, several at a time; what comes out is in the order of the items.
fn at_a_time<I: Sync, O: Send>(
    jobs: Option<std::num::NonZeroUsize>,
    items: &[I],
    work: impl Fn(&I) -> Result<O, Failure> + Sync,
) -> Result<Vec<O>, Failure> {
    let jobs = jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, std::num::NonZeroUsize::get);
    let jobs = jobs.min(items.len());
    if jobs <= 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<Option<Result<O, Failure>>>> = Mutex::new(items.iter().map(|_| None).collect());
    std::thread::scope(|scope| -> Result<(), Failure> {
        for _ in 0..jobs {
            let worker = || {
                while let Some((at, item)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?)))
                {
                    let result = work(item);
                    if let Ok(mut done) = done.lock() {
                        done[at] = Some(result);
                    }
                }
            };
            std::thread::Builder::new()
                .stack_size(super::STACK)
                .spawn_scoped(scope, worker)
                .map_err(|error| Failure(format!("cannot start a thread: {error}")))?;
        }
        Ok(())
    })?;
    let done = done.into_inner().expect("internal error: a thread ended while it kept its result");
    done.into_iter().map(|result| result.expect("internal error: an item was left out")).collect()
}

/// The configurations of a candidate, and what is found in them.
pub(super) fn check(workspace: &Workspace, project: &Project, candidate: &Candidate) -> Result<Vec<Checked>, Failure> {
    let said = match candidate {
        Candidate::Named(_) | Candidate::Document(_) => None,
        Candidate::File(path) | Candidate::Folder(path, _) => workspace.starting(project, path),
    };
    let project = said.as_ref().unwrap_or(project);
    match candidate {
        Candidate::Named(unit) => {
            let (start, analysis) = one(&unit.project, &unit.paths, &unit.paths[0])?;
            Ok(vec![Checked { found: found(analysis, unit.title()), start }])
        }
        Candidate::Document(path) => Ok(vec![document(project, path)?]),
        Candidate::File(path) => {
            let folder = project.root_of(path).to_owned();
            let alone = one(project, std::slice::from_ref(path), path)?;
            if !uses_unknown_names(&alone.1) {
                return Ok(vec![finish(project, alone, path)]);
            }
            let siblings = discover::templates(&project.folder, &folder, false, &[])?.into_values().flatten();
            let names: Vec<String> = siblings.map(|name| paths::join(&folder, &name)).collect();
            Ok(vec![with_companions(project, path, &declared(project, &names))?])
        }
        Candidate::Folder(folder, names) => {
            let whole = one(project, std::slice::from_ref(folder), folder)?;
            if names.len() > 1 {
                let names: Vec<String> = names.iter().map(|name| paths::join(folder, name)).collect();
                let declared = declared_in(&whole.1, &names);
                if clash(&declared) {
                    return configurations(&declared)
                        .iter()
                        .map(|name| with_companions(project, name, &declared))
                        .collect();
                }
            }
            Ok(vec![finish(project, whole, folder)])
        }
    }
}

/// A component document. Nothing in it is a path of this machine; it starts where it lies.
fn document(project: &Project, path: &str) -> Result<Checked, Failure> {
    let bytes = project.disk.read(path).map_err(|error| Failure(format!("cannot read `{path}`: {error}")))?;
    let (mut sources, mut sink) = (SourceMap::new(), Sink::new());
    if let Some(file) = take_in(path, bytes, &mut sources, &mut sink) {
        component::inspect(&sources, file, &component::Options::default(), &mut sink);
    }
    let start = normal(&project.folder.join(project.root_of(path)));
    let found =
        Found { diagnostics: sink.into_sorted(), sources, configuration: project.name(path), is_document: true };
    Ok(Checked { found, start })
}

/// A file, with those of its siblings that it needs.
fn with_companions(project: &Project, path: &str, files: &BTreeMap<String, Names>) -> Result<Checked, Failure> {
    let path = paths::shown(path);
    let companions = companions(path, files);
    let mut together: Vec<String> = companions.iter().cloned().collect();
    together.insert(0, path.to_owned());
    let (start, mut analysis) = one(project, &together, path)?;
    if !companions.is_empty()
        && let Some(document) = analysis.configuration.documents.first()
    {
        let names: Vec<String> = companions.iter().map(|name| format!("`{name}`")).collect();
        let note = CHECKED_WITH_SIBLINGS
            .at(document.body.span.head(), format!("`{path}` is checked together with {}", names.join(", ")))
            .help(format!("they declare names that it uses; `packer build {path}` alone would not find them"));
        analysis.sink.report(note);
    }
    Ok(finish(project, (start, analysis), path))
}

fn finish(project: &Project, (start, analysis): (PathBuf, Analysis), path: &str) -> Checked {
    Checked { found: found(analysis, project.name(path)), start }
}

fn uses_unknown_names(analysis: &Analysis) -> bool {
    let codes = ["undeclared-variable", "undeclared-local", "unknown-source", "unknown-reference"];
    analysis.sink.diagnostics().iter().any(|diagnostic| codes.contains(&diagnostic.code()))
}

fn declared(project: &Project, names: &[String]) -> BTreeMap<String, Names> {
    let mut all = BTreeMap::new();
    for name in names {
        // A sibling that cannot be read declares nothing.
        let Ok(analysis) = project.analyse(std::slice::from_ref(name), project.start()) else { continue };
        all.extend(declared_in(&analysis, names));
    }
    all
}

fn declared_in(analysis: &Analysis, names: &[String]) -> BTreeMap<String, Names> {
    let documents = &analysis.configuration.documents;
    let named =
        documents.iter().map(|document| (analysis.sources.file(document.file).name.clone(), Names::of(document)));
    named.filter(|(name, _)| names.iter().any(|known| paths::shown(known) == name)).collect()
}

/// Analyses files that are one configuration; their relative paths start where all of them are found.
fn one(project: &Project, files: &[String], path: &str) -> Result<(PathBuf, Analysis), Failure> {
    let analyse = |start: &Path| match project.analyse(files, start) {
        // All its files are broken; what is wrong with them is said.
        Err(error @ (LoadError::Empty(_) | LoadError::Unreadable(..) | LoadError::UnknownFormat(_))) => {
            Err(not_loaded(&error))
        }
        Ok(analysis) => Ok(analysis),
    };
    if project.cwd.is_some() {
        return Ok((project.start().to_owned(), analyse(project.start())?));
    }
    let own = normal(&project.folder.join(project.root_of(path)));
    let mut tried: Vec<(PathBuf, Analysis)> = Vec::new();
    for start in starts(project, &own) {
        let analysis = analyse(&start)?;
        if !misses_files(project, &analysis, &start) {
            return Ok((start, analysis));
        }
        tried.push((start, analysis));
    }
    // In none: a file is missing only if it is missing everywhere.
    let (first, others) = tried.split_first_mut().expect("internal error: a configuration has no folder");
    let everywhere = |diagnostic: &crate::diagnostic::Diagnostic| {
        let same =
            |other: &crate::diagnostic::Diagnostic| other.code() == diagnostic.code() && other.span == diagnostic.span;
        diagnostic.code() != MISSING_FILE.code
            || others.iter().all(|(_, analysis)| analysis.sink.diagnostics().iter().any(same))
    };
    first.1.sink.retain(everywhere);
    Ok(tried.swap_remove(0))
}

/// The folders that relative paths may start from: a configuration's own and those above it, up to the root of its
/// repository; without a repository up to the folder of the process.
fn starts(project: &Project, own: &Path) -> Vec<PathBuf> {
    let ancestors: Vec<&Path> = own.ancestors().collect();
    let repository = ancestors.iter().position(|folder| folder.join(".git").exists());
    let last = repository.or_else(|| ancestors.iter().position(|folder| *folder == project.folder)).unwrap_or(0);
    ancestors[..=last].iter().map(|folder| folder.to_path_buf()).collect()
}

/// Whether a literal path of the configuration is not there.
fn misses_files(project: &Project, analysis: &Analysis, start: &Path) -> bool {
    // A var-file is looked for in the same folder, wherever the configuration's paths start.
    let is_own = |span: Span| analysis.sources.file(span.file).origin != FileOrigin::Invocation;
    let mut found = analysis.sink.diagnostics().iter();
    found.any(|diagnostic| diagnostic.code() == MISSING_FILE.code && is_own(diagnostic.span))
        || paths::read_by(&analysis.template, &project.schemas).iter().any(|path| !start.join(path).exists())
}
