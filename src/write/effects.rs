//! What writing output does to a disk, one small step at a time, so that a test can stop it before each.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// What lies at a path, links not followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A regular file.
    File {
        /// What it holds.
        bytes: Vec<u8>,
        /// Whether its owner may run it.
        executable: bool,
    },
    /// A folder.
    Folder,
    /// A link, pipe, socket or device.
    Other,
}

/// The steps. Paths have `/` between their parts and are relative to the output folder, `""` being that folder.
pub trait Effects {
    /// What lies there.
    fn look(&self, path: &str) -> io::Result<Found>;
    /// Makes a folder whose parent exists.
    fn make_folder(&mut self, path: &str) -> io::Result<()>;
    /// Writes a new file through to the disk.
    fn write_new(&mut self, path: &str, bytes: &[u8], executable: bool) -> io::Result<()>;
    /// Gives a file another name, in place of what has that name.
    fn rename(&mut self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file.
    fn remove(&mut self, path: &str) -> io::Result<()>;
    /// Removes a folder if nothing is in it.
    fn remove_empty_folder(&mut self, path: &str) -> io::Result<()>;
    /// Makes the names in a folder last.
    fn sync_folder(&mut self, path: &str) -> io::Result<()>;
    /// Keeps other runs out until this is dropped; fails if one is at work.
    fn lock(&mut self) -> io::Result<()>;
}

/// The real disk.
#[derive(Debug)]
pub struct Disk {
    root: PathBuf,
    lock: Option<File>,
}

impl Disk {
    /// The disk below `root`, which need not exist.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), lock: None }
    }

    fn at(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.root.clone() } else { self.root.join(path) }
    }
}

impl Effects for Disk {
    fn look(&self, path: &str) -> io::Result<Found> {
        let at = self.at(path);
        // The output folder itself may be a link; what lies in it may not.
        let metadata = if path.is_empty() { fs::metadata(&at) } else { fs::symlink_metadata(&at) };
        let metadata = match metadata {
            Ok(metadata) => metadata,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(Found::Nothing),
            Err(error) => return Err(error),
        };
        if metadata.is_dir() {
            return Ok(Found::Folder);
        }
        if !metadata.is_file() {
            return Ok(Found::Other);
        }
        Ok(Found::File { bytes: fs::read(&at)?, executable: metadata.permissions().mode() & 0o100 != 0 })
    }

    fn make_folder(&mut self, path: &str) -> io::Result<()> {
        if path.is_empty() { fs::create_dir_all(self.at(path)) } else { fs::create_dir(self.at(path)) }
    }

    fn write_new(&mut self, path: &str, bytes: &[u8], executable: bool) -> io::Result<()> {
        let mode = if executable { 0o755 } else { 0o644 };
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(self.at(path))?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.at(from), self.at(to))
    }

    fn remove(&mut self, path: &str) -> io::Result<()> {
        fs::remove_file(self.at(path))
    }

    fn remove_empty_folder(&mut self, path: &str) -> io::Result<()> {
        match fs::remove_dir(self.at(path)) {
            Err(error) if matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::NotFound) => Ok(()),
            done => done,
        }
    }

    fn sync_folder(&mut self, path: &str) -> io::Result<()> {
        // Some file systems cannot do that with folders, and none needs it for whole files.
        match File::open(self.at(path))?.sync_all() {
            Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
            done => done,
        }
    }

    fn lock(&mut self) -> io::Result<()> {
        if self.lock.is_some() || !self.root.exists() {
            return Ok(());
        }
        let folder = File::open(&self.root)?;
        match folder.try_lock() {
            Ok(()) => self.lock = Some(folder),
            Err(fs::TryLockError::WouldBlock) => return Err(io::Error::other("another run is writing there")),
            // A file system without locks: runs at the same time are then the user's affair.
            Err(fs::TryLockError::Error(_)) => {}
        }
        Ok(())
    }
}
