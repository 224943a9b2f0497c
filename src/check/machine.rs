//! The machine of an image as far as a template tells: who works on it, and how commands are written for it.

use crate::resolve::template::ImagePlan;
use crate::resolve::value::{HoleKind, Piece, Value};
use crate::schema::{Condition, Test};

use super::context::{Context, Inside};

/// Provisioners that only a Windows machine has a use for.
const WINDOWS: [&str; 4] = ["powershell", "windows-restart", "windows-shell", "windows-update"];

/// The user that Packer works as on a machine with a Unix shell; nothing if that is not known for certain.
pub(super) fn user(context: &Context<'_>, image: &ImagePlan) -> Option<String> {
    let source = context.source(&image.source, image.span)?;
    let inside = source.insides().first().copied()?;
    if !is(inside, "communicator", "ssh") || is_windows(image) {
        return None;
    }
    let value = &inside.argument("ssh_username")?.value;
    let name = value.as_str().filter(|_| !value.is_sensitive())?;
    let is_plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    (is_plain && name != "Administrator").then(|| name.into_owned())
}

/// Whether it has all rights, under the names that systems give it.
pub(super) fn is_root(user: &str) -> bool {
    ["root", "toor", "0", "#0"].contains(&user)
}

fn is_windows(image: &ImagePlan) -> bool {
    image.provisioners.iter().any(|step| WINDOWS.contains(&step.ty.value.as_str()))
}

/// Whether an attribute certainly has that value, its default included.
fn is(inside: Inside<'_>, field: &str, value: &str) -> bool {
    let condition = Condition { field: field.to_owned(), test: Test::Eq(value.into()) };
    inside.holds(&[condition]) == Some(true)
}

/// A command with its fields as they are written (`{{.Path}}`); nothing if a part of it is not known, or is a secret.
pub(super) fn command(value: &Value) -> Option<String> {
    if value.is_sensitive() {
        return None;
    }
    let mut out = String::new();
    for piece in value.as_text()?.pieces() {
        match piece {
            Piece::Literal(text) => out.push_str(text),
            Piece::Hole(hole) => match (&hole.what, &hole.known) {
                (HoleKind::Field(name), _) => {
                    out.push_str("{{.");
                    out.push_str(name);
                    out.push_str("}}");
                }
                (HoleKind::Parameter(_) | HoleKind::Unknown(_), Some(known)) => out.push_str(known),
                (HoleKind::Parameter(_) | HoleKind::Unknown(_), None) => return None,
            },
        }
    }
    Some(out)
}

/// The simple commands of a command line, each as its words without quotes. Operators in quotes separate nothing; nothing
/// if a quote stays open.
pub(super) fn commands(line: &str) -> Option<Vec<Vec<String>>> {
    let mut all = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = line.chars();
    let end = |word: &mut Option<String>, all: &mut Vec<Vec<String>>| {
        if let (Some(word), Some(last)) = (word.take(), all.last_mut()) {
            last.push(word);
        }
    };
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some('"') | None, '\\') => word.get_or_insert_default().extend(characters.next()),
            (Some(_), _) => word.get_or_insert_default().push(character),
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, ';' | '&' | '|' | '<' | '>' | '(' | ')' | '\n') => {
                end(&mut word, &mut all);
                all.push(Vec::new());
            }
            (None, _) if character.is_whitespace() => end(&mut word, &mut all),
            (None, _) => word.get_or_insert_default().push(character),
        }
    }
    if quote.is_some() {
        return None;
    }
    end(&mut word, &mut all);
    all.retain(|words| !words.is_empty());
    Some(all)
}
