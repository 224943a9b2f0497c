//! Rewrites a file of the user's.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use super::effects::{Content, Disk, Effects};

/// Gives the file at `path`, which holds `old`, the content `new`: at any instant it is whole, the one or the other. Mode
/// and owner stay. A symbolic link stays too, and the file that it leads to is rewritten; other hard links to that file
/// keep the old content. Fails without a change if the file may not be written or no longer holds `old`.
pub fn replace(path: &Path, old: &[u8], new: &[u8]) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let metadata = OpenOptions::new().write(true).open(&path)?.metadata()?;
    if fs::read(&path)? != old {
        return Err(io::Error::other("it changed since it was read"));
    }
    let folder = path.parent().ok_or_else(|| io::Error::other("it is no file"))?;
    let mut disk = Disk::new(folder);
    let other = format!(".formwork-{}-{}", std::process::id(), metadata.ino());
    let content = Content::File { bytes: new.to_vec(), mode: metadata.permissions().mode() & 0o7777 };
    let done = disk.write_new(&other, &content).and_then(|()| take_place(&folder.join(&other), &path, &metadata));
    if done.is_err() {
        // It is that failure that is told.
        let _ = disk.remove(&other);
        return done;
    }
    disk.sync_folder("")
}

fn take_place(other: &PathBuf, path: &PathBuf, metadata: &fs::Metadata) -> io::Result<()> {
    let own = fs::metadata(other)?;
    if (own.uid(), own.gid()) != (metadata.uid(), metadata.gid()) {
        // Who may not give files away owns what they write. Set-user bits go when the owner changes, and come back.
        if chown(other, Some(metadata.uid()), Some(metadata.gid())).is_ok() {
            fs::set_permissions(other, metadata.permissions())?;
        }
    }
    fs::rename(other, path)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn mode_and_links_stay() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "old").unwrap();
        fs::set_permissions(at("file"), fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("file", at("link")).unwrap();
        replace(&at("link"), b"old", b"new").unwrap();
        assert_eq!(fs::read(at("file")).unwrap(), b"new");
        assert_eq!(fs::metadata(at("file")).unwrap().permissions().mode() & 0o7777, 0o640);
        assert_eq!(fs::read_link(at("link")).unwrap(), Path::new("file"));
        assert_eq!(names(folder.path()), ["file", "link"]);
    }

    #[test]
    fn a_file_that_somebody_changed_meanwhile_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "edited").unwrap();
        assert!(replace(&path, b"old", b"new").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"edited");
        assert_eq!(names(folder.path()), ["file"]);
    }

    #[test]
    fn a_failure_leaves_the_old_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "old").unwrap();
        // The other name is taken, as by a process of this number that was stopped.
        let inode = fs::metadata(&path).unwrap().ino();
        let taken = format!(".formwork-{}-{inode}", std::process::id());
        fs::create_dir(folder.path().join(&taken)).unwrap();
        assert!(replace(&path, b"old", b"new").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), [taken, "file".to_owned()]);
    }
}
