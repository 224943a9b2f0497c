//! Roles, what they may do, and instance profiles.

use hcl::expr::Expression;

use super::super::super::model::{Profile, Role, RoleId, Statement};
use super::super::hcl::{Build, call, json, list, object, path, string, template};
use super::Module;

impl Module<'_> {
    pub(super) fn role(&self, address: &str, role: &Role) -> Vec<Build> {
        let Role { name, service, description, managed_policies, statements, document } = role;
        let label = address.rsplit('.').next().unwrap_or_default();
        let trust = object([
            ("Effect", string("Allow")),
            ("Principal", object([("Service", string(service))])),
            ("Action", string("sts:AssumeRole")),
        ]);
        let mut main = Self::resource(address);
        main.set("name", string(name));
        main.set("description", string(description));
        main.set("assume_role_policy", policy_document([trust]));
        let mut out = vec![main];
        if !managed_policies.is_empty() {
            let mut attached = Self::resource(&format!("aws_iam_role_policy_attachment.{label}"));
            attached.set("for_each", call("toset", vec![list(managed_policies.iter().map(|name| string(name)))]));
            attached.set("role", path(&format!("{address}.name")));
            let arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/${each.value}";
            attached.set("policy_arn", template(arn.to_owned()));
            out.push(attached);
        }
        let mut policy = |name: &str, document: Expression| {
            let mut block = Self::resource(&format!("aws_iam_role_policy.{label}_{name}"));
            block.set("name", string(name));
            block.set("role", path(&format!("{address}.name")));
            block.set("policy", document);
            out.push(block);
        };
        if !statements.is_empty() {
            policy("formwork", policy_document(statements.iter().map(|it| self.statement(it))));
        }
        if let Some(document) = document {
            policy("template", call("jsonencode", vec![json(document)]));
        }
        out
    }

    fn statement(&self, statement: &Statement) -> Expression {
        let Statement { actions, resources } = statement;
        object([
            ("Effect", string("Allow")),
            ("Action", list(actions.iter().map(|action| string(action)))),
            ("Resource", self.values(resources)),
        ])
    }

    /// What a role may do is there.
    pub(super) fn permissions(&self, role: RoleId) -> Vec<Expression> {
        let Role { name: _, service: _, description: _, managed_policies, statements, document } =
            self.project.role(role);
        let label = self.roles[role.0].rsplit('.').next().unwrap_or_default();
        let parts = [
            (!managed_policies.is_empty(), format!("aws_iam_role_policy_attachment.{label}")),
            (!statements.is_empty(), format!("aws_iam_role_policy.{label}_formwork")),
            (document.is_some(), format!("aws_iam_role_policy.{label}_template")),
        ];
        parts.into_iter().filter(|(there, _)| *there).map(|(_, address)| path(&address)).collect()
    }

    pub(super) fn profile(&self, address: &str, profile: &Profile) -> Build {
        let Profile { name, role } = profile;
        let mut out = Self::resource(address);
        out.set("name", string(name));
        out.set("role", path(&format!("{}.name", self.roles[role.0])));
        out
    }
}

fn policy_document(statements: impl IntoIterator<Item = Expression>) -> Expression {
    let document = object([("Version", string("2012-10-17")), ("Statement", list(statements))]);
    call("jsonencode", vec![document])
}
