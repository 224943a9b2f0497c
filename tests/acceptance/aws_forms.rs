//! The other forms of what is emitted for Image Builder are judged: modules by a reader of HCL that is not ours and by
//! Terraform itself, requests by the service's own model, and sequences of edits by a stand-in for the service.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use regex::Regex;
use serde_json::Value;

use crate::{
    aws::{real, real_configurations},
    compiled::{formwork, list, text},
    in_pairs, process,
    world::{find, folder, skip},
};

/// The folder of judges, beside which the extracts of the services' models lie.
pub(crate) fn conformance() -> Option<PathBuf> {
    let found = folder("FORMWORK_CONFORMANCE");
    if found.is_none() {
        println!("skipped: FORMWORK_CONFORMANCE does not name the folder of judges");
    }
    found.filter(|_| std::env::var("FORMWORK_ACCEPTANCE").as_deref() != Ok("off"))
}

fn extract(conformance: &Path, name: &str) -> PathBuf {
    conformance.join("../reference/targets").join(name)
}

/// A Python that has an independent reader of HCL and the SDK of AWS.
pub(crate) fn python() -> Option<PathBuf> {
    let found = find("aws-judges-python");
    if found.is_none() {
        return skip("not in FORMWORK_TOOLS or PATH: aws-judges-python (`.ci/tools.sh` installs it)");
    }
    found
}

/// Terraform with the stand-in for its provider, where a Terraform is on the machine.
struct Terraform {
    program: PathBuf,
    environment: Vec<(String, String)>,
}

fn terraform(conformance: &Path) -> Option<&'static Terraform> {
    static FOUND: OnceLock<Option<Terraform>> = OnceLock::new();
    FOUND.get_or_init(|| prepared(conformance)).as_ref()
}

fn prepared(conformance: &Path) -> Option<Terraform> {
    // No registry has it, so it may be absent where skipping is forbidden.
    let Some(program) = find("terraform").or_else(|| find("tofu")) else {
        println!("skipped: there is no terraform on this machine");
        return None;
    };
    let cache = std::env::var("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|_| std::env::var("HOME").map(|home| Path::new(&home).join(".cache"))).ok()?;
    let mirror = cache.join("formwork/tfstub-mirror");
    let settings = mirror.join("terraformrc");
    if !settings.is_file() {
        let words = [conformance.join("aws/tfstub/install.sh"), mirror].map(|path| path.to_string_lossy().into_owned());
        if let Err(why) = process::run(Path::new("/"), Path::new("/bin/sh"), words, &[]).success() {
            println!("skipped: the stand-in for the provider cannot be built: {why}");
            return None;
        }
    }
    let environment = vec![
        ("TF_CLI_CONFIG_FILE".to_owned(), settings.to_string_lossy().into_owned()),
        ("CHECKPOINT_DISABLE".to_owned(), "1".to_owned()),
        ("PATH".to_owned(), std::env::var("PATH").unwrap_or_default()),
    ];
    Some(Terraform { program, environment })
}

impl Terraform {
    fn run(&self, folder: &Path, words: &[&str], more: &[(String, String)]) -> Result<String, String> {
        let environment: Vec<_> = self.environment.iter().chain(more).cloned().collect();
        let words = words.iter().map(|word| (*word).to_owned());
        process::run(folder, &self.program, words, &environment).success().map(|ended| ended.stdout)
    }
}

/// Every configuration of real templates that has an `amazon-ebs` source, as a module.
#[test]
fn aws_corpus_as_modules() {
    let Some(conformance) = conformance() else { return };
    let Some(corpus) = folder("FORMWORK_CORPUS") else {
        println!("skipped: FORMWORK_CORPUS does not name the folder of real templates");
        return;
    };
    let Some(python) = python() else { return };
    let judge = |folder: &Path| module(&conformance, &python, folder);
    let format = ["--set", "aws-image-builder.format=terraform"];
    judged(&corpus, &format, &judge);
}

/// Demands that no judge finds anything in a module.
pub(crate) fn module(conformance: &Path, python: &Path, folder: &Path) -> Result<(), String> {
    let schema = extract(conformance, "aws-imagebuilder-terraform.json");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/acceptance/terraform_module.py");
    let words = [script.as_path(), folder, &schema].map(|path| path.to_string_lossy().into_owned());
    let said = process::run(folder, python, words, &[]).success()?.stdout;
    if !said.trim().is_empty() {
        return Err(said);
    }
    if let Some(terraform) = terraform(conformance) {
        terraform.run(folder, &["fmt", "-check", "-diff", "."], &[])?;
        terraform.run(folder, &["init", "-no-color"], &[])?;
        terraform.run(folder, &["validate", "-no-color"], &[])?;
    }
    Ok(())
}

/// Every configuration of real templates that has an `amazon-ebs` source, as requests.
#[test]
fn aws_corpus_as_requests() {
    let Some(conformance) = conformance() else { return };
    let Some(corpus) = folder("FORMWORK_CORPUS") else {
        println!("skipped: FORMWORK_CORPUS does not name the folder of real templates");
        return;
    };
    let Some(python) = python() else { return };
    let model = Model::of(&conformance);
    let format = ["--set", "aws-image-builder.format=api"];
    judged(&corpus, &format, &|folder| model.judge(folder).and_then(|()| requests(&python, folder)));
}

/// Demands that the SDK takes every request of a folder, with the patterns, words and limits of its own model.
pub(crate) fn requests(python: &Path, folder: &Path) -> Result<(), String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/acceptance/aws_requests.py");
    let words = [script.as_path(), folder].map(|path| path.to_string_lossy().into_owned());
    let said = process::run(folder, python, words, &[]).success()?.stdout;
    if said.trim().is_empty() { Ok(()) } else { Err(said) }
}

