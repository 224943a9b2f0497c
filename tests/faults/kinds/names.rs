//! Names that are misspelt, or that belong elsewhere.

use formwork::syntax::Spelling::LegacyJson;
use serde_json::json;

use super::Kind;
use crate::plant::{ALL, Planter, THREE, find, marked};
use crate::tree::{Item, Target};

pub(crate) const KINDS: &[Kind] = &[
    ("misspelt-attribute", &["unknown-attribute"], misspelt_attribute),
    ("misspelt-language-attribute", &["unknown-attribute"], misspelt_language_attribute),
    ("misspelt-common-attribute", &["unknown-attribute"], misspelt_common_attribute),
    ("misspelt-block", &["unknown-block", "unknown-attribute"], misspelt_block),
    ("misspelt-root-block", &["unknown-block", "unknown-attribute"], misspelt_root_block),
    ("misspelt-component", &["unknown-component"], misspelt_component),
    ("attribute-of-another-component", &["unknown-attribute", "removed-attribute"], foreign_attribute),
    ("attribute-of-a-block-outside", &["unknown-attribute"], outside),
    ("wrong-component-kind", &["wrong-component-kind"], wrong_kind),
    ("unknown-plugin", &["unknown-component"], unknown_plugin),
    ("removed-attribute", &["removed-attribute", "outdated-template", "unknown-attribute"], removed),
    ("deprecated-attribute", &["deprecated"], deprecated),
    ("terraform-habit", &["unknown-attribute", "unknown-block"], terraform),
    ("wrong-case", &["unknown-attribute"], wrong_case),
];

/// One slip of the finger: a letter dropped, doubled, exchanged with the next, or an underscore lost.
fn slip(name: &str, how: usize) -> String {
    let letters: Vec<char> = name.chars().collect();
    let middle = letters.len() / 2;
    let mut made = letters.clone();
    match how % 4 {
        0 => {
            made.remove(middle);
        }
        1 => made.insert(middle, letters[middle]),
        2 if letters[middle] != letters[middle - 1] => made.swap(middle, middle - 1),
        3 if name.contains('_') => made.retain({
            let mut lost = false;
            move |&letter| {
                let lose = letter == '_' && !lost;
                lost |= lose;
                !lose
            }
        }),
        _ => made.push('s'),
    }
    made.into_iter().collect()
}

fn slips(p: &mut Planter<'_>, all: &[(&str, &str)]) {
    for (how, (template, address)) in all.iter().enumerate() {
        let name = address.rsplit('/').next().unwrap_or_default();
        p.rename(template, address, &slip(name, how));
    }
}

