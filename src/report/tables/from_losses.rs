//! The tables of a knock-out.

use super::Table;
use crate::experiment::knockout::{Backlog, Loss};
use crate::stats::Estimate;

/// A row per element, the worst first.
#[must_use]
pub fn losses(losses: &[Loss]) -> Table {
    let mean = |of: fn(&Loss) -> Option<Estimate>| losses.iter().map(move |loss| of(loss).map(|e| e.mean));
    let half = |of: fn(&Loss) -> Option<Estimate>| losses.iter().map(move |loss| of(loss).and_then(|e| e.half_width));
    Table::new("losses")
        .text("element", losses.iter().map(|loss| loss.element.as_str()))
        .nullable_float("vehicle_hours", mean(|loss| loss.vehicle_hours))
        .nullable_float("vehicle_hours.half_width", half(|loss| loss.vehicle_hours))
        .nullable_float("held", mean(|loss| loss.held))
        .nullable_float("recovery_hours", mean(|loss| loss.recovery_hours))
        .nullable_float("recovery_hours.half_width", half(|loss| loss.recovery_hours))
        .nullable_float("recovered_share", losses.iter().map(|loss| loss.recovered))
        .nullable_float(
            "recovered_share.low",
            losses.iter().map(|loss| loss.recovered_interval.map(|(low, _)| low)),
        )
        .nullable_float(
            "recovered_share.high",
            losses.iter().map(|loss| loss.recovered_interval.map(|(_, high)| high)),
        )
        .nullable_text("unfinished", losses.iter().map(|loss| loss.unfinished.as_deref()))
}

/// A row per element that was closed and step of time: vehicles waiting in the whole network with the closure and without.
#[must_use]
pub fn backlogs(losses: &[Loss]) -> Table {
    let known = losses
        .iter()
        .filter_map(|loss| Some((loss.element.as_str(), loss.backlog.as_ref()?)));
    let rows: Vec<(&str, &Backlog, usize)> = known
        .flat_map(|(element, backlog)| (0..backlog.usual.len()).map(move |step| (element, backlog, step)))
        .collect();
    let start = |backlog: &Backlog, step: usize| {
        let since = jiff::SignedDuration::from_millis(backlog.step.0.saturating_mul(i64::try_from(step).unwrap_or(i64::MAX)));
        backlog.first.saturating_add(since).strftime("%Y-%m-%d %H:%M").to_string()
    };
    Table::new("backlogs")
        .text("element", rows.iter().map(|(element, ..)| *element))
        .text("step_start", rows.iter().map(|(_, backlog, step)| start(backlog, *step)))
        .float("usual_waiting", rows.iter().map(|(_, backlog, step)| backlog.usual[*step]))
        .float("closed_waiting", rows.iter().map(|(_, backlog, step)| backlog.closed[*step]))
        .nullable_float(
            "difference.half_width",
            rows.iter()
                .map(|(_, backlog, step)| backlog.half_width.as_ref().map(|all| all[*step])),
        )
}
