//! Offices: servers that work on one train at a time while they are open.

use std::collections::VecDeque;

use super::choice::Look;
use super::disruption::Strain;
use super::event::Event;
use super::luck::Luck;
use super::stage::{Stage, Wake};
use super::state::State;
use super::train::{Phase, Train};
use crate::engine::{Gate, Hand};
use crate::model::{Advance, AtClose, Office, StepAt};
use crate::observe::{Activity, OfficeTally};
use crate::units::{Duration, Instant};

/// An office in the course of a run: what is known of it, how it is, and what is seen of it.
#[derive(Clone, Debug)]
pub(super) struct OfficeState<'m> {
    facts: &'m Office,
    /// Whether a train whose work would not be done by closing time is not begun with.
    refuses: bool,
    /// Whether there is nothing to it but desks: no declaration in advance, no inspection, no work that rests.
    is_plain: bool,
    pub(super) gate: Gate<Activity>,
    hand: Hand,
    /// Servers at work.
    busy: u32,
    /// Trains whose papers are done and whose boxes are inspected.
    pub(super) inspecting: u32,
    /// Trains being worked on, in order of begin; kept only where work can pause.
    in_hand: VecDeque<u32>,
    /// Trains whose work rests, in order of begin.
    paused: Gate<Activity>,
    /// What disruptions do to its servers.
    pub(super) strain: Strain,
    pub(super) tally: OfficeTally,
}

/// Whether a train was declared before it arrived.
fn is_declared(advance: &Advance, t: &Train, luck: &Luck) -> bool {
    advance.chance.number(&luck.keys, luck.flows[t.flow as usize], t.number) < advance.share
}

impl<'m> OfficeState<'m> {
    pub(super) fn new(facts: &'m Office) -> Self {
        Self {
            facts,
            refuses: facts.at_close == AtClose::Refuse,
            is_plain: facts.advance.is_none() && facts.inspection.is_none() && !facts.can_rest,
            gate: Gate::default(),
            hand: Hand::default(),
            busy: 0,
            inspecting: 0,
            in_hand: VecDeque::new(),
            paused: Gate::default(),
            strain: Strain::default(),
            tally: OfficeTally::default(),
        }
    }

    pub(super) fn reset(&mut self) {
        self.gate.clear();
        self.hand = Hand::default();
        (self.busy, self.inspecting) = (0, 0);
        self.in_hand.clear();
        self.paused.clear();
        self.strain = Strain::default();
        self.tally = OfficeTally::default();
    }

    /// Trains at its desks and before them.
    pub(super) fn load(&self) -> u32 {
        self.busy + (self.paused.len() + self.gate.len()) as u32
    }

    /// Where its calendar has been read up to.
    pub(super) fn hand(&self) -> Hand {
        self.hand
    }

    /// The servers now.
    #[inline(always)]
    fn servers(&mut self, now: Instant) -> u32 {
        self.strain.of(self.facts.calendar.servers(&mut self.hand, now))
    }

    /// A train in this slot comes to a desk.
    #[inline(always)]
    fn start(&mut self, (slot, office): (u32, u32), t: &mut Train, stage: &mut Stage) {
        self.busy += 1;
        if self.facts.can_rest {
            self.in_hand.push_back(slot);
        }
        self.tally.busy.increase(stage.now);
        stage.switch(t, self.facts.activity);
        t.facility = office;
        stage.begin(slot, t, Phase::InOffice, t.work);
    }

    /// A train asks to be served with so much work; the cause for which it must wait, if it must.
    #[inline(always)]
    pub(super) fn ask(&mut self, (slot, office): (u32, u32), t: &mut Train, stage: &mut Stage, work: Duration) -> Option<Activity> {
        t.work = work;
        let cause = self.block(stage.now, work);
        // At the moment of opening, resting work is first.
        if cause.is_none() && self.gate.is_empty() && self.paused.is_empty() {
            self.start((slot, office), t, stage);
            return None;
        }
        self.tally.waiting.increase(stage.now);
        cause.or(Some(Activity::DeskBusy))
    }

    /// The work on a train is done; whether there was nothing else to do.
    #[inline(always)]
    pub(super) fn finish(&mut self, office: u32, stage: &mut Stage) -> bool {
        self.busy -= 1;
        if !self.gate.is_empty() || !self.paused.is_empty() {
            stage.wakes.push(Wake::Office(office));
        }
        self.tally.busy.decrease(stage.now);
        self.tally.served += 1;
        self.is_plain
    }

