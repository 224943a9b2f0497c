//! Any text is read as JSON, as a template and as values: no panic, no overflow, a word about each hole, places that are
//! in the file.

#![no_main]

use formwork::diagnostic::Sink;
use formwork::parse::json;
use formwork::schema::Schemas;
use formwork::source::{FileOrigin, SourceMap};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut sources = SourceMap::new();
    let file = sources.add("fuzz.pkr.json", text, FileOrigin::Disk);
    let schemas = Schemas::embedded();
    for is_template in [true, false] {
        let mut sink = Sink::new();
        let document = if is_template {
            json::parse_template(&sources, file, &schemas, &mut sink)
        } else {
            json::parse_values(&sources, file, &mut sink)
        };
        assert!(!document.body.has_errors() || sink.has_errors());
        for diagnostic in sink.diagnostics() {
            assert!(text.get(diagnostic.span.range()).is_some());
        }
    }
});
