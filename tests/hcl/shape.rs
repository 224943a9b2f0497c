//! Writes a tree down as one line, so that trees of two readers can be compared.

use formwork::syntax::{BinaryOp, Body, Expr, ExprKind, Item, Part, Step, Template, UnaryOp};

/// A text in quotes.
pub(crate) fn quote(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// A body: items in their order.
pub(crate) fn body(body: &Body) -> String {
    let items: Vec<_> = body.items.iter().map(item).collect();
    format!("{{{}}}", items.join(" "))
}

fn item(item: &Item) -> String {
    match item {
        Item::Attribute(attribute) => format!("(attr {} {})", attribute.name.value, expr(&attribute.value)),
        Item::Block(block) => {
            let labels: String = block.labels.iter().map(|label| format!(" {}", quote(&label.value))).collect();
            format!("(block {}{labels} {})", block.kind.value, body(&block.body))
        }
        Item::Error(_) => "error".to_owned(),
    }
}

/// An expression.
pub(crate) fn expr(tree: &Expr) -> String {
    match &tree.kind {
        ExprKind::Null => "null".to_owned(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Number(text) => format!("num:{}", number(text)),
        ExprKind::Template(template) => self::template(template),
        ExprKind::Tuple(elements) => format!("(tuple{})", list(elements)),
        ExprKind::Object(items) => {
            let items: String =
                items.iter().map(|item| format!(" {}={}", expr(&item.key), expr(&item.value))).collect();
            format!("(object{items})")
        }
        ExprKind::Variable(name) => format!("(v {name})"),
        ExprKind::Traversal { of, steps } => self::steps(expr(of), steps),
        ExprKind::Splat(splat) => format!("(splat {} {})", expr(&splat.of), self::steps("@".to_owned(), &splat.each)),
        ExprKind::Call(call) => {
            let spread = if call.spread.is_some() { " ..." } else { "" };
            format!("(call {}{}{spread})", call.name.value, list(&call.arguments))
        }
        ExprKind::For(parts) => {
            let key = parts.key.as_ref().map_or("", |key| key.value.as_str());
            let result_key = parts.result_key.as_ref().map_or_else(String::new, |key| format!(" {}=>", expr(key)));
            let group = if parts.group { " ..." } else { "" };
            let condition = parts.condition.as_ref().map_or_else(String::new, |test| format!(" if {}", expr(test)));
            let (value, collection, result) = (&parts.value.value, expr(&parts.collection), expr(&parts.result));
            format!("(for {key},{value} {collection}{result_key} {result}{group}{condition})")
        }
        ExprKind::Conditional(parts) => {
            format!("(if {} {} {})", expr(&parts.condition), expr(&parts.then), expr(&parts.otherwise))
        }
        ExprKind::Binary(parts) => format!("({} {} {})", operator(parts.1.value), expr(&parts.0), expr(&parts.2)),
        ExprKind::Unary(operator, of) => {
            let operator = match operator.value {
                UnaryOp::Negate => "neg",
                UnaryOp::Not => "not",
            };
            format!("({operator} {})", expr(of))
        }
        ExprKind::Parens(of) => format!("(p {})", expr(of)),
        ExprKind::Error => "error".to_owned(),
    }
}

fn list(elements: &[Expr]) -> String {
    elements.iter().map(|element| format!(" {}", expr(element))).collect()
}

fn operator(operator: BinaryOp) -> &'static str {
    match operator {
        BinaryOp::Or => "||",
        BinaryOp::And => "&&",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessOrEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterOrEqual => ">=",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Modulo => "%",
    }
}

/// Numbers are compared by value.
pub(crate) fn number(text: &str) -> String {
    text.parse::<f64>().unwrap().to_string()
}

fn steps(of: String, steps: &[Step]) -> String {
    let mut shape = of;
    for step in steps {
        let chain = |text: String, shape: &str| match shape.strip_suffix(')').filter(|s| s.starts_with("(s ")) {
            Some(open) => format!("{open} {text})"),
            None => format!("(s {shape} {text})"),
        };
        shape = match step {
            Step::Attribute(name) => chain(format!(".{}", name.value), &shape),
            Step::Index(key, _) => chain(format!("[{}]", expr(key)), &shape),
            Step::LegacyIndex(index) => chain(format!("[num:{}]", index.value), &shape),
            Step::Splat { each, .. } => format!("(splat {shape} {})", self::steps("@".to_owned(), each)),
        };
    }
    shape
}

/// A template. `w` is one that is only an interpolation, whose value has any type.
pub(crate) fn template(template: &Template) -> String {
    match template.wrapped() {
        Some(of) => format!("(w {})", expr(of)),
        None => parts(&template.parts),
    }
}

fn parts(parts: &[Part]) -> String {
    let mut shape = "(t".to_owned();
    for part in parts {
        match part {
            Part::Literal(text) if text.value.is_empty() => {}
            Part::Literal(text) => shape.push_str(&format!(" {}", quote(&text.value))),
            Part::Interpolation(of) => shape.push_str(&format!(" {}", expr(of))),
            Part::If { condition, then, otherwise, .. } => {
                let (then, otherwise) = (self::parts(then), self::parts(otherwise));
                shape.push_str(&format!(" (if {} {then} {otherwise})", expr(condition)));
            }
            Part::For { key, value, collection, body, .. } => {
                let key = key.as_ref().map_or("", |key| key.value.as_str());
                let (collection, body) = (expr(collection), self::parts(body));
                shape.push_str(&format!(" (join (for {key},{} {collection} {body}))", value.value));
            }
        }
    }
    shape + ")"
}
