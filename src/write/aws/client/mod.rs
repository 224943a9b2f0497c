//! The service that is AWS: its SDK, with a connector without C code and with answers that are asked for again.
//!
//! A call's members become those of the SDK's own types, one file for each kind of resource; [`Members`] sees to it that
//! none is left over. Answers of Image Builder are given as they came, because they have the same words as requests.
//!
//! Sources of credentials: the environment, profiles (with roles and programs that give some), sign-in by SSO, web
//! identities, and the metadata of containers and instances.

mod component;
mod connector;
mod distribution;
mod identity;
mod infrastructure;
mod members;
mod pipeline;
mod policy;
mod read;
mod recipe;
mod storage;

use std::error::Error as StdError;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::Region;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_sts::config::ProvideCredentials as _;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, InterceptorContext,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use serde_json::Value as Json;

use super::{Call, Error, Failed, Identity, Service};
use members::Members;

/// How often something is asked for, unless `AWS_MAX_ATTEMPTS` says it.
const ATTEMPTS: u32 = 8;
/// The first pause between attempts; each is twice as long, up to the longest, and less by chance.
const FIRST_BACKOFF: Duration = Duration::from_millis(200);
const LONGEST_BACKOFF: Duration = Duration::from_secs(8);
/// How long an attempt may take, and all of them together.
const ATTEMPT: Duration = Duration::from_secs(30);
const OPERATION: Duration = Duration::from_secs(240);

/// A way to an account.
pub struct Session {
    runtime: tokio::runtime::Runtime,
    identity: Identity,
    imagebuilder: aws_sdk_imagebuilder::Client,
    iam: aws_sdk_iam::Client,
    s3: aws_sdk_s3::Client,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.identity)
    }
}

impl Session {
    /// Finds credentials and the Region as every program of AWS does, unless the Region is given, and asks whose account
    /// it is.
    pub fn connect(region: Option<&str>) -> Result<Self, Error> {
        let http = connector::client()?;
        // Nothing here is done side by side, so the thread of the command is enough.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Error::Start(error.to_string()))?;
        // Given here, the SDK's own setting would not count any more.
        let attempts = std::env::var("AWS_MAX_ATTEMPTS").ok().and_then(|it| it.parse().ok()).filter(|it| *it > 0);
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(attempts.unwrap_or(ATTEMPTS))
                    .with_initial_backoff(FIRST_BACKOFF)
                    .with_max_backoff(LONGEST_BACKOFF),
            )
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(connector::CONNECT)
                    .operation_attempt_timeout(ATTEMPT)
                    .operation_timeout(OPERATION)
                    .build(),
            );
        let loader = match region {
            Some(region) => loader.region(Region::new(region.to_owned())),
            None => loader,
        };
        let config = runtime.block_on(loader.load());
        let region = config.region().map(ToString::to_string).ok_or(Error::NoRegion)?;
        let credentials = config.credentials_provider();
        let credentials = credentials.ok_or_else(|| Error::NoCredentials("no source is set up".to_owned()))?;
        runtime.block_on(credentials.provide_credentials()).map_err(|error| Error::NoCredentials(words(&error)))?;

        let sts = aws_sdk_sts::config::Builder::from(&config).retry_classifier(Again).build();
        let sts = aws_sdk_sts::Client::from_conf(sts);
        let caller = runtime.block_on(sts.get_caller_identity().send());
        let caller = caller.map_err(|error| match failed(&error) {
            Failed::Unanswered(why) => Error::Unreachable { why, region: region.clone() },
            refused @ Failed::Refused { .. } => refused.of("GetCallerIdentity", "ask AWS whose account this is"),
        })?;
        let partition = caller.arn().and_then(|arn| arn.split(':').nth(1)).unwrap_or("aws").to_owned();
        let account = caller.account().unwrap_or_default().to_owned();

        let imagebuilder = aws_sdk_imagebuilder::config::Builder::from(&config).retry_classifier(Again).build();
        let iam = aws_sdk_iam::config::Builder::from(&config).retry_classifier(Again).build();
        // What stands in for the service has no names of its own for each bucket.
        let stands_in = config.endpoint_url().is_some() || std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
        let s3 = aws_sdk_s3::config::Builder::from(&config).retry_classifier(Again).force_path_style(stands_in).build();
        Ok(Self {
            runtime,
            identity: Identity { account, region, partition },
            imagebuilder: aws_sdk_imagebuilder::Client::from_conf(imagebuilder),
            iam: aws_sdk_iam::Client::from_conf(iam),
            s3: aws_sdk_s3::Client::from_conf(s3),
        })
    }

    /// Whose account it is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    async fn answer(&self, call: &Call<'_>) -> Result<Json, Failed> {
        let Call { operation, body, content } = *call;
        let client = &self.imagebuilder;
        let mut it = Members::of(operation, body);
        match operation {
            "CreateComponent" => component::create(client, it).await,
            "CreateImageRecipe" => recipe::create_image(client, it).await,
            "CreateContainerRecipe" => recipe::create_container(client, it).await,
            "CreateInfrastructureConfiguration" => infrastructure::create(client, it).await,
            "UpdateInfrastructureConfiguration" => infrastructure::update(client, it).await,
            "CreateDistributionConfiguration" => distribution::create(client, it).await,
            "UpdateDistributionConfiguration" => distribution::update(client, it).await,
            "CreateImagePipeline" => pipeline::create(client, it).await,
            "UpdateImagePipeline" => pipeline::update(client, it).await,
            "StartImagePipelineExecution" => pipeline::start(client, it).await,
            "CreateLifecyclePolicy" => policy::create(client, it).await,
            "UpdateLifecyclePolicy" => policy::update(client, it).await,
            "TagResource" | "UntagResource" => read::tag(client, operation, it).await,
            "HeadBucket" | "HeadObject" | "PutObject" => storage::ask(&self.s3, operation, it, content).await,
            _ if operation.contains("Role") || operation.contains("InstanceProfile") => {
                identity::ask(&self.iam, operation, it).await
            }
            _ => read::ask(client, operation, &mut it).await,
        }
    }
}

