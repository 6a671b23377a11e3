//! Gathering, regrouping and wagon pools in random small scenarios; against exact solutions they are in `verify`.

use proptest::prelude::*;

use crate::model;
use crate::railway::{Ended, Simulator, Stall};
use crate::scenario;
use crate::units::HOUR;

fn compiled(text: &str) -> model::Model {
    let loaded = scenario::parse(text, "forming.toml").unwrap_or_else(|problems| panic!("{problems}"));
    model::compile(&loaded.scenario).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// What varies in a random small scenario.
#[derive(Clone, Debug)]
struct Small {
    lots_per_day: u32,
    lot_size: u32,
    size: u32,
    min_size: u32,
    longest_wait_hours: u32,
    yard_rules: String,
    stock: u32,
    returns: String,
    tracks: u32,
    days: u32,
    warm_up_hours: u32,
}

fn small() -> impl Strategy<Value = Small> {
    let yard_rules = prop_oneof![
        Just(String::new()),
        (1..40_u32).prop_map(|n| format!("size = {n}")),
        (1..40_u32, 0..30_u32).prop_map(|(n, h)| format!("size = {n}\nlongest_wait = \"{h} h\"")),
        (1..30_u32).prop_map(|h| format!("every = \"{h} h\"")),
        Just("timetable = [{ days = \"daily\", at = [\"06:00\", \"18:00\"] }]".to_owned()),
    ];
    let returns = prop_oneof![
        Just("\"with trains\"".to_owned()),
        (0..60_u32).prop_map(|h| format!("\"{h} h\"")),
        (1..60_u32).prop_map(|h| format!("{{ law = \"exponential\", mean = \"{h} h\" }}")),
    ];
    let gathering = (1..40_u32, 1..12_u32, 1..30_u32, 1..30_u32, 0..40_u32);
    let rest = (1..60_u32, 1..5_u32, 1..12_u32, 0..50_u32);
    (gathering, yard_rules, returns, rest).prop_map(|(gathering, yard_rules, returns, rest)| {
        let (lots_per_day, lot_size, size, min_size, longest_wait_hours) = gathering;
        let (stock, tracks, days, warm_up_hours) = rest;
        Small {
            lots_per_day,
            lot_size,
            size,
            min_size: min_size.min(size),
            longest_wait_hours,
            yard_rules,
            stock,
            returns,
            tracks,
            days,
            warm_up_hours,
        }
    })
}

/// A hub that gathers, a border with a reloading each way and a pool of wagons, a yard beyond it that regroups for two
/// destinations, and trains back.
fn scenario_of(s: &Small) -> String {
    format!(
        r#"
        title = "random"
        time = {{ start = "2022-01-03 00:00", zone = "Asia/Shanghai", warm_up = "{warm} h", length = "{days} days" }}
        gauges.standard.width = "1435 mm"
        gauges.broad.width = "1520 mm"
        [places]
        hub = {{ tracks = {{ standard = {tracks} }} }}
        west = {{}}
        north = {{}}
        [places.port]
        tracks = {{ standard = {tracks}, broad = {tracks} }}
        wagons.broad = {{ stock = {stock}, boxes_per_wagon = 1.5, returns = {returns} }}
        reloading.out = {{ from_gauge = "standard", to_gauge = "broad", berths = 2, lifting = {{ law = "gamma", mean = "2 h", cv = 0.5 }} }}
        reloading.in = {{ from_gauge = "broad", to_gauge = "standard", berths = 1, lifting = "90 min", withdrawal = "10 min" }}
        procedures.west = {{ direction = "west", steps = ["reloading.out"] }}
        procedures.east = {{ direction = "east", steps = ["reloading.in"] }}
        [places.yard.regrouping.r]
        {rules}
        [places.yard.procedures.west]
        direction = "west"
        steps = ["regrouping.r"]
        [lines]
        hub = {{ between = ["hub", "port"], gauge = "standard", running_time = "5 h", headway = "10 min" }}
        port = {{ between = ["port", "yard"], gauge = "broad", running_time = "1 h", room = 2 }}
        west = {{ between = ["yard", "west"], gauge = "broad", running_time = "3 h" }}
        north = {{ between = ["yard", "north"], gauge = "broad", running_time = "2 h" }}
        [flows]
        a = {{ from = "hub", to = "west", direction = "west", gauge = "standard", departures = {{ gather = {gather} }} }}
        b = {{ from = "hub", to = "north", direction = "west", gauge = "standard", boxes = {{ law = "poisson", mean = 8 }}, departures = {{ rate = "2/day" }} }}
        c = {{ from = "hub", to = "west", direction = "west", gauge = "standard", boxes = 7, departures = {{ rate = "1/day" }} }}
        d = {{ from = "west", to = "hub", direction = "east", gauge = "broad", boxes = 9, departures = {{ rate = "2/day" }} }}
        "#,
        warm = s.warm_up_hours,
        days = s.days,
        tracks = s.tracks,
        stock = s.stock,
        returns = s.returns,
        rules = s.yard_rules,
        gather = format_args!(
            "{{ lots = {{ rate = \"{}/day\" }}, lot_size = {{ law = \"poisson\", mean = {} }}, size = {}, min_size = {}, longest_wait = \"{} h\" }}",
            s.lots_per_day, s.lot_size, s.size, s.min_size, s.longest_wait_hours
        ),
    )
}

/// Of a run that stalled: without the watch it goes on to its end, and none of the trains that were said to be dead ever leaves the
/// place where it was.
fn stays_stalled(mut model: model::Model, stall: &Stall, seed: u64) -> Result<(), TestCaseError> {
    prop_assert!(!stall.waiting.is_empty());
    if stall.circle.is_empty() {
        return Ok(());
    }
    model.in_circles.clear();
    let mut simulator = Simulator::new(&model);
    let (_, observed) = simulator
        .run(seed, 1, true, 1_000_000)
        .map_err(|fault| TestCaseError::fail(fault.to_string()))?;
    let records = observed.records.as_ref().expect("they are kept");
    for dead in &stall.waiting {
        let last = records.activities.iter().rev().find(|a| {
            let train = &records.trains[a.train as usize];
            (train.flow, train.number, train.regrouped) == (dead.flow, dead.number, false)
        });
        let last = last.ok_or_else(|| TestCaseError::fail("it is a train of the records"))?;
        prop_assert_eq!((last.location, last.ends_at), (dead.location, observed.end));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// The exact laws hold (a run that breaks one is an error), and besides, from the records: each train does one
    /// thing after the other without gap, no train is longer or shorter than its rules say, no box is on two trains.
    #[test]
    fn nothing_is_lost_in_random_scenarios(small in small(), seed in 1..1000_u64) {
        let model = compiled(&scenario_of(&small));
        let mut simulator = Simulator::new(&model);
        let (ended, seen) = simulator.run(seed, 1, true, 1_000_000).map_err(|fault| TestCaseError::fail(fault.to_string()))?;
        if let Ended::Stalled(stall) = ended {
            return stays_stalled(model, &stall, seed);
        }
        prop_assert_eq!(&ended, &Ended::Finished);
        let records = seen.records.as_ref().expect("they are kept");
        let mut until: Vec<i64> = records.trains.iter().map(|t| t.created_at.0).collect();
        for a in &records.activities {
            prop_assert_eq!(a.begins_at.0, until[a.train as usize]);
            until[a.train as usize] = a.ends_at.0;
        }
        let mut boxes = (0, 0);
        for (train, until) in records.trains.iter().zip(until) {
            prop_assert_eq!(until, train.left_at.unwrap_or(seen.end).0);
            prop_assert_eq!(train.moving_or_served.0 + train.waiting.0, until - train.created_at.0);
            if train.flow == 0 && !train.regrouped && train.boxes > 0 {
                prop_assert!((small.min_size..=small.size).contains(&train.boxes));
            }
            // Every box that left a yard came to it.
            boxes.0 += i64::from(train.boxes) * i64::from(train.dissolved);
            boxes.1 += i64::from(train.boxes) * i64::from(train.regrouped);
        }
        let waiting_at_yard: i64 = seen.formations.iter().zip(&model.formations).filter(|(_, f)| f.regroups).map(|(t, _)| t.stock.value()).sum();
        prop_assert_eq!(boxes.0, boxes.1 + waiting_at_yard);
        for (pool, facts) in seen.pools.iter().zip(&model.pools) {
            prop_assert!((0..=i64::from(facts.stock)).contains(&pool.out.value()) && pool.out.max() <= i64::from(facts.stock));
        }
    }

    /// A longer run begins as the shorter one, and a simulator that is used again forgets the run before.
    #[test]
    fn a_longer_run_begins_as_the_shorter(mut small in small()) {
        let until = i64::from(small.days) * 24 * HOUR + i64::from(small.warm_up_hours) * HOUR;
        let trains = |model: &model::Model, times: u32| {
            let mut simulator = Simulator::new(model);
            for _ in 1..times {
                let _ = simulator.run(7, 2, false, 1_000_000);
            }
            let (_, seen) = simulator.run(7, 1, true, 1_000_000).unwrap_or_else(|fault| panic!("{fault}"));
            let records = seen.records.clone().expect("they are kept").trains;
            let gone = records.into_iter().filter(|t| t.left_at.is_some_and(|at| at.0 < until));
            gone.collect::<Vec<_>>()
        };
        let short = trains(&compiled(&scenario_of(&small)), 1);
        small.days += 5;
        prop_assert_eq!(short, trains(&compiled(&scenario_of(&small)), 2));
    }
}
