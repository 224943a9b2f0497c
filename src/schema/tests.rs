//! The embedded files are well-formed, lookups find what exists, and nothing is read before it is asked for.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::PathBuf;

use super::*;

fn described<'s>(schemas: &'s Schemas, kind: Kind, name: &str) -> &'s Component {
    match schemas.component(kind, name) {
        Lookup::Described(component) => component,
        Lookup::Named(plugin) => panic!("{kind} {name} of {} is not described", plugin.plugin),
        Lookup::Unknown => panic!("{kind} {name} is not known"),
    }
}

fn error(text: &str) -> String {
    Schemas::embedded().add("mine.json", text).unwrap_err().to_string()
}

/// A file with one builder `b` whose inside is `body`.
fn builder(body: &str) -> String {
    format!(
        "{{\n\"plugin\": \"p\", \"source\": \"h/n/p\", \"version\": \"1\",\n\"components\": {{\"builder\": {{\"b\": {body}}}}}\n}}"
    )
}

fn opened(schemas: &Schemas) -> Vec<(&str, usize)> {
    let mut all = Vec::new();
    for embedded in &schemas.embedded {
        if let Some(Opened { file: _, components }) = embedded.opened.get() {
            let read = components.values().flat_map(IndexMap::values).filter(|cell| cell.get().is_some()).count();
            all.push((embedded.plugin, read));
        }
    }
    all
}

