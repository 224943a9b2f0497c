//! A CloudFormation template.
//!
//! `Ref` of every Image Builder resource is its ARN. Names of roles and profiles are left to CloudFormation, so that no
//! more than `CAPABILITY_IAM` is needed.

use std::collections::BTreeSet;

use super::super::model::{Part, Profile, Project, RecipeKind, Role, Setting, Statement, Value};
use super::super::names;
use super::resources::{Kind, Members, Node, Reference, Resource};
use super::spelling;
use crate::targets::text::yaml::Yaml;

/// The template's text.
pub(in super::super) fn template(project: &Project) -> String {
    Template::new(project).document()
}

/// Logical names of the resources, by their place in the project's lists.
struct Template<'a> {
    project: &'a Project,
    roles: Vec<String>,
    profiles: Vec<String>,
    components: Vec<String>,
    recipes: Vec<String>,
    infrastructures: Vec<String>,
    distributions: Vec<String>,
    pipelines: Vec<String>,
    images: Vec<String>,
    policies: Vec<String>,
}

impl<'a> Template<'a> {
    fn new(project: &'a Project) -> Self {
        // Parameters and resources share their names.
        let mut taken: BTreeSet<String> = project.settings.iter().map(|setting| setting.name.to_lowercase()).collect();
        let mut name = |resource: &str, kind: &str| {
            let inner = resource.strip_prefix(&project.name).unwrap_or(resource);
            let wanted = names::logical(&[inner, kind]);
            let name = (1..)
                .map(|number| if number == 1 { wanted.clone() } else { format!("{wanted}{number}") })
                .find(|name| taken.insert(name.to_lowercase()));
            name.unwrap_or_default()
        };
        Self {
            project,
            recipes: project.recipes.iter().map(|it| name(&it.name, "Recipe")).collect(),
            infrastructures: project.infrastructures.iter().map(|it| name(&it.name, "Infrastructure")).collect(),
            distributions: project.distributions.iter().map(|it| name(&it.name, "Distribution")).collect(),
            pipelines: project.pipelines.iter().map(|it| name(&it.name, "Pipeline")).collect(),
            images: project.pipelines.iter().map(|it| name(&it.name, "Image")).collect(),
            policies: project.policies.iter().map(|it| name(&it.name, "Lifecycle")).collect(),
            roles: project.roles.iter().map(|it| name(&it.name, "Role")).collect(),
            profiles: project.profiles.iter().map(|it| name(&it.name, "Profile")).collect(),
            components: project.components.iter().map(|it| name(&it.name, "Component")).collect(),
        }
    }

    fn document(&self) -> String {
        let Project { header, settings, roles, profiles, pipelines, .. } = self.project;
        let mut resources: Vec<(&str, Yaml)> = Vec::new();
        resources.extend(self.roles.iter().map(String::as_str).zip(roles.iter().map(|it| self.role(it))));
        resources.extend(self.profiles.iter().map(String::as_str).zip(profiles.iter().map(|it| self.profile(it))));
        let all = super::resources::resources(self.project);
        let made = all.iter().filter(|it| it.kind != Kind::Image || pipelines[it.place].build);
        resources.extend(made.map(|it| (self.name(it), self.resource(it))));
        let mut outputs = Vec::new();
        for (at, pipeline) in pipelines.iter().enumerate() {
            if pipeline.build {
                let (attribute, what) = match self.project.recipe(pipeline.recipe).kind {
                    RecipeKind::Image { .. } => ("ImageId", "AMI"),
                    RecipeKind::Container(_) => ("ImageUri", "image"),
                };
                let id = get(&self.images[at], attribute);
                let description = Yaml::text(format!("The {what} of {}", pipeline.image));
                outputs.push((self.images[at].clone(), Yaml::map([("Description", description), ("Value", id)])));
            }
            let description = Yaml::text(format!("The pipeline of {}", pipeline.image));
            let value = Yaml::map([("Description", description), ("Value", reference(&self.pipelines[at]))]);
            outputs.push((format!("{}Arn", self.pipelines[at]), value));
        }
        let mut root = vec![
            ("AWSTemplateFormatVersion", Yaml::text("2010-09-09")),
            ("Description", Yaml::text(header.chars().take(1024).collect::<String>())),
        ];
        if !settings.is_empty() {
            root.push(("Parameters", Yaml::map(settings.iter().map(setting))));
        }
        root.push(("Resources", Yaml::map(resources)));
        root.push(("Outputs", Yaml::map(outputs)));
        Yaml::map(root).document()
    }

