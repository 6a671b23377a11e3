//! Experiments: replications and what they add up to.
#![allow(clippy::cast_possible_truncation, reason = "indices: a model has far fewer than 2^32 of anything")]

mod advice;
pub mod capacity;
pub mod compare;
mod facilities;
#[cfg(test)]
mod forming_tests;
pub mod frontier;
mod goal;
pub mod knockout;
mod measures;
pub mod optimise;
mod replicate;
pub mod results;
pub mod spoken;
pub mod stall;
mod story;
mod summarise;
pub mod sweep;
mod targets;
mod warm_up;
pub mod wording;

/// Changes whenever the same scenario, seed and replication give other results; see CHANGELOG.md.
pub const RESULTS_VERSION: u32 = 3;

pub use advice::{Advice, is_skewed};
pub use goal::{Goal, GoalReport, Sequential, UnknownMeasure};
pub use measures::{DWELL_BIN, DWELL_BINS, MeasureName, Measures, QUANTILES, measure, names};
pub use replicate::{Plan, ReplicateError, replicate};
pub use results::Results;
pub use story::{StoryStep, Trains, find_train, story};
pub use summarise::{BANDED, corridors};
pub use targets::{Agreement, Comparison, Target, TargetKind, Targets, Tolerance, UnknownTarget, Validation};
