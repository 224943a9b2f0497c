//! What the tree means; everything that is wrong with it is reported, at its place.

use std::fmt::Write as _;

use indexmap::IndexMap;

use super::node::{self, Kind, Node};
use super::{
    Accept, Configuration, KnownTarget, OptionSetting, PROJECT_FILE_SYNTAX, ProjectFile, TargetSettings,
    UNKNOWN_PROJECT_KEY, Values, WRONG_PROJECT_VALUE,
};
use crate::diagnostic::Sink;
use crate::resolve::names::{list, nearest};
use crate::source::{FileId, SourceMap, Span, Spanned};

const TOP: &[&str] = &["project", "schemas", "targets", "configurations"];

const CONFIGURATION: &[&str] = &["path", "files", "name", "cwd", "variants"];

/// What a variant may have, and a configuration as well.
const VALUES: &[&str] = &[
    "var-files",
    "vars",
    "only",
    "except",
    "params",
    "freeze",
    "sensitive",
    "env",
    "require-values",
    "read",
    "targets",
    "set",
    "accept",
];

/// How the names of templates end, without which a configuration is called.
const ENDINGS: &[&str] = &[".pkr.hcl", ".pkr.json", ".pkr.yaml", ".pkr.yml", ".json"];

/// What a name of a folder in the output consists of.
const NAME: &str = "use letters, digits, `.`, `_` and `-`, and begin with a letter or a digit";

