//! Which files make up a configuration, and reading them.
//!
//! Comes in: a path as the user gave it. Goes out: a [`Configuration`], the trees of its files and of its var-files, in
//! the order in which they count. What lies on disk but cannot be read as text is reported; a path that is not there at
//! all is the caller's to say, because no file can show it.

use std::fmt;

use super::functions::MISSING_FILE;
use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Sink};
use crate::parse;
use crate::schema::Schemas;
use crate::source::{EntryKind, FileError, FileId, FileOrigin, Files, SourceMap};
use crate::syntax::{Document, Spelling};

declare_diagnostic! {
    pub static NOT_UTF8 = {
        code: "not-utf8",
        severity: Error,
        since: "0.1.0",
        summary: "a file is not UTF-8 text",
    }
    pub static UNREADABLE_VAR_FILE = {
        code: "unreadable-var-file",
        severity: Error,
        since: "0.1.0",
        summary: "a var-file cannot be read",
    }
    pub static UNKNOWN_VAR_FILE_FORMAT = {
        code: "unknown-var-file-format",
        severity: Error,
        since: "0.1.0",
        summary: "the name of a var-file does not tell how to read it",
    }
    pub static FILE_TOO_LARGE = {
        code: "file-too-large",
        severity: Error,
        since: "0.1.0",
        summary: "a template file is larger than can be meant",
    }
}

/// What this file can report.
pub const DECLARATIONS: &[&Declaration] = &[&FILE_TOO_LARGE, &NOT_UTF8, &UNKNOWN_VAR_FILE_FORMAT, &UNREADABLE_VAR_FILE];

/// The largest template or var-file that is read, in bytes. Real ones stay below 100 kB.
pub const MAX_FILE: usize = 32 << 20;

/// The suffixes of template files, in the order in which their files count.
pub const TEMPLATE_SUFFIXES: [&str; 4] = [".pkr.hcl", ".pkr.json", ".pkr.yaml", ".pkr.yml"];

/// The suffixes of var-files that are read without being named, weakest first.
const AUTOMATIC_SUFFIXES: [&str; 4] =
    [".auto.pkrvars.hcl", ".auto.pkrvars.json", ".auto.pkrvars.yaml", ".auto.pkrvars.yml"];

/// What the names of files with values end in.
const VALUE_SUFFIXES: [&str; 4] = [".hcl", ".json", ".yaml", ".yml"];

/// Whether a file of that name is a template.
pub fn is_template(name: &str) -> bool {
    ends_in(name, &TEMPLATE_SUFFIXES)
}

fn ends_in(name: &str, suffixes: &[&str]) -> bool {
    suffixes.iter().any(|suffix| name.ends_with(suffix))
}

/// A configuration's trees.
#[derive(Debug)]
pub struct Configuration {
    /// `path.root`: the folder as it was given, or the folder of the file that was given; `.` for a bare file name.
    pub root: String,
    /// The template's files, in the order in which they count.
    pub documents: Vec<Document>,
    /// Var-files, weakest first.
    pub var_files: Vec<Document>,
}

impl Configuration {
    /// Whether it is a legacy template: what is given to it counts in another way.
    pub fn is_legacy(&self) -> bool {
        self.documents.iter().any(|document| document.body.spelling == Spelling::LegacyJson)
    }
}

/// Why there is no configuration at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// It cannot be read.
    Unreadable(String, FileError),
    /// The folder holds no template.
    Empty(String),
    /// The file's name ends in none of the known suffixes.
    UnknownFormat(String),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, error) => write!(f, "cannot read `{path}`: {error}"),
            Self::Empty(path) => {
                write!(f, "the folder `{path}` holds no template: no name ends in {}", listed(&TEMPLATE_SUFFIXES))
            }
            Self::UnknownFormat(path) => {
                let known = listed(&TEMPLATE_SUFFIXES);
                write!(f, "`{path}` is no template that can be read: its name ends in none of {known}")
            }
        }
    }
}

impl std::error::Error for LoadError {}

fn listed(suffixes: &[&str]) -> String {
    suffixes.iter().map(|suffix| format!("`{suffix}`")).collect::<Vec<_>>().join(", ")
}

/// Values from the command line that count while a legacy template is read, which computes with them.
#[derive(Clone, Copy, Debug)]
pub struct GivenValues<'a> {
    /// Var-files, in order.
    pub var_files: &'a [String],
    /// Names and values, in order.
    pub variables: &'a [(String, String)],
}

