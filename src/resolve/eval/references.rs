//! What an expression mentions, by syntax alone.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named is refused, or passed on, in one way")]

use crate::source::Span;
use crate::syntax::{Expr, ExprKind, Part, Step};

/// A name that an expression mentions, with the attributes that follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// `local` in `local.a.b[0].c`.
    pub root: String,
    /// The attributes directly behind it, until something else follows: `a`, `b`.
    pub attributes: Vec<String>,
    /// The root and these attributes.
    pub span: Span,
    /// For each attribute: the root and what follows, up to it.
    pub ends: Vec<Span>,
    /// Whether an index stands directly behind the root: `local["a"]`.
    pub indexed: bool,
}

/// Every reference written in an expression, in order; names bound by `for` inside of it are left out.
pub fn references(expr: &Expr) -> Vec<Reference> {
    let mut found = Vec::new();
    Walk { bound: Vec::new(), found: &mut found }.expr(expr);
    found
}

/// Every reference written in the parts of a template.
pub fn template_references(parts: &[Part]) -> Vec<Reference> {
    let mut found = Vec::new();
    Walk { bound: Vec::new(), found: &mut found }.parts(parts);
    found
}

struct Walk<'w> {
    bound: Vec<String>,
    found: &'w mut Vec<Reference>,
}

impl Walk<'_> {
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Error => {}
            ExprKind::Template(template) => self.parts(&template.parts),
            ExprKind::Tuple(items) => items.iter().for_each(|item| self.expr(item)),
            ExprKind::Object(items) => {
                for item in items {
                    self.expr(&item.key);
                    self.expr(&item.value);
                }
            }
            ExprKind::Variable(name) => self.reference(name, expr.span, &[]),
            ExprKind::Traversal { of, steps } => {
                match &of.kind {
                    ExprKind::Variable(name) => self.reference(name, of.span, steps),
                    _ => self.expr(of),
                }
                self.steps(steps);
            }
            ExprKind::Splat(splat) => {
                self.expr(&splat.of);
                self.steps(&splat.each);
            }
            ExprKind::Call(call) => call.arguments.iter().for_each(|argument| self.expr(argument)),
            ExprKind::For(it) => {
                self.expr(&it.collection);
                let bound = self.bound.len();
                self.bound.extend(it.key.iter().chain([&it.value]).map(|name| name.value.clone()));
                for inner in it.result_key.iter().chain([&it.result]).chain(&it.condition) {
                    self.expr(inner);
                }
                self.bound.truncate(bound);
            }
            ExprKind::Conditional(it) => {
                self.expr(&it.condition);
                self.expr(&it.then);
                self.expr(&it.otherwise);
            }
            ExprKind::Binary(it) => {
                self.expr(&it.0);
                self.expr(&it.2);
            }
            ExprKind::Unary(_, inner) | ExprKind::Parens(inner) => self.expr(inner),
        }
    }

    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Index(index, _) => self.expr(index),
                Step::Splat { each, full: _, marker: _ } => self.steps(each),
                Step::Attribute(_) | Step::LegacyIndex(_) => {}
            }
        }
    }

    fn parts(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Literal(_) => {}
                Part::Interpolation(expr) => self.expr(expr),
                Part::If { condition, then, otherwise, span: _ } => {
                    self.expr(condition);
                    self.parts(then);
                    self.parts(otherwise);
                }
                Part::For { key, value, collection, body, span: _ } => {
                    self.expr(collection);
                    let bound = self.bound.len();
                    self.bound.extend(key.iter().chain([value]).map(|name| name.value.clone()));
                    self.parts(body);
                    self.bound.truncate(bound);
                }
            }
        }
    }

    fn reference(&mut self, root: &str, span: Span, steps: &[Step]) {
        if self.bound.iter().any(|name| name == root) {
            return;
        }
        let mut reference = Reference {
            root: root.to_owned(),
            attributes: Vec::new(),
            span,
            ends: Vec::new(),
            indexed: matches!(steps.first(), Some(Step::Index(..) | Step::LegacyIndex(_))),
        };
        for step in steps {
            let Step::Attribute(name) = step else { break };
            reference.attributes.push(name.value.clone());
            reference.span = reference.span.to(name.span);
            reference.ends.push(reference.span);
        }
        self.found.push(reference);
    }
}
