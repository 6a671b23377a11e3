//! The stage on which a run takes place: the clock, what is still to come, what is seen, and whom that may wake.
//!
//! Facilities and trains act on it in functions of their own that take it beside themselves, so that what they need is found
//! once, not once for each thing that they do.

use super::event::{self, Event, STAMPS};
use super::train::{Phase, Train};
use crate::engine::{EventList, Gate};
use crate::model::Model;
use crate::observe::{Activity, Observations};
use crate::units::{Duration, Instant};

/// Who may be able to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wake {
    Yard(u32),
    Entry(u32),
    Exit(u32),
    Section(u32),
    Office(u32),
    Terminal(u32),
    Wagons(u32),
    Transloading(u32),
}

/// Who may be able to go on, first to last.
#[derive(Clone, Debug, Default)]
pub(super) struct Wakes {
    notes: Vec<Wake>,
}

impl Wakes {
    #[inline]
    pub(super) fn push(&mut self, wake: Wake) {
        self.notes.push(wake);
    }

    pub(super) fn extend(&mut self, wakes: impl Iterator<Item = Wake>) {
        self.notes.extend(wakes);
    }

    #[inline]
    pub(super) fn are_noted(&self) -> bool {
        !self.notes.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.notes.clear();
    }

    /// The note after so many.
    #[inline]
    pub(super) fn after(&self, done: usize) -> Option<Wake> {
        self.notes.get(done).copied()
    }
}

/// What everything in a run acts on.
#[derive(Clone, Debug, Default)]
pub(super) struct Stage {
    pub(super) now: Instant,
    pub(super) pending: EventList<Event>,
    pub(super) seen: Observations,
    pub(super) wakes: Wakes,
}

impl Stage {
    /// A timed activity of a train in this slot begins. At which office or terminal is known to the train already.
    #[inline(always)]
    pub(super) fn begin(&mut self, slot: u32, t: &mut Train, phase: Phase, time: Duration) {
        // The stamp is read before the phase beside it is written: a read of both would wait for that write, which took 2 % of W1.
        let stamp = (t.stamp + 1) % STAMPS;
        (t.stamp, t.phase) = (stamp, phase);
        // What would end after the last instant there is wraps around to one that the list drops, as it drops any that far.
        t.due = Instant(self.now.0.wrapping_add(time.0));
        // The event of nearly every train at nearly every step: not by way of a match over all.
        self.pending
            .schedule_coded(t.due, event::ACTIVITY_ENDS, event::code_of_activity(phase, slot, t.stamp));
    }

    /// From now on a train does this where it is.
    #[inline(always)]
    pub(super) fn switch(&mut self, t: &mut Train, activity: Activity) {
        self.seen.switch(&mut t.time, self.now, t.site, activity);
    }

    /// A train comes to wait at a gate, last of all.
    #[inline(always)]
    pub(super) fn queue_up(&mut self, gate: &mut Gate<Activity>, (slot, t): (u32, &mut Train), cause: Activity) {
        let cause = gate.join(slot, cause);
        self.switch(t, cause);
    }

    /// A train departs from the place where it is.
    #[inline(always)]
    pub(super) fn depart(&mut self, t: &Train, model: &Model) {
        self.seen.depart(
            self.now,
            || model.days_at(model.sites[t.site as usize].place),
            (t.site, t.direction),
            t.boxes,
            t.arrived_at,
            t.time.waited - t.waited_before,
        );
    }
}
