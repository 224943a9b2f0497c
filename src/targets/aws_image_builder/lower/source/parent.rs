//! What an image starts from.
//!
//! Image Builder cannot search for AMIs. Searches that many templates have are known by name (see `searches`); for all
//! others an option says what to start from.

use super::facts::{self, Facts};
use super::searches::{self, Place};
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
        (None, Some(fact), _) => {
            for (_, fact) in filters.iter().flat_map(|block| &block.facts) {
                l.report.near(node, &fact.name, fact.span, "`source_ami` names the AMI, and nothing is searched for");
            }
            named(l, node, fact)
        }
        (None, None, Some(block)) => {
            let get = |name: &str| block.get(name).map(|fact| &fact.value);
            let search = Search::of(get("filters"), get("owners"));
            searched(l, node, &block.name, block.span, search)
        }
        (None, None, None) => {
            let help = format!("name it with {}", l.setting("parent", "AMI"));
            let why = "the source does not say what it starts from";
            let empty = node.facts.iter().find(|fact| fact.name == "source_ami");
            let (name, span) = empty.map_or(("", node.origin), |fact| (fact.name.as_str(), fact.span));
            l.report.impossible(node, name, span, why, Some(help));
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
    /// By filters and owners.
    Filters {
        filters: Vec<(String, String)>,
        owners: Vec<String>,
        /// Something of it must never be shown.
        secret: bool,
    },
    /// What a parameter of Systems Manager says.
    Parameter(String),
    /// Not known while compiling.
    Unknown(String),
}

impl Search {
    fn of(filters: Option<&Given>, owners: Option<&Given>) -> Self {
        let secret = filters.into_iter().chain(owners).any(Given::is_sensitive);
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
            (Some(filters), Some(owners)) => Self::Filters { filters, owners, secret },
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
    let mut help = format!("name the AMI, or an SSM parameter that holds it, with {}", l.setting("parent", "ssm:NAME"));
    let why = match search {
        Search::Parameter(parameter) => {
            l.report.exact(node, name, span, "the parameter is read at each build");
            return Parent { value: Value::text(format!("ssm:{parameter}")), root_device: None };
        }
        Search::Filters { filters, owners, secret } => match searches::known(&filters, &owners) {
            Some(known) => {
                let (value, what) = value(&known.place);
                let how = format!("it starts from the newest AMI that {what} names");
                l.report.approximated(node, name, span, &how, None);
                if known.windows {
                    l.platform = Platform::Windows;
                }
                return Parent { value, root_device: Some(known.root_device.to_owned()) };
            }
            None => {
                if !secret {
                    let region = region(node);
                    let command = searches::command(&filters, &owners, region.as_deref());
                    help = format!("{help}; today's is found by `{command}`");
                }
                "Image Builder cannot search for an AMI, and this search is not one that has a name".to_owned()
            }
        },
        Search::Unknown(why) => format!("Image Builder cannot search for an AMI, and {why}"),
    };
    l.report.impossible(node, name, span, &why, Some(help));
    Parent::default()
}

/// The Region of the source, where it is known and may be shown.
fn region(node: &Node) -> Option<String> {
    let fact = node.facts.iter().find(|fact| fact.name == "region").filter(|fact| !fact.value.is_sensitive())?;
    Some(facts::text(&fact.value)?.known()?.into_owned()).filter(|region| !region.is_empty())
}

/// How a recipe says it, and how a person does.
fn value(place: &Place) -> (Value, String) {
    match place {
        Place::Parameter(name) => (Value::text(format!("ssm:{name}")), format!("the parameter {name}")),
        Place::Image(name) => {
            let mut value = Value::text("arn:");
            value.push(Part::Partition);
            value.push_text(":imagebuilder:");
            value.push(Part::Region);
            value.push_text(&format!(":aws:image/{name}/x.x.x"));
            (value, format!("the managed image {name}"))
        }
    }
}
