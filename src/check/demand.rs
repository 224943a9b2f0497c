//! How a demand of a schema binds a template: always, or from a release of the plugin on.

use crate::check::context::Subject;
use crate::diagnostic::{Diagnostic, Severity, Sink};
use crate::resolve::version::{Side, Version};
use crate::schema::{self, Release};

/// A demand that binds, and how hard.
#[derive(Clone, Copy)]
pub(super) struct Demand<'a> {
    severity: Severity,
    since: Option<Since<'a>>,
}

#[derive(Clone, Copy)]
struct Since<'a> {
    release: Release,
    plugin: &'a str,
    /// The template admits no older release.
    certain: bool,
}

impl<'a> Subject<'a> {
    /// A demand that came with the release `since`; nothing where every release that the template admits is older.
    pub(super) fn demand(&self, severity: schema::Severity, since: Option<Release>) -> Option<Demand<'a>> {
        let severity = match severity {
            schema::Severity::Error => Severity::Error,
            schema::Severity::Warning => Severity::Warning,
        };
        let Some(release) = since else { return Some(Demand { severity, since: None }) };
        let version = Version::parse(&release.to_string())?;
        let certain = match self.required.map_or(Side::Both, |required| required.side_of(&version)) {
            Side::Before => return None,
            Side::From => true,
            Side::Both => false,
        };
        let plugin = self.schema.plugin.plugin.as_str();
        // Which release will be there is not for the template to say, so it may be all right.
        let severity = if certain { severity } else { Severity::Warning };
        Some(Demand { severity, since: Some(Since { release, plugin, certain }) })
    }
}

impl Demand<'_> {
    /// ` since release 2.0.0 of the plugin `acme``, for the end of a message; empty where it has always been so.
    pub(super) fn since(&self) -> String {
        let Some(Since { release, plugin, certain: _ }) = self.since else { return String::new() };
        format!(" since release {release} of the plugin `{plugin}`")
    }

    /// Reports what breaks it.
    pub(super) fn report(&self, diagnostic: Diagnostic, sink: &mut Sink) {
        let mut diagnostic = diagnostic.severity(self.severity);
        if let Some(Since { release, plugin, certain: false }) = self.since {
            let other = format!("or use a release of `{plugin}` before {release}");
            diagnostic.help = Some(match diagnostic.help {
                Some(help) => format!("{help}; {other}"),
                None => other,
            });
        }
        sink.report(diagnostic);
    }
}
