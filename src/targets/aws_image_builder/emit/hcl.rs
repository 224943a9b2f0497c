//! HCL as expressions and blocks, laid out as `terraform fmt` does.

use hcl::expr::{Expression, FuncCall, Object, ObjectKey, TemplateExpr, Traversal, Variable};
use hcl::{Attribute, Block, Body, Identifier};

/// A block that grows.
pub(super) struct Build {
    block: Block,
}

impl Build {
    pub(super) fn new(kind: &str, labels: &[&str]) -> Self {
        let block = labels.iter().fold(Block::builder(kind), |block, label| block.add_label(*label));
        Self { block: block.build() }
    }

    pub(super) fn set(&mut self, name: &str, value: Expression) {
        self.block.body.0.push(Attribute::new(name, value).into());
    }

    pub(super) fn maybe(&mut self, name: &str, value: Option<Expression>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    pub(super) fn add(&mut self, block: Build) {
        self.block.body.0.push(block.block.into());
    }

    /// As it is written, before it is laid out.
    pub(super) fn text(&self) -> String {
        let body = Body::builder().add_block(self.block.clone()).build();
        written(&body).expect("internal error: a block can be written")
    }
}

/// The text of a file: a comment, and blocks with an empty line before each.
pub(super) fn file(header: &str, blocks: Vec<Build>) -> String {
    let mut out = String::new();
    for line in header.lines() {
        out.push_str(&format!("# {}\n", line.trim_end()));
    }
    for block in blocks {
        out.push('\n');
        out.push_str(block.text().trim_end());
        out.push('\n');
    }
    crate::format::hcl(&out)
}

fn written(body: &Body) -> Result<String, hcl::Error> {
    use hcl::format::Format as _;
    let mut bytes = Vec::new();
    let mut formatter = hcl::format::Formatter::builder().compact_arrays(true).build(&mut bytes);
    body.format(&mut formatter)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A text that stands for itself, `${` and `%{` in it as well.
pub(super) fn string(text: &str) -> Expression {
    if text.contains("${") || text.contains("%{") {
        return template(escaped(text));
    }
    Expression::String(text.to_owned())
}

/// A text of a template.
pub(super) fn escaped(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

/// A quoted template.
pub(super) fn template(text: String) -> Expression {
    Expression::from(TemplateExpr::from(text))
}

/// `a.b.c`
pub(super) fn path(address: &str) -> Expression {
    let mut parts = address.split('.');
    let root = Expression::Variable(Variable::sanitized(parts.next().unwrap_or_default()));
    let rest: Vec<Identifier> = parts.map(Identifier::sanitized).collect();
    if rest.is_empty() {
        return root;
    }
    let traversal = rest.into_iter().fold(Traversal::builder(root), |traversal, name| traversal.attr(name));
    Expression::from(traversal.build())
}

/// The same of the first of its instances: `a.b[0].c`
pub(super) fn first(resource: &str, attribute: &str) -> Expression {
    let mut parts = resource.split('.');
    let root = Expression::Variable(Variable::sanitized(parts.next().unwrap_or_default()));
    let traversal = parts.fold(Traversal::builder(root), |traversal, name| traversal.attr(Identifier::sanitized(name)));
    Expression::from(traversal.index(0).attr(Identifier::sanitized(attribute)).build())
}

/// A call.
pub(super) fn call(name: &str, arguments: Vec<Expression>) -> Expression {
    let call = arguments.into_iter().fold(FuncCall::builder(name), |call, argument| call.arg(argument));
    Expression::from(call.build())
}

/// A list.
pub(super) fn list(items: impl IntoIterator<Item = Expression>) -> Expression {
    Expression::Array(items.into_iter().collect())
}

/// An object. Keys are texts, whatever they look like.
pub(super) fn object<'a>(entries: impl IntoIterator<Item = (&'a str, Expression)>) -> Expression {
    // These mean something else at the start of an item.
    const WORDS: [&str; 5] = ["for", "if", "null", "true", "false"];
    let key = |name: &str| match Identifier::new(name) {
        Ok(name) if !WORDS.contains(&name.as_str()) => ObjectKey::Identifier(name),
        Ok(_) | Err(_) => ObjectKey::Expression(string(name)),
    };
    Expression::Object(entries.into_iter().map(|(name, value)| (key(name), value)).collect::<Object<_, _>>())
}

/// Data.
pub(super) fn json(value: &serde_json::Value) -> Expression {
    match value {
        serde_json::Value::Object(entries) => object(entries.iter().map(|(key, value)| (key.as_str(), json(value)))),
        serde_json::Value::Array(items) => list(items.iter().map(json)),
        serde_json::Value::String(text) => string(text),
        serde_json::Value::Bool(value) => Expression::Bool(*value),
        serde_json::Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (Some(number), _, _) => Expression::from(number),
            (_, Some(number), _) => Expression::from(number),
            (_, _, Some(number)) => Expression::from(number),
            (None, None, None) => string(&number.to_string()),
        },
        serde_json::Value::Null => Expression::Null,
    }
}
