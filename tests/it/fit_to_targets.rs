//! The shipped baseline against the published figures to which it was fitted, and against no others: those are
//! kept for judging the result.

use std::sync::{LazyLock, atomic::AtomicBool};

use landbridge::experiment::{Plan, Results, replicate};
use landbridge::observe::Activity;
use landbridge::scenario::{self, FacilityKind};

use crate::common::{EVENT_LIMIT, model};

const BASELINE: &str = include_str!("../../scenarios/baseline.toml");

/// Twenty replications, as the scenario itself asks for, with its own seed.
static RESULTS: LazyLock<Results> = LazyLock::new(|| {
    let run = scenario::parse(BASELINE, "baseline.toml").expect("it is sound").scenario.run;
    let plan = Plan {
        replications: 20,
        until: None,
        seed: run.seed,
        confidence: 0.999,
        records: 1,
        threads: 2,
        event_limit: EVENT_LIMIT,
    };
    replicate(&model(BASELINE), &plan, &AtomicBool::new(false), |_| ()).unwrap_or_else(|error| panic!("{error}"))
});

fn mean(measure: &str) -> f64 {
    RESULTS.estimate(measure).unwrap_or_else(|| panic!("no value for {measure}")).mean
}

#[track_caller]
fn within(share: f64, found: f64, target: f64) {
    assert!((found / target - 1.0).abs() <= share, "{found} is not within {share} of {target}");
}

/// 6,195 trains in the half year, 2,965 and 3,230 of them. Over 20 replications the standard error is 0.3 % of
/// the sum and 0.4 % of each, so these bands are of four standard errors or more.
#[test]
fn trains_through_the_two_ports() {
    let (alataw_pass, horgos) = (mean("places.alataw_pass.trains"), mean("places.horgos.trains"));
    within(0.015, alataw_pass + horgos, 6195.0);
    within(0.02, alataw_pass, 2965.0);
    within(0.02, horgos, 3230.0);
}

/// Eastbound shares of 0.42 and 0.33; a share has a standard error of some 0.002.
#[test]
fn shares_of_the_directions() {
    for (place, share) in [("alataw_pass", 0.42), ("horgos", 0.33)] {
        let east = mean(&format!("places.{place}.directions.east.trains")) / mean(&format!("places.{place}.trains"));
        assert!((east - share).abs() < 0.01, "{place}: {east}");
    }
}

/// 97 TEU a train from 48 boxes.
#[test]
fn boxes_and_teu_of_a_train() {
    for flow in ["inland_alataw_pass", "central_asia_horgos"] {
        let trains = mean(&format!("flows.{flow}.trains_completed"));
        within(0.005, mean(&format!("flows.{flow}.boxes_completed")) / trains, 48.0);
        within(0.005, mean(&format!("flows.{flow}.teu_completed")) / trains, 97.0);
    }
}

/// In the shed every train is lifted in 60 minutes, in an operation of 90 to 130.
#[test]
fn an_hour_of_lifting_in_the_shed() {
    let records = RESULTS.records.first().expect("one replication is kept");
    let shed = RESULTS
        .locations
        .iter()
        .position(|place| place.id == "alataw_pass")
        .expect("it is there");
    let of = |activity| {
        let here = records
            .activities
            .iter()
            .filter(move |a| a.location as usize == shed && a.activity == activity);
        here.filter(|a| records.trains[a.train as usize].left_at.is_some())
    };
    let minutes = |a: &landbridge::observe::ActivityRecord| (a.ends_at - a.begins_at).0 / 60_000;
    assert!(of(Activity::Lifting).count() > 1_000);
    assert!(of(Activity::Lifting).all(|lifting| minutes(lifting) == 60));
    for lifting in of(Activity::Lifting) {
        let placing = of(Activity::Placing).find(|a| a.train == lifting.train).expect("it was placed");
        let withdrawal = of(Activity::Withdrawal)
            .find(|a| a.train == lifting.train)
            .expect("it was withdrawn");
        let whole = (withdrawal.ends_at - placing.begins_at).0 / 60_000;
        assert!((90..=130).contains(&whole), "{whole} min");
    }
}

/// Customs at Alataw Pass: 0.8 h for exports and 18.5 h for imports, on average. The share of a train's hours there
/// is the mean time in customs, with a standard error of some 0.3 %.
#[test]
fn customs_at_alataw_pass() {
    let loaded = scenario::parse(BASELINE, "baseline.toml").expect("it is sound").scenario;
    let place = &loaded.places["alataw_pass"];
    for (office, direction, hours) in [("export", "west", 0.8), ("import", "east", 18.5)] {
        let (_, procedure) = (&place.procedures[direction], &place.procedures[direction]);
        assert!(procedure.steps.iter().any(|s| s.kind == FacilityKind::Clearance && s.id == office));
        let desks = f64::from(place.clearance[office].servers);
        let busy = mean(&format!("places.alataw_pass.clearance.{office}.busy_share")) * desks * 181.0 * 24.0;
        within(
            0.02,
            busy / mean(&format!("places.alataw_pass.clearance.{office}.trains_served")),
            hours,
        );
    }
}

/// Nothing piles up: at no place, with a confidence of 99.9 % for each, does the number waiting in the second half of the measured time exceed that of the
/// first by a whole train, and no more trains are inside at the end than are on their way on average.
#[test]
fn queues_do_not_grow() {
    let growths: Vec<_> = RESULTS
        .measures
        .iter()
        .filter(|m| m.id.ends_with(".trains_waiting_growth"))
        .collect();
    assert!(growths.len() > 10);
    for growth in growths {
        let (_, high) = growth.estimate.and_then(|e| e.interval()).expect("twenty values");
        assert!(high < 1.0, "{} up to {high}", growth.id);
    }
    within(0.1, mean("trains_inside_at_end"), mean("trains_inside_mean"));
}
