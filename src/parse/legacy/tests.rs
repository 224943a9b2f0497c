//! What legacy templates become: the tree is compared with that of the HCL that one would write.
#![expect(clippy::wildcard_enum_match_arm, reason = "the reader makes only some forms of expressions")]

use super::*;
use crate::parse::hcl;
use crate::source::FileOrigin;
use crate::syntax::{Body, Expr, ExprKind, Step};

fn said(sources: &SourceMap, sink: &Sink) -> Vec<String> {
    let line = |diagnostic: &crate::diagnostic::Diagnostic| {
        let place = sources.position(diagnostic.span);
        format!("{} at {}:{}: {}", diagnostic.code(), place.line, place.column, diagnostic.message)
    };
    sink.diagnostics().iter().map(line).collect()
}

/// The template, with its var-files; and what was said.
fn read(text: &str, var_files: &[&str]) -> (Document, Vec<String>) {
    let mut sources = SourceMap::new();
    let mut sink = Sink::new();
    let file = sources.add("template.json", text, FileOrigin::Disk);
    let files: Vec<_> = var_files.iter().map(|text| sources.add("values.json", *text, FileOrigin::Disk)).collect();
    let values = read_values(&sources, &files, &mut sink);
    let document = parse(&sources, file, &Schemas::embedded(), &values, &mut sink);
    let said = said(&sources, &sink);
    (document, said)
}

fn of_hcl(text: &str) -> Vec<String> {
    let mut sources = SourceMap::new();
    let mut sink = Sink::new();
    let file = sources.add("main.pkr.hcl", text, FileOrigin::Disk);
    let document = hcl::parse(&sources, file, &mut sink).document;
    assert!(sink.is_empty(), "the expected HCL is HCL: {:?}\n{text}", said(&sources, &sink));
    lines(&document.body, 0)
}

/// A body as lines, spellings aside.
fn lines(body: &Body, depth: usize) -> Vec<String> {
    let mut out = Vec::new();
    let indent = "  ".repeat(depth);
    for item in &body.items {
        match item {
            Item::Attribute(attribute) => {
                out.push(format!("{indent}{} = {}", attribute.name.value, shape(&attribute.value)));
            }
            Item::Block(block) => {
                let labels: String = block.labels.iter().map(|label| format!(" {:?}", label.value)).collect();
                out.push(format!("{indent}{}{labels}", block.kind.value));
                out.extend(lines(&block.body, depth + 1));
            }
            Item::Error(_) => out.push(format!("{indent}error")),
        }
    }
    out
}

