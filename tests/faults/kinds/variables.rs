//! Declarations of variables, var-files, and values that are given on the command line.

use formwork::syntax::Spelling::{Hcl, Json, LegacyJson};
use serde_json::json;

use super::Kind;
use crate::plant::{Planter, THREE, mark_head};
use crate::tree::MARK;

pub(crate) const KINDS: &[Kind] = &[
    ("default-of-wrong-type", &["invalid-default"], default_type),
    ("bad-type", &["invalid-type"], bad_type),
    ("failing-validation", &["validation-failed"], failing_validation),
    ("bad-validation", &["invalid-validation"], bad_validation),
    ("undeclared-in-var-file", &["undeclared-value"], undeclared_value),
    ("wrong-type-in-var-file", &["invalid-value"], wrong_value),
    ("block-in-var-file", &["block-in-var-file"], block_in_file),
    (
        "broken-var-file",
        &[
            "expected-expression",
            "invalid-argument",
            "json-syntax",
            "not-constant",
            "unterminated-string",
            "root-not-object",
        ],
        broken_file,
    ),
    ("undeclared-on-command-line", &["undeclared-value"], undeclared_given),
    ("wrong-type-on-command-line", &["invalid-value", "unknown-reference", "expected-expression"], wrong_given),
    ("breaks-validation-on-command-line", &["validation-failed"], breaks_validation),
    ("unset-variable", &["unset-variable"], unset),
    ("missing-var-file", &["missing-file", "unreadable-var-file", "unknown-var-file-format"], missing_file),
    ("only-matches-nothing", &["selects-nothing"], only_nothing),
    ("secret-in-text", &["sensitive-in-text"], secret),
];

fn default_type(p: &mut Planter<'_>) {
    p.set("qemu", "variable.cpus/default", "two");
    p.set("qemu", "variable.headless/default", "maybe");
    p.set("web", "variable.region/default", json!(["eu-central-1"]));
    p.set("web", "variable.data_disks/default", json!({"a": "b"}));
    p.set("web", "variable.base_tags/default", json!(["web"]));
    p.set("vbox", "variable.iso/default", json!({"url": "https://example.org/x.iso"}));
    p.set("fleet", "variable.users/default", json!([{"name": "ops"}]));
    p.set("fleet", "variable.major/default", "three");
    p.set("fleet", "variable.labels/default", "Owner=x");
}

fn bad_type(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "variable.region/type", "strng"),
        ("web", "variable.data_disks/type", "list(strings)"),
        ("web", "variable.instance_type/type", "text"),
        ("qemu", "variable.cpus/type", "int"),
        ("qemu", "variable.headless/type", "boolean"),
        ("vbox", "variable.iso/type", "object"),
        ("web", "variable.data_disks/type", "array(string)"),
    ] {
        p.set(template, address, value);
    }
}

fn failing_validation(p: &mut Planter<'_>) {
    // The value breaks the rule: either is its place.
    p.edit("web", THREE, "the default is too short", |trees| {
        *crate::plant::value(trees, "variable.release/default")? = json!("1");
        mark_head(trees, "variable.release/default")?;
        mark_head(trees, "variable.release/validation/condition")
    });
    p.edit("fleet", THREE, "the value of the var-file is too large", |trees| {
        *crate::plant::value(trees, "major")? = json!(100);
        mark_head(trees, "major")
    });
}

fn bad_validation(p: &mut Planter<'_>) {
    p.set("web", "variable.release/validation/condition", "${length(var.region) > 4}");
    p.set("web", "variable.release/validation/condition", "yes");
    p.set("web", "variable.release/validation/condition", "${length(local.name) > 4}");
    p.set("web", "variable.release/validation/error_message", "");
    p.set("fleet", "variable.major/validation/condition", true);
}

fn undeclared_value(p: &mut Planter<'_>) {
    for (template, spelling, file, text) in [
        ("web", Hcl, "prod.pkrvars.hcl", "regoin~ = \"eu-west-1\"\n"),
        ("web", Json, "prod.pkrvars.json", "{\n  \"region\": \"eu-west-1\",\n  \"instance~\": \"t3.large\"\n}\n"),
        ("gcp", Hcl, "prod.pkrvars.hcl", "project = \"p\"\nzones~ = \"a\"\n"),
    ] {
        p.beside(template, spelling, file, &text.replace('~', &MARK.to_string()), true);
    }
}

fn wrong_value(p: &mut Planter<'_>) {
    p.set("fleet", "major", "many");
    p.set("fleet", "labels", json!(["qa"]));
    p.set("fleet", "users", json!([{"name": "qa"}]));
    p.set("app", "tag", json!(["1.4.2"]));
    for (template, spelling, file, text) in [
        ("qemu", Hcl, "ci.pkrvars.hcl", "cpus~ = \"many\"\n"),
        ("qemu", Json, "ci.pkrvars.json", "{\n  \"headless~\": \"maybe\"\n}\n"),
        ("web", Hcl, "ci.pkrvars.hcl", "region = \"x\"\ndata_disks~ = { a = 1 }\n"),
    ] {
        p.beside(template, spelling, file, &text.replace('~', &MARK.to_string()), true);
    }
}

