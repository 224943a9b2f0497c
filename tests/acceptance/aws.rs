//! What is emitted for Image Builder is judged: by cfn-lint in its strict form, by the judge of component documents, and
//! by running the documents in a root file system, where the result has to be what Packer recorded.
//!
//! `aws-expected.toml` says what is to come of each recorded case; another outcome, better or worse, fails the test.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    compiled::{formwork, list, text},
    images::{as_ours, restore_links},
    in_pairs, process, wanted,
    world::{find, folder, skip},
};

/// The programs that judge.
pub(crate) struct Judges {
    cfn_lint: PathBuf,
    /// A Python that has PyYAML.
    pub(crate) python: PathBuf,
    /// Runs and checks component documents; comes with the recorded cases.
    runner: PathBuf,
}

pub(crate) fn judges() -> Option<Judges> {
    let Some(conformance) = folder("FORMWORK_CONFORMANCE") else {
        // Also where skipping is forbidden: the judge of documents is not part of the project.
        println!("skipped: FORMWORK_CONFORMANCE does not name the folder of judges");
        return None;
    };
    if std::env::var("FORMWORK_ACCEPTANCE").is_ok_and(|value| value == "off") {
        return skip("FORMWORK_ACCEPTANCE=off");
    }
    let Some(cfn_lint) = find("cfn-lint") else {
        return skip("not in FORMWORK_TOOLS or PATH: cfn-lint (`.ci/tools.sh` installs it)");
    };
    let python = cfn_lint.canonicalize().unwrap().with_file_name("python");
    Some(Judges { cfn_lint, python, runner: conformance.join("aws/awstoe_run.py") })
}

impl Judges {
    /// Demands that no judge finds anything in a target's folder.
    pub(crate) fn judge(&self, folder: &Path) -> Result<(), String> {
        let here = Path::new("/");
        let template = folder.join("template.yaml");
        let arguments = [
            "-t",
            &template.to_string_lossy(),
            "-c",
            "I",
            "-i",
            "I4010",
            "-x",
            "E3012:strict=true",
            "-r",
            "us-east-1",
            "eu-west-1",
        ]
        .map(str::to_owned);
        process::run(here, &self.cfn_lint, arguments, &[]).success()?;
        let body = fs::read_to_string(&template).unwrap();
        for entry in fs::read_dir(folder.join("components")).unwrap() {
            let document = entry.unwrap().path();
            let text = fs::read_to_string(&document).unwrap();
            let platform = if body.contains("Platform: Windows") { "Windows" } else { "Linux" };
            let mut arguments = vec![
                self.runner.to_string_lossy().into_owned(),
                "validate".to_owned(),
                "--strict".to_owned(),
                "--platform".to_owned(),
                platform.to_owned(),
            ];
            // What a request cannot hold lies in the bucket.
            if text.chars().count() > 16_000 {
                arguments.push("--uri".to_owned());
            }
            arguments.push(document.to_string_lossy().into_owned());
            process::run(here, &self.python, arguments, &[]).success()?;
        }
        Ok(())
    }
}

/// Every configuration of real templates that has an `amazon-ebs` source.
#[test]
fn aws_corpus() {
    let Some(corpus) = folder("FORMWORK_CORPUS") else {
        println!("skipped: FORMWORK_CORPUS does not name the folder of real templates");
        return;
    };
    let Some(judges) = judges() else { return };
    let configurations = real_configurations(&corpus);
    let judge = |folder: &Path| judges.judge(folder);
    let results = in_pairs(&configurations, |description| real(&corpus, description, &[], &judge));
    let mut failures = Vec::new();
    for (description, result) in configurations.iter().zip(results) {
        match result {
            Ok(what) => println!("{}\n    {what}", text(&description["id"])),
            Err(why) => failures.push(format!("{}: {why}", text(&description["id"]))),
        }
    }
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}

/// Those that have an `amazon-ebs` source.
pub(crate) fn real_configurations(corpus: &Path) -> Vec<Value> {
    configurations_with(corpus, "\"amazon-ebs\"")
}

