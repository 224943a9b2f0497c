//! A CloudFormation template.
//!
//! `Ref` of every Image Builder resource is its ARN. Names of roles and profiles are left to CloudFormation, so that no
//! more than `CAPABILITY_IAM` is needed.

use std::collections::{BTreeMap, BTreeSet};

use super::super::model::{
    AmiDistribution, BlockDevice, Component, ComponentUse, ContainerDistribution, ContainerRecipe, Data, Distribution,
    Ebs, FastLaunch, Infrastructure, LaunchPermission, LifecycleAction, LifecycleFilter, LifecyclePolicy,
    LifecycleRule, MetadataOptions, Part, Pipeline, Placement, Profile, ProfileUse, Project, Recipe, RecipeKind,
    RegionDistribution, Role, Schedule, Setting, Statement, Value,
};
use super::super::names;
use crate::targets::text::yaml::Yaml;

/// The template's text.
pub(in super::super) fn template(project: &Project) -> String {
    Template::new(project).document()
}

/// Logical names of the resources, by their place in the project's lists.
struct Template<'a> {
    project: &'a Project,
    roles: Vec<String>,
    profiles: Vec<String>,
    components: Vec<String>,
    recipes: Vec<String>,
    infrastructures: Vec<String>,
    distributions: Vec<String>,
    pipelines: Vec<String>,
    images: Vec<String>,
    policies: Vec<String>,
}

impl<'a> Template<'a> {
    fn new(project: &'a Project) -> Self {
        // Parameters and resources share their names.
        let mut taken: BTreeSet<String> = project.settings.iter().map(|setting| setting.name.to_lowercase()).collect();
        let mut name = |resource: &str, kind: &str| {
            let inner = resource.strip_prefix(&project.name).unwrap_or(resource);
            let wanted = names::logical(&[inner, kind]);
            let name = (1..)
                .map(|number| if number == 1 { wanted.clone() } else { format!("{wanted}{number}") })
                .find(|name| taken.insert(name.to_lowercase()));
            name.unwrap_or_default()
        };
        Self {
            project,
            recipes: project.recipes.iter().map(|it| name(&it.name, "Recipe")).collect(),
            infrastructures: project.infrastructures.iter().map(|it| name(&it.name, "Infrastructure")).collect(),
            distributions: project.distributions.iter().map(|it| name(&it.name, "Distribution")).collect(),
            pipelines: project.pipelines.iter().map(|it| name(&it.name, "Pipeline")).collect(),
            images: project.pipelines.iter().map(|it| name(&it.name, "Image")).collect(),
            policies: project.policies.iter().map(|it| name(&it.name, "Lifecycle")).collect(),
            roles: project.roles.iter().map(|it| name(&it.name, "Role")).collect(),
            profiles: project.profiles.iter().map(|it| name(&it.name, "Profile")).collect(),
            components: project.components.iter().map(|it| name(&it.name, "Component")).collect(),
        }
    }

