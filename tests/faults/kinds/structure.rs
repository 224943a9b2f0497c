//! Blocks where they may not stand, repeated ones, wrong labels, and what nobody uses.

use formwork::syntax::Spelling::{self, Hcl};
use serde_json::json;

use super::Kind;
use crate::plant::{ALL, Planter, THREE, body, mark_head, marked};
use crate::tree::{Body, Item};

pub(crate) const KINDS: &[Kind] = &[
    ("block-at-wrong-level", &["unknown-block", "unknown-attribute", "wrong-shape"], wrong_level),
    ("wrong-number-of-labels", &["wrong-labels", "wrong-shape", "unknown-component"], labels),
    ("invalid-name", &["invalid-name", "template-in-label"], invalid_name),
    ("duplicate-source", &["duplicate-source", "duplicate-argument"], duplicate_source),
    ("duplicate-variable", &["duplicate-variable", "duplicate-argument"], duplicate_variable),
    ("duplicate-local", &["duplicate-local", "duplicate-argument"], duplicate_local),
    ("duplicate-data-source", &["duplicate-data-source", "duplicate-argument"], duplicate_data),
    ("duplicate-block", &["duplicate-block"], duplicate_block),
    ("duplicate-argument", &["duplicate-argument"], duplicate_argument),
    ("duplicate-plugin", &["duplicate-required-plugin", "duplicate-argument"], duplicate_plugin),
    ("source-argument-repeated", &["source-argument-repeated"], repeated_in_build),
    ("no-build", &["no-build"], no_build),
    ("build-without-source", &["build-without-source"], without_source),
    ("unused-variable", &["unused-variable"], unused_variable),
    ("unused-local", &["unused-local"], unused_local),
    ("unused-source", &["unused-source"], unused_source),
    ("only-and-except", &["only-and-except"], only_and_except),
    ("override-of-wrong-kind", &["invalid-override", "wrong-type"], override_kind),
];

const M: &str = "\u{E000}";

fn block(p: &mut Planter<'_>, template: &str, at: &str, hcl: &str) {
    p.add_block(template, THREE, at, &hcl.replace('~', M));
}

fn wrong_level(p: &mut Planter<'_>) {
    block(p, "web", "", "provisioner~ \"shell\" {\n  inline = [\"true\"]\n}");
    block(p, "web", "", "post-processor~ \"manifest\" {\n  output = \"x.json\"\n}");
    block(p, "web", "", "sources~ {\n  name = \"x\"\n}");
    block(p, "web", "build", "variable~ \"inner\" {\n  default = \"x\"\n}");
    block(p, "web", "build", "locals~ {\n  x = 1\n}");
    block(p, "web", "build", "data~ \"amazon-ami\" \"x\" {\n  owners = [\"self\"]\n}");
    block(p, "web", "source.amazon-ebs.web", "provisioner~ \"shell\" {\n  inline = [\"true\"]\n}");
    block(p, "web", "source.amazon-ebs.web", "variable~ \"x\" {\n  default = 1\n}");
    block(p, "web", "build/provisioner.shell#0", "provisioner~ \"shell\" {\n  inline = [\"true\"]\n}");
    block(p, "web", "build/post-processor.manifest", "post-processor~ \"manifest\" {\n  output = \"x\"\n}");
    block(p, "app", "build/post-processors", "provisioner~ \"shell\" {\n  inline = [\"true\"]\n}");
    block(p, "app", "build", "build~ {\n  sources = [\"source.docker.app\"]\n}");
    block(p, "app", "packer", "source~ \"docker\" \"x\" {\n  image = \"a\"\n}");
    block(p, "app", "variable.python", "locals~ {\n  a = 1\n}");
    block(p, "azure", "", "validation~ {\n  condition = true\n}");
    block(p, "azure", "source.azure-arm.ubuntu", "build~ {\n  name = \"x\"\n}");
    block(p, "fleet", "", "required_plugins~ {\n}");
    block(p, "web", "source.amazon-ebs.web/source_ami_filter", "filter~ {\n  name = \"x\"\n}");
    block(p, "web", "source.amazon-ebs.web", "owners~ {\n  id = \"x\"\n}");
}

