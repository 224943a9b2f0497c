//! References, and the steps into a value.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named is refused, or passed on, in one way")]

use std::borrow::Cow;

use super::{
    INVALID_INDEX, MISSING_ATTRIBUTE, Scope, UNDECLARED_DATA_SOURCE, UNDECLARED_LOCAL, UNDECLARED_VARIABLE,
    UNKNOWN_REFERENCE, evaluate as evaluate_expr, listing, nearest, outer_marks, unknown_from,
};
use crate::diagnostic::{Diagnostic, Sink};
use crate::resolve::convert::convert;
use crate::resolve::unread::Named;
use crate::resolve::value::{Marks, Number, Type, Unknown, Value, ValueKind};
use crate::source::{Span, Spanned};
use crate::syntax::{Expr, ExprKind, Step};

/// `of` with its steps; a reference does not copy what it steps through.
pub(super) fn evaluate(of: &Expr, path: &[Step], scope: &Scope<'_>, sink: &mut Sink) -> Value {
    let ExprKind::Variable(root) = &of.kind else {
        let value = evaluate_expr(of, scope, sink);
        return steps(value, path, scope, sink);
    };
    let Some(value) = scope.root(root) else {
        sink.report(unknown_root(root, of.span, path, scope));
        return Value::error();
    };
    if let ("var" | "local", [Step::Attribute(name), ..], ValueKind::Object(declared)) =
        (root.as_str(), path, &value.kind)
        && !declared.contains_key(&name.value)
    {
        if is_unread(root, name, scope) {
            return Value::error();
        }
        let place = of.span.to(name.span);
        let known = declared.keys().map(String::as_str).filter(|_| !crate::resolve::names::enough_said(sink));
        let diagnostic = undeclared(root, place, &name.value, known);
        sink.report(diagnostic);
        return Value::error();
    }
    if let ("data", [Step::Attribute(ty), rest @ ..], ValueKind::Object(types)) = (root.as_str(), path, &value.kind) {
        let of_type = types.get(&ty.value).and_then(Value::as_entries);
        let name = match rest.first() {
            Some(Step::Attribute(name)) => Some(name),
            _ => None,
        };
        if of_type.is_none() || name.is_some_and(|name| of_type.is_some_and(|all| !all.contains_key(&name.value))) {
            if name.is_some_and(|name| is_unread(root, name, scope)) {
                return Value::error();
            }
            let place = of.span.to(name.map_or(ty.span, |name| name.span));
            let known = known_data(types.iter().map(|(ty, all)| (ty, all.as_entries())));
            sink.report(undeclared_data(place, &ty.value, name.map(|name| name.value.as_str()), &known));
            return Value::error();
        }
    }
    if let Some((owner, name, known)) = foreign(root, path, value) {
        let help = match nearest(&name.value, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it has {}", listing(known.iter().copied())),
        };
        let diagnostic = MISSING_ATTRIBUTE.at(name.span, format!("{owner} has no attribute `{}`", name.value));
        sink.report(diagnostic.label("no such attribute").help(help));
        return Value::error();
    }
    if root == "local"
        && let Some(Step::Index(_, span)) = path.first()
    {
        sink.report(
            INVALID_INDEX
                .at(*span, "a local cannot be chosen by an index")
                .label("Packer cannot tell what this depends on")
                .help("write `local.name`, or put the values into one local that is a map"),
        );
        return Value::error();
    }
    walk(Cow::Borrowed(value), of.span, path, scope, sink)
}

/// Whether it may be declared where the template could not be read, which was reported.
fn is_unread(root: &str, name: &Spanned<String>, scope: &Scope<'_>) -> bool {
    Named::of_root(root).is_some_and(|what| scope.world.unread.may_declare(what, &name.value))
}

