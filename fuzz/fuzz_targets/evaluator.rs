//! Any expression is evaluated in a small scope: no panic, the same result each time, `can` false exactly where
//! evaluating fails, `try` silent where it has something to fall back on, no secret told.

#![no_main]

use formwork::diagnostic::Sink;
use formwork::parse::hcl;
use formwork::resolve::eval::{Scope, World, evaluate};
use formwork::resolve::value::{Origin, Type, Value, ValueKind};
use formwork::source::{MemoryFiles, Span, Spanned};
use formwork::syntax::{Call, Expr, ExprKind};
use formwork_fuzz::{SECRET, said, source, verify_findings, verify_secret};
use libfuzzer_sys::fuzz_target;

/// Evaluates with a budget of its own, so that nothing depends on what was evaluated before.
fn evaluated(expr: &Expr, files: &MemoryFiles, span: Span) -> (Value, Sink) {
    let mut world = World::new(files, ".");
    world.now = Some(1_700_000_000);
    let mut secret = Value::string(SECRET);
    secret.marks.sensitive = true;
    let variables = Value::object([
        ("text", Value::string("one, Two\nthree äöü 4")),
        ("number", Value::number(7_u64)),
        ("yes", Value::bool(true)),
        ("nothing", Value::null()),
        ("list", Value::strings(["b", "a", "c"])),
        ("tuple", Value::tuple(vec![Value::number(1_u64), Value::string("x"), Value::null()])),
        ("object", Value::object([("a", Value::number(1_u64)), ("b", Value::strings(["x"]))])),
        ("later", Value::unknown(Type::String, Origin::Variable("later".to_owned()), span)),
        ("any", Value::unknown(Type::Dynamic, Origin::Variable("any".to_owned()), span)),
        ("secret", secret),
    ]);
    let scope = Scope::new(&world).with_root("var", variables);
    let mut sink = Sink::new();
    (evaluate(expr, &scope, &mut sink), sink)
}

fn call(name: &str, arguments: Vec<Expr>, span: Span) -> Expr {
    let name = Spanned::new(name.to_owned(), span);
    Expr { kind: ExprKind::Call(Box::new(Call { name, arguments, spread: None })), span }
}

fuzz_target!(|text: &str| {
    let (sources, file) = source("fuzz.pkr.hcl", text);
    let mut sink = Sink::new();
    let expr = hcl::parse_expression(&sources, file, &mut sink);
    if sink.has_errors() {
        return;
    }
    let span = expr.span;
    let files = MemoryFiles::new().with("a.txt", "text").with("t.tpl", "${a} %{ for x in b }${x}%{ endfor }");
    let (value, said_first) = evaluated(&expr, &files, span);
    let (again, said_again) = evaluated(&expr, &files, span);
    assert_eq!(value, again);
    assert_eq!(said(&said_first), said(&said_again));
    verify_findings(&sources, &said_first);
    verify_secret(text, &said_first);
    // A value that is too large for this world is no fault of the expression, and `can` pays for a little more.
    if said_first.diagnostics().iter().any(|found| found.code() == "too-large") {
        return;
    }
    let failed = said_first.has_errors();
    let (can, said_can) = evaluated(&call("can", vec![expr.clone()], span), &files, span);
    assert!(said_can.is_empty(), "`can` says something");
    match can.kind {
        ValueKind::Bool(can) => assert_eq!(can, !failed),
        _ => assert!(!failed, "`can` does not know that it fails"),
    }
    let fallback = Expr { kind: ExprKind::Bool(true), span };
    let (_, said_try) = evaluated(&call("try", vec![expr, fallback], span), &files, span);
    assert!(!said_try.has_errors(), "`try` fails");
});
