//! The same configuration in another spelling.
//!
//! Comes in: an [`Analysis`]. Goes out: a text for each of its files. [`verify`] is the proof: the texts are read back
//! where the old files were, and what they mean is held against what the old ones meant, value by value and graph by
//! graph. Nothing is written here.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Analysis, build_graph};
use crate::check;
use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Severity, Sink};
use crate::graph;
use crate::parse;
use crate::print::{self, Content};
use crate::resolve::Inputs;
use crate::resolve::functions::MISSING_FILE;
use crate::resolve::same::{Difference, difference};
use crate::schema::Schemas;
use crate::source::{Entry, EntryKind, FileError, FileId, FileOrigin, Files, Metadata, SourceMap, Span};
use crate::syntax::{Comment, Document, Spelling, same_body};

declare_diagnostic! {
    pub static CONVERSION_DIFFERS = {
        code: "conversion-differs",
        severity: Error,
        since: "0.1.0",
        summary: "the converted template would mean something else",
    }
}

/// What this file can report.
pub(super) const DECLARATIONS: &[&Declaration] = &[&CONVERSION_DIFFERS];

/// One file in its new spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// The path it was read from.
    pub from: String,
    /// The path it gets, beside the old one.
    pub to: String,
    /// Its text.
    pub text: String,
}

/// A configuration in another spelling.
#[derive(Clone, Debug, Default)]
pub struct Conversion {
    /// The template's files and the var-files that were read, in their order.
    pub files: Vec<Converted>,
}

impl Conversion {
    /// Two files that would get the same path.
    pub fn clash(&self) -> Option<(&Converted, &Converted)> {
        let mut seen: BTreeMap<&str, &Converted> = BTreeMap::new();
        self.files.iter().find_map(|file| Some((seen.insert(&file.to, file)?, file)))
    }

    /// Where the configuration is read afterwards, and which var-files are to be given to it. `path` and `given` are those
    /// of before.
    pub fn reading(&self, path: &str, given: &[String], to: Spelling) -> (String, Vec<String>) {
        // Legacy JSON is read by its file, and no var-file of its own accord.
        match (to, self.files.split_first()) {
            (Spelling::LegacyJson, Some((template, values))) => {
                (template.to.clone(), values.iter().map(|file| file.to.clone()).collect())
            }
            _ => (self.path(path).to_owned(), given.iter().map(|file| self.path(file).to_owned()).collect()),
        }
    }

    /// What a path that was read is called afterwards.
    pub fn path<'p>(&'p self, from: &'p str) -> &'p str {
        let plain = shown(from);
        self.files.iter().find(|file| file.from == plain).map_or(from, |file| file.to.as_str())
    }
}

/// Every file of a configuration in a spelling; nothing, with the reasons in the sink, if one cannot be said in it.
pub fn convert(analysis: &Analysis, to: Spelling, schemas: &Schemas, sink: &mut Sink) -> Option<Conversion> {
    let Analysis { sources, configuration, .. } = analysis;
    if to == Spelling::LegacyJson
        && let [first, second, ..] = configuration.documents.as_slice()
    {
        let (first, second) = (&sources.file(first.file).name, second.body.span.head());
        sink.report(
            print::NOT_EXPRESSIBLE
                .at(second, "a template in legacy JSON is one file")
                .label("this is another one")
                .help(format!("put what stands here into `{first}`")),
        );
        return None;
    }
    let templates = configuration.documents.iter().map(|document| (document, Content::Template));
    let values = configuration.var_files.iter().map(|document| (document, Content::Values));
    let files: Vec<Option<Converted>> =
        templates.chain(values).map(|(document, content)| one(sources, document, content, to, schemas, sink)).collect();
    let files = files.into_iter().collect::<Option<Vec<_>>>()?;
    Some(Conversion { files })
}

/// A var-file by itself, as it is read back.
pub fn convert_values(
    sources: &mut SourceMap,
    file: FileId,
    to: Spelling,
    schemas: &Schemas,
    sink: &mut Sink,
) -> Option<Converted> {
    let document = read_values(sources, file, sink)?;
    let converted = one(sources, &document, Content::Values, to, schemas, sink)?;
    let again = sources.add(&converted.to, &converted.text, FileOrigin::Invocation);
    let mut said = Sink::new();
    let read = read_values(sources, again, &mut said);
    if said.has_errors() || !read.is_some_and(|read| same_body(&read.body, &document.body)) {
        let place = document.body.span.head();
        sink.report(
            CONVERSION_DIFFERS
                .at(place, format!("`{}` would have other values in {}", converted.from, print::word(to)))
                .help("this is a fault of formwork: please report it with the file"),
        );
        return None;
    }
    Some(converted)
}

