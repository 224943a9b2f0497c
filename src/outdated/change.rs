//! What a fixer changes, and the changes that many of them make.

use super::Part;
use super::rewrite::{New, Object, Rewrite};
use crate::diagnostic::Edit;
use crate::source::Span;

/// A change of a template.
pub(super) struct Change {
    /// What is outdated.
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) label: String,
    /// What is outdated together with it.
    pub(super) others: Vec<Span>,
    pub(super) help: String,
    /// None: somebody has to decide.
    pub(super) edits: Vec<Edit>,
    pub(super) safe: bool,
    /// What the edits were made with in mind.
    pub(super) within: Span,
    pub(super) standing: Standing,
}

/// How the plugins of today take what is outdated.
#[derive(Clone, Copy, Debug)]
pub(super) enum Standing {
    /// An attribute; whether the old name still works the schema says.
    Name { old: &'static str, new: Option<&'static str> },
    /// The type of a component.
    Type,
    /// They refuse it.
    Rejected,
    /// They take it, but not as it was meant.
    Works,
    /// They do by themselves what Packer writes out.
    Idle,
    /// It is right again, or was never wrong.
    Silent,
}

impl Change {
    /// A change of a member of a part.
    pub(super) fn of(part: &Part<'_>, key: &'static str, rewrite: Rewrite<'_>, message: String) -> Self {
        let span = part.object.member(key).map_or(part.object.span.head(), |member| member.key.span);
        Self {
            span,
            message,
            label: "the old name".to_owned(),
            others: Vec::new(),
            help: String::new(),
            edits: rewrite.edits(),
            safe: true,
            within: part.object.span,
            standing: Standing::Name { old: key, new: None },
        }
    }

    pub(super) fn label(mut self, text: &str) -> Self {
        text.clone_into(&mut self.label);
        self
    }

    /// Other members that go the same way.
    pub(super) fn with(mut self, object: &Object<'_>, names: &[&str]) -> Self {
        let spans = names.iter().filter_map(|name| object.member(name)).map(|member| member.key.span);
        self.others.extend(spans.filter(|span| *span != self.span));
        self
    }

    pub(super) fn help(mut self, text: impl Into<String>) -> Self {
        self.help = text.into();
        self
    }

    pub(super) fn becomes(mut self, new: &'static str) -> Self {
        if let Standing::Name { new: known, .. } = &mut self.standing {
            *known = Some(new);
        }
        self
    }

    pub(super) fn standing(mut self, standing: Standing) -> Self {
        self.standing = standing;
        self
    }

    pub(super) fn safe(mut self, safe: bool) -> Self {
        self.safe &= safe;
        self
    }
}

/// Which of two values stays where the old and the new name are both given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wins {
    Old,
    New,
}

/// An attribute that has another name now.
pub(super) fn renamed(part: &Part<'_>, old: &'static str, new: &'static str, wins: Wins) -> Option<Change> {
    changed(part, old, new, wins, None)
}

/// The same where its value is another one, too.
pub(super) fn changed(
    part: &Part<'_>,
    old: &'static str,
    new: &'static str,
    wins: Wins,
    value: Option<&New>,
) -> Option<Change> {
    let object = part.object;
    let given = object.value(old)?;
    let mut rewrite = Rewrite::new(object);
    let message = format!("`{old}` is now called `{new}`");
    let Some(other) = object.value(new) else {
        rewrite.rename(old, new);
        if let Some(value) = value {
            rewrite.set(old, value);
        }
        let change = Change::of(part, old, rewrite, message);
        return Some(change.help(format!("write `{new}`")).becomes(new));
    };
    // Both are given: what was meant is certain only where they say the same.
    let same = value.is_none() && object.raw(given) == object.raw(other);
    let help = match wins {
        Wins::New => {
            rewrite.remove(old);
            format!("`{new}` is given as well: remove `{old}`")
        }
        Wins::Old => {
            rewrite.remove(new).rename(old, new);
            if let Some(value) = value {
                rewrite.set(old, value);
            }
            format!("`{new}` is given as well: keep one of them, as `{new}`")
        }
    };
    Some(Change::of(part, old, rewrite, message).help(help).becomes(new).safe(same))
}

/// An attribute that nothing replaces.
pub(super) fn removed(part: &Part<'_>, old: &'static str) -> Option<Change> {
    part.object.member(old)?;
    let mut rewrite = Rewrite::new(part.object);
    rewrite.remove(old);
    let message = format!("`{old}` is no longer an argument of `{}`, and nothing replaces it", part.ty());
    Some(Change::of(part, old, rewrite, message).label("not used any more").help(format!("remove `{old}`")))
}
