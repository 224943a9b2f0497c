//! Our reader beside `hcl-edit` (the parser of `hcl-rs`), over real templates and Packer's fixtures.
//!
//! Both trees are written down as text and compared: attributes, blocks, labels, expressions, the contents of strings.
//! Where the two differ, [`judge`] must know why. In all of these HashiCorp's own parser, which both follow, does what
//! ours does; that was checked by running it on the texts of `known_differences`.
#![expect(clippy::disallowed_methods, reason = "a test reads files and its environment")]
#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

#[path = "hcl/files.rs"]
mod files;
#[path = "hcl/shape.rs"]
mod shape;

use formwork::diagnostic::Sink;
use formwork::parse::hcl;
use formwork::source::{FileOrigin, SourceMap};
use hcl_edit::expr::{BinaryOperator, Expression, ForExpr, ObjectKey, TraversalOperator, UnaryOperator};
use hcl_edit::structure::{Body, Structure};
use hcl_edit::template::{Directive, Element, Interpolation, StringTemplate, Template};
use unicode_normalization::UnicodeNormalization as _;

fn ours(text: &str) -> Result<String, Vec<&'static str>> {
    let mut sources = SourceMap::new();
    let file = sources.add("test", text, FileOrigin::Disk);
    let mut sink = Sink::new();
    let parsed = hcl::parse(&sources, file, &mut sink);
    let codes: Vec<_> = sink.diagnostics().iter().map(formwork::diagnostic::Diagnostic::code).collect();
    if codes.is_empty() { Ok(shape::body(&parsed.document.body)) } else { Err(codes) }
}

fn theirs(text: &str) -> Result<String, String> {
    hcl_edit::parser::parse_body(text).map(|tree| body(&tree)).map_err(|error| error.to_string())
}

/// Why the two differ over a text, if that is known.
fn judge(
    text: &str,
    ours: &Result<String, Vec<&'static str>>,
    theirs: &Result<String, String>,
) -> Option<&'static str> {
    match (ours, theirs) {
        (Ok(_), Err(_)) if text.starts_with('\u{feff}') => Some("they take no byte-order mark; HCL skips it"),
        (Ok(ours), Ok(theirs)) if *ours == theirs.nfc().collect::<String>() => {
            Some("they leave texts as they are; HCL brings them into normal form C")
        }
        _ => None,
    }
}

#[test]
fn both_read_real_templates_alike() {
    let folders = ["FORMWORK_CORPUS", "FORMWORK_CONFORMANCE"].map(files::folder);
    let mut count = 0;
    let mut differ = 0;
    let mut unexplained = Vec::new();
    for path in folders.iter().flatten().flat_map(|folder| files::files(folder, &[".hcl"])) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let (ours, theirs) = (ours(&text), theirs(&text));
        count += 1;
        let same = match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) => ours == theirs,
            (Err(_), Err(_)) => true,
            _ => false,
        };
        if same {
            continue;
        }
        differ += 1;
        match judge(&text, &ours, &theirs) {
            Some(reason) => eprintln!("{}: {reason}", path.display()),
            None => unexplained.push(format!("{}\n  ours   {ours:?}\n  theirs {theirs:?}", path.display())),
        }
    }
    eprintln!("{count} files, {differ} differ");
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
}

