//! Distribution configurations.

use aws_sdk_imagebuilder::Client;
use aws_sdk_imagebuilder::types::{
    AmiDistributionConfiguration, ContainerDistributionConfiguration, Distribution, FastLaunchConfiguration,
    FastLaunchLaunchTemplateSpecification, FastLaunchSnapshotConfiguration, LaunchPermissionConfiguration,
};
use serde_json::Value as Json;

use super::super::Failed;
use super::recipe::repository;
use super::{Members, answer};

pub(super) async fn create(client: &Client, mut it: Members) -> Result<Json, Failed> {
    let request = client
        .create_distribution_configuration()
        .set_name(it.text("name"))
        .set_description(it.text("description"))
        .set_distributions(it.each("distributions", region))
        .set_client_token(it.text("clientToken"));
    it.end();
    answer!(request)
}

pub(super) async fn update(client: &Client, mut it: Members) -> Result<Json, Failed> {
    let request = client
        .update_distribution_configuration()
        .set_distribution_configuration_arn(it.text("distributionConfigurationArn"))
        .set_description(it.text("description"))
        .set_distributions(it.each("distributions", region))
        .set_client_token(it.text("clientToken"));
    it.end();
    answer!(request)
}

fn region(it: &mut Members) -> Distribution {
    let container = |it: &mut Members| {
        let out = ContainerDistributionConfiguration::builder()
            .set_description(it.text("description"))
            .set_container_tags(it.texts("containerTags"))
            .set_target_repository(it.inner("targetRepository", repository));
        out.build()
    };
    Distribution::builder()
        .set_region(it.text("region"))
        .set_ami_distribution_configuration(it.inner("amiDistributionConfiguration", ami))
        .set_container_distribution_configuration(it.inner("containerDistributionConfiguration", container))
        .set_license_configuration_arns(it.texts("licenseConfigurationArns"))
        .set_fast_launch_configurations(it.each("fastLaunchConfigurations", fast_launch))
        .build()
        .expect("internal error: an entry of a distribution has a Region")
}

fn ami(it: &mut Members) -> AmiDistributionConfiguration {
    let permission = |it: &mut Members| {
        LaunchPermissionConfiguration::builder()
            .set_user_ids(it.texts("userIds"))
            .set_user_groups(it.texts("userGroups"))
            .set_organization_arns(it.texts("organizationArns"))
            .set_organizational_unit_arns(it.texts("organizationalUnitArns"))
            .build()
    };
    AmiDistributionConfiguration::builder()
        .set_name(it.text("name"))
        .set_description(it.text("description"))
        .set_ami_tags(it.map("amiTags"))
        .set_kms_key_id(it.text("kmsKeyId"))
        .set_launch_permission(it.inner("launchPermission", permission))
        .build()
}

fn fast_launch(it: &mut Members) -> FastLaunchConfiguration {
    let template = |it: &mut Members| {
        FastLaunchLaunchTemplateSpecification::builder()
            .set_launch_template_id(it.text("launchTemplateId"))
            .set_launch_template_name(it.text("launchTemplateName"))
            .set_launch_template_version(it.text("launchTemplateVersion"))
            .build()
    };
    let snapshots = |it: &mut Members| {
        let count = it.number("targetResourceCount");
        FastLaunchSnapshotConfiguration::builder().set_target_resource_count(count).build()
    };
    FastLaunchConfiguration::builder()
        .set_enabled(it.truth("enabled"))
        .set_account_id(it.text("accountId"))
        .set_launch_template(it.inner("launchTemplate", template))
        .set_max_parallel_launches(it.number("maxParallelLaunches"))
        .set_snapshot_configuration(it.inner("snapshotConfiguration", snapshots))
        .build()
}
