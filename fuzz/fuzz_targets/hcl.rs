//! Any text is read as a file, an expression and a template: no panic, no overflow, tokens that tile it, a word about
//! each hole.

#![no_main]

use formwork::diagnostic::Sink;
use formwork::parse::hcl;
use formwork_fuzz::{source, verify_findings};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (sources, file) = source("fuzz.pkr.hcl", text);
    let mut sink = Sink::new();
    let parsed = hcl::parse(&sources, file, &mut sink);
    let mut at = 0;
    for token in &parsed.tokens {
        assert_eq!(token.span.range().start, at);
        at = token.span.range().end;
        assert!(text.is_char_boundary(at));
    }
    assert_eq!(at, text.len());
    assert!(!parsed.document.body.has_errors() || sink.has_errors());
    hcl::parse_expression(&sources, file, &mut sink);
    hcl::parse_template(&sources, file, &mut sink);
    verify_findings(&sources, &sink);
});
