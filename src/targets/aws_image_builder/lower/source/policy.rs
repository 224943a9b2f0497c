//! Roles, what they may do, and what becomes of older images.

use super::facts::{self, Block, Facts};
use crate::graph::Node;
use crate::resolve::value::{HoleKind, Origin, Text, Value as Given};
use crate::targets::aws_image_builder::lower::Lowering;
use crate::targets::aws_image_builder::model::{
    Infrastructure, LifecycleAction, LifecycleFilter, LifecycleRule, Part, Profile, ProfileId, ProfileUse, Role,
    RoleId, Statement, Value,
};
use crate::targets::aws_image_builder::names;

/// What the build instance may do.
pub(in super::super) enum Rights {
    /// Whoever made its profile says it.
    None,
    /// A role is made for it.
    Made {
        /// What the template gives it besides.
        policy: Option<serde_json::Value>,
    },
}

/// A day of 24 hours in seconds.
const DAY: u64 = 86_400;

/// The policy that a template brings, as JSON.
pub(super) fn document(l: &mut Lowering<'_>, node: &Node, block: &Block<'_>) -> Option<serde_json::Value> {
    let mut statements: indexmap::IndexMap<&str, serde_json::Map<String, serde_json::Value>> =
        indexmap::IndexMap::new();
    let mut version = "2012-10-17".to_owned();
    for (key, fact) in &block.facts {
        if *key == "Version"
            && let Some(given) = fact.value.as_str()
        {
            version = given.into_owned();
            continue;
        }
        let place = key.strip_prefix("Statement").and_then(|rest| rest.split_once('.'));
        if place.is_none() && fact.value.is_wholly_known() {
            continue;
        }
        let (Some((index, inner)), Some(value)) = (place, json(&fact.value)) else {
            let (why, help) = super::missing(l, &fact.value);
            l.report.approximated(node, &fact.name, fact.span, &format!("the policy is left out: {why}"), help);
            return None;
        };
        statements.entry(index).or_default().insert(inner.to_owned(), value);
    }
    let statements: Vec<serde_json::Value> = statements.into_values().map(serde_json::Value::Object).collect();
    Some(serde_json::json!({ "Version": version, "Statement": statements }))
}

fn json(value: &Given) -> Option<serde_json::Value> {
    if value.is_sensitive() {
        return None;
    }
    match value.as_items() {
        Some(items) => items.iter().map(json).collect::<Option<Vec<_>>>().map(serde_json::Value::Array),
        None => facts::text(value)?.known().map(|text| serde_json::Value::String(text.into_owned())),
    }
}

/// Makes the role and the profile of the build instance, once all is known that it has to read.
pub(super) fn finish(l: &mut Lowering<'_>, infrastructure: &mut Infrastructure, rights: Rights) {
    let Rights::Made { policy } = rights else { return };
    let mut statements = Vec::new();
    if !l.secrets.is_empty() {
        let actions = vec!["secretsmanager:GetSecretValue", "ssm:GetParameter"];
        statements.push(Statement { actions, resources: std::mem::take(&mut l.secrets) });
    }
    if l.fetches
        && let Some(bucket) = &l.project.bucket
    {
        statements.push(assets(bucket));
    }
    let project = l.project.name.clone();
    if let Some(folder) = l.uploads_to.take() {
        statements.push(uploads(&folder));
    }
    let mut managed_policies =
        vec!["AmazonSSMManagedInstanceCore".to_owned(), "EC2InstanceProfileForImageBuilder".to_owned()];
    if l.container.is_some() {
        managed_policies.push("EC2InstanceProfileForImageBuilderECRContainerBuilds".to_owned());
    }
    l.project.roles.push(Role {
        name: names::role(&[&project, l.name, "build"]),
        service: "ec2.amazonaws.com",
        description: format!("Build instances of {}", l.image.name),
        managed_policies,
        statements,
        document: policy,
    });
    let role = RoleId(l.project.roles.len() - 1);
    l.project.profiles.push(Profile { name: names::resource(&[&project, l.name, "build"]), role });
    infrastructure.profile = ProfileUse::Made(ProfileId(l.project.profiles.len() - 1));
}