    fn role(&self, role: &Role) -> Yaml {
        let Role { name: _, service, description, managed_policies, statements, document } = role;
        let trust = Yaml::map([
            ("Effect", Yaml::text("Allow")),
            ("Principal", Yaml::map([("Service", Yaml::text(*service))])),
            ("Action", Yaml::text("sts:AssumeRole")),
        ]);
        let trust = policy_document(vec![trust]);
        let managed = managed_policies.iter().map(|policy| {
            let mut arn = Value::text("arn:");
            arn.push(Part::Partition);
            arn.push_text(&format!(":iam::aws:policy/{policy}"));
            self.value(&arn)
        });
        let mut properties = vec![
            ("Description", Yaml::text(description)),
            ("AssumeRolePolicyDocument", trust),
            ("ManagedPolicyArns", Yaml::List(managed.collect())),
        ];
        let mut policies = Vec::new();
        let policy =
            |name: &str, document: Yaml| Yaml::map([("PolicyName", Yaml::text(name)), ("PolicyDocument", document)]);
        if !statements.is_empty() {
            let statements = statements.iter().map(|it| self.statement(it)).collect();
            policies.push(policy("formwork", policy_document(statements)));
        }
        policies.extend(document.as_ref().map(|document| policy("template", json(document))));
        if !policies.is_empty() {
            properties.push(("Policies", Yaml::List(policies)));
        }
        resource("AWS::IAM::Role", properties)
    }

    fn statement(&self, statement: &Statement) -> Yaml {
        let Statement { actions, resources } = statement;
        Yaml::map([
            ("Effect", Yaml::text("Allow")),
            ("Action", Yaml::List(actions.iter().map(|action| Yaml::text(*action)).collect())),
            ("Resource", self.values(resources)),
        ])
    }

    fn profile(&self, profile: &Profile) -> Yaml {
        let Profile { name: _, role } = profile;
        resource("AWS::IAM::InstanceProfile", vec![("Roles", Yaml::List(vec![reference(&self.roles[role.0])]))])
    }

    fn resource(&self, resource: &Resource<'_>) -> Yaml {
        let Resource { kind, place: _, image: _, members } = resource;
        let properties = members.iter().map(|(name, node)| (spelling::cloudformation(name, true), self.node(node)));
        Yaml::map([("Type", Yaml::text(kind.cloudformation())), ("Properties", Yaml::map(properties))])
    }

    fn node(&self, node: &Node<'_>) -> Yaml {
        match node {
            Node::Text(text) => Yaml::text(text.as_ref()),
            Node::Value(value) => self.value(value),
            Node::Number(number) => Yaml::number(*number),
            Node::Bool(truth) => Yaml::Bool(*truth),
            Node::Values(values) => self.values(values),
            Node::Map(values) => Yaml::map(values.iter().map(|(key, value)| (key.as_str(), self.value(value)))),
            Node::Object(members) => self.members(members),
            Node::Objects(all) => Yaml::List(all.iter().map(|members| self.members(members)).collect()),
            Node::Refers(to) => self.refers(*to),
            Node::Document { text, file: _ } => Yaml::text(*text),
        }
    }

    fn members(&self, members: &Members<'_>) -> Yaml {
        Yaml::map(members.iter().map(|(name, node)| (spelling::cloudformation(name, false), self.node(node))))
    }

