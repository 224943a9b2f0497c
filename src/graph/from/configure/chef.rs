//! `chef-solo` and `chef-client`.

use super::{
    Acts, Taker, all_arriving, always, arriving, field, filled, flag, is_unix, joined, optional, sudo, text, text_or,
    texts,
};
use crate::graph::plan::{Accepts, Deed, Plan};
use crate::resolve::value::Text;
use crate::source::{Span, Spanned};

pub(super) fn solo(taker: &mut Taker<'_>) -> Option<Plan> {
    let chef = Chef::read(taker, "chef-solo")?;
    let mut acts = chef.begin(taker);
    let staging = &chef.staging;
    let mut cookbooks: Vec<Text> =
        texts(taker, "remote_cookbook_paths")?.iter().map(|path| text!["\"", path, "\""]).collect();
    for (at, path) in all_arriving(taker, "cookbook_paths")?.unwrap_or_default().into_iter().enumerate() {
        let place = text![staging, format!("/cookbooks-{at}")];
        cookbooks.push(text!["\"", place, "\""]);
        acts.upload(path, place);
    }
    let folder = |taker: &mut Taker<'_>, acts: &mut Acts, attribute: &'static str, name: &str| {
        let Some(path) = arriving(taker, attribute)? else { return Some(Text::new()) };
        let place = text![staging, name];
        acts.upload(path, place.clone());
        Some(place)
    };
    let roles = folder(taker, &mut acts, "roles_path", "/roles")?;
    let bags = folder(taker, &mut acts, "data_bags_path", "/data_bags")?;
    let secret = chef.secret(taker, &mut acts, "encrypted_data_bag_secret_path", "/encrypted_data_bag_secret")?;
    let environments = folder(taker, &mut acts, "environments_path", "/environments")?;
    let environment = text_or(taker, "chef_environment", Text::new)?;
    let fields = vec![
        ("CookbookPaths", joined(&cookbooks, ",")),
        ("RolesPath", roles.clone()),
        ("DataBagsPath", bags.clone()),
        ("EncryptedDataBagSecretPath", secret.clone()),
        ("EnvironmentsPath", environments.clone()),
        ("ChefEnvironment", environment.clone()),
        ("ChefLicense", chef.license.clone()),
        ("HasRolesPath", is_given(&roles)),
        ("HasDataBagsPath", is_given(&bags)),
        ("HasEncryptedDataBagSecretPath", is_given(&secret)),
        ("HasEnvironmentsPath", is_given(&environments)),
    ];
    let mut config =
        text!["\nchef_license \t\t\"", chef.license, "\"\ncookbook_path \t[", joined(&cookbooks, ","), "]\n"];
    let lines = [("role_path\t\t", &roles), ("data_bag_path\t", &bags), ("encrypted_data_bag_secret ", &secret)];
    for (key, value) in lines {
        config.push_str("\n");
        if !value.is_empty() {
            config.push(&text![key, "\"", value, "\"\n"]);
        }
    }
    config.push_str("\n");
    if !environments.is_empty() {
        config.push(&text!["environment_path \"", environments, "\"\nenvironment \"", environment, "\"\n"]);
    }
    config.push_str("\n");
    let config = chef.config(taker, &mut acts, "/solo.rb", config, fields)?;
    let (json, subject) = chef.json(taker, &mut acts, "/node.json")?;
    chef.run(taker, &mut acts, &config, &json)?;
    acts.plan(subject, None)
}

