//! Packer's own test cases, and its recorded answers, against the compiler. Needs `FORMWORK_CONFORMANCE`.
//!
//! Every case is run as `formwork check --require-values --env` would run it, in this process, and compared: whether the
//! template is accepted, the reason where it is not (`summaries.rs` says which of our codes means which of Packer's
//! summaries), the line, and the values, locals, sources and builds that came out. What differs stands in `expected.toml`
//! with its reason; what is listed there and agrees fails as well, and `UPDATE=1` takes it out.
//!
//! `FORMWORK_CASE=part-of-an-id` runs the cases of that name only and tells what was found in each.
#![expect(clippy::unwrap_used, reason = "a case that cannot be read is a broken test")]
#![expect(clippy::print_stdout, reason = "the table is what one wants to see")]
#![expect(clippy::wildcard_enum_match_arm, reason = "what is not compared in its own way differs")]
#![expect(clippy::disallowed_methods, reason = "tests read the recorded answers")]

mod case;
mod compare;
mod direct;
mod expected;
mod mapping;
mod minimal;
mod render;
mod run;
mod schemas;
mod summaries;
mod tools;

use std::collections::BTreeMap;
use std::path::PathBuf;

use case::Case;
use schemas::Mocks;

/// What became of a case.
pub(crate) enum Outcome {
    Agrees,
    /// What is different.
    Differs(String),
    /// Not compared, and why.
    Skipped(&'static str),
}

impl From<Result<(), String>> for Outcome {
    fn from(result: Result<(), String>) -> Self {
        match result {
            Ok(()) => Self::Agrees,
            Err(why) => Self::Differs(why),
        }
    }
}

/// The records.
pub(crate) struct Records {
    pub(crate) folder: PathBuf,
    pub(crate) mocks: Mocks,
}

#[test]
fn everything_that_packer_answered_is_answered_alike() {
    let Ok(folder) = std::env::var("FORMWORK_CONFORMANCE") else {
        println!("skipped: FORMWORK_CONFORMANCE is not set");
        return;
    };
    let folder = PathBuf::from(folder).join("packer-core");
    let records = Records { mocks: Mocks::read(&folder), folder };
    let filter = std::env::var("FORMWORK_CASE").ok();
    let cases = case::all(&records.folder);
    let mut table: BTreeMap<(String, String), [usize; 3]> = BTreeMap::new();
    let mut skipped: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut differing: BTreeMap<String, String> = BTreeMap::new();
    for case in &cases {
        if filter.as_ref().is_some_and(|part| !case.id.contains(part)) {
            continue;
        }
        let outcome = outcome(case, &records, filter.is_some());
        let row = table.entry((case.suite.clone(), case.phase.clone())).or_default();
        match outcome {
            Outcome::Agrees => row[0] += 1,
            Outcome::Differs(why) => {
                row[1] += 1;
                if filter.is_some() {
                    println!("{}: {why}\n", case.id);
                }
                differing.insert(case.id.clone(), why);
            }
            Outcome::Skipped(why) => {
                row[2] += 1;
                *skipped.entry(why).or_default() += 1;
            }
        }
    }
    print_table(&table, &skipped);
    if filter.is_none() {
        let ids: Vec<&str> = cases.iter().map(|case| case.id.as_str()).collect();
        expected::compare(&differing, &ids);
    }
}

fn outcome(case: &Case, records: &Records, tells: bool) -> Outcome {
    if let Some(why) = case.out_of_scope() {
        return Outcome::Skipped(why);
    }
    match case.command.as_str() {
        "call-function" => direct::function(case, records).into(),
        "compile-glob" => direct::pattern(case).into(),
        "parse-plugin-source" => direct::plugin_source(case).into(),
        "render-template" => render::template(case, records),
        "render-map" => render::map(case, records),
        "done-interpolating" | "functions-called" => Outcome::Skipped("tells how Packer's code works inside"),
        "only-except-skip" => direct::only_except(case, records).into(),
        "decode_provisioner_block" | "parse_provisioner_blocks" => direct::provisioners(case, records, tells).into(),
        "fmt" => tools::format(case, records),
        "fix" => tools::fix(case, records).into(),
        "fix-one" => tools::fix_one(case).into(),
        "hcl2_upgrade" => tools::upgrade(case, records),
        _ => {
            let ran = run::run(case, records, &case.config());
            if tells {
                ran.tell(&case.id);
            }
            compare::compare(case, &ran, records).into()
        }
    }
}

fn print_table(table: &BTreeMap<(String, String), [usize; 3]>, skipped: &BTreeMap<&'static str, usize>) {
    println!("{:<16}{:<12}{:>6}{:>7}{:>8}{:>8}", "suite", "phase", "cases", "agree", "differ", "skipped");
    let mut total = [0; 3];
    for ((suite, phase), counts) in table {
        let [agree, differ, skip] = counts;
        println!("{suite:<16}{phase:<12}{:>6}{agree:>7}{differ:>8}{skip:>8}", agree + differ + skip);
        for (sum, count) in total.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    let [agree, differ, skip] = total;
    println!("{:<28}{:>6}{agree:>7}{differ:>8}{skip:>8}", "all", agree + differ + skip);
    for (why, count) in skipped {
        println!("{count:>6} skipped: {why}");
    }
}
