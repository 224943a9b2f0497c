//! The HCL reader: what trees it makes, what it complains about, and that no input hurts it.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[path = "hcl/shape.rs"]
mod shape;

use formwork::diagnostic::{Diagnostic, Sink};
use formwork::parse::{DECLARATIONS, hcl};
use formwork::source::{FileId, FileOrigin, SourceMap};
use formwork::syntax::{Body, Document, Expr, ExprKind, Item, MAX_DEPTH, Part, Step, Template};

fn source(text: &str) -> (SourceMap, FileId) {
    let mut sources = SourceMap::new();
    let file = sources.add("test.pkr.hcl", text, FileOrigin::Disk);
    (sources, file)
}

fn parse(text: &str) -> (Document, Vec<Diagnostic>) {
    let (sources, file) = source(text);
    let mut sink = Sink::new();
    let parsed = hcl::parse(&sources, file, &mut sink);
    assert_tiles(text, &parsed.tokens);
    let found = sink.into_sorted();
    for diagnostic in &found {
        assert!(text.get(diagnostic.span.range()).is_some(), "a span cuts a character or the file: {text:?}");
        assert!(diagnostic.help.is_some(), "no help: {}", diagnostic.message);
    }
    (parsed.document, found)
}

fn assert_tiles(text: &str, tokens: &[hcl::Token]) {
    let mut at = 0;
    for token in tokens {
        assert_eq!(token.span.range().start, at, "tokens do not tile {text:?}");
        at = token.span.range().end;
        assert!(text.is_char_boundary(at));
    }
    assert_eq!(at, text.len(), "tokens do not reach the end of {text:?}");
}

/// `code@line` of each finding.
fn faults(text: &str) -> Vec<String> {
    let (sources, file) = source(text);
    let mut sink = Sink::new();
    hcl::parse(&sources, file, &mut sink);
    let all = sink.into_sorted();
    all.iter().map(|found| format!("{}@{}", found.code(), sources.position(found.span).line)).collect()
}

fn expression(text: &str) -> (String, usize) {
    let (sources, file) = source(text);
    let mut sink = Sink::new();
    let tree = hcl::parse_expression(&sources, file, &mut sink);
    (shape::expr(&tree), sink.len())
}

#[test]
fn every_form_of_expression() {
    let table = [
        ("1", "num:1"),
        ("1.50e+1", "num:15"),
        ("true", "true"),
        ("null", "null"),
        ("nulls", "(v nulls)"),
        ("a-b", "(v a-b)"),
        ("a - b", "(- (v a) (v b))"),
        ("-a.b", "(neg (s (v a) .b))"),
        ("!-a", "(not (neg (v a)))"),
        ("a || b && c == d < e + f * g", "(|| (v a) (&& (v b) (== (v c) (< (v d) (+ (v e) (* (v f) (v g)))))))"),
        ("1 - 2 - 3", "(- (- num:1 num:2) num:3)"),
        ("a ? b : c ? d : e", "(if (v a) (v b) (if (v c) (v d) (v e)))"),
        ("(a\n+ 1)", "(p (+ (v a) num:1))"),
        ("a.b[0].c.1", "(s (v a) .b [num:0] .c [num:1])"),
        ("a[\"k\"][b]", "(s (v a) [(t \"k\")] [(v b)])"),
        ("a[*].b[0]", "(splat (v a) (s @ .b [num:0]))"),
        ("a.*.b[0].c", "(s (splat (v a) (s @ .b)) [num:0] .c)"),
        ("a[*].b[*].c", "(splat (v a) (splat (s @ .b) (s @ .c)))"),
        ("[1,\n2,\n]", "(tuple num:1 num:2)"),
        ("{ a = 1, \"b\" : 2\n (c) = 3\n}", "(object (t \"a\")=num:1 (t \"b\")=num:2 (p (v c))=num:3)"),
        ("{ true = 1, null = 2 }", "(object (t \"true\")=num:1 (t \"null\")=num:2)"),
        ("{ \"for\" = 1 }", "(object (t \"for\")=num:1)"),
        ("f(a, b...)", "(call f (v a) (v b) ...)"),
        ("a::b(\n)", "(call a::b)"),
        ("[for x in y : x if z]", "(for ,x (v y) (v x) if (v z))"),
        ("{\nfor k, v in y : k => v...\n}", "(for k,v (v y) (v k)=> (v v) ...)"),
        ("\"\"", "(t)"),
        ("\"${a}\"", "(w (v a))"),
        ("\" ${~ a ~} b\"", "(t (v a) \"b\")"),
        ("\" ${~ a}\"", "(t (v a))"),
        ("\"a\\n\\\"\\u00e9\\U0001F600\"", "(t \"a\\n\\\"é😀\")"),
        ("\"$${a} %%{b} $ % $$\"", "(t \"${a} %{b} $ % $$\")"),
        ("\"${\"${a}x\"}\"", "(w (t (v a) \"x\"))"),
        ("\"%{ if a }b%{ else }c%{ endif }\"", "(t (if (v a) (t \"b\") (t \"c\")))"),
        ("\"%{ for k, v in c }${v}%{ endfor }\"", "(t (join (for k,v (v c) (t (v v)))))"),
        ("<<EOT\n a ${b}\\n\n  EOT\n", "(t \" a \" (v b) \"\\\\n\\n\")"),
        ("<<-EOT\n    a\n      ${b}\n\n   c\n  EOT\n", "(t \" a\\n   \" (v b) \"\\n\\nc\\n\")"),
        ("<<-EOT\n  a\n${b} c\n  EOT\n", "(t \"  a\\n\" (v b) \" c\\n\")"),
        ("<<EOT\r\na\r\nEOT\r\n", "(t \"a\\r\\n\")"),
        ("\"e\u{301}\"", "(t \"é\")"),
        ("ünï-cödé", "(v ünï-cödé)"),
    ];
    for (text, wanted) in table {
        assert_eq!(expression(text), (wanted.to_owned(), 0), "{text}");
    }
}

