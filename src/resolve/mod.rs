//! From trees to a template: which files belong together, what the variables are, what every expression is worth.
//!
//! Comes in: a [`Configuration`] read by [`configuration::load`], and [`Inputs`]. Goes out: a
//! [`Template`], always: what could not be resolved was reported and is an error value, about which
//! no later stage complains. Nothing is read but files, and nothing is needed to resolve: no plugin, network, clock or
//! variable value; what is not known is unknown.

mod builds;
mod components;
pub mod configuration;
pub mod convert;
mod data;
mod decode;
pub mod duration;
mod elsewhere;
pub mod engine;
pub mod eval;
mod expand;
pub mod functions;
mod inputs;
mod locals;
pub(crate) mod names;
mod packer;
pub mod same;
mod structure;
pub mod template;
mod unread;
pub mod value;
mod variables;
pub mod version;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use configuration::Configuration;
pub use inputs::{Inputs, Patterns};

use crate::diagnostic::{Declaration, Sink};
use crate::parse;
use crate::schema::{Schemas, language};
use crate::source::{FileOrigin, Files, SourceMap, Span};
use crate::syntax;
use components::RequiredPlugins;
use eval::{Scope, World};
use template::Template;
use value::{Origin, Type, Value, ValueKind};

/// Everything that this stage can report.
pub fn declarations() -> Vec<&'static Declaration> {
    let mut all = builds::declarations();
    all.extend(variables::declarations());
    for own in [
        configuration::DECLARATIONS,
        components::DECLARATIONS,
        convert::DECLARATIONS,
        decode::DECLARATIONS,
        expand::DECLARATIONS,
        locals::DECLARATIONS,
        packer::DECLARATIONS,
        structure::DECLARATIONS,
        engine::DECLARATIONS,
        eval::CALL_DECLARATIONS,
        eval::DECLARATIONS,
        functions::DECLARATIONS,
    ] {
        all.extend(own);
    }
    all
}

/// What a configuration is resolved with.
pub struct Setting<'a> {
    /// The disk; relative paths start at the folder it stands for.
    pub files: &'a dyn Files,
    /// What components there are.
    pub schemas: &'a Schemas,
    /// What the user gave besides the files.
    pub inputs: &'a Inputs,
}

/// Resolves a configuration. `with_scope` may evaluate further expressions where the template's own stand.
pub fn resolve(
    configuration: &Configuration,
    setting: &Setting<'_>,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Template {
    resolve_with(configuration, setting, sources, sink, |_, _, _| ()).0
}

/// The same, and what `then` makes of the scope in which sources and builds are evaluated (for `eval`).
pub fn resolve_with<T>(
    configuration: &Configuration,
    setting: &Setting<'_>,
    sources: &mut SourceMap,
    sink: &mut Sink,
    then: impl FnOnce(&Scope<'_>, &mut SourceMap, &mut Sink) -> T,
) -> (Template, T) {
    let Setting { files, schemas, inputs } = *setting;
    let documents = &configuration.documents;
    for document in documents {
        structure::content(&document.body, &language::root(), "a template", sink);
    }
    let environment = |name: &str| inputs.environment.as_ref().and_then(|all| all.get(name).cloned());
    let templates = |path: &str, text: &str, sink: &mut Sink| read_template(path, text, sink);
    let mut world = World::new(files, configuration.root.clone());
    world.readable.clone_from(&inputs.readable);
    world.now = inputs.now;
    world.environment = inputs.environment.is_some().then_some(&environment as &dyn Fn(&str) -> Option<String>);
    world.template = Some(&templates);
    let packer_version = inputs.packer_version.as_deref().unwrap_or(packer::PACKER_VERSION);
    let required = RequiredPlugins(packer::read(documents, packer_version, &world, sink));
    world.unread = unread::Unread::collect(documents, schemas, &required, sources);
    let variables = variables::resolve(configuration, inputs, &world, sources, sink);
    world.parameters = variables.keys().cloned().collect();

    let required_plugins = required.0.iter().map(|(name, plugin)| (name.clone(), plugin.versions.clone())).collect();
    let mut decoder = decode::Decoder::new(schemas, documents, required, packer_version, inputs.require_values);
    if configuration.is_legacy() {
        decoder.language = engine::Language::LegacyJson;
    }
    let mut scope = Scope::new(&world);
    let var = variables.iter().map(|(name, variable)| (name.clone(), variable.in_scope.clone()));
    scope.set_root("var", Value::of(ValueKind::Object(var.collect())));
    let place = documents.first().map(|document| document.body.span.head());
    let place = place.unwrap_or_else(|| variables::invocation(sources, "the command line"));
    scope.set_root("path", path(files, &configuration.root, place));
    scope.set_root("packer", packer::value(packer_version, place));
    scope.set_root("source", builds::unknown_source(place));
    let findings = data::given(documents, inputs, schemas, &world, sources, sink);
    let (locals, data) = locals::resolve(documents, &findings, &mut scope, &mut decoder, sink);
    let builds = builds::resolve(documents, inputs, &scope, &mut decoder, sources, sink);
    decoder.foreign.report(configuration.is_legacy(), sink);
    let result = then(&scope, sources, sink);
    let template = Template {
        required_plugins,
        variables,
        locals,
        data,
        sources: builds.sources,
        builds: builds.headers,
        registries: builds.registries,
        images: builds.images,
        unused: builds.unused,
        shaped_by: decoder.shaped_by,
        root: configuration.root.clone(),
        declared_images: builds.declared_images,
    };
    (template, result)
}

/// `path.root` as given; `path.cwd` is a path of this machine, so it is only known as one.
fn path(files: &dyn Files, root: &str, span: Span) -> Value {
    let cwd = Value::unknown(Type::String, Origin::Machine(files.absolute(".")), span);
    let entries = [("cwd".to_owned(), cwd), ("root".to_owned(), Value::string(root))];
    Value::of(ValueKind::Object(BTreeMap::from(entries)))
}

/// A template file's tree. Its places are its own: diagnostics inside it are reported where it is used.
fn read_template(path: &str, text: &str, sink: &mut Sink) -> syntax::Template {
    let mut own = SourceMap::new();
    let file = own.add(path, text, FileOrigin::Disk);
    parse::hcl::parse_template(&own, file, sink)
}
