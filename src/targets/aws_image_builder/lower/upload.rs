//! Files that arrive in the machine, as Packer's ssh communicator puts them there.
//!
//! It copies as the login user with `scp`: links are followed, modes lose what the mask takes, a folder without a slash
//! becomes a folder of its name where the destination is there, and the destination itself where it is not.
//!
//! In a container it is `docker cp` that copies: as root, links as links, with modes and owners, and what it replaces is
//! replaced, not written through.
//!
//! Small files stand in the document; all others are assets. A folder is one archive either way.

use super::archive::{self, Manner};
use super::code::Code;
use super::content::Content;
use super::shell::{push_step, session, unique};
use super::{Draft, Lowering, container, windows};
use crate::graph::{Direction, Node, StepOptions, Upload, UploadSource};
use crate::source::{EntryKind, Metadata, Span};
use crate::targets::aws_image_builder::document::{Action, OnFailure, Step, Transfer};
use crate::targets::aws_image_builder::model::Platform;
use crate::targets::aws_image_builder::names::Wish;
use crate::targets::text::paths::absolute;

/// Bits that the login user's mask takes.
pub(super) const MASK: u32 = 0o022;

/// What travels, read.
pub(super) enum Item {
    /// A file with its mode.
    File { name: String, content: Bytes, mode: u32 },
    /// A folder, packed; `inside` means only what is in it. In a container it has a mode and an owner of its own.
    Folder { name: String, archive: Vec<u8>, inside: bool, own: Option<(u32, (u32, u32))> },
    /// A link to a folder, named without a slash: `docker cp` copies the link.
    Link { name: String, target: String },
}

/// The content of a file.
pub(super) enum Bytes {
    Parts(Vec<Content>),
    Plain(Vec<u8>),
}

pub(super) fn upload(l: &mut Lowering<'_>, node: &Node, upload: &Upload) {
    let Upload { options, direction, sources, destination, generated } = upload;
    if *direction == Direction::Download {
        return super::download::download(l, node, options, sources, destination);
    }
    if !container::knows_owner(l) {
        return;
    }
    let Some(destination) = l.known(node, "destination", destination.span, &destination.value) else { return };
    let mut items = Vec::new();
    for source in sources {
        let item = match source {
            UploadSource::Content(text) if destination.ends_with('/') => {
                let why = "the file would have a random name: give `destination` a name at its end";
                l.report.refused(node, "destination", text.span, why, None);
                return;
            }
            UploadSource::Content(text) => match l.parts(&text.value, &|_| None) {
                Ok(parts) => Item::File { name: String::new(), content: Bytes::Parts(parts), mode: 0o600 },
                Err((why, help)) => {
                    l.report.refused(node, "content", text.span, &why, help);
                    return;
                }
            },
            UploadSource::Path(path) => {
                let name = if sources.len() > 1 { "sources" } else { "source" };
                let Some(known) = l.known(node, name, path.span, &path.value) else { return };
                if *generated {
                    let why = format!("`{known}` is made while Packer builds");
                    let help = Some("make it before compiling, and take `generated` away".to_owned());
                    l.report.refused(node, name, path.span, &why, help);
                    return;
                }
                match read(l, node, name, path.span, &known) {
                    Some(item) => item,
                    None => return,
                }
            }
        };
        items.push(item);
    }
    let basename = destination.trim_end_matches('/').to_owned();
    let wish = Wish {
        prefix: "file-",
        path: Some(if basename.is_empty() { "root".to_owned() } else { basename }),
        whole: true,
        ..Wish::default()
    };
    let mut draft = l.draft(options, wish);
    if l.platform == Platform::Windows {
        windows::begin(l, &mut draft, options);
    }
    let StepOptions { name: _, pause_before, timeout: _, retries: _, continue_on_error: _ } = options;
    let mut code = Code::default();
    if l.platform != Platform::Windows {
        if let Some(pause) = pause_before {
            code.push(format!("sleep {}", super::code::seconds(pause.value)));
        }
        if l.container.is_none() {
            session(l, &mut code);
        } else {
            code.push("umask 022");
        }
    }
    for item in items {
        if l.platform == Platform::Windows {
            on_windows(l, node, &mut draft, item, &destination);
        } else {
            on_unix(l, &mut draft, &mut code, item, &destination);
        }
    }
    if l.platform != Platform::Windows {
        push_step(l, &mut draft, code, "put");
    }
    limit_by(&mut draft, options);
    l.drafts.push(draft);
}