    /// Time at a desk for a train at this step.
    #[inline(always)]
    pub(super) fn desk_time(&self, at: &StepAt, t: &Train, luck: &mut Luck) -> Duration {
        match &self.facts.advance {
            None => luck.at_step(at, t, &self.facts.time, 0),
            Some(advance) => luck.of(
                t,
                if is_declared(advance, t, luck) {
                    &advance.time
                } else {
                    &self.facts.time
                },
            ),
        }
    }

    /// What keeps a train with so much work from being served.
    #[inline(always)]
    fn block(&mut self, now: Instant, work: Duration) -> Option<Activity> {
        let servers = self.servers(now);
        if servers == 0 {
            return Some(self.strain.cause());
        }
        if self.busy >= servers {
            return Some(Activity::DeskBusy);
        }
        let too_late = self.refuses && now + work > self.facts.calendar.closes_at(&mut self.hand, now);
        too_late.then_some(Activity::ClosingSoon)
    }
}

pub(super) fn gate<'s>(state: &'s mut State<'_>, office: u32) -> &'s mut Gate<Activity> {
    &mut state.plant.offices[office as usize].gate
}

impl State<'_> {
    /// A train that cannot be served at once joins the queue.
    pub(super) fn queue_at_office(&mut self, train: u32, office: u32, cause: Activity) {
        if self.queue_up((gate, office), train, cause) {
            self.stage.wakes.push(Wake::Office(office));
        }
    }

    /// Lets work go on, then begin, as far as there are servers.
    pub(super) fn serve_office(&mut self, office: u32) {
        if !self.plant.offices[office as usize].paused.is_empty() {
            self.resume_paused(office);
        }
        loop {
            let (desk, stage) = (&mut self.plant.offices[office as usize], &mut self.stage);
            let Some(train) = desk.gate.head() else { return };
            let t = &mut self.fleet[train];
            if let Some(cause) = desk.block(stage.now, t.work) {
                let place = desk.facts.place;
                self.switch_all(gate, office, place, cause);
                return;
            }
            desk.tally.waiting.decrease(stage.now);
            self.call_up((gate, office), 0);
            self.plant.offices[office as usize].start((train, office), &mut self.fleet[train], &mut self.stage);
        }
    }

    /// What comes after the work on a train where there is more to an office than desks; whether it goes on.
    #[cold]
    pub(super) fn after_desk(&mut self, train: u32, office: u32) -> bool {
        let advance = self.plant.offices[office as usize].facts.advance.as_ref();
        let in_advance = advance.is_some_and(|advance| is_declared(advance, &self.fleet[train], &self.luck));
        let desk = &mut self.plant.offices[office as usize];
        desk.tally.in_advance += u32::from(in_advance);
        if let Some(at) = desk.in_hand.iter().position(|other| *other == train) {
            desk.in_hand.remove(at);
        }
        self.inspect(train, office)
    }

    fn desk_time(&mut self, train: u32, office: u32) -> Duration {
        let (at, t) = (self.step_at(train), &self.fleet[train]);
        self.plant.offices[office as usize].desk_time(at, t, &mut self.luck)
    }

    /// What a train that could choose this office sees of it.
    pub(super) fn look_at_office(&mut self, train: u32, office: u32) -> Look {
        let work = self.desk_time(train, office);
        self.fleet[train].work = work;
        let state = &mut self.plant.offices[office as usize];
        let is_free = state.block(self.stage.now, work).is_none();
        Look {
            begins_at_once: state.gate.is_empty() && is_free,
            waiting: state.gate.len() as u32,
            inside: state.busy + state.paused.len() as u32,
            hand: state.hand,
        }
    }

    /// Looks out for the next change of the number of servers.
    pub(super) fn watch_office(&mut self, office: u32) {
        let state = &mut self.plant.offices[office as usize];
        if let Some(at) = state.facts.calendar.next_change(&mut state.hand, self.stage.now) {
            self.stage.pending.schedule(at.max(Instant::START), Event::OfficeChanges(office));
        }
    }

    pub(super) fn office_changes(&mut self, office: u32) {
        self.watch_office(office);
        let state = &mut self.plant.offices[office as usize];
        if state.facts.at_close == AtClose::Pause && state.servers(self.stage.now) == 0 {
            self.pause_office(office, false);
        }
        self.serve_office(office);
    }

    /// Work in hand comes to rest, to go on or to begin anew.
    pub(super) fn pause_office(&mut self, office: u32, anew: bool) {
        let cause = self.plant.offices[office as usize].strain.cause();
        self.paused_wait_for(office, cause);
        while let Some(train) = self.plant.offices[office as usize].in_hand.pop_front() {
            let state = &mut self.plant.offices[office as usize];
            state.busy -= 1;
            state.paused.join(train, cause);
            state.tally.busy.decrease(self.stage.now);
            let place = state.facts.place;
            let whole = self.desk_time(train, office);
            let t = &mut self.fleet[train];
            t.work = if anew { whole } else { t.due - self.stage.now };
            t.phase = Phase::Paused;
            self.interrupt(train);
            self.switch(train, place, cause);
        }
    }

    #[cold]
    fn resume_paused(&mut self, office: u32) {
        while !self.plant.offices[office as usize].paused.is_empty() {
            let state = &mut self.plant.offices[office as usize];
            let servers = state.servers(self.stage.now);
            if servers == 0 {
                let cause = state.strain.cause();
                self.paused_wait_for(office, cause);
                return;
            }
            if state.busy >= servers {
                self.paused_wait_for(office, Activity::DeskBusy);
                return;
            }
            if let Some(train) = state.paused.leave() {
                state.start((train, office), &mut self.fleet[train], &mut self.stage);
            }
        }
    }

    /// Those whose work rests wait for something else now.
    fn paused_wait_for(&mut self, office: u32, cause: Activity) {
        self.switch_all(
            |s, i| &mut s.plant.offices[i as usize].paused,
            office,
            self.plant.offices[office as usize].facts.place,
            cause,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::trace::{log, seen};
    use crate::stats::estimate;
    use crate::units::MINUTE;

    fn customs(share: f64, departures: &str, length: &str) -> String {
        format!(
            r#"
            title = "advance"
            [time]
            start = "2022-01-03 00:00"
            zone = "Asia/Shanghai"
            warm_up = "0 min"
            length = "{length}"
            [gauges.g]
            width = "1435 mm"
            [places.pass.clearance.customs]
            time = "80 min"
            advance = {{ share = {share}, time = "20 min" }}
            [places.pass.procedures.all]
            steps = ["clearance.customs"]
            [flows.f]
            from = "pass"
            to = "pass"
            [flows.f.departures]
            {departures}
            "#
        )
    }

    /// All in advance: 20 minutes each; none: 80, and the second waits for the desk.
    #[test]
    fn declared_in_advance() {
        let text = |share| customs(share, "timetable = [{ days = \"daily\", at = [\"06:00\", \"06:30\"] }]", "1 day");
        let all = "f#1  pass  clearance  0 d 06:00 - 0 d 06:20\n\
                   f#1  left 0 d 06:20\n\
                   f#2  pass  clearance  0 d 06:30 - 0 d 06:50\n\
                   f#2  left 0 d 06:50";
        let none = "f#1  pass  clearance  0 d 06:00 - 0 d 07:20\n\
                    f#1  left 0 d 07:20\n\
                    f#2  pass  desk_busy  0 d 06:30 - 0 d 07:20\n\
                    f#2  pass  clearance  0 d 07:20 - 0 d 08:40\n\
                    f#2  left 0 d 08:40";
        assert_eq!((log(&text(1.0)).as_str(), log(&text(0.0)).as_str()), (all, none));
    }

    /// M/G/1 with a service of two points, 20 min with share p and 80 min otherwise: the mean wait in queue is
    /// `lambda E[S^2] / (2 (1 - lambda E[S]))` (Pollaczek-Khinchine: Kleinrock (1975), Queueing Systems I, eq. 5.63).
    /// 40 replications of 300 days at 22 trains a day; with p = 0.6 the load is 0.67. The interval of level 99 % holds
    /// the right wait, and not that of a share of 0.5 (wait 40 % longer) or 0.65 (12 % shorter).
    #[test]
    fn a_share_in_advance_is_a_mixture() {
        let wait = |share: f64| {
            let rate = 22.0 / 1440.0;
            let first = share * 20.0 + (1.0 - share) * 80.0;
            let second = share * 400.0 + (1.0 - share) * 6400.0;
            rate * second / (2.0 * (1.0 - rate * first))
        };
        let text = customs(0.6, "rate = \"22/day\"", "300 days");
        #[allow(clippy::cast_precision_loss)]
        let waits = (1..=40).map(|replication| {
            let seen = seen(&text, replication).expect("every law holds");
            let office = &seen.offices[0];
            office.waiting.area(seen.end) as f64 / f64::from(office.served) / MINUTE as f64
        });
        let (low, high) = estimate(waits, 0.99).and_then(|e| e.interval()).expect("40 values");
        let within = |share| (low..=high).contains(&wait(share));
        assert!(within(0.6), "{} is not in {low}..{high}", wait(0.6));
        assert!(!within(0.5) && !within(0.65), "{} or {} is in {low}..{high}", wait(0.5), wait(0.65));
    }
}