/// The smallest text for each difference, what each says, and who is right.
#[test]
fn known_differences() {
    // (text, we take it, they take it, why HashiCorp's parser is on our side)
    let table = [
        ("\u{feff}a = 1\n", true, false, "a byte-order mark is skipped"),
        ("a = 1\na = 2\n", false, false, "`Attribute redefined`"),
        ("a \"b${c}\" {\n}\n", false, false, "`Invalid string literal`"),
        ("a = b.0.1\n", false, true, "`Invalid legacy index syntax`"),
        ("a = 1.2.3\n", false, true, "`Invalid number literal`"),
        ("a = { b = 1, b = 2 }\n", true, false, "a repeated key is allowed, its last value counts"),
        ("a = <<E\nb\nE", false, true, "`Unterminated template string`"),
        ("a = {\n  b\n  = 1\n}\n", false, false, "`Missing attribute value`"),
    ];
    let wrong: Vec<_> = table
        .iter()
        .map(|(text, we, they, _)| (text, (*we, *they), (ours(text).is_ok(), theirs(text).is_ok())))
        .filter(|(_, wanted, found)| wanted != found)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

// ---- the other tree, written down like ours

fn body(tree: &Body) -> String {
    let items: Vec<_> = tree.iter().map(structure).collect();
    format!("{{{}}}", items.join(" "))
}

fn structure(item: &Structure) -> String {
    match item {
        Structure::Attribute(attribute) => format!("(attr {} {})", attribute.key.as_str(), expr(&attribute.value)),
        Structure::Block(block) => {
            let labels: String =
                block.labels.iter().map(|label| format!(" {}", shape::quote(label.as_str()))).collect();
            format!("(block {}{labels} {})", block.ident.as_str(), body(&block.body))
        }
    }
}

fn text(value: &str) -> String {
    if value.is_empty() { "(t)".to_owned() } else { format!("(t {})", shape::quote(value)) }
}

fn expr(tree: &Expression) -> String {
    match tree {
        Expression::Null(_) => "null".to_owned(),
        Expression::Bool(value) => value.to_string(),
        // They fold a sign into the number, which changes no value.
        Expression::Number(value) => match value.to_string().strip_prefix('-') {
            Some(digits) => format!("(neg num:{})", shape::number(digits)),
            None => format!("num:{}", shape::number(&value.to_string())),
        },
        Expression::String(value) => text(value),
        Expression::Array(elements) => format!("(tuple{})", list(elements.iter())),
        Expression::Object(items) => {
            let item = |(key, value): (&ObjectKey, &hcl_edit::expr::ObjectValue)| {
                let key = match key {
                    ObjectKey::Ident(name) => text(name.as_str()),
                    ObjectKey::Expression(Expression::Variable(name)) => text(name.as_str()),
                    ObjectKey::Expression(of) => expr(of),
                };
                format!(" {key}={}", expr(value.expr()))
            };
            format!("(object{})", items.iter().map(item).collect::<String>())
        }
        Expression::StringTemplate(parts) => quoted(parts),
        Expression::HeredocTemplate(heredoc) => {
            let mut dedented = heredoc.clone();
            // Only `<<-` has an indentation to take away.
            if heredoc.indent().is_some() {
                dedented.dedent();
            }
            template(&dedented.template)
        }
        Expression::Parenthesis(of) => format!("(p {})", expr(of.inner())),
        Expression::Variable(name) => format!("(v {})", name.as_str()),
        Expression::Conditional(parts) => {
            format!("(if {} {} {})", expr(&parts.cond_expr), expr(&parts.true_expr), expr(&parts.false_expr))
        }
        Expression::FuncCall(call) => {
            let spread = if call.args.expand_final() { " ..." } else { "" };
            let scope: String = call.name.namespace.iter().map(|name| format!("{}::", name.as_str())).collect();
            format!("(call {scope}{}{}{spread})", call.name.name.as_str(), list(call.args.iter()))
        }
        Expression::Traversal(chain) => {
            let steps: Vec<_> = chain.operators.iter().map(|step| step.value()).collect();
            traversal(expr(&chain.expr), &steps)
        }
        Expression::UnaryOp(parts) => {
            let operator = match parts.operator.value() {
                UnaryOperator::Neg => "neg",
                UnaryOperator::Not => "not",
            };
            format!("({operator} {})", expr(&parts.expr))
        }
        Expression::BinaryOp(parts) => {
            let operator: &BinaryOperator = parts.operator.value();
            format!("({} {} {})", operator.as_str(), expr(&parts.lhs_expr), expr(&parts.rhs_expr))
        }
        Expression::ForExpr(parts) => for_expr(parts),
    }
}

fn list<'e>(elements: impl Iterator<Item = &'e Expression>) -> String {
    elements.map(|element| format!(" {}", expr(element))).collect()
}

