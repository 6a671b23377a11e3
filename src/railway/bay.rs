//! Bays where boxes are inspected, one at each, while they are open.
//!
//! Lots are served first come first served, a box at a time; the time for each box is drawn in the order of its lot,
//! from a stream of its train, class and kind of inspection.

use std::collections::VecDeque;

use super::disruption::Strain;
use super::event::{Event, MOST_TRAINS, STAMPS};
use super::state::State;
use crate::engine::Hand;
use crate::model::AtClose;
use crate::observe::Activity;
use crate::random::Draws;
use crate::units::{Duration, Instant};

/// Boxes of one train and class that wait for one kind of inspection.
#[derive(Clone, Debug)]
pub(super) struct Lot {
    pub(super) whose: Whose,
    pub(super) boxes: u32,
    pub(super) draws: Draws,
    /// The work on the next of them.
    pub(super) work: Duration,
    pub(super) held_at: Instant,
}

/// Where a box belongs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Whose {
    /// The train that waits for it; `None` is set out.
    pub(super) train: Option<u32>,
    pub(super) flow: u32,
    pub(super) class: u32,
}

/// A box in a bay, or whose inspection rests.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BoxAtBay {
    pub(super) whose: Whose,
    pub(super) bay: u32,
    pub(super) work: Duration,
    pub(super) left: Duration,
    pub(super) held_at: Instant,
    pub(super) due: Instant,
    pub(super) stamp: u16,
}

/// The bays for one kind of inspection in the course of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct BayState {
    pub(super) hand: Hand,
    pub(super) queue: VecDeque<Lot>,
    /// What the first lot waits for.
    pub(super) cause: Option<Activity>,
    pub(super) busy: u32,
    /// Boxes being inspected, in order of begin; kept only where work can pause.
    pub(super) in_hand: VecDeque<u32>,
    /// Boxes whose inspection rests, in order of begin.
    pub(super) paused: VecDeque<u32>,
    /// What disruptions do to the number of bays.
    pub(super) strain: Strain,
}

impl BayState {
    pub(super) fn reset(&mut self) {
        self.queue.clear();
        self.in_hand.clear();
        self.paused.clear();
        (self.hand, self.cause, self.busy) = (Hand::default(), None, 0);
        self.strain = Strain::default();
    }
}

impl BayState {
    /// Boxes in the bays and before them.
    pub(super) fn load(&self) -> u32 {
        let waiting: u32 = self.queue.iter().map(|lot| lot.boxes).sum();
        waiting + self.busy + self.paused.len() as u32
    }
}

