//! Disruptions: for a time, something is closed, some trains are held, there is more or less of something, or more
//! or fewer trains depart.
//!
//! One mechanism for all of them, dated or random: an event when it comes into force and one when it ends. What is in
//! force is laid over what it concerns (a [`Strain`]), which its gate reads beside the calendar. Nobody foresees
//! a disruption: work is begun up to its very begin, even where an office begins nothing that it cannot finish
//! before its own closing. Where several concern one thing, it is closed while any closes it, and of several
//! numbers the least counts.

mod embargo;
mod strain;
mod surge;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use super::event::Event;
use super::stage::Wake;
use super::state::State;
use crate::model::{Disruption, Effect, InHand, Model, Target, Windows};
use crate::units::{Duration, Instant};

pub(super) use strain::Strain;
pub(super) use surge::SurgeState;

/// How long before its begin one looks at how many trains usually wait.
const LOOK_BACK: Duration = Duration::days(7);

/// Where a disruption has got to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// Far from the next begin.
    #[default]
    Away,
    /// The next begin is near: how many trains wait is looked at.
    Near,
    /// In force.
    InForce,
}

/// A disruption in the course of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct DisruptionState {
    stage: Stage,
    /// How many have begun.
    occurrence: u32,
    /// When this one, or the last, began.
    began_at: Instant,
    /// When the next begins, or this one ends.
    pub(super) until: Instant,
    /// The integral of trains waiting when the look began, and when that was.
    look: (i64, Instant),
    /// That integral over the look, and how long it took: their quotient is how many trains usually wait.
    usual: (i64, i64),
    /// Since when more trains wait than usually, after the end.
    recovers_since: Option<Instant>,
    /// Trains that waited because of this occurrence, sorted: flow, number, and when each came into being.
    held: Vec<(u32, u32, Instant)>,
    /// Trains held that stand in no other queue.
    pub(super) pen: VecDeque<u32>,
}

/// All disruptions in the course of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Disruptions {
    pub(super) states: Vec<DisruptionState>,
    /// Formations that are closed.
    pub(super) closed_formations: Vec<bool>,
    /// How many are in force, and after how many more trains wait than usually.
    pub(super) in_force: u32,
    recovering: u32,
}

impl Disruptions {
    pub(super) fn reset(&mut self, model: &Model) {
        self.states.resize_with(model.disruptions.len(), DisruptionState::default);
        for state in &mut self.states {
            let (mut held, mut pen) = (std::mem::take(&mut state.held), std::mem::take(&mut state.pen));
            held.clear();
            pen.clear();
            *state = DisruptionState {
                held,
                pen,
                ..DisruptionState::default()
            };
        }
        self.closed_formations.clear();
        self.closed_formations.resize(model.formations.len(), false);
        (self.in_force, self.recovering) = (0, 0);
    }

    /// Whether a disruption is in force.
    pub(super) fn is_in_force(&self, disruption: u32) -> bool {
        self.states[disruption as usize].stage == Stage::InForce
    }
}

