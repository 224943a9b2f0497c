//! YAML 1.2, written so that a reader of YAML 1.1 sees the same.
//!
//! Written by hand because serializers keep no comments. Texts of several lines are block scalars; a text that either
//! version of YAML would take for something else stands in double quotes.

use super::data::{Entry, Node, Object};
use super::text::{character, is_unseen};

/// Data as YAML.
pub(super) fn write(root: &Object) -> String {
    let mut out = String::new();
    let Object { head, entries, tail } = root;
    comments(head, 0, &mut out);
    if entries.is_empty() {
        out.push_str("{}\n");
    }
    self::entries(entries, 0, true, &mut out);
    comments(tail, 0, &mut out);
    out
}

/// The lines of an object; the first continues a line that is begun, unless `fresh`.
fn entries(entries: &[Entry], depth: usize, fresh: bool, out: &mut String) {
    for (at, entry) in entries.iter().enumerate() {
        if at > 0 || fresh {
            comments_above(entry, depth, out);
            indent(depth, out);
        }
        let Entry { before: _, key, value, beside } = entry;
        scalar(key, out);
        out.push(':');
        let several = match value {
            Node::Object(Object { head: _, entries, tail }) if !entries.is_empty() => {
                out.push('\n');
                self::entries(entries, depth + 1, true, out);
                comments(tail, depth + 1, out);
                true
            }
            Node::Array(items) if !items.is_empty() => {
                out.push('\n');
                array(items, depth + 1, out);
                true
            }
            Node::Text(text) if is_block(text) => {
                block(text, depth + 1, beside.as_ref(), out);
                false
            }
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::Array(_) | Node::Object(_) => {
                out.push(' ');
                simple(value, out);
                beside_comment(beside.as_ref(), out);
                out.push('\n');
                false
            }
        };
        // What stood beside a value of several lines follows it.
        if several && let Some(comment) = beside {
            comments(std::slice::from_ref(comment), depth, out);
        }
    }
}

fn array(items: &[Node], depth: usize, out: &mut String) {
    for item in items {
        object_comments(item, depth, out);
        indent(depth, out);
        out.push('-');
        match item {
            Node::Object(Object { head: _, entries, tail }) if !entries.is_empty() => {
                out.push(' ');
                self::entries(entries, depth + 1, false, out);
                comments(tail, depth + 1, out);
            }
            Node::Array(inner) if !inner.is_empty() => {
                out.push('\n');
                array(inner, depth + 1, out);
            }
            Node::Text(text) if is_block(text) => block(text, depth + 1, None, out),
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::Array(_) | Node::Object(_) => {
                out.push(' ');
                simple(item, out);
                out.push('\n');
            }
        }
    }
}

/// Comments about an entry, and about the object that it holds: between a key and its value there is no place.
fn comments_above(entry: &Entry, depth: usize, out: &mut String) {
    comments(&entry.before, depth, out);
    if let Node::Object(Object { head, entries, tail }) = &entry.value {
        comments(head, depth, out);
        if entries.is_empty() {
            comments(tail, depth, out);
        }
    }
}

/// The same of an object behind a dash, with those of its first entry.
fn object_comments(item: &Node, depth: usize, out: &mut String) {
    let Node::Object(Object { head, entries, tail }) = item else { return };
    comments(head, depth, out);
    match entries.first() {
        Some(first) => comments_above(first, depth, out),
        None => comments(tail, depth, out),
    }
}

fn simple(node: &Node, out: &mut String) {
    match node {
        Node::Null => out.push_str("null"),
        Node::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Node::Number(digits) => number(digits, out),
        Node::Text(text) => scalar(text, out),
        Node::Array(_) => out.push_str("[]"),
        Node::Object(_) => out.push_str("{}"),
    }
}

/// YAML 1.1 wants a dot before an exponent, and its sign.
fn number(digits: &str, out: &mut String) {
    let Some((digits, exponent)) = digits.split_once(['e', 'E']) else { return out.push_str(digits) };
    out.push_str(digits);
    if !digits.contains('.') {
        out.push_str(".0");
    }
    out.push('e');
    if !exponent.starts_with(['+', '-']) {
        out.push('+');
    }
    out.push_str(exponent);
}

/// A text on a line that is begun, in quotes where it needs them.
pub(crate) fn scalar(text: &str, out: &mut String) {
    if is_plain(text) {
        return out.push_str(text);
    }
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => character(c, out),
        }
    }
    out.push('"');
}

/// Whether a text means itself without quotes, in both versions.
fn is_plain(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '/' | '$' | '_'));
    let inside = text.chars().all(|c| c.is_alphanumeric() || c == ' ' || (c.is_ascii_graphic() && c != '`'));
    let unclear = text.contains(": ") || text.contains(" #") || text.ends_with([':', ' ']);
    starts && inside && !unclear && !is_word(text)
}

/// Words that are values in one of the versions.
fn is_word(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    matches!(lower.as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | "null")
}

/// Whether a text reads best in lines, and can.
pub(crate) fn is_block(text: &str) -> bool {
    let lines = text.contains('\n') && text.trim() != "";
    let starts = !text.starts_with(['\n', ' ', '\t']);
    // A line of blanks at the end would count as the end.
    let blank_end = text.trim_end_matches('\n').ends_with([' ', '\t'])
        && text.lines().last().is_some_and(|line| line.trim().is_empty());
    lines && starts && !blank_end && !text.chars().any(|c| is_unseen(c) && !matches!(c, '\n' | '\t'))
}

/// A text in lines, behind a key or a dash.
pub(crate) fn block(text: &str, depth: usize, beside: Option<&String>, out: &mut String) {
    let ends = text.len() - text.trim_end_matches('\n').len();
    out.push_str(match ends {
        0 => " |-",
        1 => " |",
        _ => " |+",
    });
    beside_comment(beside, out);
    out.push('\n');
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !line.is_empty() {
            indent(depth, out);
            out.push_str(line);
        }
        out.push('\n');
    }
}

fn beside_comment(comment: Option<&String>, out: &mut String) {
    if let Some(comment) = comment {
        out.push_str(" # ");
        out.push_str(comment);
    }
}

fn comments(all: &[String], depth: usize, out: &mut String) {
    for line in all.iter().flat_map(|comment| comment.split('\n')) {
        indent(depth, out);
        out.push('#');
        if !line.is_empty() {
            out.push(' ');
            out.push_str(line);
        }
        out.push('\n');
    }
}

/// The blanks before what lies so deep.
pub(crate) fn indent(depth: usize, out: &mut String) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}
