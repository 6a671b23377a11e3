//! Single-track lines in detail: sections between passing places, on which opposing trains meet only where a
//! track is free.
//!
//! # What a train does
//!
//! A train goes from section to section and stands, if it must, only at a passing place or where the line
//! begins: it enters a section only when a track at the far end is its own (at a passing place, or in the
//! yard at the end of the line), so nobody ever stands in a section, and every train in a section arrives.
//! Trains of one direction keep their order. The running time over the line is drawn once and split by length.
//!
//! * **Following.** Without a headway there is one train a section at a time; with one, trains follow each other at
//!   that distance, and a train that would catch up with the one before waits until it would not.
//! * **Opposing.** A section of single track is entered when no train of the other direction is in it, and the crossing
//!   time has passed since the last one left. On a section of double track directions do not feel each other.
//! * **Turns.** Of two trains that could both go, the one that has been first at its end for longer goes first; but
//!   no more than `bunch` in a row go one way while one waits the other way that could go if the section were free.
//! * **The last track.** A train takes the last free track of a passing place, where otherwise only trains of its own
//!   direction stand, only if no opposing train is beyond it: further along the line, or waiting to enter it.
//!
//! # Why it cannot lock up
//!
//! Number the passing places in one direction, "down"; the other is "up". A train in a section counts at the place it
//! is running to. Call a place *down-full* if down trains have all its tracks, *up-full* likewise. Every place has two
//! tracks or more.
//!
//! 1. *No down-full place p lies before an up-full place q (p < q).* The later of the two to become full, say q at time
//!    t, took its last track by an up train while the trains of p were beyond it, which the rule of the last track
//!    forbids. (They were there at t: p was full of them before, and is so still.)
//! 2. *Some train can go.* Let D be the foremost down train, at place p. If p is the last place, D leaves the line when
//!    the yard has a track. Else there is no down train at p + 1, so D can take a track there unless p + 1 is up-full:
//!    its own entry does not make p + 1 down-full, having two tracks. If p + 1 is up-full, let U be the foremost up train,
//!    at q <= p + 1. Either it leaves the line, or there is no up train at q - 1, and by 1 it is not down-full: U can go.
//! 3. *It is let go.* What else can keep it are trains in its section, which arrive; time, which passes; and its turn.
//!    It is the other direction's turn only while a train of that direction could go if the section were free, and
//!    `bunch` is then not exhausted for that one. So as long as trains are on the line, one moves within bounded
//!    time, or every train that could move waits for a yard at the end.
//! 4. *It drains.* Each move brings a train one place nearer to its end, and no train overtakes, so if no more trains
//!    enter and the yards free tracks, after finitely many moves the line is empty. Circles through the yards themselves
//!    (a yard full of trains for a line full of trains for that yard) are the scenario's, and the run then says that it
//!    has stalled.
//!
//! # Why nobody waits for ever
//!
//! Let U be the foremost up train, before place q. If q is not down-full, it never becomes so while U is beyond it, so U has
//! a track from now on; then at most `bunch` trains go before it over its section. If q is down-full, by 1 no up-full
//! place lies beyond q, so the foremost down train goes on and leaves the line in finite time (by the same argument:
//! no up-full place can come into being while down trains are beyond it), then the next, until one leaves q. So the
//! foremost train of either direction leaves the line in finite time if the yard frees tracks. Every other
//! train has finitely many before it in its direction, none passes it, and so it becomes the foremost one. The first
//! train that waits to enter counts as beyond all places, so the same holds for the entry.
//!
//! # Cost
//!
//! A train that moves looks at its own section and its neighbours. Only where it would take a last track are the places
//! beyond asked for opposing trains, of which there are as many as the line has. No step looks at every train.

mod moves;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use crate::engine::Gate;
use crate::observe::Activity;
use crate::units::Instant;

/// A section in the course of a run, with the passing place at its end, seen from the first place of the line.
#[derive(Clone, Debug, Default)]
pub(super) struct SectionState {
    /// By direction.
    ways: [Way; 2],
    /// Tracks taken at the passing place by trains of each direction, on the way to it or standing.
    taken: [u32; 2],
    /// The direction of the last train to enter.
    last: usize,
    /// Trains that entered in this direction in a row while one of the other waited.
    row: u32,
}

/// A section in one direction.
#[derive(Clone, Debug)]
struct Way {
    /// Trains that stand before it.
    gate: Gate<Activity>,
    /// Since when each of them does.
    asked_at: VecDeque<Instant>,
    /// Since when the first of them is first.
    first_since: Instant,
    /// Trains in it.
    trains: u32,
    /// When the next may enter, after the one before.
    entry_free_at: Instant,
    /// When the next may arrive, after the one before.
    exit_free_at: Instant,
    /// When the other direction may enter, after the last train left.
    clear_at: Instant,
    /// Of the first train, where the yard at the end of the line comes next.
    claim: Claim,
    /// For when the entry is already to be looked at again.
    timer: Instant,
}

/// What the first train before the last section has of the yard at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Claim {
    /// It has not asked for a track.
    #[default]
    None,
    /// It is in the queue for one.
    Asked,
    /// One is kept for it.
    Held,
}

impl Default for Way {
    fn default() -> Self {
        Self {
            gate: Gate::default(),
            asked_at: VecDeque::new(),
            first_since: Instant::NEVER,
            trains: 0,
            entry_free_at: Instant::START,
            exit_free_at: Instant::START,
            clear_at: Instant::START,
            claim: Claim::None,
            timer: Instant::NEVER,
        }
    }
}

impl Way {
    fn reset(&mut self) {
        let (mut gate, mut asked_at) = (std::mem::take(&mut self.gate), std::mem::take(&mut self.asked_at));
        gate.clear();
        asked_at.clear();
        *self = Self {
            gate,
            asked_at,
            ..Self::default()
        };
    }
}

impl SectionState {
    pub(super) fn reset(&mut self) {
        self.ways.iter_mut().for_each(Way::reset);
        (self.taken, self.last, self.row) = ([0, 0], 0, 0);
    }

    /// Whether a train before it waits for a time that is known.
    pub(super) fn is_timed(&self) -> bool {
        self.ways.iter().any(|way| way.timer != Instant::NEVER)
    }
}
