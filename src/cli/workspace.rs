//! `formwork.yaml`, found and read, and the configurations that a command line means.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Failure;
use super::arguments::{Choice, Reading};
use super::project::{Project, normal, relative};
use super::report::Found;
use crate::diagnostic::Sink;
use crate::project::{self, BROKEN_COMPONENT_SCHEMA, Configuration, FILE_NAME, KnownTarget, ProjectFile, Values};
use crate::resolve::names::{list, nearest};
use crate::schema::Schemas;
use crate::source::{FileOrigin, SourceMap};
use crate::targets::{self, Setting};

/// The folder of a run, and what `formwork.yaml` says.
pub(super) struct Workspace {
    /// The folder of the process, absolute.
    process: PathBuf,
    /// The folder of `formwork.yaml`, absolute; nothing: there is none.
    home: Option<PathBuf>,
    file: ProjectFile,
    schemas: Arc<Schemas>,
}

/// One configuration to work on.
pub(super) struct Unit {
    /// `CONFIGURATION` or `CONFIGURATION/VARIANT`; nothing: it was given as a path.
    pub(super) name: Option<String>,
    /// A folder, a file, or several files, as seen from the project's folder.
    pub(super) paths: Vec<String>,
    pub(super) project: Project,
    /// What `formwork.yaml` compiles it for.
    pub(super) targets: Vec<String>,
    /// What `formwork.yaml` sets for targets.
    pub(super) settings: Vec<Setting>,
    /// Where its output goes unless the command line says it.
    pub(super) out: PathBuf,
}

impl Unit {
    /// How it is called.
    pub(super) fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.project.name(&self.paths[0]))
    }
}

/// Where output goes.
const OUT: &str = "formwork-out";

impl Workspace {
    /// Looks for `formwork.yaml` and reads it. With findings in it, those are the result.
    pub(super) fn open() -> Result<Result<Self, Found>, Failure> {
        let failed = |error: std::io::Error| Failure(format!("cannot tell the folder of this process: {error}"));
        let process = std::env::current_dir().map_err(failed)?;
        let mut workspace =
            Self { home: find(&process), process, file: ProjectFile::default(), schemas: Arc::default() };
        let Some(home) = workspace.home.clone() else { return Ok(Ok(workspace)) };
        let path = home.join(FILE_NAME);
        let shown = relative(&workspace.process, &path);
        let text = std::fs::read(&path).map_err(|error| Failure(format!("cannot read `{shown}`: {error}")))?;
        let text = String::from_utf8(text).map_err(|_| Failure(format!("`{shown}` is not UTF-8 text")))?;
        let mut sources = SourceMap::new();
        let id = sources.add(shown.clone(), text, FileOrigin::Disk);
        let mut sink = Sink::new();
        let known: Vec<KnownTarget<'_>> = targets::TARGETS
            .iter()
            .map(|target| KnownTarget {
                name: target.name,
                options: target.options.iter().map(|option| option.name).collect(),
            })
            .collect();
        workspace.file = project::read(id, &sources, &known, &mut sink);
        project::missing(&workspace.file, |path| home.join(path).exists(), &mut sink);
        let mut schemas = Schemas::embedded();
        for path in &workspace.file.schemas {
            let Ok(text) = std::fs::read_to_string(home.join(&path.value)) else { continue };
            if let Err(error) = schemas.add(&path.value, &text) {
                let said = error.to_string();
                let mut lines = said.lines();
                let first = lines.next().unwrap_or_default();
                let diagnostic = BROKEN_COMPONENT_SCHEMA.at(path.span, first).label("named here");
                let more = lines.count();
                sink.report(match more {
                    0 => diagnostic,
                    more => diagnostic.help(format!("and {more} more of this kind")),
                });
            }
        }
        workspace.schemas = Arc::new(schemas);
        if sink.has_errors() {
            return Ok(Err(Found { diagnostics: sink.into_sorted(), sources, configuration: shown }));
        }
        Ok(Ok(workspace))
    }

    /// The folder of the process.
    pub(super) fn process(&self) -> &Path {
        &self.process
    }

    /// What a command line means: configurations by name, and paths. Nothing given means all configurations of
    /// `formwork.yaml`, or the current folder where it has none.
    pub(super) fn units(&self, choice: &Choice, given: &[String], reading: &Reading) -> Result<Vec<Unit>, Failure> {
        let known = self.file.units();
        let mut names: Vec<String> = Vec::new();
        let mut units = Vec::new();
        let Choice { configuration, variant } = choice;
        for name in configuration {
            names.extend(self.named(name).ok_or_else(|| self.unknown(name))?);
        }
        for path in given {
            match self.named(path) {
                Some(of) => names.extend(of),
                None => units.push(self.at_path(path, reading)?),
            }
        }
        if names.is_empty() && units.is_empty() {
            if known.is_empty() && variant.is_none() {
                units.push(self.at_path(".", reading)?);
            }
            names = known;
        }
        if let Some(variant) = variant {
            names.retain(|name| name.split_once('/').is_some_and(|(_, own)| own == variant));
            if names.is_empty() || !units.is_empty() {
                return Err(Failure(format!("no variant `{variant}` is among what is asked for{}", self.listed())));
            }
        }
        names.dedup();
        for name in names {
            units.push(self.unit(&name, reading)?);
        }
        Ok(units)
    }

    /// The one configuration a command line means.
    pub(super) fn one(&self, choice: &Choice, given: Option<&String>, reading: &Reading) -> Result<Unit, Failure> {
        let mut units = self.units(choice, given.map(std::slice::from_ref).unwrap_or_default(), reading)?;
        match units.len() {
            1 => Ok(units.remove(0)),
            _ => Err(Failure(format!("choose one of several configurations{}", self.listed()))),
        }
    }

