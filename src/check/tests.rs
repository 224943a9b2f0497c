//! Rules over small configurations: what each must find, and what it must leave alone.

mod builds;

use super::{CheckSetting, check};
use crate::diagnostic::Sink;
use crate::resolve::{self, Inputs, Setting, configuration};
use crate::schema::Schemas;
use crate::source::{MemoryFiles, SourceMap};

/// What is reported about `t/main.pkr.hcl` beside the files of `disk`: `severity code at LINE: message (help)`.
fn said(text: &str, disk: MemoryFiles, inputs: &Inputs) -> Vec<String> {
    said_with(ACME, text, disk, inputs)
}

/// What is reported about the inside of a source `acme`, which the schema describes; it begins on line 2.
pub(super) fn said_of(schema: &str, inside: &str) -> Vec<String> {
    let text = format!("source \"acme\" \"a\" {{\n{inside}\n}}\nbuild {{ sources = [\"acme.a\"] }}");
    said_with(schema, &text, MemoryFiles::new(), &Inputs::default())
}

fn said_with(schema: &str, text: &str, disk: MemoryFiles, inputs: &Inputs) -> Vec<String> {
    let disk = disk.with("t/main.pkr.hcl", text);
    let mut schemas = Schemas::embedded();
    schemas.add("acme.json", schema).expect("a schema");
    let (mut sources, mut sink) = (SourceMap::new(), Sink::new());
    let configuration = configuration::load("t", &[], &disk, &schemas, &mut sources, &mut sink).expect("it loads");
    let setting = Setting { files: &disk, schemas: &schemas, inputs };
    let template = resolve::resolve(&configuration, &setting, &mut sources, &mut sink);
    let setting = CheckSetting { files: &disk, schemas: &schemas, documents: &configuration.documents };
    let is_checked = check(&template, &setting, &mut sink).is_some();
    assert_eq!(is_checked, !sink.has_errors(), "the ticket is for templates without errors");
    let all = sink.into_sorted().into_iter();
    all.map(|diagnostic| {
        let line = sources.position(diagnostic.span).line;
        let help = diagnostic.help.clone().unwrap_or_default();
        format!("{} {} at {line}: {} ({help})", diagnostic.severity.word(), diagnostic.code(), diagnostic.message)
    })
    .collect()
}

/// A build of one source; the content begins on line 6.
fn in_build(content: &str) -> String {
    format!(
        "source \"docker\" \"a\" {{\nimage = \"x\"\ncommit = true\n}}\nbuild {{\n{content}\nsources = [\"docker.a\"]\n}}"
    )
}

fn build(content: &str) -> Vec<String> {
    said(
        &in_build(content),
        MemoryFiles::new().with("here.sh", "").with("t/there.sh", "").with("dir/install.sh", ""),
        &Inputs::default(),
    )
}

fn source(content: &str) -> Vec<String> {
    let text = format!("source \"acme\" \"a\" {{\n{content}\n}}\nbuild {{ sources = [\"acme.a\"] }}");
    said(&text, MemoryFiles::new().with("here.sh", ""), &Inputs::default())
}

#[test]
fn what_is_empty_for_want_of_a_value_is_not_missing() {
    hold(
        |value| {
            let text = format!(
                "variable \"v\" {{ default = null }}\nlocals {{ l = var.v }}\nsource \"null\" \"a\" {{\nssh_host = {value}\nssh_username = \"u\"\nssh_password = \"p\"\n}}\nbuild {{ sources = [\"null.a\"] }}"
            );
            said(&text, MemoryFiles::new(), &Inputs::default())
                .into_iter()
                .filter(|line| !line.contains("unused"))
                .collect()
        },
        &[
            ("var.v", &[]),
            ("local.l", &[]),
            ("var.v == \"x\" ? \"y\" : null", &[]),
            ("null", &["error required-attribute at 3: the source `null` needs"]),
        ],
    );
}

/// Each text, and how what is reported about it must begin; nothing where it must be silent.
fn hold(run: fn(&str) -> Vec<String>, cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        let said = run(text);
        let fits =
            said.len() == expected.len() && said.iter().zip(*expected).all(|(said, expected)| said.contains(expected));
        assert!(fits, "{text}\n  said: {said:#?}\n  not:  {expected:#?}");
    }
}

const ACME: &str = r#"{
    "plugin": "acme", "source": "github.com/acme/acme", "version": "1.0.0",
    "components": {"builder": {"acme": {
        "attributes": {
            "a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "string", "env": ["ACME_C"]},
            "mode": {"type": "string", "default": "fast", "one_of": ["fast", "slow"]},
            "size": {"type": "number", "format": "integer", "range": {"min": 1, "max": 9}},
            "most": {"type": "number"},
            "wait": {"type": "string", "format": "duration"},
            "old": {"type": "string", "removed": true, "deprecated": {"replacement": "a"}},
            "tags": {"type": "map(string)", "key_pattern": "^[a-z]+$"},
            "key": {"type": "string", "path": "read_checked", "path_when": [{"field": "mode", "test": {"eq": "fast"}}]}
        },
        "blocks": {"disk": {"nesting": "list", "attributes": {"path": {"type": "string", "required": true}, "image": {"type": "string"}},
                            "rules": [{"rule": "conflicts", "fields": ["path", "image"]}]}},
        "rules": [
            {"rule": "requires", "fields": ["a", "b"]},
            {"rule": "required", "fields": ["wait"], "when": [{"field": "mode", "test": {"eq": "slow"}}]},
            {"rule": "compare", "fields": ["size", "most"], "op": "<="},
            {"rule": "value", "fields": ["b"], "value": {"prefix": "b-"}},
            {"rule": "at_least_one_of", "fields": ["b", "c"]}
        ]
    }}}
}"#;

