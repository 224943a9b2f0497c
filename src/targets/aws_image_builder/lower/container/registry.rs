//! Where a container image goes: repositories of ECR, by the names that `docker-tag` gives or by an option.

use super::{Container, entry, facts};
use crate::graph::{Distribution, Node, NodeKind};
use crate::resolve::value::Text;
use crate::source::{Span, Spanned};
use crate::targets::aws_image_builder::lower::Lowering;
use crate::targets::aws_image_builder::model::{ContainerDistribution, Part, RegionDistribution, Value};
use crate::targets::text::unknown::Missing;

/// Names the repository, instead of the template.
const REPOSITORY: &str = "repository";

/// A name of the image in a registry.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    /// Without it, that of everything else.
    region: Option<Value>,
    /// The name of the repository, without the registry; nothing if the registry is not ECR.
    repository: Option<Value>,
    /// As the template has it.
    written: String,
    tags: Vec<Value>,
    /// The construct that names it.
    place: (String, Span),
}

/// Answers a post-processor that gives the image names or sends it somewhere.
pub(in super::super) fn publish(l: &mut Lowering<'_>, node: &Node, distribution: &Distribution) {
    match distribution {
        Distribution::Tag { repository, tags } => tag(l, node, repository, tags),
        Distribution::Push => {
            l.report.exact(node, "", node.origin, "Image Builder pushes every image that it makes");
        }
        Distribution::Import { repository: _, tag: _, settings: _, platform: _ } => {
            let why = "Image Builder makes images from other images, and none from an archive";
            l.report.refused(node, "", node.origin, why, None);
        }
    }
    for fact in &node.facts {
        if !facts::login(l, node, &fact.name, fact) {
            l.report.near(node, &fact.name, fact.span, "left to the service");
        }
    }
    l.report.answered_all(node);
}

fn tag(l: &mut Lowering<'_>, node: &Node, repository: &Spanned<Text>, tags: &[Spanned<Text>]) {
    let Some(name) = asked(l, node, "repository", repository) else { return };
    let mut known = Vec::new();
    for tag in tags {
        known.extend(asked(l, node, "tags", tag));
    }
    if tags.is_empty() {
        known.push(Value::text("latest"));
    }
    let address = Address::of(&name);
    let account = l.context.options.get(super::super::super::TARGET.name, &[], "account");
    if let (Some(address), Some(account)) = (&address, account)
        && address.account.known().is_some_and(|known| known != account)
    {
        let why = format!("the repository belongs to another account than {account}, which everything is made in");
        l.report.refused(node, "repository", repository.span, &why, None);
    }
    let (region, repository_name) =
        address.map_or((None, None), |address| (Some(address.region), Some(address.repository)));
    let written = shown(&name);
    let Some(container) = &mut l.container else { return };
    container.destinations.push(Destination {
        region,
        repository: repository_name,
        written,
        tags: known,
        place: (node.construct.clone(), repository.span),
    });
}

/// A text of a name, which may hold a parameter; refused where nothing knows it.
fn asked(l: &mut Lowering<'_>, node: &Node, name: &str, text: &Spanned<Text>) -> Option<Value> {
    let value: Result<Value, Missing> = l.as_value(&text.value);
    match value {
        Ok(value) => Some(value),
        Err((why, help)) => {
            l.report.refused(node, name, text.span, &why, help);
            None
        }
    }
}

/// A value for people.
fn shown(value: &Value) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Setting(_) | Part::Region | Part::Account | Part::Partition | Part::RoleArn(_) => "…".to_owned(),
    };
    value.parts.iter().map(part).collect()
}

