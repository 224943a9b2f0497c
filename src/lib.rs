//! Formwork compiles Packer templates into the native image pipelines of the platforms that run them.
//!
//! Data flows one way: `parse → resolve → check → graph → lower → emit → write`. A folder of `src/` is a stage and
//! imports only from stages above it in this list:
//! [`source`], [`diagnostic`], [`syntax`], [`schema`], [`parse`], [`outdated`], [`mod@format`], [`mod@print`],
//! [`resolve`], [`project`], [`component`], [`check`], [`graph`], [`targets`], [`engine`] (which runs them one after the other), [`mod@write`], [`cli`].

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests read records and write temporary folders"))]

pub mod check;
pub mod cli;
pub mod component;
pub mod diagnostic;
pub mod engine;
pub mod format;
pub mod graph;
pub mod outdated;
pub mod parse;
pub mod print;
pub mod project;
pub mod resolve;
pub mod schema;
pub mod source;
pub mod syntax;
pub mod targets;
pub mod write;

/// Everything that can be reported, sorted by code.
pub fn declarations() -> Vec<&'static diagnostic::Declaration> {
    let mut all = engine::declarations();
    all.extend(project::DECLARATIONS);
    all.extend(component::DECLARATIONS);
    all.extend(cli::declarations());
    all.sort_by_key(|declaration| declaration.code);
    all
}
