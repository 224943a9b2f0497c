//! A template as blocks and attributes, of no spelling: read from HCL or legacy JSON, edited, and printed in any spelling.
//!
//! The place of a fault is carried by [`MARK`], a character that no template holds: an edit puts it into the name, label
//! or text that it makes, and printing tells where it came to stand.

use formwork::syntax::Spelling;
use serde_json::Value as Json;

/// Marks the place of a fault in a name, a label or a text.
pub(crate) const MARK: char = '\u{E000}';

/// What a body holds, in its order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    /// `name = value`; an expression is a text `${…}`.
    Attribute(String, Json),
    /// `kind "label" { … }`
    Block(String, Vec<String>, Body),
}

/// A file, or what stands between the braces of a block.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Body(pub(crate) Vec<Item>);

/// What an address leads to.
pub(crate) enum Target<'t> {
    /// A block: the body it stands in, and which item of it.
    Block(&'t mut Body, usize),
    /// An attribute, likewise.
    Attribute(&'t mut Body, usize),
    /// Something inside of the value of an attribute.
    Value(&'t mut Json),
}

/// A step of an address: `kind.label.label#n`, the name of an attribute, a key or a number.
struct Step<'a> {
    name: &'a str,
    labels: &'a str,
    number: usize,
}

impl<'a> Step<'a> {
    fn new(step: &'a str) -> Self {
        let (path, number) = step.split_once('#').map_or((step, 0), |(path, n)| (path, n.parse().expect("a number")));
        let (name, labels) = path.split_once('.').unwrap_or((path, ""));
        Self { name, labels, number }
    }

    fn is(&self, kind: &str, labels: &[String]) -> bool {
        let own = labels.join(".");
        let rest = own.strip_prefix(self.labels);
        kind == self.name && rest.is_some_and(|rest| self.labels.is_empty() || rest.is_empty() || rest.starts_with('.'))
    }
}

impl Body {
    /// Reads HCL.
    pub(crate) fn of_hcl(text: &str) -> Self {
        Self::of_parsed(hcl::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}")), "")
    }

    fn of_parsed(body: hcl::Body, kind: &str) -> Self {
        let item = |structure| match structure {
            hcl::Structure::Attribute(attribute) => {
                let name = attribute.key.to_string();
                let value = match value_of(attribute.expr) {
                    // A type is written as it is in every spelling.
                    Json::String(text) if name == "type" && kind == "variable" => {
                        Json::String(expression(&text).unwrap_or(&text).to_owned())
                    }
                    value => value,
                };
                Item::Attribute(name, value)
            }
            hcl::Structure::Block(block) => {
                let labels = block.labels.into_iter().map(hcl::BlockLabel::into_inner).collect();
                let body = Self::of_parsed(block.body, &block.identifier);
                Item::Block(block.identifier.to_string(), labels, body)
            }
        };
        Self(body.into_iter().map(item).collect())
    }

    /// Reads legacy JSON: builders become `source`, the rest keeps its name in the singular.
    pub(crate) fn of_legacy(text: &str) -> Self {
        let json: Json = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let Json::Object(root) = json else { panic!("a template is an object") };
        let mut body = Self::default();
        for (key, value) in root {
            let kind = match key.as_str() {
                "builders" => "source",
                "provisioners" => "provisioner",
                "post-processors" => "post-processor",
                _ => {
                    body.0.push(Item::Attribute(key, value));
                    continue;
                }
            };
            for entry in value.as_array().expect("a list of components") {
                body.0.push(component(kind, entry));
            }
        }
        body
    }

    /// What an address leads to, if it is there.
    pub(crate) fn find(&mut self, address: &str) -> Option<Target<'_>> {
        let (first, rest) = address.split_once('/').map_or((address, None), |(first, rest)| (first, Some(rest)));
        let step = Step::new(first);
        let mut seen = 0;
        let at = self.0.iter().position(|item| match item {
            Item::Attribute(name, _) => name == step.name,
            Item::Block(kind, labels, _) => {
                let same = step.is(kind, labels);
                seen += usize::from(same);
                same && seen == step.number + 1
            }
        })?;
        let Some(rest) = rest else {
            return Some(match self.0[at] {
                Item::Attribute(..) => Target::Attribute(self, at),
                Item::Block(..) => Target::Block(self, at),
            });
        };
        match &mut self.0[at] {
            Item::Block(_, _, body) => body.find(rest),
            Item::Attribute(_, value) => {
                let entry = value.is_array() && rest.split('/').next()?.parse::<usize>().is_err();
                let value = if entry { value.get_mut(step.number)? } else { value };
                inside(value, rest).map(Target::Value)
            }
        }
    }

    /// The body of the block at an address; the whole for an empty one.
    pub(crate) fn body(&mut self, address: &str) -> Option<&mut Body> {
        if address.is_empty() {
            return Some(self);
        }
        match self.find(address)? {
            Target::Block(body, at) => match &mut body.0[at] {
                Item::Block(_, _, body) => Some(body),
                Item::Attribute(..) => None,
            },
            Target::Attribute(..) | Target::Value(_) => None,
        }
    }
}

