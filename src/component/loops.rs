//! Reads loops of steps.

use super::model::{Loop, Over};
use super::values::{Map, Values};
use crate::declare_diagnostic;
use crate::parse::data::{Data, DataKind, Decoded};
use crate::source::Span;

declare_diagnostic! {
    pub static COMPONENT_LOOP = {
        code: "component-loop",
        severity: Error,
        since: "0.1.0",
        summary: "a loop in a component document goes through nothing, or never ends",
    }
}

/// What may stand between the items of a text.
const DELIMITERS: &[&str] = &[".", ",", ";", ":", "\n", "\t", " ", "-", "_"];

impl Values<'_> {
    pub(super) fn wrong_loop(&mut self, span: Span, message: String, label: &str, help: &str) {
        let place = self.place(span);
        self.sink.report(COMPONENT_LOOP.at(place, message).label(label).help(help));
    }
}

/// Reads `loop`.
pub(super) fn read(data: &Data, values: &mut Values<'_>) -> Option<Loop> {
    let map = values.known(data, "`loop`", &["name", "for", "forEach"])?;
    let name = map.get("name").and_then(|name| values.text(name, "the name of a loop"));
    let over = match (map.property("for"), map.property("forEach")) {
        (Some(range), None) => range_of(&range.value, values),
        (None, Some(each)) => each_of(&each.value, each.key.span, values),
        (Some(range), Some(each)) => {
            let (range, each) = (range.key.span, each.key.span);
            let later = if range < each { each } else { range };
            let message = "a loop has both `for` and `forEach`".to_owned();
            values.wrong_loop(later, message, "the second one", "remove one of them");
            Over::Wrong
        }
        (None, None) => {
            if !map.has_hole() {
                let message = "a loop has neither `for` nor `forEach`".to_owned();
                let help = "write `forEach:` and a list, or `for:` with `start`, `end` and `updateBy`";
                values.wrong_loop(map.place, message, "goes through nothing", help);
            }
            Over::Wrong
        }
    };
    Some(Loop { name, over })
}

fn range_of(data: &Data, values: &mut Values<'_>) -> Over {
    let Some(map) = values.known(data, "`for`", &["start", "end", "updateBy"]) else { return Over::Wrong };
    let number = |values: &mut Values<'_>, key: &str| {
        let help = format!("write `{key}: …`, a whole number");
        let value = values.required(map, key, "`for`", &help)?;
        values.integer(value, &format!("`{key}`"))
    };
    let (start, end, by) = (number(values, "start"), number(values, "end"), number(values, "updateBy"));
    let (Some(start), Some(end), Some(by)) = (start, end, by) else { return Over::Wrong };
    let goes_on = match by.value.signum() {
        0 => false,
        1 => start.value <= end.value,
        _ => start.value >= end.value,
    };
    if !goes_on {
        let message = format!("a loop from {} to {} in steps of {} never ends", start.value, end.value, by.value);
        let help = "`updateBy` is what is added each time: it has to lead from `start` to `end`";
        values.wrong_loop(by.span, message, "does not lead to the end", help);
        return Over::Wrong;
    }
    Over::Range { start: start.value, end: end.value, update_by: by.value }
}

fn each_of(data: &Data, key: Span, values: &mut Values<'_>) -> Over {
    match &data.kind {
        DataKind::Array(items) => {
            if items.is_empty() {
                let message = "`forEach` has no item".to_owned();
                values.wrong_loop(key, message, "goes through nothing", "write items as `- …`, or remove the loop");
                return Over::Wrong;
            }
            let texts: Vec<Decoded> =
                items.iter().filter_map(|item| values.text(item, "an item of `forEach`")).collect();
            Over::Texts(texts)
        }
        DataKind::Object(_) => {
            let Some(map) = values.known(data, "`forEach`", &["list", "delimiter"]) else { return Over::Wrong };
            split(map, values)
        }
        DataKind::Null | DataKind::Bool(_) | DataKind::Number(_) | DataKind::String(_) | DataKind::Error => {
            let help = "write items as `- …`, or `list: …` with a `delimiter`";
            values.wrong_type(data, "`forEach`", "a list, or a map with `list`", help);
            Over::Wrong
        }
    }
}

fn split(map: Map<'_>, values: &mut Values<'_>) -> Over {
    let list = values.required(map, "list", "`forEach`", "write `list: …`, the text that is split");
    let list = list.and_then(|list| values.text(list, "`list`"));
    let delimiter = map.get("delimiter").and_then(|delimiter| values.text(delimiter, "`delimiter`"));
    if let Some(delimiter) = delimiter.as_ref().filter(|delimiter| !DELIMITERS.contains(&delimiter.text.as_str())) {
        let message = "this is no delimiter of items".to_owned();
        let help = "use one of `.` `,` `;` `:` `-` `_`, a space, `\"\\n\"` or `\"\\t\"`";
        values.wrong_loop(delimiter.span, message, "not one of them", help);
    }
    list.map_or(Over::Wrong, |list| Over::Split { list, delimiter })
}
