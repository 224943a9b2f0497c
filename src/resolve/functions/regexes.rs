//! Regular expressions, in Go's syntax.

use regex::{Captures, Regex, RegexBuilder};

use super::call::{limit, string};
use super::{Call, Failure};
use crate::resolve::value::{Type, Value, ValueKind};

pub(super) fn regex(call: &mut Call<'_>) -> Result<Value, Failure> {
    let pattern = compile(call, 0, 1)?;
    let shape = Shape::of(&pattern)?;
    match pattern.captures(&call.text(1)) {
        Some(found) => Ok(shape.value(&found)),
        None => Err(Failure::call("the pattern does not match")),
    }
}

pub(super) fn regexall(call: &mut Call<'_>) -> Result<Value, Failure> {
    let pattern = compile(call, 0, 1)?;
    let shape = Shape::of(&pattern)?;
    let text = call.text(1);
    let mut found: Vec<Value> = Vec::new();
    for captures in pattern.captures_iter(&text) {
        found.push(shape.value(&captures));
        limit(found.len().saturating_mul(128 * pattern.captures_len()))?;
    }
    Ok(Value::of(ValueKind::List(shape.ty(), found)))
}

pub(super) fn regex_replace(call: &mut Call<'_>) -> Result<Value, Failure> {
    let pattern = compile(call, 1, 0)?;
    let (text, replacement) = (call.text(0), call.text(2));
    let mut out = String::new();
    let mut end = 0;
    for found in pattern.captures_iter(&text) {
        let Some(whole) = found.get(0) else { continue };
        out.push_str(&text[end..whole.start()]);
        expand(&found, &replacement, &mut out);
        limit(out.len())?;
        end = whole.end();
    }
    out.push_str(&text[end..]);
    Ok(string(out))
}

/// Puts what groups matched into a replacement: `$1`, `$name`, `${name}`; the name is as long as it can be.
fn expand(found: &Captures<'_>, replacement: &str, out: &mut String) {
    let mut rest = replacement;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(behind) = rest.strip_prefix('$') {
            out.push('$');
            rest = behind;
            continue;
        }
        let braced = rest.strip_prefix('{');
        let text = braced.unwrap_or(rest);
        let length = text.find(|letter: char| letter != '_' && !letter.is_alphanumeric()).unwrap_or(text.len());
        let (name, behind) = text.split_at(length);
        let behind = if braced.is_some() { behind.strip_prefix('}') } else { Some(behind) };
        let (Some(behind), false) = (behind, name.is_empty()) else {
            out.push('$');
            continue;
        };
        let numbered = name.bytes().all(|byte| byte.is_ascii_digit());
        let group = if numbered { name.parse().ok().and_then(|index| found.get(index)) } else { found.name(name) };
        out.push_str(group.map_or("", |group| group.as_str()));
        rest = behind;
    }
    out.push_str(rest);
}

/// What a pattern gives: the text it matches, its groups in order, or its groups by name.
enum Shape {
    Whole,
    Groups(usize),
    Names(Vec<String>),
}

impl Shape {
    fn of(pattern: &Regex) -> Result<Self, Failure> {
        let names: Vec<Option<&str>> = pattern.capture_names().skip(1).collect();
        if names.is_empty() {
            return Ok(Self::Whole);
        }
        if names.iter().all(Option::is_none) {
            return Ok(Self::Groups(names.len()));
        }
        let named: Option<Vec<String>> = names.into_iter().map(|name| name.map(str::to_owned)).collect();
        named.map(Self::Names).ok_or_else(|| Failure::argument(0, "either all groups have names or none"))
    }

    fn value(&self, found: &Captures<'_>) -> Value {
        let text = |part: Option<regex::Match<'_>>| match part {
            Some(part) => Value::string(part.as_str()),
            None => Value::of(ValueKind::Null(Type::String)),
        };
        match self {
            Self::Whole => text(found.get(0)),
            Self::Groups(count) => Value::tuple((1..=*count).map(|index| text(found.get(index))).collect()),
            Self::Names(names) => Value::object(names.iter().map(|name| (name.clone(), text(found.name(name))))),
        }
    }

    fn ty(&self) -> Type {
        match self {
            Self::Whole => Type::String,
            Self::Groups(count) => Type::Tuple(vec![Type::String; *count]),
            Self::Names(names) => Type::Object(names.iter().map(|name| (name.clone(), Type::String)).collect()),
        }
    }
}

/// The most characters that a pattern may have.
const MAX_PATTERN: usize = 32 << 10;

/// What making an automaton of a pattern counts as: short patterns can ask for large ones.
const COST: u64 = 16 << 10;

/// The pattern that is argument `pattern`, paid for together with looking through argument `text`.
fn compile(call: &Call<'_>, pattern: usize, text: usize) -> Result<Regex, Failure> {
    if !call.scope.world.pay(COST + call.text(text).len() as u64) {
        return Err(Failure::call("so many patterns were used that another one would take too long"));
    }
    compiled(&call.text(pattern), pattern)
}

