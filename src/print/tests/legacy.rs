//! Legacy JSON, and reading it back.

use std::fmt::Write as _;

use super::super::{Content, print};
use super::trees::Trees;
use super::{read, said};
use crate::diagnostic::Sink;
use crate::parse;
use crate::parse::legacy::Values;
use crate::schema::Schemas;
use crate::source::{FileOrigin, SourceMap};
use crate::syntax::{Document, Item, Spelling, same_body};

fn legacy(document: &Document, schemas: &Schemas) -> Result<String, Vec<String>> {
    let mut sink = Sink::new();
    print(document, &[], Spelling::LegacyJson, Content::Template, schemas, &mut sink).ok_or_else(|| said(sink))
}

fn read_legacy(text: &str, schemas: &Schemas) -> (Document, Sink) {
    let (mut sources, mut sink) = (SourceMap::new(), Sink::new());
    let file = sources.add("a.json", text, FileOrigin::Disk);
    let document = parse::legacy::parse(&sources, file, schemas, &Values::default(), &mut sink);
    (document, sink)
}

/// Templates at random, of what legacy JSON can say, in the order in which it is read.
struct Templates {
    trees: Trees,
    out: String,
}

const LITERALS: [&str; 12] = [
    "x",
    " a b ",
    "{{ .Vars }}",
    "{{timestamp}}",
    "{{isotime `2006` | upper}}",
    "$${x}%%{y}",
    "\\\"\\\\",
    "two\\nlines\\n",
    "`",
    "é}",
    "}} {{/* c */}}",
    ",",
];
const HOLES: [&str; 11] = [
    "${var.a}",
    "${local.c}",
    "${var.e}",
    "${upper(var.a)}",
    "${lower(replace(local.c, \"`\", \"\\\"b\\\\\"))}",
    "${replace(upper(var.a), lower(var.e), \"b\")}",
    "${split(\"-\", var.a)[1]}",
    "${abspath(path.root)}",
    "${legacy_isotime(var.a)}",
    "{{`${var.a}` | clean_resource_name}}",
    "{{if eq (`${local.c}`) `1`}}a{{end}}",
];

impl Templates {
    fn one(&mut self, of: &[&str]) -> String {
        of[self.trees.below(of.len())].to_owned()
    }

    fn maybe(&mut self) -> bool {
        self.trees.below(2) == 0
    }

    /// A text; `hole` is one more thing that it may be filled with.
    fn text(&mut self, hole: &str) -> String {
        let mut out = String::from("\"");
        for _ in 0..self.trees.below(4) {
            out.push_str(&match self.trees.below(5) {
                0 | 1 => self.one(&LITERALS),
                2 if !hole.is_empty() => hole.to_owned(),
                _ => self.one(&HOLES),
            });
        }
        out.push('"');
        out
    }

    fn texts(&mut self, hole: &str) -> String {
        let all: Vec<String> = (0..self.trees.below(3)).map(|_| self.text(hole)).collect();
        format!("[{}]", all.join(", "))
    }

    /// One of the attributes, or none.
    fn set(&mut self, name: &str, value: impl FnOnce(&mut Self) -> String) {
        if self.maybe() {
            let value = value(self);
            let _ = writeln!(self.out, "{name} = {value}");
        }
    }

    fn step(&mut self, kind: &str) {
        let ty = self.one(&["shell", "shell-local"]);
        let _ = writeln!(self.out, "{kind} \"{ty}\" {{");
        self.set("inline", |it| it.texts("${build.ID}"));
        self.set("environment_vars", |it| it.texts("{{build `ID`}}").replace("{{build `ID`}}", "{{build_name}}"));
        self.set("execute_command", |it| if ty_is_list(&ty) { it.texts("") } else { it.text("") });
        self.set("only", |it| it.one(&["[\"null.null\"]", "[\"null.b.1 c\", \"null.${var.a}-x\"]"]));
        self.set("override", |_| "{ \"b.1 c\" = { \"inline\" = [\"y\"] }, \"${var.a}-x\" = {} }".to_owned());
        self.set("pause_before", |_| "\"5s\"".to_owned());
        self.set("max_retries", |it| it.one(&["3", "var.a", "\"1${local.c}\""]));
        self.out.push_str("}\n");
    }

    fn post_processor(&mut self) {
        if self.maybe() {
            return self.out.push_str("post-processor \"compress\" {}\n");
        }
        self.out.push_str("post-processor \"manifest\" {\noutput = \"a\"\n");
        self.set("strip_path", |it| it.one(&["true", "false", "null"]));
        self.set("custom_data", |it| format!("{{ \"k\" = {}, \"${{var.a}}\" = \"true\" }}", it.text("${build.ID}")));
        self.set("except", |_| "[\"null.null\"]".to_owned());
        self.set("name", |_| "\"m\"".to_owned());
        self.set("keep_input_artifact", |_| "true".to_owned());
        self.out.push_str("}\n");
    }