    fn document(&self) -> String {
        let Project {
            name: _,
            header,
            bucket: _,
            settings,
            assets: _,
            roles,
            profiles,
            components,
            recipes,
            infrastructures,
            distributions,
            pipelines,
            policies,
            scripts: _,
        } = self.project;
        let mut resources: Vec<(&str, Yaml)> = Vec::new();
        let made: [(&[String], Vec<Yaml>); 8] = [
            (&self.roles, roles.iter().map(|it| self.role(it)).collect()),
            (&self.profiles, profiles.iter().map(|it| self.profile(it)).collect()),
            (&self.components, components.iter().map(|it| self.component(it)).collect()),
            (&self.recipes, recipes.iter().map(|it| self.recipe(it)).collect()),
            (&self.infrastructures, infrastructures.iter().map(|it| self.infrastructure(it)).collect()),
            (&self.distributions, distributions.iter().map(|it| self.distribution(it)).collect()),
            (&self.pipelines, pipelines.iter().map(|it| self.pipeline(it)).collect()),
            (&self.policies, policies.iter().map(|it| self.policy(it)).collect()),
        ];
        for (names, made) in made {
            resources.extend(names.iter().map(String::as_str).zip(made));
        }
        let mut outputs = Vec::new();
        for (at, pipeline) in pipelines.iter().enumerate() {
            let recipe = self.project.recipe(pipeline.recipe);
            let container = matches!(recipe.kind, RecipeKind::Container(_));
            if pipeline.build {
                resources.push((&self.images[at], self.image(pipeline)));
                let (attribute, what) = if container { ("ImageUri", "image") } else { ("ImageId", "AMI") };
                let id = get(&self.images[at], attribute);
                let description = Yaml::text(format!("The {what} of {}", pipeline.image));
                outputs.push((self.images[at].clone(), Yaml::map([("Description", description), ("Value", id)])));
            }
            let description = Yaml::text(format!("The pipeline of {}", pipeline.image));
            let value = Yaml::map([("Description", description), ("Value", reference(&self.pipelines[at]))]);
            outputs.push((format!("{}Arn", self.pipelines[at]), value));
        }
        let mut root = vec![
            ("AWSTemplateFormatVersion", Yaml::text("2010-09-09")),
            ("Description", Yaml::text(header.chars().take(1024).collect::<String>())),
        ];
        if !settings.is_empty() {
            root.push(("Parameters", Yaml::map(settings.iter().map(setting))));
        }
        root.push(("Resources", Yaml::map(resources)));
        root.push(("Outputs", Yaml::map(outputs)));
        Yaml::map(root).document()
    }

    fn role(&self, role: &Role) -> Yaml {
        let Role { name: _, service, description, managed_policies, statements, document } = role;
        let trust = Yaml::map([
            ("Effect", Yaml::text("Allow")),
            ("Principal", Yaml::map([("Service", Yaml::text(*service))])),
            ("Action", Yaml::text("sts:AssumeRole")),
        ]);
        let trust = policy_document(vec![trust]);
        let managed = managed_policies.iter().map(|policy| {
            let mut arn = Value::text("arn:");
            arn.push(Part::Partition);
            arn.push_text(&format!(":iam::aws:policy/{policy}"));
            self.value(&arn)
        });
        let mut properties = vec![
            ("Description", Yaml::text(description)),
            ("AssumeRolePolicyDocument", trust),
            ("ManagedPolicyArns", Yaml::List(managed.collect())),
        ];
        let mut policies = Vec::new();
        let policy =
            |name: &str, document: Yaml| Yaml::map([("PolicyName", Yaml::text(name)), ("PolicyDocument", document)]);
        if !statements.is_empty() {
            let statements = statements.iter().map(|it| self.statement(it)).collect();
            policies.push(policy("formwork", policy_document(statements)));
        }
        policies.extend(document.as_ref().map(|document| policy("template", json(document))));
        if !policies.is_empty() {
            properties.push(("Policies", Yaml::List(policies)));
        }
        resource("AWS::IAM::Role", properties)
    }

    fn statement(&self, statement: &Statement) -> Yaml {
        let Statement { actions, resources } = statement;
        Yaml::map([
            ("Effect", Yaml::text("Allow")),
            ("Action", Yaml::List(actions.iter().map(|action| Yaml::text(*action)).collect())),
            ("Resource", self.values(resources)),
        ])
    }

    fn profile(&self, profile: &Profile) -> Yaml {
        let Profile { name: _, role } = profile;
        resource("AWS::IAM::InstanceProfile", vec![("Roles", Yaml::List(vec![reference(&self.roles[role.0])]))])
    }

