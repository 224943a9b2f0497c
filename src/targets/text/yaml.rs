//! Data as YAML, for formats that are YAML.
//!
//! Every text reads back as that text in both versions of YAML, whatever is in it: `yes`, `1.0` and `0644` stay texts.

use std::fmt::Write as _;

use crate::print::yaml;

/// Data.
#[derive(Clone, Debug, PartialEq)]
pub enum Yaml {
    /// In the order given.
    Map(Vec<(String, Yaml)>),
    /// In order.
    List(Vec<Yaml>),
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// A truth value.
    Bool(bool),
}

impl Yaml {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A number of something.
    pub fn number(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }

    /// A map.
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Yaml)>) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// The text of a document that is this.
    pub fn document(&self) -> String {
        let mut out = String::new();
        match self {
            Self::Map(entries) if !entries.is_empty() => map(entries, 0, true, &mut out),
            Self::List(items) if !items.is_empty() => list(items, 0, &mut out),
            Self::Map(_) | Self::List(_) | Self::Text(_) | Self::Number(_) | Self::Bool(_) => {
                self.simple(&mut out);
                out.push('\n');
            }
        }
        out
    }

    /// On the line that is begun.
    fn simple(&self, out: &mut String) {
        match self {
            Self::Map(_) => out.push_str("{}"),
            Self::List(_) => out.push_str("[]"),
            Self::Text(text) => yaml::scalar(text, out),
            Self::Number(number) => drop(write!(out, "{number}")),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        }
    }
}

/// The lines of a map; the first continues a line that is begun, unless `fresh`.
fn map(entries: &[(String, Yaml)], depth: usize, fresh: bool, out: &mut String) {
    for (at, (key, value)) in entries.iter().enumerate() {
        if at > 0 || fresh {
            yaml::indent(depth, out);
        }
        yaml::scalar(key, out);
        out.push(':');
        match value {
            Yaml::Map(entries) if !entries.is_empty() => {
                out.push('\n');
                map(entries, depth + 1, true, out);
            }
            Yaml::List(items) if !items.is_empty() => {
                out.push('\n');
                list(items, depth + 1, out);
            }
            Yaml::Text(text) if yaml::is_block(text) => yaml::block(text, depth + 1, None, out),
            Yaml::Map(_) | Yaml::List(_) | Yaml::Text(_) | Yaml::Number(_) | Yaml::Bool(_) => {
                out.push(' ');
                value.simple(out);
                out.push('\n');
            }
        }
    }
}

fn list(items: &[Yaml], depth: usize, out: &mut String) {
    for item in items {
        yaml::indent(depth, out);
        out.push('-');
        match item {
            Yaml::Map(entries) if !entries.is_empty() => {
                out.push(' ');
                map(entries, depth + 1, false, out);
            }
            Yaml::List(inner) if !inner.is_empty() => {
                out.push('\n');
                list(inner, depth + 1, out);
            }
            Yaml::Text(text) if yaml::is_block(text) => yaml::block(text, depth + 1, None, out),
            Yaml::Map(_) | Yaml::List(_) | Yaml::Text(_) | Yaml::Number(_) | Yaml::Bool(_) => {
                out.push(' ');
                item.simple(out);
                out.push('\n');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_texts() {
        let texts = [
            "",
            " ",
            "yes",
            "no",
            "null",
            "~",
            "1.0",
            "0644",
            "1e3",
            "123456789012",
            "2012-10-17",
            "a: b",
            "a #b",
            "- a",
            "{{ Name }}",
            "*",
            "&a",
            "!x",
            "%a",
            "@a",
            "`a`",
            "a\n",
            "a\n\n",
            "\na",
            " a\nb",
            "a\n b \n",
            "\ta\n",
            "é☃\u{2028}\n",
            "a\r\nb",
            "'",
            "\"",
            "\\",
            "a:",
            "#",
            "?",
            "a\u{7f}b",
            "#!/bin/sh\n\techo\n",
            "a\nb",
            "a\n  \n",
            "=",
            "<<",
        ];
        let list = Yaml::List(
            texts.iter().map(|text| Yaml::map([("a", Yaml::text(*text)), ("b", Yaml::Bool(true))])).collect(),
        );
        let read: Vec<std::collections::BTreeMap<String, serde_json::Value>> =
            serde_saphyr::from_str(&list.document()).expect("YAML");
        for (text, read) in texts.iter().zip(read) {
            assert_eq!(read["a"], serde_json::json!(text), "{text:?}");
            assert_eq!(read["b"], serde_json::json!(true));
        }
    }

    #[test]
    fn maps_and_lists_stand_in_lines() {
        let yaml = Yaml::map([
            ("name", Yaml::text("a b")),
            (
                "list",
                Yaml::List(vec![
                    Yaml::List(vec![Yaml::number(1), Yaml::text("2")]),
                    Yaml::map([("x", Yaml::text("l\nm\n"))]),
                ]),
            ),
            ("none", Yaml::List(Vec::new())),
        ]);
        assert_eq!(
            yaml.document(),
            "name: a b\nlist:\n  -\n    - 1\n    - \"2\"\n  - x: |\n      l\n      m\nnone: []\n"
        );
    }
}
