//! Folders as archives: tar in gzip, the same bytes for the same folder.

use std::io::Write as _;

use crate::source::{EntryKind, Files};

/// What is worth telling of a folder.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// A link was followed.
    pub(super) links: bool,
    /// A mode lost something.
    pub(super) masked: bool,
    /// Something belongs to somebody else than whoever compiles.
    pub(super) owners: bool,
}

/// Packs what is in a folder, modes without the bits of `mask`, everything root's and without a time.
pub(super) fn pack(files: &dyn Files, folder: &str, mask: u32, notes: &mut Notes) -> Result<Vec<u8>, String> {
    let mut tar = Vec::new();
    add(files, folder, "", mask, notes, &mut tar, 0)?;
    tar.extend([0; 1024]);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let packed = gzip.write_all(&tar).and_then(|()| gzip.finish());
    packed.map_err(|error| format!("{folder} cannot be packed: {error}"))
}

/// Deeper than any folder is unless a link leads back up.
const DEEPEST: usize = 64;

fn add(
    files: &dyn Files,
    folder: &str,
    inside: &str,
    mask: u32,
    notes: &mut Notes,
    tar: &mut Vec<u8>,
    depth: usize,
) -> Result<(), String> {
    if depth > DEEPEST {
        return Err(format!("{folder} is too deep: a link in it may lead back to it"));
    }
    let unread = |path: &str, error: crate::source::FileError| format!("{path} cannot be read: {error}");
    for entry in files.list(folder).map_err(|error| unread(folder, error))? {
        let path = format!("{folder}/{}", entry.name);
        let name = if inside.is_empty() { entry.name.clone() } else { format!("{inside}/{}", entry.name) };
        notes.links |= entry.kind == EntryKind::Link;
        let metadata = files.resolved_metadata(&path).map_err(|error| unread(&path, error))?;
        let mode = metadata.mode & 0o777 & !mask;
        notes.owners |= metadata.uid != 0 || metadata.gid != 0;
        notes.masked |= metadata.mode & 0o7777 != mode;
        match metadata.kind {
            EntryKind::Folder => {
                member(tar, &format!("{name}/"), mode, b'5', &[]);
                add(files, &path, &name, mask, notes, tar, depth + 1)?;
            }
            EntryKind::File => {
                let bytes = files.read(&path).map_err(|error| unread(&path, error))?;
                member(tar, &name, mode, b'0', &bytes);
            }
            EntryKind::Link | EntryKind::Other => return Err(format!("{path} is neither file nor folder")),
        }
    }
    Ok(())
}

fn member(tar: &mut Vec<u8>, name: &str, mode: u32, kind: u8, bytes: &[u8]) {
    let mut short = name.as_bytes();
    if short.len() > 100 {
        // GNU's form: a member before it has the name.
        let mut long = name.as_bytes().to_vec();
        long.push(0);
        header(tar, b"././@LongLink", 0o644, b'L', long.len());
        body(tar, &long);
        short = &short[..100];
    }
    header(tar, short, mode, kind, bytes.len());
    body(tar, bytes);
}

fn header(tar: &mut Vec<u8>, name: &[u8], mode: u32, kind: u8, size: usize) {
    let mut block = [0_u8; 512];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name);
    put(100, format!("{mode:07o}\0").as_bytes());
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{size:011o}\0").as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, &[kind]);
    put(257, b"ustar  \0");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    tar.extend(block);
}

fn body(tar: &mut Vec<u8>, bytes: &[u8]) {
    tar.extend(bytes);
    tar.resize(tar.len().next_multiple_of(512), 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MemoryFiles;

    #[test]
    fn the_same_folder_is_the_same_archive() {
        let files = MemoryFiles::new().with("d/a.txt", "one").with("d/sub/b.sh", "two").with("d/z", "");
        let long = "x".repeat(150);
        let files = files.with(&format!("d/{long}"), "long");
        let first = pack(&files, "d", 0o022, &mut Notes::default()).expect("packs");
        assert_eq!(first, pack(&files, "d", 0o022, &mut Notes::default()).expect("packs"));
        let mut tar = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(first.as_slice()), &mut tar).expect("gzip");
        assert_eq!(tar.len() % 512, 0);
        let names: Vec<String> = tar
            .chunks(512)
            .filter(|block| &block[257..262] == b"ustar")
            .map(|block| String::from_utf8_lossy(&block[..100]).trim_end_matches('\0').to_owned())
            .collect();
        assert_eq!(names, ["a.txt", "sub/", "sub/b.sh", "././@LongLink", &long[..100], "z"]);
    }
}
