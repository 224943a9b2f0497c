#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use std::fs;
use std::path::Path;

use super::*;
use crate::write::{Disk, FidelityEntry, ManifestImage, ManifestParameter};

fn run(target: &str, files: &[(&str, &str)]) -> Run {
    let entry = FidelityEntry {
        image: "docker.app".to_owned(),
        construct: "source.docker.app".to_owned(),
        verdict: "exact".to_owned(),
        how: files.len().to_string(),
        file: None,
        range: None,
        target: target.to_owned(),
    };
    let mut manifest = Manifest::new("templates/app");
    manifest.images =
        vec![ManifestImage { image: "docker.app".to_owned(), target: target.to_owned(), name: "app".to_owned() }];
    manifest.parameters = vec![ManifestParameter {
        variable: "version".to_owned(),
        state: "open".to_owned(),
        because: "it has only a default".to_owned(),
        sensitive: false,
        names: [(target.to_owned(), format!("NAME_IN_{target}"))].into_iter().collect(),
    }];
    Run {
        manifest,
        targets: vec![target.to_owned()],
        files: files.iter().map(|(path, text)| file(target, path, text)).collect(),
        fidelity: FidelityReport::new(vec![entry]),
    }
}

fn file(target: &str, path: &str, text: &str) -> (String, OutputFile) {
    let file = OutputFile {
        content: Content::File {
            bytes: text.as_bytes().to_vec(),
            mode: if path.ends_with(".sh") { 0o755 } else { 0o644 },
        },
        target: target.to_owned(),
        image: None,
    };
    (path.to_owned(), file)
}

fn write(run: &Run, folder: &Path) -> Result<Vec<String>, WriteError> {
    let mut disk = Disk::new(folder);
    let plan = plan(run, &mut disk)?;
    let left = plan.left_alone.clone();
    plan.carry_out(&mut disk)?;
    Ok(left)
}

/// All files below a folder with their text; folders end with a slash.
fn tree(folder: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                all.insert(name + "/", String::new());
                folders.push(path);
            } else {
                all.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    all
}

fn obstacles(error: WriteError) -> Vec<(String, &'static str)> {
    match error {
        WriteError::InTheWay(obstacles) => obstacles.into_iter().map(|at| (at.path, at.why)).collect(),
        other @ (WriteError::Held(_) | WriteError::Io(..)) => panic!("{other}"),
    }
}

const FIRST: &[(&str, &str)] = &[("d/a", "1"), ("d/sub/b.sh", "2"), ("d/gone/c", "3")];
const SECOND: &[(&str, &str)] = &[("d/a", "1 new"), ("d/sub/b.sh", "2"), ("d/other/e", "5")];

#[test]
fn a_run_writes_its_files_and_removes_those_it_no_longer_makes() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("not/yet/there");
    write(&run("d", FIRST), &out).unwrap();
    assert_eq!(tree(&out)["d/gone/c"], "3");
    write(&run("d", SECOND), &out).unwrap();
    let tree = tree(&out);
    let names: Vec<&str> = tree.keys().map(String::as_str).collect();
    assert_eq!(names, ["d/", "d/a", "d/other/", "d/other/e", "d/sub/", "d/sub/b.sh", "fidelity.json", "manifest.json"]);
    assert_eq!(tree["d/a"], "1 new");
    let manifest = Manifest::read(tree["manifest.json"].as_bytes()).unwrap();
    let files: Vec<&str> = manifest.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(files, ["d/a", "d/other/e", "d/sub/b.sh", "fidelity.json"]);
    let mut disk = Disk::new(&out);
    assert!(plan(&run("d", SECOND), &mut disk).unwrap().is_up_to_date());
    assert!(!plan(&run("d", FIRST), &mut disk).unwrap().is_up_to_date());
}

#[test]
fn scripts_can_be_run() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    write(&run("d", FIRST), folder.path()).unwrap();
    let mode = |path: &str| fs::metadata(folder.path().join(path)).unwrap().permissions().mode() & 0o111;
    assert_eq!((mode("d/sub/b.sh") & 0o100, mode("d/a")), (0o100, 0));
}

