//! Texts of the template as values of resources, or as what is known for certain.

use super::Lowering;
use super::content::Content;
use crate::graph::Node;
use crate::resolve::value::{Hole, HoleKind, Origin, ParameterId, Piece, Text};
use crate::source::Span;
use crate::targets::aws_image_builder::model::{Part, Value};
use crate::targets::aws_image_builder::parameters;
use crate::targets::text::unknown::{self, Missing, why_unknown};

impl Lowering<'_> {
    /// A text in parts; the error says what of it no build can know.
    pub(in super::super) fn parts(
        &self,
        text: &Text,
        field: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Vec<Content>, Missing> {
        let mut parts: Vec<Content> = Vec::new();
        for piece in text.pieces() {
            match piece {
                Piece::Literal(text) => Content::push(&mut parts, text),
                Piece::Hole(hole) => self.hole(hole, field, &mut parts)?,
            }
        }
        Ok(parts)
    }

    fn hole(
        &self,
        hole: &Hole,
        field: &dyn Fn(&str) -> Option<String>,
        parts: &mut Vec<Content>,
    ) -> Result<(), Missing> {
        match &hole.what {
            HoleKind::Parameter(id) if self.parameters.get(*id).open => {
                parts.push(Content::Parameter(*id));
                return Ok(());
            }
            // That of a container is none that a build has.
            HoleKind::Unknown(what)
                if self.container.is_none() && what.origin == Origin::Build("build.ID".to_owned()) =>
            {
                parts.push(Content::Instance);
                return Ok(());
            }
            HoleKind::Field(name) => {
                if let Some(value) = field(name) {
                    Content::push(parts, &value);
                    return Ok(());
                }
            }
            HoleKind::Parameter(_) | HoleKind::Unknown(_) => {}
        }
        match &hole.known {
            Some(known) if !hole.sensitive => Content::push(parts, known),
            Some(_) | None => return Err(unknown::of_hole(self.graph, hole)),
        }
        Ok(())
    }

    /// A text that has to be known while compiling.
    pub(in super::super) fn as_known(&self, text: &Text) -> Result<String, Missing> {
        let mut out = String::new();
        for part in self.parts(text, &|_| None)? {
            match part {
                Content::Text(text) => out.push_str(&text),
                Content::Instance => return Err(why_unknown(&Origin::Build("build.ID".to_owned()))),
                Content::Parameter(id) => {
                    let variable = &self.parameters.get(id).name;
                    let secret = |hole: &Hole| hole.sensitive && hole.what == HoleKind::Parameter(id);
                    if text.holes().any(secret) {
                        return Err((
                            format!("`{variable}` is a secret, and everybody can read what stands here"),
                            None,
                        ));
                    }
                    let help = format!("fix it with `--freeze {variable}` or `--var {variable}=VALUE`");
                    return Err((format!("the value of `{variable}` has to be known while compiling"), Some(help)));
                }
            }
        }
        Ok(out)
    }

    /// The same, refused where it is not known.
    pub(in super::super) fn known(&mut self, node: &Node, name: &str, span: Span, text: &Text) -> Option<String> {
        match self.as_known(text) {
            Ok(known) => Some(known),
            Err((why, help)) => {
                self.report.refused(node, name, span, &why, help);
                None
            }
        }
    }

    /// A text of a resource; parameters become settings.
    pub(in super::super) fn as_value(&mut self, text: &Text) -> Result<Value, Missing> {
        let mut value = Value::default();
        for part in self.parts(text, &|_| None)? {
            match part {
                Content::Text(text) => value.push_text(&text),
                Content::Instance => return Err(why_unknown(&Origin::Build("build.ID".to_owned()))),
                Content::Parameter(id) => {
                    let parameter = self.parameters.get(id);
                    if parameter.secret {
                        let why = format!("`{}` is a secret, and everybody can read what stands here", parameter.name);
                        return Err((why, None));
                    }
                    value.push(Part::Setting(parameters::setting(&mut self.project.settings, parameter)));
                }
            }
        }
        Ok(value)
    }

    /// The setting of a parameter, for a document: the name it goes by there, what it is for, and its value.
    pub(super) fn document_parameter(&mut self, id: ParameterId) -> (String, (String, Value)) {
        let parameter = self.parameters.get(id);
        let setting = parameters::setting(&mut self.project.settings, parameter);
        let value = Value::setting(setting);
        if parameter.secret && !self.secrets.contains(&value) {
            self.secrets.push(value.clone());
        }
        let about = if parameter.secret {
            format!("where the secret `{}` lies", parameter.name)
        } else {
            format!("the variable `{}`", parameter.name)
        };
        (parameter.setting.clone(), (about, value))
    }
}
