//! Variables: HCL's can have a constant default only, a legacy one is computed from others.
//!
//! A variable whose value is constant stays a `variable`. One that is computed becomes a `variable` without a value of its
//! own, which var-files still set, and a `local` of the same name, which is the variable's value or else what was computed.
//! A value of a var-file that is computed takes the default's place, because an HCL var-file cannot compute.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::{IndexMap, IndexSet};

use super::Reader;
use super::make;
use super::texts::{Place, asked_for, is_constant};
use crate::parse::data::{Data, DataKind, Decoded, Property};
use crate::source::{Span, Spanned};
use crate::syntax::{BinaryOp, Expr, ExprKind, Item};

/// The variables of a template, and what they become.
#[derive(Debug, Default)]
pub(super) struct Variables {
    /// By their names, in the order of the file; then those that only var-files compute.
    declared: IndexMap<String, Variable>,
    sensitive: IndexSet<String>,
    /// Used in a component and declared nowhere: empty, unless somebody sets them.
    used: IndexMap<String, Span>,
    /// Used in a variable's value and declared nowhere: somebody has to set them.
    missing: IndexMap<String, Span>,
    /// What var-files compute for names that the template does not declare: they are variables as soon as one asks for them.
    given: IndexMap<String, (Spanned<String>, Decoded)>,
    /// Packer can compute one of the values that ask for others: then it does not complain about the rest.
    some_computed: bool,
    /// Names of the environment that are asked for where HCL cannot ask.
    environment: IndexMap<String, Span>,
}

#[derive(Clone, Debug)]
struct Variable {
    name: Spanned<String>,
    span: Span,
    default: Default,
}

#[derive(Clone, Debug)]
enum Default {
    /// There is none.
    Required,
    /// It needs the variable's own value, so it gives none.
    Circular,
    /// It is no string, which was reported.
    Broken,
    /// HCL's `default`.
    Constant(Decoded),
    /// A local.
    Computed(Decoded),
}

impl Default {
    fn of(name: &str, text: &Decoded) -> Self {
        if is_constant(&text.text) {
            Self::Constant(text.clone())
        } else if asked_for(&text.text).iter().any(|(asked, _)| asked == name) {
            Self::Circular
        } else {
            Self::Computed(text.clone())
        }
    }
}

/// The name that HCL can have for a variable or builder: letters, digits, `_` and `-`, no digit or `-` in front.
pub fn identifier(name: &str) -> String {
    let fits = |(at, c): (usize, char)| {
        let first = c == '_' || unicode_ident::is_xid_start(c);
        first || at > 0 && (c == '-' || unicode_ident::is_xid_continue(c))
    };
    if !name.is_empty() && name.char_indices().all(fits) {
        return name.to_owned();
    }
    let mut out: String =
        name.chars().map(|c| if c == '-' || c == '_' || unicode_ident::is_xid_continue(c) { c } else { '_' }).collect();
    if !out.chars().next().is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c)) {
        out.insert(0, '_');
    }
    out
}

impl Variables {
    /// Those of the names that a text asks for and that are computed.
    pub(super) fn computed(text: &str, is_computed: impl Fn(&str) -> bool, span: Span) -> Self {
        let mut variables = Self::default();
        for (name, _) in asked_for(text) {
            if is_computed(&name) {
                let default = Default::Computed(Decoded::verbatim("", span, 0));
                let variable = Variable { name: Spanned::new(name.clone(), span), span, default };
                variables.declared.insert(name, variable);
            }
        }
        variables
    }

    pub(super) fn is_computed(&self, name: &str) -> bool {
        matches!(self.declared.get(name), Some(Variable { default: Default::Computed(_), .. }))
    }
}

