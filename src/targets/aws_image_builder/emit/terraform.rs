//! A child module of Terraform: no provider, no backend, and everything by its address.
//!
//! Where this world differs from CloudFormation's: an AMI's name has no dots ([`adapt`]), disks say yes and no as texts,
//! components and recipes are made anew before the old ones go, because a pipeline still uses those, and the module itself
//! puts the assets into the bucket.

use std::collections::{BTreeMap, BTreeSet};

use hcl::expr::{Conditional, Expression};

use super::super::model::{
    AmiDistribution, BlockDevice, Component, ComponentUse, ContainerDistribution, ContainerRecipe, Data, Distribution,
    Ebs, FastLaunch, Infrastructure, LaunchPermission, LifecycleAction, LifecycleFilter, LifecyclePolicy,
    LifecycleRule, MetadataOptions, Part, Pipeline, Placement, Profile, ProfileUse, Project, Recipe, RecipeId,
    RecipeKind, RegionDistribution, Role, Schedule, Setting, Statement, Value,
};
use super::hcl::{Build, call, escaped, file, first, json, list, object, path, string, template};

/// How long an image may take.
const LONGEST_BUILD: &str = "4h";
/// Variables of a module cannot have these names; the last ones are ours.
const RESERVED: [&str; 9] =
    ["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals", "build"];

/// Takes out what the provider does not accept: dots in the name of an AMI. Gives the images that it changed.
pub(in super::super) fn adapt(project: &mut Project) -> BTreeSet<String> {
    let mut changed = BTreeSet::new();
    for distribution in &mut project.distributions {
        for region in &mut distribution.regions {
            let Some(ami) = &mut region.ami else { continue };
            for part in &mut ami.name.parts {
                if let Part::Text(text) = part
                    && text.contains('.')
                {
                    *text = text.replace('.', "-");
                    changed.insert(distribution.image.clone());
                }
            }
        }
    }
    changed
}

/// The module's variable for each setting, in their order.
pub(in super::super) fn variables(project: &Project) -> Vec<String> {
    let mut taken: BTreeSet<String> = RESERVED.iter().map(|name| (*name).to_owned()).collect();
    let mut out = Vec::new();
    for setting in &project.settings {
        let wished = match &setting.variable {
            // What is asked for is where the secret lies.
            Some(variable) if setting.pattern.is_some() => format!("{}_secret_arn", identifier(variable)),
            Some(variable) => identifier(variable),
            None => snake(&setting.name),
        };
        out.push(unique(&mut taken, &wished));
    }
    out
}

/// The files of the module, by their names.
pub(in super::super) fn files(project: &Project) -> Vec<(&'static str, String)> {
    let module = Module::new(project);
    let header = &project.header;
    vec![
        ("main.tf", file(header, module.main())),
        ("variables.tf", file(header, module.variable_blocks())),
        ("outputs.tf", file(header, module.outputs())),
    ]
}

/// An identifier that says that.
fn identifier(text: &str) -> String {
    let mut out: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if !out.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        out.insert(0, '_');
    }
    out
}

/// `AssetBucket` -> `asset_bucket`
fn snake(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    identifier(&out)
}

fn unique(taken: &mut BTreeSet<String>, wished: &str) -> String {
    let name = (1..)
        .map(|number| if number == 1 { wished.to_owned() } else { format!("{wished}_{number}") })
        .find(|name| taken.insert(name.clone()));
    name.unwrap_or_default()
}

/// Addresses of the resources, by their place in the project's lists.
struct Module<'a> {
    project: &'a Project,
    variables: Vec<String>,
    roles: Vec<String>,
    profiles: Vec<String>,
    components: Vec<String>,
    recipes: Vec<String>,
    infrastructures: Vec<String>,
    distributions: Vec<String>,
    pipelines: Vec<String>,
    images: Vec<String>,
    policies: Vec<String>,
    /// Pipelines that an image can be built of along with the module, and whether it is if nothing else is said.
    buildable: Vec<bool>,
    built: bool,
}

