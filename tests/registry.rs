//! What is declared, what is documented and what is listed agree.

#![expect(clippy::disallowed_methods, reason = "tests read the source")]

mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use support::{generated, root, rust_files};

/// The codes in the `declare_diagnostic!` blocks of the source.
fn declared_in_source() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for (path, text) in rust_files(&root().join("src")) {
        if path == "diagnostic/mod.rs" {
            continue;
        }
        for block in text.split("declare_diagnostic! {").skip(1) {
            let block = &block[..block.find("\n}").unwrap_or(block.len())];
            for declared in block.split("code: \"").skip(1) {
                let code = declared.split('"').next().unwrap_or_default();
                assert!(codes.insert(code.to_owned()), "`{code}` is declared once (src/{path} does it again)");
            }
        }
    }
    codes
}

#[test]
fn every_declaration_is_in_the_list() {
    let listed: BTreeSet<String> =
        formwork::declarations().iter().map(|declaration| declaration.code.to_owned()).collect();
    assert_eq!(listed.len(), formwork::declarations().len(), "no code is listed twice");
    let declared = declared_in_source();
    let missing: Vec<_> = declared.difference(&listed).collect();
    let unknown: Vec<_> = listed.difference(&declared).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "not in the list: {missing:?}; not in the source: {unknown:?}");
}

#[test]
fn codes_are_kebab_case_and_sorted() {
    let all = formwork::declarations();
    assert!(all.is_sorted_by_key(|declaration| declaration.code));
    for declaration in all {
        let code = declaration.code;
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        assert!(code.split('-').all(is_word), "`{code}` is kebab-case");
        let summary = declaration.summary;
        assert!(!summary.ends_with('.') && !summary.contains('\n') && summary.len() <= 100, "`{code}`: {summary}");
    }
}

#[test]
fn retired_codes_lead_to_codes_that_are_reported() {
    let listed: BTreeSet<&str> = formwork::declarations().iter().map(|declaration| declaration.code).collect();
    for formwork::diagnostic::Retired { code, instead } in formwork::diagnostic::RETIRED {
        assert!(!listed.contains(code), "`{code}` is retired and declared");
        assert!(listed.contains(instead), "`{code}` leads to `{instead}`, which nothing declares");
    }
    let explain = |code: &str| support::formwork(root(), &["explain".to_owned(), code.to_owned()]);
    let (old, new) = (explain("missing-local-file"), explain("missing-file"));
    assert!(old.status.success() && old.stdout == new.stdout);
    assert!(String::from_utf8_lossy(&old.stderr).contains("reported as `missing-file`"));
}

