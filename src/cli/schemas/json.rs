//! Descriptions of components as JSON: everything that is known, groups merged in. What does not apply is left out.

use serde_json::{Map, Value, json};

use crate::schema::{
    Artifact, Attribute, Block, Body, CleanNames, Comparison, Component, Condition, ConditionalArtifact,
    ConditionalDefault, CustomCheck, Deprecated, Format, ImageName, KnownPlugin, Nesting, Output, PathUse, Range,
    Removed, Render, Rule, RuleKind, Severity, Test,
};

/// An object whose members are left out where they say nothing.
#[derive(Default)]
struct Object(Map<String, Value>);

impl Object {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    fn some(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    fn flag(&mut self, name: &str, value: bool) {
        self.some(name, value.then_some(true));
    }

    fn list<T: Into<Value>>(&mut self, name: &str, values: Vec<T>) {
        let is_empty = values.is_empty();
        self.some(name, (!is_empty).then_some(values));
    }
}

/// What the list of all components says of one.
pub(super) fn header(component: &Component) -> Value {
    let Component { kind, name, plugin, description, deprecated, .. } = component;
    let KnownPlugin { plugin, source } = plugin;
    let mut object = Object::default();
    object.put("kind", kind.as_str());
    object.put("name", name.as_str());
    object.put("plugin", plugin.as_str());
    object.put("source", source.as_str());
    object.some("description", description.as_deref());
    object.some("deprecated", deprecated.as_ref().map(past));
    Value::Object(object.0)
}

/// Everything about a component.
pub(super) fn component(component: &Component) -> Value {
    let Component {
        kind: _,
        name: _,
        plugin: _,
        description: _,
        body,
        artifact,
        generated_vars,
        outputs,
        clean_names,
        deprecated: _,
        note,
    } = component;
    let Value::Object(members) = header(component) else { return Value::Null };
    let mut object = Object(members);
    object.some("note", note.as_deref());
    put_body(&mut object, body);
    let Artifact { accepts, accepts_any_when, produces, produces_when, note } = artifact;
    if !accepts.is_empty() || !produces.is_empty() {
        let mut inner = Object::default();
        inner.list("accepts", accepts.clone());
        inner.list("accepts_any_when", conditions(accepts_any_when));
        inner.list("produces", produces.clone());
        let other = |ConditionalArtifact { when, produces }: &ConditionalArtifact| json!({ "when": conditions(when), "produces": produces });
        inner.list("produces_when", produces_when.iter().map(other).collect::<Vec<_>>());
        inner.some("note", note.as_deref());
        object.put("artifact", inner.0);
    }
    object.list("generated_vars", generated_vars.clone());
    if !outputs.is_empty() {
        let all: Map<String, Value> = outputs.iter().map(|(name, found)| (name.clone(), output(found))).collect();
        object.put("outputs", all);
    }
    object.some("clean_names", clean_names.map(clean));
    Value::Object(object.0)
}

fn clean(names: CleanNames) -> &'static str {
    match names {
        CleanNames::Amazon => "amazon",
        CleanNames::GoogleCompute => "googlecompute",
        CleanNames::Azure => "azure",
    }
}

fn output(output: &Output) -> Value {
    let Output { ty, description, sensitive, note } = output;
    let mut object = Object::default();
    object.put("type", ty.to_string());
    object.some("description", description.as_deref());
    object.flag("sensitive", *sensitive);
    object.some("note", note.as_deref());
    Value::Object(object.0)
}

fn put_body(object: &mut Object, body: &Body) {
    // `rest` and `dynamic` are about what is not named; all components have them alike.
    let Body { attributes, blocks, rules, rest: _, dynamic: _ } = body;
    let attributes: Map<String, Value> =
        attributes.iter().map(|(name, found)| (name.clone(), attribute(found))).collect();
    object.put("attributes", attributes);
    let blocks: Map<String, Value> = blocks.iter().map(|(name, found)| (name.clone(), block(found))).collect();
    object.put("blocks", blocks);
    object.put("rules", rules.iter().map(rule).collect::<Vec<_>>());
}

