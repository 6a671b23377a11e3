//! The kernel: an event list, a clock, a run loop, resources and calendars. It knows no railway, draws
//! nothing and keeps no statistics.
//!
//! Events at one instant happen in the order of their rank, and within a rank in the order in which they
//! were scheduled. That is the whole rule for ties.

mod calendar;
mod event_list;
mod resource;
mod run;

pub use calendar::{Calendar, Hand};
pub use event_list::{Event, EventList};
pub use resource::{Gate, Resource};
pub use run::{Ending, Process, run};
