//! Files and paths. Only files of the project are read; everything else is unknown.

use std::borrow::Cow;

use super::{Call, Failure};
use crate::declare_diagnostic;
use crate::diagnostic::Declaration;
use crate::resolve::eval::evaluate_template;
use crate::resolve::value::{Marks, Origin, Type, Value, ValueKind, set_elements};
use crate::source::{EntryKind, FileError};
use base64::Engine;

declare_diagnostic! {
    pub static MISSING_FILE = {
        code: "missing-file",
        severity: Error,
        since: "0.1.0",
        summary: "a file that is to be read does not exist",
    }
    pub static FILE_NOT_READ = {
        code: "file-not-read",
        severity: Note,
        since: "0.1.0",
        summary: "an expression reads a file outside of the project",
    }
}

/// What this module may report.
pub const DECLARATIONS: &[&Declaration] = &[&MISSING_FILE, &FILE_NOT_READ];

/// Entries that `fileset` looks at before it gives up.
const MAX_ENTRIES: usize = 100_000;

/// Largest file that is read into a value.
const MAX_FILE: u64 = 16 << 20;

/// A path without `.`, doubled slashes, and with `x/..` taken back, as Go cleans it.
pub(super) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(last) if *last != ".." => {
                    parts.pop();
                }
                _ if rooted => {}
                _ => parts.push(".."),
            },
            _ => parts.push(part),
        }
    }
    match (rooted, parts.join("/")) {
        (true, rest) => format!("/{rest}"),
        (false, rest) if rest.is_empty() => ".".to_owned(),
        (false, rest) => rest,
    }
}

fn below(path: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Where relative paths of a function start.
#[derive(Clone, Copy)]
enum Base {
    Root,
    Working,
}

/// The path to ask the disk for; a failure where it may not be asked.
fn readable(call: &mut Call<'_>, index: usize, path: &str, base: Base) -> Result<String, Failure> {
    let world = call.scope.world;
    if !path.starts_with('~') {
        let joined = match base {
            Base::Root if !path.starts_with('/') => {
                clean(&format!("{}/{path}", if world.root.is_empty() { "." } else { &world.root }))
            }
            Base::Root | Base::Working => clean(path),
        };
        let absolute = |path: &str| clean(&world.files.absolute(path));
        let asked = if joined.starts_with('/') { joined.clone() } else { absolute(&joined) };
        let folders = [world.root.as_str(), "."].into_iter().chain(world.readable.iter().map(String::as_str));
        if folders
            .map(|folder| absolute(if folder.is_empty() { "." } else { folder }))
            .any(|folder| below(&asked, &folder))
        {
            return Ok(joined);
        }
    }
    let shown = if call.arguments[index].is_sensitive() { "this file".to_owned() } else { format!("`{path}`") };
    call.sink.report(
        FILE_NOT_READ
            .at(
                call.spans[index],
                format!("{shown} lies outside of the project and is not read; what it holds is treated as unknown"),
            )
            .label("read by this expression")
            .help("move the file into the project, or pass its content through a variable"),
    );
    Err(Failure::Unknown(Origin::File(path.to_owned())))
}

fn read(call: &mut Call<'_>, index: usize, base: Base) -> Result<(String, Vec<u8>), Failure> {
    let path = call.text(index).into_owned();
    let asked = readable(call, index, &path, base)?;
    let world = call.scope.world;
    if world.files.resolved_metadata(&asked).is_ok_and(|metadata| metadata.size > MAX_FILE) {
        return Err(Failure::argument(index, "the file is larger than what is read into a value (16 MiB)"));
    }
    match world.files.read(&asked) {
        Ok(bytes) => Ok((asked, bytes)),
        Err(FileError::Missing) => {
            let sensitive = call.arguments[index].is_sensitive();
            let shown = if sensitive { String::new() } else { format!(" `{asked}`") };
            let start = match base {
                Base::Root => "relative paths start at the folder of the template",
                Base::Working => "relative paths of this function start at the working folder",
            };
            call.sink.report(
                MISSING_FILE.at(call.spans[index], format!("there is no file{shown}")).label("read here").help(start),
            );
            Err(Failure::Reported)
        }
        Err(error) => Err(Failure::argument(index, error.to_string())),
    }
}

fn read_text(call: &mut Call<'_>, index: usize) -> Result<(String, String), Failure> {
    let (path, bytes) = read(call, index, Base::Root)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::argument(index, "the file holds no UTF-8 text; for other files there is `filebase64`"))?;
    Ok((path, text))
}

