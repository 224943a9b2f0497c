//! Expressions.

use crate::source::{Span, Spanned};

/// An expression and its place.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// All of it, parentheses and quotes included.
    pub span: Span,
}

/// The forms of an expression.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number, as written: digits, optional fraction and exponent, no sign.
    Number(String),
    /// `"…"`, a heredoc, or a JSON string: text with interpolations and directives.
    Template(Template),
    /// `[a, b]`
    Tuple(Vec<Expr>),
    /// `{ a = 1, (b) = 2 }`
    Object(Vec<ObjectItem>),
    /// The root of a reference: `var` in `var.x`. Bare words `true`, `false`, `null` are literals instead.
    Variable(String),
    /// `of.a`, `of[0]`, `of.0`: all steps of one chain, at least one.
    Traversal {
        /// What is stepped into.
        of: Box<Expr>,
        /// In order.
        steps: Vec<Step>,
    },
    /// `of[*].a` or `of.*.a`
    Splat(Box<Splat>),
    /// `f(a, b...)`
    Call(Box<Call>),
    /// `[for …]` or `{for …}`
    For(Box<ForExpr>),
    /// `c ? a : b`
    Conditional(Box<Conditional>),
    /// `a + b`
    Binary(Box<(Expr, Spanned<BinaryOp>, Expr)>),
    /// `-a`, `!a`
    Unary(Spanned<UnaryOp>, Box<Expr>),
    /// `(a)`
    Parens(Box<Expr>),
    /// What could not be read; reported. Evaluates to an unknown that nobody complains about.
    Error,
}

/// A piece of text with holes.
#[derive(Clone, Debug)]
pub struct Template {
    /// In order; directives are nested. Adjacent literals are merged; an empty text has no parts.
    pub parts: Vec<Part>,
    /// How it was written.
    pub kind: TemplateKind,
}

/// How a template was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateKind {
    /// Between double quotes (also a JSON or YAML string).
    Quoted,
    /// `<<EOT`
    Heredoc,
    /// `<<-EOT`
    IndentedHeredoc,
    /// A whole file, as `templatefile` reads it.
    File,
}

impl Template {
    /// The text, if it has no holes.
    pub fn literal(&self) -> Option<String> {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Literal(text) => Some(text.value.as_str()),
                Part::Interpolation(_) | Part::If { .. } | Part::For { .. } => None,
            })
            .collect()
    }

    /// The expression `e` of a template that is only `${e}`, whose value is taken as it is, whatever its type.
    pub fn wrapped(&self) -> Option<&Expr> {
        match self.parts.as_slice() {
            [Part::Interpolation(expr)] => Some(expr),
            _ => None,
        }
    }
}

/// A part of a template. Trim markers (`~`) were applied by the front end.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text as it ends up: escapes decoded, indentation and trimmed white space gone.
    Literal(Spanned<String>),
    /// `${e}`
    Interpolation(Expr),
    /// `%{ if c }…%{ else }…%{ endif }`
    If {
        /// `c`
        condition: Expr,
        /// Between `if` and `else` or `endif`.
        then: Vec<Part>,
        /// Between `else` and `endif`; empty without `else`.
        otherwise: Vec<Part>,
        /// The whole directive.
        span: Span,
    },
    /// `%{ for k, v in c }…%{ endfor }`
    For {
        /// `k`, where two names are given.
        key: Option<Spanned<String>>,
        /// `v`
        value: Spanned<String>,
        /// `c`
        collection: Expr,
        /// What is repeated.
        body: Vec<Part>,
        /// The whole directive.
        span: Span,
    },
}

/// A step into a value.
#[derive(Clone, Debug)]
pub enum Step {
    /// `.name`
    Attribute(Spanned<String>),
    /// `[e]`
    Index(Expr, Span),
    /// `.0`
    LegacyIndex(Spanned<u64>),
    /// `[*].a` or `.*.a`, only in [`Splat::each`] of a full splat or in `each` of another such step: the steps behind a
    /// full splat belong to each element, another splat among them included.
    Splat {
        /// Applied to each element of what the steps before lead to.
        each: Vec<Step>,
        /// `[*]`, where all further steps are in `each`; else `.*`, where only attributes and legacy indices are.
        full: bool,
        /// The `[*]` or `.*` itself.
        marker: Span,
    },
}

impl Step {
    /// Where the step stands, with its dot or brackets.
    pub fn span(&self) -> Span {
        match self {
            Self::Attribute(name) => name.span,
            Self::Index(_, span) => *span,
            Self::LegacyIndex(index) => index.span,
            Self::Splat { each, marker, .. } => each.last().map_or(*marker, |last| marker.to(last.span())),
        }
    }
}

/// `of[*].a` or `of.*.a`
#[derive(Clone, Debug)]
pub struct Splat {
    /// What is spread.
    pub of: Expr,
    /// Applied to each element.
    pub each: Vec<Step>,
    /// `[*]`, where any step may follow; else `.*`, where only attributes belong to `each`.
    pub full: bool,
    /// The `[*]` or `.*` itself.
    pub marker: Span,
}

/// `{ key = value }` or `{ key : value }`
#[derive(Clone, Debug)]
pub struct ObjectItem {
    /// A bare word stands here as a literal template; `(e)` as [`ExprKind::Parens`].
    pub key: Expr,
    /// To the right of `=` or `:`.
    pub value: Expr,
}

/// `name(arguments)`
#[derive(Clone, Debug)]
pub struct Call {
    /// The function.
    pub name: Spanned<String>,
    /// In order.
    pub arguments: Vec<Expr>,
    /// `...` behind the last argument.
    pub spread: Option<Span>,
}

/// `[for k, v in c : e if d]`
#[derive(Clone, Debug)]
pub struct ForExpr {
    /// `k`, where two names are given.
    pub key: Option<Spanned<String>>,
    /// `v`
    pub value: Spanned<String>,
    /// `c`
    pub collection: Expr,
    /// `k2 =>`: makes an object; without it a tuple.
    pub result_key: Option<Expr>,
    /// `e`
    pub result: Expr,
    /// `...`: values of equal keys are gathered.
    pub group: bool,
    /// `if d`
    pub condition: Option<Expr>,
}

/// `condition ? then : otherwise`
#[derive(Clone, Debug)]
pub struct Conditional {
    /// Before `?`.
    pub condition: Expr,
    /// Between `?` and `:`.
    pub then: Expr,
    /// Behind `:`.
    pub otherwise: Expr,
}

/// Operators between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
}

/// Operators before one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`
    Negate,
    /// `!`
    Not,
}
