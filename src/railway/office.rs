//! Offices: servers that work on one train at a time while they are open.

use std::collections::VecDeque;

use super::choice::Look;
use super::disruption::Strain;
use super::event::Event;
use super::state::{State, Wake};
use super::train::Phase;
use crate::engine::{Gate, Hand};
use crate::model::AtClose;
use crate::observe::Activity;
use crate::units::{Duration, Instant};

/// An office in the course of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct OfficeState {
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
}

impl OfficeState {
    pub(super) fn reset(&mut self) {
        self.gate.clear();
        self.hand = Hand::default();
        (self.busy, self.inspecting) = (0, 0);
        self.in_hand.clear();
        self.paused.clear();
        self.strain = Strain::default();
    }
}

pub(super) fn gate<'s>(state: &'s mut State<'_>, office: u32) -> &'s mut Gate<Activity> {
    &mut state.offices[office as usize].gate
}

impl OfficeState {
    /// Trains at its desks and before them.
    pub(super) fn load(&self) -> u32 {
        self.busy + (self.paused.len() + self.gate.len()) as u32
    }

    /// Where its calendar has been read up to.
    pub(super) fn hand(&self) -> Hand {
        self.hand
    }
}

impl State<'_> {
    /// The servers now.
    #[inline]
    fn servers(&mut self, office: u32) -> u32 {
        let state = &mut self.offices[office as usize];
        let usual = self.model.offices[office as usize].calendar.servers(&mut state.hand, self.now);
        state.strain.of(usual)
    }

    /// What keeps this train from being served.
    #[inline]
    fn office_block(&mut self, office: u32, train: u32) -> Option<Activity> {
        let servers = self.servers(office);
        let (model, state) = (&self.model.offices[office as usize], &mut self.offices[office as usize]);
        if servers == 0 {
            return Some(state.strain.cause());
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
        self.fleet[train].work = self.desk_time(train, office);
        let cause = self.office_block(office, train);
        let state = &mut self.offices[office as usize];
        // At the moment of opening, resting work is first.
        if state.gate.is_empty() && state.paused.is_empty() && cause.is_none() {
            self.start_office(train, office);
        } else {
            self.seen.offices[office as usize].waiting.add(self.now, 1);
            if self.queue_up((gate, office), train, (model.place, cause.unwrap_or(Activity::DeskBusy))) {
                self.wakes.push_back(Wake::Office(office));
            }
        }
        false
    }

    fn start_office(&mut self, train: u32, office: u32) {
        let model = &self.model.offices[office as usize];
        let state = &mut self.offices[office as usize];
        state.busy += 1;
        if model.can_rest {
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
            let place = self.model.offices[office as usize].place;
            if let Some(cause) = self.office_block(office, train) {
                self.switch_all(gate, office, place, cause);
                return;
            }
            self.call_up((gate, office), 0, place);
            self.seen.offices[office as usize].waiting.add(self.now, -1);
            self.start_office(train, office);
        }
    }

    /// The work on a train is done; whether it goes on.
    pub(super) fn office_done(&mut self, train: u32, office: u32) -> bool {
        let in_advance = self.is_in_advance(train, office);
        let can_rest = self.model.offices[office as usize].can_rest;
        let state = &mut self.offices[office as usize];
        state.busy -= 1;
        if can_rest && let Some(at) = state.in_hand.iter().position(|other| *other == train) {
            state.in_hand.remove(at);
        }
        if !state.gate.is_empty() || !state.paused.is_empty() {
            self.wakes.push_back(Wake::Office(office));
        }
        let tally = &mut self.seen.offices[office as usize];
        tally.busy.add(self.now, -1);
        tally.served += 1;
        tally.in_advance += u32::from(in_advance);
        self.inspect(train, office)
    }

    /// Whether a train was declared to an office before it arrived.
    #[inline]
    fn is_in_advance(&self, train: u32, office: u32) -> bool {
        let t = &self.fleet[train];
        let advance = self.model.offices[office as usize].advance.as_ref();
        advance.is_some_and(|a| a.chance.number(&self.keys, t.of_flow.entity, t.number) < a.share)
    }

    /// Time at a desk.
    #[inline]
    fn desk_time(&self, train: u32, office: u32) -> Duration {
        let model = &self.model.offices[office as usize];
        match &model.advance {
            Some(advance) if self.is_in_advance(train, office) => self.drawn(train, &advance.time),
            _ => self.drawn(train, &model.time),
        }
    }

    /// What a train that could choose this office sees of it.
    pub(super) fn look_at_office(&mut self, train: u32, office: u32) -> Look {
        self.fleet[train].work = self.desk_time(train, office);
        let is_free = self.office_block(office, train).is_none();
        let state = &self.offices[office as usize];
        Look {
            begins_at_once: state.gate.is_empty() && is_free,
            waiting: state.gate.len() as u32,
            inside: state.busy + state.paused.len() as u32,
            hand: state.hand,
        }
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
        if self.model.offices[office as usize].at_close == AtClose::Pause && self.servers(office) == 0 {
            self.pause_office(office, false);
        }
        self.serve_office(office);
    }

    /// Work in hand comes to rest, to go on or to begin anew.
    pub(super) fn pause_office(&mut self, office: u32, anew: bool) {
        let cause = self.offices[office as usize].strain.cause();
        self.paused_wait_for(office, cause);
        while let Some(train) = self.offices[office as usize].in_hand.pop_front() {
            let state = &mut self.offices[office as usize];
            state.busy -= 1;
            state.paused.join(train, cause);
            self.seen.offices[office as usize].busy.add(self.now, -1);
            let whole = self.desk_time(train, office);
            let t = &mut self.fleet[train];
            t.work = if anew { whole } else { t.due - self.now };
            t.phase = Phase::Paused;
            self.interrupt(train);
            self.switch(train, self.model.offices[office as usize].place, cause);
        }
    }

    fn resume_paused(&mut self, office: u32) {
        while !self.offices[office as usize].paused.is_empty() {
            let servers = self.servers(office);
            let state = &mut self.offices[office as usize];
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