fn misspelt_attribute(p: &mut Planter<'_>) {
    slips(
        p,
        &[
            ("web", "source.amazon-ebs.web/instance_type"),
            ("web", "source.amazon-ebs.web/ami_regions"),
            ("web", "source.amazon-ebs.web/source_ami_filter/most_recent"),
            ("web", "source.amazon-ebs.web/launch_block_device_mappings/volume_type"),
            ("web", "source.amazon-ebs.web/dynamic.launch_block_device_mappings/content/encrypted"),
            ("web", "build/provisioner.shell#0/environment_vars"),
            ("web", "build/provisioner.shell#1/execute_command"),
            ("web", "build/post-processor.manifest/strip_path"),
            ("app", "source.docker.worker/changes"),
            ("app", "build/post-processors/post-processor.docker-tag/repository"),
            ("app", "build/post-processors/post-processor.docker-push/login_server"),
            ("azure", "source.azure-arm.ubuntu/managed_image_resource_group_name"),
            ("azure", "source.azure-arm.ubuntu/os_disk_size_gb"),
            ("azure", "build/provisioner.shell#1/inline_shebang"),
            ("gcp", "source.googlecompute.runner/source_image_family"),
            ("gcp", "source.googlecompute.runner/image_labels"),
            ("gcp", "build/post-processor.checksum/checksum_types"),
            ("gcp", "build/error-cleanup-provisioner.shell/inline"),
            ("qemu", "source.qemu.debian/output_directory"),
            ("qemu", "source.qemu.debian/http_port_max"),
            ("qemu", "build/post-processors/post-processor.vagrant/compression_level"),
            ("vbox", "source.virtualbox-iso.ubuntu/hard_drive_interface"),
            ("vbox", "source.virtualbox-iso.ubuntu/vboxmanage"),
            ("vbox", "build/provisioner.ansible/extra_arguments"),
            ("windows", "source.amazon-ebs.windows/metadata_options/http_tokens"),
            ("windows", "source.amazon-ebs.windows/assume_role/session_name"),
            ("windows", "build/provisioner.powershell#0/elevated_user"),
            ("windows", "build/provisioner.windows-restart/restart_check_command"),
            ("windows", "build/provisioner.windows-update/search_criteria"),
            ("windows", "data.amazon-ami.base/most_recent"),
            ("fleet", "source.amazon-ebs.base/encrypt_boot"),
            ("fleet", "source.amazon-ebs.base/tag/value"),
            ("fleet", "source.amazon-ebs.base/dynamic.tag/content/value"),
            ("fleet", "build/provisioner.ansible/groups"),
            ("fleet", "build/post-processor.shell-local/inline"),
            ("proxmox", "source.proxmox-iso.k8s/network_adapters/bridge"),
            ("proxmox", "source.proxmox-iso.k8s/disks/storage_pool"),
            ("volumes", "source.amazon-ebssurrogate.root/ami_root_device/source_device_name"),
            ("volumes", "source.amazon-ebsvolume.data/ebs_volumes/throughput"),
            ("base", "source.amazon-ebs.base/encrypt_boot"),
            ("base", "source.amazon-ebs.base/launch_block_device_mappings/0/volume_size"),
            ("base", "source.amazon-ebs.base/source_ami_filter/most_recent"),
            ("base", "provisioner.shell#1/environment_vars"),
            ("base", "post-processor.manifest/strip_path"),
            ("box", "source.virtualbox-iso/guest_os_type"),
            ("box", "source.qemu/accelerator"),
            ("box", "provisioner.shell#0/execute_command"),
            ("box", "post-processors/post-processor.vagrant/keep_input_artifact"),
            ("stack", "source.docker.cron/run_command"),
            ("stack", "provisioner.ansible-local/playbook_file"),
            ("stack", "post-processors/post-processor.docker-push/login_username"),
        ],
    );
}

fn misspelt_language_attribute(p: &mut Planter<'_>) {
    slips(
        p,
        &[
            ("web", "variable.region/description"),
            ("web", "variable.release/validation/error_message"),
            ("app", "variable.registry_password/sensitive"),
            ("fleet", "variable.major/default"),
            ("fleet", "build/source.amazon-ebs.base/name"),
            ("web", "packer/required_version"),
            ("gcp", "local.family/expression"),
        ],
    );
    p.add("web", "variable.instance_type", "defualt", "t3.micro");
    p.add("web", "variable.region", "required", true);
    p.add("web", "build", "decription", "The web server.");
    p.add("fleet", "data.http.motd", "request_header", "x");
}

fn misspelt_common_attribute(p: &mut Planter<'_>) {
    slips(
        p,
        &[
            ("web", "build/provisioner.shell#0/pause_before"),
            ("web", "build/provisioner.shell#0/max_retries"),
            ("web", "build/provisioner.shell#1/timeout"),
            ("app", "build/provisioner.shell#1/override"),
            ("app", "build/post-processor.manifest/except"),
            ("qemu", "build/post-processors/post-processor.vagrant/keep_input_artifact"),
            ("base", "provisioner.shell#0/pause_before"),
            ("stack", "provisioner.ansible-local/except"),
        ],
    );
    for (template, source, name) in [
        ("web", "source.amazon-ebs.web", "ssh_user"),
        ("qemu", "source.qemu.debian", "ssh_pass"),
        ("windows", "source.amazon-ebs.windows", "winrm_user"),
        ("base", "source.amazon-ebs.base", "ssh_user_name"),
    ] {
        p.add(template, source, name, "packer");
    }
}

