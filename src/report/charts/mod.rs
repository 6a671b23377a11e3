//! The charts, one file each.

mod differences;
mod dwell;
mod knockout;
mod panel;
mod queue;
mod stall;
mod stringline;
mod together;
mod trains_per_day;
mod utilisation;
mod validation;
mod waterfall;

pub use differences::differences;
pub use dwell::dwell;
pub use knockout::knockout;
pub use queue::queue;
pub use stall::stall;
pub(super) use stringline::{Axis, parts_of_way};
pub use stringline::{StringlineOptions, stringline};
pub use together::{queues, waterfalls};
pub use trains_per_day::trains_per_day;
pub use utilisation::utilisation;
pub use validation::validation;
pub use waterfall::{Hours, waterfall};

use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use super::{Chart, Lang, ReportError};
use crate::experiment::compare::Comparison;
use crate::experiment::results::Results;

/// Which chart, for drawing them side by side.
#[derive(Clone, Copy)]
enum Which {
    Waterfall(Hours),
    Stringline(usize),
    Queue,
    Dwell,
    Utilisation,
    TrainsPerDay,
}

/// Every chart, in reading order: where the hours go, the trains of each corridor, then place by place. Drawn on all threads.
///
/// # Errors
/// Where a chart cannot be drawn at all; having nothing to show is no error.
pub fn gallery(results: &Results, lang: Lang) -> Result<Vec<Chart>, ReportError> {
    let mut all = vec![Which::Waterfall(Hours::PerTrain), Which::Waterfall(Hours::Total)];
    all.extend((0..results.corridors.len().max(1)).map(Which::Stringline));
    all.extend([Which::Queue, Which::Dwell, Which::Utilisation, Which::TrainsPerDay]);
    let draw = |which: Which| match which {
        Which::Waterfall(hours) => waterfall(results, hours, lang),
        Which::Stringline(corridor) => stringline(results, corridor, &StringlineOptions::default(), lang),
        Which::Queue => queue(results, lang),
        Which::Dwell => dwell(results, lang),
        Which::Utilisation => utilisation(results, lang),
        Which::TrainsPerDay => trains_per_day(results, lang),
    };
    all.into_par_iter().map(draw).collect()
}

/// Every chart of a comparison, in reading order: what changes in each scenario but the first, then queues and hours side by side.
///
/// # Errors
/// Where a chart cannot be drawn at all; having nothing to show is no error.
pub fn comparison_gallery(comparison: &Comparison, lang: Lang) -> Result<Vec<Chart>, ReportError> {
    let mut charts = Vec::new();
    for other in 0..comparison.differences.len() {
        charts.push(differences(comparison, other, lang)?);
    }
    charts.push(queues(comparison, lang)?);
    charts.push(waterfalls(comparison, lang)?);
    Ok(charts)
}

#[cfg(test)]
mod tests;
