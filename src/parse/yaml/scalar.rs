//! What a plain scalar is: in YAML 1.2's core schema, and where YAML 1.1 reads something else.

use std::sync::LazyLock;

use num_bigint::BigUint;
use regex::Regex;

/// How many digits a hexadecimal or octal number may have; turning more into decimal ones takes too long.
const MAX_DIGITS: usize = 1000;

/// A plain scalar in the core schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    Null,
    Bool(bool),
    /// As JSON writes it.
    Number(String),
    /// Infinity, or not a number: nothing a template can hold.
    NoNumber,
    Text,
}

/// What a scalar without quotes is.
pub(super) fn plain(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" | "True" | "TRUE" => return Plain::Bool(true),
        "false" | "False" | "FALSE" => return Plain::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Plain::NoNumber,
        _ => {}
    }
    let (sign, digits) = match text.as_bytes() {
        [b'-', ..] => ("-", &text[1..]),
        [b'+', ..] => ("", &text[1..]),
        _ => ("", text),
    };
    if matches!(digits, ".inf" | ".Inf" | ".INF") {
        return Plain::NoNumber;
    }
    if digits.len() == text.len() {
        for (prefix, radix) in [("0x", 16), ("0o", 8)] {
            let Some(digits) = text.strip_prefix(prefix) else { continue };
            let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
            if !is_number {
                return Plain::Text;
            }
            let digits = digits.trim_start_matches('0');
            return match BigUint::parse_bytes(digits.as_bytes(), radix) {
                _ if digits.len() > MAX_DIGITS => Plain::NoNumber,
                Some(number) => Plain::Number(number.to_string()),
                None => Plain::Number("0".to_owned()),
            };
        }
    }
    decimal(digits).map_or(Plain::Text, |number| Plain::Number(format!("{sign}{number}")))
}

/// A decimal number without sign, as JSON writes it.
fn decimal(text: &str) -> Option<String> {
    let count = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, rest) = text.split_at(count(text));
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(count(rest)),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let exponent = match rest.strip_prefix(['e', 'E']) {
        Some(exponent) => {
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if digits.is_empty() || count(digits) != digits.len() {
                return None;
            }
            format!("e{exponent}")
        }
        None if rest.is_empty() => String::new(),
        None => return None,
    };
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{whole}{point}{fraction}{exponent}"))
}

/// What YAML 1.1 reads where the core schema reads another value.
pub fn in_yaml_1_1(text: &str) -> Option<&'static str> {
    let first = text.bytes().next()?;
    // A quick no for nearly all texts; no form is longer than a time with its zone, but for numbers.
    if !(first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.' | b'y' | b'Y' | b'n' | b'N' | b'o' | b'O')) {
        return None;
    }
    OTHER.iter().find(|(form, _)| form.is_match(text)).and_then(|(_, what)| *what)
}

/// Forms and what they are in YAML 1.1, nothing where both agree; the first that fits counts.
static OTHER: LazyLock<Vec<(Regex, Option<&str>)>> = LazyLock::new(|| {
    let forms: [(&str, Option<&str>); 11] = [
        (r"^(?:[yY]|[nN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$", Some("a bool")),
        // Decimal digits, and octal ones that are the same number.
        (r"^[-+]?(?:0[0-7]?|[1-9][0-9]*|00+[0-7]?)$", None),
        (r"^[-+]?0[0-7_]+$", Some("an octal number")),
        (r"^[-+]?0b[01_]+$", Some("a binary number")),
        (r"^[-+]?0x[0-9a-fA-F]*_[0-9a-fA-F_]*$", Some("a hexadecimal number")),
        (r"^[-+]?(?:0o[0-7]+|0[0-9]+)$", Some("a string")),
        (r"^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$", Some("a number to the base of 60")),
        (r"^[-+]?[1-9][0-9_]*$|^[-+]?[0-9][0-9]*_[0-9_]*\.[0-9_]*$|^[-+]?[0-9]*\.[0-9]*_[0-9_]*$", Some("a number")),
        (r"^[-+]?[0-9]*\.[0-9]*(?:[eE][-+][0-9]+)?$", None),
        (r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+$", Some("a string")),
        (
            r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$|^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?$",
            Some("a date"),
        ),
    ];
    forms
        .into_iter()
        .map(|(form, what)| (Regex::new(form).expect("internal error: the form is a regular expression"), what))
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        let number = |text: &str| Plain::Number(text.to_owned());
        let cases = [
            ("", Plain::Null),
            ("~", Plain::Null),
            ("Null", Plain::Null),
            ("nUll", Plain::Text),
            ("TRUE", Plain::Bool(true)),
            ("False", Plain::Bool(false)),
            ("yes", Plain::Text),
            ("0", number("0")),
            ("-0", number("-0")),
            ("+12", number("12")),
            ("007", number("7")),
            ("0777", number("777")),
            ("-1.50e+3", number("-1.50e+3")),
            ("1.", number("1")),
            (".5", number("0.5")),
            ("1e3", number("1e3")),
            ("0x1F", number("31")),
            ("0o17", number("15")),
            ("0x0", number("0")),
            ("-0x1", Plain::Text),
            ("0x", Plain::Text),
            (".", Plain::Text),
            ("1e", Plain::Text),
            ("1.2.3", Plain::Text),
            ("1_000", Plain::Text),
            ("12:30", Plain::Text),
            ("-.inf", Plain::NoNumber),
            (".NaN", Plain::NoNumber),
        ];
        for (text, expected) in cases {
            assert_eq!(plain(text), expected, "{text}");
        }
        assert_eq!(plain(&format!("0x{}", "f".repeat(100_000))), Plain::NoNumber);
    }

    #[test]
    fn only_real_differences_to_yaml_1_1_are_told() {
        let cases = [
            ("yes", "a bool"),
            ("y", "a bool"),
            ("OFF", "a bool"),
            ("0777", "an octal number"),
            ("0o17", "a string"),
            ("089", "a string"),
            ("0b1", "a binary number"),
            ("0x_f", "a hexadecimal number"),
            ("1_000", "a number"),
            ("1_000.5", "a number"),
            ("12:30", "a number to the base of 60"),
            ("1e3", "a string"),
            ("1.5e3", "a string"),
            ("2001-12-14", "a date"),
            ("2001-12-14T21:59:43.10-05:00", "a date"),
        ];
        for (text, expected) in cases {
            assert_eq!(in_yaml_1_1(text), Some(expected), "{text}");
        }
        for text in [
            "", "~", "Null", "true", "0", "7", "007", "10", "-3", "0x1F", "1.5", "1.5e+3", ".5", "1.", "none", "yess",
            "1.2.3", "a:b", "12:99", "2001-1-1", "10.0.0.1", "+", "-", ".", "...",
        ] {
            assert_eq!(in_yaml_1_1(text), None, "{text}");
        }
    }
}
