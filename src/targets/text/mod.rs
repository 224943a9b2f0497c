//! Text that several targets write: words of shells and Dockerfiles, paths, names, reasons.
//!
//! Each language has one quoting function, and a value can never become syntax.

pub mod dockerfile;
pub mod names;
pub mod paths;
pub mod shell;
pub mod unknown;
pub mod yaml;