impl<'a> Module<'a> {
    fn new(project: &'a Project) -> Self {
        let addresses = |kind: &str, names: Vec<&String>| -> Vec<String> {
            let mut taken = BTreeSet::new();
            let label = |name: &&String| {
                let inner = name.strip_prefix(&project.name).map_or(name.as_str(), |rest| rest.trim_start_matches('-'));
                let inner = if inner.is_empty() { name.as_str() } else { inner };
                format!("{kind}.{}", unique(&mut taken, &identifier(inner)))
            };
            names.iter().map(label).collect()
        };
        let built = project.pipelines.iter().any(|pipeline| pipeline.build);
        let recipe = |it: &Recipe| match it.kind {
            RecipeKind::Image { .. } => "aws_imagebuilder_image_recipe",
            RecipeKind::Container(_) => "aws_imagebuilder_container_recipe",
        };
        let mut recipes = addresses("", project.recipes.iter().map(|it| &it.name).collect());
        for (address, it) in recipes.iter_mut().zip(&project.recipes) {
            address.insert_str(0, recipe(it));
        }
        Self {
            project,
            variables: variables(project),
            recipes,
            roles: addresses("aws_iam_role", project.roles.iter().map(|it| &it.name).collect()),
            profiles: addresses("aws_iam_instance_profile", project.profiles.iter().map(|it| &it.name).collect()),
            components: addresses("aws_imagebuilder_component", project.components.iter().map(|it| &it.name).collect()),
            infrastructures: addresses(
                "aws_imagebuilder_infrastructure_configuration",
                project.infrastructures.iter().map(|it| &it.name).collect(),
            ),
            distributions: addresses(
                "aws_imagebuilder_distribution_configuration",
                project.distributions.iter().map(|it| &it.name).collect(),
            ),
            pipelines: addresses(
                "aws_imagebuilder_image_pipeline",
                project.pipelines.iter().map(|it| &it.name).collect(),
            ),
            images: addresses("aws_imagebuilder_image", project.pipelines.iter().map(|it| &it.name).collect()),
            policies: addresses(
                "aws_imagebuilder_lifecycle_policy",
                project.policies.iter().map(|it| &it.name).collect(),
            ),
            buildable: project.pipelines.iter().map(|pipeline| pipeline.build || !built).collect(),
            built,
        }
    }