fn read_values(sources: &SourceMap, file: FileId, sink: &mut Sink) -> Option<Document> {
    let name = &sources.file(file).name;
    let mut said = Sink::new();
    let document = match name.rsplit_once('.').map_or("", |(_, suffix)| suffix) {
        "json" => parse::json::parse_values(sources, file, &mut said),
        "yaml" | "yml" => parse::yaml::parse_values(sources, file, &mut said),
        _ => parse::hcl::parse(sources, file, &mut said).document,
    };
    let sound = !said.has_errors();
    sink.absorb(said);
    sound.then_some(document)
}

fn one(
    sources: &SourceMap,
    document: &Document,
    content: Content,
    to: Spelling,
    schemas: &Schemas,
    sink: &mut Sink,
) -> Option<Converted> {
    let source = sources.file(document.file);
    let from = source.name.clone();
    if document.body.spelling == to {
        return Some(Converted { to: from.clone(), from, text: source.text.clone() });
    }
    let text = print::print(document, &comments(sources, document, content), to, content, schemas, sink)?;
    Some(Converted { to: renamed(&from, content, to), from, text })
}

fn comments(sources: &SourceMap, document: &Document, content: Content) -> Vec<Comment> {
    match document.body.spelling {
        Spelling::Hcl => parse::hcl::comments(sources, document.file),
        Spelling::Json => parse::json::comments(sources, document.file, content == Content::Values),
        Spelling::Yaml => parse::yaml::comments(sources, document.file),
        Spelling::LegacyJson => parse::json::legacy_comments(sources, document.file),
    }
}

/// The path of a file in another spelling: `app.pkr.hcl` is `app.pkr.json` in HCL's JSON.
pub fn renamed(path: &str, content: Content, to: Spelling) -> String {
    let word = match content {
        Content::Template => ".pkr",
        Content::Values => ".pkrvars",
    };
    let known = [".hcl", ".json", ".yaml", ".yml"];
    let stem = known.iter().find_map(|suffix| path.strip_suffix(suffix)).unwrap_or(path);
    let stem = stem.strip_suffix(word).unwrap_or(stem);
    match (to, content) {
        (Spelling::Hcl, _) => format!("{stem}{word}.hcl"),
        (Spelling::Json, _) => format!("{stem}{word}.json"),
        (Spelling::Yaml, _) => format!("{stem}{word}.yaml"),
        (Spelling::LegacyJson, _) => format!("{stem}.json"),
    }
}

/// What a component's plugin would complain of is wrong in every spelling, and so is a file that is not there: where nothing
/// else is wrong, it is told and does not stop converting.
pub fn set_demands_aside(analysis: &mut Analysis) {
    // A var-file is asked for by whoever converts.
    let is_asked_for = |span: Span| analysis.sources.file(span.file).origin == FileOrigin::Invocation;
    let is_demand = |code: &str| code == MISSING_FILE.code || check::declarations().iter().any(|one| one.code == code);
    let mut errors = analysis.sink.diagnostics().iter().filter(|found| found.severity == Severity::Error);
    if errors.all(|error| is_demand(error.code()) && !is_asked_for(error.span)) {
        analysis.sink.lower(Severity::Warning);
    }
}

/// Holds a configuration against the one that was read back; what differs is reported at its place in `before`.
pub fn verify(before: &Analysis, after: &Analysis, inputs: &Inputs, to: Spelling, sink: &mut Sink) -> bool {
    let place = before.configuration.documents.first().map(|document| document.body.span.head());
    let found = match after.sink.diagnostics().iter().find(|one| one.severity == Severity::Error) {
        Some(error) => place.map(|span| Difference { span, what: format!("something ({})", error.message) }),
        None => difference(&before.template, &after.template),
    };
    let found = found.or_else(|| {
        let same = graphs(before, after, inputs);
        place.filter(|_| !same).map(|span| Difference { span, what: "the graph".to_owned() })
    });
    let Some(Difference { span, what }) = found else { return true };
    sink.report(
        CONVERSION_DIFFERS
            .at(span, format!("in {}, {what} would differ", print::word(to)))
            .label("converted from here")
            .help("nothing is written; if nothing here is unusual, this is a fault of formwork: please report it"),
    );
    false
}