#[test]
fn bodies() {
    let (document, found) = parse("\u{feff}a = 1 # c\r\nb \"x\" y {\r\n  c { d = 2 }\r\n} // e\r\n");
    assert_eq!(found.len(), 0);
    assert_eq!(shape::body(&document.body), "{(attr a num:1) (block b \"x\" \"y\" {(block c {(attr d num:2)})})}");
    let Item::Block(block) = &document.body.items[1] else { panic!("a block") };
    assert_eq!(block.labels.iter().map(|label| label.quoted).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn positions_with_bom_and_crlf_and_wide_characters() {
    let text = "\u{feff}a = 1\r\né = \"ü\" + ;\r\n";
    let (sources, file) = source(text);
    let mut sink = Sink::new();
    hcl::parse(&sources, file, &mut sink);
    let at = sources.position(sink.diagnostics()[0].span);
    assert_eq!((at.line, at.column), (2, 11));
}

#[test]
fn faults_are_reported_once_at_their_cause() {
    let table: &[(&str, &[&str])] = &[
        ("a = 'x'\n", &["invalid-character@1"]),
        ("a = “x”\n", &["invalid-character@1"]),
        ("a = ['x', 1]\nb = 2\n", &["invalid-character@1"]),
        ("a = 1;\n", &["invalid-character@1"]),
        ("a = b & c\n", &["invalid-character@1"]),
        ("a =\u{a0}1\n", &["invalid-character@1"]),
        ("a = 1\u{0}\n", &["invalid-character@1"]),
        ("a: 1\nb = 2\n", &["invalid-argument@1"]),
        ("a == 1\n", &["invalid-argument@1"]),
        ("\"a\" = 1\n", &["invalid-argument@1"]),
        ("a.b = 1\n", &["invalid-argument@1"]),
        ("a\nb = 1\n", &["invalid-argument@1"]),
        ("a \"b\" = {\n  c = 1\n}\n", &["invalid-block@1"]),
        ("a\n{\n  b = 1\n}\n", &["invalid-block@2"]),
        ("a { b = 1, c = 2 }\n", &["invalid-block@1"]),
        ("a { b {} }\n", &["invalid-block@1"]),
        ("a {} b {}\n", &["missing-newline@1"]),
        ("a = 1, b = 2\n", &["missing-newline@1"]),
        ("a =\nb = 1\n", &["expected-expression@1"]),
        ("a = 1 +\nb = 1\n", &["expected-expression@1"]),
        ("a = 2 ** 3\n", &["expected-expression@1"]),
        ("a = [1 2 3]\n", &["missing-separator@1"]),
        ("a = [\n  \"x\"\n  \"y\"\n]\n", &["missing-separator@2"]),
        ("a = { b = 1 c = 2 }\n", &["missing-separator@1"]),
        ("a = { b { c = 1 } }\n", &["missing-separator@1"]),
        ("a = f(1 2)\n", &["missing-separator@1"]),
        ("a = [1, 2\nb = 3\nc {\n}\n", &["unclosed-bracket@1"]),
        ("a {\n  b = f([1, 2)\n  c = 3\n}\n", &["unclosed-bracket@2"]),
        ("a {\n  b = [1, 2}\n  c = 3\n}\n", &["unclosed-bracket@2"]),
        ("a = (1]\nb = 1\n", &["unclosed-bracket@1"]),
        ("a = 1]\nb = 1\n", &["unexpected-closing-bracket@1"]),
        ("a {\n}\n}\nb = 1\n", &["unexpected-closing-bracket@3"]),
        ("a {\n  b = 1\n", &["unclosed-block@1"]),
        ("a {\n  b = 1\n\nc \"d\" {\n}\n\ne {\n}\n", &["unclosed-block@1"]),
        ("a {\n  b = \"x\n  c = 1\n}\n", &["unterminated-string@2"]),
        ("a {\n  b = [\n    \"x,\n    \"y\",\n  ]\n}\n", &["unterminated-string@3"]),
        ("a = \"x\n  y\n  z\"\nb = 1\n", &["unterminated-string@1"]),
        ("a \"b {\n  c = 1\n}\n", &["unterminated-string@1"]),
        ("a = \"x${b\"\nc = 1\n", &["unclosed-interpolation@1"]),
        ("a = \"x${b\nc = 1\n", &["unclosed-interpolation@1"]),
        ("a = <<EOT\n${b\nEOT\nc = 1\n", &["unclosed-interpolation@2"]),
        ("a = \"${b c}\"\n", &["invalid-interpolation@1"]),
        ("a = \"${b:-c}\"\nd = 1\n", &["invalid-interpolation@1"]),
        ("a {\n  b = <<EOT\nx\n}\n", &["unterminated-heredoc@2"]),
        ("a = <<EOT \nx\nEOT\nb = 1\n", &["invalid-heredoc@1"]),
        ("a = <<'EOT'\nx\nEOT\nb = 1\n", &["invalid-heredoc@1"]),
        ("a = f(<<EOT\nx\nEOT)\nb = 1\n", &["invalid-heredoc@3"]),
        ("a = <<EOT\nx\nEOT", &["invalid-heredoc@3"]),
        ("a = \"%{ if b }c\"\n", &["invalid-directive@1"]),
        ("a = \"%{ elseif b }c%{ endif }\"\n", &["invalid-directive@1"]),
        ("a = \"%{ if b }c%{ endfor }\"\n", &["invalid-directive@1"]),
        ("a = \"\\d\"\n", &["invalid-escape@1"]),
        ("a = \"\\u12\"\n", &["invalid-escape@1"]),
        ("a = [for x of y : x]\n", &["invalid-for@1"]),
        ("a = [for x in y : x => 1]\n", &["invalid-for@1"]),
        ("a = 1.2.3\n", &["invalid-number@1"]),
        ("a = b.0.1\n", &["invalid-traversal@1"]),
        ("a = b.*.c.*.d\n", &["invalid-traversal@1"]),
        ("a = b.\nc = 1\n", &["invalid-traversal@1"]),
        ("a = 1\na = 2\n", &["duplicate-argument@2"]),
        ("a \"b${c}\" {\n}\n", &["template-in-label@1"]),
        (
            "a \"b {\n  c = 1\n}\nd \"e\" \"f {\n  g = \"\n}\n",
            &["unterminated-string@1", "unterminated-string@4", "unterminated-string@5"],
        ),
        ("a = 1\n/* b\nc {\n", &["unterminated-comment@2"]),
        ("a {\n/* b\nc }\n", &["unterminated-comment@2"]),
    ];
    for (text, wanted) in table {
        assert_eq!(faults(text), *wanted, "{text}");
    }
}

#[test]
fn many_faults_in_one_file_are_all_found_and_the_rest_is_a_tree() {
    let text = "locals {\n  a = [1, 2\n  b = \"x\n  c = 'y'\n  d: 1\n  ok = 1\n}\n\nsource \"x\" \"y\" {\n  e = {\n    f = 1 +\n    g = 2\n  }\n  \
                h = f(1 2)\n  ok = 2\n}\n";
    assert_eq!(
        faults(text),
        [
            "unclosed-bracket@2",
            "unterminated-string@3",
            "invalid-character@4",
            "invalid-argument@5",
            "expected-expression@11",
            "missing-separator@14"
        ]
    );
    let (document, _) = parse(text);
    let blocks: Vec<_> = document.body.blocks().collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        assert!(block.body.attribute("ok").is_some());
    }
    assert!(matches!(&document.body.items[0], Item::Block(block) if block.body.items.len() == 5));
}

#[test]
fn pages_say_what_is_reported() {
    // What is said of JSON and YAML is shown in these.
    let shown_in_hcl = |page: &str| page.split_once("## Example\n").unwrap().1.trim_start().starts_with("```hcl\n");
    let mut pages = 0;
    for declaration in DECLARATIONS.iter().filter(|declaration| shown_in_hcl(declaration.page)) {
        pages += 1;
        let section = |title: &str| {
            let (_, behind) = declaration.page.split_once(&format!("## {title}\n")).unwrap();
            let (_, code) = behind.split_once("```hcl\n").unwrap();
            code.split_once("```").unwrap().0
        };
        let example = section("Example");
        let lines = example.lines().enumerate().filter_map(|(nth, line)| match line.trim() {
            "# error-below" => Some(nth + 2),
            line => line.ends_with("# error").then_some(nth + 1),
        });
        let wanted: Vec<_> = lines.map(|line| format!("{}@{line}", declaration.code)).collect();
        assert!(!wanted.is_empty());
        assert_eq!(faults(example), wanted, "{}", declaration.code);
        assert_eq!(faults(section("Instead")), Vec::<String>::new(), "{}", declaration.code);
    }
    assert!(pages > 20, "{pages} pages");
    assert!(DECLARATIONS.is_sorted_by_key(|declaration| declaration.code));
}

// ---- no input hurts

/// The longest path through a tree, measured without recursion so that a tree that is too deep fails the test only.
fn depth(body: &Body) -> usize {
    enum Node<'a> {
        Body(&'a Body),
        Expr(&'a Expr),
        Parts(&'a [Part]),
        Steps(&'a [Step]),
    }
    let mut deepest = 0;
    let mut todo = vec![(Node::Body(body), 0)];
    while let Some((node, depth)) = todo.pop() {
        deepest = deepest.max(depth);
        let next = depth + 1;
        match node {
            Node::Body(body) => todo.extend(body.items.iter().filter_map(|item| match item {
                Item::Attribute(attribute) => Some((Node::Expr(&attribute.value), next)),
                Item::Block(block) => Some((Node::Body(&block.body), next)),
                Item::Error(_) => None,
            })),
            Node::Parts(parts) => {
                for part in parts {
                    match part {
                        Part::Literal(_) => {}
                        Part::Interpolation(of) => todo.push((Node::Expr(of), depth)),
                        Part::If { condition, then, otherwise, .. } => {
                            todo.push((Node::Expr(condition), next));
                            todo.extend([(Node::Parts(then), next), (Node::Parts(otherwise), next)]);
                        }
                        Part::For { collection, body, .. } => {
                            todo.extend([(Node::Expr(collection), next), (Node::Parts(body), next)]);
                        }
                    }
                }
            }
            Node::Steps(steps) => {
                for step in steps {
                    match step {
                        Step::Index(key, _) => todo.push((Node::Expr(key), depth)),
                        Step::Splat { each, .. } => todo.push((Node::Steps(each), next)),
                        Step::Attribute(_) | Step::LegacyIndex(_) => {}
                    }
                }
            }
            Node::Expr(tree) => match &tree.kind {
                ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Variable(_) | ExprKind::Error => {}
                ExprKind::Template(template) => todo.push((Node::Parts(&template.parts), next)),
                ExprKind::Tuple(elements) => todo.extend(elements.iter().map(|element| (Node::Expr(element), next))),
                ExprKind::Object(items) => {
                    todo.extend(
                        items.iter().flat_map(|item| [(Node::Expr(&item.key), next), (Node::Expr(&item.value), next)]),
                    );
                }
                ExprKind::Traversal { of, steps } => todo.extend([(Node::Expr(of), next), (Node::Steps(steps), next)]),
                ExprKind::Splat(splat) => {
                    todo.extend([(Node::Expr(&splat.of), next), (Node::Steps(&splat.each), next)]);
                }
                ExprKind::Call(call) => todo.extend(call.arguments.iter().map(|argument| (Node::Expr(argument), next))),
                ExprKind::For(parts) => {
                    todo.extend([(Node::Expr(&parts.collection), next), (Node::Expr(&parts.result), next)]);
                    todo.extend(parts.result_key.iter().chain(&parts.condition).map(|part| (Node::Expr(part), next)));
                }
                ExprKind::Conditional(parts) => {
                    todo.extend([&parts.condition, &parts.then, &parts.otherwise].map(|part| (Node::Expr(part), next)));
                }
                ExprKind::Binary(parts) => todo.extend([(Node::Expr(&parts.0), next), (Node::Expr(&parts.2), next)]),
                ExprKind::Unary(_, of) | ExprKind::Parens(of) => todo.push((Node::Expr(of), next)),
            },
        }
    }
    deepest
}

#[test]
fn bottomless_input_is_reported() {
    // Far more than a stack holds, and few enough for a build without optimization.
    const MANY: usize = 20_000;
    let repeat = |text: &str| text.repeat(MANY);
    let mut texts = Vec::new();
    for (open, inner, close) in [
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("{a=", "1", "}"),
        ("f(", "1", ")"),
        ("a[", "1", "]"),
        ("[for x in ", "y", ": 1]"),
        ("\"${", "a", "}\""),
        ("\"%{ if ", "a", "}%{ endif }\""),
        ("a ? b : ", "c", ""),
        ("a ? ", "c", ": b"),
        ("!", "a", ""),
        ("- ", "a", ""),
        ("1 || 1 && 1 == 1 < 1 + 1 * (", "a", ")"),
        ("", "a", "+a"),
        ("", "a", "[*]"),
        ("", "a", ".*.b[0]"),
        ("", "a", "[*].b.*.c"),
        ("", "a", "]"),
        ("", "a", "}"),
        ("<<E\n${", "a", "}\nE\n"),
    ] {
        texts.push(format!("x = {}{inner}{}\n", repeat(open), repeat(close)));
        texts.push(format!("x = {}{inner}\ny = 1\n", repeat(open)));
        texts.push(format!("x = {}\n", repeat(open)));
        texts.push(format!("x {{\n  x = {}{inner}{}", repeat(open), repeat(close)));
    }
    texts.push(format!("{}{}", repeat("a {\n"), repeat("}\n")));
    texts.push(repeat("a {\n"));
    texts.push(repeat("a \"b\" "));
    texts.push(format!("x = \"{}{}\"\n", repeat("%{ if a }"), repeat("%{ endif }")));
    texts.push(format!("x = \"{}\"\n", repeat("%{ for a in b }")));
    texts.push(repeat("x = \"${\n"));
    texts.push(repeat("x = <<E\n"));
    texts.push(repeat("\"\n"));
    texts.push(repeat("'"));
    texts.push(repeat("“"));
    texts.push(repeat("/*"));
    texts.push(repeat("a = (\n"));
    texts.push(format!("a = [{}", repeat("/**/\n")));
    texts.push(format!("x = {}", repeat("1.")));
    // The tree must be safe to walk and to drop with the stack of an ordinary thread.
    let run = move || {
        for text in texts {
            let (document, found) = parse(&text);
            let head: String = text.chars().take(60).collect();
            let deepest = depth(&document.body);
            assert!(deepest <= MAX_DEPTH, "{deepest} levels of {head}");
            assert!(text.len() < 100 || !found.is_empty(), "nothing said about {head}");
            std::hint::black_box(format!("{document:?}").len());
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}

/// Found by fuzzing: a label over two lines stood in the message as it was.
#[test]
fn an_unclosed_block_is_named_on_one_line() {
    for text in ["source \"a\n\" \"b\" {\n", "source \"a\" \"b<<-EOT\n\" {\n  x = 1\n"] {
        let (_, found) = parse(text);
        assert!(found.iter().any(|found| found.code() == "unclosed-block"), "{text:?}: {found:?}");
        assert!(found.iter().all(|found| !found.message.contains('\n')), "{text:?}: {found:?}");
    }
}

#[test]
fn ordinary_depth_is_read() {
    for text in ["x = (((((((((1)))))))))", "x = 1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1"] {
        assert_eq!(parse(text).1.len(), 0);
    }
    assert_eq!(parse(&format!("x = a{}\n", "+1".repeat(MAX_DEPTH - 10))).1.len(), 0);
}

/// A small generator of numbers that is the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
    }
}

#[test]
fn no_text_makes_it_panic() {
    const WORDS: &[&str] = &[
        "\"",
        "${",
        "${~",
        "%{",
        "%{~",
        "}",
        "~}",
        "{",
        "[",
        "]",
        "(",
        ")",
        "\n",
        "\r\n",
        "\r",
        " ",
        "  ",
        "=",
        "==",
        "=>",
        ",",
        ":",
        "::",
        ".",
        "...",
        "*",
        "a",
        "b-c",
        "for",
        "in",
        "if",
        "else",
        "endif",
        "endfor",
        "1",
        "1.5",
        "<<E\n",
        "<<-E\n",
        "<<E ",
        "E\n",
        "\nE\n",
        "$${",
        "%%{",
        "\\",
        "\\n",
        "\\u00",
        "\"a\"",
        "# c\n",
        "//",
        "/*",
        "*/",
        "!",
        "-",
        "?",
        "&&",
        "|",
        "é",
        "e\u{301}",
        "'",
        "“",
        "”",
        "$",
        "%",
        "\u{a0}",
        "\u{feff}",
        "\u{0}",
        "😀",
        "a {\n",
        "x = ",
        "a = 1\n",
        "[*]",
        ".*",
        ".0",
        "x = [\n",
        "x = {\n",
        "\n}\n",
        "source \"a\" \"b\" {\n",
    ];
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for _ in 0..20_000 {
        let words = 1 + dice.below(30);
        let text: String = (0..words).map(|_| WORDS[dice.below(WORDS.len())]).collect();
        let (_, found) = parse(&text);
        let (sources, file) = source(&text);
        let mut sink = Sink::new();
        hcl::parse_expression(&sources, file, &mut sink);
        let template: Template = hcl::parse_template(&sources, file, &mut sink);
        drop(template);
        let (document, _) = parse(&text);
        // A hole is never silent.
        let holes =
            shape::body(&document.body).split([' ', '(', ')', '{', '}', '=']).filter(|word| *word == "error").count();
        assert!(holes == 0 || !found.is_empty(), "a hole without a word: {text:?}");
    }
}

#[test]
fn work_grows_with_the_text_only() {
    // Not by the clock: twice the text may make at most twice the tokens and the findings.
    for unit in [
        "a = \"x\n",
        "a = <<E\nx ${\n",
        "a = [1, \n",
        "b \"c\" {\n  d = { e = \"${f}\" }\n",
        "'x “y\n",
        "a = \"${\"\n",
        "a = ((1]\n",
    ] {
        let count = |times: usize| {
            let text = unit.repeat(times);
            let (sources, file) = source(&text);
            (hcl::tokens(&sources, file).len(), parse(&text).1.len())
        };
        let (once, twice) = (count(500), count(1000));
        assert!(twice.0 <= 2 * once.0 + 2 && twice.1 <= 2 * once.1 + 2, "{unit:?}: {once:?}, {twice:?}");
    }
}
