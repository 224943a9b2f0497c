//! What the account says of a resource, in the words of the request that makes it.
//!
//! An answer has more in it than the request had: what the service counts and dates, and what it takes where nobody says
//! anything. Lists come back in another order, and policies with other spaces. What is left after all of that is a
//! difference that somebody made.

use serde_json::{Map, Value as Json};

use super::definitions::Kind;

/// The members that requests can set, of each kind that can be changed. The rest is the service's own.
/// Source: the service's model.
fn members(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Infrastructure => &[
            "description",
            "instanceTypes",
            "instanceProfileName",
            "securityGroupIds",
            "subnetId",
            "logging",
            "keyPair",
            "terminateInstanceOnFailure",
            "terminateInstanceOnCompletion",
            "snsTopicArn",
            "resourceTags",
            "instanceMetadataOptions",
            "placement",
            "parentInstance",
        ],
        Kind::Distribution => &["description", "distributions"],
        Kind::Pipeline => &[
            "description",
            "imageRecipeArn",
            "containerRecipeArn",
            "infrastructureConfigurationArn",
            "distributionConfigurationArn",
            "imageTestsConfiguration",
            "enhancedImageMetadataEnabled",
            "schedule",
            "status",
            "imageScanningConfiguration",
            "workflows",
            "executionRole",
            "loggingConfiguration",
            "imageTags",
        ],
        Kind::LifecyclePolicy => {
            &["description", "status", "executionRole", "resourceType", "policyDetails", "resourceSelection"]
        }
        // Of these only the tags can be changed, but what an old version had is worth telling.
        Kind::ImageRecipe | Kind::ContainerRecipe => &[
            "description",
            "semanticVersion",
            "parentImage",
            "components",
            "workingDirectory",
            "tags",
            "blockDeviceMappings",
            "additionalInstanceConfiguration",
            "amiTags",
            "amiWatermarks",
            "containerType",
            "dockerfileTemplateData",
            "targetRepository",
            "instanceConfiguration",
        ],
        Kind::Component => &["description", "semanticVersion", "platform", "data"],
        Kind::Role | Kind::ManagedPolicy | Kind::InlinePolicy | Kind::Profile | Kind::ProfileRole | Kind::Start => &[],
    }
}

/// What holds where a request leaves a member out. Source: the service's model and user guide.
fn is_default(member: &str, value: &Json) -> bool {
    match (member, value) {
        (_, Json::Null | Json::Bool(false)) => true,
        (_, Json::String(text)) if text.is_empty() => true,
        ("status", Json::String(word)) => word == "ENABLED",
        ("enhancedImageMetadataEnabled" | "terminateInstanceOnFailure" | "terminateInstanceOnCompletion", it) => {
            *it == Json::Bool(true)
        }
        ("imageTestsEnabled", it) => *it == Json::Bool(true),
        ("timeoutMinutes", it) => it.as_u64() == Some(720),
        ("timezone", it) => *it == "UTC" || *it == "Etc/UTC",
        ("executionRole", Json::String(role)) => role.ends_with("/AWSServiceRoleForImageBuilder"),
        // The service's own workflows are what runs where none is named.
        ("workflowArn", Json::String(arn)) => arn.split(':').nth(4) == Some("aws"),
        (_, Json::String(_) | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_)) => false,
    }
}

/// The answer about a resource in the words of `new`, the request that makes it.
pub(super) fn meant(kind: Kind, answer: &Json, new: &Json) -> Json {
    let mut said = Map::new();
    // An answer does not always tell the name again.
    said.extend(new.get("name").map(|name| ("name".to_owned(), name.clone())));
    for member in members(kind) {
        said.extend(answer.get(*member).map(|value| ((*member).to_owned(), value.clone())));
    }
    let mut out = within("", &Json::Object(said), Some(new)).unwrap_or_default();
    // The text of a document is told, but not where it came from.
    if let (Kind::Component, Some(uri), Json::Object(out)) = (kind, new.get("uri"), &mut out) {
        out.remove("data");
        out.insert("uri".to_owned(), uri.clone());
    }
    out
}

/// One value, in the words of the request's; nothing where that says nothing and means the same.
fn within(member: &str, old: &Json, new: Option<&Json>) -> Option<Json> {
    if let Some(new) = new
        && (old == new || same_policy(member, old, new))
    {
        return Some(new.clone());
    }
    match old {
        Json::Object(old) => {
            let none = Map::new();
            let new = new.and_then(Json::as_object);
            let mut out = Map::new();
            // In the order of the request, then what it does not have.
            let theirs = new.unwrap_or(&none).keys().filter(|key| old.contains_key(*key));
            let rest = old.keys().filter(|key| !new.unwrap_or(&none).contains_key(*key));
            for key in theirs.chain(rest) {
                let value = within(key, old.get(key)?, new.and_then(|new| new.get(key)));
                out.extend(value.map(|value| (key.clone(), value)));
            }
            (new.is_some() || !out.is_empty()).then_some(Json::Object(out))
        }
        Json::Array(old) => {
            let new = new.and_then(Json::as_array);
            let items = ordered(old, new.map_or(&[][..], Vec::as_slice));
            let out: Vec<Json> = items.into_iter().filter_map(|(old, new)| within("", old, new)).collect();
            (new.is_some() || !out.is_empty()).then_some(Json::Array(out))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
            (new.is_some() || !is_default(member, old)).then(|| old.clone())
        }
    }
}

