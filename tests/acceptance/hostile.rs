//! Quoting: whatever a template says, the image has it byte for byte.
//!
//! A generated project carries some hundred hostile texts as environment values,
//! scripts, contents, file names, labels, commands and parameters. It is compiled,
//! really built, and read back. The generator has a fixed seed.

use std::{collections::BTreeMap, fmt::Write as _, fs, os::unix::ffi::OsStrExt, path::Path};

use serde_json::{Value, json};

use crate::{
    compiled::{Compiled, formwork, list, text},
    process, wanted,
    world::{World, world},
};

/// What texts are made of. Most of it means something to HCL, a Go template, the Dockerfile
/// reader, a shell, bake or JSON.
const PIECES: &[&str] = &[
    "'",
    "\"",
    "`",
    "$",
    "$$",
    "${x}",
    "$x",
    "$(id)",
    "\\",
    "\\\\",
    "\\n",
    "\\$",
    "\n",
    "\n\n",
    "\\\n",
    "#",
    "# x",
    "\n# x\n",
    "<<EOF",
    "<<-EOF",
    "\nEOF\n",
    "<<'X' cat",
    "{{",
    "}}",
    "{{ build_name }}",
    "%",
    "%s",
    "%%",
    "%{x}",
    "!",
    "!!",
    "*",
    "?",
    "[a]",
    "~",
    "&&",
    ";",
    "|",
    ">",
    "(",
    ")",
    "=",
    ",",
    ":",
    "@",
    "+",
    "-",
    "-n",
    "--",
    " ",
    "  ",
    "\t",
    "é",
    "ß",
    "日本",
    "🦀",
    "\u{feff}",
    "\u{200b}",
    "\u{1}",
    "\u{7f}",
    "RUN x",
    "\nFROM x\n",
    "ENV",
    "a",
    "b",
    "0",
    "''",
    "\"\"",
    "'\\''",
    "$'\\n'",
    "\"$\"",
    "<",
    "<!--",
    "${",
    "$${",
    "%%{",
    "\r",
];

/// Texts whose faults random ones would seldom find.
const CHOSEN: &[&str] = &[
    "",
    " ",
    "\n",
    "\\",
    "x\\",
    "x\\\n",
    "'",
    "\"",
    "$",
    "#",
    "# check=skip=all",
    "# syntax=x",
    "<<EOF",
    "<<",
    "-n",
    "-e x",
    "--",
    "%",
    "%n",
    "`id`",
    "$(id)",
    "${PATH}",
    "$PATH",
    "\\$PATH",
    "a\\\\\nb",
    "null",
    "true",
    "[]",
    "[\"a\"]",
    "{}",
    "x ",
    " x",
    "\tx\t",
    "a b  c",
    "é",
    "日本語",
    "🦀 crab",
    "a\nb",
    "a\n\nb\n",
    "\n\na",
    "{{",
    "}}",
    "{{.Vars}}",
    "{{ \"x\" }}",
    "'; id; '",
    "\"; id; \"",
    "$'a'",
    "!$",
    "\\u0041",
    "\\x41",
    "&amp;",
    "%41",
    "EOF",
    "\nEOF",
    "=",
    "a=b",
    "=a",
    "\r",
    "a\r\nb",
];

/// A generator of numbers that is the same everywhere (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }

    /// `count` texts without any of `without`: the chosen ones first, then random ones.
    fn texts(&mut self, count: usize, without: &[&str]) -> Vec<String> {
        let mut texts: Vec<String> = CHOSEN.iter().map(|text| (*text).to_owned()).collect();
        texts.retain(|text| !without.iter().any(|not| text.contains(not)));
        while texts.len() < count {
            let pieces = 1 + self.below(9);
            let text: String = (0..pieces).map(|_| PIECES[self.below(PIECES.len())]).collect();
            if !without.iter().any(|not| text.contains(not)) {
                texts.push(text);
            }
        }
        texts
    }
}

/// One line, longer than a Dockerfile's line may be, with something to quote in it.
fn long_line() -> String {
    "a'b\"c$d\\e ".repeat(7000)
}

