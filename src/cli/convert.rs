//! `formwork convert`

use std::path::{Path, PathBuf};

use super::arguments::{Convert, Format, Spelling as Wanted};
use super::project::{Project, found, not_loaded};
use super::terminal::Terminal;
use super::workspace::Workspace;
use super::{Code, Failure, report};
use crate::diagnostic::{Severity, Sink};
use crate::engine::{self, Analysis, Conversion, Converted, SiblingFiles};
use crate::resolve::Inputs;
use crate::source::{EntryKind, FileOrigin, Files, SourceMap};
use crate::syntax::Spelling;
use crate::write::{self, DiskFiles};

pub(super) fn run(command: &Convert, terminal: &Terminal) -> Result<Code, Failure> {
    let Convert { path, to, out, force: _, reading, format } = command;
    let to = match to {
        Wanted::Hcl => Spelling::Hcl,
        Wanted::Json => Spelling::Json,
        Wanted::Yaml => Spelling::Yaml,
        Wanted::Legacy => Spelling::LegacyJson,
    };
    let workspace = match Workspace::open(reading)? {
        Ok(workspace) => workspace,
        Err(found) => return report::only(&[found], *format, terminal),
    };
    let project = workspace.project_at(path, reading)?;
    let is_folder = project.disk.is_folder(path);
    let (found, files) = if !is_folder && holds_values(path) {
        var_file(&project, path, to)?
    } else {
        let (mut analysis, mut conversion) = template(&project, path, to)?;
        if is_folder && conversion.is_some() {
            let more = siblings(&project, path, &mut analysis, to)?;
            match (&mut conversion, more) {
                (Some(all), Some(more)) => all.files.extend(more),
                (_, None) => conversion = None,
                (None, Some(_)) => {}
            }
        }
        if conversion.is_some() && *format != Format::Json {
            remark_names(&analysis, to, terminal);
        }
        (found(analysis, project.name(path)), conversion)
    };
    let counts = report::beside(&[found], *format, terminal)?;
    let code = Code::found(counts.reaches(Severity::Error));
    let Some(conversion) = files.filter(|_| code == Code::Clean) else { return Ok(code) };
    if let Some((one, other)) = conversion.clash() {
        let (one, other, name) = (&one.from, &other.from, &one.to);
        return Err(Failure(format!("`{one}` and `{other}` would both become `{name}`: rename one of them")));
    }
    if is_folder || out.is_some() {
        deliver(command, &project, &conversion, is_folder, terminal)?;
    } else if *format != Format::Json
        && let Some(first) = conversion.files.first()
    {
        terminal.result(&first.text)?;
        if conversion.files.len() > 1 {
            terminal.remark("var-files are converted as well where `--out DIR` is given\n");
        }
    }
    Ok(code)
}

/// Reads a configuration, converts it, and proves that it means the same.
fn template(project: &Project, path: &String, to: Spelling) -> Result<(Analysis, Option<Conversion>), Failure> {
    let paths = std::slice::from_ref(path);
    let mut analysis = project.analyse(paths, project.start()).map_err(|error| not_loaded(&error))?;
    engine::set_demands_aside(&mut analysis);
    if analysis.sink.has_errors() {
        return Ok((analysis, None));
    }
    let mut sink = Sink::new();
    let mut conversion = engine::convert(&analysis, to, &project.schemas, &mut sink);
    if let Some(done) = &conversion
        && done.clash().is_none()
        && done.files.iter().any(|file| file.from != file.to)
    {
        let files = SiblingFiles::new(&project.disk, done);
        let (path, var_files) = done.reading(path, &project.inputs.var_files, to);
        let paths = [path];
        let inputs = Inputs { var_files, ..project.inputs.clone() };
        let mut after = project
            .analyse_in(&files, &inputs, &paths, project.start(), |_, _, _| ())
            .map_err(|error| not_loaded(&error))?
            .0;
        engine::set_demands_aside(&mut after);
        if !engine::verify(&analysis, &after, &project.inputs, to, &mut sink) {
            conversion = None;
        }
    }
    analysis.sink.absorb(sink);
    Ok((analysis, conversion))
}

/// The var-files of a folder that are only read where they are named.
fn siblings(
    project: &Project,
    folder: &str,
    analysis: &mut Analysis,
    to: Spelling,
) -> Result<Option<Vec<Converted>>, Failure> {
    let entries = project.disk.list(folder).map_err(|error| Failure(format!("cannot read `{folder}`: {error}")))?;
    let known: Vec<String> = analysis.sources.files().map(|(_, file)| file.name.clone()).collect();
    let mut all = Some(Vec::new());
    for entry in entries.iter().filter(|entry| entry.kind == EntryKind::File && holds_values(&entry.name)) {
        let path = super::paths::join(folder, &entry.name);
        if known.contains(&super::paths::shown(&path).to_owned()) {
            continue;
        }
        let converted = values(project, &path, to, &mut analysis.sources, &mut analysis.sink)?;
        match (&mut all, converted) {
            (Some(all), Some(converted)) => all.push(converted),
            (_, None) => all = None,
            (None, Some(_)) => {}
        }
    }
    Ok(all)
}