/// Those in whose files a text stands.
pub(crate) fn configurations_with(corpus: &Path, source: &str) -> Vec<Value> {
    let configurations: Vec<Value> = fs::read_to_string(corpus.join("verdicts.jsonl"))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        // What Packer itself takes, as far as it got on a machine without Ansible.
        .filter(|description: &Value| matches!(text(&description["validate"]).as_str(), "ok" | "environment"))
        .filter(|description| has(corpus, description, source) && wanted(&text(&description["id"])))
        .collect();
    assert!(!configurations.is_empty());
    configurations
}

fn has(corpus: &Path, description: &Value, source: &str) -> bool {
    list(&description["config"]).iter().any(|file| {
        let content = fs::read_to_string(corpus.join(text(file))).unwrap_or_default();
        content.contains(source)
    })
}

/// Compiles a configuration; what is refused is resolved as the refusals say, and then everything has to be made.
pub(crate) fn real(
    corpus: &Path,
    description: &Value,
    more: &[&str],
    judge: &(dyn Fn(&Path) -> Result<(), String> + Sync),
) -> Result<String, String> {
    let scratch = tempfile::tempdir().unwrap();
    let cwd = PathBuf::from(text(&description["cwd"]));
    let project = cwd.components().next().unwrap();
    let words = ["-R", "-P", "--", &corpus.join(project).to_string_lossy(), &scratch.path().to_string_lossy()]
        .map(str::to_owned);
    process::run(Path::new("/"), Path::new("/bin/cp"), words, &[]).success()?;
    let folder = scratch.path().join(&cwd);
    let mut arguments = vec!["compile".to_owned(), text(&description["target"])];
    arguments.extend(list(&description["args"]).iter().map(|word| as_ours(&text(word))));
    let words = ["--target", "aws-image-builder", "--out", "formwork-out", "--format", "json"];
    arguments.extend(words.iter().chain(more).map(|word| (*word).to_owned()));
    let mut resolved = BTreeSet::new();
    // What a refusal hid shows only when that is resolved.
    for _ in 0..6 {
        let run = formwork(&folder, arguments.clone(), &[]);
        if run.code == Some(0) {
            judge(&folder.join("formwork-out/aws-image-builder"))?;
            return Ok(if resolved.is_empty() {
                "as it is".to_owned()
            } else {
                format!("with {}", resolved.into_iter().collect::<Vec<_>>().join(" "))
            });
        }
        let report: Value = serde_json::from_str(&run.stdout).map_err(|_| run.to_string())?;
        let before = resolved.len();
        for diagnostic in list(&report["diagnostics"]).iter().filter(|it| it["severity"] == "error") {
            let help = text(&diagnostic["help"]);
            let Some(option) = resolution(&help) else {
                return Err(format!("no option resolves it: {}", text(&diagnostic["message"])));
            };
            if resolved.insert(option.clone()) {
                arguments.extend(option.split(' ').map(|word| word.trim_matches('\'').to_owned()));
            }
        }
        if resolved.len() == before {
            return Err(format!("the options do not resolve it: {run}"));
        }
    }
    Err("there is always one more refusal".to_owned())
}

/// The option that a help names, a value put in.
fn resolution(help: &str) -> Option<String> {
    let options = help.split('`').skip(1).step_by(2);
    let option = options.into_iter().find(|option| option.starts_with("--"))?;
    let option = option.replace("=ssm:NAME", "=ssm:/a/parameter").replace("=AMI", "=ami-0123456789abcdef0");
    let option = option.replace("=s3://BUCKET/PREFIX", "=s3://bucket/prefix").replace("=IMAGE", "=debian:12");
    let option = option.replace("REGION:ACCOUNT:secret:NAME", "eu-west-1:123456789012:secret:it");
    Some(option.replace("=VALUE", "=value").replace("=NAME", "=ubuntu").replace("=DAYS", "=30"))
}

/// The examples that are made for this target.
#[test]
fn aws_examples() {
    let Some(judges) = judges() else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut seen = 0;
    for entry in fs::read_dir(root).unwrap() {
        let example = entry.unwrap().path();
        let name = example.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("aws-") || !wanted(&name) {
            continue;
        }
        seen += 1;
        let scratch = tempfile::tempdir().unwrap();
        let copy = scratch.path().join(&name);
        let words = ["-R", "-P", "--", &example.to_string_lossy(), &copy.to_string_lossy()].map(str::to_owned);
        process::run(Path::new("/"), Path::new("/bin/cp"), words, &[]).success().unwrap();
        let arguments = ["compile", ".", "--target", "aws-image-builder", "--out", "formwork-out"].map(str::to_owned);
        formwork(&copy, arguments, &[]).success().unwrap();
        judges.judge(&copy.join("formwork-out/aws-image-builder")).unwrap();
    }
    assert!(seen > 0 || std::env::var("FORMWORK_CASES").is_ok(), "there is no example");
}

