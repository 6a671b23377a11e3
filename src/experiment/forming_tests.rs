//! Gathering, regrouping and wagon pools against exact solutions, and in random small scenarios.
//!
//! Each exact value must lie in the interval over independent replications, at a level of 1 - 0.01 / [`CHECKS`], so
//! that a right program passes all of them with a chance of at least 99 % (Bonferroni). Where a rate is wrong by 10 %
//! it must not.

use std::sync::atomic::AtomicBool;

use proptest::prelude::*;

use super::{Plan, Results, replicate};
use crate::model;
use crate::railway::{Ended, Simulator, Stall};
use crate::scenario;
use crate::units::HOUR;

/// How many exact values are checked here.
const CHECKS: f64 = 10.0;

fn compiled(text: &str) -> model::Model {
    let loaded = scenario::parse(text, "forming.toml").unwrap_or_else(|problems| panic!("{problems}"));
    model::compile(&loaded.scenario).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn run(text: &str) -> Results {
    let plan = Plan {
        replications: 40,
        until: None,
        seed: 1,
        confidence: 1.0 - 0.01 / CHECKS,
        records: 0,
        threads: 2,
        event_limit: 100_000_000,
    };
    replicate(&compiled(text), &plan, &AtomicBool::new(false), |_| ()).unwrap_or_else(|error| panic!("{error}"))
}

/// Distance of an exact value from the mean in half-widths, and the half-width as a share of the value.
fn distance(results: &Results, measure: &str, exact: f64) -> (f64, f64) {
    let estimate = results.estimate(measure).unwrap_or_else(|| panic!("no value for {measure}"));
    let half_width = estimate.half_width.expect("many replications");
    ((estimate.mean - exact).abs() / half_width, half_width / exact)
}

/// Every exact value is within its interval, which is narrow; with one text in the scenario replaced, none is.
#[track_caller]
fn agree(text: &str, exact: &[(&str, f64)], (right, wrong): (&str, &str)) {
    assert_eq!(text.matches(right).count(), 1, "{right} must stand there once");
    let results = run(text);
    let wrong = run(&text.replace(right, wrong));
    for (measure, exact) in exact {
        let (off, width) = distance(&results, measure, *exact);
        assert!(
            off <= 1.0,
            "{measure}: {exact} is {off:.2} half-widths off, each {:.2} %",
            width * 100.0
        );
        assert!(width < 0.05, "{measure}: the half-width is {:.1} % of the value", width * 100.0);
        let (off, _) = distance(&wrong, measure, *exact);
        assert!(off > 1.0, "{measure}: a rate wrong by 10 % goes unnoticed");
    }
}

fn hub(rest: &str) -> String {
    let head = "title = \"theory\"\ntime = { start = \"2022-01-03 00:00\", zone = \"UTC\", warm_up = \"30 days\", length = \"400 days\" }\n\
                gauges.standard.width = \"1435 mm\"\ngauges.broad.width = \"1520 mm\"\n";
    format!("{head}{rest}")
}

const GATHERED: &str = "[places.hub]\n[flows.f]\nfrom = \"hub\"\nto = \"hub\"\ngauge = \"standard\"\n[flows.f.departures.gather]\n";

const BOX_WAIT: &str = "flows.f.departures.gather.box_waiting_time_hours_mean";
const STOCK: &str = "flows.f.departures.gather.boxes_in_stock_mean";

/// Poisson boxes at rate L, trains of N: the k-th box waits for N - k more, (N - 1) / 2L on average; the stock is
/// uniform on 0..N - 1 (bulk service: Medhi (2003), Stochastic Models in Queueing Theory, 2nd ed., section 4.4).
#[test]
fn waiting_to_fill_a_fixed_size() {
    let text = hub(&format!("{GATHERED}lots.rate = \"24/day\"\nsize = 10"));
    agree(&text, &[(BOX_WAIT, 4.5)], ("24/day", "26.4/day"));
    // By Little's law the stock does not depend on the rate, but on the size.
    agree(&text, &[(STOCK, 4.5)], ("size = 10", "size = 11"));
}

/// A train leaves at the time W after its first box, with L W more on average that wait W / 2 each:
/// (W + L W W / 2) / (1 + L W) = (10 + 50) / 11 hours.
#[test]
fn waiting_no_longer_than_the_longest_wait() {
    let text = hub(&format!("{GATHERED}lots.rate = \"24/day\"\nlongest_wait = \"10 h\""));
    agree(&text, &[(BOX_WAIT, 60.0 / 11.0), (STOCK, 60.0 / 11.0)], ("\"10 h\"", "\"11 h\""));
}

/// Poisson trains of one box, regrouped every 12 hours: half of that.
#[test]
fn waiting_for_a_stated_time() {
    let text = hub(
        "[places.hub.regrouping.yard]\nevery = \"12 h\"\n[places.hub.procedures.all]\nsteps = [\"regrouping.yard\"]\n\
         [flows.f]\nfrom = \"hub\"\nto = \"hub\"\ngauge = \"standard\"\nboxes = 1\ndepartures.rate = \"24/day\"",
    );
    let wait = "places.hub.regrouping.yard.box_waiting_time_hours_mean";
    agree(&text, &[(wait, 6.0)], ("\"12 h\"", "\"13.2 h\""));
}

/// Trains of one box ask for wagons in a Poisson process, and each of 3 wagons is out for an exponential time: M/M/3,
/// with 2 wagons out on average (Erlang C: Gross et al. (2008), Fundamentals of Queueing Theory, 4th ed., section 2.3).
#[test]
fn wagons_as_servers() {
    let text = hub(
        "[places.hub.wagons.standard]\nstock = 3\nreturns = { law = \"exponential\", mean = \"1 h\" }\n\
         [flows.f]\nfrom = \"hub\"\nto = \"hub\"\ngauge = \"standard\"\nboxes = 1\ndepartures.rate = \"48/day\"",
    );
    let (offered, wagons) = (2.0, 3.0);
    // 1 + 2 + 4 / 2 states without a queue, and those with all wagons out.
    let all_out = (8.0 / 6.0) / (1.0 - offered / wagons);
    let erlang_c = all_out / (1.0 + 2.0 + 2.0 + all_out);
    let wait = erlang_c / (wagons - offered);
    let pool = "places.hub.wagons.standard";
    agree(
        &text,
        &[
            (&format!("{pool}.waiting_time_hours_mean"), wait),
            (&format!("{pool}.wagons_in_pool_mean"), wagons - offered),
        ],
        ("48/day", "52.8/day"),
    );
}

/// A finite source: 4 wagons go round between one berth that never lacks trains and a cycle of 5 hours, both
/// exponential. It is the machine-repair model (Gross et al., section 2.7), but that the berth lifts one train ahead
/// of its wagon: states with 0 to 4 wagons out and the berth at work, and one with all out and the berth held. Up at
/// rate 1, down at 0.2 for each wagon out: weights 5^n / n!, and for the last 5 / 4 times the one before.
#[test]
fn wagons_of_a_closed_cycle() {
    let text = hub(
        "[places.port.wagons.broad]\nstock = 4\nreturns = { law = \"exponential\", mean = \"5 h\" }\n\
         [places.port.reloading.shed]\nfrom_gauge = \"standard\"\nto_gauge = \"broad\"\nberths = 1\n\
         lifting = { law = \"exponential\", mean = \"60 min\" }\n[places.port.procedures.all]\nsteps = [\"reloading.shed\"]\n\
         [flows.f]\nfrom = \"port\"\nto = \"port\"\ngauge = \"standard\"\nboxes = 1\ndepartures.every = \"1 h\"",
    );
    let at_work = [1.0, 5.0, 25.0 / 2.0, 125.0 / 6.0, 625.0 / 24.0];
    let held = at_work[4] * 5.0 / 4.0;
    let all: f64 = at_work.iter().sum::<f64>() + held;
    let out: f64 = at_work.iter().zip([0.0, 1.0, 2.0, 3.0, 4.0]).map(|(w, n)| w * n).sum::<f64>() + 4.0 * held;
    let trains = 400.0 * 24.0 * (1.0 - held / all);
    let pool = "places.port.wagons.broad";
    agree(
        &text,
        &[
            (&format!("{pool}.trains_waiting_mean"), held / all),
            (&format!("{pool}.wagons_in_pool_mean"), 4.0 - out / all),
            ("places.port.reloading.shed.trains_served", trains),
        ],
        ("\"5 h\"", "\"5.5 h\""),
    );
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
