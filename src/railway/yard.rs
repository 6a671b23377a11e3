//! Tracks of one gauge at one place: taken one train at a time, in the order of asking.

use super::disruption::Strain;
use super::stage::{Stage, Wake};
use super::state::State;
use super::train::{Phase, Track, Train};
use crate::engine::{Gate, Resource};
use crate::model::Yard;
use crate::observe::{Activity, TimeWeighted};
use crate::units::Instant;

/// A yard in the course of a run: what is known of it, how it is, and what is seen of it.
#[derive(Clone, Debug)]
pub(super) struct YardState<'m> {
    pub(super) facts: &'m Yard,
    /// Whether there are only so many: otherwise nobody ever waits for one, and they are not counted.
    is_limited: bool,
    tracks: Resource,
    /// Trains that want a track: new ones, the first of each line, loaded ones.
    pub(super) gate: Gate<Activity>,
    /// Tracks taken, where there are only so many.
    pub(super) tally: TimeWeighted,
}

impl<'m> YardState<'m> {
    pub(super) fn new(facts: &'m Yard) -> Self {
        Self {
            facts,
            is_limited: facts.tracks.is_some(),
            tracks: Resource::default(),
            gate: Gate::default(),
            tally: TimeWeighted::default(),
        }
    }

    pub(super) fn reset(&mut self) {
        self.tracks = Resource::new(self.facts.tracks.unwrap_or(u32::MAX));
        self.gate.clear();
        self.tally = TimeWeighted::default();
    }

    /// Disruptions change the number of tracks; those that are taken stay so until their trains leave.
    pub(super) fn strain(&mut self, strain: Strain) {
        self.tracks.capacity = self.facts.tracks.map_or(u32::MAX, |tracks| strain.of(tracks));
    }

    /// A train gives back its track.
    #[inline(always)]
    pub(super) fn give_back(&mut self, yard: u32, stage: &mut Stage) {
        if !self.is_limited {
            return;
        }
        self.tally.decrease(stage.now);
        self.tracks.give_back();
        if !self.gate.is_empty() {
            stage.wakes.push(Wake::Yard(yard));
        }
    }

    /// Takes a track where nobody else waits for one; whether there was one to take.
    #[inline(always)]
    fn take_at_once(&mut self, now: Instant) -> bool {
        if !self.is_limited {
            return true;
        }
        let taken = self.gate.is_empty() && self.tracks.take();
        if taken {
            self.tally.increase(now);
        }
        taken
    }

    /// The same for a train, which then stands on it.
    #[inline(always)]
    pub(super) fn take_for(&mut self, t: &mut Train, yard: u32, now: Instant) -> bool {
        let taken = self.take_at_once(now);
        if taken {
            t.track = Track::of(yard);
        }
        taken
    }
}

fn gate<'s>(state: &'s mut State<'_>, yard: u32) -> &'s mut Gate<Activity> {
    &mut state.plant.yards[yard as usize].gate
}

impl State<'_> {
    /// A new train takes a track to be formed on; whether it has one.
    #[cold]
    pub(super) fn form(&mut self, train: u32, yard: u32) -> bool {
        !(self.is_vigilant && self.is_held_back(train)) && self.take_track(train, yard, Phase::Ready)
    }

    /// A train takes a track if nobody else waits for one, or joins the queue, in this phase.
    pub(super) fn take_track(&mut self, train: u32, yard: u32, waits_as: Phase) -> bool {
        let t = &mut self.fleet[train];
        let taken = self.plant.yards[yard as usize].take_for(t, yard, self.stage.now);
        if !taken {
            self.wait_for_track(train, yard, waits_as);
        }
        taken
    }

    /// Keeps a track for a train that comes, if nobody else waits for one, or lets it join the queue.
    pub(super) fn keep_track(&mut self, train: u32, yard: u32) -> bool {
        let kept = self.plant.yards[yard as usize].take_at_once(self.stage.now);
        if !kept {
            self.wait_for_track(train, yard, Phase::WantsTrackKept);
        }
        kept
    }

    /// A train waits for a track, in this phase.
    #[cold]
    pub(super) fn wait_for_track(&mut self, train: u32, yard: u32, waits_as: Phase) {
        self.fleet[train].phase = waits_as;
        // A free track is for anyone: whoever is first does not matter to when the next one is.
        self.queue_up((gate, yard), train, Activity::TrackAheadFull);
    }

    /// A train that was to come does not: a track that was kept for it is free.
    pub(super) fn give_back_kept_track(&mut self, yard: u32) {
        self.plant.yards[yard as usize].give_back(yard, &mut self.stage);
    }

    /// A train wants no track any more.
    pub(super) fn withdraw_from_yard(&mut self, train: u32, yard: u32) {
        let state = &self.plant.yards[yard as usize];
        let position = state.gate.waiting().position(|other| other == train);
        if let Some(position) = position {
            self.call_up((gate, yard), position);
        }
        self.stage.wakes.push(Wake::Yard(yard));
    }

    /// A train gives back the track it stands on.
    pub(super) fn give_back_track(&mut self, train: u32) {
        self.plant.give_back_track(&mut self.fleet[train], &mut self.stage);
    }

    /// Lets those in the queue take free tracks, first come first served.
    pub(super) fn serve_yard(&mut self, yard: u32) {
        loop {
            let state = &mut self.plant.yards[yard as usize];
            if state.gate.is_empty() || !state.tracks.take() {
                return;
            }
            state.tally.increase(self.stage.now);
            let Some(train) = self.call_up((gate, yard), 0) else {
                return;
            };
            let t = &mut self.fleet[train];
            if t.phase == Phase::WantsTrackKept {
                self.track_kept(train);
                continue;
            }
            t.track = Track::of(yard);
            match t.phase {
                Phase::WantsTrack => {
                    let (lane, _) = self.line_of(train);
                    self.plant.lanes[lane as usize].let_go(lane, &mut self.stage);
                }
                Phase::WantsDepartureTrack => {
                    let terminal = self.terminal_of(train);
                    self.plant.terminals[terminal as usize].leave_berth(terminal, &mut self.stage);
                }
                _ => {}
            }
            self.step_done(train);
        }
    }
}
