//! A plan in words: each resource with its reasons, and where in the template they stand.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::diagnostic::render::without_controls;
use crate::targets::Target;
use crate::targets::inventory::{Action, Change, Difference, Resource};
use crate::write::FidelityEntry;
use crate::write::output::Run;

/// The longest value that is shown.
const LONGEST: usize = 60;

/// Why something happens to a resource.
struct Reason {
    what: String,
    /// `file:line`
    place: Option<String>,
}

/// A plan that is to be shown.
pub(super) struct Shown<'a> {
    changes: Vec<(&'a Change<'a>, Vec<Reason>)>,
    target: &'a Target,
    against: &'a str,
    configuration: &'a str,
}

impl<'a> Shown<'a> {
    pub(super) fn new(
        changes: &'a [Change<'a>],
        run: &Run,
        target: &'a Target,
        against: &'a str,
        configuration: &'a str,
    ) -> Self {
        let places = Places { entries: &run.fidelity.entries, target };
        let changes = changes.iter().map(|change| (change, reasons(change, &places))).collect();
        Self { changes, target, against, configuration }
    }

    fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|(change, _)| change.action == action).count()
    }

    fn summary(&self) -> String {
        Action::ALL.map(|action| format!("{} to {}", self.count(action), action.word())).join(", ")
    }

    /// For people: a line for each resource that does not stay as it is.
    pub(super) fn human(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "{} of {}, against {}", self.target.name, self.configuration, self.against);
        for (change, reasons) in self.touched() {
            let sign = match change.action {
                Action::Create => '+',
                Action::Replace => '±',
                Action::Update => '~',
                Action::Delete => '-',
                Action::Leave => '=',
            };
            let _ = writeln!(out, "{sign} {:<7} {}", change.action.word(), titled(change.resource()));
            for Reason { what, place } in reasons {
                let place = place.as_ref().map(|place| format!("  {place}")).unwrap_or_default();
                let _ = writeln!(out, "    {what}{place}");
            }
        }
        let _ = writeln!(out, "{}", self.summary());
        without_controls(&out)
    }

    pub(super) fn markdown(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "### `{}` of {}, against {}\n", self.target.name, self.configuration, self.against);
        let _ = writeln!(out, "{}\n", self.summary());
        if self.touched().next().is_some() {
            let _ = writeln!(out, "| | resource | why |\n|---|---|---|");
        }
        for (change, reasons) in self.touched() {
            let reason = |Reason { what, place }: &Reason| match place {
                Some(place) => format!("{what} (`{place}`)"),
                None => what.clone(),
            };
            let reasons = reasons.iter().map(reason).collect::<Vec<_>>().join("; ").replace('|', "\\|");
            let _ = writeln!(out, "| {} | {} | {reasons} |", change.action.word(), titled(change.resource()));
        }
        without_controls(&out)
    }

    pub(super) fn json(&self) -> Json {
        let one = |(change, reasons): &(&Change<'_>, Vec<Reason>)| {
            let resource = change.resource();
            let version = |it: Option<&Resource>| it.and_then(|it| it.version.clone());
            let reason = |Reason { what, place }: &Reason| {
                let (file, line) = place.as_ref().and_then(|place| place.rsplit_once(':')).unzip();
                json!({"what": what, "file": file, "line": line.and_then(|line| line.parse::<u64>().ok())})
            };
            json!({
                "action": change.action.word(),
                "kind": resource.kind,
                "name": resource.name,
                "address": resource.address,
                "image": resource.image,
                "before": version(change.old),
                "after": version(change.new),
                "reasons": reasons.iter().map(reason).collect::<Vec<_>>(),
            })
        };
        let summary = Action::ALL.map(|action| (action.word().to_owned(), json!(self.count(action))));
        json!({
            "version": 1,
            "configuration": self.configuration,
            "target": self.target.name,
            "against": self.against,
            "resources": self.changes.iter().map(one).collect::<Vec<_>>(),
            "summary": Json::Object(summary.into_iter().collect()),
        })
    }

    fn touched(&self) -> impl Iterator<Item = &(&'a Change<'a>, Vec<Reason>)> {
        self.changes.iter().filter(|(change, _)| change.action != Action::Leave)
    }
}

