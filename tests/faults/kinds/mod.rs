//! The kinds of faults. Each file holds those of one area; a kind is a line of its table.

mod files;
mod legacy;
mod names;
mod references;
mod rules;
mod structure;
mod syntax;
mod trips;
mod types;
mod variables;

use crate::plant::{Fault, Planter};
use crate::templates::Template;

/// A kind of fault: its name, the codes that name it, and how it is planted.
pub(crate) type Kind = (&'static str, &'static [&'static str], fn(&mut Planter<'_>));

/// Every fault of the suite, in the order of the tables.
pub(crate) fn plant(templates: &[Template]) -> Vec<Fault> {
    let tables = [
        names::KINDS,
        types::KINDS,
        rules::KINDS,
        references::KINDS,
        structure::KINDS,
        syntax::KINDS,
        variables::KINDS,
        files::KINDS,
        trips::KINDS,
        legacy::KINDS,
    ];
    let mut faults = Vec::new();
    for &(kind, codes, plant) in tables.iter().copied().flatten() {
        let before = faults.len();
        plant(&mut Planter { kind, codes, templates, faults: &mut faults });
        assert!(faults.len() > before, "`{kind}` plants nothing");
    }
    faults
}