fn block(block: &Block) -> Value {
    let Block { name: _, description, labels, nesting, required, min, max, body, deprecated, removed, ignored, note } =
        block;
    let mut object = Object::default();
    object.some("description", description.as_deref());
    object.list("labels", labels.clone());
    object.put(
        "nesting",
        match nesting {
            Nesting::Single => "single",
            Nesting::List => "list",
        },
    );
    object.flag("required", *required);
    object.some("min", *min);
    object.some("max", *max);
    object.some("deprecated", deprecated.as_ref().map(past));
    object.some("removed", removed.as_ref().map(gone));
    object.flag("ignored", *ignored);
    object.some("note", note.as_deref());
    put_body(&mut object, body);
    Value::Object(object.0)
}

fn past(deprecated: &Deprecated) -> Value {
    let Deprecated { replacement } = deprecated;
    let mut object = Object::default();
    object.some("replacement", replacement.as_deref());
    Value::Object(object.0)
}

fn gone(removed: &Removed) -> Value {
    let Removed { since, replacement } = removed;
    let mut object = Object::default();
    object.some("since", since.map(|release| release.to_string()));
    object.some("replacement", replacement.as_deref());
    Value::Object(object.0)
}

fn attribute(attribute: &Attribute) -> Value {
    let Attribute {
        name: _,
        ty,
        any_in_legacy,
        description,
        required,
        documented_required,
        env,
        default,
        default_legacy,
        default_when,
        default_from,
        one_of,
        known_values,
        element_one_of,
        element_known_values,
        case_insensitive,
        format,
        element_format,
        range,
        multiple_of,
        length,
        element_length,
        max_items,
        pattern,
        element_pattern,
        key_pattern,
        value_pattern,
        known_keys,
        image_name,
        needs_field,
        effective_when,
        uploads_to,
        render,
        sensitive,
        path,
        path_when,
        path_or_url,
        glob,
        deprecated,
        removed,
        ignored,
        computed,
        undocumented,
        note,
    } = attribute;
    let mut object = Object::default();
    object.put("type", ty.to_string());
    object.flag("any_in_legacy", *any_in_legacy);
    object.some("description", description.as_deref());
    object.flag("required", *required);
    object.flag("documented_required", *documented_required);
    object.list("env", env.clone());
    object.some("default", default.clone());
    object.some("default_legacy", default_legacy.clone());
    let other =
        |ConditionalDefault { when, value }: &ConditionalDefault| json!({ "when": conditions(when), "value": value });
    object.list("default_when", default_when.iter().map(other).collect::<Vec<_>>());
    object.some("default_from", default_from.as_deref());
    object.list("one_of", one_of.clone());
    object.list("known_values", known_values.clone());
    object.list("element_one_of", element_one_of.clone());
    object.list("element_known_values", element_known_values.clone());
    object.flag("case_insensitive", *case_insensitive);
    object.some("format", format.map(form));
    object.some("element_format", element_format.map(form));
    object.some("range", range.map(bounds));
    object.some("multiple_of", *multiple_of);
    object.some("length", length.map(bounds));
    object.some("element_length", *element_length);
    object.some("max_items", *max_items);
    object.some("pattern", pattern.as_deref());
    object.some("element_pattern", element_pattern.as_deref());
    object.some("key_pattern", key_pattern.as_deref());
    object.some("value_pattern", value_pattern.as_deref());
    object.list("known_keys", known_keys.clone());
    object.some("image_name", image_name.map(part));
    object.list("needs_field", needs_field.clone());
    object.list("effective_when", conditions(effective_when));
    object.flag("uploads_to", *uploads_to);
    object.put("render", rendering(render));
    object.flag("sensitive", *sensitive);
    object.some("path", path.map(usage));
    object.list("path_when", conditions(path_when));
    object.flag("path_or_url", *path_or_url);
    object.flag("glob", *glob);
    object.some("deprecated", deprecated.as_ref().map(past));
    object.some("removed", removed.as_ref().map(gone));
    object.flag("ignored", *ignored);
    object.flag("computed", *computed);
    object.flag("undocumented", *undocumented);
    object.some("note", note.as_deref());
    Value::Object(object.0)
}

