//! What validation lets pass and a build trips over.

use serde_json::json;

use super::Kind;
use crate::plant::{ALL, Planter, THREE, find, marked};
use crate::tree::{Body, Item, Target};

pub(crate) const KINDS: &[Kind] = &[
    ("only-names-nothing", &["unmatched-name", "unknown-builder"], only),
    ("override-names-nothing", &["unmatched-name", "unknown-builder"], override_name),
    ("artifact-not-accepted", &["artifact-not-accepted"], artifact),
    ("execute-command-without-path", &["execute-command-without-path"], without_path),
    ("impossible-image-name", &["invalid-image-name"], image_name),
    ("unknown-filter", &["unknown-filter"], filter),
    ("unwritable-destination", &["unwritable-destination"], destination),
    ("unusable-script", &["unusable-script"], unusable),
];

fn only(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("app", "build/provisioner.file/only", "docker.ap"),
        ("app", "build/provisioner.file/only", "app"),
        ("app", "build/post-processor.manifest/except", "docker.work"),
        ("fleet", "build/provisioner.ansible/only", "amazon-ebs.base"),
        ("fleet", "build/provisioner.shell#0/except", "docker"),
        ("volumes", "build/provisioner.shell#1/only", "source.amazon-ebssurrogate.root"),
        ("volumes", "build/provisioner.shell#1/only", "amazon-ebssurrogate.*"),
        ("stack", "provisioner.file/only", "web"),
        ("stack", "provisioner.ansible-local/except", "docker"),
        ("box", "provisioner.shell#1/only", "virtualbox"),
    ] {
        p.set(template, address, json!([value]));
        // The name in the list is as good a place as the argument.
        let count = p.template(template).spellings.len();
        for fault in p.faults.iter_mut().rev().take(count) {
            let (_, lines) = fault.place.as_mut().expect("a place");
            lines.push(lines[0] + 1);
        }
    }
}

fn override_name(p: &mut Planter<'_>) {
    for (template, block, from, to) in [
        ("app", "build/provisioner.shell#1/override", "worker", "docker.worker"),
        ("app", "build/provisioner.shell#1/override", "worker", "wrker"),
        ("box", "provisioner.shell#1/override", "qemu", "qmu"),
    ] {
        p.rename(template, &format!("{block}/{from}"), to);
    }
}

fn artifact(p: &mut Planter<'_>) {
    p.add_block(
        "web",
        THREE,
        "build",
        "post-processor \"docker-tag\u{E000}\" {\n  repository = \"a/b\"\n  tags = [\"x\"]\n}",
    );
    p.add_block("windows", THREE, "build", "post-processor \"docker-push\u{E000}\" {}");
    p.add_block("qemu", THREE, "build", "post-processor \"docker-import\u{E000}\" {\n  repository = \"a/b\"\n}");
    p.add_block("gcp", THREE, "build", "post-processor \"amazon-import\u{E000}\" {\n  s3_bucket_name = \"x\"\n}");
    p.edit("app", THREE, "docker-tag of an export", |trees| {
        export(crate::plant::body(trees, "source.docker.app")?);
        crate::plant::mark_head(trees, "build/post-processors/post-processor.docker-tag")
    });
    p.edit("stack", ALL, "docker-tag of an export", |trees| {
        export(crate::plant::body(trees, "source.docker.api")?);
        crate::plant::mark_head(trees, "post-processors/post-processor.docker-tag")
    });
}

/// Makes a source of docker write a file, not an image.
fn export(body: &mut Body) {
    body.0.retain(|item| !matches!(item, Item::Attribute(name, _) if name == "changes" || name == "commit"));
    body.0.push(Item::Attribute("export_path".to_owned(), json!("image.tar")));
}

fn without_path(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "build/provisioner.shell#1/execute_command", "sudo sh"),
        ("web", "build/provisioner.shell#1/execute_command", "sudo {{ .Vars }} bash -c"),
        ("azure", "build/provisioner.shell#1/execute_command", "sudo -E sh"),
        ("vbox", "build/provisioner.shell/execute_command", "echo 'ubuntu' | sudo -S env {{ .Vars }} sh"),
        ("base", "provisioner.shell#1/execute_command", "sudo {{ .Vars }} bash"),
        ("box", "provisioner.shell#0/execute_command", "sudo sh /tmp/script.sh"),
    ] {
        p.set(template, address, value);
    }
    p.add("windows", "build/provisioner.powershell#1", "execute_command", "powershell -File");
    p.add("windows", "build/provisioner.windows-shell", "execute_command", "cmd /c");
}

fn image_name(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("app", "build/post-processors/post-processor.docker-tag/repository", "registry.example.com/Shop/App"),
        ("app", "build/post-processors/post-processor.docker-tag/repository", "shop/app:latest"),
        ("app", "build/post-processors/post-processor.docker-tag/repository", "https://registry.example.com/shop/app"),
        ("app", "build/post-processors/post-processor.docker-tag/tags/1", "la test"),
        ("app", "build/post-processors/post-processor.docker-tag/tags/1", "-latest"),
        ("app", "build/post-processors/post-processor.docker-tag/tags/1", "release/1"),
        ("fleet", "source.docker.local/image", "Ubuntu:22.04"),
        ("fleet", "source.docker.local/image", "ubuntu:22 04"),
        ("stack", "source.docker.api/image", "node:20:slim"),
        ("stack", "post-processors/post-processor.docker-tag/repository", "Shop/App"),
    ] {
        p.set(template, address, value);
    }
}

fn filter(p: &mut Planter<'_>) {
    for (template, block, from, to) in [
        ("web", "source.amazon-ebs.web/source_ami_filter/filters", "root-device-type", "root_device_type"),
        ("web", "source.amazon-ebs.web/source_ami_filter/filters", "virtualization-type", "virtualisation-type"),
        ("windows", "data.amazon-ami.base/filters", "name", "ami-name"),
        ("fleet", "data.amazon-ami.ubuntu/filters", "architecture", "arch"),
        ("base", "source.amazon-ebs.base/source_ami_filter/filters", "root-device-type", "rootdevicetype"),
        ("base", "source.amazon-ebs.base/source_ami_filter/filters", "name", "Name"),
    ] {
        p.rename(template, &format!("{block}/{from}"), to);
    }
}

fn destination(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "build/provisioner.file/destination", "/etc/nginx/conf.d/site.conf"),
        ("web", "build/provisioner.file/destination", "/root/site.conf"),
        ("web", "build/provisioner.file/destination", "/usr/local/bin/site"),
        ("base", "provisioner.file/destination", "/etc/sysctl.d/99.conf"),
    ] {
        p.set(template, address, value);
    }
}

fn unusable(p: &mut Planter<'_>) {
    for (template, address, value) in [
        ("web", "build/provisioner.shell#1/execute_command", "su nginx -c '{{ .Vars }} {{ .Path }}'"),
        ("base", "provisioner.shell#1/execute_command", "su - postgres -c '{{ .Vars }} {{ .Path }}'"),
    ] {
        p.edit(template, ALL, &format!("{address} = {value}"), |trees| match find(trees, address)? {
            Target::Attribute(body, at) => {
                body.0[at] = Item::Attribute(marked("execute_command"), json!(value));
                Some(())
            }
            Target::Block(..) | Target::Value(_) => None,
        });
    }
}
