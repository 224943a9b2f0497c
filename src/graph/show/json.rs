//! The graph as JSON: what `formwork graph --format json` prints and what targets of one's own read.
//!
//! `schemas/graph.schema.json` describes it. Fields are never removed or change their meaning within a version.

use serde_json::{Map, Value as Json, json as object};

use crate::graph::command::{DirectInvocation, Invocation, RunAs};
use crate::graph::from::write_duration;
use crate::graph::{
    ArtifactFile, BaseImage, Configure, Direction, Distribution, Edge, EnvironmentValue, Fact, Foreign, Graph,
    HostCommand, Image, ImagePath, Keep, Machine, Node, NodeId, NodeKind, Parameter, Restart, Role, Run, Script, Shell,
    Start, StepOptions, Test, Upload, UploadSource, Written,
};
use crate::resolve::value::{HoleKind, Origin, Piece, Text, Value, ValueKind};
use crate::source::{SourceMap, Span, Spanned};

/// The version of the format.
pub const VERSION: u32 = 1;

/// The graph as indented JSON with a newline at its end.
pub fn json(graph: &Graph, sources: &SourceMap) -> String {
    let mut text =
        serde_json::to_string_pretty(&value(graph, sources)).expect("internal error: a graph is always JSON");
    text.push('\n');
    text
}

/// The same as a tree.
pub fn value(graph: &Graph, sources: &SourceMap) -> Json {
    let shown = Shown { graph, sources };
    object!({
        "version": VERSION,
        "nodes": graph.nodes().map(|(id, node)| shown.node(id, node)).collect::<Vec<_>>(),
        "edges": graph.edges().map(|(from, edge, to)| object!({
            "from": from.number(), "kind": edge_word(edge), "to": to.number(),
        })).collect::<Vec<_>>(),
        "images": graph.images().iter().map(|path| shown.path(path)).collect::<Vec<_>>(),
    })
}

pub(super) struct Shown<'a> {
    graph: &'a Graph,
    sources: &'a SourceMap,
}

type Fields = Map<String, Json>;