fn rendering(render: &Render) -> Value {
    match render {
        Render::Never => json!("never"),
        Render::Template { times, fields, build_data } => {
            json!({ "times": times, "fields": fields, "build_data": build_data })
        }
    }
}

fn part(name: ImageName) -> &'static str {
    match name {
        ImageName::Reference => "reference",
        ImageName::Repository => "repository",
        ImageName::Tag => "tag",
    }
}

fn usage(path: PathUse) -> &'static str {
    match path {
        PathUse::Read => "read",
        PathUse::ReadChecked => "read_checked",
        PathUse::Write => "write",
    }
}

fn form(format: Format) -> &'static str {
    match format {
        Format::Integer => "integer",
        Format::Duration => "duration",
        Format::Tristate => "tristate",
        Format::Bytes => "bytes",
        Format::Checksum => "checksum",
        Format::Rfc3339 => "rfc3339",
        Format::Base64 => "base64",
        Format::Json => "json",
        Format::Ip => "ip",
        Format::Ipv4 => "ipv4",
        Format::Cidr => "cidr",
        Format::IpOrCidr => "ip_or_cidr",
        Format::Tunnel => "tunnel",
        Format::BootCommand => "boot_command",
        Format::AzureResourceId => "azure_resource_id",
        Format::DockerChange => "docker_change",
        Format::TypeExpression => "type_expression",
    }
}

fn bounds(range: Range) -> Value {
    let Range { min, max } = range;
    let mut object = Object::default();
    object.some("min", min);
    object.some("max", max);
    Value::Object(object.0)
}

fn rule(rule: &Rule) -> Value {
    let Rule { rule: kind, fields, when, value, op, max, check, since, severity, note } = rule;
    let mut object = Object::default();
    object.put("rule", kind_of(*kind));
    object.some("check", check.map(CustomCheck::as_str));
    object.some("since", since.map(|release| release.to_string()));
    object.put("fields", fields.clone());
    object.list("when", conditions(when));
    object.some("value", value.as_ref().map(test));
    object.some("op", op.map(compares));
    object.some("max", *max);
    object.put(
        "severity",
        match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
    );
    object.some("note", note.as_deref());
    object.put("text", super::words::rule(rule));
    Value::Object(object.0)
}

fn kind_of(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::ExactlyOneOf => "exactly_one_of",
        RuleKind::AtLeastOneOf => "at_least_one_of",
        RuleKind::Conflicts => "conflicts",
        RuleKind::Requires => "requires",
        RuleKind::RequiresAny => "requires_any",
        RuleKind::RequiredTogether => "required_together",
        RuleKind::Required => "required",
        RuleKind::Forbidden => "forbidden",
        RuleKind::Value => "value",
        RuleKind::Compare => "compare",
        RuleKind::MaxItems => "max_items",
        RuleKind::SameKeys => "same_keys",
        RuleKind::Custom => "custom",
    }
}

fn compares(op: Comparison) -> &'static str {
    match op {
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Equal => "==",
        Comparison::GreaterOrEqual => ">=",
        Comparison::Greater => ">",
    }
}

fn conditions(conditions: &[Condition]) -> Vec<Value> {
    let one = |Condition { field, test: asked }: &Condition| json!({ "field": field, "test": test(asked) });
    conditions.iter().map(one).collect()
}

fn test(test: &Test) -> Value {
    match test {
        Test::Set => json!("set"),
        Test::Unset => json!("unset"),
        Test::Eq(value) => json!({ "eq": value }),
        Test::Ne(value) => json!({ "ne": value }),
        Test::In(values) => json!({ "in": values }),
        Test::NotIn(values) => json!({ "not_in": values }),
        Test::Prefix(text) => json!({ "prefix": text }),
        Test::NotPrefix(text) => json!({ "not_prefix": text }),
        Test::Pattern(pattern) => json!({ "pattern": pattern }),
        Test::Min(bound) => json!({ "min": bound }),
        Test::Max(bound) => json!({ "max": bound }),
    }
}
