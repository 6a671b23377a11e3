//! When the first train before a section may enter it.

use super::Claim;
use crate::model::SingleLine;
use crate::observe::Activity;
use crate::railway::line::Block;
use crate::railway::state::State;
use crate::units::{Duration, Instant};

impl<'m> State<'m> {
    /// The line of a section.
    pub(super) fn single_line(&self, section: u32) -> &'m SingleLine {
        let model = self.model;
        &model.single_lines[model.sections[section as usize].line as usize]
    }

    /// What keeps the first train of a direction, running for this time over the whole line, from entering.
    pub(super) fn section_block(&self, section: u32, direction: usize, whole: Duration) -> Option<Block> {
        self.block_beyond(section, direction)
            .or_else(|| self.block_by_other_direction(section, direction))
            .or_else(|| self.block_by_train_before(section, direction, whole))
    }

    /// What would keep the first train even if the section were free.
    fn block_beyond(&self, section: u32, direction: usize) -> Option<Block> {
        let single = self.single_line(section);
        if single.place_before(section, direction).is_none() && self.is_entry_closed(single, direction) {
            return Some((Activity::Closure, None));
        }
        let has_track = match single.place_after(section, direction) {
            None => self.sections[section as usize].ways[direction].claim == Claim::Held,
            Some(place) => self.has_track_at(place, direction),
        };
        if !has_track {
            return Some((Activity::TrackAheadFull, None));
        }
        if single.place_before(section, direction).is_some() {
            return None;
        }
        let lane = single.lanes[direction] as usize;
        let (model, state) = (&self.model.lanes[lane], &self.plant.lanes[lane]);
        if state.on_line >= model.room {
            return Some((Activity::LineFull, None));
        }
        // A path of the daily capacity can be used until the next one comes: at its very instant the section may
        // always be taken.
        let next_path_at = state.path_every().map_or(Instant::START, |every| state.path_opens_at(every));
        (next_path_at > self.stage.now).then_some((Activity::NoPath, Some(next_path_at)))
    }

    pub(super) fn is_entry_closed(&self, single: &SingleLine, direction: usize) -> bool {
        self.plant.lanes[single.lanes[direction] as usize].is_closed
    }

    /// Whether a train may take a track of the passing place at the end of a section: the rule of the last track.
    fn has_track_at(&self, place: u32, direction: usize) -> bool {
        let taken = self.sections[place as usize].taken;
        match self.model.sections[place as usize].tracks() - taken[0] - taken[1] {
            0 => false,
            1 => taken[1 - direction] > 0 || !self.is_opposed(place, direction),
            _ => true,
        }
    }

    /// Whether an opposing train is beyond a passing place: further along the line, or waiting to enter it.
    fn is_opposed(&self, place: u32, direction: usize) -> bool {
        let other = 1 - direction;
        let single = self.single_line(place);
        let entry = single.section(other, 0);
        // Whom a closure keeps from entering counts as not yet there.
        if !self.is_entry_closed(single, other) && !self.sections[entry as usize].ways[other].gate.is_empty() {
            return true;
        }
        let beyond = if direction == 0 {
            place + 1..single.sections.end
        } else {
            single.sections.start..place
        };
        self.sections[beyond.start as usize..beyond.end as usize]
            .iter()
            .any(|section| section.taken[other] > 0)
    }

    fn block_by_other_direction(&self, section: u32, direction: usize) -> Option<Block> {
        if self.model.sections[section as usize].double {
            return None;
        }
        let state = &self.sections[section as usize];
        let other = &state.ways[1 - direction];
        if other.trains > 0 {
            return Some((Activity::LineSection, None));
        }
        if other.clear_at > self.stage.now {
            return Some((Activity::LineSection, Some(other.clear_at)));
        }
        let enough = state.last == direction && state.row >= self.single_line(section).bunch;
        let their_turn = enough && !other.gate.is_empty() && self.block_beyond(section, 1 - direction).is_none();
        their_turn.then_some((Activity::LineSection, None))
    }

    fn block_by_train_before(&self, section: u32, direction: usize, whole: Duration) -> Option<Block> {
        let own = &self.sections[section as usize].ways[direction];
        if self.single_line(section).headway.is_none() {
            return (own.trains > 0).then_some((Activity::LineSection, None));
        }
        if own.entry_free_at > self.stage.now {
            return Some((Activity::Headway, Some(own.entry_free_at)));
        }
        let earliest = self.stage.now + self.model.sections[section as usize].time(whole);
        // Later by as much as it would arrive too early.
        (own.exit_free_at > earliest).then(|| (Activity::TrainAhead, Some(self.stage.now + (own.exit_free_at - earliest))))
    }
}
