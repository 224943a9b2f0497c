//! How a graph is shown: as JSON for programs and templates, as DOT and Mermaid for people.
//!
//! Comes in: a graph that keeps its promises. Goes out: text, the same for the same graph; nothing sensitive is in it.

mod dot;
mod json;
mod label;
mod mermaid;
mod plan;

pub use dot::dot;
pub use json::{VERSION, json, value};
pub use mermaid::mermaid;

#[cfg(test)]
mod tests;
