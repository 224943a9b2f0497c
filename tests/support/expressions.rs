//! Expressions and what they are worth, as short texts.

use formwork::diagnostic::Sink;
use formwork::parse::hcl;
use formwork::resolve::eval::{Scope, World, evaluate};
use formwork::resolve::value::{Origin, Quoted, Type, Value, ValueKind};
use formwork::source::{FileOrigin, MemoryFiles, SourceMap, Span};

/// What an expression is worth.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    /// It has a value.
    Worth { ty: String, value: String, known: bool, secret: bool },
    /// It has none: the code of the first diagnostic, or `syntax`.
    Fails(String),
}

impl Answer {
    /// The value, if there is one.
    pub(crate) fn value(&self) -> Option<&str> {
        if let Self::Worth { value, .. } = self { Some(value) } else { None }
    }

    /// The type, if there is one.
    pub(crate) fn ty(&self) -> Option<&str> {
        if let Self::Worth { ty, .. } = self { Some(ty) } else { None }
    }
}

/// Evaluates an expression in a scope with `unk` (unknowns) and `secret` (sensitive values).
pub(crate) fn answer(text: &str) -> Answer {
    let mut sources = SourceMap::new();
    let file = sources.add("expression", text, FileOrigin::Invocation);
    let mut sink = Sink::new();
    let expr = hcl::parse_expression(&sources, file, &mut sink);
    if sink.has_errors() {
        return Answer::Fails("syntax".to_owned());
    }
    let files = MemoryFiles::new();
    let world = World::new(&files, ".");
    let mut scope = Scope::new(&world);
    let unknown = |ty| Value::unknown(ty, Origin::Variable("unk".to_owned()), Span::new(file, 0, 0));
    scope.set_root(
        "unk",
        Value::object([
            ("s", unknown(Type::String)),
            ("n", unknown(Type::Number)),
            ("l", unknown(Type::list(Type::String))),
            ("d", unknown(Type::Dynamic)),
        ]),
    );
    let secret = |mut value: Value| {
        value.marks.sensitive = true;
        value
    };
    scope.set_root(
        "secret",
        Value::object([
            ("text", secret(Value::string("hunter2"))),
            ("flag", secret(Value::bool(true))),
            ("list", secret(Value::strings(["a", "b"]))),
        ]),
    );
    let value = evaluate(&expr, &scope, &mut sink);
    if sink.has_errors() {
        return Answer::Fails(sink.diagnostics()[0].code().to_owned());
    }
    Answer::Worth {
        ty: value.ty().to_string(),
        value: show(&value),
        known: value.is_wholly_known(),
        secret: value.is_sensitive(),
    }
}

fn show(value: &Value) -> String {
    let list = |items: &[Value]| items.iter().map(show).collect::<Vec<_>>().join(",");
    match &value.kind {
        ValueKind::Null(_) => "null".to_owned(),
        ValueKind::Bool(flag) => flag.to_string(),
        ValueKind::Number(number) => number.to_string(),
        ValueKind::String(text) => text.known().map_or_else(|| "?".to_owned(), |text| Quoted(&text).to_string()),
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => format!("[{}]", list(items)),
        ValueKind::Map(_, entries) | ValueKind::Object(entries) => {
            let entry = |(name, entry): (&String, &Value)| format!("{}:{}", Quoted(name), show(entry));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(","))
        }
        ValueKind::Unknown(_) => "?".to_owned(),
    }
}

/// Random expressions, the same ones for the same seed.
pub(crate) mod generator {
    /// Makes expressions from the grammar.
    pub(crate) struct Generator(u64);

    const NUMBERS: &[&str] = &[
        "0",
        "1",
        "2",
        "7",
        "-1",
        "1.5",
        "0.1",
        "1e3",
        "1e-7",
        "18446744073709551616",
        "1 / 3",
        "-0",
        "1 / 0",
        "unk.n",
    ];
    const TEXTS: &[&str] = &[
        "\"\"",
        "\"a\"",
        "\"a,b\"",
        "\"Hello World\"",
        "\"é\"",
        "\"日本\"",
        "\"x\\ny\"",
        "\"1\"",
        "\"true\"",
        "\"%s-%d\"",
        "\"[a-z]+\"",
        "\"(a)(?P<n>b)\"",
        "\"{\\\"a\\\":1}\"",
        "\"a: [1, x]\"",
        "\"10.0.0.0/8\"",
        "\"2020-01-02T03:04:05Z\"",
        "\"YYYY-MM-DD\"",
        "\"1h30m\"",
        "\"aGk=\"",
        "\"UTF-16LE\"",
        "\"$1\"",
        "unk.s",
        "null",
    ];
    const KEYS: &[&str] = &["a", "b", "\"x y\"", "(\"c\")", "1", "null"];
    const TYPES: &[&str] = &[
        "string",
        "number",
        "bool",
        "any",
        "list(string)",
        "list(any)",
        "set(number)",
        "set(any)",
        "map(string)",
        "map(any)",
        "object({ a = number })",
        "tuple([string, any])",
        "list(map(bool))",
    ];
    const UNARY: &[&str] = &["-", "!"];
    const BINARY: &[&str] = &["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||"];
    const INDICES: &[&str] = &["[0]", "[1]", "[\"a\"]", ".a", ".0", "[*]", "[*].a", ".*", ".*.a", "[-1]", "[1.5]"];

