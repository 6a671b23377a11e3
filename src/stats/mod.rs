//! Slices in, numbers out: intervals and quantiles. Knows nothing of trains.

pub mod design;
mod estimate;
mod quantile;

pub use estimate::{Estimate, Gather, estimate, student_quantile};
pub use quantile::{nearest_rank, rank, weighted_rank};
