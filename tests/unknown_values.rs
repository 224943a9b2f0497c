//! Nothing is lost in silence: an attribute whose value is not known, or a secret, is in a target's output or its report
//! says more of it than `exact`. Tried with every attribute of the components that targets understand.
#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use formwork::diagnostic::Sink;
use formwork::engine::{Request, analyse, build_graph};
use formwork::resolve::Inputs;
use formwork::schema::{Kind, Lookup, Schemas};
use formwork::source::MemoryFiles;
use formwork::targets::{self, Context, OutContent, Verdict};

/// A component with what it needs to be sound. `source` and `build` are what stands around it.
struct Place {
    kind: Kind,
    component: &'static str,
    needs: &'static [(&'static str, &'static str)],
    source: &'static str,
}

const DOCKER: &str = "docker";
const EBS: &str = "amazon-ebs";
const WINDOWS: &str = "windows";

const PLACES: &[Place] = &[
    place(Kind::Builder, "docker", &[("image", "\"debian:12\""), ("commit", "true")], ""),
    place(Kind::Builder, "amazon-ebs", EBS_BODY, ""),
    place(Kind::Provisioner, "shell", &[("inline", "[\"true\"]")], DOCKER),
    place(Kind::Provisioner, "shell", &[("inline", "[\"true\"]")], EBS),
    place(Kind::Provisioner, "file", &[("content", "\"a\""), ("destination", "\"/srv/a\"")], DOCKER),
    place(Kind::Provisioner, "file", &[("content", "\"a\""), ("destination", "\"/srv/a\"")], EBS),
    place(Kind::Provisioner, "shell-local", &[("inline", "[\"true\"]")], DOCKER),
    place(Kind::Provisioner, "shell-local", &[("inline", "[\"true\"]")], EBS),
    place(Kind::Provisioner, "sleep", &[("duration", "\"1s\"")], DOCKER),
    place(Kind::Provisioner, "sleep", &[("duration", "\"1s\"")], EBS),
    place(Kind::Provisioner, "powershell", &[("inline", "[\"exit 0\"]")], WINDOWS),
    place(Kind::Provisioner, "windows-shell", &[("inline", "[\"exit 0\"]")], WINDOWS),
    place(Kind::Provisioner, "windows-restart", &[], WINDOWS),
    place(Kind::PostProcessor, "docker-tag", &[("repository", "\"a/b\"")], DOCKER),
    place(Kind::PostProcessor, "docker-push", &[], DOCKER),
    place(Kind::PostProcessor, "docker-save", &[("path", "\"a.tar\"")], DOCKER),
    place(Kind::PostProcessor, "docker-import", &[("repository", "\"a/b\"")], DOCKER),
    place(Kind::PostProcessor, "manifest", &[], DOCKER),
    place(Kind::PostProcessor, "manifest", &[], EBS),
    place(Kind::PostProcessor, "checksum", &[], DOCKER),
    place(Kind::PostProcessor, "shell-local", &[("inline", "[\"true\"]")], DOCKER),
    place(Kind::PostProcessor, "shell-local", &[("inline", "[\"true\"]")], EBS),
];

const EBS_BODY: &[(&str, &str)] = &[
    ("ami_name", "\"app-ami\""),
    ("instance_type", "\"t3.micro\""),
    ("region", "\"eu-west-1\""),
    ("source_ami", "\"ami-0123456789abcdef0\""),
    ("ssh_username", "\"root\""),
];

const fn place(
    kind: Kind,
    component: &'static str,
    needs: &'static [(&'static str, &'static str)],
    source: &'static str,
) -> Place {
    Place { kind, component, needs, source }
}

/// Ways to write a value that is not known, or that nobody may see, with what is declared of the variable.
const VALUES: [(&str, &str); 9] = [
    ("var.undecided_value", ""),
    ("var.undecided_value", "sensitive = true"),
    ("var.undecided_value", "type = list(string)"),
    ("\"A=${var.undecided_value}\"", ""),
    ("[\"A=${var.undecided_value}\"]", "sensitive = true"),
    ("[\"A=${var.undecided_value}\"]", "type = number"),
    ("[\"A=${upper(var.undecided_value)}\"]", ""),
    ("[\"A=${upper(var.undecided_value)}\"]", "sensitive = true"),
    ("{ A = var.undecided_value }", ""),
];

