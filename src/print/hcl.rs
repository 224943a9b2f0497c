//! HCL's native syntax.
//!
//! Written by hand and not with a library: heredocs, comments and the difference between `"${e}"` and `e` have no place
//! in the trees that libraries print, and a heredoc is printed as one only if reading it back gives the same text.

use super::comments::Comments;
use super::{Refusals, expr, text};
use crate::diagnostic::Sink;
use crate::parse;
use crate::source::{FileOrigin, SourceMap};
use crate::syntax::{
    self, Attribute, Block, Body, Document, Expr, ExprKind, Item, ObjectItem, Spelling, Template, TemplateKind,
};

/// Up to how many characters a line is not broken.
const WIDTH: usize = 100;

/// A document as HCL.
pub(super) fn document(document: &Document, comments: Comments<'_>, refusals: &mut Refusals) -> String {
    let wrapped = document.body.spelling != Spelling::Hcl;
    let mut printer = Printer { out: String::new(), comments, refusals, unwrap: wrapped };
    printer.items(&document.body, 0, u32::MAX);
    printer.rest_of_comments(u32::MAX, 0);
    printer.out
}

struct Printer<'a, 'r> {
    out: String,
    comments: Comments<'a>,
    refusals: &'r mut Refusals,
    /// Whether `"${e}"` is how another spelling writes `e`, and lines of text cannot be told from a heredoc there.
    unwrap: bool,
}

impl Printer<'_, '_> {
    /// `end` is where something else begins behind the body: where lines have no brackets around them, a comment beside
    /// the last one stands behind the body.
    fn items(&mut self, body: &Body, depth: usize, end: u32) {
        let mut last: Option<&Item> = None;
        for (at, item) in body.items.iter().enumerate() {
            let is_block = matches!(item, Item::Block(_));
            if last.is_some_and(|last| is_block || matches!(last, Item::Block(_))) {
                self.out.push('\n');
            }
            self.comments_before(item.span().start, depth, true);
            let next = body.items.get(at + 1).map_or(end, |next| next.span().start);
            let heredoc = match item {
                Item::Attribute(attribute) => self.attribute(attribute, depth),
                Item::Block(block) => {
                    self.block(block, depth, next);
                    false
                }
                Item::Error(_) => false,
            };
            if !heredoc {
                self.comment_beside(next);
            }
            self.out.push('\n');
            last = Some(item);
        }
    }

    /// Whether it ended with a heredoc.
    fn attribute(&mut self, attribute: &Attribute, depth: usize) -> bool {
        let Attribute { name, value, span: _, undecided } = attribute;
        if *undecided {
            self.refusals.undecided(attribute);
        }
        if !expr::is_name(&name.value) {
            self.refusals.no_name(name);
        }
        self.indent(depth);
        self.out.push_str(&name.value);
        self.out.push_str(" = ");
        let direct = matches!(&value.kind, ExprKind::Object(items) if !items.is_empty());
        self.value(value, depth, direct)
    }

    fn block(&mut self, block: &Block, depth: usize, next: u32) {
        let Block { kind, labels, body, span: _ } = block;
        if !expr::is_name(&kind.value) {
            self.refusals.no_name(kind);
        }
        self.indent(depth);
        self.out.push_str(&kind.value);
        for label in labels {
            self.out.push(' ');
            self.out.push_str(&text::quoted(&label.value));
        }
        self.out.push_str(" {");
        if body.items.is_empty() && !self.comments.stand_before(body.span.end) {
            self.out.push('}');
            return;
        }
        self.comment_beside(body.items.first().map_or(body.span.end, |item| item.span().start));
        self.out.push('\n');
        let end = if body.spelling == Spelling::Yaml { next } else { body.span.end };
        self.items(body, depth + 1, end);
        self.rest_of_comments(body.span.end, depth + 1);
        self.indent(depth);
        self.out.push('}');
    }

