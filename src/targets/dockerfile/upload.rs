//! Uploads: what `docker cp` does, said with `COPY` where that does the same, else with `cp` over a bind mount.
//!
//! A file copied *into a folder* replaces what has its name there, a link too, and stops at a folder of that name, as
//! `docker cp` does; copied *to a path* it would follow a link. So every file goes into its destination's folder, under
//! another name by way of a stage.

use std::collections::{BTreeMap, BTreeSet};

use super::lower::{CONTENTS, Lowering, UPLOADS, Who};
use super::model::{Command, Instruction};
use super::parameters::Code;
use super::{run, words};
use crate::graph::{Direction, Node, Upload, UploadSource};
use crate::resolve::value::Text;
use crate::source::{EntryKind, Metadata, Span, Spanned};
use crate::targets::OutContent;
use crate::targets::text::paths::{absolute, lexical};
use crate::targets::text::shell::is_plain;

/// Folders that every system image has; whoever uploads into others is told when they are missing, as Packer tells.
pub(super) fn standard_folders() -> BTreeSet<String> {
    const STANDARD: [&str; 22] = [
        "/",
        "/bin",
        "/etc",
        "/home",
        "/lib",
        "/mnt",
        "/opt",
        "/root",
        "/run",
        "/sbin",
        "/srv",
        "/tmp",
        "/usr",
        "/usr/bin",
        "/usr/lib",
        "/usr/local",
        "/usr/local/bin",
        "/usr/sbin",
        "/usr/share",
        "/var",
        "/var/lib",
        "/var/log",
    ];
    STANDARD.map(str::to_owned).into()
}

pub(super) fn upload(l: &mut Lowering<'_>, node: &Node, upload: &Upload) {
    let Upload { options, direction, sources, destination, generated } = upload;
    l.step_options(node, options);
    if let Some(goes_on) = options.continue_on_error.as_ref().filter(|it| it.value) {
        l.report.near(node, "continue_on_error", goes_on.span, "a build stops when a file does not arrive");
    }
    if let Some(retries) = &options.retries {
        l.report.exact(node, "max_retries", retries.span, "files of a build context always arrive");
    }
    if *direction == Direction::Download {
        super::download::download(l, node, sources, destination);
        return;
    }
    let Some(to) = l.known(node, "destination", destination.span, &destination.value) else { return };
    run::comment(l, node, options);
    for source in sources {
        let done = match source {
            UploadSource::Path(path) => from_path(l, node, path, &to, *generated),
            UploadSource::Content(text) => from_content(l, node, text, &to),
        };
        if done.is_none() {
            return;
        }
    }
}

fn split(path: &str) -> (String, String) {
    match path.rsplit_once('/') {
        Some(("", name)) => ("/".to_owned(), name.to_owned()),
        Some((folder, name)) => (folder.to_owned(), name.to_owned()),
        None => ("/".to_owned(), path.to_owned()),
    }
}

/// Folder and name of a file's destination.
fn place(to: &str, name: &str) -> (String, String) {
    if to.ends_with('/') { (absolute(to), name.to_owned()) } else { split(&absolute(to)) }
}

fn from_path(l: &mut Lowering<'_>, node: &Node, path: &Spanned<Text>, to: &str, generated: bool) -> Option<()> {
    let written = l.known(node, "source", path.span, &path.value)?;
    let contents = written.ends_with('/');
    let name = lexical(&written).rsplit('/').next().unwrap_or_default().to_owned();
    let bare = written.trim_end_matches('/');
    let kind = l.context.files.metadata(if bare.is_empty() { "/" } else { bare });
    let resolved = l.context.files.resolved_metadata(&written);
    match (kind, resolved) {
        (Ok(Metadata { kind: EntryKind::Link, target, .. }), Ok(Metadata { kind: EntryKind::Folder, .. }))
            if !contents =>
        {
            link(l, node, path.span, &target.unwrap_or_default(), &name, to)
        }
        (_, Ok(Metadata { kind: EntryKind::Folder, .. })) => {
            let source = context_path(l, node, "source", path.span, &written)?;
            folder(l, node, &written, &source, (!contents).then_some(name.as_str()), to)
        }
        (_, Ok(metadata @ Metadata { kind: EntryKind::File, .. })) => {
            let source = context_path(l, node, "source", path.span, &written)?;
            file(l, node, path.span, &source, &name, to, metadata.mode)
        }
        (_, Ok(_)) => {
            let why = format!("{written} is neither a file nor a folder");
            l.report.refused(node, "source", path.span, &why, None);
            None
        }
        (_, Err(_)) if generated => {
            let source = context_path(l, node, "source", path.span, &written)?;
            file(l, node, path.span, &source, &name, to, 0)
        }
        (_, Err(error)) => {
            l.report.refused(node, "source", path.span, &format!("{written}: {error}"), None);
            None
        }
    }
}