fn misspelt_block(p: &mut Planter<'_>) {
    slips(
        p,
        &[
            ("web", "source.amazon-ebs.web/source_ami_filter"),
            ("web", "source.amazon-ebs.web/launch_block_device_mappings"),
            ("web", "variable.release/validation"),
            ("windows", "source.amazon-ebs.windows/metadata_options"),
            ("windows", "source.amazon-ebs.windows/assume_role"),
            ("proxmox", "source.proxmox-iso.k8s/network_adapters"),
            ("proxmox", "source.proxmox-iso.k8s/boot_iso"),
            ("volumes", "source.amazon-ebssurrogate.root/ami_root_device"),
            ("volumes", "source.amazon-ebsvolume.data/ebs_volumes"),
            ("app", "packer/required_plugins"),
            ("base", "source.amazon-ebs.base/launch_block_device_mappings"),
            ("base", "source.amazon-ebs.base/source_ami_filter"),
        ],
    );
    p.relabel(
        "web",
        THREE,
        "source.amazon-ebs.web/dynamic.launch_block_device_mappings",
        0,
        "launch_block_device_mapping",
    );
    p.relabel("fleet", THREE, "source.amazon-ebs.base/dynamic.tag", 0, "tagg");
    p.rename("app", "build/post-processors", "post-procesors");
    p.rename("web", "build/provisioner.file", "provisoner");
    p.rename("gcp", "build/error-cleanup-provisioner.shell", "error-cleanup-provisoner");
    p.rename("web", "build/post-processor.manifest", "postprocessor");
    p.rename("fleet", "source.amazon-ebs.base/dynamic.tag/content", "contents");
}

fn misspelt_root_block(p: &mut Planter<'_>) {
    for (template, address, to) in [
        ("web", "variable.instance_type", "varable"),
        ("app", "source.docker.worker", "souce"),
        ("azure", "build", "biuld"),
        ("web", "locals", "local_values"),
        ("windows", "data.amazon-ami.base", "datasource"),
        ("gcp", "packer", "paker"),
        ("fleet", "locals", "locls"),
    ] {
        p.rename(template, address, to);
    }
}

fn misspelt_component(p: &mut Planter<'_>) {
    for (template, address, to) in [
        ("web", "source.amazon-ebs.web", "amazon-esb"),
        ("azure", "source.azure-arm.ubuntu", "azure-rm"),
        ("gcp", "source.googlecompute.runner", "google-compute"),
        ("vbox", "source.virtualbox-iso.ubuntu", "virtualbox"),
        ("web", "build/provisioner.shell#0", "shel"),
        ("windows", "build/provisioner.powershell#0", "power-shell"),
        ("windows", "build/provisioner.windows-restart", "windows_restart"),
        ("vbox", "build/provisioner.ansible", "ansibel"),
        ("app", "build/post-processors/post-processor.docker-tag", "docker_tag"),
        ("web", "build/post-processor.manifest", "manifests"),
        ("gcp", "build/post-processor.checksum", "check-sum"),
        ("windows", "data.amazon-ami.base", "amazon-amis"),
        ("base", "source.amazon-ebs.base", "amazon-ebss"),
        ("base", "provisioner.shell#1", "bash"),
        ("stack", "post-processors/post-processor.docker-push", "docker-pushh"),
        ("box", "post-processors/post-processor.checksum", "chksum"),
    ] {
        p.relabel(template, ALL, address, 0, to);
    }
}

