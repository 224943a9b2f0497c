//! Holds what came out against what Packer answered.

use std::collections::BTreeMap;

use formwork::diagnostic::Severity;
use formwork::resolve::template::{Component, ImagePlan, Template};
use formwork::resolve::value::{Number, Type, Value, ValueKind};
use serde_json::Value as Json;

use crate::Records;
use crate::case::{Case, Said};
use crate::direct::{is_beyond, is_type};
use crate::run::{Finding, Ran};
use crate::summaries;

/// Everything that the case tells.
pub(crate) fn compare(case: &Case, ran: &Ran, records: &Records) -> Result<(), String> {
    verdict(case, ran)?;
    let Some(template) = ran.template.as_ref().filter(|_| case.accepted) else { return Ok(()) };
    variables(case, template)?;
    locals(case, template)?;
    names(case, template)?;
    if asks_for_builds(case) {
        builds(case, template)?;
    }
    if let (Some(answer), Some(expected)) = (&ran.answer, case.json.get("stdout").and_then(Json::as_str)) {
        let ours = console(answer);
        if case.command == "console" && ours != expected.trim_end() {
            return Err(format!("the console says {expected:?}, ours {ours:?}"));
        }
    }
    if case.command == "inspect" {
        let text = match case.json.get("stdout_file").and_then(Json::as_str) {
            Some(path) => std::fs::read_to_string(records.folder.join(path)).unwrap(),
            None => case.json["stdout"].as_str().unwrap_or_default().to_owned(),
        };
        inspected(&text, template)?;
    }
    Ok(())
}

/// Whether it is accepted, and why not.
pub(crate) fn verdict(case: &Case, ran: &Ran) -> Result<(), String> {
    let said = case.said();
    let said: Vec<&Said> = said.iter().collect();
    let mut errors = ran.errors();
    // Components of these suites accept everything, or are not looked at.
    let any_component = matches!(case.json["suite"].as_str(), Some("packer-core" | "sdk-template" | "sdk-interpolate"));
    errors.retain(|error| !any_component || error.code != "unknown-component");
    // Only `validate` and `build` ask for builds.
    errors.retain(|error| asks_for_builds(case) || error.code != "no-build");
    if case.syntax_only() || case.command == "inspect" {
        // Packer looks no further than at what it has read; we look at everything in one run.
        errors.retain(|error| {
            let code = error.code.as_str();
            summaries::IN_PARSE.contains(&code) || summaries::IN_LEGACY_PARSE.contains(&code)
        });
    }
    if case.command == "parse-legacy-json" {
        errors.retain(|error| summaries::IN_LEGACY_PARSE.contains(&error.code.as_str()));
    }
    let listed = |findings: &[&Finding]| findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    // Nothing is built that could fail.
    let fails_while_running = said.iter().any(|said| said.summary.starts_with("Build '"));
    if case.accepted || fails_while_running {
        if !errors.is_empty() {
            return Err(format!("Packer accepts it; ours: {}", listed(&errors)));
        }
        // What the registration of images would refuse is a warning of ours.
        for warning in said.iter().filter(|said| !fails_while_running || said.severity == "warning") {
            let Some(codes) = summaries::codes(&warning.summary) else {
                return Err(format!("the table has no code for {:?}", warning.summary));
            };
            if !ran.found.iter().any(|finding| codes.contains(&finding.code.as_str())) {
                return Err(format!("Packer warns {:?}", warning.summary));
            }
        }
        return Ok(());
    }
    if case.texts("diagnostics").iter().any(|text| text == "No builds to run") {
        let selected = ran.template.as_ref().map_or(0, |template| template.images.len());
        return if selected == 0 { Ok(()) } else { Err(format!("{selected} images are selected, Packer's 0")) };
    }
    if let Some(name) = case.json.get("select").and_then(Json::as_str)
        && said.iter().any(|said| said.summary.starts_with("no such build found"))
    {
        let there = ran.template.iter().flat_map(|template| &template.images).any(|image| image.source_name == name);
        return if there { Err(format!("there is an image `{name}`")) } else { Ok(()) };
    }
    let all = said.iter().map(|said| format!("{:?}", said.summary)).collect::<Vec<_>>().join("; ");
    if errors.is_empty() {
        let others = ran.found.iter().filter(|finding| finding.severity != Severity::Error).collect::<Vec<_>>();
        return Err(format!("Packer refuses it: {all}; ours says only: {}", listed(&others)));
    }
    let mut before: Vec<&Said> = Vec::new();
    for &said in said.iter().filter(|said| said.severity == "error") {
        if is_consequence(said, &before) {
            continue;
        }
        before.push(said);
        let Some(codes) = summaries::codes(&said.summary) else {
            return Err(format!("the table has no code for {:?}; ours: {}", said.summary, listed(&errors)));
        };
        let same: Vec<&&Finding> = errors.iter().filter(|error| codes.contains(&error.code.as_str())).collect();
        if same.is_empty() {
            return Err(format!("Packer says {:?}; ours: {}", said.summary, listed(&errors)));
        }
        let Some((file, line)) = &said.place else { continue };
        let here = |error: &&&Finding| {
            let name = error.file.trim_start_matches("../").trim_start_matches("./");
            file.ends_with(name) || file.starts_with("<value for")
        };
        // The cause may lie inside of the block that Packer points at.
        let near = |error: &Finding| {
            (*line..=said.end).contains(&error.line) || error.also.contains(line) || error.inside.contains(line)
        };
        if !same.iter().any(|error| here(error) && near(error)) {
            return Err(format!(
                "Packer says {:?} at line {line}; ours: {}",
                said.summary,
                same.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
            ));
        }
    }
    Ok(())
}

