//! What we emit is really built: by BuildKit, on a machine without a container
//! engine, and judged against what Packer made.
//!
//! The tests need root, the programs that `.ci/tools.sh` installs, and what
//! `world` starts with them. Where those are missing a test prints `skipped: …`
//! and passes, unless `FORMWORK_ACCEPTANCE=required` forbids that (`off` asks for it).
//!
//! `FORMWORK_CASES=name,name` runs only these cases; with `tests/acceptance/serve.sh`
//! running and its variables set, a single case takes a second or two.
#![expect(clippy::disallowed_methods, reason = "a test reads files and its environment")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops at the first surprise, and tells what it saw"
)]

mod aws;
mod aws_containers;
mod aws_forms;
#[cfg(feature = "aws")]
mod aws_publish;
mod compiled;
mod configure;
mod corpus;
mod hostile;
mod images;
mod process;
mod projects;
mod world;

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

/// The names that `FORMWORK_CASES` asks for; every name when it is not set.
fn wanted(name: &str) -> bool {
    std::env::var("FORMWORK_CASES").map(|cases| cases.split(',').any(|case| case.trim() == name)).unwrap_or(true)
}

/// Calls `judge` on every item, two at a time, and gives the results in the order of the items.
fn in_pairs<T: Sync, R: Send>(items: &[T], judge: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((at, item)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    items.get(at).map(|item| (at, item))
                } {
                    let result = judge(item);
                    results.lock().unwrap().push((at, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}
