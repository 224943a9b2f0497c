//! A folder that `formwork compile` has written, and what BuildKit, bake and
//! hadolint say about it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    process::{self, Ended},
    world::World,
};

/// Where a compile was run and what it left. `out` lies below `folder`.
pub(crate) struct Compiled {
    /// What relative paths in the template are relative to; bake runs here.
    pub(crate) folder: PathBuf,
    /// The output folder, from `folder`.
    out: &'static str,
    /// Values for the open parameters.
    pub(crate) environment: Vec<(String, String)>,
}

/// An entry of the fidelity report that is not `exact`.
pub(crate) struct Inexact {
    pub(crate) image: String,
    pub(crate) construct: String,
    pub(crate) verdict: String,
    pub(crate) how: String,
}

/// Runs the program under test: the one that was just built, or what `FORMWORK_BIN` names.
pub(crate) fn formwork<I>(folder: &Path, arguments: I, environment: &[(String, String)]) -> Ended
where
    I: IntoIterator,
    I::Item: Into<String>,
{
    let named = std::env::var_os("FORMWORK_BIN").map(PathBuf::from);
    let program = named.unwrap_or_else(|| env!("CARGO_BIN_EXE_formwork").into());
    process::run(folder, &program, arguments, environment)
}

/// Whether a finding of hadolint is about the user's own words, which stand in `FROM` (DL3006, DL3007: the base's tag) and
/// in `USER` (DL3066: a name) as the template has them.
fn of_the_user(finding: &str) -> bool {
    ["DL3006", "DL3007", "DL3066"].iter().any(|code| finding.contains(&format!(" {code} ")))
}

impl Compiled {
    pub(crate) fn new(folder: &Path, out: &'static str, environment: Vec<(String, String)>) -> Self {
        let mut compiled = Compiled { folder: folder.to_owned(), out, environment };
        // Bake asks for what has no default, and secrets never have one.
        let parameters = compiled.json("manifest.json").map(|mut m| m["parameters"].take());
        for parameter in list(&parameters.unwrap_or_default()) {
            let name = format!("PKR_VAR_{}", text(&parameter["variable"]));
            let given = compiled.environment.iter().any(|(given, _)| *given == name);
            let secret = parameter["sensitive"] == Value::Bool(true);
            if parameter["state"] == "open" && !given && (secret || !compiled.has_default(&name)) {
                compiled.environment.push((name, "stand-in".to_owned()));
            }
        }
        compiled
    }

    /// Whether the bake file gives a default to this variable: a `default` in its block.
    fn has_default(&self, variable: &str) -> bool {
        let bake = fs::read_to_string(self.folder.join(self.bake_file())).unwrap_or_default();
        let opening = format!("variable \"{}\" {{", variable.replace('-', "_"));
        let block = bake.split(&opening).nth(1).and_then(|rest| rest.split("\n}").next());
        block.is_some_and(|block| {
            block.lines().any(|line| {
                let mut words = line.split('=').map(str::trim);
                words.next() == Some("default") && words.next() != Some("null")
            })
        })
    }

    fn bake_file(&self) -> String {
        format!("{}/dockerfile/docker-bake.hcl", self.out)
    }

    /// One of the JSON files beside the target's folder; `None` when it was not written.
    pub(crate) fn json(&self, name: &str) -> Option<Value> {
        let text = fs::read_to_string(self.folder.join(self.out).join(name)).ok()?;
        Some(serde_json::from_str(&text).unwrap())
    }

    /// Packer's name of each image that was emitted, with the short name that its files have.
    pub(crate) fn images(&self) -> BTreeMap<String, String> {
        let manifest = self.json("manifest.json").unwrap_or_default();
        list(&manifest["images"]).iter().map(|image| (text(&image["image"]), text(&image["name"]))).collect()
    }

    /// What the fidelity report says beside `exact`.
    pub(crate) fn inexact(&self) -> Vec<Inexact> {
        let report = self.json("fidelity.json").unwrap_or_default();
        list(&report["entries"])
            .iter()
            .filter(|entry| entry["verdict"] != "exact")
            .map(|entry| Inexact {
                image: text(&entry["image"]),
                construct: text(&entry["construct"]),
                verdict: text(&entry["verdict"]),
                how: text(&entry["how"]),
            })
            .collect()
    }

