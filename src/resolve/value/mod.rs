//! What an expression is worth: cty's values, with three things that cty has not.
//!
//! - A text is kept in parts ([`Text`]): what stands there for certain, and holes for what a pipeline fills in.
//! - *Sensitive* goes through every operation.
//! - A value remembers which parameters decided it ([`Marks::shaped_by`]), so that a parameter which reaches nothing but
//!   text can stay open in the output, and one that shapes anything is fixed there.
//!
//! An unknown is a value: it has a type and an origin, and never causes an error by itself.

mod compare;
mod number;
mod text;
mod ty;

use std::collections::{BTreeMap, BTreeSet};

pub use compare::{identity, set_elements};
pub use number::Number;
pub use text::{Hole, HoleKind, Piece, Text};
pub use ty::{Quoted, Type};

/// A variable of the configuration, by its place in declaration order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParameterId(pub u32);

/// What an expression is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// The value itself.
    pub kind: ValueKind,
    /// What it carries along.
    pub marks: Marks,
}

/// What a value carries through every operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    /// It must never be shown. For a text this says it of all of it; a sensitive hole alone is marked on the hole.
    pub sensitive: bool,
    /// The value *is* this parameter's, unchanged (or changed in type only): as text it becomes a hole.
    pub exactly: Option<ParameterId>,
    /// Parameters that this value was computed from in any way other than standing in its text as a hole.
    pub shaped_by: BTreeSet<ParameterId>,
}

/// The kinds of values, as in cty.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueKind {
    /// `null`, of a type ([`Type::Dynamic`] where nothing says which).
    Null(Type),
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text. It counts as unknown while one of its holes has no value ([`Value::is_known`]).
    String(Text),
    /// All elements have this type.
    List(Type, Vec<Value>),
    /// All elements have this type; sorted and without duplicates, as cty iterates.
    Set(Type, Vec<Value>),
    /// All elements have this type.
    Map(Type, BTreeMap<String, Value>),
    /// Attributes with types of their own.
    Object(BTreeMap<String, Value>),
    /// Elements with types of their own.
    Tuple(Vec<Value>),
    /// Not known while compiling. A `string` unknown is always a [`ValueKind::String`] with a hole instead.
    Unknown(Unknown),
}

/// What is not known while compiling.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// What it will be.
    pub ty: Type,
    /// Why nobody knows it.
    pub origin: Origin,
    /// The call that makes it, with its arguments as far as they are known: clock idioms are recognised by it.
    pub call: Option<Box<FoldedCall>>,
}

/// A call of which something is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct FoldedCall {
    /// The function.
    pub function: String,
    /// Its arguments.
    pub arguments: Vec<Value>,
}

/// Why a value is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A variable without a value.
    Variable(String),
    /// What a data source will find: `amazon-ami.base`.
    Data(String),
    /// What only a running build has: `build.ID`.
    Build(String),
    /// The clock.
    Clock,
    /// A random value, by the function that makes it.
    Random(String),
    /// The environment variable of that name.
    Environment(String),
    /// A service on the network, by the function that asks it.
    Network(String),
    /// A file that may not be read here: its path.
    File(String),
    /// Something of this machine: a path, the home folder.
    Machine(String),
    /// `packer.iterationID` and the like; or what Packer itself leaves unknown at this place.
    Packer(String),
    /// It could not be computed, and that is already reported.
    Error,
}

impl Value {
    /// A value that carries nothing along.
    pub fn of(kind: ValueKind) -> Self {
        Self { kind, marks: Marks::default() }
    }

    /// A text without holes.
    pub fn string(text: impl Into<String>) -> Self {
        Self::of(ValueKind::String(Text::literal(text)))
    }

    /// A truth value.
    pub fn bool(value: bool) -> Self {
        Self::of(ValueKind::Bool(value))
    }

    /// A number.
    pub fn number(value: impl Into<Number>) -> Self {
        Self::of(ValueKind::Number(value.into()))
    }

    /// A null whose type nothing says.
    pub fn null() -> Self {
        Self::of(ValueKind::Null(Type::Dynamic))
    }

    /// A text.
    pub fn text(text: Text) -> Self {
        Self::of(ValueKind::String(text))
    }

    /// Elements with types of their own.
    pub fn tuple(items: Vec<Value>) -> Self {
        Self::of(ValueKind::Tuple(items))
    }

