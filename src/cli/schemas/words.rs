//! What schemas say of attributes and rules, in sentences.

use serde_json::Value;

use crate::diagnostic::plural;
use crate::resolve::names::joined;
use crate::schema::{
    Attribute, AttributeType, Comparison, Condition, ConditionalDefault, Deprecated, Format, ImageName, PathUse, Range,
    Removed, Render, Rule, RuleKind, Severity, Test,
};

/// A text as a sentence: a capital letter and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return String::new() };
    let stop = if text.ends_with(['.', '!', '?', '…']) { "" } else { "." };
    format!("{}{}{stop}", first.to_uppercase(), letters.as_str())
}

pub(super) fn deprecated(deprecated: &Deprecated) -> String {
    let Deprecated { replacement } = deprecated;
    match replacement {
        Some(replacement) => format!("Deprecated: use `{replacement}`."),
        None => "Deprecated; nothing replaces it.".to_owned(),
    }
}

/// What became of something that the plugin had once.
pub(super) fn removed(removed: &Removed) -> String {
    let Removed { since, replacement } = removed;
    let since = since.map_or_else(|| " any more".to_owned(), |release| format!(" since {release}"));
    match replacement {
        Some(replacement) => format!("Not taken{since}: use `{replacement}`."),
        None => format!("Not taken{since}."),
    }
}

/// Whether an attribute should not be used any more.
pub(super) fn is_past(attribute: &Attribute) -> bool {
    attribute.deprecated.is_some() || attribute.removed.is_some() || attribute.ignored
}

/// What could be written for a value of that type.
pub(super) fn example(ty: &AttributeType) -> &'static str {
    match ty {
        AttributeType::String => "\"…\"",
        AttributeType::Bool => "true",
        AttributeType::Number | AttributeType::Any => "…",
        AttributeType::List(_) | AttributeType::Set(_) => "[…]",
        AttributeType::Map(_) | AttributeType::Object(_) => "{ … }",
    }
}

/// Everything about an attribute beyond its name and type.
pub(super) fn attribute(attribute: &Attribute) -> Vec<String> {
    let Attribute {
        name: _,
        ty,
        any_in_legacy,
        description,
        required: _,
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
        deprecated: past,
        removed: gone,
        ignored,
        computed: _,
        undocumented: _,
        note,
    } = attribute;
    let mut said: Vec<String> = description.iter().map(|text| sentence(text)).collect();
    said.extend(any_in_legacy.then(|| "Any value in legacy JSON.".to_owned()));
    said.extend(gone.as_ref().map(removed));
    said.extend(past.as_ref().map(deprecated));
    said.extend(ignored.then(|| "Has no effect.".to_owned()));
    said.extend(documented_required.then(|| "Should be given, though nothing enforces it.".to_owned()));
    said.extend(format.map(|format| format!("{}.", form(format))));
    said.extend(element_format.map(|format| format!("Each: {}.", form(format).to_lowercase())));
    let case = if *case_insensitive { ", in any case" } else { "" };
    said.extend(any(one_of).map(|all| format!("One of {all}{case}.")));
    said.extend(any(element_one_of).map(|all| format!("Each is one of {all}.")));
    said.extend(any(known_values).map(|all| format!("Known values: {all}.")));
    said.extend(any(element_known_values).map(|all| format!("Known values of each: {all}.")));
    said.extend(range.map(|range| format!("{}.", capital(&bounds(range, "")))));
    said.extend(multiple_of.map(|step| format!("A multiple of {step}.")));
    said.extend(length.map(|length| format!("{}.", capital(&bounds(length, " characters")))));
    said.extend(element_length.map(|count| format!("Each has {}.", elements(count))));
    said.extend(max_items.map(|count| format!("At most {}.", elements(count))));
    said.extend(pattern.as_ref().map(|pattern| format!("Matches `{pattern}`.")));
    said.extend(element_pattern.as_ref().map(|pattern| format!("Each matches `{pattern}`.")));
    said.extend(key_pattern.as_ref().map(|pattern| format!("Names match `{pattern}`.")));
    said.extend(value_pattern.as_ref().map(|pattern| format!("Values match `{pattern}`.")));
    if !known_keys.is_empty() {
        let all: Vec<String> = known_keys.iter().map(|name| format!("`{name}`")).collect();
        said.push(format!("Known names: {}.", joined(&all, "and")));
    }
    said.extend(image_name.map(|part| format!("{}.", image(part))));
    if !needs_field.is_empty() {
        let all: Vec<String> = needs_field.iter().map(|field| format!("`{{{{ .{field} }}}}`")).collect();
        said.push(format!("Makes no sense without {}.", joined(&all, "or")));
    }
    if !effective_when.is_empty() {
        said.push(format!("Has an effect only {}.", if_all(effective_when)));
    }
    said.extend(uploads_to.then(|| "A path of the machine, written by the user of the connection.".to_owned()));
    said.extend(defaults(default.as_ref(), default_when, default_legacy.as_ref(), default_from.as_deref()));
    if !env.is_empty() {
        let names: Vec<String> = env.iter().map(|name| format!("`{name}`")).collect();
        said.push(format!("Taken from the environment where it is not given: {}.", names.join(", then ")));
    }
    said.extend(path.map(|path| local(path, path_when, *path_or_url, *glob)));
    said.extend(sensitive.then(|| "A secret.".to_owned()));
    said.extend(rendering(render, ty));
    said.extend(note.iter().map(|text| sentence(text)));
    said
}

