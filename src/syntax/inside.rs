//! What stands inside of a list or an object that is written out, for those who have its value and want its place.

use super::{Document, Expr, ExprKind, Item, bare};
use crate::source::Span;
use crate::syntax::Body;

impl Expr {
    /// An element of a list that is written out.
    pub fn item(&self, index: usize) -> Option<&Expr> {
        if let ExprKind::Tuple(items) = &bare(self).kind { items.get(index) } else { None }
    }

    /// The value of a key in an object that is written out.
    pub fn entry(&self, key: &str) -> Option<&Expr> {
        let ExprKind::Object(items) = &bare(self).kind else { return None };
        let is_key = |expr: &Expr| {
            let kind = &bare(expr).kind;
            matches!(kind, ExprKind::Variable(name) if name == key)
                || matches!(kind, ExprKind::Template(template) if template.literal().as_deref() == Some(key))
        };
        items.iter().find(|item| is_key(&item.key)).map(|item| &item.value)
    }
}

impl Document {
    /// The value of the attribute whose value stands at `span`.
    pub fn value_at(&self, span: Span) -> Option<&Expr> {
        (self.file == span.file).then(|| find(&self.body, span)).flatten()
    }
}

fn find(body: &Body, span: Span) -> Option<&Expr> {
    body.items.iter().find_map(|item| match item {
        Item::Attribute(attribute) => (attribute.value.span == span).then_some(&attribute.value),
        Item::Block(block) => find(&block.body, span),
        Item::Error(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Sink;
    use crate::parse::hcl;
    use crate::source::{FileOrigin, SourceMap};

    #[test]
    fn elements_are_found_by_the_place_of_the_whole() {
        let mut sources = SourceMap::new();
        let text = "a {\n  list = [\n    \"x\",\n    \"y\",\n  ]\n  map = { k = 1 }\n}\n";
        let file = sources.add("t.pkr.hcl", text, FileOrigin::Disk);
        let document = hcl::parse(&sources, file, &mut Sink::new()).document;
        let body = &document.body.blocks().next().expect("a block").body;
        let place = |name: &str| body.attribute(name).expect("it is there").value.span;
        let second = document.value_at(place("list")).and_then(|list| list.item(1)).expect("two elements");
        assert_eq!(sources.text(second.span), "\"y\"");
        let entry = document.value_at(place("map")).and_then(|map| map.entry("k")).expect("an entry");
        assert_eq!(sources.text(entry.span), "1");
        assert!(
            document.value_at(place("list")).is_some_and(|list| list.item(2).is_none() && list.entry("k").is_none())
        );
    }
}
