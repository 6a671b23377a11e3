//! Reloading terminals: a train is placed in a berth, its boxes are lifted to the other gauge, and what is
//! loaded is withdrawn to a departure track. The cranes are in `cranes`.

use super::choice::Look;
use super::cranes::{CraneState, Shared};
use super::disruption::Strain;
use super::event::Event;
use super::luck::Luck;
use super::plant::Plant;
use super::stage::{Stage, Wake};
use super::state::State;
use super::train::{Phase, Train};
use crate::engine::{Gate, Hand};
use crate::model::{AtClose, FULL_PACE, Lifting, Model, Step, StepAt, Terminal};
use crate::observe::{Activity, TerminalTally};
use crate::units::{Duration, Instant};

/// A terminal in the course of a run: what is known of it, how it is, and what is seen of it.
#[derive(Clone, Debug)]
pub(super) struct TerminalState<'m> {
    pub(super) facts: &'m Terminal,
    /// Whether lifting goes on at one pace, [`Terminal::is_steady`], as long as it does not rest.
    is_steady: bool,
    /// Whether there is nothing to it but berths: no shunting, no wagons, no train too late for the day.
    is_plain: bool,
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
    pub(super) fn new(facts: &'m Terminal, model: &Model) -> Self {
        let takes_wagons = facts.brings.is_some() || model.yards[facts.to_yard as usize].pool.is_some();
        let is_shunted = !facts.placing.is_nothing() || !facts.withdrawal.is_nothing();
        Self {
            facts,
            is_steady: facts.is_steady(),
            is_plain: !is_shunted && !takes_wagons && facts.at_close != AtClose::Refuse,
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

    /// Where lifting goes on at one pace, all that was done is known from how many cranes were at work.
    pub(super) fn reckon_pace(&mut self) {
        if self.is_steady {
            self.tally.pace = self.tally.cranes.times(FULL_PACE.into());
        }
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

    /// Whether a train that comes or goes is worked through here and now.
    #[inline(always)]
    pub(super) fn is_plain(&self) -> bool {
        self.is_plain && self.is_steady()
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
    &mut state.plant.terminals[terminal as usize].gate
}

impl TerminalState<'_> {
    /// What keeps any train from being placed.
    #[inline(always)]
    pub(super) fn block(&mut self, now: Instant) -> Option<Activity> {
        let berths = self.berths(now);
        if berths == 0 {
            return Some(self.strains.0.cause());
        }
        (self.berths_taken >= berths).then_some(Activity::BerthBusy)
    }

    /// Whether a train can be placed; if not, the cause for which it waits from now on.
    #[inline(always)]
    pub(super) fn ask(&mut self, block: Option<Activity>, now: Instant) -> Option<Activity> {
        if block.is_none() && self.gate.is_empty() {
            return None;
        }
        self.tally.waiting.increase(now);
        block.or(Some(Activity::BerthBusy))
    }

    /// Crane-time to lift a whole train.
    #[inline(always)]
    fn lifting_work(&self, at: &StepAt, t: &Train, luck: &mut Luck) -> Duration {
        match &self.facts.lifting {
            Lifting::PerTrain(time) => luck.at_step(at, t, time, 0),
            Lifting::PerBox(per_lift) => {
                let each = luck.at_step(at, t, per_lift, 0);
                Duration(each.0.saturating_mul(i64::from(t.boxes)))
            }
        }
    }

    /// A train takes a berth.
    #[inline(always)]
    fn take_berth(&mut self, now: Instant) {
        self.berths_taken += 1;
        self.tally.berths.increase(now);
    }

    /// A train stands in its berth, with so much work on it.
    #[inline(always)]
    fn stand(&mut self, (slot, terminal): (u32, u32), t: &mut Train, now: Instant, work: Duration) {
        t.work = thousandths(work);
        t.settled = now;
        t.facility = terminal;
        self.lifting.push(slot);
    }

    /// A train that stands in its berth begins to be lifted at one pace, which takes this long.
    #[inline(always)]
    fn lift(&mut self, slot: u32, t: &mut Train, stage: &mut Stage, work: Duration) {
        t.rate = FULL_PACE;
        stage.switch(t, Activity::Lifting);
        stage.begin(slot, t, Phase::Lifting, work);
        // At what pace is told by how many there are, at the end.
        self.tally.cranes.increase(stage.now);
    }

    /// Every box of a train is on the other one.
    #[inline(always)]
    fn end_lifting(&mut self, slot: u32, t: &Train, now: Instant, measure_from: Instant) {
        self.tally.lifted += t.measured_work(now, measure_from);
        self.tally.boxes += u64::from(t.boxes);
        if let Some(at) = self.lifting.iter().position(|other| *other == slot) {
            self.lifting.remove(at);
        }
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

impl Plant<'_> {
    /// A train is placed in a berth of a plain terminal, and lifting begins.
    #[inline(always)]
    pub(super) fn begin_lifting(&mut self, (slot, terminal): (u32, u32), at: &StepAt, t: &mut Train, stage: &mut Stage, luck: &mut Luck) {
        self.give_back_track(t, stage);
        let here = &mut self.terminals[terminal as usize];
        here.take_berth(stage.now);
        let work = here.lifting_work(at, t, luck);
        here.stand((slot, terminal), t, stage.now, work);
        here.lift(slot, t, stage, work);
    }

    /// Lifting ends at a plain terminal; whether the train has a departure track too, and has left its berth.
    #[inline(always)]
    pub(super) fn lifted(&mut self, (slot, terminal): (u32, u32), t: &mut Train, stage: &mut Stage, measure_from: Instant) -> bool {
        let here = &mut self.terminals[terminal as usize];
        here.end_lifting(slot, t, stage.now, measure_from);
        here.tally.cranes.decrease(stage.now);
        let yard = here.facts.to_yard;
        let has_track = self.yards[yard as usize].take_for(t, yard, stage.now);
        if has_track {
            here.leave_berth(terminal, stage);
        }
        has_track
    }
}

impl State<'_> {
    /// What keeps a train from being placed.
    fn terminal_block(&mut self, terminal: u32, train: u32) -> Option<Activity> {
        let state = &mut self.plant.terminals[terminal as usize];
        let block = state.block(self.stage.now);
        if block.is_none() && state.facts.at_close == AtClose::Refuse {
            return self.closes_too_soon(terminal, train);
        }
        block
    }

    #[cold]
    fn closes_too_soon(&mut self, terminal: u32, train: u32) -> Option<Activity> {
        let shortest_stay = self.shortest_stay(terminal, train);
        let state = &mut self.plant.terminals[terminal as usize];
        let closes_at = state.facts.calendar.closes_at(&mut state.hand, self.stage.now);
        (self.stage.now + shortest_stay > closes_at).then_some(Activity::ClosingSoon)
    }

    /// Placing, lifting with as many cranes as can work on one train, and withdrawal.
    fn shortest_stay(&mut self, terminal: u32, train: u32) -> Duration {
        let facts = self.plant.terminals[terminal as usize].facts;
        let lifting = lifting_time(self.lifting_work(terminal, train), facts.cranes.most_on_one());
        self.drawn_here(train, &facts.placing, 1) + lifting + self.drawn_here(train, &facts.withdrawal, 2)
    }

    /// Crane-time to lift a whole train.
    fn lifting_work(&mut self, terminal: u32, train: u32) -> Duration {
        let (at, t) = (self.step_at(train), &self.fleet[train]);
        self.plant.terminals[terminal as usize].lifting_work(at, t, &mut self.luck)
    }

    /// A train asks for a berth; it never goes on at once, since reloading takes time.
    #[cold]
    pub(super) fn join_terminal(&mut self, train: u32, terminal: u32) {
        let block = self.terminal_block(terminal, train);
        match self.plant.terminals[terminal as usize].ask(block, self.stage.now) {
            None => self.place_in_berth(train, terminal),
            Some(cause) => self.queue_at_terminal(train, terminal, cause),
        }
    }

    /// A train that cannot be placed at once joins the queue.
    pub(super) fn queue_at_terminal(&mut self, train: u32, terminal: u32, cause: Activity) {
        if self.queue_up((gate, terminal), train, cause) {
            self.stage.wakes.push(Wake::Terminal(terminal));
        }
    }

    /// What a train that could choose this terminal sees of it.
    pub(super) fn look_at_terminal(&mut self, train: u32, terminal: u32) -> Look {
        let is_free = self.terminal_block(terminal, train).is_none() && self.plant.terminals[terminal as usize].can_lift(self.stage.now);
        let state = &self.plant.terminals[terminal as usize];
        Look {
            begins_at_once: state.gate.is_empty() && is_free,
            waiting: state.gate.len() as u32,
            inside: state.berths_taken,
            hand: state.hand,
        }
    }

    /// Lets trains into free berths.
    pub(super) fn serve_terminal(&mut self, terminal: u32) {
        while let Some(train) = self.plant.terminals[terminal as usize].gate.head() {
            let cause = self.terminal_block(terminal, train);
            let state = &mut self.plant.terminals[terminal as usize];
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

    fn place_in_berth(&mut self, train: u32, terminal: u32) {
        let (here, t) = (&mut self.plant.terminals[terminal as usize], &mut self.fleet[train]);
        if here.is_plain() {
            let at = self.model.ways.at(t.at);
            self.plant.begin_lifting((train, terminal), at, t, &mut self.stage, &mut self.luck);
            return;
        }
        let facts = here.facts;
        here.take_berth(self.stage.now);
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
    pub(super) fn placed(&mut self, train: u32, terminal: u32) {
        let work = self.lifting_work(terminal, train);
        let (here, t, stage) = (
            &mut self.plant.terminals[terminal as usize],
            &mut self.fleet[train],
            &mut self.stage,
        );
        here.stand((train, terminal), t, stage.now, work);
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
    #[cold]
    pub(super) fn lifted(&mut self, train: u32, terminal: u32) -> bool {
        let (state, t) = (&mut self.plant.terminals[terminal as usize], &mut self.fleet[train]);
        let facts = state.facts;
        state.end_lifting(train, t, self.stage.now, self.model.measure_from);
        let goes_at_once = facts.withdrawal.is_nothing();
        if facts.brings.is_some() || !goes_at_once {
            self.begin_withdrawal(train, terminal);
        }
        let state = &mut self.plant.terminals[terminal as usize];
        if state.is_steady() {
            state.tally.cranes.decrease(self.stage.now);
        } else {
            self.share_cranes(terminal);
        }
        goes_at_once && self.withdrawn(train, terminal)
    }

    /// A train has been lifted: its wagons go to their stock, and it is withdrawn, where that takes time.
    fn begin_withdrawal(&mut self, train: u32, terminal: u32) {
        let facts = self.plant.terminals[terminal as usize].facts;
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
        self.plant.terminals[terminal as usize].rests = true;
        self.share_cranes(terminal);
        if !anew {
            return;
        }
        for position in 0..self.plant.terminals[terminal as usize].lifting.len() {
            let train = self.plant.terminals[terminal as usize].lifting[position];
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
    pub(super) fn withdrawn(&mut self, train: u32, terminal: u32) -> bool {
        let yard = self.plant.terminals[terminal as usize].facts.to_yard;
        let pool = self.plant.yards[yard as usize].facts.pool;
        pool.is_none_or(|pool| self.take_wagons(train, pool, Phase::WantsWagons)) && self.want_departure_track(train, terminal)
    }

    /// A loaded train has its wagons; whether it has a track too, and goes on.
    pub(super) fn want_departure_track(&mut self, train: u32, terminal: u32) -> bool {
        let yard = self.plant.terminals[terminal as usize].facts.to_yard;
        let has_track = self.take_track(train, yard, Phase::WantsDepartureTrack);
        if has_track {
            self.plant.terminals[terminal as usize].leave_berth(terminal, &mut self.stage);
        }
        has_track
    }

    /// Looks out for the next change of the number of berths.
    pub(super) fn watch_terminal(&mut self, terminal: u32) {
        let state = &mut self.plant.terminals[terminal as usize];
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
