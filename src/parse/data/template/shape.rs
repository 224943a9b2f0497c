//! What a name is where it stands: an attribute, or blocks of which kind.

use indexmap::IndexMap;

use crate::schema::{Attribute, Block, Body, Kind, Lookup, Rest, Schemas, language};
use crate::syntax::Label;

use super::super::expr::Reading;

/// What the mapping of one file asks.
#[derive(Debug)]
pub(super) struct Tables<'a> {
    pub(super) schemas: &'a Schemas,
    /// The template's body.
    pub(super) root: Body,
    /// The body of `dynamic`.
    pub(super) dynamic: Block,
    /// The body of blocks that nothing describes.
    nothing: Body,
    /// What every component accepts besides its own.
    injected: IndexMap<String, Attribute>,
}

impl<'a> Tables<'a> {
    pub(super) fn new(schemas: &'a Schemas) -> Self {
        let dynamic = Block {
            name: "dynamic".to_owned(),
            description: None,
            labels: vec!["block type".to_owned()],
            nesting: crate::schema::Nesting::List,
            required: false,
            min: None,
            max: None,
            body: language::dynamic(),
            deprecated: None,
            removed: None,
            ignored: false,
            note: None,
        };
        let nothing = Body { dynamic: true, ..Body::default() };
        Self { schemas, root: language::root(), dynamic, nothing, injected: language::injected() }
    }
}

/// What a body may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape<'t> {
    /// The body as the language or the component describes it; of a component's block, what Packer takes out of it.
    own: &'t Body,
    component: Component<'t>,
    place: Place,
}

/// The component whose attributes stand in a body.
#[derive(Clone, Copy, Debug)]
enum Component<'t> {
    /// There is none.
    None,
    /// All is known.
    Described(&'t Body),
    /// Nothing describes it.
    Unknown,
}

/// What a name is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Member<'t> {
    Attribute,
    Block(&'t Block),
    Dynamic,
    /// No schema can say.
    Undecided,
    /// It does not belong there; who knows all of the body says so.
    Wrong,
}

/// Where Packer evaluates strings without anything to refer to, and takes them as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Root,
    Packer,
    Variable,
    Validation,
    Local,
    Build,
    BuildSource,
    Dynamic,
    /// Accepted and never read.
    Ignored,
    Other,
}

impl<'t> Shape<'t> {
    /// The body of a file.
    pub(super) fn root(tables: &'t Tables<'_>) -> Self {
        Self { own: &tables.root, component: Component::None, place: Place::Root }
    }

    /// What a property of that name is.
    pub(super) fn member(&self, name: &str, tables: &'t Tables<'_>) -> Member<'t> {
        let described = match self.component {
            Component::Described(body) => Some(body),
            Component::None | Component::Unknown => None,
        };
        let bodies = [Some(self.own), described];
        let mut bodies = bodies.iter().copied().flatten();
        if bodies.clone().any(|body| body.attributes.contains_key(name))
            || (self.is_component() && tables.injected.contains_key(name))
        {
            return Member::Attribute;
        }
        if let Some(block) = bodies.find_map(|body| body.blocks.get(name)) {
            return Member::Block(block);
        }
        if name == "dynamic" && self.own.dynamic {
            return Member::Dynamic;
        }
        match (self.own.rest, self.component) {
            (Rest::Declarations, _) => Member::Attribute,
            (_, Component::Unknown) | (Rest::Ignored, _) => Member::Undecided,
            (Rest::Rejected | Rest::Component(_), Component::None | Component::Described(_)) => Member::Wrong,
        }
    }

    fn is_component(&self) -> bool {
        matches!(self.own.rest, Rest::Component(_))
    }

    /// Whether it is one object that declares things, not several that count as one.
    pub(super) fn is_declarations(&self) -> bool {
        self.own.rest == Rest::Declarations
    }

    /// How the strings of an attribute are read.
    pub(super) fn reading(&self, name: &str) -> Reading {
        match (self.place, name) {
            (Place::Variable, "type") | (Place::Dynamic, "iterator") => Reading::Expression,
            (Place::Variable, "default") | (Place::Validation, "condition") => Reading::Template,
            (Place::Packer | Place::Variable | Place::Validation | Place::Ignored, _)
            | (Place::Local, "sensitive")
            | (Place::BuildSource, "name") => Reading::Literal,
            (Place::Root | Place::Build | Place::BuildSource | Place::Local | Place::Dynamic | Place::Other, _) => {
                Reading::Template
            }
        }
    }

    /// The body of a block in this body.
    pub(super) fn inside(&self, block: &'t Block, labels: &[Label], tables: &'t Tables<'_>) -> Shape<'t> {
        let place = match (self.place, block.name.as_str()) {
            (Place::Root, "packer") | (Place::Packer, _) => Place::Packer,
            (Place::Root, "variable") => Place::Variable,
            (Place::Root, "local") => Place::Local,
            (Place::Root, "build") => Place::Build,
            (Place::Variable, "validation") => Place::Validation,
            (Place::Build, "source") => Place::BuildSource,
            _ if block.ignored => Place::Ignored,
            _ => Place::Other,
        };
        let component = match block.body.rest {
            Rest::Component(kind) => component(kind, place, labels, tables),
            Rest::Rejected | Rest::Declarations | Rest::Ignored => Component::None,
        };
        Shape { own: &block.body, component, place }
    }

    /// The body of a `dynamic` block in this body.
    pub(super) fn dynamic(&self, tables: &'t Tables<'_>) -> Shape<'t> {
        Shape { own: &tables.dynamic.body, component: Component::None, place: Place::Dynamic }
    }

    /// The body of the blocks of a type that a `dynamic` block in this body makes, with these labels.
    pub(super) fn made(&self, name: &str, labels: &[Label], tables: &'t Tables<'_>) -> Shape<'t> {
        match self.member(name, tables) {
            Member::Block(block) => {
                let made = self.inside(block, labels, tables);
                // The iterator is something that a source's name can refer to.
                let place = if made.place == Place::BuildSource { Place::Other } else { made.place };
                Shape { place, ..made }
            }
            // What it is nobody knows; if it is nothing that exists, `resolve` says so.
            Member::Attribute | Member::Dynamic | Member::Undecided | Member::Wrong => {
                Shape { own: &tables.nothing, component: Component::Unknown, place: Place::Other }
            }
        }
    }
}

fn component<'t>(kind: Kind, place: Place, labels: &[Label], tables: &'t Tables<'_>) -> Component<'t> {
    let Some(label) = labels.first() else { return Component::Unknown };
    let name = if place == Place::BuildSource { referenced_type(&label.value) } else { &label.value };
    match tables.schemas.component(kind, name) {
        Lookup::Described(component) => Component::Described(&component.body),
        Lookup::Named(_) | Lookup::Unknown => Component::Unknown,
    }
}

/// The type in `type.name` or `source.type.name`.
fn referenced_type(reference: &str) -> &str {
    let mut parts = reference.split('.');
    let first = parts.next().unwrap_or_default();
    match (parts.next(), parts.next()) {
        (Some(second), Some(_)) => second,
        (_, _) => first,
    }
}
