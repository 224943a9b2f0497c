//! The forms that resources are written in, and what each of them has to be told.

use std::collections::BTreeMap;

use super::TARGET;
use super::model::{Project, Setting};
use crate::graph::Node;
use crate::targets::fidelity::Report;
use crate::targets::{Context, Options};
use regex::Regex;

/// A form, chosen by the option `format`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A template of CloudFormation.
    CloudFormation,
    /// A module of Terraform.
    Terraform,
    /// Requests to the service.
    Api(Account),
}

/// What requests have to be told, because they have no parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    /// Twelve digits.
    pub(super) number: String,
    /// `eu-west-1`
    pub(super) region: String,
    /// Values of settings, by their names.
    pub(super) given: BTreeMap<String, String>,
}

/// Why there is no form, and the next thing to type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// What is missing or wrong.
    pub(super) why: String,
    /// What would be right.
    pub(super) help: String,
}

impl Account {
    /// The first part of ARNs behind `arn:`.
    pub(super) fn partition(&self) -> &'static str {
        const OTHERS: [(&str, &str); 4] =
            [("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("us-isob-", "aws-iso-b"), ("us-iso-", "aws-iso")];
        OTHERS.iter().find(|(start, _)| self.region.starts_with(start)).map_or("aws", |(_, partition)| partition)
    }
}

impl Form {
    /// The form that is asked for.
    pub(super) fn of(context: &Context<'_>) -> Result<Self, Fault> {
        let option = |name: &str| context.options.get(TARGET.name, &[], name);
        let fault = |why: String, option: &str, value: &str| Fault { why, help: set(option, value) };
        match option("format").unwrap_or("cloudformation") {
            "cloudformation" => return Ok(Self::CloudFormation),
            "terraform" => return Ok(Self::Terraform),
            "api" => {}
            other => {
                let why = format!("`format` is `{other}`, and there are `cloudformation`, `terraform` and `api`");
                return Err(fault(why, "format", "cloudformation"));
            }
        }
        let demanded = |name: &str, form: &str, example: &str| match option(name) {
            Some(value) if Regex::new(&format!("^(?:{form})$")).is_ok_and(|form| form.is_match(value)) => {
                Ok(value.to_owned())
            }
            Some(value) => Err(fault(format!("`{value}` is no `{name}`"), name, example)),
            None => Err(fault(format!("requests hold ARNs, and those need the `{name}`"), name, example)),
        };
        let number = demanded("account", "[0-9]{12}", "123456789012")?;
        let region = demanded("region", "[a-z]{2}(-[a-z]+)+-[0-9]", "eu-west-1")?;
        Ok(Self::Api(Account { number, region, given: given(option("parameters").unwrap_or_default()) }))
    }

    /// Refuses an image for a fault, where its source stands.
    pub(super) fn refuse(fault: &Fault, node: &Node, report: &mut Report<'_>) {
        report.impossible(node, "", node.origin, &fault.why, Some(fault.help.clone()));
    }

    /// Gives values to settings where the form has no parameters. What has no value, or a wrong one, is a fault.
    pub(super) fn settle(&self, project: &mut Project) -> Result<(), Fault> {
        let Self::Api(account) = self else { return Ok(()) };
        for setting in &project.settings {
            if let (Some(value), Some(pattern)) = (account.given.get(&setting.name), setting.pattern)
                && Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|form| !form.is_match(value))
            {
                let why = format!("the value of `{}` has to match `{pattern}`", setting.name);
                return Err(Fault { why, help: set("parameters", &format!("{}=…", setting.name)) });
            }
        }
        let missing = super::emit::api::settle(project, &account.given);
        match missing.first() {
            None => Ok(()),
            Some(first) => Err(unset(first, &missing)),
        }
    }
}

/// The ARN of a secret, to be filled in.
const SECRET: &str = "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME";

