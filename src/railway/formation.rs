//! Boxes become trains: those gathered at the origin of their flow, and those of trains that are regrouped on the
//! way. A train is inside the network from its first box on, and waits to fill; it needs a track when it is formed.
//!
//! A regrouped train is dissolved: its time ends, its track is given back, and its boxes join the train of their
//! group that is being filled; what is too much for that one begins the next. The train that is formed goes on with
//! the flow of its first box, and carries on the time of its oldest part, so that a transit time is always the
//! journey of the boxes that have been on the way for longest.

use super::event::Event;
use super::state::State;
use super::train::{Phase, Train};
use crate::model::Formation;
use crate::observe::{Activity, Reason};
use crate::units::{Duration, Instant};

/// The boxes of one destination in the course of a run.
#[derive(Clone, Debug)]
pub(super) struct GroupState {
    /// The train that is being filled; there is one as long as there are boxes.
    train: Option<u32>,
    /// When the boxes for it came, and how many, in order.
    lots: Vec<(Instant, u32)>,
    /// Their sum.
    pub(super) boxes: u32,
    /// The number of the last train.
    number: u32,
    /// Where the stated times have got to.
    hand: usize,
    /// For when it is to be looked at again.
    timer: Instant,
}

impl Default for GroupState {
    fn default() -> Self {
        Self {
            train: None,
            lots: Vec::new(),
            boxes: 0,
            number: 0,
            hand: 0,
            timer: Instant::NEVER,
        }
    }
}

impl GroupState {
    pub(super) fn reset(&mut self) {
        let mut lots = std::mem::take(&mut self.lots);
        lots.clear();
        *self = Self { lots, ..Self::default() };
    }

    /// When the oldest box will have waited long enough.
    fn due_at(&self, longest_wait: Option<Duration>) -> Instant {
        let oldest = self.lots.first().zip(longest_wait);
        oldest.map_or(Instant::NEVER, |((came_at, _), longest)| *came_at + longest)
    }
}

