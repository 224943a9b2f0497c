//! What to type once everything is written.

use std::fmt::Write as _;

use super::forms::{Account, Form};
use super::model::{HostScript, Project, Setting};
use super::{budget, emit, parameters};
use crate::targets::text::shell::word;
use crate::targets::{Context, Output};

/// The command, from the folder that relative paths start from.
pub(super) fn command(context: &Context<'_>, project: &Project, form: &Form, out: &Output) -> String {
    let folder = context.output_folder.trim_end_matches('/');
    let before = project.scripts.iter().filter(|script| script.before);
    let mut commands: Vec<String> =
        before.map(|script| format!("sh {}", word(&format!("{folder}/{}", script.file)))).collect();
    // The module puts its assets there itself.
    if !project.assets.is_empty() && *form != Form::Terraform {
        let bucket = project.bucket.as_ref().and_then(|bucket| bucket.known());
        let bucket = bucket.unwrap_or("BUCKET");
        commands.push(format!("aws s3 sync {} s3://{bucket}/assets", word(&format!("{folder}/assets"))));
    }
    match form {
        Form::CloudFormation => commands.push(deploy(project, folder, out)),
        Form::Terraform => {
            let terraform = format!("terraform -chdir={}", word(folder));
            let mut apply = format!("{terraform} apply");
            for (name, setting) in emit::terraform::variables(project).iter().zip(&project.settings) {
                if setting.default.is_none() {
                    let _ = write!(apply, " -var {name}={}", example(setting));
                }
            }
            commands.extend([format!("{terraform} init"), apply]);
        }
        Form::Api(account) => {
            // Roles and profiles first.
            let of = |service: &'static str| out.files.keys().filter(move |path| path.starts_with(service));
            commands.extend(of("iam/").chain(of("api/")).filter_map(|path| request(path, folder, account)));
        }
    }
    commands.join(if matches!(form, Form::Api(_)) { " &&\n  " } else { " && " })
}

/// What is to be run once an image is made.
pub(super) fn afterwards(context: &Context<'_>, project: &Project) -> Vec<String> {
    let folder = context.output_folder.trim_end_matches('/');
    let after = project.scripts.iter().filter(|script| !script.before);
    after
        .map(|script| {
            let HostScript { image, file, text: _, before: _ } = script;
            format!("once {image} is built: sh {}", word(&format!("{folder}/{file}")))
        })
        .collect()
}

fn deploy(project: &Project, folder: &str, out: &Output) -> String {
    let mut deploy = format!(
        "aws cloudformation deploy --template-file {} --stack-name {}",
        word(&format!("{folder}/template.yaml")),
        word(&project.name)
    );
    // Where everything goes first is where it is built.
    let mut regions: Vec<&str> =
        project.distributions.iter().filter_map(|it| it.regions.first()?.region.known()).collect();
    regions.dedup();
    if let [region] = regions.as_slice() {
        let _ = write!(deploy, " --region {}", word(region));
    }
    let long = out.files.get("template.yaml").is_some_and(|file| file.bytes().len() > budget::LONGEST_TEMPLATE);
    if long {
        let bucket = project.bucket.as_ref().and_then(|bucket| bucket.known()).unwrap_or("BUCKET");
        let _ = write!(deploy, " --s3-bucket {}", word(bucket));
    }
    if !project.roles.is_empty() {
        deploy.push_str(" --capabilities CAPABILITY_IAM");
    }
    let needed = project.settings.iter().filter(|setting| setting.default.is_none());
    let needed: Vec<String> = needed.map(|setting| format!("{}={}", setting.name, example(setting))).collect();
    if !needed.is_empty() {
        let _ = write!(deploy, " --parameter-overrides {}", needed.join(" "));
    }
    deploy
}

fn example(setting: &Setting) -> &'static str {
    if setting.variable.is_none() && setting.name == parameters::ASSET_BUCKET { "BUCKET" } else { "…" }
}

/// The call that a request is for.
fn request(path: &str, folder: &str, account: &Account) -> Option<String> {
    let (service, file) = path.split_once('/')?;
    let operation = file.strip_suffix(".json")?.split_once('-')?.1;
    let service = match service {
        "api" => "imagebuilder",
        "iam" => "iam",
        _ => return None,
    };
    let mut name = String::new();
    for c in operation.chars() {
        if c.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(c.to_ascii_lowercase());
    }
    let body = word(&format!("file://{folder}/{path}"));
    Some(format!("aws {service} {name} --region {} --cli-input-json {body}", account.region))
}