    fn refers(&self, to: Reference) -> Yaml {
        match to {
            Reference::Component(id) => reference(&self.components[id.0]),
            Reference::Recipe(id) => reference(&self.recipes[id.0]),
            Reference::Infrastructure(id) => reference(&self.infrastructures[id.0]),
            Reference::Distribution(id) => reference(&self.distributions[id.0]),
            Reference::Role(id) => get(&self.roles[id.0], "Arn"),
            Reference::Profile(id) => reference(&self.profiles[id.0]),
        }
    }

    /// The logical name of a resource.
    fn name(&self, resource: &Resource<'_>) -> &str {
        let names = match resource.kind {
            Kind::Component => &self.components,
            Kind::ImageRecipe | Kind::ContainerRecipe => &self.recipes,
            Kind::Infrastructure => &self.infrastructures,
            Kind::Distribution => &self.distributions,
            Kind::Pipeline => &self.pipelines,
            Kind::Image => &self.images,
            Kind::Policy => &self.policies,
        };
        &names[resource.place]
    }

    /// A text in the template's words.
    fn value(&self, value: &Value) -> Yaml {
        if let Some(text) = value.known() {
            return Yaml::text(text);
        }
        if let [part] = value.parts.as_slice() {
            return match part {
                Part::Text(text) => Yaml::text(text),
                Part::Setting(id) => reference(&self.project.setting(*id).name),
                Part::Region => reference("AWS::Region"),
                Part::Account => reference("AWS::AccountId"),
                Part::Partition => reference("AWS::Partition"),
                Part::RoleArn(id) => get(&self.roles[id.0], "Arn"),
            };
        }
        let mut out = String::new();
        for part in &value.parts {
            match part {
                Part::Text(text) => out.push_str(&text.replace("${", "${!")),
                Part::Setting(id) => out.push_str(&format!("${{{}}}", self.project.setting(*id).name)),
                Part::Region => out.push_str("${AWS::Region}"),
                Part::Account => out.push_str("${AWS::AccountId}"),
                Part::Partition => out.push_str("${AWS::Partition}"),
                Part::RoleArn(id) => out.push_str(&format!("${{{}.Arn}}", self.roles[id.0])),
            }
        }
        Yaml::map([("Fn::Sub", Yaml::text(out))])
    }

    fn values(&self, values: &[Value]) -> Yaml {
        Yaml::List(values.iter().map(|value| self.value(value)).collect())
    }
}

fn setting(setting: &Setting) -> (String, Yaml) {
    let Setting { name, variable: _, description, default, pattern } = setting;
    let mut out = vec![("Type", Yaml::text("String")), ("Description", Yaml::text(description))];
    out.extend(default.as_ref().map(|default| ("Default", Yaml::text(default))));
    out.extend(pattern.map(|pattern| ("AllowedPattern", Yaml::text(pattern))));
    (name.clone(), Yaml::map(out))
}

fn resource(kind: &str, properties: Vec<(&str, Yaml)>) -> Yaml {
    Yaml::map([("Type", Yaml::text(kind)), ("Properties", Yaml::map(properties))])
}

fn policy_document(statements: Vec<Yaml>) -> Yaml {
    Yaml::map([("Version", Yaml::text("2012-10-17")), ("Statement", Yaml::List(statements))])
}

fn reference(name: &str) -> Yaml {
    Yaml::map([("Ref", Yaml::text(name))])
}

fn get(name: &str, attribute: &str) -> Yaml {
    Yaml::map([("Fn::GetAtt", Yaml::List(vec![Yaml::text(name), Yaml::text(attribute)]))])
}

fn json(value: &serde_json::Value) -> Yaml {
    match value {
        serde_json::Value::Object(entries) => Yaml::map(entries.iter().map(|(key, value)| (key.as_str(), json(value)))),
        serde_json::Value::Array(items) => Yaml::List(items.iter().map(json).collect()),
        serde_json::Value::String(text) => Yaml::text(text),
        serde_json::Value::Bool(value) => Yaml::Bool(*value),
        serde_json::Value::Number(number) => {
            number.as_i64().map_or_else(|| Yaml::text(number.to_string()), Yaml::Number)
        }
        serde_json::Value::Null => Yaml::text(""),
    }
}