#[test]
fn links_modes_and_empty_folders_are_written_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let with = |contents: &[(&str, Content)]| {
        let mut run = run("d", &[("d/a", "1")]);
        for (path, content) in contents {
            let file = OutputFile { content: content.clone(), target: "d".to_owned(), image: None };
            run.files.insert((*path).to_owned(), file);
        }
        run
    };
    let full = with(&[
        ("d/link", Content::Link { target: "../nowhere".to_owned() }),
        ("d/empty/folder", Content::Folder { mode: 0o700 }),
        ("d/secret", Content::File { bytes: b"x".to_vec(), mode: 0o600 }),
    ]);
    write(&full, folder.path()).unwrap();
    let disk = Disk::new(folder.path());
    assert_eq!(disk.look("d/empty/folder").unwrap(), Found::Content(Content::Folder { mode: 0o700 }));
    assert_eq!(disk.look("d/secret").unwrap(), Found::Content(Content::File { bytes: b"x".to_vec(), mode: 0o600 }));
    assert_eq!(fs::read_link(folder.path().join("d/link")).unwrap(), Path::new("../nowhere"));
    assert!(plan(&full, &mut Disk::new(folder.path())).unwrap().is_up_to_date());
    let changed = with(&[("d/link", Content::Link { target: "a".to_owned() })]);
    write(&changed, folder.path()).unwrap();
    let tree = tree(folder.path());
    let names: Vec<&str> = tree.keys().map(String::as_str).collect();
    assert_eq!(names, ["d/", "d/a", "d/link", "fidelity.json", "manifest.json"]);
    assert_eq!(tree["d/link"], "1");
}

#[test]
fn an_edited_or_foreign_file_in_the_way_stops_the_run() {
    let folder = tempfile::tempdir().unwrap();
    write(&run("d", FIRST), folder.path()).unwrap();
    fs::write(folder.path().join("d/a"), "edited").unwrap();
    fs::create_dir(folder.path().join("d/other")).unwrap();
    fs::write(folder.path().join("d/other/e"), "foreign").unwrap();
    let before = tree(folder.path());
    let found = obstacles(write(&run("d", SECOND), folder.path()).unwrap_err());
    assert_eq!(found, [("d/a".to_owned(), EDITED), ("d/other/e".to_owned(), FOREIGN)]);
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn links_and_folders_in_the_way_stop_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("d")).unwrap();
    fs::create_dir(folder.path().join("fidelity.json")).unwrap();
    fs::write(folder.path().join("manifest.json"), "{}").unwrap();
    let found = obstacles(write(&run("d", FIRST), folder.path()).unwrap_err());
    assert_eq!(
        found,
        [
            ("d".to_owned(), NO_FOLDER),
            ("fidelity.json".to_owned(), NO_EMPTY_FOLDER),
            ("manifest.json".to_owned(), NO_MANIFEST)
        ]
    );
    assert!(tree(elsewhere.path()).is_empty());
}

#[test]
fn an_edited_file_that_is_no_longer_made_stays() {
    let folder = tempfile::tempdir().unwrap();
    write(&run("d", FIRST), folder.path()).unwrap();
    fs::write(folder.path().join("d/gone/c"), "edited").unwrap();
    assert_eq!(write(&run("d", SECOND), folder.path()).unwrap(), ["d/gone/c"]);
    assert_eq!(tree(folder.path())["d/gone/c"], "edited");
}

#[test]
fn another_configuration_does_not_get_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    write(&run("d", FIRST), folder.path()).unwrap();
    let mut other = run("d", FIRST);
    other.manifest.configuration = "templates/other".to_owned();
    let error = write(&other, folder.path()).unwrap_err();
    assert!(matches!(&error, WriteError::Held(by) if by == "templates/app"), "{error}");
}

#[test]
fn what_other_targets_own_stays() {
    let folder = tempfile::tempdir().unwrap();
    write(&run("d", FIRST), folder.path()).unwrap();
    write(&run("z", &[("z/a", "z")]), folder.path()).unwrap();
    write(&run("d", SECOND), folder.path()).unwrap();
    let tree = tree(folder.path());
    assert_eq!(tree["z/a"], "z");
    let manifest = Manifest::read(tree["manifest.json"].as_bytes()).unwrap();
    assert_eq!(manifest.images.iter().map(|image| image.target.as_str()).collect::<Vec<_>>(), ["d", "z"]);
    assert_eq!(manifest.parameters[0].names.len(), 2);
    let fidelity: FidelityReport = serde_json::from_str(&tree["fidelity.json"]).unwrap();
    assert_eq!((fidelity.entries.len(), fidelity.summary["exact"]), (2, 2));
}

