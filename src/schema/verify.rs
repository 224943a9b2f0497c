//! Finds what the shape of a schema file cannot forbid: rules about fields that do not exist, contradictory facts.

use serde_json::Value;

use super::file::Problem;
use super::model::{Attribute, Block, Body, Component, Format, Kind, Nesting, Range, Removed, Render};
use super::rule::{Condition, Rule, RuleKind, Test};
use super::{AttributeType, Deprecated};

/// Every fault of a component, in the order of the file.
pub(super) fn verify(component: &Component) -> Vec<Problem> {
    let mut verifier = Verifier { problems: Vec::new() };
    let place = format!("{} {}", component.kind, component.name);
    verifier.body(&component.body, &place);
    if component.kind != Kind::DataSource && !component.outputs.is_empty() {
        verifier.report(&place, "only data sources have `outputs`");
    }
    if component.kind == Kind::DataSource && component.outputs.is_empty() {
        verifier.report(&place, "a data source without `outputs` gives nothing");
    }
    if component.kind != Kind::Builder && !component.generated_vars.is_empty() {
        verifier.report(&place, "only builders have `generated_vars`");
    }
    if component.kind != Kind::PostProcessor && !component.artifact.accepts.is_empty() {
        verifier.report(&place, "only post-processors accept artifacts");
    }
    verifier.conditions(&component.body, &component.artifact.accepts_any_when, &place);
    for conditional in &component.artifact.produces_when {
        verifier.conditions(&component.body, &conditional.when, &place);
        if !conditional.produces.iter().all(|id| component.artifact.produces.contains(id)) {
            verifier.report(&place, "`produces` lists all that `produces_when` may give");
        }
    }
    verifier.problems
}

struct Verifier {
    problems: Vec<Problem>,
}

impl Verifier {
    fn report(&mut self, place: &str, message: impl Into<String>) {
        self.problems.push(Problem { place: place.to_owned(), line: None, message: message.into() });
    }

    fn body(&mut self, body: &Body, place: &str) {
        for (name, attribute) in &body.attributes {
            if body.blocks.contains_key(name) {
                self.report(place, format!("`{name}` is both an attribute and a block"));
            }
            self.attribute(body, attribute, &format!("{place}, attribute {name}"));
        }
        for (name, block) in &body.blocks {
            self.block(body, block, &format!("{place}, block {name}"));
        }
        for (index, rule) in body.rules.iter().enumerate() {
            self.rule(body, rule, &format!("{place}, rule {}", index + 1));
        }
    }

    fn block(&mut self, parent: &Body, block: &Block, place: &str) {
        if block.nesting == Nesting::Single && block.min.is_some_and(|min| min > 1) {
            self.report(place, "a single block cannot be needed more than once");
        }
        if let (Some(min), Some(max)) = (block.min, block.max)
            && min > max
        {
            self.report(place, format!("`min` {min} is more than `max` {max}"));
        }
        self.replacement(parent, replacement_of(block.deprecated.as_ref(), block.removed.as_ref()), place);
        self.body(&block.body, place);
    }

