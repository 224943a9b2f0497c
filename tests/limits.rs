//! Input beyond what anybody writes ends within seconds, with a plain diagnostic or with a result: large, deep, long
//! chains, many of something, and a few lines that ask for more than a machine has.
#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::fmt::Write as _;

use formwork::diagnostic::Severity;
use formwork::engine::{Request, analyse};
use formwork::resolve::Inputs;
use formwork::resolve::value::Value;
use formwork::schema::Schemas;
use formwork::source::MemoryFiles;

/// What became of a configuration; that most of these use nothing is not looked at.
#[derive(Debug)]
struct Outcome {
    /// The codes of errors, sorted, each once, and one message of each.
    findings: Vec<(&'static str, String)>,
    /// How much was found.
    count: usize,
    locals: Vec<(String, Value)>,
    images: usize,
}

impl Outcome {
    fn codes(&self) -> Vec<&'static str> {
        self.findings.iter().map(|(code, _)| *code).collect()
    }
}

fn outcome(text: impl Into<String>) -> Outcome {
    outcome_of(text.into(), Vec::new())
}

/// Reads, resolves and checks, in a thread with the stack that the program has.
fn outcome_of(text: String, var_files: Vec<(&'static str, String)>) -> Outcome {
    let work = move || {
        let mut files = MemoryFiles::new().with("t/main.pkr.hcl", text);
        let mut inputs = Inputs::default();
        for (name, text) in var_files {
            files = files.with(name, text);
            inputs.var_files.push(name.to_owned());
        }
        let paths = ["t".to_owned()];
        let request = Request { paths: &paths, root: None, project: &files, files: &files, inputs: &inputs };
        let analysis = analyse(&request, &Schemas::embedded()).unwrap();
        let mut count = 0;
        let mut findings: Vec<(&'static str, String)> = Vec::new();
        for found in analysis.sink.into_sorted() {
            assert!(found.message.len() < 1000, "{} says too much", found.code());
            if found.severity < Severity::Error {
                continue;
            }
            count += 1;
            if !findings.iter().any(|(code, _)| *code == found.code()) {
                findings.push((found.code(), found.message));
            }
        }
        findings.sort_unstable();
        let locals = analysis.template.locals.into_iter().map(|(name, local)| (name, local.value)).collect();
        Outcome { findings, count, locals, images: analysis.template.images.len() }
    };
    std::thread::Builder::new().stack_size(256 << 20).spawn(work).unwrap().join().unwrap()
}

/// One local, and no source or build, which is a finding of its own.
fn local(expression: &str) -> Outcome {
    outcome(format!("locals {{\n  a = {expression}\n}}\n{BUILD}"))
}

const BUILD: &str = "source \"null\" \"a\" {\n  communicator = \"none\"\n}\nbuild {\n  sources = [\"null.a\"]\n}\n";

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

#[test]
fn ten_megabytes_are_read() {
    let text = lines(100_000, |n| {
        format!(
            "  a{n} = [\"${{upper(\"x\")}} and some more text that makes this line a hundred bytes long\", {n}, true]\n"
        )
    });
    let text = format!("locals {{\n{text}}}\n{BUILD}");
    assert!(text.len() > 10_000_000, "{}", text.len());
    let found = outcome(text);
    assert_eq!(found.locals.len(), 100_000, "{:?}", found.findings);
    assert_eq!(found.codes(), Vec::<&str>::new());
}

#[test]
fn ten_megabytes_of_values_are_read() {
    let list = lines(300_000, |n| format!("{}\"an element of a long list {n}\"", if n == 0 { "" } else { ",\n" }));
    let json = format!("{{ \"x\": [{list}] }}");
    assert!(json.len() > 10_000_000, "{}", json.len());
    let text = format!("variable \"x\" {{\n  type = list(string)\n}}\nlocals {{\n  n = length(var.x)\n}}\n{BUILD}");
    let found = outcome_of(text, vec![("big.pkrvars.json", json)]);
    assert_eq!(found.codes(), Vec::<&str>::new(), "{:?}", found.findings);
    assert_eq!(found.locals[0].1.as_number().unwrap().to_string(), "300000");
}

#[test]
fn nesting_of_ten_thousand_is_refused_with_one_word_about_it() {
    const DEEP: usize = 10_000;
    let around = |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(DEEP), close.repeat(DEEP));
    for expression in [
        around("[", "1", "]"),
        around("(", "1", ")"),
        around("{ a = ", "1", " }"),
        around("-", "1", ""),
        around("!", "true", ""),
        around("\"${", "1", "}\""),
        format!("\"{}\"", around("%{ if true }", "1", "%{ endif }")),
        around("true ? 1 : ", "1", ""),
        around("true ? (", "1", ") : 1"),
        around("upper(", "\"x\"", ")"),
        around("[for x in ", "[]", " : x]"),
        around("1 + ", "1", ""),
        around("var.a[", "0", "]"),
        format!("a{}", "[*]".repeat(DEEP)),
    ] {
        let found = local(&expression);
        let start = expression.get(..20).unwrap();
        assert!(found.codes().contains(&"nesting-too-deep"), "{start}: {:?}", found.findings);
        assert!(found.count <= 2, "{start}: {} findings", found.count);
    }
    // Directives side by side are not deep.
    let found = local(&format!("\"{}\"", "%{ if true }x%{ endif }".repeat(DEEP)));
    assert_eq!(found.codes(), Vec::<&str>::new());
    let blocks = format!("{}{}", "a {\n".repeat(DEEP), "}\n".repeat(DEEP));
    let found = outcome(format!("{blocks}{BUILD}"));
    assert!(found.codes().contains(&"nesting-too-deep"), "{:?}", found.findings);
    let unclosed = local(&"[{(\"${".repeat(DEEP));
    assert!(!unclosed.findings.is_empty());
}

#[test]
fn chains_of_ten_thousand_are_followed() {
    let mut text = lines(10_000, |n| format!("variable \"v{n}\" {{\n  default = \"{n}\"\n}}\n"));
    // In the worst order: each is needed by the one before it.
    let chain = lines(9_999, |n| format!("  a{n} = local.a{}\n", n + 1));
    write!(text, "locals {{\n{chain}  a9999 = var.v9999\n}}\n{BUILD}").unwrap();
    let found = outcome(text);
    assert_eq!(found.codes(), Vec::<&str>::new(), "{:?}", found.findings);
    let (name, value) = &found.locals[0];
    assert_eq!((name.as_str(), value.as_str().unwrap().as_ref()), ("a0", "9999"));
}

#[test]
fn chains_that_grow_end_where_memory_would() {
    // Each takes in all that the one before has.
    let nested = lines(10_000, |n| format!("  a{} = [local.a{n}]\n", n + 1));
    let found = outcome(format!("locals {{\n  a0 = 1\n{nested}}}\n{BUILD}"));
    assert_eq!(found.codes(), ["too-large"], "{:?}", found.findings);
    let longer = lines(10_000, |n| format!("  a{} = \"${{local.a{n}}}${{var.v{n}}}\"\n", n + 1));
    let variables = lines(10_000, |n| format!("variable \"v{n}\" {{\n  default = \"{n}\"\n}}\n"));
    let found = outcome(format!("{variables}locals {{\n  a0 = \"x\"\n{longer}}}\n{BUILD}"));
    assert_eq!(found.codes(), ["too-large"], "{:?}", found.findings);
}

#[test]
fn a_circle_of_ten_thousand_is_told_in_short() {
    let chain = lines(10_000, |n| format!("  a{n} = local.a{}\n", (n + 1) % 10_000));
    let found = outcome(format!("locals {{\n{chain}}}\n{BUILD}"));
    assert_eq!(found.codes(), ["reference-cycle"]);
    assert_eq!(found.count, 1);
}

#[test]
fn ten_thousand_of_everything() {
    const MANY: usize = 10_000;
    let sources = lines(MANY, |n| format!("source \"null\" \"s{n}\" {{\n  communicator = \"none\"\n}}\n"));
    let builds = lines(MANY, |n| format!("build {{\n  sources = [\"null.s{n}\"]\n}}\n"));
    let found = outcome(format!("{sources}{builds}"));
    assert_eq!(found.codes(), Vec::<&str>::new(), "{:?}", found.findings);
    assert_eq!(found.images, MANY);
    let data = lines(MANY, |n| format!("data \"null\" \"d{n}\" {{\n  input = \"x\"\n}}\n"));
    let found = outcome(format!("{data}{BUILD}"));
    assert_eq!(found.codes(), Vec::<&str>::new(), "{:?}", found.findings);
}

#[test]
fn ten_thousand_mistakes_are_all_found() {
    const MANY: usize = 10_000;
    let variables = lines(MANY, |n| format!("variable \"name_of_{n}\" {{\n  default = \"x\"\n}}\n"));
    let wrong = lines(MANY, |n| format!("  l{n} = var.nome_of_{n}\n"));
    let found = outcome(format!("{variables}locals {{\n{wrong}}}\n{BUILD}"));
    assert_eq!(found.codes(), ["undeclared-variable"]);
    assert_eq!(found.count, MANY);
    let sources = lines(MANY, |n| format!("source \"null\" \"s{n}\" {{\n  communicator = \"none\"\n}}\n"));
    let builds = lines(MANY, |n| format!("build {{\n  sources = [\"null.t{n}\"]\n}}\n"));
    let found = outcome(format!("{sources}{builds}"));
    assert_eq!(found.codes(), ["unknown-source"], "{:?}", found.findings);
}

#[test]
fn a_million_elements_are_made_or_refused() {
    let million = "flatten([for a in range(1000) : range(1000)])";
    for expression in [
        format!("length({million})"),
        "length(setproduct(range(1000), range(1000)))".to_owned(),
        "[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : 1]]]".to_owned(),
        "range(1000000)".to_owned(),
    ] {
        let found = local(&expression);
        let known = ["too-large", "function-failed"];
        assert!(found.codes().iter().all(|code| known.contains(code)), "{expression}: {:?}", found.findings);
    }
    for for_each in [million, "range(1000)"] {
        let text = format!(
            "source \"null\" \"a\" {{\n  communicator = \"none\"\n}}\nbuild {{\n  sources = [\"null.a\"]\n  dynamic \"provisioner\" {{\n    for_each = {for_each}\n    labels = [\"shell\"]\n    content {{\n      inline = [\"true\"]\n    }}\n  }}\n}}\n"
        );
        let found = outcome(text);
        match for_each {
            "range(1000)" => assert_eq!(found.codes(), Vec::<&str>::new(), "{:?}", found.findings),
            _ => assert!(["too-many-blocks", "too-large"].contains(&found.codes()[0]), "{:?}", found.findings),
        }
    }
}

#[test]
fn texts_that_grow_without_end_are_refused() {
    let thousand = "join(\"\", [for x in range(1000) : \"0123456789\"])";
    let doubled = |expression: &str| {
        let lines = lines(30, |n| format!("  a{} = {}\n", n + 1, expression.replace('@', &format!("local.a{n}"))));
        outcome(format!("locals {{\n  a0 = \"lol\"\n{lines}}}\n{BUILD}"))
    };
    for expression in [
        "\"${@}${@}${@}${@}${@}${@}${@}${@}${@}${@}\"",
        "[@, @, @, @, @, @, @, @, @, @]",
        "{ a = @, b = @, c = @, d = @, e = @ }",
        "join(\"\", [@, @, @, @, @, @, @, @, @, @])",
        "format(\"%s%s%s%s%s%s%s%s%s%s\", @, @, @, @, @, @, @, @, @, @)",
        "replace(@, \"l\", @)",
        "concat([@], [@], [@], [@], [@], [@], [@], [@], [@], [@])",
        "jsonencode([@, @, @, @, @, @])",
        "regex_replace(@, \"(.*)\", \"$1$1$1$1\")",
    ] {
        let found = doubled(expression);
        assert!(!found.findings.is_empty(), "{expression} is held");
        let known = ["too-large", "function-failed", "invalid-function-argument"];
        assert!(found.codes().iter().all(|code| known.contains(code)), "{expression}: {:?}", found.findings);
    }
    for expression in [
        "format(\"%1000000000s\", \"x\")".to_owned(),
        "format(\"%01000000000d\", 1)".to_owned(),
        "formatlist(\"%1000000000s\", [\"x\", \"y\"])".to_owned(),
        "format(\"%.1000000000f\", 1)".to_owned(),
        "indent(1000000000, \"a\\nb\")".to_owned(),
        "pow(10, 1000000000)".to_owned(),
        "pow(pow(10, 300), 300)".to_owned(),
        "1e1000000000".to_owned(),
        "1e1000000000 - 1e-1000000000".to_owned(),
        format!("parseint({thousand}, 10) * 2"),
        format!("parseint(join(\"\", [for x in range(1000) : {thousand}]), 10)"),
        "range(0, 1e300, 1e-300)".to_owned(),
        "substr(\"x\", 0, 1e300)".to_owned(),
        "chunklist([1], 1e300)".to_owned(),
        "element([1], 1e300)".to_owned(),
        "formatdate(join(\"\", [for x in range(1000) : \"YYYY\"]), \"2020-01-01T00:00:00Z\")".to_owned(),
        "timeadd(\"2020-01-01T00:00:00Z\", \"1000000000000000000h\")".to_owned(),
        "cidrsubnet(\"10.0.0.0/8\", 1000000000, 1)".to_owned(),
        "cidrhost(\"::/0\", pow(2, 127))".to_owned(),
        "regex(\"(((a{1000}){1000}){1000}){1000}\", \"a\")".to_owned(),
        "regexall(\"(a*)*b\", join(\"\", [for x in range(1000) : \"aaaaaaaaaa\"]))".to_owned(),
        "[for x in range(1000) : [for y in range(1000) : regexall(\".\", \"aaaaaaaaaaaaaaaaaaaaaaa\")]]".to_owned(),
        "jsondecode(join(\"\", [for x in range(1000) : \"[[[[[[[[[[\"]))".to_owned(),
        "yamldecode(join(\"\", [for x in range(1000) : \"[[[[[[[[[[\"]))".to_owned(),
        "csvdecode(join(\"\\n\", [for x in range(1000) : \"a,b,c,d,e,f,g,h\"]))".to_owned(),
        "base64decode(join(\"\", [for x in range(1000) : \"QUFB\"]))".to_owned(),
        "strrev(join(\"\", [for x in range(1000) : \"a\"]))".to_owned(),
        "merge([for x in range(1000) : { for y in range(1000) : \"${x}-${y}\" => y }]...)".to_owned(),
        "zipmap(split(\",\", join(\",\", range(1000))), range(1000))".to_owned(),
        "setunion([for x in range(1000) : toset(range(1000))]...)".to_owned(),
        "distinct(flatten([for x in range(1000) : range(1000)]))".to_owned(),
        "sort([for x in range(1000) : \"${x}\"])".to_owned(),
    ] {
        // With a result or with a finding: both are an end.
        local(&expression);
    }
}
