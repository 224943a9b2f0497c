//! Files that travel back to the host: a step puts them into a bucket, from where a script on the host fetches them.

use super::code::{Code, seconds};
use super::shell::unique;
use super::upload::limit_by;
use super::{Lowering, host, windows};
use crate::graph::{Node, StepOptions, UploadSource};
use crate::resolve::value::Text;
use crate::source::Spanned;
use crate::targets::aws_image_builder::document::{Action, Step, Transfer, is_safe};
use crate::targets::aws_image_builder::model::Platform;
use crate::targets::aws_image_builder::names::Wish;
use crate::targets::text::paths::lexical;
use crate::targets::text::shell::word;
use regex::Regex;

/// Says where to.
const DOWNLOADS: &str = "downloads";

/// One source: from where in the machine, to which object, to where on the host.
struct Travel {
    source: String,
    key: String,
    destination: String,
    folder: bool,
}

pub(super) fn download(
    l: &mut Lowering<'_>,
    node: &Node,
    options: &StepOptions,
    sources: &[UploadSource],
    destination: &Spanned<Text>,
) {
    let Some(bucket) = bucket(l, node) else { return };
    let Some(to) = l.known(node, "destination", destination.span, &destination.value) else { return };
    let mut all = Vec::new();
    for source in sources {
        // A text does not lie in the machine.
        let UploadSource::Path(path) = source else { continue };
        let name = if sources.len() > 1 { "sources" } else { "source" };
        let Some(from) = l.known(node, name, path.span, &path.value) else { return };
        match travel(l, &from, &to) {
            Ok(travel) => all.push(travel),
            Err(why) => {
                l.report.refused(node, name, path.span, &why, None);
                return;
            }
        }
    }
    let first = all.first().map(|travel| travel.destination.trim_end_matches('/').to_owned());
    let wish = Wish { prefix: "download-", path: first, whole: true, ..Wish::default() };
    let mut draft = l.draft(options, wish);
    let StepOptions { name: _, pause_before, timeout: _, retries: _, continue_on_error: _ } = options;
    if let Some(pause) = pause_before {
        if l.platform == Platform::Windows {
            windows::wait(l, &mut draft, seconds(pause.value));
        } else {
            let mut code = Code::default();
            code.push(format!("sleep {}", seconds(pause.value)));
            super::shell::push_step(l, &mut draft, code, "wait");
        }
    }
    let mut fetched = vec![format!("# {}", node.construct)];
    for Travel { source, key, destination, folder } in all {
        let object = format!("{bucket}{key}");
        let transfer = Transfer { source, destination: object.clone() };
        let step = unique(&draft, "put");
        draft.build.push(Step::new(step, Action::S3Upload { transfer, recurse: folder }));
        let recursive = if folder { " --recursive" } else { "" };
        fetched.push(format!("aws s3 cp{recursive} {} {}", word(&object), word(&destination)));
    }
    limit_by(&mut draft, options);
    l.drafts.push(draft);
    let how = format!("put into the bucket below {bucket}{}/, from where `{}.after.sh` fetches it", l.name, l.name);
    for written in &node.written {
        l.report.moved(node, &written.name, written.span, &how);
    }
    let folder = bucket.strip_prefix("s3://").unwrap_or(&bucket);
    l.uploads_to = Some(format!("{folder}{}/", l.name));
    if l.option("instance-profile").is_some() {
        let how = "the profile that is named has to allow `s3:PutObject` there";
        l.report.moved(node, "", node.origin, how);
    }
    host::push(l, host::When::After, fetched.join("\n"));
}

/// The folder of the bucket, with a slash at its end.
fn bucket(l: &mut Lowering<'_>, node: &Node) -> Option<String> {
    let help = format!("name a bucket that it goes to with {}", l.setting(DOWNLOADS, "s3://BUCKET/PREFIX"));
    let Some(given) = l.option(DOWNLOADS) else {
        let why = "nothing gets back to the host but through a bucket";
        l.report.refused(node, "direction", node.origin, why, Some(help));
        return None;
    };
    let form = Regex::new(r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[A-Za-z0-9!_.'()-]+)*/?$");
    if !form.is_ok_and(|form| form.is_match(given)) {
        let why = format!("`{given}` is no folder of a bucket");
        l.report.refused(node, "direction", node.origin, &why, Some(help));
        return None;
    }
    Some(format!("{}/", given.trim_end_matches('/')))
}

/// How one source travels; the error is why it cannot.
fn travel(l: &Lowering<'_>, from: &str, to: &str) -> Result<Travel, String> {
    let folder = from.ends_with(['/', '\\']);
    let base = from.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    if from.contains(['*', '?', '[']) {
        return Err(format!("which files `{from}` stands for is known only in the machine"));
    }
    let destination = if to.ends_with('/') && !folder { format!("{to}{base}") } else { to.to_owned() };
    let rooted = from.starts_with('/') || l.platform == Platform::Windows;
    let source = match (rooted, l.container.is_some(), l.user.as_str()) {
        (true, _, _) => from.to_owned(),
        (false, true, _) => format!("/{from}"),
        (false, false, "root") => format!("/root/{from}"),
        (false, false, user) => {
            return Err(format!("where `{from}` lies depends on the home of {user}: write the whole path"));
        }
    };
    let inside = lexical(&destination).trim_start_matches('/').replace("..", "up");
    let key =
        if folder { format!("{}/{}/", l.name, inside.trim_end_matches('/')) } else { format!("{}/{inside}", l.name) };
    if !is_safe(&source) || !is_safe(&key) || key.contains('*') {
        return Err(format!("no step can name `{from}` or `{to}`"));
    }
    let source = if folder { format!("{source}*") } else { source };
    Ok(Travel { source, key, destination, folder })
}
