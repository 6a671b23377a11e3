//! Cranes of a terminal: how many can work now, how they are shared by the trains in its berths, and what becomes of
//! the lifting in hand when that changes. The work left on each train is carried on at the new rate, to the
//! millisecond: work is counted in thousandths of a crane times milliseconds, and rates in thousandths of a crane.

use std::collections::VecDeque;
use std::ops::Range;

use super::event::Event;
use super::state::State;
use super::terminal::{TerminalState, lifting_time};
use super::train::{Phase, Train};
use crate::engine::{Calendar, Hand};
use crate::model::{AtClose, Breakdowns, FULL_PACE, Lifting};
use crate::observe::Activity;
use crate::units::{Duration, Instant};

/// The cranes of a terminal in the course of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct CraneState {
    /// Where the readers of its shifts and of its stated breakdowns have got to.
    shifts: Hand,
    pub(super) fit: Hand,
    /// Cranes out of order, where breakdowns are drawn.
    pub(super) down: u32,
    /// Of these, cranes being repaired.
    pub(super) in_repair: u32,
    /// Those that wait for a repairer, by their index in [`crate::model::Model::fallible`].
    pub(super) wait_for_repair: VecDeque<u32>,
    /// What the wind takes of the pace of each, in thousandths.
    pub(super) lost_pace: u32,
}

impl CraneState {
    pub(super) fn reset(&mut self) {
        self.wait_for_repair.clear();
        (self.shifts, self.fit) = (Hand::default(), Hand::default());
        (self.down, self.in_repair, self.lost_pace) = (0, 0, 0);
    }
}

/// What cranes can do now.
#[derive(Clone, Copy, Debug)]
struct AtHand {
    /// On shift.
    rostered: u32,
    /// Of these, in order, where neither closing nor wind stops all.
    able: u32,
    /// Thousandths of its rate at which each works.
    pace: u32,
    /// Why there are fewer than on shift.
    cause: Activity,
}

/// Cranes spread over trains as evenly as can be: so many on each, and on so many of the oldest one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Spread {
    each: u32,
    rest: u32,
}

impl Spread {
    /// No train has more than `most`.
    fn of(cranes: u32, trains: u32, most: u32) -> Self {
        let each = cranes.checked_div(trains).unwrap_or(0);
        if each >= most {
            return Self { each: most, rest: 0 };
        }
        Self {
            each,
            rest: cranes - each * trains,
        }
    }

    /// Cranes on the train at this position, from 0 for the oldest.
    fn at(self, position: u32) -> u32 {
        self.each + u32::from(position < self.rest)
    }
}

/// How cranes were shared when each train had one at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shared {
    trains: u32,
    spread: Spread,
    pace: u32,
}

impl Shared {
    /// None where some train has none, or there is no train.
    fn of(spread: Spread, trains: u32, pace: u32) -> Option<Self> {
        (trains > 0 && spread.each > 0).then_some(Self { trains, spread, pace })
    }

    /// The positions, but for that of a train that came last, at which trains may have another rate than before. At most one train
    /// came or went since, and those behind one that went moved up by one.
    fn differs_from(self, before: Self) -> Option<Range<u32>> {
        let (rest, rest_before) = (self.spread.rest, before.spread.rest);
        let (fewer, more) = (rest.min(rest_before), rest.max(rest_before));
        let is_alike = self.spread.each == before.spread.each && self.pace == before.pace && self.trains.abs_diff(before.trains) <= 1;
        is_alike.then_some(fewer.saturating_sub(1)..(more + 1).min(self.trains))
    }
}

impl TerminalState<'_> {
    /// Takes the work done up to an instant off what is left on a train.
    pub(super) fn settle(&mut self, t: &mut Train, at: Instant, measure_from: Instant) {
        self.tally.lifted += t.measured_work(at, measure_from);
        let done = (at - t.settled).0.saturating_mul(i64::from(t.rate));
        t.work = Duration((t.work.0 - done).max(0));
        t.settled = at;
    }

    fn cranes_at_hand(&mut self, now: Instant) -> AtHand {
        let is_closed = self.berths(now) == 0;
        self.rests = is_closed && (self.rests || self.facts.at_close == AtClose::Pause);
        let cranes = &self.facts.cranes;
        // Disruptions change how many there are; where each berth has its own, as many as berths that are taken.
        let count = match self.facts.lifting {
            Lifting::PerTrain(_) => cranes.count.max(self.lifting.len() as u32),
            Lifting::PerBox(_) => self.strains.1.of(cranes.count),
        };
        let shifts = cranes.shifts.as_ref();
        let rostered = shifts.map_or(count, |shifts| shifts.servers(&mut self.cranes.shifts, now).min(count));
        let down = match &cranes.breakdowns {
            Some(Breakdowns::Stated { fit, .. }) => cranes.count - fit.servers(&mut self.cranes.fit, now),
            _ => self.cranes.down,
        };
        let pace = FULL_PACE - self.cranes.lost_pace;
        let (able, cause) = match () {
            () if self.rests => (0, self.strains.0.cause()),
            () if rostered == 0 && shifts.is_some() => (0, Activity::OfficeClosed),
            () if pace == 0 => (0, Activity::Wind),
            () => (rostered.min(count.max(cranes.count) - down), Activity::Breakdown),
        };
        AtHand {
            rostered,
            able,
            pace,
            cause,
        }
    }

    /// Whether any crane could work now.
    pub(super) fn can_lift(&mut self, now: Instant) -> bool {
        self.cranes_at_hand(now).able > 0
    }
}

