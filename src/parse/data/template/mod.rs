//! Data as a template: what HCL's mapping of JSON makes of it, attributes and blocks.
//!
//! Comes in: the [`Data`] of a file, and the schemas, because only they tell an attribute from a block. Goes out: the
//! same [`Document`] that HCL's native syntax gives. What holds:
//! - a property that is a block is an object, or a list of objects for several, and may be repeated; each label is one
//!   more object around it, and lists may stand at every level to keep an order;
//! - `null` is no block, and a block without content in a list;
//! - properties named `//` are comments of the body they stand in;
//! - strings are templates where Packer evaluates them with something to refer to, and literal elsewhere;
//! - where no schema knows the component, a property is an attribute, and [`undecided`](Attribute::undecided) if it
//!   could be a block;
//! - a property that does not belong where it stands is an attribute, about which `resolve` complains.

mod shape;

use indexmap::IndexMap;

use super::expr::{Reading, expr, report_duplicate};
use super::{Data, DataKind, Decoded, Property, ROOT_NOT_OBJECT, WRONG_SHAPE};
use crate::diagnostic::Sink;
use crate::schema::{self, Schemas};
use crate::source::{FileId, Span, Spanned};
use crate::syntax::{Attribute, Block, Body, Document, Expr, ExprKind, Item, Label, Spelling};
use shape::{Member, Shape, Tables};

/// The template that `data` is, whose file's whole is `span`.
pub fn document(
    data: Data,
    file: FileId,
    span: Span,
    spelling: Spelling,
    schemas: &Schemas,
    sink: &mut Sink,
) -> Document {
    let tables = Tables::new(schemas);
    let body = match data.kind {
        DataKind::Object(_) | DataKind::Array(_) => {
            let mut mapper = Mapper { tables: &tables, spelling, sink };
            Body { span, ..mapper.body(data, Shape::root(&tables), None) }
        }
        DataKind::Error => Body { items: vec![Item::Error(data.span)], span, spelling },
        DataKind::Null | DataKind::Bool(_) | DataKind::Number(_) | DataKind::String(_) => {
            let form =
                if spelling == Spelling::Yaml { "source:` and `build:" } else { "{ \"source\": …, \"build\": … }" };
            sink.report(
                ROOT_NOT_OBJECT
                    .at(data.span, format!("a template is an object, not {}", data.phrase()))
                    .label("an object is expected here")
                    .help(format!("write `{form}`")),
            );
            Body { items: vec![Item::Error(data.span)], span, spelling }
        }
    };
    Document { file, body }
}

struct Mapper<'t, 's> {
    tables: &'t Tables<'t>,
    spelling: Spelling,
    sink: &'s mut Sink,
}

/// Blocks in the making: what is above their bodies.
struct Header<'t> {
    kind: Spanned<String>,
    schema: &'t schema::Block,
    labels: Vec<Label>,
    /// The body they stand in.
    outer: Shape<'t>,
    /// The body of the `content` of a `dynamic` block.
    content: Option<Shape<'t>>,
}

/// What a `dynamic` block makes.
struct Made<'t> {
    /// The body it stands in.
    outer: Shape<'t>,
    kind: String,
}

