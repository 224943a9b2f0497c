//! Limits of the service, and what is done to stay within them.
//!
//! Documents that are too long for a request go to the bucket, and so do the longest ones of a template that is too long,
//! if that helps; steps of more components than a recipe may have are packed together, neighbours with neighbours.

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
pub(super) const LONGEST_TEMPLATE: usize = 51_200;
/// The most bytes of a template that is.
const LONGEST_IN_BUCKET: usize = 1_000_000;
/// The most resources of a template.
const MOST_RESOURCES: usize = 500;
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
    let template = template.map(|bytes| {
        let most = if bytes > LONGEST_TEMPLATE { LONGEST_IN_BUCKET } else { LONGEST_TEMPLATE };
        format!("template.yaml: {} of {} bytes", thousands(bytes), thousands(most))
    });
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
    if in_template {
        shorten(project, context);
    }
}

/// Moves the longest documents out of a template: as few as bring it below the limit that can be met.
fn shorten(project: &mut Project, context: &Context<'_>) {
    let longest_first = {
        let inline = (0..project.components.len()).filter(|&at| project.components[at].data == Data::Inline);
        let mut order: Vec<usize> = inline.collect();
        order.sort_by_key(|&at| std::cmp::Reverse(project.components[at].text.len()));
        order
    };
    let without = |first: usize| {
        let mut project = project.clone();
        longest_first[..first].iter().for_each(|&at| move_out(&mut project, context, at));
        project
    };
    let size = |project: &Project| {
        emit::cloudformation::template(project).len() + VERSION * (project.components.len() + project.recipes.len())
    };
    // One that has to lie in a bucket in any case may as well be whole.
    let shortest = size(&without(longest_first.len()));
    let most = if shortest <= LONGEST_TEMPLATE { LONGEST_TEMPLATE } else { LONGEST_IN_BUCKET };
    let (mut too_few, mut enough) = (0, longest_first.len());
    if size(project) <= most {
        return;
    }
    while enough - too_few > 1 {
        let middle = usize::midpoint(too_few, enough);
        if size(&without(middle)) <= most { enough = middle } else { too_few = middle }
    }
    *project = without(enough);
}

/// What of a template of so many bytes is beyond the limits of CloudFormation, though it lies in a bucket.
pub(super) fn excess(project: &Project, bytes: usize) -> Option<String> {
    let Project { roles, profiles, components, recipes, infrastructures, distributions, pipelines, policies, .. } =
        project;
    let resources = roles.len()
        + profiles.len()
        + components.len()
        + recipes.len()
        + infrastructures.len()
        + distributions.len()
        + pipelines.len()
        + pipelines.iter().filter(|pipeline| pipeline.build).count()
        + policies.len();
    if resources > MOST_RESOURCES {
        let (have, most) = (thousands(resources), thousands(MOST_RESOURCES));
        return Some(format!("a template of CloudFormation has {most} resources at most, and this would have {have}"));
    }
    let (have, most) = (thousands(bytes), thousands(LONGEST_IN_BUCKET));
    (bytes > LONGEST_IN_BUCKET)
        .then(|| format!("a template of CloudFormation has {most} bytes at most, and this would have {have}"))
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
    use crate::source::MemoryFiles;
    use crate::targets::Options;
    use crate::targets::aws_image_builder::document::{Action, Document, Step};
    use crate::targets::aws_image_builder::model::{Component, Platform};

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

    /// As many components as sizes, each with a document of so many bytes.
    fn project(sizes: &[usize]) -> Project {
        let component = |(at, size): (usize, &usize)| Component {
            image: "amazon-ebs.a".to_owned(),
            name: format!("p-a-{at}"),
            version: String::new(),
            description: "a step".to_owned(),
            platform: Platform::Linux,
            document: Document::default(),
            text: format!("{at}{}", "x".repeat(*size)),
            file: format!("components/a-{at}.yaml"),
            data: Data::Inline,
        };
        Project {
            name: "p".to_owned(),
            components: sizes.iter().enumerate().map(component).collect(),
            ..Project::default()
        }
    }

    fn fitted(sizes: &[usize]) -> (Vec<usize>, usize) {
        let (files, options) = (MemoryFiles::new(), Options::new());
        let context = Context {
            files: &files,
            options: &options,
            accepted: &[],
            output_folder: "out",
            project: "p",
            generated_from: "t",
        };
        let mut project = project(sizes);
        fit(&mut project, &context, true);
        let moved = project.components.iter().enumerate().filter(|(_, it)| it.data != Data::Inline);
        (moved.map(|(at, _)| at).collect(), emit::cloudformation::template(&project).len())
    }

    #[test]
    fn as_few_documents_leave_a_template_as_bring_it_below_its_limit() {
        assert_eq!(fitted(&[10_000; 4]).0, Vec::<usize>::new());
        let (moved, bytes) = fitted(&[9_000, 12_000, 10_000, 11_000, 10_500, 9_500]);
        assert_eq!(moved, [1, 3]);
        assert!(bytes <= LONGEST_TEMPLATE, "{bytes}");
        // 300 components are too much for it without any document: the template goes to a bucket as it is.
        let (moved, bytes) = fitted(&[2_000; 300]);
        assert_eq!(moved, Vec::<usize>::new());
        assert!(bytes > LONGEST_TEMPLATE && bytes <= LONGEST_IN_BUCKET, "{bytes}");
        let (moved, bytes) = fitted(&[15_000; 90]);
        assert!(!moved.is_empty() && moved.len() < 90 && bytes <= LONGEST_IN_BUCKET, "{} {bytes}", moved.len());
    }

    #[test]
    fn a_template_with_too_many_resources_is_told() {
        assert_eq!(excess(&project(&[1; 500]), 10), None);
        let why = excess(&project(&[1; 501]), 10).expect("a reason");
        assert!(why.contains("500 resources at most, and this would have 501"), "{why}");
        assert!(excess(&project(&[]), 1_000_001).is_some());
    }
}