fn defaults(
    default: Option<&Value>,
    when: &[ConditionalDefault],
    legacy: Option<&Value>,
    from: Option<&str>,
) -> Option<String> {
    let mut parts: Vec<String> = default.map(value).into_iter().collect();
    parts.extend(
        when.iter().map(|ConditionalDefault { when, value: other }| format!("{} {}", value(other), if_all(when))),
    );
    parts.extend(legacy.map(|other| format!("{} in legacy JSON", value(other))));
    parts.extend(from.map(|text| text.trim_end_matches('.').to_owned()));
    (!parts.is_empty()).then(|| format!("Default: {}.", parts.join("; ")))
}

fn local(path: PathUse, when: &[Condition], or_url: bool, glob: bool) -> String {
    let what = match path {
        PathUse::Read => "A path of this machine, read while the build runs",
        PathUse::ReadChecked => "A path of this machine, which has to exist",
        PathUse::Write => "A path of this machine that the build writes",
    };
    let url = if or_url { ", or an URL" } else { "" };
    let when = if when.is_empty() { String::new() } else { format!(" {}", if_all(when)) };
    let glob = if glob { "; with `*`, `?` or `[` a pattern" } else { "" };
    format!("{what}{url}{when}{glob}.")
}

/// How texts are rendered, where that is another way than everywhere.
fn rendering(render: &Render, ty: &AttributeType) -> Option<String> {
    let is_text = !matches!(ty, AttributeType::Bool | AttributeType::Number);
    match render {
        Render::Never => is_text.then(|| "Not rendered as a template.".to_owned()),
        Render::Template { times: 1, fields, build_data: false } if fields.is_empty() => None,
        Render::Template { times: _, fields, build_data } => {
            let mut fields: Vec<String> = fields.iter().map(|field| format!("`.{field}`")).collect();
            if *build_data {
                fields.push("the values of `build`".to_owned());
            }
            let known =
                if fields.is_empty() { String::new() } else { format!(", with the fields {}", joined(&fields, "and")) };
            Some(format!("Rendered while the build runs{known}."))
        }
    }
}

fn form(format: Format) -> &'static str {
    match format {
        Format::Integer => "A whole number",
        Format::Duration => "A duration, as in `90s` or `1h30m`",
        Format::Tristate => "Unset is something else than `false`",
        Format::Bytes => "Byte values",
        Format::Checksum => "`TYPE:DIGEST`, `file:PATH`, `none` or a bare digest",
        Format::Rfc3339 => "A date and time, as in `2025-01-31T12:00:00Z`",
        Format::Base64 => "Base64",
        Format::Json => "JSON",
        Format::Ip => "An IP address",
        Format::Ipv4 => "An IPv4 address",
        Format::Cidr => "An address block, as in `10.0.0.0/8`",
        Format::IpOrCidr => "An address or an address block, as in `10.0.0.0/8`",
        Format::Tunnel => "`PORT:HOST:PORT`",
        Format::BootCommand => "Keys to type, as in `<enter><wait5s>`",
        Format::AzureResourceId => "An id of Azure, `/subscriptions/…`",
        Format::DockerChange => "An instruction that `docker commit` takes, as in `ENV A=b`",
        Format::TypeExpression => "A type, as in `list(string)`",
    }
}

fn image(part: ImageName) -> &'static str {
    match part {
        ImageName::Reference => "The name of a container image, as in `registry.example.com/team/app:1.0`",
        ImageName::Repository => "The name of a container image without its tag",
        ImageName::Tag => "The tag of a container image",
    }
}

fn elements(count: u64) -> String {
    plural(usize::try_from(count).unwrap_or(usize::MAX), "element")
}

