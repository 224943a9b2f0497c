//! `formwork fmt`

use std::io::Read;
use std::path::Path;

use indexmap::IndexSet;

use super::arguments::{self, Fmt};
use super::report::{self, Found};
use super::terminal::Terminal;
use super::{Code, Failure, discover, paths};
use crate::diagnostic::Sink;
use crate::resolve::configuration::{self, MAX_FILE};
use crate::source::{EntryKind, FileError, Files, SourceMap, Span};
use crate::syntax::{Body, ExprKind};
use crate::write::{DiskFiles, replace, unified_between};
use crate::{format, parse};

/// The suffix of templates in HCL.
const TEMPLATE_SUFFIX: &str = ".pkr.hcl";

/// The suffix of var-files in HCL.
const VALUES_SUFFIX: &str = ".pkrvars.hcl";

/// The name of standard input.
const STANDARD_INPUT: &str = "-";

// What is written can be read again.
const _: () = assert!(format::LONGEST <= MAX_FILE);

/// A file that was read.
enum Outcome {
    /// It is laid out as it shall be.
    Same(String),
    /// What it holds, and what it shall hold.
    Other(String, String),
    /// It is wrong.
    Broken(Found),
}

pub(super) fn run(command: &Fmt, terminal: &Terminal) -> Result<Code, Failure> {
    let Fmt { paths: _, no_recursive: _, exclude: _, check, diff } = command;
    let failed = |error: std::io::Error| Failure(format!("cannot tell the folder of this process: {error}"));
    let folder = std::env::current_dir().map_err(failed)?;
    let disk = DiskFiles::new(&folder).map_err(failed)?;
    // Nothing is written before it is clear what all of it is.
    let names = chosen(&disk, &folder, command)?;
    let (mut broken, mut failures, mut changes) = (Vec::new(), Vec::new(), false);
    for name in &names {
        let outcome = match read(&disk, name) {
            Ok(bytes) => lay_out(name, bytes),
            Err(error) => {
                failures.push(format!("cannot read `{name}`: {error}"));
                continue;
            }
        };
        match outcome {
            Outcome::Broken(found) => broken.push(found),
            Outcome::Same(text) => {
                if name == STANDARD_INPUT && !check && !diff {
                    terminal.result(&text)?;
                }
            }
            Outcome::Other(old, new) => {
                changes = true;
                if !check && !diff {
                    if name == STANDARD_INPUT {
                        terminal.result(&new)?;
                        continue;
                    }
                    if let Err(error) = replace(&folder.join(name), old.as_bytes(), new.as_bytes()) {
                        failures.push(format!("cannot write `{name}`: {error}"));
                        continue;
                    }
                }
                let difference = if *diff { shown_difference(name, &old, &new) } else { String::new() };
                terminal.result(&format!("{name}\n{difference}"))?;
            }
        }
    }
    if names.is_empty() {
        terminal.remark(&format!("no file to format: their names end in `{TEMPLATE_SUFFIX}` or `{VALUES_SUFFIX}`\n"));
    }
    report::beside(&broken, arguments::Format::Human, terminal)?;
    if !failures.is_empty() {
        return Err(Failure(failures.join("\nformwork: ")));
    }
    Ok(Code::found(!broken.is_empty() || (*check && changes)))
}

/// The names of the files to format, each once, in the order in which they were given.
fn chosen(disk: &DiskFiles, folder: &Path, command: &Fmt) -> Result<IndexSet<String>, Failure> {
    let mut names = IndexSet::new();
    for path in &command.paths {
        if path == STANDARD_INPUT {
            names.insert(path.clone());
            continue;
        }
        let kind =
            disk.resolved_metadata(path).map_err(|error| Failure(format!("cannot read `{path}`: {error}")))?.kind;
        if kind == EntryKind::Folder {
            below(folder, path, command, &mut names)?;
        } else if path.ends_with(".hcl") {
            names.insert(paths::shown(path).to_owned());
        } else {
            return Err(Failure(format!(
                "`{path}` is not formatted: its name does not end in `{TEMPLATE_SUFFIX}` or `{VALUES_SUFFIX}`, and other \
                 spellings have no layout of their own"
            )));
        }
    }
    Ok(names)
}

