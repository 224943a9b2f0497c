//! What a plan of the graph comes to, once the host's files are looked at: the same for every target.
//!
//! Comes in: a [`Plan`]. Goes out: its [`Task`]s in order, every condition answered, every field filled, and every path of
//! a mirror found.

mod ansible;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::BTreeSet;

pub use self::ansible::Installation;
use crate::diagnostic::Sink;
use crate::graph::Node;
use crate::graph::plan::{Accepts, Arriving, Command, CommandForm, Condition, Deed, Fragment, Plan, Question, Remark};
use crate::resolve::engine::{self, Engine, Language};
use crate::resolve::value::{HoleKind, Text};
use crate::source::{EntryKind, Files, Span};
use crate::targets::fidelity::Report;

/// Something to do.
#[derive(Clone, Debug)]
pub enum Task {
    /// What is in a folder of the host arrives in a folder that is there.
    Folder {
        /// The folder of the host.
        source: Arriving,
        /// Where to.
        destination: Text,
    },
    /// A folder of the host arrives as this path, or, where that is a folder already, below it.
    FolderAs {
        /// The folder of the host.
        source: Arriving,
        /// Where to.
        destination: Text,
    },
    /// A file of the host arrives.
    File {
        /// The file of the host.
        source: Arriving,
        /// Where to.
        destination: Text,
        /// Nothing that is emitted may hold it.
        secret: bool,
    },
    /// A text becomes a file.
    Content {
        /// The attribute that has most of it.
        attribute: &'static str,
        /// The text.
        text: Text,
        /// Where to.
        destination: Text,
    },
    /// Files of the host arrive below a folder that is made for them.
    Tree {
        /// The attribute that asks for most of it.
        attribute: &'static str,
        /// Where that stands.
        span: Span,
        /// The folder of the machine; not there yet.
        root: String,
        /// The folder of the machine that the template's own folder becomes: the root, or one below it.
        here: String,
        /// What arrives: no part twice.
        parts: Vec<Part>,
    },
    /// A command runs as the machine's user.
    Run {
        /// The attribute that has most of it.
        attribute: &'static str,
        /// Where that stands.
        span: Span,
        /// What runs.
        what: What,
        /// What its exit status means.
        accepts: Accepts,
    },
}

/// What runs.
#[derive(Clone, Debug)]
pub enum What {
    /// A text that a shell reads.
    Shell(Text),
    /// A program, which no shell reads.
    Program {
        /// Where it starts.
        folder: Text,
        /// `NAME=value`
        environment: Vec<Text>,
        /// The program and its arguments.
        words: Vec<Text>,
    },
}

impl What {
    /// Whether it only makes or removes folders, and needs no shell of its own for that.
    pub fn is_housekeeping(&self) -> bool {
        match self {
            Self::Shell(text) => {
                let simple = |text: &str| text.starts_with("mkdir ") || text.starts_with("rm -rf ");
                text.as_literal()
                    .is_some_and(|text| simple(text) && !text.contains(['$', '`', '{', ';', '|', '&', '\n', '<', '>']))
            }
            Self::Program { .. } => false,
        }
    }
}

/// A part of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The folder of the host.
    pub folder: String,
    /// Where what it has lies below the tree's root; empty for the root.
    pub place: String,
    /// What of it arrives; all if nothing.
    pub names: Option<BTreeSet<String>>,
}

/// Why a plan cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The attribute.
    pub attribute: &'static str,
    /// Where it stands.
    pub span: Span,
    /// What is wrong.
    pub why: String,
}

/// What a target knows about a plan.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Tells it from the image's other plans.
    pub number: &'a str,
    /// The machine's user.
    pub user: &'a str,
    /// Where the target's files will lie: that travels nowhere.
    pub output: &'a str,
}

