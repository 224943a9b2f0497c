//! Makes the account what the requests say: what is missing is made, what differs is changed, what is equal is left.
//!
//! Every step may be asked for a second time, after a lost answer or by the next run. Tokens see to it that the service
//! does such a thing once: that of a request is made from it, that of a change also from the state that it replaces, so
//! that going back to an earlier state is a change as well. A token may be known from before somebody deleted what it
//! made; therefore what was made is looked at afterwards, and made again under a fresh token if it is not there.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::definitions::{Asset, Definition, Definitions, Kind};
use super::look::{Seen, There, look_at};
use super::{Call, Error, Failed, Identity, Service};

/// What is to be done about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is made, or a new version of it.
    Create,
    /// It is changed where it is.
    Update,
    /// It is as it should be.
    Leave,
}

/// What was done about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// What it set up.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What was done.
    pub step: Step,
    /// Its ARN, where it has one.
    pub arn: Option<String>,
}

/// How often a part that was made a moment ago is waited for: with the pauses below about a minute.
const MOST_WAITS: u32 = 16;
/// The first pause, in milliseconds; each is half as long again, up to the longest.
const FIRST_PAUSE: u64 = 200;
const LONGEST_PAUSE: u64 = 6_000;
/// How often something is made anew that is gone as soon as it is made.
const MOST_TRIES: u32 = 4;

/// What is to be done about each request, in their order.
pub fn steps(definitions: &Definitions, there: &There) -> Vec<Step> {
    definitions.requests.iter().map(|it| step(it, there.get(&it.path))).collect()
}

fn step(definition: &Definition, seen: Option<&Seen>) -> Step {
    match seen {
        None => Step::Create,
        Some(seen) if seen.body == definition.body => Step::Leave,
        // Another version is another resource.
        Some(seen) if seen.body["semanticVersion"] != definition.body["semanticVersion"] => Step::Create,
        Some(_) => Step::Update,
    }
}

/// Carries out what [`steps`] says, telling each step when it is done.
pub fn publish(
    service: &dyn Service,
    identity: &Identity,
    definitions: &Definitions,
    there: &There,
    tell: &mut dyn FnMut(Done),
) -> Result<(), Error> {
    let mut hands = Hands { service, identity, definitions, delivered: false };
    for definition in &definitions.requests {
        let seen = there.get(&definition.path);
        let step = step(definition, seen);
        let arn = match (step, seen) {
            (Step::Leave, Some(seen)) => hands.arn(definition, Some(&seen.answer)),
            (Step::Update, Some(seen)) => hands.update(definition, seen)?,
            (Step::Create | Step::Update | Step::Leave, _) => hands.create(definition)?,
        };
        tell(Done { kind: definition.kind, name: definition.label(), step, arn });
    }
    // What steps fetch is needed by builds, also where no request changed.
    hands.deliver()
}

struct Hands<'a> {
    service: &'a dyn Service,
    identity: &'a Identity,
    definitions: &'a Definitions,
    /// Whether the assets are in the bucket.
    delivered: bool,
}

