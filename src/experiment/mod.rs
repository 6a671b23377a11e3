//! Experiments: replications and what they add up to.
#![allow(clippy::cast_possible_truncation, reason = "indices: a model has far fewer than 2^32 of anything")]

pub mod compare;
#[cfg(test)]
mod forming_tests;
mod goal;
mod measures;
mod replicate;
pub mod results;
pub mod stall;
mod summarise;
pub mod sweep;

/// Changes whenever the same scenario, seed and replication give other results; see CHANGELOG.md.
pub const RESULTS_VERSION: u32 = 1;

pub use goal::{Goal, GoalReport, Sequential, UnknownMeasure};
pub use measures::{DWELL_BIN, DWELL_BINS, MeasureName, Measures, QUANTILES, measure, names};
pub use replicate::{Plan, ReplicateError, replicate};
pub use results::Results;
pub use summarise::{BANDED, corridors};