pub(super) fn file(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(super::call::string(read_text(call, 0)?.1))
}

pub(super) fn filebase64(call: &mut Call<'_>) -> Result<Value, Failure> {
    let (_, bytes) = read(call, 0, Base::Working)?;
    Ok(Value::string(base64::engine::general_purpose::STANDARD.encode(bytes)))
}

pub(super) fn fileexists(call: &mut Call<'_>) -> Result<Value, Failure> {
    let path = call.text(0).into_owned();
    let asked = readable(call, 0, &path, Base::Root)?;
    match call.scope.world.files.resolved_metadata(&asked) {
        Ok(metadata) if metadata.kind == EntryKind::File => Ok(Value::bool(true)),
        Ok(metadata) if metadata.kind == EntryKind::Folder => {
            Err(Failure::argument(0, "it is a folder; only files can be asked for"))
        }
        Ok(_) => Err(Failure::argument(0, "it is no regular file")),
        Err(FileError::Missing) => Ok(Value::bool(false)),
        Err(error) => Err(Failure::argument(0, error.to_string())),
    }
}

pub(super) fn fileset(call: &mut Call<'_>) -> Result<Value, Failure> {
    let path = call.text(0).into_owned();
    let start = readable(call, 0, &path, Base::Root)?;
    let pattern = glob(&clean(&call.text(1)))
        .ok_or_else(|| Failure::argument(1, "it is no pattern; write it like `**/*.sh` or `*.{sh,ps1}`"))?;
    let files = call.scope.world.files;
    let mut found = Vec::new();
    let mut folders = vec![String::new()];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        let Ok(entries) = files.list(&clean(&format!("{start}/{folder}"))) else { continue };
        for entry in entries {
            seen += 1;
            if seen > MAX_ENTRIES || !call.scope.world.pay(64) {
                return Err(Failure::call(format!("there are more than {MAX_ENTRIES} files to look through")));
            }
            let relative = if folder.is_empty() { entry.name } else { format!("{folder}/{}", entry.name) };
            // Links are followed for what they are, not into folders: those may lead in a circle.
            let is_file = match entry.kind {
                EntryKind::File => true,
                EntryKind::Link => files.is_file(&clean(&format!("{start}/{relative}"))),
                EntryKind::Folder => {
                    folders.push(relative.clone());
                    false
                }
                EntryKind::Other => false,
            };
            if is_file && pattern.is_match(&relative) {
                found.push(Value::string(relative));
            }
        }
    }
    Ok(Value::of(ValueKind::Set(Type::String, set_elements(found))))
}