fn compiled(pattern: &str, argument: usize) -> Result<Regex, Failure> {
    if pattern.len() > MAX_PATTERN {
        return Err(Failure::argument(argument, format!("a pattern has at most {MAX_PATTERN} bytes")));
    }
    RegexBuilder::new(&translate(pattern)).size_limit(4 << 20).build().map_err(|error| {
        let text = error.to_string();
        // The library draws a picture first; its last line says what is wrong.
        let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").trim().to_owned();
        Failure::argument(argument, format!("it is no regular expression: {reason}"))
    })
}

/// Go's syntax in that of the library: `\d`, `\w`, `\s` and `\b` mean ASCII, a brace that repeats nothing is a brace, and in
/// a class `[`, `&`, `~` are letters.
fn translate(pattern: &str) -> String {
    let letters: Vec<char> = pattern.chars().collect();
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut in_class = false;
    let mut at = 0;
    while at < letters.len() {
        let letter = letters[at];
        let next = letters.get(at + 1).copied();
        match (letter, next) {
            ('\\', Some('Q')) if !in_class => {
                let rest: String = letters[at + 2..].iter().collect();
                let quoted = rest.split("\\E").next().unwrap_or_default();
                out.push_str(&regex::escape(quoted));
                at += 2 + quoted.chars().count() + if rest.contains("\\E") { 2 } else { 0 };
                continue;
            }
            ('\\', Some('p' | 'P')) if letters.get(at + 2) == Some(&'{') => {
                let rest = &letters[at..];
                let length = rest.iter().position(|letter| *letter == '}').map_or(rest.len(), |end| end + 1);
                out.extend(&rest[..length]);
                at += length;
                continue;
            }
            ('\\', Some(escaped)) => {
                match (escaped, in_class) {
                    ('d', true) => out.push_str("0-9"),
                    ('w', true) => out.push_str("0-9A-Za-z_"),
                    ('s', true) => out.push_str("\\t\\n\\x0C\\r "),
                    ('d', false) => out.push_str("[0-9]"),
                    ('w', false) => out.push_str("[0-9A-Za-z_]"),
                    ('s', false) => out.push_str("[\\t\\n\\x0C\\r ]"),
                    ('D', _) => out.push_str("[^0-9]"),
                    ('W', _) => out.push_str("[^0-9A-Za-z_]"),
                    ('S', _) => out.push_str("[^\\t\\n\\x0C\\r ]"),
                    ('b', false) => out.push_str("(?-u:\\b)"),
                    ('B', false) => out.push_str("(?-u:\\B)"),
                    _ => out.extend(['\\', escaped]),
                }
                at += 2;
                continue;
            }
            ('[', Some(':')) if in_class => {
                // `[:alpha:]` up to its end.
                match letters[at..].windows(2).skip(2).position(|pair| pair == [':', ']']) {
                    Some(length) => {
                        out.extend(&letters[at..at + length + 4]);
                        at += length + 4;
                        continue;
                    }
                    None => out.push_str("\\["),
                }
            }
            ('[' | '&' | '~', _) if in_class => out.extend(['\\', letter]),
            ('[', _) => {
                in_class = true;
                out.push('[');
                if next == Some('^') {
                    out.push('^');
                    at += 1;
                }
                // A bracket that closes at once is a letter.
                if letters.get(at + 1) == Some(&']') {
                    out.push_str("\\]");
                    at += 1;
                }
            }
            (']', _) => {
                in_class = false;
                out.push(']');
            }
            ('{', _) if !in_class && !repeats(&letters[at + 1..]) => out.push_str("\\{"),
            _ => out.push(letter),
        }
        at += 1;
    }
    out
}

/// Whether what follows a brace makes it a repetition: `3}`, `3,}`, `3,5}`.
fn repeats(letters: &[char]) -> bool {
    let text: String = letters.iter().take(16).take_while(|letter| **letter != '}').collect();
    let closed = letters.get(text.chars().count()) == Some(&'}');
    let (low, high) = text.split_once(',').unwrap_or((&text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    closed && !low.is_empty() && digits(low) && digits(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_go_means() {
        for (pattern, text, matches) in [
            (r"^[- TZ:]+$", "- TZ:", true),
            (r"^\d$", "٣", false),
            (r"^\w+\s\S$", "ab c", true),
            (r"^{{ x }}$", "{{ x }}", true),
            (r"^a{2}$", "aa", true),
            (r"^[[:alpha:]_]+$", "a_b", true),
            (r"^[]a]+$", "]a", true),
            (r"^[[&&~]+$", "[&~", true),
            (r"^\Qa.b\E$", "a.b", true),
            (r"^\Qa.b\E$", "axb", false),
        ] {
            assert_eq!(compiled(pattern, 0).expect("compiles").is_match(text), matches, "{pattern}");
        }
        assert!(matches!(compiled("(", 0), Err(Failure::Argument(0, _))));
    }
}
