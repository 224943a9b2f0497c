//! The whole pipeline, without a disk or a terminal.
//!
//! ```
//! use formwork::engine::{Request, analyse};
//! use formwork::resolve::Inputs;
//! use formwork::schema::Schemas;
//! use formwork::source::MemoryFiles;
//!
//! let files = MemoryFiles::new().with("t/app.pkr.hcl", "build {}\nbuild {");
//! let inputs = Inputs::default();
//! let request = Request { paths: &["t".to_owned()], root: None, project: &files, files: &files, inputs: &inputs };
//! let analysis = analyse(&request, &Schemas::embedded()).expect("there is a template");
//! assert!(analysis.sink.has_errors());
//! ```

mod convert;

pub use convert::{Conversion, Converted, SiblingFiles, convert, convert_values, renamed, set_demands_aside, verify};

use crate::check::{self, CheckSetting, Checked};
use crate::diagnostic::{Declaration, Sink};
use crate::graph::{self, Graph};
use crate::outdated;
use crate::parse;
use crate::print;
use crate::resolve::configuration::{self, Configuration, LoadError};
use crate::resolve::eval::Scope;
use crate::resolve::template::Template;
use crate::resolve::{self, Inputs, Setting};
use crate::schema::Schemas;
use crate::source::{FileOrigin, Files, SourceMap, Span};
use crate::syntax::Spelling;
use crate::targets;

/// Everything that the stages can report.
pub fn declarations() -> Vec<&'static Declaration> {
    let mut all = resolve::declarations();
    all.extend(parse::DECLARATIONS);
    all.push(&outdated::OUTDATED_TEMPLATE);
    all.extend(print::DECLARATIONS);
    all.extend(convert::DECLARATIONS);
    all.extend(check::declarations());
    all.push(&graph::PARAMETER_SHAPES_GRAPH);
    all.extend(targets::declarations());
    all
}

/// What is to be read.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// A folder, a file, or several files of one folder that are read together; as seen from `project`. Nothing: a
    /// configuration without files.
    pub paths: &'a [String],
    /// `path.root`, where it is not to be taken from the path.
    pub root: Option<&'a str>,
    /// Where templates and var-files are.
    pub project: &'a dyn Files,
    /// What relative paths in the template start from.
    pub files: &'a dyn Files,
    /// What the user gave besides the files.
    pub inputs: &'a Inputs,
}

/// A configuration, read and resolved.
#[derive(Debug)]
pub struct Analysis {
    /// Its files.
    pub sources: SourceMap,
    /// What was found.
    pub sink: Sink,
    /// Its trees.
    pub configuration: Configuration,
    /// What they mean.
    pub template: Template,
}

impl Analysis {
    /// The ticket to the graph, if nothing is wrong.
    pub fn checked(&self) -> Option<Checked<'_>> {
        check::gate(&self.template, &self.sink)
    }
}

/// Reads and resolves a configuration. What is wrong with it is in the result; fails only if there is nothing to read.
pub fn analyse(request: &Request<'_>, schemas: &Schemas) -> Result<Analysis, LoadError> {
    analyse_with(request, schemas, |_, _, _| ()).map(|(analysis, ())| analysis)
}

/// The same, and what `then` makes of the scope in which the template's expressions stand.
pub fn analyse_with<T>(
    request: &Request<'_>,
    schemas: &Schemas,
    then: impl FnOnce(&Scope<'_>, &mut SourceMap, &mut Sink) -> T,
) -> Result<(Analysis, T), LoadError> {
    let (mut sources, mut sink) = (SourceMap::new(), Sink::new());
    let configuration = load(request, schemas, &mut sources, &mut sink)?;
    for document in configuration.documents.iter().filter(|document| document.body.spelling == Spelling::LegacyJson) {
        outdated::find(&sources, document.file, schemas, &mut sink);
    }
    let setting = Setting { files: request.files, schemas, inputs: request.inputs };
    let (template, result) = resolve::resolve_with(&configuration, &setting, &mut sources, &mut sink, then);
    let setting = CheckSetting { files: request.files, schemas, documents: &configuration.documents };
    check::check(&template, &setting, &mut sink);
    outdated::supersede(&mut sink);
    hide_secrets(&configuration, &template, &mut sources);
    speak(&sources, &mut sink);
    Ok((Analysis { sources, sink, configuration, template }, result))
}

/// The graph of a template that was found to be sound.
pub fn build_graph(checked: Checked<'_>, sources: &SourceMap, inputs: &Inputs, sink: &mut Sink) -> Graph {
    let options = graph::GraphOptions { param: inputs.open.clone(), freeze: inputs.frozen.clone() };
    let mut said = Sink::new();
    let graph = graph::build(checked.template(), sources, &options, &mut said);
    speak(sources, &mut said);
    sink.absorb(said);
    graph
}

/// Help texts say what to type in the words of HCL; the file at hand may be written otherwise.
fn speak(sources: &SourceMap, sink: &mut Sink) {
    sink.map_helps(&mut |span, help| Spelling::of_file(&sources.file(span.file).name).translate(help));
}

fn load(
    request: &Request<'_>,
    schemas: &Schemas,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Result<Configuration, LoadError> {
    let Request { paths, root, project, files: _, inputs } = *request;
    let mut whole = Configuration { root: ".".to_owned(), documents: Vec::new(), var_files: Vec::new() };
    for (at, path) in paths.iter().enumerate() {
        // Var-files belong to the whole: they are read once.
        let var_files = if at + 1 == paths.len() { inputs.var_files.as_slice() } else { &[] };
        let given = configuration::GivenValues { var_files, variables: &inputs.variables };
        let Configuration { root, documents, var_files } =
            configuration::load_with(path, &given, project, schemas, sources, sink)?;
        whole.root = root;
        whole.documents.extend(documents);
        whole.var_files.extend(var_files);
    }
    if let Some(root) = root {
        root.clone_into(&mut whole.root);
    }
    Ok(whole)
}

/// Marks where values of sensitive variables are written, so that no snippet shows them.
fn hide_secrets(configuration: &Configuration, template: &Template, sources: &mut SourceMap) {
    let is_sensitive = |name: &str| template.variables.get(name).is_some_and(|variable| variable.sensitive);
    let mut secrets: Vec<Span> = Vec::new();
    for document in &configuration.documents {
        for block in document.body.blocks() {
            let named = block.labels.first().is_some_and(|label| is_sensitive(&label.value));
            if block.kind.value == "variable" && named {
                secrets.extend(block.body.attribute("default").map(|default| default.value.span));
            }
            if block.kind.value == "variables" {
                let own = block.body.attributes().filter(|attribute| is_sensitive(&attribute.name.value));
                secrets.extend(own.map(|attribute| attribute.value.span));
            }
        }
    }
    for document in &configuration.var_files {
        let own = document.body.attributes().filter(|attribute| is_sensitive(&attribute.name.value));
        secrets.extend(own.map(|attribute| attribute.value.span));
    }
    for (id, file) in sources.files().filter(|(_, file)| file.origin == FileOrigin::Invocation) {
        // The readers of given values name the file after the variable; its text is the value.
        let option = file.name.strip_prefix("--var ").or_else(|| file.name.strip_prefix("PKR_VAR_")?.split(' ').next());
        // What a data source finds may be a secret, whoever says so.
        let found = file.name.starts_with("--data ");
        secrets
            .extend(option.filter(|name| is_sensitive(name)).map(|_| file.span(id)).or(found.then(|| file.span(id))));
    }
    for secret in secrets {
        sources.hide(secret);
    }
}
