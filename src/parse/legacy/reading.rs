//! What a single string of a template is read as, for who writes templates and has to know that they are understood.

use indexmap::IndexSet;

use super::Reader;
use super::builders::Builders;
use super::texts::Place;
use super::variables::Variables;
use crate::diagnostic::Sink;
use crate::parse::data::{Data, DataKind, Decoded};
use crate::schema::{AttributeType, Format, Schemas};
use crate::source::Span;
use crate::syntax::Expr;

/// Where and among what a string stands.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// The descriptions of components.
    pub schemas: &'a Schemas,
    /// The variables that are computed.
    pub computed: &'a IndexSet<String>,
    /// What its actions may do.
    pub place: Place,
}

impl Reading<'_> {
    /// The expression that a string is where such a value is wanted.
    pub fn value(&self, text: &str, ty: &AttributeType, format: Option<Format>, span: Span) -> Expr {
        let mut sink = Sink::new();
        let variables = Variables::computed(text, |name| self.computed.contains(name), span);
        let mut reader = Reader { schemas: self.schemas, sink: &mut sink, variables, builders: Builders::default() };
        let text = Decoded::with_anchors(text.to_owned(), span, Vec::new());
        reader.weak(&Data { kind: DataKind::String(text), span }, ty, format, self.place)
    }
}
