//! Calls of functions.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named is refused, or passed on, in one way")]

use super::{FunctionSet, Scope, evaluate as evaluate_expr, listing, nearest, outer_marks, unknown_from};
use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Severity, Sink};
use crate::resolve::convert::{TypeConstraint, convert};
use crate::resolve::functions::{self, Failure, Function, Parameter, Style};
use crate::resolve::value::{FoldedCall, HoleKind, Marks, Origin, Type, Unknown, Value, ValueKind};
use crate::source::Span;
use crate::syntax::{Call, Expr};

declare_diagnostic! {
    pub static UNKNOWN_FUNCTION = {
        code: "unknown-function",
        severity: Error,
        since: "0.1.0",
        summary: "an expression calls a function that does not exist there",
    }
    pub static WRONG_ARGUMENT_COUNT = {
        code: "wrong-argument-count",
        severity: Error,
        since: "0.1.0",
        summary: "a function gets too few or too many arguments",
    }
    pub static INVALID_FUNCTION_ARGUMENT = {
        code: "invalid-function-argument",
        severity: Error,
        since: "0.1.0",
        summary: "a function cannot work on one of its arguments",
    }
    pub static FUNCTION_FAILED = {
        code: "function-failed",
        severity: Error,
        since: "0.1.0",
        summary: "a function cannot compute its result",
    }
    pub static UNSUPPORTED_FUNCTION = {
        code: "unsupported-function",
        severity: Note,
        since: "0.1.0",
        summary: "formwork does not know how to compute a function",
    }
}

/// What this module may report.
pub const CALL_DECLARATIONS: &[&Declaration] =
    &[&UNKNOWN_FUNCTION, &WRONG_ARGUMENT_COUNT, &INVALID_FUNCTION_ARGUMENT, &FUNCTION_FAILED, &UNSUPPORTED_FUNCTION];

/// How much of its arguments an unknown may remember.
const MAX_FOLDED: u64 = 16 << 10;

/// Functions that work with arguments whose type is not known, and with a null that has none.
const TAKES_OPEN_TYPES: &[&str] =
    &["coalesce", "coalescelist", "jsonencode", "length", "merge", "setintersection", "setunion", "yamlencode"];

/// `name(arguments)`
pub(super) fn evaluate(call: &Call, span: Span, scope: &Scope<'_>, sink: &mut Sink) -> Value {
    let Some(function) = available(call, scope, sink) else { return Value::error() };
    match function.name {
        "try" => return try_call(call, span, scope, sink),
        "can" => return can_call(call, function, span, scope, sink),
        "convert" => return convert_call(call, function, span, scope, sink),
        _ => {}
    }
    let (mut values, mut spans) = match arguments(call, function.name, span, scope, sink) {
        Ok(arguments) => arguments,
        Err(instead) => return instead,
    };
    let minimum = function.parameters.len();
    if values.len() < minimum || function.rest.is_none() && values.len() > minimum {
        if !values.iter().any(Value::is_error) {
            wrong_count(call, function, values.len(), &spans, span, sink);
        }
        return Value::error();
    }
    let mut unknown = false;
    let mut failed = false;
    for (index, value) in values.iter_mut().enumerate() {
        let Some(parameter) = function.parameters.get(index).or(function.rest.as_ref()) else { break };
        if value.is_error() {
            unknown = true;
            continue;
        }
        match argument(value, parameter, spans[index]) {
            Ok(converted) => *value = converted,
            Err(message) => {
                sink.report(
                    INVALID_FUNCTION_ARGUMENT
                        .at(spans[index], format!("`{}` of `{}`: {message}", parameter.name, function.name))
                        .label(format!("this is {}", value.ty().phrase())),
                );
                failed = true;
            }
        }
        unknown |= if function.style == Style::Whole {
            !value.is_wholly_known()
        } else {
            !parameter.unknown && !value.is_known() && !holes_pass(function, value)
        };
    }
    if failed || values.iter().any(|value| value.is_error() && value.as_text().is_none()) {
        return Value::error().with_marks(&Marks::computed_from(&values));
    }
    // Some functions cannot even be asked for their type as long as that of an argument is open.
    if !TAKES_OPEN_TYPES.contains(&function.name) && values.iter().any(|value| value.ty() == Type::Dynamic) {
        if values.iter().all(Value::is_wholly_known) {
            // Nothing is open but the type of a null.
            let origin = Origin::Packer(format!("{}(null)", function.name));
            return Value::unknown(Type::Dynamic, origin, span).with_marks(&Marks::computed_from(&values));
        }
        return folded(function.name, Type::Dynamic, values, span, scope);
    }
    if unknown {
        return folded(function.name, function.result.ty(), values, span, scope);
    }
    let marks = if function.style == Style::Passes { Marks::default() } else { Marks::computed_from(&values) };
    spans.resize(values.len(), span);
    let kept = values.clone();
    let mut running = functions::Call { name: function.name, arguments: values, spans, span, scope, sink: &mut *sink };
    let failure = match (function.call)(&mut running) {
        Ok(value) => return value.with_marks(&marks),
        Err(failure) => failure,
    };
    let (values, spans) = (kept, running.spans);
    report(failure, function, values, &spans, call.name.span, span, scope, sink)
}

