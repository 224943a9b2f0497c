//! YAML as values, as `yamldecode` reads it: the structure of YAML 1.2, scalars with the leanings of 1.1 (`yes` is true,
//! dates are full timestamps, `0x1f` is text). Of a repeated key the last one wins.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named is refused in one way")]

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};

use super::call::string;
use crate::resolve::convert::convert;
use crate::resolve::eval::MAX_WEIGHT;
use crate::resolve::value::{Number, Type, Value, ValueKind};
use crate::source::{FileId, Span};

/// How deep sequences and mappings may nest.
const MAX_DEPTH: usize = 200;

/// Where the tags of YAML itself start.
const PREFIX: &str = "tag:yaml.org,2002:";

/// Reads one YAML document. The error says what is wrong and where.
pub(super) fn decode(text: &str) -> Result<Value, String> {
    for line in text.lines().take_while(|line| line.is_empty() || line.starts_with(['%', '#'])) {
        if line.strip_prefix("%YAML").is_some_and(|version| version.split_whitespace().next() != Some("1.1")) {
            return Err("only YAML 1.1 can be asked for".to_owned());
        }
    }
    let mut reader = Reader { parser: Parser::new_from_str(text), anchors: BTreeMap::new(), weight: 0, text, end: 0 };
    reader.expect(&Event::StreamStart)?;
    match reader.next()? {
        Event::DocumentStart(_) => {}
        _ => return Err("there is no value in it".to_owned()),
    }
    let first = reader.next()?;
    let value = reader.value(first, 0)?;
    reader.expect(&Event::DocumentEnd)?;
    match reader.next()? {
        Event::StreamEnd => Ok(value),
        _ => Err("only one document can be read".to_owned()),
    }
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    /// What an anchor stands for; nothing while it is being read.
    anchors: BTreeMap<usize, Option<Value>>,
    weight: u64,
    text: &'t str,
    /// Where the last event ended, in letters.
    end: usize,
}

/// What a scalar is.
enum Scalar {
    Value(Value),
    /// `<<`
    Merge,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Event<'t>, String> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                self.end = span.end.index();
                Ok(event)
            }
            Some(Err(error)) => Err(error.to_string()),
            None => Err("the text ends where more is expected".to_owned()),
        }
    }

    fn expect(&mut self, event: &Event<'_>) -> Result<(), String> {
        if self.next()? == *event { Ok(()) } else { Err("something follows the value".to_owned()) }
    }

    fn value(&mut self, event: Event<'t>, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err("it nests too deeply".to_owned());
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                // A block that the end of the text ends has no line end that is not written.
                let unended = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded)
                    && !self.text.ends_with(['\n', '\r'])
                    && self.end >= self.text.chars().count();
                let text = if unended { text.strip_suffix('\n').unwrap_or(&text) } else { &text };
                let value = match resolve(text, style, tag.as_deref())? {
                    Scalar::Value(value) => value,
                    Scalar::Merge => Value::string("<<"),
                };
                // What was not left to be guessed is a text, even if it was guessed first.
                let value = if style != ScalarStyle::Plain && tag.is_none() {
                    convert(&value, &Type::String, nowhere()).map_err(|error| error.to_string())?
                } else {
                    value
                };
                self.keep(anchor, value)
            }
            Event::SequenceStart(anchor, tag) => {
                only(tag.as_deref(), "seq", "sequence")?;
                self.begin(anchor);
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        Event::SequenceEnd => break,
                        event => items.push(self.value(event, depth + 1)?),
                    }
                }
                self.keep(anchor, Value::tuple(items))
            }
            Event::MappingStart(anchor, tag) => {
                only(tag.as_deref(), "map", "mapping")?;
                self.begin(anchor);
                let entries = self.entries(depth)?;
                self.keep(anchor, Value::of(ValueKind::Object(entries)))
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(Some(value)) => {
                    let value = value.clone();
                    self.pay(&value)?;
                    Ok(value)
                }
                Some(None) => Err("an alias stands in what it refers to".to_owned()),
                None => Err("an alias refers to nothing".to_owned()),
            },
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => Err("a value is expected".to_owned()),
        }
    }

    fn entries(&mut self, depth: usize) -> Result<BTreeMap<String, Value>, String> {
        let mut entries = BTreeMap::new();
        loop {
            let key = match self.next()? {
                Event::MappingEnd => return Ok(entries),
                Event::Scalar(text, style, _, tag) => resolve(&text, style, tag.as_deref())?,
                _ => return Err("only texts can be keys".to_owned()),
            };
            let event = self.next()?;
            match key {
                Scalar::Merge => match self.value(event, depth + 1)?.kind {
                    ValueKind::Object(merged) => entries.extend(merged),
                    _ => return Err("`<<` needs a mapping".to_owned()),
                },
                Scalar::Value(key) if key.is_null() => return Err("a key cannot be null".to_owned()),
                Scalar::Value(key) => {
                    let key = convert(&key, &Type::String, nowhere()).map_err(|error| error.to_string())?;
                    let value = self.value(event, depth + 1)?;
                    entries.insert(key.as_str().unwrap_or_default().into_owned(), value);
                }
            }
        }
    }

    fn begin(&mut self, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, None);
        }
    }

    fn keep(&mut self, anchor: usize, value: Value) -> Result<Value, String> {
        if anchor > 0 {
            self.pay(&value)?;
            self.anchors.insert(anchor, Some(value.clone()));
        }
        Ok(value)
    }

    /// Copies of what aliases refer to can grow beyond all memory.
    fn pay(&mut self, value: &Value) -> Result<(), String> {
        self.weight += value.weight(MAX_WEIGHT);
        if self.weight > MAX_WEIGHT { Err("its aliases would take too much memory".to_owned()) } else { Ok(()) }
    }
}

