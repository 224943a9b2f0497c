//! `formwork rules` and `formwork targets`

use serde_json::json;

use super::arguments::{List, ListFormat, Targets};
use super::terminal::Terminal;
use super::{Code, Failure};
use crate::targets::{self, TARGETS, Target, TargetOption};

pub(super) fn rules(command: &List, terminal: &Terminal) -> Result<Code, Failure> {
    let all = crate::declarations();
    let text = match command.format {
        ListFormat::Human => {
            let width = all.iter().map(|declaration| declaration.code.len()).max().unwrap_or(0);
            let line = |declaration: &&crate::diagnostic::Declaration| {
                format!("{:width$}  {:7}  {}\n", declaration.code, declaration.severity.word(), declaration.summary)
            };
            all.iter().map(line).collect()
        }
        ListFormat::Json => {
            let entry = |declaration: &&crate::diagnostic::Declaration| {
                json!({
                    "code": declaration.code,
                    "severity": declaration.severity,
                    "since": declaration.since,
                    "summary": declaration.summary,
                })
            };
            pretty(&json!({ "version": 1, "rules": all.iter().map(entry).collect::<Vec<_>>() }))
        }
    };
    terminal.result(&text)?;
    Ok(Code::Clean)
}

pub(super) fn targets(command: &Targets, terminal: &Terminal) -> Result<Code, Failure> {
    let chosen: Vec<&Target> = match &command.name {
        Some(name) => vec![named(name)?],
        None => TARGETS.to_vec(),
    };
    let text = match command.format {
        ListFormat::Human => chosen.iter().map(|target| human(target, command.name.is_some())).collect(),
        ListFormat::Json => {
            let option = |option: &TargetOption| {
                let TargetOption { name, default, description } = option;
                json!({ "name": name, "default": default, "description": description })
            };
            let entry = |target: &&Target| {
                let options: Vec<_> = target.options.iter().map(option).collect();
                json!({ "name": target.name, "summary": target.summary, "options": options })
            };
            pretty(&json!({ "version": 1, "targets": chosen.iter().map(entry).collect::<Vec<_>>() }))
        }
    };
    terminal.result(&text)?;
    Ok(Code::Clean)
}

/// The target of that name, or what to say if there is none.
pub(super) fn named(name: &str) -> Result<&'static Target, Failure> {
    targets::named(name).ok_or_else(|| {
        let known: Vec<String> = TARGETS.iter().map(|target| format!("`{}`", target.name)).collect();
        Failure(format!("there is no target `{name}`; there is {}", known.join(", ")))
    })
}

fn human(target: &Target, with_options: bool) -> String {
    let mut text = format!("{}  {}\n", target.name, target.summary);
    for TargetOption { name, default, description } in target.options.iter().filter(|_| with_options) {
        let default = if default.is_empty() { String::new() } else { format!(" (default `{default}`)") };
        text.push_str(&format!("  --set {}.{name}=…  {description}{default}\n", target.name));
    }
    text
}

pub(super) fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).expect("internal error: JSON is always text") + "\n"
}
