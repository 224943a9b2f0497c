//! Finds template files below a folder.

use std::collections::BTreeMap;
use std::path::Path;

use ignore::WalkBuilder;
use ignore::overrides::OverrideBuilder;

use super::Failure;
use super::paths::join;
use crate::component;
use crate::parse::legacy::looks_like_template;
use crate::resolve::configuration::{MAX_FILE, is_legacy_name, is_template};
use crate::source::{FileOrigin, SourceMap};
use crate::write::{JOURNAL, MANIFEST, Manifest};

/// The template files below `path`, by their folder, both sorted. Git-ignored files, `.git` and our own output are left
/// out; `folder` is the folder of the process.
pub(super) fn templates(
    folder: &Path,
    path: &str,
    recursive: bool,
    exclude: &[String],
) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    files(folder, path, recursive, exclude, |_, name| is_template(name))
}

/// The legacy templates below `path`, each a configuration of its own: JSON files that look like one inside.
pub(super) fn legacy(folder: &Path, path: &str, recursive: bool, exclude: &[String]) -> Result<Vec<String>, Failure> {
    let is_legacy = |path: &Path, name: &str| {
        let small = path.metadata().is_ok_and(|metadata| metadata.len() <= MAX_FILE as u64);
        small && is_legacy_name(name) && std::fs::read_to_string(path).is_ok_and(|text| looks_like_template(&text))
    };
    let found = files(folder, path, recursive, exclude, is_legacy)?;
    let paths = found.into_iter().flat_map(|(folder, names)| names.into_iter().map(move |name| join(&folder, &name)));
    Ok(paths.collect())
}

/// The component documents below `path`: YAML and JSON that is one inside.
pub(super) fn documents(
    folder: &Path,
    path: &str,
    recursive: bool,
    exclude: &[String],
) -> Result<Vec<String>, Failure> {
    let found = files(folder, path, recursive, exclude, |path, _| is_document(path))?;
    let paths = found.into_iter().flat_map(|(folder, names)| names.into_iter().map(move |name| join(&folder, &name)));
    Ok(paths.collect())
}

/// Whether a file is a component document; one that cannot be read is none.
pub(super) fn is_document(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let can_be = [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending)) && !is_template(name);
    if !can_be || !path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() <= MAX_FILE as u64) {
        return false;
    }
    let Ok(text) = std::fs::read_to_string(path) else { return false };
    if !component::may_be_document(&text) || (name.ends_with(".json") && looks_like_template(&text)) {
        return false;
    }
    let mut sources = SourceMap::new();
    let file = sources.add(name, text, FileOrigin::Disk);
    component::is_document(&sources, file)
}

/// The files below `path` that are wanted, by their folder, both sorted; what is left out as above.
pub(super) fn files(
    folder: &Path,
    path: &str,
    recursive: bool,
    exclude: &[String],
    wanted: impl Fn(&Path, &str) -> bool,
) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    let start = folder.join(path);
    let mut overrides = OverrideBuilder::new(&start);
    for glob in exclude {
        overrides.add(&format!("!{glob}")).map_err(|error| Failure(format!("`--exclude {glob}`: {error}")))?;
    }
    let overrides = overrides.build().map_err(|error| Failure(format!("`--exclude`: {error}")))?;
    let mut walk = WalkBuilder::new(&start);
    walk.hidden(false)
        .ignore(false)
        .git_global(false)
        .require_git(false)
        .overrides(overrides)
        .max_depth((!recursive).then_some(1))
        .filter_entry(|entry| {
            let is_folder = entry.file_type().is_some_and(|ty| ty.is_dir());
            !is_folder || (entry.file_name() != ".git" && !is_output(entry.path()))
        });
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in walk.build() {
        let entry = entry.map_err(|error| Failure(format!("cannot read below `{path}`: {error}")))?;
        let is_file = entry.path().is_file();
        let Some(name) = entry.file_name().to_str().filter(|name| is_file && wanted(entry.path(), name)) else {
            continue;
        };
        let inside = entry.path().strip_prefix(&start).ok().and_then(Path::parent).and_then(Path::to_str).unwrap_or("");
        let parent = match (path.trim_end_matches('/'), inside) {
            ("", inside) => format!("/{inside}"),
            (path, "") => path.to_owned(),
            (".", inside) => inside.to_owned(),
            (path, inside) => format!("{path}/{inside}"),
        };
        found.entry(parent).or_default().push(name.to_owned());
    }
    for names in found.values_mut() {
        names.sort();
    }
    Ok(found)
}

/// Whether a folder holds what `compile` wrote.
fn is_output(folder: &Path) -> bool {
    [MANIFEST, JOURNAL].iter().any(|name| std::fs::read(folder.join(name)).is_ok_and(|bytes| Manifest::is_ours(&bytes)))
}
