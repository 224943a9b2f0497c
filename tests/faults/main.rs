//! Faults planted into sound templates, one at a time, in every spelling: how many are found, where, and what is said
//! besides. See `README.md` in this folder.

#![expect(clippy::wildcard_enum_match_arm, reason = "faults are planted into what fits them, and nothing else")]
#![expect(clippy::disallowed_methods, reason = "tests read templates and lists")]
#![expect(clippy::print_stdout, reason = "the table is what the suite is for")]

mod judge;
mod kinds;
mod plant;
#[path = "../support/mod.rs"]
mod support;
mod templates;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use formwork::schema::Schemas;
use formwork::syntax::Spelling;
use judge::{Count, Verdict, check, judge, table};
use plant::{Fault, word};
use support::{root, update};
use templates::templates;

/// The least share of the faults that is found at its line.
const RECALL: f64 = 0.97;
/// The least share of errors and warnings that is about the fault.
const PRECISION: f64 = 0.97;
/// The least share of found faults whose first diagnostic is the cause.
const CAUSE_FIRST: f64 = 0.99;

/// Faults that are not found, by kind: what was done, and why it is missed.
type Misses = BTreeMap<String, BTreeMap<String, String>>;

/// Trees are walked recursively.
const STACK: usize = 64 << 20;

/// Walks run to a bounded depth, but not within the small stack of a test's thread.
fn with_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).expect("a thread");
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

#[test]
fn templates_are_sound_in_every_spelling() {
    with_stack(|| {
        let schemas = Schemas::embedded();
        let mut wrong = String::new();
        for template in templates() {
            for &spelling in &template.spellings {
                for printed in [false, true] {
                    let files = template.sound(spelling, printed);
                    let said = check(&files, &template.path(spelling), &template.inputs(spelling), &schemas);
                    for said in said {
                        let at = format!("{:?}:{}", said.file, said.line);
                        wrong +=
                            &format!("{} {}: {at} {}: {}\n", template.name, word(spelling), said.code, said.message);
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "templates without a fault are found fault with:\n{wrong}");
    });
}

#[test]
fn faults_are_found_where_they_are() {
    let only = std::env::var("KINDS").ok();
    let judged = with_stack(|| {
        let schemas = Schemas::embedded();
        let mut planted = kinds::plant(&templates());
        if let Some(kinds) = &only {
            planted.retain(|fault| kinds.split(',').any(|part| fault.kind.contains(part)));
        }
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        let share = planted.len().div_ceil(threads);
        let verdicts: Vec<Verdict> = std::thread::scope(|scope| {
            let judge_all = |faults: &[Fault]| faults.iter().map(|fault| judge(fault, &schemas)).collect::<Vec<_>>();
            let start = |faults| {
                let thread = std::thread::Builder::new().stack_size(STACK);
                thread.spawn_scoped(scope, move || judge_all(faults)).expect("a thread")
            };
            let running: Vec<_> = planted.chunks(share).map(start).collect();
            running.into_iter().flat_map(|thread| thread.join().expect("no fault stops the compiler")).collect()
        });
        planted.into_iter().zip(verdicts).collect::<Vec<(Fault, Verdict)>>()
    });
    println!("{}", table(&judged));
    if std::env::var_os("OTHERS").is_some() {
        for (fault, verdict) in judged.iter().filter(|(_, verdict)| verdict.found && !verdict.others.is_empty()) {
            println!("others: {} | {} | first: {} | {:?}", fault.kind, fault.id, verdict.first, verdict.others);
        }
    }
    if only.is_some() {
        for (fault, verdict) in judged.iter().filter(|(_, verdict)| !verdict.found) {
            println!("missed: {} | {} | {}", fault.kind, fault.id, verdict.instead);
        }
        return;
    }
    let ids: BTreeSet<(&str, &str)> = judged.iter().map(|(fault, _)| (fault.kind, fault.id.as_str())).collect();
    assert_eq!(ids.len(), judged.len(), "two faults have the same name: {:?}", twice(&judged));
    let kinds: BTreeSet<&str> = judged.iter().map(|(fault, _)| fault.kind).collect();
    assert!(kinds.len() >= 60 && judged.len() >= 400, "{} faults of {} kinds", judged.len(), kinds.len());
    for spelling in [Spelling::Hcl, Spelling::Json, Spelling::Yaml, Spelling::LegacyJson] {
        let planted = judged.iter().filter(|(fault, _)| fault.spelling == spelling).count();
        assert!(planted >= 60, "{planted} faults in {}", word(spelling));
    }
    let mut whole = Count::default();
    judged.iter().for_each(|(_, verdict)| whole.add(verdict));

    let path = root().join("tests/faults/misses.toml");
    let listed: Misses = toml::from_str(&fs::read_to_string(&path).unwrap_or_default()).expect("the list is TOML");
    let missed = misses(&judged);
    if update() {
        fs::write(&path, written(&missed, &listed)).expect("the list can be written");
        return;
    }
    let pairs = |misses: &Misses| -> BTreeSet<(String, String)> {
        misses.iter().flat_map(|(kind, all)| all.keys().map(|id| (kind.clone(), id.clone()))).collect()
    };
    let (missed_pairs, listed_pairs) = (pairs(&missed), pairs(&listed));
    let mut wrong = String::new();
    for (kind, id) in missed_pairs.difference(&listed_pairs) {
        wrong += &format!("missed and not listed: {kind}: {id}: {}\n", missed[kind][id]);
    }
    for (kind, id) in listed_pairs.difference(&missed_pairs) {
        wrong += &format!("listed as missed, but found (or gone): {kind}: {id}\n");
    }
    assert!(wrong.is_empty(), "{wrong}look at them, then accept with: UPDATE=1 cargo test --test faults");
    assert!(whole.recall() >= RECALL, "recall is {:.3}, below {RECALL}", whole.recall());
    assert!(whole.precision() >= PRECISION, "precision is {:.3}, below {PRECISION}", whole.precision());
    assert!(whole.cause_first() >= CAUSE_FIRST, "causes come first in {:.3}, below {CAUSE_FIRST}", whole.cause_first());
}

fn twice(judged: &[(Fault, Verdict)]) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    judged
        .iter()
        .filter(|(fault, _)| !seen.insert((fault.kind, &fault.id)))
        .map(|(fault, _)| fault.id.as_str())
        .collect()
}

fn misses(judged: &[(Fault, Verdict)]) -> Misses {
    let mut missed = Misses::new();
    for (fault, verdict) in judged.iter().filter(|(_, verdict)| !verdict.found) {
        missed.entry(fault.kind.to_owned()).or_default().insert(fault.id.clone(), verdict.instead.clone());
    }
    missed
}

/// The list as it is kept: reasons that somebody gave stay.
fn written(missed: &Misses, listed: &Misses) -> String {
    let mut out = "# Planted faults that are not found at their line, by kind, with what is said instead or why.\n\
         # Rewritten by `UPDATE=1 cargo test --test faults`; what stands here already keeps its text.\n"
        .to_owned();
    for (kind, all) in missed {
        out += &format!("\n[{kind}]\n");
        for (id, reason) in all {
            let reason = listed.get(kind).and_then(|all| all.get(id)).unwrap_or(reason);
            out += &format!("{} = {}\n", quoted(id), quoted(reason));
        }
    }
    out
}

/// A text as TOML has it, which takes the escapes of JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}
