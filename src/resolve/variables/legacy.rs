//! What Packer says of the values of a legacy template's variables: it renders them all, used or not.

use crate::diagnostic::{Severity, Sink};
use crate::resolve::engine::{self, Engine, Language};
use crate::resolve::value::{Hole, HoleKind, Origin, Text, Type, Unknown};
use crate::syntax::{Document, Expr, ExprKind, Part, Spelling};

/// Reports texts that cannot be rendered. Their values are taken as they are, because a component renders them again.
pub(super) fn check(documents: &[Document], sink: &mut Sink) {
    for document in documents.iter().filter(|document| document.body.spelling == Spelling::LegacyJson) {
        for block in document.body.blocks() {
            match block.kind.value.as_str() {
                "variable" => check_all(block.body.attribute("default").map(|default| &default.value), sink),
                "local" => check_all(block.body.attribute("expression").map(|local| &local.value), sink),
                "locals" => check_all(block.body.attributes().map(|local| &local.value), sink),
                _ => {}
            }
        }
    }
}

fn check_all<'e>(exprs: impl IntoIterator<Item = &'e Expr>, sink: &mut Sink) {
    for expr in exprs {
        // A computed variable is `var.x != null ? var.x : TEXT`.
        let expr = if let ExprKind::Conditional(conditional) = &expr.kind { &conditional.otherwise } else { expr };
        let ExprKind::Template(template) = &expr.kind else { continue };
        let mut text = Text::new();
        for part in &template.parts {
            match part {
                Part::Literal(literal) => text.push_str(&literal.value),
                Part::Interpolation(_) | Part::If { .. } | Part::For { .. } => {
                    let unknown = Unknown { ty: Type::String, origin: Origin::Error, call: None };
                    let what = HoleKind::Unknown(Box::new(unknown));
                    text.push_hole(Hole { what, known: None, sensitive: false, span: expr.span });
                }
            }
        }
        let mut said = Sink::new();
        engine::render(&text, expr.span, &Engine::new(Language::LegacyJson), &mut said);
        // Fields are filled later, by the component that the value is given to.
        said.retain(|diagnostic| diagnostic.severity == Severity::Error);
        sink.absorb(said);
    }
}