impl Reader<'_> {
    /// `variables`: names and their defaults.
    pub(super) fn declare(&mut self, value: &Data) {
        let DataKind::Object(properties) = &value.kind else {
            self.wrong_kind(value, "`variables`", "an object", "write `\"variables\": { \"name\": \"value\" }`");
            return;
        };
        for Property { key, value } in properties {
            let default = match &value.kind {
                DataKind::Null => Default::Required,
                DataKind::String(text) => Default::of(&key.text, text),
                DataKind::Error => Default::Broken,
                DataKind::Bool(_) | DataKind::Number(_) | DataKind::Array(_) | DataKind::Object(_) => {
                    let what = format!("the value of the variable `{}`", key.text);
                    self.wrong_kind(value, &what, "a string or null", &quoted_help(value));
                    Default::Broken
                }
            };
            let variable = Variable { name: key.spanned(), span: key.span.to(value.span), default };
            self.variables.declared.insert(key.text.clone(), variable);
        }
    }

    /// Values of var-files that are computed, by name: they replace the defaults. `plain` are the names of all others.
    pub(super) fn compute(&mut self, given: &IndexMap<String, (Spanned<String>, Decoded)>, plain: &IndexSet<String>) {
        for (name, (key, text)) in given {
            match self.variables.declared.get_mut(name) {
                Some(variable) => variable.default = Default::of(name, text),
                None => {
                    self.variables.given.insert(name.clone(), (key.clone(), text.clone()));
                }
            }
        }
        self.settle(plain);
    }

    /// Finds out what Packer can compute. It computes all values again and again, a hundred times, and complains only if in
    /// the end it could not compute a single one of those that ask for others.
    fn settle(&mut self, plain: &IndexSet<String>) {
        let names = |text: &Decoded| asked_for(&text.text).into_iter().map(|(name, _)| name).collect();
        let mut asks: IndexMap<String, Vec<String>> = IndexMap::new();
        for (name, variable) in &self.variables.declared {
            asks.insert(
                name.clone(),
                match &variable.default {
                    Default::Required | Default::Broken | Default::Constant(_) => Vec::new(),
                    Default::Circular => vec![name.clone()],
                    Default::Computed(text) => names(text),
                },
            );
        }
        for (name, (_, text)) in &self.variables.given {
            asks.insert(name.clone(), names(text));
        }
        for name in plain {
            asks.insert(name.clone(), Vec::new());
        }
        let computed = resolved(&asks, |_| false);
        self.variables.some_computed =
            asks.iter().any(|(name, asked)| !asked.is_empty() && computed.contains(name.as_str()));
        // What only lacks a value can be computed as soon as somebody gives one; circles cannot.
        for (name, asked) in &mut asks {
            if asked.contains(name) {
                asked.clear();
            }
        }
        let sound: BTreeSet<String> = resolved(&asks, |_| true).into_iter().map(str::to_owned).collect();
        for (name, variable) in &mut self.variables.declared {
            if matches!(variable.default, Default::Computed(_)) && !sound.contains(name) {
                variable.default = Default::Circular;
            }
        }
    }

    /// `sensitive-variables`: names; unknown ones mean nothing.
    pub(super) fn sensitive(&mut self, value: &Data) {
        let names = self.strings(value, "`sensitive-variables`");
        self.variables.sensitive.extend(names.into_iter().map(|name| name.text));
    }

    /// What `user` gives.
    pub(super) fn user(&mut self, name: &str, place: Place, span: Span) -> Expr {
        if let Some((key, text)) = self.variables.given.shift_remove(name) {
            let variable = Variable { span: key.span, name: key, default: Default::of(name, &text) };
            self.variables.declared.insert(name.to_owned(), variable);
        }
        if !self.variables.declared.contains_key(name) {
            let missing = matches!(place, Place::Default | Place::Variable);
            let into = if missing { &mut self.variables.missing } else { &mut self.variables.used };
            into.entry(name.to_owned()).or_insert(span);
        }
        let root = if self.variables.is_computed(name) { "local" } else { "var" };
        make::reference(root, &identifier(name), span)
    }

    /// What `env` gives in a computed value: HCL asks the environment in defaults only.
    pub(super) fn environment(&mut self, name: &str, span: Span) -> Expr {
        self.variables.environment.entry(name.to_owned()).or_insert(span);
        make::reference("var", &self.environment_variable(name), span)
    }

    fn environment_variable(&self, name: &str) -> String {
        let mut variable = format!("env_{}", identifier(name));
        while self.variables.declared.contains_key(&variable) {
            variable.push('_');
        }
        variable
    }

    /// The blocks that the variables are; to be called when everything else was read.
    pub(super) fn variable_blocks(&mut self, root: Span) -> Vec<Item> {
        let mut blocks = Vec::new();
        let mut next = 0;
        let (mut locals, mut secrets) = (Vec::new(), Vec::new());
        // Reading a value may declare further variables.
        while let Some((name, variable)) = self.variables.declared.get_index(next) {
            let (name, variable) = (name.clone(), variable.clone());
            next += 1;
            let Variable { name: spanned, span, default } = variable;
            let sensitive = self.variables.sensitive.contains(&name);
            let own = Spanned::new(identifier(&name), spanned.span);
            let default = match default {
                Default::Required => None,
                Default::Circular if !self.variables.some_computed => None,
                Default::Circular => Some(make::text("", own.span)),
                Default::Broken => Some(Expr { kind: ExprKind::Error, span: own.span }),
                Default::Constant(text) => Some(self.text(&text, Place::Default)),
                Default::Computed(text) => {
                    let at = text.span;
                    let reference = || make::reference("var", &own.value, at);
                    let computed = self.text(&text, Place::Variable);
                    let null = make::null(at);
                    let value = make::choice(reference(), BinaryOp::NotEqual, null, reference(), computed, at);
                    if sensitive {
                        let items = vec![make::set("expression", value), make::set("sensitive", truth(at))];
                        secrets.push(make::block(keyword("local", own.span), vec![own.clone()], items, span));
                    } else {
                        locals.push(make::attribute(own.clone(), value, span));
                    }
                    Some(make::null(at))
                }
            };
            blocks.push(variable_block(own, default, sensitive, span));
        }
        let missing = std::mem::take(&mut self.variables.missing);
        let used = std::mem::take(&mut self.variables.used);
        for (name, span) in used {
            // In a variable's value it has to be set; then the rest need not care.
            if !missing.contains_key(&name) {
                let name = Spanned::new(identifier(&name), span);
                blocks.push(variable_block(name, Some(make::text("", span)), false, span));
            }
        }
        for (name, span) in missing {
            let default = self.variables.some_computed.then(|| make::text("", span));
            blocks.push(variable_block(Spanned::new(identifier(&name), span), default, false, span));
        }
        for (name, span) in std::mem::take(&mut self.variables.environment) {
            let variable = Spanned::new(self.environment_variable(&name), span);
            let default = make::call("env", vec![make::text(&name, span)], span);
            blocks.push(variable_block(variable, Some(default), false, span));
        }
        if !locals.is_empty() {
            blocks.push(make::block(keyword("locals", root), Vec::new(), locals, root));
        }
        blocks.extend(secrets);
        blocks
    }
}

