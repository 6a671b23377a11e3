//! Reloading terminals: a train is placed in a berth, its boxes are lifted to the other gauge, and what is
//! loaded is withdrawn to a departure track. The cranes are in `cranes`.

use super::choice::Look;
use super::cranes::CraneState;
use super::disruption::Strain;
use super::event::Event;
use super::state::{State, Wake};
use super::train::Phase;
use crate::engine::{Calendar, Gate, Hand};
use crate::model::{AtClose, FULL_PACE, Lifting, Step};
use crate::observe::Activity;
use crate::units::{Duration, Instant};

/// A terminal in the course of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct TerminalState {
    pub(super) gate: Gate<Activity>,
    hand: Hand,
    berths_taken: u32,
    /// Trains being lifted or waiting for a crane in their berth, in order of begin.
    pub(super) lifting: Vec<u32>,
    pub(super) cranes: CraneState,
    /// What disruptions do to its berths, and to its cranes.
    pub(super) strains: (Strain, Strain),
    /// Whether lifting rests until it is open again.
    pub(super) rests: bool,
}

impl TerminalState {
    pub(super) fn reset(&mut self) {
        self.gate.clear();
        self.hand = Hand::default();
        self.berths_taken = 0;
        self.lifting.clear();
        self.cranes.reset();
        self.strains = (Strain::default(), Strain::default());
        self.rests = false;
    }

    /// Whether there will be more berths at some time than are taken now.
    pub(super) fn can_grow(&self, calendar: &Calendar) -> bool {
        calendar.most_servers() > self.berths_taken
    }
}

impl TerminalState {
    /// Trains in its berths and before them.
    pub(super) fn load(&self) -> u32 {
        self.berths_taken + self.gate.len() as u32
    }

    /// Where its calendar has been read up to.
    pub(super) fn hand(&self) -> Hand {
        self.hand
    }
}

/// Crane-time in thousandths of a crane, as rates are.
fn thousandths(work: Duration) -> Duration {
    Duration(work.0.saturating_mul(i64::from(FULL_PACE)))
}

/// Time for so much crane-time with so many cranes, rounded up.
pub(super) fn lifting_time(work: Duration, cranes: u32) -> Duration {
    Duration((work.0 + i64::from(cranes.max(1)) - 1) / i64::from(cranes.max(1)))
}

pub(super) fn gate<'s>(state: &'s mut State<'_>, terminal: u32) -> &'s mut Gate<Activity> {
    &mut state.terminals[terminal as usize].gate
}

