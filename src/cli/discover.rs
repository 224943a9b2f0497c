//! Finds template files below a folder.

use std::collections::BTreeMap;
use std::path::Path;

use ignore::WalkBuilder;
use ignore::overrides::OverrideBuilder;

use super::Failure;
use crate::resolve::configuration::is_template;
use crate::write::{JOURNAL, MANIFEST, Manifest};

/// The template files below `path`, by their folder, both sorted. Git-ignored files, `.git` and our own output are left
/// out; `folder` is the folder of the process.
pub(super) fn templates(
    folder: &Path,
    path: &str,
    recursive: bool,
    exclude: &[String],
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
        let Some(name) = entry.file_name().to_str().filter(|name| is_file && is_template(name)) else {
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
