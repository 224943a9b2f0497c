//! `formwork graph`

use super::arguments::{Format, GraphCommand, GraphFormat};
use super::project::{Project, found, not_loaded};
use super::terminal::Terminal;
use super::{Code, Failure, report};
use crate::diagnostic::{Severity, Sink};
use crate::{engine, graph};

pub(super) fn run(command: &GraphCommand, terminal: &Terminal) -> Result<Code, Failure> {
    let GraphCommand { path, format, reading } = command;
    let project = Project::new(reading)?;
    let mut analysis =
        project.analyse(std::slice::from_ref(path), project.start()).map_err(|error| not_loaded(&error))?;
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
    let counts = report::beside(&[found(analysis, project.name(path))], Format::Human, terminal)?;
    if let Some(text) = text {
        terminal.result(&text)?;
    }
    Ok(Code::found(counts.reaches(Severity::Error)))
}
