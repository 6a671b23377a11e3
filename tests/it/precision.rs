//! Runs that go on until a measure is known well enough.

use std::sync::atomic::AtomicBool;

use landbridge::experiment::{Plan, Results, Sequential, replicate};
use landbridge::scenario::Until;

use crate::common::{EVENT_LIMIT, SEED, model};

const QUEUE: &str = r#"
title = "Queue"
time = { start = "2022-01-01 00:00", zone = "UTC", warm_up = "100 h", length = "500 h" }
gauges.standard.width = "1435 mm"
[places.q.clearance.desk]
time = { law = "exponential", mean = "1 h" }
[places.q.procedures.all]
steps = ["clearance.desk"]
[flows.trains]
from = "q"
to = "q"
gauge = "standard"
departures.rate = "16.8/day"
"#;
const DWELL: &str = "places.q.dwell_time_hours_mean";

fn run(until: &[(&str, f64)], replications: u32, at_most: u32, threads: usize) -> Results {
    let model = model(QUEUE);
    let until: Vec<Until> = until
        .iter()
        .map(|(measure, within)| Until {
            measure: (*measure).to_owned(),
            within: *within,
        })
        .collect();
    let plan = Plan {
        replications,
        until: Sequential::new(&model, &until, at_most).expect("known measures"),
        seed: SEED,
        confidence: 0.95,
        records: 0,
        threads,
        event_limit: EVENT_LIMIT,
    };
    replicate(&model, &plan, &AtomicBool::new(false), |_| ()).unwrap_or_else(|error| panic!("{error}"))
}

/// It ends at the first replication, from the fewest on, after which the interval is narrow enough; whatever the
/// threads, and with the results of as many replications asked for outright.
#[test]
fn ends_at_the_first_that_knows_enough() {
    let found = run(&[(DWELL, 0.05)], 10, 1_000, 1);
    let n = found.run.replications;
    assert!((11..400).contains(&n), "{n}");
    assert!(found.run.goals[0].reached && found.run.goals[0].relative_half_width.is_some_and(|w| w <= 0.05 / 1.05));
    let wide = |n: u32| {
        let estimate = run(&[], n, 0, 2).estimate(DWELL).expect("trains came");
        estimate.half_width.expect("two or more") / estimate.mean
    };
    for fewer in [10, n / 2, n - 1] {
        assert!(fewer < 10 || wide(fewer) > 0.05 / 1.05, "{fewer} of {n} were enough");
    }
    let given = run(&[], n, 0, 2);
    for threads in [2, 3, 8] {
        let again = run(&[(DWELL, 0.05)], 10, 1_000, threads);
        assert_eq!(again.run.replications, n);
        for ((a, b), c) in found.measures.iter().zip(&again.measures).zip(&given.measures) {
            assert_eq!(a.estimate, b.estimate, "{}", a.id);
            assert_eq!(a.estimate, c.estimate, "{}", a.id);
        }
    }
}

/// The fewest replications are run whatever is known; the most end it, and that is said. Two goals are judged at
/// half the error each.
#[test]
fn fewest_and_most() {
    assert_eq!(run(&[(DWELL, 10.0)], 1, 1_000, 2).run.replications, 10);
    assert_eq!(run(&[(DWELL, 10.0)], 25, 1_000, 2).run.replications, 25);
    let short = run(&[(DWELL, 0.001), ("trains_completed", 0.5)], 5, 30, 2);
    assert_eq!(short.run.replications, 30);
    assert!(!short.run.goals[0].reached && short.run.goals[1].reached);
    assert!((short.run.goals[0].confidence - 0.975).abs() < 1e-12);
}

#[test]
fn a_measure_that_is_not_there() {
    let until = [Until {
        measure: "places.q.dwell_time_hours_men".to_owned(),
        within: 0.05,
    }];
    let unknown = Sequential::new(&model(QUEUE), &until, 10).expect_err("there is none");
    assert_eq!(unknown[0].remedy, "did you mean `places.q.dwell_time_hours_mean`?");
}
