//! Puts a run's output below a folder.
//!
//! Comes in: a [`Run`], everything that shall lie there. Goes out: a [`Plan`], what has to change for that, or what is in
//! the way; [`Plan::carry_out`] does it. The order of its steps makes every instant safe:
//!
//! 1. the journal says what is about to be written (and what an interrupted run before had written already);
//! 2. every file is written under another name, made to last, and takes its own name in one step;
//! 3. files that are no longer made are removed;
//! 4. the manifest takes its place, and the journal goes.
//!
//! Who is stopped between any two of them leaves only whole files, each in the manifest or in the journal: the next run
//! sees all of them as ours.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;

use sha2::{Digest, Sha256};

use super::effects::{Content, Effects, Found};
use super::manifest::{FidelityReport, JOURNAL, MANIFEST, Manifest, ManifestFile};

/// A file that a run makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// What it is.
    pub content: Content,
    /// The target that makes it.
    pub target: String,
    /// The image that it is for, where it is for one.
    pub image: Option<String>,
}

/// Everything that shall lie in the output folder.
#[derive(Clone, Debug)]
pub struct Run {
    /// The manifest, without its list of files.
    pub manifest: Manifest,
    /// The targets that were compiled; files of others stay as they are.
    pub targets: Vec<String>,
    /// By path below the output folder.
    pub files: BTreeMap<String, OutputFile>,
    /// The fidelity report.
    pub fidelity: FidelityReport,
}

/// Why output was not written. Nothing was changed unless it is [`WriteError::Io`].
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Another configuration has its output there.
    #[error("the output folder holds the output of the configuration `{0}`")]
    Held(String),
    /// Files that we do not own, or that somebody edited, are where output belongs.
    #[error("{}", in_the_way(.0))]
    InTheWay(Vec<Obstacle>),
    /// The disk did not do it.
    #[error("cannot {0} `{1}`: {2}")]
    Io(&'static str, String, #[source] io::Error),
}

/// Something where output belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// Below the output folder.
    pub path: String,
    /// What it is.
    pub why: &'static str,
}

const EDITED: &str = "was edited after it was written";
const FOREIGN: &str = "was not written by formwork";
const NO_FILE: &str = "is no regular file";
const NO_EMPTY_FOLDER: &str = "is a folder";
const NO_FOLDER: &str = "is no folder";
const NO_MANIFEST: &str = "is no manifest of ours";

fn in_the_way(obstacles: &[Obstacle]) -> String {
    let mut text = "files in the output folder are in the way:".to_owned();
    for Obstacle { path, why } in obstacles {
        let _ = write!(text, "\n  `{path}` {why}");
    }
    text
}

/// A difference between what lies there and what shall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Below the output folder.
    pub path: String,
    /// What lies there.
    pub old: Option<Content>,
    /// What shall.
    pub new: Option<Content>,
}

/// What has to change.
#[derive(Debug)]
pub struct Plan {
    /// Sorted by path; the manifest comes last.
    pub changes: Vec<Change>,
    /// Files that a run made before and no longer makes, left alone because somebody edited them.
    pub left_alone: Vec<String>,
    obstacles: Vec<Obstacle>,
    journal: Option<Manifest>,
    /// What an interrupted run left behind.
    leftovers: Vec<String>,
    /// Files that are no longer made and already gone; their folders may be empty.
    gone: Vec<String>,
}

