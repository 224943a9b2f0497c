//! `formwork why`: where a value comes from, and what it reaches.

mod index;
mod page;

use super::arguments::{Format, ListFormat, Why};
use super::project::{found, not_loaded};
use super::terminal::Terminal;
use super::workspace::Workspace;
use super::{Code, Failure, list, report};
use crate::diagnostic::Severity;
use crate::resolve::eval::nearest;

pub(super) fn run(command: &Why, terminal: &Terminal) -> Result<Code, Failure> {
    let Why { arguments, choice, format, reading } = command;
    let (path, address) = match arguments.as_slice() {
        [address] => (None, address.as_str()),
        [path, address, ..] => (Some(path), address.as_str()),
        [] => return Err(Failure("`why` needs an address, for example `var.version`".to_owned())),
    };
    let workspace = match Workspace::open(reading)? {
        Ok(workspace) => workspace,
        Err(found) => return report::only(&[found], Format::Human, terminal),
    };
    let unit = workspace.one(choice, path, reading)?;
    let project = &unit.project;
    let analysis = project.analyse(&unit.paths, project.start()).map_err(|error| not_loaded(&error))?;
    let index = index::Index::new(&analysis);
    let Some(place) = index.find(address) else {
        let longer = || index.addresses().find(|known| known.starts_with(address));
        let help = match nearest(address, index.addresses()).or_else(longer) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write it like `var.version`, `local.name`, `source.docker.app.image`, `docker.app` or \
                     `build.web.provisioner[0].inline`; `formwork inspect` lists what there is"
                .to_owned(),
        };
        return Err(Failure(format!("nothing here has the address `{address}`; {help}")));
    };
    let all = page::describe(&index, place, &analysis, &project.inputs);
    let text = match format {
        ListFormat::Json => list::pretty(&all),
        ListFormat::Human => page::human(&all),
    };
    let counts = report::beside(&[found(analysis, unit.title())], Format::Human, terminal)?;
    terminal.result(&text)?;
    Ok(Code::found(counts.reaches(Severity::Error)))
}
