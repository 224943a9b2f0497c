//! Names of resources: account-wide, and never made from a position, so that inserting a step renames no other.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

/// The longest name that every form takes.
const LONGEST: usize = 126;
/// The longest name of a role.
const LONGEST_ROLE: usize = 64;
/// Signs of a hash that tells long names apart.
const TAIL: usize = 8;

/// A text within the alphabet of names: `[a-z0-9-]`, no dashes side by side or at the ends. May be empty.
pub(super) fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_lowercase() || c.is_ascii_digit() => out.push(c),
            _ if out.is_empty() || out.ends_with('-') => {}
            _ => out.push('-'),
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    out
}

/// The first signs of a content's hash.
pub(super) fn hash(content: &str) -> String {
    Sha256::digest(content.as_bytes()).iter().take(TAIL / 2).map(|byte| format!("{byte:02x}")).collect()
}

/// The name of a resource: its parts as slugs, joined. What is too long ends in a hash of all of it.
pub(super) fn resource(parts: &[&str]) -> String {
    limited(&joined(parts), LONGEST)
}

/// The same for roles, whose names are shorter.
pub(super) fn role(parts: &[&str]) -> String {
    limited(&joined(parts), LONGEST_ROLE)
}

fn joined(parts: &[&str]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| slug(part)).filter(|part| !part.is_empty()).collect();
    let name = parts.join("-");
    // Names have at least three signs.
    if name.len() < 3 { format!("formwork-{name}").trim_end_matches('-').to_owned() } else { name }
}

fn limited(name: &str, longest: usize) -> String {
    if name.len() <= longest {
        return name.to_owned();
    }
    let start = name[..longest - TAIL - 1].trim_end_matches('-');
    format!("{start}-{}", hash(name))
}

/// A name of CloudFormation: letters and digits, each part with a capital.
pub(super) fn logical(parts: &[&str]) -> String {
    let mut out = String::new();
    for word in parts.iter().flat_map(|part| part.split(|c: char| !c.is_ascii_alphanumeric())) {
        let mut chars = word.chars();
        out.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        out.extend(chars);
    }
    out
}

/// What a step of the template would like to be called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// `name` of the provisioner.
    pub(super) name: Option<String>,
    /// Put before a path's stem: `file-`, `ansible-`.
    pub(super) prefix: &'static str,
    /// What it runs or copies.
    pub(super) path: Option<String>,
    /// Whether the end of the file's name (`.sh`) belongs to the name.
    pub(super) whole: bool,
    /// Hashed where there is no path.
    pub(super) content: String,
}

impl Wish {
    fn short(&self) -> String {
        let Self { name, prefix, path, whole, content } = self;
        if let Some(name) = name.as_ref().map(|name| slug(name)).filter(|name| !name.is_empty()) {
            return name;
        }
        let stem = path.as_ref().map(|path| {
            let file = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            let stem =
                file.rsplit_once('.').filter(|(stem, _)| !whole && !stem.is_empty()).map_or(file, |(stem, _)| stem);
            slug(stem)
        });
        match stem.filter(|stem| !stem.is_empty()) {
            Some(stem) => format!("{prefix}{stem}"),
            None => format!("{prefix}{}", hash(content)),
        }
    }

    fn long(&self) -> String {
        match &self.path {
            Some(path) if self.name.is_none() => format!("{}{}", self.prefix, slug(path)),
            Some(_) | None => self.short(),
        }
    }
}

/// Names for the steps of an image, in their order: short ones, the whole path where two paths would be called the same,
/// and a number where two are the same.
pub(super) fn steps(wishes: &[Wish]) -> Vec<String> {
    let mut paths: BTreeMap<String, BTreeSet<Option<&str>>> = BTreeMap::new();
    for wish in wishes {
        paths.entry(wish.short()).or_default().insert(wish.path.as_deref());
    }
    let mut taken = BTreeSet::new();
    wishes
        .iter()
        .map(|wish| {
            let short = wish.short();
            let wanted = if paths[&short].len() > 1 { wish.long() } else { short };
            let name = (1..)
                .map(|number| if number == 1 { wanted.clone() } else { format!("{wanted}-{number}") })
                .find(|name| !taken.contains(name))
                .unwrap_or_default();
            taken.insert(name.clone());
            name
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(path: &str) -> Wish {
        Wish { path: Some(path.to_owned()), ..Wish::default() }
    }

    #[test]
    fn names_keep_to_the_alphabet() {
        assert_eq!(slug("Über_Web  App!"), "ber-web-app");
        assert_eq!(resource(&["My Project", "web", "install.sh"]), "my-project-web-install-sh");
        assert_eq!(resource(&["", "é"]), "formwork");
        assert_eq!(logical(&["web-app", "install"]), "WebAppInstall");
        let long = resource(&[&"x".repeat(200)]);
        assert_eq!(long.len(), LONGEST);
        assert_ne!(long, resource(&[&"x".repeat(201)]));
    }

    #[test]
    fn a_step_is_called_after_what_it_does() {
        let named = Wish { name: Some("Harden it".to_owned()), ..script("scripts/a.sh") };
        let inline = Wish { prefix: "shell-", content: "echo".to_owned(), ..Wish::default() };
        let file = Wish { prefix: "file-", whole: true, ..script("/etc/app.conf") };
        let names = steps(&[script("scripts/install.sh"), named, inline.clone(), inline, file]);
        let hash = hash("echo");
        assert_eq!(
            names,
            ["install", "harden-it", &format!("shell-{hash}"), &format!("shell-{hash}-2"), "file-app-conf"]
        );
    }

    #[test]
    fn equal_stems_of_different_paths_take_the_whole_path() {
        let names = steps(&[script("a/install.sh"), script("b/install.sh"), script("a/install.sh"), script("c.sh")]);
        assert_eq!(names, ["a-install-sh", "b-install-sh", "a-install-sh-2", "c"]);
    }
}
