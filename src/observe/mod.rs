//! What is seen of a run: the ledger of time, tallies, time-weighted integrals, records.
//!
//! Everything is a sum of whole numbers, so nothing depends on the order of addition.
#![allow(clippy::cast_possible_truncation, reason = "indices: a model has far fewer than 2^32 of anything")]
#![allow(clippy::inline_always, reason = "part of steps that are one function in the end; see `railway`")]

mod activity;
mod observations;
mod record;
mod tally;

pub use activity::Activity;
pub use observations::{Fault, Inside, Observations, Shape, TrainTime, WaitInCommon};
pub use record::{ActivityRecord, ReplicationRecords, TrainRecord};
pub use tally::{
    BayTally, CargoTally, DailyCount, DisruptionTally, ExchangeTally, FlowTally, FormationTally, LaneTally, OfficeTally, OutletTally,
    PassageTally, PlaceTally, PoolTally, Reason, RouteTally, StopTally, TerminalTally, TimeWeighted, TransloadingTally,
};
