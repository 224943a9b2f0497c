//! Reading HCL: ours beside `hcl-edit`, on the same text in the same run.
//!
//! Quote the ratio of the two, not the times: machines differ. Ours makes a lossless token list as well, and goes on
//! after a fault; the peer keeps the white space, and stops.

use formwork::diagnostic::Sink;
use formwork::parse;
use formwork::source::{FileOrigin, SourceMap};

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

const SIZES: [usize; 2] = [25, 2500];

#[divan::bench(args = SIZES)]
fn formwork(bencher: divan::Bencher<'_, '_>, blocks: usize) {
    let text = template(blocks);
    let bytes = divan::counter::BytesCount::of_str(&text);
    bencher.counter(bytes).bench(|| {
        let mut sources = SourceMap::new();
        let file = sources.add("a.pkr.hcl", text.clone(), FileOrigin::Disk);
        let mut sink = Sink::new();
        let parsed = parse::hcl::parse(&sources, file, &mut sink);
        assert!(sink.is_empty(), "the text is sound");
        parsed.document.body.items.len()
    });
}

#[divan::bench(args = SIZES)]
fn hcl_edit(bencher: divan::Bencher<'_, '_>, blocks: usize) {
    let text = template(blocks);
    let bytes = divan::counter::BytesCount::of_str(&text);
    bencher.counter(bytes).bench(|| {
        let body = hcl_edit::parser::parse_body(&text).expect("the text is sound");
        body.len()
    });
}
