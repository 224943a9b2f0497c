//! Configuration management and tests: what a plan of the graph comes to, as one `RUN`. What it brings along is mounted
//! and copied to its place, and what goes afterwards goes in the same layer.

use super::lower::{Lowering, Who};
use super::model::{Command, Instruction};
use super::parameters::Code;
use super::{run, upload};
use crate::graph::plan::{Accepts, Arriving, Plan};
use crate::graph::{Node, StepOptions};
use crate::resolve::value::Text;
use crate::source::{Span, Spanned};
use crate::targets::plan::{self, Installation, Known, Part, Task, What};

/// One step while it grows.
#[derive(Default)]
struct Step {
    code: Code,
    flags: Vec<String>,
    commands: Vec<Command>,
}

pub(super) fn configure(l: &mut Lowering<'_>, node: &Node, options: &StepOptions, tool: &str, plan: Option<&Plan>) {
    let Some(plan) = plan else {
        l.report.refused(node, "", node.origin, &plan::why_not_planned(node, tool), None);
        return;
    };
    if !plan::is_possible(&mut l.report, node, plan) {
        return;
    }
    l.script_count += 1;
    let number = l.script_count.to_string();
    let option = (l.option("ansible"), l.setting("ansible", "VERSION"));
    let remarked = plan::remarks(&mut l.report, node, plan, (option.0, &option.1), &number);
    let Some(installed) = remarked else { return };
    let runner = match &l.exec_user {
        Some(user) => Who::Known(user.clone()),
        None => l.container_user.clone(),
    };
    let user = match &runner {
        Who::Known(user) if !user.is_empty() => user.split(':').next().unwrap_or_default().to_owned(),
        Who::Known(_) | Who::Unknown => "root".to_owned(),
    };
    let known = Known { number: &number, user: &user, output: l.context.output_folder };
    let tasks = match plan::decide(plan, node.origin, known, l.context.files) {
        Ok(tasks) => tasks,
        Err(problem) => {
            l.report.refused(node, problem.attribute, problem.span, &problem.why, None);
            return;
        }
    };
    // Files arrive as root's, and nobody else could read them, unless the tool is on the host.
    let uploads = plan.from_host.is_none();
    if uploads && !run::may_run(l, node, &Spanned::new(Text::new(), node.origin)) {
        return;
    }
    l.step_options(node, options);
    let mut step = Step::default();
    if let Some(installed) = &installed {
        let _ =
            command(l, node, &mut step, "", node.origin, What::Shell(installed.install()), &Accepts::Codes(vec![0]));
    }
    for task in tasks {
        let Some(()) = one(l, node, &mut step, task, installed.as_ref()) else { return };
    }
    if let Some(installed) = &installed {
        let _ = command(l, node, &mut step, "", node.origin, What::Shell(installed.remove()), &Accepts::Codes(vec![0]));
    }
    let Step { code, flags, mut commands } = step;
    let mine = uploads
        && l.image.platform == "docker"
        && l.exec_user.is_none()
        && runner == Who::Unknown
        && !l.fix_upload_owner;
    let guarded = mine && run::guard(l, options, &mut commands);
    let commands = run::with_options(options, commands);
    run::comment(l, node, options);
    if guarded {
        l.main.push(Instruction::Comment(run::ROOT_ONLY.to_owned()));
    }
    match l.exec_user.clone() {
        Some(user) => l.as_user(&user),
        None => l.back_to_container_user(),
    }
    l.push_run(&code, flags, commands);
}

/// Does one task; nothing if something about it is refused.
fn one(l: &mut Lowering<'_>, node: &Node, step: &mut Step, task: Task, installed: Option<&Installation>) -> Option<()> {
    match task {
        Task::Folder { source, destination } => folder(l, node, step, &source, &destination, true),
        Task::FolderAs { source, destination } => folder(l, node, step, &source, &destination, false),
        Task::File { source, destination, secret } => {
            let Arriving { attribute, path } = &source;
            if secret {
                let why = format!("{} is a secret, and nothing that is emitted may hold it", path.value);
                return l.report.refused(node, attribute, path.span, &why, None).then_some(());
            }
            let place = l.known(node, attribute, path.span, &destination)?;
            let target = step.code.text(&place);
            let from = mounted(l, node, step, &source)?;
            step.commands.push(vec![format!("cp {from} {target}")]);
            step.commands.push(vec![format!("chmod {NEW_FILE} {target}")]);
            Some(())
        }
        Task::Content { attribute, text, destination } => {
            let place = l.known(node, attribute, node.origin, &destination)?;
            let parts = l.parts(node, attribute, node.origin, &text, &|_| None)?;
            let written = run::write(l, node, &mut step.code, &mut step.flags, &parts, &place)?;
            step.commands.extend(written);
            let target = step.code.text(&place);
            step.commands.push(vec![format!("chmod {NEW_FILE} {target}")]);
            Some(())
        }
        Task::Tree { attribute, span, root, here, parts } => {
            step.commands.push(vec![format!("mkdir -p {here}")]);
            for part in parts {
                tree_part(l, node, step, attribute, span, &root, &part)?;
            }
            Some(())
        }
        Task::Run { attribute, span, what, accepts } => {
            let what = match installed {
                Some(installed) if !what.is_housekeeping() => installed.within(what),
                Some(_) | None => what,
            };
            command(l, node, step, attribute, span, what, &accepts)
        }
    }
}

