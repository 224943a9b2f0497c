//! Values given to variables: the environment, var-files, the command line.

use indexmap::IndexMap;

use super::declare::Declared;
use super::invocation;
use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Severity, Sink};
use crate::parse;
use crate::resolve::configuration::Configuration;
use crate::resolve::convert::{ConversionError, TypeConstraint, convert};
use crate::resolve::eval::{self, FunctionSet, Scope, World};
use crate::resolve::inputs::Inputs;
use crate::resolve::names;
use crate::resolve::template::GivenBy;
use crate::resolve::unread::Named;
use crate::resolve::value::{Type, Value};
use crate::source::{FileOrigin, SourceMap, Span};
use crate::syntax::{Document, Item, Spelling};

declare_diagnostic! {
    pub static UNDECLARED_VALUE = {
        code: "undeclared-value",
        severity: Error,
        since: "0.1.0",
        summary: "a value is given to a variable that nothing declares",
    }
    pub static INVALID_VALUE = {
        code: "invalid-value",
        severity: Error,
        since: "0.1.0",
        summary: "a value given to a variable does not fit its type",
    }
    pub static BLOCK_IN_VAR_FILE = {
        code: "block-in-var-file",
        severity: Error,
        since: "0.1.0",
        summary: "a var-file holds a block",
    }
}

/// What this file can report.
pub(super) const DECLARATIONS: &[&Declaration] = &[&BLOCK_IN_VAR_FILE, &INVALID_VALUE, &UNDECLARED_VALUE];

/// A value given to a variable.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) value: Value,
    pub(super) by: GivenBy,
    pub(super) span: Span,
}

/// The winning value of every variable that was given one. Every given value is checked, also one that does not win.
pub(super) fn collect(
    declared: &IndexMap<String, Declared<'_>>,
    configuration: &Configuration,
    inputs: &Inputs,
    world: &World<'_>,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> IndexMap<String, Given> {
    let mut given = IndexMap::new();
    let legacy = configuration.is_legacy();
    for (name, variable) in declared.iter().filter(|_| !legacy) {
        let Some(text) = inputs.environment.as_ref().and_then(|all| all.get(&format!("PKR_VAR_{name}"))) else {
            continue;
        };
        let place = Said { name: &format!("PKR_VAR_{name} in the environment"), text };
        given.insert(name.clone(), from_text(variable, &place, GivenBy::Environment, world, sources, sink));
    }
    for document in &configuration.var_files {
        from_file(document, declared, world, &mut given, sink);
    }
    for (name, text) in &inputs.variables {
        let name = &if legacy { parse::legacy::identifier(name) } else { name.clone() };
        if legacy && (!declared.contains_key(name) || !parse::legacy::is_plain(text)) {
            // What nothing asks for is no mistake there; what is computed became a part of the tree.
            continue;
        }
        if !declared.contains_key(name) && world.unread.may_declare(Named::Variable, name) {
            continue;
        }
        let Some(variable) = declared.get(name) else {
            let place = invocation(sources, &format!("--var {name}=…"));
            let known = declared.keys().map(String::as_str);
            let help = match names::nearest(name, known.clone()) {
                Some(near) => format!("did you mean `--var {near}=…`?"),
                None if declared.is_empty() => "this configuration declares no variable".to_owned(),
                None => names::list("the variables there are", known),
            };
            sink.report(UNDECLARED_VALUE.at(place, format!("no variable is named `{name}`")).help(help));
            continue;
        };
        let place = Said { name: &format!("--var {name}"), text };
        given.insert(name.clone(), from_text(variable, &place, GivenBy::CommandLine, world, sources, sink));
    }
    given
}

/// A text from outside of any file.
struct Said<'t> {
    name: &'t str,
    text: &'t str,
}

