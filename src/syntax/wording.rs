//! How things are written in each spelling, for texts that tell people what to type.

use super::Spelling;

impl Spelling {
    /// How a file of that name is written.
    pub fn of_file(name: &str) -> Self {
        let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| name.ends_with(suffix));
        if ends(&[".yaml", ".yml"]) {
            Self::Yaml
        } else if ends(&[".pkr.json", ".pkrvars.json"]) {
            Self::Json
        } else if ends(&[".json"]) {
            Self::LegacyJson
        } else {
            Self::Hcl
        }
    }

    /// An attribute with a value that stands as it is, like `true`, `"a"` or `…`.
    pub fn attribute(self, name: &str, value: &str) -> String {
        match self {
            Self::Hcl => format!("{name} = {value}"),
            Self::Json | Self::LegacyJson => format!("\"{name}\": {value}"),
            Self::Yaml => format!("{name}: {value}"),
        }
    }

    /// A value that is no literal.
    pub fn expression(self, expression: &str) -> String {
        match self {
            Self::Hcl | Self::LegacyJson => expression.to_owned(),
            Self::Json | Self::Yaml => format!("\"${{{}}}\"", expression.replace('\\', "\\\\").replace('"', "\\\"")),
        }
    }

    /// A block with its labels and content; `…` is any.
    pub fn block(self, kind: &str, labels: &[&str], inside: &str) -> String {
        let body = if inside.is_empty() { "{}".to_owned() } else { format!("{{ {inside} }}") };
        match self {
            Self::Hcl => {
                let labels: String = labels.iter().map(|label| format!(" \"{label}\"")).collect();
                format!("{kind}{labels} {body}")
            }
            Self::Json | Self::LegacyJson | Self::Yaml => {
                let inner = labels
                    .iter()
                    .rev()
                    .fold(body, |inner, label| format!("{{ {} }}", self.attribute(&self.key(label), &inner)));
                self.attribute(kind, &inner)
            }
        }
    }

    fn key(self, text: &str) -> String {
        let is_plain = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        if self == Self::Yaml && !is_plain { format!("\"{text}\"") } else { text.to_owned() }
    }

    /// A sentence whose attributes and blocks between backticks are written in HCL, as this spelling has them.
    pub fn translate(self, sentence: &str) -> String {
        if self == Self::Hcl {
            return sentence.to_owned();
        }
        let mut out = String::with_capacity(sentence.len());
        for (at, piece) in sentence.split('`').enumerate() {
            if at > 0 {
                out.push('`');
            }
            match (at % 2 == 1).then(|| self.statement(piece)).flatten() {
                Some(translated) => out.push_str(&translated),
                None => out.push_str(piece),
            }
        }
        out
    }

    /// `name = value` or `kind "label" { … }`; nothing where it is something else.
    fn statement(self, text: &str) -> Option<String> {
        let (name, rest) = word(text.trim());
        if name.is_empty() {
            return None;
        }
        if let Some(value) = rest.strip_prefix('=') {
            let value = value.trim();
            return (!value.is_empty() && !value.starts_with(['=', '>'])).then(|| {
                // A name or a type stands in a string of its own.
                let is_bare = matches!(name, "iterator" | "type") && !value.starts_with('"');
                self.attribute(name, &if is_bare { format!("\"{value}\"") } else { self.value(value) })
            });
        }
        if self == Self::LegacyJson {
            return None;
        }
        let (mut labels, mut rest) = (Vec::new(), rest);
        while !rest.starts_with('{') {
            let (label, behind) = match rest.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"')?,
                None => word(rest),
            };
            if label.is_empty() {
                return None;
            }
            labels.push(label);
            rest = behind.trim_start();
        }
        let inside = rest.strip_prefix('{')?.strip_suffix('}')?.trim();
        let inside = if matches!(inside, "" | "…") { inside.to_owned() } else { self.statement(inside)? };
        Some(self.block(name, &labels, &inside))
    }

    fn value(self, text: &str) -> String {
        let inside = |open, close| text.strip_prefix(open)?.strip_suffix(close).map(str::trim);
        let is_number =
            text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || c == '.');
        let is_string = inside('"', '"').is_some_and(|inside| !inside.contains('"'));
        if is_number || is_string || matches!(text, "…" | "true" | "false" | "null" | "value") {
            return text.to_owned();
        }
        if let Some(items) = inside('[', ']') {
            let items: Vec<String> = pieces(items).into_iter().map(|item| self.value(item)).collect();
            return format!("[{}]", items.join(", "));
        }
        if let Some(items) = inside('{', '}') {
            let items: Option<Vec<String>> = pieces(items)
                .into_iter()
                .map(|item| if item == "…" { Some(item.to_owned()) } else { self.statement(item) })
                .collect();
            if let Some(items) = items {
                return if items.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", items.join(", ")) };
            }
        }
        self.expression(text)
    }
}

