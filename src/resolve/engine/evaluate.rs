//! What pipelines, commands and their arguments are worth.

use crate::diagnostic::Sink;

use super::super::value::{FoldedCall, Hole, HoleKind, Piece, Text, Type, Unknown, Value, ValueKind};
use super::exec::{Mystery, Run, Stop, Val, is_field, val_size};
use super::functions::{self, Param};
use super::tree::{Command, Constant, Pipeline, Term, TermKind};
use super::{Fault, Language};

/// How deep a folded call may nest; beyond that the idiom is nobody's, and every walk over it would be deep.
const DEEPEST_FOLD: usize = 20;

impl<'a> Run<'a> {
    pub(super) fn pipeline(&mut self, pipeline: &'a Pipeline, dot: &Val) -> Result<Val, Fault> {
        self.enter(pipeline.at)?;
        let mut last = None;
        for command in &pipeline.commands {
            last = Some(self.command(command, dot, last)?);
        }
        let value = last.unwrap_or(Val::None);
        for name in &pipeline.variables {
            self.spend(val_size(&value))?;
            if pipeline.assigns {
                self.assign(name, value.clone())?;
            } else {
                self.variables.push((name, value.clone()));
            }
        }
        self.depth -= 1;
        Ok(value)
    }

    fn command(&mut self, command: &'a Command, dot: &Val, piped: Option<Val>) -> Result<Val, Fault> {
        let has_arguments = !command.rest.is_empty() || piped.is_some();
        match &command.first.kind {
            TermKind::Function(name) => {
                return self.call(name, &command.rest, dot, piped, command.at);
            }
            TermKind::Field(names) => {
                return self.fields(dot.clone(), names, has_arguments, command.at);
            }
            TermKind::Chain(..) | TermKind::Variable(..)
                if matches!(&command.first.kind, TermKind::Chain(..))
                    || matches!(&command.first.kind, TermKind::Variable(_, names) if !names.is_empty()) =>
            {
                return self.term_with(&command.first, dot, has_arguments);
            }
            TermKind::Nil => return Err(Fault::failed(command.at, "`nil` alone is no command")),
            TermKind::Chain(..)
            | TermKind::Variable(..)
            | TermKind::Dot
            | TermKind::Bool(_)
            | TermKind::Number(_)
            | TermKind::Text(_)
            | TermKind::Pipeline(_) => {}
        }
        if has_arguments {
            return Err(Fault::failed(command.at, "what is not a function gets arguments"));
        }
        self.term(&command.first, dot)
    }

    fn term(&mut self, term: &'a Term, dot: &Val) -> Result<Val, Fault> {
        self.term_with(term, dot, false)
    }

    fn term_with(&mut self, term: &'a Term, dot: &Val, has_arguments: bool) -> Result<Val, Fault> {
        Ok(match &term.kind {
            TermKind::Function(name) => self.call(name, &[], dot, None, term.at)?,
            TermKind::Dot => dot.clone(),
            TermKind::Nil => Val::None,
            TermKind::Variable(name, names) => {
                let Some(index) = self.find(name)? else {
                    return Err(Fault::failed(term.at, format!("the variable `{name}` is not declared")));
                };
                self.spend(val_size(&self.variables[index].1))?;
                let value = self.variables[index].1.clone();
                if names.is_empty() { value } else { self.fields(value, names, has_arguments, term.at)? }
            }
            TermKind::Field(names) => self.fields(dot.clone(), names, has_arguments, term.at)?,
            TermKind::Bool(value) => Val::Bool(*value),
            TermKind::Number(constant) => number(*constant, term.at)?,
            TermKind::Text(text) => Val::Text(self.rendered_before(text)),
            TermKind::Pipeline(pipeline) => self.pipeline(pipeline, dot)?,
            TermKind::Chain(inner, names) => {
                let value = self.term(inner, dot)?;
                self.fields(value, names, has_arguments, term.at)?
            }
        })
    }

    /// A text inside of an action. The values of a legacy template's variables are templates that are rendered before
    /// they are used, so what a variable brought into the action is rendered by now.
    fn rendered_before(&mut self, text: &Text) -> Text {
        if self.engine.language == Language::Hcl2 {
            return text.clone();
        }
        let mut faults = Sink::new();
        let rendered = super::render(text, self.place, self.engine, &mut faults);
        // What is wrong there is wrong in the variable's own value, and is reported where that is rendered alone.
        if faults.has_errors() {
            return text.clone();
        }
        self.shaped_by.extend(rendered.shaped_by);
        self.sensitive |= rendered.sensitive;
        rendered.text
    }

    /// `.A.B` of a value.
    fn fields(&mut self, of: Val, names: &[String], has_arguments: bool, at: usize) -> Result<Val, Fault> {
        let path = names.join(".");
        Ok(match of {
            Val::None => {
                self.without_data.push((path, at));
                Val::None
            }
            Val::Unknown(mystery) => Val::Unknown(mystery),
            Val::Text(text) if is_field(&text) => {
                let [Piece::Hole(hole)] = text.pieces() else {
                    return Ok(Val::Text(text));
                };
                let HoleKind::Field(outer) = &hole.what else {
                    return Ok(Val::Text(text));
                };
                let what = HoleKind::Field(format!("{outer}.{path}"));
                Val::Text(Text::hole(Hole { what, ..hole.clone() }))
            }
            Val::Data if self.engine.any_field || self.engine.fields.iter().any(|field| *field == names[0]) => {
                if has_arguments {
                    return Err(Fault::failed(at, format!("`.{path}` is a value and takes no arguments")));
                }
                Val::Text(Text::hole(Hole {
                    what: HoleKind::Field(path),
                    known: None,
                    sensitive: false,
                    span: self.place,
                }))
            }
            Val::Data => {
                self.without_data.push((path, at));
                Val::None
            }
            Val::Bool(_) | Val::Int(_) | Val::Byte(_) | Val::Float(_) | Val::Text(_) => {
                return Err(Fault::failed(at, format!("`.{path}` is asked of what is {}", of.kind())));
            }
        })
    }