/// The step that asks a thing which Packer provides for what it does not have: what it is, the step, and what it has.
fn foreign<'v>(root: &str, path: &'v [Step], value: &'v Value) -> Option<(String, &'v Spanned<String>, Vec<&'v str>)> {
    let names = |entries: &'v std::collections::BTreeMap<String, Value>| entries.keys().map(String::as_str).collect();
    match (root, path) {
        ("build" | "source" | "path" | "packer", [Step::Attribute(name), ..]) => {
            let entries = value.as_entries().filter(|entries| !entries.contains_key(&name.value))?;
            Some((format!("`{root}`"), name, names(entries)))
        }
        ("data", [Step::Attribute(ty), Step::Attribute(data), Step::Attribute(name), ..]) => {
            let found = value.as_entries()?.get(&ty.value)?.as_entries()?.get(&data.value)?;
            let entries = found.as_entries().filter(|entries| !entries.contains_key(&name.value))?;
            Some((format!("the data source `{}.{}`", ty.value, data.value), name, names(entries)))
        }
        _ => None,
    }
}

/// The steps into a value that is no reference.
pub(super) fn steps(value: Value, path: &[Step], scope: &Scope<'_>, sink: &mut Sink) -> Value {
    let Some(first) = path.first() else { return value };
    walk(Cow::Owned(value), first.span(), path, scope, sink)
}

fn walk(mut value: Cow<'_, Value>, start: Span, path: &[Step], scope: &Scope<'_>, sink: &mut Sink) -> Value {
    let mut marks = Marks::default();
    for step in path {
        if value.is_error() && value.as_text().is_none() {
            return Value::error().with_marks(&marks);
        }
        let outer = outer_marks(&value);
        marks.sensitive |= outer.sensitive;
        marks.shaped_by.extend(outer.shaped_by);
        let key = match step {
            Step::Splat { each, full: _, marker } => {
                value = Cow::Owned(super::collections::spread(&value, each, start.to(*marker), scope, sink));
                continue;
            }
            Step::Attribute(name) => Key::Attribute(name),
            Step::LegacyIndex(index) => Key::Index(Value::number(Number::from(index.value)), index.span),
            Step::Index(expr, span) => {
                let index = evaluate_expr(expr, scope, sink);
                marks.add_computed(&index);
                if index.is_error() {
                    return Value::error().with_marks(&marks);
                }
                Key::Index(index, *span)
            }
        };
        let span = start.to(step.span());
        let next = match value {
            Cow::Borrowed(value) => into(value, &key, span, scope).map(|found| match found {
                Found::Inside(value) => Cow::Borrowed(value),
                Found::Made(value) => Cow::Owned(value),
            }),
            Cow::Owned(value) => into(&value, &key, span, scope).map(|found| match found {
                Found::Inside(value) => Cow::Owned(value.clone()),
                Found::Made(value) => Cow::Owned(value),
            }),
        };
        value = match next {
            Ok(next) => next,
            Err(diagnostic) => {
                sink.report(*diagnostic);
                return Value::error().with_marks(&marks);
            }
        };
    }
    value.into_owned().with_marks(&marks)
}

enum Key<'k> {
    Attribute(&'k Spanned<String>),
    Index(Value, Span),
}

enum Found<'v> {
    Inside(&'v Value),
    Made(Value),
}

/// One step into a value.
fn into<'v>(value: &'v Value, key: &Key<'_>, span: Span, scope: &Scope<'_>) -> Result<Found<'v>, Box<Diagnostic>> {
    match key {
        Key::Attribute(name) => attribute(value, name, span, scope),
        Key::Index(index, place) => element(value, index, *place, span, scope),
    }
}

/// The same unknown, of another type: a part of it.
fn part(of: &Unknown, ty: Type, span: Span) -> Found<'static> {
    Found::Made(Value::from_unknown(Unknown { ty, origin: of.origin.clone(), call: None }, span))
}

