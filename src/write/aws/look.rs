//! Asks the account for each resource that the requests make.
//!
//! Goes out: what is there, in the words of the requests. What cannot be changed is told by its version: if the new one
//! is there, it is as it should be; if not, what the pipeline uses now tells what an edit changes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::definitions::{Definition, Definitions, Kind, lower_first};
use super::meant::{meant, same_policy};
use super::{Call, Error, Failed, Identity, Service};

/// What the account has of one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// In the words of the request that makes it.
    pub body: Json,
    /// All that the service says, dates among it.
    pub answer: Json,
}

/// What is there, by the file of the request that makes it.
pub(super) type There = BTreeMap<String, Seen>;

/// Looks at everything that `definitions` would make. What is not there is not in the result.
pub fn look(service: &dyn Service, identity: &Identity, definitions: &Definitions) -> Result<There, Error> {
    let mut eye = Eye { service, identity, definitions, there: There::new(), roles: BTreeMap::new() };
    for definition in &definitions.requests {
        if let Some(seen) = eye.see(definition)? {
            eye.there.insert(definition.path.clone(), seen);
        }
    }
    eye.see_before()?;
    for definition in definitions.requests.iter().filter(|it| it.kind == Kind::Start) {
        if let Some(seen) = eye.see_image(definition)? {
            eye.there.insert(definition.path.clone(), seen);
        }
    }
    Ok(eye.there)
}

/// Looks at one resource.
pub(super) fn look_at(
    service: &dyn Service,
    identity: &Identity,
    definitions: &Definitions,
    definition: &Definition,
) -> Result<Option<Seen>, Error> {
    let mut eye = Eye { service, identity, definitions, there: There::new(), roles: BTreeMap::new() };
    if definition.kind == Kind::Start {
        // An image is there if it is newer than all that it is made of.
        for other in definitions.requests.iter().filter(|it| it.kind.in_arn().is_some() && !it.kind.is_fixed()) {
            if let Some(seen) = eye.see(other)? {
                eye.there.insert(other.path.clone(), seen);
            }
        }
        return eye.see_image(definition);
    }
    eye.see(definition)
}

struct Eye<'a> {
    service: &'a dyn Service,
    identity: &'a Identity,
    definitions: &'a Definitions,
    there: There,
    /// The policies of AWS that each role has, by its name; nothing where there is no such role.
    roles: BTreeMap<String, Option<BTreeSet<String>>>,
}

