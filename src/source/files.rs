//! How the compiler sees the disk: one trait, and a twin in memory.

use std::collections::BTreeMap;
use std::fmt;

/// Read access to files. Paths have `/` between their parts; a relative one starts at the folder that the
/// implementation stands for (for the command line: the folder of the process).
///
/// Mode, owner and link target are part of it because all three arrive in an image.
pub trait Files {
    /// The bytes of a regular file, links followed.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// What lies directly in a folder, sorted by name (bytes).
    fn list(&self, path: &str) -> Result<Vec<Entry>, FileError>;

    /// What a path is, the last link **not** followed.
    fn metadata(&self, path: &str) -> Result<Metadata, FileError>;

    /// What a path is, links followed.
    fn resolved_metadata(&self, path: &str) -> Result<Metadata, FileError>;

    /// The absolute form of a path, for `path.cwd` and `abspath`; `.` gives the folder itself.
    fn absolute(&self, path: &str) -> String;

    /// Whether the path is a regular file, links followed.
    fn is_file(&self, path: &str) -> bool {
        self.resolved_metadata(path).is_ok_and(|metadata| metadata.kind == EntryKind::File)
    }

    /// Whether the path is a folder, links followed.
    fn is_folder(&self, path: &str) -> bool {
        self.resolved_metadata(path).is_ok_and(|metadata| metadata.kind == EntryKind::Folder)
    }
}

/// A name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The last part of its path.
    pub name: String,
    /// What it is, links not followed.
    pub kind: EntryKind,
}

/// What lies at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A socket, pipe or device.
    Other,
}

/// What is known of a path without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// What it is.
    pub kind: EntryKind,
    /// Permission bits with set-uid, set-gid and sticky (`0o7777`).
    pub mode: u32,
    /// Owner. Zero where the user who compiles owns it, because a build context makes that root's.
    pub uid: u32,
    /// Group, with the same rule.
    pub gid: u32,
    /// Bytes of a regular file.
    pub size: u64,
    /// Where a link points, as written in it.
    pub target: Option<String>,
}

/// Why a file could not be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// Nothing lies there.
    Missing,
    /// A folder where a file is wanted, or the reverse.
    WrongKind(EntryKind),
    /// The operating system's own words.
    Other(String),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no such file"),
            Self::WrongKind(EntryKind::Folder) => f.write_str("it is a folder"),
            Self::WrongKind(EntryKind::File) => f.write_str("it is a file"),
            Self::WrongKind(EntryKind::Link | EntryKind::Other) => f.write_str("it is no regular file"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for FileError {}

/// Files that exist only in memory: a whole project compiles in a unit test.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    nodes: BTreeMap<String, (Metadata, Vec<u8>)>,
}

impl MemoryFiles {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more file, mode 0644, and the folders above it.
    #[must_use]
    pub fn with(mut self, path: &str, text: impl Into<Vec<u8>>) -> Self {
        let path = normal(path);
        for (at, _) in path.match_indices('/') {
            self.folder(&path[..at]);
        }
        let bytes = text.into();
        let metadata =
            Metadata { kind: EntryKind::File, mode: 0o644, uid: 0, gid: 0, size: bytes.len() as u64, target: None };
        self.nodes.insert(path, (metadata, bytes));
        self
    }

    /// Changes what is known of a path, for tests of modes and owners.
    #[must_use]
    pub fn with_metadata(mut self, path: &str, change: impl FnOnce(&mut Metadata)) -> Self {
        if let Some((metadata, _)) = self.nodes.get_mut(&normal(path)) {
            change(metadata);
        }
        self
    }

    fn folder(&mut self, path: &str) {
        let metadata = Metadata { kind: EntryKind::Folder, mode: 0o755, uid: 0, gid: 0, size: 0, target: None };
        self.nodes.entry(path.to_owned()).or_insert((metadata, Vec::new()));
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        match self.nodes.get(&normal(path)) {
            None if normal(path).is_empty() => Err(FileError::WrongKind(EntryKind::Folder)),
            None => Err(FileError::Missing),
            Some((metadata, bytes)) if metadata.kind == EntryKind::File => Ok(bytes.clone()),
            Some((metadata, _)) => Err(FileError::WrongKind(metadata.kind)),
        }
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, FileError> {
        let folder = normal(path);
        if !self.is_folder(path) {
            return Err(if self.is_file(path) { FileError::WrongKind(EntryKind::File) } else { FileError::Missing });
        }
        let inside = |name: &String| match name.rsplit_once('/') {
            Some((parent, _)) => parent == folder,
            None => folder.is_empty(),
        };
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let entry =
            |(path, (metadata, _)): (&String, &(Metadata, Vec<u8>))| Entry { name: name(path), kind: metadata.kind };
        Ok(self.nodes.iter().filter(|(path, _)| inside(path)).map(entry).collect())
    }

    fn metadata(&self, path: &str) -> Result<Metadata, FileError> {
        let path = normal(path);
        if path.is_empty() {
            return Ok(Metadata { kind: EntryKind::Folder, mode: 0o755, uid: 0, gid: 0, size: 0, target: None });
        }
        self.nodes.get(&path).map(|(metadata, _)| metadata.clone()).ok_or(FileError::Missing)
    }

    fn resolved_metadata(&self, path: &str) -> Result<Metadata, FileError> {
        self.metadata(path)
    }

    fn absolute(&self, path: &str) -> String {
        format!("/project/{}", normal(path)).trim_end_matches('/').to_owned()
    }
}

/// Other files, as if some of them had another content.
#[derive(Clone, Copy)]
pub struct EditedFiles<'a> {
    base: &'a dyn Files,
    edited: &'a BTreeMap<String, String>,
}

impl<'a> EditedFiles<'a> {
    /// `edited` has the contents by absolute path, as `base` tells it. All of these files exist in `base`.
    pub fn new(base: &'a dyn Files, edited: &'a BTreeMap<String, String>) -> Self {
        Self { base, edited }
    }
}

impl Files for EditedFiles<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        match self.edited.get(&self.base.absolute(path)) {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => self.base.read(path),
        }
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, FileError> {
        self.base.list(path)
    }

    fn metadata(&self, path: &str) -> Result<Metadata, FileError> {
        self.base.metadata(path)
    }

    fn resolved_metadata(&self, path: &str) -> Result<Metadata, FileError> {
        self.base.resolved_metadata(path)
    }

    fn absolute(&self, path: &str) -> String {
        self.base.absolute(path)
    }
}

/// Without `.` parts, doubled slashes and a slash at the end; `x/..` is taken back.
fn normal(path: &str) -> String {
    let path = path.strip_prefix("/project").unwrap_or(path);
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_lists_what_lies_directly_in_it() {
        let files = MemoryFiles::new().with("a/b.txt", "1").with("a/c/d.txt", "2").with("e", "3");
        let names = |path| files.list(path).expect("a folder").into_iter().map(|entry| entry.name).collect::<Vec<_>>();
        assert_eq!(names("."), ["a", "e"]);
        assert_eq!(names("a/"), ["b.txt", "c"]);
        assert_eq!(files.list("e"), Err(FileError::WrongKind(EntryKind::File)));
        assert_eq!(files.read("a/x"), Err(FileError::Missing));
        assert_eq!(files.read("./a/c/../b.txt"), Ok(b"1".to_vec()));
    }
}