    impl Generator {
        /// The one of that seed.
        pub(crate) fn new(seed: u64) -> Self {
            Self(seed)
        }

        fn below(&mut self, limit: usize) -> usize {
            // A linear congruence is random enough to choose forms.
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.0 >> 33).unwrap_or(0) % limit
        }

        fn one(&mut self, of: &[&'static str]) -> &'static str {
            of[self.below(of.len())]
        }

        /// The next expression.
        pub(crate) fn expression(&mut self) -> String {
            let depth = 1 + self.below(3);
            self.make(depth)
        }

        fn several(&mut self, depth: usize) -> String {
            let count = self.below(4);
            (0..count).map(|_| self.make(depth)).collect::<Vec<_>>().join(", ")
        }

        fn make(&mut self, depth: usize) -> String {
            if depth == 0 {
                return match self.below(8) {
                    0..3 => self.one(NUMBERS).to_owned(),
                    3..6 => self.one(TEXTS).to_owned(),
                    6 => self.one(&["true", "false", "unk.l", "unk.d"]).to_owned(),
                    _ => self.one(&["[]", "{}", "[\"a\", \"b\"]", "[1, 2, 3]", "{ a = 1, b = 2 }"]).to_owned(),
                };
            }
            let depth = depth - 1;
            match self.below(16) {
                0..6 => self.call(depth),
                6 => format!("[{}]", self.several(depth)),
                7 => {
                    let count = self.below(3);
                    let items: Vec<String> =
                        (0..count).map(|_| format!("{} = {}", self.one(KEYS), self.make(depth))).collect();
                    format!("{{ {} }}", items.join(", "))
                }
                8 => format!("({} {} {})", self.make(depth), self.one(BINARY), self.make(depth)),
                9 => format!("{}({})", self.one(UNARY), self.make(depth)),
                10 => format!("({} ? {} : {})", self.make(depth), self.make(depth), self.make(depth)),
                11 => format!("({}){}", self.make(depth), self.one(INDICES)),
                12 => self.loops(depth),
                13 => self.template(depth),
                14 => format!("convert({}, {})", self.make(depth), self.one(TYPES)),
                _ => format!("try({})", self.several(depth)),
            }
        }

        fn call(&mut self, depth: usize) -> String {
            let functions = formwork::resolve::functions::FUNCTIONS;
            let function = &functions[self.below(functions.len())];
            // `convert` takes a type, and the files that others read are not there.
            let name = if function.name == "convert" { "length" } else { function.name };
            let fixed = function.parameters.len();
            let count = if function.rest.is_some() { fixed + self.below(3) } else { fixed };
            let arguments: Vec<String> = (0..count).map(|_| self.make(depth)).collect();
            let spread = if count > 0 && self.below(16) == 0 { "..." } else { "" };
            format!("{name}({}{spread})", arguments.join(", "))
        }

        fn loops(&mut self, depth: usize) -> String {
            let over = self.make(depth);
            let body = self.one(&["v", "[v]", "\"${v}\"", "upper(v)", "v.a"]);
            let condition = self.one(&["", "", " if v != null", " if v"]);
            match self.below(3) {
                0 => format!("[for v in {over} : {body}{condition}]"),
                1 => format!("{{ for k, v in {over} : k => {body}{condition} }}"),
                _ => format!("{{ for v in {over} : v => {body}...{condition} }}"),
            }
        }

        fn template(&mut self, depth: usize) -> String {
            let (first, second) = (self.make(depth), self.make(depth));
            match self.below(4) {
                0 => format!("\"a ${{{first}}} b\""),
                1 => format!("\"${{{first}}}${{~ {second} ~}} \""),
                2 => format!("\"%{{ if {first} }}yes%{{ else ~}} no %{{~ endif }}\""),
                _ => format!("\"%{{ for v in {first} }}${{v}},%{{ endfor }}\""),
            }
        }
    }
}
