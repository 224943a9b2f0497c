//! Lines of bash that a step is made of: words, files, and what they need in front.
//!
//! What stands here is our own code around the user's: strict (`set -euo pipefail`), and free of `{{`, which the document language
//! would take for a reference and cannot escape.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;

use super::Lowering;
use super::content::Content;
use crate::resolve::value::ParameterId;
use crate::targets::aws_image_builder::document;
use crate::targets::aws_image_builder::model::Value;
use crate::targets::text::shell::{self, BREAK, Line, Part};

/// A script of bash that grows.
#[derive(Debug, Default)]
pub(super) struct Code {
    lines: Vec<String>,
    helpers: Line,
    brace: bool,
    instance: bool,
    secret: bool,
    parameters: BTreeSet<ParameterId>,
}

/// A script, and the parameters of the document that it reads: by name, what they are for and their value.
pub(super) type Finished = (String, BTreeMap<String, (String, Value)>);

impl Code {
    /// Puts a line behind the others.
    pub(super) fn push(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// A word, quoted where it needs to be.
    pub(super) fn word(&mut self, l: &Lowering<'_>, parts: &[Content]) -> String {
        let parts = self.shell_parts(l, parts);
        self.helpers.word(&parts).replace(BREAK, "\\\n")
    }

    /// A word of a known text.
    pub(super) fn text(&mut self, text: &str) -> String {
        let mut parts = Vec::new();
        self.split(text, &mut parts);
        self.helpers.word(&parts).replace(BREAK, "\\\n")
    }

    fn quoted(&mut self, l: &Lowering<'_>, parts: &[Content]) -> String {
        let parts = self.shell_parts(l, parts);
        self.helpers.quoted(&parts).replace(BREAK, "\\\n")
    }

    fn shell_parts(&mut self, l: &Lowering<'_>, parts: &[Content]) -> Vec<Part> {
        let mut out = Vec::new();
        for part in parts {
            match part {
                Content::Text(text) => self.split(text, &mut out),
                Content::Parameter(id) => {
                    self.parameters.insert(*id);
                    out.push(Part::Variable(l.parameters.get(*id).shell.clone()));
                }
                Content::Instance => {
                    self.instance = true;
                    out.push(Part::Variable(INSTANCE.to_owned()));
                }
            }
        }
        out
    }

    /// No two braces side by side: all but the first of a row come from a variable.
    fn split(&mut self, text: &str, out: &mut Vec<Part>) {
        let mut plain = String::new();
        for c in text.chars() {
            if c == '{' && plain.ends_with('{') {
                out.push(Part::Text(std::mem::take(&mut plain)));
            }
            let after = matches!(out.last(), Some(Part::Text(text)) if text.ends_with('{'))
                || matches!(out.last(), Some(Part::Variable(name)) if name == BRACE);
            if c == '{' && plain.is_empty() && after {
                self.brace = true;
                out.push(Part::Variable(BRACE.to_owned()));
                continue;
            }
            plain.push(c);
        }
        if !plain.is_empty() {
            out.push(Part::Text(plain));
        }
    }

    /// Writes a text to a file that is not there yet, or may be replaced. The path is a word.
    pub(super) fn write(&mut self, l: &Lowering<'_>, parts: &[Content], path: &str) {
        match Content::known(parts) {
            Some(text) => self.write_bytes(text.as_bytes(), path),
            None => self.write_lines(l, parts, path),
        }
    }

    /// Writes bytes to a file: as they read, where a document can hold them, else encoded.
    pub(super) fn write_bytes(&mut self, bytes: &[u8], path: &str) {
        if bytes.is_empty() {
            return self.push(format!(": > {path}"));
        }
        match std::str::from_utf8(bytes) {
            Ok(text) if text.ends_with('\n') && document::is_safe(text) => {
                let end = delimiter(text);
                self.push(format!("cat > {path} <<'{end}'\n{text}{end}"));
            }
            Ok(_) | Err(_) => {
                let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
                let lines: Vec<&str> =
                    encoded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap_or_default()).collect();
                self.push(format!("base64 -d > {path} <<'END'\n{}\nEND", lines.join("\n")));
            }
        }
    }

