//! Puts one fault into one template in one spelling, and keeps where it stands.

use std::collections::BTreeMap;

use formwork::resolve::Inputs;
use formwork::source::MemoryFiles;
use formwork::syntax::Spelling;
use serde_json::Value as Json;

use crate::templates::Template;
use crate::tree::{Body, Item, MARK, Target, print, unmark};

/// The spellings that have blocks and expressions.
pub(crate) const THREE: &[Spelling] = &[Spelling::Hcl, Spelling::Json, Spelling::Yaml];
/// Every spelling: a plant lands in those that the template has.
pub(crate) const ALL: &[Spelling] = &[Spelling::Hcl, Spelling::Json, Spelling::Yaml, Spelling::LegacyJson];

/// A project with one fault in it.
pub(crate) struct Fault {
    /// What kind of fault.
    pub(crate) kind: &'static str,
    /// The template, the spelling and what was done, for people and for the list of misses.
    pub(crate) id: String,
    pub(crate) spelling: Spelling,
    /// The codes that name it.
    pub(crate) codes: &'static [&'static str],
    pub(crate) files: MemoryFiles,
    /// What is checked.
    pub(crate) path: String,
    /// Where it stands: a file and its lines; nothing where the fault is not in a file.
    pub(crate) place: Option<(String, Vec<usize>)>,
    pub(crate) inputs: Inputs,
}

/// The word for a spelling in the table and in names.
pub(crate) fn word(spelling: Spelling) -> &'static str {
    match spelling {
        Spelling::Hcl => "hcl",
        Spelling::Json => "json",
        Spelling::Yaml => "yaml",
        Spelling::LegacyJson => "legacy",
    }
}

/// Makes the faults of one kind.
pub(crate) struct Planter<'a> {
    pub(crate) kind: &'static str,
    pub(crate) codes: &'static [&'static str],
    pub(crate) templates: &'a [Template],
    pub(crate) faults: &'a mut Vec<Fault>,
}

