//! Pipelines, and their start.

use aws_sdk_imagebuilder::Client;
use aws_sdk_imagebuilder::types::{ImageTestsConfiguration, Schedule};
use serde_json::Value as Json;

use super::super::Failed;
use super::{Members, answer};

/// What creating and changing one have in common.
macro_rules! filled {
    ($request:expr, $it:ident) => {
        $request
            .set_description($it.text("description"))
            .set_image_recipe_arn($it.text("imageRecipeArn"))
            .set_container_recipe_arn($it.text("containerRecipeArn"))
            .set_infrastructure_configuration_arn($it.text("infrastructureConfigurationArn"))
            .set_distribution_configuration_arn($it.text("distributionConfigurationArn"))
            .set_image_tests_configuration($it.inner("imageTestsConfiguration", tests))
            .set_schedule($it.inner("schedule", schedule))
            .set_client_token($it.text("clientToken"))
    };
}

pub(super) async fn create(client: &Client, mut it: Members) -> Result<Json, Failed> {
    let request = filled!(client.create_image_pipeline().set_name(it.text("name")), it);
    it.end();
    answer!(request)
}

pub(super) async fn update(client: &Client, mut it: Members) -> Result<Json, Failed> {
    let request = filled!(client.update_image_pipeline().set_image_pipeline_arn(it.text("imagePipelineArn")), it);
    it.end();
    answer!(request)
}

pub(super) async fn start(client: &Client, mut it: Members) -> Result<Json, Failed> {
    let request = client
        .start_image_pipeline_execution()
        .set_image_pipeline_arn(it.text("imagePipelineArn"))
        .set_client_token(it.text("clientToken"));
    it.end();
    answer!(request)
}

fn tests(it: &mut Members) -> ImageTestsConfiguration {
    ImageTestsConfiguration::builder().set_image_tests_enabled(it.truth("imageTestsEnabled")).build()
}

fn schedule(it: &mut Members) -> Schedule {
    Schedule::builder()
        .set_schedule_expression(it.text("scheduleExpression"))
        .set_timezone(it.text("timezone"))
        .set_pipeline_execution_start_condition(it.word("pipelineExecutionStartCondition"))
        .build()
}
