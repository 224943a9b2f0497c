//! Runs a case as `formwork check --require-values --env` would.

use formwork::diagnostic::{Severity, Sink};
use formwork::engine::{self, Request};
use formwork::parse::hcl;
use formwork::resolve::eval;
use formwork::resolve::template::Template;
use formwork::resolve::value::Value;
use formwork::resolve::{Configuration, Inputs};
use formwork::source::{FileOrigin, Files, SourceMap, Span};
use formwork::syntax::Body;
use formwork::write::DiskFiles;

use crate::Records;
use crate::case::Case;

/// What came out of a case.
pub(crate) struct Ran {
    pub(crate) found: Vec<Finding>,
    pub(crate) template: Option<Template>,
    /// What the expression on standard input is worth.
    pub(crate) answer: Option<Value>,
}

/// A diagnostic of ours.
pub(crate) struct Finding {
    pub(crate) code: String,
    pub(crate) severity: Severity,
    pub(crate) message: String,
    pub(crate) file: String,
    pub(crate) line: usize,
    /// Where the other places of the diagnostic are.
    pub(crate) also: Vec<usize>,
    /// Where the blocks begin that it stands in.
    pub(crate) inside: Vec<usize>,
}

impl Ran {
    pub(crate) fn errors(&self) -> Vec<&Finding> {
        self.found.iter().filter(|finding| finding.severity == Severity::Error).collect()
    }

    pub(crate) fn tell(&self, id: &str) {
        println!("--- {id}");
        for finding in &self.found {
            println!("    {finding}");
        }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { code, severity, message, file, line, also: _, inside: _ } = self;
        write!(f, "{}[{code}] {file}:{line} {message}", severity.word())
    }
}

/// What a case gives besides its files.
pub(crate) fn inputs(case: &Case) -> Inputs {
    let mut var_files: Vec<String> = case.texts("var_files");
    var_files.extend(case.texts("missing_var_files"));
    Inputs {
        variables: case.map("vars").into_iter().collect(),
        var_files: var_files.iter().map(|path| case.as_given(path)).collect(),
        environment: Some(case.map("env")),
        only: case.selection("only"),
        except: case.selection("except"),
        // `inspect` and `console` go on without values.
        require_values: !matches!(case.command.as_str(), "inspect" | "console"),
        now: Some(1_700_000_000),
        packer_version: case.json.get("core_version").and_then(|version| version.as_str()).map(str::to_owned),
        ..Inputs::default()
    }
}

pub(crate) fn run(case: &Case, records: &Records, paths: &[String]) -> Ran {
    let disk = DiskFiles::new(&records.folder.join(case.cwd())).unwrap();
    run_in(case, records, paths, &disk)
}

/// The same, with other files.
pub(crate) fn run_in(case: &Case, records: &Records, paths: &[String], files: &dyn Files) -> Ran {
    // Blocks of provisioners alone are not decoded with the stand-ins by Packer's tests.
    let suite = if case.command.contains("provisioner_block") {
        "command"
    } else {
        case.json["suite"].as_str().unwrap_or("command")
    };
    let schemas = records.mocks.schemas(suite);
    let inputs = inputs(case);
    let request = Request { paths, root: None, project: files, files, inputs: &inputs };
    let stdin = case.json.get("stdin").and_then(|stdin| stdin.as_str()).map(str::trim);
    let result = engine::analyse_with(&request, &schemas, |scope, sources, sink| {
        stdin.map(|text| {
            let file = sources.add("stdin", text, FileOrigin::Invocation);
            let expr = hcl::parse_expression(sources, file, sink);
            eval::evaluate(&expr, scope, sink)
        })
    });
    match result {
        Ok((analysis, answer)) => Ran {
            found: findings(&analysis.sources, &analysis.configuration, analysis.sink),
            template: Some(analysis.template),
            answer,
        },
        Err(error) => Ran {
            found: vec![Finding {
                code: "load-error".to_owned(),
                severity: Severity::Error,
                message: error.to_string(),
                file: String::new(),
                line: 0,
                also: Vec::new(),
                inside: Vec::new(),
            }],
            template: None,
            answer: None,
        },
    }
}

fn findings(sources: &SourceMap, configuration: &Configuration, sink: Sink) -> Vec<Finding> {
    let all = sink.into_sorted();
    all.iter()
        .map(|diagnostic| Finding {
            code: diagnostic.code().to_owned(),
            severity: diagnostic.severity,
            message: diagnostic.message.clone(),
            file: sources.file(diagnostic.span.file).name.clone(),
            line: sources.position(diagnostic.span).line,
            also: diagnostic.others.iter().map(|(span, _)| sources.position(*span).line).collect(),
            inside: {
                let mut lines = Vec::new();
                for document in &configuration.documents {
                    blocks_around(&document.body, diagnostic.span, sources, &mut lines);
                }
                lines
            },
        })
        .collect()
}

fn blocks_around(body: &Body, place: Span, sources: &SourceMap, lines: &mut Vec<usize>) {
    for block in body.blocks() {
        let Span { file, start, end } = block.span;
        if file == place.file && start <= place.start && place.end <= end {
            lines.push(sources.position(block.kind.span).line);
            blocks_around(&block.body, place, sources, lines);
        }
    }
}
