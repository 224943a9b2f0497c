//! What the tree means; everything that is wrong with it is reported, at its place.

use std::fmt::Write as _;

use indexmap::IndexMap;

use super::node::{self, Kind, Node};
use super::{
    Configuration, KnownTarget, OptionSetting, PROJECT_FILE_SYNTAX, ProjectFile, TargetSettings, UNKNOWN_PROJECT_KEY,
    Values, WRONG_PROJECT_VALUE,
};
use crate::diagnostic::Sink;
use crate::resolve::names::{list, nearest};
use crate::source::{FileId, SourceMap, Span, Spanned};

const TOP: &[&str] = &["schemas", "configurations"];

const VALUES: &[&str] = &["var_files", "vars", "only", "except"];

const CONFIGURATION: &[&str] = &[
    "path",
    "files",
    "cwd",
    "env",
    "require_values",
    "read",
    "sensitive",
    "param",
    "freeze",
    "var_files",
    "vars",
    "only",
    "except",
    "variants",
    "targets",
];

/// Reads the file. What is wrong is reported and left out of the result.
pub fn read(file: FileId, sources: &SourceMap, targets: &[KnownTarget<'_>], sink: &mut Sink) -> ProjectFile {
    let text = &sources.file(file).text;
    let mut reader = Reader { targets, sink };
    match node::parse(file, text) {
        Ok(node) => reader.project(&node),
        Err(node::Fault { span, message }) => {
            let diagnostic = PROJECT_FILE_SYNTAX.at(span, format!("this is not YAML: {message}"));
            reader.sink.report(diagnostic.label("reading stops here"));
            ProjectFile::default()
        }
    }
}

/// The entries of a map: key, its place, value.
type Entries<'n> = &'n [(String, Span, Node)];

struct Reader<'r> {
    targets: &'r [KnownTarget<'r>],
    sink: &'r mut Sink,
}

