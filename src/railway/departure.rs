//! How trains come into being, and lots of boxes.

use super::event::Event;
use super::luck::TOGETHER;
use super::state::State;

use crate::model::{Departures, Drawn, FlowModel, expected_at};
use crate::random::StreamKey;
use crate::units::{Duration, Instant};

/// A train that runs once more for growth is numbered so far beyond the first; the same in a run of any length.
const COPY: u32 = 1_000_000;

/// The source of a flow in the course of a run.
#[derive(Clone, Debug)]
pub(super) struct Source<'m> {
    facts: &'m FlowModel,
    /// What is drawn between trains, or lots.
    gap: Option<&'m Drawn>,
    /// The number of the last train.
    number: u32,
    /// When the last train departed.
    last_at: Instant,
    /// The gaps before the next trains, drawn some at a time: the block of their numbers, and they.
    gaps: (u32, [f64; TOGETHER as usize]),
    /// Trains expected up to then, and the stretch of the rate that holds it.
    expected: f64,
    stretch: usize,
    /// Of a stated flow: instant and number of each train, in order, and how many are gone.
    plan: Vec<(Instant, u32, Option<u32>)>,
    gone: usize,
    /// Number and, where stated, boxes of the train that is scheduled.
    next_train: (u32, Option<u32>),
}

impl<'m> Source<'m> {
    pub(super) fn new(facts: &'m FlowModel) -> Self {
        Self {
            facts,
            gap: match facts.departures.arrivals() {
                Departures::Poisson { gap, .. } | Departures::Renewal { gap } => Some(gap),
                Departures::Stated { .. } | Departures::Gather { .. } => None,
            },
            number: 0,
            last_at: Instant::START,
            gaps: (u32::MAX, [0.0; TOGETHER as usize]),
            expected: 0.0,
            stretch: 0,
            plan: Vec::new(),
            gone: 0,
            next_train: (0, None),
        }
    }

    /// The next departure and the number of its train.
    #[inline]
    #[allow(clippy::cast_precision_loss, reason = "spans far below 2^53 ms")]
    fn next(&mut self, keys: &[StreamKey]) -> (Instant, u32, Option<u32>) {
        match self.facts.departures.arrivals() {
            Departures::Poisson { rate, .. } => {
                self.number += 1;
                self.expected += self.gap(keys);
                let at = expected_at(rate, &mut self.stretch, self.expected);
                (at.max(self.last_at), self.number, None)
            }
            Departures::Renewal { .. } => {
                self.number += 1;
                let gap = self.gap(keys) / self.facts.growth;
                (
                    if gap < i64::MAX as f64 / 2.0 {
                        self.last_at + Duration::from_millis(gap)
                    } else {
                        Instant::NEVER
                    },
                    self.number,
                    None,
                )
            }
            // Neither lots nor trains are gathered once more.
            Departures::Stated { .. } | Departures::Gather { .. } => {
                let next = self.plan.get(self.gone).copied();
                self.gone += 1;
                next.unwrap_or((Instant::NEVER, 0, None))
            }
        }
    }

    /// The gap before the last train.
    #[inline(always)]
    fn gap(&mut self, keys: &[StreamKey]) -> f64 {
        let block = self.number / TOGETHER;
        if self.gaps.0 != block {
            self.draw_gaps(block, keys);
        }
        self.gaps.1[(self.number % TOGETHER) as usize]
    }

    #[inline(never)]
    fn draw_gaps(&mut self, block: u32, keys: &[StreamKey]) {
        if let Some(gap) = self.gap {
            self.gaps = (block, gap.numbers(keys, self.facts.entity, block * TOGETHER));
        }
    }

    /// Whether something is still to come.
    pub(super) fn goes_on(&self) -> bool {
        self.last_at != Instant::NEVER
    }

    fn reset(&mut self, keys: &[StreamKey]) {
        let flow = self.facts;
        self.plan.clear();
        if let Departures::Stated { entries, lateness, chance } = &flow.departures {
            for ((at, boxes), entry) in entries.iter().zip(1..) {
                // A growth of 1.36 runs every train once, and 36 in 100 of them twice.
                let copies = flow.growth.floor() + f64::from(chance.number(keys, flow.entity, entry) < flow.growth.fract());
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
                for copy in 0..copies as u32 {
                    let number = entry.wrapping_add(copy.wrapping_mul(COPY));
                    self.plan.push((*at + lateness.time(keys, flow.entity, number), number, *boxes));
                }
            }
            self.plan.sort_unstable();
        }
        (self.number, self.gone, self.stretch) = (0, 0, 0);
        (self.last_at, self.expected) = (Instant::START, 0.0);
        self.next_train = (0, None);
        self.gaps.0 = u32::MAX;
    }
}

