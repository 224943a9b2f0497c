//! Text that the reader of a spelling cannot take.

use formwork::syntax::Spelling::{self, Hcl, Json, LegacyJson, Yaml};

use super::Kind;
use crate::plant::Planter;

pub(crate) const KINDS: &[Kind] = &[
    ("hcl-unclosed-block", &["unclosed-block", "unexpected-closing-bracket", "invalid-block"], unclosed_block),
    ("hcl-unclosed-string", &["unterminated-string", "missing-newline"], unclosed_string),
    ("hcl-unclosed-bracket", &["unclosed-bracket"], unclosed_bracket),
    (
        "hcl-unclosed-interpolation",
        &["unclosed-interpolation", "unterminated-string", "invalid-interpolation"],
        unclosed_interpolation,
    ),
    ("hcl-heredoc", &["unterminated-heredoc", "invalid-heredoc", "expected-expression"], heredoc),
    ("hcl-missing-comma", &["missing-separator"], missing_comma),
    ("hcl-bad-escape", &["invalid-escape"], bad_escape),
    ("hcl-missing-value", &["expected-expression"], missing_value),
    (
        "hcl-stray-word",
        &["invalid-argument", "invalid-block", "missing-newline", "invalid-character", "expected-expression"],
        stray,
    ),
    ("hcl-colon-for-equals", &["invalid-argument", "invalid-character", "invalid-block"], colon),
    ("hcl-extra-brace", &["unexpected-closing-bracket"], extra_brace),
    ("hcl-single-quotes", &["invalid-character"], single_quotes),
    ("hcl-unterminated-comment", &["unterminated-comment"], comment),
    ("hcl-bad-directive", &["invalid-directive", "unclosed-interpolation"], directive),
    ("json-trailing-comma", &["json-syntax"], trailing_comma),
    ("json-missing-comma", &["json-syntax"], json_missing_comma),
    ("json-unclosed", &["json-syntax"], json_unclosed),
    ("json-bad-token", &["json-syntax"], json_token),
    ("json-bad-escape", &["json-syntax"], json_escape),
    ("wrong-root", &["root-not-object", "json-syntax", "yaml-syntax", "json-value-kind", "wrong-shape"], wrong_root),
    ("yaml-tab", &["yaml-syntax"], yaml_tab),
    ("yaml-indentation", &["yaml-syntax", "wrong-shape"], yaml_indentation),
    ("yaml-duplicate-key", &["duplicate-argument", "yaml-syntax", "yaml-key"], yaml_duplicate),
    ("yaml-unknown-anchor", &["yaml-alias", "yaml-syntax"], yaml_anchor),
    ("yaml-quotes", &["yaml-syntax"], yaml_quotes),
    ("yaml-tag", &["yaml-tag"], yaml_tag),
    ("yaml-old-boolean", &["yaml-1-1-value", "wrong-type"], yaml_boolean),
    (
        "expression-in-data",
        &[
            "expected-expression",
            "invalid-interpolation",
            "unclosed-interpolation",
            "missing-separator",
            "invalid-operand",
            "invalid-index",
        ],
        expression,
    ),
];

fn many(p: &mut Planter<'_>, spelling: Spelling, all: &[(&str, &str, &str)]) {
    for (template, from, to) in all {
        p.text(template, spelling, from, &to.replace('~', "\u{E000}"));
    }
}

fn unclosed_block(p: &mut Planter<'_>) {
    many(
        p,
        Hcl,
        &[
            (
                "web",
                "    owners      = [\"136693071363\"]\n    most_recent = true\n  }\n",
                "    owners      = [\"136693071363\"]~\n    most_recent = true\n",
            ),
            ("azure", "    stage       = \"base\"\n  }\n}\n", "    stage       = \"base\"\n  }~\n"),
            ("gcp", "    note    = \"look at the machine\"\n  }\n", "    note    = \"look at the machine\"~\n"),
            (
                "app",
                "variable \"python\" {\n  type    = string\n  default = \"3.12\"\n}\n",
                "variable~ \"python\" {\n  type    = string\n  default = \"3.12\"\n",
            ),
            ("windows", "data \"amazon-ami\" \"base\" {", "data \"amazon-ami\" \"base\"~"),
        ],
    );
    // Where a brace is missing cannot be known: the block's first line is a place as well as its last.
    for fault in p.faults.iter_mut().rev().take(5) {
        let (_, lines) = fault.place.as_mut().expect("a place");
        let line = lines[0];
        *lines = (line.saturating_sub(20)..=line + 1).collect();
    }
}

