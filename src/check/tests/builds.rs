//! What validation accepts and the build trips over.

use super::{hold, in_build, said};
use crate::check::{CheckSetting, check};
use crate::diagnostic::Sink;
use crate::resolve::{self, Inputs, Setting, configuration};
use crate::schema::Schemas;
use crate::source::{MemoryFiles, SourceMap};

fn disk() -> MemoryFiles {
    MemoryFiles::new()
        .with("crlf.sh", "#!/bin/sh\r\ntrue\r\n")
        .with("lf.sh", "#!/bin/sh\ntrue\n")
        .with("relative.sh", "#!bash\ntrue\n")
        .with("plain.sh", "true\n")
        .with_metadata("lf.sh", |metadata| metadata.mode = 0o755)
}

fn whole(text: &str) -> Vec<String> {
    said(text, disk(), &Inputs::default())
}

/// In a build of a container that is committed; its content begins on line 6.
fn committed(content: &str) -> Vec<String> {
    whole(&in_build(content))
}

/// In a build of a machine that Packer reaches as `admin`; its content begins on line 10.
fn machine(content: &str) -> Vec<String> {
    whole(&format!(
        "source \"amazon-ebs\" \"a\" {{\nami_name = \"abc\"\nregion = \"r\"\ninstance_type = \"t\"\nsource_ami = \"ami-1\"\nssh_username = \"admin\"\n}}\nbuild {{\nsources = [\"amazon-ebs.a\"]\n{content}\n}}"
    ))
}

/// A legacy template, with `--var given=x`.
fn legacy(text: &str) -> Vec<String> {
    let disk = disk().with("t.json", text);
    let schemas = Schemas::embedded();
    let inputs = Inputs { variables: vec![("given".to_owned(), "x".to_owned())], ..Inputs::default() };
    let (mut sources, mut sink) = (SourceMap::new(), Sink::new());
    let configuration = configuration::load("t.json", &[], &disk, &schemas, &mut sources, &mut sink).expect("it loads");
    let setting = Setting { files: &disk, schemas: &schemas, inputs: &inputs };
    let template = resolve::resolve(&configuration, &setting, &mut sources, &mut sink);
    let setting = CheckSetting { files: &disk, schemas: &schemas, documents: &configuration.documents };
    check(&template, &setting, &mut sink);
    let all = sink.into_sorted().into_iter();
    all.map(|found| {
        let help = found.help.clone().unwrap_or_default();
        format!("{} {}: {} ({help})", found.severity.word(), found.code(), found.message)
    })
    .collect()
}

#[test]
fn a_chain_passes_on_what_its_members_take() {
    let exported = |content: &str| {
        whole(&format!(
            "source \"docker\" \"a\" {{\nimage = \"x\"\nexport_path = \"a.tar\"\n}}\nbuild {{\n{content}\nsources = [\"docker.a\"]\n}}"
        ))
    };
    let tag = "post-processor \"docker-tag\" { repository = \"r\" }";
    let import = "post-processor \"docker-import\" { repository = \"r\" }";
    hold(
        committed,
        &[
            (tag, &[]),
            (&format!("post-processors {{\n{tag}\npost-processor \"docker-push\" {{}}\n}}"), &[]),
            (
                import,
                &["warning artifact-not-accepted at 6: `docker-import` cannot take what the source `docker` makes"],
            ),
            // What nobody describes decides nothing, what passes things on changes nothing.
            (&format!("post-processors {{\npost-processor \"huh\" {{}}\n{tag}\n}}"), &["unknown-component"]),
            (&format!("post-processors {{\npost-processor \"manifest\" {{}}\n{tag}\n}}"), &[]),
            (
                &format!("post-processors {{\npost-processor \"compress\" {{}}\n{tag}\n}}"),
                &["at 8: `docker-tag` cannot take what the post-processor `compress` makes"],
            ),
            ("post-processor \"vagrant\" {}", &[]),
        ],
    );
    hold(
        exported,
        &[
            (
                tag,
                &[
                    "at 6: `docker-tag` cannot take what the source `docker` makes (put `docker-import` before it, in one chain",
                ],
            ),
            (&format!("post-processors {{\n{import}\n{tag}\n}}"), &[]),
            // Each of these begins with the image.
            (&format!("{import}\n{tag}"), &["at 7: `docker-tag`"]),
        ],
    );
    hold(
        machine,
        &[
            (
                tag,
                &[
                    "at 10: `docker-tag` cannot take what the source `amazon-ebs` makes (it takes what the builder `docker`",
                ],
            ),
            ("post-processor \"vagrant\" {}", &[]),
            (
                "post-processors {\npost-processor \"checksum\" {}\npost-processor \"vagrant\" {}\n}",
                &["at 12: `vagrant`"],
            ),
            (
                "post-processors {\npost-processor \"checksum\" {}\npost-processor \"vagrant\" { provider_override = \"aws\" }\n}",
                &[],
            ),
        ],
    );
    let said = whole(&format!(
        "variable \"c\" {{ type = bool }}\nsource \"docker\" \"a\" {{\nimage = \"x\"\ncommit = var.c\n}}\nbuild {{\nsources = [\"docker.a\"]\n{import}\n}}"
    ));
    assert!(!said.iter().any(|line| line.contains("artifact")), "{said:#?}");
}

