//! The most trains a day again and again, over one or two factors: a frontier.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

use serde::Serialize;

use super::capacity::{Capacity, Search, SearchError, Trial, capacity};
use crate::scenario::Scenario;
use crate::scenario::plan::Shown;

/// Something that is varied, for the axes of a frontier.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Axis {
    /// The dotted path of the key that takes the levels.
    pub key: String,
    /// What it takes, as it is written, in order.
    pub levels: Vec<String>,
    /// The number of each level where all are quantities of one unit; absent otherwise.
    pub numbers: Option<Vec<f64>>,
    /// The unit of the numbers; empty for bare numbers and where there are none.
    pub unit: String,
}

impl Axis {
    /// An axis of the values of a key as they stand on a command line.
    #[must_use]
    pub fn new(key: &str, values: &[String]) -> Self {
        let (mut levels, mut numbers, mut units) = (Vec::new(), Vec::new(), BTreeSet::new());
        for shown in values.iter().map(|value| Shown::of_text(value)) {
            levels.push(shown.label);
            let (number, unit) = shown.number.unzip();
            numbers.push(number);
            units.insert(unit);
        }
        let one = (units.len() == 1).then(|| units.pop_first().flatten()).flatten();
        Self {
            key: key.to_owned(),
            levels,
            numbers: one.as_ref().and_then(|_| numbers.into_iter().collect()),
            unit: one.unwrap_or_default(),
        }
    }
}

/// A corner of a frontier: a scenario at one level of each factor.
#[derive(Clone, Debug)]
pub struct Corner {
    /// For each axis the index of its level.
    pub levels: Vec<usize>,
    /// The scenario with these levels.
    pub scenario: Scenario,
}

/// The most trains a day at every combination of levels.
#[derive(Clone, Debug, Serialize)]
pub struct Frontier {
    /// The limits, as they are written.
    pub limits: Vec<String>,
    /// Level of the statements that limits surely hold and surely do not.
    pub confidence: f64,
    /// Replications of each trial.
    pub replications: u32,
    /// One or two factors.
    pub axes: Vec<Axis>,
    /// Every combination that was searched, the last factor changing fastest.
    pub points: Vec<FrontierPoint>,
}

/// What a search found at one combination of levels.
#[derive(Clone, Debug, Serialize)]
pub struct FrontierPoint {
    /// For each axis the index of its level.
    pub levels: Vec<usize>,
    /// Trains a day at the fewest and at the most multiple of the search: no answer lies beyond.
    pub searched: (f64, f64),
    /// The most trains a day at which every mean is within its limit; absent where not even the fewest searched are.
    pub best: Option<f64>,
    /// The most at which the limits surely hold; absent where there is none.
    pub surely: Option<f64>,
    /// The fewest at which they surely do not; absent where they hold, or may hold, to the end of the search.
    pub surely_not: Option<f64>,
    /// The measures that are beyond their limits just above `best`: what binds.
    pub binds: Vec<String>,
    /// Every trial of the search.
    #[serde(skip)]
    pub found: Capacity,
}

/// Searches for the most trains a day at every corner in turn; `tried` sees every trial with the number of its corner,
/// and when `stop` is set, the corners that are done count.
///
/// Every trial of every corner has the same luck, so the points of a frontier differ by their levels.
///
/// # Errors
/// The search makes no sense, or a run broke a law; or it was stopped within the first corner.
pub fn frontier(
    axes: Vec<Axis>,
    corners: &[Corner],
    search: &Search,
    stop: &AtomicBool,
    mut tried: impl FnMut(usize, &Trial),
) -> Result<Frontier, SearchError> {
    let mut points = Vec::new();
    for (number, corner) in corners.iter().enumerate() {
        let found = match capacity(&corner.scenario, search, stop, |trial| tried(number, trial)) {
            Ok(found) => found,
            Err(SearchError::Run(super::ReplicateError::Stopped)) if !points.is_empty() => break,
            Err(error) => return Err(error),
        };
        points.push(point(corner, found, search));
    }
    Ok(Frontier {
        limits: search.limits.iter().map(ToString::to_string).collect(),
        confidence: search.plan.confidence,
        replications: search.plan.replications,
        axes,
        points,
    })
}