/// Gives the steps of a provisioner what its options say of all of them.
pub(super) fn limit_by(draft: &mut Draft, options: &StepOptions) {
    let StepOptions { name: _, pause_before: _, timeout, retries, continue_on_error } = options;
    let (timeout, retries) = (timeout.as_ref().map(|it| it.value), retries.as_ref().map(|it| it.value));
    limit(draft, timeout, retries, continue_on_error.as_ref().is_some_and(|it| it.value));
}

/// Gives the steps of a provisioner what all steps have.
pub(super) fn limit(draft: &mut Draft, timeout: Option<std::time::Duration>, retries: Option<u64>, goes_on: bool) {
    for step in draft.build.iter_mut().filter(|step| !matches!(step.action, Action::Reboot { .. })) {
        step.timeout = timeout.map(|timeout| super::code::seconds(timeout).max(1));
        step.attempts = retries.unwrap_or(0) + 1;
        if goes_on {
            step.on_failure = OnFailure::Ignore;
        }
    }
}

pub(super) fn read(l: &mut Lowering<'_>, node: &Node, name: &str, span: Span, path: &str) -> Option<Item> {
    let refuse = |l: &mut Lowering<'_>, why: String| {
        l.report.refused(node, name, span, &why, None);
    };
    let metadata = match l.context.files.resolved_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => {
            refuse(l, format!("{path} cannot be read: {error}"));
            return None;
        }
    };
    let base = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let (manner, mask) = match &l.container {
        // Changing hands takes the set-user and set-group bits away.
        Some(container) => (Manner::Docker, if container.gives_away() { 0o6000 } else { 0 }),
        None => (Manner::Ssh { mask: MASK }, 0o7000 | MASK),
    };
    match metadata.kind {
        EntryKind::Folder => {
            if manner == Manner::Docker
                && !path.ends_with('/')
                && let Ok(Metadata { kind: EntryKind::Link, target, .. }) = l.context.files.metadata(path)
            {
                return Some(Item::Link { name: base, target: target.unwrap_or_default() });
            }
            let mut notes = archive::Notes::default();
            match archive::pack(l.context.files, path.trim_end_matches('/'), manner, &mut notes) {
                Ok(archive) if manner == Manner::Docker => {
                    let own = Some((metadata.mode & 0o7777, (metadata.uid, metadata.gid)));
                    Some(Item::Folder { name: base, archive, inside: path.ends_with('/'), own })
                }
                Ok(archive) => {
                    if notes.links {
                        l.report.near(
                            node,
                            name,
                            span,
                            "links are followed, as Packer's ssh communicator follows them",
                        );
                    }
                    if notes.owners {
                        l.report.near(node, name, span, "everything belongs to the login user, as over ssh");
                    }
                    if notes.masked {
                        l.report.near(node, name, span, "modes lose what the mask takes, as over ssh");
                    }
                    Some(Item::Folder { name: base, archive, inside: path.ends_with('/'), own: None })
                }
                Err(why) => {
                    refuse(l, why);
                    None
                }
            }
        }
        EntryKind::File => match l.context.files.read(path) {
            Ok(bytes) => {
                if manner != Manner::Docker && metadata.mode & 0o7777 & mask != 0 {
                    l.report.near(node, name, span, "its mode loses what the mask takes, as over ssh");
                }
                Some(Item::File { name: base, content: Bytes::Plain(bytes), mode: metadata.mode & 0o7777 & !mask })
            }
            Err(error) => {
                refuse(l, format!("{path} cannot be read: {error}"));
                None
            }
        },
        EntryKind::Link | EntryKind::Other => {
            refuse(l, format!("{path} is no regular file"));
            None
        }
    }
}