/// Requests that stand in golden cases are what the SDK takes, and not everything is.
#[test]
fn aws_golden_requests() {
    let Some(python) = python() else { return };
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")];
    let mut seen = 0;
    while let Some(folder) = open.pop() {
        let inside: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        open.extend(inside.iter().filter(|path| path.is_dir()).cloned());
        if !folder.ends_with("aws-image-builder") || !folder.join("api").is_dir() {
            continue;
        }
        seen += 1;
        requests(&python, &folder).unwrap_or_else(|found| panic!("{}: {found}", folder.display()));
        let scratch = tempfile::tempdir().unwrap();
        fs::create_dir(scratch.path().join("api")).unwrap();
        for path in fs::read_dir(folder.join("api")).unwrap().map(|entry| entry.unwrap().path()) {
            let body = fs::read_to_string(&path).unwrap();
            let wrong = body.replace("\"Linux\"", "\"linux\"");
            fs::write(scratch.path().join("api").join(path.file_name().unwrap()), wrong).unwrap();
        }
        let found = requests(&python, scratch.path()).expect_err("a platform that there is not");
        assert!(found.contains("'linux' is none of"), "{found}");
    }
    assert!(seen > 0, "no golden case has requests");
}

fn judged(corpus: &Path, format: &[&str], judge: &(dyn Fn(&Path) -> Result<(), String> + Sync)) {
    let configurations = real_configurations(corpus);
    let results = in_pairs(&configurations, |description| real(corpus, description, format, judge));
    let failed = |(description, result): (&Value, Result<String, String>)| {
        result.err().map(|why| format!("{}: {why}", text(&description["id"])))
    };
    let failures: Vec<String> = configurations.iter().zip(results).filter_map(failed).collect();
    println!("{} configurations", configurations.len());
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}

/// What the service says of its requests.
pub(crate) struct Model {
    root: Value,
}

impl Model {
    /// Of the extract beside the judges.
    pub(crate) fn of(conformance: &Path) -> Self {
        Self::read(&extract(conformance, "aws-imagebuilder-api.json"))
    }

    fn read(path: &Path) -> Self {
        Self { root: serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap() }
    }