impl Place {
    /// A template with one attribute more, or another value for one that it needs; without, if its name is empty.
    fn template(&self, attribute: &str, value: &str, declaration: &str) -> String {
        let mut body = String::new();
        for (name, value) in self.needs.iter().filter(|(name, _)| *name != attribute) {
            let _ = writeln!(body, "    {name} = {value}");
        }
        if !attribute.is_empty() {
            let _ = match attribute.split_once('.') {
                None => writeln!(body, "    {attribute} = {value}"),
                Some((block, attribute)) => writeln!(body, "    {block} {{\n      {attribute} = {value}\n    }}"),
            };
        }
        let ebs = EBS_BODY.iter().map(|(name, value)| format!("  {name} = {value}\n")).collect::<String>();
        let (source, body_of_source) = match (self.kind, self.source) {
            (Kind::Builder, _) => (self.component, body.clone()),
            (_, DOCKER) => ("docker", "  image = \"debian:12\"\n  commit = true\n".to_owned()),
            (_, WINDOWS) => ("amazon-ebs", ebs.replace("ssh_username", "communicator = \"winrm\"\n  winrm_username")),
            _ => ("amazon-ebs", ebs),
        };
        let inside = match self.kind {
            Kind::Provisioner => format!("  provisioner \"{}\" {{\n{body}  }}\n", self.component),
            Kind::PostProcessor => format!("  post-processor \"{}\" {{\n{body}  }}\n", self.component),
            Kind::Builder | Kind::DataSource => String::new(),
        };
        format!(
            "variable \"undecided_value\" {{\n  {declaration}\n}}\nsource \"{source}\" \"app\" {{\n{body_of_source}}}\n\
             build {{\n  sources = [\"source.{source}.app\"]\n{inside}}}\n"
        )
    }

    fn construct(&self, attribute: &str) -> String {
        match self.kind {
            Kind::Provisioner => format!("provisioner[0].{}.{attribute}", self.component),
            Kind::PostProcessor => format!("post-processor[0].{}.{attribute}", self.component),
            Kind::Builder | Kind::DataSource => format!("source.{}.app.{attribute}", self.component),
        }
    }

    /// The target that takes it.
    fn target(&self) -> &'static str {
        let docker = self.source == DOCKER || self.component == "docker";
        if docker { "dockerfile" } else { "aws-image-builder" }
    }
}

/// What a target makes of a template; nothing if that is not sound.
fn compile(text: &str, target: &str, schemas: &Schemas) -> Option<targets::Output> {
    let files = MemoryFiles::new().with("t/main.pkr.hcl", text);
    let inputs = Inputs::default();
    let paths = ["t".to_owned()];
    let request = Request { paths: &paths, root: None, project: &files, files: &files, inputs: &inputs };
    let analysis = analyse(&request, schemas).unwrap();
    let checked = analysis.checked()?;
    let mut sink = Sink::new();
    let graph = build_graph(checked, &analysis.sources, &inputs, &mut sink);
    let mut options = targets::Options::new();
    options.set(targets::Setting::parse("aws-image-builder.root-device=/dev/xvda").unwrap());
    let context = Context {
        files: &files,
        options: &options,
        accepted: &[],
        output_folder: "out",
        project: "p",
        generated_from: "main.pkr.hcl",
    };
    Some((targets::named(target).unwrap().compile)(&graph, &context, &mut sink))
}

/// The texts of an output.
fn texts(output: &targets::Output) -> String {
    let text = |file: &targets::OutFile| match &file.content {
        OutContent::File { bytes, mode: _ } => String::from_utf8_lossy(bytes).into_owned(),
        OutContent::Link { .. } | OutContent::Folder { .. } => String::new(),
    };
    output.files.values().map(text).collect()
}

