//! A run allocates nothing, once its memory has grown to what its replications need.
//!
//! In a binary of its own: it counts in the place of the ordinary allocator.

use std::path::Path;

use landbridge::model::{Model, compile};
use landbridge::railway::{Ended, Simulator};
use landbridge::scenario;

const SEED: u64 = 2022;
const EVENT_LIMIT: u64 = 1_000_000_000;
const REPLICATIONS: std::ops::RangeInclusive<u32> = 1..=12;

fn model(file: &str, settings: &[&str]) -> Model {
    let settings: Vec<String> = settings.iter().map(ToString::to_string).collect();
    let loaded = scenario::load(&Path::new("scenarios").join(file), &settings).unwrap_or_else(|error| panic!("{error}"));
    compile(&loaded.scenario).unwrap_or_else(|problems| panic!("{file}: {problems:?}"))
}

/// How often memory is asked for in each replication.
fn allocations(simulator: &mut Simulator<'_>) -> Vec<u64> {
    let count = |replication| {
        let counted = allocation_counter::measure(|| {
            let (ended, _) = simulator
                .run(SEED, replication, false, EVENT_LIMIT)
                .unwrap_or_else(|fault| panic!("{fault}"));
            assert_eq!(ended, Ended::Finished);
        });
        counted.count_total
    };
    REPLICATIONS.map(count).collect()
}

/// The first time, buffers grow with the longest queue so far; when the same replications come again they need no more
/// than they had, so that not one allocation is left, whatever the seed.
#[track_caller]
fn allocates_nothing(file: &str, settings: &[&str]) {
    let model = model(file, settings);
    let mut simulator = Simulator::new(&model);
    let first = allocations(&mut simulator);
    assert!(first[0] > 0, "the allocator counts");
    let again = allocations(&mut simulator);
    assert!(again.iter().all(|n| *n == 0), "{file}: {again:?}, and the first time {first:?}");
}

#[test]
fn one_queue() {
    allocates_nothing("bench/w1.toml", &["time.length=\"30 d\""]);
}

#[test]
fn a_corridor() {
    allocates_nothing("bench/w2.toml", &["time.length=\"120 d\""]);
}

#[test]
fn the_baseline() {
    allocates_nothing("baseline.toml", &[]);
}

/// What the baseline has not: single track, inspection, forming, wagons, routes, cranes and wind, disruptions, orders.
#[test]
fn every_kind_of_what_if() {
    for file in [
        "cold_chain.toml",
        "what_if/baktu_appointments.toml",
        "what_if/horgos_highway_12h.toml",
        "what_if/hub_by_size.toml",
        "what_if/hub_by_timetable.toml",
        "what_if/jinghe_single.toml",
        "what_if/kashgar_road.toml",
        "what_if/pass_shut_diverted.toml",
        "what_if/pyrenees.toml",
        "what_if/quota_halved.toml",
        "what_if/six_ports_least_time.toml",
        "what_if/stop_loading_week.toml",
        "what_if/storm.toml",
        "what_if/three_into_two.toml",
        "what_if/wagons_20_short.toml",
    ] {
        allocates_nothing(file, &["time.length=\"60 d\"", "time.warm_up=\"2 d\""]);
    }
}
