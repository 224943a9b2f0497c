//! Configuration management and tests of images are really run: the documents of Image Builder in a root file system, the
//! Dockerfile by BuildKit, with a program that plays every tool and writes down what it is given. What it saw stands in
//! `configure/seen.*.txt`, which is what Packer's plugins give the tools (`UPDATE=1` writes it anew; look at it).

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    aws,
    compiled::{Compiled, formwork},
    process,
    world::{folder, skip, world},
};

/// What must be in no byte of the output.
const SECRET: &str = "planted-on-the-command-line";

fn case() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/acceptance/configure")
}

/// A copy of the project, compiled for a target.
fn compiled(target: &str, image: &str, more: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let scratch = tempfile::tempdir().unwrap();
    let project = scratch.path().join("project");
    let words = ["-R", "-P", "--", &case().to_string_lossy(), &project.to_string_lossy()].map(str::to_owned);
    process::run(Path::new("/"), Path::new("/bin/cp"), words, &[]).success().unwrap();
    let secret = format!("secret=token={SECRET}");
    let mut arguments = vec!["compile", ".", "--target", target, "--out", "formwork-out", "--only", image];
    arguments.extend(["--var", &secret]);
    arguments.extend(more);
    formwork(&project, arguments, &[]).success().unwrap();
    let mut folders = vec![project.join("formwork-out")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            let shows = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
            assert!(!shows, "{} shows the secret", path.display());
        }
    }
    (scratch, project)
}

/// What was seen with the numbers taken out that are made from content, or counted.
fn without_numbers(seen: &str) -> String {
    let mut out = String::new();
    let mut rest = seen;
    let marks = [
        "ansible-local/",
        "provisioner-ansible-local",
        "provisioner-ansible-",
        "provisioner-ansible",
        "provisioner-inspec-",
        "provisioner-inspec.",
    ];
    while !rest.is_empty() {
        let mark = marks.iter().find(|mark| {
            rest.strip_prefix(**mark).is_some_and(|behind| behind.starts_with(|c: char| c.is_ascii_digit()))
        });
        match mark {
            Some(mark) => {
                out.push_str(mark);
                out.push('N');
                rest = rest[mark.len()..].trim_start_matches(|c: char| c.is_ascii_digit());
            }
            None => {
                let end = rest.chars().next().map_or(0, char::len_utf8);
                out.push_str(&rest[..end]);
                rest = &rest[end..];
            }
        }
    }
    out
}

fn compare(name: &str, seen: &str) {
    let seen = without_numbers(seen);
    let path = case().join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &seen).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let first = seen.lines().zip(expected.lines()).position(|(a, b)| a != b);
    assert_eq!(seen, expected, "{name}: the first line that differs is {first:?}");
}

#[test]
fn configure_on_image_builder() {
    let Some(judges) = aws::judges() else { return };
    let Some(records) = folder("FORMWORK_CONFORMANCE").map(|folder| folder.join("images")) else { return };
    if std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").unwrap()) != 0 {
        return skip("a root file system needs root").unwrap_or_default();
    }
    let bases = aws::bases(&records);
    let run = |more: &[&str]| {
        let (scratch, project) = compiled("aws-image-builder", "amazon-ebs.it", more);
        let out = project.join("formwork-out");
        let root = aws::run_documents(
            &judges,
            &bases.path().join("base.rootfs.tar"),
            ("it", "amazon-ebs.it"),
            &out,
            scratch.path(),
            &[],
        );
        let root = root?;
        let seen = fs::read_to_string(root.join("var/log/seen")).unwrap();
        let left: Vec<String> = fs::read_dir(root.join("tmp"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        Ok::<_, String>((seen, left))
    };
    let (seen, mut left) = run(&[]).unwrap();
    compare("seen.aws.txt", &seen);
    left.sort();
    compare("left.txt", &(left.join("\n") + "\n"));
    // A tool that fails ends the build, and so does a test.
    for tool in ["chef-solo", "goss-0.4.2-linux-amd64"] {
        let failed = run(&["--var", &format!("fails={tool}")]);
        assert!(failed.is_err(), "{tool} fails and nobody minds");
    }
}

#[test]
fn configure_in_a_container() {
    let Some(world) = world() else { return };
    let run = |more: &[&str]| {
        let (scratch, project) = compiled("dockerfile", "docker.it", more);
        let environment = vec![("PKR_VAR_secret".to_owned(), "token=planted-in-a-store".to_owned())];
        let compiled = Compiled::new(&project, "formwork-out", environment);
        let targets = compiled.targets(world)?;
        let (name, target) = targets.iter().next().unwrap();
        compiled.check(world, target)?;
        let tar = scratch.path().join("image.tar");
        compiled.bake(world, name, target, &tar).success()?;
        let root = scratch.path().join("root");
        unpacked(&tar, &root)?;
        let left: Vec<String> = fs::read_dir(root.join("tmp"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        Ok::<_, String>((fs::read_to_string(root.join("var/log/seen")).unwrap(), left))
    };
    let (seen, _) = run(&[]).unwrap();
    compare("seen.docker.txt", &seen);
    for tool in ["chef-solo", "goss-0.4.2-linux-amd64"] {
        let failed = run(&["--var", &format!("fails={tool}")]);
        assert!(failed.is_err(), "{tool} fails and nobody minds");
    }
}

/// Unpacks the layers of an image, one over the other.
fn unpacked(tar: &Path, root: &Path) -> Result<(), String> {
    let layers = tar.with_extension("layers");
    fs::create_dir_all(&layers).unwrap();
    fs::create_dir_all(root).unwrap();
    let here = Path::new("/");
    let path = |path: &Path| path.to_string_lossy().into_owned();
    process::run(here, Path::new("/bin/tar"), ["-xf", &path(tar), "-C", &path(&layers)].map(str::to_owned), &[])
        .success()?;
    let json = |file: &Path| -> serde_json::Value { serde_json::from_slice(&fs::read(file).unwrap()).unwrap() };
    let blob =
        |digest: &serde_json::Value| layers.join("blobs").join(digest.as_str().unwrap_or_default().replace(':', "/"));
    let mut document = json(&layers.join("index.json"));
    while document["layers"].is_null() {
        document = json(&blob(&document["manifests"][0]["digest"]));
    }
    for layer in document["layers"].as_array().unwrap() {
        let words = ["-xzf", &path(&blob(&layer["digest"])), "-C", &path(root)].map(str::to_owned);
        process::run(here, Path::new("/bin/tar"), words, &[]).success()?;
    }
    Ok(())
}
