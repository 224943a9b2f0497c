//! The requests of the form `api`, in the order in which they are made.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Error, Identity};

/// What a request sets up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `CreateRole`
    Role,
    /// `AttachRolePolicy`: a policy of AWS that a role has.
    ManagedPolicy,
    /// `PutRolePolicy`: a policy that belongs to a role.
    InlinePolicy,
    /// `CreateInstanceProfile`
    Profile,
    /// `AddRoleToInstanceProfile`
    ProfileRole,
    /// `CreateComponent`
    Component,
    /// `CreateImageRecipe`
    ImageRecipe,
    /// `CreateContainerRecipe`
    ContainerRecipe,
    /// `CreateInfrastructureConfiguration`
    Infrastructure,
    /// `CreateDistributionConfiguration`
    Distribution,
    /// `CreateImagePipeline`
    Pipeline,
    /// `CreateLifecyclePolicy`
    LifecyclePolicy,
    /// `StartImagePipelineExecution`: an image is built.
    Start,
}

impl Kind {
    /// Every one, with the operation that makes it.
    const ALL: [(Self, &'static str); 13] = [
        (Self::Role, "CreateRole"),
        (Self::ManagedPolicy, "AttachRolePolicy"),
        (Self::InlinePolicy, "PutRolePolicy"),
        (Self::Profile, "CreateInstanceProfile"),
        (Self::ProfileRole, "AddRoleToInstanceProfile"),
        (Self::Component, "CreateComponent"),
        (Self::ImageRecipe, "CreateImageRecipe"),
        (Self::ContainerRecipe, "CreateContainerRecipe"),
        (Self::Infrastructure, "CreateInfrastructureConfiguration"),
        (Self::Distribution, "CreateDistributionConfiguration"),
        (Self::Pipeline, "CreateImagePipeline"),
        (Self::LifecyclePolicy, "CreateLifecyclePolicy"),
        (Self::Start, "StartImagePipelineExecution"),
    ];

    /// The operation that makes it.
    pub fn operation(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, operation)| operation)
    }

    /// As people call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::ManagedPolicy => "managed policy of a role",
            Self::InlinePolicy => "policy of a role",
            Self::Profile => "instance profile",
            Self::ProfileRole => "role of an instance profile",
            Self::Component => "component",
            Self::ImageRecipe => "image recipe",
            Self::ContainerRecipe => "container recipe",
            Self::Infrastructure => "infrastructure configuration",
            Self::Distribution => "distribution configuration",
            Self::Pipeline => "pipeline",
            Self::LifecyclePolicy => "lifecycle policy",
            Self::Start => "image",
        }
    }

    /// How ARNs of Image Builder call it, for what has one.
    pub(super) fn in_arn(self) -> Option<&'static str> {
        match self {
            Self::Component => Some("component"),
            Self::ImageRecipe => Some("image-recipe"),
            Self::ContainerRecipe => Some("container-recipe"),
            Self::Infrastructure => Some("infrastructure-configuration"),
            Self::Distribution => Some("distribution-configuration"),
            Self::Pipeline => Some("image-pipeline"),
            Self::LifecyclePolicy => Some("lifecycle-policy"),
            Self::Role | Self::ManagedPolicy | Self::InlinePolicy | Self::Profile | Self::ProfileRole | Self::Start => {
                None
            }
        }
    }

    /// The word of the service for it in `Get…`, `Update…` and in the member that holds its ARN.
    pub(super) fn noun(self) -> Option<&'static str> {
        match self {
            Self::Component => Some("Component"),
            Self::ImageRecipe => Some("ImageRecipe"),
            Self::ContainerRecipe => Some("ContainerRecipe"),
            Self::Infrastructure => Some("InfrastructureConfiguration"),
            Self::Distribution => Some("DistributionConfiguration"),
            Self::Pipeline => Some("ImagePipeline"),
            Self::LifecyclePolicy => Some("LifecyclePolicy"),
            Self::Role | Self::ManagedPolicy | Self::InlinePolicy | Self::Profile | Self::ProfileRole | Self::Start => {
                None
            }
        }
    }

    /// The member that holds its ARN in requests and answers.
    pub(super) fn arn_member(self) -> String {
        if self == Self::Component {
            return "componentBuildVersionArn".to_owned();
        }
        format!("{}Arn", lower_first(self.noun().unwrap_or_default()))
    }

    /// Whether it can never be changed, but for its tags.
    pub(super) fn is_fixed(self) -> bool {
        matches!(self, Self::Component | Self::ImageRecipe | Self::ContainerRecipe)
    }
}

pub(super) fn lower_first(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|c| c.to_ascii_lowercase().to_string() + chars.as_str()).unwrap_or_default()
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its file, below the target's folder.
    pub path: String,
    /// What it sets up.
    pub kind: Kind,
    /// Its members, without the token.
    pub body: Json,
    /// The token that is made from it.
    pub token: String,
}

