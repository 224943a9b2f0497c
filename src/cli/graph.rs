//! `formwork graph`

use super::arguments::{Format, GraphCommand, GraphFormat};
use super::project::{found, not_loaded};
use super::terminal::Terminal;
use super::workspace::Workspace;
use super::{Code, Failure, report};
use crate::diagnostic::{Severity, Sink};
use crate::{engine, graph};

pub(super) fn run(command: &GraphCommand, terminal: &Terminal) -> Result<Code, Failure> {
    let GraphCommand { path, choice, format, reading } = command;
    let workspace = match Workspace::open(reading)? {
        Ok(workspace) => workspace,
        Err(found) => return report::only(&[found], Format::Human, terminal),
    };
    let unit = workspace.one(choice, path.as_ref(), reading)?;
    let project = &unit.project;
    let mut analysis = project.analyse(&unit.paths, project.start()).map_err(|error| not_loaded(&error))?;
    let mut sink = Sink::new();
    let text = analysis.checked().map(|checked| {
        let graph = engine::build_graph(checked, &analysis.sources, &project.inputs, &mut sink);
        match format {
            GraphFormat::Json => graph::show::json(&graph, &analysis.sources),
            GraphFormat::Dot => graph::show::dot(&graph),
            GraphFormat::Mermaid => graph::show::mermaid(&graph),
        }
    });
    analysis.sink.absorb(sink);
    let counts = report::beside(&[found(analysis, unit.title())], Format::Human, terminal)?;
    if let Some(text) = text {
        terminal.result(&text)?;
    }
    Ok(Code::found(counts.reaches(Severity::Error)))
}
