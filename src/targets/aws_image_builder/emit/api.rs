//! The requests that set everything up, one file each, in the order they are to be called.
//!
//! A request is what `aws imagebuilder … --cli-input-json` takes, and every SDK. It has no parameters, so [`settle`] puts
//! values in the place of settings first; ARNs are made from the account and the Region. Client tokens are made from the
//! request, so that calling one a second time changes nothing.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::super::forms::Account;
use super::super::model::{
    AmiDistribution, ContainerDistribution, FastLaunch, Infrastructure, LaunchPermission, Part, Placement, Profile,
    ProfileUse, Project, Recipe, RecipeKind, RegionDistribution, Role, Setting, Statement, Value,
};
use super::resources::{self, Kind, Members, Node, Reference, Resource};

/// A request.
struct Request {
    /// The service's own name of the operation.
    operation: &'static str,
    image: Option<String>,
    body: Vec<(&'static str, Json)>,
}

/// The files, by their paths, with Packer's names of the images that they belong to.
pub(in super::super) fn files(project: &Project, account: &Account) -> Vec<(String, String, Option<String>)> {
    let calls = Calls { project, account };
    let mut out = Vec::new();
    for (folder, requests) in [("iam", calls.identities()), ("api", calls.image_builder())] {
        let width = requests.len().to_string().len().max(2);
        for (at, Request { operation, image, body }) in requests.into_iter().enumerate() {
            let path = format!("{folder}/{:0width$}-{operation}.json", at + 1);
            let mut body = object(body);
            if folder == "api" {
                let token = token(operation, &body);
                if let Json::Object(entries) = &mut body {
                    entries.insert("clientToken".to_owned(), Json::String(token));
                }
            }
            let text = serde_json::to_string_pretty(&body).expect("internal error: a request can be written");
            out.push((path, format!("{text}\n"), image));
        }
    }
    out
}

/// Puts what is given, or a default, in the place of every setting. Gives the settings that have neither.
pub(in super::super) fn settle(project: &mut Project, given: &BTreeMap<String, String>) -> Vec<Setting> {
    let value = |setting: &Setting| given.get(&setting.name).or(setting.default.as_ref()).cloned();
    let values: Vec<Option<String>> = project.settings.iter().map(value).collect();
    let mut missing: Vec<Setting> = Vec::new();
    for (setting, value) in project.settings.iter().zip(&values) {
        if value.is_none() {
            missing.push(setting.clone());
        }
    }
    let mut settle = |value: &mut Value| {
        let parts = std::mem::take(&mut value.parts);
        for part in parts {
            match part {
                Part::Setting(id) => match &values[id.0] {
                    Some(text) => value.push_text(text),
                    None => value.push(part),
                },
                Part::Text(_) | Part::Region | Part::Account | Part::Partition | Part::RoleArn(_) => value.push(part),
            }
        }
    };
    each(project, &mut settle);
    missing
}

/// Visits every value of a project.
fn each(project: &mut Project, visit: &mut impl FnMut(&mut Value)) {
    project.bucket.iter_mut().for_each(&mut *visit);
    for statement in project.roles.iter_mut().flat_map(|role| &mut role.statements) {
        statement.resources.iter_mut().for_each(&mut *visit);
    }
    for recipe in &mut project.recipes {
        let Recipe { parent, components, tags, kind, .. } = recipe;
        visit(parent);
        components.iter_mut().flat_map(|it| &mut it.parameters).for_each(|(_, value)| visit(value));
        tags.values_mut().for_each(&mut *visit);
        let devices = match kind {
            RecipeKind::Image { block_devices, user_data: _, ami_tags } => {
                ami_tags.values_mut().for_each(&mut *visit);
                block_devices
            }
            RecipeKind::Container(container) => {
                visit(&mut container.repository);
                container.host_image.iter_mut().for_each(&mut *visit);
                &mut container.host_devices
            }
        };
        for ebs in devices.iter_mut().filter_map(|device| device.ebs.as_mut()) {
            ebs.kms_key.iter_mut().chain(&mut ebs.snapshot).for_each(&mut *visit);
        }
    }
    for infrastructure in &mut project.infrastructures {
        if let ProfileUse::Named(name) = &mut infrastructure.profile {
            visit(name);
        }
        let Infrastructure { instance_types, security_groups, subnet, key_pair, placement, resource_tags, .. } =
            infrastructure;
        instance_types.iter_mut().chain(security_groups).chain(subnet).chain(key_pair).for_each(&mut *visit);
        resource_tags.values_mut().for_each(&mut *visit);
        if let Some(Placement { availability_zone, tenancy: _, host, host_resource_group }) = placement {
            availability_zone.iter_mut().chain(host).chain(host_resource_group).for_each(&mut *visit);
        }
    }
    for region in project.distributions.iter_mut().flat_map(|it| &mut it.regions) {
        let RegionDistribution { region, ami, container, licenses, fast_launch } = region;
        visit(region);
        licenses.iter_mut().for_each(&mut *visit);
        if let Some(AmiDistribution { name, description, tags, kms_key, launch_permission }) = ami {
            visit(name);
            description.iter_mut().chain(kms_key).for_each(&mut *visit);
            tags.values_mut().for_each(&mut *visit);
            if let Some(LaunchPermission { users, groups, organizations, units }) = launch_permission {
                users.iter_mut().chain(groups).chain(organizations).chain(units).for_each(&mut *visit);
            }
        }
        if let Some(ContainerDistribution { description, repository, tags }) = container {
            description.iter_mut().for_each(&mut *visit);
            visit(repository);
            tags.iter_mut().for_each(&mut *visit);
        }
        for launch in fast_launch {
            let FastLaunch {
                max_parallel_launches: _,
                target_resource_count: _,
                launch_template_id,
                launch_template_name,
                launch_template_version,
            } = launch;
            let values = launch_template_id.iter_mut().chain(launch_template_name).chain(launch_template_version);
            values.for_each(&mut *visit);
        }
    }
}

/// The same request has the same token.
fn token(operation: &str, body: &Json) -> String {
    let digest = Sha256::digest(format!("{operation}\n{body}").as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

struct Calls<'a> {
    project: &'a Project,
    account: &'a Account,
}

impl Calls<'_> {
    /// What IAM is asked for, before anything else.
    fn identities(&self) -> Vec<Request> {
        let mut out = Vec::new();
        for role in &self.project.roles {
            let Role { name, service, description, managed_policies, statements, document } = role;
            let mut ask = |operation, body| out.push(Request { operation, image: None, body });
            let trust = json!({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"});
            ask(
                "CreateRole",
                vec![
                    ("RoleName", json!(name)),
                    ("Description", json!(description)),
                    ("AssumeRolePolicyDocument", policy_document(vec![trust])),
                ],
            );
            for policy in managed_policies {
                let arn = format!("arn:{}:iam::aws:policy/{policy}", self.account.partition());
                ask("AttachRolePolicy", vec![("RoleName", json!(name)), ("PolicyArn", json!(arn))]);
            }
            let mut policies = Vec::new();
            if !statements.is_empty() {
                policies.push(("formwork", policy_document(statements.iter().map(|it| self.statement(it)).collect())));
            }
            policies.extend(document.as_ref().map(|document| ("template", Json::String(document.to_string()))));
            for (policy, document) in policies {
                ask(
                    "PutRolePolicy",
                    vec![("RoleName", json!(name)), ("PolicyName", json!(policy)), ("PolicyDocument", document)],
                );
            }
        }
        for Profile { name, role } in &self.project.profiles {
            let mut ask = |operation, body| out.push(Request { operation, image: None, body });
            ask("CreateInstanceProfile", vec![("InstanceProfileName", json!(name))]);
            let role = &self.project.role(*role).name;
            ask("AddRoleToInstanceProfile", vec![("InstanceProfileName", json!(name)), ("RoleName", json!(role))]);
        }
        out
    }

    fn statement(&self, statement: &Statement) -> Json {
        let Statement { actions, resources } = statement;
        json!({"Effect": "Allow", "Action": actions, "Resource": self.values(resources)})
    }

    fn image_builder(&self) -> Vec<Request> {
        // Starting comes last, so that all is there if one of them fails.
        let (images, others): (Vec<Resource<'_>>, Vec<Resource<'_>>) =
            resources::resources(self.project).into_iter().partition(|it| it.kind == Kind::Image);
        let mut out: Vec<Request> = others.iter().map(|it| self.create(it)).collect();
        for Resource { kind, place, image, members: _ } in images {
            let pipeline = &self.project.pipelines[place];
            if pipeline.build {
                let body = vec![("imagePipelineArn", self.arn("image-pipeline", &pipeline.name))];
                out.push(Request { operation: kind.operation(), image: Some(image.to_owned()), body });
            }
        }
        out
    }

    fn create(&self, resource: &Resource<'_>) -> Request {
        let Resource { kind, place: _, image, members } = resource;
        let body = members.iter().map(|(name, node)| (*name, self.node(node))).collect();
        Request { operation: kind.operation(), image: Some((*image).to_owned()), body }
    }

    fn node(&self, node: &Node<'_>) -> Json {
        match node {
            Node::Text(text) => json!(text),
            Node::Value(value) => self.value(value),
            Node::Number(number) => json!(number),
            Node::Bool(truth) => json!(truth),
            Node::Values(values) => self.values(values),
            Node::Map(values) => values.iter().map(|(key, value)| (key.clone(), self.value(value))).collect(),
            Node::Object(members) => self.members(members),
            Node::Objects(all) => all.iter().map(|members| self.members(members)).collect(),
            Node::Refers(reference) => self.reference(*reference),
            Node::Document { text, file: _ } => json!(text),
        }
    }

    fn members(&self, members: &Members<'_>) -> Json {
        object(members.iter().map(|(name, node)| (*name, self.node(node))).collect())
    }

    fn reference(&self, reference: Reference) -> Json {
        let project = self.project;
        match reference {
            Reference::Component(id) => {
                let component = project.component(id);
                self.arn("component", &format!("{}/{}", component.name, component.version))
            }
            Reference::Recipe(id) => {
                let recipe = project.recipe(id);
                let kind = match recipe.kind {
                    RecipeKind::Image { .. } => "image-recipe",
                    RecipeKind::Container(_) => "container-recipe",
                };
                self.arn(kind, &format!("{}/{}", recipe.name, recipe.version))
            }
            Reference::Infrastructure(id) => self.arn("infrastructure-configuration", &project.infrastructure(id).name),
            Reference::Distribution(id) => self.arn("distribution-configuration", &project.distribution(id).name),
            Reference::Role(id) => json!(self.role_arn(&project.role(id).name)),
            Reference::Profile(id) => json!(project.profile(id).name),
        }
    }

    /// The ARN of a resource of Image Builder that is made here.
    fn arn(&self, kind: &str, rest: &str) -> Json {
        let Account { number, region, given: _ } = self.account;
        Json::String(format!("arn:{}:imagebuilder:{region}:{number}:{kind}/{rest}", self.account.partition()))
    }

    fn role_arn(&self, name: &str) -> String {
        format!("arn:{}:iam::{}:role/{name}", self.account.partition(), self.account.number)
    }

    fn value(&self, value: &Value) -> Json {
        let text = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Region => self.account.region.clone(),
            Part::Account => self.account.number.clone(),
            Part::Partition => self.account.partition().to_owned(),
            Part::RoleArn(id) => self.role_arn(&self.project.role(*id).name),
            Part::Setting(_) => panic!("internal error: a request with a setting that has no value"),
        };
        Json::String(value.parts.iter().map(text).collect())
    }

    fn values(&self, values: &[Value]) -> Json {
        values.iter().map(|value| self.value(value)).collect()
    }
}

fn object(entries: Vec<(&'static str, Json)>) -> Json {
    Json::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// A policy is a text in a request.
fn policy_document(statements: Vec<Json>) -> Json {
    Json::String(json!({"Version": "2012-10-17", "Statement": statements}).to_string())
}
