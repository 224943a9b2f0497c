//! The `formwork` program: see [`formwork::cli`].

fn main() -> std::process::ExitCode {
    formwork::cli::run(std::env::args_os())
}