#[test]
fn names_of_images_are_compared_as_a_whole() {
    let step = |meta: &str| format!("provisioner \"shell\" {{\ninline = [\"x\"]\n{meta}\n}}");
    let at = "warning unmatched-name at 8";
    for (meta, expected) in [
        ("only = [\"docker.a\"]", None),
        ("except = [\"docker.a\"]", None),
        ("override = { a = { inline = [\"y\"] } }", None),
        ("only = [\"a\"]", Some("`only` names `a`, which is no image of this build (write `docker.a`")),
        ("only = [\"docker\"]", Some("(write `docker.a`")),
        ("only = [\"source.docker.a\"]", Some("(write `docker.a`")),
        ("except = [\"docker.*\"]", Some("(patterns are not read here; write out names of: `docker.a`)")),
        ("only = [\"dokcer.a\"]", Some("(did you mean `docker.a`?)")),
        (
            "override = { \"docker.a\" = { inline = [\"y\"] } }",
            Some("`override` names `docker.a`, which is no source of this build (write `a`"),
        ),
        // Nobody knows what the others are.
        ("only = [for x in [\"zz\"] : x]", None),
        ("only = [upper(\"zz\")]", None),
    ] {
        let said = committed(&step(meta));
        let own: Vec<&String> = said.iter().filter(|line| line.contains("unmatched-name")).collect();
        assert_eq!(own.len(), usize::from(expected.is_some()), "{meta}: {said:#?}");
        assert!(expected.is_none_or(|text| own[0].starts_with(at) && own[0].contains(text)), "{meta}: {said:#?}");
    }
    hold(
        whole,
        &[
            (
                "source \"null\" \"x\" { communicator = \"none\" }\nbuild {\nname = \"b\"\nsource \"null.x\" { name = \"y\" }\nprovisioner \"sleep\" { only = [\"null.y\"] }\npost-processor \"manifest\" { only = [\"b.null.y\"] }\n}",
                &["at 6: `only` names `b.null.y`, which is no image of this build (write `null.y`"],
            ),
            (
                "source \"null\" \"x\" { communicator = \"none\" }\nsource \"null\" \"y\" { communicator = \"none\" }\nvariable \"s\" { default = [\"null.x\"] }\nbuild {\nsources = var.s\nprovisioner \"sleep\" { only = [\"null.y\"] }\n}",
                &[],
            ),
        ],
    );
}

#[test]
fn a_command_runs_its_script() {
    let shell = |command: &str| format!("provisioner \"shell\" {{\ninline = [\"x\"]\n{command}\n}}");
    hold(
        committed,
        &[
            (&shell("execute_command = \"{{ .Vars }} sudo {{ .Path }}\""), &[]),
            (&shell("execute_command = \"\""), &[]),
            (
                &shell("execute_command = \"{{.Vars}} sudo bash\""),
                &[
                    "warning execute-command-without-path at 8: `execute_command` of the provisioner `shell` never uses `{{ .Path }}`",
                ],
            ),
            (&shell("execute_command = \"bash /tmp/x.sh\"\nremote_path = \"/tmp/x.sh\""), &[]),
            (&shell("execute_command = \"{{if true}}{{.Path}}{{end}}\""), &[]),
            (
                "provisioner \"shell-local\" {\ninline = [\"x\"]\nexecute_command = [\"sh\", \"-c\"]\n}",
                &["at 8: `execute_command` of the provisioner `shell-local` never uses `{{ .Script }}`"],
            ),
            ("post-processor \"shell-local\" {\ninline = [\"x\"]\nexecute_command = [\"sh\", \"{{.Script}}\"]\n}", &[]),
        ],
    );
    let open = |command: &str| {
        whole(&format!("variable \"c\" {{ default = \"{command}\" }}\n{}", in_build(&shell("execute_command = var.c"))))
    };
    assert_eq!(open("sudo {{.Path}}"), Vec::<String>::new());
}

