//! Texts with `{{ … }}` rendered: each is put into a legacy template, where the engine's calls live.

use formwork::resolve::value::ValueKind;
use formwork::source::MemoryFiles;
use serde_json::{Value as Json, json};

use crate::case::Case;
use crate::compare::{same_value, shown};
use crate::run::{self, Ran};
use crate::{Outcome, Records};

/// One text.
pub(crate) fn template(case: &Case, records: &Records) -> Outcome {
    let inline = &case.json["inline"];
    let (text, context) = (&inline["template"], &inline["context"]);
    let name = context["build_name"].as_str().unwrap_or("null");
    let mut builder = json!({ "type": "file", "target": "x", "name": name, "content": text });
    if let Some(ty) = context["build_type"].as_str() {
        builder["type"] = json!(ty);
    }
    if let Some(version) = context["packer_version"].as_str() {
        let version = version.split('-').next().unwrap_or_default().to_owned();
        return Outcome::Skipped(if version.is_empty() { "" } else { "tells the version of the running Packer" });
    }
    let mut whole = json!({ "builders": [builder] });
    if let Some(variables) = context.get("user_variables") {
        whole["variables"] = variables.clone();
    }
    let of_build = context.get("data").is_some();
    if of_build {
        if context["data"].is_null() || context["data"].get("PartyVar").is_some() {
            return Outcome::Skipped("a value that only a running build has");
        }
        whole["builders"][0]["content"] = json!("x");
        whole["provisioners"] = json!([{ "type": "shell-local", "inline": [text] }]);
    }
    let in_variables = context.get("enable_env").and_then(Json::as_bool).unwrap_or(false);
    if in_variables {
        whole["variables"] = json!({ "rendered": text });
        whole["builders"][0]["content"] = json!("{{user `rendered`}}");
    }
    let ran = ran(case, records, &whole);
    Outcome::from(rendered(case, &ran))
}

fn ran(case: &Case, records: &Records, whole: &Json) -> Ran {
    let files = MemoryFiles::new().with("foo/main.json", whole.to_string());
    run::run_in(case, records, &["foo/main.json".to_owned()], &files)
}

fn rendered(case: &Case, ran: &Ran) -> Result<(), String> {
    let mut errors = ran.errors();
    // The builders of these cases are nobody's.
    errors.retain(|error| error.code != "unknown-component");
    match (case.accepted, errors.first()) {
        (false, Some(error)) if error.code == "load-error" => return Err(format!("ours cannot read it: {error}")),
        (false, Some(_)) => return Ok(()),
        (false, None) => return Err("Packer refuses it".to_owned()),
        (true, Some(error)) => return Err(format!("ours: {error}")),
        (true, None) => {}
    }
    let image = ran.template.as_ref().and_then(|template| template.images.first());
    let Some(argument) = image.and_then(|image| image.source.body.arguments.get("content")) else {
        return match case.json.get("output").and_then(Json::as_str) {
            Some("") => Ok(()),
            _ => Err("there is no rendered text".to_owned()),
        };
    };
    match case.json.get("output") {
        Some(expected) => same_value(&argument.value, expected),
        // The clock and paths of this machine are not known here.
        None if matches!(&argument.value.kind, ValueKind::String(_) | ValueKind::Unknown(_)) => Ok(()),
        None => Err(format!("is {}", shown(&argument.value))),
    }
}

/// The values of a map, which a component without schema takes as they are.
pub(crate) fn map(case: &Case, records: &Records) -> Outcome {
    if case.json["inline"].get("filter_include").is_some() {
        return Outcome::Skipped("tells how Packer's code works inside");
    }
    let mut whole = json!({ "builders": [{ "type": "free-form", "name": "x" }] });
    for (name, value) in case.json["inline"]["value"].as_object().into_iter().flatten() {
        whole["builders"][0][name] = value.clone();
    }
    let ran = ran(case, records, &whole);
    if let Some(error) = ran.errors().first().filter(|error| error.code != "unknown-component") {
        return Outcome::Differs(format!("ours: {error}"));
    }
    let Some(image) = ran.template.as_ref().and_then(|template| template.images.first()) else {
        return Outcome::Differs("there is no image".to_owned());
    };
    for (name, expected) in case.json["output"].as_object().into_iter().flatten() {
        let Some(argument) = image.source.body.arguments.get(name) else {
            return Outcome::Differs(format!("`{name}` is not set"));
        };
        if let Err(why) = same_value(&argument.value, expected) {
            return Outcome::Differs(format!("`{name}` {why}"));
        }
    }
    Outcome::Agrees
}
