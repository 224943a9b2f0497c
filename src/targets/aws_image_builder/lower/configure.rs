//! Configuration management and tests: what a plan of the graph comes to, as one step of a component of its own.
//!
//! Files arrive as uploads do; a command runs as the login user, by a shell of its own, as over ssh. Tests that nothing
//! comes behind run in the phase `validate`, before the image is taken; all others in their place.

use super::archive::{self, Manner};
use super::code::{Code, seconds};
use super::content::Content;
use super::shell::{accept, as_login_user, push_step, session};
use super::upload::{self, Bytes, Item, MASK};
use super::{Draft, Lowering};
use crate::graph::plan::{Accepts, Arriving, Plan};
use crate::graph::{Foreign, Node, NodeId, NodeKind, StepOptions};
use crate::resolve::value::Text;
use crate::source::Span;
use crate::targets::aws_image_builder::model::{Platform, Value};
use crate::targets::aws_image_builder::names::Wish;
use crate::targets::plan::{self, Installation, Known, Task, What};

/// A tool's step.
pub(super) struct Tool<'a> {
    pub(super) options: &'a StepOptions,
    /// The provisioner's type.
    pub(super) name: &'a str,
    pub(super) plan: Option<&'a Plan>,
    /// It changes nothing, and has to succeed.
    pub(super) tests: bool,
}

pub(super) fn configure(l: &mut Lowering<'_>, id: NodeId, node: &Node, tool: &Tool<'_>) {
    let Tool { options, name, plan, tests } = *tool;
    if l.platform == Platform::Windows {
        let why = format!("`{name}` for a Windows guest is not made by this target");
        l.report.refused(node, "", node.origin, &why, None);
        return;
    }
    let Some(plan) = plan else {
        if l.report.decided(l.graph, node, &|_| false) {
            l.report.refused(node, "", node.origin, &plan::why_not_planned(node, name), None);
        }
        return;
    };
    if !plan::is_possible(&mut l.report, node, plan) {
        return;
    }
    let prefix = prefix(name);
    let wish = Wish {
        name: options.name.clone(),
        prefix,
        path: plan.subject.clone(),
        content: name.to_owned(),
        ..Wish::default()
    };
    let number = l.script_number(&wish).to_string();
    let option = (l.option("ansible"), l.setting("ansible", "VERSION"));
    let remarked = plan::remarks(&mut l.report, node, plan, (option.0, &option.1), &number);
    let Some(installed) = remarked else { return };
    let (user, output) = (l.user.clone(), l.context.output_folder);
    let known = Known { number: &number, user: &user, output };
    let tasks = match plan::decide(plan, node.origin, known, l.context.files) {
        Ok(tasks) => tasks,
        Err(problem) => {
            l.report.refused(node, problem.attribute, problem.span, &problem.why, None);
            return;
        }
    };
    let mut draft = l.draft(options, wish);
    let mut code = Code::default();
    let StepOptions { name: _, pause_before, timeout, retries, continue_on_error } = options;
    if let Some(pause) = pause_before {
        code.push(format!("sleep {}", seconds(pause.value)));
    }
    session(l, &mut code);
    if let Some(installed) = &installed {
        command(l, node, &mut code, "", node.origin, What::Shell(installed.install()), &succeeds());
    }
    for task in tasks {
        let Some(()) = one(l, node, &mut draft, &mut code, task, installed.as_ref()) else { return };
    }
    if let Some(installed) = &installed {
        command(l, node, &mut code, "", node.origin, What::Shell(installed.remove()), &succeeds());
    }
    push_step(l, &mut draft, code, name);
    let goes_on = continue_on_error.as_ref().is_some_and(|it| it.value);
    let (limit, retries) = (timeout.as_ref().map(|it| it.value), retries.as_ref().map(|it| it.value));
    upload::limit(&mut draft, limit, retries, goes_on);
    if tests && is_last(l, id) {
        draft.validate = std::mem::take(&mut draft.build);
    }
    l.drafts.push(draft);
}

