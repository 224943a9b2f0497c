//! Types.

use std::collections::BTreeMap;

/// A type, as in cty.
#[derive(Clone, Debug, PartialEq, Eq)]
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