#[test]
fn what_a_component_needs_is_asked_for() {
    hold(
        source,
        &[
            ("c = \"1\"", &[]),
            // The environment may say it.
            ("", &[]),
            ("a = \"1\"", &["error required-attribute at 2: `a` needs `b` (add `b = \"…\"`, or remove `a`)"]),
            ("a = \"\"", &[]),
            (
                "mode = \"slow\"",
                &[
                    "error required-attribute at 1: the source `acme` needs `wait` when `mode` is `slow` (add `wait = \"…\"`)",
                ],
            ),
            ("mode = \"slow\"\nwait = \"1m\"", &[]),
            ("disk {\nimage = \"x\"\n}", &["error required-attribute at 2: the source `acme` needs `path`"]),
            ("disk {}", &[]),
            // Misspelt is not missing.
            ("a = \"1\"\nbb = \"2\"", &["error unknown-attribute at 3"]),
        ],
    );
    hold(
        build,
        &[
            (
                "provisioner \"shell\" {}",
                &[
                    "error required-attribute at 6: the provisioner `shell` needs one of `inline`, `script` and `scripts` (add `inline = […]`, `script = \"…\"` or `scripts = […]`)",
                ],
            ),
            ("provisioner \"shell\" { inline = [] }", &["error required-attribute at 6"]),
            ("provisioner \"file\" { destination = \"/x\" }", &["warning required-attribute at 6"]),
            (
                "provisioner \"file\" { content = \"x\" }",
                &["error required-attribute at 6: the provisioner `file` needs `destination`"],
            ),
        ],
    );
}

#[test]
fn what_is_not_known_decides_nothing() {
    let open = |text: &str| {
        said(
            &format!("variable \"x\" {{}}\nvariable \"e\" {{ default = \"\" }}\n{text}"),
            MemoryFiles::new(),
            &Inputs::default(),
        )
    };
    let source = |inside: &str| {
        format!(
            "source \"docker\" \"a\" {{\n{inside}\n}}\nbuild {{ sources = [\"docker.a\"] }}\nlocals {{ l = \"${{var.x}}${{var.e}}\" }}\nsource \"file\" \"f\" {{ target = local.l }}\nbuild {{ sources = [\"file.f\"] }}"
        )
    };
    for inside in ["image = var.x\ncommit = true", "image = var.e\ncommit = true", "image = \"a\"\nexport_path = var.x"]
    {
        let said = open(&source(inside));
        assert!(
            said.iter().all(|line| line.starts_with("warning required-attribute") && line.contains("`file`")),
            "{inside}: {said:#?}"
        );
    }
}

#[test]
fn what_excludes_each_other_is_told_once() {
    hold(
        source,
        &[(
            "disk {\nimage = \"x\"\npath = \"y\"\n}",
            &[
                "error conflicting-attributes at 4: the source `acme` takes only one of `image` and `path` (remove one of the two)",
            ],
        )],
    );
    hold(
        build,
        &[
            (
                "provisioner \"shell\" {\ninline = [\"x\"]\nscript = \"here.sh\"\n}",
                &["error conflicting-attributes at 8"],
            ),
            ("provisioner \"shell\" {\ninline = [\"x\"]\nscripts = []\n}", &[]),
        ],
    );
}

#[test]
fn values_are_held_against_what_is_said_about_them() {
    hold(
        source,
        &[
            (
                "mode = \"slwo\"",
                &["error invalid-attribute-value at 2: `mode` cannot be `slwo` (did you mean `slow`?)"],
            ),
            ("size = 10", &["`size` cannot be `10` (it has to be from 1 to 9)"]),
            ("size = 1.5", &["`size` has to be a whole number"]),
            ("size = 3\nmost = 2", &["error invalid-attribute-value at 2: `size` is not at most `most`"]),
            ("size = 3\nmost = 3", &[]),
            ("wait = \"10\"", &["`wait` has to be a duration"]),
            ("wait = \"10s\"", &[]),
            ("b = \"1\"", &["`b` cannot be `1` (it has to begin with `b-`)"]),
            ("b = \"b-1\"", &[]),
            ("tags = { A = \"1\" }", &["`tags` cannot have the name `A`"]),
            (
                "old = \"x\"",
                &["error removed-attribute at 2: the source `acme` does not take `old` any more (use `a`)"],
            ),
        ],
    );
    hold(
        build,
        &[
            ("provisioner \"shell\" {\ninline = [\"x\"]\nenvironment_vars = [\"A=b\"]\n}", &[]),
            (
                "provisioner \"shell\" {\ninline = [\"x\"]\nenvironment_vars = [\"A\"]\n}",
                &["error invalid-attribute-value at 8: an element of `environment_vars` cannot be `A`"],
            ),
            ("post-processor \"docker-tag\" {\nrepository = \"x\"\ntag = [\"1\"]\n}", &["warning deprecated at 8"]),
        ],
    );
}

