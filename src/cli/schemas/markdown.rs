//! Pages as Markdown, for `docs/reference/components/`.

use std::collections::BTreeMap;

use super::page::{BlockPage, Entry, Inside, Page, Section};
use crate::schema::Component;

/// The list of all components.
pub(super) fn index(plugins: &BTreeMap<&str, Vec<&Component>>) -> String {
    let mut out = "# Components\n\nEvery component that is described, by plugin. `formwork schemas COMPONENT` prints the same.\n\n\
                   | component | kind | plugin | what it does |\n| --- | --- | --- | --- |\n"
        .to_owned();
    for (plugin, components) in plugins {
        for component in components {
            let Component { kind, name, description, .. } = component;
            let anchor = anchor(component);
            let about = cell(description.as_deref().unwrap_or_default());
            out.push_str(&format!("| [`{name}`]({plugin}.md#{anchor}) | {kind} | {plugin} | {about} |\n"));
        }
    }
    out
}

/// The page of a plugin, whose components are drawn.
pub(super) fn plugin(name: &str, components: &[&Component], text: &str) -> String {
    let source = components.first().map_or("", |component| component.plugin.source.as_str());
    let mut out = format!("# {name}\n\nThe components of `{source}`.\n\n");
    for component in components {
        let anchor = anchor(component);
        out.push_str(&format!("- [{} `{}`](#{anchor})\n", component.kind, component.name));
    }
    out.push('\n');
    out.push_str(text);
    out
}

/// How a heading is linked to.
fn anchor(component: &Component) -> String {
    format!("{}-{}", component.kind, component.name)
}

/// The part of a component.
pub(super) fn draw(page: &Page) -> String {
    let Page { name, kind, whose: _, about, form, inside, lists } = page;
    let mut out = format!("## {kind} `{name}`\n\n");
    if !about.is_empty() {
        out.push_str(&format!("{}\n\n", about.join(" ")));
    }
    out.push_str(&format!("```hcl\n{}\n```\n\n", form.join("\n")));
    draw_inside(inside, 0, &mut out);
    for (title, lines) in lists {
        out.push_str(&format!("**{title}**\n\n"));
        lines.iter().for_each(|line| out.push_str(&format!("- {line}\n")));
        out.push('\n');
    }
    out
}

fn draw_inside(inside: &Inside, indent: usize, out: &mut String) {
    let Inside { sections, blocks, rules } = inside;
    for Section { title, entries } in sections {
        out.push_str(&format!("{:indent$}**{title}**\n\n", ""));
        for Entry { name, ty, text } in entries {
            let text = if text.is_empty() { String::new() } else { format!(": {}", text.join(" ")) };
            out.push_str(&format!("{:indent$}- `{name}` ({ty}){text}\n", ""));
        }
        out.push('\n');
    }
    if !blocks.is_empty() {
        out.push_str(&format!("{:indent$}**Blocks**\n\n", ""));
    }
    for BlockPage { name, count, text, inside } in blocks {
        let text = if text.is_empty() { String::new() } else { format!(": {}", text.join(" ")) };
        out.push_str(&format!("{:indent$}- `{name} {{ … }}` ({count}){text}\n\n", ""));
        draw_inside(inside, indent + 2, out);
    }
    if !rules.is_empty() {
        out.push_str(&format!("{:indent$}**Rules**\n\n", ""));
        rules.iter().for_each(|rule| out.push_str(&format!("{:indent$}- {rule}\n", "")));
        out.push('\n');
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
