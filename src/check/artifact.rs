//! Finds post-processors that are fed an artifact they cannot take.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::check::Rule;
use crate::check::context::{Context, Subject};
use crate::declare_diagnostic;
use crate::diagnostic::{Diagnostic, Sink};
use crate::resolve::template::{Component, ImagePlan};
use crate::schema::{Artifact, Kind, Lookup};
use crate::source::Span;

declare_diagnostic! {
    pub static ARTIFACT_NOT_ACCEPTED = {
        code: "artifact-not-accepted",
        severity: Warning,
        since: "0.1.0",
        summary: "a post-processor is given an artifact that it cannot take",
    }
}

pub(super) const RULE: Rule = Rule { declares: &[&ARTIFACT_NOT_ACCEPTED], check };

/// What stands at a place of a chain.
#[derive(Clone)]
struct Given {
    /// The ids it may have; none when there is nothing.
    ids: Vec<String>,
    /// Who made it: `the source `docker``.
    maker: String,
    place: Span,
}

fn check(context: &Context<'_>, sink: &mut Sink) {
    // One of each post-processor, whatever number of images it is for.
    let mut found: BTreeMap<Span, Diagnostic> = BTreeMap::new();
    for image in &context.template.images {
        let ImagePlan { source, post_processors, .. } = image;
        let made = context.source(source, image.span).and_then(|subject| produced(&subject, None, source.ty.span));
        for chain in post_processors {
            let mut given = made.clone();
            for component in chain {
                given = step(context, component, given, &mut found);
            }
        }
    }
    found.into_values().for_each(|diagnostic| sink.report(diagnostic));
}

/// Checks one member of a chain, and says what it gives to the next; nothing if that is not known.
fn step(
    context: &Context<'_>,
    component: &Component,
    given: Option<Given>,
    found: &mut BTreeMap<Span, Diagnostic>,
) -> Option<Given> {
    let subject = context.component(component)?;
    if let Some(given) = &given
        && !accepts(&subject, given)
    {
        let name = &component.ty.value;
        match found.entry(component.ty.span) {
            Entry::Vacant(entry) => {
                let message = match given.ids.as_slice() {
                    [] => format!("`{name}` has nothing to take: {} makes no artifact here", given.maker),
                    _ => format!("`{name}` cannot take what {} makes", given.maker),
                };
                let diagnostic = ARTIFACT_NOT_ACCEPTED
                    .at(component.ty.span, message)
                    .label("fails when the build gets here")
                    .also(given.place, "made here")
                    .help(help(context, name, &subject.schema.artifact, given));
                entry.insert(diagnostic);
            }
            Entry::Occupied(mut entry) => {
                let diagnostic = entry.get().clone();
                if diagnostic.others.iter().all(|(place, _)| *place != given.place) {
                    entry.insert(diagnostic.also(given.place, "nor what this makes"));
                }
            }
        }
    }
    produced(&subject, given, component.ty.span)
}

/// Whether it may take it, as far as is known.
fn accepts(subject: &Subject<'_>, given: &Given) -> bool {
    let Artifact { accepts, accepts_any_when, .. } = &subject.schema.artifact;
    let takes_any = accepts.is_empty() || accepts.iter().any(|id| id == "*");
    let may_take_any = || {
        !accepts_any_when.is_empty()
            && subject.insides().first().is_none_or(|own| own.holds(accepts_any_when) != Some(false))
    };
    takes_any || given.ids.iter().any(|id| accepts.contains(id)) || may_take_any()
}

fn produced(subject: &Subject<'_>, given: Option<Given>, place: Span) -> Option<Given> {
    let Artifact { produces, produces_when, .. } = &subject.schema.artifact;
    let own = subject.insides().first().copied()?;
    let mut ids = produces;
    for conditional in produces_when {
        match own.holds(&conditional.when) {
            Some(true) => {
                ids = &conditional.produces;
                return Some(Given { ids: ids.clone(), maker: subject.name.clone(), place });
            }
            Some(false) => {}
            // One of several; all of them are in the list.
            None => break,
        }
    }
    match ids.as_slice() {
        [] => None,
        [id] if id == "input" => given,
        _ if ids.iter().any(|id| id == "input") => None,
        _ => Some(Given { ids: ids.clone(), maker: subject.name.clone(), place }),
    }
}

fn help(context: &Context<'_>, name: &str, artifact: &Artifact, given: &Given) -> String {
    let described = |kind: Kind| {
        context.schemas.names(kind).filter_map(move |name| match context.schemas.component(kind, name) {
            Lookup::Described(component) => Some(component),
            Lookup::Named(_) | Lookup::Unknown => None,
        })
    };
    let takes = |component: &crate::schema::Component| {
        component.artifact.produces.iter().any(|id| artifact.accepts.contains(id))
    };
    let between = described(Kind::PostProcessor).find(|other| {
        other.name != name && takes(other) && given.ids.iter().any(|id| other.artifact.accepts.contains(id))
    });
    if let Some(between) = between {
        return format!("put `{}` before it, in one chain with it (`post-processors`)", between.name);
    }
    let makers: Vec<String> = Kind::ALL
        .into_iter()
        .filter(|kind| matches!(kind, Kind::Builder | Kind::PostProcessor))
        .flat_map(described)
        .filter(|other| takes(other))
        .map(|other| match other.kind {
            Kind::Builder => format!("the builder `{}`", other.name),
            Kind::PostProcessor | Kind::Provisioner | Kind::DataSource => format!("`{}`", other.name),
        })
        .collect();
    let listed = match makers.as_slice() {
        [] => return "remove it from this chain".to_owned(),
        [only] => format!("{only} makes"),
        [first, second] => format!("{first} or {second} makes"),
        [first, second, third] => format!("{first}, {second} or {third} makes"),
        [first, second, rest @ ..] => format!("{first}, {second} and {} others make", rest.len()),
    };
    let override_help = match artifact.accepts_any_when.first() {
        Some(condition) => format!("; with `{}` it takes any", condition.field),
        None => String::new(),
    };
    format!("it takes what {listed}{override_help}")
}