impl<'m> State<'m> {
    fn formation_of(&self, group: u32) -> &'m Formation {
        let model = self.model;
        &model.formations[model.groups[group as usize].formation as usize]
    }

    /// Boxes of a flow arrive at its origin.
    pub(super) fn lot_arrives(&mut self, flow: u32, group: u32, boxes: u32) {
        self.seen.boxes_arrive(self.now, flow, boxes);
        let lot = Train {
            flow,
            boxes,
            created_at: self.now,
            arrived_at: self.now,
            ..Train::default()
        };
        self.add_boxes(group, &lot);
    }

    /// A train comes to be regrouped; whether it goes on as it is.
    pub(super) fn join_regrouping(&mut self, train: u32, group: u32) -> bool {
        let formation = self.formation_of(group);
        if formation.passes_through() || self.fleet[train].boxes == 0 {
            return true;
        }
        self.give_back_track(train);
        let t = &mut self.fleet[train];
        let outcome = self.seen.dissolve(self.now, &mut t.time, formation.place, t.created_at);
        if let Err(fault) = outcome {
            self.fault.get_or_insert(fault);
        }
        self.seen.formations[self.model.groups[group as usize].formation as usize].dissolved += 1;
        let part = self.fleet[train];
        self.fleet.remove(train);
        self.add_boxes(group, &part);
        false
    }

    /// Boxes join the train that is being filled, and as many further ones as they fill.
    fn add_boxes(&mut self, group: u32, part: &Train) {
        let formation = self.formation_of(group);
        let mut left = part.boxes;
        while left > 0 {
            let known = self.groups[group as usize].train;
            let Some(train) = known.or_else(|| self.start_filling(group, part)) else {
                return;
            };
            self.take_on_time(train, part);
            let state = &mut self.groups[group as usize];
            let joining = left.min(formation.size - state.boxes);
            left -= joining;
            state.boxes += joining;
            state.lots.push((self.now, joining));
            self.seen.join_stock(self.now, self.model.groups[group as usize].formation, joining);
            if state.boxes == formation.size {
                self.form_train(group, Reason::Size);
            } else if state.boxes >= formation.min_size && state.due_at(formation.longest_wait) <= self.now {
                self.form_train(group, Reason::Wait);
            } else if known.is_none() {
                self.look_at_group_again(group, self.now);
            }
        }
    }

    /// A train comes into being with its first box; none where the network is overfull.
    fn start_filling(&mut self, group: u32, part: &Train) -> Option<u32> {
        if self.is_overfull() {
            return None;
        }
        let formation = self.formation_of(group);
        let state = &mut self.groups[group as usize];
        state.number += 1;
        let number = state.number;
        let mut time = if formation.regroups {
            self.seen.regroup(self.now, (part.flow, number), formation.place)
        } else {
            self.seen.create(self.now, (part.flow, number, 0), formation.place)
        };
        (time.booked, time.waited) = (part.time.booked, part.time.waited);
        let train = self.fleet.add(Train {
            time,
            number,
            boxes: 0,
            phase: Phase::Filling,
            inside: true,
            flow: part.flow,
            step: part.step,
            created_at: part.created_at,
            arrived_at: part.arrived_at,
            waited_before: part.waited_before,
            ..Train::default()
        });
        self.groups[group as usize].train = Some(train);
        self.switch(train, formation.place, Activity::WaitingToFill);
        Some(train)
    }

    /// Where a part is older than the train that it joins, the train carries on the time of that part.
    fn take_on_time(&mut self, train: u32, part: &Train) {
        let now = self.now;
        let t = &mut self.fleet[train];
        if part.created_at >= t.created_at {
            return;
        }
        // What the train has waited since it was last booked will still be booked.
        let unbooked = now - t.time.since;
        let waited = part.time.waited - unbooked;
        t.waited_before += waited - t.time.waited;
        t.time.waited = waited;
        t.time.booked = part.time.booked - unbooked;
        t.created_at = part.created_at;
    }

    /// Sets the timer on the next stated time from an instant on, or on the end of the longest wait.
    fn look_at_group_again(&mut self, group: u32, from: Instant) {
        let formation = self.formation_of(group);
        let state = &mut self.groups[group as usize];
        let called_at = formation.calls.next(&mut state.hand, from).unwrap_or(Instant::NEVER);
        let due_at = state.due_at(formation.longest_wait);
        state.timer = if due_at < from { called_at } else { called_at.min(due_at) };
        self.pending.schedule(state.timer, Event::GroupDue(group));
    }

    /// The oldest box has waited long enough, or it is time for a train.
    pub(super) fn group_due(&mut self, group: u32) {
        let formation = self.formation_of(group);
        let state = &mut self.groups[group as usize];
        if state.timer != self.now || state.train.is_none() {
            return;
        }
        if state.boxes >= formation.min_size {
            let waited = state.due_at(formation.longest_wait) <= self.now;
            self.form_train(group, if waited { Reason::Wait } else { Reason::Call });
        } else {
            self.look_at_group_again(group, self.now + Duration(1));
        }
    }

    /// The train has its boxes: on to the next step, as soon as it has a track.
    fn form_train(&mut self, group: u32, reason: Reason) {
        let (formation, facts) = (self.formation_of(group), self.model.groups[group as usize]);
        let state = &mut self.groups[group as usize];
        let Some(train) = state.train.take() else { return };
        let t = &mut self.fleet[train];
        t.boxes = std::mem::take(&mut state.boxes);
        t.phase = Phase::Ready;
        state.timer = Instant::NEVER;
        self.seen.form(self.now, facts.formation, reason, &t.time, state.lots.drain(..));
        if !formation.regroups {
            // Its first step is to take a track.
            self.advance(train);
        } else if self.take_track(train, facts.yard, Phase::Ready) {
            self.step_done(train);
        }
    }
}
