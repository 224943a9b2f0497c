use std::collections::BTreeSet;
use std::time::Duration;

use crate::graph::fixture::{Fixture, after, facts, joined, list, map, run, shown, steps, strings};
use crate::graph::{
    ArtifactFile, Direction, Distribution, Edge, GraphOptions, Keep, Node, NodeKind, Role, Script, Shell, Start,
    UploadSource,
};
use crate::resolve::template::{GivenBy, ParameterState};
use crate::resolve::value::{Marks, Origin, ParameterId, Type, Value, ValueKind};
use crate::schema::{AttributeType, Body, Kind, Lookup, Schemas};
use crate::source::Spanned;

fn unknown(ty: Type) -> Value {
    Value::of(ValueKind::Unknown(crate::resolve::value::Unknown {
        ty,
        origin: Origin::Variable("x".to_owned()),
        call: None,
    }))
}

fn shaped(mut value: Value, by: u32) -> Value {
    value.marks = Marks { exactly: Some(ParameterId(by)), ..Marks::default() };
    value
}

#[test]
fn a_docker_source_becomes_base_machine_and_image() {
    let mut fixture = Fixture::new();
    fixture.image(
        "docker",
        &[
            ("image", Value::string("debian:12")),
            ("commit", Value::bool(true)),
            ("changes", strings(&["ENV A=1", "USER app"])),
            ("author", Value::string("me")),
            ("message", Value::string("done")),
            ("platform", Value::string("linux/arm64")),
            ("pull", Value::bool(false)),
            ("exec_user", Value::string("app")),
            ("privileged", Value::bool(true)),
            ("run_command", strings(&["-d", "--", "{{.Image}}"])),
        ],
    );
    let graph = fixture.graph();
    let path = &graph.images()[1];
    let NodeKind::BaseImage(base) = &graph.node(path.base).kind else { panic!() };
    assert!(matches!(&base.start, Start::Container(image) if shown(&image.value) == "debian:12"));
    assert_eq!(base.platform.as_ref().map(|it| shown(&it.value)).as_deref(), Some("linux/arm64"));
    assert_eq!(base.pull.map(|it| it.value), Some(false));
    let NodeKind::Machine(machine) = &graph.node(path.machine).kind else { panic!() };
    assert_eq!(machine.user.as_ref().map(|it| shown(&it.value)).as_deref(), Some("app"));
    assert!(!machine.fix_upload_owner, "HCL2 loses the documented default");
    assert_eq!(facts(graph.node(path.machine)), ["privileged", "run_command"]);
    let image = graph.image(path);
    assert!(matches!(image.keep, Keep::Image));
    assert_eq!(image.settings.iter().map(|it| shown(&it.value)).collect::<Vec<_>>(), ["ENV A=1", "USER app"]);
    let names = |node: &Node| node.written.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(graph.node(path.base)), ["image", "platform", "pull"]);
    assert_eq!(names(graph.node(path.image)), ["commit", "changes", "author", "message"]);
    assert_eq!(names(graph.node(path.machine)), ["exec_user", "privileged", "run_command"]);
}

