//! The resources that Image Builder and the services around it know, as types. No encoding is in it.
//!
//! Comes in from `lower/`, finished by `budget`, checked by `verify`, and encoded by `emit/`, once for each form. Rules
//! that every form relies on:
//! - resources refer to each other by ids of their own type, which are places in the [`Project`]'s lists;
//! - whatever may hold something of the account, the Region or a parameter is a [`Value`]; a plain `String` is written as
//!   it is and never holds such a thing;
//! - every list stands in the order in which it is to be written;
//! - names and versions are final: whoever encodes changes nothing and makes up nothing.

use std::collections::BTreeMap;

use super::document::Document;

/// Declares the id of a resource: its place in a list of the [`Project`].
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(super) struct $name(pub(super) usize);
    )*};
}

ids! {
    /// Of [`Project::settings`].
    SettingId
    /// Of [`Project::assets`].
    AssetId
    /// Of [`Project::roles`].
    RoleId
    /// Of [`Project::profiles`].
    ProfileId
    /// Of [`Project::components`].
    ComponentId
    /// Of [`Project::recipes`].
    RecipeId
    /// Of [`Project::infrastructures`].
    InfrastructureId
    /// Of [`Project::distributions`].
    DistributionId
}

/// Everything that is made for the images of a configuration.
#[derive(Clone, Debug, Default)]
pub(super) struct Project {
    /// Its short name, with which the names of all resources begin.
    pub(super) name: String,
    /// A line that says where all of it comes from: comment of files, description of the stack.
    pub(super) header: String,
    /// The bucket that holds [`Project::assets`]; there whenever there are assets or something refers to one.
    pub(super) bucket: Option<Value>,
    /// What is given when the pipeline is set up: stack parameters, Terraform variables.
    pub(super) settings: Vec<Setting>,
    /// Files for the bucket, each there once, in the order in which they are used first.
    pub(super) assets: Vec<Asset>,
    /// Roles that are made here.
    pub(super) roles: Vec<Role>,
    /// Instance profiles that are made here.
    pub(super) profiles: Vec<Profile>,
    /// Components, in the order of the images and their steps.
    pub(super) components: Vec<Component>,
    /// Image recipes and container recipes: one for each image.
    pub(super) recipes: Vec<Recipe>,
    /// Infrastructure configurations: one for each image.
    pub(super) infrastructures: Vec<Infrastructure>,
    /// Distribution configurations: at most one for each image.
    pub(super) distributions: Vec<Distribution>,
    /// Pipelines: one for each image, in the order of the images.
    pub(super) pipelines: Vec<Pipeline>,
    /// Lifecycle policies.
    pub(super) policies: Vec<LifecyclePolicy>,
    /// Steps on the host that builds.
    pub(super) scripts: Vec<HostScript>,
}

impl Project {
    /// The setting of an id.
    pub(super) fn setting(&self, id: SettingId) -> &Setting {
        &self.settings[id.0]
    }

    /// The asset of an id.
    pub(super) fn asset(&self, id: AssetId) -> &Asset {
        &self.assets[id.0]
    }

    /// The role of an id.
    pub(super) fn role(&self, id: RoleId) -> &Role {
        &self.roles[id.0]
    }

    /// The instance profile of an id.
    pub(super) fn profile(&self, id: ProfileId) -> &Profile {
        &self.profiles[id.0]
    }

    /// The component of an id.
    pub(super) fn component(&self, id: ComponentId) -> &Component {
        &self.components[id.0]
    }

    /// The recipe of an id.
    pub(super) fn recipe(&self, id: RecipeId) -> &Recipe {
        &self.recipes[id.0]
    }

    /// The infrastructure configuration of an id.
    pub(super) fn infrastructure(&self, id: InfrastructureId) -> &Infrastructure {
        &self.infrastructures[id.0]
    }

    /// The distribution configuration of an id.
    pub(super) fn distribution(&self, id: DistributionId) -> &Distribution {
        &self.distributions[id.0]
    }
}

/// A text in parts; without any it is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Value {
    /// In order; no part is an empty text, and no two texts stand side by side.
    pub(super) parts: Vec<Part>,
}