    /// Runs the steps that were moved to the host: `before` or `after` the builds.
    pub(crate) fn host_steps(&self, name: &str, when: &str) -> Result<(), String> {
        let script = format!("{}/dockerfile/{name}.{when}.sh", self.out);
        if !self.folder.join(&script).exists() {
            return Ok(());
        }
        let run = process::run(&self.folder, Path::new("/bin/sh"), [script], &self.environment);
        run.success().map(|_| ())
    }

    /// What bake understood: its targets by name.
    pub(crate) fn targets(&self, world: &World) -> Result<BTreeMap<String, Value>, String> {
        let arguments = ["bake", "-f", &self.bake_file(), "--print"];
        let printed = world.run(&self.folder, "buildx", arguments, &self.environment).success()?;
        if printed.stderr.to_lowercase().contains("warning") {
            return Err(printed.to_string());
        }
        let printed: Value =
            serde_json::from_str(&printed.stdout).map_err(|error| format!("bake --print: {error}: {printed}"))?;
        let targets = printed["target"].as_object().cloned().unwrap_or_default();
        Ok(targets.into_iter().collect())
    }

    /// The Dockerfile of a target, from `folder`.
    pub(crate) fn dockerfile(&self, target: &Value) -> String {
        let context = text(&target["context"]);
        let dockerfile = target["dockerfile"].as_str().unwrap_or("Dockerfile");
        // As BuildKit does: relative to the context.
        let path = Path::new(&context).join(dockerfile);
        path.to_string_lossy().into_owned()
    }

