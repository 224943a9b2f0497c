//! The requests that set everything up, one file each, in the order they are to be called.
//!
//! A request is what `aws imagebuilder … --cli-input-json` takes, and every SDK. It has no parameters, so [`settle`] puts
//! values in the place of settings first; ARNs are made from the account and the Region. Client tokens are made from the
//! request, so that calling one a second time changes nothing.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::super::forms::Account;
use super::super::model::{
    AmiDistribution, BlockDevice, Component, ComponentUse, ContainerDistribution, ContainerRecipe, Data, Distribution,
    Ebs, FastLaunch, Infrastructure, LaunchPermission, LifecycleAction, LifecycleFilter, LifecyclePolicy,
    LifecycleRule, MetadataOptions, Part, Pipeline, Placement, Profile, ProfileUse, Project, Recipe, RecipeId,
    RecipeKind, RegionDistribution, Role, Schedule, Setting, Statement, Value,
};

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
        let Project {
            name: _,
            header: _,
            bucket: _,
            settings: _,
            assets: _,
            roles: _,
            profiles: _,
            components,
            recipes,
            infrastructures,
            distributions,
            pipelines,
            policies,
            scripts: _,
        } = self.project;
        let mut out: Vec<Request> = components.iter().map(|it| self.component(it)).collect();
        out.extend(recipes.iter().map(|it| self.recipe(it)));
        out.extend(infrastructures.iter().map(|it| self.infrastructure(it)));
        out.extend(distributions.iter().map(|it| self.distribution(it)));
        out.extend(pipelines.iter().map(|it| self.pipeline(it)));
        out.extend(policies.iter().map(|it| self.policy(it)));
        // Starting comes last, so that all is there if one of them fails.
        out.extend(pipelines.iter().filter(|it| it.build).map(|pipeline| Request {
            operation: "StartImagePipelineExecution",
            image: Some(pipeline.image.clone()),
            body: vec![("imagePipelineArn", self.arn("image-pipeline", &pipeline.name))],
        }));
        out
    }

    fn component(&self, component: &Component) -> Request {
        let Component { image, name, version, description, platform, document: _, text, file: _, data } = component;
        let mut body = vec![("name", json!(name)), ("semanticVersion", json!(version))];
        body.extend(described(description));
        body.push(("platform", json!(platform.word())));
        body.push(match data {
            Data::Inline => ("data", json!(text)),
            Data::Asset(_) => ("uri", self.uri(*data)),
        });
        Request { operation: "CreateComponent", image: Some(image.clone()), body }
    }

    /// Where the service finds a text that lies in the bucket.
    fn uri(&self, data: Data) -> Json {
        let mut uri = Value::text("s3://");
        if let Some(bucket) = &self.project.bucket {
            uri.append(bucket);
        }
        if let Data::Asset(id) = data {
            uri.push_text(&format!("/{}", self.project.asset(id).key));
        }
        self.value(&uri)
    }

    fn recipe(&self, recipe: &Recipe) -> Request {
        let Recipe { image, name, version, description, parent, components, working_directory, tags, kind } = recipe;
        let mut body = vec![("name", json!(name)), ("semanticVersion", json!(version))];
        body.extend(described(description));
        body.push(("parentImage", self.value(parent)));
        body.push(("components", components.iter().map(|it| self.component_use(it)).collect()));
        body.extend(working_directory.as_ref().map(|folder| ("workingDirectory", json!(folder))));
        body.extend(self.map("tags", tags));
        let operation = match kind {
            RecipeKind::Image { block_devices, user_data, ami_tags } => {
                if !block_devices.is_empty() {
                    body.push(("blockDeviceMappings", block_devices.iter().map(|it| self.device(it)).collect()));
                }
                body.extend(
                    user_data
                        .as_ref()
                        .map(|data| ("additionalInstanceConfiguration", json!({"userDataOverride": data}))),
                );
                body.extend(self.map("amiTags", ami_tags));
                "CreateImageRecipe"
            }
            RecipeKind::Container(container) => {
                let ContainerRecipe { dockerfile, data, repository, platform, host_image, host_devices } = container;
                body.push(("containerType", json!("DOCKER")));
                body.push(match data {
                    Data::Inline => ("dockerfileTemplateData", json!(dockerfile)),
                    Data::Asset(_) => ("dockerfileTemplateUri", self.uri(*data)),
                });
                body.push(("targetRepository", self.repository(repository)));
                body.extend(platform.map(|platform| ("platformOverride", json!(platform.word()))));
                let mut host: Vec<_> = host_image.iter().map(|image| ("image", self.value(image))).collect();
                if !host_devices.is_empty() {
                    host.push(("blockDeviceMappings", host_devices.iter().map(|it| self.device(it)).collect()));
                }
                if !host.is_empty() {
                    body.push(("instanceConfiguration", object(host)));
                }
                "CreateContainerRecipe"
            }
        };
        Request { operation, image: Some(image.clone()), body }
    }

    fn repository(&self, name: &Value) -> Json {
        json!({"service": "ECR", "repositoryName": self.value(name)})
    }

    fn component_use(&self, used: &ComponentUse) -> Json {
        let ComponentUse { component, parameters } = used;
        let component = self.project.component(*component);
        let arn = self.arn("component", &format!("{}/{}", component.name, component.version));
        let mut out = vec![("componentArn", arn)];
        if !parameters.is_empty() {
            let one = |(name, value): &(String, Value)| json!({"name": name, "value": [self.value(value)]});
            out.push(("parameters", parameters.iter().map(one).collect()));
        }
        object(out)
    }

    fn device(&self, device: &BlockDevice) -> Json {
        let BlockDevice { device, absent, virtual_name, ebs } = device;
        let mut out = vec![("deviceName", json!(device))];
        out.extend(absent.then(|| ("noDevice", json!(""))));
        out.extend(virtual_name.as_ref().map(|name| ("virtualName", json!(name))));
        if let Some(ebs) = ebs {
            let Ebs { volume_type, volume_size, iops, throughput, delete_on_termination, encrypted, kms_key, snapshot } =
                ebs;
            let mut volume = Vec::new();
            volume.extend(volume_type.as_ref().map(|it| ("volumeType", json!(it))));
            volume.extend(volume_size.map(|it| ("volumeSize", json!(it))));
            volume.extend(iops.map(|it| ("iops", json!(it))));
            volume.extend(throughput.map(|it| ("throughput", json!(it))));
            volume.extend(delete_on_termination.map(|it| ("deleteOnTermination", json!(it))));
            volume.extend(encrypted.map(|it| ("encrypted", json!(it))));
            volume.extend(kms_key.as_ref().map(|it| ("kmsKeyId", self.value(it))));
            volume.extend(snapshot.as_ref().map(|it| ("snapshotId", self.value(it))));
            if !volume.is_empty() {
                out.push(("ebs", object(volume)));
            }
        }
        object(out)
    }

    fn infrastructure(&self, infrastructure: &Infrastructure) -> Request {
        let Infrastructure {
            image,
            name,
            description,
            instance_types,
            profile,
            security_groups,
            subnet,
            key_pair,
            terminate_on_failure,
            metadata,
            placement,
            resource_tags,
        } = infrastructure;
        let mut body = vec![("name", json!(name))];
        body.extend(described(description));
        let profile = match profile {
            ProfileUse::Named(name) => self.value(name),
            ProfileUse::Made(id) => json!(self.project.profile(*id).name),
        };
        body.push(("instanceProfileName", profile));
        body.extend(self.list("instanceTypes", instance_types));
        body.extend(subnet.as_ref().map(|it| ("subnetId", self.value(it))));
        body.extend(self.list("securityGroupIds", security_groups));
        body.extend(key_pair.as_ref().map(|it| ("keyPair", self.value(it))));
        body.push(("terminateInstanceOnFailure", json!(terminate_on_failure)));
        if let Some(MetadataOptions { http_tokens, hop_limit }) = metadata {
            let mut options = Vec::new();
            options.extend(http_tokens.as_ref().map(|it| ("httpTokens", json!(it))));
            options.extend(hop_limit.map(|it| ("httpPutResponseHopLimit", json!(it))));
            body.push(("instanceMetadataOptions", object(options)));
        }
        if let Some(Placement { availability_zone, tenancy, host, host_resource_group }) = placement {
            let mut options = Vec::new();
            options.extend(availability_zone.as_ref().map(|it| ("availabilityZone", self.value(it))));
            options.extend(tenancy.as_ref().map(|it| ("tenancy", json!(it))));
            options.extend(host.as_ref().map(|it| ("hostId", self.value(it))));
            options.extend(host_resource_group.as_ref().map(|it| ("hostResourceGroupArn", self.value(it))));
            body.push(("placement", object(options)));
        }
        body.extend(self.map("resourceTags", resource_tags));
        Request { operation: "CreateInfrastructureConfiguration", image: Some(image.clone()), body }
    }

    fn distribution(&self, distribution: &Distribution) -> Request {
        let Distribution { image, name, description, regions } = distribution;
        let mut body = vec![("name", json!(name))];
        body.extend(described(description));
        body.push(("distributions", regions.iter().map(|it| self.region(it)).collect()));
        Request { operation: "CreateDistributionConfiguration", image: Some(image.clone()), body }
    }

    fn region(&self, region: &RegionDistribution) -> Json {
        let RegionDistribution { region, ami, container, licenses, fast_launch } = region;
        let mut out = vec![("region", self.value(region))];
        out.extend(ami.as_ref().map(|ami| ("amiDistributionConfiguration", self.ami(ami))));
        if let Some(ContainerDistribution { description, repository, tags }) = container {
            let mut body = vec![("targetRepository", self.repository(repository))];
            body.extend(description.as_ref().map(|it| ("description", self.value(it))));
            body.extend(self.list("containerTags", tags));
            out.push(("containerDistributionConfiguration", object(body)));
        }
        out.extend(self.list("licenseConfigurationArns", licenses));
        if !fast_launch.is_empty() {
            let all = fast_launch.iter().map(|it| self.fast_launch(it)).collect();
            out.push(("fastLaunchConfigurations", all));
        }
        object(out)
    }

    fn ami(&self, ami: &AmiDistribution) -> Json {
        let AmiDistribution { name, description, tags, kms_key, launch_permission } = ami;
        let mut out = vec![("name", self.value(name))];
        out.extend(description.as_ref().map(|it| ("description", self.value(it))));
        out.extend(self.map("amiTags", tags));
        out.extend(kms_key.as_ref().map(|it| ("kmsKeyId", self.value(it))));
        if let Some(LaunchPermission { users, groups, organizations, units }) = launch_permission {
            let lists = [
                ("userIds", users),
                ("userGroups", groups),
                ("organizationArns", organizations),
                ("organizationalUnitArns", units),
            ];
            let given = lists.into_iter().filter_map(|(name, values)| self.list(name, values)).collect();
            out.push(("launchPermission", object(given)));
        }
        object(out)
    }

    fn fast_launch(&self, launch: &FastLaunch) -> Json {
        let FastLaunch {
            max_parallel_launches,
            target_resource_count,
            launch_template_id,
            launch_template_name,
            launch_template_version,
        } = launch;
        let mut out = vec![("enabled", json!(true)), ("accountId", json!(self.account.number))];
        let template = [
            ("launchTemplateId", launch_template_id),
            ("launchTemplateName", launch_template_name),
            ("launchTemplateVersion", launch_template_version),
        ];
        let template: Vec<_> =
            template.into_iter().filter_map(|(name, value)| Some((name, self.value(value.as_ref()?)))).collect();
        if !template.is_empty() {
            out.push(("launchTemplate", object(template)));
        }
        out.extend(max_parallel_launches.map(|it| ("maxParallelLaunches", json!(it))));
        out.extend(target_resource_count.map(|it| ("snapshotConfiguration", json!({"targetResourceCount": it}))));
        object(out)
    }

    fn pipeline(&self, pipeline: &Pipeline) -> Request {
        let Pipeline { image, name, description, recipe, infrastructure, distribution, schedule, tests, build: _ } =
            pipeline;
        let mut body = vec![("name", json!(name))];
        body.extend(described(description));
        body.push(self.what(*recipe));
        let infrastructure = &self.project.infrastructure(*infrastructure).name;
        body.push(("infrastructureConfigurationArn", self.arn("infrastructure-configuration", infrastructure)));
        body.extend(distribution.map(|id| {
            let arn = self.arn("distribution-configuration", &self.project.distribution(id).name);
            ("distributionConfigurationArn", arn)
        }));
        body.push(("imageTestsConfiguration", json!({"imageTestsEnabled": tests})));
        if let Some(Schedule { expression, time_zone, only_on_updates }) = schedule {
            let condition = if *only_on_updates {
                "EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE"
            } else {
                "EXPRESSION_MATCH_ONLY"
            };
            let mut out =
                vec![("scheduleExpression", json!(expression)), ("pipelineExecutionStartCondition", json!(condition))];
            out.extend(time_zone.as_ref().map(|zone| ("timezone", json!(zone))));
            body.push(("schedule", object(out)));
        }
        Request { operation: "CreateImagePipeline", image: Some(image.clone()), body }
    }

    fn what(&self, id: RecipeId) -> (&'static str, Json) {
        let recipe = self.project.recipe(id);
        let (member, kind) = match recipe.kind {
            RecipeKind::Image { .. } => ("imageRecipeArn", "image-recipe"),
            RecipeKind::Container(_) => ("containerRecipeArn", "container-recipe"),
        };
        (member, self.arn(kind, &format!("{}/{}", recipe.name, recipe.version)))
    }

    fn policy(&self, policy: &LifecyclePolicy) -> Request {
        let LifecyclePolicy { image, name, description, role, rules, recipe } = policy;
        let mut body = vec![("name", json!(name))];
        body.extend(described(description));
        body.push(("status", json!("ENABLED")));
        body.push(("executionRole", json!(self.role_arn(&self.project.role(*role).name))));
        body.push(("resourceType", json!("AMI_IMAGE")));
        body.push(("policyDetails", rules.iter().map(rule).collect()));
        let recipe = json!({"name": self.project.recipe(*recipe).name, "semanticVersion": "x.x.x"});
        body.push(("resourceSelection", json!({"recipes": [recipe]})));
        Request { operation: "CreateLifecyclePolicy", image: Some(image.clone()), body }
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

    fn list(&self, name: &'static str, values: &[Value]) -> Option<(&'static str, Json)> {
        (!values.is_empty()).then(|| (name, self.values(values)))
    }

    fn map(&self, name: &'static str, values: &BTreeMap<String, Value>) -> Option<(&'static str, Json)> {
        let entries: Map<String, Json> = values.iter().map(|(key, value)| (key.clone(), self.value(value))).collect();
        (!entries.is_empty()).then_some((name, Json::Object(entries)))
    }
}

