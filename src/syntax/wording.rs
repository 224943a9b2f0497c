//! How things are written in each spelling, for texts that tell people what to type.

use super::Spelling;

impl Spelling {
    /// An attribute with a value that stands as it is, like `true`, `"a"` or `…`.
    pub fn attribute(self, name: &str, value: &str) -> String {
        match self {
            Self::Hcl => format!("{name} = {value}"),
            Self::Json | Self::LegacyJson => format!("\"{name}\": {value}"),
            Self::Yaml => format!("{name}: {value}"),
        }
    }

    /// An attribute whose value is an expression.
    pub fn assignment(self, name: &str, expression: &str) -> String {
        self.attribute(name, &self.expression(expression))
    }

    /// A value that is no literal.
    pub fn expression(self, expression: &str) -> String {
        match self {
            Self::Hcl => expression.to_owned(),
            Self::Json | Self::LegacyJson | Self::Yaml => {
                format!("\"${{{}}}\"", expression.replace('\\', "\\\\").replace('"', "\\\""))
            }
        }
    }

    /// A block with its labels, and `inside` as its content.
    pub fn block_of(self, kind: &str, labels: &[&str], inside: &str) -> String {
        match self {
            Self::Hcl => {
                let labels: String = labels.iter().map(|label| format!(" \"{label}\"")).collect();
                if inside.is_empty() {
                    format!("{kind}{labels} {{}}")
                } else {
                    format!("{kind}{labels} {{ {inside} }}")
                }
            }
            Self::Json | Self::LegacyJson | Self::Yaml => {
                let empty = if inside.is_empty() { "{}".to_owned() } else { format!("{{ {inside} }}") };
                let inner = labels
                    .iter()
                    .rev()
                    .fold(empty, |inner, label| format!("{{ {} }}", self.attribute(&self.key(label), &inner)));
                self.attribute(kind, &inner)
            }
        }
    }

    /// A block with its labels, whatever it holds.
    pub fn block(self, kind: &str, labels: &[&str]) -> String {
        self.block_of(kind, labels, "…")
    }

    fn key(self, text: &str) -> String {
        let is_plain = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        if self == Self::Yaml && !is_plain { format!("\"{text}\"") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_spelling_has_its_form() {
        let cases = [
            (Spelling::Hcl, "a = 1", "a = var.b[\"c\"]", "source \"docker\" \"app\" { … }", "build {}"),
            (
                Spelling::Json,
                "\"a\": 1",
                "\"a\": \"${var.b[\\\"c\\\"]}\"",
                "\"source\": { \"docker\": { \"app\": { … } } }",
                "\"build\": {}",
            ),
            (Spelling::Yaml, "a: 1", "a: \"${var.b[\\\"c\\\"]}\"", "source: { docker: { app: { … } } }", "build: {}"),
        ];
        for (spelling, attribute, assignment, block, empty) in cases {
            assert_eq!(spelling.attribute("a", "1"), attribute);
            assert_eq!(spelling.assignment("a", "var.b[\"c\"]"), assignment);
            assert_eq!(spelling.block("source", &["docker", "app"]), block);
            assert_eq!(spelling.block_of("build", &[], ""), empty);
        }
    }
}
