//! A child module of Terraform: no provider, no backend, and everything by its address.
//!
//! Where this world differs from CloudFormation's: an AMI's name has no dots ([`adapt`]), disks say yes and no as texts,
//! components and recipes are made anew before the old ones go, because a pipeline still uses those, and the module itself
//! puts the assets into the bucket.

mod identities;
mod interface;
mod names;

pub(in super::super) use self::interface::variables;
pub(super) use self::names::snake;

use std::collections::BTreeSet;

use hcl::expr::{Conditional, Expression};

use super::super::model::{Part, Project, Recipe, RecipeKind, Value};
use super::hcl::{Build, call, escaped, file, list, object, path, string, template};
use super::resources::{self, Kind, Members, Node, Reference, Resource};
use super::spelling;
use names::{identifier, unique};

/// How long an image may take.
const LONGEST_BUILD: &str = "4h";
/// Takes out what the provider does not accept: dots in the name of an AMI. Gives the images that it changed.
pub(in super::super) fn adapt(project: &mut Project) -> BTreeSet<String> {
    let mut changed = BTreeSet::new();
    for distribution in &mut project.distributions {
        for region in &mut distribution.regions {
            let Some(ami) = &mut region.ami else { continue };
            for part in &mut ami.name.parts {
                if let Part::Text(text) = part
                    && text.contains('.')
                {
                    *text = text.replace('.', "-");
                    changed.insert(distribution.image.clone());
                }
            }
        }
    }
    changed
}

/// The files of the module, by their names.
pub(in super::super) fn files(project: &Project) -> Vec<(&'static str, String)> {
    let module = Module::new(project);
    let header = &project.header;
    vec![
        ("main.tf", file(header, module.main())),
        ("variables.tf", file(header, module.variable_blocks())),
        ("outputs.tf", file(header, module.outputs())),
    ]
}

/// Addresses of the resources, by their place in the project's lists.
struct Module<'a> {
    project: &'a Project,
    variables: Vec<String>,
    roles: Vec<String>,
    profiles: Vec<String>,
    components: Vec<String>,
    recipes: Vec<String>,
    infrastructures: Vec<String>,
    distributions: Vec<String>,
    pipelines: Vec<String>,
    images: Vec<String>,
    policies: Vec<String>,
    /// Pipelines that an image can be built of along with the module, and whether it is if nothing else is said.
    buildable: Vec<bool>,
    built: bool,
}

impl<'a> Module<'a> {
    fn new(project: &'a Project) -> Self {
        let addresses = |kind: &str, names: Vec<&String>| -> Vec<String> {
            let mut taken = BTreeSet::new();
            let label = |name: &&String| {
                let inner = name.strip_prefix(&project.name).map_or(name.as_str(), |rest| rest.trim_start_matches('-'));
                let inner = if inner.is_empty() { name.as_str() } else { inner };
                format!("{kind}.{}", unique(&mut taken, &identifier(inner)))
            };
            names.iter().map(label).collect()
        };
        let built = project.pipelines.iter().any(|pipeline| pipeline.build);
        let recipe = |it: &Recipe| match it.kind {
            RecipeKind::Image { .. } => Kind::ImageRecipe.terraform(),
            RecipeKind::Container(_) => Kind::ContainerRecipe.terraform(),
        };
        let mut recipes = addresses("", project.recipes.iter().map(|it| &it.name).collect());
        for (address, it) in recipes.iter_mut().zip(&project.recipes) {
            address.insert_str(0, recipe(it));
        }
        Self {
            project,
            variables: variables(project),
            recipes,
            roles: addresses("aws_iam_role", project.roles.iter().map(|it| &it.name).collect()),
            profiles: addresses("aws_iam_instance_profile", project.profiles.iter().map(|it| &it.name).collect()),
            components: addresses(Kind::Component.terraform(), project.components.iter().map(|it| &it.name).collect()),
            infrastructures: addresses(
                Kind::Infrastructure.terraform(),
                project.infrastructures.iter().map(|it| &it.name).collect(),
            ),
            distributions: addresses(
                Kind::Distribution.terraform(),
                project.distributions.iter().map(|it| &it.name).collect(),
            ),
            pipelines: addresses(Kind::Pipeline.terraform(), project.pipelines.iter().map(|it| &it.name).collect()),
            images: addresses(Kind::Image.terraform(), project.pipelines.iter().map(|it| &it.name).collect()),
            policies: addresses(Kind::Policy.terraform(), project.policies.iter().map(|it| &it.name).collect()),
            buildable: project.pipelines.iter().map(|pipeline| pipeline.build || !built).collect(),
            built,
        }
    }