impl State<'_> {
    /// Settles the work done so far and sets the new rate of every train, where it changes.
    pub(super) fn share_cranes(&mut self, terminal: u32) {
        let state = &mut self.plant.terminals[terminal as usize];
        let per_train = state.facts.cranes.per_train;
        let at_hand = state.cranes_at_hand(self.stage.now);
        let trains = state.lifting.len() as u32;
        let [able, rostered] = [at_hand.able, at_hand.rostered].map(|cranes| Spread::of(cranes, trains, per_train));
        let shared = Shared::of(able, trains, at_hand.pace).filter(|_| !state.is_steady());
        let before = std::mem::replace(&mut state.shared, shared);
        if let (Some(before), Some(shared)) = (before, shared)
            && let Some(differ) = shared.differs_from(before)
        {
            self.share_among_few(terminal, shared, differ);
            return;
        }
        let (mut at_work, mut by_wind, mut by_breakdown) = (0, 0, 0);
        for position in 0..trains {
            let train = self.plant.terminals[terminal as usize].lifting[position as usize];
            let cranes = able.at(position);
            // Without a breakdown it might have none either.
            let idle = match at_hand.cause {
                Activity::Breakdown if rostered.at(position) == 0 => Activity::CraneShort,
                cause => cause,
            };
            at_work += i64::from(cranes);
            by_wind += i64::from(cranes == 0 && idle == Activity::Wind);
            by_breakdown += i64::from(cranes == 0 && idle == Activity::Breakdown);
            self.set_rate(terminal, train, cranes * at_hand.pace, idle);
        }
        let now = self.stage.now;
        let tally = &mut self.plant.terminals[terminal as usize].tally;
        tally.cranes.set(now, at_work);
        tally.pace.set(now, at_work * i64::from(at_hand.pace));
        tally.held_by_wind.set(now, by_wind);
        tally.held_by_breakdown.set(now, by_breakdown);
    }

    /// The same where each train has a crane, as before, and only few have one more or one less: those in this range of positions, and
    /// one that has come last. In a large terminal nobody else is looked at.
    fn share_among_few(&mut self, terminal: u32, shared: Shared, differ: Range<u32>) {
        let last = shared.trains - 1;
        for position in differ.chain([last]) {
            let train = self.plant.terminals[terminal as usize].lifting[position as usize];
            self.set_rate(terminal, train, shared.spread.at(position) * shared.pace, Activity::CraneShort);
        }
        let at_work = i64::from(shared.trains) * i64::from(shared.spread.each) + i64::from(shared.spread.rest);
        let tally = &mut self.plant.terminals[terminal as usize].tally;
        tally.cranes.set(self.stage.now, at_work);
        tally.pace.set(self.stage.now, at_work * i64::from(shared.pace));
    }

    /// The train is worked on at this rate from now on; at none it waits, for this reason.
    fn set_rate(&mut self, terminal: u32, train: u32, rate: u32, idle: Activity) {
        let place = self.plant.terminals[terminal as usize].facts.place;
        if rate != self.fleet[train].rate {
            self.settle_lifting(terminal, train, self.stage.now);
            let t = &mut self.fleet[train];
            t.rate = rate;
            if rate > 0 {
                let time = lifting_time(t.work, rate);
                self.switch(train, place, Activity::Lifting);
                self.begin(train, Phase::Lifting, time);
                return;
            }
            self.interrupt(train);
        }
        if rate == 0 && !self.fleet[train].time.is_booked_as(place, idle) {
            self.switch(train, place, idle);
        }
    }

    /// The same for a train at a terminal.
    fn settle_lifting(&mut self, terminal: u32, train: u32, at: Instant) {
        self.plant.terminals[terminal as usize].settle(&mut self.fleet[train], at, self.model.measure_from);
    }

    /// Settles all lifting in hand at the end of the run.
    pub(super) fn settle_all_lifting(&mut self, at: Instant) {
        for terminal in 0..self.plant.terminals.len() as u32 {
            for position in 0..self.plant.terminals[terminal as usize].lifting.len() {
                let train = self.plant.terminals[terminal as usize].lifting[position];
                self.settle_lifting(terminal, train, at);
            }
        }
    }

    /// Looks out for the next change of a shift, or of what is stated of breakdowns.
    pub(super) fn watch_cranes(&mut self, terminal: u32) {
        let now = self.stage.now;
        let state = &mut self.plant.terminals[terminal as usize];
        let (cranes, state) = (&state.facts.cranes, &mut state.cranes);
        let next = |calendar: Option<&Calendar>, hand| calendar.and_then(|calendar| calendar.next_change(hand, now));
        let fit = match &cranes.breakdowns {
            Some(Breakdowns::Stated { fit, .. }) => Some(fit),
            _ => None,
        };
        let changes = [next(cranes.shifts.as_ref(), &mut state.shifts), next(fit, &mut state.fit)];
        if let Some(at) = changes.into_iter().flatten().min() {
            self.stage.pending.schedule(at.max(Instant::START), Event::CranesChange(terminal));
        }
    }

    /// A shift begins or ends, or a crane breaks down or is repaired as stated.
    pub(super) fn cranes_change(&mut self, terminal: u32) {
        self.watch_cranes(terminal);
        self.note_stated_breakdowns(terminal);
        self.share_cranes(terminal);
    }
}

