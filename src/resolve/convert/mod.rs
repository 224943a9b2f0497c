//! Conversion of values to types, as cty does it.
//!
//! Comes in: a value and the type that is wanted. Goes out: the value in that type, with its holes and marks, or what is
//! wrong with it and where inside of it. Reports nothing: callers know the place.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named is refused, or passed on, in one way")]

mod constraint;
mod unify;

pub use constraint::{AttributeConstraint, DECLARATIONS, TypeConstraint};
pub use unify::{can_convert, unify};

use std::collections::BTreeMap;
use std::fmt;

use super::value::{
    Hole, HoleKind, Marks, Number, Origin, ParameterId, Piece, Text, Type, Unknown, Value, ValueKind, set_elements,
};
use crate::source::Span;

/// Why a value does not fit a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversionError {
    /// The way from the value to the part that does not fit; empty for the value itself.
    pub path: Vec<PathStep>,
    /// What is wrong there: `a number is required, not a string`.
    pub message: String,
}

/// A step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathStep {
    /// An element of a list, set or tuple.
    Index(usize),
    /// An attribute of an object, or an element of a map.
    Attribute(String),
}

impl ConversionError {
    fn new(message: impl Into<String>) -> Self {
        Self { path: Vec::new(), message: message.into() }
    }

    fn below(mut self, step: PathStep) -> Self {
        self.path.insert(0, step);
        self
    }
}

/// `[2].name: a number is required, not a string`
impl fmt::Display for ConversionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.path {
            match step {
                PathStep::Index(index) => write!(f, "[{index}]")?,
                PathStep::Attribute(name) => write!(f, ".{name}")?,
            }
        }
        if !self.path.is_empty() {
            f.write_str(": ")?;
        }
        f.write_str(&self.message)
    }
}

/// The value in another type. `span` is where the value is written: holes that a conversion makes point there.
pub fn convert(value: &Value, ty: &Type, span: Span) -> Result<Value, ConversionError> {
    let mut out = match (&value.kind, ty) {
        (_, Type::Dynamic) => return Ok(value.clone()),
        (ValueKind::Null(from), _) => {
            if !can_convert(from, ty, true) {
                return Err(mismatch(from, ty));
            }
            Value::of(ValueKind::Null(ty.clone()))
        }
        (ValueKind::Unknown(unknown), _) => {
            if !can_convert(&unknown.ty, ty, true) {
                return Err(mismatch(&unknown.ty, ty));
            }
            let unknown = Unknown { ty: with_known_parts(&unknown.ty, ty), ..unknown.clone() };
            if let (Some(parameter), Type::String) = (value.marks.exactly, ty) {
                return Ok(parameter_text(parameter, None, &value.marks, span));
            }
            Value::from_unknown(unknown, span)
        }
        (ValueKind::String(text), _) => return convert_text(text, &value.marks, ty),
        (ValueKind::Number(number), Type::String) => return Ok(primitive_text(number.to_string(), &value.marks, span)),
        (ValueKind::Bool(flag), Type::String) => return Ok(primitive_text(flag.to_string(), &value.marks, span)),
        (ValueKind::Number(_), Type::Number) | (ValueKind::Bool(_), Type::Bool) => return Ok(value.clone()),
        (ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items), Type::List(element)) => {
            let element = element_type(element, value, items.iter())?;
            Value::of(ValueKind::List(element.clone(), convert_items(items, &element, span)?))
        }
        (ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items), Type::Set(element)) => {
            let element = element_type(element, value, items.iter())?;
            Value::of(ValueKind::Set(element.clone(), set_elements(convert_items(items, &element, span)?)))
        }
        (ValueKind::Tuple(items), Type::Tuple(types)) => {
            if items.len() != types.len() {
                return Err(ConversionError::new(format!(
                    "a tuple of {} is required, not of {}",
                    crate::diagnostic::plural(types.len(), "element"),
                    items.len()
                )));
            }
            let items = items.iter().zip(types).enumerate().map(|(index, (item, ty))| {
                convert(item, ty, span).map_err(|error| error.below(PathStep::Index(index)))
            });
            Value::of(ValueKind::Tuple(items.collect::<Result<_, _>>()?))
        }
        (ValueKind::Map(_, entries) | ValueKind::Object(entries), Type::Map(element)) => {
            let element = element_type(element, value, entries.values())?;
            let mut out = BTreeMap::new();
            for (name, item) in entries {
                let item = convert(item, &element, span).map_err(|e| e.below(PathStep::Attribute(name.clone())))?;
                out.insert(name.clone(), item);
            }
            let element = if element == Type::Dynamic { unify_of(out.values()) } else { element };
            Value::of(ValueKind::Map(element, out))
        }
        (ValueKind::Map(_, entries) | ValueKind::Object(entries), Type::Object(attributes)) => {
            let mut out = BTreeMap::new();
            let missing: Vec<_> = attributes.keys().filter(|name| !entries.contains_key(*name)).collect();
            if let [first, rest @ ..] = missing.as_slice() {
                let all = rest.iter().fold(format!("`{first}`"), |all, name| format!("{all}, `{name}`"));
                let plural = if rest.is_empty() { "attribute" } else { "attributes" };
                return Err(ConversionError::new(format!("the {plural} {all} must be given")));
            }
            for (name, ty) in attributes {
                let Some(item) = entries.get(name) else { continue };
                let item = convert(item, ty, span).map_err(|e| e.below(PathStep::Attribute(name.clone())))?;
                out.insert(name.clone(), item);
            }
            Value::of(ValueKind::Object(out))
        }
        _ => return Err(mismatch(&value.ty(), ty)),
    };
    out.marks = value.marks.clone();
    Ok(out)
}

