//! Runs a template.

use std::collections::BTreeSet;

use super::super::value::{Hole, HoleKind, Origin, ParameterId, Piece, Text, Type, Unknown, Value};
use super::source::Source;
use super::tree::{List, Node, Pipeline, Template};
use super::{Engine, Fault, format};
use crate::source::Span;

/// How deep templates, blocks and parentheses may be entered.
const DEEPEST: usize = 200;
/// What a template may cost beyond its own size, in steps and bytes.
const FUEL: usize = 4_000_000;

/// A value while a template runs.
#[derive(Clone, Debug)]
pub(super) enum Val {
    /// Nothing: what a field without data gives, and `nil`.
    None,
    Bool(bool),
    Int(i64),
    /// What indexing a text gives.
    Byte(u8),
    Float(f64),
    Text(Text),
    /// All that the plugin fills in: `.` at the top.
    Data,
    Unknown(Mystery),
}

/// What is not known, and whether it must not be shown.
#[derive(Clone, Debug)]
pub(super) struct Mystery {
    pub(super) unknown: Unknown,
    pub(super) sensitive: bool,
}

impl Mystery {
    pub(super) fn of(origin: Origin) -> Self {
        Self { unknown: Unknown { ty: Type::String, origin, call: None }, sensitive: false }
    }
}

impl Val {
    /// Go's name of its type.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::None => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Byte(_) => "uint8",
            Self::Float(_) => "float64",
            Self::Text(_) | Self::Unknown(_) => "string",
            Self::Data => "map[string]interface {}",
        }
    }

    /// What it is, in a message.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::None => "without a value",
            Self::Bool(_) => "a truth value",
            Self::Int(_) | Self::Byte(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) | Self::Unknown(_) => "a text",
            Self::Data => "the plugin's data",
        }
    }
}

/// Why there is no value.
#[derive(Debug)]
pub(super) enum Stop {
    Fault(Fault),
    Unknown(Mystery),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Mystery> for Stop {
    fn from(mystery: Mystery) -> Self {
        Self::Unknown(mystery)
    }
}

/// How a list ended.
enum Flow {
    Next,
    Break,
    Continue,
    /// Whether it breaks off is not known.
    Unknown(Mystery),
}

pub(super) struct Run<'a> {
    pub(super) engine: &'a Engine<'a>,
    source: &'a Source,
    template: &'a Template,
    pub(super) place: Span,
    pub(super) variables: Vec<(&'a str, Val)>,
    out: Text,
    fuel: usize,
    pub(super) depth: usize,
    /// What decided anything beyond standing in the text.
    pub(super) shaped_by: BTreeSet<ParameterId>,
    pub(super) sensitive: bool,
    /// Fields without data that were printed: their names and places.
    pub(super) without_data: Vec<(String, usize)>,
}

impl<'a> Run<'a> {
    pub(super) fn new(engine: &'a Engine<'a>, source: &'a Source, template: &'a Template, place: Span) -> Self {
        Self {
            engine,
            source,
            template,
            place,
            variables: Vec::new(),
            out: Text::new(),
            fuel: FUEL.saturating_add(source.text.len().saturating_mul(16)),
            depth: 0,
            shaped_by: BTreeSet::new(),
            sensitive: false,
            without_data: Vec::new(),
        }
    }

    /// Runs the main template.
    pub(super) fn run(&mut self) -> Result<Text, Fault> {
        let root = self.root();
        self.variables.push(("$", root.clone()));
        self.list(&self.template.main, &root)?;
        Ok(std::mem::take(&mut self.out))
    }

    fn root(&self) -> Val {
        if self.engine.fields.is_empty() && !self.engine.any_field { Val::None } else { Val::Data }
    }

    /// Pays for work or output; templates can loop and double texts.
    pub(super) fn spend(&mut self, cost: usize) -> Result<(), Fault> {
        match self.fuel.checked_sub(cost) {
            Some(left) => {
                self.fuel = left;
                Ok(())
            }
            None => Err(Fault::failed(0, "the template renders to more than the engine takes")),
        }
    }