/// The items of a list beside those of the request's that they belong to, in the request's order.
fn ordered<'a>(old: &'a [Json], new: &'a [Json]) -> Vec<(&'a Json, Option<&'a Json>)> {
    let belong = |old: &Json, new: &Json| {
        let key = ["region", "deviceName", "componentArn", "name"].into_iter().find(|key| new.get(*key).is_some());
        old == new || key.is_some_and(|key| old.get(key) == new.get(key))
    };
    let mut left: Vec<&Json> = old.iter().collect();
    let mut out = Vec::new();
    for new in new {
        if let Some(at) = left.iter().position(|old| belong(old, new)) {
            out.push((left.remove(at), Some(new)));
        }
    }
    // What has no name is told beside what stands in its place.
    let place = |at: usize| if out.len() + at < new.len() { new.get(out.len() + at) } else { None };
    let rest: Vec<_> = left.into_iter().enumerate().map(|(at, old)| (old, place(at))).collect();
    out.extend(rest);
    out
}

/// Policies are texts that hold JSON, and spaces in them mean nothing.
pub(super) fn same_policy(member: &str, old: &Json, new: &Json) -> bool {
    let parsed = |value: &Json| serde_json::from_str::<Json>(value.as_str()?).ok();
    member.ends_with("PolicyDocument") && parsed(old).is_some_and(|old| parsed(new) == Some(old))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_means_the_same_is_the_same() {
        let new = json!({
            "name": "p", "infrastructureConfigurationArn": "i", "imageTestsConfiguration": {"imageTestsEnabled": false},
            "schedule": {"scheduleExpression": "rate(7 days)"},
        });
        let answer = json!({
            "arn": "a", "name": "p", "dateUpdated": "x", "status": "ENABLED", "enhancedImageMetadataEnabled": true,
            "infrastructureConfigurationArn": "i", "tags": {}, "consecutiveFailures": 3, "imageTags": {},
            "imageTestsConfiguration": {"timeoutMinutes": 720, "imageTestsEnabled": false},
            "schedule": {"scheduleExpression": "rate(7 days)", "timezone": "UTC"},
            "workflows": [{"workflowArn": "arn:aws:imagebuilder:eu-west-1:aws:workflow/build/build-image/x.x.x"}],
            "executionRole": "arn:aws:iam::1:role/aws-service-role/imagebuilder.amazonaws.com/AWSServiceRoleForImageBuilder",
        });
        assert_eq!(meant(Kind::Pipeline, &answer, &new), new);
        let mut other = answer.clone();
        other["status"] = json!("DISABLED");
        assert_eq!(meant(Kind::Pipeline, &other, &new)["status"], "DISABLED");
        let mut other = answer;
        other["workflows"][0]["workflowArn"] = json!("arn:aws:imagebuilder:eu-west-1:1:workflow/build/own/1.0.0");
        assert_ne!(meant(Kind::Pipeline, &other, &new), new);
    }

    #[test]
    fn the_order_of_lists_means_nothing() {
        let new = json!({"name": "d", "distributions": [
            {"region": "a", "amiDistributionConfiguration": {"launchPermission": {"userIds": ["1", "2"]}}},
            {"region": "b"},
        ]});
        let answer = json!({"distributions": [
            {"region": "b"},
            {"region": "a", "amiDistributionConfiguration": {"launchPermission": {"userIds": ["2", "1"]}}},
        ]});
        assert_eq!(meant(Kind::Distribution, &answer, &new), new);
        let more = json!({"distributions": [{"region": "c"}, {"region": "a"}]});
        let expected = json!({"name": "d", "distributions": [{"region": "a"}, {"region": "c"}]});
        assert_eq!(meant(Kind::Distribution, &more, &new), expected);
    }

    #[test]
    fn policies_are_compared_by_what_they_say() {
        let (one, other) = (json!(r#"{"a": [1]}"#), json!(r#"{"a":[1]}"#));
        assert!(same_policy("PolicyDocument", &one, &other));
        assert!(!same_policy("PolicyDocument", &one, &json!(r#"{"a":[2]}"#)));
        assert!(!same_policy("description", &one, &other));
    }
}
