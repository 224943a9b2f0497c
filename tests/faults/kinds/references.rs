//! Expressions: names that nothing declares, functions, indexes, cycles.

use serde_json::json;

use super::Kind;
use crate::plant::{Planter, THREE};

pub(crate) const KINDS: &[Kind] = &[
    ("undeclared-variable", &["undeclared-variable"], undeclared_variable),
    ("undeclared-variable-in-text", &["undeclared-variable"], undeclared_in_text),
    ("undeclared-local", &["undeclared-local", "unknown-reference"], undeclared_local),
    ("undeclared-data-source", &["undeclared-data-source"], undeclared_data),
    ("attribute-of-data-source", &["missing-attribute"], data_attribute),
    ("unknown-source", &["unknown-source"], unknown_source),
    ("bad-source-reference", &["invalid-source-reference", "unknown-source"], bad_source_reference),
    ("unknown-build-variable", &["unknown-reference", "missing-attribute"], build_variable),
    ("unknown-root-name", &["unknown-reference", "missing-attribute"], unknown_root),
    ("missing-attribute-of-value", &["missing-attribute"], missing_attribute),
    ("index-outside", &["invalid-index"], index_outside),
    ("unknown-function", &["unknown-function"], unknown_function),
    ("argument-count", &["wrong-argument-count"], argument_count),
    ("argument-type", &["invalid-function-argument", "function-failed"], argument_type),
    ("function-failure", &["function-failed", "missing-file", "invalid-function-argument"], function_failure),
    ("bad-operand", &["invalid-operand", "invalid-condition", "inconsistent-conditional"], bad_operand),
    ("no-text-in-text", &["no-text"], no_text),
    ("bad-for", &["cannot-iterate", "invalid-for", "invalid-object-key"], bad_for),
    ("cycle-of-locals", &["reference-cycle"], cycle),
    ("bad-dynamic", &["invalid-dynamic"], bad_dynamic),
    (
        "reference-where-constant",
        &["not-constant", "unknown-reference", "needs-known-value", "invalid-version-constraint"],
        constant,
    ),
    (
        "engine-in-hcl",
        &[
            "unknown-engine-function",
            "template-engine-syntax",
            "engine-function-unavailable",
            "template-engine-error",
            "engine-field-without-data",
            "undefined-user-variable",
        ],
        engine,
    ),
];

fn undeclared_variable(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "source.amazon-ebs.web/ssh_timeout", "${var.timeout}"),
        ("web", "source.amazon-ebs.web/ssh_username", "${var.regoin}"),
        ("web", "build/provisioner.shell#1/timeout", "${var.time_out}"),
        ("web", "build/post-processor.manifest/output", "${var.manifest}"),
        ("web", "source.amazon-ebs.web/launch_block_device_mappings/volume_size", "${var.disk}"),
        ("app", "build/post-processors/post-processor.docker-tag/repository", "${var.repository}"),
        ("azure", "source.azure-arm.ubuntu/vm_size", "${var.size}"),
        ("fleet", "source.amazon-ebs.base/instance_type", "${var.instance}"),
        ("fleet", "data.amazon-ami.ubuntu/most_recent", "${var.newest}"),
        ("qemu", "source.qemu.debian/memory", "${var.memroy}"),
        ("proxmox", "source.proxmox-iso.k8s/disks/storage_pool", "${var.pool}"),
        ("windows", "build/provisioner.powershell#0/elevated_user", "${var.admin}"),
    ] {
        p.set(template, address, value);
    }
    // The name of one that is used, misspelt: the declaration is not used any more, which is a follow-on.
    for (template, address, value) in [
        ("web", "source.amazon-ebs.web/region", "${var.regon}"),
        ("gcp", "source.googlecompute.runner/zone", "${var.zones}"),
        ("qemu", "source.qemu.debian/headless", "${var.headles}"),
        ("windows", "source.amazon-ebs.windows/subnet_id", "${var.subnet_id}"),
        ("app", "build/post-processors/post-processor.docker-push/login_username", "${var.registry_username}"),
    ] {
        p.set(template, address, value);
    }
}

