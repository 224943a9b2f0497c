//! Expressions as strings of legacy JSON: what HCL computes is a call of Packer's engine there.
//!
//! A string is only as good as how it is read, so each is read back here; one that becomes another expression is refused,
//! with the expression that it would be.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named is refused in one way")]

use indexmap::IndexSet;

use super::super::expr;
use crate::parse::legacy::{Place, Reading};
use crate::schema::{AttributeType, Format, Schemas};
use crate::source::Span;
use crate::syntax::{BinaryOp, Call, Conditional, Expr, ExprKind, Part, Step, Template, UnaryOp, bare, same_expr};

/// What cannot be said, where, and what to do.
pub(super) struct Cannot {
    pub(super) span: Span,
    pub(super) what: String,
    pub(super) help: String,
}

type Said<T> = Result<T, Cannot>;

fn cannot<T>(span: Span, what: impl Into<String>, help: impl Into<String>) -> Said<T> {
    Err(Cannot { span, what: what.into(), help: help.into() })
}

/// What strings may refer to.
pub(super) struct Texts<'a> {
    pub(super) schemas: &'a Schemas,
    /// Variables with a local of the same name.
    pub(super) computed: IndexSet<String>,
}

impl Texts<'_> {
    /// An expression as the string that is read as it where a value of that type is wanted.
    pub(super) fn text(&self, expr: &Expr, ty: &AttributeType, format: Option<Format>, place: Place) -> Said<String> {
        let literal = literal(expr);
        if let Some(text) = literal.as_ref().filter(|text| !text.contains("{{")) {
            return Ok(text.clone());
        }
        let reading = Reading { schemas: self.schemas, computed: &self.computed, place };
        // A text that is a list, a number or a bool is converted where it is read.
        let texts = std::iter::once(self.template(expr));
        let converted = converted(expr, ty).map(|inner| self.template(inner));
        let mut first: Option<Cannot> = None;
        for text in converted.into_iter().chain(texts) {
            let refusal = match text {
                Ok(text) => {
                    let read = reading.value(&text, ty, format, expr.span);
                    if same_expr(&read, expr) {
                        return Ok(text);
                    }
                    let it = if literal.is_some() { "this text" } else { "this" };
                    Cannot {
                        span: expr.span,
                        what: format!("{it} would be something else in legacy JSON"),
                        help: format!("it would be read as `{}`: write that, if it is meant", expr::line(&read)),
                    }
                }
                Err(refusal) => refusal,
            };
            first.get_or_insert(refusal);
        }
        match first {
            Some(refusal) => Err(refusal),
            None => cannot(expr.span, "legacy JSON cannot compute this", "write its result"),
        }
    }

    /// The string, as it would be written; whether it is read so is another question.
    fn template(&self, expr: &Expr) -> Said<String> {
        let expr = bare(expr);
        let ExprKind::Template(Template { parts, kind: _ }) = &expr.kind else {
            return Ok(format!("{{{{{}}}}}", self.action(expr)?));
        };
        let mut out = String::new();
        let mut splices = false;
        for (at, part) in parts.iter().enumerate() {
            match part {
                Part::Literal(text) => {
                    // Behind a value in backquotes, which stood for a call.
                    let text = if splices { &text.value[1..] } else { text.value.as_str() };
                    splices = false;
                    out.push_str(text);
                }
                Part::Interpolation(inner) => {
                    if let Some(text) = literal(inner) {
                        out.push_str(&text);
                        continue;
                    }
                    let next = parts.get(at + 1);
                    let closes = matches!(next, Some(Part::Literal(text)) if text.value.starts_with('`'));
                    if closes && out.ends_with('`') && is_open(&out) {
                        out.pop();
                        splices = true;
                        out.push_str(&self.action(inner)?);
                    } else {
                        out.push_str(&format!("{{{{{}}}}}", self.action(inner)?));
                    }
                }
                Part::If { span, .. } | Part::For { span, .. } => {
                    return cannot(*span, "legacy JSON has no directives in texts", "write the text that it makes");
                }
            }
        }
        Ok(out)
    }

    /// What stands between the braces.
    fn action(&self, expr: &Expr) -> Said<String> {
        let expr = bare(expr);
        match &expr.kind {
            ExprKind::Traversal { of, steps } => self.reference(expr, bare(of), steps),
            ExprKind::Call(call) => self.call(expr, call),
            _ => {
                cannot(expr.span, "legacy JSON cannot compute this", "write its result, or a variable that is given it")
            }
        }
    }

    fn reference(&self, expr: &Expr, of: &Expr, steps: &[Step]) -> Said<String> {
        let span = expr.span;
        let refused = || {
            let what = format!("legacy JSON has nothing for `{}`", expr::line(expr));
            cannot(span, what, "write its value, or a variable that is given it")
        };
        if let ExprKind::Call(call) = &of.kind
            && let "split" = call.name.value.as_str()
            && let ([separator, text], [Step::Index(index, _)]) = (call.arguments.as_slice(), steps)
            && let ExprKind::Number(index) = &bare(index).kind
            && call.spread.is_none()
        {
            return Ok(format!("split {} {} {index}", self.argument(text)?, self.argument(separator)?));
        }
        let (ExprKind::Variable(root), [Step::Attribute(name)]) = (&of.kind, steps) else { return refused() };
        let name = name.value.as_str();
        let is_computed = self.computed.contains(name);
        match (root.as_str(), name) {
            ("var", _) if is_computed => cannot(
                span,
                format!("in legacy JSON the variable `{name}` has no value apart from what is computed"),
                format!("write `local.{name}`"),
            ),
            ("var", _) => Ok(format!("user {}", word(name))),
            ("local", _) if is_computed => Ok(format!("user {}", word(name))),
            ("build", _) => Ok(format!("build {}", word(name))),
            ("packer", "version") => Ok("packer_version".to_owned()),
            ("path", "cwd") => Ok("pwd".to_owned()),
            ("source", "name") => Ok("build_name".to_owned()),
            ("source", "type") => Ok("build_type".to_owned()),
            ("path", "root") => cannot(
                span,
                "legacy JSON has no relative `path.root`, only the whole path of the folder",
                "write `abspath(path.root)`",
            ),
            _ => refused(),
        }
    }

    fn call(&self, expr: &Expr, call: &Call) -> Said<String> {
        let Call { name, arguments, spread } = call;
        let name = name.value.as_str();
        let all = |names: &str, these: &[&Expr]| -> Said<String> {
            let mut out = names.to_owned();
            for argument in these {
                out.push(' ');
                out.push_str(&self.argument(argument)?);
            }
            Ok(out)
        };
        let refs: Vec<&Expr> = arguments.iter().collect();
        match (name, refs.as_slice()) {
            _ if spread.is_some() => {}
            ("env" | "upper" | "lower" | "consul_key" | "aws_secretsmanager_raw", [_]) | ("vault", [_, _]) => {
                return all(name, &refs);
            }
            ("aws_secretsmanager", [secret, key]) => {
                let these = if matches!(bare(key).kind, ExprKind::Null) { &refs[..1] } else { &refs[..] };
                let _ = secret;
                return all(name, these);
            }
            ("abspath", [folder]) if is_reference(folder, "path", "root") => return Ok("template_dir".to_owned()),
            ("uuidv4", []) => return Ok("uuid".to_owned()),
            ("legacy_isotime", [] | [_]) => return all("isotime", &refs),
            ("legacy_strftime", [] | [_]) => return all("strftime", &refs),
            ("replace", [text, old, new]) => return all("replace_all", &[old, new, text]),
            _ => {}
        }
        cannot(
            expr.span,
            format!("legacy JSON has no function for this `{name}`"),
            "write its result, or a variable that is given it",
        )
    }

    /// An argument of a call.
    fn argument(&self, expr: &Expr) -> Said<String> {
        if let Some(text) = literal(expr) {
            return Ok(word(&text));
        }
        let action = self.action(expr)?;
        Ok(if action.contains(' ') { format!("({action})") } else { action })
    }
}

