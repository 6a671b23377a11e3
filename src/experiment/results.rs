//! What is known when all replications are done: plain data, from which every table and chart is made.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::advice::Advice;
use super::goal::GoalReport;
use crate::observe::Activity;
pub use crate::observe::{ActivityRecord, ReplicationRecords, TrainRecord};
use crate::stats::{Estimate, Truncation, number_or_nan};
use crate::units::{Duration, Instant};

/// Everything that a report may show.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Results {
    /// What was run.
    pub run: RunFacts,
    /// Where trains can be: places first, then each line in its two directions.
    pub locations: Vec<LocationFacts>,
    /// The flows, in the order of their index.
    pub flows: Vec<FlowFacts>,
    /// Every measure with its estimate across replications.
    pub measures: Vec<MeasureEstimate>,
    /// Hours by location and activity.
    pub ledger: Vec<LedgerEntry>,
    /// Trains waiting over time, by place.
    pub queues: Vec<QueueSeries>,
    /// How the number of trains waiting in the whole network settles; `None` where no series was recorded.
    pub warm_up: Option<WarmUp>,
    /// Time from arrival to departure, by place.
    pub dwell: Vec<DwellDistribution>,
    /// How busy each facility is.
    pub utilisation: Vec<Utilisation>,
    /// Trains through each place by calendar day.
    pub daily: Vec<DailyTrains>,
    /// The places and lines, for a map.
    pub network: NetworkFacts,
    /// Trains that entered each line, by direction.
    pub traffic: Vec<LineTraffic>,
    /// Where trains are served, as far as records tell one facility from another.
    pub facilities: Vec<FacilityFacts>,
    /// Chains of places for time-space diagrams.
    pub corridors: Vec<CorridorFacts>,
    /// When dated disruptions are in force, to shade: location, from, to.
    pub disrupted: Vec<(usize, Instant, Instant)>,
    /// Records of the replications for which they were kept, in order.
    pub records: Vec<ReplicationRecords>,
    /// What a reader should know before believing the numbers.
    pub advice: Vec<Advice>,
}

impl Results {
    /// The estimate of a measure by its id; `None` for an unknown measure or one without a value.
    #[must_use]
    pub fn estimate(&self, id: &str) -> Option<Estimate> {
        self.measures.iter().find(|m| m.id == id).and_then(|m| m.estimate)
    }
}

/// What was run, for captions.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunFacts {
    /// The scenario's title.
    pub title: String,
    /// How many replications were finished.
    pub replications: u32,
    /// The seed.
    pub seed: u64,
    /// Level of the intervals, such as 0.95.
    pub confidence: f64,
    /// Civil moment at which the simulated time begins.
    pub start: DateTime,
    /// The zone of `start`.
    pub zone: String,
    /// Time deleted from the front.
    pub warm_up: Duration,
    /// Time measured after it.
    pub length: Duration,
    /// Events that happened in all replications together.
    pub events: u64,
    /// What was to be known before the replications might end; empty where their number was given.
    pub goals: Vec<GoalReport>,
}

/// A place, or a line in one direction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LocationFacts {
    /// The id of the place, or the id of the line with the id of the place it leads to: `al_do>dostyk`.
    pub id: String,
    /// For people.
    pub name: String,
    /// What it is.
    pub kind: LocationKind,
    /// Of a line in sections: its passing places in order of travel, each with its name and its part of the way, 0 to 1.
    pub passing: Vec<(String, f64)>,
}

impl LocationFacts {
    /// Where a section begins, as a part of the way; the end of the line after the last one.
    #[must_use]
    pub fn section_begins(&self, section: usize) -> f64 {
        match section.checked_sub(1) {
            None => 0.0,
            Some(place) => self.passing.get(place).map_or(1.0, |(_, part)| *part),
        }
    }
}

/// What a location is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LocationKind {
    /// A node of the network, as the vehicles of one mode see it.
    Place {
        /// Index in [`Results::locations`] where it stands for the first of these modes.
        place: usize,
    },
    /// A line in one direction, with the indices of the places it joins.
    Line {
        /// Index in [`Results::locations`] of the place where it begins.
        from: usize,
        /// Index in [`Results::locations`] of the place where it ends.
        to: usize,
    },
}

/// The places and lines of a scenario, for its map.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct NetworkFacts {
    /// Name, and longitude and latitude in degrees, of each place.
    pub places: Vec<(String, Option<(f64, f64)>)>,
    /// The two ends of each line, as indices of places.
    pub lines: Vec<(usize, usize)>,
}

/// Trains that entered a line in one direction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LineTraffic {
    /// Index in [`Results::locations`].
    pub location: usize,
    /// Trains, or other vehicles of its mode, in the measured time of a replication.
    pub trains: Estimate,
}

/// An office, terminal or yard; several together where records do not tell at which of them a train is.
///
/// A record says where a train is and what is done there, but not by whom. That is known from the train's flow wherever no two
/// facilities of a place do the same to the same flow.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FacilityFacts {
    /// Index in [`Results::locations`] of its place.
    pub place: usize,
    /// The path within the place, such as `reloading.shed`; of several, joined by `+`.
    pub path: String,
    /// For people.
    pub name: String,
    /// The zone of its place.
    pub zone: String,
    /// What is done there.
    pub activities: Vec<Activity>,
    /// Indices of the flows whose trains come there, in order.
    pub flows: Vec<u32>,
    /// Desks or berths over the whole run, in order of time and without gaps: from, to and how many.
    pub servers: Vec<(Instant, Instant, u32)>,
}

