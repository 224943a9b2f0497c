//! Declarations of variables: `variable` and `variables` blocks.

use std::borrow::Cow;

use indexmap::IndexMap;

use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Sink};
use crate::resolve::convert::{TypeConstraint, convert};
use crate::resolve::eval::{self, FunctionSet, Scope, World};
use crate::resolve::structure;
use crate::resolve::value::{Type, Value};
use crate::schema::language;
use crate::source::{Span, Spanned};
use crate::syntax::{Attribute, Block, Document};

declare_diagnostic! {
    pub static DUPLICATE_VARIABLE = {
        code: "duplicate-variable",
        severity: Error,
        since: "0.1.0",
        summary: "two variables have the same name",
    }
    pub static INVALID_NAME = {
        code: "invalid-name",
        severity: Error,
        since: "0.1.0",
        summary: "a name could not be used in a reference",
    }
    pub static INVALID_DEFAULT = {
        code: "invalid-default",
        severity: Error,
        since: "0.1.0",
        summary: "a default does not fit the type of its variable",
    }
    pub static NOT_CONSTANT = {
        code: "not-constant",
        severity: Error,
        since: "0.1.0",
        summary: "an argument that has to be a plain constant is none",
    }
}

/// What this file can report.
pub(super) const DECLARATIONS: &[&Declaration] = &[&DUPLICATE_VARIABLE, &INVALID_DEFAULT, &INVALID_NAME, &NOT_CONSTANT];

/// A variable as it is declared.
#[derive(Clone, Debug)]
pub(super) struct Declared<'d> {
    pub(super) name: Spanned<String>,
    /// What given values are converted to; nothing where no type is declared.
    pub(super) constraint: Option<TypeConstraint>,
    /// The declared type, or what the default gives it.
    pub(super) ty: Type,
    pub(super) description: Option<String>,
    pub(super) sensitive: bool,
    /// Converted, and where it stands.
    pub(super) default: Option<(Value, Span)>,
    pub(super) validations: Vec<&'d Block>,
    pub(super) span: Span,
}

/// All variables of the configuration, by name in declaration order.
pub(super) fn declare<'d>(
    documents: &'d [Document],
    world: &World<'_>,
    sink: &mut Sink,
) -> IndexMap<String, Declared<'d>> {
    let root = language::root();
    let mut variables: IndexMap<String, Declared<'d>> = IndexMap::new();
    let blocks = documents.iter().flat_map(|document| document.body.blocks());
    for block in blocks {
        let found = match (block.kind.value.as_str(), block.labels.as_slice()) {
            ("variable", [label]) => {
                let name = Spanned::new(label.value.clone(), label.span);
                vec![from_block(name, block, &root.blocks["variable"].body, world, sink)]
            }
            ("variables", []) => {
                structure::content(&block.body, &root.blocks["variables"].body, "`variables`", sink);
                block.body.attributes().map(|attribute| from_attribute(attribute, world, sink)).collect()
            }
            _ => continue,
        };
        for variable in found {
            if !is_identifier(&variable.name.value) {
                sink.report(
                    INVALID_NAME
                        .at(variable.name.span, format!("`{}` cannot be the name of a variable", variable.name.value))
                        .label("nothing could refer to it")
                        .help("names have letters, digits, `_` and `-`, and begin with a letter or `_`"),
                );
            }
            match variables.get(&variable.name.value) {
                Some(first) => sink.report(
                    DUPLICATE_VARIABLE
                        .at(variable.name.span, format!("the variable `{}` is declared twice", variable.name.value))
                        .label("a second declaration")
                        .also(first.name.span, "the first one")
                        .help("remove one of them"),
                ),
                None => {
                    variables.insert(variable.name.value.clone(), variable);
                }
            }
        }
    }
    variables
}

/// Whether a reference can name it: a letter or `_`, then letters, digits, `_`, `-`.
pub(crate) fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first == '_' || unicode_ident::is_xid_start(first))
        && characters.all(|c| c == '-' || unicode_ident::is_xid_continue(c))
}

