//! `--only` and `--except`.

use std::collections::BTreeSet;

use crate::declare_diagnostic;
use crate::diagnostic::{Declaration, Sink};
use crate::resolve::inputs::{Inputs, Patterns};
use crate::resolve::names;
use crate::resolve::variables;
use crate::source::{SourceMap, Span};

declare_diagnostic! {
    pub static SELECTS_NOTHING = {
        code: "selects-nothing",
        severity: Warning,
        since: "0.1.0",
        summary: "`--only` or `--except` matches no image",
    }
}

/// What this file can report.
pub(super) const DECLARATIONS: &[&Declaration] = &[&SELECTS_NOTHING];

/// Which images and post-processors were asked for.
pub(super) struct Selection {
    /// Names of builders of a legacy template, which are taken as they are; nothing in HCL.
    exact: Option<Exact>,
    only: Option<Patterns>,
    except: Patterns,
    /// Text and place of each pattern, `--only` first.
    said: Vec<(String, String, Span)>,
    only_count: usize,
}

/// Names as they were given.
struct Exact {
    only: Vec<String>,
    except: Vec<String>,
}

impl Selection {
    /// `legacy` is whether the configuration is a legacy template.
    pub(super) fn new(inputs: &Inputs, legacy: bool, sources: &mut SourceMap, sink: &mut Sink) -> Self {
        if legacy {
            let exact = Exact { only: inputs.only.clone(), except: inputs.except.clone() };
            let except = Patterns::new(&[]).expect("internal error: no pattern is wrong");
            return Self { exact: Some(exact), only: None, except, said: Vec::new(), only_count: 0 };
        }
        let mut said = Vec::new();
        for (option, patterns) in [("--only", &inputs.only), ("--except", &inputs.except)] {
            for pattern in patterns {
                let place = variables::invocation(sources, &format!("{option} {pattern}"));
                said.push((option.to_owned(), pattern.clone(), place));
            }
        }
        let only = (!inputs.only.is_empty()).then(|| variables::patterns("--only", &inputs.only, sources, sink));
        let except = variables::patterns("--except", &inputs.except, sources, sink);
        Self { exact: None, only, except, said, only_count: inputs.only.len() }
    }

    /// Whether an image of that name was asked for: first `--only`, then `--except` takes away. `source` is the name of its
    /// source.
    pub(super) fn takes(&self, name: &str, source: &str) -> bool {
        if let Some(Exact { only, except }) = &self.exact {
            let named = |names: &[String]| names.iter().any(|name| name == source);
            return (only.is_empty() || named(only)) && !named(except);
        }
        self.only.as_ref().is_none_or(|only| only.matches(name)) && !self.except.matches(name)
    }

    /// Whether `--except` names a post-processor: it and everything behind it in its chain is left out.
    pub(super) fn excepts_post_processor(&self, name: &str) -> bool {
        if let Some(Exact { only: _, except }) = &self.exact {
            return except.iter().any(|given| given == name);
        }
        self.except.matches(name)
    }

    /// Reports patterns that match no image; `--except` may name a post-processor as well.
    pub(super) fn report_unmatched(&self, names: &[String], post_processors: &BTreeSet<String>, sink: &mut Sink) {
        if names.is_empty() {
            return;
        }
        for (at, (option, pattern, place)) in self.said.iter().enumerate() {
            let Ok(one) = Patterns::new(std::slice::from_ref(pattern)) else { continue };
            let all = names.iter().map(String::as_str);
            if all.clone().any(|name| one.matches(name)) {
                continue;
            }
            let is_only = at < self.only_count;
            if !is_only && post_processors.iter().any(|name| one.matches(name)) {
                continue;
            }
            let near = all.clone().find(|name| name.ends_with(&format!(".{pattern}")));
            let help = match near {
                Some(near) => format!("the build has a name: write `{option} '*.{pattern}'`, or `{near}`"),
                None => names::list("the images there are", all),
            };
            sink.report(SELECTS_NOTHING.at(*place, format!("`{option} {pattern}` matches no image")).help(help));
        }
    }
}
