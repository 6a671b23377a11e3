//! The parts of a run by themselves: the event list, drawing, and the look-up in a calendar.
//!
//! `cargo bench --bench parts`; a word after it selects, as in `cargo bench --bench parts hold`.
#![allow(clippy::cast_possible_truncation, reason = "increments far below 2^53")]

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use landbridge::engine::{Calendar, Event, EventList, Hand};
use landbridge::random::{Draws, Law, Purpose, Variate};
use landbridge::units::Instant;

fn main() {
    divan::main();
}

/// What an item costs shows better over many than over one.
const ITEMS: u32 = 1_000;

fn draws(purpose: &str) -> Draws {
    Purpose::named(purpose).key(2022, 1).draws(Purpose::named("bench"), 1)
}

#[derive(Clone, Copy)]
struct Tick;

impl Event for Tick {
    fn rank(self) -> u8 {
        0
    }
    fn encode(self) -> u64 {
        0
    }
    fn decode(_: u64) -> Self {
        Self
    }
}

/// The HOLD model: the next of so many pending events happens and schedules one more. Vaucher & Duval (1975), A comparison of
/// simulation event list algorithms, Communications of the ACM 18(4), 223-230.
#[divan::bench(args = [16, 128, 1_024, 16_384, 1_000_000])]
fn hold(bencher: Bencher<'_, '_>, pending: u32) {
    let mut draws = draws("hold");
    let increment = Variate::new(&Law::Exponential { mean: 1e6 });
    // Drawn beforehand: what is measured is the list. Odd in number, so that they do not fall into step with it.
    let increments: Vec<i64> = (0..65_537).map(|_| increment.draw(&mut draws) as i64).collect();
    let mut next = increments.iter().copied().cycle();
    let mut more = move || next.next().unwrap_or(1);
    let mut list = EventList::default();
    for _ in 0..pending {
        list.schedule(Instant(more()), Tick);
    }
    let mut hold = move |times: u32| {
        for _ in 0..times {
            if let Some((now, event)) = list.pop() {
                list.schedule(Instant(now.0 + more()), Tick::decode(event));
            }
        }
    };
    // The list forgets that it was filled at one go.
    hold(3 * pending);
    bencher.counter(ItemsCount::new(ITEMS)).bench_local(|| hold(ITEMS));
}

/// The laws with parameters of their usual size, in minutes or counts.
const LAWS: [&str; 12] = [
    "constant",
    "uniform",
    "triangular",
    "normal",
    "lognormal",
    "gamma",
    "weibull",
    "exponential",
    "pert",
    "poisson",
    "binomial",
    "empirical",
];

fn law(name: &str) -> Law {
    let (min, mode, max, mean, sd) = (30.0, 50.0, 120.0, 60.0, 18.0);
    match name {
        "constant" => Law::Constant(mean),
        "uniform" => Law::Uniform { min, max },
        "triangular" => Law::Triangular { min, mode, max },
        "normal" => Law::Normal { mean, sd },
        "lognormal" => Law::LogNormal { mean, sd },
        "gamma" => Law::Gamma { mean, sd },
        "weibull" => Law::Weibull { mean, sd },
        "exponential" => Law::Exponential { mean },
        "pert" => Law::Pert { min, mode, max },
        "poisson" => Law::Poisson { mean: 48.0 },
        "binomial" => Law::Binomial { trials: 50, share: 0.96 },
        "empirical" => Law::Empirical {
            values: vec![40.0, 50.0, 55.0, 60.0],
            weights: vec![1.0, 2.0, 4.0, 1.0],
        },
        _ => unreachable!("no law of this name"),
    }
}

/// A value, each for another train: the address of its stream is part of the price.
#[divan::bench(args = LAWS)]
fn draw(bencher: Bencher<'_, '_>, name: &str) {
    let variate = Variate::new(&law(name));
    let (key, flow) = (Purpose::named("bench").key(2022, 1), Purpose::named("flow"));
    bencher.counter(ItemsCount::new(ITEMS)).bench_local(|| {
        let values = (0..ITEMS).map(|train| variate.draw(&mut key.draws(flow, black_box(train))));
        values.sum::<f64>()
    });
}

/// An office open from eight to eight, asked every eighty minutes of a year when it closes.
#[divan::bench]
fn calendar(bencher: Bencher<'_, '_>) {
    const HOUR: i64 = 3_600_000;
    let days = (0..365).flat_map(|day| [(Instant((24 * day + 8) * HOUR), 3), (Instant((24 * day + 20) * HOUR), 0)]);
    let calendar = Calendar::from_changes(days);
    let asks: i64 = 365 * 18;
    bencher.counter(ItemsCount::new(asks.unsigned_abs())).bench_local(|| {
        let mut hand = Hand::default();
        let closes = (0..asks).map(|n| calendar.closes_at(&mut hand, Instant(black_box(n) * 80 * HOUR / 60)).0);
        closes.fold(0, |sum, at| sum ^ at)
    });
}
