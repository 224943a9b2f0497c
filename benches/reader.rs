//! Reading HCL: ours beside `hcl-edit`, on the same text in the same run: real files where `FORMWORK_CORPUS` names a
//! folder of them, and made ones.
//!
//! Quote the ratio of the two, not the times: machines differ. Both give a tree with spans; ours goes on after a fault
//! and looks for duplicates, the peer keeps white space and stops. `formwork_tokens` is ours with the list of tokens that
//! formatting needs.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads files and its environment")]
#![expect(clippy::unwrap_used, reason = "a benchmark may fail where it stands")]
#![expect(clippy::print_stderr, reason = "a skipped benchmark says so")]

#[path = "../tests/hcl/files.rs"]
mod files;

use divan::Bencher;
use divan::counter::BytesCount;
use formwork::diagnostic::Sink;
use formwork::parse::hcl;
use formwork::source::{FileId, FileOrigin, SourceMap};

fn main() {
    divan::main();
}

/// A template of about `blocks` × 12 lines, like those people write.
fn template(blocks: usize) -> String {
    let block = r#"
source "docker" "app-NUMBER" {
  image   = "${var.registry}/base:${local.version}"
  commit  = true
  changes = [
    "ENV NAME=${upper(var.name)}", # a comment
    "EXPOSE 8080",
  ]
  tags = { name = "x", (var.key) : [for item in var.list : lower(item) if item != ""] }
}

"#;
    (0..blocks).map(|number| block.replace("NUMBER", &number.to_string())).collect()
}

/// What is read.
const INPUTS: [&str; 3] = ["corpus", "300 lines", "30000 lines"];

fn texts(input: &str) -> Vec<String> {
    match input {
        "300 lines" => vec![template(25)],
        "30000 lines" => vec![template(2500)],
        _ => {
            let Some(corpus) = files::folder("FORMWORK_CORPUS") else { return Vec::new() };
            let paths = files::files(&corpus, &[".pkr.hcl", ".pkrvars.hcl"]);
            let texts = paths.iter().filter_map(|path| std::fs::read_to_string(path).ok());
            // The peer gives up where Packer does not, at a key that stands twice.
            texts.filter(|text| hcl_edit::parser::parse_body(text).is_ok()).collect()
        }
    }
}

/// Runs `read` over every text.
fn ours<T>(bencher: Bencher<'_, '_>, input: &str, read: impl Fn(&SourceMap, FileId, &mut Sink) -> T + Sync) {
    let texts = texts(input);
    let bytes = BytesCount::new(texts.iter().map(String::len).sum::<usize>());
    let mut sources = SourceMap::new();
    let files: Vec<FileId> = texts.into_iter().map(|text| sources.add("a.pkr.hcl", text, FileOrigin::Disk)).collect();
    bencher.counter(bytes).bench_local(|| {
        for file in &files {
            let mut sink = Sink::new();
            divan::black_box(read(&sources, *file, &mut sink));
            assert!(sink.is_empty(), "the text is sound");
        }
    });
}

#[divan::bench(args = INPUTS)]
fn formwork(bencher: Bencher<'_, '_>, input: &str) {
    ours(bencher, input, hcl::parse_document);
}

#[divan::bench(args = INPUTS)]
fn formwork_tokens(bencher: Bencher<'_, '_>, input: &str) {
    ours(bencher, input, hcl::parse);
}

#[divan::bench(args = INPUTS)]
fn hcl_edit(bencher: Bencher<'_, '_>, input: &str) {
    let texts = texts(input);
    let bytes = BytesCount::new(texts.iter().map(String::len).sum::<usize>());
    bencher.counter(bytes).bench_local(|| {
        for text in &texts {
            divan::black_box(hcl_edit::parser::parse_body(text).expect("the text is sound"));
        }
    });
}