/// The recorded cases of shell and file steps, on an `amazon-ebs` source whose login user is root.
#[test]
fn aws_images() {
    let Some(judges) = judges() else { return };
    let Some(records) = folder("FORMWORK_CONFORMANCE").map(|folder| folder.join("images")) else { return };
    let bare = std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").unwrap()) != 0;
    if bare {
        return skip("a root file system needs root").unwrap_or_default();
    }
    let bases = bases(&records);

    let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/acceptance/aws-expected.toml");
    let expected: BTreeMap<String, BTreeMap<String, String>> =
        toml::from_str(&fs::read_to_string(expected).unwrap()).unwrap();
    let mut cases: Vec<String> = fs::read_dir(&records)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| (name.starts_with("shell-") || name.starts_with("file-")) && wanted(name))
        .collect();
    cases.sort();
    let results = in_pairs(&cases, |case| recorded(&judges, &records, bases.path(), case));
    let (mut seen, mut unlike, mut same) = (String::new(), Vec::new(), 0);
    for (case, outcomes) in cases.iter().zip(results) {
        writeln!(seen, "[{case}]").unwrap();
        for (image, (outcome, details)) in outcomes {
            writeln!(seen, "{image:?} = {outcome:?}").unwrap();
            println!("{case:<28} {image:<14} {outcome}");
            same += usize::from(outcome == "same");
            let due = expected.get(case).and_then(|images| images.get(&image)).map_or("not listed", String::as_str);
            if outcome != due {
                unlike.push(format!("{case} {image}: {outcome}; aws-expected.toml: {due}\n{details}"));
            }
        }
        seen.push('\n');
    }
    // In the form of the list, for taking over what was looked at.
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("aws-seen.toml"), seen).unwrap();
    println!("{same} same");
    assert!(unlike.is_empty(), "{} not as listed:\n{}", unlike.len(), unlike.join("\n"));
}

/// The file system that documents run in, made anew: `base.rootfs.tar`.
pub(crate) fn bases(records: &Path) -> tempfile::TempDir {
    let bases = tempfile::tempdir().unwrap();
    // Packages that lie there already need no network.
    let debs = folder("FORMWORK_TOOLS").filter(|tools| {
        let mut names = fs::read_dir(tools).unwrap().map(|entry| entry.unwrap().file_name());
        names.any(|name| name.to_string_lossy().starts_with("busybox-static_"))
    });
    let debs = debs.map(|debs| vec![("DEBS".to_owned(), debs.to_string_lossy().into_owned())]).unwrap_or_default();
    let words = [records.join("make-base.sh"), bases.path().to_owned()].map(|path| path.to_string_lossy().into_owned());
    process::run(Path::new("/"), Path::new("/bin/sh"), words, &debs).success().unwrap();
    bases
}

/// A recorded case, laid out as Packer saw it.
pub(crate) struct Case {
    /// `case.json`
    pub(crate) description: Value,
    /// `expected.json`
    pub(crate) record: Value,
    pub(crate) scratch: tempfile::TempDir,
    /// Where the template lies.
    pub(crate) project: PathBuf,
    pub(crate) environment: Vec<(String, String)>,
}

impl Case {
    pub(crate) fn lay_out(records: &Path, case: &str) -> Self {
        let folder = records.join(case);
        let read =
            |name: &str| -> Value { serde_json::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap() };
        let (description, record) = (read("case.json"), read("expected.json"));
        let scratch = tempfile::tempdir().unwrap();
        let project = scratch.path().join("project");
        let prepare = [&records.join("prepare.sh"), &folder, &project].map(|path| path.to_string_lossy().into_owned());
        process::run(Path::new("/"), Path::new("/bin/sh"), prepare, &[]).success().unwrap();
        restore_links(&project, &record);
        let environment = description["env"].as_object().into_iter().flatten();
        let environment = environment.map(|(name, value)| (name.clone(), text(value))).collect();
        Self { description, record, scratch, project, environment }
    }