impl Hands<'_> {
    fn ask(&self, operation: &str, body: &Json, request: &str) -> Result<Json, Error> {
        self.service.ask(&Call { operation, body, content: None }).map_err(|failed| failed.of(operation, request))
    }

    /// The ARN of what has one of its own.
    fn arn(&self, definition: &Definition, answer: Option<&Json>) -> Option<String> {
        if definition.kind == Kind::ProfileRole {
            return None;
        }
        let told = answer.and_then(|answer| answer["arn"].as_str().or(answer["Arn"].as_str()));
        told.map(str::to_owned).or_else(|| definition.arn(self.identity))
    }

    /// Makes it, and sees to it that it is there.
    fn create(&mut self, definition: &Definition) -> Result<Option<String>, Error> {
        // Components and builds read the bucket.
        if definition.kind.in_arn().is_some() {
            self.deliver()?;
        }
        let request = if definition.kind == Kind::Start {
            format!("start the pipeline `{}`", definition.name())
        } else {
            format!("create the {}", definition.titled())
        };
        let operation = definition.kind.operation();
        let mut token = definition.token.clone();
        if definition.kind == Kind::Start {
            // A start is asked for once for each state of what it builds.
            token = digest(&["start", &definition.token, &self.state_of_build()?]);
        }
        if definition.kind == Kind::Start {
            let answer = self.waiting(definition, operation, &with_token(definition, &token));
            let answer = answer.map_err(|failed| failed.of(operation, &request))?;
            return Ok(answer["imageBuildVersionArn"].as_str().map(str::to_owned));
        }
        for _ in 0..MOST_TRIES {
            let answer = self.waiting(definition, operation, &with_token(definition, &token));
            match answer {
                Ok(_) => {}
                Err(failed) if failed.is_there(operation) => {}
                // A token that was used for something else is of no use here.
                Err(Failed::Refused { code, .. }) if code == "IdempotentParameterMismatchException" => {}
                Err(failed) => return Err(failed.of(operation, &request)),
            }
            if let Some(seen) = self.appears(definition)? {
                return Ok(self.arn(definition, Some(&seen.answer)));
            }
            // The service remembers making it, but somebody deleted it since.
            token = digest(&["again", &token, &now()]);
        }
        Err(Error::Unanswered { request, why: "it is made, and then not there".to_owned() })
    }

    /// What was made a moment ago; nothing if it does not come.
    fn appears(&self, definition: &Definition) -> Result<Option<Seen>, Error> {
        let mut pause = FIRST_PAUSE;
        for at in 0..3 {
            if at > 0 {
                self.service.pause(pause);
                pause *= 2;
            }
            let seen = look_at(self.service, self.identity, self.definitions, definition)?;
            if let Some(seen) = seen.filter(|seen| step(definition, Some(seen)) != Step::Create) {
                return Ok(Some(seen));
            }
        }
        Ok(None)
    }

    /// Asks, and asks again while something that was made a moment ago is not known everywhere yet.
    fn waiting(&self, definition: &Definition, operation: &str, body: &Json) -> Result<Json, Failed> {
        // Only what is made here can be new.
        let profile = definition.text("instanceProfileName");
        let made = |it: &Definition| it.kind == Kind::Profile && it.name() == profile;
        let mut waits = if profile.is_empty() || self.definitions.requests.iter().any(made) { MOST_WAITS } else { 0 };
        let mut pause = FIRST_PAUSE;
        loop {
            match self.service.ask(&Call { operation, body, content: None }) {
                Err(failed) if failed.is_early() && waits > 0 => {
                    waits -= 1;
                    self.service.pause(pause);
                    pause = (pause + pause / 2).min(LONGEST_PAUSE);
                }
                answer => return answer,
            }
        }
    }

    /// Changes it to what it should be.
    fn update(&mut self, definition: &Definition, seen: &Seen) -> Result<Option<String>, Error> {
        let request = format!("change the {}", definition.titled());
        let arn = self.arn(definition, Some(&seen.answer));
        match definition.kind {
            Kind::Role => {
                let name = definition.text("RoleName");
                if seen.body["AssumeRolePolicyDocument"] != definition.body["AssumeRolePolicyDocument"] {
                    let body = json!({"RoleName": name, "PolicyDocument": definition.body["AssumeRolePolicyDocument"]});
                    self.ask("UpdateAssumeRolePolicy", &body, &request)?;
                }
                if seen.body["Description"] != definition.body["Description"] {
                    let body = json!({"RoleName": name, "Description": definition.body["Description"]});
                    self.ask("UpdateRole", &body, &request)?;
                }
            }
            Kind::InlinePolicy | Kind::ManagedPolicy | Kind::Profile => {
                self.ask(definition.kind.operation(), &definition.body, &request)?;
            }
            Kind::ProfileRole => {
                let mut old = definition.body.clone();
                old["RoleName"] = seen.body["RoleName"].clone();
                self.ask("RemoveRoleFromInstanceProfile", &old, &request)?;
                return self.create(definition);
            }
            Kind::Component | Kind::ImageRecipe | Kind::ContainerRecipe => self.tag(definition, seen, &request)?,
            Kind::Start => return self.create(definition),
            Kind::Infrastructure | Kind::Distribution | Kind::Pipeline | Kind::LifecyclePolicy => {
                let operation = format!("Update{}", definition.kind.noun().unwrap_or_default());
                let mut body = definition.body.clone();
                if let Json::Object(body) = &mut body {
                    body.remove("name");
                    body.insert(definition.kind.arn_member(), json!(definition.arn(self.identity)));
                }
                // The date of the state is in the answer.
                let token = digest(&[&operation, &body.to_string(), &seen.answer.to_string()]);
                body["clientToken"] = json!(token);
                self.waiting(definition, &operation, &body).map_err(|failed| failed.of(&operation, &request))?;
            }
        }
        Ok(arn)
    }

    /// Sets the tags of what can be changed in no other way.
    fn tag(&self, definition: &Definition, seen: &Seen, request: &str) -> Result<(), Error> {
        let arn = self.arn(definition, Some(&seen.answer));
        let none = serde_json::Map::new();
        let old = seen.body["tags"].as_object().unwrap_or(&none);
        let new = definition.body["tags"].as_object().unwrap_or(&none);
        let gone: Vec<&String> = old.keys().filter(|key| !new.contains_key(*key)).collect();
        if !gone.is_empty() {
            self.ask("UntagResource", &json!({"resourceArn": arn, "tagKeys": gone}), request)?;
        }
        if new.iter().any(|(key, value)| old.get(key) != Some(value)) {
            self.ask("TagResource", &json!({"resourceArn": arn, "tags": new}), request)?;
        }
        Ok(())
    }

    /// What a build would be made of, as the account says it now.
    fn state_of_build(&self) -> Result<String, Error> {
        let mut out = String::new();
        for definition in self.definitions.requests.iter().filter(|it| it.kind.in_arn().is_some()) {
            if !definition.kind.is_fixed()
                && let Some(seen) = look_at(self.service, self.identity, self.definitions, definition)?
            {
                out.push_str(seen.answer["dateUpdated"].as_str().unwrap_or_default());
                out.push_str(&seen.body.to_string());
            }
        }
        Ok(out)
    }

    /// Puts the assets into the bucket, each under its hash.
    fn deliver(&mut self) -> Result<(), Error> {
        if self.delivered || self.definitions.assets.is_empty() {
            return Ok(());
        }
        let bucket = self.definitions.bucket.as_deref().ok_or(Error::NoBucketNamed)?;
        let request = format!("look at the bucket `{bucket}`");
        match self.service.ask(&Call { operation: "HeadBucket", body: &json!({"Bucket": bucket}), content: None }) {
            Ok(_) => {}
            Err(failed) if failed.is_missing() => return Err(Error::NoBucket(bucket.to_owned())),
            Err(failed) => return Err(failed.of("HeadBucket", &request)),
        }
        for asset in &self.definitions.assets {
            self.upload(bucket, asset)?;
        }
        self.delivered = true;
        Ok(())
    }

    fn upload(&self, bucket: &str, asset: &Asset) -> Result<(), Error> {
        use base64::Engine as _;
        let checksum = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(&asset.content));
        let request = format!("upload `s3://{bucket}/{}`", asset.key);
        let name = json!({"Bucket": bucket, "Key": asset.key});
        for at in 0..MOST_TRIES {
            match self.service.ask(&Call { operation: "HeadObject", body: &name, content: None }) {
                Ok(answer) if answer["ChecksumSHA256"] == checksum.as_str() => return Ok(()),
                // Whoever put it there may have left the checksum out; an answer without one may also be no answer.
                Ok(_) => {}
                Err(failed) if failed.is_missing() => {}
                Err(failed) => return Err(failed.of("HeadObject", &request)),
            }
            if at > 0 {
                self.service.pause(FIRST_PAUSE);
            }
            let body = json!({"Bucket": bucket, "Key": asset.key, "ChecksumSHA256": checksum});
            let call = Call { operation: "PutObject", body: &body, content: Some(&asset.content) };
            self.service.ask(&call).map_err(|failed| failed.of("PutObject", &request))?;
        }
        Err(Error::Unanswered { request, why: "it is uploaded, and then not there".to_owned() })
    }
}

/// The request as it is sent. IAM has no tokens.
fn with_token(definition: &Definition, token: &str) -> Json {
    let mut body = definition.body.clone();
    if !token.is_empty() {
        body["clientToken"] = json!(token);
    }
    body
}

/// A token made from texts.
fn digest(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Something that no earlier run has said.
fn now() -> String {
    SystemTime::now().duration_since(UNIX_EPOCH).map(|it| it.as_nanos().to_string()).unwrap_or_default()
}