fn shape(expr: &Expr) -> String {
    let list = |all: &[Expr]| all.iter().map(shape).collect::<Vec<_>>().join(", ");
    match &expr.kind {
        ExprKind::Null => "null".to_owned(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Number(text) => text.clone(),
        ExprKind::Template(template) => {
            let part = |part: &Part| match part {
                Part::Literal(text) => format!("{:?}", text.value),
                Part::Interpolation(expr) => format!("${{{}}}", shape(expr)),
                Part::If { .. } | Part::For { .. } => "%".to_owned(),
            };
            format!("<{}>", template.parts.iter().map(part).collect::<String>())
        }
        ExprKind::Tuple(items) => format!("[{}]", list(items)),
        ExprKind::Object(items) => {
            let item = |item: &crate::syntax::ObjectItem| format!("{} = {}", shape(&item.key), shape(&item.value));
            format!("{{{}}}", items.iter().map(item).collect::<Vec<_>>().join(", "))
        }
        ExprKind::Variable(name) => name.clone(),
        ExprKind::Traversal { of, steps } => {
            let step = |step: &Step| match step {
                Step::Attribute(name) => format!(".{}", name.value),
                Step::Index(index, _) => format!("[{}]", shape(index)),
                _ => "?".to_owned(),
            };
            format!("{}{}", shape(of), steps.iter().map(step).collect::<String>())
        }
        ExprKind::Call(call) => format!("{}({})", call.name.value, list(&call.arguments)),
        ExprKind::Conditional(choice) => {
            format!("{} ? {} : {}", shape(&choice.condition), shape(&choice.then), shape(&choice.otherwise))
        }
        ExprKind::Binary(binary) => format!("{} {:?} {}", shape(&binary.0), binary.1.value, shape(&binary.2)),
        ExprKind::Unary(operator, operand) => format!("{:?} {}", operator.value, shape(operand)),
        ExprKind::Parens(inner) => shape(inner),
        other => format!("{other:?}"),
    }
}

#[track_caller]
fn becomes(json: &str, var_files: &[&str], hcl: &str) {
    let (document, said) = read(json, var_files);
    assert_eq!(said, Vec::<String>::new(), "{json}");
    assert_eq!(lines(&document.body, 0).join("\n"), of_hcl(hcl).join("\n"), "{json}");
}

/// The value of `ssh_host` of a builder where variables `x` and `y` are declared, as one line.
fn host(text: &str) -> String {
    attribute("ssh_host", &format!("\"{text}\""))
}

fn attribute(name: &str, value: &str) -> String {
    let json = format!(
        r#"{{"variables": {{"x": "1", "y": "{{{{user `x`}}}}!"}}, "builders": [{{"type": "null", "{name}": {value}}}]}}"#
    );
    let (document, said) = read(&json, &[]);
    assert_eq!(said, Vec::<String>::new(), "{json}");
    let source = document.body.blocks().find(|block| block.kind.value == "source").expect("a source");
    source.body.attribute(name).map_or_else(|| "no attribute".to_owned(), |attribute| shape(&attribute.value))
}

fn expression(hcl: &str) -> String {
    of_hcl(&format!("a = {hcl}")).remove(0).split_off(4)
}

#[test]
fn engine_calls_become_what_hcl_says_the_same_way() {
    let cases = [
        ("{{user `x`}}", "var.x"),
        ("{{ user \\\"x\\\" }}", "var.x"),
        ("{{user`x`}}", "var.x"),
        ("a-{{user `x`}}-b", r#""a-${var.x}-b""#),
        // Computed from others.
        ("{{user `y`}}", "local.y"),
        ("{{user `x` | upper}}", "upper(var.x)"),
        ("{{upper (user `x`)}}", "upper(var.x)"),
        ("{{user `x` | replace_all `a` `b` | lower}}", r#"lower(replace(var.x, "a", "b"))"#),
        ("{{split (user `x`) `-` 1}}", r#"split("-", var.x)[1]"#),
        ("{{template_dir}}/a", r#""${abspath(path.root)}/a""#),
        // The engine of HCL templates does those.
        ("{{timestamp}}", r#""{{timestamp}}""#),
        ("{{isotime \\\"2006\\\" | upper}}", r#""{{isotime \"2006\" | upper}}""#),
        ("{{build_name}}-{{uuid}}", r#""{{build_name}}-{{uuid}}""#),
        ("{{ .Vars }} {{/* c */}}", r#""{{ .Vars }} {{/* c */}}""#),
        ("{{`{{`}}", r#""{{`{{`}}""#),
        // HCL has no such function: the value goes into the action.
        ("{{user `x` | clean_resource_name}}", r#""{{`${var.x}` | clean_resource_name}}""#),
        ("{{user `x` | replace `a` `b` 1}}", r#""{{`${var.x}` | replace `a` `b` 1}}""#),
        ("{{if user `x`}}a{{end}}", r#""{{if `${var.x}`}}a{{end}}""#),
        ("{{if eq (user `x`) `1`}}a{{end}}", r#""{{if eq (`${var.x}`) `1`}}a{{end}}""#),
        // Trim markers reach into the text beside.
        ("a {{- user `x` -}} b", r#""a${var.x}b""#),
        // A text that looks like HCL is a text.
        ("${x} %{y}", r#""$${x} %%{y}""#),
        // What is no action is left to the engine.
        ("{{user `x`", r#""{{user `x`""#),
        ("{{env `HOME`}}{{build `ID`}}", r#""{{env `HOME`}}{{build `ID`}}""#),
    ];
    for (text, hcl) in cases {
        assert_eq!(host(text), expression(hcl), "{text}");
    }
}

#[test]
fn weak_types_are_made_strong() {
    let cases = [
        ("ssh_port", "\"22\"", "22"),
        ("ssh_port", "\"0x16\"", "22"),
        ("ssh_port", "22", "22"),
        ("ssh_port", "22.5", "22"),
        ("ssh_port", "true", "1"),
        ("ssh_port", "\"\"", "null"),
        ("ssh_port", "null", "null"),
        ("ssh_port", "\"{{user `x`}}\"", r#"var.x != "" ? var.x : null"#),
        ("ssh_port", "\"2{{user `x`}}\"", r#""2${var.x}""#),
        ("ssh_pty", "\"true\"", "true"),
        ("ssh_pty", "\"T\"", "true"),
        ("ssh_pty", "\"0\"", "false"),
        ("ssh_pty", "\"\"", "false"),
        ("ssh_pty", "1", "true"),
        ("ssh_pty", "0", "false"),
        ("ssh_pty", "\"{{user `x`}}\"", r#"var.x != "" ? lower(var.x) : null"#),
        // An error of types is found where types are checked.
        ("ssh_pty", "\"maybe\"", r#""maybe""#),
        ("ssh_port", "\"abc\"", r#""abc""#),
        ("ssh_host", "7", "7"),
        ("ssh_host", "true", r#""1""#),
        ("ssh_host", "[\"a\"]", r#"["a"]"#),
        ("ssh_ciphers", "\"a,b\"", r#"["a", "b"]"#),
        ("ssh_ciphers", "\"a{{isotime `1,2`}},b\"", r#"["a{{isotime `1,2`}}", "b"]"#),
        ("ssh_ciphers", "\"\"", "[]"),
        ("ssh_ciphers", "[\"a\", 1, true]", r#"["a", 1, "1"]"#),
        ("ssh_ciphers", "5", "[5]"),
        ("ssh_ciphers", "\"{{user `x`}}\"", r#"compact(split(",", var.x))"#),
        ("ssh_ciphers", "\"a,{{user `x`}}\"", r#"split(",", "a,${var.x}")"#),
        ("SSH_Port", "\"22\"", "no attribute"),
    ];
    for (name, json, hcl) in cases {
        let expected = if hcl == "no attribute" { hcl.to_owned() } else { expression(hcl) };
        assert_eq!(attribute(name, json), expected, "{name}: {json}");
    }
}

#[test]
fn variables_stay_settable() {
    let builders = r#""builders": [{"type": "null"}]"#;
    let rest = "source \"null\" \"null\" {}\nbuild {\n  sources = [\"source.null.null\"]\n}\n";
    let cases: &[(&str, &[&str], &str)] = &[
        (
            r#""a": "x", "b": null"#,
            &[],
            "variable \"a\" {\n type = string\n default = \"x\"\n}\nvariable \"b\" {\n type = string\n}\n",
        ),
        (
            r#""a": "{{env `A`}}/{{env `B`}}""#,
            &[],
            "variable \"a\" {\n type = string\n default = \"${env(\"A\")}/${env(\"B\")}\"\n}\n",
        ),
        (
            r#""a": "{{timestamp}}{{ .X }}""#,
            &[],
            "variable \"a\" {\n type = string\n default = \"{{timestamp}}{{ .X }}\"\n}\n",
        ),
        // Computed: a var-file still sets it.
        (
            r#""a": "{{user `b`}}x", "b": "y""#,
            &[],
            "variable \"a\" {\n type = string\n default = null\n}\nvariable \"b\" {\n type = string\n default = \"y\"\n}\nlocals {\n a = var.a != null ? var.a : \"${var.b}x\"\n}\n",
        ),
        // Once for all uses.
        (
            r#""a": "{{uuid}}""#,
            &[],
            "variable \"a\" {\n type = string\n default = null\n}\nlocals {\n a = var.a != null ? var.a : uuidv4()\n}\n",
        ),
        // From its own value nothing can be computed.
        (r#""a": "{{user `a`}}""#, &[], "variable \"a\" {\n type = string\n}\n"),
        // The environment in a computed value.
        (
            r#""a": "{{env `A` | upper}}""#,
            &[],
            "variable \"a\" {\n type = string\n default = null\n}\nvariable \"env_A\" {\n type = string\n default = env(\"A\")\n}\nlocals {\n a = var.a != null ? var.a : upper(var.env_A)\n}\n",
        ),
        // Secrets of a store.
        (
            r#""a": "{{vault `p` `k`}}", "b": "{{aws_secretsmanager `s`}}""#,
            &[],
            "variable \"a\" {\n type = string\n default = null\n}\nvariable \"b\" {\n type = string\n default = null\n}\nlocals {\n a = var.a != null ? var.a : vault(\"p\", \"k\")\n b = var.b != null ? var.b : aws_secretsmanager(\"s\", null)\n}\n",
        ),
        // Asked for in a value and declared nowhere: somebody has to set it.
        (
            r#""a": "{{user `nope`}}""#,
            &[],
            "variable \"a\" {\n type = string\n default = null\n}\nvariable \"nope\" {\n type = string\n}\nlocals {\n a = var.a != null ? var.a : var.nope\n}\n",
        ),
        // Packer does not complain as long as it can compute one of them.
        (
            r#""a": "{{user `nope`}}{{user `c`}}", "b": "{{user `c`}}", "c": "1", "d": "{{user `d`}}""#,
            &[],
            "variable \"a\" {\n type = string\n default = null\n}\nvariable \"b\" {\n type = string\n default = null\n}\nvariable \"c\" {\n type = string\n default = \"1\"\n}\nvariable \"d\" {\n type = string\n default = \"\"\n}\nvariable \"nope\" {\n type = string\n default = \"\"\n}\nlocals {\n a = var.a != null ? var.a : \"${var.nope}${var.c}\"\n b = var.b != null ? var.b : var.c\n}\n",
        ),
        // In a circle nothing can be computed.
        (
            r#""a": "{{user `b`}}", "b": "{{user `a`}}""#,
            &[],
            "variable \"a\" {\n type = string\n}\nvariable \"b\" {\n type = string\n}\n",
        ),
        // A var-file computes with names that only another one has.
        (
            r#""a": null"#,
            &[r#"{"a": "{{user `b`}}x"}"#, r#"{"b": "{{user `c`}}", "d": "{{user `e`}}"}"#],
            "variable \"a\" {\n type = string\n default = null\n}\nvariable \"b\" {\n type = string\n default = null\n}\nvariable \"c\" {\n type = string\n}\nlocals {\n a = var.a != null ? var.a : \"${local.b}x\"\n b = var.b != null ? var.b : var.c\n}\n",
        ),
        // The last var-file counts.
        (
            r#""a": "1""#,
            &[r#"{"a": "{{user `b`}}"}"#, r#"{"a": "2"}"#],
            "variable \"a\" {\n type = string\n default = \"1\"\n}\n",
        ),
        // A name that HCL cannot have.
        (r#""1.a b": "x""#, &[], "variable \"_1_a_b\" {\n type = string\n default = \"x\"\n}\n"),
    ];
    for (variables, files, hcl) in cases {
        becomes(&format!("{{\"variables\": {{{variables}}}, {builders}}}"), files, &format!("{hcl}{rest}"));
    }
}

#[test]
fn secrets_stay_secret() {
    becomes(
        r#"{"variables": {"a": "x", "b": "{{user `a`}}"}, "sensitive-variables": ["a", "b", "c"], "builders": [{"type": "null"}]}"#,
        &[],
        r#"
        variable "a" {
            type = string
            default = "x"
            sensitive = true
        }
        variable "b" {
            type = string
            default = null
            sensitive = true
        }
        local "b" {
            expression = var.b != null ? var.b : var.a
            sensitive = true
        }
        source "null" "null" {}
        build {
            sources = ["source.null.null"]
        }
        "#,
    );
}

#[test]
fn what_nobody_declares_is_empty() {
    becomes(
        r#"{"builders": [{"type": "null", "ssh_host": "{{user `h`}}"}]}"#,
        &[],
        r#"
        variable "h" {
            type = string
            default = ""
        }
        source "null" "null" {
            ssh_host = var.h
        }
        build {
            sources = ["source.null.null"]
        }
        "#,
    );
}

#[test]
fn names_of_builders_stay_what_they_are() {
    becomes(
        r#"{
            "variables": {"n": "x"},
            "builders": [
                {"type": "null"},
                {"type": "null", "name": "a"},
                {"type": "null", "name": "b.1 c"},
                {"type": "file", "name": "{{user `n`}}-{{isotime `2006`}}"}
            ],
            "provisioners": [
                {"type": "shell", "inline": ["x"], "only": "a", "override": {"b.1 c": {"inline": "y,z"}, "a": {}}},
                {"type": "shell", "inline": ["x"], "except": ["null", "b.1 c", "{{user `n`}}-{{isotime `2006`}}"]}
            ]
        }"#,
        &[],
        r#"
        variable "n" {
            type = string
            default = "x"
        }
        source "null" "null" {}
        source "null" "a" {}
        source "null" "b_1_c" {}
        source "file" "n_isotime_2006" {}
        build {
            sources = ["source.null.null", "source.null.a"]
            source "source.null.b_1_c" {
                name = "b.1 c"
            }
            dynamic "source" {
                for_each = ["${var.n}-${legacy_isotime("2006")}"]
                labels = ["source.file.n_isotime_2006"]
                content {
                    name = source.value
                }
            }
            provisioner "shell" {
                inline = ["x"]
                only = ["null.a"]
                override = { "b.1 c" = { "inline" = ["y", "z"] }, "a" = {} }
            }
            provisioner "shell" {
                inline = ["x"]
                except = ["null.null", "null.b.1 c", "file.${var.n}-${legacy_isotime("2006")}"]
            }
        }
        "#,
    );
}

#[test]
fn everything_else_of_a_template_has_its_place() {
    becomes(
        r#"{
            "_comment": "why",
            "description": "what ${x}",
            "min_packer_version": "1.2",
            "push": {"name": "x"},
            "builders": [{"type": "null", "ssh_file_transfer_method": "sftp"}],
            "provisioners": [
                {"type": "shell-local", "inline": ["{{build `ID`}}"], "pause_before": 5, "timeout": "1m", "max_retries": "{{user `r`}}"},
                {"type": "shell-local", "inline": "{{build_name}}", "pause_before": 2000000000, "max_retries": 3}
            ],
            "error-cleanup-provisioner": {"type": "shell-local", "inline": ["x"]},
            "post-processors": [
                "compress",
                {"type": "manifest", "name": "m", "keep_input_artifact": true, "only": ["null"]},
                ["compress", {"type": "manifest", "output": "{{build `ID`}}"}]
            ]
        }"#,
        &[],
        r#"
        packer {
            required_version = ">= 1.2"
        }
        variable "r" {
            type = string
            default = ""
        }
        source "null" "null" {
            ssh_file_transfer_method = "sftp"
        }
        build {
            description = "what $${x}"
            sources = ["source.null.null"]
            provisioner "shell-local" {
                inline = [build.ID]
                pause_before = "5ns"
                timeout = "1m"
                max_retries = var.r
            }
            provisioner "shell-local" {
                inline = ["{{build_name}}"]
                pause_before = "2s"
                max_retries = 3
            }
            error-cleanup-provisioner "shell-local" {
                inline = ["x"]
            }
            post-processor "compress" {}
            post-processor "manifest" {
                name = "m"
                keep_input_artifact = true
                only = ["null.null"]
            }
            post-processors {
                post-processor "compress" {}
                post-processor "manifest" {
                    output = build.ID
                }
            }
        }
        "#,
    );
}

#[test]
fn the_schema_tells_blocks_from_objects_and_what_hcl_leaves_out() {
    becomes(
        r#"{"builders": [{
            "type": "amazon-ebs",
            "source_ami_filter": {"filters": {"name": "{{user `n`}}"}, "owners": "1,2", "most_recent": "true"},
            "tags": {"{{user `n`}}": true, "b": 1},
            "run_tags": [{"a": "x"}, {"b": "y"}],
            "launch_block_device_mappings": [{"device_name": "a", "volume_size": "8"}, {"device_name": "b"}],
            "ena_support": ""
        }, {"type": "docker", "image": "debian", "commit": true}]}"#,
        &[],
        r#"
        variable "n" {
            type = string
            default = ""
        }
        source "amazon-ebs" "amazon-ebs" {
            source_ami_filter {
                filters = { "name" = var.n }
                owners = ["1", "2"]
                most_recent = true
            }
            tags = { "${var.n}" = "1", "b" = 1 }
            run_tags = { "a" = "x", "b" = "y" }
            launch_block_device_mappings {
                device_name = "a"
                volume_size = 8
            }
            launch_block_device_mappings {
                device_name = "b"
            }
            ena_support = null
        }
        source "docker" "docker" {
            image = "debian"
            commit = true
            fix_upload_owner = true
        }
        build {
            sources = ["source.amazon-ebs.amazon-ebs", "source.docker.docker"]
        }
        "#,
    );
}

#[test]
fn what_is_wrong_is_said_at_its_place_and_all_of_it() {
    let cases: &[(&str, &[&str])] = &[
        ("[]", &["json-value-kind at 1:1: a template has to be an object, this is an array"]),
        ("{}", &["no-builder at 1:1: the template has no builder"]),
        (r#"{"builders": []}"#, &["no-builder at 1:14: the template has no builder"]),
        (
            r#"{"builders": [{"name": "x"}, "null", {"type": "null"}, {"type": "null"}], "foo": 1}"#,
            &[
                "missing-type at 1:15: a builder has no `type`",
                "json-value-kind at 1:30: a builder has to be an object, this is a string",
                "duplicate-builder at 1:65: two builders have the name `null`",
                "unknown-root-key at 1:75: a template has no `foo`",
            ],
        ),
        (
            r#"{"variables": {"a": 1, "b": ["x"]}, "_c": {}, "description": 1, "builders": [{"type": "null", "type": "x"}]}"#,
            &[
                "duplicate-argument at 1:95: `type` is given twice",
                "json-value-kind at 1:21: the value of the variable `a` has to be a string or null, this is a number",
                "json-value-kind at 1:29: the value of the variable `b` has to be a string or null, this is an array",
                "json-value-kind at 1:43: a comment has to be a string, this is an object",
                "json-value-kind at 1:62: `description` has to be a string, this is a number",
            ],
        ),
        (
            r#"{"builders": [{"type": "null"}], "provisioners": [{"type": "shell", "only": ["x"], "override": {"y": {}}, "name": "n"}, {}, "shell"], "post-processors": [1, [[]], {"type": "manifest", "keep_input_artifact": "true"}]}"#,
            &[
                "unknown-builder at 1:78: `only` names a builder `x`, which does not exist",
                "unknown-builder at 1:97: `override` names a builder `y`, which does not exist",
                "not-in-legacy-json at 1:107: provisioners of a JSON template have no `name`",
                "missing-type at 1:121: a provisioner has no `type`",
                "json-value-kind at 1:125: a provisioner has to be an object, this is a string",
                "json-value-kind at 1:155: a post-processor has to be a string, an object or a chain of those, this is a number",
                "json-value-kind at 1:159: a post-processor has to be a string, an object or a chain of those, this is an array",
                "json-value-kind at 1:208: `keep_input_artifact` has to be a bool, this is a string",
            ],
        ),
    ];
    for (json, expected) in cases {
        assert_eq!(read(json, &[]).1, *expected, "{json}");
    }
    let (_, said) = read(r#"{"builders": [{"type": "null"}]}"#, &[r#"{"a": 1, "b": null, "c": "x"}"#]);
    assert_eq!(said, ["json-value-kind at 1:7: the value of the variable `a` has to be a string, this is a number"]);
}

#[test]
fn templates_are_told_from_other_json() {
    let cases = [
        (r#"{"builders": [{"type": "null"}]}"#, true),
        (r#"{"variables": {}, "builders": [{"type": "x"}, {}]}"#, true),
        (r#"{"builders": {"type": "null"}}"#, false),
        (r#"{"builders": ["type"]}"#, false),
        (r#"{"type": "x", "nested": {"builders": [{"type": "x"}]}}"#, false),
        (r#"[{"builders": [{"type": "x"}]}]"#, false),
        ("{", false),
    ];
    for (text, expected) in cases {
        assert_eq!(looks_like_template(text), expected, "{text}");
    }
}

#[test]
fn places_are_those_of_the_users_file() {
    let text = r#"{"builders": [{"type": "null", "ssh_host": "a\t{{user `x`}}"}]}"#;
    let (document, _) = read(text, &[]);
    let source = document.body.blocks().find(|block| block.kind.value == "source").expect("a source");
    let host = source.body.attribute("ssh_host").expect("an attribute");
    let ExprKind::Template(template) = &host.value.kind else { panic!("a text") };
    let places: Vec<&str> = template
        .parts
        .iter()
        .map(|part| match part {
            Part::Literal(literal) => &text[literal.span.range()],
            Part::Interpolation(expr) => &text[expr.span.range()],
            Part::If { .. } | Part::For { .. } => "",
        })
        .collect();
    assert_eq!(places, [r"a\t", "user `x`"]);
    assert_eq!(&text[source.labels[0].span.range()], "\"null\"");
}
