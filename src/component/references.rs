//! Checks what `{{ … }}` refers to.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::actions::{Form, actions};
use super::inputs::has_input;
use super::model::{Document, Place, Step, Written};
use super::values::{Values, short};
use crate::declare_diagnostic;
use crate::diagnostic::{Diagnostic, Severity};
use crate::parse::data::Decoded;
use crate::resolve::names::{list, nearest};
use crate::source::{SourceMap, Span};

declare_diagnostic! {
    pub static COMPONENT_REFERENCE = {
        code: "component-reference",
        severity: Error,
        since: "0.1.0",
        summary: "`{{ … }}` in a component document refers to nothing",
    }
    pub static COMPONENT_UNUSED = {
        code: "component-unused",
        severity: Warning,
        since: "0.1.0",
        summary: "a parameter or a constant of a component document is not used",
    }
}

/// What to do about braces that are not meant as a reference.
const NO_ESCAPE: &str =
    "`{{` cannot be written as text: encode the text (base64) and decode it in the step, or get it with `S3Download`";

/// `{{ … }}` in a text.
struct Reference<'t> {
    /// Without braces and white space.
    inner: &'t str,
    /// With them.
    range: Range<usize>,
}

/// `phase.step.outputs[0].name`
struct Chain<'t> {
    phase: &'t str,
    step: &'t str,
    is_output: bool,
    index: Option<usize>,
    name: &'t str,
}

/// All references of a text, and where braces open that nothing closes.
fn references(text: &str) -> (Vec<Reference<'_>>, Option<usize>) {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find("{{").map(|open| at + open) {
        let Some(close) = text[open + 2..].find("}}").map(|close| open + 2 + close) else {
            return (found, Some(open));
        };
        found.push(Reference { inner: text[open + 2..close].trim(), range: open..close + 2 });
        at = close + 2;
    }
    (found, None)
}

fn chain(inner: &str) -> Option<Chain<'_>> {
    static FORM: LazyLock<Regex> = LazyLock::new(|| {
        let form = r"(?s)^([^.\[\]\s]+)\.([^.\[\]\s]+)\.(inputs|outputs)(?:\[([0-9]+)\])?\.(.+)$";
        Regex::new(form).expect("internal error: a regular expression")
    });
    let parts = FORM.captures(inner)?;
    let part = |at: usize| parts.get(at).map_or("", |part| part.as_str());
    let name = part(5);
    // What stands behind a name goes into the value, which is not known here.
    let name = name.split(['.', '[']).next().unwrap_or(name);
    // An index of more digits than any list has items is one that no list has.
    let index = parts.get(4).map(|index| index.as_str().parse().unwrap_or(usize::MAX));
    Some(Chain { phase: part(1), step: part(2), is_output: part(3) == "outputs", index, name })
}

/// The name before `.index` or `.value`.
fn looped(inner: &str) -> Option<&str> {
    let name = inner.strip_suffix(".index").or_else(|| inner.strip_suffix(".value"))?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    is_name.then_some(name)
}

/// What is said where YAML reads `{{ … }}` as maps inside each other; `span` is where a key is a map.
pub(super) fn unquoted_reference(sources: &SourceMap, span: Span) -> Option<Diagnostic> {
    let text = &sources.file(span.file).text;
    let start = span.range().start.checked_sub(1)?;
    let rest = text.get(start..).filter(|rest| rest.starts_with("{{"))?;
    let line = rest.lines().next().unwrap_or_default();
    let len = line.find("}}").map_or(line.len(), |at| at + 2);
    Some(
        COMPONENT_REFERENCE
            .at(Span::new(span.file, start, start + len), "a value that begins with `{{` is not in quotes")
            .label("YAML reads maps here")
            .help("put the whole value in quotes"),
    )
}

/// The stage in which Image Builder runs a phase; nothing: in none that is known.
fn stage(phase: &str) -> Option<&'static str> {
    match phase {
        "build" | "validate" => Some("build"),
        "test" | "container-host-test" => Some("test"),
        _ => None,
    }
}

