//! What rules look at: the components of a template beside their schemas.

use std::sync::LazyLock;

use indexmap::IndexMap;

use crate::diagnostic::{Severity, Sink};
use crate::resolve::template::{Component, ComponentBody, DataSource, ImagePlan, Registry, Template};
use crate::resolve::version::Constraint;
use crate::schema::{self, Artifact, Kind, KnownPlugin, Lookup, Schemas, language};
use crate::source::{Files, Span};
use crate::syntax::{Document, Spelling};

use super::CheckSetting;

/// What is said about `hcp_packer_registry`, as if it were a component.
static REGISTRY: LazyLock<schema::Component> = LazyLock::new(|| schema::Component {
    kind: Kind::Builder,
    name: "hcp_packer_registry".to_owned(),
    plugin: KnownPlugin { plugin: "packer".to_owned(), source: "github.com/hashicorp/packer".to_owned() },
    description: None,
    body: language::hcp_packer_registry(),
    artifact: Artifact::default(),
    generated_vars: Vec::new(),
    outputs: IndexMap::new(),
    clean_names: None,
    deprecated: None,
    note: None,
});

/// Everything a rule may look at.
pub(super) struct Context<'a> {
    pub(super) template: &'a Template,
    pub(super) files: &'a dyn Files,
    pub(super) schemas: &'a Schemas,
    pub(super) documents: &'a [Document],
    /// Where earlier stages reported errors, sorted: what is missing there may be missing because of them.
    faults: Vec<Span>,
}

/// A described component.
pub(super) struct Subject<'a> {
    /// What is said about its type.
    pub(super) schema: &'a schema::Component,
    /// `the provisioner `shell``
    pub(super) name: String,
    /// Its own body.
    pub(super) body: &'a ComponentBody,
    /// Where its type stands.
    pub(super) place: Span,
    /// Whether everything that was written is in the body. If not, nothing can be said to be missing.
    pub(super) complete: bool,
    /// Which versions of its plugin will do, where the template says so.
    pub(super) required: Option<&'a Constraint>,
}

/// A component's own body, or one of the blocks in it.
#[derive(Clone, Copy)]
pub(super) struct Inside<'a> {
    pub(super) schema: &'a schema::Body,
    pub(super) body: &'a ComponentBody,
    /// Where to report what is missing.
    pub(super) place: Span,
}

impl<'a> Context<'a> {
    pub(super) fn new(template: &'a Template, setting: &CheckSetting<'a>, sink: &Sink) -> Self {
        let CheckSetting { files, schemas, documents } = *setting;
        let errors = sink.diagnostics().iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        let mut faults: Vec<Span> = errors.map(|diagnostic| diagnostic.span).collect();
        faults.sort_unstable();
        Self { template, files, schemas, documents, faults }
    }

