//! Values of another type than is taken, and blocks for attributes.

use formwork::syntax::Spelling::{Hcl, Json, LegacyJson, Yaml};
use serde_json::json;

use super::Kind;
use crate::plant::{Planter, THREE};
use crate::tree::MARK;

pub(crate) const KINDS: &[Kind] = &[
    ("text-for-number", &["wrong-type"], text_for_number),
    ("text-for-bool", &["wrong-type"], text_for_bool),
    ("list-for-text", &["wrong-type"], list_for_text),
    ("text-for-list", &["wrong-type"], text_for_list),
    ("map-for-list", &["wrong-type"], map_for_list),
    ("list-for-map", &["wrong-type"], list_for_map),
    ("nested-for-flat", &["wrong-type"], nested_for_flat),
    ("fraction-for-count", &["wrong-type", "invalid-attribute-value", "not-a-whole-number"], fraction),
    (
        "type-of-language-attribute",
        &["wrong-type", "needs-known-value", "not-constant", "not-a-whole-number", "invalid-attribute-value"],
        language,
    ),
    ("block-as-attribute", &["block-as-attribute"], block_as_attribute),
    ("attribute-as-block", &["attribute-as-block"], attribute_as_block),
    ("wrong-shape-in-json", &["wrong-shape", "wrong-type", "block-as-attribute", "json-value-kind"], wrong_shape),
];

fn text_for_number(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "source.amazon-ebs.web/launch_block_device_mappings/volume_size", "twenty"),
        ("web", "source.amazon-ebs.web/dynamic.launch_block_device_mappings/content/volume_size", "50GB"),
        ("azure", "source.azure-arm.ubuntu/os_disk_size_gb", "64 GB"),
        ("gcp", "source.googlecompute.runner/disk_size", "40G"),
        ("qemu", "source.qemu.debian/memory", "2G"),
        ("qemu", "source.qemu.debian/ssh_port", "ssh"),
        ("qemu", "build/post-processors/post-processor.vagrant/compression_level", "max"),
        ("vbox", "source.virtualbox-iso.ubuntu/disk_size", "40G"),
        ("vbox", "source.virtualbox-iso.ubuntu/cpus", "two"),
        ("windows", "source.amazon-ebs.windows/metadata_options/http_put_response_hop_limit", "one"),
        ("windows", "build/provisioner.windows-update/update_limit", "all"),
        ("proxmox", "source.proxmox-iso.k8s/cores", "2 cores"),
        ("volumes", "source.amazon-ebsvolume.data/ebs_volumes/throughput", "250MiB"),
        ("base", "source.amazon-ebs.base/launch_block_device_mappings/0/volume_size", "30GB"),
        ("box", "source.virtualbox-iso/disk_size", "20G"),
        ("box", "post-processors/post-processor.vagrant/compression_level", "best"),
    ] {
        p.set(template, address, value);
    }
}

fn text_for_bool(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "source.amazon-ebs.web/ebs_optimized", "yes"),
        ("web", "source.amazon-ebs.web/source_ami_filter/most_recent", "latest"),
        ("app", "source.docker.app/commit", "always"),
        ("gcp", "source.googlecompute.runner/use_iap", "enabled"),
        ("qemu", "build/provisioner.shell#0/expect_disconnect", "maybe"),
        ("windows", "source.amazon-ebs.windows/winrm_use_ssl", "on"),
        ("proxmox", "source.proxmox-iso.k8s/qemu_agent", "Yes"),
        ("base", "source.amazon-ebs.base/encrypt_boot", "yes"),
        ("stack", "source.docker.api/commit", "y"),
        ("base", "post-processor.manifest/strip_path", "yes"),
    ] {
        p.set(template, address, value);
    }
}

fn list_for_text(p: &mut Planter<'_>) {
    for (template, address) in [
        ("web", "source.amazon-ebs.web/instance_type"),
        ("web", "build/provisioner.shell#1/script"),
        ("web", "build/provisioner.file/destination"),
        ("azure", "source.azure-arm.ubuntu/vm_size"),
        ("gcp", "source.googlecompute.runner/image_family"),
        ("vbox", "build/provisioner.ansible/playbook_file"),
        ("app", "build/post-processors/post-processor.docker-tag/repository"),
        ("volumes", "source.amazon-ebssurrogate.root/ami_root_device/volume_type"),
        ("base", "source.amazon-ebs.base/ssh_username"),
        ("base", "provisioner.shell#1/script"),
    ] {
        p.set(template, address, json!(["a", "b"]));
    }
}

