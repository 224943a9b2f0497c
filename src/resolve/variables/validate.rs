//! `validation` blocks.

use super::declare::Declared;
use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Sink};
use crate::resolve::convert::convert;
use crate::resolve::eval::{self, FunctionSet, Scope, World};
use crate::resolve::structure;
use crate::resolve::template::GivenBy;
use crate::resolve::value::{Type, Value, ValueKind};
use crate::schema::language;
use crate::source::Span;
use crate::syntax::Block;

declare_diagnostic! {
    pub static VALIDATION_FAILED = {
        code: "validation-failed",
        severity: Error,
        since: "0.1.0",
        summary: "the value of a variable breaks a rule of its `validation` block",
    }
    pub static INVALID_VALIDATION = {
        code: "invalid-validation",
        severity: Error,
        since: "0.1.0",
        summary: "a `validation` block cannot be used",
    }
}

/// What this file can report.
pub(super) const DECLARATIONS: &[&Declaration] = &[&INVALID_VALIDATION, &VALIDATION_FAILED];

/// Holds a variable's rules against its value. An unknown value breaks no rule.
pub(super) fn validate(
    variable: &Declared<'_>,
    value: &Value,
    by: &GivenBy,
    place: Span,
    world: &World<'_>,
    sink: &mut Sink,
) {
    for block in &variable.validations {
        rule(variable, block, value, by, place, world, sink);
    }
}

fn rule(
    variable: &Declared<'_>,
    block: &Block,
    value: &Value,
    by: &GivenBy,
    place: Span,
    world: &World<'_>,
    sink: &mut Sink,
) {
    let name = &variable.name.value;
    let root = language::root();
    let before = sink.len();
    let content = structure::content(
        &block.body,
        &root.blocks["variable"].body.blocks["validation"].body,
        "a `validation` block",
        sink,
    );
    let (Some(condition), Some(message)) =
        (content.attributes.get("condition"), content.attributes.get("error_message"))
    else {
        // What is misspelt is not missing.
        if !block.body.has_errors() && sink.len() == before {
            sink.report(
                INVALID_VALIDATION
                    .at(block.kind.span, "a `validation` block needs `condition` and `error_message`")
                    .label("one of them is missing")
                    .help(format!("write `condition = …var.{name}…` and `error_message = \"A sentence.\"`")),
            );
        }
        return;
    };
    let constants = Scope::new(world).with_functions(FunctionSet::None);
    let text = eval::evaluate(&message.value, &constants, sink).as_str().map(std::borrow::Cow::into_owned);
    let Some(text) = text.filter(|text| is_sentence(text)) else {
        sink.report(
            INVALID_VALIDATION
                .at(message.value.span, "`error_message` is no sentence")
                .label("has to be a plain text")
                .help("begin it with a capital letter and end it with `.`, `?` or `!`"),
        );
        return;
    };
    let mentioned = eval::references(&condition.value);
    let own = |reference: &eval::Reference| {
        reference.root == "var" && reference.attributes.first().is_some_and(|attribute| attribute == name)
    };
    if let Some(other) = mentioned.iter().find(|reference| !own(reference)) {
        sink.report(
            INVALID_VALIDATION
                .at(other.span, format!("the condition of `{name}` may refer to `var.{name}` only"))
                .label("refers to something else")
                .help(format!("use `var.{name}` and functions")),
        );
        return;
    }
    if mentioned.is_empty() {
        sink.report(
            INVALID_VALIDATION
                .at(condition.value.span, format!("the condition does not look at `var.{name}`"))
                .label("the same for every value")
                .help(format!("use `var.{name}` in it")),
        );
        return;
    }
    let mut scope = Scope::new(world);
    scope.set_attribute("var", name, value.clone());
    let result = eval::evaluate(&condition.value, &scope, sink);
    match convert(&result, &Type::Bool, condition.value.span).map(|value| value.kind) {
        Ok(ValueKind::Bool(true) | ValueKind::Unknown(_)) => {}
        Ok(ValueKind::Bool(false)) => {
            let help = match by {
                GivenBy::CommandLine => format!("give another value with `--var {name}=…`"),
                GivenBy::Environment => format!("give another value in `PKR_VAR_{name}`"),
                GivenBy::Default | GivenBy::File(_) | GivenBy::Nobody => "give another value here".to_owned(),
            };
            sink.report(
                VALIDATION_FAILED
                    .at(place, format!("the value of `{name}` is not allowed: {text}"))
                    .label("this value")
                    .also(condition.value.span, "the rule it breaks")
                    .help(help),
            );
        }
        Ok(_) | Err(_) => sink.report(
            INVALID_VALIDATION
                .at(condition.value.span, "the condition is neither true nor false")
                .label("has to be a bool")
                .help("compare with something: `… == …`, `length(…) > 0`, `can(…)`"),
        ),
    }
}

/// Packer's own test: not empty, no small letter first, a sentence's end last.
fn is_sentence(text: &str) -> bool {
    text.chars().next().is_some_and(|first| !first.is_lowercase()) && text.ends_with(['.', '?', '!'])
}