/// The mode of a file that the Docker communicator is not told the mode of.
const NEW_FILE: &str = "0600";

/// Mounts something of the host; gives where.
fn mounted(l: &mut Lowering<'_>, node: &Node, step: &mut Step, source: &Arriving) -> Option<String> {
    let Arriving { attribute, path } = source;
    let inside = upload::context_path(l, node, attribute, path.span, &path.value)?;
    Some(upload::mount(l, &mut step.flags, &inside))
}

fn folder(
    l: &mut Lowering<'_>,
    node: &Node,
    step: &mut Step,
    source: &Arriving,
    destination: &Text,
    inside: bool,
) -> Option<()> {
    let Arriving { attribute, path } = source;
    let place = l.known(node, attribute, path.span, destination)?;
    let from = mounted(l, node, step, source)?;
    owners(l, node, attribute, path.span, &path.value);
    let target = step.code.text(&place);
    let trimmed = path.value.trim_end_matches('/');
    let name = trimmed.rsplit('/').next().unwrap_or_default();
    if inside || path.value.ends_with('/') {
        step.commands.push(vec![format!("cp -a {from}/. {target}")]);
    } else {
        let below = step.code.text(&format!("{}/{name}", place.trim_end_matches('/')));
        step.commands.push(vec![
            format!("if [ -d {target} ]; then cp -a {from}/. {below};"),
            format!("else cp -a {from}/. {target}; fi"),
        ]);
    }
    Some(())
}

/// What arrives is root's, whoever has it here.
fn owners(l: &mut Lowering<'_>, node: &Node, attribute: &str, span: Span, path: &str) {
    if !upload::owners(l, path).is_empty() {
        l.report.near(node, attribute, span, "everything in it belongs to whoever runs the step");
    }
}

fn tree_part(
    l: &mut Lowering<'_>,
    node: &Node,
    step: &mut Step,
    attribute: &str,
    span: Span,
    root: &str,
    part: &Part,
) -> Option<()> {
    let Part { folder, place, names } = part;
    let place = if place.is_empty() { root.to_owned() } else { format!("{root}/{place}") };
    let target = step.code.text(&place);
    if place != root {
        step.commands.push(vec![format!("mkdir -p {target}")]);
    }
    let Some(names) = names else {
        let inside = upload::context_path(l, node, attribute, span, folder)?;
        let from = upload::mount(l, &mut step.flags, &inside);
        owners(l, node, attribute, span, folder);
        step.commands.push(vec![format!("cp -a {from}/. {target}")]);
        return Some(());
    };
    // Only what is named is let into the context, so that the folder around it shows nothing else.
    for name in names {
        upload::context_path(l, node, attribute, span, &format!("{folder}/{name}"))?;
    }
    let inside = if folder == "." { ".".to_owned() } else { upload::in_context(l, folder) };
    let from = upload::mount(l, &mut step.flags, &inside);
    let mut command = vec!["cp -a".to_owned()];
    command.extend(names.iter().map(|name| format!("  {from}/{}", step.code.text(name))));
    command.push(format!("  {target}"));
    step.commands.push(command);
    Some(())
}

/// A command of the step's user.
fn command(
    l: &mut Lowering<'_>,
    node: &Node,
    step: &mut Step,
    attribute: &str,
    span: Span,
    what: What,
    accepts: &Accepts,
) -> Option<()> {
    let mut lines = Vec::new();
    match what {
        What::Shell(text) => {
            let simple = text.as_literal().filter(|_| What::Shell(text.clone()).is_housekeeping());
            match simple {
                Some(text) => lines.push(text.to_owned()),
                None => {
                    let parts = l.parts(node, attribute, span, &text, &|_| None)?;
                    let word = step.code.quoted(l.parameters, &parts);
                    lines.push(format!("/bin/sh -c {word}"));
                }
            }
        }
        What::Program { folder, environment, words } => {
            let folder = l.parts(node, attribute, span, &folder, &|_| None)?;
            let begin = step.code.text("cd \"$1\" && shift && exec \"$@\"");
            let folder = step.code.word(l.parameters, &folder);
            lines.push(format!("/bin/sh -c {begin} sh {folder}"));
            if !environment.is_empty() {
                lines.push("  env".to_owned());
            }
            for text in environment.iter().chain(&words) {
                let parts = l.parts(node, attribute, span, text, &|_| None)?;
                let word = step.code.word(l.parameters, &parts);
                lines.push(format!("  {word}"));
            }
        }
    }
    let lines = match accepts {
        Accepts::Codes(codes) => run::checked(lines, codes),
        Accepts::Any => {
            if let Some(first) = lines.first_mut() {
                first.insert_str(0, "{ ");
            }
            if let Some(last) = lines.last_mut() {
                last.push_str(" || true; }");
            }
            lines
        }
    };
    step.commands.push(lines);
    Some(())
}
