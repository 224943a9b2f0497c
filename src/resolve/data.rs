//! What is known of a data source: the types of what it will find, and what the user says that it found (`--data`).

use std::collections::BTreeMap;

use super::convert::convert;
use super::eval::{self, FunctionSet, Scope, World};
use super::inputs::Inputs;
use super::names;
use super::value::{Origin, Type, Value, ValueKind};
use super::variables::{INVALID_VALUE, UNDECLARED_VALUE, invocation};
use crate::diagnostic::Sink;
use crate::parse;
use crate::schema::{Kind, Lookup, Schemas};
use crate::source::{FileOrigin, SourceMap, Span};
use crate::syntax::Document;

/// By type and name of the data source: the attributes whose values the user gave.
pub(super) type Findings = BTreeMap<(String, String), BTreeMap<String, Value>>;

/// Reads what the user gave. What no data source of the configuration has is reported.
pub(super) fn given(
    documents: &[Document],
    inputs: &Inputs,
    schemas: &Schemas,
    world: &World<'_>,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Findings {
    let mut findings = Findings::new();
    if inputs.data.is_empty() {
        return findings;
    }
    let mut declared: Vec<(String, String)> = Vec::new();
    for block in documents.iter().flat_map(|document| document.body.blocks()) {
        if let ("data", [ty, name]) = (block.kind.value.as_str(), block.labels.as_slice()) {
            declared.push((ty.value.clone(), name.value.clone()));
        }
    }
    let mut known = BTreeMap::new();
    for (ty, name) in declared {
        if let Lookup::Described(component) = schemas.component(Kind::DataSource, &ty) {
            for (attribute, output) in &component.outputs {
                let address = format!("{ty}.{name}.{attribute}");
                known.insert(address, ((ty.clone(), name.clone()), attribute, Type::from(&output.ty)));
            }
        }
    }
    for (address, text) in &inputs.data {
        let Some((source, attribute, ty)) = known.get(address) else {
            let place = invocation(sources, &format!("--data {address}=…"));
            let help = match names::nearest(address, known.keys().map(String::as_str)) {
                Some(near) => format!("did you mean `--data {near}=…`?"),
                None => names::list("what can be given", known.keys().map(String::as_str)),
            };
            let message = format!("no data source of this configuration finds `{address}`");
            sink.report(UNDECLARED_VALUE.at(place, message).help(help));
            continue;
        };
        let file = sources.add(format!("--data {address}"), text.as_str(), FileOrigin::Invocation);
        let span = sources.file(file).span(file);
        let value = match ty {
            Type::String | Type::Number | Type::Dynamic => Value::string(text.as_str()),
            Type::Bool | Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Object(_) | Type::Tuple(_) => {
                let constants = Scope::new(world).with_functions(FunctionSet::None);
                let expr = parse::hcl::parse_expression(sources, file, sink);
                eval::evaluate(&expr, &constants, sink)
            }
        };
        let value = convert(&value, ty, span).unwrap_or_else(|error| {
            sink.report(
                INVALID_VALUE
                    .at(span, format!("the value given to `{address}` does not fit its type: {error}"))
                    .label(format!("has to be {}", ty.phrase()))
                    .help("give a value of that type"),
            );
            Value::error()
        });
        findings.entry(source.clone()).or_default().insert((*attribute).clone(), value);
    }
    findings
}

/// What a data source is worth before it has run.
pub(super) fn value(ty: &str, name: &str, span: Span, schemas: &Schemas, findings: &Findings) -> Value {
    let origin = || Origin::Data(format!("{ty}.{name}"));
    let found = findings.get(&(ty.to_owned(), name.to_owned()));
    match schemas.component(Kind::DataSource, ty) {
        Lookup::Described(component) if !component.outputs.is_empty() => {
            let output = |(name, output): (&String, &crate::schema::Output)| {
                let given = found.and_then(|found| found.get(name)).cloned();
                let mut value = given.unwrap_or_else(|| Value::unknown(Type::from(&output.ty), origin(), span));
                value.marks.sensitive |= output.sensitive;
                (name.clone(), value)
            };
            Value::of(ValueKind::Object(component.outputs.iter().map(output).collect()))
        }
        Lookup::Described(_) | Lookup::Named(_) | Lookup::Unknown => Value::unknown(Type::Dynamic, origin(), span),
    }
}
