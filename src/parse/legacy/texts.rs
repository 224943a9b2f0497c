//! Strings of a legacy template as expressions of HCL.
//!
//! What Packer's engine computes from variables becomes an expression: HCL has the variables, its plugins' engine has
//! not. What the engine of an HCL template computes just the same (the clock, `upper`, a plugin's fields) stays a text.
//! An action that needs a variable and does what HCL cannot do keeps its braces, with the variable's value inside.

use std::ops::Range;

use super::Reader;
use super::action::{self, Action, Command, Piece, Pipeline, Term, TermKind};
use super::make;
use crate::parse::data::Decoded;
use crate::source::{Span, Spanned};
use crate::syntax::{Expr, Part};

/// Where a string stands: what its actions may do there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The value of a variable that HCL takes as `default`: only the environment may be asked.
    Default,
    /// The value of a variable that is computed, once.
    Variable,
    /// A builder's name, computed when the template is read.
    Name,
    /// In a builder.
    Builder,
    /// In a provisioner or post-processor, which see what the builder made.
    Step,
}

impl Place {
    fn is_variable(self) -> bool {
        matches!(self, Self::Default | Self::Variable)
    }
}

/// Whether `default` of HCL can be that text: it asks for nothing but the environment, and computes nothing with it.
pub fn is_constant(text: &str) -> bool {
    action::pieces(text).iter().all(|piece| match piece {
        Piece::Text(_) => true,
        Piece::Action(action) => match action.pipeline.as_deref() {
            Some([Command { terms }]) if is_call(terms, "env") => true,
            Some(pipeline) => !needs(pipeline, Place::Variable),
            None => !action.calls.iter().any(|call| term_needs(call, Place::Variable)),
        },
    })
}

/// The variables that a text asks for, with their places in it.
pub(super) fn asked_for(text: &str) -> Vec<(String, Range<usize>)> {
    let mut found = Vec::new();
    for piece in action::pieces(text) {
        let Piece::Action(Action { calls, .. }) = piece else { continue };
        for call in calls {
            if let TermKind::Pipeline(pipeline) = &call.kind
                && let [Command { terms }] = pipeline.as_slice()
                && is_call(terms, "user")
                && let TermKind::Text(name) = &terms[1].kind
            {
                found.push((name.clone(), call.range.clone()));
            }
        }
    }
    found
}

/// Whether the terms are a call of that function with one literal text.
fn is_call(terms: &[Term], function: &str) -> bool {
    matches!(terms, [Term { kind: TermKind::Name(name), .. }, Term { kind: TermKind::Text(_), .. }] if name == function)
}

/// Whether the engine of an HCL template cannot compute it.
fn needs(pipeline: &[Command], place: Place) -> bool {
    pipeline.iter().flat_map(|command| &command.terms).any(|term| term_needs(term, place))
}

fn term_needs(term: &Term, place: Place) -> bool {
    match &term.kind {
        TermKind::Name(name) => match name.as_str() {
            "user" => true,
            "template_dir" => true,
            "build" => place == Place::Step,
            "env" | "vault" | "consul_key" | "aws_secretsmanager" | "aws_secretsmanager_raw" => place.is_variable(),
            // A variable has one value: a text would be rendered anew wherever it is used.
            "uuid" => matches!(place, Place::Variable | Place::Name),
            // Nothing renders a name.
            _ => place == Place::Name,
        },
        TermKind::Pipeline(inner) => needs(inner, place),
        TermKind::Text(_) | TermKind::Number(_) | TermKind::Other => false,
    }
}

