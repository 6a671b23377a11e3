//! The shipped baseline meets the published figures to which it was fitted: trains through Alataw Pass and Horgos
//! in the half year, their split, and lifting of an hour in the shed. No queue grows without bound.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use landbridge::experiment::{Plan, replicate};
use landbridge::model::{Lifting, compile};
use landbridge::random::Variate;
use landbridge::scenario;
use landbridge::units::HOUR;

use crate::common::{EVENT_LIMIT, SEED};

#[test]
#[allow(clippy::cast_precision_loss, reason = "an hour is far below 2^53 ms")]
fn baseline_meets_its_targets() {
    let loaded = scenario::load(Path::new("scenarios/baseline.toml"), &[]).unwrap_or_else(|error| panic!("{error}"));
    let model = compile(&loaded.scenario).expect("every flow has a way");
    let shed = model
        .terminals
        .iter()
        .find(|t| t.path == "reloading.shed")
        .expect("the shed at Alataw Pass");
    assert!(
        matches!(&shed.lifting, Lifting::PerTrain(time) if matches!(time.variate, Variate::Constant(ms) if (ms - HOUR as f64).abs() < 0.5))
    );
    let plan = Plan {
        replications: 20,
        seed: SEED,
        confidence: 0.95,
        records: 0,
        threads: 2,
        event_limit: EVENT_LIMIT,
    };
    let results = replicate(&model, &plan, &AtomicBool::new(false), |_| ()).expect("it runs");
    let mean = |id: &str| results.estimate(id).unwrap_or_else(|| panic!("no {id}")).mean;
    let (alataw, horgos) = (mean("places.alataw_pass.trains"), mean("places.horgos.trains"));
    // 6,195 trains: Xinjiang Daily, July 2022; the split: People's Daily 2023-07-26 and Xinhua 2023-07-03.
    for (what, found, published, tolerance) in [
        ("both ports", alataw + horgos, 6_195.0, 0.015),
        ("Alataw Pass", alataw, 2_965.0, 0.02),
        ("Horgos", horgos, 3_230.0, 0.02),
    ] {
        let off: f64 = found / published - 1.0;
        assert!(
            off.abs() <= tolerance,
            "{what}: {found:.0} trains, {:.2} % off {published}",
            off * 100.0
        );
    }
    // A queue without bound grows by the surplus of every day: one train a day too many would be 90 trains more in
    // the second half than in the first. The 99.9 % interval of the growth must hold zero, or stay below a train.
    for place in &model.places {
        let growth = results
            .estimate(&format!("places.{}.trains_waiting_growth", place.id))
            .expect("measured");
        let widened = growth.half_width.expect("20 replications") * 3.883 / 2.093;
        assert!(growth.mean - widened < 1.0, "{} grows by {} +- {widened}", place.id, growth.mean);
    }
}
