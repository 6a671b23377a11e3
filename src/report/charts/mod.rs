//! The charts, one file each.

mod alternatives;
mod axes;
mod calendar_map;
mod differences;
mod dwell;
mod flow_map;
mod frontier;
mod gantt;
mod heat;
mod knockout;
mod occupancy;
mod panel;
mod queue;
mod recovery;
mod response;
mod search;
mod series;
mod stall;
mod stays;
mod stringline;
mod together;
mod trains_per_day;
mod transit;
mod utilisation;
mod validation;
mod warm_up;
mod waterfall;
mod week;

pub use alternatives::alternatives;
pub use calendar_map::{CalendarOf, calendar_map};
pub use differences::differences;
pub use dwell::dwell;
pub use flow_map::flow_map;
pub use frontier::frontier;
pub use gantt::{GanttOptions, gantt};
pub use knockout::knockout;
pub use occupancy::occupancy;
pub use queue::queue;
pub use recovery::recovery;
pub use response::{heat_map, influence, one_at_a_time, parallel_coordinates, response_curves, response_gallery};
pub use search::search;
pub use stall::stall;
pub(super) use stringline::{Axis, parts_of_way};
pub use stringline::{StringlineOptions, stringline};
pub use together::{queues, waterfalls};
pub use trains_per_day::trains_per_day;
pub use transit::transit;
pub use utilisation::utilisation;
pub use validation::validation;
pub use warm_up::warm_up;
pub use waterfall::{Hours, waterfall};
pub use week::week;

use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use super::{Chart, Lang, ReportError};
use crate::experiment::compare::Comparison;
use crate::experiment::results::Results;
use crate::units::{DAY, Duration};

/// Places of which trains are shown one by one, at most.
const GANTTS: usize = 4;

/// From so much measured time on, weeks are laid upon each other.
const FOLDED_FROM: Duration = Duration(14 * DAY);

/// Which chart, for drawing them side by side.
#[derive(Clone, Copy)]
enum Which {
    Map,
    Waterfall(Hours),
    Stringline(usize),
    Folded(usize),
    Gantt(usize),
    Queue,
    Occupancy,
    Calendar(CalendarOf),
    Dwell,
    Transit,
    Utilisation,
    Week,
    TrainsPerDay,
    WarmUp,
}

/// Every chart, in reading order: the network and where the hours go; place by place over time; how long trains take; how busy
/// facilities are; the trains of each corridor and terminal, one by one; and whether the run had settled. Drawn on all threads.
///
/// # Errors
/// Where a chart cannot be drawn at all; having nothing to show is no error.
pub fn gallery(results: &Results, lang: Lang) -> Result<Vec<Chart>, ReportError> {
    let mut all = vec![
        Which::Map,
        Which::Waterfall(Hours::PerTrain),
        Which::Waterfall(Hours::Total),
        Which::Queue,
        Which::Occupancy,
        Which::Calendar(CalendarOf::Waiting),
        Which::Dwell,
        Which::Transit,
        Which::TrainsPerDay,
        Which::Calendar(CalendarOf::Trains),
        Which::Utilisation,
        Which::Week,
    ];
    all.extend((0..results.corridors.len().max(1)).map(Which::Stringline));
    if results.run.length >= FOLDED_FROM {
        all.extend((0..results.corridors.len()).map(Which::Folded));
    }
    all.extend(gantt::places_to_draw(results, GANTTS).into_iter().map(Which::Gantt));
    all.push(Which::WarmUp);
    let draw = |which: Which| match which {
        Which::Map => flow_map(results, lang),
        Which::Waterfall(hours) => waterfall(results, hours, lang),
        Which::Stringline(corridor) => stringline(results, corridor, &StringlineOptions::default(), lang),
        Which::Folded(corridor) => stringline(results, corridor, &StringlineOptions::folded(), lang),
        Which::Gantt(place) => gantt(results, place, &GanttOptions::default(), lang),
        Which::Queue => queue(results, lang),
        Which::Occupancy => occupancy(results, lang),
        Which::Calendar(of) => calendar_map(results, of, lang),
        Which::Dwell => dwell(results, lang),
        Which::Transit => transit(results, lang),
        Which::Utilisation => utilisation(results, lang),
        Which::Week => week(results, lang),
        Which::TrainsPerDay => trains_per_day(results, lang),
        Which::WarmUp => warm_up(results, lang),
    };
    all.into_par_iter().map(draw).collect()
}

/// Every chart of a comparison, in reading order: what changes in each scenario but the first, then queues and hours side by side.
/// Drawn on all threads.
///
/// # Errors
/// Where a chart cannot be drawn at all; having nothing to show is no error.
pub fn comparison_gallery(comparison: &Comparison, lang: Lang) -> Result<Vec<Chart>, ReportError> {
    let count = comparison.differences.len();
    let draw = |which: usize| match which.checked_sub(count) {
        None => differences(comparison, which, lang),
        Some(0) => queues(comparison, lang),
        Some(_) => waterfalls(comparison, lang),
    };
    (0..count + 2).into_par_iter().map(draw).collect()
}

#[cfg(test)]
mod experiment_tests;
#[cfg(test)]
mod lang_tests;
#[cfg(test)]
mod of_a_run {
    mod tests;
}
#[cfg(test)]
mod tests;
