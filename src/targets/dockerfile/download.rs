//! Files that travel from the machine to the host: a target of its own writes them.

use super::lower::Lowering;
use super::model::{BakeTarget, Instruction, Stage};
use super::words;
use crate::graph::{Node, UploadSource};
use crate::resolve::value::Text;
use crate::source::Spanned;
use crate::targets::text::paths;

/// The stage that collects what is fetched from the image.
const STAGE: &str = "downloads";

pub(super) fn download(l: &mut Lowering<'_>, node: &Node, sources: &[UploadSource], destination: &Spanned<Text>) {
    let Some(to) = l.known(node, "destination", destination.span, &destination.value) else { return };
    let outside = to.starts_with('/') || paths::lexical(&to).starts_with("..");
    if outside {
        let why = format!("{to} lies outside of the folder that bake runs in");
        l.report.refused(node, "destination", destination.span, &why, None);
        return;
    }
    let stage = l.split("step");
    for source in sources {
        let UploadSource::Path(path) = source else { continue };
        let Some(from) = l.known(node, "source", path.span, &path.value) else { return };
        if from.ends_with('/') {
            let why = "whether it is a file or a folder is known only in the machine";
            l.report.refused(node, "source", path.span, why, None);
            return;
        }
        let from = paths::absolute(&from);
        let inside = format!("/{}", to.trim_start_matches("./"));
        let rest = format!("--from={stage} {}", words::copy(&from, &inside));
        l.downloads.push(Instruction::Other { keyword: "COPY", rest });
    }
    let target = format!("{}-downloads", l.name);
    for written in &node.written {
        let how = format!("written by the bake target {target}");
        l.report.moved(node, &written.name, written.span, &how);
    }
}

/// The stage and the target, when all steps are known.
pub(super) fn finish(l: &mut Lowering<'_>, stages: &mut Vec<Stage>) {
    if l.downloads.is_empty() {
        return;
    }
    stages.push(Stage {
        comment: Some("Files that are fetched from the image.".to_owned()),
        base: "scratch".to_owned(),
        name: Some(STAGE.to_owned()),
        instructions: std::mem::take(&mut l.downloads),
    });
    let first = l.out.targets[0].clone();
    l.out.targets.push(BakeTarget {
        name: format!("{}-downloads", l.name),
        description: format!("what is fetched from {}", l.image.name),
        stage: Some(STAGE.to_owned()),
        tags: Vec::new(),
        output: vec![vec![("type".to_owned(), "local".to_owned()), ("dest".to_owned(), ".".to_owned())]],
        ..first
    });
}
