//! Checks what the actions of steps are given.

use super::actions::{Action, InputSchema, InputType, actions};
use super::characters;
use super::model::{Document, Input, Inputs, Step};
use super::values::{Values, instead, short};
use crate::declare_diagnostic;
use crate::diagnostic::Severity;
use crate::parse::data::{Data, DataKind, Decoded};
use crate::source::Span;

declare_diagnostic! {
    pub static COMPONENT_INPUT = {
        code: "component-input",
        severity: Error,
        since: "0.1.0",
        summary: "an action in a component document is given something else than it takes",
    }
}

/// How the encodings are called, in any case.
const ENCODINGS: &[&str] = &[
    "utf8",
    "utf-8",
    "utf16",
    "utf-16",
    "utf16-LE",
    "utf-16-LE",
    "utf16-BE",
    "utf-16-BE",
    "utf32",
    "utf-32",
    "utf32-LE",
    "utf-32-LE",
    "utf32-BE",
    "utf-32-BE",
];

impl Values<'_> {
    fn input(&mut self, span: Span, message: String, label: &str, help: impl Into<String>) {
        let place = self.place(span);
        self.sink.report(COMPONENT_INPUT.at(place, message).label(label).help(help));
    }
}

/// Checks the inputs of all steps.
pub(super) fn check(document: &Document, values: &mut Values<'_>) {
    for step in document.phases.iter().flat_map(|phase| &phase.steps) {
        let (Some(action), Some(inputs)) = (&step.action, &step.inputs) else { continue };
        let Some(schema) = actions().get(&action.text) else { continue };
        let name = action.text.as_str();
        match &inputs.value {
            Inputs::Map(given) => {
                let place = given.first().map_or(inputs.span, |first| first.name.span);
                one(name, schema, given, place, values);
            }
            Inputs::List(items) => {
                for item in items.iter().flatten() {
                    one(name, schema, &item.value, item.span, values);
                }
            }
            Inputs::Test(_) | Inputs::Wrong => {}
        }
        if name == "ExecuteBash" {
            characters::bash(step, values);
        }
    }
}

fn is_hole(input: &Input) -> bool {
    input.name.text.is_empty() && matches!(input.value.kind, DataKind::Error)
}

/// Checks one map of inputs.
fn one(action: &str, schema: &Action, given: &[Input], place: Span, values: &mut Values<'_>) {
    let has = |name: &str| given.iter().any(|input| input.name.text == name);
    let has_hole = given.iter().any(is_hole);
    for Input { name, value } in given.iter().filter(|input| !is_hole(input)) {
        let Some(wanted) = schema.inputs.get(&name.text) else {
            let known: Vec<&str> = schema.inputs.keys().map(String::as_str).collect();
            let message = format!("`{action}` has no input `{}`", short(&name.text));
            values.input(name.span, message, "not known to the action", instead(&name.text, &known));
            continue;
        };
        typed(&name.text, value, wanted, values);
    }
    if has_hole {
        return;
    }
    for (name, _) in schema.inputs.iter().filter(|(name, wanted)| wanted.required && !has(name)) {
        let help = format!("write `{name}: …`");
        values.input(place, format!("`{action}` has no `{name}`"), "missing here", help);
    }
    for group in &schema.one_of {
        let names: Vec<String> = group.iter().map(|name| format!("`{name}`")).collect();
        let names = names.join(" or ");
        match group.iter().filter(|name| has(name)).count() {
            0 => values.input(place, format!("`{action}` has no {names}"), "missing here", "write one of them"),
            1 => {}
            _ => {
                let message = format!("`{action}` takes {names}, not both");
                let last = given.iter().rfind(|input| group.contains(&input.name.text));
                values.input(
                    last.map_or(place, |last| last.name.span),
                    message,
                    "the second one",
                    "remove one of them",
                );
            }
        }
    }
    for group in &schema.together {
        let (there, missing): (Vec<&String>, Vec<&String>) = group.iter().partition(|name| has(name));
        if let (Some(there), Some(missing)) = (there.first(), missing.first()) {
            let span = given.iter().find(|input| input.name.text == **there).map_or(place, |input| input.name.span);
            let message = format!("`{there}` is given without `{missing}`");
            values.input(span, message, "needs the other one", format!("write `{missing}: …` beside it"));
        }
    }
    paths(action, given, values);
}

