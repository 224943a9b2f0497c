//! An `amazon-ebs` source as recipe, infrastructure, distribution, pipeline and lifecycle policy, and what every source
//! has of those.
//!
//! Only what changes the disk or what it starts from is refused where it cannot be said; all else is left out with a
//! warning, because the image is the same without it.

mod disks;
mod distribution;
pub(super) mod facts;
mod instance;
mod name;
mod parent;
mod policy;
mod searches;

use std::collections::BTreeMap;

use self::facts::{Block, Facts};
pub(in super::super) use self::name::BUILD_DATE;
use super::Lowering;
use crate::graph::{Fact, Node};
use crate::resolve::value::{Text, Value as Given};
use crate::source::Span;
use crate::targets::aws_image_builder::model::{
    ComponentUse, Distribution, DistributionId, Infrastructure, InfrastructureId, LifecyclePolicy, LifecycleRule, Part,
    Pipeline, Platform, Recipe, RecipeId, RecipeKind, RegionDistribution, Schedule, Setting, SettingId, Value,
};
use crate::targets::aws_image_builder::names;
use crate::targets::text::unknown::{self, Missing};

/// What a source says of each resource.
pub(super) struct Source {
    /// What the recipe starts from.
    pub(super) parent: Value,
    /// What depends on the kind of image.
    pub(super) kind: RecipeKind,
    /// The build instance.
    pub(super) infrastructure: Infrastructure,
    /// What it may do.
    pub(super) role: policy::Rights,
    /// Where the image goes.
    pub(super) regions: Vec<RegionDistribution>,
    /// What becomes of older images.
    pub(super) rules: Vec<LifecycleRule>,
}

/// Reads all facts of a source. `machine` has those of how the instance is reached.
pub(super) fn read(l: &mut Lowering<'_>, node: &Node, machine: &Node) -> Source {
    let mut reached = Facts::of(machine, l.parameters);
    login(l, machine, &mut reached);
    let mut facts = Facts::of(node, l.parameters);
    let parent = parent::parent(l, node, &mut facts);
    let devices = disks::devices(l, node, &mut facts, parent.root_device.as_deref());
    let user_data = instance::user_data(l, node, &mut facts);
    let region = facts.take("region").and_then(|fact| {
        let text = facts::text(&fact.value)?;
        let value = l.as_value(&text);
        soft(l, node, fact, value)
    });
    let (infrastructure, role) = instance::infrastructure(l, node, machine, &mut facts, &mut reached);
    let regions = distribution::regions(l, node, &mut facts, region, &parent.value);
    let rules = policy::rules(l, node, &mut facts);
    leftovers(l, node, facts);
    for fact in reached.rest() {
        let how = "nothing connects: Image Builder runs the steps through the Systems Manager agent";
        l.report.exact(machine, &fact.name, fact.span, how);
    }
    // Each was taken by its name, or is one of the rest.
    l.report.answered_all(node);
    l.report.answered_all(machine);
    let kind = RecipeKind::Image { block_devices: devices, user_data, ami_tags: BTreeMap::new() };
    Source { parent: parent.value, kind, infrastructure, role, regions, rules }
}

/// The build instance of a source that tells nothing of it: what options say.
pub(super) fn build_instance(l: &mut Lowering<'_>, node: &Node, machine: &Node) -> (Infrastructure, policy::Rights) {
    instance::infrastructure(l, node, machine, &mut Facts::none(), &mut Facts::none())
}

/// As whom scripts run, and which system the source is for.
fn login(l: &mut Lowering<'_>, machine: &Node, reached: &mut Facts<'_>) {
    let given = reached.take("ssh_username");
    if let Some(user) = l.option("user") {
        l.user = user.to_owned();
        return;
    }
    let Some(fact) = given else { return };
    match facts::text(&fact.value).map(|text| l.as_known(&text)) {
        Some(Ok(user)) => l.user = user,
        Some(Err((why, help))) => {
            let option = format!("name the user with {}", l.setting("user", "NAME"));
            let help = help.map_or_else(|| option.clone(), |help| format!("{help}, or {option}"));
            l.report.impossible(machine, "ssh_username", fact.span, &why, Some(help));
        }
        None => {
            let help = format!("name the user with {}", l.setting("user", "NAME"));
            l.report.impossible(machine, "ssh_username", fact.span, "the login user is not known", Some(help));
        }
    }
    if l.platform == Platform::Windows {
        // Logs in by ssh, and is no Linux for that.
        l.report.near(machine, "ssh_username", fact.span, "steps run as SYSTEM");
    }
}