fn from_block<'d>(
    name: Spanned<String>,
    block: &'d Block,
    schema: &crate::schema::Body,
    world: &World<'_>,
    sink: &mut Sink,
) -> Declared<'d> {
    let content = structure::content(&block.body, schema, "a `variable` block", sink);
    let constants = Scope::new(world).with_functions(FunctionSet::None);
    let constraint = content
        .attributes
        .get("type")
        .and_then(|attribute| TypeConstraint::parse(&attribute.value, Some(&constants), sink));
    let mut constant = |attribute: &str| {
        let attribute = content.attributes.get(attribute)?;
        Some((eval::evaluate(&attribute.value, &constants, sink), attribute.value.span))
    };
    let description = constant("description").and_then(|(value, span)| text("description", &value, span, sink));
    // Where it is none, the value is better hidden.
    let sensitive = content.attributes.get("sensitive").is_some_and(|attribute| {
        let value = eval::evaluate(&attribute.value, &constants, sink);
        flag("sensitive", &value, attribute.value.span, sink).unwrap_or(true)
    });
    let given = content.attributes.get("default").copied();
    let default = given.and_then(|attribute| default(&name.value, attribute, constraint.as_ref(), world, sink));
    let ty = type_of(constraint.as_ref(), default.as_ref().map(|(value, _)| value));
    let validations = content.blocks.iter().copied().filter(|block| block.kind.value == "validation").collect();
    Declared { name, constraint, ty, description, sensitive, default, validations, span: block.span }
}

/// A constant text; what is none is reported.
fn text(name: &str, value: &Value, span: Span, sink: &mut Sink) -> Option<String> {
    if value.is_error() || value.is_null() {
        return None;
    }
    let text = convert(value, &Type::String, span).ok().and_then(|text| text.as_str().map(Cow::into_owned));
    if text.is_none() {
        sink.report(
            NOT_CONSTANT
                .at(span, format!("`{name}` has to be a text, this is {}", value.ty().phrase()))
                .label("no text")
                .help(format!("write `{name} = \"…\"`")),
        );
    }
    text
}

/// A constant bool; what is none is reported.
pub(crate) fn flag(name: &str, value: &Value, span: Span, sink: &mut Sink) -> Option<bool> {
    if value.is_error() {
        return None;
    }
    let flag = convert(value, &Type::Bool, span).ok().and_then(|flag| flag.as_bool());
    if flag.is_none() {
        sink.report(
            NOT_CONSTANT
                .at(span, format!("`{name}` is neither `true` nor `false`"))
                .label("has to be a plain bool")
                .help(format!("write `{name} = true`")),
        );
    }
    flag
}

fn from_attribute<'d>(attribute: &'d Attribute, world: &World<'_>, sink: &mut Sink) -> Declared<'d> {
    let default = default(&attribute.name.value, attribute, None, world, sink);
    let ty = type_of(None, default.as_ref().map(|(value, _)| value));
    Declared {
        name: attribute.name.clone(),
        constraint: None,
        ty,
        description: None,
        sensitive: false,
        default,
        validations: Vec::new(),
        span: attribute.span,
    }
}

fn default(
    name: &str,
    attribute: &Attribute,
    constraint: Option<&TypeConstraint>,
    world: &World<'_>,
    sink: &mut Sink,
) -> Option<(Value, Span)> {
    let scope = Scope::new(world).with_functions(FunctionSet::Env);
    let value = eval::evaluate(&attribute.value, &scope, sink);
    let span = attribute.value.span;
    let Some(constraint) = constraint else { return Some((value, span)) };
    match constraint.convert(&value, span) {
        Ok(value) => Some((value, span)),
        Err(error) => {
            sink.report(
                INVALID_DEFAULT
                    .at(span, format!("the default of `{name}` does not fit its type: {error}"))
                    .label(format!("has to be {}", constraint.to_type().phrase()))
                    .help("change the default or the `type`"),
            );
            Some((Value::error(), span))
        }
    }
}

/// A declared type; else what the default is, where that says anything (not for `[]`, `{}` and `null`).
fn type_of(constraint: Option<&TypeConstraint>, default: Option<&Value>) -> Type {
    match constraint.map(TypeConstraint::to_type) {
        Some(ty) if ty != Type::Dynamic => ty,
        _ => match default.map(Value::ty) {
            Some(Type::Tuple(items)) if items.is_empty() => Type::Dynamic,
            Some(Type::Object(entries)) if entries.is_empty() => Type::Dynamic,
            Some(ty) => ty,
            None => Type::Dynamic,
        },
    }
}