/// Texts for `string`, `number` and untyped variables are taken as they are; all others are expressions.
fn from_text(
    variable: &Declared<'_>,
    said: &Said<'_>,
    by: GivenBy,
    world: &World<'_>,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Given {
    let file = sources.add(said.name, said.text, FileOrigin::Invocation);
    let span = sources.file(file).span(file);
    let plain = match variable.constraint.as_ref().map_or(Type::Dynamic, TypeConstraint::to_type) {
        Type::String | Type::Number => true,
        // Without a declared type, only what the default is decides: a text stays a text.
        Type::Dynamic => matches!(variable.ty, Type::Dynamic | Type::String | Type::Number),
        Type::Bool | Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Object(_) | Type::Tuple(_) => false,
    };
    let value = if plain {
        Value::string(said.text)
    } else {
        let constants = Scope::new(world).with_functions(FunctionSet::None);
        let mut found = Sink::new();
        let expr = parse::hcl::parse_expression(sources, file, &mut found);
        let mut value = eval::evaluate(&expr, &constants, &mut found);
        if variable.sensitive {
            // What was found names what it was found at, and that is the secret.
            let failed = found.has_errors();
            found = Sink::new();
            if failed {
                value = Value::error();
                let name = &variable.name.value;
                found.report(
                    INVALID_VALUE
                        .at(span, format!("the value given to `{name}` cannot be read; it is sensitive and not shown"))
                        .label(format!("has to be {}", variable.ty.phrase()))
                        .also(variable.name.span, "declared here")
                        .help("write it as HCL does: texts in quotes, lists as `[\"a\", \"b\"]`, no names"),
                );
            }
        }
        if found.has_errors() && !variable.sensitive {
            // A word alone is a name in HCL, and there are none here: what is wanted is what helps.
            let is_word = said.text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
            if is_word {
                found = Sink::new();
                value = Value::error();
                let (name, wanted) = (&variable.name.value, variable.ty.phrase());
                found.report(
                    INVALID_VALUE
                        .at(span, format!("the value given to `{name}` has to be {wanted}, `{}` is none", said.text))
                        .label(format!("has to be {wanted}"))
                        .also(variable.name.span, "declared here")
                        .help(example(&variable.ty)),
                );
            }
        }
        sink.absorb(found);
        value
    };
    Given { value: fitting(variable, value, span, sink), by, span }
}

/// What to type for a value of that type.
fn example(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "write `true` or `false`",
        Type::Number => "write a number",
        Type::String | Type::Dynamic => "write it in quotes",
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => "write a list as HCL does: `[\"a\", \"b\"]`",
        Type::Map(_) | Type::Object(_) => "write an object as HCL does: `{ a = \"b\" }`",
    }
}

fn from_file(
    document: &Document,
    declared: &IndexMap<String, Declared<'_>>,
    world: &World<'_>,
    given: &mut IndexMap<String, Given>,
    sink: &mut Sink,
) {
    let constants = Scope::new(world).with_functions(FunctionSet::None);
    for item in &document.body.items {
        let attribute = match item {
            Item::Attribute(attribute) => attribute,
            Item::Block(block) => {
                sink.report(
                    BLOCK_IN_VAR_FILE
                        .at(block.header(), format!("a var-file holds values only, no `{}` block", block.kind.value))
                        .label("a block")
                        .help("write `name = value`; declare variables in a `.pkr.hcl` file"),
                );
                continue;
            }
            Item::Error(_) => continue,
        };
        let name = &attribute.name.value;
        let value = eval::evaluate(&attribute.value, &constants, sink);
        if document.body.spelling == Spelling::LegacyJson && !declared.contains_key(name) {
            // Its var-files are shared by templates, and nothing has to be declared.
            continue;
        }
        if !declared.contains_key(name) && world.unread.may_declare(Named::Variable, name) {
            continue;
        }
        let Some(variable) = declared.get(name) else {
            let known = declared.keys().map(String::as_str);
            let help = match names::nearest(name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("declare `variable \"{name}\" {{}}`, or remove the value"),
            };
            // Packer ignores it: var-files are shared by several templates.
            sink.report(
                UNDECLARED_VALUE
                    .at(attribute.name.span, format!("no variable is named `{name}`"))
                    .label("this value is not used")
                    .help(help)
                    .severity(Severity::Warning),
            );
            continue;
        };
        let span = attribute.value.span;
        let value = fitting(variable, value, span, sink);
        given.insert(name.clone(), Given { value, by: GivenBy::File(span), span });
    }
}

fn fitting(variable: &Declared<'_>, value: Value, span: Span, sink: &mut Sink) -> Value {
    let converted: Result<Value, ConversionError> = match &variable.constraint {
        Some(constraint) => constraint.convert(&value, span),
        None => convert(&value, &variable.ty, span),
    };
    converted.unwrap_or_else(|error| {
        sink.report(
            INVALID_VALUE
                .at(span, format!("the value given to `{}` does not fit its type: {error}", variable.name.value))
                .label(format!("has to be {}", variable.ty.phrase()))
                .also(variable.name.span, "declared here")
                .help("give a value of that type"),
        );
        Value::error()
    })
}