/// A bare word, and what follows it.
fn word(text: &str) -> (&str, &str) {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let (word, rest) = text.split_at(text.find(|c| !is_part(c)).unwrap_or(text.len()));
    (word, rest.trim_start())
}

/// What stands between commas that are in no bracket and no string.
fn pieces(text: &str) -> Vec<&str> {
    let (mut pieces, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0_i32, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '[' | '{' | '(' if !quoted => depth += 1,
            ']' | '}' | ')' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                pieces.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(&text[start..]);
    pieces.into_iter().map(str::trim).filter(|piece| !piece.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_spelling_has_its_form() {
        let cases = [
            (Spelling::Hcl, "a = 1", "source \"docker\" \"app\" { … }", "build {}"),
            (Spelling::Json, "\"a\": 1", "\"source\": { \"docker\": { \"app\": { … } } }", "\"build\": {}"),
            (Spelling::Yaml, "a: 1", "source: { docker: { app: { … } } }", "build: {}"),
        ];
        for (spelling, attribute, block, empty) in cases {
            assert_eq!(spelling.attribute("a", "1"), attribute);
            assert_eq!(spelling.block("source", &["docker", "app"], "…"), block);
            assert_eq!(spelling.block("build", &[], ""), empty);
        }
    }

    #[test]
    fn what_is_to_be_typed_is_told_in_the_spelling_of_the_file() {
        let cases = [
            ("did you mean `image`?", "did you mean `image`?", "did you mean `image`?"),
            ("use `source.a.b == x`", "use `source.a.b == x`", "use `source.a.b == x`"),
            ("give `--var a=…`", "give `--var a=…`", "give `--var a=…`"),
            ("write `a = 3`, or `b`", "write `\"a\": 3`, or `b`", "write `a: 3`, or `b`"),
            (
                "use `source.x.y`, or declare `source \"x\" \"y\" {}`",
                "use `source.x.y`, or declare `\"source\": { \"x\": { \"y\": {} } }`",
                "use `source.x.y`, or declare `source: { x: { y: {} } }`",
            ),
            (
                "add `build { sources = [\"source.TYPE.NAME\"] }`",
                "add `\"build\": { \"sources\": [\"source.TYPE.NAME\"] }`",
                "add `build: { sources: [\"source.TYPE.NAME\"] }`",
            ),
            (
                "in `packer { required_plugins { … } }`",
                "in `\"packer\": { \"required_plugins\": { … } }`",
                "in `packer: { required_plugins: { … } }`",
            ),
            (
                "write `x = { version = \"~> 1\", source = \"a/b\" }`",
                "write `\"x\": { \"version\": \"~> 1\", \"source\": \"a/b\" }`",
                "write `x: { version: \"~> 1\", source: \"a/b\" }`",
            ),
            (
                "write `condition = length(var.a[\"b\"]) > 0`",
                "write `\"condition\": \"${length(var.a[\\\"b\\\"]) > 0}\"`",
                "write `condition: \"${length(var.a[\\\"b\\\"]) > 0}\"`",
            ),
            ("write `type = list(string)`", "write `\"type\": \"list(string)\"`", "write `type: \"list(string)\"`"),
        ];
        for (hcl, json, yaml) in cases {
            assert_eq!(Spelling::Hcl.translate(hcl), hcl);
            assert_eq!(Spelling::Json.translate(hcl), json);
            assert_eq!(Spelling::Yaml.translate(hcl), yaml);
        }
        assert_eq!(Spelling::LegacyJson.translate("`a = \"x\"`, `build {}`"), "`\"a\": \"x\"`, `build {}`");
    }

    #[test]
    fn a_files_name_tells_its_spelling() {
        let cases = [
            ("a.pkr.hcl", Spelling::Hcl),
            ("a.pkr.json", Spelling::Json),
            ("a.auto.pkrvars.json", Spelling::Json),
            ("a.pkr.yml", Spelling::Yaml),
            ("template.json", Spelling::LegacyJson),
            ("--var x", Spelling::Hcl),
        ];
        for (name, spelling) in cases {
            assert_eq!(Spelling::of_file(name), spelling, "{name}");
        }
    }
}