/// The bool or number `known` as text: a hole where it is exactly a parameter.
fn primitive_text(known: String, marks: &Marks, span: Span) -> Value {
    match marks.exactly {
        Some(parameter) => parameter_text(parameter, Some(known), marks, span),
        None => Value { kind: ValueKind::String(Text::literal(known)), marks: marks.clone() },
    }
}

/// The hole alone is sensitive, so that what is put around it may still be shown.
fn parameter_text(parameter: ParameterId, known: Option<String>, marks: &Marks, span: Span) -> Value {
    let Marks { sensitive, exactly: _, shaped_by } = marks.clone();
    let hole = Hole { what: HoleKind::Parameter(parameter), known, sensitive, span };
    Value { kind: ValueKind::String(Text::hole(hole)), marks: Marks { sensitive: false, exactly: None, shaped_by } }
}

fn convert_text(text: &Text, marks: &Marks, ty: &Type) -> Result<Value, ConversionError> {
    let same = || Value { kind: ValueKind::String(text.clone()), marks: marks.clone() };
    let mut marks = marks.clone();
    if let [Piece::Hole(Hole { what: HoleKind::Parameter(parameter), sensitive, .. })] = text.pieces() {
        marks.exactly = Some(*parameter);
        marks.sensitive |= sensitive;
    } else {
        marks.add_computed(&same());
    }
    let known = text.known();
    let kind = match (ty, known) {
        (Type::String, _) => return Ok(same()),
        (Type::Number, Some(known)) => Number::parse(&known).map(ValueKind::Number),
        (Type::Bool, Some(known)) => match &*known {
            "true" | "1" => Some(ValueKind::Bool(true)),
            "false" | "0" => Some(ValueKind::Bool(false)),
            _ => None,
        },
        (Type::Number | Type::Bool, None) => {
            let unknown = text.holes().find_map(|hole| match (&hole.what, &hole.known) {
                (HoleKind::Unknown(unknown), None) => Some((**unknown).clone()),
                _ => None,
            });
            let origin = same().origin(&|_| String::new());
            // While Packer checks a template, what a build knows is a text that stands in for it, and no number.
            if matches!(origin, Some(Origin::Build(_))) {
                return Err(ConversionError::new(format!(
                    "{} is required, and what a running build knows is only text",
                    ty.phrase()
                )));
            }
            // Only a text that is nothing but the unknown keeps the call that makes it.
            let call = if text.pieces().len() == 1 { unknown.and_then(|unknown| unknown.call) } else { None };
            origin.map(|origin| ValueKind::Unknown(Unknown { ty: ty.clone(), origin, call }))
        }
        _ => return Err(mismatch(&Type::String, ty)),
    };
    match kind {
        Some(kind) => Ok(Value { kind, marks }),
        None => Err(ConversionError::new(match ty {
            Type::Bool => "a bool is required, and this text is neither `true` nor `false`".to_owned(),
            _ => format!("{} is required, and this text is none", ty.phrase()),
        })),
    }
}

fn convert_items(items: &[Value], element: &Type, span: Span) -> Result<Vec<Value>, ConversionError> {
    let item = |(index, item)| convert(item, element, span).map_err(|error| error.below(PathStep::Index(index)));
    items.iter().enumerate().map(item).collect()
}

/// The element type to convert to: the wanted one, or where any will do the one that all elements have in common.
fn element_type<'v>(
    wanted: &Type,
    value: &Value,
    items: impl Iterator<Item = &'v Value>,
) -> Result<Type, ConversionError> {
    if let ValueKind::List(element, _) | ValueKind::Set(element, _) | ValueKind::Map(element, _) = &value.kind
        && !can_convert(element, wanted, true)
    {
        // Without elements, too.
        return Err(mismatch(element, wanted));
    }
    if !contains_dynamic(wanted) {
        return Ok(wanted.clone());
    }
    if *wanted == Type::Dynamic {
        if let ValueKind::List(element, _) | ValueKind::Set(element, _) | ValueKind::Map(element, _) = &value.kind {
            return Ok(element.clone());
        }
        let types: Vec<Type> = items.map(Value::ty).collect();
        if types.is_empty() {
            return Ok(Type::Dynamic);
        }
        return unify(&types, true)
            .filter(|ty| *ty != Type::Dynamic || types.iter().all(|ty| *ty == Type::Dynamic))
            .ok_or_else(|| ConversionError::new("all elements must have one type, and these have none in common"));
    }
    // `list(list(any))`: what the elements become each for itself, and then their common type.
    let types: Vec<Type> = items.map(|item| with_known_parts(&item.ty(), wanted)).collect();
    Ok(if types.is_empty() { wanted.clone() } else { unify(&types, true).unwrap_or_else(|| wanted.clone()) })
}

