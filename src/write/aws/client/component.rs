//! Components.

use aws_sdk_imagebuilder::Client;
use serde_json::Value as Json;

use super::super::Failed;
use super::{Members, answer};

pub(super) async fn create(client: &Client, mut it: Members) -> Result<Json, Failed> {
    let request = client
        .create_component()
        .set_name(it.text("name"))
        .set_semantic_version(it.text("semanticVersion"))
        .set_description(it.text("description"))
        .set_platform(it.word("platform"))
        .set_data(it.text("data"))
        .set_uri(it.text("uri"))
        .set_client_token(it.text("clientToken"));
    it.end();
    answer!(request)
}
