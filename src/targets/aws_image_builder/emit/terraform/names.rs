//! Identifiers of the module.

use std::collections::BTreeSet;

/// An identifier that says that.
pub(super) fn identifier(text: &str) -> String {
    let mut out: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if !out.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        out.insert(0, '_');
    }
    out
}

/// `AssetBucket` -> `asset_bucket`
pub(in super::super) fn snake(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    identifier(&out)
}

pub(super) fn unique(taken: &mut BTreeSet<String>, wished: &str) -> String {
    let name = (1..)
        .map(|number| if number == 1 { wished.to_owned() } else { format!("{wished}_{number}") })
        .find(|name| taken.insert(name.clone()));
    name.unwrap_or_default()
}