    /// Names of its images, as the record has them.
    pub(crate) fn images(&self) -> Vec<String> {
        self.record["images"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
    }

    /// The words that compile it.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["compile".to_owned(), text(&self.description["template"])];
        arguments.extend(list(&self.description["args"]).iter().map(|word| as_ours(&text(word))));
        arguments.extend(["--target", "aws-image-builder", "--out", "formwork-out"].map(str::to_owned));
        if !self.environment.is_empty() {
            arguments.push("--env".to_owned());
        }
        arguments
    }
}

/// What came of each image of a case, with what was seen.
fn recorded(judges: &Judges, records: &Path, bases: &Path, case: &str) -> BTreeMap<String, (String, String)> {
    let laid_out = Case::lay_out(records, case);
    let images = laid_out.images();
    let arguments = laid_out.arguments();
    let Case { description, record, scratch, project, environment } = laid_out;
    let template = project.join(text(&description["template"]));
    let turned = turned(&fs::read_to_string(&template).unwrap());
    fs::write(&template, turned).unwrap();
    let run = formwork(&project, arguments, &environment);
    let out = project.join("formwork-out");
    let json = |name: &str| -> Value {
        serde_json::from_str(&fs::read_to_string(out.join(name)).unwrap_or_default()).unwrap_or_default()
    };
    let (manifest, fidelity) = (json("manifest.json"), json("fidelity.json"));
    let made: BTreeMap<String, String> =
        list(&manifest["images"]).iter().map(|image| (text(&image["image"]), text(&image["name"]))).collect();
    let mut outcomes = BTreeMap::new();
    for image in images {
        let ours = image.replace("docker.", "amazon-ebs.");
        let inexact = |verdicts: &[&str]| -> Vec<String> {
            let all: BTreeSet<String> = list(&fidelity["entries"])
                .iter()
                .filter(|entry| text(&entry["image"]) == ours && verdicts.contains(&text(&entry["verdict"]).as_str()))
                .map(|entry| text(&entry["construct"]))
                // The source is not the record's.
                .filter(|construct| !construct.starts_with("source."))
                .collect();
            all.into_iter().collect()
        };
        let outcome = match made.get(&ours) {
            None => (format!("refused: {}", inexact(&["refused"]).join(", ")), run.to_string()),
            Some(_) => match executed(
                judges,
                records,
                case,
                &image,
                &ours,
                &out,
                scratch.path(),
                &record,
                &bases.join("base.rootfs.tar"),
                &bases.join("base.tar"),
            ) {
                Ok(judged) if judged.is_empty() => ("same".to_owned(), String::new()),
                Ok(judged) => {
                    let why = inexact(&["approximated", "moved", "omitted"]);
                    let mut outcome = format!("different: {}", judged.join(", "));
                    if !why.is_empty() {
                        outcome.push_str(&format!("; approximated: {}", why.join(", ")));
                    }
                    (outcome, run.to_string())
                }
                Err(story) => ("fails".to_owned(), story),
            },
        };
        outcomes.insert(image, outcome);
    }
    outcomes
}

/// The template with `amazon-ebs` sources in the place of its containers.
fn turned(template: &str) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("source \"docker\" \"") {
        let (name, after) = after.split_once('"').unwrap();
        out.push_str(before);
        write!(
            out,
            "source \"amazon-ebs\" \"{name}\" {{\n  ami_name      = \"image\"\n  source_ami    = \"ami-0123456789abcdef0\"\n  \
             instance_type = \"t3.micro\"\n  region        = \"eu-west-1\"\n  ssh_username  = \"root\"\n}}"
        )
        .unwrap();
        rest = behind_block(after);
    }
    out.push_str(rest);
    out.replace("docker.", "amazon-ebs.")
}

/// What follows the block that begins here.
fn behind_block(text: &str) -> &str {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' if !quoted => depth += 1,
            '}' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return &text[at + 1..];
                }
            }
            _ => {}
        }
    }
    panic!("a block without an end")
}

