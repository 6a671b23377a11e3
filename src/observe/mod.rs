//! What is seen of a run: names of time, records, tallies.

mod activity;

pub use activity::Activity;
