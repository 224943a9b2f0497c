//! EC2 Image Builder: recipes, components and pipelines.
//!
//! Where the two worlds disagree, and what is emitted for it, stands in `targets/aws-image-builder/README.md`. In short:
//! Packer logs in and runs scripts as somebody; Image Builder runs documents of steps as root, each step a process of its
//! own, limited in time, under bash without `-e`. So each provisioner is a component whose steps write the script where
//! Packer puts it, start it as the template says, and take its exit status for what the template takes it for.
//!
//! A `docker` source is a container recipe: the same components, run between two lines of a Dockerfile whose last lines
//! are the template's `changes`.
//!
//! ```text
//! provisioner "shell" {                  - name: run
//!   inline = ["echo $A > /srv/a"]   ->     action: ExecuteBash
//! }                                        timeoutSeconds: -1
//!                                          inputs:
//!                                            commands:
//!                                              - |
//!                                                set -euo pipefail
//!                                                …
//!                                                cat > /tmp/script_1.sh <<'END'
//!                                                #!/bin/sh -e
//!                                                echo $A > /srv/a
//!                                                END
//!                                                …
//!                                                sudo -H -u ubuntu env … /tmp/script_1.sh || status=$?
//! ```

mod budget;
mod document;
mod emit;
mod forms;
mod inventory;
mod lower;
mod model;
mod names;
mod next;
mod parameters;
mod verify;
mod versions;

pub use forms::asset_bucket;

use std::collections::BTreeMap;

use self::forms::Form;
use self::lower::Lowering;
use self::model::Project;
use self::parameters::Parameters;
use super::text::names as short;
use super::{Context, OutContent, OutFile, Output, Reader, Target, TargetOption, Verdict};
use crate::diagnostic::Sink;
use crate::graph::Graph;

/// The target.
pub static TARGET: Target = Target {
    name: "aws-image-builder",
    summary: "EC2 Image Builder: components, recipes and pipelines, as CloudFormation, Terraform or requests",
    options: &[
        TargetOption {
            name: "account",
            default: "",
            description: "number of the account that everything is made in; needed by the format `api`",
        },
        TargetOption {
            name: "ansible",
            default: "",
            description: "installs Ansible for each of its steps alone: a version of ansible-core, or what `pip` is asked for",
        },
        TargetOption {
            name: "base-config",
            default: "",
            description: "file with the base image's configuration, as `docker image inspect` or `crane config` print it",
        },
        TargetOption {
            name: "bucket",
            default: "",
            description: "name of the bucket that holds the assets, instead of a parameter of the stack",
        },
        TargetOption {
            name: "build",
            default: "false",
            description: "`true` builds an image when the stack is deployed, and anew when something of it changed",
        },
        TargetOption {
            name: "deprecate-after",
            default: "",
            description: "days after which an AMI is deprecated, for a `deprecate_at` that is a date",
        },
        TargetOption {
            name: "downloads",
            default: "",
            description: "folder of a bucket that steps put files for the host into: s3://BUCKET/PREFIX",
        },
        TargetOption {
            name: "format",
            default: "cloudformation",
            description: "what is written: `cloudformation` (a template), `terraform` (a module), `api` (requests)",
        },
        TargetOption {
            name: "instance-profile",
            default: "",
            description: "name of the build instance's profile, instead of the source's own or one that is made",
        },
        TargetOption {
            name: "instance-types",
            default: "",
            description: "types of the build instance, best first, with commas between them",
        },
        TargetOption {
            name: "parameters",
            default: "",
            description: "values of the stack's parameters for the format `api`, which has none: NAME=VALUE,NAME=VALUE",
        },
        TargetOption {
            name: "parent",
            default: "",
            description: "what to start from: an AMI's id, ssm:NAME, an ARN of Image Builder, a container image; needed where the source searches",
        },
        TargetOption {
            name: "region",
            default: "",
            description: "Region that everything is made in; needed by the format `api`",
        },
        TargetOption {
            name: "repository",
            default: "",
            description: "name of the ECR repository that container images go to, instead of those of `docker-tag`",
        },
        TargetOption {
            name: "root-device",
            default: "",
            description: "name of the root device, where the source does not tell it: /dev/xvda, /dev/sda1",
        },
        TargetOption {
            name: "schedule",
            default: "",
            description: "when the pipeline starts by itself: `cron(0 3 ? * sun *)`, `rate(7 days)`",
        },
        TargetOption {
            name: "secret-files",
            default: "",
            description: "secrets that hold files of the host which nothing may show, such as keys: FILE=ARN,FILE=ARN",
        },
        TargetOption {
            name: "security-groups",
            default: "",
            description: "ids of the build instance's security groups, with commas between them",
        },
        TargetOption { name: "subnet", default: "", description: "id of the build instance's subnet" },
        TargetOption {
            name: "user",
            default: "",
            description: "the user that scripts run as, instead of `ssh_username`; of a container, the base's",
        },
    ],
    compile,
    inventory: Some(Reader { read: inventory::read, attributes: inventory::attributes }),
};

/// What the names of a project's resources begin with, made of what it is called.
pub fn name_prefix(project: &str) -> String {
    names::slug(project)
}