fn bounds(range: Range, unit: &str) -> String {
    let Range { min, max } = range;
    let one = [min, max].into_iter().flatten().all(|bound| bound.total_cmp(&1.0).is_eq());
    let unit = if one { unit.trim_end_matches('s') } else { unit };
    match (min, max) {
        (Some(min), Some(max)) if min.total_cmp(&max).is_eq() => format!("exactly {min}{unit}"),
        (Some(min), Some(max)) => format!("from {min} to {max}{unit}"),
        (Some(min), None) => format!("at least {min}{unit}"),
        (None, Some(max)) => format!("at most {max}{unit}"),
        (None, None) => "any".to_owned(),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
}

fn value(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() => "`\"\"`".to_owned(),
        Value::String(text) => format!("`{text}`"),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            format!("`{other}`")
        }
    }
}

fn any(values: &[Value]) -> Option<String> {
    let all: Vec<String> = values.iter().map(value).collect();
    (!all.is_empty()).then(|| joined(&all, "and"))
}

/// A rule as a sentence.
pub(super) fn rule(rule: &Rule) -> String {
    // What a custom check asks, its note says.
    let Rule { rule: kind, fields, when, value: test, op, max, check: _, since, severity, note } = rule;
    let names: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
    let (first, others) = names.split_first().map_or((String::new(), &[][..]), |(first, rest)| (first.clone(), rest));
    let is = if names.len() == 1 { "is" } else { "are" };
    let all = || joined(&names, "and");
    let said = match kind {
        RuleKind::ExactlyOneOf => format!("exactly one of {} is given", all()),
        RuleKind::AtLeastOneOf => format!("at least one of {} is given", all()),
        RuleKind::Conflicts => format!("only one of {} is given", all()),
        RuleKind::Requires => format!("{first} needs {}", joined(others, "and")),
        RuleKind::RequiresAny => format!("{first} needs {}", joined(others, "or")),
        RuleKind::RequiredTogether => format!("{} are given together or not at all", all()),
        RuleKind::Required => format!("{} {is} required", all()),
        RuleKind::Forbidden => format!("{} {is} not taken", all()),
        RuleKind::Value => format!("{first} {}", test.as_ref().map_or_else(String::new, passes)),
        RuleKind::Compare => {
            let how = op.map_or("", compares);
            format!("{first} is {how} {}", joined(others, "and"))
        }
        RuleKind::MaxItems => format!("{first} has at most {}", elements(max.unwrap_or_default())),
        RuleKind::SameKeys => format!("{} have the same names in them", all()),
        RuleKind::Custom => note.clone().unwrap_or_else(|| format!("{} {is} checked together", all())),
    };
    let when = if when.is_empty() { String::new() } else { format!("{}, ", if_all(when)) };
    let text = capital(&format!("{when}{said}"));
    let text = match severity {
        Severity::Error => text,
        Severity::Warning => format!("{text} (else a warning)"),
    };
    let text = match since {
        Some(release) => format!("{text} (since {release})"),
        None => text,
    };
    match note {
        Some(note) if *kind != RuleKind::Custom => format!("{}: {}", text, sentence(note)),
        Some(_) | None => sentence(&text),
    }
}

fn compares(op: Comparison) -> &'static str {
    match op {
        Comparison::Less => "less than",
        Comparison::LessOrEqual => "at most",
        Comparison::Equal => "the same as",
        Comparison::GreaterOrEqual => "at least",
        Comparison::Greater => "more than",
    }
}

/// `when a is set and b is x`
pub(super) fn if_all(conditions: &[Condition]) -> String {
    let all: Vec<String> =
        conditions.iter().map(|Condition { field, test }| format!("`{field}` {}", passes(test))).collect();
    format!("when {}", all.join(" and "))
}

fn passes(test: &Test) -> String {
    let one_of = |values: &[Value]| joined(&values.iter().map(value).collect::<Vec<_>>(), "or");
    match test {
        Test::Set => "is given".to_owned(),
        Test::Unset => "is not given".to_owned(),
        Test::Eq(other) => format!("is {}", value(other)),
        Test::Ne(other) => format!("is not {}", value(other)),
        Test::In(values) => format!("is {}", one_of(values)),
        Test::NotIn(values) => format!("is not {}", one_of(values)),
        Test::Prefix(text) => format!("begins with `{text}`"),
        Test::NotPrefix(text) => format!("does not begin with `{text}`"),
        Test::Pattern(pattern) => format!("matches `{pattern}`"),
        Test::Min(bound) => format!("is at least {bound}"),
        Test::Max(bound) => format!("is at most {bound}"),
    }
}