fn unify_of<'v>(items: impl Iterator<Item = &'v Value>) -> Type {
    let types: Vec<Type> = items.map(Value::ty).collect();
    unify(&types, true).unwrap_or(Type::Dynamic)
}

fn contains_dynamic(ty: &Type) -> bool {
    match ty {
        Type::Dynamic => true,
        Type::Bool | Type::Number | Type::String => false,
        Type::List(element) | Type::Set(element) | Type::Map(element) => contains_dynamic(element),
        Type::Object(attributes) => attributes.values().any(contains_dynamic),
        Type::Tuple(elements) => elements.iter().any(contains_dynamic),
    }
}

/// `wanted`, where it leaves a type open filled from the type of the value.
fn with_known_parts(have: &Type, wanted: &Type) -> Type {
    if !contains_dynamic(wanted) {
        return wanted.clone();
    }
    let common = |types: Vec<Type>| unify(&types, true).unwrap_or(Type::Dynamic);
    let element = |wanted: &Type| match have {
        Type::List(element) | Type::Set(element) | Type::Map(element) => with_known_parts(element, wanted),
        Type::Tuple(types) => common(types.iter().map(|ty| with_known_parts(ty, wanted)).collect()),
        Type::Object(types) => common(types.values().map(|ty| with_known_parts(ty, wanted)).collect()),
        Type::Dynamic | Type::Bool | Type::Number | Type::String => wanted.clone(),
    };
    match wanted {
        Type::Dynamic => have.clone(),
        Type::List(inner) => Type::list(element(inner)),
        Type::Set(inner) => Type::set(element(inner)),
        Type::Map(inner) => Type::map(element(inner)),
        Type::Object(attributes) => Type::Object(
            attributes
                .iter()
                .map(|(name, ty)| {
                    let have = match have {
                        Type::Object(have) => have.get(name).cloned(),
                        _ => have.element().cloned(),
                    };
                    (name.clone(), have.map_or_else(|| ty.clone(), |have| with_known_parts(&have, ty)))
                })
                .collect(),
        ),
        Type::Tuple(types) => match have {
            Type::Tuple(have) if have.len() == types.len() => {
                Type::Tuple(have.iter().zip(types).map(|(have, ty)| with_known_parts(have, ty)).collect())
            }
            _ => wanted.clone(),
        },
        Type::Bool | Type::Number | Type::String => wanted.clone(),
    }
}

fn mismatch(have: &Type, want: &Type) -> ConversionError {
    ConversionError::new(format!("{} is required, not {}", want.phrase(), have.phrase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn span() -> Span {
        Span::new(FileId(0), 0, 0)
    }

    #[test]
    fn an_exact_parameter_stays_one_through_conversions() {
        let mut number = Value::number(5i64);
        number.marks.exactly = Some(ParameterId(3));
        let text = convert(&number, &Type::String, span()).expect("converts");
        assert_eq!(text.as_text().expect("text").parameters().collect::<Vec<_>>(), [ParameterId(3)]);
        assert_eq!(text.as_str().as_deref(), Some("5"));
        let back = convert(&text, &Type::Number, span()).expect("converts");
        assert_eq!(back.marks.exactly, Some(ParameterId(3)));
        assert!(back.marks.shaped_by.is_empty());
    }

    #[test]
    fn the_place_of_the_fault_is_named() {
        let value = Value::object([("a", Value::tuple(vec![Value::number(1i64), Value::string("x")]))]);
        let error = convert(&value, &Type::map(Type::list(Type::Number)), span()).expect_err("no number");
        assert_eq!(error.to_string(), ".a[1]: a number is required, and this text is none");
        let error = convert(&value, &Type::list(Type::String), span()).expect_err("no list");
        assert_eq!(error.to_string(), "a list of string is required, not an object");
    }

    #[test]
    fn sets_sort_and_drop_duplicates() {
        let value = Value::tuple(["b", "a", "b"].map(Value::string).to_vec());
        let set = convert(&value, &Type::set(Type::String), span()).expect("converts");
        assert_eq!(set.as_items().map(<[Value]>::len), Some(2));
        assert_eq!(set.as_items().and_then(|items| items[0].as_str()).as_deref(), Some("a"));
    }
}
