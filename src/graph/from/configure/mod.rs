//! Configuration management and tests of images: a file per tool, which says what the plugin does as acts of a [`Plan`].
//!
//! What decides a plan has to be known: paths of the host, truth values, lists. Where it is not, nothing is taken and the
//! component's attributes are facts, so that a target can say what is missing. Commands that plugins run one after the
//! other, each in a session of its own, are commands of their own here, too.

mod ansible;
mod ansible_local;
mod chef;
mod goss;
mod inspec;
mod puppet;
mod salt;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::taker::Taker;
use crate::graph::plan::{
    Accepts, Act, Arriving, Command, CommandForm, Condition, Deed, Fragment, Plan, Question, Remark, lexical,
};
use crate::graph::{Configure, Node, NodeKind, Test};
use crate::resolve::value::{Hole, HoleKind, Piece, Text};
use crate::source::{Span, Spanned};

/// What a plugin is told about the build around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around<'a> {
    /// `packer_build_name`: the source's name.
    pub(super) build: &'a str,
    /// `packer_builder_type`: the source's type.
    pub(super) builder: &'a str,
}

/// Puts texts of every kind behind each other.
macro_rules! text {
    ($($part:expr),* $(,)?) => {{
        let mut out = $crate::resolve::value::Text::new();
        $($crate::graph::from::configure::Part::add(&$part, &mut out);)*
        out
    }};
}
use text;

/// A part of a text.
trait Part {
    fn add(&self, out: &mut Text);
}

impl Part for str {
    fn add(&self, out: &mut Text) {
        out.push_str(self);
    }
}

impl Part for String {
    fn add(&self, out: &mut Text) {
        out.push_str(self);
    }
}

impl Part for Text {
    fn add(&self, out: &mut Text) {
        out.push(self);
    }
}

impl<T: Part + ?Sized> Part for &T {
    fn add(&self, out: &mut Text) {
        (**self).add(out);
    }
}

pub(super) fn configure(taker: Taker<'_>, around: Around<'_>) -> Node {
    let tool = taker.component.ty.value.clone();
    let (taker, options, plan) = planned(taker, around);
    taker.finish(NodeKind::Configure(Configure { options, tool, plan }))
}

pub(super) fn test(taker: Taker<'_>, around: Around<'_>) -> Node {
    let tool = taker.component.ty.value.clone();
    let (taker, options, plan) = planned(taker, around);
    taker.finish(NodeKind::Test(Test { options, tool, plan }))
}

/// The plan, or a taker of which nothing is taken.
fn planned<'t>(mut taker: Taker<'t>, around: Around<'_>) -> (Taker<'t>, crate::graph::StepOptions, Option<Plan>) {
    let plan = match taker.component.ty.value.as_str() {
        "ansible" => ansible::plan(&mut taker, around),
        "ansible-local" => ansible_local::plan(&mut taker, around),
        "chef-solo" => chef::solo(&mut taker),
        "chef-client" => chef::client(&mut taker),
        "puppet-masterless" => puppet::masterless(&mut taker, around),
        "puppet-server" => puppet::server(&mut taker, around),
        "salt-masterless" => salt::plan(&mut taker),
        "goss" => goss::plan(&mut taker),
        "inspec" => inspec::plan(&mut taker, around),
        _ => None,
    };
    if plan.is_none() {
        taker = taker.again();
    }
    let options = taker.options();
    (taker, options, plan)
}

/// A plan that grows.
#[derive(Debug)]
struct Acts {
    span: Span,
    /// Folders are open to everybody, and made by this: `sudo ` or nothing.
    open: Option<&'static str>,
    acts: Vec<Act>,
    remarks: Vec<Remark>,
    impossible: Vec<Remark>,
}

impl Acts {
    fn new(taker: &Taker<'_>) -> Self {
        Self { span: taker.span(), open: None, acts: Vec::new(), remarks: Vec::new(), impossible: Vec::new() }
    }