/// The text, if it has no holes.
pub(super) fn literal(expr: &Expr) -> Option<String> {
    if let ExprKind::Template(template) = &bare(expr).kind { template.literal() } else { None }
}

/// A string of Go's templates.
fn word(text: &str) -> String {
    if !text.contains(['`', '\r']) {
        return format!("`{text}`");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Whether an action is begun at the end of a text.
fn is_open(text: &str) -> bool {
    text.rfind("{{").is_some_and(|open| !text[open..].contains("}}"))
}

/// Whether it is `root.name`.
pub(super) fn is_reference(expr: &Expr, root: &str, name: &str) -> bool {
    let ExprKind::Traversal { of, steps } = &bare(expr).kind else { return false };
    matches!(&bare(of).kind, ExprKind::Variable(of) if of == root)
        && matches!(steps.as_slice(), [Step::Attribute(step)] if step.value == name)
}

/// The value that a reader of legacy JSON converts to the type in the way that the expression says.
fn converted<'e>(expr: &'e Expr, ty: &AttributeType) -> Option<&'e Expr> {
    let expr = bare(expr);
    match ty {
        AttributeType::Bool => match unless_empty(expr) {
            Some(then) => only_argument(then, "lower"),
            None => only_argument(expr, "lower"),
        },
        AttributeType::Number => unless_empty(expr),
        AttributeType::List(_) | AttributeType::Set(_) => {
            let split = only_argument(expr, "compact").map_or(expr, bare);
            let ExprKind::Call(call) = &split.kind else { return None };
            let [_, text] = call.arguments.as_slice() else { return None };
            (call.name.value == "split").then_some(text)
        }
        AttributeType::String | AttributeType::Any | AttributeType::Map(_) | AttributeType::Object(_) => None,
    }
}