/// A text as a quoted HCL string that Packer's template engine gives back as it was.
fn rendered(text: &str) -> String {
    // One pass over the text: what an escape brings in must not be escaped again.
    hcl(&text.split("{{").collect::<Vec<_>>().join("{{ \"{{\" }}"))
}

/// The same for what Packer renders twice: the paths of uploads.
fn rendered_twice(text: &str) -> String {
    hcl(&text.split("{{").collect::<Vec<_>>().join(r#"{{ "{{ \"{{\" }}" }}"#))
}

/// A text as a quoted HCL string.
fn hcl(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // As an escape, so that no `${` or `%{` begins.
            '$' | '%' | '\u{0}'..='\u{1f}' | '\u{7f}' | '\u{feff}' => {
                write!(quoted, "\\u{:04x}", u32::from(character)).unwrap();
            }
            plain => quoted.push(plain),
        }
    }
    quoted.push('"');
    quoted
}

/// A generated image: its part of the template, the files it reads, what must be in it.
#[derive(Default)]
struct Image {
    source: String,
    provisioners: String,
    variables: String,
    /// Path in the project, content.
    files: BTreeMap<String, Vec<u8>>,
    /// Path in the image, content.
    tree: BTreeMap<String, Vec<u8>>,
    labels: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
    command: Option<Vec<String>>,
    /// Given when the pipeline runs.
    parameters: Vec<(String, String)>,
}

impl Image {
    fn provisioner(&mut self, kind: &str, body: &str) {
        write!(self.provisioners, "  provisioner \"{kind}\" {{\n{body}  }}\n").unwrap();
    }

    fn expect(&mut self, path: String, content: impl Into<Vec<u8>>) {
        self.tree.insert(path, content.into());
    }

    /// A first step that makes `/out`.
    fn with_folder(mut self) -> Self {
        self.provisioner("shell", "    inline = [\"mkdir -p /out\"]\n");
        self
    }
}

/// Values of `env` and `environment_vars`, told by the shell that got them.
fn environment_values(numbers: &mut Numbers) -> Image {
    let mut image = Image::default().with_folder();
    let mut values = numbers.texts(150, &["\0"]);
    values.push(long_line());
    let (mut env, mut vars, mut script) = (String::new(), String::new(), String::new());
    for (at, value) in values.iter().enumerate() {
        if at % 2 == 0 {
            writeln!(env, "      V{at} = {}", rendered(value)).unwrap();
        } else {
            writeln!(vars, "      {},", rendered(&format!("V{at}={value}"))).unwrap();
        }
        writeln!(script, "printf %s \"$V{at}\" > /out/{at}").unwrap();
        image.expect(format!("/out/{at}"), value.as_str());
    }
    image.files.insert("tell.sh".to_owned(), script.into_bytes());
    image.provisioner(
        "shell",
        &format!("    env = {{\n{env}    }}\n    environment_vars = [\n{vars}    ]\n    script = \"tell.sh\"\n"),
    );
    image
}

/// Script texts: files and inline lines, which print a part of themselves.
fn script_texts(numbers: &mut Numbers) -> Image {
    let mut image = Image::default().with_folder();
    let mut scripts = String::new();
    // Packer ends a script at a line that is longer than a Dockerfile's may be, so there is none here.
    let mut texts = numbers.texts(90, &["\r\n", "\0"]);
    // Our own newline would make a line end of CR and LF, which Packer changes.
    texts.retain(|text| !text.ends_with('\r'));
    for (at, text) in texts.iter().enumerate() {
        let script = if at % 2 == 0 {
            format!("cat > /out/file{at} <<'END OF TEXT'\n{text}\nEND OF TEXT\n")
        } else {
            format!("<<'END OF TEXT' cat > /out/file{at}\n{text}\nEND OF TEXT\n")
        };
        image.files.insert(format!("scripts/{at}.sh"), script.into_bytes());
        writeln!(scripts, "      \"scripts/{at}.sh\",").unwrap();
        image.expect(format!("/out/file{at}"), format!("{text}\n"));
    }
    image.provisioner("shell", &format!("    scripts = [\n{scripts}    ]\n"));
    // `inline` is rendered twice, so braces are left to the files.
    let mut inline = String::new();
    let mut texts = numbers.texts(80, &["{{", "}}", "\r\n", "\0"]);
    texts.retain(|text| !text.ends_with('\r'));
    let last = texts.len() - 1;
    for (at, text) in texts.iter().enumerate() {
        let lines = format!("cat > /out/inline{at} <<'END OF TEXT'\n{text}\nEND OF TEXT");
        for line in lines.split('\n') {
            writeln!(inline, "      {},", hcl(line)).unwrap();
        }
        image.expect(format!("/out/inline{at}"), format!("{text}\n"));
        if at % 20 == 19 || at == last {
            let lines = std::mem::take(&mut inline);
            image.provisioner("shell", &format!("    inline = [\n{lines}    ]\n"));
        }
    }
    image
}

