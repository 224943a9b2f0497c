//! A configuration beside what the account has of it.
//!
//! The account and the Region are those of whoever asks, and the form is that of requests, so neither has to be given.

use super::super::arguments::{Format, Plan, PlanFormat};
use super::super::compile::{Prepared, prepare};
use super::super::terminal::Terminal;
use super::super::workspace::Workspace;
use super::super::{Code, Failure, list, report};
use super::show::Shown;
use super::{TargetFiles, as_compile, files_of, inventory};
use crate::diagnostic::Severity;
use crate::diagnostic::render::without_controls;
use crate::targets::aws_image_builder::{TARGET, asset_bucket, name_prefix};
use crate::targets::inventory::{Inventory, compare};
use crate::targets::{Options, Setting};
use crate::write::aws::{self, Definitions, Identity, Leftover, Seen, Session};
use crate::write::output::Run;

/// A configuration, and the account.
pub(in super::super) struct Live {
    pub(in super::super) session: Session,
    pub(in super::super) definitions: Definitions,
    /// What is there, by the file of the request that makes it.
    pub(in super::super) there: std::collections::BTreeMap<String, Seen>,
    /// What the names of the project's resources begin with.
    prefix: String,
    run: Run,
    title: String,
    old: Inventory,
    new: Inventory,
}

impl From<aws::Error> for Failure {
    fn from(error: aws::Error) -> Self {
        Self(without_controls(&error.to_string()))
    }
}

impl Live {
    /// Reads and compiles the configuration for the account, and looks at what is there. Where the template has faults,
    /// these are told, and the code is what is left.
    pub(in super::super) fn open(command: &Plan, terminal: &Terminal) -> Result<Result<Self, Code>, Failure> {
        if let Some(target) = command.target.as_deref().filter(|target| *target != TARGET.name) {
            return Err(Failure(format!("there is no account to ask for `{target}`; there is for `{}`", TARGET.name)));
        }
        let workspace = match Workspace::open(&command.reading)? {
            Ok(workspace) => workspace,
            Err(found) => return report::only(&[found], Format::Human, terminal).map(Err),
        };
        let unit = workspace.one(&command.choice, command.path.as_ref(), &command.reading)?;
        let mut options = Options::new();
        unit.settings.iter().chain(&command.settings).for_each(|setting| options.set(setting.clone()));
        let session = Session::connect(options.get(TARGET.name, &[], "region"))?;
        let identity = session.identity().clone();
        match options.get(TARGET.name, &[], "account") {
            Some(other) if other != identity.account => {
                return Err(Failure(format!(
                    "your credentials are of the account {}, and the option `account` says {other}\nchoose others with \
                     `AWS_PROFILE`, or leave the option out",
                    identity.account
                )));
            }
            Some(_) | None => {}
        }
        let mut command = command.clone();
        command.settings.extend(told(&identity));
        let (Prepared { unit, made, .. }, found) = prepare(&as_compile(&command, &TARGET), &workspace, unit)?;
        let counts = report::beside(&[found], Format::Human, terminal)?;
        let Some((compiled, run)) = made else { return Ok(Err(Code::found(counts.reaches(Severity::Error)))) };
        let images = compiled.graph.images().len();
        if images != compiled.outputs.iter().map(|(_, it)| it.images.len()).sum::<usize>() {
            terminal.say("nothing is compared, because an image is refused; do what is said there, or leave it out with `--except`\n");
            return Ok(Err(Code::Findings));
        }
        let mut files = files_of(&TARGET, &run);
        let definitions = Definitions::read(&files, asset_bucket(&options))?;
        let there = aws::look(&session, &identity, &definitions)?;
        files.retain(|path, _| path.starts_with("api/") || path.starts_with("iam/"));
        let old: TargetFiles =
            there.iter().map(|(path, seen)| (path.clone(), seen.body.to_string().into_bytes())).collect();
        Ok(Ok(Self {
            old: inventory(&TARGET, &old)?,
            new: inventory(&TARGET, &files)?,
            prefix: name_prefix(&unit.label),
            title: unit.title(),
            session,
            definitions,
            there,
            run,
        }))
    }

    /// What is to be done, for people.
    pub(in super::super) fn human(&self) -> String {
        self.show(|shown| shown.human())
    }

    /// What is to be done, for programs.
    pub(in super::super) fn json(&self) -> serde_json::Value {
        self.show(|shown| shown.json())
    }

    /// Scripts with steps of the template that run on a host, which no account does; by their names in what `compile`
    /// writes.
    pub(in super::super) fn host_scripts(&self) -> Vec<&str> {
        let names = self.run.files.keys().filter_map(|path| path.strip_prefix(TARGET.name)?.strip_prefix('/'));
        names.filter(|name| [".before.sh", ".after.sh"].iter().any(|end| name.ends_with(end))).collect()
    }

    fn show<T>(&self, with: impl FnOnce(&Shown<'_>) -> T) -> T {
        let Identity { account, region, .. } = self.session.identity();
        let against = format!("the account {account} in {region}");
        let changes = compare(&self.old, &self.new);
        with(&Shown::new(&changes, &self.run, &TARGET, &against, &self.title))
    }
}

/// What requests have to be told, from who asks.
fn told(identity: &Identity) -> Vec<Setting> {
    let options = [("format", "api"), ("account", &identity.account), ("region", &identity.region)];
    let setting = |(option, value): (&str, &str)| Setting {
        target: TARGET.name.to_owned(),
        image: None,
        option: option.to_owned(),
        value: value.to_owned(),
    };
    options.into_iter().map(setting).collect()
}

/// `formwork plan --live`
pub(super) fn plan(command: &Plan, terminal: &Terminal) -> Result<Code, Failure> {
    let live = match Live::open(command, terminal)? {
        Ok(live) => live,
        Err(code) => return Ok(code),
    };
    let leftovers = aws::leftovers(&live.session, &live.prefix, &live.definitions)?;
    let text = live.show(|shown| match command.format {
        PlanFormat::Human => shown.human() + &left_alone(&leftovers, ""),
        PlanFormat::Markdown => shown.markdown() + &left_alone(&leftovers, "\n"),
        PlanFormat::Json => {
            let mut plan = shown.json();
            let leftover = |it: &Leftover| serde_json::json!({"kind": it.kind.word(), "name": it.name});
            plan["leftovers"] = leftovers.iter().map(leftover).collect();
            list::pretty(&plan)
        }
    });
    terminal.result(&text)?;
    Ok(Code::Clean)
}

/// Names what nothing makes any more; `before` stands before it, if there is any.
fn left_alone(leftovers: &[Leftover], before: &str) -> String {
    if leftovers.is_empty() {
        return String::new();
    }
    let names: Vec<String> = leftovers.iter().map(|it| format!("  {} `{}`\n", it.kind.word(), it.name)).collect();
    let text = format!(
        "{before}These begin with the project's name, and nothing of the template makes them; they are left alone:\n{}",
        names.concat()
    );
    without_controls(&text)
}