/// The names whose values can be computed: all that they ask for can be, or is `outside` of what is known and counts so.
fn resolved(asks: &IndexMap<String, Vec<String>>, outside: impl Fn(&str) -> bool) -> BTreeSet<&str> {
    let mut waiting: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut open: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ready: Vec<&str> = Vec::new();
    for (name, asked) in asks {
        let mut count = 0;
        for other in asked {
            if asks.contains_key(other) {
                waiting.entry(other).or_default().push(name);
                count += 1;
            } else if !outside(other) {
                count += 1;
            }
        }
        open.insert(name, count);
        if count == 0 {
            ready.push(name);
        }
    }
    let mut done = BTreeSet::new();
    while let Some(name) = ready.pop() {
        done.insert(name);
        for next in waiting.remove(name).unwrap_or_default() {
            if let Some(count) = open.get_mut(next) {
                *count -= 1;
                if *count == 0 {
                    ready.push(next);
                }
            }
        }
    }
    done
}

fn variable_block(name: Spanned<String>, default: Option<Expr>, sensitive: bool, span: Span) -> Item {
    let at = name.span;
    let mut items = vec![make::set("type", make::word("string", at))];
    items.extend(default.map(|default| make::set("default", default)));
    if sensitive {
        items.push(make::set("sensitive", truth(at)));
    }
    make::block(keyword("variable", at), vec![name], items, span)
}

fn keyword(kind: &str, span: Span) -> Spanned<String> {
    Spanned::new(kind.to_owned(), span)
}

fn truth(span: Span) -> Expr {
    Expr { kind: ExprKind::Bool(true), span }
}

/// How to write a value that is no string as one.
pub(super) fn quoted_help(value: &Data) -> String {
    match &value.kind {
        DataKind::Number(number) => format!("write `\"{number}\"`"),
        DataKind::Bool(value) => format!("write `\"{value}\"`"),
        DataKind::Array(_) => "write one string with commas: `\"a,b\"`".to_owned(),
        DataKind::Null | DataKind::String(_) | DataKind::Object(_) | DataKind::Error => "write a string".to_owned(),
    }
}