fn foreign_attribute(p: &mut Planter<'_>) {
    for (template, block, name, value) in [
        ("app", "source.docker.app", "instance_type", "t3.small"),
        ("web", "source.amazon-ebs.web", "vm_size", "Standard_B2s"),
        ("azure", "source.azure-arm.ubuntu", "ami_name", "ubuntu-base"),
        ("gcp", "source.googlecompute.runner", "location", "westeurope"),
        ("qemu", "source.qemu.debian", "guest_os_type", "Debian_64"),
        ("vbox", "source.virtualbox-iso.ubuntu", "net_device", "virtio-net"),
        ("vbox", "source.virtualbox-iso.ubuntu", "vm_id", "100"),
        ("proxmox", "source.proxmox-iso.k8s", "disk_size", "30G"),
        ("web", "build/provisioner.shell#0", "destination", "/tmp/x"),
        ("web", "build/provisioner.file", "script", "scripts/harden.sh"),
        ("windows", "build/provisioner.windows-shell", "elevated_user", "Administrator"),
        ("vbox", "build/provisioner.ansible", "playbook_dir", "scripts"),
        ("web", "build/post-processor.manifest", "compression_level", "9"),
        ("app", "build/post-processors/post-processor.docker-push", "repository", "a/b"),
        ("base", "source.amazon-ebs.base", "image_name", "base"),
        ("base", "provisioner.file", "inline", "echo"),
        ("box", "source.qemu", "hard_drive_interface", "sata"),
        ("stack", "provisioner.ansible-local", "user", "root"),
    ] {
        p.add(template, block, name, value);
    }
}

fn outside(p: &mut Planter<'_>) {
    p.add("web", "source.amazon-ebs.web", "most_recent", true);
    p.add("web", "source.amazon-ebs.web", "owners", json!(["amazon"]));
    p.add("web", "source.amazon-ebs.web", "volume_size", 30);
    p.add("web", "source.amazon-ebs.web", "delete_on_termination", true);
    p.add("windows", "source.amazon-ebs.windows", "http_tokens", "required");
    p.add("proxmox", "source.proxmox-iso.k8s", "bridge", "vmbr0");
    p.add("proxmox", "source.proxmox-iso.k8s", "storage_pool", "ceph");
    p.add("web", "source.amazon-ebs.web/source_ami_filter", "root-device-type", "ebs");
    p.add("web", "source.amazon-ebs.web/launch_block_device_mappings", "tags", json!({"Name": "x"}));
    p.add("base", "source.amazon-ebs.base", "volume_type", "gp3");
    p.add("base", "source.amazon-ebs.base", "filters", json!({"name": "x"}));
    p.add("web", "build", "environment_vars", json!(["A=b"]));
    p.add("web", "build", "inline", json!(["true"]));
}

fn wrong_kind(p: &mut Planter<'_>) {
    for (template, address, to) in [
        ("app", "build/provisioner.file", "docker-tag"),
        ("web", "build/provisioner.shell#0", "manifest"),
        ("web", "build/post-processor.manifest", "powershell"),
        ("app", "build/post-processors/post-processor.docker-push", "docker"),
        ("vbox", "build/post-processor.vagrant", "ansible"),
        ("gcp", "build/error-cleanup-provisioner.shell", "checksum"),
        ("volumes", "source.amazon-ebsvolume.data", "amazon-ami"),
        ("windows", "data.amazon-ami.base", "amazon-ebs"),
        ("base", "provisioner.shell#0", "docker-push"),
        ("stack", "post-processors/post-processor.docker-tag", "shell"),
        ("box", "source.qemu", "shell-local"),
    ] {
        p.relabel(template, ALL, address, 0, to);
    }
}

fn unknown_plugin(p: &mut Planter<'_>) {
    for (template, address, to) in [
        ("volumes", "source.amazon-ebsvolume.data", "acme-cloud"),
        ("web", "build/provisioner.shell#0", "acme-agent"),
        ("web", "build/post-processor.manifest", "acme-upload"),
        ("base", "provisioner.shell#0", "acme-agent"),
    ] {
        p.relabel(template, ALL, address, 0, to);
    }
}