impl Eye<'_> {
    /// Asks; what is not there is nothing.
    fn ask(&self, operation: &str, body: &Json, request: &str) -> Result<Option<Json>, Error> {
        match self.service.ask(&Call { operation, body, content: None }) {
            Ok(answer) => Ok(Some(answer)),
            Err(failed) if failed.is_missing() => Ok(None),
            Err(failed) => Err(failed.of(operation, request)),
        }
    }

    fn see(&mut self, definition: &Definition) -> Result<Option<Seen>, Error> {
        let request = format!("look at the {}", definition.titled());
        let role = definition.text("RoleName");
        match definition.kind {
            Kind::Role => {
                let Some(answer) = self.ask("GetRole", &json!({"RoleName": role}), &request)? else { return Ok(None) };
                let mut body = definition.body.clone();
                for member in ["AssumeRolePolicyDocument", "Description"] {
                    if let Some(value) = answer.get(member).filter(|it| !same_policy(member, it, &body[member])) {
                        body[member] = value.clone();
                    }
                }
                Ok(Some(Seen { body, answer }))
            }
            Kind::ManagedPolicy => {
                let has = self.attached(role, &request)?.is_some_and(|it| it.contains(definition.text("PolicyArn")));
                Ok(has.then(|| Seen { body: definition.body.clone(), answer: Json::Null }))
            }
            Kind::InlinePolicy => {
                let name = json!({"RoleName": role, "PolicyName": definition.text("PolicyName")});
                let Some(answer) = self.ask("GetRolePolicy", &name, &request)? else { return Ok(None) };
                let mut body = definition.body.clone();
                let document = &answer["PolicyDocument"];
                if !same_policy("PolicyDocument", document, &body["PolicyDocument"]) {
                    body["PolicyDocument"] = document.clone();
                }
                Ok(Some(Seen { body, answer }))
            }
            Kind::Profile | Kind::ProfileRole => {
                let name = json!({"InstanceProfileName": definition.text("InstanceProfileName")});
                let Some(answer) = self.ask("GetInstanceProfile", &name, &request)? else { return Ok(None) };
                let mut body = definition.body.clone();
                if definition.kind == Kind::ProfileRole {
                    match answer["Roles"].as_array().and_then(|roles| roles.first()) {
                        Some(has) => body["RoleName"] = has.clone(),
                        None => return Ok(None),
                    }
                }
                Ok(Some(Seen { body, answer }))
            }
            Kind::Start => Ok(None),
            Kind::Component
            | Kind::ImageRecipe
            | Kind::ContainerRecipe
            | Kind::Infrastructure
            | Kind::Distribution
            | Kind::Pipeline
            | Kind::LifecyclePolicy => {
                let arn = definition.arn(self.identity).unwrap_or_default();
                let Some(answer) = self.get(definition.kind, &arn, &request)? else { return Ok(None) };
                not_of_a_stack(definition, &answer)?;
                let body = if definition.kind.is_fixed() {
                    self.fixed(definition, &answer)?
                } else {
                    meant(definition.kind, &answer, &definition.body)
                };
                Ok(Some(Seen { body, answer }))
            }
        }
    }

    /// What Image Builder says of a resource.
    fn get(&self, kind: Kind, arn: &str, request: &str) -> Result<Option<Json>, Error> {
        let noun = kind.noun().unwrap_or_default();
        let name = json!({kind.arn_member(): arn});
        let answer = self.ask(&format!("Get{noun}"), &name, request)?;
        Ok(answer.map(|mut answer| answer[lower_first(noun)].take()))
    }

    /// What cannot be changed is as its version says, but for its tags.
    fn fixed(&self, definition: &Definition, answer: &Json) -> Result<Json, Error> {
        let mut body = definition.body.clone();
        if definition.kind == Kind::Component {
            let inline = definition.body["data"].as_str();
            let stored = definition.body["uri"].as_str().and_then(|uri| {
                let asset = self.definitions.assets.iter().find(|asset| uri.ends_with(&format!("/{}", asset.key)))?;
                std::str::from_utf8(&asset.content).ok()
            });
            let said = answer["data"].as_str();
            if let (Some(ours), Some(said)) = (inline.or(stored), said)
                && ours.trim_end() != said.trim_end()
            {
                return Err(Error::Taken { what: definition.titled() });
            }
            return Ok(body);
        }
        // The service's own tags cannot be set by anybody else.
        let tags = answer["tags"].as_object().cloned().unwrap_or_default();
        let tags: serde_json::Map<_, _> = tags.into_iter().filter(|(key, _)| !key.starts_with("aws:")).collect();
        if body["tags"].as_object().cloned().unwrap_or_default() != tags {
            body["tags"] = Json::Object(tags);
        }
        Ok(body)
    }

    /// The policies of AWS that a role has.
    fn attached(&mut self, role: &str, request: &str) -> Result<Option<BTreeSet<String>>, Error> {
        if let Some(known) = self.roles.get(role) {
            return Ok(known.clone());
        }
        let mut found = Some(BTreeSet::new());
        let mut next = Json::Null;
        loop {
            let mut body = json!({"RoleName": role});
            if next.is_string() {
                body["Marker"] = next;
            }
            let Some(page) = self.ask("ListAttachedRolePolicies", &body, request)? else {
                found = None;
                break;
            };
            let arns = page["AttachedPolicies"].as_array().into_iter().flatten();
            let arns: Vec<String> = arns.filter_map(|arn| arn.as_str().map(str::to_owned)).collect();
            found.get_or_insert_default().extend(arns);
            next = page["Marker"].clone();
            if !next.is_string() {
                break;
            }
        }
        self.roles.insert(role.to_owned(), found.clone());
        Ok(found)
    }

    /// Fixed resources whose new version is not there: what the pipeline that will use them uses now.
    fn see_before(&mut self) -> Result<(), Error> {
        let definitions = self.definitions;
        for pipeline in definitions.requests.iter().filter(|it| it.kind == Kind::Pipeline) {
            let Some(now) = self.there.get(&pipeline.path).map(|seen| seen.body.clone()) else { continue };
            for (member, kind) in [("imageRecipeArn", Kind::ImageRecipe), ("containerRecipeArn", Kind::ContainerRecipe)]
            {
                let Some(arn) = now[member].as_str() else { continue };
                let recipe = definitions
                    .requests
                    .iter()
                    .find(|it| it.kind == kind && it.arn(self.identity).as_deref() == pipeline.body[member].as_str());
                let Some(recipe) = recipe.filter(|it| !self.there.contains_key(&it.path)) else { continue };
                let request = format!("look at the {} that is there", kind.word());
                let Some(answer) = self.get(kind, arn, &request)? else { continue };
                let body = meant(kind, &answer, &recipe.body);
                let parts: Vec<String> = components(&body).map(str::to_owned).collect();
                if body["name"] == answer["name"] {
                    self.there.insert(recipe.path.clone(), Seen { body, answer });
                }
                for part in parts {
                    self.see_component_before(&part)?;
                }
            }
        }
        Ok(())
    }

    fn see_component_before(&mut self, arn: &str) -> Result<(), Error> {
        let Some(name) = arn.split(":component/").nth(1).and_then(|rest| rest.split('/').next()) else { return Ok(()) };
        let definitions = self.definitions;
        let new = definitions.requests.iter().find(|it| it.kind == Kind::Component && it.name() == name);
        let Some(new) = new.filter(|it| !self.there.contains_key(&it.path)) else { return Ok(()) };
        let request = format!("look at the component `{name}` that is there");
        let Some(mut answer) = self.get(Kind::Component, arn, &request)? else { return Ok(()) };
        // What a component is in answers is called otherwise in requests.
        if answer.get("semanticVersion").is_none() {
            answer["semanticVersion"] = answer["version"].clone();
        }
        let body = meant(Kind::Component, &answer, &new.body);
        self.there.insert(new.path.clone(), Seen { body, answer });
        Ok(())
    }

    /// Whether a pipeline has built what it is now: an image of its recipe that is as new as all it is made of.
    fn see_image(&self, definition: &Definition) -> Result<Option<Seen>, Error> {
        let of = |kind: Kind, arn: &Json| {
            let found = self
                .definitions
                .requests
                .iter()
                .find(|it| it.kind == kind && it.arn(self.identity).as_deref() == arn.as_str())?;
            Some((found, self.there.get(&found.path)?))
        };
        let Some((pipeline, seen)) = of(Kind::Pipeline, &definition.body["imagePipelineArn"]) else { return Ok(None) };
        let parts = [
            of(Kind::Infrastructure, &pipeline.body["infrastructureConfigurationArn"]),
            of(Kind::Distribution, &pipeline.body["distributionConfigurationArn"]),
        ];
        let mut newest = "";
        for (definition, seen) in parts.into_iter().flatten().chain([(pipeline, seen)]) {
            if seen.body != definition.body {
                return Ok(None);
            }
            let date = ["dateUpdated", "dateCreated"].iter().find_map(|member| seen.answer[*member].as_str());
            newest = newest.max(date.unwrap_or_default());
        }
        let recipe = ["imageRecipeArn", "containerRecipeArn"].iter().find_map(|it| pipeline.body[*it].as_str());
        let version = recipe.unwrap_or_default().split("-recipe/").nth(1).unwrap_or_default();
        let request = format!("look at the images of the {}", pipeline.titled());
        let body = json!({"imagePipelineArn": definition.body["imagePipelineArn"]});
        for image in pages(self.service, "ListImagePipelineImages", body, "imageSummaryList", &request)? {
            let mine = image["arn"].as_str().is_some_and(|arn| arn.contains(&format!(":image/{version}/")));
            if mine && image["dateCreated"].as_str().is_some_and(|date| date >= newest) {
                return Ok(Some(Seen { body: definition.body.clone(), answer: image }));
            }
        }
        Ok(None)
    }
}

