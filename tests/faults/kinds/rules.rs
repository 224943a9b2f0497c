//! What components demand of their attributes together, and of single values.

use formwork::syntax::Spelling::LegacyJson;
use serde_json::{Value as Json, json};

use super::Kind;
use crate::plant::{ALL, Planter, THREE, body, mark_head, marked};
use crate::tree::Item;

pub(crate) const KINDS: &[Kind] = &[
    (
        "missing-required",
        &["required-attribute", "missing-expression", "missing-attribute", "invalid-validation"],
        missing_required,
    ),
    ("missing-one-of-several", &["required-attribute"], missing_one_of),
    ("missing-ssh-username", &["required-attribute"], missing_ssh_username),
    ("missing-script", &["required-attribute"], missing_script),
    ("missing-partner", &["required-attribute", "invalid-attribute-value"], missing_partner),
    ("empty-required", &["required-attribute", "invalid-attribute-value"], empty_required),
    ("conflicting-attributes", &["conflicting-attributes"], conflicting),
    ("forbidden-together", &["conflicting-attributes", "invalid-attribute-value"], forbidden),
    ("not-one-of", &["invalid-attribute-value"], not_one_of),
    ("bad-duration", &["invalid-duration", "invalid-attribute-value"], bad_duration),
    ("bad-pattern", &["invalid-attribute-value"], bad_pattern),
    ("bad-checksum", &["invalid-attribute-value"], bad_checksum),
    ("bad-port", &["invalid-attribute-value"], bad_port),
    ("bad-range", &["invalid-attribute-value", "conflicting-attributes"], bad_range),
    ("bad-cidr", &["invalid-attribute-value"], bad_cidr),
    ("bad-disk-size", &["invalid-attribute-value"], bad_disk_size),
    ("bad-version-constraint", &["invalid-version-constraint", "invalid-required-plugin"], bad_version),
    ("bad-plugin-source", &["invalid-required-plugin"], bad_plugin_source),
    ("too-old-packer", &["unsupported-packer-version"], too_old),
    (
        "nonsense-communicator",
        &["useless-communicator-setting", "invalid-attribute-value", "conflicting-attributes"],
        communicator,
    ),
    ("bad-docker-change", &["commit-refuses-change", "invalid-attribute-value"], bad_change),
];

fn missing_required(p: &mut Planter<'_>) {
    for (template, address) in [
        ("web", "source.amazon-ebs.web/ami_name"),
        ("windows", "source.amazon-ebs.windows/ami_name"),
        ("volumes", "source.amazon-ebssurrogate.root/ami_name"),
        ("volumes", "source.amazon-ebssurrogate.root/ami_virtualization_type"),
        ("volumes", "source.amazon-ebssurrogate.root/ami_root_device"),
        ("azure", "source.azure-arm.ubuntu/os_type"),
        ("gcp", "source.googlecompute.runner/project_id"),
        ("gcp", "source.googlecompute.runner/zone"),
        ("qemu", "source.qemu.debian/iso_checksum"),
        ("vbox", "source.virtualbox-iso.ubuntu/iso_checksum"),
        ("proxmox", "source.proxmox-iso.k8s/node"),
        ("web", "build/provisioner.file/destination"),
        ("vbox", "build/provisioner.ansible/playbook_file"),
        ("windows", "data.amazon-ami.base/owners"),
        ("fleet", "data.http.motd/url"),
        ("gcp", "local.family/expression"),
        ("web", "variable.release/validation/condition"),
        ("base", "source.amazon-ebs.base/ami_name"),
        ("base", "provisioner.file/destination"),
        ("box", "source.virtualbox-iso/iso_checksum"),
        ("stack", "provisioner.ansible-local/playbook_file"),
    ] {
        p.remove(template, address);
    }
}

fn missing_one_of(p: &mut Planter<'_>) {
    for (template, address) in [
        ("web", "source.amazon-ebs.web/instance_type"),
        ("windows", "source.amazon-ebs.windows/source_ami"),
        ("app", "source.docker.worker/commit"),
        ("app", "source.docker.worker/image"),
        ("azure", "source.azure-arm.ubuntu/location"),
        ("azure", "source.azure-arm.ubuntu/image_publisher"),
        ("gcp", "source.googlecompute.runner/source_image_family"),
        ("qemu", "source.qemu.debian/iso_url"),
        ("vbox", "source.virtualbox-iso.ubuntu/iso_url"),
        ("proxmox", "source.proxmox-iso.k8s/boot_iso"),
        ("web", "source.amazon-ebs.web/source_ami_filter"),
        ("base", "source.amazon-ebs.base/instance_type"),
        ("base", "source.amazon-ebs.base/source_ami_filter"),
        ("stack", "source.docker.api/image"),
        ("stack", "source.docker.cron/commit"),
        ("box", "source.qemu/iso_url"),
    ] {
        p.remove(template, address);
    }
}

