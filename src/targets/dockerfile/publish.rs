//! What takes the image: names, registries, archives, lists.

use super::host;
use super::lower::Lowering;
use super::model::{BakeTarget, Instruction, TemplatePart};
use super::settings;
use crate::graph::{ArtifactFile, Distribution, Foreign, Keep, Node, NodeKind};
use crate::resolve::value::Text;
use crate::source::Spanned;
use crate::targets::docker_run;

/// Goes through the chains behind the image.
pub(super) fn publish(l: &mut Lowering<'_>) {
    for chain in &l.path.chains {
        for &member in chain {
            let node = l.graph.node(member);
            let understood =
                matches!(node.kind, NodeKind::Distribution(_) | NodeKind::ArtifactFile(_) | NodeKind::HostCommand(_));
            if understood && !l.report.decided(l.graph, node, &docker_run::logs_in) {
                continue;
            }
            match &node.kind {
                NodeKind::Distribution(distribution) => distribute(l, node, distribution),
                NodeKind::ArtifactFile(file) => artifact(l, node, file),
                NodeKind::HostCommand(command) => host::after(l, node, command),
                NodeKind::Foreign(Foreign { component, role: _, options: _, plugin: _ }) => {
                    let why = super::lower::foreign(component);
                    l.report.refused(node, "", node.origin, &why, None);
                }
                NodeKind::Parameter(_)
                | NodeKind::BaseImage(_)
                | NodeKind::Machine(_)
                | NodeKind::Upload(_)
                | NodeKind::Run(_)
                | NodeKind::Restart(_)
                | NodeKind::Configure(_)
                | NodeKind::Wait(_)
                | NodeKind::Test(_)
                | NodeKind::Image(_) => {
                    l.report.refused(node, "", node.origin, "it cannot take an image", None);
                }
            }
            after_facts(l, node);
        }
    }
}

/// What else a post-processor was told.
fn after_facts(l: &mut Lowering<'_>, node: &Node) {
    for fact in &node.facts {
        let name = fact.name.as_str();
        match name {
            "force" | "keep_input_artifact" => l.report.exact(node, name, fact.span, "the new image takes the name"),
            name if docker_run::logs_in(name) => {
                l.report.moved(node, name, fact.span, "log in before the build: `docker login`");
            }
            "docker_path" => l.report.exact(node, name, fact.span, "the program that Packer calls; a build calls none"),
            name => {
                // The component as a whole is answered by its kind; what only refines it is not carried over.
                let how = "left to the tool that does it now";
                l.report.near(node, name, fact.span, how);
            }
        }
    }
}

fn tag(l: &mut Lowering<'_>, node: &Node, repository: &Spanned<Text>, tags: &[Spanned<Text>], name: &str) {
    let Some(repository_parts) = l.template(node, "repository", repository.span, &repository.value) else { return };
    if tags.is_empty() {
        l.out.targets[0].tags.push(repository_parts);
        return;
    }
    for tag in tags {
        let Some(parts) = l.template(node, name, tag.span, &tag.value) else { return };
        let mut whole = repository_parts.clone();
        for part in std::iter::once(TemplatePart::Text(":".to_owned())).chain(parts) {
            match (whole.last_mut(), part) {
                (Some(TemplatePart::Text(last)), TemplatePart::Text(text)) => last.push_str(&text),
                (_, part) => whole.push(part),
            }
        }
        if !l.out.targets[0].tags.contains(&whole) {
            l.out.targets[0].tags.push(whole);
        }
    }
}

fn distribute(l: &mut Lowering<'_>, node: &Node, distribution: &Distribution) {
    match distribution {
        Distribution::Tag { repository, tags } => tag(l, node, repository, tags, "tags"),
        Distribution::Push => {
            l.report.moved(node, "", node.origin, "nothing is pushed unless one says so: `docker buildx bake --push`");
        }
        Distribution::Import { repository, tag: import_tag, settings, platform } => {
            import(l, node, settings);
            let tags: Vec<_> = import_tag.iter().cloned().collect();
            tag(l, node, repository, &tags, "tag");
            if let Some(platform) = platform
                && let Some(known) = l.known(node, "platform", platform.span, &platform.value)
            {
                l.out.targets[0].platforms = vec![known];
            }
        }
    }
}

/// A new image from the files alone: a last stage from nothing. The archive becomes a target of its own.
fn import(l: &mut Lowering<'_>, node: &Node, changes: &[Spanned<Text>]) {
    let stage = l.split("files");
    l.main_base = "scratch".to_owned();
    l.main.push(Instruction::Other { keyword: "COPY", rest: format!("--from={stage} / /") });
    let output = std::mem::take(&mut l.out.targets[0].output);
    if !output.is_empty() {
        let name = format!("{}-files", l.name);
        let first = &l.out.targets[0];
        let target = BakeTarget {
            name,
            description: format!("the files of {}, as an archive", l.image.name),
            stage: Some(stage),
            output,
            ..first.clone()
        };
        l.out.targets.push(target);
    }
    // Nothing of the base's configuration is left.
    l.base_config = Some(crate::targets::changes::BaseConfig { working_dir: "/".to_owned(), ..Default::default() });
    settings::settings(l, node, "changes", changes);
}