fn block_in_file(p: &mut Planter<'_>) {
    for (template, text) in [
        ("web", "variable~ \"region\" {\n  default = \"eu-west-1\"\n}\n"),
        ("qemu", "cpus = 2\nlocals~ {\n  a = 1\n}\n"),
    ] {
        p.beside(template, Hcl, "ci.pkrvars.hcl", &text.replace('~', &MARK.to_string()), true);
    }
}

fn broken_file(p: &mut Planter<'_>) {
    for (template, spelling, file, text) in [
        ("web", Hcl, "ci.pkrvars.hcl", "region =~\n"),
        ("web", Hcl, "ci.pkrvars.hcl", "region = \"eu~\n"),
        ("web", Hcl, "ci.pkrvars.hcl", "region~: \"eu\"\n"),
        ("web", Json, "ci.pkrvars.json", "{\n  \"region\": \"eu\",~\n}\n"),
        ("base", LegacyJson, "ci.json", "{\n  \"region\": ~\n}\n"),
    ] {
        p.beside(template, spelling, file, &text.replace('~', &MARK.to_string()), true);
        let (_, lines) = p.faults.last_mut().and_then(|fault| fault.place.as_mut()).expect("a place");
        if spelling != Hcl {
            lines.push(lines[0] + 1);
        }
    }
}

fn given(p: &mut Planter<'_>, all: &[(&str, &str, &str)]) {
    for (template, name, value) in all {
        p.call(template, &format!("--var {name}={value}"), |inputs| {
            inputs.variables.push(((*name).to_owned(), (*value).to_owned()));
        });
    }
}

fn undeclared_given(p: &mut Planter<'_>) {
    given(p, &[("web", "regoin", "x"), ("qemu", "cpu", "2"), ("fleet", "label", "{}")]);
}

fn wrong_given(p: &mut Planter<'_>) {
    given(
        p,
        &[
            ("qemu", "cpus", "many"),
            ("qemu", "headless", "maybe"),
            ("web", "data_disks", "/dev/sdf"),
            ("fleet", "labels", "[\"a\"]"),
        ],
    );
}

fn breaks_validation(p: &mut Planter<'_>) {
    given(p, &[("web", "release", "1"), ("fleet", "major", "0")]);
}

fn unset(p: &mut Planter<'_>) {
    for template in ["azure", "gcp", "windows", "proxmox"] {
        p.call(template, "--require-values", |inputs| inputs.require_values = true);
    }
    p.edit("app", THREE, "the var-file does not give the tag", |trees| {
        for (_, tree) in trees.iter_mut() {
            tree.0.retain(|item| !matches!(item, crate::tree::Item::Attribute(name, _) if name == "tag"));
        }
        mark_head(trees, "variable.tag")
    });
    for fault in p.faults.iter_mut().rev().take(3) {
        fault.inputs.require_values = true;
    }
}

fn missing_file(p: &mut Planter<'_>) {
    for template in ["web", "base"] {
        p.call(template, "--var-file prod.pkrvars.hcl", |inputs| inputs.var_files.push("prod.pkrvars.hcl".to_owned()));
        p.call(template, "--var-file prod.ini", |inputs| inputs.var_files.push("prod.ini".to_owned()));
    }
}

fn only_nothing(p: &mut Planter<'_>) {
    for (template, only) in
        [("web", "amazon-ebs.web"), ("app", "web.*"), ("fleet", "*.docker.local"), ("base", "amazon-ebs")]
    {
        p.call(template, &format!("--only {only}"), |inputs| inputs.only.push(only.to_owned()));
        p.call(template, &format!("--except {only}"), |inputs| inputs.except.push(only.to_owned()));
    }
}

fn secret(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("app", "build/post-processors/post-processor.docker-tag/tags/1", "${var.registry_password}"),
        ("windows", "source.amazon-ebs.windows/ami_name", "windows-${var.admin_password}"),
        ("app", "build/provisioner.shell#0/inline/0", "curl -u ci:${var.registry_password} https://example.org"),
        ("windows", "build/provisioner.powershell#1/inline/0", "net user ${build.ID} ${var.admin_password}"),
        ("app", "source.docker.app/changes/0", "ENV TOKEN=${var.registry_password}"),
        ("base", "source.amazon-ebs.base/ami_name", "base-{{user `release`}}-{{user `kms_key`}}"),
    ] {
        p.set(template, address, value);
    }
}
