//! Names that look alike, for help texts.

use crate::diagnostic::Sink;

/// How many names a help text lists at the most.
pub(crate) const LISTED: usize = 12;

/// Whether so much was found already that nobody reads what else could have been meant: looking for near names among
/// many, for many names, would take long.
pub(crate) fn enough_said(sink: &Sink) -> bool {
    sink.len() > 50
}

/// The name that was most likely meant, if one is near enough.
pub(crate) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let limit = match name.chars().count() {
        0..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    known
        .map(|candidate| (distance(name, candidate, limit), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Whether two names differ so little that one is the other misspelt.
pub(crate) fn nearly_same(name: &str, other: &str) -> bool {
    let limit = if name.chars().count() < 8 { 1 } else { 2 };
    distance(name, other, limit) <= limit
}

/// `a, b and c`, where `word` is the `and`.
pub(crate) fn joined(all: &[String], word: &str) -> String {
    match all.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} {word} {last}", rest.join(", ")),
    }
}

/// `intro: a, b and c`, or the first of them and how many more there are.
pub(crate) fn list<'n>(intro: &str, known: impl Iterator<Item = &'n str>) -> String {
    let mut names: Vec<&str> = known.collect();
    names.sort_unstable();
    names.dedup();
    let more = names.len().saturating_sub(LISTED);
    names.truncate(LISTED);
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match (quoted.split_last(), more) {
        (None, _) => format!("{intro}: nothing"),
        (Some((last, [])), 0) => format!("{intro}: {last}"),
        (Some((last, rest)), 0) => format!("{intro}: {} and {last}", rest.join(", ")),
        (Some(_), more) => format!("{intro}: {} and {more} more", quoted.join(", ")),
    }
}

/// Edit distance with transpositions, without regard to case, `-` and `_`; more than `limit` counts as `limit + 1`.
fn distance(a: &str, b: &str, limit: usize) -> usize {
    let fold = |text: &str| -> Vec<char> {
        text.chars().flat_map(char::to_lowercase).map(|c| if c == '-' { '_' } else { c }).collect()
    };
    let (a, b) = (fold(a), fold(b));
    if a.len().abs_diff(b.len()) > limit || a.len().max(b.len()) > 100 {
        return limit + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = change.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let known = ["inline", "inline_shebang", "scripts", "script"];
        let cases = [
            ("inlin", Some("inline")),
            ("scirpts", Some("scripts")),
            ("in-line", Some("inline")),
            ("volume", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(nearest(name, known.into_iter()), expected, "{name}");
        }
    }

    #[test]
    fn long_lists_are_cut() {
        let many: Vec<String> = (10..40).map(|n| n.to_string()).collect();
        let text = list("there are", many.iter().map(String::as_str));
        assert!(text.ends_with("`21` and 18 more"), "{text}");
        assert_eq!(list("it has", ["b", "a"].into_iter()), "it has: `a` and `b`");
    }
}
