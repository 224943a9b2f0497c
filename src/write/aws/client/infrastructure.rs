//! Infrastructure configurations.

use aws_sdk_imagebuilder::Client;
use aws_sdk_imagebuilder::types::{InstanceMetadataOptions, Placement};
use serde_json::Value as Json;

use super::super::Failed;
use super::{Members, answer};

/// What creating and changing one have in common.
macro_rules! filled {
    ($request:expr, $it:ident) => {
        $request
            .set_description($it.text("description"))
            .set_instance_profile_name($it.text("instanceProfileName"))
            .set_instance_types($it.texts("instanceTypes"))
            .set_subnet_id($it.text("subnetId"))
            .set_security_group_ids($it.texts("securityGroupIds"))
            .set_key_pair($it.text("keyPair"))
            .set_terminate_instance_on_failure($it.truth("terminateInstanceOnFailure"))
            .set_instance_metadata_options($it.inner("instanceMetadataOptions", metadata))
            .set_placement($it.inner("placement", placement))
            .set_resource_tags($it.map("resourceTags"))
            .set_client_token($it.text("clientToken"))
    };
}

pub(super) async fn create(client: &Client, mut it: Members) -> Result<Json, Failed> {
    let request = filled!(client.create_infrastructure_configuration().set_name(it.text("name")), it);
    it.end();
    answer!(request)
}

pub(super) async fn update(client: &Client, mut it: Members) -> Result<Json, Failed> {
    let arn = it.text("infrastructureConfigurationArn");
    let request = client.update_infrastructure_configuration().set_infrastructure_configuration_arn(arn);
    let request = filled!(request, it);
    it.end();
    answer!(request)
}

fn metadata(it: &mut Members) -> InstanceMetadataOptions {
    InstanceMetadataOptions::builder()
        .set_http_tokens(it.text("httpTokens"))
        .set_http_put_response_hop_limit(it.number("httpPutResponseHopLimit"))
        .build()
}

fn placement(it: &mut Members) -> Placement {
    Placement::builder()
        .set_availability_zone(it.text("availabilityZone"))
        .set_tenancy(it.word("tenancy"))
        .set_host_id(it.text("hostId"))
        .set_host_resource_group_arn(it.text("hostResourceGroupArn"))
        .build()
}
