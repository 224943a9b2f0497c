//! Real templates: the reader complains where Packer does, and loses nothing.
#![expect(clippy::disallowed_methods, reason = "a test reads files and its environment")]
#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

#[path = "hcl/files.rs"]
mod files;

use std::collections::BTreeMap;

use formwork::diagnostic::Sink;
use formwork::parse::hcl;
use formwork::source::{FileOrigin, SourceMap};

const ENDS: &[&str] = &[".pkr.hcl", ".pkrvars.hcl", ".pkrtpl.hcl"];

#[test]
fn every_file_of_the_corpus_is_read() {
    let Some(corpus) = files::folder("FORMWORK_CORPUS") else { return };
    let mut count = 0;
    for path in files::files(&corpus, ENDS) {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut sources = SourceMap::new();
        let file = sources.add(path.to_string_lossy(), text, FileOrigin::Disk);
        let mut sink = Sink::new();
        let template = path.to_string_lossy().ends_with(".pkrtpl.hcl");
        if template {
            hcl::parse_template(&sources, file, &mut sink);
        } else {
            let parsed = hcl::parse(&sources, file, &mut sink);
            let whole: String = parsed.tokens.iter().map(|token| sources.text(token.span)).collect();
            assert_eq!(whole, sources.file(file).text, "{}", path.display());
        }
        let said: Vec<_> = sink.diagnostics().iter().map(|found| &found.message).collect();
        assert!(said.is_empty(), "{}: {said:?}", path.display());
        count += 1;
    }
    assert!(count > 0, "FORMWORK_CORPUS holds no template");
    // Packer's syntax check passes for all of them, so there is no exception to list.
    let verdicts = std::fs::read_to_string(corpus.join("verdicts.jsonl")).unwrap();
    for line in verdicts.lines() {
        let verdict: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(verdict["syntax_only"], "ok", "a template that Packer cannot read: list it here");
    }
}

/// Packer's own fixtures, and what its readers said about small texts.
#[test]
fn recorded_verdicts_of_packer_are_shared() {
    let Some(conformance) = files::folder("FORMWORK_CONFORMANCE") else { return };
    let core = conformance.join("packer-core");
    // Summaries that only the syntax reader of HCL produces.
    const SYNTAX: &[&str] = &[
        "Argument or block definition required",
        "Attribute redefined",
        "Extra characters after expression",
        "Invalid 'for' expression",
        "Invalid argument name",
        "Invalid attribute name",
        "Invalid block definition",
        "Invalid character",
        "Invalid escape sequence",
        "Invalid expression",
        "Invalid legacy index syntax",
        "Invalid multi-line string",
        "Invalid number literal",
        "Invalid single-argument block definition",
        "Invalid string literal",
        "Invalid template control keyword",
        "Missing newline after argument",
        "Missing newline after block definition",
        "Unclosed configuration block",
        "Unexpected end of template",
        "Unsupported operator",
        "Unterminated template string",
    ];
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let probes = std::fs::read_to_string(core.join("probes.jsonl")).unwrap();
    for line in probes.lines() {
        let probe: serde_json::Value = serde_json::from_str(line).unwrap();
        let id = probe["id"].as_str().unwrap();
        let mut sources = SourceMap::new();
        let mut sink = Sink::new();
        let wanted = match probe["kind"].as_str().unwrap() {
            "expression" => {
                let file = sources.add(id, probe["expr"].as_str().unwrap(), FileOrigin::Invocation);
                hcl::parse_expression(&sources, file, &mut sink);
                probe["phase"] == "parse" && probe["expect"] == "error"
            }
            "template" => {
                let Some(configs) = probe["config"].as_array() else { continue };
                let Some(cwd) = probe["cwd"].as_str() else { continue };
                for config in configs {
                    let path = core.join(cwd).join(config.as_str().unwrap());
                    let read = config.as_str().unwrap().ends_with(".pkr.hcl").then(|| std::fs::read_to_string(&path));
                    let Some(Ok(text)) = read else { continue };
                    let file = sources.add(path.to_string_lossy(), text, FileOrigin::Disk);
                    hcl::parse(&sources, file, &mut sink);
                }
                let observed = &probe["observed"]["parse"];
                observed.as_array().is_some_and(|all| {
                    all.iter().any(|one| one[1].as_str().is_some_and(|summary| SYNTAX.contains(&summary)))
                })
            }
            _ => continue,
        };
        assert_eq!(!sink.is_empty(), wanted, "{id}: {:?}", sink.diagnostics());
        *kinds.entry(probe["kind"].to_string()).or_default() += 1;
    }
    assert_eq!(kinds.len(), 2, "{kinds:?}");
}