    /// Whether an earlier stage found anything wrong.
    pub(super) fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }

    /// Every described component: of each image in the order of its life, then data sources.
    pub(super) fn subjects(&self) -> Vec<Subject<'a>> {
        let mut subjects = Vec::new();
        for image in &self.template.images {
            let ImagePlan { source, provisioners, error_cleanup, post_processors, .. } = image;
            subjects.extend(self.source(source, image.span));
            let steps = provisioners.iter().chain(error_cleanup).chain(post_processors.iter().flatten());
            subjects.extend(steps.filter_map(|component| self.component(component)));
        }
        for source in &self.template.data {
            let DataSource { ty, name, body, span } = source;
            subjects.extend(self.subject(
                Kind::DataSource,
                &ty.value,
                body,
                if self.is_data(*span) { name.span } else { ty.span },
                self.is_sound(*span),
            ));
        }
        for Registry { body, in_build: _, keyword, span } in &self.template.registries {
            let name = "the `hcp_packer_registry` block".to_owned();
            let complete = self.is_sound(*span);
            subjects.push(Subject { schema: &REGISTRY, name, body, place: *keyword, complete, required: None });
        }
        subjects
    }

    /// A step of an image, if its type is described.
    pub(super) fn component(&self, component: &'a Component) -> Option<Subject<'a>> {
        let Component { kind, ty, body, span, .. } = component;
        self.subject(*kind, &ty.value, body, self.own(ty.span, *span), self.is_sound(*span))
    }

    /// An image's source, if its type is described; `named` is where the build names it.
    pub(super) fn source(&self, component: &'a Component, named: Span) -> Option<Subject<'a>> {
        // Builds are in the order in which they were written.
        let builds = &self.template.builds;
        let behind = builds.partition_point(|build| (build.span.file, build.span.start) <= (named.file, named.start));
        let build = builds[..behind].last().filter(|build| contains(build.span, named));
        // The build can add to the source, so a fault there may be what is missing here.
        let complete = self.is_sound(component.span) && build.is_none_or(|build| self.is_sound(build.span));
        Some(Subject { complete, ..self.component(component)? })
    }

    /// The place of a component. Sources of JSON and YAML may share the key that says their type: there it is the name.
    fn own(&self, ty: Span, block: Span) -> Span {
        let source =
            || self.template.sources.iter().find(|source| source.ty.span == ty && contains(source.span, block));
        self.is_data(ty).then(source).flatten().map_or(ty, |source| source.name.span)
    }

    /// Whether a place is in a file of HCL's JSON or of YAML.
    pub(super) fn is_data(&self, span: Span) -> bool {
        let document = self.documents.iter().find(|document| document.file == span.file);
        document.is_some_and(|document| matches!(document.body.spelling, Spelling::Json | Spelling::Yaml))
    }

    /// Whether a place is in a legacy template.
    pub(super) fn is_legacy(&self, span: Span) -> bool {
        let document = self.documents.iter().find(|document| document.file == span.file);
        document.is_some_and(|document| document.body.spelling == Spelling::LegacyJson)
    }

    fn subject(
        &self,
        kind: Kind,
        ty: &str,
        body: &'a ComponentBody,
        place: Span,
        complete: bool,
    ) -> Option<Subject<'a>> {
        let Lookup::Described(schema) = self.schemas.component(kind, ty) else { return None };
        let noun = match kind {
            Kind::Builder => "source",
            Kind::Provisioner => "provisioner",
            Kind::PostProcessor => "post-processor",
            Kind::DataSource => "data source",
        };
        let required = self.template.required_plugins.get(&schema.plugin.plugin).and_then(Option::as_ref);
        Some(Subject { schema, name: format!("the {noun} `{ty}`"), body, place, complete, required })
    }

    /// Where an element of the argument at `span` is written: the argument itself where it is not written out.
    pub(super) fn element(&self, span: Span, index: usize) -> Span {
        let whole = self.documents.iter().find_map(|document| document.value_at(span));
        whole.and_then(|whole| whole.item(index)).map_or(span, |item| item.span)
    }

    /// Where the value of a key of the argument at `span` is written, likewise.
    pub(super) fn entry(&self, span: Span, key: &str) -> Span {
        let whole = self.documents.iter().find_map(|document| document.value_at(span));
        whole.and_then(|whole| whole.entry(key)).map_or(span, |value| value.span)
    }

    /// Whether no earlier error lies in that span.
    fn is_sound(&self, span: Span) -> bool {
        let first = self.faults.partition_point(|fault| (fault.file, fault.start) < (span.file, span.start));
        self.faults.get(first).is_none_or(|fault| !contains(span, *fault))
    }
}

impl<'a> Subject<'a> {
    /// The component's own body and every block in it, outer ones first.
    pub(super) fn insides(&self) -> Vec<Inside<'a>> {
        let mut found = vec![Inside { schema: &self.schema.body, body: self.body, place: self.place }];
        let mut at = 0;
        while let Some(&Inside { schema, body, .. }) = found.get(at) {
            at += 1;
            for (name, blocks) in &body.blocks {
                let Some(described) = schema.blocks.get(name) else { continue };
                found.extend(blocks.iter().map(|block| Inside {
                    schema: &described.body,
                    body: &block.body,
                    place: keyword(name, block.span),
                }));
            }
        }
        found
    }
}

/// The place of a block's type at the start of its span.
pub(super) fn keyword(name: &str, block: Span) -> Span {
    let length = u32::try_from(name.len()).unwrap_or(u32::MAX);
    Span { end: block.start.saturating_add(length).min(block.end), ..block }
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.start <= outer.end
}