    /// Demands that every request of a folder is one, and that what it refers to was made by an earlier one.
    pub(crate) fn judge(&self, folder: &Path) -> Result<(), String> {
        let mut paths: Vec<PathBuf> = fs::read_dir(folder.join("api"))
            .map_err(|error| format!("there is no folder `api`: {error}"))?
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        let mut found = Vec::new();
        let mut made = BTreeSet::new();
        for path in paths {
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            let operation = file.trim_end_matches(".json").split_once('-').unwrap().1.to_owned();
            let body: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).map_err(|it| it.to_string())?;
            let input = &self.root["operations"][&operation]["input"];
            if !input.is_string() {
                found.push(format!("{file}: the service has no such operation"));
                continue;
            }
            self.walk(&file, &body, &text(input), &mut found);
            for arn in
                arns(&body).into_iter().filter(|arn| arn.contains(":123456789012:") && arn.contains("imagebuilder"))
            {
                let rest = arn.split(':').nth(5).unwrap_or_default();
                if !made.contains(rest) {
                    found.push(format!("{file}: {arn} is not made before"));
                }
            }
            let kind = match operation.as_str() {
                "CreateComponent" => "component",
                "CreateImageRecipe" => "image-recipe",
                "CreateContainerRecipe" => "container-recipe",
                "CreateInfrastructureConfiguration" => "infrastructure-configuration",
                "CreateDistributionConfiguration" => "distribution-configuration",
                "CreateImagePipeline" => "image-pipeline",
                _ => continue,
            };
            let version = body["semanticVersion"].as_str().map(|version| format!("/{version}")).unwrap_or_default();
            made.insert(format!("{kind}/{}{version}", text(&body["name"])));
        }
        if made.is_empty() {
            found.push("nothing is made".to_owned());
        }
        if found.is_empty() { Ok(()) } else { Err(found.join("\n")) }
    }

    fn walk(&self, place: &str, value: &Value, shape: &str, found: &mut Vec<String>) {
        let model = &self.root["shapes"][shape];
        let (least, most) = (model["min"].as_f64(), model["max"].as_f64());
        let mut within = |what: &str, size: f64| {
            if least.is_some_and(|least| size < least) || most.is_some_and(|most| size > most) {
                found.push(format!("{place}: {what} {size} of {shape}"));
            }
        };
        match model["type"].as_str().unwrap_or_default() {
            "structure" => {
                let Some(entries) = value.as_object() else {
                    return found.push(format!("{place}: no structure {shape}"));
                };
                for name in list(&model["required"]).iter().map(text) {
                    if !entries.contains_key(&name) {
                        found.push(format!("{place}: `{name}` is missing"));
                    }
                }
                for (name, value) in entries {
                    match model["members"][name]["shape"].as_str() {
                        Some(shape) => self.walk(&format!("{place}.{name}"), value, shape, found),
                        None => found.push(format!("{place}: {shape} has no `{name}`")),
                    }
                }
            }
            "list" => {
                let Some(items) = value.as_array() else { return found.push(format!("{place}: no list {shape}")) };
                within("length", items.len() as f64);
                for (at, item) in items.iter().enumerate() {
                    self.walk(&format!("{place}[{at}]"), item, &text(&model["member"]), found);
                }
            }
            "map" => {
                let Some(entries) = value.as_object() else { return found.push(format!("{place}: no map {shape}")) };
                within("length", entries.len() as f64);
                for (key, value) in entries {
                    self.walk(&format!("{place} key"), &Value::String(key.clone()), &text(&model["key"]), found);
                    self.walk(&format!("{place}.{key}"), value, &text(&model["value"]), found);
                }
            }
            "string" => {
                let Some(content) = value.as_str() else { return found.push(format!("{place}: no text {shape}")) };
                within("length", content.chars().count() as f64);
                let pattern = model["pattern"].as_str().or_else(|| self.root["arn_patterns"][shape].as_str());
                if let Some(pattern) = pattern
                    && !matches(pattern, content)
                {
                    found.push(format!("{place}: `{content}` is no {shape}"));
                }
                let words = &model["enum"];
                let words = if words.is_array() { words } else { &self.root["enums"][shape] };
                if words.is_array() && !list(words).contains(value) {
                    found.push(format!("{place}: `{content}` is no word of {shape}"));
                }
            }
            "integer" | "long" => match value.as_u64() {
                Some(number) => within("number", number as f64),
                None => found.push(format!("{place}: no number {shape}")),
            },
            "boolean" => {
                if !value.is_boolean() {
                    found.push(format!("{place}: neither true nor false"));
                }
            }
            other => found.push(format!("{place}: the shape {shape} is a `{other}`, which nobody here knows")),
        }
    }
}

