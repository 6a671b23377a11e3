//! What the benches share: scenarios made ready, and how a time is taken on a machine that has other things to do.
#![allow(dead_code, reason = "each bench uses its part of it")]

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use landbridge::experiment::{Plan, Results, replicate};
use landbridge::model::{Model, compile};
use landbridge::scenario;
use sha2::{Digest, Sha256};

/// The seed of every bench; any number serves.
pub const SEED: u64 = 2022;
/// More events than any bench needs.
pub const EVENT_LIMIT: u64 = 10_000_000_000;

/// Whether to measure: `cargo bench` says so. `cargo test` runs every bench once, small.
pub fn measuring() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// The model of a shipped scenario with some keys changed.
pub fn load(file: &str, settings: &[String]) -> Model {
    let loaded = scenario::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join(file), settings).unwrap_or_else(|error| panic!("{error}"));
    compile(&loaded.scenario).unwrap_or_else(|problems| panic!("{file}: {problems:?}"))
}

/// The model of a scenario text.
pub fn parse(text: &str) -> Model {
    let loaded = scenario::parse(text, "bench.toml").unwrap_or_else(|problems| panic!("{problems}"));
    compile(&loaded.scenario).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// So many replications on so many threads, as `landbridge run` has them, without records.
pub fn run(model: &Model, replications: u32, threads: usize) -> Results {
    let plan = Plan {
        replications,
        until: None,
        seed: SEED,
        confidence: 0.95,
        records: 0,
        threads,
        event_limit: EVENT_LIMIT,
    };
    replicate(model, &plan, &AtomicBool::new(false), |_| ()).unwrap_or_else(|error| panic!("{error}"))
}

/// The first digits of a hash over every bit of every estimate: work that is the same has the same.
pub fn hash(results: &Results) -> String {
    let mut hash = Sha256::new();
    let estimates = results.measures.iter().filter_map(|measure| measure.estimate);
    for value in estimates.flat_map(|e| [e.mean, e.min, e.max]) {
        hash.update(value.to_bits().to_le_bytes());
    }
    landbridge::experiment::sweep::hexadecimal(&hash.finalize()[..6])
}

/// How long something takes by the clock on the wall.
pub fn wall_time(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

/// How long this thread computes at something. Other programs then cost caches only; where the system does not tell, the
/// clock on the wall.
pub fn thread_time(work: impl FnOnce()) -> Duration {
    // The kernel's scheduler counts it in nanoseconds: first number of the line.
    let computed = || {
        let line = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        line.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    };
    match computed() {
        None => wall_time(work),
        Some(before) => {
            work();
            computed().map_or(Duration::ZERO, |after| after.saturating_sub(before))
        }
    }
}

/// How long all threads of this program, also those that have ended, compute at something, in steps of a hundredth of a
/// second; where the system does not tell, the clock on the wall.
pub fn process_time(work: impl FnOnce()) -> Duration {
    // proc_pid_stat(5): user and system time are fields 14 and 15, in ticks of which a second has 100 on Linux. The second field
    // is a name in brackets, which may hold blanks.
    let computed = || {
        let line = std::fs::read_to_string("/proc/self/stat").ok()?;
        let mut fields = line.rsplit_once(')')?.1.split_whitespace().skip(11);
        let ticks = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
        Some(Duration::from_millis(10 * ticks))
    };
    match computed() {
        None => wall_time(work),
        Some(before) => {
            work();
            computed().map_or(Duration::ZERO, |after| after.saturating_sub(before))
        }
    }
}

/// Takes the times of several pieces of work in turn, so many rounds; whatever disturbs the machine disturbs all of them.
/// For each its times from least to most.
pub fn in_turn(rounds: usize, works: usize, mut time: impl FnMut(usize) -> Duration) -> Vec<Vec<Duration>> {
    let mut times = vec![Vec::new(); works];
    for _ in 0..rounds {
        for (work, times) in times.iter_mut().enumerate() {
            times.push(time(work));
        }
    }
    for times in &mut times {
        times.sort_unstable();
    }
    times
}
