//! The specification suite of HCL: what it says about syntax.
//!
//! Each case is three files: the text, a schema to decode it with, and what comes of that. The reader only reads, so
//! a case counts here by the faults that it expects from the reader; values are the evaluator's part.
#![expect(clippy::disallowed_methods, reason = "a test reads files and its environment")]
#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

#[path = "hcl/files.rs"]
mod files;

use formwork::diagnostic::Sink;
use formwork::parse::hcl;
use formwork::source::{FileOrigin, SourceMap};
use formwork::syntax::{Body, ExprKind};

/// Cases whose faults come from decoding with the schema. For the reader they are correct texts.
const DECODING: &[&str] = &["structure/attributes/unexpected"];

#[test]
fn syntax_cases_agree() {
    let Some(conformance) = files::folder("FORMWORK_CONFORMANCE") else { return };
    let suite = conformance.join("hcl-specsuite/specsuite/tests");
    let mut count = 0;
    for path in files::files(&suite, &[".t"]) {
        let name = path.strip_prefix(&suite).unwrap().with_extension("");
        let name = name.to_string_lossy().replace('\\', "/");
        let case = std::fs::read_to_string(&path).unwrap();
        let wanted = if DECODING.contains(&name.as_str()) { Vec::new() } else { ranges(&case) };
        let mut sources = SourceMap::new();
        let text = std::fs::read_to_string(path.with_extension("hcl")).unwrap();
        let file = sources.add(name.as_str(), text, FileOrigin::Disk);
        let mut sink = Sink::new();
        hcl::parse(&sources, file, &mut sink);
        let found: Vec<_> = sink.into_sorted().iter().map(|found| (found.span.start, found.span.end)).collect();
        assert_eq!(found, wanted, "{name}");
        count += 1;
    }
    assert!(count > 10, "the suite is not where it was");
}

/// The places of the expected diagnostics: `from` and `to` of each `error` block. The case is HCL too.
fn ranges(case: &str) -> Vec<(u32, u32)> {
    let mut sources = SourceMap::new();
    let file = sources.add("case", case, FileOrigin::Disk);
    let mut sink = Sink::new();
    let parsed = hcl::parse(&sources, file, &mut sink);
    assert!(sink.is_empty());
    let byte = |body: &Body| {
        let ExprKind::Number(digits) = &body.attribute("byte").unwrap().value.kind else { panic!("a number") };
        digits.parse().unwrap()
    };
    let all = parsed.document.body.blocks().filter(|block| block.kind.value == "diagnostics");
    let errors = all.flat_map(|block| block.body.blocks());
    errors
        .map(|error| {
            let mut ends = error.body.blocks().map(|end| byte(&end.body));
            (ends.next().unwrap(), ends.next().unwrap())
        })
        .collect()
}
