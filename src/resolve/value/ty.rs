//! Types.

use std::collections::BTreeMap;
use std::fmt;

/// A type, as in cty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// Any type, not known yet.
    Dynamic,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(T)`
    List(Box<Type>),
    /// `set(T)`
    Set(Box<Type>),
    /// `map(T)`
    Map(Box<Type>),
    /// `object({ name = T })`
    Object(BTreeMap<String, Type>),
    /// `tuple([T, U])`
    Tuple(Vec<Type>),
}

impl Type {
    /// `list(string)`
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// `set(string)`
    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    /// `map(string)`
    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    /// `bool`, `number` or `string`.
    pub fn is_primitive(&self) -> bool {
        matches!(self, Self::Bool | Self::Number | Self::String)
    }

    /// What the elements of a list, set or map are.
    pub fn element(&self) -> Option<&Type> {
        if let Self::List(element) | Self::Set(element) | Self::Map(element) = self { Some(element) } else { None }
    }

    /// With its article, for a sentence: `a list of string`, `an object`.
    pub fn phrase(&self) -> String {
        match self {
            Self::Dynamic => "a value of any type".into(),
            Self::Bool => "a bool".into(),
            Self::Number => "a number".into(),
            Self::String => "a string".into(),
            Self::List(element) if **element == Self::Dynamic => "a list".into(),
            Self::List(element) => format!("a list of {element}"),
            Self::Set(element) if **element == Self::Dynamic => "a set".into(),
            Self::Set(element) => format!("a set of {element}"),
            Self::Map(element) if **element == Self::Dynamic => "a map".into(),
            Self::Map(element) => format!("a map of {element}"),
            Self::Object(_) => "an object".into(),
            Self::Tuple(_) => "a tuple".into(),
        }
    }
}

/// A text as one writes it in a template, in quotes.
pub struct Quoted<'t>(pub &'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for letter in self.0.chars() {
            match letter {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                letter if letter.is_control() || letter.is_whitespace() && letter != ' ' => {
                    write!(f, "\\u{:04x}", u32::from(letter))?
                }
                letter => write!(f, "{letter}")?,
            }
        }
        f.write_str("\"")
    }
}

/// As one writes it in a template.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dynamic => f.write_str("any"),
            Self::Bool => f.write_str("bool"),
            Self::Number => f.write_str("number"),
            Self::String => f.write_str("string"),
            Self::List(element) => write!(f, "list({element})"),
            Self::Set(element) => write!(f, "set({element})"),
            Self::Map(element) => write!(f, "map({element})"),
            Self::Object(attributes) => {
                f.write_str("object({")?;
                for (index, (name, ty)) in attributes.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    let bare = name.chars().next().is_some_and(unicode_ident::is_xid_start)
                        && name.chars().all(|c| c == '-' || unicode_ident::is_xid_continue(c));
                    f.write_str(comma)?;
                    if bare {
                        f.write_str(name)?;
                    } else {
                        write!(f, "{}", crate::resolve::value::Quoted(name))?;
                    }
                    write!(f, "={ty}")?;
                }
                f.write_str("})")
            }
            Self::Tuple(elements) => {
                f.write_str("tuple([")?;
                for (index, ty) in elements.iter().enumerate() {
                    write!(f, "{}{ty}", if index == 0 { "" } else { "," })?;
                }
                f.write_str("])")
            }
        }
    }
}