/// The versions of components that a recipe is made of.
fn components(recipe: &Json) -> impl Iterator<Item = &str> {
    recipe["components"].as_array().into_iter().flatten().filter_map(|it| it["componentArn"].as_str())
}

/// What belongs to a stack is its stack's to change.
fn not_of_a_stack(definition: &Definition, answer: &Json) -> Result<(), Error> {
    match answer["tags"]["aws:cloudformation:stack-name"].as_str() {
        Some(stack) => Err(Error::OfStack { what: definition.titled(), stack: stack.to_owned() }),
        None => Ok(()),
    }
}

/// Every item of a list, page by page.
fn pages(
    service: &dyn Service,
    operation: &str,
    mut body: Json,
    member: &str,
    request: &str,
) -> Result<Vec<Json>, Error> {
    let mut out = Vec::new();
    loop {
        let answer = service.ask(&Call { operation, body: &body, content: None });
        let mut answer = match answer {
            Err(failed) if failed.is_missing() => return Ok(out),
            answer => answer.map_err(|failed: Failed| failed.of(operation, request))?,
        };
        if let Json::Array(items) = answer[member].take() {
            out.extend(items);
        }
        match answer["nextToken"].as_str() {
            Some(next) if !next.is_empty() => body["nextToken"] = json!(next),
            Some(_) | None => return Ok(out),
        }
    }
}