    /// A value, over several lines where one is too long. Whether it ended with a heredoc, behind which only a newline
    /// may stand.
    fn value(&mut self, value: &Expr, depth: usize, broken: bool) -> bool {
        let value = if self.unwrap { unwrapped(value) } else { value };
        if let ExprKind::Template(template) = &value.kind
            && self.is_heredoc(template)
            && let Some(lines) = heredoc(value, template, depth)
        {
            self.out.push_str(&lines);
            return true;
        }
        let column = self.out.len() - self.out.rfind('\n').map_or(0, |at| at + 1);
        let inside = self.comments.stand_before(value.span.end);
        let flat = expr::line(value);
        if !broken && !inside && !self.has_heredoc(value) && column + flat.chars().count() <= WIDTH {
            self.out.push_str(&flat);
            return false;
        }
        match &value.kind {
            ExprKind::Tuple(items) => self.list("[", items, "", "]", value, depth),
            ExprKind::Object(items) => self.object(items, value, depth),
            ExprKind::Call(call) => {
                let open = format!("{}(", call.name.value);
                let spread = if call.spread.is_some() { "..." } else { "" };
                // One object or list as the only argument shares the brackets' lines.
                let only = if call.arguments.len() == 1 { call.arguments.first() } else { None };
                let shares = only.filter(|only| matches!(only.kind, ExprKind::Object(_) | ExprKind::Tuple(_)));
                if let Some(only) = shares {
                    self.out.push_str(&open);
                    self.value(only, depth, false);
                    self.out.push_str(spread);
                    self.out.push(')');
                } else {
                    self.list(&open, &call.arguments, spread, ")", value, depth);
                }
            }
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::Template(_)
            | ExprKind::Variable(_)
            | ExprKind::Traversal { .. }
            | ExprKind::Splat(_)
            | ExprKind::For(_)
            | ExprKind::Conditional(_)
            | ExprKind::Binary(_)
            | ExprKind::Unary(..)
            | ExprKind::Parens(_)
            | ExprKind::Error => self.out.push_str(&flat),
        }
        false
    }

    fn list(&mut self, open: &str, items: &[Expr], spread: &str, close: &str, whole: &Expr, depth: usize) {
        if items.is_empty() && !self.comments.stand_before(whole.span.end) {
            self.out.push_str(open);
            self.out.push_str(close);
            return;
        }
        self.out.push_str(open);
        self.out.push('\n');
        for (at, item) in items.iter().enumerate() {
            self.comments_before(item.span.start, depth + 1, false);
            self.indent(depth + 1);
            let ended = self.value(item, depth + 1, false);
            if at + 1 < items.len() {
                if ended {
                    self.out.push('\n');
                    self.indent(depth + 1);
                }
                self.out.push(',');
                let next = items.get(at + 1).map_or(whole.span.end, |next| next.span.start);
                self.comment_beside(next);
            } else {
                if ended && !spread.is_empty() {
                    self.out.push('\n');
                    self.indent(depth + 1);
                }
                self.out.push_str(spread);
                if !ended {
                    self.comment_beside(whole.span.end);
                }
            }
            self.out.push('\n');
        }
        self.rest_of_comments(whole.span.end, depth + 1);
        self.indent(depth);
        self.out.push_str(close);
    }

    fn object(&mut self, items: &[ObjectItem], whole: &Expr, depth: usize) {
        if items.is_empty() && !self.comments.stand_before(whole.span.end) {
            return self.out.push_str("{}");
        }
        self.out.push_str("{\n");
        for (at, ObjectItem { key, value }) in items.iter().enumerate() {
            self.comments_before(key.span.start, depth + 1, false);
            self.indent(depth + 1);
            expr::key(key, &mut self.out);
            self.out.push_str(" = ");
            let direct = matches!(&value.kind, ExprKind::Object(items) if !items.is_empty());
            if !self.value(value, depth + 1, direct) {
                let next = items.get(at + 1).map_or(whole.span.end, |next| next.key.span.start);
                self.comment_beside(next);
            }
            self.out.push('\n');
        }
        self.rest_of_comments(whole.span.end, depth + 1);
        self.indent(depth);
        self.out.push('}');
    }

