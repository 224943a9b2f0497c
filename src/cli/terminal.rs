//! Where text goes: results to standard output, everything else to standard error.

use std::io::{IsTerminal, Write};

use super::arguments::Color;
use crate::diagnostic::render::human::Style;

/// The two streams of the process.
#[derive(Debug)]
pub(super) struct Terminal {
    color: Color,
    /// Without what is neither a result nor an error.
    pub(super) quiet: bool,
}

impl Terminal {
    pub(super) fn new(color: Color, quiet: bool) -> Self {
        Self { color, quiet }
    }

    /// Prints a result. A reader that has gone away is no fault; any other failure is the world's.
    pub(super) fn result(&self, text: &str) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            done => done,
        }
    }

    /// Prints what is no result.
    pub(super) fn say(&self, text: &str) {
        // Nobody is left to be told that this failed.
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }

    /// The same, unless the user wants quiet.
    pub(super) fn remark(&self, text: &str) {
        if !self.quiet {
            self.say(text);
        }
    }

    /// How findings are drawn on standard output.
    pub(super) fn result_style(&self) -> Style {
        self.style(std::io::stdout().is_terminal())
    }

    /// How findings are drawn on standard error.
    pub(super) fn remark_style(&self) -> Style {
        self.style(std::io::stderr().is_terminal())
    }

    fn style(&self, is_terminal: bool) -> Style {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let color = match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                is_terminal && variable("NO_COLOR").is_none() && variable("TERM").is_none_or(|term| term != "dumb")
            }
        };
        let columns = || variable("COLUMNS")?.to_str()?.parse().ok();
        let width = if is_terminal { columns().or_else(terminal_columns) } else { None };
        Style { color, width }
    }
}

fn terminal_columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}
