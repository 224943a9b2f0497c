//! What an image starts from.
//!
//! Image Builder cannot search for AMIs. Searches that many templates have are known by name (`parents.json`); for all
//! others an option says what to start from.

use std::sync::LazyLock;

use regex::Regex;

use super::facts::{self, Facts};
use crate::graph::{Fact, Node};
use crate::resolve::value::{Origin, Value as Given, ValueKind};
use crate::source::Span;
use crate::targets::aws_image_builder::lower::Lowering;
use crate::targets::aws_image_builder::model::{Part, Platform, Value};

/// What an image starts from, as far as it is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Parent {
    /// As recipes take it.
    pub(super) value: Value,
    /// The name of its root device.
    pub(super) root_device: Option<String>,
}

/// A search that is known.
#[derive(Debug, serde::Deserialize)]
struct Known {
    /// Owners of which one has to be asked for.
    owners: Vec<String>,
    /// What the filter `name` has to be.
    name: String,
    /// What the filter `architecture` has to be, if it is there.
    architecture: String,
    /// The name alone does not tell the architecture.
    #[serde(default)]
    needs_architecture: bool,
    /// A public parameter of Systems Manager that holds the newest AMI's id.
    #[serde(default)]
    parameter: Option<String>,
    /// The name of the managed image; there where there is no parameter.
    #[serde(default)]
    image: String,
    /// The name of its root device.
    root_device: String,
}

static KNOWN: LazyLock<Vec<(Regex, Known)>> = LazyLock::new(|| {
    let text = include_str!("../../../../../targets/aws-image-builder/parents.json");
    let all: Vec<Known> = serde_json::from_str(text).expect("internal error: parents.json cannot be read");
    let compiled = |known: Known| {
        let name = Regex::new(&format!("^(?:{})$", known.name)).expect("internal error: a pattern in parents.json");
        (name, known)
    };
    all.into_iter().map(compiled).collect()
});

/// Reads what a source starts from.
pub(super) fn parent(l: &mut Lowering<'_>, node: &Node, facts: &mut Facts<'_>) -> Parent {
    let source = facts.take("source_ami");
    let filters = facts.blocks("source_ami_filter");
    let root = l.option("root-device").map(str::to_owned);
    let mut parent = match (l.option("parent"), source, filters.first()) {
        (Some(given), source, _) => {
            let how = format!("it starts from {given}, as `parent` says");
            if let Some(fact) = source {
                l.report.near(node, &fact.name, fact.span, &how);
            }
            for (_, fact) in filters.iter().flat_map(|block| &block.facts) {
                l.report.near(node, &fact.name, fact.span, &how);
            }
            Parent { value: Value::text(given), root_device: None }
        }
        (None, Some(fact), _) => named(l, node, fact),
        (None, None, Some(block)) => {
            let get = |name: &str| block.get(name).map(|fact| &fact.value);
            let search = Search::of(get("filters"), get("owners"));
            searched(l, node, &block.name, block.span, search)
        }
        (None, None, None) => {
            let help = format!("name it with {}", l.setting("parent", "AMI"));
            l.report.impossible(node, "", node.origin, "the source does not say what it starts from", Some(help));
            Parent::default()
        }
    };
    if root.is_some() {
        parent.root_device = root;
    }
    parent
}

/// An AMI by its id, or what a data source finds.
fn named(l: &mut Lowering<'_>, node: &Node, fact: &Fact) -> Parent {
    let text = facts::text(&fact.value);
    // A secret parameter may name an AMI, which is none.
    if let Some(data) = data(&fact.value) {
        return from_data(l, node, fact, &data);
    }
    let value = match text {
        Some(text) => l.as_value(&text),
        None => Err(super::missing(l, &fact.value)),
    };
    match value {
        Ok(value) => Parent { value, root_device: None },
        Err((why, help)) => {
            let option = format!("name the AMI with {}", l.setting("parent", "AMI"));
            let help = help.map_or_else(|| option.clone(), |help| format!("{help}, or {option}"));
            l.report.impossible(node, &fact.name, fact.span, &why, Some(help));
            Parent::default()
        }
    }
}

