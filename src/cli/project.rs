//! The folders of a run, and what the options say about values.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::Failure;
use super::arguments::Reading;
use super::report::Found;
use crate::diagnostic::Sink;
use crate::engine::{self, Analysis, Request};
use crate::resolve::Inputs;
use crate::resolve::configuration::LoadError;
use crate::resolve::eval::Scope;
use crate::schema::Schemas;
use crate::source::{EditedFiles, EntryKind, Files, SourceMap};
use crate::write::DiskFiles;

/// Where a run finds things, and what it was given.
#[derive(Clone)]
pub(super) struct Project {
    /// The folder that paths are relative to, absolute: that of the process, or that of `formwork.yaml`.
    pub(super) folder: PathBuf,
    /// The folder of the process, absolute.
    pub(super) process: PathBuf,
    /// Templates and var-files.
    pub(super) disk: DiskFiles,
    /// What some of them hold instead, by absolute path.
    pub(super) edited: Arc<BTreeMap<String, String>>,
    pub(super) inputs: Inputs,
    /// What relative paths in the template are said to start from, absolute.
    pub(super) cwd: Option<PathBuf>,
    pub(super) schemas: Arc<Schemas>,
}

impl Project {
    /// A project whose paths are relative to an absolute folder.
    pub(super) fn new(reading: &Reading, folder: &Path, schemas: Arc<Schemas>) -> Result<Self, Failure> {
        let folder = folder.to_owned();
        let disk = DiskFiles::new(&folder)
            .map_err(|error| Failure(format!("cannot read the folder `{}`: {error}", folder.display())))?;
        let cwd = reading.cwd.as_ref().map(|cwd| normal(&folder.join(cwd)));
        if let (Some(cwd), Some(given)) = (&cwd, &reading.cwd)
            && !cwd.is_dir()
        {
            return Err(Failure(format!("`--cwd {}`: there is no such folder", given.display())));
        }
        Ok(Self {
            inputs: inputs(reading),
            process: folder.clone(),
            folder,
            disk,
            edited: Arc::default(),
            cwd,
            schemas,
        })
    }

    /// What relative paths in a template start from, unless `check` finds something better.
    pub(super) fn start(&self) -> &Path {
        self.cwd.as_deref().unwrap_or(&self.folder)
    }

    /// Reads and resolves the configuration at a path, its relative paths starting from `start`.
    pub(super) fn analyse(&self, paths: &[String], start: &Path) -> Result<Analysis, LoadError> {
        self.analyse_with(paths, start, |_, _, _| ()).map(|(analysis, ())| analysis)
    }

    /// The same, and what `then` makes of the scope.
    pub(super) fn analyse_with<T>(
        &self,
        paths: &[String],
        start: &Path,
        then: impl FnOnce(&Scope<'_>, &mut SourceMap, &mut Sink) -> T,
    ) -> Result<(Analysis, T), LoadError> {
        let files = EditedFiles::new(&self.disk, &self.edited);
        self.analyse_in(&files, &self.inputs, paths, start, then)
    }

    /// The same with templates and var-files that lie elsewhere than on the disk.
    pub(super) fn analyse_in<T>(
        &self,
        project: &dyn Files,
        inputs: &Inputs,
        paths: &[String],
        start: &Path,
        then: impl FnOnce(&Scope<'_>, &mut SourceMap, &mut Sink) -> T,
    ) -> Result<(Analysis, T), LoadError> {
        let files = DiskFiles::new(start).map_err(|error| {
            LoadError::Unreadable(start.display().to_string(), crate::source::FileError::Other(error.to_string()))
        })?;
        let mut inputs = inputs.clone();
        let mut root = None;
        if start != self.folder {
            // The template sees paths as if the process ran in `start`.
            for readable in &mut inputs.readable {
                *readable = relative(start, &self.folder.join(&*readable));
            }
            root = paths.first().map(|path| relative(start, &self.folder.join(self.root_of(path))));
        }
        let request = Request { paths, root: root.as_deref(), project, files: &files, inputs: &inputs };
        engine::analyse_with(&request, &self.schemas, then)
    }

    /// The folder of a configuration.
    pub(super) fn root_of<'p>(&self, path: &'p str) -> &'p str {
        match self.disk.resolved_metadata(path) {
            Ok(metadata) if metadata.kind == EntryKind::Folder => path,
            Ok(_) | Err(_) => crate::resolve::configuration::folder_of(path),
        }
    }

    /// A folder as the process calls it.
    pub(super) fn seen_from_process(&self, folder: &Path) -> PathBuf {
        relative(&self.process, folder).into()
    }

    /// How a configuration is called: its path from the folder of the process.
    pub(super) fn name(&self, path: &str) -> String {
        relative(&self.folder, &self.folder.join(path))
    }
}

/// What there is to print of an analysis.
pub(super) fn found(analysis: Analysis, configuration: String) -> Found {
    let Analysis { sources, sink, configuration: _, template: _ } = analysis;
    Found { diagnostics: sink.into_sorted(), sources, configuration, is_document: false }
}

/// A path without template is wrong usage.
pub(super) fn not_loaded(error: &LoadError) -> Failure {
    Failure(error.to_string())
}

fn inputs(reading: &Reading) -> Inputs {
    let Reading {
        variables,
        var_files,
        data,
        env,
        only,
        except,
        cwd: _,
        read,
        now,
        param,
        freeze,
        sensitive,
        require_values,
        config: _,
    } = reading;
    let environment = || -> BTreeMap<String, String> {
        // A variable that is not text cannot be a value.
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    };
    Inputs {
        variables: variables.clone(),
        var_files: var_files.clone(),
        data: data.clone(),
        environment: env.then(environment),
        only: only.clone(),
        except: except.clone(),
        sensitive: sensitive.clone(),
        open: param.clone(),
        frozen: freeze.clone(),
        require_values: *require_values,
        now: *now,
        readable: read.clone(),
        packer_version: None,
    }
}

/// How `to` is called from the folder `from`; both absolute. With `/` between its parts, `.` for the folder itself.
pub(super) fn relative(from: &Path, to: &Path) -> String {
    let (from, to) = (normal(from), normal(to));
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(common).map(|_| "..".to_owned());
    let down = to.components().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// Without `.` and `..` parts.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_a_folder() {
        let cases = [
            ("/a/b", "/a/b", "."),
            ("/a/b", "/a/b/c/d", "c/d"),
            ("/a/b", "/a/x", "../x"),
            ("/a/b/", "/a/./b/../b", "."),
        ];
        for (from, to, expected) in cases {
            assert_eq!(relative(Path::new(from), Path::new(to)), expected, "{to} from {from}");
        }
    }
}