/// What components of these tools begin with.
fn prefix(tool: &str) -> &'static str {
    match tool.split('-').next() {
        Some("ansible") => "ansible-",
        Some("chef") => "chef-",
        Some("puppet") => "puppet-",
        Some("salt") => "salt-",
        Some("goss") => "goss-",
        _ => "inspec-",
    }
}

/// Whether nothing that changes the machine comes behind a step.
fn is_last(l: &Lowering<'_>, id: NodeId) -> bool {
    let behind = l.path.steps.iter().skip_while(|step| **step != id).skip(1);
    let changes = |kind: &NodeKind| match kind {
        NodeKind::Test(_) | NodeKind::HostCommand(_) | NodeKind::Wait(_) => false,
        NodeKind::Foreign(Foreign { component, role: _, options: _, plugin: _ }) => component != "breakpoint",
        NodeKind::Upload(_) | NodeKind::Run(_) | NodeKind::Restart(_) | NodeKind::Configure(_) => true,
        NodeKind::Parameter(_)
        | NodeKind::BaseImage(_)
        | NodeKind::Machine(_)
        | NodeKind::Image(_)
        | NodeKind::Distribution(_)
        | NodeKind::ArtifactFile(_) => false,
    };
    !behind.into_iter().any(|step| changes(&l.graph.node(*step).kind))
}

/// Does one task; nothing if something about it is refused.
fn one(
    l: &mut Lowering<'_>,
    node: &Node,
    draft: &mut Draft,
    code: &mut Code,
    task: Task,
    installed: Option<&Installation>,
) -> Option<()> {
    match task {
        Task::Folder { source, destination } => folder(l, node, draft, code, &source, &destination, true),
        Task::FolderAs { source, destination } => folder(l, node, draft, code, &source, &destination, false),
        Task::File { source, destination, secret } => {
            let Arriving { attribute, path } = &source;
            let place = l.known(node, attribute, path.span, &destination)?;
            if secret {
                return secret_file(l, node, code, &source, &place);
            }
            let Item::File { name, content, mode: _ } = upload::read(l, node, attribute, path.span, &path.value)?
            else {
                l.report.refused(node, attribute, path.span, &format!("{} is no file", path.value), None);
                return None;
            };
            // What has no mode of its own gets that of new files.
            upload::on_unix(l, draft, code, Item::File { name, content, mode: NEW_FILE }, &place);
            Some(())
        }
        Task::Content { attribute, text, destination } => {
            let place = l.known(node, attribute, node.origin, &destination)?;
            let parts = parts(l, node, attribute, node.origin, &text)?;
            let item = Item::File { name: String::new(), content: Bytes::Parts(parts), mode: NEW_FILE };
            upload::on_unix(l, draft, code, item, &place);
            Some(())
        }
        Task::Tree { attribute, span, root, here, parts } => {
            let mut notes = archive::Notes::default();
            let manner = if l.container.is_some() { Manner::Docker } else { Manner::Ssh { mask: MASK } };
            let packed = match archive::pack_parts(l.context.files, &parts, manner, &mut notes) {
                Ok(packed) => packed,
                Err(why) => {
                    l.report.refused(node, attribute, span, &why, None);
                    return None;
                }
            };
            let made = Text::literal(format!("mkdir -p {here}"));
            command(l, node, code, attribute, span, What::Shell(made), &succeeds())?;
            if !parts.is_empty() {
                let item = Item::Folder { name: String::new(), archive: packed, inside: true, own: None };
                upload::on_unix(l, draft, code, item, &root);
            }
            Some(())
        }
        Task::Run { attribute, span, what, accepts } => {
            let what = match installed {
                Some(installed) if !what.is_housekeeping() => installed.within(what),
                Some(_) | None => what,
            };
            command(l, node, code, attribute, span, what, &accepts)
        }
    }
}

/// The mode of a file that ssh is not told the mode of.
const NEW_FILE: u32 = 0o644;