/// Whether it only says that what was found wrong just before has no value now: a cause is reported once.
fn is_consequence(said: &Said, before: &[&Said]) -> bool {
    let of_value = ["Unsuitable value type", "Invalid version constraint", "missing source reference"];
    let Some((file, line)) = &said.place else { return false };
    of_value.contains(&said.summary.as_str())
        && before.iter().any(|earlier| {
            let Some((other, at)) = &earlier.place else { return false };
            other == file && line <= at && *at <= said.end
        })
}

fn asks_for_builds(case: &Case) -> bool {
    let command = case.command.as_str();
    let only_reads = command.starts_with("parse") && !command.contains("get_builds");
    !only_reads && !matches!(command, "console" | "inspect" | "init" | "decode_required_plugins")
}

fn variables(case: &Case, template: &Template) -> Result<(), String> {
    let json = &case.json;
    for (name, expected) in json.get("values").and_then(Json::as_object).into_iter().flatten() {
        if is_legacy(case) {
            // A value that is computed is a local; a name that nothing declares or asks for is nothing.
            if let Some(local) = template.locals.get(name) {
                same_value(&local.value, expected).map_err(|why| format!("`local.{name}`: {why}"))?;
                continue;
            }
            if !template.variables.contains_key(name) && is_given(case, name) {
                continue;
            }
        }
        variable(template, name, Some(expected), None)?;
    }
    for (name, expected) in json.get("types").and_then(Json::as_object).into_iter().flatten() {
        variable(template, name, None, expected.as_str())?;
    }
    let observed = json.get("observed").and_then(|observed| observed.get("variables")).and_then(Json::as_object);
    for (name, expected) in observed.into_iter().flatten() {
        variable(template, name, Some(&expected["value"]), expected["type"].as_str())?;
        let sensitive = template.variables.get(name).is_some_and(|variable| variable.sensitive);
        if expected["sensitive"] != sensitive {
            return Err(format!("`{name}` is sensitive: {sensitive}"));
        }
    }
    for name in case.texts("sensitive") {
        if !template.variables.get(&name).is_some_and(|variable| variable.sensitive) {
            return Err(format!("`{name}` is not sensitive"));
        }
    }
    for (name, expected) in json.get("descriptions").and_then(Json::as_object).into_iter().flatten() {
        let ours = template.variables.get(name).and_then(|variable| variable.description.as_deref());
        if ours != expected.as_str() {
            return Err(format!("the description of `{name}` is {ours:?}"));
        }
    }
    Ok(())
}