fn inside<'v>(value: &'v mut Json, path: &str) -> Option<&'v mut Json> {
    path.split('/').try_fold(value, |value, step| match value {
        Json::Array(entries) => entries.get_mut(step.parse::<usize>().ok()?),
        Json::Object(entries) => entries.get_mut(step),
        _ => None,
    })
}

fn component(kind: &str, entry: &Json) -> Item {
    match entry {
        Json::Array(entries) => {
            let all = entries.iter().map(|entry| component(kind, entry)).collect();
            Item::Block("post-processors".to_owned(), Vec::new(), Body(all))
        }
        Json::String(name) => Item::Block(kind.to_owned(), vec![name.clone()], Body::default()),
        Json::Object(entries) => {
            let mut labels = vec![entries["type"].as_str().expect("a type").to_owned()];
            let named = entries.get("name").filter(|_| kind == "source");
            labels.extend(named.and_then(Json::as_str).map(str::to_owned));
            let own = entries.iter().filter(|(key, _)| *key != "type" && (named.is_none() || *key != "name"));
            Item::Block(
                kind.to_owned(),
                labels,
                Body(own.map(|(k, v)| Item::Attribute(k.clone(), v.clone())).collect()),
            )
        }
        _ => panic!("a component is an object"),
    }
}

/// The value of an expression as the JSON spelling has it.
fn value_of(expression: hcl::Expression) -> Json {
    use hcl::Expression as E;
    match expression {
        E::Null => Json::Null,
        E::Bool(value) => Json::Bool(value),
        E::Number(number) => serde_json::to_value(number).expect("a number"),
        E::String(text) => Json::String(text),
        E::Array(entries) => Json::Array(entries.into_iter().map(value_of).collect()),
        E::Object(entries) => {
            let key = |key| match key {
                hcl::ObjectKey::Identifier(name) => name.to_string(),
                hcl::ObjectKey::Expression(E::String(text)) => text,
                other => panic!("templates of the suite have plain keys, not {other:?}"),
            };
            Json::Object(entries.into_iter().map(|(name, value)| (key(name), value_of(value))).collect())
        }
        E::TemplateExpr(template) => match *template {
            hcl::expr::TemplateExpr::QuotedString(text) => Json::String(text),
            hcl::expr::TemplateExpr::Heredoc(heredoc) => Json::String(heredoc.template),
        },
        other => Json::String(format!("${{{}}}", hcl::format::to_string(&other).expect("an expression prints"))),
    }
}

/// A file in a spelling, with the lines on which marks stand.
pub(crate) fn print(body: &Body, spelling: Spelling) -> (String, Vec<usize>) {
    let text = match spelling {
        Spelling::Hcl => {
            let mut text = String::new();
            hcl_body(body, 0, "", &mut text);
            text
        }
        Spelling::Json => {
            let mut text = String::new();
            json(&node_of(body), 0, &mut text);
            text + "\n"
        }
        Spelling::Yaml => {
            let mut text = String::new();
            yaml(&node_of(body), 0, &mut text);
            text
        }
        Spelling::LegacyJson => {
            let mut text = String::new();
            json(&legacy_node(body), 0, &mut text);
            text + "\n"
        }
    };
    unmark(&text)
}

