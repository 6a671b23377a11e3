//! Common random numbers in the baseline: what a change leaves alone is the same to the millisecond, and a difference is
//! far surer than either.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use landbridge::experiment::{Plan, names, replicate};
use landbridge::model::{Model, compile};
use landbridge::observe::{Activity, ReplicationRecords};
use landbridge::scenario;
use landbridge::stats::paired;

use crate::common::{EVENT_LIMIT, SEED, records};

/// The baseline lifts in 60 minutes; the what-if in 45.
fn load(file: &str) -> Model {
    let loaded = scenario::load(Path::new(file), &[]).unwrap_or_else(|error| panic!("{error}"));
    compile(&loaded.scenario).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// How long each train took for what is drawn for it, place by place; what the end of the run cut short is left out.
fn drawn(records: &ReplicationRecords) -> Vec<(u32, u32, u32, Activity, i64)> {
    let end = records.activities.iter().map(|a| a.ends_at).max().unwrap_or_default();
    let of_itself = |activity| {
        matches!(
            activity,
            Activity::Clearance | Activity::Handling | Activity::Placing | Activity::Withdrawal
        )
    };
    let own = records.activities.iter().filter(|a| of_itself(a.activity) && a.ends_at < end);
    let mut rows: Vec<_> = own
        .map(|a| {
            let train = &records.trains[a.train as usize];
            (train.flow, train.number, a.location, a.activity, (a.ends_at - a.begins_at).0)
        })
        .collect();
    rows.sort_unstable();
    rows
}

#[test]
fn reloading_in_60_or_45_minutes() {
    let models = ["scenarios/baseline.toml", "scenarios/what_if/reloading_45.toml"].map(load);
    let [slow, fast] = models.each_ref().map(|model| records(model, 1));
    let origin = |records: &ReplicationRecords| {
        let trains = records.trains.iter();
        let mut rows: Vec<_> = trains.map(|t| (t.flow, t.number, t.created_at, t.boxes)).collect();
        rows.sort_unstable();
        rows
    };
    assert!(slow.trains.len() > 6_000);
    assert_eq!(origin(&slow), origin(&fast), "a train begins as it began");
    let (before, after) = (drawn(&slow), drawn(&fast));
    let common: Vec<_> = before.iter().filter(|row| after.binary_search(row).is_ok()).collect();
    // Trains inside at the end are elsewhere in the two; all others have the same draws.
    assert!(
        common.len() + 200 > before.len().max(after.len()),
        "{} of {} and {}",
        common.len(),
        before.len(),
        after.len()
    );
    assert!(common.len() > 10_000);

    let run = |model: &Model| {
        let at = names(model)
            .iter()
            .position(|n| n.id == "places.alataw_pass.directions.east.dwell_time_hours_mean");
        let at = at.expect("it is measured");
        let plan = Plan {
            replications: 10,
            until: None,
            seed: SEED,
            confidence: 0.95,
            records: 0,
            threads: 2,
            event_limit: EVENT_LIMIT,
        };
        let mut values = Vec::new();
        replicate(model, &plan, &AtomicBool::new(false), |m| values.extend(m.values[at])).unwrap_or_else(|error| panic!("{error}"));
        values
    };
    let [slow, fast] = models.each_ref().map(run);
    let pairs: Vec<(f64, f64)> = slow.into_iter().zip(fast).collect();
    let found = paired(&pairs, 0.95).expect("ten");
    println!("hours at Alataw Pass, 45 less 60 minutes: {found:?}");
    assert!(found.variance_left.is_some_and(|left| left < 0.1), "{found:?}");
    assert!(found.difference.interval().is_some_and(|(_, high)| high < 0.0), "{found:?}");
}
