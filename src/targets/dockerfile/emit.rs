//! Lays out Dockerfiles, ignore files and bake files. Cannot fail.

use std::fmt::Write as _;

use hcl::expr::{Expression, Object, ObjectKey, TemplateExpr, Variable as HclVariable};
use hcl::{Attribute, Block, Body};

use super::model::{Bake, BakeTarget, Command, Dockerfile, Instruction, Stage, Template, TemplatePart};
use crate::targets::text::shell::BREAK;

/// The text of a Dockerfile.
pub(super) fn dockerfile(file: &Dockerfile, header: &str) -> String {
    let Dockerfile { arguments, skipped_checks, stages } = file;
    let mut out = String::new();
    if !skipped_checks.is_empty() {
        // A directive has to stand above everything else.
        writeln!(out, "# check=skip={}", skipped_checks.join(",")).expect("internal error: text takes text");
    }
    push_comment(&mut out, header);
    if !arguments.is_empty() {
        out.push('\n');
    }
    for argument in arguments {
        push_line(&mut out, "ARG", argument);
    }
    for stage in stages {
        push_stage(&mut out, stage);
    }
    out
}

fn push_stage(out: &mut String, stage: &Stage) {
    let Stage { comment, base, name, instructions } = stage;
    out.push('\n');
    if let Some(comment) = comment {
        push_comment(out, comment);
    }
    match name {
        Some(name) => push_line(out, "FROM", &format!("{base} AS {name}")),
        None => push_line(out, "FROM", base),
    }
    let mut remark = false;
    for instruction in instructions {
        let under_remark = std::mem::replace(&mut remark, matches!(instruction, Instruction::Comment(_)));
        match instruction {
            Instruction::Comment(text) => {
                if !under_remark {
                    out.push('\n');
                }
                push_comment(out, text);
            }
            Instruction::Run { flags, commands } => push_run(out, flags, commands),
            Instruction::Other { keyword, rest } => push_line(out, keyword, rest),
        }
    }
}

fn push_comment(out: &mut String, text: &str) {
    for line in text.lines() {
        out.push_str("# ");
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

fn push_line(out: &mut String, keyword: &str, rest: &str) {
    out.push_str(keyword);
    out.push(' ');
    // Nothing but a newline ends an instruction; what has one never gets here.
    out.push_str(&rest.replace(['\n', '\r'], " "));
    out.push('\n');
}

fn push_run(out: &mut String, flags: &[String], commands: &[Command]) {
    let mut lines: Vec<String> = flags.to_vec();
    let body = chain(commands);
    if flags.is_empty() {
        lines.extend(body);
    } else {
        for line in lines.iter_mut().skip(1) {
            line.insert_str(0, "    ");
        }
        let first = lines.len();
        lines.extend(body);
        if let Some(line) = lines.get_mut(first) {
            line.insert_str(0, "    ");
        }
    }
    out.push_str("RUN ");
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            out.push_str(" \\\n");
        }
        out.push_str(&line.replace(BREAK, "\\\n"));
    }
    out.push('\n');
}

/// Commands as lines, each behind the success of the one before it.
pub(super) fn chain(commands: &[Command]) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, command) in commands.iter().enumerate() {
        for (at, line) in command.iter().enumerate() {
            lines.push(match (index, at) {
                (0, 0) => line.clone(),
                (_, 0) => format!(" && {line}"),
                (_, _) => format!("    {line}"),
            });
        }
    }
    lines
}

/// The text of an ignore file: everything is ignored but `paths`, which are in its pattern language.
pub(super) fn ignore(paths: &[String], all: bool, header: &str) -> String {
    let mut out = String::new();
    push_comment(&mut out, header);
    if !all {
        out.push_str("*\n");
    }
    for path in paths {
        out.push_str(path);
        out.push('\n');
    }
    out
}

/// The text of a bake file.
pub(super) fn bake(file: &Bake, header: &str) -> String {
    let Bake { variables, default, targets } = file;
    let mut out = String::new();
    push_comment(&mut out, header);
    let mut blocks = Vec::new();
    for variable in variables {
        let super::model::Variable { name, default, description } = variable;
        let mut block = Block::builder("variable").add_label(name.as_str());
        if let Some(description) = description {
            block = block.add_attribute(Attribute::new("description", string(description)));
        }
        if let Some(default) = default {
            block = block.add_attribute(Attribute::new("default", string(default)));
        } else {
            let variable = Expression::Variable(identifier(name));
            let condition = hcl::expr::BinaryOp::new(variable, hcl::expr::BinaryOperator::NotEq, Expression::Null);
            let message = format!("set the environment variable {name}");
            let validation = Block::builder("validation")
                .add_attribute(Attribute::new("condition", Expression::from(hcl::expr::Operation::from(condition))))
                .add_attribute(Attribute::new("error_message", string(&message)))
                .build();
            block = block.add_block(validation);
        }
        blocks.push(block.build());
    }
    let names = default.iter().map(|name| string(name)).collect::<Vec<_>>();
    let group = Block::builder("group").add_label("default");
    blocks.push(group.add_attribute(Attribute::new("targets", Expression::Array(names))).build());
    blocks.extend(targets.iter().map(target));
    for block in blocks {
        out.push('\n');
        let body = Body::builder().add_block(block).build();
        out.push_str(laid_out(&body).expect("internal error: a bake file can be written").trim_end());
        out.push('\n');
    }
    out
}