impl<'t> Mapper<'t, '_> {
    fn body(&mut self, data: Data, shape: Shape<'t>, made: Option<Made<'t>>) -> Body {
        let span = data.span;
        let mut items = Vec::new();
        let mut undecided: IndexMap<String, Vec<Property>> = IndexMap::new();
        let mut first: IndexMap<String, Span> = IndexMap::new();
        let properties = self.properties(data, &shape, &mut items);
        // `content` is the body of what is made.
        let content = made.map(|made| made.outer.made(&made.kind, &literal_labels(&properties), self.tables));
        for property in properties {
            let name = property.key.text.as_str();
            if name == "//" {
                continue;
            }
            if matches!(property.value.kind, DataKind::Error) {
                items.push(Item::Error(property.span()));
                continue;
            }
            let member = shape.member(name, self.tables);
            match member {
                Member::Block(block) => self.blocks(property, block, shape, content, &mut items),
                Member::Dynamic => self.blocks(property, &self.tables.dynamic, shape, None, &mut items),
                Member::Undecided if is_like_blocks(&property.value) => {
                    undecided.entry(property.key.text.clone()).or_default().push(property);
                }
                Member::Attribute | Member::Undecided | Member::Wrong => {
                    if let Some(before) = first.get(name) {
                        report_duplicate(&property.key, *before, self.sink);
                        continue;
                    }
                    first.insert(name.to_owned(), property.key.span);
                    items.push(Item::Attribute(self.attribute(property, &shape, member)));
                }
            }
        }
        for (name, properties) in undecided {
            if let Some(before) = first.get(&name) {
                properties.iter().for_each(|property| report_duplicate(&property.key, *before, self.sink));
            } else {
                items.extend(self.undecided(properties, shape.reading(&name)).map(Item::Attribute));
            }
        }
        Body { items, span, spelling: self.spelling }
    }

    fn attribute(&mut self, property: Property, shape: &Shape<'t>, member: Member<'t>) -> Attribute {
        let span = property.span();
        let undecided = matches!(member, Member::Wrong) && is_like_blocks(&property.value);
        let reading = shape.reading(&property.key.text);
        Attribute { name: property.key.spanned(), value: expr(property.value, reading, self.sink), span, undecided }
    }

    /// Properties of one name that are blocks or an attribute. Blocks may be repeated, so several are one list.
    fn undecided(&mut self, properties: Vec<Property>, reading: Reading) -> Option<Attribute> {
        let first = properties.first()?;
        let (name, span) = (first.key.spanned(), first.span());
        let mut values: Vec<Expr> =
            properties.into_iter().map(|property| expr(property.value, reading, self.sink)).collect();
        let value = if values.len() == 1 {
            values.swap_remove(0)
        } else {
            let span = values.iter().fold(span, |whole, value| whole.to(value.span));
            let mut all = Vec::with_capacity(values.len());
            for value in values {
                if let ExprKind::Tuple(items) = value.kind {
                    all.extend(items);
                } else {
                    all.push(value);
                }
            }
            Expr { kind: ExprKind::Tuple(all), span }
        };
        Some(Attribute { name, value, span, undecided: true })
    }

    /// The properties of a body: of an object, or of all objects of a list.
    fn properties(&mut self, data: Data, shape: &Shape<'t>, items: &mut Vec<Item>) -> Vec<Property> {
        let span = data.span;
        match data.kind {
            DataKind::Object(properties) => properties,
            DataKind::Null if !shape.is_declarations() => Vec::new(),
            DataKind::Array(objects) if !shape.is_declarations() => {
                let mut all = Vec::new();
                for object in objects {
                    match object.kind {
                        DataKind::Object(properties) => all.extend(properties),
                        DataKind::Error => items.push(Item::Error(object.span)),
                        DataKind::Null
                        | DataKind::Bool(_)
                        | DataKind::Number(_)
                        | DataKind::String(_)
                        | DataKind::Array(_) => {
                            items.push(Item::Error(object.span));
                            self.wrong_body(&object);
                        }
                    }
                }
                all
            }
            DataKind::Error => {
                items.push(Item::Error(span));
                Vec::new()
            }
            kind @ (DataKind::Null
            | DataKind::Bool(_)
            | DataKind::Number(_)
            | DataKind::String(_)
            | DataKind::Array(_)) => {
                items.push(Item::Error(span));
                self.wrong_body(&Data { kind, span });
                Vec::new()
            }
        }
    }

    fn wrong_body(&mut self, data: &Data) {
        let form = match self.spelling {
            Spelling::Yaml => "name: value",
            Spelling::Hcl | Spelling::Json | Spelling::LegacyJson => "{ \"name\": value }",
        };
        self.sink.report(
            WRONG_SHAPE
                .at(data.span, format!("arguments and blocks are properties of an object, not {}", data.phrase()))
                .label("an object is expected here")
                .help(format!("write `{form}`")),
        );
    }

    /// The blocks that a property is.
    fn blocks(
        &mut self,
        property: Property,
        schema: &'t schema::Block,
        outer: Shape<'t>,
        content: Option<Shape<'t>>,
        items: &mut Vec<Item>,
    ) {
        let Property { key, value } = property;
        let start = Some(key.span);
        let mut header = Header { kind: key.spanned(), schema, labels: Vec::new(), outer, content };
        self.labelled(&mut header, value, start, items);
    }

    /// One label, or the body where all are there. `start` is the key, if `value` stands behind one.
    fn labelled(&mut self, header: &mut Header<'t>, value: Data, start: Option<Span>, items: &mut Vec<Item>) {
        let Some(label) = header.schema.labels.get(header.labels.len()) else {
            return self.bodies(header, value, start, items);
        };
        let properties = self.labels(header, label, value, items);
        if header.schema.labels.len() == header.labels.len() + 1 && self.lacks_label(header, label, &properties, items)
        {
            return;
        }
        for Property { key, value } in properties {
            if matches!(value.kind, DataKind::Error) {
                items.push(Item::Error(key.span.to(value.span)));
                continue;
            }
            header.labels.push(Label { value: key.text.clone(), span: key.span, quoted: true });
            self.labelled(header, value, Some(key.span), items);
            header.labels.pop();
        }
    }

    /// Whether these are the arguments of a block without its last label: told once, at the first of them.
    fn lacks_label(
        &mut self,
        header: &mut Header<'t>,
        label: &str,
        properties: &[Property],
        items: &mut Vec<Item>,
    ) -> bool {
        let is_argument = |property: &&Property| {
            matches!(property.value.kind, DataKind::Bool(_) | DataKind::Number(_) | DataKind::String(_))
        };
        let mut arguments = properties.iter().filter(is_argument);
        let (Some(first), Some(_)) = (arguments.next(), arguments.next()) else { return false };
        let Property { key, value } = first;
        if let Some(last) = header.labels.last() {
            let place = Data { kind: DataKind::Object(Vec::new()), span: last.span };
            self.missing_label(header, label, &place);
            items.push(Item::Error(place.span));
            items.extend(properties.iter().map(|property| Item::Error(property.span())));
            return true;
        }
        header.labels.push(Label { value: key.text.clone(), span: key.span, quoted: true });
        self.no_block(header, value);
        header.labels.pop();
        items.extend(properties.iter().map(|property| Item::Error(property.span())));
        true
    }

    /// The properties whose names are labels.
    fn labels(&mut self, header: &Header<'t>, label: &str, value: Data, items: &mut Vec<Item>) -> Vec<Property> {
        let span = value.span;
        let mut found = Vec::new();
        let mut reported = false;
        let one = |mapper: &mut Self, data: Data, found: &mut Vec<Property>, items: &mut Vec<Item>| match data.kind {
            DataKind::Object(properties) => {
                found.extend(properties);
                false
            }
            DataKind::Error => {
                items.push(Item::Error(data.span));
                true
            }
            DataKind::Null | DataKind::Bool(_) | DataKind::Number(_) | DataKind::String(_) | DataKind::Array(_) => {
                items.push(Item::Error(data.span));
                mapper.missing_label(header, label, &data);
                true
            }
        };
        match value.kind {
            DataKind::Array(objects) => {
                for object in objects {
                    reported |= one(self, object, &mut found, items);
                }
            }
            kind @ (DataKind::Null
            | DataKind::Bool(_)
            | DataKind::Number(_)
            | DataKind::String(_)
            | DataKind::Object(_)
            | DataKind::Error) => reported = one(self, Data { kind, span }, &mut found, items),
        }
        if found.is_empty() && !reported {
            items.push(Item::Error(span));
            self.missing_label(header, label, &Data { kind: DataKind::Object(Vec::new()), span });
        }
        found
    }

    fn missing_label(&mut self, header: &Header<'t>, label: &str, data: &Data) {
        let kind = &header.schema.name;
        let is_empty = matches!(&data.kind, DataKind::Object(_));
        let found = if is_empty { "nothing" } else { data.phrase() };
        let written: Vec<&str> = header.labels.iter().map(|label| label.value.as_str()).collect();
        let wanted = header.schema.labels.iter().skip(written.len()).map(|label| label.to_uppercase());
        let path: Vec<String> = written.iter().map(|label| (*label).to_owned()).chain(wanted).collect();
        let form = self.form(kind, &path);
        let message = match data.kind {
            // `{"source": {"null": {"communicator": "none"}}}`: an attribute stands where the name belongs.
            DataKind::Object(_) | DataKind::Null => format!("`{kind}` needs a property whose name is its {label}"),
            DataKind::Bool(_) | DataKind::Number(_) | DataKind::String(_) | DataKind::Array(_) | DataKind::Error => {
                format!("`{kind}` needs an object whose property is named for its {label}, not {found}")
            }
        };
        self.sink.report(
            WRONG_SHAPE
                .at(data.span, message)
                .label(format!("its {label} is missing here"))
                .help(format!("write `{form}`")),
        );
    }

    fn bodies(&mut self, header: &Header<'t>, value: Data, start: Option<Span>, items: &mut Vec<Item>) {
        match value.kind {
            DataKind::Null => {}
            DataKind::Object(_) => {
                let span = start.map_or(value.span, |start| start.to(value.span));
                items.push(Item::Block(self.block(header, value, span)));
            }
            DataKind::Array(values) => {
                for value in values {
                    let span = value.span;
                    if let DataKind::Error = value.kind {
                        items.push(Item::Error(span));
                    } else {
                        items.push(Item::Block(self.block(header, value, span)));
                    }
                }
            }
            DataKind::Error => items.push(Item::Error(value.span)),
            kind @ (DataKind::Bool(_) | DataKind::Number(_) | DataKind::String(_)) => {
                items.push(Item::Error(value.span));
                self.no_block(header, &Data { kind, span: value.span });
            }
        }
    }

    fn no_block(&mut self, header: &Header<'t>, data: &Data) {
        let kind = &header.schema.name;
        let message = match header.labels.last() {
            // Likely a label was left out, and this is an attribute.
            Some(label) => format!(
                "`{}` is read as the {} of `{kind}`, and {} is no block",
                label.value,
                header.schema.labels.last().map_or("label", String::as_str),
                data.phrase()
            ),
            None => format!("`{kind}` is a block, and {} is none", data.phrase()),
        };
        let written: Vec<&str> = header.labels.iter().map(|label| label.value.as_str()).collect();
        let path: Vec<String> = match written.split_last() {
            Some((_, before)) => before
                .iter()
                .map(|label| (*label).to_owned())
                .chain(header.schema.labels.last().map(|label| label.to_uppercase()))
                .collect(),
            None => Vec::new(),
        };
        let form = self.form(kind, &path);
        self.sink.report(
            WRONG_SHAPE.at(data.span, message).label("an object is expected here").help(format!("write `{form}`")),
        );
    }

    fn block(&mut self, header: &Header<'t>, value: Data, span: Span) -> Block {
        let Header { kind, schema, labels, outer, content } = header;
        let body = match (content, labels.first()) {
            (Some(content), _) => self.body(value, *content, None),
            (None, Some(label)) if std::ptr::eq(*schema, &raw const self.tables.dynamic) => {
                let made = Made { outer: *outer, kind: label.value.clone() };
                self.body(value, outer.dynamic(self.tables), Some(made))
            }
            (None, _) => self.body(value, outer.inside(schema, labels, self.tables), None),
        };
        Block { kind: kind.clone(), labels: labels.clone(), body, span }
    }

    /// How a block is written, in the spelling of the file.
    fn form(&self, kind: &str, labels: &[String]) -> String {
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        self.spelling.block(kind, &labels, "…")
    }
}

