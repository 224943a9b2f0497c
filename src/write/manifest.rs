//! The forms of `manifest.json` and `fidelity.json`.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// The list of what we own in an output folder.
pub const MANIFEST: &str = "manifest.json";

/// The list of what a run is about to write, there only while it writes (or was stopped).
pub const JOURNAL: &str = "manifest.json.next";

/// The version of both forms.
const VERSION: u32 = 1;

/// What a run owns, how images are called, and what became of each variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of this form.
    pub version: u32,
    /// The configuration that holds the folder, relative to the folder of the process.
    pub configuration: String,
    /// What was asked for, without secrets and without what does not change the output.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// Sorted by path.
    pub files: Vec<ManifestFile>,
    /// In the template's order, target by target.
    #[serde(default)]
    pub images: Vec<ManifestImage>,
    /// In declaration order.
    #[serde(default)]
    pub parameters: Vec<ManifestParameter>,
}

/// A file that we own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    /// Below the output folder.
    pub path: String,
    /// Of its bytes, in hexadecimal.
    pub sha256: String,
    /// The target that it belongs to; none for what belongs to the run.
    pub target: Option<String>,
    /// The image that it belongs to, where it belongs to one.
    pub image: Option<String>,
}

/// An image and its name in a target's files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestImage {
    /// Packer's name for it.
    pub image: String,
    /// The target.
    pub target: String,
    /// The short form that the target's files use.
    pub name: String,
}

/// A variable and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestParameter {
    /// Its name.
    pub variable: String,
    /// `open` or `fixed`.
    pub state: String,
    /// Why.
    pub because: String,
    /// Must never be shown.
    pub sensitive: bool,
    /// By target: how it is called there.
    pub names: IndexMap<String, String>,
}

impl Manifest {
    /// A manifest without content.
    pub fn new(configuration: impl Into<String>) -> Self {
        Self {
            version: VERSION,
            configuration: configuration.into(),
            arguments: Vec::new(),
            files: Vec::new(),
            images: Vec::new(),
            parameters: Vec::new(),
        }
    }

    /// Whether these are the bytes of a manifest that we wrote.
    pub fn is_ours(bytes: &[u8]) -> bool {
        Self::read(bytes).is_ok()
    }

    /// Reads one; says what is wrong with it if it is none of ours.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let manifest: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if manifest.version != VERSION {
            return Err(format!("its version is {}, and only {VERSION} is known", manifest.version));
        }
        Ok(manifest)
    }

    /// Takes over what an earlier manifest says of targets that are not compiled now.
    pub(super) fn keep(&mut self, earlier: &Self, compiled: &[String]) {
        let is_kept = |target: &String| !compiled.contains(target);
        self.files.extend(earlier.files.iter().filter(|file| file.target.as_ref().is_some_and(is_kept)).cloned());
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        self.images.extend(earlier.images.iter().filter(|image| is_kept(&image.target)).cloned());
        self.images.sort_by(|a, b| a.target.cmp(&b.target));
        for parameter in &mut self.parameters {
            let before = earlier.parameters.iter().find(|before| before.variable == parameter.variable);
            let names = before.into_iter().flat_map(|before| &before.names).filter(|(target, _)| is_kept(target));
            parameter.names.extend(names.map(|(target, name)| (target.clone(), name.clone())));
            parameter.names.sort_keys();
        }
    }

    /// As text.
    pub(super) fn bytes(&self) -> Vec<u8> {
        bytes(self)
    }
}

/// What became of every construct of the selected images.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FidelityReport {
    /// Of this form.
    pub version: u32,
    /// Target by target; within one in the template's order.
    pub entries: Vec<FidelityEntry>,
    /// How often each verdict was given.
    pub summary: IndexMap<String, usize>,
}

/// What became of one construct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FidelityEntry {
    /// Packer's name of the image.
    pub image: String,
    /// The attribute or block.
    pub construct: String,
    /// `exact`, `approximated`, `moved`, `omitted` or `refused`.
    pub verdict: String,
    /// How, where to, or why.
    pub how: String,
    /// The file it stands in; none for the command line.
    pub file: Option<String>,
    /// Where in it.
    pub range: Option<FidelityRange>,
    /// The target.
    pub target: String,
}

/// A place, as in the JSON of `check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FidelityRange {
    /// First character.
    pub start: FidelityPoint,
    /// Behind the last character.
    pub end: FidelityPoint,
}

/// An end of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FidelityPoint {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// From 0.
    pub byte: usize,
}

impl FidelityReport {
    /// The file's name.
    pub const NAME: &'static str = "fidelity.json";

    /// All verdicts, from the best to the worst.
    pub const VERDICTS: [&'static str; 5] = ["exact", "approximated", "moved", "omitted", "refused"];

    /// The report of these entries.
    pub fn new(entries: Vec<FidelityEntry>) -> Self {
        let count = |verdict: &str| entries.iter().filter(|entry| entry.verdict == verdict).count();
        let summary = Self::VERDICTS.iter().map(|verdict| ((*verdict).to_owned(), count(verdict))).collect();
        Self { version: VERSION, entries, summary }
    }

    /// With what an earlier report says of targets that are not compiled now.
    pub(super) fn with_kept(&self, earlier: Option<&Self>, compiled: &[String]) -> Self {
        let mut entries = self.entries.clone();
        let kept = earlier.into_iter().flat_map(|report| &report.entries);
        entries.extend(kept.filter(|entry| !compiled.contains(&entry.target)).cloned());
        entries.sort_by(|a, b| a.target.cmp(&b.target));
        Self::new(entries)
    }

    /// As text.
    pub fn bytes(&self) -> Vec<u8> {
        bytes(self)
    }
}

fn bytes(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("internal error: a manifest is always JSON");
    bytes.push(b'\n');
    bytes
}