/// Whether a text is what a pattern of the service asks for.
fn matches(pattern: &str, content: &str) -> bool {
    // What this kind of expression does not have, or reads differently: looking ahead, and a dash behind a range.
    let ours = pattern.replace("(?!aws:)", "").replace("0-9-", "0-9\\-").replace("z-0-9", "z\\-0-9");
    let forbidden = pattern.contains("(?!aws:)") && content.starts_with("aws:");
    !forbidden && Regex::new(&format!("^(?:{ours})$")).unwrap().is_match(content)
}

fn arns(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if text.starts_with("arn:") => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(arns).collect(),
        Value::Object(entries) => entries.values().flat_map(arns).collect(),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// The walk over requests finds what is wrong with them.
#[test]
fn aws_model_of_requests_is_strict() {
    let Some(conformance) = conformance() else { return };
    let model = Model::of(&conformance);
    let wrong = |body: &str| {
        let mut found = Vec::new();
        model.walk("it", &serde_json::from_str(body).unwrap(), "CreateComponentRequest", &mut found);
        found.len()
    };
    let good = r#"{"name": "abc", "semanticVersion": "1.0.0", "platform": "Linux", "data": "x", "clientToken": "t"}"#;
    assert_eq!(wrong(good), 0);
    for (from, to) in [
        ("\"abc\"", "\"a/b\""),
        ("\"abc\"", "7"),
        ("Linux", "linux"),
        ("1.0.0", "1.0.x"),
        ("\"x\"", "\"\""),
        ("data", "dta"),
        ("\"name\"", "\"tags\": {}, \"name\""),
        (", \"clientToken\": \"t\"", ""),
    ] {
        assert!(wrong(&good.replace(from, to)) > 0, "{from} -> {to}");
    }
}

/// A stand-in for the service; it goes away with this.
struct Service {
    process: Child,
    address: String,
}

impl Service {
    fn start(python: &Path, program: &Path) -> Self {
        let mut process =
            Command::new(python).args([program.as_os_str(), "serve".as_ref()]).stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { process, address: address.trim().to_owned() }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// A template that is edited again and again.
struct Edited {
    steps: Vec<(String, usize)>,
    made: usize,
    size: usize,
    kind: usize,
    regions: usize,
    tag: usize,
    deprecated: bool,
    second: bool,
    container: bool,
}

impl Edited {
    fn new() -> Self {
        let steps = (0..3).map(|at| (format!("step-{at}"), 0)).collect();
        Self { steps, made: 3, size: 8, kind: 0, regions: 0, tag: 0, deprecated: false, second: false, container: true }
    }

    fn edit(&mut self, numbers: &mut Numbers) -> &'static str {
        match numbers.below(13) {
            0 | 1 => {
                let at = numbers.below(self.steps.len() + 1);
                self.steps.insert(at, (format!("step-{}", self.made), 0));
                self.made += 1;
                "a step more"
            }
            2 if self.steps.len() > 1 => {
                let at = numbers.below(self.steps.len());
                self.steps.remove(at);
                "a step less"
            }
            3 | 4 => {
                let at = numbers.below(self.steps.len());
                self.steps[at].1 += 1;
                "a step changed"
            }
            5 if self.steps.len() > 1 => {
                let at = numbers.below(self.steps.len() - 1);
                self.steps.swap(at, at + 1);
                "steps swapped"
            }
            6 => {
                self.size += 1;
                "a larger disk"
            }
            7 => {
                self.kind += 1;
                "another type of instance"
            }
            8 => {
                self.regions = (self.regions + 1) % 3;
                "other Regions"
            }
            9 => {
                self.deprecated = !self.deprecated;
                "deprecation"
            }
            10 => {
                self.second = !self.second;
                "the second image"
            }
            11 => {
                self.container = !self.container;
                "the container image"
            }
            _ => {
                self.tag += 1;
                "another tag"
            }
        }
    }

    fn template(&self) -> String {
        let kinds = ["t3.micro", "t3.small", "m5.large"];
        let regions = ["", "\"eu-west-1\"", "\"eu-west-1\", \"eu-central-1\""][self.regions];
        let deprecated = if self.deprecated { "deprecate_at = timeadd(timestamp(), \"720h\")" } else { "" };
        let mut out = String::new();
        let names: &[&str] = if self.second { &["app", "other"] } else { &["app"] };
        for name in names {
            let _ = writeln!(
                out,
                r#"source "amazon-ebs" "{name}" {{
  ami_name      = "{name}-{{{{timestamp}}}}"
  instance_type = "{}"
  region        = "us-east-1"
  source_ami    = "ami-0123456789abcdef0"
  ssh_username  = "ubuntu"
  ami_regions   = [{regions}]
  tags          = {{ Edit = "{}" }}
  launch_block_device_mappings {{
    device_name = "/dev/sda1"
    volume_size = {}
  }}
  {}
}}"#,
                kinds[self.kind % kinds.len()],
                self.tag,
                self.size,
                if *name == "app" { deprecated } else { "" },
            );
        }
        let mut sources: Vec<String> = names.iter().map(|name| format!("\"source.amazon-ebs.{name}\"")).collect();
        if self.container {
            let _ = writeln!(
                out,
                r#"source "docker" "box" {{
  image   = "debian:12"
  commit  = true
  changes = ["LABEL edit={}", "CMD [\"/bin/true\"]"]
}}"#,
                self.tag,
            );
            sources.push("\"source.docker.box\"".to_owned());
        }
        let _ = writeln!(out, "build {{\n  sources = [{}]", sources.join(", "));
        for (name, version) in &self.steps {
            let _ = writeln!(
                out,
                "  provisioner \"shell\" {{\n    name   = \"{name}\"\n    inline = [\"echo {version}\"]\n  }}"
            );
        }
        if self.container {
            let _ = writeln!(
                out,
                r#"  post-processor "docker-tag" {{
    only       = ["docker.box"]
    repository = "123456789012.dkr.ecr.us-east-1.amazonaws.com/box"
    tags       = ["{}"]
  }}"#,
                self.tag,
            );
        }
        let _ = writeln!(out, "}}");
        out
    }
}

