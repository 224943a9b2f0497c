//! What may be said of a resolved template, and the gate to everything that makes something of it.
//!
//! Comes in: a [`Template`]. Goes out: findings, and a [`Checked`] if none of them (nor of an earlier stage) is an error.
//! Only [`gate`] makes a `Checked`, so nobody can build a graph from a template that is known to be wrong.

use crate::diagnostic::{Declaration, Sink};
use crate::resolve::template::Template;

/// Everything that this stage can report, sorted by code.
pub const DECLARATIONS: &[&Declaration] = &[];

/// A template without errors.
#[derive(Clone, Copy, Debug)]
pub struct Checked<'a> {
    template: &'a Template,
}

impl<'a> Checked<'a> {
    /// The template.
    pub fn template(self) -> &'a Template {
        self.template
    }
}

/// Lets a template through about which `sink` holds no error.
pub fn gate<'a>(template: &'a Template, sink: &Sink) -> Option<Checked<'a>> {
    (!sink.has_errors()).then_some(Checked { template })
}