/// Functions that put texts together can do so with texts that have unknown holes.
fn holes_pass(function: &Function, value: &Value) -> bool {
    matches!(function.name, "join" | "format") && value.as_text().is_some()
}

#[expect(clippy::too_many_arguments, reason = "the parts of one call")]
fn report(
    failure: Failure,
    function: &Function,
    values: Vec<Value>,
    spans: &[Span],
    name: Span,
    span: Span,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Value {
    match failure {
        Failure::Argument(index, message) => {
            let message = shortened(message);
            let parameter = function.parameters.get(index).or(function.rest.as_ref());
            let parameter = parameter.map_or("argument", |parameter| parameter.name);
            sink.report(
                INVALID_FUNCTION_ARGUMENT
                    .at(
                        spans.get(index).copied().unwrap_or(span),
                        format!("`{parameter}` of `{}`: {message}", function.name),
                    )
                    .label("of no use here"),
            );
            Value::error()
        }
        Failure::Call(message) => {
            let message = shortened(message);
            sink.report(FUNCTION_FAILED.at(name, format!("`{}`: {message}", function.name)).label("has no result"));
            Value::error()
        }
        Failure::Unknown(Origin::Error) => folded(function.name, function.result.ty(), values, span, scope),
        Failure::Unknown(origin) => {
            let marks = Marks::computed_from(&values);
            let call = Some(Box::new(FoldedCall { function: function.name.to_owned(), arguments: values }));
            Value::from_unknown(Unknown { ty: function.result.ty(), origin, call }, span).with_marks(&marks)
        }
        Failure::Unsupported => {
            sink.report(
                UNSUPPORTED_FUNCTION
                    .at(
                        name,
                        format!(
                            "formwork does not know how to compute `{}` yet; its value is treated as unknown",
                            function.name
                        ),
                    )
                    .label("unknown from here on")
                    .help("give the value through a variable if something needs it"),
            );
            let origin = Origin::Packer(format!("{}()", function.name));
            Value::from_unknown(Unknown { ty: function.result.ty(), origin, call: None }, span)
                .with_marks(&Marks::computed_from(&values))
        }
        Failure::Reported => Value::error(),
    }
}

/// The unknown that a call of unknowns is; it remembers the call.
fn folded(name: &str, ty: Type, values: Vec<Value>, span: Span, scope: &Scope<'_>) -> Value {
    let mut value = unknown_from(ty, &values, span, scope);
    let weight = values.iter().map(|value| value.weight(MAX_FOLDED)).fold(0, u64::saturating_add);
    if weight <= MAX_FOLDED {
        let call = Some(Box::new(FoldedCall { function: name.to_owned(), arguments: values }));
        match &mut value.kind {
            ValueKind::Unknown(unknown) => unknown.call = call,
            ValueKind::String(text) => {
                *text = text.map_holes(|hole| {
                    let mut hole = hole.clone();
                    if let HoleKind::Unknown(unknown) = &mut hole.what {
                        unknown.call.clone_from(&call);
                    }
                    crate::resolve::value::Text::hole(hole)
                });
            }
            _ => {}
        }
    }
    value
}

/// The function, if it exists and may be called here; reported if not.
fn available(call: &Call, scope: &Scope<'_>, sink: &mut Sink) -> Option<&'static Function> {
    let name = call.name.value.as_str();
    let found = functions::find(name);
    let (message, help) = match (scope.functions(), found) {
        (FunctionSet::All, Some(function))
            if name != "env" && !(name == "templatefile" && scope.in_template_file()) =>
        {
            return Some(function);
        }
        (FunctionSet::Env, Some(function)) if name == "env" => return Some(function),
        (FunctionSet::All, Some(_)) if name == "env" => (
            "`env` works only in the default of a variable".to_owned(),
            "declare a variable with `default = env(\"…\")` and use that".to_owned(),
        ),
        (FunctionSet::All, Some(_)) => {
            ("a file read by `templatefile` cannot call `templatefile`".into(), "give it the text as a variable".into())
        }
        (FunctionSet::Env, _) => {
            (format!("the default of a variable may call only `env`, not `{name}`"), "compute it in a local".into())
        }
        (FunctionSet::None, _) => ("no function can be called here".into(), "write the value itself".into()),
        (FunctionSet::All, None) => {
            let known = || functions::FUNCTIONS.iter().map(|function| function.name).filter(|name| *name != "env");
            let help = match (functions::replacement(name), nearest(name, known())) {
                (Some(replacement), _) => replacement.to_owned(),
                (None, Some(near)) => format!("did you mean `{near}`?"),
                (None, None) => {
                    let alike: Vec<&str> =
                        known().filter(|known| known.contains(name) || name.contains(known)).collect();
                    if alike.is_empty() {
                        "Packer's own functions are all there are".to_owned()
                    } else {
                        format!("there are {}", listing(alike))
                    }
                }
            };
            (format!("there is no function `{name}`"), help)
        }
    };
    sink.report(UNKNOWN_FUNCTION.at(call.name.span, message).label("called here").help(help));
    None
}

/// The values of all arguments, the last one spread where `...` stands behind it.
fn arguments(
    call: &Call,
    name: &str,
    span: Span,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Result<(Vec<Value>, Vec<Span>), Value> {
    let mut values: Vec<Value> = call.arguments.iter().map(|argument| evaluate_expr(argument, scope, sink)).collect();
    let mut spans: Vec<Span> = call.arguments.iter().map(|argument| argument.span).collect();
    if call.spread.is_some()
        && let (Some(last), Some(place)) = (values.pop(), spans.pop())
    {
        if last.is_error() {
            return Err(Value::error());
        }
        match &last.kind {
            ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
                let marks = outer_marks(&last);
                values.extend(items.iter().map(|item| item.clone().with_marks(&marks)));
                spans.resize(values.len(), place);
            }
            ValueKind::Unknown(unknown) if !unknown.ty.is_primitive() => {
                // How many there are is not known either: not even the count can be checked.
                values.push(last);
                return Err(folded(name, Type::Dynamic, values, span, scope));
            }
            _ => {
                sink.report(
                    INVALID_FUNCTION_ARGUMENT
                        .at(place, format!("`...` spreads a list, set or tuple, and this is {}", last.ty().phrase()))
                        .label("cannot be spread")
                        .help("leave `...` out, or put it into brackets"),
                );
                return Err(Value::error());
            }
        }
    }
    Ok((values, spans))
}

/// An argument in the type of its parameter.
fn argument(value: &Value, parameter: &Parameter, span: Span) -> Result<Value, String> {
    if value.is_null() && !parameter.null {
        return Err("it cannot be null".to_owned());
    }
    convert(value, &parameter.kind.ty(), span).map_err(|error| error.to_string())
}

fn wrong_count(call: &Call, function: &Function, given: usize, spans: &[Span], span: Span, sink: &mut Sink) {
    let needed = function.parameters.len();
    let mut names: Vec<String> = function.parameters.iter().map(|parameter| parameter.name.to_owned()).collect();
    names.extend(function.rest.iter().map(|rest| format!("{}...", rest.name)));
    let shape = format!("write `{}({})`", function.name, names.join(", "));
    let plural = if needed == 1 { "argument" } else { "arguments" };
    let place = if given > needed { spans.get(needed).copied().unwrap_or(span) } else { span };
    let (amount, label) = match function.parameters.get(given) {
        Some(missing) if function.rest.is_some() => {
            (format!("at least {needed}"), format!("`{}` is missing", missing.name))
        }
        Some(missing) => (needed.to_string(), format!("`{}` is missing", missing.name)),
        None => (if needed == 0 { "no".to_owned() } else { needed.to_string() }, "one too many".to_owned()),
    };
    sink.report(
        WRONG_ARGUMENT_COUNT
            .at(place, format!("`{}` takes {amount} {plural}, not {given}", call.name.value))
            .label(label)
            .help(shape),
    );
}

/// What `try` and `can` look at: an expression that may fail, or a value that was spread.
enum Attempt<'e> {
    Expr(&'e Expr),
    Value(Value),
}

impl Attempt<'_> {
    fn evaluate(&self, scope: &Scope<'_>, sink: &mut Sink) -> Value {
        match self {
            Self::Expr(expr) => evaluate_expr(expr, scope, sink),
            Self::Value(value) => value.clone(),
        }
    }
}

/// The arguments of `try` and `can`, the last one spread where `...` stands behind it.
fn attempts<'e>(call: &'e Call, span: Span, scope: &Scope<'_>, sink: &mut Sink) -> Result<Vec<Attempt<'e>>, Value> {
    let Some((last, before)) = call.arguments.split_last().filter(|_| call.spread.is_some()) else {
        return Ok(call.arguments.iter().map(Attempt::Expr).collect());
    };
    let spread = Call { name: call.name.clone(), arguments: vec![last.clone()], spread: call.spread };
    let errors = sink.has_errors();
    let (values, _) = arguments(&spread, &call.name.value, span, scope, sink)?;
    if sink.has_errors() && !errors {
        return Err(Value::error());
    }
    Ok(before.iter().map(Attempt::Expr).chain(values.into_iter().map(Attempt::Value)).collect())
}

/// `try(a, b, …)`: the first that has no fault.
fn try_call(call: &Call, span: Span, scope: &Scope<'_>, sink: &mut Sink) -> Value {
    let mut failures = Vec::new();
    let attempts = match attempts(call, span, scope, sink) {
        Ok(attempts) => attempts,
        Err(instead) => return instead,
    };
    for attempt in &attempts {
        let mut tried = Sink::new();
        let value = attempt.evaluate(scope, &mut tried);
        if tried.has_errors() {
            failures.extend(tried.diagnostics().iter().find(|d| d.severity == Severity::Error).cloned());
            continue;
        }
        sink.absorb(tried);
        // What an unknown will be decides which one is taken, so the type is open too.
        if value.is_wholly_known() || value.is_error() {
            return value;
        }
        return unknown_from(Type::Dynamic, [&value], span, scope);
    }
    let mut diagnostic = match failures.as_slice() {
        [] => FUNCTION_FAILED.at(call.name.span, "`try` needs at least one expression"),
        _ => FUNCTION_FAILED.at(call.name.span, "`try`: every expression in it fails"),
    }
    .label("nothing left to try")
    .help("put a constant last, for example `null` or `\"\"`");
    for failure in failures.into_iter().take(4) {
        diagnostic = diagnostic.also(failure.span, failure.message);
    }
    sink.report(diagnostic);
    Value::error()
}

/// `can(a)`: whether it has no fault.
fn can_call(call: &Call, function: &Function, span: Span, scope: &Scope<'_>, sink: &mut Sink) -> Value {
    let attempts = match attempts(call, span, scope, sink) {
        Ok(attempts) => attempts,
        Err(instead) => return instead,
    };
    let [attempt] = attempts.as_slice() else {
        let spans: Vec<Span> = call.arguments.iter().map(|argument| argument.span).collect();
        wrong_count(call, function, attempts.len(), &spans, span, sink);
        return Value::error();
    };
    let mut tried = Sink::new();
    let value = attempt.evaluate(scope, &mut tried);
    if tried.has_errors() {
        return Value::bool(false);
    }
    if value.is_wholly_known() {
        return Value { kind: ValueKind::Bool(true), marks: Marks::computed_from([&value]) };
    }
    unknown_from(Type::Bool, [&value], span, scope)
}

/// A message can hold a value of the template, which may be megabytes.
fn shortened(mut message: String) -> String {
    const LONGEST: usize = 300;
    if let Some((end, _)) = message.char_indices().nth(LONGEST) {
        message.truncate(end);
        message.push('…');
    }
    message
}

/// `convert(a, type)`
fn convert_call(call: &Call, function: &Function, span: Span, scope: &Scope<'_>, sink: &mut Sink) -> Value {
    let [value, ty] = call.arguments.as_slice() else {
        let spans: Vec<Span> = call.arguments.iter().map(|argument| argument.span).collect();
        wrong_count(call, function, call.arguments.len(), &spans, span, sink);
        return Value::error();
    };
    let given = evaluate_expr(value, scope, sink);
    let Some(constraint) = TypeConstraint::parse(ty, None, sink) else { return Value::error() };
    if given.is_error() {
        return given;
    }
    match constraint.convert(&given, value.span) {
        Ok(converted) => converted,
        Err(error) => {
            sink.report(
                INVALID_FUNCTION_ARGUMENT
                    .at(value.span, format!("`value` of `convert`: {error}"))
                    .label(format!("this is {}", given.ty().phrase())),
            );
            Value::error()
        }
    }
}