    /// Whether an argument names a configuration, and which ones it stands for.
    pub(super) fn named(&self, name: &str) -> Option<Vec<String>> {
        let units: Vec<String> = self
            .file
            .units()
            .into_iter()
            .filter(|unit| unit == name || unit.split_once('/').is_some_and(|(of, _)| of == name))
            .collect();
        (!units.is_empty()).then_some(units)
    }

    fn unknown(&self, name: &str) -> Failure {
        if self.home.is_none() {
            return Failure(format!("`--configuration {name}` needs a `{FILE_NAME}`; there is none here or above"));
        }
        let known = self.file.units();
        let known = known.iter().map(String::as_str).chain(self.file.configurations.keys().map(String::as_str));
        match nearest(name, known) {
            Some(near) => Failure(format!("no configuration is named `{name}`; did you mean `{near}`?")),
            None => Failure(format!("no configuration is named `{name}`{}", self.listed())),
        }
    }

    fn listed(&self) -> String {
        let units = self.file.units();
        if units.is_empty() {
            return format!("; `{FILE_NAME}` has none");
        }
        format!("; {}", list("there are", units.iter().map(String::as_str)))
    }

    /// What is read by path, with the components that `formwork.yaml` describes.
    pub(super) fn project(&self, reading: &Reading) -> Result<Project, Failure> {
        Project::new(reading, &self.process, Arc::clone(&self.schemas))
    }

    fn at_path(&self, path: &str, reading: &Reading) -> Result<Unit, Failure> {
        Ok(Unit {
            name: None,
            paths: vec![path.to_owned()],
            project: self.project(reading)?,
            targets: Vec::new(),
            settings: Vec::new(),
            out: OUT.into(),
        })
    }

    /// A configuration of the file; paths are those of its folder, so that output depends on no other.
    fn unit(&self, name: &str, reading: &Reading) -> Result<Unit, Failure> {
        let home = self.home.as_ref().expect("internal error: a configuration without a file");
        let (of, variant) = name.split_once('/').map_or((name, None), |(of, variant)| (of, Some(variant)));
        let configuration =
            self.file.configurations.get(of).expect("internal error: a configuration that was not read");
        let variant = variant.and_then(|variant| configuration.variants.get(variant));
        let reading = merged(&self.process, home, configuration, variant, reading);
        let mut project = Project::new(&reading, home, Arc::clone(&self.schemas))?;
        project.process.clone_from(&self.process);
        let settings = configuration.targets.iter().flat_map(|target| {
            target.settings.iter().map(|setting| Setting {
                target: target.name.clone(),
                image: setting.image.clone(),
                option: setting.option.clone(),
                value: setting.value.clone(),
            })
        });
        let out = relative(&self.process, &home.join(OUT).join(name));
        Ok(Unit {
            name: Some(name.to_owned()),
            paths: configuration.paths.iter().map(|path| path.value.clone()).collect(),
            project,
            targets: configuration.targets.iter().map(|target| target.name.clone()).collect(),
            settings: settings.collect(),
            out: out.into(),
        })
    }
}

/// What the file says, and what the command line adds to it or says instead; paths as seen from `home`.
fn merged(
    process: &Path,
    home: &Path,
    configuration: &Configuration,
    variant: Option<&Values>,
    given: &Reading,
) -> Reading {
    let Configuration {
        paths: _,
        cwd,
        env,
        require_values,
        read,
        sensitive,
        param,
        freeze,
        values,
        variants: _,
        targets: _,
    } = configuration;
    let from_home = |path: &String| relative(home, &process.join(path));
    let layers: Vec<&Values> = std::iter::once(values).chain(variant).collect();
    let mut out = given.clone();
    out.variables = layers.iter().flat_map(|layer| layer.vars.iter().cloned()).collect();
    out.variables.extend(given.variables.iter().cloned());
    out.var_files = layers.iter().flat_map(|layer| layer.var_files.iter().map(|path| path.value.clone())).collect();
    out.var_files.extend(given.var_files.iter().map(from_home));
    // The nearest selection is meant, because several add up to more.
    if given.only.is_empty() {
        out.only =
            layers.iter().rev().map(|layer| &layer.only).find(|only| !only.is_empty()).cloned().unwrap_or_default();
    }
    out.except = layers.iter().flat_map(|layer| layer.except.iter().cloned()).chain(given.except.clone()).collect();
    out.env |= env;
    out.require_values |= require_values;
    out.sensitive.extend(sensitive.iter().cloned());
    out.param.extend(param.iter().filter(|glob| !given.freeze.contains(glob)).cloned());
    out.freeze.extend(freeze.iter().filter(|glob| !given.param.contains(glob)).cloned());
    out.read = read.iter().map(|path| path.value.clone()).chain(given.read.iter().map(from_home)).collect();
    out.cwd = Some(match (&given.cwd, cwd) {
        (Some(given), _) => normal(&process.join(given)),
        (None, Some(cwd)) => normal(&home.join(&cwd.value)),
        (None, None) => home.to_owned(),
    });
    out
}

/// The folder of `formwork.yaml`: the current one or the nearest above it, up to the root of the repository. Outside of a
/// repository only the current folder counts.
fn find(process: &Path) -> Option<PathBuf> {
    let has = |folder: &Path| folder.join(FILE_NAME).is_file();
    let ancestors: Vec<&Path> = process.ancestors().collect();
    let last = ancestors.iter().position(|folder| folder.join(".git").exists()).unwrap_or(0);
    ancestors[..=last].iter().find(|folder| has(folder)).map(|folder| folder.to_path_buf())
}