fn unclosed_string(p: &mut Planter<'_>) {
    many(
        p,
        Hcl,
        &[
            ("web", "ssh_timeout   = \"8m\"", "ssh_timeout   = \"8m~"),
            ("web", "\"sudo apt-get update\",", "\"sudo apt-get update~,"),
            (
                "azure",
                "vm_size                           = \"Standard_D2s_v5\"",
                "vm_size                           = ~\"Standard_D2s_v5",
            ),
            ("app", "  default = \"ci\"", "  default = \"ci~"),
            ("web", "provisioner \"file\" {", "provisioner \"file~ {"),
            ("fleet", "  region        = var.region", "  region        = var.region\"~"),
        ],
    );
}

fn unclosed_bracket(p: &mut Planter<'_>) {
    many(
        p,
        Hcl,
        &[
            ("web", "[\"eu-west-1\", \"eu-west-3\"]", "[~\"eu-west-1\", \"eu-west-3\""),
            ("gcp", "[\"packer\", \"iap-ssh\"]", "[~\"packer\", \"iap-ssh\""),
            ("qemu", "[[\"-cpu\", \"host\"], [\"-vga\", \"std\"]]", "[[~\"-cpu\", \"host\"], [\"-vga\", \"std\"]"),
            ("web", "merge(var.base_tags, { Name = local.name })", "merge(~var.base_tags, { Name = local.name }"),
            ("web", "owners      = [\"136693071363\"]", "owners      = [~\"136693071363\"}"),
        ],
    );
}

fn unclosed_interpolation(p: &mut Planter<'_>) {
    many(
        p,
        Hcl,
        &[
            ("web", "\"web-${var.release}-${local.stamp}\"", "\"web-${var.release~-${local.stamp}\""),
            ("fleet", "\"api-${local.version}\"", "\"api-${local.version~\""),
            ("app", "\"python:${var.python}-slim\"", "\"python:${var.python~-slim\""),
            ("gcp", "\"batch-${lower(\"RUNNER\")}\"", "\"batch-${lower(\"RUNNER\")~\""),
            ("web", "\"build of ${local.name}\"", "\"build of ${}~\""),
        ],
    );
}

fn heredoc(p: &mut Planter<'_>) {
    many(
        p,
        Hcl,
        &[
            (
                "web",
                "description = \"Where the web server's image is built.\"",
                "description = <<EOT~\nWhere the image is built.\nEOTX",
            ),
            (
                "proxmox",
                "content     = \"net.ipv4.ip_forward = 1\"",
                "content     = <<-EOF\n      net.ipv4.ip_forward = 1\n      EOF,~",
            ),
            ("gcp", "    note    = \"look at the machine\"", "    note    = <<~\nlook\n"),
        ],
    );
}

fn missing_comma(p: &mut Planter<'_>) {
    many(
        p,
        Hcl,
        &[
            ("web", "\"sudo apt-get update\",\n", "\"sudo apt-get update\"~\n"),
            ("web", "[\"eu-west-1\", \"eu-west-3\"]", "[\"eu-west-1\" ~\"eu-west-3\"]"),
            ("app", "\"WORKDIR /srv/app\",\n", "\"WORKDIR /srv/app\"~\n"),
            (
                "azure",
                "[\"scripts/update.sh\", \"scripts/agents.sh\"]",
                "[\"scripts/update.sh\" ~\"scripts/agents.sh\"]",
            ),
            ("windows", "[0, 3010]", "[0 ~3010]"),
            ("web", "merge(var.base_tags, {", "merge(var.base_tags ~{"),
            ("qemu", "[\"-cpu\", \"host\"],", "[\"-cpu\", \"host\"]~"),
            ("fleet", "[{ name = \"ops\", admin = true }]", "[{ name = \"ops\" ~admin = true }]"),
        ],
    );
    // A comma that is missing at the end of a line is seen on the next one.
    for fault in p.faults.iter_mut().rev().take(8) {
        let (_, lines) = fault.place.as_mut().expect("a place");
        lines.push(lines[0] + 1);
    }
}