/// `content` of uploads.
fn contents(numbers: &mut Numbers) -> Image {
    let mut image = Image::default().with_folder();
    let mut texts = numbers.texts(80, &["\0"]);
    texts.push(long_line());
    for (at, text) in texts.iter().enumerate().skip(1) {
        image.provisioner("file", &format!("    content = {}\n    destination = \"/out/{at}\"\n", rendered(text)));
        image.expect(format!("/out/{at}"), text.as_str());
    }
    image
}

/// Names and contents of uploaded files, one by one and in a folder.
fn file_names(numbers: &mut Numbers) -> Image {
    let mut image = Image::default().with_folder();
    // A colon ends the container's name for `docker cp`; a slash and NUL end every name.
    let names = |texts: Vec<String>| {
        let mut names: Vec<String> = texts.into_iter().filter(|name| !name.is_empty() && name.len() < 200).collect();
        names.sort();
        names.dedup();
        names
    };
    for (at, name) in names(numbers.texts(90, &["/", "\0", ":"])).iter().enumerate() {
        let mut content: Vec<u8> = format!("{at} {name}").into_bytes();
        content.extend([0, 255, b'\r', b'\n']);
        let source = format!("one/{at}/{name}");
        let destination = format!("/out/{at} {name}");
        image.provisioner(
            "file",
            &format!("    source = {}\n    destination = {}\n", rendered_twice(&source), rendered_twice(&destination)),
        );
        image.files.insert(source, content.clone());
        image.expect(destination, content);
    }
    for name in names(numbers.texts(150, &["/", "\0"])) {
        image.files.insert(format!("many/{name}"), name.clone().into_bytes());
        image.expect(format!("/out/many/{name}"), name);
    }
    image.provisioner("file", "    source = \"many\"\n    destination = \"/out\"\n");
    image
}

/// What stays in the image's configuration: labels, environment, command.
fn configuration(numbers: &mut Numbers) -> Image {
    let mut image = Image::default();
    let mut changes = String::new();
    // A change is one line of a Dockerfile, so a newline cannot be said in it.
    for (at, value) in numbers.texts(60, &["\n", "\r", "\0"]).into_iter().enumerate() {
        let mut quoted = String::new();
        for character in value.chars() {
            if matches!(character, '"' | '\\' | '$') {
                quoted.push('\\');
            }
            quoted.push(character);
        }
        let (instruction, values) = match at % 2 {
            0 => ("LABEL", &mut image.labels),
            _ => ("ENV", &mut image.environment),
        };
        writeln!(changes, "    {},", rendered(&format!("{instruction} k{at}=\"{quoted}\""))).unwrap();
        values.insert(format!("k{at}"), value);
    }
    let command = numbers.texts(70, &["\0"]);
    writeln!(changes, "    {},", rendered(&format!("CMD {}", json!(command)))).unwrap();
    image.command = Some(command);
    image.source = format!("  changes = [\n{changes}  ]\n");
    image
}

