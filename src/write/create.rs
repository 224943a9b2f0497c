//! Writes one file that belongs to its user.

use std::io;
use std::path::Path;

use super::effects::{Content, Disk, Effects};

/// Puts a file at `path`, whole or not at all, in place of what lies there. Folders above it are made.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut disk = Disk::new(folder);
    disk.make_folder("")?;
    let beside = format!(".{name}.formwork-{}", std::process::id());
    let content = Content::File { bytes: bytes.to_vec(), mode: 0o644 };
    let done = disk.write_new(&beside, &content).and_then(|()| disk.rename(&beside, name));
    if done.is_err() {
        // It is that failure that is told.
        let _ = disk.remove(&beside);
        return done;
    }
    disk.sync_folder("")
}