fn succeeds() -> Accepts {
    Accepts::Codes(vec![0])
}

fn parts(l: &mut Lowering<'_>, node: &Node, attribute: &str, span: Span, text: &Text) -> Option<Vec<Content>> {
    match l.parts(text, &|_| None) {
        Ok(parts) => Some(parts),
        Err((why, help)) => {
            l.report.refused(node, attribute, span, &why, help);
            None
        }
    }
}

fn folder(
    l: &mut Lowering<'_>,
    node: &Node,
    draft: &mut Draft,
    code: &mut Code,
    source: &Arriving,
    destination: &Text,
    inside: bool,
) -> Option<()> {
    let Arriving { attribute, path } = source;
    let place = l.known(node, attribute, path.span, destination)?;
    let written = if inside { format!("{}/", path.value.trim_end_matches('/')) } else { path.value.clone() };
    let item = upload::read(l, node, attribute, path.span, &written)?;
    if matches!(item, Item::File { .. }) {
        l.report.refused(node, attribute, path.span, &format!("{} is no folder", path.value), None);
        return None;
    }
    upload::on_unix(l, draft, code, item, &place);
    Some(())
}

/// A file that nothing may hold: it lies in a secret, which the step fetches.
fn secret_file(l: &mut Lowering<'_>, node: &Node, code: &mut Code, source: &Arriving, place: &str) -> Option<()> {
    let Arriving { attribute, path } = source;
    let given = l.option("secret-files").unwrap_or_default();
    let secret = given.split(',').find_map(|one| one.split_once('=').filter(|(file, _)| *file == path.value));
    let Some((_, arn)) = secret else {
        let why = format!("{} is a secret, and nothing that is emitted may hold it", path.value);
        let value = format!("{}=arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME", path.value);
        let help = format!("put it into a secret, and say which with {}", l.setting("secret-files", &value));
        return l.report.refused(node, attribute, path.span, &why, Some(help)).then_some(());
    };
    let value = Value::text(arn);
    if !l.secrets.contains(&value) {
        l.secrets.push(value);
    }
    l.report.near(node, attribute, path.span, "it is fetched from its secret when the step runs");
    let target = code.text(place);
    let arn = code.text(arn);
    upload::place(l, code, &target, |code, target| code.fetch(&arn, target));
    code.push(format!("chmod {NEW_FILE:04o} {target}"));
    Some(())
}

/// A command of the login user.
fn command(
    l: &mut Lowering<'_>,
    node: &Node,
    code: &mut Code,
    attribute: &str,
    span: Span,
    what: What,
    accepts: &Accepts,
) -> Option<()> {
    let user = as_login_user(l, code);
    let simple = what.is_housekeeping();
    let line = match what {
        What::Shell(text) => {
            let said = parts(l, node, attribute, span, &text)?;
            match text.as_literal().filter(|_| simple) {
                Some(text) => [user, vec![text.to_owned()]].concat().join(" "),
                None => {
                    let word = code.word(l, &said);
                    [user, vec![format!("/bin/sh -c {word}")]].concat().join(" ")
                }
            }
        }
        What::Program { folder, environment, words } => {
            let folder = parts(l, node, attribute, span, &folder)?;
            let folder = code.word(l, &folder);
            let mut all = user;
            if !environment.is_empty() {
                all.push("env".to_owned());
            }
            for text in environment.iter().chain(&words) {
                let word = parts(l, node, attribute, span, text)?;
                all.push(code.word(l, &word));
            }
            format!("(cd {folder} && exec {})", all.join(" "))
        }
    };
    match accepts {
        Accepts::Any => code.push(format!("{line} || true")),
        Accepts::Codes(codes) if codes.as_slice() == [0] => code.push(format!("{line} || exit 1")),
        Accepts::Codes(codes) => {
            code.push("status=0");
            code.push(format!("{line} || status=$?"));
            accept(codes).into_iter().for_each(|line| code.push(line));
        }
    }
    Some(())
}
