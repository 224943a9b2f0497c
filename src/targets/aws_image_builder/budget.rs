//! Limits of the service, and what is done to stay within them.
//!
//! Documents that are too long for a request go to the bucket, and so do the longest ones of a template that is too long;
//! steps of more components than a recipe may have are packed together, neighbours with neighbours.

use sha2::{Digest as _, Sha256};

use super::emit;
use super::lower::Draft;
use super::model::{Asset, AssetId, Data, Project, Recipe, RecipeKind, Value};
use super::{Context, names, parameters};

/// The most characters of a document in a request.
pub(super) const LONGEST_INLINE: usize = 16_000;
/// The most bytes of a document that the service takes from a bucket.
pub(super) const LONGEST_DOCUMENT: usize = 65_536;
/// The most components of a recipe.
pub(super) const MOST_COMPONENTS: usize = 20;
/// The most bytes of a template that is not in a bucket itself.
const LONGEST_TEMPLATE: usize = 51_200;
/// What a version adds to a template that has none yet.
const VERSION: usize = 28;

/// A number as people read it.
pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// How much of its limits an image uses: its documents, and its components.
pub(super) fn line<'a>(texts: impl Iterator<Item = &'a str> + Clone, components: usize) -> String {
    let characters = texts.clone().map(|text| text.chars().count()).max().unwrap_or_default();
    // What is too long for a request comes from the bucket, and has the limit of that.
    let documents = if characters > LONGEST_INLINE {
        let bytes = texts.map(str::len).max().unwrap_or_default();
        format!("{} of {} bytes", thousands(bytes), thousands(LONGEST_DOCUMENT))
    } else {
        format!("{} of {} characters", thousands(characters), thousands(LONGEST_INLINE))
    };
    format!("{documents}, {components} of {MOST_COMPONENTS} components")
}

/// How much of its limits everything uses, a line for each image, and for the template where that is of so many bytes.
pub(super) fn used(project: &Project, template: Option<usize>) -> Vec<String> {
    let of = |recipe: &Recipe| {
        let documents = recipe.components.iter().map(|it| project.component(it.component).text.as_str());
        let dockerfile = match &recipe.kind {
            RecipeKind::Image { block_devices: _, user_data: _, ami_tags: _ } => None,
            RecipeKind::Container(container) => Some(container.dockerfile.as_str()),
        };
        let used = line(documents.chain(dockerfile), recipe.components.len());
        format!("{}: {used}", recipe.image)
    };
    let template =
        template.map(|bytes| format!("template.yaml: {} of {} bytes", thousands(bytes), thousands(LONGEST_TEMPLATE)));
    project.recipes.iter().map(of).chain(template).collect()
}

/// The bucket of the assets, which is one for the whole project.
pub(super) fn bucket(project: &mut Project, context: &Context<'_>) -> Value {
    if let Some(bucket) = &project.bucket {
        return bucket.clone();
    }
    let bucket = match context.options.get(super::TARGET.name, &[], "bucket") {
        Some(name) => Value::text(name),
        None => Value::setting(parameters::bucket(&mut project.settings)),
    };
    project.bucket.insert(bucket).clone()
}

/// Puts bytes among the assets, once.
pub(super) fn asset(project: &mut Project, bytes: Vec<u8>) -> AssetId {
    let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let key = format!("assets/{hash}");
    let at = project.assets.iter().position(|asset| asset.key == key).unwrap_or_else(|| {
        project.assets.push(Asset { key, bytes });
        project.assets.len() - 1
    });
    AssetId(at)
}

