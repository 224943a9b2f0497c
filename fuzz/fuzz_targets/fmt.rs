//! Any text is laid out: no panic, nothing but spaces changes, and twice is once for what parses.

#![no_main]

use formwork::diagnostic::Sink;
use formwork::format;
use formwork::parse::hcl;
use formwork::source::{FileOrigin, SourceMap};
use libfuzzer_sys::fuzz_target;

fn is_sound(text: &str) -> bool {
    let mut sources = SourceMap::new();
    let file = sources.add("fuzz.pkr.hcl", text, FileOrigin::Disk);
    let mut sink = Sink::new();
    hcl::parse(&sources, file, &mut sink);
    !sink.has_errors()
}

fuzz_target!(|text: &str| {
    let visible = |text: &str| text.replace([' ', '\t', '\u{feff}'], "");
    let once = format::hcl(text);
    assert_eq!(visible(&once), visible(text));
    if is_sound(text) {
        assert!(is_sound(&once));
        assert_eq!(format::hcl(&once), once);
    }
});
