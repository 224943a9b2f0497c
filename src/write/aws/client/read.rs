//! Looking at what Image Builder has, and the tags of it.

use aws_sdk_imagebuilder::Client;
use serde_json::Value as Json;

use super::super::Failed;
use super::{Members, answer};

/// One resource, or a page of a list.
pub(super) async fn ask(client: &Client, operation: &str, it: &mut Members) -> Result<Json, Failed> {
    macro_rules! page {
        ($request:expr) => {
            answer!($request.set_next_token(it.text("nextToken")))
        };
    }
    match operation {
        "GetComponent" => {
            answer!(client.get_component().set_component_build_version_arn(it.text("componentBuildVersionArn")))
        }
        "GetImageRecipe" => answer!(client.get_image_recipe().set_image_recipe_arn(it.text("imageRecipeArn"))),
        "GetContainerRecipe" => {
            answer!(client.get_container_recipe().set_container_recipe_arn(it.text("containerRecipeArn")))
        }
        "GetInfrastructureConfiguration" => {
            let arn = it.text("infrastructureConfigurationArn");
            answer!(client.get_infrastructure_configuration().set_infrastructure_configuration_arn(arn))
        }
        "GetDistributionConfiguration" => {
            let arn = it.text("distributionConfigurationArn");
            answer!(client.get_distribution_configuration().set_distribution_configuration_arn(arn))
        }
        "GetImagePipeline" => answer!(client.get_image_pipeline().set_image_pipeline_arn(it.text("imagePipelineArn"))),
        "GetLifecyclePolicy" => {
            answer!(client.get_lifecycle_policy().set_lifecycle_policy_arn(it.text("lifecyclePolicyArn")))
        }
        "ListImagePipelineImages" => {
            page!(client.list_image_pipeline_images().set_image_pipeline_arn(it.text("imagePipelineArn")))
        }
        "ListComponents" => page!(client.list_components()),
        "ListImageRecipes" => page!(client.list_image_recipes()),
        "ListContainerRecipes" => page!(client.list_container_recipes()),
        "ListInfrastructureConfigurations" => page!(client.list_infrastructure_configurations()),
        "ListDistributionConfigurations" => page!(client.list_distribution_configurations()),
        "ListImagePipelines" => page!(client.list_image_pipelines()),
        "ListLifecyclePolicies" => page!(client.list_lifecycle_policies()),
        _ => panic!("internal error: nobody knows how to ask for {operation}"),
    }
}

/// Sets tags, or takes some away.
pub(super) async fn tag(client: &Client, operation: &str, mut it: Members) -> Result<Json, Failed> {
    let arn = it.text("resourceArn");
    if operation == "TagResource" {
        let request = client.tag_resource().set_resource_arn(arn).set_tags(it.map("tags"));
        it.end();
        return answer!(request);
    }
    let request = client.untag_resource().set_resource_arn(arn).set_tag_keys(it.texts("tagKeys"));
    it.end();
    answer!(request)
}
