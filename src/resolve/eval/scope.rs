//! What an expression may refer to, and what it may ask the world.

use std::cell::Cell;
use std::collections::BTreeMap;

use crate::diagnostic::Sink;
use crate::resolve::unread::Unread;
use crate::resolve::value::{ParameterId, Value, ValueKind};
use crate::source::Files;
use crate::syntax::Template;

/// How much all expressions of one world may produce together, in [`Value::weight`] and steps.
const FUEL: u64 = 1 << 27;

/// How heavy one value may become.
pub const MAX_WEIGHT: u64 = 64 << 20;

/// Reads the text of a `templatefile` as a template: its path, its text, where to report.
pub type TemplateReader<'a> = dyn Fn(&str, &str, &mut Sink) -> Template + 'a;

/// Gives the value of an environment variable.
pub type Environment<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// What functions may see outside of the template.
pub struct World<'a> {
    /// The disk.
    pub files: &'a dyn Files,
    /// `path.root`: the folder where relative paths of `file` and the like start.
    pub root: String,
    /// Folders that file functions may read besides `root` and the working folder.
    pub readable: Vec<String>,
    /// The clock, in seconds since 1970; without it the time is unknown.
    pub now: Option<i64>,
    /// Environment variables; without it they are unknown.
    pub environment: Option<&'a Environment<'a>>,
    /// Makes templates of files; without it `templatefile` is unknown.
    pub template: Option<&'a TemplateReader<'a>>,
    /// The names of the variables, by [`ParameterId`].
    pub parameters: Vec<String>,
    /// What may be declared where the template could not be read.
    pub(crate) unread: Unread,
    fuel: Cell<u64>,
}

impl<'a> World<'a> {
    /// A world with files and nothing else.
    pub fn new(files: &'a dyn Files, root: impl Into<String>) -> Self {
        Self {
            files,
            root: root.into(),
            readable: Vec::new(),
            now: None,
            environment: None,
            template: None,
            parameters: Vec::new(),
            unread: Unread::default(),
            fuel: Cell::new(FUEL),
        }
    }

    /// The name of a variable, as far as it is known here.
    pub fn parameter_name(&self, id: ParameterId) -> String {
        self.parameters.get(id.0 as usize).cloned().unwrap_or_default()
    }

    /// Pays for work; false where the budget is used up.
    pub(crate) fn pay(&self, cost: u64) -> bool {
        let left = self.fuel.get();
        self.fuel.set(left.saturating_sub(cost));
        left >= cost
    }
}

/// Which functions exist in a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionSet {
    /// All but `env`.
    All,
    /// Only `env`: the defaults of variables.
    Env,
    /// None: constants, variable files.
    None,
}

/// The names that an expression may use; inner scopes stand in front of outer ones.
pub struct Scope<'a> {
    /// What functions may ask.
    pub world: &'a World<'a>,
    functions: FunctionSet,
    parent: Option<&'a Scope<'a>>,
    roots: BTreeMap<String, Value>,
    templates: u8,
}

impl<'a> Scope<'a> {
    /// A scope without names, with all functions.
    pub fn new(world: &'a World<'a>) -> Self {
        Self { world, functions: FunctionSet::All, parent: None, roots: BTreeMap::new(), templates: 0 }
    }

    /// The same with another choice of functions.
    #[must_use]
    pub fn with_functions(mut self, functions: FunctionSet) -> Self {
        self.functions = functions;
        self
    }

    /// The same with one more name. `var` and `local` are objects whose attributes are the declared names.
    #[must_use]
    pub fn with_root(mut self, name: impl Into<String>, value: Value) -> Self {
        self.set_root(name, value);
        self
    }

    /// Adds a name, or gives it another value.
    pub fn set_root(&mut self, name: impl Into<String>, value: Value) {
        self.roots.insert(name.into(), value);
    }

    /// Adds an attribute to an object of this scope (made if missing): one more known local, without copying the others.
    pub fn set_attribute(&mut self, root: &str, name: impl Into<String>, value: Value) {
        let object = self.roots.entry(root.to_owned()).or_insert_with(|| Value::of(ValueKind::Object(BTreeMap::new())));
        if let ValueKind::Object(attributes) = &mut object.kind {
            attributes.insert(name.into(), value);
        }
    }

    /// The same for an attribute of an attribute that is an object: one more known data source of a type.
    pub fn set_inner_attribute(&mut self, root: &str, outer: &str, name: impl Into<String>, value: Value) {
        let empty = || Value::of(ValueKind::Object(BTreeMap::new()));
        let object = self.roots.entry(root.to_owned()).or_insert_with(empty);
        let ValueKind::Object(attributes) = &mut object.kind else { return };
        let inner = attributes.entry(outer.to_owned()).or_insert_with(empty);
        if let ValueKind::Object(attributes) = &mut inner.kind {
            attributes.insert(name.into(), value);
        }
    }

    /// A scope in which everything of this one is visible, and more can be added in front of it.
    pub fn child(&'a self) -> Scope<'a> {
        Scope {
            world: self.world,
            functions: self.functions,
            parent: Some(self),
            roots: BTreeMap::new(),
            templates: self.templates,
        }
    }

    /// A scope for the text of a `templatefile`: no name of this one is visible.
    pub(crate) fn template_scope(&self) -> Scope<'a> {
        Scope {
            world: self.world,
            functions: self.functions,
            parent: None,
            roots: BTreeMap::new(),
            templates: self.templates.saturating_add(1),
        }
    }

    /// Whether this is inside of a `templatefile`.
    pub(crate) fn in_template_file(&self) -> bool {
        self.templates > 0
    }

    /// Which functions exist here.
    pub fn functions(&self) -> FunctionSet {
        self.functions
    }

    /// What a name stands for.
    pub fn root(&self, name: &str) -> Option<&Value> {
        let mut scope = self;
        loop {
            if let Some(value) = scope.roots.get(name) {
                return Some(value);
            }
            scope = scope.parent?;
        }
    }

    /// All names, inner ones first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let scopes = std::iter::successors(Some(self), |scope| scope.parent);
        scopes.flat_map(|scope| scope.roots.keys().map(String::as_str))
    }
}