/// The data source that a value is the result of.
fn data(value: &Given) -> Option<String> {
    let origin = if let ValueKind::Unknown(unknown) = &value.kind {
        Some(&unknown.origin)
    } else {
        let text = value.as_text().filter(|text| text.pieces().len() == 1)?;
        text.holes().next().filter(|hole| hole.known.is_none())?.origin()
    };
    match origin {
        Some(Origin::Data(name)) => Some(name.clone()),
        _ => None,
    }
}

fn from_data(l: &mut Lowering<'_>, node: &Node, fact: &Fact, data: &str) -> Parent {
    let search = l.graph.data_source(data).and_then(|source| {
        let get = |name: &str| source.facts.iter().find(|fact| fact.name == name).map(|fact| &fact.value);
        match source.ty.as_str() {
            "amazon-ami" => Some(Search::of(get("filters"), get("owners"))),
            // The newest value each time: that is what the parameter is for.
            "amazon-parameterstore" => Some(Search::parameter(get("name"))),
            _ => None,
        }
    });
    searched(l, node, &fact.name, fact.span, search.unwrap_or_else(|| Search::unknown(data)))
}

/// What is searched for.
enum Search {
    /// By filters and owners, sorted by name.
    Filters(Vec<(String, String)>, Vec<String>),
    /// What a parameter of Systems Manager says.
    Parameter(String),
    /// Not known while compiling.
    Unknown(String),
}

impl Search {
    fn of(filters: Option<&Given>, owners: Option<&Given>) -> Self {
        let entries = filters.and_then(Given::as_entries);
        let filters: Option<Vec<(String, String)>> = entries.map_or(Some(Vec::new()), |entries| {
            entries
                .iter()
                .map(|(name, value)| Some((name.clone(), facts::text(value)?.known()?.into_owned())))
                .collect()
        });
        let owners: Option<Vec<String>> = owners.map_or(Some(Vec::new()), |owners| {
            owners.as_items()?.iter().map(|owner| Some(facts::text(owner)?.known()?.into_owned())).collect()
        });
        match (filters, owners) {
            (Some(filters), Some(owners)) => Self::Filters(filters, owners),
            _ => Self::Unknown("what it filters by is not known while compiling".to_owned()),
        }
    }

    fn parameter(name: Option<&Given>) -> Self {
        match name.and_then(|name| facts::text(name)?.known().map(std::borrow::Cow::into_owned)) {
            Some(name) => Self::Parameter(name),
            None => Self::Unknown("the parameter's name is not known while compiling".to_owned()),
        }
    }

    fn unknown(data: &str) -> Self {
        Self::Unknown(format!("what `data.{data}` finds is not known while compiling"))
    }
}

fn searched(l: &mut Lowering<'_>, node: &Node, name: &str, span: Span, search: Search) -> Parent {
    let help = format!("name the AMI, or an SSM parameter that holds it, with {}", l.setting("parent", "ssm:NAME"));
    let why = match search {
        Search::Parameter(parameter) => {
            l.report.exact(node, name, span, "the parameter is read at each build");
            return Parent { value: Value::text(format!("ssm:{parameter}")), root_device: None };
        }
        Search::Filters(filters, owners) => match known(&filters, &owners) {
            Some(known) => {
                let (value, what) = value(known);
                l.report.approximated(
                    node,
                    name,
                    span,
                    &format!("it starts from the newest AMI that {what} names"),
                    None,
                );
                if known.image.starts_with("windows") {
                    l.platform = Platform::Windows;
                }
                return Parent { value, root_device: Some(known.root_device.clone()) };
            }
            None => "Image Builder cannot search for an AMI, and this search is not one that has a name".to_owned(),
        },
        Search::Unknown(why) => format!("Image Builder cannot search for an AMI, and {why}"),
    };
    l.report.impossible(node, name, span, &why, Some(help));
    Parent::default()
}

