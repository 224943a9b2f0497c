//! `hcp_packer_registry` blocks: where images would be registered. What they demand is checked with the components.

use super::Build;
use crate::diagnostic::{Severity, Sink};
use crate::resolve::decode::Decoder;
use crate::resolve::eval::Scope;
use crate::resolve::structure::DUPLICATE_BLOCK;
use crate::resolve::template::Registry;
use crate::schema::language;
use crate::source::Span;
use crate::syntax::{Body, Document};

const KIND: &str = "hcp_packer_registry";

/// Those at the top level, of which there can be one.
pub(super) fn top_level(
    documents: &[Document],
    scope: &Scope<'_>,
    decoder: &mut Decoder<'_>,
    sink: &mut Sink,
) -> Vec<Registry> {
    let mut registries: Vec<Registry> = Vec::new();
    for document in documents {
        // A second one in the same file was reported with the file.
        let Some(block) = document.body.blocks().find(|block| block.kind.value == KIND && block.labels.is_empty())
        else {
            continue;
        };
        if let Some(first) = registries.first() {
            sink.report(
                DUPLICATE_BLOCK
                    .at(block.header(), format!("`{KIND}` stands twice in a template"))
                    .label("a second one")
                    .also(first.keyword, "the first one")
                    .help("there can be one; put what both say into the first and remove this one"),
            );
            continue;
        }
        registries.push(read(&block.body, false, (block.kind.span, block.span), scope, decoder, sink));
    }
    registries
}

/// That of a build.
pub(super) fn of_build(
    build: &Build<'_>,
    scope: &Scope<'_>,
    decoder: &mut Decoder<'_>,
    sink: &mut Sink,
) -> Vec<Registry> {
    let own = build.blocks.iter().filter(|block| block.kind == KIND);
    own.map(|block| {
        let keyword = block.keyword;
        let inside = block.scope(scope);
        read(block.body, true, (keyword, block.span), &inside, decoder, sink)
    })
    .collect()
}

/// Packer takes several as long as it registers no image, so this is not an error.
pub(super) fn report_several(registries: &[Registry], sink: &mut Sink) {
    let [first, second, ..] = registries else { return };
    sink.report(
        DUPLICATE_BLOCK
            .at(second.keyword, format!("`{KIND}` stands in the template more than once"))
            .label("a second one")
            .also(first.keyword, "the first one")
            .help("Packer stops at it when it registers images; keep the one at the top level")
            .severity(Severity::Warning),
    );
}

fn read(
    body: &Body,
    in_build: bool,
    (keyword, span): (Span, Span),
    scope: &Scope<'_>,
    decoder: &mut Decoder<'_>,
    sink: &mut Sink,
) -> Registry {
    let schema = language::hcp_packer_registry();
    let body = decoder.own_block(body, &schema, "`hcp_packer_registry`", scope, sink);
    Registry { body, in_build, keyword, span }
}
