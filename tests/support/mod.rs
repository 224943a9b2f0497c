//! What several test programs need: running the program, and files that are compared or rewritten.

#![allow(dead_code, reason = "every test program uses a part of it")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The folder of the crate.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether expected files are to be rewritten.
pub(crate) fn update() -> bool {
    std::env::var_os("UPDATE").is_some_and(|value| value == "1")
}

/// Runs the program in a folder, with nothing of the environment.
pub(crate) fn formwork(folder: &Path, arguments: &[String]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_formwork"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

/// Every file below a folder, by its path from there.
pub(crate) fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        let Ok(entries) = fs::read_dir(&at) else { continue };
        for entry in entries {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("it is below").to_str().expect("names are text");
                let bytes = if path.is_symlink() {
                    fs::read_link(&path).expect("a link").into_os_string().into_encoded_bytes()
                } else {
                    fs::read(&path).expect("the file can be read")
                };
                found.insert(name.to_owned(), bytes);
            }
        }
    }
    found
}

/// Copies what lies in a folder, modes and links included.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the folder can be read") {
        let from = entry.expect("the folder can be read").path();
        let to = to.join(from.file_name().expect("it has a name"));
        if from.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&from).expect("a link"), &to).expect("a link");
        } else if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).expect("the file can be copied");
        }
    }
}

/// The folders directly in a folder, sorted.
pub(crate) fn folders(of: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(of)
        .map(|entries| entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir()).collect())
        .unwrap_or_default();
    all.sort();
    all
}

/// Every Rust file below a folder with its text, sorted.
pub(crate) fn rust_files(of: &Path) -> Vec<(String, String)> {
    tree(of)
        .into_iter()
        .filter(|(path, _)| path.ends_with(".rs"))
        .map(|(path, bytes)| (path, String::from_utf8(bytes).expect("source is text")))
        .collect()
}

/// Compares a generated file with the one in the repository, or rewrites that. Gives what is wrong.
pub(crate) fn generated(path: &Path, expected: &str, command: &str) -> Option<String> {
    let actual = fs::read_to_string(path).unwrap_or_default();
    if actual == expected {
        return None;
    }
    if update() {
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        fs::write(path, expected).expect("the file can be written");
        return None;
    }
    let name = path.strip_prefix(root()).unwrap_or(path).display().to_string();
    let difference = formwork::write::unified(&name, Some(actual.as_bytes()), Some(expected.as_bytes()));
    Some(format!("{difference}accept it with: UPDATE=1 cargo test --test {command}\n"))
}
