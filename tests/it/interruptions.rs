//! Servers that do not always work, and service in batches, against what is proved of them.
//!
//! Each check at the level of those of the pack of `landbridge verify`; with a rate wrong by 10 % it must fail.

use std::sync::atomic::AtomicBool;

use landbridge::experiment::{Plan, Results, replicate};
use landbridge::stats::Estimate;
use landbridge::verify::level;

use crate::common::{EVENT_LIMIT, SEED, model};

const WAIT: &str = "places.q.clearance.desk.waiting_time_hours_mean";

fn run(text: &str, replications: u32) -> Results {
    let plan = Plan {
        replications,
        until: None,
        seed: SEED,
        confidence: level(),
        records: 0,
        threads: 2,
        event_limit: EVENT_LIMIT,
    };
    replicate(&model(text), &plan, &AtomicBool::new(false), |_| ()).unwrap_or_else(|error| panic!("{error}"))
}

fn estimate(results: &Results, measure: &str) -> Estimate {
    results.estimate(measure).unwrap_or_else(|| panic!("no value for {measure}"))
}

/// How far the estimate is from a value, in half-widths, and how wide the interval is as a share of the value.
fn distance(results: &Results, measure: &str, exact: f64) -> (f64, f64) {
    let estimate = estimate(results, measure);
    let half_width = estimate.half_width.expect("two replications or more");
    ((estimate.mean - exact) / half_width, half_width / exact)
}

/// The exact value is in the interval of the scenario; it is not where `change` makes a rate wrong by 10 %.
/// A precise interval is part of the check: one wide enough holds any value.
#[track_caller]
fn agrees(text: &str, replications: u32, measure: &str, exact: f64, change: [&str; 2]) {
    let (off, width) = distance(&run(text, replications), measure, exact);
    assert!(
        off.abs() <= 1.0,
        "{measure}: {exact} is {off:.2} half-widths off; half-width {:.2} %",
        width * 100.0
    );
    assert!(width < 0.05, "{measure}: the half-width is {:.1} % of the value", width * 100.0);
    let wrong = changed(text, change);
    let (off, _) = distance(&run(&wrong, replications), measure, exact);
    assert!(
        off.abs() > 1.0,
        "{measure}: a rate wrong by 10 % goes unnoticed, {off:.2} half-widths off"
    );
}

#[track_caller]
fn changed(text: &str, [right, wrong]: [&str; 2]) -> String {
    assert_eq!(text.matches(right).count(), 1, "{right:?} must stand there once");
    text.replace(right, wrong)
}

/// Trains that begin in a queue, are served there and leave. The warm-up is a tenth of the length: of M/M/1 at
/// utilisation 0.8 it is 40 relaxation times of 1 / (1 - sqrt(0.8))^2 = 90 hours (Morse 1958), so that the
/// initial bias is some e^-40.
fn queue(hours: u32, per_day: f64, facility: &str, steps: &str) -> String {
    format!(
        r#"title = "Queue"
[time]
start = "2022-01-01 00:00"
zone = "UTC"
warm_up = "{} h"
length = "{hours} h"
[gauges.standard]
width = "1435 mm"
[gauges.broad]
width = "1520 mm"
[places.q]
{facility}
[places.q.procedures.all]
steps = [{steps}]
[places.exit]
[lines.out]
between = ["q", "exit"]
gauge = "standard"
running_time = "0 min"
[flows.trains]
from = "q"
to = "exit"
gauge = "standard"
[flows.trains.departures]
rate = "{per_day}/day"
"#,
        hours / 10
    )
}

fn desks(id: &str, desks: u32, time: &str) -> String {
    format!("[places.q.clearance.{id}]\ndesks = {desks}\ntime = {time}\n")
}

/// One berth as a server: lifting by the train, more keys of the terminal, and of the place. Trains leave on the other gauge.
fn berth(hours: u32, per_day: f64, lifting: &str, keys: &str) -> String {
    let facility =
        format!("[places.q.reloading.berth]\nfrom_gauge = \"standard\"\nto_gauge = \"broad\"\nberths = 1\nlifting = {lifting}\n{keys}\n");
    changed(
        &queue(hours, per_day, &facility, "\"reloading.berth\""),
        [
            "between = [\"q\", \"exit\"]\ngauge = \"standard\"",
            "between = [\"q\", \"exit\"]\ngauge = \"broad\"",
        ],
    )
}

