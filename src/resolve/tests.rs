//! Whole configurations through resolve.

use super::template::Template;
use super::{Inputs, Setting, configuration, resolve};
use crate::diagnostic::Sink;
use crate::schema::Schemas;
use crate::source::{MemoryFiles, SourceMap};

/// The template in `t/` and what was reported, as `code at LINE: message`.
fn resolved(files: &[(&str, &str)], inputs: &Inputs) -> (Template, Vec<String>) {
    let (resolution, sink) = reported(files, inputs);
    let (template, sources) = resolution;
    let said = sink.into_sorted().into_iter().map(|diagnostic| {
        let line = sources.position(diagnostic.span).line;
        format!("{} at {line}: {}", diagnostic.code(), diagnostic.message)
    });
    (template, said.collect())
}

fn reported(files: &[(&str, &str)], inputs: &Inputs) -> ((Template, SourceMap), Sink) {
    let disk = files.iter().fold(MemoryFiles::new(), |disk, (name, text)| disk.with(name, *text));
    let schemas = Schemas::embedded();
    let mut sources = SourceMap::new();
    let mut sink = Sink::new();
    let configuration =
        configuration::load("t", &inputs.var_files, &disk, &schemas, &mut sources, &mut sink).expect("it loads");
    let setting = Setting { files: &disk, schemas: &schemas, inputs };
    let template = resolve(&configuration, &setting, &mut sources, &mut sink);
    ((template, sources), sink)
}

fn check(text: &str) -> Vec<String> {
    resolved(&[("t/main.pkr.hcl", text)], &Inputs::default()).1
}

#[test]
fn a_build_has_its_images_with_their_own_components() {
    let text = r#"
        variable "base" { default = "debian:12" }
        variable "greeting" {
          type    = string
          default = "hello"
        }
        locals { words = ["${var.greeting} world"] }
        source "docker" "a" {
          image  = var.base
          commit = true
        }
        build {
          name = "release"
          source "source.docker.a" { name = "one" }
          source "docker.a" {
            name     = "two"
            platform = "linux/amd64"
          }
          dynamic "provisioner" {
            labels   = ["shell"]
            for_each = local.words
            content { inline = ["echo ${provisioner.value} {{ build_name }}"] }
          }
          provisioner "shell" {
            only     = ["docker.two"]
            inline   = ["false"]
            override = { two = { inline = ["true"] } }
          }
        }
    "#;
    let (template, said) = resolved(&[("t/main.pkr.hcl", text)], &Inputs::default());
    assert_eq!(said, Vec::<String>::new());
    let names: Vec<&str> = template.images.iter().map(|image| image.name.as_str()).collect();
    assert_eq!(names, ["release.docker.one", "release.docker.two"]);
    let inline = |image: usize, step: usize| {
        let value = &template.images[image].provisioners[step].body.arguments["inline"].value;
        let texts: Vec<String> = value.children().filter_map(|line| line.as_str().map(Into::into)).collect();
        texts
    };
    assert_eq!(inline(0, 0), ["echo hello world one"]);
    assert_eq!(template.images[0].provisioners.len(), 1);
    assert_eq!(inline(1, 1), ["true"]);
    assert!(template.images[1].source.body.arguments.contains_key("platform"));
}

#[test]
fn five_faults_are_five_diagnostics_at_their_causes() {
    let text = r#"
source "docker" "app" {
  imge   = "debian:12"
  commit = true
}
build {
  sources = ["source.docker.ap"]
}
build {
  sources = ["source.docker.app"]
  provisioner "shell" {
    inline = ["echo ${var.nam}"]
  }
  provisioner "shell" {
    inline = [ "a" "b" ]
  }
  provisioner "shell" {
    inline = { a = 1 }
  }
}
"#;
    let said = check(text);
    let codes: Vec<&str> = said.iter().map(|line| line.split(':').next().unwrap_or_default()).collect();
    assert_eq!(codes.len(), 5, "{said:#?}");
    for expected in ["unknown-attribute at 3", "unknown-source at 7", "undeclared-variable at 12", "wrong-type at 18"] {
        assert!(codes.contains(&expected), "{expected} is missing in {said:#?}");
    }
}

#[test]
fn a_cycle_is_shown_with_its_path() {
    let said = check(
        "locals {\n  a = local.b\n  b = [local.c]\n  c = local.a\n  d = local.a\n}\nsource \"docker\" \"x\" {}\nbuild { sources = [\"docker.x\"] }\n",
    );
    assert_eq!(said, ["reference-cycle at 2: `local.a` needs itself: local.a → local.b → local.c → local.a"]);
}

