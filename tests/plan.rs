//! `formwork plan` on the command line: what edits of `examples/aws-web-server` come to, in each form and against each
//! thing that it compares with.
#![expect(clippy::disallowed_methods, reason = "tests run the program on real files")]
#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod support;

use std::fs;
use std::process::Command;

use serde_json::Value;
use support::{copy, formwork, root};

/// The example in a folder of its own.
struct Project {
    folder: tempfile::TempDir,
}

/// How a command ended, and what it printed.
#[derive(Debug)]
struct Ended {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Project {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&root().join("examples/aws-web-server"), &folder.path().join("site"));
        Self { folder }
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
        let output = formwork(&self.folder.path().join("site"), &arguments);
        Ended {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn plan(&self, more: &[&str]) -> Ended {
        self.run(&[&["plan", "--target", "aws-image-builder"], more].concat())
    }

    /// The plan in JSON: action and name of everything that is not left, and the whole.
    fn changes(&self, more: &[&str]) -> (Vec<(String, String)>, Value) {
        let ended = self.plan(&[&["--format", "json"], more].concat());
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        let whole: Value = serde_json::from_str(&ended.stdout).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let all = whole["resources"].as_array().unwrap().iter();
        let changes = all.map(|one| (text(&one["action"]), text(&one["name"])));
        (changes.filter(|(action, _)| action != "leave").collect(), whole)
    }

    fn edit(&self, from: &str, to: &str) {
        let path = self.folder.path().join("site/web.pkr.hcl");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "the template has `{from}`");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    fn compile(&self) {
        let ended = self.run(&["compile", "--target", "aws-image-builder"]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(self.folder.path().join("site"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// Two edits, which come to the same whatever they are compared with.
fn edited(project: &Project) {
    project.edit("gp3", "gp2");
    project.edit("dnf -y install nginx", "dnf -y install nginx git");
}

const EDITED: [(&str, &str); 3] = [("replace", "site-web-packages"), ("replace", "site-web"), ("update", "site-web")];

fn is_edited(changes: &[(String, String)]) -> bool {
    changes.iter().map(|(action, name)| (action.as_str(), name.as_str())).eq(EDITED)
}

#[test]
fn without_output_everything_is_made() {
    let ended = Project::new().plan(&[]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stdout.starts_with("aws-image-builder of ., against `formwork-out/aws-image-builder`\n"));
    assert!(ended.stdout.contains("\n+ create  image recipe `site-web`\n"), "{}", ended.stdout);
    let summary = "13 to create, 0 to replace, 0 to update, 0 to delete, 0 to leave\n";
    assert!(ended.stdout.ends_with(summary), "{}", ended.stdout);
}

#[test]
fn without_an_edit_everything_is_left() {
    let project = Project::new();
    project.compile();
    let ended = project.plan(&[]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let expected = "aws-image-builder of ., against `formwork-out/aws-image-builder`\n\
                    0 to create, 0 to replace, 0 to update, 0 to delete, 13 to leave\n";
    assert_eq!(ended.stdout, expected);
}

#[test]
fn people_read_what_changes_and_why() {
    let project = Project::new();
    project.compile();
    edited(&project);
    let expected = "aws-image-builder of ., against `formwork-out/aws-image-builder`
± replace component `site-web-packages`
    build step `run` changed
± replace image recipe `site-web`
    it is made of the component `site-web-packages`, which is new
    `BlockDeviceMappings[0].Ebs.VolumeType` becomes `gp2`, was `gp3`  web.pkr.hcl:47
~ update  pipeline `site-web`
    it is made of the image recipe `site-web`, which is new
0 to create, 2 to replace, 1 to update, 0 to delete, 10 to leave
";
    let ended = project.plan(&[]);
    assert_eq!((ended.code, ended.stdout.as_str()), (0, expected), "{}", ended.stderr);
    // Planning writes nothing.
    assert_eq!(project.plan(&[]).stdout, expected);
}

#[test]
fn markdown_is_a_table() {
    let project = Project::new();
    project.compile();
    edited(&project);
    let expected = "### `aws-image-builder` of ., against `formwork-out/aws-image-builder`

0 to create, 2 to replace, 1 to update, 0 to delete, 10 to leave

| | resource | why |
|---|---|---|
| replace | component `site-web-packages` | build step `run` changed |
| replace | image recipe `site-web` | it is made of the component `site-web-packages`, which is new; \
                    `BlockDeviceMappings[0].Ebs.VolumeType` becomes `gp2`, was `gp3` (`web.pkr.hcl:47`) |
| update | pipeline `site-web` | it is made of the image recipe `site-web`, which is new |
";
    let ended = project.plan(&["--format", "markdown"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (0, expected), "{}", ended.stderr);
}

#[test]
fn json_holds_everything() {
    let project = Project::new();
    project.compile();
    edited(&project);
    let (changes, whole) = project.changes(&[]);
    assert!(is_edited(&changes), "{changes:?}");
    assert_eq!(whole["version"], 1);
    assert_eq!(whole["target"], "aws-image-builder");
    assert_eq!(whole["against"], "`formwork-out/aws-image-builder`");
    assert_eq!(whole["summary"], serde_json::json!({"create": 0, "replace": 2, "update": 1, "delete": 0, "leave": 10}));
    let all = whole["resources"].as_array().unwrap();
    assert_eq!(all.len(), 13);
    let recipe = all.iter().find(|one| one["kind"] == "image recipe").unwrap();
    assert_ne!(recipe["before"], recipe["after"], "its version changes");
    assert_eq!(recipe["image"], "amazon-ebs.web");
    let reasons = recipe["reasons"].as_array().unwrap();
    assert_eq!(reasons[1]["file"], "web.pkr.hcl");
    assert_eq!(reasons[1]["line"], 47);
}

#[test]
fn what_goes_is_deleted() {
    let project = Project::new();
    project.compile();
    project.edit("  deprecate_at       = timeadd(timestamp(), \"2160h\")\n", "");
    let (changes, _) = project.changes(&[]);
    let deleted: Vec<&str> =
        changes.iter().filter(|(action, _)| action == "delete").map(|(_, name)| name.as_str()).collect();
    assert_eq!(deleted, ["LifecycleRole", "site-web"], "{changes:?}");
}

#[test]
fn another_folder_can_be_compared_with() {
    let project = Project::new();
    project.compile();
    let site = project.folder.path().join("site");
    fs::rename(site.join("formwork-out"), site.join("before")).unwrap();
    edited(&project);
    for folder in ["before", "before/aws-image-builder"] {
        let (changes, whole) = project.changes(&["--from", folder]);
        assert!(is_edited(&changes), "{folder}: {changes:?}");
        assert_eq!(whole["against"], format!("`{folder}`"));
    }
    let ended = project.plan(&["--from", "nowhere"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.ends_with("formwork: `nowhere` is no folder\n"), "{}", ended.stderr);
}

#[test]
fn a_revision_can_be_compared_with() {
    let project = Project::new();
    project.git(&["init", "--quiet"]);
    project.git(&["add", "--all"]);
    project.git(&["commit", "--quiet", "--message", "one"]);
    edited(&project);
    let (changes, whole) = project.changes(&["--since", "HEAD"]);
    assert!(is_edited(&changes), "{changes:?}");
    assert_eq!(whole["against"], "the template at `HEAD`");
    // Neither the work tree nor the index is touched.
    assert_eq!(project.git(&["status", "--porcelain"]), " M web.pkr.hcl\n");
    project.git(&["commit", "--quiet", "--all", "--message", "two"]);
    assert!(project.changes(&["--since", "HEAD"]).0.is_empty());
    assert!(is_edited(&project.changes(&["--since", "HEAD~1"]).0));
    let ended = project.plan(&["--since", "nothing"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("formwork: `nothing` is no revision of "), "{}", ended.stderr);
}

#[test]
fn a_refused_image_is_worth_a_second_look() {
    let project = Project::new();
    project.compile();
    project.edit("destination = \"/tmp\"", "destination = \"/tmp\"\n    direction = \"download\"");
    let ended = project.plan(&[]);
    assert_eq!(ended.code, 1, "{}", ended.stdout);
    assert!(ended.stderr.contains("error[refused-construct]: amazon-ebs.web is not made"), "{}", ended.stderr);
    assert!(ended.stdout.ends_with("0 to create, 0 to replace, 0 to update, 0 to delete, 0 to leave\n"));
}

#[test]
fn a_template_with_errors_has_no_plan() {
    let project = Project::new();
    project.edit("instance_type", "instance_tpye");
    let ended = project.plan(&[]);
    assert_eq!((ended.code, ended.stdout.as_str()), (1, ""));
    assert!(ended.stderr.contains("did you mean `instance_type`?"), "{}", ended.stderr);
}

#[test]
fn forms_that_differ_cannot_be_compared() {
    let project = Project::new();
    project.compile();
    let ended = project.plan(&["--set", "aws-image-builder.format=terraform"]);
    assert_eq!(ended.code, 2);
    let message = "`formwork-out/aws-image-builder` holds CloudFormation, and this would be Terraform";
    assert!(ended.stderr.contains(message), "{}", ended.stderr);
}

#[test]
fn wrong_usage_ends_with_2() {
    let project = Project::new();
    let cases: [&[&str]; 4] = [
        &["plan"],
        &["plan", "--target", "nothing"],
        &["plan", "--target", "aws-image-builder", "--since", "HEAD", "--from", "x"],
        &["plan", "--target", "aws-image-builder", "--format", "concise"],
    ];
    for arguments in cases {
        let ended = project.run(arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{arguments:?}: {}", ended.stderr);
    }
}
