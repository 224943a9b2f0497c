//! Where AMIs go: an entry for each Region, each with its key, who may start them, and their tags.

use std::collections::BTreeMap;

use super::facts::{self, Facts};
use super::{name, tags, text, texts};
use crate::graph::Node;
use crate::targets::aws_image_builder::lower::Lowering;
use crate::targets::aws_image_builder::model::{
    AmiDistribution, FastLaunch, LaunchPermission, Part, RegionDistribution, Value,
};

pub(super) fn regions(
    l: &mut Lowering<'_>,
    node: &Node,
    facts: &mut Facts<'_>,
    region: Option<Value>,
    parent: &Value,
) -> Vec<RegionDistribution> {
    let given = facts.take("ami_name");
    let name = name::name(l, node, given);
    let description = facts.take("ami_description").and_then(|fact| text(l, node, fact));
    let known_parent = parent.known().filter(|parent| parent.starts_with("ami-")).map(str::to_owned);
    let fill = |field: &str| match field {
        "BuildRegion" => Some(Value { parts: vec![Part::Region] }),
        "SourceAMI" => known_parent.as_deref().map(Value::text),
        _ => None,
    };
    let skip_run_tags = super::on(l, node, facts.take("skip_ami_run_tags")).is_some();
    let own = tags(l, node, facts, &["tags", "tag"], &fill);
    let mut all = if skip_run_tags { BTreeMap::new() } else { l.run_tags.clone() };
    all.extend(own);
    all.retain(|key, _| !key.is_empty() && !key.to_lowercase().starts_with("aws:") && key.chars().count() <= 128);
    let launch_permission = permission(l, node, facts);
    let licenses = licenses(l, node, facts);
    let key = facts.take("kms_key_id").and_then(|fact| text(l, node, fact));
    let mut keys = BTreeMap::new();
    if let Some(fact) = facts.take("region_kms_key_ids") {
        let entries = fact.value.as_entries().ok_or_else(|| super::missing(l, &fact.value));
        for (region, given) in super::soft(l, node, fact, entries).into_iter().flatten() {
            let given = facts::text(given).filter(|text| !text.is_empty());
            if let Some(value) = given.map(|text| l.as_value(&text)).and_then(|value| super::soft(l, node, fact, value))
            {
                keys.insert(region.clone(), value);
            }
        }
    }
    let home = region.unwrap_or_else(|| Value { parts: vec![Part::Region] });
    let mut names = vec![home.clone()];
    if let Some(fact) = facts.take("ami_regions") {
        for region in texts(l, node, fact) {
            if !names.contains(&region) {
                names.push(region);
            }
        }
    }
    let (everywhere, by_region) = fast_launch(l, node, facts);
    let ami = AmiDistribution { name, description, tags: all, kms_key: None, launch_permission };
    names
        .into_iter()
        .map(|region| {
            let own = region.known().and_then(|region| keys.get(region).cloned());
            let kms_key = own.or_else(|| (region == home).then(|| key.clone()).flatten());
            let special = region.known().and_then(|region| by_region.get(region).cloned());
            let fast_launch = special.or_else(|| everywhere.clone()).into_iter().collect();
            RegionDistribution {
                ami: Some(AmiDistribution { kms_key, ..ami.clone() }),
                container: None,
                licenses: licenses.clone(),
                fast_launch,
                region,
            }
        })
        .collect()
}

fn permission(l: &mut Lowering<'_>, node: &Node, facts: &mut Facts<'_>) -> Option<LaunchPermission> {
    let mut list = |name: &str| facts.take(name).map(|fact| texts(l, node, fact)).unwrap_or_default();
    let permission = LaunchPermission {
        users: list("ami_users"),
        groups: list("ami_groups"),
        organizations: list("ami_org_arns"),
        units: list("ami_ou_arns"),
    };
    (permission != LaunchPermission::default()).then_some(permission)
}

fn licenses(l: &mut Lowering<'_>, node: &Node, facts: &mut Facts<'_>) -> Vec<Value> {
    let mut out = Vec::new();
    for block in facts.blocks("license_specifications") {
        for (_, fact) in &block.facts {
            let how = "the licence belongs to the AMI, and not to the build instance";
            l.report.near(node, &fact.name, fact.span, how);
            out.extend(text(l, node, fact));
        }
    }
    out
}

fn fast_launch(
    l: &mut Lowering<'_>,
    node: &Node,
    facts: &mut Facts<'_>,
) -> (Option<FastLaunch>, BTreeMap<String, FastLaunch>) {
    let mut everywhere = None;
    let mut by_region = BTreeMap::new();
    for block in facts.blocks("fast_launch") {
        let mut number = |name: &str| block.get(name).and_then(|fact| super::number(l, node, fact));
        let (parallel, count) = (number("max_parallel_launches"), number("target_resource_count"));
        let enabled = block.get("enable_fast_launch");
        let on = enabled.is_none() || super::on(l, node, enabled).is_some();
        let mut value = |name: &str| block.get(name).and_then(|fact| text(l, node, fact));
        let common = FastLaunch {
            max_parallel_launches: parallel,
            target_resource_count: count,
            launch_template_id: value("template_id"),
            launch_template_name: value("template_name"),
            launch_template_version: value("template_version"),
        };
        let mut nested: BTreeMap<&str, FastLaunch> = BTreeMap::new();
        let mut places: BTreeMap<&str, String> = BTreeMap::new();
        for (key, fact) in &block.facts {
            let Some((index, inner)) =
                key.strip_prefix("region_launch_templates").and_then(|rest| rest.split_once('.'))
            else {
                continue;
            };
            let entry = nested.entry(index).or_insert_with(|| FastLaunch {
                launch_template_id: None,
                launch_template_name: None,
                launch_template_version: None,
                ..common.clone()
            });
            match inner {
                "region" => drop(fact.value.as_str().map(|region| places.insert(index, region.into_owned()))),
                "template_id" => entry.launch_template_id = text(l, node, fact),
                "template_name" => entry.launch_template_name = text(l, node, fact),
                "template_version" => entry.launch_template_version = text(l, node, fact),
                _ => {}
            }
        }
        for (index, launch) in nested {
            if let Some(region) = places.get(index) {
                by_region.insert(region.clone(), launch);
            }
        }
        everywhere = on.then_some(common);
    }
    (everywhere, by_region)
}