fn laid_out(body: &Body) -> Result<String, hcl::Error> {
    use hcl::format::Format as _;
    let mut bytes = Vec::new();
    let mut formatter = hcl::format::Formatter::builder().compact_arrays(true).build(&mut bytes);
    body.format(&mut formatter)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn target(target: &BakeTarget) -> Block {
    let BakeTarget {
        name,
        description,
        context,
        dockerfile,
        stage,
        contexts,
        variables,
        arguments,
        secrets,
        tags,
        platforms,
        pull,
        output,
        entitlements,
        labels,
    } = target;
    let mut block = Block::builder("target").add_label(name.as_str());
    let mut add = |name: &str, value: Expression| {
        block = std::mem::replace(&mut block, Block::builder("")).add_attribute(Attribute::new(name, value));
    };
    add("description", string(description));
    add("context", string(context));
    add("dockerfile", string(dockerfile));
    if let Some(stage) = stage {
        add("target", string(stage));
    }
    if !contexts.is_empty() {
        add("contexts", object(contexts.iter().map(|(name, value)| (name.as_str(), string(value)))));
    }
    if !variables.is_empty() || !arguments.is_empty() {
        let variables = variables.iter().map(|name| (name.as_str(), Expression::Variable(identifier(name))));
        add("args", object(variables.chain(arguments.iter().map(|(name, value)| (name.as_str(), string(value))))));
    }
    if !secrets.is_empty() {
        let secret = |(id, variable): &(String, String)| string(&format!("type=env,id={id},env={variable}"));
        add("secret", Expression::Array(secrets.iter().map(secret).collect()));
    }
    if !tags.is_empty() {
        add("tags", Expression::Array(tags.iter().map(template).collect()));
    }
    if !platforms.is_empty() {
        add("platforms", Expression::Array(platforms.iter().map(|name| string(name)).collect()));
    }
    if *pull {
        add("pull", Expression::Bool(true));
    }
    if !output.is_empty() {
        let one =
            |fields: &Vec<(String, String)>| object(fields.iter().map(|(name, value)| (name.as_str(), string(value))));
        add("output", Expression::Array(output.iter().map(one).collect()));
    }
    if !labels.is_empty() {
        add("labels", object(labels.iter().map(|(name, value)| (name.as_str(), string(value)))));
    }
    if !entitlements.is_empty() {
        add("entitlements", Expression::Array(entitlements.iter().map(|name| string(name)).collect()));
    }
    block.build()
}

fn identifier(name: &str) -> HclVariable {
    HclVariable::sanitized(name)
}

fn object<'a>(entries: impl Iterator<Item = (&'a str, Expression)>) -> Expression {
    let key = |name: &str| match hcl::Identifier::new(name) {
        Ok(name) => ObjectKey::Identifier(name),
        Err(_) => ObjectKey::Expression(string(name)),
    };
    Expression::Object(entries.map(|(name, value)| (key(name), value)).collect::<Object<_, _>>())
}

fn string(text: &str) -> Expression {
    template(&vec![TemplatePart::Text(text.to_owned())])
}

/// A quoted template; `${` and `%{` in a text stand for themselves.
fn template(parts: &Template) -> Expression {
    if let [TemplatePart::Variable(name)] = parts.as_slice() {
        return Expression::Variable(identifier(name));
    }
    if let [TemplatePart::Text(text)] = parts.as_slice()
        && !text.contains("${")
        && !text.contains("%{")
    {
        return Expression::String(text.clone());
    }
    let mut out = String::new();
    for part in parts {
        match part {
            TemplatePart::Text(text) => out.push_str(&text.replace("${", "$${").replace("%{", "%%{")),
            TemplatePart::Variable(name) => {
                out.push_str("${");
                out.push_str(identifier(name).as_str());
                out.push('}');
            }
        }
    }
    Expression::from(TemplateExpr::from(out))
}