/// Whether it is a legacy template.
fn is_legacy(case: &Case) -> bool {
    let is_legacy = |path: &String| path.ends_with(".json") && !path.ends_with(".pkr.json");
    case.config().iter().any(is_legacy)
}

fn is_given(case: &Case, name: &str) -> bool {
    case.map("vars").contains_key(name) || !case.texts("var_files").is_empty()
}

fn variable(template: &Template, name: &str, value: Option<&Json>, ty: Option<&str>) -> Result<(), String> {
    let Some(variable) = template.variables.get(name) else { return Err(format!("there is no variable `{name}`")) };
    if let Some(ty) = ty
        && !is_type(&variable.ty, ty)
    {
        return Err(format!("the type of `{name}` is {}, Packer's {ty}", variable.ty));
    }
    let Some(expected) = value else { return Ok(()) };
    let nothing =
        Value::unknown(Type::Dynamic, formwork::resolve::value::Origin::Variable(name.to_owned()), variable.span);
    same_value(variable.value.as_ref().unwrap_or(&nothing), expected).map_err(|why| format!("`var.{name}`: {why}"))
}

fn locals(case: &Case, template: &Template) -> Result<(), String> {
    let json = &case.json;
    let observed = json.get("observed").and_then(|observed| observed.get("locals")).and_then(Json::as_object);
    let observed = observed.into_iter().flatten().map(|(name, local)| (name, &local["value"], local["type"].as_str()));
    let types = json.get("local_types");
    let own = json.get("locals").and_then(Json::as_object).into_iter().flatten();
    let own = own.map(|(name, value)| (name, value, types.and_then(|types| types[name].as_str())));
    for (name, expected, ty) in own.chain(observed) {
        let Some(local) = template.locals.get(name) else { return Err(format!("there is no local `{name}`")) };
        same_value(&local.value, expected).map_err(|why| format!("`local.{name}`: {why}"))?;
        if let Some(ty) = ty
            && local.value.is_wholly_known()
            && !is_type(&local.value.ty(), ty)
        {
            return Err(format!("the type of `local.{name}` is {}, Packer's {ty}", local.value.ty()));
        }
    }
    for name in case.texts("sensitive_locals") {
        if !template.locals.get(&name).is_some_and(|local| local.sensitive) {
            return Err(format!("`local.{name}` is not sensitive"));
        }
    }
    Ok(())
}

fn names(case: &Case, template: &Template) -> Result<(), String> {
    if case.json.get("sources").is_some() {
        let ours: Vec<String> =
            template.sources.iter().map(|source| format!("{}.{}", source.ty.value, source.name.value)).collect();
        same_set("the sources", ours, case.texts("sources"))?;
    }
    if let Some(data) = case.json.get("datasources").and_then(Json::as_array) {
        let ours = template.data.iter().map(|data| format!("{}.{}", data.ty.value, data.name.value)).collect();
        let text = |data: &Json, name: &str| data[name].as_str().unwrap_or_default().to_owned();
        let expected = data.iter().map(|data| format!("{}.{}", text(data, "type"), text(data, "name"))).collect();
        same_set("the data sources", ours, expected)?;
    }
    let selected = template.images.iter().map(|image| image.name.clone()).collect::<Vec<_>>();
    if case.json.get("selected_builds").is_some() {
        let expected = case.texts("selected_builds");
        // A legacy build is selected by the plain name.
        let plain = template.images.iter().map(|image| image.source_name.clone()).collect();
        same_set("the selected builds", selected, expected.clone())
            .or_else(|why| same_set("", plain, expected).map_err(|_| why))?;
    }
    if case.json.get("build_names").is_some() {
        let plain = template.images.iter().map(|image| image.source_name.clone()).collect();
        same_set("the names of the builds", plain, case.texts("build_names"))?;
    }
    Ok(())
}

fn same_set(what: &str, mut ours: Vec<String>, mut expected: Vec<String>) -> Result<(), String> {
    ours.sort();
    expected.sort();
    if ours == expected { Ok(()) } else { Err(format!("{what} are {ours:?}, Packer's {expected:?}")) }
}