/// Whether the output mentions the variable or the report says more of a construct than `exact`.
fn is_told(output: &targets::Output, construct: &str) -> bool {
    // What is said of a block is said of all that is in it.
    let said = |entry: &targets::FidelityEntry| match construct.strip_prefix(&entry.construct) {
        Some("") => entry.verdict != Verdict::Exact || !entry.how.is_empty(),
        Some(rest) => entry.verdict != Verdict::Exact && rest.starts_with('.'),
        None => false,
    };
    output.entries.iter().any(said) || texts(output).to_lowercase().replace('_', "").contains("undecidedvalue")
}

#[test]
fn what_is_not_known_is_in_the_output_or_in_the_report() {
    let schemas = Schemas::embedded();
    let mut wrong = BTreeSet::new();
    let mut tried = 0;
    for place in PLACES {
        let Lookup::Described(component) = schemas.component(place.kind, place.component) else {
            panic!("{} is described", place.component)
        };
        let plain = compile(&place.template("", "", "default = 1"), place.target(), &schemas);
        let made = plain.is_some_and(|output| !output.images.is_empty());
        assert!(made, "an image is made with {} in {}", place.component, place.source);
        let inside = component.body.blocks.iter().flat_map(|(block, schema)| {
            schema.body.attributes.keys().map(move |attribute| format!("{block}.{attribute}"))
        });
        for attribute in component.body.attributes.keys().cloned().chain(inside) {
            let construct = place.construct(&attribute);
            for (value, declaration) in VALUES {
                let text = place.template(&attribute, value, declaration);
                let Some(output) = compile(&text, place.target(), &schemas) else { continue };
                tried += 1;
                if !output.images.is_empty() && !is_told(&output, &construct) {
                    wrong.insert(format!("{}: {construct} = {value} ({declaration})", place.target()));
                }
            }
        }
    }
    assert!(tried > 500, "most of it is sound: {tried}");
    assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_secret_without_a_type_or_value_is_given_as_a_secret() {
    let text = |source: &str| {
        format!(
            "variable \"undecided_value\" {{\n  sensitive = true\n}}\n{source}\nbuild {{\n  sources = [\"source.{}.app\"]\n  \
             provisioner \"shell\" {{\n    environment_vars = [\"PW=${{var.undecided_value}}\"]\n    inline = [\"true\"]\n  \
             }}\n}}\n",
            source.split('"').nth(1).unwrap_or_default()
        )
    };
    let schemas = Schemas::embedded();
    let docker = text("source \"docker\" \"app\" {\n  image = \"debian:12\"\n  commit = true\n}");
    let output = compile(&docker, "dockerfile", &schemas).expect("it is sound");
    assert!(texts(&output).contains("--mount=type=secret,id=undecided_value"), "{}", texts(&output));
    assert!(texts(&output).contains("PW=\"${var_undecided_value}\""), "{}", texts(&output));
    let body: String = EBS_BODY.iter().map(|(name, value)| format!("  {name} = {value}\n")).collect();
    let ebs = text(&format!("source \"amazon-ebs\" \"app\" {{\n{body}}}"));
    let output = compile(&ebs, "aws-image-builder", &schemas).expect("it is sound");
    assert!(texts(&output).contains("UndecidedValueSecret"), "{}", texts(&output));
}

#[test]
fn a_value_that_begins_a_script_may_be_given_later() {
    let text = "variable \"command\" {\n  type = string\n}\nsource \"docker\" \"app\" {\n  image = \"debian:12\"\n  \
                commit = true\n}\nbuild {\n  sources = [\"source.docker.app\"]\n  provisioner \"shell\" {\n    \
                inline = [\"${var.command} -v\"]\n  }\n}\n";
    let output = compile(text, "dockerfile", &Schemas::embedded()).expect("it is sound");
    assert_eq!(output.parameters.get("command").map(String::as_str), Some("PKR_VAR_command"));
}