fn bad_escape(p: &mut Planter<'_>) {
    many(
        p,
        Hcl,
        &[
            ("windows", "\"dir c:\\\\\"", "\"dir c:\\temp~\\windows\""),
            ("web", "\"sudo apt-get update\"", "\"sudo sed -i 's/\\.old//' ~/etc/x\""),
            ("windows", "'C:/Program Files/", "'C:\\Program Files~/"),
            ("azure", "\"sync\"", "\"echo \\$HOME~\""),
            ("gcp", "look at the machine", "look at \\the ~\\machine"),
            ("web", "/etc/nginx/conf.d/site.conf", "/etc/nginx\\ ~conf.d/site.conf"),
        ],
    );
}

fn missing_value(p: &mut Planter<'_>) {
    many(
        p,
        Hcl,
        &[
            ("web", "ssh_timeout   = \"8m\"", "ssh_timeout   =~"),
            ("azure", "vm_size                           = \"Standard_D2s_v5\"", "vm_size~ ="),
            ("qemu", "memory           = 2048", "memory           =~ # megabytes"),
            ("app", "  default = \"3.12\"", "  default =~"),
            ("fleet", "major  = 4", "major  =~"),
            ("web", "[\"eu-west-1\", \"eu-west-3\"]", "[\"eu-west-1\", ~, \"eu-west-3\"]"),
        ],
    );
}

fn stray(p: &mut Planter<'_>) {
    many(
        p,
        Hcl,
        &[
            ("web", "  ssh_username  = \"admin\"\n", "  ssh_username~ \"admin\"\n"),
            ("web", "  ebs_optimized = true\n", "  ebs_optimized~\n"),
            (
                "web",
                "  ssh_username  = \"admin\"\n  ssh_timeout   = \"8m\"\n",
                "  ssh_username~ = \"admin\" ssh_timeout = \"8m\"\n",
            ),
            (
                "azure",
                "  os_type                           = \"Linux\"\n",
                "  os_type                           = \"Linux\";~\n",
            ),
            ("gcp", "  zone                    = var.zone\n", "  zone                    = var.zone,~\n"),
            ("qemu", "  headless         = var.headless\n", "  headless         = var.headless~ true\n"),
            ("app", "variable \"tag\" {", "<<<<<<< HEAD~\nvariable \"tag\" {"),
            ("fleet", "locals {\n", "locals~ =\n{\n"),
            ("vbox", "  cpus                 = 2\n", "  cpus~                 := 2\n"),
            ("proxmox", "  cores                = 2\n", "  cores~ == 2\n"),
            ("windows", "  communicator   = \"winrm\"\n", "  \"communicator~\" = \"winrm\"\n"),
        ],
    );
}

fn colon(p: &mut Planter<'_>) {
    many(
        p,
        Hcl,
        &[
            ("web", "ssh_timeout   = \"8m\"", "ssh_timeout~: \"8m\""),
            ("app", "  default = \"3.12\"", "  default~: \"3.12\""),
            ("windows", "  owners      = [\"amazon\"]", "  owners~: [\"amazon\"]"),
        ],
    );
}

fn extra_brace(p: &mut Planter<'_>) {
    many(
        p,
        Hcl,
        &[
            ("web", "locals {", "}~\n\nlocals {"),
            ("azure", "build {", "}~\n\nbuild {"),
            ("fleet", "locals {", "]~\nlocals {"),
            ("web", "[\"eu-west-1\", \"eu-west-3\"]", "[\"eu-west-1\", \"eu-west-3\"]]~"),
        ],
    );
}

fn single_quotes(p: &mut Planter<'_>) {
    many(
        p,
        Hcl,
        &[
            ("web", "ssh_timeout   = \"8m\"", "ssh_timeout   = '8m'~"),
            ("app", "repository = \"registry.example.com/shop/app\"", "repository = 'registry.example.com/shop/app'~"),
            ("gcp", "    script = \"scripts/install.sh\"", "    script = “scripts/install.sh”~"),
            ("azure", "os_type                           = \"Linux\"", "os_type                           = `Linux`~"),
        ],
    );
}

fn comment(p: &mut Planter<'_>) {
    many(p, Hcl, &[("web", "locals {", "/* names~\nlocals {"), ("azure", "build {", "/*~ the build\nbuild {")]);
}

