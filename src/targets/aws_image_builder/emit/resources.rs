//! The resources of Image Builder as one tree, for every form alike.
//!
//! Members have the names of the service's API, in the order in which they are written, and each is there only if it is
//! given. What a form spells in another way is told by [`super::spelling`]; what only one form has (addresses, lifecycles,
//! tokens) is that form's. Roles and instance profiles belong to another service, and each form writes them by itself.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::model::{
    AmiDistribution, BlockDevice, Component, ComponentId, ComponentUse, ContainerDistribution, ContainerRecipe, Data,
    Distribution, DistributionId, Ebs, FastLaunch, Infrastructure, InfrastructureId, LaunchPermission, LifecycleAction,
    LifecycleFilter, LifecyclePolicy, LifecycleRule, MetadataOptions, Part, Pipeline, Placement, ProfileId, ProfileUse,
    Project, Recipe, RecipeId, RecipeKind, RegionDistribution, RoleId, Schedule, Value,
};

/// What kind of resource it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Component,
    ImageRecipe,
    ContainerRecipe,
    Infrastructure,
    Distribution,
    Pipeline,
    /// An image that is built along with everything else.
    Image,
    Policy,
}

/// A resource.
pub(super) struct Resource<'a> {
    pub(super) kind: Kind,
    /// Its place in the project's list of its kind; an image's is that of its pipeline.
    pub(super) place: usize,
    /// Packer's name of the image that it belongs to.
    pub(super) image: &'a str,
    pub(super) members: Members<'a>,
}

/// Members of an object, in order.
pub(super) type Members<'a> = Vec<(&'static str, Node<'a>)>;

