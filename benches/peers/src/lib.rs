//! Two pieces of work, stated once as what happens at an event; each simulator, and a loop written by hand, lets the
//! events happen in its own way. So all of them do the same, draw from the same laws with the same generator, and differ in
//! what they charge for an event.
//!
//! W1 is M/M/1 at utilisation 0.9: a million customers from empty, two events each. W2 is a border corridor for a year from
//! empty, some 32,805 events: `scenarios/bench/w2.toml` says what it is. It is also done with so many times the trains, tracks, desks
//! and berths, and a departure slot that is so many times as short.

pub mod corridor;
pub mod event_list;
pub mod queue;

use std::time::Instant;

/// A piece of work. Times are whole ticks, events are numbers of its own.
pub trait Work {
    /// From empty, in memory that is used again.
    fn begin(&mut self, seed: u64, later: &mut impl FnMut(u64, u32));
    /// Lets an event happen: `later` takes when the next ones do, and which. Whether the work is over.
    fn happen(&mut self, now: u64, event: u32, later: &mut impl FnMut(u64, u32)) -> bool;
    /// What came of it.
    fn outcome(&mut self) -> Outcome;
}

/// What came of a replication: who got through, and how long they were in the system in minutes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    pub through: usize,
    pub mean: f64,
    pub p95: f64,
}

impl Outcome {
    /// Of times in ticks, so many a minute; the quantile by nearest rank.
    pub fn of(times: &mut [u64], ticks_a_minute: f64) -> Self {
        let through = times.len();
        let rank = (0.95 * through as f64).ceil() as usize;
        let (_, p95, _) = times.select_nth_unstable(rank.max(1) - 1);
        let p95 = *p95 as f64 / ticks_a_minute;
        let mean = times.iter().sum::<u64>() as f64 / through as f64 / ticks_a_minute;
        Self { through, mean, p95 }
    }
}

/// Which work, and how much of it: customers of W1, replications of W2 with so many times the traffic.
pub enum Task {
    W1(u64),
    W2(u64, u32),
}

/// `PROGRAM w1|w2|w2x100 AMOUNT`, or the last two words of a longer command.
pub fn task() -> Task {
    let arguments: Vec<String> = std::env::args().collect();
    let amount = arguments.last().and_then(|text| text.parse().ok()).unwrap_or(1);
    match arguments.iter().rev().nth(1).map(String::as_str) {
        Some("w1") => Task::W1(amount),
        Some("w2") => Task::W2(amount, 1),
        Some("w2x100") => Task::W2(amount, 100),
        _ => panic!("usage: PROGRAM w1|w2|w2x100 AMOUNT"),
    }
}

/// Runs replications, and prints as JSON what they took and what came of them on average.
pub fn report(replications: u64, mut run: impl FnMut(u64) -> Outcome) {
    let begun = Instant::now();
    let outcomes: Vec<Outcome> = (1..=replications).map(&mut run).collect();
    let seconds = begun.elapsed().as_secs_f64();
    let mean = |value: fn(&Outcome) -> f64| outcomes.iter().map(value).sum::<f64>() / outcomes.len() as f64;
    println!(
        r#"{{"seconds": {seconds}, "through": {}, "mean": {}, "p95": {}}}"#,
        mean(|o| o.through as f64),
        mean(|o| o.mean),
        mean(|o| o.p95)
    );
}