fn var_file(project: &Project, path: &str, to: Spelling) -> Result<(report::Found, Option<Conversion>), Failure> {
    let (mut sources, mut sink) = (SourceMap::new(), Sink::new());
    let converted = values(project, path, to, &mut sources, &mut sink)?;
    let found = report::Found {
        diagnostics: sink.into_sorted(),
        sources,
        configuration: project.name(path),
        is_document: false,
    };
    Ok((found, converted.map(|file| Conversion { files: vec![file] })))
}

fn values(
    project: &Project,
    path: &str,
    to: Spelling,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Result<Option<Converted>, Failure> {
    let unreadable = |why: String| Failure(format!("cannot read `{path}`: {why}"));
    let bytes = project.disk.read(path).map_err(|error| unreadable(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8 text".to_owned()))?;
    let file = sources.add(super::paths::shown(path), text, FileOrigin::Disk);
    Ok(engine::convert_values(sources, file, to, &project.schemas, sink))
}

fn holds_values(path: &str) -> bool {
    [".pkrvars.hcl", ".pkrvars.json", ".pkrvars.yaml", ".pkrvars.yml"].iter().any(|suffix| path.ends_with(suffix))
}

/// Builders of a legacy template are called `NAME` by `-only`; sources of HCL `TYPE.NAME`.
fn remark_names(analysis: &Analysis, to: Spelling, terminal: &Terminal) {
    let from_legacy = analysis.configuration.is_legacy();
    if from_legacy == (to == Spelling::LegacyJson) {
        return;
    }
    for image in &analysis.template.images {
        let (legacy, hcl) = (&image.source_name, &image.name);
        let (old, new, what) = if from_legacy { (legacy, hcl, "builder") } else { (hcl, legacy, "build") };
        if old != new {
            terminal.remark(&format!(
                "the {what} `{old}` is called `{new}` now: change `-only` and `-except` where it is built\n"
            ));
        }
    }
}

/// Writes all files, or none where one of them is in the way.
fn deliver(
    command: &Convert,
    project: &Project,
    conversion: &Conversion,
    is_folder: bool,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let root = if is_folder { command.path.as_str() } else { project.root_of(&command.path) };
    let disk = DiskFiles::new(&project.folder)?;
    let place = |file: &Converted| -> PathBuf {
        match &command.out {
            None => PathBuf::from(&file.to),
            Some(out) => {
                let inside = if root == "." { Some(file.to.as_str()) } else { below(&file.to, root) };
                // A var-file from elsewhere keeps its name only.
                let name = file.to.rsplit('/').next().unwrap_or(&file.to);
                out.join(inside.filter(|path| !path.starts_with(['/', '.'])).unwrap_or(name))
            }
        }
    };
    let mut changes = Vec::new();
    let mut in_the_way = Vec::new();
    for file in &conversion.files {
        let path = place(file);
        let shown = path.display().to_string();
        if command.out.is_none() && file.from == file.to {
            continue;
        }
        match disk.read(&shown) {
            Ok(bytes) if bytes == file.text.as_bytes() => {}
            Ok(_) if !command.force => in_the_way.push(format!("`{shown}`")),
            Ok(_) | Err(_) => changes.push((path, file)),
        }
    }
    if !in_the_way.is_empty() {
        let all = in_the_way.join(", ");
        return Err(Failure(format!("{all} would be overwritten: remove it first, or give `--force`")));
    }
    for (path, file) in changes {
        let failed = |error: std::io::Error| Failure(format!("cannot write `{}`: {error}", path.display()));
        write::create(&project.folder.join(Path::new(&path)), file.text.as_bytes()).map_err(failed)?;
        terminal.remark(&format!("{} -> {}\n", file.from, path.display()));
    }
    // Legacy JSON is read by its own name only.
    if command.out.is_none() && !matches!(command.to, Wanted::Legacy) {
        let old: Vec<String> = conversion
            .files
            .iter()
            .filter(|file| file.from != file.to)
            .map(|file| format!("`{}`", file.from))
            .collect();
        if !old.is_empty() {
            terminal.remark(&format!("now remove {}: Packer would read both\n", old.join(", ")));
        }
    }
    Ok(())
}

/// The rest of a path below a folder.
fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    path.strip_prefix(super::paths::shown(folder).trim_end_matches('/'))?.strip_prefix('/')
}