/// Whether a step can be done: says what nothing is known of, and what only the template's own tool could do. What is
/// accepted is left out of it, and where that is the component itself, all of it is.
pub fn is_possible(report: &mut Report<'_>, node: &Node, plan: &Plan) -> bool {
    let mut all = true;
    let told = |name: &str| plan.remarks.iter().chain(&plan.impossible).any(|remark| remark.attribute == name);
    for fact in node.facts.iter().filter(|fact| !told(&fact.name)) {
        if fact.name == "timeout" {
            report.exact(node, &fact.name, fact.span, "Packer ignores it next to `pause_before`");
            continue;
        }
        let why = format!("nothing is known of `{}`", fact.name);
        all &= report.refused(node, &fact.name, fact.span, &why, None);
    }
    for Remark { attribute, span, how, exact: _ } in &plan.impossible {
        all &= report.refused(node, attribute, *span, how, None) && !attribute.is_empty();
    }
    all
}

/// Why a step has no plan.
pub fn why_not_planned(node: &Node, tool: &str) -> String {
    let windows = |name: &str| matches!(name, "guest_os_type" | "target_os");
    if node.facts.iter().any(|fact| windows(&fact.name)) {
        format!("`{tool}` for a Windows guest is not made by this target")
    } else {
        format!("what this `{tool}` does is not known while compiling")
    }
}

/// Says what a plan has to remark, and where the tool's program comes from. `asked` is the option that installs Ansible,
/// `setting` how it is set; nothing if its value is wrong.
pub fn remarks(
    report: &mut Report<'_>,
    node: &Node,
    plan: &Plan,
    (asked, setting): (Option<&str>, &str),
    number: &str,
) -> Option<Option<Installation>> {
    let with_ansible = node.construct.rsplit('.').next().is_some_and(|tool| tool.starts_with("ansible"));
    let asked = asked.filter(|value| !value.is_empty() && with_ansible);
    let installed = match asked.map(|value| Installation::parse(value, number)).transpose() {
        Ok(installed) => installed,
        Err(why) => {
            report.impossible(node, "", node.origin, &format!("the option `ansible` is wrong: {why}"), None);
            return None;
        }
    };
    match (plan.from_host, &installed) {
        (Some(_), Some(_)) => {
            let how = "Ansible runs in the image itself, where it is installed for this step and removed afterwards";
            report.near(node, "", node.origin, how);
        }
        (Some(program), None) => {
            let how = format!("{program} runs in the image itself, and has to be there; Packer runs it on the host");
            let help = if with_ansible {
                format!("install it for this step alone with {setting}")
            } else {
                "install it in a step before".to_owned()
            };
            report.approximated(node, "", node.origin, &how, Some(help));
        }
        (None, Some(_)) => {
            report.near(node, "", node.origin, "Ansible is installed for this step, and removed afterwards");
        }
        (None, None) => {}
    }
    for Remark { attribute, span, how, exact } in &plan.remarks {
        if *exact {
            report.exact(node, attribute, *span, how);
        } else {
            report.near(node, attribute, *span, how);
        }
    }
    Some(installed)
}

/// Finds out what a plan comes to; `origin` is the component.
pub fn decide(plan: &Plan, origin: Span, known: Known<'_>, files: &dyn Files) -> Result<Vec<Task>, Problem> {
    let Known { number, user, output } = known;
    // A tree stands before what refers to it.
    let mut fields = Fields { number: number.to_owned(), user: user.to_owned(), here: String::new() };
    let mut tasks = Vec::new();
    for act in &plan.acts {
        if !all_hold(&act.when, files)? {
            continue;
        }
        tasks.push(match &act.deed {
            Deed::Folder { source, destination } => {
                Task::Folder { source: source.clone(), destination: fields.fill(destination) }
            }
            Deed::FolderAs { source, destination } => {
                Task::FolderAs { source: source.clone(), destination: fields.fill(destination) }
            }
            Deed::File { source, destination, secret } => {
                Task::File { source: source.clone(), destination: fields.fill(destination), secret: *secret }
            }
            Deed::Content { attribute, text, destination } => {
                Task::Content { attribute, text: fields.fill(text), destination: fields.fill(destination) }
            }
            Deed::Template { source, fields: own, destination } => {
                let text = fields.fill(&rendered(source, own, files)?);
                Task::Content { attribute: source.attribute, text, destination: fields.fill(destination) }
            }
            Deed::Mirror(mirror) => {
                let tree = tree::find(mirror, &fields.fill(&mirror.root), origin, output, files)?;
                if let Task::Tree { here, .. } = &tree {
                    fields.here.clone_from(here);
                }
                tree
            }
            Deed::Command(Command { attribute, span, form, accepts }) => {
                let what = match form {
                    CommandForm::Shell(fragments) => What::Shell(fields.fill(&told(fragments, files)?)),
                    CommandForm::Program { folder, environment, words } => What::Program {
                        folder: fields.fill(folder),
                        environment: environment.iter().map(|text| fields.fill(text)).collect(),
                        words: words.iter().map(|text| fields.fill(text)).collect(),
                    },
                };
                Task::Run { attribute, span: *span, what, accepts: accepts.clone() }
            }
        });
    }
    Ok(tasks)
}