#[test]
fn a_manifest_cannot_name_files_outside_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    write(&run("d", FIRST), &out).unwrap();
    fs::write(folder.path().join("precious"), "1").unwrap();
    let manifest = fs::read_to_string(out.join("manifest.json")).unwrap().replace("d/gone/c", "../precious");
    fs::write(out.join("manifest.json"), manifest.replace(&sha256(b"3"), &sha256(b"1"))).unwrap();
    write(&run("d", SECOND), &out).unwrap();
    assert_eq!(fs::read_to_string(folder.path().join("precious")).unwrap(), "1");
}

/// A disk that stops after some steps, leaving a file half-written if it stops in one.
struct Stopping {
    disk: Disk,
    steps: usize,
}

impl Stopping {
    fn step(&mut self) -> io::Result<()> {
        self.steps = self.steps.checked_sub(1).ok_or_else(|| io::Error::other("stopped"))?;
        Ok(())
    }
}

impl Effects for Stopping {
    fn look(&self, path: &str) -> io::Result<Found> {
        self.disk.look(path)
    }
    fn make_folder(&mut self, path: &str) -> io::Result<()> {
        self.step()?;
        self.disk.make_folder(path)
    }
    fn write_new(&mut self, path: &str, content: &Content) -> io::Result<()> {
        self.step()?;
        if self.steps == 0
            && let Content::File { bytes, mode } = content
        {
            self.disk.write_new(path, &Content::File { bytes: bytes[..bytes.len() / 2].to_vec(), mode: *mode })?;
            return Err(io::Error::other("stopped"));
        }
        self.disk.write_new(path, content)
    }
    fn set_mode(&mut self, path: &str, mode: u32) -> io::Result<()> {
        self.step()?;
        self.disk.set_mode(path, mode)
    }
    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.step()?;
        self.disk.rename(from, to)
    }
    fn remove(&mut self, path: &str) -> io::Result<()> {
        self.step()?;
        self.disk.remove(path)
    }
    fn remove_empty_folder(&mut self, path: &str) -> io::Result<()> {
        self.step()?;
        self.disk.remove_empty_folder(path)
    }
    fn sync_folder(&mut self, path: &str) -> io::Result<()> {
        self.disk.sync_folder(path)
    }
    fn lock(&mut self) -> io::Result<()> {
        self.disk.lock()
    }
}

/// Whether the run got through.
fn stopped_after(steps: usize, run: &Run, folder: &Path) -> bool {
    let mut disk = Stopping { disk: Disk::new(folder), steps };
    plan(run, &mut disk).unwrap().carry_out(&mut disk).is_ok()
}

fn assert_whole(folder: &Path, versions: &[&BTreeMap<String, String>], steps: usize) {
    if !folder.exists() {
        return;
    }
    for (path, text) in tree(folder) {
        let is_ours = !path.ends_with(".formwork-part") && path != JOURNAL && !path.ends_with('/');
        if is_ours {
            let known = versions.iter().any(|version| version.get(&path) == Some(&text));
            assert!(known, "`{path}` is neither old nor new after {steps} steps: {text}");
        }
    }
}

/// Stopped before any step and in the middle of any file; then, by the same input or by another, brought to an end.
#[test]
fn stopping_at_any_instant_leaves_whole_files_and_the_next_run_completes_it() {
    let (first, second) = (run("d", FIRST), run("d", SECOND));
    let clean = |run: &Run| {
        let folder = tempfile::tempdir().unwrap();
        write(run, folder.path()).unwrap();
        tree(folder.path())
    };
    let (old, new) = (clean(&first), clean(&second));
    for start_empty in [true, false] {
        for steps in 0.. {
            let mut through = false;
            for finish in [&second, &first] {
                let folder = tempfile::tempdir().unwrap();
                let out = folder.path().join("out");
                if !start_empty {
                    write(&first, &out).unwrap();
                }
                through = stopped_after(steps, &second, &out);
                assert_whole(&out, &[&old, &new], steps);
                // A second stop on the way, at every third place, must not lose what the first run knew.
                for again in (0..12).step_by(3) {
                    stopped_after(again, finish, &out);
                    assert_whole(&out, &[&old, &new], steps);
                }
                write(finish, &out).unwrap();
                let expected = if std::ptr::eq(finish, &second) { &new } else { &old };
                assert_eq!(&tree(&out), expected, "after {steps} steps");
            }
            if through {
                assert!(steps > 10, "a run has more steps than {steps}");
                break;
            }
        }
    }
}
