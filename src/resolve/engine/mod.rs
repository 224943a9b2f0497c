//! Packer's template engine: Go's `text/template` with Packer's functions, over texts in parts.
//!
//! Comes in: an evaluated [`Text`]. Goes out: the text as Packer's plugin would have it, once rendered. The literal parts
//! are template source; a hole is a value that is carried through and never read as source. What only a running build
//! knows (the clock, a plugin's field) comes out as a hole, and an action that would compute with something unknown
//! comes out as one unknown hole, silently. Which attributes are rendered, how often and with which fields is for
//! schemas to say: a caller that needs a text rendered twice calls [`render`] twice.
//!
//! Where this differs from Go: complex numbers are refused, a block or parenthesis may nest 60 deep, output and loops
//! are bounded, and a trim marker does not reach into a hole.

mod compare;
mod evaluate;
mod exec;
mod format;
mod functions;
mod lex;
mod literal;
mod parse;
mod source;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::BTreeSet;

use super::value::{Hole, HoleKind, Origin, ParameterId, Text, Type, Unknown};
use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Sink};
pub use crate::schema::CleanNames;
use crate::source::Span;
use source::Source;

declare_diagnostic! {
    pub static SYNTAX = {
        code: "template-engine-syntax",
        severity: Error,
        since: "0.1.0",
        summary: "a text is not a template that Packer's engine can read",
    }
    pub static FAILED = {
        code: "template-engine-error",
        severity: Error,
        since: "0.1.0",
        summary: "an action of a text fails when Packer renders it",
    }
    pub static UNKNOWN_FUNCTION = {
        code: "unknown-engine-function",
        severity: Error,
        since: "0.1.0",
        summary: "a text calls a function that Packer's engine does not have",
    }
    pub static UNAVAILABLE = {
        code: "engine-function-unavailable",
        severity: Error,
        since: "0.1.0",
        summary: "a text calls a function of Packer's engine that fails at this place",
    }
    pub static WITHOUT_DATA = {
        code: "engine-field-without-data",
        severity: Warning,
        since: "0.1.0",
        summary: "a text has a field that nothing fills, so Packer writes `<no value>`",
    }
}

/// What this folder can report.
pub const DECLARATIONS: &[&Declaration] = &[&FAILED, &SYNTAX, &UNAVAILABLE, &UNKNOWN_FUNCTION, &WITHOUT_DATA];

/// Which language a text was written in; functions differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// HCL2, in any of its spellings.
    Hcl2,
    /// Packer's old JSON templates.
    LegacyJson,
}

/// What a text is rendered with.
#[derive(Clone, Copy, Debug)]
pub struct Engine<'a> {
    /// The language of the template.
    pub language: Language,
    /// What `build_name` gives; not known where there is none.
    pub build_name: Option<&'a str>,
    /// What `build_type` gives; not known where there is none.
    pub build_type: Option<&'a str>,
    /// What `packer_version` gives; not known where there is none.
    pub packer_version: Option<&'a str>,
    /// Names that the plugin fills while it runs (`Path` for `{{ .Path }}`): they become holes.
    pub fields: &'a [&'a str],
    /// Nobody knows which fields there are: each may be one.
    pub any_field: bool,
    /// Nothing describes the plugin, which may have functions of its own.
    pub any_function: bool,
    /// The plugin's `clean_resource_name`, where this attribute has it.
    pub clean_names: Option<CleanNames>,
    /// The names of the parameters, by their ids: an unknown that was computed from one names it.
    pub parameters: &'a [&'a str],
}

impl Engine<'_> {
    /// Without fields and without anything known.
    pub fn new(language: Language) -> Self {
        Self {
            language,
            build_name: None,
            build_type: None,
            packer_version: None,
            fields: &[],
            any_field: false,
            any_function: false,
            clean_names: None,
            parameters: &[],
        }
    }
}

/// A rendered text, and what went into it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// The text. After an error the text as it was, with a hole of [`Origin::Error`] behind it.
    pub text: Text,
    /// Parameters that an action computed with or chose by; those that only stand in the text are its holes.
    pub shaped_by: BTreeSet<ParameterId>,
    /// An action computed with something sensitive, so all of the text is.
    pub sensitive: bool,
}

/// Something wrong at byte `at` of the source.
#[derive(Debug)]
struct Fault {
    code: &'static Declaration,
    at: usize,
    message: String,
    help: Option<String>,
}

impl Fault {
    fn syntax(at: usize, message: impl Into<String>) -> Self {
        Self {
            code: &SYNTAX,
            at,
            message: message.into(),
            help: Some("for a literal `{{` write `{{`{{`}}`".to_owned()),
        }
    }

    fn failed(at: usize, message: impl Into<String>) -> Self {
        Self { code: &FAILED, at, message: message.into(), help: None }
    }
}