/// Reads the file, which lies in a folder of that name. What is wrong is reported and left out of the result.
pub fn read(
    file: FileId,
    folder: &str,
    sources: &SourceMap,
    targets: &[KnownTarget<'_>],
    sink: &mut Sink,
) -> ProjectFile {
    let text = &sources.file(file).text;
    let mut reader = Reader { targets, sink };
    match node::parse(file, text) {
        Ok(node) => reader.project(&node, folder),
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
    fn project(&mut self, node: &Node, folder: &str) -> ProjectFile {
        let mut project = ProjectFile::default();
        let entries = self.known(node, "`formwork.yaml`", TOP);
        for (key, _, value) in entries {
            match key.as_str() {
                "project" => project.name = self.name(value, key).map(|name| name.value),
                "schemas" => project.schemas = self.texts(value, key),
                "targets" => project.targets = self.targets(value, key),
                _ => {}
            }
        }
        let own = project.name.clone().unwrap_or_else(|| name_of_folder(folder));
        for (.., value) in entries.iter().filter(|(key, ..)| key == "configurations") {
            project.configurations = self.configurations(value, &own);
        }
        project
    }

    /// By name; that of the project is `own`.
    fn configurations(&mut self, node: &Node, own: &str) -> IndexMap<String, Configuration> {
        let mut all = IndexMap::new();
        let items = match &node.kind {
            Kind::List(items) => items.as_slice(),
            Kind::Null => &[],
            Kind::Map(_) => {
                let help = "write `- path: …` for each, with `name: …` where its path gives it none".to_owned();
                self.mismatch(node, "`configurations`", "a list", Some(help));
                &[]
            }
            Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) => {
                self.mismatch(node, "`configurations`", "a list", None);
                &[]
            }
        };
        for item in items {
            if !matches!(item.kind, Kind::Map(_) | Kind::Null) {
                self.mismatch(item, "a configuration", "a map", None);
                continue;
            }
            let Some(name) = self.name_of(item, own) else { continue };
            let configuration = self.configuration(&name.value, item);
            if all.contains_key(&name.value) {
                self.sink.report(
                    WRONG_PROJECT_VALUE
                        .at(name.span, format!("two configurations are called `{}`", name.value))
                        .label("the second of this name")
                        .help("set `name` in one of them: it names a folder of the output"),
                );
                continue;
            }
            all.insert(name.value, configuration);
        }
        all
    }

    /// How a configuration is called: by `name`, else by the last part of its path.
    fn name_of(&mut self, node: &Node, own: &str) -> Option<Spanned<String>> {
        let entries = self.map(node, "a configuration");
        let value = |wanted: &str| entries.iter().find(|(key, ..)| key == wanted).map(|(.., value)| value);
        if let Some(name) = value("name") {
            return self.name(name, "name");
        }
        let first = match value("path").or_else(|| value("files")) {
            Some(Node { kind: Kind::List(items), .. }) => items.first(),
            other => other,
        };
        let (path, span) = match first {
            Some(Node { kind: Kind::Text(path), span }) => (path.as_str(), *span),
            // It has none, or what is wrong with it is told where it is read.
            Some(_) | None => (".", node.span),
        };
        let name = default_name(path, own);
        if fits(name) {
            return Some(Spanned::new(name.to_owned(), span));
        }
        self.sink.report(
            WRONG_PROJECT_VALUE
                .at(span, format!("`{name}` cannot be the name of a configuration"))
                .label("it is called by this path")
                .help(format!("set its `name`: {NAME}")),
        );
        None
    }

    fn configuration(&mut self, name: &str, node: &Node) -> Configuration {
        let place = format!("the configuration `{name}`");
        let known: Vec<&str> = CONFIGURATION.iter().chain(VALUES).copied().collect();
        let entries = self.known(node, &place, &known);
        let mut out =
            Configuration { paths: Vec::new(), cwd: None, values: self.values(entries), variants: IndexMap::new() };
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
                "variants" => {
                    for (variant, span, value) in self.entries(value, key) {
                        if !self.fits(variant, *span, key) {
                            continue;
                        }
                        let entries = self.known(value, &format!("the variant `{variant}`"), VALUES);
                        let values = self.values(entries);
                        out.variants.insert(variant.clone(), values);
                    }
                }
                _ => {}
            }
        }
        if out.paths.is_empty() {
            out.paths.push(Spanned::new(".".to_owned(), node.span));
        }
        out
    }

    /// What configurations and variants have in common.
    fn values(&mut self, entries: Entries<'_>) -> Values {
        let mut values = Values::default();
        for (key, _, value) in entries {
            match key.as_str() {
                "var-files" => values.var_files = self.texts(value, key),
                "only" => values.only = self.plain_texts(value, key),
                "except" => values.except = self.plain_texts(value, key),
                "params" => values.params = self.plain_texts(value, key),
                "freeze" => values.freeze = self.plain_texts(value, key),
                "sensitive" => values.sensitive = self.plain_texts(value, key),
                "env" => values.env = Some(self.bool(value, key)),
                "require-values" => values.require_values = Some(self.bool(value, key)),
                "read" => values.read = self.texts(value, key),
                "targets" => values.targets = Some(self.chosen(value, key)),
                "set" => values.settings = self.settings(value, key),
                "accept" => values.accept = self.accepted(value, key),
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

    /// Names of targets.
    fn chosen(&mut self, node: &Node, key: &str) -> Vec<String> {
        let names: Vec<&str> = self.targets.iter().map(|target| target.name).collect();
        let mut out = Vec::new();
        for Spanned { value: name, span } in self.texts(node, key) {
            if names.contains(&name.as_str()) {
                out.push(name);
                continue;
            }
            let help = match nearest(&name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => list("there is", names.iter().copied()),
            };
            let diagnostic = WRONG_PROJECT_VALUE.at(span, format!("there is no target `{name}`"));
            self.sink.report(diagnostic.label("no target").help(help));
        }
        out
    }

    /// Options as `--set` has them: `TARGET[/IMAGE].OPTION: value`.
    fn settings(&mut self, node: &Node, key: &str) -> Vec<OptionSetting> {
        let mut out = Vec::new();
        for (place, span, value) in self.entries(node, key) {
            let parts = place.rsplit_once('.').map(|(whose, option)| match whose.split_once('/') {
                Some((target, image)) => (target, Some(image.to_owned()), option),
                None => (whose, None, option),
            });
            let parts = parts.filter(|(_, image, _)| image.as_deref() != Some(""));
            let known = |(target, _, option): &(&str, Option<String>, &str)| {
                self.targets.iter().any(|known| known.name == *target && known.options.contains(option))
            };
            let Some((target, image, option)) = parts.filter(known) else {
                let all = self.targets.iter();
                let all: Vec<String> = all
                    .flat_map(|target| target.options.iter().map(|option| format!("{}.{option}", target.name)))
                    .collect();
                let help = match nearest(place, all.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => list("write `TARGET/IMAGE.OPTION`, or of all images", all.iter().map(String::as_str)),
                };
                let diagnostic = UNKNOWN_PROJECT_KEY.at(*span, format!("`{place}` is no option of a target"));
                self.sink.report(diagnostic.label("means nothing here").help(help));
                continue;
            };
            let (target, option) = (target.to_owned(), option.to_owned());
            if let Some(value) = self.option(value, place) {
                out.push(OptionSetting { target, image, option, value });
            }
        }
        out
    }

    /// Constructs that may be left out, with the reasons.
    fn accepted(&mut self, node: &Node, key: &str) -> Vec<Accept> {
        let Kind::List(items) = &node.kind else {
            self.mismatch(node, &format!("`{key}`"), "a list", None);
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in items {
            let place = format!("an entry of `{key}`");
            if let Kind::Text(text) = &item.kind {
                let help = Some(format!("write `{{construct: \"{text}\", reason: …}}`"));
                self.mismatch(item, &place, "a construct with a reason", help);
                continue;
            }
            let (mut construct, mut reason) = (None, None);
            let faults = self.sink.diagnostics().len();
            for (key, _, value) in self.known(item, &place, &["construct", "reason"]) {
                match key.as_str() {
                    "construct" => construct = self.text(value, key),
                    "reason" => reason = self.text(value, key),
                    _ => {}
                }
            }
            if let Some(Spanned { value, span }) = &construct
                && !value.split_once(':').is_some_and(|(image, construct)| !image.is_empty() && !construct.is_empty())
            {
                self.sink.report(
                    WRONG_PROJECT_VALUE
                        .at(*span, format!("`{value}` is no construct of an image"))
                        .help("write it as `IMAGE:CONSTRUCT`, as `fidelity.json` and refusals call it"),
                );
                continue;
            }
            match (construct, reason) {
                (Some(construct), Some(reason)) => out.push(Accept { construct, reason: reason.value }),
                (construct, _) if self.sink.diagnostics().len() == faults => {
                    let missing = if construct.is_some() { "reason" } else { "construct" };
                    let diagnostic = WRONG_PROJECT_VALUE.at(item.span, format!("{place} has no `{missing}`"));
                    self.sink.report(diagnostic.help("write `{construct: IMAGE:CONSTRUCT, reason: …}`"));
                }
                _ => {}
            }
        }
        out
    }

    /// A variable's value as it would be typed after `--var NAME=`.
    fn given(&mut self, node: &Node, name: &str) -> Option<String> {
        match &node.kind {
            Kind::Text(text) => Some(text.clone()),
            Kind::Bool(_) | Kind::Number(_) | Kind::List(_) | Kind::Map(_) => {
                let mut text = String::new();
                expression(node, &mut text);
                Some(text)
            }
            Kind::Null => {
                self.wrong(node, name, "a value");
                None
            }
        }
    }

    /// What holds for targets in the whole project.
    fn targets(&mut self, node: &Node, key: &str) -> IndexMap<String, TargetSettings> {
        let names: Vec<&str> = self.targets.iter().map(|target| target.name).collect();
        let mut out = IndexMap::new();
        for (name, _, value) in self.known(node, &format!("`{key}`"), &names) {
            let Some(target) = self.targets.iter().find(|target| target.name == name) else { continue };
            let mut settings = TargetSettings::default();
            let known: Vec<&str> = std::iter::once("out").chain(target.options.iter().copied()).collect();
            for (key, _, value) in self.known(value, &format!("the target `{name}`"), &known) {
                if key == "out" {
                    settings.out = self.text(value, key).map(|text| text.value);
                } else if let Some(value) = self.option(value, key) {
                    let (target, option) = (name.clone(), key.clone());
                    settings.settings.push(OptionSetting { target, image: None, option, value });
                }
            }
            out.insert(name.clone(), settings);
        }
        out
    }

    /// The value of an option, as it would be typed.
    fn option(&mut self, node: &Node, key: &str) -> Option<String> {
        match &node.kind {
            Kind::Text(text) | Kind::Number(text) => Some(text.clone()),
            Kind::Bool(value) => Some(value.to_string()),
            Kind::Null | Kind::List(_) | Kind::Map(_) => {
                self.wrong(node, key, "a text");
                None
            }
        }
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

    /// A name, which is that of a folder in the output.
    fn name(&mut self, node: &Node, key: &str) -> Option<Spanned<String>> {
        let name = self.text(node, key)?;
        self.fits(&name.value, name.span, key).then_some(name)
    }

    fn fits(&mut self, name: &str, span: Span, key: &str) -> bool {
        if fits(name) {
            return true;
        }
        self.sink.report(
            WRONG_PROJECT_VALUE
                .at(span, format!("`{name}` cannot be a name in `{key}`"))
                .label("names a folder of the output")
                .help(NAME),
        );
        false
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
            kind @ (Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::List(_) | Kind::Map(_)) => {
                kind.noun()
            }
        };
        let diagnostic = WRONG_PROJECT_VALUE.at(node.span, format!("{place} takes {wanted}, not {found}"));
        let diagnostic = diagnostic.label(format!("this is {found}"));
        self.sink.report(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
    }
}

fn fits(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphanumeric())
        && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

/// The name that is nearest to that of a folder.
fn name_of_folder(folder: &str) -> String {
    let fitting = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' };
    let name: String = folder.chars().map(fitting).collect();
    let name = name.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    if name.is_empty() { "project".to_owned() } else { name.to_owned() }
}

/// The last folder of a path, or the file's name without its ending; `own` for the project's folder.
fn default_name<'p>(path: &'p str, own: &'p str) -> &'p str {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match part {
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let Some(last) = parts.last() else { return own };
    ENDINGS.iter().find_map(|ending| last.strip_suffix(ending)).filter(|name| !name.is_empty()).unwrap_or(last)
}

/// Writes a value as an expression.
fn expression(node: &Node, out: &mut String) {
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
                expression(item, out);
                out.push_str(", ");
            }
            out.push(']');
        }
        Kind::Map(entries) => {
            out.push('{');
            for (key, _, value) in entries {
                let _ = write!(out, "{} = ", quoted(key));
                expression(value, out);
                out.push_str(", ");
            }
            out.push('}');
        }
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