#[test]
fn every_page_has_a_declaration_and_its_sections() {
    let codes = declared_in_source();
    let mut wrong = String::new();
    for entry in fs::read_dir(root().join("docs/diagnostics")).expect("the folder of pages") {
        let name = entry.expect("a page").file_name().into_string().expect("names are text");
        if !name.strip_suffix(".md").is_some_and(|code| codes.contains(code)) {
            let _ = writeln!(wrong, "docs/diagnostics/{name} belongs to no declaration");
        }
    }
    for declaration in formwork::declarations() {
        let code = declaration.code;
        let own: Vec<&str> = declaration.page.lines().filter(|line| line.starts_with("## ")).collect();
        let mut expected = vec!["## What it finds", "## Why it matters", "## Example", "## Instead"];
        if own.last() == Some(&"## When to allow it") {
            expected.push("## When to allow it");
        }
        // The title is the code; `explain` puts it there.
        if !declaration.page.starts_with("## What it finds\n") || own != expected {
            let _ = writeln!(wrong, "docs/diagnostics/{code}.md has the sections {own:?}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_index_of_diagnostics_is_current() {
    let mut text = "# Diagnostics\n\nEverything that formwork can report. `formwork explain CODE` prints a page.\n\n\
                    | code | severity | since | what is found |\n| --- | --- | --- | --- |\n"
        .to_owned();
    for declaration in formwork::declarations() {
        let formwork::diagnostic::Declaration { code, severity, since, summary, page: _ } = declaration;
        let _ = writeln!(text, "| [`{code}`](../diagnostics/{code}.md) | {} | {since} | {summary} |", severity.word());
    }
    text.push_str("\n## Retired codes\n\nNot reported any more; `formwork explain` still knows them.\n\n| code | now |\n| --- | --- |\n");
    for formwork::diagnostic::Retired { code, instead } in formwork::diagnostic::RETIRED {
        let _ = writeln!(text, "| `{code}` | [`{instead}`](../diagnostics/{instead}.md) |");
    }
    let wrong = generated(&root().join("docs/reference/diagnostics.md"), &text, "registry");
    assert!(wrong.is_none(), "{}", wrong.unwrap_or_default());
}

#[test]
fn the_reference_of_components_is_current() {
    let folder = root().join("docs/reference/components");
    let pages = formwork::cli::reference_pages(&formwork::schema::Schemas::embedded());
    let wrong: String =
        pages.iter().filter_map(|(name, text)| generated(&folder.join(name), text, "registry")).collect();
    let there: BTreeSet<String> = support::tree(&folder).into_keys().collect();
    let wanted: BTreeSet<String> = pages.into_iter().map(|(name, _)| name).collect();
    assert!(wrong.is_empty(), "{}", wrong.lines().take(60).collect::<Vec<_>>().join("\n"));
    assert_eq!(there, wanted, "docs/reference/components/ has a page for each plugin and no other");
}

#[test]
fn the_output_of_schemas_follows_its_schema() {
    let schema = fs::read_to_string(root().join("schemas/schemas-output.schema.json")).expect("the schema");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let run = |arguments: &[&str]| {
        let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
        let output = support::formwork(&root().join("docs"), &arguments);
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("an object")
    };
    let all = run(&["schemas", "--format", "json"]);
    let listed = all["components"].as_array().expect("a list").clone();
    assert!(listed.len() > 80, "{}", listed.len());
    let names = listed
        .iter()
        .map(|entry| format!("{}/{}", entry["kind"].as_str().unwrap_or(""), entry["name"].as_str().unwrap_or("")));
    for report in names.map(|name| run(&["schemas", &name, "--format", "json"])).chain([all]) {
        let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    assert_eq!(run(&["schemas", "shell-local", "--format=json"])["components"].as_array().map(Vec::len), Some(2));
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest: toml::Table =
        toml::from_str(&fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml")).expect("TOML");
    let page = fs::read_to_string(root().join("docs/dependencies.md")).expect("docs/dependencies.md");
    let listed: BTreeSet<&str> = page.lines().filter_map(|line| line.strip_prefix("- `")?.split('`').next()).collect();
    let mut wanted = BTreeSet::new();
    for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let table = manifest.get(table).and_then(toml::Value::as_table);
        wanted.extend(table.into_iter().flat_map(toml::Table::keys).map(String::as_str));
    }
    assert_eq!(listed, wanted, "docs/dependencies.md has a line for each dependency and no other");
}

#[test]
fn the_output_of_check_follows_its_schema() {
    let schema = fs::read_to_string(root().join("schemas/check-output.schema.json")).expect("the schema");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let folder = tempfile::tempdir().expect("a folder");
    let template = "variable \"a\" {\n  type = sring\n}\nlocals {\n  b = var.c\n}\nbuild {\n  sources = [\"source.docker.x\"]\n}\n";
    fs::write(folder.path().join("x.pkr.hcl"), template).expect("a file");
    let run = |arguments: &[&str]| {
        let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
        let output = support::formwork(folder.path(), &arguments);
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("an object")
    };
    for arguments in
        [&["check", "--format", "json"][..], &["check", "--format=json", "--var", "nope=1", "--var-file", "no.hcl"]]
    {
        let report = run(arguments);
        let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}\n{report}");
        assert!(report["summary"]["errors"].as_u64().expect("a number") >= 3, "{report}");
    }
    let given = run(&["check", "--format", "json", "--var", "nope=1"]);
    let nowhere = given["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|entry| entry["file"].is_null())
        .expect("one without file");
    assert!(nowhere["range"].is_null(), "{nowhere}");
}
