//! Components that nothing describes: misspelt names, names of another kind, and those of plugins nobody told us about.
//!
//! The first two are reported where they stand. Of a plugin that is not known one thing is said, however many of its
//! components there are; that waits until all of them were seen ([`Foreign::report`]).

use std::collections::{BTreeMap, BTreeSet};

use super::decode::noun;
use super::names;
use super::packer::Required;
use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Diagnostic, Severity, Sink};
use crate::schema::{Kind, Lookup, Schemas};
use crate::source::{Span, Spanned};
use crate::syntax::Document;

declare_diagnostic! {
    pub static UNKNOWN_COMPONENT = {
        code: "unknown-component",
        severity: Error,
        since: "0.1.0",
        summary: "no plugin that is known has this component",
    }
    pub static WRONG_COMPONENT_KIND = {
        code: "wrong-component-kind",
        severity: Error,
        since: "0.1.0",
        summary: "a component stands where components of another kind stand",
    }
}

/// What this file can report.
pub(super) const DECLARATIONS: &[&Declaration] = &[&UNKNOWN_COMPONENT, &WRONG_COMPONENT_KIND];

/// The plugins that a template requires, by local name.
#[derive(Clone, Debug, Default)]
pub(super) struct RequiredPlugins(pub(super) BTreeMap<String, Required>);

impl RequiredPlugins {
    /// The one that a component of that name comes from: names of components begin with the plugin's.
    fn of(&self, component: &str) -> Option<(&str, Option<&str>)> {
        let own = self.0.iter().filter(|(plugin, _)| is_of(component, plugin));
        let longest = own.max_by_key(|(plugin, _)| plugin.len());
        longest.map(|(plugin, required)| (plugin.as_str(), required.source.as_deref()))
    }
}

