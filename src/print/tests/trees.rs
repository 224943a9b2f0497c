//! Trees at random: the same for the same seed.

use crate::source::{FileOrigin, SourceMap, Span, Spanned};
use crate::syntax::{
    Attribute, BinaryOp, Block, Body, Call, Conditional, Document, Expr, ExprKind, ForExpr, Item, Label, ObjectItem,
    Part, Spelling, Splat, Step, Template, TemplateKind, UnaryOp,
};

/// Makes trees.
pub(super) struct Trees {
    state: u64,
    span: Span,
}

const NAMES: [&str; 6] = ["a", "b-c", "_x", "each", "ünï", "null_x"];
const TEXTS: [&str; 16] = [
    "",
    "x",
    "a b",
    "${",
    "%{",
    "$",
    "%",
    "$$",
    "\"",
    "\\",
    "\n",
    "two\nlines\n",
    "  in\n\n out\n",
    "\u{1}\u{200b}",
    "é",
    "{{ .Vars }}",
];
const OPERATORS: [BinaryOp; 7] = [
    BinaryOp::Or,
    BinaryOp::And,
    BinaryOp::Equal,
    BinaryOp::Less,
    BinaryOp::Add,
    BinaryOp::Subtract,
    BinaryOp::Multiply,
];

impl Trees {
    /// The generator of a seed.
    pub(super) fn new(seed: u64) -> Self {
        let mut sources = SourceMap::new();
        let file = sources.add("", "", FileOrigin::Disk);
        Self { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, span: Span::new(file, 0, 0) }
    }