/// Labels that the run command gives, which may hold newlines.
fn run_labels(numbers: &mut Numbers) -> Image {
    let mut image = Image::default();
    let mut words = String::new();
    for (at, value) in numbers.texts(70, &["\0"]).into_iter().enumerate() {
        let label = rendered(&format!("k{at}={value}"));
        writeln!(words, "    \"--label\", {label},").unwrap();
        image.labels.insert(format!("k{at}"), value);
    }
    image.source = format!(
        "  run_command = [\n    \"-d\", \"-i\", \"-t\",\n{words}    \"--entrypoint=/bin/sh\", \"--\", \"{{{{ .Image }}}}\"\n  ]\n"
    );
    image
}

/// Variables that stay open: their defaults, and values given when the pipeline runs.
fn parameters(numbers: &mut Numbers) -> Image {
    let mut image = Image::default().with_folder();
    let (mut env, mut script) = (String::new(), String::new());
    let defaults = numbers.texts(60, &["{{", "}}", "\0"]);
    let given = numbers.texts(120, &["{{", "}}", "\0"]).split_off(60);
    for (at, (default, given)) in defaults.iter().zip(&given).enumerate() {
        let value = match at % 2 {
            0 => default,
            _ => {
                image.parameters.push((format!("PKR_VAR_p{at}"), given.clone()));
                given
            }
        };
        writeln!(image.variables, "variable \"p{at}\" {{\n  type = string\n  default = {}\n}}", hcl(default)).unwrap();
        writeln!(env, "      V{at} = var.p{at}").unwrap();
        writeln!(script, "printf %s \"$V{at}\" > /out/{at}").unwrap();
        image.expect(format!("/out/{at}"), value.as_str());
    }
    image.files.insert("tell.sh".to_owned(), script.into_bytes());
    image.provisioner("shell", &format!("    env = {{\n{env}    }}\n    script = \"tell.sh\"\n"));
    image
}

/// Makes an image of hostile texts.
type Maker = fn(&mut Numbers) -> Image;

