//! What trains do: one replication of a model.
//!
//! A train follows the program of its flow, step by step, until it must wait or a timed activity begins.
//! Whoever gives something back notes whom that may wake; these notes are worked off, first to last, before
//! the next event. So a freed track is felt at once as far up the line as it reaches, without recursion, and
//! in a fixed order.
#![allow(clippy::cast_possible_truncation, reason = "indices: a model has far fewer than 2^32 of anything")]
#![allow(
    clippy::inline_always,
    reason = "steps that nearly every train takes are one function in the end; calls took a tenth of their instructions"
)]

mod bay;
mod breakdown;
mod cargo;
mod choice;
mod cranes;
mod departure;
mod disruption;
mod event;
mod exchange;
mod expected;
mod formation;
mod inspection;
mod line;
mod luck;
#[cfg(test)]
mod meeting_tests;
mod office;
mod plant;
mod priority;
mod route;
mod simulator;
mod single;
mod stage;
mod stall;
mod state;
mod stop_loading;
mod terminal;
#[cfg(test)]
mod trace;
mod train;
mod transloading;
mod wagons;
mod wind;
mod yard;

pub use simulator::{Ended, Simulator, Stall, StalledTrain};
