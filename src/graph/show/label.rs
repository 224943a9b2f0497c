//! What stands in a node of a drawing.

use super::json::kind_word;
use crate::graph::{
    ArtifactFile, Direction, Distribution, Graph, HostCommand, Keep, Node, NodeId, NodeKind, Script, Start,
    UploadSource,
};
use crate::resolve::value::{HoleKind, Piece, Text};

/// Longest line of a label, in characters.
const WIDTH: usize = 48;

/// The lines of a node's label: what it is, then what it does.
pub(super) fn label(graph: &Graph, node: &Node) -> Vec<String> {
    let text = |text: &Text| plain(graph, text);
    let mut lines = vec![format!("{} · {}", kind_word(&node.kind), node.construct)];
    match &node.kind {
        NodeKind::Parameter(parameter) => {
            let state = if parameter.open { "open" } else { "fixed" };
            let sensitive = if parameter.sensitive { ", sensitive" } else { "" };
            lines.push(format!("{state}{sensitive}"));
        }
        NodeKind::BaseImage(base) => lines.push(match &base.start {
            Start::Container(image) => text(&image.value),
            Start::Dockerfile { path, .. } => text(&path.value),
            Start::Platform(platform) | Start::Nothing(platform) => platform.clone(),
        }),
        NodeKind::Machine(machine) => lines.push(machine.platform.clone()),
        NodeKind::Upload(upload) => {
            let arrow = match upload.direction {
                Direction::Upload => "→",
                Direction::Download => "⇠",
            };
            for source in &upload.sources {
                lines.push(match source {
                    UploadSource::Path(path) => text(&path.value),
                    UploadSource::Content(_) => "a text".to_owned(),
                });
            }
            lines.push(format!("{arrow} {}", text(&upload.destination.value)));
        }
        NodeKind::Run(run) => lines.extend(run.scripts.iter().map(|it| script(graph, it))),
        NodeKind::HostCommand(HostCommand { scripts, .. }) => lines.extend(scripts.iter().map(|it| script(graph, it))),
        NodeKind::Wait(duration) => lines.push(crate::graph::from::write_duration(duration.value)),
        NodeKind::Configure(configure) => lines.push(configure.tool.clone()),
        NodeKind::Test(test) => lines.push(test.tool.clone()),
        NodeKind::Image(image) => {
            lines.push(image.name.clone());
            match &image.keep {
                Keep::Archive(path) => lines.push(text(&path.value)),
                Keep::Nothing => lines.push("thrown away".to_owned()),
                Keep::Image | Keep::Platform => {}
            }
        }
        NodeKind::Distribution(Distribution::Tag { repository, tags }) => {
            lines.push(text(&repository.value));
            lines.extend(tags.iter().map(|tag| format!(":{}", text(&tag.value))));
        }
        NodeKind::Distribution(Distribution::Import { repository, .. }) => lines.push(text(&repository.value)),
        NodeKind::ArtifactFile(ArtifactFile::Save(path)) => lines.push(text(&path.value)),
        NodeKind::ArtifactFile(ArtifactFile::Manifest { path, .. }) => {
            lines.extend(path.iter().map(|path| text(&path.value)));
        }
        NodeKind::ArtifactFile(ArtifactFile::Checksum { output, .. } | ArtifactFile::Compress(output)) => {
            lines.extend(output.iter().map(|path| text(&path.value)));
        }
        NodeKind::ArtifactFile(ArtifactFile::Replace(files)) => {
            lines.extend(files.iter().map(|file| text(&file.value)));
        }
        NodeKind::Distribution(Distribution::Push) | NodeKind::Restart(_) | NodeKind::Foreign(_) => {}
    }
    let shown = 6;
    if lines.len() > shown {
        let more = lines.len() - shown;
        lines.truncate(shown);
        lines.push(format!("… {more} more"));
    }
    lines.iter().map(|line| cut(line)).collect()
}

/// The name of a node in a drawing.
pub(super) fn name(id: NodeId) -> String {
    format!("n{}", id.number())
}

fn script(graph: &Graph, script: &Script) -> String {
    match script {
        Script::File(path) => plain(graph, &path.value),
        Script::Inline { lines, .. } => {
            let more = if lines.len() > 1 { " …" } else { "" };
            format!("{}{more}", lines.first().map_or_else(String::new, |line| plain(graph, line)))
        }
    }
}

/// A text with its holes named.
fn plain(graph: &Graph, text: &Text) -> String {
    text.pieces()
        .iter()
        .map(|piece| match piece {
            Piece::Literal(literal) => literal.clone(),
            Piece::Hole(hole) => match &hole.what {
                HoleKind::Parameter(id) => format!("${{{}}}", graph.parameter(*id).name),
                HoleKind::Field(name) => format!("{{{{.{name}}}}}"),
                HoleKind::Unknown(_) => "‹not known›".to_owned(),
            },
        })
        .collect()
}

/// The first line, not too long, without control characters.
fn cut(line: &str) -> String {
    let (first, broken) = line.split_once('\n').map_or((line, false), |(first, _)| (first, true));
    let clean: String = first.chars().map(|c| if c.is_control() { ' ' } else { c }).take(WIDTH).collect();
    if broken || first.chars().nth(WIDTH).is_some() { format!("{clean}…") } else { clean }
}