    fn attribute(&mut self, body: &Body, attribute: &Attribute, place: &str) {
        if attribute.required && (attribute.default.is_some() || attribute.default_from.is_some()) {
            self.report(place, "a required attribute cannot have a default");
        }
        if attribute.default.is_some() && attribute.default_from.is_some() {
            self.report(place, "`default` and `default_from` exclude each other");
        }
        if let Some(default) = &attribute.default {
            self.value(&attribute.ty, default, "`default`", place);
        }
        if let Some(default) = &attribute.default_legacy {
            self.value(&attribute.ty, default, "`default_legacy`", place);
        }
        for conditional in &attribute.default_when {
            self.value(&attribute.ty, &conditional.value, "a value of `default_when`", place);
            self.conditions(body, &conditional.when, place);
        }
        for value in attribute.one_of.iter().chain(&attribute.known_values) {
            self.value(&attribute.ty, value, "a listed value", place);
        }
        for value in attribute.element_one_of.iter().chain(&attribute.element_known_values) {
            match &attribute.ty {
                AttributeType::List(element) | AttributeType::Set(element) | AttributeType::Map(element) => {
                    self.value(element, value, "a listed element", place)
                }
                AttributeType::String
                | AttributeType::Number
                | AttributeType::Bool
                | AttributeType::Any
                | AttributeType::Object(_) => {
                    self.report(place, format!("a {} has no elements to list", attribute.ty));
                    break;
                }
            }
        }
        if let Some(default) = &attribute.default
            && !attribute.one_of.is_empty()
            && !attribute.one_of.contains(default)
        {
            self.report(place, "`default` is none of `one_of`");
        }
        self.formats(attribute, place);
        let Attribute { pattern, element_pattern, key_pattern, value_pattern, .. } = attribute;
        for pattern in [pattern, element_pattern, key_pattern, value_pattern].into_iter().flatten() {
            self.pattern(pattern, place);
        }
        if attribute.path.is_none() && (attribute.path_or_url || attribute.glob || !attribute.path_when.is_empty()) {
            self.report(place, "`path_when`, `path_or_url` and `glob` need `path`");
        }
        self.conditions(body, &attribute.path_when, place);
        self.conditions(body, &attribute.effective_when, place);
        if !attribute.known_keys.is_empty() && !matches!(attribute.ty, AttributeType::Map(_) | AttributeType::String) {
            self.report(place, format!("a {} has no keys to know", attribute.ty));
        }
        let fields: &[String] = match &attribute.render {
            Render::Template { fields, .. } => fields,
            Render::Never => &[],
        };
        if !attribute.needs_field.iter().all(|field| fields.contains(field)) {
            self.report(place, "`needs_field` names a field that `render` does not have");
        }
        let rendered = match &attribute.render {
            Render::Never => false,
            Render::Template { times, fields, build_data } => *times > 1 || !fields.is_empty() || *build_data,
        };
        if rendered && !holds_text(&attribute.ty) {
            self.report(place, format!("a {} holds no text to render", attribute.ty));
        }
        for range in [&attribute.range, &attribute.length].into_iter().flatten() {
            let Range { min, max } = range;
            if min.is_none() && max.is_none() {
                self.report(place, "a range needs `min` or `max`");
            }
        }
        self.replacement(body, replacement_of(attribute.deprecated.as_ref(), attribute.removed.as_ref()), place);
        if attribute.required && attribute.removed.is_some() {
            self.report(place, "what is removed cannot be required");
        }
    }

    fn formats(&mut self, attribute: &Attribute, place: &str) {
        let Attribute { ty, format, element_format, .. } = attribute;
        if let Some(format) = format {
            self.format(*format, ty, "its `format`", place);
        }
        let Some(format) = element_format else { return };
        match ty {
            AttributeType::List(element) | AttributeType::Set(element) | AttributeType::Map(element) => {
                let is_list = matches!(ty, AttributeType::List(_));
                if *format == Format::BootCommand && !is_list {
                    self.report(place, "a boot command is a list");
                }
                self.format(*format, element, "its `element_format`", place);
            }
            AttributeType::String
            | AttributeType::Number
            | AttributeType::Bool
            | AttributeType::Any
            | AttributeType::Object(_) => self.report(place, format!("a {ty} has no elements with a format")),
        }
    }

    fn format(&mut self, format: Format, ty: &AttributeType, what: &str, place: &str) {
        let fits = match format {
            Format::Integer => *ty == AttributeType::Number,
            Format::Tristate => *ty == AttributeType::Bool,
            Format::Bytes => *ty == AttributeType::List(Box::new(AttributeType::Number)),
            Format::TypeExpression => {
                self.report(place, "`type_expression` is the language's own");
                return;
            }
            Format::Duration
            | Format::Checksum
            | Format::Rfc3339
            | Format::Base64
            | Format::Json
            | Format::Ip
            | Format::Ipv4
            | Format::Cidr
            | Format::IpOrCidr
            | Format::Tunnel
            | Format::BootCommand
            | Format::AzureResourceId
            | Format::DockerChange => *ty == AttributeType::String,
        };
        if !fits {
            self.report(place, format!("{what} does not fit its type {ty}"));
        }
    }

    /// Patterns come from the world of Go; what our own reader of them refuses would never be asked.
    fn pattern(&mut self, pattern: &str, place: &str) {
        if let Err(why) = regex::Regex::new(pattern) {
            let why = why.to_string();
            let why = why.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned();
            self.report(place, format!("the pattern `{pattern}` cannot be read: {why}"));
        }
    }