fn missing_ssh_username(p: &mut Planter<'_>) {
    for (template, address) in [
        ("web", "source.amazon-ebs.web/ssh_username"),
        ("fleet", "source.amazon-ebs.base/ssh_username"),
        ("gcp", "source.googlecompute.runner/ssh_username"),
        ("qemu", "source.qemu.debian/ssh_username"),
        ("vbox", "source.virtualbox-iso.ubuntu/ssh_username"),
        ("proxmox", "source.proxmox-iso.k8s/ssh_username"),
        ("windows", "source.amazon-ebs.windows/winrm_username"),
        ("volumes", "source.amazon-ebsvolume.data/ssh_username"),
        ("base", "source.amazon-ebs.base/ssh_username"),
        ("box", "source.virtualbox-iso/ssh_username"),
    ] {
        p.remove(template, address);
    }
}

fn missing_script(p: &mut Planter<'_>) {
    for (template, address) in [
        ("web", "build/provisioner.shell#0/inline"),
        ("web", "build/provisioner.shell#1/script"),
        ("windows", "build/provisioner.powershell#0/script"),
        ("windows", "build/provisioner.windows-shell/inline"),
        ("fleet", "build/provisioner.shell-local/inline"),
        ("fleet", "build/post-processor.shell-local/inline"),
        ("base", "provisioner.shell#0/inline"),
        ("box", "provisioner.shell#0/scripts"),
    ] {
        p.remove(template, address);
    }
}

fn missing_partner(p: &mut Planter<'_>) {
    p.add("web", "source.amazon-ebs.web", "access_key", "AKIAEXAMPLE");
    p.add("web", "source.amazon-ebs.web", "ssh_certificate_file", "~/.ssh/id-cert.pub");
    p.add("web", "source.amazon-ebs.web", "ssh_bastion_host", "bastion.example.org");
    p.add("web", "source.amazon-ebs.web", "kms_key_id", "alias/images");
    p.add("web", "source.amazon-ebs.web", "spot_tags", json!({"Name": "x"}));
    p.add("app", "source.docker.app", "ecr_login", true);
    p.add("qemu", "source.qemu.debian", "use_backing_file", true);
    p.add("qemu", "source.qemu.debian", "skip_resize_disk", true);
    p.add("base", "source.amazon-ebs.base", "access_key", "AKIAEXAMPLE");
    p.add("azure", "source.azure-arm.ubuntu", "resource_group_name", "vhds");
    // What needs the other, and what it is missing from: both are its place.
    for (name, value) in [("ssh_keypair_name", "deploy"), ("ssh_interface", "session_manager")] {
        p.edit("web", ALL, &format!("{name} is alone"), |trees| {
            body(trees, "source.amazon-ebs.web")?.0.insert(0, Item::Attribute(marked(name), json!(value)));
            mark_head(trees, "source.amazon-ebs.web")
        });
    }
    for (left, lacks) in
        [("managed_image_name", "managed_image_resource_group_name"), ("image_publisher", "image_offer")]
    {
        p.edit("azure", ALL, &format!("{left} lacks {lacks}"), |trees| {
            mark_head(trees, &format!("source.azure-arm.ubuntu/{left}"))?;
            let body = body(trees, "source.azure-arm.ubuntu")?;
            body.0.retain(|item| !matches!(item, Item::Attribute(name, _) if name == lacks));
            // A variable that nothing uses any more is a fault of its own.
            trees.iter_mut().for_each(|(_, tree)| {
                tree.0.retain(|item| {
                    !matches!(item, Item::Block(kind, labels, _) if kind == "variable"
                        && lacks == "managed_image_resource_group_name" && labels == &["resource_group"])
                });
            });
            mark_head(trees, "source.azure-arm.ubuntu")
        });
    }
}