    fn template(seed: u64) -> String {
        let mut it = Self { trees: Trees::new(seed), out: String::new() };
        if it.maybe() {
            it.out.push_str("packer {\nrequired_version = \">= 1.2.0-rc1\"\n}\n");
        }
        it.out.push_str("variable \"a\" {\ntype = string\n");
        it.set("default", |it| it.one(&["\"\"", "\"x {{ .Y }}\"", "\"{{timestamp}}$${x}\""]));
        it.set("sensitive", |_| "true".to_owned());
        it.out.push_str("}\nvariable \"e\" {\ntype = string\n");
        it.set("default", |it| it.one(&["env(\"A\")", "\"${env(\"A\")}/${env(\"B`\")}{{isotime}}\""]));
        let secret = it.maybe();
        let sensitive = if secret { "sensitive = true\n" } else { "" };
        let _ = writeln!(it.out, "}}\nvariable \"c\" {{\ntype = string\ndefault = null\n{sensitive}}}");
        let computed =
            it.one(&["var.a", "uuidv4()", "\"x${upper(var.e)}\"", "vault(\"p\", var.a)", "\"{{ .X }}${var.a}\""]);
        let value = format!("var.c != null ? var.c : {computed}");
        let _ = match secret {
            true => writeln!(it.out, "local \"c\" {{\nexpression = {value}\nsensitive = true\n}}"),
            false => writeln!(it.out, "locals {{\nc = {value}\n}}"),
        };
        for label in ["null", "b_1_c", "a_x"] {
            let _ = writeln!(it.out, "source \"null\" \"{label}\" {{");
            it.set("ssh_host", |it| it.text("{{build_type}}"));
            it.set("ssh_port", |it| it.one(&["22", "-1", "null", "\"2${var.a}\"", "local.c != \"\" ? local.c : null"]));
            it.set("ssh_pty", |it| {
                it.one(&["true", "false", "lower(\"t${var.a}\")", "var.a != \"\" ? lower(var.a) : null"])
            });
            it.set("ssh_ciphers", |it| match it.trees.below(3) {
                0 => "split(\",\", \"a,${var.a}\")".to_owned(),
                1 => "compact(split(\",\", var.a))".to_owned(),
                _ => it.texts(""),
            });
            it.out.push_str("}\n");
        }
        it.out.push_str("source \"amazon-ebs\" \"disks\" {\n");
        it.set("tags", |it| format!("{{ \"${{var.a}}\" = {}, \"b\" = 1 }}", it.text("")));
        it.set("ena_support", |it| it.one(&["true", "null"]));
        for nth in 0..it.trees.below(3) {
            let _ = writeln!(it.out, "launch_block_device_mappings {{\ndevice_name = \"{nth}\"");
            it.set("volume_size", |it| it.one(&["8", "\"1${var.e}\""]));
            it.set("delete_on_termination", |_| "false".to_owned());
            it.out.push_str("}\n");
        }
        it.out.push_str("}\nbuild {\n");
        it.set("description", |_| "\"what {{user `a`}} $${x}\"".to_owned());
        it.out.push_str("sources = [\"source.null.null\", \"source.amazon-ebs.disks\"]\n");
        it.out.push_str("source \"source.null.b_1_c\" {\nname = \"b.1 c\"\n}\n");
        it.out.push_str(
            "dynamic \"source\" {\nfor_each = [\"${var.a}-x\"]\nlabels = [\"source.null.a_x\"]\ncontent {\nname = source.value\n}\n}\n",
        );
        for _ in 0..it.trees.below(4) {
            it.step("provisioner");
        }
        if it.maybe() {
            it.step("error-cleanup-provisioner");
        }
        for _ in 0..it.trees.below(3) {
            if it.maybe() {
                it.post_processor();
                continue;
            }
            it.out.push_str("post-processors {\n");
            for _ in 0..=it.trees.below(2) {
                it.post_processor();
            }
            it.out.push_str("}\n");
        }
        it.out.push_str("}\n");
        it.out
    }
}

fn ty_is_list(provisioner: &str) -> bool {
    provisioner == "shell-local"
}

/// The blocks with the sources in the order in which the build names them.
fn in_order(mut document: Document) -> Document {
    document.body.items.sort_by_key(|item| match item {
        Item::Block(block) if block.kind.value == "source" => {
            let names = ["null", "disks", "b_1_c", "a_x"];
            1 + names.iter().position(|name| *name == block.labels[1].value).expect("a source")
        }
        Item::Block(block) if block.kind.value == "build" => 9,
        Item::Attribute(_) | Item::Block(_) | Item::Error(_) => 0,
    });
    document
}

#[test]
fn random_templates_come_back_from_legacy_json() {
    let schemas = Schemas::embedded();
    for seed in 0..2000 {
        let hcl = Templates::template(seed);
        let (_, document, sink) = read(&hcl);
        assert!(!sink.has_errors(), "seed {seed}: {:?}\n{hcl}", said(sink));
        let document = in_order(document);
        let json = legacy(&document, &schemas).unwrap_or_else(|said| panic!("seed {seed}: {said:#?}\n{hcl}"));
        let (again, sink) = read_legacy(&json, &schemas);
        assert!(!sink.has_errors(), "seed {seed}: {:?}\n{json}", said(sink));
        assert!(same_body(&document.body, &again.body), "seed {seed}:\n{hcl}\n{json}");
        assert_eq!(legacy(&again, &schemas).as_ref(), Ok(&json), "seed {seed}");
    }
}