#[test]
fn hostile() {
    let Some(world) = world() else { return };
    let makers: [(&str, Maker); 7] = [
        ("environment", environment_values),
        ("scripts", script_texts),
        ("contents", contents),
        ("names", file_names),
        ("configuration", configuration),
        ("labels", run_labels),
        ("parameters", parameters),
    ];
    let named: Vec<_> =
        makers.into_iter().enumerate().filter(|(_, (name, _))| wanted(&format!("hostile-{name}"))).collect();
    let results = crate::in_pairs(&named, |(at, (name, make))| {
        let seed = 0x5eed_0000 + u64::try_from(*at).unwrap();
        (*name, read_back(world, name, &make(&mut Numbers(seed))))
    });
    let mut failures = Vec::new();
    for (name, result) in results {
        match result {
            Ok(values) => println!("hostile-{name:<16} {values} values arrived"),
            Err(why) => failures.push(format!("hostile-{name}: {why}")),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Compiles and builds an image and counts what arrived; the error lists what did not.
fn read_back(world: &World, name: &str, image: &Image) -> Result<usize, String> {
    let Image { source, provisioners, variables, files, tree, labels, environment, command, parameters } = image;
    let scratch = tempfile::tempdir().unwrap();
    let project = scratch.path().join("project");
    for (path, content) in files {
        let path = project.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    fs::create_dir_all(&project).unwrap();
    let template = format!(
        "{variables}\nsource \"docker\" \"{name}\" {{\n  image = \"debian:12\"\n  commit = true\n{source}}}\n\n\
         build {{\n  sources = [\"source.docker.{name}\"]\n{provisioners}}}\n"
    );
    fs::write(project.join("template.pkr.hcl"), template).unwrap();
    let compile = ["compile", "template.pkr.hcl", "--target", "dockerfile", "--out", "formwork-out"];
    let run = formwork(&project, compile, &[]);
    let compiled = Compiled::new(&project, "formwork-out", parameters.clone());
    let image = format!("docker.{name}");
    if !run.ok() || !compiled.images().contains_key(&image) {
        let refused = compiled.inexact().into_iter().filter(|entry| entry.verdict == "refused");
        let refused: Vec<String> = refused.map(|e| format!("{}: {}", e.construct, e.how)).collect();
        return Err(format!("not compiled: {run}{}", refused.join("\n")));
    }
    let short = &compiled.images()[&image];
    let targets = compiled.targets(world)?;
    let target = targets.get(short).ok_or("no bake target")?;
    // hadolint's reader does not know every way of quoting that BuildKit knows.
    compiled.build_check(world, target)?;
    let tar = scratch.path().join("results/image.tar");
    fs::create_dir(tar.parent().unwrap()).unwrap();
    compiled.bake(world, short, target, &tar).success()?;
    let read = unpack(&tar)?;

    let mut wrong = Vec::new();
    let mut count = 0;
    let mut judge = |what: String, sent: &[u8], got: Option<&[u8]>| {
        count += 1;
        if got != Some(sent) {
            let got = got.map_or_else(|| "nothing".to_owned(), shown);
            wrong.push(format!("  {what}: sent {}, got {got}", shown(sent)));
        }
    };
    for (path, content) in tree {
        let got = fs::read(read.root.path().join(path.trim_start_matches('/'))).ok();
        judge(path.escape_debug().to_string(), content, got.as_deref());
    }
    for (key, value) in labels {
        let got = read.config["Labels"][key].as_str().map(str::as_bytes);
        judge(format!("label {key}"), value.as_bytes(), got);
    }
    for (key, value) in environment {
        let all: Vec<String> = list(&read.config["Env"]).iter().map(text).collect();
        let got = all.iter().find_map(|item| item.strip_prefix(&format!("{key}=")));
        judge(format!("ENV {key}"), value.as_bytes(), got.map(str::as_bytes));
    }
    for (at, word) in command.iter().flatten().enumerate() {
        let got = read.config["Cmd"][at].as_str().map(str::as_bytes);
        judge(format!("CMD {at}"), word.as_bytes(), got);
    }
    // Nothing beside what was asked for: a name that went astray shows here.
    let found = files_below(&read.root.path().join("out"));
    if found != tree.len() {
        wrong.push(format!("  {found} files in /out, {} expected", tree.len()));
    }
    if wrong.is_empty() {
        return Ok(count);
    }
    let more = wrong.len().saturating_sub(12);
    wrong.truncate(12);
    Err(format!("{} of {count} did not arrive:\n{}\n  and {more} more", wrong.len() + more, wrong.join("\n")))
}

fn shown(bytes: &[u8]) -> String {
    let text = bytes.escape_ascii().to_string();
    let cut: String = text.chars().take(120).collect();
    if cut.len() == text.len() { cut } else { format!("{cut}… ({} bytes)", bytes.len()) }
}

fn files_below(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    entries
        .map(|entry| entry.unwrap())
        .map(|entry| {
            assert!(!entry.file_name().as_bytes().is_empty());
            if entry.file_type().unwrap().is_dir() { files_below(&entry.path()) } else { 1 }
        })
        .sum()
}

/// An image's files below `/out`, and its configuration.
struct Unpacked {
    root: tempfile::TempDir,
    config: Value,
}

fn unpack(tar: &Path) -> Result<Unpacked, String> {
    let layout = tempfile::tempdir().unwrap();
    let root = tempfile::tempdir().unwrap();
    let extract = |tar: &Path, into: &Path, only: &[&str]| {
        let mut words = vec!["-xf".to_owned(), tar.display().to_string(), "-C".to_owned(), into.display().to_string()];
        words.extend(only.iter().map(|word| (*word).to_owned()));
        process::run(Path::new("/"), Path::new("/bin/tar"), words, &[])
    };
    extract(tar, layout.path(), &[]).success()?;
    let blob = |descriptor: &Value| layout.path().join("blobs").join(text(&descriptor["digest"]).replace(':', "/"));
    let json = |path: &Path| -> Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };
    let mut manifest = json(&layout.path().join("index.json"));
    while let [first, ..] = list(&manifest["manifests"]) {
        manifest = json(&blob(first));
    }
    for layer in list(&manifest["layers"]) {
        // A layer without `out` makes tar complain: that is no fault.
        extract(&blob(layer), root.path(), &["out"]);
    }
    let config = json(&blob(&manifest["config"]))["config"].clone();
    Ok(Unpacked { root, config })
}
