//! The registry, the BuildKit and the base images that the tests build with.
//!
//! They are started once for the whole test program by `serve.sh`, which ends
//! when its standard input does: the system closes that with our process, so
//! nothing is left running whichever way the tests end. A server that runs
//! already (`FORMWORK_BUILDKIT` and the other variables it printed) is used as it is.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader},
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, OnceLock},
};

use crate::process::{self, Ended};

/// What must be found in `FORMWORK_TOOLS` or `PATH`.
const PROGRAMS: [&str; 9] =
    ["runc", "buildkitd", "buildctl", "buildx", "crane", "hadolint", "busybox", "bash-static", "bash"];

/// A running BuildKit with its registry.
pub(crate) struct World {
    variables: BTreeMap<String, String>,
    /// The references that lead to the stand-in base by now.
    standing_in: Mutex<BTreeSet<String>>,
    /// Held for its standard input: dropping that ends the server.
    _server: Option<Child>,
}

/// The world, or `None` after saying why this test is skipped.
pub(crate) fn world() -> Option<&'static World> {
    static WORLD: OnceLock<Result<World, String>> = OnceLock::new();
    match WORLD.get_or_init(World::start) {
        Ok(world) => Some(world),
        Err(why) => skip(why),
    }
}

/// Says that a test is skipped; fails it where skipping is forbidden.
pub(crate) fn skip<T>(why: &str) -> Option<T> {
    let required = std::env::var("FORMWORK_ACCEPTANCE").is_ok_and(|value| value == "required");
    assert!(!required, "FORMWORK_ACCEPTANCE=required, but {why}");
    println!("skipped: {why}");
    None
}

/// The folder that an environment variable names, if it is set and there.
pub(crate) fn folder(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|folder| folder.is_dir())
}

/// Where a program lies.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    folder("FORMWORK_TOOLS")
        .into_iter()
        .chain(std::env::split_paths(&path))
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}

impl World {
    fn start() -> Result<Self, String> {
        if std::env::var("FORMWORK_ACCEPTANCE").is_ok_and(|value| value == "off") {
            return Err("FORMWORK_ACCEPTANCE=off".to_owned());
        }
        if std::fs::metadata("/proc/self").map_or(true, |process| process.uid() != 0) {
            return Err("BuildKit's containers need root".to_owned());
        }
        let missing: Vec<&str> = PROGRAMS.into_iter().filter(|program| find(program).is_none()).collect();
        if !missing.is_empty() {
            return Err(format!(
                "not in FORMWORK_TOOLS or PATH: {} (`.ci/tools.sh` installs them)",
                missing.join(", ")
            ));
        }
        let (variables, server) = if std::env::var_os("FORMWORK_BUILDKIT").is_some() {
            (std::env::vars_os().map(|(k, v)| (text(k), text(v))).collect(), None)
        } else {
            let (variables, server) = serve();
            (variables, Some(server))
        };
        Ok(World { variables, standing_in: Mutex::default(), _server: server })
    }

    /// A variable that the server printed.
    pub(crate) fn variable(&self, name: &str) -> &str {
        self.variables.get(name).unwrap_or_else(|| panic!("{name} is not set"))
    }

    /// A file in the server's folder, such as `base/base.tar`.
    pub(crate) fn server_file(&self, name: &str) -> PathBuf {
        Path::new(self.variable("FORMWORK_SERVER")).join(name)
    }

    /// Runs one of the programs.
    pub(crate) fn run<I>(&self, folder: &Path, program: &str, arguments: I, environment: &[(String, String)]) -> Ended
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let mut all: Vec<(String, String)> = ["BUILDX_CONFIG", "DOCKER_CONFIG", "BUILDX_BUILDER"]
            .into_iter()
            .map(|name| (name.to_owned(), self.variable(name).to_owned()))
            .collect();
        all.extend(environment.iter().cloned());
        process::run(folder, &find(program).unwrap(), arguments, &all)
    }

    /// Makes `reference` (as in FROM) lead to the stand-in base. Gives the named context that a
    /// build needs for that; none where the mirror of the default registry answers.
    pub(crate) fn stand_in(&self, reference: &str) -> Option<(String, String)> {
        let registry = self.variable("FORMWORK_REGISTRY");
        let stand_in = format!("{registry}/stand-in:1");
        let (host, rest) = match reference.split_once('/') {
            Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => (host, rest.to_owned()),
            Some(_) => ("docker.io", reference.to_owned()),
            None => ("docker.io", format!("library/{reference}")),
        };
        if host == registry {
            return None;
        }
        // A mirror cannot have an image with somebody else's digest.
        if host != "docker.io" || rest.contains('@') {
            return Some((reference.to_owned(), format!("docker-image://{stand_in}")));
        }
        let mut name = if rest.contains('/') { rest } else { format!("library/{rest}") };
        if !name.contains(':') {
            name.push_str(":latest");
        }
        let mirrored = format!("{registry}/{name}");
        let mut standing_in = self.standing_in.lock().unwrap();
        if !standing_in.contains(&mirrored) {
            let here = Path::new("/");
            // What is there was put there for a reason: the bases of the recorded cases.
            if !self.run(here, "crane", ["digest", "--insecure", &mirrored], &[]).ok() {
                let copy = ["cp", "--insecure", &stand_in, &mirrored];
                self.run(here, "crane", copy, &[]).success().unwrap();
            }
            standing_in.insert(mirrored);
        }
        None
    }
}

fn serve() -> (BTreeMap<String, String>, Child) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/acceptance/serve.sh");
    let mut server = Command::new(script)
        .arg("--until-eof")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap();
    let mut variables = BTreeMap::new();
    for line in BufReader::new(server.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if line == "# ready" {
            return (variables, server);
        }
        if let Some((name, value)) = line.strip_prefix("export ").and_then(|l| l.split_once('=')) {
            variables.insert(name.to_owned(), value.trim_matches('\'').to_owned());
        }
    }
    panic!("serve.sh ended before it was ready: {}", server.wait().unwrap());
}

fn text(value: std::ffi::OsString) -> String {
    value.to_string_lossy().into_owned()
}