    fn replacement<'r>(&mut self, body: &Body, replacements: impl Iterator<Item = &'r String>, place: &str) {
        for replacement in replacements {
            if !has(body, replacement) {
                self.report(place, format!("its replacement `{replacement}` does not exist"));
            }
        }
    }

    fn rule(&mut self, body: &Body, rule: &Rule, place: &str) {
        let Rule { rule: kind, fields, when, value, op, max, check, since: _, severity: _, note: _ } = rule;
        for field in fields {
            if !has(body, field) {
                self.report(place, format!("the field `{field}` does not exist"));
            }
        }
        self.conditions(body, when, place);
        if let Some(test) = value
            && let Some(Some(ty)) = fields.first().and_then(|first| find(body, first))
        {
            self.test(ty, test, place);
        }
        let count = fields.len();
        let (wanted, enough) = match kind {
            RuleKind::ExactlyOneOf | RuleKind::Conflicts | RuleKind::Requires | RuleKind::RequiredTogether => {
                ("two fields or more", count >= 2)
            }
            RuleKind::RequiresAny => ("three fields or more", count >= 3),
            RuleKind::Compare => ("two fields", count == 2),
            RuleKind::Value => ("one field", count == 1),
            RuleKind::SameKeys => ("two fields or more", count >= 2),
            RuleKind::AtLeastOneOf
            | RuleKind::Required
            | RuleKind::Forbidden
            | RuleKind::MaxItems
            | RuleKind::Custom => ("one field or more", count >= 1),
        };
        if !enough {
            self.report(place, format!("it needs {wanted}, not {count}"));
        }
        for (member, given, owner) in [
            ("value", value.is_some(), RuleKind::Value),
            ("op", op.is_some(), RuleKind::Compare),
            ("max", max.is_some(), RuleKind::MaxItems),
            ("check", check.is_some(), RuleKind::Custom),
        ] {
            if given != (*kind == owner) {
                let verb = if given { "does not belong to" } else { "is missing in" };
                self.report(place, format!("`{member}` {verb} a rule of this kind"));
            }
        }
    }

    fn conditions(&mut self, body: &Body, conditions: &[Condition], place: &str) {
        for Condition { field, test } in conditions {
            match find(body, field) {
                None => self.report(place, format!("a condition's field `{field}` does not exist")),
                Some(None) => {}
                Some(Some(ty)) => self.test(ty, test, place),
            }
        }
    }

    fn test(&mut self, ty: &AttributeType, test: &Test, place: &str) {
        match test {
            Test::Eq(value) | Test::Ne(value) => self.value(ty, value, "a condition's value", place),
            Test::In(values) | Test::NotIn(values) => {
                for value in values {
                    self.value(ty, value, "a condition's value", place);
                }
            }
            Test::Pattern(pattern) => self.pattern(pattern, place),
            Test::Set | Test::Unset | Test::Prefix(_) | Test::NotPrefix(_) | Test::Min(_) | Test::Max(_) => {}
        }
    }

    fn value(&mut self, ty: &AttributeType, value: &Value, what: &str, place: &str) {
        if !fits(ty, value) {
            self.report(place, format!("{what} is not of type {ty}: {value}"));
        }
    }
}

/// What stands in for something deprecated or removed.
fn replacement_of<'s>(
    deprecated: Option<&'s Deprecated>,
    removed: Option<&'s Removed>,
) -> impl Iterator<Item = &'s String> {
    let deprecated = deprecated.and_then(|deprecated| deprecated.replacement.as_ref());
    deprecated.into_iter().chain(removed.and_then(|removed| removed.replacement.as_ref()))
}

/// Whether a body has a member; a dot reaches into a block.
fn has(body: &Body, field: &str) -> bool {
    find(body, field).is_some()
}

/// The type of a member; `Some(None)` for a block.
fn find<'b>(mut body: &'b Body, field: &str) -> Option<Option<&'b AttributeType>> {
    let mut rest = field;
    while let Some((block, inner)) = rest.split_once('.') {
        body = &body.blocks.get(block)?.body;
        rest = inner;
    }
    match body.attributes.get(rest) {
        Some(attribute) => Some(Some(&attribute.ty)),
        None => body.blocks.get(rest).map(|_| None),
    }
}

fn holds_text(ty: &AttributeType) -> bool {
    match ty {
        AttributeType::String | AttributeType::Any => true,
        AttributeType::Number | AttributeType::Bool => false,
        AttributeType::List(element) | AttributeType::Set(element) => holds_text(element),
        // The names of a map are texts.
        AttributeType::Map(_) => true,
        AttributeType::Object(members) => members.values().any(holds_text),
    }
}

fn fits(ty: &AttributeType, value: &Value) -> bool {
    match ty {
        AttributeType::Any => true,
        AttributeType::String => value.is_string(),
        AttributeType::Number => value.is_number(),
        AttributeType::Bool => value.is_boolean(),
        AttributeType::List(element) | AttributeType::Set(element) => {
            value.as_array().is_some_and(|values| values.iter().all(|value| fits(element, value)))
        }
        AttributeType::Map(element) => {
            value.as_object().is_some_and(|values| values.values().all(|value| fits(element, value)))
        }
        AttributeType::Object(members) => value.as_object().is_some_and(|values| {
            values.iter().all(|(name, value)| members.get(name).is_some_and(|ty| fits(ty, value)))
        }),
    }
}