/// Checks one input by its type.
fn typed(name: &str, value: &Data, wanted: &InputSchema, values: &mut Values<'_>) {
    let what = format!("`{name}`");
    match wanted.ty {
        InputType::Text | InputType::Encoding | InputType::Mode | InputType::S3 | InputType::Url => {
            if let Some(text) = values.text(value, &what).filter(|text| !text.text.contains("{{")) {
                worded(name, &text, wanted, values);
            }
        }
        InputType::Bool => values.boolean(value, &what, false),
        InputType::Flag => values.boolean(value, &what, true),
        InputType::Integer => {
            let found = values.integer(value, &what);
            if let Some(found) = found.filter(|found| found.value < 0) {
                values.input(found.span, format!("{what} is less than 0"), "negative", "write 0 or more");
            }
        }
        InputType::Texts => {
            let Some(items) = values.list(value, &what, "write `- ` before each item") else { return };
            if items.is_empty() {
                values.input(value.span, format!("{what} has no item"), "empty", "write items as `- …`");
            }
            for item in items {
                values.text(item, &format!("an item of {what}"));
            }
        }
        InputType::Map => {
            let Some(map) = values.map(value, &what) else { return };
            for property in map.properties.iter().filter(|property| !property.is_hole()) {
                values.text(&property.value, &format!("`{}` in {what}", short(&property.key.text)));
            }
        }
        InputType::Pairs => {
            let Some(items) = values.list(value, &what, "write `- name: …` with `value: …` below it") else {
                return;
            };
            for item in items {
                let of = format!("an item of {what}");
                let Some(map) = values.known(item, &of, &["name", "value"]) else { continue };
                for key in ["name", "value"] {
                    if let Some(value) = values.required(map, key, &of, &format!("write `{key}: …`")) {
                        values.text(value, &format!("`{key}` in {what}"));
                    }
                }
            }
        }
        InputType::Any => {
            if matches!(value.kind, DataKind::Null) {
                values.wrong_type(value, &what, "a text, a number or a list", "write what it is set to");
            }
        }
    }
}

/// Checks a text that refers to nothing.
fn worded(name: &str, text: &Decoded, wanted: &InputSchema, values: &mut Values<'_>) {
    let value = text.text.as_str();
    let known: Vec<&str> = wanted.values.iter().map(String::as_str).collect();
    if !known.is_empty() && !known.contains(&value) {
        values.input(
            text.span,
            format!("`{name}` cannot be `{}`", short(value)),
            "none of its values",
            instead(value, &known),
        );
    }
    if !wanted.begins.is_empty() && !wanted.begins.iter().any(|start| value.starts_with(start.as_str())) {
        let message = format!("`{name}` cannot begin as `{}` does", short(value));
        let help = format!("begin it with `{}`, or another root of the registry", wanted.begins[0]);
        values.input(text.span, message, "names no place", help);
    }
    match wanted.ty {
        InputType::Encoding => {
            if !ENCODINGS.iter().any(|known| known.eq_ignore_ascii_case(value)) {
                let message = format!("there is no encoding `{}`", short(value));
                values.input(text.span, message, "not known", instead(value, ENCODINGS));
            }
        }
        InputType::Mode => {
            let digits = value.len() == 3 || value.len() == 4 || (value.len() == 5 && value.starts_with('0'));
            if !digits || !value.bytes().all(|byte| matches!(byte, b'0'..=b'7')) {
                let message = format!("`{}` is no mode of a file", short(value));
                values.input(text.span, message, "not in octal digits", "write octal digits in quotes, as `\"0644\"`");
            }
        }
        InputType::S3 => {
            let place = value.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
            if place.is_none_or(|(bucket, _)| bucket.is_empty()) {
                let message = format!("`{}` is no place on S3", short(value));
                values.input(text.span, message, "names no object", "write `s3://BUCKET/KEY`");
            }
        }
        InputType::Url => {
            if !["http://", "https://"].iter().any(|scheme| value.starts_with(scheme)) {
                let message = format!("`{}` is no URL of the web", short(value));
                values.input(
                    text.span,
                    message,
                    "not http or https",
                    "write `https://…`; for S3 there is `S3Download`",
                );
            }
        }
        InputType::Text
        | InputType::Bool
        | InputType::Flag
        | InputType::Integer
        | InputType::Texts
        | InputType::Map
        | InputType::Pairs
        | InputType::Any => {}
    }
}