#[test]
fn embedded_files_are_well_formed() {
    let mut texts: Vec<(&str, &str)> = DESCRIBED.to_vec();
    let mut faults = Vec::new();
    let shared = Groups::open(SHARED).unwrap();
    for (name, text) in texts.drain(..) {
        let file = PluginFile::open(text).unwrap_or_else(|problem| broken(name, problem));
        assert_eq!(file.plugin.plugin, name, "a file is named after its plugin");
        let own = file.groups();
        assert!(own.names().all(|group| shared.names().all(|other| group != other)), "{name} hides a shared group");
        for (kind, component) in file.components() {
            let place = format!("schemas/{name}.json: ");
            match file.component(kind, component, &shared).unwrap() {
                Err(problem) => faults.push(format!("{place}{problem:?}")),
                Ok(component) => {
                    faults.extend(verify::verify(&component).iter().map(|problem| format!("{place}{problem:?}")));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_file_is_valid_against_the_published_json_schema() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let read = |name: &str| -> serde_json::Value {
        serde_json::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap()
    };
    let schema = read("component-schema.json");
    assert!(jsonschema::meta::is_valid(&schema));
    let mut faults = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name == "component-schema.json" || !name.ends_with(".json") {
            continue;
        }
        let document = read(&name);
        // Each file names the part of the schema that it follows.
        let Some(reference) =
            document["$schema"].as_str().and_then(|text| text.strip_prefix("./component-schema.json"))
        else {
            // A published schema of another of our formats.
            continue;
        };
        let mut root = schema.clone();
        if let Some(part) = reference.strip_prefix("#/$defs/") {
            let defs = schema["$defs"].clone();
            root = defs[part].clone();
            root["$defs"] = defs;
        }
        let validator = jsonschema::options().should_validate_formats(true).build(&root).unwrap();
        for fault in validator.iter_errors(&document) {
            faults.push(format!("schemas/{name}{}: {fault}", fault.instance_path()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_json_schema_refuses_what_the_reader_refuses() {
    let text = include_str!("../../schemas/component-schema.json");
    let validator = jsonschema::validator_for(&serde_json::from_str(text).unwrap()).unwrap();
    let valid = |body: &str| validator.is_valid(&serde_json::from_str(&builder(body)).unwrap());
    assert!(valid("{}"));
    for body in [
        r#"{"attributes": {"a": {}}}"#,
        r#"{"attributes": {"a": {"type": "text"}}}"#,
        r#"{"attributes": {"a": {"type": "string", "colour": "red"}}}"#,
        r#"{"attributes": {"a": {"type": "string", "required": true, "default": ""}}}"#,
        r#"{"attributes": {"a": {"type": "string", "render": {"times": 0}}}}"#,
        r#"{"attributes": {"a": {"type": "string", "path_or_url": true}}}"#,
        r#"{"blocks": {"b": {}}}"#,
        r#"{"rules": [{"rule": "never", "fields": ["a"]}]}"#,
        r#"{"rules": [{"rule": "custom", "fields": ["a"]}]}"#,
        r#"{"attributes": {"a": {"type": "string"}}, "rules": [{"rule": "custom", "check": "of-mine", "fields": ["a"]}]}"#,
        r#"{"attributes": {"a": {"type": "string"}}, "rules": [{"rule": "required", "check": "signer-is-key", "fields": ["a"]}]}"#,
        r#"{"attributes": {"a": {"type": "string"}}, "rules": [{"rule": "required", "since": "2.0", "fields": ["a"]}]}"#,
        r#"{"attributes": {"a": {"type": "string", "removed": false}}}"#,
        r#"{"attributes": {"a": {"type": "string", "removed": {"since": "v2.0.0"}}}}"#,
        r#"{"blocks": {"b": {"nesting": "list", "removed": {"until": "2.0.0"}}}}"#,
        r#"{"outputs": {"o": {"type": "string"}}}"#,
    ] {
        assert!(!valid(body), "{body}");
        assert!(Schemas::embedded().add("mine.json", &builder(body)).is_err(), "{body}");
    }
}

#[test]
fn what_a_release_took_away_is_read() {
    let mut schemas = Schemas::embedded();
    let body = r#"{"attributes": {
        "a": {"type": "string", "removed": true},
        "b": {"type": "string", "removed": {"since": "2.0.10", "replacement": "c"}},
        "c": {"type": "string"}
    }, "blocks": {"d": {"nesting": "list", "removed": {"since": "2.1.0"}}},
    "rules": [{"rule": "required", "fields": ["c"], "since": "2.0.9"}]}"#;
    schemas.add("mine.json", &builder(body)).unwrap();
    let Component { body, .. } = described(&schemas, Kind::Builder, "b");
    assert_eq!(body.attributes["a"].removed, Some(Removed::default()));
    let removed = body.attributes["b"].removed.as_ref().unwrap();
    assert_eq!((removed.since.unwrap().to_string(), removed.replacement.as_deref()), ("2.0.10".into(), Some("c")));
    assert!(body.rules[0].since < removed.since && removed.since < body.blocks["d"].removed.as_ref().unwrap().since);
    assert!(body.attributes["c"].removed.is_none());

    let patterns = r#"{"attributes": {"a": {"type": "string", "pattern": "^[\\w-.]$"}}, "rules": [{"rule": "value", "fields": ["a"], "value": {"pattern": "("}}]}"#;
    let patterns = error(&builder(patterns));
    assert!(patterns.contains("attribute a: the pattern `^[\\w-.]$` cannot be read: "), "{patterns}");
    assert!(patterns.contains("rule 1: the pattern `(` cannot be read: "), "{patterns}");
    let format = r#"{"attributes": {"a": {"type": "list(bool)", "element_format": "cidr"}}}"#;
    let format = error(&builder(format));
    assert!(format.ends_with("its `element_format` does not fit its type bool"), "{format}");

    let lost = error(&builder(r#"{"attributes": {"a": {"type": "string", "removed": {"replacement": "c"}}}}"#));
    assert!(lost.ends_with("attribute a: its replacement `c` does not exist"), "{lost}");
}

#[test]
fn all_components_of_all_known_plugins_are_described() {
    let schemas = Schemas::embedded();
    let count: usize = Kind::ALL.iter().map(|kind| schemas.names(*kind).count()).sum();
    assert_eq!(count, 88);
    for kind in Kind::ALL {
        for name in schemas.names(kind) {
            described(&schemas, kind, name);
        }
    }
    for (plugin, text) in DESCRIBED {
        let file = PluginFile::open(text).unwrap();
        let mut described = 0;
        for (kind, name) in file.components() {
            assert!(matches!(schemas.component(kind, name), Lookup::Described(_)), "{kind} {name} is not listed");
            described += 1;
        }
        let known = schemas.known();
        let index = known.plugins.iter().position(|known| known.plugin == plugin).unwrap();
        assert_eq!(known.plugins[index], file.plugin);
        let listed = known.components.values().flat_map(IndexMap::values).filter(|of| **of == index).count();
        assert_eq!(listed, described, "{plugin} lists another number of components than it describes");
    }
}

#[test]
fn a_name_is_described_or_unknown() {
    let schemas = Schemas::embedded();
    assert_eq!(described(&schemas, Kind::Builder, "docker").plugin.source, "github.com/hashicorp/docker");
    assert_eq!(described(&schemas, Kind::Builder, "qemu").plugin.source, "github.com/hashicorp/qemu");
    assert_eq!(schemas.component(Kind::Builder, "dokcer"), Lookup::Unknown);
    // A name belongs to one kind.
    assert_eq!(schemas.component(Kind::Provisioner, "docker"), Lookup::Unknown);
    assert_eq!(described(&schemas, Kind::Builder, "null").kind, Kind::Builder);
    assert_eq!(described(&schemas, Kind::DataSource, "null").kind, Kind::DataSource);
}

#[test]
fn nothing_is_read_before_it_is_asked_for() {
    let schemas = Schemas::embedded();
    assert!(schemas.known.get().is_none() && schemas.shared.get().is_none());
    assert_eq!(opened(&schemas), []);
    assert_eq!(schemas.names(Kind::Builder).count(), 34);
    assert_eq!(opened(&schemas), []);
    schemas.component(Kind::Builder, "nothing");
    assert_eq!(opened(&schemas), []);
    described(&schemas, Kind::PostProcessor, "docker-tag");
    assert_eq!(opened(&schemas), [("docker", 1)]);
    assert_eq!(described(&schemas, Kind::PostProcessor, "docker-tag").name, "docker-tag");
    assert_eq!(opened(&schemas), [("docker", 1)]);
    described(&schemas, Kind::Provisioner, "shell");
    assert_eq!(opened(&schemas), [("docker", 1), ("packer", 1)]);
}

#[test]
fn groups_are_merged_and_a_components_own_words_win() {
    let schemas = Schemas::embedded();
    let docker = described(&schemas, Kind::Builder, "docker");
    let null = described(&schemas, Kind::Builder, "null");
    assert_eq!(docker.body.attributes["communicator"].default, Some("docker".into()));
    assert_eq!(null.body.attributes["communicator"].default, Some("ssh".into()));
    assert_eq!(docker.body.attributes["ssh_host"], null.body.attributes["ssh_host"]);
    assert!(docker.body.attributes["login_password"].sensitive);
    assert_eq!(docker.body.attributes["login_password"].name, "login_password");
    assert!(null.body.rules.iter().any(|rule| rule.fields == ["ssh_bastion_host", "ssh_proxy_host"]));
    let build = &docker.body.blocks["build"];
    assert_eq!((build.nesting, build.max), (Nesting::Single, Some(1)));
    assert_eq!(build.body.attributes["path"].path, Some(PathUse::ReadChecked));
}

#[test]
fn strings_are_rendered_as_packer_does() {
    let schemas = Schemas::embedded();
    let render = |kind, component: &str, attribute: &str| {
        let component = described(&schemas, kind, component);
        match &component.body.attributes[attribute].render {
            Render::Never => "never".to_owned(),
            Render::Template { times, fields, build_data } => {
                format!("{times} [{}] {build_data}", fields.join(" "))
            }
        }
    };
    assert_eq!(render(Kind::Provisioner, "shell", "inline"), "2 [] true");
    assert_eq!(render(Kind::Provisioner, "shell", "environment_vars"), "1 [] false");
    assert_eq!(render(Kind::Provisioner, "shell-local", "environment_vars"), "2 [] true");
    assert_eq!(render(Kind::Provisioner, "shell", "execute_command"), "1 [Vars Path EnvVarFile] true");
    assert_eq!(render(Kind::Provisioner, "windows-shell", "inline"), "1 [] false");
    assert_eq!(render(Kind::Provisioner, "file", "destination"), "2 [] true");
    assert_eq!(render(Kind::Provisioner, "file", "content"), "1 [] false");
    assert_eq!(render(Kind::Builder, "docker", "run_command"), "1 [Image] false");
    assert_eq!(render(Kind::Provisioner, "sleep", "duration"), "never");
    let of_source =
        "BuildRegion SourceAMI SourceAMICreationDate SourceAMIName SourceAMIOwner SourceAMIOwnerName SourceAMITags";
    assert_eq!(render(Kind::Builder, "amazon-ebs", "tags"), format!("1 [{of_source}] false"));
    assert_eq!(render(Kind::Builder, "amazon-ebs", "ami_name"), "1 [] false");
    assert_eq!(render(Kind::PostProcessor, "amazon-import", "s3_key_name"), "1 [] true");
    assert_eq!(render(Kind::Provisioner, "ansible", "extra_arguments"), "2 [] true");
    assert_eq!(render(Kind::Builder, "qemu", "boot_command"), "1 [HTTPIP HTTPPort Name SSHPublicKey] false");
    let tag = &described(&schemas, Kind::Builder, "amazon-instance").body.blocks["tag"].body.attributes["value"];
    assert!(matches!(&tag.render, Render::Template { times: 2, fields, .. } if fields.len() == 7));
    assert_eq!(described(&schemas, Kind::Builder, "azure-arm").clean_names, Some(CleanNames::Azure));
    assert_eq!(described(&schemas, Kind::DataSource, "amazon-ami").clean_names, None);
}

#[test]
fn an_added_file_brings_new_components_and_replaces_known_ones() {
    let mut schemas = Schemas::embedded();
    let text = r#"{
        "plugin": "acme", "source": "example.com/acme/acme", "version": "1.0.0",
        "groups": {"named": {"attributes": {"name": {"type": "string", "required": true}}}},
        "components": {
            "builder": {
                "acme": {"groups": ["communicator", "named"], "blocks": {"disk": {"nesting": "list", "groups": ["named"]}}},
                "docker": {"attributes": {"only_this": {"type": "any"}}}
            },
            "data-source": {"acme": {"outputs": {"id": {"type": "string"}}}}
        }
    }"#;
    schemas.add("acme.json", text).unwrap();
    let acme = described(&schemas, Kind::Builder, "acme");
    assert!(acme.body.attributes.contains_key("ssh_host"));
    assert!(acme.body.blocks["disk"].body.attributes["name"].required);
    assert!(acme.body.dynamic && !described(&schemas, Kind::DataSource, "acme").body.dynamic);
    assert_eq!(described(&schemas, Kind::Builder, "docker").body.attributes.len(), 1);
    let names: Vec<&str> = schemas.names(Kind::Builder).collect();
    assert_eq!(names[..2], ["acme", "docker"]);
    assert_eq!(names.iter().filter(|name| **name == "docker").count(), 1);
}

#[test]
fn faults_of_a_file_are_told_where_they_are() {
    for (body, message) in [
        (
            r#"{"colour": 1}"#,
            "mine.json:3: builder b: unknown field `colour`, expected one of `description`, `deprecated`, \
            `render`, `clean_names`, `artifact`, `generated_vars`, `outputs`, `note`, `groups`, `attributes`, `blocks`, `rules`",
        ),
        (
            r#"{"attributes": {"a": {"type": "lst(string)"}}}"#,
            "mine.json:3: builder b: `lst(string)` is not a type: `lst` is none of string, number, bool, any, list, set, map, object",
        ),
        (
            r#"{"attributes": {"a": {"type": "string"}, "a": {"type": "bool"}}}"#,
            "mine.json:3: builder b: `a` is written twice",
        ),
        (
            r#"{"attributes": {"a": {"type": "string", "render": "once"}}}"#,
            "mine.json:3: builder b: `once` is not a way to render; the only word is `never`",
        ),
        (
            r#"{"groups": ["comunicator"]}"#,
            "mine.json: builder b: no group is named `comunicator`, neither here nor in the shared file",
        ),
        (
            r#"{"attributes": {"a": {"type": "string"}}, "rules": [{"rule": "conflicts", "fields": ["a", "c"]}]}"#,
            "mine.json: builder b, rule 1: the field `c` does not exist",
        ),
        (
            r#"{"blocks": {"a": {"nesting": "list"}}, "rules": [{"rule": "required", "fields": ["a.x"]}]}"#,
            "mine.json: builder b, rule 1: the field `a.x` does not exist",
        ),
        (
            r#"{"attributes": {"a": {"type": "bool"}}, "rules": [{"rule": "required", "fields": ["a"], "when": [{"field": "a", "test": {"eq": "x"}}]}]}"#,
            "mine.json: builder b, rule 1: a condition's value is not of type bool: \"x\"",
        ),
        (
            r#"{"attributes": {"a": {"type": "string", "default": 1}}}"#,
            "mine.json: builder b, attribute a: `default` is not of type string: 1",
        ),
        (
            r#"{"attributes": {"a": {"type": "string", "default": "x", "one_of": ["y"]}}}"#,
            "mine.json: builder b, attribute a: `default` is none of `one_of`",
        ),
        (
            r#"{"attributes": {"a": {"type": "string", "element_one_of": ["x"]}}}"#,
            "mine.json: builder b, attribute a: a string has no elements to list",
        ),
        (
            r#"{"attributes": {"a": {"type": "list(string)", "element_one_of": [1]}}}"#,
            "mine.json: builder b, attribute a: a listed element is not of type string: 1",
        ),
        (
            r#"{"attributes": {"a": {"type": "string", "format": "integer"}}}"#,
            "mine.json: builder b, attribute a: its `format` does not fit its type string",
        ),
        (
            r#"{"attributes": {"a": {"type": "string", "deprecated": {"replacement": "z"}}}}"#,
            "mine.json: builder b, attribute a: its replacement `z` does not exist",
        ),
        (
            r#"{"attributes": {"a": {"type": "bool", "render": {"times": 2}}}}"#,
            "mine.json: builder b, attribute a: a bool holds no text to render",
        ),
        (
            r#"{"attributes": {"a": {"type": "bool"}}, "blocks": {"a": {"nesting": "single"}}}"#,
            "mine.json: builder b: `a` is both an attribute and a block",
        ),
        (
            r#"{"attributes": {"a": {"type": "bool"}}, "rules": [{"rule": "value", "fields": ["a"]}]}"#,
            "mine.json: builder b, rule 1: `value` is missing in a rule of this kind",
        ),
        (r#"{"outputs": {"a": {"type": "bool"}}}"#, "mine.json: builder b: only data sources have `outputs`"),
    ] {
        assert_eq!(error(&builder(body)), message, "{body}");
    }
    assert_eq!(error("{"), "mine.json:1: EOF while parsing an object");
    assert!(
        error(r#"{"plugin": "p", "source": "s", "version": "1", "components": {"widget": {}}}"#)
            .starts_with("mine.json:1: unknown field `widget`")
    );
    let circle = r#"{"plugin": "p", "source": "s", "version": "1",
        "groups": {"g": {"blocks": {"c": {"nesting": "list", "groups": ["g"]}}}},
        "components": {"builder": {"b": {"groups": ["g"]}}}}"#;
    assert!(error(circle).ends_with("its groups and blocks lead back to themselves"));
}

#[test]
fn a_file_with_a_fault_adds_nothing() {
    let mut schemas = Schemas::embedded();
    let text = r#"{"plugin": "p", "source": "s", "version": "1",
        "components": {"builder": {"good": {}, "bad": {"groups": ["none"]}, "worse": {"x": 1}}}}"#;
    let fault = schemas.add("mine.json", text).unwrap_err();
    assert_eq!(fault.problems.len(), 2);
    assert_eq!(schemas.component(Kind::Builder, "good"), Lookup::Unknown);
}

#[test]
fn component_replacements_exist() {
    let schemas = Schemas::embedded();
    for kind in Kind::ALL {
        for name in schemas.names(kind) {
            if let Lookup::Described(component) = schemas.component(kind, name)
                && let Some(Deprecated { replacement: Some(replacement) }) = &component.deprecated
            {
                assert!(matches!(schemas.component(kind, replacement), Lookup::Described(_)), "{name}");
            }
        }
    }
}

#[test]
fn the_language_is_described_down_to_a_post_processor_of_a_chain() {
    let root = language::root();
    assert_eq!(root.blocks["source"].labels, ["type", "name"]);
    assert_eq!(root.blocks["source"].body.rest, Rest::Component(Kind::Builder));
    assert_eq!(root.blocks["locals"].body.rest, Rest::Declarations);
    assert!(!root.dynamic && root.blocks["build"].body.dynamic && !root.blocks["data"].body.dynamic);
    let chain = &root.blocks["build"].body.blocks["post-processors"].body;
    assert_eq!(chain.rest, Rest::Rejected);
    let step = &chain.blocks["post-processor"];
    assert_eq!(step.labels, ["type"]);
    assert!(step.body.attributes.contains_key("keep_input_artifact"));
    assert!(!step.body.attributes.contains_key("pause_before"));
    // The language's own rules name what exists, like those of components.
    let mut bodies = vec![&root];
    while let Some(body) = bodies.pop() {
        for rule in &body.rules {
            assert!(rule.fields.iter().all(|field| body.attributes.contains_key(field)));
        }
        for (name, attribute) in &body.attributes {
            assert_eq!((name, &attribute.render), (&attribute.name, &Render::Never));
        }
        bodies.extend(body.blocks.values().map(|block| &block.body));
    }
}

/// The facts agree with the recorded schemas of the real components.
#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn built_in_components_have_the_attributes_that_packer_declares() {
    let Some(folder) = std::env::var_os("FORMWORK_CONFORMANCE") else {
        eprintln!("skipped: FORMWORK_CONFORMANCE is not set");
        return;
    };
    let path = PathBuf::from(folder).join("packer-core/mock-schema.json");
    let recorded: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let schemas = Schemas::embedded();
    let injected = language::injected();
    let mut compared = 0;
    for (kind, word) in [
        (Kind::Builder, "builders"),
        (Kind::Provisioner, "provisioners"),
        (Kind::PostProcessor, "post_processors"),
        (Kind::DataSource, "datasources"),
    ] {
        for (name, recorded) in recorded["core"][word].as_object().unwrap() {
            let component = described(&schemas, kind, name);
            // What earlier releases took is known as well.
            let ours = component.body.attributes.iter().filter(|(_, attribute)| attribute.removed.is_none());
            let mut ours: Vec<String> = ours.map(|(name, attribute)| format!("{name} {}", attribute.ty)).collect();
            let theirs = recorded["attributes"].as_object().unwrap().iter();
            let theirs = theirs.filter(|(attribute, _)| !injected.contains_key(*attribute));
            let mut theirs: Vec<String> =
                theirs.map(|(name, attribute)| format!("{name} {}", attribute["type"].as_str().unwrap())).collect();
            ours.sort();
            theirs.sort();
            assert_eq!(ours, theirs, "{kind} {name}");
            compared += 1;
        }
    }
    assert!(compared >= 20, "{compared}");
}
