//! Text in parts.

use std::borrow::Cow;

use super::{Origin, ParameterId, Unknown};
use crate::source::Span;

/// A text, in parts: what is there for certain, and holes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    pieces: Vec<Piece>,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Never empty, and never next to another literal.
    Literal(String),
    /// What a pipeline fills in, or the user may.
    Hole(Hole),
}

/// A hole in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Hole {
    /// What goes in.
    pub what: HoleKind,
    /// What goes in as far as this compilation goes: a variable's default.
    pub known: Option<String>,
    /// Must never be shown.
    pub sensitive: bool,
    /// What the user wrote to make it.
    pub span: Span,
}

/// What fills a hole.
#[derive(Clone, Debug, PartialEq)]
pub enum HoleKind {
    /// The value of a variable that is open.
    Parameter(ParameterId),
    /// A field that a plugin fills while it runs: `Path` of `{{ .Path }}`.
    Field(String),
    /// Anything else that is not known: see its origin.
    Unknown(Box<Unknown>),
}

impl Hole {
    /// Why its content is not known; nothing for parameters and fields.
    pub fn origin(&self) -> Option<&Origin> {
        match &self.what {
            HoleKind::Unknown(unknown) => Some(&unknown.origin),
            HoleKind::Parameter(_) | HoleKind::Field(_) => None,
        }
    }
}

impl Text {
    /// The empty text.
    pub fn new() -> Self {
        Self::default()
    }

    /// A text without holes.
    pub fn literal(text: impl Into<String>) -> Self {
        let mut out = Self::new();
        out.push_str(&text.into());
        out
    }

    /// A text that is one hole.
    pub fn hole(hole: Hole) -> Self {
        Self { pieces: vec![Piece::Hole(hole)] }
    }

    /// Its parts in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Puts `text` behind it.
    pub fn push_str(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(Piece::Literal(last)) = self.pieces.last_mut() {
            last.push_str(text);
        } else {
            self.pieces.push(Piece::Literal(text.to_owned()));
        }
    }

    /// Puts a hole behind it.
    pub fn push_hole(&mut self, hole: Hole) {
        self.pieces.push(Piece::Hole(hole));
    }

    /// Puts another text behind it.
    pub fn push(&mut self, other: &Text) {
        for piece in &other.pieces {
            match piece {
                Piece::Literal(text) => self.push_str(text),
                Piece::Hole(hole) => self.push_hole(hole.clone()),
            }
        }
    }

    /// Its holes in order.
    pub fn holes(&self) -> impl Iterator<Item = &Hole> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(_) => None,
            Piece::Hole(hole) => Some(hole),
        })
    }

    /// The parameters that stand in it.
    pub fn parameters(&self) -> impl Iterator<Item = ParameterId> {
        self.holes().filter_map(|hole| match hole.what {
            HoleKind::Parameter(id) => Some(id),
            HoleKind::Field(_) | HoleKind::Unknown(_) => None,
        })
    }

    /// The whole text with every hole filled by what is known; nothing if one is not.
    pub fn known(&self) -> Option<Cow<'_, str>> {
        match self.pieces.as_slice() {
            [] => Some(Cow::Borrowed("")),
            [Piece::Literal(text)] => Some(Cow::Borrowed(text)),
            pieces => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Literal(text) => Some(text.as_str()),
                    Piece::Hole(hole) => hole.known.as_deref(),
                })
                .collect::<Option<String>>()
                .map(Cow::Owned),
        }
    }

    /// The text, if it has no holes at all.
    pub fn as_literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The same with every hole changed as `fill` says.
    #[must_use]
    pub fn map_holes(&self, mut fill: impl FnMut(&Hole) -> Text) -> Text {
        let mut out = Text::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Hole(hole) => out.push(&fill(hole)),
            }
        }
        out
    }

    /// The parts of it between `separator`s; a separator inside a hole's value is none.
    pub fn split(&self, separator: char) -> Vec<Text> {
        let mut out = vec![Text::new()];
        for piece in &self.pieces {
            match piece {
                Piece::Hole(hole) => {
                    if let Some(last) = out.last_mut() {
                        last.push_hole(hole.clone());
                    }
                }
                Piece::Literal(text) => {
                    for (index, part) in text.split(separator).enumerate() {
                        if index > 0 {
                            out.push(Text::new());
                        }
                        if let Some(last) = out.last_mut() {
                            last.push_str(part);
                        }
                    }
                }
            }
        }
        out
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::literal(text)
    }
}
