//! Fifty edits at random of one template, compiled and deployed one after another: the model of the service, which
//! replays what CloudFormation does, takes every step. Names that clash, versions that are used twice and resources that
//! others still need would stop it.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use crate::{
    compiled::formwork,
    process, wanted,
    world::{find, folder, skip},
};

/// How many edits.
const EDITS: usize = 50;

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// A service that ends with the test.
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// What the edits change.
struct Template {
    steps: Vec<String>,
    size: usize,
    instance: &'static str,
    regions: Vec<&'static str>,
    tag: usize,
    long: usize,
}

impl Template {
    fn edit(&mut self, chance: &mut Chance) {
        let at = chance.below(self.steps.len() + 1);
        let number = chance.below(1_000);
        match chance.below(9) {
            0 | 1 => self.steps.insert(at, format!("echo new {number}")),
            2 if at < self.steps.len() => drop(self.steps.remove(at)),
            3 if at < self.steps.len() => self.steps[at] = format!("echo changed {number}"),
            4 => self.steps.reverse(),
            5 => self.size = 8 + number,
            6 => self.instance = ["t3.small", "m5.large", "c5.large"][number % 3],
            7 => self.long = [0, 10, 600, 3_000][number % 4],
            _ if number.is_multiple_of(2) => self.tag = number,
            _ => self.regions = vec!["us-east-1", "us-west-2", "eu-central-1"].split_off(number % 3),
        }
    }

    fn write(&self, folder: &Path) {
        let Self { steps, size, instance, regions, tag, long } = self;
        let steps: String =
            steps.iter().map(|step| format!("  provisioner \"shell\" {{\n    inline = [\"{step}\"]\n  }}\n")).collect();
        let template = format!(
            "variable \"key\" {{}}\n\nsource \"amazon-ebs\" \"web\" {{\n  ami_name = \"web-{{{{timestamp}}}}\"\n  region = \"eu-west-1\"\n  \
             instance_type = \"{instance}\"\n  source_ami = \"ami-0123456789abcdef0\"\n  ssh_username = \"root\"\n  ami_regions = {regions:?}\n  \
             deprecate_at = timeadd(timestamp(), \"2160h\")\n  tags = {{ Tag = \"{tag}\" }}\n  launch_block_device_mappings {{\n    \
             device_name = \"/dev/xvda\"\n    volume_size = {size}\n  }}\n}}\n\nbuild {{\n  sources = [\"amazon-ebs.web\"]\n{steps}  \
             provisioner \"shell\" {{\n    script = \"long.sh\"\n    env = {{ KEY = var.key }}\n  }}\n}}\n"
        );
        fs::write(folder.join("web.pkr.hcl"), template).unwrap();
        let script: String = (0..*long).map(|line| format!("echo the line {line} of {tag}\n")).collect();
        fs::write(folder.join("long.sh"), format!("#!/bin/sh\n{script}")).unwrap();
    }
}

/// Puts the assets into the bucket.
const UPLOAD: &str = "
import boto3, os, sys
from botocore.config import Config
s3 = boto3.client('s3', endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='A', aws_secret_access_key='x',
                  config=Config(s3={'addressing_style': 'path'}))
try:
    s3.create_bucket(Bucket='bucket')
except Exception:
    pass
for name in os.listdir(sys.argv[2]) if os.path.isdir(sys.argv[2]) else []:
    s3.put_object(Bucket='bucket', Key='assets/' + name, Body=open(os.path.join(sys.argv[2], name), 'rb').read())
";

#[test]
fn aws_edits() {
    let Some(conformance) = folder("FORMWORK_CONFORMANCE") else {
        println!("skipped: FORMWORK_CONFORMANCE does not name the folder of judges");
        return;
    };
    if !wanted("aws-edits") {
        return;
    }
    if std::env::var("FORMWORK_ACCEPTANCE").is_ok_and(|value| value == "off") {
        return skip("FORMWORK_ACCEPTANCE=off").unwrap_or_default();
    }
    let Some(cfn_lint) = find("cfn-lint") else {
        return skip("not in FORMWORK_TOOLS or PATH: cfn-lint (`.ci/tools.sh` installs it)").unwrap_or_default();
    };
    let python = cfn_lint.canonicalize().unwrap().with_file_name("python");
    let scratch = tempfile::tempdir().unwrap();
    let here = Path::new("/");
    let path = |path: &Path| path.to_string_lossy().into_owned();
    // The model looks for the resource types beside its own folder, at a place that depends on where that lies.
    let (model, types) = (scratch.path().join("aws"), scratch.path().join("shared/reference/targets"));
    fs::create_dir_all(&model).unwrap();
    fs::create_dir_all(&types).unwrap();
    let reference = conformance.join("../reference/targets/aws-imagebuilder-cfn.json");
    for (from, to) in [
        (conformance.join("aws/imagebuilder_model.py"), model.join("imagebuilder_model.py")),
        (reference, types.join("aws-imagebuilder-cfn.json")),
    ] {
        fs::copy(&from, &to).unwrap();
    }
    let model = path(&model.join("imagebuilder_model.py"));
    let child = Command::new(&python).args([&model, "serve"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut service = Service(child);
    let mut url = String::new();
    BufReader::new(service.0.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let url = url.trim().to_owned();

    let project = scratch.path().join("project");
    fs::create_dir(&project).unwrap();
    let stack = path(&scratch.path().join("stack.json"));
    let mut chance = Chance(20);
    let mut template = Template {
        steps: (0..4).map(|step| format!("echo step {step}")).collect(),
        size: 20,
        instance: "t3.small",
        regions: vec!["eu-central-1"],
        tag: 0,
        long: 0,
    };
    for edit in 0..=EDITS {
        template.write(&project);
        let words =
            ["compile", ".", "--target", "aws-image-builder", "--out", "out", "--var", "key=a"].map(str::to_owned);
        formwork(&project, words, &[]).success().unwrap();
        let target = project.join("out/aws-image-builder");
        let words = ["-c".to_owned(), UPLOAD.to_owned(), url.clone(), path(&target.join("assets"))];
        process::run(here, &python, words, &[]).success().unwrap();
        let words = [
            &model,
            "cfn",
            &url,
            &path(&target.join("template.yaml")),
            "--stack",
            &stack,
            "--param",
            "AssetBucket=bucket",
        ]
        .map(str::to_owned);
        let deployed = process::run(here, &python, words, &[]);
        assert!(deployed.ok(), "edit {edit}: {deployed}");
        template.edit(&mut chance);
    }
    println!("{EDITS} edits deployed");
}