/// Makes the resources of the image.
pub(super) fn resources(l: &mut Lowering<'_>, source: Source, components: Vec<ComponentUse>) {
    let Source { parent, kind, mut infrastructure, role, regions, rules } = source;
    let name = names::resource(&[&l.project.name, l.name]);
    let image = l.image.name.clone();
    let description = format!("{image} of {}", l.context.generated_from);
    policy::finish(l, &mut infrastructure, role);
    l.project.recipes.push(Recipe {
        image: image.clone(),
        name: name.clone(),
        version: String::new(),
        description: description.clone(),
        parent,
        components,
        working_directory: None,
        tags: BTreeMap::new(),
        kind,
    });
    let recipe = RecipeId(l.project.recipes.len() - 1);
    l.project.infrastructures.push(Infrastructure {
        name: name.clone(),
        description: description.clone(),
        ..infrastructure
    });
    l.project.distributions.push(Distribution {
        image: image.clone(),
        name: name.clone(),
        description: description.clone(),
        regions,
    });
    let (schedule, build) = (schedule(l), l.option("build") == Some("true"));
    l.project.pipelines.push(Pipeline {
        image: image.clone(),
        name: name.clone(),
        description: description.clone(),
        recipe,
        infrastructure: InfrastructureId(l.project.infrastructures.len() - 1),
        distribution: Some(DistributionId(l.project.distributions.len() - 1)),
        schedule,
        // A template has no tests of the finished image, and an instance of its own costs.
        tests: false,
        build,
    });
    if !rules.is_empty() {
        let role = policy::lifecycle_role(l);
        l.project.policies.push(LifecyclePolicy { image, name, description, role, rules, recipe });
    }
}

fn schedule(l: &Lowering<'_>) -> Option<Schedule> {
    let expression = l.option("schedule")?;
    Some(Schedule { expression: expression.to_owned(), time_zone: None, only_on_updates: false })
}

/// What nobody took.
fn leftovers(l: &mut Lowering<'_>, node: &Node, facts: Facts<'_>) {
    for fact in facts.rest() {
        let top = fact.name.split(['.', '[']).next().unwrap_or_default();
        match left(top) {
            Some(Left::Quiet(how)) => l.report.exact(node, &fact.name, fact.span, how),
            Some(Left::Warned(how)) => {
                // What is off asks for nothing.
                if facts::truth(&fact.value) == Some(false) {
                    continue;
                }
                l.report.approximated(node, &fact.name, fact.span, how, None);
            }
            None => {
                let why = format!("nothing is known of `{top}`");
                l.report.refused(node, &fact.name, fact.span, &why, None);
            }
        }
    }
}