/// The entries of the distribution; the first is the one that the image is built for.
pub(super) fn regions(l: &mut Lowering<'_>, node: &Node, container: &Container) -> Vec<RegionDistribution> {
    let home = || Value { parts: vec![Part::Region] };
    let mut out: Vec<RegionDistribution> = Vec::new();
    let given = l.option(REPOSITORY).map(|name| {
        let address = Address::of(&Value::text(name));
        address.map_or_else(|| (home(), Value::text(name)), |address| (address.region, address.repository))
    });
    if let Some((region, repository)) = given.clone() {
        out.push(entry(region, ContainerDistribution { description: None, repository, tags: Vec::new() }));
    }
    let chains: Vec<&Node> = l.path.chains.iter().flatten().map(|&id| l.graph.node(id)).collect();
    for destination in &container.destinations {
        let Destination { region, repository, written, tags, place: (construct, span) } = destination;
        let Some(node) = chains.iter().find(|node| node.construct == *construct) else { continue };
        let repository = match (&given, repository) {
            (Some((_, repository)), _) => {
                let how = format!("it goes to {}, as `{REPOSITORY}` says", shown(repository));
                l.report.near(node, "repository", *span, &how);
                repository
            }
            (None, Some(repository)) => repository,
            (None, None) => {
                let why = format!("`{written}` is no repository of ECR, and Image Builder pushes to no other registry");
                let help = format!("name one with {}", l.setting(REPOSITORY, "NAME"));
                l.report.refused(node, "repository", *span, &why, Some(help));
                continue;
            }
        };
        let region = match &given {
            Some((region, _)) => region.clone(),
            None => region.clone().unwrap_or_else(home),
        };
        match out.iter_mut().find(|entry| entry.region == region).and_then(|entry| entry.container.as_mut()) {
            Some(there) if there.repository != *repository => {
                let why = format!(
                    "an image goes to one repository of a Region, and `{}` is already there",
                    shown(&there.repository)
                );
                let help = format!("name the one for all with {}", l.setting(REPOSITORY, "NAME"));
                l.report.refused(node, "repository", *span, &why, Some(help));
            }
            Some(there) => {
                for tag in tags {
                    if !there.tags.contains(tag) {
                        there.tags.push(tag.clone());
                    }
                }
            }
            None => {
                let container =
                    ContainerDistribution { description: None, repository: repository.clone(), tags: tags.clone() };
                out.push(entry(region, container));
            }
        }
    }
    let named = chains.iter().any(|node| matches!(node.kind, NodeKind::Distribution(Distribution::Tag { .. })));
    // Why its name is not known was said where it stands.
    if out.is_empty() && container.destinations.is_empty() && !(named && l.report.is_refused()) {
        let why = "Image Builder puts images into ECR, and nothing names a repository";
        let help = format!("name one with {}, or by `docker-tag`", l.setting(REPOSITORY, "NAME"));
        l.report.impossible(node, "", node.origin, why, Some(help));
    }
    out
}

/// A name of an ECR repository with its registry.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Address {
    account: Value,
    region: Value,
    repository: Value,
}

impl Address {
    /// `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`; any of the three may be given later.
    fn of(name: &Value) -> Option<Self> {
        // A sign of its own for each part that is no text; no name has such.
        let sign = |at: usize| char::from_u32(0xE000 + u32::try_from(at).unwrap_or_default()).unwrap_or('\u{E000}');
        let mut text = String::new();
        for (at, part) in name.parts.iter().enumerate() {
            match part {
                Part::Text(known) => text.push_str(known),
                Part::Setting(_) | Part::Region | Part::Account | Part::Partition | Part::RoleArn(_) => {
                    text.push(sign(at));
                }
            }
        }
        let (host, repository) = text.split_once('/')?;
        let host = host.strip_suffix(".cn").unwrap_or(host);
        let (account, region) = host.strip_suffix(".amazonaws.com")?.split_once(".dkr.ecr.")?;
        let value = |text: &str| {
            let mut out = Value::default();
            for c in text.chars() {
                match name.parts.iter().enumerate().find(|(at, part)| sign(*at) == c && !matches!(part, Part::Text(_)))
                {
                    Some((_, part)) => out.push(part.clone()),
                    None => out.push_text(c.encode_utf8(&mut [0; 4])),
                }
            }
            out
        };
        let all = [account, region, repository];
        let [account, region, repository] = all.map(value);
        all.iter().all(|text| !text.is_empty()).then_some(Self { account, region, repository })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targets::aws_image_builder::model::SettingId;

    #[test]
    fn addresses_of_ecr_are_taken_apart() {
        let address = Address::of(&Value::text("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app")).expect("one");
        assert_eq!(address.account.known(), Some("123456789012"));
        assert_eq!(address.region.known(), Some("eu-west-1"));
        assert_eq!(address.repository.known(), Some("team/app"));
        let china = Address::of(&Value::text("1.dkr.ecr.cn-north-1.amazonaws.com.cn/app")).expect("one");
        assert_eq!(china.region.known(), Some("cn-north-1"));
        let mut open = Value::setting(SettingId(0));
        open.push_text(".dkr.ecr.");
        open.push(Part::Setting(SettingId(1)));
        open.push_text(".amazonaws.com/app-");
        open.push(Part::Setting(SettingId(2)));
        let address = Address::of(&open).expect("one");
        assert_eq!(address.account, Value::setting(SettingId(0)));
        assert_eq!(address.region, Value::setting(SettingId(1)));
        assert_eq!(address.repository.parts.len(), 2);
        for other in ["app", "docker.io/library/app", "public.ecr.aws/x/y", "1.dkr.ecr..amazonaws.com/a"] {
            assert_eq!(Address::of(&Value::text(other)), None, "{other}");
        }
    }
}
