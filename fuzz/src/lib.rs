//! What the fuzz targets share.

use formwork::diagnostic::{Diagnostic, Sink};
use formwork::source::{FileId, FileOrigin, SourceMap};

/// A text that stands for a secret. Where the input does not say it, no message may.
pub const SECRET: &str = "zq7vxsecretkj3w";

/// `text` as the only file.
pub fn source(name: &str, text: &str) -> (SourceMap, FileId) {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text, FileOrigin::Disk);
    (sources, file)
}

/// What holds for everything that is ever said: it and its notes point into their files. (That it is shown on one line is
/// the renderers' promise.)
pub fn verify_findings(sources: &SourceMap, sink: &Sink) {
    for diagnostic in sink.diagnostics() {
        let text = &sources.file(diagnostic.span.file).text;
        assert!(text.get(diagnostic.span.range()).is_some(), "outside of its file: {}", diagnostic.message);
        for (span, _) in &diagnostic.others {
            let text = &sources.file(span.file).text;
            assert!(text.get(span.range()).is_some(), "outside of its file: {}", diagnostic.message);
        }
    }
}

/// Everything that was said, for comparing two runs.
pub fn said(sink: &Sink) -> String {
    format!("{:?}", sink.diagnostics())
}

/// That nothing tells the secret, unless the input itself does.
pub fn verify_secret(input: &str, sink: &Sink) {
    if input.contains(SECRET) {
        return;
    }
    let tells = |diagnostic: &Diagnostic| {
        let Diagnostic { message, label, help, others, .. } = diagnostic;
        let notes = others.iter().map(|(_, note)| note);
        std::iter::once(message).chain(label).chain(help).chain(notes).any(|text| text.contains(SECRET))
    };
    for diagnostic in sink.diagnostics() {
        assert!(!tells(diagnostic), "a secret is told: {}", diagnostic.message);
    }
}