/// Checks the references of all steps, and that everything that is declared is referred to.
pub(super) fn check(document: &Document, values: &mut Values<'_>) {
    let mut all: BTreeMap<(&str, &str), &Step> = BTreeMap::new();
    for phase in &document.phases {
        for step in &phase.steps {
            if let (Some(phase), Some(name)) = (&phase.name, &step.name) {
                all.entry((&phase.text, &name.text)).or_insert(step);
            }
        }
    }
    let mut checker = Checker { document, all, earlier: BTreeSet::new(), used: BTreeSet::new(), values };
    for phase in &document.phases {
        let name = phase.name.as_ref().map(|name| name.text.as_str());
        for step in &phase.steps {
            for text in &step.texts {
                checker.text(text, step, name);
            }
            if let (Some(phase), Some(step)) = (name, &step.name) {
                checker.earlier.insert((phase, &step.text));
            }
        }
    }
    let Checker { used, values, .. } = checker;
    if !document.is_whole {
        return;
    }
    for variable in document.variables.iter().filter(|variable| !used.contains(variable.name.text.as_str())) {
        let (name, word) = (short(&variable.name.text), variable.kind.word());
        values.sink.report(
            COMPONENT_UNUSED
                .at(variable.name.span, format!("the {word} `{name}` is not used"))
                .label("referred to by no step")
                .help(format!("remove it, or write `{{{{ {name} }}}}` where it belongs")),
        );
    }
}

struct Checker<'c, 'v> {
    document: &'c Document,
    /// Steps by phase and name.
    all: BTreeMap<(&'c str, &'c str), &'c Step>,
    /// Those that have run.
    earlier: BTreeSet<(&'c str, &'c str)>,
    /// Names of variables.
    used: BTreeSet<&'c str>,
    values: &'c mut Values<'v>,
}