impl State<'_> {
    /// Looks out for the next begin of a disruption, counted from now.
    pub(super) fn watch_disruption(&mut self, disruption: u32) {
        let model = &self.model.disruptions[disruption as usize];
        let state = &mut self.disruptions.states[disruption as usize];
        state.stage = Stage::Away;
        let next = match &model.when {
            Windows::Dated(windows) => windows.get(state.occurrence as usize).map(|window| window.0),
            Windows::Random { between, .. } => Some(self.stage.now + between.time(&self.luck.keys, model.entity, state.occurrence + 1)),
        };
        if let Some(begins_at) = next {
            state.until = begins_at;
            let look_at = Instant(begins_at.0 - LOOK_BACK.0).max(self.stage.now);
            self.stage.pending.schedule(look_at, Event::DisruptionChanges(disruption));
        }
    }

    /// It is near, begins or ends.
    pub(super) fn disruption_changes(&mut self, disruption: u32) {
        match self.disruptions.states[disruption as usize].stage {
            Stage::Away => {
                let area = self.waited_at(disruption);
                let state = &mut self.disruptions.states[disruption as usize];
                state.look = (area, self.stage.now);
                state.stage = Stage::Near;
                self.stage.pending.schedule(state.until, Event::DisruptionChanges(disruption));
            }
            Stage::Near => self.begin_disruption(disruption),
            Stage::InForce => self.end_disruption(disruption),
        }
    }

    fn begin_disruption(&mut self, disruption: u32) {
        let model = self.model;
        let facts = &model.disruptions[disruption as usize];
        let (area, waiting) = (self.waited_at(disruption), self.waiting_at(disruption));
        let state = &mut self.disruptions.states[disruption as usize];
        state.stage = Stage::InForce;
        state.occurrence += 1;
        state.began_at = self.stage.now;
        state.until = match &facts.when {
            Windows::Dated(windows) => windows[state.occurrence as usize - 1].1,
            Windows::Random { lasts, .. } => self.stage.now + lasts.time(&self.luck.keys, facts.entity, state.occurrence),
        };
        state.held.clear();
        let looked_for = (self.stage.now - state.look.1).0;
        // At the very start there is nothing to look at but what is.
        state.usual = if looked_for > 0 {
            (area - state.look.0, looked_for)
        } else {
            (waiting, 1)
        };
        // More trains wait from the one before: that one is never over.
        self.disruptions.recovering -= u32::from(state.recovers_since.take().is_some());
        self.disruptions.in_force += 1;
        self.stage.pending.schedule(state.until, Event::DisruptionChanges(disruption));
        let tally = &mut self.stage.seen.disruptions[disruption as usize];
        tally.in_force.set(self.stage.now, 1);
        tally.begun += 1;
        self.lay_over(facts);
        for (target, effect) in &facts.effects {
            match effect {
                Effect::Closed if facts.in_hand != InHand::Finish => self.rest(*target, facts.in_hand),
                Effect::Barred => self.send_to_pen(disruption, *target),
                _ => {}
            }
            self.feel(*target);
        }
        self.begin_surges(facts);
    }

    fn end_disruption(&mut self, disruption: u32) {
        let model = self.model;
        let facts = &model.disruptions[disruption as usize];
        let state = &mut self.disruptions.states[disruption as usize];
        state.recovers_since = Some(self.stage.now);
        self.disruptions.recovering += 1;
        self.disruptions.in_force -= 1;
        self.stage.seen.disruptions[disruption as usize].in_force.set(self.stage.now, 0);
        self.watch_disruption(disruption);
        self.lay_over(facts);
        for (target, _) in &facts.effects {
            self.feel(*target);
        }
        self.empty_pen(disruption);
    }

    /// Lays what is in force over everything that a disruption concerns.
    fn lay_over(&mut self, facts: &Disruption) {
        for (target, _) in &facts.effects {
            let (mut number, mut other, mut path_every) = (Strain::default(), Strain::default(), None);
            let all = self.model.disruptions.iter().zip(&self.disruptions.states);
            let in_force = all.filter(|(_, state)| state.stage == Stage::InForce).flat_map(|(d, _)| &d.effects);
            for (_, effect) in in_force.filter(|(of, _)| of == target) {
                match *effect {
                    Effect::Closed => number.close(),
                    Effect::Barred => {}
                    Effect::Number(amount) => number.take_in(amount),
                    Effect::Cranes(amount) | Effect::Quota(amount) => other.take_in(amount),
                    Effect::PathEvery(every) => path_every = path_every.max(Some(every)),
                }
            }
            match *target {
                Target::Office(ix) => self.plant.offices[ix as usize].strain = number,
                Target::Bay(ix) => self.inspections.bays[ix as usize].strain = number,
                Target::Terminal(ix) => self.plant.terminals[ix as usize].strains = (number, other),
                Target::Exchange(ix) => self.exchanges[ix as usize].strains = (number, other),
                Target::Transloading(ix) => self.transloadings[ix as usize].strain = number,
                Target::Formation(ix) => self.disruptions.closed_formations[ix as usize] = number.is_closed(),
                Target::Lane(ix) => {
                    self.plant.lanes[ix as usize].strain(number.is_closed(), path_every, self.stage.now);
                }
                Target::Yard(ix) => self.plant.yards[ix as usize].strain(number),
            }
        }
    }

    /// Work in hand comes to rest where something closes.
    fn rest(&mut self, target: Target, in_hand: InHand) {
        let anew = in_hand == InHand::StartOver;
        match target {
            Target::Office(ix) => self.pause_office(ix, anew),
            Target::Bay(ix) => self.pause_bay(ix, anew),
            Target::Terminal(ix) => self.pause_terminal(ix, anew),
            // Nothing takes time there, trains run on, or a box in the air is set down.
            Target::Exchange(_) | Target::Transloading(_) | Target::Formation(_) | Target::Lane(_) | Target::Yard(_) => {}
        }
    }

    /// Those who wait for something find that it is not as it was.
    fn feel(&mut self, target: Target) {
        match target {
            Target::Office(ix) => self.stage.wakes.push(Wake::Office(ix)),
            Target::Bay(ix) => self.bay_feels(ix),
            Target::Terminal(ix) => {
                self.share_cranes(ix);
                self.stage.wakes.push(Wake::Terminal(ix));
            }
            Target::Exchange(ix) => self.serve_exchange(ix),
            Target::Transloading(ix) => self.stage.wakes.push(Wake::Transloading(ix)),
            Target::Formation(ix) => self.formation_changes(ix),
            Target::Lane(ix) => self.entry_changes(ix),
            Target::Yard(ix) => self.stage.wakes.push(Wake::Yard(ix)),
        }
    }

    /// Disruptions that may still begin or end, at this instant too.
    fn to_come(&self) -> impl Iterator<Item = &Disruption> {
        let all = self.model.disruptions.iter().zip(&self.disruptions.states);
        all.filter(|(_, state)| state.until >= self.stage.now).map(|(facts, _)| facts)
    }

    /// What they do to which part of the model.
    pub(super) fn effects_to_come(&self) -> impl Iterator<Item = (Target, Effect)> {
        self.to_come().flat_map(|facts| facts.effects.iter().copied())
    }

    /// Whether one of them may bring more trains of a flow.
    pub(super) fn may_surge(&self, flow: u32) -> bool {
        let surges = |facts: &Disruption| {
            let (first, count) = facts.surges;
            let all = &self.model.surges[first as usize..(first + count) as usize];
            all.iter().any(|surge| surge.flow == flow)
        };
        self.to_come().any(surges)
    }

    /// The integral of trains waiting where a disruption makes them wait.
    fn waited_at(&self, disruption: u32) -> i64 {
        let sites = &self.model.disruptions[disruption as usize].sites;
        sites
            .iter()
            .map(|site| self.stage.seen.waiting[*site as usize].area(self.stage.now))
            .sum()
    }

    /// Trains waiting there now.
    fn waiting_at(&self, disruption: u32) -> i64 {
        let sites = &self.model.disruptions[disruption as usize].sites;
        sites.iter().map(|site| self.stage.seen.waiting[*site as usize].value()).sum()
    }

    /// The integrals of trains waiting begin anew, now: looks that have begun go on.
    pub(super) fn restart_looks(&mut self) {
        for disruption in 0..self.disruptions.states.len() as u32 {
            let area = self.waited_at(disruption);
            self.disruptions.states[disruption as usize].look.0 -= area;
        }
    }

    /// Whether no more trains wait than usually, after each disruption that is over. Asked when time goes on: what is true
    /// only between two events of one instant does not count.
    #[inline]
    pub(super) fn look_for_recovery(&mut self) {
        if self.disruptions.recovering > 0 {
            self.look_at_each_for_recovery();
        }
    }

    fn look_at_each_for_recovery(&mut self) {
        for disruption in 0..self.disruptions.states.len() as u32 {
            let state = &self.disruptions.states[disruption as usize];
            let Some(since) = state.recovers_since else { continue };
            let (area, time) = state.usual;
            if i128::from(self.waiting_at(disruption)) * i128::from(time) > i128::from(area) {
                continue;
            }
            let began_at = state.began_at;
            self.disruptions.states[disruption as usize].recovers_since = None;
            self.disruptions.recovering -= 1;
            if began_at >= self.model.measure_from {
                let tally = &mut self.stage.seen.disruptions[disruption as usize];
                tally.recovered += 1;
                tally.recovery += (self.stage.now - since).0;
            }
        }
    }

    /// A train begins to wait at a place because of a disruption: each that is in force there has held it.
    pub(super) fn note_held(&mut self, train: u32, place: u32) {
        let t = &self.fleet[train];
        let who = (t.flow, t.number, t.created_at);
        let all = self.model.disruptions.iter().zip(&mut self.disruptions.states);
        for ((facts, state), tally) in all.zip(&mut self.stage.seen.disruptions) {
            if state.stage == Stage::InForce
                && facts.holds_trains()
                && facts.places.contains(&place)
                && let Err(at) = state.held.binary_search(&who)
            {
                state.held.insert(at, who);
                tally.held += 1;
            }
        }
    }
}