/// One file, links followed: it becomes root's, whoever owns it here.
fn file(l: &mut Lowering<'_>, node: &Node, span: Span, source: &str, name: &str, to: &str, mode: u32) -> Option<()> {
    let (folder, wanted) = place(to, name);
    has_folder(l, &folder);
    let flags = owner_flags(l, mode);
    if split(&format!("/{source}")).1 == wanted {
        copy(l, &flags, source, &folder);
    } else {
        l.upload_count += 1;
        let staged = format!("/{}/{wanted}", l.upload_count);
        let _ = span;
        l.uploads.push(Instruction::Other { keyword: "COPY", rest: words::copy(source, &staged) });
        copy(l, &format!("--from={UPLOADS} {flags}"), &staged, &folder);
    }
    fix_owner(l, node, &format!("{}/{wanted}", folder.trim_end_matches('/')), false);
    Some(())
}

/// A text of the template: mode 0600, root's.
fn from_content(l: &mut Lowering<'_>, node: &Node, text: &Spanned<Text>, to: &str) -> Option<()> {
    let parts = l.parts(node, "content", text.span, &text.value, &|_| None)?;
    // Packer's own name for the file it makes of a text; it matters only below a folder.
    if to.ends_with('/') {
        let why = "the file would have a random name: give `destination` a name at its end";
        l.report.refused(node, "destination", text.span, why, None);
        return None;
    }
    let (folder, wanted) = split(&absolute(to));
    has_folder(l, &folder);
    let staged = run::content_file(l, node, &wanted, &parts)?;
    let owner = match &l.container_user {
        Who::Known(user) if l.fix_upload_owner && !l.container_user.is_root() => owner_of(user),
        Who::Known(_) | Who::Unknown => "0:0".to_owned(),
    };
    copy(l, &format!("--from={CONTENTS} --chown={owner} --chmod=0600"), &staged, &folder);
    fix_owner(l, node, &format!("{}/{wanted}", folder.trim_end_matches('/')), false);
    Some(())
}

fn copy(l: &mut Lowering<'_>, flags: &str, source: &str, folder: &str) {
    let folder = if folder.ends_with('/') { folder.to_owned() } else { format!("{folder}/") };
    let paths = words::copy(source, &folder);
    let flags = flags.trim();
    let rest = if flags.is_empty() { paths } else { format!("{flags} {paths}") };
    l.main.push(Instruction::Other { keyword: "COPY", rest });
}

/// The group stays root's when an upload changes hands.
fn owner_of(user: &str) -> String {
    format!("{}:0", user.split(':').next().unwrap_or_default())
}

fn owner_flags(l: &Lowering<'_>, mode: u32) -> String {
    if !l.fix_upload_owner {
        return String::new();
    }
    // Changing hands takes the set-user and set-group bits away.
    let bits = if mode & 0o6000 == 0 { String::new() } else { format!(" --chmod={:04o}", mode & 0o1777) };
    match &l.container_user {
        Who::Known(user) if !l.container_user.is_root() => format!("--chown={}{bits}", owner_of(user)),
        Who::Known(_) | Who::Unknown => bits,
    }
}