fn attribute<'v>(
    value: &'v Value,
    name: &Spanned<String>,
    span: Span,
    _scope: &Scope<'_>,
) -> Result<Found<'v>, Box<Diagnostic>> {
    let key = name.value.as_str();
    let names: Vec<&str> = match &value.kind {
        ValueKind::Object(entries) | ValueKind::Map(_, entries) => match entries.get(key) {
            Some(found) => return Ok(Found::Inside(found)),
            None => entries.keys().map(String::as_str).collect(),
        },
        ValueKind::Unknown(unknown) => match &unknown.ty {
            Type::Dynamic => return Ok(part(unknown, Type::Dynamic, span)),
            Type::Map(element) => return Ok(part(unknown, (**element).clone(), span)),
            Type::Object(attributes) => match attributes.get(key) {
                Some(ty) => return Ok(part(unknown, ty.clone(), span)),
                None => attributes.keys().map(String::as_str).collect(),
            },
            Type::Bool | Type::Number | Type::String | Type::List(_) | Type::Set(_) | Type::Tuple(_) => Vec::new(),
        },
        ValueKind::Null(_)
        | ValueKind::Bool(_)
        | ValueKind::Number(_)
        | ValueKind::String(_)
        | ValueKind::List(..)
        | ValueKind::Set(..)
        | ValueKind::Tuple(_) => Vec::new(),
    };
    let ty = value.ty();
    if value.is_null() {
        return Err(Box::new(
            MISSING_ATTRIBUTE
                .at(name.span, format!("null has no attribute `{key}`"))
                .label("the value before this is null")
                .help("check it first: `x == null ? … : x.y`, or use `try(…)`"),
        ));
    }
    let what = match &ty {
        Type::Object(_) => "this object".to_owned(),
        Type::Map(_) => "this map".to_owned(),
        ty => ty.phrase(),
    };
    let diagnostic = MISSING_ATTRIBUTE.at(name.span, format!("{what} has no attribute `{key}`"));
    let help = match (&ty, nearest(key, names.iter().copied())) {
        (_, Some(near)) => format!("did you mean `{near}`?"),
        (Type::List(_) | Type::Tuple(_), _) => {
            format!("take one element: `[0].{key}`, or all of them: `[*].{key}`")
        }
        (Type::Set(_), _) => format!("take the attribute of every element: `[*].{key}`"),
        _ if names.is_empty() => "nothing can be taken out of it: leave this step out".to_owned(),
        _ => format!("it has {}", listing(names.iter().copied())),
    };
    Err(Box::new(diagnostic.label("no such attribute").help(help)))
}

