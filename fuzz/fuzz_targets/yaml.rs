//! Any text is read as YAML, as a template and as values: no panic, no overflow, the same result each time, a word about
//! each hole, places that are in the file.

#![no_main]

use std::sync::LazyLock;

use formwork::diagnostic::Sink;
use formwork::parse::yaml;
use formwork::schema::Schemas;
use formwork::syntax::same_body;
use formwork_fuzz::{said, source, verify_findings};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static SCHEMAS: LazyLock<Schemas> = LazyLock::new(Schemas::embedded);
}

fuzz_target!(|text: &str| {
    let (sources, file) = source("fuzz.pkr.yaml", text);
    let read = |is_template: bool| {
        let mut sink = Sink::new();
        let document = if is_template {
            SCHEMAS.with(|schemas| yaml::parse_template(&sources, file, schemas, &mut sink))
        } else {
            yaml::parse_values(&sources, file, &mut sink)
        };
        (document, sink)
    };
    for is_template in [true, false] {
        let (document, sink) = read(is_template);
        let (again, said_again) = read(is_template);
        assert!(same_body(&document.body, &again.body));
        assert_eq!(said(&sink), said(&said_again));
        assert!(!document.body.has_errors() || sink.has_errors());
        verify_findings(&sources, &sink);
    }
});
