//! Texts.

use unicode_segmentation::UnicodeSegmentation;

use super::call::{limit, string};
use super::{Call, Failure};
use crate::resolve::value::{Text, Value};

pub(super) fn chomp(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(string(call.text(0).trim_end_matches(['\n', '\r'])))
}

pub(super) fn endswith(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(Value::bool(call.text(0).ends_with(&*call.text(1))))
}

pub(super) fn startswith(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(Value::bool(call.text(0).starts_with(&*call.text(1))))
}

pub(super) fn strcontains(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(Value::bool(call.text(0).contains(&*call.text(1))))
}

pub(super) fn indent(call: &mut Call<'_>) -> Result<Value, Failure> {
    let spaces = usize::try_from(call.whole(0)?).map_err(|_| Failure::argument(0, "it cannot be negative"))?;
    let text = call.text(1);
    limit(spaces.saturating_mul(text.matches('\n').count().max(1)).saturating_add(text.len()))?;
    Ok(string(text.replace('\n', &format!("\n{}", " ".repeat(spaces)))))
}

/// Keeps the holes of what it joins.
pub(super) fn join(call: &mut Call<'_>) -> Result<Value, Failure> {
    if call.arguments.len() < 2 {
        return Err(Failure::call("it needs at least one list"));
    }
    let separator = call.arguments[0].as_text().cloned().unwrap_or_default();
    let mut out = Text::new();
    let mut marks = super::call::outer(&call.arguments);
    let (mut first, mut size) = (true, 0usize);
    for (index, list) in call.arguments.iter().enumerate().skip(1) {
        for item in list.as_items().unwrap_or_default() {
            let Some(text) = item.as_text() else {
                return Err(Failure::argument(index, "an element of it is null, and null has no text"));
            };
            if !first {
                out.push(&separator);
                size = size.saturating_add(separator.known().map_or(0, |text| text.len()));
            }
            first = false;
            size = size.saturating_add(text.known().map_or(0, |text| text.len()));
            limit(size)?;
            out.push(text);
            let outer = super::call::outer([item]);
            marks.sensitive |= outer.sensitive;
            marks.shaped_by.extend(outer.shaped_by);
        }
    }
    Ok(Value::text(out).with_marks(&marks))
}

/// As Go does it, letter by letter: one that would become several stays.
pub(super) fn upper(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(string(call.text(0).chars().map(upper_letter).collect::<String>()))
}

pub(super) fn lower(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(string(call.text(0).chars().map(|letter| letter.to_lowercase().next().unwrap_or(letter)).collect::<String>()))
}

fn upper_letter(letter: char) -> char {
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => letter,
    }
}

/// The letter at the start of a word: of those that are two in one, only the first half is large.
fn title_letter(letter: char) -> char {
    match letter {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        // Georgian has no large letters at the start of a word.
        '\u{10d0}'..='\u{10ff}' => letter,
        _ => upper_letter(letter),
    }
}

pub(super) fn title(call: &mut Call<'_>) -> Result<Value, Failure> {
    let mut start = true;
    let letter = |letter: char| {
        let out = if start { title_letter(letter) } else { letter };
        start = if letter.is_ascii() {
            !letter.is_ascii_alphanumeric() && letter != '_'
        } else {
            !letter.is_alphanumeric() && letter.is_whitespace()
        };
        out
    };
    Ok(string(call.text(0).chars().map(letter).collect::<String>()))
}

pub(super) fn replace(call: &mut Call<'_>) -> Result<Value, Failure> {
    let (text, from, to) = (call.text(0), call.text(1), call.text(2));
    let count = if from.is_empty() { text.chars().count() + 1 } else { text.matches(&*from).count() };
    limit(count.saturating_mul(to.len()).saturating_add(text.len()))?;
    Ok(string(text.replace(&*from, &to)))
}

pub(super) fn split(call: &mut Call<'_>) -> Result<Value, Failure> {
    let (separator, text) = (call.text(0), call.text(1));
    if separator.is_empty() {
        return Ok(Value::strings(text.chars().map(String::from)));
    }
    Ok(Value::strings(text.split(&*separator)))
}

pub(super) fn strrev(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(string(call.text(0).graphemes(true).rev().collect::<String>()))
}

pub(super) fn substr(call: &mut Call<'_>) -> Result<Value, Failure> {
    let (mut offset, length) = (call.whole(1)?, call.whole(2)?);
    let text = call.text(0);
    let clusters: Vec<&str> = text.graphemes(true).collect();
    if offset < 0 {
        offset += i64::try_from(clusters.len()).unwrap_or(i64::MAX);
    } else if length == 0 {
        return Ok(Value::string(""));
    }
    let rest = clusters.get(usize::try_from(offset).unwrap_or(0)..).unwrap_or_default();
    // A negative length means the rest, and so does 0 behind a negative offset.
    let count = usize::try_from(length).ok().filter(|count| *count > 0).unwrap_or(rest.len());
    Ok(string(rest[..count.min(rest.len())].concat()))
}

pub(super) fn trim(call: &mut Call<'_>) -> Result<Value, Failure> {
    let letters: Vec<char> = call.text(1).chars().collect();
    Ok(string(call.text(0).trim_matches(letters.as_slice())))
}

pub(super) fn trimprefix(call: &mut Call<'_>) -> Result<Value, Failure> {
    let text = call.text(0);
    Ok(string(text.strip_prefix(&*call.text(1)).unwrap_or(&text)))
}

pub(super) fn trimsuffix(call: &mut Call<'_>) -> Result<Value, Failure> {
    let text = call.text(0);
    Ok(string(text.strip_suffix(&*call.text(1)).unwrap_or(&text)))
}

pub(super) fn trimspace(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(string(call.text(0).trim()))
}

/// How long a text is, as people count letters.
pub(super) fn clusters(text: &str) -> usize {
    text.graphemes(true).count()
}