#[test]
fn names_of_container_images_are_read() {
    hold(
        committed,
        &[
            ("post-processor \"docker-tag\" {\nrepository = \"example.com:5000/a/b\"\ntags = [\"1.0\"]\n}", &[]),
            (
                "post-processor \"docker-tag\" {\nrepository = \"example.com/Team/App\"\ntags = [\"1.0\"]\n}",
                &[
                    "warning invalid-image-name at 7: `example.com/Team/App` is no name of an image: it has upper-case letters (write `example.com/team/app`)",
                ],
            ),
            (
                "post-processor \"docker-tag\" {\nrepository = \"a/b\"\ntags = [\"1.0\", \"v 2\"]\n}",
                &["at 8: `v 2` is no tag of an image: it has a space"],
            ),
            ("post-processor \"docker-tag\" {\nrepository = \"a/b:1\"\n}", &[]),
            (
                "post-processor \"docker-tag\" {\nrepository = \"a/b:1\"\ntags = [\"2\"]\n}",
                &["at 7: `a/b:1` is no name of an image: a tag is put behind it, and it has one already: `1`"],
            ),
        ],
    );
    let said = whole(
        "variable \"r\" { default = \"A B\" }\nsource \"docker\" \"a\" {\nimage = var.r\ncommit = true\n}\nbuild { sources = [\"docker.a\"] }",
    );
    assert_eq!(said, Vec::<String>::new(), "another value may be given");
    let said =
        whole("source \"docker\" \"a\" {\nimage = \"Debian:12\"\ncommit = true\n}\nbuild { sources = [\"docker.a\"] }");
    assert!(said[0].contains("invalid-image-name at 2") && said[0].contains("(write `debian:12`)"), "{said:#?}");
}

#[test]
fn filters_are_those_that_the_service_has() {
    let source = |filter: &str| {
        whole(&format!(
            "source \"amazon-ebs\" \"a\" {{\nami_name = \"abc\"\nregion = \"r\"\ninstance_type = \"t\"\nssh_username = \"admin\"\n{filter}\n}}\nbuild {{ sources = [\"amazon-ebs.a\"] }}"
        ))
    };
    let ami = |filters: &str| format!("source_ami_filter {{\nfilters = {{\n{filters}\n}}\nowners = [\"self\"]\n}}");
    hold(
        source,
        &[
            (&ami("name = \"x\"\n\"tag:Team\" = \"y\"\nroot-device-type = \"ebs\""), &[]),
            (
                &ami("name = \"x\"\nroot_device_type = \"ebs\""),
                &[
                    "warning unknown-filter at 9: no filter is named `root_device_type` (did you mean `root-device-type`?)",
                ],
            ),
            (
                &ami("Environment = \"x\""),
                &["at 8: no filter is named `Environment` (for a tag of that name, write `tag:Environment`)"],
            ),
            (
                "source_ami = \"ami-1\"\nsubnet_filter {\nfilter {\nname = \"subnet\"\nvalue = \"x\"\n}\n}",
                &["at 9: no filter is named `subnet`"],
            ),
            ("source_ami = \"ami-1\"\nvpc_filter {\nfilters = { isDefault = \"true\" }\n}", &[]),
            (
                "source_ami = \"ami-1\"\nsecurity_group_filter {\nfilters = { \"group-nam\" = \"x\" }\n}",
                &["(did you mean `group-name`?)"],
            ),
        ],
    );
    hold(
        whole,
        &[(
            "data \"amazon-ami\" \"x\" {\nfilters = { nmae = \"x\" }\nowners = [\"self\"]\n}\nsource \"null\" \"n\" { communicator = \"none\" }\nbuild { sources = [\"null.n\"] }",
            &["warning unknown-filter at 2: no filter is named `nmae` (did you mean `name`?)"],
        )],
    );
}

#[test]
fn user_variables_are_declared_somewhere() {
    let template = |variables: &str, image: &str| {
        legacy(&format!(
            "{{\"variables\": {{{variables}}}, \"builders\": [{{\"type\": \"docker\", \"image\": \"{image}\", \"commit\": true}}]}}"
        ))
    };
    assert_eq!(template("\"a\": \"x\"", "{{user `a`}}"), Vec::<String>::new());
    assert_eq!(template("\"a\": \"\"", "x{{user `a`}}"), Vec::<String>::new());
    assert_eq!(template("", "x{{user `given`}}"), Vec::<String>::new());
    let said = template("\"image\": \"x\"", "{{user `image`}}{{user `imgae`}}");
    assert_eq!(
        said,
        ["warning undefined-user-variable: nothing declares the variable `imgae` (did you mean `image`?)"]
    );
    let many: String = (0..9).map(|at| format!("{{{{user `nothing{at}`}}}}")).collect();
    let said = template("", &format!("x{many}"));
    assert!(said.len() == 1 && said[0].contains("`nothing0`, and 8 others"), "{said:#?}");
}

