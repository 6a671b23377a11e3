//! What a train costs as the horizon, the traffic and the network grow, and how much memory it takes.
//!
//! `cargo bench --bench growth` prints tables, and writes `docs/growth.csv` and `docs/growth.svg`. Times are of one thread's
//! computing, the least of several rounds in which all sizes took turns.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "numbers for people, far below 2^53"
)]

mod chart;
#[path = "../common/mod.rs"]
mod common;
mod grown;

use std::fmt::Write;

use chart::Curve;
use common::{EVENT_LIMIT, SEED, in_turn, load, measuring, parse, thread_time};
use landbridge::model::Model;
use landbridge::railway::{Ended, Simulator};

const BASELINE: &str = include_str!("../../scenarios/baseline.toml");
const SINGLE_QUEUE: &str = include_str!("../../scenarios/bench/w1.toml");

/// A scenario of one size.
struct Case {
    /// What grows, and to how much.
    what: &'static str,
    size: f64,
    model: Model,
    /// Milliseconds of computing from its text to its model.
    ready_ms: f64,
}

/// What came of it.
struct Cost {
    trains: i64,
    events: u64,
    /// Microseconds of computing a train.
    train_us: f64,
    /// Bytes that a simulator holds after its runs.
    held: i64,
}

const HORIZON: &str = "months of the baseline";
const TRAFFIC: &str = "trains a day, baseline and capacity multiplied";
const PLACES: &str = "places, 340 trains a day";

fn case(what: &'static str, size: f64, make: impl FnOnce() -> Model) -> Case {
    let mut model = None;
    let ready_ms = thread_time(|| model = Some(make())).as_secs_f64() * 1e3;
    let model = model.expect("it was made");
    Case {
        what,
        size,
        model,
        ready_ms,
    }
}

fn cases() -> Vec<Case> {
    let days = |days: f64| vec![format!("time.length=\"{days} d\"")];
    let (horizons, times, places, length): (&[f64], &[f64], &[usize], f64) = if measuring() {
        (
            &[1.0, 3.0, 6.0, 12.0, 36.0, 60.0, 120.0],
            &[1.0, 3.0, 10.0, 30.0, 100.0],
            &[10, 30, 100, 300, 1_000],
            30.0,
        )
    } else {
        (&[0.1, 0.2], &[1.0, 3.0], &[10, 30], 3.0)
    };
    let mut cases = Vec::new();
    for months in horizons {
        let settings = days((months * 365.25 / 12.0).round().max(1.0));
        cases.push(case(HORIZON, *months, || load("scenarios/baseline.toml", &settings)));
    }
    for times in times {
        let text = grown::traffic(BASELINE, *times).replace("length = \"181 days\"", &format!("length = \"{length} days\""));
        cases.push(case(TRAFFIC, 34.0 * times, || parse(&text)));
    }
    for places in places {
        let text = grown::network(*places, 2.0 * length);
        cases.push(case(PLACES, *places as f64, || parse(&text)));
    }
    cases
}

fn run(simulator: &mut Simulator<'_>) -> (i64, u64) {
    let (ended, seen) = simulator.run(SEED, 1, false, EVENT_LIMIT).unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(ended, Ended::Finished);
    (seen.created.0, seen.events)
}

fn costs(cases: &[Case]) -> Vec<Cost> {
    let mut simulators = Vec::new();
    let mut costs: Vec<Cost> = Vec::new();
    for case in cases {
        let mut simulator = None;
        let memory = allocation_counter::measure(|| {
            let ready = simulator.insert(Simulator::new(&case.model));
            let (trains, events) = run(ready);
            let cost = Cost {
                trains,
                events,
                train_us: 0.0,
                held: 0,
            };
            allocation_counter::opt_out(|| costs.push(cost));
        });
        simulators.extend(simulator);
        if let Some(cost) = costs.last_mut() {
            cost.held = memory.bytes_current;
        }
    }
    // Short runs are repeated for half a second: the scheduler counts in steps of some milliseconds.
    let (rounds, least) = if measuring() { (5, 400_000) } else { (1, 1) };
    let repeats: Vec<i64> = costs.iter().map(|cost| 1 + least / cost.trains).collect();
    let times = in_turn(rounds, cases.len(), |at| {
        thread_time(|| {
            for _ in 0..repeats[at] {
                run(&mut simulators[at]);
            }
        })
    });
    for ((cost, times), repeats) in costs.iter_mut().zip(&times).zip(repeats) {
        cost.train_us = times[0].as_secs_f64() * 1e6 / (cost.trains * repeats) as f64;
    }
    costs
}

/// Bytes a train inside: what a simulator holds over how many trains were in it at most.
fn memory_of_trains() {
    println!("\n| trains inside at most | MB held | bytes a train |\n|---:|---:|---:|");
    let sizes: &[u32] = if measuring() { &[20, 60, 200, 600] } else { &[2] };
    for days in sizes {
        let text = grown::overload(SINGLE_QUEUE).replace("771 d 14 h 31 min", &format!("{days} d"));
        let model = parse(&text);
        let mut inside = 0;
        let memory = allocation_counter::measure(|| {
            let mut simulator = Simulator::new(&model);
            let (_, seen) = simulator.run(SEED, 1, false, EVENT_LIMIT).unwrap_or_else(|fault| panic!("{fault}"));
            inside = seen.created.0 - seen.left.0;
        });
        let held = memory.bytes_max as f64;
        println!("| {inside} | {:.1} | {:.0} |", held / 1e6, held / inside as f64);
    }
}

fn main() {
    let cases = cases();
    let costs = costs(&cases);
    let mut csv = "what,size,trains,events,us_per_train,bytes_held,ms_to_compile\n".to_owned();
    let mut curves: Vec<Curve> = Vec::new();
    for (case, cost) in cases.iter().zip(&costs) {
        if curves.last().is_none_or(|curve| curve.what != case.what) {
            curves.push(Curve {
                what: case.what,
                points: Vec::new(),
            });
            println!(
                "\n| {} | trains | events a train | µs a train | MB held | ms to compile |\n|---:|---:|---:|---:|---:|---:|",
                case.what
            );
        }
        if let Some(curve) = curves.last_mut() {
            curve.points.push((case.size, cost.train_us));
        }
        println!(
            "| {} | {} | {:.1} | {:.2} | {:.2} | {:.0} |",
            case.size,
            cost.trains,
            cost.events as f64 / cost.trains as f64,
            cost.train_us,
            cost.held as f64 / 1e6,
            case.ready_ms
        );
        writeln!(
            csv,
            "\"{}\",{},{},{},{:.3},{},{:.1}",
            case.what, case.size, cost.trains, cost.events, cost.train_us, cost.held, case.ready_ms
        )
        .expect("a string takes everything");
    }
    let svg = chart::draw(&curves);
    assert!(svg.ends_with("</svg>\n") && curves.len() == 3);
    memory_of_trains();
    if measuring() {
        let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
        std::fs::write(docs.join("growth.csv"), csv).expect("docs/growth.csv can be written");
        std::fs::write(docs.join("growth.svg"), svg).expect("docs/growth.svg can be written");
    }
}
