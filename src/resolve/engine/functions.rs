//! The functions that a template may call: Go's and Packer's.

use std::borrow::Cow;

use super::super::value::{Origin, Text};
use super::exec::{Mystery, Run, Stop, Val};
use super::format;
use super::{CleanNames, Engine, Fault, Language, UNAVAILABLE, UNKNOWN_FUNCTION};

/// What a parameter takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Param {
    Text,
    Int,
    Any,
}

/// How a function is called.
pub(super) struct Signature {
    pub(super) fixed: &'static [Param],
    /// What any number of further arguments are.
    pub(super) more: Option<Param>,
}

use Param::{Any, Int, Text as Str};

const FUNCTIONS: &[(&str, &[Param], Option<Param>)] = &[
    ("and", &[Any], Some(Any)),
    ("aws_secretsmanager", &[], Some(Str)),
    ("aws_secretsmanager_raw", &[Str], None),
    ("build", &[Str], None),
    ("build_name", &[], None),
    ("build_type", &[], None),
    ("call", &[Any], Some(Any)),
    ("consul_key", &[Str], None),
    ("env", &[Str], None),
    ("eq", &[Any], Some(Any)),
    ("ge", &[Any, Any], None),
    ("gt", &[Any, Any], None),
    ("html", &[], Some(Any)),
    ("index", &[Any], Some(Any)),
    ("isotime", &[], Some(Str)),
    ("js", &[], Some(Any)),
    ("le", &[Any, Any], None),
    ("len", &[Any], None),
    ("lower", &[Str], None),
    ("lt", &[Any, Any], None),
    ("ne", &[Any, Any], None),
    ("not", &[Any], None),
    ("or", &[Any], Some(Any)),
    ("packer_version", &[], None),
    ("print", &[], Some(Any)),
    ("printf", &[Str], Some(Any)),
    ("println", &[], Some(Any)),
    ("pwd", &[], None),
    ("replace", &[Str, Str, Int, Str], None),
    ("replace_all", &[Str, Str, Str], None),
    ("sed", &[Str, Str], None),
    ("slice", &[Any], Some(Any)),
    ("split", &[Str, Str, Int], None),
    ("strftime", &[Str], None),
    ("template_dir", &[], None),
    ("timestamp", &[], None),
    ("upper", &[Str], None),
    ("urlquery", &[], Some(Any)),
    ("user", &[Str], None),
    ("uuid", &[], None),
    ("vault", &[Str, Str], None),
];

const CLEAN: &str = "clean_resource_name";

/// How the function is called, if there is one of that name.
pub(super) fn signature(name: &str, engine: &Engine<'_>) -> Option<Signature> {
    if name == CLEAN && (engine.clean_names.is_some() || engine.any_function) {
        return Some(Signature { fixed: &[Str], more: None });
    }
    let at = FUNCTIONS.binary_search_by_key(&name, |(name, ..)| name).ok()?;
    let (_, fixed, more) = FUNCTIONS[at];
    Some(Signature { fixed, more })
}

/// Fails for a function that nobody has.
pub(super) fn exists(name: &str, engine: &Engine<'_>, at: usize) -> Result<(), Fault> {
    if signature(name, engine).is_some() {
        return Ok(());
    }
    let fault = |help: String| Fault {
        code: &UNKNOWN_FUNCTION,
        at,
        message: format!("the template engine has no function `{name}` here"),
        help: Some(help),
    };
    if name == CLEAN {
        return Err(fault(
            "only some attributes of the amazon, googlecompute and azure plugins have it; write the cleaned name, or `regex_replace()` in HCL".to_owned(),
        ));
    }
    let nearest = FUNCTIONS
        .iter()
        .map(|(known, ..)| (distance(name, known), *known))
        .min()
        .filter(|(distance, known)| *distance * 3 <= known.len().max(3));
    Err(fault(match nearest {
        Some((_, known)) => {
            format!("the nearest name is `{known}`; for a literal `{{{{` write `{{{{`{{{{`}}}}`")
        }
        None => "for a literal `{{` write `{{`{{`}}`".to_owned(),
    }))
}

