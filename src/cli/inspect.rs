//! `formwork inspect`

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use super::arguments::{Format, Inspect, ListFormat};
use super::project::{found, not_loaded};
use super::terminal::Terminal;
use super::workspace::Workspace;
use super::{Code, Failure, list, report, show};
use crate::diagnostic::Severity;
use crate::resolve::template::{
    BuildHeader, ComponentBody, DataSource, GivenBy, Local, SourceHeader, Template, Variable,
};
use crate::resolve::value::Value;
use crate::source::{SourceMap, Span};

pub(super) fn run(command: &Inspect, terminal: &Terminal) -> Result<Code, Failure> {
    let Inspect { path, choice, format, reading } = command;
    let workspace = match Workspace::open(reading)? {
        Ok(workspace) => workspace,
        Err(found) => return report::only(&[found], Format::Human, terminal),
    };
    let unit = workspace.one(choice, path.as_ref(), reading)?;
    let project = &unit.project;
    let analysis = project.analyse(&unit.paths, project.start()).map_err(|error| not_loaded(&error))?;
    let all = describe(&analysis.template, &analysis.sources);
    let text = match format {
        ListFormat::Json => list::pretty(&all),
        ListFormat::Human => human(&all),
    };
    let counts = report::beside(&[found(analysis, unit.title())], Format::Human, terminal)?;
    terminal.result(&text)?;
    Ok(Code::found(counts.reaches(Severity::Error)))
}

fn describe(template: &Template, sources: &SourceMap) -> Json {
    let Template { variables, locals, data, sources: declared, builds, .. } = template;
    json!({
        "version": 1,
        "variables": variables.values().map(|variable| described_variable(variable, sources)).collect::<Vec<_>>(),
        "locals": locals.values().map(|it| local(it, sources)).collect::<Vec<_>>(),
        "data": data.iter().map(|it| data_source(it, sources)).collect::<Vec<_>>(),
        "sources": declared.iter().map(|it| source(it, sources)).collect::<Vec<_>>(),
        "builds": builds.iter().map(|header| build(header, template)).collect::<Vec<_>>(),
    })
}

fn described_variable(variable: &Variable, sources: &SourceMap) -> Json {
    let from = match variable.given_by {
        GivenBy::Nobody => Json::Null,
        GivenBy::Default => json!("default"),
        GivenBy::Environment => json!("environment"),
        GivenBy::File(span) => json!(format!("{}:{}", sources.file(span.file).name, sources.position(span).line)),
        GivenBy::CommandLine => json!("command line"),
    };
    json!({
        "name": variable.name.value,
        "type": variable.ty.to_string(),
        "description": variable.description,
        "sensitive": variable.sensitive,
        "required": variable.default.is_none(),
        "default": variable.default.as_ref().map(|default| secret(variable.sensitive, default)),
        "value": secret(variable.sensitive, &variable.in_scope),
        "from": from,
        "at": at(variable.span, sources),
    })
}

fn at(span: Span, sources: &SourceMap) -> String {
    format!("{}:{}", sources.file(span.file).name, sources.position(span).line)
}

fn local(local: &Local, sources: &SourceMap) -> Json {
    json!({
        "name": local.name.value,
        "type": local.value.ty().to_string(),
        "sensitive": local.sensitive,
        "value": secret(local.sensitive, &local.value),
        "at": at(local.span, sources),
    })
}

fn data_source(data: &DataSource, sources: &SourceMap) -> Json {
    json!({ "type": data.ty.value, "name": data.name.value, "arguments": body(&data.body), "at": at(data.span, sources) })
}

fn source(header: &SourceHeader, sources: &SourceMap) -> Json {
    json!({ "type": header.ty.value, "name": header.name.value, "used": header.used, "at": at(header.span, sources) })
}

fn build(header: &BuildHeader, template: &Template) -> Json {
    let selected = template.images.iter().filter(|image| header.images.contains(&image.name));
    let images: Vec<Json> = selected
        .map(|image| {
            let component = |component: &crate::resolve::template::Component| {
                json!({ "address": component.address, "type": component.ty.value, "arguments": body(&component.body) })
            };
            json!({
                "name": image.name,
                "source": component(&image.source),
                "provisioners": image.provisioners.iter().map(component).collect::<Vec<_>>(),
                "error-cleanup-provisioner": image.error_cleanup.as_ref().map(component),
                "post-processors": image
                    .post_processors
                    .iter()
                    .map(|chain| chain.iter().map(component).collect::<Vec<_>>())
                    .collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({ "name": header.name, "description": header.description, "declared": header.images, "images": images })
}

fn body(body: &ComponentBody) -> Json {
    let mut out = Map::new();
    for (name, argument) in &body.arguments {
        out.insert(name.clone(), shown(&argument.value));
    }
    for (name, blocks) in &body.blocks {
        out.insert(name.clone(), blocks.iter().map(|block| self::body(&block.body)).collect());
    }
    Json::Object(out)
}

fn secret(sensitive: bool, value: &Value) -> Json {
    if sensitive { json!({ "sensitive": value.ty().to_string() }) } else { shown(value) }
}

/// As `eval` prints it; numbers that JSON readers would round are kept as they are written.
fn shown(value: &Value) -> Json {
    serde_json::from_str(&show::json(value)).unwrap_or(Json::Null)
}

fn human(all: &Json) -> String {
    let mut out = String::new();
    let entries = |of: &str| all[of].as_array().cloned().unwrap_or_default();
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let mut section = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let _ = writeln!(out, "{title}\n  {}\n", lines.join("\n  "));
        }
    };
    let variable = |entry: &Json| {
        let from = match (entry["from"].as_str(), entry["required"].as_bool()) {
            (Some(from), _) => format!("from {from}"),
            (None, Some(true)) => "required, and nobody gives it a value".to_owned(),
            (None, _) => "no value".to_owned(),
        };
        format!("{} ({}) = {}  # {from}", text(&entry["name"]), text(&entry["type"]), entry["value"])
    };
    section("Variables", entries("variables").iter().map(variable).collect());
    section(
        "Locals",
        entries("locals").iter().map(|entry| format!("{} = {}", text(&entry["name"]), entry["value"])).collect(),
    );
    let two = |entry: &Json| format!("{}.{}", text(&entry["type"]), text(&entry["name"]));
    section("Data sources", entries("data").iter().map(two).collect());
    let source = |entry: &Json| two(entry) + if entry["used"] == json!(true) { "" } else { "  # no build uses it" };
    section("Sources", entries("sources").iter().map(source).collect());
    let mut lines = Vec::new();
    for (at, build) in entries("builds").iter().enumerate() {
        lines.push(build["name"].as_str().map_or_else(|| format!("build {}", at + 1), str::to_owned));
        for image in build["images"].as_array().into_iter().flatten() {
            lines.push(format!("  {}", text(&image["name"])));
            let chains =
                image["post-processors"].as_array().into_iter().flatten().flat_map(|chain| chain.as_array()).flatten();
            let steps = image["provisioners"].as_array().into_iter().flatten();
            let source = std::iter::once(&image["source"]);
            for component in source.chain(steps).chain(chains) {
                lines.push(format!("    {}", text(&component["address"])));
                for (name, value) in component["arguments"].as_object().into_iter().flatten() {
                    lines.push(format!("      {name} = {value}"));
                }
            }
        }
    }
    section("Builds", lines);
    out.truncate(out.trim_end().len());
    if !out.is_empty() {
        out.push('\n');
    }
    out
}
