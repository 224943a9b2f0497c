//! Whether two templates mean the same, wherever they were written.
//!
//! Comes in: two resolved templates. Goes out: the first thing in which they differ, at its place in the first one. What
//! is compared is all that the graph is made from; the order in which variables, locals, data sources and sources are
//! declared decides nothing and is not. Where no schema describes a component, a block and an object in its place are the
//! same: a spelling that cannot tell them apart is no fault of who wrote it.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::template::{
    Argument, BuildHeader, Component, ComponentBody, DataSource, ImagePlan, Local, Meta, NestedBlock, Template,
    Variable,
};
use super::value::{FoldedCall, Hole, HoleKind, Marks, ParameterId, Piece, Text, Unknown, Value, ValueKind};
use crate::source::{Span, Spanned};

/// Something in which two templates differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where it is in the first one.
    pub span: Span,
    /// What it is called: completes the sentence "… differs".
    pub what: String,
}

/// The first thing in which `b` differs from `a`.
pub fn difference(a: &Template, b: &Template) -> Option<Difference> {
    let same = Same { a, b };
    same.variables()
        .or_else(|| same.locals())
        .or_else(|| same.data())
        .or_else(|| same.sources())
        .or_else(|| same.builds())
        .or_else(|| same.images())
}

struct Same<'a> {
    a: &'a Template,
    b: &'a Template,
}

fn differs(span: Span, what: impl Into<String>) -> Difference {
    Difference { span, what: what.into() }
}

