//! Finds settings of the connection that have no effect, and provisioners that have no connection.

use std::collections::BTreeMap;

use crate::check::Rule;
use crate::check::context::{Context, Inside, Subject};
use crate::check::member::State;
use crate::check::words::list;
use crate::check::written;
use crate::declare_diagnostic;
use crate::diagnostic::Sink;
use crate::resolve::template::ImagePlan;
use crate::resolve::value::{Marks, Value};
use crate::schema::{Condition, Test};
use crate::source::Span;

declare_diagnostic! {
    pub static USELESS_COMMUNICATOR_SETTING = {
        code: "useless-communicator-setting",
        severity: Warning,
        since: "0.1.0",
        summary: "a setting of the connection has no effect beside the others",
    }
}

pub(super) const RULE: Rule = Rule { declares: &[&USELESS_COMMUNICATOR_SETTING], check };

fn check(context: &Context<'_>, sink: &mut Sink) {
    for image in &context.template.images {
        let Some(source) = context.source(&image.source, image.span) else { continue };
        let Some(inside) = source.insides().first().copied() else { continue };
        without_effect(context, &source, inside, image.source.span, sink);
        unreachable_machine(context, image, inside, sink);
    }
}

/// A condition that fails, and the settings that have no effect because of it.
type Failing<'c> = (&'c Condition, Vec<(Span, &'c str)>);

/// Settings whose condition fails, told once for each condition.
fn without_effect(context: &Context<'_>, source: &Subject<'_>, inside: Inside<'_>, body: Span, sink: &mut Sink) {
    if is_misspelt(inside) {
        return;
    }
    let mut failing: BTreeMap<String, Failing<'_>> = BTreeMap::new();
    for (name, argument) in &inside.body.arguments {
        let Some(attribute) = inside.schema.attributes.get(name) else { continue };
        if inside.state(name) != State::Set {
            continue;
        }
        let fails =
            |condition: &&Condition| is_settled(context, inside, body, &condition.field) && fails(inside, condition);
        if let Some(condition) = attribute.effective_when.iter().find(fails) {
            let settings = failing.entry(condition.field.clone()).or_insert_with(|| (condition, Vec::new()));
            settings.1.push((argument.name, name));
        }
    }
    for (condition, mut settings) in failing.into_values() {
        settings.sort_unstable();
        let ((first, _), rest) = (settings[0], &settings[1..]);
        let verb = if rest.is_empty() { "has" } else { "have" };
        let names: Vec<String> = settings.iter().map(|(_, name)| (*name).to_owned()).collect();
        let listed = list(&names, "and");
        let field = &condition.field;
        let (why, help) = reason(inside, condition, source);
        let mut diagnostic = USELESS_COMMUNICATOR_SETTING
            .at(first, format!("{listed} {verb} no effect: {why}"))
            .label("is not read")
            .help(help);
        if let Some(place) = inside.written(field) {
            diagnostic = diagnostic.also(place, "because of this");
        }
        for (place, _) in rest {
            diagnostic = diagnostic.also(*place, "nor is this");
        }
        sink.report(diagnostic);
    }
}

/// Whether `communicator` is none that there is, which is reported: the right one may read what this one does not.
fn is_misspelt(inside: Inside<'_>) -> bool {
    let known = inside.schema.attributes.get("communicator").map(|attribute| attribute.one_of.as_slice());
    let given = inside.argument("communicator").and_then(|argument| argument.value.as_str());
    known.filter(|known| !known.is_empty()).zip(given).is_some_and(|(known, given)| {
        !given.is_empty() && known.iter().all(|known| known.as_str() != Some(given.as_ref()))
    })
}

/// Why settings have no effect, and what to do about it.
fn reason(inside: Inside<'_>, condition: &Condition, source: &Subject<'_>) -> (String, String) {
    let field = &condition.field;
    if condition.test == Test::Set {
        return (format!("`{field}` is not set"), format!("set `{field}`, or remove what depends on it"));
    }
    let wanted = match &condition.test {
        Test::Eq(value) => value.as_str().unwrap_or_default(),
        Test::Set
        | Test::Unset
        | Test::Ne(_)
        | Test::In(_)
        | Test::NotIn(_)
        | Test::Prefix(_)
        | Test::NotPrefix(_)
        | Test::Pattern(_)
        | Test::Min(_)
        | Test::Max(_) => "",
    };
    let given = inside.argument(field).and_then(|argument| argument.value.as_str()).filter(|given| !given.is_empty());
    let why = match given {
        Some(given) => format!("`{field}` is `{given}`"),
        None => format!("{} does not connect by `{wanted}` unless `{field}` says so", source.name),
    };
    (why, format!("remove what is not read, or set `{field} = \"{wanted}\"`"))
}

fn fails(inside: Inside<'_>, condition: &Condition) -> bool {
    // Without a default that is known, nobody knows what an unset one is.
    let has_value = condition.test == Test::Set
        || inside.state(&condition.field) == State::Set
        || inside.schema.attributes.get(&condition.field).is_some_and(|attribute| attribute.default.is_some());
    has_value && inside.holds(std::slice::from_ref(condition)) == Some(false)
}

/// Whether a member cannot become another when somebody gives a variable another value.
fn is_settled(context: &Context<'_>, inside: Inside<'_>, body: Span, field: &str) -> bool {
    let open = |value: &Value| {
        let Marks { shaped_by, exactly, .. } = &value.marks;
        let in_text = value.as_text().is_some_and(|text| text.holes().next().is_some());
        exactly.is_some() || !shaped_by.is_empty() || in_text || value.is_error() || value.is_sensitive()
    };
    match inside.argument(field) {
        Some(argument) => !open(&argument.value),
        // Written and left out all the same: it is null, by a variable as a rule.
        None => !written::is_written(context.documents, body, field),
    }
}

/// The first provisioner that would upload something where there is no connection.
fn unreachable_machine(context: &Context<'_>, image: &ImagePlan, inside: Inside<'_>, sink: &mut Sink) {
    let none = Condition { field: "communicator".to_owned(), test: Test::Eq("none".into()) };
    if !is_settled(context, inside, image.source.span, "communicator") || inside.holds(&[none]) != Some(true) {
        return;
    }
    let uploads = |subject: &Subject<'_>| subject.schema.body.attributes.values().any(|attribute| attribute.uploads_to);
    let first = image
        .provisioners
        .iter()
        .find(|component| context.component(component).is_some_and(|subject| uploads(&subject)));
    let (Some(first), Some(place)) = (first, inside.written("communicator")) else { return };
    sink.report(
        USELESS_COMMUNICATOR_SETTING
            .at(
                place,
                format!("`communicator` is `none`, so the provisioner `{}` cannot reach the machine", first.ty.value),
            )
            .label("no connection is made")
            .also(first.ty.span, "fails when it uploads")
            .help("set `communicator = \"ssh\"` or `\"winrm\"`, or remove the provisioners"),
    );
}