fn titled(resource: &Resource) -> String {
    format!("{} `{}`", resource.kind, resource.name)
}

/// Where constructs of the template stand.
struct Places<'a> {
    entries: &'a [FidelityEntry],
    target: &'a Target,
}

impl Places<'_> {
    /// The first place of a construct that fits.
    fn first(&self, resource: &Resource, fits: impl Fn(&str) -> bool) -> Option<String> {
        let mine = |entry: &&FidelityEntry| resource.image.as_ref().is_none_or(|image| *image == entry.image);
        let found = self.entries.iter().filter(mine).filter(|entry| fits(&entry.construct));
        let places = found.filter_map(|it| Some((it.file.as_ref()?, it.range.as_ref()?.start.line)));
        places.min_by_key(|(_, line)| *line).map(|(file, line)| format!("{file}:{line}"))
    }

    fn construct(&self, resource: &Resource, construct: &str) -> Option<String> {
        let below = |rest: &str| rest.is_empty() || rest.starts_with('.');
        self.first(resource, |it| it.strip_prefix(construct).is_some_and(below))
    }

    /// The attribute of the source that a fact is made from.
    fn attribute(&self, resource: &Resource, fact: &str) -> Option<String> {
        let attributes = (self.target.inventory?.attributes)(&resource.kind, fact);
        attributes.iter().find_map(|attribute| {
            self.first(resource, |construct| {
                let parts = construct.strip_prefix("source.").map(|rest| rest.split('.').nth(2));
                let name = parts.flatten().map(|part| part.split('[').next().unwrap_or(part));
                name == Some(*attribute)
            })
        })
    }
}

fn reasons(change: &Change<'_>, places: &Places<'_>) -> Vec<Reason> {
    let resource = change.resource();
    let own = || -> Vec<Reason> {
        let construct = |construct: &String| Reason {
            what: format!("`{construct}`"),
            place: places.construct(resource, construct),
        };
        resource.constructs.iter().map(construct).collect()
    };
    match change.action {
        Action::Leave => Vec::new(),
        Action::Create => own(),
        Action::Delete => vec![Reason { what: "nothing of the template makes it any more".to_owned(), place: None }],
        Action::Replace | Action::Update => {
            let mut out: Vec<Reason> = change
                .follows
                .iter()
                .map(|it| Reason { what: format!("it is made of the {}, which is new", titled(it)), place: None })
                .collect();
            let parts = |fact: &str| fact.starts_with("Components") || fact.starts_with("component");
            for fact in &change.facts {
                if !parts(fact.fact) {
                    out.push(changed(change, fact, places));
                }
            }
            let gone = parts_gone(change);
            out.extend(
                gone.iter().map(|name| Reason { what: format!("`{name}` is no longer a part of it"), place: None }),
            );
            if out.is_empty() {
                out.push(Reason { what: "its components changed, or their order".to_owned(), place: None });
            }
            out
        }
    }
}

/// Addresses of what it was made of and is no more.
fn parts_gone<'a>(change: &Change<'a>) -> Vec<&'a str> {
    let (Some(old), Some(new)) = (change.old, change.new) else { return Vec::new() };
    old.references.difference(&new.references).map(String::as_str).collect()
}

fn changed(change: &Change<'_>, fact: &Difference<'_>, places: &Places<'_>) -> Reason {
    let resource = change.resource();
    let short = |value: Option<&str>| match value {
        None => Some("nothing".to_owned()),
        Some(text) if text.chars().count() <= LONGEST && !text.contains('\n') => Some(format!("`{text}`")),
        Some(_) => None,
    };
    let Difference { fact: name, old, new } = *fact;
    let is_step = name.contains(" step `");
    let what = match (old, new, short(old), short(new)) {
        (None, Some(_), ..) if is_step => format!("{name} is new"),
        (Some(_), None, ..) if is_step => format!("{name} goes"),
        (_, _, Some(old), Some(new)) if !is_step && name != "content" => format!("`{name}` becomes {new}, was {old}"),
        _ if is_step => format!("{name} changed"),
        _ => format!("`{name}` changed"),
    };
    let own = || resource.constructs.first().and_then(|it| places.construct(resource, it));
    let place = places.attribute(resource, name).or_else(own);
    Reason { what, place }
}
