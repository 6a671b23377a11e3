//! Trains held by a disruption where they stand in no queue: those under an embargo, so that others pass them, and
//! those before a regrouping, or a gathering, that is closed.

use crate::model::{Departures, Disruption, Effect, Step, Target};
use crate::observe::Activity;
use crate::railway::priority::GateOf;
use crate::railway::state::State;
use crate::railway::train::Phase;
use crate::railway::{exchange, office, terminal};
use crate::units::Duration;

impl<'m> State<'m> {
    /// Holds a train that comes to a step, if a disruption does not let it; whether it is held.
    pub(in crate::railway) fn hold_back(&mut self, train: u32, step: Step) -> bool {
        let Some(target) = self.held_before(train, step) else {
            return false;
        };
        let closed = matches!(target, Target::Formation(ix) if self.disruptions.closed_formations[ix as usize]);
        let wanted = if closed { Effect::Closed } else { Effect::Barred };
        let held_by = (0..self.model.disruptions.len() as u32).find(|disruption| {
            let facts = &self.model.disruptions[*disruption as usize];
            self.disruptions.is_in_force(*disruption)
                && facts.effects.contains(&(target, wanted))
                && (closed || self.bars(*disruption, train))
        });
        let Some(disruption) = held_by else { return false };
        let cause = if closed { Activity::Closure } else { Activity::Embargo };
        self.join_pen(disruption, train, cause);
        true
    }

    /// Where a train at a step can be held.
    fn held_before(&self, train: u32, step: Step) -> Option<Target> {
        match step {
            Step::Office(ix) => Some(Target::Office(ix)),
            Step::Reload(ix) => Some(Target::Terminal(ix)),
            Step::Exchange(ix) => Some(Target::Exchange(ix)),
            Step::Unload(ix) => Some(Target::Transloading(ix)),
            Step::Regroup(group) => Some(Target::Formation(self.model.groups[group as usize].formation)),
            Step::Form(_) => {
                let flow = &self.model.flows[self.fleet[train].flow as usize];
                let Departures::Gather { group, .. } = flow.departures else {
                    return None;
                };
                Some(Target::Formation(self.model.groups[group as usize].formation))
            }
            _ => None,
        }
    }

    /// For how long from now on disruptions in force keep a train from a step: until the last of them ends, as it was
    /// announced when it began; zero where none does.
    pub(in crate::railway) fn kept_for(&self, train: u32, step: Step) -> Duration {
        if self.disruptions.in_force == 0 {
            return Duration::ZERO;
        }
        let target = match step {
            Step::Run(lane, _) => Some(Target::Lane(lane)),
            step => self.held_before(train, step),
        };
        let Some(target) = target else { return Duration::ZERO };
        let all = (0..).zip(self.model.disruptions.iter().zip(&self.disruptions.states));
        let keeps = |disruption: u32, facts: &Disruption| {
            facts.effects.contains(&(target, Effect::Closed))
                || (facts.effects.contains(&(target, Effect::Barred)) && self.bars(disruption, train))
        };
        let ends = all
            .filter(|(disruption, (facts, _))| self.disruptions.is_in_force(*disruption) && keeps(*disruption, facts))
            .map(|(_, (_, state))| state.until);
        ends.max().map_or(Duration::ZERO, |until| until - self.stage.now)
    }

    /// Whether an embargo concerns a train: by its flow, and by the boxes on it.
    fn bars(&self, disruption: u32, train: u32) -> bool {
        let Some(barred) = &self.model.disruptions[disruption as usize].barred else {
            return false;
        };
        barred.flows[self.fleet[train].flow as usize]
            && barred.classes.as_ref().is_none_or(|classes| {
                let boxes = self.boxes_by_class(train);
                classes.iter().zip(boxes).any(|(barred, boxes)| *barred && *boxes > 0)
            })
    }

    fn join_pen(&mut self, disruption: u32, train: u32, cause: Activity) {
        self.disruptions.states[disruption as usize].pen.push_back(train);
        self.fleet[train].phase = Phase::Ready;
        let place = self.place_of(train);
        self.switch(train, place, cause);
    }

    /// An embargo begins: trains that it concerns leave the queue before a facility.
    pub(in crate::railway) fn send_to_pen(&mut self, disruption: u32, target: Target) {
        let (gate, ix): (GateOf<'m>, u32) = match target {
            Target::Office(ix) => (office::gate, ix),
            Target::Terminal(ix) => (terminal::gate, ix),
            Target::Exchange(ix) => (exchange::gate, ix),
            _ => return,
        };
        let waiting: Vec<u32> = gate(self, ix).waiting().collect();
        let mut position = 0;
        for train in waiting {
            if !self.bars(disruption, train) {
                position += 1;
                continue;
            }
            self.call_up((gate, ix), position);
            let now = self.stage.now;
            match target {
                Target::Office(_) => self.plant.offices[ix as usize].tally.waiting.decrease(now),
                Target::Terminal(_) => self.plant.terminals[ix as usize].tally.waiting.decrease(now),
                _ => self.stage.seen.exchanges[ix as usize].waiting.decrease(now),
            }
            self.join_pen(disruption, train, Activity::Embargo);
        }
    }

    /// A disruption ends: those that it held come to their step once more, first to last.
    pub(in crate::railway) fn empty_pen(&mut self, disruption: u32) {
        for _ in 0..self.disruptions.states[disruption as usize].pen.len() {
            if let Some(train) = self.disruptions.states[disruption as usize].pen.pop_front() {
                self.advance(train);
            }
        }
    }
}