fn nowhere() -> Span {
    Span::new(FileId(0), 0, 0)
}

fn is_exclamation(tag: &Tag) -> bool {
    tag.handle.is_empty() && tag.suffix == "!" || tag.handle == "!" && tag.suffix.is_empty()
}

/// The name of one of YAML's own tags; nothing where none is given.
fn core_tag(tag: Option<&Tag>) -> Result<Option<String>, String> {
    let Some(tag) = tag else { return Ok(None) };
    if is_exclamation(tag) {
        return Err("the tag `!` has no meaning here".to_owned());
    }
    let handle = if tag.handle == "!!" { PREFIX } else { &tag.handle };
    let full = format!("{handle}{}", tag.suffix);
    match full.strip_prefix(PREFIX) {
        Some(name) => Ok(Some(name.to_owned())),
        None => Err(format!("the tag `{full}` has no meaning here")),
    }
}

fn only(tag: Option<&Tag>, name: &str, what: &str) -> Result<(), String> {
    match core_tag(tag)? {
        Some(given) if given != name => Err(format!("a {what} cannot be read as `!!{given}`")),
        _ => Ok(()),
    }
}

fn resolve(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Scalar, String> {
    let tag = core_tag(tag)?;
    let tag = tag.as_deref();
    if !matches!(tag, None | Some("str" | "bool" | "int" | "float" | "null" | "timestamp" | "binary")) {
        return Err(format!("a text cannot be read as `!!{}`", tag.unwrap_or_default()));
    }
    let value = |value: Value| Ok(Scalar::Value(value));
    let mut tag = tag;
    let first = text.bytes().next();
    let hinted =
        first.is_none_or(|first| matches!(first, b'+' | b'-' | b'.' | b'0'..=b'9') || b"yYnNtTfFoO~".contains(&first));
    if hinted && !matches!(tag, Some("str" | "binary")) {
        if matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted) {
            return value(string(text));
        }
        if let Some(word) = word(text) {
            return value(word);
        }
        if tag.is_none() && matches!(text, ".nan" | ".NaN" | ".NAN") {
            return Err("there is no such number as `.nan` here".to_owned());
        }
        match first {
            Some(b'.') => {
                if let Some(number) = Number::parse(text) {
                    return value(Value::number(number));
                }
            }
            Some(b'0'..=b'9' | b'+' | b'-') => {
                if matches!(tag, None | Some("timestamp"))
                    && let Some(time) = timestamp(text)
                {
                    return value(Value::string(time));
                }
                let plain = text.replace('_', "");
                if let Some(number) = Number::parse(&plain) {
                    return value(Value::number(number));
                }
                if plain.starts_with("0b") || plain.starts_with("-0b") {
                    tag = Some("int");
                }
            }
            _ => {}
        }
    }
    if tag.is_none() && text == "<<" {
        return Ok(Scalar::Merge);
    }
    let unfit = |tag: &str| Err(format!("`{text}` cannot be read as `!!{tag}`"));
    match tag {
        Some("binary") if super::encoding::decode64(text).is_none() => unfit("binary"),
        Some("bool") => match word(text) {
            Some(word) if word.as_bool().is_some() => value(word),
            _ => unfit("bool"),
        },
        Some(tag @ ("int" | "float")) => {
            let plain = text.replace('_', "");
            match Number::parse(&plain).or_else(|| whole(&plain)) {
                Some(number) => value(Value::number(number)),
                None => unfit(tag),
            }
        }
        Some("timestamp") => match timestamp(text) {
            Some(time) => value(Value::string(time)),
            None => unfit("timestamp"),
        },
        Some("null") => value(Value::null()),
        _ => value(string(text)),
    }
}

