//! Trees as text, in each spelling of the language.
//!
//! Comes in: a [`Document`] without holes, and the comments of its file. Goes out: text that reads as the same tree. What
//! a spelling has no way to say is refused at its place, with the change to make; then there is no text.
//!
//! ```
//! use formwork::diagnostic::Sink;
//! use formwork::print::{self, Content};
//! use formwork::schema::Schemas;
//! use formwork::source::{FileOrigin, SourceMap};
//! use formwork::syntax::Spelling;
//!
//! let (mut sources, mut sink) = (SourceMap::new(), Sink::new());
//! let file = sources.add("a.pkr.hcl", "locals {\n  a = \"${var.b}-x\"\n}\n", FileOrigin::Disk);
//! let document = formwork::parse::hcl::parse(&sources, file, &mut sink).document;
//! let text = print::print(&document, &[], Spelling::Yaml, Content::Template, &Schemas::embedded(), &mut sink);
//! assert_eq!(text.as_deref(), Some("locals:\n  a: ${var.b}-x\n"));
//! ```

mod comments;
mod data;
mod expr;
mod hcl;
mod json;
mod legacy;
mod text;
pub(crate) mod yaml;

#[cfg(test)]
mod tests;

use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Diagnostic, Sink};
use crate::format;
use crate::schema::Schemas;
use crate::source::Spanned;
use crate::syntax::{Attribute, Comment, Document, Spelling};

declare_diagnostic! {
    pub static NOT_EXPRESSIBLE = {
        code: "not-expressible",
        severity: Error,
        since: "0.1.0",
        summary: "the spelling that a template is converted to cannot say this",
    }
    pub static UNDECIDED_SHAPE = {
        code: "undecided-shape",
        severity: Error,
        since: "0.1.0",
        summary: "nothing says whether this is a block or an attribute",
    }
}

/// Everything that printing can complain about, sorted by code.
pub const DECLARATIONS: &[&Declaration] = &[&NOT_EXPRESSIBLE, &UNDECIDED_SHAPE];

/// What a document holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Blocks of a template.
    Template,
    /// Values of variables: nothing in them is a template.
    Values,
}

/// A document in a spelling; only legacy JSON asks the schemas. Nothing, with the reasons in the sink, if it cannot be said in it.
pub fn print(
    document: &Document,
    comments: &[Comment],
    spelling: Spelling,
    content: Content,
    schemas: &Schemas,
    sink: &mut Sink,
) -> Option<String> {
    let mut refusals = Refusals { spelling, all: Vec::new() };
    let comments = comments::Comments::new(comments);
    let text = match spelling {
        Spelling::Hcl => format::hcl(&hcl::document(document, comments, &mut refusals)),
        Spelling::Json => json::write(&data::document(document, comments, content, &mut refusals)),
        Spelling::Yaml => yaml::write(&data::document(document, comments, content, &mut refusals)),
        Spelling::LegacyJson => json::write(&legacy::document(document, comments, content, schemas, &mut refusals)),
    };
    let failed = !refusals.all.is_empty();
    refusals.all.into_iter().for_each(|refusal| sink.report(refusal));
    (!failed).then_some(text)
}

/// What cannot be said.
struct Refusals {
    spelling: Spelling,
    all: Vec<Diagnostic>,
}

impl Refusals {
    fn undecided(&mut self, attribute: &Attribute) {
        let name = &attribute.name.value;
        self.all.push(
            UNDECIDED_SHAPE
                .at(attribute.name.span, format!("nothing says whether `{name}` is a block or an attribute"))
                .label("data that could be either")
                .help(
                    "describe the component in a schema file and name it under `schemas` in `formwork.yaml`; \
                     see the page on converting",
                ),
        );
    }

    fn no_name(&mut self, name: &Spanned<String>) {
        self.all.push(
            NOT_EXPRESSIBLE
                .at(name.span, format!("`{}` cannot be a name in {}", name.value, word(self.spelling)))
                .label("has to be a letter or `_`, then letters, digits, `_` and `-`")
                .help("rename it"),
        );
    }

    fn cannot(&mut self, span: crate::source::Span, what: impl Into<String>, help: impl Into<String>) {
        self.all.push(NOT_EXPRESSIBLE.at(span, what).label("stands here").help(help));
    }
}

/// How a spelling is called.
pub fn word(spelling: Spelling) -> &'static str {
    match spelling {
        Spelling::Hcl => "HCL",
        Spelling::Json => "HCL's JSON",
        Spelling::Yaml => "YAML",
        Spelling::LegacyJson => "legacy JSON",
    }
}
