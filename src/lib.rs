//! Formwork compiles Packer templates into the native image pipelines of the platforms that run them.
//!
//! Data flows one way: `parse → resolve → check → graph → lower → emit → write`. A folder of `src/` is a stage and
//! imports only from stages above it in this list:
//! [`source`], [`diagnostic`], [`syntax`], [`parse`], [`schema`], [`resolve`], [`check`], [`graph`], [`targets`],
//! [`write`], [`cli`].

pub mod diagnostic;
pub mod graph;
pub mod parse;
pub mod resolve;
pub mod schema;
pub mod source;
pub mod syntax;
<<<<<<< HEAD
pub mod targets;
=======
pub mod write;
>>>>>>> d7b9c37 (Draw findings and write output that survives being stopped)