fn element<'v>(
    value: &'v Value,
    index: &Value,
    place: Span,
    span: Span,
    scope: &Scope<'_>,
) -> Result<Found<'v>, Box<Diagnostic>> {
    let fault =
        |message: String, help: String| Box::new(INVALID_INDEX.at(place, message).label("no such element").help(help));
    let unknown = |ty: Type| {
        let made = unknown_from(ty, [value, index], span, scope);
        Ok(Found::Made(made))
    };
    if value.is_null() {
        return Err(fault(
            "null has no elements".into(),
            "check it first: `x == null ? … : x[0]`, or use `try(…)`".into(),
        ));
    }
    if index.is_null() {
        return Err(fault("an index cannot be null".into(), "give it a number, or the name of an attribute".into()));
    }
    let position = || -> Result<Option<usize>, Box<Diagnostic>> {
        let number = convert(index, &Type::Number, place).map_err(|_| {
            fault(
                format!("{} is indexed by a number, and this is {}", value.ty().phrase(), index.ty().phrase()),
                "count from 0: `[0]`".into(),
            )
        })?;
        let Some(number) = number.as_number() else { return Ok(None) };
        match number.to_i64().map(usize::try_from) {
            Some(Ok(position)) => Ok(Some(position)),
            _ if number.signum() < 0 => {
                Err(fault("an index cannot be negative".into(), "for the last element write `x[length(x) - 1]`".into()))
            }
            _ => Err(fault("an index must be a whole number".into(), "use `floor`".into())),
        }
    };
    let beyond = |count: usize| {
        let message = match count {
            0 => "this list is empty".to_owned(),
            1 => "this list has only one element".to_owned(),
            _ => format!("this list has only {count} elements"),
        };
        fault(message, "the first element has the index 0".into())
    };
    let name = || -> Result<Option<String>, Box<Diagnostic>> {
        let key = convert(index, &Type::String, place).map_err(|_| {
            let message = format!("{} is indexed by a name, and this is {}", value.ty().phrase(), index.ty().phrase());
            fault(message, "`[\"name\"]`".into())
        })?;
        Ok(key.as_str().map(Into::into))
    };
    let missing = |key: &str, names: Vec<&str>| {
        let shown = if index.is_sensitive() { String::new() } else { format!(" `{key}`") };
        let help = match nearest(key, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => "it is empty".into(),
            None => format!("it has {}; for a value that may be missing use `lookup`", listing(names)),
        };
        fault(format!("there is no element{shown} in it"), help)
    };
    match &value.kind {
        ValueKind::List(element, items) => match position()? {
            Some(position) => items.get(position).map(Found::Inside).ok_or_else(|| beyond(items.len())),
            None => unknown(element.clone()),
        },
        ValueKind::Tuple(items) => match position()? {
            Some(position) => items.get(position).map(Found::Inside).ok_or_else(|| beyond(items.len())),
            None => unknown(Type::Dynamic),
        },
        ValueKind::Object(entries) => match name()? {
            Some(key) => entries
                .get(&key)
                .map(Found::Inside)
                .ok_or_else(|| missing(&key, entries.keys().map(String::as_str).collect())),
            None => unknown(Type::Dynamic),
        },
        ValueKind::Map(element, entries) => match name()? {
            Some(key) => entries
                .get(&key)
                .map(Found::Inside)
                .ok_or_else(|| missing(&key, entries.keys().map(String::as_str).collect())),
            None => unknown(element.clone()),
        },
        ValueKind::Unknown(of) => match &of.ty {
            Type::Dynamic => unknown(Type::Dynamic),
            Type::List(element) => match convert(index, &Type::Number, place) {
                Ok(_) => unknown((**element).clone()),
                Err(_) => position().and_then(|_| unknown((**element).clone())),
            },
            Type::Map(element) => name().and_then(|_| unknown((**element).clone())),
            Type::Tuple(types) => match position()? {
                Some(position) => match types.get(position) {
                    Some(ty) => unknown(ty.clone()),
                    None => Err(beyond(types.len())),
                },
                None => unknown(Type::Dynamic),
            },
            Type::Object(types) => match name()? {
                Some(key) => match types.get(&key) {
                    Some(ty) => unknown(ty.clone()),
                    None => Err(missing(&key, types.keys().map(String::as_str).collect())),
                },
                None => unknown(Type::Dynamic),
            },
            Type::Bool | Type::Number | Type::String | Type::Set(_) => Err(no_elements(value, &fault)),
        },
        ValueKind::Null(_) | ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::String(_) | ValueKind::Set(..) => {
            Err(no_elements(value, &fault))
        }
    }
}

fn no_elements(value: &Value, fault: &dyn Fn(String, String) -> Box<Diagnostic>) -> Box<Diagnostic> {
    let help = match value.ty() {
        Type::Set(_) => "the elements of a set have no order: convert it, `convert(x, list(any))[0]`",
        Type::String => "for a part of a text use `substr`",
        _ => "leave the index out",
    };
    fault(format!("{} cannot be indexed", value.ty().phrase()), help.into())
}

