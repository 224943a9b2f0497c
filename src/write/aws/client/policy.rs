//! Lifecycle policies.

use aws_sdk_imagebuilder::Client;
use aws_sdk_imagebuilder::types::{
    LifecyclePolicyDetail, LifecyclePolicyDetailAction, LifecyclePolicyDetailActionIncludeResources,
    LifecyclePolicyDetailFilter, LifecyclePolicyResourceSelection, LifecyclePolicyResourceSelectionRecipe,
};
use serde_json::Value as Json;

use super::super::Failed;
use super::{Members, answer};

/// What creating and changing one have in common.
macro_rules! filled {
    ($request:expr, $it:ident) => {
        $request
            .set_description($it.text("description"))
            .set_status($it.word("status"))
            .set_execution_role($it.text("executionRole"))
            .set_resource_type($it.word("resourceType"))
            .set_policy_details($it.each("policyDetails", rule))
            .set_resource_selection($it.inner("resourceSelection", selection))
            .set_client_token($it.text("clientToken"))
    };
}

pub(super) async fn create(client: &Client, mut it: Members) -> Result<Json, Failed> {
    let request = filled!(client.create_lifecycle_policy().set_name(it.text("name")), it);
    it.end();
    answer!(request)
}

pub(super) async fn update(client: &Client, mut it: Members) -> Result<Json, Failed> {
    let request = filled!(client.update_lifecycle_policy().set_lifecycle_policy_arn(it.text("lifecyclePolicyArn")), it);
    it.end();
    answer!(request)
}

fn rule(it: &mut Members) -> LifecyclePolicyDetail {
    let resources = |it: &mut Members| {
        LifecyclePolicyDetailActionIncludeResources::builder()
            .set_amis(it.truth("amis"))
            .set_snapshots(it.truth("snapshots"))
            .build()
    };
    let action = |it: &mut Members| {
        LifecyclePolicyDetailAction::builder()
            .set_type(it.word("type"))
            .set_include_resources(it.inner("includeResources", resources))
            .build()
            .expect("internal error: an action has a type")
    };
    let filter = |it: &mut Members| {
        LifecyclePolicyDetailFilter::builder()
            .set_type(it.word("type"))
            .set_value(it.number("value"))
            .set_unit(it.word("unit"))
            .build()
            .expect("internal error: a filter has a type and a value")
    };
    LifecyclePolicyDetail::builder()
        .set_action(it.inner("action", action))
        .set_filter(it.inner("filter", filter))
        .build()
}

fn selection(it: &mut Members) -> LifecyclePolicyResourceSelection {
    let recipe = |it: &mut Members| {
        LifecyclePolicyResourceSelectionRecipe::builder()
            .set_name(it.text("name"))
            .set_semantic_version(it.text("semanticVersion"))
            .build()
            .expect("internal error: a recipe of a policy has a name and a version")
    };
    LifecyclePolicyResourceSelection::builder().set_recipes(it.each("recipes", recipe)).build()
}