/// How many letters to change; long names are never near.
fn distance(a: &str, b: &str) -> usize {
    if a.len() > 40 {
        return usize::MAX / 4;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let cost = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// Calls a function whose arguments fit its signature.
pub(super) fn call(run: &mut Run<'_>, name: &str, arguments: &[Val], at: usize) -> Result<Val, Stop> {
    let fail = |message: String| Stop::Fault(Fault::failed(at, message));
    let unknown = |origin| Stop::Unknown(Mystery::of(origin));
    match name {
        "timestamp" | "strftime" => Err(unknown(Origin::Clock)),
        "isotime" if arguments.len() > 1 => Err(fail("`isotime` takes one format at most".to_owned())),
        "isotime" => Err(unknown(Origin::Clock)),
        "uuid" => Err(unknown(Origin::Random("uuid".to_owned()))),
        "pwd" => Err(unknown(Origin::Machine("pwd".to_owned()))),
        "build_name" => given(run.engine.build_name, "build_name"),
        "build_type" => given(run.engine.build_type, "build_type"),
        "packer_version" => given(run.engine.packer_version, "packer_version"),
        "upper" => Ok(text(map_letters(&run.known_at(arguments, 0)?, true))),
        "lower" => Ok(text(map_letters(&run.known_at(arguments, 0)?, false))),
        CLEAN => {
            let from = run.known_at(arguments, 0)?;
            if run.engine.any_function {
                // How an undescribed plugin cleans, nobody knows.
                return Err(unknown(Origin::Packer(CLEAN.to_owned())));
            }
            Ok(text(run.engine.clean_names.map_or_else(|| from.clone(), |how| clean(&from, how))))
        }
        "split" => {
            let (from, separator) = (run.known_at(arguments, 0)?, run.known_at(arguments, 1)?);
            let wanted = int(run, arguments, 2)?;
            let (part, count) = split(&from, &separator, wanted);
            let parts = if count == 1 { "part" } else { "parts" };
            part.map(text).ok_or_else(|| {
                fail(format!("`split` finds {count} {parts}, counted from 0, and is asked for part {wanted}"))
            })
        }
        "replace" | "replace_all" => {
            let last = arguments.len() - 1;
            let (old, new, from) =
                (run.known_at(arguments, 0)?, run.known_at(arguments, 1)?, run.known_at(arguments, last)?);
            let limit =
                if last == 3 { usize::try_from(int(run, arguments, 2)?).unwrap_or(usize::MAX) } else { usize::MAX };
            let count = from.matches(old.as_str()).take(limit).count();
            run.spend(count.saturating_mul(new.len()))?;
            Ok(text(if limit == usize::MAX { from.replace(&old, &new) } else { from.replacen(&old, &new, limit) }))
        }
        "print" => Ok(Val::Text(format::print(run, arguments, false))),
        "println" => Ok(Val::Text(format::print(run, arguments, true))),
        "printf" => {
            let pattern = run.known_at(arguments, 0)?;
            format::printf(run, &pattern, &arguments[1..]).map(Val::Text)
        }
        "html" | "js" | "urlquery" => {
            let shown: Vec<Val> = arguments
                .iter()
                .map(
                    |argument| {
                        if matches!(argument, Val::None) { Val::Text("<no value>".into()) } else { argument.clone() }
                    },
                )
                .collect();
            let printed = format::print(run, &shown, false);
            // `Sprint` puts spaces by the kinds of the operands, and one without a value counts as a text there too.
            let printed = run.known(&printed)?;
            run.spend(printed.len())?;
            Ok(text(match name {
                "html" => html(&printed),
                "js" => js(&printed),
                _ => query(&printed),
            }))
        }
        "not" => Ok(Val::Bool(!run.truth(&arguments[0])?)),
        "len" => match &arguments[0] {
            Val::Text(of) => Ok(Val::Int(i64::try_from(run.known(of)?.len()).unwrap_or(i64::MAX))),
            Val::Unknown(mystery) => Err(Stop::Unknown(mystery.clone())),
            Val::Data => Err(run.data_unknown().into()),
            other @ (Val::None | Val::Bool(_) | Val::Int(_) | Val::Byte(_) | Val::Float(_)) => {
                Err(fail(format!("`len` takes a text, and this is {}", other.kind())))
            }
        },
        "eq" | "ne" | "lt" | "le" | "gt" | "ge" => super::compare::compare(run, name, arguments, at).map(Val::Bool),
        "index" => super::compare::index(run, arguments, at),
        "slice" => super::compare::slice(run, arguments, at),
        "call" => Err(fail("`call` takes a function, and no value here is one".to_owned())),
        _ => unavailable(run, name, arguments, at),
    }
}

fn given(value: Option<&str>, name: &str) -> Result<Val, Stop> {
    value.map(|value| text(value.to_owned())).ok_or_else(|| Stop::Unknown(Mystery::of(Origin::Packer(name.to_owned()))))
}

/// The functions that fail wherever this engine renders.
fn unavailable(run: &mut Run<'_>, name: &str, arguments: &[Val], at: usize) -> Result<Val, Stop> {
    // Only a name that is simply written is repeated in a help: anything else might be a secret.
    let argument = match arguments.first() {
        Some(Val::Text(text)) => text.as_literal().filter(|name| !name.is_empty() && name.chars().all(is_name)),
        _ => None,
    };
    let legacy = run.engine.language == Language::LegacyJson;
    let fault =
        |message: String, help: String| Err(Stop::Fault(Fault { code: &UNAVAILABLE, at, message, help: Some(help) }));
    match name {
        "user" if legacy => Err(Stop::Unknown(Mystery::of(Origin::Variable(argument.unwrap_or_default().to_owned())))),
        // Steps have it as an expression: what is left stands in a builder, or computes its argument.
        "build" if legacy => fault(
            "`build` works only in provisioners and post-processors".to_owned(),
            "call it in a step, with the name of a value: ``{{build `ID`}}``".to_owned(),
        ),
        "template_dir" if legacy => Err(Stop::Unknown(Mystery::of(Origin::Machine(name.to_owned())))),
        "user" => fault(
            "`user` reads the variables of JSON templates; an HCL template has none of those".to_owned(),
            format!("write `${{var.{}}}`", argument.unwrap_or("NAME")),
        ),
        "build" => fault(
            "`build` does not work in an HCL template".to_owned(),
            format!("write `${{build.{}}}`", argument.unwrap_or("NAME")),
        ),
        "template_dir" => {
            fault("`template_dir` does not work in an HCL template".to_owned(), "write `${path.root}`".to_owned())
        }
        "env" => {
            let variable = argument.unwrap_or("NAME");
            fault(
                "`env` works only where variables get their defaults".to_owned(),
                if legacy {
                    format!("give a variable the default ``{{{{env `{variable}`}}}}`` and read it with `user`")
                } else {
                    format!("declare a variable with `default = env(\"{variable}\")` and write `${{var.…}}`")
                },
            )
        }
        "sed" => fault(
            "`sed` is gone from Packer".to_owned(),
            "use `replace` or `replace_all`, or `regex_replace()` in HCL".to_owned(),
        ),
        _ => fault(
            format!("`{name}` works only where variables get their defaults"),
            if legacy {
                "call it in a variable's default, and read the variable with `user`".to_owned()
            } else {
                format!("call `{name}()` in a `locals` block and write `${{local.…}}`")
            },
        ),
    }
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.')
}

fn text(text: String) -> Val {
    Val::Text(Text::literal(text))
}

fn int(run: &mut Run<'_>, arguments: &[Val], at: usize) -> Result<i64, Stop> {
    if let Val::Int(value) = &arguments[at] {
        return Ok(*value);
    }
    Err(Stop::Unknown(run.opaque(&arguments[at]).unwrap_or_else(|| Mystery::of(Origin::Error))))
}

/// Letter by letter, as Go does: one letter never becomes two.
fn map_letters(from: &str, upper: bool) -> String {
    fn single(mut mapped: impl ExactSizeIterator<Item = char>, otherwise: char) -> char {
        if mapped.len() == 1 { mapped.next().unwrap_or(otherwise) } else { otherwise }
    }
    from.chars()
        .map(|letter| match (letter, upper) {
            ('İ', false) => 'i',
            (letter, true) => single(letter.to_uppercase(), letter),
            (letter, false) => single(letter.to_lowercase(), letter),
        })
        .collect()
}

/// The part of that number, and how many there are.
fn split(from: &str, separator: &str, part: i64) -> (Option<String>, usize) {
    let part = usize::try_from(part).ok();
    if separator.is_empty() {
        let found = part.and_then(|part| from.chars().nth(part)).map(String::from);
        return (found, from.chars().count());
    }
    let found = part.and_then(|part| from.split(separator).nth(part)).map(str::to_owned);
    (found, from.split(separator).count())
}

/// The plugins' `clean_resource_name`.
fn clean(from: &str, how: CleanNames) -> String {
    match how {
        CleanNames::Amazon => {
            from.chars().map(|c| if c.is_ascii_alphanumeric() || "()[] ./-'@_".contains(c) { c } else { '-' }).collect()
        }
        CleanNames::GoogleCompute => map_letters(from, false)
            .chars()
            .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' { c } else { '-' })
            .collect(),
        CleanNames::Azure => {
            let clean: String = from
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' })
                .collect();
            clean.trim_end_matches(['-', '_', '.']).to_owned()
        }
    }
}

fn html(from: &str) -> String {
    let mut out = String::with_capacity(from.len());
    for character in from.chars() {
        out.push_str(&match character {
            '\0' => Cow::Borrowed("\u{fffd}"),
            '"' => "&#34;".into(),
            '\'' => "&#39;".into(),
            '&' => "&amp;".into(),
            '<' => "&lt;".into(),
            '>' => "&gt;".into(),
            other => String::from(other).into(),
        });
    }
    out
}

fn js(from: &str) -> String {
    let mut out = String::with_capacity(from.len());
    for character in from.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '"' => out.push_str("\\\""),
            '<' => out.push_str("\\u003C"),
            '>' => out.push_str("\\u003E"),
            '&' => out.push_str("\\u0026"),
            '=' => out.push_str("\\u003D"),
            other if other >= ' ' && (other.is_ascii() || format::printable(other)) => out.push(other),
            other => out.push_str(&format!("\\u{:04X}", u32::from(other))),
        }
    }
    out
}

fn query(from: &str) -> String {
    let mut out = String::with_capacity(from.len());
    for byte in from.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