/// Fifty edits one after another, as a stack and as a module.
#[test]
fn aws_edits() {
    let Some(conformance) = conformance() else { return };
    let Some(python) = python() else { return };
    let terraform = terraform(&conformance);
    let scratch = tempfile::tempdir().unwrap();
    // The program looks for what cannot be changed in place in a folder beside its own.
    let program = scratch.path().join("aws/imagebuilder_model.py");
    let beside = scratch.path().join("shared/reference/targets");
    fs::create_dir_all(&beside).unwrap();
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    fs::copy(conformance.join("aws/imagebuilder_model.py"), &program).unwrap();
    let schema = "aws-imagebuilder-cfn.json";
    fs::copy(extract(&conformance, schema), beside.join(schema)).unwrap();
    let (stack, module) = (Service::start(&python, &program), Service::start(&python, &program));
    let here = scratch.path();
    fs::write(here.join("main.tf"), "module \"images\" {\n  source = \"./tf/aws-image-builder\"\n}\n").unwrap();
    let mut edited = Edited::new();
    let mut numbers = Numbers(20_260_101);
    for round in 0..=50 {
        let what = if round == 0 { "the first" } else { edited.edit(&mut numbers) };
        fs::write(here.join("app.pkr.hcl"), edited.template()).unwrap();
        let compile = |form: &str, out: &str| {
            let form = format!("aws-image-builder.format={form}");
            let words = ["compile", "app.pkr.hcl", "--target", "aws-image-builder", "--set", &form, "--out", out];
            formwork(here, words.map(str::to_owned), &[]).success().unwrap();
        };
        compile("cloudformation", "cfn");
        let words = [
            &program.to_string_lossy(),
            "cfn",
            &stack.address,
            "cfn/aws-image-builder/template.yaml",
            "--stack",
            "stack.json",
        ]
        .map(str::to_owned);
        let deployed = process::run(here, &python, words, &[]).success();
        deployed.unwrap_or_else(|why| panic!("round {round}, {what}: {why}\n{}", edited.template()));
        let Some(terraform) = terraform else { continue };
        compile("terraform", "tf");
        let service = [("TFSTUB_ENDPOINT".to_owned(), module.address.clone())];
        if round == 0 {
            terraform.run(here, &["init", "-no-color"], &service).unwrap();
        }
        let applied = terraform.run(here, &["apply", "-no-color", "-auto-approve"], &service);
        applied.unwrap_or_else(|why| panic!("round {round}, {what}: {why}\n{}", edited.template()));
    }
}