/// A part of a [`Value`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Stands for itself.
    Text(String),
    /// The value of a setting.
    Setting(SettingId),
    /// The Region that everything is made in: `eu-west-1`.
    Region,
    /// The account that everything is made in, twelve digits.
    Account,
    /// `aws`, `aws-cn`, `aws-us-gov`.
    Partition,
    /// The ARN of a role that is made here.
    #[expect(dead_code, reason = "a text of the platform may be one; nothing lowered is yet")]
    RoleArn(RoleId),
}

impl Value {
    /// A text that is known.
    pub(super) fn text(text: impl Into<String>) -> Self {
        let mut value = Self::default();
        value.push_text(&text.into());
        value
    }

    /// The value of a setting alone.
    pub(super) fn setting(id: SettingId) -> Self {
        Self { parts: vec![Part::Setting(id)] }
    }

    /// Puts a text behind it.
    pub(super) fn push_text(&mut self, text: &str) {
        match self.parts.last_mut() {
            _ if text.is_empty() => {}
            Some(Part::Text(last)) => last.push_str(text),
            Some(_) | None => self.parts.push(Part::Text(text.to_owned())),
        }
    }

    /// Puts another part behind it.
    pub(super) fn push(&mut self, part: Part) {
        match part {
            Part::Text(text) => self.push_text(&text),
            Part::Setting(_) | Part::Region | Part::Account | Part::Partition | Part::RoleArn(_) => {
                self.parts.push(part);
            }
        }
    }

    /// Puts all of another value behind it.
    pub(super) fn append(&mut self, other: &Value) {
        for part in &other.parts {
            self.push(part.clone());
        }
    }

    /// The text, if nothing in it is left open.
    pub(super) fn known(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether a setting stands in it, so that it may change without the template.
    pub(super) fn has_setting(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Setting(_)))
    }
}

/// What is given when the pipeline is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    /// Letters and digits, begins with a capital: `AssetBucket`. Unique among the settings, whatever the case.
    pub(super) name: String,
    /// The template's variable that it is, where it is one.
    pub(super) variable: Option<String>,
    /// What it is for; a sentence for a console.
    pub(super) description: String,
    /// Without one it has to be given.
    pub(super) default: Option<String>,
    /// What it may be, as a regular expression over the whole of it that every form can hold; nothing: any text.
    pub(super) pattern: Option<&'static str>,
}

/// A file for the bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asset {
    /// The object's key and the path below the target's folder: `assets/<sha256 in hex>`.
    pub(super) key: String,
    /// What it holds.
    pub(super) bytes: Vec<u8>,
}

/// A role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Role {
    /// Of at most 64 characters, for forms that have to name it; CloudFormation makes up a name.
    pub(super) name: String,
    /// Who may take it: `ec2.amazonaws.com`.
    pub(super) service: &'static str,
    /// What it is for.
    pub(super) description: String,
    /// Names of AWS's own policies with their path below `arn:PARTITION:iam::aws:policy/`, such as
    /// `AmazonSSMManagedInstanceCore` or `service-role/X`.
    pub(super) managed_policies: Vec<String>,
    /// Allowed beyond that, as one inline policy; may be empty.
    pub(super) statements: Vec<Statement>,
    /// The inline policy that the template itself brings, as its JSON document.
    pub(super) document: Option<serde_json::Value>,
}

/// What a policy allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    /// `s3:GetObject`; never empty.
    pub(super) actions: Vec<&'static str>,
    /// ARNs; never empty.
    pub(super) resources: Vec<Value>,
}

/// An instance profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Profile {
    /// Of at most 128 characters, for forms that have to name it; CloudFormation makes up a name.
    pub(super) name: String,
    /// The role in it.
    pub(super) role: RoleId,
}

/// A system that components are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Platform {
    /// Linux
    Linux,
    /// Windows
    Windows,
    /// macOS
    #[expect(dead_code, reason = "the platform has it; no template says that it is for it")]
    MacOs,
}

impl Platform {
    /// As the service calls it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Linux => "Linux",
            Self::Windows => "Windows",
            Self::MacOs => "macOS",
        }
    }
}