#[test]
fn scripts_can_be_run_by_whom_they_are_given_to() {
    let shell = |more: &str| format!("provisioner \"shell\" {{\ninline = [\"x\"]\n{more}\n}}");
    let script = |name: &str, more: &str| format!("provisioner \"shell\" {{\nscript = \"{name}\"\n{more}\n}}");
    let file = "use_env_var_file = true";
    hold(
        machine,
        &[
            (&shell("execute_command = \"sudo -u app {{.Path}}\""), &[]),
            (&shell(&format!("{file}\nexecute_command = \". {{{{.EnvVarFile}}}} && sudo -u app {{{{.Path}}}}\"")), &[]),
            (
                &shell(&format!(
                    "{file}\nexecute_command = \"sudo -u app sh -c '. {{{{.EnvVarFile}}}} && {{{{.Path}}}}'\""
                )),
                &[
                    "warning unusable-script at 13: the user `app` cannot read the variable file, which only `admin` may",
                ],
            ),
            (
                &shell(&format!("{file}\nexecute_command = \"sudo sh -c '. {{{{.EnvVarFile}}}} && {{{{.Path}}}}'\"")),
                &[],
            ),
            (
                &shell("execute_command = \"su app -c {{.Path}}\""),
                &["at 12: the user `admin` cannot become `app` by `su` (write `sudo su …`"],
            ),
            (&shell("execute_command = \"su root -c {{.Path}}\""), &[]),
            (&shell("inline_shebang = \"/bin/bash -e\""), &[]),
            (
                &shell("inline_shebang = \"bash -e\""),
                &["at 12: the interpreter `bash -e` has no absolute path (write `/bin/bash -e`)"],
            ),
            (
                &shell("inline_shebang = \"#!/bin/sh\""),
                &["begins with `#!`, which Packer writes itself (write `/bin/sh`)"],
            ),
            (&shell("inline_shebang = \"bash\"\nexecute_command = \"{{.Vars}} bash {{.Path}}\""), &[]),
            (&script("crlf.sh", ""), &[]),
            (&script("lf.sh", "binary = true"), &[]),
            (&script("crlf.sh", "binary = true"), &["`crlf.sh` has a carriage return behind it"]),
            (&script("relative.sh", ""), &["first line of `relative.sh` has no absolute path"]),
            (&script("plain.sh", ""), &[]),
            ("provisioner \"shell-local\" { script = \"lf.sh\" }", &[]),
            ("provisioner \"shell-local\" { script = \"plain.sh\" }", &["`plain.sh` is not executable"]),
            (
                "provisioner \"shell-local\" { inline = [\"chmod +x *\"] }\nprovisioner \"shell-local\" { script = \"plain.sh\" }",
                &[],
            ),
        ],
    );
    // A container's user is not known.
    hold(committed, &[(&shell("execute_command = \"su app -c {{.Path}}\""), &[])]);
}

