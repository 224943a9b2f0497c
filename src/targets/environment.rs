//! What scripts find in their environment, in whatever form a target has for values.

use std::collections::BTreeMap;

use crate::graph::{EnvironmentValue, Image};

/// The environment as a script sees it, sorted by name: the build's own names, and over them what the template sets.
///
/// `own` makes a value of a known text, `given` reads name and value of an entry; nothing if it refuses one.
pub fn of_scripts<V>(
    image: &Image,
    environment: &[EnvironmentValue],
    own: impl Fn(&str) -> V,
    given: impl FnMut(&EnvironmentValue) -> Option<(String, V)>,
) -> Option<BTreeMap<String, V>> {
    let mut all = BTreeMap::from([
        ("PACKER_BUILD_NAME".to_owned(), own(&image.source)),
        ("PACKER_BUILDER_TYPE".to_owned(), own(&image.platform)),
    ]);
    let given: Option<Vec<(String, V)>> = environment.iter().map(given).collect();
    all.extend(given?);
    Some(all)
}

/// The name that `uname -s` prints for a system that Packer calls by its Go name.
pub fn system_name(system: &str) -> String {
    match system {
        "freebsd" => "FreeBSD".to_owned(),
        "openbsd" => "OpenBSD".to_owned(),
        system => {
            let mut chars = system.chars();
            chars.next().map(|first| first.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
        }
    }
}
