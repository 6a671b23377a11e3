//! Whole pieces of work: W1, W2 and the baseline on one thread, and the baseline on every number of threads.
//!
//! `cargo bench --bench works`. What is timed is everything that `landbridge run` does between reading the scenario and
//! writing the folder, statistics and ledger included: on one thread the processor time, which other programs disturb least,
//! and on several the time on the wall, which is what they are for.
#![allow(clippy::cast_precision_loss, reason = "numbers for people")]

mod common;

use std::time::Duration;

use common::{hash, in_turn, load, measuring, process_time, run, wall_time};
use landbridge::model::Model;

/// A piece of work: its name, its scenario, and so many replications that it takes a while.
const WORKS: [(&str, &str, u32); 3] = [
    ("W1", "scenarios/bench/w1.toml", 1),
    ("W2", "scenarios/bench/w2.toml", 40),
    ("baseline", "scenarios/baseline.toml", 15),
];

fn median(times: &[Duration]) -> f64 {
    times[times.len() / 2].as_secs_f64()
}

fn main() {
    let (rounds, small) = if measuring() {
        (9, None)
    } else {
        (1, Some("time.length=\"5 d\"".to_owned()))
    };
    let settings: Vec<String> = small.into_iter().collect();
    let models: Vec<Model> = WORKS.iter().map(|(_, file, _)| load(file, &settings)).collect();
    one_thread(&models, rounds);
    threads(&models[2], rounds);
}

fn one_thread(models: &[Model], rounds: usize) {
    let results: Vec<_> = models.iter().zip(WORKS).map(|(model, (_, _, n))| run(model, n, 1)).collect();
    let times = in_turn(rounds, models.len(), |work| {
        process_time(|| {
            run(&models[work], WORKS[work].2, 1);
        })
    });
    println!("| work | events a replication | ms a replication | ns an event | events a second | result |");
    println!("|---|---|---|---|---|---|");
    for ((results, times), (name, _, n)) in results.iter().zip(&times).zip(WORKS) {
        let (seconds, events) = (median(times), results.run.events as f64);
        println!(
            "| {name} | {:.0} | {:.2} | {:.1} | {:.2e} | {} |",
            events / f64::from(n),
            seconds * 1e3 / f64::from(n),
            seconds * 1e9 / events,
            events / seconds,
            hash(results)
        );
        assert!(results.run.events > 0, "{name}: nothing happened");
    }
}

/// What the cores are worth: replications of the baseline a second, by threads. There are so many that it hardly counts how long one
/// thread is busy with its last when the others have none left.
fn threads(model: &Model, rounds: usize) {
    let most = std::thread::available_parallelism().map_or(1, usize::from);
    let replications = if measuring() { 240 } else { 4 };
    let hashes: Vec<String> = (1..=most).map(|threads| hash(&run(model, replications, threads))).collect();
    let times = in_turn(rounds, most, |less| {
        wall_time(|| {
            run(model, replications, less + 1);
        })
    });
    println!("\n| threads | half years of the baseline a second | times one thread | result |");
    println!("|---|---|---|---|");
    let one = median(&times[0]);
    for (less, (times, hash)) in times.iter().zip(&hashes).enumerate() {
        let seconds = median(times);
        println!(
            "| {} | {:.1} | {:.2} | {hash} |",
            less + 1,
            f64::from(replications) / seconds,
            one / seconds
        );
    }
    assert!(hashes.windows(2).all(|pair| pair[0] == pair[1]), "{hashes:?}");
}
