//! From trees to a template: which files belong together, what the variables are, what every expression is worth.

pub mod convert;
pub mod engine;
pub mod eval;
pub mod functions;
pub mod value;
