//! The charts, one file each.

mod dwell;
mod panel;
mod queue;
mod stringline;
mod trains_per_day;
mod utilisation;
mod waterfall;

pub use dwell::dwell;
pub use queue::queue;
pub use stringline::{StringlineOptions, stringline};
pub use trains_per_day::trains_per_day;
pub use utilisation::utilisation;
pub use waterfall::{Hours, waterfall};

use super::{Chart, ReportError};
use crate::experiment::results::Results;

/// Every chart, in reading order: where the hours go, the trains of each corridor, then place by place.
///
/// # Errors
/// Where a chart cannot be drawn at all; having nothing to show is no error.
pub fn gallery(results: &Results) -> Result<Vec<Chart>, ReportError> {
    let mut charts = vec![waterfall(results, Hours::PerTrain)?, waterfall(results, Hours::Total)?];
    for corridor in 0..results.corridors.len().max(1) {
        charts.push(stringline(results, corridor, &StringlineOptions::default())?);
    }
    charts.push(queue(results)?);
    charts.push(dwell(results)?);
    charts.push(utilisation(results)?);
    charts.push(trains_per_day(results)?);
    Ok(charts)
}

#[cfg(test)]
mod tests;
