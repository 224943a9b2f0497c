//! What stands in the files, for rules that need more than the resolved template keeps.

use crate::source::Span;
use crate::syntax::{Body, Document, Expr, ExprKind, Item, bare};

/// Where a key is written in the object that stands at `value`; nothing if it is computed.
pub(super) fn object_key(documents: &[Document], value: Span, key: &str) -> Option<Span> {
    let find = |body: &Body| {
        body.attributes().filter(|attribute| attribute.value.span == value).find_map(|attribute| {
            let ExprKind::Object(items) = &bare(&attribute.value).kind else { return None };
            items.iter().find(|item| literal_key(&item.key).as_deref() == Some(key)).map(|item| item.key.span)
        })
    };
    let mut all = documents.iter().filter(|document| document.file == value.file).map(|document| &document.body);
    all.find_map(|body| search(body, &find))
}

/// Whether the body at `place`, or what a build adds to a source, has an attribute of that name.
pub(super) fn is_written(documents: &[Document], place: Span, name: &str) -> bool {
    let own = |body: &Body| (body.span == place).then(|| body.attribute(name)).flatten().map(|_| ());
    documents.iter().any(|document| {
        let added = || {
            let builds = document.body.blocks().filter(|block| block.kind.value == "build");
            builds
                .flat_map(|build| build.body.blocks())
                .any(|block| search(&block.body, &|body| body.attribute(name).map(|_| ())).is_some())
        };
        search(&document.body, &own).is_some() || added()
    })
}

/// The key of an object's item as a text: a bare word, or a text written out.
pub(super) fn literal_key(key: &Expr) -> Option<String> {
    if let ExprKind::Variable(name) = &key.kind { Some(name.clone()) } else { literal(key) }
}

/// A text that is written out.
pub(super) fn literal(expr: &Expr) -> Option<String> {
    if let ExprKind::Template(template) = &bare(expr).kind { template.literal() } else { None }
}

/// What `find` gives for the first body, outer ones first.
fn search<T>(body: &Body, find: &dyn Fn(&Body) -> Option<T>) -> Option<T> {
    find(body).or_else(|| {
        body.items.iter().find_map(|item| match item {
            Item::Block(block) => search(&block.body, find),
            Item::Attribute(_) | Item::Error(_) => None,
        })
    })
}