fn builds(case: &Case, template: &Template) -> Result<(), String> {
    let observed = case.json.get("observed").and_then(|observed| observed.get("builds"));
    let observed = observed.filter(|_| !case.observed_without_options());
    for builds in [case.json.get("builds"), observed].into_iter().flatten() {
        let builds = builds.as_array().unwrap();
        let names = |builds: &[Json]| -> Vec<String> {
            builds.iter().map(|build| build["name"].as_str().unwrap_or_default().to_owned()).collect()
        };
        let selected = case.json.get("select").and_then(Json::as_str);
        let is_asked = |image: &&ImagePlan| selected.is_none_or(|name| image.source_name == name);
        let mut images: Vec<&ImagePlan> = template.images.iter().filter(is_asked).collect();
        // A legacy build is called by its plain name where that is its type.
        let name = |image: &ImagePlan| {
            let plain = is_legacy(case) && image.source_name == image.source.ty.value;
            if plain { image.source_name.clone() } else { image.name.clone() }
        };
        let ours: Vec<String> = images.iter().map(|image| name(image)).collect();
        same_set("the builds", ours, names(builds))?;
        let mut builds: Vec<&Json> = builds.iter().collect();
        // Builds of one name keep their order.
        builds.sort_by_key(|build| build["name"].as_str().unwrap_or_default().to_owned());
        images.sort_by_key(|image| name(image));
        for (expected, image) in builds.iter().zip(images) {
            build(expected, image).map_err(|why| format!("{}: {why}", image.name))?;
        }
    }
    Ok(())
}

fn build(expected: &Json, image: &ImagePlan) -> Result<(), String> {
    let ImagePlan { source, provisioners, error_cleanup, post_processors, .. } = image;
    if let Some(builder) = expected["builder"].as_str()
        && builder != source.ty.value
    {
        return Err(format!("its builder is {}, Packer's {builder}", source.ty.value));
    }
    if let Some(config) = expected.get("config") {
        body(config, source)?;
    }
    let none = Vec::new();
    let list = |name: &str| expected.get(name).and_then(Json::as_array).unwrap_or(&none).clone();
    components("provisioners", &list("provisioners"), provisioners)?;
    let chains = list("post_processors");
    if chains.len() != post_processors.len() {
        return Err(format!("it has {} chains of post-processors, Packer's {}", post_processors.len(), chains.len()));
    }
    for (expected, chain) in chains.iter().zip(post_processors) {
        let one = std::slice::from_ref(expected);
        components("post-processors", expected.as_array().map_or(one, Vec::as_slice), chain)?;
    }
    match (expected.get("error_cleanup_provisioner"), error_cleanup) {
        (Some(expected), Some(ours)) => component(expected, ours),
        (Some(Json::Null) | None, None) => Ok(()),
        (expected, ours) => Err(format!("error cleanup is {}, Packer's {expected:?}", ours.is_some())),
    }
}

fn components(what: &str, expected: &[Json], ours: &[Component]) -> Result<(), String> {
    let types: Vec<&str> = ours.iter().map(|component| component.ty.value.as_str()).collect();
    let wanted: Vec<&str> =
        expected.iter().map(|one| one.as_str().or(one["type"].as_str()).unwrap_or_default()).collect();
    if types != wanted {
        return Err(format!("its {what} are {types:?}, Packer's {wanted:?}"));
    }
    expected.iter().zip(ours).try_for_each(|(expected, ours)| component(expected, ours))
}

fn component(expected: &Json, ours: &Component) -> Result<(), String> {
    if let Some(ty) = expected.as_str().or(expected["type"].as_str())
        && ty != ours.ty.value
    {
        return Err(format!("it is {}, Packer's {ty}", ours.ty.value));
    }
    if let Some(name) = expected.get("name").and_then(Json::as_str)
        && ours.meta.name.as_ref().is_some_and(|ours| ours.value != name)
    {
        return Err(format!("the name of {} is {:?}, Packer's {name}", ours.address, ours.meta.name));
    }
    match expected.get("config") {
        Some(config) => body(config, ours),
        None => Ok(()),
    }
}

fn body(expected: &Json, ours: &Component) -> Result<(), String> {
    inner(expected, &ours.body).map_err(|why| format!("{}: {why}", ours.address))
}