/// Reads the configuration at `path`: a folder, or a single file. `var_files` come from the command line, in order.
pub fn load(
    path: &str,
    var_files: &[String],
    files: &dyn Files,
    schemas: &Schemas,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Result<Configuration, LoadError> {
    load_with(path, &GivenValues { var_files, variables: &[] }, files, schemas, sources, sink)
}

/// The same with everything that the command line gives.
pub fn load_with(
    path: &str,
    given: &GivenValues<'_>,
    files: &dyn Files,
    schemas: &Schemas,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Result<Configuration, LoadError> {
    let var_files = given.var_files;
    let unreadable = |error| LoadError::Unreadable(path.to_owned(), error);
    let kind = files.resolved_metadata(path).map_err(unreadable)?.kind;
    let mut reader = Reader { files, schemas, sources, sink };
    let mut documents = Vec::new();
    let mut automatic = Vec::new();
    let root = if kind == EntryKind::Folder {
        let names = names_in(files, path).map_err(unreadable)?;
        for suffix in TEMPLATE_SUFFIXES {
            for name in names.iter().filter(|name| name.ends_with(suffix)) {
                documents.extend(reader.document(&join(path, name)).map_err(unreadable)?);
            }
        }
        if documents.is_empty() && !reader.sink.has_errors() {
            return Err(LoadError::Empty(path.to_owned()));
        }
        // Later ones win.
        for suffix in AUTOMATIC_SUFFIXES {
            automatic.extend(names.iter().filter(|name| name.ends_with(suffix)).cloned());
        }
        path.to_owned()
    } else if is_legacy_name(path) {
        return reader.legacy(path, given).map_err(unreadable);
    } else {
        if !path.ends_with(".hcl") && !is_template(path) {
            return Err(LoadError::UnknownFormat(path.to_owned()));
        }
        documents.extend(reader.document(path).map_err(unreadable)?);
        folder_of(path).to_owned()
    };
    let mut read = Vec::new();
    for name in automatic {
        read.extend(reader.values(&join(path, &name)).map_err(unreadable)?);
    }
    for name in var_files {
        read.extend(reader.var_file(name));
    }
    Ok(Configuration { root, documents, var_files: read })
}

/// Whether a file can be a template in legacy JSON by its name.
pub fn is_legacy_name(path: &str) -> bool {
    path.ends_with(".json") && ![".pkr.json", ".pkrvars.json"].iter().any(|suffix| path.ends_with(suffix))
}

/// A configuration made of given files only, without var-files of its own: what a folder's clashing files are, each.
pub fn names_in(files: &dyn Files, folder: &str) -> Result<Vec<String>, FileError> {
    let entries = files.list(folder)?;
    Ok(entries.into_iter().filter(|entry| entry.kind != EntryKind::Folder).map(|entry| entry.name).collect())
}

struct Reader<'a> {
    files: &'a dyn Files,
    schemas: &'a Schemas,
    sources: &'a mut SourceMap,
    sink: &'a mut Sink,
}

impl Reader<'_> {
    fn document(&mut self, path: &str) -> Result<Option<Document>, FileError> {
        let bytes = self.files.read(path)?;
        let Some(file) = self.text(path, bytes) else { return Ok(None) };
        Ok(Some(if path.ends_with(".json") {
            parse::json::parse_template(self.sources, file, self.schemas, self.sink)
        } else if ends_in(path, &[".yaml", ".yml"]) {
            parse::yaml::parse_template(self.sources, file, self.schemas, self.sink)
        } else {
            parse::hcl::parse_document(self.sources, file, self.sink)
        }))
    }

    /// A legacy template. Its var-files are legacy too: names that nothing declares are variables as well.
    fn legacy(&mut self, path: &str, given: &GivenValues<'_>) -> Result<Configuration, FileError> {
        let bytes = self.files.read(path)?;
        let template = self.text(path, bytes);
        let mut files = Vec::new();
        for name in given.var_files {
            match self.files.read(name) {
                Ok(bytes) => files.extend(self.text(name, bytes)),
                Err(error) => self.unreadable_var_file(name, &error),
            }
        }
        let mut values = parse::legacy::read_values(self.sources, &files, self.sink);
        for (name, text) in given.variables {
            if parse::legacy::is_plain(text) {
                values.forget(name);
                continue;
            }
            let file = self.sources.add(format!("--var {name}"), text.as_str(), FileOrigin::Invocation);
            values.set(name, self.sources.file(file).span(file), text);
        }
        let document = template.map(|file| parse::legacy::parse(self.sources, file, self.schemas, &values, self.sink));
        Ok(Configuration {
            root: folder_of(path).to_owned(),
            documents: document.into_iter().collect(),
            var_files: values.documents,
        })
    }

    /// A file of values, read as its name says.
    fn values(&mut self, path: &str) -> Result<Option<Document>, FileError> {
        let bytes = self.files.read(path)?;
        let Some(file) = self.text(path, bytes) else { return Ok(None) };
        Ok(Some(if path.ends_with(".json") {
            parse::json::parse_values(self.sources, file, self.sink)
        } else if ends_in(path, &[".yaml", ".yml"]) {
            parse::yaml::parse_values(self.sources, file, self.sink)
        } else {
            parse::hcl::parse_document(self.sources, file, self.sink)
        }))
    }

    fn var_file(&mut self, path: &str) -> Option<Document> {
        let said = format!("--var-file {path}");
        let place = self.sources.add(&said, &said, FileOrigin::Invocation);
        let place = self.sources.file(place).span(place);
        if !ends_in(path, &VALUE_SUFFIXES) {
            self.sink.report(
                UNKNOWN_VAR_FILE_FORMAT
                    .at(place, format!("the name of the var-file `{path}` does not tell how to read it"))
                    .help("give a file whose name ends in `.pkrvars.hcl`, `.pkrvars.json` or `.pkrvars.yaml`"),
            );
            return None;
        }
        match self.values(path) {
            Ok(document) => document,
            Err(error) => {
                self.unreadable_var_file(path, &error);
                None
            }
        }
    }

    fn unreadable_var_file(&mut self, path: &str, error: &FileError) {
        let said = format!("--var-file {path}");
        let place = self.sources.add(&said, &said, FileOrigin::Invocation);
        let place = self.sources.file(place).span(place);
        let diagnostic = if *error == FileError::Missing {
            MISSING_FILE.at(place, format!("there is no var-file `{path}`"))
        } else {
            UNREADABLE_VAR_FILE.at(place, format!("cannot read the var-file `{path}`: {error}"))
        };
        self.sink.report(diagnostic.help("var-files are found from the folder that formwork runs in"));
    }

    fn text(&mut self, path: &str, bytes: Vec<u8>) -> Option<FileId> {
        take_in(path, bytes, self.sources, self.sink)
    }
}

