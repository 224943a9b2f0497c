//! Arguments in, exit codes out: what can be typed, and what is printed.
//!
//! Each command is a file. Results go to standard output, everything else to standard error. Exit codes: 0 nothing
//! found, 1 findings or stale output, 2 wrong usage or unreadable input, 3 our own fault.

#![expect(clippy::disallowed_methods, reason = "this stage is where arguments, environment and folders are read")]

mod arguments;
mod check;
mod compile;
mod convert;
mod discover;
mod eval;
mod explain;
mod fix;
mod fmt;
mod graph;
mod grouping;
mod inspect;
mod list;
mod paths;
mod plan;
mod project;
mod publish;
mod report;
mod schemas;
mod show;
mod terminal;
mod time;
mod why;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use clap::Parser;

use arguments::{Arguments, Command};
pub use schemas::reference_pages;
use terminal::Terminal;

use crate::diagnostic::Declaration;

/// Trees are walked recursively to a bounded depth; this is enough for it, and only what is used of it is taken.
const STACK: usize = 256 << 20;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    Clean,
    Findings,
}

impl Code {
    fn found(something: bool) -> Self {
        if something { Self::Findings } else { Self::Clean }
    }

    fn or(self, other: Self) -> Self {
        Self::found(self == Self::Findings || other == Self::Findings)
    }
}

/// Wrong usage, or a world that does not do what is needed: what to say about it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Failure(String);

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(format!("cannot print: {error}"))
    }
}

/// Everything that commands themselves can report.
pub fn declarations() -> Vec<&'static Declaration> {
    [check::DECLARATIONS, compile::DECLARATIONS].concat()
}

/// Runs the program.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // A reader of the help that has gone away is no fault.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let terminal = Terminal::new(arguments.color, arguments.quiet);
    let panicked = remember_panics();
    let work = || std::thread::Builder::new().stack_size(STACK).spawn(move || dispatch(&arguments.command, &terminal));
    let speaker = Terminal::new(arguments::Color::Never, false);
    let thread = match work() {
        Ok(thread) => thread,
        Err(error) => {
            speaker.say(&format!("formwork: cannot start a thread: {error}\n"));
            return ExitCode::from(2);
        }
    };
    match thread.join() {
        Ok(Ok(Code::Clean)) => ExitCode::SUCCESS,
        Ok(Ok(Code::Findings)) => ExitCode::from(1),
        Ok(Err(Failure(message))) => {
            speaker.say(&format!("formwork: {message}\n"));
            ExitCode::from(2)
        }
        Err(_) => {
            let message = panicked.lock().map(|message| message.clone()).unwrap_or_default();
            speaker.say(&format!(
                "formwork: {message}\nThis is a fault of formwork, not of your template. Please report it with the template \
                 that shows it.\n"
            ));
            ExitCode::from(3)
        }
    }
}

/// Keeps what a panic says instead of printing it.
fn remember_panics() -> Arc<Mutex<String>> {
    let message = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&message);
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.payload_as_str().unwrap_or("a panic without words");
        let text =
            if text.starts_with("internal error: ") { text.to_owned() } else { format!("internal error: {text}") };
        let place = panic.location().map(|place| format!(" ({}:{})", place.file(), place.line())).unwrap_or_default();
        if let Ok(mut kept) = kept.lock() {
            *kept = text + &place;
        }
    }));
    message
}

fn dispatch(command: &Command, terminal: &Terminal) -> Result<Code, Failure> {
    match command {
        Command::Check(command) => check::run(command, terminal),
        Command::Compile(command) => compile::run(command, terminal),
        Command::Plan(command) => plan::run(command, terminal),
        Command::Publish(command) => publish::run(command, terminal),
        Command::Graph(command) => graph::run(command, terminal),
        Command::Eval(command) => eval::run(command, terminal),
        Command::Inspect(command) => inspect::run(command, terminal),
        Command::Fmt(command) => fmt::run(command, terminal),
        Command::Fix(command) => fix::run(command, terminal),
        Command::Convert(command) => convert::run(command, terminal),
        Command::Why(command) => why::run(command, terminal),
        Command::Explain(command) => explain::run(command, terminal),
        Command::Rules(command) => list::rules(command, terminal),
        Command::Targets(command) => list::targets(command, terminal),
        Command::Schemas(command) => schemas::run(command, terminal),
    }
}