/// Finds out what has to change. Fails if another configuration holds the folder or the disk cannot be read; what is in
/// the way is in [`Plan::obstacles`].
pub fn plan(run: &Run, disk: &mut dyn Effects) -> Result<Plan, WriteError> {
    disk.lock().map_err(|error| WriteError::Io("write to", ".".to_owned(), error))?;
    let mut obstacles = Vec::new();
    let manifest_now = look(disk, MANIFEST)?;
    let earlier = read_manifest(MANIFEST, &manifest_now, &mut obstacles);
    let interrupted = read_manifest(JOURNAL, &look(disk, JOURNAL)?, &mut obstacles);
    for holder in earlier.iter().chain(&interrupted) {
        if holder.configuration != run.manifest.configuration {
            return Err(WriteError::Held(holder.configuration.clone()));
        }
    }
    let owned = Owned::new(earlier.as_ref(), interrupted.as_ref());
    let fidelity_now = look(disk, FidelityReport::NAME)?;
    let fidelity = run.fidelity.with_kept(read_fidelity(&fidelity_now, &owned).as_ref(), &run.targets);
    let wanted = wanted(run, &fidelity);
    let mut manifest = run.manifest.clone();
    manifest.files = listed(&wanted);
    if let Some(earlier) = &earlier {
        manifest.keep(earlier, &run.targets);
    }

    let mut changes = Vec::new();
    for (path, file) in &wanted {
        if let Some(folder) = blocked_folder(disk, path)? {
            obstacles.push(Obstacle { path: folder, why: NO_FOLDER });
            continue;
        }
        let found = match look(disk, path)? {
            Found::Nothing => None,
            Found::Content(content) => Some(content),
            Found::Other => {
                obstacles.push(Obstacle { path: path.clone(), why: NO_FILE });
                continue;
            }
        };
        let wants_folder = matches!(file.content, Content::Folder { .. });
        match &found {
            None => {}
            Some(content) if content.serves_as(&file.content) => continue,
            Some(Content::Folder { .. }) if wants_folder => {}
            Some(Content::Folder { .. }) => {
                obstacles.push(Obstacle { path: path.clone(), why: NO_EMPTY_FOLDER });
                continue;
            }
            Some(content) => {
                let is_ours = owned.has(path, content) && !wants_folder;
                if !is_ours && content.bytes() != file.content.bytes() {
                    obstacles
                        .push(Obstacle { path: path.clone(), why: if owned.knows(path) { EDITED } else { FOREIGN } });
                }
            }
        }
        changes.push(Change { path: path.clone(), old: found, new: Some(file.content.clone()) });
    }

    let (mut left_alone, mut gone) = (Vec::new(), Vec::new());
    let kept: BTreeSet<&str> = manifest.files.iter().map(|file| file.path.as_str()).collect();
    for path in owned.paths().filter(|path| !kept.contains(path)) {
        if blocked_folder(disk, path)?.is_some() {
            continue;
        }
        match look(disk, path)? {
            // A folder that we made goes when nothing is left in it.
            Found::Nothing | Found::Content(Content::Folder { .. }) => gone.push(path.to_owned()),
            Found::Content(content) if owned.has(path, &content) => {
                changes.push(Change { path: path.to_owned(), old: Some(content), new: None });
            }
            Found::Content(_) | Found::Other => left_alone.push(path.to_owned()),
        }
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    let old = match manifest_now {
        Found::Content(content) => Some(content),
        Found::Nothing | Found::Other => None,
    };
    let new = Content::File { bytes: manifest.bytes(), mode: 0o644 };
    if !old.as_ref().is_some_and(|old| old.serves_as(&new)) {
        changes.push(Change { path: MANIFEST.to_owned(), old, new: Some(new) });
    }
    obstacles.sort_by(|a, b| a.path.cmp(&b.path));
    obstacles.dedup();
    let journal = (!changes.is_empty()).then(|| journal(&changes, &manifest, &owned, disk)).transpose()?;
    let leftovers = leftovers(disk, &wanted, &owned, interrupted.is_some() && journal.is_none())?;
    Ok(Plan { changes, left_alone, obstacles, journal, leftovers, gone })
}

impl Plan {
    /// What is in the way; nothing is written while there is something.
    pub fn obstacles(&self) -> &[Obstacle] {
        &self.obstacles
    }

    /// Whether all that shall lie there does, and nothing has to be cleaned up.
    pub fn is_up_to_date(&self) -> bool {
        self.changes.is_empty() && self.obstacles.is_empty()
    }

    /// Does it, or nothing if something is in the way.
    pub fn carry_out(self, disk: &mut dyn Effects) -> Result<(), WriteError> {
        let Self { changes, left_alone: _, obstacles, journal, leftovers, gone } = self;
        if !obstacles.is_empty() {
            return Err(WriteError::InTheWay(obstacles));
        }
        for path in &leftovers {
            disk.remove(path).map_err(|error| WriteError::Io("remove", path.clone(), error))?;
        }
        for path in &gone {
            remove_empty_folders(disk, &format!("{path}/"))?;
        }
        let Some(journal) = journal else { return Ok(()) };
        make_folders(disk, MANIFEST)?;
        disk.lock().map_err(|error| WriteError::Io("write to", ".".to_owned(), error))?;
        put(disk, JOURNAL, &Content::File { bytes: journal.bytes(), mode: 0o644 })?;
        let (manifest, files): (Vec<_>, Vec<_>) = changes.into_iter().partition(|change| change.path == MANIFEST);
        for change in &files {
            if let Some(content) = &change.new {
                put(disk, &change.path, content)?;
            }
        }
        for change in files.iter().filter(|change| change.new.is_none()) {
            disk.remove(&change.path).map_err(|error| WriteError::Io("remove", change.path.clone(), error))?;
            remove_empty_folders(disk, &change.path)?;
        }
        for content in manifest.iter().filter_map(|change| change.new.as_ref()) {
            put(disk, MANIFEST, content)?;
        }
        disk.remove(JOURNAL).map_err(|error| WriteError::Io("remove", JOURNAL.to_owned(), error))
    }
}

/// What we own: for each path the checksums under which we know it.
struct Owned {
    sums: BTreeMap<String, BTreeSet<String>>,
    files: Vec<ManifestFile>,
}

impl Owned {
    fn new(earlier: Option<&Manifest>, interrupted: Option<&Manifest>) -> Self {
        let mut owned = Self { sums: BTreeMap::new(), files: Vec::new() };
        for file in earlier.into_iter().chain(interrupted).flat_map(|manifest| &manifest.files) {
            // A manifest is a file that anybody may edit: it cannot send us out of the folder.
            if is_inside(&file.path) {
                owned.sums.entry(file.path.clone()).or_default().insert(file.sha256.clone());
                owned.files.push(file.clone());
            }
        }
        owned
    }

    fn knows(&self, path: &str) -> bool {
        self.sums.contains_key(path)
    }

    fn has(&self, path: &str, content: &Content) -> bool {
        self.sums.get(path).is_some_and(|sums| sums.contains(&sha256(content.bytes())))
    }

    fn paths(&self) -> impl Iterator<Item = &str> {
        self.sums.keys().map(String::as_str)
    }
}

fn read_manifest(path: &str, found: &Found, obstacles: &mut Vec<Obstacle>) -> Option<Manifest> {
    let why = match found {
        Found::Nothing => return None,
        Found::Content(Content::File { bytes, .. }) => match Manifest::read(bytes) {
            Ok(manifest) => return Some(manifest),
            Err(_) => NO_MANIFEST,
        },
        Found::Content(Content::Link { .. } | Content::Folder { .. }) | Found::Other => NO_FILE,
    };
    obstacles.push(Obstacle { path: path.to_owned(), why });
    None
}

fn read_fidelity(found: &Found, owned: &Owned) -> Option<FidelityReport> {
    match found {
        Found::Content(content) if owned.has(FidelityReport::NAME, content) => {
            serde_json::from_slice(content.bytes()).ok()
        }
        Found::Nothing | Found::Other | Found::Content(_) => None,
    }
}

struct Wanted {
    content: Content,
    target: Option<String>,
    image: Option<String>,
}

fn wanted(run: &Run, fidelity: &FidelityReport) -> BTreeMap<String, Wanted> {
    let mut wanted = BTreeMap::new();
    for (path, file) in &run.files {
        let OutputFile { content, target, image } = file;
        assert!(
            is_inside(path) && path != MANIFEST && path != JOURNAL && path != FidelityReport::NAME,
            "internal error: a target makes the file `{path}`"
        );
        let file = Wanted { content: content.clone(), target: Some(target.clone()), image: image.clone() };
        wanted.insert(path.clone(), file);
    }
    let content = Content::File { bytes: fidelity.bytes(), mode: 0o644 };
    let report = Wanted { content, target: None, image: None };
    wanted.insert(FidelityReport::NAME.to_owned(), report);
    wanted
}

fn listed(wanted: &BTreeMap<String, Wanted>) -> Vec<ManifestFile> {
    let file = |(path, file): (&String, &Wanted)| ManifestFile {
        path: path.clone(),
        sha256: sha256(file.content.bytes()),
        target: file.target.clone(),
        image: file.image.clone(),
    };
    wanted.iter().map(file).collect()
}

/// What will be ours while the change is made: all that is going to be written, and of what is there now all that we own.
fn journal(changes: &[Change], manifest: &Manifest, owned: &Owned, disk: &dyn Effects) -> Result<Manifest, WriteError> {
    let mut journal = Manifest::new(manifest.configuration.clone());
    let changed: BTreeSet<&str> = changes.iter().map(|change| change.path.as_str()).collect();
    journal.files.extend(manifest.files.iter().filter(|file| changed.contains(file.path.as_str())).cloned());
    for file in &owned.files {
        if let Found::Content(content) = look(disk, &file.path)?
            && sha256(content.bytes()) == file.sha256
        {
            journal.files.push(file.clone());
        }
    }
    journal.files.sort_by(|a, b| (&a.path, &a.sha256).cmp(&(&b.path, &b.sha256)));
    journal.files.dedup();
    Ok(journal)
}

/// Half-written files of an interrupted run.
fn leftovers(
    disk: &dyn Effects,
    wanted: &BTreeMap<String, Wanted>,
    owned: &Owned,
    journal_is_left: bool,
) -> Result<Vec<String>, WriteError> {
    let paths: BTreeSet<&str> =
        wanted.keys().map(String::as_str).chain(owned.paths()).chain([MANIFEST, JOURNAL]).collect();
    let mut found = Vec::new();
    for path in paths {
        if blocked_folder(disk, path)?.is_some() {
            continue;
        }
        let path = temporary(path);
        if matches!(look(disk, &path)?, Found::Content(Content::File { .. } | Content::Link { .. })) {
            found.push(path);
        }
    }
    if journal_is_left {
        found.push(JOURNAL.to_owned());
    }
    Ok(found)
}

fn put(disk: &mut dyn Effects, path: &str, content: &Content) -> Result<(), WriteError> {
    make_folders(disk, path)?;
    let failed = |error| WriteError::Io("write", path.to_owned(), error);
    if let Content::Folder { mode } = content {
        return match look(disk, path)? {
            Found::Content(Content::Folder { .. }) => disk.set_mode(path, *mode).map_err(failed),
            Found::Content(_) | Found::Nothing | Found::Other => disk.write_new(path, content).map_err(failed),
        };
    }
    let beside = temporary(path);
    disk.write_new(&beside, content).map_err(failed)?;
    disk.rename(&beside, path).map_err(failed)?;
    disk.sync_folder(path.rsplit_once('/').map_or("", |(folder, _)| folder)).map_err(failed)
}

fn make_folders(disk: &mut dyn Effects, path: &str) -> Result<(), WriteError> {
    for folder in folders(path) {
        if look(disk, folder)? == Found::Nothing {
            disk.make_folder(folder).map_err(|error| WriteError::Io("make the folder", folder.to_owned(), error))?;
        }
    }
    Ok(())
}

/// Removes the folders above a path that nothing is left in, the output folder excepted.
fn remove_empty_folders(disk: &mut dyn Effects, path: &str) -> Result<(), WriteError> {
    for folder in folders(path).into_iter().rev().filter(|folder| !folder.is_empty()) {
        if matches!(look(disk, folder)?, Found::Content(Content::Folder { .. })) {
            disk.remove_empty_folder(folder).map_err(|error| WriteError::Io("remove", folder.to_owned(), error))?;
        }
    }
    Ok(())
}

/// The first folder above a path that is none.
fn blocked_folder(disk: &dyn Effects, path: &str) -> Result<Option<String>, WriteError> {
    for folder in folders(path) {
        match look(disk, folder)? {
            Found::Nothing => return Ok(None),
            Found::Content(Content::Folder { .. }) => {}
            Found::Content(Content::File { .. } | Content::Link { .. }) | Found::Other => {
                return Ok(Some(if folder.is_empty() { "." } else { folder }.to_owned()));
            }
        }
    }
    Ok(None)
}

/// The folders above a path, the output folder first.
fn folders(path: &str) -> Vec<&str> {
    std::iter::once("").chain(path.match_indices('/').map(|(at, _)| &path[..at])).collect()
}

/// The name under which a file is written; nobody else's files are called so.
fn temporary(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{slash}.{name}.formwork-part")
}

fn look(disk: &dyn Effects, path: &str) -> Result<Found, WriteError> {
    disk.look(path).map_err(|error| WriteError::Io("read", path.to_owned(), error))
}

fn is_inside(path: &str) -> bool {
    !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | "..")) && !path.contains('\0')
}

fn sha256(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests;