    fn push(&mut self, deed: Deed) {
        self.push_if(Vec::new(), deed);
    }

    fn push_if(&mut self, when: Vec<Condition>, deed: Deed) {
        self.acts.push(Act { when, deed });
    }

    /// A command that a shell reads, and that has to succeed.
    fn shell(&mut self, text: Text) {
        self.command("", self.span, vec![always(text)], Accepts::Codes(vec![0]));
    }

    fn command(&mut self, attribute: &'static str, span: Span, fragments: Vec<Fragment>, accepts: Accepts) {
        self.push(Deed::Command(Command { attribute, span, form: CommandForm::Shell(fragments), accepts }));
    }

    /// A folder that is there afterwards, and what is above it.
    fn folder(&mut self, path: &Text) {
        let sudo = self.open.unwrap_or_default();
        self.shell(text![sudo, "mkdir -p '", path, "'"]);
        if self.open.is_some() {
            self.shell(text![sudo, "chmod 0777 '", path, "'"]);
        }
    }

    /// What is in a folder of the host, in one of the machine that is made first.
    fn upload(&mut self, source: Arriving, destination: Text) {
        self.folder(&destination);
        self.push(Deed::Folder { source, destination });
    }

    fn file(&mut self, source: Arriving, destination: Text) {
        self.push(Deed::File { source, destination, secret: false });
    }

    fn content(&mut self, attribute: &'static str, text: Text, destination: Text) {
        self.push(Deed::Content { attribute, text, destination });
    }

    /// Says the same of each of these attributes that is given. They stay facts.
    fn remark(&mut self, taker: &Taker<'_>, attributes: &[&'static str], how: &'static str) {
        self.say(taker, attributes, how, false);
    }

    /// The same of attributes that do nothing for the plugin, either.
    fn idle(&mut self, taker: &Taker<'_>, attributes: &[&'static str], how: &'static str) {
        self.say(taker, attributes, how, true);
    }

    fn say(&mut self, taker: &Taker<'_>, attributes: &[&'static str], how: &'static str, exact: bool) {
        for attribute in attributes {
            if let Some(argument) = taker.value(attribute) {
                self.remarks.push(Remark { attribute, span: argument.span, how, exact });
            }
        }
    }

    /// Says something of the whole component.
    fn mention(&mut self, how: &'static str) {
        self.remarks.push(Remark { attribute: "", span: self.span, how, exact: false });
    }

    /// Says that something cannot be done.
    fn impossible(&mut self, attribute: &'static str, span: Span, how: &'static str) {
        self.impossible.push(Remark { attribute, span, how, exact: false });
    }

    fn plan(self, subject: Option<String>, from_host: Option<&'static str>) -> Option<Plan> {
        let Self { span: _, open: _, acts, remarks, impossible } = self;
        // The same however it is written.
        let subject = subject.map(|subject| lexical(&subject)).filter(|subject| !subject.is_empty());
        Some(Plan { subject, from_host, acts, remarks, impossible })
    }
}

/// A fragment that is always there.
fn always(text: Text) -> Fragment {
    Fragment { when: Vec::new(), text }
}

/// A text that is one field.
fn field(name: &str, span: Span) -> Text {
    Text::hole(Hole { what: HoleKind::Field(name.to_owned()), known: None, sensitive: false, span })
}

/// The text with its fields filled, as far as `fields` has them.
fn filled(text: &Text, fields: &[(&str, Text)]) -> Text {
    text.map_holes(|hole| match &hole.what {
        HoleKind::Field(name) => match fields.iter().find(|(known, _)| known == name) {
            Some((_, value)) => value.clone(),
            None => Text::hole(hole.clone()),
        },
        HoleKind::Parameter(_) | HoleKind::Unknown(_) => Text::hole(hole.clone()),
    })
}

/// Texts with a text between them.
fn joined(texts: &[Text], between: &str) -> Text {
    let mut out = Text::new();
    for (at, text) in texts.iter().enumerate() {
        if at > 0 {
            out.push_str(between);
        }
        out.push(text);
    }
    out
}

