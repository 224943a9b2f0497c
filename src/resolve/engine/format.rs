//! Go's `fmt`: `print`, `println`, `printf`, and how a number looks.

use super::super::value::Text;
use super::exec::{Run, Stop, Val};

/// As `fmt.Sprint` (a space between two operands that are no texts) or `fmt.Sprintln`.
pub(super) fn print(run: &Run<'_>, arguments: &[Val], line: bool) -> Text {
    let mut out = Text::new();
    let mut after_text = true;
    for (index, argument) in arguments.iter().enumerate() {
        let is_text = matches!(argument, Val::Text(_));
        if index > 0 && (line || !is_text && !after_text) {
            out.push_str(" ");
        }
        out.push(&run.show(argument, "<nil>"));
        after_text = is_text;
    }
    if line {
        out.push_str("\n");
    }
    out
}

#[derive(Clone, Default)]
struct Flags {
    plus: bool,
    minus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// Go's own limit for widths and precisions.
const WIDEST: usize = 1_000_000;

/// As `fmt.Sprintf`, its notes about wrong verbs included.
pub(super) fn printf(run: &mut Run<'_>, format: &str, arguments: &[Val]) -> Result<Text, Stop> {
    let mut out = Text::new();
    let mut rest = format;
    let mut next = 0;
    let mut reordered = false;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let mut flags = Flags::default();
        while let Some(flag) = rest.chars().next() {
            match flag {
                '#' => flags.sharp = true,
                '0' => flags.zero = true,
                '+' => flags.plus = true,
                '-' => flags.minus = true,
                ' ' => flags.space = true,
                _ => break,
            }
            rest = &rest[1..];
        }
        let mut good = true;
        let mut after_index = index(&mut rest, &mut next, &mut reordered, &mut good, arguments.len());
        if let Some(tail) = rest.strip_prefix('*') {
            rest = tail;
            match star(arguments, &mut next) {
                Some(width) => {
                    flags.minus |= width < 0;
                    flags.width = usize::try_from(width.unsigned_abs()).ok();
                }
                None => out.push_str("%!(BADWIDTH)"),
            }
            after_index = false;
        } else {
            flags.width = number(&mut rest);
            if after_index && flags.width.is_some() {
                good = false;
            }
        }
        if let Some(tail) = rest.strip_prefix('.') {
            rest = tail;
            if after_index {
                good = false;
            }
            after_index = index(&mut rest, &mut next, &mut reordered, &mut good, arguments.len());
            if let Some(tail) = rest.strip_prefix('*') {
                rest = tail;
                match star(arguments, &mut next) {
                    Some(precision) => flags.precision = usize::try_from(precision).ok(),
                    None => out.push_str("%!(BADPREC)"),
                }
                after_index = false;
            } else {
                flags.precision = Some(number(&mut rest).unwrap_or(0));
            }
        }
        if !after_index {
            index(&mut rest, &mut next, &mut reordered, &mut good, arguments.len());
        }
        let Some(verb) = rest.chars().next() else {
            out.push_str("%!(NOVERB)");
            break;
        };
        rest = &rest[verb.len_utf8()..];
        run.spend(flags.width.unwrap_or(0) + flags.precision.unwrap_or(0))?;
        if verb == '%' {
            out.push_str("%");
        } else if !good {
            out.push_str(&format!("%!{verb}(BADINDEX)"));
        } else if let Some(argument) = arguments.get(next) {
            next += 1;
            out.push(&one(run, argument, verb, &flags)?);
        } else {
            out.push_str(&format!("%!{verb}(MISSING)"));
        }
    }
    out.push_str(rest_behind(rest, format));
    if !reordered && next < arguments.len() {
        out.push_str("%!(EXTRA ");
        for (count, argument) in arguments[next..].iter().enumerate() {
            if count > 0 {
                out.push_str(", ");
            }
            if !matches!(argument, Val::None) {
                out.push_str(argument.type_name());
                out.push_str("=");
            }
            out.push(&run.show(argument, "<nil>"));
        }
        out.push_str(")");
    }
    Ok(out)
}