/// The `labels` of a `dynamic` block, as far as they are plain texts.
fn literal_labels(properties: &[Property]) -> Vec<Label> {
    let labels = properties.iter().find(|property| property.key.text == "labels");
    let Some(DataKind::Array(items)) = labels.map(|property| &property.value.kind) else { return Vec::new() };
    let is_plain = |text: &Decoded| !text.text.contains("${") && !text.text.contains("%{");
    items
        .iter()
        .map_while(|item| match &item.kind {
            DataKind::String(text) if is_plain(text) => {
                Some(Label { value: text.text.clone(), span: text.span, quoted: true })
            }
            DataKind::String(_)
            | DataKind::Null
            | DataKind::Bool(_)
            | DataKind::Number(_)
            | DataKind::Array(_)
            | DataKind::Object(_)
            | DataKind::Error => None,
        })
        .collect()
}

/// An object, or a list of nothing but objects.
fn is_like_blocks(data: &Data) -> bool {
    match &data.kind {
        DataKind::Object(_) => true,
        DataKind::Array(items) => {
            !items.is_empty() && items.iter().all(|item| matches!(item.kind, DataKind::Object(_)))
        }
        DataKind::Null | DataKind::Bool(_) | DataKind::Number(_) | DataKind::String(_) | DataKind::Error => false,
    }
}