/// Checks what `source` and `destination` say together.
fn paths(action: &str, given: &[Input], values: &mut Values<'_>) {
    let text = |name: &str| {
        let input = given.iter().find(|input| input.name.text == name)?;
        if let DataKind::String(text) = &input.value.kind { Some(text) } else { None }
    };
    let Some(source) = text("source") else { return };
    let is_separator = |c: char| c == '/' || c == '\\';
    let destination = text("destination").filter(|text| !text.text.contains("{{"));
    let is_folder = destination.map(|text| text.text.ends_with(is_separator));
    match action {
        "S3Download" => {
            let is_prefix = source.text.ends_with("/*");
            if source.text.contains('*') && !is_prefix {
                let message = "`*` stands only behind the last `/`".to_owned();
                values.input(source.span, message, "no prefix", "end it with `/*`, and choose files afterwards");
            } else if !is_prefix && !source.text.contains("{{") && is_folder == Some(true) {
                let span = destination.map_or(source.span, |text| text.span);
                let help = "write the name of the file behind it";
                values.input(span, "one object needs the name of a file".to_owned(), "names a folder", help);
            }
        }
        "CopyFile" | "MoveFile" | "CopyFolder" | "MoveFolder" => {
            let (folder, name) = match source.text.rfind(is_separator) {
                Some(at) => source.text.split_at(at),
                None => ("", source.text.as_str()),
            };
            if folder.contains('*') {
                let message = "`*` stands only in the last part of a path".to_owned();
                values.input(source.span, message, "in a folder's name", "write a step for each folder");
            }
            if name.contains('*') && is_folder == Some(false) {
                let span = destination.map_or(source.span, |text| text.span);
                let place = values.place(span);
                values.sink.report(
                    COMPONENT_INPUT
                        .at(place, "several sources need a folder to go to")
                        .label("names no folder")
                        .help("end it with a `/`")
                        // Where the `*` stands for one name only, the service takes it.
                        .severity(Severity::Warning),
                );
            }
        }
        _ => {}
    }
}

/// The input of a map by its name.
pub(super) fn find<'i>(given: &'i [Input], name: &str) -> Option<&'i Input> {
    given.iter().find(|input| input.name.text == name)
}

/// What a reference to `inputs` finds: nothing where that is not known, else whether there is such an input.
pub(super) fn has_input(step: &Step, index: Option<usize>, name: &str) -> Option<bool> {
    match step.inputs.as_ref().map(|inputs| &inputs.value) {
        None => Some(false),
        Some(Inputs::Map(given)) => Some(find(given, name).is_some() || given.iter().any(is_hole)),
        Some(Inputs::List(items)) => {
            let Some(item) = items.get(index?) else { return Some(false) };
            let item = item.as_ref()?;
            Some(find(&item.value, name).is_some() || item.value.iter().any(is_hole))
        }
        Some(Inputs::Test(_) | Inputs::Wrong) => None,
    }
}
