//! Which files of a folder belong together when they cannot all be one configuration, by the names they declare and use.

use std::collections::{BTreeMap, BTreeSet};

use crate::resolve::eval::references;
use crate::syntax::{Body, Document, Expr, ExprKind, Part};

/// What a file declares and what it uses: `var.x`, `local.y`, `data.t.n`, `source.t.n`.
#[derive(Debug, Default)]
pub(super) struct Names {
    declares: BTreeSet<String>,
    uses: BTreeSet<String>,
    builds: bool,
}

impl Names {
    pub(super) fn of(document: &Document) -> Self {
        let mut names = Self::default();
        for block in document.body.blocks() {
            let label = |at: usize| block.labels.get(at).map(|label| label.value.as_str());
            let declared = match (block.kind.value.as_str(), label(0), label(1)) {
                ("variable", Some(name), _) => Some(format!("var.{name}")),
                ("local", Some(name), _) => Some(format!("local.{name}")),
                ("data", Some(ty), Some(name)) => Some(format!("data.{ty}.{name}")),
                ("source", Some(ty), Some(name)) => Some(format!("source.{ty}.{name}")),
                _ => None,
            };
            names.declares.extend(declared);
            let prefix = match block.kind.value.as_str() {
                "variables" => "var",
                "locals" => "local",
                _ => continue,
            };
            let own = block.body.attributes().map(|attribute| format!("{prefix}.{}", attribute.name.value));
            names.declares.extend(own);
        }
        names.body(&document.body);
        names.builds = document.body.blocks().any(|block| block.kind.value == "build");
        names
    }

    fn body(&mut self, body: &Body) {
        for attribute in body.attributes() {
            self.expr(&attribute.value);
            if attribute.name.value == "sources"
                && let ExprKind::Tuple(items) = &attribute.value.kind
            {
                self.uses.extend(items.iter().filter_map(literal).map(source_name));
            }
        }
        for block in body.blocks() {
            if let ("source", [label]) = (block.kind.value.as_str(), block.labels.as_slice()) {
                self.uses.insert(source_name(label.value.clone()));
            }
            self.body(&block.body);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        for reference in references(expr) {
            let attributes = &reference.attributes;
            let used = match (reference.root.as_str(), attributes.first(), attributes.get(1)) {
                (root @ ("var" | "local"), Some(name), _) => format!("{root}.{name}"),
                (root @ ("data" | "source"), Some(ty), Some(name)) => format!("{root}.{ty}.{name}"),
                _ => continue,
            };
            self.uses.insert(used);
        }
    }
}

fn source_name(text: String) -> String {
    if text.starts_with("source.") { text } else { format!("source.{text}") }
}

fn literal(expr: &Expr) -> Option<String> {
    let ExprKind::Template(template) = &expr.kind else { return None };
    match template.parts.as_slice() {
        [Part::Literal(text)] => Some(text.value.clone()),
        _ => None,
    }
}

/// The files that are configurations of their own: all but those that build nothing and are read with others.
pub(super) fn configurations(files: &BTreeMap<String, Names>) -> Vec<String> {
    let taken: BTreeSet<String> = files.keys().flat_map(|file| companions(file, files)).collect();
    let is_own = |(path, names): &(&String, &Names)| names.builds || !taken.contains(path.as_str());
    files.iter().filter(is_own).map(|(path, _)| path.clone()).collect()
}

/// Whether two of the files declare the same name.
pub(super) fn clash(files: &BTreeMap<String, Names>) -> bool {
    let mut seen = BTreeSet::new();
    files.values().flat_map(|names| &names.declares).any(|name| !seen.insert(name))
}

/// The siblings that a file is to be read with: those that alone declare a name which it (or one of them) uses and does
/// not declare, unless that would declare something twice.
pub(super) fn companions(file: &str, files: &BTreeMap<String, Names>) -> BTreeSet<String> {
    let mut chosen = BTreeSet::from([file.to_owned()]);
    loop {
        let of_chosen = |pick: fn(&Names) -> &BTreeSet<String>| -> BTreeSet<&String> {
            chosen.iter().filter_map(|name| files.get(name)).flat_map(pick).collect()
        };
        let (declared, used) = (of_chosen(|names| &names.declares), of_chosen(|names| &names.uses));
        let only_declarer = |name: &String| {
            let mut declaring = files.iter().filter(|(_, names)| names.declares.contains(name));
            let (path, names) = declaring.next()?;
            let fits = declaring.next().is_none() && names.declares.iter().all(|name| !declared.contains(name));
            fits.then(|| path.clone())
        };
        let next = used.difference(&declared).find_map(|name| only_declarer(name));
        match next {
            Some(path) if !chosen.contains(&path) => chosen.insert(path),
            Some(_) | None => break,
        };
    }
    chosen.remove(file);
    chosen
}