/// What fields are filled with.
struct Fields {
    number: String,
    user: String,
    here: String,
}

impl Fields {
    fn fill(&self, text: &Text) -> Text {
        text.map_holes(|hole| {
            let HoleKind::Field(name) = &hole.what else { return Text::hole(hole.clone()) };
            match name.as_str() {
                "Number" => Text::literal(&self.number),
                "User" => Text::literal(&self.user),
                "Here" => Text::literal(&self.here),
                "Host" => Text::literal("127.0.0.1"),
                "Port" => Text::literal("22"),
                _ => Text::hole(hole.clone()),
            }
        })
    }
}

fn told(fragments: &[Fragment], files: &dyn Files) -> Result<Text, Problem> {
    let mut out = Text::new();
    for Fragment { when, text } in fragments {
        if all_hold(when, files)? {
            out.push(text);
        }
    }
    Ok(out)
}

fn all_hold(all: &[Condition], files: &dyn Files) -> Result<bool, Problem> {
    for Condition { question, holds } in all {
        let answer = match question {
            Question::IsFolder(path) => {
                let metadata = files.resolved_metadata(&path.path.value).map_err(|error| unread(path, &error))?;
                metadata.kind == EntryKind::Folder
            }
            Question::HasLine(path, begins) => {
                let bytes = files.read(&path.path.value).map_err(|error| unread(path, &error))?;
                bytes.split(|byte| *byte == b'\n').any(|line| line.starts_with(begins.as_bytes()))
            }
        };
        if answer != *holds {
            return Ok(false);
        }
    }
    Ok(true)
}

fn unread(path: &Arriving, error: &dyn std::fmt::Display) -> Problem {
    problem(path, format!("{} cannot be read: {error}", path.path.value))
}

fn problem(path: &Arriving, why: String) -> Problem {
    Problem { attribute: path.attribute, span: path.path.span, why }
}

/// A template of the user's with its fields filled.
fn rendered(source: &Arriving, fields: &[(&'static str, Text)], files: &dyn Files) -> Result<Text, Problem> {
    let bytes = files.read(&source.path.value).map_err(|error| unread(source, &error))?;
    let text = String::from_utf8(bytes).map_err(|error| unread(source, &error))?;
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    // The files of both languages have the same functions.
    let engine = Engine { fields: &names, ..Engine::new(Language::Hcl2) };
    let mut sink = Sink::default();
    let rendered = engine::render(&Text::literal(text), source.path.span, &engine, &mut sink).text;
    let computed = |text: &Text| {
        text.holes().any(|hole| match &hole.what {
            HoleKind::Field(name) => !names.contains(&name.as_str()),
            HoleKind::Unknown(_) => true,
            HoleKind::Parameter(_) => false,
        })
    };
    if computed(&rendered) {
        let why =
            format!("{} computes with its fields, which only Packer does: write what holds here", source.path.value);
        return Err(problem(source, why));
    }
    Ok(rendered.map_holes(|hole| {
        let HoleKind::Field(name) = &hole.what else { return Text::hole(hole.clone()) };
        fields.iter().find(|(known, _)| known == name).map_or_else(Text::new, |(_, text)| text.clone())
    }))
}
