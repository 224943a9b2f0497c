//! Checks that all steps of a document can run on one platform.

use super::Options;
use super::actions::{Platform, actions};
use super::model::{Document, Inputs, Step};
use super::values::{Values, short};
use crate::declare_diagnostic;
use crate::parse::data::Decoded;

declare_diagnostic! {
    pub static COMPONENT_PLATFORM = {
        code: "component-platform",
        severity: Error,
        since: "0.1.0",
        summary: "steps of a component document are for different platforms",
    }
}

/// The platforms that are left when all steps have been asked; steps of other platforms are reported. Never empty.
pub(super) fn check(document: &Document, options: &Options, values: &mut Values<'_>) -> Vec<Platform> {
    let all = document.phases.iter().flat_map(|phase| &phase.steps);
    let with_action = all.filter_map(|step| step.action.as_ref());
    let steps: Vec<(&Decoded, &[Platform])> =
        with_action.filter_map(|action| Some((action, actions().get(&action.text)?.platforms.as_slice()))).collect();
    let left = possible(&steps, options);
    for (action, platforms) in &steps {
        if platforms.iter().any(|platform| left.contains(platform)) {
            continue;
        }
        let names: Vec<&str> = platforms.iter().map(|platform| platform.name()).collect();
        let here: Vec<&str> = left.iter().map(|platform| platform.name()).collect();
        let message = format!("`{}` does not exist on {}", short(&action.text), here.join(" and "));
        let only = format!("only for {}", names.join(" and "));
        let help = "put the steps of each platform into a component of their own";
        let mut diagnostic = COMPONENT_PLATFORM.at(action.span, message).label(only).help(help);
        if let Some((other, _)) = decisive(&steps, &left).filter(|_| options.platform.is_none()) {
            diagnostic = diagnostic.also(other.span, format!("this step is for {}", here.join(" and ")));
        }
        values.sink.report(diagnostic);
    }
    for step in document.phases.iter().flat_map(|phase| &phase.steps) {
        inputs(step, &left, values);
    }
    left
}

/// The first step that not every platform has, and that these have.
fn decisive<'s>(steps: &[(&'s Decoded, &'s [Platform])], left: &[Platform]) -> Option<(&'s Decoded, &'s [Platform])> {
    let fits = |platforms: &[Platform]| platforms.iter().any(|platform| left.contains(platform));
    steps.iter().find(|(_, platforms)| platforms.len() < Platform::ALL.len() && fits(platforms)).copied()
}

/// The platforms that have all of the steps; where none has, the one that has most of them.
fn possible(steps: &[(&Decoded, &[Platform])], options: &Options) -> Vec<Platform> {
    if let Some(platform) = options.platform {
        return vec![platform];
    }
    let has = |platform: Platform| steps.iter().filter(|(_, platforms)| platforms.contains(&platform)).count();
    let most = Platform::ALL.into_iter().map(has).max().unwrap_or_default();
    let left: Vec<Platform> = Platform::ALL.into_iter().filter(|platform| has(*platform) == most).collect();
    if most == steps.len() {
        return left;
    }
    // Of several the one that is asked for first.
    let first = decisive(steps, &left).map(|(_, platforms)| platforms).unwrap_or_default();
    let chosen: Vec<Platform> = left.iter().copied().filter(|platform| first.contains(platform)).collect();
    if chosen.is_empty() { left } else { chosen }
}

/// Inputs that none of the platforms takes.
fn inputs(step: &Step, left: &[Platform], values: &mut Values<'_>) {
    let (Some(action), Some(inputs)) = (&step.action, &step.inputs) else { return };
    let Some(schema) = actions().get(&action.text) else { return };
    let given: Vec<_> = match &inputs.value {
        Inputs::Map(given) => given.iter().collect(),
        Inputs::List(items) => items.iter().flatten().flat_map(|item| &item.value).collect(),
        Inputs::Test(_) | Inputs::Wrong => return,
    };
    for input in given {
        let Some(wanted) = schema.inputs.get(&input.name.text) else { continue };
        if !left.is_empty() && left.iter().all(|platform| wanted.except.contains(platform)) {
            let names: Vec<&str> = left.iter().map(|platform| platform.name()).collect();
            values.sink.report(
                COMPONENT_PLATFORM
                    .at(input.name.span, format!("`{}` is refused on {}", input.name.text, names.join(" and ")))
                    .label("not on this platform")
                    .help("remove it"),
            );
        }
    }
}