fn empty_required(p: &mut Planter<'_>) {
    for (template, address) in [
        ("web", "source.amazon-ebs.web/ami_name"),
        ("windows", "source.amazon-ebs.windows/instance_type"),
        ("qemu", "source.qemu.debian/ssh_username"),
        ("azure", "source.azure-arm.ubuntu/os_type"),
        ("web", "build/provisioner.file/destination"),
        ("vbox", "source.virtualbox-iso.ubuntu/iso_checksum"),
        ("base", "source.amazon-ebs.base/ami_name"),
        ("base", "provisioner.file/destination"),
    ] {
        // Where it stands, or where it is missing from: both are its place.
        let (block, name) = address.rsplit_once('/').expect("an attribute in a block");
        p.edit(template, ALL, &format!("{address} is empty"), |trees| {
            let body = body(trees, block)?;
            let own = body.0.iter_mut().find(|item| matches!(item, Item::Attribute(own, _) if own == name))?;
            *own = Item::Attribute(marked(name), json!(""));
            mark_head(trees, block)
        });
    }
}

/// Two attributes that exclude each other; either is the place.
fn pair(p: &mut Planter<'_>, template: &str, block: &str, has: &str, name: &str, value: impl Into<Json>) {
    let value = value.into();
    p.edit(template, ALL, &format!("{block} has {name} = {value} beside {has}"), |trees| {
        let body = body(trees, block)?;
        let at = body.0.iter().position(|item| match item {
            Item::Attribute(own, _) | Item::Block(own, ..) => own == has,
        })?;
        match &mut body.0[at] {
            Item::Attribute(own, _) | Item::Block(own, ..) => *own = marked(own),
        }
        let first_block = body.0.iter().position(|item| matches!(item, Item::Block(..))).unwrap_or(body.0.len());
        body.0.insert(first_block, Item::Attribute(marked(name), value.clone()));
        Some(())
    });
}

fn conflicting(p: &mut Planter<'_>) {
    pair(p, "web", "source.amazon-ebs.web", "instance_type", "spot_instance_types", json!(["t3.small"]));
    pair(p, "windows", "source.amazon-ebs.windows", "user_data_file", "user_data", "<powershell></powershell>");
    pair(p, "app", "source.docker.app", "commit", "discard", true);
    pair(p, "app", "source.docker.worker", "commit", "export_path", "image.tar");
    pair(p, "azure", "source.azure-arm.ubuntu", "location", "build_resource_group_name", "builds");
    pair(p, "qemu", "source.qemu.debian", "iso_url", "iso_urls", json!(["https://example.org/a.iso"]));
    pair(p, "qemu", "source.qemu.debian", "http_directory", "http_content", json!({"/preseed.cfg": "d-i"}));
    pair(p, "vbox", "source.virtualbox-iso.ubuntu", "iso_url", "iso_urls", json!(["https://example.org/a.iso"]));
    pair(p, "web", "build/provisioner.shell#0", "inline", "script", "scripts/harden.sh");
    pair(p, "web", "build/provisioner.shell#1", "script", "scripts", json!(["scripts/harden.sh"]));
    pair(p, "azure", "build/provisioner.shell#0", "scripts", "inline", json!(["true"]));
    pair(p, "windows", "build/provisioner.powershell#1", "inline", "script", "scripts/features.ps1");
    pair(p, "web", "build/provisioner.file", "source", "content", "x");
    pair(p, "proxmox", "source.proxmox-iso.k8s", "http_directory", "http_content", json!({"/p": "x"}));
    pair(p, "fleet", "build/provisioner.shell-local", "inline", "script", "scripts/motd.tpl");
    pair(p, "base", "provisioner.shell#0", "inline", "script", "scripts/setup.sh");
    pair(p, "base", "provisioner.file", "source", "content", "x");
    pair(p, "stack", "source.docker.api", "commit", "discard", true);
    pair(p, "box", "source.qemu", "iso_url", "iso_urls", json!(["https://example.org/a.iso"]));
}

fn forbidden(p: &mut Planter<'_>) {
    pair(p, "web", "source.amazon-ebs.web", "instance_type", "enable_nitro_enclave", true);
    p.edit("qemu", THREE, "boot_command without VNC", |trees| {
        mark_head(trees, "source.qemu.debian/boot_command");
        body(trees, "source.qemu.debian")?.0.insert(0, Item::Attribute(marked("disable_vnc"), json!(true)));
        Some(())
    });
}

