//! Results are the same bits on any number of threads, and as they were.
//!
//! `UPDATE_STABILITY=1 cargo test stability` writes the hashes anew; a change of them needs a line in CHANGELOG.md.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use landbridge::experiment::{Plan, Results, replicate};
use landbridge::model::compile;
use landbridge::observe::ReplicationRecords;
use landbridge::scenario;
use sha2::{Digest, Sha256};

use crate::common::EVENT_LIMIT;

const PINNED: &str = "tests/it/stability.txt";

fn scenarios(below: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(below).expect("scenarios") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            scenarios(&path, found);
        } else if fs::read_to_string(&path).is_ok_and(|text| path.extension().is_some_and(|e| e == "toml") && text.contains("\ntitle = ")) {
            found.push(path);
        }
    }
}

/// Every bit of the records of two replications, and of every estimate.
fn hash(results: &Results) -> String {
    let mut hash = Sha256::new();
    let estimates = results
        .measures
        .iter()
        .map(|m| m.estimate.map(|e| [e.mean, e.min, e.max]).unwrap_or_default());
    let records = results.records.iter().flat_map(ReplicationRecords::numbers);
    for n in records.chain(estimates.flatten().map(|x| x.to_bits().cast_signed())) {
        hash.update(n.to_le_bytes());
    }
    hash.finalize().iter().take(16).fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string takes everything");
        hex
    })
}

fn run(path: &Path, threads: usize) -> Results {
    // A month of it shows as much as the whole, in a sixth of the time.
    let short = ["time.length=\"30 days\"".to_owned(), "time.warm_up=\"2 days\"".to_owned()];
    let loaded = scenario::load(path, &short).unwrap_or_else(|error| panic!("{error}"));
    let model = compile(&loaded.scenario).expect("every flow has a way");
    let plan = Plan {
        replications: 4,
        seed: loaded.scenario.run.seed,
        confidence: 0.95,
        records: 2,
        threads,
        event_limit: EVENT_LIMIT,
    };
    replicate(&model, &plan, &AtomicBool::new(false), |_| ()).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_same_bits_on_any_number_of_threads_and_as_before() {
    let mut files = Vec::new();
    scenarios(Path::new("scenarios"), &mut files);
    files.sort();
    let mut found = String::new();
    for path in &files {
        let [one, two, eight] = [1, 2, 8].map(|threads| hash(&run(path, threads)));
        assert!(one == two && two == eight, "{} depends on the number of threads", path.display());
        writeln!(found, "{one} {}", path.display()).expect("a string takes everything");
    }
    if std::env::var_os("UPDATE_STABILITY").is_some() {
        fs::write(PINNED, &found).expect("writable");
    }
    let pinned = fs::read_to_string(PINNED).unwrap_or_default();
    assert_eq!(
        found, pinned,
        "results have changed: add a line to CHANGELOG.md, then UPDATE_STABILITY=1 cargo test stability"
    );
}