impl FacilityFacts {
    /// The most desks or berths at any time.
    #[must_use]
    pub fn most_servers(&self) -> u32 {
        self.servers.iter().map(|stretch| stretch.2).max().unwrap_or(0)
    }

    /// Whether trains stand in a berth: from being placed to being withdrawn, whatever they wait for in between.
    #[must_use]
    pub fn has_berths(&self) -> bool {
        self.activities.contains(&Activity::Lifting)
    }
}

/// A stream of trains.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FlowFacts {
    /// The id.
    pub id: String,
    /// For people.
    pub name: String,
    /// The direction word of the scenario; may be empty.
    pub direction: String,
}

/// One measure across replications.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MeasureEstimate {
    /// The dotted path with the unit last, such as `places.horgos.dwell_time_hours_p95`.
    pub id: String,
    /// For people, such as `Horgos: dwell time, 95th percentile`.
    pub label: String,
    /// The unit, such as `h`, `trains`, `1/d`; empty for a share.
    pub unit: Cow<'static, str>,
    /// Whether it belongs on the summary.
    pub headline: bool,
    /// The estimate; absent with a reason where no replication had a value.
    pub estimate: Option<Estimate>,
}

/// Hours spent at a location in one activity, within the measured time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Index in [`Results::locations`].
    pub location: usize,
    /// The activity.
    pub activity: Activity,
    /// Train-hours in one replication.
    pub total_hours: Estimate,
    /// Hours per train that left the network in the measured time.
    pub hours_per_train: Estimate,
}

/// Trains waiting at a place over time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct QueueSeries {
    /// Index in [`Results::locations`].
    pub place: usize,
    /// Width of a step.
    pub step: Duration,
    /// Start of the first step.
    pub first: Instant,
    /// For each step the time-weighted mean number waiting.
    pub steps: Vec<Band>,
    /// From how many replications.
    pub replications: u32,
}

/// Welch's plot of the number of trains waiting at all places together, from the very start, and what MSER says of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WarmUp {
    /// Width of a step: a day, or that of the queues in a run of less than twenty days.
    pub step: Duration,
    /// For each step the time-weighted mean number waiting, over replications.
    pub means: Vec<f64>,
    /// Their moving average, for all steps but the last `window`.
    pub moving_average: Vec<f64>,
    /// Steps to each side that are averaged, fewer near the front.
    pub window: usize,
    /// Where MSER would cut, in steps; `None` where the series is too short to be judged.
    pub truncation: Option<Truncation>,
    /// Steps in a batch of MSER.
    pub batch: usize,
    /// From how many replications.
    pub replications: u32,
}

/// The middle and the spread of a quantity across replications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// Mean across replications.
    #[serde(deserialize_with = "number_or_nan")]
    pub mean: f64,
    /// Tenth percentile across replications.
    #[serde(deserialize_with = "number_or_nan")]
    pub p10: f64,
    /// Ninetieth percentile across replications.
    #[serde(deserialize_with = "number_or_nan")]
    pub p90: f64,
}

/// Dwell times at a place, pooled over replications.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DwellDistribution {
    /// Index in [`Results::locations`].
    pub place: usize,
    /// The direction word; `None` is all directions together.
    pub direction: Option<String>,
    /// Width of a bin.
    pub bin: Duration,
    /// Trains per bin, from zero; the last bin holds everything beyond.
    pub counts: Vec<u64>,
    /// Quantiles with their estimates across replications: (0.5, ...), (0.9, ...), (0.95, ...), in hours.
    pub quantiles_hours: Vec<(f64, Estimate)>,
}

/// How busy a facility is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Utilisation {
    /// Index in [`Results::locations`] of its place.
    pub place: usize,
    /// The path within the place, such as `reloading.shed`.
    pub facility: String,
    /// For people.
    pub name: String,
    /// Busy server-time over open server-time; may exceed 1 where work goes on after closing.
    pub of_open_time: Option<Estimate>,
    /// Busy server-time over all server-time of the clock.
    pub of_clock_time: Option<Estimate>,
}

/// Trains that left a place, or were handed over there, by civil day of the place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DailyTrains {
    /// Index in [`Results::locations`].
    pub place: usize,
    /// The handover whose trains are counted: its path within the place and its name; `None` counts every
    /// train that left the place.
    pub exchange: Option<(String, String)>,
    /// The first day that is wholly within the measured time.
    pub first: Date,
    /// One per day.
    pub days: Vec<Band>,
    /// From how many replications.
    pub replications: u32,
    /// Published or stated limits to draw beside them: label and trains a day.
    pub limits: Vec<(String, f64)>,
}

/// A chain of places to draw against time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CorridorFacts {
    /// The id.
    pub id: String,
    /// For people.
    pub name: String,
    /// Index in [`Results::locations`] and distance from the first in kilometres.
    pub places: Vec<(usize, f64)>,
    /// Closed times of offices at its places, to shade: place, from, to.
    pub closed: Vec<(usize, Instant, Instant)>,
}