fn point(corner: &Corner, found: Capacity, search: &Search) -> FrontierPoint {
    let trains = |trial: Option<&Trial>| trial.map(|trial| trial.trains_per_day);
    // Trains a day are in proportion to the multiple.
    let each = found.trials.first().map_or(0.0, |trial| trial.trains_per_day / trial.multiple);
    FrontierPoint {
        levels: corner.levels.clone(),
        searched: (each * search.from, each * search.to),
        best: trains(found.best()),
        surely: trains(found.surely()),
        surely_not: trains(found.surely_not()),
        binds: found.binds(search),
        found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::capacity::tests::{QUEUE, search};
    use crate::scenario;

    fn corners(times: &[&str]) -> (Vec<Axis>, Vec<Corner>) {
        let values: Vec<String> = times.iter().map(|&text| text.to_owned()).collect();
        let axis = Axis::new("places.queue.clearance.server.time.mean", &values);
        let corner = |(at, mean): (usize, &&str)| {
            let text = QUEUE.replace("mean = \"1 h\"", &format!("mean = \"{mean}\""));
            let loaded = scenario::parse(&text, "mm1.toml").unwrap_or_else(|problems| panic!("{problems}"));
            Corner {
                levels: vec![at],
                scenario: loaded.scenario,
            }
        };
        (vec![axis], times.iter().enumerate().map(corner).collect())
    }

    /// The mean wait of an M/M/1 of load r with services of mean s is s r / (1 - r): no more than 4 hours up to r = 4 / (4 + s).
    /// For an hour that is 0.8 or 19.2 trains a day, for 75 minutes 4 / 5.25 or 14.63: Gross et al. (2008), section 2.2.
    #[test]
    fn a_slower_server_carries_fewer() {
        let (axes, corners) = corners(&["60 min", "75 min"]);
        let search = search("places.queue.clearance.server.waiting_time_hours_mean <= 4");
        let mut trials = [0, 0];
        let found = frontier(axes, &corners, &search, &AtomicBool::new(false), |at, _| trials[at] += 1).expect("it makes sense");
        for (point, exact) in found.points.iter().zip([19.2, 24.0 / 1.25 * 4.0 / 5.25]) {
            let (surely, not) = (point.surely.expect("some"), point.surely_not.expect("some"));
            assert!(surely <= exact && exact <= not, "{surely} to {not} misses {exact}");
            let best = point.best.expect("some");
            assert!(
                (surely..=not).contains(&best) && not - surely < 0.15 * exact,
                "{surely} {best} {not}"
            );
            assert_eq!(point.binds, ["places.queue.clearance.server.waiting_time_hours_mean"]);
            assert!((point.searched.0 - 12.0).abs() < 1e-9 && (point.searched.1 - 22.8).abs() < 1e-9);
        }
        assert_eq!(trials.map(|n| n > 2), [true, true]);
        assert_eq!([found.points[0].found.trials.len(), found.points[1].found.trials.len()], trials);
    }

    #[test]
    fn axes_have_numbers_where_all_levels_are_of_one_unit() {
        let axis = |values: &[&str]| Axis::new("k", &values.iter().map(|&v| v.to_owned()).collect::<Vec<_>>());
        let times = axis(&["\"45 min\"", "60 min"]);
        assert_eq!((times.levels[0].as_str(), times.unit.as_str()), ("45 min", "min"));
        assert_eq!(times.numbers, Some(vec![45.0, 60.0]));
        assert_eq!(axis(&["1", "2.5"]).numbers, Some(vec![1.0, 2.5]));
        for mixed in [&["45 min", "1 h"][..], &["always", "day"], &["1", "none"]] {
            assert_eq!((axis(mixed).numbers, axis(mixed).unit), (None, String::new()));
        }
    }

    #[test]
    fn stopped_within_the_first_corner() {
        let (axes, corners) = corners(&["60 min"]);
        let search = search("trains_completed <= 1");
        let outcome = frontier(axes, &corners, &search, &AtomicBool::new(true), |_, _| ());
        assert!(matches!(outcome, Err(SearchError::Run(crate::experiment::ReplicateError::Stopped))));
    }
}
