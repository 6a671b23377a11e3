//! The tables of a comparison.

use std::sync::Arc;

use super::Table;
use crate::experiment::compare::{Comparison, Difference, KeyDifference, Verdict};
use crate::units::Duration;

/// A row per key that differs, a column per scenario.
#[must_use]
pub fn keys(names: &[&str], keys: &[KeyDifference]) -> Table {
    let mut table = Table::new("keys").text("key", keys.iter().map(|k| k.key.as_str()));
    for (at, name) in names.iter().enumerate() {
        table = table.nullable_text(name, keys.iter().map(|k| k.values[at].as_deref()));
    }
    table
}

impl Verdict {
    /// The word in tables.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::More => "more",
            Self::Less => "less",
            Self::Unsure(_) => "not enough evidence",
        }
    }
}

/// A row per scenario but the first and measure that it shares with the first.
#[must_use]
pub fn differences(comparison: &Comparison) -> Table {
    let rows: Vec<(&str, &Difference)> = comparison
        .scenarios
        .iter()
        .skip(1)
        .zip(&comparison.differences)
        .flat_map(|(scenario, differences)| differences.iter().map(|d| (scenario.name.as_str(), d)))
        .collect();
    let each = |f: fn(&Difference) -> Option<f64>| rows.iter().map(move |(_, d)| f(d));
    let more = |d: &Difference| match d.verdict {
        Some(Verdict::Unsure(more)) => more.map(i64::from),
        _ => None,
    };
    Table::new("differences")
        .text("scenario", rows.iter().map(|(name, _)| *name))
        .text("measure", rows.iter().map(|(_, d)| d.measure.id.as_str()))
        .text("label", rows.iter().map(|(_, d)| d.measure.label.as_str()))
        .text("unit", rows.iter().map(|(_, d)| d.measure.unit))
        .integer("n", rows.iter().map(|(_, d)| d.paired.difference.n))
        .float("first_mean", rows.iter().map(|(_, d)| d.first.mean))
        .float("other_mean", rows.iter().map(|(_, d)| d.other.mean))
        .float("difference", rows.iter().map(|(_, d)| d.paired.difference.mean))
        .nullable_float("half_width", each(|d| d.paired.difference.half_width))
        .nullable_float("p_value", each(|d| d.paired.p_value))
        .nullable_float("correlation", each(|d| d.paired.correlation))
        .nullable_float("variance_left", each(|d| d.paired.variance_left))
        .nullable_text("verdict", rows.iter().map(|(_, d)| d.verdict.map(Verdict::word)))
        .nullable_integer("more_replications", rows.iter().map(|(_, d)| more(d)))
}

/// A row per train that left the network in the first scenario and in another, in the replications with records.
#[must_use]
pub fn train_differences(comparison: &Comparison) -> Table {
    let flows = comparison.scenarios.first().map(|s| s.results.flows.as_slice()).unwrap_or_default();
    let names: Vec<Arc<str>> = comparison.scenarios.iter().skip(1).map(|s| s.name.as_str().into()).collect();
    let ids: Vec<Arc<str>> = flows.iter().map(|f| f.id.as_str().into()).collect();
    let rows: Vec<_> = comparison
        .trains
        .iter()
        .enumerate()
        .flat_map(|(at, trains)| trains.iter().map(move |t| (at, t)))
        .collect();
    let hours = |time: Duration| time.as_hours();
    Table::new("trains")
        .text("scenario", rows.iter().map(|(at, _)| Arc::clone(&names[*at])))
        .integer("replication", rows.iter().map(|(_, t)| t.replication))
        .text("flow", rows.iter().map(|(_, t)| Arc::clone(&ids[t.flow])))
        .integer("number", rows.iter().map(|(_, t)| t.number))
        .float("first_hours", rows.iter().map(|(_, t)| hours(t.first)))
        .float("other_hours", rows.iter().map(|(_, t)| hours(t.other)))
        .float("difference_hours", rows.iter().map(|(_, t)| hours(t.other - t.first)))
}

/// A row per scenario but the first and flow: how its trains fare.
#[must_use]
pub fn flow_differences(comparison: &Comparison) -> Table {
    let flows = comparison.scenarios.first().map(|s| s.results.flows.as_slice()).unwrap_or_default();
    let names = comparison.scenarios.iter().skip(1).map(|s| s.name.as_str());
    let rows: Vec<_> = names
        .zip(&comparison.flows)
        .flat_map(|(name, flows)| flows.iter().map(move |f| (name, f)))
        .collect();
    #[allow(clippy::cast_possible_wrap, reason = "a number of trains")]
    let count = |n: usize| n as i64;
    Table::new("trains_by_flow")
        .text("scenario", rows.iter().map(|(name, _)| *name))
        .text("flow", rows.iter().map(|(_, f)| flows[f.flow].id.as_str()))
        .integer("trains", rows.iter().map(|(_, f)| count(f.trains)))
        .integer("slower", rows.iter().map(|(_, f)| count(f.slower)))
        .integer("faster", rows.iter().map(|(_, f)| count(f.faster)))
        .float("mean_difference_hours", rows.iter().map(|(_, f)| f.mean_hours))
        .float("difference_hours_p05", rows.iter().map(|(_, f)| f.quantiles_hours[0]))
        .float("difference_hours_p50", rows.iter().map(|(_, f)| f.quantiles_hours[1]))
        .float("difference_hours_p95", rows.iter().map(|(_, f)| f.quantiles_hours[2]))
}
