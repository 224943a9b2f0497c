//! Text that several targets write: shell words, names.
//!
//! Each language has one quoting function, and a value can never become syntax.

pub mod names;
pub mod shell;
pub mod yaml;
