//! `goss`: tests in the machine, with a program that is fetched for them.

use super::{
    Acts, Taker, all_arriving, always, arriving, base, flag, is_folder, is_unix, map, optional, text, text_or,
};
use crate::graph::plan::{Accepts, Deed, Plan};
use crate::resolve::value::Text;

const SPEC: &str = "/tmp/goss-spec.yaml";
const DEBUG_SPEC: &str = "/tmp/debug-goss-spec.yaml";

pub(super) fn plan(taker: &mut Taker<'_>) -> Option<Plan> {
    if !is_unix(taker, "target_os")? {
        return None;
    }
    let mut acts = Acts::new(taker);
    let span = taker.span();
    let environment = map(taker, "vars_env")?;
    let skip = flag(taker, "skip_install")?;
    let (url, program) = source(taker, &mut acts, &environment, skip)?;
    let folder = match optional(taker, "remote_path", |taker| taker.text("remote_path"))? {
        Some(path) => {
            acts.idle(taker, &["remote_folder"], "`remote_path` says where");
            path.value
        }
        None => text![text_or(taker, "remote_folder", || Text::literal("/tmp"))?, "/goss"],
    };
    acts.folder(&folder);
    if skip {
        acts.idle(taker, &["username", "password", "skip_ssl"], "with `skip_install` nothing is fetched");
    } else {
        let insecure = flag(taker, "skip_ssl")?;
        let user = text_or(taker, "username", Text::new)?;
        let password = if user.is_empty() {
            acts.idle(taker, &["password"], "without `username` nobody is named");
            Text::new()
        } else {
            text_or(taker, "password", Text::new)?
        };
        let (curl, wget) = credentials(&user, &password);
        let (curl_insecure, wget_insecure) = if insecure { ("-k ", "--no-check-certificate ") } else { ("", "") };
        // The plugin does not look at how this ends: without the program the tests fail.
        let fetch = text![
            "curl -sL ",
            curl_insecure,
            curl,
            "-o ",
            program,
            " ",
            url,
            " || wget -q ",
            wget_insecure,
            wget,
            "-O ",
            program,
            " ",
            url,
        ];
        acts.command("url", span, vec![always(fetch)], Accepts::Any);
        let ready = text!["chmod 555 ", program, " && ", program, " --version"];
        acts.command("download_path", span, vec![always(ready)], Accepts::Any);
    }
    let mut options = Text::new();
    if let Some(file) = optional(taker, "goss_file", |taker| taker.text("goss_file"))? {
        options.push(&text![" --gossfile ", file.value]);
    }
    if let Some(file) = arriving(taker, "vars_file")? {
        let place = text![folder, "/", base(&file.path.value)];
        options.push(&text![" --vars ", place]);
        acts.file(file, place);
    }
    let inline = map(taker, "vars_inline")?;
    if !inline.is_empty() {
        options.push(&text![" --vars-inline '", object(&inline)?, "'"]);
    }
    let tests = all_arriving(taker, "tests")?.filter(|tests| !tests.is_empty())?;
    let subject = tests.first()?.path.value.clone();
    for test in tests {
        let place = text![folder, "/", base(&test.path.value)];
        let made = text!["mkdir -p '", place, "'"];
        let command = crate::graph::plan::Command {
            attribute: "tests",
            span,
            form: crate::graph::plan::CommandForm::Shell(vec![always(made)]),
            accepts: Accepts::Codes(vec![0]),
        };
        acts.push_if(vec![is_folder(&test, true)], Deed::Command(command));
        let deed = Deed::Folder { source: test.clone(), destination: place.clone() };
        acts.push_if(vec![is_folder(&test, true)], deed);
        let when = vec![is_folder(&test, false)];
        acts.push_if(when, Deed::File { source: test, destination: place, secret: false });
    }
    let mut values = Text::new();
    for (name, value) in &environment {
        values.push(&text![name, "=\"", value, "\" "]);
    }
    let accepts = if flag(taker, "inspect")? { Accepts::Any } else { Accepts::Codes(vec![0]) };
    let begin = text!["cd ", folder, " && "];
    let goss = text![program, options];
    // Packer takes these in any order, and only the last one says something of the machine.
    for (word, spec) in [("render", SPEC), ("render -d", DEBUG_SPEC)] {
        let text = text![begin, values, goss, " ", word, " > ", spec];
        acts.command("tests", span, vec![always(text)], accepts.clone());
    }
    let sudo = if flag(taker, "use_sudo")? { "sudo " } else { "" };
    let timeout = text_or(taker, "retry_timeout", || Text::literal("0s"))?;
    let sleep = text_or(taker, "sleep", || Text::literal("1s"))?;
    let mut last = text!["validate --retry-timeout ", timeout, " --sleep ", sleep];
    for (attribute, option) in [("format", " -f "), ("format_options", " -o ")] {
        if let Some(value) = optional(taker, attribute, |taker| taker.text(attribute))? {
            last.push(&text![option, value.value]);
        }
    }
    let text = text![begin, sudo, values, goss, " ", last];
    acts.command("tests", span, vec![always(text)], accepts);
    if !flag(taker, "skip_download")? {
        let how = "the rendered tests stay in /tmp of the machine: nothing gets back to the host";
        acts.mention(how);
    }
    acts.plan(Some(subject), None)
}

