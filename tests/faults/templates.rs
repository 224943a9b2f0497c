//! The templates that faults are put into.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use formwork::resolve::Inputs;
use formwork::source::MemoryFiles;
use formwork::syntax::Spelling;

use crate::plant::formatted;
use crate::support::{folders, root, tree};
use crate::tree::{Body, print};

/// A template with the files beside it.
pub(crate) struct Template {
    pub(crate) name: String,
    /// What it is written in.
    pub(crate) spellings: Vec<Spelling>,
    /// Its files by their names in HCL (or legacy JSON): templates and var-files.
    pub(crate) trees: Vec<(String, Body)>,
    /// The files as they were written.
    written: BTreeMap<String, String>,
    /// Scripts and the like.
    pub(crate) others: MemoryFiles,
}

impl Template {
    fn read(folder: &Path, legacy: bool) -> Self {
        let name = folder.file_name().and_then(|name| name.to_str()).expect("names are text").to_owned();
        let (mut trees, mut written, mut others) = (Vec::new(), BTreeMap::new(), MemoryFiles::new());
        for (path, bytes) in tree(folder) {
            let text = String::from_utf8(bytes).expect("files are text");
            if !legacy && path.ends_with(".hcl") {
                trees.push((path.clone(), Body::of_hcl(&text)));
            } else if legacy && path == format!("{name}.json") {
                trees.push((path.clone(), Body::of_legacy(&text)));
            } else {
                others = others.with(&path, text);
                continue;
            }
            written.insert(path, text);
        }
        let spellings =
            if legacy { vec![Spelling::LegacyJson] } else { vec![Spelling::Hcl, Spelling::Json, Spelling::Yaml] };
        Self { name, spellings, trees, written, others }
    }

    /// What a file is called in a spelling. Packer reads var-files of its own accord in HCL and JSON only: in YAML they
    /// stay HCL.
    pub(crate) fn file(&self, name: &str, spelling: Spelling) -> String {
        let stem = name.strip_suffix(".hcl");
        match (spelling, stem) {
            (Spelling::Json, Some(stem)) => format!("{stem}.json"),
            (Spelling::Yaml, Some(stem)) => format!("{stem}.yaml"),
            _ => name.to_owned(),
        }
    }

    /// Its files in a spelling, by their names in HCL. HCL is as it was written.
    pub(crate) fn texts(&self, spelling: Spelling) -> Vec<(String, String)> {
        match spelling {
            Spelling::Hcl => self.written.clone().into_iter().collect(),
            Spelling::Json | Spelling::Yaml | Spelling::LegacyJson => {
                self.trees.iter().map(|(name, tree)| (name.clone(), print(tree, spelling).0)).collect()
            }
        }
    }

    /// What is checked.
    pub(crate) fn path(&self, spelling: Spelling) -> String {
        match spelling {
            Spelling::LegacyJson => format!("{}.json", self.name),
            Spelling::Hcl | Spelling::Json | Spelling::Yaml => ".".to_owned(),
        }
    }

    /// What it is called with: the var-files that are not read of their own accord.
    pub(crate) fn inputs(&self, spelling: Spelling) -> Inputs {
        let given = |name: &&str| name.contains(".pkrvars.") && !name.contains(".auto.");
        let names = self.trees.iter().map(|(name, _)| name.as_str()).filter(given);
        Inputs { var_files: names.map(|name| self.file(name, spelling)).collect(), ..Inputs::default() }
    }

    /// The project in a spelling, without a fault; HCL also as the suite prints it.
    pub(crate) fn sound(&self, spelling: Spelling, printed: bool) -> MemoryFiles {
        let mut files = self.others.clone();
        for (name, text) in self.texts(spelling) {
            let tree = self.trees.iter().find(|(file, _)| *file == name);
            let text = match tree {
                Some((_, tree)) if printed && spelling == Spelling::Hcl => formatted(&print(tree, spelling).0),
                _ => text,
            };
            files = files.with(&self.file(&name, spelling), text);
        }
        files
    }
}

/// Every template of the suite.
pub(crate) fn templates() -> Vec<Template> {
    let at = root().join("tests/faults/templates");
    let mut all: Vec<Template> = folders(&at)
        .iter()
        .filter(|folder| !folder.ends_with("legacy"))
        .map(|folder| Template::read(folder, false))
        .collect();
    all.extend(folders(&at.join("legacy")).iter().map(|folder| Template::read(folder, true)));
    assert!(all.len() >= 10, "{} has the templates", at.display());
    let _ = fs::metadata(&at);
    all
}