    fn main(&self) -> Vec<Build> {
        let Project {
            name: _,
            header: _,
            bucket,
            settings: _,
            assets,
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
        let mut resources = Vec::new();
        if let Some(bucket) = bucket
            && !assets.is_empty()
        {
            resources.push(self.assets(bucket));
        }
        for (at, role) in roles.iter().enumerate() {
            resources.extend(self.role(&self.roles[at], role));
        }
        resources.extend(self.profiles.iter().zip(profiles).map(|(address, it)| self.profile(address, it)));
        resources.extend(self.components.iter().zip(components).map(|(address, it)| self.component(address, it)));
        resources.extend(self.recipes.iter().zip(recipes).map(|(address, it)| self.recipe(address, it)));
        let made = self.infrastructures.iter().zip(infrastructures);
        resources.extend(made.map(|(address, it)| self.infrastructure(address, it)));
        let made = self.distributions.iter().zip(distributions);
        resources.extend(made.map(|(address, it)| self.distribution(address, it)));
        resources.extend(self.pipelines.iter().zip(pipelines).map(|(address, it)| self.pipeline(address, it)));
        for (at, pipeline) in pipelines.iter().enumerate() {
            if self.buildable[at] {
                resources.push(self.image(&self.images[at], pipeline));
            }
        }
        resources.extend(self.policies.iter().zip(policies).map(|(address, it)| self.policy(address, it)));

        let used = resources.iter().map(Build::text).collect::<String>();
        let mut out = vec![requirements()];
        for data in ["aws_caller_identity", "aws_partition", "aws_region"] {
            // What a text of the user's says is escaped, or looks something up that nobody needs: no harm.
            if used.contains(&format!("data.{data}.current.")) {
                out.push(Build::new("data", &[data, "current"]));
            }
        }
        out.extend(resources);
        out
    }

    fn variable_blocks(&self) -> Vec<Build> {
        let mut out: Vec<Build> = Vec::new();
        for (name, setting) in self.variables.iter().zip(&self.project.settings) {
            let Setting { name: _, variable: _, description, default, pattern } = setting;
            let mut block = Build::new("variable", &[name]);
            block.set("type", path("string"));
            block.set("description", string(description));
            block.maybe("default", default.as_deref().map(string));
            block.set("nullable", Expression::Bool(false));
            if let Some(pattern) = pattern {
                let matches = call("regex", vec![string(&format!("^(?:{pattern})$")), path(&format!("var.{name}"))]);
                let mut validation = Build::new("validation", &[]);
                validation.set("condition", call("can", vec![matches]));
                validation.set("error_message", string(&format!("The value has to match {pattern}.")));
                block.add(validation);
            }
            out.push(block);
        }
        let mut build = Build::new("variable", &["build"]);
        build.set("type", path("bool"));
        let images = if self.built && self.buildable.contains(&false) {
            let built = self.project.pipelines.iter().filter(|pipeline| pipeline.build);
            built.map(|pipeline| pipeline.image.as_str()).collect::<Vec<_>>().join(", ")
        } else {
            "an image of each pipeline".to_owned()
        };
        build.set("description", string(&format!("Build {images} now, and anew whenever something of it changes")));
        build.set("default", Expression::Bool(self.built));
        build.set("nullable", Expression::Bool(false));
        out.push(build);
        out
    }

    /// Each a map with Packer's names of the images as keys.
    fn outputs(&self) -> Vec<Build> {
        let pipelines = &self.project.pipelines;
        let output = |name: &str, description: &str, entries: Vec<(&str, Expression)>| {
            let mut block = Build::new("output", &[name]);
            block.set("description", string(description));
            block.set("value", object(entries));
            block
        };
        let arn = |address: &String| path(&format!("{address}.arn"));
        let each = |of: &dyn Fn(usize, &Pipeline) -> Option<Expression>| -> Vec<(&str, Expression)> {
            let entry = |(at, it): (usize, &'a Pipeline)| Some((it.image.as_str(), of(at, it)?));
            pipelines.iter().enumerate().filter_map(entry).collect()
        };
        let built = |at: usize, attribute: &str| {
            let image = first(&self.images[at], attribute);
            self.buildable[at].then(|| Expression::from(Conditional::new(path("var.build"), image, Expression::Null)))
        };
        let mut out = vec![
            output("pipeline_arns", "ARN of each image's pipeline", each(&|at, _| Some(arn(&self.pipelines[at])))),
            output("recipe_arns", "ARN of each image's recipe", each(&|_, it| Some(arn(&self.recipes[it.recipe.0])))),
            output(
                "infrastructure_configuration_arns",
                "ARN of each image's infrastructure configuration",
                each(&|_, it| Some(arn(&self.infrastructures[it.infrastructure.0]))),
            ),
            output(
                "distribution_configuration_arns",
                "ARN of each image's distribution configuration",
                each(&|_, it| it.distribution.map(|id| arn(&self.distributions[id.0]))),
            ),
            output("image_arns", "ARN of each image that is built, null of others", each(&|at, _| built(at, "arn"))),
            output(
                "image_outputs",
                "AMIs and container images of each image that is built, null of others",
                each(&|at, _| built(at, "output_resources")),
            ),
        ];
        let profiles: Vec<_> = self.project.profiles.iter().zip(&self.profiles).collect();
        if !profiles.is_empty() {
            let entries = profiles.iter().map(|(it, address)| (it.name.as_str(), arn(address))).collect();
            out.push(output(
                "instance_profile_arns",
                "ARN of each instance profile that is made, by its name",
                entries,
            ));
        }
        out
    }

    fn resource(address: &str) -> Build {
        let (kind, label) = address.split_once('.').unwrap_or((address, ""));
        Build::new("resource", &[kind, label])
    }

    /// One object for each asset; what is in it says when it is to be put there anew.
    fn assets(&self, bucket: &Value) -> Build {
        let mut out = Self::resource("aws_s3_object.assets");
        let keys = self.project.assets.iter().map(|asset| string(&asset.key));
        out.set("for_each", call("toset", vec![list(keys)]));
        out.set("bucket", self.value(bucket));
        out.set("key", path("each.value"));
        out.set("source", template("${path.module}/${each.value}".to_owned()));
        out.set("source_hash", call("filebase64sha256", vec![template("${path.module}/${each.value}".to_owned())]));
        out
    }

    /// What has to wait until the assets are there.
    fn waits_for_assets(&self, out: &mut Build) {
        if !self.project.assets.is_empty() && self.project.bucket.is_some() {
            out.set("depends_on", list([path("aws_s3_object.assets")]));
        }
    }

    fn role(&self, address: &str, role: &Role) -> Vec<Build> {
        let Role { name, service, description, managed_policies, statements, document } = role;
        let label = address.rsplit('.').next().unwrap_or_default();
        let trust = object([
            ("Effect", string("Allow")),
            ("Principal", object([("Service", string(service))])),
            ("Action", string("sts:AssumeRole")),
        ]);
        let mut main = Self::resource(address);
        main.set("name", string(name));
        main.set("description", string(description));
        main.set("assume_role_policy", policy_document([trust]));
        let mut out = vec![main];
        if !managed_policies.is_empty() {
            let mut attached = Self::resource(&format!("aws_iam_role_policy_attachment.{label}"));
            attached.set("for_each", call("toset", vec![list(managed_policies.iter().map(|name| string(name)))]));
            attached.set("role", path(&format!("{address}.name")));
            let arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/${each.value}";
            attached.set("policy_arn", template(arn.to_owned()));
            out.push(attached);
        }
        let mut policy = |name: &str, document: Expression| {
            let mut block = Self::resource(&format!("aws_iam_role_policy.{label}_{name}"));
            block.set("name", string(name));
            block.set("role", path(&format!("{address}.name")));
            block.set("policy", document);
            out.push(block);
        };
        if !statements.is_empty() {
            policy("formwork", policy_document(statements.iter().map(|it| self.statement(it))));
        }
        if let Some(document) = document {
            policy("template", call("jsonencode", vec![json(document)]));
        }
        out
    }

    fn statement(&self, statement: &Statement) -> Expression {
        let Statement { actions, resources } = statement;
        object([
            ("Effect", string("Allow")),
            ("Action", list(actions.iter().map(|action| string(action)))),
            ("Resource", self.values(resources)),
        ])
    }

    /// What a role may do is there.
    fn permissions(&self, role: usize) -> Vec<Expression> {
        let Role { name: _, service: _, description: _, managed_policies, statements, document } =
            &self.project.roles[role];
        let label = self.roles[role].rsplit('.').next().unwrap_or_default();
        let parts = [
            (!managed_policies.is_empty(), format!("aws_iam_role_policy_attachment.{label}")),
            (!statements.is_empty(), format!("aws_iam_role_policy.{label}_formwork")),
            (document.is_some(), format!("aws_iam_role_policy.{label}_template")),
        ];
        parts.into_iter().filter(|(there, _)| *there).map(|(_, address)| path(&address)).collect()
    }

    fn profile(&self, address: &str, profile: &Profile) -> Build {
        let Profile { name, role } = profile;
        let mut out = Self::resource(address);
        out.set("name", string(name));
        out.set("role", path(&format!("{}.name", self.roles[role.0])));
        out
    }

    fn component(&self, address: &str, component: &Component) -> Build {
        let Component { image: _, name, version, description, platform, document: _, text: _, file, data } = component;
        let mut out = Self::resource(address);
        out.set("name", string(name));
        out.set("version", string(version));
        out.maybe("description", described(description));
        out.set("platform", string(platform.word()));
        match data {
            Data::Inline => {
                let document = template(format!("${{path.module}}/{}", escaped(file)));
                out.set("data", call("file", vec![document]));
            }
            Data::Asset(_) => {
                out.set("uri", self.uri(*data));
                self.waits_for_assets(&mut out);
            }
        }
        out.add(anew_before());
        out
    }

    /// Where the service finds a text that lies in the bucket.
    fn uri(&self, data: Data) -> Expression {
        let mut uri = Value::text("s3://");
        if let Some(bucket) = &self.project.bucket {
            uri.append(bucket);
        }
        if let Data::Asset(id) = data {
            uri.push_text(&format!("/{}", self.project.asset(id).key));
        }
        self.value(&uri)
    }

    fn recipe(&self, address: &str, recipe: &Recipe) -> Build {
        let Recipe { image: _, name, version, description, parent, components, working_directory, tags, kind } = recipe;
        let mut out = Self::resource(address);
        out.set("name", string(name));
        out.set("version", string(version));
        out.maybe("description", described(description));
        out.set("parent_image", self.value(parent));
        out.maybe("working_directory", working_directory.as_deref().map(string));
        self.map(&mut out, "tags", tags);
        match kind {
            RecipeKind::Image { block_devices, user_data, ami_tags } => {
                self.map(&mut out, "ami_tags", ami_tags);
                out.maybe("user_data_base64", user_data.as_deref().map(string));
                components.iter().for_each(|it| out.add(self.component_use(it)));
                block_devices.iter().for_each(|it| out.add(self.device(it)));
            }
            RecipeKind::Container(container) => {
                let ContainerRecipe { dockerfile, data, repository, platform, host_image, host_devices } = container;
                out.set("container_type", string("DOCKER"));
                match data {
                    Data::Inline => out.set("dockerfile_template_data", string(dockerfile)),
                    Data::Asset(_) => {
                        out.set("dockerfile_template_uri", self.uri(*data));
                        self.waits_for_assets(&mut out);
                    }
                }
                out.maybe("platform_override", platform.map(|platform| string(platform.word())));
                components.iter().for_each(|it| out.add(self.component_use(it)));
                let mut host = Build::new("instance_configuration", &[]);
                host.maybe("image", host_image.as_ref().map(|image| self.value(image)));
                host_devices.iter().for_each(|it| host.add(self.device(it)));
                if !host.is_empty() {
                    out.add(host);
                }
                out.add(self.repository(repository));
            }
        }
        out.add(anew_before());
        out
    }

    fn repository(&self, name: &Value) -> Build {
        let mut out = Build::new("target_repository", &[]);
        out.set("service", string("ECR"));
        out.set("repository_name", self.value(name));
        out
    }

    fn component_use(&self, used: &ComponentUse) -> Build {
        let ComponentUse { component, parameters } = used;
        let mut out = Build::new("component", &[]);
        out.set("component_arn", path(&format!("{}.arn", self.components[component.0])));
        for (name, value) in parameters {
            let mut parameter = Build::new("parameter", &[]);
            parameter.set("name", string(name));
            parameter.set("value", self.value(value));
            out.add(parameter);
        }
        out
    }

    fn device(&self, device: &BlockDevice) -> Build {
        let BlockDevice { device, absent, virtual_name, ebs } = device;
        let mut out = Build::new("block_device_mapping", &[]);
        out.set("device_name", string(device));
        if *absent {
            out.set("no_device", Expression::Bool(true));
        }
        out.maybe("virtual_name", virtual_name.as_deref().map(string));
        let Some(ebs) = ebs else { return out };
        let Ebs { volume_type, volume_size, iops, throughput, delete_on_termination, encrypted, kms_key, snapshot } =
            ebs;
        let mut volume = Build::new("ebs", &[]);
        // Yes, no, or nothing said: as texts.
        let truth = |it: bool| string(if it { "true" } else { "false" });
        volume.maybe("volume_type", volume_type.as_deref().map(string));
        volume.maybe("volume_size", volume_size.map(Expression::from));
        volume.maybe("iops", iops.map(Expression::from));
        volume.maybe("throughput", throughput.map(Expression::from));
        volume.maybe("delete_on_termination", delete_on_termination.map(truth));
        volume.maybe("encrypted", encrypted.map(truth));
        volume.maybe("kms_key_id", kms_key.as_ref().map(|it| self.value(it)));
        volume.maybe("snapshot_id", snapshot.as_ref().map(|it| self.value(it)));
        if !volume.is_empty() {
            out.add(volume);
        }
        out
    }

    fn infrastructure(&self, address: &str, infrastructure: &Infrastructure) -> Build {
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
        let mut out = Self::resource(address);
        out.set("name", string(name));
        out.maybe("description", described(description));
        out.set(
            "instance_profile_name",
            match profile {
                ProfileUse::Named(name) => self.value(name),
                ProfileUse::Made(id) => path(&format!("{}.name", self.profiles[id.0])),
            },
        );
        self.list(&mut out, "instance_types", instance_types);
        out.maybe("subnet_id", subnet.as_ref().map(|it| self.value(it)));
        self.list(&mut out, "security_group_ids", security_groups);
        out.maybe("key_pair", key_pair.as_ref().map(|it| self.value(it)));
        out.set("terminate_instance_on_failure", Expression::Bool(*terminate_on_failure));
        self.map(&mut out, "resource_tags", resource_tags);
        if let ProfileUse::Made(id) = profile {
            let permissions = self.permissions(self.project.profile(*id).role.0);
            if !permissions.is_empty() {
                out.set("depends_on", list(permissions));
            }
        }
        if let Some(MetadataOptions { http_tokens, hop_limit }) = metadata {
            let mut options = Build::new("instance_metadata_options", &[]);
            options.maybe("http_tokens", http_tokens.as_deref().map(string));
            options.maybe("http_put_response_hop_limit", hop_limit.map(Expression::from));
            out.add(options);
        }
        if let Some(Placement { availability_zone, tenancy, host, host_resource_group }) = placement {
            let mut options = Build::new("placement", &[]);
            options.maybe("availability_zone", availability_zone.as_ref().map(|it| self.value(it)));
            options.maybe("tenancy", tenancy.as_deref().map(string));
            options.maybe("host_id", host.as_ref().map(|it| self.value(it)));
            options.maybe("host_resource_group_arn", host_resource_group.as_ref().map(|it| self.value(it)));
            out.add(options);
        }
        out
    }

    fn distribution(&self, address: &str, distribution: &Distribution) -> Build {
        let Distribution { image: _, name, description, regions } = distribution;
        let mut out = Self::resource(address);
        out.set("name", string(name));
        out.maybe("description", described(description));
        regions.iter().for_each(|it| out.add(self.region(it)));
        out
    }

    fn region(&self, region: &RegionDistribution) -> Build {
        let RegionDistribution { region, ami, container, licenses, fast_launch } = region;
        let mut out = Build::new("distribution", &[]);
        out.set("region", self.value(region));
        self.list(&mut out, "license_configuration_arns", licenses);
        if let Some(ami) = ami {
            out.add(self.ami(ami));
        }
        if let Some(ContainerDistribution { description, repository, tags }) = container {
            let mut block = Build::new("container_distribution_configuration", &[]);
            block.maybe("description", description.as_ref().map(|it| self.value(it)));
            self.list(&mut block, "container_tags", tags);
            block.add(self.repository(repository));
            out.add(block);
        }
        fast_launch.iter().for_each(|it| out.add(self.fast_launch(it)));
        out
    }

    fn ami(&self, ami: &AmiDistribution) -> Build {
        let AmiDistribution { name, description, tags, kms_key, launch_permission } = ami;
        let mut out = Build::new("ami_distribution_configuration", &[]);
        out.set("name", self.value(name));
        out.maybe("description", description.as_ref().map(|it| self.value(it)));
        self.map(&mut out, "ami_tags", tags);
        out.maybe("kms_key_id", kms_key.as_ref().map(|it| self.value(it)));
        if let Some(LaunchPermission { users, groups, organizations, units }) = launch_permission {
            let mut block = Build::new("launch_permission", &[]);
            self.list(&mut block, "user_ids", users);
            self.list(&mut block, "user_groups", groups);
            self.list(&mut block, "organization_arns", organizations);
            self.list(&mut block, "organizational_unit_arns", units);
            out.add(block);
        }
        out
    }

    fn fast_launch(&self, launch: &FastLaunch) -> Build {
        let FastLaunch {
            max_parallel_launches,
            target_resource_count,
            launch_template_id,
            launch_template_name,
            launch_template_version,
        } = launch;
        let mut out = Build::new("fast_launch_configuration", &[]);
        out.set("account_id", path("data.aws_caller_identity.current.account_id"));
        out.set("enabled", Expression::Bool(true));
        out.maybe("max_parallel_launches", max_parallel_launches.map(Expression::from));
        let mut template = Build::new("launch_template", &[]);
        template.maybe("launch_template_id", launch_template_id.as_ref().map(|it| self.value(it)));
        template.maybe("launch_template_name", launch_template_name.as_ref().map(|it| self.value(it)));
        template.maybe("launch_template_version", launch_template_version.as_ref().map(|it| self.value(it)));
        if !template.is_empty() {
            out.add(template);
        }
        if let Some(count) = target_resource_count {
            let mut snapshots = Build::new("snapshot_configuration", &[]);
            snapshots.set("target_resource_count", Expression::from(*count));
            out.add(snapshots);
        }
        out
    }

    fn recipe_argument(&self, out: &mut Build, id: RecipeId) {
        let argument = match self.project.recipe(id).kind {
            RecipeKind::Image { .. } => "image_recipe_arn",
            RecipeKind::Container(_) => "container_recipe_arn",
        };
        out.set(argument, path(&format!("{}.arn", self.recipes[id.0])));
    }

    fn pipeline(&self, address: &str, pipeline: &Pipeline) -> Build {
        let Pipeline { image: _, name, description, recipe, infrastructure, distribution, schedule, tests, build: _ } =
            pipeline;
        let mut out = Self::resource(address);
        out.set("name", string(name));
        out.maybe("description", described(description));
        self.recipe_argument(&mut out, *recipe);
        out.set("infrastructure_configuration_arn", path(&format!("{}.arn", self.infrastructures[infrastructure.0])));
        out.maybe(
            "distribution_configuration_arn",
            distribution.map(|id| path(&format!("{}.arn", self.distributions[id.0]))),
        );
        self.waits_for_assets(&mut out);
        out.add(tested(*tests));
        if let Some(Schedule { expression, time_zone, only_on_updates }) = schedule {
            let condition = if *only_on_updates {
                "EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE"
            } else {
                "EXPRESSION_MATCH_ONLY"
            };
            let mut block = Build::new("schedule", &[]);
            block.set("schedule_expression", string(expression));
            block.set("pipeline_execution_start_condition", string(condition));
            block.maybe("timezone", time_zone.as_deref().map(string));
            out.add(block);
        }
        let mut lifecycle = Build::new("lifecycle", &[]);
        lifecycle.set("replace_triggered_by", list([path(&format!("{}.arn", self.recipes[recipe.0]))]));
        out.add(lifecycle);
        out
    }

    /// An image that is built along with the module.
    fn image(&self, address: &str, pipeline: &Pipeline) -> Build {
        let mut out = Self::resource(address);
        let count = Conditional::new(path("var.build"), Expression::from(1_u64), Expression::from(0_u64));
        out.set("count", Expression::from(count));
        self.recipe_argument(&mut out, pipeline.recipe);
        let infrastructure = &self.infrastructures[pipeline.infrastructure.0];
        out.set("infrastructure_configuration_arn", path(&format!("{infrastructure}.arn")));
        out.maybe(
            "distribution_configuration_arn",
            pipeline.distribution.map(|id| path(&format!("{}.arn", self.distributions[id.0]))),
        );
        self.waits_for_assets(&mut out);
        out.add(tested(pipeline.tests));
        let mut timeouts = Build::new("timeouts", &[]);
        timeouts.set("create", string(LONGEST_BUILD));
        out.add(timeouts);
        // One whose build fails must not take the one before it away.
        out.add(anew_before());
        out
    }

    fn policy(&self, address: &str, policy: &LifecyclePolicy) -> Build {
        let LifecyclePolicy { image: _, name, description, role, rules, recipe } = policy;
        let mut out = Self::resource(address);
        out.set("name", string(name));
        out.maybe("description", described(description));
        out.set("status", string("ENABLED"));
        out.set("execution_role", path(&format!("{}.arn", self.roles[role.0])));
        out.set("resource_type", string("AMI_IMAGE"));
        let permissions = self.permissions(role.0);
        if !permissions.is_empty() {
            out.set("depends_on", list(permissions));
        }
        rules.iter().for_each(|it| out.add(rule(it)));
        let mut selected = Build::new("recipe", &[]);
        selected.set("name", string(&self.project.recipe(*recipe).name));
        selected.set("semantic_version", string("x.x.x"));
        let mut selection = Build::new("resource_selection", &[]);
        selection.add(selected);
        out.add(selection);
        out
    }

    /// A text in the module's words.
    fn value(&self, value: &Value) -> Expression {
        if let Some(text) = value.known() {
            return string(text);
        }
        if let [part] = value.parts.as_slice() {
            return match part {
                Part::Text(text) => string(text),
                Part::Setting(_) | Part::Region | Part::Account | Part::Partition | Part::RoleArn(_) => {
                    path(&self.address(part))
                }
            };
        }
        let mut out = String::new();
        for part in &value.parts {
            match part {
                Part::Text(text) => out.push_str(&escaped(text)),
                Part::Setting(_) | Part::Region | Part::Account | Part::Partition | Part::RoleArn(_) => {
                    out.push_str(&format!("${{{}}}", self.address(part)));
                }
            }
        }
        template(out)
    }

    fn address(&self, part: &Part) -> String {
        match part {
            Part::Text(text) => text.clone(),
            Part::Setting(id) => format!("var.{}", self.variables[id.0]),
            Part::Region => "data.aws_region.current.region".to_owned(),
            Part::Account => "data.aws_caller_identity.current.account_id".to_owned(),
            Part::Partition => "data.aws_partition.current.partition".to_owned(),
            Part::RoleArn(id) => format!("{}.arn", self.roles[id.0]),
        }
    }

    fn values(&self, values: &[Value]) -> Expression {
        list(values.iter().map(|value| self.value(value)))
    }

    fn list(&self, out: &mut Build, name: &str, values: &[Value]) {
        if !values.is_empty() {
            out.set(name, self.values(values));
        }
    }

    fn map(&self, out: &mut Build, name: &str, values: &BTreeMap<String, Value>) {
        if !values.is_empty() {
            out.set(name, object(values.iter().map(|(key, value)| (key.as_str(), self.value(value)))));
        }
    }
}

fn requirements() -> Build {
    let mut providers = Build::new("required_providers", &[]);
    providers.set("aws", object([("source", string("hashicorp/aws")), ("version", string("~> 6.0"))]));
    let mut out = Build::new("terraform", &[]);
    out.set("required_version", string(">= 1.3"));
    out.add(providers);
    out
}

fn tested(tests: bool) -> Build {
    let mut out = Build::new("image_tests_configuration", &[]);
    out.set("image_tests_enabled", Expression::Bool(tests));
    out
}

/// The new one is there before the old one goes.
fn anew_before() -> Build {
    let mut out = Build::new("lifecycle", &[]);
    out.set("create_before_destroy", Expression::Bool(true));
    out
}

fn rule(rule: &LifecycleRule) -> Build {
    let LifecycleRule { action, filter } = rule;
    let mut out = Build::new("policy_detail", &[]);
    let (kind, snapshots) = match action {
        LifecycleAction::Deprecate => ("DEPRECATE", false),
        LifecycleAction::Delete { snapshots } => ("DELETE", *snapshots),
    };
    let mut included = Build::new("include_resources", &[]);
    included.set("amis", Expression::Bool(true));
    if snapshots {
        included.set("snapshots", Expression::Bool(true));
    }
    let mut block = Build::new("action", &[]);
    block.set("type", string(kind));
    block.add(included);
    out.add(block);
    let mut block = Build::new("filter", &[]);
    match filter {
        LifecycleFilter::Days(days) => {
            block.set("type", string("AGE"));
            block.set("value", Expression::from(*days));
            block.set("unit", string("DAYS"));
        }
        LifecycleFilter::Count(count) => {
            block.set("type", string("COUNT"));
            block.set("value", Expression::from(*count));
        }
    }
    out.add(block);
    out
}

fn policy_document(statements: impl IntoIterator<Item = Expression>) -> Expression {
    let document = object([("Version", string("2012-10-17")), ("Statement", list(statements))]);
    call("jsonencode", vec![document])
}

/// A description within the service's limit; an empty one is none.
fn described(text: &str) -> Option<Expression> {
    (!text.is_empty()).then(|| string(&text.chars().take(1024).collect::<String>()))
}