/// What is left when no `%` is: everything, unless the loop ended in the middle of a verb.
fn rest_behind<'a>(rest: &'a str, format: &str) -> &'a str {
    if rest.is_empty() && format.ends_with('%') { "" } else { rest }
}

/// `[n]` where one stands: which argument is next.
fn index(rest: &mut &str, next: &mut usize, reordered: &mut bool, good: &mut bool, count: usize) -> bool {
    let Some(inner) = rest.strip_prefix('[') else {
        return false;
    };
    *reordered = true;
    let Some(length) = inner.find(']') else {
        *good = false;
        *rest = inner;
        return false;
    };
    let wanted = inner[..length].parse::<usize>().ok().filter(|wanted| (1..=count).contains(wanted));
    *rest = &inner[length + 1..];
    match wanted {
        Some(wanted) => {
            *next = wanted - 1;
            true
        }
        None => {
            *good = false;
            false
        }
    }
}

fn number(rest: &mut &str) -> Option<usize> {
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let value = rest[..length].parse::<usize>().ok().filter(|value| *value <= WIDEST);
    *rest = &rest[length..];
    value
}

fn star(arguments: &[Val], next: &mut usize) -> Option<i64> {
    let argument = arguments.get(*next)?;
    *next += 1;
    match argument {
        Val::Int(value) => Some(*value).filter(|value| value.unsigned_abs() <= 1_000_000),
        Val::Byte(value) => Some(i64::from(*value)),
        Val::None | Val::Bool(_) | Val::Float(_) | Val::Text(_) | Val::Data | Val::Unknown(_) => None,
    }
}

fn one(run: &mut Run<'_>, argument: &Val, verb: char, flags: &Flags) -> Result<Text, Stop> {
    let plain = flags.width.is_none() && flags.precision.is_none();
    if verb == 'T' {
        let name = if matches!(argument, Val::None) { "<nil>" } else { argument.type_name() };
        return Ok(Text::literal(pad(name, flags)));
    }
    Ok(match argument {
        Val::None if verb == 'v' => Text::literal(pad("<nil>", flags)),
        Val::None => Text::literal(format!("%!{verb}(<nil>)")),
        Val::Text(text) if plain && !flags.sharp && matches!(verb, 'v' | 's') => text.clone(),
        Val::Text(text) => Text::literal(string(&run.known(text)?, verb, flags)),
        Val::Bool(value) if matches!(verb, 't' | 'v') => {
            Text::literal(pad(if *value { "true" } else { "false" }, flags))
        }
        Val::Int(value) => Text::literal(integer(i128::from(*value), verb, flags, "int")),
        Val::Byte(value) if verb == 'v' && flags.sharp => {
            Text::literal(integer(i128::from(*value), 'x', flags, "uint8"))
        }
        Val::Byte(value) => Text::literal(integer(i128::from(*value), verb, flags, "uint8")),
        Val::Float(value) => Text::literal(float(*value, verb, flags)),
        Val::Bool(value) => Text::literal(bad(verb, "bool", &pad(if *value { "true" } else { "false" }, flags))),
        Val::Data => return Err(run.data_unknown().into()),
        Val::Unknown(mystery) if plain && verb == 'v' => run.show(&Val::Unknown(mystery.clone()), ""),
        Val::Unknown(mystery) => return Err(Stop::Unknown(mystery.clone())),
    })
}

/// The note about a verb that does not fit; Go shows the value as `%v` with the same flags.
fn bad(verb: char, ty: &str, value: &str) -> String {
    format!("%!{verb}({ty}={value})")
}

fn pad(text: &str, flags: &Flags) -> String {
    let missing = flags.width.unwrap_or(0).saturating_sub(text.chars().count());
    if missing == 0 {
        return text.to_owned();
    }
    if flags.minus {
        return format!("{text}{}", " ".repeat(missing));
    }
    format!("{}{text}", if flags.zero { "0" } else { " " }.repeat(missing))
}