/// What `fix_upload_owner` does after an upload, where it is not already done.
fn fix_owner(l: &mut Lowering<'_>, node: &Node, path: &str, folder: bool) {
    if !l.fix_upload_owner {
        return;
    }
    let mut code = Code::default();
    let path = code.text(path);
    match l.container_user.clone() {
        Who::Known(_) if !folder => {}
        Who::Known(user) => {
            l.as_user("root");
            let user = if user.is_empty() { "root".to_owned() } else { user };
            let user = code.text(user.split(':').next().unwrap_or_default());
            l.push_run(&code, Vec::new(), vec![vec![format!("chown -R {user} {path}")]]);
        }
        Who::Unknown if written(l, "fix_upload_owner") => {
            let why = "to whom uploads are to belong depends on the base's user, which is not known";
            let help = format!("give {}", l.setting(crate::targets::changes::BASE_CONFIG, "FILE"));
            let machine = l.graph.node(l.path.machine);
            l.report.refused(machine, "fix_upload_owner", node.origin, why, Some(help));
        }
        Who::Unknown => {
            // As root this changes what Packer changes; as anybody else it stops the build.
            let how = format!(
                "the base's user is taken to be root, and the build stops if it is not; {} tells",
                l.setting(crate::targets::changes::BASE_CONFIG, "FILE")
            );
            let machine = l.graph.node(l.path.machine);
            l.report.exact(machine, "fix_upload_owner", node.origin, &how);
            l.push_run(&code, Vec::new(), vec![vec![format!("chown -R \"$(id -u)\" {path}")]]);
        }
    }
}

/// Whether the template itself says it; a default that only some spellings have is not worth a refusal.
fn written(l: &Lowering<'_>, name: &str) -> bool {
    let machine = l.graph.node(l.path.machine);
    machine.written.iter().any(|written| written.name == name)
}

/// The folder of a destination has to be there: `COPY` would make it, Packer stops.
fn has_folder(l: &mut Lowering<'_>, folder: &str) {
    if !l.known_folders.insert(folder.to_owned()) {
        return;
    }
    let mut code = Code::default();
    let word = code.text(folder);
    l.push_run(&code, Vec::new(), vec![vec![format!("test -d {word}")]]);
}

/// A folder: its content to the destination, or itself where the destination is there already.
fn folder(l: &mut Lowering<'_>, node: &Node, written: &str, source: &str, name: Option<&str>, to: &str) -> Option<()> {
    let owners = owners(l, written);
    let to = absolute(to);
    let mut flags = Vec::new();
    let from = mount(l, &mut flags, source);
    let mut code = Code::default();
    let mut commands: Vec<Command> = Vec::new();
    as_root(l, &mut commands, &to);
    let word = code.text(&to);
    let inside = name.map(|name| code.text(&format!("{}/{name}", to.trim_end_matches('/'))));
    // What arrives in a folder changes nothing of the folder itself, where `cp` would.
    let as_it_was = name.is_none();
    if as_it_was {
        commands.push(vec![format!("was=\"$([ ! -d {word} ] || stat -Lc '%u:%g %a' {word})\"")]);
    }
    if owners.is_empty() {
        commands.push(match &inside {
            None => vec![format!("cp -a {from}/. {word}")],
            Some(inside) => vec![
                format!("if [ -d {word} ]; then cp -a {from}/. {inside};"),
                format!("else cp -a {from}/. {word}; fi"),
            ],
        });
    } else {
        commands.push(vec![format!("to={word}")]);
        if let Some(inside) = &inside {
            commands.push(vec![format!("if [ -d \"$to\" ]; then to={inside}; fi")]);
        }
        commands.push(vec![format!("cp -a {from}/. \"$to\"")]);
        commands.extend(give_away(&mut code, owners));
    }
    if as_it_was {
        let restored = format!("chown \"${{was% *}}\" {word} && chmod \"${{was#* }}\" {word}");
        commands.push(vec![format!("if [ -n \"$was\" ]; then {restored}; fi")]);
    }
    l.known_folders.insert(to.clone());
    l.push_run(&code, flags, commands);
    // Packer changes the owner of all of it, also of what was there before.
    fix_owner(l, node, &to, true);
    Some(())
}