    /// Lets every base image that a target's Dockerfile names lead to the stand-in base. Gives the
    /// named contexts that its build needs for that.
    pub(crate) fn bases(&self, world: &World, target: &Value) -> Vec<(String, String)> {
        let dockerfile = fs::read_to_string(self.folder.join(self.dockerfile(target))).unwrap();
        let mut arguments: BTreeMap<String, String> = BTreeMap::new();
        let mut stages = Vec::new();
        let mut contexts = Vec::new();
        for line in dockerfile.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["ARG", argument] if stages.is_empty() => {
                    let (name, default) = argument.split_once('=').unwrap_or((argument, ""));
                    let given = target["args"][name].as_str().map(str::to_owned);
                    let value = given.unwrap_or_else(|| default.trim_matches('"').to_owned());
                    arguments.insert(name.to_owned(), value);
                }
                ["FROM", reference, rest @ ..] => {
                    let mut reference = (*reference).to_owned();
                    for (name, value) in &arguments {
                        reference =
                            reference.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value);
                    }
                    let known = reference == "scratch"
                        || stages.contains(&reference)
                        || !target["contexts"][&reference].is_null();
                    if !known {
                        contexts.extend(world.stand_in(&reference));
                    }
                    stages.push(rest.last().unwrap_or(&"").to_string());
                }
                ["COPY", flags @ ..] => {
                    for flag in flags {
                        let Some(from) = flag.strip_prefix("--from=") else {
                            continue;
                        };
                        let stage = stages.iter().any(|stage| stage == from);
                        if !stage && from.parse::<usize>().is_err() && from.contains([':', '/']) {
                            contexts.extend(world.stand_in(from));
                        }
                    }
                }
                _ => {}
            }
        }
        contexts
    }

    /// BuildKit's own checks and hadolint, both with nothing switched off, find nothing.
    pub(crate) fn check(&self, world: &World, target: &Value) -> Result<(), String> {
        self.build_check(world, target)?;
        let findings = self.hadolint(world, target);
        if findings.is_empty() { Ok(()) } else { Err(findings.join("\n")) }
    }

    /// BuildKit's own checks find nothing.
    pub(crate) fn build_check(&self, world: &World, target: &Value) -> Result<(), String> {
        let dockerfile = self.dockerfile(target);
        let content = fs::read_to_string(self.folder.join(&dockerfile)).unwrap();
        if content.lines().any(|line| line.starts_with("# check=skip")) {
            return Err(format!("{dockerfile} switches BuildKit's checks off"));
        }
        let mut arguments = self.plain(target, &self.bases(world, target));
        arguments.push("--check".to_owned());
        world.run(&self.folder, "buildx", arguments, &self.environment).success().map(|_| ())
    }

    /// What hadolint finds, a line each.
    pub(crate) fn hadolint(&self, world: &World, target: &Value) -> Vec<String> {
        // Away from the project, so that no configuration of the machine or project is found.
        let home = tempfile::tempdir().unwrap();
        let dockerfile = self.folder.join(self.dockerfile(target));
        let nowhere: Vec<(String, String)> = ["HOME", "XDG_CONFIG_HOME"]
            .map(|name| (name.to_owned(), home.path().to_string_lossy().into_owned()))
            .into();
        let path = dockerfile.to_string_lossy();
        let arguments = ["--no-color", "--disable-ignore-pragma", "--", &path];
        let linted = world.run(home.path(), "hadolint", arguments, &nowhere);
        let mut findings: Vec<String> =
            linted.stdout.lines().filter(|finding| !of_the_user(finding)).map(str::to_owned).collect();
        if !linted.ok() && linted.stdout.trim().is_empty() {
            findings.push(linted.to_string());
        }
        findings
    }

    /// The arguments of a plain build of a target's Dockerfile, with what bake would give it.
    fn plain(&self, target: &Value, bases: &[(String, String)]) -> Vec<String> {
        let mut arguments = vec!["build".to_owned(), "--progress=plain".to_owned()];
        let mut push = |flag: &str, value: String| arguments.extend([flag.to_owned(), value]);
        push("--file", self.dockerfile(target));
        for (name, value) in target["args"].as_object().into_iter().flatten() {
            push("--build-arg", format!("{name}={}", text(value)));
        }
        for (name, value) in target["contexts"].as_object().into_iter().flatten() {
            push("--build-context", format!("{name}={}", text(value)));
        }
        for (name, value) in bases {
            push("--build-context", format!("{name}={value}"));
        }
        for secret in list(&target["secret"]) {
            let words = match secret.as_object() {
                Some(keys) => {
                    let pairs = keys.iter().map(|(key, value)| format!("{key}={}", text(value)));
                    pairs.collect::<Vec<_>>().join(",")
                }
                None => text(secret),
            };
            push("--secret", words);
        }
        for entitlement in list(&target["entitlements"]) {
            push("--allow", text(entitlement));
        }
        if let Some(network) = target["network"].as_str() {
            push("--network", network.to_owned());
        }
        arguments.push(text(&target["context"]));
        arguments
    }

    /// Builds with `build -f`; the image goes to `tar`.
    pub(crate) fn build_plain(&self, world: &World, target: &Value, tar: &Path) -> Ended {
        let mut arguments = self.plain(target, &self.bases(world, target));
        // The stand-in has this machine's platform only.
        arguments.push(format!("--output=type=oci,dest={}", tar.display()));
        world.run(&self.folder, "buildx", arguments, &self.environment)
    }

    /// Builds one target with bake; the image goes to `tar`.
    pub(crate) fn bake(&self, world: &World, name: &str, target: &Value, tar: &Path) -> Ended {
        let mut arguments: Vec<String> =
            ["bake", "--progress=plain", "-f", &self.bake_file(), name].map(str::to_owned).into();
        let mut set = |what: String| arguments.extend(["--set".to_owned(), what]);
        set(format!("{name}.output=type=oci,dest={}", tar.display()));
        if !target["platforms"].is_null() {
            set(format!("{name}.platform=linux/amd64"));
        }
        for (base, value) in self.bases(world, target) {
            set(format!("{name}.contexts.{base}={value}"));
        }
        // Only for our own output: what the project needs must need no permission.
        let folder = tar.parent().unwrap().display();
        arguments.push(format!("--allow=fs.write={folder}"));
        for entitlement in list(&target["entitlements"]) {
            arguments.push(format!("--allow={}", text(entitlement)));
        }
        world.run(&self.folder, "buildx", arguments, &self.environment)
    }

    /// Bakes everything as the printed command does, with nothing set.
    pub(crate) fn bake_as_it_is(&self, world: &World, name: &str) -> Ended {
        let arguments = ["bake", "--progress=plain", "-f", &self.bake_file(), name];
        world.run(&self.folder, "buildx", arguments, &self.environment)
    }
}

/// The items of a JSON list; none when there is no list.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A JSON string without its quotes; anything else as JSON.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
