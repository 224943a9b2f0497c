//! One recorded case: of Packer's own tests, or a probe.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;

/// A case.
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) suite: String,
    pub(crate) phase: String,
    /// The command of Packer's, or the kind of the probe.
    pub(crate) command: String,
    /// Whether Packer accepts it. What crashes Packer is no more accepted than what it refuses.
    pub(crate) accepted: bool,
    pub(crate) json: Json,
}

/// What Packer said: severity, summary, and the file and line where it points somewhere.
pub(crate) struct Said {
    pub(crate) severity: String,
    pub(crate) summary: String,
    pub(crate) place: Option<(String, usize)>,
    /// Its last line.
    pub(crate) end: usize,
}

/// Every case but probes of expressions, which have their own test.
pub(crate) fn all(folder: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for file in ["manifest.jsonl", "probes.jsonl"] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        for line in text.lines() {
            let json: Json = serde_json::from_str(line).unwrap();
            let text = |name: &str| json.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
            let kind = text("kind");
            if kind == "expression" {
                continue;
            }
            let suite = match (kind.as_str(), text("suite").as_str()) {
                ("", suite) => suite.to_owned(),
                (kind, _) => format!("probe {kind}"),
            };
            cases.push(Case {
                id: text("id"),
                suite,
                phase: text("phase"),
                command: if kind.is_empty() { text("command") } else { kind },
                accepted: json["expect"] == "ok",
                json,
            });
        }
    }
    cases
}

impl Case {
    /// Why it is not ours to answer.
    pub(crate) fn out_of_scope(&self) -> Option<&'static str> {
        let json = &self.json;
        if json.get("network").is_some() {
            return Some("needs the network");
        }
        if json["os"] == "windows" {
            return Some("of another operating system");
        }
        if self
            .args()
            .iter()
            .any(|arg| arg.trim_start_matches('-').starts_with("use-sequential-evaluation") && !arg.ends_with("=false"))
        {
            return Some("Packer's former way to evaluate, kept behind an option");
        }
        match self.command.as_str() {
            "plugin-name" | "plugin-parts" => Some("where Packer installs plugins"),
            "console" if json.get("help_text").is_some() => Some("the help text of Packer's console"),
            _ => None,
        }
    }

    pub(crate) fn args(&self) -> Vec<String> {
        if self.command == "call-function" { Vec::new() } else { self.texts("args") }
    }

    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let list = self.json.get(name).and_then(Json::as_array);
        list.into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
    }

    pub(crate) fn map(&self, name: &str) -> BTreeMap<String, String> {
        let map = self.json.get(name).and_then(Json::as_object);
        map.into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect()
    }

    pub(crate) fn is_probe(&self) -> bool {
        self.json.get("kind").is_some()
    }

    pub(crate) fn syntax_only(&self) -> bool {
        self.args().iter().any(|arg| arg.trim_start_matches('-') == "syntax-only")
    }

    /// The folder that the command ran in.
    pub(crate) fn cwd(&self) -> &str {
        match (self.json.get("cwd").and_then(Json::as_str), self.json["suite"].as_str()) {
            (Some(cwd), _) => cwd,
            (None, Some("hcl2template")) => "hcl2template",
            (None, Some("command")) => "command",
            _ => ".",
        }
    }

    /// A path of the case as the command was given it. Those of probes are so already.
    pub(crate) fn as_given(&self, path: &str) -> String {
        if self.is_probe() || self.cwd() == "." {
            return path.to_owned();
        }
        match path.strip_prefix(&format!("{}/", self.cwd())) {
            Some(below) => below.to_owned(),
            None => format!("{}{path}", "../".repeat(self.cwd().split('/').count())),
        }
    }

    pub(crate) fn config(&self) -> Vec<String> {
        self.texts("config").iter().map(|path| self.as_given(path)).collect()
    }

    /// Values of an option that may be repeated and hold several values with commas.
    pub(crate) fn selection(&self, option: &str) -> Vec<String> {
        // Those of probes are one pattern each, which may hold a comma.
        let one_each = self.texts(option);
        let mut given = Vec::new();
        let args = self.args();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let bare = arg.trim_start_matches('-');
            if arg.starts_with('-') && bare == option {
                given.extend(args.next().cloned());
            } else if let Some(value) = bare.strip_prefix(option).and_then(|rest| rest.strip_prefix('=')) {
                given.push(value.to_owned());
            }
        }
        let split = given.iter().flat_map(|given| given.split(',')).filter(|part| !part.is_empty()).map(str::to_owned);
        one_each.into_iter().chain(split).collect()
    }

    /// Whether what Packer observably built was recorded without the options of the case.
    pub(crate) fn observed_without_options(&self) -> bool {
        self.args().iter().any(|arg| matches!(arg.as_str(), "-only" | "-except"))
    }

    /// What Packer said in the step that failed, or in all if none did.
    pub(crate) fn said(&self) -> Vec<Said> {
        let observed = ["observed", "observed_once"].iter().find_map(|name| self.json.get(name));
        let mut all = Vec::new();
        match observed {
            Some(Json::Object(steps)) => {
                let names: &[&str] =
                    if self.syntax_only() { &["parse"] } else { &["parse", "initialize", "get_builds", "registry"] };
                for step in names {
                    let said = steps.get(*step).and_then(Json::as_array).into_iter().flatten();
                    all.extend(said.map(|said| Said::read(&said[0], &said[1], &said[2])));
                    if all.iter().any(|said| said.severity == "error") {
                        break;
                    }
                }
            }
            Some(Json::String(text)) => all.push(Said::read(&"error".into(), &text.as_str().into(), &Json::Null)),
            _ => {}
        }
        if all.is_empty() {
            let severity = if self.accepted { "warning" } else { "error" };
            let texts = [self.texts("diagnostics"), self.texts("detail_keys"), self.texts("detail_contains")].concat();
            let severity = self.json.get("severity").and_then(Json::as_str).unwrap_or(severity);
            all.extend(texts.iter().map(|text| Said::read(&severity.into(), &text.as_str().into(), &Json::Null)));
            all.extend(
                self.texts("warnings")
                    .iter()
                    .map(|text| Said::read(&"warning".into(), &text.as_str().into(), &Json::Null)),
            );
        }
        all
    }
}

impl Said {
    fn read(severity: &Json, summary: &Json, position: &Json) -> Self {
        let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
        let place = position.as_str().and_then(|place| {
            let (file, numbers) = place.rsplit_once(':')?;
            let line = numbers.split([',', '-']).next()?.parse().ok()?;
            // What has no place is recorded as line 0 of no file.
            (line > 0).then(|| (file.to_owned(), line))
        });
        let end = place.as_ref().map_or(0, |(_, line)| *line);
        let end = end.max(last_line(&text_of(position)).unwrap_or(0));
        Self { severity: text(severity), summary: text(summary), place, end }
    }
}

fn text_of(json: &Json) -> String {
    json.as_str().unwrap_or_default().to_owned()
}

/// The last line of `file:3,12-6,6`.
fn last_line(position: &str) -> Option<usize> {
    let (_, numbers) = position.rsplit_once(':')?;
    let (_, end) = numbers.split_once('-')?;
    end.split_once(',')?.0.parse().ok()
}