#[test]
fn files_have_to_be_there() {
    hold(
        source,
        &[
            ("key = \"here.sh\"", &[]),
            ("key = \"gone.sh\"", &["error missing-file at 2: `key` names `gone.sh`, which does not exist"]),
            ("key = \"~/gone.sh\"", &[]),
            ("key = \"gone.sh\"\nmode = \"slow\"\nwait = \"1s\"", &[]),
        ],
    );
    hold(
        build,
        &[
            ("provisioner \"shell\" { script = \"here.sh\" }", &[]),
            (
                "provisioner \"shell\" { script = \"hree.sh\" }",
                &["error missing-file at 6: `script` names `hree.sh`, which does not exist (did you mean `here.sh`?)"],
            ),
            (
                "provisioner \"shell\" { scripts = [\"here.sh\", \"dri/install.sh\"] }",
                &["`scripts` names `dri/install.sh`, which does not exist (did you mean `dir/install.sh`?)"],
            ),
            (
                "provisioner \"shell\" { script = \"there.sh\" }",
                &["(it exists in the template's folder: give `--cwd t`, or write `${path.root}/there.sh`)"],
            ),
            ("provisioner \"shell\" { script = \"${path.root}/there.sh\" }", &[]),
            ("provisioner \"file\" {\nsource = \"made\"\ndestination = \"/x\"\ngenerated = true\n}", &[]),
            ("provisioner \"file\" {\nsource = \"/made\"\ndestination = \"x\"\ndirection = \"download\"\n}", &[]),
            (
                "provisioner \"shell-local\" { inline = [\"make\"] }\nprovisioner \"file\" {\nsource = \"made\"\ndestination = \"/x\"\n}",
                &["warning missing-file at 8"],
            ),
            (
                "provisioner \"file\" {\nsource = \"made\"\ndestination = \"/x\"\n}\nprovisioner \"shell-local\" { inline = [\"make\"] }",
                &["error missing-file at 7"],
            ),
            // Only the build reads it: validation passes.
            (
                "provisioner \"shell\" { inline = [\"x\"] }\nsource \"docker.a\" {\nssh_certificate_file = \"gone.pub\"\n}",
                &["warning missing-file at 8: `ssh_certificate_file` names `gone.pub`"],
            ),
            ("post-processor \"artifice\" { files = [\"made.box\"] }", &[]),
            ("provisioner \"file\" {\nsource = build.ID\ndestination = \"/x\"\n}", &[]),
        ],
    );
}

#[test]
fn places_to_try_one_after_the_other_need_not_all_be_there() {
    hold(
        |urls| {
            let text = format!(
                "variable \"e\" {{ default = \"\" }}\nsource \"qemu\" \"a\" {{\niso_urls = {urls}\niso_checksum = \"none\"\nssh_username = \"u\"\nhttp_directory = \"a/${{var.e}}/b\"\n}}\nbuild {{ sources = [\"qemu.a\"] }}"
            );
            said(&text, MemoryFiles::new(), &Inputs::default())
        },
        &[
            ("[\"gone.iso\", \"https://example.com/x.iso\"]", &[]),
            ("[\"gone.iso\"]", &["warning missing-file at 3: `iso_urls` names `gone.iso`"]),
        ],
    );
}

#[test]
fn a_name_is_told_where_it_belongs() {
    hold(
        |text| said(text, MemoryFiles::new(), &Inputs::default()),
        &[
            (
                "source \"docker\" \"a\" {\nimage = \"x\"\ncommit = true\ninstance_type = \"t\"\n}\nbuild { sources = [\"docker.a\"] }",
                &[
                    "unknown-attribute at 4: there is no attribute `instance_type` in the source type `docker` (`instance_type` belongs to `amazon-ebs`",
                ],
            ),
            // What the template uses comes first.
            (
                "source \"docker\" \"a\" {\nimage = \"x\"\ncommit = true\ndisk_size = \"t\"\n}\nsource \"qemu\" \"b\" {\niso_url = \"https://x/y\"\niso_checksum = \"none\"\nssh_username = \"u\"\n}\nbuild { sources = [\"docker.a\", \"qemu.b\"] }",
                &["(`disk_size` belongs to `qemu`, "],
            ),
            (
                "source \"docker\" \"a\" {\nimage = \"x\"\ncommit = true\nmesage = \"t\"\n}\nbuild { sources = [\"docker.a\"] }",
                &["(did you mean `message`?)"],
            ),
            (
                "source \"docker\" \"a\" {\nimage = \"x\"\ncommit = true\npause_before = \"1s\"\nplatfrom = \"x\"\n}\nbuild { sources = [\"docker.a\"] }",
                &["(`pause_before` is an argument of provisioners)", "did you mean `platform`?"],
            ),
            (
                "source \"docker\" \"a\" {\nimage = \"x\"\ncommit = true\nbuild_dir = \"x\"\nbuild { platfrom = \"x\" }\n}\nbuild { sources = [\"docker.a\"] }",
                &["(it belongs into the block `build { … }`)", "unknown-attribute at 5"],
            ),
            (
                "source \"docker\" \"a\" {\ncommit = true\nbuild {\npath = \"t/main.pkr.hcl\"\nrun_command = []\n}\n}\nbuild { sources = [\"docker.a\"] }",
                &["(it belongs to the source itself: write it outside of this block)"],
            ),
            (
                "source \"docker\" \"a\" {\nimage = \"x\"\ncommit = true\nnothing_like_it = 1\n}\nbuild { sources = [\"docker.a\"] }",
                &["(`formwork schemas docker` lists what there is)"],
            ),
        ],
    );
}

