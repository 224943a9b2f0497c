//! The `formwork` program: see [`formwork::cli`].
#![expect(clippy::disallowed_methods, reason = "a program has arguments")]

fn main() -> std::process::ExitCode {
    formwork::cli::run(std::env::args_os())
}