/// A component.
#[derive(Clone, Debug)]
pub(super) struct Component {
    /// Packer's name of the image that it belongs to.
    pub(super) image: String,
    /// `<project>-<image>-<step>`
    pub(super) name: String,
    /// `1.A.B`, made from everything that cannot be changed in place.
    pub(super) version: String,
    /// Which steps of the template it does.
    pub(super) description: String,
    /// What it runs on.
    pub(super) platform: Platform,
    /// What it does.
    pub(super) document: Document,
    /// The document as YAML: what is written to [`Component::file`] and given to the service.
    pub(super) text: String,
    /// The path of the document below the target's folder: `components/<image>-<step>.yaml`.
    pub(super) file: String,
    /// How the service gets the document.
    pub(super) data: Data,
}

/// How a service gets a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Data {
    /// In the request itself (`data`).
    Inline,
    /// From the bucket (`uri`: `s3://BUCKET/KEY`).
    Asset(AssetId),
}

/// A recipe: what an image is made of.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    /// Packer's name of the image.
    pub(super) image: String,
    /// `<project>-<image>`
    pub(super) name: String,
    /// `1.A.B`; `1.A.x` where a setting stands in the recipe, because then it may change without the template: the
    /// service counts the last number.
    pub(super) version: String,
    /// What it is.
    pub(super) description: String,
    /// What it starts from: an AMI's id, `ssm:NAME`, an ARN of Image Builder, a Marketplace product, or (container) an
    /// image reference.
    pub(super) parent: Value,
    /// In the order they run; never empty, each component once.
    pub(super) components: Vec<ComponentUse>,
    /// The folder that steps start in.
    pub(super) working_directory: Option<String>,
    /// Tags of the recipe itself.
    pub(super) tags: BTreeMap<String, Value>,
    /// What depends on the kind of image.
    pub(super) kind: RecipeKind,
}

/// What depends on the kind of image.
#[derive(Clone, Debug)]
pub(super) enum RecipeKind {
    /// An AMI (`AWS::ImageBuilder::ImageRecipe`).
    Image {
        /// Disks of the build instance and of the AMI.
        block_devices: Vec<BlockDevice>,
        /// `additionalInstanceConfiguration.userDataOverride`: base64.
        user_data: Option<String>,
        /// Tags that every AMI made from it gets.
        ami_tags: BTreeMap<String, Value>,
    },
    /// A container image (`AWS::ImageBuilder::ContainerRecipe`).
    Container(ContainerRecipe),
}

/// What only container recipes have. The container type is always `DOCKER`.
#[derive(Clone, Debug)]
pub(super) struct ContainerRecipe {
    /// The Dockerfile template, with its `{{{ imagebuilder:… }}}` lines: what is written to [`ContainerRecipe::file`].
    pub(super) dockerfile: String,
    /// The path of the template below the target's folder: `containers/<image>.Dockerfile`.
    pub(super) file: String,
    /// How the service gets it.
    pub(super) data: Data,
    /// The name of the ECR repository that the image goes to (service `ECR`).
    pub(super) repository: Value,
    /// The system, where the base image does not tell it.
    pub(super) platform: Option<Platform>,
    /// The AMI of the build host (`instanceConfiguration.image`), where it is not the usual one.
    pub(super) host_image: Option<Value>,
    /// Disks of the build host.
    pub(super) host_devices: Vec<BlockDevice>,
}

/// A component in a recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ComponentUse {
    /// Which.
    pub(super) component: ComponentId,
    /// Values of its parameters, one text each, in the document's order.
    pub(super) parameters: Vec<(String, Value)>,
}

/// An entry of a list of block devices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct BlockDevice {
    /// `/dev/xvda`
    pub(super) device: String,
    /// Keep the parent's device of that name away (`noDevice: ""`, Terraform `no_device = true`).
    pub(super) absent: bool,
    /// `ephemeral0`
    pub(super) virtual_name: Option<String>,
    /// A volume.
    pub(super) ebs: Option<Ebs>,
}

