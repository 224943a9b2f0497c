//! The types an attribute can be declared with, read from their one-line spelling.

use std::fmt;

use indexmap::IndexMap;
use serde::de::{Deserialize, Deserializer, Error as _};

/// How deep types may nest; real schemas nest two deep.
const MAX_DEPTH: usize = 16;

/// What a component declares for an attribute. Plain data: values and conversions are `resolve`'s.
///
/// Spelt as in Packer's variable types, with objects written `object({name=type, …})`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeType {
    /// Text.
    String,
    /// A number of any size; see [`Format::Integer`](super::Format::Integer) for whole ones.
    Number,
    /// `true` or `false`.
    Bool,
    /// Nothing is converted and nothing is rejected.
    Any,
    /// Elements of one type, in order.
    List(Box<AttributeType>),
    /// Different elements of one type.
    Set(Box<AttributeType>),
    /// Elements of one type by name.
    Map(Box<AttributeType>),
    /// Named members, each with a type of its own.
    Object(IndexMap<String, AttributeType>),
}

impl AttributeType {
    /// Reads the spelling; the error says what was found where a type belongs.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser { rest: text };
        let ty = parser.read_type(0)?;
        parser.skip_blanks();
        if parser.rest.is_empty() { Ok(ty) } else { Err(format!("`{}` follows a complete type", parser.rest)) }
    }
}

impl fmt::Display for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AttributeType::String => f.write_str("string"),
            AttributeType::Number => f.write_str("number"),
            AttributeType::Bool => f.write_str("bool"),
            AttributeType::Any => f.write_str("any"),
            AttributeType::List(element) => write!(f, "list({element})"),
            AttributeType::Set(element) => write!(f, "set({element})"),
            AttributeType::Map(element) => write!(f, "map({element})"),
            AttributeType::Object(members) => {
                f.write_str("object({")?;
                for (index, (name, ty)) in members.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{name}={ty}")?;
                }
                f.write_str("})")
            }
        }
    }
}

impl<'de> Deserialize<'de> for AttributeType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        AttributeType::parse(&text).map_err(|why| D::Error::custom(format!("`{text}` is not a type: {why}")))
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn read_type(&mut self, depth: usize) -> Result<AttributeType, String> {
        if depth > MAX_DEPTH {
            return Err(format!("more than {MAX_DEPTH} types are nested in each other"));
        }
        let word = self.word();
        match word {
            "string" => Ok(AttributeType::String),
            "number" => Ok(AttributeType::Number),
            "bool" => Ok(AttributeType::Bool),
            "any" => Ok(AttributeType::Any),
            "list" => self.element(depth).map(AttributeType::List),
            "set" => self.element(depth).map(AttributeType::Set),
            "map" => self.element(depth).map(AttributeType::Map),
            "object" => self.members(depth).map(AttributeType::Object),
            "" => Err(format!("a type is missing before `{}`", self.rest)),
            other => Err(format!("`{other}` is none of string, number, bool, any, list, set, map, object")),
        }
    }

    fn element(&mut self, depth: usize) -> Result<Box<AttributeType>, String> {
        self.expect("(")?;
        let element = self.read_type(depth + 1)?;
        self.expect(")")?;
        Ok(Box::new(element))
    }

    fn members(&mut self, depth: usize) -> Result<IndexMap<String, AttributeType>, String> {
        let mut members = IndexMap::new();
        self.expect("(")?;
        self.expect("{")?;
        while !self.accept("}") {
            let name = self.word().to_owned();
            if name.is_empty() {
                return Err(format!("a member's name is missing before `{}`", self.rest));
            }
            self.expect("=")?;
            let ty = self.read_type(depth + 1)?;
            if members.insert(name.clone(), ty).is_some() {
                return Err(format!("the member `{name}` is declared twice"));
            }
            if !self.accept(",") {
                self.expect("}")?;
                break;
            }
        }
        self.expect(")")?;
        Ok(members)
    }

    fn word(&mut self) -> &'a str {
        self.skip_blanks();
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let end = self.rest.find(|c: char| !is_part(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn accept(&mut self, punctuation: &str) -> bool {
        self.skip_blanks();
        match self.rest.strip_prefix(punctuation) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, punctuation: &str) -> Result<(), String> {
        if self.accept(punctuation) {
            Ok(())
        } else if self.rest.is_empty() {
            Err(format!("`{punctuation}` is missing at the end"))
        } else {
            Err(format!("`{punctuation}` is missing before `{}`", self.rest))
        }
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_read_and_written_back() {
        for text in [
            "string",
            "number",
            "bool",
            "any",
            "list(string)",
            "set(number)",
            "map(list(list(any)))",
            "object({})",
            "object({a=string, b-c=list(object({d=bool}))})",
        ] {
            assert_eq!(AttributeType::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(AttributeType::parse(" list ( string ) ").unwrap().to_string(), "list(string)");
    }

    #[test]
    fn what_is_no_type_says_why() {
        for (text, why) in [
            ("", "a type is missing before ``"),
            ("text", "`text` is none of string, number, bool, any, list, set, map, object"),
            ("list", "`(` is missing at the end"),
            ("list(string", "`)` is missing at the end"),
            ("string)", "`)` follows a complete type"),
            ("object({a string})", "`=` is missing before `string})`"),
            ("object({a=string, a=bool})", "the member `a` is declared twice"),
            ("object({=string})", "a member's name is missing before `=string})`"),
        ] {
            assert_eq!(AttributeType::parse(text).unwrap_err(), why, "{text}");
        }
        let deep = "list(".repeat(100_000);
        assert_eq!(AttributeType::parse(&deep).unwrap_err(), "more than 16 types are nested in each other");
    }
}
