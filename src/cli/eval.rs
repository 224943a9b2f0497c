//! `formwork eval`

use std::io::BufRead;

use serde_json::json;

use super::arguments::{Eval, Format, ListFormat};
use super::project::{found, not_loaded};
use super::terminal::Terminal;
use super::workspace::Workspace;
use super::{Code, Failure, report, show};
use crate::diagnostic::{Diagnostic, Severity, Sink};
use crate::parse::hcl;
use crate::resolve::configuration::LoadError;
use crate::resolve::eval::{Scope, evaluate};
use crate::resolve::value::Value;
use crate::source::{FileOrigin, SourceMap};

pub(super) fn run(command: &Eval, terminal: &Terminal) -> Result<Code, Failure> {
    let Eval { arguments, choice, types, format, reading } = command;
    let workspace = match Workspace::open(reading)? {
        Ok(workspace) => workspace,
        Err(found) => return report::only(&[found], Format::Human, terminal),
    };
    let exists = |path: &str| std::path::Path::new(path).exists();
    let (path, expression) = match arguments.as_slice() {
        [] => (None, None),
        [one] if exists(one) => (Some(one.clone()), None),
        [one] => (None, Some(one.clone())),
        [path, expression, ..] => (Some(path.clone()), Some(expression.clone())),
    };
    let evaluate_all = |scope: &Scope<'_>, sources: &mut SourceMap, _: &mut Sink| -> Result<Code, Failure> {
        let mut print = |text: &str| {
            let answer = Answer::of(text, scope, sources);
            if expression.is_some() && *format == ListFormat::Human {
                // One expression is looked at by a person: the fault is shown in it.
                report::draw(&answer.diagnostics, sources, terminal);
            }
            terminal.result(&answer.line(*types, *format))?;
            Ok(Code::found(answer.value.is_none()))
        };
        let Some(expression) = &expression else { return lines(print) };
        Ok(print(expression)?)
    };
    let unit = workspace.one(choice, path.as_ref(), reading)?;
    let project = &unit.project;
    let analysed = project.analyse_with(&unit.paths, project.start(), evaluate_all);
    let (analysis, code) = match (analysed, &path) {
        // Expressions have worth without a template as well.
        (Err(LoadError::Empty(_)), None) => project.analyse_with(&[], project.start(), evaluate_all),
        (result, _) => result,
    }
    .map_err(|error| not_loaded(&error))?;
    let code = code?;
    let counts = report::beside(&[found(analysis, unit.title())], Format::Human, terminal)?;
    Ok(code.or(Code::found(counts.reaches(Severity::Error))))
}

fn lines(mut print: impl FnMut(&str) -> std::io::Result<Code>) -> Result<Code, Failure> {
    let mut code = Code::Clean;
    for line in std::io::stdin().lock().split(b'\n') {
        let line = line.map_err(|error| Failure(format!("cannot read standard input: {error}")))?;
        let line = String::from_utf8(line).map_err(|_| Failure("standard input is not UTF-8 text".to_owned()))?;
        if !line.trim().is_empty() {
            code = code.or(print(line.trim_end_matches('\r'))?);
        }
    }
    Ok(code)
}

/// What came of an expression.
struct Answer {
    /// Nothing where it fails.
    value: Option<Value>,
    /// Sorted.
    diagnostics: Vec<Diagnostic>,
    /// Where the first fault is: line and column in the expression.
    place: Option<(usize, usize)>,
}

/// The name under which messages show the expression.
const NAME: &str = "the expression";

impl Answer {
    fn of(text: &str, scope: &Scope<'_>, sources: &mut SourceMap) -> Self {
        let mut sink = Sink::new();
        let file = sources.add(NAME, text, FileOrigin::Invocation);
        let value = evaluate(&hcl::parse_expression(sources, file, &mut sink), scope, &mut sink);
        let diagnostics = sink.into_sorted();
        let first = diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error);
        let place = first.filter(|error| error.span.file == file).map(|error| {
            let position = sources.position(error.span);
            (position.line, position.column)
        });
        let value = if first.is_none() { Some(value) } else { None };
        Self { value, diagnostics, place }
    }

    fn line(&self, types: bool, format: ListFormat) -> String {
        match &self.value {
            Some(value) if format == ListFormat::Json => {
                let ty = serde_json::Value::from(value.ty().to_string());
                format!("{{\"type\":{ty},\"value\":{}}}\n", show::json(value))
            }
            Some(value) if types => value.ty().to_string() + "\n",
            Some(value) => show::json(value) + "\n",
            None => {
                let error = self.diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error);
                let (code, message) = error.map_or(("", ""), |error| (error.code(), error.message.as_str()));
                match self.place.filter(|_| format == ListFormat::Json) {
                    Some((line, column)) => {
                        json!({ "error": code, "message": message, "line": line, "column": column }).to_string() + "\n"
                    }
                    None => json!({ "error": code, "message": message }).to_string() + "\n",
                }
            }
        }
    }
}
