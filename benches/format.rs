//! Laying HCL out, of two sizes: the time for a byte is the same if the work is linear.

use formwork::format;

fn main() {
    divan::main();
}

#[divan::bench(args = [25, 2500])]
fn formwork(bencher: divan::Bencher<'_, '_>, blocks: usize) {
    let block = r#"
source "docker" "app" {
image="${var.registry}/base:${local.version}"
  changes = [
"ENV NAME=${upper( var.name )}",# a comment
    "EXPOSE 8080"
  ]
      tags={name="x",(var.key):[for item in var.list:lower(item)if item!=""]}
}
"#;
    let text = block.repeat(blocks);
    bencher.counter(divan::counter::BytesCount::of_str(&text)).bench(|| format::hcl(&text).len());
}