    fn call(
        &mut self,
        name: &'a str,
        terms: &'a [Term],
        dot: &Val,
        piped: Option<Val>,
        at: usize,
    ) -> Result<Val, Fault> {
        self.enter(at)?;
        let Some(signature) = functions::signature(name, self.engine) else {
            return Err(Fault::failed(at, format!("there is no function `{name}`")));
        };
        let count = terms.len() + usize::from(piped.is_some());
        let fixed = signature.fixed.len();
        if count < fixed || signature.more.is_none() && count > fixed {
            let least = if signature.more.is_some() { "at least " } else { "" };
            let word = if fixed == 1 { "argument" } else { "arguments" };
            return Err(Fault::failed(at, format!("`{name}` takes {least}{fixed} {word}, not {count}")));
        }
        let value = if name == "and" || name == "or" {
            self.logic(name == "or", terms, dot, piped)?
        } else {
            let mut arguments = Vec::with_capacity(count);
            for (index, term) in terms.iter().enumerate() {
                let param = signature.fixed.get(index).copied().or(signature.more).unwrap_or(Param::Any);
                arguments.push(self.argument(name, param, index, term, dot)?);
            }
            if let Some(piped) = piped {
                let param = signature.fixed.get(count - 1).copied().or(signature.more).unwrap_or(Param::Any);
                check(name, param, count - 1, &piped, at)?;
                arguments.push(piped);
            }
            match functions::call(self, name, &arguments, at) {
                Ok(value) => value,
                Err(Stop::Fault(fault)) => return Err(fault),
                Err(Stop::Unknown(mystery)) => Val::Unknown(self.folded(name, &arguments, mystery)),
            }
        };
        self.spend(val_size(&value))?;
        self.depth -= 1;
        Ok(value)
    }

    /// An unknown result, with the call that makes it.
    fn folded(&mut self, name: &str, arguments: &[Val], mystery: Mystery) -> Mystery {
        let arguments: Vec<Value> = arguments
            .iter()
            .map(|argument| {
                let text = self.show(argument, "<nil>");
                self.shaped_by.extend(text.parameters());
                Value::of(ValueKind::String(text))
            })
            .collect();
        let sensitive = mystery.sensitive || arguments.iter().any(Value::is_sensitive);
        let deepest = arguments.iter().filter_map(Value::as_text).map(folded_depth).max().unwrap_or(0);
        let call = (deepest < DEEPEST_FOLD).then(|| Box::new(FoldedCall { function: name.to_owned(), arguments }));
        Mystery { unknown: Unknown { ty: Type::String, origin: mystery.unknown.origin, call }, sensitive }
    }

    /// `and` and `or` stop at the argument that decides, and give it.
    fn logic(&mut self, or: bool, terms: &'a [Term], dot: &Val, piped: Option<Val>) -> Result<Val, Fault> {
        let mut last = Val::None;
        for term in terms {
            last = self.term(term, dot)?;
            match self.truth(&last) {
                Ok(truth) if truth == or => return Ok(last),
                Ok(_) => {}
                Err(Stop::Fault(fault)) => return Err(fault),
                Err(Stop::Unknown(mystery)) => return Ok(Val::Unknown(mystery)),
            }
        }
        Ok(piped.unwrap_or(last))
    }

    fn argument(&mut self, name: &str, param: Param, index: usize, term: &'a Term, dot: &Val) -> Result<Val, Fault> {
        let value = match (&term.kind, param) {
            (TermKind::Number(constant), Param::Int) => {
                constant.integer.map(Val::Int).map_or_else(|| number(*constant, term.at), Ok)?
            }
            _ => self.term(term, dot)?,
        };
        check(name, param, index, &value, term.at)?;
        Ok(value)
    }
}

/// Whether a value may be the argument.
fn check(name: &str, param: Param, index: usize, value: &Val, at: usize) -> Result<(), Fault> {
    let wanted = match (param, value) {
        (Param::Any, _) | (_, Val::Unknown(_)) | (Param::Text, Val::Text(_)) | (Param::Int, Val::Int(_)) => {
            return Ok(());
        }
        (Param::Int, Val::Text(text)) if is_field(text) => return Ok(()),
        (Param::Text, _) => "a text",
        (Param::Int, _) => "a whole number",
    };
    Err(Fault::failed(at, format!("argument {} of `{name}` must be {wanted}, and this is {}", index + 1, value.kind())))
}

/// A number where nothing says which kind is wanted.
fn number(constant: Constant, at: usize) -> Result<Val, Fault> {
    if constant.looks_float
        && let Some(float) = constant.float
    {
        return Ok(Val::Float(float));
    }
    constant.integer.map(Val::Int).ok_or_else(|| Fault::failed(at, "the number is too large"))
}

fn folded_depth(text: &Text) -> usize {
    let calls = text.holes().filter_map(|hole| match &hole.what {
        HoleKind::Unknown(unknown) => unknown.call.as_ref(),
        HoleKind::Parameter(_) | HoleKind::Field(_) => None,
    });
    calls
        .map(|call| 1 + call.arguments.iter().filter_map(Value::as_text).map(folded_depth).max().unwrap_or(0))
        .max()
        .unwrap_or(0)
}
