//! Scripts, playbooks, folders and keys that are not on the disk.

use serde_json::json;

use super::Kind;
use crate::plant::Planter;

pub(crate) const KINDS: &[Kind] = &[
    ("missing-script-file", &["missing-file", "missing-local-file"], script),
    ("missing-upload", &["missing-file", "missing-local-file"], upload),
    ("missing-playbook", &["missing-file", "missing-local-file"], playbook),
    ("missing-other-file", &["missing-file", "missing-local-file"], other),
    ("missing-folder", &["missing-file", "missing-local-file"], folder),
    ("file-of-wrong-kind", &["missing-file", "missing-local-file", "unusable-script"], wrong_kind),
];

fn all(p: &mut Planter<'_>, faults: &[(&str, &str, &str)]) {
    for (template, address, value) in faults {
        p.set(template, address, *value);
    }
}

fn script(p: &mut Planter<'_>) {
    all(
        p,
        &[
            ("web", "build/provisioner.shell#1/script", "scripts/hardn.sh"),
            ("azure", "build/provisioner.shell#0/scripts/1", "scripts/agent.sh"),
            ("gcp", "build/provisioner.shell/script", "script/install.sh"),
            ("windows", "build/provisioner.powershell#0/script", "scripts/Features.ps1"),
            ("vbox", "build/provisioner.shell/scripts/0", "clean.sh"),
            ("base", "provisioner.shell#1/script", "setup.sh"),
            ("box", "provisioner.shell#0/scripts/1", "scripts/vagrnt.sh"),
        ],
    );
}

fn upload(p: &mut Planter<'_>) {
    all(
        p,
        &[
            ("web", "build/provisioner.file/source", "scripts/site.cnf"),
            ("app", "build/provisioner.file/source", "requirements.txt"),
            ("base", "provisioner.file/source", "sysctl.conf"),
            ("stack", "provisioner.file/source", "scripts/index.js"),
        ],
    );
}

fn playbook(p: &mut Planter<'_>) {
    all(
        p,
        &[
            ("vbox", "build/provisioner.ansible/playbook_file", "site.yml"),
            ("fleet", "build/provisioner.ansible/playbook_file", "playbooks/site.yaml"),
            ("stack", "provisioner.ansible-local/playbook_file", "local.yml"),
        ],
    );
}

fn other(p: &mut Planter<'_>) {
    all(
        p,
        &[
            ("windows", "source.amazon-ebs.windows/user_data_file", "winrm.ps1"),
            ("vbox", "source.virtualbox-iso.ubuntu/cd_files/0", "user-data"),
            ("vbox", "build/post-processor.vagrant/vagrantfile_template", "Vagrantfile"),
        ],
    );
    p.add("web", "source.amazon-ebs.web", "ssh_private_key_file", "keys/id_ed25519");
    p.add("vbox", "build/provisioner.ansible", "inventory_file", "inventory.ini");
    p.add("box", "source.virtualbox-iso", "floppy_files", json!(["answer.txt"]));
}

fn folder(p: &mut Planter<'_>) {
    all(
        p,
        &[
            ("qemu", "source.qemu.debian/http_directory", "htpp"),
            ("proxmox", "source.proxmox-iso.k8s/http_directory", "www"),
            ("box", "source.virtualbox-iso/http_directory", "web"),
        ],
    );
}

fn wrong_kind(p: &mut Planter<'_>) {
    all(
        p,
        &[
            ("web", "build/provisioner.shell#1/script", "scripts"),
            ("qemu", "source.qemu.debian/http_directory", "http/preseed.cfg"),
            ("base", "provisioner.shell#1/script", "scripts"),
        ],
    );
}