fn compile(graph: &Graph, context: &Context<'_>, sink: &mut Sink) -> Output {
    let mut out = Output::default();
    let parameters = Parameters::of(graph);
    let parts: Vec<short::Parts<'_>> = graph
        .images()
        .iter()
        .map(|path| {
            let image = graph.image(path);
            short::Parts { build: image.build.as_deref(), platform: &image.platform, source: &image.source }
        })
        .collect();
    // Names of this platform have no capitals and no `_`.
    let names: Vec<String> = short::short_names(&parts, &[]).iter().map(|name| names::slug(name)).collect();
    let mut project = Project {
        name: names::slug(context.project),
        header: format!("Generated by formwork from {}; edit the template instead.", context.generated_from),
        ..Project::default()
    };
    let form = Form::of(context);
    for (path, name) in graph.images().iter().zip(&names) {
        let (mut lowered, mut report) = Lowering::lower(graph, path, name, &parameters, &project, *context);
        let settled =
            form.as_ref().map_err(Clone::clone).and_then(|form| lowered.as_mut().map_or(Ok(()), |it| form.settle(it)));
        if let Err(fault) = settled {
            Form::refuse(&fault, graph.node(path.base), &mut report);
            lowered = None;
        }
        let (entries, accepted) = report.finish(sink);
        out.entries.extend(entries);
        out.accepted.extend(accepted);
        let Some(lowered) = lowered else { continue };
        project = lowered;
        out.images.push((graph.image(path).name.clone(), name.clone()));
    }
    let Ok(form) = form else { return out };
    if out.images.is_empty() {
        return out;
    }
    budget::fit(&mut project, context, form == Form::CloudFormation);
    if let Err(fault) = form.settle(&mut project) {
        // Only now is it known that documents need a bucket.
        refuse_all(&fault, graph, context, &mut out, sink);
        return out;
    }
    if form == Form::Terraform {
        let renamed = emit::terraform::adapt(&mut project);
        for entry in out.entries.iter_mut().filter(|entry| renamed.contains(&entry.image)) {
            if entry.construct.ends_with(".ami_name") {
                entry.verdict = entry.verdict.max(Verdict::Approximated);
                let how = "its dots are dashes, because Terraform's provider takes none";
                entry.how = if entry.how.is_empty() { how.to_owned() } else { format!("{}; {how}", entry.how) };
            }
        }
    }
    versions::assign(&mut project);
    let written = written(&project, &form);
    let template = written.get("template.yaml").map(OutFile::bytes);
    if let Some(why) = template.and_then(|text| budget::excess(&project, text.len())) {
        let help = format!(
            "compile fewer images at a time with `--only`, or as a module with `--set {}.format=terraform`",
            TARGET.name
        );
        refuse_all(&forms::Fault { why, help }, graph, context, &mut out, sink);
        return out;
    }
    out.remarks = budget::used(&project, template.map(<[u8]>::len));
    out.files = written;
    name_parameters(graph, &project, &form, &mut out);
    out.next_command = next::command(context, &project, &form, &out);
    out.remarks.extend(next::afterwards(context, &project));
    out
}

/// The files of everything that is made.
fn written(project: &Project, form: &Form) -> BTreeMap<String, OutFile> {
    let mut out = BTreeMap::new();
    for component in &project.components {
        out.insert(component.file.clone(), OutFile::text(component.text.clone(), Some(&component.image)));
    }
    for asset in &project.assets {
        let content = OutContent::File { bytes: asset.bytes.clone(), mode: 0o644 };
        out.insert(asset.key.clone(), OutFile { content, image: None });
    }
    for recipe in &project.recipes {
        if let model::RecipeKind::Container(container) = &recipe.kind {
            let file = OutFile::text(container.dockerfile.clone(), Some(&recipe.image));
            out.insert(container.file.clone(), file);
        }
    }
    for script in &project.scripts {
        out.insert(script.file.clone(), OutFile::script(script.text.clone(), Some(&script.image)));
    }
    let mut write = |path: String, text: String, image: Option<&str>| out.insert(path, OutFile::text(text, image));
    match form {
        Form::CloudFormation => {
            write("template.yaml".to_owned(), emit::cloudformation::template(project), None);
        }
        Form::Terraform => {
            for (name, text) in emit::terraform::files(project) {
                write(name.to_owned(), text, None);
            }
        }
        Form::Api(account) => {
            for (path, text, image) in emit::api::files(project, account) {
                write(path, text, image.as_deref());
            }
        }
    }
    out
}

/// Refuses every image that was made so far.
fn refuse_all(fault: &forms::Fault, graph: &Graph, context: &Context<'_>, out: &mut Output, sink: &mut Sink) {
    for path in graph.images() {
        let name = &graph.image(path).name;
        if !out.images.iter().any(|(image, _)| image == name) {
            continue;
        }
        let mut report = super::fidelity::Report::new(TARGET.name, name, *context);
        Form::refuse(fault, graph.node(path.base), &mut report);
        let (entries, _) = report.finish(sink);
        out.entries
            .retain(|entry| !entries.iter().any(|it| it.image == entry.image && it.construct == entry.construct));
        out.entries.extend(entries);
    }
    out.images.clear();
}

/// How each variable is given, and why others are not.
fn name_parameters(graph: &Graph, project: &Project, form: &Form, out: &mut Output) {
    let names: Vec<String> = match form {
        Form::CloudFormation => project.settings.iter().map(|setting| setting.name.clone()).collect(),
        Form::Terraform => emit::terraform::variables(project),
        Form::Api(_) => Vec::new(),
    };
    for (name, setting) in names.into_iter().zip(&project.settings) {
        if let Some(variable) = &setting.variable {
            out.parameters.insert(variable.clone(), name);
        }
    }
    let why = match form {
        Form::Api(_) => "a request has no parameters",
        Form::CloudFormation | Form::Terraform => {
            "what is made from it is made anew when it changes; keep it open with `--param`"
        }
    };
    for parameter in graph.parameters().filter(|parameter| parameter.open) {
        if !out.parameters.contains_key(&parameter.name) {
            out.fixed.insert(parameter.name.clone(), why.to_owned());
        }
    }
}