/// Takes the bytes of a file in, or reports why they are no text.
pub fn take_in(path: &str, bytes: Vec<u8>, sources: &mut SourceMap, sink: &mut Sink) -> Option<FileId> {
    let name = shown(path);
    if bytes.len() > MAX_FILE {
        let file = sources.add(name, String::new(), FileOrigin::Disk);
        sink.report(
            FILE_TOO_LARGE
                .at(sources.file(file).span(file), format!("`{name}` has {} bytes", bytes.len()))
                .help(format!("templates of up to {MAX_FILE} bytes are read; is this one?")),
        );
        return None;
    }
    match String::from_utf8(bytes) {
        Ok(text) => Some(sources.add(name, text, FileOrigin::Disk)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let file = sources.add(name, String::from_utf8_lossy(error.as_bytes()), FileOrigin::Disk);
            let place = crate::source::Span::new(file, at, at + 1);
            sink.report(
                NOT_UTF8
                    .at(place, format!("`{name}` is not UTF-8 text"))
                    .label("this byte belongs to no character")
                    .help("save the file as UTF-8"),
            );
            None
        }
    }
}

/// `folder/name`, without a `./` that nobody wrote.
fn join(folder: &str, name: &str) -> String {
    match folder.trim_end_matches('/') {
        "" if folder.starts_with('/') => format!("/{name}"),
        "" | "." => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

fn shown(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

/// The folder that a file's path names; `.` where it names none.
pub fn folder_of(path: &str) -> &str {
    match path.rsplit_once('/') {
        None => ".",
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MemoryFiles;

    fn loaded(path: &str) -> Result<(Vec<String>, String), LoadError> {
        let files = MemoryFiles::new()
            .with("t/b.pkr.hcl", "")
            .with("t/a.pkr.hcl", "")
            .with("t/a.pkr.yml", "{}")
            .with("t/b.pkr.yaml", "{}")
            .with("t/0.pkr.json", "{}")
            .with("t/z.hcl", "")
            .with("t/a.auto.pkrvars.json", "{}")
            .with("t/0.auto.pkrvars.yaml", "{}")
            .with("t/x.auto.pkrvars.hcl", "")
            .with("t/y.pkrvars.json", "{}")
            .with("t/y.pkrvars.hcl", "")
            .with("t/sub/c.pkr.hcl", "")
            .with("empty/notes.txt", "");
        let mut sources = SourceMap::new();
        let configuration = load(path, &[], &files, &Schemas::embedded(), &mut sources, &mut Sink::new())?;
        let names = sources.files().map(|(_, file)| file.name.clone()).collect();
        Ok((names, configuration.root))
    }

    #[test]
    fn a_folder_is_its_templates_and_automatic_var_files_in_name_order() {
        let (names, root) = loaded("t").expect("it loads");
        let templates = ["t/a.pkr.hcl", "t/b.pkr.hcl", "t/0.pkr.json", "t/b.pkr.yaml", "t/a.pkr.yml"];
        let values = ["t/x.auto.pkrvars.hcl", "t/a.auto.pkrvars.json", "t/0.auto.pkrvars.yaml"];
        assert_eq!(names, [templates.as_slice(), values.as_slice()].concat());
        assert_eq!(root, "t");
    }

    #[test]
    fn a_file_is_alone() {
        let (names, root) = loaded("t/b.pkr.hcl").expect("it loads");
        assert_eq!((names, root.as_str()), (vec!["t/b.pkr.hcl".to_owned()], "t"));
    }

    #[test]
    fn what_is_not_there_is_said() {
        assert_eq!(loaded("nope"), Err(LoadError::Unreadable("nope".to_owned(), FileError::Missing)));
        assert_eq!(loaded("empty"), Err(LoadError::Empty("empty".to_owned())));
    }
}