/// The search that these filters are.
fn known(filters: &[(String, String)], owners: &[String]) -> Option<&'static Known> {
    let get = |name: &str| filters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let usual = filters.iter().all(|(key, value)| match key.as_str() {
        "name" | "architecture" => true,
        "virtualization-type" => value == "hvm",
        "root-device-type" => value == "ebs",
        "state" => value == "available",
        "owner-alias" => value == "amazon",
        "image-type" => value == "machine",
        "hypervisor" => value == "xen",
        "is-public" => value == "true",
        // All of them have it.
        "block-device-mapping.volume-type" => matches!(value.as_str(), "gp2" | "gp3"),
        _ => false,
    });
    let name = get("name")?;
    let architecture = get("architecture");
    let alias = get("owner-alias");
    let owner = |known: &Known| {
        owners.iter().map(String::as_str).chain(alias).any(|owner| known.owners.iter().any(|it| it == owner))
    };
    KNOWN.iter().filter(|_| usual).find_map(|(pattern, known)| {
        let fits = pattern.is_match(name)
            && architecture.map_or(!known.needs_architecture, |it| it == known.architecture)
            && owner(known);
        fits.then_some(known)
    })
}

/// How a recipe says it, and how a person does.
fn value(known: &Known) -> (Value, String) {
    match &known.parameter {
        Some(parameter) => (Value::text(format!("ssm:{parameter}")), format!("the parameter {parameter}")),
        None => {
            let mut value = Value::text("arn:");
            value.push(Part::Partition);
            value.push_text(":imagebuilder:");
            value.push(Part::Region);
            value.push_text(&format!(":aws:image/{}/x.x.x", known.image));
            (value, format!("the managed image {}", known.image))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(name: &str, owner: &str, more: &[(&str, &str)]) -> Option<&'static str> {
        let mut filters = vec![("name".to_owned(), name.to_owned())];
        filters.extend(more.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        known(&filters, &[owner.to_owned()]).map(|known| known.image.as_str())
    }

    #[test]
    fn searches_of_many_templates_have_a_name() {
        let hvm = [("virtualization-type", "hvm"), ("root-device-type", "ebs")];
        assert_eq!(find("al2023-ami-2023*-x86_64", "amazon", &hvm), Some("amazon-linux-2023-x86"));
        assert_eq!(find("al2023-ami-*-arm64", "137112412989", &[]), Some("amazon-linux-2023-arm64"));
        assert_eq!(find("amzn2-ami-hvm-*-x86_64-gp2", "amazon", &hvm), Some("amazon-linux-2-x86"));
        let jammy = "ubuntu/images/*ubuntu-jammy-22.04-amd64-server-*";
        assert_eq!(find(jammy, "099720109477", &hvm), Some("ubuntu-server-22-lts-x86"));
        let noble = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-*";
        assert_eq!(find(noble, "099720109477", &hvm), Some("ubuntu-server-24-lts-arm64"));
        let windows = "Windows_Server-2022-English-Full-Base-*";
        assert_eq!(find(windows, "amazon", &[]), Some("windows-server-2022-english-full-base-x86"));
    }

    #[test]
    fn searches_for_more_or_for_others_have_none() {
        assert_eq!(find("al2023-ami-2023*-x86_64", "self", &[]), None);
        assert_eq!(find("al2023-ami-minimal-*-x86_64", "amazon", &[]), None);
        assert_eq!(find("al2023-ami-2023*-x86_64", "amazon", &[("architecture", "arm64")]), None);
        assert_eq!(find("al2023-ami-2023*-x86_64", "amazon", &[("tag:team", "a")]), None);
        assert_eq!(find("my-ubuntu-jammy-22.04-*", "099720109477", &[]), None);
    }
}
