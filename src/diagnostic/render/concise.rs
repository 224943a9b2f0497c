//! One line for each finding: `file:line:column: severity[code] message`.

use super::Shown;

/// The line, without a line end.
pub fn line(shown: &Shown) -> String {
    let Shown { code, severity, message, place, label: _, labels: _, help, fix: _, configuration: _ } = shown;
    let severity = severity.word();
    let help = help.as_deref().map(|help| format!(" (help: {})", help.replace('\n', " "))).unwrap_or_default();
    match &place.file {
        Some(file) => {
            let (line, column, _) = place.start;
            format!("{}:{line}:{column}: {severity}[{code}] {message}{help}", super::one_line(file))
        }
        None => format!("command line: {severity}[{code}] {message}{help}"),
    }
}