pub(super) fn on_unix(l: &mut Lowering<'_>, draft: &mut Draft, code: &mut Code, item: Item, destination: &str) {
    let in_container = l.container.is_some();
    let absolute = absolute(destination);
    let destination = if in_container {
        if destination.ends_with('/') && absolute != "/" { format!("{absolute}/") } else { absolute }
    } else {
        // The folder that steps start in is the login user's own.
        destination.strip_prefix("~/").unwrap_or(destination).to_owned()
    };
    let destination = destination.as_str();
    match item {
        Item::Link { name, target } => {
            let (to, target) = (code.text(destination), code.text(&target));
            code.push(format!("to={to}"));
            let name = code.text(&name);
            code.push(format!("if [ -d \"$to\" ]; then to=\"${{to%/}}\"/{name}; fi"));
            code.push(format!("ln -sfn {target} \"$to\""));
        }
        Item::File { name, content, mode } => {
            let target =
                if destination.ends_with('/') { format!("{destination}{name}") } else { destination.to_owned() };
            let target = code.text(&target);
            let asset = match content {
                Bytes::Plain(bytes) if bytes.len() > l.inline_file() => Some(fetch(l, draft, bytes)),
                Bytes::Plain(bytes) => {
                    place(l, code, &target, |code, target| code.write_bytes(&bytes, target));
                    None
                }
                Bytes::Parts(parts) => {
                    let known = Content::known(&parts).filter(|text| text.len() > l.inline_file());
                    match known {
                        Some(text) => Some(fetch(l, draft, text.into_bytes())),
                        None => {
                            place(l, code, &target, |code, target| code.write(l, &parts, target));
                            None
                        }
                    }
                }
            };
            if let Some(fetched) = asset {
                check(code, &fetched);
                place(l, code, &target, |code, target| code.push(format!("cat {} > {target}", fetched.path)));
                code.push(format!("rm -f {}", fetched.path));
            }
            give_away(l, code, &target, false);
            code.push(format!("chmod {mode:04o} {target}"));
        }
        Item::Folder { name, archive, inside, own } => {
            let packed = if archive.len() > l.inline_file() {
                let fetched = fetch(l, draft, archive);
                check(code, &fetched);
                fetched.path
            } else {
                let path = format!("/tmp/formwork-{}", hex(&archive).get(..12).unwrap_or_default());
                code.write_bytes(&archive, &path);
                path
            };
            let target = code.text(if destination.is_empty() { "." } else { destination });
            let name = code.text(&name);
            code.push(format!("to={target}"));
            // Packer gives away all of the destination, also what was there before.
            let whole = target.clone();
            // What the login user may not make, is not made.
            let sudo = sudo(l, code);
            if !inside {
                code.push(format!("if [ -d \"$to\" ]; then to=\"${{to%/}}\"/{name}; fi"));
            }
            match own {
                None => code.push(format!("[ -d \"$to\" ] || {sudo}mkdir \"$to\"")),
                Some((mode, (user, group))) => {
                    let own = format!("chown {user}:{group} \"$to\"\nchmod {mode:04o} \"$to\"");
                    // One that is there keeps its own, unless it is the folder itself that arrives.
                    code.push(if inside {
                        format!("if [ ! -d \"$to\" ]; then\nmkdir \"$to\"\n{own}\nfi")
                    } else {
                        format!("[ -d \"$to\" ] || mkdir \"$to\"\n{own}")
                    });
                }
            }
            let flags = if in_container { "-xpm" } else { "-xom" };
            code.push(format!("gzip -dc {packed} | {sudo}tar {flags} -C \"$to\" -f -"));
            code.push(format!("rm -f {packed}"));
            give_away(l, code, &whole, true);
        }
    }
}

/// What `fix_upload_owner` does after an upload.
fn give_away(l: &Lowering<'_>, code: &mut Code, target: &str, folder: bool) {
    let Some(container) = l.container.as_ref().filter(|container| container.gives_away()) else { return };
    let owner = container.owner();
    if folder || owner != "root" {
        let owner = code.text(&owner);
        code.push(format!("chown -R {owner} {target}"));
    }
}