/// Judges what is emitted, and runs an image's documents in a file system, with these values in the environment;
/// gives where the file system lies.
pub(crate) fn run_documents(
    judges: &Judges,
    files: &Path,
    (name, image): (&str, &str),
    out: &Path,
    scratch: &Path,
    values: &[&str],
) -> Result<PathBuf, String> {
    let here = Path::new("/");
    let target = out.join("aws-image-builder");
    judges.judge(&target)?;
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let (bundle, root) = (scratch.join(format!("{name}.json")), scratch.join(name));
    let template = target.join("template.yaml");
    let words =
        [&path(&judges.runner), "bundle", "--cfn", &path(&template), "--sub", "AssetBucket=bucket"].map(str::to_owned);
    let bundled = process::run(here, &judges.python, words, &[]).success()?;
    fs::write(&bundle, &bundled.stdout).unwrap();
    // The bucket, as it is after the upload.
    let buckets = scratch.join(format!("{name}-buckets"));
    for bucket in ["bucket", "downloads"] {
        fs::create_dir_all(buckets.join(bucket)).unwrap();
    }
    if target.join("assets").is_dir() {
        let words =
            ["-R", "-P", "--", &path(&target.join("assets")), &path(&buckets.join("bucket/assets"))].map(str::to_owned);
        process::run(here, Path::new("/bin/cp"), words, &[]).success()?;
    }
    fs::create_dir(&root).unwrap();
    let words = ["-C", &path(&root), "-xpf", &path(files)].map(str::to_owned);
    process::run(here, Path::new("/bin/tar"), words, &[]).success()?;
    let mut words =
        vec![path(&judges.runner), "run".to_owned(), "--strict".to_owned(), "--bundle".to_owned(), path(&bundle)];
    words.extend(["--recipe-index".to_owned(), recipe_index(&template, image)]);
    words.extend(["--rootfs".to_owned(), path(&root), "--s3".to_owned(), path(&buckets)]);
    words.push("--env".to_owned());
    words.extend(values.iter().map(|value| (*value).to_owned()));
    process::run(here, &judges.python, words, &[]).success()?;
    Ok(root)
}

/// Runs an image's documents in the base's file system; gives the paths at which the result is another than Packer's.
#[expect(clippy::too_many_arguments, reason = "it is one step of one test")]
pub(crate) fn executed(
    judges: &Judges,
    records: &Path,
    case: &str,
    image: &str,
    ours: &str,
    out: &Path,
    scratch: &Path,
    record: &Value,
    files: &Path,
    base_image: &Path,
) -> Result<Vec<String>, String> {
    let here = Path::new("/");
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let name = image.replace('.', "-");
    let tar = scratch.join(format!("{name}.tar"));
    // What the container's image sets, an instance has not.
    let base = text(&record["images"][image]["base"]);
    let values: &[&str] = if base.contains("user") { &["BASE=2", "GREETING=hello base"] } else { &["BASE=1"] };
    let root = run_documents(judges, files, (&name, ours), out, scratch, values)?;
    let words =
        ["--exclude=./proc/*", "--exclude=./sys/*", "--exclude=./dev/*", "-C", &path(&root), "-cf", &path(&tar), "."];
    process::run(here, Path::new("/bin/tar"), words.map(str::to_owned), &[]).success()?;
    let words = [
        path(&records.join("compare.py")),
        path(&records.join(case)),
        "--image-tar".to_owned(),
        path(&tar),
        "--base-tar".to_owned(),
        path(base_image),
        "--source".to_owned(),
        image.to_owned(),
    ];
    let judged = process::run(here, &judges.python, words, &[]);
    if !matches!(judged.code, Some(0 | 1)) {
        return Err(judged.to_string());
    }
    // A file tree has no configuration; only what is in it is judged.
    let paths = judged.stdout.lines().filter_map(|line| line.trim().strip_prefix("tree "));
    let paths: BTreeSet<String> = paths.map(|line| line.split(": ").next().unwrap_or_default().to_owned()).collect();
    Ok(paths.into_iter().collect())
}

/// Which recipe of a template is that of an image.
fn recipe_index(template: &Path, image: &str) -> String {
    let body = fs::read_to_string(template).unwrap();
    let description = format!("Description: {image} of ");
    let body = body.replace("::ContainerRecipe\n", "::ImageRecipe\n");
    let mut recipes = body.split("\n    Type: AWS::ImageBuilder::ImageRecipe\n").skip(1);
    let own = |recipe: &str| recipe.lines().take(8).any(|line| line.trim_start().starts_with(&description));
    recipes.position(own).unwrap_or_else(|| panic!("no recipe for {image}")).to_string()
}