    /// A number below the limit.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 16) as usize % limit
    }

    fn name(&mut self) -> String {
        NAMES[self.below(NAMES.len())].to_owned()
    }

    fn spanned(&mut self) -> Spanned<String> {
        Spanned::new(self.name(), self.span)
    }

    /// A file of locals and blocks.
    pub(super) fn document(&mut self) -> Document {
        let body = self.body(2);
        Document { file: self.span.file, body }
    }

    /// A template whose shape the language's schema knows: locals, components with blocks, steps in their order.
    pub(super) fn template(&mut self) -> Document {
        let mut items = Vec::new();
        for nth in 0..self.below(4) {
            let block = match self.below(3) {
                0 => self.block("locals", &[], self.span),
                1 => self.block("variable", &[&format!("v{nth}")], self.span),
                _ => self.block("source", &["docker", &format!("s{nth}")], self.span),
            };
            let names: &[&str] = match block.kind.value.as_str() {
                "locals" => &["a", "b-c", "_x"],
                "variable" => &["default"],
                _ => &["image", "changes", "volumes"],
            };
            items.push(Item::Block(self.filled(block, names)));
        }
        let mut build = self.block("build", &[], self.span);
        for _ in 0..self.below(5) {
            let kind = ["provisioner", "provisioner", "post-processor", "error-cleanup-provisioner"][self.below(4)];
            // There is no post-processor `shell`: nothing would say what its objects are.
            let ty = if kind == "post-processor" { "shell-local" } else { ["shell", "shell-local"][self.below(2)] };
            let step = self.block(kind, &[ty], self.span);
            build.body.items.push(Item::Block(self.filled(step, &["inline", "environment_vars"])));
        }
        items.push(Item::Block(build));
        Document { file: self.span.file, body: Body { items, span: self.span, spelling: Spelling::Hcl } }
    }

    /// A file of values: literals only.
    pub(super) fn values(&mut self) -> Document {
        let mut items = Vec::new();
        for nth in 0..self.below(5) {
            let name = Spanned::new(format!("{}{nth}", self.name()), self.span);
            let value = self.constant(3);
            items.push(Item::Attribute(Attribute { name, value, span: self.span, undecided: false }));
        }
        Document { file: self.span.file, body: Body { items, span: self.span, spelling: Spelling::Hcl } }
    }

    fn constant(&mut self, depth: usize) -> Expr {
        let kind = match self.below(if depth == 0 { 4 } else { 6 }) {
            0 => ExprKind::Null,
            1 => ExprKind::Bool(self.below(2) == 0),
            2 => ExprKind::Number("1.50".to_owned()),
            3 => {
                let text = TEXTS[1 + self.below(TEXTS.len() - 1)];
                return self.literal(text);
            }
            4 => ExprKind::Tuple((0..self.below(3)).map(|_| self.constant(depth - 1)).collect()),
            _ => {
                let item = |nth: usize, trees: &mut Self| ObjectItem {
                    key: trees.literal(&format!("k{nth} ${{")),
                    value: trees.constant(depth - 1),
                };
                ExprKind::Object((0..self.below(3)).map(|nth| item(nth, self)).collect())
            }
        };
        Expr { kind, span: self.span }
    }

    fn block(&self, kind: &str, labels: &[&str], span: Span) -> Block {
        let labels = labels.iter().map(|label| Label { value: (*label).to_owned(), span, quoted: true }).collect();
        let body = Body { items: Vec::new(), span, spelling: Spelling::Hcl };
        Block { kind: Spanned::new(kind.to_owned(), span), labels, body, span }
    }

    fn filled(&mut self, mut block: Block, names: &[&str]) -> Block {
        for name in names {
            if self.below(2) == 0 {
                let (name, value) = (Spanned::new((*name).to_owned(), self.span), self.expr(3));
                block.body.items.push(Item::Attribute(Attribute { name, value, span: self.span, undecided: false }));
            }
        }
        block
    }

    fn body(&mut self, depth: usize) -> Body {
        let mut items = Vec::new();
        for nth in 0..self.below(4) {
            let value = self.expr(3);
            let name = Spanned::new(format!("{}{nth}", self.name()), self.span);
            items.push(Item::Attribute(Attribute { name, value, span: self.span, undecided: false }));
        }
        for _ in 0..if depth > 0 { self.below(3) } else { 0 } {
            let labels = (0..self.below(3)).map(|_| self.label()).collect();
            let kind = self.spanned();
            let body = self.body(depth - 1);
            items.push(Item::Block(Block { kind, labels, body, span: self.span }));
        }
        Body { items, span: self.span, spelling: Spelling::Hcl }
    }

    fn label(&mut self) -> Label {
        Label { value: self.name(), span: self.span, quoted: true }
    }

    /// An expression of at most that depth.
    pub(super) fn expr(&mut self, depth: usize) -> Expr {
        let kind = match self.below(if depth == 0 { 5 } else { 16 }) {
            0 => ExprKind::Null,
            1 => ExprKind::Bool(self.below(2) == 0),
            2 => ExprKind::Number(["0", "12", "1.50", "2e3", "007"][self.below(5)].to_owned()),
            3 => ExprKind::Variable(self.name()),
            4 | 5 => ExprKind::Template(self.text(depth)),
            6 => ExprKind::Tuple(self.exprs(depth)),
            7 => ExprKind::Object(self.items(depth)),
            8 | 9 => {
                let of = Box::new(self.expr(depth - 1));
                let steps = (0..=self.below(2)).map(|_| self.step(depth - 1)).collect();
                ExprKind::Traversal { of, steps }
            }
            10 => {
                let full = self.below(2) == 0;
                let of = self.expr(depth - 1);
                let each = match full {
                    true => (0..self.below(2)).map(|_| self.step(depth - 1)).collect(),
                    false => vec![Step::Attribute(self.spanned())],
                };
                ExprKind::Splat(Box::new(Splat { of, each, full, marker: self.span }))
            }
            11 => {
                let arguments = self.exprs(depth);
                let spread = (!arguments.is_empty() && self.below(3) == 0).then_some(self.span);
                ExprKind::Call(Box::new(Call { name: Spanned::new("upper".to_owned(), self.span), arguments, spread }))
            }
            12 => {
                let is_object = self.below(2) == 0;
                let key = (self.below(2) == 0).then(|| self.spanned());
                ExprKind::For(Box::new(ForExpr {
                    key,
                    value: self.spanned(),
                    collection: self.expr(depth - 1),
                    result_key: is_object.then(|| self.expr(depth - 1)),
                    result: self.expr(depth - 1),
                    group: is_object && self.below(2) == 0,
                    condition: (self.below(2) == 0).then(|| self.expr(depth - 1)),
                }))
            }
            13 => ExprKind::Conditional(Box::new(Conditional {
                condition: self.expr(depth - 1),
                then: self.expr(depth - 1),
                otherwise: self.expr(depth - 1),
            })),
            14 => {
                let operator = Spanned::new(OPERATORS[self.below(OPERATORS.len())], self.span);
                ExprKind::Binary(Box::new((self.expr(depth - 1), operator, self.expr(depth - 1))))
            }
            _ => {
                let operator = if self.below(2) == 0 { UnaryOp::Negate } else { UnaryOp::Not };
                ExprKind::Unary(Spanned::new(operator, self.span), Box::new(self.expr(depth - 1)))
            }
        };
        Expr { kind, span: self.span }
    }

    fn exprs(&mut self, depth: usize) -> Vec<Expr> {
        (0..self.below(3)).map(|_| self.expr(depth - 1)).collect()
    }

    fn items(&mut self, depth: usize) -> Vec<ObjectItem> {
        let item = |nth: usize, trees: &mut Self| {
            let text = if trees.below(8) == 0 { "for".to_owned() } else { format!("{}{nth}", trees.name()) };
            let key = match trees.below(4) {
                0 => {
                    let inner = Box::new(trees.expr(depth - 1));
                    Expr { kind: ExprKind::Parens(inner), span: trees.span }
                }
                _ => trees.literal(&text),
            };
            ObjectItem { key, value: trees.expr(depth - 1) }
        };
        (0..self.below(3)).map(|nth| item(nth, self)).collect()
    }

    fn literal(&mut self, text: &str) -> Expr {
        let parts = vec![Part::Literal(Spanned::new(text.to_owned(), self.span))];
        Expr { kind: ExprKind::Template(Template { parts, kind: TemplateKind::Quoted }), span: self.span }
    }

    fn step(&mut self, depth: usize) -> Step {
        match self.below(3) {
            0 => Step::Index(self.expr(depth), self.span),
            _ => Step::Attribute(self.spanned()),
        }
    }

    fn text(&mut self, depth: usize) -> Template {
        let kind = if self.below(2) == 0 { TemplateKind::Quoted } else { TemplateKind::IndentedHeredoc };
        Template { parts: self.parts(depth), kind }
    }

    fn parts(&mut self, depth: usize) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        for _ in 0..self.below(4) {
            let part = match self.below(if depth == 0 { 2 } else { 6 }) {
                2 => Part::Interpolation(self.expr(depth - 1)),
                3 => Part::If {
                    condition: self.expr(depth - 1),
                    then: self.parts(depth - 1),
                    otherwise: self.parts(depth - 1),
                    span: self.span,
                },
                4 => Part::For {
                    key: (self.below(2) == 0).then(|| self.spanned()),
                    value: self.spanned(),
                    collection: self.expr(depth - 1),
                    body: self.parts(depth - 1),
                    span: self.span,
                },
                _ => Part::Literal(Spanned::new(TEXTS[self.below(TEXTS.len())].to_owned(), self.span)),
            };
            match (parts.last_mut(), part) {
                (Some(Part::Literal(last)), Part::Literal(text)) => last.value.push_str(&text.value),
                (_, part) => parts.push(part),
            }
        }
        parts
    }
}
