//! Words of a Dockerfile that only contexts have, and of its ignore file.

pub(super) use crate::targets::text::dockerfile::{json_list, value};

/// A path of `COPY` or `WORKDIR`, as a JSON text whose content is expanded by nobody. `pattern`: wildcards are not
/// wildcards either.
fn json_path(path: &str, pattern: bool) -> String {
    let mut out = String::new();
    // BuildKit looks for a path as for a pattern, but copies it as one only if a wildcard is in it. Where a sign would
    // mean two things, one letter becomes a wildcard that matches itself. Signs inside of a class are none when it looks.
    let letter = pattern && path.contains(['\\', '*', '?', '[']);
    let letter = path.char_indices().find(|(_, c)| letter && c.is_ascii_alphanumeric()).map(|(at, _)| at);
    // Blanks at the edges of what it looks for are cut off, unless they are a class.
    let edge = |at: usize, c: char| pattern && c.is_whitespace() && (at == 0 || at + c.len_utf8() == path.len());
    for (at, c) in path.char_indices() {
        match c {
            c if Some(at) == letter || edge(at, c) => out.extend(['[', c, ']']),
            '\\' if pattern => out.push_str(r"\\\\"),
            '*' | '?' | '[' if pattern => out.extend(['\\', '\\', c]),
            '\\' | '"' | '\'' | '$' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    serde_json::Value::String(out).to_string()
}

/// Source and destination of `COPY`; `context`: the source lies in a context, where it is a pattern.
pub(super) fn copy(source: &str, destination: &str) -> String {
    let plain = crate::targets::text::shell::is_plain;
    if plain(source) && plain(destination) {
        return format!("{source} {destination}");
    }
    format!("[{}, {}]", json_path(source, true), json_path(destination, false))
}

/// A path in an ignore file.
pub(super) fn ignore_pattern(path: &str) -> String {
    let mut out = String::from("!");
    let edge = |at: usize| at == 0 || at + 1 == path.len();
    for (at, c) in path.char_indices() {
        match c {
            '*' | '?' | '[' | ']' | '\\' => out.extend(['\\', c]),
            // Blanks at the edges would be cut off.
            ' ' | '\t' if edge(at) => out.push('?'),
            // A pattern is a line.
            c if c.is_control() => out.push('?'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_signs_is_written_as_json() {
        assert_eq!(copy("a/b.txt", "/srv/"), "a/b.txt /srv/");
        assert_eq!(copy("two words", "/srv/$x"), r#"["two words", "/srv/\\$x"]"#);
        assert_eq!(copy(r"a\b", "/srv/"), r#"["[a]\\\\\\\\b", "/srv/"]"#);
        assert_eq!(copy("a[1]*", "/srv/"), r#"["[a]\\\\[1]\\\\*", "/srv/"]"#);
        assert_eq!(ignore_pattern("a*[x]"), r"!a\*\[x\]");
    }
}