fn not_one_of(p: &mut Planter<'_>) {
    for (template, block, name, value) in [
        ("web", "source.amazon-ebs.web", "shutdown_behavior", "halt"),
        ("web", "source.amazon-ebs.web", "ssh_interface", "private-ip"),
        ("web", "source.amazon-ebs.web", "ssh_file_transfer_method", "rsync"),
        ("web", "source.amazon-ebs.web", "temporary_key_pair_type", "dsa"),
        ("qemu", "source.qemu.debian", "disk_interface", "nvme"),
        ("vbox", "source.virtualbox-iso.ubuntu", "firmware", "uefi"),
        ("vbox", "source.virtualbox-iso.ubuntu", "nic_type", "e1000"),
        ("azure", "source.azure-arm.ubuntu", "managed_image_storage_account_type", "Premium"),
        ("azure", "source.azure-arm.ubuntu", "disk_caching_type", "write-back"),
        ("azure", "source.azure-arm.ubuntu", "public_ip_sku", "standard-v2"),
        ("proxmox", "source.proxmox-iso.k8s", "cloud_init_disk_type", "virtio"),
        ("web", "build/provisioner.file", "direction", "up"),
        ("vbox", "build/provisioner.ansible", "ansible_proxy_key_type", "ED25519"),
        ("vbox", "build/post-processor.vagrant", "provider_override", "vbox"),
        ("base", "source.amazon-ebs.base", "shutdown_behavior", "halt"),
        ("base", "provisioner.file", "direction", "push"),
        ("box", "source.virtualbox-iso", "chipset", "q35"),
    ] {
        p.add(template, block, name, value);
    }
    for (template, address, value) in [
        ("azure", "source.azure-arm.ubuntu/os_type", "Ubuntu"),
        ("qemu", "source.qemu.debian/format", "vmdk2"),
        ("qemu", "source.qemu.debian/accelerator", "kvm2"),
        ("qemu", "source.qemu.debian/communicator", "telnet"),
        ("vbox", "source.virtualbox-iso.ubuntu/format", "qcow2"),
        ("vbox", "source.virtualbox-iso.ubuntu/hard_drive_interface", "nvme"),
        ("vbox", "source.virtualbox-iso.ubuntu/guest_additions_mode", "mount"),
        ("windows", "source.amazon-ebs.windows/imds_support", "v1"),
        ("windows", "source.amazon-ebs.windows/metadata_options/http_tokens", "always"),
        ("windows", "source.amazon-ebs.windows/metadata_options/http_endpoint", "on"),
        ("windows", "build/provisioner.powershell#0/execution_policy", "trusted"),
        ("volumes", "source.amazon-ebssurrogate.root/boot_mode", "efi"),
        ("gcp", "build/post-processor.checksum/checksum_types/0", "sha265"),
        ("box", "source.virtualbox-iso/guest_additions_mode", "none"),
        ("box", "source.qemu/format", "vdi"),
    ] {
        p.set(template, address, value);
    }
}

fn bad_duration(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "source.amazon-ebs.web/ssh_timeout", json!("8 minutes")),
        ("web", "build/provisioner.shell#0/pause_before", json!("10")),
        ("web", "build/provisioner.shell#1/timeout", json!("5min")),
        ("azure", "source.azure-arm.ubuntu/polling_duration_timeout", json!("1d")),
        ("gcp", "source.googlecompute.runner/ssh_timeout", json!("5mm")),
        ("qemu", "source.qemu.debian/boot_wait", json!("5sec")),
        ("qemu", "source.qemu.debian/ssh_timeout", json!("40")),
        ("qemu", "build/provisioner.shell#1/start_retry_timeout", json!("ten minutes")),
        ("vbox", "source.virtualbox-iso.ubuntu/shutdown_timeout", json!("15 m")),
        ("windows", "build/provisioner.windows-restart/restart_timeout", json!("15")),
        ("windows", "source.amazon-ebs.windows/winrm_timeout", json!("0:20:00")),
        ("volumes", "build/provisioner.shell#1/pause_after", json!("5 s")),
        ("base", "source.amazon-ebs.base/ssh_timeout", json!("10min")),
        ("base", "provisioner.shell#0/pause_before", json!("ten")),
        ("box", "source.virtualbox-iso/boot_wait", json!("5 seconds")),
    ] {
        p.set(template, address, value);
    }
    p.set_in("web", THREE, "build/provisioner.shell#0/pause_before", json!(10));
}