#[cfg(test)]
mod tests {
    use super::super::trace::{log, observed};
    use super::{Shared, Spread};
    use crate::units::HOUR;
    use proptest::prelude::*;

    /// 360 crane-minutes from 07:00: four cranes do 240 by 08:00, one 60 by 09:00, none works until 10:00, two do 30 by
    /// 10:15. Six are then on shift, of which there are four: the last 30 take 7.5 min.
    #[test]
    fn shifts_change_while_a_train_is_lifted() {
        let text = r#"
            title = "shifts"
            [time]
            start = "2022-01-03 00:00"
            zone = "Asia/Shanghai"
            length = "1 day"
            [gauges]
            s.width = "1435 mm"
            b.width = "1520 mm"
            [calendars.shifts]
            windows = [
                { days = "daily", hours = "00:00-08:00" },
                { days = "daily", hours = "08:00-09:00", servers = 1 },
                { days = "daily", hours = "10:00-10:15", servers = 2 },
                { days = "daily", hours = "10:15-24:00", servers = 6 },
            ]
            [places.pass.reloading.yard]
            from_gauge = "s"
            to_gauge = "b"
            berths = 2
            per_lift = "2 min"
            cranes = 4
            shifts = "shifts"
            withdrawal = "5 min"
            [places.pass.procedures.all]
            steps = ["reloading.yard"]
            [flows.f]
            from = "pass"
            to = "pass"
            gauge = "s"
            boxes = 180
            departures.timetable = [{ days = "daily", at = ["07:00"] }]
            "#;
        let expected = "f#1  pass  lifting  0 d 07:00 - 0 d 08:00\n\
                        f#1  pass  lifting  0 d 08:00 - 0 d 09:00\n\
                        f#1  pass  office_closed  0 d 09:00 - 0 d 10:00\n\
                        f#1  pass  lifting  0 d 10:00 - 0 d 10:15\n\
                        f#1  pass  lifting  0 d 10:15 - 0 d 10:22:30\n\
                        f#1  pass  withdrawal  0 d 10:22:30 - 0 d 10:27:30\n\
                        f#1  left 0 d 10:27:30";
        assert_eq!(log(text), expected);
        // Six crane-hours: there is no more work than that, however many are on shift.
        observed(text, |seen| assert_eq!(seen.terminals[0].cranes.area(seen.end), 6 * HOUR));
    }

    proptest! {
        /// Where only some trains are looked at, all have the rate that they would have if each were.
        #[test]
        fn few_are_looked_at_and_all_are_right(moves in prop::collection::vec((0u32..3, 0usize..40, 1u32..90), 1..200), most in 1u32..5) {
            let (mut rates, mut before, mut able): (Vec<u32>, Option<Shared>, u32) = (Vec::new(), None, 40);
            for (kind, which, cranes) in moves {
                match kind {
                    0 if !rates.is_empty() => drop(rates.remove(which % rates.len())),
                    // Cranes come and go now and then.
                    1 if which == 0 => able = cranes,
                    _ => rates.push(0),
                }
                let trains = rates.len() as u32;
                let spread = Spread::of(able, trains, most);
                let shared = Shared::of(spread, trains, 1000);
                let differ = before.zip(shared).and_then(|(before, shared)| shared.differs_from(before));
                let looked_at: Vec<u32> = differ.map_or((0..trains).collect(), |few| few.chain([trains - 1]).collect());
                for position in looked_at {
                    rates[position as usize] = spread.at(position);
                }
                before = shared;
                let all: Vec<u32> = (0..trains).map(|position| spread.at(position)).collect();
                prop_assert_eq!(&rates, &all);
            }
        }
    }

    #[test]
    fn cranes_are_spread_evenly_and_none_is_lost() {
        let shares = |cranes, trains, most| (0..trains).map(|i| Spread::of(cranes, trains, most).at(i)).collect::<Vec<_>>();
        assert_eq!(shares(4, 1, 4), [4]);
        assert_eq!(shares(4, 1, 3), [3]);
        assert_eq!(shares(4, 3, 4), [2, 1, 1]);
        assert_eq!(shares(2, 3, 4), [1, 1, 0]);
        assert_eq!(shares(5, 2, 2), [2, 2]);
    }
}