impl Shown<'_> {
    fn path(&self, path: &ImagePath) -> Json {
        let ImagePath { base, machine, steps, error_cleanup, image, chains } = path;
        let numbers = |ids: &[NodeId]| ids.iter().map(|id| id.number()).collect::<Vec<_>>();
        object!({
            "name": self.graph.image(path).name,
            "base": base.number(),
            "machine": machine.number(),
            "steps": numbers(steps),
            "error_cleanup": error_cleanup.map(NodeId::number),
            "image": image.number(),
            "chains": chains.iter().map(|chain| numbers(chain)).collect::<Vec<_>>(),
        })
    }

    fn node(&self, id: NodeId, node: &Node) -> Json {
        let Node { kind, construct, written, facts, origin } = node;
        let mut fields = Fields::new();
        fields.insert("id".to_owned(), id.number().into());
        fields.insert("kind".to_owned(), kind_word(kind).into());
        fields.insert("construct".to_owned(), construct.as_str().into());
        fields.insert("at".to_owned(), self.at(*origin));
        let reads: Vec<usize> = {
            let mut reads: Vec<usize> = self.graph.read_by(id).map(NodeId::number).collect();
            reads.sort_unstable();
            reads
        };
        fields.insert("reads".to_owned(), reads.into());
        self.kind(kind, &mut fields);
        let facts = facts.iter().map(
            |Fact { name, value, span }| object!({ "name": name, "value": self.any(value), "at": self.at(*span) }),
        );
        fields.insert("facts".to_owned(), facts.collect());
        let written = written.iter().map(|Written { name, span }| object!({ "name": name, "at": self.at(*span) }));
        fields.insert("written".to_owned(), written.collect());
        Json::Object(fields)
    }

    fn kind(&self, kind: &NodeKind, fields: &mut Fields) {
        let more = match kind {
            NodeKind::Parameter(it) => parameter(it),
            NodeKind::BaseImage(it) => self.base(it),
            NodeKind::Machine(it) => {
                let Machine { platform, user, windows, fix_upload_owner } = it;
                object!({
                    "platform": platform,
                    "user": self.maybe(user.as_ref()),
                    "windows": windows,
                    "fix_upload_owner": fix_upload_owner,
                })
            }
            NodeKind::Upload(it) => self.upload(it),
            NodeKind::Run(it) => self.run(it),
            NodeKind::Restart(Restart { options }) => object!({ "options": self.options(options) }),
            NodeKind::Configure(Configure { options, tool, plan }) | NodeKind::Test(Test { options, tool, plan }) => {
                let plan = plan.as_ref().map(|plan| self.plan(plan));
                object!({ "options": self.options(options), "tool": tool, "plan": plan })
            }
            NodeKind::HostCommand(it) => self.host_command(it),
            NodeKind::Wait(duration) => object!({ "duration": write_duration(duration.value) }),
            NodeKind::Image(it) => self.image(it),
            NodeKind::Distribution(it) => self.distribution(it),
            NodeKind::ArtifactFile(it) => self.artifact_file(it),
            NodeKind::Foreign(it) => {
                let Foreign { component, role, options, plugin } = it;
                let role = match role {
                    Role::Step => "step",
                    Role::ErrorCleanup => "error-cleanup",
                    Role::AfterImage => "after-image",
                };
                object!({ "component": component, "role": role, "options": self.options(options), "plugin": plugin })
            }
        };
        if let Json::Object(more) = more {
            fields.extend(more);
        }
    }

    fn base(&self, it: &BaseImage) -> Json {
        let BaseImage { start, platform, pull } = it;
        let start = match start {
            Start::Container(image) => object!({ "kind": "container", "image": self.text(&image.value) }),
            Start::Dockerfile { path, context, arguments, pull } => object!({
                "kind": "dockerfile",
                "path": self.text(&path.value),
                "context": self.maybe(context.as_ref()),
                "arguments": arguments.iter().map(|(name, value, _)| {
                    object!({ "name": name, "value": self.text(value) })
                }).collect::<Vec<_>>(),
                "pull": pull.map(|it| it.value),
            }),
            Start::Platform(platform) => object!({ "kind": "platform", "platform": platform }),
            Start::Nothing(platform) => object!({ "kind": "nothing", "platform": platform }),
        };
        object!({ "start": start, "platform": self.maybe(platform.as_ref()), "pull": pull.map(|it| it.value) })
    }

    fn upload(&self, it: &Upload) -> Json {
        let Upload { options, direction, sources, destination, generated } = it;
        let direction = match direction {
            Direction::Upload => "upload",
            Direction::Download => "download",
        };
        let sources = sources.iter().map(|source| match source {
            UploadSource::Path(path) => object!({ "path": self.text(&path.value) }),
            UploadSource::Content(content) => object!({ "content": self.text(&content.value) }),
        });
        object!({
            "options": self.options(options),
            "direction": direction,
            "sources": sources.collect::<Vec<_>>(),
            "destination": self.text(&destination.value),
            "generated": generated,
        })
    }

    fn run(&self, it: &Run) -> Json {
        let Run {
            options,
            scripts,
            environment,
            invocation,
            command,
            remote_folder,
            remote_file,
            remote_path,
            keep_script,
            environment_file,
            environment_format,
            exit_codes,
            expect_disconnect,
            pause_after,
            verbatim,
            shell,
        } = it;
        let shell = match shell {
            Shell::Posix => "posix",
            Shell::PowerShell => "powershell",
            Shell::Cmd => "cmd",
        };
        object!({
            "options": self.options(options),
            "shell": shell,
            "scripts": self.scripts(scripts),
            "environment": self.environment(environment),
            "invocation": self.invocation(invocation),
            "command": self.text(&command.value),
            "remote_folder": self.text(remote_folder),
            "remote_file": self.maybe(remote_file.as_ref()),
            "remote_path": self.maybe(remote_path.as_ref()),
            "keep_script": keep_script,
            "environment_file": environment_file,
            "environment_format": self.maybe(environment_format.as_ref()),
            "exit_codes": exit_codes,
            "expect_disconnect": expect_disconnect,
            "pause_after": pause_after.map(|it| write_duration(it.value)),
            "verbatim": verbatim,
        })
    }

    fn invocation(&self, it: &Invocation) -> Json {
        match it {
            Invocation::Verbatim(_) => Json::Null,
            Invocation::Direct(direct) => {
                let DirectInvocation { environment, interpreter, arguments, user, profiles } = direct;
                object!({
                    "environment": environment,
                    "interpreter": self.texts(interpreter),
                    "arguments": self.texts(arguments),
                    "user": user.as_ref().map(|RunAs { user, keeps_environment, login }| object!({
                        "name": self.text(user), "keeps_environment": keeps_environment, "login": login,
                    })),
                    "profiles": self.texts(profiles),
                })
            }
        }
    }

    fn scripts(&self, scripts: &[Script]) -> Json {
        let scripts = scripts.iter().map(|script| match script {
            Script::File(path) => object!({ "file": self.text(&path.value) }),
            Script::Inline { shebang, lines, span: _ } => {
                object!({ "shebang": shebang.as_ref().map(|line| self.text(line)), "lines": self.texts(lines) })
            }
        });
        scripts.collect()
    }

    fn environment(&self, all: &[EnvironmentValue]) -> Json {
        all.iter()
            .map(|EnvironmentValue { name, value, span: _ }| {
                object!({ "name": self.text(name), "value": self.text(value) })
            })
            .collect()
    }

    fn host_command(&self, it: &HostCommand) -> Json {
        let HostCommand { options, scripts, environment, command, only_on, exit_codes } = it;
        object!({
            "options": self.options(options),
            "scripts": self.scripts(scripts),
            "environment": self.environment(environment),
            "command": self.texts(command),
            "only_on": only_on,
            "exit_codes": exit_codes,
        })
    }

    fn image(&self, it: &Image) -> Json {
        let Image { name, build, platform, source, keep, settings, author, message } = it;
        let keep = match keep {
            Keep::Image => object!({ "kind": "image" }),
            Keep::Archive(path) => object!({ "kind": "archive", "path": self.text(&path.value) }),
            Keep::Nothing => object!({ "kind": "nothing" }),
            Keep::Platform => object!({ "kind": "platform" }),
        };
        object!({
            "name": name,
            "build": build,
            "platform": platform,
            "source": source,
            "keep": keep,
            "settings": self.spanned(settings),
            "author": self.maybe(author.as_ref()),
            "message": self.maybe(message.as_ref()),
        })
    }

    fn distribution(&self, it: &Distribution) -> Json {
        match it {
            Distribution::Tag { repository, tags } => {
                object!({ "way": "tag", "repository": self.text(&repository.value), "tags": self.spanned(tags) })
            }
            Distribution::Push => object!({ "way": "push" }),
            Distribution::Import { repository, tag, settings, platform } => object!({
                "way": "import",
                "repository": self.text(&repository.value),
                "tag": self.maybe(tag.as_ref()),
                "settings": self.spanned(settings),
                "platform": self.maybe(platform.as_ref()),
            }),
        }
    }

    fn artifact_file(&self, it: &ArtifactFile) -> Json {
        match it {
            ArtifactFile::Manifest { path, custom, strip_path, strip_time } => object!({
                "way": "manifest",
                "path": self.maybe(path.as_ref()),
                "custom": custom.iter().map(|(name, value)| {
                    object!({ "name": name, "value": self.text(value) })
                }).collect::<Vec<_>>(),
                "strip_path": strip_path,
                "strip_time": strip_time,
            }),
            ArtifactFile::Save(path) => object!({ "way": "save", "path": self.text(&path.value) }),
            ArtifactFile::Checksum { types, output } => {
                object!({ "way": "checksum", "types": self.spanned(types), "path": self.maybe(output.as_ref()) })
            }
            ArtifactFile::Compress(output) => object!({ "way": "compress", "path": self.maybe(output.as_ref()) }),
            ArtifactFile::Replace(files) => object!({ "way": "replace", "files": self.spanned(files) }),
        }
    }

    fn options(&self, it: &StepOptions) -> Json {
        let StepOptions { name, pause_before, timeout, retries, continue_on_error } = it;
        object!({
            "name": name,
            "pause_before": pause_before.map(|it| write_duration(it.value)),
            "timeout": timeout.map(|it| write_duration(it.value)),
            "retries": retries.map(|it| it.value),
            "continue_on_error": continue_on_error.map(|it| it.value),
        })
    }

    fn maybe(&self, text: Option<&Spanned<Text>>) -> Json {
        text.map_or(Json::Null, |text| self.text(&text.value))
    }

    pub(super) fn texts(&self, all: &[Text]) -> Json {
        all.iter().map(|text| self.text(text)).collect()
    }

    fn spanned(&self, all: &[Spanned<Text>]) -> Json {
        all.iter().map(|text| self.text(&text.value)).collect()
    }

    /// A string if nothing is missing in it, else an object with its parts.
    pub(super) fn text(&self, text: &Text) -> Json {
        if let Some(literal) = text.as_literal() {
            return literal.into();
        }
        let parts = text.pieces().iter().map(|piece| match piece {
            Piece::Literal(literal) => Json::from(literal.as_str()),
            Piece::Hole(hole) => {
                let (kind, name) = match &hole.what {
                    HoleKind::Parameter(id) => ("parameter", self.graph.parameter(*id).name.clone()),
                    HoleKind::Field(name) => ("field", name.clone()),
                    HoleKind::Unknown(unknown) => ("unknown", because(&unknown.origin)),
                };
                let known = if hole.sensitive { None } else { hole.known.clone() };
                object!({ kind: name, "known": known, "sensitive": hole.sensitive })
            }
        });
        object!({ "parts": parts.collect::<Vec<_>>() })
    }

    /// Any value. Objects of the result have exactly one of the fields `parts`, `entries`, `unknown`, `sensitive`, `number`.
    fn any(&self, value: &Value) -> Json {
        if value.marks.sensitive && value.as_text().is_none() {
            return object!({ "sensitive": value.ty().to_string() });
        }
        match &value.kind {
            ValueKind::Null(_) => Json::Null,
            ValueKind::Bool(truth) => (*truth).into(),
            ValueKind::Number(number) => match number.to_i64() {
                Some(whole) => whole.into(),
                None => object!({ "number": number.to_string() }),
            },
            ValueKind::String(text) => self.text(text),
            ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
                items.iter().map(|item| self.any(item)).collect()
            }
            ValueKind::Map(_, entries) | ValueKind::Object(entries) => {
                let entries = entries.iter().map(|(name, item)| (name.clone(), self.any(item)));
                object!({ "entries": entries.collect::<Fields>() })
            }
            ValueKind::Unknown(unknown) => object!({ "unknown": because(&unknown.origin) }),
        }
    }

    pub(super) fn at(&self, span: Span) -> Json {
        let position = self.sources.position(span);
        object!({ "file": self.sources.file(span.file).name, "line": position.line, "column": position.column })
    }
}

