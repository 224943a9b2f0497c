//! The interface for those who make documents.

use super::*;
use crate::source::FileOrigin;

fn codes(name: &str, text: &str, options: &Options) -> Vec<&'static str> {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text, FileOrigin::Disk);
    let mut sink = Sink::new();
    inspect(&sources, file, options, &mut sink);
    sink.into_sorted().iter().map(crate::diagnostic::Diagnostic::code).collect()
}

fn is_one(name: &str, text: &str) -> bool {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text, FileOrigin::Disk);
    is_document(&sources, file)
}

#[test]
fn every_action_can_be_used() {
    assert_eq!(actions().len(), 30);
    for (name, action) in actions() {
        let Action { platforms, form, optional: _, timeout: _, inputs, one_of, together, outputs: _ } = action;
        assert!(!platforms.is_empty(), "{name}");
        assert_eq!(*form == Form::Condition, inputs.is_empty(), "{name}");
        for input in one_of.iter().chain(together).flatten() {
            assert!(inputs.contains_key(input), "{name}: {input}");
        }
    }
}

#[test]
fn documents_are_told_from_other_files() {
    let document = "schemaVersion: 1.0\nphases:\n- name: build\n";
    assert!(is_one("a.yml", document));
    assert!(is_one("a.json", r#"{"schemaVersion": "1.0", "phases": []}"#));
    assert!(is_one("a.yaml", r#"{"schemaVersion": "1.0", "phases": []}"#));
    assert!(is_one("a.yml", "phases:\n- name: build\n  steps:\n  - action: ExecuteBash\n"));
    assert!(is_one("a.yml", "schemaVersion: 1.0\nphases:\n- name: [\n"), "a broken one is one");
    for other in [
        "version: 0.2\nphases:\n  build:\n    commands: [make]\n",
        "schemaVersion: '2.2'\nmainSteps:\n- action: aws:runShellScript\n  name: phases\n",
        "schemaVersion: 1.0\nsteps:\n- name: LaunchBuildInstance\n  action: LaunchInstance # phases\n",
        "nested:\n  schemaVersion: 1.0\n  phases: []\n",
        "text: |\n  schemaVersion: 1.0\n  phases: []\n",
        "- schemaVersion: 1.0\n- phases: []\n",
        "",
    ] {
        assert!(!is_one("a.yml", other), "{other}");
    }
}

#[test]
fn a_given_platform_decides() {
    let text = "schemaVersion: 1.0\nphases:\n- name: build\n  steps:\n  - name: A\n    action: Reboot\n";
    let on = |platform| codes("a.yml", text, &Options { platform: Some(platform), by_uri: false });
    assert_eq!(on(Platform::Linux), Vec::<&str>::new());
    assert_eq!(on(Platform::MacOs), ["component-platform"]);
    assert_eq!(codes("a.yml", text, &Options::default()), Vec::<&str>::new());
}

#[test]
fn a_document_on_s3_may_be_longer() {
    let head = "schemaVersion: 1.0\nphases:\n- name: build\n  steps:\n  - name: A\n    action: ExecuteBash\n    inputs:\n      commands:\n      - |\n";
    let of = |len: usize| {
        let mut text = head.to_owned();
        while text.len() + 20 < len {
            text.push_str("        echo \"aaaa\"\n");
        }
        text.push_str("        : ");
        text.push_str(&"a".repeat(len - text.len() - 1));
        text.push('\n');
        assert_eq!(text.len(), len);
        text
    };
    let inline = Options::default();
    let by_uri = Options { platform: None, by_uri: true };
    assert_eq!(codes("a.yml", &of(16_000), &inline), Vec::<&str>::new());
    assert_eq!(codes("a.yml", &of(16_001), &inline), ["component-size"]);
    assert_eq!(codes("a.yml", &of(16_001), &by_uri), Vec::<&str>::new());
    assert_eq!(codes("a.yml", &of(65_536), &by_uri), Vec::<&str>::new());
    assert_eq!(codes("a.yml", &of(65_537), &by_uri), ["component-size"]);
    // Characters count, not bytes.
    assert_eq!(codes("a.yml", &of(15_999).replace("echo", "écho"), &inline), Vec::<&str>::new());
}

#[test]
fn what_has_no_phases_is_told_so() {
    assert_eq!(codes("a.yml", "schemaVersion: 1.0\n", &Options::default()), ["component-missing"]);
    assert_eq!(codes("a.yml", "", &Options::default()), ["component-missing", "component-missing"]);
    assert_eq!(codes("a.yml", "[]", &Options::default()), ["component-wrong-type"]);
    assert_eq!(codes("a.json", "{\"phases\": ", &Options::default()), ["json-syntax"]);
}