/// Writes a file as the login user: what he may not write, he may not write here.
pub(super) fn place(l: &Lowering<'_>, code: &mut Code, target: &str, write: impl FnOnce(&mut Code, &str)) {
    code.push(format!("if [ -d {target} ]; then echo {target} is a folder >&2; exit 1; fi"));
    if l.user == "root" || l.container.is_some() {
        code.push(format!("rm -f {target}"));
        return write(code, target);
    }
    let user = code.text(&l.user);
    code.push(format!("sudo -u {user} test -w {target} || sudo -u {user} touch {target}"));
    // Where everybody may write, systems keep even root from writing to what somebody else made.
    code.push(format!("rm -f {target}"));
    write(code, target);
    code.push(format!("chown {user}: {target}"));
}

fn sudo(l: &Lowering<'_>, code: &mut Code) -> String {
    let is_root = l.user == "root" || l.container.is_some();
    if is_root { String::new() } else { format!("sudo -u {} ", code.text(&l.user)) }
}

/// What was fetched, and where it lies.
pub(super) struct Fetched {
    pub(super) path: String,
    pub(super) sha256: String,
}

/// Adds a step that fetches an asset.
pub(super) fn fetch(l: &mut Lowering<'_>, draft: &mut Draft, bytes: Vec<u8>) -> Fetched {
    let sha256 = hex(&bytes);
    let short = sha256.get(..12).unwrap_or_default();
    let path = if l.platform == Platform::Windows {
        format!("C:\\Windows\\Temp\\formwork-{short}")
    } else {
        format!("/tmp/formwork-{short}")
    };
    // What has arrived twice goes twice.
    let path = (1..)
        .map(|number| if number == 1 { path.clone() } else { format!("{path}-{number}") })
        .find(|path| !arrives(draft, path))
        .unwrap_or_default();
    let source = l.asset(draft, bytes);
    let name = unique(draft, "fetch");
    let transfer = Transfer { source, destination: path.clone() };
    draft.build.push(Step::new(name, Action::S3Download(vec![transfer])));
    Fetched { path, sha256 }
}

/// Whether a step of the draft fetches something to this path.
fn arrives(draft: &Draft, path: &str) -> bool {
    draft.build.iter().any(|step| match &step.action {
        Action::S3Download(all) => all.iter().any(|transfer| transfer.destination == path),
        Action::ExecuteBash(_)
        | Action::ExecutePowerShell(_)
        | Action::S3Upload { .. }
        | Action::UpdateOs { .. }
        | Action::Reboot { .. } => false,
    })
}

/// Makes sure that what was fetched is what was uploaded.
pub(super) fn check(code: &mut Code, fetched: &Fetched) {
    let Fetched { path, sha256 } = fetched;
    code.push(format!("echo '{sha256}  {path}' | sha256sum -c - > /dev/null"));
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn on_windows(l: &mut Lowering<'_>, node: &Node, draft: &mut Draft, item: Item, destination: &str) {
    let Item::File { name, content, mode: _ } = item else {
        // Its own way to unpack would have to be brought along; every Windows since 2019 has tar.
        // A link to a folder is one of this host's.
        let Item::Folder { name, archive, inside, own: _ } = item else {
            let why = "a link to a folder does not travel to Windows";
            l.report.refused(node, "source", node.origin, why, None);
            return;
        };
        let fetched = fetch(l, draft, archive);
        windows::unpack(l, draft, &fetched, destination, &name, inside);
        return;
    };
    let ends = destination.ends_with(['/', '\\']);
    let target = if ends { format!("{destination}{name}") } else { destination.to_owned() };
    let bytes = match content {
        Bytes::Plain(bytes) => bytes,
        Bytes::Parts(parts) => match Content::known(&parts) {
            Some(text) => text.into_bytes(),
            None => {
                let why = "a value that is given later cannot be put into a file on Windows";
                l.report.refused(node, "content", node.origin, why, None);
                return;
            }
        },
    };
    if bytes.len() > l.inline_file() {
        let fetched = fetch(l, draft, bytes);
        windows::move_to(l, draft, &fetched, &target);
    } else {
        windows::put(l, draft, &bytes, &target);
    }
}