fn inner(expected: &Json, ours: &formwork::resolve::template::ComponentBody) -> Result<(), String> {
    for (name, expected) in expected.as_object().into_iter().flatten() {
        if let Some(argument) = ours.arguments.get(name) {
            same_value(&argument.value, expected).map_err(|why| format!("`{name}`: {why}"))?;
        } else if let Some(blocks) = ours.blocks.get(name) {
            let one = std::slice::from_ref(expected);
            let wanted = expected.as_array().map_or(one, Vec::as_slice);
            if blocks.len() != wanted.len() {
                return Err(format!("{} blocks `{name}`, Packer's {}", blocks.len(), wanted.len()));
            }
            for (expected, block) in wanted.iter().zip(blocks) {
                inner(expected, &block.body).map_err(|why| format!("`{name}`: {why}"))?;
            }
        } else if *expected != serde_json::json!([]) {
            return Err(format!("`{name}` is not set"));
        }
    }
    Ok(())
}

/// Whether a value is what Packer made of it.
pub(crate) fn same_value(ours: &Value, expected: &Json) -> Result<(), String> {
    tolerant_value(ours, expected, None)
}

/// The same for numbers that may be a little off.
pub(crate) fn tolerant_value(ours: &Value, expected: &Json, tolerance: Option<f64>) -> Result<(), String> {
    let differs = || Err(format!("is {}, Packer's {expected}", shown(ours)));
    if let Some(entries) = expected.as_object() {
        if entries.contains_key("$unknown") {
            return if ours.is_wholly_known() { differs() } else { Ok(()) };
        }
        if let Some(number) = entries.get("$number").and_then(Json::as_str) {
            let plain = |text: &str| text.trim_start_matches('+').to_owned();
            return match &ours.kind {
                ValueKind::Number(ours)
                    if Number::parse(number) == Some(ours.clone()) || plain(&ours.to_string()) == plain(number) =>
                {
                    Ok(())
                }
                _ => differs(),
            };
        }
    }
    // Packer ran its data sources and asked the clock.
    if is_beyond(ours) {
        return Ok(());
    }
    let same = match (&ours.kind, expected) {
        (ValueKind::Null(_), Json::Null) => true,
        (ValueKind::Bool(ours), Json::Bool(expected)) => ours == expected,
        (ValueKind::String(text), Json::String(expected)) => text.known().as_deref() == Some(expected.as_str()),
        (ValueKind::Number(ours), Json::Number(expected)) => match tolerance {
            None => *ours == Number::parse(&expected.to_string()).unwrap(),
            Some(tolerance) => {
                let ours: f64 = ours.to_string().parse().unwrap();
                (ours - expected.as_f64().unwrap()).abs() <= tolerance
            }
        },
        (ValueKind::Set(_, items), Json::Array(expected)) => {
            items.len() == expected.len()
                && expected.iter().all(|one| items.iter().any(|item| tolerant_value(item, one, tolerance).is_ok()))
        }
        (ValueKind::List(_, items) | ValueKind::Tuple(items), Json::Array(expected)) => {
            items.len() == expected.len()
                && items.iter().zip(expected).all(|(item, one)| tolerant_value(item, one, tolerance).is_ok())
        }
        (ValueKind::Map(_, entries) | ValueKind::Object(entries), Json::Object(expected)) => {
            entries.len() == expected.len()
                && entries.iter().all(|(name, item)| {
                    expected.get(name).is_some_and(|one| tolerant_value(item, one, tolerance).is_ok())
                })
        }
        _ => false,
    };
    if same { Ok(()) } else { differs() }
}