    fn is_heredoc(&self, template: &Template) -> bool {
        match template.kind {
            TemplateKind::Heredoc | TemplateKind::IndentedHeredoc => expr::is_many_lines(template),
            TemplateKind::Quoted => {
                let lines = text::verbatim_template(template).matches('\n').count();
                self.unwrap && lines > 1 && expr::is_many_lines(template)
            }
            TemplateKind::File => false,
        }
    }

    /// Whether a heredoc stands where one may, outside of what is printed on one line.
    fn has_heredoc(&self, value: &Expr) -> bool {
        match &value.kind {
            ExprKind::Template(template) => self.is_heredoc(template),
            ExprKind::Tuple(items) => items.iter().any(|item| self.has_heredoc(item)),
            ExprKind::Object(items) => items.iter().any(|item| self.has_heredoc(&item.value)),
            ExprKind::Call(call) => call.arguments.iter().any(|argument| self.has_heredoc(argument)),
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::Variable(_)
            | ExprKind::Traversal { .. }
            | ExprKind::Splat(_)
            | ExprKind::For(_)
            | ExprKind::Conditional(_)
            | ExprKind::Binary(_)
            | ExprKind::Unary(..)
            | ExprKind::Parens(_)
            | ExprKind::Error => false,
        }
    }

    /// What was written before a place, each on lines of its own.
    fn comments_before(&mut self, place: u32, depth: usize, in_body: bool) {
        while let Some(comment) = self.comments.next_before(place) {
            self.comment(&comment.text, depth);
            if comment.apart && in_body {
                self.out.push('\n');
            }
        }
    }

    fn rest_of_comments(&mut self, place: u32, depth: usize) {
        let mut first = true;
        while let Some(comment) = self.comments.next_before(place) {
            if depth == 0 && std::mem::take(&mut first) && !self.out.is_empty() {
                self.out.push('\n');
            }
            self.comment(&comment.text, depth);
        }
    }

    fn comment(&mut self, text: &str, depth: usize) {
        for line in text.split('\n') {
            self.indent(depth);
            self.out.push('#');
            if !line.is_empty() {
                self.out.push(' ');
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }

    /// A comment that stands behind something on its line, with nothing else before `next`.
    fn comment_beside(&mut self, next: u32) {
        if let Some(comment) = self.comments.next_beside(next) {
            self.out.push_str(" # ");
            self.out.push_str(&comment);
        }
    }

    fn indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.out.push_str("  ");
        }
    }
}

/// What `"${e}"` stands for in a spelling that has no other way to write `e`.
fn unwrapped(value: &Expr) -> &Expr {
    if let ExprKind::Template(template) = &value.kind
        && let Some(inner) = template.wrapped()
    {
        return unwrapped(inner);
    }
    value
}

/// A heredoc that says the same, or nothing. Its lines follow the indentation around them where the text allows it.
fn heredoc(value: &Expr, template: &Template, depth: usize) -> Option<String> {
    let text = text::verbatim_template(template);
    let marker = marker(&text);
    let indentation = "  ".repeat(depth + 1);
    let indented: String = text
        .split_inclusive('\n')
        .map(|line| if line.trim().is_empty() { line.to_owned() } else { format!("{indentation}{line}") })
        .collect();
    let close = "  ".repeat(depth);
    let candidates = [format!("<<-{marker}\n{indented}{close}{marker}"), format!("<<{marker}\n{text}{marker}")];
    candidates.into_iter().find(|candidate| reads_as(candidate, value))
}

/// A word that is no line of the text.
fn marker(text: &str) -> String {
    let taken = |marker: &str| text.lines().any(|line| line.trim() == marker);
    let numbered = (2..).map(|number| format!("EOT{number}"));
    std::iter::once("EOT".to_owned()).chain(numbered).find(|marker| !taken(marker)).unwrap_or_default()
}

fn reads_as(text: &str, value: &Expr) -> bool {
    let mut own = SourceMap::new();
    let file = own.add("", format!("{text}\n"), FileOrigin::Disk);
    let mut sink = Sink::new();
    let read = parse::hcl::parse_expression(&own, file, &mut sink);
    !sink.has_errors() && syntax::same_expr(&read, value)
}