fn undeclared_in_text(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "build/provisioner.shell#0/inline/1", "sudo apt-get install -y ${var.packages}"),
        ("web", "locals/name", "web-${var.realease}-${var.release}-${local.stamp}"),
        ("app", "source.docker.app/changes/0", "ENV APP_HOME=${var.home}"),
        ("fleet", "build/source.amazon-ebs.base/ami_name", "api-${var.verison}"),
        ("vbox", "build/provisioner.ansible/extra_arguments/1", "version=${var.box_version},${var.boxversion}"),
        ("fleet", "build/provisioner.shell-local/environment_vars/0", "VERSION=${upper(var.version)}"),
        ("web", "source.amazon-ebs.web/run_tags/Purpose", "build ${var.purpose} ${local.name}"),
    ] {
        p.set(template, address, value);
    }
}

fn undeclared_local(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "source.amazon-ebs.web/ssh_timeout", "${local.timeout}"),
        ("web", "build/provisioner.shell#0/inline/1", "echo ${local.names}"),
        ("gcp", "build/provisioner.breakpoint/note", "${local.note}"),
        ("qemu", "source.qemu.debian/boot_command/2", "${local.boots}"),
        ("fleet", "source.amazon-ebs.base/tag/key", "${local.key}"),
        ("fleet", "build/source.docker.local/name", "${local.dev}"),
    ] {
        p.set(template, address, value);
    }
    p.set("web", "source.amazon-ebs.web/tags", "${local.tag}");
}

fn undeclared_data(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "source.amazon-ebs.web/instance_type", "${data.amazon-ami.web.id}"),
        ("fleet", "source.amazon-ebs.base/instance_type", "${data.http.instance.body}"),
        ("windows", "source.amazon-ebs.windows/instance_type", "${data.amazon-ami.bse.id}"),
        ("fleet", "locals/minor", "${length(data.http.motd.body) + length(data.http.mtod.body)}"),
        ("windows", "build/post-processor.manifest/output", "${data.amazon-amis.base.id}"),
    ] {
        p.set(template, address, value);
    }
}

fn data_attribute(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("fleet", "source.amazon-ebs.base/source_ami", "${data.amazon-ami.ubuntu.ami_id}"),
        ("windows", "source.amazon-ebs.windows/source_ami", "${data.amazon-ami.base.image_id}"),
        ("fleet", "build/post-processor.shell-local/inline/0", "echo ${data.http.motd.content}"),
    ] {
        p.set(template, address, value);
    }
}

fn unknown_source(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "build/sources/0", "source.amazon-ebs.wbe"),
        ("azure", "build/sources/0", "source.azure-arm.debian"),
        ("app", "build/sources/1", "source.docker.workers"),
        ("qemu", "build/sources/0", "source.qemu.ubuntu"),
        ("volumes", "build/sources/1", "source.amazon-ebsvolumes.data"),
        ("vbox", "build/sources/0", "source.virtualbox-ovf.ubuntu"),
    ] {
        p.set(template, address, value);
    }
    p.relabel("fleet", THREE, "build/source.docker.local", 0, "docker.locale");
    p.relabel("fleet", THREE, "build/source.amazon-ebs.base#1", 0, "amazon-ebs.bases");
}

fn bad_source_reference(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "build/sources/0", "web"),
        ("azure", "build/sources/0", "source.ubuntu"),
        // Packer drops what stands before the type, and what stands behind the name.
        ("gcp", "build/sources/0", "googlecompute"),
        ("app", "build/sources/0", "docker:app"),
        ("qemu", "build/sources/0", "source/qemu/debian"),
    ] {
        p.set(template, address, value);
    }
}

fn build_variable(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("windows", "build/provisioner.powershell#1/inline/0", "Write-Host ${build.Foo}"),
        ("fleet", "build/post-processor.shell-local/inline/0", "echo ${build.PackerRunUuid}"),
        ("fleet", "build/provisioner.shell-local/inline/0", "echo ${build.Name}"),
        ("web", "build/provisioner.shell#0/inline/0", "echo ${build.SourceAmi}"),
        ("qemu", "build/provisioner.shell#1/inline/0", "echo ${build.Address}"),
        ("fleet", "build/provisioner.shell-local/inline/0", "echo ${source.region}"),
    ] {
        p.set(template, address, value);
    }
}

