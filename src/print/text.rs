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
    parts(&template.parts, escape, "\\u0024", "\\u0025", out);
    out.push('"');
}

/// A template as it stands in a heredoc, in a file, and in a string of JSON or YAML: no backslash escapes anything.
pub(super) fn verbatim_template(template: &Template) -> String {
    let mut out = String::new();
    parts(&template.parts, escape_sequences, "${\"$\"}", "${\"%\"}", &mut out);
    out
}

/// The parts of a template. `dollar` and `percent` stand for such a sign at the end of a text, where it would make an
/// escape of the sequence behind it.
fn parts(all: &[Part], literal: fn(&str, &mut String), dollar: &str, percent: &str, out: &mut String) {
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
                let next = all[at + 1..].iter().find(|part| !is_empty(part));
                let sign = match next {
                    Some(Part::Interpolation(_)) => Some(('$', dollar)),
                    Some(Part::If { .. } | Part::For { .. }) => Some(('%', percent)),
                    Some(Part::Literal(_)) | None => None,
                };
                match sign.and_then(|(sign, instead)| Some((text.value.strip_suffix(sign)?, instead))) {
                    Some((before, instead)) => {
                        literal(before, out);
                        out.push_str(instead);
                    }
                    None => literal(&text.value, out),
                }
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
                parts(then, literal, dollar, percent, out);
                percent_before_directive(then, percent, out);
                if !otherwise.iter().all(is_empty) {
                    out.push_str("%{ else }");
                    parts(otherwise, literal, dollar, percent, out);
                    percent_before_directive(otherwise, percent, out);
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
                parts(body, literal, dollar, percent, out);
                percent_before_directive(body, percent, out);
                out.push_str("%{ endfor }");
            }
        }
    }
}

/// What ends in `%` before an `else` or an end.
fn percent_before_directive(body: &[Part], percent: &str, out: &mut String) {
    if matches!(body.last(), Some(Part::Literal(text)) if text.value.ends_with('%')) {
        out.pop();
        out.push_str(percent);
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