/// Packs neighbours together until a recipe can hold them; those that are shortest together first.
pub(super) fn pack(mut drafts: Vec<(String, Draft)>, size: impl Fn(&Draft) -> usize) -> Vec<(String, Draft)> {
    let mut sizes: Vec<usize> = drafts.iter().map(|(_, draft)| size(draft)).collect();
    let mut names: Vec<Vec<String>> = drafts.iter().map(|(name, _)| vec![name.clone()]).collect();
    while drafts.len() > MOST_COMPONENTS {
        let Some(at) = (0..drafts.len() - 1).min_by_key(|&at| sizes[at] + sizes[at + 1]) else { break };
        let (_, second) = drafts.remove(at + 1);
        let (_, first) = &mut drafts[at];
        first.append(second, &names[at].join("-"), &names[at + 1].join("-"));
        let more = names.remove(at + 1);
        names[at].extend(more);
        sizes[at] += sizes.remove(at + 1);
        drafts[at].0 = format!("steps-{}", names::hash(&names[at].join("\n")));
    }
    drafts
}

/// Moves documents to the bucket until everything is within its limits, those of a template among them if there is one.
pub(super) fn fit(project: &mut Project, context: &Context<'_>, in_template: bool) {
    for at in 0..project.components.len() {
        if project.components[at].text.chars().count() > LONGEST_INLINE {
            move_out(project, context, at);
        }
    }
    for at in 0..project.recipes.len() {
        let long = matches!(&project.recipes[at].kind, RecipeKind::Container(container)
            if container.dockerfile.chars().count() > LONGEST_INLINE);
        if long {
            dockerfile_out(project, context, at);
        }
    }
    if !in_template {
        return;
    }
    loop {
        let versions = VERSION * (project.components.len() + project.recipes.len());
        if emit::cloudformation::template(project).len() + versions <= LONGEST_TEMPLATE {
            break;
        }
        let inline = project.components.iter().enumerate().filter(|(_, component)| component.data == Data::Inline);
        let Some((at, _)) = inline.max_by_key(|(_, component)| component.text.len()) else { break };
        move_out(project, context, at);
    }
}

fn move_out(project: &mut Project, context: &Context<'_>, at: usize) {
    bucket(project, context);
    let id = asset(project, project.components[at].text.clone().into_bytes());
    project.components[at].data = Data::Asset(id);
}

fn dockerfile_out(project: &mut Project, context: &Context<'_>, at: usize) {
    bucket(project, context);
    let RecipeKind::Container(container) = &project.recipes[at].kind else { return };
    let id = asset(project, container.dockerfile.clone().into_bytes());
    if let RecipeKind::Container(container) = &mut project.recipes[at].kind {
        container.data = Data::Asset(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targets::aws_image_builder::document::{Action, Step};

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1_000, 51_200, 1_234_567].map(thousands), ["0", "999", "1,000", "51,200", "1,234,567"]);
    }

    #[test]
    fn neighbours_are_packed_until_they_fit() {
        let draft = |name: &str| {
            let step = Step::new("run", Action::ExecuteBash(format!("echo {name}\n")));
            (name.to_owned(), Draft { build: vec![step], ..Draft::default() })
        };
        let drafts: Vec<_> = (0..50).map(|at| draft(&format!("s{at}"))).collect();
        let packed = pack(drafts, |draft| draft.build.len());
        assert_eq!(packed.len(), MOST_COMPONENTS);
        let scripts: Vec<String> = packed
            .iter()
            .flat_map(|(_, draft)| &draft.build)
            .map(|step| if let Action::ExecuteBash(script) = &step.action { script.clone() } else { String::new() })
            .collect();
        let expected: Vec<String> = (0..50).map(|at| format!("echo s{at}\n")).collect();
        assert_eq!(scripts, expected);
        for (_, draft) in &packed {
            let names: std::collections::BTreeSet<&str> = draft.build.iter().map(|step| step.name.as_str()).collect();
            assert_eq!(names.len(), draft.build.len(), "{names:?}");
        }
        let few: Vec<_> = (0..20).map(|at| draft(&format!("s{at}"))).collect();
        assert_eq!(pack(few, |_| 1).first().map(|(name, _)| name.clone()).as_deref(), Some("s0"));
    }
}