impl Planter<'_> {
    /// The template of this name.
    pub(crate) fn template(&self, name: &str) -> &Template {
        self.templates.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("there is no template `{name}`"))
    }

    /// Edits the trees of a template and prints them in each spelling that it has.
    pub(crate) fn edit(
        &mut self,
        template: &str,
        spellings: &[Spelling],
        what: &str,
        edit: impl Fn(&mut Vec<(String, Body)>) -> Option<()>,
    ) {
        let (kind, codes) = (self.kind, self.codes);
        let template = self.template(template);
        let mut made = Vec::new();
        for &spelling in spellings.iter().filter(|spelling| template.spellings.contains(spelling)) {
            let mut trees = template.trees.clone();
            edit(&mut trees).unwrap_or_else(|| panic!("{kind}: {}: cannot plant {what}", template.name));
            let printed = trees.iter().map(|(file, tree)| (file.clone(), print(tree, spelling)));
            let mut printed: Vec<(String, (String, Vec<usize>))> = printed.collect();
            if spelling == Spelling::Hcl {
                for (_, (text, _)) in &mut printed {
                    *text = formatted(text);
                }
            }
            let place = printed.iter().find(|(_, (_, lines))| !lines.is_empty());
            let place = place.map(|(file, (_, lines))| (template.file(file, spelling), lines.clone()));
            assert!(place.is_some(), "{kind}: {}: {what}: no place is marked", template.name);
            let texts = printed.into_iter().map(|(file, (text, _))| (file, text));
            made.push(fault(kind, codes, template, spelling, what, texts.collect(), place));
        }
        self.faults.append(&mut made);
    }

    /// Edits the text of one file of a template in one spelling: `from` becomes `to`, in which [`MARK`] is the place.
    pub(crate) fn text(&mut self, template: &str, spelling: Spelling, from: &str, to: &str) {
        self.text_of(template, spelling, None, from, to);
    }

    /// The same in the file of this name, where several have the text.
    pub(crate) fn text_of(&mut self, template: &str, spelling: Spelling, file: Option<&str>, from: &str, to: &str) {
        let (kind, codes) = (self.kind, self.codes);
        let template = self.template(template);
        if !template.spellings.contains(&spelling) {
            return;
        }
        let mut texts: BTreeMap<String, String> = template.texts(spelling).into_iter().collect();
        let named = texts.iter_mut().find(|(name, text)| text.contains(from) && file.is_none_or(|file| file == *name));
        let Some((name, text)) = named else { panic!("{kind}: {} has no `{from}` in {spelling:?}", template.name) };
        let (planted, lines) = unmark(&text.replacen(from, to, 1));
        assert!(!lines.is_empty(), "{kind}: `{to}` marks no place");
        *text = planted;
        let place = Some((template.file(name, spelling), lines));
        let what = to.replace(MARK, "").lines().map(str::trim).collect::<Vec<_>>().join(" ");
        let made = fault(kind, codes, template, spelling, &what, texts, place);
        self.faults.push(made);
    }

    /// A template that is sound, called with something wrong.
    pub(crate) fn call(&mut self, template: &str, what: &str, change: impl Fn(&mut Inputs)) {
        let (kind, codes) = (self.kind, self.codes);
        let template = self.template(template);
        let mut made = Vec::new();
        for &spelling in &template.spellings {
            let texts = template.texts(spelling).into_iter().collect();
            let mut one = fault(kind, codes, template, spelling, what, texts, None);
            change(&mut one.inputs);
            made.push(one);
        }
        self.faults.append(&mut made);
    }

    /// A file beside a template that is sound; with its name, its text (marked), and whether it is given as a var-file.
    pub(crate) fn beside(&mut self, template: &str, spelling: Spelling, file: &str, text: &str, given: bool) {
        let (kind, codes) = (self.kind, self.codes);
        let template = self.template(template);
        let (text, lines) = unmark(text);
        let texts = template.texts(spelling).into_iter().collect();
        let what = format!("{file}: {}", text.replace('\n', " "));
        let mut one = fault(kind, codes, template, spelling, &what, texts, Some((file.to_owned(), lines)));
        one.files = one.files.with(file, text);
        if given {
            one.inputs.var_files.push(file.to_owned());
        }
        self.faults.push(one);
    }

    // What most kinds need, by address. Every one of them marks the place.

    /// Gives an attribute, a block, or a key in a value another name.
    pub(crate) fn rename(&mut self, template: &str, address: &str, to: &str) {
        self.edit(template, ALL, &format!("{address} is called {to}"), |trees| match find(trees, address)? {
            Target::Attribute(body, at) | Target::Block(body, at) => {
                match &mut body.0[at] {
                    Item::Attribute(name, _) | Item::Block(name, ..) => *name = marked(to),
                }
                Some(())
            }
            Target::Value(_) => {
                let (parent, key) = address.rsplit_once('/')?;
                let object = value(trees, parent)?.as_object_mut()?;
                *object =
                    object.iter().map(|(k, v)| (if k == key { marked(to) } else { k.clone() }, v.clone())).collect();
                Some(())
            }
        });
    }

    /// Gives an attribute, or something in it, another value.
    pub(crate) fn set(&mut self, template: &str, address: &str, to: impl Into<Json>) {
        self.set_in(template, ALL, address, to);
    }

    /// The same, in some spellings.
    pub(crate) fn set_in(&mut self, template: &str, spellings: &[Spelling], address: &str, to: impl Into<Json>) {
        let to = to.into();
        self.edit(template, spellings, &format!("{address} = {to}"), |trees| {
            match find(trees, address)? {
                Target::Attribute(body, at) => {
                    let Item::Attribute(name, value) = &mut body.0[at] else { return None };
                    // Where a value has lines of its own, its first one is as good a place.
                    *name = marked(name);
                    *value = if to.is_string() { to.clone() } else { marked_value(&to) };
                }
                Target::Value(value) => *value = marked_value(&to),
                Target::Block(..) => return None,
            }
            Some(())
        });
    }

    /// Adds an attribute to a block: as its last, or as its first.
    pub(crate) fn add(&mut self, template: &str, block: &str, name: &str, value: impl Into<Json>) {
        self.add_in(template, ALL, block, name, value);
    }

    /// The same, in some spellings.
    pub(crate) fn add_in(
        &mut self,
        template: &str,
        spellings: &[Spelling],
        block: &str,
        name: &str,
        value: impl Into<Json>,
    ) {
        let value = value.into();
        self.edit(template, spellings, &format!("{block} has {name} = {value}"), |trees| {
            let body = body(trees, block)?;
            // In front of the first nested block, where people write attributes.
            let at = body.0.iter().position(|item| matches!(item, Item::Block(..))).unwrap_or(body.0.len());
            // In a list of lines of its own, the element is as good a place.
            let value = if value.is_array() { marked_value(&value) } else { value.clone() };
            body.0.insert(at, Item::Attribute(marked(name), value));
            Some(())
        });
    }

    /// Adds a block to a block, written in HCL, in which [`MARK`] is the place.
    pub(crate) fn add_block(&mut self, template: &str, spellings: &[Spelling], block: &str, hcl: &str) {
        let what = format!("{block} has {}", hcl.replace(MARK, "").replace('\n', " "));
        let added = marked_body(hcl);
        self.edit(template, spellings, &what, |trees| {
            let body = body(trees, block)?;
            body.0.extend(added.0.iter().cloned());
            Some(())
        });
    }

    /// Takes something away; the place is the first line of the block that it was in.
    pub(crate) fn remove(&mut self, template: &str, address: &str) {
        self.edit(template, ALL, &format!("{address} is left out"), |trees| {
            let parent = address.rsplit_once('/').map_or("", |(parent, _)| parent);
            match find(trees, address)? {
                Target::Attribute(body, at) | Target::Block(body, at) => {
                    body.0.remove(at);
                }
                Target::Value(_) => {
                    let (_, key) = address.rsplit_once('/')?;
                    value(trees, parent)?.as_object_mut()?.shift_remove(key)?;
                }
            }
            drop_unused(trees);
            mark_head(trees, parent)
        });
    }

    /// Gives the n-th label of a block another text.
    pub(crate) fn relabel(&mut self, template: &str, spellings: &[Spelling], block: &str, label: usize, to: &str) {
        self.edit(template, spellings, &format!("{block} is labelled {to}"), |trees| match find(trees, block)? {
            Target::Block(body, at) => {
                let Item::Block(_, labels, _) = &mut body.0[at] else { return None };
                *labels.get_mut(label)? = marked(to);
                Some(())
            }
            Target::Attribute(..) | Target::Value(_) => None,
        });
    }

    /// Repeats a block; the place is the copy.
    pub(crate) fn repeat(&mut self, template: &str, spellings: &[Spelling], block: &str) {
        self.edit(template, spellings, &format!("{block} is repeated"), |trees| match find(trees, block)? {
            Target::Block(body, at) => {
                let mut copy = body.0[at].clone();
                let Item::Block(kind, labels, _) = &mut copy else { return None };
                match labels.last_mut() {
                    Some(label) => *label = marked(label),
                    None => *kind = marked(kind),
                }
                body.0.insert(at + 1, copy);
                Some(())
            }
            Target::Attribute(..) | Target::Value(_) => None,
        });
    }
}

