//! JSON, two spaces for each level. Comments are the value of one property `//` of the body they stand in.

use super::data::{Entry, Node, Object};
use super::text::character;

/// Data as JSON.
pub(super) fn write(root: &Object) -> String {
    let mut out = String::new();
    object(root, 0, &mut out);
    out.push('\n');
    out
}

fn object(object: &Object, depth: usize, out: &mut String) {
    let Object { head, entries, tail } = object;
    let mut comments: Vec<&str> = head.iter().map(String::as_str).collect();
    for Entry { before, key: _, value: _, beside } in entries {
        comments.extend(before.iter().chain(beside).map(String::as_str));
    }
    comments.extend(tail.iter().map(String::as_str));
    if comments.is_empty() && entries.is_empty() {
        return out.push_str("{}");
    }
    let mut first = true;
    out.push('{');
    let mut property = |key: &str, out: &mut String| {
        out.push_str(if std::mem::take(&mut first) { "\n" } else { ",\n" });
        indent(depth + 1, out);
        string(key, out);
        out.push_str(": ");
    };
    if !comments.is_empty() {
        property("//", out);
        string(&comments.join("\n"), out);
    }
    for Entry { before: _, key, value, beside: _ } in entries {
        property(key, out);
        node(value, depth + 1, out);
    }
    out.push('\n');
    indent(depth, out);
    out.push('}');
}

fn node(node: &Node, depth: usize, out: &mut String) {
    match node {
        Node::Null => out.push_str("null"),
        Node::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Node::Number(digits) => out.push_str(digits),
        Node::Text(text) => string(text, out),
        Node::Array(items) if items.is_empty() => out.push_str("[]"),
        Node::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at == 0 { "\n" } else { ",\n" });
                indent(depth + 1, out);
                self::node(item, depth + 1, out);
            }
            out.push('\n');
            indent(depth, out);
            out.push(']');
        }
        Node::Object(inner) => object(inner, depth, out),
    }
}

fn string(text: &str, out: &mut String) {
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

fn indent(depth: usize, out: &mut String) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}