/// What a member is.
pub(super) enum Node<'a> {
    /// A text that stands for itself.
    Text(Cow<'a, str>),
    /// A text that may hold something of the account or a setting.
    Value(Cow<'a, Value>),
    Number(u64),
    Bool(bool),
    /// Texts in order; never empty.
    Values(&'a [Value]),
    /// Texts by names; never empty.
    Map(&'a BTreeMap<String, Value>),
    /// Never empty.
    Object(Members<'a>),
    /// Objects in order; never empty.
    Objects(Vec<Members<'a>>),
    /// Another resource: its ARN, or the name of an instance profile.
    Refers(Reference),
    /// A component's document or a Dockerfile's template, which also lies in a file below the target's folder.
    Document {
        text: &'a str,
        file: &'a str,
    },
}

/// A resource that another one refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    Component(ComponentId),
    Recipe(RecipeId),
    Infrastructure(InfrastructureId),
    Distribution(DistributionId),
    Role(RoleId),
    Profile(ProfileId),
}

/// Every resource, in the order in which they can be made.
pub(super) fn resources(project: &Project) -> Vec<Resource<'_>> {
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
    } = project;
    let mut out = Vec::new();
    out.extend(components.iter().enumerate().map(|(at, it)| component(project, at, it)));
    out.extend(recipes.iter().enumerate().map(|(at, it)| recipe(project, at, it)));
    out.extend(infrastructures.iter().enumerate().map(|(at, it)| infrastructure(at, it)));
    out.extend(distributions.iter().enumerate().map(|(at, it)| distribution(at, it)));
    out.extend(pipelines.iter().enumerate().map(|(at, it)| pipeline(project, at, it)));
    out.extend(policies.iter().enumerate().map(|(at, it)| policy(project, at, it)));
    out.extend(pipelines.iter().enumerate().map(|(at, it)| image(project, at, it)));
    out
}

/// Members that grow; what is not given adds none.
struct Grow<'a>(Members<'a>);

impl<'a> Grow<'a> {
    fn new() -> Self {
        Self(Vec::new())
    }

    /// The name and the description of a resource. A description is within the service's limit, and an empty one is none.
    fn named(name: &'a str, version: Option<&'a str>, description: &'a str) -> Self {
        let mut out = Self::new();
        out.text("name", name).texts("semanticVersion", version);
        if !description.is_empty() {
            let end = description.char_indices().nth(1024).map_or(description.len(), |(at, _)| at);
            out.text("description", &description[..end]);
        }
        out
    }

    fn put(&mut self, name: &'static str, node: Node<'a>) -> &mut Self {
        self.0.push((name, node));
        self
    }

    fn text(&mut self, name: &'static str, text: impl Into<Cow<'a, str>>) -> &mut Self {
        self.put(name, Node::Text(text.into()))
    }

    fn texts(&mut self, name: &'static str, text: Option<&'a str>) -> &mut Self {
        self.maybe(name, text.map(|text| Node::Text(text.into())))
    }

    fn value(&mut self, name: &'static str, value: &'a Value) -> &mut Self {
        self.put(name, Node::Value(Cow::Borrowed(value)))
    }

    fn values(&mut self, name: &'static str, value: Option<&'a Value>) -> &mut Self {
        self.maybe(name, value.map(|value| Node::Value(Cow::Borrowed(value))))
    }

    fn number(&mut self, name: &'static str, number: Option<u64>) -> &mut Self {
        self.maybe(name, number.map(Node::Number))
    }

    fn truth(&mut self, name: &'static str, truth: Option<bool>) -> &mut Self {
        self.maybe(name, truth.map(Node::Bool))
    }

    fn maybe(&mut self, name: &'static str, node: Option<Node<'a>>) -> &mut Self {
        self.0.extend(node.map(|node| (name, node)));
        self
    }

    fn list(&mut self, name: &'static str, values: &'a [Value]) -> &mut Self {
        self.maybe(name, (!values.is_empty()).then_some(Node::Values(values)))
    }

    fn map(&mut self, name: &'static str, values: &'a BTreeMap<String, Value>) -> &mut Self {
        self.maybe(name, (!values.is_empty()).then_some(Node::Map(values)))
    }

    fn object(&mut self, name: &'static str, members: Grow<'a>) -> &mut Self {
        self.maybe(name, (!members.0.is_empty()).then_some(Node::Object(members.0)))
    }

    fn objects(&mut self, name: &'static str, all: impl IntoIterator<Item = Grow<'a>>) -> &mut Self {
        let all: Vec<Members<'a>> = all.into_iter().map(|it| it.0).collect();
        self.maybe(name, (!all.is_empty()).then_some(Node::Objects(all)))
    }

    fn of(self, kind: Kind, place: usize, image: &'a str) -> Resource<'a> {
        Resource { kind, place, image, members: self.0 }
    }
}

/// Where the service finds a text that lies in the bucket.
fn uri<'a>(project: &Project, data: Data) -> Node<'a> {
    let mut uri = Value::text("s3://");
    if let Some(bucket) = &project.bucket {
        uri.append(bucket);
    }
    if let Data::Asset(id) = data {
        uri.push_text(&format!("/{}", project.asset(id).key));
    }
    Node::Value(Cow::Owned(uri))
}

fn component<'a>(project: &'a Project, place: usize, component: &'a Component) -> Resource<'a> {
    let Component { image, name, version, description, platform, document: _, text, file, data } = component;
    let mut out = Grow::named(name, Some(version), description);
    out.text("platform", platform.word());
    match data {
        Data::Inline => out.put("data", Node::Document { text, file }),
        Data::Asset(_) => out.put("uri", uri(project, *data)),
    };
    out.of(Kind::Component, place, image)
}

fn recipe<'a>(project: &'a Project, place: usize, recipe: &'a Recipe) -> Resource<'a> {
    let Recipe { image, name, version, description, parent, components, working_directory, tags, kind } = recipe;
    let mut out = Grow::named(name, Some(version), description);
    out.value("parentImage", parent);
    out.objects("components", components.iter().map(component_use));
    out.texts("workingDirectory", working_directory.as_deref());
    out.map("tags", tags);
    match kind {
        RecipeKind::Image { block_devices, user_data, ami_tags } => {
            let mut start = Grow::new();
            start.texts("userDataOverride", user_data.as_deref());
            out.objects("blockDeviceMappings", block_devices.iter().map(device));
            out.object("additionalInstanceConfiguration", start);
            out.map("amiTags", ami_tags);
            out.of(Kind::ImageRecipe, place, image)
        }
        RecipeKind::Container(container) => {
            let ContainerRecipe { dockerfile, file, data, repository, platform, host_image, host_devices } = container;
            out.text("containerType", "DOCKER");
            match data {
                Data::Inline => out.put("dockerfileTemplateData", Node::Document { text: dockerfile, file }),
                Data::Asset(_) => out.put("dockerfileTemplateUri", uri(project, *data)),
            };
            out.object("targetRepository", self::repository(repository));
            out.texts("platformOverride", platform.map(super::super::model::Platform::word));
            let mut host = Grow::new();
            host.values("image", host_image.as_ref());
            host.objects("blockDeviceMappings", host_devices.iter().map(device));
            out.object("instanceConfiguration", host);
            out.of(Kind::ContainerRecipe, place, image)
        }
    }
}

fn repository(name: &Value) -> Grow<'_> {
    let mut out = Grow::new();
    out.text("service", "ECR").value("repositoryName", name);
    out
}

fn component_use(used: &ComponentUse) -> Grow<'_> {
    let ComponentUse { component, parameters } = used;
    let mut out = Grow::new();
    out.put("componentArn", Node::Refers(Reference::Component(*component)));
    let parameters = parameters.iter().map(|(name, value)| {
        let mut out = Grow::new();
        out.text("name", name).list("value", std::slice::from_ref(value));
        out
    });
    out.objects("parameters", parameters);
    out
}