impl State<'_> {
    /// The berths now.
    pub(super) fn berths(&mut self, terminal: u32) -> u32 {
        let state = &mut self.terminals[terminal as usize];
        let usual = self.model.terminals[terminal as usize].calendar.servers(&mut state.hand, self.now);
        state.strains.0.of(usual)
    }

    /// What keeps a train from being placed.
    fn terminal_block(&mut self, terminal: u32, train: u32) -> Option<Activity> {
        let berths = self.berths(terminal);
        let model = &self.model.terminals[terminal as usize];
        let state = &mut self.terminals[terminal as usize];
        if berths == 0 {
            return Some(state.strains.0.cause());
        }
        if state.berths_taken >= berths {
            return Some(Activity::BerthBusy);
        }
        if model.at_close != AtClose::Refuse {
            return None;
        }
        let closes_at = model.calendar.closes_at(&mut state.hand, self.now);
        (self.now + self.shortest_stay(terminal, train) > closes_at).then_some(Activity::ClosingSoon)
    }

    /// Placing, lifting with as many cranes as can work on one train, and withdrawal.
    fn shortest_stay(&self, terminal: u32, train: u32) -> Duration {
        let model = &self.model.terminals[terminal as usize];
        let most = model.cranes.most_on_one();
        self.drawn(train, &model.placing) + lifting_time(self.lifting_work(terminal, train), most) + self.drawn(train, &model.withdrawal)
    }

    /// Crane-time to lift a whole train.
    fn lifting_work(&self, terminal: u32, train: u32) -> Duration {
        match &self.model.terminals[terminal as usize].lifting {
            Lifting::PerTrain(time) => self.drawn(train, time),
            Lifting::PerBox(per_lift) => Duration(self.drawn(train, per_lift).0.saturating_mul(i64::from(self.fleet[train].boxes))),
        }
    }

    /// A train asks for a berth; it never goes on at once, since reloading takes time.
    pub(super) fn join_terminal(&mut self, train: u32, terminal: u32) -> bool {
        let cause = self.terminal_block(terminal, train);
        let state = &mut self.terminals[terminal as usize];
        if state.gate.is_empty() && cause.is_none() {
            self.place_in_berth(train, terminal);
        } else {
            self.seen.terminals[terminal as usize].waiting.add(self.now, 1);
            let place = self.model.terminals[terminal as usize].place;
            if self.queue_up((gate, terminal), train, (place, cause.unwrap_or(Activity::BerthBusy))) {
                self.wakes.push_back(Wake::Terminal(terminal));
            }
        }
        false
    }

    /// What a train that could choose this terminal sees of it.
    pub(super) fn look_at_terminal(&mut self, train: u32, terminal: u32) -> Look {
        let is_free = self.terminal_block(terminal, train).is_none() && self.can_lift(terminal);
        let state = &self.terminals[terminal as usize];
        Look {
            begins_at_once: state.gate.is_empty() && is_free,
            waiting: state.gate.len() as u32,
            inside: state.berths_taken,
            hand: state.hand,
        }
    }

    /// Lets trains into free berths.
    pub(super) fn serve_terminal(&mut self, terminal: u32) {
        while let Some(train) = self.terminals[terminal as usize].gate.head() {
            let place = self.model.terminals[terminal as usize].place;
            if let Some(cause) = self.terminal_block(terminal, train) {
                self.switch_all(gate, terminal, place, cause);
                return;
            }
            self.call_up((gate, terminal), 0, place);
            self.seen.terminals[terminal as usize].waiting.add(self.now, -1);
            self.place_in_berth(train, terminal);
        }
    }

    fn place_in_berth(&mut self, train: u32, terminal: u32) {
        let model = &self.model.terminals[terminal as usize];
        self.terminals[terminal as usize].berths_taken += 1;
        self.seen.terminals[terminal as usize].berths.add(self.now, 1);
        self.give_back_track(train);
        if model.placing.is_nothing() {
            self.placed(train, terminal);
            return;
        }
        self.switch(train, model.place, Activity::Placing);
        let time = self.drawn(train, &model.placing);
        self.begin(train, Phase::Placing, time);
    }

    pub(super) fn terminal_of(&self, train: u32) -> u32 {
        match self.step_of(train) {
            Step::Reload(terminal) => terminal,
            step => unreachable!("a train in a berth is at {step:?}"),
        }
    }

    /// A train stands in its berth: lifting begins, or it waits for a crane.
    pub(super) fn placed(&mut self, train: u32, terminal: u32) {
        let work = self.lifting_work(terminal, train);
        let t = &mut self.fleet[train];
        t.phase = Phase::Lifting;
        t.work = thousandths(work);
        t.rate = 0;
        t.settled = self.now;
        t.due = Instant::NEVER;
        self.terminals[terminal as usize].lifting.push(train);
        if self.is_steady(terminal) {
            self.set_to_work(terminal, train, work);
        } else {
            self.share_cranes(terminal);
        }
    }

    /// Every box is on the other train. Whether it goes on.
    pub(super) fn lifted(&mut self, train: u32, terminal: u32) -> bool {
        let model = &self.model.terminals[terminal as usize];
        self.settle_lifting(terminal, train, self.now);
        let lifting = &mut self.terminals[terminal as usize].lifting;
        if let Some(at) = lifting.iter().position(|other| *other == train) {
            lifting.remove(at);
        }
        self.seen.terminals[terminal as usize].boxes += u64::from(self.fleet[train].boxes);
        if let Some(pool) = model.brings {
            self.bring_wagons(train, pool);
        }
        let goes_at_once = model.withdrawal.is_nothing();
        if !goes_at_once {
            self.switch(train, model.place, Activity::Withdrawal);
            let time = self.drawn(train, &model.withdrawal);
            self.begin(train, Phase::Withdrawal, time);
        }
        if self.is_steady(terminal) {
            self.set_free(terminal);
        } else {
            self.share_cranes(terminal);
        }
        goes_at_once && self.withdrawn(train, terminal)
    }

    /// A closure begins: lifting comes to rest, to go on or to begin anew.
    pub(super) fn pause_terminal(&mut self, terminal: u32, anew: bool) {
        self.terminals[terminal as usize].rests = true;
        self.share_cranes(terminal);
        if !anew {
            return;
        }
        for position in 0..self.terminals[terminal as usize].lifting.len() {
            let train = self.terminals[terminal as usize].lifting[position];
            self.fleet[train].work = thousandths(self.lifting_work(terminal, train));
        }
    }

    /// A loaded train is out of the way: it needs wagons, then a departure track, and keeps its berth until it has
    /// both; whether it has.
    pub(super) fn withdrawn(&mut self, train: u32, terminal: u32) -> bool {
        let yard = self.model.terminals[terminal as usize].to_yard;
        let pool = self.model.yards[yard as usize].pool;
        pool.is_none_or(|pool| self.take_wagons(train, pool, Phase::WantsWagons)) && self.want_departure_track(train, terminal)
    }

    /// A loaded train has its wagons; whether it has a track too, and goes on.
    pub(super) fn want_departure_track(&mut self, train: u32, terminal: u32) -> bool {
        let yard = self.model.terminals[terminal as usize].to_yard;
        let has_track = self.take_track(train, yard, Phase::WantsDepartureTrack);
        if has_track {
            self.leave_berth(terminal);
        }
        has_track
    }

    /// A loaded train has its track: the berth is free.
    pub(super) fn leave_berth(&mut self, terminal: u32) {
        let state = &mut self.terminals[terminal as usize];
        state.berths_taken -= 1;
        if !state.gate.is_empty() {
            self.wakes.push_back(Wake::Terminal(terminal));
        }
        let tally = &mut self.seen.terminals[terminal as usize];
        tally.berths.add(self.now, -1);
        tally.served += 1;
    }

    /// Looks out for the next change of the number of berths.
    pub(super) fn watch_terminal(&mut self, terminal: u32) {
        let state = &mut self.terminals[terminal as usize];
        if let Some(at) = self.model.terminals[terminal as usize]
            .calendar
            .next_change(&mut state.hand, self.now)
        {
            self.pending.schedule(at.max(Instant::START), Event::TerminalChanges(terminal));
        }
    }

    pub(super) fn terminal_changes(&mut self, terminal: u32) {
        self.watch_terminal(terminal);
        self.share_cranes(terminal);
        self.serve_terminal(terminal);
    }
}