fn bad_pattern(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "source.amazon-ebs.web/ami_name", "web:2024"),
        ("windows", "source.amazon-ebs.windows/ami_name", "windows#2022"),
        ("volumes", "source.amazon-ebssurrogate.root/ami_name", "root,16"),
        ("azure", "source.azure-arm.ubuntu/managed_image_name", "_ubuntu"),
        ("azure", "source.azure-arm.ubuntu/managed_image_resource_group_name", "${var.resource_group} rg"),
        ("gcp", "source.googlecompute.runner/image_name", "Runner_1"),
        ("gcp", "source.googlecompute.runner/image_family", "Batch"),
        ("proxmox", "source.proxmox-iso.k8s/vm_name", "k8s_node"),
        ("base", "source.amazon-ebs.base/ami_name", "base%1"),
        ("base", "source.amazon-ebs.base/kms_key_id", "{{user `kms_key`}} key"),
    ] {
        p.set(template, address, value);
    }
    p.add("azure", "source.azure-arm.ubuntu", "custom_resource_build_prefix", "a-much-too-long-prefix");
    p.add("azure", "source.azure-arm.ubuntu", "managed_image_os_disk_snapshot_name", "snap-1");
    p.add("vbox", "source.virtualbox-iso.ubuntu", "gfx_efi_resolution", "1024*768");
    p.add("web", "source.amazon-ebs.web", "deprecate_at", "2026-01-01");
}

fn bad_checksum(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("vbox", "source.virtualbox-iso.ubuntu/iso_checksum", "sha256:abc"),
        (
            "vbox",
            "source.virtualbox-iso.ubuntu/iso_checksum",
            "sha3:5e38b55d57d94ff029719342357325ed3bda38fa80054f9330dc789cd2d43931",
        ),
        (
            "vbox",
            "source.virtualbox-iso.ubuntu/iso_checksum",
            "sha256:zz38b55d57d94ff029719342357325ed3bda38fa80054f9330dc789cd2d43931",
        ),
        ("qemu", "source.qemu.debian/iso_checksum", "64d727dd5785ae5fcfd3ae8ffbede5f40cca96f1580aaa2820e8b99"),
        (
            "box",
            "source.virtualbox-iso/iso_checksum",
            "sha256:9ae04227e89047b72970a0d5f1897e2573fd0d4bba3d381086307af604072",
        ),
        ("box", "source.qemu/iso_checksum", "md4:d41d8cd98f00b204e9800998ecf8427e"),
    ] {
        // The variables that are not read any more would be found, too.
        p.edit(template, ALL, &format!("{address} is {value}"), |trees| {
            match crate::plant::find(trees, address)? {
                crate::tree::Target::Attribute(body, at) => {
                    body.0[at] = Item::Attribute(marked("iso_checksum"), json!(value));
                }
                _ => return None,
            }
            for (_, tree) in trees.iter_mut() {
                tree.0.retain(|item| !matches!(item, Item::Block(_, labels, _) if labels == &["iso_checksum"]));
            }
            let url = crate::plant::value(trees, "source.virtualbox-iso.ubuntu/iso_url");
            if let Some(url) = url {
                *url = json!("https://example.org/${var.iso.url}");
            }
            Some(())
        });
    }
}

fn bad_port(p: &mut Planter<'_>) {
    for (template, block, name, value) in [
        ("web", "source.amazon-ebs.web", "ssh_port", 70000),
        ("gcp", "source.googlecompute.runner", "ssh_port", -1),
        ("vbox", "source.virtualbox-iso.ubuntu", "http_port_min", 99999),
        ("windows", "source.amazon-ebs.windows", "winrm_port", 123_456),
        ("base", "source.amazon-ebs.base", "ssh_port", 70000),
    ] {
        p.add(template, block, name, value);
    }
    p.set("qemu", "source.qemu.debian/ssh_port", 65536);
}

fn bad_range(p: &mut Planter<'_>) {
    let mut range = |template: &str, block: &str, (low, from): (&str, i64), (high, to): (&str, i64)| {
        p.edit(template, ALL, &format!("{block} has {low} = {from} and {high} = {to}"), |trees| {
            let body = body(trees, block)?;
            body.0.retain(|item| !matches!(item, Item::Attribute(name, _) if name == low || name == high));
            let at = body.0.iter().position(|item| matches!(item, Item::Block(..))).unwrap_or(body.0.len());
            body.0.insert(at, Item::Attribute(marked(high), json!(to)));
            body.0.insert(at, Item::Attribute(marked(low), json!(from)));
            Some(())
        });
    };
    range("qemu", "source.qemu.debian", ("http_port_min", 8300), ("http_port_max", 8200));
    range("qemu", "source.qemu.debian", ("vnc_port_min", 6000), ("vnc_port_max", 5900));
    range("qemu", "source.qemu.debian", ("host_port_min", 4444), ("host_port_max", 2222));
    range("vbox", "source.virtualbox-iso.ubuntu", ("vrdp_port_min", 12000), ("vrdp_port_max", 5900));
    range("proxmox", "source.proxmox-iso.k8s", ("http_port_min", 9000), ("http_port_max", 8000));
    range("proxmox", "source.proxmox-iso.k8s", ("ballooning_minimum", 8192), ("memory", 4096));
    range("box", "source.virtualbox-iso", ("http_port_min", 9000), ("http_port_max", 8000));
}

