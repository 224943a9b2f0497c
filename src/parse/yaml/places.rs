//! Where the characters of a scalar stand, whatever its style.

use granit_parser::ScalarStyle;

/// From which byte of `text` on it stands where in the file; `written` is the scalar as it begins at `start`. Nothing
/// where that cannot be told.
pub(super) fn anchors(written: &str, start: usize, text: &str, style: ScalarStyle) -> Vec<(u32, u32)> {
    if written == text {
        return vec![(0, clip(start))];
    }
    let found = match style {
        ScalarStyle::Plain => flow(written, start, text, None),
        ScalarStyle::SingleQuoted => inside(written, '\'').and_then(|inside| flow(inside, start + 1, text, Some('\''))),
        ScalarStyle::DoubleQuoted => inside(written, '"').and_then(|inside| flow(inside, start + 1, text, Some('\\'))),
        ScalarStyle::Literal | ScalarStyle::Folded => block(written, start, text),
    };
    found.unwrap_or_default()
}

fn inside(written: &str, quote: char) -> Option<&str> {
    written.strip_prefix(quote)?.strip_suffix(quote)
}

/// Lines that are folded: the white space around a line break is one space, and empty lines are line breaks.
fn flow(written: &str, start: usize, text: &str, escape: Option<char>) -> Option<Vec<(u32, u32)>> {
    let blank = [' ', '\t'];
    let mut anchors = Vec::new();
    let (mut at, mut source) = (0, start);
    // Whether a break stands before the line that is no more than a break, and how many empty lines follow it.
    let (mut is_joined, mut empty) = (true, 0);
    let mut lines = written.split('\n').enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        let is_last = lines.peek().is_none();
        let mut content = if number == 0 { line } else { line.trim_start_matches(blank) };
        let place = source + (line.len() - content.len());
        source += line.len() + 1;
        let mut is_continued = false;
        if !is_last {
            content = content.trim_end_matches('\r');
            let backslashes = content.len() - content.trim_end_matches('\\').len();
            is_continued = escape == Some('\\') && backslashes % 2 == 1;
            content = if is_continued { content.strip_suffix('\\')? } else { content.trim_end_matches(blank) };
        }
        if content.is_empty() && number > 0 && !is_last && !is_continued {
            empty += 1;
            continue;
        }
        at += match (is_joined, empty) {
            (true, empty) => empty,
            (false, 0) => 1,
            (false, empty) => empty,
        };
        at = pieces(content, place, text, at, escape, &mut anchors)?;
        (is_joined, empty) = (is_continued, 0);
    }
    Some(anchors)
}

/// A line without what surrounds it; gives the place in `text` behind it.
fn pieces(
    content: &str,
    place: usize,
    text: &str,
    start: usize,
    escape: Option<char>,
    anchors: &mut Vec<(u32, u32)>,
) -> Option<usize> {
    let mut at = start;
    let mut rest = content;
    loop {
        let end = escape.and_then(|escape| rest.find(escape)).unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(end);
        let source = place + (content.len() - rest.len());
        text.get(at..)?.starts_with(piece).then_some(())?;
        anchors.push((clip(at), clip(source)));
        at += piece.len();
        if behind.is_empty() {
            return Some(at);
        }
        let len = escape_len(behind);
        anchors.push((clip(at), clip(source + end)));
        at += text.get(at..)?.chars().next()?.len_utf8();
        rest = behind.get(len..)?;
        if rest.is_empty() {
            anchors.push((clip(at), clip(source + end + len)));
            return Some(at);
        }
    }
}

/// How long the escape is that `text` begins with: `''`, or a backslash and what belongs to it.
fn escape_len(text: &str) -> usize {
    let digits = |text: &str| match text.as_bytes().get(1) {
        Some(b'x') => 4,
        Some(b'u') => 6,
        Some(b'U') => 10,
        _ => 1 + text.chars().nth(1).map_or(0, char::len_utf8),
    };
    let len = digits(text);
    // Two halves of a pair are one character.
    let first = text.get(2..6).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let is_half = len == 6 && first.is_some_and(|first| (0xd800..0xdc00).contains(&first));
    if is_half && text.get(6..).is_some_and(|next| next.starts_with("\\u")) { 12 } else { len }
}

/// Lines that stand as they are, less their indentation; where lines are folded the space between them is other space.
fn block(written: &str, start: usize, text: &str) -> Option<Vec<(u32, u32)>> {
    let mut anchors = Vec::new();
    let mut at = 0;
    let mut source = start;
    for line in written.split('\n') {
        let content = line.trim_matches([' ', '\t', '\r']);
        if !content.is_empty() {
            let rest = text.get(at..)?;
            at += rest.len() - rest.trim_start_matches([' ', '\t', '\n']).len();
            text.get(at..)?.starts_with(content).then_some(())?;
            anchors.push((clip(at), clip(source + line.find(content)?)));
            at += content.len();
        }
        source += line.len() + 1;
    }
    Some(anchors)
}

fn clip(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