/// A value for people.
pub(crate) fn shown(value: &Value) -> String {
    match &value.kind {
        ValueKind::Null(_) => "null".to_owned(),
        ValueKind::Bool(flag) => flag.to_string(),
        ValueKind::Number(number) => number.to_string(),
        ValueKind::String(text) => text.known().map_or_else(|| "<unknown text>".to_owned(), |text| format!("{text:?}")),
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
            format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", "))
        }
        ValueKind::Map(_, entries) | ValueKind::Object(entries) => {
            let entries = entries.iter().map(|(name, value)| format!("{name} = {}", shown(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        ValueKind::Unknown(_) => format!("<unknown {}>", value.ty()),
    }
}

/// A value as Packer's console prints it.
fn console(value: &Value) -> String {
    match &value.kind {
        ValueKind::String(text) => text.known().map_or_else(|| "<unknown>".to_owned(), std::borrow::Cow::into_owned),
        _ => nested(value, false),
    }
}

fn nested(value: &Value, sensitive: bool) -> String {
    let quoted = |text: &str| format!("\"{text}\"");
    match &value.kind {
        ValueKind::Null(_) => "null".to_owned(),
        ValueKind::Bool(flag) => flag.to_string(),
        ValueKind::Number(number) => number.to_string(),
        ValueKind::String(text) => match text.known() {
            Some(_) if sensitive => quoted("<sensitive>"),
            Some(text) => quoted(&text),
            None => "<unknown>".to_owned(),
        },
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
            let items: String = items.iter().map(|item| format!("  {},\n", nested(item, sensitive))).collect();
            format!("[\n{items}]")
        }
        ValueKind::Map(_, entries) | ValueKind::Object(entries) => {
            let entries: String =
                entries.iter().map(|(name, value)| format!("  \"{name}\" = {}\n", nested(value, sensitive))).collect();
            format!("{{\n{entries}}}")
        }
        ValueKind::Unknown(_) => "<unknown>".to_owned(),
    }
}

/// What `inspect` tells: the values of variables and locals, and what each build has.
fn inspected(text: &str, template: &Template) -> Result<(), String> {
    if let Some(legacy) = text.strip_prefix("Packer Inspect: JSON mode") {
        let (_, variables) = legacy.split_once("Required variables:").unwrap_or_default();
        let (required, _) = variables.split_once("Optional variables").unwrap_or_default();
        let required = required.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        let ours = template.variables.iter().filter(|(_, variable)| variable.default.is_none());
        return same_set("the required variables", ours.map(|(name, _)| name.clone()).collect(), required);
    }
    let mut said: BTreeMap<&str, &str> = BTreeMap::new();
    let mut build: Vec<&str> = Vec::new();
    let mut in_builds = false;
    for line in text.lines() {
        in_builds |= line.starts_with("> builds");
        if let Some((name, value)) = line.split_once(": ").filter(|_| !in_builds)
            && (name.starts_with("var.") || name.starts_with("local."))
        {
            said.insert(name, value);
        } else if in_builds && line.starts_with("      ") {
            build.push(line.trim());
        }
    }
    let all = template.variables.iter().map(|(name, variable)| {
        let value = variable.value.as_ref();
        (format!("var.{name}"), value, variable.sensitive)
    });
    let locals =
        template.locals.iter().map(|(name, local)| (format!("local.{name}"), Some(&local.value), local.sensitive));
    let mut count = 0;
    for (name, value, sensitive) in all.chain(locals) {
        let Some(expected) = said.get(name.as_str()) else { return Err(format!("Packer does not tell `{name}`")) };
        count += 1;
        let plain = |value: &Value| match &value.kind {
            ValueKind::String(text) if !sensitive => text.known().map(std::borrow::Cow::into_owned),
            ValueKind::String(_) => Some("<sensitive>".to_owned()),
            ValueKind::Unknown(_) => None,
            _ => Some(nested(value, sensitive)),
        };
        let ours = value.and_then(plain).unwrap_or_else(|| "<unknown>".to_owned());
        if format!("{ours:?}") != **expected {
            return Err(format!("`{name}` is {ours:?}, Packer's {expected}"));
        }
    }
    if count != said.len() {
        return Err(format!("Packer tells {} values, ours {count}", said.len()));
    }
    for image in &template.images {
        let source = format!("{}.{}", image.source.ty.value, image.source_name);
        let parts = image.provisioners.iter().chain(image.post_processors.iter().flatten());
        let parts = parts.map(|component| component.ty.value.clone());
        for part in std::iter::once(source).chain(parts) {
            if !build.contains(&part.as_str()) {
                return Err(format!("Packer's builds have no {part}: {build:?}"));
            }
        }
    }
    Ok(())
}
