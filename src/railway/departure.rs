//! How trains come into being, and lots of boxes.

use super::event;
use super::luck::TOGETHER;
use super::state::{State, is_vigilant};
use super::train::{Track, Train};
use crate::model::{Departures, Drawn, FlowModel, Model, Step, expected_at};
use crate::random::StreamKey;
use crate::units::Instant;

/// A train that runs once more for growth is numbered so far beyond the first; the same in a run of any length.
const COPY: u32 = 1_000_000;

/// The source of a flow in the course of a run.
#[derive(Clone, Debug)]
pub(super) struct Source<'m> {
    facts: &'m FlowModel,
    /// A train of it as it comes into being, but for its number, its boxes and the time: formed already, where there are tracks
    /// without number and nothing can keep it from that.
    pub(super) prototype: Train,
    /// Boxes on each train, where they are as many on all; none where lots of boxes come.
    boxes: Option<u32>,
    /// What is drawn between trains, or lots.
    gap: Option<&'m Drawn>,
    /// The number of the train that is scheduled.
    number: u32,
    /// When it departs.
    last_at: Instant,
    /// When trains depart whose gaps are drawn together: of each number from a multiple of [`TOGETHER`] on.
    foreseen: [Instant; TOGETHER as usize],
    /// Trains expected up to then, and the stretch of the rate that holds it.
    expected: f64,
    stretch: usize,
    /// Of a stated flow: instant, number and boxes of each train, in order, and how many of them have been scheduled.
    plan: Vec<(Instant, u32, Option<u32>)>,
    called: usize,
}

impl<'m> Source<'m> {
    pub(super) fn new(model: &'m Model, flow: u32) -> Self {
        let facts = &model.flows[flow as usize];
        let way = model.ways.begin(facts.first_route);
        let formed_on = match model.ways.at(way).step {
            Step::Form(yard) if model.yards[yard as usize].tracks.is_none() && !is_vigilant(model) => Some(yard),
            _ => None,
        };
        let is_gathered = matches!(facts.departures, Departures::Gather { .. });
        Self {
            facts,
            prototype: Train {
                flow,
                direction: facts.direction,
                mode: facts.mode,
                site: model.site(facts.mode, facts.origin),
                at: way + u32::from(formed_on.is_some()),
                track: formed_on.map_or(Track::NONE, Track::of),
                inside: true,
                ..Train::default()
            },
            boxes: facts.boxes.always().filter(|_| !is_gathered),
            gap: match facts.departures.arrivals() {
                Departures::Poisson { gap, .. } | Departures::Renewal { gap } => Some(gap),
                Departures::Stated { .. } | Departures::Gather { .. } => None,
            },
            number: 0,
            last_at: Instant::START,
            foreseen: [Instant::NEVER; TOGETHER as usize],
            expected: 0.0,
            stretch: 0,
            plan: Vec::new(),
            called: 0,
        }
    }

    /// The number of the train that is scheduled and, where that is known, its boxes.
    #[inline(always)]
    fn scheduled(&self) -> (u32, Option<u32>) {
        let stated = self.plan.get(self.called.wrapping_sub(1));
        (self.number, stated.and_then(|(_, _, boxes)| *boxes).or(self.boxes))
    }

    /// Goes on to the next train, to be scheduled at its departure.
    #[inline(always)]
    fn call_next(&mut self, keys: &[StreamKey]) -> Instant {
        if let Some(gap) = self.gap {
            self.number += 1;
            let nth = self.number % TOGETHER;
            if nth == 0 || self.number == 1 {
                self.foresee(gap, nth, keys);
            }
            self.last_at = self.foreseen[nth as usize];
        } else {
            // Neither lots nor trains are gathered once more.
            let next = self.plan.get(self.called).copied();
            (self.last_at, self.number, _) = next.unwrap_or((Instant::NEVER, 0, None));
            self.called += 1;
        }
        self.last_at
    }

    /// Draws the gaps before this train, the `nth` of those that are drawn together, and before those that follow.
    #[inline(never)]
    fn foresee(&mut self, gap: &Drawn, nth: u32, keys: &[StreamKey]) {
        let gaps: [f64; TOGETHER as usize] = gap.numbers(keys, self.facts.entity, self.number - nth);
        let trains = self.foreseen[nth as usize..].iter_mut().zip(&gaps[nth as usize..]);
        let mut last_at = self.last_at;
        if let Departures::Poisson { rate, .. } = self.facts.departures.arrivals() {
            let (mut expected, mut stretch) = (self.expected, self.stretch);
            for (at, gap) in trains {
                expected += gap;
                last_at = expected_at(rate, &mut stretch, expected).max(last_at);
                *at = last_at;
            }
            (self.expected, self.stretch) = (expected, stretch);
        } else {
            for (at, gap) in trains {
                last_at = last_at.after(gap / self.facts.growth);
                *at = last_at;
            }
        }
    }

    /// Whether its trains may be on one of several routes.
    pub(super) fn has_routes(&self) -> bool {
        self.facts.routes.len() > 1
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
        (self.number, self.called, self.stretch) = (0, 0, 0);
        (self.last_at, self.expected) = (Instant::START, 0.0);
    }
}

impl State<'_> {
    /// Makes ready the source of a flow, and schedules its first train.
    pub(super) fn open_source(&mut self, flow: u32) {
        self.sources[flow as usize].reset(&self.luck.keys);
        self.schedule_next(flow);
    }

    /// Schedules the next train of a flow, or lot. The number of the one that was scheduled before and, where that is known, its boxes.
    #[inline(always)]
    fn schedule_next(&mut self, flow: u32) -> (u32, Option<u32>) {
        let source = &mut self.sources[flow as usize];
        let departs = source.scheduled();
        let at = source.call_next(&self.luck.keys);
        self.stage
            .pending
            .schedule_coded(at, event::DEPARTS, event::code_of_departure(flow));
        departs
    }

    /// A train comes into being, or a lot of boxes arrives, and the next is scheduled.
    pub(super) fn departure(&mut self, flow: u32) {
        if let Some(surge) = flow.checked_sub(self.sources.len() as u32) {
            self.added_departure(surge);
            return;
        }
        match self.schedule_next(flow) {
            (number, Some(boxes)) if self.disruptions.in_force == 0 => self.create(flow, number, boxes),
            departs => self.depart_with_care(flow, departs),
        }
    }

    /// The same where a disruption may keep a train from coming, or more come of it, or boxes have to be drawn.
    #[inline(never)]
    fn depart_with_care(&mut self, flow: u32, next: (u32, Option<u32>)) {
        if self.disruptions.in_force > 0 {
            if self.is_left_out(flow, next.0) {
                return;
            }
            if matches!(self.model.flows[flow as usize].departures, Departures::Stated { .. }) {
                self.copies_depart(flow, next);
            }
        }
        self.depart(flow, next);
    }

    /// A train of this number comes into being, with these boxes where that is known, or a lot of boxes arrives.
    pub(super) fn depart(&mut self, flow: u32, (number, boxes): (u32, Option<u32>)) {
        let model = &self.model.flows[flow as usize];
        if let Departures::Gather { lot_size, group, .. } = &model.departures {
            let boxes = lot_size.count(&self.luck.keys, model.entity, number);
            self.lot_arrives((flow, number), *group, boxes);
            return;
        }
        let boxes = boxes.unwrap_or_else(|| model.boxes.count(&self.luck.keys, model.entity, number));
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
