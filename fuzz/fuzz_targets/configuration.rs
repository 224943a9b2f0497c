//! Any text is a whole configuration, read, resolved, checked and made into a graph: no panic,
//! the same result each time, every finding in its file, invariants of the graph kept.

#![no_main]

use std::sync::LazyLock;

use formwork::diagnostic::Sink;
use formwork::engine::{Analysis, Request, analyse, build_graph};
use formwork::resolve::Inputs;
use formwork::schema::Schemas;
use formwork::source::MemoryFiles;
use formwork_fuzz::{SECRET, said, verify_findings, verify_secret};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static SCHEMAS: LazyLock<Schemas> = LazyLock::new(Schemas::embedded);
}

fuzz_target!(|text: &str| {
    let files = MemoryFiles::new().with("t/a.pkr.hcl", text).with("t/a.txt", "text").with("t/a.sh", "echo x\n");
    let inputs = Inputs {
        variables: vec![("x".to_owned(), "1".to_owned()), ("secret".to_owned(), SECRET.to_owned())],
        sensitive: vec!["secret".to_owned()],
        now: Some(1_700_000_000),
        ..Inputs::default()
    };
    let request = Request { paths: &["t".to_owned()], root: None, project: &files, files: &files, inputs: &inputs };
    SCHEMAS.with(|schemas| {
        let analyse = || analyse(&request, schemas).expect("there is a template");
        let analysis = analyse();
        let Analysis { sources, sink, template, .. } = &analysis;
        let again = analyse();
        assert_eq!(said(sink), said(&again.sink));
        assert_eq!(format!("{template:?}"), format!("{:?}", again.template));
        verify_findings(sources, sink);
        verify_secret(text, sink);
        if let Some(checked) = analysis.checked() {
            let mut sink = Sink::new();
            let graph = build_graph(checked, sources, &inputs, &mut sink);
            graph.verify().expect("the graph is sound");
            verify_findings(sources, &sink);
            verify_secret(text, &sink);
        }
    });
});
