//! `formwork plan`: what an edit will create, replace, update or leave, and why.
//!
//! Both sides are files of a target: those that would be written now, and those that were. What was is read from disk,
//! made by compiling the template as it stood at a revision, or asked of the account.

pub(super) mod live;
mod past;
mod show;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::arguments::{Compile, Format, Plan, PlanFormat, Threshold};
use super::compile::{Prepared, prepare};
use super::terminal::Terminal;
use super::workspace::{Unit, Workspace};
use super::{Code, Failure, list, report};
use crate::diagnostic::Severity;
use crate::targets::Target;
use crate::targets::inventory::{Inventory, Resource, Rule, compare};
use crate::write::output::Run;

/// Files of a target by their paths below its folder.
type TargetFiles = BTreeMap<String, Vec<u8>>;

pub(super) fn run(command: &Plan, terminal: &Terminal) -> Result<Code, Failure> {
    if command.live {
        return live::plan(command, terminal);
    }
    let workspace = match Workspace::open(&command.reading)? {
        Ok(workspace) => workspace,
        Err(found) => return report::only(&[found], Format::Human, terminal),
    };
    let unit = workspace.one(&command.choice, command.path.as_ref(), &command.reading)?;
    let target = chosen_target(command, &unit)?;
    let compile = as_compile(command, target);
    let (prepared, found) = prepare(&compile, &workspace, unit)?;
    let counts = report::beside(&[found], Format::Human, terminal)?;
    let Prepared { unit, out, made } = prepared;
    let Some((compiled, run)) = made else { return Ok(Code::found(counts.reaches(Severity::Error))) };
    let (old, against) = match (&command.since, &command.from) {
        (Some(revision), _) => (past::compiled(command, target, revision)?, format!("the template at `{revision}`")),
        (None, Some(folder)) => (found_in(folder, target)?, format!("`{}`", folder.display())),
        (None, None) => {
            let folder = match unit.folders.get(target.name) {
                Some(folder) => unit.project.seen_from_process(folder),
                None => out.join(target.name),
            };
            (read(&folder)?, format!("`{}`", folder.display()))
        }
    };
    let new = files_of(target, &run);
    let (mut old, new) = (inventory(target, &old)?, inventory(target, &new)?);
    if !old.resources.is_empty() && !new.resources.is_empty() && old.form != new.form {
        return Err(Failure(format!(
            "{against} holds {}, and this would be {}, so they cannot be compared; set the option `format` of `{}`",
            old.form, new.form, target.name
        )));
    }
    // What belongs to an image that is refused is not compared: nobody asked to take it away.
    let made: BTreeSet<&str> =
        compiled.outputs.iter().flat_map(|(_, out)| &out.images).map(|(image, _)| image.as_str()).collect();
    let images = compiled.graph.images().iter().map(|path| compiled.graph.image(path).name.as_str());
    let refused: BTreeSet<&str> = images.filter(|image| !made.contains(image)).collect();
    if !refused.is_empty() {
        let there = |one: &Resource| new.resources.iter().any(|it| it.kind == one.kind && it.name == one.name);
        old.resources.retain(|one| match one.image.as_deref() {
            Some(image) => !refused.contains(image),
            None => there(one),
        });
    }
    let changes = compare(&old, &new);
    let title = unit.title();
    let shown = show::Shown::new(&changes, &run, target, &against, &title);
    let text = match command.format {
        PlanFormat::Human => shown.human(),
        PlanFormat::Json => list::pretty(&shown.json()),
        PlanFormat::Markdown => shown.markdown(),
    };
    terminal.result(&text)?;
    // An image that is refused is not in the plan, which is worth a second look.
    Ok(Code::found(!refused.is_empty()))
}

fn chosen_target(command: &Plan, unit: &Unit) -> Result<&'static Target, Failure> {
    match (&command.target, unit.targets.as_slice()) {
        (Some(name), _) => list::named(name),
        (None, [name]) => list::named(name),
        (None, _) => Err(Failure("give `--target NAME`; `formwork targets` lists them".to_owned())),
    }
}

/// The same as a command that compiles.
fn as_compile(command: &Plan, target: &Target) -> Compile {
    let Plan { path, choice, target: _, out, from: _, since: _, live: _, accept, settings, format: _, reading } =
        command;
    Compile {
        path: path.clone(),
        choice: choice.clone(),
        targets: vec![target.name.to_owned()],
        out: out.clone(),
        stdout: None,
        check: false,
        diff: false,
        strict: false,
        accept: accept.clone(),
        settings: settings.clone(),
        reading: reading.clone(),
        format: Format::Human,
        fail_on: Threshold::Error,
        jobs: None,
    }
}

fn files_of(target: &Target, run: &Run) -> TargetFiles {
    let mine = |(path, file): (&String, &crate::write::output::OutputFile)| {
        let path = path.strip_prefix(target.name)?.strip_prefix('/')?;
        Some((path.to_owned(), file.content.bytes().to_vec()))
    };
    run.files.iter().filter_map(mine).collect()
}

/// Files of the target in a folder, which is that of the target or holds it.
fn found_in(folder: &Path, target: &Target) -> Result<TargetFiles, Failure> {
    if !folder.is_dir() {
        return Err(Failure(format!("`{}` is no folder", folder.display())));
    }
    let inner = folder.join(target.name);
    read(if inner.is_dir() { &inner } else { folder })
}

/// Every file below a folder; none where there is no folder.
fn read(folder: &Path) -> Result<TargetFiles, Failure> {
    let mut out = TargetFiles::new();
    let mut waiting: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        let failed = |error: std::io::Error| Failure(format!("cannot read `{}`: {error}", next.display()));
        let entries = match std::fs::read_dir(&next) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(failed(error)),
        };
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            let path = entry.path();
            if kind.is_dir() {
                // What Terraform keeps there is none of ours.
                if !entry.file_name().to_string_lossy().starts_with('.') {
                    waiting.push(path);
                }
            } else if kind.is_file() {
                let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
                out.insert(name, std::fs::read(&path).map_err(failed)?);
            }
        }
    }
    Ok(out)
}

/// What files set up; for a target whose files set nothing up by themselves, the files.
fn inventory(target: &Target, files: &TargetFiles) -> Result<Inventory, Failure> {
    let Some(reader) = target.inventory else {
        let one = |(path, bytes): (&String, &Vec<u8>)| Resource {
            kind: "file".to_owned(),
            name: path.clone(),
            address: path.clone(),
            facts: BTreeMap::from([("content".to_owned(), String::from_utf8_lossy(bytes).into_owned())]),
            rule: Rule::InPlace,
            ..Resource::default()
        };
        return Ok(Inventory { form: "files".to_owned(), resources: files.iter().map(one).collect() });
    };
    Ok((reader.read)(files).map_err(Failure)?.unwrap_or_default())
}
