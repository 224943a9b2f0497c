//! Graphs made by hand, and what becomes of them.
#![expect(clippy::unwrap_used, reason = "a failing test may panic")]

use super::*;
use crate::diagnostic::Sink;
use crate::graph::command::Invocation;
use crate::graph::{
    BaseImage, Direction, Distribution, Image, ImagePath, Keep, Machine, Node, NodeKind, Parameter, Run, Script, Shell,
    Start, StepOptions, Upload, UploadSource, Written,
};
use crate::resolve::value::{Hole, HoleKind, ParameterId, Text};
use crate::source::{FileId, MemoryFiles, Span, Spanned};
use crate::targets::{Accepted, Options, Setting, Verdict};

fn at() -> Span {
    Span::new(FileId(0), 0, 0)
}

fn text(text: &str) -> Spanned<Text> {
    Spanned::new(Text::literal(text), at())
}

fn parameter(id: u32) -> Hole {
    Hole { what: HoleKind::Parameter(ParameterId(id)), known: None, sensitive: false, span: at() }
}

fn node(construct: &str, kind: NodeKind, written: &[&str]) -> Node {
    Node {
        kind,
        construct: construct.to_owned(),
        written: written.iter().map(|name| Written { name: (*name).to_owned(), span: at() }).collect(),
        facts: Vec::new(),
        origin: at(),
    }
}

fn command(text: &str) -> Text {
    let mut out = Text::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('<') {
        let (name, after) = tail.split_once('>').unwrap();
        out.push_str(before);
        out.push_hole(Hole { what: HoleKind::Field(name.to_owned()), known: None, sensitive: false, span: at() });
        rest = after;
    }
    out.push_str(rest);
    out
}

fn shell(scripts: Vec<Script>) -> Run {
    let command = command("chmod +x <Path>; <Vars> <Path>");
    Run {
        options: StepOptions::default(),
        scripts,
        environment: Vec::new(),
        invocation: Invocation::Verbatim(command.clone()),
        command: Spanned::new(command, at()),
        remote_folder: Text::literal("/tmp"),
        remote_file: None,
        remote_path: None,
        keep_script: false,
        environment_file: false,
        environment_format: None,
        exit_codes: vec![0],
        expect_disconnect: false,
        pause_after: None,
        verbatim: false,
        shell: Shell::Posix,
    }
}

fn inline(lines: &[&str]) -> Run {
    inline_texts(lines.iter().map(|line| Text::literal(*line)).collect())
}

fn inline_texts(lines: Vec<Text>) -> Run {
    shell(vec![Script::Inline { shebang: Some(Text::literal("#!/bin/sh -e")), lines, span: at() }])
}

fn upload(source: UploadSource, to: &str) -> NodeKind {
    NodeKind::Upload(Upload {
        options: StepOptions::default(),
        direction: Direction::Upload,
        sources: vec![source],
        destination: text(to),
        generated: false,
    })
}

struct Project {
    graph: Graph,
    files: MemoryFiles,
    options: Options,
    accepted: Vec<Accepted>,
}

impl Project {
    fn new() -> Self {
        Self { graph: Graph::new(), files: MemoryFiles::new(), options: Options::new(), accepted: Vec::new() }
    }

    fn set(mut self, setting: &str) -> Self {
        self.options.set(Setting::parse(setting).unwrap());
        self
    }

    fn image(mut self, name: &str, changes: &[&str], steps: Vec<NodeKind>, tags: &[&str]) -> Self {
        let construct = format!("source.docker.{name}");
        let start = Start::Container(text("formwork/base:1"));
        let base = NodeKind::BaseImage(BaseImage { start, platform: None, pull: Some(Spanned::new(false, at())) });
        let base = self.graph.add(node(&construct, base, &["image", "pull"]));
        let machine = Machine { platform: "docker".to_owned(), user: None, windows: false, fix_upload_owner: false };
        let machine = self.graph.add(node(&construct, NodeKind::Machine(machine), &[]));
        let steps = steps
            .into_iter()
            .enumerate()
            .map(|(index, kind)| self.graph.add(node(&format!("provisioner[{index}]"), kind, &["inline"])))
            .collect();
        let image = NodeKind::Image(Image {
            name: format!("docker.{name}"),
            build: None,
            platform: "docker".to_owned(),
            source: name.to_owned(),
            keep: Keep::Image,
            settings: changes.iter().map(|change| text(change)).collect(),
            author: None,
            message: None,
        });
        let image = self.graph.add(node(&construct, image, &["changes"]));
        let chains = tags
            .iter()
            .map(|tag| {
                let tag = Distribution::Tag { repository: text("acme/app"), tags: vec![text(tag)] };
                vec![self.graph.add(node("post-processor[0]", NodeKind::Distribution(tag), &["tags"]))]
            })
            .collect();
        self.graph.add_image(ImagePath { base, machine, steps, error_cleanup: None, image, chains });
        self
    }