/// A text without its marks, and their lines.
pub(crate) fn unmark(text: &str) -> (String, Vec<usize>) {
    let lines = text.lines().enumerate().filter(|(_, line)| line.contains(MARK)).map(|(at, _)| at + 1).collect();
    (text.replace(MARK, ""), lines)
}

fn is_identifier(name: &str) -> bool {
    let name = name.trim_matches(MARK);
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit() || first == '-')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn hcl_body(body: &Body, depth: usize, kind: &str, out: &mut String) {
    let indent = "  ".repeat(depth);
    for (at, item) in body.0.iter().enumerate() {
        match item {
            Item::Attribute(name, value) => {
                out.push_str(&format!("{indent}{name} = "));
                match value {
                    // A type is written as it is.
                    Json::String(text) if name.trim_matches(MARK) == "type" && kind == "variable" => out.push_str(text),
                    _ => hcl_value(value, depth, out),
                }
                out.push('\n');
            }
            Item::Block(kind, labels, body) => {
                if at > 0 {
                    out.push('\n');
                }
                out.push_str(&format!("{indent}{kind}"));
                for label in labels {
                    out.push_str(&format!(" \"{label}\""));
                }
                if body.0.is_empty() {
                    out.push_str(" {}\n");
                    continue;
                }
                out.push_str(" {\n");
                hcl_body(body, depth + 1, kind, out);
                out.push_str(&format!("{indent}}}\n"));
            }
        }
    }
}

fn hcl_value(value: &Json, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth + 1);
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(value) => out.push_str(&value.to_string()),
        Json::Number(value) => out.push_str(&value.to_string()),
        Json::String(text) => hcl_text(text, out),
        Json::Array(entries) if entries.is_empty() => out.push_str("[]"),
        Json::Array(entries) => {
            out.push_str("[\n");
            for entry in entries {
                out.push_str(&indent);
                hcl_value(entry, depth + 1, out);
                out.push_str(",\n");
            }
            out.push_str(&format!("{}]", "  ".repeat(depth)));
        }
        Json::Object(entries) if entries.is_empty() => out.push_str("{}"),
        Json::Object(entries) => {
            out.push_str("{\n");
            for (name, value) in entries {
                if is_identifier(name) {
                    out.push_str(&format!("{indent}{name} = "));
                } else {
                    out.push_str(&format!("{indent}\"{name}\" = "));
                }
                hcl_value(value, depth + 1, out);
                out.push('\n');
            }
            out.push_str(&format!("{}}}", "  ".repeat(depth)));
        }
    }
}

/// Whether a text is one interpolation and nothing else.
fn expression(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("${")?.strip_suffix('}')?;
    let mut depth = 0_i32;
    for c in inner.chars() {
        depth += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        if depth < 0 {
            return None;
        }
    }
    Some(inner)
}