fn unknown_root(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "source.amazon-ebs.web/ssh_timeout", "${vars.timeout}"),
        ("web", "build/provisioner.shell#1/timeout", "${locals.stamp}"),
        ("web", "source.amazon-ebs.web/instance_type", "${instance_type}"),
        ("azure", "source.azure-arm.ubuntu/vm_size", "${variable.size}"),
        ("fleet", "source.amazon-ebs.base/instance_type", "${module.sizes.api}"),
        ("web", "build/provisioner.shell#0/inline/0", "echo ${env.HOME}"),
        ("web", "build/provisioner.shell#0/inline/0", "echo ${HOME}"),
        ("gcp", "build/provisioner.breakpoint/note", "${self.name}"),
        ("web", "source.amazon-ebs.web/ssh_username", "${build.User}"),
    ] {
        p.set(template, address, value);
    }
    p.add("qemu", "source.qemu.debian", "vm_name", "${path.modul}");
}

fn missing_attribute(p: &mut Planter<'_>) {
    p.set("vbox", "source.virtualbox-iso.ubuntu/iso_url", "${var.iso.uri}");
    p.set("vbox", "source.virtualbox-iso.ubuntu/iso_checksum", "${var.iso.checksum}");
    p.set("fleet", "build/provisioner.shell#0/inline", "${[for user in var.users : user.nme]}");
    p.set("web", "build/provisioner.shell#0/inline/0", "echo ${var.region.name}");
    p.set("fleet", "source.amazon-ebs.base/instance_type", "${var.users[0].type}");
}

fn index_outside(p: &mut Planter<'_>) {
    p.set("web", "build/provisioner.shell#0/inline/0", "echo ${[\"a\", \"b\"][2]}");
    p.set("web", "build/provisioner.shell#0/inline/0", "echo ${split(\"-\", \"a-b\")[5]}");
    p.set("web", "build/provisioner.shell#0/inline/0", "echo ${{ a = 1 }[\"b\"]}");
}

fn unknown_function(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("gcp", "local.family/expression", "batch-${lowercase(\"RUNNER\")}"),
        ("web", "locals/stamp", "${format_date(\"YYYY\", timestamp())}"),
        ("web", "locals/tags", "${mrege(var.base_tags, { Name = local.name })}"),
        (
            "fleet",
            "build/provisioner.shell#1/inline/0",
            "${template_file(\"scripts/motd.tpl\", { version = local.version, host = build.Host })}",
        ),
        ("web", "build/provisioner.shell#0/inline/0", "echo ${getenv(\"HOME\")}"),
        ("fleet", "locals/minor", "${len(data.http.motd.body)}"),
    ] {
        p.set(template, address, value);
    }
    p.set("web", "build/provisioner.shell#0/inline/0", "echo ${env(\"HOME\")}");
}

fn argument_count(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("gcp", "local.family/expression", "batch-${lower()}"),
        ("web", "locals/stamp", "${formatdate(timestamp())}"),
        ("fleet", "locals/minor", "${length(data.http.motd.body, 100)}"),
        ("web", "build/provisioner.shell#0/inline/0", "${replace(\"a\", \"b\")}"),
        ("web", "build/provisioner.shell#0/inline/0", "${upper(\"a\", \"b\")}"),
    ] {
        p.set(template, address, value);
    }
}

fn argument_type(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("gcp", "local.family/expression", "batch-${lower([\"RUNNER\"])}"),
        ("web", "build/provisioner.shell#0/inline/0", "${join(\",\", \"a\")}"),
        ("web", "build/provisioner.shell#0/inline/0", "${length(5)}"),
        ("web", "build/provisioner.shell#0/inline/0", "${max(\"a\", 2)}"),
        ("web", "build/provisioner.shell#0/inline/0", "${split(\",\", [\"a\"])}"),
        ("web", "locals/stamp", "${formatdate(\"YYYY\", \"today\")}"),
    ] {
        p.set(template, address, value);
    }
}

fn function_failure(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "build/provisioner.shell#0/inline/0", "${jsondecode(\"{a\")}"),
        ("web", "build/provisioner.shell#0/inline/0", "${base64decode(\"%%\")}"),
        ("web", "build/provisioner.shell#0/inline/0", "${regex_replace(\"a\", \"(\", \"b\")}"),
        ("web", "build/provisioner.shell#0/inline/0", "${cidrhost(\"10.0.0.0/8x\", 1)}"),
        ("web", "build/provisioner.shell#0/inline/0", "${file(\"scripts/none.sh\")}"),
        (
            "fleet",
            "build/provisioner.shell#1/inline/0",
            "${templatefile(\"scripts/mot.tpl\", { version = local.version, host = build.Host })}",
        ),
    ] {
        p.set(template, address, value);
    }
}

