//! `format` and `formatlist`.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named is refused, or passed on, in one way")]

use unicode_segmentation::UnicodeSegmentation;

use super::call::{limit, outer, string};
use super::{Call, Failure, json};
use crate::resolve::convert::convert;
use crate::resolve::value::{Marks, Origin, Text, Type, Value, ValueKind};
use crate::source::Span;

/// Widest that a width or precision may be.
const MAX_WIDTH: usize = 4096;

pub(super) fn format(call: &mut Call<'_>) -> Result<Value, Failure> {
    if !call.arguments[0].is_known() {
        return Err(Failure::Unknown(Origin::Error));
    }
    let pattern = call.text(0).into_owned();
    let arguments: Vec<&Value> = call.arguments.iter().skip(1).collect();
    let mut marks = Marks::computed_from([&call.arguments[0]]);
    // Packer passes the untyped null on as something nobody knows.
    if arguments.iter().any(|argument| argument.kind == ValueKind::Null(Type::Dynamic)) {
        return Err(Failure::Unknown(Origin::Packer("format(null)".into())));
    }
    let text = fill(&pattern, &arguments, &call.spans, &mut marks)?;
    Ok(Value::text(text).with_marks(&marks))
}

pub(super) fn formatlist(call: &mut Call<'_>) -> Result<Value, Failure> {
    let pattern = call.text(0).into_owned();
    let mut rows: Option<usize> = None;
    for (index, argument) in call.arguments.iter().enumerate().skip(1) {
        let Some(items) = argument.as_items() else { continue };
        match rows {
            Some(count) if count != items.len() => {
                return Err(Failure::argument(
                    index,
                    format!(
                        "it has {}, and the list before it {count}",
                        crate::diagnostic::plural(items.len(), "element")
                    ),
                ));
            }
            _ => rows = Some(items.len()),
        }
    }
    let mut out = Vec::new();
    let mut size = 0usize;
    for row in 0..rows.unwrap_or(1) {
        let arguments: Vec<&Value> = call
            .arguments
            .iter()
            .skip(1)
            .map(|argument| argument.as_items().map_or(argument, |items| &items[row]))
            .collect();
        let text = fill(&pattern, &arguments, &call.spans, &mut Marks::default())?;
        let known = text.known().unwrap_or_default();
        size = size.saturating_add(known.len() + 64);
        limit(size)?;
        out.push(string(known));
    }
    Ok(Value::of(ValueKind::List(Type::String, out)))
}

/// One `%…` of a format.
#[derive(Default)]
struct Verb {
    letter: char,
    zero: bool,
    minus: bool,
    plus: bool,
    space: bool,
    sharp: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

impl Verb {
    fn is_plain(&self) -> bool {
        let Self { letter: _, zero, minus, plus, space, sharp, width, precision } = self;
        !zero && !minus && !plus && !space && !sharp && width.is_none() && precision.is_none()
    }
}

fn fill(pattern: &str, arguments: &[&Value], spans: &[Span], marks: &mut Marks) -> Result<Text, Failure> {
    let mut out = Text::new();
    let mut next = 0;
    let mut highest = 0;
    let mut size = 0usize;
    let mut rest = pattern;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(behind) = rest.strip_prefix('%') {
            out.push_str("%");
            rest = behind;
            continue;
        }
        let (verb, chosen, behind) = parse_verb(rest)?;
        rest = behind;
        let index = chosen.unwrap_or(next);
        next = index + 1;
        highest = highest.max(next);
        let Some(argument) = arguments.get(index) else {
            return Err(Failure::Call(format!("`%{}` needs an argument number {next}", verb.letter)));
        };
        // Whoever sees the text sees the argument.
        let span = spans.get(index + 1).copied().or(spans.last().copied());
        let text = convert(argument, &Type::String, span.unwrap_or(spans[0])).ok();
        let holes =
            text.as_ref().filter(|_| verb.is_plain() && matches!(verb.letter, 's' | 'v') && !argument.is_null());
        match holes.and_then(Value::as_text) {
            Some(text) => {
                let outer = outer([*argument]);
                marks.sensitive |= outer.sensitive;
                marks.shaped_by.extend(&argument.marks.shaped_by);
                size = size.saturating_add(text.known().map_or(0, |text| text.len()));
                out.push(text);
            }
            None => {
                if !argument.is_wholly_known() {
                    return Err(Failure::Unknown(Origin::Error));
                }
                marks.add_computed(argument);
                let text = one(&verb, argument).map_err(|reason| {
                    Failure::Call(format!("`%{}` cannot show argument {next}: {reason}", verb.letter))
                })?;
                size = size.saturating_add(text.len());
                out.push_str(&text);
            }
        }
        limit(size)?;
    }
    out.push_str(rest);
    if highest < arguments.len() {
        return Err(Failure::argument(highest + 1, "the format has no place for it"));
    }
    Ok(out)
}