/// Commands that give what was copied to `$to` to its owners.
fn give_away(code: &mut Code, owners: BTreeMap<(u32, u32), Vec<(String, u32)>>) -> Vec<Command> {
    let mut commands = Vec::new();
    for ((uid, gid), paths) in owners {
        let mut command = vec![format!("chown -h {uid}:{gid}")];
        let mut bits = Vec::new();
        for (path, mode) in paths {
            let path = if path.is_empty() { "\"$to\"".to_owned() } else { format!("\"$to\"/{}", code.text(&path)) };
            if mode & 0o6000 != 0 {
                bits.push(vec![format!("chmod {mode:04o} {path}")]);
            }
            command.push(format!("  {path}"));
        }
        commands.push(command);
        commands.extend(bits);
    }
    commands
}

/// A link to a folder, named without a slash: it arrives as a link.
fn link(l: &mut Lowering<'_>, node: &Node, span: Span, target: &str, name: &str, to: &str) -> Option<()> {
    let _ = span;
    let to = absolute(to);
    let mut code = Code::default();
    let mut commands = Vec::new();
    as_root(l, &mut commands, &to);
    let (target, word) = (code.text(target), code.text(&to));
    let inside = code.text(&format!("{}/{name}", to.trim_end_matches('/')));
    commands.push(vec![
        format!("if [ -d {word} ]; then ln -sfn {target} {inside};"),
        format!("else ln -sfn {target} {word}; fi"),
    ]);
    l.push_run(&code, Vec::new(), commands);
    fix_owner(l, node, &to, true);
    Some(())
}

/// Uploads are root's work; where the base's user is not known, the commands make sure where it could go wrong unseen.
fn as_root(l: &mut Lowering<'_>, commands: &mut Vec<Command>, to: &str) {
    match l.current_user.clone() {
        Who::Known(_) => l.as_user("root"),
        Who::Unknown => {
            let open = ["/tmp", "/var/tmp", "/home", "/run"].iter().any(|folder| to.starts_with(folder));
            if open && !l.root_for_sure {
                commands.push(vec!["test \"$(id -u)\" = 0".to_owned()]);
            }
        }
    }
}

/// Foreign owners in a folder: by owner, the paths below it with their modes. A context makes everything root's.
pub(super) fn owners(l: &Lowering<'_>, written: &str) -> BTreeMap<(u32, u32), Vec<(String, u32)>> {
    let mut all = BTreeMap::<_, Vec<_>>::new();
    let root = written.trim_end_matches('/');
    let root = if root.is_empty() { "/" } else { root };
    let mut open = vec![String::new()];
    while let Some(path) = open.pop() {
        let full = if path.is_empty() { format!("{root}/") } else { format!("{root}/{path}") };
        let metadata =
            if path.is_empty() { l.context.files.resolved_metadata(&full) } else { l.context.files.metadata(&full) };
        let Ok(metadata) = metadata else { continue };
        if (metadata.uid, metadata.gid) != (0, 0) {
            let mode = if metadata.kind == EntryKind::Link { 0 } else { metadata.mode };
            all.entry((metadata.uid, metadata.gid)).or_default().push((path.clone(), mode));
        }
        if metadata.kind == EntryKind::Folder {
            for entry in l.context.files.list(&full).unwrap_or_default().into_iter().rev() {
                open.push(if path.is_empty() { entry.name } else { format!("{path}/{}", entry.name) });
            }
        }
    }
    all
}

/// Mounts something of the context; gives where.
pub(super) fn mount(l: &mut Lowering<'_>, flags: &mut Vec<String>, source: &str) -> String {
    l.upload_count += 1;
    let number = l.upload_count;
    let target = format!("/tmp/upload_{number}");
    flags.push(if source == "." {
        format!("--mount=type=bind,target={target}")
    } else if is_plain(source) && !source.contains(',') {
        format!("--mount=type=bind,source={source},target={target}")
    } else {
        l.uploads.push(Instruction::Other { keyword: "COPY", rest: words::copy(source, &format!("/{number}")) });
        format!("--mount=type=bind,from={UPLOADS},source=/{number},target={target}")
    });
    target
}