fn string(text: &str, verb: char, flags: &Flags) -> String {
    let cut = |text: &str| match flags.precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text.to_owned(),
    };
    match verb {
        'v' if flags.sharp => pad(&quote(text), flags),
        'v' | 's' => pad(&cut(text), flags),
        'q' => {
            let text = cut(text);
            if flags.sharp
                && !text.chars().any(|character| character == '`' || character.is_control() && character != '\t')
            {
                return pad(&format!("`{text}`"), flags);
            }
            pad(&quote(&text), flags)
        }
        'x' | 'X' => {
            let bytes = &text.as_bytes()[..flags.precision.unwrap_or(text.len()).min(text.len())];
            let prefix = match (flags.sharp, verb) {
                (false, _) => "",
                (true, 'x') => "0x",
                (true, _) => "0X",
            };
            let mut out = String::new();
            for (index, byte) in bytes.iter().enumerate() {
                if index == 0 || flags.space {
                    if index > 0 {
                        out.push(' ');
                    }
                    out.push_str(prefix);
                }
                out.push_str(&if verb == 'x' { format!("{byte:02x}") } else { format!("{byte:02X}") });
            }
            pad(&out, flags)
        }
        _ => bad(verb, "string", &string(text, 'v', flags)),
    }
}

/// As `strconv.Quote`.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        escape_into(&mut out, character, '"');
    }
    out.push('"');
    out
}

fn escape_into(out: &mut String, character: char, quote: char) {
    match character {
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{b}' => out.push_str("\\v"),
        '\\' => out.push_str("\\\\"),
        character if character == quote => {
            out.push('\\');
            out.push(character);
        }
        character if printable(character) => out.push(character),
        character => {
            let code = u32::from(character);
            out.push_str(&match code {
                0..0x20 | 0x7f => format!("\\x{code:02x}"),
                ..0x1_0000 => format!("\\u{code:04x}"),
                _ => format!("\\U{code:08x}"),
            });
        }
    }
}

/// Go's `unicode.IsPrint`, as far as the standard library knows it.
pub(super) fn printable(character: char) -> bool {
    if character.is_ascii() {
        return character == ' ' || character.is_ascii_graphic();
    }
    !character.is_control() && !character.is_whitespace() && {
        // A combining mark is escaped by Rust and is printable for Go.
        let mut escaped = character.escape_debug();
        escaped.next() == Some(character) || character.is_alphanumeric()
    }
}

fn integer(value: i128, verb: char, flags: &Flags, ty: &str) -> String {
    let (radix, upper, prefix) = match verb {
        'v' | 'd' => (10, false, ""),
        'b' => (2, false, if flags.sharp { "0b" } else { "" }),
        'o' => (8, false, if flags.sharp { "0" } else { "" }),
        'O' => (8, false, "0o"),
        'x' => (16, false, if flags.sharp { "0x" } else { "" }),
        'X' => (16, true, if flags.sharp { "0X" } else { "" }),
        'c' => return pad(&character(value).to_string(), flags),
        'q' => {
            let mut out = String::from("'");
            escape_into(&mut out, character(value), '\'');
            out.push('\'');
            return pad(&out, flags);
        }
        'U' => {
            let digits = flags.precision.unwrap_or(4).max(4);
            // A negative number shows the 64 bits that it is stored in.
            let mut out = format!("U+{:0digits$X}", value & i128::from(u64::MAX));
            if flags.sharp && printable(character(value)) {
                out.push_str(&format!(" '{}'", character(value)));
            }
            return pad(&out, &Flags { zero: false, ..flags.clone() });
        }
        _ if ty == "uint8" && flags.sharp => return bad(verb, ty, &integer(value, 'x', flags, ty)),
        _ => return bad(verb, ty, &integer(value, 'v', flags, ty)),
    };
    if flags.precision == Some(0) && value == 0 {
        return pad("", &Flags { zero: false, ..flags.clone() });
    }
    let magnitude = value.unsigned_abs();
    let mut digits = match radix {
        2 => format!("{magnitude:b}"),
        8 => format!("{magnitude:o}"),
        10 => magnitude.to_string(),
        _ if upper => format!("{magnitude:X}"),
        _ => format!("{magnitude:x}"),
    };
    let sign = if value < 0 {
        "-"
    } else if flags.plus {
        "+"
    } else if flags.space {
        " "
    } else {
        ""
    };
    let wanted = match (flags.precision, flags.width) {
        (Some(precision), _) => precision,
        (None, Some(width)) if flags.zero && !flags.minus => width - sign.len().min(width),
        (None, _) => 0,
    };
    if digits.len() < wanted {
        digits = format!("{}{digits}", "0".repeat(wanted - digits.len()));
    }
    // An octal that begins with a zero anyway gets no second one.
    let prefix = if prefix == "0" && digits.starts_with('0') { "" } else { prefix };
    pad(&format!("{sign}{prefix}{digits}"), &Flags { zero: false, ..flags.clone() })
}