#[test]
fn components_that_nothing_describes_are_told_apart() {
    hold(
        build,
        &[
            (
                "provisioner \"docker-tag\" { repository = \"x\" }",
                &[
                    "error wrong-component-kind at 6: `docker-tag` is a post-processor, not a provisioner (write `post-processor \"docker-tag\" { … }` in a build)",
                ],
            ),
            ("post-processor \"shell\" {}", &["error wrong-component-kind at 6: `shell` is a provisioner"]),
            (
                "post-processor \"docker-tga\" {}",
                &["error unknown-component at 6: no post-processor `docker-tga` is known (did you mean `docker-tag`?)"],
            ),
            // One warning for each plugin.
            (
                "provisioner \"nothing-a\" {}\nprovisioner \"nothing-a\" { x = 1 }\npost-processor \"nothing-b\" {}\nprovisioner \"other\" {}",
                &[
                    "warning unknown-component at 6: nothing is known of the components: `nothing-a` and `nothing-b`",
                    "warning unknown-component at 9: no provisioner `other` is known",
                ],
            ),
        ],
    );
    let required = |plugin: &str, source: &str, text: &str| {
        let entry = format!("{plugin} = {{ version = \">= 1.0.0\", source = \"{source}\" }}");
        let text = format!("{}\npacker {{\nrequired_plugins {{\n{entry}\n}}\n}}", in_build(text));
        said(&text, MemoryFiles::new(), &Inputs::default())
    };
    let own = required("nothing", "github.com/x/nothing", "provisioner \"nothing\" {}");
    assert!(
        own.len() == 1 && own[0].contains("nothing describes the provisioner `nothing` of the plugin `nothing`"),
        "{own:#?}"
    );
    assert!(own[0].starts_with("warning") && own[0].contains("schemas: [\"nothing.json\"]"), "{own:#?}");
    // All components of a plugin that is known are known.
    let known = required("docker", "github.com/hashicorp/docker", "provisioner \"docker-something\" {}");
    assert!(
        known.len() == 1
            && known[0]
                .starts_with("error unknown-component at 6: the plugin `docker` has no provisioner `docker-something`"),
        "{known:#?}"
    );
    // Under another name a plugin's components are called otherwise.
    let other = required("dock", "github.com/hashicorp/docker", "post-processor \"dock-tag\" {}");
    assert!(other.len() == 1 && other[0].starts_with("warning unknown-component"), "{other:#?}");
    let fork = required("docker", "github.com/someone/docker", "provisioner \"docker-something\" {}");
    assert!(fork.len() == 1 && fork[0].starts_with("warning unknown-component"), "{fork:#?}");
}

#[test]
fn what_is_not_made_is_judged_by_warnings() {
    let inputs = Inputs { only: vec!["docker.a".to_owned()], ..Inputs::default() };
    let text = "source \"docker\" \"a\" {\nimage = \"x\"\ncommit = true\n}\nsource \"docker\" \"b\" {\nimag = \"x\"\n}\nbuild { sources = [\"docker.a\", \"docker.b\"] }";
    let some = said(text, MemoryFiles::new(), &inputs);
    assert!(some.len() == 1 && some[0].starts_with("warning unknown-attribute at 6"), "{some:#?}");
    let all = said(text, MemoryFiles::new(), &Inputs::default());
    assert!(all.iter().any(|line| line.starts_with("error unknown-attribute at 6")), "{all:#?}");
}