/// The mean time in M/G/1 whose server is up for exponential times of mean `up` and down for times of mean and second
/// moment `down`, whether it is busy or not; work is resumed. With `a` = 1 + E\[down\] / `up`, a train finds work of mean V
/// and, for a share 1 - 1 / `a` of time, the rest of a time down, of mean r in all. It stays T = r + a (V + E\[S\]) (arrivals
/// see time averages), and V is what waits, rate x E\[S\] (r + a V), and what is left of that in service, rate x E\[S^2\] a / 2.
/// With exponential times this is White and Christie (1958), Operations Research 6(1), 79-95; in general model A of
/// Avi-Itzhak and Naor (1963), Operations Research 11(3), 303-320.
fn time_with_interruptions(rate: f64, service: (f64, f64), up: f64, down: (f64, f64)) -> f64 {
    let a = 1.0 + down.0 / up;
    let rest = (1.0 - 1.0 / a) * down.1 / (2.0 * down.0);
    let load = rate * service.0;
    let work = (load * rest + rate * service.1 * a / 2.0) / (1.0 - load * a);
    rest + a * (work + service.0)
}

const TIME: &str = "places.q.dwell_time_hours_mean";

/// White and Christie: mean number L = rate ((f + g)^2 + f m) / ((f + g) (m g - rate (f + g))) for services m, failures f
/// and repairs g: here 4.2, so that a train stays 4.2 / 0.6 = 7 h.
#[test]
fn m_m_1_with_breakdowns() {
    let exact = time_with_interruptions(0.6, (1.0, 2.0), 10.0, (2.5, 12.5));
    assert!((exact - 7.0).abs() < 1e-12);
    let keys =
        "breakdowns.up = { law = \"exponential\", mean = \"10 h\" }\nbreakdowns.down = { law = \"exponential\", mean = \"150 min\" }";
    agrees(
        &berth(40_000, 14.4, r#"{ law = "exponential", mean = "1 h" }"#, keys),
        40,
        TIME,
        exact,
        [r#"mean = "150 min""#, r#"mean = "165 min""#],
    );
}

/// Vacations that come whether the server is busy or not: storms of gamma length over a yard, cv 0.5, and gamma services of
/// cv 0.5.
#[test]
fn m_g_1_with_vacations() {
    let exact = time_with_interruptions(0.6, (1.0, 1.25), 9.0, (3.0, 9.0 * 1.25));
    let keys = "outdoor = true\n[places.q.wind.storms]\nevery = { law = \"exponential\", mean = \"9 h\" }\nlasts = { law = \"gamma\", mean = \"3 h\", cv = 0.5 }\nspeed = \"25 m/s\"";
    agrees(
        &berth(40_000, 14.4, r#"{ law = "gamma", mean = "1 h", cv = 0.5 }"#, keys),
        40,
        TIME,
        exact,
        [r#"mean = "3 h""#, r#"mean = "3.3 h""#],
    );
}

/// Four cranes, one repairer, times down half of times up: the chances of 0 to 4 down are as 1, 2, 3, 3, 1.5 (Palm 1947),
/// so 23 / 10.5 are down on average and 9.5 / 10.5 of the time the repairer is at work, 13.5 / 10.5 cranes wait for him.
#[test]
fn machine_repair() {
    let keys = "[places.q.reloading.berth.breakdowns]\nup = { law = \"exponential\", mean = \"10 h\" }\ndown = { law = \"exponential\", mean = \"5 h\" }\nrepairers = 1";
    let text = changed(
        &berth(40_000, 1.0, "LIFTING", keys),
        ["lifting = LIFTING", "per_lift = \"1 min\"\ncranes = 4"],
    );
    let change = [r#"mean = "5 h""#, r#"mean = "5.5 h""#];
    agrees(&text, 20, "places.q.reloading.berth.cranes_down_mean", 23.0 / 10.5, change);
    agrees(
        &text,
        20,
        "places.q.reloading.berth.cranes_waiting_for_repair_mean",
        13.5 / 10.5,
        change,
    );
}

/// Service in batches of exactly three: trains of one box each, 2.4 an hour, become trains of three. These arrive as Erlang's
/// process of three phases, so the desk is E3/M/1: the wait of a batch is s / (1 - s) services, where s is the root of
/// s = (2.4 / (2.4 + 1 - s))^3 (Kleinrock 1975, Queueing Systems I, 6.4; Bailey 1954 for batches).
#[test]
fn service_in_batches() {
    let facilities = format!(
        "[places.q.regrouping.batch]\nsize = 3\n{}",
        desks("desk", 1, r#"{ law = "exponential", mean = "1 h" }"#)
    );
    let text = queue(40_000, 57.6, &facilities, "\"regrouping.batch\", \"clearance.desk\"");
    let text = changed(&text, ["to = \"exit\"\ngauge", "to = \"exit\"\nboxes = 1\ngauge"]);
    let root = (0..200).fold(0.5, |s: f64, _| (2.4 / (3.4 - s)).powi(3));
    agrees(&text, 30, WAIT, root / (1.0 - root), [r#"mean = "1 h""#, r#"mean = "0.9 h""#]);
}