#[test]
fn the_strongest_value_of_a_variable_wins() {
    let files = [
        (
            "t/main.pkr.hcl",
            "variable \"a\" {\n  type    = list(string)\n  default = [\"default\"]\n}\nsource \"docker\" \"x\" {}\nbuild {\n  sources = [\"docker.x\"]\n}\n",
        ),
        ("t/b.auto.pkrvars.hcl", "a = [\"auto b\"]\n"),
        ("t/a.auto.pkrvars.hcl", "a = [\"auto a\"]\n"),
        ("t/0.auto.pkrvars.json", "\u{feff}{ \"a\": [\"${json}\"] }"),
        ("more.pkrvars.hcl", "a = [\"file\"]\nunknown = 1\n"),
        ("more.json", "{\n  \"//\": \"for all\",\n  \"a\": [\"json file\"],\n  \"unknown\": -1\n}\n"),
    ];
    let value = |inputs: &Inputs| {
        let (template, said) = resolved(&files, inputs);
        let value = template.variables["a"].value.clone().expect("it has a value");
        (value.children().next().and_then(|text| text.as_str().map(String::from)).expect("a text"), said)
    };
    let mut inputs =
        Inputs { environment: Some([("PKR_VAR_a".to_owned(), "[\"env\"]".to_owned())].into()), ..Inputs::default() };
    assert_eq!(value(&inputs).0, "${json}");
    inputs.var_files = vec!["more.pkrvars.hcl".to_owned()];
    let (winner, said) = value(&inputs);
    assert_eq!(winner, "file");
    assert_eq!(said, ["undeclared-value at 2: no variable is named `unknown`"]);
    inputs.var_files.push("more.json".to_owned());
    let (winner, said) = value(&inputs);
    assert_eq!(winner, "json file");
    assert_eq!(said.last().map(String::as_str), Some("undeclared-value at 4: no variable is named `unknown`"));
    inputs.variables = vec![("a".to_owned(), "[\"cli\"]".to_owned())];
    assert_eq!(value(&inputs).0, "cli");
}

#[test]
fn a_source_that_nobody_uses_is_judged_by_warnings_unless_a_misspelling_means_it() {
    let text = |reference: &str| {
        format!(
            "source \"docker\" \"app\" {{\n  imge = \"a\"\n}}\nsource \"docker\" \"other\" {{\n  image = \"a\"\n}}\nbuild {{\n  sources = [\"{reference}\"]\n}}\n"
        )
    };
    let severities = |reference: &str| {
        let (_, sink) = reported(&[("t/main.pkr.hcl", &text(reference))], &Inputs::default());
        sink.into_sorted().iter().map(|found| (found.code(), found.severity.word())).collect::<Vec<_>>()
    };
    assert_eq!(severities("docker.other"), [("unknown-attribute", "warning")]);
    assert_eq!(severities("docker.ap"), [("unknown-attribute", "error"), ("unknown-source", "error")]);
}

#[test]
fn the_steps_of_a_build_are_judged_also_where_its_source_is_unknown() {
    let said = check(
        "build {\n  sources = [\"docker.nope\"]\n  provisioner \"shell\" {\n    inline = [\"${var.x} ${source.name} ${build.ID}\"]\n  }\n}\n",
    );
    let codes: Vec<&str> = said.iter().map(|line| line.split(':').next().unwrap_or_default()).collect();
    assert_eq!(codes, ["unknown-source at 2", "undeclared-variable at 4"], "{said:#?}");
}

#[test]
fn a_sensitive_value_that_cannot_be_read_is_not_told() {
    let text = "variable \"a\" {\n  type = list(string)\n  sensitive = true\n}\nvariable \"b\" { type = bool }\n";
    for value in ["hunter2", "hunter2.x", "[hunter2]", "{hunter2", "hunter2()", "\"${hunter2}\""] {
        let given = ["a", "b"].map(|name| (name.to_owned(), value.to_owned()));
        let inputs = Inputs { variables: given.into(), sensitive: vec!["b".to_owned()], ..Inputs::default() };
        let (_, sink) = reported(&[("t/main.pkr.hcl", text)], &inputs);
        let codes: Vec<&str> = sink.diagnostics().iter().map(crate::diagnostic::Diagnostic::code).collect();
        assert_eq!(codes, ["invalid-value", "invalid-value"], "{value}");
        assert!(!format!("{:?}", sink.diagnostics()).contains("hunter2"), "{value}");
    }
}

#[test]
fn a_source_whose_type_has_dots_may_have_a_similar_name() {
    let said = check("source \"..null\" \"a\" {}\nbuild {\n  sources = [\"source.null.a\"]\n}\n");
    assert!(said.iter().any(|said| said == "unknown-source at 3: no source is named `null.a`"), "{said:?}");
}