/// A path of the host; what it is has to be known.
fn arriving(taker: &mut Taker<'_>, attribute: &'static str) -> Given<Arriving> {
    optional(taker, attribute, |taker| taker.decided(attribute).map(|path| Arriving { attribute, path }))
}

/// Paths of the host.
fn all_arriving(taker: &mut Taker<'_>, attribute: &'static str) -> Given<Vec<Arriving>> {
    let all = optional(taker, attribute, |taker| taker.decided_list(attribute))?;
    let each = |all: Spanned<Vec<String>>| {
        let span = all.span;
        all.value.into_iter().map(|path| Arriving { attribute, path: Spanned::new(path, span) }).collect()
    };
    Some(Some(all.map_or_else(Vec::new, each)))
}

/// Nothing where an attribute is given whose value is not known, or not of its type; else whether it is given.
type Given<T> = Option<Option<T>>;

/// Reads an attribute that may be left out.
fn optional<T>(taker: &mut Taker<'_>, attribute: &str, read: impl FnOnce(&mut Taker<'_>) -> Option<T>) -> Given<T> {
    let value = read(taker);
    // What is empty counts as not given, and is taken.
    if value.is_none() && taker.has(attribute) && !is_null(taker, attribute) { None } else { Some(value) }
}

fn is_null(taker: &Taker<'_>, attribute: &str) -> bool {
    let null = |argument: &crate::resolve::template::Argument| {
        matches!(argument.value.kind, crate::resolve::value::ValueKind::Null(_))
    };
    taker.value(attribute).is_some_and(null)
}

/// A truth value; one that is not given is false.
fn flag(taker: &mut Taker<'_>, attribute: &str) -> Option<bool> {
    optional(taker, attribute, |taker| taker.bool(attribute)).map(|given| given.is_some_and(|it| it.value))
}

/// A text, or the default.
fn text_or(taker: &mut Taker<'_>, attribute: &str, default: impl FnOnce() -> Text) -> Option<Text> {
    optional(taker, attribute, |taker| taker.text(attribute)).map(|given| given.map_or_else(default, |it| it.value))
}

/// Texts; none if not given.
fn texts(taker: &mut Taker<'_>, attribute: &str) -> Option<Vec<Text>> {
    optional(taker, attribute, |taker| taker.texts(attribute)).map(|given| given.map_or_else(Vec::new, |it| it.value))
}

/// Texts by name; none if not given.
fn map(taker: &mut Taker<'_>, attribute: &str) -> Option<BTreeMap<String, Text>> {
    let given = optional(taker, attribute, |taker| taker.map(attribute))?;
    Some(given.map_or_else(BTreeMap::new, |it| it.value.into_iter().collect()))
}

/// What a fragment of a folder or file of the host is called.
fn base(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

fn is_folder(path: &Arriving, holds: bool) -> Condition {
    Condition { question: Question::IsFolder(path.clone()), holds }
}

fn has_line(path: &Arriving, begins: &'static str, holds: bool) -> Condition {
    Condition { question: Question::HasLine(path.clone(), begins), holds }
}

/// Whether a known part of the text says this.
fn says(text: &Text, what: &str) -> bool {
    text.pieces().iter().any(|piece| matches!(piece, Piece::Literal(literal) if literal.contains(what)))
}

/// `sudo `, unless it is prevented.
fn sudo(prevented: bool) -> &'static str {
    if prevented { "" } else { "sudo " }
}

/// Whether the guest is a Unix; nothing where that is not known.
fn is_unix(taker: &mut Taker<'_>, attribute: &str) -> Option<bool> {
    let system = optional(taker, attribute, |taker| taker.decided(attribute))?;
    Some(system.is_none_or(|system| ["unix", "linux"].iter().any(|unix| system.value.eq_ignore_ascii_case(unix))))
}