fn rule(rule: &LifecycleRule) -> Json {
    let LifecycleRule { action, filter } = rule;
    let action = match action {
        LifecycleAction::Deprecate => json!({"type": "DEPRECATE", "includeResources": {"amis": true}}),
        LifecycleAction::Delete { snapshots: false } => json!({"type": "DELETE", "includeResources": {"amis": true}}),
        LifecycleAction::Delete { snapshots: true } => {
            json!({"type": "DELETE", "includeResources": {"amis": true, "snapshots": true}})
        }
    };
    let filter = match filter {
        LifecycleFilter::Days(days) => json!({"type": "AGE", "value": days, "unit": "DAYS"}),
        LifecycleFilter::Count(count) => json!({"type": "COUNT", "value": count}),
    };
    json!({"action": action, "filter": filter})
}

fn object(entries: Vec<(&'static str, Json)>) -> Json {
    Json::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// A policy is a text in a request.
fn policy_document(statements: Vec<Json>) -> Json {
    Json::String(json!({"Version": "2012-10-17", "Statement": statements}).to_string())
}

/// A description within the service's limit; an empty one is none.
fn described(text: &str) -> Option<(&'static str, Json)> {
    (!text.is_empty()).then(|| ("description", json!(text.chars().take(1024).collect::<String>())))
}
