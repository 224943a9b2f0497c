//! The template's variables as settings: parameters of the stack, and of documents.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Setting, SettingId};
use super::names;
use crate::graph::Graph;
use crate::resolve::value::ParameterId;

/// The setting that holds the name of the bucket.
pub(super) const ASSET_BUCKET: &str = "AssetBucket";

/// A variable as this target takes it.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    /// The variable.
    pub(super) name: String,
    /// The setting that gives it: its value, or where the secret lies.
    pub(super) setting: String,
    /// The shell variable that holds its value while a step runs.
    pub(super) shell: String,
    /// What the setting gives is the ARN of a secret.
    pub(super) secret: bool,
    /// Its default, where that may be shown.
    pub(super) default: Option<String>,
    /// `description`
    pub(super) description: Option<String>,
    /// May be given when the pipeline is set up.
    pub(super) open: bool,
}

/// All variables of a graph.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters {
    by_id: BTreeMap<ParameterId, Parameter>,
}

impl Parameters {
    pub(super) fn of(graph: &Graph) -> Self {
        let mut taken = BTreeSet::from([ASSET_BUCKET.to_lowercase()]);
        let mut by_id = BTreeMap::new();
        for parameter in graph.parameters() {
            let crate::graph::Parameter {
                id,
                name,
                default,
                sensitive,
                description,
                open,
                wanted,
                because: _,
                validated: _,
            } = parameter;
            let secret = *sensitive || reads_as_secret(name);
            let plain = names::logical(&[name]);
            // Parameters of documents have three letters at least, and begin with one.
            let begins = plain.starts_with(|c: char| c.is_ascii_alphabetic());
            let plain = if plain.len() < 3 || !begins { format!("Var{plain}") } else { plain };
            let wished = if secret { format!("{plain}Secret") } else { plain };
            let setting = (1..)
                .map(|number| if number == 1 { wished.clone() } else { format!("{wished}{number}") })
                .find(|name| taken.insert(name.to_lowercase()))
                .unwrap_or_default();
            let parameter = Parameter {
                name: name.clone(),
                shell: format!("var_{}", name.replace(|c: char| !c.is_ascii_alphanumeric(), "_")),
                setting,
                secret,
                default: default.clone().filter(|_| !secret),
                description: description.clone(),
                // What has a value changes nothing later that a pipeline already made from it.
                open: *sensitive || (*open && (default.is_none() || *wanted)),
            };
            by_id.insert(*id, parameter);
        }
        Self { by_id }
    }

    /// The parameter of that id, which a text of the graph has.
    pub(super) fn get(&self, id: ParameterId) -> &Parameter {
        self.by_id.get(&id).expect("internal error: a text has a parameter that the graph does not have")
    }
}

/// Names that are not to be plain parameters, which consoles and logs show.
fn reads_as_secret(name: &str) -> bool {
    const SECRET: [&str; 9] =
        ["apikey", "credential", "credentials", "password", "passwd", "pword", "secret", "token", "pwd"];
    name.to_lowercase().split(['_', '-']).any(|part| SECRET.contains(&part))
}

/// The setting of a variable; made if it is not there yet.
pub(super) fn setting(settings: &mut Vec<Setting>, parameter: &Parameter) -> SettingId {
    if let Some(at) = settings.iter().position(|setting| setting.name == parameter.setting) {
        return SettingId(at);
    }
    let Parameter { name, setting, shell: _, secret, default, description, open: _ } = parameter;
    let about = match (secret, description) {
        (true, _) => format!("ARN of the secret (Secrets Manager) or SecureString (SSM) that holds `{name}`"),
        (false, Some(description)) if !description.is_empty() => description.clone(),
        (false, _) => format!("The variable `{name}` of the template"),
    };
    settings.push(Setting {
        name: setting.clone(),
        variable: Some(name.clone()),
        description: about,
        default: default.clone(),
        pattern: secret.then_some("arn:[a-z0-9-]+:(secretsmanager|ssm):.+"),
    });
    SettingId(settings.len() - 1)
}

/// The setting that holds the name of the bucket; made if it is not there yet.
pub(super) fn bucket(settings: &mut Vec<Setting>) -> SettingId {
    if let Some(at) = settings.iter().position(|setting| setting.name == ASSET_BUCKET) {
        return SettingId(at);
    }
    settings.push(Setting {
        name: ASSET_BUCKET.to_owned(),
        variable: None,
        description: "Bucket that holds the files below `assets/`".to_owned(),
        default: None,
        pattern: Some("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
    });
    SettingId(settings.len() - 1)
}
