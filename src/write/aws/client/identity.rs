//! Roles and instance profiles.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::Role;
use serde_json::{Value as Json, json};

use super::super::Failed;
use super::{Members, failed};

/// Asks IAM. Answers have the members that matter here, with IAM's names.
pub(super) async fn ask(client: &Client, operation: &str, mut it: Members) -> Result<Json, Failed> {
    /// Sends a request and makes an answer of what comes.
    macro_rules! send {
        ($request:expr, $read:expr) => {{
            let request = $request;
            it.end();
            request.send().await.map($read).map_err(|error| failed(&error))
        }};
    }
    match operation {
        "GetRole" => send!(client.get_role().set_role_name(it.text("RoleName")), |out| {
            out.role().map(role).unwrap_or_default()
        }),
        "CreateRole" => send!(
            client
                .create_role()
                .set_role_name(it.text("RoleName"))
                .set_description(it.text("Description"))
                .set_assume_role_policy_document(it.text("AssumeRolePolicyDocument")),
            |out| out.role().map(role).unwrap_or_default()
        ),
        "UpdateRole" => send!(
            client.update_role().set_role_name(it.text("RoleName")).set_description(it.text("Description")),
            |_| Json::Null
        ),
        "UpdateAssumeRolePolicy" => send!(
            client
                .update_assume_role_policy()
                .set_role_name(it.text("RoleName"))
                .set_policy_document(it.text("PolicyDocument")),
            |_| Json::Null
        ),
        "ListAttachedRolePolicies" => send!(
            client.list_attached_role_policies().set_role_name(it.text("RoleName")).set_marker(it.text("Marker")),
            |out| {
                let arns: Vec<&str> = out.attached_policies().iter().filter_map(|it| it.policy_arn()).collect();
                json!({"AttachedPolicies": arns, "Marker": out.marker().filter(|_| out.is_truncated())})
            }
        ),
        "AttachRolePolicy" => send!(
            client.attach_role_policy().set_role_name(it.text("RoleName")).set_policy_arn(it.text("PolicyArn")),
            |_| Json::Null
        ),
        "GetRolePolicy" => send!(
            client.get_role_policy().set_role_name(it.text("RoleName")).set_policy_name(it.text("PolicyName")),
            |out| json!({"PolicyDocument": decoded(out.policy_document())})
        ),
        "PutRolePolicy" => send!(
            client
                .put_role_policy()
                .set_role_name(it.text("RoleName"))
                .set_policy_name(it.text("PolicyName"))
                .set_policy_document(it.text("PolicyDocument")),
            |_| Json::Null
        ),
        "GetInstanceProfile" => {
            send!(client.get_instance_profile().set_instance_profile_name(it.text("InstanceProfileName")), |out| {
                let profile = out.instance_profile();
                let roles = profile.map(|it| it.roles()).unwrap_or_default();
                let roles: Vec<&str> = roles.iter().map(Role::role_name).collect();
                json!({"Arn": profile.map(|it| it.arn()), "Roles": roles})
            })
        }
        "CreateInstanceProfile" => send!(
            client.create_instance_profile().set_instance_profile_name(it.text("InstanceProfileName")),
            |out| json!({"Arn": out.instance_profile().map(|it| it.arn())})
        ),
        "AddRoleToInstanceProfile" => send!(
            client
                .add_role_to_instance_profile()
                .set_instance_profile_name(it.text("InstanceProfileName"))
                .set_role_name(it.text("RoleName")),
            |_| Json::Null
        ),
        "RemoveRoleFromInstanceProfile" => send!(
            client
                .remove_role_from_instance_profile()
                .set_instance_profile_name(it.text("InstanceProfileName"))
                .set_role_name(it.text("RoleName")),
            |_| Json::Null
        ),
        _ => panic!("internal error: nobody knows how to ask for {operation}"),
    }
}

fn role(role: &Role) -> Json {
    let mut out = json!({"Arn": role.arn()});
    if let Some(description) = role.description() {
        out["Description"] = json!(description);
    }
    if let Some(document) = role.assume_role_policy_document() {
        out["AssumeRolePolicyDocument"] = json!(decoded(document));
    }
    out
}

/// Documents come with `%` and two digits for many signs.
fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let code = (*first == b'%').then(|| more.get(..2)).flatten();
        let code = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        out.push(code.unwrap_or(*first));
        rest = if code.is_some() { &more[2..] } else { more };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn documents_are_decoded() {
        assert_eq!(super::decoded("%7B%22a%22%3A 100%25+%C3%A4%7D%"), "{\"a\": 100%+ä}%");
    }
}
