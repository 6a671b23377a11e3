//! Scenarios that grow: in time, in traffic with capacity in proportion, and in places.

use std::fmt::Write;

/// Keys of a scenario that say how much there is of something.
const CAPACITIES: [&str; 9] = ["rate", "desks", "servers", "berths", "cranes", "quota", "paths", "room", "tracks"];

/// A scenario with so many times the traffic and so many times of everything that serves it; headways shrink as much, and a
/// train needs of each what it needed.
pub fn traffic(text: &str, times: f64) -> String {
    let mut grown = String::new();
    for line in text.lines() {
        let (said, _) = line.split_once('#').unwrap_or((line, ""));
        let changed = match said.split_once('=') {
            // A word for what kind of line it is.
            Some((key, value)) if key.trim() == "tracks" && !value.contains('{') => None,
            Some((key, value)) if CAPACITIES.contains(&key.trim()) => Some((key, multiplied(value, times))),
            Some((key, value)) if key.trim() == "headway" => Some((key, multiplied(value, 1.0 / times))),
            _ => None,
        };
        match changed {
            Some((key, value)) => writeln!(grown, "{key}={value}"),
            None => writeln!(grown, "{said}"),
        }
        .expect("a string takes everything");
    }
    grown
}

/// Every number in a text multiplied.
fn multiplied(text: &str, by: f64) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(begins) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, number) = rest.split_at(begins);
        let ends = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
        let (number, after) = number.split_at(ends);
        let value = number.parse::<f64>().expect("digits") * by;
        // Whole numbers stay whole, and products do not end in nines.
        let value = (value * 1e6).round() / 1e6;
        write!(result, "{before}{value}").expect("a string takes everything");
        rest = after;
    }
    result + rest
}

/// So many places: a hub and branches of three places from it, each with a flow to its end that is cleared at the first place
/// and reloaded at the second. All flows together are 340 trains a day, however many they are.
pub fn network(places: usize, days: f64) -> String {
    let branches = (places - 1) / 3;
    let rate = 340.0 / branches as f64;
    let mut text = format!(
        r#"title = "A network of {places} places"
[time]
start = "2022-01-01 00:00"
zone = "UTC"
length = "{days} d"
[run]
replications = 1
records = 0
[gauges.standard]
width = "1435 mm"
[gauges.broad]
width = "1520 mm"
[calendars.day]
windows = [{{ days = "daily", hours = "06:00-22:00" }}]
[places.hub]
"#
    );
    for branch in 0..branches {
        let (office, yard, end) = (format!("office_{branch}"), format!("yard_{branch}"), format!("end_{branch}"));
        write!(
            text,
            r#"
[places.{office}]
tracks = {{ standard = 60 }}
[places.{office}.clearance.desk]
desks = 24
time = {{ law = "lognormal", mean = "60 min", cv = 0.6 }}
calendar = "day"
at_close = "finish"
[places.{office}.procedures.all]
steps = ["clearance.desk"]
[places.{yard}]
[places.{yard}.reloading.berth]
from_gauge = "standard"
to_gauge = "broad"
berths = 24
lifting = {{ law = "gamma", mean = "60 min", cv = 0.3 }}
[places.{yard}.procedures.all]
steps = ["reloading.berth"]
[places.{end}]
[lines.{office}]
between = ["hub", "{office}"]
gauge = "standard"
running_time = {{ law = "lognormal", mean = "600 min", cv = 0.15 }}
overtaking = true
[lines.{yard}]
between = ["{office}", "{yard}"]
gauge = "standard"
running_time = "60 min"
[lines.{end}]
between = ["{yard}", "{end}"]
gauge = "broad"
running_time = "60 min"
[flows.{end}]
from = "hub"
to = "{end}"
gauge = "standard"
[flows.{end}.departures]
rate = "{rate:.6}/day"
"#
        )
        .expect("a string takes everything");
    }
    text
}

/// A queue that only grows: more trains come than are served, so that they are inside by the ten thousand.
pub fn overload(text: &str) -> String {
    text.replace(r#"mean = "1 min""#, r#"mean = "2 min""#)
}