pub(super) fn client(taker: &mut Taker<'_>) -> Option<Plan> {
    let chef = Chef::read(taker, "chef-client")?;
    let mut acts = chef.begin(taker);
    let staging = &chef.staging;
    let how = "where Chef fails, its node and client stay on the server; Packer removes them first";
    acts.mention(how);
    let server = optional(taker, "server_url", |taker| taker.text("server_url"))??.value;
    let node = match optional(taker, "node_name", |taker| taker.text("node_name"))? {
        Some(name) => name.value,
        // Packer makes a name up, so that two builds are two nodes.
        None => {
            let how =
                "the node is called `packer-` and a number that is the same in every build: Packer takes a random name";
            acts.mention(how);
            text!["packer-", field("Number", taker.span())]
        }
    };
    let key = text_or(taker, "client_key", || text![staging, "/client.pem"])?;
    let secret = chef.secret(taker, &mut acts, "encrypted_data_bag_secret_path", "/encrypted_data_bag_secret")?;
    let validation = chef.secret(taker, &mut acts, "validation_key_path", "/validation.pem")?;
    let validator = text_or(taker, "validation_client_name", Text::new)?;
    let mut read = |name: &str| text_or(taker, name, Text::new);
    let (environment, group, policy) = (read("chef_environment")?, read("policy_group")?, read("policy_name")?);
    let (verify, certificates, gems) = (read("ssl_verify_mode")?, read("trusted_certs_dir")?, read("rubygems_url")?);
    let fields = vec![
        ("NodeName", node.clone()),
        ("ServerUrl", server.clone()),
        ("ClientKey", key.clone()),
        ("ChefLicense", chef.license.clone()),
        ("ValidationKeyPath", validation.clone()),
        ("ValidationClientName", validator.clone()),
        ("ChefEnvironment", environment.clone()),
        ("PolicyGroup", group.clone()),
        ("PolicyName", policy.clone()),
        ("RubygemsURL", gems.clone()),
        ("SslVerifyMode", verify.clone()),
        ("TrustedCertsDir", certificates.clone()),
        ("EncryptedDataBagSecretPath", secret.clone()),
    ];
    let quoted = |key: &str, value: &Text| text![key, " \"", value, "\"\n"];
    let maybe = |key: &str, value: &Text| if value.is_empty() { Text::new() } else { quoted(key, value) };
    let symbol = |value: &Text| if value.is_empty() { Text::new() } else { text!["ssl_verify_mode :", value, "\n"] };
    let head = text![
        "\nlog_level        :info\nlog_location     STDOUT\nchef_server_url  \"",
        server,
        "\"\nclient_key       \"",
        key,
        "\"\n"
    ];
    let validator = if validator.is_empty() { Text::literal("chef-validator") } else { validator };
    let config = text![
        head,
        "chef_license     \"",
        chef.license,
        "\"\n\n",
        maybe("encrypted_data_bag_secret", &secret),
        "\n",
        quoted("validation_client_name", &validator),
        "\n",
        maybe("validation_key", &validation),
        "\n",
        quoted("node_name", &node),
        "\n",
        maybe("environment", &environment),
        "\n",
        maybe("policy_group", &group),
        "\n",
        maybe("policy_name", &policy),
        "\n",
        symbol(&verify),
        "\n",
        maybe("trusted_certs_dir", &certificates),
        "\n",
        maybe("rubygems_url", &gems),
        "\n",
    ];
    let config = chef.config(taker, &mut acts, "/client.rb", config, fields)?;
    let (json, subject) = chef.json(taker, &mut acts, "/first-boot.json")?;
    let (keep_node, keep_client) = (flag(taker, "skip_clean_node")?, flag(taker, "skip_clean_client")?);
    chef.run(taker, &mut acts, &config, &json)?;
    if keep_node && keep_client {
        acts.idle(taker, &["knife_command"], "nothing is removed from the server");
    } else {
        let knife = optional(taker, "knife_command", |taker| taker.text("knife_command"))?;
        let place = text![staging, "/knife.rb"];
        let knife_config = text![
            head,
            quoted("node_name", &node),
            symbol(&verify),
            "\n",
            maybe("trusted_certs_dir", &certificates),
            "\n"
        ];
        acts.content("", knife_config, place.clone());
        for (kept, what) in [(keep_node, "node"), (keep_client, "client")] {
            if kept {
                continue;
            }
            let (words, flags) = (text![what, " delete ", node], text!["-y -c ", place]);
            match &knife {
                Some(own) => {
                    let text = filled(&own.value, &[("Args", words), ("Flags", flags)]);
                    acts.command("knife_command", own.span, vec![always(text)], Accepts::Codes(vec![0]));
                }
                None => acts.shell(text![sudo(chef.no_sudo), "knife ", words, " ", flags]),
            }
        }
    }
    if !flag(taker, "skip_clean_staging_directory")? {
        let text = text![sudo(chef.no_sudo), "rm -rf '", staging, "'"];
        acts.command("", taker.span(), vec![always(text)], Accepts::Any);
    }
    acts.plan(subject, None)
}

fn is_given(path: &Text) -> Text {
    Text::literal((!path.is_empty()).to_string())
}

/// What both have in common.
struct Chef {
    program: &'static str,
    staging: Text,
    no_sudo: bool,
    license: Text,
    install: Option<Spanned<Text>>,
}

impl Chef {
    fn read(taker: &mut Taker<'_>, program: &'static str) -> Option<Self> {
        if !is_unix(taker, "guest_os_type")? {
            return None;
        }
        let staging = text_or(taker, "staging_directory", || text!["/tmp/packer-", program])?;
        let no_sudo = flag(taker, "prevent_sudo")?;
        let skip = flag(taker, "skip_install")?;
        let (version, own) = if skip {
            (Text::new(), None)
        } else {
            let own = optional(taker, "install_command", |taker| taker.text("install_command"))?;
            (text_or(taker, "version", Text::new)?, own)
        };
        let license = optional(taker, "chef_license", |taker| taker.text("chef_license"))?;
        let usual = !skip && own.is_none();
        let license = license.map_or_else(|| Text::literal(if usual { "accept-silent" } else { "" }), |it| it.value);
        let install = match own {
            _ if skip => None,
            Some(own) => {
                let fields = [("Version", version), ("Sudo", Text::literal((!no_sudo).to_string()))];
                Some(Spanned::new(filled(&own.value, &fields), own.span))
            }
            None => {
                let version = if version.is_empty() { Text::new() } else { text![" -v ", version] };
                let url = "https://omnitruck.chef.io/install.sh";
                let text = text!["curl -L ", url, " | ", sudo(no_sudo), "bash -s --", version];
                Some(Spanned::new(text, taker.span()))
            }
        };
        Some(Self { program, staging, no_sudo, license, install })
    }