    fn parameter(mut self, id: u32, name: &str, default: Option<&str>, sensitive: bool) -> Self {
        self.graph.add(node(
            &format!("var.{name}"),
            NodeKind::Parameter(Parameter {
                id: ParameterId(id),
                name: name.to_owned(),
                default: default.map(str::to_owned),
                sensitive,
                description: None,
                open: true,
                wanted: false,
                because: String::new(),
                validated: false,
            }),
            &[],
        ));
        self
    }

    fn compile(&self) -> (Output, Sink) {
        let mut sink = Sink::new();
        let context = Context {
            files: &self.files,
            options: &self.options,
            accepted: &self.accepted,
            output_folder: "formwork-out/dockerfile",
            project: "test",
            generated_from: "template.pkr.hcl",
        };
        let out = (TARGET.compile)(&self.graph, &context, &mut sink);
        if let Ok(folder) = std::env::var("FORMWORK_DUMP") {
            for (path, content) in texts(&out) {
                std::fs::write(format!("{folder}/{path}"), content).unwrap();
            }
        }
        (out, sink)
    }

    fn texts(&self) -> BTreeMap<String, String> {
        let (out, sink) = self.compile();
        let said: Vec<_> = sink.diagnostics().iter().map(|diagnostic| diagnostic.message.clone()).collect();
        assert!(said.is_empty(), "{said:?}");
        texts(&out)
    }
}

#[test]
fn a_classic_template_becomes_a_readable_dockerfile() {
    let mut project = Project::new().parameter(0, "version", Some("1.0"), false).parameter(1, "token", None, true);
    project.files =
        project.files.with("app.conf", "a=1\n").with("install.sh", "#!/bin/sh\necho hi\n").with("tree/a", "a");
    let mut spliced = Text::literal("echo ");
    spliced.push_hole(parameter(0));
    spliced.push_str(" > /srv/$HOME");
    let mut secret = Text::literal("login ");
    secret.push_hole(parameter(1));
    let steps = vec![
        NodeKind::Run(inline(&["echo one > /srv/x.txt", "echo \"$HOME\" 'it'"])),
        upload(UploadSource::Path(text("app.conf")), "/etc/"),
        upload(UploadSource::Path(text("app.conf")), "/opt/app/other.conf"),
        upload(UploadSource::Content(text("a\nb $x")), "/etc/app.conf"),
        upload(UploadSource::Path(text("tree")), "/srv/tree"),
        NodeKind::Run(shell(vec![Script::File(text("install.sh"))])),
        NodeKind::Run(inline_texts(vec![spliced])),
        NodeKind::Run(inline_texts(vec![secret])),
    ];
    let changes = ["ENV A=1 B=\"two words\"", "CMD [\"sh\"]", "workdir /srv", "ENTRYPOINT exec x"];
    let texts = project.image("app", &changes, steps, &["1.0", "latest"]).texts();
    assert_eq!(texts["app.Dockerfile"], include_str!("tests/classic.Dockerfile"));
    assert_eq!(texts["docker-bake.hcl"], include_str!("tests/classic.hcl"));
    assert_eq!(
        texts["app.Dockerfile.dockerignore"],
        "# Generated by formwork from template.pkr.hcl; edit the template instead.\n*\n!app.conf\n!install.sh\n!tree\n"
    );
}

#[test]
fn a_refused_image_costs_no_other() {
    let steps = || {
        vec![
            NodeKind::Run(inline(&["x"])),
            NodeKind::Restart(crate::graph::Restart { options: StepOptions::default() }),
        ]
    };
    let mut project = Project::new().image("bad", &[], steps(), &[]).image("good", &[], vec![], &[]);
    let (out, sink) = project.compile();
    assert!(sink.has_errors());
    assert_eq!(out.images, [("docker.good".to_owned(), "good".to_owned())]);
    assert!(!out.files.contains_key("bad.Dockerfile"));
    let help = sink.diagnostics()[0].help.clone().unwrap();
    assert_eq!(help, "leave it out with `--accept docker.bad:provisioner[1]`");
    project.accepted = vec![Accepted::parse("docker.bad:provisioner[1]").unwrap()];
    let (out, sink) = project.compile();
    assert!(!sink.has_errors());
    assert_eq!(out.images.len(), 2);
    assert_eq!(out.accepted.len(), 1);
    assert!(out.entries.iter().any(|entry| entry.verdict == Verdict::Omitted));
}

#[test]
fn an_entry_point_alone_keeps_the_bases_command_where_that_is_known() {
    let changes = ["ENTRYPOINT [\"/usr/bin/env\"]"];
    let project = Project::new().image("app", &changes, vec![], &[]);
    let (_, sink) = project.compile();
    assert_eq!(sink.diagnostics()[0].code(), "approximated-construct");
    let mut project = project.set("dockerfile.base-config=base.json");
    project.files = MemoryFiles::new().with("base.json", r#"{"config": {"Cmd": ["sh", "-c", "echo base"]}}"#);
    assert!(
        project.texts()["app.Dockerfile"]
            .ends_with("ENTRYPOINT [\"/usr/bin/env\"]\nCMD [\"sh\", \"-c\", \"echo base\"]\n")
    );
}