fn bad_cidr(p: &mut Planter<'_>) {
    p.add("web", "source.amazon-ebs.web", "temporary_security_group_source_cidrs", json!(["10.0.0.0/33"]));
    p.add("windows", "source.amazon-ebs.windows", "temporary_security_group_source_cidrs", json!(["10.0.0/8"]));
    p.add("base", "source.amazon-ebs.base", "temporary_security_group_source_cidrs", json!(["0.0.0.0"]));
    p.add("azure", "source.azure-arm.ubuntu", "allowed_inbound_ip_addresses", json!(["300.1.1.1"]));
}

fn bad_disk_size(p: &mut Planter<'_>) {
    p.set("qemu", "source.qemu.debian/disk_size", "20 GB");
    p.set("qemu", "source.qemu.debian/disk_size", "20GiB");
    p.set("box", "source.qemu/disk_size", "twenty");
    p.add("qemu", "source.qemu.debian", "disk_additional_size", json!(["10 GB"]));
}

fn bad_version(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "packer/required_version", ">= one.nine"),
        ("web", "packer/required_version", "=> 1.9.0"),
        ("web", "packer/required_plugins/amazon/version", ">> 1.3"),
        ("azure", "packer/required_plugins/azure/version", "latest"),
        ("fleet", "packer/required_plugins/docker/version", ">= 1.0.0 < 2.0.0"),
        ("qemu", "packer/required_plugins/vagrant/version", "1.x"),
        ("vbox", "packer/required_plugins/ansible/version", "^1.1"),
    ] {
        p.set(template, address, value);
    }
    p.set_in("base", &[LegacyJson], "min_packer_version", "new");
}

fn bad_plugin_source(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "packer/required_plugins/amazon/source", "amazon"),
        ("azure", "packer/required_plugins/azure/source", "https://github.com/hashicorp/azure"),
        ("vbox", "packer/required_plugins/ansible/source", "github.com/hashicorp/packer-plugin-ansible"),
        ("fleet", "packer/required_plugins/docker/source", ""),
        ("qemu", "packer/required_plugins/qemu/source", "hashicorp/qemu"),
    ] {
        p.set(template, address, value);
    }
    p.set("app", "packer/required_plugins/docker", ">= 1.0.8");
    p.edit("gcp", THREE, "a plugin without a source", |trees| {
        let value = crate::plant::value(trees, "packer/required_plugins/googlecompute")?;
        value.as_object_mut()?.shift_remove("source");
        mark_head(trees, "packer/required_plugins/googlecompute")
    });
}

fn too_old(p: &mut Planter<'_>) {
    p.set("web", "packer/required_version", ">= 99.0.0");
    p.set("web", "packer/required_version", "< 1.0.0");
    p.set_in("base", &[LegacyJson], "min_packer_version", "99.0.0");
}

fn communicator(p: &mut Planter<'_>) {
    p.add("windows", "source.amazon-ebs.windows", "ssh_timeout", "10m");
    p.add("qemu", "source.qemu.debian", "winrm_username", "vagrant");
    p.add("web", "source.amazon-ebs.web", "winrm_use_ssl", true);
    p.add("app", "source.docker.app", "ssh_username", "root");
    p.set("windows", "source.amazon-ebs.windows/communicator", "windows");
    p.add("base", "source.amazon-ebs.base", "winrm_password", "x");
    p.add("box", "source.qemu", "winrm_timeout", "5m");
}

fn bad_change(p: &mut Planter<'_>) {
    p.set("app", "source.docker.app/changes/0", "RUN pip install x");
    p.set("app", "source.docker.app/changes/2", "COPY . /srv");
    p.set("app", "source.docker.worker/changes/0", "SHELL [\"/bin/bash\"]");
    p.set("stack", "source.docker.api/changes/0", "FROM node:20");
    p.set("stack", "source.docker.api/changes/1", "ADD x /srv");
}