fn parameter(it: &Parameter) -> Json {
    let Parameter { id: _, name, default, sensitive, description, open, wanted: _, because, validated } = it;
    object!({
        "name": name,
        "default": if *sensitive { None } else { default.as_ref() },
        "sensitive": sensitive,
        "description": description,
        "open": open,
        "because": because,
        "validated": validated,
    })
}

/// The word for a kind of node.
pub(super) fn kind_word(kind: &NodeKind) -> &'static str {
    match kind {
        NodeKind::Parameter(_) => "parameter",
        NodeKind::BaseImage(_) => "base-image",
        NodeKind::Machine(_) => "machine",
        NodeKind::Upload(_) => "upload",
        NodeKind::Run(_) => "run",
        NodeKind::Restart(_) => "restart",
        NodeKind::Configure(_) => "configure",
        NodeKind::HostCommand(_) => "host-command",
        NodeKind::Wait(_) => "wait",
        NodeKind::Test(_) => "test",
        NodeKind::Image(_) => "image",
        NodeKind::Distribution(_) => "distribution",
        NodeKind::ArtifactFile(_) => "artifact-file",
        NodeKind::Foreign(_) => "foreign",
    }
}

/// The word for a kind of edge.
pub(super) fn edge_word(edge: Edge) -> &'static str {
    match edge {
        Edge::BaseOf => "base-of",
        Edge::Then => "then",
        Edge::Reads => "reads",
        Edge::Produces => "produces",
        Edge::Publishes => "publishes",
    }
}

/// Why something is not known, in words.
fn because(origin: &Origin) -> String {
    match origin {
        Origin::Variable(name) => format!("the value of variable `{name}`"),
        Origin::Data(name) => format!("what data source `{name}` finds"),
        Origin::Build(name) => format!("`{name}` of a running build"),
        Origin::Clock => "the time".to_owned(),
        Origin::Random(function) => format!("a random value of `{function}`"),
        Origin::Environment(name) => format!("the environment variable `{name}`"),
        Origin::Network(function) => format!("what `{function}` finds on the network"),
        Origin::File(path) => format!("the file `{path}`"),
        Origin::Machine(what) => format!("{what} of the machine that builds"),
        Origin::Packer(what) => what.clone(),
        Origin::Error => "an error that is reported".to_owned(),
    }
}