impl Service for Session {
    fn ask(&self, call: &Call<'_>) -> Result<Json, Failed> {
        self.runtime.block_on(self.answer(call))
    }

    fn pause(&self, milliseconds: u64) {
        std::thread::sleep(Duration::from_millis(milliseconds));
    }
}

/// What is asked for again besides what the SDK asks for again by itself. Everything that changes something has a token,
/// or changes nothing the second time.
#[derive(Debug)]
struct Again;

impl ClassifyRetry for Again {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(response) = context.response() else { return RetryAction::NoActionIndicated };
        let failed = context.output_or_error().is_some_and(|it| it.is_err());
        match response.status().as_u16() {
            // `CallRateLimitExceededException` is in no list of the SDK.
            429 => RetryAction::throttling_error(),
            // Done, but the answer is somebody else's: a gateway's, or half of one.
            200..=299 if failed => RetryAction::transient_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "what Image Builder and gateways say"
    }
}

/// Keeps an answer as it came.
#[derive(Clone, Debug, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Said {
    /// The answer; what is no JSON was refused before.
    fn json(&self) -> Json {
        let bytes = self.0.lock().map(|bytes| bytes.clone()).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }
}

impl Intercept for Said {
    fn name(&self) -> &'static str {
        "keeps the answer"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut aws_sdk_imagebuilder::config::ConfigBag,
    ) -> Result<(), BoxError> {
        if let (Some(bytes), Ok(mut kept)) = (context.response().body().bytes(), self.0.lock()) {
            *kept = bytes.to_vec();
        }
        Ok(())
    }
}

/// Sends a request of Image Builder and gives the answer as it came.
macro_rules! answer {
    ($request:expr) => {{
        let said = $crate::write::aws::client::Said::default();
        let sent = $request.customize().interceptor(said.clone()).send().await;
        sent.map(|_| said.json()).map_err(|error| $crate::write::aws::client::failed(&error))
    }};
}
use answer;

/// What a failure of the SDK is.
fn failed<E>(error: &SdkError<E, HttpResponse>) -> Failed
where
    E: aws_sdk_imagebuilder::error::ProvideErrorMetadata + StdError + 'static,
{
    match error {
        SdkError::ServiceError(refusal) => {
            let status = refusal.raw().status().as_u16();
            let message = || refusal.err().message().unwrap_or("it says no more than that").to_owned();
            match (refusal.err().code(), status) {
                (Some(code), _) => Failed::Refused { code: code.to_owned(), message: message() },
                (None, 403) => Failed::Refused { code: "Forbidden".to_owned(), message: message() },
                (None, 301) => Failed::Refused {
                    code: "PermanentRedirect".to_owned(),
                    message: "it is in another Region".to_owned(),
                },
                (None, 200..=299) => Failed::Unanswered("the answer cannot be read".to_owned()),
                (None, status) => Failed::Unanswered(format!("the answer is the status {status}, without a reason")),
            }
        }
        SdkError::TimeoutError(_) => Failed::Unanswered("no answer came in time".to_owned()),
        SdkError::DispatchFailure(failure) => {
            // What it says itself is only of which kind the cause is.
            let why = failure.as_connector_error().map(|error| words(error.source().unwrap_or(error)));
            let why = why.unwrap_or_default();
            Failed::Unanswered(why)
        }
        SdkError::ResponseError(_) => Failed::Unanswered("the answer cannot be read".to_owned()),
        SdkError::ConstructionFailure(_) => Failed::Unanswered(error.source().map(words).unwrap_or_default()),
        _ => Failed::Unanswered("no answer came".to_owned()),
    }
}

/// What errors say, the cause last, each thing once.
fn words(error: &dyn StdError) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if !out.iter().any(|said| said.contains(&text)) {
            out.push(text);
        }
        next = error.source();
    }
    out.join(": ")
}