impl Reader<'_> {
    /// The expression that a string is.
    pub(super) fn text(&mut self, text: &Decoded, place: Place) -> Expr {
        make::template(self.parts(text, 0..text.text.len(), place), text.span)
    }

    /// The parts of a text that bytes of a string are.
    pub(super) fn parts(&mut self, text: &Decoded, range: Range<usize>, place: Place) -> Vec<Part> {
        let source = &text.text[range.clone()];
        let start = range.start;
        let at = |inner: &Range<usize>| text.place(start + inner.start..start + inner.end);
        let mut parts = Parts { parts: Vec::new(), trim: false };
        if !source.contains("{{") {
            parts.literal(source, text.place(range));
            return parts.parts;
        }
        for piece in action::pieces(source) {
            match piece {
                Piece::Text(range) => parts.literal(&source[range.clone()], at(&range)),
                Piece::Action(action) => {
                    let translated = action
                        .pipeline
                        .as_ref()
                        .filter(|pipeline| needs(pipeline, place))
                        .and_then(|pipeline| self.pipeline(pipeline, place, &at));
                    match translated {
                        Some(expr) => parts.expression(expr, &action),
                        None => self.spliced(&action, source, place, &at, &mut parts),
                    }
                }
            }
        }
        parts.parts
    }

    /// An action that stays one: what HCL has to compute stands in it as a raw string.
    fn spliced(
        &mut self,
        action: &Action,
        source: &str,
        place: Place,
        at: &dyn Fn(&Range<usize>) -> Span,
        parts: &mut Parts,
    ) {
        let mut from = action.range.start;
        for call in &action.calls {
            let TermKind::Pipeline(pipeline) = &call.kind else { continue };
            if !needs(pipeline, place) {
                continue;
            }
            let Some(expr) = self.pipeline(pipeline, place, at) else { continue };
            let before = from..call.range.start;
            parts.literal(&format!("{}`", &source[before.clone()]), at(&before));
            parts.parts.push(Part::Interpolation(expr));
            from = call.range.end;
            parts.literal("`", at(&(from..from)));
        }
        let rest = from..action.range.end;
        parts.literal(&source[rest.clone()], at(&rest));
    }

    /// What a pipeline computes, if HCL can compute it.
    fn pipeline(&mut self, pipeline: &Pipeline, place: Place, at: &dyn Fn(&Range<usize>) -> Span) -> Option<Expr> {
        let mut result: Option<Expr> = None;
        for command in pipeline {
            let (first, rest) = command.terms.split_first()?;
            let mut arguments = Vec::with_capacity(rest.len() + 1);
            for term in rest {
                arguments.push(match &term.kind {
                    TermKind::Number(number) => Argument::Number(number.clone()),
                    TermKind::Text(text) => Argument::Text(text.clone(), at(&term.range)),
                    TermKind::Name(_) | TermKind::Pipeline(_) | TermKind::Other => {
                        Argument::Expr(self.term(term, place, at)?)
                    }
                });
            }
            arguments.extend(result.take().map(Argument::Expr));
            result = Some(match &first.kind {
                TermKind::Name(name) => {
                    let last = command.terms.last()?;
                    self.call(name, arguments, place, at(&(first.range.start..last.range.end)))?
                }
                // A value takes no arguments.
                _ if !arguments.is_empty() => return None,
                TermKind::Text(_) | TermKind::Number(_) | TermKind::Pipeline(_) | TermKind::Other => {
                    self.term(first, place, at)?
                }
            });
        }
        result
    }

    fn term(&mut self, term: &Term, place: Place, at: &dyn Fn(&Range<usize>) -> Span) -> Option<Expr> {
        match &term.kind {
            TermKind::Name(name) => self.call(name, Vec::new(), place, at(&term.range)),
            TermKind::Text(text) => Some(make::text(text, at(&term.range))),
            TermKind::Pipeline(inner) => self.pipeline(inner, place, at),
            TermKind::Number(_) | TermKind::Other => None,
        }
    }

    fn call(&mut self, name: &str, arguments: Vec<Argument>, place: Place, span: Span) -> Option<Expr> {
        use Argument::{Number, Text};
        let expr = match (name, arguments.as_slice()) {
            ("user", [Text(name, _)]) => self.user(name, place, span),
            ("env", [Text(name, _)]) if place == Place::Default => {
                make::call("env", vec![make::text(name, span)], span)
            }
            ("env", [Text(name, _)]) if place == Place::Variable => self.environment(name, span),
            ("build", [Text(key, _)]) if place == Place::Step && is_attribute(key) => {
                make::reference("build", key, span)
            }
            ("template_dir", []) => make::call("abspath", vec![make::reference("path", "root", span)], span),
            ("pwd", []) => make::reference("path", "cwd", span),
            ("packer_version", []) => make::reference("packer", "version", span),
            ("build_name", []) if matches!(place, Place::Builder | Place::Step) => {
                make::reference("source", "name", span)
            }
            ("build_type", []) if matches!(place, Place::Builder | Place::Step) => {
                make::reference("source", "type", span)
            }
            ("uuid", []) => make::call("uuidv4", Vec::new(), span),
            ("isotime", [] | [_]) => make::call("legacy_isotime", exprs(arguments)?, span),
            ("strftime", [] | [_]) => make::call("legacy_strftime", exprs(arguments)?, span),
            ("upper" | "lower", [_]) => make::call(name, exprs(arguments)?, span),
            ("replace_all", [_, _, _]) => {
                let [old, new, text] = <[Expr; 3]>::try_from(exprs(arguments)?).ok()?;
                make::call("replace", vec![text, old, new], span)
            }
            ("replace", [_, _, Number(count), _]) if count.starts_with('-') => {
                let mut arguments = arguments;
                arguments.remove(2);
                let [old, new, text] = <[Expr; 3]>::try_from(exprs(arguments)?).ok()?;
                make::call("replace", vec![text, old, new], span)
            }
            ("split", [_, _, Number(at)]) if !at.starts_with('-') => {
                let at = at.clone();
                let mut arguments = arguments;
                arguments.truncate(2);
                let [text, separator] = <[Expr; 2]>::try_from(exprs(arguments)?).ok()?;
                make::index(make::call("split", vec![separator, text], span), &at, span)
            }
            ("vault", [_, _]) | ("consul_key" | "aws_secretsmanager_raw", [_]) if place == Place::Variable => {
                make::call(name, exprs(arguments)?, span)
            }
            ("aws_secretsmanager", [_] | [_, _]) if place == Place::Variable => {
                let mut arguments = exprs(arguments)?;
                if arguments.len() == 1 {
                    arguments.push(make::null(span));
                }
                make::call(name, arguments, span)
            }
            _ => return None,
        };
        Some(expr)
    }
}

