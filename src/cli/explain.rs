//! `formwork explain`

use super::arguments::Explain;
use super::terminal::Terminal;
use super::{Code, Failure};
use crate::diagnostic::{self, Declaration};
use crate::resolve::names;

pub(super) fn run(command: &Explain, terminal: &Terminal) -> Result<Code, Failure> {
    let Explain { code } = command;
    let all = crate::declarations();
    let retired = diagnostic::retired(code);
    let code = retired.map_or(code.as_str(), |retired| retired.instead);
    let Some(declaration) = all.iter().find(|declaration| declaration.code == code) else {
        let near = names::nearest(code, all.iter().map(|declaration| declaration.code));
        let hint = near.map_or_else(
            || "`formwork rules` lists all there are".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(Failure(format!("there is no diagnostic `{code}`; {hint}")));
    };
    let Declaration { code, severity, since, summary, page } = declaration;
    if let Some(retired) = retired {
        terminal.remark(&format!("`{}` is reported as `{code}` now\n", retired.code));
    }
    let page = format!("# {code}\n\n{} since {since}: {summary}.\n\n{page}", capitalised(severity.word()));
    let page = if terminal.result_style().color { drawn(&page) } else { page };
    terminal.result(&page)?;
    Ok(Code::Clean)
}

fn capitalised(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

/// Markdown with its headings, code and fences in colours.
fn drawn(page: &str) -> String {
    let (mut out, mut in_code) = (String::new(), false);
    for line in page.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
            continue;
        }
        let line = match line {
            line if in_code => format!("    \u{1b}[36m{line}\u{1b}[0m"),
            line if line.starts_with('#') => format!("\u{1b}[1m{}\u{1b}[0m", line.trim_start_matches('#').trim_start()),
            line => line.to_owned(),
        };
        out.push_str(&line);
        out.push('\n');
    }
    out
}