impl Reader<'_> {
    fn project(&mut self, node: &Node) -> ProjectFile {
        let mut project = ProjectFile::default();
        for (key, _, value) in self.known(node, "`formwork.yaml`", TOP) {
            match key.as_str() {
                "schemas" => project.schemas = self.texts(value, key),
                "configurations" => {
                    for (name, _, value) in self.named(value, key) {
                        let configuration = self.configuration(name, value);
                        project.configurations.insert(name.clone(), configuration);
                    }
                }
                _ => {}
            }
        }
        project
    }

    fn configuration(&mut self, name: &str, node: &Node) -> Configuration {
        let place = format!("the configuration `{name}`");
        let entries = self.known(node, &place, CONFIGURATION);
        let own_folder = Spanned::new(".".to_owned(), node.span);
        let mut out = Configuration {
            paths: Vec::new(),
            cwd: None,
            env: false,
            require_values: false,
            read: Vec::new(),
            sensitive: Vec::new(),
            param: Vec::new(),
            freeze: Vec::new(),
            values: self.values(entries),
            variants: IndexMap::new(),
            targets: Vec::new(),
        };
        for (key, span, value) in entries {
            match key.as_str() {
                "path" => out.paths.extend(self.text(value, key)),
                "files" => {
                    let files = self.texts(value, key);
                    if entries.iter().any(|(other, ..)| other == "path") {
                        self.sink.report(
                            WRONG_PROJECT_VALUE
                                .at(*span, format!("{place} has both `path` and `files`"))
                                .help("`files` is for several files that belong together; keep one of the two"),
                        );
                    } else if files.is_empty() && matches!(&value.kind, Kind::List(items) if items.is_empty()) {
                        self.wrong(value, key, "a list with at least one file");
                    }
                    out.paths.extend(files);
                }
                "cwd" => out.cwd = self.text(value, key),
                "env" => out.env = self.bool(value, key),
                "require_values" => out.require_values = self.bool(value, key),
                "read" => out.read = self.texts(value, key),
                "sensitive" => out.sensitive = self.plain_texts(value, key),
                "param" => out.param = self.plain_texts(value, key),
                "freeze" => out.freeze = self.plain_texts(value, key),
                "variants" => {
                    for (variant, _, value) in self.named(value, key) {
                        let entries = self.known(value, &format!("the variant `{variant}`"), VALUES);
                        let values = self.values(entries);
                        out.variants.insert(variant.clone(), values);
                    }
                }
                "targets" => out.targets = self.targets(value, key),
                _ => {}
            }
        }
        if out.paths.is_empty() {
            out.paths.push(own_folder);
        }
        out
    }

    /// What configurations and variants have in common.
    fn values(&mut self, entries: Entries<'_>) -> Values {
        let mut values = Values::default();
        for (key, _, value) in entries {
            match key.as_str() {
                "var_files" => values.var_files = self.texts(value, key),
                "only" => values.only = self.plain_texts(value, key),
                "except" => values.except = self.plain_texts(value, key),
                "vars" => {
                    for (name, _, value) in self.entries(value, key) {
                        if let Some(text) = self.given(value, name) {
                            values.vars.push((name.clone(), text));
                        }
                    }
                }
                _ => {}
            }
        }
        values
    }

    /// A variable's value as it would be typed after `--var NAME=`.
    fn given(&mut self, node: &Node, name: &str) -> Option<String> {
        match &node.kind {
            Kind::Text(text) => Some(text.clone()),
            Kind::Bool(_) | Kind::Number(_) | Kind::List(_) | Kind::Map(_) => {
                let mut text = String::new();
                self.expression(node, name, &mut text).then_some(text)
            }
            Kind::Null => {
                self.wrong(node, name, "a value");
                None
            }
        }
    }

    /// Writes a value as an expression; false if something in it has no meaning.
    fn expression(&mut self, node: &Node, name: &str, out: &mut String) -> bool {
        match &node.kind {
            Kind::Null => out.push_str("null"),
            Kind::Bool(value) => {
                let _ = write!(out, "{value}");
            }
            Kind::Number(text) => out.push_str(text),
            Kind::Text(text) => out.push_str(&quoted(text)),
            Kind::List(items) => {
                out.push('[');
                for item in items {
                    if !self.expression(item, name, out) {
                        return false;
                    }
                    out.push_str(", ");
                }
                out.push(']');
            }
            Kind::Map(entries) => {
                out.push('{');
                for (key, _, value) in entries {
                    let _ = write!(out, "{} = ", quoted(key));
                    if !self.expression(value, name, out) {
                        return false;
                    }
                    out.push_str(", ");
                }
                out.push('}');
            }
        }
        true
    }

    fn targets(&mut self, node: &Node, key: &str) -> Vec<TargetSettings> {
        let names: Vec<&str> = self.targets.iter().map(|target| target.name).collect();
        let mut out = Vec::new();
        let entries = self.known(node, &format!("`{key}`"), &names);
        for (name, _, value) in entries {
            let Some(target) = self.targets.iter().find(|target| target.name == name) else { continue };
            let mut settings = self.options(value, &format!("the target `{name}`"), &target.options, true);
            // A setting for one image beats that for all, wherever it stands.
            settings.sort_by_key(|setting| setting.image.is_some());
            out.push(TargetSettings { name: name.clone(), settings });
        }
        out
    }

    fn options(&mut self, node: &Node, place: &str, options: &[&str], with_images: bool) -> Vec<OptionSetting> {
        if matches!(node.kind, Kind::Null) {
            return Vec::new();
        }
        let mut settings = Vec::new();
        let mut known = options.to_vec();
        if with_images {
            known.push("images");
        }
        for (key, _, value) in self.known(node, place, &known) {
            if with_images && key == "images" {
                for (image, _, value) in self.entries(value, key) {
                    let own = self.options(value, &format!("the image `{image}` of {place}"), options, false);
                    settings
                        .extend(own.into_iter().map(|setting| OptionSetting { image: Some(image.clone()), ..setting }));
                }
                continue;
            }
            let text = match &value.kind {
                Kind::Text(text) | Kind::Number(text) => text.clone(),
                Kind::Bool(value) => value.to_string(),
                Kind::Null | Kind::List(_) | Kind::Map(_) => {
                    self.wrong(value, key, "a text");
                    continue;
                }
            };
            settings.push(OptionSetting { image: None, option: key.clone(), value: text });
        }
        settings
    }

    /// The entries of a map that has these keys only; others are reported and stay.
    fn known<'n>(&mut self, node: &'n Node, place: &str, known: &[&str]) -> Entries<'n> {
        if matches!(node.kind, Kind::Null) {
            return &[];
        }
        let entries = self.map(node, place);
        for (key, span, _) in entries.iter().filter(|(key, ..)| !known.contains(&key.as_str())) {
            let help = match nearest(key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => list("it has", known.iter().copied()),
            };
            self.sink.report(
                UNKNOWN_PROJECT_KEY
                    .at(*span, format!("there is no key `{key}` in {place}"))
                    .label("means nothing here")
                    .help(help),
            );
        }
        entries
    }

    /// The entries of a map whose keys name configurations or variants, and so folders of the output.
    fn named<'n>(&mut self, node: &'n Node, key: &str) -> Vec<&'n (String, Span, Node)> {
        let mut out = Vec::new();
        for entry in self.entries(node, key) {
            let (name, span, _) = entry;
            let mut characters = name.chars();
            let fits = characters.next().is_some_and(|first| first.is_ascii_alphanumeric())
                && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
            if fits {
                out.push(entry);
                continue;
            }
            self.sink.report(
                WRONG_PROJECT_VALUE
                    .at(*span, format!("`{name}` cannot be a name in `{key}`"))
                    .label("names a folder of the output")
                    .help("use letters, digits, `.`, `_` and `-`, and begin with a letter or a digit"),
            );
        }
        out
    }

    fn entries<'n>(&mut self, node: &'n Node, key: &str) -> Entries<'n> {
        self.map(node, &format!("`{key}`"))
    }

    fn map<'n>(&mut self, node: &'n Node, place: &str) -> Entries<'n> {
        match &node.kind {
            Kind::Map(entries) => entries,
            Kind::Null => &[],
            Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::List(_) => {
                self.mismatch(node, place, "a map", None);
                &[]
            }
        }
    }

    fn texts(&mut self, node: &Node, key: &str) -> Vec<Spanned<String>> {
        match &node.kind {
            Kind::List(items) => items.iter().filter_map(|item| self.text(item, key)).collect(),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Map(_) => {
                self.wrong(node, key, "a list of texts");
                Vec::new()
            }
        }
    }

    fn plain_texts(&mut self, node: &Node, key: &str) -> Vec<String> {
        self.texts(node, key).into_iter().map(|text| text.value).collect()
    }

    fn text(&mut self, node: &Node, key: &str) -> Option<Spanned<String>> {
        match &node.kind {
            Kind::Text(text) if !text.is_empty() => Some(Spanned::new(text.clone(), node.span)),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::List(_) | Kind::Map(_) => {
                self.wrong(node, key, "a text");
                None
            }
        }
    }

    fn bool(&mut self, node: &Node, key: &str) -> bool {
        match &node.kind {
            Kind::Bool(value) => *value,
            Kind::Null | Kind::Number(_) | Kind::Text(_) | Kind::List(_) | Kind::Map(_) => {
                self.wrong(node, key, "`true` or `false`");
                false
            }
        }
    }

    fn wrong(&mut self, node: &Node, key: &str, wanted: &str) {
        let help = match (&node.kind, wanted) {
            (Kind::Text(text) | Kind::Number(text), "a list of texts") => Some(format!("write `{key}: [{text}]`")),
            (Kind::Number(text), "a text") => Some(format!("write `\"{text}\"`")),
            (Kind::Bool(value), "a text") => Some(format!("write `\"{value}\"`")),
            _ => None,
        };
        self.mismatch(node, &format!("`{key}`"), wanted, help);
    }

    fn mismatch(&mut self, node: &Node, place: &str, wanted: &str, help: Option<String>) {
        let found = match &node.kind {
            Kind::Text(text) if text.is_empty() => "an empty text",
            Kind::List(items) if items.is_empty() => "an empty list",
            kind => kind.noun(),
        };
        let diagnostic = WRONG_PROJECT_VALUE.at(node.span, format!("{place} takes {wanted}, not {found}"));
        let diagnostic = diagnostic.label(format!("this is {found}"));
        self.sink.report(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
    }
}

/// A text as an expression that means just it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if characters.peek() == Some(&'{') => {
                out.push(character);
                out.push(character);
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