/// The role that lifecycle policies work with: one for all of the project.
pub(super) fn lifecycle_role(l: &mut Lowering<'_>) -> RoleId {
    let service = "imagebuilder.amazonaws.com";
    if let Some(at) = l.project.roles.iter().position(|role| role.service == service) {
        return RoleId(at);
    }
    l.project.roles.push(Role {
        name: names::role(&[&l.project.name.clone(), "lifecycle"]),
        service,
        description: "Lifecycle policies of images".to_owned(),
        managed_policies: vec!["service-role/EC2ImageBuilderLifecycleExecutionPolicy".to_owned()],
        statements: Vec::new(),
        document: None,
    });
    RoleId(l.project.roles.len() - 1)
}

/// Statement that lets a role read the assets of a bucket.
fn assets(bucket: &Value) -> Statement {
    let mut objects = Value::text("arn:");
    objects.push(Part::Partition);
    objects.push_text(":s3:::");
    objects.append(bucket);
    objects.push_text("/assets/*");
    Statement { actions: vec!["s3:GetObject"], resources: vec![objects] }
}

/// Statement that lets a role put objects into a folder of a bucket: `BUCKET/PREFIX/`.
fn uploads(folder: &str) -> Statement {
    let mut objects = Value::text("arn:");
    objects.push(Part::Partition);
    objects.push_text(&format!(":s3:::{folder}*"));
    Statement { actions: vec!["s3:PutObject"], resources: vec![objects] }
}

pub(super) fn rules(l: &mut Lowering<'_>, node: &Node, facts: &mut Facts<'_>) -> Vec<LifecycleRule> {
    let mut out = Vec::new();
    if let Some(fact) = facts.take("deprecate_at") {
        let text = facts::text(&fact.value);
        let option = l.option("deprecate-after").and_then(|days| days.parse().ok());
        match option.or_else(|| text.as_ref().and_then(after)) {
            Some(days) => {
                let how = format!(
                    "each AMI is deprecated {} after it was made, by a lifecycle policy",
                    crate::diagnostic::plural(usize::try_from(days).unwrap_or(usize::MAX), "day")
                );
                l.report.near(node, &fact.name, fact.span, &how);
                out.push(LifecycleRule { action: LifecycleAction::Deprecate, filter: LifecycleFilter::Days(days) });
            }
            None => {
                let how = "it is left out: Image Builder deprecates by age, and not at a date";
                let help = Some(format!("say the age with {}", l.setting("deprecate-after", "DAYS")));
                l.report.approximated(node, &fact.name, fact.span, how, help);
            }
        }
    }
    let snapshots = super::on(l, node, facts.take("force_delete_snapshot")).is_some();
    if let Some(fact) = super::on(l, node, facts.take("force_deregister")) {
        let how = "names are never used twice: a lifecycle policy takes all AMIs away but the newest";
        l.report.near(node, &fact.name, fact.span, how);
        out.push(LifecycleRule { action: LifecycleAction::Delete { snapshots }, filter: LifecycleFilter::Count(1) });
    }
    out
}

/// How many days after now a time is, where it is `timeadd(timestamp(), …)`.
fn after(text: &Text) -> Option<u64> {
    let hole = text.holes().next().filter(|_| text.pieces().len() == 1)?;
    let HoleKind::Unknown(unknown) = &hole.what else { return None };
    let call = unknown.call.as_ref().filter(|call| unknown.origin == Origin::Clock && call.function == "timeadd")?;
    let [start, length] = call.arguments.as_slice() else { return None };
    let now = start.as_text()?.holes().next()?.origin() == Some(&Origin::Clock);
    let length = crate::resolve::duration::parse(&length.as_str()?)?;
    let days = length.as_secs().div_ceil(DAY);
    (now && (1..=1000).contains(&days)).then_some(days)
}