    /// Attributes with types of their own.
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Value)>) -> Self {
        Self::of(ValueKind::Object(attributes.into_iter().map(|(name, value)| (name.into(), value)).collect()))
    }

    /// A list of texts without holes.
    pub fn strings<S: Into<String>>(items: impl IntoIterator<Item = S>) -> Self {
        Self::of(ValueKind::List(Type::String, items.into_iter().map(Value::string).collect()))
    }

    /// With these marks put to its own; `exactly` stays what it is.
    #[must_use]
    pub fn with_marks(mut self, marks: &Marks) -> Self {
        self.marks.sensitive |= marks.sensitive;
        self.marks.shaped_by.extend(&marks.shaped_by);
        self
    }

    /// An unknown of that type; a string one becomes a text with one hole at `span`.
    pub fn unknown(ty: Type, origin: Origin, span: crate::source::Span) -> Self {
        Self::from_unknown(Unknown { ty, origin, call: None }, span)
    }

    /// The same with the call that makes it.
    pub fn from_unknown(unknown: Unknown, span: crate::source::Span) -> Self {
        if unknown.ty == Type::String {
            return Self::of(ValueKind::String(Text::hole(Hole {
                what: HoleKind::Unknown(Box::new(unknown)),
                known: None,
                sensitive: false,
                span,
            })));
        }
        Self::of(ValueKind::Unknown(unknown))
    }

    /// What stands for something whose fault is already reported.
    pub fn error() -> Self {
        Self::of(ValueKind::Unknown(Unknown { ty: Type::Dynamic, origin: Origin::Error, call: None }))
    }

    /// The same where it is certain what type it would have had.
    pub fn error_of(ty: Type) -> Self {
        Self::of(ValueKind::Unknown(Unknown { ty, origin: Origin::Error, call: None }))
    }

    /// Whether this stands for something whose fault is already reported, in whole or (for a text) in part.
    pub fn is_error(&self) -> bool {
        match &self.kind {
            ValueKind::Unknown(unknown) => unknown.origin == Origin::Error,
            ValueKind::String(text) => text.holes().any(|hole| hole.origin() == Some(&Origin::Error)),
            ValueKind::Null(_)
            | ValueKind::Bool(_)
            | ValueKind::Number(_)
            | ValueKind::List(..)
            | ValueKind::Set(..)
            | ValueKind::Map(..)
            | ValueKind::Object(_)
            | ValueKind::Tuple(_) => false,
        }
    }

    /// Whether it is a null.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, ValueKind::Null(_))
    }

    /// Whether the value itself is known (elements of a known list may be unknown).
    pub fn is_known(&self) -> bool {
        match &self.kind {
            ValueKind::Unknown(_) => false,
            ValueKind::String(text) => text.known().is_some(),
            ValueKind::Null(_)
            | ValueKind::Bool(_)
            | ValueKind::Number(_)
            | ValueKind::List(..)
            | ValueKind::Set(..)
            | ValueKind::Map(..)
            | ValueKind::Object(_)
            | ValueKind::Tuple(_) => true,
        }
    }

    /// Whether it and everything in it is known.
    pub fn is_wholly_known(&self) -> bool {
        self.is_known() && self.children().all(Value::is_wholly_known)
    }

    /// Whether it or anything in it is sensitive.
    pub fn is_sensitive(&self) -> bool {
        let in_text = match &self.kind {
            ValueKind::String(text) => text.holes().any(|hole| hole.sensitive),
            ValueKind::Null(_)
            | ValueKind::Bool(_)
            | ValueKind::Number(_)
            | ValueKind::List(..)
            | ValueKind::Set(..)
            | ValueKind::Map(..)
            | ValueKind::Object(_)
            | ValueKind::Tuple(_)
            | ValueKind::Unknown(_) => false,
        };
        self.marks.sensitive || in_text || self.children().any(Value::is_sensitive)
    }

    /// What lies directly in it.
    pub fn children(&self) -> Box<dyn Iterator<Item = &Value> + '_> {
        match &self.kind {
            ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => Box::new(items.iter()),
            ValueKind::Map(_, entries) | ValueKind::Object(entries) => Box::new(entries.values()),
            ValueKind::Null(_)
            | ValueKind::Bool(_)
            | ValueKind::Number(_)
            | ValueKind::String(_)
            | ValueKind::Unknown(_) => Box::new(std::iter::empty()),
        }
    }

    /// The text, where this is one.
    pub fn as_text(&self) -> Option<&Text> {
        match &self.kind {
            ValueKind::String(text) => Some(text),
            ValueKind::Null(_)
            | ValueKind::Bool(_)
            | ValueKind::Number(_)
            | ValueKind::List(..)
            | ValueKind::Set(..)
            | ValueKind::Map(..)
            | ValueKind::Object(_)
            | ValueKind::Tuple(_)
            | ValueKind::Unknown(_) => None,
        }
    }

    /// The whole known text, where this is one.
    pub fn as_str(&self) -> Option<std::borrow::Cow<'_, str>> {
        self.as_text().and_then(Text::known)
    }

    /// The truth value, where this is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let ValueKind::Bool(value) = self.kind { Some(value) } else { None }
    }

    /// The number, where this is one.
    pub fn as_number(&self) -> Option<&Number> {
        if let ValueKind::Number(value) = &self.kind { Some(value) } else { None }
    }

    /// The elements of a list, set or tuple.
    pub fn as_items(&self) -> Option<&[Value]> {
        if let ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) = &self.kind {
            Some(items)
        } else {
            None
        }
    }

    /// The entries of a map or object.
    pub fn as_entries(&self) -> Option<&BTreeMap<String, Value>> {
        if let ValueKind::Map(_, entries) | ValueKind::Object(entries) = &self.kind { Some(entries) } else { None }
    }

    /// Why it is not known, if it is not: an error before anything else, then the first origin in it. A parameter
    /// without a value is a hole without an origin; `name` gives its name.
    pub fn origin(&self, name: &dyn Fn(ParameterId) -> String) -> Option<Origin> {
        if let ValueKind::Unknown(unknown) = &self.kind {
            return Some(unknown.origin.clone());
        }
        let mut found = None;
        for hole in self.as_text().into_iter().flat_map(Text::holes).filter(|hole| hole.known.is_none()) {
            let origin = match &hole.what {
                HoleKind::Parameter(id) => Origin::Variable(name(*id)),
                HoleKind::Field(field) => Origin::Packer(field.clone()),
                HoleKind::Unknown(unknown) => unknown.origin.clone(),
            };
            if origin == Origin::Error {
                return Some(origin);
            }
            found.get_or_insert(origin);
        }
        for child in self.children() {
            match child.origin(name) {
                Some(Origin::Error) => return Some(Origin::Error),
                Some(origin) => {
                    found.get_or_insert(origin);
                }
                None => {}
            }
        }
        found
    }

    /// How much memory it takes, roughly; counting stops at `limit`.
    pub fn weight(&self, limit: u64) -> u64 {
        let call = |unknown: &Unknown| {
            let arguments = unknown.call.iter().flat_map(|call| &call.arguments);
            arguments.fold(64, |sum: u64, argument| if sum >= limit { sum } else { sum + argument.weight(limit - sum) })
        };
        let mut weight = 64;
        if let ValueKind::Unknown(unknown) = &self.kind {
            weight += call(unknown);
        }
        if let ValueKind::String(text) = &self.kind {
            for piece in text.pieces() {
                weight += match piece {
                    Piece::Literal(text) => text.len() as u64,
                    Piece::Hole(hole) => {
                        let made = if let HoleKind::Unknown(unknown) = &hole.what { call(unknown) } else { 0 };
                        128 + made + hole.known.as_ref().map_or(0, |known| known.len() as u64)
                    }
                };
            }
        }
        for child in self.children() {
            if weight >= limit {
                break;
            }
            weight += child.weight(limit - weight);
        }
        weight
    }

    /// Its type.
    pub fn ty(&self) -> Type {
        match &self.kind {
            ValueKind::Null(ty) => ty.clone(),
            ValueKind::Bool(_) => Type::Bool,
            ValueKind::Number(_) => Type::Number,
            ValueKind::String(_) => Type::String,
            ValueKind::List(element, _) => Type::List(Box::new(element.clone())),
            ValueKind::Set(element, _) => Type::Set(Box::new(element.clone())),
            ValueKind::Map(element, _) => Type::Map(Box::new(element.clone())),
            ValueKind::Object(entries) => {
                Type::Object(entries.iter().map(|(name, value)| (name.clone(), value.ty())).collect())
            }
            ValueKind::Tuple(items) => Type::Tuple(items.iter().map(Value::ty).collect()),
            ValueKind::Unknown(unknown) => unknown.ty.clone(),
        }
    }
}

impl Marks {
    /// What a result carries that was computed from values with these marks: their parameters now shape it.
    #[must_use]
    pub fn computed_from<'a>(of: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut marks = Self::default();
        for value in of {
            marks.add_computed(value);
        }
        marks
    }

    /// The same for one more value, with everything in it.
    pub fn add_computed(&mut self, value: &Value) {
        self.sensitive |= value.marks.sensitive;
        self.shaped_by.extend(&value.marks.shaped_by);
        self.shaped_by.extend(value.marks.exactly);
        if let ValueKind::String(text) = &value.kind {
            self.sensitive |= text.holes().any(|hole| hole.sensitive);
            self.shaped_by.extend(text.parameters());
        }
        for child in value.children() {
            self.add_computed(child);
        }
    }
}