/// Takes what lies below a folder, folder by folder, in the order of names.
fn below(folder: &Path, path: &str, command: &Fmt, names: &mut IndexSet<String>) -> Result<(), Failure> {
    let wanted = |_: &Path, name: &str| name.ends_with(TEMPLATE_SUFFIX) || name.ends_with(VALUES_SUFFIX);
    let found = discover::files(folder, path, !command.no_recursive, &command.exclude, wanted)?;
    for (parent, files) in found {
        let start = path.trim_end_matches('/');
        let inside = if parent == start { "" } else { parent.strip_prefix(&format!("{start}/")).unwrap_or(&parent) };
        if inside.split('/').any(is_passed_over) {
            continue;
        }
        let files = files.iter().filter(|name| !is_passed_over(name));
        names.extend(files.map(|name| paths::shown(&paths::join(&parent, name)).to_owned()));
    }
    Ok(())
}

/// Whether a file or folder is hidden, or is what an editor keeps beside the file that somebody works on.
fn is_passed_over(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'))
}

fn read(disk: &DiskFiles, name: &str) -> Result<Vec<u8>, FileError> {
    if name != STANDARD_INPUT {
        return disk.read(name);
    }
    // One byte more than is taken shows that there is too much.
    let mut bytes = Vec::new();
    let most = u64::try_from(MAX_FILE).unwrap_or(u64::MAX).saturating_add(1);
    let read = std::io::stdin().lock().take(most).read_to_end(&mut bytes);
    read.map(|_| bytes).map_err(|error| FileError::Other(error.to_string()))
}

fn lay_out(name: &str, bytes: Vec<u8>) -> Outcome {
    let (mut sources, mut sink) = (SourceMap::new(), Sink::new());
    let shown = if name == STANDARD_INPUT { "<standard input>" } else { name };
    if let Some(file) = configuration::take_in(shown, bytes, &mut sources, &mut sink) {
        let parsed = parse::hcl::parse(&sources, file, &mut sink);
        let text = &sources.file(file).text;
        if !sink.has_errors() {
            match format::tokens(text, &parsed.tokens) {
                Some(new) if new == *text => return Outcome::Same(new),
                Some(new) => return Outcome::Other(text.clone(), new),
                None => sink.report(
                    configuration::FILE_TOO_LARGE
                        .at(sources.file(file).span(file).head(), format!("`{shown}` is too large to be formatted"))
                        .help(format!(
                            "aligning its lines would take more than {} bytes: shorten the longest name or value",
                            format::LONGEST
                        )),
                ),
            }
        }
        for secret in secrets(&parsed.document.body, name.ends_with(VALUES_SUFFIX)) {
            sources.hide(secret);
        }
    }
    Outcome::Broken(Found {
        diagnostics: sink.into_sorted(),
        sources,
        configuration: shown.to_owned(),
        is_document: false,
    })
}

/// What may be secret in a file that is shown because it is wrong: defaults of sensitive variables; in a var-file every
/// value, because which variables are sensitive stands elsewhere.
fn secrets(body: &Body, is_values: bool) -> Vec<Span> {
    if is_values {
        return body.attributes().map(|attribute| attribute.value.span).collect();
    }
    let is_true = |kind: &ExprKind| matches!(kind, ExprKind::Bool(true));
    body.blocks()
        .map(|block| &block.body)
        .filter(|body| body.attribute("sensitive").is_some_and(|sensitive| is_true(&sensitive.value.kind)))
        .flat_map(|body| body.attribute("default"))
        .map(|default| default.value.span)
        .collect()
}

fn shown_difference(name: &str, old: &str, new: &str) -> String {
    unified_between((&format!("old/{name}"), old), (&format!("new/{name}"), new))
}
