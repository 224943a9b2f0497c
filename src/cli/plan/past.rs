//! The template as it was at a revision, compiled.
//!
//! The revision's files are put into a folder for the time of the command, by `git` and without touching the work tree or
//! its index; everything else is done there as it is done here.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::Failure;
use super::super::arguments::{Plan, Reading};
use super::super::compile::{Prepared, prepare};
use super::super::workspace::Workspace;
use super::{TargetFiles, as_compile, files_of};
use crate::diagnostic::Severity;
use crate::targets::Target;

/// A folder that goes away.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is in nobody's way.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Takes the process back to where it was.
struct Back(PathBuf);

impl Drop for Back {
    fn drop(&mut self) {
        let _ = std::env::set_current_dir(&self.0);
    }
}

/// What the target made of the template at a revision.
pub(super) fn compiled(command: &Plan, target: &'static Target, revision: &str) -> Result<TargetFiles, Failure> {
    let here =
        std::env::current_dir().map_err(|error| Failure(format!("cannot tell the folder of this process: {error}")))?;
    let start = within(command, &here);
    let top = PathBuf::from(git(&start, &["rev-parse", "--show-toplevel"], None)?);
    let commit =
        git(&start, &["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{commit}}")], None)
            .map_err(|_| Failure(format!("`{revision}` is no revision of `{}`", top.display())))?;
    let folder = Folder(std::env::temp_dir().join(format!("formwork-{}-{commit}", std::process::id())));
    // Its name is a part of names.
    let tree = folder.0.join(top.file_name().unwrap_or_default());
    std::fs::create_dir_all(&tree).map_err(|error| Failure(format!("cannot make `{}`: {error}", tree.display())))?;
    let index = folder.0.join("index");
    git(&top, &["read-tree", &commit], Some(&index))?;
    git(&top, &["checkout-index", "--all", &format!("--prefix={}/", tree.display())], Some(&index))?;

    let here_really = here.canonicalize().unwrap_or_else(|_| here.clone());
    let below = |path: &Path| path.strip_prefix(&top).map(|rest| tree.join(rest)).ok();
    let moved = |path: &str| below(Path::new(path)).map_or(path.to_owned(), |path| path.display().to_string());
    let mut then = command.clone();
    then.path = command.path.as_deref().map(moved);
    let Reading { var_files, cwd, read, config, .. } = &mut then.reading;
    var_files.iter_mut().for_each(|path| *path = moved(path));
    read.iter_mut().for_each(|path| *path = moved(path));
    for path in [cwd, config].into_iter().flatten() {
        if let Some(moved) = below(path) {
            *path = moved;
        }
    }
    // What is made tells how the path to the template was given, so that has to be the same.
    let folder_then = below(&here_really)
        .ok_or_else(|| Failure(format!("`--since` has to be run in `{}`, where the revisions are", top.display())))?;
    if !folder_then.is_dir() || then.path.as_ref().is_some_and(|path| !folder_then.join(path).exists()) {
        // It was not there yet.
        return Ok(TargetFiles::new());
    }
    let _back = Back(here);
    std::env::set_current_dir(&folder_then)
        .map_err(|error| Failure(format!("cannot go to `{}`: {error}", folder_then.display())))?;
    let faulty = |what: &str| Failure(format!("the template at `{revision}` cannot be compiled: {what}"));
    let Ok(workspace) = Workspace::open(&then.reading)? else { return Err(faulty("its `formwork.yaml` has faults")) };
    let unit = workspace.one(&then.choice, then.path.as_ref(), &then.reading)?;
    let (Prepared { made, .. }, found) = prepare(&as_compile(&then, target), &workspace, unit)?;
    let Some((_, run)) = made else {
        let first = found.diagnostics.iter().find(|it| it.severity == Severity::Error);
        return Err(faulty(first.map_or("it has faults", |it| it.message.as_str())));
    };
    Ok(files_of(target, &run))
}

/// The folder whose repository is meant: that of the path, else that of the process.
fn within(command: &Plan, here: &Path) -> PathBuf {
    let Some(path) = &command.path else { return here.to_owned() };
    let path = here.join(path);
    if path.is_dir() { path } else { path.parent().unwrap_or(here).to_owned() }
}

fn git(folder: &Path, arguments: &[&str], index: Option<&Path>) -> Result<String, Failure> {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).args(arguments);
    if let Some(index) = index {
        git.env("GIT_INDEX_FILE", index);
    }
    let done = git.output().map_err(|error| Failure(format!("`--since` needs the program `git`: {error}")))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        let said = said.lines().next().unwrap_or("it failed").to_owned();
        return Err(Failure(format!("`git {}`: {said}", arguments.first().copied().unwrap_or_default())));
    }
    Ok(String::from_utf8_lossy(&done.stdout).trim_end().to_owned())
}
