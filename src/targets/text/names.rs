//! Short names of images within a target's alphabet.

use std::collections::BTreeSet;

/// What a name is made of.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// The build's name.
    pub build: Option<&'a str>,
    /// The source's type.
    pub platform: &'a str,
    /// The source's name in the build.
    pub source: &'a str,
}

/// Names for images, in their order: the source's name where it is unique and not `reserved`, else `type-name`, else
/// `build-type-name`, then with `-2`, `-3`. Letters, digits, `-` and `_`; whatever else becomes `-`.
pub fn short_names(images: &[Parts<'_>], reserved: &[&str]) -> Vec<String> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    // Files of a name must not meet on file systems that do not tell cases apart.
    let fold = |name: &str| name.to_lowercase();
    let forms: Vec<[String; 3]> = images.iter().map(forms).collect();
    let unique = |level: usize, name: &str| forms.iter().filter(|forms| fold(&forms[level]) == fold(name)).count() == 1;
    let mut names = Vec::new();
    for forms in &forms {
        let level = (0..3).find(|&level| {
            let name = &forms[level];
            !reserved.contains(&fold(name).as_str()) && unique(level, name) && !taken.contains(&fold(name))
        });
        let name = match level {
            Some(level) => forms[level].clone(),
            None => (2..)
                .map(|number| format!("{}-{number}", forms[2]))
                .find(|name| !taken.contains(&fold(name)))
                .unwrap_or_default(),
        };
        taken.insert(fold(&name));
        names.push(name);
    }
    names
}

fn forms(parts: &Parts<'_>) -> [String; 3] {
    let Parts { build, platform, source } = parts;
    let with_type = format!("{platform}-{source}");
    let with_build = build.map_or_else(|| with_type.clone(), |build| format!("{build}-{with_type}"));
    [clean(source), clean(&with_type), clean(&with_build)]
}

fn clean(name: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let name: String = name.chars().map(|c| if allowed(c) { c } else { '-' }).collect();
    // A name that begins with `-` would read as an option.
    if name.starts_with('-') || name.is_empty() { format!("image{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_form_that_is_unique_wins() {
        let part = |build, platform, source| Parts { build, platform, source };
        let names = |parts: &[Parts<'_>]| short_names(parts, &["default"]);
        assert_eq!(names(&[part(None, "docker", "app"), part(None, "docker", "db")]), ["app", "db"]);
        assert_eq!(names(&[part(None, "docker", "app"), part(None, "qemu", "app")]), ["docker-app", "qemu-app"]);
        assert_eq!(
            names(&[part(Some("a"), "docker", "x"), part(Some("b"), "docker", "x")]),
            ["a-docker-x", "b-docker-x"]
        );
        assert_eq!(names(&[part(None, "docker", "default")]), ["docker-default"]);
        assert_eq!(names(&[part(None, "docker", "é.x"), part(None, "docker", "--")]), ["--x", "image--"].map(clean));
        let same = part(None, "docker", "x");
        assert_eq!(names(&[same, same]), ["docker-x-2", "docker-x-3"]);
    }
}