fn directive(p: &mut Planter<'_>) {
    many(
        p,
        Hcl,
        &[
            ("web", "\"sudo apt-get update\",", "\"%{ if true }sudo apt-get update~\","),
            ("web", "\"sudo apt-get update\",", "\"sudo apt-get update%{ endif }~\","),
            ("web", "\"sudo apt-get update\",", "\"%{ iff true }sudo apt-get update%{ endif }~\","),
        ],
    );
}

fn trailing_comma(p: &mut Planter<'_>) {
    many(
        p,
        Json,
        &[
            ("web", "\"eu-west-3\"\n", "\"eu-west-3\",~\n"),
            ("azure", "\"base\"\n", "\"base\",~\n"),
            ("qemu", "\"std\"\n", "\"std\",~\n"),
            ("fleet", "\"Owner\": \"qa\"\n", "\"Owner\": \"qa\",~\n"),
        ],
    );
    many(
        p,
        LegacyJson,
        &[
            ("base", "\"strip_path\": true\n", "\"strip_path\": true,~\n"),
            ("box", "\"sha256\"\n", "\"sha256\",~\n"),
            ("stack", "\"CMD node server.js\"\n", "\"CMD node server.js\",~\n"),
        ],
    );
    next_line_too(p, 7);
}

/// A reader of JSON sees a comma too many, or one too few, where it goes on reading: at the next line.
fn next_line_too(p: &mut Planter<'_>, last: usize) {
    for fault in p.faults.iter_mut().rev().take(last) {
        let (_, lines) = fault.place.as_mut().expect("a place");
        lines.push(lines[0] + 1);
    }
}

fn json_missing_comma(p: &mut Planter<'_>) {
    many(
        p,
        Json,
        &[
            ("web", "\"eu-west-1\",\n", "\"eu-west-1\"~\n"),
            ("gcp", "\"disk_size\": 40,\n", "\"disk_size\": 40~\n"),
            ("windows", "\"winrm_use_ssl\": true,\n", "\"winrm_use_ssl\": true~\n"),
        ],
    );
    many(
        p,
        LegacyJson,
        &[
            ("base", "\"encrypt_boot\": true,\n", "\"encrypt_boot\": true~\n"),
            ("box", "\"boot_wait\": \"5s\",\n", "\"boot_wait\": \"5s\"~\n"),
            ("stack", "\"commit\": true,\n", "\"commit\": true~\n"),
        ],
    );
    next_line_too(p, 6);
}

fn json_unclosed(p: &mut Planter<'_>) {
    many(
        p,
        Json,
        &[
            ("web", "\"ssh_timeout\": \"8m\"", "\"ssh_timeout\": \"8m~"),
            ("azure", "\"os_type\": \"Linux\"", "\"os_type: ~\"Linux\""),
            ("app", "\"sensitive\": true", "\"sensitive\": tru~"),
        ],
    );
    many(
        p,
        LegacyJson,
        &[
            ("base", "\"ssh_timeout\": \"10m\"", "\"ssh_timeout\": \"10m~"),
            ("box", "\"boot_wait\": \"5s\"", "\"boot_wait\": ~"),
            ("stack", "\"commit\": true", "\"commit\": True~"),
        ],
    );
    next_line_too(p, 6);
}

fn json_token(p: &mut Planter<'_>) {
    many(
        p,
        Json,
        &[
            ("web", "\"ebs_optimized\": true", "ebs_optimized~: true"),
            ("web", "\"ssh_timeout\": \"8m\"", "\"ssh_timeout\": '8m'~"),
            ("gcp", "\"disk_size\": 40", "\"disk_size\": 040~"),
            ("gcp", "\"use_iap\": true", "\"use_iap\" = true~"),
            ("azure", "\"os_type\": \"Linux\"", "# the system~\n      \"os_type\": \"Linux\""),
        ],
    );
    many(
        p,
        LegacyJson,
        &[
            ("base", "\"encrypt_boot\": true", "encrypt_boot~: true"),
            ("box", "\"boot_wait\": \"5s\"", "// time~\n      \"boot_wait\": \"5s\""),
            ("stack", "\"commit\": true", "\"commit\": true;~"),
            ("stack", "\"commit\": true", "\"commit\": yes~"),
        ],
    );
}