/// A volume.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ebs {
    /// `gp3`
    pub(super) volume_type: Option<String>,
    /// GiB
    pub(super) volume_size: Option<u64>,
    /// Only with `io1`, `io2`, `gp3`.
    pub(super) iops: Option<u64>,
    /// Only with `gp3`.
    pub(super) throughput: Option<u64>,
    /// Goes with the instance.
    pub(super) delete_on_termination: Option<bool>,
    /// Encrypted, or certainly not.
    pub(super) encrypted: Option<bool>,
    /// The key that it is encrypted with.
    pub(super) kms_key: Option<Value>,
    /// What it starts from.
    pub(super) snapshot: Option<Value>,
}

/// An infrastructure configuration: the instance that builds.
#[derive(Clone, Debug)]
pub(super) struct Infrastructure {
    /// Packer's name of the image.
    pub(super) image: String,
    /// `<project>-<image>`
    pub(super) name: String,
    /// What it is.
    pub(super) description: String,
    /// Acceptable types, best first; empty: the service chooses.
    pub(super) instance_types: Vec<Value>,
    /// The instance profile.
    pub(super) profile: ProfileUse,
    /// Ids. Not empty where there is a subnet.
    pub(super) security_groups: Vec<Value>,
    /// Its id.
    pub(super) subnet: Option<Value>,
    /// The name of a key pair.
    pub(super) key_pair: Option<Value>,
    /// Whether an instance whose build failed goes away.
    pub(super) terminate_on_failure: bool,
    /// How the instance's metadata is reached.
    pub(super) metadata: Option<MetadataOptions>,
    /// Where the instance runs.
    pub(super) placement: Option<Placement>,
    /// Tags of what is made while an image builds (`resourceTags`); at most 30.
    pub(super) resource_tags: BTreeMap<String, Value>,
}

/// The instance profile of an infrastructure configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ProfileUse {
    /// One that is there: its name, no ARN.
    Named(Value),
    /// One that is made here; the configuration has to wait for it.
    Made(ProfileId),
}

/// How the metadata of an instance is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MetadataOptions {
    /// `required` or `optional`
    pub(super) http_tokens: Option<String>,
    /// 1 to 64
    pub(super) hop_limit: Option<u64>,
}

/// Where an instance runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Placement {
    /// `eu-west-1a`
    pub(super) availability_zone: Option<Value>,
    /// `default`, `dedicated`, `host`
    pub(super) tenancy: Option<String>,
    /// Only with the tenancy `host`, and not beside a resource group.
    pub(super) host: Option<Value>,
    /// Only with the tenancy `host`, and not beside a host.
    pub(super) host_resource_group: Option<Value>,
}

/// A distribution configuration: where an image goes, and under which name.
#[derive(Clone, Debug)]
pub(super) struct Distribution {
    /// Packer's name of the image.
    pub(super) image: String,
    /// `<project>-<image>`
    pub(super) name: String,
    /// What it is.
    pub(super) description: String,
    /// One entry for each Region, the build's own first; never empty.
    pub(super) regions: Vec<RegionDistribution>,
}

/// What goes to one Region.
#[derive(Clone, Debug)]
pub(super) struct RegionDistribution {
    /// The Region.
    pub(super) region: Value,
    /// The AMI there.
    pub(super) ami: Option<AmiDistribution>,
    /// The container image there.
    pub(super) container: Option<ContainerDistribution>,
    /// ARNs of licence configurations that the AMI gets.
    pub(super) licenses: Vec<Value>,
    /// Windows AMIs that start faster.
    pub(super) fast_launch: Vec<FastLaunch>,
}

/// An AMI in a Region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AmiDistribution {
    /// Holds `{{ imagebuilder:buildDate }}`.
    pub(super) name: Value,
    /// `description`
    pub(super) description: Option<Value>,
    /// Tags.
    pub(super) tags: BTreeMap<String, Value>,
    /// The key that its snapshots are encrypted with.
    pub(super) kms_key: Option<Value>,
    /// Who may start it; nothing: only the account.
    pub(super) launch_permission: Option<LaunchPermission>,
}