/// Whether a reference can take a step to it.
fn is_attribute(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !key.as_bytes()[0].is_ascii_digit()
}

/// An argument of an engine call.
enum Argument {
    Number(String),
    Text(String, Span),
    Expr(Expr),
}

/// The arguments as expressions; a number is none, because no function of the engine takes one as text.
fn exprs(arguments: Vec<Argument>) -> Option<Vec<Expr>> {
    arguments
        .into_iter()
        .map(|argument| match argument {
            Argument::Text(text, span) => Some(make::text(&text, span)),
            Argument::Expr(expr) => Some(expr),
            Argument::Number(_) => None,
        })
        .collect()
}

/// Parts in the making: literals side by side are one.
struct Parts {
    parts: Vec<Part>,
    /// White space at the start of what follows goes.
    trim: bool,
}

const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];

impl Parts {
    fn literal(&mut self, text: &str, span: Span) {
        let text = if self.trim { text.trim_start_matches(SPACES) } else { text };
        if text.is_empty() {
            return;
        }
        self.trim = false;
        if let Some(Part::Literal(last)) = self.parts.last_mut() {
            last.value.push_str(text);
            last.span = last.span.to(span);
            return;
        }
        self.parts.push(Part::Literal(Spanned::new(text.to_owned(), span)));
    }

    fn expression(&mut self, expr: Expr, action: &Action) {
        if action.trims_before
            && let Some(Part::Literal(last)) = self.parts.last_mut()
        {
            last.value.truncate(last.value.trim_end_matches(SPACES).len());
            if last.value.is_empty() {
                self.parts.pop();
            }
        }
        self.parts.push(Part::Interpolation(expr));
        self.trim = action.trims_behind;
    }
}
