//! Reloading terminals: a train is placed in a berth, its boxes are lifted to the other gauge, and what is
//! loaded is withdrawn to a departure track. The cranes are in `cranes`.

use super::choice::Look;
use super::cranes::{CraneState, Shared};
use super::disruption::Strain;
use super::event::Event;
use super::stage::{Stage, Wake};
use super::state::State;
use super::train::{Phase, Train};
use crate::engine::{Gate, Hand};
use crate::model::{AtClose, FULL_PACE, Lifting, Step, Terminal};
use crate::observe::{Activity, TerminalTally};
use crate::units::{Duration, Instant};

/// A terminal in the course of a run: what is known of it, how it is, and what is seen of it.
#[derive(Clone, Debug)]
pub(super) struct TerminalState<'m> {
    pub(super) facts: &'m Terminal,
    /// Whether lifting goes on at one pace, [`Terminal::is_steady`], as long as it does not rest.
    is_steady: bool,
    pub(super) gate: Gate<Activity>,
    hand: Hand,
    berths_taken: u32,
    /// Trains being lifted or waiting for a crane in their berth, in order of begin.
    pub(super) lifting: Vec<u32>,
    pub(super) cranes: CraneState,
    /// How cranes were shared last, where they are.
    pub(super) shared: Option<Shared>,
    /// What disruptions do to its berths, and to its cranes.
    pub(super) strains: (Strain, Strain),
    /// Whether lifting rests until it is open again.
    pub(super) rests: bool,
    pub(super) tally: TerminalTally,
}

impl<'m> TerminalState<'m> {
    pub(super) fn new(facts: &'m Terminal) -> Self {
        Self {
            facts,
            is_steady: facts.is_steady(),
            gate: Gate::default(),
            hand: Hand::default(),
            berths_taken: 0,
            lifting: Vec::new(),
            cranes: CraneState::default(),
            shared: None,
            strains: (Strain::default(), Strain::default()),
            rests: false,
            tally: TerminalTally::default(),
        }
    }

    pub(super) fn reset(&mut self) {
        self.gate.clear();
        self.hand = Hand::default();
        self.berths_taken = 0;
        self.lifting.clear();
        self.cranes.reset();
        self.shared = None;
        self.strains = (Strain::default(), Strain::default());
        self.rests = false;
        self.tally = TerminalTally::default();
    }

    /// Whether there will be more berths at some time than are taken now.
    pub(super) fn can_grow(&self) -> bool {
        self.facts.calendar.most_servers() > self.berths_taken
    }

    /// Trains in its berths and before them.
    pub(super) fn load(&self) -> u32 {
        self.berths_taken + self.gate.len() as u32
    }

    /// Where its calendar has been read up to.
    pub(super) fn hand(&self) -> Hand {
        self.hand
    }

    /// The berths now.
    #[inline(always)]
    pub(super) fn berths(&mut self, now: Instant) -> u32 {
        self.strains.0.of(self.facts.calendar.servers(&mut self.hand, now))
    }

    /// Whether every train in a berth is worked on at the full pace of one crane, whatever comes and goes: then no train feels
    /// another.
    #[inline]
    pub(super) fn is_steady(&self) -> bool {
        self.is_steady && !self.rests
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

impl TerminalState<'_> {
    /// What keeps any train from being placed.
    #[inline(always)]
    fn block(&mut self, now: Instant) -> Option<Activity> {
        let berths = self.berths(now);
        if berths == 0 {
            return Some(self.strains.0.cause());
        }
        (self.berths_taken >= berths).then_some(Activity::BerthBusy)
    }

    /// A train whose boxes are lifted at one pace begins to be; its work is known.
    #[inline(always)]
    fn lift(&mut self, slot: u32, t: &mut Train, stage: &mut Stage, work: Duration) {
        t.rate = FULL_PACE;
        stage.switch(t, Activity::Lifting);
        stage.begin(slot, t, Phase::Lifting, work);
        self.tally.cranes.increase(stage.now);
        self.tally.pace.add(stage.now, FULL_PACE.into());
    }

    /// A loaded train has its track: the berth is free.
    #[inline(always)]
    pub(super) fn leave_berth(&mut self, terminal: u32, stage: &mut Stage) {
        self.berths_taken -= 1;
        if !self.gate.is_empty() {
            stage.wakes.push(Wake::Terminal(terminal));
        }
        self.tally.berths.decrease(stage.now);
        self.tally.served += 1;
    }
}

impl State<'_> {
    /// What keeps a train from being placed.
    #[inline(always)]
    fn terminal_block(&mut self, terminal: u32, train: u32) -> Option<Activity> {
        let state = &mut self.terminals[terminal as usize];
        let block = state.block(self.stage.now);
        if block.is_none() && state.facts.at_close == AtClose::Refuse {
            return self.closes_too_soon(terminal, train);
        }
        block
    }