impl Definition {
    /// A member that is a text.
    pub(super) fn text(&self, member: &str) -> &str {
        self.body[member].as_str().unwrap_or_default()
    }

    /// Its own name, or that of what it belongs to.
    pub fn name(&self) -> &str {
        match self.kind {
            Kind::Role | Kind::ManagedPolicy | Kind::InlinePolicy => self.text("RoleName"),
            Kind::Profile | Kind::ProfileRole => self.text("InstanceProfileName"),
            // An ARN ends in the name.
            Kind::Start => self.text("imagePipelineArn").rsplit('/').next().unwrap_or_default(),
            Kind::Component
            | Kind::ImageRecipe
            | Kind::ContainerRecipe
            | Kind::Infrastructure
            | Kind::Distribution
            | Kind::Pipeline
            | Kind::LifecyclePolicy => self.text("name"),
        }
    }

    /// Its version, where it has one.
    pub(super) fn version(&self) -> Option<&str> {
        self.body["semanticVersion"].as_str()
    }

    /// Its ARN, where Image Builder has one for it; that of a component without the number of its build.
    pub(super) fn arn(&self, identity: &Identity) -> Option<String> {
        let version = self.version().map(|version| format!("/{version}")).unwrap_or_default();
        Some(identity.arn(self.kind.in_arn()?, &format!("{}{version}", self.name())))
    }

    /// Its name; with it that of a policy, because a role has many.
    pub fn label(&self) -> String {
        let policy = ["PolicyArn", "PolicyName"].iter().find_map(|member| self.body[*member].as_str());
        policy.map_or_else(|| self.name().to_owned(), |policy| format!("{} {policy}", self.name()))
    }

    /// How sentences call it.
    pub(super) fn titled(&self) -> String {
        let version = self.version().map(|version| format!(" {version}")).unwrap_or_default();
        format!("{} `{}`{version}", self.kind.word(), self.label())
    }
}

/// A file for the bucket.
#[derive(Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its key: `assets/` and its hash.
    pub key: String,
    /// What it holds.
    pub content: Vec<u8>,
}

impl std::fmt::Debug for Asset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} bytes)", self.key, self.content.len())
    }
}

/// Everything that is to be there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definitions {
    /// In the order in which they are made: nothing refers to what comes behind it.
    pub requests: Vec<Definition>,
    /// Files for the bucket, by their keys.
    pub assets: Vec<Asset>,
    /// The bucket.
    pub bucket: Option<String>,
}

impl Definitions {
    /// Reads them from the files of the form `api`, by their paths below the target's folder.
    pub fn read(files: &BTreeMap<String, Vec<u8>>, bucket: Option<String>) -> Result<Self, Error> {
        let mut out = Self { bucket, ..Self::default() };
        // The roles are made before what names them, which is not the order of the letters.
        for folder in ["iam/", "api/"] {
            for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with(folder)) {
                out.requests.push(request(path, bytes)?);
            }
        }
        for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with("assets/")) {
            out.assets.push(Asset { key: path.clone(), content: bytes.clone() });
        }
        if !out.assets.is_empty() && out.bucket.is_none() {
            return Err(Error::NoBucketNamed);
        }
        Ok(out)
    }
}

fn request(path: &str, bytes: &[u8]) -> Result<Definition, Error> {
    let wrong = |why: String| Error::NoRequest { path: path.to_owned(), why };
    let operation = path.rsplit('/').next().and_then(|file| file.strip_suffix(".json")?.split_once('-'));
    let operation = operation.map(|(_, operation)| operation).unwrap_or_default();
    let known = Kind::ALL.iter().find(|(_, known)| *known == operation);
    let Some((kind, _)) = known else { return Err(wrong(format!("there is no operation `{operation}` here"))) };
    let mut body: Json = serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
    let token = body.as_object_mut().and_then(|body| body.remove("clientToken"));
    let token = token.and_then(|token| token.as_str().map(str::to_owned)).unwrap_or_default();
    Ok(Definition { path: path.to_owned(), kind: *kind, body, token })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_come_first_and_assets_want_a_bucket() {
        let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
        let mut files = BTreeMap::from([
            file("api/01-CreateComponent.json", r#"{"name": "a", "semanticVersion": "1.0.0", "clientToken": "t"}"#),
            file("iam/01-CreateRole.json", r#"{"RoleName": "r"}"#),
            file("components/a.yaml", ""),
        ]);
        let all = Definitions::read(&files, None).expect("definitions");
        let kinds: Vec<Kind> = all.requests.iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [Kind::Role, Kind::Component]);
        assert_eq!((all.requests[1].token.as_str(), all.requests[1].body.get("clientToken")), ("t", None));
        files.extend([file("assets/00", "x")]);
        assert_eq!(Definitions::read(&files, None), Err(Error::NoBucketNamed));
        files.extend([file("api/02-Other.json", "{}")]);
        assert!(Definitions::read(&files, Some("b".to_owned())).is_err());
    }
}
