//! Recipes of images and of containers.

use aws_sdk_imagebuilder::Client;
use aws_sdk_imagebuilder::types::{
    AdditionalInstanceConfiguration, ComponentConfiguration, ComponentParameter, EbsInstanceBlockDeviceSpecification,
    InstanceBlockDeviceMapping, InstanceConfiguration, TargetContainerRepository,
};
use serde_json::Value as Json;

use super::super::Failed;
use super::{Members, answer};

pub(super) async fn create_image(client: &Client, mut it: Members) -> Result<Json, Failed> {
    let request = client
        .create_image_recipe()
        .set_name(it.text("name"))
        .set_semantic_version(it.text("semanticVersion"))
        .set_description(it.text("description"))
        .set_parent_image(it.text("parentImage"))
        .set_components(it.each("components", component))
        .set_working_directory(it.text("workingDirectory"))
        .set_tags(it.map("tags"))
        .set_block_device_mappings(it.each("blockDeviceMappings", device))
        .set_additional_instance_configuration(it.inner("additionalInstanceConfiguration", |it| {
            AdditionalInstanceConfiguration::builder().set_user_data_override(it.text("userDataOverride")).build()
        }))
        .set_ami_tags(it.map("amiTags"))
        .set_client_token(it.text("clientToken"));
    it.end();
    answer!(request)
}

pub(super) async fn create_container(client: &Client, mut it: Members) -> Result<Json, Failed> {
    let request = client
        .create_container_recipe()
        .set_name(it.text("name"))
        .set_semantic_version(it.text("semanticVersion"))
        .set_description(it.text("description"))
        .set_parent_image(it.text("parentImage"))
        .set_components(it.each("components", component))
        .set_working_directory(it.text("workingDirectory"))
        .set_tags(it.map("tags"))
        .set_container_type(it.word("containerType"))
        .set_dockerfile_template_data(it.text("dockerfileTemplateData"))
        .set_dockerfile_template_uri(it.text("dockerfileTemplateUri"))
        .set_target_repository(it.inner("targetRepository", repository))
        .set_platform_override(it.word("platformOverride"))
        .set_instance_configuration(it.inner("instanceConfiguration", |it| {
            InstanceConfiguration::builder()
                .set_image(it.text("image"))
                .set_block_device_mappings(it.each("blockDeviceMappings", device))
                .build()
        }))
        .set_client_token(it.text("clientToken"));
    it.end();
    answer!(request)
}

fn component(it: &mut Members) -> ComponentConfiguration {
    let parameter = |it: &mut Members| {
        let parameter = ComponentParameter::builder().set_name(it.text("name")).set_value(it.texts("value")).build();
        parameter.expect("internal error: a parameter has a name and a value")
    };
    ComponentConfiguration::builder()
        .set_component_arn(it.text("componentArn"))
        .set_parameters(it.each("parameters", parameter))
        .build()
        .expect("internal error: a component of a recipe has an ARN")
}

fn device(it: &mut Members) -> InstanceBlockDeviceMapping {
    let ebs = |it: &mut Members| {
        EbsInstanceBlockDeviceSpecification::builder()
            .set_volume_type(it.word("volumeType"))
            .set_volume_size(it.number("volumeSize"))
            .set_iops(it.number("iops"))
            .set_throughput(it.number("throughput"))
            .set_delete_on_termination(it.truth("deleteOnTermination"))
            .set_encrypted(it.truth("encrypted"))
            .set_kms_key_id(it.text("kmsKeyId"))
            .set_snapshot_id(it.text("snapshotId"))
            .build()
    };
    InstanceBlockDeviceMapping::builder()
        .set_device_name(it.text("deviceName"))
        .set_no_device(it.text("noDevice"))
        .set_virtual_name(it.text("virtualName"))
        .set_ebs(it.inner("ebs", ebs))
        .build()
}

/// Where containers go.
pub(super) fn repository(it: &mut Members) -> TargetContainerRepository {
    TargetContainerRepository::builder()
        .set_service(it.word("service"))
        .set_repository_name(it.text("repositoryName"))
        .build()
        .expect("internal error: a repository has a service and a name")
}