impl Same<'_> {
    fn variables(&self) -> Option<Difference> {
        for (name, a) in &self.a.variables {
            let what = || differs(a.span, format!("the variable `{name}`"));
            let Some(b) = self.b.variables.get(name) else { return Some(what()) };
            let Variable {
                name: _,
                ty,
                description,
                sensitive,
                default,
                value,
                given_by: _,
                in_scope,
                state,
                validated,
                span: _,
            } = a;
            let same = *ty == b.ty
                && *description == b.description
                && *sensitive == b.sensitive
                && self.maybe(default.as_ref(), b.default.as_ref())
                && self.maybe(value.as_ref(), b.value.as_ref())
                && self.value(in_scope, &b.in_scope)
                && *state == b.state
                && *validated == b.validated;
            if !same {
                return Some(what());
            }
        }
        let more = self.b.variables.keys().find(|name| !self.a.variables.contains_key(*name))?;
        let place = self.a.builds.first().map(|build| build.span)?;
        Some(differs(place, format!("the variable `{more}`")))
    }

    fn locals(&self) -> Option<Difference> {
        self.a.locals.iter().find_map(|(name, a)| {
            let Local { name: _, value, sensitive, span } = a;
            let same =
                self.b.locals.get(name).is_some_and(|b| self.value(value, &b.value) && *sensitive == b.sensitive);
            (!same).then(|| differs(*span, format!("the local `{name}`")))
        })
    }

    fn data(&self) -> Option<Difference> {
        self.a.data.iter().find_map(|a| {
            let DataSource { ty, name, body, span } = a;
            let what = format!("the data source `{}.{}`", ty.value, name.value);
            let found = self.b.data.iter().find(|b| b.ty.value == ty.value && b.name.value == name.value);
            match found {
                None => Some(differs(*span, what)),
                Some(b) => self.body(body, &b.body, *span, &what, true),
            }
        })
    }

    fn sources(&self) -> Option<Difference> {
        self.a.sources.iter().find_map(|a| {
            let same = |b: &super::template::SourceHeader| {
                (&b.ty.value, &b.name.value, b.used) == (&a.ty.value, &a.name.value, a.used)
            };
            let found = self.b.sources.iter().any(same);
            (!found).then(|| differs(a.span, format!("the source `{}.{}`", a.ty.value, a.name.value)))
        })
    }

    fn builds(&self) -> Option<Difference> {
        for (nth, a) in self.a.builds.iter().enumerate() {
            let BuildHeader { name, description, images, span } = a;
            let same = self
                .b
                .builds
                .get(nth)
                .is_some_and(|b| *name == b.name && *description == b.description && *images == b.images);
            if !same {
                return Some(differs(*span, "the build"));
            }
        }
        let last = self.a.builds.last()?;
        (self.a.builds.len() != self.b.builds.len()).then(|| differs(last.span, "the number of builds"))
    }

    fn images(&self) -> Option<Difference> {
        if self.a.images.len() != self.b.images.len() {
            return self.a.images.last().map(|last| differs(last.span, "the number of images"));
        }
        self.a.images.iter().zip(&self.b.images).find_map(|(a, b)| self.image(a, b))
    }

    fn image(&self, a: &ImagePlan, b: &ImagePlan) -> Option<Difference> {
        let ImagePlan { name, build_name, source_name, source, provisioners, error_cleanup, post_processors, span } = a;
        if (name, build_name, source_name) != (&b.name, &b.build_name, &b.source_name) {
            return Some(differs(*span, format!("the name of the image `{name}`")));
        }
        let steps = |a: &[Component], b: &[Component], what: &str| {
            if a.len() != b.len() {
                return Some(differs(
                    a.last().map_or(*span, |last| last.span),
                    format!("the number of {what} of `{name}`"),
                ));
            }
            a.iter().zip(b).find_map(|(a, b)| self.component(a, b))
        };
        let one = |a: &Option<Component>| a.iter().cloned().collect::<Vec<_>>();
        self.component(source, &b.source)
            .or_else(|| steps(provisioners, &b.provisioners, "provisioners"))
            .or_else(|| steps(&one(error_cleanup), &one(&b.error_cleanup), "error-cleanup provisioners"))
            .or_else(|| {
                if post_processors.len() != b.post_processors.len() {
                    return Some(differs(*span, format!("the number of post-processor chains of `{name}`")));
                }
                post_processors.iter().zip(&b.post_processors).find_map(|(a, b)| steps(a, b, "post-processors"))
            })
    }

    fn component(&self, a: &Component, b: &Component) -> Option<Difference> {
        // Where a step stands is compared by the lists it stands in.
        let Component { kind, ty, address, meta, body, described, span } = a;
        if (kind, &ty.value, described) != (&b.kind, &b.ty.value, &b.described) {
            return Some(differs(*span, format!("`{address}`")));
        }
        if !same_meta(meta, &b.meta) {
            return Some(differs(*span, format!("what Packer itself reads of `{address}`")));
        }
        self.body(body, &b.body, *span, address, *described)
    }

    fn body(
        &self,
        a: &ComponentBody,
        b: &ComponentBody,
        span: Span,
        what: &str,
        described: bool,
    ) -> Option<Difference> {
        if !described {
            let (left, right) = (as_values(a), as_values(b));
            let same = left.len() == right.len()
                && left.iter().all(|(name, value)| right.get(name).is_some_and(|other| self.value(value, other)));
            return (!same).then(|| differs(span, format!("what is set in `{what}`")));
        }
        // What is not filled is not there, in the one as in the other.
        let ComponentBody { arguments, unfilled: _, blocks } = a;
        for (name, Argument { name: _, value, span }) in arguments {
            if !b.arguments.get(name).is_some_and(|other| self.value(value, &other.value)) {
                return Some(differs(*span, format!("`{name}` of `{what}`")));
            }
        }
        if let Some(more) = b.arguments.keys().find(|name| !arguments.contains_key(*name)) {
            return Some(differs(span, format!("`{more}` of `{what}`")));
        }
        if blocks.len() != b.blocks.len() {
            return Some(differs(span, format!("which blocks stand in `{what}`")));
        }
        blocks.iter().find_map(|(name, all)| {
            let others = b.blocks.get(name).map_or(&[][..], Vec::as_slice);
            if all.len() != others.len() {
                return Some(differs(span, format!("the number of `{name}` blocks of `{what}`")));
            }
            all.iter().zip(others).find_map(|(NestedBlock { body, span }, other)| {
                self.body(body, &other.body, *span, &format!("{what}.{name}"), true)
            })
        })
    }

    fn maybe(&self, a: Option<&Value>, b: Option<&Value>) -> bool {
        match (a, b) {
            (Some(a), Some(b)) => self.value(a, b),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    fn value(&self, a: &Value, b: &Value) -> bool {
        let all = |a: &[Value], b: &[Value]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.value(a, b));
        let kinds = match (&a.kind, &b.kind) {
            (ValueKind::String(a), ValueKind::String(b)) => self.text(a, b),
            (ValueKind::List(ty, a), ValueKind::List(other, b)) | (ValueKind::Set(ty, a), ValueKind::Set(other, b)) => {
                ty == other && all(a, b)
            }
            (ValueKind::Tuple(a), ValueKind::Tuple(b)) => all(a, b),
            (ValueKind::Map(ty, a), ValueKind::Map(other, b)) => ty == other && self.entries(a, b),
            (ValueKind::Object(a), ValueKind::Object(b)) => self.entries(a, b),
            (ValueKind::Unknown(a), ValueKind::Unknown(b)) => self.unknown(a, b),
            (a, b) => a == b,
        };
        kinds && self.marks(&a.marks, &b.marks)
    }

    fn entries(
        &self,
        a: &std::collections::BTreeMap<String, Value>,
        b: &std::collections::BTreeMap<String, Value>,
    ) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|((key, a), (other, b))| key == other && self.value(a, b))
    }

    fn unknown(&self, a: &Unknown, b: &Unknown) -> bool {
        let Unknown { ty, origin, call } = a;
        let calls = match (call.as_deref(), b.call.as_deref()) {
            (Some(FoldedCall { function, arguments }), Some(other)) => {
                *function == other.function
                    && arguments.len() == other.arguments.len()
                    && arguments.iter().zip(&other.arguments).all(|(a, b)| self.value(a, b))
            }
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        *ty == b.ty && *origin == b.origin && calls
    }

    fn text(&self, a: &Text, b: &Text) -> bool {
        let piece = |(a, b): (&Piece, &Piece)| match (a, b) {
            (Piece::Literal(a), Piece::Literal(b)) => a == b,
            (Piece::Hole(a), Piece::Hole(b)) => {
                let Hole { what, known, sensitive, span: _ } = a;
                let fills = match (what, &b.what) {
                    (HoleKind::Parameter(a), HoleKind::Parameter(b)) => self.parameter(*a, *b),
                    (HoleKind::Field(a), HoleKind::Field(b)) => a == b,
                    (HoleKind::Unknown(a), HoleKind::Unknown(b)) => self.unknown(a, b),
                    _ => false,
                };
                fills && *known == b.known && *sensitive == b.sensitive
            }
            (Piece::Literal(_), Piece::Hole(_)) | (Piece::Hole(_), Piece::Literal(_)) => false,
        };
        a.pieces().len() == b.pieces().len() && a.pieces().iter().zip(b.pieces()).all(piece)
    }

    fn marks(&self, a: &Marks, b: &Marks) -> bool {
        let Marks { sensitive, exactly, shaped_by } = a;
        let exact = match (exactly, b.exactly) {
            (Some(a), Some(b)) => self.parameter(*a, b),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let names = |of: &BTreeSet<ParameterId>, template: &Template| -> BTreeSet<String> {
            of.iter().map(|id| template.parameter(*id).name.value.clone()).collect()
        };
        *sensitive == b.sensitive && exact && names(shaped_by, self.a) == names(&b.shaped_by, self.b)
    }

    /// Ids count in the order of declaration, which may differ.
    fn parameter(&self, a: ParameterId, b: ParameterId) -> bool {
        self.a.parameter(a).name.value == self.b.parameter(b).name.value
    }
}

fn same_meta(a: &Meta, b: &Meta) -> bool {
    fn same<T: PartialEq>(a: &Option<Spanned<T>>, b: &Option<Spanned<T>>) -> bool {
        a.as_ref().map(|it| &it.value) == b.as_ref().map(|it| &it.value)
    }
    let Meta {
        name,
        pause_before,
        timeout,
        max_retries,
        continue_on_error,
        keep_input_artifact,
        only,
        except,
        overridden,
    } = a;
    same(name, &b.name)
        && same(pause_before, &b.pause_before)
        && same(timeout, &b.timeout)
        && same(max_retries, &b.max_retries)
        && same(continue_on_error, &b.continue_on_error)
        && same(keep_input_artifact, &b.keep_input_artifact)
        && only.is_some() == b.only.is_some()
        && except.is_some() == b.except.is_some()
        && overridden.is_some() == b.overridden.is_some()
}

/// A body that nothing describes: blocks as lists of objects, and an object as a list of one.
fn as_values(body: &ComponentBody) -> IndexMap<String, Value> {
    let ComponentBody { arguments, unfilled: _, blocks } = body;
    let mut out: IndexMap<String, Value> = IndexMap::new();
    for (name, all) in blocks {
        let objects = all.iter().map(|block| Value::object(as_values(&block.body))).collect();
        out.insert(name.clone(), Value::tuple(objects));
    }
    for (name, argument) in arguments {
        out.insert(name.clone(), listed(&argument.value));
    }
    out
}

fn listed(value: &Value) -> Value {
    let one = |entries: &std::collections::BTreeMap<String, Value>| {
        Value::object(entries.iter().map(|(name, value)| (name.clone(), listed(value))))
    };
    let objects = |value: &Value| if let ValueKind::Object(entries) = &value.kind { Some(one(entries)) } else { None };
    if let Some(only) = objects(value) {
        return Value { kind: ValueKind::Tuple(vec![only]), marks: value.marks.clone() };
    }
    if let ValueKind::Tuple(items) = &value.kind
        && let Some(all) = items.iter().map(objects).collect::<Option<Vec<_>>>()
    {
        return Value { kind: ValueKind::Tuple(all), marks: value.marks.clone() };
    }
    value.clone()
}
