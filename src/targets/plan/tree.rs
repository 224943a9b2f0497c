//! Files of the host that lie in the machine as they lie there.

use std::collections::{BTreeMap, BTreeSet};

use super::{Part, Problem, Task, problem};
use crate::graph::plan::{Mirror, lexical};
use crate::resolve::value::Text;
use crate::source::{EntryKind, Files, Span};

/// Looks for what a mirror wants, and says where it lies in the machine.
pub(super) fn find(
    mirror: &Mirror,
    root: &Text,
    origin: Span,
    output: &str,
    files: &dyn Files,
) -> Result<Task, Problem> {
    let Mirror { around, also, mentioned, root: _ } = mirror;
    let root = format!("{}/tree", root.known().unwrap_or_default());
    let mut wanted = Wanted { files, output: lexical(output), parts: BTreeMap::new() };
    if let Some(file) = around {
        let path = local(files, &file.path.value)
            .ok_or_else(|| problem(file, format!("{} does not lie by the template", file.path.value)))?;
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        wanted.folder(folder).map_err(|why| problem(file, why))?;
    }
    for path in also {
        // A folder that something is written to need not be there.
        if let Some(local) = local(files, &path.path.value) {
            wanted.path(&local).map_err(|why| problem(path, why))?;
        }
    }
    for path in mentioned.iter().filter_map(Text::known).flat_map(|text| paths_in(&text)) {
        if let Some(local) = local(files, &path).filter(|local| !local.is_empty() && !local.ends_with("..")) {
            // What may be none at all is no reason to stop.
            drop(wanted.path(&local));
        }
    }
    let ups = wanted.parts.keys().map(|folder| folder.split('/').take_while(|part| *part == "..").count()).max();
    let ups = ups.unwrap_or_default();
    let below: Vec<String> = (1..=ups).map(|number| number.to_string()).collect();
    let here = std::iter::once(root.clone()).chain(below.iter().cloned()).collect::<Vec<_>>().join("/");
    let parts = wanted.parts.into_iter().map(|(folder, names)| {
        let mut place: Vec<&str> = below.iter().map(String::as_str).collect();
        for part in folder.split('/').filter(|part| !part.is_empty()) {
            match part {
                ".." => place.truncate(place.len().saturating_sub(1)),
                part => place.push(part),
            }
        }
        let place = place.join("/");
        let folder = if folder.is_empty() { ".".to_owned() } else { folder };
        Part { folder, place, names }
    });
    let (attribute, span) = around.iter().chain(also).next().map_or(("", origin), |it| (it.attribute, it.path.span));
    Ok(Task::Tree { attribute, span, root, here, parts: parts.collect() })
}

/// The words of a text that may be paths, also behind `@` and `=`.
fn paths_in(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for word in text.split_whitespace() {
        out.push(word.to_owned());
        for sign in ['@', '='] {
            out.extend(word.split_once(sign).map(|(_, behind)| behind.trim_start_matches('@').to_owned()));
        }
    }
    out
}

/// A path of the host from the folder that relative paths start from; nothing where it leads elsewhere.
fn local(files: &dyn Files, path: &str) -> Option<String> {
    let path = lexical(path);
    if !path.starts_with('/') {
        return Some(path);
    }
    let root = files.absolute(".");
    match path.strip_prefix(root.trim_end_matches('/')) {
        Some("") => Some(String::new()),
        Some(inside) => inside.strip_prefix('/').map(str::to_owned),
        None => None,
    }
}

/// What of the host arrives: by folder, all of it or some names.
struct Wanted<'a> {
    files: &'a dyn Files,
    output: String,
    parts: BTreeMap<String, Option<BTreeSet<String>>>,
}

impl Wanted<'_> {
    fn path(&mut self, path: &str) -> Result<(), String> {
        let shown = if path.is_empty() { "." } else { path };
        match self.files.resolved_metadata(shown) {
            Ok(metadata) if metadata.kind == EntryKind::Folder => self.folder(path),
            Ok(metadata) if metadata.kind == EntryKind::File => {
                let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
                if !self.has(folder) {
                    self.some(folder).extend([name.to_owned()]);
                }
                Ok(())
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// A folder without what is no part of a project's sources, and without what is being made.
    fn folder(&mut self, path: &str) -> Result<(), String> {
        if self.has(path) {
            return Ok(());
        }
        let shown = if path.is_empty() { "." } else { path };
        let entries = self.files.list(shown).map_err(|error| format!("{shown} cannot be read: {error}"))?;
        let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
        let special = |name: &str| is_private(name) || self.is_made(&below(name)) || self.is_above_output(&below(name));
        if !entries.iter().any(|entry| special(&entry.name)) {
            // What was asked for below it is there with it.
            let inside = if path.is_empty() { String::new() } else { format!("{path}/") };
            self.parts.retain(|folder, _| !folder.starts_with(&inside) || folder.starts_with(".."));
            self.parts.insert(path.to_owned(), None);
            return Ok(());
        }
        let (out, plain): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| special(&entry.name));
        if !plain.is_empty() {
            self.some(path).extend(plain.into_iter().map(|entry| entry.name));
        }
        for entry in out {
            let path = below(&entry.name);
            if !is_private(&entry.name) && path != self.output && !self.is_made(&path) {
                self.folder(&path)?;
            }
        }
        Ok(())
    }

    fn some(&mut self, folder: &str) -> &mut BTreeSet<String> {
        self.parts.entry(folder.to_owned()).or_default().get_or_insert_with(BTreeSet::new)
    }

    /// Whether all of a folder arrives already.
    fn has(&self, folder: &str) -> bool {
        self.parts.iter().any(|(known, names)| {
            let inside = folder == known || known.is_empty() && !folder.starts_with("..") || {
                folder.strip_prefix(known.as_str()).is_some_and(|rest| rest.starts_with('/'))
            };
            match names {
                None => inside,
                Some(names) => {
                    let rest = if known.is_empty() { Some(folder) } else { folder.strip_prefix(known.as_str()) };
                    let first = rest.and_then(|rest| rest.trim_start_matches('/').split('/').next());
                    inside && first.is_some_and(|first| names.contains(first))
                }
            }
        })
    }

    /// Whether a folder is what an earlier run made: it would be another one every time.
    fn is_made(&self, path: &str) -> bool {
        let entries = self.files.list(path).unwrap_or_default();
        ["fidelity.json", "manifest.json"].iter().all(|name| entries.iter().any(|entry| entry.name == *name))
    }

    /// Whether a path is the output's folder or one above it.
    fn is_above_output(&self, path: &str) -> bool {
        let output = &self.output;
        output == path || output.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// Whether something beside a project's sources stays on the host: history, what tools keep for themselves, passwords, and
/// the template with its values, whose every edit would change the step.
fn is_private(name: &str) -> bool {
    let kept = [".git", ".terraform", ".vagrant", ".venv", "formwork.lock", "formwork.yaml"].contains(&name);
    let template = [".pkr.hcl", ".pkr.json", ".pkr.yaml", ".pkr.yml"].iter().any(|end| name.ends_with(end));
    let secret = name.starts_with('.') && ["vault", "pass"].iter().any(|word| name.contains(word));
    kept || template || secret || name.contains(".pkrvars.")
}