    fn begin(&self, taker: &Taker<'_>) -> Acts {
        let mut acts = Acts::new(taker);
        acts.open = Some(sudo(self.no_sudo));
        if self.install.is_none() {
            acts.idle(taker, &["install_command", "version"], "with `skip_install` nothing is installed");
        }
        if let Some(install) = &self.install {
            let fragments = vec![always(install.value.clone())];
            acts.command("install_command", install.span, fragments, Accepts::Codes(vec![0]));
        }
        acts.folder(&self.staging);
        acts
    }

    /// A file of the host that holds a secret; gives where it lies, or nothing.
    fn secret(&self, taker: &mut Taker<'_>, acts: &mut Acts, attribute: &'static str, name: &str) -> Option<Text> {
        let Some(source) = arriving(taker, attribute)? else { return Some(Text::new()) };
        let destination = text![self.staging, name];
        acts.push(Deed::File { source, destination: destination.clone(), secret: true });
        Some(destination)
    }

    /// The tool's configuration: the usual one, or a template of the user's.
    fn config(
        &self,
        taker: &mut Taker<'_>,
        acts: &mut Acts,
        name: &str,
        usual: Text,
        fields: Vec<(&'static str, Text)>,
    ) -> Option<Text> {
        let destination = text![self.staging, name];
        match arriving(taker, "config_template")? {
            Some(source) => acts.push(Deed::Template { source, fields, destination: destination.clone() }),
            None => acts.content("", usual, destination.clone()),
        }
        Some(destination)
    }

    /// The node's attributes and its run list; gives where they lie, and what the first of the list is called.
    fn json(&self, taker: &mut Taker<'_>, acts: &mut Acts, name: &str) -> Option<(Text, Option<String>)> {
        let given = optional(taker, "json_string", |taker| taker.decided("json_string"))?;
        let list = optional(taker, "run_list", |taker| taker.decided_list("run_list"))?;
        let list = list.map_or_else(Vec::new, |list| list.value);
        let mut attributes = serde_json::Map::new();
        if let Some(given) = given {
            // What is left in it for the template engine would be rendered once more.
            let serde_json::Value::Object(object) = serde_json::from_str(&given.value).ok()? else { return None };
            if given.value.contains("{{") {
                return None;
            }
            attributes = object;
        }
        let subject = list.first().map(|first| first.trim_start_matches("recipe[").trim_end_matches(']').to_owned());
        if !list.is_empty() {
            attributes.insert("run_list".to_owned(), list.into());
        }
        let destination = text![self.staging, name];
        acts.content("json_string", Text::literal(as_go(attributes.into())), destination.clone());
        Some((destination, subject))
    }

    fn run(&self, taker: &mut Taker<'_>, acts: &mut Acts, config: &Text, json: &Text) -> Option<()> {
        let own = optional(taker, "execute_command", |taker| taker.text("execute_command"))?;
        let (text, span): (Text, Span) = match own {
            Some(own) => {
                let fields = [
                    ("ConfigPath", config.clone()),
                    ("JsonPath", json.clone()),
                    ("Sudo", Text::literal((!self.no_sudo).to_string())),
                ];
                (filled(&own.value, &fields), own.span)
            }
            None => {
                let text = text![sudo(self.no_sudo), self.program, " --no-color -c ", config, " -j ", json];
                (text, taker.span())
            }
        };
        acts.command("execute_command", span, vec![always(text)], Accepts::Codes(vec![0]));
        Some(())
    }
}

/// JSON as Go writes it with two spaces: names sorted, signs of HTML escaped, numbers as floating point.
fn as_go(value: serde_json::Value) -> String {
    let text = serde_json::to_string_pretty(&sorted(value)).unwrap_or_default();
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

fn sorted(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Object(object) => {
            let mut entries: Vec<(String, Value)> = object.into_iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(entries.into_iter().map(|(name, value)| (name, sorted(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_as_go_writes_it() {
        let value = serde_json::json!({ "b": [1, "a<b>&c"], "a": { "z": null, "y": {} } });
        let expected = "{\n  \"a\": {\n    \"y\": {},\n    \"z\": null\n  },\n  \"b\": [\n    1,\n    \"a\\u003cb\\u003e\\u0026c\"\n  ]\n}";
        assert_eq!(as_go(value), expected);
    }
}