#[test]
fn what_data_sources_and_builds_have_is_known() {
    let with_data = |expression: &str| {
        let data = "data \"amazon-ami\" \"x\" {\nowners = [\"self\"]\nmost_recent = true\nregion = \"eu-west-1\"\nfilters = { name = \"x\" }\n}";
        let text = format!(
            "{}\nlocals {{ l = {expression} }}\n{data}",
            in_build("provisioner \"shell\" { inline = [local.l] }")
        );
        said(&text, MemoryFiles::new(), &Inputs::default())
    };
    assert_eq!(with_data("data.amazon-ami.x.id"), Vec::<String>::new());
    let wrong = with_data("data.amazon-ami.x.idd");
    assert!(
        wrong.len() == 1
            && wrong[0].contains("error missing-attribute")
            && wrong[0].contains("the data source `amazon-ami.x` has no attribute `idd` (did you mean `id`?)"),
        "{wrong:#?}"
    );
    let wrong = with_data("data.amazon-ami.x.nothing_like_it");
    assert!(wrong.len() == 1 && wrong[0].contains("it has `creation_date`"), "{wrong:#?}");
    hold(
        build,
        &[
            ("provisioner \"shell\" { inline = [build.ID, build.ImageSha256, source.name, source.type] }", &[]),
            (
                "provisioner \"shell\" { inline = [build.Foo] }",
                &["error missing-attribute at 6: `build` has no attribute `Foo`"],
            ),
            ("pause_before = \"1s\"", &["(`pause_before` is an argument of provisioners)"]),
            ("post-processor \"docker-tag\" { repository = build.Foo }", &["error missing-attribute at 6"]),
            ("provisioner \"shell\" { inline = [source.nam] }", &["(did you mean `name`?)"]),
        ],
    );
}

#[test]
fn secrets_stay_out_of_names_and_commands() {
    let secret = |text: &str| {
        said(
            &format!(
                "{}\nvariable \"s\" {{\ndefault = \"hunter2\"\nsensitive = true\n}}\nlocals {{ x = var.s }}",
                in_build(text)
            ),
            MemoryFiles::new(),
            &Inputs::default(),
        )
    };
    let at = |line: &str| format!("warning sensitive-in-text at {line}");
    let cases = [
        ("provisioner \"shell\" { inline = [\"a ${var.s}\"] }", Some(at("6"))),
        ("provisioner \"shell\" {\ninline = [\"a\"]\nenv = { S = var.s }\n}", None),
        ("post-processor \"docker-tag\" { repository = \"x/${var.s}\" }", Some(at("6"))),
        ("post-processor \"docker-push\" { login_password = var.s }", None),
    ];
    for (text, expected) in cases {
        let said: Vec<String> = secret(text).into_iter().filter(|line| !line.contains("unused-local")).collect();
        assert_eq!(said.len(), usize::from(expected.is_some()), "{text}: {said:#?}");
        assert!(expected.is_none_or(|expected| said[0].starts_with(&expected)), "{text}: {said:#?}");
        assert!(!said.iter().any(|line| line.contains("hunter2")));
    }
}

#[test]
fn what_nothing_uses_is_told() {
    hold(
        |text| said(text, MemoryFiles::new(), &Inputs::default()),
        &[
            (
                "variable \"a\" {\nvalidation {\ncondition = length(var.a) > 0\nerror_message = \"No.\"\n}\n}\nsource \"null\" \"n\" { communicator = \"none\" }\nbuild { sources = [\"null.n\"] }",
                &["warning unused-variable at 1"],
            ),
            (
                "variable \"a\" {}\nlocals { b = var.a }\nsource \"null\" \"n\" { communicator = \"none\" }\nbuild { sources = [\"null.n\"] }",
                &["warning unused-local at 2"],
            ),
            (
                "variable \"a\" {}\nlocals { b = var }\nsource \"null\" \"n\" { communicator = local.b.a }\nbuild { sources = [\"null.n\"] }",
                &[],
            ),
            (
                "source \"null\" \"n\" { communicator = \"none\" }\nsource \"null\" \"m\" { communicator = \"none\" }\nbuild { sources = [\"null.n\"] }",
                &["warning unused-source at 2"],
            ),
            // What would be an error in it is a warning: Packer does not look at it.
            (
                "source \"null\" \"n\" { communicator = \"none\" }\nsource \"docker\" \"m\" {\ndiscard = true\ncolour = 1\n}\nsource \"docker\" \"k\" {\nimage = \"x\"\ncommit = true\ndiscard = true\n}\nbuild { sources = [\"null.n\"] }",
                &[
                    "warning unused-source at 2",
                    "warning unknown-attribute at 4",
                    "warning unused-source at 6",
                    "warning conflicting-attributes at 9",
                ],
            ),
            // A build means it.
            (
                "source \"docker\" \"maker\" {\nimage = \"x\"\ncommit = true\ndiscard = true\n}\nbuild { sources = [\"docker.makr\"] }",
                &["error conflicting-attributes at 4", "error unknown-source at 6"],
            ),
            (
                "variable \"s\" { default = [\"null.n\"] }\nsource \"null\" \"n\" { communicator = \"none\" }\nsource \"null\" \"m\" { communicator = \"none\" }\nbuild { sources = var.s }",
                &[],
            ),
        ],
    );
}