/// `then` of `value != "" ? then : null`.
fn unless_empty(expr: &Expr) -> Option<&Expr> {
    let (condition, then, otherwise) = choice(expr)?;
    let ExprKind::Binary(binary) = &condition.kind else { return None };
    let empty = literal(&binary.2).is_some_and(|text| text.is_empty());
    let is_null = matches!(bare(otherwise).kind, ExprKind::Null);
    (empty && is_null && binary.1.value == BinaryOp::NotEqual).then(|| bare(then))
}

fn only_argument<'e>(expr: &'e Expr, function: &str) -> Option<&'e Expr> {
    let ExprKind::Call(call) = &bare(expr).kind else { return None };
    let [argument] = call.arguments.as_slice() else { return None };
    (call.name.value == function).then_some(argument)
}

fn choice(expr: &Expr) -> Option<(&Expr, &Expr, &Expr)> {
    let ExprKind::Conditional(conditional) = &bare(expr).kind else { return None };
    let Conditional { condition, then, otherwise } = &**conditional;
    Some((bare(condition), then, otherwise))
}

/// What a variable is if nobody gives it a value: `computed` of `var.NAME != null ? var.NAME : computed`.
pub(super) fn computed<'e>(local: &'e Expr, name: &str) -> Option<&'e Expr> {
    let (condition, then, otherwise) = choice(local)?;
    let ExprKind::Binary(binary) = &condition.kind else { return None };
    let asks = binary.1.value == BinaryOp::NotEqual
        && is_reference(&binary.0, "var", name)
        && matches!(bare(&binary.2).kind, ExprKind::Null);
    (asks && is_reference(then, "var", name)).then_some(otherwise)
}

/// A number with its sign, if it is one.
pub(super) fn number(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Number(digits) => Some(super::super::data::number(digits)),
        ExprKind::Unary(operator, of) if operator.value == UnaryOp::Negate => {
            let ExprKind::Number(digits) = &bare(of).kind else { return None };
            Some(format!("-{}", super::super::data::number(digits)))
        }
        _ => None,
    }
}