fn labels(p: &mut Planter<'_>) {
    let mut change = |template: &str, from: &str, to: &str| p.text(template, Hcl, from, &to.replace('~', M));
    change("web", "source \"amazon-ebs\" \"web\" {", "source~ \"web\" {");
    change("azure", "source \"azure-arm\" \"ubuntu\" {", "source~ {");
    change("gcp", "source \"googlecompute\" \"runner\" {", "source~ \"googlecompute\" \"runner\" \"small\" {");
    change("web", "variable \"region\" {", "variable~ {");
    change("web", "variable \"release\" {", "variable~ \"string\" \"release\" {");
    change("web", "build {", "build~ \"web\" {");
    change("app", "  provisioner \"file\" {", "  provisioner~ {");
    change("web", "  provisioner \"file\" {", "  provisioner~ \"file\" \"site\" {");
    change("web", "  post-processor \"manifest\" {", "  post-processor~ {");
    change("app", "  post-processors {", "  post-processors~ \"push\" {");
    change("windows", "data \"amazon-ami\" \"base\" {", "data~ \"base\" {");
    change("web", "locals {", "locals~ \"all\" {");
    change("web", "packer {", "packer~ \"x\" {");
    change("gcp", "local \"family\" {", "local~ {");
    change("web", "  source_ami_filter {", "  source_ami_filter~ \"debian\" {");
    change("web", "  launch_block_device_mappings {", "  launch_block_device_mappings~ \"root\" {");
    change("fleet", "  source \"amazon-ebs.base\" {", "  source~ \"amazon-ebs\" \"base\" {");
    p.edit("web", &[Spelling::Json, Spelling::Yaml], "a source has one label", |trees| {
        for item in trees.iter_mut().flat_map(|(_, tree)| &mut tree.0) {
            if let Item::Block(kind, labels, _) = item
                && kind == "source"
            {
                *labels = vec![marked("web")];
                return Some(());
            }
        }
        None
    });
}

fn invalid_name(p: &mut Planter<'_>) {
    let mut change = |template: &str, from: &str, to: &str| p.text(template, Hcl, from, &to.replace('~', M));
    change("web", "variable \"region\" {", "variable \"the region~\" {");
    change("web", "variable \"instance_type\" {", "variable \"2nd_type~\" {");
    change("windows", "data \"amazon-ami\" \"base\" {", "data \"amazon-ami\" \"base ami~\" {");
    change("gcp", "local \"family\" {", "local \"the.family~\" {");
    change("web", "source \"amazon-ebs\" \"web\" {", "source \"amazon-ebs\" \"${var.release}~\" {");
}

fn duplicate_source(p: &mut Planter<'_>) {
    for (template, block) in [
        ("web", "source.amazon-ebs.web"),
        ("app", "source.docker.app"),
        ("azure", "source.azure-arm.ubuntu"),
        ("volumes", "source.amazon-ebsvolume.data"),
    ] {
        p.repeat(template, THREE, block);
    }
}

fn duplicate_variable(p: &mut Planter<'_>) {
    p.repeat("web", THREE, "variable.region");
    p.repeat("app", THREE, "variable.python");
    p.repeat("windows", THREE, "variable.admin_password");
    // In another file than the first declaration.
    for (template, name) in [("app", "tag"), ("fleet", "region")] {
        p.edit(template, THREE, &format!("{name} is declared again in file 0"), |trees| {
            let address = format!("variable.{name}");
            let first = trees.iter_mut().position(|(_, tree)| tree.find(&address).is_some())?;
            // The second one is told: that of the later file.
            let label = if first > 0 { name.to_owned() } else { marked(name) };
            let again = Item::Block("variable".to_owned(), vec![label], Body::default());
            mark_head(trees, &address)?;
            let (_, tree) = trees.first_mut()?;
            tree.0.push(again);
            Some(())
        });
    }
}

fn duplicate_local(p: &mut Planter<'_>) {
    p.add_block("web", &[Hcl, Spelling::Json], "", "locals {\n  stamp\u{E000} = \"x\"\n}");
    block(p, "gcp", "", "locals {\n  family~ = \"x\"\n}");
    p.text("web", Hcl, "  stamp = formatdate", &format!("  stamp = \"x\"\n  stamp{M} = formatdate"));
    p.repeat("gcp", THREE, "local.family");
}

fn duplicate_data(p: &mut Planter<'_>) {
    p.repeat("windows", THREE, "data.amazon-ami.base");
    p.repeat("fleet", THREE, "data.http.motd");
}

fn duplicate_block(p: &mut Planter<'_>) {
    for (template, block) in [
        ("web", "source.amazon-ebs.web/source_ami_filter"),
        ("windows", "source.amazon-ebs.windows/metadata_options"),
        ("volumes", "source.amazon-ebssurrogate.root/ami_root_device"),
        ("gcp", "build/error-cleanup-provisioner.shell"),
    ] {
        p.repeat(template, &[Hcl], block);
    }
}

fn duplicate_argument(p: &mut Planter<'_>) {
    for (template, address) in [
        ("web", "source.amazon-ebs.web/region"),
        ("web", "build/provisioner.shell#0/inline"),
        ("azure", "source.azure-arm.ubuntu/os_type"),
        ("app", "build/post-processors/post-processor.docker-tag/tags"),
        ("fleet", "data.amazon-ami.ubuntu/owners"),
        ("qemu", "variable.cpus/default"),
        ("base", "source.amazon-ebs.base/region"),
        ("box", "provisioner.shell#0/scripts"),
        ("stack", "provisioner.file/destination"),
    ] {
        p.edit(template, ALL, &format!("{address} is repeated"), |trees| match crate::plant::find(trees, address)? {
            crate::tree::Target::Attribute(body, at) => {
                let Item::Attribute(name, value) = body.0[at].clone() else { return None };
                body.0.insert(at + 1, Item::Attribute(marked(&name), value));
                Some(())
            }
            _ => None,
        });
    }
}