impl<'c> Checker<'c, '_> {
    fn fault(&mut self, text: &Decoded, range: &Range<usize>, message: String, label: &str, help: impl Into<String>) {
        let place = self.values.place(text.place(range.clone()));
        self.values.sink.report(COMPONENT_REFERENCE.at(place, message).label(label).help(help));
    }

    fn text(&mut self, written: &'c Written, step: &Step, phase: Option<&str>) {
        let Written { place, text } = written;
        let (found, open) = references(&text.text);
        for reference in found {
            let inner = reference.inner;
            if let Some(variable) = self.document.variables.iter().find(|variable| variable.name.text == inner) {
                self.used.insert(&variable.name.text);
            }
            if *place == Place::Elsewhere {
                let message = "a reference stands only in `inputs`, `loop` and `if`".to_owned();
                self.fault(text, &reference.range, message, "not replaced here", "write what is meant");
                continue;
            }
            self.reference(text, &reference, *place, step, phase);
        }
        if let Some(open) = open {
            let place = text.place(open..open + 2);
            self.values.sink.report(
                COMPONENT_REFERENCE
                    .at(self.values.place(place), "`{{` is not closed")
                    .label("opens a reference")
                    .help(format!("close it with `}}}}`; {NO_ESCAPE}"))
                    // What the service makes of it is not said anywhere.
                    .severity(Severity::Warning),
            );
        }
    }

    fn reference(&mut self, text: &Decoded, reference: &Reference<'_>, place: Place, step: &Step, phase: Option<&str>) {
        let Reference { inner, range } = reference;
        let own = step.over.as_ref().and_then(|over| over.name.as_ref()).map(|name| name.text.as_str());
        if let Some(name) = looped(inner).filter(|name| *name == "loop" || Some(*name) == own) {
            if step.over.is_none() && !step.texts.iter().any(|text| text.place == Place::Loop) {
                let message = format!("`{name}` in a step without a loop");
                let place = self.values.place(text.place(range.clone()));
                self.values.sink.report(
                    COMPONENT_REFERENCE
                        .at(place, message)
                        .label("stays as it is written")
                        .help("write `loop:` with `forEach` or `for` in this step")
                        // The guide says so; the step runs.
                        .severity(Severity::Warning),
                );
            } else if place == Place::Loop {
                let message = "a loop cannot refer to itself in what it goes through".to_owned();
                self.fault(text, range, message, "not known here", "use a parameter, or an earlier step's output");
            }
            return;
        }
        if let Some(chain) = chain(inner) {
            return self.chain(text, range, inner, &chain, phase);
        }
        let is_declared = self.document.variables.iter().any(|variable| variable.name.text == *inner);
        if is_declared || !self.document.is_whole {
            return;
        }
        let message = format!("`{{{{ {} }}}}` refers to nothing", short(inner));
        let names = || self.document.variables.iter().map(|variable| variable.name.text.as_str());
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let help = if let Some(near) = nearest(inner, names()) {
            format!("write `{near}`, if that is what you mean")
        } else if let Some(name) = looped(inner).filter(|_| step.over.is_some()) {
            let own = own.unwrap_or("loop");
            format!("write `{own}.{}` for the loop of this step", &inner[name.len() + 1..])
        } else if !inner.is_empty() && inner.chars().all(is_name) && names().next().is_some() {
            list("there are", names())
        } else if !inner.is_empty() && inner.chars().all(is_name) {
            format!("declare it below `parameters`; {NO_ESCAPE}")
        } else {
            NO_ESCAPE.to_owned()
        };
        self.fault(text, range, message, "not declared", help);
    }

    fn chain(&mut self, text: &Decoded, range: &Range<usize>, inner: &str, chain: &Chain<'_>, phase: Option<&str>) {
        let shown = short(inner);
        let key = (chain.phase, chain.step);
        let Some(step) = self.all.get(&key).copied() else {
            if self.document.is_whole {
                let names: Vec<String> = self.earlier.iter().map(|(phase, step)| format!("{phase}.{step}")).collect();
                let wanted = format!("{}.{}", chain.phase, chain.step);
                let near = nearest(&wanted, names.iter().map(String::as_str));
                let help = near.map_or_else(
                    || list("earlier steps are", names.iter().map(String::as_str)),
                    |near| format!("write `{near}`, if that is what you mean"),
                );
                let message = format!("`{{{{ {shown} }}}}` refers to a step that does not exist");
                self.fault(text, range, message, "no such step", help);
            }
            return;
        };
        if let (Some(here), Some(there)) = (phase.and_then(stage), stage(chain.phase))
            && here != there
        {
            let message = format!("the {here} stage knows nothing of the {there} stage");
            let help = "write the value to a file of the image, and read that";
            return self.fault(text, range, message, "of another stage", help);
        }
        if !self.earlier.contains(&key) {
            let message = format!("`{}` runs later than this step", short(chain.step));
            return self.fault(text, range, message, "has no value yet", "put that step before this one");
        }
        let Some(action) = step.action.as_ref() else { return };
        let Some(schema) = actions().get(&action.text) else { return };
        let (action, name) = (action.text.as_str(), short(chain.name));
        if chain.is_output {
            if !schema.outputs.iter().any(|output| output == chain.name) {
                let outputs = || schema.outputs.iter().map(String::as_str);
                let help = match (nearest(chain.name, outputs()), schema.outputs.is_empty()) {
                    (Some(near), _) => format!("write `{near}`, if that is what you mean"),
                    (None, true) => "let a step print what is needed: `ExecuteBash` has the output `stdout`".to_owned(),
                    (None, false) => list("its outputs are", outputs()),
                };
                let message = format!("`{action}` has no output `{name}`");
                return self.fault(text, range, message, "no such output", help);
            }
            let count = match step.inputs.as_ref().map(|inputs| &inputs.value) {
                Some(super::model::Inputs::List(items)) => items.len(),
                Some(super::model::Inputs::Wrong) => usize::MAX,
                Some(super::model::Inputs::Map(_) | super::model::Inputs::Test(_)) | None => 1,
            };
            if let Some(index) = chain.index.filter(|index| *index >= count) {
                let message = format!("`{action}` has no output {index} here");
                let help = format!("they count from 0, and there is one for each of {count} items");
                let help = if count == 1 { "write no index".to_owned() } else { help };
                self.fault(text, range, message, "no such index", help);
            }
            return;
        }
        if schema.form == Form::List && chain.index.is_none() {
            let message = format!("`inputs` of `{action}` is a list");
            let help = format!("write `inputs[0].{name}` for the first item");
            return self.fault(text, range, message, "has no index", help);
        }
        if has_input(step, chain.index, chain.name) == Some(false) {
            let message = format!("the step `{}` is given no `{name}` there", short(chain.step));
            self.fault(
                text,
                range,
                message,
                "no such input",
                "refer to an input that is written there; items count from 0",
            );
        }
    }
}