/// Renders a text once. Findings are reported at `place`, the text's own span.
pub fn render(text: &Text, place: Span, engine: &Engine<'_>, sink: &mut Sink) -> Rendered {
    let mut rendered = Rendered { text: text.clone(), shaped_by: BTreeSet::new(), sensitive: false };
    let live = |piece: &super::value::Piece| matches!(piece, super::value::Piece::Literal(text) if text.contains("{{"));
    if !text.pieces().iter().any(live) {
        return rendered;
    }
    let mut source = Source::new(text, |_| false);
    let mut tokens = lex::lex(&source);
    let bare = bare_holes(&tokens);
    // A parameter that stands in an action outside of a text is source for Packer: `{{ if ${var.x} }}`. Its value is
    // taken as such, once.
    let mut secret = false;
    if !bare.is_empty() {
        for index in &bare {
            let hole = source.hole(*index);
            if hole.known.is_some() {
                rendered.sensitive |= hole.sensitive;
                secret |= hole.sensitive;
                if let HoleKind::Parameter(id) = hole.what {
                    rendered.shaped_by.insert(id);
                }
            }
        }
        source = Source::new(text, |index| bare.contains(&index));
        tokens = lex::lex(&source);
    }
    let unknown_source = bare_holes(&tokens).into_iter().next().map(|index| source.hole(index).clone());
    let result = parse::parse(&source, &tokens, engine).and_then(|template| {
        let mut run = exec::Run::new(engine, &source, &template, place);
        let out = run.run();
        rendered.shaped_by.append(&mut run.shaped_by);
        rendered.sensitive |= run.sensitive;
        out.map(|out| (out, run.without_data))
    });
    match (result, unknown_source) {
        (Ok((out, without_data)), _) => {
            for (name, at) in without_data {
                if secret {
                    // The name may be what a secret was spliced into.
                    let message =
                        "nothing fills a field of an action with a sensitive value, so Packer writes `<no value>`";
                    sink.report(WITHOUT_DATA.at(place, message).label("in this text"));
                } else {
                    report_without_data(&name, &source.excerpt(at), place, engine, sink);
                }
            }
            rendered.text = out;
        }
        // What is wrong may be right once the hole is filled.
        (Err(_), Some(hole)) => {
            let unknown = match hole.what {
                HoleKind::Unknown(unknown) => Unknown { ty: Type::String, ..*unknown },
                HoleKind::Field(name) => {
                    Unknown { ty: Type::String, origin: Origin::Packer(format!(".{name}")), call: None }
                }
                HoleKind::Parameter(id) => {
                    rendered.shaped_by.insert(id);
                    let name = usize::try_from(id.0).ok().and_then(|index| engine.parameters.get(index));
                    let origin = Origin::Variable(name.copied().unwrap_or_default().to_owned());
                    Unknown { ty: Type::String, origin, call: None }
                }
            };
            rendered.text = Text::hole(Hole {
                what: HoleKind::Unknown(Box::new(unknown)),
                known: None,
                sensitive: text.holes().any(|hole| hole.sensitive),
                span: place,
            });
        }
        (Err(fault), None) => {
            let Fault { code, at, message, help } = fault;
            // A spliced secret stands in the source, or in the name of a template, and nothing of it may be shown.
            let tells =
                |hole: &Hole| hole.sensitive && hole.known.as_ref().is_some_and(|known| message.contains(known));
            let secret = secret || text.holes().any(tells);
            let (message, label) = if secret {
                ("an action with a sensitive value cannot be rendered".to_owned(), "in this text".to_owned())
            } else {
                (message, format!("in `{}`", source.excerpt(at)))
            };
            let diagnostic = code.at(place, message).label(label);
            sink.report(match help {
                Some(help) if !secret => diagnostic.help(help),
                Some(_) | None => diagnostic,
            });
            rendered.text.push_hole(Hole {
                what: HoleKind::Unknown(Box::new(Unknown { ty: Type::String, origin: Origin::Error, call: None })),
                known: None,
                sensitive: false,
                span: place,
            });
        }
    }
    rendered
}

fn bare_holes(tokens: &[lex::Token]) -> BTreeSet<usize> {
    tokens.iter().filter_map(|token| if let lex::Kind::Hole(index) = token.kind { Some(index) } else { None }).collect()
}

fn report_without_data(name: &str, action: &str, place: Span, engine: &Engine<'_>, sink: &mut Sink) {
    let message = format!("nothing fills `.{name}` here, so Packer writes `<no value>`");
    let diagnostic = WITHOUT_DATA.at(place, message).label(format!("in `{action}`"));
    let first = name.split('.').next().unwrap_or_default();
    let similar = engine.fields.iter().find(|field| field.eq_ignore_ascii_case(first));
    sink.report(diagnostic.help(match similar {
        Some(field) => format!("the name is `.{field}`"),
        None => {
            format!("if another program is to read the braces, write `{{{{`{{{{`}}}} .{name} }}}}`")
        }
    }));
}