fn bad_operand(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("qemu", "source.qemu.debian/memory", "${var.cpus * \"many\"}"),
        ("qemu", "source.qemu.debian/memory", "${var.cpus + [1024]}"),
        ("web", "build/provisioner.shell#0/inline/0", "${\"a\" > \"b\"}"),
        ("web", "build/provisioner.shell#0/inline/0", "${!\"a\"}"),
        ("web", "build/provisioner.shell#0/inline/0", "${true ? \"a\" : [\"b\"]}"),
    ] {
        p.set(template, address, value);
    }
}

fn no_text(p: &mut Planter<'_>) {
    p.set("web", "build/provisioner.shell#0/inline/0", "echo ${var.data_disks}");
    p.set("web", "source.amazon-ebs.web/run_tags/Purpose", "build of ${local.tags} ${local.name}");
    p.set("fleet", "build/post-processor.shell-local/inline/0", "echo ${var.labels}");
    p.set("vbox", "build/post-processor.vagrant/output", "ubuntu-${var.iso}.box");
}

fn bad_for(p: &mut Planter<'_>) {
    p.set("fleet", "build/provisioner.shell#0/inline", "${[for user in var.region : user]}");
    p.set("web", "build/provisioner.shell#0/inline", "${[for x in 5 : x]}");
    p.set("web", "source.amazon-ebs.web/run_tags", "${{ for d in var.data_disks : \"same\" => d }}");
}

fn cycle(p: &mut Planter<'_>) {
    p.edit("web", THREE, "stamp and name need each other", |trees| {
        *crate::plant::value(trees, "locals/stamp")? = json!("${local.name}");
        crate::plant::mark_head(trees, "locals/stamp")?;
        crate::plant::mark_head(trees, "locals/name")
    });
    p.edit("fleet", THREE, "version and minor need each other", |trees| {
        *crate::plant::value(trees, "locals/minor")? =
            json!(format!("${{length(data.http.motd.body) > length(local.version) ? 1 : 2}}"));
        crate::plant::mark_head(trees, "locals/version")?;
        crate::plant::mark_head(trees, "locals/minor")
    });
    p.set("qemu", "locals/boot", "auto ${local.boot}");
    p.edit("gcp", THREE, "family needs itself", |trees| {
        *crate::plant::value(trees, "local.family/expression")? = json!("batch-${local.family}");
        crate::plant::mark_head(trees, "local.family/expression")?;
        crate::plant::mark_head(trees, "local.family")
    });
}

fn bad_dynamic(p: &mut Planter<'_>) {
    p.remove("fleet", "source.amazon-ebs.base/dynamic.tag/for_each");
    p.remove("fleet", "source.amazon-ebs.base/dynamic.tag/content");
    p.set("fleet", "source.amazon-ebs.base/dynamic.tag/for_each", 3);
    p.set("fleet", "source.amazon-ebs.base/dynamic.tag/for_each", "${var.region}");
    p.set("web", "source.amazon-ebs.web/dynamic.launch_block_device_mappings/for_each", "/dev/sdf");
}

fn constant(p: &mut Planter<'_>) {
    p.set("web", "variable.instance_type/default", "${var.region}");
    p.set("web", "variable.region/default", "${local.name}");
    p.set("fleet", "variable.region/default", "${data.http.motd.body}");
    p.set("web", "packer/required_version", "${var.release}");
}

fn engine(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "build/provisioner.shell#0/inline/0", "echo {{user `region`}}"),
        ("web", "source.amazon-ebs.web/run_tags/Purpose", "{{ isotme }} ${local.name}"),
        ("windows", "source.amazon-ebs.windows/ami_name", "windows-{{timestamp}"),
        ("windows", "source.amazon-ebs.windows/ami_name", "windows-{{timestamps}}"),
        ("gcp", "source.googlecompute.runner/image_name", "${local.family}-{{ timestamp"),
        ("web", "build/provisioner.shell#1/execute_command", "chmod +x {{ .Path }}; sudo {{ .Vars }} {{ .Path }"),
        ("web", "build/provisioner.shell#1/execute_command", "{{ .Vars }} {{ .Pth }} {{ .Path }}"),
        ("gcp", "build/post-processor.checksum/output", "runner_{{ .ChecksumTyp }}.txt"),
        ("qemu", "source.qemu.debian/boot_command/0", "<esc><wait> {{ .HTTPip }}"),
    ] {
        p.set(template, address, value);
    }
}