impl State<'_> {
    /// How many bays there are now.
    fn bays_open(&mut self, bay: u32) -> u32 {
        let state = &mut self.inspections.bays[bay as usize];
        let usual = self.model.bays[bay as usize].calendar.servers(&mut state.hand, self.stage.now);
        state.strain.of(usual)
    }

    /// What keeps the next box from a bay.
    pub(super) fn bay_block(&mut self, bay: u32) -> Option<Activity> {
        let bays = self.bays_open(bay);
        let (model, state) = (&self.model.bays[bay as usize], &mut self.inspections.bays[bay as usize]);
        if bays == 0 {
            return Some(state.strain.cause());
        }
        if state.busy >= bays {
            return Some(Activity::InspectionBay);
        }
        let work = state.queue.front().map_or(Duration::ZERO, |lot| lot.work);
        let too_late =
            model.at_close == AtClose::Refuse && self.stage.now + work > model.calendar.closes_at(&mut state.hand, self.stage.now);
        too_late.then_some(Activity::ClosingSoon)
    }

    /// Lets inspections go on, then begin, as far as there are bays.
    pub(super) fn serve_bay(&mut self, bay: u32) {
        while !self.inspections.bays[bay as usize].paused.is_empty() {
            let bays = self.bays_open(bay);
            let state = &mut self.inspections.bays[bay as usize];
            if state.busy >= bays {
                break;
            }
            if let Some(slot) = state.paused.pop_front() {
                self.stage.seen.bays[bay as usize].waiting.decrease(self.stage.now);
                self.begin_inspection(slot);
            }
        }
        while !self.inspections.bays[bay as usize].queue.is_empty() {
            let block = self.bay_block(bay);
            if block.is_some() {
                if std::mem::replace(&mut self.inspections.bays[bay as usize].cause, block) != block {
                    self.rest_trains(bay);
                }
                return;
            }
            self.begin_next(bay);
        }
        self.inspections.bays[bay as usize].cause = None;
    }

    /// The next box of the first lot goes into a bay.
    fn begin_next(&mut self, bay: u32) {
        let state = &mut self.inspections.bays[bay as usize];
        let Some(lot) = state.queue.front_mut() else { return };
        let next = BoxAtBay {
            whose: lot.whose,
            bay,
            work: lot.work,
            left: lot.work,
            held_at: lot.held_at,
            ..BoxAtBay::default()
        };
        lot.boxes -= 1;
        if lot.boxes == 0 {
            state.queue.pop_front();
        } else {
            let time = &self.model.bays[bay as usize].times[lot.whose.class as usize];
            lot.work = Duration::from_millis(time.variate.draw(&mut lot.draws));
        }
        self.stage.seen.bays[bay as usize].waiting.decrease(self.stage.now);
        let boxes = &mut self.inspections.boxes;
        let slot = self.inspections.free.pop().unwrap_or_else(|| {
            boxes.push(BoxAtBay::default());
            boxes.len() as u32 - 1
        });
        self.overfull |= boxes.len() >= MOST_TRAINS;
        let stamp = boxes[slot as usize].stamp;
        boxes[slot as usize] = BoxAtBay { stamp, ..next };
        self.begin_inspection(slot);
    }

    fn begin_inspection(&mut self, slot: u32) {
        let at = &mut self.inspections.boxes[slot as usize];
        at.due = self.stage.now + at.left;
        at.stamp = (at.stamp + 1) % STAMPS;
        let BoxAtBay {
            bay, due, stamp, whose, ..
        } = *at;
        let state = &mut self.inspections.bays[bay as usize];
        state.busy += 1;
        if self.model.bays[bay as usize].can_rest {
            state.in_hand.push_back(slot);
        }
        self.stage.seen.bays[bay as usize].busy.increase(self.stage.now);
        self.stage.pending.schedule(due, Event::InspectionEnds { slot, stamp });
        if let Some(train) = whose.train {
            self.inspections.holds[train as usize].in_bays += 1;
            self.name_hold(train);
        }
    }

    /// A box leaves its bay, done or not.
    fn leave_bay(&mut self, slot: u32) {
        let BoxAtBay { bay, whose, .. } = self.inspections.boxes[slot as usize];
        self.inspections.bays[bay as usize].busy -= 1;
        self.stage.seen.bays[bay as usize].busy.decrease(self.stage.now);
        if let Some(train) = whose.train {
            self.inspections.holds[train as usize].in_bays -= 1;
        }
    }

    /// The inspection of a box ends: it is released.
    pub(super) fn inspection_ends(&mut self, slot: u32, stamp: u16) {
        let at = self.inspections.boxes[slot as usize];
        if at.stamp != stamp || at.due != self.stage.now {
            return;
        }
        self.leave_bay(slot);
        self.inspections.boxes[slot as usize].due = Instant::NEVER;
        self.inspections.free.push(slot);
        let state = &mut self.inspections.bays[at.bay as usize];
        if let Some(position) = state.in_hand.iter().position(|other| *other == slot) {
            state.in_hand.remove(position);
        }
        self.stage.seen.bays[at.bay as usize].inspected += 1;
        self.stage
            .seen
            .release_box(at.whose.class as usize, self.stage.now - at.held_at, at.work);
        self.release(at.whose, at.bay);
        // The next box first, so that a train of which it is one goes on being inspected.
        self.serve_bay(at.bay);
        if let Some(train) = at.whose.train {
            self.go_on(train);
        }
    }

    /// Looks out for the next change of the number of bays.
    pub(super) fn watch_bay(&mut self, bay: u32) {
        let state = &mut self.inspections.bays[bay as usize];
        if let Some(at) = self.model.bays[bay as usize].calendar.next_change(&mut state.hand, self.stage.now) {
            self.stage.pending.schedule(at.max(Instant::START), Event::BaysChange(bay));
        }
    }

    pub(super) fn bays_change(&mut self, bay: u32) {
        self.watch_bay(bay);
        if self.model.bays[bay as usize].at_close == AtClose::Pause && self.bays_open(bay) == 0 {
            self.pause_bay(bay, false);
        }
        self.serve_bay(bay);
    }

    /// Inspections in hand come to rest, to go on or to begin anew.
    pub(super) fn pause_bay(&mut self, bay: u32, anew: bool) {
        while let Some(slot) = self.inspections.bays[bay as usize].in_hand.pop_front() {
            self.pause_inspection(slot, anew);
        }
    }

    fn pause_inspection(&mut self, slot: u32, anew: bool) {
        self.leave_bay(slot);
        let at = &mut self.inspections.boxes[slot as usize];
        at.left = if anew { at.work } else { at.due - self.stage.now };
        // Its end, already scheduled, means nothing any more.
        at.due = Instant::NEVER;
        at.stamp = (at.stamp + 1) % STAMPS;
        let BoxAtBay { bay, whose, .. } = *at;
        self.inspections.bays[bay as usize].paused.push_back(slot);
        self.stage.seen.bays[bay as usize].waiting.increase(self.stage.now);
        if let Some(train) = whose.train {
            self.name_hold(train);
        }
    }

    /// A disruption changes what the boxes before a bay, and those that rest, wait for.
    pub(super) fn bay_feels(&mut self, bay: u32) {
        self.serve_bay(bay);
        for position in 0..self.inspections.bays[bay as usize].paused.len() {
            let slot = self.inspections.bays[bay as usize].paused[position];
            if let Some(train) = self.inspections.boxes[slot as usize].whose.train {
                self.name_hold(train);
            }
        }
    }
}
