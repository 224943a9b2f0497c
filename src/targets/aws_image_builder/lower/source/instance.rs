//! The build instance: infrastructure configuration and user data.

use std::collections::BTreeMap;

use base64::Engine as _;

use super::facts::{self, Facts};
use super::policy::Rights;
use super::{asked, tags, text, texts};
use crate::graph::Node;
use crate::targets::aws_image_builder::lower::{Lowering, container};
use crate::targets::aws_image_builder::model::{
    Infrastructure, MetadataOptions, Placement, Platform, ProfileUse, Value,
};

/// The longest user data, in bytes.
const LONGEST_USER_DATA: usize = 16_384;
/// Tags of a build's resources that the service takes.
const MOST_TAGS: usize = 30;
/// Keys that are the service's own.
const RESERVED: [&str; 4] = ["CreatedBy", "Ec2ImageBuilderArn", "Name", "Tags"];

pub(super) fn infrastructure(
    l: &mut Lowering<'_>,
    node: &Node,
    machine: &Node,
    facts: &mut Facts<'_>,
    reached: &mut Facts<'_>,
) -> (Infrastructure, Rights) {
    let own = facts.take("instance_type");
    let mut instance_types: Vec<Value> = match (container::instance_types(l), own) {
        (Some(given), own) => {
            if let Some(fact) = own {
                l.report.near(node, &fact.name, fact.span, "the option `instance-types` names others");
            }
            given
        }
        (None, own) => own.and_then(|fact| text(l, node, fact)).into_iter().collect(),
    };
    if let Some(fact) = facts.take("spot_instance_types") {
        let how =
            "Image Builder has no Spot instances: the build instance is an On-Demand one of the first type there is";
        l.report.approximated(node, &fact.name, fact.span, how, None);
        instance_types.extend(texts(l, node, fact));
    }
    let (profile, rights) = profile(l, node, facts);
    let (subnet, security_groups) = network(l, node, facts);
    let key_pair = reached.take("ssh_keypair_name").and_then(|fact| text(l, machine, fact));
    let metadata = metadata(l, node, facts);
    let placement = placement(l, node, facts);
    let resource_tags = resource_tags(l, node, facts);
    let infrastructure = Infrastructure {
        image: l.image.name.clone(),
        name: String::new(),
        description: String::new(),
        instance_types,
        profile,
        security_groups,
        subnet,
        key_pair,
        terminate_on_failure: true,
        metadata,
        placement,
        resource_tags,
    };
    (infrastructure, rights)
}

fn profile(l: &mut Lowering<'_>, node: &Node, facts: &mut Facts<'_>) -> (ProfileUse, Rights) {
    let given = facts.take("iam_instance_profile");
    let document = facts.blocks("temporary_iam_instance_profile_policy_document");
    if let Some(option) = l.option("instance-profile") {
        return (ProfileUse::Named(Value::text(option)), Rights::None);
    }
    if let Some(fact) = given
        && let Some(mut value) = text(l, node, fact)
    {
        // An ARN ends with the name.
        if let Some((_, name)) = value.known().and_then(|text| text.rsplit_once('/')) {
            value = Value::text(name);
        }
        let how = "besides what the template needs of it, it has to have AmazonSSMManagedInstanceCore and \
                   EC2InstanceProfileForImageBuilder";
        l.report.near(node, &fact.name, fact.span, how);
        return (ProfileUse::Named(value), Rights::None);
    }
    let mut policy = None;
    for block in &document {
        let how = "the role that is made for the build instance has it, and stays";
        l.report.near(node, &block.name, block.span, how);
        policy = super::policy::document(l, node, block);
    }
    // Its id is known once the role is made.
    (ProfileUse::Named(Value::default()), Rights::Made { policy })
}

