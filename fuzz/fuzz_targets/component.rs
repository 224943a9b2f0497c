//! Any text is read as a component document of EC2 Image Builder, as YAML and as JSON: no panic, no overflow, the same
//! result each time, places that are in the file.

#![no_main]

use formwork::component::{Options, Platform, inspect, is_document};
use formwork::diagnostic::Sink;
use formwork_fuzz::{said, source, verify_findings};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for name in ["fuzz.yaml", "fuzz.json", "fuzz"] {
        let (sources, file) = source(name, text);
        let read = |options: &Options| {
            let mut sink = Sink::new();
            let document = inspect(&sources, file, options, &mut sink);
            (document, sink)
        };
        for platform in [None, Some(Platform::Windows)] {
            let options = Options { platform, by_uri: platform.is_some() };
            let (document, sink) = read(&options);
            assert_eq!(said(&sink), said(&read(&options).1));
            // Of what could not be read something is said.
            assert!(document.is_whole || sink.has_errors());
            verify_findings(&sources, &sink);
        }
        is_document(&sources, file);
    }
});
