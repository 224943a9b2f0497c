//! What must hold in a resolved template: what its components demand, the files it names, and where secrets go.
//!
//! Comes in: a [`Template`] and what is known besides it ([`CheckSetting`]). Goes out: [`Checked`], the ticket to
//! the graph, if nothing is wrong. Rules read the finished template; each is a file here and a line in [`RULES`]. What is
//! not known decides nothing, and what an earlier stage reported is not reported again.

mod artifact;
mod communicator;
mod conflicts;
mod context;
mod custom;
mod demand;
mod deprecated;
mod destination;
mod filters;
mod formats;
mod image_name;
mod ineffective;
mod machine;
mod member;
mod missing_file;
mod required;
mod run_command;
mod script;
mod sensitive;
mod unmatched;
mod unused;
mod user_variable;
mod values;
mod words;
mod written;

#[cfg(test)]
mod tests;

use crate::diagnostic::{Declaration, Sink};
use crate::resolve::template::Template;
use crate::schema::Schemas;
use crate::source::Files;
use crate::syntax::Document;
use context::Context;

/// What a template is checked with.
pub struct CheckSetting<'a> {
    /// The disk; relative paths start at the folder it stands for.
    pub files: &'a dyn Files,
    /// What components there are.
    pub schemas: &'a Schemas,
    /// The trees that the template was resolved from.
    pub documents: &'a [Document],
}

/// A template in which nothing is wrong. Only [`check`] makes one.
#[derive(Clone, Copy, Debug)]
pub struct Checked<'t> {
    template: &'t Template,
}

impl<'t> Checked<'t> {
    /// The template.
    pub fn template(self) -> &'t Template {
        self.template
    }
}

/// A rule: what it can report, and how it looks for it.
pub struct Rule {
    /// What it can report.
    pub declares: &'static [&'static Declaration],
    check: fn(&Context<'_>, &mut Sink),
}

/// Every rule. A rule belongs here as soon as its file exists.
pub const RULES: &[Rule] = &[
    artifact::RULE,
    communicator::RULE,
    conflicts::RULE,
    custom::RULE,
    deprecated::RULE,
    destination::RULE,
    filters::RULE,
    image_name::RULE,
    ineffective::RULE,
    missing_file::RULE,
    required::RULE,
    run_command::RULE,
    script::RULE,
    sensitive::RULE,
    unmatched::RULE,
    unused::RULE,
    user_variable::RULE,
    values::RULE,
];

/// Everything that this stage can report.
pub fn declarations() -> Vec<&'static Declaration> {
    RULES.iter().flat_map(|rule| rule.declares.iter().copied()).collect()
}

/// Holds the template against every rule; nothing if `sink` has an error, of this stage or of an earlier one.
pub fn check<'t>(template: &'t Template, setting: &CheckSetting<'_>, sink: &mut Sink) -> Option<Checked<'t>> {
    let context = Context::new(template, setting, sink);
    unused::check_unused_sources(template, setting, sink);
    for rule in RULES {
        (rule.check)(&context, sink);
    }
    gate(template, sink)
}

/// The ticket for a template about which `sink` holds no error, after [`check`] has run.
pub fn gate<'t>(template: &'t Template, sink: &Sink) -> Option<Checked<'t>> {
    (!sink.has_errors()).then_some(Checked { template })
}