/// A shell pattern with `**` and `{a,b}` as a regular expression over whole relative paths.
fn glob(pattern: &str) -> Option<regex::Regex> {
    let mut out = String::from("^(?s:");
    let mut letters = pattern.chars().peekable();
    let mut depth = 0;
    while let Some(letter) = letters.next() {
        match letter {
            '*' if letters.peek() == Some(&'*') => {
                letters.next();
                if letters.peek() == Some(&'/') {
                    letters.next();
                    out.push_str("(?:[^/]+/)*");
                } else {
                    out.push_str(".*");
                }
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '{' => {
                depth += 1;
                out.push_str("(?:");
            }
            '}' if depth > 0 => {
                depth -= 1;
                out.push(')');
            }
            ',' if depth > 0 => out.push('|'),
            '[' => {
                out.push('[');
                if letters.peek().is_some_and(|next| matches!(next, '!' | '^')) {
                    letters.next();
                    out.push('^');
                }
                loop {
                    match letters.next()? {
                        ']' => break,
                        inner @ ('[' | '&' | '~' | '\\') => out.extend(['\\', inner]),
                        inner => out.push(inner),
                    }
                }
                out.push(']');
            }
            '\\' => out.push_str(&regex::escape(&letters.next()?.to_string())),
            letter => out.push_str(&regex::escape(&letter.to_string())),
        }
    }
    out.push_str(")$");
    regex::Regex::new(&out).ok()
}

pub(super) fn templatefile(call: &mut Call<'_>) -> Result<Value, Failure> {
    let variables = &call.arguments[1];
    let Some(entries) = variables.as_entries().cloned() else {
        return Err(Failure::argument(1, format!("an object is needed, not {}", variables.ty().phrase())));
    };
    let valid = |name: &str| {
        name.chars().next().is_some_and(|first| first == '_' || unicode_ident::is_xid_start(first))
            && name.chars().all(|letter| letter == '-' || unicode_ident::is_xid_continue(letter))
    };
    if let Some(name) = entries.keys().find(|name| !valid(name)) {
        let shown = if variables.is_sensitive() { String::new() } else { format!(" `{name}`") };
        return Err(Failure::argument(1, format!("the name{shown} cannot be used in a template")));
    }
    let mut marks = super::call::outer([variables]);
    marks.add_computed(&call.arguments[0]);
    let (path, text) = read_text(call, 0)?;
    let Some(reader) = call.scope.world.template else { return Err(Failure::Unknown(Origin::File(path))) };
    let before = call.sink.has_errors();
    let template = reader(&path, &text, call.sink);
    if call.sink.has_errors() && !before {
        return Err(Failure::Reported);
    }
    let mut scope = call.scope.template_scope();
    for (name, value) in entries {
        scope.set_root(name, value);
    }
    let value = evaluate_template(&template, call.span, &scope, call.sink);
    Ok(value.with_marks(&marks))
}

pub(super) fn basename(call: &mut Call<'_>) -> Result<Value, Failure> {
    let path = call.text(0);
    let trimmed = path.trim_end_matches('/');
    Ok(Value::string(match (trimmed, &*path) {
        (_, "") => ".",
        ("", _) => "/",
        (trimmed, _) => trimmed.rsplit('/').next().unwrap_or(trimmed),
    }))
}

pub(super) fn dirname(call: &mut Call<'_>) -> Result<Value, Failure> {
    let path = call.text(0);
    Ok(Value::string(clean(path.rfind('/').map_or("", |at| &path[..=at]))))
}

/// Relative to the working folder, so that no path of this machine reaches an output.
pub(super) fn abspath(call: &mut Call<'_>) -> Result<Value, Failure> {
    let path = clean(&call.text(0));
    let working = clean(&call.world().files.absolute("."));
    let relative: Option<Cow<'_, str>> = if path.starts_with('/') {
        below(&path, &working).then(|| path[working.len()..].trim_start_matches('/').to_owned().into())
    } else {
        (path != ".." && !path.starts_with("../")).then_some(Cow::Borrowed(&path))
    };
    match relative {
        Some(path) if path.is_empty() => Ok(Value::string(".")),
        Some(path) => Ok(Value::string(path)),
        None => Err(Failure::Unknown(Origin::Machine(path))),
    }
}

pub(super) fn pathexpand(call: &mut Call<'_>) -> Result<Value, Failure> {
    let path = call.text(0);
    if path.starts_with('~') {
        return Err(Failure::Unknown(Origin::Machine(path.into_owned())));
    }
    Ok(Value::string(path).with_marks(&Marks::default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_go_does() {
        for (path, cleaned) in
            [("", "."), ("a//b/./c/..", "a/b"), ("/..", "/"), ("../a/..", ".."), ("a/../..", ".."), ("/a/", "/a")]
        {
            assert_eq!(clean(path), cleaned, "{path}");
        }
    }

    #[test]
    fn patterns_match_whole_paths() {
        for (pattern, path, matches) in [
            ("*.sh", "a.sh", true),
            ("*.sh", "x/a.sh", false),
            ("**/*.sh", "a.sh", true),
            ("**/*.sh", "x/y/a.sh", true),
            ("**", "x/y", true),
            ("{a,b}/[!x]?", "b/yz", true),
            ("{a,b}/[!x]?", "b/xz", false),
            ("a.b", "axb", false),
        ] {
            assert_eq!(glob(pattern).expect("a pattern").is_match(path), matches, "{pattern} {path}");
        }
        assert!(glob("[a").is_none());
    }
}