#[test]
fn a_build_block_makes_the_base_and_keeps_what_it_cannot_say() {
    let mut fixture = Fixture::new();
    fixture.image(
        "docker",
        &[
            ("build.path", Value::string("base/Dockerfile")),
            ("build.build_dir", Value::string("base")),
            ("build.arguments", map(&[("B", Value::string("2")), ("A", Value::string("1"))])),
            ("build.pull", Value::bool(true)),
            ("build.compress", Value::bool(true)),
            ("pull", Value::bool(true)),
            ("export_path", Value::string("out.tar")),
        ],
    );
    let graph = fixture.graph();
    let path = &graph.images()[1];
    let node = graph.node(path.base);
    let NodeKind::BaseImage(base) = &node.kind else { panic!() };
    let Start::Dockerfile { path: dockerfile, context, arguments, pull } = &base.start else { panic!() };
    assert_eq!(shown(&dockerfile.value), "base/Dockerfile");
    assert_eq!(context.as_ref().map(|it| shown(&it.value)).as_deref(), Some("base"));
    assert_eq!(arguments.iter().map(|it| it.0.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    assert_eq!((pull.map(|it| it.value), base.pull), (Some(true), None));
    assert_eq!(facts(node), ["pull", "build.compress"], "the plugin ignores `pull` next to a block");
    assert!(matches!(&graph.image(path).keep, Keep::Archive(to) if shown(&to.value) == "out.tar"));
}

#[test]
fn other_builders_are_facts() {
    for (ty, nothing) in [("amazon-ebs", false), ("null", true), ("file", true), ("made-up", false)] {
        let mut fixture = Fixture::new();
        fixture.image(
            ty,
            &[
                ("ssh_username", Value::string("root")),
                ("communicator", Value::string("winrm")),
                ("region", Value::string("eu-west-1")),
                ("filters.name", Value::string("x*")),
            ],
        );
        let graph = fixture.graph();
        let path = &graph.images()[1];
        let NodeKind::BaseImage(base) = &graph.node(path.base).kind else { panic!() };
        assert_eq!(matches!(&base.start, Start::Nothing(it) if it == ty), nothing, "{ty}");
        assert_eq!(facts(graph.node(path.base)), ["region", "filters.name"], "{ty}");
        assert_eq!(facts(graph.node(path.machine)), ["ssh_username", "communicator"], "{ty}");
        assert!(matches!(&graph.node(path.machine).kind, NodeKind::Machine(machine) if machine.windows));
    }
}

#[test]
fn inline_gets_the_shebang_that_packer_writes() {
    let cases: [(&[&str], Option<&str>, Option<&str>); 6] = [
        (&["echo a"], None, Some("#!/bin/sh -e")),
        (&["#!/bin/bash", "echo a"], None, None),
        (&["#", "!x"], None, Some("#!/bin/sh -e")),
        (&["", "#!/bin/bash"], None, Some("#!/bin/sh -e")),
        (&["#!/bin/bash"], Some("/bin/zsh -x"), Some("#!/bin/zsh -x")),
        (&["echo a"], Some("/usr/bin/env bash"), Some("#!/usr/bin/env bash")),
    ];
    for (lines, own, expected) in cases {
        let mut fixture = Fixture::new();
        let mut arguments = vec![("inline", strings(lines))];
        arguments.extend(own.map(|own| ("inline_shebang", Value::string(own))));
        fixture.provisioner("shell", &arguments);
        let graph = fixture.graph();
        let Script::Inline { shebang, lines: made, .. } = &run(&graph).scripts[0] else { panic!() };
        assert_eq!(shebang.as_ref().map(shown).as_deref(), expected, "{lines:?} {own:?}");
        assert_eq!(made.len(), lines.len());
    }
}

#[test]
fn environments_are_sorted_and_the_last_wins() {
    let mut fixture = Fixture::new();
    let open = fixture.variable("v", Some("1"), false);
    fixture.provisioner(
        "shell",
        &[
            ("inline", strings(&["env"])),
            (
                "environment_vars",
                list([
                    Value::string("Z=from list"),
                    Value::string("A=first"),
                    Value::string("A=a=b"),
                    joined(&[&Value::string("V=x"), &open]),
                ]),
            ),
            ("env", map(&[("Z", Value::string("from map")), ("B", Value::string(""))])),
        ],
    );
    let graph = fixture.graph();
    let made: Vec<(String, String)> =
        run(&graph).environment.iter().map(|it| (shown(&it.name), shown(&it.value))).collect();
    let expected = [("A", "a=b"), ("B", ""), ("V", "x<0>"), ("Z", "from map")];
    assert_eq!(made, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert!(graph.parameters().next().is_some_and(|it| it.open));
}

#[test]
fn a_variable_that_holds_a_whole_pair_is_fixed() {
    let mut fixture = Fixture::new();
    let pair = fixture.variable("pair", Some("K=V"), false);
    fixture.provisioner("shell", &[("inline", strings(&["env"])), ("environment_vars", list([pair]))]);
    let graph = fixture.graph();
    assert_eq!(shown(&run(&graph).environment[0].name), "K");
    let parameter = graph.parameters().next().expect("there is one");
    assert!(!parameter.open);
    assert!(parameter.because.starts_with("it decides `environment_vars` at main.pkr.hcl:"), "{}", parameter.because);
}

#[test]
fn a_pair_that_nobody_knows_stays_a_fact() {
    let mut fixture = Fixture::new();
    let pair = fixture.variable("pair", None, false);
    fixture.provisioner("shell", &[("inline", strings(&["env"])), ("environment_vars", list([pair]))]);
    let graph = fixture.graph();
    assert_eq!(facts(steps(&graph)[0]), ["environment_vars"]);
}

#[test]
fn commands_have_packers_defaults() {
    type Arguments<'a> = &'a [(&'a str, Value)];
    let cases: [(&str, Arguments<'_>, &str); 6] = [
        ("shell", &[], "chmod +x {{.Path}}; {{.Vars}} {{.Path}}"),
        ("shell", &[("use_env_var_file", Value::bool(true))], "chmod +x {{.Path}}; . {{.EnvVarFile}} && {{.Path}}"),
        ("shell", &[("execute_command", Value::string("sudo x"))], "sudo x"),
        ("windows-shell", &[], "{{.Vars}}\"{{.Path}}\""),
        ("powershell", &[], "powershell -executionpolicy bypass -file {{.Path}}"),
        ("powershell", &[("use_pwsh", Value::bool(true))], "pwsh -executionpolicy bypass -file {{.Path}}"),
    ];
    for (ty, more, expected) in cases {
        let mut fixture = Fixture::new();
        let mut arguments = vec![("inline", strings(&["x"]))];
        arguments.extend(more.iter().cloned());
        fixture.provisioner(ty, &arguments);
        assert_eq!(shown(&run(&fixture.graph()).command.value), expected);
    }
}

#[test]
fn every_argument_of_shell_is_understood() {
    let mut fixture = Fixture::new();
    fixture.provisioner(
        "shell",
        &[
            ("script", Value::string("a.sh")),
            ("scripts", strings(&["b.sh", "c.sh"])),
            ("remote_folder", Value::string("/var/tmp")),
            ("remote_file", Value::string("s.sh")),
            ("remote_path", Value::string("/opt/s.sh")),
            ("skip_clean", Value::bool(true)),
            (
                "valid_exit_codes",
                Value::of(ValueKind::List(Type::Number, vec![Value::number(0_i64), Value::number(2_i64)])),
            ),
            ("expect_disconnect", Value::bool(true)),
            ("pause_after", Value::string("1m")),
            ("binary", Value::bool(true)),
            ("env_var_format", Value::string("%s=%s")),
            ("start_retry_timeout", Value::string("10m")),
        ],
    );
    let graph = fixture.graph();
    let made = run(&graph);
    assert_eq!(made.scripts.len(), 3);
    assert_eq!(made.exit_codes, [0, 2]);
    assert_eq!(made.pause_after.map(|it| it.value), Some(Duration::from_secs(60)));
    assert!(made.keep_script && made.expect_disconnect && made.verbatim && made.shell == Shell::Posix);
    assert_eq!(shown(&made.remote_folder), "/var/tmp");
    assert_eq!(facts(steps(&graph)[0]), ["start_retry_timeout"]);
}

#[test]
fn what_is_not_known_enough_stays_a_fact_and_says_so() {
    let mut fixture = Fixture::new();
    fixture.provisioner("shell", &[("inline", unknown(Type::list(Type::String)))]);
    fixture.provisioner("shell", &[("inline", strings(&["x"])), ("skip_clean", unknown(Type::Bool))]);
    fixture.provisioner(
        "file",
        &[
            ("source", Value::string("a")),
            ("destination", Value::string("/b")),
            ("direction", Value::unknown(Type::String, Origin::Variable("x".to_owned()), fixture_span())),
        ],
    );
    let graph = fixture.graph();
    let all = steps(&graph);
    assert!(
        matches!(&all[0].kind, NodeKind::Foreign(it) if it.component == "shell" && it.plugin.as_deref() == Some("packer"))
    );
    assert!(all[0].facts[0].is_undecided());
    assert_eq!(facts(all[1]), ["skip_clean"]);
    assert!(all[1].facts[0].is_undecided());
    assert!(matches!(&all[2].kind, NodeKind::Foreign(_)));
    assert_eq!(facts(all[2]), ["source", "destination", "direction"], "taken arguments come back");
}

fn fixture_span() -> crate::source::Span {
    Fixture::new().span()
}

#[test]
fn shell_local_writes_its_shebang_always() {
    let mut fixture = Fixture::new();
    fixture.provisioner("shell-local", &[("inline", strings(&["#!/bin/bash"])), ("only_on", strings(&["linux"]))]);
    fixture
        .provisioner("shell-local", &[("command", Value::string("make")), ("tempfile_extension", Value::string("x"))]);
    fixture.post_processor(
        "shell-local",
        &[("inline", strings(&["a"])), ("execute_command", strings(&["x {{.Script}}"]))],
    );
    let graph = fixture.graph();
    let host = |node: &Node| {
        let NodeKind::HostCommand(host) = &node.kind else { panic!("{node:?}") };
        host.clone()
    };
    let first = host(steps(&graph)[0]);
    assert!(matches!(&first.scripts[0], Script::Inline { shebang: Some(line), .. } if shown(line) == "#!/bin/sh -e"));
    assert_eq!(first.only_on, ["linux"]);
    assert!(first.command.is_empty());
    assert!(matches!(&host(steps(&graph)[1]).scripts[0], Script::Inline { lines, .. } if shown(&lines[0]) == "make"));
    assert_eq!(facts(steps(&graph)[1]), ["tempfile_extension"]);
    let last = host(after(&graph)[0]);
    assert_eq!(last.command.iter().map(shown).collect::<Vec<_>>(), ["sh", "-c", "x {{.Script}}"]);
}

#[test]
fn files_travel_in_packers_order() {
    let mut fixture = Fixture::new();
    fixture.provisioner(
        "file",
        &[
            ("source", Value::string("c")),
            ("sources", strings(&["a", "b"])),
            ("destination", Value::string("/d/")),
            ("generated", Value::bool(true)),
        ],
    );
    fixture.provisioner("file", &[("content", Value::string("x")), ("destination", Value::string("/d"))]);
    fixture.provisioner(
        "file",
        &[
            ("source", Value::string("/var/log/x")),
            ("destination", Value::string("x")),
            ("direction", Value::string("download")),
        ],
    );
    let graph = fixture.graph();
    let upload = |node: &Node| {
        let NodeKind::Upload(upload) = &node.kind else { panic!("{node:?}") };
        upload.clone()
    };
    let all: Vec<_> = steps(&graph).into_iter().map(upload).collect();
    let paths: Vec<String> = all[0]
        .sources
        .iter()
        .map(|source| match source {
            UploadSource::Path(path) => shown(&path.value),
            UploadSource::Content(_) => panic!(),
        })
        .collect();
    assert_eq!(paths, ["a", "b", "c"]);
    assert!(all[0].generated);
    assert!(matches!(&all[1].sources[..], [UploadSource::Content(text)] if shown(&text.value) == "x"));
    assert_eq!(all[2].direction, Direction::Download);
}

#[test]
fn components_become_these_kinds() {
    let cases = [
        ("sleep", "Wait"),
        ("powershell", "Run"),
        ("windows-shell", "Run"),
        ("windows-restart", "Restart"),
        ("ansible", "Configure"),
        ("ansible-local", "Configure"),
        ("chef-solo", "Configure"),
        ("chef-client", "Configure"),
        ("puppet-masterless", "Configure"),
        ("puppet-server", "Configure"),
        ("salt-masterless", "Configure"),
        ("goss", "Test"),
        ("inspec", "Test"),
        ("breakpoint", "Foreign"),
        ("hcp-sbom", "Foreign"),
        ("made-up", "Foreign"),
    ];
    for (ty, expected) in cases {
        let mut fixture = Fixture::new();
        fixture.provisioner(
            ty,
            &[("duration", Value::string("3s")), ("inline", strings(&["x"])), ("odd", Value::bool(true))],
        );
        let graph = fixture.graph();
        let kind = format!("{:?}", steps(&graph)[0].kind);
        assert!(kind.starts_with(expected), "{ty}: {kind}");
        assert!(facts(steps(&graph)[0]).contains(&"odd"), "{ty}");
    }
}

#[test]
fn post_processors_become_these() {
    let mut fixture = Fixture::new();
    fixture.post_processor(
        "docker-tag",
        &[
            ("repository", Value::string("r/x")),
            ("tag", strings(&["old"])),
            ("tags", strings(&["1", "2"])),
            ("force", Value::bool(true)),
        ],
    );
    fixture.post_processor("docker-push", &[("login", Value::bool(true))]);
    fixture.post_processor("docker-save", &[("path", Value::string("x.tar"))]);
    fixture.post_processor(
        "docker-import",
        &[("repository", Value::string("r")), ("tag", Value::string("t")), ("changes", strings(&["USER a"]))],
    );
    fixture.post_processor(
        "manifest",
        &[("output", Value::string("m.json")), ("custom_data", map(&[("a", Value::string("b"))]))],
    );
    fixture.post_processor("checksum", &[("checksum_types", strings(&["sha256"]))]);
    fixture
        .post_processor("compress", &[("output", Value::string("x.tgz")), ("compression_level", Value::number(9_i64))]);
    fixture.post_processor("artifice", &[("files", strings(&["a", "b"]))]);
    fixture.post_processor("vagrant", &[("output", Value::string("x.box"))]);
    let graph = fixture.graph();
    let all = after(&graph);
    let NodeKind::Distribution(Distribution::Tag { tags, .. }) = &all[0].kind else { panic!() };
    assert_eq!(tags.iter().map(|it| shown(&it.value)).collect::<Vec<_>>(), ["1", "2", "old"]);
    assert_eq!(facts(all[0]), ["force"]);
    assert!(matches!(all[1].kind, NodeKind::Distribution(Distribution::Push)));
    assert_eq!(facts(all[1]), ["login"]);
    assert!(matches!(all[2].kind, NodeKind::ArtifactFile(ArtifactFile::Save(_))));
    assert!(
        matches!(&all[3].kind, NodeKind::Distribution(Distribution::Import { tag: Some(_), settings, .. }) if settings.len() == 1)
    );
    assert!(matches!(&all[4].kind, NodeKind::ArtifactFile(ArtifactFile::Manifest { custom, .. }) if custom.len() == 1));
    assert!(
        matches!(&all[5].kind, NodeKind::ArtifactFile(ArtifactFile::Checksum { types, output: None }) if types.len() == 1)
    );
    assert!(matches!(all[6].kind, NodeKind::ArtifactFile(ArtifactFile::Compress(Some(_)))));
    assert_eq!(facts(all[6]), ["compression_level"]);
    assert!(matches!(&all[7].kind, NodeKind::ArtifactFile(ArtifactFile::Replace(files)) if files.len() == 2));
    assert!(
        matches!(&all[8].kind, NodeKind::Foreign(it) if it.role == Role::AfterImage && it.plugin.as_deref() == Some("vagrant"))
    );
    let edges: Vec<Edge> = graph.images()[0]
        .chains
        .iter()
        .map(|chain| graph.edges().find(|(_, _, to)| *to == chain[0]).expect("an edge").1)
        .collect();
    assert_eq!(edges[..3], [Edge::Publishes, Edge::Publishes, Edge::Produces]);
}

#[test]
fn meta_arguments_are_kept() {
    let mut fixture = Fixture::new();
    let span = fixture.span();
    let second = Duration::from_secs(1);
    let component = fixture.provisioner("shell", &[("inline", strings(&["x"]))]);
    component.meta.pause_before = Some(Spanned::new(second, span));
    component.meta.timeout = Some(Spanned::new(second, span));
    component.meta.max_retries = Some(Spanned::new(-1, span));
    component.meta.only = Some(span);
    let sleep = fixture.provisioner("sleep", &[("duration", Value::string("1s"))]);
    sleep.meta.max_retries = Some(Spanned::new(2, span));
    let push = fixture.post_processor("docker-push", &[]);
    push.meta.keep_input_artifact = Some(Spanned::new(true, span));
    let graph = fixture.graph();
    let options = &run(&graph).options;
    assert_eq!((options.pause_before.map(|it| it.value), options.timeout), (Some(second), None));
    assert_eq!(options.retries.map(|it| it.value), Some(0));
    assert_eq!(facts(steps(&graph)[0]), ["timeout"], "Packer ignores it next to `pause_before`");
    let names: BTreeSet<&str> = steps(&graph)[0].written.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, BTreeSet::from(["inline", "max_retries", "only", "pause_before", "timeout"]));
    assert_eq!(facts(steps(&graph)[1]), ["max_retries"]);
    assert_eq!(facts(after(&graph)[0]), ["keep_input_artifact"]);
}

/// Every component that is described, with every attribute and block of its schema: known, and not known.
#[test]
fn nothing_is_lost() {
    let schemas = Schemas::embedded();
    let mut seen = 0;
    for kind in [Kind::Builder, Kind::Provisioner, Kind::PostProcessor] {
        for name in schemas.names(kind).map(str::to_owned).collect::<Vec<_>>() {
            let Lookup::Described(component) = schemas.component(kind, &name) else { continue };
            for known in [true, false] {
                let mut arguments = Vec::new();
                collect(&component.body, "", known, &mut arguments);
                let arguments: Vec<(&str, Value)> =
                    arguments.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
                let mut fixture = Fixture::new();
                match kind {
                    Kind::Builder => fixture.image(&name, &arguments),
                    Kind::Provisioner => drop(fixture.provisioner(&name, &arguments)),
                    Kind::PostProcessor | Kind::DataSource => drop(fixture.post_processor(&name, &arguments)),
                }
                let graph = fixture.graph();
                let path = graph.images().last().expect("an image");
                let nodes: Vec<&Node> = match kind {
                    Kind::Builder => [path.base, path.machine, path.image].map(|id| graph.node(id)).to_vec(),
                    Kind::Provisioner => steps(&graph),
                    Kind::PostProcessor | Kind::DataSource => after(&graph),
                };
                let mut written: Vec<&str> =
                    nodes.iter().flat_map(|node| &node.written).map(|it| it.name.as_str()).collect();
                written.sort_unstable();
                let mut expected: BTreeSet<&str> = arguments.iter().map(|it| it.0).collect();
                expected.extend(arguments.iter().filter_map(|it| it.0.split_once('.')).map(|it| it.0));
                assert_eq!(written, expected.into_iter().collect::<Vec<_>>(), "{name}");
                let told: BTreeSet<&str> = nodes.iter().flat_map(|node| facts(node)).collect();
                let understood: String = nodes.iter().map(|node| format!("{:?}", node.kind)).collect();
                for (argument, value) in arguments.iter().filter(|it| !told.contains(it.0)) {
                    // A truth value that was understood has no trace that could be looked for.
                    let trace = if value.as_bool().is_some() {
                        String::new()
                    } else if matches!(value.kind, ValueKind::Unknown(_)) {
                        "Unknown(".to_owned()
                    } else if matches!(value.kind, ValueKind::List(Type::Number, _)) {
                        "4711".to_owned()
                    } else {
                        mark(argument)
                    };
                    assert!(understood.contains(&trace), "{name}: {argument} is lost");
                }
                seen += 1;
            }
        }
    }
    assert!(seen >= 30, "{seen}");
}

fn collect(body: &Body, prefix: &str, known: bool, out: &mut Vec<(String, Value)>) {
    for (name, attribute) in &body.attributes {
        let name = format!("{prefix}{name}");
        let value = if known { sample(&name, &attribute.ty) } else { unknown(Type::Dynamic) };
        out.push((name, value));
    }
    if prefix.is_empty() {
        for (name, block) in &body.blocks {
            collect(&block.body, &format!("{name}."), known, out);
        }
    }
}

fn mark(argument: &str) -> String {
    match argument {
        "direction" => "Upload".to_owned(),
        argument => format!("text of {argument}"),
    }
}

fn sample(name: &str, ty: &AttributeType) -> Value {
    let text = mark(name);
    match ty.to_string().as_str() {
        "string" => Value::string(text.replace("Upload", "upload")),
        "bool" => Value::bool(true),
        "number" => Value::number(1_i64),
        "list(string)" => strings(&[&format!("K={text}")]),
        "list(number)" => Value::of(ValueKind::List(Type::Number, vec![Value::number(4711_i64)])),
        "map(string)" => map(&[("k", Value::string(text))]),
        _ => unknown(Type::Dynamic),
    }
}

#[test]
fn a_variable_in_texts_stays_open_and_others_are_fixed() {
    let mut fixture = Fixture::new();
    let open = fixture.variable("open", Some("1.2"), false);
    let missing = fixture.variable("missing", None, false);
    fixture.variable("unused", Some("x"), false);
    fixture.variable("flag", Some("true"), false);
    let path = fixture.variable("path", Some("a.sh"), false);
    let start = fixture.variable("start", Some("make"), false);
    fixture.template.variables["unused"].given_by = GivenBy::CommandLine;
    fixture.template.variables["unused"].state = ParameterState::Fixed;
    fixture.provisioner(
        "shell",
        &[
            ("inline", list([joined(&[&start, &Value::string(" V="), &open]), missing])),
            ("skip_clean", shaped(Value::bool(true), 3)),
        ],
    );
    fixture.provisioner("shell", &[("script", path)]);
    let graph = fixture.graph();
    let said: Vec<(bool, String)> = graph.parameters().map(|it| (it.open, it.because.clone())).collect();
    assert_eq!(said[0], (true, "its default can be changed when the pipeline runs".to_owned()));
    assert_eq!(said[1], (true, "it has no value: one is given when the pipeline runs".to_owned()));
    assert_eq!(said[2], (false, "given by `--var`".to_owned()));
    for (at, argument) in [(3, "skip_clean"), (4, "script"), (5, "inline")] {
        assert!(!said[at].0);
        assert!(said[at].1.starts_with(&format!("it decides `{argument}` at main.pkr.hcl:")), "{}", said[at].1);
    }
    let Script::Inline { lines, .. } = &run(&graph).scripts[0] else { panic!() };
    assert_eq!(shown(&lines[0]), "make V=<0>", "the fixed one is written out");
    let step = graph.images()[0].steps[0];
    assert_eq!(graph.read_by(step).map(|id| id.number()).collect::<BTreeSet<_>>(), BTreeSet::from([0, 1]));
}

#[test]
fn param_and_freeze_decide() {
    let mut fixture = Fixture::new();
    let text = fixture.variable("text", Some("1"), false);
    fixture.variable("flag", Some("true"), false);
    fixture.template.shaped_by.insert(ParameterId(1));
    fixture.provisioner("shell", &[("inline", list([joined(&[&Value::string("echo "), &text])]))]);
    let options = GraphOptions { param: Vec::new(), freeze: vec!["t*".to_owned()] };
    let (graph, sink) = fixture.graph_with(&options);
    assert!(sink.is_empty());
    assert_eq!(graph.parameters().map(|it| it.open).collect::<Vec<_>>(), [false, false]);
    let Script::Inline { lines, .. } = &run(&graph).scripts[0] else { panic!() };
    assert_eq!(lines[0].as_literal(), Some("echo 1"));
    let (_, sink) = fixture.graph_with(&GraphOptions { param: vec!["*".to_owned()], freeze: Vec::new() });
    let codes: Vec<_> = sink.diagnostics().iter().map(|it| (it.code(), it.message.as_str())).collect();
    let message = "variable `flag` cannot stay open: it decides which images, steps or blocks there are";
    assert_eq!(codes, [("parameter-shapes-graph", message)]);
}

#[test]
fn nothing_sensitive_is_in_the_graph() {
    let mut fixture = Fixture::new();
    let secret = fixture.variable("secret", Some("hunter2"), true);
    let plain = fixture.variable("plain", Some("hunter3"), false);
    let mut computed = Value::string("HUNTER2");
    computed.marks.sensitive = true;
    computed.marks.shaped_by.insert(ParameterId(0));
    let mut flagged = plain.clone();
    if let ValueKind::String(text) = &mut flagged.kind {
        *text = text.map_holes(|hole| {
            crate::resolve::value::Text::hole(crate::resolve::value::Hole { sensitive: true, ..hole.clone() })
        });
    }
    let mut number = Value::number(4711_i64);
    number.marks.sensitive = true;
    fixture.provisioner(
        "shell",
        &[
            ("inline", list([joined(&[&Value::string("login "), &secret]), computed.clone()])),
            ("env", map(&[("P", flagged), ("Q", joined(&[&Value::string("q"), &plain]))])),
        ],
    );
    fixture.provisioner("made-up", &[("password", computed), ("port", number), ("token", secret)]);
    let graph = fixture.graph();
    let all = format!("{graph:?}");
    for word in ["hunter2", "HUNTER2", "hunter3", "4711"] {
        assert!(!all.contains(word), "{word}");
    }
    let states: Vec<_> = graph.parameters().map(|it| (it.open, it.sensitive)).collect();
    assert_eq!(states, [(true, true), (true, true)], "what stands in something sensitive is sensitive");
    let because = "it is sensitive: its value is given when the pipeline runs and is never written";
    assert!(graph.parameters().all(|it| it.because == because));
}

#[test]
fn verify_finds_what_is_broken() {
    let mut fixture = Fixture::new();
    fixture.provisioner("shell", &[("inline", strings(&["x"]))]);
    let sound = fixture.graph();
    let step = sound.images()[0].steps[0];
    let mut cut = sound.clone();
    cut.connect(step, Edge::Then, sound.images()[0].machine);
    assert!(cut.verify().expect_err("an edge too many").contains("nothing asks for"));
    let mut lone = sound.clone();
    lone.add(sound.node(step).clone());
    assert!(lone.verify().expect_err("a node of no image").contains("exactly one place"));
    let mut empty = sound.node(step).clone();
    if let NodeKind::Run(run) = &mut empty.kind {
        run.scripts.clear();
    }
    let mut made = crate::graph::Graph::new();
    let path = &sound.images()[0];
    let [base, machine, image] = [path.base, path.machine, path.image].map(|id| made.add(sound.node(id).clone()));
    let steps = vec![made.add(empty)];
    made.add_image(crate::graph::ImagePath { base, machine, steps, error_cleanup: None, image, chains: Vec::new() });
    assert!(made.verify().expect_err("an empty run").contains("nothing to do"));
}

/// Every recorded image's template, from its text to the graph and its renderings.
#[test]
fn recorded_templates_become_graphs() {
    let Some(conformance) = std::env::var_os("FORMWORK_CONFORMANCE") else {
        return skipped();
    };
    let mut seen = 0;
    let cases = std::fs::read_dir(std::path::Path::new(&conformance).join("images")).expect("the records are there");
    for case in cases.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir()) {
        let mut disk = crate::source::MemoryFiles::new();
        for file in std::fs::read_dir(&case).expect("a case").filter_map(Result::ok).map(|entry| entry.path()) {
            if let Ok(text) = std::fs::read_to_string(&file) {
                disk = disk.with(&file.file_name().expect("a name").to_string_lossy(), text);
            }
        }
        let mut sources = crate::source::SourceMap::new();
        let mut sink = crate::diagnostic::Sink::new();
        let inputs = crate::resolve::Inputs::default();
        let schemas = Schemas::embedded();
        let configuration =
            crate::resolve::configuration::load(".", &inputs.var_files, &disk, &schemas, &mut sources, &mut sink);
        let Ok(configuration) = configuration else { continue };
        let setting = crate::resolve::Setting { files: &disk, schemas: &schemas, inputs: &inputs };
        let template = crate::resolve::resolve(&configuration, &setting, &mut sources, &mut sink);
        let graph = crate::graph::build(&template, &sources, &GraphOptions::default(), &mut sink);
        graph.verify().expect("a graph keeps its promises");
        assert_eq!(graph.images().len(), template.images.len());
        seen += 1;
    }
    assert!(seen > 30, "{seen}");
}

#[expect(clippy::print_stderr, reason = "a test that did nothing says so")]
fn skipped() {
    eprintln!("skipped: FORMWORK_CONFORMANCE is not set");
}
