//! Reads JSON: any text gives a tree with places, whatever its faults.
//!
//! Two steps: [`reader`] makes [`Data`](super::data::Data) of a file and knows nothing of what it means; [`values`] takes such a tree for
//! a file of values. What is an attribute and what a block in a template only a schema can say, so a template is not
//! mapped here.

pub mod reader;
#[cfg(test)]
mod tests;
pub mod values;

pub use values::parse_values;
