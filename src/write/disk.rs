//! The compiler's view of a real disk.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use crate::source::{Entry, EntryKind, FileError, Files, Metadata};

/// Files below and around a folder of this machine.
#[derive(Clone, Debug)]
pub struct DiskFiles {
    /// What relative paths start from; absolute.
    root: PathBuf,
    uid: u32,
    gid: u32,
}

impl DiskFiles {
    /// The disk as seen from `root`, which is made absolute with the folder of the process.
    pub fn new(root: &Path) -> std::io::Result<Self> {
        Ok(Self {
            root: std::path::absolute(root)?,
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
        })
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    fn describe(&self, path: &Path, metadata: &fs::Metadata) -> Metadata {
        let kind = kind(metadata.file_type());
        let target = match kind {
            EntryKind::Link => fs::read_link(path).ok().map(|target| target.to_string_lossy().into_owned()),
            EntryKind::File | EntryKind::Folder | EntryKind::Other => None,
        };
        let unless = |id: u32, own: u32| if id == own { 0 } else { id };
        Metadata {
            kind,
            mode: metadata.mode() & 0o7777,
            uid: unless(metadata.uid(), self.uid),
            gid: unless(metadata.gid(), self.gid),
            size: metadata.len(),
            target,
        }
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let path = self.at(path);
        // A pipe would be waited for.
        let kind = kind(fs::metadata(&path).map_err(|error| file_error(&error))?.file_type());
        if kind != EntryKind::File {
            return Err(FileError::WrongKind(kind));
        }
        fs::read(&path).map_err(|error| file_error(&error))
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, FileError> {
        let path = self.at(path);
        let mut entries = Vec::new();
        for entry in fs::read_dir(&path).map_err(|error| file_error(&error))? {
            let entry = entry.map_err(|error| file_error(&error))?;
            let kind = kind(entry.file_type().map_err(|error| file_error(&error))?);
            entries.push(Entry { name: entry.file_name().to_string_lossy().into_owned(), kind });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn metadata(&self, path: &str) -> Result<Metadata, FileError> {
        let path = self.at(path);
        let metadata = fs::symlink_metadata(&path).map_err(|error| file_error(&error))?;
        Ok(self.describe(&path, &metadata))
    }

    fn resolved_metadata(&self, path: &str) -> Result<Metadata, FileError> {
        let path = self.at(path);
        let metadata = fs::metadata(&path).map_err(|error| file_error(&error))?;
        Ok(self.describe(&path, &metadata))
    }

    fn absolute(&self, path: &str) -> String {
        let mut out = PathBuf::new();
        for part in self.at(path).components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => {
                    out.pop();
                }
                Component::Prefix(_) | Component::RootDir | Component::Normal(_) => out.push(part),
            }
        }
        out.to_string_lossy().into_owned()
    }
}

fn kind(ty: fs::FileType) -> EntryKind {
    if ty.is_symlink() {
        EntryKind::Link
    } else if ty.is_dir() {
        EntryKind::Folder
    } else if ty.is_file() {
        EntryKind::File
    } else {
        EntryKind::Other
    }
}

/// In words that are the same on every machine, where the kind of fault is a usual one.
fn file_error(error: &std::io::Error) -> FileError {
    let kind = error.kind();
    if kind == ErrorKind::NotFound {
        FileError::Missing
    } else if kind == ErrorKind::NotADirectory {
        FileError::WrongKind(EntryKind::File)
    } else if kind == ErrorKind::IsADirectory {
        FileError::WrongKind(EntryKind::Folder)
    } else if kind == ErrorKind::PermissionDenied {
        FileError::Other("it may not be read".to_owned())
    } else {
        FileError::Other(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

    use super::*;

    #[test]
    fn the_disk_is_seen_with_modes_links_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("b"), "two").unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        std::os::unix::fs::symlink("b", folder.path().join("c")).unwrap();
        let files = DiskFiles::new(folder.path()).unwrap();
        let names: Vec<String> = files.list(".").unwrap().into_iter().map(|entry| entry.name).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(files.read("c").unwrap(), b"two");
        assert_eq!(files.metadata("c").unwrap().target.as_deref(), Some("b"));
        assert_eq!(files.resolved_metadata("c").unwrap().kind, EntryKind::File);
        assert_eq!((files.metadata("b").unwrap().uid, files.metadata("b").unwrap().gid), (0, 0));
        assert_eq!(files.read("a"), Err(FileError::WrongKind(EntryKind::Folder)));
        assert_eq!(files.read("x"), Err(FileError::Missing));
        assert_eq!(files.read("b/x"), Err(FileError::WrongKind(EntryKind::File)));
        assert!(files.absolute("a/../b").ends_with("/b"));
    }
}