/// Words that mean something else than themselves.
fn word(text: &str) -> Option<Value> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::bool(false),
        "" | "~" | "null" | "Null" | "NULL" => Value::null(),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::number(Number::infinity(false)),
        "-.inf" | "-.Inf" | "-.INF" => Value::number(Number::infinity(true)),
        _ => return None,
    })
}

/// A whole number behind `0x`, `0o`, `0b` or `0`.
fn whole(text: &str) -> Option<Number> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (base, digits) = match lower.get(..2) {
        Some("0x") => (16, &lower[2..]),
        Some("0o") => (8, &lower[2..]),
        Some("0b") => (2, &lower[2..]),
        _ if lower.starts_with('0') => (8, &lower[1..]),
        _ => (10, &*lower),
    };
    if !digits.bytes().all(|digit| digit.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, base).ok()?;
    let fits = !negative || magnitude <= 1 << 63;
    fits.then(|| Number::from_whole(negative, magnitude.into()))
}

/// A date, or a date with a time, as RFC 3339 writes it.
fn timestamp(text: &str) -> Option<String> {
    let mut rest = text;
    let year = digits(&mut rest, 4, 4)?;
    let month = {
        after(&mut rest, "-")?;
        digits(&mut rest, 1, 2)?
    };
    let day = {
        after(&mut rest, "-")?;
        digits(&mut rest, 1, 2)?
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if !(1..=days).contains(&day) {
        return None;
    }
    let date = format!("{year:04}-{month:02}-{day:02}T");
    if rest.is_empty() {
        return Some(date + "00:00:00Z");
    }
    let has_zone = !rest.starts_with(' ');
    after(&mut rest, "T").or_else(|| after(&mut rest, "t")).or_else(|| after(&mut rest, " "))?;
    let hour = digits(&mut rest, 1, 2).filter(|hour| *hour < 24)?;
    let minute = {
        after(&mut rest, ":")?;
        digits(&mut rest, 1, 2).filter(|minute| *minute < 60)?
    };
    let second = {
        after(&mut rest, ":")?;
        digits(&mut rest, 1, 2).filter(|second| *second < 60)?
    };
    if rest.starts_with(['.', ',']) && rest[1..].starts_with(|letter: char| letter.is_ascii_digit()) {
        rest = rest[1..].trim_start_matches(|letter: char| letter.is_ascii_digit());
    }
    let time = format!("{date}{hour:02}:{minute:02}:{second:02}");
    if !has_zone || rest == "Z" {
        return (rest.is_empty() != has_zone).then(|| time + "Z");
    }
    let sign = rest.chars().next().filter(|sign| matches!(sign, '+' | '-'))?;
    rest = &rest[1..];
    let hours = digits(&mut rest, 2, 2).filter(|hours| *hours <= 24)?;
    let minutes = {
        after(&mut rest, ":")?;
        digits(&mut rest, 2, 2).filter(|minutes| *minutes < 60)?
    };
    if !rest.is_empty() {
        return None;
    }
    Some(if hours + minutes == 0 { time + "Z" } else { format!("{time}{sign}{hours:02}:{minutes:02}") })
}

fn after(rest: &mut &str, start: &str) -> Option<()> {
    *rest = rest.strip_prefix(start)?;
    Some(())
}

fn digits(rest: &mut &str, least: usize, most: usize) -> Option<u32> {
    let count = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (number, left) = rest.split_at_checked(count).filter(|_| count >= least)?;
    *rest = left;
    number.parse().ok()
}