fn device(device: &BlockDevice) -> Grow<'_> {
    let BlockDevice { device, absent, virtual_name, ebs } = device;
    let mut out = Grow::new();
    out.text("deviceName", device);
    if *absent {
        out.text("noDevice", "");
    }
    out.texts("virtualName", virtual_name.as_deref());
    let Some(ebs) = ebs else { return out };
    let Ebs { volume_type, volume_size, iops, throughput, delete_on_termination, encrypted, kms_key, snapshot } = ebs;
    let mut volume = Grow::new();
    volume
        .texts("volumeType", volume_type.as_deref())
        .number("volumeSize", *volume_size)
        .number("iops", *iops)
        .number("throughput", *throughput)
        .truth("deleteOnTermination", *delete_on_termination)
        .truth("encrypted", *encrypted)
        .values("kmsKeyId", kms_key.as_ref())
        .values("snapshotId", snapshot.as_ref());
    out.object("ebs", volume);
    out
}

fn infrastructure(place: usize, infrastructure: &Infrastructure) -> Resource<'_> {
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
    let mut out = Grow::named(name, None, description);
    match profile {
        ProfileUse::Named(name) => out.value("instanceProfileName", name),
        ProfileUse::Made(id) => out.put("instanceProfileName", Node::Refers(Reference::Profile(*id))),
    };
    out.list("instanceTypes", instance_types)
        .values("subnetId", subnet.as_ref())
        .list("securityGroupIds", security_groups)
        .values("keyPair", key_pair.as_ref())
        .truth("terminateInstanceOnFailure", Some(*terminate_on_failure));
    if let Some(MetadataOptions { http_tokens, hop_limit }) = metadata {
        let mut options = Grow::new();
        options.texts("httpTokens", http_tokens.as_deref()).number("httpPutResponseHopLimit", *hop_limit);
        out.object("instanceMetadataOptions", options);
    }
    if let Some(Placement { availability_zone, tenancy, host, host_resource_group }) = placement {
        let mut options = Grow::new();
        options
            .values("availabilityZone", availability_zone.as_ref())
            .texts("tenancy", tenancy.as_deref())
            .values("hostId", host.as_ref())
            .values("hostResourceGroupArn", host_resource_group.as_ref());
        out.object("placement", options);
    }
    out.map("resourceTags", resource_tags);
    out.of(Kind::Infrastructure, place, image)
}

fn distribution(place: usize, distribution: &Distribution) -> Resource<'_> {
    let Distribution { image, name, description, regions } = distribution;
    let mut out = Grow::named(name, None, description);
    out.objects("distributions", regions.iter().map(region));
    out.of(Kind::Distribution, place, image)
}

fn region(region: &RegionDistribution) -> Grow<'_> {
    let RegionDistribution { region, ami, container, licenses, fast_launch } = region;
    let mut out = Grow::new();
    out.value("region", region);
    if let Some(ami) = ami {
        out.object("amiDistributionConfiguration", self::ami(ami));
    }
    if let Some(ContainerDistribution { description, repository, tags }) = container {
        let mut container = Grow::new();
        container
            .values("description", description.as_ref())
            .list("containerTags", tags)
            .object("targetRepository", self::repository(repository));
        out.object("containerDistributionConfiguration", container);
    }
    out.list("licenseConfigurationArns", licenses);
    out.objects("fastLaunchConfigurations", fast_launch.iter().map(self::fast_launch));
    out
}

fn ami(ami: &AmiDistribution) -> Grow<'_> {
    let AmiDistribution { name, description, tags, kms_key, launch_permission } = ami;
    let mut out = Grow::new();
    out.value("name", name).values("description", description.as_ref()).map("amiTags", tags);
    out.values("kmsKeyId", kms_key.as_ref());
    if let Some(LaunchPermission { users, groups, organizations, units }) = launch_permission {
        let mut allowed = Grow::new();
        allowed
            .list("userIds", users)
            .list("userGroups", groups)
            .list("organizationArns", organizations)
            .list("organizationalUnitArns", units);
        out.object("launchPermission", allowed);
    }
    out
}