    #[cold]
    fn closes_too_soon(&mut self, terminal: u32, train: u32) -> Option<Activity> {
        let shortest_stay = self.shortest_stay(terminal, train);
        let state = &mut self.terminals[terminal as usize];
        let closes_at = state.facts.calendar.closes_at(&mut state.hand, self.stage.now);
        (self.stage.now + shortest_stay > closes_at).then_some(Activity::ClosingSoon)
    }

    /// Placing, lifting with as many cranes as can work on one train, and withdrawal.
    fn shortest_stay(&mut self, terminal: u32, train: u32) -> Duration {
        let facts = self.terminals[terminal as usize].facts;
        let lifting = lifting_time(self.lifting_work(terminal, train), facts.cranes.most_on_one());
        self.drawn_here(train, &facts.placing, 1) + lifting + self.drawn_here(train, &facts.withdrawal, 2)
    }

    /// Crane-time to lift a whole train.
    #[inline(always)]
    fn lifting_work(&mut self, terminal: u32, train: u32) -> Duration {
        match &self.terminals[terminal as usize].facts.lifting {
            Lifting::PerTrain(time) => self.drawn_here(train, time, 0),
            Lifting::PerBox(per_lift) => {
                let each = self.drawn_here(train, per_lift, 0);
                Duration(each.0.saturating_mul(i64::from(self.fleet[train].boxes)))
            }
        }
    }

    /// A train asks for a berth; it never goes on at once, since reloading takes time.
    #[inline(always)]
    pub(super) fn join_terminal(&mut self, train: u32, terminal: u32) -> bool {
        let cause = self.terminal_block(terminal, train);
        let (here, stage) = (&mut self.terminals[terminal as usize], &mut self.stage);
        if cause.is_none() && here.gate.is_empty() {
            self.place_in_berth(train, terminal);
            return false;
        }
        here.tally.waiting.increase(stage.now);
        let cause = cause.unwrap_or(Activity::BerthBusy);
        if self.queue_up((gate, terminal), train, cause) {
            self.stage.wakes.push(Wake::Terminal(terminal));
        }
        false
    }