    fn main(&self) -> Vec<Build> {
        let project = self.project;
        let mut resources = Vec::new();
        if let Some(bucket) = &project.bucket
            && !project.assets.is_empty()
        {
            resources.push(self.assets(bucket));
        }
        for (at, role) in project.roles.iter().enumerate() {
            resources.extend(self.role(&self.roles[at], role));
        }
        let profiles = self.profiles.iter().zip(&project.profiles);
        resources.extend(profiles.map(|(address, it)| self.profile(address, it)));
        let made = resources::resources(project);
        let made = made.iter().filter(|it| it.kind != Kind::Image || self.buildable[it.place]);
        resources.extend(made.map(|it| self.made(it)));

        let used = resources.iter().map(Build::text).collect::<String>();
        let mut out = vec![requirements()];
        for data in ["aws_caller_identity", "aws_partition", "aws_region"] {
            // What a text of the user's says is escaped, or looks something up that nobody needs: no harm.
            if used.contains(&format!("data.{data}.current.")) {
                out.push(Build::new("data", &[data, "current"]));
            }
        }
        out.extend(resources);
        out
    }

    fn resource(address: &str) -> Build {
        let (kind, label) = address.split_once('.').unwrap_or((address, ""));
        Build::new("resource", &[kind, label])
    }

    /// One object for each asset; what is in it says when it is to be put there anew.
    fn assets(&self, bucket: &Value) -> Build {
        let mut out = Self::resource("aws_s3_object.assets");
        let keys = self.project.assets.iter().map(|asset| string(&asset.key));
        out.set("for_each", call("toset", vec![list(keys)]));
        out.set("bucket", self.value(bucket));
        out.set("key", path("each.value"));
        out.set("source", template("${path.module}/${each.value}".to_owned()));
        out.set("source_hash", call("filebase64sha256", vec![template("${path.module}/${each.value}".to_owned())]));
        out
    }

    /// A resource of Image Builder: arguments, what it waits for, blocks, and how it is replaced.
    fn made(&self, resource: &Resource<'_>) -> Build {
        let Resource { kind, place, image: _, members } = resource;
        let mut out = Self::resource(self.address_of(resource));
        if *kind == Kind::Image {
            let count = Conditional::new(path("var.build"), Expression::from(1_u64), Expression::from(0_u64));
            out.set("count", Expression::from(count));
        }
        let mut blocks = Vec::new();
        self.members(members, true, &mut out, &mut blocks);
        let waits = self.waits_for(resource);
        if !waits.is_empty() {
            out.set("depends_on", list(waits));
        }
        blocks.into_iter().for_each(|block| out.add(block));
        match kind {
            // One is there before the one that it replaces goes: a pipeline uses that until then, and an image whose build
            // fails must not take the one before it away.
            Kind::Component | Kind::ImageRecipe | Kind::ContainerRecipe => out.add(anew_before()),
            Kind::Image => {
                let mut timeouts = Build::new("timeouts", &[]);
                timeouts.set("create", string(LONGEST_BUILD));
                out.add(timeouts);
                out.add(anew_before());
            }
            Kind::Pipeline => {
                let recipe = self.project.pipelines[*place].recipe;
                let mut lifecycle = Build::new("lifecycle", &[]);
                lifecycle.set("replace_triggered_by", list([path(&format!("{}.arn", self.recipes[recipe.0]))]));
                out.add(lifecycle);
            }
            Kind::Infrastructure | Kind::Distribution | Kind::Policy => {}
        }
        out
    }

    /// Members as arguments, and as blocks where the provider has those.
    fn members(&self, members: &Members<'_>, of_resource: bool, out: &mut Build, blocks: &mut Vec<Build>) {
        for (member, node) in members {
            let name = spelling::terraform(member, of_resource);
            match node {
                // What is in it is said of the recipe itself.
                Node::Object(inner) if *member == "additionalInstanceConfiguration" => {
                    self.members(inner, false, out, blocks);
                }
                Node::Object(inner) => blocks.push(self.block(&name, inner)),
                Node::Objects(all) => blocks.extend(all.iter().map(|inner| self.block(&name, inner))),
                // A parameter has one value here.
                Node::Values([only]) if *member == "value" => out.set(&name, self.value(only)),
                Node::Values(values) => out.set(&name, self.values(values)),
                Node::Map(values) => {
                    out.set(&name, object(values.iter().map(|(key, value)| (key.as_str(), self.value(value)))));
                }
                Node::Text(_) if *member == "noDevice" => out.set(&name, Expression::Bool(true)),
                Node::Text(text) => out.set(&name, string(text)),
                Node::Value(value) => out.set(&name, self.value(value)),
                Node::Number(number) => out.set(&name, Expression::from(*number)),
                // Yes, no, or nothing said: as texts.
                Node::Bool(truth) if ["deleteOnTermination", "encrypted"].contains(member) => {
                    out.set(&name, string(if *truth { "true" } else { "false" }));
                }
                Node::Bool(truth) => out.set(&name, Expression::Bool(*truth)),
                Node::Refers(to) => out.set(&name, self.refers(*to)),
                Node::Document { text: _, file } => {
                    let file = template(format!("${{path.module}}/{}", escaped(file)));
                    out.set(&name, call("file", vec![file]));
                }
            }
        }
    }