fn artifact(l: &mut Lowering<'_>, node: &Node, file: &ArtifactFile) {
    match file {
        ArtifactFile::Manifest { path: _, custom: _, strip_path: _, strip_time: _ } => {
            let how = "bake writes its own form of it: `--metadata-file FILE`";
            l.report.moved(node, "", node.origin, how);
            for written in &node.written {
                l.report.moved(node, &written.name, written.span, how);
            }
        }
        ArtifactFile::Save(path) => {
            if let Some(path) = l.known(node, "path", path.span, &path.value) {
                l.output("docker", Some(path));
            }
        }
        ArtifactFile::Checksum { types, output } => checksum(l, node, types, output.as_ref()),
        ArtifactFile::Compress(output) => compress(l, node, output.as_ref()),
        ArtifactFile::Replace(_) => {
            l.report.refused(node, "", node.origin, "other files cannot take an image's place here", None);
        }
    }
}

/// The archive that the image is exported to, if it is.
fn archive(l: &mut Lowering<'_>) -> Option<String> {
    let Keep::Archive(path) = &l.image.keep else { return None };
    path.value.known().map(std::borrow::Cow::into_owned)
}

fn moved(l: &mut Lowering<'_>, node: &Node) {
    let how = format!("done on the host after the build: {}.after.sh", l.name);
    l.report.moved(node, "", node.origin, &how);
    for written in &node.written {
        l.report.moved(node, &written.name, written.span, &how);
    }
}

fn checksum(l: &mut Lowering<'_>, node: &Node, types: &[Spanned<Text>], output: Option<&Spanned<Text>>) {
    let Some(archive) = l.artifact.clone().or_else(|| archive(l)) else {
        let how = "an image in an engine has no files to sum up, and Packer writes none";
        l.report.exact(node, "", node.origin, how);
        for written in &node.written {
            l.report.exact(node, &written.name, written.span, how);
        }
        return;
    };
    let mut names = Vec::new();
    for kind in types {
        let Some(name) = l.known(node, "checksum_types", kind.span, &kind.value) else { return };
        names.push(name);
    }
    if names.is_empty() {
        names.push("md5".to_owned());
    }
    let mut lines = vec![format!("# {}", node.construct)];
    for kind in names {
        if !["md5", "sha1", "sha224", "sha256", "sha384", "sha512"].contains(&kind.as_str()) {
            l.report.refused(node, "checksum_types", node.origin, &format!("`{kind}` is no kind of checksum"), None);
            return;
        }
        let file = match output {
            Some(output) => {
                let image = l.image;
                let field = |name: &str| match name {
                    "BuildName" => Some(image.source.clone()),
                    "BuilderType" => Some(image.platform.clone()),
                    "ChecksumType" => Some(kind.clone()),
                    _ => None,
                };
                let Some(parts) = l.parts(node, "output", output.span, &output.value, &field) else { return };
                parts.into_iter().map(super::parameters::Content::into_text).collect()
            }
            None => format!("packer_{}_{}_{kind}.checksum", l.image.source, l.image.platform),
        };
        let word = crate::targets::text::shell::word;
        let base = archive.rsplit('/').next().unwrap_or_default();
        lines.push(format!(
            "printf '%s\\t%s\\n' \"$({kind}sum {} | cut -d ' ' -f 1)\" {} >>{}",
            word(&archive),
            word(base),
            word(&file)
        ));
    }
    l.out.after.push(lines.join("\n"));
    moved(l, node);
}

fn compress(l: &mut Lowering<'_>, node: &Node, output: Option<&Spanned<Text>>) {
    let Some(archive) = l.artifact.clone().or_else(|| archive(l)) else {
        let why = "an image in an engine has no files to compress";
        l.report.refused(node, "", node.origin, why, None);
        return;
    };
    let file = match output {
        Some(output) => match l.known(node, "output", output.span, &output.value) {
            Some(file) => file,
            None => return,
        },
        None => format!("packer_{}_{}.tar.gz", l.image.source, l.image.platform),
    };
    let word = crate::targets::text::shell::word;
    let (folder, base) = archive.rsplit_once('/').unwrap_or((".", &archive));
    let command = if file.ends_with(".tar.gz") || file.ends_with(".tgz") {
        format!("tar -C {} -czf {} {}", word(folder), word(&file), word(base))
    } else if file.ends_with(".tar") {
        format!("tar -C {} -cf {} {}", word(folder), word(&file), word(base))
    } else if file.ends_with(".gz") {
        format!("gzip -c {} >{}", word(&archive), word(&file))
    } else {
        let why = format!("how {file} is compressed is not said by `.tar.gz`, `.tar` or `.gz`");
        l.report.refused(node, "output", node.origin, &why, None);
        return;
    };
    l.out.after.push(format!("# {}\n{command}", node.construct));
    l.artifact = Some(file);
    moved(l, node);
}