/// A resource that carries the project's name, and that nothing makes any more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leftover {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
}

/// The resources of Image Builder whose names begin with the project's and that `definitions` does not make. Nothing is
/// done to them. Older versions of what is made are none.
pub fn leftovers(service: &dyn Service, project: &str, definitions: &Definitions) -> Result<Vec<Leftover>, Error> {
    const LISTS: [(Kind, &str, &str); 7] = [
        (Kind::Component, "ListComponents", "componentVersionList"),
        (Kind::ImageRecipe, "ListImageRecipes", "imageRecipeSummaryList"),
        (Kind::ContainerRecipe, "ListContainerRecipes", "containerRecipeSummaryList"),
        (Kind::Infrastructure, "ListInfrastructureConfigurations", "infrastructureConfigurationSummaryList"),
        (Kind::Distribution, "ListDistributionConfigurations", "distributionConfigurationSummaryList"),
        (Kind::Pipeline, "ListImagePipelines", "imagePipelineList"),
        (Kind::LifecyclePolicy, "ListLifecyclePolicies", "lifecyclePolicySummaryList"),
    ];
    let made: BTreeSet<(Kind, &str)> = definitions.requests.iter().map(|it| (it.kind, it.name())).collect();
    let mut out = BTreeSet::new();
    for (kind, operation, member) in LISTS {
        let request = format!("list what there is of the kind {}", kind.word());
        for item in pages(service, operation, json!({}), member, &request)? {
            let Some(name) = item["name"].as_str() else { continue };
            let ours = name == project || name.strip_prefix(project).is_some_and(|rest| rest.starts_with('-'));
            if ours && !made.contains(&(kind, name)) {
                out.insert(Leftover { kind, name: name.to_owned() });
            }
        }
    }
    Ok(out.into_iter().collect())
}
