//! `formwork compile`

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::arguments::{Compile, Format, Reading};
use super::project::{found, normal, not_loaded, relative};
use super::terminal::Terminal;
use super::workspace::{Unit, Workspace};
use super::{Code, Failure, list, report};
use crate::declare_diagnostic;
use crate::diagnostic::render::Counts;
use crate::diagnostic::{Declaration, Sink};
use crate::engine::{self, Analysis};
use crate::graph::Graph;
use crate::source::{FileOrigin, SourceMap, Span};
use crate::targets::text::shell;
use crate::targets::{Accepted, Context, Options, OutContent, Output, Target, Verdict};
use crate::write::output::{self, OutputFile, Plan, Run, WriteError};
use crate::write::{
    Content, Disk, FidelityEntry, FidelityPoint, FidelityRange, FidelityReport, Manifest, ManifestImage,
    ManifestParameter, unified,
};

declare_diagnostic! {
    pub static UNUSED_ACCEPT = {
        code: "unused-accept",
        severity: Warning,
        since: "0.1.0",
        summary: "a construct may be left out, and nothing was",
    }
}

/// What this command can report of itself.
pub(super) const DECLARATIONS: &[&Declaration] = &[&UNUSED_ACCEPT];

/// Constructs that are listed on the terminal; the rest is in the file.
const MOST_LINES: usize = 40;

/// What the targets made.
pub(super) struct Compiled {
    pub(super) graph: Graph,
    pub(super) outputs: Vec<(&'static Target, Output)>,
}

/// A configuration that was read, and what the targets made of it.
pub(super) struct Prepared {
    pub(super) unit: Unit,
    pub(super) out: PathBuf,
    /// Nothing where the template has faults.
    pub(super) made: Option<(Compiled, Run)>,
}

pub(super) fn run(command: &Compile, terminal: &Terminal) -> Result<Code, Failure> {
    let workspace = match Workspace::open(&command.reading)? {
        Ok(workspace) => workspace,
        Err(found) => return report::only(&[found], command.format, terminal),
    };
    let given = command.path.as_slice();
    let units = workspace.units(&command.choice, given, &command.reading)?;
    if command.stdout.is_some() && units.len() != 1 {
        return Err(Failure("`--stdout` prints a file of one configuration; name it".to_owned()));
    }
    let alone = units.len() == 1;
    let mut prepared = Vec::new();
    let mut all_found = Vec::new();
    for unit in units {
        let (one, found) = prepare(command, &workspace, unit)?;
        prepared.push(one);
        all_found.push(found);
    }
    // All findings are one report.
    let counts = report::beside(&all_found, command.format, terminal)?;
    let mut code = Code::Clean;
    for Prepared { unit, out, made } in &prepared {
        let Some((compiled, run)) = made else {
            code = code.or(Code::found(counts.reaches(command.fail_on.severity())));
            continue;
        };
        if !alone {
            terminal.remark(&format!("{}\n", unit.title()));
        }
        let own = verdict(command, compiled, run, counts, terminal);
        code = code.or(own);
        if command.strict && own == Code::Findings {
            terminal.remark("nothing is written, because `--strict` is given\n");
            continue;
        }
        if let Some(wanted) = &command.stdout {
            print_one(run, wanted.as_deref(), terminal)?;
            continue;
        }
        code = code.or(deliver(command, unit, out, run, compiled, terminal)?);
    }
    Ok(code)
}

/// Reads and compiles one configuration, writing nothing.
pub(super) fn prepare(
    command: &Compile,
    workspace: &Workspace,
    unit: Unit,
) -> Result<(Prepared, report::Found), Failure> {
    let targets = chosen_targets(command, &unit)?;
    let out = command.out.as_ref().unwrap_or(&unit.out);
    // Each configuration of `formwork.yaml` has a folder of its own.
    let out = unit.name.as_ref().map_or_else(|| out.clone(), |name| out.join(name));
    let name = unit.title();
    let project = &unit.project;
    let mut analysis = project.analyse(&unit.paths, project.start()).map_err(|error| not_loaded(&error))?;
    let mut sink = Sink::new();
    let compiled = compile(command, &unit, &out, &analysis, &targets, &mut sink);
    analysis.sink.absorb(sink);
    let made = compiled.map(|compiled| {
        warn_of_unused(command, &unit, workspace, &compiled, &mut analysis);
        let run = assemble(command, &unit, &analysis, &compiled);
        (compiled, run)
    });
    let found = found(analysis, name);
    Ok((Prepared { unit, out, made }, found))
}

fn chosen_targets(command: &Compile, unit: &Unit) -> Result<Vec<&'static Target>, Failure> {
    let names = if command.targets.is_empty() { &unit.targets } else { &command.targets };
    if names.is_empty() {
        let missing = match &unit.name {
            Some(name) => {
                format!("`formwork.yaml` names no target for `{name}`; add `targets`, or give `--target NAME`")
            }
            None => "give `--target NAME`; `formwork targets` lists them".to_owned(),
        };
        return Err(Failure(missing));
    }
    let mut targets: Vec<&'static Target> = names.iter().map(|name| list::named(name)).collect::<Result<_, _>>()?;
    targets.sort_by_key(|target| target.name);
    targets.dedup_by_key(|target| target.name);
    for setting in &command.settings {
        let target = list::named(&setting.target)?;
        if target.options.iter().all(|option| option.name != setting.option) {
            let known: Vec<String> = target.options.iter().map(|option| format!("`{}`", option.name)).collect();
            let (target, option) = (target.name, &setting.option);
            let known =
                if known.is_empty() { "it has none".to_owned() } else { format!("it has {}", known.join(", ")) };
            return Err(Failure(format!("`{target}` has no option `{option}`; {known}")));
        }
    }
    Ok(targets)
}

