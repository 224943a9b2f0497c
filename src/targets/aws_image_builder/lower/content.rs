//! Texts that arrive in the machine, in parts.

use crate::resolve::value::ParameterId;

/// A part of a text of the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Content {
    /// Stands for itself.
    Text(String),
    /// The value of a parameter.
    Parameter(ParameterId),
    /// The id of the build instance (`build.ID`).
    Instance,
}

impl Content {
    /// Puts a text behind the parts.
    pub(super) fn push(parts: &mut Vec<Content>, text: &str) {
        if text.is_empty() {
            return;
        }
        match parts.last_mut() {
            Some(Content::Text(last)) => last.push_str(text),
            Some(Content::Parameter(_) | Content::Instance) | None => parts.push(Content::Text(text.to_owned())),
        }
    }

    /// Its length in bytes, as far as that is known.
    pub(super) fn length(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Parameter(_) | Self::Instance => 0,
        }
    }

    /// The text, if nothing is left open.
    pub(super) fn known(parts: &[Content]) -> Option<String> {
        let mut out = String::new();
        for part in parts {
            let Self::Text(text) = part else { return None };
            out.push_str(text);
        }
        Some(out)
    }

    /// The parts between newlines; what ends with a newline has an empty last one.
    pub(super) fn lines(parts: &[Content]) -> Vec<Vec<Content>> {
        let mut lines = vec![Vec::new()];
        for part in parts {
            match part {
                Content::Parameter(_) | Content::Instance => {
                    lines.last_mut().into_iter().for_each(|line| line.push(part.clone()))
                }
                Content::Text(text) => {
                    for (index, piece) in text.split('\n').enumerate() {
                        if index > 0 {
                            lines.push(Vec::new());
                        }
                        lines.last_mut().into_iter().for_each(|line| Content::push(line, piece));
                    }
                }
            }
        }
        lines
    }
}