/// The path in the build context of something local, which is then let into the context. Links on the way are followed.
pub(super) fn context_path(l: &mut Lowering<'_>, node: &Node, name: &str, span: Span, written: &str) -> Option<String> {
    let path = relative_to_context(l, written);
    let copied = l.option("context") == Some("copy");
    let outside = path.starts_with('/') || path == ".." || path.starts_with("../");
    if outside && !copied {
        let why = format!("{written} lies outside of the folder that is the build's context");
        let help = format!("copy it into the output with {}", l.setting("context", "copy"));
        l.report.refused(node, name, span, &why, Some(help));
        return None;
    }
    let path = followed(l, &path);
    let outside = path.starts_with('/') || path == ".." || path.starts_with("../");
    if outside && !copied {
        let why = format!("{written} leads outside of the folder that is the build's context");
        let help = format!("copy it into the output with {}", l.setting("context", "copy"));
        l.report.refused(node, name, span, &why, Some(help));
        return None;
    }
    if !copied {
        l.out.needed.insert(path.clone());
        return Some(path);
    }
    let inside = path.trim_start_matches('/').replace("..", "up");
    copy_in(l, node, name, span, &path, &inside)?;
    l.out.needed.insert(inside.clone());
    Some(inside)
}

/// Where a folder lies in the build context whose parts were let into it.
pub(super) fn in_context(l: &Lowering<'_>, written: &str) -> String {
    let path = followed(l, &relative_to_context(l, written));
    if l.option("context") == Some("copy") { path.trim_start_matches('/').replace("..", "up") } else { path }
}

/// From the context's root where it lies there.
fn relative_to_context(l: &Lowering<'_>, written: &str) -> String {
    let path = lexical(written);
    if !path.starts_with('/') {
        return path;
    }
    let root = l.context.files.absolute(".");
    match path.strip_prefix(root.trim_end_matches('/')) {
        Some("") => ".".to_owned(),
        Some(inside) if inside.starts_with('/') => inside.trim_start_matches('/').to_owned(),
        Some(_) | None => path,
    }
}

/// The path with its links followed, so that only what is meant has to be in the context.
fn followed(l: &Lowering<'_>, path: &str) -> String {
    let mut path = path.to_owned();
    for _ in 0..40 {
        let parts: Vec<&str> = path.split('/').collect();
        let mut found = None;
        for end in 1..=parts.len() {
            let prefix = parts[..end].join("/");
            if prefix.is_empty() || prefix == ".." {
                continue;
            }
            if let Ok(Metadata { kind: EntryKind::Link, target: Some(target), .. }) = l.context.files.metadata(&prefix)
            {
                let folder = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
                let to =
                    if target.starts_with('/') || folder.is_empty() { target } else { format!("{folder}/{target}") };
                let rest = parts[end..].join("/");
                found = Some(if rest.is_empty() { to } else { format!("{to}/{rest}") });
                break;
            }
        }
        match found {
            Some(next) => path = relative_to_context(l, &next),
            None => break,
        }
    }
    path
}

/// Copies a file or folder into the output's own context.
fn copy_in(l: &mut Lowering<'_>, node: &Node, name: &str, span: Span, path: &str, inside: &str) -> Option<()> {
    let mut open = vec![(path.to_owned(), inside.to_owned())];
    while let Some((from, to)) = open.pop() {
        let error = |error: &dyn std::fmt::Display| format!("{from} cannot be copied: {error}");
        let content = match l.context.files.metadata(&from) {
            Ok(Metadata { kind: EntryKind::File, mode, .. }) => match l.context.files.read(&from) {
                Ok(bytes) => OutContent::File { bytes, mode },
                Err(why) => {
                    l.report.refused(node, name, span, &error(&why), None);
                    return None;
                }
            },
            Ok(Metadata { kind: EntryKind::Folder, mode, .. }) => {
                for entry in l.context.files.list(&from).unwrap_or_default() {
                    open.push((format!("{from}/{}", entry.name), format!("{to}/{}", entry.name)));
                }
                OutContent::Folder { mode }
            }
            Ok(Metadata { kind: EntryKind::Link, target, .. }) => {
                OutContent::Link { target: target.unwrap_or_default() }
            }
            Ok(Metadata { kind: EntryKind::Other, .. }) => {
                l.report.refused(node, name, span, &error(&"it is no file, folder or link"), None);
                return None;
            }
            Err(why) => {
                l.report.refused(node, name, span, &error(&why), None);
                return None;
            }
        };
        l.out.copied.insert(to, content);
    }
    Some(())
}
