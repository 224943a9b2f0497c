//! What is wrong in its own way in legacy JSON.

use formwork::syntax::Spelling::LegacyJson;
use serde_json::json;

use super::Kind;
use crate::plant::{Planter, mark_head, marked};
use crate::tree::{Body, Item};

pub(crate) const KINDS: &[Kind] = &[
    ("legacy-no-builders", &["no-builder"], no_builders),
    ("legacy-unknown-root-key", &["unknown-root-key"], root_key),
    ("legacy-duplicate-builder", &["duplicate-builder"], duplicate_builder),
    ("legacy-missing-type", &["missing-type"], missing_type),
    ("legacy-unknown-builder", &["unknown-builder", "unmatched-name"], unknown_builder),
    ("legacy-engine-function", &["unknown-engine-function"], engine_function),
    ("legacy-engine-syntax", &["template-engine-syntax"], engine_syntax),
    ("legacy-engine-field", &["engine-field-without-data", "template-engine-error"], engine_field),
    ("legacy-undefined-user-variable", &["undefined-user-variable", "undeclared-variable"], user_variable),
    ("legacy-variable-kind", &["json-value-kind", "invalid-default"], variable_kind),
    ("legacy-value-kind", &["json-value-kind", "wrong-shape", "wrong-type"], value_kind),
    ("legacy-only-hcl", &["not-in-legacy-json", "unknown-attribute"], only_hcl),
    ("legacy-outdated", &["outdated-template", "removed-attribute", "deprecated"], outdated),
    ("legacy-comment-inside", &["unknown-attribute"], comment_inside),
];

fn text(p: &mut Planter<'_>, all: &[(&str, &str, &str)]) {
    for (template, from, to) in all {
        p.text(template, LegacyJson, from, &to.replace('~', "\u{E000}"));
    }
}

fn no_builders(p: &mut Planter<'_>) {
    for template in ["base", "stack"] {
        p.edit(template, &[LegacyJson], "there are no builders", |trees| {
            let tree: &mut Body = &mut trees[0].1;
            tree.0.retain(|item| !matches!(item, Item::Block(kind, ..) if kind == "source"));
            // The file has no better place than its first lines.
            mark_head(trees, "variables")
        });
        let fault = p.faults.last_mut().expect("a fault");
        fault.place.as_mut().expect("a place").1 = vec![1, 2];
    }
}

fn root_key(p: &mut Planter<'_>) {
    text(
        p,
        &[
            ("base", "\"provisioners\": [", "\"provisioner~\": ["),
            ("base", "\"post-processors\": [", "\"post_processors~\": ["),
            ("base", "\"variables\": {", "\"variable~\": {"),
            ("box", "\"provisioners\": [", "\"Provisioner~\": ["),
            ("stack", "\"post-processors\": [", "\"postprocessors~\": ["),
            ("base", "\"min_packer_version\"", "\"required_version~\""),
            ("base", "\"sensitive-variables\"", "\"sensitive_variables~\""),
        ],
    );
}

fn duplicate_builder(p: &mut Planter<'_>) {
    p.relabel("stack", &[LegacyJson], "source.docker.cron", 1, "api");
    p.repeat("base", &[LegacyJson], "source.amazon-ebs.base");
}

fn missing_type(p: &mut Planter<'_>) {
    for (template, block) in [
        ("base", "source.amazon-ebs.base"),
        ("base", "provisioner.shell#0"),
        ("base", "post-processor.manifest"),
        ("box", "source.qemu"),
        ("stack", "provisioner.ansible-local"),
        ("stack", "post-processors/post-processor.docker-push"),
    ] {
        p.edit(template, &[LegacyJson], &format!("{block} has no type"), |trees| {
            mark_head(trees, block)?;
            let parent = block.rsplit_once('/').map_or("", |(parent, _)| parent);
            let body = crate::plant::body(trees, parent)?;
            for item in &mut body.0 {
                if let Item::Block(kind, labels, inner) = item
                    && labels.iter().any(|label| label.contains('\u{E000}'))
                {
                    let mut attributes = Vec::new();
                    if let Some(name) = labels.get(1) {
                        attributes.push(Item::Attribute("name".to_owned(), json!(name.replace('\u{E000}', ""))));
                    }
                    attributes.append(&mut inner.0);
                    *inner = Body(attributes);
                    *labels = Vec::new();
                    *kind = marked(kind);
                    return Some(());
                }
            }
            None
        });
    }
}

fn unknown_builder(p: &mut Planter<'_>) {
    p.set("stack", "provisioner.file/only", json!(["apis"]));
    p.set("box", "provisioner.shell#1/only", json!(["vmware-iso"]));
    p.set("stack", "provisioner.ansible-local/except", json!(["crons"]));
    p.add("stack", "post-processors/post-processor.docker-tag", "only", json!(["apis"]));
    p.add("base", "post-processor.manifest", "except", json!(["bases"]));
    for fault in p.faults.iter_mut().rev().take(5) {
        let (_, lines) = fault.place.as_mut().expect("a place");
        lines.push(lines[0] + 1);
    }
}

fn engine_function(p: &mut Planter<'_>) {
    p.set("base", "source.amazon-ebs.base/ami_name", "base-{{user `release`}}-{{timestmp}}");
    p.set("base", "source.amazon-ebs.base/tags/Name", "{{ usr `release` }}");
    p.set("box", "provisioner.shell#1/inline/0", "echo {{ build_nam }}");
    p.set("stack", "source.docker.api/changes/0", "WORKDIR {{ lowr `SRV` }}");
}

