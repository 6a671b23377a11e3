//! Surges: more trains of a flow, or lots of boxes, than usually, or fewer.
//!
//! The usual ones stay what they are, each at its time and with its luck; additional ones are drawn for themselves and
//! have numbers of their own, and where there are fewer, a number of each of the usual ones decides whether it is left
//! out. Additional departures of a Poisson process are one of `times - 1` times its rate; of a renewal process, one
//! of its own with all times divided by that; of stated departures, copies at the same moment.

use crate::model::{Departures, Disruption, Surge, expected_at, expected_until};
use crate::railway::event::Event;
use crate::railway::state::State;
use crate::units::{Duration, Instant};

/// A surge in the course of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::railway) struct SurgeState {
    /// Additional departures drawn so far.
    drawn: u32,
    /// Those expected of the usual process at the last one, and the stretch of the rate that holds it.
    expected: f64,
    stretch: usize,
    /// When the last one was, or the begin.
    last_at: Instant,
}

impl<'m> State<'m> {
    /// A disruption begins: its surges draw their first departures.
    pub(in crate::railway) fn begin_surges(&mut self, facts: &Disruption) {
        for ix in facts.surges.0..facts.surges.0 + facts.surges.1 {
            let surge = &self.model.surges[ix as usize];
            let state = &mut self.surges[ix as usize];
            state.last_at = self.stage.now;
            state.stretch = 0;
            if let Departures::Poisson { rate, .. } = self.model.flows[surge.flow as usize].departures.arrivals() {
                state.expected = expected_until(rate, self.stage.now);
            }
            self.schedule_added(ix);
        }
    }

    /// Draws the next additional departure; none where it would be after the end.
    fn schedule_added(&mut self, ix: u32) {
        let surge = &self.model.surges[ix as usize];
        let (flow, added) = (&self.model.flows[surge.flow as usize], surge.times - 1.0);
        if added <= 0.0 {
            return;
        }
        let state = &mut self.surges[ix as usize];
        let at = match flow.departures.arrivals() {
            Departures::Poisson { rate, .. } => {
                state.drawn += 1;
                state.expected += surge.gap.number(&self.luck.keys, flow.entity, state.drawn) / added;
                expected_at(rate, &mut state.stretch, state.expected)
            }
            Departures::Renewal { .. } => {
                state.drawn += 1;
                let gap = surge.gap.number(&self.luck.keys, flow.entity, state.drawn) / flow.growth / added;
                state.last_at + Duration::from_millis(gap)
            }
            Departures::Stated { .. } | Departures::Gather { .. } => return,
        };
        state.last_at = at.max(state.last_at);
        if state.last_at < self.disruptions.states[surge.disruption as usize].until {
            let source = self.sources.len() as u32 + ix;
            self.stage.pending.schedule(state.last_at, Event::Departure(source));
        }
    }

    /// An additional train, or lot, comes into being, and the next is drawn.
    pub(in crate::railway) fn added_departure(&mut self, ix: u32) {
        let surge = &self.model.surges[ix as usize];
        let number = surge.first_number + self.surges[ix as usize].drawn;
        self.schedule_added(ix);
        self.depart(surge.flow, (number, None));
    }

    /// The surges of a flow that are in force.
    fn surges_of(&self, flow: u32) -> impl Iterator<Item = (u32, &'m Surge)> {
        let surges: &'m [Surge] = &self.model.surges;
        let of_flow = (0..).zip(surges).filter(move |(_, surge)| surge.flow == flow);
        of_flow.filter(|(_, surge)| self.disruptions.is_in_force(surge.disruption))
    }

    /// Whether a usual train of this number is left out.
    pub(in crate::railway) fn is_left_out(&self, flow: u32, number: u32) -> bool {
        let entity = self.model.flows[flow as usize].entity;
        self.surges_of(flow)
            .any(|(_, surge)| surge.times < 1.0 && surge.chance.number(&self.luck.keys, entity, number) >= surge.times)
    }

    /// Copies of a stated train depart with it.
    pub(in crate::railway) fn copies_depart(&mut self, flow: u32, (number, boxes): (u32, Option<u32>)) {
        let entity = self.model.flows[flow as usize].entity;
        for ix in 0..self.model.surges.len() as u32 {
            let surge = &self.model.surges[ix as usize];
            let added = surge.times - 1.0;
            if surge.flow != flow || added <= 0.0 || !self.disruptions.is_in_force(surge.disruption) {
                continue;
            }
            let one_more = surge.chance.number(&self.luck.keys, entity, number) < added.fract();
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a thousand")]
            for _ in 0..added as u32 + u32::from(one_more) {
                self.surges[ix as usize].drawn += 1;
                let copy = surge.first_number + self.surges[ix as usize].drawn;
                self.depart(flow, (copy, boxes));
            }
        }
    }
}
