//! Type expressions: `list(object({ a = optional(string, "x") }))`.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named is refused, or passed on, in one way")]

use std::collections::BTreeMap;

use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Sink};
use crate::resolve::eval::{Scope, evaluate};
use crate::resolve::value::{Type, Value, ValueKind};
use crate::source::Span;
use crate::syntax::{Expr, ExprKind};

use super::{ConversionError, convert};

declare_diagnostic! {
    pub static INVALID_TYPE = {
        code: "invalid-type",
        severity: Error,
        since: "0.1.0",
        summary: "a type is not written as one",
    }
}

/// What this module may report.
pub const DECLARATIONS: &[&Declaration] = &[&INVALID_TYPE];

/// A type as a variable declares it: attributes of objects may be optional and have defaults.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeConstraint {
    /// `any`
    Any,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(T)`
    List(Box<TypeConstraint>),
    /// `set(T)`
    Set(Box<TypeConstraint>),
    /// `map(T)`
    Map(Box<TypeConstraint>),
    /// `object({ … })`
    Object(BTreeMap<String, AttributeConstraint>),
    /// `tuple([ … ])`
    Tuple(Vec<TypeConstraint>),
}

/// An attribute of an object type.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeConstraint {
    /// Its type.
    pub ty: TypeConstraint,
    /// `optional(T)`: may be left out.
    pub optional: bool,
    /// `optional(T, default)`: taken where it is left out or null, already of the attribute's type.
    pub default: Option<Value>,
}

impl TypeConstraint {
    /// Reads a type expression. Nothing if it is none, which is reported. `scope` is for the defaults of optional attributes;
    /// without it `optional` is no more than a required attribute, as in `convert()`.
    pub fn parse(expr: &Expr, scope: Option<&Scope<'_>>, sink: &mut Sink) -> Option<Self> {
        match &expr.kind {
            ExprKind::Error => None,
            ExprKind::Parens(inner) => Self::parse(inner, scope, sink),
            ExprKind::Variable(name) => match name.as_str() {
                "any" => Some(Self::Any),
                "bool" => Some(Self::Bool),
                "number" => Some(Self::Number),
                "string" => Some(Self::String),
                "list" | "set" | "map" => {
                    let help = format!("say what is in it: `{name}(string)`, or `{name}(any)`");
                    fault(sink, expr.span, format!("`{name}` is no type without its elements' type"), help)
                }
                "object" => fault(
                    sink,
                    expr.span,
                    "`object` is no type without its attributes",
                    "list them: `object({ name = string })`",
                ),
                "tuple" => fault(
                    sink,
                    expr.span,
                    "`tuple` is no type without its elements",
                    "list them: `tuple([string, number])`",
                ),
                _ => fault(sink, expr.span, format!("there is no type `{name}`"), TYPES),
            },
            ExprKind::Call(call) => {
                let name = call.name.value.as_str();
                if !matches!(name, "list" | "set" | "map" | "object" | "tuple" | "optional") {
                    return fault(sink, call.name.span, format!("there is no type `{name}(…)`"), TYPES);
                }
                if name == "optional" {
                    return fault(
                        sink,
                        expr.span,
                        "only an attribute of an `object` type can be `optional`",
                        "write the type itself here",
                    );
                }
                let [argument] = call.arguments.as_slice() else {
                    let span = call.arguments.get(1).map_or(expr.span, |extra| extra.span);
                    return fault(sink, span, format!("`{name}` takes exactly one type"), format!("write `{name}(…)`"));
                };
                match name {
                    "list" => Self::parse(argument, scope, sink).map(|element| Self::List(Box::new(element))),
                    "set" => Self::parse(argument, scope, sink).map(|element| Self::Set(Box::new(element))),
                    "map" => Self::parse(argument, scope, sink).map(|element| Self::Map(Box::new(element))),
                    "object" => Self::parse_object(argument, scope, sink),
                    _ => {
                        let ExprKind::Tuple(items) = &argument.kind else {
                            return fault(
                                sink,
                                argument.span,
                                "the elements of a tuple type stand between brackets",
                                "`tuple([string, number])`",
                            );
                        };
                        let types: Vec<_> = items.iter().map(|item| Self::parse(item, scope, sink)).collect();
                        types.into_iter().collect::<Option<Vec<_>>>().map(Self::Tuple)
                    }
                }
            }
            ExprKind::Template(template) => {
                let text = template.literal().unwrap_or_default();
                let legacy = matches!(text.as_str(), "string" | "list" | "map" | "number" | "bool" | "any");
                let help = match text.as_str() {
                    "list" => "write `list(string)`".to_owned(),
                    "map" => "write `map(string)`".to_owned(),
                    _ if legacy => format!("write `{text}` without quotes"),
                    _ => TYPES.to_owned(),
                };
                fault(sink, expr.span, "a type is not written between quotes", help)
            }
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::Tuple(_)
            | ExprKind::Object(_)
            | ExprKind::Traversal { .. }
            | ExprKind::Splat(_)
            | ExprKind::For(_)
            | ExprKind::Conditional(_)
            | ExprKind::Binary(_)
            | ExprKind::Unary(..) => fault(sink, expr.span, "this is no type", TYPES),
        }
    }

    fn parse_object(argument: &Expr, scope: Option<&Scope<'_>>, sink: &mut Sink) -> Option<Self> {
        let ExprKind::Object(items) = &argument.kind else {
            return fault(
                sink,
                argument.span,
                "the attributes of an object type stand between braces",
                "`object({ name = string })`",
            );
        };
        let mut attributes = BTreeMap::new();
        let mut whole = true;
        for item in items {
            let name = match &item.key.kind {
                ExprKind::Template(template) => template.literal(),
                _ => None,
            };
            let Some(name) = name else {
                whole = false;
                let _: Option<Self> = fault(
                    sink,
                    item.key.span,
                    "the name of an attribute in a type must be written out",
                    "`object({ name = string })`",
                );
                continue;
            };
            match Self::parse_attribute(&item.value, scope, sink) {
                Some(attribute) => {
                    attributes.insert(name, attribute);
                }
                None => whole = false,
            }
        }
        whole.then_some(Self::Object(attributes))
    }

    fn parse_attribute(expr: &Expr, scope: Option<&Scope<'_>>, sink: &mut Sink) -> Option<AttributeConstraint> {
        let call = match &expr.kind {
            ExprKind::Call(call) if call.name.value == "optional" => call,
            _ => {
                let ty = Self::parse(expr, scope, sink)?;
                return Some(AttributeConstraint { ty, optional: false, default: None });
            }
        };
        let (ty, default) = match call.arguments.as_slice() {
            [ty] => (ty, None),
            [ty, default] => (ty, Some(default)),
            _ => {
                let help = "`optional(string)`, or `optional(string, \"default\")`";
                return fault(sink, expr.span, "`optional` takes a type and perhaps a default", help);
            }
        };
        let ty = Self::parse(ty, scope, sink)?;
        let Some(default) = default else {
            return Some(AttributeConstraint { ty, optional: scope.is_some(), default: None });
        };
        let Some(scope) = scope else {
            return fault(
                sink,
                expr.span,
                "only the type of a variable can have defaults in it",
                "leave the default out here",
            );
        };
        let value = evaluate(default, scope, sink);
        match ty.convert(&value, default.span) {
            Ok(value) => Some(AttributeConstraint { ty, optional: true, default: Some(value) }),
            Err(error) => fault(
                sink,
                default.span,
                format!("this default does not fit its own type: {error}"),
                format!("give a value of type `{}`", ty.to_type()),
            ),
        }
    }

    /// The type without what is optional in it.
    pub fn to_type(&self) -> Type {
        match self {
            Self::Any => Type::Dynamic,
            Self::Bool => Type::Bool,
            Self::Number => Type::Number,
            Self::String => Type::String,
            Self::List(element) => Type::list(element.to_type()),
            Self::Set(element) => Type::set(element.to_type()),
            Self::Map(element) => Type::map(element.to_type()),
            Self::Object(attributes) => Type::Object(
                attributes.iter().map(|(name, attribute)| (name.clone(), attribute.ty.to_type())).collect(),
            ),
            Self::Tuple(elements) => Type::Tuple(elements.iter().map(Self::to_type).collect()),
        }
    }

    /// The value in this type: optional attributes that are missing get their default, or null.
    pub fn convert(&self, value: &Value, span: Span) -> Result<Value, ConversionError> {
        convert(&self.filled(value), &self.to_type(), span)
    }

    /// The value with what is optional filled in.
    fn filled(&self, value: &Value) -> Value {
        let each = |items: &[Value], element: &Self| items.iter().map(|item| element.filled(item)).collect();
        let kind = match (self, &value.kind) {
            // Nothing to fill, and the type that there is counts.
            (_, ValueKind::List(_, items) | ValueKind::Set(_, items)) if items.is_empty() => return value.clone(),
            (_, ValueKind::Map(_, entries)) if entries.is_empty() => return value.clone(),
            (Self::List(element) | Self::Set(element), ValueKind::Tuple(items)) => {
                ValueKind::Tuple(each(items, element))
            }
            // Elements that are filled may differ in type, so what was a list becomes a tuple until it is converted.
            (Self::List(element) | Self::Set(element), ValueKind::List(_, items) | ValueKind::Set(_, items)) => {
                ValueKind::Tuple(each(items, element))
            }
            (Self::Tuple(elements), ValueKind::Tuple(items)) => {
                if elements.len() != items.len() {
                    return value.clone();
                }
                ValueKind::Tuple(elements.iter().zip(items).map(|(element, item)| element.filled(item)).collect())
            }
            (Self::Map(element), ValueKind::Object(entries) | ValueKind::Map(_, entries)) => {
                ValueKind::Object(entries.iter().map(|(name, item)| (name.clone(), element.filled(item))).collect())
            }
            (Self::Object(attributes), ValueKind::Object(entries) | ValueKind::Map(_, entries)) => {
                let mut out = entries.clone();
                for (name, attribute) in attributes {
                    let given = entries.get(name).filter(|given| !given.is_null() || attribute.default.is_none());
                    let filled = match (given, &attribute.default) {
                        (Some(given), _) => attribute.ty.filled(given),
                        (None, Some(default)) => default.clone(),
                        (None, None) if attribute.optional => Value::of(ValueKind::Null(attribute.ty.to_type())),
                        (None, None) => continue,
                    };
                    out.insert(name.clone(), filled);
                }
                ValueKind::Object(out)
            }
            _ => return value.clone(),
        };
        Value { kind, marks: value.marks.clone() }
    }
}

const TYPES: &str = "types are string, number, bool, any, list(…), set(…), map(…), object({…}) and tuple([…])";

fn fault<T>(sink: &mut Sink, span: Span, message: impl Into<String>, help: impl Into<String>) -> Option<T> {
    sink.report(INVALID_TYPE.at(span, message).label("expected a type here").help(help));
    None
}