    fn component(&self, component: &Component) -> Yaml {
        let Component { image: _, name, version, description, platform, document: _, text, file: _, data } = component;
        resource(
            "AWS::ImageBuilder::Component",
            vec![
                ("Name", Yaml::text(name)),
                ("Version", Yaml::text(version)),
                ("Description", described(description)),
                ("Platform", Yaml::text(platform.word())),
                match data {
                    Data::Inline => ("Data", Yaml::text(text)),
                    Data::Asset(_) => ("Uri", self.uri(*data)),
                },
            ],
        )
    }

    /// Where the service finds a text that lies in the bucket.
    fn uri(&self, data: Data) -> Yaml {
        let mut uri = Value::text("s3://");
        if let Some(bucket) = &self.project.bucket {
            uri.append(bucket);
        }
        if let Data::Asset(id) = data {
            uri.push_text(&format!("/{}", self.project.asset(id).key));
        }
        self.value(&uri)
    }

    fn recipe(&self, recipe: &Recipe) -> Yaml {
        let Recipe { image: _, name, version, description, parent, components, working_directory, tags, kind } = recipe;
        let mut properties = vec![
            ("Name", Yaml::text(name)),
            ("Version", Yaml::text(version)),
            ("Description", described(description)),
            ("ParentImage", self.value(parent)),
            ("Components", Yaml::List(components.iter().map(|it| self.component_use(it)).collect())),
        ];
        properties.extend(working_directory.as_ref().map(|folder| ("WorkingDirectory", Yaml::text(folder))));
        if !tags.is_empty() {
            properties.push(("Tags", self.map(tags)));
        }
        match kind {
            RecipeKind::Image { block_devices, user_data, ami_tags } => {
                if !block_devices.is_empty() {
                    let devices = block_devices.iter().map(|it| self.device(it)).collect();
                    properties.push(("BlockDeviceMappings", Yaml::List(devices)));
                }
                properties.extend(user_data.as_ref().map(|data| {
                    ("AdditionalInstanceConfiguration", Yaml::map([("UserDataOverride", Yaml::text(data))]))
                }));
                if !ami_tags.is_empty() {
                    properties.push(("AmiTags", self.map(ami_tags)));
                }
                resource("AWS::ImageBuilder::ImageRecipe", properties)
            }
            RecipeKind::Container(container) => {
                properties.extend(self.container(container));
                resource("AWS::ImageBuilder::ContainerRecipe", properties)
            }
        }
    }

    fn container(&self, container: &ContainerRecipe) -> Vec<(&'static str, Yaml)> {
        let ContainerRecipe { dockerfile, data, repository, platform, host_image, host_devices } = container;
        let mut properties = vec![
            ("ContainerType", Yaml::text("DOCKER")),
            ("TargetRepository", self.repository(repository)),
            match data {
                Data::Inline => ("DockerfileTemplateData", Yaml::text(dockerfile)),
                Data::Asset(_) => ("DockerfileTemplateUri", self.uri(*data)),
            },
        ];
        properties.extend(platform.map(|platform| ("PlatformOverride", Yaml::text(platform.word()))));
        let mut host = Vec::new();
        host.extend(host_image.as_ref().map(|image| ("Image", self.value(image))));
        if !host_devices.is_empty() {
            let devices = host_devices.iter().map(|it| self.device(it)).collect();
            host.push(("BlockDeviceMappings", Yaml::List(devices)));
        }
        if !host.is_empty() {
            properties.push(("InstanceConfiguration", Yaml::map(host)));
        }
        properties
    }

    fn repository(&self, name: &Value) -> Yaml {
        Yaml::map([("Service", Yaml::text("ECR")), ("RepositoryName", self.value(name))])
    }

    fn component_use(&self, component: &ComponentUse) -> Yaml {
        let ComponentUse { component, parameters } = component;
        let mut out = vec![("ComponentArn", reference(&self.components[component.0]))];
        if !parameters.is_empty() {
            let one = |(name, value): &(String, Value)| {
                Yaml::map([("Name", Yaml::text(name)), ("Value", Yaml::List(vec![self.value(value)]))])
            };
            out.push(("Parameters", Yaml::List(parameters.iter().map(one).collect())));
        }
        Yaml::map(out)
    }

