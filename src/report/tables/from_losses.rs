//! The table of a knock-out.

use super::Table;
use crate::experiment::knockout::Loss;
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