impl State<'_> {
    /// Makes ready the source of a flow, and schedules its first train.
    pub(super) fn open_source(&mut self, flow: u32) {
        self.sources[flow as usize].reset(&self.keys);
        self.schedule_next(flow);
    }

    #[inline(always)]
    fn schedule_next(&mut self, flow: u32) {
        let source = &mut self.sources[flow as usize];
        let (at, number, boxes) = source.next(&self.keys);
        source.next_train = (number, boxes);
        source.last_at = at;
        self.stage.pending.schedule(at, Event::Departure(flow));
    }

    /// A train comes into being, or a lot of boxes arrives, and the next is scheduled.
    pub(super) fn departure(&mut self, flow: u32) {
        if let Some(surge) = flow.checked_sub(self.sources.len() as u32) {
            self.added_departure(surge);
            return;
        }
        let model = &self.model.flows[flow as usize];
        let next = self.sources[flow as usize].next_train;
        self.schedule_next(flow);
        if self.disruptions.in_force > 0 {
            if self.is_left_out(flow, next.0) {
                return;
            }
            if matches!(model.departures, Departures::Stated { .. }) {
                self.copies_depart(flow, next);
            }
        }
        self.depart(flow, next);
    }

    /// A train of this number comes into being, with these boxes where that is known, or a lot of boxes arrives.
    pub(super) fn depart(&mut self, flow: u32, (number, boxes): (u32, Option<u32>)) {
        let model = &self.model.flows[flow as usize];
        if let Departures::Gather { lot_size, group, .. } = &model.departures {
            let boxes = lot_size.count(&self.keys, model.entity, number);
            self.lot_arrives((flow, number), *group, boxes);
            return;
        }
        let boxes = boxes.unwrap_or_else(|| model.boxes.count(&self.keys, model.entity, number));
        self.create(flow, number, boxes);
    }
}

#[cfg(test)]
mod tests {
    /// Three trucks a day by appointment at an office that is open from 08:00 to 20:00: they are due in the middle
    /// of each third, at 10:00, 14:00 and 18:00, and depart the two hours before that the road takes on average.
    /// Those who come by rate at the same office are in the way at 14:00: a truck from 13:30 holds the only lane.
    #[test]
    fn trucks_come_by_appointment() {
        let log = super::super::trace::log(
            r#"
            title = "a road port"
            [time]
            start = "2022-01-03 00:00"
            zone = "Asia/Shanghai"
            length = "1 day"
            [gauges.road]
            mode = "road"
            [calendars.office_hours]
            windows = [{ days = "daily", hours = "08:00-20:00" }]
            [places.city]
            [places.port.clearance.lanes]
            time = "1 h"
            calendar = "office_hours"
            [places.port.procedures.all]
            steps = ["clearance.lanes"]
            [lines.road]
            between = ["city", "port"]
            gauge = "road"
            running_time = "2 h"
            [flows.booked]
            from = "city"
            to = "port"
            departures = { appointments = "3/day", at = "port.clearance.lanes" }
            [flows.other]
            from = "port"
            to = "port"
            departures.timetable = [{ days = "daily", at = ["06:00", "13:30"] }]
            "#,
        );
        let expected = "other#1  port  office_closed  0 d 06:00 - 0 d 08:00\n\
                        other#1  port  clearance  0 d 08:00 - 0 d 09:00\n\
                        other#1  left 0 d 09:00\n\
                        booked#1  road>port  running  0 d 08:00 - 0 d 10:00\n\
                        booked#1  port  clearance  0 d 10:00 - 0 d 11:00\n\
                        booked#1  left 0 d 11:00\n\
                        booked#2  road>port  running  0 d 12:00 - 0 d 14:00\n\
                        booked#2  port  desk_busy  0 d 14:00 - 0 d 14:30\n\
                        booked#2  port  clearance  0 d 14:30 - 0 d 15:30\n\
                        booked#2  left 0 d 15:30\n\
                        other#2  port  clearance  0 d 13:30 - 0 d 14:30\n\
                        other#2  left 0 d 14:30\n\
                        booked#3  road>port  running  0 d 16:00 - 0 d 18:00\n\
                        booked#3  port  clearance  0 d 18:00 - 0 d 19:00\n\
                        booked#3  left 0 d 19:00";
        assert_eq!(log, expected);
    }
}
