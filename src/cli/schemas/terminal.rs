//! A page for the terminal: titles at the margin, names below them, sentences broken at the width.

use std::collections::BTreeMap;

use super::page::{BlockPage, Entry, Inside, Page, Section};
use crate::diagnostic::render::human::Style;
use crate::schema::{Component, Kind};

/// Lines are not made longer than this, however wide the terminal is: nobody reads that.
const WIDEST: usize = 100;
const NARROWEST: usize = 40;

/// How far what is inside is moved to the right.
const STEP: usize = 2;

struct Pen {
    out: String,
    color: bool,
    width: usize,
}

/// The page of a component.
pub(super) fn draw(page: &Page, style: Style) -> String {
    let Page { name, kind: _, whose, about, form, inside, lists } = page;
    let mut pen = Pen::new(style);
    let title = pen.bold(name);
    pen.out.push_str(&format!("{title}\n"));
    pen.text(whose, STEP);
    if !about.is_empty() {
        pen.out.push('\n');
        pen.text(&about.join(" "), STEP);
    }
    pen.out.push('\n');
    for line in form {
        let line = pen.code(line);
        pen.out.push_str(&format!("{:STEP$}{line}\n", ""));
    }
    pen.inside(inside, 0);
    for (title, lines) in lists {
        pen.title(title, 0);
        lines.iter().for_each(|line| pen.text(line, STEP));
    }
    pen.out
}

/// All components by plugin, each with its first sentence.
pub(super) fn overview(plugins: &BTreeMap<&str, Vec<&Component>>, style: Style) -> String {
    let mut pen = Pen::new(style);
    let all = || plugins.values().flatten();
    let name_width = all().map(|component| component.name.len()).max().unwrap_or(0);
    let kind_width = Kind::ALL.into_iter().map(|kind| kind.as_str().len()).max().unwrap_or(0);
    for (plugin, components) in plugins {
        let source = components.first().map_or("", |component| component.plugin.source.as_str());
        let title = pen.bold(plugin);
        pen.out.push_str(&format!("{title}  {source}\n"));
        for component in components {
            let about = component.description.as_deref().unwrap_or_default();
            let name = pen.code(&format!("{:name_width$}", component.name));
            let kind = component.kind.as_str();
            let line = format!("  {name}  {kind:kind_width$}  ");
            let used = name_width + kind_width + 6;
            let mut lines = wrapped(about, pen.width.saturating_sub(used).max(NARROWEST / 2)).into_iter();
            pen.out.push_str(format!("{line}{}", lines.next().unwrap_or_default()).trim_end());
            pen.out.push('\n');
            for more in lines {
                pen.out.push_str(&format!("{:used$}{more}\n", ""));
            }
        }
        pen.out.push('\n');
    }
    let count = all().count();
    pen.text(&format!("{count} components. `formwork schemas COMPONENT` tells what one takes."), 0);
    pen.out
}

impl Pen {
    fn new(style: Style) -> Self {
        let Style { color, width } = style;
        Self { out: String::new(), color, width: width.unwrap_or(WIDEST).clamp(NARROWEST, WIDEST) }
    }

    fn bold(&self, text: &str) -> String {
        if self.color { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn code(&self, text: &str) -> String {
        if self.color { format!("\u{1b}[36m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn dim(&self, text: &str) -> String {
        if self.color { format!("\u{1b}[2m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn title(&mut self, text: &str, indent: usize) {
        let text = self.bold(text);
        self.out.push_str(&format!("\n{:indent$}{text}\n", ""));
    }

    /// A paragraph. What stands between back quotes is code.
    fn text(&mut self, text: &str, indent: usize) {
        for line in wrapped(text, self.width.saturating_sub(indent).max(NARROWEST / 2)) {
            let line = self.with_code(&line);
            self.out.push_str(&format!("{:indent$}{line}\n", ""));
        }
    }

    fn with_code(&self, line: &str) -> String {
        if !self.color || !line.matches('`').count().is_multiple_of(2) {
            return line.to_owned();
        }
        let parts = line.split('`').enumerate();
        parts.map(|(at, part)| if at % 2 == 1 { self.code(part) } else { part.to_owned() }).collect()
    }

    fn inside(&mut self, inside: &Inside, indent: usize) {
        let Inside { sections, blocks, rules } = inside;
        for Section { title, entries } in sections {
            self.title(title, indent);
            entries.iter().for_each(|entry| self.entry(entry, indent + STEP));
        }
        if !blocks.is_empty() {
            self.title("Blocks", indent);
        }
        for block in blocks {
            let BlockPage { name, count, text, inside } = block;
            let (name, count) = (self.code(&format!("{name} {{ … }}")), self.dim(count));
            let indent = indent + STEP;
            self.out.push_str(&format!("{:indent$}{name}  {count}\n", ""));
            if !text.is_empty() {
                self.text(&text.join(" "), indent + 2 * STEP);
            }
            self.inside(inside, indent + STEP);
            self.out.push('\n');
        }
        if !rules.is_empty() {
            self.title("Rules", indent);
            for rule in rules {
                self.text(rule, indent + STEP);
            }
        }
    }

    fn entry(&mut self, entry: &Entry, indent: usize) {
        let Entry { name, ty, text } = entry;
        let (name, ty) = (self.code(name), self.dim(ty));
        self.out.push_str(&format!("{:indent$}{name}  {ty}\n", ""));
        if !text.is_empty() {
            self.text(&text.join(" "), indent + 2 * STEP);
        }
    }
}

/// Lines of at most `width` characters, broken at spaces outside of back quotes; a longer word stands alone.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut in_code = false;
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(last) if in_code => {
                last.push(' ');
                last.push_str(word);
            }
            Some(_) | None => words.push(word.to_owned()),
        }
        in_code ^= word.matches('`').count() % 2 == 1;
    }
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(&word);
            }
            Some(_) | None => lines.push(word),
        }
    }
    lines
}
