//! What writing output does to a disk, one small step at a time, so that a test can stop it before each.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// What lies at a path, links not followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// Something that we write as well.
    Content(Content),
    /// A pipe, socket or device.
    Other,
}

/// What is written at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A regular file.
    File {
        /// What it holds.
        bytes: Vec<u8>,
        /// Permission bits.
        mode: u32,
    },
    /// A symbolic link.
    Link {
        /// Where it points.
        target: String,
    },
    /// A folder.
    Folder {
        /// Permission bits.
        mode: u32,
    },
}

impl Content {
    /// Whether what lies there (`self`) is as good as `wanted`. Version control keeps of a mode only whether the owner may
    /// run the file, so that is what counts wherever the mode is a usual one.
    pub fn serves_as(&self, wanted: &Self) -> bool {
        let same_mode = |mode: u32, wanted: u32| match wanted {
            0o644 | 0o755 => (mode ^ wanted) & 0o100 == 0,
            _ => mode == wanted,
        };
        match (self, wanted) {
            (Self::File { bytes, mode }, Self::File { bytes: wanted, mode: wanted_mode }) => {
                bytes == wanted && same_mode(*mode, *wanted_mode)
            }
            (Self::Link { target }, Self::Link { target: wanted }) => target == wanted,
            (Self::Folder { mode }, Self::Folder { mode: wanted }) => same_mode(*mode, *wanted),
            (Self::File { .. } | Self::Link { .. } | Self::Folder { .. }, _) => false,
        }
    }

    /// What the manifest's checksum is of.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::File { bytes, .. } => bytes,
            Self::Link { target } => target.as_bytes(),
            Self::Folder { .. } => b"",
        }
    }
}

/// The steps. Paths have `/` between their parts and are relative to the output folder, `""` being that folder.
pub trait Effects {
    /// What lies there.
    fn look(&self, path: &str) -> io::Result<Found>;
    /// Makes a folder whose parent exists.
    fn make_folder(&mut self, path: &str) -> io::Result<()>;
    /// Writes a new file through to the disk, or makes a new link or folder.
    fn write_new(&mut self, path: &str, content: &Content) -> io::Result<()>;
    /// Gives a folder that is there a mode.
    fn set_mode(&mut self, path: &str, mode: u32) -> io::Result<()>;
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
    /// Folders of the output that lie elsewhere, by name.
    folders: BTreeMap<String, PathBuf>,
    lock: Option<File>,
}

impl Disk {
    /// The disk below `root`, which need not exist.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), folders: BTreeMap::new(), lock: None }
    }

    /// With some of the folders directly below `root` elsewhere.
    #[must_use]
    pub fn with_folders(self, folders: BTreeMap<String, PathBuf>) -> Self {
        Self { folders, ..self }
    }

    /// Where a path of the output lies.
    pub fn at(&self, path: &str) -> PathBuf {
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        let (folder, rest) = match self.folders.get(first) {
            Some(elsewhere) => (elsewhere, rest),
            None => (&self.root, path),
        };
        if rest.is_empty() { folder.clone() } else { folder.join(rest) }
    }

    /// The output folder itself, or one in its place: it may be a link, and what is above it may be missing.
    fn is_top(&self, path: &str) -> bool {
        path.is_empty() || self.folders.contains_key(path)
    }
}

impl Effects for Disk {
    fn look(&self, path: &str) -> io::Result<Found> {
        let at = self.at(path);
        // What lies in the output folder may be no link.
        let metadata = if self.is_top(path) { fs::metadata(&at) } else { fs::symlink_metadata(&at) };
        let metadata = match metadata {
            Ok(metadata) => metadata,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(Found::Nothing);
            }
            Err(error) => return Err(error),
        };
        let mode = metadata.permissions().mode() & 0o7777;
        Ok(if metadata.is_dir() {
            Found::Content(Content::Folder { mode })
        } else if metadata.is_file() {
            Found::Content(Content::File { bytes: fs::read(&at)?, mode })
        } else if metadata.is_symlink() {
            Found::Content(Content::Link { target: fs::read_link(&at)?.to_string_lossy().into_owned() })
        } else {
            Found::Other
        })
    }

    fn make_folder(&mut self, path: &str) -> io::Result<()> {
        if self.is_top(path) { fs::create_dir_all(self.at(path)) } else { fs::create_dir(self.at(path)) }
    }

    fn write_new(&mut self, path: &str, content: &Content) -> io::Result<()> {
        let at = self.at(path);
        match content {
            Content::File { bytes, mode } => {
                let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&at)?;
                file.write_all(bytes)?;
                file.set_permissions(fs::Permissions::from_mode(*mode))?;
                file.sync_all()
            }
            Content::Link { target } => std::os::unix::fs::symlink(target, &at),
            Content::Folder { mode } => {
                fs::create_dir(&at)?;
                fs::set_permissions(&at, fs::Permissions::from_mode(*mode))
            }
        }
    }

    fn set_mode(&mut self, path: &str, mode: u32) -> io::Result<()> {
        fs::set_permissions(self.at(path), fs::Permissions::from_mode(mode))
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.at(from), self.at(to))
    }

    fn remove(&mut self, path: &str) -> io::Result<()> {
        fs::remove_file(self.at(path))
    }

    fn remove_empty_folder(&mut self, path: &str) -> io::Result<()> {
        match fs::remove_dir(self.at(path)) {
            // The folder of a target may be the one that the process is in.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::DirectoryNotEmpty
                        | ErrorKind::NotFound
                        | ErrorKind::InvalidInput
                        | ErrorKind::ResourceBusy
                ) =>
            {
                Ok(())
            }
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