    /// What a train that could choose this terminal sees of it.
    pub(super) fn look_at_terminal(&mut self, train: u32, terminal: u32) -> Look {
        let is_free = self.terminal_block(terminal, train).is_none() && self.terminals[terminal as usize].can_lift(self.stage.now);
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
            let cause = self.terminal_block(terminal, train);
            let state = &mut self.terminals[terminal as usize];
            let place = state.facts.place;
            if let Some(cause) = cause {
                self.switch_all(gate, terminal, place, cause);
                return;
            }
            state.tally.waiting.decrease(self.stage.now);
            self.call_up((gate, terminal), 0);
            self.place_in_berth(train, terminal);
        }
    }

    #[inline(always)]
    fn place_in_berth(&mut self, train: u32, terminal: u32) {
        let state = &mut self.terminals[terminal as usize];
        let facts = state.facts;
        state.berths_taken += 1;
        state.tally.berths.increase(self.stage.now);
        self.give_back_track(train);
        if facts.placing.is_nothing() {
            self.placed(train, terminal);
            return;
        }
        self.switch_here(train, Activity::Placing);
        let time = self.drawn_here(train, &facts.placing, 1);
        self.begin(train, Phase::Placing, time);
    }

    pub(super) fn terminal_of(&self, train: u32) -> u32 {
        match self.step_of(train) {
            Step::Reload(terminal) => terminal,
            step => unreachable!("a train in a berth is at {step:?}"),
        }
    }

    /// A train stands in its berth: lifting begins, or it waits for a crane.
    #[inline(always)]
    pub(super) fn placed(&mut self, train: u32, terminal: u32) {
        let work = self.lifting_work(terminal, train);
        let (here, t, stage) = (&mut self.terminals[terminal as usize], &mut self.fleet[train], &mut self.stage);
        t.work = thousandths(work);
        t.settled = stage.now;
        t.facility = terminal;
        here.lifting.push(train);
        if here.is_steady() {
            here.lift(train, t, stage, work);
        } else {
            t.phase = Phase::Lifting;
            t.rate = 0;
            t.due = Instant::NEVER;
            self.share_cranes(terminal);
        }
    }

    /// Every box is on the other train. Whether it goes on.
    #[inline(always)]
    pub(super) fn lifted(&mut self, train: u32, terminal: u32) -> bool {
        self.settle_lifting(terminal, train, self.stage.now);
        let (state, t) = (&mut self.terminals[terminal as usize], &mut self.fleet[train]);
        let facts = state.facts;
        state.tally.boxes += u64::from(t.boxes);
        if let Some(at) = state.lifting.iter().position(|other| *other == train) {
            state.lifting.remove(at);
        }
        let goes_at_once = facts.withdrawal.is_nothing();
        if facts.brings.is_some() || !goes_at_once {
            self.begin_withdrawal(train, terminal);
        }
        let state = &mut self.terminals[terminal as usize];
        if state.is_steady() {
            state.set_free(self.stage.now);
        } else {
            self.share_cranes(terminal);
        }
        goes_at_once && self.withdrawn(train, terminal)
    }

    /// A train has been lifted: its wagons go to their stock, and it is withdrawn, where that takes time.
    fn begin_withdrawal(&mut self, train: u32, terminal: u32) {
        let facts = self.terminals[terminal as usize].facts;
        if let Some(pool) = facts.brings {
            self.bring_wagons(train, pool);
        }
        if !facts.withdrawal.is_nothing() {
            self.switch_here(train, Activity::Withdrawal);
            let time = self.drawn_here(train, &facts.withdrawal, 2);
            self.begin(train, Phase::Withdrawal, time);
        }
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

    /// The time of a withdrawal is over: the train goes on if it can.
    pub(super) fn withdrawal_ends(&mut self, train: u32, terminal: u32) {
        if self.withdrawn(train, terminal) {
            self.step_done(train);
        }
    }

    /// A loaded train is out of the way: it needs wagons, then a departure track, and keeps its berth until it has
    /// both; whether it has.
    #[inline(always)]
    pub(super) fn withdrawn(&mut self, train: u32, terminal: u32) -> bool {
        let yard = self.terminals[terminal as usize].facts.to_yard;
        let pool = self.yards[yard as usize].facts.pool;
        pool.is_none_or(|pool| self.take_wagons(train, pool, Phase::WantsWagons)) && self.want_departure_track(train, terminal)
    }

    /// A loaded train has its wagons; whether it has a track too, and goes on.
    #[inline(always)]
    pub(super) fn want_departure_track(&mut self, train: u32, terminal: u32) -> bool {
        let yard = self.terminals[terminal as usize].facts.to_yard;
        let has_track = self.take_track(train, yard, Phase::WantsDepartureTrack);
        if has_track {
            self.terminals[terminal as usize].leave_berth(terminal, &mut self.stage);
        }
        has_track
    }

    /// Looks out for the next change of the number of berths.
    pub(super) fn watch_terminal(&mut self, terminal: u32) {
        let state = &mut self.terminals[terminal as usize];
        if let Some(at) = state.facts.calendar.next_change(&mut state.hand, self.stage.now) {
            self.stage
                .pending
                .schedule(at.max(Instant::START), Event::TerminalChanges(terminal));
        }
    }

    pub(super) fn terminal_changes(&mut self, terminal: u32) {
        self.watch_terminal(terminal);
        self.share_cranes(terminal);
        self.serve_terminal(terminal);
    }
}
