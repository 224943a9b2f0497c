//! The page of `formwork.yaml` is executed: its files make up a project, each line of its ` ```sh ` blocks ends without
//! findings, and a ` ```text ` block is what the line before it prints.

#![expect(clippy::disallowed_methods, reason = "tests run the program on real files")]

mod support;

use std::fs;

use support::{formwork, root};

/// The fenced blocks of a page: what stands behind the fence, and the text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((info.to_owned(), String::new())),
            (Some(_), Some(_)) => all.extend(open.take()),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    all
}

#[test]
fn the_page_of_the_project_file_shows_what_it_says() {
    let page = fs::read_to_string(root().join("docs/project.md")).expect("the page");
    let blocks = blocks(&page);
    let folder = tempfile::tempdir().expect("a folder");
    for (info, text) in &blocks {
        if let Some((_, name)) = info.split_once("file=") {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
    }
    let mut printed = String::new();
    let (mut ran, mut compared) = (0, 0);
    for (info, text) in &blocks {
        match info.as_str() {
            "sh" => {
                for line in text.lines() {
                    let arguments: Vec<String> = line.split_whitespace().skip(1).map(str::to_owned).collect();
                    let output = formwork(folder.path(), &arguments);
                    let said = String::from_utf8_lossy(&output.stderr);
                    assert_eq!(output.status.code(), Some(0), "{line}\n{said}");
                    printed = String::from_utf8_lossy(&output.stdout).into_owned();
                    ran += 1;
                }
            }
            "text" => {
                assert_eq!(&printed, text);
                compared += 1;
            }
            _ => {}
        }
    }
    assert!(ran >= 5 && compared >= 1, "{ran} {compared}");
    // Each variant has an output of its own.
    for variant in ["debian", "ubuntu"] {
        let manifest = folder.path().join("formwork-out/service").join(variant).join("manifest.json");
        let manifest = fs::read_to_string(manifest).expect("a manifest");
        assert!(manifest.contains(&format!("service/{variant}")), "{manifest}");
    }
    // From a folder below, the same is written.
    let images = folder.path().join("images");
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    let output = formwork(&images, &["compile".to_owned(), "--check".to_owned()]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}
