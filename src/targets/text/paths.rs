//! Paths, taken by their text alone.

/// A path on the machine without `.`, `..` and doubled slashes, from the root.
pub fn absolute(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// A local path without `.`, doubled slashes and `x/..`; `.` for the folder itself.
pub fn lexical(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let out = parts.join("/");
    match (path.starts_with('/'), out.is_empty()) {
        (true, _) => format!("/{out}"),
        (false, true) => ".".to_owned(),
        (false, false) => out,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned() {
        assert_eq!(["a/./b//c/../d", "..", "", "/"].map(absolute), ["/a/b/d", "/", "/", "/"]);
        assert_eq!(["./a/../b", "../a", "", "/a/../.."].map(lexical), ["b", "../a", ".", "/.."]);
    }
}