    fn device(&self, device: &BlockDevice) -> Yaml {
        let BlockDevice { device, absent, virtual_name, ebs } = device;
        let mut out = vec![("DeviceName", Yaml::text(device))];
        if *absent {
            out.push(("NoDevice", Yaml::text("")));
        }
        out.extend(virtual_name.as_ref().map(|name| ("VirtualName", Yaml::text(name))));
        if let Some(ebs) = ebs {
            let Ebs { volume_type, volume_size, iops, throughput, delete_on_termination, encrypted, kms_key, snapshot } =
                ebs;
            let mut volume = Vec::new();
            volume.extend(volume_type.as_ref().map(|it| ("VolumeType", Yaml::text(it))));
            volume.extend(volume_size.map(|it| ("VolumeSize", Yaml::number(it))));
            volume.extend(iops.map(|it| ("Iops", Yaml::number(it))));
            volume.extend(throughput.map(|it| ("Throughput", Yaml::number(it))));
            volume.extend(delete_on_termination.map(|it| ("DeleteOnTermination", Yaml::Bool(it))));
            volume.extend(encrypted.map(|it| ("Encrypted", Yaml::Bool(it))));
            volume.extend(kms_key.as_ref().map(|it| ("KmsKeyId", self.value(it))));
            volume.extend(snapshot.as_ref().map(|it| ("SnapshotId", self.value(it))));
            if !volume.is_empty() {
                out.push(("Ebs", Yaml::map(volume)));
            }
        }
        Yaml::map(out)
    }