    pub(super) fn enter(&mut self, at: usize) -> Result<(), Fault> {
        self.spend(1)?;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Fault::failed(at, "templates are nested too deep"));
        }
        Ok(())
    }

    fn list(&mut self, list: &'a List, dot: &Val) -> Result<Flow, Fault> {
        for node in list {
            self.enter(0)?;
            let flow = self.node(node, dot)?;
            self.depth -= 1;
            if !matches!(flow, Flow::Next) {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn node(&mut self, node: &'a Node, dot: &Val) -> Result<Flow, Fault> {
        match node {
            Node::Text(start, end) => {
                self.spend(end - start)?;
                let text = self.source.slice(*start, *end);
                self.out.push(&text);
            }
            Node::Action(pipeline) => {
                let value = self.pipeline(pipeline, dot)?;
                if pipeline.variables.is_empty() {
                    let text = self.show(&value, "<no value>");
                    self.spend(size(&text))?;
                    self.out.push(&text);
                }
            }
            Node::Branch { with, arms, otherwise } => return self.branch(*with, arms, otherwise, dot),
            Node::Range { over, body, otherwise } => return self.range(over, body, otherwise, dot),
            Node::Template { name, argument, at } => {
                let Some(list) = self.template.defined.get(name) else {
                    return Err(Fault::failed(*at, format!("no template `{name}` is defined")));
                };
                let dot = match argument {
                    Some(pipeline) => self.pipeline(pipeline, dot)?,
                    None => Val::None,
                };
                let outer = std::mem::replace(&mut self.variables, vec![("$", dot.clone())]);
                self.list(list, &dot)?;
                self.variables = outer;
            }
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn branch(
        &mut self,
        with: bool,
        arms: &'a [(Pipeline, List)],
        otherwise: &'a List,
        dot: &Val,
    ) -> Result<Flow, Fault> {
        let mark = self.variables.len();
        let mut flow = None;
        for (index, (condition, list)) in arms.iter().enumerate() {
            let value = self.pipeline(condition, dot)?;
            match self.truth(&value) {
                Ok(true) => {
                    flow = Some(self.list(list, if with { &value } else { dot })?);
                    break;
                }
                Ok(false) => {}
                Err(Stop::Fault(fault)) => return Err(fault),
                Err(Stop::Unknown(mystery)) => {
                    // Whichever branch it will be: what they print is one hole, and what they assign is not known.
                    let mut jumps = false;
                    for (_, list) in &arms[index..] {
                        jumps |= self.forget(list, &mystery)?;
                    }
                    jumps |= self.forget(otherwise, &mystery)?;
                    flow = Some(if jumps {
                        Flow::Unknown(mystery)
                    } else {
                        let hole = self.show(&Val::Unknown(mystery), "");
                        self.out.push(&hole);
                        Flow::Next
                    });
                    break;
                }
            }
        }
        let flow = match flow {
            Some(flow) => flow,
            None => self.list(otherwise, dot)?,
        };
        self.variables.truncate(mark);
        Ok(flow)
    }

    fn range(&mut self, over: &'a Pipeline, body: &'a List, otherwise: &'a List, dot: &Val) -> Result<Flow, Fault> {
        let outer = self.variables.len();
        let value = self.pipeline(over, dot)?;
        if let Some(mystery) = self.opaque(&value) {
            self.forget(body, &mystery)?;
            self.forget(otherwise, &mystery)?;
            let hole = self.show(&Val::Unknown(mystery), "");
            self.out.push(&hole);
            self.variables.truncate(outer);
            return Ok(Flow::Next);
        }
        let count = match value {
            Val::None => 0,
            Val::Int(count) => count,
            Val::Byte(count) => i64::from(count),
            Val::Bool(_) | Val::Float(_) | Val::Text(_) | Val::Data | Val::Unknown(_) => {
                return Err(Fault::failed(over.at, format!("`range` cannot go over what is {}", value.kind())));
            }
        };
        if over.variables.len() > 1 && !matches!(value, Val::None) {
            return Err(Fault::failed(over.at, "`range` over a number has one variable"));
        }
        if count <= 0 {
            let flow = self.list(otherwise, dot)?;
            self.variables.truncate(outer);
            return Ok(flow);
        }
        let mark = self.variables.len();
        let before = std::mem::take(&mut self.out);
        let element = |number| {
            if matches!(value, Val::Byte(_)) { Val::Byte(u8::try_from(number).unwrap_or(0)) } else { Val::Int(number) }
        };
        for number in 0..count {
            self.spend(1)?;
            if let Some(name) = over.variables.first() {
                if over.assigns {
                    self.assign(name, element(number))?;
                } else if let Some((_, top)) = self.variables.get_mut(mark - 1) {
                    *top = element(number);
                }
            }
            let flow = self.list(body, &element(number))?;
            self.variables.truncate(mark);
            match flow {
                Flow::Next | Flow::Continue => {}
                Flow::Break => break,
                Flow::Unknown(mystery) => {
                    self.forget(body, &mystery)?;
                    self.out = self.show(&Val::Unknown(mystery), "");
                    break;
                }
            }
        }
        let body = std::mem::replace(&mut self.out, before);
        self.out.push(&body);
        self.variables.truncate(outer);
        Ok(Flow::Next)
    }

    /// Makes every variable that `list` assigns unknown. Says whether it may leave the loop around it.
    fn forget(&mut self, list: &'a List, mystery: &Mystery) -> Result<bool, Fault> {
        let mut jumps = false;
        for node in list {
            self.spend(1)?;
            let mut pipelines: Vec<&'a Pipeline> = Vec::new();
            match node {
                Node::Break | Node::Continue => jumps = true,
                Node::Text(..) => {}
                Node::Action(pipeline) => pipelines.push(pipeline),
                Node::Template { argument, .. } => pipelines.extend(argument),
                Node::Branch { arms, otherwise, .. } => {
                    for (condition, list) in arms {
                        pipelines.push(condition);
                        jumps |= self.forget(list, mystery)?;
                    }
                    jumps |= self.forget(otherwise, mystery)?;
                }
                Node::Range { over, body, otherwise } => {
                    pipelines.push(over);
                    self.forget(body, mystery)?;
                    jumps |= self.forget(otherwise, mystery)?;
                }
            }
            for pipeline in pipelines.into_iter().filter(|pipeline| pipeline.assigns) {
                for name in &pipeline.variables {
                    // A variable of the branch itself is not there yet, and nobody will miss it.
                    let _ = self.assign(name, Val::Unknown(mystery.clone()));
                }
            }
        }
        Ok(jumps)
    }

    pub(super) fn assign(&mut self, name: &str, value: Val) -> Result<(), Fault> {
        let Some(index) = self.find(name)? else {
            return Err(Fault::failed(0, format!("the variable `{name}` is not declared")));
        };
        self.variables[index].1 = value;
        Ok(())
    }

    pub(super) fn find(&mut self, name: &str) -> Result<Option<usize>, Fault> {
        let index = self.variables.iter().rposition(|(known, _)| *known == name);
        self.spend(self.variables.len() - index.unwrap_or(0))?;
        Ok(index)
    }

    /// Whether `if` takes it for true.
    pub(super) fn truth(&mut self, value: &Val) -> Result<bool, Stop> {
        Ok(match value {
            Val::None => false,
            Val::Bool(value) => *value,
            Val::Int(value) => *value != 0,
            Val::Byte(value) => *value != 0,
            Val::Float(value) => *value != 0.0,
            // A text with anything certain in it is not empty, whatever fills its holes.
            Val::Text(text) if text.pieces().iter().any(|piece| matches!(piece, Piece::Literal(_))) => true,
            Val::Text(text) => !self.known(text)?.is_empty(),
            Val::Data => true,
            Val::Unknown(mystery) => return Err(Stop::Unknown(mystery.clone())),
        })
    }

    /// The text itself, which its parameters shape from now on.
    pub(super) fn known(&mut self, text: &Text) -> Result<String, Stop> {
        self.spend(size(text))?;
        if let Some(literal) = text.as_literal() {
            return Ok(literal.to_owned());
        }
        self.shaped_by.extend(text.parameters());
        if let Some(known) = text.known() {
            self.sensitive |= text.holes().any(|hole| hole.sensitive);
            self.spend(known.len())?;
            return Ok(known.into_owned());
        }
        let sensitive = text.holes().any(|hole| hole.sensitive);
        let origin = match text.holes().find(|hole| hole.known.is_none()).map(|hole| &hole.what) {
            Some(HoleKind::Unknown(unknown)) => unknown.origin.clone(),
            Some(HoleKind::Field(name)) => Origin::Packer(format!(".{name}")),
            Some(HoleKind::Parameter(id)) => {
                let name = usize::try_from(id.0).ok().and_then(|index| self.engine.parameters.get(index));
                Origin::Variable(name.copied().unwrap_or_default().to_owned())
            }
            None => Origin::Error,
        };
        Err(Stop::Unknown(Mystery { sensitive, ..Mystery::of(origin) }))
    }

    /// The same of a text argument.
    pub(super) fn known_at(&mut self, arguments: &[Val], index: usize) -> Result<String, Stop> {
        match arguments.get(index) {
            Some(Val::Text(text)) => self.known(text),
            Some(Val::Unknown(mystery)) => Err(Stop::Unknown(mystery.clone())),
            Some(Val::Data) => Err(self.data_unknown().into()),
            Some(Val::None | Val::Bool(_) | Val::Int(_) | Val::Byte(_) | Val::Float(_)) | None => Ok(String::new()),
        }
    }

    /// What is not known of a value of which not even the type is.
    pub(super) fn opaque(&mut self, value: &Val) -> Option<Mystery> {
        match value {
            Val::Unknown(mystery) => Some(mystery.clone()),
            Val::Data => Some(self.data_unknown()),
            Val::Text(text) if is_field(text) => match self.known(text) {
                Err(Stop::Unknown(mystery)) => Some(mystery),
                Ok(_) | Err(Stop::Fault(_)) => None,
            },
            Val::None | Val::Bool(_) | Val::Int(_) | Val::Byte(_) | Val::Float(_) | Val::Text(_) => None,
        }
    }

    pub(super) fn data_unknown(&self) -> Mystery {
        Mystery::of(Origin::Packer(".".to_owned()))
    }

    /// How a value looks in the output.
    pub(super) fn show(&self, value: &Val, nothing: &str) -> Text {
        match value {
            Val::None => Text::literal(nothing),
            Val::Bool(value) => Text::literal(value.to_string()),
            Val::Int(value) => Text::literal(value.to_string()),
            Val::Byte(value) => Text::literal(value.to_string()),
            Val::Float(value) => Text::literal(format::float_text(*value)),
            Val::Text(text) => text.clone(),
            Val::Data => self.show(&Val::Unknown(self.data_unknown()), nothing),
            Val::Unknown(mystery) => Text::hole(Hole {
                what: HoleKind::Unknown(Box::new(mystery.unknown.clone())),
                known: None,
                sensitive: mystery.sensitive,
                span: self.place,
            }),
        }
    }
}

/// Whether it is a field that a plugin fills, and nothing else: it may be of any type.
pub(super) fn is_field(text: &Text) -> bool {
    matches!(text.pieces(), [Piece::Hole(Hole { what: HoleKind::Field(_), known: None, .. })])
}

fn size(text: &Text) -> usize {
    text.pieces()
        .iter()
        .map(|piece| match piece {
            Piece::Literal(literal) => literal.len(),
            Piece::Hole(_) => 16,
        })
        .sum()
}

pub(super) fn val_size(value: &Val) -> usize {
    match value {
        Val::Text(text) => size(text),
        // A folded call grows with every call around it.
        Val::Unknown(mystery) => folded_size(&mystery.unknown),
        Val::None | Val::Bool(_) | Val::Int(_) | Val::Byte(_) | Val::Float(_) | Val::Data => 1,
    }
}

fn folded_size(unknown: &Unknown) -> usize {
    unknown.call.as_ref().map_or(1, |call| {
        1 + call
            .arguments
            .iter()
            .filter_map(Value::as_text)
            .map(|text| {
                size(text)
                    + text
                        .holes()
                        .map(|hole| match &hole.what {
                            HoleKind::Unknown(unknown) => folded_size(unknown),
                            HoleKind::Parameter(_) | HoleKind::Field(_) => 0,
                        })
                        .sum::<usize>()
            })
            .sum::<usize>()
    })
}
