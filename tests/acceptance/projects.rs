//! Every example and every golden output passes BuildKit's checks, bake and
//! hadolint without a finding, and is really built, through bake and by itself.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    compiled::{Compiled, formwork, text},
    in_pairs, process, wanted,
    world::{World, world},
};

/// A project to build.
struct Project {
    name: String,
    folder: PathBuf,
    /// The committed output is used as it is, over its input; otherwise it is compiled now.
    golden: bool,
}

#[test]
fn examples() {
    let projects =
        // What is made for another platform has tests of its own.
        folders("examples").into_iter().filter(|(name, _)| !name.starts_with("aws-")).map(|(name, folder)| Project { name, folder, golden: false }).collect();
    judge(projects);
}

#[test]
fn goldens() {
    let projects =
        folders("tests/golden").into_iter().map(|(name, folder)| Project { name, folder, golden: true }).collect();
    judge(projects);
}

/// What a golden case says of itself.
fn described(case: &Path, name: &str) -> Option<String> {
    let text = fs::read_to_string(case.join("case.toml")).unwrap_or_default();
    let described: toml::Table = toml::from_str(&text).unwrap();
    described.get(name).and_then(toml::Value::as_str).map(str::to_owned)
}

/// What a golden case compiles: its own `in`, or the example that its `case.toml` names.
fn input(case: &Path) -> PathBuf {
    match described(case, "example") {
        Some(example) => Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example),
        None => case.join("in"),
    }
}

fn folders(of: &str) -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(of);
    let Ok(entries) = fs::read_dir(root) else {
        return Vec::new();
    };
    let mut folders: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path))
        .filter(|(name, _)| wanted(name))
        .collect();
    folders.sort();
    folders
}

fn judge(projects: Vec<Project>) {
    let Some(world) = world() else { return };
    let results = in_pairs(&projects, |project| build(world, project));
    let mut failures = Vec::new();
    for (project, result) in projects.iter().zip(results) {
        match result {
            Ok(what) => println!("{:<40} {what}", project.name),
            Err(why) => failures.push(format!("{}: {why}", project.name)),
        }
    }
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}

/// Checks and builds a project; says what was built.
fn build(world: &World, project: &Project) -> Result<String, String> {
    let scratch = tempfile::tempdir().unwrap();
    let copy = scratch.path().join("project");
    let (from, compiled) = if project.golden {
        if !project.folder.join("out/dockerfile/docker-bake.hcl").exists() {
            return Ok("no Dockerfile in its output".to_owned());
        }
        // Where the output folder was when the case was compiled.
        lay_out(&input(&project.folder), &copy)?;
        lay_out(&project.folder.join("out"), &copy.join("formwork-out"))?;
        ("golden", Compiled::new(&copy, "formwork-out", Vec::new()))
    } else {
        lay_out(&project.folder, &copy)?;
        let compile = ["compile", ".", "--target", "dockerfile", "--out", "formwork-out"];
        let compile = compile.into_iter().map(str::to_owned).chain(options(project));
        formwork(&copy, compile, &[]).success()?;
        ("compiled", Compiled::new(&copy, "formwork-out", Vec::new()))
    };
    let targets = compiled.targets(world)?;
    let not_built = described(&project.folder, "not-built");
    for (name, target) in &targets {
        compiled.host_steps(name, "before")?;
        compiled.check(world, target)?;
        if not_built.is_some() {
            continue;
        }
        let baked = scratch.path().join("baked.tar");
        let bake = compiled.bake(world, name, target, &baked).success()?;
        if bake.stderr.contains("WARN") || bake.stderr.contains("warnings found") {
            return Err(bake.to_string());
        }
        // Another target as a context is something only bake can give.
        let contexts = target["contexts"].as_object().into_iter().flatten();
        if !contexts.into_iter().any(|(_, value)| text(value).starts_with("target:")) {
            let plain = scratch.path().join("plain.tar");
            compiled.build_plain(world, target, &plain).success()?;
        }
    }
    match not_built {
        Some(why) => Ok(format!("{from}, {} checked and not built: {why}", targets.len())),
        None => Ok(format!("{from}, {} built", targets.len())),
    }
}

/// The options that the example itself tells its readers to compile it with.
fn options(project: &Project) -> Vec<String> {
    let command = format!("compile examples/{} ", project.name);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let mut texts: Vec<PathBuf> = fs::read_dir(&project.folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    texts.sort();
    texts.push(root);
    for path in texts.into_iter().filter(|path| path.is_file()) {
        let text = fs::read_to_string(path).unwrap_or_default();
        let Some((_, rest)) = text.split_once(&command) else {
            continue;
        };
        let line = rest.lines().next().unwrap_or_default();
        let words = line.split_whitespace().skip_while(|word| *word == "--target" || *word == "dockerfile");
        return words.map(str::to_owned).collect();
    }
    Vec::new()
}

fn lay_out(from: &Path, to: &Path) -> Result<(), String> {
    let words = ["-R", "-P", "--", &from.to_string_lossy(), &to.to_string_lossy()].map(str::to_owned);
    process::run(Path::new("/"), Path::new("/bin/cp"), words, &[]).success().map(|_| ())
}