/// What is reported about a source `acme` that has a rule since 2.0.0, under a constraint on the plugin.
fn since(constraint: Option<&str>, inside: &str) -> Vec<String> {
    let schema = r#"{"plugin": "acme", "source": "github.com/acme/acme", "version": "2.1.0", "components": {"builder": {"acme": {
        "attributes": {
            "a": {"type": "string"}, "n": {"type": "number"}, "new": {"type": "string"},
            "old": {"type": "string", "removed": {"since": "2.0.0", "replacement": "new"}}
        },
        "blocks": {"gone": {"nesting": "list", "removed": {"since": "2.0.0"}}},
        "rules": [
            {"rule": "required", "fields": ["a"], "since": "2.0.0"},
            {"rule": "value", "fields": ["n"], "value": {"min": 19}, "since": "2.0.0"}
        ]
    }}}}"#;
    let plugin = constraint.map_or(String::new(), |constraint| {
        format!("packer {{\nrequired_plugins {{\nacme = {{ source = \"github.com/acme/acme\", version = \"{constraint}\" }}\n}}\n}}")
    });
    let text = format!("{plugin}\nsource \"acme\" \"a\" {{\n{inside}\n}}\nbuild {{ sources = [\"acme.a\"] }}");
    said_with(schema, &text, MemoryFiles::new(), &Inputs::default())
}

#[test]
fn a_demand_of_a_release_binds_as_far_as_the_template_admits_it() {
    let faulty = "n = 18\nold = \"x\"\ngone {}";
    for certain in [">= 2.0.0", "~> 2.0", "= 2.1.0"] {
        let said = since(Some(certain), faulty);
        assert!(said.len() == 4 && said.iter().all(|line| line.starts_with("error ")), "{certain}: {said:#?}");
        assert!(said.iter().all(|line| line.contains(" since release 2.0.0 of the plugin `acme`")), "{said:#?}");
        assert!(!said.iter().any(|line| line.contains("before 2.0.0")), "{said:#?}");
    }
    for open in [None, Some(">= 1.0.0"), Some("~> 1")] {
        let said = since(open, faulty);
        assert!(said.len() == 4 && said.iter().all(|line| line.starts_with("warning ")), "{open:?}: {said:#?}");
        assert!(said.iter().all(|line| line.contains("or use a release of `acme` before 2.0.0)")), "{said:#?}");
    }
    for old in ["~> 1.2", "1.2.0", "< 2.0.0"] {
        assert_eq!(since(Some(old), faulty), Vec::<String>::new(), "{old}");
    }
    assert_eq!(since(Some(">= 2.0.0"), "a = \"x\"\nn = 19\nnew = \"y\""), Vec::<String>::new());
}

#[test]
fn a_text_with_an_empty_part_is_not_judged() {
    let schema = r#"{"plugin": "acme", "source": "github.com/acme/acme", "version": "1.0.0", "components": {"builder": {"acme": {
        "attributes": {"sum": {"type": "string", "format": "checksum"}, "kind": {"type": "string", "one_of": ["a"]}}
    }}}}"#;
    let said = |sum: &str| {
        let text = format!(
            "variable \"e\" {{ default = \"\" }}\nvariable \"f\" {{ default = \"md4\" }}\nlocals {{ l = \"${{var.e}}${{var.f}}\" }}\nsource \"acme\" \"a\" {{\nkind = \"a\"\nsum = \"{sum}\"\n}}\nbuild {{ sources = [\"acme.a\"] }}\nsource \"file\" \"f\" {{ target = local.l }}\nbuild {{ sources = [\"file.f\"] }}"
        );
        said_with(schema, &text, MemoryFiles::new(), &Inputs::default())
            .into_iter()
            .filter(|line| line.contains("invalid-attribute-value"))
            .count()
    };
    assert_eq!(said("${var.e}:${var.e}"), 0);
    assert_eq!(said("${var.e}"), 0);
    assert_eq!(said("${var.f}:00"), 1);
    assert_eq!(said("md4:00"), 1);
}

/// A builder `acme` with these attributes and rules, and for bodies of it what must be said.
fn ruled(members: &str, cases: &[(&str, &[&str])]) {
    let schema = format!(
        "{{\"plugin\": \"acme\", \"source\": \"github.com/acme/acme\", \"version\": \"1.0.0\", \"components\": {{\"builder\": {{\"acme\": {{{members}}}}}}}}}"
    );
    for (text, expected) in cases {
        let said = said_of(&schema, text);
        let fits =
            said.len() == expected.len() && said.iter().zip(*expected).all(|(said, expected)| said.contains(expected));
        assert!(fits, "{members}\n{text}\n  said: {said:#?}\n  not:  {expected:#?}");
    }
}

