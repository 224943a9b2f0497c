//! Finds local files that a component wants to read and that do not exist.
//!
//! What validation looks at already is an error; what only the build would read is a warning, and only where nothing
//! before it can have made the file.

use crate::check::Rule;
use crate::check::context::{Context, Inside, Subject};
use crate::check::member;
use crate::diagnostic::{Severity, Sink};
use crate::resolve::functions::MISSING_FILE;
use crate::resolve::names;
use crate::resolve::template::{Component, ImagePlan};
use crate::resolve::value::Value;
use crate::schema::{Kind, PathUse};
use crate::source::{FileError, Files, Span};

/// The code is that of expressions that read files.
pub(super) const RULE: Rule = Rule { declares: &[], check };

fn check(context: &Context<'_>, sink: &mut Sink) {
    for image in &context.template.images {
        let ImagePlan { source, provisioners, error_cleanup, post_processors, .. } = image;
        let mut made = None;
        if let Some(subject) = context.source(source, image.span) {
            files(context, &subject, made, sink);
        }
        for component in provisioners.iter().chain(error_cleanup).chain(post_processors.iter().flatten()) {
            if let Some(subject) = context.component(component) {
                files(context, &subject, made, sink);
            }
            if writes_files(component) {
                made = made.or(Some(component.ty.span));
            }
        }
    }
}

/// Whether it may put files onto this machine that later steps read.
fn writes_files(component: &Component) -> bool {
    let downloads = || {
        component
            .body
            .arguments
            .get("direction")
            .is_some_and(|direction| direction.value.as_str().as_deref() != Some("upload"))
    };
    match component.kind {
        Kind::Provisioner => component.ty.value == "shell-local" || (component.ty.value == "file" && downloads()),
        Kind::PostProcessor => true,
        Kind::Builder | Kind::DataSource => false,
    }
}

/// `made` is an earlier step that may make files.
fn files(context: &Context<'_>, subject: &Subject<'_>, made: Option<Span>, sink: &mut Sink) {
    for inside in subject.insides() {
        if is_generated(inside) {
            continue;
        }
        for (name, argument) in &inside.body.arguments {
            let Some(attribute) = inside.schema.attributes.get(name) else { continue };
            let is_checked = match attribute.path {
                Some(PathUse::ReadChecked) => true,
                // What comes after an image may read what the build has put onto this machine.
                Some(PathUse::Read) if made.is_none() && subject.schema.kind != Kind::PostProcessor => false,
                Some(PathUse::Read | PathUse::Write) | None => continue,
            };
            if attribute.ignored || inside.holds(&attribute.path_when) != Some(true) {
                continue;
            }
            let own = std::slice::from_ref(&argument.value);
            let items = argument.value.as_items().unwrap_or(own);
            let is_url =
                |value: &Value| attribute.path_or_url && value.as_str().is_none_or(|path| path.contains("://"));
            // Places to get the same thing from are tried one after the other.
            if items.len() > 1 && items.iter().any(is_url) {
                continue;
            }
            for (at, value) in items.iter().enumerate() {
                let Some(path) = value.as_str().filter(|_| member::is_settled(value)) else { continue };
                let is_url = is_url(value);
                // Packer asks of a pattern only whether it is one.
                if attribute.glob && path.contains(['*', '?', '[']) {
                    continue;
                }
                // The home folder is not ours to look into.
                if path.is_empty() || is_url || path.starts_with('~') || !is_missing(context.files, &path) {
                    continue;
                }
                // Whether patterns are read so, and what the machine that builds has elsewhere, nobody says.
                if !is_checked && (path.contains(['*', '?', '[', '{']) || path.starts_with('/')) {
                    continue;
                }
                let mut diagnostic = MISSING_FILE
                    .at(context.element(argument.span, at), message(name, &path, value))
                    .label("there is no such file")
                    .help(help(context, inside, &path, value));
                if !is_checked {
                    // Validation passes it, and the build stops.
                    diagnostic = diagnostic.severity(Severity::Warning).label("the build will not find it");
                } else if let Some(made) = made {
                    // A build may get this far: whether the file is there by then, only the build knows.
                    diagnostic = diagnostic.severity(Severity::Warning).also(made, "this step may make it");
                }
                sink.report(diagnostic);
            }
        }
    }
}

/// Whether the component says itself that its files come about during the build.
fn is_generated(inside: Inside<'_>) -> bool {
    let generated = inside.schema.attributes.contains_key("generated").then(|| inside.argument("generated")).flatten();
    generated.is_some_and(|argument| argument.value.as_bool() != Some(false))
}

fn is_missing(files: &dyn Files, path: &str) -> bool {
    files.resolved_metadata(path) == Err(FileError::Missing)
}

fn message(name: &str, path: &str, value: &Value) -> String {
    if value.is_sensitive() {
        return format!("the file that `{name}` names does not exist");
    }
    format!("`{name}` names `{path}`, which does not exist")
}

fn help(context: &Context<'_>, inside: Inside<'_>, path: &str, value: &Value) -> String {
    let root = context.template.root.trim_end_matches('/');
    let from_root = format!("{root}/{path}");
    if !path.starts_with('/')
        && !["", "."].contains(&root)
        && !value.is_sensitive()
        && !is_missing(context.files, &from_root)
    {
        return format!("it exists in the template's folder: give `--cwd {root}`, or write `${{path.root}}/{path}`");
    }
    if let Some(near) = nearest(context.files, path).filter(|_| !value.is_sensitive()) {
        return format!("did you mean `{near}`?");
    }
    if inside.schema.attributes.contains_key("generated") {
        return "create it; if the build makes it, add `generated = true`".to_owned();
    }
    "create it; relative paths start at the folder that formwork runs in, or at `--cwd`".to_owned()
}

/// The same path with the first part that does not exist replaced by a similar name, if that exists.
fn nearest(files: &dyn Files, path: &str) -> Option<String> {
    let mut folder = if path.starts_with('/') { "/".to_owned() } else { String::new() };
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    while let Some(part) = parts.next() {
        let next = format!("{folder}{part}");
        if !is_missing(files, &next) {
            folder = format!("{next}/");
            continue;
        }
        let entries = files.list(if folder.is_empty() { "." } else { &folder }).ok()?;
        let near = names::nearest(part, entries.iter().map(|entry| entry.name.as_str()))?;
        let rest: String = parts.map(|part| format!("/{part}")).collect();
        let found = format!("{folder}{near}{rest}");
        return (!is_missing(files, &found)).then_some(found);
    }
    None
}
