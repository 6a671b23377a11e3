//! Offices: servers that work on one train at a time while they are open.

use std::collections::VecDeque;

use super::event::Event;
use super::state::{State, Wake};
use super::train::Phase;
use crate::engine::{Gate, Hand};
use crate::model::{AtClose, Step};
use crate::observe::Activity;
use crate::units::Instant;

/// An office in the course of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct OfficeState {
    pub(super) gate: Gate<Activity>,
    hand: Hand,
    /// Servers at work.
    busy: u32,
    /// Trains being worked on, in order of begin; kept only where work can pause.
    in_hand: VecDeque<u32>,
    /// Trains whose work rests, in order of begin.
    paused: Gate<Activity>,
}

impl OfficeState {
    pub(super) fn reset(&mut self) {
        self.gate.clear();
        self.hand = Hand::default();
        self.busy = 0;
        self.in_hand.clear();
        self.paused.clear();
    }
}

impl OfficeState {
    /// Trains in it and before it.
    pub(super) fn load(&self) -> u32 {
        self.busy + (self.paused.len() + self.gate.len()) as u32
    }

    /// Where its calendar has been read up to.
    pub(super) fn hand(&self) -> Hand {
        self.hand
    }
}

impl State<'_> {
    /// What keeps this train from being served.
    fn office_block(&mut self, office: u32, train: u32) -> Option<Activity> {
        let (model, state) = (&self.model.offices[office as usize], &mut self.offices[office as usize]);
        let servers = model.calendar.servers(&mut state.hand, self.now);
        if servers == 0 {
            return Some(Activity::OfficeClosed);
        }
        if state.busy >= servers {
            return Some(Activity::DeskBusy);
        }
        let too_late =
            model.at_close == AtClose::Refuse && self.now + self.fleet[train].work > model.calendar.closes_at(&mut state.hand, self.now);
        too_late.then_some(Activity::ClosingSoon)
    }

    /// A train asks to be served; it never goes on at once, since work takes time.
    pub(super) fn join_office(&mut self, train: u32, office: u32) -> bool {
        let model = &self.model.offices[office as usize];
        self.fleet[train].work = self.drawn(train, &model.time);
        let cause = self.office_block(office, train);
        let state = &mut self.offices[office as usize];
        // At the moment of opening, resting work is first.
        if state.gate.is_empty() && state.paused.is_empty() && cause.is_none() {
            self.start_office(train, office);
        } else {
            let cause = state.gate.join(train, cause.unwrap_or(Activity::DeskBusy));
            self.seen.offices[office as usize].waiting.add(self.now, 1);
            self.switch(train, model.place, cause);
        }
        false
    }

    fn start_office(&mut self, train: u32, office: u32) {
        let model = &self.model.offices[office as usize];
        let state = &mut self.offices[office as usize];
        state.busy += 1;
        if model.at_close == AtClose::Pause {
            state.in_hand.push_back(train);
        }
        self.seen.offices[office as usize].busy.add(self.now, 1);
        self.switch(train, model.place, model.activity);
        let work = self.fleet[train].work;
        self.begin(train, Phase::InOffice, work);
    }

    /// Lets work go on, then begin, as far as there are servers.
    pub(super) fn serve_office(&mut self, office: u32) {
        self.resume_paused(office);
        while let Some(train) = self.offices[office as usize].gate.head() {
            if let Some(cause) = self.office_block(office, train) {
                self.switch_all(
                    |s, i| &mut s.offices[i as usize].gate,
                    office,
                    self.model.offices[office as usize].place,
                    cause,
                );
                return;
            }
            self.offices[office as usize].gate.leave();
            self.seen.offices[office as usize].waiting.add(self.now, -1);
            self.start_office(train, office);
        }
    }

    pub(super) fn office_done(&mut self, train: u32) {
        let Step::Office(office) = self.step_of(train) else { return };
        let state = &mut self.offices[office as usize];
        state.busy -= 1;
        if let Some(at) = state.in_hand.iter().position(|other| *other == train) {
            state.in_hand.remove(at);
        }
        if !state.gate.is_empty() || !state.paused.is_empty() {
            self.wakes.push_back(Wake::Office(office));
        }
        let tally = &mut self.seen.offices[office as usize];
        tally.busy.add(self.now, -1);
        tally.served += 1;
        self.step_done(train);
    }

    /// Looks out for the next change of the number of servers.
    pub(super) fn watch_office(&mut self, office: u32) {
        let state = &mut self.offices[office as usize];
        if let Some(at) = self.model.offices[office as usize].calendar.next_change(&mut state.hand, self.now) {
            self.pending.schedule(at.max(Instant::START), Event::OfficeChanges(office));
        }
    }

    pub(super) fn office_changes(&mut self, office: u32) {
        self.watch_office(office);
        let model = &self.model.offices[office as usize];
        if model.at_close == AtClose::Pause && model.calendar.servers(&mut self.offices[office as usize].hand, self.now) == 0 {
            self.pause_office(office);
        }
        self.serve_office(office);
    }

    fn pause_office(&mut self, office: u32) {
        self.paused_wait_for(office, Activity::OfficeClosed);
        while let Some(train) = self.offices[office as usize].in_hand.pop_front() {
            let state = &mut self.offices[office as usize];
            state.busy -= 1;
            state.paused.join(train, Activity::OfficeClosed);
            self.seen.offices[office as usize].busy.add(self.now, -1);
            let t = &mut self.fleet[train];
            t.work = t.due - self.now;
            t.phase = Phase::Paused;
            self.interrupt(train);
            self.switch(train, self.model.offices[office as usize].place, Activity::OfficeClosed);
        }
    }

    fn resume_paused(&mut self, office: u32) {
        let calendar = &self.model.offices[office as usize].calendar;
        while !self.offices[office as usize].paused.is_empty() {
            let state = &mut self.offices[office as usize];
            let servers = calendar.servers(&mut state.hand, self.now);
            if servers == 0 {
                return;
            }
            if state.busy >= servers {
                self.paused_wait_for(office, Activity::DeskBusy);
                return;
            }
            if let Some(train) = state.paused.leave() {
                self.start_office(train, office);
            }
        }
    }

    /// Those whose work rests wait for something else now.
    fn paused_wait_for(&mut self, office: u32, cause: Activity) {
        self.switch_all(
            |s, i| &mut s.offices[i as usize].paused,
            office,
            self.model.offices[office as usize].place,
            cause,
        );
    }
}