/// Whether both give the same graph. A template with parameters in another order numbers its nodes in another way; all
/// that the graph is made from was compared before.
fn graphs(before: &Analysis, after: &Analysis, inputs: &Inputs) -> bool {
    let names = |of: &Analysis| of.template.variables.keys().cloned().collect::<Vec<_>>();
    if names(before) != names(after) {
        return true;
    }
    let graph = |of: &Analysis| {
        let checked = of.checked()?;
        let graph = build_graph(checked, &of.sources, inputs, &mut Sink::new());
        Some(without_places(graph::show::value(&graph, &of.sources)))
    };
    // Blocks of components that nothing describes may have become objects, as the comparison of templates allows.
    let undescribed = before.template.images.iter().any(|image| {
        let chains = image.post_processors.iter().flatten();
        let steps = image.provisioners.iter().chain(&image.error_cleanup).chain(chains);
        std::iter::once(&image.source).chain(steps).any(|component| !component.described)
    });
    undescribed || graph(before) == graph(after)
}

/// The graph without what tells of files: places, why a parameter has its value, and in which order things stand there.
fn without_places(json: Json) -> Json {
    match json {
        Json::Object(fields) => {
            let field = |(key, value): (String, Json)| {
                let value = without_places(value);
                let by_place = matches!(key.as_str(), "facts" | "written");
                let value = if by_place { sorted(value) } else { value };
                (key, value)
            };
            let kept = fields.into_iter().filter(|(key, _)| !matches!(key.as_str(), "at" | "because"));
            Json::Object(kept.map(field).collect())
        }
        Json::Array(items) => items.into_iter().map(without_places).collect(),
        other @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_)) => other,
    }
}

fn sorted(json: Json) -> Json {
    let Json::Array(mut items) = json else { return json };
    items.sort_by_cached_key(Json::to_string);
    Json::Array(items)
}

/// Files where those that were converted have their new names and texts, and the old ones are gone.
pub struct SiblingFiles<'a> {
    base: &'a dyn Files,
    conversion: &'a Conversion,
}

impl<'a> SiblingFiles<'a> {
    /// `base` as if the conversion were written.
    pub fn new(base: &'a dyn Files, conversion: &'a Conversion) -> Self {
        Self { base, conversion }
    }

    fn text(&self, path: &str) -> Option<&str> {
        let path = shown(path);
        self.conversion.files.iter().find(|file| file.to == path).map(|file| file.text.as_str())
    }

    fn is_gone(&self, path: &str) -> bool {
        let path = shown(path);
        self.text(path).is_none() && self.conversion.files.iter().any(|file| file.from == path)
    }
}

impl Files for SiblingFiles<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        match self.text(path) {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None if self.is_gone(path) => Err(FileError::Missing),
            None => self.base.read(path),
        }
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, FileError> {
        let folder = shown(path).trim_end_matches('/');
        let at = |name: &str| if folder == "." { name.to_owned() } else { format!("{folder}/{name}") };
        let mut entries = self.base.list(path)?;
        entries.retain(|entry| !self.is_gone(&at(&entry.name)) && self.text(&at(&entry.name)).is_none());
        for file in &self.conversion.files {
            let (parent, name) = file.to.rsplit_once('/').unwrap_or((".", &file.to));
            if parent == folder {
                entries.push(Entry { name: name.to_owned(), kind: EntryKind::File });
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn metadata(&self, path: &str) -> Result<Metadata, FileError> {
        match self.text(path) {
            Some(text) => Ok(Metadata {
                kind: EntryKind::File,
                mode: 0o644,
                uid: 0,
                gid: 0,
                size: text.len() as u64,
                target: None,
            }),
            None if self.is_gone(path) => Err(FileError::Missing),
            None => self.base.metadata(path),
        }
    }

    fn resolved_metadata(&self, path: &str) -> Result<Metadata, FileError> {
        if self.text(path).is_some() || self.is_gone(path) {
            return self.metadata(path);
        }
        self.base.resolved_metadata(path)
    }

    fn absolute(&self, path: &str) -> String {
        self.base.absolute(path)
    }
}

fn shown(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_spelling() {
        let cases = [
            ("t/app.pkr.hcl", Content::Template, Spelling::Json, "t/app.pkr.json"),
            ("app.pkr.json", Content::Template, Spelling::Yaml, "app.pkr.yaml"),
            ("template.json", Content::Template, Spelling::Hcl, "template.pkr.hcl"),
            ("x.auto.pkrvars.hcl", Content::Values, Spelling::Json, "x.auto.pkrvars.json"),
            ("vars.json", Content::Values, Spelling::Hcl, "vars.pkrvars.hcl"),
            ("t/app.pkr.hcl", Content::Template, Spelling::LegacyJson, "t/app.json"),
            ("x.auto.pkrvars.hcl", Content::Values, Spelling::LegacyJson, "x.auto.json"),
        ];
        for (from, content, to, wanted) in cases {
            assert_eq!(renamed(from, content, to), wanted);
        }
    }
}
