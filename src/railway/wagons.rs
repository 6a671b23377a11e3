//! Stocks of wagons: a train that is loaded on a gauge takes what it needs, first come first served, and waits
//! where it stands until there are enough. Wagons come back together after a time, or with trains that are unloaded.

use super::event::{Event, MOST_TRAINS};
use super::state::{State, Wake};
use super::train::Phase;
use crate::engine::Gate;
use crate::model::Pool;
use crate::observe::Activity;

/// A stock of wagons in the course of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct PoolState {
    gate: Gate<Activity>,
    /// Wagons that can be taken.
    pub(super) inside: u32,
}

impl PoolState {
    pub(super) fn reset(&mut self, pool: &Pool) {
        self.gate.clear();
        self.inside = pool.stock;
    }
}

/// The wagons of each train that left, until they come back, in slots that are used again.
#[derive(Clone, Debug, Default)]
pub(super) struct Rakes {
    /// Pool and wagons; none where the slot is free.
    slots: Vec<(u32, u32)>,
    free: Vec<u32>,
}

impl Rakes {
    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.free.clear();
    }

    fn add(&mut self, pool: u32, wagons: u32) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.slots[slot as usize] = (pool, wagons);
            return slot;
        }
        self.slots.push((pool, wagons));
        self.slots.len() as u32 - 1
    }

    /// Whether the index of one more would not fit in an event.
    fn are_too_many(&self) -> bool {
        self.free.is_empty() && self.slots.len() >= MOST_TRAINS
    }

    fn remove(&mut self, slot: u32) -> (u32, u32) {
        self.free.push(slot);
        std::mem::take(&mut self.slots[slot as usize])
    }

    /// Wagons that will come back to a pool.
    pub(super) fn due_back(&self, pool: u32) -> i64 {
        let of_pool = self.slots.iter().filter(|(of, _)| *of == pool);
        of_pool.map(|(_, wagons)| i64::from(*wagons)).sum()
    }
}

impl State<'_> {
    /// A train takes its wagons, or waits for them in this phase; whether it has them.
    pub(super) fn take_wagons(&mut self, train: u32, pool: u32, waits_as: Phase) -> bool {
        let model = &self.model.pools[pool as usize];
        let state = &mut self.pools[pool as usize];
        if state.gate.is_empty() && model.wagons_for(self.fleet[train].boxes) <= state.inside {
            self.wagons_leave(train, pool);
            return true;
        }
        state.gate.join(train, Activity::NoWagon);
        self.fleet[train].phase = waits_as;
        self.seen.pools[pool as usize].waiting.add(self.now, 1);
        self.switch(train, model.place, Activity::NoWagon);
        false
    }

    fn wagons_leave(&mut self, train: u32, pool: u32) {
        let model = &self.model.pools[pool as usize];
        let wagons = model.wagons_for(self.fleet[train].boxes);
        self.pools[pool as usize].inside -= wagons;
        let tally = &mut self.seen.pools[pool as usize];
        tally.out.add(self.now, i64::from(wagons));
        tally.trains += 1;
        if let Some(cycle) = model.cycle.as_ref().filter(|_| wagons > 0) {
            if self.rakes.are_too_many() {
                self.overfull = true;
                return;
            }
            let back_at = self.now + self.drawn(train, cycle);
            let rake = self.rakes.add(pool, wagons);
            self.pending.schedule(back_at, Event::WagonsReturn(rake));
        }
    }

    /// The wagons of a train come back after their cycle.
    pub(super) fn wagons_return(&mut self, rake: u32) {
        let (pool, wagons) = self.rakes.remove(rake);
        self.wagons_come(pool, wagons);
    }

    /// A train is unloaded at a place: its wagons go to the stock, as far as some are missing there; any others
    /// belong elsewhere.
    pub(super) fn bring_wagons(&mut self, train: u32, pool: u32) {
        let model = &self.model.pools[pool as usize];
        let missing = model.stock - self.pools[pool as usize].inside;
        self.wagons_come(pool, model.wagons_for(self.fleet[train].boxes).min(missing));
    }

    fn wagons_come(&mut self, pool: u32, wagons: u32) {
        let state = &mut self.pools[pool as usize];
        state.inside += wagons;
        self.seen.pools[pool as usize].out.add(self.now, -i64::from(wagons));
        if !state.gate.is_empty() {
            self.wakes.push_back(Wake::Wagons(pool));
        }
    }

    /// Lets trains take wagons as far as there are enough for the first.
    pub(super) fn serve_pool(&mut self, pool: u32) {
        while let Some(train) = self.pools[pool as usize].gate.head() {
            if self.model.pools[pool as usize].wagons_for(self.fleet[train].boxes) > self.pools[pool as usize].inside {
                return;
            }
            self.pools[pool as usize].gate.leave();
            self.seen.pools[pool as usize].waiting.add(self.now, -1);
            self.wagons_leave(train, pool);
            match self.fleet[train].phase {
                Phase::WantsWagons => self.want_departure_track(train),
                _ => self.step_done(train),
            }
        }
    }
}
