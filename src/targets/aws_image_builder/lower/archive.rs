//! Folders as archives: tar in gzip, the same bytes for the same folder.

use std::io::Write as _;

use crate::source::{EntryKind, Files};
use crate::targets::plan::Part;

/// How a folder travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// As `scp` copies: links are followed, modes lose these bits, everything is whose it arrives as.
    Ssh {
        /// Bits that the mask takes.
        mask: u32,
    },
    /// As `docker cp` copies: links, modes and owners stay.
    Docker,
}

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

/// Packs what is in a folder, without a time.
pub(super) fn pack(files: &dyn Files, folder: &str, manner: Manner, notes: &mut Notes) -> Result<Vec<u8>, String> {
    let mut tar = Vec::new();
    add(files, folder, "", manner, notes, &mut tar, 0)?;
    packed(tar, folder)
}

/// Packs parts of a tree in the same way, each below its place.
pub(super) fn pack_parts(
    files: &dyn Files,
    parts: &[Part],
    manner: Manner,
    notes: &mut Notes,
) -> Result<Vec<u8>, String> {
    let mut tar = Vec::new();
    for Part { folder, place, names } in parts {
        match names {
            None => add(files, folder, place, manner, notes, &mut tar, 0)?,
            Some(names) => {
                for name in names {
                    one(files, folder, name, place, manner, notes, &mut tar, 0)?;
                }
            }
        }
    }
    packed(tar, "the files of a step")
}

fn packed(mut tar: Vec<u8>, what: &str) -> Result<Vec<u8>, String> {
    tar.extend([0; 1024]);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let packed = gzip.write_all(&tar).and_then(|()| gzip.finish());
    packed.map_err(|error| format!("{what} cannot be packed: {error}"))
}

/// Deeper than any folder is unless a link leads back up.
const DEEPEST: usize = 64;

/// The highest number of a user or group that seven octal digits say.
const HIGHEST_OWNER: u32 = 0o7_777_777;

fn unread(path: &str, error: &crate::source::FileError) -> String {
    format!("{path} cannot be read: {error}")
}

fn add(
    files: &dyn Files,
    folder: &str,
    inside: &str,
    manner: Manner,
    notes: &mut Notes,
    tar: &mut Vec<u8>,
    depth: usize,
) -> Result<(), String> {
    if depth > DEEPEST {
        return Err(format!("{folder} is too deep: a link in it may lead back to it"));
    }
    for entry in files.list(folder).map_err(|error| unread(folder, &error))? {
        notes.links |= entry.kind == EntryKind::Link;
        one(files, folder, &entry.name, inside, manner, notes, tar, depth)?;
    }
    Ok(())
}

/// Adds what is called so in a folder.
#[expect(clippy::too_many_arguments, reason = "they are what is walked through")]
fn one(
    files: &dyn Files,
    folder: &str,
    name: &str,
    inside: &str,
    manner: Manner,
    notes: &mut Notes,
    tar: &mut Vec<u8>,
    depth: usize,
) -> Result<(), String> {
    let path = format!("{folder}/{name}");
    let name = if inside.is_empty() { name.to_owned() } else { format!("{inside}/{name}") };
    let metadata = match manner {
        Manner::Ssh { mask: _ } => files.resolved_metadata(&path),
        Manner::Docker => files.metadata(&path),
    };
    let metadata = metadata.map_err(|error| unread(&path, &error))?;
    let owner = (metadata.uid, metadata.gid);
    notes.owners |= owner != (0, 0);
    let (mode, owner) = match manner {
        Manner::Ssh { mask } => (metadata.mode & 0o777 & !mask, (0, 0)),
        Manner::Docker => (metadata.mode & 0o7777, owner),
    };
    if owner.0.max(owner.1) > HIGHEST_OWNER {
        return Err(format!("{path} belongs to a number that no archive holds"));
    }
    notes.masked |= metadata.mode & 0o7777 != mode;
    match metadata.kind {
        EntryKind::Folder => {
            let name_in_tar = format!("{name}/");
            member(tar, Member { name: &name_in_tar, mode, owner, kind: b'5', link: "" }, &[]);
            add(files, &path, &name, manner, notes, tar, depth + 1)
        }
        EntryKind::File => {
            let bytes = files.read(&path).map_err(|error| unread(&path, &error))?;
            member(tar, Member { name: &name, mode, owner, kind: b'0', link: "" }, &bytes);
            Ok(())
        }
        EntryKind::Link => {
            let target = metadata.target.unwrap_or_default();
            member(tar, Member { name: &name, mode: 0o777, owner, kind: b'2', link: &target }, &[]);
            Ok(())
        }
        EntryKind::Other => Err(format!("{path} is neither file nor folder")),
    }
}

/// What a member says of itself.
struct Member<'a> {
    name: &'a str,
    mode: u32,
    /// User and group.
    owner: (u32, u32),
    /// `0` a file, `2` a link, `5` a folder.
    kind: u8,
    /// Where a link points.
    link: &'a str,
}

fn member(tar: &mut Vec<u8>, member: Member<'_>, bytes: &[u8]) {
    let Member { name, mode, owner, kind, link } = member;
    let mut short = [name.as_bytes(), link.as_bytes()];
    // GNU's form: a member before it has what is too long.
    for (text, kind) in short.iter_mut().zip([b'L', b'K']) {
        if text.len() > 100 {
            let mut long = text.to_vec();
            long.push(0);
            header(tar, [b"././@LongLink", b""], 0o644, (0, 0), kind, long.len());
            body(tar, &long);
            *text = &text[..100];
        }
    }
    header(tar, short, mode, owner, kind, bytes.len());
    body(tar, bytes);
}

fn header(tar: &mut Vec<u8>, [name, link]: [&[u8]; 2], mode: u32, (user, group): (u32, u32), kind: u8, size: usize) {
    let mut block = [0_u8; 512];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name);
    put(100, format!("{mode:07o}\0").as_bytes());
    put(108, format!("{user:07o}\0").as_bytes());
    put(116, format!("{group:07o}\0").as_bytes());
    put(124, format!("{size:011o}\0").as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, &[kind]);
    put(157, link);
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
        let first = pack(&files, "d", Manner::Ssh { mask: 0o022 }, &mut Notes::default()).expect("packs");
        assert_eq!(first, pack(&files, "d", Manner::Ssh { mask: 0o022 }, &mut Notes::default()).expect("packs"));
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

    #[test]
    fn docker_keeps_links_modes_and_owners() {
        let files = MemoryFiles::new().with("d/a.txt", "one").with("d/sub/b.sh", "two");
        let packed = pack(&files, "d", Manner::Docker, &mut Notes::default()).expect("packs");
        let mut tar = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed.as_slice()), &mut tar).expect("gzip");
        let mut one = Vec::new();
        let link = Member { name: "l", mode: 0o777, owner: (1234, 2345), kind: b'2', link: "../a.txt" };
        member(&mut one, link, &[]);
        assert_eq!((one[156], &one[157..166], &one[108..115]), (b'2', &b"../a.txt\0"[..], &b"0002322"[..]));
        assert_eq!(&one[116..123], b"0004451");
        let long = "x".repeat(120);
        let mut two = Vec::new();
        member(&mut two, Member { name: "l", mode: 0o777, owner: (0, 0), kind: b'2', link: &long }, &[]);
        assert_eq!((two[156], two.len()), (b'K', 3 * 512));
        assert_eq!(tar.len() % 512, 0);
    }
}
