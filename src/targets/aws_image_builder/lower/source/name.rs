//! The name of an AMI: Image Builder wants the date of the build in it, and knows fewer signs than EC2.

use super::facts;
use crate::graph::{Fact, Node};
use crate::resolve::value::{Hole, HoleKind, Origin, Piece};
use crate::targets::aws_image_builder::lower::Lowering;
use crate::targets::aws_image_builder::model::{Part, Value};

/// What the service puts the date of the build for.
pub(in super::super::super) const BUILD_DATE: &str = "{{ imagebuilder:buildDate }}";
/// The longest name, placeholders as they are written.
const LONGEST: usize = 127;

/// The name, with the date in it.
pub(super) fn name(l: &mut Lowering<'_>, node: &Node, fact: Option<&Fact>) -> Value {
    let mut name = Name::default();
    let text = fact.and_then(|fact| facts::text(&fact.value));
    let mut lost = Vec::new();
    for piece in text.iter().flat_map(|text| text.pieces()) {
        match piece {
            Piece::Literal(text) => name.text(text),
            Piece::Hole(hole) => lost.extend(self::hole(l, hole, &mut name)),
        }
    }
    if name.value.parts.is_empty() {
        name.text(&format!("{}-{}", l.project.name, l.name));
    }
    let fixed = !name.dated;
    if fixed {
        name.text("-");
        name.date();
    }
    let Name { value, replaced, dated: _ } = name;
    let (value, cut) = trimmed(value);
    if let Some(fact) = fact {
        let mut said = Vec::new();
        if fixed {
            said.push("Image Builder wants the date of the build in it, which is put at its end".to_owned());
        } else {
            said.push("the date of the build stands where the time does, in Image Builder's own form".to_owned());
        }
        if replaced {
            said.push("signs that it does not allow become `-`".to_owned());
        }
        if cut {
            said.push(format!("it is cut to {LONGEST} signs"));
        }
        said.extend(lost.into_iter().map(|why| format!("a part is left out: {why}")));
        l.report.approximated(node, &fact.name, fact.span, &said.join("; "), None);
    }
    value
}

#[derive(Default)]
struct Name {
    value: Value,
    replaced: bool,
    dated: bool,
}

impl Name {
    fn text(&mut self, text: &str) {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ' ' | ':' | '.');
        self.replaced |= !text.chars().all(allowed);
        let text: String = text.chars().map(|c| if allowed(c) { c } else { '-' }).collect();
        self.value.push_text(&text);
    }

    /// Once; what stands for the time again says nothing new.
    fn date(&mut self) {
        if !self.dated {
            self.value.push_text(BUILD_DATE);
            self.dated = true;
        }
    }
}

/// Puts what fills a hole; gives why nothing does.
fn hole(l: &mut Lowering<'_>, hole: &Hole, name: &mut Name) -> Option<String> {
    if let HoleKind::Field(field) = &hole.what
        && field == "BuildRegion"
    {
        name.value.push(Part::Region);
        return None;
    }
    if matches!(hole.origin(), Some(Origin::Clock | Origin::Random(_))) {
        name.date();
        return None;
    }
    match l.as_value(&crate::resolve::value::Text::hole(hole.clone())) {
        Ok(value) => {
            for part in value.parts {
                match part {
                    Part::Text(text) => name.text(&text),
                    Part::Setting(_) | Part::Region | Part::Account | Part::Partition | Part::RoleArn(_) => {
                        name.value.push(part);
                    }
                }
            }
            None
        }
        Err((why, _)) => Some(why),
    }
}

/// Without signs at the ends that no name may have there, and not too long. The date stays.
fn trimmed(value: Value) -> (Value, bool) {
    let length = |value: &Value| -> usize {
        let part = |part: &Part| if let Part::Text(text) = part { text.len() } else { 1 };
        value.parts.iter().map(part).sum()
    };
    let mut parts = value.parts;
    let ends = |c: char| matches!(c, ' ' | ':' | '.');
    if let Some(Part::Text(first)) = parts.first_mut() {
        *first = first.trim_start_matches(ends).to_owned();
    }
    if let Some(Part::Text(last)) = parts.last_mut() {
        *last = last.trim_end_matches(ends).to_owned();
    }
    let mut value = Value { parts };
    let too_long = length(&value).saturating_sub(LONGEST);
    if too_long == 0 {
        return (value, false);
    }
    // From the text in front of the date, else from its end.
    for part in &mut value.parts {
        let Part::Text(text) = part else { continue };
        let at = text.find(BUILD_DATE).unwrap_or(text.len());
        let keep = at.saturating_sub(too_long).max(1).min(at);
        text.replace_range(keep..at, "");
        if let Some(end) = text.find(BUILD_DATE).map(|at| at + BUILD_DATE.len()) {
            let room = LONGEST.max(end);
            text.truncate(room.min(text.len()));
        }
        break;
    }
    (value, true)
}
