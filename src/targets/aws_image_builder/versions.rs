//! Versions from content: the same content has the same version, and a change gives a new one.
//!
//! What Image Builder cannot change in place gets a version of everything in it. Sixty bits of a hash are two numbers
//! below 2^30, which is what a part of a version may be.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::model::{
    BlockDevice, Component, ComponentUse, ContainerRecipe, Data, Ebs, Part, Project, Recipe, RecipeKind, Value,
};

/// Everything that a version is made from, each part told apart from its neighbours.
#[derive(Default)]
struct Content {
    hash: Sha256,
}

impl Content {
    fn text(&mut self, text: &str) {
        self.hash.update((text.len() as u64).to_be_bytes());
        self.hash.update(text.as_bytes());
    }

    fn number(&mut self, number: Option<u64>) {
        self.text(&number.map_or_else(String::new, |number| number.to_string()));
    }

    fn truth(&mut self, truth: Option<bool>) {
        self.text(match truth {
            None => "",
            Some(false) => "false",
            Some(true) => "true",
        });
    }

    fn value(&mut self, project: &Project, value: &Value) {
        self.text("value");
        for part in &value.parts {
            let (kind, text) = match part {
                Part::Text(text) => ("text", text.as_str()),
                Part::Setting(id) => ("setting", project.setting(*id).name.as_str()),
                Part::Region => ("region", ""),
                Part::Account => ("account", ""),
                Part::Partition => ("partition", ""),
                Part::RoleArn(id) => ("role", project.role(*id).name.as_str()),
            };
            self.text(kind);
            self.text(text);
        }
    }

    fn optional(&mut self, project: &Project, value: Option<&Value>) {
        match value {
            Some(value) => self.value(project, value),
            None => self.text("none"),
        }
    }

    fn tags(&mut self, project: &Project, tags: &BTreeMap<String, Value>) {
        self.number(Some(tags.len() as u64));
        for (key, value) in tags {
            self.text(key);
            self.value(project, value);
        }
    }

    fn data(&mut self, project: &Project, data: Data) {
        match data {
            Data::Inline => self.text("inline"),
            Data::Asset(id) => {
                self.text(&project.asset(id).key);
                self.optional(project, project.bucket.as_ref());
            }
        }
    }

    /// The second and third number.
    fn numbers(self) -> (u64, u64) {
        let digest = self.hash.finalize();
        let first = digest.iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte)) >> 4;
        (first >> 30, first & ((1 << 30) - 1))
    }
}

/// Gives components their versions, then recipes, whose content they are.
pub(super) fn assign(project: &mut Project) {
    let components: Vec<String> = project.components.iter().map(|it| component(project, it)).collect();
    for (component, version) in project.components.iter_mut().zip(components) {
        component.version = version;
    }
    let recipes: Vec<String> = project.recipes.iter().map(|it| recipe(project, it)).collect();
    for (recipe, version) in project.recipes.iter_mut().zip(recipes) {
        recipe.version = version;
    }
}

fn component(project: &Project, component: &Component) -> String {
    let Component { image: _, name, version: _, description, platform, document: _, text, file: _, data } = component;
    let mut content = Content::default();
    for text in [name, description, platform.word(), text] {
        content.text(text);
    }
    content.data(project, *data);
    let (a, b) = content.numbers();
    format!("1.{a}.{b}")
}

fn recipe(project: &Project, recipe: &Recipe) -> String {
    let Recipe { image: _, name, version: _, description, parent, components, working_directory, tags: _, kind } =
        recipe;
    let mut content = Content::default();
    content.text(name);
    content.text(description);
    content.value(project, parent);
    let mut open = parent.has_setting();
    for ComponentUse { component, parameters } in components {
        let component = project.component(*component);
        content.text(&component.name);
        content.text(&component.version);
        content.number(Some(parameters.len() as u64));
        for (name, value) in parameters {
            content.text(name);
            content.value(project, value);
            open |= value.has_setting();
        }
    }
    content.text(working_directory.as_deref().unwrap_or_default());
    match kind {
        RecipeKind::Image { block_devices, user_data, ami_tags } => {
            open |= devices(project, block_devices, &mut content);
            content.text(user_data.as_deref().unwrap_or_default());
            content.tags(project, ami_tags);
            open |= ami_tags.values().any(Value::has_setting);
        }
        RecipeKind::Container(container) => {
            let ContainerRecipe { dockerfile, file: _, data, repository, platform, host_image, host_devices } =
                container;
            content.text(dockerfile);
            content.data(project, *data);
            content.value(project, repository);
            content.text(platform.map_or("", |platform| platform.word()));
            content.optional(project, host_image.as_ref());
            open |= repository.has_setting() || host_image.as_ref().is_some_and(Value::has_setting);
            open |= devices(project, host_devices, &mut content);
        }
    }
    let (a, b) = content.numbers();
    if open { format!("1.{a}.x") } else { format!("1.{a}.{b}") }
}

/// Whether a setting stands in one.
fn devices(project: &Project, devices: &[BlockDevice], content: &mut Content) -> bool {
    content.number(Some(devices.len() as u64));
    let mut open = false;
    for BlockDevice { device, absent, virtual_name, ebs } in devices {
        content.text(device);
        content.truth(Some(*absent));
        content.text(virtual_name.as_deref().unwrap_or_default());
        content.truth(Some(ebs.is_some()));
        let Some(ebs) = ebs else { continue };
        let Ebs { volume_type, volume_size, iops, throughput, delete_on_termination, encrypted, kms_key, snapshot } =
            ebs;
        content.text(volume_type.as_deref().unwrap_or_default());
        for number in [volume_size, iops, throughput] {
            content.number(*number);
        }
        content.truth(*delete_on_termination);
        content.truth(*encrypted);
        for value in [kms_key, snapshot] {
            content.optional(project, value.as_ref());
            open |= value.as_ref().is_some_and(Value::has_setting);
        }
    }
    open
}