pub(crate) fn marked(name: &str) -> String {
    format!("{name}{MARK}")
}

/// A value with the mark on its first line.
fn marked_value(value: &Json) -> Json {
    match value {
        Json::String(text) => Json::String(marked(text)),
        Json::Array(entries) if !entries.is_empty() => {
            let mut entries = entries.clone();
            entries[0] = marked_value(&entries[0]);
            Json::Array(entries)
        }
        Json::Object(entries) => {
            let mut entries: Vec<(String, Json)> = entries.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
            if let Some((name, _)) = entries.first_mut() {
                *name = marked(name);
            }
            Json::Object(entries.into_iter().collect())
        }
        // A number or the like stands in a list of texts: the mark is put beside it when it is printed.
        other => other.clone(),
    }
}

/// HCL in which a mark stands in a name, a label or a text.
pub(crate) fn marked_body(hcl: &str) -> Body {
    // The reader of HCL takes no such character in a name: it reads a word instead.
    let mut body = Body::of_hcl(&hcl.replace(MARK, "_mark_"));
    unword(&mut body);
    body
}

fn unword(body: &mut Body) {
    let unword_text = |text: &mut String| *text = text.replace("_mark_", &MARK.to_string());
    fn unword_value(value: &mut Json) {
        match value {
            Json::String(text) => *text = text.replace("_mark_", &MARK.to_string()),
            Json::Array(entries) => entries.iter_mut().for_each(unword_value),
            Json::Object(entries) => {
                *entries = entries
                    .iter()
                    .map(|(name, value)| {
                        let mut value = value.clone();
                        unword_value(&mut value);
                        (name.replace("_mark_", &MARK.to_string()), value)
                    })
                    .collect();
            }
            _ => {}
        }
    }
    for item in &mut body.0 {
        match item {
            Item::Attribute(name, value) => {
                unword_text(name);
                unword_value(value);
            }
            Item::Block(kind, labels, body) => {
                unword_text(kind);
                labels.iter_mut().for_each(unword_text);
                unword(body);
            }
        }
    }
}