fn network(l: &mut Lowering<'_>, node: &Node, facts: &mut Facts<'_>) -> (Option<Value>, Vec<Value>) {
    let mut subnet = facts.take("subnet_id").and_then(|fact| text(l, node, fact));
    let mut groups: Vec<Value> = Vec::new();
    groups.extend(facts.take("security_group_id").and_then(|fact| text(l, node, fact)));
    if let Some(fact) = facts.take("security_group_ids") {
        for group in texts(l, node, fact) {
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
    }
    let mut searched = Vec::new();
    for (name, of_subnet) in [("subnet_filter", true), ("vpc_filter", true), ("security_group_filter", false)] {
        for block in facts.blocks(name) {
            searched.push((block.name.clone(), block.span, of_subnet));
        }
    }
    let vpc = facts.take("vpc_id");
    if let Some(given) = l.option("subnet") {
        subnet = Some(Value::text(given));
    }
    if let Some(given) = l.option("security-groups") {
        groups = given.split(',').map(str::trim).filter(|group| !group.is_empty()).map(Value::text).collect();
    }
    let wants_subnet = vpc.is_some() || searched.iter().any(|(_, _, of_subnet)| *of_subnet);
    if subnet.is_none() && wants_subnet {
        subnet = Some(asked(l, "Subnet", "Subnet of the build instances", Some("subnet-[0-9a-f]{8,17}")));
    }
    let wants_groups = subnet.is_some() || searched.iter().any(|(_, _, of_subnet)| !of_subnet);
    if groups.is_empty() && wants_groups {
        let about =
            "Security group of the build instances; it has to let them reach the internet or the service's endpoints";
        groups.push(asked(l, "SecurityGroup", about, Some("sg-[0-9a-f]{8,17}")));
    }
    for (name, span, of_subnet) in searched {
        let (what, option) = if of_subnet { ("Subnet", "subnet") } else { ("SecurityGroup", "security-groups") };
        let how =
            format!("Image Builder cannot search for it: the parameter `{what}` or the option `{option}` names it");
        l.report.approximated(node, &name, span, &how, None);
    }
    if let Some(fact) = vpc {
        l.report.exact(node, &fact.name, fact.span, "the subnet tells it");
    }
    (subnet, groups)
}

fn metadata(l: &mut Lowering<'_>, node: &Node, facts: &mut Facts<'_>) -> Option<MetadataOptions> {
    let mut out = MetadataOptions::default();
    for block in facts.blocks("metadata_options") {
        for (key, fact) in &block.facts {
            match *key {
                "http_tokens" => out.http_tokens = known(l, node, fact).filter(|it| !it.is_empty()),
                "http_put_response_hop_limit" => {
                    let limit = super::number(l, node, fact);
                    out.hop_limit = limit.filter(|limit| (1..=64).contains(limit));
                }
                "http_endpoint" if fact.value.as_str().as_deref() == Some("enabled") => {}
                "instance_metadata_tags" if fact.value.as_str().as_deref() == Some("disabled") => {}
                _ => {
                    let how =
                        "Image Builder has no such setting of the build instance; the image is the same without it";
                    l.report.approximated(node, &fact.name, fact.span, how, None);
                }
            }
        }
    }
    (out != MetadataOptions::default()).then_some(out)
}

fn placement(l: &mut Lowering<'_>, node: &Node, facts: &mut Facts<'_>) -> Option<Placement> {
    let mut out = Placement {
        availability_zone: facts.take("availability_zone").and_then(|fact| text(l, node, fact)),
        ..Placement::default()
    };
    out.tenancy = facts.take("tenancy").and_then(|fact| known(l, node, fact));
    for block in facts.blocks("placement") {
        out.tenancy = block.get("tenancy").and_then(|fact| known(l, node, fact)).or(out.tenancy);
        out.host = block.get("host_id").and_then(|fact| text(l, node, fact));
        out.host_resource_group = block.get("host_resource_group_arn").and_then(|fact| text(l, node, fact));
    }
    if out.host.is_some() || out.host_resource_group.is_some() {
        out.tenancy = Some("host".to_owned());
    }
    (out != Placement::default()).then_some(out)
}

/// A text that has to be known while compiling, and that the image can do without.
fn known(l: &mut Lowering<'_>, node: &Node, fact: &crate::graph::Fact) -> Option<String> {
    let value = match facts::text(&fact.value) {
        Some(text) => l.as_known(&text),
        None => Err(super::missing(l, &fact.value)),
    };
    super::soft(l, node, fact, value)
}

fn resource_tags(l: &mut Lowering<'_>, node: &Node, facts: &mut Facts<'_>) -> BTreeMap<String, Value> {
    let fill = |field: &str| {
        let region = || Value { parts: vec![crate::targets::aws_image_builder::model::Part::Region] };
        (field == "BuildRegion").then(region)
    };
    let run = tags(l, node, facts, &["run_tags", "run_tag"], &fill);
    let mut all = tags(
        l,
        node,
        facts,
        &["run_volume_tags", "run_volume_tag", "spot_tags", "spot_tag", "fleet_tags", "fleet_tag"],
        &fill,
    );
    all.extend(run.clone());
    // The AMI gets them as well.
    l.run_tags = run;
    let before = all.len();
    all.retain(|key, _| {
        !RESERVED.contains(&key.as_str()) && !key.to_lowercase().starts_with("aws:") && !key.is_empty()
    });
    let reserved = all.len() < before;
    while all.len() > MOST_TAGS {
        all.pop_last();
    }
    if let Some(fact) =
        node.facts.iter().find(|fact| fact.name.starts_with("run_") || fact.name.starts_with("spot_tag"))
        && reserved
    {
        let how = format!("tags called {} are the service's own: such are left out", RESERVED.join(", "));
        l.report.near(node, &fact.name, fact.span, &how);
    }
    all
}

pub(super) fn user_data(l: &mut Lowering<'_>, node: &Node, facts: &mut Facts<'_>) -> Option<String> {
    let inline = facts.take("user_data");
    let file = facts.take("user_data_file");
    let fact = inline.or(file)?;
    let text = match facts::text(&fact.value) {
        Some(text) => l.as_known(&text),
        None => Err(super::missing(l, &fact.value)),
    };
    let bytes = match text {
        Ok(text) if inline.is_some() => text.into_bytes(),
        Ok(path) => match l.context.files.read(&path) {
            Ok(bytes) => bytes,
            Err(error) => {
                l.report.refused(node, &fact.name, fact.span, &format!("{path} cannot be read: {error}"), None);
                return None;
            }
        },
        Err((why, help)) => {
            l.report.refused(node, &fact.name, fact.span, &why, help);
            return None;
        }
    };
    if bytes.len() > LONGEST_USER_DATA {
        let why = format!("user data has {LONGEST_USER_DATA} bytes at most, and this has {}", bytes.len());
        l.report.refused(node, &fact.name, fact.span, &why, None);
        return None;
    }
    if bytes.is_empty() {
        return None;
    }
    let how = match l.platform {
        Platform::Windows => "it takes the place of what the service starts the instance with",
        Platform::Linux | Platform::MacOs => {
            "it takes the place of what the service starts the instance with: the AMI has to have the Systems Manager agent"
        }
    };
    l.report.approximated(node, &fact.name, fact.span, how, None);
    Some(base64::engine::general_purpose::STANDARD.encode(bytes))
}
