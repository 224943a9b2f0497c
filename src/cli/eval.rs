//! `formwork eval`

use std::io::BufRead;

use serde_json::json;

use super::arguments::{Eval, Format};
use super::project::{found, not_loaded};
use super::terminal::Terminal;
use super::workspace::Workspace;
use super::{Code, Failure, report, show};
use crate::diagnostic::{Diagnostic, Severity, Sink};
use crate::parse::hcl;
use crate::resolve::configuration::LoadError;
use crate::resolve::eval::{Scope, evaluate};
use crate::source::{FileOrigin, SourceMap};

pub(super) fn run(command: &Eval, terminal: &Terminal) -> Result<Code, Failure> {
    let Eval { arguments, choice, types, reading } = command;
    let workspace = match Workspace::open()? {
        Ok(workspace) => workspace,
        Err(found) => return report::only(&[found], Format::Human, terminal),
    };
    let exists = |path: &str| workspace.named(path).is_some() || std::path::Path::new(path).exists();
    let (path, expression) = match arguments.as_slice() {
        [] => (None, None),
        [one] if exists(one) => (Some(one.clone()), None),
        [one] => (None, Some(one.clone())),
        [path, expression, ..] => (Some(path.clone()), Some(expression.clone())),
    };
    let evaluate_all = |scope: &Scope<'_>, sources: &mut SourceMap, _: &mut Sink| -> Result<Code, Failure> {
        let mut print = |text: &str| {
            let (line, code) = answer(text, *types, scope, sources);
            terminal.result(&line).map(|()| code)
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

fn answer(text: &str, types: bool, scope: &Scope<'_>, sources: &mut SourceMap) -> (String, Code) {
    let mut sink = Sink::new();
    let file = sources.add("the expression", text, FileOrigin::Invocation);
    let value = evaluate(&hcl::parse_expression(sources, file, &mut sink), scope, &mut sink);
    let first = sink.into_sorted().into_iter().find(|diagnostic| diagnostic.severity == Severity::Error);
    if let Some(error) = first {
        return (error_line(&error), Code::Findings);
    }
    let line = if types { value.ty().to_string() } else { show::json(&value) };
    (line + "\n", Code::Clean)
}

fn error_line(error: &Diagnostic) -> String {
    json!({ "error": error.code(), "message": error.message }).to_string() + "\n"
}
