//! A longer run costs in proportion: more of the same, not more of each.
//!
//! What a test can count without a clock are events and bytes. Instructions are counted by `.ci/instructions`, and processor
//! time by `cargo bench --bench growth`.

use std::path::Path;

use landbridge::model::{Model, compile};
use landbridge::railway::{Ended, Simulator};
use landbridge::scenario;

use crate::common::{EVENT_LIMIT, SEED};

fn model(file: &str, days: u32, warm_up: u32) -> Model {
    let settings = [format!("time.length=\"{days} d\""), format!("time.warm_up=\"{warm_up} d\"")];
    let loaded = scenario::load(Path::new(file), &settings).unwrap_or_else(|error| panic!("{error}"));
    compile(&loaded.scenario).expect("every flow has a way")
}

/// Events of one replication.
fn events(file: &str, days: u32) -> u64 {
    let model = model(file, days, 0);
    let mut simulator = Simulator::new(&model);
    let (ended, seen) = simulator.run(SEED, 1, false, EVENT_LIMIT).unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(ended, Ended::Finished);
    seen.events
}

/// The shorter run is the begin of the longer, so that their ratio is no matter of luck but for the Poisson number of trains,
/// whose standard deviation is some 2 % of the shorter. It begins empty: that makes it cheaper, by the 4 days of a journey.
#[test]
fn a_horizon_of_ten_times_has_at_most_eleven_times_the_events() {
    for (file, days) in [
        ("scenarios/bench/w1.toml", 5),
        ("scenarios/bench/w2.toml", 120),
        ("scenarios/baseline.toml", 60),
    ] {
        let (short, long) = (events(file, days), events(file, 10 * days));
        assert!(
            (9 * short..=11 * short).contains(&long),
            "{file}: {short} events in {days} days, {long} in ten times that"
        );
    }
}
