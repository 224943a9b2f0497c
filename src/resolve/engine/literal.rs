//! What Go's literals stand for.

use super::super::value::Text;
use super::Fault;
use super::lex::{Kind, Token};
use super::source::Source;
use super::tree::Constant;

/// The text that a quoted or raw literal stands for, holes included.
pub(super) fn unquote(source: &Source, token: &Token) -> Result<Text, Fault> {
    let (start, end) = (token.start + 1, token.end - 1);
    let raw = token.kind == Kind::Raw;
    let mut out = Text::new();
    let mut from = start;
    for (place, hole) in source.holes_in(start, end) {
        out.push_str(&piece(&source.text[from..*place], raw, token)?);
        out.push_hole(hole.clone());
        from = place + source.text[*place..].chars().next().map_or(0, char::len_utf8);
    }
    out.push_str(&piece(&source.text[from..end], raw, token)?);
    Ok(out)
}

fn piece(text: &str, raw: bool, token: &Token) -> Result<String, Fault> {
    if raw {
        // As Go does: a carriage return is no part of a raw text.
        return Ok(text.replace('\r', ""));
    }
    if !text.contains('\\') {
        return Ok(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((character, behind)) = first(rest) {
        if character == '\\' {
            let (unit, behind) = escape(behind, '"').ok_or_else(|| {
                let shown: String = rest.chars().take(2).collect();
                Fault::syntax(token.start, format!("`{shown}` is not an escape of a quoted text"))
            })?;
            match unit {
                Unit::Byte(byte) => bytes.push(byte),
                Unit::Char(character) => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            }
            rest = behind;
        } else {
            bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            rest = behind;
        }
    }
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

fn first(text: &str) -> Option<(char, &str)> {
    let mut characters = text.chars();
    let character = characters.next()?;
    Some((character, characters.as_str()))
}

enum Unit {
    Byte(u8),
    Char(char),
}

/// What the escape behind a backslash stands for, and what follows it.
fn escape(text: &str, quote: char) -> Option<(Unit, &str)> {
    let (character, rest) = first(text)?;
    let plain = |character| Some((Unit::Char(character), rest));
    let digits = |length: usize, text: &str, radix: u32| {
        let digits = text.get(..length)?;
        digits.bytes().all(|byte| char::from(byte).is_digit(radix)).then_some(())?;
        u32::from_str_radix(digits, radix).ok()
    };
    match character {
        'a' => plain('\u{7}'),
        'b' => plain('\u{8}'),
        'f' => plain('\u{c}'),
        'n' => plain('\n'),
        'r' => plain('\r'),
        't' => plain('\t'),
        'v' => plain('\u{b}'),
        '\\' => plain('\\'),
        character if character == quote => plain(character),
        'x' => Some((Unit::Byte(u8::try_from(digits(2, rest, 16)?).ok()?), &rest[2..])),
        'u' => Some((Unit::Char(char::from_u32(digits(4, rest, 16)?)?), &rest[4..])),
        'U' => Some((Unit::Char(char::from_u32(digits(8, rest, 16)?)?), &rest[8..])),
        '0'..='7' => Some((Unit::Byte(u8::try_from(digits(3, text, 8)?).ok()?), &text[3..])),
        _ => None,
    }
}

/// What a number or a character in quotes stands for.
pub(super) fn constant(text: &str) -> Result<Constant, String> {
    if let Some(inner) = text.strip_prefix('\'') {
        return character(inner).ok_or_else(|| format!("`{text}` is not a character"));
    }
    let illegal = || format!("`{text}` is not a number");
    if text.ends_with('i') {
        return Err("complex numbers are not supported".to_owned());
    }
    let looks_float = (!is_hex(text) || text.contains(['p', 'P'])) && text.contains(['.', 'e', 'E', 'p', 'P']);
    match integer(text) {
        Some(wide) => {
            let integer = i64::try_from(wide).ok();
            if integer.is_none() && u64::try_from(wide).is_err() {
                return Err(format!("the number `{text}` is too large"));
            }
            #[expect(clippy::cast_precision_loss, reason = "as Go converts")]
            Ok(Constant { integer, float: Some(wide as f64), looks_float })
        }
        None => {
            if !text.contains(['.', 'e', 'E', 'p', 'P']) {
                let digits = text.trim_start_matches(['+', '-']);
                return Err(if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    format!("the number `{text}` is too large")
                } else {
                    illegal()
                });
            }
            let float = float(text).ok_or_else(illegal)?;
            #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "as Go converts")]
            let integer = Some(float as i64).filter(|integer| *integer as f64 == float);
            Ok(Constant { integer, float: Some(float), looks_float })
        }
    }
}

fn is_hex(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    digits.starts_with("0x") || digits.starts_with("0X")
}

fn character(inner: &str) -> Option<Constant> {
    let (character, rest) = first(inner)?;
    let (code, rest) = match character {
        '\\' => match escape(rest, '\'')? {
            (Unit::Byte(byte), rest) => (u32::from(byte), rest),
            (Unit::Char(character), rest) => (u32::from(character), rest),
        },
        '\'' => return None,
        character => (u32::from(character), rest),
    };
    (rest == "'").then_some(Constant {
        integer: Some(i64::from(code)),
        float: Some(f64::from(code)),
        looks_float: false,
    })
}

/// A whole number as Go's `ParseInt(text, 0, 64)` reads it, wide enough for a `uint64` too.
fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (radix, digits, prefixed) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..], true),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..], true),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..], true),
        [b'0', _, ..] => (8, &digits[1..], true),
        _ => (10, digits, false),
    };
    if digits.ends_with('_') || digits.contains("__") || !prefixed && digits.starts_with('_') {
        return None;
    }
    let digits = digits.replace('_', "");
    if digits.is_empty() || digits.len() > 70 {
        return None;
    }
    let value = i128::from_str_radix(&digits, radix).ok().filter(|_| !digits.starts_with(['+', '-']))?;
    (value <= i128::from(u64::MAX)).then_some(if negative { -value } else { value })
}

fn float(text: &str) -> Option<f64> {
    if is_hex(text) {
        return hex_float(text);
    }
    // Go takes underscores only behind a base prefix.
    if text.contains('_') || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse::<f64>().ok().filter(|value| value.is_finite())
}

/// `0x1.8p3`: Go demands the exponent.
fn hex_float(text: &str) -> Option<f64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (mantissa, exponent) = digits[2..].split_once(['p', 'P'])?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i32 = exponent.parse().ok()?;
    let mut value = 0.0_f64;
    for digit in whole.chars().filter(|digit| *digit != '_') {
        value = value * 16.0 + f64::from(digit.to_digit(16)?);
    }
    let mut scale = 1.0_f64 / 16.0;
    for digit in fraction.chars() {
        value += f64::from(digit.to_digit(16)?) * scale;
        scale /= 16.0;
    }
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let value = value * 2.0_f64.powi(exponent);
    value.is_finite().then_some(if negative { -value } else { value })
}
