//! Unified diffs.

/// What has to change in `old` to give `new`, as `diff -u` says it; nothing if they are equal. A file that is not there is
/// `/dev/null`; what is no text is only named.
pub fn unified(path: &str, old: Option<&[u8]>, new: Option<&[u8]>) -> String {
    if old == new {
        return String::new();
    }
    let name = |side: &str, there: bool| if there { format!("{side}/{path}") } else { "/dev/null".to_owned() };
    let (before, after) = (name("a", old.is_some()), name("b", new.is_some()));
    let text = |bytes: Option<&[u8]>| std::str::from_utf8(bytes.unwrap_or_default()).map(str::to_owned);
    let (Ok(old), Ok(new)) = (text(old), text(new)) else {
        return format!("Binary files {before} and {after} differ\n");
    };
    unified_between((&before, &old), (&after, &new))
}

/// What has to change in one text to give the other, each with its name.
pub fn unified_between((before, old): (&str, &str), (after, new): (&str, &str)) -> String {
    let difference = similar::TextDiff::configure()
        .timeout(std::time::Duration::from_secs(5))
        .diff_lines(old, new)
        .unified_diff()
        .context_radius(3)
        .header(before, after)
        .to_string();
    if difference.is_empty() { format!("--- {before}\n+++ {after}\n") } else { difference }
}