fn compile(
    command: &Compile,
    unit: &Unit,
    out: &Path,
    analysis: &Analysis,
    targets: &[&'static Target],
    sink: &mut Sink,
) -> Option<Compiled> {
    let project = &unit.project;
    let graph = engine::build_graph(analysis.checked()?, &analysis.sources, &project.inputs, sink);
    if sink.has_errors() {
        return None;
    }
    let mut options = Options::new();
    for setting in unit.settings.iter().chain(&command.settings) {
        options.set(setting.clone());
    }
    let files = crate::write::DiskFiles::new(project.start()).expect("internal error: the folder was absolute before");
    let out = normal(&project.process.join(out));
    let name = unit.title();
    let folder = |target: &&Target| match unit.folders.get(target.name) {
        Some(elsewhere) => relative(project.start(), elsewhere),
        None => relative(project.start(), &out.join(target.name)),
    };
    let folders: Vec<String> = targets.iter().map(folder).collect();
    let accepted: Vec<Accepted> =
        command.accept.iter().chain(unit.accept.iter().map(|(accepted, _)| accepted)).cloned().collect();
    let mut outputs = Vec::new();
    for (&target, output_folder) in targets.iter().zip(&folders) {
        let context = Context {
            files: &files,
            options: &options,
            accepted: &accepted,
            output_folder,
            project: &unit.label,
            generated_from: &name,
        };
        outputs.push((target, (target.compile)(&graph, &context, sink)));
    }
    Some(Compiled { graph, outputs })
}

fn warn_of_unused(command: &Compile, unit: &Unit, workspace: &Workspace, compiled: &Compiled, analysis: &mut Analysis) {
    let used: BTreeSet<(&str, &str)> = compiled
        .outputs
        .iter()
        .flat_map(|(_, output)| &output.accepted)
        .map(|accepted| (accepted.image.as_str(), accepted.construct.as_str()))
        .collect();
    let is_used = |accepted: &Accepted| used.contains(&(accepted.image.as_str(), accepted.construct.as_str()));
    let mut unused = Vec::new();
    for accepted in command.accept.iter().filter(|accepted| !is_used(accepted)) {
        let said = format!("--accept {}:{}", accepted.image, accepted.construct);
        let file = analysis.sources.add(&said, &said, FileOrigin::Invocation);
        unused.push((analysis.sources.file(file).span(file), said));
    }
    for (accepted, span) in unit.accept.iter().filter(|(accepted, _)| !is_used(accepted)) {
        let (name, text) = workspace.source();
        let file = analysis.sources.add(name, text, FileOrigin::Disk);
        unused.push((Span { file, ..*span }, format!("{}:{}", accepted.image, accepted.construct)));
    }
    for (place, said) in unused {
        let what = format!("nothing was left out for `{said}`");
        let help = "take it away, or look up the construct in `fidelity.json`";
        analysis.sink.report(UNUSED_ACCEPT.at(place, what).help(help));
    }
}

/// Everything that shall lie in the output folder.
fn assemble(command: &Compile, unit: &Unit, analysis: &Analysis, compiled: &Compiled) -> Run {
    let mut manifest = Manifest::new(unit.title());
    manifest.arguments = arguments(command, unit, analysis);
    let mut files = BTreeMap::new();
    let mut entries = Vec::new();
    for (target, output) in &compiled.outputs {
        for (path, file) in &output.files {
            let content = match &file.content {
                OutContent::File { bytes, mode } => Content::File { bytes: bytes.clone(), mode: *mode },
                OutContent::Link { target } => Content::Link { target: target.clone() },
                OutContent::Folder { mode } => Content::Folder { mode: *mode },
            };
            let file = OutputFile { content, target: target.name.to_owned(), image: file.image.clone() };
            files.insert(format!("{}/{path}", target.name), file);
        }
        let image = |(image, name): &(String, String)| ManifestImage {
            image: image.clone(),
            target: target.name.to_owned(),
            name: name.clone(),
        };
        manifest.images.extend(output.images.iter().map(image));
        entries.extend(output.entries.iter().map(|entry| fidelity_entry(entry, &analysis.sources)));
    }
    manifest.parameters =
        compiled.graph.parameters().map(|parameter| manifest_parameter(parameter, compiled)).collect();
    let targets = compiled.outputs.iter().map(|(target, _)| target.name.to_owned()).collect();
    Run { manifest, targets, files, fidelity: FidelityReport::new(entries) }
}

fn made_images(compiled: &Compiled) -> BTreeSet<&str> {
    compiled.outputs.iter().flat_map(|(_, output)| &output.images).map(|(image, _)| image.as_str()).collect()
}

fn manifest_parameter(parameter: &crate::graph::Parameter, compiled: &Compiled) -> ManifestParameter {
    let names = compiled.outputs.iter().filter_map(|(target, output)| {
        let name = output.parameters.get(&parameter.name)?;
        Some((target.name.to_owned(), name.clone()))
    });
    // It stays open while one target can still be given it.
    let fixed: Option<Vec<&String>> =
        compiled.outputs.iter().map(|(_, output)| output.fixed.get(&parameter.name)).collect();
    let because = fixed.and_then(|reasons| reasons.first().copied()).filter(|_| parameter.open);
    ManifestParameter {
        variable: parameter.name.clone(),
        state: if parameter.open && because.is_none() { "open" } else { "fixed" }.to_owned(),
        because: because.unwrap_or(&parameter.because).clone(),
        sensitive: parameter.sensitive,
        names: names.collect(),
    }
}

fn fidelity_entry(entry: &crate::targets::FidelityEntry, sources: &SourceMap) -> FidelityEntry {
    let crate::targets::FidelityEntry { image, construct, verdict, how, span, target } = entry;
    let (file, range) = place(*span, sources);
    FidelityEntry {
        image: image.clone(),
        construct: construct.clone(),
        verdict: verdict.word().to_owned(),
        how: how.clone(),
        file,
        range,
        target: (*target).to_owned(),
    }
}

fn place(span: Span, sources: &SourceMap) -> (Option<String>, Option<FidelityRange>) {
    let file = sources.file(span.file);
    if file.origin == FileOrigin::Invocation {
        return (None, None);
    }
    let point = |byte: u32| {
        let position = file.position(byte as usize);
        FidelityPoint { line: position.line, column: position.column, byte: position.byte }
    };
    (Some(file.name.clone()), Some(FidelityRange { start: point(span.start), end: point(span.end) }))
}

/// What shapes the output, in a fixed order; values of sensitive variables are left out.
fn arguments(command: &Compile, unit: &Unit, analysis: &Analysis) -> Vec<String> {
    let Compile {
        path: _,
        choice: _,
        targets: _,
        out: _,
        stdout: _,
        check: _,
        diff: _,
        strict: _,
        accept,
        settings,
        reading,
        ..
    } = command;
    let Reading {
        variables,
        var_files,
        data,
        env,
        only,
        except,
        cwd,
        read,
        now,
        param,
        freeze,
        sensitive,
        require_values,
        config: _,
    } = reading;
    let mut out = Vec::new();
    let mut say = |option: &str, value: String| out.extend([option.to_owned(), value]);
    // What `formwork.yaml` says is read there.
    if let Some(name) = &unit.name {
        say("--configuration", name.clone());
    }
    let targets = if command.targets.is_empty() { &unit.targets } else { &command.targets };
    say("--target", targets.join(","));
    for (name, value) in variables {
        let is_secret = analysis.template.variables.get(name).is_none_or(|variable| variable.sensitive);
        say("--var", if is_secret { format!("{name}=(sensitive)") } else { format!("{name}={value}") });
    }
    // Whether what was found is a secret is the data source's to say; its value is in the output where it may be.
    for (address, _) in data {
        say("--data", format!("{address}=…"));
    }
    let lists = [
        ("--var-file", var_files),
        ("--only", only),
        ("--except", except),
        ("--read", read),
        ("--param", param),
        ("--freeze", freeze),
        ("--sensitive", sensitive),
    ];
    for (option, values) in lists {
        values.iter().for_each(|value| say(option, value.clone()));
    }
    if let Some(cwd) = cwd {
        say("--cwd", cwd.display().to_string());
    }
    if let Some(now) = now {
        say("--now", now.to_string());
    }
    for accepted in accept {
        say("--accept", format!("{}:{}", accepted.image, accepted.construct));
    }
    for crate::targets::Setting { target, image, option, value } in settings {
        let image = image.as_deref().map(|image| format!("/{image}")).unwrap_or_default();
        say("--set", format!("{target}{image}.{option}={value}"));
    }
    out.extend(env.then(|| "--env".to_owned()));
    out.extend(require_values.then(|| "--require-values".to_owned()));
    out
}

/// Says in short what became of everything, and whether that is a finding.
fn verdict(command: &Compile, compiled: &Compiled, run: &Run, counts: Counts, terminal: &Terminal) -> Code {
    terminal.remark(&fidelity(run));
    terminal.remark(&parameters(run));
    let remarks = compiled.outputs.iter().flat_map(|(_, output)| &output.remarks);
    terminal.remark(&remarks.map(|line| crate::diagnostic::render::without_controls(line) + "\n").collect::<String>());
    let made = made_images(compiled);
    let refused = compiled.graph.images().iter().any(|path| !made.contains(compiled.graph.image(path).name.as_str()));
    let inexact = run.fidelity.entries.iter().any(|entry| entry.verdict != Verdict::Exact.word());
    // Errors of a target are refusals, and those count only where no target takes the image.
    let others = Counts { errors: 0, ..counts };
    let found = others.reaches(command.fail_on.severity());
    Code::found(refused || found || (command.strict && inexact))
}

fn fidelity(run: &Run) -> String {
    let FidelityReport { version: _, entries, summary } = &run.fidelity;
    let counted = summary.iter().filter(|(_, count)| **count > 0);
    let counted: Vec<String> = counted.map(|(verdict, count)| format!("{count} {verdict}")).collect();
    let counted = if counted.is_empty() { "nothing to report".to_owned() } else { counted.join(", ") };
    let mut text = format!("fidelity: {counted}\n");
    let mut inexact: Vec<&FidelityEntry> =
        entries.iter().filter(|entry| entry.verdict != Verdict::Exact.word()).collect();
    // In the template's order, which is how somebody reads it beside the template.
    let start = |entry: &FidelityEntry| entry.range.as_ref().map(|range| range.start.byte);
    inexact.sort_by(|a, b| (&a.file, start(a)).cmp(&(&b.file, start(b))));
    for entry in inexact.iter().take(MOST_LINES) {
        let place = match (&entry.file, &entry.range) {
            (Some(file), Some(range)) => format!("{file}:{}: ", range.start.line),
            _ => String::new(),
        };
        let how = if entry.how.is_empty() { String::new() } else { format!(": {}", entry.how) };
        let _ = writeln!(text, "  {place}{} `{}` {}{how}", entry.image, entry.construct, entry.verdict);
    }
    if inexact.len() > MOST_LINES {
        let _ = writeln!(text, "  and {} more in `{}`", inexact.len() - MOST_LINES, FidelityReport::NAME);
    }
    crate::diagnostic::render::without_controls(&text)
}

fn parameters(run: &Run) -> String {
    let open = run.manifest.parameters.iter().filter(|parameter| parameter.state == "open").count();
    let fixed = run.manifest.parameters.len() - open;
    if open + fixed == 0 { String::new() } else { format!("parameters: {open} open, {fixed} fixed\n") }
}

/// Prints the file that is asked for, or the only one that makes an image.
fn print_one(run: &Run, wanted: Option<&str>, terminal: &Terminal) -> Result<(), Failure> {
    let names = || run.files.keys().map(|path| format!("\n  {path}")).collect::<String>();
    let is_beside = |path: &str| {
        run.files.keys().any(|other| path.strip_prefix(other.as_str()).is_some_and(|rest| rest.starts_with('.')))
    };
    let of_images = || run.files.iter().filter(|(path, file)| file.image.is_some() && !is_beside(path));
    let file = match wanted {
        Some(path) => {
            run.files.get(path).ok_or_else(|| Failure(format!("no file `{path}` is made; there are:{}", names())))?
        }
        None if run.files.len() == 1 => run.files.values().next().expect("internal error: the only file is gone"),
        None => match of_images().collect::<Vec<_>>().as_slice() {
            [(_, file)] => file,
            [] => return Err(Failure("no image is made, so there is no file to print".to_owned())),
            _ => return Err(Failure(format!("several files are made; choose one with `--stdout=FILE`:{}", names()))),
        },
    };
    match std::str::from_utf8(file.content.bytes()) {
        Ok(text) => Ok(terminal.result(text)?),
        Err(_) => Err(Failure("the file is not text".to_owned())),
    }
}

/// Writes, or says what would be written.
fn deliver(
    command: &Compile,
    unit: &Unit,
    out: &Path,
    run: &Run,
    compiled: &Compiled,
    terminal: &Terminal,
) -> Result<Code, Failure> {
    let project = &unit.project;
    let folders = unit.folders.iter().map(|(target, folder)| (target.clone(), project.seen_from_process(folder)));
    let mut disk = Disk::new(out).with_folders(folders.collect());
    let plan = output::plan(run, &mut disk).map_err(|error| failure(&error, out))?;
    if command.diff {
        terminal.result(&plan.changes.iter().map(difference).collect::<String>())?;
    }
    if command.check {
        return stale(&plan, &disk, terminal);
    }
    if command.diff {
        return Ok(Code::Clean);
    }
    let left_alone = plan.left_alone.clone();
    let changed = plan.changes.len();
    plan.carry_out(&mut disk).map_err(|error| failure(&error, out))?;
    for path in left_alone {
        terminal.say(&format!("`{}` is no longer made, but was edited: it stays\n", disk.at(&path).display()));
    }
    let files = crate::diagnostic::plural(run.files.len(), "file");
    let done = if changed == 0 { "up to date" } else { "written" };
    terminal.remark(&format!("{files} in `{}`: {done}\n", out.display()));
    let start = relative(&project.process, project.start());
    let go = if start == "." { String::new() } else { format!("cd {} && ", shell::word(&start)) };
    let commands =
        compiled.outputs.iter().map(|(_, output)| &output.next_command).filter(|command| !command.is_empty());
    let next: String = commands.map(|command| format!("{go}{command}\n")).collect();
    match command.format {
        Format::Human | Format::Concise => terminal.result(&next)?,
        // There the object alone is the result.
        Format::Json => terminal.remark(&next),
    }
    Ok(Code::Clean)
}

fn difference(change: &output::Change) -> String {
    let bytes = |content: &Option<Content>| content.as_ref().map(|content| content.bytes().to_vec());
    unified(&change.path, bytes(&change.old).as_deref(), bytes(&change.new).as_deref())
}

/// Names the files that are not what would be written.
fn stale(plan: &Plan, disk: &Disk, terminal: &Terminal) -> Result<Code, Failure> {
    let changed = plan.changes.iter().map(|change| change.path.as_str());
    let names: BTreeSet<&str> = changed.chain(plan.obstacles().iter().map(|obstacle| obstacle.path.as_str())).collect();
    let lines: String = names.iter().map(|name| format!("{}\n", disk.at(name).display())).collect();
    terminal.result(&lines)?;
    Ok(Code::found(!plan.is_up_to_date()))
}

/// Files in the way are findings about the output; the run is stopped before it changes anything.
fn failure(error: &WriteError, out: &Path) -> Failure {
    let hint = match error {
        WriteError::Held(_) => "\ngive another folder with `--out`",
        WriteError::InTheWay(_) => "\nmove them away, or give another folder with `--out`",
        WriteError::Io(..) => "",
    };
    Failure(format!("`{}`: {error}{hint}", out.display()))
}