/// Whether a component has the name of a plugin, or begins with it.
fn is_of(component: &str, plugin: &str) -> bool {
    component.strip_prefix(plugin).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// What is to be said about a component that nothing describes.
pub(super) enum Verdict {
    /// A mistake at its place.
    Fault(Diagnostic),
    /// It belongs to a plugin that is not known, called so; and whether the template requires that.
    Foreign(String, bool),
}

/// What is to be said about `ty`, which is unknown among the components of its kind.
pub(super) fn judge(kind: Kind, ty: &Spanned<String>, schemas: &Schemas, required: &RequiredPlugins) -> Verdict {
    let name = ty.value.as_str();
    let plugin = required.of(name);
    let known = plugin.and_then(|(local, source)| {
        schemas.plugins().find(|known| source.map_or(known.plugin == local, |source| known.source == source))
    });
    if let Some((local, _)) = plugin
        && known.is_none_or(|known| known.plugin != local)
    {
        // Under another local name a known plugin's components have other names, too.
        return Verdict::Foreign(local.to_owned(), true);
    }
    let others: Vec<Kind> = Kind::ALL.into_iter().filter(|other| is_known(schemas, *other, name)).collect();
    if !others.is_empty() {
        return Verdict::Fault(wrong_kind(kind, ty, &others));
    }
    let unknown = || UNKNOWN_COMPONENT.at(ty.span, format!("no {} `{name}` is known", noun(kind))).label("not known");
    if let Some(near) = names::nearest(name, schemas.names(kind)) {
        return Verdict::Fault(unknown().help(format!("did you mean `{near}`?")));
    }
    // The template says whose it is, and all of that plugin's components are known.
    if let Some(known) = known {
        let own = |kind: Kind| schemas.names(kind).filter(|other| is_of(other, &known.plugin));
        let help = if own(kind).next().is_some() {
            names::list(&format!("its {}s", noun(kind)), own(kind))
        } else {
            names::list(&format!("it has no {}; its components", noun(kind)), Kind::ALL.into_iter().flat_map(own))
        };
        let message = format!("the plugin `{}` has no {} `{name}`", known.plugin, noun(kind));
        return Verdict::Fault(UNKNOWN_COMPONENT.at(ty.span, message).label("not known").help(help));
    }
    Verdict::Foreign(name.split('-').next().unwrap_or(name).to_owned(), false)
}

fn is_known(schemas: &Schemas, kind: Kind, name: &str) -> bool {
    matches!(schemas.component(kind, name), Lookup::Described(_) | Lookup::Named(_))
}

fn wrong_kind(kind: Kind, ty: &Spanned<String>, others: &[Kind]) -> Diagnostic {
    let name = &ty.value;
    let is: Vec<String> = others.iter().map(|other| format!("a {}", noun(*other))).collect();
    let is = is.join(" and ");
    let form = |other: &Kind| match other {
        Kind::Builder => format!("`source \"{name}\" \"NAME\" {{ … }}` beside the builds"),
        Kind::DataSource => format!("`data \"{name}\" \"NAME\" {{ … }}` beside the builds"),
        Kind::Provisioner => format!("`provisioner \"{name}\" {{ … }}` in a build"),
        Kind::PostProcessor => format!("`post-processor \"{name}\" {{ … }}` in a build"),
    };
    let forms: Vec<String> = others.iter().map(form).collect();
    WRONG_COMPONENT_KIND
        .at(ty.span, format!("`{name}` is {is}, not a {}", noun(kind)))
        .label(format!("no {} has this name", noun(kind)))
        .help(format!("write {}", forms.join(", or ")))
}

/// Components of plugins that are not known, by plugin.
#[derive(Debug, Default)]
pub(super) struct Foreign(BTreeMap<String, Group>);

#[derive(Debug)]
struct Group {
    is_required: bool,
    /// The gravest that any of its components asks for.
    severity: Severity,
    /// Where each component is used first.
    components: BTreeMap<(Kind, String), Span>,
}

impl Foreign {
    /// Notes a component.
    pub(super) fn add(
        &mut self,
        plugin: String,
        is_required: bool,
        kind: Kind,
        ty: &Spanned<String>,
        severity: Severity,
    ) {
        let group = self.0.entry(plugin).or_insert(Group { is_required, severity, components: BTreeMap::new() });
        group.severity = group.severity.max(severity);
        let place = group.components.entry((kind, ty.value.clone())).or_insert(ty.span);
        *place = (*place).min(ty.span);
    }

    /// Takes in what another has noted, none of it worse than `cap`.
    pub(super) fn absorb(&mut self, other: Foreign, cap: Severity) {
        for (plugin, Group { is_required, severity, components }) in other.0 {
            for ((kind, name), span) in components {
                self.add(plugin.clone(), is_required, kind, &Spanned::new(name, span), severity.min(cap));
            }
        }
    }

    /// Says one thing of each plugin. A legacy template cannot require one.
    pub(super) fn report(&self, is_legacy: bool, sink: &mut Sink) {
        for (plugin, Group { is_required, severity, components }) in &self.0 {
            let Some(((kind, name), first)) = components.iter().min_by_key(|(_, span)| **span) else { continue };
            let names: BTreeSet<&str> = components.keys().map(|(_, name)| name.as_str()).collect();
            let message = match (is_required, components.len()) {
                (true, 1) => format!("nothing describes the {} `{name}` of the plugin `{plugin}`", noun(*kind)),
                (true, _) => names::list(
                    &format!("nothing describes these components of the plugin `{plugin}`"),
                    names.into_iter(),
                ),
                (false, 1) => format!("no {} `{name}` is known", noun(*kind)),
                (false, _) => names::list("nothing is known of the components", names.into_iter()),
            };
            let schema = format!(
                "add a schema (`schemas: [\"{plugin}.json\"]` in `formwork.yaml`, written as `docs/schemas.md` tells); \
                 everything else is checked"
            );
            let help = if *is_required || is_legacy {
                schema
            } else {
                format!("name its plugin in `packer {{ required_plugins {{ … }} }}`, or {schema}")
            };
            let mut diagnostic = UNKNOWN_COMPONENT
                .at(*first, message)
                .label("its attributes cannot be checked")
                .help(help)
                .severity(*severity);
            for (_, span) in components.iter().filter(|(_, span)| *span != first) {
                diagnostic = diagnostic.also(*span, "nor those of this one");
            }
            sink.report(diagnostic);
        }
    }
}

/// The components that a template names, by kind.
pub(super) fn named(documents: &[Document]) -> BTreeSet<(Kind, String)> {
    let mut found = BTreeSet::new();
    let blocks = documents.iter().flat_map(|document| document.body.blocks());
    for block in blocks {
        collect(block, &mut found);
    }
    found
}

fn collect(block: &crate::syntax::Block, found: &mut BTreeSet<(Kind, String)>) {
    let kind = match block.kind.value.as_str() {
        "build" | "post-processors" => {
            block.body.blocks().for_each(|inner| collect(inner, found));
            return;
        }
        "source" => Kind::Builder,
        "data" => Kind::DataSource,
        "provisioner" | "error-cleanup-provisioner" => Kind::Provisioner,
        "post-processor" => Kind::PostProcessor,
        _ => return,
    };
    found.extend(block.labels.first().map(|label| (kind, label.value.clone())));
}