    fn infrastructure(&self, infrastructure: &Infrastructure) -> Yaml {
        let Infrastructure {
            image: _,
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
        let mut properties = vec![
            ("Name", Yaml::text(name)),
            ("Description", described(description)),
            (
                "InstanceProfileName",
                match profile {
                    ProfileUse::Named(name) => self.value(name),
                    ProfileUse::Made(id) => reference(&self.profiles[id.0]),
                },
            ),
        ];
        if !instance_types.is_empty() {
            properties.push(("InstanceTypes", self.values(instance_types)));
        }
        properties.extend(subnet.as_ref().map(|subnet| ("SubnetId", self.value(subnet))));
        if !security_groups.is_empty() {
            properties.push(("SecurityGroupIds", self.values(security_groups)));
        }
        properties.extend(key_pair.as_ref().map(|key| ("KeyPair", self.value(key))));
        properties.push(("TerminateInstanceOnFailure", Yaml::Bool(*terminate_on_failure)));
        if let Some(MetadataOptions { http_tokens, hop_limit }) = metadata {
            let mut options = Vec::new();
            options.extend(http_tokens.as_ref().map(|it| ("HttpTokens", Yaml::text(it))));
            options.extend(hop_limit.map(|it| ("HttpPutResponseHopLimit", Yaml::number(it))));
            properties.push(("InstanceMetadataOptions", Yaml::map(options)));
        }
        if let Some(Placement { availability_zone, tenancy, host, host_resource_group }) = placement {
            let mut options = Vec::new();
            options.extend(availability_zone.as_ref().map(|it| ("AvailabilityZone", self.value(it))));
            options.extend(tenancy.as_ref().map(|it| ("Tenancy", Yaml::text(it))));
            options.extend(host.as_ref().map(|it| ("HostId", self.value(it))));
            options.extend(host_resource_group.as_ref().map(|it| ("HostResourceGroupArn", self.value(it))));
            properties.push(("Placement", Yaml::map(options)));
        }
        if !resource_tags.is_empty() {
            properties.push(("ResourceTags", self.map(resource_tags)));
        }
        resource("AWS::ImageBuilder::InfrastructureConfiguration", properties)
    }

    fn distribution(&self, distribution: &Distribution) -> Yaml {
        let Distribution { image: _, name, description, regions } = distribution;
        let regions = regions.iter().map(|it| self.region(it)).collect();
        resource(
            "AWS::ImageBuilder::DistributionConfiguration",
            vec![
                ("Name", Yaml::text(name)),
                ("Description", described(description)),
                ("Distributions", Yaml::List(regions)),
            ],
        )
    }

    fn region(&self, region: &RegionDistribution) -> Yaml {
        let RegionDistribution { region, ami, container, licenses, fast_launch } = region;
        let mut out = vec![("Region", self.value(region))];
        out.extend(ami.as_ref().map(|ami| ("AmiDistributionConfiguration", self.ami(ami))));
        if let Some(ContainerDistribution { description, repository, tags }) = container {
            let mut properties = vec![("TargetRepository", self.repository(repository))];
            properties.extend(description.as_ref().map(|it| ("Description", self.value(it))));
            if !tags.is_empty() {
                properties.push(("ContainerTags", self.values(tags)));
            }
            out.push(("ContainerDistributionConfiguration", Yaml::map(properties)));
        }
        if !licenses.is_empty() {
            out.push(("LicenseConfigurationArns", self.values(licenses)));
        }
        if !fast_launch.is_empty() {
            let all = fast_launch.iter().map(|it| self.fast_launch(it)).collect();
            out.push(("FastLaunchConfigurations", Yaml::List(all)));
        }
        Yaml::map(out)
    }

    fn ami(&self, ami: &AmiDistribution) -> Yaml {
        let AmiDistribution { name, description, tags, kms_key, launch_permission } = ami;
        let mut out = vec![("Name", self.value(name))];
        out.extend(description.as_ref().map(|it| ("Description", self.value(it))));
        if !tags.is_empty() {
            out.push(("AmiTags", self.map(tags)));
        }
        out.extend(kms_key.as_ref().map(|it| ("KmsKeyId", self.value(it))));
        if let Some(LaunchPermission { users, groups, organizations, units }) = launch_permission {
            let lists = [
                ("UserIds", users),
                ("UserGroups", groups),
                ("OrganizationArns", organizations),
                ("OrganizationalUnitArns", units),
            ];
            let given = lists.into_iter().filter(|(_, list)| !list.is_empty());
            let given: Vec<_> = given.map(|(name, list)| (name, self.values(list))).collect();
            out.push(("LaunchPermissionConfiguration", Yaml::map(given)));
        }
        Yaml::map(out)
    }

    fn fast_launch(&self, launch: &FastLaunch) -> Yaml {
        let FastLaunch {
            max_parallel_launches,
            target_resource_count,
            launch_template_id,
            launch_template_name,
            launch_template_version,
        } = launch;
        let mut out = vec![("Enabled", Yaml::Bool(true))];
        let account = Value { parts: vec![Part::Account] };
        out.push(("AccountId", self.value(&account)));
        let template = [
            ("LaunchTemplateId", launch_template_id),
            ("LaunchTemplateName", launch_template_name),
            ("LaunchTemplateVersion", launch_template_version),
        ];
        let template: Vec<_> =
            template.into_iter().filter_map(|(name, value)| Some((name, self.value(value.as_ref()?)))).collect();
        if !template.is_empty() {
            out.push(("LaunchTemplate", Yaml::map(template)));
        }
        out.extend(max_parallel_launches.map(|it| ("MaxParallelLaunches", Yaml::number(it))));
        if let Some(count) = target_resource_count {
            let count = Yaml::map([("TargetResourceCount", Yaml::number(*count))]);
            out.push(("SnapshotConfiguration", count));
        }
        Yaml::map(out)
    }

    fn pipeline(&self, pipeline: &Pipeline) -> Yaml {
        let Pipeline { image: _, name, description, recipe, infrastructure, distribution, schedule, tests, build: _ } =
            pipeline;
        let mut properties = vec![("Name", Yaml::text(name)), ("Description", described(description))];
        properties.extend(self.what(*recipe));
        properties.push(("InfrastructureConfigurationArn", reference(&self.infrastructures[infrastructure.0])));
        properties
            .extend(distribution.map(|id| ("DistributionConfigurationArn", reference(&self.distributions[id.0]))));
        properties.push(("ImageTestsConfiguration", Yaml::map([("ImageTestsEnabled", Yaml::Bool(*tests))])));
        if let Some(Schedule { expression, time_zone, only_on_updates }) = schedule {
            let condition = if *only_on_updates {
                "EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE"
            } else {
                "EXPRESSION_MATCH_ONLY"
            };
            let mut out = vec![
                ("ScheduleExpression", Yaml::text(expression)),
                ("PipelineExecutionStartCondition", Yaml::text(condition)),
            ];
            out.extend(time_zone.as_ref().map(|zone| ("TimeZone", Yaml::text(zone))));
            properties.push(("Schedule", Yaml::map(out)));
        }
        resource("AWS::ImageBuilder::ImagePipeline", properties)
    }

    fn what(&self, id: super::super::model::RecipeId) -> Option<(&'static str, Yaml)> {
        let property = match self.project.recipe(id).kind {
            RecipeKind::Image { .. } => "ImageRecipeArn",
            RecipeKind::Container(_) => "ContainerRecipeArn",
        };
        Some((property, reference(&self.recipes[id.0])))
    }

    /// An image that is built along with the stack.
    fn image(&self, pipeline: &Pipeline) -> Yaml {
        let mut properties: Vec<_> = self.what(pipeline.recipe).into_iter().collect();
        let infrastructure = reference(&self.infrastructures[pipeline.infrastructure.0]);
        properties.push(("InfrastructureConfigurationArn", infrastructure));
        properties.extend(
            pipeline.distribution.map(|id| ("DistributionConfigurationArn", reference(&self.distributions[id.0]))),
        );
        properties.push(("ImageTestsConfiguration", Yaml::map([("ImageTestsEnabled", Yaml::Bool(pipeline.tests))])));
        resource("AWS::ImageBuilder::Image", properties)
    }

    fn policy(&self, policy: &LifecyclePolicy) -> Yaml {
        let LifecyclePolicy { image: _, name, description, role, rules, recipe } = policy;
        let recipe = Yaml::map([
            ("Name", Yaml::text(&self.project.recipe(*recipe).name)),
            ("SemanticVersion", Yaml::text("x.x.x")),
        ]);
        resource(
            "AWS::ImageBuilder::LifecyclePolicy",
            vec![
                ("Name", Yaml::text(name)),
                ("Description", described(description)),
                ("Status", Yaml::text("ENABLED")),
                ("ExecutionRole", get(&self.roles[role.0], "Arn")),
                ("ResourceType", Yaml::text("AMI_IMAGE")),
                ("PolicyDetails", Yaml::List(rules.iter().map(rule).collect())),
                ("ResourceSelection", Yaml::map([("Recipes", Yaml::List(vec![recipe]))])),
            ],
        )
    }

    /// A text in the template's words.
    fn value(&self, value: &Value) -> Yaml {
        if let Some(text) = value.known() {
            return Yaml::text(text);
        }
        if let [part] = value.parts.as_slice() {
            return match part {
                Part::Text(text) => Yaml::text(text),
                Part::Setting(id) => reference(&self.project.setting(*id).name),
                Part::Region => reference("AWS::Region"),
                Part::Account => reference("AWS::AccountId"),
                Part::Partition => reference("AWS::Partition"),
                Part::RoleArn(id) => get(&self.roles[id.0], "Arn"),
            };
        }
        let mut out = String::new();
        for part in &value.parts {
            match part {
                Part::Text(text) => out.push_str(&text.replace("${", "${!")),
                Part::Setting(id) => out.push_str(&format!("${{{}}}", self.project.setting(*id).name)),
                Part::Region => out.push_str("${AWS::Region}"),
                Part::Account => out.push_str("${AWS::AccountId}"),
                Part::Partition => out.push_str("${AWS::Partition}"),
                Part::RoleArn(id) => out.push_str(&format!("${{{}.Arn}}", self.roles[id.0])),
            }
        }
        Yaml::map([("Fn::Sub", Yaml::text(out))])
    }

    fn values(&self, values: &[Value]) -> Yaml {
        Yaml::List(values.iter().map(|value| self.value(value)).collect())
    }

    fn map(&self, values: &BTreeMap<String, Value>) -> Yaml {
        Yaml::map(values.iter().map(|(key, value)| (key.as_str(), self.value(value))))
    }
}

fn rule(rule: &LifecycleRule) -> Yaml {
    let LifecycleRule { action, filter } = rule;
    let include = |snapshots: bool| {
        let mut out = vec![("Amis", Yaml::Bool(true))];
        if snapshots {
            out.push(("Snapshots", Yaml::Bool(true)));
        }
        Yaml::map(out)
    };
    let (kind, include) = match action {
        LifecycleAction::Deprecate => ("DEPRECATE", include(false)),
        LifecycleAction::Delete { snapshots } => ("DELETE", include(*snapshots)),
    };
    let filter = match filter {
        LifecycleFilter::Days(days) => {
            Yaml::map([("Type", Yaml::text("AGE")), ("Value", Yaml::number(*days)), ("Unit", Yaml::text("DAYS"))])
        }
        LifecycleFilter::Count(count) => Yaml::map([("Type", Yaml::text("COUNT")), ("Value", Yaml::number(*count))]),
    };
    let action = Yaml::map([("Type", Yaml::text(kind)), ("IncludeResources", include)]);
    Yaml::map([("Action", action), ("Filter", filter)])
}

fn setting(setting: &Setting) -> (String, Yaml) {
    let Setting { name, variable: _, description, default, pattern } = setting;
    let mut out = vec![("Type", Yaml::text("String")), ("Description", Yaml::text(description))];
    out.extend(default.as_ref().map(|default| ("Default", Yaml::text(default))));
    out.extend(pattern.map(|pattern| ("AllowedPattern", Yaml::text(pattern))));
    (name.clone(), Yaml::map(out))
}

fn resource(kind: &str, properties: Vec<(&str, Yaml)>) -> Yaml {
    Yaml::map([("Type", Yaml::text(kind)), ("Properties", Yaml::map(properties))])
}

/// A description within the service's limit.
fn described(text: &str) -> Yaml {
    Yaml::text(text.chars().take(1024).collect::<String>())
}

fn policy_document(statements: Vec<Yaml>) -> Yaml {
    Yaml::map([("Version", Yaml::text("2012-10-17")), ("Statement", Yaml::List(statements))])
}

fn reference(name: &str) -> Yaml {
    Yaml::map([("Ref", Yaml::text(name))])
}

fn get(name: &str, attribute: &str) -> Yaml {
    Yaml::map([("Fn::GetAtt", Yaml::List(vec![Yaml::text(name), Yaml::text(attribute)]))])
}

fn json(value: &serde_json::Value) -> Yaml {
    match value {
        serde_json::Value::Object(entries) => Yaml::map(entries.iter().map(|(key, value)| (key.as_str(), json(value)))),
        serde_json::Value::Array(items) => Yaml::List(items.iter().map(json).collect()),
        serde_json::Value::String(text) => Yaml::text(text),
        serde_json::Value::Bool(value) => Yaml::Bool(*value),
        serde_json::Value::Number(number) => {
            number.as_i64().map_or_else(|| Yaml::text(number.to_string()), Yaml::Number)
        }
        serde_json::Value::Null => Yaml::text(""),
    }
}
