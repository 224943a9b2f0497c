//! A launch template is for a region that has the image, and each region has one.

use std::collections::BTreeSet;

use super::{Asked, text};
use crate::check::member::State;
use crate::check::values::INVALID_ATTRIBUTE_VALUE;
use crate::diagnostic::Diagnostic;

pub(super) fn check(asked: &Asked<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let copied = copied(asked);
    let mut seen = BTreeSet::new();
    for (inside, name) in asked.inside.reach("fast_launch.region_launch_templates.region") {
        let Some((region, argument)) = text(&inside, name) else { continue };
        let shown = Asked::quoted(&region, argument);
        if copied.as_ref().is_some_and(|copied| !copied.contains(&region)) {
            found.push(
                INVALID_ATTRIBUTE_VALUE
                    .at(argument.span, format!("a launch template is for the region {shown}, where the image is not"))
                    .label("neither `region` nor one of `ami_regions`")
                    .help(format!("add {shown} to `ami_regions`, or remove the template")),
            );
        }
        if !seen.insert(region) {
            found.push(
                INVALID_ATTRIBUTE_VALUE
                    .at(argument.span, format!("the region {shown} has two launch templates"))
                    .label("the second one")
                    .help("remove one of them"),
            );
        }
    }
    found
}

/// The regions that have the image; nothing if one of them is not known.
fn copied(asked: &Asked<'_>) -> Option<BTreeSet<String>> {
    let (region, _) = asked.text("region")?;
    let mut regions = BTreeSet::from([region]);
    match asked.inside.state("ami_regions") {
        State::Open => return None,
        State::Unset => {}
        State::Set => {
            for item in asked.inside.argument("ami_regions")?.value.as_items()? {
                regions.insert(item.as_str()?.into_owned());
            }
        }
    }
    Some(regions)
}