#[test]
fn what_could_not_be_read_may_declare_what_is_used() {
    let using = |declaration: &str| {
        format!(
            "{declaration}\nsource \"null\" \"a\" {{ communicator = \"none\" }}\nbuild {{\nsources = [\"null.a\"]\n\
             provisioner \"shell-local\" {{ inline = [var.x, local.y, data.amazon-ami.z.id] }}\n}}"
        )
    };
    let rest = "data \"amazon-ami\" \"z\" {}\n";
    for (declaration, cause) in [
        ("varible \"x\" {}\nlocals { y = \"\" }", "unknown-block at 1"),
        ("variable {}\nlocals { y = \"\" }", "wrong-labels at 1"),
        ("variable \"x\" {}\nlocls { y = \"\" }", "unknown-block at 2"),
        ("variable \"x\" {}\nlocals = { y = \"\" }", "block-as-attribute at 2"),
        ("variable \"x\" {}\nlocals \"a\" { y = \"\" }", "wrong-labels at 2"),
    ] {
        let said = check(&using(&format!("{declaration}\n{rest}")));
        assert!(said.len() == 1 && said[0].starts_with(cause), "{declaration}: {said:#?}");
    }
    let said = check(&using("variable \"x\" {}\nlocals { y = \"\" }\ndta \"amazon-ami\" \"z\" {}"));
    assert!(said.len() == 1 && said[0].starts_with("unknown-block at 3"), "{said:#?}");
    // Another name is missing all the same.
    let said = check(&using(&format!("varible \"other\" {{}}\nlocals {{ y = \"\" }}\n{rest}")));
    assert!(said.iter().any(|line| line.starts_with("undeclared-variable")), "{said:#?}");
}

#[test]
fn a_misspelt_type_of_a_source_is_told_once() {
    let said = check("source \"amazon-esb\" \"a\" {}\nbuild { sources = [\"source.amazon-ebs.a\"] }");
    assert!(said.len() == 1 && said[0].starts_with("unknown-component at 1"), "{said:#?}");
    let said = check("sorce \"null\" \"a\" {}\nbuild { sources = [\"source.null.a\"] }");
    assert!(said.len() == 1 && said[0].starts_with("unknown-block at 1"), "{said:#?}");
}

#[test]
fn places_are_those_of_what_is_wrong() {
    let said = check("local \"the.family\" { expression = \"\" }\nbuild {\nsources = []\n}");
    assert!(said[0].starts_with("invalid-name at 1"), "{said:#?}");
    assert!(said[1].starts_with("build-without-source at 3"), "{said:#?}");
    let in_build = |inside: &str| {
        check(&format!(
            "source \"null\" \"a\" {{ communicator = \"none\" }}\nbuild {{\nsources = [\"null.a\"]\n\
             provisioner \"shell\" {{\ninline = [\n\"a\",\n{inside}\n}}\n}}\n}}"
        ))
    };
    let said = in_build("]\noverride = {\na = \"x\"\n}");
    assert!(said[0].starts_with("invalid-override at 9"), "{said:#?}");
    let said = in_build("]\noverride = {\na = {\ninlin = [\"x\"]\n}\n}");
    assert!(said[0].starts_with("unknown-attribute at 10"), "{said:#?}");
    let said = in_build("{ b = 1 }\n]\nvalid_exit_codes = [0\n]");
    assert!(said[0].starts_with("wrong-type at 7"), "{said:#?}");
}

#[test]
fn what_is_misspelt_is_not_missing_as_well() {
    let build = "source \"null\" \"a\" { communicator = \"none\" }\nbuild { sources = [\"null.a\"] }";
    for (text, cause) in [
        ("local \"x\" { exprsion = 1 }\nlocals { y = local.x }", "unknown-attribute at 1"),
        ("local \"x\" {}\nlocals { y = local.x }", "missing-expression at 1"),
        (
            "variable \"x\" {\ndefault = 1\nvalidation {\ncondition = var.x > 0\nerror_mesage = \"No.\"\n}\n}",
            "unknown-attribute at 5",
        ),
        ("data \"amazon-amis\" \"x\" {}\nlocals { y = data.amazon-ami.x.id }", "unknown-component at 1"),
        ("variable \"the x\" {}\nlocals { y = var.x }", "invalid-name at 1"),
    ] {
        let said = check(&format!("{text}\n{build}"));
        assert!(said.len() == 1 && said[0].starts_with(cause), "{text}: {said:#?}");
    }
}
