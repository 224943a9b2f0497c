//! The characters of strings in HCL's native syntax.

use std::fmt::Write as _;

use crate::syntax::{Part, Template};

use super::expr;

/// A label, or another text in quotes without anything to fill in.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    escape(text, &mut out);
    out.push('"');
    out
}

/// A template in quotes, on one line.
pub(super) fn quoted_template(template: &Template, out: &mut String) {
    out.push('"');
    parts(&template.parts, Quotes::Around, None, out);
    out.push('"');
}

/// A template as it stands in a heredoc, in a file, and in a string of JSON or YAML: no backslash escapes anything.
pub(super) fn verbatim_template(template: &Template) -> String {
    let mut out = String::new();
    parts(&template.parts, Quotes::None, None, &mut out);
    out
}

/// Whether a text stands in quotes, where a backslash escapes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Around,
    None,
}

/// A text, before a sequence that begins with `sign`: at its end that sign would make an escape of the sequence.
fn literal(text: &str, quotes: Quotes, sign: Option<char>, out: &mut String) {
    let write = if quotes == Quotes::Around { escape } else { escape_sequences };
    let Some(before) = sign.and_then(|sign| text.strip_suffix(sign)) else { return write(text, out) };
    match quotes {
        Quotes::Around => {
            write(before, out);
            out.push_str(if sign == Some('$') { "\\u0024" } else { "\\u0025" });
        }
        // All such signs at the end go together: one that is left would stand before the `${` that is put here.
        Quotes::None => {
            let before = before.trim_end_matches(['$', '%']);
            write(before, out);
            out.push_str("${");
            out.push_str(&quoted(&text[before.len()..]));
            out.push('}');
        }
    }
}

/// The parts of a template. `end` is what a sequence behind them begins with.
fn parts(all: &[Part], quotes: Quotes, end: Option<char>, out: &mut String) {
    // A text that is empty beside a lone interpolation makes the whole a text: it was left by trimming, and is again.
    let is_empty = |part: &Part| matches!(part, Part::Literal(text) if text.value.is_empty());
    let mut filled = all.iter().filter(|part| !is_empty(part));
    if let (Some(Part::Interpolation(inner)), None) = (filled.next(), filled.next())
        && all.len() > 1
    {
        out.push_str(" ${~ ");
        expr::write(inner, out);
        out.push('}');
        return;
    }
    for (at, part) in all.iter().enumerate() {
        match part {
            Part::Literal(text) => {
                let sign = match all[at + 1..].iter().find(|part| !is_empty(part)) {
                    Some(Part::Interpolation(_)) => Some('$'),
                    Some(Part::If { .. } | Part::For { .. }) => Some('%'),
                    Some(Part::Literal(_)) | None => end,
                };
                literal(&text.value, quotes, sign, out);
            }
            Part::Interpolation(inner) => {
                out.push_str("${");
                expr::write(inner, out);
                out.push('}');
            }
            Part::If { condition, then, otherwise, span: _ } => {
                out.push_str("%{ if ");
                expr::write(condition, out);
                out.push_str(" }");
                parts(then, quotes, Some('%'), out);
                if !otherwise.iter().all(is_empty) {
                    out.push_str("%{ else }");
                    parts(otherwise, quotes, Some('%'), out);
                }
                out.push_str("%{ endif }");
            }
            Part::For { key, value, collection, body, span: _ } => {
                out.push_str("%{ for ");
                if let Some(key) = key {
                    let _ = write!(out, "{}, ", key.value);
                }
                let _ = write!(out, "{} in ", value.value);
                expr::write(collection, out);
                out.push_str(" }");
                parts(body, quotes, Some('%'), out);
                out.push_str("%{ endfor }");
            }
        }
    }
}

/// The text between quotes.
fn escape(text: &str, out: &mut String) {
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            c => character(c, out),
        }
    }
}

/// A character, by its number where nobody would see it.
pub(super) fn character(c: char, out: &mut String) {
    let _ = match u32::from(c) {
        code if is_unseen(c) && code <= 0xffff => write!(out, "\\u{code:04x}"),
        code if is_unseen(c) => write!(out, "\\U{code:08x}"),
        _ => {
            out.push(c);
            Ok(())
        }
    };
}

/// The text where a backslash is one.
pub(super) fn escape_sequences(text: &str, out: &mut String) {
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        out.push(c);
        if matches!(c, '$' | '%') && rest.peek() == Some(&'{') {
            out.push(c);
        }
    }
}

/// Characters that a reader does not see, or that change how others look.
pub(super) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