fn removed(p: &mut Planter<'_>) {
    for (template, block, name, value) in [
        ("qemu", "source.qemu.debian", "iso_checksum_type", "sha256"),
        ("vbox", "source.virtualbox-iso.ubuntu", "iso_checksum_type", "sha256"),
        ("vbox", "source.virtualbox-iso.ubuntu", "iso_checksum_url", "https://example.org/SHA256SUMS"),
        ("web", "source.amazon-ebs.web", "shutdown_behaviour", "terminate"),
        ("web", "source.amazon-ebs.web", "temporary_security_group_source_cidr", "10.0.0.0/8"),
        ("box", "source.virtualbox-iso", "iso_checksum_type", "sha256"),
        ("box", "source.qemu", "iso_md5", "d41d8cd98f00b204e9800998ecf8427e"),
        ("web", "build/post-processor.manifest", "filename", "m.json"),
        ("base", "post-processor.manifest", "filename", "m.json"),
        ("base", "source.amazon-ebs.base", "ssh_key_path", "key.pem"),
    ] {
        p.add(template, block, name, value);
    }
    p.add("web", "source.amazon-ebs.web", "enhanced_networking", true);
    p.add("base", "source.amazon-ebs.base", "ssh_private_ip", true);
}

fn deprecated(p: &mut Planter<'_>) {
    p.add("web", "source.amazon-ebs.web", "enable_t2_unlimited", true);
    p.add("web", "source.amazon-ebs.web", "tenancy", "dedicated");
    p.add("windows", "source.amazon-ebs.windows", "block_duration_minutes", 60);
    p.add("vbox", "source.virtualbox-iso.ubuntu", "ssh_host_port_min", 2222);
    p.add("proxmox", "source.proxmox-iso.k8s", "unmount_iso", true);
    p.rename("qemu", "source.qemu.debian/ssh_timeout", "ssh_wait_timeout");
    p.edit("fleet", THREE, "command is a text", |trees| match find(trees, "build/provisioner.shell-local/inline")? {
        Target::Attribute(body, at) => {
            body.0[at] = Item::Attribute(marked("command"), json!("echo fleet"));
            Some(())
        }
        Target::Block(..) | Target::Value(_) => None,
    });
    p.add_in("base", &[LegacyJson], "source.amazon-ebs.base", "spot_price_auto_product", "Linux/UNIX");
}

fn terraform(p: &mut Planter<'_>) {
    p.add("web", "variable.region", "nullable", false);
    p.add("web", "source.amazon-ebs.web", "count", 2);
    p.add("web", "source.amazon-ebs.web", "for_each", json!(["a", "b"]));
    p.add("web", "source.amazon-ebs.web", "depends_on", json!(["source.amazon-ebs.base"]));
    p.add_block("web", THREE, "source.amazon-ebs.web", "lifecycle\u{E000} {\n  create_before_destroy = true\n}");
    p.add_block("web", THREE, "", "resource\u{E000} \"aws_instance\" \"x\" {\n  ami = \"ami-1\"\n}");
    p.add_block("web", THREE, "", "output\u{E000} \"ami\" {\n  value = 1\n}");
    p.add_block("web", THREE, "", "module\u{E000} \"base\" {\n  source = \"./base\"\n}");
    p.add_block("web", THREE, "", "provider\u{E000} \"aws\" {\n  region = \"eu-west-1\"\n}");
    p.add_block("web", THREE, "", "terraform\u{E000} {\n  required_version = \"1.0\"\n}");
}

fn wrong_case(p: &mut Planter<'_>) {
    p.rename("web", "source.amazon-ebs.web/ssh_username", "sshUsername");
    p.rename("azure", "source.azure-arm.ubuntu/vm_size", "VM_size");
    p.rename("gcp", "source.googlecompute.runner/machine_type", "machine-type");
    p.rename("base", "source.amazon-ebs.base/ssh_timeout", "ssh-timeout");
    p.rename("box", "source.virtualbox-iso/boot_wait", "bootWait");
    p.rename("web", "build/provisioner.shell#0/environment_vars", "environmentVars");
}