#[test]
fn legacy_json_comes_back_from_hcl() {
    let schemas = Schemas::embedded();
    let cases = [
        r#"{"variables": {"a": null, "b": "{{env `B`}}", "c": "{{user `a`}}-{{upper (user `b`)}}"}, "sensitive-variables": ["a"], "builders": [{"type": "null"}]}"#,
        r#"{"builders": [{"type": "null", "ssh_host": "{{build_name}}", "ssh_port": 22, "ssh_ciphers": ["a", "b"]}, {"type": "null", "name": "x y"}]}"#,
        r#"{"min_packer_version": "1.2", "builders": [{"type": "docker", "image": "debian", "commit": true, "fix_upload_owner": false}], "provisioners": [{"type": "shell", "inline": ["{{build `ID`}}", "${x}"], "except": ["docker"], "timeout": "1m"}]}"#,
        r#"{"description": "d", "builders": [{"type": "null", "name": "a"}], "error-cleanup-provisioner": {"type": "shell-local", "inline": ["x"]}, "post-processors": ["compress", ["compress", {"type": "manifest", "output": "o", "only": ["a"]}]]}"#,
    ];
    for text in cases {
        let (document, sink) = read_legacy(text, &schemas);
        assert!(sink.is_empty(), "{text}: {:?}", said(sink));
        let mut sink = Sink::new();
        let hcl = print(&document, &[], Spelling::Hcl, Content::Template, &schemas, &mut sink).expect("HCL says all");
        let (_, of_hcl, _) = read(&hcl);
        let json = legacy(&of_hcl, &schemas).unwrap_or_else(|said| panic!("{hcl}\n{said:?}"));
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        assert_eq!(value(&json), value(text), "{hcl}");
    }
}

#[test]
fn what_legacy_json_cannot_say_is_refused_where_it_stands() {
    let build = "build {\n  sources = [\"source.null.a\"]\n}\n";
    let source = |attribute: &str| {
        format!("variable \"a\" {{\n  type = string\n}}\nsource \"null\" \"a\" {{\n  {attribute}\n}}\n{build}")
    };
    let with = |block: &str| format!("{block}\nsource \"null\" \"a\" {{}}\n{build}");
    let cases = [
        (source("ssh_port = var.a"), "this would be something else in legacy JSON"),
        (source("ssh_host = source.name"), "this would be something else in legacy JSON"),
        (source("ssh_host = \"{{user `a`}}\""), "this text would be something else in legacy JSON"),
        (source("ssh_host = \"{{`${var.a}`}}-{{ upper `${var.a}` }}\""), "this would be something else in legacy JSON"),
        (source("ssh_host = path.root"), "legacy JSON has no relative `path.root`, only the whole path of the folder"),
        (source("ssh_host = join(\",\", [var.a])"), "legacy JSON has no function for this `join`"),
        (source("ssh_host = var.a == \"b\" ? \"c\" : \"d\""), "legacy JSON cannot compute this"),
        (source("ssh_host = \"%{ if true }a%{ endif }\""), "legacy JSON has no directives in texts"),
        (source("type = \"x\""), "`type` means something else in legacy JSON"),
        (with("data \"amazon-ami\" \"a\" {}"), "legacy JSON has no `data` blocks"),
        (with("variable \"a\" {\n  default = 1\n}"), "in legacy JSON the default of a variable is a string"),
        (with("variable \"a\" {\n  type = number\n}"), "variables of legacy JSON are strings"),
        (with("locals {\n  a = 1\n}"), "legacy JSON has no locals but those that compute a variable"),
        (with("source \"null\" \"b\" {}"), "legacy JSON builds every builder that it has"),
        (with("build {\n  sources = [\"source.null.a\"]\n}"), "legacy JSON has one build only"),
        (with("packer {\n  required_version = \"~> 1.2\"\n}"), "legacy JSON can only ask for a least version of Packer"),
        (
            "source \"docker\" \"a\" {}\nbuild {\n  sources = [\"source.docker.a\"]\n}\n".to_owned(),
            "where `fix_upload_owner` is left out, legacy JSON takes `true` for it",
        ),
        (
            "source \"null\" \"a\" {}\nsource \"file\" \"a\" {}\nbuild {\n  sources = [\"source.null.a\", \"source.file.a\"]\n}\n"
                .to_owned(),
            "legacy JSON knows builders by their names alone, and two are called `a`",
        ),
    ];
    let schemas = Schemas::embedded();
    for (hcl, wanted) in cases {
        let (_, document, _) = read(&hcl);
        match legacy(&document, &schemas) {
            Ok(json) => panic!("{hcl}\n{json}"),
            Err(said) => assert!(said.iter().any(|message| message == wanted), "{hcl}\n{said:?}"),
        }
    }
}