#[test]
fn uploads_go_where_their_user_may_write() {
    let file = |to: &str| format!("provisioner \"file\" {{\ncontent = \"x\"\ndestination = \"{to}\"\n}}");
    let (etc, opt) = (file("/etc/app.conf"), file("/opt/app/x"));
    let shell = |line: &str| format!("provisioner \"shell\" {{ inline = [\"{line}\"] }}");
    hold(
        machine,
        &[
            (&file("/tmp/x"), &[]),
            (&file("x"), &[]),
            (&file("/home/admin/x"), &[]),
            (
                &etc,
                &[
                    "warning unwritable-destination at 12: the user `admin` cannot write to `/etc/app.conf` (upload to `/tmp/app.conf`",
                ],
            ),
            (&file("/home/app/x"), &["the user `admin` cannot write to `/home/app/x`"]),
            (&file("/etcetera/x"), &[]),
            (&file("/usr/home/admin/x"), &[]),
            (&opt, &["cannot write to `/opt/app/x`"]),
            (&format!("{}\n{opt}", shell("sudo chown admin /opt")), &[]),
            (&format!("{}\n{etc}", shell("apt-get install app; chmod +x /opt/app")), &["at 13: the user"]),
            (&format!("{}\n{etc}", shell("sudo chmod o+w /etc")), &[]),
            (&format!("provisioner \"ansible\" {{ playbook_file = \"lf.sh\" }}\n{opt}"), &[]),
            (
                "provisioner \"file\" {\nsource = \"/etc/hosts\"\ndestination = \"/etc/x\"\ndirection = \"download\"\n}",
                &[],
            ),
            (&format!("{etc}\nprovisioner \"windows-restart\" {{}}"), &[]),
        ],
    );
    hold(committed, &[(&etc, &[])]);
    let root = |user: &str| {
        format!(
            "variable \"u\" {{\ndefault = \"hunter2\"\nsensitive = true\n}}\nvariable \"v\" {{}}\nsource \"null\" \"a\" {{\nssh_host = \"h\"\nssh_password = \"p\"\nssh_username = {user}\n}}\nbuild {{\nsources = [\"null.a\"]\n{etc}\n}}\nlocals {{ x = [var.u, var.v] }}"
        )
    };
    for user in ["\"root\"", "var.u", "var.v"] {
        let said = whole(&root(user));
        assert!(!said.iter().any(|line| line.contains("unwritable") || line.contains("hunter2")), "{user}: {said:#?}");
    }
}

#[test]
fn settings_of_the_connection_fit_together() {
    let null = |inside: &str| {
        whole(&format!(
            "variable \"c\" {{ default = \"winrm\" }}\nvariable \"n\" {{ default = null }}\nsource \"docker\" \"a\" {{\nimage = \"x\"\ncommit = true\n{inside}\n}}\nbuild {{\nsources = [\"docker.a\"]\nprovisioner \"shell-local\" {{ inline = [var.c, var.n == null ? \"\" : \"x\"] }}\n}}"
        ))
    };
    let ssh = "communicator = \"ssh\"\nssh_username = \"u\"";
    let winrm = "communicator = \"winrm\"\nwinrm_username = \"u\"";
    hold(
        null,
        &[
            ("", &[]),
            (ssh, &[]),
            (winrm, &[]),
            (
                "ssh_username = \"u\"\nssh_timeout = \"1m\"",
                &["warning useless-communicator-setting at 6: `ssh_username` and `ssh_timeout` have no effect"],
            ),
            (
                &format!("{winrm}\nssh_timeout = \"1m\""),
                &["at 8: `ssh_timeout` has no effect: `communicator` is `winrm`"],
            ),
            (
                &format!("{ssh}\nwinrm_insecure = true"),
                &["at 8: `winrm_insecure` has no effect: `communicator` is `ssh`"],
            ),
            (
                &format!("{ssh}\nssh_bastion_port = 22"),
                &["`ssh_bastion_port` has no effect: `ssh_bastion_host` is not set"],
            ),
            (&format!("{ssh}\nssh_proxy_port = 22"), &["`ssh_proxy_port` has no effect: `ssh_proxy_host` is not set"]),
            // Another value, another connection.
            ("communicator = var.c\nwinrm_username = \"u\"\nssh_username = \"u\"", &[]),
            (&format!("{ssh}\nssh_bastion_host = var.n\nssh_bastion_username = \"u\""), &[]),
        ],
    );
    hold(
        |provisioner| {
            whole(&format!(
                "source \"null\" \"a\" {{\ncommunicator = \"none\"\n}}\nbuild {{\nsources = [\"null.a\"]\n{provisioner}\n}}"
            ))
        },
        &[
            ("provisioner \"shell-local\" { inline = [\"x\"] }", &[]),
            (
                "provisioner \"shell\" { inline = [\"x\"] }",
                &["at 2: `communicator` is `none`, so the provisioner `shell` cannot reach the machine"],
            ),
        ],
    );
}

#[test]
fn what_docker_does_not_commit_is_told_at_its_element() {
    let source = |changes: &str| {
        let text = format!(
            "source \"docker\" \"a\" {{\nimage = \"x\"\ncommit = true\nchanges = [\n\"CMD a\",\n{changes}\n]\n}}\nbuild {{ sources = [\"docker.a\"] }}"
        );
        said(&text, MemoryFiles::new(), &Inputs::default())
    };
    assert_eq!(source("\"env A=b\""), Vec::<String>::new());
    let said = source("\"RUN pip install x\"");
    assert!(said.len() == 1 && said[0].starts_with("warning invalid-attribute-value at 6"), "{said:#?}");
}
