//! What evaluation may find wrong, apart from calls.

use crate::declare_diagnostic;
use crate::diagnostic::Declaration;

declare_diagnostic! {
    pub static UNDECLARED_VARIABLE = {
        code: "undeclared-variable",
        severity: Error,
        since: "0.1.0",
        summary: "an expression uses a variable that nothing declares",
    }
    pub static UNDECLARED_LOCAL = {
        code: "undeclared-local",
        severity: Error,
        since: "0.1.0",
        summary: "an expression uses a local that nothing declares",
    }
    pub static UNDECLARED_DATA_SOURCE = {
        code: "undeclared-data-source",
        severity: Error,
        since: "0.1.0",
        summary: "an expression uses a data source that nothing declares",
    }
    pub static UNKNOWN_REFERENCE = {
        code: "unknown-reference",
        severity: Error,
        since: "0.1.0",
        summary: "an expression uses a name that does not exist there",
    }
    pub static MISSING_ATTRIBUTE = {
        code: "missing-attribute",
        severity: Error,
        since: "0.1.0",
        summary: "an expression asks a value for an attribute that it does not have",
    }
    pub static INVALID_INDEX = {
        code: "invalid-index",
        severity: Error,
        since: "0.1.0",
        summary: "an expression asks for an element that does not exist",
    }
    pub static INVALID_OPERAND = {
        code: "invalid-operand",
        severity: Error,
        since: "0.1.0",
        summary: "an operator cannot work on this value",
    }
    pub static INVALID_CONDITION = {
        code: "invalid-condition",
        severity: Error,
        since: "0.1.0",
        summary: "a condition is neither true nor false",
    }
    pub static INCONSISTENT_CONDITIONAL = {
        code: "inconsistent-conditional",
        severity: Error,
        since: "0.1.0",
        summary: "the two results of a conditional have no type in common",
    }
    pub static NO_TEXT = {
        code: "no-text",
        severity: Error,
        since: "0.1.0",
        summary: "a value that is no text stands inside of a text",
    }
    pub static CANNOT_ITERATE = {
        code: "cannot-iterate",
        severity: Error,
        since: "0.1.0",
        summary: "a `for` cannot run over this value",
    }
    pub static INVALID_OBJECT_KEY = {
        code: "invalid-object-key",
        severity: Error,
        since: "0.1.0",
        summary: "the key of an object is no text, or comes twice out of a `for`",
    }
    pub static TOO_LARGE = {
        code: "too-large",
        severity: Error,
        since: "0.1.0",
        summary: "an expression makes a value too large to go on with",
    }
}

/// What this module may report.
pub const DECLARATIONS: &[&Declaration] = &[
    &UNDECLARED_VARIABLE,
    &UNDECLARED_LOCAL,
    &UNDECLARED_DATA_SOURCE,
    &UNKNOWN_REFERENCE,
    &MISSING_ATTRIBUTE,
    &INVALID_INDEX,
    &INVALID_OPERAND,
    &INVALID_CONDITION,
    &INCONSISTENT_CONDITIONAL,
    &NO_TEXT,
    &CANNOT_ITERATE,
    &INVALID_OBJECT_KEY,
    &TOO_LARGE,
];
