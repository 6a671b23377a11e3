//! The plant: lines, tracks, offices and terminals, which nearly every train uses at nearly every step. What a train does with
//! them is worked through with the train and the plant side by side in hand, each found once.

use super::line::LaneState;
use super::office::OfficeState;
use super::stage::Stage;
use super::terminal::TerminalState;
use super::train::Train;
use super::yard::YardState;
use crate::model::Model;
use crate::observe::Observations;
use crate::units::Instant;

/// The plant in the course of a run.
#[derive(Clone, Debug)]
pub(super) struct Plant<'m> {
    pub(super) yards: Vec<YardState<'m>>,
    pub(super) lanes: Vec<LaneState<'m>>,
    pub(super) offices: Vec<OfficeState<'m>>,
    pub(super) terminals: Vec<TerminalState<'m>>,
}

impl<'m> Plant<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        Self {
            yards: model.yards.iter().map(YardState::new).collect(),
            lanes: (0..model.lanes.len()).map(|lane| LaneState::new(model, lane)).collect(),
            offices: model.offices.iter().map(OfficeState::new).collect(),
            terminals: model.terminals.iter().map(|terminal| TerminalState::new(terminal, model)).collect(),
        }
    }

    pub(super) fn reset(&mut self) {
        self.yards.iter_mut().for_each(YardState::reset);
        self.lanes.iter_mut().for_each(LaneState::reset);
        self.offices.iter_mut().for_each(OfficeState::reset);
        self.terminals.iter_mut().for_each(TerminalState::reset);
    }

    /// Measuring begins now.
    pub(super) fn begin_measuring(&mut self, now: Instant) {
        self.yards.iter_mut().for_each(|yard| yard.tally.restart(now));
        self.lanes.iter_mut().for_each(|lane| lane.tally.restart(now));
        self.offices.iter_mut().for_each(|office| office.tally.restart(now));
        self.terminals.iter_mut().for_each(|terminal| terminal.tally.restart(now));
    }

    /// What was seen of facilities joins what was seen of the rest.
    pub(super) fn report(&mut self, seen: &mut Observations) {
        fn report<'s, T: Clone + 's>(to: &mut Vec<T>, tallies: impl Iterator<Item = &'s T>) {
            to.clear();
            to.extend(tallies.cloned());
        }
        self.terminals.iter_mut().for_each(TerminalState::reckon_pace);
        report(&mut seen.yards, self.yards.iter().map(|yard| &yard.tally));
        report(&mut seen.lanes, self.lanes.iter().map(|lane| &lane.tally));
        report(&mut seen.offices, self.offices.iter().map(|office| &office.tally));
        report(&mut seen.terminals, self.terminals.iter().map(|terminal| &terminal.tally));
    }

    /// A train gives back the track it stands on.
    #[inline(always)]
    pub(super) fn give_back_track(&mut self, t: &mut Train, stage: &mut Stage) {
        if let Some(yard) = std::mem::take(&mut t.track).yard() {
            self.yards[yard as usize].give_back(yard, stage);
        }
    }
}
