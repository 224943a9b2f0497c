//! What every front end needs.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::declare_diagnostic;

declare_diagnostic! {
    pub static DUPLICATE_ARGUMENT = {
        code: "duplicate-argument",
        severity: Error,
        since: "0.1.0",
        summary: "a body sets the same argument twice",
    }
    pub static NESTING_TOO_DEEP = {
        code: "nesting-too-deep",
        severity: Error,
        since: "0.1.0",
        summary: "blocks or expressions are nested deeper than anybody can read",
    }
}

/// The text in Unicode normal form C, as all strings of the language are.
pub(super) fn normalize(text: &str) -> String {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return text.to_owned();
    }
    text.nfc().collect()
}