fn for_expr(parts: &ForExpr) -> String {
    let key = parts.intro.key_var.as_ref().map_or("", |key| key.as_str());
    let result_key = parts.key_expr.as_ref().map_or_else(String::new, |key| format!(" {}=>", expr(key)));
    let group = if parts.grouping { " ..." } else { "" };
    let condition = parts.cond.as_ref().map_or_else(String::new, |test| format!(" if {}", expr(&test.expr)));
    let (value, collection) = (parts.intro.value_var.as_str(), expr(&parts.intro.collection_expr));
    format!("(for {key},{value} {collection}{result_key} {}{group}{condition})", expr(&parts.value_expr))
}

/// Their chains are flat: what belongs to each element of a splat is sorted out here, by the rules of HCL.
fn traversal(of: String, steps: &[&TraversalOperator]) -> String {
    let mut shape = of;
    let mut at = 0;
    while let Some(step) = steps.get(at) {
        at += 1;
        let step = match step {
            TraversalOperator::FullSplat(_) => {
                return format!("(splat {shape} {})", traversal("@".to_owned(), &steps[at..]));
            }
            TraversalOperator::AttrSplat(_) => {
                let plain = |step: &&&TraversalOperator| {
                    matches!(step, TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_))
                };
                let each = steps[at..].iter().take_while(plain).count();
                shape = format!("(splat {shape} {})", traversal("@".to_owned(), &steps[at..at + each]));
                at += each;
                continue;
            }
            TraversalOperator::GetAttr(name) => format!(".{}", name.as_str()),
            TraversalOperator::Index(key) => format!("[{}]", expr(key)),
            TraversalOperator::LegacyIndex(index) => format!("[num:{}]", index.value()),
        };
        shape = match shape.strip_suffix(')').filter(|shape| shape.starts_with("(s ")) {
            Some(open) => format!("{open} {step})"),
            None => format!("(s {shape} {step})"),
        };
    }
    shape
}

fn quoted(parts: &StringTemplate) -> String {
    elements(parts.iter())
}

fn template(parts: &Template) -> String {
    elements(parts.iter())
}

fn elements<'e>(parts: impl Iterator<Item = &'e Element>) -> String {
    let parts: Vec<_> = parts.collect();
    if let [Element::Interpolation(only)] = parts.as_slice() {
        return format!("(w {})", expr(&only.expr));
    }
    let mut shape = "(t".to_owned();
    for (nth, part) in parts.iter().enumerate() {
        match part {
            Element::Literal(literal) => {
                let before = nth.checked_sub(1).and_then(|before| parts.get(before));
                let after = parts.get(nth + 1);
                let mut value = literal.as_str();
                if matches!(before, Some(Element::Interpolation(of)) if strips_end(of)) {
                    value = value.trim_start();
                }
                if matches!(after, Some(Element::Interpolation(of)) if strips_start(of)) {
                    value = value.trim_end();
                }
                if !value.is_empty() {
                    shape.push_str(&format!(" {}", shape::quote(value)));
                }
            }
            Element::Interpolation(of) => shape.push_str(&format!(" {}", expr(&of.expr))),
            Element::Directive(directive) => match directive.as_ref() {
                Directive::If(parts) => {
                    let otherwise =
                        parts.else_expr.as_ref().map_or_else(|| "(t)".to_owned(), |part| template(&part.template));
                    let (test, then) = (expr(&parts.if_expr.cond_expr), template(&parts.if_expr.template));
                    shape.push_str(&format!(" (if {test} {then} {otherwise})"));
                }
                Directive::For(parts) => {
                    let head = &parts.for_expr;
                    let key = head.key_var.as_ref().map_or("", |key| key.as_str());
                    let (value, of, inner) =
                        (head.value_var.as_str(), expr(&head.collection_expr), template(&head.template));
                    shape.push_str(&format!(" (join (for {key},{value} {of} {inner}))"));
                }
            },
        }
    }
    shape + ")"
}

fn strips_start(of: &Interpolation) -> bool {
    of.strip.strip_start()
}

fn strips_end(of: &Interpolation) -> bool {
    of.strip.strip_end()
}