fn json_escape(p: &mut Planter<'_>) {
    many(
        p,
        Json,
        &[
            ("windows", "\"dir c:\\\\\"", "\"dir c:\\windows~\""),
            ("web", "\"sudo apt-get update\"", "\"sudo sed 's/\\.x//'~\""),
        ],
    );
    many(
        p,
        LegacyJson,
        &[
            ("base", "\"sudo yum -y update\"", "\"sudo yum -y update \\$X~\""),
            ("box", "\"scripts/base.sh\"", "\"scripts\\base.sh~\\x\""),
        ],
    );
}

fn wrong_root(p: &mut Planter<'_>) {
    for (template, spelling, file, text) in [
        ("web", Json, "web.pkr.hcl", "1"),
        ("azure", Json, "image.pkr.hcl", "\"build\""),
        ("web", Yaml, "web.pkr.hcl", "- build"),
        ("azure", Yaml, "image.pkr.hcl", "build"),
        ("base", LegacyJson, "base.json", "[1]"),
        ("box", LegacyJson, "box.json", "true"),
    ] {
        let whole = p.template(template).texts(spelling).into_iter().find(|(name, _)| name == file);
        let whole = whole.expect("the file").1;
        p.text_of(template, spelling, Some(file), &whole, &format!("{text}\u{E000}\n"));
    }
}

fn yaml_tab(p: &mut Planter<'_>) {
    many(
        p,
        Yaml,
        &[
            ("web", "      ssh_username: admin", "\t\tssh_username: admin~"),
            ("gcp", "      use_iap: true", "\tuse_iap: true~"),
        ],
    );
}

fn yaml_indentation(p: &mut Planter<'_>) {
    many(
        p,
        Yaml,
        &[
            ("web", "      ssh_username: admin", "     ssh_username: admin~"),
            ("azure", "      os_type: Linux", "       os_type: Linux~"),
            ("qemu", "      cpus: ", "    cpus: ~"),
        ],
    );
}

fn yaml_duplicate(p: &mut Planter<'_>) {
    many(
        p,
        Yaml,
        &[
            ("web", "      ssh_username: admin\n", "      ssh_username: admin\n      ssh_username: root~\n"),
            ("gcp", "      use_iap: true\n", "      use_iap: true\n      use_iap: false~\n"),
        ],
    );
}

fn yaml_anchor(p: &mut Planter<'_>) {
    many(
        p,
        Yaml,
        &[
            ("web", "      ssh_username: admin\n", "      ssh_username: *user~\n"),
            ("gcp", "      use_iap: true\n", "      <<: *defaults~\n      use_iap: true\n"),
        ],
    );
}

fn yaml_quotes(p: &mut Planter<'_>) {
    many(
        p,
        Yaml,
        &[
            ("web", "      ssh_username: admin\n", "      ssh_username: \"admin~\n"),
            ("azure", "      os_type: Linux\n", "      os_type: 'Linux~\n"),
            ("gcp", "      machine_type: n2-standard-2\n", "      machine_type: @n2~\n"),
            ("gcp", "      machine_type: n2-standard-2\n", "      machine_type: n2: standard~\n"),
        ],
    );
}

fn yaml_tag(p: &mut Planter<'_>) {
    many(
        p,
        Yaml,
        &[
            ("web", "      ssh_username: admin\n", "      ssh_username: !Ref user~\n"),
            ("gcp", "      machine_type: n2-standard-2\n", "      machine_type: !Sub n2~\n"),
            ("gcp", "      disk_size: 40\n", "      disk_size: !!binary NDA=~\n"),
        ],
    );
}

fn yaml_boolean(p: &mut Planter<'_>) {
    many(
        p,
        Yaml,
        &[
            ("web", "      ebs_optimized: true\n", "      ebs_optimized: yes~\n"),
            ("gcp", "      use_iap: true\n", "      use_iap: on~\n"),
        ],
    );
}

fn expression(p: &mut Planter<'_>) {
    let both = &[Json, Yaml];
    for (template, address, value) in [
        ("web", "build/provisioner.shell#0/inline/0", "${var.region +}"),
        ("web", "build/provisioner.shell#0/inline/0", "echo ${}"),
        ("web", "build/provisioner.shell#0/inline/0", "echo ${var.region"),
        ("fleet", "build/source.amazon-ebs.base/ami_name", "api-${local.version"),
        ("web", "source.amazon-ebs.web/run_tags/Purpose", "${join(\",\" [\"a\"])} ${local.name}"),
    ] {
        p.set_in(template, both, address, value);
    }
}
