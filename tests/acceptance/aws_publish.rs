//! What is published is there, once, whatever goes wrong on the way: judged by a stand-in for the account.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    aws_forms::{conformance, python},
    compiled::{formwork, list, text},
    process::{self, Ended},
    world::{find, skip},
};

/// Several publishers wait more than they work.
const AT_A_TIME: usize = 6;
/// What is in none of the bytes that anybody sees.
const SECRET: &str = "hunter2-planted-secret";

/// A stand-in for the account; it goes away with this.
struct Account {
    process: Child,
    address: String,
    /// The same by TLS, where a certificate was given.
    secure: String,
}

impl Account {
    fn start(python: &Path, judges: &Path, certificate: &[&Path]) -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/acceptance/aws_service.py");
        let mut process = Command::new(python)
            .args([program.as_os_str(), judges.join("aws").as_os_str()])
            .args(certificate)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let mut line = || {
            let mut line = String::new();
            said.read_line(&mut line).unwrap();
            line.trim().to_owned()
        };
        let address = line();
        let secure = if certificate.is_empty() { String::new() } else { line() };
        let account = Self { process, address, secure };
        account.put("bucket");
        account
    }

    fn http(&self, method: &str, path: &str, body: &str, headers: &str) -> String {
        let host = self.address.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).unwrap();
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    fn get(&self, what: &str) -> Value {
        serde_json::from_str(&self.http("GET", &format!("/_model/{what}"), "", "")).unwrap()
    }

    fn post(&self, what: &str, body: &str) {
        self.http("POST", &format!("/_model/{what}"), body, "");
    }

    /// Makes a bucket.
    fn put(&self, bucket: &str) {
        let credential = "Authorization: AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/s3/aws4_request\r\n";
        self.http("PUT", &format!("/{bucket}"), "", credential);
    }

    fn forget(&self) {
        self.post("reset", "");
        self.put("bucket");
        self.post("faults", "[]");
    }

    /// The calls since the log had this many, without those that only look.
    fn changes(&self, since: usize) -> Vec<String> {
        let log = self.get("log");
        let ops = list(&log).iter().skip(since).map(|it| text(&it["op"]));
        ops.filter(|op| !is_look(op)).collect()
    }

    fn calls(&self) -> usize {
        list(&self.get("log")).len()
    }

    /// What is wrong with the account, of whatever is in it.
    fn problems(&self) -> Vec<String> {
        list(&self.get("check")["problems"]).iter().map(text).collect()
    }

    /// Everything that is there, without dates, numbers of tries and tokens.
    fn summary(&self) -> BTreeMap<String, Vec<String>> {
        let state = self.get("state");
        let mut out = BTreeMap::new();
        for table in
            ["components", "imageRecipes", "infrastructures", "distributions", "pipelines", "policies", "images"]
        {
            out.insert(table.to_owned(), state[table].as_object().unwrap().keys().cloned().collect());
        }
        for table in ["roles", "profiles"] {
            let one = |(name, it): (&String, &Value)| {
                format!("{name} {} {} {} {}", it["inline"], it["attached"], it["roles"], it["assume"])
            };
            out.insert(table.to_owned(), state["iam"][table].as_object().unwrap().iter().map(one).collect());
        }
        out.insert("objects".to_owned(), state["s3"]["bucket"].as_object().unwrap().keys().cloned().collect());
        out
    }

    fn environment(&self) -> Vec<(String, String)> {
        [
            ("AWS_ENDPOINT_URL", self.address.as_str()),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            // Nobody has to be trusted, and reading whom the machine trusts takes as long as all else.
            ("SSL_CERT_FILE", "/dev/null"),
            ("SSL_CERT_DIR", "/nonexistent"),
            ("AWS_CONFIG_FILE", "/nonexistent"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn is_look(op: &str) -> bool {
    let word = op.rsplit(':').next().unwrap();
    ["Get", "List", "Head", "HEAD", "GET"].iter().any(|start| word.starts_with(start))
}

/// A folder with a template, and what else its commands are given.
struct Project {
    folder: PathBuf,
    arguments: Vec<String>,
}

impl Project {
    fn publish(&self, account: &Account, more: &[&str]) -> Ended {
        self.run(account, &[&["publish", "aws", "."], more].concat())
    }

    fn run(&self, account: &Account, words: &[&str]) -> Ended {
        let words = words.iter().map(|word| (*word).to_owned()).chain(self.arguments.iter().cloned());
        let ended = formwork(&self.folder, words, &account.environment());
        assert!(!ended.stdout.contains(SECRET) && !ended.stderr.contains(SECRET), "{ended}");
        ended
    }
}

/// The smallest template that has everything that is published.
fn small(folder: &Path, edit: &str) -> Project {
    fs::create_dir_all(folder).unwrap();
    // Too much for a document, also when it is packed: it goes to the bucket.
    let mut state = 1_u64;
    let mut number = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("{state:016x}\n")
    };
    fs::write(folder.join("big.txt"), (0..4000).map(|_| number()).collect::<String>()).unwrap();
    fs::write(folder.join("formwork.yaml"), "project: shop\n").unwrap();
    let template = r#"
variable "password" {
  sensitive = true
  default   = "SECRET"
}
source "amazon-ebs" "web" {
  ami_name      = "web-{{timestamp}}"
  instance_type = "t3.small"
  region        = "eu-west-1"
  source_ami    = "ami-0123456789abcdef0"
  ssh_username  = "root"
  deprecate_at  = timeadd(timestamp(), "2160h")
  tags          = { Team = "web" }
}
build {
  sources = ["source.amazon-ebs.web"]
  provisioner "shell" {
    name   = "first"
    inline = ["echo EDIT"]
    env    = { PASSWORD = var.password }
  }
  provisioner "file" {
    source      = "big.txt"
    destination = "/root/big.txt"
  }
}
"#;
    let template = template.replace("SECRET", SECRET).replace("EDIT", edit);
    fs::write(folder.join("web.pkr.hcl"), template).unwrap();
    let password =
        "aws-image-builder.parameters=PasswordSecret=arn:aws:secretsmanager:eu-west-1:123456789012:secret:p-AbCdEf";
    let build = "aws-image-builder.build=true";
    let arguments = ["--set", "aws-image-builder.bucket=bucket", "--set", build, "--set", password];
    Project { folder: folder.to_owned(), arguments: arguments.map(str::to_owned).to_vec() }
}

struct Setting {
    python: PathBuf,
    judges: PathBuf,
}

impl Setting {
    fn account(&self) -> Account {
        Account::start(&self.python, &self.judges, &[])
    }
}

fn setting() -> Option<Setting> {
    Some(Setting { judges: conformance()?, python: python()? })
}

/// Whether everything is as a publish without faults leaves it.
fn complete(account: &Account, expected: &BTreeMap<String, Vec<String>>) -> Result<(), String> {
    let problems = account.problems();
    if !problems.is_empty() {
        return Err(problems.join("\n"));
    }
    let summary = account.summary();
    if summary == *expected { Ok(()) } else { Err(format!("{summary:#?}\nis not\n{expected:#?}")) }
}

/// Runs `judge` on every item, several at a time, each with an account.
fn side_by_side<T: Sync>(
    setting: &Setting,
    items: &[T],
    judge: impl Fn(&Account, usize, &T) -> Result<(), String> + Sync,
) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let failures = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME.min(items.len()) {
            scope.spawn(|| {
                let account = setting.account();
                loop {
                    let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(item) = items.get(at) else { return };
                    account.forget();
                    if let Err(why) = judge(&account, at, item) {
                        failures.lock().unwrap().push(why);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} of {} failed:\n{}", failures.len(), items.len(), failures.join("\n"));
}

/// The example and the goldens, as a whole.
#[test]
fn aws_publish_whole() {
    let Some(setting) = setting() else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-AbCdEf";
    let cases = [
        (
            "examples/aws-web-server",
            format!("--var kms_key=alias/site --set aws-image-builder.parameters=ApiTokenSecret={secret}"),
        ),
        (
            "tests/golden/image-builder-source/in",
            "--set aws-image-builder/search.parent=ssm:/images/base --accept *:provisioner[1].ansible \
             --accept *:provisioner[2].file --accept amazon-ebs.all:source.amazon-ebs.all.ami_block_device_mappings \
             --var subnet=subnet-0123456789abcdef0 --var account=210987654321 --now 2026-01-31T12:00:00Z \
             --set aws-image-builder.parameters=SecurityGroup=sg-0123456789abcdef0 \
             --set aws-image-builder/all.deprecate-after=90"
                .to_owned(),
        ),
        ("tests/golden/image-builder-containers/in", "--only *.tagged".to_owned()),
        ("tests/golden/image-builder-limits/in", String::new()),
        ("tests/golden/image-builder-windows/in", format!("--set aws-image-builder.parameters=VarPwSecret={secret}")),
    ];
    let account = setting.account();
    for (folder, arguments) in cases {
        account.forget();
        // A profile that a template names is there before.
        let mut state = account.get("state");
        state["iam"]["profiles"]["builder"] = json!({"roles": [], "fresh": 0});
        account.post("load", &state.to_string());
        let start = account.calls();
        let arguments = arguments.split_whitespace().chain(["--set", "aws-image-builder.bucket=bucket"]);
        let project = Project { folder: root.join(folder), arguments: arguments.map(str::to_owned).collect() };
        let planned =
            project.publish(&account, &["--dry-run"]).success().unwrap_or_else(|why| panic!("{folder}: {why}"));
        assert_eq!(account.changes(start), Vec::<String>::new(), "{folder}: `--dry-run` changes something");
        let on_host = "`all.after.sh` has steps of the template that run on a host";
        assert_eq!(planned.stderr.contains(on_host), folder.contains("image-builder-source"), "{folder}: {planned}");
        assert!(planned.stdout.contains(" 0 to update, 0 to delete, 0 to leave"), "{folder}: {planned}");
        let done = project.publish(&account, &[]).success().unwrap_or_else(|why| panic!("{folder}: {why}"));
        let plan = done.stdout.split("\ncreated ").next().unwrap();
        assert!(plan.starts_with(planned.stdout.trim_end()), "{folder}: the plan of both runs: {planned}{done}");
        assert_eq!(account.problems(), Vec::<String>::new(), "{folder}");
        let compared = arrived(&project, &account);
        let calls = account.calls();
        let again = project.publish(&account, &[]).success().unwrap_or_else(|why| panic!("{folder}: {why}"));
        assert!(again.stdout.contains("nothing to do"), "{folder}: {again}");
        assert_eq!(account.changes(calls), Vec::<String>::new(), "{folder}: the second run");
        println!("{folder}: {calls} calls, {compared} requests arrived as they are written");
    }
}

/// An edit does what its plan says; going back is an edit too.
#[test]
fn aws_publish_edits() {
    let Some(setting) = setting() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let account = setting.account();
    small(scratch.path(), "one").publish(&account, &[]).success().unwrap();
    let mut images = 1;
    for (round, edit) in ["two", "one", "two", "three\", \"# more"].into_iter().enumerate() {
        let project = small(scratch.path(), edit);
        let plan = project.run(&account, &["plan", ".", "--live", "--format", "json"]).success().unwrap();
        let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
        let planned: BTreeSet<String> = list(&plan["resources"])
            .iter()
            .filter(|it| it["action"] != "leave")
            .map(|it| format!("{} {}", text(&it["action"]), text(&it["kind"])))
            .collect();
        // What was there before is there still, so going back makes nothing anew.
        let going_back = round == 1 || round == 2;
        let mut expected = BTreeSet::from(["update pipeline".to_owned(), "create image".to_owned()]);
        if !going_back {
            expected.extend(["replace component".to_owned(), "replace image recipe".to_owned()]);
        }
        assert_eq!(planned, expected, "round {round}");
        let calls = account.calls();
        let done = project.publish(&account, &["--format", "json"]).success().unwrap();
        let mut made: Vec<String> = account.changes(calls);
        made.sort();
        let mut calls_expected = vec!["StartImagePipelineExecution", "UpdateImagePipeline"];
        if !going_back {
            calls_expected.splice(0..0, ["CreateComponent", "CreateImageRecipe"]);
        }
        assert_eq!(made, calls_expected, "round {round}: {done}");
        images += 1;
        assert_eq!(account.summary()["images"].len(), images, "round {round}");
        assert_eq!(account.problems(), Vec::<String>::new());
        let again = account.calls();
        project.publish(&account, &[]).success().unwrap();
        assert_eq!(account.changes(again), Vec::<String>::new(), "round {round}");
    }
}

/// Somebody deleted something: it is made anew, and not remembered.
#[test]
fn aws_publish_makes_what_was_deleted() {
    let Some(setting) = setting() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let account = setting.account();
    let project = small(scratch.path(), "one");
    project.publish(&account, &[]).success().unwrap();
    arrived(&project, &account);
    let expected = account.summary();
    for _ in 0..2 {
        let mut state = account.get("state");
        for table in ["pipelines", "imageRecipes", "components"] {
            state[table] = json!({});
        }
        account.post("load", &state.to_string());
        project.publish(&account, &[]).success().unwrap();
        let summary = account.summary();
        for table in ["pipelines", "imageRecipes", "components"] {
            assert_eq!(summary[table], expected[table]);
        }
    }
}

/// What is told of an account that somebody changed by hand.
#[test]
fn aws_publish_tells_drift() {
    let Some(setting) = setting() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let account = setting.account();
    let project = small(scratch.path(), "one");
    project.publish(&account, &[]).success().unwrap();
    let plan = || project.run(&account, &["plan", ".", "--live"]).success().unwrap().stdout;
    let first = plan();
    let lines: Vec<&str> = first.lines().collect();
    assert_eq!(lines.len(), 2, "{first}");
    let mut state = account.get("state");
    let arn = |kind: &str, name: &str| format!("arn:aws:imagebuilder:eu-west-1:123456789012:{kind}/{name}");
    let mut infrastructure = state["infrastructures"][arn("infrastructure-configuration", "shop-web")].take();
    infrastructure["rec"]["instanceTypes"] = json!(["t3.huge"]);
    infrastructure["rec"]["snsTopicArn"] = json!("arn:aws:sns:eu-west-1:123456789012:talk");
    state["infrastructures"][arn("infrastructure-configuration", "shop-web")] = infrastructure.clone();
    infrastructure["rec"]["name"] = json!("shop-old");
    infrastructure["rec"]["arn"] = json!(arn("infrastructure-configuration", "shop-old"));
    state["infrastructures"][arn("infrastructure-configuration", "shop-old")] = infrastructure;
    let role = state["iam"]["roles"].as_object_mut().unwrap().values_mut().next().unwrap();
    role["attached"] = json!([]);
    account.post("load", &state.to_string());
    let calls = account.calls();
    let told = plan();
    assert_eq!(account.changes(calls), Vec::<String>::new());
    println!("{told}");
    for expected in [
        "~ update  infrastructure configuration `shop-web`",
        "`instanceTypes` becomes `t3.small`, was `t3.huge`",
        "`snsTopicArn` becomes nothing, was `arn:aws:sns:eu-west-1:123456789012:talk`",
        "managed policy of a role `",
        "infrastructure configuration `shop-old`",
    ] {
        assert!(told.contains(expected), "{expected}\n{told}");
    }
    assert!(!told.contains("distribution") && !told.contains("component "), "{told}");
    project.publish(&account, &[]).success().unwrap();
    let after = account.get("state");
    let there = &after["infrastructures"][arn("infrastructure-configuration", "shop-web")]["rec"];
    assert_eq!((&there["instanceTypes"], &there["snsTopicArn"]), (&json!(["t3.small"]), &Value::Null));
    assert!(!after["infrastructures"][arn("infrastructure-configuration", "shop-old")].is_null());
    assert!(!after.to_string().contains(SECRET));
}

/// Something goes wrong once, at every call and in every way.
#[test]
fn aws_publish_faults_at_every_call() {
    let Some(setting) = setting() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let project = small(scratch.path(), "one");
    let account = setting.account();
    project.publish(&account, &[]).success().unwrap();
    let (expected, calls) = (account.summary(), account.calls());
    assert_eq!(expected["objects"].len(), 1);
    assert_eq!(expected["images"].len(), 1);
    let kinds = ["throttle", "500", "503", "timeout-before", "timeout-after", "slow", "garbage"];
    let all: Vec<(usize, &str)> = (1..=calls).flat_map(|nth| kinds.map(|kind| (nth, kind))).collect();
    side_by_side(&setting, &all, |account, _, (nth, kind)| {
        account.post("faults", &json!([{"op": "*", "nth": nth, "kind": kind}]).to_string());
        let say = |why: String| format!("{kind} at call {nth}: {why}");
        let ended = project.publish(account, &[]).success().map_err(say)?;
        complete(account, &expected).map_err(|why| say(format!("{why}\n{ended}")))
    });
    println!("{calls} calls, {} faults", all.len());
}

/// Much goes wrong, by chance.
#[test]
fn aws_publish_faults_by_chance() {
    let Some(setting) = setting() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let project = small(scratch.path(), "one");
    let account = setting.account();
    project.publish(&account, &[]).success().unwrap();
    let expected = account.summary();
    let seeds: Vec<u64> = (1..=24).collect();
    side_by_side(&setting, &seeds, |account, _, seed| {
        let kinds = ["throttle", "500", "503", "timeout-before", "timeout-after", "garbage"];
        account.post("faults", &json!({"rate": 0.15, "seed": seed, "kinds": kinds}).to_string());
        let say = |why: String| format!("seed {seed}: {why}");
        project.publish(account, &[]).success().map_err(say)?;
        account.post("faults", "[]");
        complete(account, &expected).map_err(say)
    });
}

/// The publisher is killed after every third call; the next run goes on.
#[test]
fn aws_publish_killed() {
    let Some(setting) = setting() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let project = small(scratch.path(), "one");
    let account = setting.account();
    project.publish(&account, &[]).success().unwrap();
    let (expected, calls) = (account.summary(), account.calls());
    let all: Vec<usize> = (1..calls).step_by(3).collect();
    side_by_side(&setting, &all, |account, _, after| {
        let mut words = vec!["publish".to_owned(), "aws".to_owned(), ".".to_owned()];
        words.extend(project.arguments.iter().cloned());
        let mut publisher = Command::new(env!("CARGO_BIN_EXE_formwork"))
            .args(words)
            .envs(account.environment())
            .current_dir(&project.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        while account.calls() < *after && publisher.try_wait().unwrap().is_none() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        publisher.kill().unwrap();
        publisher.wait().unwrap();
        let say = |why: String| format!("killed after {after} calls: {why}");
        project.publish(account, &[]).success().map_err(say)?;
        complete(account, &expected).map_err(say)
    });
    println!("killed at {} places of {calls}", all.len());
}

/// What the world refuses is told with what to do about it.
#[test]
fn aws_publish_tells_what_to_do() {
    let Some(setting) = setting() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let account = setting.account();
    let mut project = small(scratch.path(), "one");
    let fails = |project: &Project, environment: &[(String, String)], expected: &[&str]| {
        let words = ["publish", "aws", "."].map(str::to_owned).into_iter().chain(project.arguments.clone());
        let ended = formwork(&project.folder, words, environment);
        assert_eq!(ended.code, Some(2), "{ended}");
        for expected in expected {
            assert!(ended.stderr.contains(expected), "{expected}: {ended}");
        }
        assert!(!ended.stderr.contains(SECRET) && !ended.stderr.contains("Error {"), "{ended}");
    };
    let without = |name: &str| account.environment().into_iter().filter(|(it, _)| it != name).collect::<Vec<_>>();
    fails(&project, &without("AWS_REGION"), &["no Region is given", "--set aws-image-builder.region="]);
    fails(&project, &without("AWS_ACCESS_KEY_ID"), &["no credentials", "AWS_PROFILE"]);
    let mut nowhere = without("AWS_ENDPOINT_URL");
    nowhere.push(("AWS_ENDPOINT_URL".to_owned(), "http://127.0.0.1:1".to_owned()));
    nowhere.push(("AWS_MAX_ATTEMPTS".to_owned(), "2".to_owned()));
    fails(&project, &nowhere, &["AWS cannot be reached", "refused", "Region `eu-west-1`"]);
    project.arguments[1] = "aws-image-builder.bucket=none".to_owned();
    fails(&project, &account.environment(), &["no bucket `none`", "--set aws-image-builder.bucket="]);
    project.arguments[1] = "aws-image-builder.account=210987654321".to_owned();
    fails(&project, &account.environment(), &["123456789012", "210987654321"]);
    project.arguments[1] = "aws-image-builder.bucket=bucket".to_owned();
    account.forget();
    account.post("deny", "shop-web-build");
    fails(&project, &account.environment(), &["not allowed to", "`iam:GetRole`"]);
}

/// Connections are encrypted, and only to whom a certificate says is trusted.
#[test]
fn aws_publish_by_tls() {
    let Some(setting) = setting() else { return };
    let Some(openssl) = find("openssl") else {
        return skip("there is no openssl on this machine").unwrap_or_default();
    };
    let scratch = tempfile::tempdir().unwrap();
    let (certificate, key) = (scratch.path().join("certificate.pem"), scratch.path().join("key.pem"));
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
                 -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE";
    let words = words.split_whitespace().map(str::to_owned);
    let words = words.chain(["-keyout".to_owned(), path(&key), "-out".to_owned(), path(&certificate)]);
    process::run(scratch.path(), &openssl, words, &[]).success().unwrap();
    let account = Account::start(&setting.python, &setting.judges, &[&certificate, &key]);
    let project = small(&scratch.path().join("project"), "one");
    let publish = |trusted: &Path, host: &str| {
        let mut environment = account.environment();
        environment.retain(|(name, _)| !["AWS_ENDPOINT_URL", "SSL_CERT_FILE"].contains(&name.as_str()));
        environment.push(("AWS_ENDPOINT_URL".to_owned(), account.secure.replace("localhost", host)));
        environment.push(("SSL_CERT_FILE".to_owned(), path(trusted)));
        let words = ["publish", "aws", "."].map(str::to_owned).into_iter().chain(project.arguments.clone());
        formwork(&project.folder, words, &environment)
    };
    for (trusted, host, why) in [
        (Path::new("/dev/null"), "localhost", "its certificate is not trusted here"),
        (&certificate, "127.0.0.1", "its certificate is for another name"),
    ] {
        let refused = publish(trusted, host);
        assert_eq!(refused.code, Some(2), "{refused}");
        assert!(refused.stderr.contains(&format!("AWS cannot be reached: {why}")), "{refused}");
    }
    assert_eq!(account.calls(), 1, "but for the bucket nothing was asked for");
    publish(&certificate, "localhost").success().unwrap();
    assert_eq!(account.problems(), Vec::<String>::new());
    assert!(account.calls() > 20);
}

/// What was sent is what is written: every member of every request is in a call that the stand-in read. Gives how many.
fn arrived(project: &Project, account: &Account) -> usize {
    let log = account.get("log");
    let sent: Vec<&Value> = list(&log).iter().filter(|it| !is_look(&text(&it["op"]))).collect();
    let out = tempfile::tempdir().unwrap();
    let mut words: Vec<String> = ["compile", ".", "--target", "aws-image-builder", "--out"].map(str::to_owned).to_vec();
    words.push(out.path().to_string_lossy().into_owned());
    words.extend(project.arguments.iter().cloned());
    for option in ["format=api", "account=123456789012", "region=eu-west-1"] {
        words.extend(["--set".to_owned(), format!("aws-image-builder.{option}")]);
    }
    formwork(&project.folder, words, &[]).success().unwrap();
    let mut compared = 0;
    for entry in fs::read_dir(out.path().join("aws-image-builder/api")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let operation = name.split_once('-').unwrap().1.to_owned();
        let mut written: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        if operation == "StartImagePipelineExecution" {
            // Its token is made of what is built.
            written.as_object_mut().unwrap().remove("clientToken");
        }
        let arrived = sent.iter().any(|call| call["op"] == operation.as_str() && holds(&call["params"], &written));
        assert!(arrived, "{name} did not arrive as it is written: {written:#}");
        compared += 1;
    }
    assert!(compared > 4, "{compared}");
    compared
}

/// Whether all of `part` is in `whole`.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| holds(whole, part)))
        }
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(whole, part)| holds(whole, part))
        }
        (whole, part) => whole == part,
    }
}