/// A verb without its `%`, the argument it names, and what follows.
fn parse_verb(text: &str) -> Result<(Verb, Option<usize>, &str), Failure> {
    let mut verb = Verb::default();
    let mut rest = text;
    loop {
        match rest.as_bytes().first() {
            Some(b'0') => verb.zero = true,
            Some(b'-') => verb.minus = true,
            Some(b'+') => verb.plus = true,
            Some(b' ') => verb.space = true,
            Some(b'#') => verb.sharp = true,
            _ => break,
        }
        rest = &rest[1..];
    }
    let number = |text: &mut &str| -> Result<Option<usize>, Failure> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, behind) = text.split_at(digits);
        *text = behind;
        if digits.is_empty() {
            return Ok(None);
        }
        let number = digits.parse().ok().filter(|number| *number <= MAX_WIDTH);
        number.map(Some).ok_or_else(|| Failure::argument(0, format!("{digits} is too wide")))
    };
    verb.width = number(&mut rest)?;
    if let Some(behind) = rest.strip_prefix('.') {
        rest = behind;
        verb.precision = Some(number(&mut rest)?.unwrap_or(0));
    }
    let mut chosen = None;
    if let Some(behind) = rest.strip_prefix('[') {
        rest = behind;
        let index = number(&mut rest)?.filter(|index| *index > 0);
        rest = rest.strip_prefix(']').ok_or_else(|| Failure::call("`[` in the format is not closed"))?;
        chosen = Some(index.ok_or_else(|| Failure::call("arguments are counted from 1: `%[1]s`"))? - 1);
    }
    let letter = rest
        .chars()
        .next()
        .ok_or_else(|| Failure::call("the format ends with a `%`; write `%%` for the sign itself"))?;
    if !"vtbdoxXeEfgGsq".contains(letter) {
        return Err(Failure::Call(format!("there is no verb `%{letter}`; write `%%` for the sign itself")));
    }
    verb.letter = letter;
    Ok((verb, chosen, &rest[letter.len_utf8()..]))
}

/// One known argument as its verb shows it.
fn one(verb: &Verb, argument: &Value) -> Result<String, String> {
    let as_type = |ty: Type| {
        if argument.is_null() {
            return Err("it is null".to_owned());
        }
        convert(argument, &ty, crate::source::Span::new(crate::source::FileId(0), 0, 0))
            .map_err(|error| error.to_string())
    };
    match verb.letter {
        'v' => {
            let text = match &argument.kind {
                ValueKind::String(text) if !verb.sharp => text.known().unwrap_or_default().into_owned(),
                ValueKind::Number(_) | ValueKind::Bool(_) if !verb.sharp => {
                    as_type(Type::String)?.as_str().unwrap_or_default().into_owned()
                }
                _ => json::encode(argument),
            };
            Ok(pad_text(verb, &text))
        }
        't' => Ok(pad_text(verb, &as_type(Type::Bool)?.as_bool().unwrap_or_default().to_string())),
        's' | 'q' => {
            let value = as_type(Type::String)?;
            let mut text = value.as_str().unwrap_or_default().into_owned();
            if let Some(precision) = verb.precision {
                text = text.graphemes(true).take(precision).collect();
            }
            if verb.letter == 'q' {
                text = json::encode(&Value::string(text));
            }
            Ok(pad_text(verb, &text))
        }
        'b' | 'd' | 'o' | 'x' | 'X' => {
            let value = as_type(Type::Number)?;
            let whole = value.as_number().and_then(crate::resolve::value::Number::to_whole);
            let (negative, magnitude) = whole.ok_or("a whole number is needed")?;
            let (radix, prefix) = match verb.letter {
                'b' => (2, "0b"),
                'o' => (8, "0"),
                'x' => (16, "0x"),
                'X' => (16, "0X"),
                _ => (10, ""),
            };
            let mut digits = magnitude.to_str_radix(radix);
            if verb.letter == 'X' {
                digits = digits.to_uppercase();
            }
            if let Some(precision) = verb.precision {
                digits = format!("{}{digits}", "0".repeat(precision.saturating_sub(digits.len())));
            }
            if verb.sharp {
                digits = format!("{prefix}{digits}");
            }
            Ok(pad_number(verb, negative, &digits))
        }
        _ => {
            let value = as_type(Type::Number)?;
            let number = value.as_number().cloned().unwrap_or_else(crate::resolve::value::Number::zero);
            if number.is_infinite() {
                return Ok(pad_number(verb, number.signum() < 0, "Inf"));
            }
            let digits = number.abs().to_string();
            Ok(pad_number(verb, number.signum() < 0, &float(verb, &digits)))
        }
    }
}