fn hcl_text(text: &str, out: &mut String) {
    let (plain, marked) = (text.replace(MARK, ""), text.contains(MARK));
    if let Some(inner) = expression(&plain) {
        out.push_str(inner);
        if marked {
            out.push(MARK);
        }
        return;
    }
    out.push('"');
    // What stands inside of `${ }` is an expression, which has no escapes of the text around it.
    let (mut depth, mut characters) = (0_u32, text.chars().peekable());
    while let Some(c) = characters.next() {
        match c {
            '$' if characters.peek() == Some(&'{') => {
                characters.next();
                depth += 1;
                out.push_str("${");
            }
            '{' if depth > 0 => {
                depth += 1;
                out.push('{');
            }
            '}' if depth > 0 => {
                depth -= 1;
                out.push('}');
            }
            '"' if depth == 0 => out.push_str("\\\""),
            '\\' if depth == 0 => out.push_str("\\\\"),
            '\n' if depth == 0 => out.push_str("\\n"),
            '\t' if depth == 0 => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// JSON in which a key may come twice.
enum Node {
    Scalar(Json),
    List(Vec<Node>),
    /// An object; whether its opening is marked.
    Map(Vec<(String, Node)>, bool),
}

fn node(value: &Json) -> Node {
    match value {
        Json::Array(entries) => Node::List(entries.iter().map(node).collect()),
        Json::Object(entries) => Node::Map(entries.iter().map(|(k, v)| (k.clone(), node(v))).collect(), false),
        scalar => Node::Scalar(scalar.clone()),
    }
}

/// Kinds of block whose names are keys of one object; all others are a list, in their order.
const NAMED: [&str; 5] = ["source", "variable", "data", "local", "locals"];

fn node_of(body: &Body) -> Node {
    let mut map: Vec<(String, Node)> = Vec::new();
    for item in &body.0 {
        match item {
            Item::Attribute(name, value) => map.push((name.clone(), node(value))),
            Item::Block(kind, labels, body) => {
                let plain = kind.replace(MARK, "");
                // A build names its sources in one label, as often as it likes.
                let once = plain == "source" && labels.len() < 2;
                if NAMED.contains(&plain.as_str()) && !labels.is_empty() && !once {
                    named(&mut map, kind, labels, node_of(body));
                    continue;
                }
                let mut entry = node_of(body);
                for label in labels.iter().rev() {
                    entry = Node::Map(vec![(label.clone(), entry)], false);
                }
                let at = map
                    .iter()
                    .position(|(name, node)| name.replace(MARK, "") == plain && matches!(node, Node::List(_)));
                match at {
                    Some(at) => {
                        if let (Node::Map(_, marked), true) = (&mut entry, kind.contains(MARK)) {
                            *marked = true;
                        }
                        let Node::List(all) = &mut map[at].1 else { unreachable!("it was a list") };
                        all.push(entry);
                    }
                    None if is_single(kind) => map.push((kind.clone(), entry)),
                    None => {
                        // The list begins with it: its key is as good a place as its brace.
                        if let (Node::Map(_, marked), true) = (&mut entry, kind.contains(MARK)) {
                            *marked = true;
                        }
                        map.push((kind.clone(), Node::List(vec![entry])));
                    }
                }
            }
        }
    }
    Node::Map(map, false)
}

/// Whether a block is written as an object, not as a list of them.
fn is_single(kind: &str) -> bool {
    matches!(kind.trim_matches(MARK), "packer" | "required_plugins" | "content" | "locals")
}

fn named(map: &mut Vec<(String, Node)>, name: &str, rest: &[String], leaf: Node) {
    let Some((next, rest)) = rest.split_first() else {
        map.push((name.to_owned(), leaf));
        return;
    };
    let at = map.iter().position(|(key, node)| key == name && matches!(node, Node::Map(..)));
    let at = at.unwrap_or_else(|| {
        map.push((name.to_owned(), Node::Map(Vec::new(), false)));
        map.len() - 1
    });
    let Node::Map(inner, _) = &mut map[at].1 else { unreachable!("it was a map") };
    named(inner, next, rest, leaf);
}

fn legacy_node(body: &Body) -> Node {
    let mut map: Vec<(String, Node)> = Vec::new();
    for item in &body.0 {
        match item {
            Item::Attribute(name, value) => map.push((name.clone(), node(value))),
            Item::Block(kind, ..) => {
                let list = match kind.trim_matches(MARK) {
                    "source" => "builders",
                    "post-processor" | "post-processors" => "post-processors",
                    _ => "provisioners",
                };
                let at = map.iter().position(|(name, _)| name == list).unwrap_or_else(|| {
                    map.push((list.to_owned(), Node::List(Vec::new())));
                    map.len() - 1
                });
                let Node::List(all) = &mut map[at].1 else { unreachable!("it was a list") };
                all.push(legacy_component(item));
            }
        }
    }
    Node::Map(map, false)
}

fn legacy_component(item: &Item) -> Node {
    match item {
        Item::Block(kind, _, body) if kind == "post-processors" => {
            Node::List(body.0.iter().map(legacy_component).collect())
        }
        Item::Block(kind, labels, body) => {
            let mut map = Vec::new();
            for (key, label) in ["type", "name"].iter().zip(labels) {
                map.push(((*key).to_owned(), Node::Scalar(Json::String(label.clone()))));
            }
            for item in &body.0 {
                match item {
                    Item::Attribute(name, value) => map.push((name.clone(), node(value))),
                    Item::Block(name, _, body) => map.push((name.clone(), Node::List(vec![node_of(body)]))),
                }
            }
            Node::Map(map, kind.contains(MARK))
        }
        Item::Attribute(..) => unreachable!("components are blocks"),
    }
}

fn json(node: &Node, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth + 1);
    match node {
        Node::Scalar(value) => out.push_str(&value.to_string()),
        Node::List(entries) if entries.is_empty() => out.push_str("[]"),
        Node::Map(entries, _) if entries.is_empty() => out.push_str("{}"),
        Node::List(entries) => {
            out.push_str("[\n");
            for (at, entry) in entries.iter().enumerate() {
                out.push_str(&indent);
                json(entry, depth + 1, out);
                out.push_str(if at + 1 < entries.len() { ",\n" } else { "\n" });
            }
            out.push_str(&format!("{}]", "  ".repeat(depth)));
        }
        Node::Map(entries, marked) => {
            out.push('{');
            if *marked {
                out.push(MARK);
            }
            out.push('\n');
            for (at, (name, value)) in entries.iter().enumerate() {
                out.push_str(&format!("{indent}{}: ", Json::String(name.clone())));
                json(value, depth + 1, out);
                out.push_str(if at + 1 < entries.len() { ",\n" } else { "\n" });
            }
            out.push_str(&format!("{}}}", "  ".repeat(depth)));
        }
    }
}

fn yaml(node: &Node, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match node {
        Node::Scalar(value) => out.push_str(&format!("{indent}{}\n", yaml_scalar(value))),
        Node::List(entries) if entries.is_empty() => out.push_str(&format!("{indent}[]\n")),
        Node::Map(entries, _) if entries.is_empty() => out.push_str(&format!("{indent}{{}}\n")),
        Node::List(entries) => {
            for entry in entries {
                let mut inner = String::new();
                yaml(entry, depth + 1, &mut inner);
                // The first line of an entry stands behind its dash.
                out.push_str(&format!("{indent}- {}", inner.strip_prefix(&format!("{indent}  ")).unwrap_or(&inner)));
            }
        }
        Node::Map(entries, marked) => {
            for (at, (name, value)) in entries.iter().enumerate() {
                let name = if is_identifier(name) { name.clone() } else { Json::String(name.clone()).to_string() };
                let mark = if *marked && at == 0 { MARK.to_string() } else { String::new() };
                match value {
                    Node::Scalar(value) => out.push_str(&format!("{indent}{mark}{name}: {}\n", yaml_scalar(value))),
                    Node::List(entries) if entries.is_empty() => out.push_str(&format!("{indent}{mark}{name}: []\n")),
                    Node::Map(entries, _) if entries.is_empty() => {
                        out.push_str(&format!("{indent}{mark}{name}: {{}}\n"));
                    }
                    Node::List(_) | Node::Map(..) => {
                        out.push_str(&format!("{indent}{mark}{name}:\n"));
                        yaml(value, depth + 1, out);
                    }
                }
            }
        }
    }
}

/// A value on one line, plain where people would write it so.
fn yaml_scalar(value: &Json) -> String {
    let Json::String(text) = value else { return value.to_string() };
    let plain = text.replace(MARK, "");
    let first = plain.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    let safe = plain.chars().all(|c| c.is_ascii_alphanumeric() || "_-./$ ".contains(c));
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    if first && safe && !plain.ends_with(' ') && !words.contains(&plain.to_lowercase().as_str()) {
        text.clone()
    } else {
        value.to_string()
    }
}
