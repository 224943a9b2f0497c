//! An IP configuration is for a network adapter.

use super::Asked;
use crate::check::context::keyword;
use crate::check::values::INVALID_ATTRIBUTE_VALUE;
use crate::diagnostic::Diagnostic;

pub(super) fn check(asked: &Asked<'_>) -> Vec<Diagnostic> {
    let blocks = |name: &str| asked.inside.body.blocks.get(name).map(Vec::as_slice).unwrap_or_default();
    let (configurations, adapters) = (blocks("ipconfig"), blocks("network_adapters"));
    let Some(extra) = configurations.get(adapters.len()).filter(|_| asked.subject.complete) else { return Vec::new() };
    let count = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let message = format!(
        "there are {} for {}",
        count(configurations.len(), "block `ipconfig`").replace("block `ipconfig`s", "blocks `ipconfig`"),
        count(adapters.len(), "network adapter")
    );
    vec![
        INVALID_ATTRIBUTE_VALUE
            .at(keyword("ipconfig", extra.span), message)
            .label("has no adapter")
            .help("add `network_adapters { … }`, or remove the block"),
    ]
}