/// A positive decimal in the form of `%e`, `%f` or `%g`.
fn float(verb: &Verb, decimal: &str) -> String {
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    let leading = all.iter().take_while(|digit| **digit == b'0').count();
    let significant: Vec<u8> = all[leading..].to_vec();
    let point = i64::try_from(whole.len()).unwrap_or(0) - i64::try_from(leading).unwrap_or(0);
    let upper = verb.letter.is_ascii_uppercase();
    let mark = if upper { 'E' } else { 'e' };
    match verb.letter.to_ascii_lowercase() {
        'f' => fixed(&significant, point, verb.precision.unwrap_or(6)),
        'e' => exponential(&significant, point, Some(verb.precision.unwrap_or(6)), mark),
        _ => {
            let mut digits = significant;
            let mut point = point;
            if let Some(precision) = verb.precision {
                (digits, point) = round(&digits, point, precision.max(1));
            }
            while digits.last() == Some(&b'0') {
                digits.pop();
            }
            let exponent = if digits.is_empty() { 0 } else { point - 1 };
            let limit = match verb.precision {
                Some(precision) => i64::try_from(precision.max(digits.len())).unwrap_or(21),
                None => 21,
            };
            if exponent < -4 || exponent >= limit {
                exponential(&digits, point, None, mark)
            } else {
                let places = i64::try_from(digits.len()).unwrap_or(0) - point;
                fixed(&digits, point, usize::try_from(places).unwrap_or(0))
            }
        }
    }
}

/// The first `count` digits, rounded half to even.
fn round(digits: &[u8], point: i64, count: usize) -> (Vec<u8>, i64) {
    if digits.len() <= count {
        return (digits.to_vec(), point);
    }
    let (kept, dropped) = digits.split_at(count);
    let mut kept = kept.to_vec();
    let half = dropped[0] == b'5' && dropped[1..].iter().all(|digit| *digit == b'0');
    let up = if half { kept.last().is_some_and(|last| last % 2 == 1) } else { dropped[0] >= b'5' };
    if up {
        for digit in kept.iter_mut().rev() {
            if *digit == b'9' {
                *digit = b'0';
            } else {
                *digit += 1;
                return (kept, point);
            }
        }
        kept.insert(0, b'1');
        return (kept, point + 1);
    }
    (kept, point)
}

fn fixed(digits: &[u8], point: i64, places: usize) -> String {
    let wanted = point + i64::try_from(places).unwrap_or(0);
    let (digits, point) = match usize::try_from(wanted) {
        Ok(count) => round(digits, point, count),
        Err(_) => (Vec::new(), 0),
    };
    let digit =
        |at: i64| usize::try_from(at).ok().and_then(|at| digits.get(at)).map_or('0', |digit| char::from(*digit));
    let whole: String = (0..point.max(0)).map(digit).collect();
    let fraction: String = (0..i64::try_from(places).unwrap_or(0)).map(|at| digit(point + at)).collect();
    let whole = if whole.is_empty() { "0".to_owned() } else { whole };
    if places == 0 { whole } else { format!("{whole}.{fraction}") }
}

fn exponential(digits: &[u8], point: i64, places: Option<usize>, mark: char) -> String {
    let count = places.map_or(digits.len(), |places| places + 1).max(1);
    let (digits, point) = round(digits, point, count);
    let exponent = if digits.is_empty() { 0 } else { point - 1 };
    let first = digits.first().map_or('0', |digit| char::from(*digit));
    let rest: String = (1..count).map(|at| digits.get(at).map_or('0', |digit| char::from(*digit))).collect();
    let dot = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{dot}{rest}{mark}{sign}{:02}", exponent.abs())
}

fn pad_text(verb: &Verb, text: &str) -> String {
    let missing = verb.width.unwrap_or(0).saturating_sub(text.graphemes(true).count());
    match (verb.minus, verb.zero) {
        (true, _) => format!("{text}{}", " ".repeat(missing)),
        (false, true) => format!("{}{text}", "0".repeat(missing)),
        (false, false) => format!("{}{text}", " ".repeat(missing)),
    }
}

fn pad_number(verb: &Verb, negative: bool, digits: &str) -> String {
    let sign = match (negative, verb.plus, verb.space) {
        (true, _, _) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        (false, false, false) => "",
    };
    let missing = verb.width.unwrap_or(0).saturating_sub(sign.len() + digits.len());
    match (verb.minus, verb.zero && (verb.precision.is_none() || !"bdoxX".contains(verb.letter))) {
        (true, _) => format!("{sign}{digits}{}", " ".repeat(missing)),
        (false, true) => format!("{sign}{}{digits}", "0".repeat(missing)),
        (false, false) => format!("{}{sign}{digits}", " ".repeat(missing)),
    }
}