/// Where the program comes from, and where it goes.
fn source(
    taker: &mut Taker<'_>,
    acts: &mut Acts,
    environment: &std::collections::BTreeMap<String, Text>,
    skip: bool,
) -> Option<(Text, Text)> {
    let path = optional(taker, "download_path", |taker| taker.text("download_path"))?.map(|path| path.value);
    if let Some(path) = path.as_ref().filter(|_| skip) {
        acts.idle(taker, &["arch", "url", "version"], "with `skip_install` nothing is fetched");
        return Some((Text::new(), path.clone()));
    }
    let wants_alpha = environment.get("GOSS_USE_ALPHA").and_then(Text::as_literal) == Some("1");
    let own = optional(taker, "url", |taker| taker.text("url"))?;
    if let Some(own) = own.as_ref().filter(|_| !wants_alpha) {
        acts.idle(taker, &["arch", "version"], "`url` says which");
        let path = path.or_else(|| path_of(taker, own, 2))?;
        return Some((own.value.clone(), path));
    }
    let version = optional(taker, "version", |taker| taker.decided("version"))?;
    let version = version.map_or_else(|| "0.4.2".to_owned(), |version| version.value);
    let minor: u64 = version.split('.').nth(1)?.parse().ok()?;
    let alpha = minor < 4 && wants_alpha;
    if let Some(own) = own {
        acts.idle(taker, &["arch"], "`url` says which");
        let path = path.or_else(|| path_of(taker, &own, if alpha { 3 } else { 2 }))?;
        return Some((own.value, path));
    }
    let arch = optional(taker, "arch", |taker| taker.decided("arch"))?;
    let arch = arch.map_or_else(|| "amd64".to_owned(), |arch| arch.value);
    let name = if alpha { "goss-alpha-linux-" } else { "goss-linux-" };
    let url = format!("https://github.com/goss-org/goss/releases/download/v{version}/{name}{arch}");
    let path = path.unwrap_or_else(|| Text::literal(format!("/tmp/goss-{version}-linux-{arch}")));
    Some((Text::literal(url), path))
}

/// The path that is made from an address: its last part but one is the version, and a word of the last the architecture.
fn path_of(taker: &mut Taker<'_>, url: &crate::source::Spanned<Text>, word: usize) -> Option<Text> {
    let known = url.value.known()?.into_owned();
    taker.note_text("url", &url.value, url.span);
    let parts: Vec<&str> = known.split('/').collect();
    let arch = parts.last()?.split('-').nth(word)?;
    let version = parts.get(parts.len().checked_sub(2)?)?.trim_start_matches('v');
    Some(Text::literal(format!("/tmp/goss-{version}-linux-{arch}")))
}

/// Options that name a user, for both programs.
fn credentials(user: &Text, password: &Text) -> (Text, Text) {
    match (user.is_empty(), password.is_empty()) {
        (true, _) => (Text::new(), Text::new()),
        (false, true) => (text!["-u ", user, " "], text!["--user=", user, " "]),
        (false, false) => {
            (text!["-u ", user, ":", password, " "], text!["--user=", user, " --password=", password, " "])
        }
    }
}

/// A JSON object of texts; nothing where a value that is not known would have to be quoted.
fn object(values: &std::collections::BTreeMap<String, Text>) -> Option<Text> {
    let quoted = |text: &str| serde_json::to_string(text).ok();
    let mut out = Text::literal("{");
    for (at, (name, value)) in values.iter().enumerate() {
        let comma = if at > 0 { "," } else { "" };
        out.push(&text![comma, quoted(name)?, ":", quoted(value.as_literal()?)?]);
    }
    Some(text![out, "}"])
}