/// `var.name` or `local.name` at `span`, where nothing is of that name.
pub(in crate::resolve) fn undeclared<'n>(
    root: &str,
    span: Span,
    key: &str,
    declared: impl Iterator<Item = &'n str>,
) -> Diagnostic {
    let near = nearest(key, declared);
    if root == "var" {
        let help = match near {
            Some(near) => format!("did you mean `var.{near}`?"),
            None => format!("declare it: `variable \"{key}\" {{}}`"),
        };
        return UNDECLARED_VARIABLE.at(span, format!("no variable is named `{key}`")).label("not declared").help(help);
    }
    let help = match near {
        Some(near) => format!("did you mean `local.{near}`?"),
        None => format!("declare it: `locals {{ {key} = … }}`"),
    };
    UNDECLARED_LOCAL.at(span, format!("no local is named `{key}`")).label("not declared").help(help)
}

/// `type.name` of every data source.
fn known_data<'v>(
    types: impl Iterator<Item = (&'v String, Option<&'v std::collections::BTreeMap<String, Value>>)>,
) -> Vec<String> {
    types.flat_map(|(ty, all)| all.into_iter().flatten().map(move |(name, _)| format!("{ty}.{name}"))).collect()
}

/// `data.type.name` at `span`, where no data source is of that type and name.
pub(in crate::resolve) fn undeclared_data(span: Span, ty: &str, name: Option<&str>, known: &[String]) -> Diagnostic {
    let wanted = name.map_or_else(|| ty.to_owned(), |name| format!("{ty}.{name}"));
    let named = |full: &&String| full.split_once('.').is_some_and(|(_, own)| own == ty);
    let near = nearest(&wanted, known.iter().map(String::as_str)).or(known.iter().find(named).map(String::as_str));
    let help = match near {
        Some(near) => format!("did you mean `data.{near}`?"),
        None => format!("declare it: `data \"{ty}\" \"{}\" {{ … }}`", name.unwrap_or("NAME")),
    };
    UNDECLARED_DATA_SOURCE
        .at(span, format!("no data source is declared as `{wanted}`"))
        .label("not declared")
        .help(help)
}

fn unknown_root(root: &str, span: Span, path: &[Step], scope: &Scope<'_>) -> Diagnostic {
    let mut names: Vec<&str> = scope.names().collect();
    names.sort_unstable();
    names.dedup();
    let shown = if names.is_empty() {
        "no name can be used here; only constants can".to_owned()
    } else {
        format!("there are {}", listing(names.iter().copied()))
    };
    let first = match path.first() {
        Some(Step::Attribute(name)) => Some(name.value.as_str()),
        _ => None,
    };
    let (message, help) = match (root, first) {
        ("each", _) => (
            "Packer has no `each`: nothing repeats a block here".to_owned(),
            "inside of a `dynamic` block the element is named after the block: `block.value`".to_owned(),
        ),
        ("count", _) => {
            ("Packer has no `count`".into(), "list the sources of a build instead, or use a `dynamic` block".into())
        }
        ("self" | "module" | "terraform", _) => {
            (format!("`{root}` belongs to Terraform; Packer does not have it"), shown)
        }
        ("vars" | "variable" | "variables", Some(name)) if names.contains(&"var") => {
            (format!("there is no `{root}`"), format!("a variable is written `var.{name}`"))
        }
        ("locals", Some(name)) if names.contains(&"local") => {
            ("there is no `locals` in an expression".into(), format!("a local is written `local.{name}`"))
        }
        ("sources", Some(_)) if names.contains(&"source") => {
            ("there is no `sources` in an expression".into(), "write `source.name` or `source.type`".into())
        }
        (_, None) => {
            let help = match nearest(root, names.iter().copied()) {
                Some(near) if near.len() > 2 => format!("did you mean `{near}`?"),
                _ => format!("if a text is meant, write it in quotes: `\"{root}\"`"),
            };
            (format!("`{root}` is no value here"), help)
        }
        (_, Some(_)) => {
            let help = match nearest(root, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => shown,
            };
            (format!("there is no `{root}` here"), help)
        }
    };
    UNKNOWN_REFERENCE.at(span, message).label("unknown name").help(help)
}