fn duplicate_plugin(p: &mut Planter<'_>) {
    p.add_block(
        "web",
        &[Hcl, Spelling::Json],
        "",
        "packer {\n  required_plugins {\n    amazon\u{E000} = {\n      source = \"github.com/hashicorp/amazon\"\n      version = \">= 1.0.0\"\n    }\n  }\n}",
    );
    p.text(
        "app",
        Hcl,
        "    docker = {\n",
        &format!(
            "    docker = {{\n      source  = \"github.com/hashicorp/docker\"\n      version = \">= 1.0.0\"\n    }}\n    docker{M} = {{\n"
        ),
    );
}

fn repeated_in_build(p: &mut Planter<'_>) {
    p.add("fleet", "build/source.amazon-ebs.base#0", "region", "eu-west-2");
    p.add("fleet", "build/source.amazon-ebs.base#1", "instance_type", "c6i.xlarge");
    p.add("fleet", "build/source.docker.local", "image", "ubuntu:24.04");
}

fn no_build(p: &mut Planter<'_>) {
    p.edit("azure", &[Hcl], "there is no build", |trees| {
        let tree = &mut trees[0].1;
        tree.0.retain(|item| !matches!(item, Item::Block(kind, ..) if kind == "build"));
        mark_head(trees, "packer")?;
        Some(())
    });
    p.edit("proxmox", &[Hcl], "there is no build", |trees| {
        let tree = &mut trees[0].1;
        tree.0.retain(|item| !matches!(item, Item::Block(kind, ..) if kind == "build"));
        mark_head(trees, "packer")
    });
}

fn without_source(p: &mut Planter<'_>) {
    for template in ["web", "azure", "gcp", "windows"] {
        p.edit(template, THREE, "the build has no sources", |trees| {
            let build = body(trees, "build")?;
            build.0.retain(|item| !matches!(item, Item::Attribute(name, _) if name == "sources"));
            mark_head(trees, "build")
        });
    }
    p.set("qemu", "build/sources", json!([]));
}

fn unused_variable(p: &mut Planter<'_>) {
    for template in ["web", "app", "azure", "gcp", "fleet", "proxmox"] {
        block(p, template, "", "variable \"leftover~\" {\n  type = string\n  default = \"x\"\n}");
    }
    p.edit("base", ALL, "a variable that nothing uses", |trees| {
        let variables = crate::plant::value(trees, "variables")?.as_object_mut()?;
        variables.insert(marked("leftover"), json!("x"));
        Some(())
    });
    p.edit("stack", ALL, "a variable that nothing uses", |trees| {
        let variables = crate::plant::value(trees, "variables")?.as_object_mut()?;
        variables.insert(marked("leftover"), json!("x"));
        Some(())
    });
}

fn unused_local(p: &mut Planter<'_>) {
    for template in ["app", "azure", "windows", "proxmox", "vbox"] {
        block(p, template, "", "locals {\n  leftover~ = \"x\"\n}");
    }
    p.add("web", "locals", "leftover", "x");
    p.add("fleet", "locals", "leftover", "x");
}

fn unused_source(p: &mut Planter<'_>) {
    for (template, spelled) in [
        ("app", "source \"docker\" \"old~\" {\n  image = \"debian:11\"\n  discard = true\n}"),
        ("web", "source \"null\" \"probe~\" {\n  communicator = \"none\"\n}"),
        ("fleet", "source \"null\" \"probe~\" {\n  communicator = \"none\"\n}"),
    ] {
        block(p, template, "", spelled);
    }
    p.edit("volumes", THREE, "a build that leaves a source out", |trees| {
        *crate::plant::value(trees, "build/sources")? = json!(["source.amazon-ebssurrogate.root"]);
        mark_head(trees, "source.amazon-ebsvolume.data")
    });
}

fn only_and_except(p: &mut Planter<'_>) {
    for (template, at, name, value) in [
        ("app", "build/provisioner.file", "except", "docker.worker"),
        ("app", "build/post-processor.manifest", "only", "docker.app"),
        ("fleet", "build/provisioner.ansible", "except", "docker.dev"),
        ("stack", "provisioner.file", "except", "cron"),
        ("stack", "provisioner.ansible-local", "only", "api"),
    ] {
        p.edit(template, ALL, &format!("{at} has {name}, too"), |trees| {
            let body = body(trees, at)?;
            for item in &mut body.0 {
                if let Item::Attribute(own, _) = item
                    && (own == "only" || own == "except")
                {
                    *own = marked(own);
                }
            }
            body.0.push(Item::Attribute(marked(name), json!([value])));
            Some(())
        });
    }
}

fn override_kind(p: &mut Planter<'_>) {
    p.set("app", "build/provisioner.shell#1/override", json!(["worker"]));
    p.set("app", "build/provisioner.shell#1/override/worker", "pip");
    p.set("app", "build/provisioner.shell#1/override", "worker");
}