    fn write_lines(&mut self, l: &Lowering<'_>, parts: &[Content], path: &str) {
        let mut lines = Content::lines(parts);
        let rest = lines.pop().unwrap_or_default();
        let mut sign = ">";
        if !lines.is_empty() {
            let words: Vec<String> = lines.iter().map(|line| format!("  {}", self.quoted(l, line))).collect();
            self.push(format!("printf '%s\\n' \\\n{} \\\n  {sign} {path}", words.join(" \\\n")));
            sign = ">>";
        }
        if !rest.is_empty() {
            let word = self.quoted(l, &rest);
            self.push(format!("printf '%s' {word} {sign} {path}"));
        }
    }

    /// Writes a secret, named by its ARN, to a file. Both are words.
    pub(super) fn fetch(&mut self, arn: &str, path: &str) {
        self.secret = true;
        self.push(format!("fetch {arn} > {path}"));
    }

    /// The script with what has to stand in front.
    pub(super) fn finish(self, l: &mut Lowering<'_>) -> Finished {
        let Self { lines, helpers, brace, instance, secret, parameters } = self;
        let mut out = vec!["set -euo pipefail".to_owned()];
        if helpers.newline {
            out.push("nl=$'\\n'".to_owned());
        }
        if helpers.carriage_return {
            out.push("cr=$'\\r'".to_owned());
        }
        if brace {
            out.push(format!("{BRACE}='{{'"));
        }
        if instance {
            out.push(METADATA.to_owned());
        }
        let mut given = BTreeMap::new();
        let secrets = secret || parameters.iter().any(|id| l.parameters.get(*id).secret);
        if secrets {
            out.push(FETCH.to_owned());
        }
        for id in parameters {
            let (name, about) = l.document_parameter(id);
            let parameter = l.parameters.get(id);
            let end = delimiter(&name);
            // Quoted as no value can end it but by a line of its own that is this word.
            let end = format!("{end}_{}", crate::targets::aws_image_builder::names::hash(&name));
            let reference = document::reference(&name);
            let read = format!("$(cat <<'{end}'\n{reference}\n{end}\n)");
            out.push(if parameter.secret {
                format!("{shell}=$(fetch \"{read}\")", shell = parameter.shell)
            } else {
                format!("{shell}={read}", shell = parameter.shell)
            });
            given.insert(name, about);
        }
        out.extend(lines);
        (out.join("\n") + "\n", given)
    }
}

/// The shell variable that holds a brace.
const BRACE: &str = "brace";

/// The shell variable that holds the id of the build instance.
const INSTANCE: &str = "instance_id";

/// Asks the instance for its id.
const METADATA: &str = r#"metadata=http://169.254.169.254/latest
token=$(curl -sSf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$metadata/api/token")
instance_id=$(curl -sSf -H "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/instance-id")"#;

/// Fetches a secret by its ARN.
const FETCH: &str = r#"fetch() {
  IFS=: read -r _ _ service region _ <<< "$1"
  case "$service" in
    ssm) aws ssm get-parameter --region "$region" --name "$1" --with-decryption --query Parameter.Value --output text ;;
    *) aws secretsmanager get-secret-value --region "$region" --secret-id "$1" --query SecretString --output text ;;
  esac
}"#;

/// A word that no line of the text is.
fn delimiter(text: &str) -> String {
    (1..)
        .map(|number| if number == 1 { "END".to_owned() } else { format!("END_{number}") })
        .find(|word| text.lines().all(|line| line != word))
        .unwrap_or_default()
}

/// Seconds for `sleep`, at least as long.
pub(super) fn seconds(duration: std::time::Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

/// A command between quotes for another shell.
pub(super) fn is_plain_user(user: &str) -> bool {
    shell::is_plain(user) && !user.starts_with('-')
}
