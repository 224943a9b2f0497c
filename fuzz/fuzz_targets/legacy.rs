//! Any text is a legacy template with any var-file, read, resolved, checked and made into a graph: no panic, the same
//! result each time, every finding in its file; and what it becomes is printed as HCL that reads as the same tree.

#![no_main]

use std::sync::LazyLock;

use formwork::diagnostic::Sink;
use formwork::engine::{Analysis, Request, analyse, build_graph};
use formwork::parse::hcl;
use formwork::print::{self, Content};
use formwork::resolve::Inputs;
use formwork::schema::Schemas;
use formwork::source::{FileOrigin, MemoryFiles, SourceMap};
use formwork::syntax::{Spelling, same_body};
use formwork_fuzz::{said, verify_findings};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static SCHEMAS: LazyLock<Schemas> = LazyLock::new(Schemas::embedded);
}

fuzz_target!(|text: &str| {
    let (template, values) = text.split_once("\n---\n").unwrap_or((text, "{}"));
    let files = MemoryFiles::new().with("t.json", template).with("v.json", values);
    let inputs = Inputs {
        variables: vec![("x".to_owned(), "{{user `y`}}".to_owned())],
        var_files: vec!["v.json".to_owned()],
        ..Inputs::default()
    };
    let request =
        Request { paths: &["t.json".to_owned()], root: None, project: &files, files: &files, inputs: &inputs };
    SCHEMAS.with(|schemas| {
        let analyse = || analyse(&request, schemas).expect("there is a template");
        let analysis = analyse();
        let Analysis { sources, sink, .. } = &analysis;
        assert_eq!(said(sink), said(&analyse().sink));
        verify_findings(sources, sink);
        if let Some(checked) = analysis.checked() {
            let mut sink = Sink::new();
            let graph = build_graph(checked, sources, &inputs, &mut sink);
            graph.verify().expect("the graph is sound");
        }
        for document in &analysis.configuration.documents {
            let printed = print::print(document, &[], Spelling::Hcl, Content::Template, &mut Sink::new());
            let Some(text) = printed.filter(|_| !sink.has_errors()) else { continue };
            let (mut own, mut said) = (SourceMap::new(), Sink::new());
            let file = own.add("t.pkr.hcl", text, FileOrigin::Disk);
            let again = hcl::parse(&own, file, &mut said).document;
            assert!(!said.has_errors() && same_body(&document.body, &again.body));
        }
    });
});