fn unset(first: &Setting, missing: &[Setting]) -> Fault {
    let names: Vec<String> = missing.iter().map(|setting| format!("`{}`", setting.name)).collect();
    let verb = if names.len() == 1 { "has" } else { "have" };
    let why = format!("a request has no parameters, and {} {verb} no value", names.join(", "));
    let help = match &first.variable {
        None if first.name == super::parameters::ASSET_BUCKET => set("bucket", "NAME"),
        Some(variable) if first.pattern.is_none() => format!("give it with `--var {variable}=VALUE`"),
        // All at once, because the option is one.
        Some(_) | None => {
            let by_option = |it: &&Setting| {
                it.name != super::parameters::ASSET_BUCKET && (it.variable.is_none() || it.pattern.is_some())
            };
            let example = |it: &Setting| match (&it.variable, it.name.as_str()) {
                (Some(_), _) => SECRET,
                (None, "Subnet") => "subnet-0123456789abcdef0",
                (None, "SecurityGroup") => "sg-0123456789abcdef0",
                (None, _) => "VALUE",
            };
            let values: Vec<String> =
                missing.iter().filter(by_option).map(|it| format!("{}={}", it.name, example(it))).collect();
            set("parameters", &values.join(","))
        }
    };
    Fault { why, help }
}

fn set(option: &str, value: &str) -> String {
    format!("give it with `--set {}.{option}={value}`", TARGET.name)
}

/// The bucket of the assets, where the options name it.
pub fn asset_bucket(options: &Options) -> Option<String> {
    let option = |name: &str| options.get(TARGET.name, &[], name);
    let parameter = || given(option("parameters")?).remove(super::parameters::ASSET_BUCKET);
    option("bucket").map(str::to_owned).or_else(parameter)
}

/// Reads `NAME=VALUE,NAME=VALUE`; a comma with no `=` behind it belongs to the value.
fn given(text: &str) -> BTreeMap<String, String> {
    let mut out: Vec<(String, String)> = Vec::new();
    for piece in text.split(',') {
        match (piece.split_once('='), out.last_mut()) {
            (Some((name, value)), _) => out.push((name.trim().to_owned(), value.to_owned())),
            (None, Some((_, value))) => {
                value.push(',');
                value.push_str(piece);
            }
            (None, None) => {}
        }
    }
    out.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MemoryFiles;
    use crate::targets::Setting as Given;

    fn form(settings: &[&str]) -> Result<Form, Fault> {
        let mut options = Options::new();
        settings.iter().for_each(|text| options.set(Given::parse(text).expect("a setting")));
        let files = MemoryFiles::new();
        let context = Context {
            files: &files,
            options: &options,
            accepted: &[],
            output_folder: "out",
            project: "p",
            generated_from: "t",
        };
        Form::of(&context)
    }

    #[test]
    fn what_requests_need_is_asked_for_by_name() {
        let help = |settings: &[&str]| form(settings).expect_err("a fault").help;
        assert_eq!(form(&[]), Ok(Form::CloudFormation));
        assert!(help(&["aws-image-builder.format=pulumi"]).contains(".format=cloudformation"));
        assert!(help(&["aws-image-builder.format=api"]).contains("aws-image-builder.account="));
        let account = "aws-image-builder.account=123456789012";
        assert!(help(&["aws-image-builder.format=api", "aws-image-builder.account=12"]).contains(".account="));
        assert!(help(&["aws-image-builder.format=api", account]).contains("aws-image-builder.region="));
        assert!(help(&["aws-image-builder.format=api", account, "aws-image-builder.region=mars"]).contains(".region="));
        let region = "aws-image-builder.region=us-gov-west-1";
        let Ok(Form::Api(account)) = form(&["aws-image-builder.format=api", account, region]) else {
            panic!("no form");
        };
        assert_eq!(account.partition(), "aws-us-gov");
    }

    #[test]
    fn the_bucket_is_an_option_or_a_parameter() {
        let named = |settings: &[&str]| {
            let mut options = Options::new();
            settings.iter().for_each(|text| options.set(Given::parse(text).expect("a setting")));
            asset_bucket(&options)
        };
        assert_eq!(named(&[]), None);
        assert_eq!(named(&["aws-image-builder.parameters=A=1,AssetBucket=b"]).as_deref(), Some("b"));
        assert_eq!(named(&["aws-image-builder.bucket=c"]).as_deref(), Some("c"));
    }

    #[test]
    fn values_may_have_commas() {
        let expected = [("A".to_owned(), "1,2".to_owned()), ("B".to_owned(), "x=y".to_owned())];
        assert_eq!(given("A=1,2,B=x=y"), BTreeMap::from(expected));
        assert_eq!(given(""), BTreeMap::new());
    }
}
