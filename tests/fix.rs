//! `formwork fix`: what it writes, what it leaves alone, and that nothing it leaves is outdated.

#![expect(clippy::disallowed_methods, reason = "a test reads files and runs the program")]
#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
#![expect(clippy::print_stdout, reason = "a skipped test says so, and counts are worth seeing")]

mod support;

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value as Json;

const OLD: &str = "{\n  \"builders\": [\n    {\n      \"type\": \"qemu\",\n      \"iso_url\": \"https://example.com/x.iso\",\n      \
                   \"iso_checksum\": \"d41d8cd98f00b204e9800998ecf8427e\",\n      \"iso_checksum_type\": \"md5\",\n      \"ssh_username\": \"root\"\n    }\n  ]\n}\n";

const NEW: &str = "{\n  \"builders\": [\n    {\n      \"type\": \"qemu\",\n      \"iso_url\": \"https://example.com/x.iso\",\n      \
                   \"iso_checksum\": \"md5:d41d8cd98f00b204e9800998ecf8427e\",\n      \"ssh_username\": \"root\"\n    }\n  ]\n}\n";

fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    let Output { status, stdout, stderr } = support::formwork(folder, &arguments);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn diagnostics(folder: &Path, path: &str) -> Vec<Json> {
    let (_, text, _) = run(folder, &["check", path, "--format", "json"]);
    let report: Json = serde_json::from_str(&text).unwrap();
    let schema = fs::read_to_string(support::root().join("schemas/check-output.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    assert!(schema.is_valid(&report), "{text}");
    report["diagnostics"].as_array().unwrap().clone()
}

#[test]
fn a_template_is_fixed_once() {
    let folder = folder(&[("a/template.json", OLD), ("b/notes.json", "{}")]);
    let at = folder.path().join("a/template.json");
    let (code, out, said) = run(folder.path(), &["fix", "--diff"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(out.starts_with("--- old/a/template.json\n+++ new/a/template.json\n@@"), "{out}");
    assert!(out.contains("-      \"iso_checksum_type\": \"md5\",\n"), "{out}");
    assert_eq!(said, "1 fix in 1 file; nothing is written\n");
    assert_eq!(fs::read_to_string(&at).unwrap(), OLD, "showing writes nothing");

    let (code, out, said) = run(folder.path(), &["fix"]);
    assert_eq!((code, said.as_str()), (Some(0), "1 fix in 1 file\n"));
    assert_eq!(out, "a/template.json\n  `iso_checksum_type` was folded into `iso_checksum`\n");
    assert_eq!(fs::read_to_string(&at).unwrap(), NEW);

    let (code, out, said) = run(folder.path(), &["fix"]);
    assert_eq!((code, out.as_str(), said.as_str()), (Some(0), "", "nothing to fix\n"));
    assert_eq!(diagnostics(folder.path(), "a/template.json"), Vec::<Json>::new());
}

#[test]
fn the_edits_of_check_are_those_of_fix() {
    let folder = folder(&[("template.json", OLD)]);
    let all = diagnostics(folder.path(), "template.json");
    let [finding] = all.as_slice() else { panic!("the old name is told once: {all:?}") };
    assert_eq!((finding["code"].as_str(), finding["fix"]["safe"].as_bool()), (Some("outdated-template"), Some(true)));
    let mut text = OLD.to_owned();
    for edit in finding["fix"]["edits"].as_array().unwrap().iter().rev() {
        let at = |end: &str| usize::try_from(edit["range"][end]["byte"].as_u64().unwrap()).unwrap();
        text.replace_range(at("start")..at("end"), edit["text"].as_str().unwrap());
    }
    assert_eq!(text, NEW);
    let (_, out, _) = run(folder.path(), &["check", "template.json"]);
    assert!(out.contains("`formwork fix` does it"), "{out}");
}

#[test]
fn what_needs_a_look_is_left_to_those_who_ask() {
    let both = OLD.replace(
        "\"ssh_username\"",
        "\"ssh_key_path\": \"a\",\n      \"ssh_private_key_file\": \"b\",\n      \"ssh_username\"",
    );
    let folder = folder(&[("template.json", &both)]);
    let (code, _, said) = run(folder.path(), &["fix", "template.json"]);
    assert_eq!(code, Some(0));
    assert_eq!(said, "1 fix in 1 file; 1 fix with `--unsafe-fixes`: look at them with `--diff` first\n");
    assert!(fs::read_to_string(folder.path().join("template.json")).unwrap().contains("ssh_key_path"));
    run(folder.path(), &["fix", "template.json", "--unsafe-fixes"]);
    let now = fs::read_to_string(folder.path().join("template.json")).unwrap();
    assert!(!now.contains("ssh_key_path") && now.contains("\"ssh_private_key_file\": \"b\""), "{now}");
}

#[test]
fn what_is_fixed_is_what_the_plugins_take() {
    let text = r#"{
  "builders": [
    {"type": "virtualbox", "iso_url": "https://example.com/x.iso", "iso_md5": "d41d8cd98f00b204e9800998ecf8427e", "ssh_username": "u", "shutdown_command": "halt",
     "guest_additions_attach": true, "ssh_disable_agent": true, "ssh_wait_timeout": "5m", "ssh_host_port_min": 2222}
  ],
  "provisioners": [{"type": "shell", "inline": ["true"], "only": ["virtualbox"]}],
  "post-processors": [
    {"type": "vagrant", "vmware": {"output": "x"}, "virtualbox": {"output": "y"}},
    {"type": "manifest", "filename": "x"}
  ]
}
"#;
    let folder = folder(&[("template.json", text)]);
    assert!(diagnostics(folder.path(), ".").iter().all(|found| found["code"] == "outdated-template"));
    let (code, out, said) = run(folder.path(), &["fix"]);
    assert_eq!((code, said.as_str()), (Some(0), "9 fixes in 1 file\n"), "{out}");
    let left = diagnostics(folder.path(), ".");
    assert_eq!(left, Vec::<Json>::new(), "{}", fs::read_to_string(folder.path().join("template.json")).unwrap());
}

const HCL: &str = "source \"docker\" \"a\" {\n  imag   = \"debian:12\"\n  commit = true\n}\n\nbuild {\n  sources = [\"source.docker.a\"]\n  \
                   provisoner \"shell\" {\n    inline = [\"true\"]\n  }\n  post-processor \"docker-tag\" {\n    repository = \"r\"\n    \
                   tag        = [\"1\"]\n  }\n}\n";

#[test]
fn findings_in_hcl_have_fixes_too() {
    let folder = folder(&[("app.pkr.hcl", HCL)]);
    let now = || fs::read_to_string(folder.path().join("app.pkr.hcl")).unwrap();
    run(folder.path(), &["fix", "."]);
    assert_eq!(now(), HCL.replace("tag        =", "tags        ="), "a name that is misspelt needs a look");
    let (code, out, said) = run(folder.path(), &["fix", ".", "--unsafe-fixes"]);
    assert_eq!((code, said.as_str()), (Some(0), "2 fixes in 1 file\n"), "{out}");
    assert_eq!(
        now(),
        HCL.replace("tag        =", "tags        =").replace("imag ", "image ").replace("provisoner", "provisioner")
    );
    assert_eq!(run(folder.path(), &["fix", "."]).2, "nothing to fix\n");
}

#[test]
fn a_fix_that_would_break_the_template_is_not_made() {
    // In one of the images the right name is given as well, so the misspelt one cannot become it.
    let text = "source \"docker\" \"a\" {\n  imag   = \"debian:12\"\n  commt  = true\n}\n\nbuild {\n  source \"source.docker.a\" {\n    \
                image = \"debian:11\"\n  }\n}\n";
    let folder = folder(&[("app.pkr.hcl", text)]);
    let (code, out, said) = run(folder.path(), &["fix", ".", "--unsafe-fixes"]);
    let now = fs::read_to_string(folder.path().join("app.pkr.hcl")).unwrap();
    assert!(code == Some(0) && now.contains("commit "), "{now}{out}{said}");
    assert_eq!(
        diagnostics(folder.path(), ".").iter().filter(|found| found["code"] == "duplicate-argument").count(),
        0,
        "{now}"
    );
}

#[test]
fn a_file_of_two_images_is_fixed_once_and_in_json_too() {
    let text = r#"{"source": {"docker": {"a": {"image": "x", "commit": true}, "b": {"image": "y", "commit": true}}},
 "build": {"sources": ["source.docker.a", "source.docker.b"], "post-processor": {"docker-tag": {"repository": "r", "tag": ["1"]}}}}
"#;
    let folder = folder(&[("app.pkr.json", text)]);
    let (code, out, said) = run(folder.path(), &["fix"]);
    assert_eq!((code, said.as_str()), (Some(0), "1 fix in 1 file\n"), "{out}");
    let now = fs::read_to_string(folder.path().join("app.pkr.json")).unwrap();
    assert_eq!(now, text.replace("\"tag\"", "\"tags\""));
}

#[test]
fn a_template_that_cannot_be_read_stays_and_is_told() {
    let broken = OLD.replace("\"builders\"", "\"hello\": 1,\n  \"builders\"");
    let folder = folder(&[("broken.json", &broken), ("sound.json", OLD)]);
    let (code, out, said) = run(folder.path(), &["fix", "."]);
    assert_eq!(code, Some(1));
    assert!(out.starts_with("sound.json\n") && !out.contains("broken.json"), "{out}");
    assert!(said.contains("error[unknown-root-key]"), "{said}");
    assert!(said.ends_with("1 configuration is left alone because of the errors above\n"), "{said}");
    assert_eq!(fs::read_to_string(folder.path().join("broken.json")).unwrap(), broken);
    assert_eq!(fs::read_to_string(folder.path().join("sound.json")).unwrap(), NEW);
    assert_eq!(run(folder.path(), &["fix", "nowhere.json"]).0, Some(2));
}

#[test]
fn real_templates_have_nothing_outdated_left() {
    let Ok(corpus) = std::env::var("FORMWORK_CORPUS") else {
        println!("skipped: FORMWORK_CORPUS is not set");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    for (path, bytes) in support::tree(Path::new(&corpus)) {
        let name = path.trim_start_matches('/');
        let has_builders = bytes.windows(10).any(|piece| piece == b"\"builders\"");
        if has_builders && name.ends_with(".json") && !name.ends_with(".pkr.json") {
            let to = folder.path().join(name);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::write(to, bytes).unwrap();
        }
    }
    run(folder.path(), &["fix", ".", "--unsafe-fixes"]);
    let (code, out, said) = run(folder.path(), &["fix", ".", "--unsafe-fixes"]);
    assert!(code != Some(3) && out.is_empty(), "fixing twice is fixing once: {out}{said}");
    let (_, text, _) = run(folder.path(), &["check", ".", "--format", "json"]);
    let report: Json = serde_json::from_str(&text).unwrap();
    for finding in report["diagnostics"].as_array().unwrap() {
        count += 1;
        assert!(finding["code"] != "outdated-template" || finding["fix"].is_null(), "{finding}");
    }
    println!("{count} findings are left");
}
