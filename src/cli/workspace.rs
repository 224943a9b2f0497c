//! `formwork.yaml`, found and read, and the configurations that a command line means.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Failure;
use super::arguments::{Choice, Reading};
use super::project::{Project, normal, relative};
use super::report::Found;
use crate::diagnostic::Sink;
use crate::project::{self, BROKEN_COMPONENT_SCHEMA, Configuration, FILE_NAME, KnownTarget, ProjectFile, Values};
use crate::resolve::Patterns;
use crate::resolve::names::{list, nearest};
use crate::schema::Schemas;
use crate::source::{FileOrigin, SourceMap, Span};
use crate::targets::{self, Accepted, Setting};

/// The folder of a run, and what `formwork.yaml` says.
pub(super) struct Workspace {
    /// The folder of the process, absolute.
    process: PathBuf,
    /// The folder of `formwork.yaml`, absolute; nothing: there is none.
    home: Option<PathBuf>,
    file: ProjectFile,
    /// The name of `formwork.yaml` as messages show it, and its text.
    source: (String, String),
    schemas: Arc<Schemas>,
}

/// One configuration to work on.
pub(super) struct Unit {
    /// `CONFIGURATION` or `CONFIGURATION/VARIANT`; nothing: it was given as a path.
    pub(super) name: Option<String>,
    /// A folder, a file, or several files, as seen from the project's folder.
    pub(super) paths: Vec<String>,
    pub(super) project: Project,
    /// What names of an account begin with: the project's name in `formwork.yaml`, else the folder's.
    pub(super) label: String,
    /// What `formwork.yaml` compiles it for.
    pub(super) targets: Vec<String>,
    /// What `formwork.yaml` sets for targets.
    pub(super) settings: Vec<Setting>,
    /// What `formwork.yaml` allows to leave out, and where.
    pub(super) accept: Vec<(Accepted, Span)>,
    /// Where output goes unless the command line says it.
    pub(super) out: PathBuf,
    /// By target: where its folder goes, absolute, where `formwork.yaml` says it.
    pub(super) folders: BTreeMap<String, PathBuf>,
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
    /// Reads the `formwork.yaml` that is given or found. With findings in it, those are the result.
    pub(super) fn open(reading: &Reading) -> Result<Result<Self, Found>, Failure> {
        let failed = |error: std::io::Error| Failure(format!("cannot tell the folder of this process: {error}"));
        let process = std::env::current_dir().map_err(failed)?;
        let path = match &reading.config {
            Some(path) => Some(normal(&process.join(path))),
            None => find(&process).map(|home| home.join(FILE_NAME)),
        };
        let mut workspace = Self {
            home: path.as_deref().and_then(Path::parent).map(Path::to_owned),
            process,
            file: ProjectFile::default(),
            source: Default::default(),
            schemas: Arc::default(),
        };
        let (Some(path), Some(home)) = (path, workspace.home.clone()) else { return Ok(Ok(workspace)) };
        let shown = relative(&workspace.process, &path);
        let text = std::fs::read(&path).map_err(|error| {
            let is_missing = error.kind() == std::io::ErrorKind::NotFound;
            let why = if is_missing { "there is no such file".to_owned() } else { error.to_string() };
            Failure(format!("cannot read `{shown}`: {why}"))
        })?;
        let text = String::from_utf8(text).map_err(|_| Failure(format!("`{shown}` is not UTF-8 text")))?;
        let mut sources = SourceMap::new();
        let id = sources.add(shown.clone(), text.clone(), FileOrigin::Disk);
        workspace.source = (shown.clone(), text);
        let mut sink = Sink::new();
        let known: Vec<KnownTarget<'_>> = targets::TARGETS
            .iter()
            .map(|target| KnownTarget {
                name: target.name,
                options: target.options.iter().map(|option| option.name).collect(),
            })
            .collect();
        let folder = home.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        workspace.file = project::read(id, &folder, &sources, &known, &mut sink);
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
            return Ok(Err(Found {
                diagnostics: sink.into_sorted(),
                sources,
                configuration: shown,
                is_document: false,
            }));
        }
        Ok(Ok(workspace))
    }

    /// What components there are, those of `formwork.yaml` among them.
    pub(super) fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// The folder of the process.
    pub(super) fn process(&self) -> &Path {
        &self.process
    }

    /// The name of `formwork.yaml` as messages show it, and its text.
    pub(super) fn source(&self) -> &(String, String) {
        &self.source
    }

    /// What a command line means: paths, else configurations of `formwork.yaml`, else the current folder.
    pub(super) fn units(&self, choice: &Choice, given: &[String], reading: &Reading) -> Result<Vec<Unit>, Failure> {
        let Choice { configuration, variant } = choice;
        if !given.is_empty() {
            if !configuration.is_empty() || !variant.is_empty() {
                let said = if configuration.is_empty() { "--variant" } else { "--configuration" };
                return Err(Failure(format!("`{said}` selects from `{FILE_NAME}`; give it or a path, not both")));
            }
            return given.iter().map(|path| self.at_path(path, reading)).collect();
        }
        let mut names = self.file.units();
        if names.is_empty() && configuration.is_empty() && variant.is_empty() {
            return Ok(vec![self.at_path(".", reading)?]);
        }
        for name in configuration {
            if !names.iter().any(|unit| is_of(unit, name)) {
                return Err(self.unknown(name));
            }
        }
        names.retain(|unit| configuration.is_empty() || configuration.iter().any(|name| is_of(unit, name)));
        if !variant.is_empty() {
            let patterns = Patterns::new(variant)
                .map_err(|(pattern, why)| Failure(format!("`--variant {pattern}` is no pattern: {why}")))?;
            names.retain(|unit| unit.split_once('/').is_some_and(|(_, own)| patterns.matches(own)));
            if names.is_empty() {
                return Err(Failure(format!("no variant matches `{}`{}", variant.join("` or `"), self.listed())));
            }
        }
        names.iter().map(|name| self.unit(name, reading)).collect()
    }

    /// The one configuration a command line means.
    pub(super) fn one(&self, choice: &Choice, given: Option<&String>, reading: &Reading) -> Result<Unit, Failure> {
        let mut units = self.units(choice, given.map(std::slice::from_ref).unwrap_or_default(), reading)?;
        match units.len() {
            1 => Ok(units.remove(0)),
            _ => Err(Failure(format!(
                "choose one configuration with a path, or with `--configuration` and `--variant`{}",
                self.listed()
            ))),
        }
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

    /// The same for one path.
    pub(super) fn project_at(&self, path: &str, reading: &Reading) -> Result<Project, Failure> {
        let project = self.project(reading)?;
        Ok(self.starting(&project, path).unwrap_or(project))
    }

    /// The project of a path that is that of a configuration which says what its relative paths start from. The command
    /// line comes first.
    pub(super) fn starting(&self, project: &Project, path: &str) -> Option<Project> {
        let home = self.home.as_ref()?;
        if project.cwd.is_some() {
            return None;
        }
        let at = normal(&project.folder.join(path));
        let is_there = |configuration: &&Configuration| {
            configuration.paths.iter().any(|path| normal(&home.join(&path.value)) == at)
        };
        let cwd = self.file.configurations.values().filter(is_there).find_map(|there| there.cwd.as_ref())?;
        Some(Project { cwd: Some(normal(&home.join(&cwd.value))), ..project.clone() })
    }

    /// What a path alone is read with; of the file only what holds for all of the project.
    fn at_path(&self, path: &str, reading: &Reading) -> Result<Unit, Failure> {
        let project = self.project_at(path, reading)?;
        Ok(Unit {
            name: None,
            paths: vec![path.to_owned()],
            label: self.label(&project, path),
            project,
            targets: Vec::new(),
            settings: self.settings(&[]),
            accept: Vec::new(),
            out: OUT.into(),
            folders: self.folders(""),
        })
    }

    /// How the project is called: as `formwork.yaml` says, else as its folder, else as the folder of the path.
    fn label(&self, project: &Project, path: &str) -> String {
        if let Some(name) = &self.file.name {
            return name.clone();
        }
        let folder = match &self.home {
            Some(home) => home.clone(),
            None => {
                let at = normal(&project.folder.join(path));
                if at.is_dir() { at } else { at.parent().map(Path::to_owned).unwrap_or_default() }
            }
        };
        folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Options of targets: those of the project, and of layers from the outermost inwards.
    fn settings(&self, layers: &[&Values]) -> Vec<Setting> {
        let all = self.file.targets.values().flat_map(|target| &target.settings);
        all.chain(layers.iter().flat_map(|layer| &layer.settings))
            .map(|setting| Setting {
                target: setting.target.clone(),
                image: setting.image.clone(),
                option: setting.option.clone(),
                value: setting.value.clone(),
            })
            .collect()
    }

    /// Where the folders of targets go that lie elsewhere, for a configuration of that name.
    fn folders(&self, name: &str) -> BTreeMap<String, PathBuf> {
        let Some(home) = &self.home else { return BTreeMap::new() };
        let of = |(target, settings): (&String, &project::TargetSettings)| {
            Some((target.clone(), normal(&home.join(settings.out.as_ref()?).join(name))))
        };
        self.file.targets.iter().filter_map(of).collect()
    }

    /// A configuration of the file; paths are those of its folder, so that output depends on no other.
    fn unit(&self, name: &str, reading: &Reading) -> Result<Unit, Failure> {
        let home = self.home.as_ref().expect("internal error: a configuration without a file");
        let (of, variant) = name.split_once('/').map_or((name, None), |(of, variant)| (of, Some(variant)));
        let configuration =
            self.file.configurations.get(of).expect("internal error: a configuration that was not read");
        let variant = variant.and_then(|variant| configuration.variants.get(variant));
        let layers: Vec<&Values> = std::iter::once(&configuration.values).chain(variant).collect();
        let reading = merged(&self.process, home, configuration, &layers, reading);
        let mut project = Project::new(&reading, home, Arc::clone(&self.schemas))?;
        project.process.clone_from(&self.process);
        let chosen = layers.iter().rev().find_map(|layer| layer.targets.clone());
        let accept = layers.iter().flat_map(|layer| &layer.accept).filter_map(|accept| {
            let accepted = Accepted::parse(&accept.construct.value)?;
            Some((Accepted { reason: Some(accept.reason.clone()), ..accepted }, accept.construct.span))
        });
        Ok(Unit {
            name: Some(name.to_owned()),
            label: self.label(&project, ""),
            paths: configuration.paths.iter().map(|path| path.value.clone()).collect(),
            project,
            targets: chosen.unwrap_or_else(|| self.file.targets.keys().cloned().collect()),
            settings: self.settings(&layers),
            accept: accept.collect(),
            out: relative(&self.process, &home.join(OUT)).into(),
            folders: self.folders(name),
        })
    }
}

/// Whether a configuration, or a variant of it, is meant by a name.
fn is_of(unit: &str, name: &str) -> bool {
    unit == name || unit.split_once('/').is_some_and(|(of, _)| of == name)
}

/// What the file says, and what the command line adds to it or says instead; paths as seen from `home`.
fn merged(process: &Path, home: &Path, configuration: &Configuration, layers: &[&Values], given: &Reading) -> Reading {
    let from_home = |path: &String| relative(home, &process.join(path));
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
    out.env |= layers.iter().rev().find_map(|layer| layer.env).unwrap_or(false);
    out.require_values |= layers.iter().rev().find_map(|layer| layer.require_values).unwrap_or(false);
    out.sensitive.extend(layers.iter().flat_map(|layer| layer.sensitive.iter().cloned()));
    // What an inner layer says of a pattern stands instead of what an outer one says of it.
    for layer in layers.iter().rev() {
        let (mut params, mut freeze) = (layer.params.clone(), layer.freeze.clone());
        params.retain(|glob| !out.freeze.contains(glob));
        freeze.retain(|glob| !out.param.contains(glob));
        out.param.append(&mut params);
        out.freeze.append(&mut freeze);
    }
    out.read = layers.iter().flat_map(|layer| layer.read.iter().map(|path| path.value.clone())).collect();
    out.read.extend(given.read.iter().map(from_home));
    out.cwd = match (&given.cwd, &configuration.cwd) {
        (Some(given), _) => Some(normal(&process.join(given))),
        (None, Some(cwd)) => Some(normal(&home.join(&cwd.value))),
        (None, None) => None,
    };
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