fn engine_syntax(p: &mut Planter<'_>) {
    p.set("base", "source.amazon-ebs.base/ami_name", "base-{{user `release`}-{{timestamp}}");
    p.set("base", "provisioner.shell#1/environment_vars/0", "RELEASE={{user `release`");
    p.set("base", "source.amazon-ebs.base/tags/Release", "{{user `release}}");
    p.set("stack", "post-processors/post-processor.docker-tag/repository", "{{user `registry`}}/{{if}}");
    p.set("box", "provisioner.shell#0/execute_command", "{{ .Vars }} sudo sh '{{ .Path }'");
}

fn engine_field(p: &mut Planter<'_>) {
    p.set("base", "provisioner.shell#1/execute_command", "{{ .Var }} sudo bash '{{ .Path }}'");
    p.set("box", "provisioner.shell#0/execute_command", "{{ .Vars }} {{ .Path }} {{ .User }}");
    p.set("box", "post-processors/post-processor.vagrant/output", "debian-{{ .Providr }}.box");
    p.set("stack", "source.docker.cron/run_command/3", "{{ .image }}");
}

fn user_variable(p: &mut Planter<'_>) {
    p.set("base", "source.amazon-ebs.base/ssh_timeout", "{{user `timeout`}}");
    p.set("base", "provisioner.shell#0/inline/0", "echo {{user `releas`}}");
    p.set("base", "source.amazon-ebs.base/tags/Name", "{{user `name`}}");
    p.set("box", "source.qemu/disk_size", "{{user `disksize`}}");
    p.set("box", "provisioner.shell#1/inline/0", "echo {{ user \"verison\" }}");
    p.set("stack", "post-processors/post-processor.docker-push/login_username", "{{user `username`}}");
    p.set("stack", "source.docker.api/image", "node:{{user `node`}}");
}

fn variable_kind(p: &mut Planter<'_>) {
    p.set("base", "variables/release", json!(["7"]));
    p.set("box", "variables/headless", json!({"a": "b"}));
    for fault in p.faults.iter_mut().rev().take(2) {
        // The name, or what is given to it.
        let (_, lines) = fault.place.as_mut().expect("a place");
        let line = lines[0];
        lines.push(line - 1);
    }
    text(
        p,
        &[
            ("box", "\"headless\": \"true\"", "\"headless~\": true"),
            ("box", "\"disk_size\": \"20480\"", "\"disk_size~\": 20480"),
        ],
    );
}

fn value_kind(p: &mut Planter<'_>) {
    text(
        p,
        &[
            ("base", "\"type\": \"file\"", "\"type~\": [\"file\"]"),
            ("stack", "\"only\": [\n        \"api\"\n      ]", "\"only~\": 1"),
            ("base", "\"min_packer_version\": \"1.6.0\"", "\"min_packer_version~\": 1.6"),
            ("base", "\"description\": \"The base image of the shop.\"", "\"description~\": [\"The base image.\"]"),
            ("base", "\"pause_before\": \"10s\"", "\"pause_before~\": [\"10s\"]"),
        ],
    );
}

fn only_hcl(p: &mut Planter<'_>) {
    p.add("base", "provisioner.shell#0", "timeout_after", "5m");
    p.add("base", "source.amazon-ebs.base", "sources", json!(["x"]));
    p.add("stack", "provisioner.file", "for_each", json!(["x"]));
}

fn outdated(p: &mut Planter<'_>) {
    for (template, block, name, value) in [
        ("base", "source.amazon-ebs.base", "shutdown_behaviour", json!("terminate")),
        ("base", "source.amazon-ebs.base", "enhanced_networking", json!(true)),
        ("base", "source.amazon-ebs.base", "temporary_security_group_source_cidr", json!("10.0.0.0/8")),
        ("base", "source.amazon-ebs.base", "ssh_disable_agent", json!(true)),
        ("base", "source.amazon-ebs.base", "spot_price_auto_product", json!("Linux/UNIX")),
        ("base", "source.amazon-ebs.base", "ssh_private_ip", json!(true)),
        ("base", "post-processor.manifest", "filename", json!("x.json")),
        ("box", "source.virtualbox-iso", "iso_checksum_type", json!("sha256")),
        ("box", "source.virtualbox-iso", "guest_additions_attach", json!(true)),
        ("box", "source.virtualbox-iso", "ssh_host_port_min", json!(2222)),
        ("box", "source.qemu", "iso_md5", json!("d41d8cd98f00b204e9800998ecf8427e")),
        ("box", "source.qemu", "iso_checksum_url", json!("https://example.org/SUMS")),
        ("stack", "post-processors/post-processor.docker-push", "login_email", json!("a@example.org")),
        ("stack", "provisioner.ansible-local", "galaxycommand", json!("galaxy")),
    ] {
        p.add(template, block, name, value);
    }
    p.rename("box", "source.virtualbox-iso/ssh_timeout", "ssh_wait_timeout");
    p.set("base", "source.amazon-ebs.base/ami_name", "base-{{user `release`}}-{{clean_ami_name `x`}}");
    p.set("base", "source.amazon-ebs.base/tags/Name", "{{.CreateTime}}");
    p.relabel("box", &[LegacyJson], "source.virtualbox-iso", 0, "virtualbox");
}

fn comment_inside(p: &mut Planter<'_>) {
    p.add("base", "source.amazon-ebs.base", "_comment", "The base of all.");
    p.add("base", "provisioner.shell#0", "_comment", "Updates first.");
    p.add("stack", "post-processors/post-processor.docker-tag", "//", "tags");
    p.add("box", "source.qemu", "#", "for the build server");
}