fn text_for_list(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "source.amazon-ebs.web/ami_regions", "eu-west-1"),
        ("web", "build/provisioner.shell#0/inline", "sudo apt-get update"),
        ("web", "build/provisioner.shell#0/environment_vars", "A=b"),
        ("app", "source.docker.worker/changes", "USER nobody"),
        ("app", "source.docker.app/run_command", "-d -i -t"),
        ("gcp", "source.googlecompute.runner/tags", "packer"),
        ("gcp", "build/post-processor.checksum/checksum_types", "sha256"),
        ("qemu", "source.qemu.debian/boot_command", "<enter>"),
        ("vbox", "build/provisioner.ansible/extra_arguments", "-v"),
        ("windows", "data.amazon-ami.base/owners", "amazon"),
        ("windows", "build/provisioner.windows-update/filters", "include:$true"),
    ] {
        p.set_in(template, THREE, address, value);
    }
}

fn map_for_list(p: &mut Planter<'_>) {
    for (template, address) in [
        ("web", "source.amazon-ebs.web/ami_regions"),
        ("web", "build/provisioner.shell#0/inline"),
        ("web", "build/provisioner.shell#0/environment_vars"),
        ("vbox", "source.virtualbox-iso.ubuntu/cd_files"),
        ("app", "build/post-processors/post-processor.docker-tag/tags"),
        ("base", "source.amazon-ebs.base/ami_regions"),
        ("base", "provisioner.shell#1/environment_vars"),
    ] {
        p.set(template, address, json!({"first": "a", "second": "b"}));
    }
}

fn list_for_map(p: &mut Planter<'_>) {
    for (template, address) in [
        ("web", "source.amazon-ebs.web/run_tags"),
        ("azure", "source.azure-arm.ubuntu/azure_tags"),
        ("gcp", "source.googlecompute.runner/image_labels"),
        ("web", "source.amazon-ebs.web/source_ami_filter/filters"),
        ("windows", "data.amazon-ami.base/filters"),
        ("web", "build/post-processor.manifest/custom_data"),
        ("base", "source.amazon-ebs.base/tags"),
    ] {
        p.set(template, address, json!(["Name=a", "Owner=b"]));
    }
}

fn nested_for_flat(p: &mut Planter<'_>) {
    p.set("web", "source.amazon-ebs.web/ami_regions", json!([["eu-west-1"], ["eu-west-3"]]));
    p.set("web", "source.amazon-ebs.web/run_tags", json!({"Purpose": {"kind": "build"}}));
    p.set("qemu", "source.qemu.debian/qemuargs", json!(["-cpu host", "-vga std"]));
    p.set("vbox", "source.virtualbox-iso.ubuntu/vboxmanage", json!(["modifyvm", "--cpus"]));
    p.set("azure", "source.azure-arm.ubuntu/azure_tags", json!({"stage": ["base"]}));
}

fn fraction(p: &mut Planter<'_>) {
    p.set("qemu", "source.qemu.debian/memory", json!(2048.5));
    p.set("web", "build/provisioner.shell#0/max_retries", json!(1.5));
    p.set("vbox", "source.virtualbox-iso.ubuntu/cpus", json!(1.5));
    p.set("web", "source.amazon-ebs.web/launch_block_device_mappings/volume_size", json!(20.5));
}

fn language(p: &mut Planter<'_>) {
    p.set("web", "build/name", json!(["web"]));
    p.set("web", "build/sources", "source.amazon-ebs.web");
    p.set("web", "build/provisioner.shell#0/max_retries", "three");
    p.set("app", "build/provisioner.file/only", "docker.app");
    p.set("app", "variable.registry_password/sensitive", "very");
    p.set("web", "variable.region/description", json!(["a"]));
    p.set("app", "build/post-processor.manifest/except", "docker.worker");
    p.set("qemu", "build/post-processors/post-processor.vagrant/keep_input_artifact", "sure");
}