/// Who may start an AMI. Not all of it is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LaunchPermission {
    /// Accounts.
    pub(super) users: Vec<Value>,
    /// `all`
    pub(super) groups: Vec<Value>,
    /// ARNs of organisations.
    pub(super) organizations: Vec<Value>,
    /// ARNs of organisational units.
    pub(super) units: Vec<Value>,
}

/// A container image in a Region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ContainerDistribution {
    /// What it is.
    pub(super) description: Option<Value>,
    /// The name of the ECR repository (service `ECR`).
    pub(super) repository: Value,
    /// Tags of the image.
    pub(super) tags: Vec<Value>,
}

/// How a Windows AMI is prepared to start faster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FastLaunch {
    /// Instances that are started side by side.
    pub(super) max_parallel_launches: Option<u64>,
    /// Snapshots that are kept ready.
    pub(super) target_resource_count: Option<u64>,
    /// The launch template's id.
    pub(super) launch_template_id: Option<Value>,
    /// The launch template's name.
    pub(super) launch_template_name: Option<Value>,
    /// The launch template's version.
    pub(super) launch_template_version: Option<Value>,
}

/// A pipeline.
#[derive(Clone, Debug)]
pub(super) struct Pipeline {
    /// Packer's name of the image.
    pub(super) image: String,
    /// `<project>-<image>`
    pub(super) name: String,
    /// What it is.
    pub(super) description: String,
    /// What is made.
    pub(super) recipe: RecipeId,
    /// What it is made on.
    pub(super) infrastructure: InfrastructureId,
    /// Where it goes.
    pub(super) distribution: Option<DistributionId>,
    /// When it starts by itself.
    pub(super) schedule: Option<Schedule>,
    /// Whether a fresh instance of the image is tested.
    pub(super) tests: bool,
    /// Build an image when the pipeline is set up, and anew when something of it changes (the option `build`):
    /// `AWS::ImageBuilder::Image`, `aws_imagebuilder_image`, `StartImagePipelineExecution`.
    pub(super) build: bool,
}

/// When a pipeline starts by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Schedule {
    /// `cron(0 3 ? * sun *)` or `rate(1 day)`
    pub(super) expression: String,
    /// IANA; UTC if not given.
    pub(super) time_zone: Option<String>,
    /// Only if something that it is made from has changed (`EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE`), not at
    /// every time that matches (`EXPRESSION_MATCH_ONLY`).
    pub(super) only_on_updates: bool,
}

/// What becomes of older images (`resourceType` is `AMI_IMAGE`, the status `ENABLED`).
#[derive(Clone, Debug)]
pub(super) struct LifecyclePolicy {
    /// Packer's name of the image.
    pub(super) image: String,
    /// `<project>-<image>`
    pub(super) name: String,
    /// What it is.
    pub(super) description: String,
    /// The role that it works with.
    pub(super) role: RoleId,
    /// At most one for each action; never empty.
    pub(super) rules: Vec<LifecycleRule>,
    /// Images made from any version of this recipe (`semanticVersion` `x.x.x`).
    pub(super) recipe: RecipeId,
}

/// A rule of a lifecycle policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LifecycleRule {
    /// What happens.
    pub(super) action: LifecycleAction,
    /// To which images.
    pub(super) filter: LifecycleFilter,
}

/// What happens to older images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LifecycleAction {
    /// The AMIs are marked as deprecated (`includeResources.amis`).
    Deprecate,
    /// The AMIs go away, and with `snapshots` their snapshots as well.
    Delete {
        /// `includeResources.snapshots`
        snapshots: bool,
    },
}

/// Which images a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LifecycleFilter {
    /// Older than this many days (`AGE`, `DAYS`).
    Days(u64),
    /// All but the newest of this number (`COUNT`).
    Count(u64),
}

/// Steps on the host that builds, as a script beside everything else.
#[derive(Clone, Debug)]
pub(super) struct HostScript {
    /// Packer's name of the image.
    pub(super) image: String,
    /// The path below the target's folder.
    pub(super) file: String,
    /// The script.
    pub(super) text: String,
    /// Runs before anything is set up; else once the image is made.
    pub(super) before: bool,
}
