//! `formwork publish`: sets up in an account what a template compiles to.
//!
//! It first says what it will do, as `formwork plan --live` does, and then does it.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::arguments::{ListFormat, Plan, PlanFormat, Platform, Publish};
use super::plan::live::Live;
use super::terminal::Terminal;
use super::{Code, Failure, list};
use crate::diagnostic::plural;
use crate::targets::aws_image_builder::TARGET;
use crate::write::aws::{self, Done, Kind, Step};

pub(super) fn run(command: &Publish, terminal: &Terminal) -> Result<Code, Failure> {
    match command.platform {
        Platform::Aws => to_aws(command, terminal),
    }
}

fn to_aws(command: &Publish, terminal: &Terminal) -> Result<Code, Failure> {
    let live = match Live::open(&as_plan(command), terminal)? {
        Ok(live) => live,
        Err(code) => return Ok(code),
    };
    let human = command.format == ListFormat::Human;
    if human {
        terminal.result(&live.human())?;
    }
    let mut all = Vec::new();
    if command.dry_run {
        terminal.remark("nothing was done, because `--dry-run` is given\n");
    } else {
        // A reader that has gone away does not end the work.
        let mut tell = |done: Done| {
            if human && done.step != Step::Leave {
                let _ = terminal.result(&line(&done));
            }
            all.push(done);
        };
        let identity = live.session.identity();
        aws::publish(&live.session, identity, &live.definitions, &live.there, &mut tell)?;
        if human {
            terminal.result(&ending(&all))?;
        }
    }
    for script in live.host_scripts() {
        let when = if script.ends_with(".before.sh") { "before the pipeline starts" } else { "once an image is built" };
        terminal.remark(&format!(
            "`{script}` has steps of the template that run on a host: `formwork compile --target {}` writes it, to be run {when}\n",
            TARGET.name
        ));
    }
    if !human {
        let mut plan = live.json();
        let identity = live.session.identity();
        plan["account"] = json!(identity.account);
        plan["region"] = json!(identity.region);
        plan["dry_run"] = json!(command.dry_run);
        plan["host_scripts"] = json!(live.host_scripts());
        plan["done"] = all.iter().map(as_json).collect();
        terminal.result(&list::pretty(&plan))?;
    }
    Ok(Code::Clean)
}

fn as_plan(command: &Publish) -> Plan {
    let Publish { platform: _, path, choice, dry_run: _, accept, settings, format: _, reading } = command;
    Plan {
        path: path.clone(),
        choice: choice.clone(),
        target: Some(TARGET.name.to_owned()),
        out: None,
        from: None,
        since: None,
        live: true,
        accept: accept.clone(),
        settings: settings.clone(),
        format: PlanFormat::Human,
        reading: reading.clone(),
    }
}

fn word(step: Step) -> &'static str {
    match step {
        Step::Create => "created",
        Step::Update => "updated",
        Step::Leave => "there",
    }
}

fn line(Done { kind, name, step, arn }: &Done) -> String {
    let done = if *kind == Kind::Start { "started" } else { word(*step) };
    let arn = arn.as_deref().unwrap_or_default();
    // An ARN ends in the name.
    if arn.is_empty() {
        format!("{done} {} `{name}`\n", kind.word())
    } else {
        format!("{done} {} {arn}\n", kind.word())
    }
}

fn as_json(Done { kind, name, step, arn }: &Done) -> Json {
    json!({"done": word(*step), "kind": kind.word(), "name": name, "arn": arn})
}

/// What was done in numbers, what is left for later, and where to start a build.
fn ending(all: &[Done]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    all.iter().for_each(|it| *counts.entry(word(it.step)).or_default() += 1);
    let count = |step: Step| counts.get(word(step)).copied().unwrap_or_default();
    let mut out = if count(Step::Create) + count(Step::Update) == 0 {
        format!("nothing to do: {} as the template says\n", plural(all.len(), "resource"))
    } else {
        format!(
            "{} created, {} updated, {} left as they are\n",
            count(Step::Create),
            count(Step::Update),
            count(Step::Leave)
        )
    };
    let fixed = [Kind::Component, Kind::ImageRecipe, Kind::ContainerRecipe];
    if all.iter().any(|it| it.step == Step::Create && fixed.contains(&it.kind)) {
        out.push_str("older versions of components and recipes stay: going back to one needs them\n");
    }
    if !all.iter().any(|it| it.kind == Kind::Start) {
        for pipeline in all.iter().filter(|it| it.kind == Kind::Pipeline) {
            let arn = pipeline.arn.as_deref().unwrap_or_default();
            out.push_str(&format!("aws imagebuilder start-image-pipeline-execution --image-pipeline-arn {arn}\n"));
        }
    }
    out
}