fn block_as_attribute(p: &mut Planter<'_>) {
    for (template, from, to) in [
        ("web", "  source_ami_filter {", format!("  source_ami_filter{MARK} = {{")),
        ("web", "  launch_block_device_mappings {", format!("  launch_block_device_mappings{MARK} = {{")),
        ("windows", "  metadata_options {", format!("  metadata_options{MARK} = {{")),
        ("windows", "  assume_role {", format!("  assume_role{MARK} = {{")),
        ("proxmox", "  network_adapters {", format!("  network_adapters{MARK} = {{")),
        ("proxmox", "  boot_iso {", format!("  boot_iso{MARK} = {{")),
        ("volumes", "  ami_root_device {", format!("  ami_root_device{MARK} = {{")),
        ("web", "  validation {", format!("  validation{MARK} = {{")),
        ("app", "  required_plugins {", format!("  required_plugins{MARK} = {{")),
        ("fleet", "  tag {", format!("  tag{MARK} = {{")),
        ("web", "locals {", format!("locals{MARK} = {{")),
    ] {
        p.text(template, Hcl, from, &to);
    }
}

fn attribute_as_block(p: &mut Planter<'_>) {
    for (template, from, to) in [
        ("web", "    filters = {", format!("    filters{MARK} {{")),
        ("azure", "  azure_tags = {", format!("  azure_tags{MARK} {{")),
        ("gcp", "  image_labels = {", format!("  image_labels{MARK} {{")),
        ("windows", "  filters = {", format!("  filters{MARK} {{")),
        ("web", "    custom_data = {", format!("    custom_data{MARK} {{")),
        ("app", "    override = {", format!("    override{MARK} {{")),
        (
            "web",
            "  tags     = local.tags",
            format!("  tags{MARK} {{\n    Name = local.name\n    All = local.tags\n  }}"),
        ),
        ("web", "  ssh_username  = \"admin\"", format!("  ssh_username{MARK} {{\n    name = \"admin\"\n  }}")),
        ("fleet", "  default = {", format!("  default{MARK} {{")),
    ] {
        p.text(template, Hcl, from, &to);
    }
}

fn wrong_shape(p: &mut Planter<'_>) {
    let both = &[Json, Yaml];
    p.set_in("base", &[LegacyJson], "source.amazon-ebs.base/launch_block_device_mappings", "gp3");
    p.set_in("base", &[LegacyJson], "source.amazon-ebs.base/source_ami_filter", "amzn2-*");
    p.set_in("box", &[LegacyJson], "provisioner.shell#1/override", json!(["qemu"]));
    p.edit("web", both, "source_ami_filter is a text", |trees| {
        replace(trees, "source.amazon-ebs.web/source_ami_filter")
    });
    p.edit("windows", both, "metadata_options is a text", |trees| {
        replace(trees, "source.amazon-ebs.windows/metadata_options")
    });
    p.edit("web", both, "a source is a text", |trees| {
        crate::plant::body(trees, "source.amazon-ebs.web")?;
        for (_, tree) in trees.iter_mut() {
            for item in &mut tree.0 {
                if matches!(item, crate::tree::Item::Block(kind, ..) if kind == "source") {
                    *item = crate::tree::Item::Attribute(format!("source{MARK}"), json!("amazon-ebs"));
                    return Some(());
                }
            }
        }
        None
    });
    p.edit("web", both, "a variable is a text", |trees| {
        let tree = &mut trees[0].1;
        tree.0.insert(1, crate::tree::Item::Attribute(format!("variable{MARK}"), json!("region")));
        Some(())
    });
    p.edit("app", both, "post-processor is a text", |trees| {
        let body = crate::plant::body(trees, "build")?;
        body.0.retain(|item| !matches!(item, crate::tree::Item::Block(kind, ..) if kind == "post-processor"));
        body.0.push(crate::tree::Item::Attribute(format!("post-processor{MARK}"), json!("manifest")));
        Some(())
    });
}

fn replace(trees: &mut [(String, crate::tree::Body)], address: &str) -> Option<()> {
    match crate::plant::find(trees, address)? {
        crate::tree::Target::Block(body, at) => {
            let crate::tree::Item::Block(kind, ..) = &body.0[at] else { return None };
            body.0[at] = crate::tree::Item::Attribute(format!("{kind}{MARK}"), json!("x"));
            Some(())
        }
        _ => None,
    }
}
