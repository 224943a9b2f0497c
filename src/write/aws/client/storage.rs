//! The bucket of the assets.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumMode;
use serde_json::{Value as Json, json};

use super::super::Failed;
use super::{Members, failed};

/// How long one attempt to upload may take, and all of them together.
const ATTEMPT: Duration = Duration::from_secs(900);
const OPERATION: Duration = Duration::from_secs(3600);

/// Asks S3.
pub(super) async fn ask(
    client: &Client,
    operation: &str,
    mut it: Members,
    content: Option<&[u8]>,
) -> Result<Json, Failed> {
    let bucket = it.text("Bucket");
    match operation {
        "HeadBucket" => {
            it.end();
            let sent = client.head_bucket().set_bucket(bucket).send().await;
            sent.map(|_| Json::Null).map_err(|error| failed(&error))
        }
        "HeadObject" => {
            let request = client.head_object().set_bucket(bucket).set_key(it.text("Key"));
            it.end();
            let sent = request.checksum_mode(ChecksumMode::Enabled).send().await;
            sent.map(|out| json!({"ChecksumSHA256": out.checksum_sha256()})).map_err(|error| failed(&error))
        }
        "PutObject" => {
            let request = client
                .put_object()
                .set_bucket(bucket)
                .set_key(it.text("Key"))
                .set_checksum_sha256(it.text("ChecksumSHA256"))
                .body(ByteStream::from(content.unwrap_or_default().to_vec()));
            it.end();
            let patience =
                TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(OPERATION).build();
            let patience = aws_sdk_s3::config::Builder::new().timeout_config(patience);
            let sent = request.customize().config_override(patience).send().await;
            sent.map(|_| Json::Null).map_err(|error| failed(&error))
        }
        _ => panic!("internal error: nobody knows how to ask for {operation}"),
    }
}