fn fast_launch(launch: &FastLaunch) -> Grow<'_> {
    let FastLaunch {
        max_parallel_launches,
        target_resource_count,
        launch_template_id,
        launch_template_name,
        launch_template_version,
    } = launch;
    let mut template = Grow::new();
    template
        .values("launchTemplateId", launch_template_id.as_ref())
        .values("launchTemplateName", launch_template_name.as_ref())
        .values("launchTemplateVersion", launch_template_version.as_ref());
    let mut snapshots = Grow::new();
    snapshots.number("targetResourceCount", *target_resource_count);
    let mut out = Grow::new();
    out.truth("enabled", Some(true));
    out.put("accountId", Node::Value(Cow::Owned(Value { parts: vec![Part::Account] })));
    out.object("launchTemplate", template).number("maxParallelLaunches", *max_parallel_launches);
    out.object("snapshotConfiguration", snapshots);
    out
}

fn pipeline<'a>(project: &'a Project, place: usize, pipeline: &'a Pipeline) -> Resource<'a> {
    let Pipeline {
        image,
        name,
        description,
        recipe: _,
        infrastructure: _,
        distribution: _,
        schedule,
        tests: _,
        build: _,
    } = pipeline;
    let mut out = Grow::named(name, None, description);
    what_is_built(project, pipeline, &mut out);
    if let Some(Schedule { expression, time_zone, only_on_updates }) = schedule {
        let condition = if *only_on_updates {
            "EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE"
        } else {
            "EXPRESSION_MATCH_ONLY"
        };
        let mut schedule = Grow::new();
        schedule
            .text("scheduleExpression", expression)
            .text("pipelineExecutionStartCondition", condition)
            .texts("timezone", time_zone.as_deref());
        out.object("schedule", schedule);
    }
    out.of(Kind::Pipeline, place, image)
}

/// An image that is built along with its pipeline.
fn image<'a>(project: &'a Project, place: usize, pipeline: &'a Pipeline) -> Resource<'a> {
    let mut out = Grow::new();
    what_is_built(project, pipeline, &mut out);
    out.of(Kind::Image, place, &pipeline.image)
}

fn what_is_built<'a>(project: &'a Project, pipeline: &'a Pipeline, out: &mut Grow<'a>) {
    let recipe = match project.recipe(pipeline.recipe).kind {
        RecipeKind::Image { .. } => "imageRecipeArn",
        RecipeKind::Container(_) => "containerRecipeArn",
    };
    let mut tests = Grow::new();
    tests.truth("imageTestsEnabled", Some(pipeline.tests));
    out.put(recipe, Node::Refers(Reference::Recipe(pipeline.recipe)));
    out.put("infrastructureConfigurationArn", Node::Refers(Reference::Infrastructure(pipeline.infrastructure)));
    let distribution = pipeline.distribution.map(|id| Node::Refers(Reference::Distribution(id)));
    out.maybe("distributionConfigurationArn", distribution);
    out.object("imageTestsConfiguration", tests);
}

fn policy<'a>(project: &'a Project, place: usize, policy: &'a LifecyclePolicy) -> Resource<'a> {
    let LifecyclePolicy { image, name, description, role, rules, recipe } = policy;
    let mut chosen = Grow::new();
    chosen.text("name", &project.recipe(*recipe).name).text("semanticVersion", "x.x.x");
    let mut selection = Grow::new();
    selection.objects("recipes", [chosen]);
    let mut out = Grow::named(name, None, description);
    out.text("status", "ENABLED");
    out.put("executionRole", Node::Refers(Reference::Role(*role)));
    out.text("resourceType", "AMI_IMAGE");
    out.objects("policyDetails", rules.iter().map(rule));
    out.object("resourceSelection", selection);
    out.of(Kind::Policy, place, image)
}

fn rule(rule: &LifecycleRule) -> Grow<'_> {
    let LifecycleRule { action, filter } = rule;
    let (kind, snapshots) = match action {
        LifecycleAction::Deprecate => ("DEPRECATE", false),
        LifecycleAction::Delete { snapshots } => ("DELETE", *snapshots),
    };
    let mut included = Grow::new();
    included.truth("amis", Some(true)).truth("snapshots", snapshots.then_some(true));
    let mut act = Grow::new();
    act.text("type", kind).object("includeResources", included);
    let mut which = Grow::new();
    match filter {
        LifecycleFilter::Days(days) => which.text("type", "AGE").number("value", Some(*days)).text("unit", "DAYS"),
        LifecycleFilter::Count(count) => which.text("type", "COUNT").number("value", Some(*count)),
    };
    let mut out = Grow::new();
    out.object("action", act).object("filter", which);
    out
}