/// What an address leads to in the first file that has it.
pub(crate) fn find<'t>(trees: &'t mut [(String, Body)], address: &str) -> Option<Target<'t>> {
    let at = trees.iter_mut().position(|(_, tree)| tree.find(address).is_some())?;
    trees[at].1.find(address)
}

pub(crate) fn body<'t>(trees: &'t mut [(String, Body)], address: &str) -> Option<&'t mut Body> {
    let at = trees.iter_mut().position(|(_, tree)| tree.body(address).is_some())?;
    trees[at].1.body(address)
}

/// The value of an attribute, or something in it.
pub(crate) fn value<'t>(trees: &'t mut [(String, Body)], address: &str) -> Option<&'t mut Json> {
    match find(trees, address)? {
        Target::Attribute(body, at) => match &mut body.0[at] {
            Item::Attribute(_, value) => Some(value),
            Item::Block(..) => None,
        },
        Target::Value(value) => Some(value),
        Target::Block(..) => None,
    }
}

/// Marks the first line of what stands at an address.
pub(crate) fn mark_head(trees: &mut [(String, Body)], address: &str) -> Option<()> {
    match find(trees, address)? {
        Target::Block(body, at) => {
            let Item::Block(kind, labels, _) = &mut body.0[at] else { return None };
            match labels.last_mut() {
                Some(label) => *label = marked(label),
                None => *kind = marked(kind),
            }
        }
        Target::Attribute(body, at) => {
            let Item::Attribute(name, _) = &mut body.0[at] else { return None };
            *name = marked(name);
        }
        Target::Value(value) => *value = marked_value(value),
    }
    Some(())
}

/// As `packer fmt` would lay it out; lines stay where they are.
pub(crate) fn formatted(text: &str) -> String {
    formwork::format::hcl(text)
}

fn fault(
    kind: &'static str,
    codes: &'static [&'static str],
    template: &Template,
    spelling: Spelling,
    what: &str,
    texts: BTreeMap<String, String>,
    place: Option<(String, Vec<usize>)>,
) -> Fault {
    let mut files = template.others.clone();
    for (name, text) in texts {
        files = files.with(&template.file(&name, spelling), text);
    }
    let id = format!("{} {}: {what}", word(spelling), template.name);
    let path = template.path(spelling);
    Fault { kind, id, spelling, codes, files, path, place, inputs: template.inputs(spelling) }
}

/// Takes away the declarations of variables that nothing names any more: that they are unused would be a fault of its own.
fn drop_unused(trees: &mut [(String, Body)]) {
    let whole: String = trees.iter().map(|(_, tree)| print(tree, Spelling::Hcl).0).collect();
    let given: Vec<String> = trees
        .iter()
        .filter(|(file, _)| file.contains("pkrvars"))
        .flat_map(|(_, tree)| &tree.0)
        .filter_map(|item| if let Item::Attribute(name, _) = item { Some(name.clone()) } else { None })
        .collect();
    for (_, tree) in trees {
        tree.0.retain(|item| match item {
            Item::Block(kind, labels, _) if kind == "variable" => {
                labels.iter().any(|name| given.contains(name) || whole.contains(&format!("var.{name}")))
            }
            Item::Block(..) | Item::Attribute(..) => true,
        });
    }
}
