//! What a target's files set up, resource by resource, and what becomes of each when the files change.
//!
//! Comes in: two inventories, read by the target from its own files. Goes out: for each resource what happens to it and
//! why. Knows no disk and no template.

use std::collections::{BTreeMap, BTreeSet};

/// Everything that a target's files set up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// How the files say it: `CloudFormation`. Inventories of two forms cannot be compared.
    pub form: String,
    /// In the order of the files.
    pub resources: Vec<Resource>,
}

/// Something that the platform keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    /// What it is: `component`, `image recipe`.
    pub kind: String,
    /// Its name, which together with the kind says which one it is.
    pub name: String,
    /// Its version, where it has one.
    pub version: Option<String>,
    /// How other resources of the files refer to it.
    pub address: String,
    /// Packer's name of the image, where the resource tells it.
    pub image: Option<String>,
    /// The constructs of the template that it does, where the resource tells them.
    pub constructs: Vec<String>,
    /// All that is said of it, by paths such as `Tags.Name`; a script by its phase and step.
    pub facts: BTreeMap<String, String>,
    /// Addresses of what it is made of.
    pub references: BTreeSet<String>,
    /// What a change does.
    pub rule: Rule,
}

/// What a change of a resource does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Rule {
    /// It is changed where it is, whatever changed.
    #[default]
    InPlace,
    /// It is changed where it is, and made anew with what it is made of.
    Follows,
    /// It is made anew, unless only facts changed whose paths begin with one of these.
    Anew(Vec<&'static str>),
}

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It is made.
    Create,
    /// It is made anew, and the old one goes.
    Replace,
    /// It is changed where it is.
    Update,
    /// It goes.
    Delete,
    /// It stays as it is.
    Leave,
}

impl Action {
    /// Every one, in the order of reports.
    pub const ALL: [Self; 5] = [Self::Create, Self::Replace, Self::Update, Self::Delete, Self::Leave];

    /// As people and JSON call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Leave => "leave",
        }
    }
}

/// What happens to one resource, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change<'a> {
    /// What.
    pub action: Action,
    /// As it was.
    pub old: Option<&'a Resource>,
    /// As it will be.
    pub new: Option<&'a Resource>,
    /// Facts that differ.
    pub facts: Vec<Difference<'a>>,
    /// What it is made of and what becomes of that, where it changes with it.
    pub follows: Vec<&'a Resource>,
}

/// A fact that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference<'a> {
    /// Which.
    pub fact: &'a str,
    /// What it was.
    pub old: Option<&'a str>,
    /// What it will be.
    pub new: Option<&'a str>,
}

impl<'a> Change<'a> {
    /// The resource, as new as it is known.
    pub fn resource(&self) -> &'a Resource {
        self.new.or(self.old).expect("internal error: a change of no resource")
    }
}

/// What becomes of every resource: those that will be there in the order of `new`, then those that go.
pub fn compare<'a>(old: &'a Inventory, new: &'a Inventory) -> Vec<Change<'a>> {
    let key = |resource: &Resource| (resource.kind.clone(), resource.name.clone());
    let before: BTreeMap<_, &Resource> = old.resources.iter().map(|it| (key(it), it)).collect();
    let mut out = Vec::new();
    for resource in &new.resources {
        let Some(&was) = before.get(&key(resource)) else {
            out.push(Change { action: Action::Create, old: None, new: Some(resource), facts: vec![], follows: vec![] });
            continue;
        };
        let facts = differences(was, resource);
        let in_place = |fact: &&Difference<'_>| match &resource.rule {
            Rule::InPlace | Rule::Follows => true,
            Rule::Anew(but) => but.iter().any(|start| fact.fact.starts_with(start)),
        };
        let action = if facts.is_empty() {
            Action::Leave
        } else if facts.iter().all(|fact| in_place(&fact)) {
            Action::Update
        } else {
            Action::Replace
        };
        out.push(Change { action, old: Some(was), new: Some(resource), facts, follows: vec![] });
    }
    follow(&mut out);
    let now: BTreeSet<_> = new.resources.iter().map(key).collect();
    for resource in old.resources.iter().filter(|it| !now.contains(&key(it))) {
        out.push(Change { action: Action::Delete, old: Some(resource), new: None, facts: vec![], follows: vec![] });
    }
    out
}

/// What refers to something that is made anew, or that was not there, changes with it.
fn follow(changes: &mut [Change<'_>]) {
    loop {
        let fresh: BTreeMap<&str, &Resource> = changes
            .iter()
            .filter(|change| matches!(change.action, Action::Create | Action::Replace))
            .filter_map(|change| change.new)
            .map(|resource| (resource.address.as_str(), resource))
            .collect();
        let mut again = false;
        for change in changes.iter_mut() {
            let Some(resource) = change.new else { continue };
            let follows: Vec<&Resource> =
                resource.references.iter().filter_map(|it| fresh.get(it.as_str()).copied()).collect();
            if change.action == Action::Create || follows.is_empty() || follows == change.follows {
                continue;
            }
            change.follows = follows;
            let action = match resource.rule {
                Rule::InPlace => Action::Update,
                Rule::Follows | Rule::Anew(_) => Action::Replace,
            };
            change.action = change.action.min(action);
            again = true;
        }
        if !again {
            return;
        }
    }
}

fn differences<'a>(old: &'a Resource, new: &'a Resource) -> Vec<Difference<'a>> {
    let names: BTreeSet<&str> = old.facts.keys().chain(new.facts.keys()).map(String::as_str).collect();
    let fact = |fact| Difference {
        fact,
        old: old.facts.get(fact).map(String::as_str),
        new: new.facts.get(fact).map(String::as_str),
    };
    names.into_iter().map(fact).filter(|it| it.old != it.new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(kind: &str, name: &str, facts: &[(&str, &str)], references: &[&str], rule: Rule) -> Resource {
        Resource {
            kind: kind.to_owned(),
            name: name.to_owned(),
            address: format!("{kind}.{name}"),
            facts: facts.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            references: references.iter().map(|it| (*it).to_owned()).collect(),
            rule,
            ..Resource::default()
        }
    }

    fn inventory(size: &str, tag: &str, more: &[&str]) -> Inventory {
        let anew = || Rule::Anew(vec!["Tags"]);
        let mut resources = vec![
            resource("recipe", "r", &[("Size", size), ("Tags.a", tag)], &[], anew()),
            resource("pipeline", "p", &[("Recipe", "r")], &["recipe.r"], Rule::InPlace),
            resource("image", "i", &[], &["recipe.r"], anew()),
            resource("other", "o", &[], &["pipeline.p"], anew()),
        ];
        resources.extend(more.iter().map(|name| resource("component", name, &[], &[], anew())));
        Inventory { form: "f".to_owned(), resources }
    }

    fn actions(old: &Inventory, new: &Inventory) -> Vec<String> {
        compare(old, new).iter().map(|it| format!("{} {}", it.action.word(), it.resource().name)).collect()
    }

    #[test]
    fn what_cannot_change_is_made_anew_and_others_follow() {
        let old = inventory("8", "x", &["a"]);
        assert_eq!(actions(&old, &old), ["leave r", "leave p", "leave i", "leave o", "leave a"]);
        let tagged = inventory("8", "y", &["a"]);
        assert_eq!(actions(&old, &tagged)[..2], ["update r", "leave p"]);
        let larger = inventory("9", "y", &["b"]);
        let expected = ["replace r", "update p", "replace i", "leave o", "create b", "delete a"];
        assert_eq!(actions(&old, &larger), expected);
    }
}