fn character(value: i128) -> char {
    u32::try_from(value).ok().and_then(char::from_u32).unwrap_or('\u{fffd}')
}

/// As `%v` of a float.
pub(super) fn float_text(value: f64) -> String {
    general(value, None, false, 'e')
}

fn float(value: f64, verb: char, flags: &Flags) -> String {
    let text = match verb {
        'v' => general(value, flags.precision, false, 'e'),
        'g' => general(value, flags.precision, flags.sharp, 'e'),
        'G' => general(value, flags.precision, flags.sharp, 'E'),
        'e' | 'E' => scientific(value, flags.precision.unwrap_or(6), verb),
        'f' | 'F' => format!("{value:.*}", flags.precision.unwrap_or(6)),
        _ => return bad(verb, "float64", &float(value, 'v', flags)),
    };
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None if flags.plus => ("+", text.as_str()),
        None if flags.space => (" ", text.as_str()),
        None => ("", text.as_str()),
    };
    if flags.zero && !flags.minus {
        let width = flags.width.unwrap_or(0).saturating_sub(sign.len());
        return format!("{sign}{}{digits}", "0".repeat(width.saturating_sub(digits.len())));
    }
    pad(&format!("{sign}{digits}"), flags)
}

fn scientific(value: f64, precision: usize, letter: char) -> String {
    exponent_form(&format!("{value:.precision$e}"), letter)
}

/// Rust's `1.5e7` as Go's `1.5e+07`.
fn exponent_form(text: &str, letter: char) -> String {
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text.to_owned();
    };
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}{letter}{sign}{digits:0>2}")
}

fn general(value: f64, precision: Option<usize>, keep_zeros: bool, letter: char) -> String {
    let shortest = precision.is_none() && !keep_zeros;
    let digits = precision.unwrap_or(6).max(1);
    let scientific = if shortest { format!("{value:e}") } else { format!("{value:.*e}", digits - 1) };
    let exponent: i64 = scientific.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
    let mantissa_digits = scientific.split_once('e').map_or(0, |(mantissa, _)| {
        let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
        digits.trim_end_matches('0').len()
    });
    let threshold = if shortest {
        6
    } else if digits > mantissa_digits && i64::try_from(mantissa_digits).is_ok_and(|count| count > exponent) {
        i64::try_from(if keep_zeros { digits } else { mantissa_digits }).unwrap_or(6)
    } else {
        i64::try_from(digits).unwrap_or(6)
    };
    let trim = |text: String| {
        if keep_zeros || !text.contains('.') {
            text
        } else {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    };
    if exponent < -4 || exponent >= threshold {
        let (mantissa, _) = scientific.split_once('e').unwrap_or((&scientific, ""));
        return exponent_form(&format!("{}e{exponent}", trim(mantissa.to_owned())), letter);
    }
    if shortest {
        return format!("{value}");
    }
    let decimals = usize::try_from((i64::try_from(digits).unwrap_or(6) - 1 - exponent).max(0)).unwrap_or(0);
    trim(format!("{value:.decimals$}"))
}
