//! What the script provisioners have in common: scripts, environments, commands.

use std::collections::BTreeMap;

use super::taker::Taker;
use crate::graph::{EnvironmentValue, Script};
use crate::resolve::value::{Hole, HoleKind, Piece, Text};
use crate::source::{Span, Spanned};

/// Which shebang line the lines of a template get.
#[derive(Clone, Debug)]
pub(super) enum Shebang {
    /// None.
    Never,
    /// This one.
    Always(Text),
    /// This one, unless the first line begins with one.
    UnlessThere(Text),
}

/// The scripts in the order they run: the files, then the lines. Empty if there are none, or not all are known.
pub(super) fn scripts(taker: &mut Taker<'_>, shebang: Shebang) -> Vec<Script> {
    let mut scripts = Vec::new();
    // A script on the host is read while compiling, so its name has to be known.
    if let Some(script) = taker.text("script") {
        taker.note_text("script", &script.value, script.span);
        scripts.push(Script::File(script));
    }
    if let Some(all) = taker.texts("scripts") {
        for script in all.value {
            taker.note_text("scripts", &script, all.span);
            scripts.push(Script::File(Spanned::new(script, all.span)));
        }
    }
    if let Some(lines) = taker.texts("inline")
        && !lines.value.is_empty()
    {
        let shebang = match shebang {
            Shebang::Never => None,
            Shebang::Always(line) => Some(line),
            Shebang::UnlessThere(line) => {
                let first = opening(taker, &lines.value, lines.span);
                (!first.starts_with("#!")).then_some(line)
            }
        };
        scripts.push(Script::Inline { shebang, lines: lines.value, span: lines.span });
    }
    scripts
}

/// The first two characters of a script, as far as they are known; what they hang on decides the shebang line. A value
/// that is given later decides nothing: it is taken to begin a command.
fn opening(taker: &mut Taker<'_>, lines: &[Text], span: Span) -> String {
    let mut opening = String::new();
    for line in lines {
        for piece in line.pieces() {
            match piece {
                Piece::Literal(text) => opening.extend(text.chars().take(2)),
                Piece::Hole(hole) => match &hole.known {
                    Some(known) => {
                        taker.note_text("inline", &Text::hole(hole.clone()), span);
                        opening.extend(known.chars().take(2));
                    }
                    None => return opening,
                },
            }
            if opening.chars().count() >= 2 {
                return opening;
            }
        }
        opening.push('\n');
    }
    opening
}

/// The environment in the order in which it is set: sorted by name, `env` winning over `environment_vars`, and in a list
/// the last of a name.
pub(super) fn environment(taker: &mut Taker<'_>) -> Vec<EnvironmentValue> {
    let mut values = Vec::new();
    if let Some(argument) = taker.value("environment_vars")
        && let Some(all) = argument.value.as_items()
        && all.iter().all(|item| item.as_text().is_some())
        && let Some(texts) = taker.peek_texts("environment_vars")
        && let Some(pairs) = texts.iter().map(pair).collect::<Option<Vec<_>>>()
    {
        taker.taken("environment_vars");
        let span = argument.span;
        for ((name, value), whole) in pairs.into_iter().zip(&texts) {
            taker.note_text("environment_vars", &name, span);
            if !has_sign(whole) {
                taker.note_text("environment_vars", whole, span);
            }
            values.push(EnvironmentValue { name, value, span });
        }
    }
    if let Some(all) = taker.map("env") {
        let more = all.value.into_iter();
        values.extend(more.map(|(name, value)| EnvironmentValue { name: Text::literal(name), value, span: all.span }));
    }
    let mut named = BTreeMap::new();
    let mut unnamed = Vec::new();
    for value in values {
        match value.name.known() {
            Some(name) => {
                let name = name.into_owned();
                named.insert(name, value);
            }
            None => unnamed.push(value),
        }
    }
    named.into_values().chain(unnamed).collect()
}

fn has_sign(text: &Text) -> bool {
    text.pieces().iter().any(|piece| matches!(piece, Piece::Literal(literal) if literal.contains('=')))
}

/// Name and value of `NAME=value`; nothing if the sign is in a part that is not known.
fn pair(text: &Text) -> Option<(Text, Text)> {
    if !has_sign(text) {
        let known = text.known()?;
        let (name, value) = known.split_once('=')?;
        return Some((Text::literal(name), Text::literal(value)));
    }
    let (mut name, mut value, mut found) = (Text::new(), Text::new(), false);
    for piece in text.pieces() {
        let target = if found { &mut value } else { &mut name };
        match piece {
            Piece::Hole(hole) => target.push_hole(hole.clone()),
            Piece::Literal(literal) => match literal.split_once('=') {
                Some((before, after)) if !found => {
                    name.push_str(before);
                    value.push_str(after);
                    found = true;
                }
                _ => target.push_str(literal),
            },
        }
    }
    Some((name, value))
}

/// Exit codes that count as success.
pub(super) fn exit_codes(taker: &mut Taker<'_>) -> Vec<i64> {
    match taker.numbers("valid_exit_codes") {
        Some(codes) if !codes.value.is_empty() => codes.value,
        _ => vec![0],
    }
}

/// A default command: its `{{.Name}}` become holes.
pub(super) fn command(text: &str, span: Span) -> Text {
    let mut out = Text::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once("{{.") {
        out.push_str(before);
        let (name, after) = tail.split_once("}}").unwrap_or((tail, ""));
        out.push_hole(Hole { what: HoleKind::Field(name.to_owned()), known: None, sensitive: false, span });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// `#!` and what follows it.
pub(super) fn shebang(interpreter: &Text) -> Text {
    let mut line = Text::literal("#!");
    line.push(interpreter);
    line
}