    fn block(&self, name: &str, members: &Members<'_>) -> Build {
        let mut out = Build::new(name, &[]);
        let mut blocks = Vec::new();
        self.members(members, false, &mut out, &mut blocks);
        blocks.into_iter().for_each(|block| out.add(block));
        out
    }

    /// What has to be there first, though nothing of the resource says so.
    fn waits_for(&self, resource: &Resource<'_>) -> Vec<Expression> {
        let mut out = Vec::new();
        let reads_assets = resource.members.iter().any(|(name, _)| ["uri", "dockerfileTemplateUri"].contains(name));
        let runs = matches!(resource.kind, Kind::Pipeline | Kind::Image);
        if (reads_assets || runs) && !self.project.assets.is_empty() && self.project.bucket.is_some() {
            out.push(path("aws_s3_object.assets"));
        }
        for (_, node) in &resource.members {
            match node {
                Node::Refers(Reference::Profile(id)) => out.extend(self.permissions(self.project.profile(*id).role)),
                Node::Refers(Reference::Role(id)) => out.extend(self.permissions(*id)),
                Node::Refers(
                    Reference::Component(_)
                    | Reference::Recipe(_)
                    | Reference::Infrastructure(_)
                    | Reference::Distribution(_),
                )
                | Node::Text(_)
                | Node::Value(_)
                | Node::Number(_)
                | Node::Bool(_)
                | Node::Values(_)
                | Node::Map(_)
                | Node::Object(_)
                | Node::Objects(_)
                | Node::Document { .. } => {}
            }
        }
        out
    }

    fn address_of(&self, resource: &Resource<'_>) -> &str {
        let addresses = match resource.kind {
            Kind::Component => &self.components,
            Kind::ImageRecipe | Kind::ContainerRecipe => &self.recipes,
            Kind::Infrastructure => &self.infrastructures,
            Kind::Distribution => &self.distributions,
            Kind::Pipeline => &self.pipelines,
            Kind::Image => &self.images,
            Kind::Policy => &self.policies,
        };
        &addresses[resource.place]
    }

    fn refers(&self, to: Reference) -> Expression {
        let (address, attribute) = match to {
            Reference::Component(id) => (&self.components[id.0], "arn"),
            Reference::Recipe(id) => (&self.recipes[id.0], "arn"),
            Reference::Infrastructure(id) => (&self.infrastructures[id.0], "arn"),
            Reference::Distribution(id) => (&self.distributions[id.0], "arn"),
            Reference::Role(id) => (&self.roles[id.0], "arn"),
            Reference::Profile(id) => (&self.profiles[id.0], "name"),
        };
        path(&format!("{address}.{attribute}"))
    }

    /// A text in the module's words.
    fn value(&self, value: &Value) -> Expression {
        if let Some(text) = value.known() {
            return string(text);
        }
        if let [part] = value.parts.as_slice() {
            return match part {
                Part::Text(text) => string(text),
                Part::Setting(_) | Part::Region | Part::Account | Part::Partition | Part::RoleArn(_) => {
                    path(&self.address(part))
                }
            };
        }
        let mut out = String::new();
        for part in &value.parts {
            match part {
                Part::Text(text) => out.push_str(&escaped(text)),
                Part::Setting(_) | Part::Region | Part::Account | Part::Partition | Part::RoleArn(_) => {
                    out.push_str(&format!("${{{}}}", self.address(part)));
                }
            }
        }
        template(out)
    }

    fn address(&self, part: &Part) -> String {
        match part {
            Part::Text(text) => text.clone(),
            Part::Setting(id) => format!("var.{}", self.variables[id.0]),
            Part::Region => "data.aws_region.current.region".to_owned(),
            Part::Account => "data.aws_caller_identity.current.account_id".to_owned(),
            Part::Partition => "data.aws_partition.current.partition".to_owned(),
            Part::RoleArn(id) => format!("{}.arn", self.roles[id.0]),
        }
    }

    fn values(&self, values: &[Value]) -> Expression {
        list(values.iter().map(|value| self.value(value)))
    }
}

fn requirements() -> Build {
    let mut providers = Build::new("required_providers", &[]);
    providers.set("aws", object([("source", string("hashicorp/aws")), ("version", string("~> 6.0"))]));
    let mut out = Build::new("terraform", &[]);
    out.set("required_version", string(">= 1.3"));
    out.add(providers);
    out
}

/// The new one is there before the old one goes.
fn anew_before() -> Build {
    let mut out = Build::new("lifecycle", &[]);
    out.set("create_before_destroy", Expression::Bool(true));
    out
}
