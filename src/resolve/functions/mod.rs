//! Packer's functions: one table, one line each.
//!
//! Comes in: arguments, already converted to the types that the table names. Goes out: a value, or why there is none.
//! Nulls, unknowns, counts and types are looked after by the caller in `eval`; a function sees only what its line lets
//! through. To add one: a function in the file of its family, and a line in `table`.

mod call;
mod code_pages;
mod collections;
mod encoding;
mod files;
mod format;
mod json;
mod machine;
mod network;
mod numbers;
mod regexes;
mod rsa;
mod sets;
mod strings;
mod table;
mod time;
mod yaml;
mod yaml_encode;

pub use call::{Call, Failure};
pub use files::{DECLARATIONS, FILE_NOT_READ, MISSING_FILE};
pub use table::FUNCTIONS;

use super::value::Type;

/// A function.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// What it takes, in order.
    pub parameters: &'static [Parameter],
    /// What may follow any number of times.
    pub rest: Option<Parameter>,
    /// What it gives, as far as that does not depend on the arguments.
    pub result: Kind,
    /// How it treats what its arguments carry.
    pub style: Style,
    /// What it does.
    pub call: fn(&mut Call<'_>) -> Result<super::value::Value, Failure>,
}

/// What a function takes at one place.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name, for messages.
    pub name: &'static str,
    /// What arguments are converted to.
    pub kind: Kind,
    /// Whether null is let through.
    pub null: bool,
    /// Whether an unknown is let through; otherwise it makes the result unknown.
    pub unknown: bool,
}

/// Types that can be named in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Anything.
    Any,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    Text,
    /// `list(any)`
    List,
    /// `list(string)`
    Texts,
    /// `list(number)`
    Numbers,
    /// `list(bool)`
    Bools,
    /// `set(any)`
    Set,
    /// `set(string)`
    TextSet,
}

/// How a function treats what its arguments carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// It looks at everything in its arguments: one unknown inside makes the result unknown, and the parameters of all
    /// arguments shape the result.
    Whole,
    /// It can work with unknowns inside of its arguments, and the parameters of all arguments shape the result.
    Partial,
    /// It passes parts of its arguments on as they are and sees to the marks itself.
    Passes,
}

impl Kind {
    /// The type.
    pub fn ty(self) -> Type {
        match self {
            Self::Any => Type::Dynamic,
            Self::Bool => Type::Bool,
            Self::Number => Type::Number,
            Self::Text => Type::String,
            Self::List => Type::list(Type::Dynamic),
            Self::Texts => Type::list(Type::String),
            Self::Numbers => Type::list(Type::Number),
            Self::Bools => Type::list(Type::Bool),
            Self::Set => Type::set(Type::Dynamic),
            Self::TextSet => Type::set(Type::String),
        }
    }
}

impl Parameter {
    const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, null: false, unknown: false }
    }

    const fn nullable(self) -> Self {
        Self { null: true, ..self }
    }

    const fn lenient(self) -> Self {
        Self { unknown: true, ..self }
    }
}

/// The function of that name.
pub fn find(name: &str) -> Option<&'static Function> {
    // `env` comes last, all others are sorted.
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// What people coming from Terraform write, and what to write here.
pub fn replacement(name: &str) -> Option<&'static str> {
    Some(match name {
        "tostring" => "use `convert(x, string)`",
        "tonumber" => "use `convert(x, number)`",
        "tobool" => "use `convert(x, bool)`",
        "tolist" | "list" => "use `convert([…], list(string))`, or plain brackets",
        "toset" => "use `convert(x, set(string))`",
        "tomap" | "map" => "use `convert(x, map(string))`, or plain braces",
        "setsubtract" => "use `[for x in a : x if !contains(b, x)]`",
        "one" => "use `try(x[0], null)`",
        "sensitive" | "nonsensitive" => "declare the variable or local `sensitive = true` instead",
        "matchkeys" => "use a `for` with `if`",
        "transpose" => "use a `for`",
        "filemd5" => "use `md5(file(path))`",
        "filesha1" => "use `sha1(file(path))`",
        "filesha256" | "filebase64sha256" => "use `sha256(file(path))`",
        "filesha512" | "filebase64sha512" => "use `sha512(file(path))`",
        "templatestring" => "use `templatefile` with a file",
        "plantimestamp" => "use `timestamp()`",
        "uuid" | "uuidv7" => "use `uuidv4()`",
        "defaults" => "use `optional(type, default)` in the type of the variable",
        "isotime" => "use `formatdate(…, timestamp())`, or `legacy_isotime`",
        "strftime" => "use `formatdate(…, timestamp())`, or `legacy_strftime`",
        "regexreplace" => "use `regex_replace`",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::FUNCTIONS;

    #[test]
    fn names_are_unique_and_sorted() {
        let names: Vec<_> = FUNCTIONS.iter().map(|function| function.name).filter(|name| *name != "env").collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
        assert_eq!(FUNCTIONS.len(), 104);
    }
}
