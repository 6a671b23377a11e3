//! Results are the same bits on any number of threads, and as they were.
//!
//! A line holds the hash of the records, which changes only where results do and then needs a line in CHANGELOG.md, and that of
//! the estimates, which also changes with a new measure. `UPDATE_STABILITY=1 cargo test stability` writes them anew.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use landbridge::experiment::{Plan, Results, replicate};
use landbridge::model::compile;
use landbridge::scenario;
use sha2::{Digest, Sha256};

use crate::common::EVENT_LIMIT;

const PINNED: &str = "tests/it/stability.txt";

fn scenarios(below: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(below).expect("scenarios") {
        let path = entry.expect("readable").path();
        if path.ends_with("sweeps") {
            // Plans, which vary these scenarios.
        } else if path.is_dir() {
            scenarios(&path, found);
        } else if fs::read_to_string(&path).is_ok_and(|text| path.extension().is_some_and(|e| e == "toml") && text.contains("\ntitle = ")) {
            found.push(path);
        }
    }
}

/// Every bit of the records of two replications; every bit of every estimate.
fn hashes(results: &Results) -> [String; 2] {
    let (mut records, mut estimates) = (Sha256::new(), Sha256::new());
    for run in &results.records {
        run.feed(|bytes| records.update(bytes));
    }
    let each = results
        .measures
        .iter()
        .filter_map(|m| m.estimate)
        .flat_map(|e| [e.mean, e.min, e.max].into_iter().chain(e.sd).chain(e.half_width));
    for x in each {
        estimates.update(x.to_bits().to_le_bytes());
    }
    [records, estimates].map(|hash| {
        hash.finalize().iter().take(8).fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a string takes everything");
            hex
        })
    })
}

fn run(path: &Path, threads: usize) -> Results {
    // A month of it shows as much as the whole, in a sixth of the time.
    let short = ["time.length=\"30 days\"".to_owned(), "time.warm_up=\"2 days\"".to_owned()];
    let loaded = scenario::load(path, &short).unwrap_or_else(|error| panic!("{error}"));
    let model = compile(&loaded.scenario).expect("every flow has a way");
    let plan = Plan {
        replications: 4,
        until: None,
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
        let [one, two, eight] = [1, 2, 8].map(|threads| hashes(&run(path, threads)));
        assert!(one == two && two == eight, "{} depends on the number of threads", path.display());
        writeln!(found, "{} {} {}", one[0], one[1], path.display()).expect("a string takes everything");
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