enum Left {
    /// It concerns only how Packer works.
    Quiet(&'static str),
    /// It is not done.
    Warned(&'static str),
}

/// What becomes of an attribute that no resource has a place for.
fn left(name: &str) -> Option<Left> {
    Some(match name {
        "access_key"
        | "secret_key"
        | "token"
        | "profile"
        | "assume_role"
        | "vault_aws_engine"
        | "mfa_code"
        | "custom_endpoint_ec2"
        | "shared_credentials_file"
        | "decode_authorization_messages"
        | "insecure_skip_tls_verify"
        | "max_retries"
        | "aws_polling"
        | "skip_metadata_api_check"
        | "skip_credential_validation"
        | "skip_region_validation"
        | "skip_profile_validation" => Left::Quiet("whoever sets up the pipeline brings the credentials"),
        "temporary_security_group_source_cidrs"
        | "temporary_security_group_source_public_ip"
        | "ssh_interface"
        | "pause_before_ssm"
        | "session_manager_port"
        | "windows_password_timeout" => {
            Left::Quiet("nothing connects: Image Builder runs the steps through the Systems Manager agent")
        }
        "snapshot_copy_duration_minutes" => Left::Quiet("copies are made without a limit of time"),
        "vpc_id" => Left::Quiet("the subnet tells it"),
        "skip_ami_run_tags" => Left::Quiet("tags of the instance never get to the AMI"),
        "shutdown_behavior" => Left::Quiet("the instance is stopped and thrown away by the service"),
        "spot_price" | "spot_allocation_strategy" | "spot_price_auto_product" | "block_duration_minutes" => {
            Left::Warned("Image Builder has no Spot instances: the build instance is an On-Demand one")
        }
        "capacity_reservation_preference" | "capacity_reservation_id" | "capacity_reservation_group_arn" => {
            Left::Warned("Image Builder uses no capacity reservations")
        }
        "ebs_optimized" | "enable_nitro_enclave" | "enable_t2_unlimited" | "enable_unlimited_credits" => {
            Left::Warned("Image Builder has no such setting of the build instance; the image is the same without it")
        }
        "disable_stop_instance" => Left::Warned("the service stops the instance itself"),
        "associate_public_ip_address" => {
            Left::Warned("Image Builder has no such setting: whether an instance gets a public address is the subnet's")
        }
        "skip_create_ami" => Left::Warned("a build always makes an AMI"),
        "skip_save_build_region" => Left::Warned("the AMI stays in the Region that it is built in as well"),
        "ami_virtualization_type" | "ena_support" | "sriov_support" | "imds_support" => {
            Left::Warned("the AMI takes it from the image that it starts from; Image Builder cannot set it")
        }
        "ami_product_codes" => Left::Warned("Image Builder sets no product codes"),
        "deregistration_protection" => Left::Warned("Image Builder cannot protect an AMI"),
        "snapshot_tags" | "snapshot_tag" => Left::Warned("Image Builder tags the AMI, and no snapshots of it"),
        "snapshot_users" | "snapshot_groups" => Left::Warned("Image Builder shares the AMI, and no snapshots of it"),
        _ => return None,
    })
}

/// A value that the image can do without: what is missing is a warning.
pub(super) fn soft<T>(l: &mut Lowering<'_>, node: &Node, fact: &Fact, value: Result<T, Missing>) -> Option<T> {
    soft_at(l, node, &fact.name, fact.span, value)
}

fn soft_at<T>(l: &mut Lowering<'_>, node: &Node, name: &str, span: Span, value: Result<T, Missing>) -> Option<T> {
    match value {
        Ok(value) => Some(value),
        Err((why, help)) => {
            l.report.approximated(node, name, span, &format!("it is left out: {why}"), help);
            None
        }
    }
}

/// A fact that is on; one that the image can do without and that is not known counts as off.
fn on<'a>(l: &mut Lowering<'_>, node: &Node, fact: Option<&'a Fact>) -> Option<&'a Fact> {
    let fact = fact?;
    match facts::truth(&fact.value) {
        Some(truth) => truth.then_some(fact),
        None => {
            let missing = missing(l, &fact.value);
            soft::<()>(l, node, fact, Err(missing));
            None
        }
    }
}

/// A fact that is a whole number which the image can do without.
fn number(l: &mut Lowering<'_>, node: &Node, fact: &Fact) -> Option<u64> {
    let number = facts::number(&fact.value).ok_or_else(|| missing(l, &fact.value));
    soft(l, node, fact, number)
}

/// A fact that is a text, as a value that the image can do without.
fn text(l: &mut Lowering<'_>, node: &Node, fact: &Fact) -> Option<Value> {
    one(l, node, fact, &fact.value)
}

fn one(l: &mut Lowering<'_>, node: &Node, fact: &Fact, given: &Given) -> Option<Value> {
    let value = match facts::text(given) {
        Some(text) => l.as_value(&text),
        None => Err(missing(l, given)),
    };
    soft(l, node, fact, value)
}

/// Why something that is no text is not known.
fn missing(l: &Lowering<'_>, given: &Given) -> Missing {
    unknown::missing(l.graph, given)
}

/// A fact that is a list of texts.
fn texts(l: &mut Lowering<'_>, node: &Node, fact: &Fact) -> Vec<Value> {
    match fact.value.as_items() {
        Some(items) => items.iter().filter_map(|item| one(l, node, fact, item)).collect(),
        // One text in place of a list.
        None => one(l, node, fact, &fact.value).into_iter().collect(),
    }
}

/// A fact that is a map of texts, and the blocks of the same meaning.
fn tags(
    l: &mut Lowering<'_>,
    node: &Node,
    facts: &mut Facts<'_>,
    names: &[&str],
    fill: &dyn Fn(&str) -> Option<Value>,
) -> BTreeMap<String, Value> {
    let mut out = BTreeMap::new();
    for name in names {
        if let Some(fact) = facts.take(name) {
            match fact.value.as_entries() {
                Some(entries) => {
                    for (key, given) in entries {
                        if let Some(value) = tag(l, node, &format!("{}.{key}", fact.name), fact.span, given, fill) {
                            out.insert(key.clone(), value);
                        }
                    }
                }
                None => {
                    let (why, help) = missing(l, &fact.value);
                    l.report.approximated(node, &fact.name, fact.span, &format!("they are left out: {why}"), help);
                }
            }
        }
        for block in facts.blocks(name) {
            pair(l, node, &block, fill, &mut out);
        }
    }
    out
}

fn pair(
    l: &mut Lowering<'_>,
    node: &Node,
    block: &Block<'_>,
    fill: &dyn Fn(&str) -> Option<Value>,
    out: &mut BTreeMap<String, Value>,
) {
    let key = block.get("key").or_else(|| block.get("name"));
    let known = key.and_then(|key| key.value.as_str());
    let Some(key) = known else {
        l.report.approximated(
            node,
            &block.name,
            block.span,
            "it is left out: its key is not known while compiling",
            None,
        );
        return;
    };
    let empty = Given::string("");
    let given = block.get("value").map_or(&empty, |value| &value.value);
    if let Some(value) = tag(l, node, &block.name, block.span, given, fill) {
        out.insert(key.into_owned(), value);
    }
}

/// The value of a tag: fields of the source's own engine are filled where that is possible.
fn tag(
    l: &mut Lowering<'_>,
    node: &Node,
    name: &str,
    span: Span,
    given: &Given,
    fill: &dyn Fn(&str) -> Option<Value>,
) -> Option<Value> {
    let value = match facts::text(given) {
        Some(text) => filled(l, &text, fill),
        None => Err(missing(l, given)),
    };
    let value = soft_at(l, node, name, span, value)?;
    let long = value.known().is_some_and(|text| text.chars().count() > 256);
    if long {
        let how = "it is left out: the value of a tag has 256 characters at most";
        l.report.approximated(node, name, span, how, None);
        return None;
    }
    Some(value)
}

/// A text as a value, its fields filled.
fn filled(l: &mut Lowering<'_>, text: &Text, fill: &dyn Fn(&str) -> Option<Value>) -> Result<Value, Missing> {
    use crate::resolve::value::{HoleKind, Piece};
    let mut out = Value::default();
    for piece in text.pieces() {
        match piece {
            Piece::Literal(text) => out.push_text(text),
            Piece::Hole(hole) => {
                let field = if let HoleKind::Field(name) = &hole.what { fill(name) } else { None };
                match field {
                    Some(value) => out.append(&value),
                    None => out.append(&l.as_value(&Text::hole(hole.clone()))?),
                }
            }
        }
    }
    Ok(out)
}

/// A setting that this target asks for where a template looks something up.
fn asked(l: &mut Lowering<'_>, name: &str, description: &str, pattern: Option<&'static str>) -> Value {
    let settings = &mut l.project.settings;
    let at = settings.iter().position(|setting| setting.name == name).unwrap_or_else(|| {
        settings.push(Setting {
            name: name.to_owned(),
            variable: None,
            description: description.to_owned(),
            default: None,
            pattern,
        });
        settings.len() - 1
    });
    Value { parts: vec![Part::Setting(SettingId(at))] }
}