#[test]
fn every_kind_of_rule_is_asked() {
    let abc = |rule: &str| {
        format!(
            "\"attributes\": {{\"a\": {{\"type\": \"string\"}}, \"b\": {{\"type\": \"string\"}}, \"c\": {{\"type\": \"string\"}}}}, \"rules\": [{rule}]"
        )
    };
    let (a, b, c) = ("a = \"1\"", "b = \"1\"", "c = \"1\"");
    let all = format!("{a}\n{b}\n{c}");
    ruled(
        &abc(r#"{"rule": "exactly_one_of", "fields": ["a", "b"]}"#),
        &[
            (a, &[]),
            (c, &["required-attribute at 1: the source `acme` needs one of `a` and `b`"]),
            (&all, &["conflicting-attributes at 3"]),
        ],
    );
    ruled(
        &abc(r#"{"rule": "at_least_one_of", "fields": ["a", "b"]}"#),
        &[(&all, &[]), (c, &["needs at least one of `a` and `b`"])],
    );
    ruled(
        &abc(r#"{"rule": "conflicts", "fields": ["a", "b"]}"#),
        &[(c, &[]), (a, &[]), (&all, &["takes only one of `a` and `b`"])],
    );
    ruled(
        &abc(r#"{"rule": "requires", "fields": ["a", "b", "c"]}"#),
        &[(b, &[]), (&all, &[]), (a, &["`a` needs `b`", "`a` needs `c`"])],
    );
    ruled(
        &abc(r#"{"rule": "requires_any", "fields": ["a", "b", "c"]}"#),
        &[(b, &[]), (&format!("{a}\n{c}"), &[]), (a, &["`a` needs `b` or `c`"])],
    );
    ruled(
        &abc(r#"{"rule": "required_together", "fields": ["a", "b"]}"#),
        &[(c, &[]), (&all, &[]), (b, &["error required-attribute at 2: `b` needs `a`"])],
    );
    ruled(
        &abc(r#"{"rule": "required", "fields": ["b"], "when": [{"field": "a", "test": "set"}]}"#),
        &[
            (c, &[]),
            (&all, &[]),
            (a, &["needs `b` when `a` is set"]),
            ("a = \"1\"\nb = \"\"", &["required-attribute at 3"]),
        ],
    );
    ruled(
        &abc(
            r#"{"rule": "forbidden", "fields": ["b"], "when": [{"field": "a", "test": {"eq": "1"}}], "severity": "warning"}"#,
        ),
        &[
            (b, &[]),
            (&all, &["warning conflicting-attributes at 3: the source `acme` does not take `b` when `a` is `1`"]),
        ],
    );
    // What is missing is told once, whatever else asks for it.
    ruled(
        &abc(
            r#"{"rule": "required", "fields": ["a"]}, {"rule": "at_least_one_of", "fields": ["a", "b"]}, {"rule": "requires", "fields": ["c", "a"]}"#,
        ),
        &[(c, &["needs at least one of `a` and `b`"])],
    );
}

#[test]
fn rules_about_values_see_defaults() {
    let members = r#""attributes": {
        "kind": {"type": "string", "default": "slow"}, "key": {"type": "string"}, "lock": {"type": "bool", "format": "tristate"},
        "least": {"type": "number", "default": 5}, "most": {"type": "number"},
        "names": {"type": "map(string)"}, "places": {"type": "list(string)"}, "few": {"type": "list(string)"}
    }, "rules": [
        {"rule": "value", "fields": ["kind"], "value": {"eq": "fast"}, "when": [{"field": "key", "test": "set"}]},
        {"rule": "value", "fields": ["lock"], "value": {"ne": false}, "when": [{"field": "most", "test": {"eq": 8}}]},
        {"rule": "compare", "fields": ["least", "most"], "op": "<="},
        {"rule": "same_keys", "fields": ["names", "places"]},
        {"rule": "max_items", "fields": ["few", "places"], "max": 1, "when": [{"field": "key", "test": "unset"}]}
    ]"#;
    ruled(
        members,
        &[
            ("key = \"k\"\nkind = \"fast\"", &[]),
            (
                "key = \"k\"",
                &[
                    "invalid-attribute-value at 2: `kind` cannot be `slow`, its default, when `key` is set (it has to be `fast`)",
                ],
            ),
            (
                "key = \"k\"\nkind = \"mid\"",
                &["invalid-attribute-value at 3: `kind` cannot be `mid` when `key` is set"],
            ),
            ("most = 8", &[]),
            ("most = 8\nlock = false", &["`lock` cannot be `false` when `most` is `8`"]),
            ("most = 4", &["at 2: `least` is not at most `most` (`least` is 5 by default; make `most` at least that)"]),
            ("least = 3\nmost = 4", &[]),
            ("names = { a = \"1\" }\nplaces = [\"a\"]", &[]),
            (
                "names = { a = \"1\" }\nplaces = [\"b\"]",
                &["`names` and `places` do not have the same names (`a` is not in `places`)"],
            ),
            ("names = { a = \"1\" }", &["`a` is not in `places`"]),
            ("few = [\"a\", \"b\"]", &["`few` has 2 elements when `key` is not set (it can have up to 1)"]),
        ],
    );
}

#[test]
fn dotted_fields_reach_into_every_block() {
    let members = r#""attributes": {"a": {"type": "string"}}, "blocks": {
        "one": {"nesting": "single", "attributes": {"x": {"type": "string"}}},
        "many": {"nesting": "list", "max": 2, "attributes": {"y": {"type": "string"}}}
    }, "rules": [
        {"rule": "required", "fields": ["one.x"], "when": [{"field": "a", "test": {"eq": "one"}}]},
        {"rule": "required", "fields": ["many.y"], "when": [{"field": "a", "test": {"eq": "many"}}]},
        {"rule": "value", "fields": ["many.y"], "value": {"ne": "bad"}},
        {"rule": "forbidden", "fields": ["a"], "when": [{"field": "many.y", "test": {"eq": "alone"}}]}
    ]"#;
    ruled(
        members,
        &[
            ("a = \"one\"", &["error required-attribute at 1: the source `acme` needs `one.x` when `a` is `one`"]),
            ("a = \"one\"\none {\nx = \"1\"\n}", &[]),
            ("a = \"many\"", &[]),
            ("a = \"many\"\nmany {\ny = \"1\"\n}\nmany {\ny = \"\"\n}", &["error required-attribute at 7"]),
            (
                "many {\ny = \"1\"\n}\nmany {\ny = \"bad\"\n}",
                &["error invalid-attribute-value at 6: `y` cannot be `bad`"],
            ),
            ("a = \"1\"\nmany {\ny = \"1\"\n}\nmany {\ny = \"alone\"\n}", &["error conflicting-attributes at 2"]),
            (
                &"many {\ny = \"1\"\n}\n".repeat(3),
                &["error conflicting-attributes at 8: the source `acme` takes at most 2 blocks `many`"],
            ),
        ],
    );
}

#[test]
fn bounds_of_attributes_are_asked() {
    let members = r#""attributes": {
        "step": {"type": "number", "multiple_of": 4}, "name": {"type": "string", "length": {"min": 3, "max": 5}},
        "pairs": {"type": "list(list(string))", "element_length": 2}, "few": {"type": "list(string)", "max_items": 1},
        "sums": {"type": "list(string)", "element_format": "checksum"}, "keys": {"type": "list(string)", "element_format": "boot_command"},
        "bytes": {"type": "list(number)", "format": "bytes"}, "tags": {"type": "map(string)", "value_pattern": "^[a-z]*$"},
        "any_case": {"type": "string", "one_of": ["One"], "case_insensitive": true},
        "made": {"type": "string", "computed": true}, "unread": {"type": "string", "ignored": true}
    }"#;
    ruled(
        members,
        &[
            (
                "step = 8\nname = \"abc\"\npairs = [[\"a\", \"b\"]]\nfew = [\"a\"]\nkeys = [\"<wait>\"]\nbytes = [0, 255]\ntags = { A = \"a\" }\nany_case = \"ONE\"",
                &[],
            ),
            ("step = 6", &["`step` cannot be `6` (it has to be a multiple of 4)"]),
            ("name = \"ab\"", &["`name` has 2 characters (it has to have from 3 to 5)"]),
            ("pairs = [[\"a\"]]", &["an element of `pairs` has 1 element (each has to have 2)"]),
            ("few = [\"a\", \"b\"]", &["`few` has 2 elements (it can have up to 1)"]),
            ("sums = [\"none\", \"what\"]", &["an element of `sums` has to be a checksum, `what` is none"]),
            ("sums = [\"md5:00\"]", &["warning invalid-attribute-value at 2"]),
            ("keys = [\"<wait0>\"]", &["`keys` has to be a boot command"]),
            ("bytes = [256]", &["an element of `bytes` has to be a byte, `256` is none"]),
            ("tags = { A = \"B\" }", &["`A` in `tags` cannot be `B`"]),
            ("any_case = \"two\"", &["`any_case` cannot be `two`"]),
            ("made = \"x\"", &["warning ineffective-attribute at 2: the source `acme` makes `made` itself"]),
            ("unread = \"x\"", &["warning ineffective-attribute at 2: `unread` of the source `acme` has no effect"]),
        ],
    );
}

#[test]
fn patterns_of_files_need_not_match() {
    const SCHEMA: &str = r#"{
        "plugin": "acme", "source": "github.com/acme/acme", "version": "1.0.0",
        "components": {"builder": {"acme": {"attributes": {
            "disks": {"type": "list(string)", "path": "read_checked", "glob": true},
            "modes": {"type": "list(string)", "element_one_of": ["fast", "slow"]}
        }}}}
    }"#;
    assert_eq!(said_of(SCHEMA, "disks = [\"none/*.iso\", \"none/[ab]\"]"), Vec::<String>::new());
    let said = said_of(SCHEMA, "disks = [\n\"none/*.iso\",\n\"none/a.iso\"\n]");
    assert!(said.len() == 1 && said[0].starts_with("error missing-file at 4"), "{said:#?}");
    // A fault in a list is told at its element.
    let said = said_of(SCHEMA, "modes = [\n\"fast\",\n\"fats\"\n]");
    assert!(said.len() == 1 && said[0].starts_with("error invalid-attribute-value at 4"), "{said:#?}");
}

#[test]
fn an_unused_source_with_nothing_in_it_is_told_once() {
    let text = "source \"null\" \"a\" { communicator = \"none\" }\nsource \"amazon-ebs\" \"m\" {}\nbuild { sources = [\"null.a\"] }";
    let said = said(text, MemoryFiles::new(), &Inputs::default());
    assert!(said.len() == 1 && said[0].starts_with("warning unused-source at 2"), "{said:#?}");
}
